//! Elementary functions in single precision, written so that the compiler turns a loop over them into
//! vector instructions. Operations on finite numbers round alike on every machine.

/// `tanh x`, within two units in the last place.
///
/// `tanh |x| = e / (e + 2)` with `e = exp(2|x|) − 1`, which keeps its relative precision near zero.
/// With `2|x| = n ln 2 + r` it is `e = 2ⁿ (exp(r) − 1) + (2ⁿ − 1)`; `exp(r) − 1` is its Taylor
/// polynomial of degree 7, since `|r| ≤ ½ ln 2` leaves less than `r⁸/8! < 6·10⁻⁹`.
#[inline(always)]
#[must_use]
pub fn tanh(x: f32) -> f32 {
    // A number whose last bits count ones: adding it rounds to an integer and leaves that there.
    const ROUNDS: f32 = 12_582_912.0;
    // The logarithm of two, in a part whose multiples by small integers are exact, and the rest.
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    let y = 2.0 * x.abs();
    // From there on the result is 1; not-a-number stays what it is.
    let y = if y > 20.0 { 20.0 } else { y };
    let shifted = y * std::f32::consts::LOG2_E + ROUNDS;
    let n = shifted - ROUNDS;
    let r = y - n * LN_2_HIGH - n * LN_2_LOW;
    let series = 1.0 / 720.0 + r * (1.0 / 5040.0);
    let series = 1.0 / 120.0 + r * series;
    let series = 1.0 / 24.0 + r * series;
    let series = 1.0 / 6.0 + r * series;
    let series = 0.5 + r * series;
    let grown = r + r * r * series;
    // 2ⁿ, by its exponent.
    let power = f32::from_bits((shifted.to_bits() << 23).wrapping_add(0x3f80_0000));
    let e = power * grown + (power - 1.0);
    (e / (e + 2.0)).copysign(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tanh_is_within_two_units_in_the_last_place() {
        let places = (-4000..=4000).map(|place| place as f32 * 0.0025);
        let small = (-60..0).map(|power| 1.7 * libm::exp2f(power as f32));
        for x in places.chain(small) {
            let exact = libm::tanh(f64::from(x));
            let unit = (exact.abs() as f32).to_bits();
            let unit = f64::from(f32::from_bits(unit + 1)) - f64::from(f32::from_bits(unit));
            let error = (f64::from(tanh(x)) - exact).abs() / unit;
            assert!(error <= 2.0, "tanh {x}: {error} units");
        }
    }

    #[test]
    fn tanh_has_its_limits() {
        assert_eq!([f32::INFINITY, f32::NEG_INFINITY, 1e30, 0.0].map(tanh), [1.0, -1.0, 1.0, 0.0]);
        assert!(tanh(f32::NAN).is_nan());
        assert!(tanh(-0.0).is_sign_negative());
    }
}
