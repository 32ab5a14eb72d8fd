//! While somebody writes, with `mdbook serve` open: nothing blocks. A page shows what there is at once, the record, the
//! last good one marked as stale, a draft, or words about what is going on; what is missing goes into a
//! [`queue`], which a process of its own [`drain`]s; when a result lands, mdBook is [woken](`wake`) and shows it.
//! Errors stand in the pages, and the rest of the book is as usable as ever.
//!
//! Such pages are not for publishing: each says so, and `check --site` refuses them.

pub mod drain;
pub mod page;
pub mod queue;
pub(crate) mod report;
pub mod standing;
pub mod wake;

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

use mdbook_preprocessor::PreprocessorContext;
use serde_json::Map;
use serde_json::Value;

use self::queue::Failure;
use self::queue::Item;
use self::queue::Queue;
use self::standing::Basis;
use self::standing::Future;
use self::standing::Standing;
use crate::Options;
use crate::config::Config;
use crate::diagnostics::Problem;
use crate::diagnostics::Problems;
use crate::exhibit;
use crate::key::RunInputs;
use crate::obtain;
use crate::obtain::Counts;
use crate::obtain::Obtaining;
use crate::obtain::Sources;
use crate::resolve::Simulation;
use crate::runner::outlook::Outlook;
use crate::runner::progress;
use crate::store::durations::Durations;
use crate::store::records::Found;
use crate::store::records::Records;
use crate::store::records::Stored;
use crate::store::scratch::Scratch;
use crate::system::Process;

/// A full run that takes no longer than this needs no draft before it.
const SOON: f64 = 5.0;

/// Programs that stand between mdBook and us, or start it.
const WRAPPERS: [&str; 9] = ["bash", "cargo", "dash", "env", "fish", "nice", "rustup", "sh", "zsh"];

/// A session of `mdbook serve`.
#[derive(Clone, Debug)]
pub struct Live {
    /// The process that serves.
    session: Process,
    /// The program that drains the queue.
    program: PathBuf,
    /// What the program was asked to use for a backend.
    backend: Option<String>,
    /// mdBook's context, which whoever drains the queue reads its configuration from.
    context: Value,
}

/// What a live session shows.
pub(crate) struct Shown {
    /// The records, also stale ones and drafts.
    pub(crate) records: BTreeMap<String, Stored>,
    /// What is other than fresh.
    pub(crate) standings: BTreeMap<String, Standing>,
    /// What that took.
    pub(crate) counts: Counts,
}

/// Whether mdBook serves the book to somebody who writes: pages reload, the book is not frozen, and it is no machine's work.
#[must_use]
pub fn is_served(context: &PreprocessorContext, config: &Config) -> bool {
    let reloads = context.config.contains_key("output.html.live-reload-endpoint");
    reloads && !config.frozen && !progress::in_ci()
}

/// Whether a session that left a queue in the scratch of the book at `root` runs, and serves this folder. One in which
/// nothing was ever missing leaves none.
#[must_use]
pub fn serves_into(root: &Path, site: &Path) -> bool {
    let Some(queue) = Queue::read(&Scratch::new(root)) else { return false };
    let its = queue.context().map(|context| context.root.join(context.config.build.build_dir));
    let same = |its: PathBuf| match (its.canonicalize(), site.canonicalize()) {
        (Ok(its), Ok(site)) => its == site,
        _ => false,
    };
    its.is_ok_and(same) && queue.session.is_running()
}

impl Live {
    /// The live session that this run is a part of; none in a build, in a frozen one, or by a machine.
    #[must_use]
    pub fn of(context: &PreprocessorContext, config: &Config, options: &Options) -> Option<Self> {
        if !is_served(context, config) || options.check || !cfg!(unix) {
            return None;
        }
        let program = options.running.workers.clone()?;
        let session = session(Process::ancestors())?;
        let context = serde_json::to_value(context).ok()?;
        Some(Self { session, program, backend: options.backend.clone(), context })
    }

