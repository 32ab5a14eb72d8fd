//! `[[claim …]]`: a statement that an experiment declares, or a comparison of the author's own.

use experiments::claim::Threshold;
use experiments::claim::Verdict;

use super::dotted;
use super::given::Given;
use crate::diagnostics::Place;
use crate::scan::Directive;

/// A statement about a simulation, which the build checks.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "plain data")]
pub struct ClaimOf {
    /// The simulation.
    pub name: String,
    /// What is stated.
    pub statement: Statement,
    /// What the author expects to come out instead of "holds".
    pub expected: Option<Expected<Verdict>>,
    /// Where it is stated.
    pub place: Place,
}

/// A verdict that the author announces, and the reason.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "plain data")]
pub struct Expected<V> {
    /// The verdict.
    pub verdict: V,
    /// Why.
    pub because: String,
}

/// What a claim states.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "whoever decides needs all of them")]
pub enum Statement {
    /// A claim of the experiment, by its name.
    Declared(String),
    /// A comparison of an estimate.
    Compared {
        /// The estimate.
        estimate: String,
        /// With what, and how.
        comparison: Comparison,
    },
}

/// How an estimate is compared.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "whoever decides needs all of them")]
pub enum Comparison {
    /// `> term`
    Above(Term),
    /// `>= term`
    AtLeast(Term),
    /// `< term`
    Below(Term),
    /// `<= term`
    AtMost(Term),
    /// `in [low, high]`
    Within(f64, f64),
}

/// The right side of a comparison.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "whoever decides needs all of them")]
pub enum Term {
    /// A number.
    Number(f64),
    /// Another estimate.
    Estimate {
        /// Its simulation.
        name: String,
        /// Its name.
        estimate: String,
    },
}

impl ClaimOf {
    /// The simulations that it is about.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let mut names = vec![self.name.as_str()];
        if let Statement::Compared { comparison, .. } = &self.statement
            && let Some(Term::Estimate { name, .. }) = comparison.term()
        {
            names.push(name);
        }
        names
    }
}

impl Comparison {
    /// The right side, if that is one term.
    #[must_use]
    pub fn term(&self) -> Option<&Term> {
        match self {
            Self::Above(term) | Self::AtLeast(term) | Self::Below(term) | Self::AtMost(term) => {
                Some(term)
            }
            Self::Within(..) => None,
        }
    }

    /// What the estimate must meet, or its difference from the other one, where the right side is one.
    #[must_use]
    pub fn threshold(&self) -> Threshold {
        let of = |term: &Term| match term {
            Term::Number(number) => *number,
            Term::Estimate { .. } => 0.0,
        };
        match self {
            Self::Above(term) => Threshold::Above(of(term)),
            Self::AtLeast(term) => Threshold::AtLeast(of(term)),
            Self::Below(term) => Threshold::Below(of(term)),
            Self::AtMost(term) => Threshold::AtMost(of(term)),
            Self::Within(low, high) => Threshold::Within(*low, *high),
        }
    }

    /// The sign, as it is printed.
    #[must_use]
    pub fn sign(&self) -> &'static str {
        match self {
            Self::Above(_) => ">",
            Self::AtLeast(_) => "≥",
            Self::Below(_) => "<",
            Self::AtMost(_) => "≤",
            Self::Within(..) => "in",
        }
    }
}

impl ClaimOf {
    /// Whether it is the author's own comparison.
    #[must_use]
    pub fn is_comparison(&self) -> bool {
        matches!(self.statement, Statement::Compared { .. })
    }

    pub(super) fn read(directive: &Directive, place: Place, given: &mut Given<'_>) -> Option<Self> {
        let subject = directive.subject.as_str();
        let end = subject
            .find(|c: char| c.is_whitespace() || matches!(c, '<' | '>'))
            .unwrap_or(subject.len());
        let (name, what) = dotted(&subject[..end])?;
        let rest = subject[end..].trim();
        let statement = if rest.is_empty() {
            Statement::Declared(what.into())
        } else {
            match comparison(rest) {
                Ok(comparison) => Statement::Compared { estimate: what.into(), comparison },
                Err(message) => {
                    given.fault(
                        place,
                        message,
                        "write `> 3`, `>= 3`, `< 3`, `<= 3`, `in [1, 2]`, or another NAME.estimate \
                         in the place of the number",
                    );
                    return None;
                }
            }
        };
        let expected = expected(
            given,
            &[
                ("holds", Verdict::Holds),
                ("fails", Verdict::Fails),
                ("inconclusive", Verdict::Inconclusive),
            ],
        );
        Some(Self { name: name.into(), statement, expected, place })
    }
}

