//! Marks on the surface: lines, points and markers. Parts that the surface hides are left out; what
//! is seen lies on top of it, whole and outlined.

use experiments::figure::Role;
use experiments::figure::mark::Mark;
use experiments::figure::mark::Symbol;

use super::Spans;
use super::mesh::Mesh;
use super::mesh::Spot;
use super::view::View;
use crate::number::number;
use crate::render::figure::canvas::Canvas;
use crate::render::figure::clip;
use crate::render::figure::clip::Place;
use crate::render::figure::data::name;
use crate::render::figure::marks;
use crate::render::figure::marks::MARKER;
use crate::render::figure::marks::OUTLINE;
use crate::render::figure::marks::POINT;
use crate::render::figure::style::Colour;
use crate::render::figure::style::Ink;
use crate::render::figure::style::Shape;

/// How far marks are above the surface, in heights of the box.
const LIFT: f64 = 0.004;

/// Most points of a mark.
const MOST: usize = 1500;

/// Length of the pieces of a line that are seen or hidden, in sides of the box.
const PIECE: f64 = 0.012;

/// Draws a mark, if it is one that can lie on a surface.
pub(super) fn draw(canvas: &Canvas, view: &View, mesh: &Mesh, spans: &Spans, mark: &Mark) {
    match mark {
        Mark::Line(mark) => {
            let points = mark.x.iter().zip(&mark.y).map(|(&x, &y)| spans.place(x, y));
            for run in marks::runs(points) {
                line(canvas, view, mesh, mark.role, &run);
            }
        }
        Mark::Points(mark) => {
            let shape = Colour::Role(mark.role).look().shape;
            let places: Vec<Place> =
                mark.x.iter().zip(&mark.y).filter_map(|(&x, &y)| spans.place(x, y)).collect();
            let seen: Vec<Place> = few(&places)
                .into_iter()
                .filter_map(|place| Some(view.at(visible(place, mesh, view)?)))
                .collect();
            for &point in &seen {
                canvas.symbol(shape, point, POINT + OUTLINE, Ink::solid(Colour::Page));
            }
            for &point in &seen {
                canvas.symbol(shape, point, POINT, Ink::solid(Colour::Role(mark.role)));
            }
        }
        Mark::Marker(mark) => {
            let place = spans.place(mark.x, mark.y);
            let Some(spot) = place.and_then(|place| visible(place, mesh, view)) else { return };
            symbol(canvas, mark.symbol, mark.role, view.at(spot));
        }
        _ => {}
    }
}

/// A marker as in a plane.
fn symbol(canvas: &Canvas, symbol: Symbol, role: Role, at: (f64, f64)) {
    let shape: Shape = marks::shape(symbol);
    canvas.symbol(shape, at, MARKER + 2.0, Ink::solid(Colour::Page));
    canvas.symbol(shape, at, MARKER, Ink::solid(Colour::Role(role)));
    if symbol == Symbol::Ring {
        canvas.symbol(shape, at, MARKER - 2.2, Ink::solid(Colour::Page));
    }
}

/// The place on the surface; none beside it.
fn on(place: Place, mesh: &Mesh) -> Option<Spot> {
    if !clip::inside(place) {
        return None;
    }
    let height = mesh.height(place.0, place.1)?;
    (0.0..=1.0).contains(&height).then_some((place.0, place.1, height + LIFT))
}

/// The same; none if the eye cannot see it.
fn visible(place: Place, mesh: &Mesh, view: &View) -> Option<Spot> {
    on(place, mesh).filter(|&spot| view.sees(spot, mesh))
}

/// Draws what can be seen of a line.
fn line(canvas: &Canvas, view: &View, mesh: &Mesh, role: Role, run: &[Place]) {
    let width = Colour::Role(role).look().width;
    let mut parts: Vec<Vec<(f64, f64)>> = Vec::new();
    for part in clip::clip(&few(run)) {
        let spots = pieces(&part).into_iter().map(|place| visible(place, mesh, view));
        for seen in marks::runs(spots) {
            let points: Vec<(f64, f64)> = seen.into_iter().map(|spot| view.at(spot)).collect();
            parts.push(simplified(&points));
        }
    }
    for part in &parts {
        canvas.line(part, Ink::solid(Colour::Page), width + 2.0 * OUTLINE);
    }
    for part in &parts {
        let dot = Ink::solid(Colour::Role(role));
        canvas.line(part, if part.len() == 1 { dot } else { Ink::dashed(role) }, width);
    }
}

/// No more points than can be drawn.
fn few(run: &[Place]) -> Vec<Place> {
    let thin = clip::thin(run, 400.0);
    let step = thin.len().div_ceil(MOST).max(1);
    let last = thin.last().copied().filter(|_| !thin.len().saturating_sub(1).is_multiple_of(step));
    thin.iter().copied().step_by(step).chain(last).collect()
}

