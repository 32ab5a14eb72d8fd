//! Paints the surface as few areas as possible, what is near over what is far.
//!
//! For heights over a rectangle seen in parallel, going through the cells from the far ones to the
//! near ones is an exact order to paint them in. Only cells that cover each other need an order, so
//! each gets a layer above those it covers; in a layer all areas of a shade are one path.

use std::collections::BTreeMap;

use super::mesh::Mesh;
use super::mesh::Spot;
use super::view::View;
use crate::render::figure::canvas::Canvas;
use crate::render::figure::palette::Map;
use crate::render::figure::style::Colour;
use crate::render::figure::style::Ink;

/// Shades of the surface; few, so that neighbouring cells are often alike and become one area.
const SHADES: f64 = 20.0;

/// Lines of the mesh to either side, at most about.
const LINES: usize = 14;

/// Width of the lines of the mesh in px.
const LINE_WIDTH: f64 = 0.7;

/// How far an area reaches under its neighbours, so that no light shines through, in px.
const OVERLAP: f64 = 0.8;

/// Cells that cover each other by less than this need no order, in px.
const TOUCHING: f64 = 0.6;

type Point = (f64, f64);

/// A cell on the page.
struct Cell {
    /// Its outline; four corners if it is whole.
    outline: Vec<Point>,
    whole: bool,
    shade: u8,
    /// Whether its upper side is seen.
    front: bool,
    layer: usize,
}

/// The cells of a mesh on the page; `None` for a hole and outside of the axes.
struct Cells<'a> {
    mesh: &'a Mesh,
    view: &'a View,
    columns: usize,
    rows: usize,
    cells: Vec<Option<Cell>>,
}

/// Paints it.
pub(super) fn paint(canvas: &Canvas, view: &View, mesh: &Mesh) {
    let cells = Cells::new(mesh, view);
    let mut areas: BTreeMap<(usize, u8), Vec<Vec<Point>>> = BTreeMap::new();
    let by_rows = cells.strips(true);
    let by_columns = cells.strips(false);
    let fewer = if by_rows.len() <= by_columns.len() { by_rows } else { by_columns };
    for (key, outline) in fewer {
        areas.entry(key).or_default().push(outline);
    }
    let lines = cells.lines();
    let layers = cells.cells.iter().flatten().map(|cell| cell.layer + 1).max().unwrap_or(0);
    for layer in 0..layers {
        for ((_, shade), outlines) in areas.range((layer, 0)..=(layer, u8::MAX)) {
            let ink = Ink::solid(Colour::Shade(Map::Viridis, *shade));
            outlines.iter().for_each(|outline| canvas.fill(outline, ink));
        }
        for ((_, dark), lines) in lines.range((layer, false)..=(layer, true)) {
            let grey = if *dark { 255 } else { 0 };
            let ink = Ink { opacity: 0.35, ..Ink::solid(Colour::Shade(Map::Grey, grey)) };
            lines.iter().for_each(|line| canvas.line(&bends(line), ink, LINE_WIDTH));
        }
    }
}

impl<'a> Cells<'a> {
    fn new(mesh: &'a Mesh, view: &'a View) -> Self {
        let (columns, rows) = (mesh.u.len().saturating_sub(1), mesh.v.len().saturating_sub(1));
        let mut cells = Self { mesh, view, columns, rows, cells: Vec::new() };
        cells.cells = (0..columns * rows)
            .map(|at| {
                let (row, column) = (at / columns, at % columns);
                let nodes =
                    [(row, column), (row, column + 1), (row + 1, column + 1), (row + 1, column)];
                let spots: Option<Vec<Spot>> = nodes.iter().map(|&node| cells.spot(node)).collect();
                cell(&spots?, view)
            })
            .collect();
        cells.stack();
        cells
    }

    fn spot(&self, (row, column): (usize, usize)) -> Option<Spot> {
        Some((*self.mesh.u.get(column)?, *self.mesh.v.get(row)?, self.mesh.node(row, column)?))
    }

    /// Puts every cell above those further away that it covers.
    fn stack(&mut self) {
        let (across, into) = self.view.depths();
        let order = |count: usize, away: f64| -> Vec<usize> {
            if away > 0.0 { (0..count).rev().collect() } else { (0..count).collect() }
        };
        let columns = order(self.columns, across);
        let far_first: Vec<usize> = order(self.rows, into)
            .into_iter()
            .flat_map(|row| columns.iter().map(move |&column| (row, column)))
            .map(|(row, column)| row * self.columns + column)
            .collect();
        let mut below: Vec<(usize, [f64; 4], usize)> = Vec::new();
        for at in far_first {
            let Some(cell) = &self.cells[at] else { continue };
            let own = bounds(&cell.outline);
            let covered = |&&(other, bounds, _): &&(usize, [f64; 4], usize)| {
                meet(&own, &bounds)
                    && self.cells[other]
                        .as_ref()
                        .is_some_and(|other| overlap(&cell.outline, &other.outline))
            };
            let layer = below.iter().filter(covered).map(|below| below.2 + 1).max().unwrap_or(0);
            below.push((at, own, layer));
        }
        for (at, _, layer) in below {
            if let Some(cell) = &mut self.cells[at] {
                cell.layer = layer;
            }
        }
    }

