//! `verify`: computes records again, aside, and says whether the numbers are those that lie there.

mod changed;
mod told;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use anyhow::bail;
use clap::Args;
use experiments::entry::Catalog;
use serde_json::json;

use self::told::Outcome;
use self::told::Told;
use super::Computing;
use super::referred::Referred;
use crate::agreement;
use crate::agreement::Run;
use crate::config::Config;
use crate::decide;
use crate::diagnostics::Problems;
use crate::exhibit;
use crate::exhibit::Exhibited;
use crate::key;
use crate::obtain;
use crate::obtain::Obtaining;
use crate::obtain::Running;
use crate::obtain::Sources;
use crate::resolve::Simulation;
use crate::runner::progress;
use crate::store::records::Found;
use crate::store::records::Records;
use crate::store::records::Stored;
use crate::store::scratch::Scratch;
use crate::system;

#[derive(Debug, Args)]
pub(super) struct Verify {
    /// Simulations of the book, or else experiments, which are taken at their defaults; without names, all
    /// that the book refers to
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// So many of them, drawn by the date
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..))]
    sample: Option<u32>,
    /// Those whose file differs from that revision of git, committed or not
    #[arg(long, value_name = "REV", conflicts_with = "names")]
    changed_since: Option<String>,
    #[command(flatten)]
    computing: Computing,
    /// The folder of book.toml
    #[arg(long, default_value = ".")]
    root: PathBuf,
}

/// Records that are to be verified.
struct Chosen<'s, 'c> {
    /// Those that are fresh, by name.
    fresh: BTreeMap<String, (&'s Simulation<'c>, Stored)>,
    /// Those that are not, by name, and what they are.
    others: BTreeMap<String, String>,
}

