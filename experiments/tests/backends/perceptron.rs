//! A group of fully connected networks, each with data of its own.

use burn::tensor::Device;
use experiments::lab::network::Activation;
use experiments::lab::network::Network;

use super::trained::Near;
use super::trained::Trained;
use super::trained::agree;
use super::trained::normals;
use super::trained::train;

/// Networks in the group, and examples of each.
const GROUPS: usize = 16;
const EXAMPLES: usize = 64;

fn on(activation: Activation, rate: f64, device: &Device) -> Trained {
    let network = Network::new(&[10, 50, 50, 1], activation);
    let inputs = normals("inputs", [GROUPS, EXAMPLES, 10], 1.0, device);
    let targets = inputs.clone().sum_dim(2).sin();
    let start = normals("start", [GROUPS, network.parameters()], 0.2, device);
    train(start, rate, &[0, 1, 10, 300], |parameters| {
        let error = network.outputs(parameters, inputs.clone()) - targets.clone();
        (error.clone() * error).reshape([GROUPS, EXAMPLES]).mean_dim(1).reshape([GROUPS])
    })
}

// Sums of 50 products and 64 examples in single precision, in another order: a few units of 6e-8 each,
// and some more through three layers. Ten steps of descent amplify them a little.
const NEAR: Near = Near { gradient: 3e-6, early: (10, 3e-5) };

#[test]
fn smooth_networks_agree() {
    agree("16 networks 10-50-50-1 with tanh", &NEAR, |device| on(Activation::Tanh, 0.05, device));
}

#[test]
fn networks_with_kinks_agree() {
    agree("16 networks 10-50-50-1 with ReLU", &NEAR, |device| on(Activation::Relu, 0.02, device));
}
