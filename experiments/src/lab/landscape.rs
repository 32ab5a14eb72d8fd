//! Planes and lines through the parameters of a network, and the loss on them.
//!
//! Random directions are Gaussian. Li, Xu, Taylor, Studer and Goldstein (2018, *Visualizing the loss
//! landscape of neural nets*) rescale them filter by filter to the norms of the network, since a
//! network with ReLU is unchanged when one layer is multiplied by what the next is divided by: a
//! step of length one would mean nothing. In a fully connected network a filter is one unit: its
//! incoming weights and its bias.

use nalgebra::DMatrix;
use nalgebra::DVector;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;
use serde::Serialize;

use crate::lab::curvature::Spectrum;
use crate::lab::network::Network;
use crate::lab::random;

/// What a random direction is rescaled to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Normalise {
    /// Each filter to the norm of the same filter of the network (Li et al. 2018).
    Filter,
    /// Each tensor of weights or of biases to the norm of the same tensor: what many programs do
    /// that say "filter".
    Layer,
    /// Nothing: a standard normal direction, all of space alike (Goodfellow, Vinyals and Saxe 2015).
    None,
}

/// The groups of parameters that are rescaled together, as places in a row of parameters; none for
/// [`Normalise::None`].
#[must_use]
pub fn blocks(network: &Network, normalise: Normalise) -> Vec<Vec<usize>> {
    let layers = network.layers().iter();
    match normalise {
        Normalise::None => Vec::new(),
        Normalise::Layer => layers
            .flat_map(|layer| {
                [(layer.weights..layer.biases).collect(), (layer.biases..layer.end()).collect()]
            })
            .collect(),
        Normalise::Filter => layers
            .flat_map(|layer| {
                (0..layer.outputs).map(|output| {
                    let weights = (0..layer.inputs).map(|input| layer.weight(input, output));
                    weights.chain([layer.biases + output]).collect()
                })
            })
            .collect(),
    }
}

/// A random direction through a network.
#[must_use]
pub fn direction(stream: &mut ChaCha8Rng, parameters: &[f64], blocks: &[Vec<usize>]) -> Vec<f64> {
    let mut direction = random::normals(stream, parameters.len());
    for block in blocks {
        let scale = norm_of(parameters, block) / norm_of(&direction, block);
        for &place in block {
            direction[place] *= scale;
        }
    }
    direction
}

/// What a random direction sees of a Hessian, in expectation: `E dᵀHd / E‖d‖²`.
///
/// The directions of the blocks f are independent and uniform on spheres of radius `‖θ_f‖`, so that
/// this is `Σ_f (‖θ_f‖² / P_f) tr H_ff / Σ_f ‖θ_f‖²`. Without blocks it is `tr H / P`. Both hold for
/// `E dᵀHd/‖d‖²` too: with blocks `‖d‖` is no random variable, without it is independent of `d/‖d‖`.
#[must_use]
pub fn expected_curvature(
    hessian: &DMatrix<f64>,
    parameters: &[f64],
    blocks: &[Vec<usize>],
) -> f64 {
    if blocks.is_empty() {
        return hessian.trace() / parameters.len() as f64;
    }
    let (mut seen, mut total) = (0.0, 0.0);
    for block in blocks {
        let square = norm_of(parameters, block).powi(2);
        let trace: f64 = block.iter().map(|&place| hessian[(place, place)]).sum();
        seen += square / block.len() as f64 * trace;
        total += square;
    }
    seen / total
}

/// The curvatures `dᵀHd/‖d‖²` along directions.
#[must_use]
pub fn curvatures(hessian: &DMatrix<f64>, directions: &[Vec<f64>]) -> Vec<f64> {
    // One product of matrices: for wide networks many times as fast as vector after vector.
    let size = hessian.nrows();
    let matrix = DMatrix::from_fn(size, directions.len(), |row, column| directions[column][row]);
    let products = hessian * &matrix;
    matrix
        .column_iter()
        .zip(products.column_iter())
        .map(|(direction, product)| direction.dot(&product) / direction.norm_squared())
        .collect()
}

/// `nodes` places, evenly from `-reach` to `reach`.
///
/// The middle one of an odd number is exactly zero. An even number has none there, so that no node
/// shows the loss of the network itself.
#[must_use]
pub fn centred(reach: f64, nodes: usize) -> Vec<f64> {
    let half = (nodes - 1) as f64 / 2.0;
    (0..nodes).map(|node| reach * (node as f64 - half) / half).collect()
}

