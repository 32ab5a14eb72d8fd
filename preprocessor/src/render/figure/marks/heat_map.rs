//! Surfaces in colour: their cells on the page, their colours, and the colour bar.

use experiments::figure::Colours;
use experiments::figure::Scale;
use experiments::figure::mark::HeatMap;

use crate::number::number;
use crate::render::figure::canvas::Canvas;
use crate::render::figure::canvas::Rect;
use crate::render::figure::data::Listing;
use crate::render::figure::data::Row;
use crate::render::figure::data::cell_rows;
use crate::render::figure::data::list_cells;
use crate::render::figure::describe::surface;
use crate::render::figure::palette::Map;
use crate::render::figure::plotted::Plotted;
use crate::render::figure::plotted::Reach;
use crate::render::figure::plotted::Scene;
use crate::render::figure::plotted::Shading;
use crate::render::figure::png;
use crate::render::figure::png::Shade;
use crate::render::figure::scale;
use crate::render::figure::scale::Padding;
use crate::render::figure::scale::Span;
use crate::render::figure::scale::shown;
use crate::render::figure::style::Colour;
use crate::render::figure::style::Ink;
use crate::render::figure::ticks::Tick;

/// Shades of a surface; the palette has one colour more, number 0, for what is not known.
const SHADES: u8 = 128;

/// Most pixels along one side of a picture.
const PIXELS: usize = 200;

/// Most cells that are drawn as shapes; more are an image.
const CELLS: usize = 400;

/// How far a cell reaches below its neighbours in px, so that no seam shows between them.
const OVERLAP: f64 = 0.5;

impl Plotted for HeatMap {
    fn reach(&self, (x, y): (Scale, Scale)) -> Reach {
        let both = |ends: Option<(f64, f64)>| ends.map_or_else(Vec::new, |(a, b)| vec![a, b]);
        Reach { x: both(ends(&self.grid.x, x)), y: both(ends(&self.grid.y, y)) }
    }

    fn draw(&self, scene: &Scene) {
        let Some(colours) = &scene.colours else { return };
        let map = Map::from(self.colours);
        let place = |row: usize, column: usize| {
            let value = self.grid.values.get(row).and_then(|row| row.get(column));
            value.and_then(|&value| colours.place(value))
        };
        if self.grid.x.len().saturating_mul(self.grid.y.len()) <= CELLS {
            for (ink, cells) in cells((&self.grid.x, &self.grid.y), scene, |row, column| {
                Some(shaded(map, place(row, column)?))
            }) {
                cells.into_iter().for_each(|cell| scene.plot.canvas().fill_rect(cell, ink));
            }
            return;
        }
        draw_image(scene, (&self.grid.x, &self.grid.y), PIXELS, &palette(map), |row, column| {
            place(row, column).map_or(0, shade)
        });
    }

    fn list<'a>(&'a self, listing: &mut Listing<'a>) {
        list_cells(listing, &self.grid, &self.quantity);
    }

    fn rows(&self) -> Vec<Row> {
        cell_rows("heat-map", &self.grid, &self.quantity)
    }

    fn describe(&self, _: (Scale, Scale)) -> Vec<String> {
        vec![format!("Colour shows {}", surface(&self.quantity, self.scale, &self.grid))]
    }

    fn shading(&self) -> Option<Shading<'_>> {
        Some(Shading {
            quantity: &self.quantity,
            scale: self.scale,
            colours: self.colours,
            values: self.grid.values.concat(),
            levels: Vec::new(),
        })
    }

    fn fills(&self) -> bool {
        true
    }
}

/// What the colours of a shading span, over the values of all that is shaded alike.
#[must_use]
pub(in crate::render::figure) fn colour_span(
    shading: &Shading,
    values: impl IntoIterator<Item = f64>,
) -> Span {
    let span = Span::fit(None, shading.scale, values, Padding::None);
    match shading.colours {
        Colours::Diverging { middle } => around(middle, span),
        _ => span,
    }
}

/// As far to either side of the middle, so that equal distances look equal.
fn around(middle: f64, span: Span) -> Span {
    if !shown(middle, span.scale) {
        return span;
    }
    let mirrored = |value: f64| match span.scale {
        Scale::Linear => middle + (middle - value),
        Scale::Log => middle * (middle / value),
        Scale::Symlog { linear } => {
            let width = scale::width(linear);
            let bent = |value: f64| libm::copysign(libm::log1p(value.abs() / width), value);
            let place = 2.0 * bent(middle) - bent(value);
            libm::copysign(width * libm::expm1(place.abs()), place)
        }
    };
    let ends = [span.low, span.high, mirrored(span.low), mirrored(span.high)];
    let (low, high) = ends.into_iter().fold((middle, middle), |(low, high), end| {
        if end.is_finite() { (low.min(end), high.max(end)) } else { (low, high) }
    });
    Span::fit(Some((low, high)), span.scale, [low, high], Padding::None)
}

