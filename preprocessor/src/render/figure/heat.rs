//! Surfaces in colour: their cells on the page, their colours, and the colour bar.

use experiments::figure::Mark;
use experiments::figure::Scale;

use super::canvas::Canvas;
use super::canvas::Rect;
use super::png;
use super::scale::Span;
use super::scale::shown;

/// Sixteen colours evenly along viridis (van der Walt and Smith, 2015, matplotlib; CC0), whose
/// lightness rises evenly, so that it reads in grey and with any colour vision.
const VIRIDIS: [[u8; 3]; 16] = [
    [0x44, 0x01, 0x54],
    [0x48, 0x1a, 0x6c],
    [0x47, 0x2f, 0x7d],
    [0x41, 0x44, 0x87],
    [0x39, 0x56, 0x8c],
    [0x31, 0x68, 0x8e],
    [0x2a, 0x78, 0x8e],
    [0x23, 0x88, 0x8e],
    [0x1f, 0x98, 0x8b],
    [0x22, 0xa8, 0x84],
    [0x35, 0xb7, 0x79],
    [0x54, 0xc5, 0x68],
    [0x7a, 0xd1, 0x51],
    [0xa5, 0xdb, 0x36],
    [0xd2, 0xe2, 0x1b],
    [0xfd, 0xe7, 0x25],
];

/// Shades of a surface; the palette has one colour more, number 0, for what is not known.
const SHADES: u8 = 128;

/// Most pixels along one side of a picture.
const PIXELS: usize = 200;

/// One heat map.
pub(super) struct Heat<'a> {
    /// What the colour stands for.
    pub(super) quantity: &'a str,
    scale: Scale,
    x: &'a [f64],
    y: &'a [f64],
    values: &'a [Vec<f64>],
}

impl<'a> Heat<'a> {
    /// The heat map that a mark is.
    #[must_use]
    pub(super) fn of(mark: &'a Mark) -> Option<Self> {
        match mark {
            Mark::HeatMap { quantity, scale, x, y, values } => {
                Some(Self { quantity, scale: *scale, x, y, values })
            }
            _ => None,
        }
    }

    /// The ends of its cells across.
    #[must_use]
    pub(super) fn across(&self, scale: Scale) -> Option<(f64, f64)> {
        ends(self.x, scale)
    }

    /// The ends of its cells upwards.
    #[must_use]
    pub(super) fn upwards(&self, scale: Scale) -> Option<(f64, f64)> {
        ends(self.y, scale)
    }

    /// What the colours span when these heat maps share them. None without heat maps.
    #[must_use]
    pub(super) fn colours(maps: &[Self]) -> Option<Span> {
        let scale = maps.first()?.scale;
        let values = maps.iter().flat_map(|map| map.values).flatten().copied();
        Some(Span::fit(None, scale, values, super::scale::Padding::None))
    }

    /// Draws it into a panel with these axes.
    pub(super) fn draw(&self, canvas: &Canvas, rect: Rect, (x, y): (&Span, &Span), colours: &Span) {
        let (Some(columns), Some(rows)) = (Cells::new(self.x, x), Cells::new(self.y, y)) else {
            return;
        };
        let shade = |row: usize, column: usize| {
            let value = self.values.get(row).and_then(|row| row.get(column));
            value.and_then(|&value| colours.place(value)).map_or(0, shade)
        };
        let pixels: Vec<Vec<u8>> = rows
            .pixels
            .iter()
            .rev()
            .map(|&row| columns.pixels.iter().map(|&column| shade(row, column)).collect())
            .collect();
        let (left, bottom) = rect.at((columns.from, rows.from));
        let (right, top) = rect.at((columns.to, rows.to));
        canvas.image(Rect { left, top, right, bottom }, &png::data_address(&palette(), &pixels));
    }
}

/// Draws the colours from the lowest at the bottom to the highest.
pub(super) fn draw_bar(canvas: &Canvas, rect: Rect) {
    let rows: Vec<Vec<u8>> = (1..=SHADES).rev().map(|shade| vec![shade]).collect();
    canvas.image(rect, &png::data_address(&palette(), &rows));
}

/// The number of the shade at a place of the colour bar.
fn shade(place: f64) -> u8 {
    let last = f64::from(SHADES - 1);
    1 + (place.clamp(0.0, 1.0) * last).round() as u8
}

/// Transparent, then all shades.
fn palette() -> Vec<[u8; 3]> {
    let last = f64::from(SHADES - 1);
    let shades = (0..SHADES).map(|shade| colour(f64::from(shade) / last));
    std::iter::once([0; 3]).chain(shades).collect()
}

/// The colour at a place from 0 to 1.
fn colour(place: f64) -> [u8; 3] {
    let along = place.clamp(0.0, 1.0) * (VIRIDIS.len() - 1) as f64;
    let at = (along as usize).min(VIRIDIS.len() - 2);
    let share = along - at as f64;
    let (from, to) = (VIRIDIS[at], VIRIDIS[at + 1]);
    [0, 1, 2].map(|part| {
        let (from, to) = (f64::from(from[part]), f64::from(to[part]));
        (from + share * (to - from)).round() as u8
    })
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

    #[test]
    fn lightness_rises_along_the_colours() {
        let grey = |[r, g, b]: [u8; 3]| {
            0.2126 * f64::from(r) + 0.7152 * f64::from(g) + 0.0722 * f64::from(b)
        };
        let greys: Vec<f64> = palette()[1..].iter().map(|&colour| grey(colour)).collect();
        assert!(greys.windows(2).all(|pair| pair[0] < pair[1] + 1e-9), "{greys:?}");
        assert_eq!((shade(0.0), shade(1.0)), (1, SHADES));
    }
}
