//! Linear regression on isotropic Gaussian features against its exact risk: where double descent is a
//! theorem, for every number of points and features.
//!
//! Least squares below the threshold: Breiman and Freedman 1983, *How many variables should be entered
//! in a regression equation?* The minimum norm beyond it: Belkin, Hsu and Xu 2020, *Two models of
//! double descent for weak features*. The limit for `p/n → γ`, and that of ridge: Hastie, Montanari,
//! Rosset and Tibshirani 2022, *Surprises in high-dimensional ridgeless least squares interpolation*;
//! Dobriban and Wager 2018, *High-dimensional asymptotics of prediction: ridge regression and
//! classification*. Optimal ridge against the peak: Nakkiran, Venkat, Kakade and Ma 2021, *Optimal
//! regularization can mitigate double descent*.
//!
//! # Setting
//!
//! `y = Xβ + σε` with `n = 100` points, rows of `X` independent `N(0, I_p)`, `ε ~ N(0, I_n)`,
//! `‖β‖ = r = 1`, `σ = 0.5` and `p/n` from 0.1 to 10. The excess risk on fresh data is `‖β̂ − β‖²`
//! exactly, without a test set. Two estimators: the solution of least norm, `X⁺y`, and ridge,
//! `argmin ‖Xb − y‖²/n + λ‖b‖²`, with the penalty `λ* = σ²(p/n)/r²`. That one is optimal at every `n`
//! and `p` and for every `X` on average over the direction of `β`, where it is the posterior mean under
//! a Gaussian prior; and the features, being isotropic, make every `β` an average one.
//!
//! Three numbers are kept of every fit: its risk `‖β̂ − β‖²`, and the two parts into which that falls
//! on average over the noise, given the features,
//!
//! ```text
//! bias² = ‖E_ε β̂ − β‖²,    variance = E_ε‖β̂ − E_ε β̂‖² = σ² Σ sᵢ²/(sᵢ² + nλ)².
//! ```
//!
//! Both are exact for the features that were drawn, so that their sum is the risk without the scatter
//! of the noise: its standard error is a third to a tenth as large, which the claims about
//! differences of a few percent need.
//!
//! All penalties see the same data. Within a replicate the features are nested: `p` of them are the
//! first columns of one matrix. All linear algebra is in f64 on the host.
//!
//! # What naive versions get wrong
//!
//! * A mean with Student's interval at `|p − n| ≤ 3`, where the risk has no finite variance (and at
//!   `|p − n| ≤ 1` no finite mean). Medians are shown there, and no claim compares them with a mean.
//! * The limit in place of the exact risk: at `p = 0.9n` with `n = 100` it is a tenth too small.
//! * A test set, whose error would have to be told from that of the formula.
//! * "Optimal" ridge with the penalty that did best on the same draws: its risk is biased downwards.
//!   Here `λ*` is a formula.
//! * Penalties compared as independent runs: paired, the differences are many standard errors.

mod bounds;
mod claims;
pub mod formulas;
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
use crate::exhibit::Sweep;
use crate::experiment::Cost;
use crate::experiment::Experiment;
use crate::experiment::Place;
use crate::figure::Figure;
use crate::record::Record;

/// Risk of linear regression against the number of features, measured and exact.
pub struct DoubleDescentTheory;

impl Experiment for DoubleDescentTheory {
    const ID: &'static str = "adl-double-descent-theory";
    const PRECISION: &'static str = "f64 on the host";
    const PLACE: Place = Place::Host;

    type Parameters = Parameters;
    type Shard = Shard;
    type Part = Part;

    /// One block of replicates: the full run begins with these shards.
    fn draft(parameters: Parameters) -> Parameters {
        Parameters { replicates: parameters.replicates.min(setting::BLOCK), ..parameters }
    }

    fn cost(parameters: &Parameters) -> Cost {
        let n = parameters.n as f64;
        let one = |p: f64| {
            let small = n.min(p);
            // Measured on one core: drawing and Gram matrix, and the eigendecomposition.
            1e-8 * n * p + 5e-10 * n * p * small + 1.2e-9 * small.powi(3)
        };
        let widths: Vec<f64> = setting::grid(parameters).iter().map(|at| at.p as f64).collect();
        let widest = widths.iter().copied().fold(0.0, f64::max);
        Cost {
            seconds: parameters.replicates as f64 * widths.into_iter().map(one).sum::<f64>(),
            // The features, their transpose, and a few Gram matrices.
            megabytes: 10.0 + 8e-6 * (3.0 * n * widest + 4.0 * n.min(widest).powi(2)),
        }
    }

    fn shards(parameters: &Parameters) -> Vec<Shard> {
        setting::shards(parameters)
    }

    fn run(shard: &Shard, _: &Device) -> Part {
        measure::part(Self::ID, shard)
    }

    fn merge(parameters: &Parameters, parts: Vec<Part>) -> Record {
        summary::record(parameters, &parts)
    }
}

impl Exhibit for DoubleDescentTheory {
    const TITLE: &'static str = "Ridgeless regression against the exact formula";
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

    fn sweeps() -> Vec<Sweep> {
        vec![
            Sweep::new("sigma", [0.0, 0.1, 0.25, 0.5, 1.0, 2.0]),
            Sweep::new("n", [40, 60, 100, 150]),
        ]
    }
}
