//! A group of networks trained by plain gradient descent, and how far two such runs lie apart.

use std::time::Instant;

use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::TensorData;
use experiments::backend::Backend;
use experiments::lab::optimiser;
use experiments::lab::random;
use experiments::lab::statistics;

use super::others;

/// What is left of training a group: all numbers network by network.
pub(super) struct Trained {
    /// Gradient of each network's loss at its start.
    pub(super) first_gradient: Vec<f64>,
    /// Losses after so many steps, of each network.
    pub(super) losses: Vec<(usize, Vec<f64>)>,
    /// Milliseconds a step.
    pub(super) pace: f64,
}

/// Trains from `start` with that rate, and notes the losses after so many steps.
pub(super) fn train(
    start: Tensor<2>,
    rate: f64,
    notes: &[usize],
    loss: impl Fn(&Tensor<2>) -> Tensor<1>,
) -> Trained {
    let mut parameters = start;
    let (mut first_gradient, mut losses) = (Vec::new(), Vec::new());
    // The first step compiles shaders.
    let mut clock = Instant::now();
    let last = *notes.last().expect("there is something to note");
    for step in 0..=last {
        let (now, gradient) = optimiser::gradient(&parameters, &loss);
        if notes.contains(&step) {
            losses.push((step, list(now)));
        }
        if step == 0 {
            first_gradient = list(gradient.clone().flatten::<1>(0, 1));
            clock = Instant::now();
        }
        parameters = parameters - gradient * rate;
    }
    Trained { first_gradient, losses, pace: clock.elapsed().as_secs_f64() * 1e3 / last as f64 }
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
pub(super) fn agree(what: &str, near: &Near, train: impl Fn(&Device) -> Trained) {
    let flex = train(Backend::flex().device());
    eprintln!("{what}\n  flex: {:.2} ms a step, loss {}", flex.pace, shown(&flex));
    let start = statistics::mean(&flex.losses[0].1);
    let end = statistics::mean(&flex.losses[flex.losses.len() - 1].1);
    assert!(end.high < 0.5 * start.value, "{what}: nothing was learnt: {start:?} to {end:?}");
    for backend in others() {
        let name = backend.name();
        let other = train(backend.device());
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

/// The values of a vector, on the host.
pub(super) fn list(tensor: Tensor<1>) -> Vec<f64> {
    tensor.try_into_vec_as::<f64>().expect("a tensor can be read from a working device")
}
