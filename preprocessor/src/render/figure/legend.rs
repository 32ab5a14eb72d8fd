//! The legend: a strip above what it explains, so that it never covers data.

use experiments::figure::Content;
use experiments::figure::Panel;
use experiments::figure::Role;
use experiments::figure::mark::Symbol;
use plotters::style::text_anchor::HPos;
use plotters::style::text_anchor::VPos;

use super::canvas::Canvas;
use super::canvas::Rect;
use super::canvas::Setting;
use super::ends;
use super::marks;
use super::plotted::plotted;
use super::style::Colour;
use super::style::Ink;
use super::style::canonical;
use super::text;

/// Width of the sample of a line in px.
const LONG: f64 = 34.0;

/// Width of the sample of an area with a texture.
const MIDDLE: f64 = 24.0;

/// Width of the sample of a point or an upright line.
const SHORT: f64 = 16.0;

/// Between sample and text.
const GAP: f64 = 7.0;

/// Between one entry and the next.
const APART: f64 = 20.0;

/// What is shown of a mark beside its label.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Sample {
    /// The area of a band.
    Band,
    /// A line.
    Line,
    /// A line in steps.
    Steps,
    /// A line with an arrow head.
    Trajectory,
    /// A bar.
    Bars,
    /// Two bins of a histogram.
    Histogram,
    /// An area of a stack.
    Area,
    /// The line at the total of a stack.
    Total,
    /// A vertical line.
    Vertical,
    /// A horizontal line.
    Horizontal,
    /// A point, with whiskers or without.
    Points(bool),
    /// A marker.
    Marker(Symbol),
    /// An area as opaque as this.
    Wash(f64),
    /// An arrow.
    Arrow,
}

/// One label with the marks that share it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    label: String,
    role: Role,
    samples: Vec<Sample>,
}

/// Entries with their places, the origin at the upper left corner of the strip.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Strip {
    items: Vec<Item>,
    /// Its height in px; 0 without entries.
    pub(super) height: f64,
}

#[derive(Clone, Debug, PartialEq)]
struct Item {
    entry: Entry,
    lines: Vec<String>,
    rect: Rect,
}

/// The entries of a panel: data first, then bands, then lines to compare with; of each, roles in
/// their order.
#[must_use]
pub(super) fn entries(panel: &Panel) -> Vec<Entry> {
    let mut entries = Vec::new();
    let at_ends = match &panel.content {
        Content::Plane(plane) => ends::named(plane),
        _ => Vec::new(),
    };
    for (mark, at) in panel.marks().iter().zip(0..) {
        if at_ends.contains(&at) {
            continue;
        }
        for (label, role, sample) in plotted(mark).legend() {
            if !label.trim().is_empty() {
                let (label, role, samples) = (label.into(), canonical(role), vec![sample]);
                add(&mut entries, Entry { label, role, samples });
            }
        }
    }
    sort(&mut entries);
    entries
}

fn sort(entries: &mut [Entry]) {
    let rank = |entry: &Entry| entry.samples.iter().copied().map(rank).min();
    entries.sort_by_key(|entry| (rank(entry), Colour::Role(entry.role).index()));
}

fn rank(sample: Sample) -> u8 {
    match sample {
        Sample::Line | Sample::Steps | Sample::Trajectory | Sample::Arrow => 0,
        Sample::Bars | Sample::Histogram | Sample::Area | Sample::Total => 0,
        Sample::Points(_) | Sample::Marker(_) => 0,
        Sample::Band | Sample::Wash(_) => 1,
        Sample::Vertical | Sample::Horizontal => 2,
    }
}

fn add(entries: &mut Vec<Entry>, new: Entry) {
    let same = |entry: &&mut Entry| entry.label == new.label && entry.role == new.role;
    match entries.iter_mut().find(same) {
        Some(entry) => {
            for sample in new.samples {
                if !entry.samples.contains(&sample) {
                    entry.samples.push(sample);
                }
            }
        }
        None => entries.push(new),
    }
}

