//! Losses: what a network's answer to one example costs, with derivatives in the answer.
//!
//! An answer is a row of `k` outputs `f`, and a target a row `y` of the same length. For regression the
//! target is what the outputs should be. For classification with one output it is `−1` or `1`, and with
//! more the indicator of the class; the margin is then `m = y f`, or `m = f_class − max_other f`.
//!
//! Each loss exists twice: on the host in f64, one example at a time, and as a tensor program for all
//! examples of all networks of a group ([`Loss::mean`]).

use burn::tensor::Tensor;
use burn::tensor::activation;
use serde::Deserialize;
use serde::Serialize;

/// A loss of one example.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// `‖f − y‖²`, summed over outputs.
    SquaredError,
    /// `½ ‖f − y‖²`: the convention of the edge of stability and of tangent kernels.
    HalfSquaredError,
    /// `−Σ y ln softmax(f)`, natural logarithm; with one output `ln(1 + exp(−y f))`, the logistic loss.
    CrossEntropy,
    /// `max(0, 1 − m)`; with more than two classes that of Crammer and Singer (2001, *On the
    /// algorithmic implementation of multiclass kernel-based vector machines*).
    Hinge,
    /// `min(1, max(0, 1 − m/γ))`, which lies between the 0–1 loss and the share of margins below `γ`
    /// (Mohri, Rostamizadeh and Talwalkar 2018, *Foundations of Machine Learning*, definition 5.5).
    Ramp {
        /// The margin `γ > 0`.
        margin: f64,
    },
}

impl Loss {
    /// The loss of an answer.
    ///
    /// # Panics
    /// When target and answer differ in length, or are empty.
    #[must_use]
    pub fn value(self, outputs: &[f64], target: &[f64]) -> f64 {
        self.differentiate(outputs, target, &mut vec![0.0; outputs.len()])
    }

    /// The loss of an answer and, into `slope`, its gradient in the outputs. At a kink it is the
    /// derivative of the flat side.
    ///
    /// # Panics
    /// When the three differ in length, or are empty.
    pub fn differentiate(self, outputs: &[f64], target: &[f64], slope: &mut [f64]) -> f64 {
        assert!(!outputs.is_empty(), "a loss needs outputs");
        assert!(
            outputs.len() == target.len() && outputs.len() == slope.len(),
            "one target an output"
        );
        match self {
            Self::SquaredError => squared_error(outputs, target, slope, 1.0),
            Self::HalfSquaredError => squared_error(outputs, target, slope, 0.5),
            Self::CrossEntropy => cross_entropy(outputs, target, slope),
            Self::Hinge => by_margin(outputs, target, slope, |margin| {
                if margin < 1.0 { (1.0 - margin, -1.0) } else { (0.0, 0.0) }
            }),
            Self::Ramp { margin: gamma } => by_margin(outputs, target, slope, |margin| {
                let loss = 1.0 - margin / gamma;
                if loss > 0.0 && loss < 1.0 {
                    (loss, -1.0 / gamma)
                } else {
                    (loss.clamp(0.0, 1.0), 0.0)
                }
            }),
        }
    }

    /// The Hessian of the loss in the outputs times a direction. Zero for the piecewise linear losses.
    ///
    /// # Panics
    /// When the three differ in length, or are empty.
    #[must_use]
    pub fn hessian_vector(self, outputs: &[f64], target: &[f64], direction: &[f64]) -> Vec<f64> {
        assert!(!outputs.is_empty(), "a loss needs outputs");
        assert!(outputs.len() == target.len() && outputs.len() == direction.len());
        match self {
            Self::SquaredError => direction.iter().map(|d| 2.0 * d).collect(),
            Self::HalfSquaredError => direction.to_vec(),
            Self::CrossEntropy if outputs.len() == 1 => {
                let p = sigmoid(-target[0] * outputs[0]);
                vec![target[0] * target[0] * p * (1.0 - p) * direction[0]]
            }
            Self::CrossEntropy => {
                // (diag p − p pᵀ) d, times the mass of the target.
                let (p, _) = softmax(outputs);
                let mass: f64 = target.iter().sum();
                let mean: f64 = p.iter().zip(direction).map(|(p, d)| p * d).sum();
                p.iter().zip(direction).map(|(p, d)| mass * p * (d - mean)).collect()
            }
            Self::Hinge | Self::Ramp { .. } => vec![0.0; outputs.len()],
        }
    }

