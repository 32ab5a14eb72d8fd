//! Least squares on the host in f64: minimum norm, ridge and gradient descent from one
//! eigendecomposition of the smaller Gram matrix.
//!
//! All three estimators are spectral filters: with `XᵀX = V diag(λ) Vᵀ` they read
//! `θ = V diag(g(λ)) Vᵀ Xᵀ y`, and with `XXᵀ = U diag(λ) Uᵀ` equally `θ = Xᵀ U diag(g(λ)) Uᵀ y`
//! (Hastie, Tibshirani and Friedman 2009, *The Elements of Statistical Learning*, section 3.4).
//! Never solve a system near its interpolation threshold in f32 or by a Cholesky factor of the
//! normal equations: the peak that comes out is that of the rounding.

use nalgebra::DMatrix;
use nalgebra::DMatrixView;
use nalgebra::DVector;
use nalgebra::SymmetricEigen;

/// Eigenvalues of a Gram matrix below this share of the largest count as zero.
const CUTOFF: f64 = 1e-12;

/// A least-squares problem `min ‖Xθ − y‖²` in the eigenbasis of its smaller Gram matrix.
pub struct LeastSquares {
    /// The basis in the space of `θ`: `V` with as many columns as there are directions (`[p, k]`),
    /// or `Xᵀ U`, whose columns have norm `√λ`.
    basis: DMatrix<f64>,
    /// What multiplies `g(λ)` in that basis: `Vᵀ Xᵀ y` or `Uᵀ y`, shape `[k]`.
    weights: DVector<f64>,
    /// Eigenvalues of the Gram matrix, shape `[k]` with `k = min(n, p)`, in no order.
    eigenvalues: DVector<f64>,
    /// The largest of them.
    largest: f64,
}

impl LeastSquares {
    /// Decomposes the problem with design `x`, shape `[n, p]`, and targets `y`, shape `[n]`.
    ///
    /// # Panics
    /// When the shapes do not fit, or one of them is zero.
    #[must_use]
    pub fn new(x: &DMatrix<f64>, y: &DVector<f64>) -> Self {
        let (n, p) = x.shape();
        assert!(n == y.len() && n > 0 && p > 0, "{n}×{p} against {} targets", y.len());
        let transposed = x.transpose();
        if p <= n {
            return Self::from_moments(&transposed * x, &(&transposed * y));
        }
        let SymmetricEigen { eigenvectors: u, eigenvalues } = SymmetricEigen::new(x * &transposed);
        let weights = u.tr_mul(y);
        let largest = eigenvalues.max().max(0.0);
        Self { basis: transposed * u, weights, eigenvalues, largest }
    }

    /// The same problem from `gram = XᵀX`, shape `[p, p]`, and `moments = Xᵀy`, shape `[p]`, for a
    /// design with so many rows that only its sums are kept. Where both are divided by the number of
    /// rows, so is the loss, and with it every penalty and the inverse of every step.
    ///
    /// # Panics
    /// When the shapes do not fit, or are zero.
    #[must_use]
    pub fn from_moments(gram: DMatrix<f64>, moments: &DVector<f64>) -> Self {
        let (rows, p) = gram.shape();
        assert!(rows == p && p == moments.len() && p > 0, "{rows}×{p}, {} moments", moments.len());
        let SymmetricEigen { eigenvectors: v, eigenvalues } = SymmetricEigen::new(gram);
        let weights = v.tr_mul(moments);
        let largest = eigenvalues.max().max(0.0);
        Self { basis: v, weights, eigenvalues, largest }
    }

    /// The largest eigenvalue of `XᵀX`.
    #[must_use]
    pub fn largest(&self) -> f64 {
        self.largest
    }

    /// The solution of least norm, `X⁺ y` (Penrose 1955, *A generalized inverse for matrices*).
    /// Directions whose eigenvalue is below `1e-12` of the largest count as absent.
    #[must_use]
    pub fn minimum_norm(&self) -> DVector<f64> {
        self.filtered(|eigenvalue| 1.0 / eigenvalue)
    }

    /// The ridge estimator `(XᵀX + μ I)⁻¹ Xᵀ y` (Hoerl and Kennard 1970, *Ridge regression: biased
    /// estimation for nonorthogonal problems*), which minimises `‖Xθ − y‖² + μ ‖θ‖²`.
    ///
    /// The penalty is not divided by the number of points: for the convention
    /// `‖Xθ − y‖²/n + λ ‖θ‖²` give `μ = nλ`. With `μ = 0` it is the solution of least norm.
    #[must_use]
    pub fn ridge(&self, mu: f64) -> DVector<f64> {
        self.filtered(|eigenvalue| 1.0 / (eigenvalue + mu))
    }

