//! Where a surface over a grid has a certain value: lines of equal value, and areas above one.
//!
//! The crate `contour` finds and joins the sides of the cells that a line crosses (marching
//! squares; Lorensen and Cline, 1987, "Marching Cubes", in two dimensions). Where on a side a line
//! crosses is ours, so that grids may be uneven, axes logarithmic, and values missing: a cell with a
//! corner that cannot be shown is a hole.

use contour::Pt;
use contour::contour_rings;
use experiments::figure::Grid;
use experiments::figure::Scale;

use crate::render::figure::clip::Place;
use crate::render::figure::scale::Padding;
use crate::render::figure::scale::Span;

/// About how many levels are chosen.
const LEVELS: f64 = 10.0;

/// The lines of equal value at each level, in the coordinates of the grid. A line that ends where
/// it begins is closed.
#[must_use]
pub(in crate::render::figure) fn isolines(
    grid: &Grid,
    scale: Scale,
    levels: &[f64],
) -> Vec<(f64, Vec<Vec<Place>>)> {
    let span = value_span(grid, scale);
    let finite = |value: f64| value.is_finite().then_some(value);
    let field = Field::new(grid, &span, finite, finite, 1);
    levels.iter().filter_map(|&level| Some((level, field.lines(span.place(level)?)))).collect()
}

/// What the values of a grid span on a scale.
#[must_use]
pub(super) fn value_span(grid: &Grid, scale: Scale) -> Span {
    Span::fit(None, scale, grid.values.iter().flatten().copied(), Padding::None)
}

/// About ten levels within a span, at values that a person would choose.
#[must_use]
pub(in crate::render::figure) fn levels(span: &Span) -> Vec<f64> {
    let chosen = match span.scale {
        Scale::Linear => even(span, LEVELS),
        Scale::Log => logarithmic(span),
        Scale::Symlog { .. } => symmetric(span),
    };
    let inside = |value: &f64| span.place(*value).is_some_and(|at| at > 1e-9 && at < 1.0 - 1e-9);
    let mut levels: Vec<f64> = chosen.into_iter().filter(inside).collect();
    levels.sort_by(f64::total_cmp);
    levels.dedup();
    levels
}

/// Multiples of 1, 2 or 5 times a power of ten.
fn even(span: &Span, count: f64) -> Vec<f64> {
    let rough = span.high / count - span.low / count;
    let power = libm::floor(libm::log10(rough));
    let unit = libm::pow(10.0, power);
    let step = [1.0, 2.0, 5.0]
        .into_iter()
        .map(|factor| factor * unit)
        .find(|&step| step >= rough * (1.0 - 1e-9))
        .unwrap_or(10.0 * unit);
    let (first, last) = (libm::ceil(span.low / step), libm::floor(span.high / step));
    if !step.is_normal()
        || first.abs().max(last.abs()) > 1e12
        || !(0.0..=40.0).contains(&(last - first))
    {
        // Values too close to each other for decimals: evenly between the ends.
        return (1..8)
            .map(|at| f64::from(at) / 8.0)
            .map(|share| span.low * (1.0 - share) + span.high * share)
            .collect();
    }
    // Dividing by the inverse gives the double that is nearest to the decimal.
    let inverse = libm::round(1.0 / step);
    let multiple =
        |count: f64| if step < 1.0 && inverse < 1e15 { count / inverse } else { count * step };
    (0..=(last - first) as u32).map(|at| multiple(first + f64::from(at))).collect()
}

/// Powers of ten, with what lies between where there are few of them.
fn logarithmic(span: &Span) -> Vec<f64> {
    let (low, high) = (libm::log10(span.low), libm::log10(span.high));
    if high - low < 0.7 {
        return even(&Span { scale: Scale::Linear, ..*span }, LEVELS);
    }
    let digits: &[f64] = match high - low {
        ..1.5 => &[1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0],
        ..3.5 => &[1.0, 2.0, 5.0],
        ..6.0 => &[1.0, 3.0],
        _ => &[1.0],
    };
    powers(libm::floor(low) as i32, libm::ceil(high) as i32, digits)
}

