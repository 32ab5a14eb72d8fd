//! A field of arrows: all in one proportion, the longest as long as its neighbours leave room.

use std::collections::BTreeSet;

use experiments::figure::Role;
use experiments::figure::Scale;
use experiments::figure::mark::Arrows;

use super::OUTLINE;
use crate::number::number;
use crate::render::figure::clip;
use crate::render::figure::data::Listing;
use crate::render::figure::data::Row;
use crate::render::figure::data::name;
use crate::render::figure::legend::Sample;
use crate::render::figure::plotted::Plotted;
use crate::render::figure::plotted::Reach;
use crate::render::figure::plotted::Scene;
use crate::render::figure::scale;
use crate::render::figure::scale::Span;
use crate::render::figure::scale::shown;
use crate::render::figure::style::Colour;
use crate::render::figure::style::Ink;
use crate::render::figure::style::Shape;

/// Least distance of arrows in px; of a finer grid only some rows and columns are drawn.
const APART: f64 = 15.0;

/// Width of a shaft in px.
const WIDTH: f64 = 1.4;

/// What is shorter, in px, is a dot.
const DOT: f64 = 2.0;

/// Share of the distance of two arrows that the longest one takes.
const SHARE: f64 = 0.92;

impl Plotted for Arrows {
    fn reach(&self, scales: (Scale, Scale)) -> Reach {
        let (mut x, mut y) = (self.x.clone(), self.y.clone());
        // Room for the tips at the border, as far as the longest one may reach.
        if scales == (Scale::Linear, Scale::Linear) {
            let (across, up) = (longest(&self.x, &self.u), longest(&self.y, &self.v));
            // Without a part in one direction the other decides.
            let factor = if across.min(up) < f64::MAX { across.min(up) } else { 0.0 };
            x.extend(self.x.iter().zip(&self.u).map(|(at, way)| at + way * factor));
            y.extend(self.y.iter().zip(&self.v).map(|(at, way)| at + way * factor));
        }
        Reach { x, y }
    }

    fn draw(&self, scene: &Scene) {
        let strokes = strokes(self, scene);
        let canvas = scene.plot.canvas();
        let ink = Ink::solid(Colour::Role(self.role));
        if scene.outlined {
            let page = Ink::solid(Colour::Page);
            for stroke in &strokes {
                stroke.shaft(|ends| canvas.line(&ends, page, WIDTH + 2.0 * OUTLINE), scene);
                stroke.head(|corners| canvas.line(&corners, page, 2.0 * OUTLINE), scene);
            }
            for stroke in strokes.iter().filter(|stroke| stroke.length() < DOT) {
                canvas.symbol(Shape::Circle, stroke.tail, 1.1 + OUTLINE, page);
            }
        }
        for stroke in &strokes {
            stroke.shaft(|ends| canvas.line(&ends, ink, WIDTH), scene);
        }
        for stroke in &strokes {
            stroke.head(|corners| canvas.fill(&corners, ink), scene);
        }
        for stroke in strokes.iter().filter(|stroke| stroke.length() < DOT) {
            canvas.symbol(Shape::Circle, stroke.tail, 1.1, ink);
        }
    }

    fn legend(&self) -> Vec<(&str, Role, Sample)> {
        vec![(&self.label, self.role, Sample::Arrow)]
    }

    fn list<'a>(&'a self, listing: &mut Listing<'a>) {
        let heads = ["", "", "across", "upwards"].map(String::from).to_vec();
        let row =
            |arrow: Arrow| [arrow.at.0, arrow.at.1, arrow.way.0, arrow.way.1].map(number).to_vec();
        let caption = name(&self.label, self.role);
        listing.table(&caption, heads, arrows(self), row);
    }

    fn rows(&self) -> Vec<Row> {
        arrows(self)
            .map(|arrow| Row {
                x: Some(arrow.at.0),
                y: Some(arrow.at.1),
                dx: Some(arrow.way.0),
                dy: Some(arrow.way.1),
                ..Row::new("arrows", &self.label)
            })
            .collect()
    }

    fn describe(&self, scales: (Scale, Scale)) -> Vec<String> {
        let name = name(&self.label, self.role);
        let known: Vec<Arrow> = arrows(self)
            .filter(|arrow| shown(arrow.at.0, scales.0) && shown(arrow.at.1, scales.1))
            .filter(|arrow| arrow.way.0.is_finite() && arrow.way.1.is_finite())
            .collect();
        let by = |one: &&Arrow, other: &&Arrow| one.length().total_cmp(&other.length());
        let (Some(least), Some(most)) = (known.iter().min_by(by), known.iter().max_by(by)) else {
            return vec![format!("“{name}” (arrows) has no arrows that can be shown.")];
        };
        let at = |arrow: &Arrow| format!("({}, {})", number(arrow.at.0), number(arrow.at.1));
        if most.length() == 0.0 {
            return vec![format!("“{name}” ({} arrows) vanishes everywhere.", known.len())];
        }
        let shortest = match least.length() < 0.05 * most.length() {
            true => format!("nearly vanishes at {}", at(least)),
            false => format!("is shortest, {}, at {}", number(least.length()), at(least)),
        };
        vec![format!(
            "“{name}” ({} arrows) {}, is longest, {}, at {}, and {shortest}.",
            known.len(),
            tendency(&known, least, most.length()),
            number(most.length()),
            at(most),
        )]
    }
}

