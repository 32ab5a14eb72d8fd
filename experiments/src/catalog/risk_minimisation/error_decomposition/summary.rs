//! From the losses of all replicates to estimates and tables.

use super::setting::Losses;
use super::setting::Parameters;
use super::setting::Part;
use super::setting::Setting;
use super::setting::Sweep;
use super::setting::fits;
use super::setting::sizes;
use crate::lab::statistics;
use crate::record::Estimate;
use crate::record::Interval;
use crate::record::Record;
use crate::record::Table;

/// What is read off the losses of a fit.
type Term = fn(&Losses) -> f64;

/// A column for each of these: the four terms, what they add up to, and what is left over.
pub(super) const TERMS: [(&str, Term); 6] = [
    ("gen", |losses| losses.trained_on_pool - losses.trained_on_sample),
    ("opt", |losses| losses.trained_on_sample - losses.best_on_sample),
    ("stat", |losses| losses.best_on_sample - losses.best_on_pool),
    ("approx", |losses| losses.best_on_pool),
    ("total", |losses| losses.total),
    ("residual", residual),
];

/// The total less the sum of the four terms. The total is a mean over points, the terms are from moments
/// of the pool: equal but for rounding.
fn residual(losses: &Losses) -> f64 {
    losses.total - TERMS[..4].iter().map(|(_, term)| term(losses)).sum::<f64>()
}

/// Everything that prose, a claim or a figure may need.
pub(super) fn record(parameters: &Parameters, parts: &[Part]) -> Record {
    let mut record = Record::default();
    let replicates = Replicates { fits: fits(parameters), parts };
    let exact = |value| statistics::exact(value, parts.len());
    let mut put = |name: &str, estimate| record.estimates.insert(name.into(), estimate);
    put("noise_floor", exact(parameters.noise * parameters.noise));
    put("variance", statistics::mean(&parts.iter().map(|part| part.variance).collect::<Vec<_>>()));
    let &Parameters { p, n, t, .. } = parameters;
    replicates.put_terms("", Setting { p, n, t }, &mut put);
    for sweep in Sweep::ALL {
        for value in sweep.named() {
            let suffix = format!("_{}_{value}", sweep.letter());
            replicates.put_terms(&suffix, sweep.at(parameters, value), &mut put);
        }
    }
    let residuals = parts.iter().flat_map(|part| &part.fits).map(|losses| residual(losses).abs());
    put("largest_residual", rounding(residuals.fold(0.0, f64::max), parts.len()));

    let curves = |sweep: Sweep, term: fn(&Losses) -> f64| -> Vec<Vec<f64>> {
        let curve = |part| {
            let values = sweep.values(parameters).into_iter();
            values.map(|value| term(replicates.losses(part, sweep.at(parameters, value)))).collect()
        };
        parts.iter().map(curve).collect()
    };
    let [generalisation, optimisation, _, approximation, ..] = TERMS.map(|(_, term)| term);
    put("approx_falls", exact(falling(&curves(Sweep::Features, approximation)) as f64));
    put("opt_falls", exact(falling(&curves(Sweep::Steps, optimisation)) as f64));
    put(
        "gen_rise_t",
        between_ends(&curves(Sweep::Steps, generalisation), |first, last| last - first),
    );
    put(
        "gen_fall_n",
        between_ends(&curves(Sweep::Points, generalisation), |first, last| first - last),
    );

    let ratios = statistical(parts);
    for (size, ratio) in sizes().iter().zip(&ratios) {
        put(&format!("stat_ratio_n_{size}"), ratio.clone());
    }
    put("stat_ratio_off", furthest_from_one(&ratios));
    for sweep in Sweep::ALL {
        let table = replicates.table(parameters, sweep);
        record.tables.insert(format!("over-{}", sweep.letter()), table);
    }
    record.tables.insert("samples".into(), samples(parts, &ratios));
    record
}

