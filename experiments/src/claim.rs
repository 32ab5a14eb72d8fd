//! Checked statements about a record. A verdict is decided on the whole interval, never on the
//! point estimate alone.

use serde::Serialize;

use crate::record::Estimate;
use crate::record::Interval;

/// A statement with what was measured and whether it holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Claim {
    /// Its name: `peak-at-threshold`.
    pub name: String,
    /// The statement in words, one sentence without a full stop. May hold `$…$`.
    pub text: String,
    /// The figure that it is shown with; empty for the first.
    pub figure: String,
    /// What was measured.
    #[serde(with = "crate::number")]
    pub statistic: f64,
    /// Lower end of its interval; equals the statistic for a count.
    #[serde(with = "crate::number")]
    pub low: f64,
    /// Upper end of its interval; equals the statistic for a count.
    #[serde(with = "crate::number")]
    pub high: f64,
    /// How the interval was made; none for a count.
    pub interval: Option<Interval>,
    /// What the statistic must meet.
    pub threshold: Threshold,
    /// What came out.
    pub verdict: Verdict,
}

/// What a statistic must meet.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Threshold {
    /// At least this.
    AtLeast(f64),
    /// At most this.
    AtMost(f64),
    /// More than this: two equal arms do not differ by more than 0.
    Above(f64),
    /// Less than this.
    Below(f64),
    /// Between these, both allowed.
    Within(f64, f64),
    /// At least so many of so many runs; decided by counting.
    Count {
        /// Fewest runs.
        least: usize,
        /// All runs.
        of: usize,
    },
}

impl Threshold {
    /// Whether the unfavourable and whether the favourable end of an interval meets it.
    fn met(self, value: f64, low: f64, high: f64) -> (bool, bool) {
        match self {
            Self::AtLeast(least) => (low >= least, high >= least),
            Self::AtMost(most) => (high <= most, low <= most),
            Self::Above(least) => (low > least, high > least),
            Self::Below(most) => (high < most, low < most),
            Self::Within(least, most) => {
                (low >= least && high <= most, least <= most && high >= least && low <= most)
            }
            Self::Count { least, of } => {
                let counted = least as f64 <= value && value <= of as f64;
                (counted, counted)
            }
        }
    }

    fn is_nan(self) -> bool {
        match self {
            Self::AtLeast(end) | Self::AtMost(end) | Self::Above(end) | Self::Below(end) => {
                end.is_nan()
            }
            Self::Within(least, most) => least.is_nan() || most.is_nan(),
            Self::Count { .. } => false,
        }
    }
}

/// What came out of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The unfavourable end of the interval passes.
    Holds,
    /// Not even the favourable end passes.
    Fails,
    /// Neither: more replicates, or a more modest claim, are needed.
    Inconclusive,
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Holds => "holds",
            Self::Fails => "fails",
            Self::Inconclusive => "inconclusive",
        })
    }
}

impl Claim {
    /// A claim that an estimate meets a threshold, decided on the estimate's interval. To compare two
    /// estimates, take [`Estimate::minus`]; two arms that share their random streams, take
    /// [`crate::lab::statistics::difference`].
    ///
    /// What is no interval or no threshold is inconclusive: a not-a-number anywhere, a lower end above
    /// the upper one.
    #[must_use]
    pub fn on(
        name: &str,
        text: impl Into<String>,
        estimate: &Estimate,
        threshold: Threshold,
    ) -> Self {
        let Estimate { value, low, high, .. } = *estimate;
        let unknown = [value, low, high].iter().any(|number| number.is_nan());
        let verdict = match threshold.met(value, low, high) {
            _ if unknown || threshold.is_nan() || low > high => Verdict::Inconclusive,
            (true, _) => Verdict::Holds,
            (false, true) => Verdict::Inconclusive,
            (false, false) => Verdict::Fails,
        };
        Self {
            name: name.into(),
            text: text.into(),
            figure: String::new(),
            statistic: value,
            low,
            high,
            interval: Some(estimate.interval),
            threshold,
            verdict,
        }
    }

