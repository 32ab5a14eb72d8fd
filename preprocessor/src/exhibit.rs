//! From records to what is shown: figures, claims and bounds, and which claims stop the build.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use experiments::bound::Bound;
use experiments::claim::Claim;
use experiments::claim::Verdict;
use experiments::entry::Unreadable;
use experiments::figure::Figure;
use experiments::record::Estimate;
use experiments::record::Interval;

use crate::diagnostics::Problem;
use crate::diagnostics::Problems;
use crate::diagnostics::caught;
use crate::export;
use crate::number;
use crate::number::Format;
use crate::render::figure::align;
use crate::resolve::Simulation;
use crate::store::records::Stored;

/// What a record shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exhibited {
    /// Its figures, the most telling one first.
    pub figures: Vec<Figure>,
    /// Its claims.
    pub claims: Vec<Claim>,
    /// Its bounds, at every point that there are numbers for.
    pub bounds: Vec<Bound>,
}

/// Figures and claims of each record; the frames of a sweep have their axes in common. A claim of a simulation at default parameters that does not
/// hold is a problem at its first directive.
pub fn exhibit(
    simulations: &BTreeMap<String, Simulation<'_>>,
    records: &BTreeMap<String, Stored>,
    problems: &mut Problems,
) -> BTreeMap<String, Exhibited> {
    let mut exhibits = BTreeMap::new();
    for (name, stored) in records {
        let Some(simulation) = simulations.get(name) else { continue };
        let (entry, parameters) = (simulation.entry, &simulation.parameters);
        let show = || {
            let figures = entry.figures(parameters, &stored.record)?;
            let claims = entry.claims(parameters, &stored.record)?;
            let bounds = entry.bounds(parameters, &stored.record)?;
            Ok::<_, Unreadable>(Exhibited { figures, claims, bounds })
        };
        let shown = caught(show).and_then(|shown| shown.map_err(|error| error.to_string()));
        match shown {
            Ok(exhibited) => {
                if simulation.published {
                    enforce(simulation, &exhibited.claims, problems);
                }
                exhibits.insert(name.clone(), exhibited);
            }
            Err(error) => problems.push(Problem::error(
                Some(simulation.place.clone()),
                format!("`{name}` cannot be shown: {error}"),
                "",
            )),
        }
    }
    for simulation in simulations.values() {
        align_frames(simulation, &mut exhibits);
    }
    exhibits
}

/// Gives the frames of a sweep axes in common.
fn align_frames(simulation: &Simulation<'_>, exhibits: &mut BTreeMap<String, Exhibited>) {
    let Some(sweep) = &simulation.sweep else { return };
    let frames: BTreeSet<&str> =
        sweep.frames.iter().map(|frame| frame.simulation.as_str()).collect();
    let mut figures: BTreeMap<String, Vec<&mut Figure>> = BTreeMap::new();
    for (name, exhibited) in exhibits {
        if frames.contains(name.as_str()) {
            for figure in &mut exhibited.figures {
                figures.entry(figure.name.clone()).or_default().push(figure);
            }
        }
    }
    figures.values_mut().for_each(|frames| align(frames));
}

fn enforce(simulation: &Simulation<'_>, claims: &[Claim], problems: &mut Problems) {
    for claim in claims.iter().filter(|claim| claim.verdict != Verdict::Holds) {
        let verdict = match claim.verdict {
            Verdict::Inconclusive => "is inconclusive",
            _ => "does not hold",
        };
        problems.push(Problem::error(
            Some(simulation.place.clone()),
            format!(
                "the claim `{}` of `{}` {verdict}: {}",
                claim.name,
                simulation.name,
                measured(claim)
            ),
            format!("it says: {}", claim.text),
        ));
    }
}

/// What a claim measured and needs: "3.1 [2.9, 3.3] (Student t, 95.0 %), needs at least 3".
#[must_use]
pub fn measured(claim: &Claim) -> String {
    let method = match claim.interval {
        Some(interval) if interval != Interval::Exact => format!(" ({interval})"),
        _ => String::new(),
    };
    format!("{}{method}, needs {}", statistic(claim), export::threshold(claim.threshold))
}

/// What a claim measured, cut where its interval says: "3.12 [2.94, 3.30]".
#[must_use]
pub fn statistic(claim: &Claim) -> String {
    printed(claim.statistic, claim.low, claim.high)
}

/// A number with its interval, each cut where the interval says.
#[must_use]
pub fn printed(value: f64, low: f64, high: f64) -> String {
    let interval = if low == high { Interval::Exact } else { Interval::StudentT { level: 0.95 } };
    let estimate =
        Estimate { value, low, high, n: 0, interval, unit: String::new(), tolerance: 0.0 };
    number::print(&estimate, Format { interval: true, ..Format::default() }).text
}
