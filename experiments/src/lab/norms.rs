//! Norms of a network's layers, what bounds make of them, and margins measured by them.
//!
//! Norms are those of the matrices that layers multiply with; biases enter none. In the field's writing
//! a layer is `x ↦ A x` with `A = Wᵀ`: a row of `A` is what goes into one unit, a column of `W`. ReLU
//! and tanh are 1-Lipschitz and 0 at 0.

use nalgebra::DMatrix;

use crate::lab::loss;
use crate::lab::network::Network;
use crate::lab::pass;

/// The largest singular value, or `NaN` for a matrix that is not finite. Its relative error is that of
/// the arithmetic.
#[must_use]
pub fn spectral_norm(matrix: &DMatrix<f64>) -> f64 {
    // The eigensolver scales poorly with size: the smaller Gram matrix, of numbers near one.
    let scale = matrix.amax();
    if !scale.is_finite() || matrix.iter().any(|entry| entry.is_nan()) {
        return f64::NAN;
    }
    if scale == 0.0 {
        return 0.0;
    }
    let matrix = matrix / scale;
    let transposed = matrix.transpose();
    let gram =
        if matrix.nrows() < matrix.ncols() { &matrix * transposed } else { transposed * &matrix };
    scale * gram.symmetric_eigenvalues().max().max(0.0).sqrt()
}

/// The matrices `W` of a network, `[inputs, outputs]` each.
#[must_use]
pub fn matrices(network: &Network, parameters: &[f64]) -> Vec<DMatrix<f64>> {
    network.layers().iter().map(|layer| pass::weights(parameters, layer)).collect()
}

/// The spectral norm of each layer.
#[must_use]
pub fn spectral(network: &Network, parameters: &[f64]) -> Vec<f64> {
    matrices(network, parameters).iter().map(spectral_norm).collect()
}

/// The Frobenius norm of each layer.
#[must_use]
pub fn frobenius(network: &Network, parameters: &[f64]) -> Vec<f64> {
    matrices(network, parameters).iter().map(DMatrix::norm).collect()
}

/// The product of the spectral norms, which bounds the Lipschitz constant in Euclidean norms (Szegedy
/// et al. 2014, *Intriguing properties of neural networks*).
#[must_use]
pub fn lipschitz_product(network: &Network, parameters: &[f64]) -> f64 {
    spectral(network, parameters).iter().product()
}

/// The Lipschitz constant of the linear piece around an input: the spectral norm of the Jacobian by
/// the input. The largest over any inputs is a lower bound of the network's.
#[must_use]
pub fn local_lipschitz(network: &Network, parameters: &[f64], input: &[f64]) -> f64 {
    spectral_norm(&pass::input_jacobian(network, parameters, input))
}

/// How far an input of several classes can be moved, in Euclidean norm, before the answer can change:
/// its margin over `√2` times a Lipschitz constant, or 0 where the margin is negative (Tsuzuku, Sato
/// and Sugiyama 2018, *Lipschitz-margin training*).
#[must_use]
pub fn certified_radius(margin: f64, lipschitz: f64) -> f64 {
    margin.max(0.0) / (std::f64::consts::SQRT_2 * lipschitz)
}

/// The path norm: the root of the sum over all paths from an input to an output of the squared product
/// of the weights on the path (Neyshabur, Salakhutdinov and Srebro 2015, *Path-SGD*). No rescaling of a
/// ReLU network's units changes it.
#[must_use]
pub fn path_norm(network: &Network, parameters: &[f64]) -> f64 {
    over_paths(network, parameters, |weight| weight * weight).sqrt()
}

/// The sum over all paths of the magnitude of the product of the weights on the path (Neyshabur,
/// Tomioka and Srebro 2015, *Norm-based capacity control in neural networks*).
#[must_use]
pub fn path_norm_1(network: &Network, parameters: &[f64]) -> f64 {
    over_paths(network, parameters, f64::abs)
}

