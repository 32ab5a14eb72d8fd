//! The loss of a trained model over the distribution is the sum of four terms, exactly: what it does
//! better on its sample than on fresh data, what training left undone, what the sample got wrong about
//! the best parameters, and what even these cannot represent.
//!
//! Approximation against estimation error: Vapnik 1998, *Statistical learning theory*; Shalev-Shwartz and
//! Ben-David 2014, *Understanding machine learning*, section 5.2. With an optimisation error besides:
//! Bottou and Bousquet 2008, *The tradeoffs of large scale learning*, where the empirical minimum stands
//! in the place that the best parameters have here.
//!
//! # Setting
//!
//! The distribution `D` is finite, so that a loss over it is a sum: a pool of `N = 20 000` points, each
//! equally likely, with `x ~ N(0, I₁₀)` and `y = sin x₁ + cos x₂ + σε`, `ε ~ N(0, 1)`, `σ = 0.3`. The model
//! is linear in a constant and `p` random features `φⱼ(x) = max(wⱼ·x + bⱼ, 0)/√p`, `wⱼ ~ N(0, I/10)`,
//! `bⱼ ~ U[−1, 1)`, nested. The loss is the squared error. With
//!
//! * `θ*` the least-squares solution on the whole pool,
//! * `D̂` the empirical distribution of `n` points drawn from the pool with replacement,
//! * `θ̂` the parameters after `t` steps of gradient descent on `D̂` from zero, step `1/λ_max`, in closed
//!   form,
//!
//! it is an identity that
//!
//! ```text
//! L_D(θ̂) = L_D(θ̂) − L_D̂(θ̂)     generalisation
//!        + L_D̂(θ̂) − L_D̂(θ*)     optimisation
//!        + L_D̂(θ*) − L_D(θ*)     statistical
//!        + L_D(θ*)               approximation.
//! ```
//!
//! `p`, `n` and `t` are varied one at a time. A replicate draws pool, features and sample anew; its fits
//! share them, and a larger sample begins with the smaller one. The losses over the pool that enter the
//! terms are from its second moments; the total is computed once more as the mean over its points.
//!
//! The statistical term needs no training. Its mean square is exactly `Var_D(ℓ(θ*))/n`; it is estimated
//! from 200 samples of each size in each replicate, ten thousand in all, independent between sizes.
//!
//! # What naive versions get wrong
//!
//! * A test set in place of the distribution, and a long training run in place of `θ*`: then the terms
//!   have errors of their own, larger than the statistical term is.
//! * The optimisation term as a distance to the empirical minimum, which is never negative. Here it is
//!   measured against `θ*`, so that it is below zero once the sample is fitted better than `θ*` fits it.
//! * A slope of the statistical term over `n` from one sample a size: with ten replicates and a window of
//!   ±0.15 around −1/2 that holds in three of four runs.
//! * Samples that overlap between sizes, taken as independent for a claim over sizes.

mod bounds;
mod claims;
mod looks;
mod measure;
pub mod setting;
mod summary;

use burn::tensor::Device;

use self::setting::Parameters;
use self::setting::Part;
use self::setting::Shard;
use crate::bound::Bound;
use crate::claim::Claim;
use crate::exhibit::Exhibit;
use crate::experiment::Cost;
use crate::experiment::Experiment;
use crate::experiment::Place;
use crate::figure::Figure;
use crate::record::Record;

/// Generalisation, optimisation, statistical and approximation error against `p`, `n` and `t`.
pub struct ErrorDecomposition;

impl Experiment for ErrorDecomposition {
    const ID: &'static str = "adl-error-decomposition";
    const PRECISION: &'static str = "f64 on the host";
    const PLACE: Place = Place::Host;

    type Parameters = Parameters;
    type Shard = Shard;
    type Part = Part;

    /// Three replicates: quick enough, and the full run begins with these shards.
    fn draft(parameters: Parameters) -> Parameters {
        Parameters { replicates: parameters.replicates.min(3), ..parameters }
    }

    fn cost(parameters: &Parameters) -> Cost {
        // The moments of the pool take most of it, whatever is set. Measured on one core.
        Cost { seconds: 0.5 * parameters.replicates as f64, megabytes: 120.0 }
    }

    fn shards(parameters: &Parameters) -> Vec<Shard> {
        (0..parameters.replicates as u64)
            .map(|replicate| setting::shard(parameters, replicate))
            .collect()
    }

    fn run(shard: &Shard, _: &Device) -> Part {
        measure::replicate(Self::ID, shard)
    }

    fn merge(parameters: &Parameters, parts: Vec<Part>) -> Record {
        summary::record(parameters, &parts)
    }
}

impl Exhibit for ErrorDecomposition {
    const TITLE: &'static str = "Four errors that add up";
    const BOUNDS: &'static [&'static str] = bounds::IDS;

    fn figures(parameters: &Parameters, record: &Record) -> Vec<Figure> {
        looks::figures(parameters, record)
    }

    fn claims(parameters: &Parameters, record: &Record) -> Vec<Claim> {
        claims::claims(parameters, record)
    }

    fn bounds(parameters: &Parameters, record: &Record) -> Vec<Bound> {
        bounds::bounds(parameters, record)
    }
}
