//! `status`: which records are fresh and which are not, why, and what it would take. Nothing computes.

mod cause;
mod one;
mod overview;
mod survey;

use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use experiments::entry::Catalog;

use self::survey::Survey;
use crate::store::layout;

#[derive(Debug, Args)]
pub(super) struct Status {
    /// A simulation of the book, or else an experiment, which is taken at its defaults; without a name,
    /// all that the book refers to
    name: Option<String>,
    /// Print JSON instead of text
    #[arg(long)]
    json: bool,
    /// The folder of book.toml
    #[arg(long, default_value = ".")]
    root: PathBuf,
}

impl Status {
    /// Runs the command. It succeeds where everything that was asked about is fresh.
    pub(super) fn run(&self, catalog: &Catalog, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
        let survey = Survey::new(&self.root, self.name.as_deref(), catalog)?;
        let (fresh, text, json) = match &self.name {
            None => {
                let overview = overview::Overview::new(&survey);
                (overview.is_fresh(), overview.text(), overview.json())
            }
            Some(name) => {
                let one = one::One::new(name, &survey, catalog)?;
                (one.is_fresh(), one.text(), one.json())
            }
        };
        match self.json {
            true => writeln!(out, "{}", layout::compact(&json))?,
            false => write!(out, "{text}")?,
        }
        Ok(if fresh { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// A path as one would type it.
fn shown(path: &Path) -> String {
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}
