//! From errors of rules on samples to estimates and tables.

use statrs::distribution::Binomial;
use statrs::distribution::DiscreteCDF;

use super::setting::DRAWS;
use super::setting::FITS;
use super::setting::Fit;
use super::setting::ONE;
use super::setting::Parameters;
use super::setting::Part;
use super::setting::RULES;
use super::setting::around_dimension;
use super::setting::blocks;
use super::setting::fitted;
use super::setting::shown;
use super::theory;
use super::theory::Errors;
use crate::lab::statistics;
use crate::record::Estimate;
use crate::record::Interval;
use crate::record::Record;
use crate::record::Table;

/// The slope of the quantile is measured in so many groups of samples, which are its replicates.
const GROUPS: usize = 20;

/// Places at which the distribution of the gap is tabulated.
const PLACES: usize = 48;

/// Everything that prose, a bound, a claim or a figure may need. An estimate about one sample size
/// ends in `_n` and that size; without it `n`, `gap_q95`, `bound_sharp`, … are about the size that
/// is shown.
///
/// The parts come in the order of the shards.
pub(super) fn record(parameters: &Parameters, parts: &[Part]) -> Record {
    let mut record = Record::default();
    let mut rest = parts.iter();
    let mut next = |count: usize| rest.by_ref().take(count).collect::<Vec<_>>();
    let rules: Vec<Sample> = parameters
        .n
        .iter()
        .map(|&n| {
            let parts = next(blocks(parameters.draws, DRAWS).count());
            let errors = parts.into_iter().filter_map(|part| match part {
                Part::Rules(errors) => Some(errors.iter().copied()),
                Part::Fits(_) => None,
            });
            Sample { n, errors: errors.flatten().collect() }
        })
        .collect();
    let fits: Vec<(usize, Vec<Fit>)> = fitted(parameters)
        .map(|n| {
            let parts = next(blocks(parameters.replicates, FITS).count());
            let fits = parts.into_iter().filter_map(|part| match part {
                Part::Fits(fits) => Some(fits.iter().cloned()),
                Part::Rules(_) => None,
            });
            (n, fits.flatten().collect())
        })
        .collect();
    constants(&mut record, parameters);
    one_rule(&mut record, parameters, &rules);
    distribution(&mut record, parameters, &rules);
    finite_class(&mut record, parameters, &rules);
    fitted_rule(&mut record, parameters, &fits);
    record
}

/// The errors of the ten rules on all samples of one size.
struct Sample {
    n: usize,
    errors: Vec<[usize; RULES]>,
}

impl Sample {
    /// The gap of one rule on each sample.
    fn gaps(&self, rule: usize, mu: f64) -> Vec<f64> {
        let risk = theory::risk(rule, mu);
        self.errors.iter().map(|errors| theory::gap(errors[rule], self.n, risk)).collect()
    }

    /// The largest gap of all rules on each sample.
    fn largest(&self, mu: f64) -> Vec<f64> {
        let mut largest = vec![0.0f64; self.errors.len()];
        for rule in 0..RULES {
            for (largest, gap) in largest.iter_mut().zip(self.gaps(rule, mu)) {
                *largest = largest.max(gap);
            }
        }
        largest
    }

    /// Risk less empirical risk of the rule with the fewest errors; of several the first.
    fn chosen(&self, mu: f64) -> Vec<f64> {
        let risk: [f64; RULES] = std::array::from_fn(|rule| theory::risk(rule, mu));
        let of = |errors: &[usize; RULES]| {
            let best = (0..RULES).min_by_key(|&rule| errors[rule]).unwrap_or(0);
            risk[best] - errors[best] as f64 / self.n as f64
        };
        self.errors.iter().map(of).collect()
    }
}

fn constants(record: &mut Record, parameters: &Parameters) {
    let &Parameters { mu, d, delta, draws, replicates, .. } = parameters;
    let mut put = |name: &str, value: f64, n: usize| {
        record.estimates.insert(name.into(), statistics::exact(value, n));
    };
    put("n", shown(parameters) as f64, draws);
    put("delta", delta, draws);
    put("rules", RULES as f64, draws);
    put("dimension", d as f64, replicates);
    put("risk", theory::risk(ONE, mu), draws);
    put("risk_best", theory::risk(0, mu), draws);
    for &n in &parameters.n {
        let at = n as f64;
        put(&format!("bound_sharp_n{n}"), theory::sharp(delta, at), draws);
        put(&format!("bound_loose_n{n}"), theory::loose(delta, at), draws);
        put(&format!("bound_class_n{n}"), theory::class(delta, at, RULES), draws);
    }
    let at = shown(parameters) as f64;
    put("bound_sharp", theory::sharp(delta, at), draws);
    put("bound_loose", theory::loose(delta, at), draws);
    put("bound_class", theory::class(delta, at, RULES), draws);
}

