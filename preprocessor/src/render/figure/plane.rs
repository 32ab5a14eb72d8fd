//! Marks on a pair of axes: grid, marks, axes, titles and colour bar.

use experiments::figure::Aspect;
use experiments::figure::Plane;
use experiments::figure::Scale;
use plotters::style::text_anchor::HPos;
use plotters::style::text_anchor::VPos;

use super::canvas::Canvas;
use super::canvas::Rect;
use super::canvas::Setting;
use super::ends;
use super::inset;
use super::layout::Body;
use super::layout::LINE;
use super::layout::SINGLE_HEIGHT;
use super::marks;
use super::names::Names;
use super::plotted::Scene;
use super::plotted::Shading;
use super::plotted::plotted;
use super::scale::Padding;
use super::scale::Span;
use super::style::Colour;
use super::style::Ink;
use super::text;
use super::ticks;
use super::ticks::Tick;

/// Between the frame and its tick labels, with the tick.
const TICK_ROOM: f64 = 8.0;

/// Between the frame and the colour bar.
pub(super) const BAR_GAP: f64 = 10.0;

/// Width of the colour bar.
pub(super) const BAR: f64 = 14.0;

/// Length of a tick with a label in px.
const MAJOR: f64 = 5.0;

/// Length of one without.
const MINOR: f64 = 3.0;

/// A plane with its measures.
pub(super) struct PlaneBody<'a> {
    plane: &'a Plane,
    size: f64,
    x: Axis,
    y: Axis,
    /// Whether the axes have labels.
    labelled: (bool, bool),
    /// What its colours mean.
    shading: Option<Shading<'a>>,
    /// The colour bar.
    colours: Option<Axis>,
    /// Whether a mark fills it.
    filled: bool,
}

/// An axis with its ticks and the lines of its title.
pub(super) struct Axis {
    /// What it spans.
    pub(super) span: Span,
    /// Its ticks.
    pub(super) ticks: Vec<Tick>,
    /// What stands there instead of the labels of the ticks, if it is an axis of names.
    pub(super) names: Option<Names>,
    /// Its title.
    pub(super) label: Vec<String>,
}

impl Axis {
    /// An upright axis of about this height.
    #[must_use]
    pub(super) fn upright(span: Span, title: &str, height: f64, size: f64) -> Self {
        Self {
            span,
            ticks: upright_ticks(&span, height, size),
            names: None,
            label: text::wrap(title, size, height, 3),
        }
    }

    /// The room for tick labels and title beside an upright axis.
    #[must_use]
    pub(super) fn beside(&self, size: f64) -> f64 {
        let widest =
            self.ticks.iter().map(|tick| text::width(&tick.label, size)).fold(0.0, f64::max);
        let widest = self.names.as_ref().map_or(widest, Names::width);
        TICK_ROOM + widest + self.label_room(size)
    }

    /// The room for tick labels below a level axis.
    fn below(&self, size: f64) -> f64 {
        self.names.as_ref().map_or(LINE * size, Names::height)
    }

    /// Puts names in the place of the ticks.
    fn name(&mut self, names: &[String], set: impl Fn(&[Tick]) -> Names) {
        if !names.is_empty() {
            let ticks = ticks::names(&self.span, names);
            self.names = Some(set(&ticks));
            self.ticks.clear();
        }
    }

    /// Takes the words away.
    fn silence(&mut self) {
        self.ticks.iter_mut().for_each(|tick| tick.label.clear());
        self.label.clear();
        self.names = None;
    }

    fn label_room(&self, size: f64) -> f64 {
        let lines = self.label.len() as f64;
        if lines > 0.0 { 0.4 * size + LINE * size * lines } else { 0.0 }
    }
}

