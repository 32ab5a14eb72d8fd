//! How areas are filled: lightly in the colour of their role, and hatched, so that two of them differ
//! without colour. Hatches are lines cut at the area: patterns would need names that are unique on
//! the page.

use std::collections::BTreeMap;

use experiments::figure::Role;

use crate::render::figure::canvas::Canvas;
use crate::render::figure::style::Colour;
use crate::render::figure::style::Ink;

/// A point of the page in px.
type Point = (f64, f64);

/// Between the lines of a hatch, in px.
const APART: f64 = 5.5;

/// Width of the lines of a hatch in px.
const WIDTH: f64 = 1.0;

/// Most lines of one mark; beyond that they stand further apart.
const MOST: f64 = 300.0;

/// What an area is filled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Texture {
    /// Its colour alone, strong.
    Full,
    /// Its colour alone, light.
    Plain,
    /// Lines in these directions on its light colour.
    Hatched(&'static [Direction]),
}

/// Which way the lines of a hatch go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    /// ╱
    Rising,
    /// ╲
    Falling,
    /// ─
    Level,
    /// │
    Upright,
}

/// The texture of a role; within a family no two are the same.
fn texture(role: Role) -> Texture {
    use Direction::Falling;
    use Direction::Level;
    use Direction::Rising;
    use Direction::Upright;
    match role {
        Role::Train => Texture::Hatched(&[Rising]),
        Role::Test => Texture::Full,
        Role::Theory => Texture::Plain,
        Role::Bound => Texture::Hatched(&[Falling]),
        Role::Reference => Texture::Hatched(&[Level]),
        Role::Arm(number) => match number.wrapping_sub(1) % 8 {
            0 => Texture::Full,
            1 => Texture::Hatched(&[Rising]),
            2 => Texture::Hatched(&[Level]),
            3 => Texture::Hatched(&[Falling]),
            4 => Texture::Plain,
            5 => Texture::Hatched(&[Rising, Falling]),
            6 => Texture::Hatched(&[Upright]),
            _ => Texture::Hatched(&[Level, Upright]),
        },
    }
}

/// Fills areas of one mark, given by their corners on the page.
pub(in crate::render::figure) fn fill(canvas: &Canvas, areas: &[Vec<Point>], role: Role) {
    let colour = Colour::Role(role);
    let (opacity, directions) = match texture(role) {
        Texture::Full => (0.62, &[][..]),
        Texture::Plain => (0.14, &[][..]),
        Texture::Hatched(directions) => (0.14, directions),
    };
    for area in areas.iter().filter(|area| area.len() > 2) {
        canvas.fill(area, Ink { opacity, ..Ink::solid(colour) });
    }
    let ink = Ink { opacity: 0.85, ..Ink::solid(colour) };
    for direction in directions {
        let Some(step) = spacing(areas, *direction) else { continue };
        for area in areas {
            for (from, to) in hatch(area, *direction, step) {
                canvas.line(&[from, to], ink, WIDTH);
            }
        }
    }
}

impl Direction {
    /// What is the same along a line, and grows from one to the next.
    fn level(self, (x, y): Point) -> f64 {
        match self {
            Self::Rising => x + y,
            Self::Falling => x - y,
            Self::Level => y,
            Self::Upright => x,
        }
    }

    /// What grows along a line.
    fn along(self, (x, y): Point) -> f64 {
        if self == Self::Upright { y } else { x }
    }

    /// By how much the level grows over one px across the lines.
    fn slope(self) -> f64 {
        match self {
            Self::Rising | Self::Falling => std::f64::consts::SQRT_2,
            Self::Level | Self::Upright => 1.0,
        }
    }
}

/// The edges of a polygon.
fn edges(area: &[Point]) -> impl Iterator<Item = (Point, Point)> {
    area.iter().copied().zip(area.iter().copied().cycle().skip(1))
}

