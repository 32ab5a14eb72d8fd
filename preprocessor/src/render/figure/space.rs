//! A surface over a plane, seen from the side.
//!
//! In places along the axes the surface is a [`mesh`]; a [`view`] puts it on the page, with a
//! [`frame`] of three axes around it. [`surface`] paints it, contour lines
//! lie on the floor, and [`draped`] lays marks on it where the eye can see them.

mod draped;
mod frame;
mod mesh;
mod surface;
mod view;

use experiments::figure::Axis;
use experiments::figure::Scale;
use experiments::figure::Space;

use super::canvas::Canvas;
use super::canvas::Rect;
use super::data;
use super::data::Listing;
use super::data::Row;
use super::describe as words;
use super::layout::Body;
use super::layout::LINE;
use super::marks::isolines::isolines;
use super::scale::Padding;
use super::scale::Span;
use super::scale::shown;
use super::style::Colour;
use super::style::Ink;
use super::text;
use crate::number::number;
use mesh::Mesh;
use view::View;

/// How far the floor is below the lowest height where contour lines lie on it.
const GAP: f64 = 0.4;

/// What the three axes span.
pub(super) struct Spans {
    x: Span,
    y: Span,
    z: Span,
}

impl Spans {
    fn new(space: &Space) -> Self {
        let fit = |axis: &Axis, values: Vec<f64>| {
            Span::fit(axis.range, axis.scale, values, Padding::None)
        };
        // Heights over places that cannot be shown are not shown.
        let over =
            |&(x, y, _): &(f64, f64, f64)| shown(x, space.x.scale) && shown(y, space.y.scale);
        let heights = data::cells(&space.surface).filter(over).map(|cell| cell.2).collect();
        Self {
            x: fit(&space.x, space.surface.x.clone()),
            y: fit(&space.y, space.surface.y.clone()),
            z: from_zero(fit(&space.z, heights), &space.z),
        }
    }

    /// The place of a point of the plane.
    fn place(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        Some((self.x.place(x)?, self.y.place(y)?))
    }
}

/// A space with its measures.
pub(super) struct SpaceBody<'a> {
    space: &'a Space,
    size: f64,
    spans: Spans,
    mesh: Mesh,
}

impl<'a> SpaceBody<'a> {
    /// A space whose words have this size.
    #[must_use]
    pub(super) fn new(space: &'a Space, size: f64) -> Self {
        let spans = Spans::new(space);
        let mesh = Mesh::new(&space.surface, (&spans.x, &spans.y, &spans.z));
        Self { space, size, spans, mesh }
    }

    fn floor(&self) -> f64 {
        if self.space.shadow { -GAP } else { 0.0 }
    }
}

impl Body for SpaceBody<'_> {
    /// Its axes are inside its plot.
    fn weight(&self) -> f64 {
        1.3
    }

    fn margins(&self) -> (f64, f64) {
        (0.0, 0.0)
    }

    fn settle(&mut self, _: f64, _: f64) -> f64 {
        0.0
    }

    fn height(&self, width: f64, _: bool) -> f64 {
        (0.8 * width).clamp(150.0, 430.0)
    }

    fn below(&self) -> f64 {
        2.0 * LINE * self.size
    }

    fn draw(&self, canvas: &Canvas, plot: Rect) {
        let room = Rect { bottom: plot.bottom + self.below(), ..plot };
        let floor = self.floor();
        let (view, frame) = frame::fit(self.space, &self.spans, floor, room, self.size);
        frame.behind(canvas, &view);
        if self.space.shadow {
            let ink = Ink::solid(Colour::Axis);
            let lines = isolines(&self.mesh.grid(), Scale::Linear, &frame.heights());
            for line in lines.into_iter().flat_map(|(_, lines)| lines) {
                let points: Vec<_> = line
                    .into_iter()
                    .filter(|&place| super::clip::inside(place))
                    .map(|(u, v)| view.at((u, v, floor)))
                    .collect();
                canvas.line(&points, ink, 0.8);
            }
        }
        canvas.part();
        surface::paint(canvas, &view, &self.mesh);
        canvas.part();
        for mark in &self.space.marks {
            draped::draw(canvas, &view, &self.mesh, &self.spans, mark);
            canvas.part();
        }
        frame.axes(canvas, &view, self.size);
    }
}

/// A height that starts just above nothing starts at nothing: its axis then has a tick there.
fn from_zero(span: Span, axis: &Axis) -> Span {
    let near = span.low > 0.0 && span.low < 0.03 * span.high;
    match axis.range.is_none() && axis.scale == Scale::Linear && near {
        true => Span { low: 0.0, ..span },
        false => span,
    }
}

/// What the three axes of a space span.
#[must_use]
pub(super) fn spans(space: &Space) -> [Span; 3] {
    let Spans { x, y, z } = Spans::new(space);
    [x, y, z]
}

