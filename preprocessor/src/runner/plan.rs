//! What is to be run, and in which order: each shard once, longest first, a few at a time, and no more beside others than
//! memory is expected to have room for.

use std::collections::BTreeMap;
use std::sync::Condvar;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use super::process::Limits;

/// How long who waits for memory sleeps before it looks whether it is to stop.
const LOOK: Duration = Duration::from_millis(20);

/// One shard that is to be run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Unit {
    /// Which job it belongs to.
    pub(super) job: usize,
    /// Which of the job's shards it is.
    pub(super) shard: usize,
    /// How long it is expected to take, in seconds.
    pub(super) seconds: f64,
    /// How much memory it is expected to take.
    pub(super) megabytes: f64,
    /// What it may take before it is ended.
    pub(super) limits: Limits,
    /// What it runs on.
    pub(super) lane: Lane,
}

/// What runs one shard at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    /// A processor of the host.
    Host,
    /// The adapter.
    Adapter,
}

/// Units of which several may be of one shard, which is run once.
pub(super) struct Shared {
    /// The first of each shard.
    pub(super) units: Vec<Unit>,
    /// By the job and the shard of the first, those of the others: what it leaves is theirs too.
    others: BTreeMap<(usize, usize), Vec<(usize, usize)>>,
}

impl Shared {
    /// Finds those of one shard by its address.
    pub(super) fn new<'a>(units: impl Iterator<Item = (&'a str, Unit)>) -> Self {
        let mut same: BTreeMap<&str, Vec<Unit>> = BTreeMap::new();
        units.for_each(|(address, unit)| same.entry(address).or_default().push(unit));
        let mut shared = Self { units: Vec::new(), others: BTreeMap::new() };
        for units in same.into_values() {
            let Some((&(mut first), others)) = units.split_first() else { continue };
            // It is run for all of them.
            for unit in others {
                first.megabytes = first.megabytes.max(unit.megabytes);
                first.limits.seconds = first.limits.seconds.max(unit.limits.seconds);
                first.limits.megabytes = first.limits.megabytes.max(unit.limits.megabytes);
            }
            shared.units.push(first);
            if !others.is_empty() {
                let others = others.iter().map(|unit| (unit.job, unit.shard)).collect();
                shared.others.insert((first.job, first.shard), others);
            }
        }
        shared
    }

    /// Job and shard of the others that are of the shard of this one.
    pub(super) fn others(&self, unit: &Unit) -> &[(usize, usize)] {
        self.others.get(&(unit.job, unit.shard)).map_or(&[], Vec::as_slice)
    }
}

/// The units that wait, for all lanes to take from.
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// Shortest first: the next one is the last.
    waiting: Vec<Unit>,
    /// Megabytes that no unit has taken.
    free: f64,
    running: usize,
}

impl Queue {
    /// A queue of these, for so much memory.
    pub(super) fn new(mut waiting: Vec<Unit>, megabytes: f64) -> Self {
        // Equally long ones in the order of their jobs.
        waiting.sort_by(|a, b| {
            a.seconds.total_cmp(&b.seconds).then((b.job, b.shard).cmp(&(a.job, a.shard)))
        });
        let state = Mutex::new(State { waiting, free: megabytes, running: 0 });
        Self { state, changed: Condvar::new() }
    }

    /// How many of that lane wait.
    pub(super) fn waiting(&self, lane: Lane) -> usize {
        self.state().waiting.iter().filter(|unit| unit.lane == lane).count()
    }

