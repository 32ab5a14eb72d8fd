//! Eigenvalues of a symmetric matrix of which only products with vectors are to be had, such as the
//! Hessian of a loss: power iteration, Lanczos, the density of the spectrum, trace and norm.
//!
//! The matrix is a function from `v` to `A v`. Nothing here stores more than as many vectors as there
//! were products.

use nalgebra::DMatrix;
use nalgebra::DVector;
use nalgebra::SymmetricEigen;
use rand_chacha::ChaCha8Rng;

use crate::lab::random;

/// An approximate eigenvalue and unit eigenvector.
#[derive(Clone, Debug)]
pub struct Eigenpair {
    /// The Rayleigh quotient `vᵀAv`.
    pub value: f64,
    /// The vector `v`. A later search near by starts well from it.
    pub vector: Vec<f64>,
    /// `‖Av − λv‖`. There is an eigenvalue of `A` at most that far from `λ`.
    pub residual: f64,
}

/// The eigenvalue of largest magnitude by power iteration (von Mises and Pollaczek-Geiringer 1929,
/// *Praktische Verfahren der Gleichungsauflösung*), from a start of any length, with one product a
/// step.
///
/// The error falls by `|λ₂/λ₁|²` a step, so that it can be far off after 50 steps: see the residual.
/// [`Lanczos`] comes closer with fewer products.
///
/// Not the largest eigenvalue where a negative one is larger in magnitude, and of two with opposite
/// signs it gives neither: see [`largest`].
#[must_use]
pub fn largest_magnitude(
    apply: &dyn Fn(&[f64]) -> Vec<f64>,
    start: &[f64],
    steps: usize,
) -> Eigenpair {
    power(apply, start, steps, 0.0).0
}

/// The largest eigenvalue: power iteration on `A + cI`, with `c` the magnitude that power iteration on
/// `A` found. Twice as many products as steps.
#[must_use]
pub fn largest(apply: &dyn Fn(&[f64]) -> Vec<f64>, start: &[f64], steps: usize) -> Eigenpair {
    let (first, magnitude) = power(apply, start, steps, 0.0);
    // A start that has turned towards the other end of the spectrum knows little about this one.
    let start = if first.value >= 0.0 { &first.vector } else { start };
    power(apply, start, steps, magnitude).0
}

/// Power iteration on `A + cI`, as an eigenpair of `A`, and the last `‖Av‖`.
fn power(
    apply: &dyn Fn(&[f64]) -> Vec<f64>,
    start: &[f64],
    steps: usize,
    shift: f64,
) -> (Eigenpair, f64) {
    let mut vector = unit(DVector::from_column_slice(start));
    let mut found = (0.0, 0.0, 0.0);
    for step in 0..steps {
        let product = DVector::from_vec(apply(vector.as_slice()));
        let value = vector.dot(&product);
        found = (value, (&product - value * &vector).norm(), product.norm());
        let next = product + shift * &vector;
        if step + 1 == steps || next.norm() == 0.0 {
            break;
        }
        vector = unit(next);
    }
    let (value, residual, magnitude) = found;
    (Eigenpair { value, vector: vector.as_slice().to_vec(), residual }, magnitude)
}

fn unit(vector: DVector<f64>) -> DVector<f64> {
    let norm = vector.norm();
    if norm > 0.0 { vector / norm } else { vector }
}

/// A matrix on the Krylov space of a start: `QᵀAQ` is tridiagonal.
///
/// Lanczos (1950, *An iteration method for the solution of the eigenvalue problem of linear
/// differential and integral operators*), with every new vector made orthogonal to all before, twice:
/// no eigenvalue appears twice by rounding. Where the space is exhausted it goes on from a further
/// direction, so that with as many steps as dimensions all eigenvalues come, with multiplicity.
pub struct Lanczos {
    basis: Vec<DVector<f64>>,
    eigenvalues: Vec<f64>,
    /// Eigenvectors of the tridiagonal matrix, one a column, in the same order.
    eigenvectors: DMatrix<f64>,
    /// What couples the last vector to the rest of the space.
    remainder: f64,
}

