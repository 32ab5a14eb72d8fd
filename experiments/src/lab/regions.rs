//! The linear regions of a ReLU network on a segment or on a square of its input space, exactly.
//!
//! A region is a convex cell on which each unit is on or off throughout, so that the network is
//! affine there. Layer after layer each cell is cut along the lines on which a unit's sum is zero
//! (Humayun, Balestriero, Balakrishnan and Baraniuk 2023, *SplineCam*, describe this for planes).
//! Activation regions are at least as many as linear regions: neighbours may have one affine map,
//! where all that a unit leads to is off.

use std::collections::BTreeMap;

use nalgebra::DMatrix;

use crate::lab::network::Activation;
use crate::lab::network::Network;
use crate::lab::pass;

/// A sum that is this close to zero at a corner, relative to its terms, is taken to vanish there: what
/// is thinner than that is rounding and no cell.
const TOLERANCE: f64 = 1e-12;

/// A cell in local coordinates: an interval for `D = 1`, a convex polygon for `D = 2`.
#[derive(Clone, Debug)]
pub struct Cell<const D: usize> {
    /// The ends in ascending order, or the corners in order round the polygon.
    pub corners: Vec<[f64; D]>,
    /// What the network answers on it: the first row is the constant, the others the slopes along each
    /// coordinate, one output a column: `[1 + D, k]`.
    pub outputs: DMatrix<f64>,
}

/// The cells on the segment from one input to another, in order. The coordinate is 0 and 1 at the ends.
///
/// # Panics
/// When the network's activation is not ReLU, or an input has the wrong length.
#[must_use]
pub fn on_segment(network: &Network, parameters: &[f64], from: &[f64], to: &[f64]) -> Vec<Cell<1>> {
    let along: Vec<f64> = from.iter().zip(to).map(|(from, to)| to - from).collect();
    let map = pass::matrix(&[from.to_vec(), along]);
    cells(network, parameters, Cell { corners: vec![[0.0], [1.0]], outputs: map })
}

/// The cells on the square of inputs `origin + s·u + t·v` with `s` and `t` from `−reach` to `reach`.
///
/// # Panics
/// When the network's activation is not ReLU, or an input has the wrong length.
#[must_use]
pub fn on_square(
    network: &Network,
    parameters: &[f64],
    origin: &[f64],
    [u, v]: [&[f64]; 2],
    reach: f64,
) -> Vec<Cell<2>> {
    let map = pass::matrix(&[origin.to_vec(), u.to_vec(), v.to_vec()]);
    let corners = vec![[-reach, -reach], [reach, -reach], [reach, reach], [-reach, reach]];
    cells(network, parameters, Cell { corners, outputs: map })
}

/// The linear pieces among the cells of a segment: neighbours whose slopes differ by no more than a
/// share of the largest slope are one.
#[must_use]
pub fn linear_pieces(cells: &[Cell<1>], tolerance: f64) -> usize {
    let slopes: Vec<_> = cells.iter().map(|cell| cell.outputs.row(1)).collect();
    let largest = slopes.iter().map(|slope| slope.norm()).fold(0.0, f64::max);
    let kinks =
        slopes.windows(2).filter(|pair| (pair[0] - pair[1]).norm() > tolerance * largest).count();
    kinks + usize::from(!cells.is_empty())
}

/// Which of the network's units are on at each input `[n, in]`, as a number of the pattern: equal
/// patterns have equal numbers, from 0 in the order in which they come.
///
/// A grid misses cells that lie between its nodes; [`on_segment`] and [`on_square`] do not.
#[must_use]
pub fn patterns(network: &Network, parameters: &[f64], inputs: &DMatrix<f64>) -> Vec<usize> {
    let forward = pass::forward(network, parameters, inputs);
    let mut known: BTreeMap<Vec<bool>, usize> = BTreeMap::new();
    (0..inputs.nrows())
        .map(|row| {
            let pattern = forward
                .sums
                .iter()
                .flat_map(|sums| sums.row(row).iter().map(|&z| z > 0.0).collect::<Vec<_>>())
                .collect();
            let next = known.len();
            *known.entry(pattern).or_insert(next)
        })
        .collect()
}

impl Cell<2> {
    /// The area (Gauss's formula).
    #[must_use]
    pub fn area(&self) -> f64 {
        let [first, .., last] = self.corners.as_slice() else { return 0.0 };
        let cross = |[a, b]: [f64; 2], [c, d]: [f64; 2]| a * d - b * c;
        let around: f64 = self.corners.windows(2).map(|pair| cross(pair[0], pair[1])).sum();
        0.5 * (around + cross(*last, *first)).abs()
    }
}

