//! Geometry in the unit square of a panel: clipping to it, and thinning what is denser than a
//! reader could see.

/// A place in the panel: (0, 0) lower left, (1, 1) upper right.
pub(super) type Place = (f64, f64);

/// The parts of a line inside the unit square.
#[must_use]
pub(super) fn clip(line: &[Place]) -> Vec<Vec<Place>> {
    let mut parts: Vec<Vec<Place>> = Vec::new();
    if let [only] = line
        && inside(*only)
    {
        parts.push(vec![*only]);
    }
    let mut joined = false;
    for pair in line.windows(2) {
        let Some((from, to)) = segment(pair[0], pair[1]) else {
            joined = false;
            continue;
        };
        match parts.last_mut() {
            Some(part) if joined => part.push(to),
            _ => parts.push(vec![from, to]),
        }
        joined = to == pair[1];
    }
    parts
}

/// Whether a place is in the unit square.
#[must_use]
pub(super) fn inside((x, y): Place) -> bool {
    (0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y)
}

/// The part of a segment inside the unit square (Liang and Barsky, 1984, "A New Concept and
/// Method for Line Clipping").
#[must_use]
pub(super) fn segment(from: Place, to: Place) -> Option<(Place, Place)> {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    let sides = [(-dx, from.0), (dx, 1.0 - from.0), (-dy, from.1), (dy, 1.0 - from.1)];
    for (outward, room) in sides {
        if outward == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if outward < 0.0 {
            enter = enter.max(room / outward);
        } else {
            leave = leave.min(room / outward);
        }
    }
    let at = |t: f64| ((from.0 + t * dx).clamp(0.0, 1.0), (from.1 + t * dy).clamp(0.0, 1.0));
    (enter <= leave).then(|| {
        // Ends that lie inside stay as they are, to the last bit.
        (if enter > 0.0 { at(enter) } else { from }, if leave < 1.0 { at(leave) } else { to })
    })
}

/// How far inside a side of the square a place lies, and the nearest place on that side.
type Side = (fn(Place) -> f64, fn(Place) -> Place);

/// A polygon cut to the unit square (Sutherland and Hodgman, 1974, "Reentrant Polygon Clipping").
#[must_use]
pub(super) fn polygon(corners: &[Place]) -> Vec<Place> {
    let mut corners = corners.to_vec();
    let sides: [Side; 4] = [
        (|p| p.0, |p| (0.0, p.1)),
        (|p| 1.0 - p.0, |p| (1.0, p.1)),
        (|p| p.1, |p| (p.0, 0.0)),
        (|p| 1.0 - p.1, |p| (p.0, 1.0)),
    ];
    for (distance, on_side) in sides {
        let Some(&last) = corners.last() else { break };
        let mut kept = Vec::with_capacity(corners.len() + 4);
        let mut before = last;
        for &corner in &corners {
            let (was, is) = (distance(before), distance(corner));
            if (was < 0.0) != (is < 0.0) {
                let t = was / (was - is);
                let cut =
                    (before.0 + t * (corner.0 - before.0), before.1 + t * (corner.1 - before.1));
                kept.push(on_side(cut));
            }
            if is >= 0.0 {
                kept.push(corner);
            }
            before = corner;
        }
        corners = kept;
    }
    corners
}

/// A line with what cannot be seen left out. Where it only goes to the right, each column of the
/// panel keeps its first, lowest, highest and last point, so that no extreme is lost; other lines
/// keep the extremes of short stretches. `columns` is how many columns the panel has.
#[must_use]
pub(super) fn thin(line: &[Place], columns: f64) -> Vec<Place> {
    if line.len() <= 1000 {
        return line.to_vec();
    }
    let rightward = line.windows(2).all(|pair| pair[0].0 <= pair[1].0);
    if rightward {
        let column = |place: &Place| libm::floor(place.0 * columns);
        return line
            .chunk_by(|one, other| column(one) == column(other))
            .flat_map(extremes)
            .collect();
    }
    let stretch = line.len().div_ceil(2000);
    line.chunks(stretch).flat_map(extremes).collect()
}

