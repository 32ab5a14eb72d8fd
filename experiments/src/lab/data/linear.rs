//! Data with linear truths: of two scales, isotropic, and a matrix of low rank.

use rand_chacha::ChaCha8Rng;

use crate::lab::data::draws;
use crate::lab::data::examples::Examples;
use crate::lab::data::examples::Rows;
use crate::lab::random;

/// `two-scale`: `x = (u, 0.03 v)` with `u ~ N(0, I_70)`, `v ~ N(0, I_10)`, and
/// `y = 3⟨û, u⟩ + 1.5⟨v̂, v⟩ + 0.3 ε` for unit vectors `û`, `v̂`. Gradient descent learns the small
/// scale about a thousand times later (Heckel and Yılmaz 2021, *Early stopping in deep networks:
/// double descent and how to eliminate it*).
#[derive(Clone, Debug, PartialEq)]
pub struct TwoScale {
    large: Vec<f64>,
    small: Vec<f64>,
}

impl TwoScale {
    /// Width of the part at scale 1.
    pub const LARGE: usize = 70;
    /// Width of the part at scale [`Self::SCALE`].
    pub const SMALL: usize = 10;
    /// The small scale.
    pub const SCALE: f64 = 0.03;
    /// Standard deviation of the noise.
    pub const NOISE: f64 = 0.3;

    /// Draws `û` and `v̂`, uniform on their spheres.
    #[must_use]
    pub fn teacher(stream: &mut ChaCha8Rng) -> Self {
        let scaled = |dimension, length: f64, stream: &mut ChaCha8Rng| -> Vec<f64> {
            draws::on_sphere(stream, dimension).into_iter().map(|x| length * x).collect()
        };
        let large = scaled(Self::LARGE, 3.0, stream);
        let small = scaled(Self::SMALL, 1.5, stream);
        Self { large, small }
    }

    /// The weights of an input `x` that give its noise-free target: `3û`, then `1.5 v̂/0.03`.
    #[must_use]
    pub fn weights(&self) -> Vec<f64> {
        let small = self.small.iter().map(|weight| weight / Self::SCALE);
        self.large.iter().copied().chain(small).collect()
    }

    /// Mean squared error of the predictor `⟨w, x⟩` on noise-free targets, exactly: its weights' error
    /// with the variances of the inputs.
    ///
    /// # Panics
    /// When `w` is not as wide as an input.
    #[must_use]
    pub fn excess_risk(&self, w: &[f64]) -> f64 {
        assert_eq!(w.len(), Self::LARGE + Self::SMALL, "weights of another width");
        let scale = |i: usize| if i < Self::LARGE { 1.0 } else { Self::SCALE };
        let errors = w.iter().zip(self.weights()).enumerate();
        errors.map(|(i, (w, truth))| scale(i) * scale(i) * (w - truth) * (w - truth)).sum()
    }

    /// `n` independent examples: inputs `[n, 80]`, targets `[n, 1]`.
    #[must_use]
    pub fn draw(&self, stream: &mut ChaCha8Rng, n: usize) -> Examples {
        Examples::drawn(n, Self::LARGE + Self::SMALL, || {
            let mut x = random::normals(stream, Self::LARGE + Self::SMALL);
            let (u, v) = x.split_at_mut(Self::LARGE);
            let y = draws::dot(&self.large, u) + draws::dot(&self.small, v);
            v.iter_mut().for_each(|v| *v *= Self::SCALE);
            (x, y + Self::NOISE * draws::normal(stream))
        })
    }
}

/// `isotropic-lm`: `x ~ N(0, I_p)`, `y = ⟨x, β⟩ + σ ε`.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a distribution is given by its parameters")]
pub struct Isotropic {
    /// `β`.
    pub weights: Vec<f64>,
    /// `σ`: 0.5 in the catalogue.
    pub noise: f64,
}

impl Isotropic {
    /// Draws `β` uniform on the sphere of that radius (1 in the catalogue) in `R^p`.
    #[must_use]
    pub fn teacher(stream: &mut ChaCha8Rng, p: usize, radius: f64, noise: f64) -> Self {
        let direction = draws::on_sphere(stream, p);
        Self { weights: direction.into_iter().map(|x| radius * x).collect(), noise }
    }

    /// Mean squared error of the predictor `⟨w, x⟩` on noise-free targets, exactly: `‖w − β‖²`.
    ///
    /// # Panics
    /// When `w` is not as wide as `β`.
    #[must_use]
    pub fn excess_risk(&self, w: &[f64]) -> f64 {
        assert_eq!(w.len(), self.weights.len(), "weights of another width");
        w.iter().zip(&self.weights).map(|(w, truth)| (w - truth) * (w - truth)).sum()
    }

    /// `n` independent examples: inputs `[n, p]`, targets `[n, 1]`.
    #[must_use]
    pub fn draw(&self, stream: &mut ChaCha8Rng, n: usize) -> Examples {
        let p = self.weights.len();
        Examples::drawn(n, p, || {
            let x = random::normals(stream, p);
            let y = draws::dot(&self.weights, &x) + self.noise * draws::normal(stream);
            (x, y)
        })
    }
}

/// `lowrank`: a square matrix of low rank, of which some entries are observed.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "nothing else belongs to it")]
pub struct LowRank {
    /// The matrix, shape `[size, size]`, of Frobenius norm `√size`.
    pub matrix: Rows,
    /// Whether an entry is observed, row after row.
    pub observed: Vec<bool>,
}

