//! One simulation on its way: what of it is to be run, how a shard of it is run, and how what its shards left
//! becomes a record.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;
use std::time::Instant;

use experiments::entry::caught;
use serde_json::Value;

use super::Computed;
use super::Crew;
use super::Fault;
use super::Job;
use super::Means;
use super::Ran;
use super::place::Where;
use super::plan::Lane;
use super::plan::Unit;
use super::process::Undone;
use super::process::Worker;
use super::progress::Planned;
use super::worker::Task;
use crate::store::durations::Durations;
use crate::store::records::Provenance;
use crate::store::scratch::Finished;
use crate::store::scratch::Scratch;

/// Megabytes that a process has of its own.
const PROCESS: f64 = 50.0;

/// A job with its shards.
pub(super) struct Prepared<'j, 'c> {
    /// Its number among the jobs.
    pub(super) number: usize,
    /// What is to be run.
    pub(super) units: Vec<Unit>,
    job: &'j Job<'j, 'c>,
    place: Where,
    shards: Vec<Value>,
    addresses: Vec<String>,
    /// Seconds that the experiment estimates of a shard, on average.
    estimated: f64,
}

/// What became of the shards of a job.
pub(super) struct Parts {
    finished: Vec<Option<Finished>>,
    /// Shards that failed, with what was said, and in which order.
    failed: BTreeMap<usize, String>,
    /// Scratch could not be written, and why.
    fault: Option<String>,
    /// How many are still to end.
    left: usize,
}

/// Why a shard left nothing.
#[derive(Clone, Debug)]
pub(super) enum Lost {
    /// It failed, and how.
    Failed(String),
    /// Scratch could not be written, and why.
    Scratch(String),
    /// It was not to go on.
    Stopped,
}

impl<'j, 'c> Prepared<'j, 'c> {
    /// Looks up what scratch holds of a job.
    ///
    /// # Errors
    /// When the experiment cannot plan it.
    pub(super) fn new(
        number: usize,
        job: &'j Job<'j, 'c>,
        scratch: &Scratch,
        durations: &Durations,
    ) -> Result<(Self, Parts), Fault> {
        let simulation = job.simulation;
        let entry = simulation.entry;
        let place = Where::new(entry.place(), &job.backend);
        let parameters = &simulation.parameters;
        let (shards, cost) = (entry.shards(parameters)?, entry.cost(parameters)?);
        let address = |shard| simulation.inputs.shard_digest(shard, place.label);
        let addresses: Vec<String> = shards.iter().map(address).collect();
        let finished = held(&simulation.name, &addresses, scratch);
        let estimated = cost.seconds / shards.len().max(1) as f64;
        let expected = durations.expected(entry.id(), place.label, estimated, job.before);
        let unit = |shard: usize| Unit {
            job: number,
            shard,
            seconds: expected.seconds(&shards[shard]),
            megabytes: cost.megabytes.max(0.0) + PROCESS,
            limits: job.limits,
            lane: if place.is_adapter() { Lane::Adapter } else { Lane::Host },
        };
        let missing = (0..shards.len()).filter(|&shard| finished[shard].is_none());
        let units: Vec<Unit> = missing.map(unit).collect();
        let parts = Parts { finished, failed: BTreeMap::new(), fault: None, left: units.len() };
        Ok((Self { number, units, job, place, shards, addresses, estimated }, parts))
    }

    /// What of it is to be run, each with the address of the shard.
    pub(super) fn addressed(&self) -> impl Iterator<Item = (&str, Unit)> {
        self.units.iter().map(|unit| (self.addresses[unit.shard].as_str(), *unit))
    }

