//! Runs shards: a few at a time, each in a process of its own, and what each leaves goes into scratch at once,
//! so that a killed run resumes. A shard that fails is reported and does not stop the others.
//!
//! [`pool`] is the side of whoever starts workers, [`worker`] theirs. Where a program has no command line of ours, as in
//! tests of the library, threads of this process do the shards; they cannot contain a crash or a hang.

pub mod pool;
pub mod worker;

use std::any::Any;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Instant;

use experiments::backend::Backend;
use experiments::backend::Device;
use experiments::data::Supply;
use experiments::entry::Entry;
use experiments::experiment::Place;
use experiments::record::Record;
use serde_json::Value;

use self::pool::Limits;
use self::pool::Worker;
use self::worker::Task;
use crate::resolve::Simulation;
use crate::store::records::Provenance;
use crate::store::scratch::Finished;
use crate::store::scratch::Scratch;

/// A simulation that could not be computed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// Shards panicked: which of how many, and the first message.
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
    Scratch(#[from] std::io::Error),
    /// The experiment cannot read its own values.
    #[error(transparent)]
    Unreadable(#[from] experiments::entry::Unreadable),
    /// Merging the parts panicked.
    #[error("merging the shards failed with: {0}")]
    Merge(String),
}

/// What a run cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    /// Shards that were run.
    pub shards: usize,
    /// Shards that scratch held already.
    pub resumed: usize,
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
        /// What a shard may take.
        limits: Limits,
    },
}

/// Runs what scratch does not hold of a simulation, with the data sets that it asks for, and merges.
///
/// # Errors
/// When a shard failed, or scratch cannot be written. Finished shards are kept in each case.
pub fn run(
    simulation: &Simulation<'_>,
    supply: &Supply,
    backend: &Backend,
    scratch: &Scratch,
    crew: Crew<'_>,
) -> Result<(Record, Provenance, Ran), Fault> {
    let Simulation { entry, inputs, parameters, .. } = simulation;
    let Where { label, words, backend, workers } = Where::new(entry.place(), backend);
    let workers = workers.min(roomy(simulation));
    let shards = entry.shards(parameters)?;
    let addresses: Vec<String> =
        shards.iter().map(|shard| inputs.shard_digest(shard, label)).collect();
    let finished: Vec<Mutex<Option<Result<Finished, Fault>>>> =
        addresses.iter().map(|address| Mutex::new(scratch.part(address).map(Ok))).collect();
    let missing: Vec<usize> = (0..finished.len())
        .filter(|&i| finished[i].lock().is_ok_and(|found| found.is_none()))
        .collect();
    let (id, all) = (entry.id(), shards.len());
    tracing::info!("running {id}: {} of {all} shards on {label}", missing.len());

    let task = |i: usize, book: &Path, data: &BTreeMap<String, PathBuf>| Task {
        experiment: id.to_owned(),
        parameters: parameters.clone(),
        shard: shards[i].clone(),
        address: addresses[i].clone(),
        scratch: scratch.book().to_owned(),
        backend: backend.name().to_owned(),
        device: words.clone(),
        book: book.to_owned(),
        data: data.clone(),
        digests: inputs.data.clone(),
    };
    let one = |i: usize, worker: &mut Worker| match crew {
        Crew::Threads => {
            let done = run_one(entry, &shards[i], supply, (backend.device(), &words))?;
            scratch.keep(&addresses[i], &done)?;
            Ok(done)
        }
        Crew::Workers { program, book, data, limits } => {
            // An adapter's start is paid once.
            let keep = backend.adapter().is_some();
            worker.run(program, &task(i, book, data), limits, keep).map_err(Fault::of_one)?;
            let untrusted = || Fault::of_one("what it left cannot be trusted".into());
            scratch.part(&addresses[i]).ok_or_else(untrusted)
        }
    };
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..workers.min(missing.len()) {
            scope.spawn(|| {
                let mut worker = Worker::default();
                while let Some(&i) = missing.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let done = one(i, &mut worker);
                    if let Ok(mut place) = finished[i].lock() {
                        *place = Some(done);
                    }
                }
            });
        }
    });

    let finished = collect(finished)?;
    let provenance = provenance(label, &finished);
    let parts = finished.into_iter().map(|finished| finished.part).collect();
    let merged = std::panic::catch_unwind(AssertUnwindSafe(|| entry.merge(parameters, parts)));
    let record = merged.map_err(|payload| Fault::Merge(message(payload.as_ref())))??;
    let ran = Ran { shards: missing.len(), resumed: all - missing.len() };
    Ok((record, provenance, ran))
}

