//! From the curves of all replicates to estimates and tables.

use super::setting::Arm;
use super::setting::Axis;
use super::setting::Parameters;
use super::setting::Part;
use super::setting::SAMPLES;
use super::setting::Shard;
use super::setting::WIDTHS;
use super::setting::arms;
use super::setting::hundredths;
use super::setting::shard;
use super::setting::theory_widths;
use crate::lab::statistics;
use crate::record::Estimate;
use crate::record::Interval;
use crate::record::Record;
use crate::record::Table;

/// An argmax counts as at the threshold when it is off by at most this factor.
pub(super) const WINDOW: f64 = 1.3;

/// Everything that prose, a claim or a figure may need. The parts come in the order of the arms;
/// those of the theory follow.
pub(super) fn record(parameters: &Parameters, parts: &[Part]) -> Record {
    let mut record = Record::default();
    let floor = statistics::exact(parameters.noise * parameters.noise, parameters.replicates);
    record.estimates.insert("noise_floor".into(), floor);
    let arms = arms(parameters);
    let mut rest = parts;
    let groups: Vec<(Arm, &[Part])> = arms
        .into_iter()
        .map(|arm| {
            let (curves, after) = rest.split_at(arm.replicates(parameters).min(rest.len()));
            rest = after;
            (arm, curves)
        })
        .collect();
    for &(arm, curves) in &groups {
        match arm.axis {
            Axis::Epoch | Axis::All => epoch_wise(&mut record, &shard(parameters, arm, 0), curves),
            _ if arm.ridge != parameters.ridge => {}
            Axis::Model => model_wise(&mut record, parameters.n, curves),
            Axis::Sample => sample_wise(&mut record, parameters.n, curves),
        }
    }
    for axis in [Axis::Model, Axis::Sample] {
        if parameters.runs(axis) {
            let ridges: Vec<_> =
                groups.iter().filter(|(arm, _)| arm.axis == axis).skip(1).copied().collect();
            ridge(&mut record, parameters, axis, &ridges);
            theory(&mut record, parameters, axis, rest);
            agreement(&mut record, parameters, axis, &ridges);
        }
    }
    record
}

/// What theory predicts for every penalty, on the mean over the features that it was given.
fn theory(record: &mut Record, parameters: &Parameters, axis: Axis, parts: &[Part]) {
    let &Parameters { n, noise, .. } = parameters;
    let widths = theory_widths(parameters);
    let mean = |width: usize, points, lambda| {
        let Some(place) = widths.iter().position(|&found| found == width) else { return f64::NAN };
        let errors = parts.iter().map(|part| part.spectra[place].test_error(points, lambda, noise));
        errors.sum::<f64>() / parts.len() as f64
    };
    let mut columns: [Vec<f64>; 3] = Default::default();
    for arm in arms(parameters).into_iter().filter(|arm| arm.axis == axis) {
        let sizes: Vec<(usize, f64)> = if axis == Axis::Model {
            widths.iter().map(|&p| (p, mean(p, n, arm.ridge))).collect()
        } else {
            let samples = SAMPLES.map(|percent| hundredths(percent, n));
            samples.map(|points| (points, mean(n, points, arm.ridge))).to_vec()
        };
        columns[0].extend(sizes.iter().map(|_| arm.ridge));
        columns[1].extend(sizes.iter().map(|(size, _)| *size as f64));
        columns[2].extend(statistics::rounded(&sizes.iter().map(|(_, e)| *e).collect::<Vec<_>>()));
    }
    let (name, column) = if axis == Axis::Model {
        ("model-wise-theory", "features")
    } else {
        ("sample-wise-theory", "points")
    };
    let names = ["lambda", column, "test"];
    record.tables.insert(name.into(), Table::new(names.into_iter().zip(columns)));
}

