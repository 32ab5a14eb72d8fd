//! Two classes, −1 and 1: a pair of Gaussians, nine points with a known margin, random signs, parity.

use std::f64::consts::FRAC_1_SQRT_2;
use std::f64::consts::SQRT_2;

use rand_chacha::ChaCha8Rng;

use crate::lab::data::draws;
use crate::lab::data::examples::Examples;
use crate::lab::data::examples::Rows;

/// `gauss2`: `Y = ±1` fair, `X = Y μ + N(0, I_d)`.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a distribution is given by its parameters")]
pub struct GaussianPair {
    /// `μ`.
    pub mean: Vec<f64>,
}

impl GaussianPair {
    /// `n` independent examples: inputs `[n, d]`, targets `[n, 1]` of −1 and 1.
    #[must_use]
    pub fn draw(&self, stream: &mut ChaCha8Rng, n: usize) -> Examples {
        Examples::drawn(n, self.mean.len(), || {
            let y = draws::sign(stream);
            let x = self.mean.iter().map(|mean| y * mean + draws::normal(stream)).collect();
            (x, y)
        })
    }

    /// Probability that `sign⟨w, X⟩` is not `Y`, exactly: `Φ(−⟨w, μ⟩/‖w‖)`; ½ where `w` is 0. The
    /// least possible is that of `w = μ`, `Φ(−‖μ‖)`.
    ///
    /// # Panics
    /// When `w` is not as wide as `μ`.
    #[must_use]
    pub fn risk(&self, w: &[f64]) -> f64 {
        let (signal, length) = (draws::dot(w, &self.mean), draws::norm(w));
        // Φ(−t) = erfc(t/√2)/2.
        if length > 0.0 { 0.5 * libm::erfc(signal / length / SQRT_2) } else { 0.5 }
    }
}

/// `margin9`: nine points in the plane, separable through the origin with largest margin √2, which the
/// direction `(1, 1)/√2` has. Signs of points and labels alternate. Inputs `[9, 2]`, targets `[9, 1]`.
#[must_use]
pub fn nine_points() -> Examples {
    // y_i x_i. The first, which is there five times, and the second have the margin √2.
    const SIGNED: [[f64; 2]; 9] = [
        [0.5, 1.5],
        [0.5, 1.5],
        [0.5, 1.5],
        [0.5, 1.5],
        [0.5, 1.5],
        [1.5, 0.5],
        [2.0, 2.0],
        [3.0, 1.5],
        [1.0, 3.0],
    ];
    let sign = |i: usize| if i.is_multiple_of(2) { 1.0 } else { -1.0 };
    let inputs = SIGNED.iter().enumerate().flat_map(|(i, point)| point.map(|x| sign(i) * x));
    let targets = (0..SIGNED.len()).map(sign).collect();
    Examples::new(Rows::new(2, inputs.collect()), Rows::new(1, targets))
}

/// The largest margin of [`nine_points`] and the direction that has it.
pub const NINE_POINTS_MARGIN: (f64, [f64; 2]) = (SQRT_2, [FRAC_1_SQRT_2, FRAC_1_SQRT_2]);

/// `sphere-signs`: `x` uniform on the unit sphere of `R^dimension` (5 in the catalogue), `y = ±1`
/// fair: nothing to learn but the examples. Inputs `[n, dimension]`, targets `[n, 1]`.
#[must_use]
pub fn random_signs(stream: &mut ChaCha8Rng, n: usize, dimension: usize) -> Examples {
    Examples::drawn(n, dimension, || (draws::on_sphere(stream, dimension), draws::sign(stream)))
}

