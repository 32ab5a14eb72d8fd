//! Axes in common for figures that take each other's place: the frames of a sweep.

use experiments::figure::Axis;
use experiments::figure::Content;
use experiments::figure::Figure;

use super::layout;
use super::scale::Span;
use super::space;

/// Gives each axis that has no range of its own the range of all figures together, so that a curve
/// moves and its axis does not. Figures whose panels differ in kind are left alone there.
pub fn align(figures: &mut [&mut Figure]) {
    let spans: Vec<Vec<Vec<Span>>> = figures.iter().map(|figure| of_figure(figure)).collect();
    for (at, figure) in figures.iter_mut().enumerate() {
        for (panel, content) in figure.panels.iter_mut().enumerate() {
            for (axis, own) in axes(&mut content.content).into_iter().enumerate() {
                let all = spans.iter().map(|spans| spans.get(panel)?.get(axis).copied());
                let Some(all) = all.collect::<Option<Vec<Span>>>() else { continue };
                let alike = all.iter().all(|span| span.scale == own.scale);
                if alike && own.range.is_none() && own.names.is_empty() {
                    own.range =
                        Span::hull(all.into_iter()).get(at).map(|span| (span.low, span.high));
                }
            }
        }
    }
}

/// What the axes of each panel span.
fn of_figure(figure: &Figure) -> Vec<Vec<Span>> {
    let planes = layout::spans(figure);
    let panels = figure.panels.iter().zip(planes);
    panels
        .map(|(panel, (x, y))| match &panel.content {
            Content::Plane(_) => vec![x, y],
            Content::Space(space) => space::spans(space).into(),
            Content::Pictures(_) | Content::Network(_) => Vec::new(),
        })
        .collect()
}

fn axes(content: &mut Content) -> Vec<&mut Axis> {
    match content {
        Content::Plane(plane) => vec![&mut plane.x, &mut plane.y],
        Content::Space(space) => vec![&mut space.x, &mut space.y, &mut space.z],
        Content::Pictures(_) | Content::Network(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::figure;
    use super::*;
    use experiments::figure::Panel;
    use experiments::figure::Role;
    use experiments::figure::mark;

    #[test]
    fn frames_get_axes_in_common_where_they_have_no_range() {
        let frame = |y: [f64; 2]| {
            let line = mark::line("a", Role::Test, vec![1.0, 2.0], y.into());
            figure(vec![Panel::plane(
                Axis::linear("x").range(0.0, 5.0),
                Axis::log("y"),
                vec![line],
            )])
        };
        let (mut one, mut other) = (frame([1.0, 10.0]), frame([100.0, 1000.0]));
        align(&mut [&mut one, &mut other]);
        let ranges = |figure: &Figure| {
            let Content::Plane(plane) = &figure.panels[0].content else { unreachable!() };
            (plane.x.range, plane.y.range)
        };
        assert_eq!(ranges(&one), ranges(&other));
        let (x, y) = ranges(&one);
        assert_eq!(x, Some((0.0, 5.0)));
        assert!(y.is_some_and(|(low, high)| low <= 1.0 && high >= 1000.0), "{y:?}");
    }
}