    /// The mean over examples of the loss of each network, `[G]`, as a tensor program that burn can
    /// differentiate. Outputs are `[G, n, k]`; targets are that too, or `[1, n, k]` where all networks
    /// have the same.
    #[must_use]
    pub fn mean(self, outputs: Tensor<3>, targets: Tensor<3>) -> Tensor<1> {
        let [groups, examples, width] = outputs.dims();
        let losses = match self {
            Self::SquaredError | Self::HalfSquaredError => {
                let error = outputs - targets;
                let squares = (error.clone() * error).sum_dim(2);
                if self == Self::SquaredError { squares } else { squares * 0.5 }
            }
            Self::CrossEntropy if width == 1 => activation::softplus(-(outputs * targets), 1.0),
            Self::CrossEntropy => -(activation::log_softmax(outputs, 2) * targets).sum_dim(2),
            Self::Hinge => (-margins(outputs, targets) + 1.0).clamp_min(0.0),
            Self::Ramp { margin } => {
                (-margins(outputs, targets) / margin as f32 + 1.0).clamp(0.0, 1.0)
            }
        };
        losses.reshape([groups, examples]).sum_dim(1).reshape([groups]) / examples as f32
    }
}

/// The margin of an answer: `y f`, or what the class has over the best other one.
///
/// # Panics
/// When target and answer differ in length, or are empty.
#[must_use]
pub fn margin(outputs: &[f64], target: &[f64]) -> f64 {
    assert!(!outputs.is_empty() && outputs.len() == target.len(), "one target an output");
    if outputs.len() == 1 {
        return target[0] * outputs[0];
    }
    let (class, other) = contenders(outputs, target);
    outputs[class] - outputs[other]
}

/// The probabilities `exp f / Σ exp f`, and the logarithm of that sum.
#[must_use]
pub fn softmax(outputs: &[f64]) -> (Vec<f64>, f64) {
    let largest = outputs.iter().fold(f64::NEG_INFINITY, |most, &output| most.max(output));
    let mut shares: Vec<f64> = outputs.iter().map(|output| libm::exp(output - largest)).collect();
    let sum: f64 = shares.iter().sum();
    shares.iter_mut().for_each(|share| *share /= sum);
    (shares, largest + libm::log(sum))
}

fn sigmoid(z: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-z))
}

fn squared_error(outputs: &[f64], target: &[f64], slope: &mut [f64], factor: f64) -> f64 {
    let mut sum = 0.0;
    for ((output, target), slope) in outputs.iter().zip(target).zip(slope) {
        let error = output - target;
        sum += error * error;
        *slope = 2.0 * factor * error;
    }
    factor * sum
}

fn cross_entropy(outputs: &[f64], target: &[f64], slope: &mut [f64]) -> f64 {
    if let ([output], [target]) = (outputs, target) {
        let z = -target * output;
        slope[0] = -target * sigmoid(z);
        // ln(1 + eᶻ) without overflow.
        return z.max(0.0) + libm::log1p(libm::exp(-z.abs()));
    }
    let (shares, logarithm) = softmax(outputs);
    let mass: f64 = target.iter().sum();
    let mut hit = 0.0;
    for (place, slope) in slope.iter_mut().enumerate() {
        hit += target[place] * outputs[place];
        *slope = mass * shares[place] - target[place];
    }
    mass * logarithm - hit
}

/// A loss of the margin alone, which `of` gives with its derivative.
fn by_margin(
    outputs: &[f64],
    target: &[f64],
    slope: &mut [f64],
    of: impl Fn(f64) -> (f64, f64),
) -> f64 {
    let (loss, derivative) = of(margin(outputs, target));
    slope.fill(0.0);
    if outputs.len() == 1 {
        slope[0] = derivative * target[0];
    } else {
        let (class, other) = contenders(outputs, target);
        slope[class] = derivative;
        slope[other] = -derivative;
    }
    loss
}

/// The class of the target, and the largest output among the others.
fn contenders(outputs: &[f64], target: &[f64]) -> (usize, usize) {
    let largest = |values: &[f64], but: usize| {
        let mut best = usize::from(but == 0);
        for place in (0..values.len()).filter(|&place| place != but) {
            if values[place] > values[best] {
                best = place;
            }
        }
        best
    };
    let class = largest(target, usize::MAX);
    (class, largest(outputs, class))
}

