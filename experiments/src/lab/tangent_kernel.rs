//! The tangent kernel of a network, `Θ(x, x′) = ∇f(x) · ∇f(x′)`: of a given one, and in the limit of
//! infinite width; and training linearised about the start, which it governs.
//!
//! Kernels of networks with `k` outputs are matrices `[n·k, n·k]` whose row `i·k + j` is output `j` for
//! example `i`.

use nalgebra::DMatrix;
use nalgebra::DVector;
use nalgebra::SymmetricEigen;

use crate::lab::network::Network;
use crate::lab::pass;

/// Eigenvalues of a kernel below this share of the largest count as zero.
const CUTOFF: f64 = 1e-12;

/// The tangent kernel of a network at these parameters, between the examples of two sets `[n, in]` and
/// `[m, in]`.
///
/// One forward and one backward pass for each set, and no gradient: a layer `z = h W + b` adds
/// `(h·h′ + 1)` times the product of `∂f/∂z` and `∂f′/∂z`, the one being for the biases.
#[must_use]
pub fn between(
    network: &Network,
    parameters: &[f64],
    some: &DMatrix<f64>,
    others: &DMatrix<f64>,
) -> DMatrix<f64> {
    let [one, other] = [some, others].map(|inputs| {
        let forward = pass::forward(network, parameters, inputs);
        let deltas = pass::output_deltas(network, parameters, &forward);
        (forward, deltas)
    });
    let width = one.0.outputs.ncols();
    let mut kernel = DMatrix::zeros(some.nrows() * width, others.nrows() * width);
    for (depth, layer) in network.layers().iter().enumerate() {
        let square = pass::scale(layer).powi(2);
        let signals = &one.0.signals[depth] * other.0.signals[depth].transpose();
        let deltas = &one.1[depth] * other.1[depth].transpose();
        for ((row, column), to) in indexed(&mut kernel) {
            let signal = square * signals[(row / width, column / width)] + 1.0;
            *to += signal * deltas[(row, column)];
        }
    }
    kernel
}

/// The tangent kernel on one set of examples `[n, in]`.
#[must_use]
pub fn empirical(network: &Network, parameters: &[f64], inputs: &DMatrix<f64>) -> DMatrix<f64> {
    between(network, parameters, inputs, inputs)
}

/// The entries with row and column, column by column.
fn indexed(matrix: &mut DMatrix<f64>) -> impl Iterator<Item = ((usize, usize), &mut f64)> {
    let rows = matrix.nrows().max(1);
    matrix.iter_mut().enumerate().map(move |(place, entry)| ((place % rows, place / rows), entry))
}

/// How far a kernel has moved: `‖Θ − Θ₀‖_F / ‖Θ₀‖_F`.
#[must_use]
pub fn drift(now: &DMatrix<f64>, before: &DMatrix<f64>) -> f64 {
    (now - before).norm() / before.norm()
}

/// Training of a network linearised about its start, on the loss `½ Σ (f − y)²`, in closed form
/// (Jacot, Gabriel and Hongler 2018, *Neural tangent kernel: convergence and generalization in neural
/// networks*; Lee et al. 2019, *Wide neural networks of any depth evolve as linear models under
/// gradient descent*).
///
/// The outputs obey `ḟ = −Θ(f − y)`: along an eigenvector of the kernel with eigenvalue `λ` the error
/// is `exp(−λt)` times what it was, or `(1 − ηλ)^t` after `t` steps. For the loss `1/(2n) Σ` time and
/// step count `1/n` as much. With `f₀ = 0` the limit is kernel regression.
pub struct Linearised {
    eigenvalues: DVector<f64>,
    vectors: DMatrix<f64>,
    targets: DVector<f64>,
    /// The error at the start, `f₀ − y`, in the eigenbasis.
    errors: DVector<f64>,
}

/// How long a linearised network is trained.
#[derive(Clone, Copy, Debug)]
pub enum Training {
    /// Gradient flow for that time.
    Flow(f64),
    /// That many steps of gradient descent.
    Descent {
        /// The learning rate `η`.
        rate: f64,
        /// The number of steps.
        steps: u64,
    },
    /// Until nothing changes: flow for all time. Directions in which the kernel is below `1e-12` of
    /// its largest eigenvalue are not learned.
    Limit,
}