impl LowRank {
    /// `UV/‖UV‖_F · √size` with standard normal `U` of shape `[size, rank]` and `V` of shape
    /// `[rank, size]`, and a uniformly drawn set of `observed` entries; of one stream, a larger number
    /// observes what a smaller one does. The catalogue has size 20, rank 2, 200 observed.
    ///
    /// # Panics
    /// When size or rank is 0.
    #[must_use]
    pub fn draw(stream: &mut ChaCha8Rng, size: usize, rank: usize, observed: usize) -> Self {
        assert!(size > 0 && rank > 0, "a matrix of size {size}, rank {rank}");
        let left = Rows::new(rank, random::normals(stream, size * rank));
        let right = Rows::new(rank, random::normals(stream, size * rank));
        let product =
            left.iter().flat_map(|row| right.iter().map(|column| draws::dot(row, column)));
        let mut values: Vec<f64> = product.collect();
        let factor = (size as f64).sqrt() / draws::norm(&values);
        values.iter_mut().for_each(|value| *value *= factor);
        let mut mask = vec![false; size * size];
        for entry in random::permutation(stream, size * size).into_iter().take(observed) {
            mask[entry] = true;
        }
        Self { matrix: Rows::new(size, values), observed: mask }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::data::draws::dot;
    use crate::lab::data::draws::norm;

    fn stream(purpose: &str) -> ChaCha8Rng {
        random::stream(13, "linear", 0, purpose)
    }

    /// The mean squared residual of weights is the exact risk plus the noise, within five standard
    /// errors: for Gaussian residuals √(2/n) of it.
    #[track_caller]
    fn check_risk(examples: &Examples, w: &[f64], expected: f64) {
        let n = examples.len() as f64;
        let residuals = (examples.inputs.iter().zip(examples.targets.values()))
            .map(|(x, y)| (y - dot(w, x)) * (y - dot(w, x)));
        let found = residuals.sum::<f64>() / n;
        assert!((found - expected).abs() < 5.0 * expected * (2.0 / n).sqrt(), "{found} {expected}");
    }

    #[test]
    fn two_scales_have_their_variances_signals_and_risk() {
        let task = TwoScale::teacher(&mut stream("teacher"));
        let n = 20_000;
        let examples = task.draw(&mut stream("data"), n);
        assert_eq!((examples.len(), examples.inputs.width()), (n, 80));
        for (j, expected) in [(0, 1.0), (69, 1.0), (70, 0.000_9), (79, 0.000_9)] {
            let variance = examples.inputs.iter().map(|x| x[j] * x[j]).sum::<f64>() / n as f64;
            assert!((variance / expected - 1.0).abs() < 5.0 * (2.0 / n as f64).sqrt());
        }
        let w = task.weights();
        assert!((norm(&w[..70]) - 3.0).abs() < 1e-12);
        assert!((norm(&w[70..]) - 50.0).abs() < 1e-12, "1.5 / 0.03");
        assert_eq!(task.excess_risk(&w), 0.0);
        let nothing = [0.0; 80];
        assert!((task.excess_risk(&nothing) - (9.0 + 2.25)).abs() < 1e-12, "3² + 1.5²");
        check_risk(&examples, &w, 0.09);
        check_risk(&examples, &nothing, 9.0 + 2.25 + 0.09);
        assert_eq!(task.draw(&mut stream("data"), 100), examples.first(100));
    }

    #[test]
    fn isotropic_data_have_their_radius_and_risk() {
        let task = Isotropic::teacher(&mut stream("beta"), 30, 1.0, 0.5);
        assert!((norm(&task.weights) - 1.0).abs() < 1e-12);
        let examples = task.draw(&mut stream("isotropic"), 20_000);
        assert_eq!((examples.inputs.width(), examples.targets.width()), (30, 1));
        check_risk(&examples, &task.weights, 0.25);
        let mut w = task.weights.clone();
        w[3] += 2.0;
        assert!((task.excess_risk(&w) - 4.0).abs() < 1e-12);
        check_risk(&examples, &w, 4.25);
        assert_eq!(task.draw(&mut stream("isotropic"), 7), examples.first(7));
    }

    #[test]
    fn a_matrix_has_its_rank_norm_and_number_of_observed_entries() {
        let draw = |observed| LowRank::draw(&mut stream("matrix"), 20, 2, observed);
        let half = draw(200);
        assert!((norm(half.matrix.values()) - 20_f64.sqrt()).abs() < 1e-12);
        let matrix = nalgebra::DMatrix::from_row_slice(20, 20, half.matrix.values());
        let singular = matrix.singular_values();
        let (second, third) = (singular[1], singular[2]);
        assert!(second > 0.1 && third < 1e-12, "{second} {third}");
        let count = |mask: &[bool]| mask.iter().filter(|seen| **seen).count();
        assert_eq!((half.observed.len(), count(&half.observed)), (400, 200));
        let more = draw(240);
        assert_eq!((&more.matrix, count(&more.observed)), (&half.matrix, 240));
        let pairs = half.observed.iter().zip(&more.observed);
        assert!(pairs.into_iter().all(|(fewer, more)| *more || !fewer));
        assert_eq!((count(&draw(0).observed), count(&draw(999).observed)), (0, 400));
    }
}
