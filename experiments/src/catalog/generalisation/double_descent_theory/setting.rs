//! What an author may set, the grid, and the shards as values.
//!
//! Its own file, so that the measurement does not lead to the exhibit.

use serde::Deserialize;
use serde::Serialize;

use crate::parameters::Field;
use crate::parameters::Kind;

/// What an author may set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameters {
    /// Training points.
    pub n: usize,
    /// Norm `r` of the coefficients.
    pub r: f64,
    /// Standard deviation `σ` of the noise.
    pub sigma: f64,
    /// Numbers of features over the number of points, `γ = p/n`.
    pub gammas: Vec<f64>,
    /// Penalty of the ridge estimator in units of `λ*`.
    pub penalty: f64,
    /// Independent repetitions.
    pub replicates: usize,
    /// Root seed.
    pub seed: u64,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            n: 100,
            r: 1.0,
            sigma: 0.5,
            gammas: vec![
                0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.5, 2.0, 3.0, 5.0,
                10.0,
            ],
            penalty: 1.0,
            replicates: 200,
            seed: 1,
        }
    }
}

impl crate::parameters::Parameters for Parameters {
    fn fields() -> Vec<Field> {
        vec![
            Field::new("n", Kind::Integer { low: 40, high: 300 }, "training points"),
            Field::new("r", Kind::Number { low: 0.2, high: 3.0 }, "norm of the coefficients"),
            Field::new(
                "sigma",
                Kind::Number { low: 0.0, high: 2.0 },
                "standard deviation of the noise on every target",
            ),
            Field::new(
                "gammas",
                Kind::Numbers { low: 0.05, high: 10.0, most: 24 },
                "numbers of features as multiples of n, in any order; equal numbers of features count once",
            ),
            Field::new(
                "penalty",
                Kind::Number { low: 0.0, high: 10.0 },
                "penalty of the ridge estimator that the claims are about, in units of the optimal one; 0 is the minimum norm",
            ),
            Field::new(
                "replicates",
                Kind::Integer { low: 3, high: 200 },
                "independent repetitions, each with its own features, coefficients and noise",
            ),
            Field::seed(),
        ]
    }
}

/// One place on the grid.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place {
    /// Features.
    pub(super) p: usize,
    /// `p/n`.
    pub(super) gamma: f64,
    /// What its estimates are called by: the `γ` that was asked for, `gamma_0_5`.
    pub(super) name: String,
}

/// The grid with rising `p`, each once.
pub(super) fn grid(parameters: &Parameters) -> Vec<Place> {
    let n = parameters.n as f64;
    let mut places: Vec<Place> = parameters
        .gammas
        .iter()
        .map(|&gamma| {
            let p = libm::round(gamma * n).max(1.0);
            let name = format!("gamma_{}", gamma.to_string().replace('.', "_"));
            Place { p: p as usize, gamma: p / n, name }
        })
        .collect();
    // Stable: of two names for one number of features the one that was given first stays.
    places.sort_by_key(|place| place.p);
    places.dedup_by_key(|place| place.p);
    places
}

/// So near to the threshold, `|p − n| ≤ 3`, the risk has no finite variance, and means say nothing.
pub(super) const WILD: usize = 3;

/// Penalties beside the two of the estimators, in units of `λ*`: from 1/16 to 16.
pub(super) fn multiples() -> Vec<f64> {
    (-8..=8).map(|step| libm::pow(2.0, f64::from(step) / 2.0)).collect()
}

/// Place of the least norm in the penalties of a shard, and in the lists of its part.
pub(super) const LEAST_NORM: usize = 0;
/// Place of the ridge estimator; the [`multiples`] follow.
pub(super) const RIDGE: usize = 1;
/// Place of the first multiple.
pub(super) const MULTIPLES: usize = 2;

/// Replicates of one shard.
pub(super) const BLOCK: usize = 25;

/// Some replicates at one place on the grid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as in the parameters")]
pub struct Shard {
    pub seed: u64,
    /// The first replicate.
    pub first: usize,
    /// How many.
    pub replicates: usize,
    pub n: usize,
    pub p: usize,
    pub r: f64,
    pub sigma: f64,
    /// What is added to the eigenvalues of the Gram matrix: `nλ` for each `λ`.
    pub penalties: Vec<f64>,
}

/// What came out, `[penalty][replicate]`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// `‖β̂ − β‖²`.
    #[serde(with = "crate::number::rows")]
    pub risk: Vec<Vec<f64>>,
    /// The squared bias given the features.
    #[serde(with = "crate::number::rows")]
    pub bias: Vec<Vec<f64>>,
    /// The variance over the noise given the features.
    #[serde(with = "crate::number::rows")]
    pub variance: Vec<Vec<f64>>,
}

/// Place by place, each in blocks of replicates.
pub(super) fn shards(parameters: &Parameters) -> Vec<Shard> {
    let &Parameters { n, r, sigma, penalty, replicates, seed, .. } = parameters;
    let shard = |p: usize, first: usize| {
        // nλ* = σ²p/r².
        let best = sigma * sigma * p as f64 / (r * r);
        let penalties =
            [0.0, penalty].into_iter().chain(multiples()).map(|times| times * best).collect();
        let replicates = BLOCK.min(replicates - first);
        Shard { seed, first, replicates, n, p, r, sigma, penalties }
    };
    grid(parameters)
        .iter()
        .flat_map(|place| (0..replicates).step_by(BLOCK).map(|first| shard(place.p, first)))
        .collect()
}

/// How many shards a place on the grid has.
pub(super) fn blocks(parameters: &Parameters) -> usize {
    parameters.replicates.div_ceil(BLOCK)
}
