//! `check`: everything that can be known without computing or writing.

use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use anyhow::anyhow;
use anyhow::bail;
use clap::Args;
use experiments::entry::Catalog;

use super::Root;
use super::book;
use crate::Report;
use crate::live;

#[derive(Debug, Args)]
pub(super) struct Check {
    #[command(flatten)]
    root: Root,
    /// List the numbers that are typed into lessons with computed ones, to be looked through
    #[arg(long)]
    numbers: bool,
    /// Check a built site as well: refuse pages of a live session, which are not for publishing
    #[arg(long, value_name = "DIR")]
    site: Option<PathBuf>,
}

impl Check {
    /// Runs the command.
    pub(super) fn run(self, catalog: Arc<Catalog>) -> anyhow::Result<()> {
        let report = check(&self.root.root, catalog, self.numbers);
        let site = self.site.as_deref().map_or(Ok(()), check_site);
        // Both are told.
        let report = match (report, site) {
            (Ok(report), site) => {
                site?;
                report
            }
            (Err(book), Err(site)) => return Err(anyhow!("{book:#}; {site:#}")),
            (Err(book), Ok(())) => return Err(book),
        };
        let mut out = std::io::stdout().lock();
        for typed in &report.typed {
            writeln!(out, "{}: {} in “{}”", typed.place, typed.number, typed.around)?;
        }
        Ok(())
    }
}

/// Checks the book at `root`: scans and resolves every lesson, reads every record, decides every
/// claim, renders every formula; computes nothing, draws nothing and writes nothing. Records that no
/// lesson refers to are errors too. Where `numbers` are asked for, the report has those that authors typed.
///
/// # Errors
/// When the book cannot be loaded or has errors.
pub fn check(root: &Path, catalog: Arc<Catalog>, numbers: bool) -> anyhow::Result<Report> {
    let report = book::inspect(root, catalog, numbers)?;
    let unreferenced = book::unreferenced(root, &report)?;
    for path in &unreferenced {
        eprintln!("error: no lesson refers to the record `{}`", path.display());
    }
    if !unreferenced.is_empty() {
        bail!("{} unreferenced records: `mdbook-simulation gc` removes them", unreferenced.len());
    }
    Ok(report)
}

/// Refuses a site that a live session wrote: it may hold what is stale, a draft, or an error.
///
/// # Errors
/// When it is one, is no site, or cannot be read.
fn check_site(site: &Path) -> anyhow::Result<()> {
    /// More names help nobody.
    const MOST: usize = 5;
    let files = files(site).with_context(|| format!("`{}`", site.display()))?;
    let mut pages = 0;
    let mut refused = Vec::new();
    for file in &files {
        if file.extension().is_some_and(|extension| extension == "html") {
            pages += 1;
            let text = std::fs::read(file).with_context(|| file.display().to_string())?;
            if live::page::is_live(&String::from_utf8_lossy(&text)) {
                refused.push(file);
            }
        } else if file.file_name().is_some_and(|name| name == live::report::FILE) {
            refused.push(file);
        }
    }
    if pages == 0 {
        bail!("there is no page in `{}`: give the folder that `build` writes", site.display());
    }
    for file in refused.iter().take(MOST) {
        eprintln!("error: `{}` is of a live session", file.display());
    }
    if !refused.is_empty() {
        bail!(
            "{} of {} files are not for publishing: `mdbook serve` wrote them; end it, and build",
            refused.len(),
            files.len()
        );
    }
    Ok(())
}

/// The files below a folder, sorted.
fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