impl Linearised {
    /// From a symmetric kernel, what the network answers at the start, and the targets, both in the
    /// order of the kernel's rows.
    ///
    /// # Panics
    /// When the sizes differ.
    #[must_use]
    pub fn new(kernel: &DMatrix<f64>, start: &[f64], targets: &[f64]) -> Self {
        let n = kernel.nrows();
        assert!(
            start.len() == n && targets.len() == n,
            "one answer and target a row of the kernel"
        );
        let targets = DVector::from_column_slice(targets);
        let (eigenvalues, vectors) = if kernel.iter().all(|entry| entry.is_finite()) {
            let eigen = SymmetricEigen::new(kernel.clone());
            (eigen.eigenvalues, eigen.eigenvectors)
        } else {
            // The eigensolver would not end.
            (DVector::from_element(n, f64::NAN), DMatrix::from_element(n, n, f64::NAN))
        };
        let errors = vectors.tr_mul(&(DVector::from_column_slice(start) - &targets));
        Self { eigenvalues, vectors, targets, errors }
    }

    /// The largest eigenvalue of the kernel. Descent is stable for rates below `2/λ_max`.
    #[must_use]
    pub fn largest(&self) -> f64 {
        self.eigenvalues.max()
    }

    /// The smallest eigenvalue of the kernel, which sets the rate of convergence.
    #[must_use]
    pub fn smallest(&self) -> f64 {
        self.eigenvalues.min()
    }

    /// What the network answers to the training examples.
    #[must_use]
    pub fn answers(&self, training: Training) -> Vec<f64> {
        let errors = self.filtered(|eigenvalue| self.remaining(training, eigenvalue));
        (&self.targets + &self.vectors * errors).as_slice().to_vec()
    }

    /// What it answers to other examples, from the kernel between these and the training examples,
    /// `[m, n]`, and what it answers them at the start, `[m]`.
    ///
    /// # Panics
    /// When the sizes differ.
    #[must_use]
    pub fn predictions(
        &self,
        between: &DMatrix<f64>,
        start: &[f64],
        training: Training,
    ) -> Vec<f64> {
        let moved = self.filtered(|eigenvalue| self.learned(training, eigenvalue));
        let start = DVector::from_column_slice(start);
        (start - between * (&self.vectors * moved)).as_slice().to_vec()
    }

    fn filtered(&self, filter: impl Fn(f64) -> f64) -> DVector<f64> {
        self.errors.zip_map(&self.eigenvalues, |error, eigenvalue| error * filter(eigenvalue))
    }

    /// The share of the error that is left along an eigenvector.
    fn remaining(&self, training: Training, eigenvalue: f64) -> f64 {
        match training {
            Training::Flow(time) => libm::exp(-eigenvalue * time),
            Training::Descent { rate, steps } => power(1.0 - rate * eigenvalue, steps),
            Training::Limit => f64::from(eigenvalue <= CUTOFF * self.largest()),
        }
    }

    /// That which is not left, divided by the eigenvalue.
    fn learned(&self, training: Training, eigenvalue: f64) -> f64 {
        if eigenvalue > CUTOFF * self.largest() {
            let learned = match training {
                Training::Flow(time) => -libm::expm1(-eigenvalue * time),
                _ => 1.0 - self.remaining(training, eigenvalue),
            };
            return learned / eigenvalue;
        }
        match training {
            Training::Flow(time) => time,
            Training::Descent { rate, steps } => rate * steps as f64,
            Training::Limit => 0.0,
        }
    }
}

/// `base^steps`, with the sign for a negative base.
fn power(base: f64, steps: u64) -> f64 {
    let sign = if base < 0.0 && steps % 2 == 1 { -1.0 } else { 1.0 };
    sign * libm::pow(base.abs(), steps as f64)
}

/// Kernel regression with ridge: `K_* (K + μ I)⁻¹ y`, from the kernel between the examples asked about
/// and the training examples `[m, n]`, and that among the latter. With `μ = 0` eigenvalues below
/// `1e-12` of the largest count as zero.
///
/// # Panics
/// When the sizes differ.
#[must_use]
pub fn regression(
    between: &DMatrix<f64>,
    kernel: &DMatrix<f64>,
    targets: &[f64],
    ridge: f64,
) -> Vec<f64> {
    let ridged = kernel + DMatrix::identity(kernel.nrows(), kernel.ncols()) * ridge;
    let start = vec![0.0; between.nrows()];
    let linearised = Linearised::new(&ridged, &vec![0.0; targets.len()], targets);
    linearised.predictions(between, &start, Training::Limit)
}