    /// The areas of one shade in one layer, from neighbours in a row or in a column.
    fn strips(&self, by_rows: bool) -> Vec<((usize, u8), Vec<Point>)> {
        let (outer, inner) =
            if by_rows { (self.rows, self.columns) } else { (self.columns, self.rows) };
        let mut strips = Vec::new();
        for line in 0..outer {
            let mut open: Option<Strip> = None;
            for along in 0..inner {
                let at = if by_rows { line * inner + along } else { along * outer + line };
                let Some(cell) = &self.cells[at] else {
                    finish(&mut strips, &mut open);
                    continue;
                };
                let key = (cell.layer, cell.shade);
                let [one, two, three, four] = cell.outline[..] else {
                    finish(&mut strips, &mut open);
                    strips.push((key, turned(cell.outline.clone())));
                    continue;
                };
                if !cell.whole {
                    finish(&mut strips, &mut open);
                    strips.push((key, turned(cell.outline.clone())));
                    continue;
                }
                // The corners of the sides where it begins and where it ends.
                let (begin, end) =
                    if by_rows { ((one, four), (two, three)) } else { ((one, two), (four, three)) };
                if !open.as_ref().is_some_and(|open| open.key == key && open.front == cell.front) {
                    finish(&mut strips, &mut open);
                    open = Some(Strip {
                        key,
                        front: cell.front,
                        upper: vec![begin.0],
                        lower: vec![beyond(begin.0, begin.1)],
                    });
                }
                if let Some(open) = &mut open {
                    open.upper.push(end.0);
                    open.lower.push(beyond(end.0, end.1));
                }
            }
            finish(&mut strips, &mut open);
        }
        strips
    }

    /// The lines of the mesh by layer and by whether they lie on dark cells.
    fn lines(&self) -> BTreeMap<(usize, bool), Vec<Vec<Point>>> {
        let mut lines: BTreeMap<(usize, bool), Vec<Vec<Point>>> = BTreeMap::new();
        let ruled = |count: usize| {
            let step = count.div_ceil(LINES).max(1);
            (0..=count).filter(move |&at| at % step == 0 || at == count)
        };
        let rows = ruled(self.rows)
            .map(|row| (0..=self.columns).map(|column| (row, column)).collect::<Vec<_>>());
        let columns = ruled(self.columns)
            .map(|column| (0..=self.rows).map(|row| (row, column)).collect::<Vec<_>>());
        for nodes in rows.chain(columns).filter(|nodes| nodes.len() > 1) {
            let mut open: Option<((usize, bool), Vec<Point>)> = None;
            for pair in nodes.windows(2) {
                let piece = self.piece(pair[0], pair[1]);
                match (&mut open, piece) {
                    (Some((key, line)), Some((own, [_, to]))) if *key == own => line.push(to),
                    (_, piece) => {
                        let done = open.take();
                        open = piece.map(|(key, points)| (key, points.to_vec()));
                        if let Some((key, line)) = done {
                            lines.entry(key).or_default().push(line);
                        }
                    }
                }
            }
            if let Some((key, line)) = open {
                lines.entry(key).or_default().push(line);
            }
        }
        lines
    }

    /// A side of a cell, in the upper one of the layers beside it.
    fn piece(
        &self,
        from: (usize, usize),
        to: (usize, usize),
    ) -> Option<((usize, bool), [Point; 2])> {
        let (one, other) = (self.spot(from)?, self.spot(to)?);
        if !inside(&one) || !inside(&other) {
            return None;
        }
        let beside = if from.0 == to.0 {
            [(from.0.wrapping_sub(1), from.1), from]
        } else {
            [(from.0, from.1.wrapping_sub(1)), from]
        };
        let layer = beside
            .into_iter()
            .filter(|&(row, column)| row < self.rows && column < self.columns)
            .filter_map(|(row, column)| self.cells[row * self.columns + column].as_ref())
            .map(|cell| cell.layer)
            .max()?;
        let dark = (one.2 + other.2) / 2.0 < 0.5;
        Some(((layer, dark), [self.view.at(one), self.view.at(other)]))
    }
}

