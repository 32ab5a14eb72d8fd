//! `run`: computes records without building pages.

use std::path::Path;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use experiments::entry::Catalog;

use crate::live::drain;

#[derive(Debug, Args)]
pub(super) struct Run {
    /// Compute what a live session left to be computed
    #[arg(long, hide = true)]
    queue: bool,
    /// The folder of book.toml
    #[arg(long, default_value = ".")]
    root: PathBuf,
}

impl Run {
    /// Runs the command.
    pub(super) fn run(&self, catalog: &Catalog, program: Option<&Path>) -> anyhow::Result<()> {
        let program = program.context("the system does not tell where this program lies")?;
        drain::drain(&self.root, catalog, program)
    }
}
