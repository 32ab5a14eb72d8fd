//! `check`: everything that can be known without computing or writing.

use std::path::Path;
use std::sync::Arc;

use anyhow::bail;
use experiments::entry::Catalog;

use super::book;
use crate::Report;

/// Checks the book at `root`: scans and resolves every lesson, reads every record, decides every
/// claim, renders every figure and formula; computes nothing and writes nothing. Records that no
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
