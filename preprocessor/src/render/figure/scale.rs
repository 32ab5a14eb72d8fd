//! From values to places along an axis: 0 at its start, 1 at its end.

use experiments::figure::Scale;

/// Places further out than this are as good as infinitely far; it keeps arithmetic finite.
const FAR: f64 = 1e6;

/// The smallest and the largest exponent that a logarithmic axis shows.
const DECADES: (f64, f64) = (-307.0, 308.0);

/// Largest magnitude at the end of a linear axis.
const LARGEST: f64 = 1e308;

/// What one axis spans. Its ends are finite and differ; those of a logarithmic one are positive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Span {
    /// Value at the start.
    pub(super) low: f64,
    /// Value at the end.
    pub(super) high: f64,
    /// How values map to places.
    pub(super) scale: Scale,
}

/// How much room there is between the data and the ends of an axis without a range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Padding {
    /// None: a surface fills its frame.
    None,
    /// This share of the axis on either side.
    Share(f64),
}

impl Span {
    /// From 0 to 1.
    #[must_use]
    pub(super) fn unit() -> Self {
        Self { low: 0.0, high: 1.0, scale: Scale::Linear }
    }

    /// These spans widened to hold all of those that have the same scale.
    #[must_use]
    pub(super) fn hull(spans: impl Iterator<Item = Self>) -> Vec<Self> {
        let spans: Vec<Self> = spans.collect();
        let widened = |one: &Self| {
            let alike = spans.iter().filter(|other| other.scale == one.scale);
            alike.fold(*one, |all, other| Self {
                low: all.low.min(other.low),
                high: all.high.max(other.high),
                ..all
            })
        };
        spans.iter().map(widened).collect()
    }

    /// The span of an axis: its range if that can be shown, else that of the values.
    #[must_use]
    pub(super) fn fit(
        range: Option<(f64, f64)>,
        scale: Scale,
        values: impl IntoIterator<Item = f64>,
        padding: Padding,
    ) -> Self {
        if let Some(span) = range.and_then(|(one, other)| Self::of_range(one, other, scale)) {
            return span;
        }
        let mut found: Option<(f64, f64)> = None;
        for value in values.into_iter().filter(|&value| shown(value, scale)) {
            let (low, high) = found.unwrap_or((value, value));
            found = Some((low.min(value), high.max(value)));
        }
        match (found, scale) {
            (None, Scale::Linear) => Self::unit(),
            (None, Scale::Symlog { linear }) => {
                let width = width(linear);
                Self { low: -width, high: width, scale }.within_reach()
            }
            (None, Scale::Log) => Self { low: 1.0, high: 10.0, scale },
            (Some((low, high)), Scale::Linear) => Self::around(low, high, padding),
            (Some((low, high)), Scale::Log) => Self::around_log(low, high, padding),
            (Some((low, high)), Scale::Symlog { linear }) => {
                Self::around_symmetric(low, high, linear, padding)
            }
        }
    }

    fn of_range(one: f64, other: f64, scale: Scale) -> Option<Self> {
        let (low, high) = (one.min(other), one.max(other));
        let wide = match scale {
            // Below the normal numbers a division no longer gives places.
            Scale::Linear | Scale::Symlog { .. } => {
                let least = 1e-13 * low.abs().max(high.abs());
                high / 2.0 - low / 2.0 > least.max(f64::MIN_POSITIVE)
            }
            Scale::Log => low > 0.0 && libm::log10(high) - libm::log10(low) > 1e-9,
        };
        let wide = match scale {
            // Ends that the linear part around zero draws together.
            Scale::Symlog { linear } if wide => {
                let (from, to) = (bent(low, linear), bent(high, linear));
                to - from > (1e-13 * from.abs().max(to.abs())).max(f64::MIN_POSITIVE)
            }
            _ => wide,
        };
        let ends = shown(low, scale) && shown(high, scale);
        (ends && wide).then(|| Self { low, high, scale }.within_reach())
    }