/// Curves of the estimator that the claims are about, over the width.
fn model_wise(record: &mut Record, n: usize, curves: &[Part]) {
    let widths = WIDTHS.map(|percent| hundredths(percent, n));
    record.tables.insert("model-wise".into(), sizes_table("features", &widths, curves));
    let test = Curves::new(curves, |part| &part.test);
    let at = |percent| test.at(place(&WIDTHS, percent));
    let below: Vec<usize> = (0..place(&WIDTHS, 100)).collect();
    let above: Vec<usize> = (place(&WIDTHS, 100) + 1..WIDTHS.len()).collect();
    let lowest = |places: &[usize]| {
        test.map(|curve| places.iter().map(|&i| curve[i]).fold(f64::INFINITY, f64::min))
    };
    let (peak, valley, best) =
        (test.highest_median(), test.lowest_median(&below), test.lowest_median(&above));

    let mut put = |name: &str, estimate| record.estimates.insert(name.into(), estimate);
    put("peak_median", statistics::median(&test.at(peak)));
    put("peak_location", statistics::median(&test.map(|curve| widths[highest(curve)] as f64)));
    put("peak_in_window", test.count(|curve| at_threshold(WIDTHS[highest(curve)])));
    put("valley", statistics::median(&test.at(valley)));
    put("valley_location", statistics::exact(widths[valley] as f64, curves.len()));
    put("best_overparametrised", statistics::median(&test.at(best)));
    put("best_overparametrised_location", statistics::exact(widths[best] as f64, curves.len()));
    for (name, percent) in [
        ("at_half_n", 50),
        ("just_below_threshold", 95),
        ("at_threshold", 100),
        ("just_above_threshold", 105),
        ("at_2n", 200),
        ("at_10n", 1000),
        ("at_20n", 2000),
    ] {
        put(name, statistics::median(&at(percent)));
    }
    let top = test.map(|curve| curve[highest(curve)]);
    put("peak_over_10n", statistics::median(&ratios(&top, &at(1000))));
    put("threshold_over_10n", statistics::ratio_of_medians(&at(100), &at(1000)));
    // Each replicate's own best width below the threshold, chosen with hindsight: that favours the
    // small models, and so goes against a second descent.
    put("second_descent", statistics::median(&ratios(&at(2000), &lowest(&below))));

    let norm = Curves::new(curves, |part| &part.norm);
    let norm_at = |percent| norm.at(place(&WIDTHS, percent));
    put("norm_at_threshold", statistics::median(&norm_at(100)));
    put("norm_at_20n", statistics::median(&norm_at(2000)));
    put("norm_peak_over_20n", statistics::median(&ratios(&norm_at(100), &norm_at(2000))));
    put("norm_peak_in_window", norm.count(|curve| at_threshold(WIDTHS[highest(curve)])));
    let train = Curves::new(curves, |part| &part.train);
    put("train_at_half_n", statistics::median(&train.at(place(&WIDTHS, 50))));
    put("train_at_2n", statistics::median(&train.at(place(&WIDTHS, 200))));
}

/// The same over the number of points, with `p` features.
fn sample_wise(record: &mut Record, p: usize, curves: &[Part]) {
    let samples = SAMPLES.map(|percent| hundredths(percent, p));
    record.tables.insert("sample-wise".into(), sizes_table("points", &samples, curves));
    let test = Curves::new(curves, |part| &part.test);
    let at = |percent| test.at(place(&SAMPLES, percent));
    let mut put = |name: &str, estimate| record.estimates.insert(name.into(), estimate);
    put("sample_peak_median", statistics::median(&test.at(test.highest_median())));
    let location = test.map(|curve| samples[highest(curve)] as f64);
    put("sample_peak_location", statistics::median(&location));
    put("sample_peak_in_window", test.count(|curve| at_threshold(SAMPLES[highest(curve)])));
    for (name, percent) in [
        ("sample_at_half_p", 50),
        ("sample_at_nine_tenths_p", 90),
        ("sample_at_threshold", 100),
        ("sample_at_2p", 200),
        ("sample_at_10p", 1000),
    ] {
        put(name, statistics::median(&at(percent)));
    }
    let top = test.map(|curve| curve[highest(curve)]);
    put("sample_peak_over_10p", statistics::median(&ratios(&top, &at(1000))));
    put("more_data_hurts", statistics::ratio_of_medians(&at(90), &at(50)));
    put("more_data_hurts_paired", statistics::median(&ratios(&at(90), &at(50))));
}