/// The options `expect` and `because`, which go together.
pub(super) fn expected<V: Copy>(given: &mut Given<'_>, words: &[(&str, V)]) -> Option<Expected<V>> {
    let announced = given.has("expect");
    let verdict = given.word("expect", words);
    let because = given.text("because");
    match (verdict, because) {
        (Some(verdict), Some(because)) if !because.trim().is_empty() => {
            Some(Expected { verdict, because })
        }
        (Some(_), _) => {
            let place = given.place("expect");
            let message = "a verdict that is expected needs a reason";
            given.fault(place, message, "add `because: \"…\"`, which is printed beside it");
            None
        }
        (None, Some(_)) if !announced => {
            let place = given.place("because");
            given.fault(place, "`because` goes with `expect`", "write `expect: fails` before it");
            None
        }
        (None, _) => None,
    }
}

/// Reads what follows the estimate.
fn comparison(text: &str) -> Result<Comparison, String> {
    if let Some(rest) = text.strip_prefix("in") {
        let inner = rest.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let ends = inner.and_then(|inner| inner.split_once(','));
        let ends = ends.and_then(|(low, high)| Some((number(low)?, number(high)?)));
        return match ends {
            Some((low, high)) if low <= high => Ok(Comparison::Within(low, high)),
            Some((low, high)) => Err(format!("nothing lies in [{low}, {high}]")),
            None => Err(format!("`{text}` is no interval")),
        };
    }
    // The longer signs first.
    let (made, rest): (fn(Term) -> Comparison, &str) = if let Some(rest) = text.strip_prefix(">=") {
        (Comparison::AtLeast, rest)
    } else if let Some(rest) = text.strip_prefix("<=") {
        (Comparison::AtMost, rest)
    } else if let Some(rest) = text.strip_prefix('>') {
        (Comparison::Above, rest)
    } else if let Some(rest) = text.strip_prefix('<') {
        (Comparison::Below, rest)
    } else {
        return Err(format!("`{text}` is no comparison"));
    };
    term(rest.trim()).map(made)
}

fn term(text: &str) -> Result<Term, String> {
    if let Some(number) = number(text) {
        return Ok(Term::Number(number));
    }
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    match dotted(text) {
        Some((name, estimate)) if name.chars().all(word) && estimate.chars().all(word) => {
            Ok(Term::Estimate { name: name.into(), estimate: estimate.into() })
        }
        _ => Err(format!("`{text}` is neither a number nor an estimate")),
    }
}

/// A finite number; a minus sign may be the typographic one.
fn number(text: &str) -> Option<f64> {
    let text = text.trim().replace('−', "-");
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<Comparison, &str>) {
        assert_eq!(comparison(text), expected.map_err(ToOwned::to_owned), "{text}");
    }

    #[test]
    fn comparisons_are_read() {
        check("> 3", Ok(Comparison::Above(Term::Number(3.0))));
        check(">=−1e-3", Ok(Comparison::AtLeast(Term::Number(-1e-3))));
        check("<= 0.5", Ok(Comparison::AtMost(Term::Number(0.5))));
        let other = Term::Estimate { name: "a-b".into(), estimate: "x_1".into() };
        check("< a-b.x_1", Ok(Comparison::Below(other)));
        check("in [0.4, 0.6]", Ok(Comparison::Within(0.4, 0.6)));
        check("in[-1,1]", Ok(Comparison::Within(-1.0, 1.0)));
    }

    #[test]
    fn what_is_no_comparison_says_so() {
        check("> inf", Err("`inf` is neither a number nor an estimate"));
        check(">", Err("`` is neither a number nor an estimate"));
        check("in [2, 1]", Err("nothing lies in [2, 1]"));
        check("in 2, 1", Err("`in 2, 1` is no interval"));
        check("in [a, 1]", Err("`in [a, 1]` is no interval"));
        check("= 3", Err("`= 3` is no comparison"));
        check("> 3 > 2", Err("`3 > 2` is neither a number nor an estimate"));
        check("> a.b.c", Err("`a.b.c` is neither a number nor an estimate"));
    }
}