    fn around(low: f64, high: f64, padding: Padding) -> Self {
        let scale = Scale::Linear;
        let largest = low.abs().max(high.abs());
        let half = high / 2.0 - low / 2.0;
        if half <= 1e-12 * largest || half < 1e-304 {
            let room = if largest < 1e-303 { 1.0 } else { 0.1 * largest };
            return Self { low: low - room, high: high + room, scale }.within_reach();
        }
        let Padding::Share(share) = padding else {
            return Self { low, high, scale }.within_reach();
        };
        let room = 2.0 * share * half;
        // An axis of quantities that cannot be negative starts at nothing, if that is near.
        let from_zero = low >= 0.0 && (low < room || low < 0.3 * high);
        let to_zero = high <= 0.0 && (high > -room || high > 0.3 * low);
        Self {
            low: if from_zero { 0.0 } else { low - room },
            high: if to_zero { 0.0 } else { high + room },
            scale,
        }
        .within_reach()
    }

    fn around_log(low: f64, high: f64, padding: Padding) -> Self {
        let (low, high) = (libm::log10(low), libm::log10(high));
        let room = match padding {
            _ if high - low < 1e-9 => 0.5,
            Padding::None => 0.0,
            Padding::Share(share) => share * (high - low),
        };
        let low = (low - room).clamp(DECADES.0, DECADES.1 - 1.0);
        let high = (high + room).min(DECADES.1);
        let high = if high - low < 1e-6 { low + 1.0 } else { high };
        Self { low: libm::pow(10.0, low), high: libm::pow(10.0, high), scale: Scale::Log }
    }

    fn around_symmetric(low: f64, high: f64, linear: f64, padding: Padding) -> Self {
        let scale = Scale::Symlog { linear };
        let (from, to) = (bent(low, linear), bent(high, linear));
        let room = match padding {
            _ if to - from < 1e-9 => 0.5,
            Padding::None => 0.0,
            Padding::Share(share) => share * (to - from),
        };
        Self {
            low: straightened(from - room, linear),
            high: straightened(to + room, linear),
            scale,
        }
        .within_reach()
    }

    fn within_reach(self) -> Self {
        match self.scale {
            Scale::Linear | Scale::Symlog { .. } => Self {
                low: self.low.clamp(-LARGEST, LARGEST / 2.0),
                high: self.high.clamp(-LARGEST / 2.0, LARGEST),
                ..self
            },
            Scale::Log => Self {
                low: self.low.clamp(1e-307, 1e307),
                high: self.high.clamp(1e-306, 1e308),
                ..self
            },
        }
    }

    /// The place of a value, at most a million axis lengths away; none for a value that the axis
    /// cannot show.
    #[must_use]
    pub(super) fn place(&self, value: f64) -> Option<f64> {
        shown(value, self.scale).then(|| self.ratio(value).clamp(-FAR, FAR))
    }

    /// The place of an edge: like [`Self::place`], but an edge may lie infinitely far away, and
    /// one at or below zero on a logarithmic axis does. None for NaN.
    #[must_use]
    pub(super) fn edge(&self, value: f64) -> Option<f64> {
        match self.scale {
            _ if value.is_nan() => None,
            Scale::Log if value <= 0.0 => Some(-FAR),
            _ if value.is_infinite() => Some(FAR.copysign(value)),
            _ => self.place(value),
        }
    }

    /// The value at a place: the inverse of [`Self::place`], as far as doubles go.
    #[must_use]
    pub(super) fn value(&self, place: f64) -> f64 {
        let mix = |low: f64, high: f64| low * (1.0 - place) + high * place;
        match self.scale {
            Scale::Linear => mix(self.low, self.high),
            Scale::Log => libm::pow(10.0, mix(libm::log10(self.low), libm::log10(self.high))),
            Scale::Symlog { linear } => {
                straightened(mix(bent(self.low, linear), bent(self.high, linear)), linear)
            }
        }
    }

    fn ratio(&self, value: f64) -> f64 {
        match self.scale {
            // Halves, so that the difference of two huge values stays finite.
            Scale::Linear => (value / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0),
            Scale::Log => {
                let (low, high) = (libm::log10(self.low), libm::log10(self.high));
                (libm::log10(value) - low) / (high - low)
            }
            Scale::Symlog { linear } => {
                let (low, high) = (bent(self.low, linear), bent(self.high, linear));
                (bent(value, linear) - low) / (high - low)
            }
        }
    }
}

/// Whether an axis of this scale can show a value.
#[must_use]
pub(super) fn shown(value: f64, scale: Scale) -> bool {
    value.is_finite() && (scale != Scale::Log || value > 0.0)
}

/// The width of the linear part of a symmetric scale, brought into what can be computed with.
#[must_use]
pub(super) fn width(linear: f64) -> f64 {
    if linear.is_finite() && linear > 0.0 { linear.clamp(1e-300, 1e300) } else { 1.0 }
}

