//! Where everything goes: the size of the figure, of its panels, and of the margins that titles,
//! tick labels and colour bars need.

use experiments::figure::Figure;
use experiments::figure::Mark;
use experiments::figure::Panel;

use super::canvas::Rect;
use super::heat::Heat;
use super::legend;
use super::legend::Strip;
use super::scale::Padding;
use super::scale::Span;
use super::text;
use super::ticks;
use super::ticks::Tick;

/// Between panels.
const GUTTER: f64 = 20.0;

/// Height of the plot of a figure with one panel.
const SINGLE_HEIGHT: f64 = 305.0;

/// Between the frame and its tick labels, with the tick.
pub(super) const TICK_ROOM: f64 = 8.0;

/// Between the frame and the colour bar.
const BAR_GAP: f64 = 10.0;

/// Width of the colour bar.
const BAR: f64 = 14.0;

/// A line of text in font sizes.
pub(super) const LINE: f64 = 1.25;

/// A figure with all its measures, in px.
pub(super) struct Layout<'a> {
    /// Width of the drawing.
    pub(super) width: f64,
    /// Height of the drawing.
    pub(super) height: f64,
    /// Font size.
    pub(super) text: f64,
    /// The legend of all panels together, at the top.
    pub(super) legend: Strip,
    /// The panels in reading order.
    pub(super) panels: Vec<Frame<'a>>,
}

/// A panel with all its measures.
pub(super) struct Frame<'a> {
    /// What it shows.
    pub(super) panel: &'a Panel,
    /// Between the axes.
    pub(super) plot: Rect,
    /// Its horizontal axis.
    pub(super) x: Axis,
    /// Its vertical axis.
    pub(super) y: Axis,
    /// What its colours mean.
    pub(super) colours: Option<Axis>,
    /// Its surfaces.
    pub(super) heat: Vec<Heat<'a>>,
    /// Its title.
    pub(super) title: Vec<String>,
    /// Its own legend.
    pub(super) legend: Strip,
    /// Top of the title.
    pub(super) top: f64,
}

/// An axis with its ticks and the lines of its title.
pub(super) struct Axis {
    /// What it spans.
    pub(super) span: Span,
    /// Its ticks.
    pub(super) ticks: Vec<Tick>,
    /// Its title.
    pub(super) label: Vec<String>,
}

impl Axis {
    /// The width of its widest tick label.
    fn widest(&self, size: f64) -> f64 {
        self.ticks.iter().map(|tick| text::width(&tick.label, size)).fold(0.0, f64::max)
    }

    /// The room for tick labels and title beside an upright axis.
    #[must_use]
    pub(super) fn beside(&self, size: f64) -> f64 {
        TICK_ROOM + self.widest(size) + self.label_room(size)
    }

    fn label_room(&self, size: f64) -> f64 {
        let lines = self.label.len() as f64;
        if lines > 0.0 { 0.4 * size + LINE * size * lines } else { 0.0 }
    }
}

/// Lays out a figure.
#[must_use]
pub(super) fn layout(figure: &Figure) -> Layout<'_> {
    let columns = figure.columns.clamp(1, 4).min(figure.panels.len().max(1));
    // The text of one panel on a phone of 360 px is still 9 px high.
    let (width, size) = match columns {
        1 => (560.0, 15.0),
        2 => (720.0, 14.0),
        many => (240.0 * many as f64, 14.0),
    };
    // Upright axes are measured for about the height that panels will have.
    let height = if columns == 1 { SINGLE_HEIGHT } else { 190.0 };
    let mut frames: Vec<Frame> =
        figure.panels.iter().map(|panel| frame(panel, height, size)).collect();
    let columns = Columns::new(&mut frames, columns, width, size);
    let entries: Vec<_> = figure.panels.iter().map(legend::entries).collect();
    let mut legend = Strip::default();
    match legend::shared(&entries).filter(|_| frames.len() > 1) {
        Some(all) => legend = Strip::new(all, width - columns.margins[0].0 - 10.0, size),
        None => {
            for ((frame, entries), at) in frames.iter_mut().zip(entries).zip(0..) {
                frame.legend = Strip::new(entries, columns.room(at), size);
            }
        }
    }
    let height = place(&mut frames, &columns, size, 4.0 + legend.height);
    Layout { width, height, text: size, legend, panels: frames }
}

