//! A plane divided into regions: neighbours differ in colour and in lightness, with thin lines
//! between them.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use experiments::figure::Role;
use experiments::figure::Scale;
use experiments::figure::mark::Regions;
use plotters::style::text_anchor::HPos;
use plotters::style::text_anchor::VPos;

use super::heat_map::Sides;
use super::heat_map::cells;
use super::heat_map::draw_image;
use super::heat_map::ends;
use crate::number::number;
use crate::render::figure::canvas::Rect;
use crate::render::figure::canvas::Setting;
use crate::render::figure::data::Listing;
use crate::render::figure::data::Row;
use crate::render::figure::legend::Sample;
use crate::render::figure::plotted::Plotted;
use crate::render::figure::plotted::Reach;
use crate::render::figure::plotted::Scene;
use crate::render::figure::png::Shade;
use crate::render::figure::style::Colour;
use crate::render::figure::style::Ink;
use crate::render::figure::text;

/// The looks of regions. Both hue and strength differ from one to the next, so that neighbours
/// differ in grey as well.
const WASHES: [(Role, f64); 8] = [
    (Role::Arm(1), 0.16),
    (Role::Arm(7), 0.5),
    (Role::Arm(3), 0.3),
    (Role::Arm(4), 0.55),
    (Role::Arm(5), 0.22),
    (Role::Arm(6), 0.7),
    (Role::Arm(8), 0.36),
    (Role::Arm(2), 0.1),
];

/// Most rectangles of one colour beside each other; where there are more, they are an image.
const RECTANGLES: usize = 1200;

/// Most pixels along one side of an image; half a byte each.
const PIXELS: usize = 240;

/// Most stretches of boundaries.
const BOUNDARIES: usize = 2500;

/// Width of a boundary in px.
const WIDTH: f64 = 0.8;

impl Plotted for Regions {
    fn reach(&self, (x, y): (Scale, Scale)) -> Reach {
        let both = |ends: Option<(f64, f64)>| ends.map_or_else(Vec::new, |(a, b)| vec![a, b]);
        Reach { x: both(ends(&self.x, x)), y: both(ends(&self.y, y)) }
    }

    fn draw(&self, scene: &Scene) {
        let looks = looks(self);
        let ink = |row, column| region(self, row, column).map(|region| wash(looks[&region]));
        let found = cells((&self.x, &self.y), scene, ink);
        if found.iter().map(|(_, cells)| cells.len()).sum::<usize>() <= RECTANGLES {
            for (ink, cells) in found {
                cells.into_iter().for_each(|cell| scene.plot.canvas().fill_rect(cell, ink));
            }
        } else {
            let number = |row, column| {
                region(self, row, column)
                    .map_or(0, |region| 1 + (looks[&region] % WASHES.len()) as u8)
            };
            draw_image(scene, (&self.x, &self.y), PIXELS, &palette(), number);
        }
        let boundaries = boundaries(self, scene);
        if boundaries.len() <= BOUNDARIES {
            for ends in boundaries {
                scene.plot.line(&ends, Ink::solid(Colour::Axis), WIDTH);
            }
        }
        // Names would lie below other marks.
        if scene.marks.len() == 1 {
            draw_names(self, scene);
        }
    }

    fn legend(&self) -> Vec<(&str, Role, Sample)> {
        let looks = looks(self);
        let named = looks.iter().filter_map(|(&region, look)| Some((name(self, region)?, look)));
        named
            .map(|(name, look)| {
                let (role, opacity) = WASHES[look % WASHES.len()];
                (name, role, Sample::Wash(opacity))
            })
            .collect()
    }

