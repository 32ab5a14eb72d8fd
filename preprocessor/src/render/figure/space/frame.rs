//! What stands around a surface: floor and back walls with a light grid, and three axes whose words
//! lie outside the box and beside each other.

use experiments::figure::Space;
use plotters::style::text_anchor::HPos;
use plotters::style::text_anchor::VPos;

use super::Spans;
use super::mesh::Spot;
use super::view::View;
use crate::render::figure::canvas::Canvas;
use crate::render::figure::canvas::Rect;
use crate::render::figure::canvas::Setting;
use crate::render::figure::inset::two_labels;
use crate::render::figure::layout::LINE;
use crate::render::figure::scale::Span;
use crate::render::figure::style::Colour;
use crate::render::figure::style::Ink;
use crate::render::figure::text;
use crate::render::figure::ticks;
use crate::render::figure::ticks::Tick;

/// From an axis to its tick labels in px.
const TICK_ROOM: f64 = 8.0;

/// Length of a tick in px.
const TICK: f64 = 5.0;

/// Between labels of different axes, in font sizes: more than a space, so that no two read as one.
const ASIDE: f64 = 0.4;

/// The least of it in px.
const LEAST: f64 = 3.0;

/// Most steps of a label away from its axis, where one of another axis stands in its place, and
/// the length of a step in font sizes.
const STEPS: (u32, f64) = (6, 0.25);

type Point = (f64, f64);

/// Words on the page.
struct Words {
    text: String,
    upwards: bool,
    /// The middle of them.
    at: Point,
    /// Half their width and half their height.
    half: Point,
}

impl Words {
    fn apart(&self, other: &Self) -> bool {
        self.apart_by(other, 2.0)
    }

    /// Whether there is such a gap between them where they stand side by side; their height has one.
    fn apart_by(&self, other: &Self, gap: f64) -> bool {
        (self.at.0 - other.at.0).abs() >= self.half.0 + other.half.0 + gap
            || (self.at.1 - other.at.1).abs() >= self.half.1 + other.half.1
    }
}

/// An axis along an edge of the box.
struct Edge {
    span: Span,
    title: String,
    /// Its ends: place 0 and place 1.
    ends: (Spot, Spot),
    upright: bool,
}

/// The frame of a view.
pub(super) struct Frame {
    /// The upright axis, then the first and the second horizontal one.
    edges: Vec<(Edge, Vec<Tick>)>,
    words: Vec<Words>,
    /// Where the floor is.
    floor: f64,
    /// The corners of the floor that are furthest away: across and into the depth.
    far: (f64, f64),
}

/// The largest view of a space that leaves its words room in a rectangle, and its frame.
#[must_use]
pub(super) fn fit(
    space: &Space,
    spans: &Spans,
    floor: f64,
    room: Rect,
    size: f64,
) -> (View, Frame) {
    let mut view = View::new(space.azimuth, space.elevation);
    view.scale = room.width().max(40.0);
    let mut frame = Frame::new(space, spans, floor, &view, room, size);
    for attempt in 0..8 {
        let (whole, cube) = (frame.bounds(&view), box_of(&view, floor));
        let over = (whole.width() / room.width(), whole.height() / room.height());
        if attempt > 3 && over.0 <= 1.0 && over.1 <= 1.0 {
            break;
        }
        let left = |room: f64, whole: f64, cube: f64| (room - (whole - cube)) / cube;
        let across = left(room.width(), whole.width(), cube.width());
        let along = left(room.height(), whole.height(), cube.height());
        // Carefully in the end, so that it settles.
        let factor = across.min(along).clamp(0.3, 3.0) * if attempt > 3 { 0.98 } else { 1.0 };
        view.scale = (view.scale * factor).max(30.0);
        frame = Frame::new(space, spans, floor, &view, room, size);
    }
    let whole = frame.bounds(&view);
    let shift = (
        (room.left + room.right - whole.left - whole.right) / 2.0,
        (room.top + room.bottom - whole.top - whole.bottom) / 2.0,
    );
    view.middle = shift;
    for words in &mut frame.words {
        words.at = (words.at.0 + shift.0, words.at.1 + shift.1);
    }
    (view, frame)
}

