//! What an author may set, the grids, and the shards as values.
//!
//! Its own file, so that the measurement does not lead to the exhibit: editing a caption must not
//! recompute anything.

use serde::Deserialize;
use serde::Serialize;

use super::theory::Spectrum;
use crate::lab::random_features::Kind as Activation;
use crate::parameters::Field;
use crate::parameters::Kind;

/// What an author may set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameters {
    /// Training points, and features of the sample-wise axis.
    pub n: usize,
    /// Standard deviation `σ` of the noise.
    pub noise: f64,
    /// Ridge penalties `λ` to compare with.
    pub lambdas: Vec<f64>,
    /// Penalty `λ` of the estimator that the claims are about.
    pub ridge: f64,
    /// What a random feature computes.
    pub features: Activation,
    /// Scale `s` of the ten small features of the epoch-wise axis.
    pub block_scale: f64,
    /// Which of the three is run.
    pub axis: Axis,
    /// The function to learn.
    pub target: Target,
    /// Independent repetitions.
    pub replicates: usize,
    /// Root seed.
    pub seed: u64,
}

/// What the test error is a function of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Axis {
    Model,
    Sample,
    Epoch,
    All,
}

/// The function that the model-wise and the sample-wise axis learn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    /// `sin x₁ + cos x₂`.
    Seed,
    /// `(x₁ + … + x₁₀)/√10`.
    Linear,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            n: 100,
            noise: 0.3,
            lambdas: vec![1e-4, 1e-3, 1e-2],
            ridge: 0.0,
            features: Activation::Relu,
            block_scale: 0.03,
            axis: Axis::All,
            target: Target::Seed,
            replicates: 20,
            seed: 1,
        }
    }
}

impl crate::parameters::Parameters for Parameters {
    fn fields() -> Vec<Field> {
        vec![
            Field::new(
                "n",
                Kind::Integer { low: 20, high: 400 },
                "training points of the model-wise and epoch-wise axes, features of the sample-wise one",
            ),
            Field::new(
                "noise",
                Kind::Number { low: 0.0, high: 2.0 },
                "standard deviation of the noise on every target",
            ),
            Field::new(
                "lambdas",
                Kind::Numbers { low: 1e-8, high: 10.0, most: 6 },
                "ridge penalties to compare with; n λ is added to the Gram matrix",
            ),
            Field::new(
                "ridge",
                Kind::Number { low: 0.0, high: 1.0 },
                "ridge penalty of the estimator that the claims are about; 0 is the minimum norm",
            ),
            Field::new(
                "features",
                Kind::Choice(&["relu", "tanh", "fourier"]),
                "what a random feature computes",
            ),
            Field::new(
                "block_scale",
                Kind::Number { low: 0.001, high: 1.0 },
                "scale of the small features of the epoch-wise axis; 1 makes them equal to the others",
            ),
            Field::new(
                "axis",
                Kind::Choice(&["model", "epoch", "sample", "all"]),
                "what the test error is a function of: one of the three, or all",
            ),
            Field::new(
                "target",
                Kind::Choice(&["seed", "linear"]),
                "function to learn: sin x₁ + cos x₂, or the normalised sum of the inputs",
            ),
            Field::new(
                "replicates",
                Kind::Integer { low: 3, high: 200 },
                "independent repetitions, each with its own data and features; the epoch-wise axis takes four times as many",
            ),
            Field::seed(),
        ]
    }
}

impl Parameters {
    pub(super) fn runs(&self, axis: Axis) -> bool {
        self.axis == axis || self.axis == Axis::All
    }
}

/// Widths of the model-wise axis in hundredths of `n`: at `n = 100` these are the widths.
pub(super) const WIDTHS: [usize; 23] = [
    5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 100, 105, 110, 120, 130, 150, 200, 300, 400, 600,
    1000, 2000,
];

/// Sample sizes of the sample-wise axis in hundredths of `p`.
pub(super) const SAMPLES: [usize; 20] =
    [20, 30, 40, 50, 60, 70, 80, 90, 95, 100, 105, 110, 120, 130, 150, 200, 300, 400, 600, 1000];

/// So many hundredths of `n`, rounded.
pub(super) fn hundredths(percent: usize, n: usize) -> usize {
    (percent * n + 50) / 100
}

/// How many features of scale 1 and of the small scale the epoch-wise axis has.
pub(super) fn blocks(n: usize) -> [usize; 2] {
    [hundredths(70, n), hundredths(10, n)]
}

/// Numbers of gradient steps: ten a decade up to a million, each once.
fn steps() -> Vec<u64> {
    let mut steps: Vec<u64> =
        (0..=60).map(|k| libm::round(libm::pow(10.0, f64::from(k) / 10.0)) as u64).collect();
    steps.dedup();
    steps
}

/// One curve of one replicate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "lowercase")]
pub enum Shard {
    /// Over pairs of sample size and number of features.
    Sizes(Sizes),
    /// Over gradient steps.
    Steps(Steps),
    /// What theory needs to know of the features of one replicate.
    Moments(Moments),
}

