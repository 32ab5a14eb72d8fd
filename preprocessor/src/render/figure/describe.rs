//! A description of a figure in words, from its data: for those who cannot see it.

use experiments::figure::Axis;
use experiments::figure::Figure;
use experiments::figure::Mark;
use experiments::figure::Panel;
use experiments::figure::Scale;

use super::data;
use super::heat::Heat;
use super::layout;
use super::scale::Span;
use super::scale::shown;
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
    for (panel, at) in figure.panels.iter().zip(1..) {
        describe_panel(&mut sentences, panel, at, several);
    }
    sentences.join(" ")
}

fn describe_panel(sentences: &mut Vec<String>, panel: &Panel, at: usize, several: bool) {
    let heat: Vec<Heat> = panel.marks.iter().filter_map(Heat::of).collect();
    let (x, y) = layout::spans(panel, &heat);
    let title = panel.title.trim();
    let opening = match (several, title) {
        (false, "") => String::new(),
        (false, title) => format!("{title}: "),
        (true, "") => format!("Panel {at}: "),
        (true, title) => format!("Panel {at}, {title}: "),
    };
    sentences.push(format!(
        "{opening}The horizontal axis shows {}; the vertical axis shows {}.",
        axis(&panel.x, &x),
        axis(&panel.y, &y),
    ));
    if panel.marks.is_empty() {
        sentences.push("Nothing is plotted.".into());
    }
    sentences.extend(panel.marks.iter().map(|mark| describe_mark(mark, panel)));
}

fn axis(axis: &Axis, span: &Span) -> String {
    let label = if axis.label.trim().is_empty() { "unnamed values" } else { axis.label.trim() };
    let scale = if axis.scale == Scale::Log { " on a logarithmic scale" } else { "" };
    format!("{label}{scale}, from {} to {}", number(span.low), number(span.high))
}

fn describe_mark(mark: &Mark, panel: &Panel) -> String {
    match mark {
        Mark::Line { label, role, x, y } => {
            format!("“{}” (line) {}", data::name(label, *role), course(x, y, panel))
        }
        Mark::Points { label, role, x, y, low, .. } => {
            let with = if low.is_empty() { "points" } else { "points with whiskers" };
            format!("“{}” ({with}) {}", data::name(label, *role), course(x, y, panel))
        }
        Mark::Band { label, role, x, low, high } => {
            let name = data::name(label, *role);
            format!(
                "“{name}” (band): the lower edge {} The upper edge {}",
                course(x, low, panel),
                course(x, high, panel)
            )
        }
        Mark::Vertical { label, role, at } => {
            format!("“{}” (vertical line) stands at x = {}.", data::name(label, *role), number(*at))
        }
        Mark::Horizontal { label, role, at } => {
            format!("“{}” (horizontal line) lies at y = {}.", data::name(label, *role), number(*at))
        }
        Mark::Marker { label, role, x, y, .. } => {
            let name = data::name(label, *role);
            format!("“{name}” (marker) is at ({}, {}).", number(*x), number(*y))
        }
        Mark::HeatMap { quantity, scale, .. } => surface(quantity, *scale, mark),
    }
}

/// What a curve does, from the points that the axes can show; ends with a full stop.
fn course(x: &[f64], y: &[f64], panel: &Panel) -> String {
    let points: Vec<(f64, f64)> = x
        .iter()
        .copied()
        .zip(y.iter().copied())
        .filter(|&(x, y)| shown(x, panel.x.scale) && shown(y, panel.y.scale))
        .collect();
    let by = |one: &&(f64, f64), other: &&(f64, f64)| one.1.total_cmp(&other.1);
    // The first of equal extremes.
    let lowest = points.iter().min_by(by);
    let highest = points.iter().rev().max_by(by);
    let at = |(x, y): (f64, f64)| format!("{} at x = {}", number(y), number(x));
    match (&points[..], lowest, highest) {
        ([only], _, _) => format!("has the one value {}.", at(*only)),
        ([first, .., last], Some(low), Some(high)) if low.1 < high.1 => format!(
            "goes from {} to {}, highest with {}, lowest with {}.",
            at(*first),
            at(*last),
            at(*high),
            at(*low)
        ),
        ([first, .., last], _, _) => format!(
            "stays at {} from x = {} to {}.",
            number(first.1),
            number(first.0),
            number(last.0)
        ),
        _ => "has no values that can be shown.".into(),
    }
}

fn surface(quantity: &str, scale: Scale, mark: &Mark) -> String {
    let quantity = if quantity.trim().is_empty() { "a value" } else { quantity.trim() };
    let logarithmic = if scale == Scale::Log { " on a logarithmic scale" } else { "" };
    let cells = || data::cells(mark).filter(|cell| shown(cell.2, scale));
    let by = |one: &(f64, f64, f64), other: &(f64, f64, f64)| one.2.total_cmp(&other.2);
    let at = |(x, y, value): (f64, f64, f64)| {
        format!("{} at ({}, {})", number(value), number(x), number(y))
    };
    match (cells().min_by(by), cells().max_by(by)) {
        (Some(low), Some(high)) => format!(
            "Colour shows {quantity}{logarithmic}: lowest with {}, highest with {}.",
            at(low),
            at(high)
        ),
        _ => format!("Colour shows {quantity}, which has no values that can be shown."),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::figure;
    use super::super::tests::panel;
    use super::*;
    use experiments::figure::Role;

    #[track_caller]
    fn check(mark: Mark, expected: &str) {
        let text = describe(&figure(vec![panel(vec![mark])]));
        let (_, sentence) = text.split_once(". ").unwrap();
        assert_eq!(sentence, expected);
    }

    #[test]
    fn says_where_a_curve_has_its_extremes() {
        let line = |x: &[f64], y: &[f64]| Mark::Line {
            label: "test".into(),
            role: Role::Test,
            x: x.into(),
            y: y.into(),
        };
        check(
            line(&[1.0, 2.0, 3.0, 4.0], &[0.5, 45.0, f64::NAN, 0.25]),
            "“test” (line) goes from 0.5 at x = 1 to 0.25 at x = 4, highest with 45 at x = 2, \
             lowest with 0.25 at x = 4.",
        );
        check(line(&[1.0, 2.0], &[3.0, 3.0]), "“test” (line) stays at 3 from x = 1 to 2.");
        check(line(&[1.0], &[3.0]), "“test” (line) has the one value 3 at x = 1.");
        check(line(&[1.0], &[]), "“test” (line) has no values that can be shown.");
    }

    #[test]
    fn names_axes_and_ranges() {
        let mut panel = panel(vec![]);
        panel.x = Axis::log("parameters p").range(1.0, 1000.0);
        panel.y = Axis::linear("risk").range(0.0, 5.0);
        let text = describe(&figure(vec![panel]));
        assert_eq!(
            text,
            "The horizontal axis shows parameters p on a logarithmic scale, from 1 to 1000; \
             the vertical axis shows risk, from 0 to 5. Nothing is plotted."
        );
    }

    #[test]
    fn says_where_a_surface_is_lowest() {
        check(
            Mark::HeatMap {
                quantity: "loss".into(),
                scale: Scale::Log,
                x: vec![0.0, 1.0],
                y: vec![2.0, 3.0],
                values: vec![vec![0.0, 4.0], vec![0.5, f64::INFINITY]],
            },
            "Colour shows loss on a logarithmic scale: lowest with 0.5 at (0, 3), highest with 4 at (1, 2).",
        );
    }
}