fn run_one(
    entry: &Entry,
    shard: &Value,
    supply: &Supply,
    (device, words): (&Device, &str),
) -> Result<Finished, Fault> {
    let started = Instant::now();
    match std::panic::catch_unwind(AssertUnwindSafe(|| entry.run_with(shard, supply, device))) {
        Ok(part) => Ok(Finished {
            part: part?,
            seconds: started.elapsed().as_secs_f64(),
            device: words.to_owned(),
        }),
        Err(payload) => Err(Fault::of_one(message(payload.as_ref()))),
    }
}

impl Fault {
    /// One shard failed.
    fn of_one(message: String) -> Self {
        Self::Shards { failed: 1, shards: 1, first: 0, message }
    }
}

/// How many shards of a simulation memory has room for at a time; one at least.
fn roomy(simulation: &Simulation<'_>) -> usize {
    let cost = simulation.entry.cost(&simulation.parameters);
    let (Ok(cost), Some(free)) = (cost, pool::available()) else { return usize::MAX };
    // A process has some megabytes of its own.
    let each = cost.megabytes.max(0.0) + 50.0;
    // Positive and far below the largest number.
    ((0.8 * free / each) as usize).max(1)
}

/// The finished shards, or all failures as one.
fn collect(shards: Vec<Mutex<Option<Result<Finished, Fault>>>>) -> Result<Vec<Finished>, Fault> {
    let all = shards.len();
    let mut finished = Vec::with_capacity(all);
    let mut first = None;
    let mut failed = 0;
    for (i, shard) in shards.into_iter().enumerate() {
        match shard.into_inner() {
            Ok(Some(Ok(done))) => finished.push(done),
            Ok(Some(Err(Fault::Shards { message, .. }))) => {
                failed += 1;
                first.get_or_insert((i, message));
            }
            Ok(Some(Err(other))) => return Err(other),
            Ok(None) | Err(_) => {
                failed += 1;
                first.get_or_insert((i, "its worker ended".into()));
            }
        }
    }
    match first {
        None => Ok(finished),
        Some((first, message)) => Err(Fault::Shards { failed, shards: all, first, message }),
    }
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".into())
}

/// Where the shards of a simulation run.
struct Where {
    /// The backend as a short name, `host` where burn takes no part.
    label: &'static str,
    /// What does the work, in words.
    words: String,
    /// The backend itself.
    backend: Backend,
    /// How many shards run at a time: an adapter is one for all, and busy with one.
    workers: usize,
}

impl Where {
    fn new(place: Place, asked: &Backend) -> Self {
        let backend = match place {
            Place::Host => Backend::flex(),
            Place::Double => asked.double(),
            _ => asked.clone(),
        };
        let host = format!("host CPU ({})", instruction_set());
        let on = |backend: &Backend| {
            let device = backend.adapter().map_or_else(|| host.clone(), ToString::to_string);
            format!("{} on {device}", backend.name())
        };
        let words = match place {
            Place::Host => host.clone(),
            Place::Double if backend.name() != asked.name() => {
                let adapter = asked.adapter().map_or_else(String::new, |on| format!(" on {on}"));
                let lacking = format!("double precision, which {} lacks{adapter}", asked.name());
                format!("{} for {lacking}", on(&backend))
            }
            Place::Device | Place::Double => on(&backend),
            // The adapter last: its name and its driver's may hold anything.
            _ => format!("linear algebra on the host CPU, networks with {}", on(&backend)),
        };
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        let workers = if backend.adapter().is_some() { 1 } else { cores() };
        let label = if place == Place::Host { "host" } else { backend.name() };
        Self { label, words, backend, workers }
    }
}

fn provenance(backend: &str, finished: &[Finished]) -> Provenance {
    // Shards of an earlier run may come from another machine.
    let devices: BTreeSet<&str> = finished.iter().map(|one| one.device.as_str()).collect();
    let seconds: f64 = finished.iter().map(|one| one.seconds).sum();
    Provenance {
        backend: backend.into(),
        device: devices.into_iter().collect::<Vec<_>>().join("; "),
        platform: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        date: time::OffsetDateTime::now_utc().date().to_string(),
        seconds: (seconds * 100.0).round() / 100.0,
        shards: finished.len(),
        version: env!("CARGO_PKG_VERSION").into(),
    }
}

/// The widest vector instructions, on which the last bits of sums depend.
fn instruction_set() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    {
        if std::is_x86_feature_detected!("avx512f") {
            return "x86-64 with AVX-512";
        }
        if std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma") {
            return "x86-64 with AVX2 and FMA";
        }
    }
    std::env::consts::ARCH
}
