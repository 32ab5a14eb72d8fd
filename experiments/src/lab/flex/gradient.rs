//! Losses and gradients of a group of fully connected networks, one network after the other.
//!
//! Backpropagation by hand (Rumelhart, Hinton and Williams 1986, *Learning representations by
//! back-propagating errors*): with signals `h_l`, sums `z_{l+1} = s_l h_l W_l + b_l` and
//! `δ_l = ∂L/∂z_l` the gradients are `s_l h_lᵀ δ_{l+1}` and the column sums of `δ_{l+1}`, and
//! `δ_l = s_l δ_{l+1} W_lᵀ ⊙ σ'(z_l)`. Examples are taken in blocks that fit into a core's cache.

use pulp::Arch;
use pulp::Simd;
use pulp::WithSimd;

use crate::lab::flex::elementary;
use crate::lab::flex::product;
use crate::lab::flex::product::Packed;
use crate::lab::flex::product::Start;
use crate::lab::flex::product::View;
use crate::lab::loss::Loss;
use crate::lab::network::Activation;
use crate::lab::network::Network;

/// Examples in a block.
const BLOCK: usize = 128;

/// The examples of a group.
#[derive(Clone, Copy)]
pub struct Examples<'a> {
    /// Inputs `[S, n, in]`, where `S` is the number of networks, or 1 if all see the same.
    pub inputs: &'a [f32],
    /// Targets `[S, n, out]`.
    pub targets: &'a [f32],
    /// `n`.
    pub count: usize,
    /// Whether `S = 1`.
    pub shared: bool,
    /// Which of the `n` each network takes, as many for each; all without.
    pub rows: Option<&'a [Vec<usize>]>,
}

/// The mean losses `[G]` of networks with parameters `[G, P]`; and their gradients `[G, P]`, added to what
/// is there, where they are asked for. Networks that are not active are left out: their loss and gradient are zero.
///
/// # Panics
/// When the lengths do not fit.
#[must_use]
pub fn losses(
    network: &Network,
    loss: Loss,
    parameters: &[f32],
    examples: Examples<'_>,
    active: Option<&[bool]>,
    gradients: Option<&mut [f32]>,
) -> Vec<f32> {
    Arch::new().dispatch(Group { network, loss, parameters, examples, active, gradients })
}

struct Group<'a> {
    network: &'a Network,
    loss: Loss,
    parameters: &'a [f32],
    examples: Examples<'a>,
    active: Option<&'a [bool]>,
    gradients: Option<&'a mut [f32]>,
}

impl WithSimd for Group<'_> {
    type Output = Vec<f32>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Vec<f32> {
        let Self { network, loss, parameters, examples, active, mut gradients } = self;
        let size = network.parameters();
        let count = examples.rows.map_or(examples.count, |rows| rows.first().map_or(0, Vec::len));
        let mut scratch = Scratch::new(network, count.min(BLOCK));
        let mut losses = Vec::new();
        for (group, parameters) in parameters.chunks_exact(size).enumerate() {
            if active.is_some_and(|active| !active[group]) {
                losses.push(0.0);
                continue;
            }
            let gradient = gradients.as_deref_mut().map(|all| &mut all[group * size..][..size]);
            let mut one = One { network, loss, parameters, gradient, scratch: &mut scratch };
            losses.push(one.run(simd, examples, group) as f32);
        }
        losses
    }
}

/// Room for one block of one network.
struct Scratch {
    /// What enters each layer, and the outputs: `[block, width]`.
    signals: Vec<Vec<f32>>,
    /// The sums of each layer before its activation, where the signal does not tell its derivative.
    sums: Vec<Vec<f32>>,
    /// The derivative of the loss in the sums of the layer that was last looked at.
    delta: Vec<f32>,
    /// The same for the layer before.
    before: Vec<f32>,
    targets: Vec<f32>,
    packed: Packed,
}

impl Scratch {
    fn new(network: &Network, block: usize) -> Self {
        let widths = network.layers().iter().map(|layer| layer.inputs);
        let last = network.layers().last().map_or(0, |layer| layer.outputs);
        Self {
            signals: widths.chain([last]).map(|width| vec![0.0; width * block]).collect(),
            sums: vec![Vec::new(); network.layers().len()],
            delta: Vec::new(),
            before: Vec::new(),
            targets: Vec::new(),
            packed: Packed::default(),
        }
    }
}