    /// A claim about these very runs: at least `least` of `of` of them did so. No interval. More than
    /// all of them is a fault of the count, and fails.
    #[must_use]
    pub fn count(name: &str, text: impl Into<String>, did: usize, least: usize, of: usize) -> Self {
        let statistic = did as f64;
        Self {
            name: name.into(),
            text: text.into(),
            figure: String::new(),
            statistic,
            low: statistic,
            high: statistic,
            interval: None,
            threshold: Threshold::Count { least, of },
            verdict: if (least..=of).contains(&did) { Verdict::Holds } else { Verdict::Fails },
        }
    }

    /// The same claim, shown with that figure.
    #[must_use]
    pub fn with_figure(mut self, figure: &str) -> Self {
        self.figure = figure.into();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::statistics;

    #[track_caller]
    fn check(low: f64, high: f64, threshold: Threshold, expected: Verdict) {
        let estimate = Estimate {
            value: f64::midpoint(low, high),
            low,
            high,
            n: 9,
            interval: Interval::StudentT { level: 0.95 },
            unit: String::new(),
            tolerance: 0.0,
        };
        assert_eq!(Claim::on("x", "x", &estimate, threshold).verdict, expected);
    }

    #[test]
    fn a_verdict_is_decided_on_the_whole_interval() {
        check(3.0, 4.0, Threshold::AtLeast(3.0), Verdict::Holds);
        check(2.9, 4.0, Threshold::AtLeast(3.0), Verdict::Inconclusive);
        check(2.0, 3.0, Threshold::AtLeast(3.0), Verdict::Inconclusive);
        check(2.0, 2.9, Threshold::AtLeast(3.0), Verdict::Fails);
        check(2.0, 3.0, Threshold::AtMost(3.0), Verdict::Holds);
        check(2.0, 3.1, Threshold::AtMost(3.0), Verdict::Inconclusive);
        check(3.0, 4.0, Threshold::AtMost(3.0), Verdict::Inconclusive);
        check(3.1, 4.0, Threshold::AtMost(3.0), Verdict::Fails);
        check(1.0, 2.0, Threshold::Within(1.0, 2.0), Verdict::Holds);
        check(1.0, 2.1, Threshold::Within(0.0, 2.0), Verdict::Inconclusive);
        check(-1.0, 3.0, Threshold::Within(0.0, 2.0), Verdict::Inconclusive);
        check(2.0, 2.2, Threshold::Within(0.0, 2.0), Verdict::Inconclusive);
        check(2.1, 2.2, Threshold::Within(0.0, 2.0), Verdict::Fails);
        check(-2.0, -0.1, Threshold::Within(0.0, 2.0), Verdict::Fails);
    }

    #[test]
    fn a_strict_threshold_is_not_met_by_equality() {
        check(0.0, 0.0, Threshold::AtLeast(0.0), Verdict::Holds);
        check(0.0, 0.0, Threshold::Above(0.0), Verdict::Fails);
        check(0.0, 0.0, Threshold::Below(0.0), Verdict::Fails);
        check(0.0, 1.0, Threshold::Above(0.0), Verdict::Inconclusive);
        check(-1.0, 0.0, Threshold::Above(0.0), Verdict::Fails);
        check(0.1, 1.0, Threshold::Above(0.0), Verdict::Holds);
        check(-1.0, 0.0, Threshold::Below(0.0), Verdict::Inconclusive);
        check(0.0, 1.0, Threshold::Below(0.0), Verdict::Fails);
        check(-1.0, -0.1, Threshold::Below(0.0), Verdict::Holds);
    }

    #[test]
    fn infinite_ends_decide() {
        let (most, least) = (f64::INFINITY, f64::NEG_INFINITY);
        check(3.0, most, Threshold::AtLeast(3.0), Verdict::Holds);
        check(2.0, most, Threshold::AtLeast(3.0), Verdict::Inconclusive);
        check(3.1, most, Threshold::AtMost(3.0), Verdict::Fails);
        check(least, 3.0, Threshold::AtMost(3.0), Verdict::Holds);
        check(least, 3.0, Threshold::AtLeast(3.1), Verdict::Fails);
        check(3.0, 4.0, Threshold::AtLeast(least), Verdict::Holds);
        check(3.0, 4.0, Threshold::Within(least, most), Verdict::Holds);
        check(most, most, Threshold::AtMost(3.0), Verdict::Fails);
        check(most, most, Threshold::AtLeast(3.0), Verdict::Holds);
    }

    #[test]
    fn what_is_no_interval_decides_nothing() {
        let thresholds = [
            Threshold::AtLeast(3.0),
            Threshold::AtMost(3.0),
            Threshold::Above(3.0),
            Threshold::Below(3.0),
            Threshold::Within(0.0, 3.0),
            Threshold::Count { least: 1, of: 3 },
        ];
        for threshold in thresholds {
            check(f64::NAN, 2.2, threshold, Verdict::Inconclusive);
            check(2.2, f64::NAN, threshold, Verdict::Inconclusive);
            check(f64::NAN, f64::NAN, threshold, Verdict::Inconclusive);
            check(5.0, 1.0, threshold, Verdict::Inconclusive);
            // All numbers: the midpoint of these, the value, is none.
            check(f64::NEG_INFINITY, f64::INFINITY, threshold, Verdict::Inconclusive);
        }
        for threshold in [
            Threshold::AtLeast(f64::NAN),
            Threshold::AtMost(f64::NAN),
            Threshold::Above(f64::NAN),
            Threshold::Below(f64::NAN),
            Threshold::Within(f64::NAN, 3.0),
            Threshold::Within(0.0, f64::NAN),
        ] {
            check(1.0, 2.0, threshold, Verdict::Inconclusive);
        }
        // Nothing lies in an empty window.
        check(0.0, 4.0, Threshold::Within(3.0, 1.0), Verdict::Fails);
    }

    #[test]
    fn a_count_is_decided_by_counting() {
        let verdict = |did, least, of| Claim::count("x", "x", did, least, of).verdict;
        assert_eq!(verdict(19, 20, 20), Verdict::Fails);
        assert_eq!(verdict(20, 20, 20), Verdict::Holds);
        assert_eq!(verdict(19, 19, 20), Verdict::Holds);
        assert_eq!(verdict(0, 0, 0), Verdict::Holds);
        assert_eq!(verdict(21, 20, 20), Verdict::Fails);
        let on = |did: f64| {
            let threshold = Threshold::Count { least: 19, of: 20 };
            Claim::on("x", "x", &statistics::exact(did, 20), threshold).verdict
        };
        assert_eq!((on(18.0), on(19.0)), (Verdict::Fails, Verdict::Holds));
        assert_eq!((on(20.0), on(21.0)), (Verdict::Holds, Verdict::Fails));
    }

    /// Whether the first list is the larger, from their separate intervals and from their pairs.
    #[track_caller]
    fn compare(a: &[f64], b: &[f64], apart: Verdict, paired: Verdict) {
        let decide =
            |estimate: &Estimate| Claim::on("x", "x", estimate, Threshold::Above(0.0)).verdict;
        assert_eq!(decide(&statistics::mean(a).minus(&statistics::mean(b))), apart);
        assert_eq!(decide(&statistics::difference(a, b)), paired);
    }

    #[test]
    fn two_estimates_are_compared() {
        let b = [1.0, 2.0, 3.0];
        compare(&[11.0, 12.0, 13.0], &b, Verdict::Holds, Verdict::Holds);
        compare(&b, &[11.0, 12.0, 13.0], Verdict::Fails, Verdict::Fails);
        // Replicate by replicate it is clear, from the two intervals it is not.
        compare(&[1.5, 2.4, 3.6], &b, Verdict::Inconclusive, Verdict::Holds);
        compare(&[0.5, 1.6, 2.4], &b, Verdict::Inconclusive, Verdict::Fails);
        compare(&[1.5, 1.0, 3.6], &b, Verdict::Inconclusive, Verdict::Inconclusive);
        // An arm is not above itself.
        compare(&b, &b, Verdict::Inconclusive, Verdict::Fails);
        compare(&[f64::INFINITY, 2.0, 3.0], &b, Verdict::Inconclusive, Verdict::Inconclusive);
        compare(&[f64::NAN, 2.0, 3.0], &b, Verdict::Inconclusive, Verdict::Inconclusive);
    }
}
