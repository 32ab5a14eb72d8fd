//! Where an axis has ticks and what they say, as a person would choose them.

use experiments::figure::Scale;

use super::scale;
use super::scale::Span;
use crate::number;
use crate::number::number;

/// One tick.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    /// Where it lies along the axis, from 0 to 1.
    pub(super) place: f64,
    /// What it says; may be empty.
    pub(super) label: String,
    /// Whether it has a label, on the outer panels at least, and a line of the grid.
    pub(super) major: bool,
}

impl Tick {
    /// A tick with a label.
    fn major(place: f64, label: String) -> Self {
        Self { place, label, major: true }
    }

    /// A short tick.
    fn minor(place: f64) -> Self {
        Self { place, label: String::new(), major: false }
    }
}

/// The ticks of an axis of names: the first at 0, the second at 1.
#[must_use]
pub(super) fn names(span: &Span, names: &[String]) -> Vec<Tick> {
    names
        .iter()
        .zip(0..)
        .filter_map(|(name, at)| Some((name, span.place(f64::from(at))?)))
        .filter(|(_, place)| (0.0..=1.0).contains(place))
        .map(|(name, place)| Tick::major(place, name.clone()))
        .collect()
}

/// The ticks of an axis, with at most about so many labels. Minor ticks only where decades are
/// labelled one by one.
#[must_use]
pub(super) fn ticks(span: &Span, most: usize) -> Vec<Tick> {
    let most = most.clamp(2, 20);
    match span.scale {
        Scale::Linear => linear(span, most),
        Scale::Log => logarithmic(span, most),
        Scale::Symlog { .. } => symmetric(span, most),
    }
}

/// The most labels that leave each of them a free place: `room` says for a list of ticks whether
/// they fit.
#[must_use]
pub(super) fn fitting(span: &Span, most: usize, fits: impl Fn(&[Tick]) -> bool) -> Vec<Tick> {
    let mut best = Vec::new();
    for count in (2..=most.max(2)).rev() {
        best = ticks(span, count);
        if fits(&best) {
            return best;
        }
    }
    // Not even the fewest fit: the first label alone.
    let mut labelled = false;
    best.retain(|tick| !tick.label.is_empty() && !std::mem::replace(&mut labelled, true));
    best
}

/// Multiples of 1, 2 or 5 times a power of ten.
fn linear(span: &Span, most: usize) -> Vec<Tick> {
    let rough = (span.high / most as f64) - (span.low / most as f64);
    let power = libm::floor(libm::log10(rough));
    let unit = libm::pow(10.0, power);
    let (step, power) = [(1.0, power), (2.0, power), (5.0, power), (10.0, power + 1.0)]
        .into_iter()
        .map(|(factor, power)| (factor * unit, power))
        .find(|(step, _)| *step >= rough * (1.0 - 1e-9))
        .unwrap_or((10.0 * unit, power + 1.0));
    let first = libm::ceil(span.low / step - 1e-9);
    let last = libm::floor(span.high / step + 1e-9);
    // Steps that values of this size cannot resolve are no ticks.
    if !step.is_normal() || first.abs().max(last.abs()) > 1e12 || last - first > 40.0 {
        let exact = number(span.low) == number(span.high);
        let label = |value: f64| match exact {
            true => number::signed(&format!("{value:e}")),
            false => number(value),
        };
        return [span.low, span.high]
            .into_iter()
            .filter_map(|value| Some(Tick::major(span.place(value)?.clamp(0.0, 1.0), label(value))))
            .collect();
    }
    let largest = (first.abs().max(last.abs())) * step;
    (0..=((last - first).max(0.0) as u32))
        .map(|at| round_multiple(first + f64::from(at), step, power))
        .filter_map(|value| {
            let label = linear_label(value, largest, power as i32);
            Some(Tick::major(span.place(value)?.clamp(0.0, 1.0), label))
        })
        .collect()
}

/// `count · step`, as close to the decimal as doubles go.
fn round_multiple(count: f64, step: f64, power: f64) -> f64 {
    if (-22.0..0.0).contains(&power) {
        let inverse = libm::pow(10.0, -power);
        return count * libm::round(step * inverse) / inverse;
    }
    count * step
}

/// A label with as many decimals as the step of size 10^power needs, as a multiple of one power
/// of ten where the numbers are large or small.
fn linear_label(value: f64, largest: f64, power: i32) -> String {
    if value == 0.0 {
        return "0".into();
    }
    if (1e-3..1e5).contains(&largest) {
        let decimals = usize::try_from(-power).unwrap_or(0);
        return number::signed(&format!("{value:.decimals$}"));
    }
    let (_, exponent) = number::scientific(largest, 6);
    let (mantissa, own) = number::scientific(value, 15);
    let shift = libm::pow(10.0, f64::from(own - exponent));
    let mantissa = mantissa.parse::<f64>().unwrap_or(0.0) * shift;
    let decimals = usize::try_from(exponent - power).unwrap_or(0).min(15);
    let digits = number::signed(&format!("{mantissa:.decimals$}"));
    format!("{digits}×10{}", number::superscript(exponent))
}

