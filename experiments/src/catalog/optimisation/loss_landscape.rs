//! Looking at a loss landscape: what a two-dimensional slice shows, and what it hides.
//!
//! Shown by Goodfellow, Vinyals and Saxe (2015, *Qualitatively characterizing neural network
//! optimization problems*), who plotted the loss on lines, and by Li, Xu, Taylor, Studer and Goldstein
//! (2018, *Visualizing the loss landscape of neural nets*), who plotted it on planes whose random
//! directions are rescaled filter by filter.
//!
//! **Setting.** `n = 1000` examples, `x ~ N(0, I₅)`, `y = sin(Σⱼ xⱼ)`; a network 5-20-1 with the
//! framework's default initialisation, mean squared error `L`, Adam with rate 10⁻², batches of 100,
//! 100 epochs, to parameters `θ`. Through `θ` three planes `L(θ + a d₁ + b d₂)`:
//!
//! * random: Gaussian `d`, each filter (the weights into a unit and its bias) rescaled to the norm of
//!   that filter of `θ`, so that `‖d‖ = ‖θ‖`;
//! * eigen: the eigenvectors of the two largest eigenvalues `λ₁ ≥ λ₂` of the Hessian `H`, rescaled to
//!   `‖θ‖`, so that all steps have one measure;
//! * trajectory: the first two principal components of the path of training about its end.
//!
//! The curvature along `d` is `dᵀHd/‖d‖²`. In expectation it is `tr H / P` for a direction that is
//! uniform on the sphere, and `Σ_f (‖θ_f‖²/P_f) tr H_ff / Σ_f ‖θ_f‖²` for a filter-normalised one.
//! Both are averages over the spectrum. Few of the `P = 141` eigenvalues are large, and so neither is
//! anywhere near `λ₁`: a slice along random directions looks flat whatever the steepest direction is.
//!
//! **What naive versions get wrong.** A grid with an even number of nodes has none at `θ`, and the
//! least loss that it shows is that of a neighbour, up to three times the trained loss. "Filter"
//! normalisation that rescales whole tensors is another normalisation. A picture along random
//! directions is read as if it showed the sharpest one. Curvatures along axes of different
//! lengths are compared by eye.
//!
//! **What ran where.** The networks are trained, and all surfaces and cuts evaluated, on burn's device
//! in single precision; the Hessian, its spectrum and the second differences are f64 on the host.

use burn::tensor::Device;
use serde::Deserialize;
use serde::Serialize;

use crate::claim::Claim;
use crate::claim::Threshold;
use crate::exhibit::Exhibit;
use crate::experiment::Cost;
use crate::experiment::Experiment;
use crate::experiment::Place;
use crate::figure::Figure;
use crate::lab::landscape::Normalise;
use crate::lab::network::Activation;
use crate::lab::statistics;
use crate::parameters::Field;
use crate::parameters::Kind;
use crate::parameters::Parameters;
use crate::record::Grid;
use crate::record::Record;
use crate::record::Table;

mod figures;
mod task;

/// Looking at a loss landscape.
pub struct LossLandscape;

/// What an author may set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Nodes along each axis of a surface.
    pub resolution: usize,
    /// Reach of the random and the eigen plane to each side, in lengths of the directions.
    pub range: f64,
    /// What random directions are rescaled to.
    pub normalise: Normalise,
    /// Which planes are shown.
    pub directions: Planes,
    /// What spans the eigen plane.
    pub axes: Axes,
    /// Hidden units.
    pub width: usize,
    /// Activation of the hidden units.
    pub activation: Activation,
    /// Independent repetitions.
    pub replicates: usize,
    /// Root seed.
    pub seed: u64,
}

/// Which planes are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "named like the planes")]
pub enum Planes {
    Random,
    Eigen,
    Pca,
    All,
}

/// What spans the eigen plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Axes {
    /// The eigenvectors of the two largest eigenvalues.
    Eigen,
    /// Two random directions in their place: the ablation.
    Random,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            resolution: 41,
            range: 1.0,
            normalise: Normalise::Filter,
            directions: Planes::All,
            axes: Axes::Eigen,
            width: 20,
            activation: Activation::Relu,
            replicates: 5,
            seed: 1,
        }
    }
}

