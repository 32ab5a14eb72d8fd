//! Where everything goes: the size of the figure, and of its panels with their titles and legends.
//! What a panel shows, its [`Body`], says how much room it needs around its plot.

use experiments::figure::Content;
use experiments::figure::Figure;
use experiments::figure::Panel;

use super::Look;
use super::canvas::Canvas;
use super::canvas::Rect;
use super::legend;
use super::legend::Strip;
use super::network::NetworkBody;
use super::pictures::PicturesBody;
use super::plane;
use super::plane::PlaneBody;
use super::scale::Span;
use super::space::SpaceBody;
use super::style;
use super::text;

/// Between panels.
const GUTTER: f64 = 20.0;

/// Height of the plot of a figure with one panel.
pub(super) const SINGLE_HEIGHT: f64 = 305.0;

/// About the height of plots beside each other.
const SEVERAL_HEIGHT: f64 = 190.0;

/// A line of text in font sizes.
pub(super) const LINE: f64 = 1.25;

/// What a panel shows, as the layout sees it. Its plot is the rectangle inside the axes.
pub(super) trait Body {
    /// How wide its plot is, relative to the plots beside it.
    fn weight(&self) -> f64 {
        1.0
    }

    /// The room that it needs to the left and to the right of its plot.
    fn margins(&self) -> (f64, f64);

    /// Settles what depends on the width of the plot; `room` reaches from its left side to the next
    /// panel. Returns the room that is now needed to the right.
    fn settle(&mut self, width: f64, room: f64) -> f64;

    /// The height that suits a plot of this width; `alone` says that no panel stands beside it.
    fn height(&self, width: f64, alone: bool) -> f64;

    /// The room that it needs below its plot.
    fn below(&self) -> f64;

    /// Draws it with its plot in a rectangle.
    fn draw(&self, canvas: &Canvas, plot: Rect);
}

/// A figure with all its measures, in px.
pub(super) struct Layout<'a> {
    /// Width of the drawing.
    pub(super) width: f64,
    /// Height of the drawing.
    pub(super) height: f64,
    /// Font size.
    pub(super) size: f64,
    /// The legend of all panels together, at the top.
    pub(super) legend: Strip,
    /// The panels in reading order.
    pub(super) panels: Vec<Frame<'a>>,
}

/// A panel with all its measures.
pub(super) struct Frame<'a> {
    panel: &'a Panel,
    /// What it shows.
    pub(super) body: Box<dyn Body + 'a>,
    /// Where the plot is.
    pub(super) plot: Rect,
    /// Its title.
    pub(super) title: Vec<String>,
    /// Its own legend.
    pub(super) legend: Strip,
    /// Top of the title.
    pub(super) top: f64,
}

/// Lays out a figure.
#[must_use]
pub(super) fn layout<'a>(figure: &'a Figure, look: &Look) -> Layout<'a> {
    let columns = look.columns.unwrap_or_else(|| match look.aspect {
        // Panels below each other would be flat in a wide drawing.
        Some(aspect) if aspect > 1.3 => figure.columns.max(2),
        _ => figure.columns,
    });
    let columns = columns.clamp(1, 4).min(figure.panels.len().max(1));
    let (layout, height) =
        measured(figure, look, columns, if columns == 1 { SINGLE_HEIGHT } else { SEVERAL_HEIGHT });
    match look.aspect {
        // Upright axes again, for the height that this leaves them.
        Some(_) => measured(figure, look, columns, height).0,
        None => layout,
    }
}

/// The layout with upright axes measured for plots of about this height, and the height that the plots
/// have.
fn measured<'a>(figure: &'a Figure, look: &Look, columns: usize, guess: f64) -> (Layout<'a>, f64) {
    let (width, size) = match columns {
        1 => (560.0, style::PAGE),
        2 => (720.0, style::PAGE_SEVERAL),
        many => (240.0 * many as f64, style::PAGE_SEVERAL),
    };
    let width = look.width.unwrap_or(width).clamp(120.0, 10_000.0);
    let size = look.font_size.unwrap_or(size).clamp(4.0, 200.0);
    let mut frames = frames(figure, columns, guess, size);
    let columns = Columns::new(&mut frames, columns, width);
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
    let alone = columns.margins.len() == 1;
    let suits = |(at, frame): (usize, &Frame)| frame.body.height(columns.plot(at), alone);
    let mut plot =
        frames.iter().enumerate().map(suits).fold(if alone { 60.0 } else { 150.0 }, f64::max);
    let top = 4.0 + legend.height;
    let mut height = place(&mut frames, &columns, plot, size, top);
    if let Some(aspect) = look.aspect {
        let rows = frames.len().div_ceil(columns.margins.len()).max(1) as f64;
        plot = (plot + (width / aspect.clamp(0.05, 20.0) - height) / rows).max(60.0);
        height = place(&mut frames, &columns, plot, size, top);
    }
    (Layout { width, height, size, legend, panels: frames }, plot)
}