/// One network.
struct One<'a> {
    network: &'a Network,
    loss: Loss,
    parameters: &'a [f32],
    gradient: Option<&'a mut [f32]>,
    scratch: &'a mut Scratch,
}

impl One<'_> {
    /// The mean loss.
    #[inline(always)]
    fn run<S: Simd>(&mut self, simd: S, examples: Examples<'_>, group: usize) -> f64 {
        let layers = self.network.layers();
        let (Some(first), Some(last)) = (layers.first(), layers.last()) else { return 0.0 };
        let set = if examples.shared { 0 } else { group };
        let inputs = &examples.inputs[set * examples.count * first.inputs..];
        let targets = &examples.targets[set * examples.count * last.outputs..];
        let rows = examples.rows.map(|rows| rows[group].as_slice());
        let count = rows.map_or(examples.count, <[usize]>::len);
        let mut sum = 0.0;
        for from in (0..count).step_by(BLOCK) {
            let block = (count - from).min(BLOCK);
            let rows = rows.map(|rows| &rows[from..from + block]);
            take(&mut self.scratch.signals[0], inputs, first.inputs, rows, from, block);
            take(&mut self.scratch.targets, targets, last.outputs, rows, from, block);
            self.forward(simd, block);
            sum += self.compare(block, count);
            if self.gradient.is_some() {
                self.backward(simd, block);
            }
        }
        sum / count as f64
    }

    #[inline(always)]
    fn forward<S: Simd>(&mut self, simd: S, block: usize) {
        let layers = self.network.layers();
        for (depth, layer) in layers.iter().enumerate() {
            let (before, after) = self.scratch.signals.split_at_mut(depth + 1);
            let signal = &before[depth][..block * layer.inputs];
            let sums = &mut after[0][..block * layer.outputs];
            let weights = &self.parameters[layer.weights..layer.biases];
            let biases = &self.parameters[layer.biases..layer.end()];
            let scale = layer.scale as f32;
            if layer.outputs == 1 {
                for (sum, row) in sums.iter_mut().zip(signal.chunks_exact(layer.inputs)) {
                    *sum = biases[0] + scale * product::dot(simd, row, weights);
                }
            } else {
                let weights = View::new(weights, layer.outputs);
                let packed = &mut self.scratch.packed;
                packed.pack(simd, weights, [layer.inputs, layer.outputs], scale);
                packed.multiply(
                    simd,
                    View::new(signal, layer.inputs),
                    block,
                    Start::Row(biases),
                    sums,
                );
            }
            if depth + 1 < layers.len() {
                if self.network.activation() == Activation::Quadratic {
                    self.scratch.sums[depth].clear();
                    self.scratch.sums[depth].extend_from_slice(sums);
                }
                activate(self.network.activation(), sums);
            }
        }
    }

    /// The sum of the losses of a block, and the derivative of the mean loss in its outputs.
    #[inline(always)]
    fn compare(&mut self, block: usize, count: usize) -> f64 {
        let width = self.network.layers().last().map_or(0, |layer| layer.outputs);
        let scratch = &mut *self.scratch;
        let outputs = &scratch.signals[self.network.layers().len()][..block * width];
        scratch.delta.resize(block * width, 0.0);
        let share = 1.0 / count as f32;
        if matches!(self.loss, Loss::SquaredError | Loss::HalfSquaredError) {
            let factor = if self.loss == Loss::SquaredError { 1.0 } else { 0.5 };
            let mut sum = 0.0f64;
            let pairs = outputs.iter().zip(&scratch.targets);
            for (delta, (output, target)) in scratch.delta.iter_mut().zip(pairs) {
                let error = output - target;
                sum += f64::from(error) * f64::from(error);
                *delta = 2.0 * factor * share * error;
            }
            return f64::from(factor) * sum;
        }
        let list = |values: &[f32]| values.iter().map(|&value| f64::from(value)).collect();
        let mut slope = vec![0.0; width];
        let mut sum = 0.0;
        let pairs = outputs.chunks_exact(width).zip(scratch.targets.chunks_exact(width));
        for (delta, (output, target)) in scratch.delta.chunks_exact_mut(width).zip(pairs) {
            let (output, target): (Vec<f64>, Vec<f64>) = (list(output), list(target));
            sum += self.loss.differentiate(&output, &target, &mut slope);
            for (delta, slope) in delta.iter_mut().zip(&slope) {
                *delta = *slope as f32 * share;
            }
        }
        sum
    }

    /// Adds the gradient of a block to what is there.
    #[inline(always)]
    fn backward<S: Simd>(&mut self, simd: S, block: usize) {
        let Some(gradient) = self.gradient.as_deref_mut() else { return };
        let scratch = &mut *self.scratch;
        for (depth, layer) in self.network.layers().iter().enumerate().rev() {
            let signal = &scratch.signals[depth][..block * layer.inputs];
            let delta = &scratch.delta[..block * layer.outputs];
            let scale = layer.scale as f32;
            let (by_weights, by_biases) =
                gradient[layer.weights..layer.end()].split_at_mut(layer.biases - layer.weights);
            for row in delta.chunks_exact(layer.outputs) {
                for (sum, delta) in by_biases.iter_mut().zip(row) {
                    *sum += delta;
                }
            }
            if layer.outputs == 1 {
                for (delta, row) in delta.iter().zip(signal.chunks_exact(layer.inputs)) {
                    product::add_scaled(simd, scale * delta, row, by_weights);
                }
            } else {
                let right = View::new(delta, layer.outputs);
                scratch.packed.pack(simd, right, [block, layer.outputs], scale);
                let left = View::new(signal, layer.inputs).transposed();
                scratch.packed.multiply(simd, left, layer.inputs, Start::There, by_weights);
            }
            if depth == 0 {
                break;
            }
            let weights = &self.parameters[layer.weights..layer.biases];
            scratch.before.resize(block * layer.inputs, 0.0);
            if layer.outputs == 1 {
                let rows = scratch.before.chunks_exact_mut(layer.inputs);
                for (row, delta) in rows.zip(delta) {
                    let factor = scale * delta;
                    row.iter_mut().zip(weights).for_each(|(d, w)| *d = factor * w);
                }
            } else {
                let right = View::new(weights, layer.outputs).transposed();
                scratch.packed.pack(simd, right, [layer.outputs, layer.inputs], scale);
                let left = View::new(delta, layer.outputs);
                scratch.packed.multiply(simd, left, block, Start::Zero, &mut scratch.before);
            }
            let known = match self.network.activation() {
                Activation::Quadratic => &scratch.sums[depth - 1],
                _ => signal,
            };
            slope(self.network.activation(), known, &mut scratch.before);
            std::mem::swap(&mut scratch.delta, &mut scratch.before);
        }
    }
}

