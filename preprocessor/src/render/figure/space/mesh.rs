//! The surface in places along the axes: a rectangular mesh, coarse enough to be drawn.

use experiments::figure::Grid;

use crate::render::figure::scale::Span;

/// A point of the box: across, into the depth and upwards, 0 to 1 along the axes.
pub(super) type Spot = (f64, f64, f64);

/// Most nodes along one side, not counting those of the extremes.
const NODES: usize = 41;

/// The same of a surface so rough that a finer one could not be read, nor stored in few bytes.
const ROUGH_NODES: usize = 25;

/// Heights over a rectangular mesh, all in places along the axes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Mesh {
    /// Places along the first horizontal axis, rising.
    pub(super) u: Vec<f64>,
    /// Places along the second one, rising.
    pub(super) v: Vec<f64>,
    /// `w[row][column]` at `(u[column], v[row])`; none where the axes cannot show the value.
    pub(super) w: Vec<Vec<Option<f64>>>,
}

impl Mesh {
    /// The mesh of a grid. Of a fine one some rows and columns are kept whole: evenly spaced ones,
    /// and those with the lowest and the highest value.
    #[must_use]
    pub(super) fn new(grid: &Grid, spans: (&Span, &Span, &Span)) -> Self {
        let mesh = Self::of(grid, spans, NODES);
        if mesh.is_rough() { Self::of(grid, spans, ROUGH_NODES) } else { mesh }
    }

    /// Whether many neighbours are far apart.
    #[must_use]
    pub(super) fn is_rough(&self) -> bool {
        let pairs = self.w.iter().flat_map(|row| row.windows(2));
        let steps: Vec<f64> = pairs.filter_map(|pair| Some((pair[1]? - pair[0]?).abs())).collect();
        let large = steps.iter().filter(|&&step| step > 0.15).count();
        large * 4 > steps.len()
    }

    fn of(grid: &Grid, (x, y, z): (&Span, &Span, &Span), most: usize) -> Self {
        let height = |row: usize, column: usize| z.place(*grid.values.get(row)?.get(column)?);
        let columns = nodes(&grid.x, x);
        let rows = nodes(&grid.y, y);
        let mut extremes: [Option<(f64, usize, usize)>; 2] = [None, None];
        for (row, &(_, from_row)) in rows.iter().enumerate() {
            for (column, &(_, from_column)) in columns.iter().enumerate() {
                let Some(w) = height(from_row, from_column) else { continue };
                let [low, high] = &mut extremes;
                if low.is_none_or(|low| w < low.0) {
                    *low = Some((w, row, column));
                }
                if high.is_none_or(|high| w > high.0) {
                    *high = Some((w, row, column));
                }
            }
        }
        let kept: Vec<(f64, usize, usize)> = extremes.into_iter().flatten().collect();
        let rows = thinned(&rows, most, kept.iter().map(|kept| kept.1));
        let columns = thinned(&columns, most, kept.iter().map(|kept| kept.2));
        let line = |row: usize| columns.iter().map(|&(_, column)| height(row, column)).collect();
        Self {
            w: rows.iter().map(|&(_, row)| line(row)).collect(),
            u: columns.iter().map(|node| node.0).collect(),
            v: rows.iter().map(|node| node.0).collect(),
        }
    }

    /// The mesh as a grid in places; holes are not numbers.
    #[must_use]
    pub(super) fn grid(&self) -> Grid {
        let row = |row: &Vec<Option<f64>>| row.iter().map(|w| w.unwrap_or(f64::NAN)).collect();
        Grid { x: self.u.clone(), y: self.v.clone(), values: self.w.iter().map(row).collect() }
    }

    /// The height of a node.
    #[must_use]
    pub(super) fn node(&self, row: usize, column: usize) -> Option<f64> {
        *self.w.get(row)?.get(column)?
    }

    /// The height between the nodes, bilinear; none beside the surface and in its holes.
    #[must_use]
    pub(super) fn height(&self, u: f64, v: f64) -> Option<f64> {
        let (column, across) = cell(&self.u, u)?;
        let (row, along) = cell(&self.v, v)?;
        let between = |row| {
            let (one, other) = (self.node(row, column)?, self.node(row, column + 1)?);
            Some(one + across * (other - one))
        };
        let (one, other) = (between(row)?, between(row + 1)?);
        Some(one + along * (other - one))
    }
}

