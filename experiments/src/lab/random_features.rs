//! Random features: a hidden layer that is drawn once and never trained
//! (Rahimi and Recht 2007, *Random features for large-scale kernel machines*).

use nalgebra::DMatrix;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;
use serde::Serialize;

use crate::lab::random;

/// What a feature computes from `z = w·x`, where [`Layer::draw`] draws `w` uniformly on the unit sphere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// `max(z + b, 0)` with `b` uniform on `[−1, 1)`.
    Relu,
    /// `tanh(z + b)` with `b` uniform on `[−1, 1)`.
    Tanh,
    /// `√2 cos(z + πb)` with `b` uniform on `[−1, 1)`, so that the phase is uniform on a circle.
    Fourier,
}

/// The weights of a layer of random features. Feature `j` depends on the streams' first `j + 1`
/// draws alone, so that a wider layer begins with the narrower one.
pub struct Layer {
    kind: Kind,
    /// The vectors `w`, shape `[d, p]`.
    weights: DMatrix<f64>,
    /// Shape `[p]`.
    biases: Vec<f64>,
}

impl Layer {
    /// Draws `p` features of `d` inputs. The streams are for weights and for biases.
    #[must_use]
    pub fn draw(
        kind: Kind,
        d: usize,
        p: usize,
        weights: &mut ChaCha8Rng,
        biases: &mut ChaCha8Rng,
    ) -> Self {
        let mut weights = DMatrix::from_vec(d, p, random::normals(weights, d * p));
        // A normal vector has a uniform direction.
        for mut column in weights.column_iter_mut() {
            column.normalize_mut();
        }
        Self { kind, weights, biases: random::uniforms(biases, p, -1.0, 1.0) }
    }

    /// The same with normal weights, `w ~ N(0, I/d)`, whose length is one in the mean square only: what
    /// a layer of a network has at its initialisation.
    #[must_use]
    pub fn draw_normal(
        kind: Kind,
        d: usize,
        p: usize,
        weights: &mut ChaCha8Rng,
        biases: &mut ChaCha8Rng,
    ) -> Self {
        let weights = DMatrix::from_vec(d, p, random::normals(weights, d * p)) / (d as f64).sqrt();
        Self { kind, weights, biases: random::uniforms(biases, p, -1.0, 1.0) }
    }

    /// The features of the rows of `x`: from shape `[n, d]` to `[n, p]`, without any factor `1/√p`.
    #[must_use]
    pub fn apply(&self, x: &DMatrix<f64>) -> DMatrix<f64> {
        let mut features = x * &self.weights;
        for (mut column, bias) in features.column_iter_mut().zip(&self.biases) {
            column.apply(|z| *z = self.kind.of(*z, *bias));
        }
        features
    }
}

impl Kind {
    fn of(self, z: f64, bias: f64) -> f64 {
        match self {
            Self::Relu => (z + bias).max(0.0),
            Self::Tanh => libm::tanh(z + bias),
            Self::Fourier => std::f64::consts::SQRT_2 * libm::cos(z + std::f64::consts::PI * bias),
        }
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the platform's functions check those of libm")]
mod tests {
    use super::*;

    fn layer(kind: Kind, p: usize) -> Layer {
        let stream = |purpose| random::stream(1, "test", 0, purpose);
        Layer::draw(kind, 3, p, &mut stream("weights"), &mut stream("biases"))
    }

    #[test]
    fn a_wider_layer_begins_with_the_narrower_one() {
        let x =
            DMatrix::from_vec(4, 3, random::normals(&mut random::stream(1, "test", 0, "x"), 12));
        for kind in [Kind::Relu, Kind::Tanh, Kind::Fourier] {
            let wide = layer(kind, 9).apply(&x);
            let narrow = layer(kind, 5).apply(&x);
            assert!((wide.columns(0, 5) - narrow).norm() < 1e-14);
        }
    }

    #[test]
    fn normal_weights_have_length_one_in_the_mean_square() {
        let (d, p) = (10, 4000);
        let stream = |purpose| random::stream(1, "test", 0, purpose);
        let draw =
            |p| Layer::draw_normal(Kind::Relu, d, p, &mut stream("weights"), &mut stream("biases"));
        let wide = draw(p);
        let squares: Vec<f64> = wide.weights.column_iter().map(|w| w.norm_squared()).collect();
        let mean = squares.iter().sum::<f64>() / p as f64;
        // χ²₁₀/10 has variance 2/10: five standard errors.
        assert!((mean - 1.0).abs() < 5.0 * (0.2 / p as f64).sqrt(), "{mean}");
        assert!(squares.iter().any(|square| (square - 1.0).abs() > 0.5));
        // Nested, and with the biases of the other kind of weights.
        assert_eq!(wide.weights.columns(0, 7), draw(7).weights.columns(0, 7));
        assert_eq!(draw(7).biases, wide.biases[..7]);
    }

    #[test]
    fn a_feature_is_its_formula() {
        let one = |kind| {
            let layer = layer(kind, 1);
            let (w, b) = (layer.weights.column(0).clone_owned(), layer.biases[0]);
            assert!((w.norm() - 1.0).abs() < 1e-14);
            let x = DMatrix::from_row_slice(1, 3, &[0.3, -2.0, 1.1]);
            let z = 0.3 * w[0] - 2.0 * w[1] + 1.1 * w[2];
            (layer.apply(&x)[0], z, b)
        };
        let (found, z, b) = one(Kind::Relu);
        assert!((found - (z + b).max(0.0)).abs() < 1e-14);
        let (found, z, b) = one(Kind::Tanh);
        assert!((found - (z + b).tanh()).abs() < 1e-14);
        let (found, z, b) = one(Kind::Fourier);
        assert!((found - 2f64.sqrt() * (z + std::f64::consts::PI * b).cos()).abs() < 1e-14);
    }

    /// `E[2 cos(w·x + φ) cos(w·x' + φ)] = E cos(w·(x − x'))`, which for `w` uniform on the unit
    /// sphere in three dimensions is `sin(r)/r` at distance `r`.
    #[test]
    fn fourier_features_average_to_their_kernel() {
        let p = 40_000;
        let x = DMatrix::from_row_slice(2, 3, &[0.0, 0.0, 0.0, 1.5, 0.0, 2.0]);
        let features = layer(Kind::Fourier, p).apply(&x);
        let kernel = features.row(0).dot(&features.row(1)) / p as f64;
        // Each term is at most 2 in size: five standard errors are at most 5·2/√p = 0.05.
        assert!((kernel - 2.5f64.sin() / 2.5).abs() < 0.05, "{kernel}");
    }
}