/// The network without biases and activation, each weight replaced, summed over outputs for ones in.
fn over_paths(network: &Network, parameters: &[f64], replaced: impl Fn(f64) -> f64) -> f64 {
    let inputs = network.layers().first().map_or(0, |layer| layer.inputs);
    let mut signal = DMatrix::from_element(1, inputs, 1.0);
    for layer in network.layers() {
        signal *= pass::weights(parameters, layer).map(&replaced);
    }
    signal.sum()
}

/// The spectral complexity of Bartlett, Foster and Telgarsky (2017, *Spectrally-normalized margin bounds
/// for neural networks*), relative to reference matrices `M` of the same shape, or to zero:
///
/// `R_A = ∏ ‖Aᵢ‖_σ · (Σ (‖Aᵢᵀ − Mᵢᵀ‖₂,₁ / ‖Aᵢ‖_σ)^⅔)^{3/2}`
///
/// with `‖Aᵀ‖₂,₁` the sum over units of the norms of what goes into them.
#[must_use]
pub fn spectral_complexity(
    network: &Network,
    parameters: &[f64],
    reference: Option<&[f64]>,
) -> f64 {
    let (mut product, mut sum) = (1.0, 0.0);
    for layer in network.layers() {
        let mut matrix = pass::weights(parameters, layer);
        let norm = spectral_norm(&matrix);
        if let Some(reference) = reference {
            matrix -= pass::weights(reference, layer);
        }
        let distance: f64 = matrix.column_iter().map(|column| column.norm()).sum();
        product *= norm;
        if distance > 0.0 {
            sum += libm::pow(distance / norm, 2.0 / 3.0);
        }
    }
    // A layer of zeros: the network is constant.
    if product == 0.0 { 0.0 } else { product * libm::pow(sum, 1.5) }
}

/// The bound on the empirical Rademacher complexity of networks with one output and no biases, whose
/// layers have at most these Frobenius norms, on examples `[n, in]` (Golowich, Rakhlin and Shamir 2018,
/// *Size-independent sample complexity of neural networks*, theorem 1):
///
/// `(√(2 L ln 2) + 1)/n · ∏ M_F(l) · √(Σ ‖xᵢ‖²)`
#[must_use]
pub fn golowich(frobenius: &[f64], inputs: &DMatrix<f64>) -> f64 {
    let depth = frobenius.len() as f64;
    let factor = (2.0 * depth * std::f64::consts::LN_2).sqrt() + 1.0;
    factor * frobenius.iter().product::<f64>() * inputs.norm() / inputs.nrows() as f64
}

