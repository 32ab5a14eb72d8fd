//! Bars from a base line, with whiskers or without.

use std::collections::BTreeMap;

use experiments::figure::Axis;
use experiments::figure::Role;
use experiments::figure::Scale;
use experiments::figure::mark::Bars;
use experiments::figure::mark::Mark;

use super::WHISKER;
use super::texture;
use super::upright;
use crate::number::number;
use crate::render::figure::clip;
use crate::render::figure::clip::Place;
use crate::render::figure::data::Listing;
use crate::render::figure::data::Row;
use crate::render::figure::data::measured_rows;
use crate::render::figure::data::name;
use crate::render::figure::data::named;
use crate::render::figure::legend::Sample;
use crate::render::figure::plotted::Plotted;
use crate::render::figure::plotted::Reach;
use crate::render::figure::plotted::Scene;
use crate::render::figure::scale::shown;
use crate::render::figure::style::Colour;
use crate::render::figure::style::Ink;

/// The share of the smallest spacing that bars take; the rest is the gap between groups.
const FULL: f64 = 0.8;

/// Places closer than this are one.
const SAME: f64 = 1e-9;

/// Width of a bar in px below which it is a stroke.
const STROKE: f64 = 2.0;

/// Width of a bar in px below which its whisker is a stroke without ends.
const NARROW: f64 = 10.0;

/// Beyond so many bars, those that would cover each other are left out.
const MANY: usize = 1000;

/// Its place in the lists, its left side and the place of its value.
type Bar = (usize, f64, f64);

/// So few bars are all described.
const FEW: usize = 4;

impl Plotted for Bars {
    fn reach(&self, (across, _): (Scale, Scale)) -> Reach {
        let y = [&self.y[..], &self.low, &self.high, &[self.base]].concat();
        Reach { x: with_room(&self.x, across), y }
    }

    fn draw(&self, scene: &Scene) {
        // A base that cannot be shown is as far down as can be.
        let base = scene.y.edge(self.base).or_else(|| scene.y.edge(f64::NEG_INFINITY));
        let Some(base) = base else { return };
        let slots = Slots::new(scene);
        let bars: Vec<Bar> = self
            .x
            .iter()
            .zip(&self.y)
            .enumerate()
            .filter_map(|(at, (x, y))| {
                let left = slots.left(scene.x.place(*x)?)?;
                Some((at, left, scene.y.place(*y)?))
            })
            .filter(|(_, left, _)| *left <= 1.0 && left + slots.width >= 0.0)
            .collect();
        let bars = if bars.len() > MANY { outermost(&bars, scene.columns()) } else { bars };
        let wide = slots.width * scene.plot.rect.width();
        if wide < STROKE {
            draw_strokes(scene, self.role, base, &bars, slots.width);
        } else {
            draw_bars(scene, self.role, base, &bars, slots.width);
            for (at, left, _) in &bars {
                let ends = self.low.get(*at).zip(self.high.get(*at));
                let ends = ends.and_then(|(l, h)| scene.y.edge(*l).zip(scene.y.edge(*h)));
                if let Some(ends) = ends {
                    draw_whisker(scene, left + slots.width / 2.0, ends, wide);
                }
            }
        }
        let axis = Ink::solid(Colour::Axis);
        if let Some((from, to)) = clip::segment((0.0, base), (1.0, base))
            && base > 0.0
        {
            scene.plot.line(&[from, to], axis, Colour::Axis.look().width);
        }
    }

    fn legend(&self) -> Vec<(&str, Role, Sample)> {
        vec![(&self.label, self.role, Sample::Bars)]
    }

    fn list<'a>(&'a self, listing: &mut Listing<'a>) {
        let name = name(&self.label, self.role);
        listing.measured(&name, &self.x, &self.y, (&self.low, &self.high));
    }

    fn rows(&self) -> Vec<Row> {
        measured_rows(("bars", &self.label), &self.x, &self.y, (&self.low, &self.high))
    }

    fn describe(&self, scales: (Scale, Scale)) -> Vec<String> {
        vec![sentence(self, scales, &[])]
    }

    fn describe_on(&self, (x, y): (&Axis, &Axis)) -> Vec<String> {
        vec![sentence(self, (x.scale, y.scale), &x.names)]
    }
}

