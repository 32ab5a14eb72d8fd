//! A surface as lines of equal value with their values on them, or as the areas between them.

use experiments::figure::Scale;
use experiments::figure::mark::Contours;
use experiments::figure::mark::Mark;
use plotters::style::text_anchor::HPos;
use plotters::style::text_anchor::VPos;

use super::OUTLINE;
use super::heat_map::shaded;
use super::heat_map::step_shades;
use super::isolines::Field;
use super::isolines::isolines;
use super::isolines::levels;
use super::isolines::value_span;
use crate::number::number;
use crate::render::figure::canvas::Rect;
use crate::render::figure::canvas::Setting;
use crate::render::figure::clip;
use crate::render::figure::clip::Place;
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
use crate::render::figure::scale::shown;
use crate::render::figure::style::Colour;
use crate::render::figure::style::Ink;
use crate::render::figure::text;

/// Width of a line in px.
const WIDTH: f64 = 1.3;

/// Most points of all lines; a grid that needs more is drawn from every second row and column.
const POINTS: usize = 9000;

/// Most levels that can be told apart.
const MOST: usize = 40;

/// How far a simplified line is from the true one, in px.
const TOLERANCE: f64 = 0.1;

impl Plotted for Contours {
    fn reach(&self, _: (Scale, Scale)) -> Reach {
        Reach { x: self.grid.x.clone(), y: self.grid.y.clone() }
    }

    fn draw(&self, scene: &Scene) {
        if self.filled { fill(self, scene) } else { draw_lines(self, scene) }
    }

    fn list<'a>(&'a self, listing: &mut Listing<'a>) {
        list_cells(listing, &self.grid, &self.quantity);
    }

    fn rows(&self) -> Vec<Row> {
        cell_rows("contours", &self.grid, &self.quantity)
    }

    fn describe(&self, _: (Scale, Scale)) -> Vec<String> {
        let surface = surface(&self.quantity, self.scale, &self.grid);
        let levels = levels_of(self);
        let at = list(levels.iter().map(|&level| number(level)));
        let mut said = match (self.filled, levels.is_empty()) {
            (true, false) => vec![format!("Colour shows, in steps at {at}, {surface}")],
            (false, false) => vec![format!("Lines of equal value at {at} show {surface}")],
            (_, true) => vec![format!("Lines of equal value show {surface}")],
        };
        said.extend(closed(self, &levels));
        said
    }

    fn shading(&self) -> Option<Shading<'_>> {
        let levels = levels_of(self);
        // Levels have colours even where no value comes near them.
        let values = [&self.grid.values.concat()[..], &levels].concat();
        self.filled.then_some(Shading {
            quantity: &self.quantity,
            scale: self.scale,
            colours: self.colours,
            values,
            levels,
        })
    }

    fn fills(&self) -> bool {
        true
    }
}

/// The levels that can be shown, rising.
fn levels_of(contours: &Contours) -> Vec<f64> {
    if contours.levels.is_empty() {
        return levels(&value_span(&contours.grid, contours.scale));
    }
    let shown = |&level: &f64| shown(level, contours.scale);
    let mut levels: Vec<f64> = contours.levels.iter().copied().filter(shown).collect();
    levels.sort_by(f64::total_cmp);
    levels.dedup();
    let stride = levels.len().div_ceil(MOST).max(1);
    levels.into_iter().step_by(stride).collect()
}

/// Which lines are closed: they surround a hill or a hollow.
fn closed(contours: &Contours, levels: &[f64]) -> Option<String> {
    let is_closed = |line: &&Vec<Place>| line.len() > 3 && line.first() == line.last();
    let said = |(level, lines): (f64, Vec<Vec<Place>>)| match lines.iter().filter(is_closed).count()
    {
        0 => None,
        1 => Some(number(level)),
        count => Some(format!("{} ({count} times)", number(level))),
    };
    let closed: Vec<String> =
        isolines(&contours.grid, contours.scale, levels).into_iter().filter_map(said).collect();
    let closed = (!closed.is_empty()).then(|| list(closed.into_iter()))?;
    Some(format!("Closed lines are those at {closed}."))
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}