/// One rule that does not depend on the sample.
fn one_rule(record: &mut Record, parameters: &Parameters, samples: &[Sample]) {
    let &Parameters { mu, delta, draws, .. } = parameters;
    let mut columns: [Vec<f64>; 11] = Default::default();
    let (mut sharp, mut loose) = (Vec::new(), Vec::new());
    for sample in samples {
        let n = sample.n;
        let gaps = sample.gaps(ONE, mu);
        let (bound_sharp, bound_loose) =
            (theory::sharp(delta, n as f64), theory::loose(delta, n as f64));
        let exact = Errors::new(n, theory::risk(ONE, mu));
        let quantile = quantile(&gaps, 0.95);
        let seen = [beyond(&gaps, bound_sharp), beyond(&gaps, bound_loose)];
        let known = [exact.beyond(bound_sharp), exact.beyond(bound_loose)];
        for (column, value) in columns.iter_mut().zip([
            n as f64,
            quantile.value,
            quantile.low,
            quantile.high,
            exact.quantile(0.95),
            bound_sharp,
            bound_loose,
            seen[0].value,
            seen[1].value,
            known[0],
            known[1],
        ]) {
            column.push(value);
        }
        let [at_sharp, at_loose] = seen;
        for (name, estimate) in [
            ("gap_q95", quantile),
            ("gap_q95_exact", statistics::exact(exact.quantile(0.95), draws)),
            ("viol_sharp_exact", statistics::exact(known[0], draws)),
            ("viol_loose_exact", statistics::exact(known[1], draws)),
            ("viol_sharp", at_sharp.clone()),
            ("viol_loose", at_loose.clone()),
        ] {
            record.estimates.insert(format!("{name}_n{n}"), estimate);
        }
        sharp.push(at_sharp);
        loose.push(at_loose);
    }
    // A statement about every sample size is as sure as the least sure of its parts (Berger 1982,
    // *Multiparameter hypothesis testing and acceptance sampling*), so the worst of them decides.
    record.estimates.extend(most(sharp).map(|worst| ("viol_sharp".into(), worst)));
    record.estimates.extend(most(loose).map(|worst| ("viol_loose".into(), worst)));
    for (name, of) in [("gap_q95", "gap_q95"), ("viol_rate", "viol_sharp")] {
        let estimate = record.estimate(&format!("{of}_n{}", shown(parameters))).clone();
        record.estimates.insert(name.into(), estimate);
    }
    slopes(record, parameters, samples);
    let names = [
        "n",
        "q95",
        "low",
        "high",
        "exact",
        "sharp",
        "loose",
        "beyond_sharp",
        "beyond_loose",
        "exact_beyond_sharp",
        "exact_beyond_loose",
    ];
    let columns = columns.map(|column| statistics::rounded(&column));
    record.tables.insert("one-rule".into(), Table::new(names.into_iter().zip(columns)));
}

/// The slope of the gap's 95 % quantile over the sample size, both logarithmic: over all sizes, and
/// over the first and the last two of them. Each group of samples has a curve of its own.
fn slopes(record: &mut Record, parameters: &Parameters, samples: &[Sample]) {
    let mut sorted: Vec<&Sample> = samples.iter().collect();
    sorted.sort_by_key(|sample| sample.n);
    let last = sorted.len();
    if last < 2 {
        return;
    }
    let curves: Vec<Vec<(f64, f64)>> = (0..GROUPS)
        .map(|group| {
            let of = |sample: &&Sample| {
                let gaps = sample.gaps(ONE, parameters.mu);
                let at = |group: usize| group * gaps.len() / GROUPS;
                let quantile = statistics::quantile(&gaps[at(group)..at(group + 1)], 0.95);
                (libm::log(sample.n as f64), libm::log(quantile.max(f64::MIN_POSITIVE)))
            };
            sorted.iter().map(of).collect()
        })
        .collect();
    for (name, part) in
        [("gap_slope", 0..last), ("gap_slope_first", 0..2), ("gap_slope_last", last - 2..last)]
    {
        let all: Vec<f64> = curves.iter().map(|curve| slope(&curve[part.clone()])).collect();
        record.estimates.insert(name.into(), statistics::mean(&all));
    }
}

/// How often the gap of the one rule exceeds any number, at the sample size that is shown.
fn distribution(record: &mut Record, parameters: &Parameters, samples: &[Sample]) {
    let &Parameters { mu, delta, .. } = parameters;
    let n = shown(parameters);
    let Some(sample) = samples.iter().find(|sample| sample.n == n) else { return };
    let (gaps, exact) = (sample.gaps(ONE, mu), Errors::new(n, theory::risk(ONE, mu)));
    let largest = 1.1 * theory::loose(delta, n as f64);
    let mut columns: [Vec<f64>; 5] = Default::default();
    for place in 0..=PLACES {
        let gap = largest * place as f64 / PLACES as f64;
        let seen = beyond(&gaps, gap);
        let row = [gap, seen.value, seen.low, seen.high, exact.beyond(gap)];
        columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
    }
    let names = ["gap", "share", "low", "high", "exact"];
    let columns = columns.map(|column| statistics::rounded(&column));
    record.tables.insert("distribution".into(), Table::new(names.into_iter().zip(columns)));
}