/// What is left over by rounding: on another machine it may be many times as large.
fn rounding(residual: f64, n: usize) -> Estimate {
    Estimate { tolerance: 1e3, ..statistics::exact(residual, n) }
}

/// Losses are sums of numbers around one: what they differ by below this is rounding.
const ROUNDING: f64 = 1e-12;

/// In how many of the curves no value is above the one before, and the last is below the first. A curve
/// that has come to rest may rise by rounding.
fn falling(curves: &[Vec<f64>]) -> usize {
    let falls = |curve: &&Vec<f64>| {
        curve.windows(2).all(|pair| pair[1] <= pair[0] + ROUNDING)
            && curve[curve.len() - 1] < curve[0] - ROUNDING
    };
    curves.iter().filter(falls).count()
}

/// Mean of what is made of the first and the last value of each curve.
fn between_ends(curves: &[Vec<f64>], change: fn(f64, f64) -> f64) -> Estimate {
    let of = |curve: &Vec<f64>| change(curve[0], curve[curve.len() - 1]);
    statistics::mean(&curves.iter().map(of).collect::<Vec<_>>())
}

/// For each size of the samples, the mean square of the statistical term times the size over the variance
/// of the loss, which is 1 in expectation. The intervals hold for all sizes together (Bonferroni).
fn statistical(parts: &[Part]) -> Vec<Estimate> {
    let sizes = sizes();
    let level = 1.0 - 0.05 / sizes.len() as f64;
    let ratio = |(place, &size): (usize, &usize)| {
        let shares: Vec<f64> = parts
            .iter()
            .map(|part| size as f64 * part.squares[place] / part.variance.max(f64::MIN_POSITIVE))
            .collect();
        statistics::ratio_of_means(&shares, &vec![1.0; shares.len()], level)
    };
    sizes.iter().enumerate().map(ratio).collect()
}

/// How far from 1 the ratio is that is furthest from it, and how far any may be by its interval.
fn furthest_from_one(ratios: &[Estimate]) -> Estimate {
    let most = |of: &dyn Fn(&Estimate) -> f64| ratios.iter().map(of).fold(0.0, f64::max);
    let far = |ratio: &Estimate| (ratio.low - 1.0).abs().max((ratio.high - 1.0).abs());
    let near = |ratio: &Estimate| (ratio.low - 1.0).max(1.0 - ratio.high).max(0.0);
    Estimate {
        low: most(&near),
        high: most(&far),
        interval: Interval::StudentT { level: 0.95 },
        ..statistics::exact(most(&|ratio| (ratio.value - 1.0).abs()), ratios[0].n)
    }
}

/// The root mean square of the statistical term over the samples, and what it is in expectation.
fn samples(parts: &[Part], ratios: &[Estimate]) -> Table {
    let mean = |of: &dyn Fn(&Part) -> f64| parts.iter().map(of).sum::<f64>() / parts.len() as f64;
    let variance = mean(&|part| part.variance);
    let sizes = sizes();
    let root = |(place, _): (usize, &usize)| mean(&|part| part.squares[place]).sqrt();
    let of = |end: fn(&Estimate) -> f64| -> Vec<f64> { ratios.iter().map(end).collect() };
    let columns = [
        ("rms", sizes.iter().enumerate().map(root).collect()),
        ("expected", sizes.iter().map(|&size| (variance / size as f64).sqrt()).collect()),
        ("ratio", of(|ratio| ratio.value)),
        ("low", of(|ratio| ratio.low)),
        ("high", of(|ratio| ratio.high)),
    ];
    let columns = columns.map(|(name, values): (_, Vec<f64>)| (name, statistics::rounded(&values)));
    let points = sizes.iter().map(|&size| size as f64).collect();
    Table::new(std::iter::once(("n", points)).chain(columns))
}

/// The losses of every replicate, with the settings that they belong to.
struct Replicates<'a> {
    fits: Vec<Setting>,
    parts: &'a [Part],
}

