//! What the drawing knows of a mark: one implementation of [`Plotted`] per mark, in `marks/`.

use experiments::figure::Axis;
use experiments::figure::Colours;
use experiments::figure::Role;
use experiments::figure::Scale;
use experiments::figure::mark::Mark;

use super::canvas::Plot;
use super::clip::Place;
use super::data::Listing;
use super::data::Row;
use super::legend::Sample;
use super::scale::Span;

/// A mark as the drawing sees it.
pub(super) trait Plotted {
    /// The values that axes of these scales, across and upwards, should hold.
    fn reach(&self, scales: (Scale, Scale)) -> Reach;

    /// Draws it.
    fn draw(&self, scene: &Scene);

    /// What it has in the legend; entries with an empty label are left out.
    fn legend(&self) -> Vec<(&str, Role, Sample)> {
        Vec::new()
    }

    /// Its numbers for people.
    fn list<'a>(&'a self, listing: &mut Listing<'a>);

    /// Its numbers for programs.
    fn rows(&self) -> Vec<Row>;

    /// What it shows on axes of these scales, in sentences.
    fn describe(&self, scales: (Scale, Scale)) -> Vec<String>;

    /// The same where an axis may have names.
    fn describe_on(&self, (x, y): (&Axis, &Axis)) -> Vec<String> {
        self.describe((x.scale, y.scale))
    }

    /// What its colours stand for, where they stand for values.
    fn shading(&self) -> Option<Shading<'_>> {
        None
    }

    /// Whether it fills the plane, so that there is no grid and other marks need an outline.
    fn fills(&self) -> bool {
        false
    }
}

/// Values along both axes.
#[derive(Debug, Default)]
pub(super) struct Reach {
    /// Across.
    pub(super) x: Vec<f64>,
    /// Upwards.
    pub(super) y: Vec<f64>,
}

/// What colours stand for.
#[derive(Clone, Debug)]
pub(super) struct Shading<'a> {
    /// The title of the colour bar; empty for no bar.
    pub(super) quantity: &'a str,
    /// How values map to colours.
    pub(super) scale: Scale,
    /// Which colours.
    pub(super) colours: Colours,
    /// The values that have a colour.
    pub(super) values: Vec<f64>,
    /// Where one colour ends and the next begins, rising; empty for a continuous scale.
    pub(super) levels: Vec<f64>,
}

/// Where a mark is drawn.
pub(super) struct Scene<'a> {
    /// The panel on the page.
    pub(super) plot: Plot<'a>,
    /// Its horizontal axis.
    pub(super) x: Span,
    /// Its vertical axis.
    pub(super) y: Span,
    /// What colours mean.
    pub(super) colours: Option<Span>,
    /// Whether marks lie on a filled plane and need an outline.
    pub(super) outlined: bool,
    /// Font size in px.
    pub(super) size: f64,
    /// All marks of the plane.
    pub(super) marks: &'a [Mark],
    /// Which of them is drawn.
    pub(super) at: usize,
}

impl Scene<'_> {
    /// The place of a point; none if the axes cannot show it. It may lie outside.
    #[must_use]
    pub(super) fn place(&self, x: f64, y: f64) -> Option<Place> {
        Some((self.x.place(x)?, self.y.place(y)?))
    }

    /// Columns of half a px.
    #[must_use]
    pub(super) fn columns(&self) -> f64 {
        2.0 * self.plot.rect.width().max(1.0)
    }
}

/// The drawing's view of a mark.
#[must_use]
pub(super) fn plotted(mark: &Mark) -> &dyn Plotted {
    match mark {
        Mark::Line(mark) => mark,
        Mark::Band(mark) => mark,
        Mark::Points(mark) => mark,
        Mark::Bars(mark) => mark,
        Mark::Histogram(mark) => mark,
        Mark::Stack(mark) => mark,
        Mark::Rule(mark) => mark,
        Mark::Marker(mark) => mark,
        Mark::HeatMap(mark) => mark,
        Mark::Contours(mark) => mark,
        Mark::Regions(mark) => mark,
        Mark::Arrows(mark) => mark,
        Mark::Note(mark) => mark,
    }
}