/// The box on the page.
fn box_of(view: &View, floor: f64) -> Rect {
    let corners = (0..8).map(|at| {
        let bit = |bit: u8| f64::from((at >> bit) & 1);
        view.at((bit(0), bit(1), if bit(2) > 0.0 { 1.0 } else { floor }))
    });
    let start = Rect { left: f64::MAX, top: f64::MAX, right: f64::MIN, bottom: f64::MIN };
    corners.fold(start, |all, (x, y)| Rect {
        left: all.left.min(x),
        top: all.top.min(y),
        right: all.right.max(x),
        bottom: all.bottom.max(y),
    })
}

impl Frame {
    fn new(space: &Space, spans: &Spans, floor: f64, view: &View, room: Rect, size: f64) -> Self {
        let (across, into) = view.depths();
        let far = (f64::from(u8::from(across > 0.0)), f64::from(u8::from(into > 0.0)));
        let near = (1.0 - far.0, 1.0 - far.1);
        // The upright axis stands at the left, of two corners there at the one behind.
        let corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)];
        let left = corners.into_iter().min_by(|&one, &other| {
            let key = |(u, v): Point| {
                let place = view.at((u, v, 0.0)).0 / view.scale;
                (libm::round(place * 1e6), -(u * across + v * into))
            };
            let (one, other) = (key(one), key(other));
            one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1))
        });
        let (u, v) = left.unwrap_or((0.0, 1.0));
        let edge = |span: Span, title: String, from: Spot, to: Spot, upright: bool| Edge {
            span,
            title,
            ends: (from, to),
            upright,
        };
        let edges = [
            edge(spans.z, space.z.title(), (u, v, 0.0), (u, v, 1.0), true),
            edge(spans.x, space.x.title(), (0.0, near.1, floor), (1.0, near.1, floor), false),
            edge(spans.y, space.y.title(), (near.0, 0.0, floor), (near.0, 1.0, floor), false),
        ];
        let names = [&space.z.names, &space.x.names, &space.y.names];
        let mut words: Vec<Words> = Vec::new();
        let mut deep = [0.0; 3];
        let mut with_ticks = Vec::new();
        for ((edge, names), deep) in edges.into_iter().zip(names).zip(&mut deep) {
            let ticks = edge.ticks(names, view, size, &words);
            let normal = edge.normal(view);
            for (label, shift) in edge.labels(&ticks, view, size, &words) {
                let reach = label.half.0 * normal.0.abs() + label.half.1 * normal.1.abs();
                *deep = (reach + shift / 2.0).max(*deep);
                words.push(label);
            }
            with_ticks.push((edge, ticks));
        }
        for ((edge, _), deep) in with_ticks.iter().zip(deep) {
            edge.title(view, deep, room, size, &mut words);
        }
        Self { edges: with_ticks, words, floor, far }
    }

    /// The box and all words around it.
    fn bounds(&self, view: &View) -> Rect {
        let start = box_of(view, self.floor);
        self.words.iter().fold(start, |all, words| Rect {
            left: all.left.min(words.at.0 - words.half.0),
            top: all.top.min(words.at.1 - words.half.1),
            right: all.right.max(words.at.0 + words.half.0),
            bottom: all.bottom.max(words.at.1 + words.half.1),
        })
    }

    /// Draws what is behind the surface.
    pub(super) fn behind(&self, canvas: &Canvas, view: &View) {
        let (grid, width) = (Ink::solid(Colour::Grid), Colour::Grid.look().width);
        let (far, floor) = (self.far, self.floor);
        let near = (1.0 - far.0, 1.0 - far.1);
        let line = |spots: &[Spot]| {
            let points: Vec<Point> = spots.iter().map(|&spot| view.at(spot)).collect();
            canvas.line(&points, grid, width);
        };
        let [(_, z), (_, x), (_, y)] = &self.edges[..] else { return };
        let major = |ticks: &[Tick]| -> Vec<f64> {
            ticks.iter().filter(|tick| tick.major).map(|tick| tick.place).collect()
        };
        for place in major(x) {
            line(&[(place, near.1, floor), (place, far.1, floor), (place, far.1, 1.0)]);
        }
        for place in major(y) {
            line(&[(near.0, place, floor), (far.0, place, floor), (far.0, place, 1.0)]);
        }
        for place in major(z) {
            line(&[(near.0, far.1, place), (far.0, far.1, place), (far.0, near.1, place)]);
        }
        let (ink, width) = (Ink::solid(Colour::Axis), 0.6);
        for spots in [
            [(near.0, far.1, floor), (far.0, far.1, floor), (far.0, near.1, floor)],
            [(near.0, far.1, 1.0), (far.0, far.1, 1.0), (far.0, near.1, 1.0)],
            [(far.0, far.1, floor), (far.0, far.1, 1.0), (far.0, far.1, 1.0)],
            [(near.0, far.1, floor), (near.0, far.1, 1.0), (near.0, far.1, 1.0)],
            [(far.0, near.1, floor), (far.0, near.1, 1.0), (far.0, near.1, 1.0)],
        ] {
            canvas.line(&spots.map(|spot| view.at(spot)), Ink { opacity: 0.5, ..ink }, width);
        }
    }

    /// Draws the axes, their ticks and their words.
    pub(super) fn axes(&self, canvas: &Canvas, view: &View, size: f64) {
        let (ink, width) = (Ink::solid(Colour::Axis), Colour::Axis.look().width);
        for (edge, ticks) in &self.edges {
            let mut from = edge.ends.0;
            if edge.upright {
                from.2 = self.floor;
            }
            canvas.line(&[view.at(from), view.at(edge.ends.1)], ink, width);
            let normal = edge.normal(view);
            for tick in ticks {
                let (x, y) = edge.at(tick.place, view);
                let length = if tick.major { TICK } else { 0.6 * TICK };
                let end = (x + normal.0 * length, y + normal.1 * length);
                canvas.line(&[(x, y), end], ink, width);
            }
        }
        for words in &self.words {
            let setting = Setting::new(size, HPos::Center, VPos::Center);
            canvas.text(&words.text, words.at, Setting { upwards: words.upwards, ..setting });
        }
    }

    /// Where the upright axis has its labelled ticks.
    #[must_use]
    pub(super) fn heights(&self) -> Vec<f64> {
        let upright = self.edges.iter().take(1).flat_map(|(_, ticks)| ticks);
        upright.filter(|tick| tick.major).map(|tick| tick.place).collect()
    }
}