/// Values with half of their smallest spacing on either side, where the outermost bars end.
fn with_room(x: &[f64], scale: Scale) -> Vec<f64> {
    let mut values: Vec<f64> = x.iter().copied().filter(|&x| shown(x, scale)).collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    let (Some(&first), Some(&last)) = (values.first(), values.last()) else { return values };
    let pairs = values.windows(2);
    if scale == Scale::Log {
        let ratios = pairs.map(|pair| pair[1] / pair[0]).fold(f64::INFINITY, f64::min);
        if ratios.is_finite() {
            values.extend([first / libm::sqrt(ratios), last * libm::sqrt(ratios)]);
        }
    } else {
        let gap = pairs.map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
        if gap.is_finite() {
            values.extend([first - gap / 2.0, last + gap / 2.0]);
        }
    }
    values
}

/// Where the bars of one mark stand, beside those of the others.
struct Slots {
    /// Width of a bar as a share of the axis.
    width: f64,
    /// The places with bars in rising order, each with the left side of this mark's bar if it has
    /// one there.
    lefts: Vec<(f64, Option<f64>)>,
}

impl Slots {
    fn new(scene: &Scene) -> Self {
        let mut bars: Vec<(f64, usize)> = scene
            .marks
            .iter()
            .enumerate()
            .filter_map(
                |(at, mark)| if let Mark::Bars(bars) = mark { Some((at, bars)) } else { None },
            )
            .flat_map(|(at, bars)| {
                bars.x.iter().filter_map(move |&x| Some((scene.x.place(x)?, at)))
            })
            .collect();
        bars.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        let mut groups: Vec<(f64, Vec<usize>)> = Vec::new();
        for (place, at) in bars {
            match groups.last_mut() {
                Some((start, marks)) if place - *start <= SAME => {
                    if !marks.contains(&at) {
                        marks.push(at);
                    }
                }
                _ => groups.push((place, vec![at])),
            }
        }
        groups.iter_mut().for_each(|(_, marks)| marks.sort_unstable());
        let gaps = groups.windows(2).map(|pair| pair[1].0 - pair[0].0);
        // A single group does not say how wide it may be.
        let spacing = gaps.fold(f64::INFINITY, f64::min).min(0.4);
        let most = groups.iter().map(|(_, marks)| marks.len()).max().unwrap_or(1);
        let width = FULL * spacing / most as f64;
        let left = |(place, marks): (f64, Vec<usize>)| {
            let rank = marks.iter().position(|&at| at == scene.at);
            let from_centre = |rank: usize| rank as f64 - marks.len() as f64 / 2.0;
            (place, rank.map(|rank| place + from_centre(rank) * width))
        };
        Self { width, lefts: groups.into_iter().map(left).collect() }
    }

    /// The left side of this mark's bar at a place.
    fn left(&self, place: f64) -> Option<f64> {
        let after = self.lefts.partition_point(|(start, _)| *start <= place);
        self.lefts.get(after.checked_sub(1)?)?.1
    }
}

/// Of bars that cover each other the highest and the lowest.
fn outermost(bars: &[Bar], columns: f64) -> Vec<Bar> {
    let mut found: BTreeMap<i64, (Bar, Bar)> = BTreeMap::new();
    for &bar in bars {
        let column = libm::floor(bar.1 * columns) as i64;
        let (low, high) = found.entry(column).or_insert((bar, bar));
        if bar.2 < low.2 {
            *low = bar;
        }
        if bar.2 > high.2 {
            *high = bar;
        }
    }
    found.into_values().flat_map(|(low, high)| [low, high]).collect()
}

