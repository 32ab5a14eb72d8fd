//! The loss of one fully connected network with its first and second derivatives, exact, in f64 on
//! the host.
//!
//! burn differentiates once only. Hessian–vector products are by forward-over-reverse
//! differentiation, written out for the network (Pearlmutter 1994, *Fast exact multiplication by the
//! Hessian*): the tangent of every intermediate value along `v` is propagated forwards and then
//! backwards, and the tangent of the gradient is `H v`. For ReLU the derivative is a mask and the
//! second derivative is zero: this is the Hessian of the smooth piece that the network is on, which
//! leaves out what happens where an example crosses a kink. The same holds for the kinks of a hinge
//! or ramp loss.

use nalgebra::DMatrix;
use nalgebra::DVector;
use nalgebra::SymmetricEigen;

use crate::lab::loss::Loss;
use crate::lab::network::Network;
use crate::lab::pass;
use crate::lab::pass::Forward;

/// The mean loss of networks of one shape on fixed examples, as a function of parameters.
pub struct Objective<'a> {
    network: &'a Network,
    loss: Loss,
    inputs: DMatrix<f64>,
    /// Targets, one example a column: `[outputs, n]`.
    targets: DMatrix<f64>,
}

/// The objective at one place, with all that derivatives there have in common.
pub struct Point<'a> {
    objective: &'a Objective<'a>,
    parameters: Vec<f64>,
    /// The loss there.
    pub loss: f64,
    forward: Forward,
    /// Derivatives of the activation between each layer and the next.
    slopes: Vec<DMatrix<f64>>,
    /// Its second derivatives; none where they are zero.
    bends: Vec<DMatrix<f64>>,
    /// Derivative of the loss in each layer's sums, `[n, outputs]`.
    deltas: Vec<DMatrix<f64>>,
}

impl<'a> Objective<'a> {
    /// The mean squared error, summed over outputs, on examples given as rows.
    #[must_use]
    pub fn new(network: &'a Network, inputs: &[Vec<f64>], targets: &[Vec<f64>]) -> Self {
        Self::with_loss(network, Loss::SquaredError, inputs, targets)
    }

    /// The mean of a loss over examples given as rows.
    #[must_use]
    pub fn with_loss(
        network: &'a Network,
        loss: Loss,
        inputs: &[Vec<f64>],
        targets: &[Vec<f64>],
    ) -> Self {
        let targets = pass::matrix(targets).transpose();
        Self { network, loss, inputs: pass::matrix(inputs), targets }
    }

    /// The shape of the networks.
    #[must_use]
    pub fn network(&self) -> &Network {
        self.network
    }

    /// The loss alone.
    #[must_use]
    pub fn loss(&self, parameters: &[f64]) -> f64 {
        self.differentiate(&pass::forward(self.network, parameters, &self.inputs).outputs).0
    }

    /// The loss and its gradient.
    #[must_use]
    pub fn gradient(&self, parameters: &[f64]) -> (f64, Vec<f64>) {
        let point = self.at(parameters);
        (point.loss, point.gradient().as_slice().to_vec())
    }