/// One arrow in the units of the axes.
#[derive(Clone, Copy)]
struct Arrow {
    at: (f64, f64),
    way: (f64, f64),
}

impl Arrow {
    fn length(&self) -> f64 {
        libm::hypot(self.way.0, self.way.1)
    }
}

fn arrows(arrows: &Arrows) -> impl Iterator<Item = Arrow> + '_ {
    let places = arrows.x.iter().copied().zip(arrows.y.iter().copied());
    let ways = arrows.u.iter().copied().zip(arrows.v.iter().copied());
    places.zip(ways).map(|(at, way)| Arrow { at, way })
}

/// The factor that makes the longest part of all arrows as long as the distance of their places, or
/// as a twentieth of all where they are closer.
fn longest(places: &[f64], ways: &[f64]) -> f64 {
    let mut sorted: Vec<f64> = places.iter().copied().filter(|at| at.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    sorted.dedup();
    let ([first, .., last], count) = (&sorted[..], sorted.len()) else { return 0.0 };
    let apart = (last - first) / (count as f64 - 1.0).min(20.0);
    let finite = ways.iter().filter(|way| way.is_finite());
    let largest = finite.fold(0.0, |largest: f64, way| largest.max(way.abs()));
    let factor = apart / largest;
    if largest > 0.0 && factor.is_finite() { factor } else { f64::MAX }
}

/// Where arrows of a field point as a whole, or as seen from where it is weakest.
fn tendency(arrows: &[Arrow], least: &Arrow, longest: f64) -> String {
    let (mut mean, mut length) = ((0.0, 0.0), 0.0);
    let (mut outwards, mut turning) = (0.0, 0.0);
    for arrow in arrows {
        let (u, v) = (arrow.way.0 / longest, arrow.way.1 / longest);
        let (x, y) = (arrow.at.0 - least.at.0, arrow.at.1 - least.at.1);
        let distance = libm::hypot(x, y);
        mean = (mean.0 + u, mean.1 + v);
        length += libm::hypot(u, v);
        if distance > 0.0 {
            outwards += (x * u + y * v) / distance;
            turning += (x * v - y * u) / distance;
        }
    }
    let around = format!("({}, {})", number(least.at.0), number(least.at.1));
    if libm::hypot(mean.0, mean.1) > 0.6 * length {
        return format!("points mostly {}", direction(mean));
    }
    let clockwise = if turning < 0.0 { "clockwise" } else { "anticlockwise" };
    match (outwards / length, turning.abs() / length) {
        (out, turn) if turn > 0.5 && out < -0.2 => {
            format!("turns {clockwise} inwards around {around}")
        }
        (out, turn) if turn > 0.5 && out > 0.2 => {
            format!("turns {clockwise} outwards around {around}")
        }
        (_, turn) if turn > 0.5 => format!("turns {clockwise} around {around}"),
        (out, _) if out < -0.5 => format!("points towards {around}"),
        (out, _) if out > 0.5 => format!("points away from {around}"),
        _ => "points in no common direction".into(),
    }
}

fn direction((u, v): (f64, f64)) -> &'static str {
    match (u.abs() > 0.4 * v.abs(), v.abs() > 0.4 * u.abs(), u > 0.0, v > 0.0) {
        (true, false, true, _) => "to the right",
        (true, false, false, _) => "to the left",
        (false, _, _, true) => "upwards",
        (false, _, _, false) => "downwards",
        (true, true, true, true) => "up and to the right",
        (true, true, true, false) => "down and to the right",
        (true, true, false, true) => "up and to the left",
        (true, true, false, false) => "down and to the left",
    }
}