/// The margins of outputs `[n, k]`, each divided by a scale: with `R_A ‖X‖_F / n` those of Bartlett,
/// Foster and Telgarsky. Targets are rows as in [`loss`].
///
/// # Panics
/// When a target and a row of outputs differ in length.
#[must_use]
pub fn normalised_margins(outputs: &DMatrix<f64>, targets: &[Vec<f64>], scale: f64) -> Vec<f64> {
    outputs
        .row_iter()
        .zip(targets)
        .map(|(row, target)| {
            let row: Vec<f64> = row.iter().copied().collect();
            loss::margin(&row, target) / scale
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::initialisation::Initialisation;
    use crate::lab::network::Activation;
    use crate::lab::random;
    use crate::lab::reference;
    use crate::lab::sharpness;

    #[track_caller]
    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-13 * expected.abs(), "{found} is not {expected}");
    }

    #[test]
    fn numpy_and_pytorch_have_the_same_norms() {
        let cases = reference::at("/spectral").as_array().expect("cases").len();
        assert!(cases > 0);
        for case in 0..cases {
            let at = |key: &str| reference::number(&format!("/spectral/{case}/{key}"));
            let matrix = reference::matrix(&format!("/spectral/{case}/matrix"));
            near(spectral_norm(&matrix), at("spectral_norm"));
            near(spectral_norm(&matrix.transpose()), at("spectral_norm"));
            near(matrix.norm(), at("frobenius_norm"));
        }
        let (network, parameters) = reference::network();
        near(path_norm(&network, &parameters), reference::number("/network/path_norms/l2"));
        near(path_norm_1(&network, &parameters), reference::number("/network/path_norms/l1"));
    }

    #[test]
    fn extreme_matrices() {
        near(spectral_norm(&DMatrix::from_element(2, 3, 1e200)), 6f64.sqrt() * 1e200);
        near(spectral_norm(&DMatrix::from_element(3, 2, 1e-200)), 6f64.sqrt() * 1e-200);
        assert_eq!(spectral_norm(&DMatrix::zeros(2, 3)), 0.0);
        assert!(spectral_norm(&DMatrix::from_element(2, 2, f64::NAN)).is_nan());
        assert!(spectral_norm(&DMatrix::from_element(2, 2, f64::INFINITY)).is_nan());
    }

    /// A network 2-2-1 with `A₁ = diag(3, 4)`, `A₂ = (1, 2)`, no biases.
    fn small() -> (Network, Vec<f64>) {
        let network = Network::new(&[2, 2, 1], Activation::Relu);
        (network, vec![3.0, 0.0, 0.0, 4.0, 0.0, 0.0, 1.0, 2.0, 0.0])
    }

    #[test]
    fn hand_cases() {
        let (network, parameters) = small();
        let root = 5f64.sqrt();
        let found = spectral(&network, &parameters);
        near(found[0], 4.0);
        near(found[1], root);
        assert_eq!(frobenius(&network, &parameters), [5.0, root]);
        near(lipschitz_product(&network, &parameters), 4.0 * root);
        near(path_norm(&network, &parameters), (9.0 + 64.0f64).sqrt());
        near(path_norm_1(&network, &parameters), 11.0);
        // Both units on: ∂f/∂x = (3, 8). One: (0, 8).
        near(local_lipschitz(&network, &parameters, &[1.0, 1.0]), 73f64.sqrt());
        near(local_lipschitz(&network, &parameters, &[-1.0, 1.0]), 8.0);
        near(certified_radius(3.0, 2.0), 3.0 / 8f64.sqrt());
        assert_eq!(certified_radius(-3.0, 2.0), 0.0);
        // Units' norms: 3 + 4 over 4, and √5 over √5.
        let sum = libm::pow(7.0 / 4.0, 2.0 / 3.0) + 1.0;
        near(spectral_complexity(&network, &parameters, None), 4.0 * root * libm::pow(sum, 1.5));
        // From a start that had 3 − 1 for a weight: 1 over 4, and a layer that did not move.
        let mut start = parameters.clone();
        start[0] = 2.0;
        near(spectral_complexity(&network, &parameters, Some(&start)), root);
        assert_eq!(spectral_complexity(&network, &[0.0; 9], None), 0.0);
        let inputs = DMatrix::from_row_slice(2, 2, &[3.0, 0.0, 0.0, 4.0]);
        let factor = (4.0 * libm::log(2.0)).sqrt() + 1.0;
        near(golowich(&[5.0, root], &inputs), factor * 5.0 * root * 5.0 / 2.0);
        let outputs = DMatrix::from_row_slice(2, 2, &[1.0, 3.0, 5.0, 4.0]);
        let targets = [vec![0.0, 1.0], vec![0.0, 1.0]];
        assert_eq!(normalised_margins(&outputs, &targets, 4.0), [0.5, -0.25]);
    }

    #[test]
    fn the_product_bounds_every_slope_and_paths_ignore_rescaling() {
        let network = Network::new(&[4, 6, 5, 3], Activation::Relu);
        let mut stream = random::stream(1, "test", 0, "norms");
        let parameters = Initialisation::FrameworkDefault.draw(&network, &mut stream);
        let bound = lipschitz_product(&network, &parameters);
        let mut largest = 0.0f64;
        for _ in 0..200 {
            let input = random::normals(&mut stream, 4);
            largest = largest.max(local_lipschitz(&network, &parameters, &input));
        }
        assert!(largest <= bound && largest > 0.05 * bound, "{largest} of {bound}");
        let factors = [6, 5].map(|units| random::uniforms(&mut stream, units, 0.2, 5.0));
        let other = sharpness::rescaled(&network, &parameters, &factors);
        near(path_norm(&network, &other), path_norm(&network, &parameters));
        near(path_norm_1(&network, &other), path_norm_1(&network, &parameters));
        assert!((lipschitz_product(&network, &other) / bound - 1.0).abs() > 0.01);
    }
}