/// Draws bars that have an inside.
fn draw_bars(scene: &Scene, role: Role, base: f64, bars: &[Bar], width: f64) {
    // A hair of room between neighbours keeps their outlines apart.
    let hair = (0.6 / scene.plot.rect.width().max(1.0)).min(width / 4.0);
    let corners = |&(_, left, y): &Bar| -> Vec<Place> {
        let (left, right) = (left + hair, left + width - hair);
        vec![(left, base), (left, y), (right, y), (right, base)]
    };
    let outlines: Vec<Vec<Place>> = bars.iter().map(corners).collect();
    let areas: Vec<Vec<(f64, f64)>> = outlines
        .iter()
        .map(|outline| clip::polygon(outline).iter().map(|&at| scene.plot.rect.at(at)).collect())
        .collect();
    if scene.outlined {
        for area in areas.iter().filter(|area| area.len() > 2) {
            scene.plot.canvas().fill(area, Ink { opacity: 0.75, ..Ink::solid(Colour::Page) });
        }
    }
    texture::fill(scene.plot.canvas(), &areas, role);
    for outline in &outlines {
        for part in clip::clip(outline) {
            scene.plot.line(&part, Ink::solid(Colour::Role(role)), 1.4);
        }
    }
}

/// Draws bars too narrow for an inside: in each column of the page one stroke over all of them.
fn draw_strokes(scene: &Scene, role: Role, base: f64, bars: &[Bar], width: f64) {
    let mut columns: BTreeMap<i64, (f64, f64, f64)> = BTreeMap::new();
    for &(_, left, y) in bars {
        let x = left + width / 2.0;
        let column = libm::floor(x * scene.columns()) as i64;
        let (_, low, high) = columns.entry(column).or_insert((x, base, base));
        (*low, *high) = (low.min(y), high.max(y));
    }
    let wide = (width * scene.plot.rect.width()).max(0.8);
    for (x, low, high) in columns.into_values() {
        upright(scene, (x, (low, high)), Ink::solid(Colour::Role(role)), wide);
    }
}

/// Draws a whisker that reads on its bar and above it.
fn draw_whisker(scene: &Scene, x: f64, (low, high): (f64, f64), wide: f64) {
    let half = if wide < NARROW { 0.0 } else { 3.5 / scene.plot.rect.width().max(1.0) };
    let mut strokes = vec![((x, low), (x, high))];
    if half > 0.0 {
        strokes.extend([low, high].map(|end| ((x - half, end), (x + half, end))));
    }
    for (colour, width) in [(Colour::Page, WHISKER + 2.0), (Colour::Text, WHISKER)] {
        for (from, to) in strokes.iter().filter_map(|&(from, to)| clip::segment(from, to)) {
            scene.plot.line(&[from, to], Ink::solid(colour), width);
        }
    }
}