/// Lists the heights; the marks are listed with those of other panels.
pub(super) fn list<'a>(space: &'a Space, listing: &mut Listing<'a>) {
    data::list_cells(listing, &space.surface, &space.z.title());
}

/// The heights for programs.
#[must_use]
pub(super) fn rows(space: &Space) -> Vec<Row> {
    data::cell_rows("surface", &space.surface, &space.z.title())
}

/// The axes, where the surface is lowest and highest, what shape it has, and what the marks do.
#[must_use]
pub(super) fn describe(space: &Space) -> Vec<String> {
    let spans = Spans::new(space);
    let mesh = Mesh::new(&space.surface, (&spans.x, &spans.y, &spans.z));
    let mut said = vec![format!(
        "A surface seen from the side. The first horizontal axis shows {}; the second one shows {}; \
         the height shows {}.",
        words::axis(&space.x, &spans.x),
        words::axis(&space.y, &spans.y),
        words::axis(&space.z, &spans.z),
    )];
    let over = |&(x, y, z): &(f64, f64, f64)| {
        shown(x, space.x.scale) && shown(y, space.y.scale) && shown(z, space.z.scale)
    };
    let by = |one: &(f64, f64, f64), other: &(f64, f64, f64)| one.2.total_cmp(&other.2);
    let cells = || data::cells(&space.surface).filter(over);
    let (Some(low), Some(high)) = (cells().min_by(by), cells().max_by(by)) else {
        said.push("The surface has no values that can be shown.".into());
        return said;
    };
    let at =
        |(x, y, z): (f64, f64, f64)| format!("{} at ({}, {})", number(z), number(x), number(y));
    said.push(format!("The surface is lowest with {} and highest with {}.", at(low), at(high)));
    let name = |axis: &Axis, otherwise: &str| {
        let title = text::plain(&axis.title());
        if title.trim().is_empty() { otherwise.to_owned() } else { format!("“{title}”") }
    };
    let names = (name(&space.x, "the first axis"), name(&space.y, "the second axis"));
    said.extend(shape(&mesh, &names).map(|said| match space.z.scale {
        Scale::Linear => said,
        _ => format!("{said} This is on the scale of the height."),
    }));
    let view = View::new(space.azimuth, space.elevation);
    for mark in &space.marks {
        said.extend(draped::describe(mark, &view, &spans, &mesh));
    }
    said
}

/// Whether a surface is a bowl, a hill, a saddle, a valley or a slope, from the heights along the
/// lines through its middle and along its sides.
fn shape(mesh: &Mesh, names: &(String, String)) -> Option<String> {
    let (rows, columns) = (mesh.v.len(), mesh.u.len());
    if rows < 3 || columns < 3 {
        return None;
    }
    let all: Vec<f64> = mesh.w.iter().flatten().copied().flatten().collect();
    let low = all.iter().copied().fold(f64::INFINITY, f64::min);
    let high = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let whole = high - low;
    if whole.is_nan() || whole < 1e-9 {
        return Some("It is flat.".into());
    }
    // Few heights say nothing about a surface that goes up and down everywhere.
    if mesh.is_rough() {
        return Some("It is rough.".into());
    }
    let (row, column) = (rows / 2, columns / 2);
    let middle = mesh.node(row, column)?;
    // How much higher the ends of the lines through the middle are.
    let across = (mesh.node(row, 0)? - middle, mesh.node(row, columns - 1)? - middle);
    let into = (mesh.node(0, column)? - middle, mesh.node(rows - 1, column)? - middle);
    let least = 0.02 * whole;
    let rises = |(one, other): (f64, f64)| one > least && other > least;
    let falls = |(one, other): (f64, f64)| one < -least && other < -least;
    let level = |(one, other): (f64, f64)| one.abs() <= least && other.abs() <= least;
    let mean = |(one, other): (f64, f64)| (one + other) / 2.0;
    let (first, second) = (&names.0, &names.1);
    let steeper = |what: &str| {
        let ratio = mean(across) / mean(into);
        let (more, ratio) = if ratio >= 1.0 { (first, ratio) } else { (second, 1.0 / ratio) };
        match ratio {
            ratio if ratio < 1.25 => format!("It {what} about equally along both axes."),
            ratio => {
                format!(
                    "It {what} {} times as much along {more}.",
                    number(libm::round(ratio * 10.0) / 10.0)
                )
            }
        }
    };
    let sentence = match () {
        () if rises(across) && rises(into) => {
            format!("Seen from its middle it is a bowl. {}", steeper("rises"))
        }
        () if falls(across) && falls(into) => {
            format!("Seen from its middle it is a hill. {}", steeper("falls"))
        }
        () if rises(across) && falls(into) => format!(
            "Seen from its middle it is a saddle: it rises along {first} and falls along {second}."
        ),
        () if falls(across) && rises(into) => format!(
            "Seen from its middle it is a saddle: it rises along {second} and falls along {first}."
        ),
        () if rises(across) && level(into) => {
            format!("Seen from its middle it is a valley along {second}.")
        }
        () if level(across) && rises(into) => {
            format!("Seen from its middle it is a valley along {first}.")
        }
        () => return None,
    };
    Some(sentence)
}

