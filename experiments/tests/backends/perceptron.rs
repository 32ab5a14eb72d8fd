//! A group of fully connected networks, each with data of its own.

use experiments::lab::network::Activation;
use experiments::lab::network::Network;
use experiments::lab::optimiser::Optimiser;

use super::trained::Near;
use super::trained::Problem;
use super::trained::agree;
use super::trained::rows;

/// Networks in the group, and examples of each.
const NETWORKS: usize = 16;
const EXAMPLES: usize = 64;

fn check(what: &str, activation: Activation, optimiser: fn() -> Optimiser) {
    let network = Network::new(&[10, 50, 50, 1], activation);
    let set = |network: usize| {
        let inputs = rows(&format!("inputs {network}"), [EXAMPLES, 10], 1.0);
        let target = |x: &Vec<f64>| vec![libm::sin(x.iter().sum())];
        let targets = inputs.iter().map(target).collect();
        [inputs, targets]
    };
    let problem = Problem {
        model: &network,
        deviation: 0.2,
        sets: (0..NETWORKS).map(set).collect(),
        networks: NETWORKS,
        optimiser,
        batch: 32,
    };
    // Sums of 50 products and 64 examples in single precision, in another order: a few units of 6e-8
    // each, and some more through three layers. Ten steps amplify them a little.
    let near = Near { gradient: 3e-6, early: (10, 1e-5) };
    agree(&format!("16 networks 10-50-50-1 with {what}"), &near, &problem);
}

#[test]
fn smooth_networks_agree() {
    check("tanh, gradient descent", Activation::Tanh, || Optimiser::descent(0.05));
}

#[test]
fn networks_with_kinks_agree() {
    check("ReLU, Nesterov's momentum", Activation::Relu, || Optimiser::nesterov(0.005, 0.9));
}

#[test]
fn adaptive_steps_agree() {
    check("tanh, AdamW", Activation::Tanh, || Optimiser::adamw(0.003, 0.01));
}