impl Parameters for Settings {
    fn fields() -> Vec<Field> {
        vec![
            Field::new(
                "resolution",
                Kind::Odd { low: 11, high: 101 },
                "nodes along each axis of a surface; odd, so that one is at the network",
            ),
            Field::new(
                "range",
                Kind::Number { low: 0.05, high: 2.0 },
                "reach of the random and the eigen plane to each side, in lengths of the directions",
            ),
            Field::new(
                "normalise",
                Kind::Choice(&["filter", "layer", "none"]),
                "what random directions are rescaled to: filters, whole tensors or nothing",
            ),
            Field::new(
                "directions",
                Kind::Choice(&["random", "eigen", "pca", "all"]),
                "which planes are shown; what is measured does not depend on it",
            ),
            Field::new(
                "axes",
                Kind::Choice(&["eigen", "random"]),
                "what spans the eigen plane; random is the ablation that its claim must not survive",
            ),
            Field::new("width", Kind::Integer { low: 5, high: 200 }, "hidden units"),
            Field::new("activation", Kind::Choice(&["relu", "tanh"]), "activation of the units"),
            Field::replicates(),
            Field::seed(),
        ]
    }
}

/// One replicate: its own data, initialisation, batches and directions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shard {
    seed: u64,
    replicate: u64,
    resolution: usize,
    range: f64,
    normalise: Normalise,
    axes: Axes,
    width: usize,
    activation: Activation,
    /// The planes to keep as pictures: of the first replicate only.
    pictures: Option<Planes>,
}

/// What one replicate leaves. All numbers are finite: a step of Adam is bounded, and so are the
/// parameters.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    initial_loss: f64,
    /// Loss of the trained network, f64 on the host.
    trained_loss: f64,
    /// Loss at the middle node of the random plane.
    centre: f64,
    /// Lowest loss on the random plane, and where.
    lowest: f64,
    lowest_at: [f64; 2],
    /// Lowest loss on a grid of 20 by 20 nodes over ±0.5, which has no node at the network.
    lowest_even: f64,
    /// First, second and last eigenvalue.
    eigenvalues: [f64; 3],
    /// Expected curvature along an isotropic, and along a normalised, random direction.
    expected: [f64; 2],
    /// Mean curvature along many such directions.
    averages: [f64; 2],
    /// First decile, median and last decile of the curvature along many normalised directions.
    deciles: [f64; 3],
    /// Curvature along the axes of the random, eigen and trajectory planes, from the Hessian.
    along: [[f64; 2]; 3],
    /// Curvature along the first axis of the eigen plane, read off the surface.
    read: f64,
    /// Share of the path along the axes of the trajectory plane.
    shares: [f64; 2],
    pictures: Option<Pictures>,
}

/// The surfaces and cuts of one replicate.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Pictures {
    random: Option<Grid>,
    eigen: Option<Grid>,
    trajectory: Option<Grid>,
    path: Table,
    cuts: Table,
}

impl Experiment for LossLandscape {
    const ID: &'static str = "adl-loss-landscape";
    const PRECISION: &'static str =
        "networks and surfaces in f32 on the device, curvature in f64 on the host";
    const PLACE: Place = Place::Both;

    type Parameters = Settings;
    type Shard = Shard;
    type Part = Part;

    fn draft(parameters: Settings) -> Settings {
        Settings {
            replicates: parameters.replicates.min(3),
            resolution: parameters.resolution.min(11),
            ..parameters
        }
    }

    /// Fitted to measured processor times: 0.3 s a replicate at the defaults, of which 0.1 s are
    /// training, 0.1 s surfaces and the rest the Hessian; 12 s and 163 MB at width 200.
    fn cost(parameters: &Settings) -> Cost {
        let nodes = (parameters.resolution * parameters.resolution) as f64;
        let scale = parameters.width as f64 / 20.0;
        let evaluation = scale
            * match parameters.activation {
                // burn's flex takes 30 to 50 ns for each of a thousand examples times width.
                Activation::Tanh => 8e-4,
                _ => 3e-5,
            };
        let training = 0.05 + 1000.0 * evaluation;
        let curvature = 0.08 * scale.powi(2) + 0.004 * scale.powi(3);
        let each = training + (2.0 * nodes + 400.0) * evaluation + curvature;
        let pictures = 2.0 * nodes * evaluation;
        Cost {
            seconds: parameters.replicates as f64 * each + pictures,
            megabytes: 20.0 + 8.0 * scale + 0.8 * scale.powi(2),
        }
    }

