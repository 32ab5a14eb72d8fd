//! Record or run: the only step that computes, and it says why it had to.

use std::collections::BTreeMap;
use std::path::Path;

use experiments::backend::Backend;
use experiments::experiment::Place;

use crate::config::Config;
use crate::data::Library;
use crate::diagnostics::Problem;
use crate::diagnostics::Problems;
use crate::key;
use crate::resolve::Simulation;
use crate::runner;
use crate::runner::Crew;
use crate::runner::pool::Limits;
use crate::store::records::Found;
use crate::store::records::Records;
use crate::store::records::Stored;
use crate::store::scratch::Scratch;

/// What obtaining the records of a book took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Simulations whose record was there.
    pub reused: usize,
    /// Simulations that were computed.
    pub computed: usize,
    /// Shards that were run.
    pub shards: usize,
    /// Shards that scratch held from an earlier, unfinished run.
    pub resumed: usize,
}

/// What to do about a record that is missing or stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "every caller decides among all of them")]
pub enum Policy {
    /// Run what is missing.
    Compute,
    /// Say so: a frozen build, or a check.
    Refuse,
    /// Leave it: the book has errors already, which are worth more than minutes of computing.
    Skip,
}

/// Where records, and what it takes to compute them, come from.
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "given by name")]
pub struct Sources<'a> {
    /// What the book asks for.
    pub config: &'a Config,
    /// Its data files.
    pub library: &'a Library,
    /// Its finished shards.
    pub scratch: &'a Scratch,
    /// The program whose processes do shards; none for threads of this one.
    pub workers: Option<&'a Path>,
}