/// `nodes` places, evenly from about `low` to about `high`, of which one is exactly zero.
#[must_use]
pub fn through_zero(low: f64, high: f64, nodes: usize) -> Vec<f64> {
    let (low, high) = (low.min(0.0), high.max(0.0));
    let step = (high - low) / (nodes - 1) as f64;
    let zero = (-low / step).round();
    (0..nodes).map(|node| (node as f64 - zero) * step).collect()
}

/// `origin + a first + b second`.
#[must_use]
pub fn displaced(origin: &[f64], [first, second]: [&[f64]; 2], [a, b]: [f64; 2]) -> Vec<f64> {
    origin
        .iter()
        .zip(first.iter().zip(second))
        .map(|(origin, (first, second))| origin + a * first + b * second)
        .collect()
}

/// The loss on a plane: `values[row][column]` at `origin + x[column] first + y[row] second`. The
/// losses of a list of parameters are asked for all at once.
pub fn surface(
    origin: &[f64],
    axes: [&[f64]; 2],
    [x, y]: [&[f64]; 2],
    losses: impl FnOnce(Vec<Vec<f64>>) -> Vec<f64>,
) -> Vec<Vec<f64>> {
    let nodes = y.iter().flat_map(|&b| x.iter().map(move |&a| displaced(origin, axes, [a, b])));
    losses(nodes.collect()).chunks_exact(x.len()).map(<[f64]>::to_vec).collect()
}

/// The plane through the last point of a path that holds most of the path.
pub struct PathPlane {
    /// Two unit directions, orthogonal, the more important first.
    pub axes: [Vec<f64>; 2],
    /// Place of each point of the path along the two.
    pub places: [Vec<f64>; 2],
    /// Share that each direction has of the summed squares of the distances to the last point.
    pub shares: [f64; 2],
}

/// The first two principal components of a path about its last point (Li et al. 2018, section 7).
///
/// A large share is no sign of a simple path: the first two components of a long random walk in many
/// dimensions hold 4/5 of it too (Antognini and Sohl-Dickstein 2018, *PCA of high dimensional random
/// walks with comparison to neural network training*).
///
/// # Panics
/// Without points.
#[must_use]
pub fn path_plane(path: &[Vec<f64>]) -> PathPlane {
    let last = path.last().expect("a path has points");
    let offsets = DMatrix::from_fn(path.len(), last.len(), |i, j| path[i][j] - last[j]);
    // The few points, not the many parameters, give the size of the eigenproblem.
    let spectrum = Spectrum::new(&offsets * offsets.transpose());
    let total: f64 = spectrum.values.iter().sum();
    let component = |place: usize| {
        let axis: DVector<f64> = offsets.transpose() * spectrum.vectors.column(place);
        let axis = axis.normalize();
        let places = &offsets * &axis;
        // Drawn from left to right and from the bottom: the start has positive places.
        let sign = if places[0] < 0.0 { -1.0 } else { 1.0 };
        let list = |vector: DVector<f64>| (vector * sign).iter().copied().collect::<Vec<f64>>();
        (list(axis), list(places), spectrum.values[place] / total)
    };
    let (first, second) = (component(0), component(1));
    PathPlane {
        axes: [first.0, second.0],
        places: [first.1, second.1],
        shares: [first.2, second.2],
    }
}

/// The Euclidean norm.
#[must_use]
pub fn norm(values: &[f64]) -> f64 {
    values.iter().map(|value| value * value).sum::<f64>().sqrt()
}

/// A direction scaled to a length.
#[must_use]
pub fn scaled(direction: &[f64], length: f64) -> Vec<f64> {
    let scale = length / norm(direction);
    direction.iter().map(|value| value * scale).collect()
}

/// The nearest number with six significant decimal digits: more than a surface can show, and a third
/// of what a double takes in a record.
#[must_use]
pub fn rounded(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}