/// A cell between these corners; none of it may be within the axes.
fn cell(spots: &[Spot], view: &View) -> Option<Cell> {
    let whole = spots.iter().all(inside);
    let kept = if whole { spots.to_vec() } else { cut(spots) };
    if kept.len() < 3 {
        return None;
    }
    let height = kept.iter().map(|spot| spot.2).sum::<f64>() / kept.len() as f64;
    let outline: Vec<Point> = kept.iter().map(|&spot| view.at(spot)).collect();
    let front = area(&outline) < 0.0;
    Some(Cell { outline, whole, shade: shade(height), front, layer: 0 })
}

/// Neighbouring cells of one look under way.
struct Strip {
    key: (usize, u8),
    front: bool,
    upper: Vec<Point>,
    lower: Vec<Point>,
}

fn finish(strips: &mut Vec<((usize, u8), Vec<Point>)>, strip: &mut Option<Strip>) {
    let Some(Strip { key, mut upper, mut lower, .. }) = strip.take() else { return };
    for side in [&mut upper, &mut lower] {
        if let [.., before, last] = &mut side[..] {
            *last = beyond(*before, *last);
        }
    }
    let mut outline = bends(&upper);
    outline.extend(bends(&lower).into_iter().rev());
    strips.push((key, turned(outline)));
}

/// A line without the points where nobody sees a bend.
fn bends(line: &[Point]) -> Vec<Point> {
    const LEAST: f64 = 0.12;
    let mut kept: Vec<Point> = line.first().copied().into_iter().collect();
    let mut left_out: Vec<Point> = Vec::new();
    for pair in line.windows(2).skip(1) {
        let (point, next) = (pair[0], pair[1]);
        let Some(&from) = kept.last() else { break };
        left_out.push(point);
        let (dx, dy) = (next.0 - from.0, next.1 - from.1);
        let length = libm::hypot(dx, dy).max(1e-6);
        let off = |&(x, y): &Point| ((x - from.0) * dy - (y - from.1) * dx).abs() / length;
        // What turns back is no straight line, however near it is.
        let forward =
            (point.0 - from.0) * (next.0 - point.0) + (point.1 - from.1) * (next.1 - point.1) > 0.0;
        if !forward || left_out.iter().any(|point| off(point) > LEAST) {
            kept.push(point);
            left_out.clear();
        }
    }
    if line.len() > 1 {
        kept.extend(line.last());
    }
    kept
}

/// All areas turn the same way, so that none cuts a hole into another.
fn turned(mut corners: Vec<Point>) -> Vec<Point> {
    if area(&corners) < 0.0 {
        corners.reverse();
    }
    corners
}

/// Left, top, right and bottom.
fn bounds(outline: &[Point]) -> [f64; 4] {
    outline.iter().fold([f64::MAX, f64::MAX, f64::MIN, f64::MIN], |[l, t, r, b], &(x, y)| {
        [l.min(x), t.min(y), r.max(x), b.max(y)]
    })
}

fn meet(one: &[f64; 4], other: &[f64; 4]) -> bool {
    one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3]
}

/// Whether two outlines cover each other by more than a trifle: no line along one of their sides
/// separates them. For outlines with dents the answer may be yes where it should be no.
fn overlap(one: &[Point], other: &[Point]) -> bool {
    let sides = |corners: &[Point]| -> Vec<(Point, Point)> {
        corners.iter().copied().zip(corners.iter().copied().cycle().skip(1)).collect()
    };
    let reach = |corners: &[Point], (nx, ny): Point| {
        corners
            .iter()
            .map(|&(x, y)| x * nx + y * ny)
            .fold((f64::MAX, f64::MIN), |(low, high), along| (low.min(along), high.max(along)))
    };
    sides(one).into_iter().chain(sides(other)).all(|(from, to)| {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = libm::hypot(dx, dy);
        if length < 1e-6 {
            return true;
        }
        let normal = (-dy / length, dx / length);
        let (own, their) = (reach(one, normal), reach(other, normal));
        own.1 > their.0 + TOUCHING && their.1 > own.0 + TOUCHING
    })
}

/// The shade of a height from 0 to 1.
fn shade(height: f64) -> u8 {
    let step = libm::floor(height.clamp(0.0, 1.0) * SHADES).min(SHADES - 1.0);
    (step / (SHADES - 1.0) * 255.0).round() as u8
}

fn inside(&(u, v, w): &Spot) -> bool {
    [u, v, w].iter().all(|part| (-1e-9..=1.0 + 1e-9).contains(part))
}