    fn list<'a>(&'a self, listing: &mut Listing<'a>) {
        let row = |(x, y, region): (f64, f64, u32)| {
            let name = name(self, region).map_or_else(|| region.to_string(), text::plain);
            vec![number(x), number(y), name]
        };
        let heads = vec![String::new(), String::new(), "region".into()];
        listing.table("", heads, placed(self), row);
    }

    fn rows(&self) -> Vec<Row> {
        placed(self)
            .map(|(x, y, region)| Row {
                x: Some(x),
                y: Some(y),
                value: Some(f64::from(region)),
                ..Row::new("regions", name(self, region).unwrap_or_default())
            })
            .collect()
    }

    fn describe(&self, _: (Scale, Scale)) -> Vec<String> {
        let mut cells: BTreeMap<u32, Vec<(f64, f64)>> = BTreeMap::new();
        for (x, y, region) in placed(self) {
            cells.entry(region).or_default().push((x, y));
        }
        let all = cells.values().map(Vec::len).sum::<usize>();
        let mut sorted: Vec<(u32, Vec<(f64, f64)>)> = cells.into_iter().collect();
        sorted.sort_by_key(|(region, cells)| (std::cmp::Reverse(cells.len()), *region));
        if all == 0 {
            return vec!["The plane is not divided into regions.".into()];
        }
        let count = match sorted.len() {
            1 => "The whole plane is one region".into(),
            count => format!("The plane is divided into {count} regions"),
        };
        let pieces = match pieces(self) {
            pieces if pieces == sorted.len() => String::new(),
            pieces => format!(" in {pieces} connected pieces"),
        };
        let largest: Vec<String> = sorted
            .iter()
            .take(6)
            .map(|(region, cells)| {
                let share = number((1000.0 * cells.len() as f64 / all as f64).round() / 10.0);
                let mean = |of: fn(&(f64, f64)) -> f64| {
                    number(cells.iter().map(|cell| of(cell) / cells.len() as f64).sum())
                };
                let name = name(self, *region)
                    .map_or_else(String::new, |name| format!("“{}” with ", text::plain(name)));
                format!("{name}{share} % around ({}, {})", mean(|c| c.0), mean(|c| c.1))
            })
            .collect();
        vec![format!("{count}{pieces}; the largest: {}.", largest.join(", "))]
    }

    fn fills(&self) -> bool {
        true
    }
}

/// The region of a cell.
fn region(regions: &Regions, row: usize, column: usize) -> Option<u32> {
    regions.regions.get(row)?.get(column).copied()
}

/// What a region is called.
fn name(regions: &Regions, region: u32) -> Option<&str> {
    let name = regions.names.get(usize::try_from(region).ok()?)?;
    (!name.trim().is_empty()).then_some(name)
}

/// The cells with their places, row by row.
fn placed(regions: &Regions) -> impl Iterator<Item = (f64, f64, u32)> + '_ {
    regions
        .y
        .iter()
        .zip(&regions.regions)
        .flat_map(|(&y, row)| regions.x.iter().zip(row).map(move |(&x, &region)| (x, y, region)))
}

/// The number of the look of each region: with names its own, so that the legend can say it;
/// else the first that no neighbour has, beginning with the region of most neighbours (Welsh and
/// Powell, 1967, "An upper bound for the chromatic number of a graph").
fn looks(regions: &Regions) -> BTreeMap<u32, usize> {
    let neighbours = neighbours(regions);
    if !regions.names.is_empty() {
        return neighbours.keys().map(|&region| (region, region as usize)).collect();
    }
    let mut order: Vec<(&u32, &BTreeSet<u32>)> = neighbours.iter().collect();
    order.sort_by_key(|(region, around)| (std::cmp::Reverse(around.len()), **region));
    let mut looks: BTreeMap<u32, usize> = BTreeMap::new();
    for (&region, around) in order {
        let taken: BTreeSet<usize> =
            around.iter().filter_map(|other| looks.get(other).copied()).collect();
        let free = (0..).find(|look| !taken.contains(look)).unwrap_or(0);
        looks.insert(region, free);
    }
    looks
}

/// The regions that each region has a side in common with.
fn neighbours(regions: &Regions) -> BTreeMap<u32, BTreeSet<u32>> {
    let cells = in_order(regions);
    let mut found: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for &region in cells.iter().flatten().flatten() {
        found.entry(region).or_default();
    }
    for (one, other) in sides(&cells) {
        if one != other {
            found.entry(one).or_default().insert(other);
            found.entry(other).or_default().insert(one);
        }
    }
    found
}

/// The regions on both sides of each side between two cells.
fn sides(cells: &[Vec<Option<u32>>]) -> impl Iterator<Item = (u32, u32)> + '_ {
    let beside = cells.iter().flat_map(|row| row.iter().zip(row.iter().skip(1)));
    let above = cells.iter().zip(cells.iter().skip(1)).flat_map(|(row, next)| row.iter().zip(next));
    beside.chain(above).filter_map(|(one, other)| Some(((*one)?, (*other)?)))
}

/// The regions from below and from the left, whatever the order of the places.
fn in_order(regions: &Regions) -> Vec<Vec<Option<u32>>> {
    let order = |places: &[f64]| -> Vec<usize> {
        let mut order: Vec<usize> =
            (0..places.len()).filter(|&at| places[at].is_finite()).collect();
        order.sort_by(|&one, &other| places[one].total_cmp(&places[other]));
        order
    };
    let (columns, rows) = (order(&regions.x), order(&regions.y));
    let row = |&row: &usize| columns.iter().map(|&column| region(regions, row, column)).collect();
    rows.iter().map(row).collect()
}

