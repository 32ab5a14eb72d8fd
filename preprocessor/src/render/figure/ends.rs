//! Names of lines at their right ends, pushed apart, with a thin line where they had to move.

use experiments::figure::Labels;
use experiments::figure::Plane;
use experiments::figure::Role;
use experiments::figure::mark::Line;
use experiments::figure::mark::Mark;
use plotters::style::text_anchor::HPos;
use plotters::style::text_anchor::VPos;

use super::canvas::Canvas;
use super::canvas::Setting;
use super::clip;
use super::clip::Place;
use super::marks;
use super::plotted::Scene;
use super::plotted::plotted;
use super::style::Colour;
use super::style::Ink;
use super::style::canonical;
use super::text;

/// Most width of a name in font sizes.
const WIDEST: f64 = 8.5;

/// So many lines of text fit beside the lowest plane; with more, lines are named in the legend.
const MOST: usize = 7;

/// A line of text in font sizes.
const LINE: f64 = 1.2;

/// Between one name and the next, in font sizes.
const ROOM: f64 = 0.2;

/// Between the frame and the sample of a line, in px: where a thin line leads to it.
const LEADER: f64 = 14.0;

/// Length of the sample of a line in px.
const SAMPLE: f64 = 20.0;

/// Between sample and name in px.
const GAP: f64 = 5.0;

/// The name of one line.
struct Label {
    /// Which mark it names.
    at: usize,
    role: Role,
    lines: Vec<String>,
}

/// Which marks of a plane are named at their ends.
#[must_use]
pub(super) fn named(plane: &Plane) -> Vec<usize> {
    if labels(plane, 10.0).is_empty() {
        return Vec::new();
    }
    (0..plane.marks.len()).filter(|&at| label(&plane.marks[at]).is_some()).collect()
}

/// The room that the names need to the right of the plane, in px.
#[must_use]
pub(super) fn width(plane: &Plane, size: f64) -> f64 {
    let labels = labels(plane, size);
    let lines = labels.iter().flat_map(|label| &label.lines);
    let widest = lines.map(|line| text::width(line, size)).fold(0.0, f64::max);
    if labels.is_empty() { 0.0 } else { LEADER + SAMPLE + GAP + widest + 2.0 }
}

/// Draws the names of the lines of a scene.
pub(super) fn draw(plane: &Plane, scene: &Scene) {
    let size = scene.size;
    let found: Vec<(Label, (f64, f64))> = labels(plane, size)
        .into_iter()
        .filter_map(|label| {
            let Mark::Line(line) = plane.marks.get(label.at)? else { return None };
            Some((label, scene.plot.rect.at(end(line, scene)?)))
        })
        .collect();
    let rect = scene.plot.rect;
    let height = |label: &Label| (LINE * label.lines.len() as f64 + ROOM) * size;
    let total: f64 = found.iter().map(|(label, _)| height(label)).sum();
    // Where the plane is lower than the text, smaller letters.
    let shrink = (rect.height() / total.max(1.0)).min(1.0);
    let wanted: Vec<(f64, f64)> =
        found.iter().map(|(label, end)| (end.1, shrink * height(label))).collect();
    let middles = spread(&wanted, (rect.top, rect.bottom));
    for ((label, end), middle) in found.iter().zip(middles) {
        draw_label(scene.plot.canvas(), label, *end, (rect.right, middle), shrink * size);
    }
}

/// The label of a line that has one.
fn label(mark: &Mark) -> Option<(&str, Role)> {
    match mark {
        Mark::Line(line) if !line.label.trim().is_empty() => {
            Some((&line.label, canonical(line.role)))
        }
        _ => None,
    }
}

/// One name for each label and role; none where a colour bar is in the way or there are too many.
fn labels(plane: &Plane, size: f64) -> Vec<Label> {
    let bar = |mark| plotted(mark).shading().is_some_and(|shading| !shading.quantity.is_empty());
    if plane.labels != Labels::Ends || plane.marks.iter().any(bar) {
        return Vec::new();
    }
    let mut seen = Vec::new();
    let mut labels = Vec::new();
    let mut rows = 0;
    for (mark, at) in plane.marks.iter().zip(0..) {
        let Some((name, role)) = label(mark).filter(|label| !seen.contains(label)) else {
            continue;
        };
        seen.push((name, role));
        let lines = text::wrap(name, size, WIDEST * size, 3);
        rows += lines.len();
        if rows > MOST {
            return Vec::new();
        }
        labels.push(Label { at, role, lines });
    }
    labels
}

/// Where a line that is in view ends.
fn end(line: &Line, scene: &Scene) -> Option<Place> {
    let places = line.x.iter().zip(&line.y).map(|(x, y)| scene.place(*x, *y));
    let runs = marks::runs(places);
    let parts = runs.iter().rev().filter_map(|run| {
        let parts = clip::clip(&clip::thin(run, scene.columns()));
        parts.last()?.last().copied()
    });
    parts.into_iter().next()
}

