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
pub(super) mod texture;

pub(super) use heat_map::colour_span;
pub(super) use heat_map::draw_bar;
pub(super) use heat_map::level_ticks;
pub(super) use line::arrow_head;
pub(super) use marker::draw_ring;
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

/// Where along the axis something is.
type Along<T> = fn(&T) -> f64;

/// The stretches; where things are far denser than a reader could see, those joined whose gap is
/// narrower than a column. `start` and `end` say where along the axis things begin and end; `columns`
/// is how many columns the panel has.
fn joined<T>(runs: Vec<Vec<T>>, (start, end): (Along<T>, Along<T>), columns: f64) -> Vec<Vec<T>> {
    if (runs.iter().map(Vec::len).sum::<usize>() as f64) < 4.0 * columns {
        return runs;
    }
    let mut joined: Vec<Vec<T>> = Vec::with_capacity(runs.len());
    for run in runs {
        let near = |before: &Vec<T>| {
            let gap = start(run.first()?) - end(before.last()?);
            Some((0.0..1.0 / columns).contains(&gap))
        };
        match joined.last_mut() {
            Some(before) if near(before) == Some(true) => before.extend(run),
            _ => joined.push(run),
        }
    }
    joined
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

    #[test]
    fn gaps_that_nobody_sees_are_closed() {
        let runs = vec![vec![0.0], vec![0.001, 0.002], vec![0.5], vec![0.1]];
        let place: fn(&f64) -> f64 = |place| *place;
        assert_eq!(
            joined(runs.clone(), (place, place), 1.0),
            [vec![0.0, 0.001, 0.002, 0.5], vec![0.1]]
        );
        // Few things keep their gaps.
        assert_eq!(joined(runs.clone(), (place, place), 2.0), runs);
        let dense = |at: u32| vec![f64::from(at) / 1000.0];
        let runs: Vec<Vec<f64>> = (0..1000).filter(|at| at % 100 > 20).map(dense).collect();
        assert_eq!(joined(runs, (place, place), 100.0).len(), 10);
    }
}
