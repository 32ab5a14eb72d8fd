//! The loss of one fully connected network with its first and second derivatives, exact, in f64 on
//! the host.
//!
//! burn differentiates once only. Hessian–vector products are by forward-over-reverse
//! differentiation, written out for the network (Pearlmutter 1994, *Fast exact multiplication by the
//! Hessian*): the tangent of every intermediate value along `v` is propagated forwards and then
//! backwards, and the tangent of the gradient is `H v`. For ReLU the derivative is a mask and the
//! second derivative is zero: this is the Hessian of the smooth piece that the network is on, which
//! leaves out what happens where an example crosses a kink.

use nalgebra::DMatrix;
use nalgebra::DVector;
use nalgebra::SymmetricEigen;

use crate::lab::network::Activation;
use crate::lab::network::Layer;
use crate::lab::network::Network;

/// The mean squared error of networks of one shape on fixed examples, as a function of parameters.
pub struct Objective<'a> {
    network: &'a Network,
    inputs: DMatrix<f64>,
    targets: DMatrix<f64>,
}

/// The objective at one place, with all that derivatives there have in common.
pub struct Point<'a> {
    objective: &'a Objective<'a>,
    parameters: Vec<f64>,
    /// The loss there.
    pub loss: f64,
    forward: Forward,
    /// Derivative of the loss in each layer's sums, `[n, outputs]`.
    deltas: Vec<DMatrix<f64>>,
}

/// A forward pass.
struct Forward {
    /// What enters each layer, `[n, inputs]`.
    signals: Vec<DMatrix<f64>>,
    /// First and second derivative of the activation between each layer and the next.
    slopes: Vec<(DMatrix<f64>, DMatrix<f64>)>,
    outputs: DMatrix<f64>,
}

impl<'a> Objective<'a> {
    /// The objective on examples given as rows.
    #[must_use]
    pub fn new(network: &'a Network, inputs: &[Vec<f64>], targets: &[Vec<f64>]) -> Self {
        let matrix = |rows: &[Vec<f64>]| {
            DMatrix::from_fn(rows.len(), rows.first().map_or(0, Vec::len), |i, j| rows[i][j])
        };
        Self { network, inputs: matrix(inputs), targets: matrix(targets) }
    }

    /// The loss alone.
    #[must_use]
    pub fn loss(&self, parameters: &[f64]) -> f64 {
        (self.forward(parameters).outputs - &self.targets).norm_squared() / self.examples()
    }

    /// The loss and all that its derivatives need.
    #[must_use]
    pub fn at(&'a self, parameters: &[f64]) -> Point<'a> {
        let layers = self.network.layers();
        let forward = self.forward(parameters);
        let error = &forward.outputs - &self.targets;
        let loss = error.norm_squared() / self.examples();
        let mut deltas = vec![error * (2.0 / self.examples())];
        for (layer, (slope, _)) in layers.iter().skip(1).zip(&forward.slopes).rev() {
            let before = &deltas[deltas.len() - 1] * weights(parameters, layer).transpose();
            deltas.push(before.component_mul(slope));
        }
        deltas.reverse();
        Point { objective: self, parameters: parameters.to_vec(), loss, forward, deltas }
    }

    fn examples(&self) -> f64 {
        self.inputs.nrows() as f64
    }

    fn forward(&self, parameters: &[f64]) -> Forward {
        let mut signals = vec![self.inputs.clone()];
        let mut slopes = Vec::new();
        let (last, hidden) = self.network.layers().split_last().expect("a network has a layer");
        for layer in hidden {
            let sums = sums(&signals[signals.len() - 1], parameters, layer);
            let [signal, first, second] = activate(&sums, self.network.activation());
            signals.push(signal);
            slopes.push((first, second));
        }
        let outputs = sums(&signals[signals.len() - 1], parameters, last);
        Forward { signals, slopes, outputs }
    }
}

impl Point<'_> {
    /// The gradient of the loss.
    #[must_use]
    pub fn gradient(&self) -> DVector<f64> {
        let mut gradient = DVector::zeros(self.parameters.len());
        for (depth, layer) in self.objective.network.layers().iter().enumerate() {
            let delta = &self.deltas[depth];
            write(&mut gradient, layer, &(self.forward.signals[depth].transpose() * delta), delta);
        }
        gradient
    }

