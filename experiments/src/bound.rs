//! Theorems evaluated on a record: what a bound says in general, the same with the numbers of a
//! simulation put in, and whether it holds, says nothing, or does not apply.
//!
//! A [`crate::claim::Claim`] is a statement that an experiment makes about its numbers. A bound is one
//! that mathematics makes, under hypotheses: where it is contradicted, a hypothesis is not met or the
//! code is wrong.

mod ends;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::record::Estimate;
use crate::record::Interval;
use crate::record::Record;

/// A theorem evaluated at one point of what a simulation ran.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bound {
    /// Its name: `hoeffding`. One id is one theorem, at as many points as there are numbers for.
    pub id: String,
    /// Where it is evaluated: `{"n": 1000.0}`. All points of one id have the same keys.
    pub at: BTreeMap<String, f64>,
    /// What it is called. May hold `$…$`.
    pub title: String,
    /// The theorem in general, as the TeX of a display.
    pub statement: String,
    /// What it presupposes, and whether that is so here.
    pub assumptions: Vec<Assumption>,
    /// What occurs in it, with values.
    pub symbols: Vec<Symbol>,
    /// The statement with numbers, as the TeX of a display. `@name@` stands for the value of that symbol,
    /// `@name:4@` for the same with four decimals, and `@relation@` for [`Bound::sign`].
    pub numbers: String,
    /// What is bounded.
    pub left: Side,
    /// What bounds it.
    pub right: Side,
    /// How the two must lie.
    pub relation: Relation,
    /// From here on the right side says nothing: a risk between 0 and 1 is always at most 1. At or above
    /// it for [`Relation::AtMost`], at or below it for [`Relation::AtLeast`].
    pub trivial: Option<f64>,
    /// The probability `δ` with which the theorem lets a single sample violate it.
    pub probability: Option<f64>,
    /// Where it comes from.
    pub references: Vec<Reference>,
    /// What a reader of these numbers must know besides, in sentences that may hold `$…$`; may be empty.
    pub note: String,
}

/// One side of a bound.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Side {
    /// What it is, as TeX.
    pub tex: String,
    /// What it comes to.
    pub value: Estimate,
}

impl Side {
    /// A side.
    #[must_use]
    pub fn new(tex: impl Into<String>, value: Estimate) -> Self {
        Self { tex: tex.into(), value }
    }
}

/// How the left side must lie to the right one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// An upper bound.
    AtMost,
    /// A lower bound.
    AtLeast,
    /// An identity of these very runs, up to rounding. The ends of the two sides say how far single runs are
    /// off, and all of them count.
    Equal {
        /// How far the sides may be apart, relative to the right side where that is larger than 1.
        tolerance: f64,
    },
    /// The right side is the expectation of what the left side is a mean of. Decided on the left side's
    /// interval at the level [`ends::SURE`], which must hold the right side and be narrow besides, since a
    /// wide one would hold anything.
    EqualInExpectation {
        /// How far the interval may reach from the right side, relative to it.
        within: f64,
    },
}

/// How far apart the sides of an equality in expectation may be by rounding alone, as in
/// [`Relation::Equal`].
const ROUNDING: f64 = 1e-9;

/// Something that a theorem presupposes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Assumption {
    /// It, in words. May hold `$…$`.
    pub text: String,
    /// Whether it is so.
    pub status: Status,
}

/// Whether an assumption is met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The experiment is made so.
    ByConstruction,
    /// It was checked numerically.
    Checked {
        /// What was.
        what: String,
    },
    /// It is taken for granted.
    Assumed,
    /// It is not so: the theorem does not apply, whatever the numbers are.
    NotMet {
        /// Why not.
        why: String,
    },
}

impl Assumption {
    /// The experiment is made so.
    #[must_use]
    pub fn by_construction(text: impl Into<String>) -> Self {
        Self { text: text.into(), status: Status::ByConstruction }
    }

    /// It was checked numerically.
    #[must_use]
    pub fn checked(text: impl Into<String>, what: impl Into<String>) -> Self {
        Self { text: text.into(), status: Status::Checked { what: what.into() } }
    }

    /// It is taken for granted.
    #[must_use]
    pub fn assumed(text: impl Into<String>) -> Self {
        Self { text: text.into(), status: Status::Assumed }
    }

    /// It is not so.
    #[must_use]
    pub fn not_met(text: impl Into<String>, why: impl Into<String>) -> Self {
        Self { text: text.into(), status: Status::NotMet { why: why.into() } }
    }
}

