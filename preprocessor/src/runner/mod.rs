//! Runs shards: of all simulations that have to be computed, a few at a time, each in a process of its own.
//! What each leaves goes into scratch at once, so that a killed run resumes. A shard that fails is reported and
//! does not stop the others; a simulation is merged as soon as its last shard has ended.
//!
//! [`plan`] says what runs next, [`job`] knows how, [`process`] starts and watches the workers whose side is [`worker`], [`progress`] tells
//! people and programs how far it is. Where a program has no command line of ours, as in tests of the library, threads
//! of this process do the shards; they cannot contain a crash or a hang.

mod job;
mod memory;
pub(crate) mod outlook;
mod place;
mod plan;
pub mod process;
pub mod progress;
pub mod worker;

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::mpsc;

use experiments::backend::Backend;
use experiments::data::Supply;
use experiments::record::Record;

pub use self::place::labels;

use self::job::Lost;
use self::job::Parts;
use self::job::Prepared;
use self::plan::Lane;
use self::plan::Queue;
use self::plan::Shared;
use self::process::Limits;
use self::process::Worker;
use self::progress::Observer;
use self::progress::Planned;
use crate::resolve::Simulation;
use crate::store::durations::Durations;
use crate::store::records::Provenance;
use crate::store::scratch::Scratch;

/// A simulation that could not be computed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// Shards failed: which of how many, and the first message.
    #[error("{failed} of {shards} shards failed; shard {first} with: {message}")]
    Shards {
        /// How many failed.
        failed: usize,
        /// How many there are.
        shards: usize,
        /// The first that failed.
        first: usize,
        /// What it said.
        message: String,
    },
    /// Scratch could not be written.
    #[error("scratch cannot be written: {0}")]
    Scratch(String),
    /// The experiment cannot plan it, or merge its parts.
    #[error(transparent)]
    Experiment(#[from] experiments::entry::Failure),
    /// The run was not to go on. Finished shards are kept.
    #[error("it was stopped")]
    Stopped,
}

/// What a run cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    /// Shards that were run for it.
    pub shards: usize,
    /// Shards that scratch held already.
    pub resumed: usize,
}

/// A simulation that was computed.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "plain data")]
pub struct Computed {
    /// The numbers.
    pub record: Record,
    /// Where they come from.
    pub provenance: Provenance,
    /// What that took.
    pub ran: Ran,
}

/// A simulation that is to be computed.
#[expect(clippy::exhaustive_structs, reason = "given by name")]
pub struct Job<'j, 'c> {
    /// The simulation.
    pub simulation: &'j Simulation<'c>,
    /// The data sets that it asks for.
    pub supply: Supply,
    /// The backend that is asked for.
    pub backend: Backend,
    /// What a shard of it may take.
    pub limits: Limits,
    /// Seconds that a shard of it took when a record was last made, with whatever code.
    pub before: Option<f64>,
}

/// Who does shards.
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_enums, reason = "whoever runs decides among all of them")]
pub enum Crew<'a> {
    /// Threads of this process.
    Threads,
    /// Processes of this program, which has the command `worker`.
    Workers {
        /// The program.
        program: &'a Path,
        /// The book.
        book: &'a Path,
        /// Its data files by name, which a worker reads itself.
        data: &'a BTreeMap<String, PathBuf>,
    },
}

/// How shards are run.
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "given by name")]
pub struct Means<'a> {
    /// Where finished shards lie and go.
    pub scratch: &'a Scratch,
    /// Who does them.
    pub crew: Crew<'a>,
    /// How many run at a time on the host; none for as many as it has cores.
    pub at_once: Option<usize>,
    /// Whether to end what runs and to start nothing more. It is asked often.
    pub stop: &'a (dyn Fn() -> bool + Sync),
}

/// Gets the number of a job, what became of it, and who is to be told.
pub type Settled<'s> = dyn FnMut(usize, Result<Computed, Fault>, &mut dyn Observer) + 's;

