//! The test error that theory predicts for regression on given features.
//!
//! Of the features only their second moments `M = E[φφᵀ]` and `c = E[φ f]` with the target `f` enter.
//! Ridge regression on `n` points with penalty `λ` behaves like *population* ridge regression,
//! `θ(κ) = (M + κI)⁻¹ c`, with a larger penalty `κ` that solves
//!
//! ```text
//! n = nλ/κ + tr M(M + κI)⁻¹,
//! ```
//!
//! and its test error is that of `θ(κ)`, with the noise, times an inflation by the variance:
//!
//! ```text
//! (E(f − φᵀθ(κ))² + σ²) / (1 − tr M²(M + κI)⁻² / n).
//! ```
//!
//! For `λ = 0` and fewer features than points, `κ = 0` and the inflation is `1/(1 − p/n)`. This is a
//! deterministic equivalent: an approximation that is exact as `n` and `p` grow in proportion, under
//! assumptions on the features that random ReLU features of ten inputs do not literally satisfy
//! (Hastie, Montanari, Rosset and Tibshirani 2022, *Surprises in high-dimensional ridgeless least
//! squares interpolation*; Cheng and Montanari 2022, *Dimension free ridge regression*; Bach 2024,
//! *High-dimensional analysis of double descent for linear regression with random projections*).
//! What the features cannot represent is treated as noise that is independent of them.

use nalgebra::DMatrix;
use nalgebra::DVector;
use nalgebra::SymmetricEigen;
use serde::Deserialize;
use serde::Serialize;

/// Eigenvalues below this share of the largest count as zero, as in the regressions themselves.
const CUTOFF: f64 = 1e-12;

/// Second moments of features and target, in the eigenbasis of the former.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spectrum {
    /// Eigenvalues of `M = E[φφᵀ]` above the cutoff.
    #[serde(with = "crate::number::list")]
    eigenvalues: Vec<f64>,
    /// The squares of `c = E[φ f]` along their eigenvectors.
    #[serde(with = "crate::number::list")]
    alignment: Vec<f64>,
    /// `E f²`.
    #[serde(with = "crate::number")]
    power: f64,
}

impl Spectrum {
    /// From `M`, shape `[p, p]`, `c`, shape `[p]`, and `E f²`.
    pub(super) fn new(moments: DMatrix<f64>, target: &DVector<f64>, power: f64) -> Self {
        let SymmetricEigen { eigenvectors, eigenvalues } = SymmetricEigen::new(moments);
        let cutoff = CUTOFF * eigenvalues.max();
        let along = eigenvectors.tr_mul(target);
        let kept = eigenvalues.iter().zip(along.iter()).filter(|(value, _)| **value > cutoff);
        let (eigenvalues, alignment) = kept.map(|(value, along)| (*value, along * along)).unzip();
        Self { eigenvalues, alignment, power }
    }

    /// The test error, with noise of standard deviation `noise`, that is expected of ridge regression
    /// on `n` points with penalty `nλ`; of the solution of least norm for `λ = 0`. Infinite at the
    /// interpolation threshold of the latter.
    pub(super) fn test_error(&self, n: usize, lambda: f64, noise: f64) -> f64 {
        let kappa = self.effective_penalty(n as f64, lambda);
        let (mut explained, mut freedom) = (0.0, 0.0);
        for (value, along) in self.eigenvalues.iter().zip(&self.alignment) {
            // cᵀ(M + κ)⁻¹c + κ cᵀ(M + κ)⁻²c, which needs no division by an eigenvalue alone.
            explained += along * (value + 2.0 * kappa) / (value + kappa).powi(2);
            freedom += (value / (value + kappa)).powi(2);
        }
        let left = 1.0 - freedom / n as f64;
        if left <= 0.0 {
            return f64::INFINITY;
        }
        // Rounding may leave a little less than nothing of a target that is represented exactly.
        ((self.power - explained).max(0.0) + noise * noise) / left
    }

