//! Training a group of models: the loop that papers describe in a line.
//!
//! ```
//! # use experiments::lab::{initialisation::Initialisation, loss::Loss, network::{Activation, Network}};
//! # use experiments::lab::{optimiser::Optimiser, random, training::Training};
//! # use experiments::lab::training_set::{Shuffles, TrainingSet};
//! # let device = burn::tensor::Device::flex();
//! # let x: Vec<Vec<f64>> = (0..40).map(|i| vec![f64::from(i) / 20.0 - 1.0]).collect();
//! # let y: Vec<Vec<f64>> = x.iter().map(|x| vec![x[0] * x[0]]).collect();
//! # let streams = |purpose| (0..5).map(|r| random::stream(1, "doc", r, purpose)).collect::<Vec<_>>();
//! // Five networks 1-20-1, Adam with rate 0.01, batches of 10, until the mean loss of an epoch is 0.001.
//! let network = Network::new(&[1, 20, 1], Activation::Tanh);
//! let initial = Initialisation::FrameworkDefault.group(&network, &mut streams("init"), &device);
//! let set = TrainingSet::shared(&x, &y, &device);
//! let mut training =
//!     Training::new(&network, initial, set, Loss::SquaredError, Optimiser::adam(0.01));
//! let mut shuffles = Shuffles::new(streams("batch"));
//! for _ in 0..200 {
//!     let losses = training.epoch(&mut shuffles, 10);
//!     training.stop_where(|network| losses[network] < 1e-3);
//! }
//! assert!(training.losses().iter().all(|&loss| loss < 1e-2));
//! ```

use burn::tensor::Tensor;

use crate::lab::loss::Loss;
use crate::lab::model::Model;
use crate::lab::network;
use crate::lab::optimiser;
use crate::lab::optimiser::Optimiser;
use crate::lab::optimiser::PerNetwork;
use crate::lab::training_set::Rows;
use crate::lab::training_set::Shuffles;
use crate::lab::training_set::TrainingSet;

/// A group of models while they are trained.
pub struct Training<'a, M> {
    model: &'a M,
    /// The parameters `[G, P]`; empty only during a step.
    parameters: Option<Tensor<2>>,
    set: TrainingSet,
    loss: Loss,
    optimiser: Optimiser,
    /// The radius of sharpness-aware minimisation.
    radii: Option<PerNetwork>,
    steps: Vec<usize>,
}

impl<'a, M: Model> Training<'a, M> {
    /// Before the first step, at parameters `[G, P]`.
    #[must_use]
    pub fn new(
        model: &'a M,
        parameters: Tensor<2>,
        set: TrainingSet,
        loss: Loss,
        optimiser: Optimiser,
    ) -> Self {
        let steps = vec![0; parameters.dims()[0]];
        Self { model, parameters: Some(parameters), set, loss, optimiser, radii: None, steps }
    }

    /// By sharpness-aware minimisation with these radii `ρ`: each step takes the gradient at
    /// `θ + ρ g/‖g‖`. A radius of zero is ordinary training.
    #[must_use]
    pub fn sharpness_aware(self, radii: impl Into<PerNetwork>) -> Self {
        Self { radii: Some(radii.into()), ..self }
    }

    /// One step of every network that is not stopped, on those examples or on all. The losses `[G]` are
    /// those before the step; of a network that is stopped they say nothing.
    pub fn step(&mut self, rows: Option<&Rows>) -> Tensor<1> {
        let parameters = self.parameters.take().expect("a step leaves parameters");
        let active = self.optimiser.active(self.steps.len());
        let at = |parameters: &Tensor<2>| {
            self.model.gradient(parameters, &self.set, rows, self.loss, &active)
        };
        let (losses, mut gradient) = at(&parameters);
        if let Some(radii) = &self.radii {
            gradient = at(&optimiser::ascend(&parameters, &gradient, radii)).1;
        }
        self.parameters = Some(self.optimiser.step(parameters, gradient));
        for (steps, active) in self.steps.iter_mut().zip(active) {
            *steps += usize::from(active);
        }
        losses
    }