    /// What there is of each simulation, without computing anything. What is missing is queued where the book is
    /// configured without a mistake.
    pub(crate) fn obtain(
        &self,
        simulations: &mut BTreeMap<String, Simulation<'_>>,
        sources: Sources<'_>,
        is_configured: bool,
        problems: &mut Problems,
    ) -> Shown {
        let mut obtaining = Obtaining::new(sources, problems);
        let wanted = obtaining.look_up(simulations.values().collect());
        let (mut records, counts) = (obtaining.obtained, obtaining.counts);
        let mut looking = Looking::new(self, sources, problems);
        let mut drafts = Vec::new();
        for simulation in wanted {
            match looking.basis(simulation) {
                Shows::Stale(stored) => {
                    records.insert(simulation.name.clone(), *stored);
                }
                Shows::Draft(stored, parameters, inputs) => {
                    records.insert(simulation.name.clone(), *stored);
                    drafts.push((simulation.name.clone(), parameters, *inputs));
                }
                Shows::Nothing => {}
            }
        }
        let Looking { mut standings, mut items, .. } = looking;
        if !is_configured {
            items.clear();
            for standing in standings.values_mut() {
                standing.future = Future::Refused;
            }
        }
        // Quickest first: the page fills.
        items.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        let items = items.into_iter().map(|(_, item)| item).collect();
        for (name, parameters, inputs) in drafts {
            if let Some(simulation) = simulations.get_mut(&name) {
                (simulation.parameters, simulation.inputs) = (parameters, inputs);
            }
        }
        for name in standings.keys() {
            if let Some(simulation) = simulations.get_mut(name) {
                simulation.published = false;
            }
        }
        self.queue(items, sources, problems);
        Shown { records, standings, counts }
    }

    /// Leaves what is missing for a process that computes it, and sees to it that there is one.
    fn queue(&self, items: Vec<Item>, sources: Sources<'_>, problems: &mut Problems) {
        let scratch = sources.scratch;
        if items.is_empty() && Queue::read(scratch).is_none() {
            return;
        }
        let queue = Queue {
            session: self.session.clone(),
            program: self.program.clone(),
            backend: self.backend.clone(),
            context: self.context.clone(),
            items,
        };
        let left = queue.write(scratch).and_then(|()| match queue.items.is_empty() {
            true => Ok(()),
            false => drain::see_to(&queue, scratch),
        });
        if let Err(error) = left {
            problems.push(Problem::error(
                None,
                format!("what is missing cannot be computed in the background: {error}"),
                "make the folder of book.toml writable, or run `mdbook-simulation build`",
            ));
        }
    }
}

/// Which of the processes that led to this one serves the book: mdBook, or else the nearest that is not there to start
/// another one.
fn session(ancestors: Vec<Process>) -> Option<Process> {
    let name = |process: &Process| process.name.trim_end_matches(".exe").to_owned();
    let mdbook = ancestors.iter().position(|process| name(process) == "mdbook");
    let other = || ancestors.iter().position(|one| !WRAPPERS.contains(&one.name.as_str()));
    let at = mdbook.or_else(other).unwrap_or(0);
    ancestors.into_iter().nth(at)
}

/// What a page shows of a simulation that has no fresh record.
enum Shows {
    Stale(Box<Stored>),
    Draft(Box<Stored>, Map<String, Value>, Box<RunInputs>),
    Nothing,
}

/// Looks for what can be shown, and notes what has to be computed.
struct Looking<'l> {
    live: &'l Live,
    sources: Sources<'l>,
    records: Records,
    drafts: Records,
    /// Read when something is to be computed.
    durations: OnceCell<Durations>,
    problems: &'l mut Problems,
    standings: BTreeMap<String, Standing>,
    /// What is to be queued, each with the seconds that it is expected to take.
    items: Vec<(f64, Item)>,
}

impl<'l> Looking<'l> {
    fn new(live: &'l Live, sources: Sources<'l>, problems: &'l mut Problems) -> Self {
        Self {
            live,
            sources,
            records: Records::new(sources.config.records.clone()),
            drafts: Records::new(sources.scratch.drafts()),
            durations: OnceCell::new(),
            problems,
            standings: BTreeMap::new(),
            items: Vec::new(),
        }
    }

