//! Counts or densities over intervals.

use experiments::figure::Role;
use experiments::figure::Scale;
use experiments::figure::mark::Histogram;

use super::Along;
use super::OUTLINE;
use super::area;
use super::joined;
use super::runs;
use crate::number::number;
use crate::render::figure::clip;
use crate::render::figure::clip::Place;
use crate::render::figure::data::Listing;
use crate::render::figure::data::Row;
use crate::render::figure::data::name;
use crate::render::figure::legend::Sample;
use crate::render::figure::plotted::Plotted;
use crate::render::figure::plotted::Reach;
use crate::render::figure::plotted::Scene;
use crate::render::figure::scale::shown;
use crate::render::figure::style::Colour;
use crate::render::figure::style::Ink;

/// Opacity of the area, so light that several of them can be told apart on top of each other.
const WASH: f64 = 0.16;

impl Plotted for Histogram {
    fn reach(&self, _: (Scale, Scale)) -> Reach {
        Reach { x: self.edges.clone(), y: [&self.heights[..], &[0.0]].concat() }
    }

    fn draw(&self, scene: &Scene) {
        let Some(base) = scene.y.edge(0.0) else { return };
        let colour = Colour::Role(self.role);
        let bin = |(from, to, height): Bin| {
            let (from, to) = (scene.x.edge(from)?, scene.x.edge(to)?);
            // A bin without a height on a logarithmic axis has nothing in it.
            let height = if height == 0.0 { Some(base) } else { scene.y.place(height) };
            Some((from, to, height?))
        };
        if !rising(&self.edges) {
            return;
        }
        let ends: (Along<Bin>, Along<Bin>) = (|bin| bin.0, |bin| bin.1);
        let outlines: Vec<Vec<Place>> = joined(runs(bins(self).map(bin)), ends, scene.columns())
            .iter()
            .map(|run| clip::thin(&outline(run, base), scene.columns()))
            .collect();
        for outline in &outlines {
            area(scene, outline, Ink { opacity: WASH, ..Ink::solid(colour) });
        }
        let parts: Vec<Vec<Place>> =
            outlines.iter().flat_map(|outline| clip::clip(outline)).collect();
        let width = 0.8 * colour.look().width;
        if scene.outlined {
            for part in &parts {
                scene.plot.line(part, Ink::solid(Colour::Page), width + 2.0 * OUTLINE);
            }
        }
        for part in &parts {
            scene.plot.line(part, Ink::dashed(self.role), width);
        }
    }

    fn legend(&self) -> Vec<(&str, Role, Sample)> {
        vec![(&self.label, self.role, Sample::Histogram)]
    }

    fn list<'a>(&'a self, listing: &mut Listing<'a>) {
        let heads = vec![String::new(), "to".into(), name(&self.label, self.role)];
        let row = |(from, to, height): Bin| [from, to, height].map(number).to_vec();
        listing.table("", heads, bins(self), row);
    }

    fn rows(&self) -> Vec<Row> {
        let row = |(from, to, height)| Row {
            low: Some(from),
            high: Some(to),
            value: Some(height),
            ..Row::new("histogram", &self.label)
        };
        bins(self).map(row).collect()
    }

    fn describe(&self, scales: (Scale, Scale)) -> Vec<String> {
        vec![sentence(self, scales)]
    }
}

/// Lower edge, upper edge and height.
type Bin = (f64, f64, f64);

/// Whether edges are in order; those that are not numbers are none.
fn rising(edges: &[f64]) -> bool {
    let known: Vec<f64> = edges.iter().copied().filter(|edge| !edge.is_nan()).collect();
    known.is_sorted()
}

/// The bins of a histogram.
fn bins(histogram: &Histogram) -> impl Iterator<Item = Bin> + '_ {
    let edges = histogram.edges.windows(2).zip(&histogram.heights);
    edges.map(|(edges, height)| (edges[0], edges[1], *height))
}

/// The steps over bins that touch, from the base line and back to it.
fn outline(run: &[Bin], base: f64) -> Vec<Place> {
    let (Some(first), Some(last)) = (run.first(), run.last()) else { return Vec::new() };
    let steps = run.iter().flat_map(|&(from, to, height)| [(from, height), (to, height)]);
    [(first.0, base)].into_iter().chain(steps).chain([(last.1, base)]).collect()
}

