//! Intervals against each other, for the verdict on a bound.

use statrs::distribution::ContinuousCDF;
use statrs::distribution::Normal;
use statrs::distribution::StudentsT;

use crate::record::Estimate;
use crate::record::Interval;

/// The level of the interval on which an equality in expectation is decided: 3.5 standard errors on either
/// side where there are many replicates, and more where there are few.
pub(super) const SURE: f64 = 0.9995;

/// Whether there are numbers, and the ends in order.
pub(super) fn is_interval(estimate: &Estimate) -> bool {
    let Estimate { value, low, high, .. } = *estimate;
    !value.is_nan() && low <= high
}

/// The ends of the left side, if these and those of the right one are finite.
pub(super) fn finite(ends: (f64, f64), right: &Estimate) -> Option<(f64, f64)> {
    [ends.0, ends.1, right.low, right.high].iter().all(|end| end.is_finite()).then_some(ends)
}

/// The largest distance between a number of the one interval and one of the other.
pub(super) fn farthest((low, high): (f64, f64), right: &Estimate) -> f64 {
    (high - right.low).abs().max((right.high - low).abs())
}

/// The smallest.
pub(super) fn nearest((low, high): (f64, f64), right: &Estimate) -> f64 {
    (low - right.high).max(right.low - high).max(0.0)
}

/// The ends of the estimate's interval at the level [`SURE`], by the quantiles of Student's t for a mean
/// and of the normal distribution otherwise. What has no uncertainty stays as it is.
pub(super) fn widened(estimate: &Estimate) -> (f64, f64) {
    let Estimate { value, low, high, n, interval, .. } = *estimate;
    let at = |level: f64| f64::midpoint(1.0, level);
    let ratio = match interval {
        Interval::Exact => 1.0,
        Interval::StudentT { level } => StudentsT::new(0.0, 1.0, n.max(2) as f64 - 1.0)
            .map_or(1.0, |t| t.inverse_cdf(at(SURE)) / t.inverse_cdf(at(level))),
        _ => {
            let level = interval.level();
            Normal::new(0.0, 1.0)
                .map_or(1.0, |z| z.inverse_cdf(at(SURE)) / z.inverse_cdf(at(level)))
        }
    };
    // No narrower than it is, and no wider than a level of zero can tell.
    let ratio = if ratio.is_finite() { ratio.max(1.0) } else { 1.0 };
    (value - ratio * (value - low), value + ratio * (high - value))
}
