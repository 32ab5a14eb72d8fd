//! A group of models trained on each backend, and how far the runs lie apart.
//!
//! On `flex` losses, gradients and steps are the lab's own operations, elsewhere ordinary tensor
//! programs: these tests compare both.

use std::time::Instant;

use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::TensorData;
use experiments::backend::Backend;
use experiments::lab::loss::Loss;
use experiments::lab::model::Model;
use experiments::lab::optimiser::Optimiser;
use experiments::lab::random;
use experiments::lab::statistics;
use experiments::lab::training::Training;
use experiments::lab::training_set::Shuffles;
use experiments::lab::training_set::TrainingSet;

use super::others;

/// A problem for a group of models.
pub(super) struct Problem<'a, M> {
    pub(super) model: &'a M,
    /// Standard deviation of the parameters at the start.
    pub(super) deviation: f64,
    /// Inputs and targets of each model, or the same for all.
    pub(super) sets: Vec<[Vec<Vec<f64>>; 2]>,
    pub(super) networks: usize,
    pub(super) optimiser: fn() -> Optimiser,
    /// Examples in a batch.
    pub(super) batch: usize,
}

/// What is left of training a group: all numbers network by network.
struct Trained {
    /// Gradient of each network's loss at its start.
    first_gradient: Vec<f64>,
    /// Losses after so many steps, of each network.
    losses: Vec<(usize, Vec<f64>)>,
    /// Milliseconds a step.
    pace: f64,
}

/// After how many steps losses are compared.
const NOTES: [usize; 4] = [0, 1, 10, 300];

fn train<M: Model>(problem: &Problem<'_, M>, device: &Device) -> Trained {
    let &Problem { model, deviation, ref sets, networks, optimiser, batch } = problem;
    let sets: Vec<_> = sets.iter().map(|[x, y]| (x.as_slice(), y.as_slice())).collect();
    let set = TrainingSet::each(&sets, device);
    let start = normals("start", [networks, model.parameters()], deviation, device);
    let active = vec![true; networks];
    let (_, gradient) = model.gradient(&start, &set, None, Loss::SquaredError, &active);
    let first_gradient = list(gradient.flatten::<1>(0, 1));

    let mut training = Training::new(model, start, set, Loss::SquaredError, optimiser());
    let streams = (0..networks as u64).map(|each| random::stream(1, "backends", each, "batch"));
    let mut shuffles = Shuffles::new(streams.collect());
    let mut losses = vec![(0, training.losses())];
    let count = sets[0].0.len();
    let mut batches = Vec::new();
    let mut clock = Instant::now();
    for step in 1..=NOTES[NOTES.len() - 1] {
        if batches.is_empty() {
            batches = shuffles.epoch(count, batch);
        }
        let rows = batches.pop();
        let _ = training.step(rows.as_ref());
        if NOTES.contains(&step) {
            // Reading waits for what was asked so far.
            losses.push((step, training.losses()));
        }
        if step == 1 {
            // Without what compiles shaders.
            clock = Instant::now();
        }
    }
    let steps = (NOTES[NOTES.len() - 1] - 1) as f64;
    Trained { first_gradient, losses, pace: clock.elapsed().as_secs_f64() * 1e3 / steps }
}

/// How near other backends must come to `flex`.
pub(super) struct Near {
    /// Norm of the difference of the first gradients, relative to their norm.
    pub(super) gradient: f64,
    /// Largest relative difference of a network's loss after that many steps: before rounding has
    /// been amplified by training.
    pub(super) early: (usize, f64),
}

/// Trains on every backend and compares: the first gradient, the losses while rounding errors are
/// still what they were made, and the mean loss at the end with its interval over networks.
#[track_caller]
pub(super) fn agree<M: Model>(what: &str, near: &Near, problem: &Problem<'_, M>) {
    let flex = train(problem, Backend::flex().device());
    eprintln!("{what}\n  flex: {:.2} ms a step, loss {}", flex.pace, shown(&flex));
    let start = statistics::mean(&flex.losses[0].1);
    let end = statistics::mean(&flex.losses[flex.losses.len() - 1].1);
    assert!(end.high < 0.5 * start.value, "{what}: nothing was learnt: {start:?} to {end:?}");
    for backend in others() {
        let name = backend.name();
        let other = train(problem, backend.device());
        let apart = distance(&flex.first_gradient, &other.first_gradient);
        eprintln!("  {name}: {:.2} ms a step, loss {}", other.pace, shown(&other));
        eprintln!("    first gradients {apart:.1e} apart");
        assert!(apart <= near.gradient, "{what} on {name}: gradients {apart:e} apart");
        for ((step, ours), (_, theirs)) in flex.losses.iter().zip(&other.losses) {
            let apart = ours
                .iter()
                .zip(theirs)
                .map(|(ours, theirs)| (theirs / ours - 1.0).abs())
                // `max` would pass over what is not a number.
                .fold(0.0, |most: f64, each| if each <= most { most } else { each });
            eprintln!("    losses after {step} steps {apart:.1e} apart");
            let (early, bound) = near.early;
            assert!(*step > early || apart <= bound, "{what} on {name}, {step} steps: {apart:e}");
        }
        let theirs = statistics::mean(&other.losses[other.losses.len() - 1].1);
        let within = |value: f64, low: f64, high: f64| (low..=high).contains(&value);
        assert!(
            within(theirs.value, end.low, end.high) && within(end.value, theirs.low, theirs.high),
            "{what} on {name}: {theirs:?} is not {end:?}"
        );
    }
}

fn shown(trained: &Trained) -> String {
    let steps = trained.losses.iter().map(|(step, losses)| {
        let mean = statistics::mean(losses);
        format!("{:.5} [{:.5}, {:.5}] after {step}", mean.value, mean.low, mean.high)
    });
    steps.collect::<Vec<_>>().join(", ")
}

/// Norm of the difference relative to the norm of the first; not a number if anything is not.
fn distance(ours: &[f64], theirs: &[f64]) -> f64 {
    assert_eq!(ours.len(), theirs.len());
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>().sqrt();
    norm(&mut ours.iter().zip(theirs).map(|(a, b)| a - b)) / norm(&mut ours.iter().copied())
}

/// Normal numbers of that standard deviation, by the name of what they are for.
pub(super) fn normals<const D: usize>(
    purpose: &str,
    shape: [usize; D],
    deviation: f64,
    device: &Device,
) -> Tensor<D> {
    let mut stream = random::stream(1, "backends", 0, purpose);
    let values: Vec<f32> = random::normals(&mut stream, shape.iter().product())
        .into_iter()
        .map(|z| (deviation * z) as f32)
        .collect();
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// Rows of normal numbers of that standard deviation, by the name of what they are for.
pub(super) fn rows(purpose: &str, [count, width]: [usize; 2], deviation: f64) -> Vec<Vec<f64>> {
    let mut stream = random::stream(1, "backends", 0, purpose);
    let row = |_| random::normals(&mut stream, width).iter().map(|z| deviation * z).collect();
    (0..count).map(row).collect()
}

/// The values of a vector, on the host.
pub(super) fn list(tensor: Tensor<1>) -> Vec<f64> {
    tensor.try_into_vec_as::<f64>().expect("a tensor can be read from a working device")
}