impl Lanczos {
    /// That many products, but no more than there are dimensions, from a start of any length that is
    /// not zero.
    #[must_use]
    pub fn new(apply: &dyn Fn(&[f64]) -> Vec<f64>, start: &[f64], steps: usize) -> Self {
        let size = start.len();
        let mut basis: Vec<DVector<f64>> = Vec::new();
        let (mut diagonal, mut beside) = (Vec::new(), Vec::new());
        let mut next = unit(DVector::from_column_slice(start));
        let mut scale = 0.0f64;
        for _ in 0..steps.min(size) {
            basis.push(next);
            let last = &basis[basis.len() - 1];
            let product = DVector::from_vec(apply(last.as_slice()));
            scale = scale.max(product.norm());
            diagonal.push(last.dot(&product));
            let rest = orthogonal(product, &basis);
            let coupling = rest.norm();
            // Below this it is rounding, of no direction in particular.
            if coupling > 1e-12 * scale {
                beside.push(coupling);
                next = rest / coupling;
            } else {
                beside.push(0.0);
                next = further(&basis, size);
            }
        }
        let remainder = beside.pop().unwrap_or(0.0);
        let steps = diagonal.len();
        let mut tridiagonal = DMatrix::from_diagonal(&DVector::from_vec(diagonal));
        for (place, &coupling) in beside.iter().enumerate() {
            tridiagonal[(place, place + 1)] = coupling;
            tridiagonal[(place + 1, place)] = coupling;
        }
        if tridiagonal.iter().any(|entry| !entry.is_finite()) {
            // The eigensolver would not end.
            let (eigenvalues, eigenvectors) =
                (vec![f64::NAN; steps], DMatrix::from_element(steps, steps, f64::NAN));
            return Self { basis, eigenvalues, eigenvectors, remainder };
        }
        let eigen = SymmetricEigen::new(tridiagonal);
        let mut order: Vec<usize> = (0..steps).collect();
        order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
        Self {
            eigenvalues: order.iter().map(|&place| eigen.eigenvalues[place]).collect(),
            eigenvectors: eigen.eigenvectors.select_columns(&order),
            basis,
            remainder,
        }
    }

    /// The approximate eigenvalues, from the largest down: as many as there were products. Those at
    /// the ends are good first.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.eigenvalues
    }

    /// How far each of them is from an eigenvalue at most: `‖Av − λv‖`.
    #[must_use]
    pub fn residuals(&self) -> Vec<f64> {
        let last = self.basis.len().saturating_sub(1);
        (0..self.basis.len())
            .map(|place| (self.remainder * self.eigenvectors[(last, place)]).abs())
            .collect()
    }

    /// The square of the start's part in each approximate eigenvector: they sum to one.
    #[must_use]
    pub fn weights(&self) -> Vec<f64> {
        (0..self.basis.len()).map(|place| self.eigenvectors[(0, place)].powi(2)).collect()
    }

    /// One approximate eigenpair: 0 is the largest.
    ///
    /// # Panics
    /// When there were fewer products.
    #[must_use]
    pub fn pair(&self, place: usize) -> Eigenpair {
        let mut vector = DVector::zeros(self.basis[0].len());
        for (step, direction) in self.basis.iter().enumerate() {
            vector.axpy(self.eigenvectors[(step, place)], direction, 1.0);
        }
        Eigenpair {
            value: self.eigenvalues[place],
            vector: vector.as_slice().to_vec(),
            residual: self.residuals()[place],
        }
    }
}

fn orthogonal(mut vector: DVector<f64>, basis: &[DVector<f64>]) -> DVector<f64> {
    for _ in 0..2 {
        for direction in basis {
            let part = direction.dot(&vector);
            vector.axpy(-part, direction, 1.0);
        }
    }
    vector
}

/// A unit vector orthogonal to the basis: what is left of the axis that has the least part in it.
fn further(basis: &[DVector<f64>], size: usize) -> DVector<f64> {
    let part = |axis: usize| basis.iter().map(|direction| direction[axis].powi(2)).sum::<f64>();
    let axis = (0..size).min_by(|&a, &b| part(a).total_cmp(&part(b))).unwrap_or(0);
    let mut vector = DVector::zeros(size);
    vector[axis] = 1.0;
    unit(orthogonal(vector, basis))
}

/// The distribution of the eigenvalues, as point masses that sum to one.
///
/// Stochastic Lanczos quadrature: Gauss quadrature for the spectral measure of random starts, averaged
/// (Ubaru, Chen and Saad 2017, *Fast estimation of tr(f(A)) via stochastic Lanczos quadrature*;
/// Ghorbani, Krishnan and Xiao 2019, *An investigation into neural net optimization via Hessian
/// eigenvalue density*).
pub struct SpectralMeasure {
    /// Eigenvalue and share.
    pub masses: Vec<(f64, f64)>,
}

