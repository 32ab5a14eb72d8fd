//! Draws one panel: grid, surfaces, marks, axes, titles.

use plotters::style::text_anchor::HPos;
use plotters::style::text_anchor::VPos;

use super::canvas::Canvas;
use super::canvas::Setting;
use super::heat;
use super::layout::Axis;
use super::layout::Frame;
use super::layout::LINE;
use super::layout::TICK_ROOM;
use super::marks::Scene;
use super::style::Colour;
use super::style::Ink;
use super::ticks::Tick;

/// Length of a tick with a label in px.
const MAJOR: f64 = 5.0;

/// Length of one without.
const MINOR: f64 = 3.0;

/// Draws a panel.
pub(super) fn draw(canvas: &Canvas, frame: &Frame, size: f64) {
    titles(canvas, frame, size);
    if frame.heat.is_empty() {
        grid(canvas, frame);
    }
    if let Some(colours) = &frame.colours {
        for map in &frame.heat {
            map.draw(canvas, frame.plot, (&frame.x.span, &frame.y.span), &colours.span);
        }
    }
    let scene = Scene {
        plot: canvas.plot(frame.plot),
        x: frame.x.span,
        y: frame.y.span,
        outlined: !frame.heat.is_empty(),
    };
    frame.panel.marks.iter().for_each(|mark| scene.draw(mark));
    axes(canvas, frame, size);
    if let Some(colours) = &frame.colours {
        colour_bar(canvas, frame, colours, size);
    }
}

fn titles(canvas: &Canvas, frame: &Frame, size: f64) {
    let title = Setting { bold: true, ..Setting::new(1.04 * size, HPos::Left, VPos::Top) };
    for (line, at) in frame.title.iter().zip(0..) {
        let top = frame.top + LINE * title.size * f64::from(at);
        canvas.text(line, (frame.plot.left, top), title);
    }
    let below = frame.top + LINE * title.size * frame.title.len() as f64;
    frame.legend.draw(canvas, (frame.plot.left, below + 2.0), size);
}

fn labelled(ticks: &[Tick]) -> impl Iterator<Item = &Tick> {
    ticks.iter().filter(|tick| !tick.label.is_empty())
}

fn grid(canvas: &Canvas, frame: &Frame) {
    let ink = Ink::solid(Colour::Grid);
    let width = Colour::Grid.look().width;
    for tick in labelled(&frame.x.ticks) {
        let ends = [frame.plot.at((tick.place, 0.0)), frame.plot.at((tick.place, 1.0))];
        canvas.line(&ends, ink, width);
    }
    for tick in labelled(&frame.y.ticks) {
        let ends = [frame.plot.at((0.0, tick.place)), frame.plot.at((1.0, tick.place))];
        canvas.line(&ends, ink, width);
    }
}

fn length(tick: &Tick) -> f64 {
    if tick.label.is_empty() { MINOR } else { MAJOR }
}

fn axes(canvas: &Canvas, frame: &Frame, size: f64) {
    let ink = Ink::solid(Colour::Axis);
    let width = Colour::Axis.look().width;
    let plot = frame.plot;
    let mut line = vec![plot.at((0.0, 1.0)), plot.at((0.0, 0.0)), plot.at((1.0, 0.0))];
    if !frame.heat.is_empty() {
        line.extend([plot.at((1.0, 1.0)), plot.at((0.0, 1.0))]);
    }
    canvas.line(&line, ink, width);
    for tick in &frame.x.ticks {
        let (x, y) = plot.at((tick.place, 0.0));
        canvas.line(&[(x, y), (x, y + length(tick))], ink, width);
    }
    for tick in &frame.y.ticks {
        let (x, y) = plot.at((0.0, tick.place));
        canvas.line(&[(x, y), (x - length(tick), y)], ink, width);
    }
    for tick in labelled(&frame.x.ticks) {
        let (x, y) = plot.at((tick.place, 0.0));
        let setting = Setting::new(size, HPos::Center, VPos::Top);
        canvas.text(&tick.label, (x, y + TICK_ROOM), setting);
    }
    for tick in labelled(&frame.y.ticks) {
        let (x, y) = plot.at((0.0, tick.place));
        let setting = Setting::new(size, HPos::Right, VPos::Center);
        canvas.text(&tick.label, (x - TICK_ROOM, y), setting);
    }
    let below = plot.bottom + TICK_ROOM + LINE * size + 0.25 * size;
    for (line, at) in frame.x.label.iter().zip(0..) {
        let point = (plot.left + plot.width() / 2.0, below + LINE * size * f64::from(at));
        canvas.text(line, point, Setting::new(size, HPos::Center, VPos::Top));
    }
    let outermost = plot.left - frame.y.beside(size) + 0.5 * LINE * size;
    upright_title(canvas, &frame.y, (outermost, plot.at((0.0, 0.5)).1), size);
}

/// The title of an upright axis, its first line around this point.
fn upright_title(canvas: &Canvas, axis: &Axis, (x, y): (f64, f64), size: f64) {
    let setting = Setting { upwards: true, ..Setting::new(size, HPos::Center, VPos::Center) };
    for (line, at) in axis.label.iter().zip(0..) {
        canvas.text(line, (x + LINE * size * f64::from(at), y), setting);
    }
}

fn colour_bar(canvas: &Canvas, frame: &Frame, colours: &Axis, size: f64) {
    let bar = frame.bar();
    heat::draw_bar(canvas, bar);
    let ink = Ink::solid(Colour::Axis);
    let width = Colour::Axis.look().width;
    let corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)];
    canvas.line(&corners.map(|corner| bar.at(corner)), ink, width);
    for tick in &colours.ticks {
        let (x, y) = bar.at((1.0, tick.place));
        canvas.line(&[(x, y), (x + length(tick), y)], ink, width);
    }
    for tick in labelled(&colours.ticks) {
        let (x, y) = bar.at((1.0, tick.place));
        let setting = Setting::new(size, HPos::Left, VPos::Center);
        canvas.text(&tick.label, (x + TICK_ROOM, y), setting);
    }
    let lines = colours.label.len() as f64;
    let first = bar.right + colours.beside(size) - LINE * size * (lines - 0.5).max(0.5);
    upright_title(canvas, colours, (first, bar.at((0.0, 0.5)).1), size);
}