impl Verify {
    /// Runs the command. It succeeds where every record agrees.
    pub(super) fn run(
        &self,
        catalog: &Catalog,
        program: Option<&Path>,
        out: &mut dyn Write,
    ) -> anyhow::Result<ExitCode> {
        let mut referred = Referred::new(&self.root, &self.names, catalog)?;
        if !referred.whole {
            bail!("nothing is verified: see the errors above");
        }
        let mut problems = Problems::default();
        self.computing.configure(&mut referred.config, &mut problems);
        let mut chosen = self.chosen(&referred)?;
        let mut told = Told::new(self.computing.json, out);
        if let Some(most) = self.sample {
            let date = time::OffsetDateTime::now_utc().date().to_string();
            let all = chosen.fresh.len();
            chosen.fresh = drawn(chosen.fresh, most, &date);
            told.drawn(&date, all, chosen.fresh.keys())?;
        }
        if problems.errors() == 0 && !chosen.fresh.is_empty() {
            // Somebody asked for these, and they were computed before.
            let running = Running { costly: true, ..self.computing.running(program) };
            let simulations = chosen.fresh.values().map(|(simulation, _)| *simulation).collect();
            let new = self.compute(simulations, &referred, &running, &mut problems)?;
            problems.report(&mut std::io::stderr().lock())?;
            compare(&chosen, &new, &referred, &mut told)?;
        } else {
            problems.report(&mut std::io::stderr().lock())?;
        }
        for (name, why) in &chosen.others {
            told.one(name, &Outcome::NotFresh(why))?;
        }
        let agree = told.all(self.changed_since.as_deref())? && problems.errors() == 0;
        Ok(if agree { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    /// What is asked for. Two names of one record are verified once, under the first.
    fn chosen<'s, 'c>(&self, referred: &'s Referred<'c>) -> anyhow::Result<Chosen<'s, 'c>> {
        let records = Records::new(referred.config.records.clone());
        let asked: Vec<&Simulation<'_>> = match self.names.is_empty() {
            true => referred.simulations.values().collect(),
            false => {
                self.names.iter().map(|name| referred.of(name)).collect::<anyhow::Result<_>>()?
            }
        };
        let mut files: BTreeMap<PathBuf, &Simulation<'_>> = BTreeMap::new();
        for simulation in asked {
            files.entry(records.path(&simulation.inputs)).or_insert(simulation);
        }
        if let Some(revision) = &self.changed_since {
            let changed = changed::since(revision, &referred.config.records)?;
            let known: Vec<PathBuf> = files.keys().cloned().collect();
            let others = records.others(&known).into_iter();
            let alone = others.filter(|file| changed.contains(file));
            for file in alone {
                eprintln!("note: no lesson refers to `{}`, which is not verified", file.display());
            }
            files.retain(|file, _| changed.contains(file));
        }
        let mut chosen = Chosen { fresh: BTreeMap::new(), others: BTreeMap::new() };
        for (file, simulation) in files {
            let name = simulation.name.clone();
            let why = match records.find(&simulation.inputs) {
                Found::Fresh(stored) => {
                    chosen.fresh.insert(name, (simulation, stored));
                    continue;
                }
                Found::Stale(stored) => {
                    let changed = obtain::changed(&stored, simulation).join(", ");
                    format!("the record is stale: {changed}")
                }
                Found::Corrupt(_, why) => format!("the record is not trusted: {why}"),
                Found::Missing => format!("there is no record `{}`", file.display()),
            };
            chosen.others.insert(name, why);
        }
        Ok(chosen)
    }

    /// Computes simulations with neither records nor finished shards, and leaves none.
    fn compute(
        &self,
        simulations: Vec<&Simulation<'_>>,
        referred: &Referred<'_>,
        running: &Running,
        problems: &mut Problems,
    ) -> anyhow::Result<BTreeMap<String, Stored>> {
        let aside = Scratch::new(&self.root).aside().context("no temporary folder can be made")?;
        let config = Config { records: aside.records(), ..referred.config.clone() };
        let (library, scratch) = (&referred.library, aside.scratch());
        let sources = Sources { config: &config, library, scratch, running };
        let mut obtaining = Obtaining::new(sources, problems);
        let mut observer = progress::observer(running.telling);
        obtaining.compute(simulations, observer.as_mut(), &system::is_ended);
        Ok(obtaining.obtained)
    }
}

/// Says of each fresh record whether the new run agrees.
fn compare(
    chosen: &Chosen<'_, '_>,
    new: &BTreeMap<String, Stored>,
    referred: &Referred<'_>,
    told: &mut Told<'_>,
) -> std::io::Result<()> {
    let old = chosen.fresh.iter().map(|(name, (_, stored))| (name.clone(), stored.clone()));
    // Whether claims hold is the business of `check` and `build`.
    let exhibit = |records: &BTreeMap<String, Stored>| {
        exhibit::exhibit(&referred.simulations, records, &mut Problems::default())
    };
    let (shown_old, shown_new) = (exhibit(&old.collect()), exhibit(new));
    for (name, (_, was)) in &chosen.fresh {
        let Some(is) = new.get(name) else {
            told.one(name, &Outcome::NotComputed)?;
            continue;
        };
        let verdicts = [&shown_old, &shown_new].map(|shown| verdicts(shown.get(name)));
        let run = |stored, verdicts| run(stored, verdicts);
        let agreement = agreement::agreement(run(was, &verdicts[0]), run(is, &verdicts[1]));
        told.one(name, &Outcome::Compared { was, is, agreement: &agreement })?;
    }
    Ok(())
}

fn run<'r>(stored: &'r Stored, verdicts: &'r BTreeMap<String, String>) -> Run<'r> {
    let place = (stored.provenance.backend.as_str(), stored.provenance.device.as_str());
    Run { record: &stored.record, digest: &stored.digest, place, verdicts }
}

/// What claims and bounds come to.
fn verdicts(exhibited: Option<&Exhibited>) -> BTreeMap<String, String> {
    let Some(Exhibited { claims, bounds, .. }) = exhibited else { return BTreeMap::new() };
    let claims =
        claims.iter().map(|claim| (format!("the claim {}", claim.name), claim.verdict.to_string()));
    let bounds = bounds.iter().map(|bound| {
        let name = format!("the bound {} at {}", bound.id, decide::point(bound));
        (name, bound.verdict().to_string())
    });
    claims.chain(bounds).collect()
}

/// So many of these: others on another day, the same on the same day.
fn drawn<T>(all: BTreeMap<String, T>, most: u32, date: &str) -> BTreeMap<String, T> {
    let mut lots: Vec<(String, (String, T))> =
        all.into_iter().map(|one| (key::digest(&json!([date, one.0])), one)).collect();
    lots.sort_by(|(a, _), (b, _)| a.cmp(b));
    lots.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    lots.into_iter().map(|(_, one)| one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_is_that_of_its_day() {
        let all = || (0..20).map(|i| (format!("simulation-{i}"), i)).collect::<BTreeMap<_, _>>();
        let draw = |most, date: &str| drawn(all(), most, date).into_keys().collect::<Vec<_>>();
        assert_eq!(draw(3, "2026-11-22"), draw(3, "2026-11-22"));
        assert_eq!(draw(3, "2026-11-22").len(), 3);
        assert_eq!(draw(99, "2026-11-22").len(), 20);
        // Within some weeks everybody's turn comes.
        let days = (1..=60).map(|day| format!("day {day}"));
        let taken: std::collections::BTreeSet<String> =
            days.flat_map(|day| draw(3, day.as_str())).collect();
        assert_eq!(taken.len(), 20);
    }
}
