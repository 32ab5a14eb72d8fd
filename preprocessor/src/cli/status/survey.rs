//! What a book refers to, with what lies in records and scratch.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

use experiments::entry::Catalog;
use experiments::entry::Failure;

use super::super::referred::Referred;
use crate::config::Config;
use crate::resolve::Simulation;
use crate::runner::outlook::Outlook;
use crate::store::durations::Durations;
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
    durations: Durations,
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
        let durations = Durations::read(&scratch);
        Ok(Self {
            simulations,
            referred: names,
            unreferenced,
            whole,
            config,
            records,
            scratch,
            durations,
        })
    }

    /// What lies where the record of a simulation should be.
    pub(super) fn found(&self, simulation: &Simulation<'_>) -> Found {
        self.records.find(&simulation.inputs)
    }

    /// How far a simulation is, whose record is that.
    ///
    /// # Errors
    /// Why its experiment cannot plan it.
    pub(super) fn outlook(
        &self,
        simulation: &Simulation<'_>,
        found: &Found,
    ) -> Result<Outlook, Failure> {
        let before = match found {
            Found::Stale(stored) | Found::Fresh(stored) => stored.provenance.per_shard(),
            _ => None,
        };
        let holds = |address: &str| matches!(self.scratch.part(address), Ok(Some(_)));
        Outlook::of(simulation, &self.config.backend, before, &self.durations, &holds)
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
