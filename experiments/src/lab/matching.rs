//! Permutations of hidden units that bring two networks of one shape as close as can be.
//!
//! The units of a hidden layer can be permuted, with their incoming and outgoing weights, without
//! changing what the network computes. Two networks that learned the same may still lie far apart.

use nalgebra::DMatrix;
use pathfinding::kuhn_munkres::kuhn_munkres;
use pathfinding::matrix::Matrix;
use rand_chacha::ChaCha8Rng;

use crate::lab::network::Layer;
use crate::lab::network::Network;
use crate::lab::random;

/// The place in each row of a square matrix, no two in one column, for which the sum is greatest
/// (Kuhn 1955, *The Hungarian method for the assignment problem*; Munkres 1957).
///
/// Exact for the gains as multiples of `2⁻⁵²` of the largest magnitude, or of as many bits as keep
/// the sum of `n` of them in an integer: what it falls short by in f64 is at most `n` such units.
/// Where a gain is not finite there is no best, and every row keeps its place.
///
/// # Panics
/// When the matrix is not square.
#[must_use]
pub fn assignment(gains: &DMatrix<f64>) -> Vec<usize> {
    let n = gains.nrows();
    assert_eq!(n, gains.ncols(), "as many units as units");
    let largest = gains.iter().fold(0.0f64, |most, gain| most.max(gain.abs()));
    if n == 0 || largest == 0.0 || gains.iter().any(|gain| !gain.is_finite()) {
        return (0..n).collect();
    }
    // Sums of n gains, and of two labels and a gain, stay below 2^62.
    let bits = 52.min(60 - i32::try_from(n.ilog2()).unwrap_or(60));
    let weights = Matrix::from_fn(n, n, |(row, column)| {
        libm::round(libm::ldexp(gains[(row, column)] / largest, bits)) as i64
    });
    kuhn_munkres(&weights).1
}

/// The same function with the hidden units in another order: unit `j` of a hidden layer becomes what
/// unit `permutation[j]` was. One permutation a hidden layer.
///
/// # Panics
/// When the permutations do not fit the hidden layers.
#[must_use]
pub fn permuted(network: &Network, parameters: &[f64], permutations: &[Vec<usize>]) -> Vec<f64> {
    let layers = network.layers();
    assert_eq!(permutations.len() + 1, layers.len(), "one permutation a hidden layer");
    let mut result = parameters.to_vec();
    for (depth, layer) in layers.iter().enumerate() {
        let from_input = order(permutations, depth.checked_sub(1));
        let from_output = order(permutations, Some(depth));
        for output in 0..layer.outputs {
            let source = from_output(output);
            result[layer.biases + output] = parameters[layer.biases + source];
            for input in 0..layer.inputs {
                result[layer.weight(input, output)] =
                    parameters[layer.weight(from_input(input), source)];
            }
        }
    }
    result
}

/// Where a unit of a hidden layer comes from; inputs and outputs of the network stay.
fn order(permutations: &[Vec<usize>], layer: Option<usize>) -> impl Fn(usize) -> usize {
    let permutation = layer.and_then(|layer| permutations.get(layer));
    move |unit| permutation.map_or(unit, |permutation| permutation[unit])
}

/// What matching found.
#[derive(Clone, Debug)]
pub struct Matching {
    /// For [`permuted`] of the second network: one permutation a hidden layer.
    pub permutations: Vec<Vec<usize>>,
    /// The inner product of the first network's parameters with the permuted second's. For a shape
    /// and norms that do not change, the distance is least where this is greatest.
    pub product: f64,
    /// How often the hidden layers were gone through.
    pub rounds: usize,
}

/// The permutations of the second network's hidden units for which its parameters, biases included,
/// have the greatest inner product with the first's ("weight matching" of Ainsworth, Hayase and
/// Srinivasa 2023, *Git Re-Basin: merging models modulo permutation symmetries*).
///
/// With one hidden layer this is one assignment problem and the result is the best there is. With
/// more, one layer after another is matched with the others held, in random order, until a round
/// brings nothing: a local optimum, since the joint problem is NP-hard.
///
/// # Panics
/// When a row of parameters is too short for the network.
#[must_use]
pub fn matched(
    network: &Network,
    first: &[f64],
    second: &[f64],
    stream: &mut ChaCha8Rng,
) -> Matching {
    let layers = network.layers();
    let hidden = layers.len().saturating_sub(1);
    let mut permutations: Vec<Vec<usize>> =
        layers[..hidden].iter().map(|layer| (0..layer.outputs).collect()).collect();
    let mut rounds = 0;
    loop {
        rounds += 1;
        let mut better = false;
        for depth in random::permutation(stream, hidden) {
            let gains = gains(network, first, second, &permutations, depth);
            let sum = |order: &[usize]| -> f64 {
                order.iter().enumerate().map(|(unit, &other)| gains[(unit, other)]).sum()
            };
            let found = assignment(&gains);
            let (now, then) = (sum(&found), sum(&permutations[depth]));
            // A gain within rounding could go to and fro for ever.
            if now - then > 1e-12 * gains.norm() {
                permutations[depth] = found;
                better = true;
            }
        }
        if !better || hidden == 1 {
            break;
        }
    }
    let turned = permuted(network, second, &permutations);
    let product = first.iter().zip(&turned).map(|(a, b)| a * b).sum();
    Matching { permutations, product, rounds }
}

