//! One replicate of `adl-loss-landscape`: training in burn, surfaces in burn, curvature on the host.

use burn::tensor::Device;
use rand_chacha::ChaCha8Rng;

use super::Axes;
use super::LossLandscape;
use super::Part;
use super::Pictures;
use super::Planes;
use super::Shard;
use crate::experiment::Experiment;
use crate::lab::curvature;
use crate::lab::curvature::Objective;
use crate::lab::curvature::Spectrum;
use crate::lab::initialisation::Initialisation;
use crate::lab::landscape;
use crate::lab::landscape::PathPlane;
use crate::lab::loss::Loss;
use crate::lab::model::Model;
use crate::lab::network;
use crate::lab::network::Network;
use crate::lab::optimiser::Optimiser;
use crate::lab::random;
use crate::lab::statistics;
use crate::lab::training::Training;
use crate::lab::training_set::Shuffles;
use crate::lab::training_set::TrainingSet;
use crate::record::Grid;
use crate::record::Table;

const EXAMPLES: usize = 1000;
const INPUTS: usize = 5;
const BATCH: usize = 100;
const EPOCHS: usize = 100;
const RATE: f64 = 1e-2;
/// Perturbed copies of the network in one tensor program.
const COPIES: usize = 64;
/// Random directions behind an average of curvatures.
const DIRECTIONS: usize = 2000;

/// The examples, on the host and on the device, and the shape of the networks.
pub(super) struct Task<'a> {
    network: Network,
    examples: [Vec<Vec<f64>>; 2],
    set: TrainingSet,
    device: &'a Device,
}

impl<'a> Task<'a> {
    pub(super) fn new(shard: &Shard, device: &'a Device) -> Self {
        let mut data = stream(shard, "data");
        // Rounded to single precision: the device and the host see the same examples.
        let single = |value: f64| f64::from(value as f32);
        let inputs: Vec<Vec<f64>> = (0..EXAMPLES)
            .map(|_| random::normals(&mut data, INPUTS).into_iter().map(single).collect())
            .collect();
        let targets: Vec<Vec<f64>> =
            inputs.iter().map(|x| vec![single(libm::sin(x.iter().sum()))]).collect();
        Self {
            network: Network::new(&[INPUTS, shard.width, 1], shard.activation),
            set: TrainingSet::shared(&inputs, &targets, device),
            examples: [inputs, targets],
            device,
        }
    }

    /// Trains one network; the parameters before training and after each epoch.
    pub(super) fn train(&self, shard: &Shard) -> Vec<Vec<f64>> {
        let initial = Initialisation::FrameworkDefault;
        let initial = initial.group(&self.network, &mut [stream(shard, "init")], self.device);
        let mut shuffles = Shuffles::new(vec![stream(shard, "batch")]);
        let adam = Optimiser::adam(RATE);
        let mut training =
            Training::new(&self.network, initial, self.set.clone(), Loss::SquaredError, adam);
        let row = |training: &Training<'_, Network>| {
            network::rows(training.parameters().clone()).concat()
        };
        let mut path = vec![row(&training)];
        for _ in 0..EPOCHS {
            training.epoch(&mut shuffles, BATCH);
            path.push(row(&training));
        }
        path
    }

    /// The losses of many networks on all examples. The errors are averaged in f64 on the host: a
    /// thousand of them summed up one by one in f32 are off by more than 10⁻⁶ now and then.
    fn losses(&self, networks: &[Vec<f64>]) -> Vec<f64> {
        let loss = |answers: &[f64]| {
            let errors = answers.iter().zip(&self.examples[1]).map(|(a, target)| a - target[0]);
            errors.map(|error| error * error).sum::<f64>() / EXAMPLES as f64
        };
        let mut losses = Vec::new();
        for copies in networks.chunks(COPIES) {
            let parameters = network::tensor(copies, self.device);
            let outputs = self.network.outputs(&parameters, self.set.inputs());
            losses.extend(network::list(outputs.flatten(0, 2)).chunks_exact(EXAMPLES).map(loss));
        }
        losses
    }
}