    /// The Hessian of the loss times a direction.
    #[must_use]
    pub fn hessian_vector(&self, direction: &[f64]) -> DVector<f64> {
        let layers = self.objective.network.layers();
        let Forward { signals, slopes, .. } = &self.forward;
        // Forwards: the tangent of each layer's input, and of its sums.
        let mut inputs = vec![DMatrix::zeros(signals[0].nrows(), signals[0].ncols())];
        let mut outputs = Vec::new();
        for (depth, layer) in layers.iter().enumerate() {
            let moved: DMatrix<f64> = sums(&signals[depth], direction, layer)
                + &inputs[depth] * weights(&self.parameters, layer);
            if let Some((slope, _)) = slopes.get(depth) {
                inputs.push(moved.component_mul(slope));
            }
            outputs.push(moved);
        }
        // Backwards: the tangent of each layer's delta, and with it that of the gradient.
        let mut product = DVector::zeros(direction.len());
        let mut delta = &outputs[layers.len() - 1] * (2.0 / self.objective.examples());
        for (depth, layer) in layers.iter().enumerate().rev() {
            let by_weights = signals[depth].transpose() * &delta
                + inputs[depth].transpose() * &self.deltas[depth];
            write(&mut product, layer, &by_weights, &delta);
            if depth > 0 {
                let (slope, bend) = &slopes[depth - 1];
                let now = weights(&self.parameters, layer).transpose();
                let moved = weights(direction, layer).transpose();
                delta = (delta * &now + &self.deltas[depth] * moved).component_mul(slope)
                    + (&self.deltas[depth] * now)
                        .component_mul(bend)
                        .component_mul(&outputs[depth - 1]);
            }
        }
        product
    }

    /// The Hessian of the loss, `[P, P]`, one product a column.
    #[must_use]
    pub fn hessian(&self) -> DMatrix<f64> {
        let size = self.parameters.len();
        let mut unit = vec![0.0; size];
        let mut hessian = DMatrix::zeros(size, size);
        for column in 0..size {
            unit[column] = 1.0;
            hessian.set_column(column, &self.hessian_vector(&unit));
            unit[column] = 0.0;
        }
        // Symmetric but for rounding; the eigensolver reads one half only.
        (&hessian + hessian.transpose()) * 0.5
    }
}

/// Eigenvalues from the largest down, and in the same order the unit eigenvectors, as columns. The
/// sign of a vector is fixed: its largest entry is positive.
pub struct Spectrum {
    /// Eigenvalues, the largest first.
    pub values: Vec<f64>,
    /// Eigenvectors, one a column.
    pub vectors: DMatrix<f64>,
}

impl Spectrum {
    /// The spectrum of a symmetric matrix of finite numbers.
    #[must_use]
    pub fn new(symmetric: DMatrix<f64>) -> Self {
        let size = symmetric.nrows();
        let eigen = SymmetricEigen::new(symmetric);
        let mut order: Vec<usize> = (0..size).collect();
        order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
        let mut vectors = DMatrix::zeros(size, size);
        for (place, &from) in order.iter().enumerate() {
            let column = eigen.eigenvectors.column(from);
            vectors.set_column(place, &(column * column[column.icamax()].signum()));
        }
        Self { values: order.iter().map(|&place| eigen.eigenvalues[place]).collect(), vectors }
    }

    /// One eigenvector.
    #[must_use]
    pub fn vector(&self, place: usize) -> Vec<f64> {
        self.vectors.column(place).iter().copied().collect()
    }
}

/// The curvature `dᵀHd / ‖d‖²` along a direction of any length.
#[must_use]
pub fn along(hessian: &DMatrix<f64>, direction: &[f64]) -> f64 {
    let direction = DVector::from_column_slice(direction);
    direction.dot(&(hessian * &direction)) / direction.norm_squared()
}

/// What a layer sums up before the activation.
fn sums(signal: &DMatrix<f64>, parameters: &[f64], layer: &Layer) -> DMatrix<f64> {
    let mut sums = signal * weights(parameters, layer);
    for (mut column, bias) in sums.column_iter_mut().zip(&parameters[layer.biases..layer.end()]) {
        column.add_scalar_mut(*bias);
    }
    sums
}

fn weights(parameters: &[f64], layer: &Layer) -> DMatrix<f64> {
    let values = &parameters[layer.weights..layer.biases];
    DMatrix::from_row_slice(layer.inputs, layer.outputs, values)
}

/// Puts the derivative by a layer's weights, and the sum over examples of that by its sums, in place.
fn write(row: &mut DVector<f64>, layer: &Layer, by_weights: &DMatrix<f64>, by_sums: &DMatrix<f64>) {
    for output in 0..layer.outputs {
        for input in 0..layer.inputs {
            row[layer.weight(input, output)] = by_weights[(input, output)];
        }
        row[layer.biases + output] = by_sums.column(output).sum();
    }
}

