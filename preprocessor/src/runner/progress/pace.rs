//! How fast a run goes and how long it will still take, from what its shards were expected to take and took.

use super::Planned;

/// The pace of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Pace {
    /// Shards that ended, of those that had to be run.
    pub(crate) ended: usize,
    /// Shards that had to be run.
    pub(crate) shards: usize,
    /// How many run at a time.
    at_once: usize,
    /// What the ended ones were expected to take, and took.
    expected: f64,
    took: f64,
    /// How many ended ones took a known time.
    timed: usize,
    /// What all others are expected to take.
    left: f64,
}

impl Pace {
    pub(crate) fn new(plan: &[Planned<'_>], at_once: usize) -> Self {
        Self {
            shards: plan.iter().map(Planned::run).sum(),
            at_once: at_once.max(1),
            left: plan.iter().map(|planned| planned.seconds).sum(),
            ..Self::default()
        }
    }

    /// A shard ended; one that failed says nothing of the pace.
    pub(crate) fn shard(&mut self, expected: f64, took: Option<f64>) {
        self.ended += 1;
        self.left = (self.left - expected).max(0.0);
        if let Some(took) = took {
            self.expected += expected;
            self.took += took;
            self.timed += 1;
        }
    }

    /// Seconds that what is left will take, if it takes longer or shorter than expected as what ended did.
    pub(crate) fn left(&self) -> f64 {
        let left = self.shards - self.ended.min(self.shards);
        // The last few do not fill all places.
        let places = self.at_once.min(left).max(1);
        let seconds = match (self.expected > 0.0, self.timed) {
            (true, _) => self.left * self.took / self.expected,
            (false, 0) => self.left,
            // Nothing was expected of those that ended: the others are as they were.
            (false, timed) => left as f64 * self.took / timed as f64,
        };
        seconds / places as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(shards: usize, held: usize, seconds: f64) -> Planned<'static> {
        let name = "a";
        Planned { job: 0, name, experiment: name, shards, held, shared: 0, seconds, place: "host" }
    }

    #[test]
    fn what_is_left_follows_what_ended() {
        let mut pace = Pace::new(&[planned(6, 2, 40.0), planned(2, 0, 20.0)], 2);
        assert_eq!((pace.shards, pace.left()), (6, 30.0));
        pace.shard(10.0, Some(20.0));
        assert_eq!(pace.left(), 50.0, "twice as slow as expected");
        pace.shard(10.0, None);
        assert_eq!((pace.ended, pace.left()), (2, 40.0));
        for _ in 0..3 {
            pace.shard(10.0, Some(20.0));
        }
        assert_eq!(pace.left(), 20.0, "the last one runs alone");
        pace.shard(10.0, Some(20.0));
        assert_eq!(pace.left(), 0.0);
    }

    #[test]
    fn what_was_expected_to_take_no_time_takes_what_it_takes() {
        let mut pace = Pace::new(&[planned(10, 0, 0.0)], 2);
        assert_eq!(pace.left(), 0.0);
        pace.shard(0.0, Some(3.0));
        pace.shard(0.0, None);
        assert_eq!(pace.left(), 12.0, "eight of 3 s at two places");
    }

    #[test]
    fn a_run_of_nothing_takes_no_time() {
        assert_eq!(Pace::new(&[], 0).left(), 0.0);
        assert_eq!(Pace::new(&[planned(3, 3, 0.0)], 4).left(), 0.0);
    }
}
