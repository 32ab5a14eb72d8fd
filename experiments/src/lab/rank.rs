//! Rank correlations: whether one quantity orders things as another does.

use crate::lab::statistics;
use crate::record::Estimate;
use crate::record::Interval;

/// Fewest pairs for which Spearman's coefficient has an interval that was measured to cover.
const FEWEST: usize = 10;

/// The 0.975 quantile of the standard normal distribution.
const NORMAL: f64 = 1.959_963_984_540_054;

/// Spearman's coefficient: Pearson's correlation of the ranks, those of equal values averaged
/// (Spearman 1904, *The proof and measurement of association between two things*). Not a number where
/// all values of one list are equal.
///
/// # Panics
/// With lists of different length, or a value that is not a number.
#[must_use]
pub fn spearman(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len(), "a correlation is over pairs");
    pearson(&ranks(a), &ranks(b))
}

/// Spearman's coefficient with a 95 % interval over independent pairs, on Fisher's scale with the
/// variance `(1 + r²/2)/(n − 3)` (Bonett and Wright 2000, *Sample size requirements for estimating
/// Pearson, Kendall and Spearman correlations*). None for fewer than ten pairs, where there is no
/// coefficient, and at ±1, where that scale ends. What it covers: `tests/coverage.md`.
///
/// Where there are replicates of the whole set of pairs, [`statistics::mean`] over the coefficients of
/// the replicates assumes less.
///
/// # Panics
/// With lists of different length, or a value that is not a number.
#[must_use]
pub fn spearman_estimate(a: &[f64], b: &[f64]) -> Option<Estimate> {
    let (r, n) = (spearman(a, b), a.len());
    if n < FEWEST || r.is_nan() || r.abs() == 1.0 {
        return None;
    }
    let half = NORMAL * ((1.0 + r * r / 2.0) / (n as f64 - 3.0)).sqrt();
    let at = |shift: f64| libm::tanh(libm::atanh(r) + shift);
    Some(Estimate {
        low: at(-half),
        high: at(half),
        interval: Interval::FisherZ { level: 0.95 },
        ..statistics::exact(r, n)
    })
}

/// Kendall's coefficient τ_b, which allows for equal values: concordant pairs less discordant ones,
/// over the geometric mean of the pairs that are not tied in each list (Kendall 1945, *The treatment
/// of ties in ranking problems*). Not a number where all values of one list are equal.
///
/// # Panics
/// With lists of different length, or a value that is not a number.
#[must_use]
pub fn kendall(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len(), "a correlation is over pairs");
    // Infinities of one sign are equal, so values are compared, not subtracted.
    let order = |list: &[f64], i: usize, j: usize| {
        list[i].partial_cmp(&list[j]).expect("a correlation is over numbers") as i64
    };
    let (mut score, mut untied) = (0_i64, [0_i64; 2]);
    for i in 0..a.len() {
        for j in 0..i {
            let (one, two) = (order(a, i, j), order(b, i, j));
            score += one * two;
            untied[0] += one.abs();
            untied[1] += two.abs();
        }
    }
    score as f64 / (untied[0] as f64 * untied[1] as f64).sqrt()
}

/// The rank of each value, from 1; equal values have the mean of their ranks.
///
/// # Panics
/// With a value that is not a number.
#[must_use]
pub fn ranks(values: &[f64]) -> Vec<f64> {
    assert!(!values.iter().any(|value| value.is_nan()), "a rank of not-a-number");
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| values[i].total_cmp(&values[j]));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for equal in order.chunk_by(|&i, &j| values[i] == values[j]) {
        // Ranks from `before + 1` to `before + equal.len()`.
        let rank = before as f64 + (equal.len() + 1) as f64 / 2.0;
        equal.iter().for_each(|&i| ranks[i] = rank);
        before += equal.len();
    }
    ranks
}

