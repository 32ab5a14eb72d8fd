//! Equal mixtures of round Gaussians in the plane, whose densities and scores are known, also after
//! more noise: targets of generative models.

use std::f64::consts::FRAC_PI_4;
use std::f64::consts::TAU;

use rand_chacha::ChaCha8Rng;

use crate::lab::data::draws;
use crate::lab::data::examples::Rows;

/// A point of the plane.
pub type Point = [f64; 2];

/// `centre + s ε`, `ε ~ N(0, I_2)`, each centre equally likely.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a distribution is given by its parameters")]
pub struct Mixture {
    /// The centres: one or more.
    pub centres: Vec<Point>,
    /// `s`, the standard deviation in each direction.
    pub sd: f64,
}

/// `ring8`: eight centres on the circle of radius 2, at angles `kπ/4`. Diffusion has `s` = 0.15,
/// adversarial networks 0.02 to 0.1.
#[must_use]
pub fn ring(sd: f64) -> Mixture {
    let centre = |k: i32| {
        let angle = FRAC_PI_4 * f64::from(k);
        [2.0 * libm::cos(angle), 2.0 * libm::sin(angle)]
    };
    Mixture { centres: (0..8).map(centre).collect(), sd }
}

/// `grid25`: centres at `{−2, …, 2}²`, `s` = 0.05.
#[must_use]
pub fn grid() -> Mixture {
    let side = [-2.0, -1.0, 0.0, 1.0, 2.0];
    Mixture { centres: side.iter().flat_map(|&y| side.map(|x| [x, y])).collect(), sd: 0.05 }
}

impl Mixture {
    /// `n` independent points, `[n, 2]`, and the index of the centre of each.
    ///
    /// # Panics
    /// When there is no centre.
    #[must_use]
    pub fn draw(&self, stream: &mut ChaCha8Rng, n: usize) -> (Rows, Vec<usize>) {
        let (mut points, mut modes) = (Vec::with_capacity(2 * n), Vec::with_capacity(n));
        for _ in 0..n {
            let mode = draws::index(stream, self.centres.len());
            points.extend(self.centres[mode].map(|x| x + self.sd * draws::normal(stream)));
            modes.push(mode);
        }
        (Rows::new(2, points), modes)
    }

    /// The mixture after independent noise `N(0, sd² I)`: a mixture again.
    #[must_use]
    pub fn blurred(&self, sd: f64) -> Self {
        Self { centres: self.centres.clone(), sd: (self.sd * self.sd + sd * sd).sqrt() }
    }

    /// The logarithm of the density.
    #[must_use]
    pub fn log_density(&self, x: Point) -> f64 {
        let exponents = self.exponents(x);
        let largest = exponents.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = exponents.iter().map(|e| libm::exp(e - largest)).sum();
        largest + libm::log(sum / (self.centres.len() as f64 * TAU * self.sd * self.sd))
    }

    /// The score `∇ log p(x) = Σ_k r_k(x) (c_k − x)/s²`, with the probabilities `r_k` of the
    /// centres given `x`.
    #[must_use]
    pub fn score(&self, x: Point) -> Point {
        let exponents = self.exponents(x);
        let largest = exponents.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (mut sum, mut weighted) = (0.0, [0.0; 2]);
        for (exponent, centre) in exponents.iter().zip(&self.centres) {
            let weight = libm::exp(exponent - largest);
            sum += weight;
            weighted = [0, 1].map(|i| weighted[i] + weight * (centre[i] - x[i]));
        }
        weighted.map(|total| total / (sum * self.sd * self.sd))
    }

    /// The centre that is nearest to a point, and its distance.
    #[must_use]
    pub fn nearest(&self, x: Point) -> (usize, f64) {
        let distances = self.centres.iter().map(|centre| squared_distance(*centre, x));
        let nearest = distances.enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
        nearest.map_or((0, f64::NAN), |(index, square)| (index, square.sqrt()))
    }

    /// `−‖x − c_k‖²/(2s²)` for each centre.
    fn exponents(&self, x: Point) -> Vec<f64> {
        let scale = 2.0 * self.sd * self.sd;
        self.centres.iter().map(|centre| -squared_distance(*centre, x) / scale).collect()
    }
}