    /// An epoch of batches; the mean over its examples of the losses just before they were used.
    pub fn epoch(&mut self, shuffles: &mut Shuffles, batch: usize) -> Vec<f64> {
        let count = self.set.count();
        let mut means = vec![0.0; self.steps.len()];
        for rows in shuffles.epoch(count, batch) {
            let share = rows.each().first().map_or(0, Vec::len) as f64 / count as f64;
            let losses = network::list(self.step(Some(&rows)));
            means.iter_mut().zip(losses).for_each(|(mean, loss)| *mean += share * loss);
        }
        means
    }

    /// Stops the networks for which `done` says so: they keep their parameters from now on, and cost
    /// nothing any more.
    pub fn stop_where(&mut self, done: impl Fn(usize) -> bool) {
        let active = self.optimiser.active(self.steps.len());
        for network in (0..active.len()).filter(|&network| active[network] && done(network)) {
            self.optimiser.freeze(network);
        }
    }

    /// Whether every network is stopped.
    #[must_use]
    pub fn all_stopped(&self) -> bool {
        !self.optimiser.active(self.steps.len()).contains(&true)
    }

    /// How many steps each network has taken.
    #[must_use]
    pub fn steps(&self) -> &[usize] {
        &self.steps
    }

    /// The parameters `[G, P]`.
    ///
    /// # Panics
    /// Never: a step leaves parameters.
    #[must_use]
    pub fn parameters(&self) -> &Tensor<2> {
        self.parameters.as_ref().expect("a step leaves parameters")
    }

    /// The mean loss of each network on all of its examples.
    #[must_use]
    pub fn losses(&self) -> Vec<f64> {
        self.losses_on(&self.set)
    }

    /// The mean loss of each network on other examples.
    #[must_use]
    pub fn losses_on(&self, set: &TrainingSet) -> Vec<f64> {
        network::list(self.model.losses(self.parameters(), set, self.loss))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::initialisation::Initialisation;
    use crate::lab::network::Activation;
    use crate::lab::network::Network;
    use crate::lab::network::Parametrisation;
    use crate::lab::random;
    use burn::tensor::Device;
    use rand_chacha::ChaCha8Rng;

    const LOSSES: [Loss; 5] = [
        Loss::SquaredError,
        Loss::HalfSquaredError,
        Loss::CrossEntropy,
        Loss::Hinge,
        Loss::Ramp { margin: 0.7 },
    ];

    fn streams(purpose: &str, count: u64) -> Vec<ChaCha8Rng> {
        (0..count).map(|replicate| random::stream(1, "test", replicate, purpose)).collect()
    }

    /// Inputs `[n, d]`, and as targets signs, or indicators of `k` classes.
    fn examples(stream: &mut ChaCha8Rng, [n, d, k]: [usize; 3]) -> [Vec<Vec<f64>>; 2] {
        let inputs: Vec<Vec<f64>> = (0..n).map(|_| random::normals(stream, d)).collect();
        let target = |x: &Vec<f64>| match k {
            1 => vec![(x[0] * x[1]).signum()],
            _ => (0..k).map(|class| f64::from(class == (x[0] * x[0]) as usize % k)).collect(),
        };
        let targets = inputs.iter().map(target).collect();
        [inputs, targets]
    }

    fn set(networks: u64, shape: [usize; 3]) -> TrainingSet {
        let sets: Vec<[Vec<Vec<f64>>; 2]> =
            streams("data", networks).iter_mut().map(|stream| examples(stream, shape)).collect();
        let sets: Vec<_> = sets.iter().map(|[x, y]| (x.as_slice(), y.as_slice())).collect();
        TrainingSet::each(&sets, &Device::flex())
    }

    /// The fused operation and burn's automatic differentiation on one problem.
    #[track_caller]
    fn check(network: &Network, loss: Loss, outputs: usize) {
        // More examples than fit into a block, and not a multiple of it.
        let count = 150;
        let set = set(3, [count, network.layers()[0].inputs, outputs]);
        let device = Device::flex();
        let parameters =
            Initialisation::FrameworkDefault.group(network, &mut streams("init", 3), &device);
        let batch = Shuffles::new(streams("batch", 3)).epoch(count, 37).remove(1);
        for rows in [None, Some(&batch)] {
            let (losses, gradient) = network.gradient(&parameters, &set, rows, loss, &[true; 3]);
            let (expected, slope) = network.gradient_by_autodiff(&parameters, &set, rows, loss);
            let (losses, expected) = (network::list(losses), network::list(expected));
            for (found, expected) in losses.iter().zip(&expected) {
                assert!((found - expected).abs() < 2e-6 * (1.0 + expected), "{network:?} {loss:?}");
            }
            for (found, expected) in network::rows(gradient).iter().zip(&network::rows(slope)) {
                let size = expected.iter().fold(0.0f64, |most, value| most.max(value.abs()));
                for (found, expected) in found.iter().zip(expected) {
                    // Sums of up to 150 terms in single precision, in another order.
                    let error = (found - expected).abs();
                    assert!(error <= 1e-5 * size, "{network:?} {loss:?}: {found}, {expected}");
                }
            }
        }
        let all = network::list(network.losses(&parameters, &set, loss));
        let expected =
            network::list(loss.mean(network.outputs(&parameters, set.inputs()), set.targets()));
        assert!(all.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 2e-6 * (1.0 + b)));
    }

