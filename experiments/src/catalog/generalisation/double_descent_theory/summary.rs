//! From the draws to estimates and tables.

use super::formulas;
use super::formulas::Risk;
use super::setting::LEAST_NORM;
use super::setting::MULTIPLES;
use super::setting::Parameters;
use super::setting::Part;
use super::setting::Place;
use super::setting::RIDGE;
use super::setting::WILD;
use super::setting::blocks;
use super::setting::grid;
use super::setting::multiples;
use crate::lab::statistics;
use crate::record::Estimate;
use crate::record::Interval;
use crate::record::Record;
use crate::record::Table;

/// So far from the threshold the mean risk of the least norm is compared with the exact one.
pub(super) const FAR: usize = 20;
/// Between this distance and [`FAR`] it is compared with its limit.
pub(super) const NEAR: usize = 10;

/// Penalties that must be worse than the best, in units of it.
pub(super) const OTHERS: [f64; 4] = [0.25, 0.5, 2.0, 4.0];

/// Where the risk is shown against the penalty: the nearest places on the grid.
const SHOWN: [f64; 3] = [0.5, 1.0, 2.0];

/// Everything that prose, a claim, a bound or a figure may need.
pub(super) fn record(parameters: &Parameters, parts: &[Part]) -> Record {
    let curve: Vec<Draws> = grid(parameters)
        .into_iter()
        .zip(parts.chunks(blocks(parameters)))
        .map(|(place, parts)| Draws::new(place, parts))
        .collect();
    let mut record = Record::default();
    for draws in &curve {
        named(&mut record, parameters, draws);
    }
    record.tables.insert("least-norm".into(), table(parameters, &curve, LEAST_NORM));
    record.tables.insert("ridge".into(), table(parameters, &curve, RIDGE));
    record.tables.insert("penalty".into(), penalty_table(&curve));
    let comparisons = [
        ("largest_deviation", largest_deviation(parameters, &curve)),
        ("expected_deviation", expected_deviation(parameters, &curve)),
        ("excess_over_limit", excess_over_limit(parameters, &curve)),
        ("threshold_over_2n", threshold_over_2n(parameters, &curve)),
        ("variance_share", variance_share(parameters, &curve)),
        ("ridge_deviation", ridge_deviation(parameters, &curve)),
        ("ridge_smallest_step", ridge_smallest_step(parameters, &curve)),
        ("other_penalties", other_penalties(parameters, &curve)),
    ];
    let found = comparisons.into_iter().filter_map(|(name, found)| Some((name.into(), found?)));
    record.estimates.extend(found);
    if curve.iter().any(|draws| draws.gap(parameters) <= WILD) {
        record.notes.push(format!(
            "At |p − n| ≤ {WILD} the risk of the least norm has no finite variance: there the tables \
             give medians with intervals between order statistics, elsewhere means with Student's."
        ));
    }
    record
}

/// All replicates at one place on the grid, `[penalty][replicate]`.
struct Draws {
    place: Place,
    risk: Vec<Vec<f64>>,
    bias: Vec<Vec<f64>>,
    variance: Vec<Vec<f64>>,
}

impl Draws {
    fn new(place: Place, parts: &[Part]) -> Self {
        let all = |of: fn(&Part) -> &Vec<Vec<f64>>| -> Vec<Vec<f64>> {
            let penalties = parts.first().map_or(0, |part| of(part).len());
            let joined = |at: usize| parts.iter().flat_map(|part| of(part)[at].clone()).collect();
            (0..penalties).map(joined).collect()
        };
        let (risk, bias) = (all(|part| &part.risk), all(|part| &part.bias));
        Self { place, risk, bias, variance: all(|part| &part.variance) }
    }

    /// The risk on average over the noise, given features and coefficients.
    fn expected(&self, penalty: usize) -> Vec<f64> {
        self.bias[penalty].iter().zip(&self.variance[penalty]).map(|(b, v)| b + v).collect()
    }

    /// `|p − n|`.
    fn gap(&self, parameters: &Parameters) -> usize {
        self.place.p.abs_diff(parameters.n)
    }

    fn exact(&self, parameters: &Parameters) -> Risk {
        formulas::exact(parameters.r, parameters.sigma, parameters.n, self.place.p)
    }

    /// The limit of one of the two estimators.
    fn limit(&self, parameters: &Parameters, arm: usize) -> Risk {
        let lambda = if arm == RIDGE { lambda(parameters, self.place.gamma) } else { 0.0 };
        formulas::ridge_limit(parameters.r, parameters.sigma, self.place.gamma, lambda)
    }

