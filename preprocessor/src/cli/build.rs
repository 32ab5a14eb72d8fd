//! `build`: mdBook's own driver, in this process.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use experiments::entry::Catalog;

use super::Computing;
use super::Root;
use super::book;
use crate::Options;
use crate::Report;
use crate::host::Simulation;
use crate::live;

#[derive(Debug, Args)]
pub(super) struct Build {
    #[command(flatten)]
    root: Root,
    /// The folder to build into, relative to the current one, instead of book.toml's build-dir
    #[arg(short, long)]
    dest_dir: Option<PathBuf>,
    /// Fail rather than compute: every record must be there and match the code
    #[arg(long)]
    frozen: bool,
    #[command(flatten)]
    computing: Computing,
}

impl Build {
    /// Runs the command.
    pub(super) fn run(self, catalog: Arc<Catalog>, program: Option<&Path>) -> anyhow::Result<()> {
        let Self { root, dest_dir, frozen, computing } = self;
        let running = computing.running(program);
        let options = Options { frozen, backend: computing.backend, running, ..Options::default() };
        build(&root.root, dest_dir.as_deref(), catalog, options).map(drop)
    }
}

/// Builds the book at `root` as `mdbook build` would.
///
/// # Errors
/// When the book cannot be loaded, has errors, or cannot be written.
pub fn build(
    root: &Path,
    destination: Option<&Path>,
    catalog: Arc<Catalog>,
    options: Options,
) -> anyhow::Result<Report> {
    let mut book = book::load(root)?;
    if let Some(destination) = destination {
        book.config.build.build_dir = std::path::absolute(destination)?;
    }
    let site = root.join(&book.config.build.build_dir);
    if live::serves_into(root, &site) {
        tracing::warn!(
            "`mdbook serve` is running and writes into `{}` too: end it, or give another folder with `-d`",
            site.display()
        );
    }
    let simulation = Simulation::new(catalog, options);
    book.with_preprocessor(simulation.clone());
    book.build()?;
    simulation.take_report().context("mdBook did not run the preprocessor")
}
