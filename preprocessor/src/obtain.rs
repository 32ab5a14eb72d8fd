//! Record or run: the only step that computes, and it says why it had to.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use experiments::backend::Backend;
use experiments::experiment::Place;

use crate::config::Config;
use crate::data::Library;
use crate::diagnostics::Problem;
use crate::diagnostics::Problems;
use crate::key;
use crate::resolve::Simulation;
use crate::runner;
use crate::runner::Computed;
use crate::runner::Crew;
use crate::runner::Fault;
use crate::runner::Job;
use crate::runner::Means;
use crate::runner::process::Limits;
use crate::runner::progress;
use crate::runner::progress::Observer;
use crate::runner::progress::Outcome;
use crate::runner::progress::Telling;
use crate::store::records::Found;
use crate::store::records::Records;
use crate::store::records::Stored;
use crate::store::scratch::Scratch;
use crate::system;

/// What obtaining the records of a book took.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Counts {
    /// Simulations whose record was there.
    pub reused: usize,
    /// Simulations that were computed; two names of one record are one.
    pub computed: usize,
    /// Simulations that failed.
    pub failed: usize,
    /// Simulations that were computed and whose record could not be stored.
    pub unstored: usize,
    /// Shards that were run, of simulations that were computed.
    pub shards: usize,
    /// Shards that scratch held from an earlier, unfinished run.
    pub resumed: usize,
    /// Seconds on one core that the records which were there have saved.
    pub saved: f64,
}

impl fmt::Display for Counts {
    /// In a line, for a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { reused, computed, failed, shards, resumed, saved, .. } = *self;
        write!(
            f,
            "{reused} simulations from records, {computed} computed ({shards} shards run, {resumed} resumed), \
             {failed} failed; the records saved {} on one core",
            progress::spoken(saved)
        )
    }
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
    /// How to run what has to be run.
    pub running: &'a Running,
}

/// How to run what has to be run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "settings are given by name")]
pub struct Running {
    /// The program whose processes do shards; threads of this one where there is none.
    pub workers: Option<PathBuf>,
    /// How many shards run at a time on the host; none for as many as it has cores.
    pub at_once: Option<usize>,
    /// Who is told how far it is.
    pub telling: Telling,
    /// Whether simulations may cost more than the book allows: somebody asked for these by name.
    pub costly: bool,
    /// Whether simulations that have a fresh record are computed all the same.
    pub again: bool,
}

/// The record of each simulation, by name. A simulation that cannot be had is a problem at its
/// first directive, and missing from the result.
pub fn obtain(
    simulations: &BTreeMap<String, Simulation<'_>>,
    sources: Sources<'_>,
    policy: Policy,
    problems: &mut Problems,
) -> (BTreeMap<String, Stored>, Counts) {
    let mut obtaining = Obtaining::new(sources, problems);
    let wanted = obtaining.look_up(simulations.values().collect());
    match policy {
        _ if wanted.is_empty() => {}
        Policy::Skip => {}
        Policy::Refuse => obtaining.refuse(&wanted),
        Policy::Compute => {
            let mut observer = progress::observer(sources.running.telling);
            obtaining.compute(wanted, observer.as_mut(), &system::is_ended);
        }
    }
    (obtaining.obtained, obtaining.counts)
}

/// Records on their way.
pub(crate) struct Obtaining<'a> {
    sources: Sources<'a>,
    records: Records,
    problems: &'a mut Problems,
    /// The records that there are, by name.
    pub(crate) obtained: BTreeMap<String, Stored>,
    /// What that took.
    pub(crate) counts: Counts,
}

impl<'a> Obtaining<'a> {
    pub(crate) fn new(sources: Sources<'a>, problems: &'a mut Problems) -> Self {
        let records = Records::new(sources.config.records.clone());
        let (obtained, counts) = (BTreeMap::new(), Counts::default());
        Self { sources, records, problems, obtained, counts }
    }

    /// Takes the records that are there. Gives the simulations that have none.
    pub(crate) fn look_up<'s, 'c>(
        &mut self,
        simulations: Vec<&'s Simulation<'c>>,
    ) -> Vec<&'s Simulation<'c>> {
        let mut wanted = Vec::new();
        for simulation in simulations {
            match self.records.find(&simulation.inputs) {
                Found::Fresh(stored) => {
                    self.counts.reused += 1;
                    self.counts.saved += stored.provenance.seconds;
                    self.obtained.insert(simulation.name.clone(), stored);
                }
                _ => wanted.push(simulation),
            }
        }
        wanted
    }

