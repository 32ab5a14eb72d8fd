//! Where an estimate is cut off in print: at the second digit of its uncertainty.
//!
//! Digits beyond are noise, fewer would lose something. How the digits look is not decided here.

use crate::record::Estimate;

/// Most significant digits: what f64 keeps through a decimal text.
const MOST: i32 = 15;

/// The power of ten of the last digit to print, so that half the width of the interval has two
/// significant digits: −3 for 0.4712 ± 0.0123, to be read as 0.471 ± 0.012. The first digit of the value
/// is always kept, and no more than 15 of them. None where there is no uncertainty to go by: an exact
/// value, or ends or a value that are not finite.
#[must_use]
pub fn last_place(estimate: &Estimate) -> Option<i32> {
    let half = (estimate.high - estimate.low) / 2.0;
    if !(half.is_finite() && half > 0.0 && estimate.value.is_finite()) {
        return None;
    }
    let place = exponent(half, 1) - 1;
    if estimate.value == 0.0 {
        return Some(place);
    }
    let first = exponent(estimate.value, 0);
    Some(place.clamp(first - (MOST - 1), first))
}

/// The power of ten of a number's first digit, when it is rounded to this many digits after it:
/// 0.0997 with one is 0.10, so −1.
fn exponent(value: f64, digits: usize) -> i32 {
    let text = format!("{value:.digits$e}");
    // Such a text always has an exponent.
    text.rsplit_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::statistics;

    #[track_caller]
    fn check(value: f64, half: f64, expected: Option<i32>) {
        let exact = statistics::exact(value, 9);
        let estimate = Estimate { low: value - half, high: value + half, ..exact };
        assert_eq!(last_place(&estimate), expected);
    }

    #[test]
    fn the_uncertainty_keeps_two_digits() {
        check(0.4712, 0.0123, Some(-3));
        check(-0.4712, 0.0999, Some(-2));
        check(0.4712, 0.0994, Some(-3));
        check(0.0, 0.0123, Some(-3));
        check(12_345.0, 234.0, Some(1));
        check(12_345.0, 1.5, Some(-1));
        check(1e-7, 2e-9, Some(-10));
    }

    #[test]
    fn the_value_keeps_its_first_digit_and_no_noise() {
        check(45.0, 1300.0, Some(1));
        check(0.97, 1300.0, Some(0));
        check(1.0, 1e-14, Some(-14));
        let thin = Estimate { high: 1e20 * (1.0 + f64::EPSILON), ..statistics::exact(1e20, 9) };
        assert_eq!(last_place(&thin), Some(6));
    }

    #[test]
    fn without_an_uncertainty_there_is_no_place() {
        check(1.0, 0.0, None);
        check(1.0, f64::INFINITY, None);
        check(1.0, f64::NAN, None);
        check(f64::NAN, 1.0, None);
        check(f64::INFINITY, 1.0, None);
        check(0.0, f64::MAX, None);
        let reversed = Estimate { low: 2.0, high: 1.0, ..statistics::exact(1.5, 9) };
        assert_eq!(last_place(&reversed), None);
    }
}