impl<'a> PlaneBody<'a> {
    /// A plane whose axes span this much; its upright axes are measured for about this height.
    #[must_use]
    pub(super) fn new(
        plane: &'a Plane,
        (x, y): (Span, Span),
        labelled: (bool, bool),
        height: f64,
        size: f64,
    ) -> Self {
        let shading = plane.marks.iter().find_map(|mark| plotted(mark).shading());
        let colours = shading.as_ref().map(|shading| {
            let span = colour_span(plane, shading);
            let mut axis = Axis::upright(span, shading.quantity, height, size);
            if !shading.levels.is_empty() {
                axis.ticks = marks::level_ticks(&shading.levels, &span, height, size);
            }
            axis
        });
        let title = if labelled.1 { plane.y.title() } else { String::new() };
        let mut upright = Axis::upright(y, &title, height, size);
        upright.name(&plane.y.names, |ticks| Names::upright(ticks, height, size));
        if !labelled.1 {
            upright.silence();
        }
        Self {
            plane,
            size,
            x: Axis { span: x, ticks: Vec::new(), names: None, label: Vec::new() },
            y: upright,
            labelled,
            shading,
            colours,
            filled: plane.marks.iter().any(|mark| plotted(mark).fills()),
        }
    }

    /// The part of the plot that the plane takes, in its lower left corner.
    fn fit(&self, plot: Rect) -> Rect {
        let wanted = match self.plane.aspect {
            Aspect::Free => return plot,
            Aspect::Square => 1.0,
            Aspect::Equal => self.ratio(),
        };
        let width = plot.width().min(plot.height() / wanted);
        Rect { right: plot.left + width, top: plot.bottom - wanted * width, ..plot }
    }

    /// Height over width where one unit is as long across as upwards.
    fn ratio(&self) -> f64 {
        let length = |span: &Span| span.high / 2.0 - span.low / 2.0;
        let ratio = length(&self.y.span) / length(&self.x.span);
        if ratio.is_finite() { ratio.clamp(0.2, 5.0) } else { 1.0 }
    }
}

/// What the colours of a plane span; all that is shaded shares them.
fn colour_span(plane: &Plane, first: &Shading) -> Span {
    let shadings = plane.marks.iter().filter_map(|mark| plotted(mark).shading());
    let values = shadings.flat_map(|shading| shading.values);
    marks::colour_span(first, values)
}

/// What the axes of a plane span by themselves.
#[must_use]
pub(super) fn spans(plane: &Plane) -> (Span, Span) {
    let (x, y) = (&plane.x, &plane.y);
    let filled = plane.marks.iter().any(|mark| plotted(mark).fills());
    let (mut across, mut upwards) = (Vec::new(), Vec::new());
    for mark in plane.marks.iter().map(plotted).filter(|mark| !filled || mark.fills()) {
        let reach = mark.reach((x.scale, y.scale));
        across.extend(reach.x);
        upwards.extend(reach.y);
    }
    let padding = |share| if filled { Padding::None } else { Padding::Share(share) };
    let named = |names: &[String], span: Span| match names.len() {
        0 => span,
        count => Span { low: -0.5, high: count as f64 - 0.5, scale: Scale::Linear },
    };
    (
        named(&x.names, Span::fit(x.range, x.scale, across, padding(0.02))),
        named(&y.names, Span::fit(y.range, y.scale, upwards, padding(0.05))),
    )
}

