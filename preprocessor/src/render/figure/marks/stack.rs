//! Areas on top of each other: positive values upwards from zero, negative ones downwards.

use experiments::figure::Role;
use experiments::figure::Scale;
use experiments::figure::mark::Area;
use experiments::figure::mark::Stack;

use super::OUTLINE;
use super::joined;
use super::runs;
use super::texture;
use super::upright;
use crate::number::number;
use crate::render::figure::clip;
use crate::render::figure::clip::Place;
use crate::render::figure::data::Listing;
use crate::render::figure::data::Row;
use crate::render::figure::data::name;
use crate::render::figure::describe::course;
use crate::render::figure::legend::Sample;
use crate::render::figure::plotted::Plotted;
use crate::render::figure::plotted::Reach;
use crate::render::figure::plotted::Scene;
use crate::render::figure::scale::shown;
use crate::render::figure::style::Colour;
use crate::render::figure::style::Ink;

/// Width of the line at the total in px.
const TOTAL: f64 = 2.2;

impl Plotted for Stack {
    fn reach(&self, _: (Scale, Scale)) -> Reach {
        let mut y = vec![0.0];
        for at in 0..self.x.len() {
            if let Some(values) = values(self, at) {
                y.push(values.iter().filter(|value| **value > 0.0).sum());
                y.push(values.iter().filter(|value| **value < 0.0).sum());
            }
        }
        Reach { x: self.x.clone(), y }
    }

    fn draw(&self, scene: &Scene) {
        let mut columns: Vec<(f64, Option<Vec<f64>>)> = self
            .x
            .iter()
            .enumerate()
            .filter_map(|(at, x)| Some((scene.x.place(*x)?, values(self, at))))
            .collect();
        columns.sort_by(|one, other| one.0.total_cmp(&other.0));
        let known = runs(columns.into_iter().map(|(x, values)| Some((x, values?))));
        let place: fn(&Column) -> f64 = |column| column.0;
        let runs: Vec<_> = joined(known, (place, place), scene.columns())
            .iter()
            .map(|run| with_crossings(run))
            .collect();
        for (at, area) in self.areas.iter().enumerate() {
            scene.plot.canvas().part();
            let pieces: Vec<Piece> = runs
                .iter()
                .flat_map(|run| {
                    [1.0, -1.0].into_iter().flat_map(move |sign| pieces(scene, run, at, sign))
                })
                .collect();
            draw_area(scene, area.role, &pieces);
        }
        if let Some(zero) = scene.y.edge(0.0)
            && let Some((from, to)) = clip::segment((0.0, zero), (1.0, zero))
        {
            scene.plot.line(&[from, to], Ink::solid(Colour::Axis), Colour::Axis.look().width);
        }
        if !self.total.trim().is_empty() {
            draw_total(scene, &runs);
        }
    }

    fn legend(&self) -> Vec<(&str, Role, Sample)> {
        let areas = self.areas.iter().map(|area| (&area.label[..], area.role, Sample::Area));
        areas.chain([(&self.total[..], Role::Theory, Sample::Total)]).collect()
    }

    fn list<'a>(&'a self, listing: &mut Listing<'a>) {
        let mut heads = vec![String::new()];
        heads.extend(self.areas.iter().map(|area| name(&area.label, area.role)));
        let total = crate::render::figure::text::plain(self.total.trim());
        heads.push(if total.is_empty() { "sum".into() } else { total });
        let row = |(at, x): (usize, &f64)| {
            let cell = |value: Option<f64>| value.map_or_else(String::new, number);
            let areas = self.areas.iter().map(|area| cell(area.y.get(at).copied()));
            let sum = cell(sum(self, at));
            std::iter::once(number(*x)).chain(areas).chain([sum]).collect()
        };
        listing.table("", heads, self.x.iter().enumerate(), row);
    }

    fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        for area in &self.areas {
            rows.extend(self.x.iter().zip(&area.y).map(|(&x, &y)| Row {
                x: Some(x),
                y: Some(y),
                ..Row::new("area", &area.label)
            }));
        }
        let total = self.x.iter().enumerate().map(|(at, &x)| Row {
            x: Some(x),
            y: sum(self, at),
            ..Row::new("total", &self.total)
        });
        rows.extend(total);
        rows
    }

    fn describe(&self, scales: (Scale, Scale)) -> Vec<String> {
        let area = |area: &Area| {
            let name = name(&area.label, area.role);
            // Areas lie beside zero whatever the axis can show.
            let course = course(&self.x, &area.y, (scales.0, Scale::Linear));
            format!("“{name}” (area) {course}")
        };
        let mut sentences = vec![format!("{} areas lie on top of each other.", self.areas.len())];
        sentences.extend(self.areas.iter().map(area));
        let sums: Vec<f64> =
            (0..self.x.len()).map(|at| sum(self, at).unwrap_or(f64::NAN)).collect();
        let course = course(&self.x, &sums, (scales.0, Scale::Linear));
        let total = crate::render::figure::text::plain(self.total.trim());
        sentences.push(match &total[..] {
            "" => format!("Their sum {course}"),
            total => format!("Their sum, “{total}”, {course}"),
        });
        sentences
    }
}

/// Draws the line at the sum of all areas.
fn draw_total(scene: &Scene, runs: &[Vec<Column>]) {
    scene.plot.canvas().part();
    for run in runs {
        let places = run.iter().map(|(x, values)| Some((*x, scene.y.place(values.iter().sum())?)));
        for line in super::runs(places) {
            let parts = clip::clip(&clip::thin(&line, scene.columns()));
            for (colour, width) in [(Colour::Page, TOTAL + 2.0 * OUTLINE), (Colour::Text, TOTAL)] {
                for part in &parts {
                    scene.plot.line(part, Ink::solid(colour), width);
                }
            }
        }
    }
}

