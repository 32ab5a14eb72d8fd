//! From records to what is shown: figures, claims and bounds, and which claims stop the build.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use experiments::bound::Bound;
use experiments::claim::Claim;
use experiments::claim::Verdict;
use experiments::entry::Failure;
use experiments::figure::Figure;
use experiments::record::Estimate;
use experiments::record::Interval;
use experiments::record::Record;

use crate::diagnostics::Problem;
use crate::diagnostics::Problems;
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

/// Figures, claims and bounds of each record; the frames of a sweep have their axes in common.
pub fn exhibit(
    simulations: &BTreeMap<String, Simulation<'_>>,
    records: &BTreeMap<String, Stored>,
    problems: &mut Problems,
) -> BTreeMap<String, Exhibited> {
    let mut exhibits = BTreeMap::new();
    for (name, stored) in records {
        let Some(simulation) = simulations.get(name) else { continue };
        match of(simulation, &stored.record) {
            Ok(exhibited) => {
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

/// What a record shows.
///
/// # Errors
/// When the experiment cannot read its parameters, or panics.
fn of(simulation: &Simulation<'_>, record: &Record) -> Result<Exhibited, Failure> {
    let Simulation { entry, parameters, .. } = simulation;
    Ok(Exhibited {
        figures: entry.figures(parameters, record)?,
        claims: entry.claims(parameters, record)?,
        bounds: entry.bounds(parameters, record)?,
    })
}

/// Whether the code as it is can show a record that other code left. It may ask it for what is not in it, which is
/// a panic; that one is told nobody.
#[must_use]
pub fn can_show(simulation: &Simulation<'_>, record: &Record) -> bool {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let shown = of(simulation, record);
    std::panic::set_hook(hook);
    shown.is_ok()
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

/// A claim of a simulation at default parameters that does not hold is a problem at its first directive.
pub fn enforce(
    simulations: &BTreeMap<String, Simulation<'_>>,
    exhibits: &BTreeMap<String, Exhibited>,
    problems: &mut Problems,
) {
    let published = simulations.values().filter(|simulation| simulation.published);
    for simulation in published {
        if let Some(exhibited) = exhibits.get(&simulation.name) {
            enforce_claims(simulation, &exhibited.claims, problems);
        }
    }
}

fn enforce_claims(simulation: &Simulation<'_>, claims: &[Claim], problems: &mut Problems) {
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
