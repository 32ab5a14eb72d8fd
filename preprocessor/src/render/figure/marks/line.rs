//! Lines: straight, in steps, or with arrow heads.

use experiments::figure::Role;
use experiments::figure::Scale;
use experiments::figure::mark::Join;
use experiments::figure::mark::Line;

use super::OUTLINE;
use super::joined;
use super::runs;
use crate::render::figure::canvas::Canvas;
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
use crate::render::figure::style::Colour;
use crate::render::figure::style::Ink;
use crate::render::figure::style::Shape;
use crate::render::figure::text;

/// Length of an arrow head in px.
const HEAD: f64 = 11.0;

/// About how far one arrow head is from the next, in px.
const APART: f64 = 100.0;

/// Most arrow heads of one stretch of a line.
const MOST: f64 = 9.0;

/// Most arrow heads of a line in many stretches.
const MOST_OF_ALL: usize = 30;

/// Two arrow heads are not closer than this, in px.
const CLOSE: f64 = 26.0;

/// A point of the page in px.
type Point = (f64, f64);

impl Plotted for Line {
    fn reach(&self, _: (Scale, Scale)) -> Reach {
        Reach { x: self.x.clone(), y: self.y.clone() }
    }

    fn draw(&self, scene: &Scene) {
        let place = |(x, y): (&f64, &f64)| scene.place(*x, *y);
        let across: fn(&Place) -> f64 = |place| place.0;
        let runs = runs(self.x.iter().zip(&self.y).map(place));
        let runs = joined(runs, (across, across), scene.columns());
        for run in &runs {
            let run = if self.join == Join::Steps { &stairs(run) } else { run };
            draw(scene, self.role, run);
        }
        if self.join == Join::Arrows {
            draw_heads(scene, self.role, &runs);
        }
    }

    fn legend(&self) -> Vec<(&str, Role, Sample)> {
        let sample = match self.join {
            Join::Straight => Sample::Line,
            Join::Steps => Sample::Steps,
            Join::Arrows => Sample::Trajectory,
        };
        vec![(&self.label, self.role, sample)]
    }

    fn list<'a>(&'a self, listing: &mut Listing<'a>) {
        listing.curve(&self.x, vec![(full_name(self), &self.y)]);
    }

    fn rows(&self) -> Vec<Row> {
        let label = match self.about.trim() {
            "" => self.label.clone(),
            _ => full_name(self),
        };
        let row = |(&x, &y)| Row { x: Some(x), y: Some(y), ..Row::new("line", &label) };
        self.x.iter().zip(&self.y).map(row).collect()
    }

    fn describe(&self, scales: (Scale, Scale)) -> Vec<String> {
        let name = full_name(self);
        let kind = match self.join {
            Join::Straight => "line",
            Join::Steps => "steps",
            Join::Arrows => "trajectory",
        };
        vec![format!("“{name}” ({kind}) {}", course(&self.x, &self.y, scales))]
    }
}

/// The name of a line with what tells it from others of that name: “theory, λ = 10⁻³”.
fn full_name(line: &Line) -> String {
    let name = name(&line.label, line.role);
    match text::plain(line.about.trim()) {
        about if about.is_empty() => name,
        about => format!("{name}, {about}"),
    }
}

/// Draws a line through places in the look of a role.
fn draw(scene: &Scene, role: Role, run: &[Place]) {
    let parts = clip::clip(&clip::thin(run, scene.columns()));
    let width = Colour::Role(role).look().width;
    if scene.outlined {
        for part in &parts {
            scene.plot.line(part, Ink::solid(Colour::Page), width + 2.0 * OUTLINE);
        }
    }
    for part in &parts {
        match part[..] {
            // A point between gaps is a dot that can be seen.
            [only] => {
                let ink = Ink::solid(Colour::Role(role));
                scene.plot.symbol(Shape::Circle, only, 0.9 * width, ink);
            }
            _ => scene.plot.line(part, Ink::dashed(role), width),
        }
    }
}

/// The places with a corner wherever a value holds until the next one.
fn stairs(run: &[Place]) -> Vec<Place> {
    let corners = run.windows(2).flat_map(|pair| [pair[0], (pair[1].0, pair[0].1)]);
    corners.chain(run.last().copied()).collect()
}

/// Draws arrow heads along what is in view of a line, a few of them.
fn draw_heads(scene: &Scene, role: Role, runs: &[Vec<Place>]) {
    let mut drawn: Vec<Point> = Vec::new();
    let parts = runs.iter().flat_map(|run| clip::clip(&clip::thin(run, scene.columns())));
    for part in parts {
        let points: Vec<Point> = part.iter().map(|&place| scene.plot.rect.at(place)).collect();
        for (tip, tail) in heads(&points) {
            let near = |other: &Point| (other.0 - tip.0).abs().max((other.1 - tip.1).abs()) < CLOSE;
            if drawn.len() < MOST_OF_ALL && !drawn.iter().any(near) {
                drawn.push(tip);
                arrow_head(scene.plot.canvas(), tail, tip, role);
            }
        }
    }
}

