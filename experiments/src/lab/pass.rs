//! Passes through one network on the host, in f64: forwards, backwards, and into its input. All
//! measures of a single network stand on these.
//!
//! A layer computes `z = s h W + b`, where `s W`, `[inputs, outputs]`, is what [`weights`] gives:
//! everything that reads a layer's weights as a matrix goes through it, and everything that
//! differentiates by them through [`scale`].

use nalgebra::DMatrix;

use crate::lab::network::Activation;
use crate::lab::network::Layer;
use crate::lab::network::Network;

/// All values of a forward pass over `n` examples.
pub struct Forward {
    /// What enters each layer, `[n, inputs]`.
    pub signals: Vec<DMatrix<f64>>,
    /// What each layer but the last sums up before the activation, `[n, outputs]`.
    pub sums: Vec<DMatrix<f64>>,
    /// What the network answers, `[n, outputs]`.
    pub outputs: DMatrix<f64>,
}

/// Examples given as rows of equal length.
#[must_use]
pub fn matrix(rows: &[Vec<f64>]) -> DMatrix<f64> {
    DMatrix::from_fn(rows.len(), rows.first().map_or(0, Vec::len), |i, j| rows[i][j])
}

/// What a network answers to inputs `[n, in]`, with all that is computed on the way.
///
/// # Panics
/// When a network has no layer, or the shapes do not fit.
#[must_use]
pub fn forward(network: &Network, parameters: &[f64], inputs: &DMatrix<f64>) -> Forward {
    let mut signals = vec![inputs.clone()];
    let mut hidden = Vec::new();
    let (last, before) = network.layers().split_last().expect("a network has a layer");
    for layer in before {
        let z = sums(&signals[signals.len() - 1], parameters, layer);
        signals.push(z.map(|z| activate(network.activation(), z)));
        hidden.push(z);
    }
    let outputs = sums(&signals[signals.len() - 1], parameters, last);
    Forward { signals, sums: hidden, outputs }
}

impl Forward {
    /// The derivatives of the activation between each layer and the next, `[n, units]`.
    #[must_use]
    pub fn slopes(&self, activation: Activation) -> Vec<DMatrix<f64>> {
        self.hidden(|z, h| slope(activation, z, h))
    }

    /// Its second derivatives, or an empty list where these are zero.
    #[must_use]
    pub fn bends(&self, activation: Activation) -> Vec<DMatrix<f64>> {
        match activation {
            Activation::Relu | Activation::Linear => Vec::new(),
            Activation::Quadratic => self.hidden(|_, _| 2.0),
            Activation::Tanh => self.hidden(|_, h| -2.0 * h * (1.0 - h * h)),
        }
    }

    fn hidden(&self, of: impl Fn(f64, f64) -> f64) -> Vec<DMatrix<f64>> {
        self.sums.iter().zip(&self.signals[1..]).map(|(z, h)| z.zip_map(h, &of)).collect()
    }
}

/// The derivative in each layer's sums, from that in the outputs, `[n, outputs]` each. `slopes` are
/// those of the forward pass.
#[must_use]
pub fn backward(
    network: &Network,
    parameters: &[f64],
    slopes: &[DMatrix<f64>],
    outputs: DMatrix<f64>,
) -> Vec<DMatrix<f64>> {
    let mut deltas = vec![outputs];
    for (layer, slope) in network.layers().iter().skip(1).zip(slopes).rev() {
        let mut before = &deltas[deltas.len() - 1] * transposed(parameters, layer);
        before.component_mul_assign(slope);
        deltas.push(before);
    }
    deltas.reverse();
    deltas
}

/// The factor of a layer's weights in its sums.
#[must_use]
pub fn scale(layer: &Layer) -> f64 {
    layer.scale
}

/// The matrix that a layer multiplies with, `[inputs, outputs]`.
#[must_use]
pub fn weights(parameters: &[f64], layer: &Layer) -> DMatrix<f64> {
    let values = &parameters[layer.weights..layer.biases];
    scaled(DMatrix::from_row_slice(layer.inputs, layer.outputs, values), layer)
}

/// That matrix transposed, `[outputs, inputs]`.
#[must_use]
pub fn transposed(parameters: &[f64], layer: &Layer) -> DMatrix<f64> {
    let values = &parameters[layer.weights..layer.biases];
    scaled(DMatrix::from_column_slice(layer.outputs, layer.inputs, values), layer)
}

fn scaled(matrix: DMatrix<f64>, layer: &Layer) -> DMatrix<f64> {
    let scale = scale(layer);
    if scale == 1.0 { matrix } else { matrix * scale }
}

/// What a layer adds to that product.
#[must_use]
pub fn biases<'a>(parameters: &'a [f64], layer: &Layer) -> &'a [f64] {
    &parameters[layer.biases..layer.end()]
}

/// What a layer sums up before the activation.
#[must_use]
pub fn sums(signal: &DMatrix<f64>, parameters: &[f64], layer: &Layer) -> DMatrix<f64> {
    let mut sums = signal * weights(parameters, layer);
    for (mut column, bias) in sums.column_iter_mut().zip(biases(parameters, layer)) {
        column.add_scalar_mut(*bias);
    }
    sums
}

/// Puts the derivative by a layer's parameters in place, from that by the matrix it multiplies with
/// and those by its sums, which are summed over examples.
pub fn write(row: &mut [f64], layer: &Layer, by_matrix: &DMatrix<f64>, by_sums: &DMatrix<f64>) {
    let scale = scale(layer);
    for output in 0..layer.outputs {
        for input in 0..layer.inputs {
            row[layer.weight(input, output)] = scale * by_matrix[(input, output)];
        }
        row[layer.biases + output] = by_sums.column(output).sum();
    }
}

