//! Points, with whiskers or without.

use std::collections::BTreeSet;

use experiments::figure::Role;
use experiments::figure::Scale;
use experiments::figure::mark::Points;

use super::OUTLINE;
use super::POINT;
use super::whisker;
use crate::render::figure::clip;
use crate::render::figure::clip::Place;
use crate::render::figure::data::Listing;
use crate::render::figure::data::Row;
use crate::render::figure::data::name;
use crate::render::figure::describe::course;
use crate::render::figure::legend::Sample;
use crate::render::figure::plotted::Plotted;
use crate::render::figure::plotted::Reach;
use crate::render::figure::plotted::Scene;
use crate::render::figure::style::Colour;
use crate::render::figure::style::Ink;

/// Beyond so many points, those that would cover each other are left out.
const MANY: usize = 2000;

impl Plotted for Points {
    fn reach(&self, _: (Scale, Scale)) -> Reach {
        Reach { x: self.x.clone(), y: [&self.y[..], &self.low, &self.high].concat() }
    }

    fn draw(&self, scene: &Scene) {
        let places = self
            .x
            .iter()
            .zip(&self.y)
            .enumerate()
            .filter_map(|(at, (x, y))| Some((at, scene.place(*x, *y)?)));
        let shown = spaced(scene, places.filter(|&(_, place)| clip::inside(place)).collect());
        let ink = Ink::solid(Colour::Role(self.role));
        for &(at, (x, _)) in &shown {
            let (Some(low), Some(high)) = (self.low.get(at), self.high.get(at)) else { continue };
            if let (Some(low), Some(high)) = (scene.y.edge(*low), scene.y.edge(*high)) {
                whisker(scene, x, (low, high), ink);
            }
        }
        let shape = Colour::Role(self.role).look().shape;
        if scene.outlined {
            for &(_, place) in &shown {
                scene.plot.symbol(shape, place, POINT + OUTLINE, Ink::solid(Colour::Page));
            }
        }
        for &(_, place) in &shown {
            scene.plot.symbol(shape, place, POINT, ink);
        }
    }

    fn legend(&self) -> Vec<(&str, Role, Sample)> {
        vec![(&self.label, self.role, Sample::Points(!self.low.is_empty()))]
    }

    fn list<'a>(&'a self, listing: &mut Listing<'a>) {
        let name = name(&self.label, self.role);
        let mut columns = vec![(name.clone(), &self.y[..])];
        if !self.low.is_empty() || !self.high.is_empty() {
            columns.push((format!("{name}, low"), &self.low));
            columns.push((format!("{name}, high"), &self.high));
        }
        listing.curve(&self.x, columns);
    }

    fn rows(&self) -> Vec<Row> {
        let row = |(at, (&x, &y))| Row {
            x: Some(x),
            y: Some(y),
            low: self.low.get(at).copied(),
            high: self.high.get(at).copied(),
            ..Row::new("points", &self.label)
        };
        self.x.iter().zip(&self.y).enumerate().map(row).collect()
    }

    fn describe(&self, scales: (Scale, Scale)) -> Vec<String> {
        let with = if self.low.is_empty() { "points" } else { "points with whiskers" };
        let name = name(&self.label, self.role);
        vec![format!("“{name}” ({with}) {}", course(&self.x, &self.y, scales))]
    }
}

/// All points, or of very many at most one in each square of a few px.
fn spaced(scene: &Scene, points: Vec<(usize, Place)>) -> Vec<(usize, Place)> {
    if points.len() <= MANY {
        return points;
    }
    let (across, up) = (scene.plot.rect.width() / 4.0, scene.plot.rect.height() / 4.0);
    let mut taken = BTreeSet::new();
    points
        .into_iter()
        .filter(|&(_, (x, y))| taken.insert(((x * across) as i32, (y * up) as i32)))
        .collect()
}