    /// Whether a mean of this estimator's risks says nothing here.
    fn wild(&self, parameters: &Parameters, arm: usize) -> bool {
        let least_norm = arm == LEAST_NORM || lambda(parameters, self.place.gamma) == 0.0;
        least_norm && self.gap(parameters) <= WILD
    }

    /// A mean with Student's interval, or a median between order statistics where it has to be.
    fn centre(&self, parameters: &Parameters, arm: usize, values: &[f64]) -> Estimate {
        if self.wild(parameters, arm) {
            statistics::median(values)
        } else {
            statistics::mean(values)
        }
    }
}

/// The penalty of the ridge estimator.
pub(super) fn lambda(parameters: &Parameters, gamma: f64) -> f64 {
    parameters.penalty * formulas::optimal_penalty(parameters.r, parameters.sigma, gamma)
}

/// The estimates of one place on the grid, which end with its name: `risk_gamma_0_5`.
fn named(record: &mut Record, parameters: &Parameters, draws: &Draws) {
    let replicates = parameters.replicates;
    let mut put = |what: &str, estimate: Estimate| {
        record.estimates.insert(format!("{what}_{}", draws.place.name), estimate)
    };
    let risk = draws.centre(parameters, LEAST_NORM, &draws.risk[LEAST_NORM]);
    if draws.wild(parameters, LEAST_NORM) {
        put("median_risk", risk);
    } else {
        put("risk", risk);
        put("bias", statistics::mean(&draws.bias[LEAST_NORM]));
        put("variance", statistics::mean(&draws.variance[LEAST_NORM]));
    }
    put("exact", statistics::exact(draws.exact(parameters).total(), replicates));
    put("limit", statistics::exact(draws.limit(parameters, LEAST_NORM).total(), replicates));
    let ridge = draws.centre(parameters, RIDGE, &draws.risk[RIDGE]);
    put(if draws.wild(parameters, RIDGE) { "median_ridge" } else { "ridge" }, ridge);
    put("ridge_limit", statistics::exact(draws.limit(parameters, RIDGE).total(), replicates));
    put("penalty", statistics::exact(lambda(parameters, draws.place.gamma), replicates));
}

/// One estimator over the grid: its risk, the parts of that, and their sum; the closed forms.
fn table(parameters: &Parameters, curve: &[Draws], arm: usize) -> Table {
    let each = |of: &dyn Fn(&Draws) -> f64| curve.iter().map(of).collect::<Vec<f64>>();
    let mut columns = vec![
        ("gamma".to_owned(), each(&|draws| draws.place.gamma)),
        ("p".to_owned(), each(&|draws| draws.place.p as f64)),
    ];
    for name in ["risk", "expected", "bias", "variance"] {
        let of = |draws: &Draws| match name {
            "risk" => draws.risk[arm].clone(),
            "expected" => draws.expected(arm),
            "bias" => draws.bias[arm].clone(),
            _ => draws.variance[arm].clone(),
        };
        let found: Vec<Estimate> =
            curve.iter().map(|draws| draws.centre(parameters, arm, &of(draws))).collect();
        columns.push((name.to_owned(), found.iter().map(|found| found.value).collect()));
        columns.push((format!("{name}_low"), found.iter().map(|found| found.low).collect()));
        columns.push((format!("{name}_high"), found.iter().map(|found| found.high).collect()));
    }
    columns.push(("limit".to_owned(), each(&|draws| draws.limit(parameters, arm).total())));
    columns.push(if arm == RIDGE {
        ("lambda".to_owned(), each(&|draws| lambda(parameters, draws.place.gamma)))
    } else {
        ("exact".to_owned(), each(&|draws| draws.exact(parameters).total()))
    });
    Table::new(columns.into_iter().map(|(name, values)| (name, statistics::rounded(&values))))
}

/// Mean risk against the penalty at a few places.
fn penalty_table(curve: &[Draws]) -> Table {
    let mut columns: [Vec<f64>; 6] = Default::default();
    for draws in shown(curve) {
        for (place, multiple) in multiples().into_iter().enumerate() {
            let mean = statistics::mean(&draws.risk[MULTIPLES + place]);
            let row = [
                draws.place.gamma,
                draws.place.p as f64,
                multiple,
                mean.value,
                mean.low,
                mean.high,
            ];
            for (column, value) in columns.iter_mut().zip(row) {
                column.push(value);
            }
        }
    }
    let names = ["gamma", "p", "multiple", "risk", "risk_low", "risk_high"];
    Table::new(names.into_iter().zip(columns.iter().map(|column| statistics::rounded(column))))
}

