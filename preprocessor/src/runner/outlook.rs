//! What it would take to compute a simulation, without running anything.

use std::collections::BTreeMap;

use experiments::entry::Failure;

use super::labels;
use crate::resolve::Simulation;
use crate::store::durations::Durations;

/// How far a simulation is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Outlook {
    /// How many shards it has.
    pub(crate) shards: usize,
    /// How many of them scratch holds.
    pub(crate) held: usize,
    /// The others by address, each with the seconds on one core that it is expected to take.
    pub(crate) missing: BTreeMap<String, f64>,
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
        let estimated = cost.seconds / shards.len().max(1) as f64;
        let outlook = |label: &str| {
            let expected = durations.expected(entry.id(), label, estimated, before);
            let (mut held, mut missing) = (0, BTreeMap::new());
            for shard in &shards {
                let address = inputs.shard_digest(shard, label);
                match holds(&address) {
                    true => held += 1,
                    false => drop(missing.insert(address, expected.seconds(shard))),
                }
            }
            Self { shards: shards.len(), held, missing }
        };
        // Of equal ones the last counts, and the first is what `auto` would rather have.
        let outlooks = labels(entry.place(), backend).into_iter().rev().map(outlook);
        let none = Self { shards: shards.len(), held: 0, missing: BTreeMap::new() };
        Ok(outlooks.max_by_key(|outlook| outlook.held).unwrap_or(none))
    }

    /// Seconds on one core that the shards are expected to take which scratch does not hold.
    pub(crate) fn seconds(&self) -> f64 {
        total(&self.missing)
    }
}

/// The sum of what shards take, each once.
pub(crate) fn total(shards: &BTreeMap<String, f64>) -> f64 {
    // Not -0, which the sum of nothing is.
    shards.values().fold(0.0, |sum, seconds| sum + seconds)
}
