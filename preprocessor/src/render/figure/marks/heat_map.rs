//! Surfaces in colour: their cells on the page, their colours, and the colour bar.

use experiments::figure::Colours;
use experiments::figure::Scale;
use experiments::figure::mark::HeatMap;

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
use crate::render::figure::scale::Padding;
use crate::render::figure::scale::Span;
use crate::render::figure::scale::shown;

/// Shades of a surface; the palette has one colour more, number 0, for what is not known.
const SHADES: u8 = 128;

/// Most pixels along one side of a picture.
const PIXELS: usize = 200;

impl Plotted for HeatMap {
    fn reach(&self, (x, y): (Scale, Scale)) -> Reach {
        let both = |ends: Option<(f64, f64)>| ends.map_or_else(Vec::new, |(a, b)| vec![a, b]);
        Reach { x: both(ends(&self.grid.x, x)), y: both(ends(&self.grid.y, y)) }
    }

    fn draw(&self, scene: &Scene) {
        let Some(colours) = &scene.colours else { return };
        let columns = Cells::new(&self.grid.x, &scene.x);
        let rows = Cells::new(&self.grid.y, &scene.y);
        let (Some(columns), Some(rows)) = (columns, rows) else { return };
        let shade = |row: usize, column: usize| {
            let value = self.grid.values.get(row).and_then(|row| row.get(column));
            value.and_then(|&value| colours.place(value)).map_or(0, shade)
        };
        let pixels: Vec<Vec<u8>> = rows
            .pixels
            .iter()
            .rev()
            .map(|&row| columns.pixels.iter().map(|&column| shade(row, column)).collect())
            .collect();
        let rect = scene.plot.rect;
        let (left, bottom) = rect.at((columns.from, rows.from));
        let (right, top) = rect.at((columns.to, rows.to));
        let place = Rect { left, top, right, bottom };
        scene
            .plot
            .canvas()
            .image(place, &png::data_address(&palette(self.colours.into()), &pixels));
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
        // As far to either side of the middle, so that equal distances look equal.
        Colours::Diverging { middle } if shading.scale == Scale::Linear && middle.is_finite() => {
            let half = (span.high - middle).abs().max((middle - span.low).abs());
            Span::fit(Some((middle - half, middle + half)), span.scale, [], Padding::None)
        }
        _ => span,
    }
}

/// Draws the colours from the lowest at the bottom to the highest.
pub(in crate::render::figure) fn draw_bar(
    canvas: &Canvas,
    rect: Rect,
    shading: &Shading,
    _: &Span,
) {
    let rows: Vec<Vec<u8>> = (1..=SHADES).rev().map(|shade| vec![shade]).collect();
    canvas.image(rect, &png::data_address(&palette(shading.colours.into()), &rows));
}

/// The number of the shade at a place of the colour bar.
fn shade(place: f64) -> u8 {
    let last = f64::from(SHADES - 1);
    1 + (place.clamp(0.0, 1.0) * last).round() as u8
}

/// Transparent, then all shades.
fn palette(map: Map) -> Vec<[u8; 3]> {
    let last = f64::from(SHADES - 1);
    let shades = (0..SHADES).map(|shade| map.colour(f64::from(shade) / last));
    std::iter::once([0; 3]).chain(shades).collect()
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
    fn new(centres: &[f64], span: &Span) -> Option<Self> {
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
        if is_even && cells.len() <= PIXELS && from > -1e-6 && to < 1.0 + 1e-6 {
            return Some(Self { from, to, pixels: cells.iter().map(|cell| cell.1).collect() });
        }
        let (from, to) = (from.max(0.0), to.min(1.0));
        let pixels = (0..PIXELS)
            .map(|at| from + (to - from) * (at as f64 + 0.5) / PIXELS as f64)
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
fn ends(centres: &[f64], scale: Scale) -> Option<(f64, f64)> {
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

    #[test]
    fn even_cells_are_pixels_and_others_are_sampled() {
        let span = Span { low: -0.5, high: 2.5, scale: Scale::Linear };
        let even = Cells::new(&[2.0, 1.0, 0.0], &span).unwrap();
        assert_eq!(even.pixels, [2, 1, 0]);
        let span = Span { low: 0.0, high: 10.0, scale: Scale::Linear };
        let uneven = Cells::new(&[1.0, 2.0, 8.0], &span).unwrap();
        assert_eq!(uneven.pixels.len(), PIXELS);
        assert_eq!((uneven.pixels[0], uneven.pixels[PIXELS - 1]), (0, 2));
    }
}