/// Decades where there are several; else 1, 2, 5; else linear ticks on the logarithmic axis.
fn logarithmic(span: &Span, most: usize) -> Vec<Tick> {
    let (low, high) = (libm::log10(span.low), libm::log10(span.high));
    let (first, last) = (libm::ceil(low - 1e-9) as i32, libm::floor(high + 1e-9) as i32);
    let decades = last - first + 1;
    if decades >= 3 || (decades == 2 && most < 4 && high - low >= 1.0) {
        return decade_ticks(span, first, last, most);
    }
    for digits in [&[1.0, 2.0, 5.0][..], &[1.0, 3.0], &[1.0]] {
        let values = digit_values(span, first - 1, last + 1, digits);
        if (3..=most.max(3)).contains(&values.len()) {
            let mut ticks = labelled(span, &values);
            for (value, _) in digit_values(span, first - 1, last, &BETWEEN) {
                ticks.extend(span.place(value).map(Tick::minor));
            }
            return in_order(ticks);
        }
    }
    linear_values(span, most)
}

/// The digits between one decade and the next.
const BETWEEN: [f64; 8] = [2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0];

/// Most ticks without a label.
const MINOR: i32 = 40;

/// Ticks on the axis in rising order, without short ones where there are labelled ones.
fn in_order(mut ticks: Vec<Tick>) -> Vec<Tick> {
    ticks.iter_mut().for_each(|tick| tick.place = tick.place.clamp(0.0, 1.0));
    ticks.sort_by(|one, other| one.place.total_cmp(&other.place).then(other.major.cmp(&one.major)));
    // Of two at one place the one with the label stays.
    ticks.dedup_by(|next, before| {
        let same = next.place - before.place < 1e-9;
        if same && next.major && !before.major {
            std::mem::swap(next, before);
        }
        same
    });
    ticks
}

/// The ticks of a linear axis, where they lie on this one.
fn linear_values(span: &Span, most: usize) -> Vec<Tick> {
    let even = Span { scale: Scale::Linear, ..*span };
    let values: Vec<(f64, String)> = linear(&even, most)
        .into_iter()
        .map(|tick| (span.low + tick.place * (span.high - span.low), tick.label))
        .collect();
    values
        .into_iter()
        .filter_map(|(value, label)| Some(Tick::major(span.place(value)?.clamp(0.0, 1.0), label)))
        .collect()
}

/// Zero and the decades on either side, beginning where the axis becomes logarithmic.
fn symmetric(span: &Span, most: usize) -> Vec<Tick> {
    let Scale::Symlog { linear } = span.scale else { return Vec::new() };
    // Exponents of doubles, whatever the scale says.
    let exponent = |value: f64| libm::log10(value).clamp(-307.0, 308.0);
    let first = libm::ceil(exponent(scale::width(linear)) - 1e-9) as i32;
    let last = libm::floor(exponent(span.low.abs().max(span.high.abs())) + 1e-9) as i32;
    let inside = |value: f64| span.place(value).filter(|at| (-1e-9..=1.0 + 1e-9).contains(at));
    let power = |exponent: i32| libm::pow(10.0, f64::from(exponent));
    let count = |sign: f64| (first..=last).filter(|&at| inside(sign * power(at)).is_some()).count();
    let labels = count(1.0) + count(-1.0) + usize::from(inside(0.0).is_some());
    if last < first || labels < 4 {
        return linear_values(span, most);
    }
    // Decades are counted from the outermost one, since there are the values that matter; next to
    // zero they stand close to each other.
    let far = |exponent: i32, stride: i32| {
        let place = |value: f64| span.place(value).unwrap_or(0.0);
        let decades = place(power(last)) - place(power(last - 1));
        place(power(exponent)) - place(0.0) > 0.5 * decades * f64::from(stride)
    };
    let has_label = |exponent: i32, stride: i32| {
        (last - exponent) % stride == 0 && (labels < 5 || far(exponent, stride))
    };
    let shown = |stride: i32| {
        let exponents = (first..=last).filter(|&exponent| has_label(exponent, stride));
        let both = exponents.flat_map(|exponent| [power(exponent), -power(exponent)]);
        both.chain([0.0]).filter(|&value| inside(value).is_some()).count()
    };
    let longest = i32::try_from(labels).unwrap_or(1).max(1);
    let stride = (1..longest).find(|&stride| shown(stride) <= most).unwrap_or(longest);
    let mut ticks: Vec<Tick> =
        inside(0.0).map(|place| Tick::major(place, "0".into())).into_iter().collect();
    let minor_stride = minor_stride(stride, labels);
    for exponent in first..=last {
        for (sign, factor) in [("", 1.0), ("−", -1.0)] {
            let Some(place) = inside(factor * power(exponent)) else { continue };
            if has_label(exponent, stride) {
                let label = format!("{sign}10{}", number::superscript(exponent));
                ticks.push(Tick::major(place, label));
            } else if (last - exponent) % minor_stride == 0 {
                ticks.push(Tick::minor(place));
            }
        }
    }
    if stride == 1 && labels <= 5 {
        for factor in [1.0, -1.0] {
            let between = (first - 1..=last).flat_map(|exponent| {
                BETWEEN.iter().map(move |digit| factor * digit * power(exponent))
            });
            let outside = between.filter(|value| value.abs() >= scale::width(linear));
            ticks.extend(outside.filter_map(inside).map(Tick::minor));
        }
    }
    in_order(ticks)
}