    /// What an observer is told of it, which runs these.
    pub(super) fn planned(&self, own: &[Unit]) -> Planned<'_> {
        let own = own.iter().filter(|unit| unit.job == self.number);
        Planned {
            job: self.number,
            name: &self.job.simulation.name,
            experiment: self.job.simulation.entry.id(),
            shards: self.shards.len(),
            held: self.shards.len() - self.units.len(),
            shared: self.units.len() - own.clone().count(),
            seconds: own.map(|unit| unit.seconds).sum(),
            place: self.place.label,
        }
    }

    /// Runs one shard and keeps what it leaves.
    pub(super) fn run(
        &self,
        unit: &Unit,
        worker: &mut Worker,
        means: Means<'_>,
    ) -> Result<Finished, Lost> {
        let shard = unit.shard;
        match means.crew {
            Crew::Threads => {
                let done = self.run_here(shard)?;
                let kept = means.scratch.keep(&self.addresses[shard], &done);
                kept.map_err(|error| Lost::Scratch(error.to_string()))?;
                Ok(done)
            }
            Crew::Workers { program, book, data } => {
                let task = self.task(shard, means.scratch, (book, data));
                // An adapter's start is paid once.
                let how = (self.place.is_adapter(), means.stop as &dyn Fn() -> bool);
                worker.run(program, &task, unit.limits, how).map_err(|undone| match undone {
                    Undone::Failed(message) => Lost::Failed(message),
                    Undone::Unkept(why) => Lost::Scratch(why),
                    Undone::Stopped => Lost::Stopped,
                })?;
                match means.scratch.part(&self.addresses[shard]) {
                    Ok(Some(finished)) => Ok(finished),
                    Ok(None) => Err(Lost::Failed("it left nothing in scratch".into())),
                    Err(why) => Err(Lost::Failed(format!("what it left is not trusted: {why}"))),
                }
            }
        }
    }

    /// Notes how long a shard took.
    pub(super) fn note(
        &self,
        shard: usize,
        done: &Result<Finished, Lost>,
        durations: &mut Durations,
    ) {
        if let Ok(done) = done {
            let experiment = self.job.simulation.entry.id();
            let seconds = (done.seconds, self.estimated);
            durations.note(experiment, self.place.label, &self.shards[shard], seconds);
        }
    }

    /// Puts the parts together, or says why there is no record.
    pub(super) fn settle(
        &self,
        parts: Parts,
        (ran, stopped): (Ran, bool),
    ) -> Result<Computed, Fault> {
        let Parts { finished, failed, fault, .. } = parts;
        let shards = finished.len();
        if let Some(error) = fault {
            return Err(Fault::Scratch(error));
        }
        let whole: Option<Vec<Finished>> = finished.into_iter().collect();
        let Some(finished) = whole else {
            let count = failed.len();
            return Err(match failed.into_iter().next() {
                Some((first, message)) if !stopped => {
                    Fault::Shards { failed: count, shards, first, message }
                }
                _ => Fault::Stopped,
            });
        };
        let simulation = self.job.simulation;
        let provenance = provenance(self.place.label, &finished);
        let parts = finished.into_iter().map(|finished| finished.part).collect();
        let record = simulation.entry.merge(&simulation.parameters, parts)?;
        Ok(Computed { record, provenance, ran })
    }

    fn task(
        &self,
        shard: usize,
        scratch: &Scratch,
        (book, data): (&Path, &BTreeMap<String, PathBuf>),
    ) -> Task {
        let simulation = self.job.simulation;
        Task {
            experiment: simulation.entry.id().to_owned(),
            fingerprint: simulation.entry.fingerprint().digest.to_owned(),
            parameters: simulation.parameters.clone(),
            shard: self.shards[shard].clone(),
            address: self.addresses[shard].clone(),
            scratch: scratch.book().to_owned(),
            backend: self.place.backend.name().to_owned(),
            device: self.place.words.clone(),
            book: book.to_owned(),
            data: data.clone(),
            digests: simulation.inputs.data.clone(),
        }
    }

    fn run_here(&self, shard: usize) -> Result<Finished, Lost> {
        let started = Instant::now();
        let (entry, device) = (self.job.simulation.entry, self.place.backend.device());
        let run = || entry.run_with(&self.shards[shard], &self.job.supply, device);
        let ran = caught(run).map_err(Lost::Failed)?;
        Ok(Finished {
            part: ran.map_err(|unreadable| Lost::Failed(unreadable.to_string()))?,
            seconds: started.elapsed().as_secs_f64(),
            device: self.place.words.clone(),
        })
    }
}

impl Parts {
    /// Whether no shard is awaited any more.
    pub(super) fn is_whole(&self) -> bool {
        self.left == 0
    }

    /// Adds what became of a shard. Says whether it was the last that was awaited.
    pub(super) fn add(&mut self, shard: usize, done: Result<Finished, Lost>) -> bool {
        match done {
            Ok(finished) => self.finished[shard] = Some(finished),
            Err(Lost::Failed(message)) => {
                self.failed.insert(shard, message);
            }
            Err(Lost::Scratch(why)) => self.unkept(&why),
            Err(Lost::Stopped) => {}
        }
        self.left = self.left.saturating_sub(1);
        self.left == 0
    }

    /// Notes that scratch could not be written.
    pub(super) fn unkept(&mut self, why: &str) {
        self.fault.get_or_insert_with(|| why.to_owned());
    }
}

/// What scratch holds of some shards. Of what cannot be trusted it is told.
fn held(simulation: &str, addresses: &[String], scratch: &Scratch) -> Vec<Option<Finished>> {
    let (mut untrusted, mut first) = (0, None);
    let mut part = |address: &String| {
        scratch.part(address).unwrap_or_else(|why| {
            untrusted += 1;
            first.get_or_insert(why);
            None
        })
    };
    let finished = addresses.iter().map(&mut part).collect();
    if let Some(why) = first {
        let which = if untrusted == 1 { "a finished shard" } else { "finished shards" };
        tracing::warn!(
            "{untrusted} of `{simulation}`, {which}, cannot be trusted and run again: {why}"
        );
    }
    finished
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
