//! Draws marks into a panel.

use std::collections::BTreeSet;

use experiments::figure::Mark;
use experiments::figure::Role;
use experiments::figure::Symbol;

use super::canvas::Plot;
use super::clip;
use super::clip::Place;
use super::scale::Span;
use super::style::Colour;
use super::style::Ink;
use super::style::Shape;

/// Radius of a plotted point in px.
pub(super) const POINT: f64 = 3.6;

/// Radius of a marker in px.
pub(super) const MARKER: f64 = 6.5;

/// Width of a whisker in px.
pub(super) const WHISKER: f64 = 1.3;

/// Beyond so many points, those that would cover each other are left out.
const MANY: usize = 2000;

/// A panel with its axes, ready for marks.
pub(super) struct Scene<'a> {
    /// Its place on the page.
    pub(super) plot: Plot<'a>,
    /// Its horizontal axis.
    pub(super) x: Span,
    /// Its vertical axis.
    pub(super) y: Span,
    /// Whether marks lie on a coloured surface and need an outline.
    pub(super) outlined: bool,
}

impl Scene<'_> {
    /// Draws one mark. Heat maps are drawn elsewhere.
    pub(super) fn draw(&self, mark: &Mark) {
        self.plot.canvas().part();
        match mark {
            Mark::Line { role, x, y, .. } => self.line(*role, x, y),
            Mark::Band { role, x, low, high, .. } => self.band(*role, x, low, high),
            Mark::Points { role, x, y, low, high, .. } => self.points(*role, x, y, low, high),
            Mark::Vertical { role, at, .. } => {
                let ends = self.x.place(*at).map(|at| [(at, 0.0), (at, 1.0)]);
                self.rule(*role, ends);
            }
            Mark::Horizontal { role, at, .. } => {
                let ends = self.y.place(*at).map(|at| [(0.0, at), (1.0, at)]);
                self.rule(*role, ends);
            }
            Mark::Marker { role, symbol, x, y, .. } => self.marker(*role, *symbol, *x, *y),
            Mark::HeatMap { .. } => {}
        }
    }

    fn line(&self, role: Role, x: &[f64], y: &[f64]) {
        let place = |(x, y): (&f64, &f64)| Some((self.x.place(*x)?, self.y.place(*y)?));
        let parts: Vec<Vec<Place>> = runs(x.iter().zip(y).map(place))
            .iter()
            .flat_map(|run| clip::clip(&clip::thin(run, self.columns())))
            .collect();
        let width = Colour::Role(role).look().width;
        if self.outlined {
            for part in &parts {
                self.plot.line(part, Ink::solid(Colour::Page), width + 2.4);
            }
        }
        for part in &parts {
            // A point between gaps is a dot, which a dash would leave out.
            let dot = Ink::solid(Colour::Role(role));
            self.plot.line(part, if part.len() == 1 { dot } else { Ink::dashed(role) }, width);
        }
    }

    fn rule(&self, role: Role, ends: Option<[Place; 2]>) {
        let Some(ends) = ends.filter(|ends| ends.iter().all(|&end| clip::inside(end))) else {
            return;
        };
        self.plot.line(&ends, Ink::dashed(role), Colour::Role(role).look().width);
    }

    fn band(&self, role: Role, x: &[f64], low: &[f64], high: &[f64]) {
        let edges = x.iter().zip(low.iter().zip(high)).map(|(x, (low, high))| {
            Some((self.x.place(*x)?, (self.y.edge(*low)?, self.y.edge(*high)?)))
        });
        for run in runs(edges) {
            let edge = |end: fn(&(f64, f64)) -> f64| -> Vec<Place> {
                let edge: Vec<Place> = run.iter().map(|(x, ends)| (*x, end(ends))).collect();
                clip::thin(&edge, self.columns())
            };
            let mut outline = edge(|ends| ends.0);
            outline.extend(edge(|ends| ends.1).iter().rev());
            match clip::polygon(&outline)[..] {
                [_, _, _, ..] if run.len() > 1 => {
                    self.plot.fill(&clip::polygon(&outline), Ink::wash(role));
                }
                _ => self.upright(run[0], Ink { opacity: 0.4, ..Ink::dashed(role) }, 3.0),
            }
        }
    }

    /// A vertical stroke between two edges, and whether each of its ends is in view.
    fn upright(&self, (x, (low, high)): (f64, (f64, f64)), ink: Ink, width: f64) {
        if let Some((from, to)) = clip::segment((x, low), (x, high)) {
            self.plot.line(&[from, to], ink, width);
        }
    }

    fn points(&self, role: Role, x: &[f64], y: &[f64], low: &[f64], high: &[f64]) {
        let places = x
            .iter()
            .zip(y)
            .enumerate()
            .filter_map(|(at, (x, y))| Some((at, (self.x.place(*x)?, self.y.place(*y)?))));
        let shown = self.spaced(places.filter(|&(_, place)| clip::inside(place)).collect());
        for &(at, (x, _)) in &shown {
            let (Some(low), Some(high)) = (low.get(at), high.get(at)) else { continue };
            if let (Some(low), Some(high)) = (self.y.edge(*low), self.y.edge(*high)) {
                self.whisker(role, x, low, high);
            }
        }
        let shape = Colour::Role(role).look().shape;
        if self.outlined {
            for &(_, place) in &shown {
                self.plot.symbol(shape, place, POINT + 1.4, Ink::solid(Colour::Page));
            }
        }
        for &(_, place) in &shown {
            self.plot.symbol(shape, place, POINT, Ink::solid(Colour::Role(role)));
        }
    }

    fn whisker(&self, role: Role, x: f64, low: f64, high: f64) {
        let ink = Ink::solid(Colour::Role(role));
        self.upright((x, (low, high)), ink, WHISKER);
        let half = 3.5 / self.plot.rect.width().max(1.0);
        for end in [low, high] {
            if let Some((from, to)) = clip::segment((x - half, end), (x + half, end)) {
                self.plot.line(&[from, to], ink, WHISKER);
            }
        }
    }

    /// All points, or of very many at most one in each square of a few px.
    fn spaced(&self, points: Vec<(usize, Place)>) -> Vec<(usize, Place)> {
        if points.len() <= MANY {
            return points;
        }
        let (across, up) = (self.plot.rect.width() / 4.0, self.plot.rect.height() / 4.0);
        let mut taken = BTreeSet::new();
        points
            .into_iter()
            .filter(|&(_, (x, y))| taken.insert(((x * across) as i32, (y * up) as i32)))
            .collect()
    }

    fn marker(&self, role: Role, symbol: Symbol, x: f64, y: f64) {
        let place = self.x.place(x).zip(self.y.place(y));
        let Some(place) = place.filter(|&place| clip::inside(place)) else { return };
        self.plot.symbol(shape(symbol), place, MARKER + 2.0, Ink::solid(Colour::Page));
        self.plot.symbol(shape(symbol), place, MARKER, Ink::solid(Colour::Role(role)));
    }

    /// Columns of half a px.
    fn columns(&self) -> f64 {
        2.0 * self.plot.rect.width().max(1.0)
    }
}

/// The shape of a symbol.
#[must_use]
pub(super) fn shape(symbol: Symbol) -> Shape {
    match symbol {
        Symbol::Circle => Shape::Circle,
        Symbol::Star => Shape::Star,
        Symbol::Diamond => Shape::Diamond,
        Symbol::Triangle => Shape::Triangle,
        Symbol::Cross => Shape::Cross,
    }
}

/// The stretches between things that cannot be shown.
fn runs<T>(items: impl Iterator<Item = Option<T>>) -> Vec<Vec<T>> {
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
