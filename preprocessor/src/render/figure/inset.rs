//! A part of a plane, magnified in a corner of it.

use experiments::figure::Corner;
use experiments::figure::Inset;
use experiments::figure::Plane;
use experiments::figure::Scale;
use experiments::figure::mark::Mark;
use plotters::style::text_anchor::HPos;
use plotters::style::text_anchor::VPos;

use super::canvas::Canvas;
use super::canvas::Rect;
use super::canvas::Setting;
use super::clip;
use super::plane;
use super::plotted::Scene;
use super::plotted::plotted;
use super::scale::Padding;
use super::scale::Span;
use super::style::Colour;
use super::style::Ink;
use super::text;
use super::ticks;
use super::ticks::Tick;
use crate::number::number;

/// Share of the plane that it takes each way.
const SHARE: f64 = 0.46;

/// Between the frame of the plane and that of the inset, in px.
const AWAY: f64 = 8.0;

/// Font size as a share of the figure's.
const SIZE: f64 = super::style::INSET;

/// Length of a tick with its gap to the label, in px.
const TICK: f64 = 6.0;

/// The least width and height of its inside in px.
const LEAST: (f64, f64) = (50.0, 36.0);

/// What the axes of an inset span; none if they cannot show that.
#[must_use]
pub(super) fn spans(plane: &Plane, inset: &Inset) -> Option<(Span, Span)> {
    // Names have no places between them.
    if !plane.x.names.is_empty() || !plane.y.names.is_empty() {
        return None;
    }
    Some((span(inset.x, plane.x.scale)?, span(inset.y, plane.y.scale)?))
}

fn span((one, other): (f64, f64), scale: Scale) -> Option<Span> {
    let span = Span::fit(Some((one, other)), scale, [], Padding::None);
    let kept = span.low == one.min(other) && span.high == one.max(other);
    (kept && one < other).then_some(span)
}

/// Draws an inset on the plane of a scene, and what it magnifies.
pub(super) fn draw(canvas: &Canvas, plane: &Plane, inset: &Inset, scene: &Scene) {
    let Some((x, y)) = spans(plane, inset) else { return };
    let size = SIZE * scene.size;
    let Some(Frame { outer, inner, across, up }) =
        frame(scene.plot.rect, inset.corner, (x, y), size)
    else {
        return;
    };
    canvas.part();
    mark_part(scene, (x, y));
    canvas.fill_rect(outer, Ink::solid(Colour::Page));
    let mut small = Scene {
        plot: canvas.plot(inner),
        x,
        y,
        size,
        at: 0,
        marks: scene.marks,
        colours: scene.colours,
        outlined: scene.outlined,
    };
    for (mark, at) in scene.marks.iter().zip(0..) {
        // Words would stand there twice.
        if !matches!(mark, Mark::Note(_)) {
            small.at = at;
            canvas.part();
            plotted(mark).draw(&small);
        }
    }
    canvas.part();
    let ink = Ink::solid(Colour::Axis);
    let corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)];
    canvas.line(&corners.map(|corner| inner.at(corner)), ink, 1.2);
    for tick in &across {
        let (x, y) = inner.at((tick.place, 0.0));
        canvas.line(&[(x, y), (x, y + TICK - 2.0)], ink, 1.0);
        let setting = Setting::new(size, HPos::Center, VPos::Top);
        canvas.text(&tick.label, (x, y + TICK), setting);
    }
    for tick in &up {
        let (x, y) = inner.at((0.0, tick.place));
        canvas.line(&[(x, y), (x - TICK + 2.0, y)], ink, 1.0);
        let setting = Setting::new(size, HPos::Right, VPos::Center);
        canvas.text(&tick.label, (x - TICK, y), setting);
    }
}

/// Where an inset lies and what its axes say.
struct Frame {
    /// With the labels.
    outer: Rect,
    /// Inside its axes.
    inner: Rect,
    across: Vec<Tick>,
    up: Vec<Tick>,
}

/// The frame of an inset in a corner; none where it would be too small to read.
fn frame(plot: Rect, corner: Corner, (x, y): (Span, Span), size: f64) -> Option<Frame> {
    let (width, height) = (SHARE * plot.width(), SHARE * plot.height());
    let (right, lower) = match corner {
        Corner::TopLeft => (false, false),
        Corner::TopRight => (true, false),
        Corner::BottomLeft => (false, true),
        Corner::BottomRight => (true, true),
    };
    let left = if right { plot.right - AWAY - width } else { plot.left + AWAY };
    let top = if lower { plot.bottom - AWAY - height } else { plot.top + AWAY };
    let outer = Rect { left, top, right: left + width, bottom: top + height };
    let below = TICK + 1.2 * size;
    let mut up = plane::upright_ticks(&y, height - below, 1.3 * size);
    up.retain(|tick| tick.major);
    let tall = height - below - 0.5 * size;
    let upright = |tick: &Tick| -> Option<(f64, f64)> {
        let at = tick.place * tall;
        tick.major.then_some((at - 0.6 * size, at + 0.6 * size))
    };
    if up.len() < 2
        && let Some(two) =
            two_labels(&y, |ticks| enough(ticks.iter().filter_map(upright).collect(), 0.0))
    {
        up = two;
        up.retain(|tick| tick.major);
    }
    let widest = |ticks: &[Tick]| {
        ticks.iter().map(|tick| text::width(&tick.label, size)).fold(0.0, f64::max)
    };
    let inner = Rect {
        left: outer.left + TICK + widest(&up) + 3.0,
        top: outer.top + 0.5 * size,
        right: outer.right - 0.6 * size,
        bottom: outer.bottom - below,
    };
    if inner.width() < LEAST.0 || inner.height() < LEAST.1 {
        return None;
    }
    let mut across = plane::level_ticks(&x, inner.width(), 1.3 * size);
    let level = |tick: &Tick| -> Option<(f64, f64)> {
        let half = text::width(&tick.label, size) / 2.0;
        let at = inner.at((tick.place, 0.0)).0;
        let inside = at - half >= outer.left && at + half <= outer.right + 0.2 * size;
        (tick.major && inside).then_some((at - half, at + half))
    };
    across.retain(|tick| level(tick).is_some());
    if across.len() < 2
        && let Some(two) =
            two_labels(&x, |ticks| enough(ticks.iter().filter_map(level).collect(), 0.5 * size))
    {
        across = two;
        across.retain(|tick| level(tick).is_some());
    }
    Some(Frame { outer, inner, across, up })
}