    /// `κ` with `n = nλ/κ + Σ mᵢ/(mᵢ + κ)`, whose right side falls in `κ`.
    fn effective_penalty(&self, n: f64, lambda: f64) -> f64 {
        if lambda == 0.0 && self.eigenvalues.len() as f64 <= n {
            return 0.0;
        }
        let excess = |kappa: f64| {
            let freedom: f64 = self.eigenvalues.iter().map(|value| value / (value + kappa)).sum();
            freedom + n * lambda / kappa - n
        };
        // Every term is at most its numerator over κ.
        let mut high = self.eigenvalues.iter().sum::<f64>() / n + lambda;
        let mut low = high * 1e-20;
        for _ in 0..80 {
            let middle = (low * high).sqrt();
            if excess(middle) > 0.0 {
                low = middle;
            } else {
                high = middle;
            }
        }
        high
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::linear_algebra::LeastSquares;
    use crate::lab::random;

    const POINTS: usize = 80;
    const NOISE: f64 = 0.5;

    /// Gaussian features with variances `1/j` and a target that is linear in them, and in one more
    /// variable that they do not see; the error is exact given the fit, and its mean over the fits is
    /// compared.
    #[track_caller]
    fn check(p: usize, lambda: f64) {
        let variance = |j: usize| 1.0 / (j + 1) as f64;
        let theta = DVector::from_fn(p, |j, _| if j % 2 == 0 { 1.0 } else { -0.5 });
        let unseen = 0.3;
        let moments = DMatrix::from_diagonal(&DVector::from_fn(p, |j, _| variance(j)));
        let target = &moments * &theta;
        let power = theta.dot(&target) + unseen * unseen;
        let theory = Spectrum::new(moments, &target, power).test_error(POINTS, lambda, NOISE);
        let draws = 300;
        let errors: Vec<f64> = (0..draws)
            .map(|draw| {
                let mut stream = random::stream(7, "test", draw, "equivalent");
                let mut x = DMatrix::from_vec(POINTS, p, random::normals(&mut stream, POINTS * p));
                for (j, mut column) in x.column_iter_mut().enumerate() {
                    column *= variance(j).sqrt();
                }
                let mut other = || DVector::from_vec(random::normals(&mut stream, POINTS));
                let y = &x * &theta + unseen * other() + NOISE * other();
                let off = LeastSquares::new(&x, &y).ridge(POINTS as f64 * lambda) - &theta;
                let off = off.iter().enumerate().map(|(j, off)| variance(j) * off * off);
                off.sum::<f64>() + unseen * unseen + NOISE * NOISE
            })
            .collect();
        let mean = errors.iter().sum::<f64>() / draws as f64;
        // The equivalent is off by terms of order 1/n, here 2 % of the excess over the noise.
        assert!((mean / theory - 1.0).abs() < 0.04, "p = {p}, λ = {lambda}: {mean}, not {theory}");
    }

    #[test]
    fn it_is_what_gaussian_features_do() {
        for lambda in [0.0, 0.01, 0.3] {
            for p in [20, 50, 160, 320] {
                check(p, lambda);
            }
        }
        // With a penalty also at the threshold.
        check(80, 0.01);
    }

    #[test]
    fn isotropic_features_have_the_closed_form_of_the_limit() {
        let limit = |p: usize, expected: f64| {
            let target = DVector::from_element(p, 2.0 / (p as f64).sqrt());
            let found = Spectrum::new(DMatrix::identity(p, p), &target, 4.0);
            let found = found.test_error(100, 0.0, 0.5);
            assert!((found / expected - 1.0).abs() < 1e-9, "{p}: {found}, not {expected}");
        };
        // σ²/(1 − γ) below; r²(1 − 1/γ) + σ²γ/(γ − 1) above (Hastie et al. 2022, theorem 1).
        limit(50, 0.5);
        limit(90, 2.5);
        limit(200, 4.0 * 0.5 + 0.5);
        limit(400, 4.0 * 0.75 + 0.25 * 4.0 / 3.0);
        let target = DVector::from_element(100, 0.1);
        let at = Spectrum::new(DMatrix::identity(100, 100), &target, 1.0);
        assert_eq!(at.test_error(100, 0.0, 0.5), f64::INFINITY);
    }
}
