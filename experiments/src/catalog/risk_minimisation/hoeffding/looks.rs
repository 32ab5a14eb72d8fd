//! The figures. Nothing here enters a run key.

use super::setting::Parameters;
use super::setting::RULES;
use super::setting::fitted;
use super::setting::shown;
use super::theory;
use crate::figure::Axis;
use crate::figure::Figure;
use crate::figure::Panel;
use crate::figure::Role;
use crate::figure::Scale;
use crate::figure::Shared;
use crate::figure::compose;
use crate::figure::mark;
use crate::figure::mark::Mark;
use crate::record::Record;

/// What a sharp and a loose bound assume of the loss.
const SHARP: &str = "bound for $0 ≤ ℓ ≤ 1$";
const LOOSE: &str = "bound for $|ℓ| ≤ 1$";

// The words of a caption count them.
const _: () = assert!(RULES == 10);

/// The figures of what was run.
pub(super) fn figures(parameters: &Parameters, record: &Record) -> Vec<Figure> {
    let mut figures = vec![
        one_rule(parameters, record),
        distribution(parameters, record),
        ten_rules(parameters, record),
    ];
    if fitted(parameters).next().is_some() {
        figures.push(fitted_rule(parameters, record));
    }
    figures
}

fn one_rule(parameters: &Parameters, record: &Record) -> Figure {
    let of = |column: &str| record.column("one-rule", column).to_vec();
    let sizes = || parameters.n.iter().copied();
    let marks = vec![
        bound(sizes(), parameters.delta, LOOSE, theory::loose),
        bound(sizes(), parameters.delta, SHARP, theory::sharp),
        rising(mark::line("95 % quantile, exact", Role::Theory, of("n"), of("exact"))),
        mark::whiskers(
            &format!("95 % quantile of {} samples", parameters.draws),
            Role::Test,
            of("n"),
            of("q95"),
            of("low"),
            of("high"),
        ),
    ];
    Figure::new(
        "one-rule",
        "The 95 % quantile of the gap between the empirical risk and the risk of a rule that was \
         fixed in advance, against the size of the sample, with two bounds on it; both axes \
         logarithmic.",
        &format!(
            "One rule, fixed before any sample was drawn: the gap $|\\hat L_n-L|$ that it exceeds \
             in 5 % of samples (points, with 95 % intervals; the line is exact, from the binomial \
             distribution), and what it may exceed with probability $\\delta={}$ at most (upper \
             lines). The bounds fall like $1/\\sqrt n$, and but for few points the quantile does \
             too, so that the lines are parallel. The bound that uses only $|\\ell|\\le1$ is twice the other; neither knows the risk of the rule, and both are \
             generous.",
            parameters.delta
        ),
        vec![Panel::plane(Axis::log("sample size $n$"), Axis::log("gap"), marks).labels_at_ends()],
    )
}

fn distribution(parameters: &Parameters, record: &Record) -> Figure {
    let of = |column: &str| record.column("distribution", column).to_vec();
    let (n, delta) = (shown(parameters), parameters.delta);
    let largest = of("gap").into_iter().fold(0.0, f64::max);
    // Where the exponent is 2nε² for the sharp bound it is a quarter of that for the loose one.
    let form = |label, factor: f64| {
        compose::curve(label, Role::Bound, (0.0, largest), Scale::Linear, 97, move |gap| {
            (2.0 * libm::exp(-factor * n as f64 * gap * gap)).min(1.0)
        })
    };
    // Below this the axis ends, and the line before it.
    let least = 1e-12;
    let exact = of("exact").into_iter().map(|p| if p > least { p } else { f64::NAN }).collect();
    let marks = vec![
        mark::horizontal(&format!("$δ = {delta}$"), Role::Reference, delta),
        form(LOOSE, 0.5),
        form(SHARP, 2.0),
        mark::line("exact", Role::Theory, of("gap"), exact),
        mark::whiskers(
            &format!("share of {} samples", parameters.draws),
            Role::Test,
            of("gap"),
            of("share"),
            of("low"),
            of("high"),
        ),
    ];
    Figure::new(
        "distribution",
        "The probability that the gap of the rule fixed in advance is larger than a number, \
         against that number, with Hoeffding's inequality in two forms; the probability on a \
         logarithmic axis.",
        &format!(
            "The same rule at $n={n}$: how often its gap is larger than the number below. \
             Hoeffding's inequality says $2e^{{-2n\\varepsilon^2}}$ at most for a loss in $[0,1]$, \
             and $2e^{{-n\\varepsilon^2/2}}$ if only $|\\ell|\\le1$ is used. The bounds of the \
             first figure are where these curves reach $\\delta={delta}$; the true probability \
             there is orders of magnitude smaller. Points are observed shares with 95 % intervals, \
             and end where no sample of {} has so large a gap.",
            parameters.draws
        ),
        vec![
            Panel::plane(
                Axis::linear("gap"),
                Axis::log("probability of a larger gap").range(least, 2.0),
                marks,
            )
            .labels_at_ends(),
        ],
    )
}

