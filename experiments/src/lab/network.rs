//! Fully connected networks in groups: `G` networks of one shape are one tensor program.
//!
//! The parameters of a group are a tensor `[G, P]`, one network a row. Replicates, arms and the
//! perturbed copies of a loss surface are all just rows; a gradient and the state of an optimiser
//! have the same shape. Within a row the layers follow each other, each as its weights `W`,
//! `[inputs, outputs]` in row-major order, and then its biases `b`, `[outputs]`. A layer sums
//! `z = s h W + b`, with a scale `s` that is 1 in the standard parametrisation.

use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::TensorData;
use burn::tensor::activation;
use serde::Deserialize;
use serde::Serialize;

use crate::lab::flex;
use crate::lab::flex::Values;
use crate::lab::loss::Loss;
use crate::lab::model::Model;
use crate::lab::training_set::Rows;
use crate::lab::training_set::TrainingSet;

/// What follows every layer but the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// `max(z, 0)`.
    Relu,
    /// Hyperbolic tangent.
    Tanh,
    /// `z²`.
    Quadratic,
    /// `z`: a deep linear network.
    Linear,
}

/// What multiplies a layer's product of signal and weights, when the parameters are of order one
/// (Yang and Hu 2021, *Tensor programs IV: feature learning in infinite-width neural networks*,
/// compare them all).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Parametrisation {
    /// 1: the variance of the weights depends on the width.
    Standard,
    /// `1/√inputs` in every layer (Jacot, Gabriel and Hongler 2018, *Neural tangent kernel*).
    Ntk,
    /// `1/√inputs`, and `1/inputs` in the last layer (Mei, Montanari and Nguyen 2018, *A mean field view
    /// of the landscape of two-layer neural networks*).
    MeanField,
}

/// The shape of a fully connected network.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    layers: Vec<Layer>,
    activation: Activation,
    parametrisation: Parametrisation,
}

/// Where a layer lies in a row of parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layer {
    /// Number of inputs.
    pub inputs: usize,
    /// Number of outputs.
    pub outputs: usize,
    /// Place of the first weight.
    pub weights: usize,
    /// Place of the first bias.
    pub biases: usize,
    /// What multiplies the product of signal and weights.
    pub scale: f64,
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
            layers.push(Layer { inputs: pair[0], outputs: pair[1], weights, biases, scale: 1.0 });
        }
        Self { layers, activation, parametrisation: Parametrisation::Standard }
    }

    /// The same network in another parametrisation.
    #[must_use]
    pub fn in_parametrisation(mut self, parametrisation: Parametrisation) -> Self {
        let count = self.layers.len();
        for (depth, layer) in self.layers.iter_mut().enumerate() {
            let inputs = layer.inputs as f64;
            layer.scale = match parametrisation {
                Parametrisation::Standard => 1.0,
                Parametrisation::MeanField if depth + 1 == count => 1.0 / inputs,
                Parametrisation::Ntk | Parametrisation::MeanField => 1.0 / inputs.sqrt(),
            };
        }
        self.parametrisation = parametrisation;
        self
    }

    /// The parametrisation.
    #[must_use]
    pub fn parametrisation(&self) -> Parametrisation {
        self.parametrisation
    }

    /// The number of parameters of one network.
    #[must_use]
    pub fn parameters(&self) -> usize {
        self.layers.last().map_or(0, Layer::end)
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
}

impl Model for Network {
    fn parameters(&self) -> usize {
        Network::parameters(self)
    }

    fn outputs(&self, parameters: &Tensor<2>, inputs: Tensor<3>) -> Tensor<3> {
        let groups = parameters.dims()[0];
        let mut signal = inputs;
        for (depth, layer) in self.layers.iter().enumerate() {
            if depth > 0 {
                signal = match self.activation {
                    Activation::Relu => activation::relu(signal),
                    Activation::Tanh => activation::tanh(signal),
                    Activation::Quadratic => signal.clone() * signal,
                    Activation::Linear => signal,
                };
            }
            let part = |from: usize, rows: usize| {
                let length = rows * layer.outputs;
                parameters.clone().narrow(1, from, length).reshape([groups, rows, layer.outputs])
            };
            let mut product = signal.matmul(part(layer.weights, layer.inputs));
            if self.parametrisation != Parametrisation::Standard {
                product = product * layer.scale as f32;
            }
            signal = product + part(layer.biases, 1);
        }
        signal
    }

    fn losses(&self, parameters: &Tensor<2>, set: &TrainingSet, loss: Loss) -> Tensor<1> {
        let (Some(values), Some(data)) = (Values::of(parameters), set.on_flex()) else {
            return loss.mean(self.outputs(parameters, set.inputs()), set.targets());
        };
        let all = set.view(&data, None);
        let losses = flex::gradient::losses(self, loss, values.read(), all, None, None);
        flex::tensor(losses, [parameters.dims()[0]])
    }

    fn gradient(
        &self,
        parameters: &Tensor<2>,
        set: &TrainingSet,
        rows: Option<&Rows>,
        loss: Loss,
        active: &[bool],
    ) -> (Tensor<1>, Tensor<2>) {
        let (Some(values), Some(data)) = (Values::of(parameters), set.on_flex()) else {
            return self.gradient_by_autodiff(parameters, set, rows, loss);
        };
        let batch = set.view(&data, rows);
        let mut gradients = vec![0.0; values.read().len()];
        let losses = flex::gradient::losses(
            self,
            loss,
            values.read(),
            batch,
            Some(active),
            Some(&mut gradients),
        );
        (flex::tensor(losses, [active.len()]), flex::tensor(gradients, parameters.dims()))
    }
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
}