/// What bars show: all of a few, else the largest and the smallest.
fn sentence(bars: &Bars, (across, up): (Scale, Scale), names: &[String]) -> String {
    let label = name(&bars.label, bars.role);
    let values: Vec<usize> = (0..bars.x.len().min(bars.y.len()))
        .filter(|&at| shown(bars.x[at], across) && shown(bars.y[at], up))
        .collect();
    let bar = |at: usize| {
        let interval = match (bars.low.get(at), bars.high.get(at)) {
            (Some(low), Some(high)) if low.is_finite() && high.is_finite() => {
                format!(" (interval from {} to {})", number(*low), number(*high))
            }
            _ => String::new(),
        };
        let place = named(names, bars.x[at]).map_or_else(
            || format!("at x = {}", number(bars.x[at])),
            |name| format!("for {}", crate::render::figure::text::plain(name)),
        );
        format!("{} {place}{interval}", number(bars.y[at]))
    };
    let by = |one: &&usize, other: &&usize| bars.y[**one].total_cmp(&bars.y[**other]);
    match (&values[..], values.iter().rev().max_by(by), values.iter().min_by(by)) {
        ([], ..) => format!("“{label}” (bars) has no values that can be shown."),
        (few, ..) if few.len() <= FEW => {
            let all: Vec<String> = few.iter().map(|&at| bar(at)).collect();
            format!("“{label}” (bars): {}.", all.join("; "))
        }
        (all, Some(&high), Some(&low)) => format!(
            "“{label}” ({} bars): largest with {}, smallest with {}.",
            all.len(),
            bar(high),
            bar(low)
        ),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::figure::canvas::Canvas;
    use crate::render::figure::canvas::Rect;
    use crate::render::figure::scale::Span;
    use crate::render::figure::style::Theme;

    fn bars(x: &[f64], y: &[f64]) -> Bars {
        Bars {
            label: "test".into(),
            role: Role::Test,
            x: x.into(),
            y: y.into(),
            low: Vec::new(),
            high: Vec::new(),
            base: 0.0,
        }
    }

    /// Left sides and width of the bars of the last of some marks, on an axis from 0 to 10.
    fn slots(marks: &[Bars]) -> (Vec<f64>, f64) {
        let canvas = Canvas::new(100.0, 100.0, Theme::Page);
        let marks: Vec<Mark> = marks.iter().cloned().map(Mark::Bars).collect();
        let span = Span { low: 0.0, high: 10.0, scale: Scale::Linear };
        let rect = Rect { left: 0.0, top: 0.0, right: 100.0, bottom: 100.0 };
        let scene = Scene {
            plot: canvas.plot(rect),
            x: span,
            y: span,
            colours: None,
            outlined: false,
            size: 15.0,
            marks: &marks,
            at: marks.len() - 1,
        };
        let slots = Slots::new(&scene);
        (slots.lefts.iter().filter_map(|(_, left)| *left).collect(), slots.width)
    }

    #[track_caller]
    fn check(marks: &[Bars], lefts: &[f64], width: f64) {
        let (found, wide) = slots(marks);
        assert!((wide - width).abs() < 1e-9, "{wide}");
        assert_eq!(found.len(), lefts.len());
        assert!(found.iter().zip(lefts).all(|(a, b)| (a - b).abs() < 1e-9), "{found:?}");
    }

    #[test]
    fn bars_stand_around_their_place_side_by_side() {
        let one = bars(&[2.0, 4.0], &[1.0, 1.0]);
        check(std::slice::from_ref(&one), &[0.12, 0.32], 0.16);
        check(&[one.clone(), one.clone()], &[0.2, 0.4], 0.08);
        // Alone at its place, a bar stands in the middle, as wide as the others.
        check(&[one, bars(&[4.0, 6.0], &[1.0, 1.0])], &[0.4, 0.56], 0.08);
        check(&[bars(&[5.0], &[1.0])], &[0.34], 0.32);
        check(&[bars(&[], &[])], &[], 0.32);
        // However close, two places are not one.
        check(&[bars(&[5.0, 5.000_001], &[1.0, 1.0])], &[0.499_999_96, 0.500_000_06], 8e-8);
    }

    #[test]
    fn of_many_bars_the_outermost_are_left() {
        let bars: Vec<Bar> = (0..100).map(|at| (at, 0.5, (at as f64 - 20.0) / 100.0)).collect();
        assert_eq!(outermost(&bars, 1000.0), [(0, 0.5, -0.2), (99, 0.5, 0.79)]);
    }

    #[test]
    fn the_axis_holds_whole_bars() {
        assert_eq!(with_room(&[1.0, 3.0, 2.0], Scale::Linear), [1.0, 2.0, 3.0, 0.5, 3.5]);
        assert_eq!(with_room(&[1.0, 4.0, 0.0], Scale::Log), [1.0, 4.0, 0.5, 8.0]);
        assert_eq!(with_room(&[f64::NAN, 2.0], Scale::Linear), [2.0]);
    }

    #[test]
    fn a_few_bars_are_all_described_and_of_many_the_extremes() {
        let scales = (Scale::Linear, Scale::Linear);
        let mut few = bars(&[0.0, 1.0], &[0.5, f64::NAN]);
        (few.low, few.high) = (vec![0.4], vec![0.6]);
        let names = ["CNN".to_owned(), "MLP".to_owned()];
        let said = "“test” (bars): 0.5 for CNN (interval from 0.4 to 0.6).";
        assert_eq!(sentence(&few, scales, &names), said);
        let many = bars(&[1.0, 2.0, 3.0, 4.0, 5.0], &[1.0, 5.0, -2.0, 5.0, 0.0]);
        let said = "“test” (5 bars): largest with 5 at x = 2, smallest with −2 at x = 3.";
        assert_eq!(sentence(&many, scales, &[]), said);
    }
}
