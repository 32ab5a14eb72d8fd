//! Divergences between distributions, in nats, and the inversions of the binary one that turn a
//! complexity into a bound.

use nalgebra::Cholesky;
use nalgebra::DMatrix;
use nalgebra::DVector;

/// Halvings of an interval: more than f64 can tell apart.
const HALVINGS: usize = 100;

/// `KL(N(μ_q, σ_q² I) ‖ N(μ_p, σ_p² I))
/// = d/2 (σ_q²/σ_p² − 1 − ln(σ_q²/σ_p²)) + ‖μ_q − μ_p‖² / 2σ_p²`. Not a number where a standard
/// deviation is not positive.
///
/// # Panics
/// With means of different length.
#[must_use]
pub fn isotropic(q_mean: &[f64], q_deviation: f64, p_mean: &[f64], p_deviation: f64) -> f64 {
    let q = vec![q_deviation; q_mean.len()];
    let p = vec![p_deviation; p_mean.len()];
    diagonal(q_mean, &q, p_mean, &p)
}

/// KL of one Gaussian with independent coordinates from another, by their means and standard
/// deviations: the sum of [`isotropic`] over coordinates. Not a number where a standard deviation is
/// not positive.
///
/// # Panics
/// With lists of different length.
#[must_use]
pub fn diagonal(q_mean: &[f64], q_deviation: &[f64], p_mean: &[f64], p_deviation: &[f64]) -> f64 {
    let d = q_mean.len();
    assert!(
        q_deviation.len() == d && p_mean.len() == d && p_deviation.len() == d,
        "two Gaussians of one dimension"
    );
    (0..d)
        .map(|i| {
            let ratio = q_deviation[i] / p_deviation[i];
            let shift = (q_mean[i] - p_mean[i]) / p_deviation[i];
            let valid = q_deviation[i] > 0.0 && p_deviation[i] > 0.0;
            if valid { (excess(ratio * ratio) + shift * shift) / 2.0 } else { f64::NAN }
        })
        .sum()
}

/// KL of one Gaussian from another, by their means and covariances:
/// `½ (tr(Σ_p⁻¹ Σ_q) − d + ln(det Σ_p / det Σ_q) + (μ_q − μ_p)ᵀ Σ_p⁻¹ (μ_q − μ_p))`
/// (Kullback 1959, *Information Theory and Statistics*, chapter 9). None where a covariance is not
/// positive definite; of each, the lower triangle counts.
///
/// # Panics
/// With shapes that do not fit.
#[must_use]
pub fn gaussian(
    q_mean: &DVector<f64>,
    q_covariance: &DMatrix<f64>,
    p_mean: &DVector<f64>,
    p_covariance: &DMatrix<f64>,
) -> Option<f64> {
    let d = q_mean.len();
    assert!(
        p_mean.len() == d && q_covariance.shape() == (d, d) && p_covariance.shape() == (d, d),
        "two Gaussians of one dimension"
    );
    let factor = |covariance: &DMatrix<f64>| Cholesky::new(covariance.clone());
    let (q, p) = (factor(q_covariance)?.unpack(), factor(p_covariance)?.unpack());
    // With Σ = LLᵀ and A = L_p⁻¹ L_q, lower triangular: tr(Σ_p⁻¹ Σ_q) = Σ A_ij², and the ratio of
    // determinants is the product of the A_ii².
    let inverse = |right: &DMatrix<f64>| p.solve_lower_triangular(right);
    let (a, shift) = (inverse(&q)?, p.solve_lower_triangular(&(q_mean - p_mean))?);
    let below: f64 = (0..d).map(|j| a.column(j).rows_range(j + 1..).norm_squared()).sum();
    let on: f64 = (0..d).map(|i| excess(a[(i, i)] * a[(i, i)])).sum();
    Some((on + below + shift.norm_squared()) / 2.0)
}

/// `r − 1 − ln r`, which is never negative.
fn excess(r: f64) -> f64 {
    (r - 1.0) - libm::log1p(r - 1.0)
}

