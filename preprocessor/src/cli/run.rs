//! `run`: computes what has no fresh record, or what is named, and stores it. No pages are built.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use anyhow::bail;
use clap::Args;
use experiments::entry::Catalog;

use super::Computing;
use super::referred::Referred;
use crate::config::Config;
use crate::data::Library;
use crate::diagnostics::Problems;
use crate::key;
use crate::live::drain;
use crate::obtain::Counts;
use crate::obtain::Obtaining;
use crate::obtain::Running;
use crate::obtain::Sources;
use crate::resolve::Simulation;
use crate::runner::progress;
use crate::store::records::Found;
use crate::store::records::Records;
use crate::store::records::Stored;
use crate::store::scratch::Aside;
use crate::store::scratch::Scratch;
use crate::system;

#[derive(Debug, Args)]
pub(super) struct Run {
    /// Simulations of the book, or else experiments, which are taken at their defaults; without names, all
    /// that the book refers to. What is named may cost more than `max-seconds`
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Compute also what has a fresh record, without finished shards, and say whether the digest is the same
    #[arg(long)]
    fresh: bool,
    /// Compute the drafts of these, in seconds, and keep them in scratch: no page is published from one
    #[arg(long)]
    draft: bool,
    #[command(flatten)]
    computing: Computing,
    /// The folder of book.toml
    #[arg(long, default_value = ".")]
    root: PathBuf,
    /// Compute what a live session left to be computed in the background, and end with it
    #[arg(long, hide = true, conflicts_with_all = ["names", "fresh", "draft"])]
    queue: bool,
}

/// What became of a run.
struct Ran {
    obtained: BTreeMap<String, Stored>,
    counts: Counts,
    /// Digests of the fresh records that lay there, by name.
    before: BTreeMap<String, String>,
    /// Whether anything was to be computed.
    any: bool,
}

impl Run {
    /// Whether it is the process of a live session.
    pub(super) fn is_in_the_background(&self) -> bool {
        self.queue
    }

    /// Runs the command. It succeeds where all that was asked for is there in the end.
    pub(super) fn run(
        &self,
        catalog: &Catalog,
        program: Option<&Path>,
        out: &mut dyn Write,
    ) -> anyhow::Result<ExitCode> {
        if self.queue {
            let program = program.context("the system does not tell where this program lies")?;
            drain::drain(&self.root, catalog, program)?;
            return Ok(ExitCode::SUCCESS);
        }
        let mut referred = Referred::new(&self.root, &self.names, catalog)?;
        if !referred.whole {
            // With a directive in error, the book might mean something else by a name.
            bail!("nothing is computed: see the errors above");
        }
        let mut problems = Problems::default();
        self.computing.configure(&mut referred.config, &mut problems);
        let scratch = Scratch::new(&self.root);
        let drafts = if self.draft { self.drafts(&referred, &mut problems)? } else { Vec::new() };
        let mut config = referred.config.clone();
        let chosen = match self.draft {
            true => {
                config.records = scratch.drafts();
                drafts.iter().collect()
            }
            false => self.chosen(&referred)?,
        };
        let mut unstored = 0;
        // What cannot be resolved is told, and leaves nothing half done.
        if problems.errors() == 0 {
            let running = Running {
                costly: !self.names.is_empty(),
                again: self.fresh,
                ..self.computing.running(program)
            };
            let sources = (&config, &referred.library, &running);
            let ran = self.compute(chosen, sources, &scratch, &mut problems)?;
            self.tell(&ran, problems.errors() > 0, out)?;
            if progress::in_ci() {
                tracing::info!("{}", ran.counts);
            }
            self.warn(&referred);
            unstored = ran.counts.unstored;
        }
        problems.report(&mut std::io::stderr().lock())?;
        Ok(match problems.errors() == 0 && unstored == 0 {
            true => ExitCode::SUCCESS,
            false => ExitCode::FAILURE,
        })
    }