impl Replicates<'_> {
    fn losses<'a>(&self, part: &'a Part, setting: Setting) -> &'a Losses {
        let place = self.fits.iter().position(|&fit| fit == setting);
        &part.fits[place.expect("every setting of a sweep is fitted")]
    }

    fn all(&self, setting: Setting, term: Term) -> Vec<f64> {
        self.parts.iter().map(|part| term(self.losses(part, setting))).collect()
    }

    /// The means of all terms; of the residual the largest, whatever its sign.
    fn put_terms(
        &self,
        suffix: &str,
        setting: Setting,
        put: &mut impl FnMut(&str, Estimate) -> Option<Estimate>,
    ) {
        for (name, term) in TERMS {
            let values = self.all(setting, term);
            let estimate = if name == "residual" {
                let most = values.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
                rounding(most, values.len())
            } else {
                statistics::mean(&values)
            };
            put(&format!("{name}{suffix}"), estimate);
        }
    }

    /// Mean, 10 % and 90 % quantile of each term over what is varied.
    fn table(&self, parameters: &Parameters, sweep: Sweep) -> Table {
        let values = sweep.values(parameters);
        let mut columns = vec![(
            sweep.letter().to_owned(),
            values.iter().map(|&value| value as f64).collect::<Vec<f64>>(),
        )];
        // Rounding differs between machines: of the residual the estimates are enough.
        for (name, term) in &TERMS[..5] {
            let at = |value: &usize| self.all(sweep.at(parameters, *value), *term);
            let all: Vec<Vec<f64>> = values.iter().map(at).collect();
            let mut column = |name: String, of: &dyn Fn(&[f64]) -> f64| {
                let values: Vec<f64> = all.iter().map(|values| of(values)).collect();
                columns.push((name, statistics::rounded(&values)));
            };
            column((*name).into(), &|values| values.iter().sum::<f64>() / values.len() as f64);
            column(format!("{name}_q10"), &|values| statistics::quantile(values, 0.1));
            column(format!("{name}_q90"), &|values| statistics::quantile(values, 0.9));
        }
        Table::new(columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(curves: &[&[f64]], expected: usize) {
        assert_eq!(
            falling(&curves.iter().map(|curve| curve.to_vec()).collect::<Vec<_>>()),
            expected
        );
    }

    #[test]
    fn a_falling_curve_never_rises_and_falls_somewhere() {
        check(&[&[3.0, 2.0, 2.0, 1.0]], 1);
        check(&[&[3.0, 2.0, 2.1, 1.0], &[2.0, 2.0], &[2.0, 1.0], &[1.0, f64::NAN]], 1);
        check(&[&[3.0, 1.0, 1.0 + 1e-15], &[3.0, 1.0, 1.0 + 1e-9], &[1.0, 1.0 - 1e-15]], 1);
    }

    #[test]
    fn the_furthest_ratio_is_by_its_interval() {
        let ratio =
            |low: f64, value: f64, high: f64| Estimate { low, high, ..statistics::exact(value, 9) };
        let off = furthest_from_one(&[ratio(0.9, 1.0, 1.1), ratio(1.05, 1.1, 1.15)]);
        let near = |value: f64, expected: f64| assert!((value - expected).abs() < 1e-12, "{off:?}");
        near(off.value, 0.1);
        near(off.low, 0.05);
        near(off.high, 0.15);
    }

    #[test]
    fn the_terms_add_up_and_what_is_left_over_is_seen() {
        let mut losses = Losses {
            trained_on_pool: 0.5,
            trained_on_sample: 0.125,
            best_on_sample: 0.25,
            best_on_pool: 0.375,
            total: 0.5,
        };
        assert_eq!(TERMS.map(|(_, term)| term(&losses)), [0.375, -0.125, -0.125, 0.375, 0.5, 0.0]);
        losses.total = 0.75;
        assert_eq!(residual(&losses), 0.25);
    }
}