/// Along a symmetric logarithmic scale: `sign(v) · ln(1 + |v|/linear)`.
fn bent(value: f64, linear: f64) -> f64 {
    let ratio = value.abs() / width(linear);
    let along = match ratio.is_finite() {
        true => libm::log1p(ratio),
        false => libm::log(value.abs()) - libm::log(width(linear)),
    };
    libm::copysign(along, value)
}

/// The inverse of [`bent`].
fn straightened(place: f64, linear: f64) -> f64 {
    let ratio = libm::expm1(place.abs());
    let value = match ratio.is_finite() {
        true => width(linear) * ratio,
        false => libm::exp(place.abs() + libm::log(width(linear))),
    };
    libm::copysign(value.min(f64::MAX), place)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOME: Padding = Padding::Share(0.05);

    #[track_caller]
    fn check(range: Option<(f64, f64)>, scale: Scale, values: &[f64], expected: (f64, f64)) {
        let span = Span::fit(range, scale, values.iter().copied(), SOME);
        let near = |one: f64, other: f64| (one - other).abs() <= 1e-9 * other.abs().max(1e-300);
        assert!(near(span.low, expected.0) && near(span.high, expected.1), "{span:?}");
    }

    #[test]
    fn spans_the_data_with_a_little_room() {
        check(None, Scale::Linear, &[10.0, 20.0], (9.5, 20.5));
        check(None, Scale::Linear, &[1.0, 21.0], (0.0, 22.0));
        check(None, Scale::Linear, &[-21.0, -1.0], (-22.0, 0.0));
        check(
            None,
            Scale::Log,
            &[1.0, 100.0, -5.0, 0.0],
            (libm::pow(10.0, -0.1), libm::pow(10.0, 2.1)),
        );
    }

    #[test]
    fn keeps_a_range_that_can_be_shown() {
        check(Some((2.0, 5.0)), Scale::Linear, &[1.0], (2.0, 5.0));
        check(Some((5.0, 2.0)), Scale::Linear, &[1.0], (2.0, 5.0));
        check(Some((-1.0, 5.0)), Scale::Log, &[], (1.0, 10.0));
        check(Some((f64::NAN, 5.0)), Scale::Linear, &[], (0.0, 1.0));
        check(Some((0.0, f64::INFINITY)), Scale::Linear, &[], (0.0, 1.0));
    }

    #[test]
    fn gives_every_data_an_axis() {
        check(None, Scale::Linear, &[], (0.0, 1.0));
        check(None, Scale::Linear, &[f64::NAN, f64::INFINITY], (0.0, 1.0));
        check(None, Scale::Linear, &[3.0], (2.7, 3.3));
        check(None, Scale::Linear, &[0.0, 0.0], (-1.0, 1.0));
        check(None, Scale::Log, &[1.0], (libm::pow(10.0, -0.5), libm::pow(10.0, 0.5)));
        let magnitudes = [1e-320, 1e-300, 1.0, 1e300, f64::MAX, -f64::MAX];
        for scale in [Scale::Linear, Scale::Log, Scale::Symlog { linear: 0.1 }] {
            for one in magnitudes {
                for other in magnitudes {
                    let span = Span::fit(None, scale, [one, other], SOME);
                    assert!(span.low < span.high && span.low.is_finite(), "{span:?}");
                    assert!(span.place(span.low).is_some_and(|at| at.abs() < 1e-6), "{span:?}");
                    assert!(span.place(span.high).is_some_and(|at| (at - 1.0).abs() < 1e-6));
                }
            }
        }
    }

    #[test]
    fn says_where_a_value_lies() {
        let linear = Span { low: 0.0, high: 10.0, scale: Scale::Linear };
        let log = Span { low: 1.0, high: 100.0, scale: Scale::Log };
        assert_eq!(linear.place(2.5), Some(0.25));
        assert_eq!(log.place(10.0), Some(0.5));
        assert_eq!(log.place(0.0), None);
        assert_eq!(log.edge(-1.0), Some(-FAR));
        assert_eq!(linear.edge(f64::INFINITY), Some(FAR));
        assert_eq!(linear.edge(f64::NAN), None);
        assert_eq!(linear.value(0.25), 2.5);
        assert!((log.value(0.5) - 10.0).abs() < 1e-12);
    }
}