/// The entries of all panels, if no look means one thing here and another there.
#[must_use]
pub(super) fn shared(panels: &[Vec<Entry>]) -> Option<Vec<Entry>> {
    let mut all: Vec<Entry> = Vec::new();
    for panel in panels {
        let clash = |entry: &Entry| {
            all.iter().any(|other| {
                let alike = other.samples.iter().any(|sample| entry.samples.contains(sample));
                other.role == entry.role && other.label != entry.label && alike
            })
        };
        if panel.iter().any(clash) {
            return None;
        }
        for entry in panel {
            add(&mut all, entry.clone());
        }
    }
    sort(&mut all);
    Some(all)
}

impl Entry {
    fn sample_width(&self) -> f64 {
        let width = |sample: &Sample| match sample {
            Sample::Bars | Sample::Area => MIDDLE,
            Sample::Points(_) | Sample::Marker(_) | Sample::Vertical => SHORT,
            _ => LONG,
        };
        self.samples.iter().map(width).fold(SHORT, f64::max)
    }
}

impl Strip {
    /// Sets entries in rows of at most this width.
    #[must_use]
    pub(super) fn new(entries: Vec<Entry>, room: f64, size: f64) -> Self {
        let mut items: Vec<Item> = Vec::new();
        let (mut left, mut top, mut row) = (0.0, 0.0, 0.0_f64);
        for entry in entries {
            let sample = entry.sample_width();
            let lines = text::wrap(&entry.label, size, (room - sample - GAP).max(2.0 * size), 3);
            let widest = lines.iter().map(|line| text::width(line, size)).fold(0.0, f64::max);
            let width = sample + GAP + widest;
            if left > 0.0 && left + width > room {
                (left, top, row) = (0.0, top + row, 0.0);
            }
            let height = 1.3 * size * lines.len().max(1) as f64;
            let rect = Rect { left, top, right: left + width, bottom: top + height };
            items.push(Item { entry, lines, rect });
            left += width + APART;
            row = row.max(height);
        }
        let height = if items.is_empty() { 0.0 } else { top + row + 0.5 * size };
        Self { items, height }
    }

    /// Draws it with its upper left corner at a point.
    pub(super) fn draw(&self, canvas: &Canvas, (left, top): (f64, f64), size: f64) {
        for Item { entry, lines, rect } in &self.items {
            let start = (left + rect.left, top + rect.top);
            let line = 1.3 * size;
            let middle = start.1 + line / 2.0;
            let area = Rect {
                left: start.0,
                right: start.0 + entry.sample_width(),
                top: middle - 0.42 * size,
                bottom: middle + 0.42 * size,
            };
            for sample in &entry.samples {
                canvas.part();
                draw_sample(canvas, area, entry.role, *sample);
            }
            for (text, at) in lines.iter().zip(0..) {
                let point = (area.right + GAP, middle + line * f64::from(at));
                canvas.text(text, point, Setting::new(size, HPos::Left, VPos::Center));
            }
        }
    }
}

