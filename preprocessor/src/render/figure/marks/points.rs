//! Points, with whiskers or without.

use std::collections::BTreeSet;

use experiments::figure::Axis;
use experiments::figure::Role;
use experiments::figure::Scale;
use experiments::figure::mark::Points;

use super::OUTLINE;
use super::POINT;
use super::whisker;
use crate::number::number;
use crate::render::figure::clip;
use crate::render::figure::clip::Place;
use crate::render::figure::data::Listing;
use crate::render::figure::data::Row;
use crate::render::figure::data::measured_rows;
use crate::render::figure::data::name;
use crate::render::figure::data::named;
use crate::render::figure::describe::course;
use crate::render::figure::legend::Sample;
use crate::render::figure::plotted::Plotted;
use crate::render::figure::plotted::Reach;
use crate::render::figure::plotted::Scene;
use crate::render::figure::scale::shown;
use crate::render::figure::style::Colour;
use crate::render::figure::style::Ink;
use crate::render::figure::text;

/// Beyond so many points, those that would cover each other are left out.
const MANY: usize = 2000;

/// So few points are described one by one: points of their own are no trend.
const FEW: usize = 8;

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
        listing.measured(&name, &self.x, &self.y, (&self.low, &self.high));
    }

    fn rows(&self) -> Vec<Row> {
        measured_rows(("points", &self.label), &self.x, &self.y, (&self.low, &self.high))
    }

    fn describe(&self, scales: (Scale, Scale)) -> Vec<String> {
        vec![sentence(self, scales, &[])]
    }

    fn describe_on(&self, (x, y): (&Axis, &Axis)) -> Vec<String> {
        vec![sentence(self, (x.scale, y.scale), &x.names)]
    }
}

/// What points show: all of a few, else their course and how far their whiskers reach.
fn sentence(points: &Points, scales: (Scale, Scale), names: &[String]) -> String {
    let with = if points.low.is_empty() { "points" } else { "points with whiskers" };
    let subject = format!("“{}” ({with})", name(&points.label, points.role));
    // Those that have a place across; the axis may not be able to show their value.
    let placed: Vec<usize> = (0..points.x.len().min(points.y.len()))
        .filter(|&at| shown(points.x[at], scales.0))
        .collect();
    let has_value = |at: usize| shown(points.y[at], scales.1);
    let ends = |at: usize| -> Option<(f64, f64)> {
        let (low, high) = (*points.low.get(at)?, *points.high.get(at)?);
        (!low.is_nan() && !high.is_nan()).then_some((low, high))
    };
    if placed.len() <= FEW && placed.iter().any(|&at| has_value(at)) {
        let point = |&at: &usize| {
            let place = named(names, points.x[at]).map_or_else(
                || format!("at x = {}", number(points.x[at])),
                |name| format!("for {}", text::plain(name)),
            );
            if !has_value(at) {
                return format!("{place}: no value that can be shown");
            }
            let interval = ends(at).map_or_else(String::new, |(low, high)| {
                format!(" [{}, {}]", number(low), number(high))
            });
            format!("{place}: {}{interval}", number(points.y[at]))
        };
        let all: Vec<String> = placed.iter().map(point).collect();
        return format!("{subject} {}.", all.join("; "));
    }
    let course = course(&points.x, &points.y, scales);
    let whiskers: Vec<(f64, f64)> =
        placed.iter().copied().filter(|&at| has_value(at)).filter_map(ends).collect();
    if whiskers.is_empty() {
        return format!("{subject} {course}");
    }
    let low = whiskers.iter().map(|whisker| whisker.0).fold(f64::INFINITY, f64::min);
    let high = whiskers.iter().map(|whisker| whisker.1).fold(f64::NEG_INFINITY, f64::max);
    format!("{subject} {course} The whiskers reach from {} to {}.", number(low), number(high))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn points(y: &[f64], low: &[f64], high: &[f64]) -> Points {
        Points {
            label: "test".into(),
            role: Role::Test,
            x: (0..y.len()).map(|at| at as f64).collect(),
            y: y.into(),
            low: low.into(),
            high: high.into(),
        }
    }

    #[track_caller]
    fn check(points: &Points, names: &[String], expected: &str) {
        let said = sentence(points, (Scale::Linear, Scale::Linear), names);
        assert_eq!(said, format!("“test” {expected}"));
    }

    #[test]
    fn a_few_points_are_described_one_by_one() {
        let few = points(&[11.7, 2.0], &[10.0, f64::NAN], &[13.0, 3.0]);
        check(&few, &[], "(points with whiskers) at x = 0: 11.7 [10, 13]; at x = 1: 2.");
        let names = ["CNN".to_owned(), "MLP".to_owned()];
        check(
            &points(&[0.5, f64::NAN], &[], &[]),
            &names,
            "(points) for CNN: 0.5; for MLP: no value that can be shown.",
        );
        check(
            &points(&[f64::NAN, f64::NAN], &[], &[]),
            &[],
            "(points) has no values that can be shown.",
        );
    }

    #[test]
    fn of_many_points_the_course_is_described() {
        let y: Vec<f64> = (0..9).map(f64::from).collect();
        let course = "goes from 0 at x = 0 to 8 at x = 8, highest with 8 at x = 8, lowest with 0 \
                      at x = 0.";
        check(&points(&y, &[], &[]), &[], &format!("(points) {course}"));
        let low: Vec<f64> = y.iter().map(|y| y - 1.0).collect();
        let high: Vec<f64> = y.iter().map(|y| y + 0.5).collect();
        let said = format!("(points with whiskers) {course} The whiskers reach from −1 to 8.5.");
        check(&points(&y, &low, &high), &[], &said);
    }
}
