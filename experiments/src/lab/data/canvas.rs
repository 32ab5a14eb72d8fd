//! `canvas`: a picture at a random place on a larger black one, beside a grey square that says nothing:
//! it is known which pixels the label depends on.

use rand_chacha::ChaCha8Rng;

use crate::lab::data::draws;
use crate::lab::data::examples::Rows;
use crate::lab::data::pictures::Pictures;

/// Side of the distracting square.
pub const SQUARE: usize = 3;
/// Its pixels.
pub const GREY: f64 = 0.7;

/// Pictures on canvases: where things are.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "nothing else belongs to it")]
pub struct Canvases {
    /// The canvases with the labels of the pictures.
    pub pictures: Pictures,
    /// Row and column of the upper left pixel of each picture.
    pub places: Vec<[usize; 2]>,
    /// The same of the distracting squares; empty without them.
    pub squares: Vec<[usize; 2]>,
    /// Side of what was placed.
    pub placed: usize,
}

/// Places each picture on a black canvas of that side, uniformly where it fits. With `distracted`, a
/// grey square is uniform among the places where it hides least of the picture's box (nothing, where
/// that can be), and lies behind the picture: a pixel is the larger of both. Pictures come in the order
/// given, each with its own draws.
///
/// # Panics
/// When the canvas is smaller than a picture or than the square.
#[must_use]
pub fn place(
    stream: &mut ChaCha8Rng,
    pictures: &Pictures,
    side: usize,
    distracted: bool,
) -> Canvases {
    let small = pictures.side();
    assert!(side >= small && side >= SQUARE, "{small} pixels do not fit on {side}");
    let (mut pixels, mut places, mut squares) = (Vec::new(), Vec::new(), Vec::new());
    for picture in pictures.pixels().iter() {
        let mut canvas = vec![0.0_f64; side * side];
        let place = [0, 1].map(|_| draws::index(stream, side - small + 1));
        if distracted {
            let free = least_hiding(place, small, side);
            let square = free[draws::index(stream, free.len())];
            for (row, column) in cells(square, SQUARE) {
                canvas[row * side + column] = GREY;
            }
            squares.push(square);
        }
        for ((row, column), pixel) in cells(place, small).zip(picture) {
            let behind = &mut canvas[row * side + column];
            *behind = behind.max(*pixel);
        }
        pixels.extend(canvas);
        places.push(place);
    }
    let labels = pictures.labels().to_vec();
    let pixels = Rows::new(side * side, pixels);
    let canvases = Pictures::new(pixels, labels, side, pictures.classes());
    Canvases { pictures: canvases, places, squares, placed: small }
}

impl Canvases {
    /// Whether a pixel of a canvas, counted row by row from the top, is in the box of its picture.
    #[must_use]
    pub fn in_box(&self, canvas: usize, pixel: usize) -> bool {
        let (side, [top, left]) = (self.pictures.side(), self.places[canvas]);
        let (row, column) = (pixel / side, pixel % side);
        (top..top + self.placed).contains(&row) && (left..left + self.placed).contains(&column)
    }

    /// The share of a canvas that the box takes: how often a uniformly drawn pixel is in it.
    #[must_use]
    pub fn chance(&self) -> f64 {
        let share = self.placed as f64 / self.pictures.side() as f64;
        share * share
    }
}

/// Rows and columns of a square with that corner.
fn cells([top, left]: [usize; 2], side: usize) -> impl Iterator<Item = (usize, usize)> {
    (top..top + side).flat_map(move |row| (left..left + side).map(move |column| (row, column)))
}

/// The corners of the grey square, row by row, where it covers the fewest pixels of the box.
fn least_hiding(place: [usize; 2], small: usize, side: usize) -> Vec<[usize; 2]> {
    let overlap = |square: [usize; 2]| {
        let along = |axis: usize| {
            let end = (square[axis] + SQUARE).min(place[axis] + small);
            end.saturating_sub(square[axis].max(place[axis]))
        };
        along(0) * along(1)
    };
    let corners: Vec<[usize; 2]> =
        cells([0, 0], side - SQUARE + 1).map(|(row, column)| [row, column]).collect();
    let least = corners.iter().map(|&corner| overlap(corner)).min();
    corners.into_iter().filter(|&corner| Some(overlap(corner)) == least).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::digits;
    use crate::lab::random;

    fn canvases(n: usize, side: usize, distracted: bool) -> (Pictures, Canvases) {
        let digits = digits::all().select(&(0..n).collect::<Vec<_>>());
        let mut stream = random::stream(23, "canvas", 0, "data");
        let placed = place(&mut stream, &digits, side, distracted);
        (digits, placed)
    }

    #[test]
    fn a_digit_is_where_it_was_placed_and_nothing_else_is_there() {
        for side in [12, 16] {
            let (digits, canvases) = canvases(300, side, false);
            let share = 8.0 / side as f64;
            assert_eq!(canvases.chance(), share * share);
            for (i, canvas) in canvases.pictures.pixels().iter().enumerate() {
                let inside: Vec<f64> = (0..side * side)
                    .filter(|&pixel| canvases.in_box(i, pixel))
                    .map(|pixel| canvas[pixel])
                    .collect();
                assert_eq!(inside, digits.pixels().row(i), "the box in reading order is the digit");
                let (all, kept): (f64, f64) = (canvas.iter().sum(), inside.iter().sum());
                assert!((all - kept).abs() < 1e-12);
            }
            assert_eq!(canvases.pictures.labels(), digits.labels());
            assert!(canvases.squares.is_empty());
        }
    }

    #[test]
    fn places_are_uniform() {
        let n = 1797;
        let (_, canvases) = canvases(n, 12, false);
        let mut counts = [0.0_f64; 25];
        canvases.places.iter().for_each(|[row, column]| counts[row * 5 + column] += 1.0);
        let expected = n as f64 / 25.0;
        let statistic: f64 =
            counts.iter().map(|c| (c - expected) * (c - expected) / expected).sum();
        // Chi-squared with 24 degrees of freedom: its 0.9999 quantile is 62.
        assert!(statistic < 62.0, "{statistic}");
    }

    #[test]
    fn the_square_is_grey_and_hides_as_little_as_it_can() {
        for side in [12, 16] {
            let (digits, canvases) = canvases(400, side, true);
            let mut hidden = 0;
            for (i, canvas) in canvases.pictures.pixels().iter().enumerate() {
                for (row, column) in cells(canvases.squares[i], SQUARE) {
                    let pixel = row * side + column;
                    hidden += usize::from(canvases.in_box(i, pixel));
                    assert!(canvas[pixel] >= GREY);
                }
                let [top, left] = canvases.places[i];
                let digit = digits.pixels().row(i);
                for (j, (row, column)) in cells([top, left], 8).enumerate() {
                    assert!(canvas[row * side + column] >= digit[j]);
                }
            }
            // On 16 × 16, one of the margins is at least 4 wide; on 12 × 12, both may be 2.
            assert_eq!(hidden > 0, side == 12, "{hidden} hidden on {side}");
        }
    }
}