fn pearson(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len() as f64;
    let (mean_a, mean_b) = (a.iter().sum::<f64>() / n, b.iter().sum::<f64>() / n);
    let (mut products, mut squares) = (0.0, [0.0; 2]);
    for (a, b) in a.iter().zip(b) {
        products += (a - mean_a) * (b - mean_b);
        squares[0] += (a - mean_a).powi(2);
        squares[1] += (b - mean_b).powi(2);
    }
    (products / (squares[0] * squares[1]).sqrt()).clamp(-1.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected: `scipy.stats.spearmanr(a, b)`, `scipy.stats.kendalltau(a, b)` (SciPy 1.17).
    #[track_caller]
    fn check(a: &[f64], b: &[f64], rho: f64, tau: f64) {
        let near = |found: f64, expected: f64| {
            assert!((found - expected).abs() < 1e-14, "{found} is not {expected}");
        };
        near(spearman(a, b), rho);
        near(kendall(a, b), tau);
        near(spearman(b, a), rho);
        near(kendall(b, a), tau);
    }

    #[test]
    fn coefficients_are_the_published_ones() {
        check(&[1.0, 2.0, 3.0], &[1.0, 8.0, 27.0], 1.0, 1.0);
        check(&[1.0, 2.0, 3.0], &[f64::INFINITY, 0.0, -5.0], -1.0, -1.0);
        check(&SPEED, &ERROR, RHO, TAU);
        check(&TIED_A, &TIED_B, TIED_RHO, TIED_TAU);
    }

    const SPEED: [f64; 8] = [3.1, 0.2, 5.5, 1.0, 9.0, 2.0, 7.0, 4.0];
    const ERROR: [f64; 8] = [1.0, 4.0, 3.0, 2.0, 8.0, 5.0, 6.5, 7.0];
    const RHO: f64 = 0.5714285714285715;
    const TAU: f64 = 0.42857142857142855;
    const TIED_A: [f64; 7] = [1.0, 1.0, 2.0, 3.0, 3.0, 3.0, 4.0];
    const TIED_B: [f64; 7] = [2.0, 1.0, 2.0, 5.0, 2.0, 4.0, 4.0];
    const TIED_RHO: f64 = 0.7450980392156863;
    const TIED_TAU: f64 = 0.6470588235294117;

    #[test]
    fn equal_values_share_their_ranks() {
        assert_eq!(ranks(&[5.0, 1.0, 5.0, -2.0]), [3.5, 2.0, 3.5, 1.0]);
        assert_eq!(ranks(&[0.0, -0.0]), [1.5, 1.5]);
        assert_eq!(ranks(&[]), [0.0; 0]);
    }

    #[test]
    fn a_constant_list_has_no_correlation() {
        for list in [&[1.0, 1.0][..], &[1.0], &[]] {
            assert!(spearman(list, list).is_nan() && kendall(list, list).is_nan());
        }
        assert!(spearman_estimate(&[1.0; 20], &[1.0; 20]).is_none());
    }

    #[test]
    fn an_interval_needs_ten_pairs() {
        let a: Vec<f64> = (0..12).map(f64::from).collect();
        let b: Vec<f64> = a.iter().map(|a| (a * 5.0) % 12.0 + a).collect();
        assert!(spearman_estimate(&a[..9], &b[..9]).is_none());
        let found = spearman_estimate(&a, &b).expect("twelve pairs");
        let r = found.value;
        // The definition, with the tabulated 1.959964 and n − 3 = 9.
        let z = libm::atanh(r);
        let half = 1.959_964 * ((1.0 + r * r / 2.0) / 9.0_f64).sqrt();
        assert!((libm::atanh(found.low) - z + half).abs() < 1e-6, "{found:?}");
        assert!((libm::atanh(found.high) - z - half).abs() < 1e-6, "{found:?}");
        assert!(spearman_estimate(&a, &a).is_none(), "a perfect order has no interval");
    }
}