/// Runs what scratch does not hold of some simulations, a shard that several have once, and merges each as soon as it can be: `settled` gets
/// the number of the job and what became of it, once for each, in the order in which they end.
pub fn run(
    jobs: &[Job<'_, '_>],
    means: Means<'_>,
    observer: &mut dyn Observer,
    settled: &mut Settled<'_>,
) {
    let mut durations = Durations::read(means.scratch);
    let mut prepared = Vec::new();
    let mut open = BTreeMap::new();
    for (number, job) in jobs.iter().enumerate() {
        match Prepared::new(number, job, means.scratch, &durations) {
            Ok((ready, parts)) => {
                open.insert(number, parts);
                prepared.push(ready);
            }
            Err(fault) => settled(number, Err(fault), observer),
        }
    }
    if prepared.is_empty() {
        return;
    }
    let at_once = means.at_once.unwrap_or_else(cores).max(1);
    let shared = Shared::new(prepared.iter().flat_map(Prepared::addressed));
    let planned: Vec<Planned<'_>> =
        prepared.iter().map(|ready| ready.planned(&shared.units)).collect();
    observer.planned(&planned, at_once);
    let by_number: BTreeMap<usize, &Prepared<'_, '_>> =
        prepared.iter().map(|ready| (ready.number, ready)).collect();
    let ran: BTreeMap<usize, Ran> = planned
        .iter()
        .map(|planned| (planned.job, Ran { shards: planned.run(), resumed: planned.held }))
        .collect();
    let mut settle = |number: usize, parts: Parts, observer: &mut dyn Observer| {
        let how = (ran[&number], (means.stop)());
        settled(number, by_number[&number].settle(parts, how), observer);
    };
    for (number, parts) in open.extract_if(.., |_, parts| parts.is_whole()).collect::<Vec<_>>() {
        settle(number, parts, observer);
    }

    let memory = memory::available().map_or(f64::INFINITY, |free| 0.8 * free);
    let queue = Queue::new(shared.units.clone(), memory);
    let adapter = queue.waiting(Lane::Adapter).min(1);
    let host = queue.waiting(Lane::Host).min(at_once);
    let lanes = [(Lane::Adapter, adapter), (Lane::Host, host)];
    // What could not be kept would be computed for nothing, and so would all that follows.
    let unkept = OnceLock::new();
    let stop = || (means.stop)() || unkept.get().is_some();
    std::thread::scope(|scope| {
        let (send, ended) = mpsc::channel();
        for (lane, _) in lanes.iter().flat_map(|lane| std::iter::repeat_n(lane, lane.1)) {
            let (send, queue, by_number) = (send.clone(), &queue, &by_number);
            let (unkept, stop) = (&unkept, &stop);
            scope.spawn(move || {
                let mut worker = Worker::default();
                while let Some(unit) = queue.take(*lane, stop) {
                    let done = by_number[&unit.job].run(&unit, &mut worker, means);
                    if let Err(Lost::Scratch(why)) = &done {
                        let _ = unkept.set(why.clone());
                    }
                    queue.ended(&unit);
                    if send.send((unit, done)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(send);
        for (unit, done) in ended {
            by_number[&unit.job].note(unit.shard, &done, &mut durations);
            let took = done.as_ref().ok().map(|done| done.seconds);
            observer.shard(unit.job, unit.seconds, took);
            let others = shared.others(&unit);
            others.iter().for_each(|(job, _)| observer.shared(*job, took.is_some()));
            for (job, shard) in others.iter().copied().chain([(unit.job, unit.shard)]) {
                let parts = open.get_mut(&job);
                if parts.is_some_and(|parts| parts.add(shard, done.clone())) {
                    // Without them the next plan is a worse one, and no result is another.
                    let _ = durations.write(means.scratch);
                    let parts = open.remove(&job);
                    parts.into_iter().for_each(|parts| settle(job, parts, observer));
                }
            }
        }
    });
    // Some are left when it was stopped.
    let _ = durations.write(means.scratch);
    for (number, mut parts) in open {
        unkept.get().into_iter().for_each(|why| parts.unkept(why));
        settle(number, parts, observer);
    }
    observer.ended();
}

/// How many shards run at a time on the host unless somebody says otherwise.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