/// An arrow on the page, in px.
struct Stroke {
    tail: (f64, f64),
    way: (f64, f64),
}

impl Stroke {
    fn length(&self) -> f64 {
        libm::hypot(self.way.0, self.way.1)
    }

    /// Length and half width of the head.
    fn head_size(&self) -> (f64, f64) {
        let length = (0.4 * self.length()).clamp(3.2, 7.5).min(self.length());
        (length, 0.45 * length)
    }

    fn point(&self, share: f64, aside: f64) -> (f64, f64) {
        let (dx, dy) = (self.way.0, self.way.1);
        let length = self.length().max(1e-9);
        (
            self.tail.0 + share * dx - aside * dy / length,
            self.tail.1 + share * dy + aside * dx / length,
        )
    }

    /// Draws the line up to the head, as far as it is in view.
    fn shaft(&self, line: impl FnOnce([(f64, f64); 2]), scene: &Scene) {
        let end = 1.0 - self.head_size().0 / self.length().max(1e-9);
        if self.length() < DOT || end <= 0.0 {
            return;
        }
        let rect = scene.plot.rect;
        let place = |(x, y): (f64, f64)| {
            ((x - rect.left) / rect.width(), (rect.bottom - y) / rect.height())
        };
        // A little into the head, so that no gap shows.
        let (tail, neck) = (place(self.tail), place(self.point(end + 0.05, 0.0)));
        if let Some((from, to)) = clip::segment(tail, neck) {
            line([rect.at(from), rect.at(to)]);
        }
    }

    /// Draws the head if its tip is in view.
    fn head(&self, fill: impl FnOnce([(f64, f64); 4]), scene: &Scene) {
        let rect = scene.plot.rect;
        let tip = self.point(1.0, 0.0);
        let inside =
            tip.0 >= rect.left && tip.0 <= rect.right && tip.1 >= rect.top && tip.1 <= rect.bottom;
        if self.length() >= DOT && inside {
            let (length, half) = self.head_size();
            let end = 1.0 - length / self.length();
            fill([tip, self.point(end, half), self.point(end, -half), tip]);
        }
    }
}

/// The arrows that are drawn, in their lengths on the page.
fn strokes(field: &Arrows, scene: &Scene) -> Vec<Stroke> {
    let rect = scene.plot.rect;
    // In shares of the largest number, so that no product overflows.
    let finite = field.u.iter().chain(&field.v).filter(|part| part.is_finite());
    let largest = finite.fold(0.0, |largest: f64, part| largest.max(part.abs()));
    let share = |part: f64| if largest > 0.0 { part / largest } else { part };
    let ends = (rates(&scene.x), rates(&scene.y));
    let stroke = |arrow: Arrow| {
        let tail = scene.place(arrow.at.0, arrow.at.1).filter(|&at| clip::inside(at))?;
        let across = share(arrow.way.0) * ends.0(arrow.at.0) * rect.width();
        let up = share(arrow.way.1) * ends.1(arrow.at.1) * rect.height();
        let known = across.is_finite() && up.is_finite();
        known.then(|| Stroke { tail: rect.at(tail), way: (across, -up) })
    };
    let (kept, apart) = spread(arrows(field).filter_map(stroke).collect());
    let longest = kept.iter().map(Stroke::length).fold(0.0, f64::max);
    let factor = if longest > 0.0 { SHARE * apart / longest } else { 0.0 };
    let scaled = |stroke: Stroke| {
        let way = (stroke.way.0 * factor, stroke.way.1 * factor);
        let known = way.0.is_finite() && way.1.is_finite();
        Stroke { way: if known { way } else { (0.0, 0.0) }, ..stroke }
    };
    kept.into_iter().map(scaled).collect()
}

/// How fast the place along an axis changes with the value.
fn rates(span: &Span) -> impl Fn(f64) -> f64 {
    let (low, high, kind) = (span.low, span.high, span.scale);
    move |value| match kind {
        Scale::Linear => 0.5 / (high / 2.0 - low / 2.0),
        Scale::Log => 1.0 / (value * (libm::log(high) - libm::log(low))),
        Scale::Symlog { linear } => {
            let width = scale::width(linear);
            let bent = |end: f64| libm::copysign(libm::log1p(end.abs() / width), end);
            1.0 / ((width + value.abs()) * (bent(high) - bent(low)))
        }
    }
}

