//! How sharp a minimum is, by four definitions that do not agree.
//!
//! | definition | formula | changes under |
//! |---|---|---|
//! | [`curvature`] | `λ_max(H)` | rescaling of units and of layers |
//! | [`ascent`] | `L(θ + ρ g/‖g‖) − L(θ)` | the same, and `ρ` |
//! | [`perturbation`] | mean or largest of `(L(θ + εξ) − L(θ))/ε` | the same, `ε`, and the number of draws |
//! | [`adaptive`], [`relative_curvature`] | `L(θ + ρ T²g/‖Tg‖) − L(θ)`, `λ_max(T H T)` | other coordinates, such as a rotation |
//!
//! A network with ReLU computes the same function when a unit's incoming weights and bias are
//! multiplied by `c > 0` and its outgoing weights divided by it, while the Hessian grows without bound
//! (Dinh, Pascanu, Bengio and Bengio 2017, *Sharp minima can generalize for deep nets*). The last
//! definition measures each parameter in units of its own size, with `T = diag |θ|`, and does not see it.
//! All four shrink with the loss itself under cross-entropy: compare at equal loss.

use rand_chacha::ChaCha8Rng;
use serde::Deserialize;
use serde::Serialize;

use crate::lab::curvature::Objective;
use crate::lab::curvature::Point;
use crate::lab::eigen::Eigenpair;
use crate::lab::eigen::Lanczos;
use crate::lab::network::Network;
use crate::lab::random;

/// In what units a perturbation is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Units {
    /// Each parameter in units of its magnitude. Rescaling units and layers changes nothing.
    Parameter,
    /// The weights into each unit in units of their norm, each bias in units of its magnitude.
    /// Rescaling all units of a layer by one factor changes nothing; by several it does.
    Filter,
}

/// The largest eigenvalue of the Hessian, with its eigenvector, from that many products.
///
/// By Lanczos and not by power iteration, which converges as the ratio of the two largest eigenvalues:
/// at a random 64-32-32-10 network with squared error 20 products of the one came within a share of
/// `3e-6` of it, and 120 of the other, half of them for the shift, within `5e-4`. A start near the
/// eigenvector helps both.
///
/// # Panics
/// Without products or parameters.
#[must_use]
pub fn curvature(point: &Point<'_>, start: &[f64], products: usize) -> Eigenpair {
    let apply = |vector: &[f64]| point.hessian_vector(vector).as_slice().to_vec();
    Lanczos::new(&apply, start, products).pair(0)
}

/// The largest eigenvalue of `T H T`: the largest curvature when each parameter is measured in its own
/// units. At a minimum, `½ρ²` times it is the worst increase within `‖T⁻¹ε‖ ≤ ρ`, to second order.
///
/// # Panics
/// Without products or parameters.
#[must_use]
pub fn relative_curvature(
    objective: &Objective<'_>,
    point: &Point<'_>,
    units: Units,
    start: &[f64],
    products: usize,
) -> Eigenpair {
    let sizes = sizes(objective.network(), point.parameters(), units);
    let apply = |vector: &[f64]| {
        let product = point.hessian_vector(&times(&sizes, vector));
        times(&sizes, product.as_slice())
    };
    Lanczos::new(&apply, start, products).pair(0)
}

/// The increase of the loss one step of length `ρ` up the gradient: that which sharpness-aware
/// minimisation descends from (Foret, Kleiner, Mobahi and Neyshabur 2021, *Sharpness-aware
/// minimization for efficiently improving generalization*). To first order it is `ρ ‖g‖`. Zero where
/// the gradient is.
#[must_use]
pub fn ascent(objective: &Objective<'_>, point: &Point<'_>, radius: f64) -> f64 {
    climbed(objective, point, &vec![1.0; point.parameters().len()], radius)
}

/// The same in a ball `‖T⁻¹ε‖ ≤ ρ` of relative perturbations: the step is `ρ T²g/‖Tg‖` (Kwon, Kim, Park
/// and Choi 2021, *ASAM: adaptive sharpness-aware minimization for scale-invariant learning of deep
/// neural networks*).
#[must_use]
pub fn adaptive(objective: &Objective<'_>, point: &Point<'_>, units: Units, radius: f64) -> f64 {
    climbed(objective, point, &sizes(objective.network(), point.parameters(), units), radius)
}

fn climbed(objective: &Objective<'_>, point: &Point<'_>, sizes: &[f64], radius: f64) -> f64 {
    let relative = times(sizes, point.gradient().as_slice());
    let norm = relative.iter().map(|g| g * g).sum::<f64>().sqrt();
    if norm == 0.0 {
        return 0.0;
    }
    let step = times(sizes, &relative);
    objective.loss(&moved(point.parameters(), &step, radius / norm)) - point.loss
}

