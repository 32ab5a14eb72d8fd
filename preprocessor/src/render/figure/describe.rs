//! A description of a figure in words, from its data: for those who cannot see it.

use experiments::figure::Axis;
use experiments::figure::Content;
use experiments::figure::Figure;
use experiments::figure::Grid;
use experiments::figure::Plane;
use experiments::figure::Scale;
use experiments::figure::mark::Mark;

use super::data;
use super::inset;
use super::layout;
use super::network;
use super::pictures;
use super::plotted::plotted;
use super::scale::Span;
use super::scale::shown;
use super::space;
use super::text;
use crate::number::number;

/// What each panel plots over which ranges, and where each curve starts, ends and has its
/// extremes. Plain text.
#[must_use]
pub fn describe(figure: &Figure) -> String {
    let several = figure.panels.len() > 1;
    let mut sentences = Vec::new();
    if several {
        sentences.push(format!("{} panels.", figure.panels.len()));
    }
    let spans = layout::spans(figure);
    for ((panel, spans), at) in figure.panels.iter().zip(spans).zip(1..) {
        let title = text::plain(panel.title.trim());
        let opening = match (several, &title[..]) {
            (false, "") => String::new(),
            (false, title) => format!("{title}: "),
            (true, "") => format!("Panel {at}: "),
            (true, title) => format!("Panel {at}, {title}: "),
        };
        let mut said = match &panel.content {
            Content::Plane(plane) => describe_plane(plane, spans),
            Content::Space(space) => space::describe(space),
            Content::Pictures(pictures) => pictures::describe(pictures),
            Content::Network(network) => network::describe(network),
        };
        if let Some(first) = said.first_mut() {
            first.insert_str(0, &opening);
        }
        sentences.extend(said);
    }
    sentences.join(" ")
}

fn describe_plane(plane: &Plane, (x, y): (Span, Span)) -> Vec<String> {
    let mut sentences = vec![format!(
        "The horizontal axis shows {}; the vertical axis shows {}.",
        axis(&plane.x, &x),
        axis(&plane.y, &y),
    )];
    if plane.marks.is_empty() {
        sentences.push("Nothing is plotted.".into());
    }
    let axes = (&plane.x, &plane.y);
    sentences.extend(plane.marks.iter().flat_map(|mark| plotted(mark).describe_on(axes)));
    if let Some((x, y)) = plane.inset.as_ref().and_then(|inset| inset::spans(plane, inset)) {
        let range = |span: Span| format!("from {} to {}", number(span.low), number(span.high));
        sentences.push(format!(
            "An inset magnifies the part {} across and {} upwards{}.",
            range(x),
            range(y),
            markers_in(plane, (x, y))
        ));
    }
    sentences
}

/// The markers of a plane within a part of it, after what is said of the part.
fn markers_in(plane: &Plane, (x, y): (Span, Span)) -> String {
    let inside = |span: Span, value: f64| (span.low..=span.high).contains(&value);
    let names: Vec<String> = plane
        .marks
        .iter()
        .filter_map(|mark| if let Mark::Marker(marker) = mark { Some(marker) } else { None })
        .filter(|marker| inside(x, marker.x) && inside(y, marker.y))
        .map(|marker| format!("“{}”", data::name(&marker.label, marker.role)))
        .collect();
    if names.is_empty() { String::new() } else { format!("; in it: {}", names.join(", ")) }
}

/// An axis in words: what it shows, how, and over which range.
pub(super) fn axis(axis: &Axis, span: &Span) -> String {
    let title = text::plain(&axis.title());
    let label = if title.is_empty() { "unnamed values" } else { &title };
    if !axis.names.is_empty() {
        return format!("{label}: {}", axis.names.join(", "));
    }
    let scale = on_scale(axis.scale);
    format!("{label}{scale}, from {} to {}", number(span.low), number(span.high))
}

/// What is added to the name of what an axis or a colour shows.
pub(super) fn on_scale(scale: Scale) -> &'static str {
    match scale {
        Scale::Linear => "",
        Scale::Log => " on a logarithmic scale",
        Scale::Symlog { .. } => " on a scale that is logarithmic on both sides of zero",
    }
}

/// What a curve does, from the points that the axes can show, and where it is broken because they
/// cannot show one; ends with a full stop.
pub(super) fn course(x: &[f64], y: &[f64], scales: (Scale, Scale)) -> String {
    let mut points: Vec<(f64, f64)> = Vec::new();
    // The last value across before each gap and the first one after it.
    let mut gaps: Vec<(f64, f64)> = Vec::new();
    let mut whole = true;
    for (&x, &y) in x.iter().zip(y) {
        if !shown(x, scales.0) || !shown(y, scales.1) {
            whole = false;
            continue;
        }
        if let Some(before) = points.last().filter(|_| !whole) {
            gaps.push((before.0, x));
        }
        points.push((x, y));
        whole = true;
    }
    let broken = broken(&gaps);
    let by = |one: &&(f64, f64), other: &&(f64, f64)| one.1.total_cmp(&other.1);
    // The first of equal extremes.
    let lowest = points.iter().min_by(by);
    let highest = points.iter().rev().max_by(by);
    let at = |(x, y): (f64, f64)| format!("{} at x = {}", number(y), number(x));
    match (&points[..], lowest, highest) {
        ([only], _, _) => format!("has the one value {}.", at(*only)),
        ([first, .., last], Some(low), Some(high)) if low.1 < high.1 => format!(
            "goes from {} to {}, highest with {}, lowest with {}{broken}.",
            at(*first),
            at(*last),
            at(*high),
            at(*low)
        ),
        ([first, .., last], _, _) => format!(
            "stays at {} from x = {} to {}{broken}.",
            number(first.1),
            number(first.0),
            number(last.0)
        ),
        _ => "has no values that can be shown.".into(),
    }
}

