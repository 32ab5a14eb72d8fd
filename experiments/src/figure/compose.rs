//! Diagrams that are made of several marks.

use statrs::distribution::Beta;
use statrs::distribution::ContinuousCDF;
use statrs::distribution::Normal;

use super::Aspect;
use super::Axis;
use super::Panel;
use super::Role;
use super::Scale;
use super::mark::Histogram;
use super::mark::Mark;
use super::mark::Points;
use super::mark::band;
use super::mark::line;
use super::mark::points;
use crate::lab::statistics;

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

/// Of a sample with more values a QQ plot shows so many: the outermost, and of the others every so
/// manieth.
const QQ_POINTS: usize = 200;

/// How many of these are at either end.
const QQ_TAIL: usize = 30;

/// What a classifier is sure of and how often it is right, in bins of its confidence. All lists but
/// `edges`, which has one more, have one number for each bin; where a bin is empty, `confidence`,
/// `accuracy`, `low` and `high` are not numbers.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "read back from the columns of a record")]
pub struct Reliability {
    /// Where bins begin and end, from 0 to 1.
    pub edges: Vec<f64>,
    /// The mean confidence of the samples of a bin.
    pub confidence: Vec<f64>,
    /// The share of them that is classified right.
    pub accuracy: Vec<f64>,
    /// The lower end of the accuracy's interval.
    pub low: Vec<f64>,
    /// The upper end.
    pub high: Vec<f64>,
    /// The share of all samples that is in the bin.
    pub share: Vec<f64>,
}

impl Reliability {
    /// Sorts predictions into `count` bins of equal width, each with the 95 % Clopper–Pearson
    /// interval of its accuracy. Predictions whose confidence is not from 0 to 1 are left out.
    #[must_use]
    pub fn of(confidence: &[f64], right: &[bool], count: usize) -> Self {
        let count = count.clamp(1, 1000);
        let mut sums = vec![(0.0, 0_usize, 0_usize); count];
        let valid = confidence.iter().zip(right).filter(|(sure, _)| (0.0..=1.0).contains(*sure));
        for (&sure, &right) in valid {
            // Certainty belongs to the last bin.
            let (sum, hits, all) = &mut sums[((sure * count as f64) as usize).min(count - 1)];
            *sum += sure;
            *hits += usize::from(right);
            *all += 1;
        }
        let total: usize = sums.iter().map(|(_, _, all)| all).sum();
        let edges = (0..=count).map(|at| at as f64 / count as f64).collect();
        let mut bins = Self { edges, ..Self::default() };
        for (sum, hits, all) in sums {
            let (accuracy, low, high) = match all {
                0 => (f64::NAN, f64::NAN, f64::NAN),
                _ => {
                    let share = statistics::proportion(hits, all);
                    (share.value, share.low, share.high)
                }
            };
            bins.confidence.push(sum / all as f64);
            bins.accuracy.push(accuracy);
            bins.low.push(low);
            bins.high.push(high);
            bins.share.push(if total == 0 { 0.0 } else { all as f64 / total as f64 });
        }
        for list in [&mut bins.confidence, &mut bins.low, &mut bins.high, &mut bins.share] {
            *list = statistics::rounded(list);
        }
        bins
    }

    /// The mean distance between confidence and accuracy, weighted by the shares of the bins: the
    /// expected calibration error (Naeini, Cooper and Hauskrecht 2015, *Obtaining well calibrated
    /// probabilities using Bayesian binning*).
    #[must_use]
    pub fn calibration_error(&self) -> f64 {
        let bins = self.confidence.iter().zip(&self.accuracy).zip(&self.share);
        bins.filter(|(_, share)| **share > 0.0)
            .map(|((confidence, accuracy), share)| share * (confidence - accuracy).abs())
            .sum()
    }
}

