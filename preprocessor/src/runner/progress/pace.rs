//! How fast a run goes and how long it will still take, from what its shards were expected to take and took.

use super::Planned;

/// The pace of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Pace {
    /// How many shards have ended.
    pub(crate) ended: usize,
    /// All shards.
    pub(crate) shards: usize,
    at_once: usize,
    /// What all that have not ended are expected to take.
    left: f64,
    /// Those that ended and took a known time.
    timed: Timed,
}

/// Sums over shards of what each was expected to take, and took.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Timed {
    count: f64,
    expected: f64,
    took: f64,
    expected_squared: f64,
    expected_times_took: f64,
}

impl Pace {
    /// Of a run of these, so many shards at a time.
    pub(crate) fn new(plan: &[Planned<'_>], at_once: usize) -> Self {
        Self {
            shards: plan.iter().map(Planned::run).sum(),
            at_once: at_once.max(1),
            left: plan.iter().fold(0.0, |left, planned| left + planned.seconds),
            ..Self::default()
        }
    }

    /// Notes that a shard ended.
    pub(crate) fn shard(&mut self, expected: f64, took: Option<f64>) {
        self.ended += 1;
        self.left = (self.left - expected).max(0.0);
        if let Some(took) = took {
            self.timed.count += 1.0;
            self.timed.expected += expected;
            self.timed.took += took;
            self.timed.expected_squared += expected * expected;
            self.timed.expected_times_took += expected * took;
        }
    }

    /// Seconds that what is left will take.
    pub(crate) fn left(&self) -> f64 {
        let left = self.shards - self.ended.min(self.shards);
        // The last few do not fill all places.
        let places = self.at_once.min(left).max(1);
        let (all_alike, in_proportion) = self.timed.rule();
        (all_alike * left as f64 + in_proportion * self.left) / places as f64
    }
}

impl Timed {
    /// What a shard takes is the first number and the second times what is expected of it, by least squares, with neither
    /// below zero. What ran longest before starts first, and by chance as much as by its nature: it takes less than expected,
    /// and what follows does not, so that a proportion alone would promise too much.
    fn rule(self) -> (f64, f64) {
        let Self { count, expected, took, expected_squared, expected_times_took } = self;
        if count == 0.0 {
            return (0.0, 1.0);
        }
        let (expected, took) = (expected / count, took / count);
        if expected <= 0.0 {
            return (took, 0.0);
        }
        let variance = expected_squared / count - expected * expected;
        let covariance = expected_times_took / count - expected * took;
        let proportion = took / expected;
        // Of shards that are expected to take the same nothing can be learned about others.
        let slope = match variance > 1e-6 * expected * expected {
            true => (covariance / variance).clamp(0.0, proportion),
            false => proportion,
        };
        (took - slope * expected, slope)
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
    fn what_ran_long_by_chance_says_little_of_what_follows() {
        // Forty that take 1 s each, and were noted to take from 2 s down to 0.05 s.
        let noted: Vec<f64> = (1..=40).rev().map(|i| 0.05 * f64::from(i)).collect();
        let mut pace = Pace::new(&[planned(40, 0, noted.iter().sum())], 1);
        for expected in &noted[..10] {
            pace.shard(*expected, Some(1.0));
        }
        assert!((pace.left() - 30.0).abs() < 1e-9, "{}", pace.left());
        // Forty that take half of what is expected, whatever that is.
        let mut pace = Pace::new(&[planned(40, 0, noted.iter().sum())], 1);
        for expected in &noted[..10] {
            pace.shard(*expected, Some(0.5 * expected));
        }
        let left: f64 = noted[10..].iter().sum();
        assert!((pace.left() - 0.5 * left).abs() < 1e-9, "{}", pace.left());
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
        let nothing = Pace::new(&[planned(3, 3, 0.0)], 4).left();
        assert!(nothing == 0.0 && nothing.is_sign_positive());
    }
}
