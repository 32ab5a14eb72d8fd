//! Functions on a line and on a circle, with the points at which they are learned.

use std::f64::consts::FRAC_1_SQRT_2;
use std::f64::consts::TAU;

use rand_chacha::ChaCha8Rng;

use crate::lab::data::draws;
use crate::lab::data::examples::Examples;
use crate::lab::data::examples::Rows;

/// `n` equally spaced numbers from `low` to `high`, both among them where there are two or more.
#[must_use]
pub fn grid(n: usize, low: f64, high: f64) -> Vec<f64> {
    let last = n.saturating_sub(1).max(1) as f64;
    (0..n).map(|i| low + (high - low) * (i as f64 / last)).collect()
}

/// A function of one number at some points: inputs `[n, 1]`, targets `[n, 1]`.
#[must_use]
pub fn at(points: Vec<f64>, function: impl Fn(f64) -> f64) -> Examples {
    let values = points.iter().map(|x| function(*x)).collect();
    Examples::new(Rows::new(1, points), Rows::new(1, values))
}

/// `wave1d`: `f(x) = sin(5x) e^{−x²}`, learned on `grid(1000, −1, 1)`.
#[must_use]
pub fn wave(x: f64) -> f64 {
    libm::sin(5.0 * x) * libm::exp(-x * x)
}

/// `sawtooth-k`: the tent map, `k` times: `2^(k−1)` teeth on `[0, 1]`, zero elsewhere for `k` above 0
/// (Telgarsky 2016, *Benefits of depth in neural networks*). Exact in floating point for multiples
/// of `2^−52` in `[0, 1]`.
#[must_use]
pub fn sawtooth(k: u32, x: f64) -> f64 {
    let tent = |x: f64| match x {
        _ if !(0.0..=1.0).contains(&x) => 0.0,
        _ if x <= 0.5 => 2.0 * x,
        _ => 2.0 * (1.0 - x),
    };
    (0..k).fold(x, |x, _| tent(x))
}

/// The function of `two-clusters-1d`: `sin 4x`.
#[must_use]
pub fn between_clusters(x: f64) -> f64 {
    libm::sin(4.0 * x)
}

/// `two-clusters-1d`: `x` uniform on `[−1, −0.5) ∪ [0.3, 1)`, `y = sin 4x + 0.1 ε`. Nothing lies in
/// the gap.
#[must_use]
pub fn two_clusters(stream: &mut ChaCha8Rng, n: usize) -> Examples {
    Examples::drawn(n, 1, || {
        // The union has length 1.2: from 0.5 on, the gap of 0.8 is skipped.
        let along = draws::uniform(stream, 0.0, 1.2);
        let x = if along < 0.5 { along - 1.0 } else { along - 0.2 };
        (vec![x], between_clusters(x) + 0.1 * draws::normal(stream))
    })
}

/// The function of `polynoise`: `sin 2πx`.
#[must_use]
pub fn one_period(x: f64) -> f64 {
    libm::sin(TAU * x)
}

/// `polynoise`: one point in each of `n` equal parts of `[0, 1)`, `x_i = (i + U_i)/n` with `U_i`
/// uniform, `y = sin 2πx + 0.3 ε`. The points depend on `n`: these draws are not nested.
#[must_use]
pub fn one_point_in_each_part(stream: &mut ChaCha8Rng, n: usize) -> Examples {
    let mut i = 0.0;
    Examples::drawn(n, 1, || {
        let x = (i + draws::uniform(stream, 0.0, 1.0)) / n as f64;
        i += 1.0;
        (vec![x], one_period(x) + 0.3 * draws::normal(stream))
    })
}

/// Angles for [`circle`]: `φ_i = 2π(i + ½U_i)/n`, `U_i` uniform on `[0, 1)`, so that no two are
/// closer than half a step. They depend on `n`: these draws are not nested.
#[must_use]
pub fn jittered_angles(stream: &mut ChaCha8Rng, n: usize) -> Vec<f64> {
    let step = TAU / n as f64;
    (0..n).map(|i| step * (i as f64 + 0.5 * draws::uniform(stream, 0.0, 1.0))).collect()
}