/// Where a curve has gaps, after what it does elsewhere.
fn broken(gaps: &[(f64, f64)]) -> String {
    let between =
        |&(from, to): &(f64, f64)| format!("between x = {} and x = {}", number(from), number(to));
    match gaps {
        [] => String::new(),
        [only] => format!(", broken {}", between(only)),
        [one, other] => format!(", broken {} and {}", between(one), between(other)),
        many => format!(", broken in {} places", many.len()),
    }
}

/// Where a quantity over a grid is lowest and highest.
pub(super) fn surface(quantity: &str, scale: Scale, grid: &Grid) -> String {
    let plain = text::plain(quantity.trim());
    let quantity = if plain.is_empty() { "a value" } else { &plain };
    let cells = || data::cells(grid).filter(|cell| shown(cell.2, scale));
    let by = |one: &(f64, f64, f64), other: &(f64, f64, f64)| one.2.total_cmp(&other.2);
    let at = |(x, y, value): (f64, f64, f64)| {
        format!("{} at ({}, {})", number(value), number(x), number(y))
    };
    match (cells().min_by(by), cells().max_by(by)) {
        (Some(low), Some(high)) => format!(
            "{quantity}{}: lowest with {}, highest with {}.",
            on_scale(scale),
            at(low),
            at(high)
        ),
        _ => format!("{quantity}, which has no values that can be shown."),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::figure;
    use super::super::tests::panel;
    use super::*;
    use experiments::figure::Corner;
    use experiments::figure::Inset;
    use experiments::figure::Panel;
    use experiments::figure::Role;
    use experiments::figure::mark;
    use experiments::figure::mark::Symbol;

    #[track_caller]
    fn check(mark: Mark, expected: &str) {
        let text = describe(&figure(vec![panel(vec![mark])]));
        let (_, sentence) = text.split_once(". ").unwrap();
        assert_eq!(sentence, expected);
    }

    #[test]
    fn says_where_a_curve_has_its_extremes() {
        let line = |x: &[f64], y: &[f64]| mark::line("test", Role::Test, x.into(), y.into());
        check(
            line(&[1.0, 2.0, 3.0, 4.0], &[0.5, 45.0, f64::NAN, 0.25]),
            "“test” (line) goes from 0.5 at x = 1 to 0.25 at x = 4, highest with 45 at x = 2, \
             lowest with 0.25 at x = 4, broken between x = 2 and x = 4.",
        );
        check(line(&[1.0, 2.0], &[3.0, 3.0]), "“test” (line) stays at 3 from x = 1 to 2.");
        check(line(&[1.0], &[3.0]), "“test” (line) has the one value 3 at x = 1.");
        check(line(&[1.0], &[]), "“test” (line) has no values that can be shown.");
    }

    #[test]
    fn says_where_a_curve_is_broken() {
        let (gap, linear) = (f64::INFINITY, (Scale::Linear, Scale::Linear));
        let check = |y: &[f64], expected: &str| {
            let x: Vec<f64> = (0..y.len()).map(|at| at as f64).collect();
            assert_eq!(course(&x, y, linear), format!("stays at 3 {expected}"));
        };
        // What is missing at the ends is no gap.
        check(&[gap, 3.0, 3.0, gap, gap], "from x = 1 to 2.");
        check(&[3.0, gap, f64::NAN, 3.0], "from x = 0 to 3, broken between x = 0 and x = 3.");
        check(
            &[3.0, gap, 3.0, gap, 3.0],
            "from x = 0 to 4, broken between x = 0 and x = 2 and between x = 2 and x = 4.",
        );
        check(&[3.0, gap, 3.0, gap, 3.0, gap, 3.0], "from x = 0 to 6, broken in 3 places.");
    }

    #[test]
    fn names_the_markers_in_an_inset() {
        let marker = |name, x| mark::marker(name, Role::Test, Symbol::Star, x, 0.5);
        let marks = vec![marker("end", 1.0), marker("start", 9.0), marker("node", 2.0)];
        let inset = Inset { corner: Corner::TopRight, x: (0.0, 2.0), y: (0.0, 1.0) };
        let text = describe(&figure(vec![panel(marks).inset(inset)]));
        let said = "An inset magnifies the part from 0 to 2 across and from 0 to 1 upwards; \
                    in it: “end”, “node”.";
        assert!(text.ends_with(said), "{text}");
    }

    #[test]
    fn names_axes_and_ranges() {
        let x = Axis::log("parameters $p$").range(1.0, 1000.0);
        let y = Axis::linear("risk").unit("nats").range(0.0, 5.0);
        let text = describe(&figure(vec![Panel::plane(x, y, vec![])]));
        assert_eq!(
            text,
            "The horizontal axis shows parameters p on a logarithmic scale, from 1 to 1000; \
             the vertical axis shows risk (nats), from 0 to 5. Nothing is plotted."
        );
    }

    #[test]
    fn says_where_a_surface_is_lowest() {
        let (x, y) = (vec![0.0, 1.0], vec![2.0, 3.0]);
        let grid = Grid { x, y, values: vec![vec![0.0, 4.0], vec![0.5, f64::INFINITY]] };
        check(
            mark::heat_map("loss", Scale::Log, grid),
            "Colour shows loss on a logarithmic scale: lowest with 0.5 at (0, 3), highest with 4 at (1, 2).",
        );
    }
}