/// Where arrow heads, evenly spaced by the length of a line on the page, have their tip and the middle of their back, in px.
fn heads(points: &[Point]) -> Vec<(Point, Point)> {
    let mut lengths = vec![0.0];
    for pair in points.windows(2) {
        let (dx, dy) = (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1);
        lengths.push(lengths.last().copied().unwrap_or(0.0) + libm::sqrt(dx * dx + dy * dy));
    }
    let total = lengths.last().copied().unwrap_or(0.0);
    if total < 2.0 * HEAD {
        return Vec::new();
    }
    let count = libm::round(total / APART).clamp(1.0, MOST);
    let at = |length: f64| {
        let after = lengths.partition_point(|&other| other < length).clamp(1, points.len() - 1);
        let (from, to) = (lengths[after - 1], lengths[after]);
        let share = if to > from { ((length - from) / (to - from)).clamp(0.0, 1.0) } else { 0.0 };
        let (a, b) = (points[after - 1], points[after]);
        (a.0 + share * (b.0 - a.0), a.1 + share * (b.1 - a.1))
    };
    (0..count as u32)
        .map(|head| (f64::from(head) + 0.5) * total / count)
        .map(|middle| (at(middle + HEAD / 2.0), at(middle - HEAD / 2.0)))
        .collect()
}

/// Draws an arrow head from the middle of its back to its tip.
pub(in crate::render::figure) fn arrow_head(
    canvas: &Canvas,
    tail: (f64, f64),
    tip: (f64, f64),
    role: Role,
) {
    let (dx, dy) = (tip.0 - tail.0, tip.1 - tail.1);
    let length = libm::sqrt(dx * dx + dy * dy);
    // Where a line turns back on itself there is no direction.
    if length < HEAD / 3.0 {
        return;
    }
    let (dx, dy) = (dx / length, dy / length);
    let back = (tip.0 - HEAD * dx, tip.1 - HEAD * dy);
    let corners = |grown: f64| {
        let (along, beside) = (1.6 * grown, 0.42 * HEAD + grown);
        let end = (back.0 - grown * dx, back.1 - grown * dy);
        [
            (tip.0 + along * dx, tip.1 + along * dy),
            (end.0 - beside * dy, end.1 + beside * dx),
            (end.0 + beside * dy, end.1 - beside * dx),
        ]
    };
    canvas.fill(&corners(OUTLINE), Ink::solid(Colour::Page));
    canvas.fill(&corners(0.0), Ink::solid(Colour::Role(role)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(points: &[(f64, f64)], tips: &[(f64, f64)]) {
        let found: Vec<(f64, f64)> = heads(points).into_iter().map(|(tip, _)| tip).collect();
        assert_eq!(found.len(), tips.len(), "{found:?}");
        let near = |(a, b): (&(f64, f64), &(f64, f64))| {
            (a.0 - b.0).abs() < 1e-9 && (a.1 - b.1).abs() < 1e-9
        };
        assert!(found.iter().zip(tips).all(near), "{found:?}");
    }

    #[test]
    fn heads_are_evenly_spaced_along_the_line() {
        let half = HEAD / 2.0;
        check(&[], &[]);
        check(&[(1.0, 1.0)], &[]);
        check(&[(0.0, 0.0), (5.0, 0.0)], &[]);
        check(&[(0.0, 0.0), (100.0, 0.0)], &[(50.0 + half, 0.0)]);
        // Points are not evenly spaced, heads are; the second one has turned the corner.
        let bent = [(0.0, 0.0), (1.0, 0.0), (100.0, 0.0), (100.0, 100.0)];
        check(&bent, &[(50.0 + half, 0.0), (100.0, 50.0 + half)]);
    }

    #[test]
    fn there_are_few_heads() {
        let wave = |i: u32| (f64::from(i) / 20.0, 150.0 * libm::sin(f64::from(i) / 5.0));
        let points: Vec<(f64, f64)> = (0..10_000).map(wave).collect();
        assert_eq!(heads(&points).len(), MOST as usize);
    }

    #[test]
    fn steps_hold_until_the_next_point() {
        let run = [(0.0, 0.1), (0.5, 0.7), (1.0, 0.3)];
        let expected = [(0.0, 0.1), (0.5, 0.1), (0.5, 0.7), (1.0, 0.7), (1.0, 0.3)];
        assert_eq!(stairs(&run), expected);
        assert_eq!(stairs(&[]), []);
    }
}