impl SpectralMeasure {
    /// From that many starts of random signs, with that many products each. The first `2 steps − 1`
    /// moments are exact for each start.
    #[must_use]
    pub fn new(
        apply: &dyn Fn(&[f64]) -> Vec<f64>,
        size: usize,
        [starts, steps]: [usize; 2],
        stream: &mut ChaCha8Rng,
    ) -> Self {
        let masses = (0..starts)
            .flat_map(|_| {
                let lanczos = Lanczos::new(apply, &signs(stream, size), steps);
                let weights = lanczos.weights();
                let share = move |weight: f64| weight / starts as f64;
                lanczos.eigenvalues.into_iter().zip(weights.into_iter().map(share))
            })
            .collect();
        Self { masses }
    }

    /// The mean of a function over the eigenvalues: `tr f(A) / size`.
    #[must_use]
    pub fn mean(&self, function: impl Fn(f64) -> f64) -> f64 {
        self.masses.iter().map(|&(value, share)| share * function(value)).sum()
    }

    /// The density at a place, each mass drawn out to a Gaussian of that standard deviation. Where it
    /// is below the distance of the masses of one start, about the spread of the eigenvalues over the
    /// number of products, the masses show as ripples.
    #[must_use]
    pub fn density(&self, at: f64, width: f64) -> f64 {
        let scale = 1.0 / (width * std::f64::consts::TAU.sqrt());
        self.mean(|value| scale * libm::exp(-0.5 * ((at - value) / width).powi(2)))
    }
}

/// An estimate from random probes.
#[derive(Clone, Copy, Debug)]
pub struct Estimated {
    /// The estimate.
    pub value: f64,
    /// Its standard error.
    pub standard_error: f64,
}

/// Trace and Frobenius norm from the same random probes.
#[derive(Clone, Copy, Debug)]
pub struct Probed {
    /// The mean of `vᵀAv`, which is unbiased for the trace: each `v` holds random signs, and the
    /// variance of one probe is `2 (‖A‖_F² − Σ A_ii²)` (Hutchinson 1990, *A stochastic estimator of
    /// the trace of the influence matrix for Laplacian smoothing splines*).
    pub trace: Estimated,
    /// The root of the mean of `‖Av‖²`, which is the trace estimate of `A²`. Its standard error is to
    /// first order.
    pub frobenius: Estimated,
}

/// Trace and Frobenius norm from that many probes, at least two, with one product each.
#[must_use]
pub fn probe(
    apply: &dyn Fn(&[f64]) -> Vec<f64>,
    size: usize,
    probes: usize,
    stream: &mut ChaCha8Rng,
) -> Probed {
    let (quadratic, squares): (Vec<f64>, Vec<f64>) = (0..probes)
        .map(|_| {
            let signs = DVector::from_vec(signs(stream, size));
            let product = DVector::from_vec(apply(signs.as_slice()));
            (signs.dot(&product), product.norm_squared())
        })
        .unzip();
    let square = averaged(&squares);
    let norm = square.value.sqrt();
    let standard_error =
        if norm > 0.0 { square.standard_error / (2.0 * norm) } else { square.standard_error };
    Probed { trace: averaged(&quadratic), frobenius: Estimated { value: norm, standard_error } }
}

fn averaged(values: &[f64]) -> Estimated {
    let n = values.len() as f64;
    let value = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|x| (x - value).powi(2)).sum();
    Estimated { value, standard_error: (squares / (n - 1.0) / n).sqrt() }
}

