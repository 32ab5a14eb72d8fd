//! Fully connected networks in groups: `G` networks of one shape are one tensor program.
//!
//! The parameters of a group are a tensor `[G, P]`, one network a row. Replicates, arms and the
//! perturbed copies of a loss surface are all just rows; a gradient and the state of an optimiser
//! have the same shape. Within a row the layers follow each other, each as its weights
//! `[inputs, outputs]` in row-major order and then its biases `[outputs]`.

use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::TensorData;
use burn::tensor::activation;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;
use serde::Serialize;

use crate::lab::random;

/// What follows every layer but the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// `max(z, 0)`.
    Relu,
    /// Hyperbolic tangent.
    Tanh,
}

/// The shape of a fully connected network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    layers: Vec<Layer>,
    activation: Activation,
}

/// Where a layer lies in a row of parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Number of inputs.
    pub inputs: usize,
    /// Number of outputs.
    pub outputs: usize,
    /// Place of the first weight.
    pub weights: usize,
    /// Place of the first bias.
    pub biases: usize,
}

impl Layer {
    /// Place of the weight from one input to one output.
    #[must_use]
    pub fn weight(&self, input: usize, output: usize) -> usize {
        self.weights + input * self.outputs + output
    }

    /// Place after the last bias.
    #[must_use]
    pub fn end(&self) -> usize {
        self.biases + self.outputs
    }
}

impl Network {
    /// A network with that many units in its input, hidden and output layers, in this order.
    #[must_use]
    pub fn new(sizes: &[usize], activation: Activation) -> Self {
        let mut layers: Vec<Layer> = Vec::new();
        for pair in sizes.windows(2) {
            let weights = layers.last().map_or(0, Layer::end);
            let biases = weights + pair[0] * pair[1];
            layers.push(Layer { inputs: pair[0], outputs: pair[1], weights, biases });
        }
        Self { layers, activation }
    }

    /// The layers, from the input on.
    #[must_use]
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// What follows every layer but the last.
    #[must_use]
    pub fn activation(&self) -> Activation {
        self.activation
    }

    /// The number of parameters of one network.
    #[must_use]
    pub fn parameters(&self) -> usize {
        self.layers.last().map_or(0, Layer::end)
    }

    /// A draw of the initialisation that PyTorch gives a linear layer by default: weights and biases
    /// uniform on `±1/√inputs`.
    #[must_use]
    pub fn framework_default(&self, stream: &mut ChaCha8Rng) -> Vec<f64> {
        self.layers
            .iter()
            .flat_map(|layer| {
                let bound = 1.0 / (layer.inputs as f64).sqrt();
                random::uniforms(stream, layer.end() - layer.weights, -bound, bound)
            })
            .collect()
    }

    /// What the networks with these parameters, `[G, P]`, answer to inputs `[G, n, in]`, or
    /// `[1, n, in]` where all see the same: `[G, n, out]`.
    #[must_use]
    pub fn outputs(&self, parameters: &Tensor<2>, inputs: Tensor<3>) -> Tensor<3> {
        let groups = parameters.dims()[0];
        let mut signal = inputs;
        for (depth, layer) in self.layers.iter().enumerate() {
            if depth > 0 {
                signal = match self.activation {
                    Activation::Relu => activation::relu(signal),
                    Activation::Tanh => activation::tanh(signal),
                };
            }
            let part = |from: usize, rows: usize| {
                let length = rows * layer.outputs;
                parameters.clone().narrow(1, from, length).reshape([groups, rows, layer.outputs])
            };
            signal = signal.matmul(part(layer.weights, layer.inputs)) + part(layer.biases, 1);
        }
        signal
    }
}

/// The mean over examples of the squared error, summed over outputs, of each network: `[G]`.
/// Targets are `[G, n, out]`, or `[1, n, out]` where all have the same.
#[must_use]
pub fn mean_squared_error(outputs: Tensor<3>, targets: Tensor<3>) -> Tensor<1> {
    let [groups, examples, width] = outputs.dims();
    let error = outputs - targets;
    let squares = (error.clone() * error).reshape([groups, examples * width]);
    squares.sum_dim(1).reshape([groups]) / examples as f32
}

/// Rows of equal length as a tensor of the device's floating-point type.
#[must_use]
pub fn tensor(rows: &[Vec<f64>], device: &Device) -> Tensor<2> {
    let width = rows.first().map_or(0, Vec::len);
    let values: Vec<f32> = rows.iter().flatten().map(|&value| value as f32).collect();
    Tensor::from_data(TensorData::new(values, [rows.len(), width]), device)
}

/// The rows of a tensor, on the host.
#[must_use]
pub fn rows(tensor: Tensor<2>) -> Vec<Vec<f64>> {
    let width = tensor.dims()[1];
    list(tensor.flatten(0, 1)).chunks_exact(width.max(1)).map(<[f64]>::to_vec).collect()
}

/// The values of a vector, on the host.
///
/// # Panics
/// When the device fails, which ends the shard.
#[must_use]
pub fn list(tensor: Tensor<1>) -> Vec<f64> {
    tensor.try_into_vec_as::<f64>().expect("a tensor can be read from a working device")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(activation: Activation, expected: &[f64]) {
        // Two networks 1-2-1: h = σ([x, -x] + [0, 0.5]), f = h₁ + 2 h₂ + c with c = 0 and 10.
        let network = Network::new(&[1, 2, 1], activation);
        let device = Device::flex();
        let parameters = tensor(
            &[vec![1.0, -1.0, 0.0, 0.5, 1.0, 2.0, 0.0], vec![1.0, -1.0, 0.0, 0.5, 1.0, 2.0, 10.0]],
            &device,
        );
        let inputs = tensor(&[vec![1.0], vec![-1.0]], &device).unsqueeze_dim(0);
        let outputs = network.outputs(&parameters, inputs);
        assert_eq!(outputs.dims(), [2, 2, 1]);
        for (value, expected) in list(outputs.flatten(0, 2)).iter().zip(expected) {
            assert!((value - expected).abs() < 1e-5, "{value} is not {expected}");
        }
    }

    #[test]
    fn each_network_of_a_group_answers_for_itself() {
        check(Activation::Relu, &[1.0, 3.0, 11.0, 13.0]);
        let (a, b) = (libm::tanh(1.0), 2.0 * libm::tanh(0.5));
        let c = 2.0 * libm::tanh(1.5);
        check(Activation::Tanh, &[a - b, c - a, 10.0 + a - b, 10.0 + c - a]);
    }

    #[test]
    fn the_loss_is_per_network() {
        let device = Device::flex();
        let outputs = tensor(&[vec![1.0, 2.0], vec![0.0, 4.0]], &device).unsqueeze_dim(2);
        let targets = tensor(&[vec![0.0, 0.0]], &device).unsqueeze_dim(2);
        assert_eq!(list(mean_squared_error(outputs, targets)), [2.5, 8.0]);
    }

    #[test]
    fn a_draw_fills_its_bounds() {
        let network = Network::new(&[4, 100, 1], Activation::Relu);
        assert_eq!(network.parameters(), 4 * 100 + 100 + 100 + 1);
        let draw = network.framework_default(&mut random::stream(1, "test", 0, "init"));
        assert_eq!(draw.len(), network.parameters());
        let largest = |part: &[f64]| part.iter().fold(0.0f64, |most, value| most.max(value.abs()));
        assert!((0.49..=0.5).contains(&largest(&draw[..500])));
        assert!((0.095..=0.1).contains(&largest(&draw[500..])));
    }
}