impl Edge {
    fn at(&self, place: f64, view: &View) -> Point {
        let (from, to) = self.ends;
        let along = |one: f64, other: f64| one + place * (other - one);
        view.at((along(from.0, to.0), along(from.1, to.1), along(from.2, to.2)))
    }

    fn length(&self, view: &View) -> f64 {
        let (from, to) = (self.at(0.0, view), self.at(1.0, view));
        libm::hypot(to.0 - from.0, to.1 - from.1)
    }

    /// Away from the box, of length 1.
    fn normal(&self, view: &View) -> Point {
        if self.upright {
            return (-1.0, 0.0);
        }
        let (from, to) = (self.at(0.0, view), self.at(1.0, view));
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = libm::hypot(dx, dy);
        if length < 1e-9 {
            return (0.0, 1.0);
        }
        let normal = (-dy / length, dx / length);
        let middle = (from.0 + dx / 2.0 - view.middle.0, from.1 + dy / 2.0 - view.middle.1);
        let outward = normal.0 * middle.0 + normal.1 * middle.1;
        if outward < 0.0 { (-normal.0, -normal.1) } else { normal }
    }

    /// The ticks, with two labels at least beside those of other axes, if there is room for two.
    fn ticks(&self, names: &[String], view: &View, size: f64, taken: &[Words]) -> Vec<Tick> {
        if !names.is_empty() {
            return ticks::names(&self.span, names);
        }
        let length = self.length(view);
        let fits = |ticks: &[Tick]| {
            let labels: Vec<Words> =
                labelled(ticks).map(|tick| self.label(tick, view, size, 0.0)).collect();
            labels.windows(2).all(|pair| pair[0].apart(&pair[1]))
        };
        let enough =
            |ticks: &[Tick]| fits(ticks) && self.labels(ticks, view, size, taken).len() > 1;
        // An axis that points at the eye has no room for many numbers.
        let (least, each) = if self.upright { (1.5, 1.6) } else { (3.0, 2.2) };
        let usual = if length < least * size {
            Vec::new()
        } else {
            let most = ((length / (each * size)) as usize).min(6);
            ticks::fitting(&self.span, most, fits)
        };
        if enough(&usual) {
            return usual;
        }
        two_labels(&self.span, enough).unwrap_or(usual)
    }