/// The lower and the upper edge of a band with what cannot be seen left out: in each column of the
/// panel the band is as wide as it gets there, so that the edges of a dense one do not cross.
#[must_use]
pub(super) fn envelope(band: &[(f64, (f64, f64))], columns: f64) -> (Vec<Place>, Vec<Place>) {
    let edge = |end: fn(&(f64, f64)) -> f64| -> Vec<Place> {
        band.iter().map(|(x, ends)| (*x, end(ends))).collect()
    };
    let rightward = band.windows(2).all(|pair| pair[0].0 <= pair[1].0);
    if band.len() <= 1000 || !rightward {
        return (thin(&edge(|ends| ends.0), columns), thin(&edge(|ends| ends.1), columns));
    }
    let column = |x: f64| libm::floor(x * columns);
    let (mut low, mut high) = (Vec::new(), Vec::new());
    for stretch in band.chunk_by(|one, other| column(one.0) == column(other.0)) {
        let ends = stretch.iter().flat_map(|(_, (one, other))| [*one, *other]);
        let (least, most) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), end| {
            (least.min(end), most.max(end))
        });
        for (x, _) in [stretch[0], stretch[stretch.len() - 1]] {
            low.push((x, least));
            high.push((x, most));
        }
    }
    (low, high)
}

/// First, last, and the outermost points of a stretch, in their order.
fn extremes(stretch: &[Place]) -> Vec<Place> {
    let coordinates: [fn(&Place) -> f64; 2] = [|place| place.0, |place| place.1];
    let mut kept = vec![0, stretch.len() - 1];
    for coordinate in coordinates {
        let by = |&one: &usize, &other: &usize| {
            coordinate(&stretch[one]).total_cmp(&coordinate(&stretch[other]))
        };
        kept.extend((0..stretch.len()).min_by(by));
        kept.extend((0..stretch.len()).max_by(by));
    }
    kept.sort_unstable();
    kept.dedup();
    kept.into_iter().map(|at| stretch[at]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &[Place], expected: &[&[Place]]) {
        assert_eq!(clip(line), expected);
    }

    #[test]
    fn cuts_lines_at_the_frame() {
        check(&[(0.2, 0.2), (0.8, 0.8)], &[&[(0.2, 0.2), (0.8, 0.8)]]);
        check(&[(-0.5, 0.5), (0.5, 0.5), (1.5, 0.5)], &[&[(0.0, 0.5), (0.5, 0.5), (1.0, 0.5)]]);
        check(
            &[(0.25, 0.5), (0.5, 1.5), (0.75, 0.5)],
            &[&[(0.25, 0.5), (0.375, 1.0)], &[(0.625, 1.0), (0.75, 0.5)]],
        );
        check(&[(-1.0, 2.0), (2.0, 2.0)], &[]);
        check(&[(0.5, 0.5)], &[&[(0.5, 0.5)]]);
        check(&[(0.5, 1.5)], &[]);
        check(&[], &[]);
    }

    #[test]
    fn cuts_areas_at_the_frame() {
        let area = polygon(&[(0.25, -1e6), (0.75, -1e6), (0.75, 0.5), (0.25, 0.5)]);
        assert_eq!(area, [(0.25, 0.0), (0.75, 0.0), (0.75, 0.5), (0.25, 0.5)]);
        assert_eq!(polygon(&[(2.0, 2.0), (3.0, 2.0), (3.0, 3.0)]), []);
        assert_eq!(polygon(&[]), []);
    }

    fn highest(line: &[Place]) -> f64 {
        line.iter().map(|place| place.1).fold(f64::NEG_INFINITY, f64::max)
    }

    #[test]
    fn a_dense_band_is_as_wide_as_it_gets() {
        let wave = |i: u32| libm::sin(f64::from(i) * 0.37);
        let band: Vec<_> = (0..50_000)
            .map(|i| (f64::from(i) / 5e4, (0.4 + 0.1 * wave(i), 0.6 + 0.1 * wave(i))))
            .collect();
        let (low, high) = envelope(&band, 1000.0);
        assert!(low.len() <= 2000, "{}", low.len());
        assert!(
            low.iter().all(|place| place.1 < 0.303) && high.iter().all(|place| place.1 > 0.697)
        );
        let few = [(0.0, (0.1, 0.2)), (1.0, (0.3, 0.4))];
        assert_eq!(
            envelope(&few, 9.0),
            (vec![(0.0, 0.1), (1.0, 0.3)], vec![(0.0, 0.2), (1.0, 0.4)])
        );
    }

    #[test]
    fn thinning_keeps_extremes_and_ends() {
        let wave = |i: u32| (f64::from(i) / 1e5, libm::sin(f64::from(i) * 0.37) * 0.3);
        let mut line: Vec<Place> = (0..100_000).map(wave).collect();
        line[54_321].1 = 0.97;
        for backward in [false, true] {
            let thinned = thin(&line, 1000.0);
            assert!(thinned.len() <= 10_000, "{}", thinned.len());
            assert_eq!(highest(&thinned), 0.97);
            assert_eq!(thinned.first(), line.first());
            assert_eq!(thinned.last(), line.last());
            if !backward {
                line.reverse();
            }
        }
    }
}
