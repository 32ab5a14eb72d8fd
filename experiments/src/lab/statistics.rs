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
/// (Student 1908, *The probable error of a mean*). What it covers where they are not:
/// `tests/coverage.md`.
///
/// # Panics
/// With fewer than two values.
#[must_use]
pub fn mean(values: &[f64]) -> Estimate {
    mean_at(values, 0.95)
}

/// The same at another confidence level, such as one of [`together`].
///
/// # Panics
/// With fewer than two values, or a level outside `(0, 1)`.
#[must_use]
pub fn mean_at(values: &[f64], level: f64) -> Estimate {
    assert!(values.len() >= 2, "an interval needs two replicates");
    assert!(0.0 < level && level < 1.0, "a confidence level of {level}");
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let quantile = student_quantile(values.len() - 1, f64::midpoint(1.0, level));
    let half = quantile * (variance / n).sqrt();
    estimate(mean, mean - half, mean + half, values.len(), Interval::StudentT { level })
}

/// The level of each of `count` intervals that hold together at `level`, however they depend on each
/// other (Bonferroni; Dunn 1961, *Multiple comparisons among means*).
#[must_use]
pub fn together(level: f64, count: usize) -> f64 {
    1.0 - (1.0 - level) / count.max(1) as f64
}

/// The mean of `a − b` over pairs with its 95 % t interval: how two arms that share their random
/// streams are compared.
///
/// # Panics
/// With fewer than two pairs, or lists of different length.
#[must_use]
pub fn difference(a: &[f64], b: &[f64]) -> Estimate {
    difference_at(a, b, 0.95)
}

/// The same at another confidence level, such as one of [`together`].
///
/// # Panics
/// With fewer than two pairs, lists of different length, or a level outside `(0, 1)`.
#[must_use]
pub fn difference_at(a: &[f64], b: &[f64], level: f64) -> Estimate {
    assert_eq!(a.len(), b.len(), "a paired difference is over pairs");
    let differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    mean_at(&differences, level)
}

/// The typical factor `a/b` over pairs of positive quantities: the geometric mean of the ratios, with
/// the 95 % t interval of the mean logarithm. Not a number where a quantity is not positive.
/// For the ratio of the means, which large values dominate, see [`ratio_of_means`].
///
/// # Panics
/// With fewer than two pairs, or lists of different length.
#[must_use]
pub fn paired_ratio(a: &[f64], b: &[f64]) -> Estimate {
    let logarithms = |values: &[f64]| values.iter().map(|&value| libm::log(value)).collect();
    let (a, b): (Vec<f64>, Vec<f64>) = (logarithms(a), logarithms(b));
    let log = difference(&a, &b);
    Estimate {
        value: libm::exp(log.value),
        low: libm::exp(log.low),
        high: libm::exp(log.high),
        ..log
    }
}

/// The `p` quantile of Student's t with that many degrees of freedom.
fn student_quantile(freedom: usize, p: f64) -> f64 {
    StudentsT::new(0.0, 1.0, freedom as f64)
        .expect("a positive number of degrees of freedom")
        .inverse_cdf(p)
}

/// The ratio of two means over the same replicates, with Student's t interval on the paired
/// residuals `a − r b` at the given confidence level (the ratio estimator, Cochran 1977, *Sampling
/// Techniques*, chapter 6). For intervals that hold together over `m` ratios, give `1 − 0.05/m`.
///
/// # Panics
/// With fewer than two replicates, or lists of different length.
#[must_use]
pub fn ratio_of_means(numerator: &[f64], denominator: &[f64], level: f64) -> Estimate {
    assert!(numerator.len() >= 2, "an interval needs two replicates");
    assert_eq!(numerator.len(), denominator.len(), "a ratio of means is over pairs");
    let n = numerator.len() as f64;
    let below = denominator.iter().sum::<f64>() / n;
    let ratio = numerator.iter().sum::<f64>() / n / below;
    // The residuals sum to zero by construction.
    let squares: f64 =
        numerator.iter().zip(denominator).map(|(a, b)| ((a - ratio * b) / below).powi(2)).sum();
    let half = student_quantile(numerator.len() - 1, f64::midpoint(1.0, level))
        * (squares / (n - 1.0) / n).sqrt();
    estimate(ratio, ratio - half, ratio + half, numerator.len(), Interval::StudentT { level })
}