/// Zero, and powers of ten in both directions.
fn symmetric(span: &Span) -> Vec<f64> {
    let Scale::Symlog { linear } = span.scale else { return Vec::new() };
    let start = if linear.is_finite() && linear > 0.0 { linear } else { 1.0 };
    let exponent = |value: f64| libm::log10(value).clamp(-300.0, 308.0) as i32;
    let (first, last) = (exponent(start), exponent(span.low.abs().max(span.high.abs())));
    if last - first < 1 {
        return even(&Span { scale: Scale::Linear, ..*span }, LEVELS);
    }
    let digits: &[f64] = if last - first < 3 { &[1.0, 3.0] } else { &[1.0] };
    let both = powers(first, last, digits).into_iter().flat_map(|value| [value, -value]);
    both.chain([0.0]).collect()
}

/// These digits times so many powers of ten; of many powers every second, third, …
fn powers(first: i32, last: i32, digits: &[f64]) -> Vec<f64> {
    let stride = usize::try_from((last - first) / 12 + 1).unwrap_or(1);
    // Negative powers by division: the double that is nearest to the decimal.
    let power = |digit: f64, at: i32| match at {
        -22..0 => digit / libm::pow(10.0, f64::from(-at)),
        _ => digit * libm::pow(10.0, f64::from(at)),
    };
    (first..=last)
        .filter(|at| at.rem_euclid(i32::try_from(stride).unwrap_or(1)) == 0)
        .flat_map(|at| digits.iter().map(move |&digit| power(digit, at)))
        .collect()
}

/// A surface over a grid of places that rise along both sides.
pub(super) struct Field {
    x: Vec<f64>,
    y: Vec<f64>,
    /// Row by row; NaN where there is none that can be shown.
    heights: Vec<f64>,
}

impl Field {
    /// The surface over the places of a grid, its heights those along a span of values. Of a coarse
    /// one only every so many rows and columns count.
    #[must_use]
    pub(super) fn new(
        grid: &Grid,
        values: &Span,
        across: impl Fn(f64) -> Option<f64>,
        up: impl Fn(f64) -> Option<f64>,
        stride: usize,
    ) -> Self {
        let (columns, rows) = (sorted(&grid.x, across, stride), sorted(&grid.y, up, stride));
        let height = |row: usize, column: usize| {
            let value = grid.values.get(row).and_then(|row| row.get(column));
            value.and_then(|&value| values.place(value)).unwrap_or(f64::NAN)
        };
        let heights = rows
            .iter()
            .flat_map(|&(_, row)| columns.iter().map(move |&(_, column)| (row, column)))
            .map(|(row, column)| height(row, column))
            .collect();
        let places = |sides: Vec<(f64, usize)>| sides.into_iter().map(|side| side.0).collect();
        Self { x: places(columns), y: places(rows), heights }
    }

    /// Lines of this height.
    #[must_use]
    pub(super) fn lines(&self, level: f64) -> Vec<Vec<Place>> {
        self.rings(level).into_iter().flat_map(|ring| self.open(&ring, level)).collect()
    }

    /// Outlines of what is as high or higher; those of holes go the other way round. Around a hole
    /// of the surface they are only about right: see [`Self::holes`].
    #[must_use]
    pub(super) fn areas(&self, level: f64) -> Vec<Vec<Place>> {
        let place = |ring: Vec<Pt>| ring.iter().map(|&at| self.crossing(at, level)).collect();
        self.rings(level).into_iter().map(place).collect()
    }

    /// Its lower left and its upper right corner.
    #[must_use]
    pub(super) fn corners(&self) -> Option<(Place, Place)> {
        let low = (*self.x.first()?, *self.y.first()?);
        (self.x.len() > 1 && self.y.len() > 1).then_some((low, (*self.x.last()?, *self.y.last()?)))
    }

    /// The cells with a corner that cannot be shown, as rectangles from one corner to the opposite one;
    /// neighbours in a row are one.
    #[must_use]
    pub(super) fn holes(&self) -> Vec<(Place, Place)> {
        let mut holes = Vec::new();
        for row in 0..self.y.len().saturating_sub(1) {
            let mut column = 0;
            while column + 1 < self.x.len() {
                let from = column;
                while column + 1 < self.x.len() && !self.whole(row, column) {
                    column += 1;
                }
                if column > from {
                    holes.push(((self.x[from], self.y[row]), (self.x[column], self.y[row + 1])));
                }
                column += 1;
            }
        }
        holes
    }

    /// Rings around all that is at least as high, in half cells from outside the first corner.
    fn rings(&self, level: f64) -> Vec<Vec<Pt>> {
        if self.x.len() < 2 || self.y.len() < 2 {
            return Vec::new();
        }
        contour_rings(&self.heights, level, self.x.len(), self.y.len()).unwrap_or_default()
    }