/// `parity2`: `x` uniform on `{±1}^dimension` (30 in the catalogue), `y = x_1 x_2`. Inputs
/// `[n, dimension]`, targets `[n, 1]`.
///
/// # Panics
/// When the dimension is below 2.
#[must_use]
pub fn parity(stream: &mut ChaCha8Rng, n: usize, dimension: usize) -> Examples {
    assert!(dimension >= 2, "a product of two coordinates of {dimension}");
    Examples::drawn(n, dimension, || {
        let x: Vec<f64> = (0..dimension).map(|_| draws::sign(stream)).collect();
        let y = x[0] * x[1];
        (x, y)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::data::draws::dot;
    use crate::lab::data::draws::norm;
    use crate::lab::random;

    fn stream(purpose: &str) -> ChaCha8Rng {
        random::stream(17, "classes", 0, purpose)
    }

    #[test]
    fn the_exact_risk_of_two_gaussians_is_what_is_measured() {
        let pair = GaussianPair { mean: vec![0.6, -0.3, 0.0, 0.5] };
        let n = 40_000;
        let examples = pair.draw(&mut stream("gauss2"), n);
        assert_eq!((examples.len(), examples.inputs.width()), (n, 4));
        for w in [[1.0, 0.0, 0.0, 0.0], [0.6, -0.3, 0.0, 0.5], [-1.0, 1.0, 3.0, 0.2]] {
            let wrong = (examples.inputs.iter().zip(examples.targets.values()))
                .filter(|(x, y)| dot(&w, x) * **y <= 0.0);
            let (found, exact) = (wrong.count() as f64 / n as f64, pair.risk(&w));
            let error = (exact * (1.0 - exact) / n as f64).sqrt();
            assert!((found - exact).abs() < 5.0 * error, "{found} {exact}");
        }
        // Φ(−0.6), from a table, whatever the length of w.
        assert!((pair.risk(&[7.0, 0.0, 0.0, 0.0]) - 0.274_253_117_8).abs() < 1e-9);
        assert!((pair.risk(&[-7.0, 0.0, 0.0, 0.0]) - 0.725_746_882_2).abs() < 1e-9);
        assert_eq!(pair.risk(&[0.0; 4]), 0.5);
        assert_eq!(pair.draw(&mut stream("gauss2"), 30), examples.first(30));
    }

    #[test]
    fn no_direction_has_a_larger_margin_on_the_nine_points() {
        let examples = nine_points();
        let margin = |w: [f64; 2]| {
            let signed = (examples.inputs.iter().zip(examples.targets.values()))
                .map(|(x, y)| y * dot(&w, x) / norm(&w));
            signed.fold(f64::INFINITY, f64::min)
        };
        let (largest, direction) = NINE_POINTS_MARGIN;
        assert!((margin(direction) - largest).abs() < 1e-15);
        let step = std::f64::consts::TAU / 3600.0;
        for i in 0..3600 {
            let angle = step * f64::from(i);
            assert!(margin([libm::cos(angle), libm::sin(angle)]) <= largest + 1e-12);
        }
        assert_eq!((examples.len(), examples.inputs.width()), (9, 2));
        assert_eq!(examples.targets.values().iter().sum::<f64>(), 1.0, "both classes are there");
    }

    #[test]
    fn random_signs_have_nothing_to_do_with_their_points() {
        let n = 20_000;
        let examples = random_signs(&mut stream("signs"), n, 5);
        assert!(examples.inputs.iter().all(|x| (norm(x) - 1.0).abs() < 1e-12));
        let y = examples.targets.values();
        assert!(y.iter().all(|y| y.abs() == 1.0));
        assert!(y.iter().sum::<f64>().abs() < 5.0 * (n as f64).sqrt());
        for j in 0..5 {
            let sum: f64 = examples.inputs.iter().zip(y).map(|(x, y)| x[j] * y).sum();
            // Var x_j y = 1/5.
            assert!(sum.abs() < 5.0 * (0.2 * n as f64).sqrt(), "{sum}");
        }
        assert_eq!(random_signs(&mut stream("signs"), 10, 5), examples.first(10));
    }

    #[test]
    fn parity_is_the_product_and_no_coordinate_tells_it() {
        let n = 20_000;
        let examples = parity(&mut stream("parity"), n, 30);
        assert_eq!(examples.inputs.width(), 30);
        let y = examples.targets.values();
        for (x, y) in examples.inputs.iter().zip(y) {
            assert_eq!(x[0] * x[1], *y);
            assert!(x.iter().all(|x| x.abs() == 1.0));
        }
        for j in 0..30 {
            let sum: f64 = examples.inputs.iter().zip(y).map(|(x, y)| x[j] * y).sum();
            assert!(sum.abs() < 5.0 * (n as f64).sqrt(), "{sum}");
        }
        assert_eq!(parity(&mut stream("parity"), 300, 30), examples.first(300));
    }
}