/// A place across and the values of all areas there.
type Column = (f64, Vec<f64>);

/// Lower and upper edge of an area between two places where it has any height.
type Piece = Vec<(f64, (f64, f64))>;

/// The values of all areas at one place, if all are known.
fn values(stack: &Stack, at: usize) -> Option<Vec<f64>> {
    let value = |area: &Area| area.y.get(at).copied().filter(|value| value.is_finite());
    stack.areas.iter().map(value).collect()
}

fn sum(stack: &Stack, at: usize) -> Option<f64> {
    let sum: f64 = values(stack, at)?.iter().sum();
    shown(sum, Scale::Linear).then_some(sum)
}

/// The columns with one more wherever a straight line between two values of an area is zero, so that
/// every stretch of an area lies on one side.
fn with_crossings(run: &[Column]) -> Vec<Column> {
    let mut columns = Vec::with_capacity(run.len());
    for pair in run.windows(2) {
        let ((from, before), (to, after)) = (&pair[0], &pair[1]);
        columns.push(pair[0].clone());
        let mut crossings: Vec<(f64, usize)> = before
            .iter()
            .zip(after)
            .enumerate()
            .filter(|(_, (b, a))| (**b < 0.0 && **a > 0.0) || (**b > 0.0 && **a < 0.0))
            // Halves, so that the difference of two huge values stays finite.
            .map(|(at, (b, a))| ((b / 2.0) / (b / 2.0 - a / 2.0), at))
            .collect();
        crossings.sort_by(|one, other| one.0.total_cmp(&other.0));
        for (share, zero) in crossings {
            let between = |b: f64, a: f64| b * (1.0 - share) + a * share;
            let mut values: Vec<f64> =
                before.iter().zip(after).map(|(b, a)| between(*b, *a)).collect();
            values[zero] = 0.0;
            columns.push((between(*from, *to), values));
        }
    }
    columns.extend(run.last().cloned());
    columns
}

/// The stretches of one area on one side of zero.
fn pieces(scene: &Scene, run: &[Column], area: usize, sign: f64) -> Vec<Piece> {
    let side = |value: f64| (sign * value).max(0.0);
    let heights: Vec<f64> =
        run.iter().map(|(_, values)| values.get(area).copied().map_or(0.0, side)).collect();
    let edges = run.iter().enumerate().map(|(at, (x, values))| {
        let beside = |by: usize| heights.get(by).is_some_and(|height| *height > 0.0);
        let near = at.checked_sub(1).is_some_and(beside) || beside(at) || beside(at + 1);
        let inner: f64 = values.iter().take(area).map(|value| side(*value)).sum();
        let outer = inner + heights[at];
        let edges = (scene.y.edge(sign * inner)?, scene.y.edge(sign * outer)?);
        near.then_some((*x, edges))
    });
    runs(edges)
}

/// Fills the pieces of an area and draws their outer edges.
fn draw_area(scene: &Scene, role: Role, pieces: &[Piece]) {
    let edge = |piece: &Piece, end: fn(&(f64, f64)) -> f64| -> Vec<Place> {
        let edge: Vec<Place> = piece.iter().map(|(x, ends)| (*x, end(ends))).collect();
        clip::thin(&edge, scene.columns())
    };
    let mut areas = Vec::new();
    let mut edges = Vec::new();
    for piece in pieces {
        if let [only] = &piece[..] {
            upright(scene, *only, Ink { opacity: 0.6, ..Ink::dashed(role) }, 5.0);
            continue;
        }
        let mut outline = edge(piece, |ends| ends.0);
        let outer = edge(piece, |ends| ends.1);
        outline.extend(outer.iter().rev());
        let corners = clip::polygon(&outline);
        areas.push(corners.iter().map(|&corner| scene.plot.rect.at(corner)).collect());
        edges.extend(clip::clip(&outer));
    }
    texture::fill(scene.plot.canvas(), &areas, role);
    for edge in edges {
        scene.plot.line(&edge, Ink::solid(Colour::Role(role)), 1.3);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(run: &[Column], expected: &[Column]) {
        assert_eq!(with_crossings(run), expected);
    }

    #[test]
    fn areas_change_sides_at_zero() {
        check(
            &[(0.0, vec![1.0, 2.0]), (1.0, vec![-3.0, 2.0])],
            &[(0.0, vec![1.0, 2.0]), (0.25, vec![0.0, 2.0]), (1.0, vec![-3.0, 2.0])],
        );
        check(&[(0.0, vec![1.0]), (1.0, vec![0.0])], &[(0.0, vec![1.0]), (1.0, vec![0.0])]);
        let (low, high) = (-f64::MAX, f64::MAX);
        check(
            &[(0.0, vec![low]), (1.0, vec![high])],
            &[(0.0, vec![low]), (0.5, vec![0.0]), (1.0, vec![high])],
        );
        check(&[], &[]);
    }

    #[test]
    fn positive_and_negative_values_are_stacked_apart() {
        let area = |y: &[f64]| Area { label: "a".into(), role: Role::Train, y: y.into() };
        let areas = vec![area(&[1.0, 2.0]), area(&[-1.0, 5.0]), area(&[3.0, f64::NAN])];
        let stack = Stack { x: vec![0.0, 1.0], areas, total: String::new() };
        let reach = stack.reach((Scale::Linear, Scale::Linear));
        // A place with a value that is not known has no stack.
        assert_eq!(reach.y, [0.0, 4.0, -1.0]);
        let scales = (Scale::Linear, Scale::Linear);
        assert_eq!(stack.describe(scales)[4], "Their sum has the one value 3 at x = 0.");
    }
}