impl Task<'_> {
    /// Measures the landscape around the end of a path of training.
    pub(super) fn look(&self, shard: &Shard, path: &[Vec<f64>]) -> Part {
        let (start, theta) = (&path[0], &path[path.len() - 1]);
        let objective = Objective::new(&self.network, &self.examples[0], &self.examples[1]);
        let trained = objective.at(theta);
        let hessian = trained.hessian();
        let spectrum = Spectrum::new(hessian.clone());
        let length = landscape::norm(theta);

        let blocks = landscape::blocks(&self.network, shard.normalise);
        let draw = |stream: &mut ChaCha8Rng, blocks: &[Vec<usize>]| {
            landscape::direction(stream, theta, blocks)
        };
        let pair = |mut stream: ChaCha8Rng, blocks: &[Vec<usize>]| {
            [draw(&mut stream, blocks), draw(&mut stream, blocks)]
        };
        let random = pair(stream(shard, "directions"), &blocks);
        let eigen = match shard.axes {
            Axes::Eigen => [spectrum.vector(0), spectrum.vector(1)],
            Axes::Random => pair(stream(shard, "ablation"), &[]),
        }
        .map(|axis| landscape::scaled(&axis, length));
        let trajectory = landscape::path_plane(path);

        let mut many = stream(shard, "averages");
        let mut seen = |blocks: &[Vec<usize>]| {
            let directions: Vec<_> = (0..DIRECTIONS).map(|_| draw(&mut many, blocks)).collect();
            landscape::curvatures(&hessian, &directions)
        };
        let (isotropic, normalised) = (seen(&[]), seen(&blocks));

        let nodes = landscape::centred(shard.range, shard.resolution);
        let surface = self.plane(theta, &random, [&nodes, &nodes]);
        let (lowest, lowest_at) = lowest(&surface);
        let steep = self.plane(theta, &eigen, [&nodes, &nodes]);
        let even = landscape::centred(0.5, 20);
        let even = self.plane(theta, &random, [&even, &even]);
        let along = |axes: &[Vec<f64>; 2]| [0, 1].map(|i| curvature::along(&hessian, &axes[i]));
        Part {
            initial_loss: objective.loss(start),
            trained_loss: trained.loss,
            centre: surface.values[shard.resolution / 2][shard.resolution / 2],
            lowest,
            lowest_at,
            lowest_even: self::lowest(&even).0,
            eigenvalues: [0, 1, spectrum.values.len() - 1].map(|place| spectrum.values[place]),
            expected: [&[], blocks.as_slice()]
                .map(|blocks| landscape::expected_curvature(&hessian, theta, blocks)),
            averages: [&isotropic, &normalised].map(|seen| mean(seen)),
            deciles: [0.1, 0.5, 0.9].map(|p| statistics::quantile(&normalised, p)),
            along: [along(&random), along(&eigen), along(&trajectory.axes)],
            read: second_difference(&steep, length),
            shares: trajectory.shares,
            pictures: shard.pictures.map(|planes| {
                let shown = |plane| planes == Planes::All || planes == plane;
                Pictures {
                    eigen: shown(Planes::Eigen).then(|| kept(steep)),
                    trajectory: shown(Planes::Pca)
                        .then(|| kept(self.path_plane(theta, &trajectory, shard.resolution))),
                    cuts: self.cuts(theta, &random, &eigen, shard),
                    path: self.path(path, &trajectory),
                    random: shown(Planes::Random).then(|| kept(surface)),
                }
            }),
        }
    }

    /// The loss on a plane through the network.
    fn plane(&self, theta: &[f64], axes: &[Vec<f64>; 2], [x, y]: [&[f64]; 2]) -> Grid {
        let values =
            landscape::surface(theta, [&axes[0], &axes[1]], [x, y], |nodes| self.losses(&nodes));
        Grid { x: x.to_vec(), y: y.to_vec(), quantity: "loss".into(), values }
    }

    /// The loss on the plane of a path, with a margin of a fifth around the path.
    fn path_plane(&self, theta: &[f64], plane: &PathPlane, resolution: usize) -> Grid {
        let [x, y] = [&plane.places[0], &plane.places[1]].map(|places| {
            let low = places.iter().copied().fold(f64::INFINITY, f64::min);
            let high = places.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let margin = 0.2 * (high - low);
            landscape::through_zero(low - margin, high + margin, resolution)
        });
        self.plane(theta, &plane.axes, [&x, &y])
    }

    /// The path of training in its plane, with the true loss on the way.
    fn path(&self, path: &[Vec<f64>], plane: &PathPlane) -> Table {
        let epochs = (0..path.len()).map(|epoch| epoch as f64).collect();
        let [first, second] = plane.places.clone().map(|places| rounded(&places));
        let losses = rounded(&self.losses(path));
        Table::new([("epoch", epochs), ("first", first), ("second", second), ("loss", losses)])
    }

    /// The loss along the axes of the random and the eigen plane against distance.
    fn cuts(
        &self,
        theta: &[f64],
        random: &[Vec<f64>; 2],
        eigen: &[Vec<f64>; 2],
        shard: &Shard,
    ) -> Table {
        let length = landscape::norm(theta);
        // Twice as fine as the surfaces: a line costs little.
        let distances = landscape::centred(shard.range * length, 2 * shard.resolution - 1);
        let names = ["random-1", "random-2", "eigen-1", "eigen-2"];
        let axes = random.iter().chain(eigen).map(|axis| landscape::scaled(axis, 1.0));
        let cuts = names.into_iter().zip(axes).map(|(name, axis)| {
            let places = distances
                .iter()
                .map(|&distance| landscape::displaced(theta, [&axis, &axis], [distance, 0.0]));
            (name, rounded(&self.losses(&places.collect::<Vec<_>>())))
        });
        Table::new([("distance", rounded(&distances))].into_iter().chain(cuts))
    }
}

/// `(L(θ + h u) − 2 L(θ) + L(θ − h u)) / h²` from the middle node of a surface and its neighbours
/// along the first axis, whose length is given: the curvature that a reader of the picture sees.
fn second_difference(surface: &Grid, length: f64) -> f64 {
    let middle = surface.x.len() / 2;
    let row = &surface.values[middle];
    let step = surface.x[middle + 1] * length;
    (row[middle + 1] - 2.0 * row[middle] + row[middle - 1]) / (step * step)
}

/// The lowest value of a surface, and where.
fn lowest(grid: &Grid) -> (f64, [f64; 2]) {
    let nodes = grid
        .y
        .iter()
        .zip(&grid.values)
        .flat_map(|(&y, row)| grid.x.iter().zip(row).map(move |(&x, &value)| (value, [x, y])));
    nodes.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or((f64::NAN, [f64::NAN; 2]))
}

/// A surface as a record keeps it.
fn kept(grid: Grid) -> Grid {
    Grid {
        x: rounded(&grid.x),
        y: rounded(&grid.y),
        values: grid.values.iter().map(|row| rounded(row)).collect(),
        quantity: grid.quantity,
    }
}

/// Six digits of each.
pub(super) fn rounded(values: &[f64]) -> Vec<f64> {
    values.iter().map(|&value| landscape::rounded(value)).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn stream(shard: &Shard, purpose: &str) -> ChaCha8Rng {
    random::stream(shard.seed, LossLandscape::ID, shard.replicate, purpose)
}
