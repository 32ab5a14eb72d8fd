//! Small draws that generators share.

use rand_chacha::ChaCha8Rng;

use crate::lab::random;

/// One standard normal number.
#[must_use]
pub fn normal(stream: &mut ChaCha8Rng) -> f64 {
    random::normals(stream, 1)[0]
}

/// One number, uniform on `[low, high)`.
#[must_use]
pub fn uniform(stream: &mut ChaCha8Rng, low: f64, high: f64) -> f64 {
    random::uniforms(stream, 1, low, high)[0]
}

/// −1 or 1, equally likely.
#[must_use]
pub fn sign(stream: &mut ChaCha8Rng) -> f64 {
    if uniform(stream, 0.0, 1.0) < 0.5 { -1.0 } else { 1.0 }
}

/// One of `0..n`, equally likely up to `n / 2^53`.
///
/// # Panics
/// When `n` is 0.
#[must_use]
pub fn index(stream: &mut ChaCha8Rng, n: usize) -> usize {
    assert!(n > 0, "nothing to choose from");
    (uniform(stream, 0.0, n as f64) as usize).min(n - 1)
}

/// A point uniform on the unit sphere of `R^dimension`: a standard normal vector over its length
/// (Muller 1959, *A note on a method for generating points uniformly on n-dimensional spheres*).
#[must_use]
pub fn on_sphere(stream: &mut ChaCha8Rng, dimension: usize) -> Vec<f64> {
    let mut point = random::normals(stream, dimension);
    let length = norm(&point);
    // A vector of zeros has probability 0; it would stay as it is.
    if length > 0.0 {
        point.iter_mut().for_each(|x| *x /= length);
    }
    point
}

/// The Euclidean norm.
#[must_use]
pub fn norm(x: &[f64]) -> f64 {
    dot(x, x).sqrt()
}

/// The inner product.
///
/// # Panics
/// When the lengths differ.
#[must_use]
pub fn dot(x: &[f64], y: &[f64]) -> f64 {
    assert_eq!(x.len(), y.len(), "an inner product of vectors of two lengths");
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(replicate: u64) -> ChaCha8Rng {
        random::stream(3, "draws", replicate, "data")
    }

    #[test]
    fn signs_and_indices_are_equally_likely() {
        let n = 40_000_u32;
        let mut one = stream(0);
        let mean = (0..n).map(|_| sign(&mut one)).sum::<f64>() / f64::from(n);
        // Five standard errors of a fair sign.
        assert!(mean.abs() < 5.0 / f64::from(n).sqrt(), "{mean}");
        let mut counts = [0_u32; 7];
        let mut one = stream(1);
        (0..n).for_each(|_| counts[index(&mut one, 7)] += 1);
        let expected = f64::from(n) / 7.0;
        // Chi-squared with 6 degrees of freedom: its 0.9999 quantile is 27.9.
        let square = |count: &u32| (f64::from(*count) - expected) * (f64::from(*count) - expected);
        let statistic: f64 = counts.iter().map(|count| square(count) / expected).sum();
        assert!(statistic < 27.9, "{statistic}: {counts:?}");
    }

    #[test]
    fn points_on_the_sphere_have_length_one_and_no_preferred_direction() {
        let (n, d) = (20_000_u32, 5);
        let mut one = stream(2);
        let points: Vec<Vec<f64>> = (0..n).map(|_| on_sphere(&mut one, d)).collect();
        assert!(points.iter().all(|point| (norm(point) - 1.0).abs() < 1e-12));
        for j in 0..d {
            // Var x_j = 1/d, Var x_j² = 2(d−1)/(d²(d+2)).
            let mean = points.iter().map(|x| x[j]).sum::<f64>() / f64::from(n);
            let square = points.iter().map(|x| x[j] * x[j]).sum::<f64>() / f64::from(n);
            let error = |variance: f64| 5.0 * (variance / f64::from(n)).sqrt();
            assert!(mean.abs() < error(0.2), "{mean}");
            assert!((square - 0.2).abs() < error(2.0 * 4.0 / (25.0 * 7.0)), "{square}");
        }
    }
}