/// Ten rules on the same samples.
fn finite_class(record: &mut Record, parameters: &Parameters, samples: &[Sample]) {
    let &Parameters { mu, delta, .. } = parameters;
    let mut columns: [Vec<f64>; 7] = Default::default();
    let mut failed = Vec::new();
    for sample in samples {
        let n = sample.n;
        let (largest, chosen) = (sample.largest(mu), sample.chosen(mu));
        let bound = theory::class(delta, n as f64, RULES);
        let above = quantile(&largest, 0.95);
        let gaps: Vec<f64> = chosen.iter().map(|gap| gap.abs()).collect();
        let of_chosen = quantile(&gaps, 0.95);
        let seen = beyond(&largest, bound);
        let row =
            [n as f64, above.value, above.low, above.high, of_chosen.value, bound, seen.value];
        columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
        let mut put = |name: &str, estimate| {
            record.estimates.insert(format!("{name}_n{n}"), estimate);
        };
        put("class_q95", above);
        put("class_viol", seen.clone());
        put("chosen_q95", of_chosen);
        // How much lower the empirical risk of the chosen rule is than its risk.
        put("chosen_optimism", statistics::mean(&chosen));
        failed.push(seen);
    }
    record.estimates.extend(most(failed).map(|worst| ("class_viol".into(), worst)));
    let names = ["n", "q95", "low", "high", "chosen_q95", "bound", "beyond"];
    let columns = columns.map(|column| statistics::rounded(&column));
    record.tables.insert("ten-rules".into(), Table::new(names.into_iter().zip(columns)));
}

/// The rule that is fitted, on its own sample and on a second one.
fn fitted_rule(record: &mut Record, parameters: &Parameters, sizes: &[(usize, Vec<Fit>)]) {
    let delta = parameters.delta;
    let mut columns: [Vec<f64>; 6] = Default::default();
    let (mut escaped, mut fresh_failures) = (Vec::new(), Vec::new());
    for (n, fits) in sizes {
        let n = *n;
        let of = |value: fn(&Fit, usize) -> f64| -> Vec<f64> {
            fits.iter().map(|fit| value(fit, n)).collect()
        };
        let gaps = of(|fit, n| theory::gap(fit.errors, n, fit.risk));
        let fresh = of(|fit, n| theory::gap(fit.fresh, n, fit.risk));
        let risk = of(|fit, _| fit.risk);
        let training = of(|fit, n| fit.errors as f64 / n as f64);
        let (sharp, loose) = (theory::sharp(delta, n as f64), theory::loose(delta, n as f64));
        let beyond_loose = beyond(&gaps, loose);
        let mut put = |name: &str, estimate| {
            record.estimates.insert(format!("{name}_n{n}"), estimate);
        };
        put("fit_gap", statistics::median(&gaps));
        put("fit_gap_fresh", statistics::median(&fresh));
        put("fit_risk", statistics::median(&risk));
        put("fit_training", statistics::median(&training));
        put("fit_viol_sharp", beyond(&gaps, sharp));
        put("fit_viol_loose", beyond_loose.clone());
        if around_dimension(parameters).any(|near| near == n) {
            escaped.push(beyond_loose);
        }
        fresh_failures.extend(fresh.iter().map(|&gap| gap > sharp));
        columns[0].extend(gaps.iter().map(|_| n as f64));
        for (column, values) in columns[1..].iter_mut().zip([
            (0..fits.len()).map(|replicate| replicate as f64).collect(),
            training,
            risk,
            gaps,
            fresh,
        ]) {
            column.extend(statistics::rounded(&values));
        }
    }
    let least = escaped.into_iter().min_by(|a, b| a.low.total_cmp(&b.low));
    record.estimates.extend(least.map(|least| ("fit_viol_loose".into(), least)));
    if !fresh_failures.is_empty() {
        // Samples of all sizes are independent, and at each size the bound allows the same share.
        let failures = fresh_failures.iter().filter(|&&failed| failed).count();
        let share = statistics::proportion(failures, fresh_failures.len());
        record.estimates.insert("fit_viol_fresh".into(), share);
    }
    peak(record, parameters, sizes);
    let names = ["n", "replicate", "training", "risk", "gap", "gap_fresh"];
    record.tables.insert("fitted-rule".into(), Table::new(names.into_iter().zip(columns)));
}