/// Cuts a cell, whose map is that of the network's input, by all units.
fn cells<const D: usize>(network: &Network, parameters: &[f64], start: Cell<D>) -> Vec<Cell<D>> {
    assert_eq!(network.activation(), Activation::Relu, "regions are those of ReLU networks");
    let mut cells = vec![start];
    for (depth, layer) in network.layers().iter().enumerate() {
        let weights = pass::weights(parameters, layer);
        let biases = pass::biases(parameters, layer);
        let hidden = depth + 1 < network.layers().len();
        let mut next = Vec::new();
        for Cell { corners, outputs } in cells {
            let mut sums = outputs * &weights;
            sums.row_mut(0).iter_mut().zip(biases).for_each(|(sum, bias)| *sum += bias);
            if hidden {
                next.extend(parts(corners, &sums));
            } else {
                next.push(Cell { corners, outputs: sums });
            }
        }
        cells = next;
    }
    cells
}

/// The parts of a cell on which each unit of a layer, with these sums, is on or off throughout, and
/// what the layer gives there.
fn parts<const D: usize>(corners: Vec<[f64; D]>, sums: &DMatrix<f64>) -> Vec<Cell<D>> {
    let mut parts = vec![Cell { corners, outputs: sums.clone() }];
    for unit in 0..sums.ncols() {
        let mut next = Vec::new();
        for Cell { corners, outputs } in parts {
            for (corners, on) in
                cut(corners, &sums.column(unit).iter().copied().collect::<Vec<_>>())
            {
                let mut outputs = outputs.clone();
                if !on {
                    outputs.column_mut(unit).fill(0.0);
                }
                next.push(Cell { corners, outputs });
            }
        }
        parts = next;
    }
    parts
}