/// A reliability diagram (DeGroot and Fienberg 1983, *The comparison and evaluation of forecasters*;
/// Guo, Pleiss, Sun and Weinberger 2017, *On calibration of modern neural networks*): the accuracy
/// of each bin against its mean confidence with its interval, the line on which both are equal, and
/// as a histogram the share of samples in each bin. Several models share the diagram.
#[must_use]
pub fn reliability(models: &[(&str, Role, &Reliability)]) -> Panel {
    let mut marks = Vec::new();
    for (label, role, bins) in models {
        let label = match models.len() {
            1 => "share of samples".into(),
            _ => format!("{label}: share of samples"),
        };
        marks.push(Mark::Histogram(Histogram {
            label,
            role: *role,
            edges: bins.edges.clone(),
            heights: bins.share.clone(),
        }));
    }
    marks.push(line("calibrated", Role::Theory, vec![0.0, 1.0], vec![0.0, 1.0]));
    for (label, role, bins) in models {
        // Empty bins are no gaps: the line goes on to the next one that has samples.
        let known: Vec<usize> = (0..bins.confidence.len().min(bins.accuracy.len()))
            .filter(|&at| bins.confidence[at].is_finite() && bins.accuracy[at].is_finite())
            .collect();
        let kept = |list: &[f64]| -> Vec<f64> {
            known.iter().map(|&at| list.get(at).copied().unwrap_or(f64::NAN)).collect()
        };
        let (x, y) = (kept(&bins.confidence), kept(&bins.accuracy));
        marks.push(line(label, *role, x.clone(), y.clone()));
        marks.push(Mark::Points(Points {
            label: (*label).into(),
            role: *role,
            x,
            y,
            low: kept(&bins.low),
            high: kept(&bins.high),
        }));
    }
    let axis = |label| Axis::linear(label).range(0.0, 1.0);
    Panel::plane(axis("confidence"), axis("accuracy"), marks).aspect(Aspect::Square)
}

/// The quantile of the standard normal distribution at a probability; infinite at 0 and 1, and not
/// a number outside.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    Normal::standard().inverse_cdf(p)
}

/// A QQ plot (Wilk and Gnanadesikan 1968, *Probability plotting methods for the analysis of data*):
/// the values of a sample in rising order against the quantiles of a distribution, with the line on
/// which both are equal and the band that holds each value, for itself, with 95 % probability if the
/// sample is from the distribution. `quantile` is the inverse of its distribution function and
/// `distribution` its name.
///
/// The i-th of n values is at the probability (i − ½)/n (Hazen 1914, *Storage to be provided in
/// impounding reservoirs*). Its distribution function, as a random variable, has the distribution
/// Beta(i, n + 1 − i) (David and Nagaraja 2003, *Order statistics*, section 2.1), whose 0.025 and
/// 0.975 quantiles give the band. Values that are not finite are left out.
#[must_use]
pub fn qq(
    label: &str,
    role: Role,
    sample: &[f64],
    distribution: &str,
    quantile: impl Fn(f64) -> f64,
) -> Panel {
    let mut values: Vec<f64> = sample.iter().copied().filter(|value| value.is_finite()).collect();
    values.sort_by(f64::total_cmp);
    let ranks = shown_ranks(values.len());
    let n = values.len() as f64;
    let at = |p: fn(f64, f64) -> f64| -> Vec<f64> {
        // Nine digits are the same on every machine.
        statistics::rounded(
            &ranks.iter().map(|&rank| quantile(p(rank as f64, n))).collect::<Vec<f64>>(),
        )
    };
    let x = at(|rank, n| (rank - 0.5) / n);
    let ends = [x.first(), x.last()].into_iter().flatten().copied().collect::<Vec<f64>>();
    let (low, high) =
        (at(|i, n| order_statistic(i, n, 0.025)), at(|i, n| order_statistic(i, n, 0.975)));
    let y = ranks.iter().map(|&rank| values[rank - 1]).collect();
    let marks = vec![
        band("pointwise 95 % band", Role::Theory, x.clone(), low, high),
        line("equal", Role::Theory, ends.clone(), ends),
        points(label, role, x, y),
    ];
    let across = Axis::linear(&format!("quantile, {distribution}"));
    Panel::plane(across, Axis::linear("sample quantile"), marks).aspect(Aspect::Square)
}

/// The ranks, from 1, that a QQ plot of so many values shows, in rising order.
fn shown_ranks(count: usize) -> Vec<usize> {
    if count <= QQ_POINTS {
        return (1..=count).collect();
    }
    let between = QQ_POINTS - 2 * QQ_TAIL;
    let inner = count - 2 * QQ_TAIL;
    let middle = (0..between).map(|at| QQ_TAIL + 1 + at * inner / between);
    let last = count - QQ_TAIL + 1..=count;
    (1..=QQ_TAIL).chain(middle).chain(last).collect()
}