/// How many connected pieces the regions have together.
fn pieces(regions: &Regions) -> usize {
    let cells = in_order(regions);
    let mut seen: Vec<Vec<bool>> = cells.iter().map(|row| vec![false; row.len()]).collect();
    let mut pieces = 0;
    for row in 0..cells.len() {
        for column in 0..cells[row].len() {
            let Some(region) = cells[row][column].filter(|_| !seen[row][column]) else { continue };
            pieces += 1;
            let mut open = vec![(row, column)];
            while let Some((row, column)) = open.pop() {
                let own = cells.get(row).and_then(|cells| cells.get(column)) == Some(&Some(region));
                if !own || std::mem::replace(&mut seen[row][column], true) {
                    continue;
                }
                open.extend([(row + 1, column), (row, column + 1)]);
                open.extend(row.checked_sub(1).map(|row| (row, column)));
                open.extend(column.checked_sub(1).map(|column| (row, column)));
            }
        }
    }
    pieces
}

fn wash(look: usize) -> Ink {
    let (role, opacity) = WASHES[look % WASHES.len()];
    Ink { opacity, ..Ink::solid(Colour::Role(role)) }
}

/// The washes for an image, half-way between those for a light and those for a dark page.
fn palette() -> Vec<Shade> {
    let part = |hex: &str, at: usize| u16::from_str_radix(hex.get(at..at + 2).unwrap_or("0"), 16);
    let colour = |(role, opacity): (Role, f64)| {
        let look = Colour::Role(role).look();
        let mean = [1, 3, 5].map(|at| {
            let both = part(look.light, at).unwrap_or(0) + part(look.dark, at).unwrap_or(0);
            u8::try_from(both / 2).unwrap_or(u8::MAX)
        });
        (mean, (255.0 * opacity).round() as u8)
    };
    std::iter::once(([0; 3], 0)).chain(WASHES.map(colour)).collect()
}

/// The lines between regions, straight ones as one.
fn boundaries(regions: &Regions, scene: &Scene) -> Vec<[(f64, f64); 2]> {
    let (columns, rows) = (Sides::new(&regions.x, &scene.x).0, Sides::new(&regions.y, &scene.y).0);
    let differ = |one: (usize, usize), other: (usize, usize)| {
        let both = region(regions, one.0, one.1).zip(region(regions, other.0, other.1));
        both.is_some_and(|(one, other)| one != other)
    };
    let mut found = Vec::new();
    for pair in rows.windows(2) {
        let (below, above) = (pair[0], pair[1]);
        let apart = |at: usize| differ((below.0, columns[at].0), (above.0, columns[at].0));
        for (from, to) in stretches(columns.len(), apart) {
            found.push([(columns[from].1, above.1), (columns[to].2, above.1)]);
        }
    }
    for pair in columns.windows(2) {
        let (left, right) = (pair[0], pair[1]);
        let apart = |at: usize| differ((rows[at].0, left.0), (rows[at].0, right.0));
        for (from, to) in stretches(rows.len(), apart) {
            found.push([(right.1, rows[from].1), (right.1, rows[to].2)]);
        }
    }
    found
}

/// First and last of the longest stretches where something holds.
fn stretches(count: usize, holds: impl Fn(usize) -> bool) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for at in (0..count).filter(|&at| holds(at)) {
        match found.last_mut() {
            Some((_, last)) if *last + 1 == at => *last = at,
            _ => found.push((at, at)),
        }
    }
    found
}

