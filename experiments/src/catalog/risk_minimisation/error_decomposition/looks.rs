//! The figures. Nothing here enters a run key.

use super::setting::Parameters;
use super::setting::Sweep;
use super::setting::Target;
use crate::figure::Axis;
use crate::figure::Figure;
use crate::figure::Panel;
use crate::figure::Role;
use crate::figure::Shared;
use crate::figure::mark;
use crate::figure::mark::Area;
use crate::figure::mark::Mark;
use crate::figure::mark::Side;
use crate::figure::mark::Stack;
use crate::record::Record;

/// A small sample, on which the optimisation term is negative.
pub(super) const FEW: usize = 50;

/// The terms in the order in which they are put on top of each other, with what stands for each.
const TERMS: [(&str, &str, &str, Role); 4] = [
    ("approx", "approximation", "approx.", Role::Arm(1)),
    ("stat", "statistical", "stat.", Role::Arm(2)),
    ("opt", "optimisation", "opt.", Role::Arm(3)),
    ("gen", "generalisation", "gen.", Role::Arm(4)),
];

/// All figures.
pub(super) fn figures(parameters: &Parameters, record: &Record) -> Vec<Figure> {
    vec![terms(parameters, record), sweeps(parameters, record), statistical(parameters, record)]
}

/// The four arrows at the author's setting, and on a small sample.
fn terms(parameters: &Parameters, record: &Record) -> Figure {
    let few = format!("_n_{FEW}");
    let value = |name: &str| record.estimate(&format!("{name}{few}")).value;
    let see = if parameters.n != FEW && value("opt") < 0.0 && value("gen") + value("opt") > 0.0 {
        "On the small sample the arrow of optimisation points down: the trained parameters fit that sample \
         better than the best parameters of the distribution do, and the arrow of generalisation is \
         longer by more than that."
    } else {
        "An arrow that points down is a negative term."
    };
    let mut panels = vec![(parameters.n, "")];
    if parameters.n != FEW {
        panels.push((FEW, &few));
    }
    let panels = panels
        .into_iter()
        .map(|(n, suffix)| waterfall(record, suffix).title(&format!("$n = {n}$")));
    Figure::new(
        "terms",
        "The loss over the distribution as four arrows, each beginning where the one before ends: \
         approximation, statistical, optimisation and generalisation error, on two sample sizes.",
        &format!(
            "How the loss over the distribution comes about: each arrow begins where the one before ends, and \
             the last ends at the total. The levels between are \
             $\\mathcal L_{{\\mathcal D}}(\\theta^*)$, $\\mathcal L_{{\\hat{{\\mathcal D}}}}(\\theta^*)$, \
             $\\mathcal L_{{\\hat{{\\mathcal D}}}}(\\hat\\theta)$ and $\\mathcal L_{{\\mathcal D}}(\\hat\\theta)$. {see} Means over \
             {} replicates; $p={}$ features, $t={}$ steps.",
            parameters.replicates, parameters.p, parameters.t
        ),
        panels.collect(),
    )
    .columns(2)
    .share(Shared { x: false, y: true })
}

/// One arrow for each term, from where the one before ends, and one for the total.
fn waterfall(record: &Record, suffix: &str) -> Panel {
    let value = |name: &str| record.estimate(&format!("{name}{suffix}")).value;
    let (mut level, mut highest, mut lowest) = (0.0, value("total"), 0f64);
    let (mut marks, mut notes) = (Vec::new(), Vec::new());
    for (place, (name, label, _, role)) in TERMS.into_iter().enumerate() {
        let (x, next) = (place as f64, level + value(name));
        let level_line = [x - 0.25, x + 1.25];
        marks.push(mark::line("", Role::Reference, level_line.to_vec(), vec![next; 2]));
        marks.push(mark::trajectory(label, role, vec![x; 2], vec![level, next]));
        notes.push(mark::note(&signed(value(name)), (x, level.max(next)), Side::Above));
        level = next;
        (highest, lowest) = (highest.max(level), lowest.min(level));
    }
    let (x, total) = (TERMS.len() as f64, value("total"));
    marks.push(mark::trajectory("total", Role::Test, vec![x; 2], vec![0.0, total]));
    notes.push(mark::note(&format!("{total:.3}"), (x, total), Side::Above));
    marks.push(mark::horizontal("", Role::Reference, 0.0));
    marks.extend(notes);
    let names = TERMS.iter().map(|(_, _, short, _)| *short).chain(["total"]);
    // Room for the words above the highest arrow.
    let room = 0.15 * (highest - lowest);
    let loss = Axis::linear("loss (MSE)").range(lowest, highest + room);
    Panel::plane(Axis::names("", names), loss, marks)
}