fn norm_of(values: &[f64], places: &[usize]) -> f64 {
    places.iter().map(|&place| values[place] * values[place]).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::network::Activation;

    fn network() -> Network {
        Network::new(&[2, 3, 1], Activation::Relu)
    }

    #[track_caller]
    fn check(normalise: Normalise, sizes: &[usize]) {
        let network = network();
        let blocks = blocks(&network, normalise);
        assert_eq!(blocks.iter().map(Vec::len).collect::<Vec<_>>(), sizes);
        let mut places: Vec<usize> = blocks.concat();
        places.sort_unstable();
        assert!(places.is_empty() || places == (0..network.parameters()).collect::<Vec<_>>());
        let mut stream = random::stream(1, "test", 0, "landscape");
        let parameters = random::normals(&mut stream, network.parameters());
        let direction = direction(&mut stream, &parameters, &blocks);
        for block in &blocks {
            assert!((norm_of(&direction, block) - norm_of(&parameters, block)).abs() < 1e-12);
        }
    }

    #[test]
    fn each_block_gets_the_norm_of_the_network() {
        check(Normalise::Filter, &[3, 3, 3, 4]);
        check(Normalise::Layer, &[6, 3, 3, 1]);
        check(Normalise::None, &[]);
    }

    #[test]
    fn random_directions_see_the_closed_form() {
        let network = network();
        let size = network.parameters();
        let mut stream = random::stream(1, "test", 0, "expectation");
        let parameters = random::normals(&mut stream, size);
        let root = DMatrix::from_vec(size, size, random::normals(&mut stream, size * size));
        let hessian = &root * root.transpose();
        for normalise in [Normalise::Filter, Normalise::Layer, Normalise::None] {
            let blocks = blocks(&network, normalise);
            let draws: Vec<Vec<f64>> =
                (0..20_000).map(|_| direction(&mut stream, &parameters, &blocks)).collect();
            let seen = curvatures(&hessian, &draws);
            let count = seen.len() as f64;
            let mean = seen.iter().sum::<f64>() / count;
            let variance = seen.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
            let exact = expected_curvature(&hessian, &parameters, &blocks);
            let errors = (mean - exact).abs() / (variance / count).sqrt();
            assert!(errors < 4.0, "{normalise:?}: {errors} standard errors");
        }
    }

    #[test]
    fn grids_have_a_node_at_the_network() {
        for nodes in [11, 41, 101] {
            let axis = centred(0.7, nodes);
            assert_eq!((axis[0], axis[nodes / 2], axis[nodes - 1]), (-0.7, 0.0, 0.7));
            assert!(!centred(0.7, nodes - 1).contains(&0.0));
            let axis = through_zero(-0.3, 7.1, nodes);
            assert_eq!(axis.iter().filter(|&&place| place == 0.0).count(), 1);
            assert!(axis[0] <= 0.0 && (axis[nodes - 1] - axis[0] - 7.4).abs() < 1e-12);
        }
    }

    #[test]
    fn a_surface_has_its_rows_along_the_second_axis() {
        let values = surface(
            &[10.0, 20.0],
            [&[1.0, 0.0], &[0.0, 1.0]],
            [&[0.0, 1.0, 2.0], &[0.0, 5.0]],
            |nodes| nodes.iter().map(|node| node[0] + node[1]).collect(),
        );
        assert_eq!(values, [[30.0, 31.0, 32.0], [35.0, 36.0, 37.0]]);
    }

    #[test]
    fn six_digits_are_kept() {
        assert_eq!(rounded(1.234_567_89), 1.234_57);
        assert_eq!(rounded(-9.999_999_9e-12), -1e-11);
        assert_eq!(rounded(0.0), 0.0);
        assert!(rounded(f64::NAN).is_nan() && rounded(f64::INFINITY) == f64::INFINITY);
    }

    #[test]
    fn a_flat_path_lies_in_its_plane() {
        // Points at (3t, t²) along two orthogonal directions of five-space.
        let (u, v) = ([0.6, 0.0, 0.8, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0, 0.0]);
        let path: Vec<Vec<f64>> = (0..10)
            .map(|t| displaced(&[1.0; 5], [&u, &v], [3.0 * f64::from(t), f64::from(t * t) / 9.0]))
            .collect();
        let plane = path_plane(&path);
        assert!((plane.shares[0] + plane.shares[1] - 1.0).abs() < 1e-12);
        assert!(plane.shares[0] > plane.shares[1]);
        let axes = [plane.axes[0].as_slice(), plane.axes[1].as_slice()];
        for (point, (&a, &b)) in path.iter().zip(plane.places[0].iter().zip(&plane.places[1])) {
            let back = displaced(&path[9], axes, [a, b]);
            assert!(back.iter().zip(point).all(|(back, point)| (back - point).abs() < 1e-10));
        }
    }
}