/// Writes the name of each region where it is wide and high enough for it.
fn draw_names(regions: &Regions, scene: &Scene) {
    let (columns, rows) = (Sides::new(&regions.x, &scene.x).0, Sides::new(&regions.y, &scene.y).0);
    let own =
        |at: usize, column: usize| rows.get(at).and_then(|row| region(regions, row.0, column));
    let mut best: BTreeMap<u32, (f64, (f64, f64))> = BTreeMap::new();
    for (at, &(row, low, high)) in rows.iter().enumerate() {
        let runs = columns
            .chunk_by(|one, other| region(regions, row, one.0) == region(regions, row, other.0));
        for run in runs {
            let ([first, ..], Some(last)) = (run, run.last()) else { continue };
            let Some(found) = region(regions, row, first.0) else { continue };
            let (from, to) =
                (scene.plot.rect.at((first.1, low)).0, scene.plot.rect.at((last.2, low)).0);
            let middle = run[run.len() / 2].0;
            // How far the region goes up and down from here, at its middle.
            let up = (at..rows.len()).take_while(|&at| own(at, middle) == Some(found)).last();
            let down = (0..=at).rev().take_while(|&at| own(at, middle) == Some(found)).last();
            let (Some(up), Some(down)) = (up, down) else { continue };
            let height = scene.plot.rect.height();
            let room = 2.0 * ((rows[up].2 - low).min(high - rows[down].1)) * height;
            let room = (to - from).min(3.0 * room);
            let centre = ((from + to) / 2.0, scene.plot.rect.at((0.0, (low + high) / 2.0)).1);
            if best.get(&found).is_none_or(|(other, _)| room > *other) {
                best.insert(found, (room, centre));
            }
        }
    }
    let setting =
        Setting { halo: true, ..Setting::new(0.9 * scene.size, HPos::Center, VPos::Center) };
    let mut taken: Vec<Rect> = Vec::new();
    for (region, (room, (x, y))) in best {
        let Some(name) = name(regions, region) else { continue };
        let half = text::width(name, setting.size) / 2.0 + 4.0;
        let rect = Rect {
            left: x - half,
            right: x + half,
            top: y - setting.size,
            bottom: y + setting.size,
        };
        let apart = |other: &Rect| {
            rect.right < other.left
                || other.right < rect.left
                || rect.bottom < other.top
                || other.bottom < rect.top
        };
        let plot = scene.plot.rect;
        let inside = rect.left > plot.left
            && rect.right < plot.right
            && rect.top > plot.top
            && rect.bottom < plot.bottom;
        if 2.0 * half < room && inside && taken.iter().all(apart) {
            scene.plot.canvas().text(name, (x, y), setting);
            taken.push(rect);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mosaic(regions: Vec<Vec<u32>>) -> Regions {
        let axis = |count: usize| (0..count).map(|at| at as f64).collect();
        let columns = regions.iter().map(Vec::len).max().unwrap_or(0);
        Regions { x: axis(columns), y: axis(regions.len()), regions, names: Vec::new() }
    }

    proptest! {
        #[test]
        fn neighbours_never_look_alike(
            rows in proptest::collection::vec(proptest::collection::vec(0_u32..12, 0..9), 0..9),
        ) {
            let mosaic = mosaic(rows);
            let looks = looks(&mosaic);
            for (one, other) in sides(&in_order(&mosaic)) {
                prop_assert!(one == other || looks[&one] != looks[&other]);
            }
        }
    }

    #[test]
    fn maps_of_the_plane_need_few_looks() {
        // The cells of lines in general position, as a network of one layer has them.
        let lines = [(1.0, 0.1, 0.03), (-0.1, 1.0, 0.13), (1.0, -1.0, 0.51), (1.0, 1.0, -0.72)];
        let cell = |x: usize, y: usize| {
            let (x, y) = (x as f64 / 50.0 - 1.0, y as f64 / 50.0 - 1.0);
            let sides = lines.iter().map(|(a, b, c)| u32::from(a * x + b * y + c > 0.0));
            sides.fold(0, |all, side| 2 * all + side)
        };
        let mosaic = mosaic((0..100).map(|y| (0..100).map(|x| cell(x, y)).collect()).collect());
        let looks = looks(&mosaic);
        // One, one more per line, and one more per crossing in view.
        assert_eq!(looks.len(), 1 + 4 + 6);
        assert!(looks.values().all(|&look| look < 4), "{looks:?}");
    }

    #[test]
    fn describes_sizes_and_pieces() {
        let mut split = mosaic(vec![vec![0, 1, 0], vec![0, 1, 0]]);
        split.names = vec!["low".into(), "high".into()];
        let scales = (Scale::Linear, Scale::Linear);
        assert_eq!(
            split.describe(scales),
            ["The plane is divided into 2 regions in 3 connected pieces; the largest: \
              “low” with 66.7 % around (1, 0.5), “high” with 33.3 % around (1, 0.5)."]
        );
        assert_eq!(mosaic(vec![]).describe(scales), ["The plane is not divided into regions."]);
    }

    #[test]
    fn washes_differ_in_strength() {
        for (at, one) in WASHES.iter().enumerate() {
            assert!(WASHES[at + 1..].iter().all(|other| other.0 != one.0 && other.1 != one.1));
        }
    }
}