/// From the level of one line to the next, so that there are not too many; none if there always are.
fn spacing(areas: &[Vec<Point>], direction: Direction) -> Option<f64> {
    let rise = |(from, to): (Point, Point)| (direction.level(to) - direction.level(from)).abs();
    let total: f64 = areas.iter().flat_map(|area| edges(area)).map(rise).sum();
    let factors =
        [1.0, 1.25, 1.6, 2.0, 2.5, 3.2, 4.0].map(|factor| factor * APART * direction.slope());
    // Every line ends at two edges.
    factors.into_iter().find(|step| total / step <= 2.0 * MOST)
}

/// The lines of a hatch inside a polygon, by the even-odd rule.
fn hatch(area: &[Point], direction: Direction, step: f64) -> Vec<(Point, Point)> {
    let mut cuts: BTreeMap<i64, Vec<Point>> = BTreeMap::new();
    for (from, to) in edges(area) {
        let (start, end) = (direction.level(from) / step, direction.level(to) / step);
        // Half open, so that a line through a corner cuts one of its two edges.
        let first = libm::ceil(start.min(end)) as i64;
        let last = libm::ceil(start.max(end)) as i64;
        for at in first..last {
            let share = (at as f64 - start) / (end - start);
            let point = (from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1));
            cuts.entry(at).or_default().push(point);
        }
    }
    let mut lines = Vec::new();
    for mut points in cuts.into_values() {
        points.sort_by(|one, other| direction.along(*one).total_cmp(&direction.along(*other)));
        let pairs = points.chunks_exact(2).map(|pair| (pair[0], pair[1]));
        let long =
            |(from, to): &(Point, Point)| (to.0 - from.0).abs().max((to.1 - from.1).abs()) >= 1.0;
        lines.extend(pairs.filter(long));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: [Point; 4] = [(1.0, 1.0), (21.0, 1.0), (21.0, 21.0), (1.0, 21.0)];

    #[track_caller]
    fn check(area: &[Point], direction: Direction, expected: &[(Point, Point)]) {
        let found = hatch(area, direction, 10.0);
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (one, other) in found.iter().zip(expected) {
            let near = |a: Point, b: Point| (a.0 - b.0).abs().max((a.1 - b.1).abs()) < 1e-9;
            assert!(near(one.0, other.0) && near(one.1, other.1), "{one:?} {other:?}");
        }
    }

    #[test]
    fn hatches_end_at_the_area() {
        let level = [((1.0, 10.0), (21.0, 10.0)), ((1.0, 20.0), (21.0, 20.0))];
        check(&SQUARE, Direction::Level, &level);
        let rising = [
            ((1.0, 9.0), (9.0, 1.0)),
            ((1.0, 19.0), (19.0, 1.0)),
            ((9.0, 21.0), (21.0, 9.0)),
            ((19.0, 21.0), (21.0, 19.0)),
        ];
        check(&SQUARE, Direction::Rising, &rising);
        check(&[], Direction::Rising, &[]);
        check(&[(0.0, 0.0); 3], Direction::Falling, &[]);
    }

    #[test]
    fn a_hatch_is_bounded() {
        let comb: Vec<Point> =
            (0..4000).map(|at| (f64::from(at) / 8.0, f64::from(at % 2) * 300.0)).collect();
        assert_eq!(spacing(&[comb], Direction::Level), None);
        let bars = vec![SQUARE.to_vec(); 200];
        let step = spacing(&bars, Direction::Level).unwrap();
        let lines: usize = bars.iter().map(|bar| hatch(bar, Direction::Level, step).len()).sum();
        assert!(lines <= 600, "{lines}");
    }

    #[test]
    fn no_two_roles_of_one_family_share_a_texture() {
        let first = [Role::Train, Role::Test, Role::Theory, Role::Bound, Role::Reference];
        let arms: Vec<Role> = (1..=8).map(Role::Arm).collect();
        for family in [&first[..], &arms] {
            for (at, one) in family.iter().enumerate() {
                for other in &family[at + 1..] {
                    assert_ne!(texture(*one), texture(*other), "{one:?} {other:?}");
                }
            }
        }
    }
}