impl Body for PlaneBody<'_> {
    fn margins(&self) -> (f64, f64) {
        let bar = self.colours.as_ref().map_or(0.0, |axis| BAR_GAP + BAR + axis.beside(self.size));
        (self.y.beside(self.size).max(20.0), bar.max(ends::width(self.plane, self.size)))
    }

    fn settle(&mut self, width: f64, room: f64) -> f64 {
        let size = self.size;
        self.x.ticks = level_ticks(&self.x.span, width, size);
        self.x.name(&self.plane.x.names, |ticks| Names::level(ticks, width, size));
        self.x.label = text::wrap(&self.plane.x.title(), size, room, 2);
        if !self.labelled.0 {
            self.x.silence();
        }
        overhang(&self.x.ticks, width, size)
    }

    fn height(&self, width: f64, alone: bool) -> f64 {
        match (self.plane.aspect, self.filled, alone) {
            (Aspect::Square, ..) | (Aspect::Free, true, _) => width.min(400.0),
            (Aspect::Equal, ..) => (self.ratio() * width).min(400.0),
            (Aspect::Free, false, true) => SINGLE_HEIGHT,
            (Aspect::Free, false, false) => (0.76 * width).clamp(150.0, SINGLE_HEIGHT),
        }
    }

    fn below(&self) -> f64 {
        match self.labelled.0 {
            true => TICK_ROOM + self.x.below(self.size) + self.x.label_room(self.size),
            false => TICK_ROOM,
        }
    }

    fn draw(&self, canvas: &Canvas, plot: Rect) {
        let plot = self.fit(plot);
        if !self.filled {
            self.grid(canvas, plot);
        }
        let mut scene = Scene {
            plot: canvas.plot(plot),
            x: self.x.span,
            y: self.y.span,
            colours: self.colours.as_ref().map(|axis| axis.span),
            outlined: self.filled,
            size: self.size,
            marks: &self.plane.marks,
            at: 0,
        };
        for (mark, at) in self.plane.marks.iter().zip(0..) {
            scene.at = at;
            canvas.part();
            plotted(mark).draw(&scene);
        }
        if let Some(inset) = &self.plane.inset {
            inset::draw(canvas, self.plane, inset, &scene);
        }
        self.axes(canvas, plot);
        ends::draw(self.plane, &scene);
        if let (Some(axis), Some(shading)) = (&self.colours, &self.shading)
            && !shading.quantity.is_empty()
        {
            let left = plot.right + BAR_GAP;
            colour_bar(canvas, Rect { left, right: left + BAR, ..plot }, axis, shading, self.size);
        }
    }
}

impl PlaneBody<'_> {
    fn grid(&self, canvas: &Canvas, plot: Rect) {
        let ink = Ink::solid(Colour::Grid);
        let width = Colour::Grid.look().width;
        for tick in self.x.ticks.iter().filter(|tick| tick.major) {
            canvas.line(&[plot.at((tick.place, 0.0)), plot.at((tick.place, 1.0))], ink, width);
        }
        for tick in self.y.ticks.iter().filter(|tick| tick.major) {
            canvas.line(&[plot.at((0.0, tick.place)), plot.at((1.0, tick.place))], ink, width);
        }
    }

    fn axes(&self, canvas: &Canvas, plot: Rect) {
        let size = self.size;
        let ink = Ink::solid(Colour::Axis);
        let width = Colour::Axis.look().width;
        let mut line = vec![plot.at((0.0, 1.0)), plot.at((0.0, 0.0)), plot.at((1.0, 0.0))];
        if self.filled {
            line.extend([plot.at((1.0, 1.0)), plot.at((0.0, 1.0))]);
        }
        canvas.line(&line, ink, width);
        for tick in &self.x.ticks {
            let (x, y) = plot.at((tick.place, 0.0));
            canvas.line(&[(x, y), (x, y + length(tick))], ink, width);
        }
        for tick in &self.y.ticks {
            let (x, y) = plot.at((0.0, tick.place));
            canvas.line(&[(x, y), (x - length(tick), y)], ink, width);
        }
        for tick in labelled(&self.x.ticks) {
            let (x, y) = plot.at((tick.place, 0.0));
            let setting = Setting::new(size, HPos::Center, VPos::Top);
            canvas.text(&tick.label, (x, y + TICK_ROOM), setting);
        }
        for tick in labelled(&self.y.ticks) {
            let (x, y) = plot.at((0.0, tick.place));
            let setting = Setting::new(size, HPos::Right, VPos::Center);
            canvas.text(&tick.label, (x - TICK_ROOM, y), setting);
        }
        if let Some(names) = &self.x.names {
            names.draw_below(canvas, plot, TICK_ROOM);
        }
        if let Some(names) = &self.y.names {
            names.draw_beside(canvas, plot, TICK_ROOM);
        }
        let below = plot.bottom + TICK_ROOM + self.x.below(size) + 0.25 * size;
        for (line, at) in self.x.label.iter().zip(0..) {
            let point = (plot.left + plot.width() / 2.0, below + LINE * size * f64::from(at));
            canvas.text(line, point, Setting::new(size, HPos::Center, VPos::Top));
        }
        let outermost = plot.left - self.y.beside(size) + 0.5 * LINE * size;
        upright_title(canvas, &self.y, (outermost, plot.at((0.0, 0.5)).1), size);
    }
}