/// The shapes of each level, from a grid just as fine as can be drawn in a bounded size.
fn shapes(
    contours: &Contours,
    scene: &Scene,
    levels: &[f64],
    of: impl Fn(&Field, f64) -> Vec<Vec<Place>>,
) -> (Field, Vec<Vec<Vec<Place>>>) {
    let values = value_span(&contours.grid, contours.scale);
    let (across, up) = (|x| scene.x.place(x), |y| scene.y.place(y));
    let mut stride = 1;
    loop {
        let field = Field::new(&contours.grid, &values, across, up, stride);
        let shape = |&level: &f64| values.place(level).map_or_else(Vec::new, |at| of(&field, at));
        let shapes: Vec<_> = levels.iter().map(shape).collect();
        let points: usize = shapes.iter().flatten().map(Vec::len).sum();
        if points <= POINTS || stride > 64 {
            return (field, shapes);
        }
        stride *= 2;
    }
}

/// Paints the areas from the lowest on, each on top of those below it, so that no seam shows.
fn fill(contours: &Contours, scene: &Scene) {
    let Some(colours) = &scene.colours else { return };
    let levels = levels_of(contours);
    let map = Map::from(contours.colours);
    let rect = scene.plot.rect;
    let (field, areas) = shapes(contours, scene, &levels, |field, level| {
        let cut = field.areas(level).into_iter().map(|area| clip::polygon(&area));
        cut.map(|area| simplified(&area, rect)).filter(|area| area.len() > 2).collect()
    });
    let Some((from, to)) = field.corners() else { return };
    let ground = vec![vec![from, (to.0, from.1), to, (from.0, to.1)]];
    let shades = step_shades(&levels, colours);
    for (areas, shade) in std::iter::once(&ground).chain(&areas).zip(shades) {
        for area in areas {
            super::area(scene, area, shaded(map, shade));
        }
    }
    for (from, to) in field.holes() {
        let hole = [from, (to.0, from.1), to, (from.0, to.1)];
        super::area(scene, &hole, Ink::solid(Colour::Page));
    }
}

/// Draws the lines, each with its value in a gap of its own.
fn draw_lines(contours: &Contours, scene: &Scene) {
    let levels = levels_of(contours);
    let rect = scene.plot.rect;
    let (_, lines) = shapes(contours, scene, &levels, |field, level| {
        let cut = field.lines(level).into_iter().flat_map(|line| clip::clip(&line));
        cut.map(|line| simplified(&line, rect)).filter(|line| line.len() > 1).collect()
    });
    let lines: Vec<Vec<Vec<Point>>> = lines
        .into_iter()
        .map(|lines| {
            lines.into_iter().map(|line| line.iter().map(|&at| rect.at(at)).collect()).collect()
        })
        .collect();
    let labels = labels(&levels, &lines, rect, 0.82 * scene.size);
    let boxes: Vec<Rect> = labels.iter().map(|label| label.rect).collect();
    let parts: Vec<Vec<Point>> =
        lines.iter().flatten().flat_map(|line| outside(line, &boxes)).collect();
    let canvas = scene.plot.canvas();
    if on_surface(scene) {
        let ink = Ink { opacity: 0.7, ..Ink::solid(Colour::Page) };
        parts.iter().for_each(|part| canvas.line(part, ink, WIDTH + 2.0 * OUTLINE));
    }
    parts.iter().for_each(|part| canvas.line(part, Ink::solid(Colour::Axis), WIDTH));
    for Label { text, rect } in &labels {
        let setting = Setting::new(0.82 * scene.size, HPos::Center, VPos::Center);
        canvas.text(text, rect.at((0.5, 0.5)), Setting { halo: true, ..setting });
    }
}

/// Whether the lines lie on a surface in colour.
fn on_surface(scene: &Scene) -> bool {
    scene.marks.iter().take(scene.at).any(|mark| match mark {
        Mark::HeatMap(_) | Mark::Regions(_) => true,
        Mark::Contours(contours) => contours.filled,
        _ => false,
    })
}

/// A point of the page in px.
type Point = (f64, f64);

/// A value on its line.
struct Label {
    text: String,
    rect: Rect,
}

