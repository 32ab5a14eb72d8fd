//! The loss along paths between two networks.

use rand_chacha::ChaCha8Rng;

use crate::lab::random;

/// The place on the straight line from `a` to `b`, which is `a` at 0 and `b` at 1.
#[must_use]
pub fn between(a: &[f64], b: &[f64], share: f64) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| (1.0 - share) * a + share * b).collect()
}

/// The place on the quadratic Bézier curve `(1−t)² a + 2t(1−t) c + t² b`.
#[must_use]
pub fn bezier([a, b]: [&[f64]; 2], control: &[f64], t: f64) -> Vec<f64> {
    let [from, bend, to] = [(1.0 - t) * (1.0 - t), 2.0 * t * (1.0 - t), t * t];
    a.iter().zip(b).zip(control).map(|((a, b), c)| from * a + bend * c + to * b).collect()
}

/// `nodes` shares from 0 to 1, evenly; at least two.
#[must_use]
pub fn shares(nodes: usize) -> Vec<f64> {
    let last = nodes.max(2) - 1;
    (0..=last).map(|node| node as f64 / last as f64).collect()
}

/// How far the losses at these shares of a path rise above the straight line between the losses at
/// its ends, at most: `max_α [L(α) − ((1−α) L(0) + α L(1))]` (Frankle, Dziugaite, Roy and Carbin 2020,
/// *Linear mode connectivity and the lottery ticket hypothesis*). The first share is 0 and the last 1,
/// so that it is never negative. Not the rise above the lower or the higher end, which a straight line
/// between unequal ends has too.
///
/// Zero for no shares; `NaN` where a loss is.
///
/// # Panics
/// When the lists differ in length.
#[must_use]
pub fn barrier(shares: &[f64], losses: &[f64]) -> f64 {
    assert_eq!(shares.len(), losses.len(), "one loss a share");
    let (Some(first), Some(last)) = (losses.first(), losses.last()) else { return 0.0 };
    let mut highest = 0.0f64;
    for (share, loss) in shares.iter().zip(losses) {
        let rise = loss - ((1.0 - share) * first + share * last);
        if rise.is_nan() {
            return f64::NAN;
        }
        highest = highest.max(rise);
    }
    highest
}

/// How the control point of a curve is trained.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    /// Number of steps.
    pub steps: usize,
    /// Learning rate of Adam.
    pub rate: f64,
}

/// The control point of a low-loss quadratic Bézier curve between two networks: it minimises the
/// expectation of the loss at `t` uniform on `[0, 1)`, from the midpoint of the line, with one `t` a
/// step (Garipov, Izmailov, Podoprikhin, Vetrov and Wilson 2018, *Loss surfaces, mode connectivity, and
/// fast ensembling of DNNs*), by Adam (Kingma and Ba 2015, *Adam: a method for stochastic
/// optimization*) with `β = (0.9, 0.999)` and `ε = 1e-8`.
///
/// `gradient` gives that of the loss in the parameters at a place; it may draw a batch each time.
#[must_use]
pub fn curve(
    [a, b]: [&[f64]; 2],
    schedule: Schedule,
    stream: &mut ChaCha8Rng,
    gradient: &mut dyn FnMut(&[f64]) -> Vec<f64>,
) -> Vec<f64> {
    let mut control = between(a, b, 0.5);
    let mut moments = vec![(0.0, 0.0); control.len()];
    let mut decay = (1.0, 1.0);
    for t in random::uniforms(stream, schedule.steps, 0.0, 1.0) {
        let slope = gradient(&bezier([a, b], &control, t));
        // The derivative of the place by the control point.
        let factor = 2.0 * t * (1.0 - t);
        decay = (decay.0 * 0.9, decay.1 * 0.999);
        for ((parameter, (mean, square)), slope) in control.iter_mut().zip(&mut moments).zip(slope)
        {
            let slope = factor * slope;
            *mean = 0.9 * *mean + 0.1 * slope;
            *square = 0.999 * *square + 0.001 * slope * slope;
            let size = (*square / (1.0 - decay.1)).sqrt() + 1e-8;
            *parameter -= schedule.rate * (*mean / (1.0 - decay.0)) / size;
        }
    }
    control
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(losses: &[f64], expected: f64) {
        let found = barrier(&shares(losses.len()), losses);
        assert!((found - expected).abs() < 1e-15, "{found} is not {expected}");
    }

    #[test]
    fn a_barrier_is_above_the_line_between_the_ends() {
        check(&[0.0, 3.0, 0.0], 3.0);
        check(&[1.0, 2.0, 3.0], 0.0);
        check(&[1.0, 0.0, 1.0], 0.0);
        check(&[0.0, 0.0, 2.0, 4.0, 4.0], 1.0);
        check(&[4.0, 5.0, 2.0], 2.0);
        assert_eq!(barrier(&[], &[]), 0.0);
        assert!(barrier(&[0.0, 0.5, 1.0], &[0.0, f64::NAN, 0.0]).is_nan());
        assert_eq!(barrier(&[0.0, 0.5, 1.0], &[0.0, f64::INFINITY, 0.0]), f64::INFINITY);
    }

    #[test]
    fn paths_start_and_end_where_they_should() {
        let (a, b, c) = ([1.0, -2.0], [3.0, 5.0], [0.5, 0.25]);
        for t in [0.0, 1.0] {
            let end = if t == 0.0 { a } else { b };
            assert_eq!(between(&a, &b, t), end);
            assert_eq!(bezier([&a, &b], &c, t), end);
        }
        assert_eq!(between(&a, &b, 0.25), [1.5, -0.25]);
        // With the midpoint for a control point it is the line; else its middle is half way there.
        assert_eq!(bezier([&a, &b], &[2.0, 1.5], 0.25), between(&a, &b, 0.25));
        assert_eq!(bezier([&a, &b], &c, 0.5), [1.25, 0.875]);
        assert_eq!(shares(5), [0.0, 0.25, 0.5, 0.75, 1.0]);
    }

    /// Two minima on a ring: `L = (‖x‖² − 1)²` is zero along it and one at its centre.
    #[test]
    fn a_curve_goes_round_what_a_line_climbs() {
        let loss = |x: &[f64]| (x[0] * x[0] + x[1] * x[1] - 1.0).powi(2);
        let gradient = |x: &[f64]| {
            let factor = 4.0 * (x[0] * x[0] + x[1] * x[1] - 1.0);
            vec![factor * x[0], factor * x[1]]
        };
        // Not opposite each other: there the gradient is along the line, and the curve a saddle.
        let (a, b) = ([1.0, 0.0], [libm::cos(2.8), libm::sin(2.8)]);
        let shares = shares(41);
        let along = |place: &dyn Fn(f64) -> Vec<f64>| {
            barrier(&shares, &shares.iter().map(|&t| loss(&place(t))).collect::<Vec<_>>())
        };
        assert!(along(&|t| between(&a, &b, t)) > 0.9);
        let mut stream = random::stream(1, "test", 0, "curve");
        let schedule = Schedule { steps: 4000, rate: 0.01 };
        let control = curve([&a, &b], schedule, &mut stream, &mut |x| gradient(x));
        // A parabola is not a circle: the best one leaves a little.
        let found = along(&|t| bezier([&a, &b], &control, t));
        assert!(found < 0.1, "{found} with {control:?}");
    }
}
