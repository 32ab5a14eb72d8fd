//! Verdicts on what lessons state: each `[[claim]]` and each `[[bound]]` against the records. One that
//! comes out other than its author says stops the build, at its place.

use std::collections::BTreeMap;

use experiments::bound::Bound;
use experiments::bound::BoundVerdict;
use experiments::claim::Claim;
use experiments::claim::Verdict;
use experiments::lab::statistics;
use experiments::record::Estimate;
use serde_json::Value;

use crate::asked::Asked;
use crate::asked::BoundOf;
use crate::asked::ClaimOf;
use crate::asked::Statement;
use crate::asked::Term;
use crate::diagnostics::Place;
use crate::diagnostics::Problem;
use crate::diagnostics::Problems;
use crate::diagnostics::suggest;
use crate::exhibit::Exhibited;
use crate::exhibit::measured;
use crate::lesson::Lesson;
use crate::live::standing::Basis;
use crate::live::standing::Standing;
use crate::number;
use crate::number::Format;
use crate::numbering::Spot;
use crate::resolve::Simulation;
use crate::store::records::Stored;

/// What there is to decide on.
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "given by name")]
pub struct Evidence<'a> {
    /// The simulations of the book.
    pub simulations: &'a BTreeMap<String, Simulation<'a>>,
    /// Their records.
    pub records: &'a BTreeMap<String, Stored>,
    /// What these show.
    pub exhibits: &'a BTreeMap<String, Exhibited>,
    /// How those stand whose record is not fresh: in a live session, else none.
    pub standings: &'a BTreeMap<String, Standing>,
}

/// Everything that was decided, by the item that states it.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Decided {
    /// Claims.
    pub claims: BTreeMap<Spot, DecidedClaim>,
    /// Bounds.
    pub bounds: BTreeMap<Spot, DecidedBound>,
}

/// A claim of a lesson with its verdict.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct DecidedClaim {
    /// The claim; of a comparison with another estimate it is about their difference.
    pub claim: Claim,
    /// Of a comparison: both sides and the sign between them, as they are printed.
    pub comparison: Option<String>,
}

/// A bound of a lesson with the record that it is evaluated on.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct DecidedBound {
    /// The bound.
    pub bound: Bound,
    /// The simulation.
    pub name: String,
}

/// Decides every claim and every bound of a book.
pub fn decide(lessons: &[Lesson], evidence: Evidence<'_>, problems: &mut Problems) -> Decided {
    let mut decided = Decided::default();
    for (l, lesson) in lessons.iter().enumerate() {
        for (&i, asked) in &lesson.asked {
            match asked {
                Asked::Claim(asked) => match evidence.claim(asked) {
                    Ok(Some(found)) => {
                        let unexpected = unexpected_claim(asked, &found.claim);
                        let settled = evidence.unsettled(asked.names()).is_none();
                        problems.extend(unexpected.filter(|_| settled));
                        decided.claims.insert((l, i), found);
                    }
                    Ok(None) => {}
                    Err(problem) => problems.push(problem),
                },
                Asked::Bound(asked) => match evidence.bound(asked) {
                    Ok(Some(found)) => {
                        let unexpected = unexpected_bound(asked, &found);
                        let settled = !evidence.standings.contains_key(&found.name);
                        problems.extend(unexpected.filter(|_| settled));
                        decided.bounds.insert((l, i), found);
                    }
                    Ok(None) => {}
                    Err(problem) => problems.push(problem),
                },
                _ => {}
            }
        }
    }
    decided
}

impl<'a> Evidence<'a> {
    /// How the first of these simulations stands that has no fresh record.
    #[must_use]
    pub fn unsettled<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> Option<&'a Standing> {
        names.into_iter().find_map(|name| self.standings.get(name))
    }

    /// Whether what is shown of a simulation is a draft.
    #[must_use]
    pub fn is_draft(&self, name: &str) -> bool {
        self.standings.get(name).is_some_and(|standing| standing.basis == Basis::Draft)
    }

    /// The simulation whose figures would have this id, if there is nothing to be shown of it.
    #[must_use]
    pub fn awaited(&self, id: &str) -> Option<&'a str> {
        let of = |name: &str| {
            id.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        let mut absent = self.simulations.keys().filter(|name| !self.exhibits.contains_key(*name));
        absent.find(|name| of(name)).map(String::as_str)
    }
}

