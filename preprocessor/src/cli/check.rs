//! `check`: everything that can be known without computing or writing.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::bail;
use clap::Args;
use experiments::entry::Catalog;

use super::Root;
use super::book;
use crate::Report;

#[derive(Debug, Args)]
pub(super) struct Check {
    #[command(flatten)]
    root: Root,
    /// List the numbers that are typed into lessons with computed ones, to be looked through
    #[arg(long)]
    numbers: bool,
}

impl Check {
    /// Runs the command.
    pub(super) fn run(self, catalog: Arc<Catalog>) -> anyhow::Result<()> {
        let report = check(&self.root.root, catalog)?;
        if self.numbers {
            let mut out = std::io::stdout().lock();
            for typed in &report.typed {
                writeln!(out, "{}: {} in “{}”", typed.place, typed.number, typed.around)?;
            }
        }
        Ok(())
    }
}

/// Checks the book at `root`: scans and resolves every lesson, reads every record, decides every
/// claim, renders every formula; computes nothing, draws nothing and writes nothing. Records that no
/// lesson refers to are errors too.
///
/// # Errors
/// When the book cannot be loaded or has errors.
pub fn check(root: &Path, catalog: Arc<Catalog>) -> anyhow::Result<Report> {
    let report = book::inspect(root, catalog)?;
    let unreferenced = book::unreferenced(root, &report)?;
    for path in &unreferenced {
        eprintln!("error: no lesson refers to the record `{}`", path.display());
    }
    if !unreferenced.is_empty() {
        bail!("{} unreferenced records: `mdbook-simulation gc` removes them", unreferenced.len());
    }
    Ok(report)
}
