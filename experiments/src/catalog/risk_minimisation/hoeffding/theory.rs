//! Risks, bounds, and the exact distribution of the gap.

use super::setting::tilt;

/// `Φ(x)`, the standard normal distribution function.
pub(super) fn normal(x: f64) -> f64 {
    0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

/// The risk of rule `h` of the class.
pub(super) fn risk(rule: usize, mu: f64) -> f64 {
    normal(-mu / (1.0 + tilt(rule).powi(2)).sqrt())
}

/// The gap of a rule with that risk and that many errors among `n` points.
pub(super) fn gap(errors: usize, n: usize, risk: f64) -> f64 {
    (errors as f64 / n as f64 - risk).abs()
}

/// What the gap of one rule with a loss in `[0, 1]` exceeds with probability at most `δ`:
/// `√(ln(2/δ)/(2n))` (Hoeffding 1963, *Probability inequalities for sums of bounded random
/// variables*, theorem 2, for both signs).
pub(super) fn sharp(delta: f64, n: f64) -> f64 {
    (libm::log(2.0 / delta) / (2.0 * n)).sqrt()
}

/// The same for a loss in `[−1, 1]`: `√(2 ln(2/δ)/n)`.
pub(super) fn loose(delta: f64, n: f64) -> f64 {
    2.0 * sharp(delta, n)
}

/// What none of the gaps of `rules` rules exceeds with probability at least `1 − δ`: each is given
/// a share `δ/rules` of the probability of failure (Boole's inequality).
pub(super) fn class(delta: f64, n: f64, rules: usize) -> f64 {
    sharp(delta / rules as f64, n)
}

/// The number of errors of one rule among `n` points: binomial.
pub(super) struct Errors {
    n: usize,
    risk: f64,
    /// Probability of each number of errors.
    probabilities: Vec<f64>,
}

impl Errors {
    /// For a risk that is neither 0 nor 1.
    pub(super) fn new(n: usize, risk: f64) -> Self {
        let factorial = |k: usize| libm::lgamma(k as f64 + 1.0);
        let (hit, miss) = (libm::log(risk), libm::log1p(-risk));
        let probability = |k: usize| {
            let ways = factorial(n) - factorial(k) - factorial(n - k);
            libm::exp(ways + k as f64 * hit + (n - k) as f64 * miss)
        };
        Self { n, risk, probabilities: (0..=n).map(probability).collect() }
    }

    /// The probability that the gap exceeds `bound`.
    pub(super) fn beyond(&self, bound: f64) -> f64 {
        let all = self.probabilities.iter().enumerate();
        all.filter(|&(k, _)| gap(k, self.n, self.risk) > bound).map(|(_, p)| p).sum()
    }

    /// The smallest number that the gap exceeds with probability at most `1 − level`.
    pub(super) fn quantile(&self, level: f64) -> f64 {
        let mut gaps: Vec<(f64, f64)> = self
            .probabilities
            .iter()
            .enumerate()
            .map(|(k, &p)| (gap(k, self.n, self.risk), p))
            .collect();
        gaps.sort_by(|a, b| b.0.total_cmp(&a.0));
        // From the largest gap down, the probability of a larger one.
        let mut above = 0.0;
        for (gap, p) in gaps {
            above += p;
            if above > 1.0 - level {
                return gap;
            }
        }
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::Binomial;
    use statrs::distribution::DiscreteCDF;

    #[track_caller]
    fn near(found: f64, expected: f64, tolerance: f64) {
        assert!((found / expected - 1.0).abs() < tolerance, "{found} is not {expected}");
    }

    #[test]
    fn risks_are_those_of_tables() {
        near(normal(-1.0), 0.158_655_253_931_457, 1e-14);
        near(normal(1.959_963_984_540_054), 0.975, 1e-14);
        near(risk(0, 1.0), normal(-1.0), 1e-15);
        // e₁ + ½e₂ has length √1.25.
        near(risk(1, 2.0), normal(-2.0 / 1.25f64.sqrt()), 1e-15);
    }

    #[test]
    fn bounds_are_hoeffdings() {
        // √(ln 40/2000) and twice that.
        near(sharp(0.05, 1000.0), 0.042_947, 1e-4);
        near(loose(0.05, 1000.0), 0.085_894, 1e-4);
        // √(ln 400/2000).
        near(class(0.05, 1000.0, 10), 0.054_733, 1e-4);
        near(class(0.05, 77.0, 1), sharp(0.05, 77.0), 1e-15);
        // The inequality itself: the bound is where 2 exp(−2nε²) = δ.
        near(2.0 * libm::exp(-2.0 * 50.0 * sharp(0.01, 50.0).powi(2)), 0.01, 1e-12);
    }

    /// Against the distribution function of another library.
    #[track_caller]
    fn check(n: usize, risk: f64) {
        let errors = Errors::new(n, risk);
        near(errors.probabilities.iter().sum(), 1.0, 1e-9);
        let other = Binomial::new(risk, n as u64).unwrap();
        for bound in [0.0, 0.013, 0.1, 0.3] {
            let (low, high) = (n as f64 * (risk - bound), n as f64 * (risk + bound));
            let below = if low > 0.0 { other.cdf(low.ceil() as u64 - 1) } else { 0.0 };
            let expected = below + other.sf(high.floor() as u64);
            let found = errors.beyond(bound);
            assert!((found - expected).abs() < 1e-8 * expected + 1e-290, "{found}, {expected}");
        }
        let quantile = errors.quantile(0.95);
        assert!(errors.beyond(quantile) <= 0.05);
        assert!(errors.beyond(quantile * (1.0 - 1e-9)) > 0.05);
    }

    #[test]
    fn the_gap_has_its_exact_distribution() {
        // No round numbers: then no gap is equal to a bound.
        check(20, 0.185_53);
        check(200, 0.010_03);
        check(1000, 0.400_33);
        check(10_000, 0.185_53);
    }

    #[test]
    fn a_bound_on_all_rules_fails_no_more_often_than_it_may() {
        for n in [5, 20, 200, 4000] {
            let fails = |rule| Errors::new(n, risk(rule, 1.0)).beyond(class(0.05, n as f64, 10));
            assert!((0..10).map(fails).sum::<f64>() <= 0.05);
        }
    }
}
