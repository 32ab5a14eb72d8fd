//! Gradients by burn's automatic differentiation, and what to do with them, for a group of networks
//! at once (see [`crate::lab::network`]).

use burn::tensor::Tensor;

/// The losses `[G]` at parameters `[G, P]` and the gradient of each loss in its own parameters,
/// `[G, P]`. Other tensors that the loss uses are constants to the differentiation.
///
/// # Panics
/// When the loss does not depend on the parameters.
pub fn gradient(
    parameters: &Tensor<2>,
    loss: impl FnOnce(&Tensor<2>) -> Tensor<1>,
) -> (Tensor<1>, Tensor<2>) {
    let leaf = parameters.clone().autodiff().require_grad();
    let losses = loss(&leaf);
    // Network g's loss depends on row g alone, so that one pass over the sum gives every gradient.
    let mut gradients = losses.clone().sum().backward();
    let gradient = leaf.grad_remove(&mut gradients).expect("the loss depends on the parameters");
    (losses.inner(), gradient)
}

/// Adam (Kingma and Ba 2015, *Adam: A method for stochastic optimization*, algorithm 1), with their
/// `β₁ = 0.9`, `β₂ = 0.999`, `ε = 10⁻⁸`.
pub struct Adam {
    rate: f64,
    steps: i32,
    moments: Option<(Tensor<2>, Tensor<2>)>,
}

impl Adam {
    const FIRST: f64 = 0.9;
    const SECOND: f64 = 0.999;
    const EPSILON: f64 = 1e-8;

    /// Before the first step, with that learning rate.
    #[must_use]
    pub fn new(rate: f64) -> Self {
        Self { rate, steps: 0, moments: None }
    }

    /// The parameters after one more step.
    #[must_use]
    pub fn step(&mut self, parameters: Tensor<2>, gradient: Tensor<2>) -> Tensor<2> {
        let square = gradient.clone() * gradient.clone();
        let (new_mean, new_square) =
            (gradient * (1.0 - Self::FIRST), square * (1.0 - Self::SECOND));
        let (mean, square) = match self.moments.take() {
            None => (new_mean, new_square),
            Some((mean, square)) => {
                (mean * Self::FIRST + new_mean, square * Self::SECOND + new_square)
            }
        };
        self.steps += 1;
        // `(m / c₁) / (√(v / c₂) + ε)` with the corrections c of the bias towards zero.
        let correction = 1.0 - Self::FIRST.powi(self.steps);
        let spread = (1.0 - Self::SECOND.powi(self.steps)).sqrt();
        let scale = (square.clone().sqrt() / spread) + Self::EPSILON;
        self.moments = Some((mean.clone(), square));
        parameters - mean / scale * (self.rate / correction)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::network;
    use burn::tensor::Device;

    #[test]
    fn each_network_has_its_own_gradient() {
        let parameters = network::tensor(&[vec![1.0, 2.0], vec![3.0, -1.0]], &Device::flex());
        let (losses, gradient) = gradient(&parameters, |parameters| {
            (parameters.clone() * parameters.clone()).sum_dim(1).reshape([2])
        });
        assert_eq!(network::list(losses), [5.0, 10.0]);
        assert_eq!(network::rows(gradient), [vec![2.0, 4.0], vec![6.0, -2.0]]);
    }

    #[test]
    fn adam_takes_the_steps_of_its_paper() {
        // The same recursion on scalars in f64, gradient g(θ) = 2 θ.
        let (mut theta, mut m, mut v) = (1.0f64, 0.0f64, 0.0f64);
        let mut adam = Adam::new(0.1);
        let mut parameters = network::tensor(&[vec![1.0]], &Device::flex());
        for step in 1..=20 {
            let g = 2.0 * theta;
            m = 0.9 * m + 0.1 * g;
            v = 0.999 * v + 0.001 * g * g;
            let (mhat, vhat) = (m / (1.0 - 0.9f64.powi(step)), v / (1.0 - 0.999f64.powi(step)));
            theta -= 0.1 * mhat / (vhat.sqrt() + 1e-8);
            parameters = adam.step(parameters.clone(), parameters * 2.0);
        }
        let value = network::rows(parameters)[0][0];
        assert!((value - theta).abs() < 1e-5, "{value} is not {theta}");
    }
}