/// Differential entropy of a Gaussian with independent coordinates of these standard deviations,
/// `½ Σ ln(2πe σ²)` nats. Not a number where one is negative.
#[must_use]
pub fn gaussian_entropy(deviations: &[f64]) -> f64 {
    let constant = (libm::log(2.0 * std::f64::consts::PI) + 1.0) / 2.0;
    deviations.iter().map(|&deviation| constant + libm::log(deviation)).sum()
}

/// `KL(q ‖ p) = Σ qᵢ ln(qᵢ/pᵢ)` of two lists of probabilities; infinite where `p` excludes what `q`
/// allows. That each sums to 1 is not checked.
///
/// # Panics
/// With lists of different length.
#[must_use]
pub fn categorical(q: &[f64], p: &[f64]) -> f64 {
    assert_eq!(q.len(), p.len(), "two distributions over one set");
    q.iter().zip(p).map(|(&q, &p)| term(q, p, p - q)).sum()
}

/// The binary divergence `kl(q ‖ p) = q ln(q/p) + (1−q) ln((1−q)/(1−p))` between Bernoulli
/// distributions; infinite where `p` is certain and `q` is not. Not a number outside `[0, 1]`.
#[must_use]
pub fn bernoulli(q: f64, p: f64) -> f64 {
    let unit = 0.0..=1.0;
    if !unit.contains(&q) || !unit.contains(&p) {
        return f64::NAN;
    }
    // The two terms cancel to first order where q is near p; what remains is not negative. That they
    // have the difference in common keeps the rounding of 1 − q out of it.
    (term(q, p, p - q) + term(1.0 - q, 1.0 - p, q - p)).max(0.0)
}

/// `q ln(q/p)`, with `0 ln 0 = 0`, given `p − q`.
fn term(q: f64, p: f64, difference: f64) -> f64 {
    if q == 0.0 {
        0.0
    } else if difference.abs() < q / 2.0 {
        -q * libm::log1p(difference / q)
    } else {
        q * (libm::log(q) - libm::log(p))
    }
}

/// The largest `p` with `kl(q ‖ p) ≤ c`: if `q` is an empirical risk and
/// `c = (KL(Q‖P) + ln(2√n/δ))/n`, a bound on the true one (Langford and Seeger 2001, *Bounds for
/// averaging classifiers*; Maurer 2004, *A note on the PAC Bayesian theorem*); if
/// `c = ln(1/δ)/n`, a bound on the mean of `n` independent losses in `[0, 1]` (Chernoff; Hoeffding 1963,
/// theorem 1). Rounded outwards, so never too small. Not a number for `q` outside `[0, 1]` or a
/// `c` that is negative or not a number.
#[must_use]
pub fn upper_inverse(q: f64, c: f64) -> f64 {
    outermost(q, c, 1.0)
}

/// The smallest `p` with `kl(q ‖ p) ≤ c`, rounded outwards; see [`upper_inverse`].
#[must_use]
pub fn lower_inverse(q: f64, c: f64) -> f64 {
    outermost(q, c, 0.0)
}

/// Bisects between `q`, where the divergence is 0, and `end`, towards which it grows.
fn outermost(q: f64, c: f64, end: f64) -> f64 {
    if !(0.0..=1.0).contains(&q) || c.is_nan() || c < 0.0 {
        return f64::NAN;
    }
    if c == 0.0 {
        return q;
    }
    if bernoulli(q, end) <= c {
        return end;
    }
    let (mut inside, mut outside) = (q, end);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(inside, outside);
        if bernoulli(q, middle) <= c {
            inside = middle;
        } else {
            outside = middle;
        }
    }
    outside
}