/// Something that occurs in a bound.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Symbol {
    /// What placeholders call it: `width`.
    pub name: String,
    /// It, as TeX.
    pub tex: String,
    /// What it is, in words. May hold `$…$`.
    pub meaning: String,
    /// Its value, if it has one.
    pub value: Option<Estimate>,
    /// The estimate's name in the record; empty for a parameter and for what was derived.
    pub field: String,
}

impl Symbol {
    /// A parameter, or another number without uncertainty.
    #[must_use]
    pub fn given(name: &str, tex: &str, meaning: impl Into<String>, value: f64) -> Self {
        let (interval, unit) = (Interval::Exact, String::new());
        let exact =
            Estimate { value, low: value, high: value, n: 0, interval, unit, tolerance: 0.0 };
        Self::derived(name, tex, meaning, exact)
    }

    /// What was computed from the record or the parameters.
    #[must_use]
    pub fn derived(name: &str, tex: &str, meaning: impl Into<String>, value: Estimate) -> Self {
        Self {
            name: name.into(),
            tex: tex.into(),
            meaning: meaning.into(),
            value: Some(value),
            field: String::new(),
        }
    }

    /// An estimate of the record, if that has it.
    #[must_use]
    pub fn of(
        record: &Record,
        field: &str,
        name: &str,
        tex: &str,
        meaning: impl Into<String>,
    ) -> Option<Self> {
        let value = record.estimates.get(field)?.clone();
        Some(Self { field: field.into(), ..Self::derived(name, tex, meaning, value) })
    }
}

/// A work that a bound comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reference {
    /// Its key in a bibliography: `hoeffding-1963`.
    pub key: String,
    /// Author, year and title, and where in it, for a book whose bibliography lacks it.
    pub text: String,
}

impl Reference {
    /// A work.
    #[must_use]
    pub fn new(key: &str, text: &str) -> Self {
        Self { key: key.into(), text: text.into() }
    }
}

/// What came out of evaluating a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BoundVerdict {
    /// The hypotheses are met, and the unfavourable ends of both intervals pass.
    Holds,
    /// Not even the favourable ends pass, whether or not the hypotheses are met.
    Violated,
    /// The right side is one that no measurement could exceed, or fall below.
    Vacuous,
    /// The theorem does not apply here; what it concludes was observed all the same.
    HypothesisNotMet,
    /// None of these: a side has no number or no end, or the intervals overlap.
    Inconclusive,
}

impl std::fmt::Display for BoundVerdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Holds => "holds",
            Self::Violated => "violated",
            Self::Vacuous => "vacuous",
            Self::HypothesisNotMet => "hypothesis not met",
            Self::Inconclusive => "inconclusive",
        })
    }
}

impl Bound {
    /// What came out, decided on the whole intervals. A contradiction outweighs everything else, since a
    /// hypothesis that is not met is no defence of the conclusion.
    #[must_use]
    pub fn verdict(&self) -> BoundVerdict {
        if !ends::is_interval(&self.left.value) || !ends::is_interval(&self.right.value) {
            return BoundVerdict::Inconclusive;
        }
        let Some((unfavourable, favourable)) = self.met() else {
            return BoundVerdict::Inconclusive;
        };
        let (surely_vacuous, perhaps_vacuous) = self.says_nothing();
        if !favourable {
            BoundVerdict::Violated
        } else if surely_vacuous {
            BoundVerdict::Vacuous
        } else if perhaps_vacuous || !unfavourable {
            BoundVerdict::Inconclusive
        } else if self.unmet().next().is_some() {
            BoundVerdict::HypothesisNotMet
        } else {
            BoundVerdict::Holds
        }
    }

    /// Why assumptions are not met.
    pub fn unmet(&self) -> impl Iterator<Item = &str> {
        self.assumptions.iter().filter_map(|assumption| match &assumption.status {
            Status::NotMet { why } => Some(why.as_str()),
            _ => None,
        })
    }

    /// How many times as large as it need be a bound is: right over left, and for a lower bound left over
    /// right. For an equality, right over left.
    #[must_use]
    pub fn slack(&self) -> f64 {
        let (left, right) = (self.left.value.value, self.right.value.value);
        match self.relation {
            Relation::AtLeast => left / right,
            _ => right / left,
        }
    }

    /// How far the sides are apart; for an identity, how far any two ends of theirs are.
    #[must_use]
    pub fn residual(&self) -> f64 {
        let (left, right) = (&self.left.value, &self.right.value);
        match self.relation {
            Relation::Equal { .. } => ends::farthest((left.low, left.high), right),
            _ => (left.value - right.value).abs(),
        }
    }

