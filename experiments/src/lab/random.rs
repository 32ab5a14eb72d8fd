//! Named random streams.
//!
//! A stream is keyed by (root seed, experiment, replicate, purpose) and by nothing else, so that
//! adding a grid point, a replicate or a thread changes no number that was there before. Arms that
//! are compared take the same streams and so share their data and initialisation.
//!
//! The generator is ChaCha with 8 rounds (Bernstein 2008, *ChaCha, a variant of Salsa20*), a
//! counter-based generator, keyed with the BLAKE3 hash of the key. Normal variates are by the
//! ziggurat method of `rand_distr`, computed with `libm`: the same bits on every platform.

use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;
use rand_distr::Distribution;
use rand_distr::StandardNormal;
use rand_distr::StandardUniform;

/// The stream of that key. `purpose` is a word: `data`, `teacher`, `init`, `batch`, `noise`.
#[must_use]
pub fn stream(seed: u64, experiment: &str, replicate: u64, purpose: &str) -> ChaCha8Rng {
    let mut key = blake3::Hasher::new();
    key.update(b"mdbook-simulation random stream 1");
    key.update(&seed.to_le_bytes());
    key.update(&(experiment.len() as u64).to_le_bytes());
    key.update(experiment.as_bytes());
    key.update(&replicate.to_le_bytes());
    key.update(purpose.as_bytes());
    ChaCha8Rng::from_seed(*key.finalize().as_bytes())
}

/// `n` independent standard normal numbers.
#[must_use]
pub fn normals(stream: &mut ChaCha8Rng, n: usize) -> Vec<f64> {
    (0..n).map(|_| StandardNormal.sample(stream)).collect()
}

/// `n` independent numbers, uniform on `[low, high)`.
#[must_use]
pub fn uniforms(stream: &mut ChaCha8Rng, n: usize, low: f64, high: f64) -> Vec<f64> {
    (0..n)
        .map(|_| {
            let unit: f64 = StandardUniform.sample(stream);
            low + (high - low) * unit
        })
        .collect()
}

/// `n` independent numbers, each of `0..below` equally likely: a sample with replacement.
///
/// # Panics
/// When `below` is zero.
#[must_use]
pub fn indices(stream: &mut ChaCha8Rng, n: usize, below: usize) -> Vec<usize> {
    assert!(below > 0, "there is nothing to draw from");
    (0..n)
        .map(|_| {
            let unit: f64 = StandardUniform.sample(stream);
            // As in `permutation`; a product may round up to `below`.
            ((below as f64 * unit) as usize).min(below - 1)
        })
        .collect()
}

/// A permutation of `0..n`, each equally likely (Fisher and Yates).
#[must_use]
pub fn permutation(stream: &mut ChaCha8Rng, n: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    for last in (1..n).rev() {
        let unit: f64 = StandardUniform.sample(stream);
        // The 53 bits of `unit` make the bias of this product at most `n / 2^53`.
        order.swap(last, ((last + 1) as f64 * unit) as usize);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_the_key_matters() {
        let draw = |seed, experiment, replicate, purpose| {
            normals(&mut stream(seed, experiment, replicate, purpose), 1)[0].to_bits()
        };
        let draws = [
            draw(1, "a", 0, "data"),
            draw(2, "a", 0, "data"),
            draw(1, "b", 0, "data"),
            draw(1, "a", 1, "data"),
            draw(1, "a", 0, "init"),
        ];
        for (i, one) in draws.iter().enumerate() {
            assert!(!draws[..i].contains(one), "two streams start alike");
        }
        assert_eq!(draws[0], draw(1, "a", 0, "data"));
    }

    #[test]
    fn moments_are_those_of_the_distribution() {
        let n = 100_000;
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let draws = normals(&mut stream(7, "test", 0, "moments"), n);
        let squares: Vec<f64> = draws.iter().map(|z| z * z).collect();
        // Five standard errors: 1/sqrt(n) for the mean, sqrt(2/n) for the second moment.
        assert!(mean(&draws).abs() < 5.0 / (n as f64).sqrt());
        assert!((mean(&squares) - 1.0).abs() < 5.0 * (2.0 / n as f64).sqrt());
        let draws = uniforms(&mut stream(7, "test", 1, "moments"), n, -1.0, 3.0);
        assert!((mean(&draws) - 1.0).abs() < 5.0 * (4.0 / 12f64.sqrt()) / (n as f64).sqrt());
        assert!(draws.iter().all(|u| (-1.0..3.0).contains(u)));
    }

    #[test]
    fn indices_are_equally_likely() {
        let (n, below) = (60_000, 6);
        let draws = indices(&mut stream(7, "test", 3, "indices"), n, below);
        for index in 0..below {
            let share = draws.iter().filter(|&&found| found == index).count() as f64 / n as f64;
            // Five standard errors.
            assert!((share - 1.0 / 6.0).abs() < 5.0 * (5.0 / 36.0 / n as f64).sqrt(), "{share}");
        }
        assert!(draws.iter().all(|&index| index < below));
        // A longer sample begins with the shorter one.
        assert_eq!(indices(&mut stream(7, "test", 3, "indices"), 9, below), draws[..9]);
        assert_eq!(indices(&mut stream(7, "test", 3, "indices"), 4, 1), [0; 4]);
    }

    #[test]
    fn a_permutation_holds_every_index_once() {
        let mut order = permutation(&mut stream(7, "test", 2, "order"), 100);
        assert_ne!(order, (0..100).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..100).collect::<Vec<_>>());
    }
}
