//! What an author may set, the grids, and the shard as a value.
//!
//! Its own file, so that the measurement does not lead to the exhibit: editing a caption must not
//! recompute anything.

use serde::Deserialize;
use serde::Serialize;

use crate::parameters::Field;
use crate::parameters::Kind;

/// What an author may set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameters {
    /// Random features `p`.
    pub p: usize,
    /// Training points `n`.
    pub n: usize,
    /// Steps `t` of gradient descent.
    pub t: u64,
    /// Standard deviation `σ` of the noise.
    pub noise: f64,
    /// The function to learn.
    pub target: Target,
    /// Independent repetitions.
    pub replicates: usize,
    /// Root seed.
    pub seed: u64,
}

/// The function to learn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    /// `sin x₁ + cos x₂`.
    Seed,
    /// The sign of `x₁`.
    Step,
    /// `(x₁ + … + x₁₀)/√10`.
    Linear,
}

impl Default for Parameters {
    fn default() -> Self {
        Self { p: 100, n: 2000, t: 1000, noise: 0.3, target: Target::Seed, replicates: 50, seed: 1 }
    }
}

impl crate::parameters::Parameters for Parameters {
    fn fields() -> Vec<Field> {
        vec![
            Field::new(
                "p",
                Kind::Integer { low: 5, high: 400 },
                "random features; the model has a constant besides",
            ),
            Field::new("n", Kind::Integer { low: 50, high: 8000 }, "training points"),
            Field::new("t", Kind::Integer { low: 1, high: 10_000 }, "steps of gradient descent"),
            Field::new(
                "noise",
                Kind::Number { low: 0.0, high: 1.0 },
                "standard deviation of the noise on every target",
            ),
            Field::new(
                "target",
                Kind::Choice(&["seed", "step", "linear"]),
                "function to learn: sin x₁ + cos x₂, the sign of x₁, or the normalised sum of the inputs",
            ),
            Field::new(
                "replicates",
                Kind::Integer { low: 3, high: 200 },
                "independent repetitions, each with its own pool, features and samples",
            ),
            Field::seed(),
        ]
    }
}

/// The size of a fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// Random features.
    pub p: usize,
    /// Training points.
    pub n: usize,
    /// Steps of gradient descent.
    pub t: u64,
}

/// One replicate: a pool, its features, and fits of every setting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shard {
    /// Root seed.
    pub seed: u64,
    /// Which replicate.
    pub replicate: u64,
    /// The function to learn.
    pub target: Target,
    /// Standard deviation of the noise.
    pub noise: f64,
    /// Points of the pool.
    pub pool: usize,
    /// The fits, each once.
    pub fits: Vec<Setting>,
    /// The samples of the statistical term.
    pub samples: Samples,
}

/// Many samples of each size, at which the loss of the best parameters is read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Samples {
    /// Random features.
    pub p: usize,
    /// How many points.
    pub sizes: Vec<usize>,
    /// How many samples of each size.
    pub repeats: usize,
}

/// What one replicate leaves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// In the order of the shard's fits.
    pub fits: Vec<Losses>,
    /// The variance over the pool of the loss at the best parameters.
    #[serde(with = "crate::number")]
    pub variance: f64,
    /// The mean square of the statistical term over the samples of each size.
    #[serde(with = "crate::number::list")]
    pub squares: Vec<f64>,
}

/// Mean squared errors of the trained parameters and of the best ones.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Losses {
    /// `L_D(θ̂)`, from the moments of the pool.
    #[serde(with = "crate::number")]
    pub trained_on_pool: f64,
    /// `L_D̂(θ̂)`.
    #[serde(with = "crate::number")]
    pub trained_on_sample: f64,
    /// `L_D̂(θ*)`.
    #[serde(with = "crate::number")]
    pub best_on_sample: f64,
    /// `L_D(θ*)`, from the moments of the pool.
    #[serde(with = "crate::number")]
    pub best_on_pool: f64,
    /// `L_D(θ̂)` once more, as the mean over the points of the pool.
    #[serde(with = "crate::number")]
    pub total: f64,
}

/// What is varied, the others being as the author set them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sweep {
    Features,
    Points,
    Steps,
}

impl Sweep {
    pub(super) const ALL: [Self; 3] = [Self::Features, Self::Points, Self::Steps];

    /// Its letter.
    pub(super) fn letter(self) -> &'static str {
        match self {
            Self::Features => "p",
            Self::Points => "n",
            Self::Steps => "t",
        }
    }

    /// Where estimates are kept under a name of their own, whatever the author set.
    pub(super) fn named(self) -> [usize; 3] {
        match self {
            Self::Features => [5, 25, 400],
            Self::Points => [50, 150, 8000],
            Self::Steps => [1, 100, 10_000],
        }
    }

    /// The values of the grid and the author's own, rising.
    pub(super) fn values(self, parameters: &Parameters) -> Vec<usize> {
        let mut values = match self {
            Self::Features => vec![5, 10, 15, 25, 40, 65, 100, 160, 250, 400],
            Self::Points => sizes(),
            Self::Steps => steps(),
        };
        values.push(match self {
            Self::Features => parameters.p,
            Self::Points => parameters.n,
            Self::Steps => parameters.t as usize,
        });
        values.sort_unstable();
        values.dedup();
        values
    }

    /// The author's setting with this value put in.
    pub(super) fn at(self, parameters: &Parameters, value: usize) -> Setting {
        let &Parameters { p, n, t, .. } = parameters;
        match self {
            Self::Features => Setting { p: value, n, t },
            Self::Points => Setting { p, n: value, t },
            Self::Steps => Setting { p, n, t: value as u64 },
        }
    }
}

/// Sample sizes.
pub(super) fn sizes() -> Vec<usize> {
    vec![50, 100, 150, 250, 500, 1000, 2000, 4000, 8000]
}

/// Numbers of gradient steps: four a decade up to ten thousand.
fn steps() -> Vec<usize> {
    (0..=16).map(|k| libm::round(libm::pow(10.0, f64::from(k) / 4.0)) as usize).collect()
}

/// All fits, each once.
pub(super) fn fits(parameters: &Parameters) -> Vec<Setting> {
    let mut fits = Vec::new();
    for sweep in Sweep::ALL {
        for value in sweep.values(parameters) {
            let fit = sweep.at(parameters, value);
            if !fits.contains(&fit) {
                fits.push(fit);
            }
        }
    }
    fits
}

/// Points of a pool.
pub(super) const POOL: usize = 20_000;
/// Samples of each size in a replicate: ten thousand over fifty replicates.
const REPEATS: usize = 200;

pub(super) fn shard(parameters: &Parameters, replicate: u64) -> Shard {
    let &Parameters { p, noise, target, seed, .. } = parameters;
    let samples = Samples { p, sizes: sizes(), repeats: REPEATS };
    Shard { seed, replicate, target, noise, pool: POOL, fits: fits(parameters), samples }
}
