//! The marks, one file each, and what several of them need.

mod arrows;
mod band;
mod bars;
mod contours;
mod heat_map;
mod histogram;
pub(super) mod isolines;
mod line;
mod marker;
mod note;
mod points;
mod regions;
mod rule;
mod stack;

pub(super) use heat_map::colour_span;
pub(super) use heat_map::draw_bar;
pub(super) use heat_map::level_ticks;
pub(super) use marker::shape;

use super::clip;
use super::clip::Place;
use super::plotted::Scene;
use super::style::Ink;

/// Radius of a plotted point in px.
pub(super) const POINT: f64 = 3.6;

/// Radius of a marker in px.
pub(super) const MARKER: f64 = 6.5;

/// Width of a whisker in px.
pub(super) const WHISKER: f64 = 1.3;

/// Width of the page's colour around marks on a filled plane, in px.
pub(super) const OUTLINE: f64 = 1.2;

/// The stretches between things that cannot be shown.
pub(super) fn runs<T>(items: impl Iterator<Item = Option<T>>) -> Vec<Vec<T>> {
    let mut runs = vec![Vec::new()];
    for item in items {
        match (item, runs.last_mut()) {
            (Some(item), Some(run)) => run.push(item),
            (None, Some(run)) if !run.is_empty() => runs.push(Vec::new()),
            _ => {}
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

/// Draws what of a vertical stroke between two edges is in view.
fn upright(scene: &Scene, (x, (low, high)): (f64, (f64, f64)), ink: Ink, width: f64) {
    if let Some((from, to)) = clip::segment((x, low), (x, high)) {
        scene.plot.line(&[from, to], ink, width);
    }
}

/// Draws a whisker between two edges, with a short bar at each end in view.
fn whisker(scene: &Scene, x: f64, (low, high): (f64, f64), ink: Ink) {
    upright(scene, (x, (low, high)), ink, WHISKER);
    let half = 3.5 / scene.plot.rect.width().max(1.0);
    for end in [low, high] {
        if let Some((from, to)) = clip::segment((x - half, end), (x + half, end)) {
            scene.plot.line(&[from, to], ink, WHISKER);
        }
    }
}

/// Draws an area cut at the frame; whether there was anything to fill.
fn area(scene: &Scene, outline: &[Place], ink: Ink) -> bool {
    let inside = clip::polygon(outline);
    if inside.len() > 2 {
        scene.plot.fill(&inside, ink);
    }
    inside.len() > 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_shown_splits() {
        let items = [None, Some(1), Some(2), None, None, Some(3), None];
        assert_eq!(runs(items.into_iter()), [vec![1, 2], vec![3]]);
        assert_eq!(runs(std::iter::empty::<Option<u8>>()), Vec::<Vec<u8>>::new());
    }
}