/// −1 or 1, each with probability ½.
fn signs(stream: &mut ChaCha8Rng, size: usize) -> Vec<f64> {
    let uniforms = random::uniforms(stream, size, -1.0, 1.0);
    uniforms.into_iter().map(|uniform| if uniform < 0.0 { -1.0 } else { 1.0 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::curvature::Objective;
    use crate::lab::curvature::Spectrum;
    use crate::lab::initialisation::Initialisation;
    use crate::lab::loss::Loss;
    use crate::lab::network::Activation;
    use crate::lab::network::Network;
    use crate::lab::reference;

    /// A symmetric matrix with that spectrum and random eigenvectors.
    fn with_spectrum(values: &[f64]) -> DMatrix<f64> {
        let n = values.len();
        let mut stream = random::stream(1, "test", 0, "basis");
        let basis = DMatrix::from_vec(n, n, random::normals(&mut stream, n * n)).qr().q();
        let values = DVector::from_column_slice(values);
        &basis * DMatrix::from_diagonal(&values) * basis.transpose()
    }

    fn start(n: usize) -> Vec<f64> {
        random::normals(&mut random::stream(1, "test", 0, "start"), n)
    }

    fn product(matrix: &DMatrix<f64>) -> impl Fn(&[f64]) -> Vec<f64> {
        move |vector| (matrix * DVector::from_column_slice(vector)).as_slice().to_vec()
    }

    #[track_caller]
    fn near(found: f64, expected: f64, tolerance: f64) {
        assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
    }

    #[test]
    fn power_iteration_finds_the_largest_magnitude_and_with_a_shift_the_largest() {
        for (values, magnitude) in [
            ([5.0, 2.0, 1.0, 0.0, -1.0, -2.0], 5.0),
            ([3.0, 1.0, 0.5, 0.0, -1.0, -5.0], -5.0),
            ([-1.0, -2.0, -2.5, -3.0, -4.0, -8.0], -8.0),
        ] {
            let matrix = with_spectrum(&values);
            let pair = largest_magnitude(&product(&matrix), &start(6), 100);
            near(pair.value, magnitude, 1e-10);
            assert!(pair.residual < 1e-8);
            let pair = largest(&product(&matrix), &start(6), 400);
            near(pair.value, values[0], 1e-10);
            let vector = DVector::from_column_slice(&pair.vector);
            assert!((&matrix * &vector - pair.value * &vector).norm() < 1e-8);
            near(vector.norm(), 1.0, 1e-12);
        }
        // Two of one magnitude: power iteration alone finds neither.
        let matrix = with_spectrum(&[4.0, 1.0, -1.0, -4.0]);
        assert!(largest_magnitude(&product(&matrix), &start(4), 200).residual > 0.1);
        near(largest(&product(&matrix), &start(4), 200).value, 4.0, 1e-10);
        assert_eq!(largest(&|vector| vec![0.0; vector.len()], &start(4), 9).value, 0.0);
    }

    #[test]
    fn lanczos_with_all_steps_is_the_whole_spectrum_with_multiplicity() {
        let values = [7.0, 7.0, 7.0, 2.0, 0.0, 0.0, 0.0, 0.0, -1.0, -3.0];
        let matrix = with_spectrum(&values);
        let lanczos = Lanczos::new(&product(&matrix), &start(10), 50);
        assert_eq!(lanczos.values().len(), 10);
        for (place, expected) in values.into_iter().enumerate() {
            near(lanczos.values()[place], expected, 1e-10);
            let Eigenpair { value, vector, .. } = lanczos.pair(place);
            let vector = DVector::from_vec(vector);
            assert!((&matrix * &vector - value * &vector).norm() < 1e-9);
        }
        near(lanczos.weights().iter().sum(), 1.0, 1e-12);
    }

    #[test]
    fn residuals_are_true_and_bound_the_distance_to_an_eigenvalue() {
        let values: Vec<f64> = (0..60).map(|i| 1.0 / f64::from(i + 1)).collect();
        let matrix = with_spectrum(&values);
        let lanczos = Lanczos::new(&product(&matrix), &start(60), 12);
        let residuals = lanczos.residuals();
        for (place, residual) in residuals.iter().enumerate() {
            let Eigenpair { value, vector, .. } = lanczos.pair(place);
            let vector = DVector::from_vec(vector);
            near((&matrix * &vector - value * &vector).norm(), *residual, 1e-12);
            let nearest = values.iter().map(|v| (v - value).abs()).fold(f64::MAX, f64::min);
            assert!(nearest <= residual + 1e-12);
        }
        assert!(residuals[0] < 1e-6, "{residuals:?}");
        assert!(residuals[6] > 1e-6, "the middle of the spectrum comes late");
    }

    #[test]
    fn trace_and_norm_lie_within_their_errors_and_these_are_true() {
        let values: Vec<f64> = (0..40).map(|i| f64::from(i) / 10.0 - 1.0).collect();
        let matrix = with_spectrum(&values);
        let mut stream = random::stream(1, "test", 0, "probes");
        let Probed { trace, frobenius } = probe(&product(&matrix), 40, 2000, &mut stream);
        // Five standard errors.
        near(trace.value, matrix.trace(), 5.0 * trace.standard_error);
        near(frobenius.value, matrix.norm(), 5.0 * frobenius.standard_error);
        let diagonal: f64 = matrix.diagonal().norm_squared();
        let exact = (2.0 * (matrix.norm_squared() - diagonal) / 2000.0).sqrt();
        // The relative error of a standard deviation from 2000 draws is about 1/√4000; five of them.
        near(trace.standard_error / exact, 1.0, 5.0 / 4000f64.sqrt());
        // A diagonal matrix has no variance.
        let sure = probe(&|v| v.iter().map(|x| 3.0 * x).collect(), 5, 2, &mut stream);
        assert_eq!((sure.trace.value, sure.trace.standard_error), (15.0, 0.0));
        assert_eq!(sure.frobenius.value, 45f64.sqrt());
    }

    #[test]
    fn the_spectral_measure_has_the_moments_and_the_density_of_the_spectrum() {
        let (n, starts) = (200usize, 60usize);
        let matrix = {
            let mut stream = random::stream(1, "test", 0, "wigner");
            let draws = DMatrix::from_vec(n, n, random::normals(&mut stream, n * n));
            (&draws + draws.transpose()) / (2.0 * n as f64).sqrt()
        };
        let spectrum = Spectrum::new(matrix.clone()).values;
        let mut stream = random::stream(1, "test", 0, "density");
        let measure = SpectralMeasure::new(&product(&matrix), n, [starts, 40], &mut stream);
        near(measure.mean(|_| 1.0), 1.0, 1e-12);
        // The variance of one start is at most 2 ‖f(A)‖_F²/n². Five standard errors.
        let check = |found: f64, function: &dyn Fn(f64) -> f64| {
            let mean = |of: &dyn Fn(f64) -> f64| {
                spectrum.iter().map(|&value| of(value)).sum::<f64>() / n as f64
            };
            let error = (2.0 * mean(&|x| function(x).powi(2)) / (n * starts) as f64).sqrt();
            near(found, mean(function), 5.0 * error);
        };
        check(measure.mean(|x| x), &|x| x);
        check(measure.mean(|x| x * x), &|x| x * x);
        for at in [-2.2, -1.5, -0.5, 0.0, 1.0, 2.0] {
            let width = 0.2;
            let gaussian = |x: f64| {
                let z: f64 = (at - x) / width;
                libm::exp(-z * z / 2.0) / (width * std::f64::consts::TAU.sqrt())
            };
            check(measure.density(at, width), &gaussian);
        }
        assert!(measure.density(3.5, 0.2) < 1e-9);
    }

    #[test]
    fn the_hessian_of_a_network_has_the_spectrum_of_its_matrix() {
        let network = Network::new(&[3, 8, 3], Activation::Tanh);
        let mut stream = random::stream(1, "test", 0, "network");
        let parameters = Initialisation::FrameworkDefault.draw(&network, &mut stream);
        let inputs: Vec<_> = (0..40).map(|_| random::normals(&mut stream, 3)).collect();
        let targets: Vec<Vec<f64>> =
            (0..40).map(|i| (0..3).map(|k| f64::from(k == i % 3)).collect()).collect();
        let objective = Objective::with_loss(&network, Loss::CrossEntropy, &inputs, &targets);
        let point = objective.at(&parameters);
        let spectrum = Spectrum::new(point.hessian()).values;
        let apply = |vector: &[f64]| point.hessian_vector(vector).as_slice().to_vec();
        let size = parameters.len();
        let lanczos = Lanczos::new(&apply, &start(size), 25);
        near(lanczos.values()[0], spectrum[0], 1e-9);
        near(lanczos.values()[24], spectrum[size - 1], 1e-9);
        let pair = largest(&apply, &start(size), 200);
        assert!(pair.value <= spectrum[0] + 1e-12);
        assert!(spectrum[0] - pair.value <= pair.residual);
    }

    #[test]
    fn pytorch_has_the_same_ends_of_the_spectrum() {
        let (network, parameters) = reference::network();
        let inputs = reference::rows("/network/inputs");
        let targets = reference::indicators();
        let objective = Objective::with_loss(&network, Loss::CrossEntropy, &inputs, &targets);
        let point = objective.at(&parameters);
        let apply = |vector: &[f64]| point.hessian_vector(vector).as_slice().to_vec();
        let expected = reference::list("/network/cross_entropy/hessian_eigenvalues_ascending");
        let lanczos = Lanczos::new(&apply, &start(parameters.len()), 46);
        for (found, expected) in lanczos.values().iter().rev().zip(&expected) {
            near(*found, *expected, 1e-12);
        }
        let largest = largest(&apply, &start(parameters.len()), 2000);
        near(largest.value, expected[parameters.len() - 1], 1e-9);
    }
}