    fn shards(parameters: &Settings) -> Vec<Shard> {
        (0..parameters.replicates as u64)
            .map(|replicate| Shard {
                seed: parameters.seed,
                replicate,
                resolution: parameters.resolution,
                range: parameters.range,
                normalise: parameters.normalise,
                axes: parameters.axes,
                width: parameters.width,
                activation: parameters.activation,
                pictures: (replicate == 0).then_some(parameters.directions),
            })
            .collect()
    }

    fn run(shard: &Shard, device: &Device) -> Part {
        let task = task::Task::new(shard, device);
        let path = task.train(shard);
        task.look(shard, &path)
    }

    fn merge(_: &Settings, parts: Vec<Part>) -> Record {
        let replicates = parts.len();
        let each = |number: &dyn Fn(&Part) -> f64| parts.iter().map(number).collect::<Vec<f64>>();
        let mean = |number: &dyn Fn(&Part) -> f64| statistics::mean(&each(number));
        let median = |number: &dyn Fn(&Part) -> f64| statistics::median(&each(number));
        let count = |did: &dyn Fn(&Part) -> bool| {
            statistics::exact(parts.iter().filter(|part| did(part)).count() as f64, replicates)
        };
        let estimates = [
            ("initial-loss", mean(&|part| part.initial_loss)),
            ("trained-loss", median(&|part| part.trained_loss)),
            ("centre-is-trained-loss", count(&Part::centre_is_trained_loss)),
            ("centre-is-lowest", count(&|part| part.centre <= part.lowest * 1.01)),
            ("even-grid-excess", median(&|part| part.lowest_even / part.trained_loss)),
            ("top-eigenvalue", mean(&|part| part.eigenvalues[0])),
            ("second-eigenvalue", mean(&|part| part.eigenvalues[1])),
            ("least-eigenvalue", mean(&|part| part.eigenvalues[2])),
            ("isotropic-curvature", mean(&|part| part.expected[0])),
            ("normalised-curvature", mean(&|part| part.expected[1])),
            ("isotropic-agreement", mean(&|part| part.averages[0] / part.expected[0])),
            ("normalised-agreement", mean(&|part| part.averages[1] / part.expected[1])),
            ("averages-share", mean(&|part| part.of_top(part.expected[0].max(part.expected[1])))),
            ("random-curvature-1", mean(&|part| part.along[0][0])),
            ("random-curvature-2", mean(&|part| part.along[0][1])),
            ("random-share", mean(&|part| part.of_top(part.along[0][0].max(part.along[0][1])))),
            ("eigen-curvature-1", mean(&|part| part.along[1][0])),
            ("eigen-curvature-2", mean(&|part| part.along[1][1])),
            ("eigen-share", mean(&|part| part.of_top(part.read))),
            ("trajectory-curvature-1", mean(&|part| part.along[2][0])),
            ("trajectory-curvature-2", mean(&|part| part.along[2][1])),
            ("trajectory-variance-1", mean(&|part| part.shares[0])),
            ("trajectory-variance-2", mean(&|part| part.shares[1])),
        ];
        let columns = [
            ("replicate", (1..=replicates).map(|replicate| replicate as f64).collect()),
            ("trained-loss", task::rounded(&each(&|part| part.trained_loss))),
            ("lowest-loss", task::rounded(&each(&|part| part.lowest))),
            ("lowest-at-1", task::rounded(&each(&|part| part.lowest_at[0]))),
            ("lowest-at-2", task::rounded(&each(&|part| part.lowest_at[1]))),
            ("top-eigenvalue", task::rounded(&each(&|part| part.eigenvalues[0]))),
            ("second-eigenvalue", task::rounded(&each(&|part| part.eigenvalues[1]))),
            ("least-eigenvalue", task::rounded(&each(&|part| part.eigenvalues[2]))),
            ("isotropic-curvature", task::rounded(&each(&|part| part.expected[0]))),
            ("normalised-curvature", task::rounded(&each(&|part| part.expected[1]))),
            ("first-decile", task::rounded(&each(&|part| part.deciles[0]))),
            ("median", task::rounded(&each(&|part| part.deciles[1]))),
            ("last-decile", task::rounded(&each(&|part| part.deciles[2]))),
        ];
        let mut record = Record {
            estimates: estimates.map(|(name, estimate)| (name.to_owned(), estimate)).into(),
            tables: [("replicates".to_owned(), Table::new(columns))].into(),
            ..Record::default()
        };
        for pictures in parts.into_iter().filter_map(|part| part.pictures) {
            let Pictures { random, eigen, trajectory, path, cuts } = pictures;
            let grids = [("random", random), ("eigen", eigen), ("trajectory", trajectory)];
            let grids = grids.into_iter().filter_map(|(name, grid)| Some((name.to_owned(), grid?)));
            record.grids.extend(grids);
            record.tables.extend([("path".to_owned(), path), ("cuts".to_owned(), cuts)]);
            record.notes.push(format!(
                "The surfaces, the cuts and the path are those of replicate 1 of {replicates}."
            ));
        }
        record
    }
}