/// What a layer of infinite width is drawn from: `z = s h W + b` with standard normal `W`.
#[derive(Clone, Copy, Debug)]
pub struct WideLayer {
    /// `s²` times the number of inputs: 2 keeps a ReLU network's signal (He et al. 2015, *Delving deep
    /// into rectifiers*).
    pub weights: f64,
    /// The variance of a bias.
    pub biases: f64,
    /// 1 where biases are trained, 0 where they are not or there are none; in general the square of
    /// a bias's factor.
    pub bias_rate: f64,
}

/// The two kernels of an infinitely wide ReLU network on one set of examples.
pub struct Infinite {
    /// The covariance of the outputs at initialisation (Neal 1996, *Bayesian learning for neural
    /// networks*; Lee et al. 2018, *Deep neural networks as Gaussian processes*).
    pub covariance: DMatrix<f64>,
    /// The tangent kernel, which is the same for every draw (Jacot, Gabriel and Hongler 2018).
    pub tangent: DMatrix<f64>,
}

/// The kernels of a ReLU network with these layers, of which the last has one output and all others
/// infinitely many, on examples `[n, in]`.
///
/// With Gaussian `u, v` of variances `p, q` and correlation `cos φ`, the arc-cosine kernels of Cho and
/// Saul (2009, *Kernel methods for deep learning*) are `E[relu(u) relu(v)] = √(pq)/2π (sin φ + (π − φ)
/// cos φ)` and `E[relu′(u) relu′(v)] = (π − φ)/2π`.
///
/// # Panics
/// Without a layer.
#[must_use]
pub fn infinite_relu(inputs: &DMatrix<f64>, layers: &[WideLayer]) -> Infinite {
    let (first, others) = layers.split_first().expect("a network has a layer");
    let plain = inputs * inputs.transpose() / inputs.ncols() as f64 * first.weights;
    let mut covariance = plain.add_scalar(first.biases);
    let mut tangent = plain.add_scalar(first.bias_rate);
    for layer in others {
        let variances = covariance.diagonal();
        let mut weights = DMatrix::zeros(covariance.nrows(), covariance.ncols());
        for ((row, column), to) in indexed(&mut weights) {
            let scale = (variances[row] * variances[column]).sqrt();
            let (signals, slopes) = arc_cosine(covariance[(row, column)], scale);
            *to = layer.weights * signals;
            tangent[(row, column)] *= layer.weights * slopes;
        }
        tangent += weights.add_scalar(layer.bias_rate);
        covariance = weights.add_scalar(layer.biases);
    }
    Infinite { covariance, tangent }
}

