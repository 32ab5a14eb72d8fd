//! The claims. Nothing here enters a run key.

use super::setting::Parameters;
use super::setting::RULES;
use crate::claim::Claim;
use crate::claim::Threshold;
use crate::record::Record;

/// The claims about what was run.
///
/// Statements about every sample size are decided on the least favourable of them. "In at most a
/// share" is decided on the upper end of a Clopper–Pearson interval.
pub(super) fn claims(parameters: &Parameters, record: &Record) -> Vec<Claim> {
    let &Parameters { delta, d, .. } = parameters;
    let rare = Threshold::AtMost(delta);
    let mut claims = Vec::new();
    let mut claim = |figure: &str, name: &str, estimate: &str, text: String, threshold| {
        let found = record.estimates.get(estimate);
        claims
            .extend(found.map(|found| Claim::on(name, text, found, threshold).with_figure(figure)));
    };
    claim(
        "one-rule",
        "one-rule-sharp",
        "viol_sharp",
        format!(
            "At each of these $n$ the gap of the rule fixed in advance exceeds \
             $\\sqrt{{\\ln(2/\\delta)/(2n)}}$ with probability at most $\\delta={delta}$"
        ),
        rare,
    );
    claim(
        "one-rule",
        "one-rule-loose",
        "viol_loose",
        format!(
            "At each of these $n$ it exceeds $\\sqrt{{2\\ln(2/\\delta)/n}}$ with probability at \
             most $\\delta={delta}$"
        ),
        rare,
    );
    claim(
        "one-rule",
        "root-n",
        "gap_slope",
        "The 95 % quantile of the gap falls as a power of $n$ with an exponent between $-0.55$ and \
         $-0.45$"
            .into(),
        Threshold::Within(-0.55, -0.45),
    );
    claim(
        "ten-rules",
        "ten-rules-at-once",
        "class_viol",
        format!(
            "At each of these $n$ the largest gap of the {RULES} rules exceeds \
             $\\sqrt{{\\ln({}/\\delta)/(2n)}}$ with probability at most $\\delta={delta}$",
            2 * RULES
        ),
        rare,
    );
    claim(
        "fitted-rule",
        "fitted-rule-escapes",
        "fit_viol_loose",
        format!(
            "At each of these $n$ from $d/2$ to $2d$, $d={d}$, the gap of the fitted rule on its \
             own sample exceeds even $\\sqrt{{2\\ln(2/\\delta)/n}}$ with probability at least 0.8"
        ),
        Threshold::AtLeast(0.8),
    );
    claim(
        "fitted-rule",
        "second-sample-restores-it",
        "fit_viol_fresh",
        format!(
            "On a second sample the gap of the fitted rule exceeds \
             $\\sqrt{{\\ln(2/\\delta)/(2n)}}$ with probability at most $\\delta={delta}$, all $n$ \
             together"
        ),
        rare,
    );
    claim(
        "fitted-rule",
        "peak-at-dimension",
        "fit_gap_peak",
        format!(
            "The median gap of the fitted rule on its own sample is at least 1.2 times as large at \
             $n=d={d}$ as at $n=d/2$"
        ),
        Threshold::AtLeast(1.2),
    );
    claims
}