/// Draws the colours from the lowest at the bottom to the highest: steps where there are levels.
pub(in crate::render::figure) fn draw_bar(
    canvas: &Canvas,
    rect: Rect,
    shading: &Shading,
    span: &Span,
) {
    let map = Map::from(shading.colours);
    if shading.levels.is_empty() {
        let rows: Vec<Vec<u8>> = (1..=SHADES).rev().map(|shade| vec![shade]).collect();
        canvas.image(rect, &png::data_address(&palette(map), &rows));
        return;
    }
    let edges = edges(&shading.levels, span);
    // From each edge to the top, the next one on top of it: no seam shows.
    for (&from, shade) in edges.iter().zip(step_shades(&shading.levels, span)) {
        let bottom = rect.at((0.0, from)).1;
        canvas.fill_rect(Rect { bottom, ..rect }, shaded(map, shade));
    }
}

/// The ticks of a bar of steps: as many levels as its height has room for.
#[must_use]
pub(in crate::render::figure) fn level_ticks(
    levels: &[f64],
    span: &Span,
    height: f64,
    size: f64,
) -> Vec<Tick> {
    let tick = |&level: &f64| {
        let place = span.place(level).filter(|place| (0.0..=1.0).contains(place))?;
        Some(Tick { place, label: number(level).replace(" × ", "×"), major: true })
    };
    let ticks: Vec<Tick> = levels.iter().filter_map(tick).collect();
    let mut last = f64::NEG_INFINITY;
    let label = |tick: Tick| match (tick.place - last) * height > 1.3 * size {
        true => {
            last = tick.place;
            tick
        }
        false => Tick { label: String::new(), major: false, ..tick },
    };
    ticks.into_iter().map(label).collect()
}

/// Places of the levels along the bar, rising, with its start and its end.
fn edges(levels: &[f64], span: &Span) -> Vec<f64> {
    let places = levels.iter().filter_map(|&level| span.place(level));
    let within = places.map(|place| place.clamp(0.0, 1.0));
    std::iter::once(0.0).chain(within).chain([1.0]).collect()
}

/// The place along the colours that stands for all values from one level to the next: below the
/// first level, between the first and the second, and so on.
#[must_use]
pub(super) fn step_shades(levels: &[f64], span: &Span) -> Vec<f64> {
    edges(levels, span).windows(2).map(|pair| (pair[0] + pair[1]) / 2.0).collect()
}

/// What is drawn with for a place along a map.
#[must_use]
pub(super) fn shaded(map: Map, place: f64) -> Ink {
    Ink::solid(Colour::Shade(map, (place.clamp(0.0, 1.0) * 255.0).round() as u8))
}

/// The cells of each colour as rectangles on the page; those beside each other in one.
pub(super) fn cells(
    (x, y): (&[f64], &[f64]),
    scene: &Scene,
    ink: impl Fn(usize, usize) -> Option<Ink>,
) -> Vec<(Ink, Vec<Rect>)> {
    let (columns, rows) = (Sides::new(x, &scene.x), Sides::new(y, &scene.y));
    let mut found: Vec<(Ink, Vec<Rect>)> = Vec::new();
    for (row, low, high) in &rows.0 {
        let inked: Vec<(Option<Ink>, f64, f64)> =
            columns.0.iter().map(|&(column, from, to)| (ink(*row, column), from, to)).collect();
        for run in inked.chunk_by(|one, other| one.0 == other.0) {
            let [(Some(ink), from, _), ..] = *run else { continue };
            let to = run[run.len() - 1].2;
            let (left, bottom) = scene.plot.rect.at((from, *low));
            let (right, top) = scene.plot.rect.at((to, *high));
            let right = (right + OVERLAP).min(scene.plot.rect.at((columns.end(), 0.0)).0);
            let top = (top - OVERLAP).max(scene.plot.rect.at((0.0, rows.end())).1);
            let rect = Rect { left, top, right, bottom };
            match found.iter_mut().find(|(other, _)| *other == ink) {
                Some((_, cells)) => cells.push(rect),
                None => found.push((ink, vec![rect])),
            }
        }
    }
    found
}

