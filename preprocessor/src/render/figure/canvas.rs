//! Drawing in px on the page and in the unit square of a panel, with plotters' elements.

use std::cell::RefCell;
use std::rc::Rc;

use plotters::coord::CoordTranslate;
use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::types::RangedCoordf64;
use plotters::drawing::DrawingArea;
use plotters::element::Circle;
use plotters::element::Drawable;
use plotters::element::PathElement;
use plotters::element::PointCollection;
use plotters::element::Polygon;
use plotters::element::Text;
use plotters::style::Color;
use plotters::style::FontStyle;
use plotters::style::FontTransform;
use plotters::style::IntoFont;
use plotters::style::ShapeStyle;
use plotters::style::TextStyle;
use plotters::style::text_anchor::HPos;
use plotters::style::text_anchor::Pos;
use plotters::style::text_anchor::VPos;

use super::backend::Svg;
use super::backend::UNITS;
use super::backend::rounded;
use super::clip::Place;
use super::style::Colour;
use super::style::Ink;
use super::style::Shape;
use super::style::Theme;

/// A rectangle on the page in px.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rect {
    /// Its left side.
    pub(super) left: f64,
    /// Its upper side.
    pub(super) top: f64,
    /// Its right side.
    pub(super) right: f64,
    /// Its lower side.
    pub(super) bottom: f64,
}

impl Rect {
    /// Its width.
    #[must_use]
    pub(super) fn width(&self) -> f64 {
        self.right - self.left
    }

    /// Its height.
    #[must_use]
    pub(super) fn height(&self) -> f64 {
        self.bottom - self.top
    }

    /// The point of the page at a place of this rectangle.
    #[must_use]
    pub(super) fn at(&self, (x, y): Place) -> (f64, f64) {
        (self.left + x * self.width(), self.bottom - y * self.height())
    }
}

/// How a text is set.
#[derive(Clone, Copy)]
pub(super) struct Setting {
    /// Font size in px.
    pub(super) size: f64,
    /// Which part of the text is at its place, sideways.
    pub(super) across: HPos,
    /// The same, up and down.
    pub(super) along: VPos,
    /// Whether it reads upwards.
    pub(super) upwards: bool,
    /// Whether it is a title.
    pub(super) bold: bool,
    /// Its colour.
    pub(super) colour: Colour,
    /// Whether it has the page's colour around it, so that it reads on top of marks.
    pub(super) halo: bool,
}

impl Setting {
    /// Plain text of this size and anchor.
    #[must_use]
    pub(super) fn new(size: f64, across: HPos, along: VPos) -> Self {
        let colour = Colour::Text;
        Self { size, across, along, upwards: false, bold: false, colour, halo: false }
    }
}

/// The page.
pub(super) struct Canvas {
    backend: Rc<RefCell<Svg>>,
    page: DrawingArea<Svg, Shift>,
}

/// The unit square of a panel on the page.
pub(super) struct Plot<'a> {
    canvas: &'a Canvas,
    area: DrawingArea<Svg, Cartesian2d<RangedCoordf64, RangedCoordf64>>,
    /// Where it lies.
    pub(super) rect: Rect,
}

impl Canvas {
    /// An empty page of this size in px.
    #[must_use]
    pub(super) fn new(width: f64, height: f64, theme: Theme) -> Self {
        let size = |length: f64| u32::try_from(whole(length)).unwrap_or(0);
        let backend = Rc::new(RefCell::new(Svg::new((size(width), size(height)), theme)));
        let page = DrawingArea::from(&backend);
        Self { backend, page }
    }

    /// What was drawn.
    #[must_use]
    pub(super) fn take(self) -> String {
        self.backend.borrow_mut().take()
    }

    /// Makes what follows an element of its own.
    pub(super) fn part(&self) {
        self.backend.borrow_mut().flush();
    }

    /// A line in px.
    pub(super) fn line(&self, points: &[(f64, f64)], ink: Ink, width: f64) {
        show(&self.page, &PathElement::new(pixels(points), stroke(ink, width)));
    }

    /// A filled polygon in px.
    pub(super) fn fill(&self, corners: &[(f64, f64)], ink: Ink) {
        show(&self.page, &Polygon::new(pixels(corners), ink.encode()));
    }

    /// A filled rectangle.
    pub(super) fn fill_rect(&self, rect: Rect, ink: Ink) {
        let Rect { left, top, right, bottom } = rect;
        self.fill(&[(left, top), (right, top), (right, bottom), (left, bottom)], ink);
    }

    /// A symbol around a point.
    pub(super) fn symbol(&self, shape: Shape, (x, y): (f64, f64), radius: f64, ink: Ink) {
        if shape == Shape::Circle {
            let size = u32::try_from(whole(radius)).unwrap_or(0);
            show(&self.page, &Circle::new((whole(x), whole(y)), size, ink.encode().filled()));
            return;
        }
        let corners: Vec<_> =
            corners(shape).into_iter().map(|(dx, dy)| (x + dx * radius, y + dy * radius)).collect();
        self.fill(&corners, ink);
    }