/// The rows of a block, one after the other: those named, or those from a place on.
#[inline(always)]
fn take(
    into: &mut Vec<f32>,
    from: &[f32],
    width: usize,
    rows: Option<&[usize]>,
    start: usize,
    block: usize,
) {
    into.clear();
    match rows {
        None => into.extend_from_slice(&from[start * width..(start + block) * width]),
        Some(rows) => {
            for &row in rows {
                into.extend_from_slice(&from[row * width..(row + 1) * width]);
            }
        }
    }
}

#[inline(always)]
fn activate(activation: Activation, sums: &mut [f32]) {
    match activation {
        // A factor rather than a choice: the compiler would store where the choice changes something, by
        // masked stores, a third of the time of a step. Not-a-number stays, and shows that training diverged.
        Activation::Relu => sums.iter_mut().for_each(|z| *z *= positive(*z)),
        Activation::Tanh => sums.iter_mut().for_each(|z| *z = elementary::tanh(*z)),
        Activation::Quadratic => sums.iter_mut().for_each(|z| *z *= *z),
        Activation::Linear => {}
    }
}

/// Multiplies by the derivative of the activation, given what the activation made (what it was made of,
/// for the quadratic one).
#[inline(always)]
fn slope(activation: Activation, signal: &[f32], delta: &mut [f32]) {
    let pairs = delta.iter_mut().zip(signal);
    match activation {
        Activation::Relu => pairs.for_each(|(d, h)| *d *= positive(*h)),
        Activation::Tanh => pairs.for_each(|(d, h)| *d *= 1.0 - h * h),
        Activation::Quadratic => pairs.for_each(|(d, z)| *d *= 2.0 * z),
        Activation::Linear => {}
    }
}

/// One where the number is positive, else zero.
#[inline(always)]
fn positive(value: f32) -> f32 {
    f32::from(u8::from(value > 0.0))
}