#[cfg(test)]
mod tests {
    use experiments::figure::Content;
    use experiments::figure::Figure;
    use experiments::figure::Grid;
    use experiments::figure::Panel;
    use experiments::figure::Role;
    use experiments::figure::mark;
    use experiments::figure::mark::Symbol;

    use super::super::tests::figure;
    use super::*;

    fn space(form: impl Fn(f64, f64) -> f64) -> Space {
        let x: Vec<f64> = (0..41).map(|at| f64::from(at) / 20.0 - 1.0).collect();
        let row = |&y: &f64| x.iter().map(|&x| form(x, y)).collect();
        let values = x.iter().map(row).collect();
        Space {
            x: Axis::linear("$v_1$"),
            y: Axis::linear("$v_2$"),
            z: Axis::linear("loss"),
            surface: Grid { y: x.clone(), x, values },
            marks: Vec::new(),
            azimuth: 30.0,
            elevation: 30.0,
            shadow: true,
        }
    }

    fn alone(space: Space) -> Figure {
        figure(vec![Panel::new(Content::Space(space))])
    }

    #[track_caller]
    fn check_shape(form: impl Fn(f64, f64) -> f64, expected: &str) {
        let said = describe(&space(form)).join(" ");
        assert!(said.contains(expected), "{said}");
    }

    #[test]
    fn says_what_shape_a_surface_has() {
        check_shape(
            |x, y| 3.0 * x * x + y * y,
            "it is a bowl. It rises 3 times as much along “v₁”.",
        );
        check_shape(|x, y| -x * x - y * y, "it is a hill. It falls about equally along both axes.");
        check_shape(|x, y| x * x - y * y, "a saddle: it rises along “v₁” and falls along “v₂”.");
        check_shape(|x, y| y * y - x * x, "a saddle: it rises along “v₂” and falls along “v₁”.");
        check_shape(|_, y| y * y, "a valley along “v₁”.");
        check_shape(|_, _| 2.0, "It is flat.");
        check_shape(|x, _| libm::fmod(libm::round(20.0 * x), 2.0), "It is rough.");
        check_shape(|_, _| f64::NAN, "no values that can be shown.");
        check_shape(|x, y| (x - 0.5) * (x - 0.5) + y * y, "lowest with 0 at (0.5, 0)");
        assert!(!describe(&space(|x, _| x)).join(" ").contains("Seen from"));
    }

    #[test]
    fn says_where_marks_are_and_whether_they_are_hidden() {
        let mut space = space(|x, y| x * x + y * y);
        space.marks = vec![
            mark::marker("end", Role::Test, Symbol::Star, 0.0, 0.0),
            mark::marker("front", Role::Train, Symbol::Star, -0.5, -0.9),
            mark::marker("out", Role::Train, Symbol::Star, 5.0, 0.0),
            mark::line("path", Role::Arm(1), vec![1.0, 0.0], vec![1.0, 0.0]),
        ];
        space.elevation = 10.0;
        let said = describe(&space).join(" ");
        for expected in [
            "“end” (marker) is at (0, 0) at height 0, behind a part of the surface.",
            "“out” (marker) is at (5, 0) outside of the surface.",
            "“path” (line on the surface) goes from (1, 1) at height 2 to (0, 0) at height 0.",
        ] {
            assert!(said.contains(expected), "{said}");
        }
        let shown = Space { elevation: 70.0, ..space };
        assert!(!describe(&shown).join(" ").contains("behind"));
    }

    #[test]
    fn a_surface_of_41_by_41_is_small() {
        for form in [|x: f64, y: f64| 3.0 * x * x + y * y, |x, y| x * x - y * y] {
            let size = super::super::draw(&alone(space(form))).len();
            assert!((10_000..60_000).contains(&size), "{size}");
        }
    }

    #[test]
    fn hidden_marks_are_not_drawn() {
        let with = |elevation| {
            let mut space = space(|x, y| x * x + y * y);
            space.marks = vec![mark::marker("", Role::Test, Symbol::Star, 0.0, 0.0)];
            super::super::draw(&alone(Space { elevation, ..space }))
        };
        assert!(with(60.0).contains("sim-fill sim-test"));
        assert!(!with(10.0).contains("sim-fill sim-test"));
    }

    #[test]
    fn heights_are_listed_and_written() {
        let space = Space {
            surface: Grid { x: vec![1.0], y: vec![2.0], values: vec![vec![3.0]] },
            ..space(|x, _| x)
        };
        assert_eq!(rows(&space)[0].value, Some(3.0));
        let tables = data::data(&alone(space));
        assert_eq!(tables[0].columns, ["v₁", "v₂", "loss"]);
        assert_eq!(tables[0].rows, [["1", "2", "3"]]);
    }
}