/// Test error under each penalty: the `i`-th of the list is `ridge_i_…` or `sample_ridge_i_…`.
fn ridge(record: &mut Record, parameters: &Parameters, axis: Axis, ridges: &[(Arm, &[Part])]) {
    let model = axis == Axis::Model;
    let (grid, name, prefix, column) = if model {
        (&WIDTHS[..], "model-wise-ridge", "", "features")
    } else {
        (&SAMPLES[..], "sample-wise-ridge", "sample_", "points")
    };
    let mut columns: [Vec<f64>; 8] = Default::default();
    for (arm, curves) in ridges {
        let test = Curves::new(curves, |part| &part.test);
        let [train, ..] = Curves::new(curves, |part| &part.train).summary();
        let [norm, ..] = Curves::new(curves, |part| &part.norm).summary();
        let summary = test.summary().into_iter().chain([train, norm]);
        columns[0].extend(grid.iter().map(|_| arm.ridge));
        columns[1].extend(grid.iter().map(|&g| hundredths(g, parameters.n) as f64));
        for (column, values) in columns[2..].iter_mut().zip(summary) {
            column.extend(values);
        }
        let i = number(parameters, *arm);
        let mut put = |what: &str, estimate| {
            record.estimates.insert(format!("{prefix}ridge_{i}_{what}"), estimate)
        };
        put("at_threshold", statistics::mean(&test.at(place(grid, 100))));
        put("at_the_end", statistics::mean(&test.at(grid.len() - 1)));
        put("rise", test.largest_rise());
    }
    let names = ["lambda", column, "median", "q10", "q90", "mean", "train", "norm"];
    record.tables.insert(name.into(), Table::new(names.into_iter().zip(columns)));
}

/// Curves over gradient steps, and the three extrema of their mean.
fn epoch_wise(record: &mut Record, shard: &Shard, curves: &[Part]) {
    let Shard::Steps(shard) = shard else { return };
    let steps: Vec<f64> = shard.steps.iter().map(|&t| t as f64).collect();
    let test = Curves::new(curves, |part| &part.test);
    let [median, q10, q90, mean] = test.summary();
    let train = Curves::new(curves, |part| &part.train).mean();
    let norm = Curves::new(curves, |part| &part.norm).mean();
    let table = Table::new([
        ("step", steps.clone()),
        ("mean", mean),
        ("median", median),
        ("q10", q10),
        ("q90", q90),
        ("train", statistics::rounded(&train)),
        ("norm", statistics::rounded(&norm)),
    ]);
    record.tables.insert("epoch-wise".into(), table);

    let mut put = |name: &str, estimate| record.estimates.insert(name.into(), estimate);
    put("epoch_start", statistics::mean(&test.at(0)));
    put("epoch_end", statistics::mean(&test.at(steps.len() - 1)));
    let extrema = Extrema::of(&test.mean());
    for (name, pick) in [
        ("epoch_first_minimum", (|e| e.first) as fn(&Extrema) -> usize),
        ("epoch_peak", |e| e.peak),
        ("epoch_second_minimum", |e| e.second),
    ] {
        put(name, statistics::mean(&test.at(pick(&extrema))));
        let place = statistics::exact(steps[pick(&extrema)], curves.len());
        put(&format!("{name}_step"), Estimate { unit: "steps".into(), ..place });
    }
    // The extrema are searched, so each replicate is read at those of the mean over the others.
    let apart: Vec<[f64; 3]> = (0..curves.len())
        .map(|r| {
            let Extrema { first, peak, second } = Extrema::of(&test.mean_without(r));
            [first, peak, second].map(|place| test.0[r][place])
        })
        .collect();
    let apart = |which: usize| apart.iter().map(|values| values[which]).collect::<Vec<_>>();
    let ratio = |above, below| statistics::ratio_of_means(&apart(above), &apart(below), 0.95);
    put("epoch_rise", ratio(1, 0));
    put("epoch_fall", ratio(2, 1));
    put("epoch_second_over_first", ratio(2, 0));
}

