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
    /// A claim that an estimate meets a threshold, decided on the estimate's interval.
    ///
    /// A not-a-number anywhere is inconclusive.
    #[must_use]
    pub fn on(
        name: &str,
        text: impl Into<String>,
        estimate: &Estimate,
        threshold: Threshold,
    ) -> Self {
        let Estimate { value, low, high, .. } = *estimate;
        let (worst, best) = match threshold {
            Threshold::AtLeast(least) => (low >= least, high >= least),
            Threshold::AtMost(most) => (high <= most, low <= most),
            Threshold::Within(least, most) => {
                (low >= least && high <= most, high >= least && low <= most)
            }
            Threshold::Count { least, .. } => {
                let least = least as f64;
                (value >= least, value >= least)
            }
        };
        let verdict = if low.is_nan() || high.is_nan() || value.is_nan() {
            Verdict::Inconclusive
        } else if worst {
            Verdict::Holds
        } else if best {
            Verdict::Inconclusive
        } else {
            Verdict::Fails
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

    /// A claim about these very runs: at least `least` of `of` of them did so. No interval.
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
            verdict: if did >= least { Verdict::Holds } else { Verdict::Fails },
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
        check(2.0, 2.9, Threshold::AtLeast(3.0), Verdict::Fails);
        check(2.0, 3.0, Threshold::AtMost(3.0), Verdict::Holds);
        check(2.0, 3.1, Threshold::AtMost(3.0), Verdict::Inconclusive);
        check(3.1, 4.0, Threshold::AtMost(3.0), Verdict::Fails);
        check(1.0, 2.0, Threshold::Within(0.0, 2.0), Verdict::Holds);
        check(1.0, 2.1, Threshold::Within(0.0, 2.0), Verdict::Inconclusive);
        check(2.1, 2.2, Threshold::Within(0.0, 2.0), Verdict::Fails);
        check(f64::NAN, 2.2, Threshold::AtMost(3.0), Verdict::Inconclusive);
    }

    #[test]
    fn a_count_is_decided_by_counting() {
        assert_eq!(Claim::count("x", "x", 19, 20, 20).verdict, Verdict::Fails);
        assert_eq!(Claim::count("x", "x", 20, 20, 20).verdict, Verdict::Holds);
    }
}