    /// A text at a point of the page.
    pub(super) fn text(&self, content: &str, (x, y): (f64, f64), setting: Setting) {
        let Setting { size, across, along, upwards, bold, colour, halo } = setting;
        let turn = if upwards { FontTransform::Rotate270 } else { FontTransform::None };
        let weight = if bold { FontStyle::Bold } else { FontStyle::Normal };
        // A text has no dash: the flag asks for its halo.
        let colour = Ink { colour, dashed: halo, opacity: 1.0 }.encode();
        let style = TextStyle::from(("sans-serif", size * UNITS).into_font().style(weight))
            .transform(turn)
            .color(&colour)
            .pos(Pos::new(across, along));
        show(&self.page, &Text::new(content, (whole(x), whole(y)), style));
    }

    /// A picture stretched over a rectangle.
    pub(super) fn image(&self, rect: Rect, data: &str) {
        self.backend.borrow_mut().image(
            (whole(rect.left), whole(rect.top)),
            (whole(rect.right), whole(rect.bottom)),
            data,
        );
    }

    /// The panel in a rectangle.
    #[must_use]
    pub(super) fn plot(&self, rect: Rect) -> Plot<'_> {
        let across = whole(rect.left)..whole(rect.right);
        let up = whole(rect.bottom)..whole(rect.top);
        let square =
            Cartesian2d::<RangedCoordf64, RangedCoordf64>::new(0.0..1.0, 0.0..1.0, (across, up));
        Plot { canvas: self, area: self.page.apply_coord_spec(square), rect }
    }
}

impl Plot<'_> {
    /// A line through places.
    pub(super) fn line(&self, places: &[Place], ink: Ink, width: f64) {
        show(&self.area, &PathElement::new(places, stroke(ink, width)));
    }

    /// A filled polygon.
    pub(super) fn fill(&self, corners: &[Place], ink: Ink) {
        show(&self.area, &Polygon::new(corners, ink.encode()));
    }

    /// A symbol around a place.
    pub(super) fn symbol(&self, shape: Shape, place: Place, radius: f64, ink: Ink) {
        self.canvas.symbol(shape, self.rect.at(place), radius, ink);
    }

    /// The page it lies on.
    #[must_use]
    pub(super) fn canvas(&self) -> &Canvas {
        self.canvas
    }
}

fn show<'a, C, E>(area: &DrawingArea<Svg, C>, element: &'a E)
where
    C: CoordTranslate,
    &'a E: PointCollection<'a, C::From>,
    E: Drawable<Svg>,
{
    // Writing to memory has no way to fail.
    let _ = area.draw(element);
}

fn stroke(ink: Ink, width: f64) -> ShapeStyle {
    let width = u32::try_from(whole(width)).unwrap_or(1);
    ShapeStyle { color: ink.encode(), filled: false, stroke_width: width }
}

fn pixels(points: &[(f64, f64)]) -> Vec<(i32, i32)> {
    points.iter().map(|&(x, y)| (whole(x), whole(y))).collect()
}

/// Px in backend units.
fn whole(length: f64) -> i32 {
    i32::try_from(rounded(length * UNITS)).unwrap_or(0)
}

/// The corners of a symbol about as large as a circle of radius 1, clockwise, y downwards.
fn corners(shape: Shape) -> Vec<(f64, f64)> {
    match shape {
        Shape::Circle => around(12, |_| 1.0),
        Shape::Square => vec![(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
        Shape::Diamond => around(4, |_| 1.3),
        Shape::Triangle => vec![(0.0, -1.3), (1.25, 0.9), (-1.25, 0.9)],
        Shape::Wedge => vec![(-1.25, -0.9), (1.25, -0.9), (0.0, 1.3)],
        Shape::Star => around(10, |at| if at % 2 == 0 { 1.55 } else { 0.65 }),
        Shape::Plus => cross(0.38, 1.3),
        Shape::Cross => {
            let turn = libm::sqrt(0.5);
            let turned = |(x, y): (f64, f64)| (turn * (x - y), turn * (x + y));
            cross(0.36, 1.4).into_iter().map(turned).collect()
        }
    }
}

fn around(count: u32, radius: fn(u32) -> f64) -> Vec<(f64, f64)> {
    (0..count)
        .map(|at| {
            let angle = std::f64::consts::TAU * f64::from(at) / f64::from(count);
            (radius(at) * libm::sin(angle), -radius(at) * libm::cos(angle))
        })
        .collect()
}

/// Two bars of half width `w` and half length `l`.
fn cross(w: f64, l: f64) -> Vec<(f64, f64)> {
    let quarter = [(-w, -l), (w, -l), (w, -w)];
    let turn = |(x, y): (f64, f64)| (-y, x);
    let mut corners = Vec::new();
    let mut arm = quarter;
    for _ in 0..4 {
        corners.extend(arm);
        arm = arm.map(turn);
    }
    corners
}