/// Values at the straightest free places of the longest lines of each level.
fn labels(levels: &[f64], lines: &[Vec<Vec<Point>>], plot: Rect, size: f64) -> Vec<Label> {
    let mut labels: Vec<Label> = Vec::new();
    for (&level, own) in levels.iter().zip(lines) {
        let text = number(level).replace(" × ", "×");
        let (width, height) = (text::width(&text, size) + 6.0, 1.15 * size);
        let mut own: Vec<&Vec<Point>> = own.iter().collect();
        own.sort_by(|one, other| length(other).total_cmp(&length(one)));
        for line in own.into_iter().take(2).filter(|line| length(line) > 2.0 * width) {
            let free = |rect: &Rect| {
                let inside = rect.left > plot.left + 3.0
                    && rect.right < plot.right - 3.0
                    && rect.top > plot.top + 3.0
                    && rect.bottom < plot.bottom - 3.0;
                inside && !labels.iter().any(|label| overlap(rect, &label.rect, 4.0))
            };
            let candidate = |at: u32| {
                let middle = length(line) * (f64::from(at) + 0.5) / f64::from(CANDIDATES);
                let (x, y) = along(line, middle);
                let rect = Rect {
                    left: x - width / 2.0,
                    right: x + width / 2.0,
                    top: y - height / 2.0,
                    bottom: y + height / 2.0,
                };
                let (from, to) =
                    (along(line, middle - width / 2.0), along(line, middle + width / 2.0));
                let straight = libm::hypot(to.0 - from.0, to.1 - from.1) / width;
                let crossed = lines
                    .iter()
                    .flatten()
                    .filter(|other| !std::ptr::eq(*other, line))
                    .any(|other| other.windows(2).any(|side| crosses(side, &rect)));
                free(&rect).then(|| (straight - f64::from(u8::from(crossed)), rect))
            };
            let candidates = (0..CANDIDATES).filter_map(candidate);
            let best =
                candidates.reduce(|best, next| if next.0 > best.0 + 0.02 { next } else { best });
            if let Some((_, rect)) = best.filter(|best| best.0 > 0.0) {
                labels.push(Label { text: text.clone(), rect });
            }
        }
    }
    labels
}

/// Places along a line that are tried for its value.
const CANDIDATES: u32 = 24;

fn overlap(one: &Rect, other: &Rect, room: f64) -> bool {
    one.left < other.right + room
        && other.left < one.right + room
        && one.top < other.bottom + room
        && other.top < one.bottom + room
}

fn length(line: &[Point]) -> f64 {
    line.windows(2).map(side_length).sum()
}

fn side_length(side: &[Point]) -> f64 {
    libm::hypot(side[1].0 - side[0].0, side[1].1 - side[0].1)
}

/// The point so far along a line; its ends beyond them.
fn along(line: &[Point], way: f64) -> Point {
    let mut left = way.max(0.0);
    for side in line.windows(2) {
        let length = side_length(side);
        if left <= length && length > 0.0 {
            return between(side, left / length);
        }
        left -= length;
    }
    line.last().copied().unwrap_or_default()
}

fn between(side: &[Point], share: f64) -> Point {
    let (from, to) = (side[0], side[1]);
    (from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1))
}

/// The part of a side of a line within a rectangle, as shares of the side.
fn crossing(side: &[Point], rect: &Rect) -> Option<(f64, f64)> {
    let place =
        |point: Point| ((point.0 - rect.left) / rect.width(), (point.1 - rect.top) / rect.height());
    let length = side_length(side);
    let (from, to) = clip::segment(place(side[0]), place(side[1]))?;
    let share = |at: Place| {
        let point = (rect.left + at.0 * rect.width(), rect.top + at.1 * rect.height());
        if length > 0.0 { side_length(&[side[0], point]) / length } else { 0.0 }
    };
    Some((share(from), share(to)))
}

fn crosses(side: &[Point], rect: &Rect) -> bool {
    crossing(side, rect).is_some()
}

/// The parts of a line outside of all rectangles.
fn outside(line: &[Point], rects: &[Rect]) -> Vec<Vec<Point>> {
    let mut parts = vec![line.to_vec()];
    for rect in rects {
        parts = parts.iter().flat_map(|part| outside_one(part, rect)).collect();
    }
    parts
}