/// The mean test error at the threshold in parts of what theory predicts there.
fn agreement(record: &mut Record, parameters: &Parameters, axis: Axis, ridges: &[(Arm, &[Part])]) {
    let n = parameters.n as f64;
    let (name, prefix, column, grid) = if axis == Axis::Model {
        ("model-wise-theory", "", "features", &WIDTHS[..])
    } else {
        ("sample-wise-theory", "sample_", "points", &SAMPLES[..])
    };
    for (arm, curves) in ridges {
        let of = |column| record.column(name, column).iter();
        let mut rows = of("lambda").zip(of(column)).zip(of("test"));
        let row = rows.find(|((lambda, size), _)| **lambda == arm.ridge && **size == n);
        let Some(expected) = row.map(|(_, test)| *test) else { continue };
        let found = Curves::new(curves, |part| &part.test).at(place(grid, 100));
        let shares: Vec<f64> = found.iter().map(|error| error / expected).collect();
        let name = format!("{prefix}ridge_{}_over_theory", number(parameters, *arm));
        record.estimates.insert(name, statistics::mean(&shares));
    }
}

/// Which of the penalties to compare with an arm has, from 1.
fn number(parameters: &Parameters, arm: Arm) -> usize {
    parameters.lambdas.iter().position(|lambda| *lambda == arm.ridge).unwrap_or(0) + 1
}

fn sizes_table(column: &str, sizes: &[usize], curves: &[Part]) -> Table {
    let [median, q10, q90, _] = Curves::new(curves, |part| &part.test).summary();
    let [train, ..] = Curves::new(curves, |part| &part.train).summary();
    let [norm, norm_q10, norm_q90, _] = Curves::new(curves, |part| &part.norm).summary();
    Table::new([
        (column, sizes.iter().map(|&size| size as f64).collect()),
        ("median", median),
        ("q10", q10),
        ("q90", q90),
        ("train", train),
        ("norm", norm),
        ("norm_q10", norm_q10),
        ("norm_q90", norm_q90),
    ])
}

/// First minimum, peak and second minimum of a curve, as places in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extrema {
    pub(super) first: usize,
    pub(super) peak: usize,
    pub(super) second: usize,
}

impl Extrema {
    /// The two places between which the curve rises by the largest factor, and its lowest place from
    /// there on. A curve that never rises has a "rise" of at most 1.
    pub(super) fn of(curve: &[f64]) -> Self {
        let (mut first, mut peak, mut rise) = (0, 0, 0.0);
        for a in 0..curve.len() {
            for b in a + 1..curve.len() {
                if curve[b] / curve[a] > rise {
                    (first, peak, rise) = (a, b, curve[b] / curve[a]);
                }
            }
        }
        let second = (peak..curve.len()).min_by(|&a, &b| curve[a].total_cmp(&curve[b]));
        Self { first, peak, second: second.unwrap_or(peak) }
    }
}

/// One quantity of all replicates, `[replicate][place on the grid]`.
struct Curves<'a>(Vec<&'a [f64]>);

impl<'a> Curves<'a> {
    fn new(parts: &'a [Part], of: fn(&Part) -> &Vec<f64>) -> Self {
        Self(parts.iter().map(|part| of(part).as_slice()).collect())
    }

    /// All replicates at one place.
    fn at(&self, place: usize) -> Vec<f64> {
        self.map(|curve| curve[place])
    }

    fn map(&self, of: impl Fn(&[f64]) -> f64) -> Vec<f64> {
        self.0.iter().map(|curve| of(curve)).collect()
    }

    /// In how many replicates it is so.
    fn count(&self, is: impl Fn(&[f64]) -> bool) -> Estimate {
        let count = self.0.iter().filter(|curve| is(curve)).count();
        statistics::exact(count as f64, self.0.len())
    }

    fn places(&self) -> std::ops::Range<usize> {
        0..self.0.first().map_or(0, |curve| curve.len())
    }

    /// Median, 10 % and 90 % quantile and mean at every place, rounded for a table.
    fn summary(&self) -> [Vec<f64>; 4] {
        let quantile = |p| self.places().map(|i| statistics::quantile(&self.at(i), p)).collect();
        let all: [Vec<f64>; 4] = [quantile(0.5), quantile(0.1), quantile(0.9), self.mean()];
        all.map(|values| statistics::rounded(&values))
    }