/// A point a little beyond another one.
fn beyond(from: Point, to: Point) -> Point {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = libm::hypot(dx, dy);
    if length < 1e-6 {
        return to;
    }
    (to.0 + dx / length * OVERLAP, to.1 + dy / length * OVERLAP)
}

/// Twice the area to the right of a polygon.
fn area(corners: &[Point]) -> f64 {
    let next = corners.iter().cycle().skip(1);
    corners.iter().zip(next).map(|(one, other)| one.0 * other.1 - other.0 * one.1).sum()
}

/// What of a cell is in the box (Sutherland and Hodgman, 1974, "Reentrant Polygon Clipping").
fn cut(corners: &[Spot]) -> Vec<Spot> {
    let sides: [fn(Spot) -> f64; 6] = [
        |spot| spot.0,
        |spot| 1.0 - spot.0,
        |spot| spot.1,
        |spot| 1.0 - spot.1,
        |spot| spot.2,
        |spot| 1.0 - spot.2,
    ];
    let mut corners = corners.to_vec();
    for side in sides {
        let Some(&last) = corners.last() else { break };
        let mut before = last;
        let mut kept = Vec::new();
        for &corner in &corners {
            let (was, is) = (side(before), side(corner));
            if (was < 0.0) != (is < 0.0) {
                let t = was / (was - is);
                let mix = |one: f64, other: f64| one + t * (other - one);
                kept.push((
                    mix(before.0, corner.0),
                    mix(before.1, corner.1),
                    mix(before.2, corner.2),
                ));
            }
            if is >= 0.0 {
                kept.push(corner);
            }
            before = corner;
        }
        corners = kept;
    }
    corners
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_cut_at_the_box() {
        let cell = [(0.0, 0.0, 0.5), (1.0, 0.0, 0.5), (1.0, 1.0, 1.5), (0.0, 1.0, 1.5)];
        let part = cut(&cell);
        assert_eq!(part.len(), 4);
        assert!(part.iter().all(|spot| spot.2 <= 1.0 && spot.1 <= 0.5 + 1e-12));
        let above = cell.map(|(u, v, w)| (u, v, w + 2.0));
        assert_eq!(cut(&above), []);
        assert_eq!(cut(&cell.map(|(u, v, _)| (u, v, 0.3))).len(), 4);
    }

    #[test]
    fn straight_stretches_need_no_points() {
        let line = [(0.0, 0.0), (5.0, 0.1), (10.0, 0.0), (15.0, 5.0), (20.0, 10.0)];
        assert_eq!(bends(&line), [line[0], line[2], line[4]]);
        let back = [(0.0, 0.0), (5.0, 0.0), (1.0, 0.0)];
        assert_eq!(bends(&back), back);
        assert_eq!(bends(&[]), []);
        assert_eq!(bends(&[(1.0, 1.0)]), [(1.0, 1.0)]);
    }

    #[test]
    fn neighbours_touch_and_others_cover() {
        let square = |x: f64| [(x, 0.0), (x + 10.0, 0.0), (x + 10.0, 10.0), (x, 10.0)];
        assert!(!overlap(&square(0.0), &square(10.0)));
        assert!(!overlap(&square(0.0), &square(9.7)));
        assert!(overlap(&square(0.0), &square(8.0)));
        assert!(overlap(&square(0.0), &square(0.0)));
    }

    /// A ridge in front of a slope: what is behind it lies in a lower layer.
    #[test]
    fn what_covers_another_cell_is_in_a_higher_layer() {
        let u: Vec<f64> = (0..5).map(|i| f64::from(i) / 4.0).collect();
        let heights = [0.0, 1.0, 0.0, 0.0, 0.0];
        let w = heights.map(|w| vec![Some(w); 5]).to_vec();
        let mesh = Mesh { v: u.clone(), u, w };
        let mut view = View::new(0.0, 30.0);
        view.scale = 300.0;
        let layers = |view: &View| -> Vec<usize> {
            let cells = Cells::new(&mesh, view);
            cells.cells.iter().flatten().map(|cell| cell.layer).step_by(4).collect()
        };
        let found = layers(&view);
        assert!(found[0] > found[1] && found[1] > found[2], "{found:?}");
        view = View::new(0.0, 80.0);
        view.scale = 300.0;
        assert_eq!(layers(&view)[2..], [0, 0]);
    }

    #[test]
    fn shades_rise_with_height() {
        assert_eq!((shade(-5.0), shade(0.0), shade(1.0), shade(7.0)), (0, 0, 255, 255));
        let shades: std::collections::BTreeSet<u8> =
            (0..=1000).map(|at| shade(f64::from(at) / 1000.0)).collect();
        assert_eq!(shades.len(), 20);
    }
}