/// One or two parts of a cell, and whether the affine function with that constant and these slopes is
/// positive there. The part with the first corner is first.
fn cut<const D: usize>(corners: Vec<[f64; D]>, function: &[f64]) -> Vec<(Vec<[f64; D]>, bool)> {
    let terms = |corner: &[f64; D]| -> Vec<f64> {
        let slopes = corner.iter().zip(&function[1..]).map(|(x, slope)| x * slope);
        std::iter::once(function[0]).chain(slopes).collect()
    };
    let values: Vec<f64> = corners
        .iter()
        .map(|corner| {
            let terms = terms(corner);
            let (sum, size) =
                (terms.iter().sum::<f64>(), terms.iter().map(|t| t.abs()).sum::<f64>());
            if sum.abs() <= TOLERANCE * size { 0.0 } else { sum }
        })
        .collect();
    let lowest = values.iter().fold(f64::INFINITY, |least, &value| least.min(value));
    let highest = values.iter().fold(f64::NEG_INFINITY, |most, &value| most.max(value));
    if lowest >= 0.0 || highest <= 0.0 {
        return vec![(corners, highest > 0.0)];
    }
    let [mut on, mut off] = [Vec::new(), Vec::new()];
    for place in 0..corners.len() {
        let (corner, value) = (corners[place], values[place]);
        if value >= 0.0 {
            on.push(corner);
        }
        if value <= 0.0 {
            off.push(corner);
        }
        // An interval has one side, a polygon one after each corner.
        let after = (place + 1) % corners.len();
        let side = D > 1 || after > place;
        if side && value * values[after] < 0.0 {
            let share = value / (value - values[after]);
            let crossing: [f64; D] = std::array::from_fn(|axis| {
                corner[axis] + share * (corners[after][axis] - corner[axis])
            });
            on.push(crossing);
            off.push(crossing);
        }
    }
    let mut parts = vec![(on, true), (off, false)];
    if values[0] < 0.0 || (values[0] == 0.0 && values[1] < 0.0) {
        parts.reverse();
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::initialisation::Initialisation;
    use crate::lab::random;
    use crate::lab::region_counts;

    fn normal(sizes: &[usize], draw: u64) -> (Network, Vec<f64>) {
        let network = Network::new(sizes, Activation::Relu);
        let parameters = Initialisation::FrameworkDefault
            .draw(&network, &mut random::stream(1, "test", draw, "regions"));
        (network, parameters)
    }

    /// Telgarsky's sawtooth on `[0, 1]` with that many folds: `2x⁺ − 4(x − ½)⁺`, again and again.
    fn sawtooth(folds: usize) -> (Network, Vec<f64>) {
        let mut sizes = vec![2; folds + 1];
        sizes[0] = 1;
        sizes.push(1);
        let network = Network::new(&sizes, Activation::Relu);
        let mut parameters = vec![0.0; network.parameters()];
        for (depth, layer) in network.layers().iter().enumerate() {
            for output in 0..layer.outputs {
                if depth == 0 {
                    parameters[layer.weight(0, output)] = 1.0;
                } else {
                    parameters[layer.weight(0, output)] = 2.0;
                    parameters[layer.weight(1, output)] = -4.0;
                }
            }
            if depth < folds {
                parameters[layer.biases + 1] = -0.5;
            }
        }
        (network, parameters)
    }

    #[test]
    fn the_sawtooth_has_two_to_the_folds_pieces() {
        for folds in 1..=10 {
            let (network, parameters) = sawtooth(folds);
            let cells = on_segment(&network, &parameters, &[0.0], &[1.0]);
            assert_eq!(linear_pieces(&cells, 1e-6), 1 << folds);
            let width = 1.0 / f64::from(1u32 << folds);
            for (place, cell) in cells.iter().enumerate() {
                assert_eq!(cell.corners, [[place as f64 * width], [(place + 1) as f64 * width]]);
                let slope = if place % 2 == 0 { 1.0 } else { -1.0 } / width;
                assert_eq!(cell.outputs[(1, 0)], slope);
            }
        }
    }

    #[test]
    fn each_piece_of_a_segment_is_the_network_and_the_grid_agrees() {
        for draw in 0..5 {
            let (network, parameters) = normal(&[16, 32, 32, 32, 2], draw);
            let mut stream = random::stream(1, "test", draw, "segment");
            let [from, to] = [(); 2].map(|()| {
                random::normals(&mut stream, 16).iter().map(|x| 3.0 * x).collect::<Vec<f64>>()
            });
            let cells = on_segment(&network, &parameters, &from, &to);
            assert_eq!((cells[0].corners[0], cells[cells.len() - 1].corners[1]), ([0.0], [1.0]));
            let at = |t: f64| -> Vec<f64> {
                from.iter().zip(&to).map(|(a, b)| (1.0 - t) * a + t * b).collect()
            };
            for pair in cells.windows(2) {
                assert_eq!(pair[0].corners[1], pair[1].corners[0]);
            }
            for cell in &cells {
                let [[low], [high]] = [cell.corners[0], cell.corners[1]];
                assert!(low < high);
                let t = 0.3 * low + 0.7 * high;
                let inputs = pass::matrix(&[at(t)]);
                let expected = pass::forward(&network, &parameters, &inputs).outputs;
                let found = cell.outputs.row(0) + cell.outputs.row(1) * t;
                assert!((found - expected).norm() < 1e-12);
            }
            let grid: Vec<_> = (0..=20_000).map(|node| at(f64::from(node) / 20_000.0)).collect();
            let labels = patterns(&network, &parameters, &pass::matrix(&grid));
            let changes = labels.windows(2).filter(|pair| pair[0] != pair[1]).count();
            // A grid misses only cells thinner than its step, each at most twice.
            let thin = cells.iter().filter(|cell| cell.corners[1][0] - cell.corners[0][0] < 5e-5);
            let thin = thin.count();
            assert!(changes < cells.len() && cells.len() <= changes + 1 + 2 * thin);
            assert!(linear_pieces(&cells, 1e-12) <= cells.len());
            assert!(cells.len() as f64 <= libm::exp10(region_counts::upper(1, &[32; 3]).log10));
        }
    }

    #[test]
    fn lines_in_general_position_make_zaslavskys_number_of_regions() {
        for (draw, units) in [(0, 1), (1, 2), (2, 3), (3, 6), (4, 9)] {
            let (network, parameters) = normal(&[2, units, 1], draw);
            // Far enough out to see every crossing of two lines.
            let axes: [&[f64]; 2] = [&[1.0, 0.0], &[0.0, 1.0]];
            let cells = on_square(&network, &parameters, &[0.0, 0.0], axes, 1e3);
            let expected = region_counts::zaslavsky(units, 2).exact;
            assert_eq!(Some(cells.len() as u128), expected, "{units}");
        }
    }

    #[test]
    fn the_cells_of_a_square_fill_it_and_each_is_the_network() {
        let (network, parameters) = normal(&[3, 16, 16, 2], 7);
        let (origin, u, v) = ([0.1, -0.2, 0.3], [1.0, 0.0, 0.5], [0.0, 1.0, -0.5]);
        let cells = on_square(&network, &parameters, &origin, [&u, &v], 2.0);
        let total: f64 = cells.iter().map(Cell::area).sum();
        assert!((total - 16.0).abs() < 1e-9, "{total}");
        let mut inside = Vec::new();
        for cell in &cells {
            assert!(cell.corners.len() >= 3);
            let n = cell.corners.len() as f64;
            let [s, t] = [0, 1].map(|axis| cell.corners.iter().map(|c| c[axis]).sum::<f64>() / n);
            let input = (0..3).map(|i| origin[i] + s * u[i] + t * v[i]).collect();
            let expected = pass::forward(&network, &parameters, &pass::matrix(&[input]));
            let map = &cell.outputs;
            let found = map.row(0) + map.row(1) * s + map.row(2) * t;
            assert!((found - expected.outputs).norm() < 1e-12);
            inside.push((0..3).map(|i| origin[i] + s * u[i] + t * v[i]).collect::<Vec<_>>());
        }
        // Every cell has a pattern of its own: convex cells with one pattern would be one cell.
        let labels = patterns(&network, &parameters, &pass::matrix(&inside));
        assert_eq!(labels, (0..cells.len()).collect::<Vec<_>>());
        assert!(cells.len() as f64 <= libm::exp10(region_counts::upper(2, &[16, 16]).log10));
        assert!(cells.len() > 50);
    }
}