fn labelled(ticks: &[Tick]) -> impl Iterator<Item = &Tick> {
    ticks.iter().filter(|tick| !tick.label.is_empty())
}

fn length(tick: &Tick) -> f64 {
    if tick.major { MAJOR } else { MINOR }
}

/// Ticks of an upright axis of this height whose labels leave each other room.
#[must_use]
pub(super) fn upright_ticks(span: &Span, height: f64, size: f64) -> Vec<Tick> {
    let most = ((height / (2.1 * size)) as usize).min(7);
    ticks::fitting(span, most, |ticks| apart(ticks, height, |_| 1.1 * size))
}

/// The same of a level axis of this width.
#[must_use]
pub(super) fn level_ticks(span: &Span, width: f64, size: f64) -> Vec<Tick> {
    let most = ((width / (2.4 * size)) as usize).min(9);
    let gap = 0.9 * size;
    ticks::fitting(span, most, |ticks| {
        apart(ticks, width, |tick| text::width(&tick.label, size) + gap)
    })
}

/// Whether labels of these sizes along an axis of this length leave each other room.
fn apart(ticks: &[Tick], length: f64, size: impl Fn(&Tick) -> f64) -> bool {
    let mut labelled: Vec<&Tick> = labelled(ticks).collect();
    labelled.sort_by(|one, other| one.place.total_cmp(&other.place));
    labelled.windows(2).all(|pair| {
        (pair[1].place - pair[0].place) * length >= (size(pair[0]) + size(pair[1])) / 2.0
    })
}

/// How far the last label reaches beyond the end of its axis.
fn overhang(ticks: &[Tick], length: f64, size: f64) -> f64 {
    let reach = |tick: &Tick| (tick.place - 1.0) * length + text::width(&tick.label, size) / 2.0;
    ticks.iter().map(reach).fold(0.0, f64::max) + 2.0
}

/// The title of an upright axis, its first line around this point.
fn upright_title(canvas: &Canvas, axis: &Axis, (x, y): (f64, f64), size: f64) {
    let setting = Setting { upwards: true, ..Setting::new(size, HPos::Center, VPos::Center) };
    for (line, at) in axis.label.iter().zip(0..) {
        canvas.text(line, (x + LINE * size * f64::from(at), y), setting);
    }
}

/// Draws a colour bar with its ticks and title.
pub(super) fn colour_bar(canvas: &Canvas, bar: Rect, axis: &Axis, shading: &Shading, size: f64) {
    marks::draw_bar(canvas, bar, shading, &axis.span);
    let ink = Ink::solid(Colour::Axis);
    let width = Colour::Axis.look().width;
    let corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)];
    canvas.line(&corners.map(|corner| bar.at(corner)), ink, width);
    for tick in &axis.ticks {
        let (x, y) = bar.at((1.0, tick.place));
        canvas.line(&[(x, y), (x + length(tick), y)], ink, width);
    }
    for tick in labelled(&axis.ticks) {
        let (x, y) = bar.at((1.0, tick.place));
        let setting = Setting::new(size, HPos::Left, VPos::Center);
        canvas.text(&tick.label, (x + TICK_ROOM, y), setting);
    }
    let lines = axis.label.len() as f64;
    let first = bar.right + axis.beside(size) - LINE * size * (lines - 0.5).max(0.5);
    upright_title(canvas, axis, (first, bar.at((0.0, 0.5)).1), size);
}
