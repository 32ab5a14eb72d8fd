//! Regression with standard normal inputs: `x ~ N(0, I_d)`, `y = f(x) + σ ε`, `ε ~ N(0, 1)`.

use rand_chacha::ChaCha8Rng;

use crate::lab::data::draws;
use crate::lab::data::examples::Examples;
use crate::lab::random;

/// The function without noise. Coordinates count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Truth {
    /// `cos(sin(max(Σ x_j, 0)))`, over all coordinates.
    Composed,
    /// `sin(x_1 + … + x_k)`.
    SineOfSum {
        /// `k`, at most `d`.
        terms: usize,
    },
    /// `sin x_1 + cos x_2`.
    SinePlusCosine,
}

/// A distribution of examples.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a distribution is given by name")]
pub struct NormalInputs {
    /// `d`, the width of an input.
    pub dimension: usize,
    /// `f`.
    pub truth: Truth,
    /// `σ`, the standard deviation of the noise.
    pub noise: f64,
}

/// `compose10`: ten inputs, no noise.
pub const COMPOSE_10: NormalInputs =
    NormalInputs { dimension: 10, truth: Truth::Composed, noise: 0.0 };

/// `sum-sine` of loss landscapes: five inputs, all in the sum, no noise.
pub const SUM_SINE_LANDSCAPE: NormalInputs =
    NormalInputs { dimension: 5, truth: Truth::SineOfSum { terms: 5 }, noise: 0.0 };

/// `sum-sine` of connected modes: ten inputs, three in the sum, σ = 0.1.
pub const SUM_SINE_MODES: NormalInputs =
    NormalInputs { dimension: 10, truth: Truth::SineOfSum { terms: 3 }, noise: 0.1 };

/// `sum-sine` of sharpness: ten inputs, three in the sum, σ = 0.2.
pub const SUM_SINE_SHARPNESS: NormalInputs = NormalInputs { noise: 0.2, ..SUM_SINE_MODES };

/// `sincos10`: ten inputs, σ = 0.3.
pub const SIN_COS_10: NormalInputs =
    NormalInputs { dimension: 10, truth: Truth::SinePlusCosine, noise: 0.3 };

/// `sin1`: ten inputs, of which one matters, σ = 0.2.
pub const SIN_1: NormalInputs =
    NormalInputs { dimension: 10, truth: Truth::SineOfSum { terms: 1 }, noise: 0.2 };

impl NormalInputs {
    /// `f(x)`.
    ///
    /// # Panics
    /// When `x` has fewer coordinates than `f` uses.
    #[must_use]
    pub fn truth(&self, x: &[f64]) -> f64 {
        match self.truth {
            Truth::Composed => libm::cos(libm::sin(x.iter().sum::<f64>().max(0.0))),
            Truth::SineOfSum { terms } => libm::sin(x[..terms].iter().sum()),
            Truth::SinePlusCosine => libm::sin(x[0]) + libm::cos(x[1]),
        }
    }

    /// `n` independent examples: inputs `[n, d]`, targets `[n, 1]`. The noise is drawn also where σ
    /// is 0, so that inputs do not depend on σ.
    #[must_use]
    pub fn draw(&self, stream: &mut ChaCha8Rng, n: usize) -> Examples {
        Examples::drawn(n, self.dimension, || {
            let x = random::normals(stream, self.dimension);
            let y = self.truth(&x) + self.noise * draws::normal(stream);
            (x, y)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [NormalInputs; 6] =
        [COMPOSE_10, SUM_SINE_LANDSCAPE, SUM_SINE_MODES, SUM_SINE_SHARPNESS, SIN_COS_10, SIN_1];

    fn draw(task: &NormalInputs, n: usize) -> Examples {
        task.draw(&mut random::stream(5, "normal-inputs", 0, "data"), n)
    }

    #[test]
    fn functions_are_those_of_the_catalogue() {
        let x = [0.3, -0.8, 1.1, 0.2, 0.7];
        let value = |truth| NormalInputs { dimension: 5, truth, noise: 0.0 }.truth(&x);
        // By hand: Σ x = 1.5, x₁+x₂+x₃ = 0.6; values from tables of sine and cosine.
        assert!((value(Truth::Composed) - 0.542_408_504_5).abs() < 1e-9);
        assert!((value(Truth::SineOfSum { terms: 3 }) - 0.564_642_473_4).abs() < 1e-9);
        assert!((value(Truth::SineOfSum { terms: 1 }) - 0.295_520_206_7).abs() < 1e-9);
        assert!((value(Truth::SinePlusCosine) - (0.295_520_206_7 + 0.696_706_709_3)).abs() < 1e-9);
        let negative = COMPOSE_10.truth(&[-1.0; 10]);
        assert!((negative - 1.0).abs() < 1e-15, "the rectifier gives 0, and cos(sin 0) is 1");
    }

    #[test]
    fn moments_are_those_of_the_distribution() {
        let n = 20_000;
        for task in ALL {
            let examples = draw(&task, n);
            assert_eq!((examples.len(), examples.inputs.width()), (n, task.dimension));
            assert_eq!((examples.targets.len(), examples.targets.width()), (n, 1));
            for mean in examples.inputs.means() {
                assert!(mean.abs() < 5.0 / (n as f64).sqrt(), "{mean}");
            }
            let residuals: Vec<f64> = (examples.inputs.iter().zip(examples.targets.values()))
                .map(|(x, y)| y - task.truth(x))
                .collect();
            let mean = residuals.iter().sum::<f64>() / n as f64;
            let variance = residuals.iter().map(|r| r * r).sum::<f64>() / n as f64;
            // Five standard errors: σ/√n, and √(2/n) σ² for the second moment.
            let sd = task.noise;
            assert!(mean.abs() <= 5.0 * sd / (n as f64).sqrt(), "{mean}");
            assert!((variance - sd * sd).abs() <= 5.0 * sd * sd * (2.0 / n as f64).sqrt());
        }
        // E sin(s)² = (1 − e^{−2k})/2 for s ~ N(0, k).
        let squares = draw(&SUM_SINE_LANDSCAPE, n).targets;
        let mean = squares.values().iter().map(|y| y * y).sum::<f64>() / n as f64;
        assert!((mean - (1.0 - libm::exp(-10.0)) / 2.0).abs() < 5.0 * 0.36 / (n as f64).sqrt());
    }

    #[test]
    fn draws_are_nested_and_inputs_do_not_depend_on_the_noise() {
        for task in ALL {
            assert_eq!(draw(&task, 50).first(20), draw(&task, 20));
        }
        assert_eq!(draw(&SUM_SINE_MODES, 9).inputs, draw(&SUM_SINE_SHARPNESS, 9).inputs);
    }
}