/// The places nearest to those that are to be shown, each once.
fn shown(curve: &[Draws]) -> Vec<&Draws> {
    let mut found: Vec<&Draws> = SHOWN
        .iter()
        .filter_map(|wanted| {
            let off = |draws: &&Draws| libm::log(draws.place.gamma / wanted).abs();
            curve.iter().min_by(|a, b| off(a).total_cmp(&off(b)))
        })
        .collect();
    found.dedup_by_key(|draws| draws.place.p);
    found
}

/// Places far from the threshold where there is a risk at all.
fn far<'a>(parameters: &'a Parameters, curve: &'a [Draws]) -> impl Iterator<Item = &'a Draws> {
    curve
        .iter()
        .filter(|draws| draws.gap(parameters) >= FAR && draws.exact(parameters).total() > 0.0)
}

/// The largest distance of a mean risk from the exact one, in standard errors.
fn largest_deviation(parameters: &Parameters, curve: &[Draws]) -> Option<Estimate> {
    let deviation = |draws: &Draws| {
        let risks = &draws.risk[LEAST_NORM];
        let n = risks.len() as f64;
        let mean = risks.iter().sum::<f64>() / n;
        let variance = risks.iter().map(|risk| (risk - mean).powi(2)).sum::<f64>() / (n - 1.0);
        (mean - draws.exact(parameters).total()).abs() / (variance / n).sqrt()
    };
    let largest = far(parameters, curve).map(deviation).reduce(f64::max)?;
    Some(statistics::exact(largest, parameters.replicates))
}

/// The largest relative distance from the exact risk, of the mean risk without the scatter of the
/// noise.
fn expected_deviation(parameters: &Parameters, curve: &[Draws]) -> Option<Estimate> {
    let places: Vec<&Draws> = far(parameters, curve).collect();
    let pairs: Vec<_> = places
        .iter()
        .map(|draws| (draws.expected(LEAST_NORM), draws.exact(parameters).total()))
        .collect();
    furthest_from_one(&to_constants(&pairs))
}

/// The same of the ridge estimator and its limit. Without noise there is no penalty.
fn ridge_deviation(parameters: &Parameters, curve: &[Draws]) -> Option<Estimate> {
    if parameters.sigma == 0.0 {
        return None;
    }
    let pairs: Vec<_> = curve
        .iter()
        .filter(|draws| !draws.wild(parameters, RIDGE))
        .map(|draws| (draws.expected(RIDGE), draws.limit(parameters, RIDGE).total()))
        .filter(|(_, limit)| *limit > 0.0)
        .collect();
    furthest_from_one(&to_constants(&pairs))
}

/// The smallest ratio of the mean variance of the least norm to its limit, near the threshold.
fn excess_over_limit(parameters: &Parameters, curve: &[Draws]) -> Option<Estimate> {
    let pairs: Vec<_> = curve
        .iter()
        .filter(|draws| (NEAR..FAR).contains(&draws.gap(parameters)))
        .map(|draws| {
            let limit = draws.limit(parameters, LEAST_NORM).variance;
            (draws.variance[LEAST_NORM].clone(), limit)
        })
        .filter(|(_, limit)| *limit > 0.0)
        .collect();
    smallest(&to_constants(&pairs))
}

/// How many times the median risk of the least norm at `p = 2n` that at `p = n` is.
fn threshold_over_2n(parameters: &Parameters, curve: &[Draws]) -> Option<Estimate> {
    let at = |p: usize| {
        let draws = curve.iter().find(|draws| draws.place.p == p)?;
        Some(&draws.risk[LEAST_NORM])
    };
    Some(statistics::ratio_of_medians(at(parameters.n)?, at(2 * parameters.n)?))
}

/// The share of the variance in the mean risk of the least norm, at the first place beyond the
/// threshold where both have means.
fn variance_share(parameters: &Parameters, curve: &[Draws]) -> Option<Estimate> {
    let first = curve.iter().find(|draws| draws.place.p >= parameters.n + NEAR)?;
    // Further away it is not the peak.
    (first.gap(parameters) < FAR).then(|| {
        statistics::ratio_of_means(&first.variance[LEAST_NORM], &first.expected(LEAST_NORM), 0.95)
    })
}

/// The smallest ratio of the mean risk of the ridge estimator at one place to that at the place
/// before.
fn ridge_smallest_step(parameters: &Parameters, curve: &[Draws]) -> Option<Estimate> {
    if parameters.sigma == 0.0 {
        return None;
    }
    let pairs: Vec<_> = curve
        .windows(2)
        .map(|pair| (pair[1].risk[RIDGE].clone(), pair[0].risk[RIDGE].clone()))
        .collect();
    smallest(&pairs)
}