/// Three decimals with a sign: a plus, or a minus that is as wide.
fn signed(value: f64) -> String {
    let sign = if value < 0.0 { '−' } else { '+' };
    format!("{sign}{:.3}", value.abs())
}

/// The terms on top of each other over what is varied.
fn sweeps(parameters: &Parameters, record: &Record) -> Figure {
    let &Parameters { p, n, t, .. } = parameters;
    let panels = Sweep::ALL.map(|sweep| {
        let table = format!("over-{}", sweep.letter());
        let of = |column: &str| record.column(&table, column).to_vec();
        let areas = TERMS
            .iter()
            .map(|&(name, label, _, role)| Area { label: label.into(), role, y: of(name) })
            .collect();
        let stack = Stack { x: of(sweep.letter()), areas, total: "total".into() };
        let mut marks = vec![Mark::Stack(stack)];
        marks.extend(floor(record));
        let (label, title) = match sweep {
            Sweep::Features => ("features $p$", format!("$n = {n}$, $t = {t}$")),
            Sweep::Points => ("training points $n$", format!("$p = {p}$, $t = {t}$")),
            Sweep::Steps => ("gradient steps $t$", format!("$p = {p}$, $n = {n}$")),
        };
        Panel::plane(Axis::log(label), Axis::linear("loss (MSE)"), marks).title(&title)
    });
    let noise = if parameters.noise > 0.0 {
        "The approximation term includes the noise: nearly $\\sigma^2$ of it stays with all numbers of \
         features that are shown. "
    } else {
        ""
    };
    Figure::new(
        "sweeps",
        "The four terms stacked, negative ones below zero, and their sum, against the number of features, \
         of training points and of gradient steps.",
        &format!(
            "The four terms as areas on top of each other, negative ones below zero, and the line of their \
             sum, the loss over the distribution. One of $p$, $n$ and $t$ varies in each panel; the other two \
             are above it. More features lower the approximation term, and leave more undone after the same \
             number of steps; more points lower the generalisation term; more steps trade optimisation for \
             generalisation. {noise}The statistical term is near zero \
             on average and hardly seen here. Means over {} replicates; {}.",
            parameters.replicates,
            learned(parameters)
        ),
        panels.to_vec(),
    )
}

/// The statistical term of one sample, and its root mean square over many.
fn statistical(parameters: &Parameters, record: &Record) -> Figure {
    let of = |table: &str, column: &str| record.column(table, column).to_vec();
    let (band, sizes) = ("over-n", of("samples", "n"));
    let one = vec![
        mark::horizontal("", Role::Reference, 0.0),
        mark::band(
            "10–90 % of replicates",
            Role::Arm(2),
            of(band, "n"),
            of(band, "stat_q10"),
            of(band, "stat_q90"),
        ),
        mark::line("mean", Role::Arm(2), of(band, "n"), of(band, "stat")),
    ];
    let many = vec![
        mark::line("$√(V/n)$", Role::Theory, sizes.clone(), of("samples", "expected")),
        mark::points("root mean square", Role::Arm(2), sizes, of("samples", "rms")),
    ];
    let across = || Axis::log("training points $n$");
    Figure::new(
        "statistical",
        "The statistical term of single samples with both signs, and its root mean square over many \
         samples with the line of theory, against the number of training points.",
        &format!(
            "The statistical term needs no training: it is the mean of the loss at $\\theta^*$ over the sample \
             less that over the pool. First panel: of one sample in each of {} replicates; its sign is a matter of \
             chance. Second panel: its root mean square over many samples of each size, drawn independently, and \
             what theory says exactly, $\\sqrt{{V/n}}$ with $V=\\mathrm{{Var}}_{{\\mathcal D}}\\,\\ell(\\theta^*)$: \
             four times as many points halve it.",
            parameters.replicates
        ),
        vec![
            Panel::plane(across(), Axis::linear("statistical term"), one).title("One sample"),
            Panel::plane(across(), Axis::log("root mean square"), many).title("Many samples"),
        ],
    )
    .columns(2)
}

/// The noise, where there is any.
fn floor(record: &Record) -> Option<Mark> {
    let at = record.estimate("noise_floor").value;
    (at > 0.0).then(|| mark::horizontal("noise $σ²$", Role::Reference, at))
}

/// What is learned, in formulas.
fn learned(parameters: &Parameters) -> String {
    let target = match parameters.target {
        Target::Seed => "$y=\\sin x_1+\\cos x_2",
        Target::Step => "$y=\\mathrm{sign}\\,x_1",
        Target::Linear => "$y=(x_1+\\dots+x_{10})/\\sqrt{10}",
    };
    if parameters.noise > 0.0 {
        format!("{target}+{}\\,\\varepsilon$", parameters.noise)
    } else {
        format!("{target}$")
    }
}