impl Evidence<'_> {
    /// An estimate of a simulation, or a parameter of it that is a number. Nothing where the simulation has
    /// no record, which is a problem elsewhere.
    ///
    /// # Errors
    /// When there is no such estimate and no such parameter.
    pub fn estimate(
        &self,
        name: &str,
        estimate: &str,
        place: &Place,
    ) -> Result<Option<Estimate>, Problem> {
        let (Some(simulation), Some(stored)) = (self.simulations.get(name), self.records.get(name))
        else {
            return Ok(None);
        };
        if let Some(found) = stored.record.estimates.get(estimate) {
            return Ok(Some(found.clone()));
        }
        let replicates = simulation.parameters.get("replicates").and_then(Value::as_u64);
        let exactly = |value: f64| {
            statistics::exact(value, usize::try_from(replicates.unwrap_or(0)).unwrap_or(0))
        };
        if let Some(value) = simulation.parameters.get(estimate).and_then(Value::as_f64) {
            return Ok(Some(exactly(value)));
        }
        // The run that is on its way may have it.
        if self.standings.contains_key(name) {
            return Ok(None);
        }
        let parameters = simulation.parameters.iter();
        let parameters = parameters.filter(|(_, value)| value.is_number()).map(|(name, _)| name);
        let known = stored.record.estimates.keys().chain(parameters).map(String::as_str);
        Err(Problem::error(
            Some(place.clone()),
            format!("`{name}` has no estimate and no parameter `{estimate}`"),
            some(estimate, known),
        ))
    }

    fn claim(&self, asked: &ClaimOf) -> Result<Option<DecidedClaim>, Problem> {
        match &asked.statement {
            Statement::Declared(claim) => self.declared(asked, claim),
            Statement::Compared { estimate, .. } => self.compared(asked, estimate),
        }
    }

    fn declared(&self, asked: &ClaimOf, name: &str) -> Result<Option<DecidedClaim>, Problem> {
        let Some(exhibited) = self.exhibits.get(&asked.name) else { return Ok(None) };
        match exhibited.claims.iter().find(|claim| claim.name == name) {
            Some(claim) => Ok(Some(DecidedClaim { claim: claim.clone(), comparison: None })),
            None if self.standings.contains_key(&asked.name) => Ok(None),
            None => Err(Problem::error(
                Some(asked.place.clone()),
                format!("`{}` has no claim `{name}`", asked.name),
                some(name, exhibited.claims.iter().map(|claim| claim.name.as_str())),
            )),
        }
    }

    fn compared(&self, asked: &ClaimOf, estimate: &str) -> Result<Option<DecidedClaim>, Problem> {
        let Statement::Compared { comparison, .. } = &asked.statement else { return Ok(None) };
        let Some(left) = self.estimate(&asked.name, estimate, &asked.place)? else {
            return Ok(None);
        };
        let print = |found: &Estimate| {
            number::print(found, Format { interval: true, ..Format::default() }).text
        };
        let (compared, right, words) = match comparison.term() {
            Some(Term::Estimate { name, estimate: other }) => {
                let Some(found) = self.estimate(name, other, &asked.place)? else {
                    return Ok(None);
                };
                if left.unit != found.unit {
                    return Err(Problem::error(
                        Some(asked.place.clone()),
                        format!(
                            "`{}` is in {}, and `{other}` in {}",
                            estimate,
                            unit(&left.unit),
                            unit(&found.unit)
                        ),
                        "compare what has one unit",
                    ));
                }
                (left.minus(&found), print(&found), format!("{name}.{other}"))
            }
            Some(Term::Number(right)) => {
                (left.clone(), number::number(*right), number::number(*right))
            }
            None => {
                let text = match comparison.threshold() {
                    experiments::claim::Threshold::Within(low, high) => {
                        format!("[{}, {}]", number::number(low), number::number(high))
                    }
                    _ => String::new(),
                };
                (left.clone(), text.clone(), text)
            }
        };
        let sign = comparison.sign();
        let text = format!("{}.{estimate} {sign} {words}", asked.name);
        let claim = Claim::on(&text, text.clone(), &compared, comparison.threshold());
        let comparison = Some(format!("{} {sign} {right}", print(&left)));
        Ok(Some(DecidedClaim { claim, comparison }))
    }

    /// The simulation that a bound is evaluated on.
    #[must_use]
    pub fn subject<'b>(&'b self, asked: &'b BoundOf) -> Option<&'b Simulation<'b>> {
        match &asked.from {
            Some(name) => self.simulations.get(name),
            None => {
                let of = |simulation: &&Simulation<'_>| {
                    simulation.entry.bound_ids().contains(&asked.id.as_str())
                        && simulation.name == simulation.entry.id()
                };
                self.simulations.values().find(of)
            }
        }
    }

    fn bound(&self, asked: &BoundOf) -> Result<Option<DecidedBound>, Problem> {
        let Some(simulation) = self.subject(asked) else { return Ok(None) };
        let name = simulation.name.clone();
        let declared = simulation.entry.bound_ids();
        if !declared.contains(&asked.id.as_str()) {
            return Err(Problem::error(
                Some(asked.place.clone()),
                format!("`{}` of `{name}` has no bound `{}`", simulation.entry.id(), asked.id),
                suggest(&asked.id, declared.iter().copied()),
            ));
        }
        let Some(exhibited) = self.exhibits.get(&name) else { return Ok(None) };
        let of_id: Vec<&Bound> =
            exhibited.bounds.iter().filter(|bound| bound.id == asked.id).collect();
        let fits =
            |bound: &&&Bound| asked.at.iter().all(|(key, value)| bound.at.get(key) == Some(value));
        match of_id.iter().find(fits) {
            Some(bound) => Ok(Some(DecidedBound { bound: (*bound).clone(), name })),
            None if self.standings.contains_key(&name) => Ok(None),
            None => {
                let points: Vec<String> = of_id.iter().map(|bound| point(bound)).collect();
                let hint = match points.is_empty() {
                    true => format!("this record of `{name}` has no value for it"),
                    false => format!("it is evaluated at {}", points.join(", ")),
                };
                let message = format!("the bound `{}` is not evaluated there", asked.id);
                Err(Problem::error(Some(asked.place.clone()), message, hint))
            }
        }
    }
}