/// Draws cells around these places as an image of at most so many pixels along a side, each in a
/// colour of a palette.
pub(super) fn draw_image(
    scene: &Scene,
    (x, y): (&[f64], &[f64]),
    pixels: usize,
    palette: &[Shade],
    shade: impl Fn(usize, usize) -> u8,
) {
    let columns = Cells::new(x, &scene.x, pixels);
    let (Some(columns), Some(rows)) = (columns, Cells::new(y, &scene.y, pixels)) else { return };
    let row = |&row: &usize| columns.pixels.iter().map(|&column| shade(row, column)).collect();
    let pixels: Vec<Vec<u8>> = rows.pixels.iter().rev().map(row).collect();
    let rect = scene.plot.rect;
    let (left, bottom) = rect.at((columns.from, rows.from));
    let (right, top) = rect.at((columns.to, rows.to));
    let place = Rect { left, top, right, bottom };
    scene.plot.canvas().image(place, &png::data_address(palette, &pixels));
}

/// The cells along one axis that are in view: which one, and the places where it begins and ends.
pub(super) struct Sides(pub(super) Vec<(usize, f64, f64)>);

impl Sides {
    /// Cells around these centres.
    #[must_use]
    pub(super) fn new(centres: &[f64], span: &Span) -> Self {
        let place = |(at, &centre): (usize, &f64)| Some((span.place(centre)?, at));
        let mut places: Vec<(f64, usize)> = centres.iter().enumerate().filter_map(place).collect();
        places.sort_by(|one, other| one.0.total_cmp(&other.0));
        let ends = ends(centres, span.scale);
        let ends = ends.and_then(|(low, high)| Some((span.place(low)?, span.place(high)?)));
        let Some((first, last)) = ends else { return Self(Vec::new()) };
        let between = places.windows(2).map(|pair| (pair[0].0 + pair[1].0) / 2.0);
        let edges: Vec<f64> = std::iter::once(first)
            .chain(between)
            .chain([last])
            .map(|edge| edge.clamp(0.0, 1.0))
            .collect();
        let sides =
            places.iter().zip(edges.windows(2)).map(|(place, edge)| (place.1, edge[0], edge[1]));
        Self(sides.filter(|(_, from, to)| from < to).collect())
    }

    /// Where the last one ends.
    fn end(&self) -> f64 {
        self.0.last().map_or(1.0, |side| side.2)
    }
}

/// The number of the shade at a place of the colour bar.
pub(in crate::render::figure) fn shade(place: f64) -> u8 {
    let last = f64::from(SHADES - 1);
    1 + (place.clamp(0.0, 1.0) * last).round() as u8
}

/// Transparent, then all shades.
pub(in crate::render::figure) fn palette(map: Map) -> Vec<Shade> {
    let last = f64::from(SHADES - 1);
    let shades = (0..SHADES).map(|shade| (map.colour(f64::from(shade) / last), 255));
    std::iter::once(([0; 3], 0)).chain(shades).collect()
}

/// How the cells along one axis become pixels.
struct Cells {
    /// Place where the picture begins.
    from: f64,
    /// Place where it ends.
    to: f64,
    /// The cell that each pixel shows.
    pixels: Vec<usize>,
}

impl Cells {
    /// One pixel per cell where cells are evenly spaced and all in view, else as many pixels as a
    /// picture may have, each in the colour of its cell.
    fn new(centres: &[f64], span: &Span, most: usize) -> Option<Self> {
        let mut cells: Vec<(f64, usize)> = centres
            .iter()
            .enumerate()
            .filter_map(|(at, &centre)| Some((span.place(centre)?, at)))
            .collect();
        cells.sort_by(|one, other| one.0.total_cmp(&other.0));
        let (low, high) = ends(centres, span.scale)?;
        let (from, to) = (span.place(low)?, span.place(high)?);
        let even = (to - from) / cells.len() as f64;
        let is_even = cells
            .iter()
            .zip(0..)
            .all(|(cell, at)| (cell.0 - from - even * (f64::from(at) + 0.5)).abs() < 0.01 * even);
        if is_even && cells.len() <= most && from > -1e-6 && to < 1.0 + 1e-6 {
            return Some(Self { from, to, pixels: cells.iter().map(|cell| cell.1).collect() });
        }
        let (from, to) = (from.max(0.0), to.min(1.0));
        let pixels = (0..most)
            .map(|at| from + (to - from) * (at as f64 + 0.5) / most as f64)
            .filter_map(|place| nearest(&cells, place))
            .collect();
        (from < to).then_some(Self { from, to, pixels })
    }
}

/// The cell whose centre is nearest; cells are sorted.
fn nearest(cells: &[(f64, usize)], place: f64) -> Option<usize> {
    let above = cells.partition_point(|cell| cell.0 < place);
    let around = &cells[above.saturating_sub(1)..(above + 1).min(cells.len())];
    let by = |one: &&(f64, usize), other: &&(f64, usize)| {
        (one.0 - place).abs().total_cmp(&(other.0 - place).abs())
    };
    around.iter().min_by(by).map(|cell| cell.1)
}