fn outside_one(line: &[Point], rect: &Rect) -> Vec<Vec<Point>> {
    let mut parts: Vec<Vec<Point>> = vec![line.iter().copied().take(1).collect()];
    for side in line.windows(2) {
        match (crossing(side, rect), parts.last_mut()) {
            (None, Some(part)) => part.push(side[1]),
            (Some((enter, leave)), Some(part)) => {
                part.push(between(side, enter));
                parts.push(vec![between(side, leave), side[1]]);
            }
            (_, None) => {}
        }
    }
    parts.retain(|part| length(part) > 0.5);
    parts
}

/// A line with as few points as keep it within a tenth of a px (Douglas and Peucker, 1973,
/// "Algorithms for the reduction of the number of points required to represent a digitized line").
fn simplified(line: &[Place], rect: Rect) -> Vec<Place> {
    let points: Vec<Point> = line.iter().map(|&at| rect.at(at)).collect();
    let Some(last) = points.len().checked_sub(1) else { return Vec::new() };
    let mut kept = vec![false; points.len()];
    (kept[0], kept[last]) = (true, true);
    let mut stretches = vec![(0, last)];
    while let Some((from, to)) = stretches.pop() {
        let mut furthest = (TOLERANCE, None);
        for at in from + 1..to {
            let distance = distance(points[at], points[from], points[to]);
            if distance > furthest.0 {
                furthest = (distance, Some(at));
            }
        }
        if let (_, Some(at)) = furthest {
            kept[at] = true;
            stretches.extend([(from, at), (at, to)]);
        }
    }
    line.iter().zip(kept).filter(|(_, kept)| *kept).map(|(&at, _)| at).collect()
}

/// How far a point is from the segment between two others.
fn distance(point: Point, from: Point, to: Point) -> f64 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (px, py) = (point.0 - from.0, point.1 - from.1);
    let squared = dx * dx + dy * dy;
    let share = if squared > 0.0 { ((px * dx + py * dy) / squared).clamp(0.0, 1.0) } else { 0.0 };
    libm::hypot(px - share * dx, py - share * dy)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: Rect = Rect { left: 0.0, top: 0.0, right: 100.0, bottom: 100.0 };

    #[test]
    fn simple_lines_keep_their_corners() {
        let line: Vec<Place> =
            (0..=100).map(|at| f64::from(at) / 100.0).map(|x| (x, 0.5)).collect();
        assert_eq!(simplified(&line, PAGE), [(0.0, 0.5), (1.0, 0.5)]);
        let circle: Vec<Place> = (0..=1000)
            .map(|at| std::f64::consts::TAU * f64::from(at) / 1000.0)
            .map(|angle| (0.5 + 0.4 * libm::cos(angle), 0.5 + 0.4 * libm::sin(angle)))
            .collect();
        let few = simplified(&circle, PAGE);
        assert!((20..80).contains(&few.len()), "{}", few.len());
        assert_eq!(simplified(&[], PAGE), []);
    }

    #[test]
    fn a_line_has_a_gap_for_its_value() {
        let rect = Rect { left: 40.0, top: 40.0, right: 60.0, bottom: 60.0 };
        let parts = outside(&[(0.0, 50.0), (100.0, 50.0)], &[rect]);
        assert_eq!(parts, [[(0.0, 50.0), (40.0, 50.0)], [(60.0, 50.0), (100.0, 50.0)]]);
        assert_eq!(outside(&[(45.0, 50.0), (55.0, 50.0)], &[rect]), Vec::<Vec<Point>>::new());
        assert_eq!(outside(&[(0.0, 0.0), (9.0, 0.0)], &[rect]).len(), 1);
    }

    #[test]
    fn values_on_lines_do_not_overlap() {
        let level = |y: f64| vec![vec![(0.0, y), (100.0, y)]];
        let lines: Vec<Vec<Vec<Point>>> = (1..20).map(|at| level(f64::from(at) * 5.0)).collect();
        let levels: Vec<f64> = (1..20).map(f64::from).collect();
        let found = labels(&levels, &lines, PAGE, 4.0);
        assert!(found.len() > 5, "{}", found.len());
        for (at, one) in found.iter().enumerate() {
            assert!(found[at + 1..].iter().all(|other| !overlap(&one.rect, &other.rect, 0.0)));
        }
    }
}
