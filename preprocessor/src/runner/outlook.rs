//! What it would take to compute a simulation, without running anything.

use experiments::entry::Failure;

use super::labels;
use crate::resolve::Simulation;
use crate::store::durations::Durations;

/// How far a simulation is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Outlook {
    /// How many shards it has.
    pub(crate) shards: usize,
    /// How many of them scratch holds.
    pub(crate) held: usize,
    /// Seconds on one core that the others are expected to take: as long as they took before, or as shards of their
    /// kind did, or as a record says, or as the experiment does.
    pub(crate) seconds: f64,
}

impl Outlook {
    /// The outlook on a simulation on a backend, by a name that may be `auto`. What that would choose is not asked of the
    /// machine: of the backends that it may be, that counts which is furthest. `before` are seconds that a shard took when a
    /// record was last made, with whatever code; `holds` says whether scratch has the shard of an address.
    ///
    /// # Errors
    /// When the experiment cannot plan it.
    pub(crate) fn of(
        simulation: &Simulation<'_>,
        backend: &str,
        before: Option<f64>,
        durations: &Durations,
        holds: &dyn Fn(&str) -> bool,
    ) -> Result<Self, Failure> {
        let Simulation { entry, parameters, inputs, .. } = simulation;
        let (shards, cost) = (entry.shards(parameters)?, entry.cost(parameters)?);
        let average = before.unwrap_or(cost.seconds / shards.len().max(1) as f64);
        let outlook = |label: &str| {
            let expected = durations.expected(entry.id(), label, average);
            let missing: Vec<f64> = shards
                .iter()
                .filter(|shard| !holds(&inputs.shard_digest(shard, label)))
                .map(|shard| expected.seconds(shard))
                .collect();
            let held = shards.len() - missing.len();
            // Not -0, which the sum of nothing is.
            let seconds = missing.iter().fold(0.0, |sum, seconds| sum + seconds);
            Self { shards: shards.len(), held, seconds }
        };
        let outlooks = labels(entry.place(), backend).into_iter().map(outlook);
        let none = Self { shards: shards.len(), held: 0, seconds: cost.seconds };
        Ok(outlooks.max_by_key(|outlook| outlook.held).unwrap_or(none))
    }
}