fn draw_sample(canvas: &Canvas, area: Rect, role: Role, sample: Sample) {
    let middle = area.at((0.5, 0.5));
    let solid = Ink::solid(Colour::Role(role));
    let look = Colour::Role(role).look();
    let line = |points: [(f64, f64); 2]| canvas.line(&points, Ink::dashed(role), look.width);
    match sample {
        Sample::Band => canvas.fill_rect(area, Ink::wash(role)),
        Sample::Line | Sample::Horizontal => line([area.at((0.0, 0.5)), area.at((1.0, 0.5))]),
        Sample::Vertical => line([area.at((0.5, -0.2)), area.at((0.5, 1.2))]),
        Sample::Points(whiskers) => {
            if whiskers {
                let ends = [(middle.0, area.top), (middle.0, area.bottom)];
                canvas.line(&ends, solid, marks::WHISKER);
            }
            canvas.symbol(look.shape, middle, marks::POINT, solid);
        }
        Sample::Wash(opacity) => canvas.fill_rect(area, Ink { opacity, ..solid }),
        Sample::Arrow => {
            let (tail, tip) = (area.at((0.0, 0.5)), area.at((1.0, 0.5)));
            let neck = (tip.0 - 6.0, tip.1);
            canvas.line(&[tail, neck], solid, 1.5);
            canvas.fill(&[tip, (neck.0, neck.1 - 3.0), (neck.0, neck.1 + 3.0)], solid);
        }
        Sample::Marker(symbol) => {
            canvas.symbol(marks::shape(symbol), middle, marks::MARKER, solid);
            if symbol == Symbol::Ring {
                marks::draw_ring(canvas, middle);
            }
        }
        Sample::Steps => {
            let steps = [(0.0, 0.2), (0.5, 0.2), (0.5, 0.8), (1.0, 0.8)];
            canvas.line(&steps.map(|place| area.at(place)), Ink::dashed(role), look.width);
        }
        Sample::Trajectory => {
            line([area.at((0.0, 0.5)), area.at((1.0, 0.5))]);
            let tip = area.at((0.7, 0.5));
            marks::arrow_head(canvas, (tip.0 - 10.0, tip.1), tip, role);
        }
        Sample::Histogram => {
            let steps = [(0.0, 0.0), (0.0, 0.55), (0.5, 0.55), (0.5, 1.0), (1.0, 1.0), (1.0, 0.0)];
            let steps = steps.map(|place| area.at(place));
            canvas.fill(&steps, Ink::wash(role));
            canvas.line(&steps, Ink::dashed(role), 0.8 * look.width);
        }
        Sample::Bars | Sample::Area => draw_area(canvas, area, role, sample == Sample::Bars),
        Sample::Total => {
            let ends = [area.at((0.0, 0.5)), area.at((1.0, 0.5))];
            canvas.line(&ends, Ink::solid(Colour::Text), look.width);
        }
    }
}

/// An area with the texture of a role, like a bar or like one of a stack.
fn draw_area(canvas: &Canvas, area: Rect, role: Role, bar: bool) {
    let corners = [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0)].map(|place| area.at(place));
    marks::texture::fill(canvas, &[corners.to_vec()], role);
    let closed = [&corners[..], &corners[..1]].concat();
    let outline = if bar { &closed[..] } else { &corners[1..3] };
    canvas.line(outline, Ink::solid(Colour::Role(role)), 1.4);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(label: &str, role: Role) -> Entry {
        Entry { label: label.into(), role, samples: vec![Sample::Line] }
    }

    #[track_caller]
    fn check(labels: &[&str], room: f64) {
        let entries = labels.iter().map(|label| entry(label, Role::Test)).collect();
        let strip = Strip::new(entries, room, 15.0);
        for (at, one) in strip.items.iter().enumerate() {
            assert!(one.rect.right <= room + 1e-9 && one.rect.bottom <= strip.height, "{one:?}");
            for other in &strip.items[at + 1..] {
                let (a, b) = (one.rect, other.rect);
                let apart =
                    a.right < b.left || b.right < a.left || a.bottom <= b.top || b.bottom <= a.top;
                assert!(apart, "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn entries_do_not_overlap() {
        check(&[], 300.0);
        check(&["a", "b", "c"], 300.0);
        check(&["training error"; 9], 300.0);
        check(
            &["the risk of the interpolating solution of least norm, averaged over data", "b"],
            200.0,
        );
        check(&["unbreakablyextraordinarilylongwordthatneverends", "b"], 150.0);
    }

    #[test]
    fn marks_of_one_label_are_one_entry() {
        let mut entries = vec![entry("test", Role::Test)];
        add(&mut entries, Entry { samples: vec![Sample::Band], ..entry("test", Role::Test) });
        add(&mut entries, entry("test", Role::Test));
        assert_eq!(entries.len(), 1);
        assert_eq!(entries[0].samples, [Sample::Line, Sample::Band]);
    }

    #[test]
    fn panels_share_a_legend_unless_a_look_changes_its_meaning() {
        let (train, test) = (entry("train", Role::Train), entry("test", Role::Test));
        let panels = [vec![train.clone()], vec![train.clone(), test.clone()]];
        assert_eq!(shared(&panels), Some(vec![train, test.clone()]));
        assert_eq!(shared(&[vec![test], vec![entry("other", Role::Test)]]), None);
    }
}