/// The derivative of each example's own quantity by all parameters, `[n, P]`, without summing over
/// examples. `signals` and `deltas` are what enters each layer and the derivatives in its sums.
#[must_use]
pub fn example_gradients(
    network: &Network,
    signals: &[DMatrix<f64>],
    deltas: &[DMatrix<f64>],
) -> DMatrix<f64> {
    let examples = signals.first().map_or(0, DMatrix::nrows);
    let mut gradients = DMatrix::zeros(examples, network.parameters());
    for (depth, layer) in network.layers().iter().enumerate() {
        let scale = scale(layer);
        for (output, delta) in deltas[depth].column_iter().enumerate() {
            for (input, signal) in signals[depth].column_iter().enumerate() {
                let mut column = gradients.column_mut(layer.weight(input, output));
                column.zip_zip_apply(&signal, &delta, |to, h, d| *to = scale * h * d);
            }
            gradients.set_column(layer.biases + output, &delta);
        }
    }
    gradients
}

/// The derivatives of all outputs by all parameters, `[n·k, P]`: row `i·k + j` is that of output `j`
/// for example `i`. One forward and one backward pass, over all outputs at once.
#[must_use]
pub fn jacobian(network: &Network, parameters: &[f64], inputs: &DMatrix<f64>) -> DMatrix<f64> {
    let width = network.layers().last().map_or(0, |layer| layer.outputs);
    let forward = forward(network, parameters, inputs);
    let deltas = output_deltas(network, parameters, &forward);
    let signals: Vec<_> = forward.signals.iter().map(|signal| repeated(signal, width)).collect();
    example_gradients(network, &signals, &deltas)
}

/// The derivatives of all outputs in each layer's sums, `[n·k, units]`, in the order of [`jacobian`].
#[must_use]
pub fn output_deltas(
    network: &Network,
    parameters: &[f64],
    forward: &Forward,
) -> Vec<DMatrix<f64>> {
    let (examples, width) = forward.outputs.shape();
    let slopes: Vec<_> =
        forward.slopes(network.activation()).iter().map(|slope| repeated(slope, width)).collect();
    let units =
        DMatrix::from_fn(examples * width, width, |row, output| f64::from(row % width == output));
    backward(network, parameters, &slopes, units)
}

/// The derivatives of the outputs by the input at one input, `[k, in]`.
#[must_use]
pub fn input_jacobian(network: &Network, parameters: &[f64], input: &[f64]) -> DMatrix<f64> {
    let forward = forward(network, parameters, &DMatrix::from_row_slice(1, input.len(), input));
    let first = output_deltas(network, parameters, &forward).swap_remove(0);
    first * transposed(parameters, &network.layers()[0])
}

/// Each row that many times in a row.
fn repeated(matrix: &DMatrix<f64>, times: usize) -> DMatrix<f64> {
    DMatrix::from_fn(matrix.nrows() * times, matrix.ncols(), |row, column| {
        matrix[(row / times, column)]
    })
}

fn activate(activation: Activation, z: f64) -> f64 {
    match activation {
        Activation::Relu => z.max(0.0),
        Activation::Tanh => libm::tanh(z),
        Activation::Quadratic => z * z,
        Activation::Linear => z,
    }
}

/// The derivative of the activation where it is `h` at `z`. At the kink of ReLU it is 0.
fn slope(activation: Activation, z: f64, h: f64) -> f64 {
    match activation {
        Activation::Relu => f64::from(z > 0.0),
        Activation::Tanh => 1.0 - h * h,
        Activation::Quadratic => 2.0 * z,
        Activation::Linear => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::initialisation::Initialisation;
    use crate::lab::random;

    const STEP: f64 = 1e-6;

    #[track_caller]
    fn check(sizes: &[usize], activation: Activation) {
        let network = Network::new(sizes, activation);
        let mut stream = random::stream(1, "test", 0, "pass");
        let parameters = Initialisation::FrameworkDefault.draw(&network, &mut stream);
        let inputs = DMatrix::from_vec(7, sizes[0], random::normals(&mut stream, 7 * sizes[0]));
        let answers = |parameters: &[f64]| forward(&network, parameters, &inputs).outputs;
        let jacobian = jacobian(&network, &parameters, &inputs);
        let width = sizes[sizes.len() - 1];
        assert_eq!(jacobian.shape(), (7 * width, parameters.len()));
        for place in 0..parameters.len() {
            let moved = |step: f64| {
                let mut parameters = parameters.clone();
                parameters[place] += step;
                answers(&parameters)
            };
            let slope = (moved(STEP) - moved(-STEP)) / (2.0 * STEP);
            for (row, found) in jacobian.column(place).iter().enumerate() {
                let expected = slope[(row / width, row % width)];
                assert!((found - expected).abs() < 1e-8, "{place}, {row}: {found}, {expected}");
            }
        }
        let input: Vec<f64> = inputs.row(3).iter().copied().collect();
        let by_input = input_jacobian(&network, &parameters, &input);
        for place in 0..sizes[0] {
            let moved = |step: f64| {
                let mut inputs = inputs.clone();
                inputs[(3, place)] += step;
                forward(&network, &parameters, &inputs).outputs.row(3).transpose()
            };
            let slope = (moved(STEP) - moved(-STEP)) / (2.0 * STEP);
            assert!((by_input.column(place) - slope).norm() < 1e-8);
        }
    }

    #[test]
    fn jacobians_agree_with_central_differences() {
        for activation in [Activation::Relu, Activation::Tanh] {
            check(&[3, 4, 2], activation);
            check(&[2, 5, 4, 1], activation);
            check(&[3, 2], activation);
        }
    }
}