    fn basis(&mut self, simulation: &Simulation<'_>) -> Shows {
        let name = simulation.name.clone();
        let draft = self.draft(simulation);
        let (basis, shows, per_shard) = match self.records.find(&simulation.inputs) {
            Found::Stale(stored) if exhibit::can_show(simulation, &stored.record) => {
                let why = obtain::changed(&stored, simulation).join(", ");
                let per_shard = stored.provenance.per_shard();
                (Basis::Stale(why), Shows::Stale(Box::new(stored)), per_shard)
            }
            found => {
                if let Found::Corrupt(path, why) = found {
                    self.problems.push(Problem::warning(
                        Some(simulation.place.clone()),
                        format!("the record `{}` is not trusted: {why}", path.display()),
                        "it is computed again",
                    ));
                }
                let held = draft.as_ref().and_then(|(parameters, inputs)| {
                    match self.drafts.find(inputs) {
                        Found::Fresh(stored) => Some((stored, parameters, inputs)),
                        _ => None,
                    }
                });
                match held {
                    Some((stored, parameters, inputs)) => {
                        let (stored, inputs) = (Box::new(stored), Box::new(inputs.clone()));
                        (Basis::Draft, Shows::Draft(stored, parameters.clone(), inputs), None)
                    }
                    None => (Basis::Nothing, Shows::Nothing, None),
                }
            }
        };
        let wants_draft = matches!(basis, Basis::Nothing);
        let future = self.future(simulation, per_shard, draft.filter(|_| wants_draft));
        self.standings.insert(name, Standing { basis, future });
        shows
    }

    /// The quick variant of a simulation, if it is another one and can be had.
    fn draft(&self, simulation: &Simulation<'_>) -> Option<(Map<String, Value>, RunInputs)> {
        let draft = simulation.draft(self.sources.library).ok()?;
        (draft.parameters != simulation.parameters).then_some((draft.parameters, draft.inputs))
    }

    /// Queues a simulation, unless it cannot be computed.
    fn future(
        &mut self,
        simulation: &Simulation<'_>,
        per_shard: Option<f64>,
        draft: Option<(Map<String, Value>, RunInputs)>,
    ) -> Future {
        let Sources { config, library, scratch, .. } = self.sources;
        let refused =
            obtain::too_expensive(simulation, config).or_else(|| library.supply(simulation).err());
        if let Some(problem) = refused {
            self.problems.push(problem);
            return Future::Refused;
        }
        let key = simulation.inputs.digest();
        let failure = |run_key: &str| {
            queue::failure(scratch, &queue::attempt(run_key, config), &self.live.session)
        };
        let failed = failure(&key);
        if let Some(Failure { message, passes, .. }) = &failed {
            let hint = match passes {
                true => "it is tried again with a save, and whenever another record lands",
                false => {
                    "a change of it, of its code or of its limits runs it again, as does `mdbook-simulation run`, or \
                     serving anew"
                }
            };
            let place = Some(simulation.place.clone());
            self.problems.push(Problem::error(place, message.as_str(), hint));
            if !passes {
                return Future::Failed(message.clone());
            }
        }
        let holds = |address: &str| scratch.holds(address);
        let durations = self.durations.get_or_init(|| Durations::read(scratch));
        let outlook = Outlook::of(simulation, &config.backend, per_shard, durations, &holds);
        let (held, shards, seconds) = match outlook {
            Ok(outlook) => (outlook.held, outlook.shards, outlook.seconds()),
            Err(failure) => {
                self.problems.push(Problem::error(
                    Some(simulation.place.clone()),
                    format!("`{}` cannot be computed: {failure}", simulation.name),
                    "",
                ));
                return Future::Refused;
            }
        };
        let draft = draft.filter(|(_, inputs)| {
            seconds > SOON && failed.is_none() && failure(&inputs.digest()).is_none()
        });
        let item = Item {
            attempt: queue::attempt(&key, config),
            key,
            name: simulation.name.clone(),
            experiment: simulation.entry.id().to_owned(),
            fingerprint: simulation.entry.fingerprint().digest.to_owned(),
            parameters: simulation.parameters.clone(),
            draft: draft.map(|(parameters, _)| parameters),
            told: failed.is_some(),
        };
        self.items.push((seconds, item));
        match failed {
            Some(failed) => Future::Failed(failed.message),
            None => Future::Waiting { held, shards, seconds },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(names: &[&str], expected: Option<&str>) {
        let process = |name: &&str| Process {
            id: 1,
            started: String::new(),
            name: (*name).to_owned(),
            parent: 0,
        };
        let found = session(names.iter().map(process).collect());
        assert_eq!(found.map(|found| found.name).as_deref(), expected);
    }

    #[test]
    fn the_session_is_that_of_whoever_serves() {
        check(&["mdbook", "zsh", "tmux"], Some("mdbook"));
        check(&["cargo", "mdbook", "bash"], Some("mdbook"));
        check(&["build.sh", "nice", "mdbook", "bash"], Some("mdbook"));
        check(&["sh", "env", "xtask", "bash"], Some("xtask"));
        check(&["bash"], Some("bash"));
        check(&[], None);
    }
}