/// What [`upper_inverse`] is at most, by Pinsker's inequality `2 (p − q)² ≤ kl(q ‖ p)`:
/// `min(1, q + √(c/2))`.
#[must_use]
pub fn pinsker_upper(q: f64, c: f64) -> f64 {
    let bound = q + (c / 2.0).sqrt();
    // Not `min`, which would make 1 of what is not a number.
    if bound > 1.0 { 1.0 } else { bound }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn near(found: f64, expected: f64, relative: f64) {
        assert!(
            found == expected || (found - expected).abs() <= relative * expected.abs(),
            "{found:e} is not {expected:e}"
        );
    }

    #[test]
    fn gaussians_have_the_closed_forms() {
        // mpmath.quad of q ln(q/p) for N(0.3, 0.5²) against N(−1, 2²).
        near(isotropic(&[0.3], 0.5, &[-1.0], 2.0), 1.128_794_361_119_890_5, 1e-14);
        // Only the mean moves: ‖shift‖² / 2σ².
        near(isotropic(&[1.0, 2.0], 3.0, &[4.0, -2.0], 3.0), 25.0 / 18.0, 1e-14);
        // 3/2 (σ² − 1 − ln σ²) at σ = 1.0000001, mpmath with 50 digits.
        near(isotropic(&[0.0; 3], 1.000_000_1, &[0.0; 3], 1.0), 2.999_999_903_503_210_6e-14, 1e-7);
        assert_eq!(isotropic(&[1.0; 4], 0.7, &[1.0; 4], 0.7), 0.0);
        near(
            diagonal(&[0.3, 1.0], &[0.5, 3.0], &[-1.0, 4.0], &[2.0, 3.0]),
            1.128_794_361_119_890_5 + 0.5,
            1e-14,
        );
        for bad in [0.0, -1.0, f64::NAN] {
            assert!(isotropic(&[0.0], bad, &[0.0], 1.0).is_nan());
            assert!(isotropic(&[0.0], 1.0, &[0.0], bad).is_nan());
        }
    }

    #[test]
    fn a_full_covariance_agrees() {
        let vector = |values: &[f64]| DVector::from_row_slice(values);
        let matrix = |values: &[f64]| DMatrix::from_row_slice(3, 3, values);
        let (q, p) = (
            matrix(&[2.0, 0.5, 0.0, 0.5, 1.0, 0.3, 0.0, 0.3, 1.5]),
            matrix(&[1.0, -0.2, 0.1, -0.2, 2.0, 0.4, 0.1, 0.4, 0.8]),
        );
        let (here, there) = (vector(&[1.0, -2.5, 0.5]), vector(&[0.0; 3]));
        let found = gaussian(&here, &q, &there, &p).expect("positive definite");
        // The formula by mpmath's inverse and determinants, 50 digits.
        near(found, 3.019_967_888_319_624_4, 1e-14);
        // Independent coordinates are a special case.
        let of = |deviations: &[f64]| {
            DMatrix::from_diagonal(&vector(deviations).map(|deviation| deviation * deviation))
        };
        let (q, p) = ([0.5, 1.0, 3.0], [2.0, 1.5, 0.1]);
        let found = gaussian(&here, &of(&q), &there, &of(&p)).expect("positive definite");
        near(found, diagonal(here.as_slice(), &q, there.as_slice(), &p), 1e-14);
        assert_eq!(gaussian(&here, &of(&[1.0, 0.0, 1.0]), &there, &of(&p)), None);
        let indefinite = matrix(&[1.0, 2.0, 0.0, 2.0, 1.0, 0.0, 0.0, 0.0, 1.0]);
        assert_eq!(gaussian(&here, &of(&q), &there, &indefinite), None);
    }

    #[test]
    fn entropies() {
        // mpmath.quad of −q ln q for N(0.3, 0.5²).
        near(gaussian_entropy(&[0.5]), 0.725_791_352_644_727_4, 1e-14);
        near(gaussian_entropy(&[0.5, 0.5]), 2.0 * 0.725_791_352_644_727_4, 1e-14);
        assert_eq!(gaussian_entropy(&[0.0]), f64::NEG_INFINITY);
        assert!(gaussian_entropy(&[-1.0]).is_nan());
    }

    #[test]
    fn discrete_divergences() {
        // ½ ln(½ / ¼) + ½ ln(½ / 0.6), mpmath.
        near(categorical(&[0.5, 0.5, 0.0], &[0.25, 0.6, 0.15]), 0.255_412_811_882_995_36, 1e-14);
        assert_eq!(categorical(&[0.5, 0.5], &[1.0, 0.0]), f64::INFINITY);
        assert_eq!(categorical(&[], &[]), 0.0);
        // q ln(q/p) + (1 − q) ln((1 − q)/(1 − p)) by mpmath with 50 digits from the same doubles.
        near(bernoulli(0.1, 0.2), 0.036_690_014_034_750_58, 1e-14);
        near(bernoulli(0.02, 0.9), 2.160_601_488_167_589_7, 1e-14);
        near(bernoulli(0.999, 0.001), 6.892_941_269_091_256, 1e-14);
        near(bernoulli(1e-300, 0.5), std::f64::consts::LN_2, 1e-14);
        near(bernoulli(1e-9, 2e-9), 3.068_528_199_400_547e-10, 1e-9);
        near(bernoulli(0.5, 0.500_001), 2.000_000_000_119_022_7e-12, 1e-9);
        near(bernoulli(0.3, 0.300_000_000_1), 2.380_952_774_651_820_6e-20, 1e-5);
        assert_eq!((bernoulli(0.0, 0.0), bernoulli(1.0, 1.0)), (0.0, 0.0));
        assert_eq!((bernoulli(0.0, 1.0), bernoulli(0.5, 0.0)), (f64::INFINITY, f64::INFINITY));
        for (q, p) in [(-0.1, 0.5), (0.5, 1.1), (f64::NAN, 0.5), (0.5, f64::NAN)] {
            assert!(bernoulli(q, p).is_nan());
        }
    }

    /// Expected: 160 halvings in mpmath with 50 digits.
    #[track_caller]
    fn inverts(q: f64, c: f64, upper: f64, lower: f64) {
        near(upper_inverse(q, c), upper, 1e-14);
        near(lower_inverse(q, c), lower, 1e-13);
        assert!(upper == 1.0 || bernoulli(q, upper_inverse(q, c)) >= c * (1.0 - 1e-9));
        assert!(upper_inverse(q, c) <= pinsker_upper(q, c) + 1e-15);
        // Mirrored.
        near(1.0 - lower_inverse(1.0 - q, c), upper, 1e-12);
    }

    #[test]
    fn the_binary_divergence_is_inverted() {
        inverts(0.1, 0.05, 0.220_078_601_106_924_62, 0.031_278_396_272_279_366);
        inverts(0.02, 0.01, 0.046_515_921_067_767_68, 0.006_076_739_086_961_084);
        inverts(0.5, 1e-6, 0.500_707_106_427_633_3, 0.499_292_893_572_366_67);
        inverts(0.9, 0.3, 0.998_036_728_216_553_1, 0.544_954_842_062_651);
        inverts(0.25, 2.0, 0.966_799_560_479_214_7, 3.538_458_010_921_137e-5);
        inverts(1e-6, 1e-3, 0.001_007_408_366_891_592, 0.0);
        // Without an error it is closed: 1 − exp(−c).
        inverts(0.0, 0.1, 0.095_162_581_964_040_43, 0.0);
        inverts(1.0, 0.1, 1.0, libm::exp(-0.1));
    }

    #[test]
    fn inversions_at_the_ends() {
        assert_eq!((upper_inverse(0.3, 0.0), lower_inverse(0.3, 0.0)), (0.3, 0.3));
        assert_eq!((upper_inverse(0.0, 0.0), lower_inverse(1.0, 0.0)), (0.0, 1.0));
        assert_eq!(
            (upper_inverse(0.3, f64::INFINITY), lower_inverse(0.3, f64::INFINITY)),
            (1.0, 0.0)
        );
        assert_eq!((pinsker_upper(0.3, 5.0), pinsker_upper(0.3, 0.02)), (1.0, 0.4));
        for (q, c) in [(0.3, -1.0), (0.3, f64::NAN), (f64::NAN, 0.1), (1.5, 0.1)] {
            assert!(upper_inverse(q, c).is_nan() && lower_inverse(q, c).is_nan());
        }
        assert!(pinsker_upper(0.3, -1.0).is_nan());
    }
}