    /// Gradient descent on `½‖Xθ − y‖²` from zero after `t` steps, in closed form:
    /// `g(λ) = (1 − (1 − ηλ)ᵗ)/λ`, for steps `η ≤ 1/λ_max`
    /// (Advani, Saxe and Sompolinsky 2020, *High-dimensional dynamics of generalization error in
    /// neural networks*).
    #[must_use]
    pub fn gradient_descent(&self, step: f64, t: f64) -> DVector<f64> {
        self.filtered(|eigenvalue| {
            // 1 − (1 − ηλ)ᵗ without cancellation for small ηλ; ηλ = 1 gives 1.
            let contraction = (step * eigenvalue).min(1.0);
            -libm::expm1(t * libm::log1p(-contraction)) / eigenvalue
        })
    }

    /// Gradient flow `θ' = −Xᵀ(Xθ − y)` from zero at time `t`, in closed form: `g(λ) = (1 − exp(−λt))/λ`
    /// (Ali, Kolter and Tibshirani 2019, *A continuous-time view of early stopping for least squares
    /// regression*).
    #[must_use]
    pub fn gradient_flow(&self, t: f64) -> DVector<f64> {
        self.filtered(|eigenvalue| -libm::expm1(-t * eigenvalue) / eigenvalue)
    }

    /// `θ` for the filter `g`, which is asked only about eigenvalues above the cutoff.
    fn filtered(&self, filter: impl Fn(f64) -> f64) -> DVector<f64> {
        let cutoff = CUTOFF * self.largest;
        let coefficients = self.weights.zip_map(&self.eigenvalues, |weight, eigenvalue| {
            if eigenvalue > cutoff { weight * filter(eigenvalue) } else { 0.0 }
        });
        &self.basis * coefficients
    }
}

