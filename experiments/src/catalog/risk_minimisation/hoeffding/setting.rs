//! What an author may set, the rules, and the shards as values.

use serde::Deserialize;
use serde::Serialize;

use crate::parameters::Field;
use crate::parameters::Kind;

/// What an author may set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameters {
    /// Sample sizes.
    pub n: Vec<usize>,
    /// Dimension of the inputs.
    pub d: usize,
    /// `‖μ‖`: half the distance between the means of the two classes.
    pub mu: f64,
    /// Probability `δ` with which a bound may fail.
    pub delta: f64,
    /// Samples of each size for the rules that are fixed in advance.
    pub draws: usize,
    /// Samples of each size for the fitted rule.
    pub replicates: usize,
    /// Root seed.
    pub seed: u64,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            n: vec![20, 50, 100, 200, 400, 1000, 4000],
            d: 200,
            mu: 1.0,
            delta: 0.05,
            draws: 2000,
            replicates: 40,
            seed: 1,
        }
    }
}

impl crate::parameters::Parameters for Parameters {
    fn fields() -> Vec<Field> {
        vec![
            Field::new(
                "n",
                Kind::Integers { low: 5, high: 10_000, most: 12 },
                "sample sizes; a rule is fitted to samples of at most 1000 points",
            ),
            Field::new(
                "d",
                Kind::Integer { low: 10, high: 400 },
                "dimension of the inputs, and so the number of weights of the fitted rule",
            ),
            Field::new(
                "mu",
                Kind::Number { low: 0.2, high: 3.0 },
                "half the distance between the means of the two classes",
            ),
            Field::new(
                "delta",
                Kind::Number { low: 0.001, high: 0.2 },
                "probability with which a bound may fail",
            ),
            Field::new(
                "draws",
                Kind::Integer { low: 100, high: 10_000 },
                "samples of each size for the rules that are fixed in advance",
            ),
            Field::new(
                "replicates",
                Kind::Integer { low: 3, high: 200 },
                "samples of each size for the rule that is fitted to them",
            ),
            Field::seed(),
        ]
    }
}

/// Rules in the finite class. Rule `h` is `e₁ + (h/2) e_{h+1}`, so that each has a coordinate of
/// its own that tells it nothing.
pub const RULES: usize = 10;

/// The rule that stands for one rule fixed in advance: `e₁ + ½e₂`.
pub const ONE: usize = 1;

/// The weight of rule `h` on its own coordinate.
pub(super) fn tilt(rule: usize) -> f64 {
    rule as f64 / 2.0
}

/// Samples of a shard.
pub(super) const DRAWS: usize = 500;
/// Fits of a shard.
pub(super) const FITS: usize = 10;

/// No rule is fitted to a larger sample: there the fit is close to the best rule.
const LARGEST_FIT: usize = 1000;

/// The sample sizes to which a rule is fitted.
pub(super) fn fitted(parameters: &Parameters) -> impl Iterator<Item = usize> + '_ {
    parameters.n.iter().copied().filter(|&n| n <= LARGEST_FIT)
}

/// The sample size that numbers without an `n` in their name are about: the largest to which a rule
/// is fitted, or the smallest of all.
pub(super) fn shown(parameters: &Parameters) -> usize {
    let smallest = parameters.n.iter().copied().min().unwrap_or(LARGEST_FIT);
    fitted(parameters).max().unwrap_or(smallest)
}

/// Sample sizes around the dimension, where the fitted rule must escape the bound.
pub(super) fn around_dimension(parameters: &Parameters) -> impl Iterator<Item = usize> + '_ {
    let d = parameters.d;
    fitted(parameters).filter(move |&n| 2 * n >= d && n <= 2 * d)
}

/// A block of samples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "lowercase")]
pub enum Shard {
    /// Errors of the rules that are fixed in advance.
    Rules(Rules),
    /// Errors of the rule that is fitted.
    Fits(Fits),
}

/// Samples `first, first + 1, …` for the ten rules. The dimension does not enter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as in the parameters")]
pub struct Rules {
    pub seed: u64,
    pub n: usize,
    pub mu: f64,
    pub first: usize,
    pub count: usize,
}

/// Samples `first, first + 1, …` to which a rule is fitted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as in the parameters")]
pub struct Fits {
    pub seed: u64,
    pub n: usize,
    pub d: usize,
    pub mu: f64,
    pub first: usize,
    pub count: usize,
}

/// What a shard counted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "of", content = "samples", rename_all = "lowercase")]
pub enum Part {
    /// The errors of each rule, for each sample.
    Rules(Vec<[usize; RULES]>),
    /// One fitted rule for each sample.
    Fits(Vec<Fit>),
}

/// A rule that was fitted to a sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fit {
    /// Its risk.
    #[serde(with = "crate::number")]
    pub risk: f64,
    /// Its errors on the sample.
    pub errors: usize,
    /// Its errors on a second sample of that size.
    pub fresh: usize,
}

/// Of every sample size first the blocks for the rules, then, of those to which a rule is fitted,
/// the blocks for the fits.
pub(super) fn shards(parameters: &Parameters) -> Vec<Shard> {
    let &Parameters { seed, d, mu, draws, replicates, .. } = parameters;
    let rules = parameters.n.iter().flat_map(|&n| {
        blocks(draws, DRAWS)
            .map(move |(first, count)| Shard::Rules(Rules { seed, n, mu, first, count }))
    });
    let fits = fitted(parameters).flat_map(|n| {
        blocks(replicates, FITS)
            .map(move |(first, count)| Shard::Fits(Fits { seed, n, d, mu, first, count }))
    });
    rules.chain(fits).collect()
}

/// First index and length of blocks of at most `size`, so that all blocks but the last stay when
/// `total` grows.
pub(super) fn blocks(total: usize, size: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..total).step_by(size).map(move |first| (first, size.min(total - first)))
}
