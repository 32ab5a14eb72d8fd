//! Lines of equal height, in places: marching squares over the mesh (Maple 2003, "Geometric
//! design and space planning using the marching squares and marching cube algorithms").

use std::collections::BTreeMap;

use super::mesh::Mesh;

/// A side of a cell: from the node in this row and column to the next one along the row, or to the
/// one in the next row.
type Side = (usize, usize, bool);

/// The lines at a height, each as places across and into the depth.
#[must_use]
pub(super) fn isolines(mesh: &Mesh, level: f64) -> Vec<Vec<(f64, f64)>> {
    let mut links: BTreeMap<Side, Vec<Side>> = BTreeMap::new();
    for row in 1..mesh.v.len() {
        for column in 1..mesh.u.len() {
            for (one, other) in crossings(mesh, (row - 1, column - 1), level) {
                links.entry(one).or_default().push(other);
                links.entry(other).or_default().push(one);
            }
        }
    }
    let mut lines = Vec::new();
    // Open lines begin at one of their ends, closed ones anywhere.
    let ends: Vec<Side> = links.iter().filter(|(_, to)| to.len() == 1).map(|(at, _)| *at).collect();
    let all: Vec<Side> = links.keys().copied().collect();
    for start in ends.into_iter().chain(all) {
        let mut line = vec![start];
        let mut at = start;
        while let Some(next) = links.get_mut(&at).and_then(Vec::pop) {
            if let Some(back) = links.get_mut(&next)
                && let Some(found) = back.iter().position(|&other| other == at)
            {
                back.swap_remove(found);
            }
            line.push(next);
            at = next;
        }
        if line.len() > 1 {
            lines.push(line.into_iter().filter_map(|side| place(mesh, side, level)).collect());
        }
    }
    lines
}

/// The pieces of the line in a cell.
fn crossings(mesh: &Mesh, (row, column): (usize, usize), level: f64) -> Vec<(Side, Side)> {
    let nodes = [(row, column), (row, column + 1), (row + 1, column + 1), (row + 1, column)];
    let Some(heights) =
        nodes.iter().map(|&(row, column)| mesh.node(row, column)).collect::<Option<Vec<f64>>>()
    else {
        return Vec::new();
    };
    let sides: [Side; 4] = [
        (row, column, true),
        (row, column + 1, false),
        (row + 1, column, true),
        (row, column, false),
    ];
    let above = |at: usize| heights[at % 4] >= level;
    let crossed: Vec<usize> = (0..4).filter(|&at| above(at) != above(at + 1)).collect();
    match crossed[..] {
        [one, other] => vec![(sides[one], sides[other])],
        // A saddle: the middle says which corners belong together.
        [_, _, _, _] => {
            let middle = heights.iter().sum::<f64>() / 4.0 >= level;
            match middle == above(0) {
                true => vec![(sides[0], sides[1]), (sides[2], sides[3])],
                false => vec![(sides[3], sides[0]), (sides[1], sides[2])],
            }
        }
        _ => Vec::new(),
    }
}

/// Where the line crosses a side.
fn place(mesh: &Mesh, (row, column, across): Side, level: f64) -> Option<(f64, f64)> {
    let (to_row, to_column) = if across { (row, column + 1) } else { (row + 1, column) };
    let (from, to) = (mesh.node(row, column)?, mesh.node(to_row, to_column)?);
    let share = ((level - from) / (to - from)).clamp(0.0, 1.0);
    let between = |one: f64, other: f64| one + share * (other - one);
    Some((between(mesh.u[column], mesh.u[to_column]), between(mesh.v[row], mesh.v[to_row])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mesh(count: u32, height: impl Fn(f64, f64) -> f64) -> Mesh {
        let u: Vec<f64> = (0..count).map(|i| f64::from(i) / f64::from(count - 1)).collect();
        let w = u.iter().map(|&v| u.iter().map(|&u| Some(height(u, v))).collect()).collect();
        Mesh { v: u.clone(), u, w }
    }

    #[test]
    fn a_bowl_has_rings_and_a_slope_has_straight_lines() {
        let bowl = mesh(21, |u, v| (u - 0.5) * (u - 0.5) + (v - 0.5) * (v - 0.5));
        let rings = isolines(&bowl, 0.09);
        assert_eq!(rings.len(), 1);
        assert_eq!(rings[0].first(), rings[0].last());
        let away = |&(u, v): &(f64, f64)| libm::hypot(u - 0.5, v - 0.5);
        assert!(rings[0].iter().all(|place| (away(place) - 0.3).abs() < 0.005));
        let slope = isolines(&mesh(5, |u, _| u), 0.6);
        assert_eq!(slope.len(), 1);
        assert_eq!(slope[0].len(), 5);
        assert!(slope[0].iter().all(|place| (place.0 - 0.6).abs() < 1e-12));
        assert!(isolines(&mesh(5, |u, _| u), 1.5).is_empty());
    }

    #[test]
    fn a_saddle_has_two_lines_and_a_hole_none() {
        assert_eq!(isolines(&mesh(2, |u, v| (u - v).abs()), 0.4).len(), 2);
        assert_eq!(isolines(&mesh(6, |u, v| (u - 0.5) * (v - 0.5)), 0.01).len(), 2);
        let mut holed = mesh(2, |u, _| u);
        holed.w[0][0] = None;
        assert!(isolines(&holed, 0.5).is_empty());
        assert!(isolines(&Mesh::default(), 0.5).is_empty());
    }
}