/// `circle`: `x = (cos φ, sin φ, 1)/√2`, of length 1, with `y = sin 2φ + ½ sin 3φ`: inputs `[n, 3]`,
/// targets `[n, 1]`. Without the constant coordinate, a bias-free rectifier network has a tangent kernel
/// that is blind to odd frequencies from 3 on.
#[must_use]
pub fn circle(angles: &[f64]) -> Examples {
    let inputs = angles.iter().flat_map(|&angle| {
        [libm::cos(angle), libm::sin(angle), 1.0].map(|coordinate| coordinate * FRAC_1_SQRT_2)
    });
    let targets = angles.iter().map(|angle| libm::sin(2.0 * angle) + 0.5 * libm::sin(3.0 * angle));
    Examples::new(Rows::new(3, inputs.collect()), Rows::new(1, targets.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::data::draws::norm;
    use crate::lab::random;

    fn stream(purpose: &str) -> ChaCha8Rng {
        random::stream(11, "curves", 0, purpose)
    }

    #[test]
    fn a_grid_has_both_ends() {
        assert_eq!(grid(5, -1.0, 1.0), [-1.0, -0.5, 0.0, 0.5, 1.0]);
        assert_eq!((grid(0, 0.0, 1.0).len(), grid(1, 2.0, 3.0)), (0, vec![2.0]));
        assert_eq!(*grid(1000, -1.0, 1.0).last().unwrap(), 1.0);
    }

    #[test]
    fn the_wave_is_odd_and_damped() {
        // sin 2.5 = 0.598472, e^{−1/4} = 0.778801.
        assert!((wave(0.5) - 0.598_472_144_1 * 0.778_800_783_1).abs() < 1e-9);
        assert_eq!(wave(0.0), 0.0);
        let examples = at(grid(1000, -1.0, 1.0), wave);
        assert_eq!(
            (examples.len(), examples.inputs.width(), examples.targets.width()),
            (1000, 1, 1)
        );
        let y = examples.targets.values();
        assert!((y[0] + y[999]).abs() < 1e-15);
    }

    #[test]
    fn a_sawtooth_of_k_has_2_to_the_k_minus_1_teeth() {
        for k in 1..=10 {
            let pieces = 1_u32 << k;
            for i in 0..=pieces {
                let x = f64::from(i) / f64::from(pieces);
                assert_eq!(sawtooth(k, x), f64::from(i % 2), "k = {k}, x = {x}");
                let middle = (f64::from(i) + 0.5) / f64::from(pieces);
                assert_eq!(sawtooth(k, middle), if i < pieces { 0.5 } else { 0.0 });
            }
        }
        assert_eq!(sawtooth(0, 0.3), 0.3);
        assert_eq!((sawtooth(3, -0.1), sawtooth(3, f64::NAN)), (0.0, 0.0));
    }

    #[test]
    fn clusters_leave_their_gap_empty_and_have_the_shares_of_their_lengths() {
        let n = 20_000;
        let examples = two_clusters(&mut stream("clusters"), n);
        let left = |x: f64| (-1.0..-0.5).contains(&x);
        let x = examples.inputs.values();
        assert!(x.iter().all(|&x| left(x) || (0.3..1.0).contains(&x)));
        let share = x.iter().filter(|&&x| left(x)).count() as f64 / n as f64;
        let p = 5.0 / 12.0;
        assert!((share - p).abs() < 5.0 * (p * (1.0 - p) / n as f64).sqrt(), "{share}");
        check_noise(&examples, between_clusters, 0.1);
        assert_eq!(two_clusters(&mut stream("clusters"), 40), examples.first(40));
    }

    #[test]
    fn every_part_has_one_point() {
        let n = 15_000;
        let examples = one_point_in_each_part(&mut stream("parts"), n);
        for (i, x) in examples.inputs.values().iter().enumerate() {
            // Half a unit in the last place of room.
            assert!((i as f64 - 1e-9..i as f64 + 1.0 + 1e-9).contains(&(x * n as f64)));
        }
        check_noise(&examples, one_period, 0.3);
    }

    #[track_caller]
    fn check_noise(examples: &Examples, truth: impl Fn(f64) -> f64, sd: f64) {
        let n = examples.len() as f64;
        let residuals: Vec<f64> = (examples.inputs.values().iter())
            .zip(examples.targets.values())
            .map(|(x, y)| (y - truth(*x)) / sd)
            .collect();
        let mean = residuals.iter().sum::<f64>() / n;
        let variance = residuals.iter().map(|r| r * r).sum::<f64>() / n;
        assert!(mean.abs() < 5.0 / n.sqrt(), "{mean}");
        assert!((variance - 1.0).abs() < 5.0 * (2.0 / n).sqrt(), "{variance}");
    }

    #[test]
    fn the_circle_is_on_the_sphere_and_its_angles_are_apart() {
        let n = 20;
        let angles = jittered_angles(&mut stream("angles"), n);
        let step = TAU / n as f64;
        for (i, angle) in angles.iter().enumerate() {
            assert!((0.0..=0.5).contains(&(angle / step - i as f64)), "{angle}");
        }
        let examples = circle(&angles);
        assert_eq!((examples.len(), examples.inputs.width()), (n, 3));
        assert!(examples.inputs.iter().all(|x| (norm(x) - 1.0).abs() < 1e-15));
        // sin π = 0 and ½ sin(3π/2) = −½, at φ = π/2.
        let quarter = circle(&[TAU / 4.0]);
        assert!((quarter.targets.values()[0] + 0.5).abs() < 1e-15);
        assert!((quarter.inputs.row(0)[1] - FRAC_1_SQRT_2).abs() < 1e-15);
    }
}
