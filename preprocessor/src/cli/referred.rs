//! What a book refers to: what its lessons show, also as frames of sliders, and what values, claims and
//! bounds name; with experiments at their defaults that somebody asks for besides.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;

use anyhow::anyhow;
use experiments::entry::Catalog;

use super::shown;
use super::shown::Asked;
use crate::config::Config;
use crate::data::Library;
use crate::diagnostics::Problems;
use crate::named;
use crate::resolve;
use crate::resolve::Resources;
use crate::resolve::Simulation;

/// The simulations of a book.
pub(super) struct Referred<'c> {
    /// What the lessons show or name, and the experiments at their defaults that were asked for.
    pub(super) simulations: BTreeMap<String, Simulation<'c>>,
    /// Names that directives show or refer to.
    pub(super) names: BTreeSet<String>,
    /// Whether every directive could be read.
    pub(super) whole: bool,
    /// Whether, besides, everything in the lessons that looks like a directive is one: they refer to nothing more.
    pub(super) certain: bool,
    /// What `book.toml` says.
    pub(super) config: Config,
    /// The data files of the book.
    pub(super) library: Library,
}

impl<'c> Referred<'c> {
    /// Reads the book at `root`. Problems of its directives are printed. What is asked for and not of the
    /// book is an experiment at its defaults.
    pub(super) fn new(
        root: &Path,
        asked: &[impl AsRef<str>],
        catalog: &'c Catalog,
    ) -> anyhow::Result<Self> {
        let mut problems = Problems::default();
        let Asked { config, library, mut lessons, mut simulations, is_scanned, .. } =
            shown::ask(root, catalog, &mut problems)?;
        for lesson in &mut lessons {
            lesson.read(&mut problems);
        }
        let resources = Resources { catalog, library: &library, math: config.math };
        let named = named(&lessons, catalog, &mut problems);
        resolve::add_named(&named, resources, &mut simulations, &mut problems);
        let names = simulations.keys().cloned().collect();
        let whole = problems.errors() == 0;
        let mut added = Ok(());
        for name in asked.iter().map(AsRef::as_ref) {
            if !simulations.contains_key(name) {
                let at = shown::at_defaults(name, resources, &mut simulations, &mut problems);
                added = added.and(at);
            }
        }
        problems.report(&mut std::io::stderr().lock())?;
        added?;
        Ok(Self { simulations, names, whole, certain: whole && is_scanned, config, library })
    }

    /// The simulation of that name, which was asked for.
    pub(super) fn of(&self, name: &str) -> anyhow::Result<&Simulation<'c>> {
        let cannot = || anyhow!("`{name}` cannot be resolved: see the errors above");
        self.simulations.get(name).ok_or_else(cannot)
    }
}