    /// The loss and all that its derivatives need.
    #[must_use]
    pub fn at(&'a self, parameters: &[f64]) -> Point<'a> {
        let forward = pass::forward(self.network, parameters, &self.inputs);
        let activation = self.network.activation();
        let (slopes, bends) = (forward.slopes(activation), forward.bends(activation));
        let (loss, by_outputs) = self.differentiate(&forward.outputs);
        let deltas = pass::backward(self.network, parameters, &slopes, by_outputs);
        let parameters = parameters.to_vec();
        Point { objective: self, parameters, loss, forward, slopes, bends, deltas }
    }

    fn examples(&self) -> f64 {
        self.inputs.nrows() as f64
    }

    /// The mean loss of outputs `[n, k]`, and its derivatives in them.
    fn differentiate(&self, outputs: &DMatrix<f64>) -> (f64, DMatrix<f64>) {
        let outputs = outputs.transpose();
        let mut slopes = DMatrix::zeros(outputs.nrows(), outputs.ncols());
        let width = outputs.nrows().max(1);
        let mut sum = 0.0;
        for ((output, target), slope) in outputs
            .as_slice()
            .chunks_exact(width)
            .zip(self.targets.as_slice().chunks_exact(width))
            .zip(slopes.as_mut_slice().chunks_exact_mut(width))
        {
            sum += self.loss.differentiate(output, target, slope);
        }
        (sum / self.examples(), slopes.transpose() / self.examples())
    }

    /// The Hessian of the mean loss in outputs `[n, k]`, times how these move.
    fn bend(&self, outputs: &DMatrix<f64>, moved: &DMatrix<f64>) -> DMatrix<f64> {
        match self.loss {
            Loss::SquaredError => return moved * (2.0 / self.examples()),
            Loss::HalfSquaredError => return moved / self.examples(),
            Loss::CrossEntropy | Loss::Hinge | Loss::Ramp { .. } => {}
        }
        let (outputs, moved) = (outputs.transpose(), moved.transpose());
        let width = outputs.nrows().max(1);
        let products: Vec<f64> = outputs
            .as_slice()
            .chunks_exact(width)
            .zip(self.targets.as_slice().chunks_exact(width))
            .zip(moved.as_slice().chunks_exact(width))
            .flat_map(|((output, target), moved)| self.loss.hessian_vector(output, target, moved))
            .collect();
        DMatrix::from_row_slice(outputs.ncols(), outputs.nrows(), &products) / self.examples()
    }
}

impl Point<'_> {
    /// The place.
    #[must_use]
    pub fn parameters(&self) -> &[f64] {
        &self.parameters
    }

    /// What the network answers there, `[n, outputs]`.
    #[must_use]
    pub fn outputs(&self) -> &DMatrix<f64> {
        &self.forward.outputs
    }

    /// The gradient of the loss.
    #[must_use]
    pub fn gradient(&self) -> DVector<f64> {
        let mut gradient = DVector::zeros(self.parameters.len());
        for (depth, layer) in self.objective.network.layers().iter().enumerate() {
            let delta = &self.deltas[depth];
            let by_matrix = self.forward.signals[depth].transpose() * delta;
            pass::write(gradient.as_mut_slice(), layer, &by_matrix, delta);
        }
        gradient
    }

    /// The gradient of each example's loss, `[n, P]`, from the backward pass that was. Their mean is
    /// [`Point::gradient`].
    #[must_use]
    pub fn example_gradients(&self) -> DMatrix<f64> {
        let network = self.objective.network;
        let means = pass::example_gradients(network, &self.forward.signals, &self.deltas);
        means * self.objective.examples()
    }

