//! When the bound on the statistical error is true and when it is not: Hoeffding's inequality for a
//! rule that was fixed before the sample was drawn, for a finite class of such rules, and for a
//! rule that was fitted to the sample.
//!
//! The inequality: Hoeffding 1963, *Probability inequalities for sums of bounded random variables*.
//! That a rule chosen by the sample needs a bound that holds for all rules at once: Vapnik and
//! Chervonenkis 1971, *On the uniform convergence of relative frequencies of events to their
//! probabilities*.
//!
//! # Setting
//!
//! Data: `Y = ±1` with probability ½ each and `X = Yμ + N(0, I_d)`, `d = 200`, `μ = e₁`. A linear
//! rule `w` predicts the sign of `wᵀX`, and its loss is 1 if that is wrong and 0 if it is right.
//! `wᵀX` is wrong where `wᵀ(YX) ≤ 0`, and `YX ~ N(μ, I_d)`, so that the risk is known:
//!
//! ```text
//! L(w) = Φ(−wᵀμ/‖w‖).
//! ```
//!
//! The labels need not be drawn. Only `Z = YX` enters, in the errors and in least squares too,
//! since `‖Xw − Y‖ = ‖Zw − 1‖` for labels `±1`. The gap is `|L̂(w) − L(w)|` with `L̂` the share of
//! errors in the sample. Two bounds hold for one rule that does not depend on the sample, each with
//! probability at least `1 − δ`: `√(ln(2/δ)/(2n))`, for a loss in `[0, 1]`, and twice as much, for
//! one of which only `|ℓ| ≤ 1` is used. They are called sharp and loose here.
//!
//! * **One rule**, `w = e₁ + ½e₂`, on 2000 samples of each size.
//! * **Ten rules** `e₁ + (h/2) e_{h+1}`, `h = 0, …, 9`, on the same samples: the largest of their
//!   gaps, and the gap of the rule with the fewest errors. The first rule is the best there is, the
//!   second the one above. The bound for all ten at once is the sharp one with `δ/10`.
//! * **A fitted rule**: least squares of minimum norm on the labels, 40 samples of each size up to
//!   1000. Its gap on the sample, and for comparison on a second sample of as many points.
//!
//! Ten rules see the first ten coordinates of a point only, which are independent of the others, so
//! no more than these are drawn. A second sample enters through the margins `wᵀZ/‖w‖` of its
//! points, which are independent `N(wᵀμ/‖w‖, 1)` given `w`. Both are the same distribution as that
//! of whole samples. The number of errors of one rule is binomial; it is counted on samples and not
//! drawn from that distribution, so that the exact probabilities that stand beside it are put to a
//! test. Samples of different size are independent.
//!
//! # What naive versions get wrong
//!
//! * A test set in place of the risk. Its own statistical error is of the size of what is measured.
//! * "With probability `1 − δ` for all `n`". The bound holds at each `n`; over many `n` the
//!   failures add up.
//! * The observed share of violations as the check. None in 2000 samples says at most that the
//!   probability is below 0.002, so the claims are decided on the upper end of its interval.
//! * A failure of the bound as a failure of the theorem. The fitted rule depends on the sample,
//!   which the theorem excludes; and at small `n` its gap is below the loose bound only because
//!   that bound allows nearly anything.

mod bounds;
mod claims;
mod looks;
mod measure;
pub mod setting;
mod summary;
mod theory;

use burn::tensor::Device;

use self::setting::Parameters;
use self::setting::Part;
use self::setting::Shard;
use crate::bound::Bound;
use crate::claim::Claim;
use crate::exhibit::Exhibit;
use crate::exhibit::Sweep;
use crate::experiment::Cost;
use crate::experiment::Experiment;
use crate::experiment::Place;
use crate::figure::Figure;
use crate::record::Record;

/// The gap between empirical risk and risk, for rules that do and that do not depend on the sample.
pub struct Hoeffding;

impl Experiment for Hoeffding {
    const ID: &'static str = "adl-hoeffding";
    const PRECISION: &'static str = "f64 on the host";
    const PLACE: Place = Place::Host;

    type Parameters = Parameters;
    type Shard = Shard;
    type Part = Part;

    /// The first blocks of the full run.
    fn draft(parameters: Parameters) -> Parameters {
        Parameters {
            draws: parameters.draws.min(setting::DRAWS),
            replicates: parameters.replicates.min(setting::FITS),
            ..parameters
        }
    }

    fn cost(parameters: &Parameters) -> Cost {
        let points: usize = parameters.n.iter().sum();
        let largest = parameters.n.iter().max().copied().unwrap_or(0) as f64;
        let (d, draws) = (parameters.d as f64, parameters.draws as f64);
        // Measured on one core: 8 ns for a normal number; for least squares 1 ns times the cube of
        // the size of the smaller Gram matrix for its eigenvalues, and its product beside that.
        let fit = |n: usize| {
            let (n, small) = (n as f64, d.min(n as f64));
            8e-9 * n * d + 1e-9 * small.powi(3) + 1e-10 * n * d * small
        };
        let fits: f64 = setting::fitted(parameters).map(fit).sum();
        Cost {
            seconds: 8e-9 * points as f64 * setting::RULES as f64 * draws
                + fits * parameters.replicates as f64,
            // One sample of ten coordinates; a design with its transposed copy and three Gram
            // matrices.
            megabytes: 8e-6 * (setting::RULES as f64 * largest + 3.0 * 1000.0 * d + 3.0 * d * d),
        }
    }

    fn shards(parameters: &Parameters) -> Vec<Shard> {
        setting::shards(parameters)
    }

    fn run(shard: &Shard, _: &Device) -> Part {
        match shard {
            Shard::Rules(rules) => Part::Rules(measure::rules(Self::ID, rules)),
            Shard::Fits(fits) => Part::Fits(measure::fits(Self::ID, fits)),
        }
    }

    fn merge(parameters: &Parameters, parts: Vec<Part>) -> Record {
        summary::record(parameters, &parts)
    }
}

impl Exhibit for Hoeffding {
    const TITLE: &'static str = "When the bound on the statistical error holds";
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

    /// No sample depends on `δ`, so its values share all shards.
    fn sweeps() -> Vec<Sweep> {
        vec![
            Sweep::new("delta", [0.2, 0.1, 0.05, 0.01, 0.001]),
            Sweep::new("d", [50, 100, 200, 400]),
        ]
    }
}