    /// The labels of ticks beside those of other axes, each with how far it is shifted outwards.
    /// One that has no room is left out, or shifted if the axis had fewer than two without it.
    fn labels(&self, ticks: &[Tick], view: &View, size: f64, taken: &[Words]) -> Vec<(Words, f64)> {
        let gap = (ASIDE * size).max(LEAST);
        let placed = |most: u32| {
            let mut own: Vec<(Words, f64)> = Vec::new();
            for tick in labelled(ticks) {
                let steps = if own.len() < 2 { most } else { 0 };
                let found = (0..=steps)
                    .map(|step| f64::from(step) * STEPS.1 * size)
                    .map(|shift| (self.label(tick, view, size, shift), shift))
                    .find(|(label, _)| {
                        taken.iter().all(|other| other.apart_by(label, gap))
                            && own.iter().all(|(other, _)| other.apart(label))
                    });
                own.extend(found);
            }
            own
        };
        let still = placed(0);
        if still.len() < 2 { placed(STEPS.0) } else { still }
    }

    /// The label of a tick, shifted so far outwards.
    fn label(&self, tick: &Tick, view: &View, size: f64, shift: f64) -> Words {
        let (x, y) = self.at(tick.place, view);
        let half = (text::width(&tick.label, size) / 2.0, 0.6 * size);
        let normal = self.normal(view);
        let away = TICK_ROOM + shift + half.0 * normal.0.abs() + half.1 * normal.1.abs();
        let at = (x + normal.0 * away, y + normal.1 * away);
        Words { text: tick.label.clone(), upwards: false, at, half }
    }

    /// Adds the title beyond labels that reach so far on either side of their middle.
    fn title(&self, view: &View, deep: f64, room: Rect, size: f64, words: &mut Vec<Words>) {
        let widest = match self.upright {
            true => self.length(view).max(6.0 * size),
            false => (0.4 * room.width()).max(4.0 * size),
        };
        let lines = text::wrap(&self.title, size, widest, 3);
        let longest = lines.iter().map(|line| text::width(line, size)).fold(0.0, f64::max);
        let thick = LINE * size * lines.len() as f64;
        let half = match self.upright {
            true => (thick / 2.0, longest / 2.0),
            false => (longest / 2.0, thick / 2.0),
        };
        let normal = self.normal(view);
        let (x, y) = self.at(0.5, view);
        let mut away = TICK_ROOM + 2.0 * deep + 0.3 * size;
        away += half.0 * normal.0.abs() + half.1 * normal.1.abs();
        let mut block = Words { text: String::new(), upwards: self.upright, at: (x, y), half };
        for _ in 0..60 {
            block.at = (x + normal.0 * away, y + normal.1 * away);
            if words.iter().all(|other| other.apart(&block)) {
                break;
            }
            away += 0.3 * size;
        }
        let middle = (lines.len() as f64 - 1.0) / 2.0;
        for (line, at) in lines.into_iter().zip(0..) {
            let shift = LINE * size * (f64::from(at) - middle);
            let width = text::width(&line, size) / 2.0;
            let (at, half) = match self.upright {
                true => ((block.at.0 + shift, block.at.1), (LINE * size / 2.0, width)),
                false => ((block.at.0, block.at.1 + shift), (width, LINE * size / 2.0)),
            };
            words.push(Words { text: line, upwards: self.upright, at, half });
        }
    }
}

/// The ticks with a label.
fn labelled(ticks: &[Tick]) -> impl Iterator<Item = &Tick> {
    ticks.iter().filter(|tick| !tick.label.is_empty())
}