    /// The Hessian of the loss times a direction.
    #[must_use]
    pub fn hessian_vector(&self, direction: &[f64]) -> DVector<f64> {
        let layers = self.objective.network.layers();
        let signals = &self.forward.signals;
        // Forwards: the tangent of each layer's input, and of its sums.
        let mut inputs = vec![DMatrix::zeros(0, 0)];
        let mut outputs = Vec::new();
        for (depth, layer) in layers.iter().enumerate() {
            let mut moved = pass::sums(&signals[depth], direction, layer);
            if depth > 0 {
                moved += &inputs[depth] * pass::weights(&self.parameters, layer);
            }
            if let Some(slope) = self.slopes.get(depth) {
                inputs.push(moved.component_mul(slope));
            }
            outputs.push(moved);
        }
        // Backwards: the tangent of each layer's delta, and with it that of the gradient.
        let mut product = DVector::zeros(direction.len());
        let mut delta = self.objective.bend(&self.forward.outputs, &outputs[layers.len() - 1]);
        for (depth, layer) in layers.iter().enumerate().rev() {
            let mut by_matrix = signals[depth].transpose() * &delta;
            if depth > 0 {
                by_matrix += inputs[depth].transpose() * &self.deltas[depth];
            }
            pass::write(product.as_mut_slice(), layer, &by_matrix, &delta);
            if depth > 0 {
                let now = pass::transposed(&self.parameters, layer);
                let before =
                    delta * &now + &self.deltas[depth] * pass::transposed(direction, layer);
                delta = before.component_mul(&self.slopes[depth - 1]);
                if let Some(bend) = self.bends.get(depth - 1) {
                    let bent = (&self.deltas[depth] * now).component_mul(bend);
                    delta += bent.component_mul(&outputs[depth - 1]);
                }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::initialisation::Initialisation;
    use crate::lab::loss::Loss;
    use crate::lab::model::Model;
    use crate::lab::network;
    use crate::lab::network::Activation;
    use crate::lab::optimiser;
    use crate::lab::random;
    use crate::lab::reference;
    use burn::tensor::Device;

    const LOSSES: [Loss; 5] = [
        Loss::SquaredError,
        Loss::HalfSquaredError,
        Loss::CrossEntropy,
        Loss::Hinge,
        Loss::Ramp { margin: 0.7 },
    ];

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
    fn check(sizes: &[usize], activation: Activation, loss: Loss) {
        let (network, parameters, [inputs, mut targets]) = problem(sizes, activation);
        if !matches!(loss, Loss::SquaredError | Loss::HalfSquaredError) {
            for (example, target) in targets.iter_mut().enumerate() {
                *target = (0..2).map(|class| f64::from(class == example % 2)).collect();
            }
        }
        let objective = Objective::with_loss(&network, loss, &inputs, &targets);
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
        let error = (&difference - &product).norm();
        // The Hessian of a piecewise linear loss of a linear network is zero.
        let scale = product.norm().max(1e-3);
        assert!(error < 1e-6 * scale, "Hessian-vector product: error {error} of {scale}");
        let each = point.example_gradients();
        assert!((each.row_mean().transpose() - point.gradient()).norm() < 1e-14);
        let last = Objective::with_loss(&network, loss, &inputs[29..], &targets[29..]);
        let last = last.at(&parameters).gradient();
        assert!((each.row(29).transpose() - last).norm() < 1e-14);
        let assembled = point.hessian() * DVector::from_column_slice(&direction);
        assert!((assembled - &product).norm() <= 1e-12 * product.norm());
    }

    #[test]
    fn derivatives_agree_with_central_differences() {
        for activation in [Activation::Relu, Activation::Tanh] {
            for loss in LOSSES {
                check(&[3, 4, 2], activation, loss);
                check(&[3, 6, 5, 2], activation, loss);
                check(&[3, 2], activation, loss);
            }
        }
    }

    #[track_caller]
    fn agree(found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        let scale = expected.iter().fold(0.0f64, |most, value| most.max(value.abs()));
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12 * scale, "{found} is not {expected}");
        }
    }

    #[test]
    fn pytorch_has_the_same_derivatives() {
        let (network, parameters) = reference::network();
        let inputs = reference::rows("/network/inputs");
        for (name, loss, targets) in [
            ("mse", Loss::SquaredError, reference::rows("/network/targets")),
            ("cross_entropy", Loss::CrossEntropy, reference::indicators()),
        ] {
            let at = |key: &str| format!("/network/{name}/{key}");
            let objective = Objective::with_loss(&network, loss, &inputs, &targets);
            let point = objective.at(&parameters);
            agree(&[point.loss], &[reference::number(&at("loss"))]);
            agree(point.gradient().as_slice(), &reference::list(&at("gradient")));
            let products = reference::rows(&at("hessian_times_directions"));
            for (direction, product) in reference::rows("/network/directions").iter().zip(products)
            {
                agree(point.hessian_vector(direction).as_slice(), &product);
            }
            let hessian = point.hessian();
            agree(&[hessian.trace()], &[reference::number(&at("hessian_trace"))]);
            let mut values = Spectrum::new(hessian).values;
            values.reverse();
            agree(&values, &reference::list(&at("hessian_eigenvalues_ascending")));
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