/// Random-features regressions on nested samples and nested features.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as in the parameters")]
pub struct Sizes {
    pub seed: u64,
    pub replicate: u64,
    pub target: Target,
    pub noise: f64,
    pub features: Activation,
    pub ridge: f64,
    /// Training points of each regression.
    pub points: Vec<usize>,
    /// Features of each regression.
    pub widths: Vec<usize>,
}

/// Second moments of random features and the target. The noise does not enter: all values of it
/// share these shards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as in the parameters")]
pub struct Moments {
    pub seed: u64,
    pub replicate: u64,
    pub target: Target,
    pub features: Activation,
    /// Numbers of features, nested.
    pub widths: Vec<usize>,
    /// Fresh points from which moments are estimated.
    pub population: usize,
}

/// Gradient descent on a linear regression with features of two scales.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as in the parameters")]
pub struct Steps {
    pub seed: u64,
    pub replicate: u64,
    pub noise: f64,
    pub n: usize,
    /// Number of features of scale 1 and of scale `block_scale`.
    pub blocks: [usize; 2],
    pub block_scale: f64,
    pub steps: Vec<u64>,
}

/// One curve of one replicate, in the order of the shard's grid.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Mean squared error on fresh data.
    #[serde(with = "crate::number::list")]
    pub test: Vec<f64>,
    /// Mean squared error on the training set.
    #[serde(with = "crate::number::list")]
    pub train: Vec<f64>,
    /// `‖θ̂‖`.
    #[serde(with = "crate::number::list")]
    pub norm: Vec<f64>,
    /// In place of a curve: the second moments at each width.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spectra: Vec<Spectrum>,
}

/// One curve of every replicate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Arm {
    pub(super) axis: Axis,
    pub(super) ridge: f64,
}

impl Arm {
    /// The epoch-wise axis takes four times as many: a replicate costs milliseconds there, and the
    /// height of the peak varies by a third between replicates, since a few small eigenvalues make it.
    pub(super) fn replicates(self, parameters: &Parameters) -> usize {
        if self.axis == Axis::Epoch { 4 * parameters.replicates } else { parameters.replicates }
    }
}

/// The curves that are run, for each axis the one that the claims are about first.
pub(super) fn arms(parameters: &Parameters) -> Vec<Arm> {
    let mut arms = Vec::new();
    for axis in [Axis::Model, Axis::Sample] {
        if parameters.runs(axis) {
            let others = parameters.lambdas.iter().filter(|lambda| **lambda != parameters.ridge);
            arms.extend(
                std::iter::once(&parameters.ridge).chain(others).map(|&ridge| Arm { axis, ridge }),
            );
        }
    }
    if parameters.runs(Axis::Epoch) {
        arms.push(Arm { axis: Axis::Epoch, ridge: 0.0 });
    }
    arms
}

pub(super) fn shard(parameters: &Parameters, arm: Arm, replicate: u64) -> Shard {
    let &Parameters { n, noise, seed, block_scale, target, features, .. } = parameters;
    let (points, widths) = match arm.axis {
        Axis::Model => (vec![n; WIDTHS.len()], WIDTHS.map(|w| hundredths(w, n)).to_vec()),
        Axis::Sample => (SAMPLES.map(|s| hundredths(s, n)).to_vec(), vec![n; SAMPLES.len()]),
        Axis::Epoch | Axis::All => {
            let (blocks, steps) = (blocks(n), steps());
            return Shard::Steps(Steps { seed, replicate, noise, n, blocks, block_scale, steps });
        }
    };
    let ridge = arm.ridge;
    Shard::Sizes(Sizes { seed, replicate, target, noise, features, ridge, points, widths })
}

/// Theory is averaged over the features of so many replicates: they differ little.
const LAYERS: usize = 4;
/// Theory ends at so many features: one more doubling takes eight times as long.
const WIDEST: usize = 400;
/// Fresh points behind the moments.
const POPULATION: usize = 10_000;

/// The widths for which theory is computed, rising.
pub(super) fn theory_widths(parameters: &Parameters) -> Vec<usize> {
    if parameters.runs(Axis::Model) {
        let widths = WIDTHS.iter().map(|&percent| hundredths(percent, parameters.n));
        widths.filter(|&width| width <= WIDEST).collect()
    } else if parameters.runs(Axis::Sample) {
        vec![parameters.n]
    } else {
        Vec::new()
    }
}

/// The shards of the theory, none where no axis needs it.
pub(super) fn moments(parameters: &Parameters) -> Vec<Shard> {
    let &Parameters { seed, target, features, .. } = parameters;
    let (widths, population) = (theory_widths(parameters), POPULATION);
    let layers = if widths.is_empty() { 0 } else { LAYERS.min(parameters.replicates) as u64 };
    (0..layers)
        .map(|replicate| {
            let widths = widths.clone();
            Shard::Moments(Moments { seed, replicate, target, features, widths, population })
        })
        .collect()
}