/// Arrows far enough from each other, and how far that is in px.
fn spread(strokes: Vec<Stroke>) -> (Vec<Stroke>, f64) {
    let columns = steps(strokes.iter().map(|stroke| stroke.tail.0));
    let rows = steps(strokes.iter().map(|stroke| stroke.tail.1));
    if columns.len() * rows.len() <= 2 * strokes.len() {
        // A grid: every so many rows and columns.
        let (columns, across) = sparse(&columns);
        let (rows, up) = sparse(&rows);
        let on = |stroke: &Stroke| {
            columns.contains(&tenths(stroke.tail.0)) && rows.contains(&tenths(stroke.tail.1))
        };
        return (strokes.into_iter().filter(on).collect(), across.min(up));
    }
    let mut taken = BTreeSet::new();
    let square = |stroke: &Stroke| ((stroke.tail.0 / APART) as i64, (stroke.tail.1 / APART) as i64);
    (strokes.into_iter().filter(|stroke| taken.insert(square(stroke))).collect(), 1.4 * APART)
}

fn tenths(length: f64) -> i64 {
    (10.0 * length).round() as i64
}

/// The different places in tenths of a px, rising.
fn steps(places: impl Iterator<Item = f64>) -> Vec<i64> {
    places.map(tenths).collect::<BTreeSet<i64>>().into_iter().collect()
}

/// As many of evenly spaced places as are far enough from each other, and how far that is.
fn sparse(places: &[i64]) -> (BTreeSet<i64>, f64) {
    let (Some(first), Some(last)) = (places.first(), places.last()) else {
        return (BTreeSet::new(), APART);
    };
    let mean = (last - first) as f64 / 10.0 / (places.len() as f64 - 1.0).max(1.0);
    let stride = if mean > 0.0 { libm::ceil(APART / mean).clamp(1.0, 1e9) } else { 1.0 };
    let kept = places.iter().copied().step_by(stride as usize).collect();
    (kept, if mean > 0.0 { (stride * mean).min(60.0) } else { 60.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(way: impl Fn(f64, f64) -> (f64, f64)) -> Arrows {
        let axis = |at: u32| f64::from(at) - 2.0;
        let places: Vec<(f64, f64)> = (0..25).map(|at| (axis(at % 5), axis(at / 5))).collect();
        let ways: Vec<(f64, f64)> = places.iter().map(|&(x, y)| way(x, y)).collect();
        Arrows {
            label: "flow".into(),
            role: Role::Train,
            x: places.iter().map(|at| at.0).collect(),
            y: places.iter().map(|at| at.1).collect(),
            u: ways.iter().map(|way| way.0).collect(),
            v: ways.iter().map(|way| way.1).collect(),
        }
    }

    #[track_caller]
    fn check(way: impl Fn(f64, f64) -> (f64, f64), expected: &str) {
        let said = field(way).describe((Scale::Linear, Scale::Linear)).remove(0);
        assert!(said.starts_with(&format!("“flow” (25 arrows) {expected}")), "{said}");
    }

    #[test]
    fn says_where_a_field_leads() {
        check(|_, _| (1.0, 0.1), "points mostly to the right, is longest, 1.005, at");
        check(|_, _| (-1.0, -1.0), "points mostly down and to the left");
        check(
            |x, y| (-x, -y),
            "points towards (0, 0), is longest, 2.828, at (2, 2), and nearly vanishes at (0, 0).",
        );
        check(|x, y| (x, y), "points away from (0, 0)");
        check(|x, y| (-y, x), "turns anticlockwise around (0, 0)");
        check(|x, y| (y - 0.5 * x, -x - 0.5 * y), "turns clockwise inwards around (0, 0)");
        check(|x, y| (x, -y), "points in no common direction");
        check(|_, _| (0.0, 0.0), "vanishes everywhere.");
    }

    #[test]
    fn arrows_keep_their_distance() {
        let stroke = |x: f64, y: f64| Stroke { tail: (x, y), way: (1.0, 0.0) };
        let grid = |count: u32, step: f64| -> Vec<Stroke> {
            (0..count * count)
                .map(|at| stroke(f64::from(at % count) * step, f64::from(at / count) * step))
                .collect()
        };
        let (kept, apart) = spread(grid(10, 30.0));
        assert_eq!((kept.len(), apart), (100, 30.0));
        let (kept, apart) = spread(grid(100, 3.0));
        assert_eq!((kept.len(), apart), (20 * 20, 15.0));
        let scattered =
            (0..1000).map(|at| stroke(f64::from(at * 7 % 1000) * 0.3, f64::from(at) * 0.3));
        assert!(spread(scattered.collect()).0.len() < 350);
    }
}