/// The record of each simulation, by name. A simulation that cannot be had is a problem at its
/// first directive, and missing from the result.
pub fn obtain(
    simulations: &BTreeMap<String, Simulation<'_>>,
    Sources { config, library, scratch, workers }: Sources<'_>,
    policy: Policy,
    problems: &mut Problems,
) -> (BTreeMap<String, Stored>, Counts) {
    let records = Records::new(config.records.clone());
    let mut obtained = BTreeMap::new();
    let mut counts = Counts::default();
    let mut lock = None;
    let mut opened = None;
    let compute = policy == Policy::Compute;
    for (name, simulation) in simulations {
        let inputs = &simulation.inputs;
        let mut found = records.find(inputs);
        if !matches!(found, Found::Fresh(_)) && compute && lock.is_none() {
            match scratch.lock() {
                Ok(held) => lock = Some(held),
                Err(error) => problems.push(Problem::error(
                    None,
                    format!("the scratch folder cannot be used: {error}"),
                    "make the folder of book.toml writable, or build with --frozen",
                )),
            }
            // Another process may have computed it while we waited for the lock.
            found = records.find(inputs);
        }
        match found {
            Found::Fresh(stored) => {
                counts.reused += 1;
                obtained.insert(name.clone(), stored);
                continue;
            }
            Found::Corrupt(path, why) if policy == Policy::Compute => {
                problems.push(Problem::warning(
                    Some(simulation.place.clone()),
                    format!("the record `{}` is not trusted: {why}", path.display()),
                    "it is computed again",
                ));
            }
            Found::Corrupt(..) => {}
            Found::Stale(_) | Found::Missing => {}
        }
        match policy {
            Policy::Compute => {}
            Policy::Refuse => {
                problems.push(unavailable(simulation, &records));
                // What would stop the run is worth knowing before it.
                library.supply(simulation).err().into_iter().for_each(|fault| problems.push(fault));
                continue;
            }
            Policy::Skip => continue,
        }
        if let Some(problem) = too_expensive(simulation, config) {
            problems.push(problem);
            continue;
        }
        let supply = match library.supply(simulation) {
            Ok(supply) => supply,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        let place = simulation.entry.place();
        let Some(backend) = backend(place, &config.backend, &mut opened, problems) else {
            continue;
        };
        let crew = match workers {
            None => Crew::Threads,
            Some(program) => Crew::Workers {
                program,
                book: library.book(),
                data: library.files(),
                limits: limits(simulation, config),
            },
        };
        match runner::run(simulation, &supply, &backend, scratch, crew) {
            Ok((record, provenance, ran)) => {
                counts.computed += 1;
                counts.shards += ran.shards;
                counts.resumed += ran.resumed;
                let stored = Stored::new(inputs.clone(), record, provenance)
                    .computed_with(simulation.entry.fingerprint());
                if let Err(error) = records.store(&stored, scratch) {
                    problems.push(Problem::error(
                        Some(simulation.place.clone()),
                        format!("the record of `{name}` cannot be stored: {error}"),
                        format!("make `{}` writable", config.records.display()),
                    ));
                }
                obtained.insert(name.clone(), stored);
            }
            Err(fault) => problems.push(Problem::error(
                Some(simulation.place.clone()),
                format!("the simulation `{name}` of `{}` failed: {fault}", inputs.experiment),
                "the other simulations are finished and stored; a shard that finished is not run again",
            )),
        }
    }
    (obtained, counts)
}

/// The backend for work at that place, opened with the first simulation that needs it: a book whose
/// records are all there asks nothing of the machine. One that cannot be opened is told once.
fn backend(
    place: Place,
    name: &str,
    opened: &mut Option<Option<Backend>>,
    problems: &mut Problems,
) -> Option<Backend> {
    if place == Place::Host {
        return Some(Backend::flex());
    }
    let open = || match Backend::open(name) {
        Ok(backend) => Some(backend),
        Err(fault) => {
            problems.push(Problem::error(None, fault.to_string(), ""));
            None
        }
    };
    opened.get_or_insert_with(open).clone()
}

fn unavailable(simulation: &Simulation<'_>, records: &Records) -> Problem {
    let path = records.path(&simulation.inputs);
    let what = match records.find(&simulation.inputs) {
        Found::Stale(stored) => {
            format!("the record is stale: {}", changed(&stored, simulation).join(", "))
        }
        Found::Corrupt(_, why) => format!("the record is not trusted: {why}"),
        _ => "there is no record".into(),
    };
    Problem::error(
        Some(simulation.place.clone()),
        format!("`{}` cannot be shown without computing: {what}", simulation.name),
        format!(
            "restore `{}` from version control, or build without --frozen and commit it",
            path.display()
        ),
    )
}

/// Which components of the run key differ, old and new.
pub(crate) fn changed(stored: &Stored, simulation: &Simulation<'_>) -> Vec<String> {
    let (old, new) = (&stored.inputs, &simulation.inputs);
    let mut changed = Vec::new();
    if old.fingerprint != new.fingerprint {
        changed.push("the code of the experiment changed".to_owned());
    }
    if old.precision != new.precision {
        changed.push(format!("precision was {}, is {}", old.precision, new.precision));
    }
    for (name, version) in &new.crates {
        let before = old.crates.get(name).map_or("absent", String::as_str);
        if before != version {
            changed.push(format!("{name} was {before}, is {version}"));
        }
    }
    for (name, version) in &old.crates {
        if !new.crates.contains_key(name) {
            changed.push(format!("{name} was {version}, is absent"));
        }
    }
    changed.extend(changed_data(&old.data, &new.data));
    changed
}

/// Which data sets have other files than they had.
fn changed_data<'a>(
    old: &'a BTreeMap<String, String>,
    new: &'a BTreeMap<String, String>,
) -> impl Iterator<Item = String> + 'a {
    let added = new.iter().filter_map(move |(name, digest)| match old.get(name) {
        Some(before) if before == digest => None,
        Some(before) => Some(format!(
            "the data `{name}` were {}, are {}",
            key::short(before),
            key::short(digest)
        )),
        None => Some(format!("it now uses the data `{name}`")),
    });
    let removed = old.keys().filter(|name| !new.contains_key(*name));
    added.chain(removed.map(|name| format!("it no longer uses the data `{name}`")))
}

/// What a shard may take: what the book allows, else as much time as a whole simulation and several times the
/// memory that its experiment expects.
fn limits(simulation: &Simulation<'_>, config: &Config) -> Limits {
    /// Below this nobody minds.
    const MODEST: f64 = 2048.0;
    let expected = simulation.entry.cost(&simulation.parameters).map_or(0.0, |cost| cost.megabytes);
    Limits {
        seconds: config.shard_seconds.unwrap_or(config.max_seconds),
        megabytes: config.shard_megabytes.unwrap_or((8.0 * expected).max(MODEST)),
    }
}

fn too_expensive(simulation: &Simulation<'_>, config: &Config) -> Option<Problem> {
    let cost = simulation.entry.cost(&simulation.parameters).ok()?;
    (cost.seconds > config.max_seconds).then(|| {
        Problem::error(
            Some(simulation.place.clone()),
            format!(
                "`{}` would take about {:.0} s on one core, and the limit is {:.0} s",
                simulation.name, cost.seconds, config.max_seconds
            ),
            "ask for less, or raise `max-seconds` in [preprocessor.simulation]",
        )
    })
}