    fn refuse(&mut self, wanted: &[&Simulation<'_>]) {
        for simulation in wanted {
            self.problems.push(unavailable(simulation, &self.records));
            // What would stop the run is worth knowing before it.
            self.problems.extend(self.sources.library.supply(simulation).err());
        }
    }

    /// Computes what has no record, unless another process does so meanwhile.
    pub(crate) fn compute(
        &mut self,
        wanted: Vec<&Simulation<'_>>,
        observer: &mut dyn Observer,
        stop: &(dyn Fn() -> bool + Sync),
    ) {
        let Sources { scratch, library, running, .. } = self.sources;
        let _stoppable = system::Stoppable::begin();
        let _lock = match scratch.lock(stop) {
            Ok(Some(lock)) => lock,
            Ok(None) => {
                wanted.iter().for_each(|simulation| self.failed(&[simulation], &Fault::Stopped));
                return;
            }
            Err(error) => {
                self.problems.push(Problem::error(
                    None,
                    format!("the scratch folder cannot be used: {error}"),
                    "make the folder of book.toml writable, or build with --frozen",
                ));
                return;
            }
        };
        let wanted = if running.again { wanted } else { self.look_up(wanted) };
        let shared = self.by_record(&wanted);
        let mut opened = None;
        let jobs: Vec<(Job<'_, '_>, &[&Simulation<'_>])> = shared
            .values()
            .filter_map(|same| Some((self.job(same.first()?, &mut opened)?, same.as_slice())))
            .collect();
        let (jobs, names): (Vec<_>, Vec<_>) = jobs.into_iter().unzip();
        let crew = match &running.workers {
            None => Crew::Threads,
            Some(program) => Crew::Workers { program, book: library.book(), data: library.files() },
        };
        let means = Means { scratch, crew, at_once: running.at_once, stop };
        runner::run(&jobs, means, observer, &mut |job, outcome, observer| match outcome {
            Ok(computed) => {
                let settled = self.keep(names[job], computed);
                observer.settled(job, settled.outcome());
            }
            Err(fault) => {
                let message = fault.to_string();
                observer.settled(job, outcome_of(&fault, &message));
                self.failed(names[job], &fault);
            }
        });
        observer.obtained(&self.counts);
    }

    /// Simulations by the file of their record: two names may be of one.
    fn by_record<'s, 'c>(
        &self,
        wanted: &[&'s Simulation<'c>],
    ) -> BTreeMap<PathBuf, Vec<&'s Simulation<'c>>> {
        let mut shared: BTreeMap<PathBuf, Vec<&Simulation<'_>>> = BTreeMap::new();
        for simulation in wanted {
            shared.entry(self.records.path(&simulation.inputs)).or_default().push(simulation);
        }
        shared
    }

    /// What it takes to compute a simulation; a problem where it cannot be.
    fn job<'s, 'c>(
        &mut self,
        simulation: &'s Simulation<'c>,
        opened: &mut Option<Option<Backend>>,
    ) -> Option<Job<'s, 'c>> {
        let Sources { config, library, running, .. } = self.sources;
        let found = self.records.find(&simulation.inputs);
        if let Found::Corrupt(path, why) = &found {
            self.problems.push(Problem::warning(
                Some(simulation.place.clone()),
                format!("the record `{}` is not trusted: {why}", path.display()),
                "it is computed again",
            ));
        }
        if let Some(problem) = too_expensive(simulation, config).filter(|_| !running.costly) {
            self.problems.push(problem);
            return None;
        }
        let supply = match library.supply(simulation) {
            Ok(supply) => supply,
            Err(problem) => {
                self.problems.push(problem);
                return None;
            }
        };
        let place = simulation.entry.place();
        let backend = backend(place, &config.backend, opened, self.problems)?;
        let before = match found {
            Found::Stale(stored) | Found::Fresh(stored) => stored.provenance.per_shard(),
            _ => None,
        };
        let limits = limits(simulation, config, running.costly);
        Some(Job { simulation, supply, backend, limits, before })
    }

    /// Stores what was computed. A record that cannot be stored is as true as one that can.
    fn keep(&mut self, same: &[&Simulation<'_>], computed: Computed) -> Kept {
        let Computed { record, provenance, ran } = computed;
        self.counts.computed += 1;
        self.counts.shards += ran.shards;
        self.counts.resumed += ran.resumed;
        let simulation = same[0];
        let stored = Stored::new(simulation.inputs.clone(), record, provenance)
            .computed_with(simulation.entry.fingerprint());
        let wrote = self.records.store(&stored, self.sources.scratch);
        if let Err(error) = &wrote {
            self.counts.unstored += 1;
            self.problems.push(Problem::warning(
                Some(simulation.place.clone()),
                format!("the record of `{}` cannot be stored: {error}", simulation.name),
                format!(
                    "make `{}` writable: until then every build computes it again",
                    self.sources.config.records.display()
                ),
            ));
        }
        let kept = Kept {
            digest: stored.digest.clone(),
            changed: wrote.unwrap_or(true),
            seconds: stored.provenance.seconds,
        };
        for simulation in same {
            self.obtained.insert(simulation.name.clone(), stored.clone());
        }
        kept
    }

    fn failed(&mut self, same: &[&Simulation<'_>], fault: &Fault) {
        self.counts.failed += 1;
        let hint = match fault {
            Fault::Scratch(_) => {
                "make room for `.simulation` in the folder of book.toml, and build again: what is finished is kept"
            }
            _ if self.sources.scratch.is_aside() => "the others are finished",
            _ => {
                "what else there was is finished and stored; a shard that finished is not run again"
            }
        };
        for simulation in same {
            let (name, id) = (&simulation.name, simulation.entry.id());
            self.problems.push(Problem::error(
                Some(simulation.place.clone()),
                format!("the simulation `{name}` of `{id}` failed: {fault}"),
                hint,
            ));
        }
    }
}

/// A record that was stored.
struct Kept {
    digest: String,
    changed: bool,
    seconds: f64,
}

impl Kept {
    fn outcome(&self) -> Outcome<'_> {
        let Self { digest, changed, seconds } = self;
        Outcome::Computed { digest, changed: *changed, seconds: *seconds }
    }
}

fn outcome_of<'m>(fault: &Fault, message: &'m str) -> Outcome<'m> {
    match fault {
        Fault::Stopped => Outcome::Stopped,
        _ => Outcome::Failed(message),
    }
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
    let name = &simulation.name;
    let hint = match records.find(&simulation.inputs) {
        Found::Stale(_) => format!(
            "`mdbook-simulation run {name}` computes it: commit what that writes; `mdbook-simulation status {name}` says what \
             differs"
        ),
        _ => format!(
            "restore `{}` from version control, or `mdbook-simulation run {name}` computes it: commit what that writes",
            path.display()
        ),
    };
    Problem::error(
        Some(simulation.place.clone()),
        format!("`{name}` cannot be shown without computing: {what}"),
        hint,
    )
}

/// What is said where the fingerprint differs.
pub(crate) const CODE: &str = "the code of the experiment changed";

/// Which components of the run key differ, old and new.
pub(crate) fn changed(stored: &Stored, simulation: &Simulation<'_>) -> Vec<String> {
    let (old, new) = (&stored.inputs, &simulation.inputs);
    let mut changed = Vec::new();
    if old.fingerprint != new.fingerprint {
        changed.push(CODE.to_owned());
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
fn limits(simulation: &Simulation<'_>, config: &Config, costly: bool) -> Limits {
    /// Below this nobody minds.
    const MODEST: f64 = 2048.0;
    let cost = simulation.entry.cost(&simulation.parameters).ok();
    let (seconds, megabytes) = cost.map_or((0.0, 0.0), |cost| (cost.seconds, cost.megabytes));
    let whole = if costly { config.max_seconds.max(seconds) } else { config.max_seconds };
    Limits {
        seconds: config.shard_seconds.unwrap_or(whole),
        megabytes: config.shard_megabytes.unwrap_or((8.0 * megabytes).max(MODEST)),
    }
}

/// What to say of a simulation that may not be run for its cost.
pub(crate) fn too_expensive(simulation: &Simulation<'_>, config: &Config) -> Option<Problem> {
    let cost = simulation.entry.cost(&simulation.parameters).ok()?;
    (cost.seconds > config.max_seconds).then(|| {
        Problem::error(
            Some(simulation.place.clone()),
            format!(
                "`{}` would take about {:.0} s on one core, and the limit is {:.0} s",
                simulation.name, cost.seconds, config.max_seconds
            ),
            format!(
                "ask for less, compute it by `mdbook-simulation run {}`, or raise `max-seconds` in [preprocessor.simulation]",
                simulation.name
            ),
        )
    })
}