/// Every so many decades have a short tick: a divisor of the stride of the labels.
fn minor_stride(stride: i32, decades: usize) -> i32 {
    let decades = i32::try_from(decades).unwrap_or(i32::MAX);
    (1..=stride).find(|step| stride % step == 0 && decades / step <= MINOR).unwrap_or(stride)
}

fn decade_ticks(span: &Span, first: i32, last: i32, most: usize) -> Vec<Tick> {
    let count = usize::try_from(last - first + 1).unwrap_or(1);
    let stride = i32::try_from(count.div_ceil(most)).unwrap_or(1).max(1);
    // Multiples of the stride, unless there is but one of them.
    let multiples = (first..=last).filter(|exponent| exponent.rem_euclid(stride) == 0).count();
    let from = if multiples < 2 { first } else { 0 };
    let minor = minor_stride(stride, count);
    let mut ticks = Vec::new();
    for exponent in first..=last {
        let Some(place) = span.place(libm::pow(10.0, f64::from(exponent))) else { continue };
        if (exponent - from).rem_euclid(stride) == 0 {
            ticks.push(Tick::major(place, format!("10{}", number::superscript(exponent))));
        } else if (exponent - from).rem_euclid(minor) == 0 {
            ticks.push(Tick::minor(place));
        }
    }
    if stride == 1 {
        let digits = if count <= 5 { &BETWEEN[..] } else { &[2.0, 5.0] };
        for (value, _) in digit_values(span, first - 1, last, digits) {
            ticks.extend(span.place(value).map(Tick::minor));
        }
    }
    in_order(ticks)
}

/// The values digit · 10^exponent on the axis, with the exponent of each.
fn digit_values(span: &Span, first: i32, last: i32, digits: &[f64]) -> Vec<(f64, i32)> {
    (first..=last)
        .flat_map(|exponent| digits.iter().map(move |&digit| (digit, exponent)))
        .map(|(digit, exponent)| (digit * libm::pow(10.0, f64::from(exponent)), exponent))
        .filter(|&(value, _)| {
            span.place(value).is_some_and(|at| (-1e-9..=1.0 + 1e-9).contains(&at))
        })
        .collect()
}

