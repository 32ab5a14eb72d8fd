//! Diagrams that are made of several marks.

use super::Role;
use super::Scale;
use super::mark::Mark;
use super::mark::line;

/// A closed form as a line through `count` points from `low` to `high`, evenly spaced on the scale.
///
/// # Panics
/// Never: a range that the scale cannot show gives an empty line.
#[must_use]
pub fn curve(
    label: &str,
    role: Role,
    (low, high): (f64, f64),
    scale: Scale,
    count: usize,
    form: impl Fn(f64) -> f64,
) -> Mark {
    let last = count.saturating_sub(1).max(1) as f64;
    let at = |step: usize| {
        let share = step as f64 / last;
        match scale {
            Scale::Linear => low + share * (high - low),
            Scale::Log => low * libm::pow(high / low, share),
            Scale::Symlog { linear } => {
                let along = |value: f64| libm::copysign(libm::log1p(value.abs() / linear), value);
                let place = along(low) + share * (along(high) - along(low));
                libm::copysign(linear * libm::expm1(place.abs()), place)
            }
        }
    };
    let x: Vec<f64> = (0..count).map(at).collect();
    let y = x.iter().map(|&x| form(x)).collect();
    line(label, role, x, y)
}