    /// The relation between the values of the two sides, as TeX: as the theorem has it, or what is the case
    /// instead.
    #[must_use]
    pub fn sign(&self) -> &'static str {
        let (left, right) = (self.left.value.value, self.right.value.value);
        let violated = self.verdict() == BoundVerdict::Violated;
        match self.relation {
            Relation::AtMost if left > right => ">",
            Relation::AtMost => r"\le",
            Relation::AtLeast if left < right => "<",
            Relation::AtLeast => r"\ge",
            Relation::Equal { .. } if violated => r"\ne",
            Relation::Equal { .. } => "=",
            Relation::EqualInExpectation { .. } if violated => r"\not\approx",
            Relation::EqualInExpectation { .. } => r"\approx",
        }
    }

    /// The statement with numbers put in by `number`, which gets a value and how many decimals it is to
    /// have, if that was said. A placeholder without a symbol that has a value stays as it is.
    pub fn filled(&self, mut number: impl FnMut(&Estimate, Option<usize>) -> String) -> String {
        let mut filled = String::new();
        for piece in self.pieces() {
            match piece {
                Piece::Tex(tex) => filled.push_str(tex),
                Piece::Relation => filled.push_str(self.sign()),
                Piece::Value { text, name, decimals } => match self.value(name) {
                    Some(value) => filled.push_str(&number(value, decimals)),
                    None => filled.push_str(text),
                },
            }
        }
        filled
    }

    /// The placeholders that name no symbol with a value: none, in a bound that is complete.
    pub fn unresolved(&self) -> impl Iterator<Item = &str> {
        self.pieces().into_iter().filter_map(|piece| match piece {
            Piece::Value { name, text, .. } if self.value(name).is_none() => Some(text),
            _ => None,
        })
    }

    /// The value of a symbol.
    fn value(&self, name: &str) -> Option<&Estimate> {
        self.symbols.iter().find(|symbol| symbol.name == name)?.value.as_ref()
    }

    fn pieces(&self) -> Vec<Piece<'_>> {
        let mut pieces = Vec::new();
        let mut rest = self.numbers.as_str();
        while let Some((before, after)) = rest.split_once('@') {
            pieces.push(Piece::Tex(before));
            let Some((inside, next)) = after.split_once('@') else {
                // Without an end it names nothing.
                let text = &rest[before.len()..];
                pieces.push(Piece::Value { text, name: "", decimals: None });
                return pieces;
            };
            let text = &rest[before.len()..before.len() + inside.len() + 2];
            let (name, decimals) = match inside.split_once(':') {
                Some((name, decimals)) => (name, decimals.parse().ok()),
                None => (inside, None),
            };
            pieces.push(match inside {
                "relation" => Piece::Relation,
                _ => Piece::Value { text, name, decimals },
            });
            rest = next;
        }
        pieces.push(Piece::Tex(rest));
        pieces
    }

    /// Whether the unfavourable and whether the favourable ends of the two sides pass; none where an
    /// equality would be with infinity.
    fn met(&self) -> Option<(bool, bool)> {
        let (left, right) = (&self.left.value, &self.right.value);
        let scale = right.value.abs().max(1.0);
        Some(match self.relation {
            Relation::AtMost => (left.high <= right.low, left.low <= right.high),
            Relation::AtLeast => (left.low >= right.high, left.high >= right.low),
            Relation::Equal { tolerance } => {
                let ends = ends::finite((left.low, left.high), right)?;
                let allowed = tolerance * scale;
                (ends::farthest(ends, right) <= allowed, ends::nearest(ends, right) <= allowed)
            }
            Relation::EqualInExpectation { within } => {
                let ends = ends::finite(ends::widened(left), right)?;
                let allowed = ROUNDING * scale;
                let equal = ends::nearest(ends, right) <= allowed;
                (
                    equal && ends::farthest(ends, right) <= within * right.value.abs() + allowed,
                    equal,
                )
            }
        })
    }

    /// Whether the right side surely, and whether it perhaps says nothing.
    fn says_nothing(&self) -> (bool, bool) {
        let right = &self.right.value;
        match self.relation {
            Relation::AtMost => {
                let trivial = self.trivial.unwrap_or(f64::INFINITY);
                (right.low >= trivial, right.high >= trivial)
            }
            Relation::AtLeast => {
                let trivial = self.trivial.unwrap_or(f64::NEG_INFINITY);
                (right.high <= trivial, right.low <= trivial)
            }
            Relation::Equal { .. } | Relation::EqualInExpectation { .. } => (false, false),
        }
    }
}

/// A part of the statement with numbers.
enum Piece<'a> {
    Tex(&'a str),
    Relation,
    Value { text: &'a str, name: &'a str, decimals: Option<usize> },
}

#[cfg(test)]
mod tests;
