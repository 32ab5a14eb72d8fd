//! How numbers read: in tick labels, descriptions, tables, claims and provenance.

use std::fmt::Write;

/// A number as a person reads it: up to four significant digits, and powers of ten as
/// `1.5 × 10⁻⁴` below a thousandth and from a hundred thousand on.
#[must_use]
pub fn number(value: f64) -> String {
    if value.is_nan() {
        return "not a number".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { "∞".into() } else { "−∞".into() };
    }
    if value == 0.0 {
        return "0".into();
    }
    if (1e4..99_999.5).contains(&value.abs()) {
        return signed(&format!("{value:.0}"));
    }
    let (mantissa, exponent) = scientific(value, 3);
    if (-3..5).contains(&exponent) {
        let decimals = usize::try_from(3 - exponent).unwrap_or(0);
        return signed(&trimmed(&format!("{value:.decimals$}")));
    }
    format!("{} × 10{}", signed(&trimmed(&mantissa)), superscript(exponent))
}

/// Mantissa and exponent with this many decimals, correctly rounded.
pub(crate) fn scientific(value: f64, decimals: usize) -> (String, i32) {
    let text = format!("{value:.decimals$e}");
    match text.split_once('e') {
        Some((mantissa, exponent)) => (mantissa.into(), exponent.parse().unwrap_or(0)),
        None => (text, 0),
    }
}

/// Without zeros at the end of the decimals.
pub(crate) fn trimmed(digits: &str) -> String {
    match digits.contains('.') {
        true => digits.trim_end_matches('0').trim_end_matches('.').into(),
        false => digits.into(),
    }
}

/// With a true minus sign, and none before a zero.
pub(crate) fn signed(digits: &str) -> String {
    match digits.strip_prefix('-') {
        Some(rest) if rest.chars().all(|c| c == '0' || c == '.') => rest.into(),
        Some(rest) => format!("−{rest}"),
        None => digits.into(),
    }
}

/// An exponent in raised digits.
pub(crate) fn superscript(exponent: i32) -> String {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let mut plain = String::new();
    let _ = write!(plain, "{exponent}");
    plain
        .chars()
        .map(|c| c.to_digit(10).map_or('⁻', |digit| RAISED[digit as usize % RAISED.len()]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: f64, expected: &str) {
        assert_eq!(number(value), expected);
    }

    #[test]
    fn reads_like_a_number() {
        check(0.0, "0");
        check(-0.0, "0");
        check(1.0, "1");
        check(-2.5, "−2.5");
        check(45.123_456, "45.12");
        check(0.3, "0.3");
        check(0.001, "0.001");
        check(0.012_345, "0.01235");
        check(1234.5, "1234");
        check(99_999.0, "99999");
    }

    #[test]
    fn takes_powers_of_ten_outside_the_everyday_range() {
        check(100_000.0, "1 × 10⁵");
        check(99_999.6, "1 × 10⁵");
        check(-0.000_15, "−1.5 × 10⁻⁴");
        check(1e300, "1 × 10³⁰⁰");
        check(5e-324, "4.941 × 10⁻³²⁴");
    }

    #[test]
    fn names_what_is_not_finite() {
        check(f64::NAN, "not a number");
        check(f64::INFINITY, "∞");
        check(f64::NEG_INFINITY, "−∞");
    }
}