/// The two expectations, from a covariance and the product of the standard deviations.
fn arc_cosine(covariance: f64, scale: f64) -> (f64, f64) {
    use std::f64::consts::PI;
    if scale <= 0.0 {
        // A sum that is always zero is on the flat side of the kink.
        return (0.0, 0.0);
    }
    // Rounding can carry the correlation of an example with itself past one.
    let correlation = (covariance / scale).clamp(-1.0, 1.0);
    let angle = libm::acos(correlation);
    let sine = ((1.0 - correlation) * (1.0 + correlation)).sqrt();
    let signals = scale / (2.0 * PI) * (sine + (PI - angle) * correlation);
    (signals, (PI - angle) / (2.0 * PI))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::initialisation::Initialisation;
    use crate::lab::network::Activation;
    use crate::lab::random;
    use crate::lab::reference;

    fn gaussian(rows: usize, columns: usize, purpose: &str) -> DMatrix<f64> {
        let mut stream = random::stream(1, "test", 0, purpose);
        DMatrix::from_vec(rows, columns, random::normals(&mut stream, rows * columns))
    }

    #[test]
    fn it_is_the_gram_matrix_of_the_gradients() {
        for activation in [Activation::Relu, Activation::Tanh] {
            for sizes in [&[3, 7, 1][..], &[3, 6, 5, 2], &[3, 2]] {
                let network = Network::new(sizes, activation);
                let parameters = Initialisation::FrameworkDefault
                    .draw(&network, &mut random::stream(1, "test", 0, "init"));
                let [some, others] = [gaussian(5, 3, "some"), gaussian(4, 3, "others")];
                let gradients = |inputs| pass::jacobian(&network, &parameters, inputs);
                let expected = gradients(&some) * gradients(&others).transpose();
                let found = between(&network, &parameters, &some, &others);
                assert!((&found - &expected).norm() < 1e-13 * expected.norm());
            }
        }
    }

    #[test]
    fn pytorch_has_the_same_kernel() {
        let (network, parameters) = reference::network();
        let expected = reference::matrix("/network/ntk/matrix");
        let inputs = reference::matrix("/network/inputs");
        let found = empirical(&network, &parameters, &inputs);
        assert!((&found - &expected).norm() < 1e-13 * expected.norm());
        assert!(drift(&found, &expected) < 1e-13);
        assert_eq!(drift(&(2.0 * &found), &found), 1.0);
    }

    /// A linear network is its own linearisation: its training is that of the closed form.
    #[test]
    fn descent_is_iterated_descent() {
        let inputs = gaussian(6, 3, "inputs");
        let others = gaussian(4, 3, "others");
        let network = Network::new(&[3, 1], Activation::Relu);
        let mut parameters = Initialisation::FrameworkDefault
            .draw(&network, &mut random::stream(1, "test", 0, "init"));
        let targets = gaussian(6, 1, "targets");
        let answers = |parameters: &[f64], inputs: &DMatrix<f64>| {
            pass::forward(&network, parameters, inputs).outputs.as_slice().to_vec()
        };
        let start = answers(&parameters, &inputs);
        let kernel = empirical(&network, &parameters, &inputs);
        let linearised = Linearised::new(&kernel, &start, targets.as_slice());
        let between = between(&network, &parameters, &others, &inputs);
        let start = answers(&parameters, &others);
        // Beyond 1/λ_max the error along the largest eigenvector changes sign at every step.
        let rate = 1.7 / linearised.largest();
        for steps in 1..=41 {
            let error = DVector::from_vec(answers(&parameters, &inputs)) - targets.column(0);
            let gradient = pass::jacobian(&network, &parameters, &inputs).tr_mul(&error);
            parameters.iter_mut().zip(&gradient).for_each(|(p, g)| *p -= rate * g);
            let training = Training::Descent { rate, steps };
            let close = |found: Vec<f64>, expected: Vec<f64>| {
                found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-12)
            };
            assert!(close(linearised.answers(training), answers(&parameters, &inputs)));
            assert!(close(
                linearised.predictions(&between, &start, training),
                answers(&parameters, &others),
            ));
        }
    }

    #[test]
    fn flow_is_many_small_steps_and_its_limit_is_kernel_regression() {
        let features = gaussian(5, 9, "features");
        let (kernel, cross) = {
            let others = gaussian(3, 9, "other features");
            (&features * features.transpose(), others * features.transpose())
        };
        let targets = gaussian(5, 1, "targets");
        let linearised = Linearised::new(&kernel, &[0.0; 5], targets.as_slice());
        let distance = |a: &[f64], b: &[f64]| {
            a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
        };
        let (flow, steps) =
            (Training::Flow(0.3), Training::Descent { rate: 3e-7, steps: 1_000_000 });
        assert!(distance(&linearised.answers(flow), &linearised.answers(steps)) < 1e-5);
        let predictions = |training| linearised.predictions(&cross, &[0.0; 3], training);
        assert!(distance(&predictions(flow), &predictions(steps)) < 1e-5);
        assert!(distance(&linearised.answers(Training::Limit), targets.as_slice()) < 1e-10);
        let solved = kernel.clone().lu().solve(&targets.column(0).clone_owned()).expect("regular");
        let expected = &cross * solved;
        let found = regression(&cross, &kernel, targets.as_slice(), 0.0);
        assert!(distance(&found, expected.as_slice()) < 1e-10);
        assert!(distance(&predictions(Training::Limit), expected.as_slice()) < 1e-10);
        let ridged = &kernel + DMatrix::identity(5, 5) * 0.4;
        let solved = ridged.lu().solve(&targets.column(0).clone_owned()).expect("regular");
        let found = regression(&cross, &kernel, targets.as_slice(), 0.4);
        assert!(distance(&found, (&cross * solved).as_slice()) < 1e-12);
        // A direction in which the kernel is zero is not learned.
        let flat = Linearised::new(&DMatrix::zeros(2, 2), &[1.0, 2.0], &[0.0, 0.0]);
        assert_eq!(flat.answers(Training::Limit), [1.0, 2.0]);
    }

    /// A network drawn with these limits: its covariance over draws and its kernel. The tangent kernel
    /// is by `W`, of which the effective weights are `s W`: gradients by the latter, times `s`.
    fn finite(sizes: &[usize], limits: &[WideLayer], inputs: &DMatrix<f64>) -> [DMatrix<f64>; 2] {
        let network = Network::new(sizes, Activation::Relu);
        let draws = 40u64;
        let mut means = [DMatrix::zeros(3, 3), DMatrix::zeros(3, 3)];
        for draw in 0..draws {
            let mut stream = random::stream(1, "test", draw, "wide");
            let mut parameters = random::normals(&mut stream, network.parameters());
            for (layer, limit) in network.layers().iter().zip(limits) {
                let scale = (limit.weights / layer.inputs as f64).sqrt();
                parameters[layer.weights..layer.biases].iter_mut().for_each(|w| *w *= scale);
                let spread = limit.biases.sqrt();
                parameters[layer.biases..layer.end()].iter_mut().for_each(|b| *b *= spread);
            }
            let mut gradients = pass::jacobian(&network, &parameters, inputs);
            for (layer, limit) in network.layers().iter().zip(limits) {
                let scale = (limit.weights / layer.inputs as f64).sqrt();
                for place in layer.weights..layer.end() {
                    let rate = if place < layer.biases { scale } else { limit.bias_rate.sqrt() };
                    gradients.column_mut(place).scale_mut(rate);
                }
            }
            // The covariance given all layers but the last, whose weights are independent.
            let last = network.layers()[sizes.len() - 2];
            let signal = pass::forward(&network, &parameters, inputs).signals.pop().expect("one");
            let limit = limits[sizes.len() - 2];
            let covariance = &signal * signal.transpose() * (limit.weights / last.inputs as f64);
            means[0] += covariance.add_scalar(limit.biases) / draws as f64;
            means[1] += &gradients * gradients.transpose() / draws as f64;
        }
        means
    }

    #[test]
    fn wide_networks_have_the_infinite_kernels() {
        let inputs = gaussian(3, 4, "inputs");
        let limit = |biases, bias_rate| WideLayer { weights: 2.0, biases, bias_rate };
        let first = WideLayer { weights: 1.0, biases: 0.1, bias_rate: 1.0 };
        for (sizes, limits) in [
            (&[4, 400, 1][..], &[first, limit(0.0, 0.0)][..]),
            (&[4, 200, 200, 1], &[first, limit(0.3, 1.0), limit(0.2, 0.5)]),
        ] {
            let [covariance, tangent] = finite(sizes, limits, &inputs);
            let infinite = infinite_relu(&inputs, limits);
            // Each draw's relative error is about √(5/width) a layer, and the mean's √40 times less:
            // 0.018 and 0.035; three of them. The bias at finite width is of order 1/width.
            for (found, expected) in
                [(covariance, infinite.covariance), (tangent, infinite.tangent)]
            {
                let error = (&found - &expected).norm() / expected.norm();
                assert!(error < 0.06, "{sizes:?}: {error}, {found} {expected}");
            }
        }
    }

    #[test]
    fn closed_forms_at_known_angles() {
        use std::f64::consts::PI;
        for (covariance, signals, slopes) in [
            (3.0, 1.5, 0.5),
            (-3.0, 0.0, 0.0),
            (0.0, 3.0 / (2.0 * PI), 0.25),
            (3.0 * libm::cos(PI / 3.0), 3.0 / (2.0 * PI) * (0.75f64.sqrt() + PI / 3.0), 1.0 / 3.0),
        ] {
            let found = arc_cosine(covariance, 3.0);
            assert!((found.0 - signals).abs() < 1e-15 && (found.1 - slopes).abs() < 1e-15);
        }
        // One unit-norm example, He weights: signals keep their size and each layer adds it to Θ.
        let layers = [WideLayer { weights: 2.0, biases: 0.0, bias_rate: 0.0 }; 4];
        let Infinite { covariance, tangent } =
            infinite_relu(&DMatrix::from_element(1, 1, 1.0), &layers);
        assert!((covariance[0] - 2.0).abs() < 1e-14 && (tangent[0] - 8.0).abs() < 1e-14);
    }
}