    #[test]
    fn fused_gradients_are_those_of_automatic_differentiation() {
        for activation in
            [Activation::Relu, Activation::Tanh, Activation::Quadratic, Activation::Linear]
        {
            for outputs in [1, 3] {
                for sizes in [vec![2, outputs], vec![5, 7, outputs], vec![3, 26, 1, 9, outputs]] {
                    let network = Network::new(&sizes, activation);
                    for loss in LOSSES {
                        check(&network, loss, outputs);
                    }
                }
            }
        }
        for parametrisation in [Parametrisation::Ntk, Parametrisation::MeanField] {
            let network = Network::new(&[3, 8, 8, 1], Activation::Tanh);
            check(&network.in_parametrisation(parametrisation), Loss::SquaredError, 1);
        }
    }

    /// Trains networks with these streams; the parameters at the end.
    fn train(network: &Network, replicates: &[u64], optimiser: Optimiser) -> Vec<Vec<f64>> {
        let device = Device::flex();
        let pick = |purpose: &str| -> Vec<ChaCha8Rng> {
            let all = streams(purpose, 3);
            replicates.iter().map(|&place| all[place as usize].clone()).collect()
        };
        let sets: Vec<[Vec<Vec<f64>>; 2]> =
            pick("data").iter_mut().map(|stream| examples(stream, [50, 4, 1])).collect();
        let sets: Vec<_> = sets.iter().map(|[x, y]| (x.as_slice(), y.as_slice())).collect();
        let set = TrainingSet::each(&sets, &device);
        let initial = Initialisation::He.group(network, &mut pick("init"), &device);
        let mut training = Training::new(network, initial, set, Loss::SquaredError, optimiser);
        let mut shuffles = Shuffles::new(pick("batch"));
        for _ in 0..20 {
            training.epoch(&mut shuffles, 16);
        }
        network::rows(training.parameters().clone())
    }

    #[test]
    fn a_network_has_the_same_bits_alone_and_in_a_group() {
        let network = Network::new(&[4, 11, 11, 1], Activation::Tanh);
        for (of, one) in [
            (Optimiser::adamw(vec![0.01, 0.02, 0.03], 0.1), Optimiser::adamw(0.02, 0.1)),
            (Optimiser::momentum(0.01, 0.9), Optimiser::momentum(0.01, 0.9)),
        ] {
            assert_eq!(train(&network, &[0, 1, 2], of)[1], train(&network, &[1], one)[0]);
        }
    }