/// Mean and largest increase of the loss under random perturbations, divided by their size.
#[derive(Clone, Copy, Debug)]
pub struct Increases {
    /// The mean over draws: about `ε tr(H)/2` at a minimum.
    pub mean: f64,
    /// The largest. It grows with the number of draws.
    pub largest: f64,
}

/// The increases `(L(θ + εξ) − L(θ))/ε` over that many standard normal `ξ`. The length of a perturbation
/// is about `ε √P`. The loss may be that on other examples than those of training.
#[must_use]
pub fn perturbation(
    loss: &dyn Fn(&[f64]) -> f64,
    parameters: &[f64],
    size: f64,
    draws: usize,
    stream: &mut ChaCha8Rng,
) -> Increases {
    let here = loss(parameters);
    let mut increases = Increases { mean: 0.0, largest: f64::NEG_INFINITY };
    for _ in 0..draws {
        let direction = random::normals(stream, parameters.len());
        let increase = (loss(&moved(parameters, &direction, size)) - here) / size;
        increases.mean += increase / draws as f64;
        increases.largest = increases.largest.max(increase);
    }
    increases
}

/// The diagonal of `T`.
#[must_use]
pub fn sizes(network: &Network, parameters: &[f64], units: Units) -> Vec<f64> {
    let mut sizes: Vec<f64> = parameters.iter().map(|parameter| parameter.abs()).collect();
    if units == Units::Filter {
        for layer in network.layers() {
            for output in 0..layer.outputs {
                let filter = (0..layer.inputs).map(|input| layer.weight(input, output));
                let norm = filter.clone().map(|place| parameters[place].powi(2)).sum::<f64>();
                filter.for_each(|place| sizes[place] = norm.sqrt());
            }
        }
    }
    sizes
}

/// The same function with other parameters, for a positively homogeneous activation such as ReLU: the
/// incoming weights and the bias of each hidden unit times a factor, its outgoing weights divided by
/// it. One list of factors a hidden layer.
///
/// # Panics
/// When the factors do not fit the hidden layers.
#[must_use]
pub fn rescaled(network: &Network, parameters: &[f64], factors: &[Vec<f64>]) -> Vec<f64> {
    let mut rescaled = parameters.to_vec();
    assert_eq!(factors.len() + 1, network.layers().len(), "one list a hidden layer");
    for (pair, factors) in network.layers().windows(2).zip(factors) {
        let [into, out] = [pair[0], pair[1]];
        assert_eq!(into.outputs, factors.len(), "one factor a unit");
        for (unit, factor) in factors.iter().enumerate() {
            rescaled[into.biases + unit] *= factor;
            (0..into.inputs).for_each(|input| rescaled[into.weight(input, unit)] *= factor);
            (0..out.outputs).for_each(|output| rescaled[out.weight(unit, output)] /= factor);
        }
    }
    rescaled
}

fn times(sizes: &[f64], vector: &[f64]) -> Vec<f64> {
    sizes.iter().zip(vector).map(|(size, value)| size * value).collect()
}