/// What the inner product gains when unit `row` of the first network is matched with unit `column` of
/// the second, in one hidden layer, the neighbouring layers being matched as they are.
fn gains(
    network: &Network,
    first: &[f64],
    second: &[f64],
    permutations: &[Vec<usize>],
    depth: usize,
) -> DMatrix<f64> {
    let [into, out] = [network.layers()[depth], network.layers()[depth + 1]];
    let units = into.outputs;
    let [before, after] =
        [order(permutations, depth.checked_sub(1)), order(permutations, Some(depth + 1))];
    // One row a unit: its incoming weights, its bias and its outgoing weights.
    let all =
        |parameters: &[f64], input: &dyn Fn(usize) -> usize, output: &dyn Fn(usize) -> usize| {
            DMatrix::from_fn(units, into.inputs + 1 + out.outputs, |unit, place| {
                parameters[of_unit(&into, &out, unit, place, input, output)]
            })
        };
    let plain = |place: usize| place;
    all(first, &plain, &plain) * all(second, &before, &after).transpose()
}

/// Where a unit's parameters lie: incoming weights, then the bias, then outgoing weights.
fn of_unit(
    into: &Layer,
    out: &Layer,
    unit: usize,
    place: usize,
    input: &dyn Fn(usize) -> usize,
    output: &dyn Fn(usize) -> usize,
) -> usize {
    match place.checked_sub(into.inputs) {
        None => into.weight(input(place), unit),
        Some(0) => into.biases + unit,
        Some(after) => out.weight(unit, output(after - 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::initialisation::Initialisation;
    use crate::lab::network::Activation;
    use crate::lab::pass;
    use crate::lab::reference;

    #[test]
    fn scipy_assigns_alike() {
        let matrix = reference::matrix("/assignment/matrix");
        for (name, gains) in [("greatest", matrix.clone()), ("least", -matrix.clone())] {
            let at = |key: &str| reference::at(&format!("/assignment/{name}/{key}"));
            let found = assignment(&gains);
            assert_eq!(serde_json::json!(found), at("column_of_each_row"));
            let total: f64 = (0..6).map(|row| matrix[(row, found[row])]).sum();
            assert!((total - at("total").as_f64().expect("a number")).abs() < 1e-14);
        }
    }

    /// All permutations of `0..n`.
    fn all(n: usize) -> Vec<Vec<usize>> {
        if n == 0 {
            return vec![Vec::new()];
        }
        let shorter = all(n - 1);
        (0..n)
            .flat_map(|place| {
                shorter.iter().map(move |rest| {
                    let mut order = rest.clone();
                    order.insert(place, n - 1);
                    order
                })
            })
            .collect()
    }

    #[test]
    fn no_permutation_is_better_than_the_assignment() {
        for draw in 0..30 {
            let mut stream = random::stream(1, "test", draw, "gains");
            let gains = DMatrix::from_vec(6, 6, random::normals(&mut stream, 36)) * 1e-7;
            let sum = |order: &[usize]| -> f64 { (0..6).map(|i| gains[(i, order[i])]).sum() };
            let best = all(6).iter().map(|order| sum(order)).fold(f64::MIN, f64::max);
            assert!((sum(&assignment(&gains)) - best).abs() < 1e-20);
        }
        assert_eq!(assignment(&DMatrix::from_element(3, 3, 0.0)), [0, 1, 2]);
        assert_eq!(assignment(&DMatrix::from_element(3, 3, f64::NAN)), [0, 1, 2]);
        assert_eq!(assignment(&DMatrix::from_element(2, 2, -f64::MAX)).len(), 2);
        assert!(assignment(&DMatrix::zeros(0, 0)).is_empty());
    }

    #[track_caller]
    fn check(sizes: &[usize]) {
        let network = Network::new(sizes, Activation::Relu);
        for draw in 0..5 {
            let mut stream = random::stream(1, "test", draw, "matching");
            let parameters = Initialisation::FrameworkDefault.draw(&network, &mut stream);
            let shuffled: Vec<Vec<usize>> = sizes[1..sizes.len() - 1]
                .iter()
                .map(|&units| random::permutation(&mut stream, units))
                .collect();
            let copy = permuted(&network, &parameters, &shuffled);
            assert_ne!(copy, parameters);
            let inputs = DMatrix::from_vec(9, sizes[0], random::normals(&mut stream, 9 * sizes[0]));
            let answers = |row: &[f64]| pass::forward(&network, row, &inputs).outputs;
            assert!((answers(&copy) - answers(&parameters)).norm() < 1e-13);
            let matching = matched(&network, &parameters, &copy, &mut stream);
            assert_eq!(permuted(&network, &copy, &matching.permutations), parameters);
            let square: f64 = parameters.iter().map(|p| p * p).sum();
            assert!((matching.product - square).abs() < 1e-12 * square);
            assert!(matching.rounds >= 1);
        }
    }

    #[test]
    fn a_permuted_copy_is_matched_back() {
        check(&[3, 12, 2]);
        check(&[64, 128, 10]);
        check(&[16, 24, 20, 24, 4]);
    }

    #[test]
    fn one_hidden_layer_is_matched_as_well_as_can_be() {
        let network = Network::new(&[2, 5, 2], Activation::Tanh);
        let mut stream = random::stream(1, "test", 0, "pair");
        let [first, second] =
            [(); 2].map(|()| Initialisation::FrameworkDefault.draw(&network, &mut stream));
        let product = |order: &Vec<usize>| -> f64 {
            let turned = permuted(&network, &second, std::slice::from_ref(order));
            first.iter().zip(&turned).map(|(a, b)| a * b).sum()
        };
        let best = all(5).iter().map(product).fold(f64::MIN, f64::max);
        let found = matched(&network, &first, &second, &mut stream);
        assert!((found.product - best).abs() < 1e-14);
        assert_eq!(found.rounds, 1);
        // Without a hidden layer there is nothing to match.
        let linear = Network::new(&[2, 2], Activation::Tanh);
        assert!(matched(&linear, &first, &second, &mut stream).permutations.is_empty());
    }
}