/// The quantile at `p` of the i-th smallest of n uniform random numbers.
fn order_statistic(i: f64, n: f64, p: f64) -> f64 {
    Beta::new(i, n + 1.0 - i).map_or(f64::NAN, |beta| beta.inverse_cdf(p))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn near(value: f64, expected: f64) {
        assert!((value - expected).abs() < 1e-6, "{value} is not {expected}");
    }

    #[test]
    fn bins_hold_confidence_accuracy_and_share() {
        let sure = [0.1, 0.3, 0.9, 1.0, f64::NAN, 2.0];
        let bins = Reliability::of(&sure, &[false, true, true, true, true, true], 2);
        assert_eq!(bins.edges, [0.0, 0.5, 1.0]);
        assert_eq!(bins.confidence, [0.2, 0.95]);
        assert_eq!(bins.accuracy, [0.5, 1.0]);
        assert_eq!(bins.share, [0.5, 0.5]);
        // Two of two: the lower end is 0.025^(1/2).
        near(bins.low[1], 0.158113883);
        assert_eq!(bins.high[1], 1.0);
        near(bins.calibration_error(), 0.5 * 0.3 + 0.5 * 0.05);
    }

    #[test]
    fn bins_without_samples_are_empty() {
        for count in [0, 1, 7] {
            let bins = Reliability::of(&[], &[], count);
            assert!(bins.accuracy.iter().all(|value| value.is_nan()));
            assert_eq!(bins.share, vec![0.0; count.max(1)]);
            assert_eq!(bins.calibration_error(), 0.0);
            // The histogram, the line, and nothing to compare with it.
            let panel = reliability(&[("", Role::Test, &bins)]);
            let [_, _, Mark::Line(line), Mark::Points(points)] = panel.marks() else {
                panic!("four marks")
            };
            assert!(line.x.is_empty() && points.low.is_empty());
        }
    }

    /// The band and the points of a QQ plot.
    fn parts(panel: &Panel) -> (&super::super::mark::Band, &Points) {
        let [Mark::Band(band), Mark::Line(_), Mark::Points(points)] = panel.marks() else {
            panic!("three marks")
        };
        (band, points)
    }

    #[test]
    fn the_band_of_uniform_numbers_is_that_of_beta() {
        let panel = qq("", Role::Test, &[0.7, 0.2, f64::NAN], "uniform", |p| p);
        let (band, points) = parts(&panel);
        assert_eq!((&points.x[..], &points.y[..]), (&[0.25, 0.75][..], &[0.2, 0.7][..]));
        // The smaller of two has the distribution function 1 − (1 − u)², the larger one u².
        near(band.low[0], 1.0 - 0.975_f64.sqrt());
        near(band.high[0], 1.0 - 0.025_f64.sqrt());
        near(band.low[1], 0.025_f64.sqrt());
        near(band.high[1], 0.975_f64.sqrt());
    }

    #[test]
    fn normal_quantiles_are_the_tabulated_ones() {
        near(normal_quantile(0.5), 0.0);
        near(normal_quantile(0.975), 1.959_963_985);
        near(normal_quantile(0.001), -3.090_232_306);
        assert_eq!(normal_quantile(0.0), f64::NEG_INFINITY);
        assert!(normal_quantile(1.5).is_nan() && normal_quantile(f64::NAN).is_nan());
    }

    #[test]
    fn a_sample_of_any_size_keeps_its_outermost_values() {
        for count in [0, 1, 2, 200, 201, 5000, 1_000_000] {
            let sample: Vec<f64> = (0..count).map(f64::from).collect();
            let panel = qq("", Role::Test, &sample, "standard normal", normal_quantile);
            let (band, points) = parts(&panel);
            assert!(points.y.len() <= QQ_POINTS);
            assert!(points.y.windows(2).all(|pair| pair[0] < pair[1]));
            assert_eq!(points.y.first(), sample.first());
            assert_eq!(points.y.last(), sample.last());
            let edges = band.low.iter().zip(&band.high).zip(&band.x);
            for ((low, high), x) in edges {
                assert!(low < high && (count < 3 || (low < x && x < high)), "{low} {x} {high}");
            }
        }
    }

    /// How often a value is in its band, for samples of the distribution itself.
    #[test]
    fn the_band_covers_what_it_says() {
        let n = 20;
        let uniform = |at: u32| libm::fmod(f64::from(at) * 0.618_033_988_749_895, 1.0);
        let (mut inside, mut all) = (0, 0);
        for trial in 0..400_u32 {
            let sample: Vec<f64> =
                (0..n).map(|at| normal_quantile(uniform(scrambled(trial * n + at)))).collect();
            let panel = qq("", Role::Test, &sample, "standard normal", normal_quantile);
            let (band, points) = parts(&panel);
            for ((low, high), y) in band.low.iter().zip(&band.high).zip(&points.y) {
                inside += u32::from((low..=high).contains(&y));
                all += 1;
            }
        }
        let share = f64::from(inside) / f64::from(all);
        assert!((0.935..0.965).contains(&share), "{share}");
    }

    /// The mixer of MurmurHash3 (Appleby 2011), to scatter the numbers of a test.
    fn scrambled(number: u32) -> u32 {
        let mut h = number.wrapping_add(1);
        h = (h ^ (h >> 16)).wrapping_mul(0x85eb_ca6b);
        h = (h ^ (h >> 13)).wrapping_mul(0xc2b2_ae35);
        h ^ (h >> 16)
    }
}
