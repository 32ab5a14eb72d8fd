//! The box around a surface as the eye sees it: from far away, so that parallels stay parallel.

use super::mesh::Mesh;
use super::mesh::Spot;

/// The height of the box relative to its sides.
const HIGH: f64 = 0.62;

/// From places in the box to points on the page.
#[derive(Clone, Copy, Debug)]
pub(super) struct View {
    /// Cosine and sine of the azimuth.
    turn: (f64, f64),
    /// Cosine and sine of the elevation.
    rise: (f64, f64),
    /// Px for the side of the box.
    pub(super) scale: f64,
    /// The point of the page where the middle of the box is.
    pub(super) middle: (f64, f64),
}

impl View {
    /// A view from angles in degrees, brought into range: the azimuth to one turn, the elevation to
    /// where all three axes can be seen.
    #[must_use]
    pub(super) fn new(azimuth: f64, elevation: f64) -> Self {
        let azimuth = if azimuth.is_finite() { libm::fmod(azimuth, 360.0) } else { 30.0 };
        let elevation = if elevation.is_nan() { 30.0 } else { elevation.clamp(8.0, 80.0) };
        let both = |degrees: f64| {
            let angle = degrees.to_radians();
            (libm::cos(angle), libm::sin(angle))
        };
        Self { turn: both(azimuth), rise: both(elevation), scale: 1.0, middle: (0.0, 0.0) }
    }

    /// How much further away from the eye one goes along the two horizontal axes.
    #[must_use]
    pub(super) fn depths(&self) -> (f64, f64) {
        (self.turn.1, self.turn.0)
    }

    /// The point of the page.
    #[must_use]
    pub(super) fn at(&self, (u, v, w): Spot) -> (f64, f64) {
        let (u, v, w) = (u - 0.5, v - 0.5, (w - 0.5) * HIGH);
        let right = u * self.turn.0 - v * self.turn.1;
        let away = u * self.turn.1 + v * self.turn.0;
        let up = w * self.rise.0 + away * self.rise.1;
        (self.middle.0 + self.scale * right, self.middle.1 - self.scale * up)
    }

    /// Whether the eye sees a point on the surface: whether no part of the surface stands higher
    /// than the ray from there to the eye.
    #[must_use]
    pub(super) fn sees(&self, (u, v, w): Spot, mesh: &Mesh) -> bool {
        // Steps of half a cell.
        const STEP: f64 = 1.0 / 80.0;
        let rise = self.rise.1 / self.rise.0 / HIGH;
        (1..120).map(|at| STEP * f64::from(at)).all(|t| {
            let (u, v) = (u - t * self.turn.1, v - t * self.turn.0);
            let ray = w + t * rise;
            let drawn = |height: &f64| (0.0..=1.0).contains(height);
            mesh.height(u, v).filter(drawn).is_none_or(|height| height < ray + 0.006)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_along_the_second_axis_and_turns_anticlockwise() {
        let right = |view: View, spot| view.at(spot).0;
        let along = View::new(0.0, 30.0);
        assert!((right(along, (0.5, 0.0, 0.0)) - right(along, (0.5, 1.0, 0.0))).abs() < 1e-12);
        assert!(right(along, (1.0, 0.5, 0.0)) > 0.4);
        // What was far away goes to the left.
        assert!(right(View::new(90.0, 30.0), (0.5, 1.0, 0.0)) < -0.4);
        assert!(along.at((0.5, 0.5, 1.0)).1 < along.at((0.5, 0.5, 0.0)).1);
    }

    #[test]
    fn hostile_angles_give_a_view() {
        for angle in [f64::NAN, f64::INFINITY, -1e300, 1e17, 720.5] {
            let (x, y) = View::new(angle, angle).at((1.0, 1.0, 1.0));
            assert!(x.abs() < 2.0 && y.abs() < 2.0);
        }
    }

    #[test]
    fn a_ridge_hides_what_is_behind_it() {
        let u = vec![0.0, 1.0];
        let v = vec![0.0, 0.45, 0.5, 0.55, 1.0];
        let w = [0.0, 0.0, 1.0, 0.0, 0.0].map(|w| vec![Some(w); 2]).to_vec();
        let (mesh, view) = (Mesh { u, v, w }, View::new(0.0, 30.0));
        assert!(view.sees((0.5, 0.2, 0.0), &mesh));
        assert!(view.sees((0.5, 0.5, 1.0), &mesh));
        assert!(!view.sees((0.5, 0.7, 0.0), &mesh));
        assert!(View::new(180.0, 30.0).sees((0.5, 0.7, 0.0), &mesh));
    }
}