/// The highest bin and where most of the area lies.
fn sentence(histogram: &Histogram, (across, up): (Scale, Scale)) -> String {
    let label = name(&histogram.label, histogram.role);
    if !rising(&histogram.edges) {
        return format!("“{label}” (histogram) has edges that are not in order.");
    }
    let all: Vec<Bin> = bins(histogram)
        .filter(|&(from, to, height)| {
            let edges = shown(to, across) && from.is_finite() && from < to;
            edges && height.is_finite() && height >= 0.0
        })
        .collect();
    let highest = all.iter().rev().max_by(|one, other| one.2.total_cmp(&other.2));
    let (Some(first), Some(last), Some(mode)) = (all.first(), all.last(), highest) else {
        return format!("“{label}” (histogram) has no values that can be shown.");
    };
    if !shown(mode.2, up) || mode.2 == 0.0 {
        return format!("“{label}” (histogram) is empty.");
    }
    let mut sentence = format!(
        "“{label}” (histogram) of {} bins from {} to {}: highest with {} between {} and {}",
        all.len(),
        number(first.0),
        number(last.1),
        number(mode.2),
        number(mode.0),
        number(mode.1),
    );
    if let [Some(quarter), Some(half), Some(rest)] =
        [0.25, 0.5, 0.75].map(|share| quantile(&all, share))
    {
        sentence.push_str(&format!(
            "; half of its area lies between {} and {}, around a median of {}",
            rounded(quarter),
            rounded(rest),
            rounded(half)
        ));
    }
    sentence + "."
}

/// Where so much of the area lies to the left, the area of a bin spread evenly over it.
fn quantile(bins: &[Bin], share: f64) -> Option<f64> {
    let area = |&(from, to, height): &Bin| (to - from) * height;
    let wanted = share * bins.iter().map(area).sum::<f64>();
    if !wanted.is_finite() || wanted <= 0.0 {
        return None;
    }
    let mut before = 0.0;
    for bin in bins {
        let own = area(bin);
        if own > 0.0 && before + own >= wanted {
            return Some(bin.0 + (wanted - before) / own * (bin.1 - bin.0));
        }
        before += own;
    }
    bins.last().map(|bin| bin.1)
}

/// A number with the three digits that an estimate from bins is worth.
fn rounded(value: f64) -> String {
    number(format!("{value:.2e}").parse().unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(edges: &[f64], heights: &[f64]) -> Histogram {
        let (label, role) = ("weights".into(), Role::Test);
        Histogram { label, role, edges: edges.into(), heights: heights.into() }
    }

    #[track_caller]
    fn check(edges: &[f64], heights: &[f64], expected: &str) {
        let said = sentence(&histogram(edges, heights), (Scale::Linear, Scale::Linear));
        assert_eq!(said, format!("“weights” (histogram) {expected}"));
    }

    #[test]
    fn says_where_most_of_it_is() {
        check(
            &[0.0, 1.0, 2.0, 4.0],
            &[1.0, 4.0, 1.5],
            "of 3 bins from 0 to 4: highest with 4 between 1 and 2; half of its area lies between \
             1.25 and 2.67, around a median of 1.75.",
        );
        check(&[0.0, 1.0], &[0.0], "is empty.");
        check(&[1.0], &[2.0], "has no values that can be shown.");
        check(&[0.0, 2.0, 1.0], &[2.0, 2.0], "has edges that are not in order.");
        check(&[0.0, f64::NAN, 1.0], &[2.0, 2.0], "has no values that can be shown.");
    }

    #[test]
    fn steps_begin_and_end_at_the_base() {
        let run = [(0.0, 0.5, 0.25), (0.5, 1.0, 0.75)];
        let steps = [(0.0, 0.0), (0.0, 0.25), (0.5, 0.25), (0.5, 0.75), (1.0, 0.75), (1.0, 0.0)];
        assert_eq!(outline(&run, 0.0), steps);
        assert_eq!(outline(&[], 0.0), []);
    }
}