/// What the axes of each panel span, across and upwards.
#[must_use]
pub(super) fn spans(figure: &Figure) -> Vec<(Span, Span)> {
    let mut spans: Vec<(Span, Span)> = figure
        .panels
        .iter()
        .map(|panel| match &panel.content {
            Content::Plane(plane) => plane::spans(plane),
            _ => (Span::unit(), Span::unit()),
        })
        .collect();
    let planes: Vec<usize> = (0..spans.len())
        .filter(|&at| matches!(figure.panels[at].content, Content::Plane(_)))
        .collect();
    if figure.shared.x {
        let common = Span::hull(planes.iter().map(|&at| spans[at].0));
        planes.iter().zip(common).for_each(|(&at, span)| spans[at].0 = span);
    }
    if figure.shared.y {
        let common = Span::hull(planes.iter().map(|&at| spans[at].1));
        planes.iter().zip(common).for_each(|(&at, span)| spans[at].1 = span);
    }
    spans
}

/// The panels before their places are known.
fn frames(figure: &Figure, columns: usize, height: f64, size: f64) -> Vec<Frame<'_>> {
    let count = figure.panels.len();
    let spans = spans(figure);
    figure
        .panels
        .iter()
        .zip(spans)
        .enumerate()
        .map(|(at, (panel, spans))| {
            let body: Box<dyn Body> = match &panel.content {
                Content::Plane(plane) => {
                    // Axes in common are labelled at the outer panels only.
                    let labelled = (
                        !figure.shared.x || at + columns >= count,
                        !figure.shared.y || at % columns == 0,
                    );
                    Box::new(PlaneBody::new(plane, spans, labelled, height, size))
                }
                Content::Space(space) => Box::new(SpaceBody::new(space, size)),
                Content::Pictures(pictures) => Box::new(PicturesBody::new(pictures, size)),
                Content::Network(network) => Box::new(NetworkBody::new(network, size)),
            };
            Frame {
                panel,
                body,
                plot: Rect { left: 0.0, top: 0.0, right: 0.0, bottom: 0.0 },
                title: Vec::new(),
                legend: Strip::default(),
                top: 0.0,
            }
        })
        .collect()
}

fn largest(frames: &[Frame], of: impl Fn(&Frame) -> f64) -> f64 {
    frames.iter().map(of).fold(0.0, f64::max)
}

/// How the width is shared out: margins are as wide as their column needs, plots by their weight.
struct Columns {
    /// Left and right margin of each column.
    margins: Vec<(f64, f64)>,
    /// The weight of the plots of each column.
    weights: Vec<f64>,
    /// Width of a plot of weight 1.
    unit: f64,
}

impl Columns {
    /// Measures the columns, and settles the bodies of the panels.
    fn new(frames: &mut [Frame], count: usize, width: f64) -> Self {
        let mut margins = vec![(10.0_f64, 10.0_f64); count];
        let mut weights = vec![1.0_f64; count];
        for (frame, at) in frames.iter().zip(0..) {
            weights[at % count] = weights[at % count].max(frame.body.weight());
            let (left, right) = &mut margins[at % count];
            let needed = frame.body.margins();
            *left = left.max(needed.0);
            *right = right.max(needed.1);
        }
        let mut columns = Self { margins, weights, unit: 0.0 };
        columns.share(width);
        for (frame, at) in frames.iter_mut().zip(0..) {
            let needed = frame.body.settle(columns.plot(at), columns.room(at));
            let right = &mut columns.margins[at % count].1;
            *right = right.max(needed);
        }
        columns.share(width);
        columns
    }

    fn share(&mut self, width: f64) {
        let count = self.margins.len() as f64;
        let taken: f64 = self.margins.iter().map(|(left, right)| left + right).sum();
        let weight: f64 = self.weights.iter().sum();
        self.unit = ((width - taken - GUTTER * (count - 1.0)) / weight).max(40.0);
    }

    /// The width of the plot of a panel.
    fn plot(&self, at: usize) -> f64 {
        self.unit * self.weights[at % self.weights.len()]
    }

    /// The room from the left side of the plot of a panel to the next column.
    fn room(&self, at: usize) -> f64 {
        self.plot(at) + self.margins[at % self.margins.len()].1
    }
}

/// Gives every panel its place below `top` and returns the height of the figure.
fn place(frames: &mut [Frame], columns: &Columns, height: f64, size: f64, top: f64) -> f64 {
    let mut top = top;
    for row in frames.chunks_mut(columns.margins.len()) {
        for (frame, at) in row.iter_mut().zip(0..) {
            let bold = style::BOLD * style::TITLE * size;
            frame.title = text::wrap(&frame.panel.title, bold, columns.room(at), 3);
        }
        let title = largest(row, |frame| LINE * style::TITLE * size * frame.title.len() as f64);
        let legend = largest(row, |frame| frame.legend.height);
        let below = largest(row, |frame| frame.body.below());
        let upper = top + title + legend + 0.7 * size;
        let mut left = 0.0;
        for ((frame, margins), at) in row.iter_mut().zip(&columns.margins).zip(0..) {
            left += margins.0;
            let (right, bottom) = (left + columns.plot(at), upper + height);
            frame.top = top;
            frame.plot = Rect { left, top: upper, right, bottom };
            left = right + margins.1 + GUTTER;
        }
        top = upper + height + below + 0.8 * size;
    }
    // The room between rows is not needed below the last.
    if frames.is_empty() { top + 40.0 } else { top - 0.5 * size }
}