/// Middles of things that want to be at these places and have these heights: as near as can be
/// without overlapping, inside a range that is long enough for all. Neighbours that meet share their
/// displacement (pooling of adjacent violators, Ayer and others 1955, *An empirical distribution
/// function for sampling with incomplete information*).
fn spread(wanted: &[(f64, f64)], (low, high): (f64, f64)) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|&one, &other| wanted[one].0.total_cmp(&wanted[other].0));
    // With the heights above subtracted, things may touch but not change their order.
    let mut above = 0.0;
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    let mut offsets = Vec::new();
    for &at in &order {
        let (place, height) = wanted[at];
        offsets.push(above + height / 2.0);
        let mut block = (place - above - height / 2.0, 1);
        above += height;
        while let Some(&(mean, count)) = blocks.last()
            && mean >= block.0
        {
            blocks.pop();
            let all = (count + block.1) as f64;
            block = ((mean * count as f64 + block.0 * block.1 as f64) / all, count + block.1);
        }
        blocks.push(block);
    }
    let starts = blocks.iter().flat_map(|&(start, count)| std::iter::repeat_n(start, count));
    let mut middles = vec![0.0; wanted.len()];
    for ((at, start), offset) in order.into_iter().zip(starts).zip(offsets) {
        middles[at] = start.min(high - above).max(low) + offset;
    }
    middles
}

/// Draws one name, its sample at the right side of the frame around a height.
fn draw_label(
    canvas: &Canvas,
    label: &Label,
    end: (f64, f64),
    (right, middle): (f64, f64),
    size: f64,
) {
    canvas.part();
    let start = (right + LEADER, middle);
    let role = label.role;
    let moved = (end.1 - middle).abs() > 1.0 || right - end.0 > 3.0;
    if moved {
        let leader = Ink { opacity: 0.7, ..Ink::solid(Colour::Role(role)) };
        let turn = (right + 3.0, end.1);
        canvas.line(&[(end.0 + 3.0, end.1), turn, (start.0 - 2.0, middle)], leader, 0.8);
    }
    let look = Colour::Role(role).look();
    canvas.line(&[start, (start.0 + SAMPLE, middle)], Ink::dashed(role), look.width);
    let first = middle - LINE * size * (label.lines.len() as f64 - 1.0) / 2.0;
    for (line, row) in label.lines.iter().zip(0..) {
        let point = (start.0 + SAMPLE + GAP, first + LINE * size * f64::from(row));
        canvas.text(line, point, Setting::new(size, HPos::Left, VPos::Center));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use experiments::figure::Axis;
    use experiments::figure::Content;
    use experiments::figure::Panel;
    use experiments::figure::mark;

    #[track_caller]
    fn check(wanted: &[(f64, f64)], expected: &[f64]) {
        let found = spread(wanted, (0.0, 100.0));
        assert_eq!(found.len(), expected.len());
        let near = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-9;
        assert!(found.iter().zip(expected).all(near), "{found:?}");
    }

    #[test]
    fn names_are_pushed_apart_as_little_as_possible() {
        check(&[], &[]);
        check(&[(50.0, 10.0)], &[50.0]);
        check(&[(20.0, 10.0), (60.0, 10.0)], &[20.0, 60.0]);
        check(&[(52.0, 10.0), (48.0, 10.0)], &[55.0, 45.0]);
        check(&[(50.0, 10.0), (50.0, 20.0), (50.0, 10.0)], &[35.0, 50.0, 65.0]);
        check(&[(0.0, 10.0), (99.0, 10.0), (98.0, 10.0)], &[5.0, 95.0, 85.0]);
        check(&[(10.0, 50.0), (10.0, 50.0)], &[25.0, 75.0]);
    }

    fn plane(labels: &[&str]) -> Plane {
        let line = |label: &&str| mark::line(label, Role::Test, vec![0.0, 1.0], vec![0.0, 1.0]);
        let marks = labels.iter().map(line).collect();
        let panel = Panel::plane(Axis::linear(""), Axis::linear(""), marks).labels_at_ends();
        let Content::Plane(plane) = panel.content else { panic!("a plane") };
        plane
    }

    #[test]
    fn a_label_is_named_once_and_too_many_go_to_the_legend() {
        let twice = plane(&["a", "", "b", "a"]);
        assert_eq!(labels(&twice, 10.0).len(), 2);
        assert_eq!(named(&twice), [0, 2, 3]);
        let names: Vec<String> = (0..8).map(|at| at.to_string()).collect();
        let many = plane(&names.iter().map(|name| &name[..]).collect::<Vec<_>>());
        assert!(named(&many).is_empty() && width(&many, 10.0) == 0.0);
    }
}