fn margin(frames: &[Frame], of: impl Fn(&Frame) -> f64) -> f64 {
    frames.iter().map(of).fold(0.0, f64::max)
}

/// A panel before its place is known.
fn frame(panel: &Panel, height: f64, size: f64) -> Frame<'_> {
    let heat: Vec<Heat> = panel.marks.iter().filter_map(Heat::of).collect();
    let (x, y) = spans(panel, &heat);
    let upright = |span: Span, label: &str| Axis {
        span,
        ticks: upright_ticks(&span, height, size),
        label: text::wrap(label, size, height, 3),
    };
    Frame {
        panel,
        plot: Rect { left: 0.0, top: 0.0, right: 0.0, bottom: 0.0 },
        x: Axis { span: x, ticks: Vec::new(), label: Vec::new() },
        y: upright(y, &panel.y.label),
        colours: Heat::colours(&heat).map(|span| upright(span, heat[0].quantity)),
        heat,
        title: Vec::new(),
        legend: Strip::default(),
        top: 0.0,
    }
}

fn upright_ticks(span: &Span, height: f64, size: f64) -> Vec<Tick> {
    let most = ((height / (2.1 * size)) as usize).min(7);
    ticks::fitting(span, most, |ticks| apart(ticks, height, |_| 1.1 * size))
}

fn level_ticks(span: &Span, width: f64, size: f64) -> Vec<Tick> {
    let most = ((width / (2.4 * size)) as usize).min(9);
    let gap = 0.9 * size;
    ticks::fitting(span, most, |ticks| {
        apart(ticks, width, |tick| text::width(&tick.label, size) + gap)
    })
}

/// Whether labels of these sizes along an axis of this length leave each other room.
fn apart(ticks: &[Tick], length: f64, size: impl Fn(&Tick) -> f64) -> bool {
    let mut labelled: Vec<&Tick> = ticks.iter().filter(|tick| !tick.label.is_empty()).collect();
    labelled.sort_by(|one, other| one.place.total_cmp(&other.place));
    labelled.windows(2).all(|pair| {
        (pair[1].place - pair[0].place) * length >= (size(pair[0]) + size(pair[1])) / 2.0
    })
}

/// How the width is shared out: plots are equally wide, margins as wide as their column needs.
struct Columns {
    /// Left and right margin of each column.
    margins: Vec<(f64, f64)>,
    /// Width of every plot.
    plot: f64,
}

impl Columns {
    /// Measures the columns, and chooses the ticks of the horizontal axes.
    fn new(frames: &mut [Frame], count: usize, width: f64, size: f64) -> Self {
        let mut margins = vec![(20.0_f64, 10.0_f64); count];
        for (frame, at) in frames.iter().zip(0..) {
            let (left, right) = &mut margins[at % count];
            let bar = frame.colours.as_ref().map(|axis| BAR_GAP + BAR + axis.beside(size));
            *left = left.max(frame.y.beside(size));
            *right = right.max(bar.unwrap_or(0.0));
        }
        let mut columns = Self { margins, plot: 0.0 };
        columns.share(width);
        let plot = columns.plot;
        for (frame, at) in frames.iter_mut().zip(0..) {
            frame.x.ticks = level_ticks(&frame.x.span, plot, size);
            frame.x.label = text::wrap(&frame.panel.x.label, size, columns.room(at), 2);
            let right = &mut columns.margins[at % count].1;
            *right = right.max(overhang(&frame.x.ticks, plot, size));
        }
        columns.share(width);
        columns
    }

    fn share(&mut self, width: f64) {
        let count = self.margins.len() as f64;
        let taken: f64 = self.margins.iter().map(|(left, right)| left + right).sum();
        self.plot = ((width - taken - GUTTER * (count - 1.0)) / count).max(40.0);
    }