/// Median between two order statistics: the innermost symmetric pair whose level is at least 95 %,
/// or the extremes where there are too few values; the level that they achieve is in the result
/// (for example David and Nagaraja 2003, *Order Statistics*, section 7.1).
///
/// # Panics
/// Without values, or with one that is not a number.
#[must_use]
pub fn median(values: &[f64]) -> Estimate {
    median_at(values, 0.95)
}

/// The same with a level of at least `wanted` where there are enough values for it.
///
/// # Panics
/// Without values, or with one that is not a number.
#[must_use]
pub fn median_at(values: &[f64], wanted: f64) -> Estimate {
    let sorted = sorted(values);
    let n = sorted.len();
    // The interval from the (k+1)-th smallest to the (k+1)-th largest misses the median with
    // probability 2 P(Binomial(n, 1/2) <= k).
    let level =
        |k: usize| 1.0 - 2.0 * Binomial::new(0.5, n as u64).expect("a fair coin").cdf(k as u64);
    let k = (0..n.div_ceil(2)).take_while(|&k| level(k) >= wanted).last().unwrap_or(0);
    let interval = Interval::OrderStatistic { level: level(k) };
    estimate(quantile_of_sorted(&sorted, 0.5), sorted[k], sorted[n - 1 - k], n, interval)
}

/// The ratio of two medians of positive quantities, from the unfavourable to the favourable ends of
/// their intervals. The two are at 97.5 % each where there are enough values, so that the ratio is
/// at 95 % however they depend on each other (Bonferroni); the achieved level is in the result.
///
/// # Panics
/// Without values, or with one that is not a number.
#[must_use]
pub fn ratio_of_medians(numerator: &[f64], denominator: &[f64]) -> Estimate {
    let (above, below) = (median_at(numerator, 0.975), median_at(denominator, 0.975));
    let missed = |estimate: &Estimate| match estimate.interval {
        Interval::OrderStatistic { level } => 1.0 - level,
        _ => unreachable!("a median lies between order statistics"),
    };
    let level = (1.0 - missed(&above) - missed(&below)).max(0.0);
    estimate(
        above.value / below.value,
        above.low / below.high,
        above.high / below.low,
        above.n.min(below.n),
        Interval::OrderStatistic { level },
    )
}

/// The share of successes with its 95 % Clopper–Pearson interval (Clopper and Pearson 1934, *The use
/// of confidence or fiducial limits illustrated in the case of the binomial*).
///
/// # Panics
/// Without trials, or with more successes than trials.
#[must_use]
pub fn proportion(successes: usize, trials: usize) -> Estimate {
    share(successes, trials, 0.95, [0.025, 0.025])
}

/// The share of successes with its one-sided Clopper–Pearson interval from below: at least this, at
/// that level, up to 1. For claims that a share is large.
///
/// # Panics
/// Without trials, with more successes than trials, or with a level outside `(0, 1)`.
#[must_use]
pub fn proportion_at_least(successes: usize, trials: usize, level: f64) -> Estimate {
    share(successes, trials, level, [1.0 - level, 0.0])
}

/// The share of successes with its one-sided Clopper–Pearson interval from above: from 0 to at most
/// this, at that level. For claims that a share is small.
///
/// # Panics
/// Without trials, with more successes than trials, or with a level outside `(0, 1)`.
#[must_use]
pub fn proportion_at_most(successes: usize, trials: usize, level: f64) -> Estimate {
    share(successes, trials, level, [0.0, 1.0 - level])
}

