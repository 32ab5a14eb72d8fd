//! How numbers read: in tick labels, descriptions, tables, claims and provenance.

pub mod tex;

use std::fmt::Write;

use experiments::record::Estimate;
use experiments::record::Interval;
use experiments::rounding;

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

/// An estimate as a person reads it: rounded where its interval says
/// ([`rounding::last_place`]), zeros kept, and powers of ten for the same magnitudes as [`number`], which it is
/// where there is no uncertainty.
#[must_use]
pub fn estimate(estimate: &Estimate) -> String {
    rounding::last_place(estimate)
        .map_or_else(|| number(estimate.value), |place| at_place(estimate.value, place))
}

/// How an author wants an estimate to be printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "settings are given by name")]
pub struct Format {
    /// Significant digits, instead of those that the interval allows.
    pub digits: Option<u8>,
    /// In percent.
    pub percent: bool,
    /// Without the unit.
    pub bare: bool,
    /// With a plus sign before a positive number.
    pub sign: bool,
    /// With the interval behind it.
    pub interval: bool,
}

/// An estimate in print.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Printed {
    /// The number, with what the author asked for: `45.1`, `−3.0 %`, `0.31 [0.29, 0.33] nats`.
    pub text: String,
    /// How sure it is: `40.2 to 51.0 (Student t, 95.0 %), n = 20`; `exact`.
    pub uncertainty: String,
}

/// Prints an estimate.
#[must_use]
pub fn print(found: &Estimate, format: Format) -> Printed {
    let scale = if format.percent { 100.0 } else { 1.0 };
    let scaled = Estimate {
        value: found.value * scale,
        low: found.low * scale,
        high: found.high * scale,
        ..found.clone()
    };
    let place = match format.digits {
        Some(digits) if scaled.value.is_finite() && scaled.value != 0.0 => {
            let after = digits.max(1) - 1;
            Some(scientific(scaled.value, usize::from(after)).1 - i32::from(after))
        }
        Some(_) => None,
        None => rounding::last_place(&scaled),
    };
    let one = |value: f64| match place {
        Some(place) if value.is_finite() => at_place(value, place),
        _ => number(value),
    };
    let mut text = one(scaled.value);
    if format.sign && scaled.value > 0.0 {
        text.insert(0, '+');
    }
    let exact = scaled.interval == Interval::Exact;
    // The ends keep the digits that the uncertainty has, whatever the author makes of the number.
    let (low, high) = ends(&scaled);
    if format.interval && !exact {
        let _ = write!(text, " [{low}, {high}]");
    }
    let mut unit = if format.percent { " %".to_owned() } else { String::new() };
    if !format.bare && !found.unit.is_empty() {
        let _ = write!(unit, " {}", found.unit);
    }
    text.push_str(&unit);
    let uncertainty = match exact {
        true => "exact".into(),
        false => format!("{low} to {high}{unit} ({}), n = {}", scaled.interval, scaled.n),
    };
    Printed { text, uncertainty }
}

/// The ends of an estimate's interval, cut where it says.
#[must_use]
pub fn ends(estimate: &Estimate) -> (String, String) {
    let place = rounding::last_place(estimate);
    let end = |value: f64| match place {
        Some(place) if value.is_finite() => at_place(value, place),
        _ => number(value),
    };
    (end(estimate.low), end(estimate.high))
}

/// A finite number rounded at the digit of 10^place; nothing, a count of none, is 0.
fn at_place(value: f64, place: i32) -> String {
    if value == 0.0 {
        return "0".into();
    }
    let whole = |count: i32| usize::try_from(count).unwrap_or(0);
    // With more decimals than f64 has, the exponent is that of the number itself.
    let digits = whole(scientific(value, 17).1 - place);
    let (mut mantissa, exponent) = scientific(value, digits);
    if whole(exponent - place) > digits {
        // Rounding has put a digit in front: 9.96 to a tenth is 10.0.
        mantissa.push_str(if digits == 0 { ".0" } else { "0" });
    }
    match exponent {
        -3..5 if place <= 0 => signed(&format!("{value:.*}", whole(-place))),
        0..5 => {
            let digits: String = mantissa.chars().filter(|&c| c != '.').collect();
            signed(&format!("{digits}{}", "0".repeat(whole(place))))
        }
        _ => format!("{} × 10{}", signed(&mantissa), superscript(exponent)),
    }
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
    use experiments::lab::statistics;

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

    #[track_caller]
    fn rounded(value: f64, half: f64, expected: &str) {
        let exact = statistics::exact(value, 9);
        let found = Estimate { low: value - half, high: value + half, ..exact };
        assert_eq!(estimate(&found), expected);
    }

    #[test]
    fn an_estimate_is_rounded_by_its_interval() {
        rounded(0.471_23, 0.0123, "0.471");
        rounded(-0.5, 0.0123, "−0.500");
        rounded(0.0, 0.0123, "0");
        rounded(-0.0001, 0.0123, "−1 × 10⁻⁴");
        rounded(0.0, 1300.0, "0");
        rounded(9.96, 1.2, "10.0");
        rounded(9.94, 1.2, "9.9");
        rounded(12_345.0, 234.0, "12340");
        rounded(12_346.0, 234.0, "12350");
        rounded(9_999.0, 234.0, "10000");
        rounded(99_996.0, 234.0, "1.0000 × 10⁵");
        rounded(100_000.0, 0.6, "1.0000000 × 10⁵");
        rounded(1.234e-5, 2.1e-7, "1.234 × 10⁻⁵");
        rounded(0.000_999_96, 2.1e-6, "0.0010000");
        rounded(45.0, 1300.0, "40");
        rounded(-97.0, 1300.0, "−100");
        rounded(0.3, 0.0, "0.3");
        rounded(f64::NAN, 1.0, "not a number");
        rounded(2.5, f64::INFINITY, "2.5");
        rounded(1e300, 1e299, "1.00 × 10³⁰⁰");
    }

    #[track_caller]
    fn printed(format: Format, expected: &str) {
        let found = Estimate { unit: "nats".into(), ..statistics::mean(&[0.30, 0.31, 0.33, 0.31]) };
        assert_eq!(print(&found, format).text, expected);
    }

    #[test]
    fn an_author_may_ask_for_another_form() {
        let plain = Format::default();
        printed(plain, "0.312 nats");
        printed(Format { digits: Some(1), ..plain }, "0.3 nats");
        printed(Format { digits: Some(5), bare: true, ..plain }, "0.31250");
        printed(Format { bare: true, sign: true, ..plain }, "+0.312");
        printed(Format { bare: true, percent: true, ..plain }, "31.2 %");
        printed(Format { interval: true, ..plain }, "0.312 [0.292, 0.333] nats");
        let found = statistics::mean(&[0.30, 0.31, 0.33, 0.31]);
        let expected = "0.292 to 0.333 (Student t, 95.0 %), n = 4";
        assert_eq!(print(&found, plain).uncertainty, expected);
        let exact = print(&statistics::exact(0.05, 9), Format { percent: true, ..plain });
        assert_eq!((exact.text.as_str(), exact.uncertainty.as_str()), ("5 %", "exact"));
        assert_eq!(print(&statistics::exact(f64::INFINITY, 9), plain).text, "∞");
        assert_eq!(
            print(&statistics::exact(0.0, 9), Format { digits: Some(3), ..plain }).text,
            "0"
        );
    }

    #[test]
    fn names_what_is_not_finite() {
        check(f64::NAN, "not a number");
        check(f64::INFINITY, "∞");
        check(f64::NEG_INFINITY, "−∞");
    }
}