/// The gap at `n = d` over that at `n = d/2`, where both were run.
fn peak(record: &mut Record, parameters: &Parameters, sizes: &[(usize, Vec<Fit>)]) {
    let gaps = |double: usize| {
        let (n, fits) = sizes.iter().find(|(n, _)| 2 * n == double)?;
        Some(fits.iter().map(|fit| theory::gap(fit.errors, *n, fit.risk)).collect::<Vec<_>>())
    };
    if let (Some(at), Some(before)) = (gaps(2 * parameters.d), gaps(parameters.d)) {
        let ratio = statistics::ratio_of_medians(&at, &before);
        record.estimates.insert("fit_gap_peak".into(), ratio);
    }
}

/// The share of gaps above a bound.
fn beyond(gaps: &[f64], bound: f64) -> Estimate {
    let count = gaps.iter().filter(|&&gap| gap > bound).count();
    statistics::proportion(count, gaps.len())
}

/// The estimate with the highest upper end.
fn most(estimates: Vec<Estimate>) -> Option<Estimate> {
    estimates.into_iter().max_by(|a, b| a.high.total_cmp(&b.high))
}

/// A quantile between the innermost two order statistics that miss it by at most 2.5 % on either
/// side, or the extremes (David and Nagaraja 2003, *Order Statistics*, section 7.1). With ties, as
/// here, it covers more.
fn quantile(values: &[f64], p: f64) -> Estimate {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let count = sorted.len();
    let below = Binomial::new(p, count as u64).expect("a probability");
    // The k-th smallest, counted from 1, is above the quantile if fewer than k values are below it.
    let low = (1..=count).take_while(|&k| below.cdf(k as u64 - 1) <= 0.025).last().unwrap_or(1);
    let high = (1..=count).find(|&k| below.sf(k as u64 - 1) <= 0.025).unwrap_or(count);
    let level = below.cdf(high as u64 - 1) - below.cdf(low as u64 - 1);
    Estimate {
        low: sorted[low - 1],
        high: sorted[high - 1],
        interval: Interval::OrderStatistic { level },
        ..statistics::exact(statistics::quantile(&sorted, p), count)
    }
}

/// The least-squares slope of a line through points.
fn slope(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let (x, y) = points.iter().fold((0.0, 0.0), |(x, y), point| (x + point.0, y + point.1));
    let (x, y) = (x / n, y / n);
    let (cross, square) = points.iter().fold((0.0, 0.0), |(cross, square), point| {
        (cross + (point.0 - x) * (point.1 - y), square + (point.0 - x).powi(2))
    });
    cross / square
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::random;

    #[test]
    fn a_quantile_lies_between_order_statistics() {
        let values: Vec<f64> = (1..=1000).map(f64::from).collect();
        let found = quantile(&values, 0.95);
        // The normal approximation: 950 ± 1.96 √(1000 · 0.95 · 0.05) = 950 ± 13.5.
        assert!((935.0..=938.0).contains(&found.low), "{found:?}");
        assert!((963.0..=966.0).contains(&found.high), "{found:?}");
        // Of 100 values all are below the quantile with probability 0.95¹⁰⁰ = 0.6 %, and all but one
        // with 3.1 %, which is too much.
        let few = quantile(&values[..100], 0.95);
        assert_eq!((few.low, few.high), (90.0, 100.0));
        let fewer = quantile(&values[..20], 0.95);
        assert_eq!((fewer.low, fewer.high), (17.0, 20.0));
        assert!(matches!(fewer.interval, Interval::OrderStatistic { level } if level < 0.95));
    }

    #[test]
    fn quantiles_are_covered_at_their_level() {
        let mut stream = random::stream(1, "test", 0, "quantiles");
        let trials = 1000;
        let covered = (0..trials).filter(|_| {
            let found = quantile(&random::uniforms(&mut stream, 300, 0.0, 1.0), 0.95);
            found.low <= 0.95 && 0.95 <= found.high
        });
        let share = covered.count() as f64 / f64::from(trials);
        // Four standard errors, 0.7 % each, around levels of 95 to 97 %.
        assert!((0.923..=0.993).contains(&share), "{share}");
    }

    #[test]
    fn a_line_has_its_slope() {
        let found = slope(&[(0.0, 1.0), (1.0, 0.5), (3.0, -0.5)]);
        assert!((found + 0.5).abs() < 1e-15, "{found}");
    }

    #[test]
    fn the_chosen_rule_is_the_one_with_the_fewest_errors() {
        let mut errors = [9; RULES];
        (errors[3], errors[5]) = (2, 2);
        let sample = Sample { n: 10, errors: vec![errors] };
        assert_eq!(sample.chosen(1.0), [theory::risk(3, 1.0) - 0.2]);
        let worst = 0.9 - theory::risk(0, 1.0);
        assert!((sample.largest(1.0)[0] - worst).abs() < 1e-15);
    }
}