fn squared_distance(a: Point, b: Point) -> f64 {
    (a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::random;

    #[track_caller]
    fn check_moments(mixture: &Mixture, radius_squared: f64) {
        let n = 40_000;
        let (points, modes) = mixture.draw(&mut random::stream(19, "mixture", 0, "data"), n);
        assert_eq!((points.len(), points.width(), modes.len()), (n, 2, n));
        // Chi-squared of the modes: mean k − 1, variance 2(k − 1).
        let k = mixture.centres.len();
        let mut counts = vec![0.0; k];
        modes.iter().for_each(|&mode| counts[mode] += 1.0);
        let expected = n as f64 / k as f64;
        let statistic: f64 =
            counts.iter().map(|c| (c - expected) * (c - expected) / expected).sum();
        let freedom = (k - 1) as f64;
        assert!(statistic < freedom + 5.0 * (2.0 * freedom).sqrt(), "{statistic}");
        let mut squares = 0.0;
        for (point, &mode) in points.iter().zip(&modes) {
            squares += squared_distance([point[0], point[1]], mixture.centres[mode]);
        }
        let variance = mixture.sd * mixture.sd;
        // 2n squared normal numbers.
        let found = squares / (2.0 * n as f64);
        assert!((found / variance - 1.0).abs() < 5.0 / (n as f64).sqrt(), "{found}");
        let norms: Vec<f64> = points.iter().map(|p| p[0] * p[0] + p[1] * p[1]).collect();
        let mean = norms.iter().sum::<f64>() / n as f64;
        // The sum of squares of a point of the grid has a standard deviation of 2.4.
        let exact = radius_squared + 2.0 * variance;
        assert!((mean - exact).abs() < 5.0 * 2.4 / (n as f64).sqrt(), "{mean} {exact}");
    }

    #[test]
    fn points_are_around_their_centres() {
        check_moments(&ring(0.15), 4.0);
        check_moments(&grid(), 4.0);
    }

    #[test]
    fn centres_are_those_of_the_catalogue() {
        let ring = ring(0.1);
        assert_eq!(ring.centres.len(), 8);
        assert_eq!(ring.centres[0], [2.0, 0.0]);
        assert!((ring.centres[3][0] + 2_f64.sqrt()).abs() < 1e-15);
        let grid = grid();
        assert_eq!(grid.centres.len(), 25);
        assert_eq!((grid.centres[0], grid.centres[24]), ([-2.0, -2.0], [2.0, 2.0]));
        let (index, distance) = grid.nearest([0.9, 2.3]);
        assert_eq!(grid.centres[index], [1.0, 2.0]);
        assert!((distance - 0.1_f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn the_density_integrates_to_one_and_the_score_is_its_gradient() {
        for mixture in [ring(0.15), ring(0.15).blurred(0.7), grid().blurred(0.2)] {
            // Midpoints on [−6, 6]²: exact to rounding where the step is below the width.
            let (step, mut mass) = (0.04, 0.0);
            for i in 0..300 {
                for j in 0..300 {
                    let middle = |i: i32| -6.0 + step * (f64::from(i) + 0.5);
                    mass += libm::exp(mixture.log_density([middle(i), middle(j)])) * step * step;
                }
            }
            assert!((mass - 1.0).abs() < 1e-6, "{mass}");
            for x in [[0.1, 0.2], [1.9, -0.1], [-3.0, 4.0]] {
                let h = 1e-5;
                let slope = |up: Point, down: Point| {
                    (mixture.log_density(up) - mixture.log_density(down)) / (2.0 * h)
                };
                let score = mixture.score(x);
                let numeric = [
                    slope([x[0] + h, x[1]], [x[0] - h, x[1]]),
                    slope([x[0], x[1] + h], [x[0], x[1] - h]),
                ];
                for i in [0, 1] {
                    assert!((score[i] - numeric[i]).abs() < 1e-5 * (1.0 + score[i].abs()));
                }
            }
        }
        assert!(grid().log_density([1e9, 0.0]).is_finite(), "far away, no underflow");
    }

    #[test]
    fn draws_are_nested() {
        let draw = |n| ring(0.1).draw(&mut random::stream(1, "ring", 0, "data"), n);
        let (few, many) = (draw(5), draw(50));
        assert_eq!(few.0, many.0.select(&[0, 1, 2, 3, 4]));
        assert_eq!(few.1, many.1[..5]);
    }
}