/// Where the outermost cells around these centres end: half a cell further.
pub(super) fn ends(centres: &[f64], scale: Scale) -> Option<(f64, f64)> {
    let along = |value: f64| if scale == Scale::Log { libm::log10(value) } else { value };
    let back = |value: f64| if scale == Scale::Log { libm::pow(10.0, value) } else { value };
    let mut sorted: Vec<f64> =
        centres.iter().copied().filter(|&centre| shown(centre, scale)).map(along).collect();
    sorted.sort_by(f64::total_cmp);
    sorted.dedup();
    let (first, last) = (*sorted.first()?, *sorted.last()?);
    let (before, after) = match sorted[..] {
        [_, second, ..] => (second - first, last - sorted[sorted.len() - 2]),
        _ => (1.0, 1.0),
    };
    let ends = (back(first - before / 2.0), back(last + after / 2.0));
    let kept = |end: f64, centre: f64| if shown(end, scale) { end } else { back(centre) };
    Some((kept(ends.0, first), kept(ends.1, last)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_reach_half_a_cell_beyond_their_centres() {
        assert_eq!(ends(&[1.0, 2.0, 3.0], Scale::Linear), Some((0.5, 3.5)));
        assert_eq!(ends(&[5.0], Scale::Linear), Some((4.5, 5.5)));
        assert_eq!(ends(&[-1.0, f64::NAN], Scale::Log), None);
        let (low, high) = ends(&[1.0, 100.0], Scale::Log).unwrap();
        assert!((low - 0.1).abs() < 1e-12 && (high - 1000.0).abs() < 1e-9, "{low} {high}");
    }

    #[track_caller]
    fn check(middle: f64, low: f64, high: f64, scale: Scale, expected: (f64, f64)) {
        let span = around(middle, Span { low, high, scale });
        let near = |one: f64, other: f64| (one - other).abs() < 1e-9 * other.abs();
        assert!(near(span.low, expected.0) && near(span.high, expected.1), "{span:?}");
        assert!((span.place(middle).unwrap() - 0.5).abs() < 1e-9);
    }

    #[test]
    fn the_middle_of_diverging_colours_is_in_the_middle() {
        check(0.0, -1.0, 3.0, Scale::Linear, (-3.0, 3.0));
        check(0.5, 0.1, 0.6, Scale::Linear, (0.1, 0.9));
        check(5.0, 1.0, 3.0, Scale::Linear, (1.0, 9.0));
        check(1.0, 0.01, 10.0, Scale::Log, (0.01, 100.0));
        let symlog = Scale::Symlog { linear: 0.1 };
        check(0.0, -1.0, 300.0, symlog, (-300.0, 300.0));
        let Span { low, high, .. } = around(2.0, Span { low: -1.0, high: 300.0, scale: symlog });
        assert!(low == -1.0 && high > 300.0, "{low} {high}");
    }

    #[test]
    fn steps_have_the_colours_of_their_middles() {
        let span = Span { low: 0.0, high: 10.0, scale: Scale::Linear };
        assert_eq!(step_shades(&[2.5, 5.0], &span), [0.125, 0.375, 0.75]);
        let ticks = level_ticks(&[2.0, 4.0, 12.0], &span, 100.0, 10.0);
        assert_eq!(ticks.iter().map(|tick| &*tick.label).collect::<Vec<_>>(), ["2", "4"]);
        let many: Vec<f64> = (1..100).map(|at| f64::from(at) / 10.0).collect();
        let ticks = level_ticks(&many, &span, 100.0, 10.0);
        assert_eq!(ticks.iter().filter(|tick| tick.major).count(), 8);
    }

    #[test]
    fn cells_meet_half_way_and_end_at_the_frame() {
        let span = Span { low: 1.0, high: 9.0, scale: Scale::Linear };
        let sides = Sides::new(&[9.5, 2.0, 5.5, f64::NAN], &span);
        assert_eq!(sides.0, [(1, 0.0, 0.34375), (2, 0.34375, 0.8125), (0, 0.8125, 1.0)]);
        assert!(Sides::new(&[], &span).0.is_empty());
    }

    #[test]
    fn even_cells_are_pixels_and_others_are_sampled() {
        let span = Span { low: -0.5, high: 2.5, scale: Scale::Linear };
        let even = Cells::new(&[2.0, 1.0, 0.0], &span, 9).unwrap();
        assert_eq!(even.pixels, [2, 1, 0]);
        let span = Span { low: 0.0, high: 10.0, scale: Scale::Linear };
        let uneven = Cells::new(&[1.0, 2.0, 8.0], &span, PIXELS).unwrap();
        assert_eq!(uneven.pixels.len(), PIXELS);
        assert_eq!((uneven.pixels[0], uneven.pixels[PIXELS - 1]), (0, 2));
    }
}
