//! Initialisations of fully connected networks, by the names they have in the field.

use burn::tensor::Device;
use burn::tensor::Tensor;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;
use serde::Serialize;

use crate::lab::network;
use crate::lab::network::Layer;
use crate::lab::network::Network;
use crate::lab::random;

/// How the parameters of a network are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Initialisation {
    /// Weights `N(0, 2/inputs)`, biases zero (He, Zhang, Ren and Sun 2015, *Delving deep into
    /// rectifiers*).
    He,
    /// Weights `N(0, 1/inputs)`, biases zero (LeCun, Bottou, Orr and Müller 1998, *Efficient backprop*).
    LeCun,
    /// Weights `N(0, 1)`, biases zero: for [`network::Parametrisation::Ntk`], which divides by the root
    /// of the number of inputs (Jacot, Gabriel and Hongler 2018, *Neural tangent kernel*).
    Ntk,
    /// The same for [`network::Parametrisation::MeanField`] (Mei, Montanari and Nguyen 2018, *A mean
    /// field view of the landscape of two-layer neural networks*): what differs is the scale of the last
    /// layer.
    MeanField,
    /// Weights and biases uniform on `±1/√inputs`, which PyTorch gives a linear layer by default.
    FrameworkDefault,
}

impl Initialisation {
    /// The parameters of one network, `[P]`.
    #[must_use]
    pub fn draw(self, network: &Network, stream: &mut ChaCha8Rng) -> Vec<f64> {
        network.layers().iter().flat_map(|layer| self.layer(layer, stream)).collect()
    }

    /// The parameters of one network for each stream, `[G, P]`.
    #[must_use]
    pub fn group(
        self,
        network: &Network,
        streams: &mut [ChaCha8Rng],
        device: &Device,
    ) -> Tensor<2> {
        let rows: Vec<Vec<f64>> =
            streams.iter_mut().map(|stream| self.draw(network, stream)).collect();
        network::tensor(&rows, device)
    }

    fn layer(self, layer: &Layer, stream: &mut ChaCha8Rng) -> Vec<f64> {
        let inputs = layer.inputs as f64;
        let deviation = match self {
            Self::FrameworkDefault => {
                let bound = 1.0 / inputs.sqrt();
                return random::uniforms(stream, layer.end() - layer.weights, -bound, bound);
            }
            Self::He => (2.0 / inputs).sqrt(),
            Self::LeCun => 1.0 / inputs.sqrt(),
            Self::Ntk | Self::MeanField => 1.0,
        };
        let mut parameters = random::normals(stream, layer.biases - layer.weights);
        parameters.iter_mut().for_each(|weight| *weight *= deviation);
        parameters.resize(layer.end() - layer.weights, 0.0);
        parameters
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::network::Activation;

    const NETWORK: [usize; 3] = [400, 100, 1];

    fn draw(initialisation: Initialisation) -> Vec<f64> {
        let network = Network::new(&NETWORK, Activation::Relu);
        initialisation.draw(&network, &mut random::stream(1, "test", 0, "init"))
    }

    #[track_caller]
    fn check(initialisation: Initialisation, variance: f64) {
        let draw = draw(initialisation);
        assert_eq!(draw.len(), 400 * 100 + 100 + 100 + 1);
        let weights = &draw[..40_000];
        let found = weights.iter().map(|weight| weight * weight).sum::<f64>() / 40_000.0;
        // Five standard errors of a second moment.
        assert!((found / variance - 1.0).abs() < 5.0 * (2.0f64 / 40_000.0).sqrt());
        assert!(draw[40_000..40_100].iter().all(|&bias| bias == 0.0));
        assert_eq!(draw[40_200], 0.0);
    }

    #[test]
    fn weights_have_the_variance_of_their_name() {
        check(Initialisation::He, 2.0 / 400.0);
        check(Initialisation::LeCun, 1.0 / 400.0);
        check(Initialisation::Ntk, 1.0);
        check(Initialisation::MeanField, 1.0);
    }

    #[test]
    fn the_framework_default_fills_its_bounds() {
        let draw = draw(Initialisation::FrameworkDefault);
        let largest = |part: &[f64]| part.iter().fold(0.0f64, |most, value| most.max(value.abs()));
        assert!((0.0499..=0.05).contains(&largest(&draw[..40_100])));
        assert!((0.09..=0.1).contains(&largest(&draw[40_100..])));
    }
}