    /// The parts of a ring that cross whole cells.
    fn open(&self, ring: &[Pt], level: f64) -> Vec<Vec<Place>> {
        let crosses = |pair: &[Pt]| {
            // The cell that both ends lie around.
            let cell = |one: f64, other: f64| libm::floor((one + other) / 2.0 - 0.5);
            let (column, row) = (cell(pair[0].x, pair[1].x), cell(pair[0].y, pair[1].y));
            column >= 0.0 && row >= 0.0 && self.whole(row as usize, column as usize)
        };
        let mut sides: Vec<&[Pt]> = ring.windows(2).collect();
        // From a gap on, so that no line is torn where the ring happens to begin.
        if let Some(gap) = sides.iter().position(|side| !crosses(side)) {
            sides.rotate_left(gap);
        }
        let mut lines: Vec<Vec<Place>> = Vec::new();
        let mut joined = false;
        for side in sides {
            let crossed = crosses(side);
            if crossed && !joined {
                lines.push(vec![self.crossing(side[0], level)]);
            }
            if let Some(line) = lines.last_mut().filter(|_| crossed) {
                line.push(self.crossing(side[1], level));
            }
            joined = crossed;
        }
        lines
    }

    /// Whether all corners of the cell above and to the right of this one are known.
    fn whole(&self, row: usize, column: usize) -> bool {
        let known = |row, column| self.height(row, column).is_some();
        known(row, column)
            && known(row, column + 1)
            && known(row + 1, column)
            && known(row + 1, column + 1)
    }

    fn height(&self, row: usize, column: usize) -> Option<f64> {
        let inside = row < self.y.len() && column < self.x.len();
        let height = inside.then(|| self.heights[row * self.x.len() + column])?;
        (!height.is_nan()).then_some(height)
    }

    /// Where a level is reached on the side of a cell that a point of a ring stands for: half a cell
    /// from the corners to both sides of it.
    fn crossing(&self, at: Pt, level: f64) -> Place {
        let level_side = libm::floor(at.x) == at.x;
        let (along, fixed) = if level_side { (at.x, at.y) } else { (at.y, at.x) };
        let (after, fixed) = (along as usize, (fixed - 0.5).max(0.0) as usize);
        let count = if level_side { self.x.len() } else { self.y.len() };
        // Beyond the grid a ring goes along its border.
        let (before, after) = (after.saturating_sub(1), after.min(count - 1));
        let height = |at| match level_side {
            true => self.height(fixed, at),
            false => self.height(at, fixed),
        };
        let share = match (height(before), height(after)) {
            (Some(low), Some(high)) if low != high => {
                ((level - low) / (high - low)).clamp(0.0, 1.0)
            }
            (None, Some(_)) => 1.0,
            _ => 0.0,
        };
        let between = |places: &[f64]| (1.0 - share) * places[before] + share * places[after];
        match level_side {
            true => (between(&self.x), self.y[fixed.min(self.y.len() - 1)]),
            false => (self.x[fixed.min(self.x.len() - 1)], between(&self.y)),
        }
    }
}

