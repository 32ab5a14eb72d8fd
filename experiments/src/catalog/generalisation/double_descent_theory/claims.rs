//! The claims. Nothing here enters a run key.

use super::setting::Parameters;
use super::summary::FAR;
use super::summary::NEAR;
use super::summary::OTHERS;
use crate::claim::Claim;
use crate::claim::Threshold;
use crate::record::Record;

/// The claims for which the grid has places and the noise is there.
pub(super) fn claims(parameters: &Parameters, record: &Record) -> Vec<Claim> {
    let ridge = ridge(parameters);
    let others: Vec<String> = OTHERS.iter().map(ToString::to_string).collect();
    let candidates = [
        (
            "risk",
            "risk-is-exact",
            "largest_deviation",
            format!(
                "At every $p$ of the grid with $|p-n|\\ge{FAR}$ the mean risk of the minimum norm is within \
                 4 standard errors of the exact one"
            ),
            Threshold::AtMost(4.0),
        ),
        (
            "risk",
            "expected-risk-is-exact",
            "expected_deviation",
            format!(
                "The mean risk of the minimum norm, without the scatter of the noise, is within 5 % of the exact one, at all $p$ with \
                 $|p-n|\\ge{FAR}$ together"
            ),
            Threshold::AtMost(0.05),
        ),
        (
            "risk",
            "peak-is-high",
            "threshold_over_2n",
            "The median risk of the minimum norm at $p=n$ is at least 10 times that at $p=2n$"
                .into(),
            Threshold::AtLeast(10.0),
        ),
        (
            "risk",
            "ridge-has-no-peak",
            "ridge_smallest_step",
            format!("The mean risk of {ridge} rises from every $p$ of the grid to the next"),
            Threshold::AtLeast(1.0),
        ),
        (
            "risk",
            "ridge-agrees-with-its-limit",
            "ridge_deviation",
            format!(
                "The mean risk of {ridge}, without the scatter of the noise, is within a tenth of its limit at \
                 all $p$ of the grid together"
            ),
            Threshold::AtMost(0.1),
        ),
        (
            "finite-n",
            "finite-n-exceeds-the-limit",
            "excess_over_limit",
            format!(
                "At every $p$ of the grid with ${NEAR}\\le|p-n|<{FAR}$ the mean variance of the minimum norm \
                 is above its limit"
            ),
            Threshold::AtLeast(1.0),
        ),
        (
            "parts",
            "peak-is-variance",
            "variance_share",
            format!(
                "At the first $p\\ge n+{NEAR}$ of the grid the variance is at least 90 % of the mean risk of \
                 the minimum norm"
            ),
            Threshold::AtLeast(0.9),
        ),
        (
            "penalty",
            "penalty-is-optimal",
            "other_penalties",
            format!(
                "At every $p$ of the grid the mean risk with {} and {} times $\\lambda^*$, without the scatter \
                 of the noise, is above that of {ridge}",
                others[..others.len() - 1].join(", "),
                others[others.len() - 1]
            ),
            Threshold::AtLeast(1.0),
        ),
    ];
    candidates
        .into_iter()
        .filter_map(|(figure, name, estimate, text, threshold)| {
            let found = record.estimates.get(estimate)?;
            Some(Claim::on(name, text, found, threshold).with_figure(figure))
        })
        .collect()
}

/// What the ridge estimator is called.
pub(super) fn ridge(parameters: &Parameters) -> String {
    if parameters.penalty == 1.0 {
        "ridge at $\\lambda^*$".into()
    } else {
        format!("ridge at ${}\\lambda^*$", parameters.penalty)
    }
}
