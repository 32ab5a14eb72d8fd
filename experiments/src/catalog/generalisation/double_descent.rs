//! Three double descents: the test error peaks where a model just manages to fit its training set,
//! and falls again beyond, as a function of model size, of sample size and of training time.
//!
//! Model size: Belkin, Hsu, Ma and Mandal 2019, *Reconciling modern machine-learning practice and the
//! classical bias–variance trade-off*; Mei and Montanari 2022, *The generalization error of random
//! features regression: precise asymptotics and the double descent curve*. Sample size and training
//! time: Nakkiran et al. 2020, *Deep double descent: where bigger models and more data hurt*; Advani,
//! Saxe and Sompolinsky 2020, *High-dimensional dynamics of generalization error in neural networks*.
//! Training time in a linear model with two feature scales: Heckel and Yılmaz 2021, *Early stopping in
//! deep networks: double descent and how to eliminate it*; Pezeshki, Mitra, Bengio and Lajoie 2022,
//! *Multi-scale feature learning dynamics: insights for double descent*. Ridge against the peak:
//! Nakkiran, Venkat, Kakade and Ma 2021, *Optimal regularization can mitigate double descent*.
//!
//! # Setting
//!
//! Data: `x ~ N(0, I₁₀)`, `y = sin x₁ + cos x₂ + σε` with `ε ~ N(0, 1)` and `σ = 0.3`; the test set has
//! 1000 points with the same noise, so that no test error is expected below `σ²`.
//!
//! * **Model-wise.** `n = 100` points and `p` random features `φⱼ(x) = max(wⱼ·x + bⱼ, 0)/√p`, `wⱼ`
//!   uniform on the sphere, `bⱼ ~ U[−1, 1)`, nested: the first `p` columns of one matrix per replicate.
//!   `θ̂` is the solution of `min ‖Φθ − y‖²` of least norm. The widths are `p/n = 0.05, 0.1, …, 20`.
//!   Ridge arms minimise `‖Φθ − y‖²/n + λ‖θ‖²`, so that `θ̂ = (ΦᵀΦ + nλI)⁻¹Φᵀy`.
//! * **Sample-wise.** The same with `p = 100` features and more and more points, nested too. At
//!   `n = p` it is the very same regression as above.
//! * **Epoch-wise.** `y = x·θ* + σε` with `n = 100`, 70 features of scale 1 and 10 of scale `s = 0.03`,
//!   whose parts of `x·θ*` have standard deviation 3 and 1.5; gradient descent on the squared error
//!   from zero with step `η = 1/λ_max`, after `t` steps in closed form,
//!   `θ_t = V diag((1 − (1 − ηλ)ᵗ)/λ) VᵀXᵀy`. Its test error is the exact expectation
//!   `(θ_t − θ*)ᵀ Σ (θ_t − θ*) + σ²`, without a test set. The large features are fitted at once, with
//!   what the small ones explain as additional noise; that noise is overfitted; the small features
//!   come last and remove it.
//!
//! Theory for the first two is a deterministic equivalent in the second moments of the features (see
//! the file `theory.rs`), estimated on 10 000 fresh points for the features of four replicates; for the
//! third it is the exact risk of least squares, at which gradient descent ends.
//!
//! All linear algebra is in f64 on the host; no network is trained. A replicate draws everything anew.
//! There are 20 replicates of the first two, and 80 of the third, where a replicate costs nothing and
//! the peak rises 1.5-fold in expectation but varies by a third: with 20 its claim was undecided at 3
//! of 20 further seeds.
//!
//! # What naive versions get wrong
//!
//! * A mean over replicates at `|p − n| ≤ 1`: the risk has no finite expectation there (for Gaussian
//!   features it is `σ²p/(n − p − 1)`), and such a mean never settles. Here the curves and estimates
//!   over `p` and `n` are medians; means are taken of ridge and of gradient descent only.
//! * A trained network in place of random features. With early stopping or a rate that decays it never
//!   interpolates at small widths, and the curve is flat noise; and the width at which its parameters
//!   are as many as the points is a rule of thumb, whereas for random features the threshold is `p = n`.
//! * Normal equations in f32 or without a cutoff: the height of the peak is then that of the rounding.
//! * The band as an error of the line. Within a replicate all points of a curve share data and features,
//!   so the curves are smooth though their heights differ; the band is the spread of replicates.
//! * Noise as the cause. Without noise the peak is still there: what the features cannot represent
//!   acts as noise.

mod claims;
mod looks;
mod measure;
pub mod setting;
mod summary;
mod theory;

use burn::tensor::Device;

use self::setting::Axis;
use self::setting::Parameters;
use self::setting::Part;
use self::setting::Shard;
use crate::claim::Claim;
use crate::exhibit::Exhibit;
use crate::experiment::Cost;
use crate::experiment::Experiment;
use crate::experiment::Place;
use crate::figure::Figure;
use crate::record::Record;

/// Test error against model size, sample size and training time.
pub struct DoubleDescent;

impl Experiment for DoubleDescent {
    const ID: &'static str = "adl-double-descent";
    const PRECISION: &'static str = "f64 on the host";
    const PLACE: Place = Place::Host;

    type Parameters = Parameters;
    type Shard = Shard;
    type Part = Part;

    /// Five replicates on the full grid: quick enough, and the full run begins with these shards.
    fn draft(parameters: Parameters) -> Parameters {
        Parameters { replicates: parameters.replicates.min(5), ..parameters }
    }

    fn cost(parameters: &Parameters) -> Cost {
        // Measured at n = 100 on one core; from there to 400 it takes at most (n/100)³ times as long.
        let scale = parameters.n as f64 / 100.0;
        let one = |axis| match axis {
            Axis::Model => 0.025,
            Axis::Sample => 0.016,
            Axis::Epoch | Axis::All => 0.001,
        };
        let all = |arm: &setting::Arm| one(arm.axis) * arm.replicates(parameters) as f64;
        Cost {
            // The moments are those of at most 400 features, whatever n is.
            seconds: setting::arms(parameters).iter().map(all).sum::<f64>() * scale.powi(3)
                + 0.8 * setting::moments(parameters).len() as f64,
            // Features of 1000 points, of n training points with three copies, and 400² moments.
            megabytes: 26.0 + 16.0 * scale + 6.5 * scale.powi(2),
        }
    }

    fn shards(parameters: &Parameters) -> Vec<Shard> {
        setting::arms(parameters)
            .into_iter()
            .flat_map(|arm| {
                (0..arm.replicates(parameters) as u64)
                    .map(move |replicate| setting::shard(parameters, arm, replicate))
            })
            .chain(setting::moments(parameters))
            .collect()
    }

    fn run(shard: &Shard, _: &Device) -> Part {
        match shard {
            Shard::Sizes(sizes) => measure::sizes(Self::ID, sizes),
            Shard::Steps(steps) => measure::steps(Self::ID, steps),
            Shard::Moments(moments) => measure::moments(Self::ID, moments),
        }
    }

    fn merge(parameters: &Parameters, parts: Vec<Part>) -> Record {
        summary::record(parameters, &parts)
    }
}

impl Exhibit for DoubleDescent {
    const TITLE: &'static str = "Three double descents";

    fn figures(parameters: &Parameters, record: &Record) -> Vec<Figure> {
        looks::figures(parameters, record)
    }

    fn claims(parameters: &Parameters, record: &Record) -> Vec<Claim> {
        claims::claims(parameters, record)
    }
}