/// Places that can be shown, rising, each with its number in the grid.
fn sorted(values: &[f64], place: impl Fn(f64) -> Option<f64>, stride: usize) -> Vec<(f64, usize)> {
    let shown = |(at, &value): (usize, &f64)| Some((place(value)?, at));
    let mut places: Vec<(f64, usize)> = values.iter().enumerate().filter_map(shown).collect();
    places.sort_by(|one, other| one.0.total_cmp(&other.0));
    let last = places.len().saturating_sub(1);
    let kept = places.into_iter().enumerate();
    kept.filter(|(at, _)| at % stride.max(1) == 0 || *at == last).map(|(_, side)| side).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(count: u32, value: impl Fn(f64, f64) -> f64) -> Grid {
        let axis: Vec<f64> =
            (0..count).map(|at| 4.0 * f64::from(at) / f64::from(count - 1) - 2.0).collect();
        let row = |&y: &f64| axis.iter().map(|&x| value(x, y)).collect();
        Grid { values: axis.iter().map(row).collect(), x: axis.clone(), y: axis }
    }

    fn lines(grid: &Grid, level: f64) -> Vec<Vec<Place>> {
        isolines(grid, Scale::Linear, &[level]).remove(0).1
    }

    #[test]
    fn a_bowl_has_circles() {
        let bowl = grid(41, |x, y| x * x + y * y);
        for level in [0.25, 1.0, 2.25] {
            let found = lines(&bowl, level);
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].first(), found[0].last());
            for &(x, y) in &found[0] {
                assert!((libm::hypot(x, y) - libm::sqrt(level)).abs() < 0.003, "{x} {y}");
            }
        }
        // The corners of the square are cut off by an arc each.
        let arcs = lines(&bowl, 5.0);
        assert_eq!(arcs.len(), 4);
        assert!(arcs.iter().all(|arc| arc.first() != arc.last()));
        assert_eq!(lines(&bowl, 9.0), Vec::<Vec<Place>>::new());
    }

    #[test]
    fn a_saddle_has_two_branches() {
        let saddle = grid(40, |x, y| x * x - y * y);
        for level in [-1.0, 1.0] {
            let found = lines(&saddle, level);
            assert_eq!(found.len(), 2);
            for &(x, y) in found.iter().flatten() {
                assert!((x * x - y * y - level).abs() < 0.02, "{x} {y}");
            }
        }
    }

    #[test]
    fn a_missing_value_leaves_a_hole() {
        let mut torn = grid(41, |x, y| x * x + y * y);
        // On the circle of radius 1.
        torn.values[20][30] = f64::NAN;
        let found = lines(&torn, 1.0);
        assert_eq!(found.len(), 1);
        assert_ne!(found[0].first(), found[0].last());
        for &(x, y) in &found[0] {
            assert!(x.is_finite() && y.is_finite());
            assert!((x - 1.0).abs() > 0.09 || y.abs() > 0.09, "{x} {y}");
            assert!((libm::hypot(x, y) - 1.0).abs() < 0.003, "{x} {y}");
        }
        let span = value_span(&torn, Scale::Linear);
        let holes = Field::new(&torn, &span, Some, Some, 1).holes();
        assert_eq!(holes.len(), 2);
        assert!(holes.iter().all(|(from, to)| (to.0 - from.0 - 0.2).abs() < 1e-12));
    }

    #[test]
    fn an_uneven_grid_and_a_logarithmic_surface_give_the_same_lines() {
        let x = vec![3.0, 0.0, 0.5, 1.0];
        let row: Vec<f64> = x.iter().map(|&x| libm::pow(10.0, x)).collect();
        let steep = Grid { x, y: vec![1.0, 0.0], values: vec![row.clone(), row] };
        for (level, lines) in isolines(&steep, Scale::Log, &[2.0, 100.0]) {
            assert_eq!(lines.len(), 1);
            assert!(lines[0].iter().all(|at| (at.0 - libm::log10(level)).abs() < 1e-9));
        }
        assert!(isolines(&steep, Scale::Log, &[-1.0]).is_empty());
    }

    #[test]
    fn ragged_and_empty_grids_have_lines_where_they_can() {
        let ragged = Grid {
            x: vec![0.0, 1.0],
            y: vec![0.0, 1.0, 2.0],
            values: vec![vec![0.0, 1.0], vec![0.0]],
        };
        assert!(lines(&ragged, 0.5).is_empty());
        assert!(lines(&Grid::default(), 0.5).is_empty());
        let line = Grid { x: vec![0.0, 1.0], y: vec![0.0], values: vec![vec![0.0, 1.0]] };
        assert!(lines(&line, 0.5).is_empty());
    }

    #[track_caller]
    fn check(low: f64, high: f64, scale: Scale, expected: &[f64]) {
        assert_eq!(levels(&Span { low, high, scale }), expected);
    }

    #[test]
    fn levels_are_round_numbers() {
        check(0.0, 1.0, Scale::Linear, &[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]);
        check(-5.0, 13.0, Scale::Linear, &[-4.0, -2.0, 0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0]);
        check(0.05, 30.0, Scale::Log, &[0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0]);
        let symlog = Scale::Symlog { linear: 1.0 };
        check(-50.0, 2000.0, symlog, &[-10.0, -1.0, 0.0, 1.0, 10.0, 100.0, 1000.0]);
        for scale in [Scale::Linear, symlog, Scale::Log] {
            for (low, high) in [(1e-300, 1e300), (5.0, 5.0 + 1e-12), (1.0, 1e308), (2.0, 3.0)] {
                let found = levels(&Span { low, high, scale });
                assert!((2..=40).contains(&found.len()), "{scale:?} {low} {high} {found:?}");
            }
        }
    }
}