    #[test]
    fn a_masked_network_is_the_narrower_one() {
        // Four units of six: the parameters of the others are zero and do not move.
        let (wide, narrow) = (
            Network::new(&[4, 6, 1], Activation::Relu),
            Network::new(&[4, 4, 1], Activation::Relu),
        );
        let device = Device::flex();
        let mut small = Initialisation::FrameworkDefault.draw(&narrow, &mut streams("init", 1)[0]);
        small.iter_mut().for_each(|value| *value = f64::from(*value as f32));
        let (mut large, mut mask) = (vec![0.0; wide.parameters()], vec![0.0; wide.parameters()]);
        for (from, to) in narrow.layers().iter().zip(wide.layers()) {
            for output in 0..from.outputs {
                for input in 0..from.inputs {
                    large[to.weight(input, output)] = small[from.weight(input, output)];
                    mask[to.weight(input, output)] = 1.0;
                }
                large[to.biases + output] = small[from.biases + output];
                mask[to.biases + output] = 1.0;
            }
        }
        let set = set(1, [30, 4, 1]);
        let run = |network: &Network, start: &[f64], optimiser: Optimiser| {
            let start = network::tensor(&[start.to_vec()], &device);
            let loss = Loss::SquaredError;
            let mut training = Training::new(network, start, set.clone(), loss, optimiser);
            for _ in 0..50 {
                training.step(None);
            }
            (training.losses(), network::rows(training.parameters().clone()).remove(0))
        };
        let adam = || Optimiser::adamw(0.01, 0.1);
        let masked = adam().with_mask(network::tensor(&[mask.clone()], &device));
        let ((one, _), (other, end)) = (run(&narrow, &small, adam()), run(&wide, &large, masked));
        assert!((one[0] - other[0]).abs() < 1e-6, "{one:?}, {other:?}");
        assert!(end.iter().zip(&mask).all(|(value, mask)| *mask == 1.0 || *value == 0.0));
    }

    #[test]
    fn a_stopped_network_stays_and_the_others_go_on() {
        let network = Network::new(&[4, 5, 1], Activation::Relu);
        let device = Device::flex();
        let start = Initialisation::He.group(&network, &mut streams("init", 2), &device);
        let before = network::rows(start.clone());
        let set = set(2, [20, 4, 1]);
        let adam = Optimiser::adam(0.01);
        let mut training = Training::new(&network, start, set, Loss::SquaredError, adam);
        training.stop_where(|network| network == 0);
        for _ in 0..5 {
            training.step(None);
        }
        let after = network::rows(training.parameters().clone());
        assert_eq!(after[0], before[0]);
        assert_ne!(after[1], before[1]);
        assert_eq!(training.steps(), [0, 5]);
        assert!(!training.all_stopped());
        training.stop_where(|_| true);
        assert!(training.all_stopped());
    }

    #[test]
    fn a_radius_of_zero_is_ordinary_training() {
        let network = Network::new(&[4, 5, 1], Activation::Tanh);
        let run = |radii: Option<Vec<f64>>| {
            let start =
                Initialisation::He.group(&network, &mut streams("init", 2), &Device::flex());
            let descent = Optimiser::descent(0.1);
            let training =
                Training::new(&network, start, set(2, [20, 4, 1]), Loss::SquaredError, descent);
            let mut training = match radii {
                Some(radii) => training.sharpness_aware(radii),
                None => training,
            };
            training.step(None);
            network::rows(training.parameters().clone())
        };
        let (plain, aware) = (run(None), run(Some(vec![0.0, 0.5])));
        assert_eq!(plain[0], aware[0]);
        assert_ne!(plain[1], aware[1]);
    }
}