/// The interval that misses with at most these probabilities on its lower and its upper side.
fn share(successes: usize, trials: usize, level: f64, missed: [f64; 2]) -> Estimate {
    assert!(trials > 0 && successes <= trials, "{successes} successes in {trials} trials");
    assert!(0.0 < level && level < 1.0, "a confidence level of {level}");
    let beta = |a: usize, b: usize, p: f64| {
        Beta::new(a as f64, b as f64).expect("positive shapes").inverse_cdf(p)
    };
    let failures = trials - successes;
    let low = match successes {
        0 => 0.0,
        _ => beta(successes, failures + 1, missed[0]),
    };
    let high = match failures {
        0 => 1.0,
        _ => beta(successes + 1, failures, 1.0 - missed[1]),
    };
    let value = successes as f64 / trials as f64;
    estimate(value, low, high, trials, Interval::ClopperPearson { level })
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

/// The numbers rounded to nine significant digits: what a table in a record keeps, since a curve
/// that is drawn needs no more, and the record is a file that people compare.
#[must_use]
pub fn rounded(values: &[f64]) -> Vec<f64> {
    values
        .iter()
        .map(|value| format!("{value:.8e}").parse().expect("a formatted number is a number"))
        .collect()
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
        near(student_quantile(1, 0.975), 12.7062);
        near(student_quantile(9, 0.975), 2.2622);
        near(student_quantile(19, 0.975), 2.0930);
        let estimate = mean(&[1.0, 3.0]);
        near(estimate.high, 2.0 + 12.7062);
    }

    /// Expected: `scipy.stats.t.isf(1 - p, freedom)`.
    #[test]
    fn quantiles_are_scipys() {
        let check = |freedom, p: f64, expected: f64| {
            let found = student_quantile(freedom, p);
            assert!((found / expected - 1.0).abs() < 1e-8, "{found} is not {expected}");
        };
        check(1, 0.975, 12.706_204_736_174_694);
        check(2, 0.975, 4.302_652_729_749_462);
        check(9, 0.995, 3.249_835_541_592_126);
        check(99, 0.975, 1.984_216_951_586_417_4);
        check(1000, 0.975, 1.962_339_080_826_408_3);
        // Bonferroni over 300.
        let p = 1.0 - 0.025 / 300.0;
        check(1, p, 3_819.718_546_939_446_7);
        check(2, p, 77.449_984_129_571);
        check(9, p, 6.160_154_532_982_258);
        check(1000, p, 3.779_153_939_451_998);
    }

    #[test]
    fn intervals_that_hold_together_are_wider() {
        assert_eq!((together(0.95, 1), together(0.95, 0)), (0.95, 0.95));
        near(together(0.95, 10), 0.995);
        // t₀.₉₉₇₅ with one degree of freedom is 127.3213.
        let wide = mean_at(&[1.0, 3.0], together(0.95, 10));
        near(wide.high - wide.value, 127.321_3);
        assert!((wide.interval.level() - 0.995).abs() < 1e-12);
    }

    #[test]
    fn pairs_are_compared() {
        let (a, b) = ([11.0, 22.0, 36.0], [10.0, 20.0, 30.0]);
        // Differences 1, 2, 6: mean 3, standard error √(7/3), t₀.₉₇₅ 4.30265 with two degrees of freedom.
        let found = difference(&a, &b);
        near(found.value, 3.0);
        near(found.high - 3.0, 4.302_65 * (7.0_f64 / 3.0).sqrt());
        assert_eq!(found, mean(&[1.0, 2.0, 6.0]));
        // Ratios 1, e² and e⁴: a typical factor of e².
        let found = paired_ratio(&[1.0, 2.0 * libm::exp(2.0), libm::exp(4.0)], &[1.0, 2.0, 1.0]);
        near(found.value, libm::exp(2.0));
        near(found.high, libm::exp(2.0 + 4.302_65 * 2.0 / 3.0_f64.sqrt()));
        near(found.low, libm::exp(2.0 - 4.302_65 * 2.0 / 3.0_f64.sqrt()));
        let negative = paired_ratio(&[1.0, -1.0], &[1.0, -1.0]);
        assert!(negative.value.is_nan() && negative.low.is_nan());
        let zero = paired_ratio(&[1.0, 0.0], &[1.0, 1.0]);
        assert!(zero.low.is_nan() && zero.high.is_nan());
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
    fn a_ratio_of_proportional_lists_is_certain() {
        let b = [1.0, 2.0, 4.0];
        let certain = ratio_of_means(&b.map(|b| 3.0 * b), &b, 0.95);
        near(certain.low, 3.0);
        near(certain.high, 3.0);
        // Against a constant it is the mean.
        let (one, two) = (mean(&[1.0, 3.0]), ratio_of_means(&[1.0, 3.0], &[1.0, 1.0], 0.95));
        near(one.low, two.low);
        near(one.high, two.high);
    }

    #[test]
    fn a_ratio_of_medians_takes_unfavourable_ends() {
        let values: Vec<f64> = (1..=20).map(f64::from).collect();
        // At 97.5 % each: from the 5th to the 16th of twenty misses with 2·6196/2²⁰ = 0.0118.
        let ratio = ratio_of_medians(&values, &values);
        assert_eq!((ratio.low, ratio.value, ratio.high), (5.0 / 16.0, 1.0, 16.0 / 5.0));
        assert!(matches!(ratio.interval, Interval::OrderStatistic { level }
            if (level - (1.0 - 4.0 * 6196.0 / 1_048_576.0)).abs() < 1e-12));
        // Three values reach 75 % each.
        assert!(matches!(ratio_of_medians(&values[..3], &values[..3]).interval,
            Interval::OrderStatistic { level } if (level - 0.5).abs() < 1e-12));
    }

    #[test]
    fn nine_digits_are_kept() {
        assert_eq!(rounded(&[1.0 / 3.0, -2e-30 / 3.0]), [0.333_333_333, -6.666_666_67e-31]);
        assert_eq!(rounded(&[f64::INFINITY, 0.0, 1000.0]), [f64::INFINITY, 0.0, 1000.0]);
    }

    /// Expected: `scipy.stats.beta.ppf(p, k, n - k + 1)` for lower and
    /// `scipy.stats.beta.ppf(p, k + 1, n - k)` for upper limits.
    #[track_caller]
    fn limits(successes: usize, trials: usize, two: [f64; 2], one: [f64; 2]) {
        let both = proportion(successes, trials);
        let (least, most) = (
            proportion_at_least(successes, trials, 0.95),
            proportion_at_most(successes, trials, 0.95),
        );
        assert_eq!((least.high, most.low), (1.0, 0.0));
        let found = [both.low, both.high, least.low, most.high];
        for (found, expected) in found.into_iter().zip([two, one].concat()) {
            // statrs stops its iteration at an absolute error of about 1e-13.
            assert!(
                (found - expected).abs() <= 1e-9 * expected + 1e-12,
                "{found} is not {expected}"
            );
        }
    }

    #[test]
    fn a_proportion_has_the_published_limits() {
        near(proportion(20, 20).low, 0.831_57);
        near(proportion(40, 40).low, 0.911_90);
        limits(0, 20, [0.0, 0.168_433_470_983_085_3], [0.0, 0.139_108_340_668_265_16]);
        limits(
            1,
            20,
            [0.001_265_089_497_949_803_8, 0.248_732_762_772_027_78],
            [0.002_561_378_776_530_280_6, 0.216_106_164_206_847_3],
        );
        limits(
            5,
            10,
            [0.187_086_028_447_398_55, 0.812_913_971_552_601_5],
            [0.222_441_101_008_129_4, 0.777_558_898_991_870_6],
        );
        limits(73, 73, [0.950_722_939_104_140_7, 1.0], [0.959_793_205_746_834_1, 1.0]);
        limits(
            999,
            1000,
            [0.994_441_075_720_173_4, 0.999_974_682_512_508_8],
            [0.995_265_006_424_500_2, 0.999_948_708_021_091],
        );
        limits(
            1,
            100_000,
            [2.531_780_477_933_314e-7, 5.571_516_034_774_275e-5],
            [5.129_328_123_254_254e-7, 4.743_775_717_386_053e-5],
        );
        limits(
            99_990,
            100_000,
            [0.999_816_104_154_623_3, 0.999_952_045_104_861],
            [0.999_830_383_712_373_6, 0.999_945_744_973_310_5],
        );
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