/// The margins `[G, n, 1]`.
fn margins(outputs: Tensor<3>, targets: Tensor<3>) -> Tensor<3> {
    if outputs.dims()[2] == 1 {
        return outputs * targets;
    }
    // The class drops out of the maximum over the others; no output is that large.
    let others = (outputs.clone() - targets.clone() * 1e30).max_dim(2);
    (outputs * targets).sum_dim(2) - others
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::network;
    use crate::lab::optimiser;
    use crate::lab::random;
    use burn::tensor::Device;

    const ALL: [Loss; 5] = [
        Loss::SquaredError,
        Loss::HalfSquaredError,
        Loss::CrossEntropy,
        Loss::Hinge,
        Loss::Ramp { margin: 0.7 },
    ];

    /// Answers and targets, `k` outputs each: indicators of a class, or signs where there is one.
    fn examples(k: usize) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
        let mut stream = random::stream(1, "test", k as u64, "loss");
        let single = |value: f64| f64::from(value as f32);
        let outputs =
            (0..40).map(|_| random::normals(&mut stream, k).into_iter().map(single).collect());
        let target = |example: usize| match k {
            1 => vec![if example.is_multiple_of(2) { 1.0 } else { -1.0 }],
            _ => (0..k).map(|class| f64::from(class == example % k)).collect(),
        };
        (outputs.collect(), (0..40).map(target).collect())
    }

    #[test]
    fn derivatives_are_those_of_central_differences() {
        let step = 1e-6;
        for k in [1, 2, 5] {
            let (outputs, targets) = examples(k);
            for (loss, (output, target)) in
                ALL.iter().flat_map(|&loss| outputs.iter().zip(&targets).map(move |e| (loss, e)))
            {
                let mut slope = vec![0.0; k];
                let value = loss.differentiate(output, target, &mut slope);
                assert_eq!(value, loss.value(output, target));
                for place in 0..k {
                    let moved = |step: f64| {
                        let mut output = output.clone();
                        output[place] += step;
                        output
                    };
                    let found = (loss.value(&moved(step), target)
                        - loss.value(&moved(-step), target))
                        / (2.0 * step);
                    assert!((found - slope[place]).abs() < 1e-8, "{loss:?} at {output:?}");
                    let mut unit = vec![0.0; k];
                    unit[place] = 1.0;
                    let product = loss.hessian_vector(output, target, &unit);
                    let (mut ahead, mut behind) = (vec![0.0; k], vec![0.0; k]);
                    loss.differentiate(&moved(step), target, &mut ahead);
                    loss.differentiate(&moved(-step), target, &mut behind);
                    for (other, product) in product.iter().enumerate() {
                        let found = (ahead[other] - behind[other]) / (2.0 * step);
                        assert!((found - product).abs() < 1e-8, "{loss:?}: {found}, {product}");
                    }
                }
            }
        }
    }

    #[test]
    fn tensors_and_the_host_agree() {
        let device = Device::flex();
        for k in [1, 2, 5] {
            let (outputs, targets) = examples(k);
            let row = network::tensor(&[outputs.concat()], &device);
            let wanted = network::tensor(&targets, &device).unsqueeze_dim::<3>(0);
            for loss in ALL {
                let (value, slope) = optimiser::gradient(&row, |row| {
                    loss.mean(row.clone().reshape([1, 40, k]), wanted.clone())
                });
                let slope = network::rows(slope).remove(0);
                let mut mean = 0.0;
                for (example, output) in outputs.iter().enumerate() {
                    let mut expected = vec![0.0; k];
                    mean += loss.differentiate(output, &targets[example], &mut expected) / 40.0;
                    for (found, expected) in slope[example * k..].iter().zip(&expected) {
                        assert!((found * 40.0 - expected).abs() < 1e-5, "{loss:?}");
                    }
                }
                assert!((network::list(value)[0] - mean).abs() < 1e-6, "{loss:?}");
            }
        }
    }

    #[test]
    fn hand_cases() {
        assert_eq!(Loss::SquaredError.value(&[1.0, 4.0], &[0.0, 2.0]), 5.0);
        assert_eq!(Loss::HalfSquaredError.value(&[1.0, 4.0], &[0.0, 2.0]), 2.5);
        // Even odds, and no overflow a long way off.
        assert!(
            (Loss::CrossEntropy.value(&[0.0; 4], &[0.0, 1.0, 0.0, 0.0]) - libm::log(4.0)).abs()
                < 1e-15
        );
        assert!((Loss::CrossEntropy.value(&[0.0], &[-1.0]) - libm::log(2.0)).abs() < 1e-15);
        assert_eq!(Loss::CrossEntropy.value(&[-800.0], &[1.0]), 800.0);
        assert_eq!(Loss::CrossEntropy.value(&[0.0, 800.0], &[1.0, 0.0]), 800.0);
        assert_eq!(Loss::Hinge.value(&[0.25], &[-1.0]), 1.25);
        assert_eq!(Loss::Hinge.value(&[3.0, 2.5, 9.0], &[0.0, 0.0, 1.0]), 0.0);
        assert_eq!(Loss::Hinge.value(&[3.0, 2.5, 0.0], &[1.0, 0.0, 0.0]), 0.5);
        let ramp = Loss::Ramp { margin: 2.0 };
        assert_eq!([-1.0, 0.0, 1.0, 3.0].map(|f| ramp.value(&[f], &[1.0])), [1.0, 1.0, 0.5, 0.0]);
        assert_eq!(margin(&[3.0, 2.5, 9.0], &[0.0, 1.0, 0.0]), -6.5);
    }
}
