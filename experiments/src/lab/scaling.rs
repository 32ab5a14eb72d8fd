//! Scaling exponents: slopes of log-log curves, replicate by replicate.
//!
//! Fitting one line to the mean curve and taking its residuals for the error is what naive versions
//! get wrong: the points of one replicate depend on each other. Here each replicate gives one slope,
//! and the interval is over replicates.

use crate::lab::statistics;
use crate::record::Estimate;

/// The exponent of a power law `y ∝ xᵃ`, and how straight the curve is.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Scaling {
    /// Slope of `log y` on `log x` over all points: the mean over replicates with its t interval.
    pub exponent: Estimate,
    /// The same between the first two points.
    pub first: Estimate,
    /// The same between the last two points.
    pub last: Estimate,
}

/// The scaling exponent of curves over the same `x`, shape `[replicates][points]`. Where a `y` is not
/// positive, the estimates that it enters are not numbers.
///
/// # Panics
/// With fewer than two replicates or points, curves of other lengths than `x`, or an `x` that is not
/// positive and rising.
#[must_use]
pub fn scaling(x: &[f64], replicates: &[Vec<f64>]) -> Scaling {
    assert!(x.len() >= 2, "a slope needs two points");
    assert!(x[0] > 0.0 && x.windows(2).all(|pair| pair[0] < pair[1]), "{x:?} does not rise");
    let over = |range: std::ops::Range<usize>| {
        let slope = |y: &Vec<f64>| log_log_slope(&x[range.clone()], &y[range.clone()]);
        statistics::mean(&replicates.iter().map(slope).collect::<Vec<_>>())
    };
    assert!(replicates.iter().all(|y| y.len() == x.len()), "a curve has one value for each x");
    Scaling { exponent: over(0..x.len()), first: over(0..2), last: over(x.len() - 2..x.len()) }
}

/// Slope of `log y` on `log x` by least squares. Not a number where one is not positive.
///
/// # Panics
/// With lists of different length.
#[must_use]
pub fn log_log_slope(x: &[f64], y: &[f64]) -> f64 {
    let logarithms = |values: &[f64]| values.iter().map(|&value| libm::log(value)).collect();
    let (x, y): (Vec<f64>, Vec<f64>) = (logarithms(x), logarithms(y));
    slope(&x, &y)
}

/// Slope of `y` on `x` by least squares, `Σ (x − x̄)(y − ȳ) / Σ (x − x̄)²`. Not a number where all `x`
/// are equal.
///
/// # Panics
/// With lists of different length.
#[must_use]
pub fn slope(x: &[f64], y: &[f64]) -> f64 {
    assert_eq!(x.len(), y.len(), "a slope is over pairs");
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (center, level) = (mean(x), mean(y));
    let (mut products, mut squares) = (0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        products += (x - center) * (y - level);
        squares += (x - center) * (x - center);
    }
    products / squares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(x: &[f64], y: &[f64], expected: f64) {
        let found = slope(x, y);
        assert!((found - expected).abs() < 1e-14, "{found} is not {expected}");
    }

    #[test]
    fn slopes_are_least_squares() {
        check(&[0.0, 1.0], &[3.0, 5.0], 2.0);
        check(&[1.0, 2.0, 3.0], &[7.0, 7.0, 7.0], 0.0);
        // Anscombe (1973), Graphs in statistical analysis, his first set: scipy.stats.linregress.
        check(
            &[10.0, 8.0, 13.0, 9.0, 11.0, 14.0, 6.0, 4.0, 12.0, 7.0, 5.0],
            &[8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68],
            0.500_090_909_090_909_1,
        );
        assert!(slope(&[1.0, 1.0], &[1.0, 2.0]).is_nan());
        assert!(slope(&[], &[]).is_nan());
    }

    #[test]
    fn a_power_law_has_one_exponent() {
        let x: [f64; 4] = [1.0, 2.0, 4.0, 8.0];
        let law = |scale: f64| x.map(|x| scale / (x * x)).to_vec();
        let found = scaling(&x, &[law(1.0), law(3.0), law(0.1)]);
        for estimate in [&found.exponent, &found.first, &found.last] {
            assert!((estimate.value + 2.0).abs() < 1e-12, "{estimate:?}");
            assert!(estimate.high - estimate.low < 1e-12 && estimate.n == 3, "{estimate:?}");
        }
    }

    #[test]
    fn local_slopes_show_curvature() {
        // y = x + 100/x turns from the exponent −1 to 1.
        let x = [0.1, 0.2, 2.0, 10.0, 500.0, 1000.0];
        let curve = |scale: f64| x.map(|x| scale * (x + 100.0 / x)).to_vec();
        let found = scaling(&x, &[curve(1.0), curve(2.0)]);
        assert!((found.first.value + 1.0).abs() < 1e-3, "{found:?}");
        assert!((found.last.value - 1.0).abs() < 1e-3, "{found:?}");
        assert!(found.exponent.value.abs() < 0.5, "{found:?}");
    }

    #[test]
    fn what_has_no_logarithm_has_no_slope() {
        let found = scaling(&[1.0, 2.0, 4.0], &[vec![1.0, 1.0, 0.0], vec![1.0, 1.0, 1.0]]);
        assert!(found.exponent.low.is_nan() && found.last.low.is_nan());
        assert_eq!((found.first.low, found.first.high), (0.0, 0.0));
    }
}