    /// The room from the left side of the plot of a panel to the next column.
    fn room(&self, at: usize) -> f64 {
        self.plot + self.margins[at % self.margins.len()].1
    }
}

/// Gives every panel its place below `top` and returns the height of the figure.
fn place(frames: &mut [Frame], columns: &Columns, size: f64, top: f64) -> f64 {
    let count = columns.margins.len();
    let surface = frames.iter().any(|frame| !frame.heat.is_empty());
    let height = match (surface, count) {
        (true, _) => columns.plot.min(400.0),
        (false, 1) => SINGLE_HEIGHT,
        (false, _) => (0.76 * columns.plot).clamp(150.0, SINGLE_HEIGHT),
    };
    let mut top = top;
    for row in frames.chunks_mut(count) {
        for (frame, at) in row.iter_mut().zip(0..) {
            frame.title = text::wrap(&frame.panel.title, 1.04 * size, columns.room(at), 3);
        }
        let title = margin(row, |frame| LINE * 1.04 * size * frame.title.len() as f64);
        let legend = margin(row, |frame| frame.legend.height);
        let label = margin(row, |frame| frame.x.label_room(size));
        let upper = top + title + legend + 0.7 * size;
        let mut left = 0.0;
        for (frame, margins) in row.iter_mut().zip(&columns.margins) {
            left += margins.0;
            let (right, bottom) = (left + columns.plot, upper + height);
            frame.top = top;
            frame.plot = Rect { left, top: upper, right, bottom };
            left = right + margins.1 + GUTTER;
        }
        top = upper + height + TICK_ROOM + LINE * size + label + 0.8 * size;
    }
    // The room between rows is not needed below the last.
    if frames.is_empty() { top + 40.0 } else { top - 0.5 * size }
}

/// How far the last label reaches beyond the end of its axis.
fn overhang(ticks: &[Tick], length: f64, size: f64) -> f64 {
    let reach = |tick: &Tick| (tick.place - 1.0) * length + text::width(&tick.label, size) / 2.0;
    ticks.iter().map(reach).fold(0.0, f64::max) + 2.0
}

impl Frame<'_> {
    /// The rectangle of the colour bar.
    #[must_use]
    pub(super) fn bar(&self) -> Rect {
        let left = self.plot.right + BAR_GAP;
        Rect { left, right: left + BAR, ..self.plot }
    }
}

/// What the axes of a panel span.
#[must_use]
pub(super) fn spans(panel: &Panel, heat: &[Heat]) -> (Span, Span) {
    let (x, y) = (&panel.x, &panel.y);
    if !heat.is_empty() {
        let across = heat.iter().filter_map(|map| map.across(x.scale)).flat_map(<[f64; 2]>::from);
        let upwards = heat.iter().filter_map(|map| map.upwards(y.scale)).flat_map(<[f64; 2]>::from);
        return (
            Span::fit(x.range, x.scale, across, Padding::None),
            Span::fit(y.range, y.scale, upwards, Padding::None),
        );
    }
    let across = panel.marks.iter().flat_map(|mark| coordinates(mark).0);
    let x = Span::fit(x.range, x.scale, across, Padding::Share(0.02));
    let upwards = panel.marks.iter().flat_map(|mark| coordinates(mark).1);
    (x, Span::fit(y.range, y.scale, upwards, Padding::Share(0.05)))
}

/// All that a mark shows along either axis.
fn coordinates(mark: &Mark) -> (Vec<f64>, Vec<f64>) {
    match mark {
        Mark::Line { x, y, .. } => (x.clone(), y.clone()),
        Mark::Band { x, low, high, .. } => (x.clone(), [&low[..], high].concat()),
        Mark::Points { x, y, low, high, .. } => (x.clone(), [&y[..], low, high].concat()),
        Mark::Vertical { at, .. } => (vec![*at], vec![]),
        Mark::Horizontal { at, .. } => (vec![], vec![*at]),
        Mark::Marker { x, y, .. } => (vec![*x], vec![*y]),
        Mark::HeatMap { .. } => (vec![], vec![]),
    }
}