/// Mean squared error of `x θ` against `y`.
#[must_use]
pub fn mean_squared_error(x: DMatrixView<'_, f64>, theta: &DVector<f64>, y: &DVector<f64>) -> f64 {
    (x * theta - y).norm_squared() / y.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::random;

    fn gaussian(n: usize, p: usize, purpose: &str) -> DMatrix<f64> {
        DMatrix::from_vec(n, p, random::normals(&mut random::stream(3, "test", 0, purpose), n * p))
    }

    fn vector(n: usize, purpose: &str) -> DVector<f64> {
        DVector::from_vec(random::normals(&mut random::stream(3, "test", 1, purpose), n))
    }

    #[track_caller]
    fn near(found: &DVector<f64>, expected: &DVector<f64>, tolerance: f64) {
        let distance = (found - expected).norm();
        let scale = expected.norm().max(1.0);
        assert!(distance <= tolerance * scale, "{found} is not {expected}: {distance:e}");
    }

    #[test]
    fn a_hand_case_of_each_shape() {
        // One equation, two unknowns: the point of the line θ₁ + 2θ₂ = 5 nearest to zero.
        let wide = LeastSquares::new(
            &DMatrix::from_row_slice(1, 2, &[1.0, 2.0]),
            &DVector::from_element(1, 5.0),
        );
        near(&wide.minimum_norm(), &DVector::from_vec(vec![1.0, 2.0]), 1e-14);
        // Two equations, one unknown: 3θ = 3 and 4θ = 9 give θ = (9 + 36)/25.
        let tall = LeastSquares::new(
            &DMatrix::from_row_slice(2, 1, &[3.0, 4.0]),
            &DVector::from_vec(vec![3.0, 9.0]),
        );
        near(&tall.minimum_norm(), &DVector::from_element(1, 1.8), 1e-14);
        near(&tall.ridge(5.0), &DVector::from_element(1, 1.5), 1e-14);
    }

    #[test]
    fn it_is_the_pseudo_inverse_also_without_full_rank() {
        for (n, p) in [(12, 5), (5, 12), (8, 8)] {
            let mut x = gaussian(n, p, "design");
            // The last column repeats the first: rank p − 1 where p <= n.
            let first = x.column(0).clone_owned();
            x.set_column(p - 1, &first);
            let y = vector(n, "target");
            let expected = x.clone().pseudo_inverse(1e-9).expect("a tolerance >= 0") * &y;
            near(&LeastSquares::new(&x, &y).minimum_norm(), &expected, 1e-8);
        }
    }

    #[test]
    fn ridge_solves_its_normal_equations_and_tends_to_the_minimum_norm() {
        for (n, p) in [(12, 5), (5, 12)] {
            let (x, y) = (gaussian(n, p, "design"), vector(n, "target"));
            let problem = LeastSquares::new(&x, &y);
            let ridge = problem.ridge(0.7);
            near(&(x.tr_mul(&(&x * &ridge)) + 0.7 * &ridge), &x.tr_mul(&y), 1e-12);
            near(&problem.ridge(1e-10), &problem.minimum_norm(), 1e-8);
            near(&problem.ridge(0.0), &problem.minimum_norm(), 0.0);
        }
    }

    #[test]
    fn moments_divided_by_the_number_of_rows_give_the_same_estimators() {
        let (n, p) = (12, 5);
        let (x, y) = (gaussian(n, p, "design"), vector(n, "target"));
        let one = LeastSquares::new(&x, &y);
        let rows = n as f64;
        let other = LeastSquares::from_moments(x.tr_mul(&x) / rows, &(x.tr_mul(&y) / rows));
        near(&other.minimum_norm(), &one.minimum_norm(), 1e-12);
        near(&other.ridge(0.1), &one.ridge(0.1 * rows), 1e-12);
        let (step, t) = (1.0 / one.largest(), 7.0);
        near(&other.gradient_descent(step * rows, t), &one.gradient_descent(step, t), 1e-12);
    }

    #[test]
    fn the_minimum_norm_interpolates_with_more_features_than_points() {
        let (x, y) = (gaussian(20, 60, "design"), vector(20, "target"));
        let theta = LeastSquares::new(&x, &y).minimum_norm();
        assert!(mean_squared_error(x.as_view(), &theta, &y) < 1e-24);
    }

    #[test]
    fn gradient_descent_is_iterated_gradient_descent() {
        for (n, p) in [(12, 5), (5, 12)] {
            let (x, y) = (gaussian(n, p, "design"), vector(n, "target"));
            let problem = LeastSquares::new(&x, &y);
            let step = 1.0 / problem.largest();
            let mut theta = DVector::zeros(p);
            for t in 1..=50 {
                theta -= step * x.tr_mul(&(&x * &theta - &y));
                near(&problem.gradient_descent(step, f64::from(t)), &theta, 1e-12);
            }
            near(&problem.gradient_descent(step, 1e9), &problem.minimum_norm(), 1e-10);
        }
    }

    #[test]
    fn gradient_flow_is_gradient_descent_with_small_steps() {
        for (n, p) in [(12, 5), (5, 12)] {
            let (x, y) = (gaussian(n, p, "design"), vector(n, "target"));
            let problem = LeastSquares::new(&x, &y);
            let t = 2.0 / problem.largest();
            let steps = 1e7;
            // The error of Euler's method: half a step of the largest eigenvalue over the time.
            near(&problem.gradient_flow(t), &problem.gradient_descent(t / steps, steps), 1e-6);
            near(&problem.gradient_flow(1e9), &problem.minimum_norm(), 1e-10);
        }
    }

    /// For isotropic Gaussian features the excess risk `E‖θ̂ − β‖²` at finite size is exactly
    /// `σ²p/(n−p−1)` below the threshold and `r²(1−n/p) + σ²n/(p−n−1)` above (Breiman and Freedman
    /// 1983, *How many variables should be entered in a regression equation?*; Belkin, Hsu and Xu
    /// 2020, *Two models of double descent for weak features*).
    #[test]
    fn the_risk_is_that_of_the_exact_formula() {
        let (n, sigma, draws) = (20usize, 0.5, 2000u64);
        for p in [5usize, 10, 40, 60] {
            let beta = DVector::from_element(p, 1.0 / (p as f64).sqrt());
            let risks: Vec<f64> = (0..draws)
                .map(|draw| {
                    let mut stream = random::stream(5, "test", draw, "risk");
                    let x = DMatrix::from_vec(n, p, random::normals(&mut stream, n * p));
                    let y = &x * &beta + sigma * DVector::from_vec(random::normals(&mut stream, n));
                    (LeastSquares::new(&x, &y).minimum_norm() - &beta).norm_squared()
                })
                .collect();
            let mean = risks.iter().sum::<f64>() / draws as f64;
            let variance =
                risks.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / (draws - 1) as f64;
            let (n, p) = (n as f64, p as f64);
            let exact = if p < n {
                sigma * sigma * p / (n - p - 1.0)
            } else {
                1.0 - n / p + sigma * sigma * n / (p - n - 1.0)
            };
            let error = (variance / draws as f64).sqrt();
            // Four standard errors over four independent cases: one false alarm in 4000 seeds.
            assert!((mean - exact).abs() < 4.0 * error, "p={p}: {mean} ± {error}, not {exact}");
        }
    }
}