fn moved(parameters: &[f64], direction: &[f64], length: f64) -> Vec<f64> {
    parameters.iter().zip(direction).map(|(p, d)| p + length * d).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::curvature::Spectrum;
    use crate::lab::initialisation::Initialisation;
    use crate::lab::loss::Loss;
    use crate::lab::network::Activation;
    use nalgebra::DMatrix;
    use nalgebra::DVector;

    struct Problem {
        network: Network,
        parameters: Vec<f64>,
        inputs: Vec<Vec<f64>>,
        targets: Vec<Vec<f64>>,
    }

    fn problem(sizes: &[usize]) -> Problem {
        let network = Network::new(sizes, Activation::Relu);
        let mut stream = random::stream(1, "test", 0, "sharpness");
        let parameters = Initialisation::FrameworkDefault.draw(&network, &mut stream);
        let inputs = (0..25).map(|_| random::normals(&mut stream, sizes[0])).collect();
        let targets = (0..25).map(|i| vec![if i % 2 == 0 { 1.0 } else { -1.0 }]).collect();
        Problem { network, parameters, inputs, targets }
    }

    impl Problem {
        fn objective(&self) -> Objective<'_> {
            let loss = Loss::HalfSquaredError;
            Objective::with_loss(&self.network, loss, &self.inputs, &self.targets)
        }
    }

    /// `λ_max`, ascent, `λ_max(THT)` and adaptive ascent by parameter, and these two by filter.
    fn measured(problem: &Problem, parameters: &[f64]) -> [f64; 6] {
        let objective = problem.objective();
        let point = objective.at(parameters);
        let start = random::normals(&mut random::stream(1, "test", 0, "v"), parameters.len());
        let relative = |units| relative_curvature(&objective, &point, units, &start, 3000).value;
        let adaptive = |units| adaptive(&objective, &point, units, 0.05);
        [
            curvature(&point, &start, 3000).value,
            ascent(&objective, &point, 0.05),
            relative(Units::Parameter),
            adaptive(Units::Parameter),
            relative(Units::Filter),
            adaptive(Units::Filter),
        ]
    }

    #[track_caller]
    fn near(found: f64, expected: f64) {
        assert!((found / expected - 1.0).abs() < 1e-9, "{found} is not {expected}");
    }

    #[test]
    fn rescaling_changes_what_it_should_and_nothing_else() {
        let problem = problem(&[4, 6, 5, 1]);
        let before = measured(&problem, &problem.parameters);
        // Dinh et al.: one factor for a layer.
        let uniform =
            rescaled(&problem.network, &problem.parameters, &[vec![100.0; 6], vec![1.0; 5]]);
        near(problem.objective().loss(&uniform), problem.objective().loss(&problem.parameters));
        let after = measured(&problem, &uniform);
        assert!(after[0] > 5.0 * before[0], "{after:?} {before:?}");
        assert!((after[1] / before[1] - 1.0).abs() > 0.5);
        (2..6).for_each(|place| near(after[place], before[place]));
        // One factor for each unit of both layers: filters mix them.
        let mut stream = random::stream(1, "test", 0, "factors");
        let factors = [6, 5].map(|n| random::uniforms(&mut stream, n, 0.1, 10.0));
        let each = rescaled(&problem.network, &problem.parameters, &factors);
        near(problem.objective().loss(&each), problem.objective().loss(&problem.parameters));
        let after = measured(&problem, &each);
        (2..4).for_each(|place| near(after[place], before[place]));
        assert!((4..6).all(|place| (after[place] / before[place] - 1.0).abs() > 0.01));
    }

    #[test]
    fn curvatures_are_those_of_the_matrices() {
        let problem = problem(&[4, 6, 5, 1]);
        let [plain, _, relative, _, filter, _] = measured(&problem, &problem.parameters);
        let hessian = problem.objective().at(&problem.parameters).hessian();
        near(plain, Spectrum::new(hessian.clone()).values[0]);
        for (units, found) in [(Units::Parameter, relative), (Units::Filter, filter)] {
            let sizes = sizes(&problem.network, &problem.parameters, units);
            let t = DMatrix::from_diagonal(&DVector::from_vec(sizes));
            near(found, Spectrum::new(&t * &hessian * &t).values[0]);
        }
    }

    /// `L = ½ (w x + b − y)²` with `x = 2`, at `w = 1`, `b = −1`, `y = 0`: error 1, gradient `(2, 1)`.
    #[test]
    fn hand_case() {
        let network = Network::new(&[1, 1], Activation::Relu);
        let objective =
            Objective::with_loss(&network, Loss::HalfSquaredError, &[vec![2.0]], &[vec![0.0]]);
        let point = objective.at(&[1.0, -1.0]);
        near(curvature(&point, &[1.0, 0.0], 50).value, 5.0);
        // Along the unit gradient the error grows by √5 a unit of length.
        let increase = |length: f64| (1.0 + length).powi(2) / 2.0 - 0.5;
        near(ascent(&objective, &point, 0.1), increase(0.1 * 5f64.sqrt()));
        // |θ| = (1, 1): the same in relative units; in `(2, −3)` the step is ρ (4·2, 9·1)/‖(4, 3)‖.
        near(adaptive(&objective, &point, Units::Parameter, 0.1), increase(0.1 * 5f64.sqrt()));
        let point = objective.at(&[2.0, -3.0]);
        let step = 0.1 / 5.0;
        near(
            adaptive(&objective, &point, Units::Parameter, 0.1),
            increase(step * (2.0 * 4.0 * 2.0 + 9.0)),
        );
        let resting = objective.at(&[0.5, -1.0]);
        assert_eq!(ascent(&objective, &resting, 0.1), 0.0);
    }

    #[test]
    fn random_perturbations_see_half_the_trace() {
        // A quadratic with trace 12 at its minimum: E = ε tr H / 2, variance ε² ‖H‖_F²/2.
        let weights = [1.0, 2.0, 9.0];
        let loss = |x: &[f64]| x.iter().zip(weights).map(|(x, w)| 0.5 * w * x * x).sum();
        let mut stream = random::stream(1, "test", 0, "perturbations");
        let Increases { mean, largest } = perturbation(&loss, &[0.0; 3], 0.1, 4000, &mut stream);
        let error = (0.01 * 86.0 / 2.0 / 4000.0f64).sqrt();
        assert!((mean - 0.6).abs() < 5.0 * error, "{mean} ± {error}");
        assert!(largest > 2.0 * mean);
    }
}
