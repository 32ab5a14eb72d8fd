//! The risks that are known in closed form, each as bias and variance.
//!
//! Convention: ridge minimises `‖Xb − y‖²/n + λ‖b‖²`; `γ = p/n`; `‖β‖ = r`; noise of standard
//! deviation `σ`; the rows of `X` are independent `N(0, I_p)`. The risk is `E‖β̂ − β‖²`, which for fresh
//! `x ~ N(0, I_p)` is the error in excess of `σ²`.

/// The two parts of a risk.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the two parts of a mean square")]
pub struct Risk {
    /// `‖E β̂ − β‖²`, the expectation over the noise, averaged over the features.
    pub bias: f64,
    /// `E‖β̂ − E β̂‖²`, likewise.
    pub variance: f64,
}

impl Risk {
    /// Their sum.
    #[must_use]
    pub fn total(self) -> f64 {
        self.bias + self.variance
    }
}

/// The least-norm solution at finite `n` and `p`, exactly (Breiman and Freedman 1983, *How many
/// variables should be entered in a regression equation?*, for `p < n`; Belkin, Hsu and Xu 2020, *Two
/// models of double descent for weak features*, for `p > n`): the variance is `σ²` times the
/// expected trace of an inverse Wishart matrix, the bias the part of `β` outside a random subspace.
#[must_use]
pub fn exact(r: f64, sigma: f64, n: usize, p: usize) -> Risk {
    let (points, features) = (n as f64, p as f64);
    let bias = if p > n { r * r * (1.0 - points / features) } else { 0.0 };
    let variance = if sigma == 0.0 {
        0.0
    } else if p.abs_diff(n) <= 1 {
        f64::INFINITY
    } else {
        sigma * sigma * points.min(features) / ((points - features).abs() - 1.0)
    };
    Risk { bias, variance }
}

/// Its limit for `n → ∞` with `p/n → γ` (Hastie, Montanari, Rosset and Tibshirani 2022, *Surprises in
/// high-dimensional ridgeless least squares interpolation*, theorem 1).
#[must_use]
pub fn limit(r: f64, sigma: f64, gamma: f64) -> Risk {
    let bias = if gamma > 1.0 { r * r * (1.0 - 1.0 / gamma) } else { 0.0 };
    let variance =
        if sigma == 0.0 { 0.0 } else { sigma * sigma * gamma.min(1.0) / (gamma - 1.0).abs() };
    Risk { bias, variance }
}

/// The limit of ridge (Dobriban and Wager 2018, *High-dimensional asymptotics of prediction*; Hastie et
/// al. 2022, theorem 5): with the Stieltjes transform `m(−λ) = ∫ 1/(s + λ)` of the Marchenko–Pastur law
/// and `m′(−λ) = ∫ 1/(s + λ)²`, the bias is `r²λ²m′` and the variance `σ²γ(m − λm′)`. For `λ = 0`
/// it is that of the least norm.
#[must_use]
pub fn ridge_limit(r: f64, sigma: f64, gamma: f64, lambda: f64) -> Risk {
    if lambda == 0.0 {
        return limit(r, sigma, gamma);
    }
    // m solves γλm² + (1 − γ + λ)m = 1.
    let linear = 1.0 - gamma + lambda;
    let root = (linear * linear + 4.0 * gamma * lambda).sqrt();
    // The positive root, in the form that does not cancel.
    let m =
        if linear > 0.0 { 2.0 / (linear + root) } else { (root - linear) / (2.0 * gamma * lambda) };
    let slope = (gamma * m * m + m) / root;
    Risk {
        bias: (r * lambda).powi(2) * slope,
        // m − λm′, by the equation of m: the two grow without end for γ > 1 and λ → 0, their difference
        // does not.
        variance: sigma * sigma * gamma * (1.0 - lambda * m).max(0.0) / root,
    }
}

