//! Intervals for functions of means over replicates, by the studentised bootstrap.
//!
//! Replicates are drawn again with replacement; each resample gives the statistic's distance from the
//! measured value in units of its own jackknife standard error, and the quantiles of these distances
//! take the place of Student's t (Efron and Tibshirani 1993, *An Introduction to the Bootstrap*,
//! sections 11.5 and 12.5; Hall 1988, *Theoretical comparison of bootstrap confidence intervals*).
//!
//! The percentile interval, and its corrected form BCa, are what naive versions use: for the mean of R
//! normal numbers they cover .84, .90, .92, .93 at R = 5, 10, 20, 30, and of R numbers as skewed as an
//! exponential .78 to .80, .88, .90 to .91, .92 to .93. They are not offered. Nor is any bootstrap of a
//! median, a maximum or a rank correlation, where resampling is not smooth. What is offered covered at
//! least 93 % of the time wherever it is offered; `tests/coverage.rs` measures it.

use rand_chacha::ChaCha8Rng;
use thiserror::Error;

use crate::lab::random;
use crate::lab::scaling;
use crate::lab::statistics;
use crate::record::Estimate;
use crate::record::Interval;

/// Resamples. One less than a multiple of 40, so that the 2.5 % quantiles are order statistics.
const RESAMPLES: usize = 1999;

/// What is known beforehand of the distribution that replicates come from. It cannot be told from a
/// few replicates: those that mislead are the ones without a large value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "for a heavier tail there is the median")]
pub enum Tail {
    /// No more skewed than an exponential distribution (skewness 2), no heavier than it.
    Light,
    /// Up to a lognormal one whose logarithm has standard deviation 1 (skewness 6.2).
    Heavy,
}

impl Tail {
    /// Fewest replicates for which the intervals were measured to cover.
    #[must_use]
    pub fn fewest(self) -> usize {
        match self {
            Self::Light => 20,
            Self::Heavy => 100,
        }
    }
}

/// Why there is no interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "the bootstrap over {found} replicates covers less than it says: with this tail it needs {fewest}"
)]
#[non_exhaustive]
pub struct TooFew {
    /// Replicates that there are.
    pub found: usize,
    /// Replicates that it needs.
    pub fewest: usize,
}

/// The mean with its 95 % interval. For roughly symmetric values [`statistics::mean`] is as good, and
/// better for symmetric ones with heavy tails.
///
/// # Errors
/// With too few replicates for that tail.
pub fn mean(values: &[f64], tail: Tail, stream: &mut ChaCha8Rng) -> Result<Estimate, TooFew> {
    let rows: Vec<[f64; 1]> = values.iter().map(|&value| [value]).collect();
    studentised(&rows, |mean| mean[0], tail, stream)
}

/// The ratio of two means over the same replicates with its 95 % interval, for quantities of light tail.
/// The means must be away from 0: where the denominator may have either sign, so may the ratio.
///
/// # Errors
/// With too few replicates.
///
/// # Panics
/// With lists of different length.
pub fn ratio_of_means(
    numerator: &[f64],
    denominator: &[f64],
    stream: &mut ChaCha8Rng,
) -> Result<Estimate, TooFew> {
    assert_eq!(numerator.len(), denominator.len(), "a ratio of means is over pairs");
    let rows: Vec<[f64; 2]> = numerator.iter().zip(denominator).map(|(&a, &b)| [a, b]).collect();
    studentised(&rows, |mean| mean[0] / mean[1], Tail::Light, stream)
}

/// The scaling exponent of the mean curve with its 95 % interval: the slope of the logarithm of the mean
/// over replicates on `log x`, for quantities of light tail. Where each replicate has an exponent of its
/// own, prefer [`scaling::scaling`].
///
/// # Errors
/// With too few replicates.
///
/// # Panics
/// With curves of other lengths than `x`.
pub fn exponent_of_mean(
    x: &[f64],
    replicates: &[Vec<f64>],
    stream: &mut ChaCha8Rng,
) -> Result<Estimate, TooFew> {
    assert!(replicates.iter().all(|y| y.len() == x.len()), "a curve has one value for each x");
    let x: Vec<f64> = x.iter().map(|&x| libm::log(x)).collect();
    let exponent = |mean: &[f64]| {
        let y: Vec<f64> = mean.iter().map(|&y| libm::log(y)).collect();
        scaling::slope(&x, &y)
    };
    studentised(replicates, exponent, Tail::Light, stream)
}

/// The interval of a smooth function of the mean row, shape of `rows` `[replicates][quantities]`.
fn studentised<Row: AsRef<[f64]>>(
    rows: &[Row],
    statistic: impl Fn(&[f64]) -> f64,
    tail: Tail,
    stream: &mut ChaCha8Rng,
) -> Result<Estimate, TooFew> {
    let (found, fewest) = (rows.len(), tail.fewest());
    if found < fewest {
        return Err(TooFew { found, fewest });
    }
    let all: Vec<&[f64]> = rows.iter().map(AsRef::as_ref).collect();
    let (value, error) = jackknife(&all, &statistic);
    let mut distances: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            let (again, its_error) = jackknife(&resample(&all, stream), &statistic);
            // A resample that says nothing new, such as one replicate throughout.
            if again == value { 0.0 } else { (again - value) / its_error }
        })
        .collect();
    let known = !distances.iter().any(|distance| distance.is_nan()) && error.is_finite();
    distances.sort_by(f64::total_cmp);
    let tail = (RESAMPLES + 1) / 40;
    // Far above is where the measured value lies too high, so the quantiles change sides.
    let end = |distance: f64| match (known, error == 0.0) {
        (false, _) => f64::NAN,
        (true, true) => value,
        (true, false) => value - distance * error,
    };
    Ok(Estimate {
        low: end(distances[RESAMPLES - tail]),
        high: end(distances[tail - 1]),
        interval: Interval::Bootstrap { level: 0.95 },
        ..statistics::exact(value, found)
    })
}