    /// The longest unit of a lane that memory has room for, whatever it needs if nothing else runs. Waits
    /// while there is none; nothing when no more will come, or `stop` says so.
    pub(super) fn take(&self, lane: Lane, stop: &dyn Fn() -> bool) -> Option<Unit> {
        let mut state = self.state();
        loop {
            if stop() || !state.waiting.iter().any(|unit| unit.lane == lane) {
                return None;
            }
            if let Some(unit) = state.take(lane) {
                return Some(unit);
            }
            let waited = self.changed.wait_timeout(state, LOOK);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Says that a unit that was taken has ended.
    pub(super) fn ended(&self, unit: &Unit) {
        let mut state = self.state();
        state.free += unit.megabytes;
        state.running = state.running.saturating_sub(1);
        drop(state);
        self.changed.notify_all();
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take(&mut self, lane: Lane) -> Option<Unit> {
        let (free, idle) = (self.free, self.running == 0);
        let fits = |unit: &Unit| unit.lane == lane && (unit.megabytes <= free || idle);
        let unit = self.waiting.remove(self.waiting.iter().rposition(fits)?);
        self.free -= unit.megabytes;
        self.running += 1;
        Some(unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(shard: usize, seconds: f64, megabytes: f64, lane: Lane) -> Unit {
        Unit { job: 0, shard, seconds, megabytes, limits: LIMITS, lane }
    }

    const LIMITS: Limits = Limits { seconds: 1.0, megabytes: 2.0 };

    #[test]
    fn a_shard_of_several_is_run_once_within_the_widest_limits() {
        let unit = |job, shard, seconds| {
            let limits = Limits { seconds, ..LIMITS };
            Unit { job, limits, ..unit(shard, 1.0, seconds, Lane::Host) }
        };
        let units = [
            ("b", unit(0, 0, 1.0)),
            ("a", unit(0, 1, 1.0)),
            ("b", unit(1, 4, 9.0)),
            ("c", unit(1, 5, 2.0)),
            ("b", unit(2, 0, 3.0)),
        ];
        let shared = Shared::new(units.into_iter());
        let of = |unit: &Unit| (unit.job, unit.shard, unit.limits.seconds, unit.megabytes);
        let run: Vec<_> = shared.units.iter().map(of).collect();
        assert_eq!(run, [(0, 1, 1.0, 1.0), (0, 0, 9.0, 9.0), (1, 5, 2.0, 2.0)]);
        assert_eq!(shared.others(&shared.units[1]), [(1, 4), (2, 0)]);
        assert!(shared.others(&shared.units[0]).is_empty());
    }

    #[track_caller]
    fn taken(queue: &Queue, lane: Lane) -> Option<usize> {
        queue.take(lane, &|| false).map(|unit| unit.shard)
    }

    #[test]
    fn the_longest_is_taken_first_and_equals_in_order() {
        let units = [(0, 1.0), (1, 5.0), (2, 1.0), (3, 9.0)];
        let units = units.map(|(shard, seconds)| unit(shard, seconds, 1.0, Lane::Host));
        let queue = Queue::new(units.to_vec(), f64::INFINITY);
        let order: Vec<_> = std::iter::from_fn(|| taken(&queue, Lane::Host)).collect();
        assert_eq!(order, [3, 1, 0, 2]);
    }

    #[test]
    fn a_lane_takes_its_own() {
        let units = vec![unit(0, 1.0, 1.0, Lane::Adapter), unit(1, 9.0, 1.0, Lane::Host)];
        let queue = Queue::new(units, f64::INFINITY);
        assert_eq!((queue.waiting(Lane::Adapter), queue.waiting(Lane::Host)), (1, 1));
        assert_eq!(taken(&queue, Lane::Adapter), Some(0));
        assert_eq!(taken(&queue, Lane::Adapter), None);
        assert_eq!(taken(&queue, Lane::Host), Some(1));
    }

    #[test]
    fn what_does_not_fit_waits_and_smaller_ones_go_before_it() {
        let big = unit(0, 9.0, 80.0, Lane::Host);
        let other = unit(1, 8.0, 70.0, Lane::Host);
        let small = unit(2, 1.0, 10.0, Lane::Host);
        let queue = Queue::new(vec![big, other, small], 100.0);
        assert_eq!(taken(&queue, Lane::Host), Some(0));
        assert_eq!(taken(&queue, Lane::Host), Some(2));
        let looked = std::cell::Cell::new(0);
        let stop = || looked.replace(looked.get() + 1) > 0;
        assert_eq!(queue.take(Lane::Host, &stop), None, "70 MB do not fit beside 90");
        queue.ended(&big);
        assert_eq!(taken(&queue, Lane::Host), Some(1));
    }

    #[test]
    fn what_never_fits_runs_alone() {
        let queue = Queue::new(vec![unit(0, 1.0, 1e9, Lane::Host)], 100.0);
        assert_eq!(taken(&queue, Lane::Host), Some(0));
    }
}