fn ten_rules(parameters: &Parameters, record: &Record) -> Figure {
    let of = |column: &str| record.column("ten-rules", column).to_vec();
    let sizes = || parameters.n.iter().copied();
    let class = |delta, n| theory::class(delta, n, RULES);
    let marks = vec![
        bound(sizes(), parameters.delta, &format!("bound for {RULES} rules"), class),
        bound(sizes(), parameters.delta, "bound for one rule", theory::sharp),
        rising(mark::line("rule with the fewest errors", Role::Arm(3), of("n"), of("chosen_q95"))),
        mark::whiskers("largest of all", Role::Arm(1), of("n"), of("q95"), of("low"), of("high")),
    ];
    Figure::new(
        "ten-rules",
        "The 95 % quantile of the largest gap among ten rules, and of the gap of the rule with the \
         fewest errors, against the size of the sample, with the bounds for ten rules and for one.",
        &format!(
            "Ten rules, all fixed in advance, on the same {} samples of each size: the 95 % \
             quantile of the largest of their gaps (points, with 95 % intervals), and of the gap \
             of the one that errs least on the sample (lowest line). Which rule that is depends on \
             the sample, so the bound for one rule says nothing about it. The bound for all at \
             once does, and costs little: ten times as many rules raise it by a factor of ${:.2}$.",
            parameters.draws,
            theory::class(parameters.delta, 1.0, RULES) / theory::sharp(parameters.delta, 1.0)
        ),
        vec![Panel::plane(Axis::log("sample size $n$"), Axis::log("gap"), marks).labels_at_ends()],
    )
}

fn fitted_rule(parameters: &Parameters, record: &Record) -> Figure {
    let delta = parameters.delta;
    let panel = |title: &str, column: &str, notes: Vec<Mark>| {
        let mut marks = vec![
            bound(fitted(parameters), delta, "bounds", theory::loose).about("|ℓ| ≤ 1"),
            bound(fitted(parameters), delta, "bounds", theory::sharp).about("0 ≤ ℓ ≤ 1"),
        ];
        marks.extend(gaps(parameters, record, column));
        marks.extend(notes);
        Panel::plane(Axis::log("sample size $n$"), Axis::linear("gap"), marks).title(title)
    };
    Figure::new(
        "fitted-rule",
        "The gap between the empirical risk and the risk of a fitted rule for each of its samples, \
         against the size of the sample, with two bounds: measured on the sample that it was \
         fitted to, and on a second one.",
        &format!(
            "Least squares of minimum norm in dimension $d={}$, fitted to each of {} samples of \
             each size (points are spread sideways; their symbols say which bounds they exceed). \
             The upper bound uses only $|\\ell|\\le1$. Left, the gap on the sample that the rule \
             was fitted to.{} Up to $n=d$ the rule makes no error on its sample, so that the gap \
             is its risk{}. Right, the same rules on a second sample of that size, on which they \
             do not depend: here the theorem applies.",
            parameters.d,
            parameters.replicates,
            escapes(record),
            peaks(record),
        ),
        vec![
            panel("On its own sample", "gap", dimension(parameters)),
            panel("On a second sample", "gap_fresh", Vec::new()),
        ],
    )
    .columns(2)
    .share(Shared { x: true, y: true })
}

/// The gaps of single fits, apart by the bounds that they exceed.
fn gaps(parameters: &Parameters, record: &Record, column: &str) -> Vec<Mark> {
    let of = |column: &str| record.column("fitted-rule", column).iter().copied();
    let mut groups: [[Vec<f64>; 2]; 3] = Default::default();
    for ((n, replicate), gap) in of("n").zip(of("replicate")).zip(of(column)) {
        let beyond = usize::from(gap > theory::sharp(parameters.delta, n))
            + usize::from(gap > theory::loose(parameters.delta, n));
        // Sideways by up to 15 %, in the order of the replicates.
        let place = (replicate + 0.5) / parameters.replicates as f64 - 0.5;
        groups[beyond][0].push(n * libm::exp(0.3 * place));
        groups[beyond][1].push(gap);
    }
    ["within both bounds", "beyond one", "beyond both"]
        .into_iter()
        .zip([Role::Arm(1), Role::Arm(3), Role::Arm(4)])
        .zip(groups)
        .filter(|(_, [x, _])| !x.is_empty())
        .map(|((label, role), [x, y])| mark::points(label, role, x, y))
        .collect()
}

/// A line at `n = d`, where it lies among the sizes.
fn dimension(parameters: &Parameters) -> Vec<Mark> {
    let d = parameters.d;
    let inside = fitted(parameters).any(|n| n <= d) && fitted(parameters).any(|n| n >= d);
    let line = mark::vertical("$n = d$", Role::Reference, d as f64);
    if inside { vec![line] } else { Vec::new() }
}

/// What the caption says of the gap around `n = d`, where it is so.
fn escapes(record: &Record) -> &'static str {
    match record.estimates.get("fit_viol_loose") {
        Some(share) if share.value >= 0.8 => {
            " Around $n=d$ it is beyond both bounds. For much smaller $n$ these allow almost any gap."
        }
        _ => "",
    }
}

/// The same of its peak.
fn peaks(record: &Record) -> &'static str {
    match record.estimates.get("fit_gap_peak") {
        Some(ratio) if ratio.value >= 1.2 => ", and at $n=d$ that is largest",
        _ => "",
    }
}

/// A bound over sample sizes.
fn bound(
    sizes: impl Iterator<Item = usize>,
    delta: f64,
    label: &str,
    form: impl Fn(f64, f64) -> f64,
) -> Mark {
    let (least, most) = sizes.fold((f64::INFINITY, 0.0f64), |(least, most), n| {
        (least.min(n as f64), most.max(n as f64))
    });
    compose::curve(label, Role::Bound, (least, most), Scale::Log, 33, |n| form(delta, n))
}

/// A line whose points are in the order of their places, in whatever order an author lists the
/// sizes.
fn rising(mark: Mark) -> Mark {
    let Mark::Line(mut line) = mark else { return mark };
    let mut points: Vec<(f64, f64)> = line.x.iter().copied().zip(line.y.iter().copied()).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    (line.x, line.y) = points.into_iter().unzip();
    Mark::Line(line)
}