impl Part {
    fn centre_is_trained_loss(&self) -> bool {
        (self.centre - self.trained_loss).abs() <= 1e-6 * self.trained_loss
    }

    /// A curvature as a share of the largest eigenvalue.
    fn of_top(&self, curvature: f64) -> f64 {
        curvature / self.eigenvalues[0]
    }
}

impl Exhibit for LossLandscape {
    const TITLE: &'static str = "Looking at a loss landscape";

    fn figures(parameters: &Settings, record: &Record) -> Vec<Figure> {
        figures::all(parameters, record)
    }

    fn claims(parameters: &Settings, record: &Record) -> Vec<Claim> {
        let of = parameters.replicates;
        let counted = |name: &str, text: &str, least| {
            Claim::count(name, text, record.estimate(name).value as usize, least, of)
        };
        let on = |name: &str, text: &str, estimate: &str, threshold| {
            Claim::on(name, text, record.estimate(estimate), threshold)
        };
        let agree = Threshold::Within(0.9, 1.1);
        let claims = [
            (
                "random",
                counted(
                    "centre-is-trained-loss",
                    "The middle node of the random plane shows the trained loss to a relative 10⁻⁶",
                    of,
                ),
            ),
            (
                "random",
                counted(
                    "centre-is-lowest",
                    "The trained network is the lowest node of the random plane, or within 1 % of it",
                    // Four of five.
                    (4 * of).div_ceil(5),
                ),
            ),
            (
                "",
                on(
                    "random-directions-look-flat",
                    "The larger curvature along the two random directions is below a third of $\\lambda_1$",
                    "random-share",
                    Threshold::AtMost(1.0 / 3.0),
                ),
            ),
            (
                "eigen",
                on(
                    "eigen-plane-shows-the-top",
                    "The curvature read off the eigen plane along its first axis is $\\lambda_1$ within 5 %",
                    "eigen-share",
                    Threshold::Within(0.95, 1.05),
                ),
            ),
            (
                "",
                on(
                    "isotropic-directions-see-the-mean",
                    "Isotropic random directions see $\\operatorname{tr} H/P$ on average, within 10 %",
                    "isotropic-agreement",
                    agree,
                ),
            ),
            (
                "",
                on(
                    "normalised-directions-see-a-weighted-mean",
                    "Random directions of the kind plotted see their expected curvature on average, within \
                     10 %",
                    "normalised-agreement",
                    agree,
                ),
            ),
            (
                "",
                on(
                    "neither-mean-is-the-top",
                    "The larger of the two means is below a tenth of $\\lambda_1$",
                    "averages-share",
                    Threshold::AtMost(0.1),
                ),
            ),
        ];
        // A claim is shown with its surface where that is shown, else with the curvatures.
        let figure = |plane: &str| match plane {
            "random" if record.grids.contains_key(plane) => "slice",
            "eigen" if record.grids.contains_key(plane) => "eigen",
            _ => "curvatures",
        };
        claims.map(|(plane, claim)| claim.with_figure(figure(plane))).into()
    }
}