/// A point of a bound's grid, as an author writes it: `{n: 1000}`.
#[must_use]
pub fn point(bound: &Bound) -> String {
    let parts: Vec<String> =
        bound.at.iter().map(|(key, value)| format!("{key}: {value}")).collect();
    format!("{{{}}}", parts.join(", "))
}

fn unit(unit: &str) -> String {
    if unit.is_empty() { "no unit".into() } else { format!("`{unit}`") }
}

/// The nearest names, or the first few of many.
fn some<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    const MOST: usize = 12;
    let known: Vec<&str> = known.collect();
    let hint = suggest(name, known.iter().copied());
    if known.len() <= MOST || hint.starts_with("did you mean") {
        return hint;
    }
    let listed: Vec<String> = known[..MOST].iter().map(|name| format!("`{name}`")).collect();
    format!("there are {} and {} more (see `show`)", listed.join(", "), known.len() - MOST)
}

fn unexpected_claim(asked: &ClaimOf, claim: &Claim) -> Option<Problem> {
    let said = asked.expected.as_ref().map_or(Verdict::Holds, |expected| expected.verdict);
    if claim.verdict == said {
        return None;
    }
    let came = match claim.verdict {
        Verdict::Holds => "holds",
        Verdict::Fails => "does not hold",
        Verdict::Inconclusive => "is inconclusive",
    };
    let although = match asked.expected {
        Some(_) => format!(", although `expect` says `{said}`"),
        None => String::new(),
    };
    let hint = match (claim.verdict, asked.expected.is_some()) {
        (_, true) => "write what is true: correct or remove `expect`, and the sentence around it",
        (Verdict::Inconclusive, false) => "state less, or run more replicates",
        (_, false) => "write what is true, or announce it: {expect: fails, because: \"…\"}",
    };
    let message =
        format!("the claim `{}` {came}{although}: {}", claim_name(asked, claim), measured(claim));
    Some(Problem::error(Some(asked.place.clone()), message, hint))
}

/// The name of a claim as it is written: `NAME.claim`, or the comparison.
fn claim_name(asked: &ClaimOf, claim: &Claim) -> String {
    match &asked.statement {
        Statement::Declared(name) => format!("{}.{name}", asked.name),
        Statement::Compared { .. } => claim.name.clone(),
    }
}

fn unexpected_bound(asked: &BoundOf, found: &DecidedBound) -> Option<Problem> {
    let bound = &found.bound;
    let said = asked.expected.as_ref().map_or(BoundVerdict::Holds, |expected| expected.verdict);
    let verdict = bound.verdict();
    if verdict == said {
        return None;
    }
    let side = |found: &Estimate| {
        number::print(found, Format { interval: true, ..Format::default() }).text
    };
    let message = format!(
        "the bound `{}` at {} of `{}` comes out as `{verdict}`, not `{said}`: left side {}, right side {}",
        asked.id,
        point(bound),
        found.name,
        side(&bound.left.value),
        side(&bound.right.value),
    );
    // What holds with probability 1 − δ may fail in a sample; that alone is no fault of the text.
    if let Some(delta) = bound.probability.filter(|_| verdict == BoundVerdict::Violated)
        && asked.expected.is_none()
        && bound.unmet().next().is_none()
    {
        return Some(Problem::warning(
            Some(asked.place.clone()),
            message,
            format!("allowed in a fraction {} of samples", number::number(delta)),
        ));
    }
    let hint = match verdict {
        BoundVerdict::Holds => "remove `expect`, and what the text says about it".to_owned(),
        _ => format!(
            "if that is what the lesson shows, announce it: {{expect: {}, because: \"…\"}}",
            verdict.to_string().replace(' ', "-")
        ),
    };
    Some(Problem::error(Some(asked.place.clone()), message, hint))
}
