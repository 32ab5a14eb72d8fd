//! The claims. Nothing here enters a run key.

use super::setting::Parameters;
use crate::claim::Claim;
use crate::claim::Threshold;
use crate::record::Record;

/// All claims. Counts are of these very replicates; the others are means over replicates, paired where
/// two settings are compared, since all settings of a replicate share pool, features and sample.
pub(super) fn claims(parameters: &Parameters, record: &Record) -> Vec<Claim> {
    let replicates = parameters.replicates;
    let count = |name: &str, text: &str, estimate: &str| {
        Claim::count(name, text, record.estimate(estimate).value as usize, replicates, replicates)
    };
    let on = |name: &str, text: &str, estimate: &str, threshold| {
        Claim::on(name, text, record.estimate(estimate), threshold)
    };
    vec![
        on(
            "identity",
            "For every fit of every replicate the four terms add up to the loss over the distribution, \
             computed on its own, up to $10^{-9}$",
            "largest_residual",
            Threshold::AtMost(1e-9),
        )
        .with_figure("terms"),
        count(
            "approximation-falls",
            "In every replicate the approximation term falls as features are added",
            "approx_falls",
        )
        .with_figure("sweeps"),
        on(
            "generalisation-falls-with-data",
            "The mean generalisation term is larger on the smallest sample than on the largest, by at \
             least 0.1",
            "gen_fall_n",
            Threshold::AtLeast(0.1),
        )
        .with_figure("sweeps"),
        on(
            "optimisation-turns-negative",
            "On 50 training points the mean optimisation term is negative, at most $-0.03$",
            "opt_n_50",
            Threshold::AtMost(-0.03),
        )
        .with_figure("sweeps"),
        count(
            "optimisation-falls",
            "In every replicate the optimisation term falls from each number of steps of the grid to the next",
            "opt_falls",
        )
        .with_figure("sweeps"),
        on(
            "generalisation-grows-with-training",
            "The mean generalisation term is larger after ten thousand steps than after one, by at least \
             0.001",
            "gen_rise_t",
            Threshold::AtLeast(0.001),
        )
        .with_figure("sweeps"),
        on(
            "statistical-variance",
            "At every sample size the mean square of the statistical term is the variance of the loss \
             divided by $n$, within 20 %",
            "stat_ratio_off",
            Threshold::AtMost(0.2),
        )
        .with_figure("statistical"),
    ]
}
