//! The claims. Nothing here enters a run key.

use super::looks::estimator;
use super::setting::Axis;
use super::setting::Parameters;
use super::summary::WINDOW;
use crate::claim::Claim;
use crate::claim::Threshold;
use crate::record::Record;

/// The penalty that must remove the peak.
pub(super) const OPTIMAL: f64 = 1e-3;

/// The claims about the axes that were run.
///
/// Each is decided as its words say: counts of these very replicates; ratios of medians from the
/// unfavourable to the favourable ends of both; medians of ratios within replicates; ratios of means
/// by Student's t on paired residuals.
pub(super) fn claims(parameters: &Parameters, record: &Record) -> Vec<Claim> {
    let mut claims = Vec::new();
    if parameters.runs(Axis::Model) {
        claims.extend(model_claims(parameters, record));
    }
    if parameters.runs(Axis::Sample) {
        claims.extend(sample_claims(parameters, record));
    }
    if parameters.runs(Axis::Epoch) {
        claims.extend(epoch_claims(record));
    }
    claims
}

fn model_claims(parameters: &Parameters, record: &Record) -> Vec<Claim> {
    let estimator = estimator(parameters);
    let mut claims = vec![
        all_in_window(
            record,
            "peak-at-threshold",
            "peak_in_window",
            format!(
                "In every replicate the test error of {estimator} is largest at a width between \
                 $n/{WINDOW}$ and ${WINDOW}n$"
            ),
        ),
        Claim::on(
            "peak-height",
            format!(
                "The median test error of {estimator} at $p=n$ is at least 3 times that at $p=10n$"
            ),
            record.estimate("threshold_over_10n"),
            Threshold::AtLeast(3.0),
        ),
        Claim::on(
            "second-descent",
            format!(
                "In the median replicate the test error of {estimator} at $p=20n$ is below the lowest \
                 that any width $p<n$ reaches in that replicate"
            ),
            record.estimate("second_descent"),
            Threshold::AtMost(1.0),
        ),
    ];
    let optimal = parameters.lambdas.iter().position(|lambda| *lambda == OPTIMAL);
    let rise = optimal.and_then(|i| record.estimates.get(&format!("ridge_{}_rise", i + 1)));
    claims.extend(rise.map(|rise| {
        Claim::on(
            "ridge-has-no-peak",
            format!(
                "With a ridge penalty of $\\lambda={OPTIMAL}$ the mean test error rises by at most \
                 5 % from any width to any larger one"
            ),
            rise,
            Threshold::AtMost(1.05),
        )
    }));
    let agrees =
        optimal.and_then(|i| record.estimates.get(&format!("ridge_{}_over_theory", i + 1)));
    claims.extend(agrees.map(|agrees| {
        Claim::on(
            "ridge-agrees-with-theory",
            format!(
                "At $p=n$ the mean test error of ridge regression with $\\lambda={OPTIMAL}$ is that of \
                 the deterministic equivalent within 20 %"
            ),
            agrees,
            // Both sides vary between seeds, by about 4 % together: with 15 % four of sixty seeds failed.
            Threshold::Within(0.8, 1.2),
        )
    }));
    claims.into_iter().map(|claim| claim.with_figure("model-wise")).collect()
}

fn sample_claims(parameters: &Parameters, record: &Record) -> Vec<Claim> {
    let estimator = estimator(parameters);
    let claims = vec![
        all_in_window(
            record,
            "sample-wise-peak-at-threshold",
            "sample_peak_in_window",
            format!(
                "In every replicate the test error of {estimator} is largest at a sample size between \
                 $p/{WINDOW}$ and ${WINDOW}p$"
            ),
        ),
        Claim::on(
            "more-data-hurts",
            format!(
                "The median test error of {estimator} with $n=0.9p$ points is at least 1.5 times that \
                 with $n=0.5p$"
            ),
            record.estimate("more_data_hurts"),
            Threshold::AtLeast(1.5),
        ),
    ];
    claims.into_iter().map(|claim| claim.with_figure("sample-wise")).collect()
}

fn epoch_claims(record: &Record) -> Vec<Claim> {
    let claims = vec![
        Claim::on(
            "epoch-wise-peak",
            "During gradient descent the mean test error rises from its first minimum to a peak at \
             least 1.3 times as high",
            record.estimate("epoch_rise"),
            Threshold::AtLeast(1.3),
        ),
        Claim::on(
            "epoch-wise-second-descent",
            "After its peak the mean test error falls to at most half the peak",
            record.estimate("epoch_fall"),
            Threshold::AtMost(0.5),
        ),
        Claim::on(
            "epoch-wise-lower-minimum",
            "The second minimum of the mean test error is lower than the first",
            record.estimate("epoch_second_over_first"),
            Threshold::AtMost(1.0),
        ),
    ];
    claims.into_iter().map(|claim| claim.with_figure("epoch-wise")).collect()
}

fn all_in_window(record: &Record, name: &str, estimate: &str, text: String) -> Claim {
    let count = record.estimate(estimate);
    Claim::count(name, text, count.value as usize, count.n, count.n)
}