    fn medians(&self) -> Vec<f64> {
        self.places().map(|i| statistics::quantile(&self.at(i), 0.5)).collect()
    }

    fn highest_median(&self) -> usize {
        highest(&self.medians())
    }

    fn lowest_median(&self, places: &[usize]) -> usize {
        let medians = self.medians();
        places.iter().copied().min_by(|&a, &b| medians[a].total_cmp(&medians[b])).unwrap_or(0)
    }

    fn mean(&self) -> Vec<f64> {
        let n = self.0.len() as f64;
        self.places().map(|i| self.at(i).iter().sum::<f64>() / n).collect()
    }

    /// The mean over all replicates but one.
    fn mean_without(&self, replicate: usize) -> Vec<f64> {
        let mut others = self.0.clone();
        others.remove(replicate);
        Curves(others).mean()
    }

    /// By which factor the mean curve rises at most from one place to a later one. The interval
    /// holds for all pairs of places together (Bonferroni), and so for the largest of them.
    fn largest_rise(&self) -> Estimate {
        let pairs: Vec<(usize, usize)> =
            self.places().flat_map(|a| (a + 1..self.places().end).map(move |b| (a, b))).collect();
        let level = 1.0 - 0.05 / pairs.len() as f64;
        let rises: Vec<Estimate> = pairs
            .iter()
            .map(|&(a, b)| statistics::ratio_of_means(&self.at(b), &self.at(a), level))
            .collect();
        let most =
            |of: fn(&Estimate) -> f64| rises.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
        Estimate {
            low: most(|rise| rise.low),
            high: most(|rise| rise.high),
            interval: Interval::StudentT { level: 0.95 },
            ..statistics::exact(most(|rise| rise.value), self.0.len())
        }
    }
}

fn highest(curve: &[f64]) -> usize {
    (0..curve.len()).max_by(|&a, &b| curve[a].total_cmp(&curve[b])).unwrap_or(0)
}

fn place(grid: &[usize], percent: usize) -> usize {
    grid.iter().position(|&found| found == percent).expect("a percentage of the grid")
}

fn at_threshold(percent: usize) -> bool {
    let ratio = percent as f64 / 100.0;
    (1.0 / WINDOW..=WINDOW).contains(&ratio)
}

/// Ratios replicate by replicate.
fn ratios(above: &[f64], below: &[f64]) -> Vec<f64> {
    above.iter().zip(below).map(|(above, below)| above / below.max(f64::MIN_POSITIVE)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(curve: &[f64], first: usize, peak: usize, second: usize) {
        assert_eq!(Extrema::of(curve), Extrema { first, peak, second });
    }

    #[test]
    fn extrema_are_found() {
        check(&[9.0, 4.0, 5.0, 8.0, 3.0, 1.0, 2.0], 1, 3, 5);
        // A monotone curve "rises" least steeply downwards, to a factor below 1.
        check(&[8.0, 4.0, 3.0, 2.9], 2, 3, 3);
        check(&[1.0], 0, 0, 0);
    }

    #[test]
    fn the_largest_rise_is_between_any_two_places() {
        let part = |scale: f64| Part {
            test: [4.0, 2.0, 2.1, 2.05, 2.3].map(|value| scale * value).to_vec(),
            train: vec![],
            norm: vec![],
            spectra: vec![],
        };
        let parts = [part(1.0), part(2.0), part(4.0)];
        let rise = Curves::new(&parts, |part| &part.test).largest_rise();
        for end in [rise.low, rise.value, rise.high] {
            assert!((end - 1.15).abs() < 1e-12, "{rise:?}");
        }
    }

    #[test]
    fn the_window_is_a_factor_on_both_sides() {
        let inside: Vec<usize> = WIDTHS.into_iter().filter(|&width| at_threshold(width)).collect();
        assert_eq!(inside, [80, 90, 95, 100, 105, 110, 120, 130]);
    }
}
