//! Steps of optimisers over a whole group, each in one pass over the parameters.

use pulp::Arch;
use pulp::Simd;
use pulp::WithSimd;

/// What a step does to one network of a group, in the words of [`crate::lab::optimiser`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// `θ ← (1 − shrink) θ` before everything else: decoupled weight decay.
    pub shrink: f32,
    /// `g ← g + decay θ`: the penalty `½ decay ‖θ‖²`.
    pub decay: f32,
    /// What is done with the gradient.
    pub rule: Rule,
}

/// What is done with a gradient `g`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    /// `θ ← θ − rate g`.
    Plain {
        /// `rate`.
        rate: f32,
    },
    /// `m ← factor m + g; θ ← θ − rate m`, or with Nesterov's `θ ← θ − rate (g + factor m)`.
    Momentum {
        /// `rate`.
        rate: f32,
        /// `factor`.
        factor: f32,
        /// Whether the step looks ahead.
        nesterov: bool,
    },
    /// `m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²; θ ← θ − rate m / (√v / spread + ε)`, where `rate` and
    /// `spread` hold the corrections of the bias.
    Adaptive {
        /// `rate / (1 − β₁ᵗ)`.
        rate: f32,
        /// `√(1 − β₂ᵗ)`.
        spread: f32,
        /// `β₁` and `1 − β₁`, each rounded by itself.
        first: [f32; 2],
        /// `β₂` and `1 − β₂`.
        second: [f32; 2],
        /// `ε`.
        epsilon: f32,
    },
}

/// Takes a step with one network: its parameters and its moments, in place.
///
/// # Panics
/// When the lists differ in length.
pub fn step(
    settings: Settings,
    parameters: &mut [f32],
    gradient: &[f32],
    first: &mut [f32],
    second: &mut [f32],
) {
    assert_eq!(parameters.len(), gradient.len(), "a gradient is as long as its parameters");
    Arch::new().dispatch(Step { settings, parameters, gradient, first, second });
}

struct Step<'a> {
    settings: Settings,
    parameters: &'a mut [f32],
    gradient: &'a [f32],
    first: &'a mut [f32],
    second: &'a mut [f32],
}

impl WithSimd for Step<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Settings { shrink, decay, rule } = self.settings;
        let places = self.parameters.iter_mut().zip(self.gradient);
        let keep = 1.0 - shrink;
        match rule {
            Rule::Plain { rate } => {
                for (p, g) in places {
                    let g = g + decay * *p;
                    *p = keep * *p - rate * g;
                }
            }
            Rule::Momentum { rate, factor, nesterov } => {
                for ((p, g), m) in places.zip(self.first) {
                    let g = g + decay * *p;
                    *m = factor * *m + g;
                    let step = if nesterov { g + factor * *m } else { *m };
                    *p = keep * *p - rate * step;
                }
            }
            Rule::Adaptive { rate, spread, first, second, epsilon } => {
                let scale = 1.0 / spread;
                for (((p, g), m), v) in places.zip(self.first).zip(self.second) {
                    let g = g + decay * *p;
                    *m = first[0] * *m + first[1] * g;
                    *v = second[0] * *v + second[1] * (g * g);
                    *p = keep * *p - rate * *m / (v.sqrt() * scale + epsilon);
                }
            }
        }
    }
}