fn resample<'a>(rows: &[&'a [f64]], stream: &mut ChaCha8Rng) -> Vec<&'a [f64]> {
    let n = rows.len();
    random::uniforms(stream, n, 0.0, n as f64)
        .iter()
        .map(|&place| rows[(place as usize).min(n - 1)])
        .collect()
}

/// The statistic of the mean row, and its jackknife standard error
/// `√((n−1)/n Σᵢ (s₍ᵢ₎ − s̄)²)` with `s₍ᵢ₎` that without row `i` (Tukey 1958, *Bias and confidence in
/// not-quite large samples*).
fn jackknife(rows: &[&[f64]], statistic: &impl Fn(&[f64]) -> f64) -> (f64, f64) {
    let n = rows.len() as f64;
    let mut total = vec![0.0; rows[0].len()];
    for row in rows {
        total.iter_mut().zip(*row).for_each(|(total, value)| *total += value);
    }
    let mut mean: Vec<f64> = total.iter().map(|total| total / n).collect();
    let value = statistic(&mean);
    let without: Vec<f64> = rows
        .iter()
        .map(|row| {
            for ((mean, total), value) in mean.iter_mut().zip(&total).zip(*row) {
                *mean = (total - value) / (n - 1.0);
            }
            statistic(&mean)
        })
        .collect();
    let center = without.iter().sum::<f64>() / n;
    let squares: f64 = without.iter().map(|value| (value - center).powi(2)).sum();
    (value, ((n - 1.0) / n * squares).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream() -> ChaCha8Rng {
        random::stream(1, "test", 0, "bootstrap")
    }

    #[test]
    fn the_jackknife_of_a_mean_is_its_standard_error() {
        let values = [1.0, 2.0, 4.0, 9.0];
        let rows: Vec<&[f64]> = values.chunks(1).collect();
        let (mean, error) = jackknife(&rows, &|mean: &[f64]| mean[0]);
        // numpy.std([1, 2, 4, 9], ddof=1) / 2
        assert_eq!(mean, 4.0);
        assert!((error - 1.779_513_042_005_218_5).abs() < 1e-14, "{error}");
    }

    #[test]
    fn the_interval_is_near_students_for_normal_numbers() {
        let values = random::normals(&mut stream(), 200);
        let (t, found) = (
            statistics::mean(&values),
            mean(&values, Tail::Light, &mut stream()).expect("200 replicates"),
        );
        assert_eq!(found.value.to_bits(), t.value.to_bits());
        // The ends are quantiles of 1999 resamples: a standard error of about 6 % of a half-width.
        let half = (t.high - t.low) / 2.0;
        assert!((found.low - t.low).abs() < 0.2 * half, "{found:?} {t:?}");
        assert!((found.high - t.high).abs() < 0.2 * half, "{found:?} {t:?}");
        assert_eq!(found, mean(&values, Tail::Light, &mut stream()).expect("the same stream"));
    }

    #[test]
    fn the_interval_is_longer_where_the_tail_is() {
        let skewed: Vec<f64> =
            random::normals(&mut stream(), 100).iter().map(|&z| libm::exp(z)).collect();
        let found = mean(&skewed, Tail::Heavy, &mut stream()).expect("100 replicates");
        assert!(found.high - found.value > 1.2 * (found.value - found.low), "{found:?}");
    }

    #[test]
    fn too_few_replicates_are_refused() {
        let refusal = |n: usize, tail| mean(&vec![1.0; n], tail, &mut stream()).err();
        assert_eq!(refusal(19, Tail::Light), Some(TooFew { found: 19, fewest: 20 }));
        assert_eq!(refusal(20, Tail::Light), None);
        assert_eq!(refusal(99, Tail::Heavy), Some(TooFew { found: 99, fewest: 100 }));
        assert_eq!(refusal(0, Tail::Light), Some(TooFew { found: 0, fewest: 20 }));
        let ratio = ratio_of_means(&[1.0; 5], &[1.0; 5], &mut stream());
        assert!(ratio.is_err());
        let slope = exponent_of_mean(&[1.0, 2.0], &[vec![1.0, 2.0]], &mut stream());
        assert!(slope.is_err());
    }

    #[test]
    fn what_does_not_vary_is_certain() {
        let ends = |found: Result<Estimate, TooFew>| {
            let found = found.expect("enough replicates");
            (found.low, found.value, found.high)
        };
        assert_eq!(ends(mean(&[2.0; 20], Tail::Light, &mut stream())), (2.0, 2.0, 2.0));
        let (b, a): (Vec<f64>, Vec<f64>) =
            (1..=20).map(|b| (f64::from(b), 2.0 * f64::from(b))).unzip();
        let ratio = ratio_of_means(&a, &b, &mut stream());
        assert_eq!(ends(ratio), (2.0, 2.0, 2.0));
        let law: Vec<Vec<f64>> = a.iter().map(|a| vec![*a, 4.0 * a]).collect();
        let (low, value, high) = ends(exponent_of_mean(&[1.0, 2.0], &law, &mut stream()));
        assert!((value - 2.0).abs() < 1e-14 && (high - low).abs() < 1e-12, "{low} {high}");
    }

    #[test]
    fn what_is_not_a_number_has_no_interval() {
        let mut values = vec![1.0; 20];
        for bad in [f64::NAN, f64::INFINITY] {
            values[3] = bad;
            let found = mean(&values, Tail::Light, &mut stream()).expect("twenty replicates");
            assert!(found.low.is_nan() && found.high.is_nan(), "{found:?}");
        }
    }
}