/// The line in short pieces, so that it follows the surface.
fn pieces(line: &[Place]) -> Vec<Place> {
    let mut places: Vec<Place> = line.first().copied().into_iter().collect();
    for pair in line.windows(2) {
        let (dx, dy) = (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1);
        let count = libm::ceil(libm::hypot(dx, dy) / PIECE).clamp(1.0, 120.0) as u32;
        places.extend((1..=count).map(|at| {
            let t = f64::from(at) / f64::from(count);
            (pair[0].0 + t * dx, pair[0].1 + t * dy)
        }));
    }
    places
}

/// Without points that lie within a tenth of a px of the line through their neighbours, and without
/// steps that nobody could see.
fn simplified(line: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut kept: Vec<(f64, f64)> = Vec::new();
    let last = line.len().saturating_sub(1);
    for (at, &point) in line.iter().enumerate() {
        let Some(&before) = kept.last() else {
            kept.push(point);
            continue;
        };
        let Some(&next) = line.get(at + 1) else { break };
        let (dx, dy) = (next.0 - before.0, next.1 - before.1);
        let length = libm::hypot(dx, dy);
        let off = ((point.0 - before.0) * dy - (point.1 - before.1) * dx).abs();
        let near = libm::hypot(point.0 - before.0, point.1 - before.1) < 0.7;
        // Beyond a dozen px points are kept anyway: many small bends make a large one.
        let far = libm::hypot(point.0 - before.0, point.1 - before.1) > 12.0;
        if far || (!near && off > 0.1 * length) {
            kept.push(point);
        }
    }
    if last > 0 {
        kept.extend(line.last());
    }
    kept
}

/// What a mark does on the surface.
pub(super) fn describe(mark: &Mark, view: &View, spans: &Spans, mesh: &Mesh) -> Vec<String> {
    let height = |x: f64, y: f64| -> Option<f64> {
        let place = spans.place(x, y)?;
        // Only a place on the surface has a height.
        on(place, mesh).map(|spot| spans.z.value(spot.2 - LIFT))
    };
    let place = |x: f64, y: f64| {
        let at = format!("({}, {})", number(x), number(y));
        match height(x, y) {
            Some(height) => format!("{at} at height {}", number(height)),
            None => format!("{at} outside of the surface"),
        }
    };
    let finite = |x: &[f64], y: &[f64]| -> Vec<(f64, f64)> {
        let points = x.iter().copied().zip(y.iter().copied());
        points.filter(|(x, y)| x.is_finite() && y.is_finite()).collect()
    };
    let said = match mark {
        Mark::Line(mark) => {
            let name = name(&mark.label, mark.role);
            let points = finite(&mark.x, &mark.y);
            match (points.first(), points.last()) {
                (Some(first), Some(last)) => format!(
                    "“{name}” (line on the surface) goes from {} to {}.",
                    place(first.0, first.1),
                    place(last.0, last.1)
                ),
                _ => format!("“{name}” (line on the surface) has no points that can be shown."),
            }
        }
        Mark::Points(mark) => {
            let name = name(&mark.label, mark.role);
            let heights: Vec<f64> =
                finite(&mark.x, &mark.y).into_iter().filter_map(|(x, y)| height(x, y)).collect();
            let low = heights.iter().copied().fold(f64::INFINITY, f64::min);
            let high = heights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            match heights.len() {
                0 => format!("“{name}” (points) has no points on the surface."),
                count => format!(
                    "“{name}” ({count} points on the surface) has heights from {} to {}.",
                    number(low),
                    number(high)
                ),
            }
        }
        Mark::Marker(mark) if mark.x.is_finite() && mark.y.is_finite() => {
            let name = name(&mark.label, mark.role);
            let spot = spans.place(mark.x, mark.y).and_then(|place| on(place, mesh));
            let hidden = spot.is_some_and(|spot| !view.sees(spot, mesh));
            let hidden = if hidden { ", behind a part of the surface" } else { "" };
            format!("“{name}” (marker) is at {}{hidden}.", place(mark.x, mark.y))
        }
        _ => return Vec::new(),
    };
    vec![said]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_keeps_its_ends() {
        let line: Vec<(f64, f64)> = (0..=8).map(|at| (f64::from(at), 0.0)).collect();
        assert_eq!(simplified(&line), [(0.0, 0.0), (8.0, 0.0)]);
        assert_eq!(simplified(&[(1.0, 2.0)]), [(1.0, 2.0)]);
        assert_eq!(simplified(&[]), []);
        let bend = [(0.0, 0.0), (5.0, 0.0), (5.0, 5.0)];
        assert_eq!(simplified(&bend), bend);
    }

    #[test]
    fn long_lines_stay_drawable() {
        let line: Vec<Place> =
            (0..100_000_u32).map(|i| (f64::from(i * 7919 % 101), f64::from(i % 97))).collect();
        let few = few(&line);
        assert!(few.len() <= MOST + 1);
        assert_eq!((few[0], few[few.len() - 1]), (line[0], line[99_999]));
        assert!(pieces(&[(0.0, 0.0), (1e6, 0.0)]).len() < 200);
    }
}