/// The activation and its first two derivatives.
fn activate(sums: &DMatrix<f64>, activation: Activation) -> [DMatrix<f64>; 3] {
    match activation {
        Activation::Relu => [
            sums.map(|z| z.max(0.0)),
            sums.map(|z| f64::from(z > 0.0)),
            DMatrix::zeros(sums.nrows(), sums.ncols()),
        ],
        Activation::Quadratic => [sums.map(|z| z * z), sums.map(|z| 2.0 * z), sums.map(|_| 2.0)],
        Activation::Linear => [sums.clone(), sums.map(|_| 1.0), sums.map(|_| 0.0)],
        Activation::Tanh => {
            let values = sums.map(libm::tanh);
            let slopes = values.map(|h| 1.0 - h * h);
            let bends = values.map(|h| -2.0 * h * (1.0 - h * h));
            [values, slopes, bends]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::initialisation::Initialisation;
    use crate::lab::loss::Loss;
    use crate::lab::model::Model;
    use crate::lab::network;
    use crate::lab::optimiser;
    use crate::lab::random;
    use burn::tensor::Device;

    /// A network, parameters, inputs `[n, in]` and targets `[n, 2]`.
    fn problem(sizes: &[usize], activation: Activation) -> (Network, Vec<f64>, [Vec<Vec<f64>>; 2]) {
        let network = Network::new(sizes, activation);
        let mut stream = random::stream(1, "test", 0, "curvature");
        let parameters = Initialisation::FrameworkDefault.draw(&network, &mut stream);
        let inputs = (0..30).map(|_| random::normals(&mut stream, sizes[0])).collect();
        let targets = (0..30).map(|_| random::normals(&mut stream, 2)).collect();
        (network, parameters, [inputs, targets])
    }

    fn moved(parameters: &[f64], step: f64, direction: &[f64]) -> Vec<f64> {
        parameters.iter().zip(direction).map(|(p, d)| p + step * d).collect()
    }

    #[track_caller]
    fn check(sizes: &[usize], activation: Activation) {
        let (network, parameters, [inputs, targets]) = problem(sizes, activation);
        let objective = Objective::new(&network, &inputs, &targets);
        let point = objective.at(&parameters);
        let direction =
            random::normals(&mut random::stream(1, "test", 0, "direction"), parameters.len());
        let ahead = |step: f64| objective.at(&moved(&parameters, step, &direction));
        // Central differences; the step is small enough for no example to cross a kink.
        let step = 1e-6;
        let slope = (ahead(step).loss - ahead(-step).loss) / (2.0 * step);
        let along = point.gradient().dot(&DVector::from_column_slice(&direction));
        assert!((slope - along).abs() < 1e-6 * along.abs(), "gradient: {slope}, {along}");
        let difference = (ahead(step).gradient() - ahead(-step).gradient()) / (2.0 * step);
        let product = point.hessian_vector(&direction);
        let error = (&difference - &product).norm() / product.norm();
        assert!(error < 1e-6, "Hessian-vector product: relative error {error}");
        let assembled = point.hessian() * DVector::from_column_slice(&direction);
        assert!((assembled - &product).norm() < 1e-12 * product.norm());
    }

    #[test]
    fn derivatives_agree_with_central_differences() {
        for activation in [Activation::Relu, Activation::Tanh] {
            check(&[3, 4, 2], activation);
            check(&[3, 6, 5, 2], activation);
            check(&[3, 2], activation);
        }
    }

    #[test]
    fn burn_and_the_host_agree() {
        for activation in [Activation::Relu, Activation::Tanh] {
            let (network, parameters, [inputs, targets]) = problem(&[3, 6, 5, 2], activation);
            let objective = Objective::new(&network, &inputs, &targets);
            let device = Device::flex();
            let put = |rows: &[Vec<f64>]| network::tensor(rows, &device).unsqueeze_dim::<3>(0);
            let row = network::tensor(std::slice::from_ref(&parameters), &device);
            let (loss, gradient) = optimiser::gradient(&row, |row| {
                Loss::SquaredError.mean(network.outputs(row, put(&inputs)), put(&targets))
            });
            let point = objective.at(&parameters);
            assert!((network::list(loss)[0] - point.loss).abs() < 1e-6 * point.loss);
            assert!((objective.loss(&parameters) - point.loss).abs() < 1e-15);
            let gradient = DVector::from_vec(network::rows(gradient).remove(0));
            assert!((gradient - point.gradient()).norm() < 1e-5 * point.gradient().norm());
        }
    }

    #[test]
    fn a_linear_network_has_the_hessian_of_least_squares() {
        // f = w x + b: H = 2/n Σ (x, 1)(x, 1)ᵀ, with x = 1, 3: [[10, 4], [4, 2]].
        let network = Network::new(&[1, 1], Activation::Relu);
        let objective = Objective::new(&network, &[vec![1.0], vec![3.0]], &[vec![0.0], vec![5.0]]);
        let hessian = objective.at(&[0.3, -0.2]).hessian();
        assert_eq!(hessian, DMatrix::from_row_slice(2, 2, &[10.0, 4.0, 4.0, 2.0]));
        let spectrum = Spectrum::new(hessian.clone());
        let root = 32f64.sqrt();
        assert!((spectrum.values[0] - (6.0 + root)).abs() < 1e-12);
        assert!((spectrum.values[1] - (6.0 - root)).abs() < 1e-12);
        assert!((along(&hessian, &spectrum.vector(0)) - spectrum.values[0]).abs() < 1e-12);
        assert_eq!(along(&hessian, &[2.0, 0.0]), 10.0);
    }
}