/// Labels of one kind: as powers of ten if one of them is long otherwise.
fn labelled(span: &Span, values: &[(f64, i32)]) -> Vec<Tick> {
    let powers = values.iter().any(|&(value, _)| number(value).contains('×'));
    let label = |value: f64, exponent: i32| match powers {
        true => {
            let digit = libm::round(value / libm::pow(10.0, f64::from(exponent)));
            format!("{digit}×10{}", number::superscript(exponent))
        }
        false => number(value),
    };
    values
        .iter()
        .filter_map(|&(value, exponent)| {
            Some(Tick::major(span.place(value)?.clamp(0.0, 1.0), label(value, exponent)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::super::scale::Padding;
    use super::*;

    #[track_caller]
    fn check(low: f64, high: f64, scale: Scale, most: usize, expected: &[&str]) {
        let span = Span { low, high, scale };
        let ticks = ticks(&span, most);
        let labels: Vec<&str> =
            ticks.iter().map(|tick| &*tick.label).filter(|label| !label.is_empty()).collect();
        assert_eq!(labels, expected);
        assert!(ticks.iter().all(|tick| (0.0..=1.0).contains(&tick.place)), "{ticks:?}");
    }

    #[test]
    fn linear_ticks_go_in_steps_of_one_two_or_five() {
        check(0.0, 1.0, Scale::Linear, 6, &["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        check(-1.0, 1.0, Scale::Linear, 5, &["−1.0", "−0.5", "0", "0.5", "1.0"]);
        check(0.0, 1000.0, Scale::Linear, 5, &["0", "200", "400", "600", "800", "1000"]);
        check(0.0, 44.0, Scale::Linear, 5, &["0", "10", "20", "30", "40"]);
        check(0.0, 0.0004, Scale::Linear, 4, &["0", "1×10⁻⁴", "2×10⁻⁴", "3×10⁻⁴", "4×10⁻⁴"]);
        check(0.0, 1e6, Scale::Linear, 2, &["0", "0.5×10⁶", "1.0×10⁶"]);
    }

    #[test]
    fn log_ticks_are_decades() {
        check(0.5, 2000.0, Scale::Log, 6, &["10⁰", "10¹", "10²", "10³"]);
        check(1e-9, 1e9, Scale::Log, 5, &["10⁻⁸", "10⁻⁴", "10⁰", "10⁴", "10⁸"]);
        let span = Span { low: 1.0, high: 1000.0, scale: Scale::Log };
        assert_eq!(ticks(&span, 6).len(), 4 + 24);
    }

    #[test]
    fn short_log_axes_have_ticks_between_the_decades() {
        check(0.9, 60.0, Scale::Log, 8, &["1", "2", "5", "10", "20", "50"]);
        check(0.2, 12.0, Scale::Log, 8, &["0.2", "0.5", "1", "2", "5", "10"]);
        check(2.0, 3.0, Scale::Log, 4, &["2.0", "2.5", "3.0"]);
    }

    #[test]
    fn short_log_axes_have_labels_of_one_kind() {
        let expected = ["2×10⁴", "5×10⁴", "1×10⁵", "2×10⁵", "5×10⁵"];
        check(1.5e4, 6e5, Scale::Log, 8, &expected);
    }

    #[test]
    fn symmetric_ticks_leave_zero_its_room() {
        let symlog = |linear| Scale::Symlog { linear };
        check(-1000.0, 1000.0, symlog(1.0), 7, &["−10³", "−10²", "−10¹", "0", "10¹", "10²", "10³"]);
        check(-1e3, 1e3, symlog(1e-12), 5, &["−10³", "−10⁻⁴", "0", "10⁻⁴", "10³"]);
        check(-5.0, 5.0, symlog(1.0), 5, &["−4", "−2", "0", "2", "4"]);
        check(0.0, 1e4, symlog(1.0), 6, &["0", "10¹", "10²", "10³", "10⁴"]);
    }

    #[test]
    fn strided_decades_have_short_ticks_between() {
        let span = Span { low: 1e-9, high: 1e9, scale: Scale::Log };
        let found = ticks(&span, 5);
        assert_eq!(found.len(), 19);
        assert_eq!(found.iter().filter(|tick| tick.major).count(), 5);
    }

    fn magnitude() -> impl Strategy<Value = f64> {
        prop_oneof![
            any::<f64>(),
            -10.0..10.0,
            Just(0.0),
            Just(1.0),
            (-300.0..300.0).prop_map(|exponent| libm::pow(10.0, exponent)),
            (-14.0..0.0).prop_map(|exponent| 1.0 + libm::pow(10.0, exponent)),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        #[test]
        fn any_axis_has_a_few_ticks_in_order(
            values in (magnitude(), magnitude()),
            linear in magnitude(),
            most in 0_usize..15,
            ranged in any::<bool>(),
        ) {
            for scale in [Scale::Linear, Scale::Log, Scale::Symlog { linear }] {
                let range = ranged.then_some(values);
                let span = Span::fit(range, scale, [values.0, values.1], Padding::Share(0.05));
                let found = ticks(&span, most);
                prop_assert!((1..=60).contains(&found.len()), "{:?} {} ticks", span, found.len());
                let places: Vec<f64> = found.iter().map(|tick| tick.place).collect();
                prop_assert!(places.iter().all(|place| (0.0..=1.0).contains(place)), "{places:?}");
                prop_assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "{span:?} {found:?}");
                let labels: Vec<&str> =
                    found.iter().map(|tick| &*tick.label).filter(|label| !label.is_empty()).collect();
                let different: BTreeSet<&str> = labels.iter().copied().collect();
                prop_assert_eq!(different.len(), labels.len(), "{:?} {:?}", span, labels);
                prop_assert!(!labels.is_empty() && !labels.contains(&"−0"));
            }
        }
    }

    #[test]
    fn any_axis_has_ticks_that_differ() {
        for (low, high) in
            [(1e300, 1.01e300), (1e-300, 3e-300), (-1e308, 1e308), (1.0, 1.0 + 1e-12)]
        {
            for scale in [Scale::Linear, Scale::Log] {
                if low > 0.0 || scale == Scale::Linear {
                    let found = ticks(&Span { low, high, scale }, 6);
                    assert!((1..=60).contains(&found.len()), "{low} {high} {found:?}");
                    assert!(found.iter().all(|tick| tick.label.chars().count() < 25), "{found:?}");
                }
            }
        }
    }
}