    /// What is named, or else all of the book.
    fn chosen<'s, 'c>(
        &self,
        referred: &'s Referred<'c>,
    ) -> anyhow::Result<Vec<&'s Simulation<'c>>> {
        if self.names.is_empty() {
            return Ok(referred.simulations.values().collect());
        }
        let named: BTreeMap<&str, &Simulation<'_>> = self
            .names
            .iter()
            .map(|name| Ok((name.as_str(), referred.of(name)?)))
            .collect::<anyhow::Result<_>>()?;
        Ok(named.into_values().collect())
    }

    /// The drafts of what is named, or else of what has no fresh record.
    fn drafts<'c>(
        &self,
        referred: &Referred<'c>,
        problems: &mut Problems,
    ) -> anyhow::Result<Vec<Simulation<'c>>> {
        let records = Records::new(referred.config.records.clone());
        let mut drafts = Vec::new();
        for simulation in self.chosen(referred)? {
            let fresh = matches!(records.find(&simulation.inputs), Found::Fresh(_));
            if fresh && self.names.is_empty() {
                continue;
            }
            match simulation.draft(&referred.library) {
                Ok(draft) => drafts.push(draft),
                Err(found) => problems.extend(found),
            }
        }
        Ok(drafts)
    }

    fn compute(
        &self,
        chosen: Vec<&Simulation<'_>>,
        (config, library, running): (&Config, &Library, &Running),
        scratch: &Scratch,
        problems: &mut Problems,
    ) -> anyhow::Result<Ran> {
        // What runs aside locks nothing of the book, and stores into it.
        const UNUSABLE: &str = "the scratch folder cannot be used";
        let _lock = self.fresh.then(|| scratch.lock(&|| false)).transpose().context(UNUSABLE)?;
        let aside = self.fresh.then(|| scratch.aside()).transpose().context(UNUSABLE)?;
        let scratch = aside.as_ref().map_or(scratch, Aside::scratch);
        let records = Records::new(config.records.clone());
        let digest = |simulation: &&Simulation<'_>| match records.find(&simulation.inputs) {
            Found::Fresh(stored) => Some((simulation.name.clone(), stored.digest)),
            _ => None,
        };
        let before = chosen.iter().filter(|_| self.fresh).filter_map(digest).collect();
        let mut obtaining = Obtaining::new(Sources { config, library, scratch, running }, problems);
        let wanted = if self.fresh { chosen } else { obtaining.look_up(chosen) };
        let any = !wanted.is_empty();
        if any {
            let mut observer = progress::observer(running.telling);
            obtaining.compute(wanted, observer.as_mut(), &system::is_ended);
        }
        Ok(Ran { obtained: obtaining.obtained, counts: obtaining.counts, before, any })
    }

    /// Says what became of it, besides what was told while it ran.
    fn tell(&self, ran: &Ran, failed: bool, out: &mut dyn Write) -> std::io::Result<()> {
        if self.computing.json {
            if !ran.any {
                progress::observer(self.computing.running(None).telling).obtained(&ran.counts);
            }
            return Ok(());
        }
        if !ran.any && !failed {
            let (count, what) = (ran.counts.reused, if self.draft { "draft" } else { "record" });
            return match count {
                0 if self.draft => writeln!(out, "nothing to do: every record is fresh"),
                0 => writeln!(out, "nothing to do: the book refers to no simulation"),
                1 => writeln!(out, "nothing to do: the {what} is fresh"),
                _ => writeln!(out, "nothing to do: {count} {what}s are fresh"),
            };
        }
        for (name, stored) in ran.obtained.iter().filter(|_| self.fresh) {
            let is = key::short(&stored.digest);
            match ran.before.get(name) {
                Some(before) if *before == stored.digest => {
                    writeln!(out, "{name}: the same digest, {is}")?;
                }
                Some(before) => {
                    writeln!(out, "{name}: the digest was {}, is {is}", key::short(before))?;
                }
                None => writeln!(out, "{name}: the digest is {is}; nothing fresh lay there")?,
            }
        }
        Ok(())
    }

    /// Says which of the records that were asked for do not stay.
    fn warn(&self, referred: &Referred<'_>) {
        let alone = |name: &&String| !self.draft && !referred.names.contains(*name);
        for name in self.names.iter().filter(alone) {
            eprintln!(
                "note: no lesson refers to `{name}`: `check` refuses its record, `gc` removes it"
            );
        }
    }
}