/// Places along an axis with their index in the grid, rising and different.
fn nodes(values: &[f64], span: &Span) -> Vec<(f64, usize)> {
    let place = |(at, &value): (usize, &f64)| Some((span.place(value)?, at));
    let mut nodes: Vec<(f64, usize)> = values.iter().enumerate().filter_map(place).collect();
    nodes.sort_by(|one, other| one.0.total_cmp(&other.0));
    nodes.dedup_by(|one, other| one.0 - other.0 < 1e-9);
    nodes
}

/// Evenly spaced nodes, among them the first, the last and those that are to be kept.
fn thinned(
    nodes: &[(f64, usize)],
    most: usize,
    kept: impl Iterator<Item = usize>,
) -> Vec<(f64, usize)> {
    if nodes.len() <= most {
        return nodes.to_vec();
    }
    let last = nodes.len() - 1;
    let mut chosen: Vec<usize> = (0..most).map(|at| at * last / (most - 1)).collect();
    chosen.extend(kept);
    chosen.sort_unstable();
    chosen.dedup();
    chosen.into_iter().map(|at| nodes[at]).collect()
}

/// The cell of a place among rising ones, and the share of the way through it.
fn cell(places: &[f64], place: f64) -> Option<(usize, f64)> {
    let (first, last) = (*places.first()?, *places.last()?);
    if places.len() < 2 || !(first..=last).contains(&place) {
        return None;
    }
    let at = places.partition_point(|&other| other <= place).clamp(1, places.len() - 1) - 1;
    Some((at, (place - places[at]) / (places[at + 1] - places[at])))
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: Span = Span { low: 0.0, high: 1.0, scale: experiments::figure::Scale::Linear };

    fn mesh(x: &[f64], y: &[f64], value: impl Fn(f64, f64) -> f64) -> Mesh {
        let row = |&y: &f64| x.iter().map(|&x| value(x, y)).collect();
        let values = y.iter().map(row).collect();
        Mesh::new(&Grid { x: x.to_vec(), y: y.to_vec(), values }, (&UNIT, &UNIT, &UNIT))
    }

    #[test]
    fn heights_between_nodes_are_bilinear() {
        let mesh = mesh(&[1.0, 0.0], &[0.0, 0.5], |x, y| x * y);
        assert_eq!(mesh.u, [0.0, 1.0]);
        assert_eq!(mesh.height(0.5, 0.25), Some(0.125));
        assert_eq!(mesh.height(1.0, 0.5), Some(0.5));
        assert_eq!(mesh.height(0.5, 0.6), None);
    }

    #[test]
    fn holes_have_no_height() {
        let hole = |x: f64, y: f64| if x + y < 0.1 { f64::NAN } else { 1.0 };
        let mesh = mesh(&[0.0, 0.5, 1.0], &[0.0, 1.0], hole);
        assert_eq!(mesh.height(0.2, 0.2), None);
        assert_eq!(mesh.height(0.7, 0.2), Some(1.0));
    }

    #[test]
    fn a_rough_mesh_is_coarse() {
        let x: Vec<f64> = (0..41).map(|i| f64::from(i) / 40.0).collect();
        let saw = mesh(&x, &x, |u, _| libm::round(u * 40.0) % 2.0);
        assert!(saw.u.len() <= ROUGH_NODES + 2);
        assert_eq!(mesh(&x, &x, |u, v| u * u + v).u.len(), 41);
    }

    #[test]
    fn a_fine_mesh_keeps_its_extremes() {
        let x: Vec<f64> = (0..300).map(|i| f64::from(i) / 299.0).collect();
        let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
        let spike = |u: f64, v: f64| match (near(u, x[101]), near(v, x[203])) {
            (true, true) => 0.9,
            _ if near(u, x[102]) && near(v, x[7]) => 0.1,
            _ => 0.5,
        };
        let mesh = mesh(&x, &x, spike);
        assert!(mesh.u.len() <= NODES + 2 && mesh.v.len() <= NODES + 2);
        assert_eq!((mesh.u[0], mesh.u[mesh.u.len() - 1]), (0.0, 1.0));
        let all: Vec<f64> = mesh.w.concat().into_iter().flatten().collect();
        assert!(all.contains(&0.9) && all.contains(&0.1));
    }
}