/// The smallest ratio, over the grid and the other penalties, of the mean risk, without the scatter of
/// the noise, to that of the ridge estimator.
fn other_penalties(parameters: &Parameters, curve: &[Draws]) -> Option<Estimate> {
    // Without noise all of them are the least norm.
    if parameters.sigma == 0.0 {
        return None;
    }
    let others: Vec<usize> = multiples()
        .into_iter()
        .enumerate()
        .filter(|(_, multiple)| *multiple != parameters.penalty)
        // The best one takes part where it is not the estimator's.
        .filter(|(_, multiple)| *multiple == 1.0 || OTHERS.contains(multiple))
        .map(|(place, _)| MULTIPLES + place)
        .collect();
    let pairs: Vec<_> = curve
        .iter()
        .flat_map(|draws| {
            others.iter().map(|&other| (draws.expected(other), draws.expected(RIDGE)))
        })
        .collect();
    smallest(&pairs)
}

/// Lists over replicates, the second the same number throughout.
fn to_constants(pairs: &[(Vec<f64>, f64)]) -> Vec<(Vec<f64>, Vec<f64>)> {
    pairs.iter().map(|(list, number)| (list.clone(), vec![*number; list.len()])).collect()
}

/// Ratios of means with intervals that hold for all of them together at 95 % (Bonferroni).
fn simultaneous(pairs: &[(Vec<f64>, Vec<f64>)]) -> Vec<Estimate> {
    let level = 1.0 - 0.05 / pairs.len() as f64;
    pairs.iter().map(|(above, below)| statistics::ratio_of_means(above, below, level)).collect()
}

/// The smallest of these ratios.
fn smallest(pairs: &[(Vec<f64>, Vec<f64>)]) -> Option<Estimate> {
    let ratios = simultaneous(pairs);
    let least = |of: fn(&Estimate) -> f64| ratios.iter().map(of).reduce(f64::min);
    Some(Estimate {
        low: least(|ratio| ratio.low)?,
        high: least(|ratio| ratio.high)?,
        interval: Interval::StudentT { level: 0.95 },
        ..statistics::exact(least(|ratio| ratio.value)?, ratios.first()?.n)
    })
}

/// The largest distance of these ratios from 1.
fn furthest_from_one(pairs: &[(Vec<f64>, Vec<f64>)]) -> Option<Estimate> {
    let ratios = simultaneous(pairs);
    let most = |of: fn(&Estimate) -> f64| ratios.iter().map(of).reduce(f64::max);
    Some(Estimate {
        // The nearest to 1 that the interval reaches, which may hold it.
        low: most(|ratio| (ratio.low - 1.0).max(1.0 - ratio.high).max(0.0))?,
        high: most(|ratio| (ratio.high - 1.0).max(1.0 - ratio.low))?,
        interval: Interval::StudentT { level: 0.95 },
        ..statistics::exact(most(|ratio| (ratio.value - 1.0).abs())?, ratios.first()?.n)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
    }

    #[test]
    fn the_furthest_ratio_is_on_either_side() {
        let certain = |ratio: f64| (vec![ratio, 2.0 * ratio], vec![1.0, 2.0]);
        let found = furthest_from_one(&[certain(1.1), certain(0.7)]).unwrap();
        for end in [found.low, found.value, found.high] {
            near(end, 0.3);
        }
        // An interval that holds 1 is at no distance at least.
        let wide = (vec![0.5, 1.6], vec![1.0, 1.0]);
        let found = furthest_from_one(&[wide]).unwrap();
        near(found.low, 0.0);
        near(found.value, 0.05);
        assert!(found.high > 1.0);
        assert_eq!(furthest_from_one(&[]), None);
    }

    #[test]
    fn the_smallest_ratio_is_of_all_together() {
        let certain = |ratio: f64| (vec![ratio, 2.0 * ratio], vec![1.0, 2.0]);
        let found = smallest(&[certain(1.1), certain(1.3)]).unwrap();
        near(found.low, 1.1);
        near(found.high, 1.1);
        let wide = (vec![0.5, 1.6], vec![1.0, 1.0]);
        let alone = smallest(std::slice::from_ref(&wide)).unwrap();
        let beside = smallest(&[wide, certain(3.0)]).unwrap();
        assert!(beside.low < alone.low, "two at once have wider intervals");
    }
}
