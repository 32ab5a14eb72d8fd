//! Replicates at one place on the grid: the numbers behind the figures.
//!
//! With `X = U diag(s) Vᵀ`, `c = Vᵀβ` and `q = diag(s) Uᵀσε`, every estimator is, in the directions of
//! `V`, `(s²c + q)/(s² + nλ)`. So one eigendecomposition of the smaller Gram matrix gives the error of
//! all penalties, and its parts, without forming an estimator; what of `β` is outside the span of
//! `V` is bias for all of them.

use nalgebra::DMatrix;
use nalgebra::DVector;
use nalgebra::SymmetricEigen;

use super::setting::Part;
use super::setting::Shard;
use crate::lab::random;

/// Eigenvalues below this share of the largest count as zero, as in `lab::linear_algebra`.
const CUTOFF: f64 = 1e-12;

/// Runs the replicates of a shard. The experiment's id is part of its random streams.
pub(super) fn part(experiment: &str, shard: &Shard) -> Part {
    let rows = || vec![Vec::with_capacity(shard.replicates); shard.penalties.len()];
    let mut part = Part { risk: rows(), bias: rows(), variance: rows() };
    for replicate in shard.first..shard.first + shard.replicates {
        let problem = Problem::draw(experiment, shard, replicate as u64);
        let spectrum = problem.spectrum();
        for (place, &penalty) in shard.penalties.iter().enumerate() {
            let [risk, bias, variance] = spectrum.errors(penalty, shard.sigma);
            part.risk[place].push(risk);
            part.bias[place].push(bias);
            part.variance[place].push(variance);
        }
    }
    part
}

/// One data set with what generated it.
struct Problem {
    /// Features, shape `[n, p]`.
    x: DMatrix<f64>,
    /// Coefficients, shape `[p]`.
    beta: DVector<f64>,
    /// `σε`, shape `[n]`.
    noise: DVector<f64>,
}

impl Problem {
    /// Nested in `p`: features are drawn one after another, all points of each.
    fn draw(experiment: &str, shard: &Shard, replicate: u64) -> Self {
        let &Shard { seed, n, p, r, sigma, .. } = shard;
        let draw = |purpose, count| {
            random::normals(&mut random::stream(seed, experiment, replicate, purpose), count)
        };
        let beta = DVector::from_vec(draw("teacher", p));
        let beta = &beta * (r / beta.norm());
        let noise = DVector::from_vec(draw("noise", n)) * sigma;
        Self { x: DMatrix::from_vec(n, p, draw("data", n * p)), beta, noise }
    }

    fn spectrum(&self) -> Spectrum {
        let (n, p) = self.x.shape();
        let (eigenvalues, signal, noise) = if p <= n {
            let SymmetricEigen { eigenvectors: v, eigenvalues } =
                SymmetricEigen::new(self.x.tr_mul(&self.x));
            let noise = v.tr_mul(&self.x.tr_mul(&self.noise));
            (eigenvalues, v.tr_mul(&self.beta), noise)
        } else {
            let SymmetricEigen { eigenvectors: u, eigenvalues } =
                SymmetricEigen::new(&self.x * self.x.transpose());
            let scales = eigenvalues.map(|eigenvalue| eigenvalue.max(0.0).sqrt());
            // A direction without length has no part of β; it is left out below anyway.
            let signal = u.tr_mul(&(&self.x * &self.beta));
            let signal =
                signal.zip_map(&scales, |s, scale| if scale > 0.0 { s / scale } else { 0.0 });
            (eigenvalues, signal, u.tr_mul(&self.noise).component_mul(&scales))
        };
        let outside =
            if p <= n { 0.0 } else { (self.beta.norm_squared() - signal.norm_squared()).max(0.0) };
        Spectrum { eigenvalues, signal, noise, outside }
    }
}

/// A data set in its own directions, of which there are `min(n, p)`.
struct Spectrum {
    /// `s²`.
    eigenvalues: DVector<f64>,
    /// `c = Vᵀβ`.
    signal: DVector<f64>,
    /// `q = diag(s) Uᵀσε`.
    noise: DVector<f64>,
    /// What is left of `‖β‖²` outside these directions.
    outside: f64,
}

impl Spectrum {
    /// Risk, bias and variance of ridge with `nλ = penalty`; of the least norm for zero.
    fn errors(&self, penalty: f64, sigma: f64) -> [f64; 3] {
        let cutoff = CUTOFF * self.eigenvalues.max().max(0.0);
        let (mut risk, mut bias, mut variance) = (self.outside, self.outside, 0.0);
        let directions = self.eigenvalues.iter().zip(self.signal.iter()).zip(self.noise.iter());
        for ((&eigenvalue, &signal), &noise) in directions {
            let (shrunk, inverse) = if eigenvalue > cutoff {
                (penalty / (eigenvalue + penalty), 1.0 / (eigenvalue + penalty))
            } else {
                (1.0, 0.0)
            };
            let missing = shrunk * signal;
            risk += (inverse * noise - missing).powi(2);
            bias += missing * missing;
            variance += sigma * sigma * eigenvalue * inverse * inverse;
        }
        [risk, bias, variance]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::linear_algebra::LeastSquares;

    fn shard(n: usize, p: usize) -> Shard {
        let penalties = vec![0.0, 0.3, 20.0];
        Shard { seed: 5, first: 2, replicates: 2, n, p, r: 1.7, sigma: 0.6, penalties }
    }

    /// The estimator that `lab::linear_algebra` forms, on the data and on their parts.
    #[test]
    fn the_errors_are_those_of_the_estimator() {
        for (n, p) in [(20, 8), (20, 20), (20, 50)] {
            let shard = shard(n, p);
            let part = part("test", &shard);
            for replicate in 0..2 {
                let problem = Problem::draw("test", &shard, 2 + replicate as u64);
                let Problem { x, beta, noise } = &problem;
                assert!((beta.norm() - 1.7).abs() < 1e-12);
                let clean = x * beta;
                for (place, &penalty) in shard.penalties.iter().enumerate() {
                    let off = LeastSquares::new(x, &(&clean + noise)).ridge(penalty) - beta;
                    let missing = LeastSquares::new(x, &clean).ridge(penalty) - beta;
                    // Var β̂ = σ² Σ over the points of the estimator on that point's unit noise.
                    let unit = |i| DVector::from_fn(n, |j, _| if i == j { 0.6 } else { 0.0 });
                    let variance: f64 = (0..n)
                        .map(|i| LeastSquares::new(x, &unit(i)).ridge(penalty).norm_squared())
                        .sum();
                    for (found, expected) in [
                        (part.risk[place][replicate], off.norm_squared()),
                        (part.bias[place][replicate], missing.norm_squared()),
                        (part.variance[place][replicate], variance),
                    ] {
                        // Squares of what is off by rounding, amplified by 1/s² at p = n.
                        let tolerance = 1e-8 * expected.max(1.0);
                        assert!((found - expected).abs() < tolerance, "{p}: {found}, {expected}");
                    }
                }
            }
        }
    }

    #[test]
    fn features_are_nested_and_blocks_are_pieces_of_the_whole() {
        let (few, many) =
            (Problem::draw("test", &shard(9, 4), 0), Problem::draw("test", &shard(9, 6), 0));
        assert_eq!(few.x, many.x.columns(0, 4));
        assert_eq!(few.noise, many.noise);
        let whole = part("test", &shard(9, 4));
        let second = part("test", &Shard { first: 3, replicates: 1, ..shard(9, 4) });
        assert_eq!(whole.risk[1][1].to_bits(), second.risk[1][0].to_bits());
    }
}
