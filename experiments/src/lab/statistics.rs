//! Estimates from replicates, each with an interval that covers what it says.

use statrs::distribution::Beta;
use statrs::distribution::Binomial;
use statrs::distribution::ContinuousCDF;
use statrs::distribution::DiscreteCDF;
use statrs::distribution::StudentsT;

use crate::record::Estimate;
use crate::record::Interval;

/// How far an estimate from another backend may lie, relative to the value, unless an experiment
/// says otherwise: single precision after thousands of dependent steps.
const TOLERANCE: f64 = 1e-2;

/// Mean with Student's 95 % t interval, `mean ± t₀.₉₇₅,R₋₁ s/√R`, for roughly symmetric quantities
/// (Student 1908, *The probable error of a mean*).
///
/// # Panics
/// With fewer than two values.
#[must_use]
pub fn mean(values: &[f64]) -> Estimate {
    assert!(values.len() >= 2, "an interval needs two replicates");
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let half = student(values.len() - 1) * (variance / n).sqrt();
    estimate(mean, mean - half, mean + half, values.len(), Interval::StudentT { level: 0.95 })
}

/// The 0.975 quantile of Student's t with that many degrees of freedom.
fn student(freedom: usize) -> f64 {
    StudentsT::new(0.0, 1.0, freedom as f64)
        .expect("a positive number of degrees of freedom")
        .inverse_cdf(0.975)
}

/// Median between two order statistics: the innermost symmetric pair whose level is at least 95 %,
/// or the extremes where there are too few values; the level that they achieve is in the result
/// (for example David and Nagaraja 2003, *Order Statistics*, section 7.1).
///
/// # Panics
/// Without values, or with one that is not a number.
#[must_use]
pub fn median(values: &[f64]) -> Estimate {
    let sorted = sorted(values);
    let n = sorted.len();
    // The interval from the (k+1)-th smallest to the (k+1)-th largest misses the median with
    // probability 2 P(Binomial(n, 1/2) <= k).
    let level =
        |k: usize| 1.0 - 2.0 * Binomial::new(0.5, n as u64).expect("a fair coin").cdf(k as u64);
    let k = (0..n.div_ceil(2)).take_while(|&k| level(k) >= 0.95).last().unwrap_or(0);
    let interval = Interval::OrderStatistic { level: level(k) };
    estimate(quantile_of_sorted(&sorted, 0.5), sorted[k], sorted[n - 1 - k], n, interval)
}

/// The share of successes with its 95 % Clopper–Pearson interval (Clopper and Pearson 1934, *The use
/// of confidence or fiducial limits illustrated in the case of the binomial*).
///
/// # Panics
/// Without trials, or with more successes than trials.
#[must_use]
pub fn proportion(successes: usize, trials: usize) -> Estimate {
    assert!(trials > 0 && successes <= trials, "{successes} successes in {trials} trials");
    let beta = |a: usize, b: usize, p: f64| {
        Beta::new(a as f64, b as f64).expect("positive shapes").inverse_cdf(p)
    };
    let failures = trials - successes;
    let low = if successes == 0 { 0.0 } else { beta(successes, failures + 1, 0.025) };
    let high = if failures == 0 { 1.0 } else { beta(successes + 1, failures, 0.975) };
    let share = successes as f64 / trials as f64;
    estimate(share, low, high, trials, Interval::ClopperPearson { level: 0.95 })
}

/// A number without uncertainty: a closed form, or a count of these very runs.
#[must_use]
pub fn exact(value: f64, n: usize) -> Estimate {
    estimate(value, value, value, n, Interval::Exact)
}

fn estimate(value: f64, low: f64, high: f64, n: usize, interval: Interval) -> Estimate {
    Estimate { value, low, high, n, interval, unit: String::new(), tolerance: TOLERANCE }
}

/// The quantile of a sample, linear between order statistics (type 7 of Hyndman and Fan 1996,
/// *Sample quantiles in statistical packages*).
///
/// # Panics
/// Without values, or with one that is not a number.
#[must_use]
pub fn quantile(values: &[f64], p: f64) -> f64 {
    quantile_of_sorted(&sorted(values), p)
}

fn quantile_of_sorted(sorted: &[f64], p: f64) -> f64 {
    let place = p * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    let weight = place - below as f64;
    if weight == 0.0 {
        sorted[below]
    } else {
        sorted[below] * (1.0 - weight) + sorted[above] * weight
    }
}

fn sorted(values: &[f64]) -> Vec<f64> {
    assert!(!values.is_empty(), "a quantile needs values");
    assert!(!values.iter().any(|value| value.is_nan()), "a quantile of not-a-number");
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::random;

    #[track_caller]
    fn near(value: f64, expected: f64) {
        assert!((value - expected).abs() < 1e-4 * expected.abs(), "{value} is not {expected}");
    }

    #[test]
    fn half_widths_are_the_tabulated_ones() {
        // t₀.₉₇₅ is 12.7062 with 1, 2.2622 with 9 and 2.0930 with 19 degrees of freedom.
        near(student(1), 12.7062);
        near(student(9), 2.2622);
        near(student(19), 2.0930);
        let estimate = mean(&[1.0, 3.0]);
        near(estimate.high, 2.0 + 12.7062);
    }

    #[test]
    fn a_median_prints_the_level_it_achieves() {
        let values: Vec<f64> = (0..9).map(f64::from).collect();
        let nine = median(&values);
        // From the 2nd to the 8th of nine: 1 - 2 (1 + 9) / 2⁹.
        assert_eq!((nine.low, nine.value, nine.high), (1.0, 4.0, 7.0));
        assert!(matches!(nine.interval, Interval::OrderStatistic { level }
            if (level - (1.0 - 20.0 / 512.0)).abs() < 1e-12));
        let three = median(&values[..3]);
        assert_eq!((three.low, three.high), (0.0, 2.0));
        assert!(matches!(three.interval, Interval::OrderStatistic { level }
            if (level - 0.75).abs() < 1e-12));
    }

    #[test]
    fn a_proportion_has_the_published_limits() {
        near(proportion(20, 20).low, 0.831_57);
        near(proportion(40, 40).low, 0.911_90);
        near(proportion(5, 10).low, 0.187_09);
        near(proportion(5, 10).high, 0.812_91);
    }

    #[test]
    fn quantiles_interpolate() {
        assert_eq!(quantile(&[3.0, 1.0, 2.0], 0.5), 2.0);
        assert_eq!(quantile(&[0.0, 10.0], 0.1), 1.0);
        assert_eq!(quantile(&[1.0, f64::INFINITY], 0.0), 1.0);
    }

    #[test]
    fn intervals_cover_at_their_level() {
        let mut stream = random::stream(1, "test", 0, "coverage");
        let trials = 2000;
        let covered = |interval: &dyn Fn(&[f64]) -> Estimate, stream: &mut _| {
            (0..trials)
                .filter(|_| {
                    let estimate = interval(&random::normals(stream, 10));
                    estimate.low <= 0.0 && 0.0 <= estimate.high
                })
                .count() as f64
                / f64::from(trials)
        };
        let t = covered(&mean, &mut stream);
        assert!((t - 0.95).abs() < 0.02, "the t interval covers {t}");
        let order = covered(&median, &mut stream);
        assert!(order > 0.96, "from the 2nd to the 9th of ten covers 0.979, not {order}");
    }
}
