//! How far a run is, for whoever waits for it: bars on a terminal, lines elsewhere, events for a program.

mod bars;
mod events;
mod lines;
pub(crate) mod pace;

use std::io::IsTerminal as _;

use self::bars::Bars;
use self::events::Events;
use self::lines::Lines;
use crate::obtain::Counts;

/// How to tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "whoever tells decides among all of them")]
pub enum Telling {
    /// Bars on standard error if it is a terminal, else lines.
    #[default]
    People,
    /// Lines on standard error, whatever it is.
    Lines,
    /// A line of JSON on standard output for each event, and lines on standard error.
    Events,
    /// Not at all.
    Silent,
}

/// A simulation that is to be computed.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "plain data")]
pub struct Planned<'p> {
    /// The number by which events name it.
    pub job: usize,
    /// Its name.
    pub name: &'p str,
    /// Its experiment.
    pub experiment: &'p str,
    /// How many shards it has.
    pub shards: usize,
    /// How many of them scratch holds.
    pub held: usize,
    /// How many are run for another simulation that has them too.
    pub shared: usize,
    /// Seconds that the others are expected to take, added up.
    pub seconds: f64,
    /// The backend, or `host`.
    pub place: &'p str,
}

impl Planned<'_> {
    /// How many shards are run for it.
    #[must_use]
    pub fn run(&self) -> usize {
        self.shards - self.held - self.shared
    }
}

/// What became of a simulation.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "whoever tells decides among all of them")]
pub enum Outcome<'o> {
    /// Its record is stored.
    Computed {
        /// The record's digest.
        digest: &'o str,
        /// Whether another record lay there.
        changed: bool,
        /// Seconds that its shards took, added up.
        seconds: f64,
    },
    /// It failed, and why.
    Failed(&'o str),
    /// The run was stopped before.
    Stopped,
}

/// Somebody who is told how far a run is.
pub trait Observer {
    /// These are to be computed, so many shards at a time.
    fn planned(&mut self, _plan: &[Planned<'_>], _at_once: usize) {}
    /// A shard of a job has ended that was expected to take so many seconds; those it took, unless it failed.
    fn shard(&mut self, _job: usize, _expected: f64, _took: Option<f64>) {}
    /// A shard of a job has ended that was run for another one, done or failed.
    fn shared(&mut self, _job: usize, _done: bool) {}
    /// A job has ended.
    fn settled(&mut self, _job: usize, _outcome: Outcome<'_>) {}
    /// Nothing runs any more.
    fn ended(&mut self) {}
    /// All records were looked for.
    fn obtained(&mut self, _counts: &Counts) {}
}

/// Nobody.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing in it")]
pub struct Nobody;

impl Observer for Nobody {}

/// Who is told in that way.
#[must_use]
pub fn observer(telling: Telling) -> Box<dyn Observer> {
    let bars = std::io::stderr().is_terminal() && !in_ci();
    match telling {
        Telling::People if bars => Box::new(Bars::default()),
        Telling::People | Telling::Lines => Box::new(Lines::default()),
        Telling::Events => Box::new(Events::new(std::io::stdout())),
        Telling::Silent => Box::new(Nobody),
    }
}

/// Whether this is a machine's work, by the variable `CI`.
#[must_use]
pub fn in_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
}

/// Seconds as people say them: "0.4 s", "3 min 20 s", "2 h 5 min".
#[must_use]
pub fn spoken(seconds: f64) -> String {
    if !seconds.is_finite() || seconds < 0.0 {
        return "some time".into();
    }
    if seconds < 9.95 {
        return format!("{seconds:.1} s");
    }
    // Below the largest whole number by far: the age of the universe has 5e17 seconds.
    let whole = seconds.round().min(1e15) as u64;
    match whole {
        0..60 => format!("{whole} s"),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_as_exact_as_one_wants_to_know() {
        for (seconds, expected) in [
            (0.04, "0.0 s"),
            (9.94, "9.9 s"),
            (9.96, "10 s"),
            (59.4, "59 s"),
            (200.0, "3 min 20 s"),
            (7500.0, "2 h 5 min"),
            (f64::INFINITY, "some time"),
            (f64::NAN, "some time"),
        ] {
            assert_eq!(spoken(seconds), expected);
        }
    }
}