/// The best penalty, `λ* = σ²γ/r²`, at every `n` and `p` (Dobriban and Wager 2018; Nakkiran, Venkat,
/// Kakade and Ma 2021, *Optimal regularization can mitigate double descent*).
#[must_use]
pub fn optimal_penalty(r: f64, sigma: f64, gamma: f64) -> f64 {
    sigma * sigma * gamma / (r * r)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn near(found: f64, expected: f64, tolerance: f64) {
        assert!(
            (found - expected).abs() <= tolerance * expected.abs().max(1e-9),
            "{found} is not {expected}"
        );
    }

    #[track_caller]
    fn same(found: Risk, expected: Risk, tolerance: f64) {
        near(found.bias, expected.bias, tolerance);
        near(found.variance, expected.variance, tolerance);
    }

    #[test]
    fn hand_cases() {
        near(exact(1.0, 0.5, 100, 50).total(), 0.25 * 50.0 / 49.0, 1e-15);
        near(exact(2.0, 0.5, 100, 200).total(), 4.0 * 0.5 + 0.25 * 100.0 / 99.0, 1e-15);
        assert_eq!(exact(1.0, 0.5, 100, 101).total(), f64::INFINITY);
        assert_eq!(exact(1.0, 0.0, 100, 100).total(), 0.0);
        near(limit(1.0, 0.5, 0.5).total(), 0.25, 1e-15);
        near(limit(2.0, 0.5, 2.0).total(), 2.0 + 0.25, 1e-15);
        assert_eq!(limit(1.0, 0.5, 1.0).total(), f64::INFINITY);
        assert_eq!(limit(1.0, 0.0, 1.0).total(), 0.0);
    }

    #[test]
    fn the_exact_risk_tends_to_its_limit() {
        for gamma in [0.25, 0.75, 1.5, 4.0] {
            let n = 1_000_000;
            let p = libm::round(gamma * n as f64) as usize;
            same(exact(1.5, 0.7, n, p), limit(1.5, 0.7, gamma), 1e-4);
        }
    }

    #[test]
    fn a_vanishing_penalty_is_the_least_norm_and_a_large_one_predicts_zero() {
        for gamma in [0.1, 0.5, 2.0, 10.0] {
            same(ridge_limit(1.5, 0.7, gamma, 1e-9), limit(1.5, 0.7, gamma), 1e-6);
            near(ridge_limit(1.5, 0.7, gamma, 1e9).total(), 2.25, 1e-6);
        }
    }

    /// The integrals over the Marchenko–Pastur density `√((b − s)(s − a))/(2πγs)` on `[a, b]`,
    /// `(1 ∓ √γ)²`, with a mass of `1 − 1/γ` at zero for `γ > 1`, by the midpoint rule in the angle of
    /// `s = 1 + γ + 2√γ cos θ`.
    #[test]
    fn the_limit_of_ridge_is_an_integral_over_marchenko_and_pastur() {
        let (r, sigma, nodes) = (1.5, 0.7, 4000);
        for gamma in [0.2_f64, 0.9, 1.0, 1.1, 5.0] {
            for lambda in [0.05, 0.3, 2.0] {
                let half = 2.0 * gamma.sqrt();
                let mut found = Risk { bias: 0.0, variance: 0.0 };
                for k in 1..=nodes {
                    let angle = std::f64::consts::PI * (f64::from(k) - 0.5) / f64::from(nodes);
                    let s = 1.0 + gamma + half * libm::cos(angle);
                    let weight =
                        (half * libm::sin(angle)).powi(2) / (2.0 * gamma * s * f64::from(nodes));
                    found.bias += weight * (r * lambda / (s + lambda)).powi(2);
                    found.variance += weight * sigma * sigma * gamma * s / (s + lambda).powi(2);
                }
                found.bias += r * r * (1.0 - 1.0 / gamma).max(0.0);
                same(ridge_limit(r, sigma, gamma, lambda), found, 1e-6);
            }
        }
    }

    /// The form in the lesson: the best risk is `σ²u` with `(σ²/r²)(u² + u) + (1/γ − 1)u = 1`.
    #[test]
    fn the_best_risk_solves_its_equation() {
        let (r, sigma) = (1.5, 0.7);
        for gamma in [0.1, 0.9, 1.0, 1.1, 10.0] {
            let best = optimal_penalty(r, sigma, gamma);
            let u = ridge_limit(r, sigma, gamma, best).total() / (sigma * sigma);
            near(sigma * sigma / (r * r) * (u * u + u) + (1.0 / gamma - 1.0) * u, 1.0, 1e-12);
        }
    }

    #[test]
    fn the_best_penalty_is_the_best() {
        for gamma in [0.1, 0.9, 1.0, 1.1, 10.0] {
            let best = optimal_penalty(1.5, 0.7, gamma);
            let risk = |factor: f64| ridge_limit(1.5, 0.7, gamma, factor * best).total();
            for factor in [0.5, 0.9, 0.99, 1.01, 1.1, 2.0] {
                assert!(risk(factor) > risk(1.0), "γ = {gamma}, {factor}");
            }
        }
    }
}