/// The first ticks of which `enough` says that they have two labels: at a few round values, else
/// at the two ends of the axis. One label does not say how long an axis is.
#[must_use]
pub(super) fn two_labels(span: &Span, enough: impl Fn(&[Tick]) -> bool) -> Option<Vec<Tick>> {
    let end = |place, value| Tick { place, label: number(value), major: true };
    let ends = vec![end(0.0, span.low), end(1.0, span.high)];
    // Ends that read alike say nothing.
    let ends = (ends[0].label != ends[1].label).then_some(ends);
    (2..=6).map(|most| ticks::ticks(span, most)).chain(ends).find(|ticks| enough(ticks))
}

/// Whether there are two labels, each from here to there along its axis, and gaps between them.
fn enough(mut labels: Vec<(f64, f64)>, gap: f64) -> bool {
    labels.sort_by(|one, other| one.0.total_cmp(&other.0));
    labels.len() > 1 && labels.windows(2).all(|pair| pair[1].0 - pair[0].1 >= gap)
}

/// Draws the frame of the magnified part in the plane.
fn mark_part(scene: &Scene, (x, y): (Span, Span)) {
    let edge = |span: &Span, value| span.edge(value).unwrap_or(0.0);
    let (left, right) = (edge(&scene.x, x.low), edge(&scene.x, x.high));
    let (low, high) = (edge(&scene.y, y.low), edge(&scene.y, y.high));
    let outline = [(left, low), (right, low), (right, high), (left, high), (left, low)];
    for (colour, width) in [(Colour::Page, 3.0), (Colour::Text, 1.0)] {
        for part in clip::clip(&outline) {
            scene.plot.line(&part, Ink::solid(colour), width);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(range: (f64, f64), scale: Scale, shown: bool) {
        assert_eq!(span(range, scale).is_some(), shown, "{range:?}");
    }

    #[test]
    fn ranges_that_cannot_be_shown_have_no_inset() {
        check((0.0, 1.0), Scale::Linear, true);
        check((1.0, 100.0), Scale::Log, true);
        check((1.0, 0.0), Scale::Linear, false);
        check((1.0, 1.0), Scale::Linear, false);
        check((0.0, 1.0), Scale::Log, false);
        check((f64::NAN, 1.0), Scale::Linear, false);
        check((0.0, f64::INFINITY), Scale::Linear, false);
        check((-f64::MAX, f64::MAX), Scale::Linear, false);
    }

    #[test]
    fn an_inset_lies_in_its_corner_unless_the_plane_is_small() {
        let plot = |width, height| Rect {
            left: 50.0,
            top: 10.0,
            right: 50.0 + width,
            bottom: 10.0 + height,
        };
        let spans = (Span::unit(), Span::unit());
        let found = frame(plot(400.0, 300.0), Corner::BottomRight, spans, 12.0).unwrap();
        assert_eq!((found.outer.right, found.outer.bottom), (442.0, 302.0));
        assert!(!found.across.is_empty() && !found.up.is_empty());
        assert!(frame(plot(60.0, 40.0), Corner::TopLeft, spans, 12.0).is_none());
    }

    #[test]
    fn an_axis_has_two_labels_where_there_is_room() {
        let labels = |low, high, most: usize| -> Option<Vec<String>> {
            let span = Span { low, high, scale: Scale::Linear };
            let found = two_labels(&span, |ticks| (2..=most).contains(&ticks.len()))?;
            Some(found.into_iter().map(|tick| tick.label).collect())
        };
        // In steps of 5 there would be a zero and nothing else.
        assert_eq!(labels(-1.3, 3.428, 2).unwrap(), ["0", "2"]);
        // Steps of 5 give one label, steps of 2 three.
        assert_eq!(labels(-2.3, 2.428, 2).unwrap(), ["−2.3", "2.428"]);
        assert_eq!(labels(0.0, 1.0, 1), None);
        assert!(enough(vec![(5.0, 7.0), (0.0, 2.0)], 3.0));
        assert!(!enough(vec![(5.0, 7.0), (0.0, 2.0)], 3.1));
        assert!(!enough(vec![(5.0, 7.0)], 0.0));
    }
}
