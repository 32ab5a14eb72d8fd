//! The same numbers as TeX, for formulas.

use std::fmt::Write as _;

use experiments::record::Estimate;

/// A number as [`super::number`] has it.
#[must_use]
pub fn number(value: f64) -> String {
    tex(&super::number(value))
}

/// An estimate as [`super::estimate`] has it.
#[must_use]
pub fn estimate(estimate: &Estimate) -> String {
    tex(&super::estimate(estimate))
}

/// A number with so many decimals.
#[must_use]
pub fn fixed(value: f64, decimals: usize) -> String {
    if value.is_finite() {
        // More than an f64 has would only be noise.
        tex(&super::signed(&format!("{value:.*}", decimals.min(17))))
    } else {
        number(value)
    }
}

/// What [`super::print()`] wrote, with its sign, percent, interval and unit, as TeX in braces.
#[must_use]
pub fn printed(text: &str) -> String {
    const RAISED: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹";
    let mut out = String::from("{");
    let mut raised = false;
    for c in text.chars() {
        let digit = RAISED.chars().position(|other| other == c);
        if raised && digit.is_none() && c != '⁻' {
            out.push('}');
            raised = false;
        } else if !raised && (digit.is_some() || c == '⁻') {
            out.push_str("^{");
            raised = true;
        }
        match (digit, c) {
            (Some(digit), _) => out.push_str(&digit.to_string()),
            (None, '−' | '⁻') => out.push('-'),
            (None, '×') => out.push_str("\\times "),
            (None, '∞') => out.push_str("\\infty "),
            (None, '%') => out.push_str("\\%"),
            (None, ' ') if out.ends_with("times ") => {}
            (None, ' ') => out.push_str("\\ "),
            (None, '0'..='9' | '.' | ',' | '[' | ']' | '+') => out.push(c),
            (None, '{' | '}' | '$' | '&' | '#' | '_') => {
                let _ = write!(out, "\\text{{\\{c}}}");
            }
            (None, '\\' | '^' | '~') => {}
            (None, other) => {
                let _ = write!(out, "\\text{{{other}}}");
            }
        }
    }
    out.push_str(if raised { "}}" } else { "}" });
    out.replace("\\ \\times", "\\times")
}

/// A number in words and signs as TeX. A power of ten is one group, so that it can itself be raised.
fn tex(text: &str) -> String {
    if text.chars().any(|c| c.is_ascii_alphabetic()) {
        return format!(r"\text{{{text}}}");
    }
    let plain = text.replace('−', "-").replace('∞', r"\infty");
    match plain.split_once(" × 10") {
        Some((mantissa, raised)) => {
            let exponent: String = raised.chars().map(lowered).collect();
            format!(r"{{{mantissa}\times10^{{{exponent}}}}}")
        }
        None => plain,
    }
}

/// A raised digit or minus sign on the line.
fn lowered(raised: char) -> char {
    match raised {
        '⁻' => '-',
        '¹' => '1',
        '²' => '2',
        '³' => '3',
        '⁰' => '0',
        '⁴'..='⁹' => char::from_digit(u32::from(raised) - u32::from('⁰'), 10).unwrap_or('?'),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::superscript;
    use experiments::lab::statistics;

    #[track_caller]
    fn check(value: f64, expected: &str) {
        assert_eq!(number(value), expected);
    }

    #[test]
    fn printed_numbers_become_tex() {
        assert_eq!(printed("45.1"), "{45.1}");
        assert_eq!(printed("−1.5 × 10⁻⁴"), "{-1.5\\times 10^{-4}}");
        assert_eq!(printed("3 × 10¹² %"), "{3\\times 10^{12}\\ \\%}");
        assert_eq!(printed("−∞"), "{-\\infty }");
        assert_eq!(printed("0.3 [0.2, 0.4] m"), "{0.3\\ [0.2,\\ 0.4]\\ \\text{m}}");
    }

    #[test]
    fn numbers_are_tex() {
        check(0.0, "0");
        check(-2.5, "-2.5");
        check(1000.0, "1000");
        check(-0.000_15, r"{-1.5\times10^{-4}}");
        check(1e300, r"{1\times10^{300}}");
        check(f64::INFINITY, r"\infty");
        check(f64::NEG_INFINITY, r"-\infty");
        check(f64::NAN, r"\text{not a number}");
    }

    #[test]
    fn estimates_are_rounded_by_their_interval() {
        let exact = statistics::exact(-0.5, 9);
        let found = Estimate { low: -0.5123, high: -0.4877, ..exact };
        assert_eq!(estimate(&found), "-0.500");
    }

    #[test]
    fn decimals_are_as_asked() {
        assert_eq!(fixed(0.123_456, 4), "0.1235");
        assert_eq!(fixed(-0.000_01, 4), "0.0000");
        assert_eq!(fixed(-2.0, 1), "-2.0");
        assert_eq!(fixed(f64::INFINITY, 4), r"\infty");
        assert!(fixed(0.1, 1000).len() < 30);
    }

    #[test]
    fn every_raised_digit_comes_down() {
        let exponent = superscript(-1_234_567_890);
        assert_eq!(exponent.chars().map(lowered).collect::<String>(), "-1234567890");
    }
}
