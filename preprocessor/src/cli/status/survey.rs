//! What a book refers to, with what lies in records and scratch.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

use experiments::entry::Catalog;

use super::super::referred::Referred;
use crate::config::Config;
use crate::resolve::Simulation;
use crate::runner;
use crate::store::records::Found;
use crate::store::records::Records;
use crate::store::records::Stored;
use crate::store::scratch::Scratch;

/// A book, its records and its scratch.
pub(super) struct Survey<'c> {
    /// What the lessons show or name, and the experiment at its defaults that was asked for.
    pub(super) simulations: BTreeMap<String, Simulation<'c>>,
    /// Names that directives show or refer to.
    pub(super) referred: BTreeSet<String>,
    /// Records that no directive refers to, sorted by file.
    pub(super) unreferenced: Vec<(PathBuf, Stored)>,
    /// Whether every directive could be read.
    pub(super) whole: bool,
    /// What `book.toml` says.
    pub(super) config: Config,
    /// The folder of records.
    pub(super) records: Records,
    scratch: Scratch,
}

/// How far a simulation is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Progress {
    /// How many shards it has.
    pub(super) shards: usize,
    /// How many of them scratch holds.
    pub(super) held: usize,
    /// Estimated seconds, on one core, of all.
    pub(super) cost: f64,
}

impl Progress {
    /// Estimated seconds, on one core, of the shards that scratch does not hold: shards count alike.
    pub(super) fn seconds(self) -> f64 {
        match self.shards {
            0 => self.cost,
            shards => self.cost * (shards - self.held) as f64 / shards as f64,
        }
    }
}

impl<'c> Survey<'c> {
    /// Surveys the book at `root`. Problems of its directives are printed.
    pub(super) fn new(
        root: &Path,
        name: Option<&str>,
        catalog: &'c Catalog,
    ) -> anyhow::Result<Self> {
        let Referred { simulations, names, whole, config, .. } =
            Referred::new(root, name.as_slice(), catalog)?;
        let records = Records::new(config.records.clone());
        let of_the_book = simulations.iter().filter(|(name, _)| names.contains(*name));
        let files: BTreeSet<PathBuf> =
            of_the_book.map(|(_, simulation)| records.path(&simulation.inputs)).collect();
        let unreferenced = records.all().into_iter().filter(|(path, _)| !files.contains(path));
        let unreferenced = unreferenced.collect();
        let scratch = Scratch::new(root);
        Ok(Self { simulations, referred: names, unreferenced, whole, config, records, scratch })
    }

    /// What lies where the record of a simulation should be.
    pub(super) fn found(&self, simulation: &Simulation<'_>) -> Found {
        self.records.find(&simulation.inputs)
    }

    /// How far a simulation is. What `auto` would choose is not asked of the machine: of the backends
    /// that it may be, that counts which is furthest.
    pub(super) fn progress(&self, simulation: &Simulation<'_>) -> Progress {
        let Simulation { entry, parameters, inputs, .. } = simulation;
        let shards = entry.shards(parameters).unwrap_or_default();
        let held = |backend: &&str| {
            let finished = |shard| {
                matches!(self.scratch.part(&inputs.shard_digest(shard, backend)), Ok(Some(_)))
            };
            shards.iter().filter(|shard| finished(shard)).count()
        };
        let labels = runner::labels(entry.place(), &self.config.backend);
        Progress {
            shards: shards.len(),
            held: labels.iter().map(held).max().unwrap_or(0),
            cost: entry.cost(parameters).map_or(0.0, |cost| cost.seconds),
        }
    }

    /// Of the records that nothing refers to, that of the same experiment which differs in the fewest
    /// parameters: what was there before a parameter was edited.
    pub(super) fn nearest(&self, simulation: &Simulation<'_>) -> Option<&(PathBuf, Stored)> {
        let inputs = &simulation.inputs;
        let of = |(_, stored): &&(PathBuf, Stored)| stored.inputs.experiment == inputs.experiment;
        self.unreferenced.iter().filter(of).min_by_key(|(_, stored)| {
            let old = &stored.inputs.parameters;
            let differs = |name: &&String| old.get(*name) != inputs.parameters.get(*name);
            let names: BTreeSet<&String> = old.keys().chain(inputs.parameters.keys()).collect();
            names.iter().filter(|name| differs(name)).count()
        })
    }
}

/// The state of a record in a word or two.
pub(super) fn word(found: &Found) -> &'static str {
    match found {
        Found::Fresh(_) => "fresh",
        Found::Stale(_) => "stale",
        Found::Corrupt(..) => "not trusted",
        Found::Missing => "missing",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_that_are_held_cost_nothing() {
        let seconds = |shards, held| Progress { shards, held, cost: 12.0 }.seconds();
        assert_eq!([seconds(4, 0), seconds(4, 1), seconds(4, 4)], [12.0, 9.0, 0.0]);
        assert_eq!(seconds(0, 0), 12.0);
    }
}
