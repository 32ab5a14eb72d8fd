//! The figures. Nothing here enters a run key.

use super::claims::ridge;
use super::formulas;
use super::formulas::Risk;
use super::setting::Parameters;
use super::setting::WILD;
use super::summary::FAR;
use super::summary::NEAR;
use super::summary::lambda;
use crate::figure::Axis;
use crate::figure::Figure;
use crate::figure::Panel;
use crate::figure::Role;
use crate::figure::Scale;
use crate::figure::compose;
use crate::figure::mark;
use crate::figure::mark::Mark;
use crate::record::Record;

/// The horizontal axis of all figures but the last.
const ACROSS: &str = "features per training point $γ = p/n$";

/// Nearer than this to `γ = 1` no limit is drawn: it has no upper end.
const CUT: f64 = 0.008;

/// The figures; that of the penalty only with noise, without which there is none.
pub(super) fn figures(parameters: &Parameters, record: &Record) -> Vec<Figure> {
    let view = View { parameters, record };
    let mut figures = vec![view.risk(), view.finite_n(), view.parts()];
    if parameters.sigma > 0.0 {
        figures.push(view.penalty());
    }
    figures
}

struct View<'a> {
    parameters: &'a Parameters,
    record: &'a Record,
}

/// One of the two estimators: its table, its label and its look.
struct Arm {
    table: &'static str,
    label: String,
    role: Role,
}

impl View<'_> {
    fn risk(&self) -> Figure {
        let &Parameters { n, r, sigma, replicates, .. } = self.parameters;
        let mut marks = vec![
            self.threshold(),
            mark::horizontal("predicting zero, $r²$", Role::Reference, r * r),
            self.curve("limit $n → ∞$", Role::Reference, |view, gamma| {
                view.limit(gamma).total()
            })
            .about("minimum norm"),
        ];
        if sigma > 0.0 {
            marks.push(self.ridge_curve(Risk::total));
        }
        marks.push(self.exact_line(Risk::total));
        for arm in self.arms() {
            marks.extend(self.points(&arm, "risk"));
        }
        let ridge = if sigma > 0.0 {
            format!(" Theory of {} is its limit.", ridge(self.parameters))
        } else {
            String::new()
        };
        Figure::new(
            "risk",
            "Excess risk of minimum-norm least squares and of ridge regression on isotropic Gaussian \
             features against the number of features per training point, measured and in theory.",
            &format!(
                "Excess risk $\\lVert\\hat\\beta-\\beta\\rVert^2$ for $n={n}$, $r={r}$ and $\\sigma={sigma}$: \
                 means over {replicates} replicates with 95 % intervals (Student's $t$), and at \
                 $|p-n|\\le{WILD}$, where the variance of the minimum norm's risk is infinite, medians between order statistics. \
                 Theory of the minimum norm is exact for this $n$ and infinite at $|p-n|\\le1$; its limit \
                 is hidden behind it but for the very peak.{ridge} No line was fitted to a point. Within a replicate all $p$ \
                 share noise and nested features, so neighbouring points err together."
            ),
            vec![Panel::plane(Axis::log(ACROSS), Axis::log("excess risk"), marks)],
        )
    }

    /// Everything relative to the limit, which leaves what a finite `n` does.
    fn finite_n(&self) -> Figure {
        let n = self.parameters.n;
        let of = |column: &str| self.record.column("least-norm", column);
        let limits = of("limit").to_vec();
        let tame: Vec<bool> = of("p").iter().map(|p| (p - n as f64).abs() > WILD as f64).collect();
        let [x, y, low, high] =
            ["gamma", "expected", "expected_low", "expected_high"].map(|column| {
                let rows = of(column).iter().zip(&limits).zip(&tame);
                let kept = rows.filter(|((_, limit), tame)| **tame && **limit > 0.0);
                let scale = |limit: f64| if column == "gamma" { 1.0 } else { limit };
                kept.map(|((value, limit), _)| value / scale(*limit)).collect::<Vec<f64>>()
            });
        let span = |values: &[f64], from: f64, pick: fn(f64, f64) -> f64| {
            values.iter().copied().filter(|value| value.is_finite()).fold(from, pick)
        };
        let axis = Axis::linear("risk relative to the limit")
            .range(span(&low, 0.97, f64::min) - 0.01, span(&high, 1.15, f64::max) + 0.05);
        let (widths, exact) = self.exact_risks();
        let ratios = widths
            .iter()
            .zip(exact)
            .map(|(gamma, exact)| exact.total() / self.limit(*gamma).total())
            .collect();
        let marks = vec![
            self.threshold(),
            mark::horizontal("limit $n → ∞$", Role::Reference, 1.0),
            mark::line("theory", Role::Theory, widths, ratios).about("exact for this n"),
            mark::whiskers("minimum norm", Role::Test, x, y, low, high),
        ];
        Figure::new(
            "finite-n",
            "Mean risk of the minimum norm over its limit for infinitely many points against the \
             number of features per training point, measured and exact.",
            &format!(
                "What the limit leaves out: the risk of the minimum norm divided by its limit, for $n={n}$. \
                 The points are the same replicates, but with the noise averaged exactly given the features \
                 (squared bias plus variance), which makes the 95 % intervals small enough to see a few \
                 percent. Theory is the exact risk over the limit; at $|p-n|\\le{WILD}$ there is no \
                 mean to show. Look at both sides of the threshold: a finite sample has a wider peak."
            ),
            vec![Panel::plane(Axis::log(ACROSS), axis, marks)],
        )
    }

    fn parts(&self) -> Figure {
        let &Parameters { sigma, .. } = self.parameters;
        let panel = |title: &str, column: &str, axis: Axis, of: fn(Risk) -> f64| {
            let mut marks = vec![self.threshold()];
            if sigma > 0.0 {
                marks.push(self.ridge_curve(of));
            }
            marks.push(self.exact_line(of));
            for arm in self.arms() {
                marks.extend(self.points(&arm, column));
            }
            Panel::plane(Axis::log("$γ = p/n$"), axis, marks).title(title)
        };
        let ridge = if sigma > 0.0 {
            format!(
                " Look at the threshold: the minimum norm has hardly any bias there and no finite variance; \
                 {} accepts bias on both sides and keeps its variance small.",
                ridge(self.parameters)
            )
        } else {
            " Without noise there is no variance.".into()
        };
        Figure::new(
            "parts",
            "Squared bias and variance of minimum-norm least squares and of ridge regression against the \
             number of features per training point, measured and in theory.",
            &format!(
                "The same risks in two parts, both on average over the noise given the features: \
                 $\\lVert\\mathbb E\\hat\\beta-\\beta\\rVert^2$ and \
                 $\\mathbb E\\lVert\\hat\\beta-\\mathbb E\\hat\\beta\\rVert^2$. Means over the replicates with 95 % \
                 intervals, medians at $|p-n|\\le{WILD}$; theory as above. For $p\\le n$ the minimum norm is \
                 unbiased.{ridge}"
            ),
            vec![
                panel("Squared bias", "bias", Axis::linear("squared bias"), |risk| risk.bias),
                panel("Variance", "variance", Axis::log("variance"), |risk| risk.variance),
            ],
        )
        .columns(2)
    }

    fn penalty(&self) -> Figure {
        let of = |column: &str| self.record.column("penalty", column);
        let mut gammas = of("gamma").to_vec();
        gammas.dedup();
        let mut marks = vec![mark::vertical("$λ = λ^*$", Role::Reference, 1.0)];
        for (arm, &gamma) in (1..).zip(&gammas) {
            let label = format!("$γ = {gamma}$");
            let [x, y, low, high] = ["multiple", "risk", "risk_low", "risk_high"].map(|column| {
                let rows = of("gamma").iter().zip(of(column));
                rows.filter(|(found, _)| **found == gamma)
                    .map(|(_, value)| *value)
                    .collect::<Vec<_>>()
            });
            let ends = (x[0], x[x.len() - 1]);
            let theory = |multiple: f64| {
                let &Parameters { r, sigma, .. } = self.parameters;
                let best = formulas::optimal_penalty(r, sigma, gamma);
                formulas::ridge_limit(r, sigma, gamma, multiple * best).total()
            };
            let line = compose::curve("theory", Role::Theory, ends, Scale::Log, 97, theory);
            marks.push(line.about(&label));
            marks.push(mark::whiskers(&label, Role::Arm(arm), x, y, low, high));
        }
        Figure::new(
            "penalty",
            "Excess risk of ridge regression against its penalty in units of the optimal one, for a few \
             numbers of features, measured and in theory.",
            &format!(
                "Risk of ridge against its penalty in units of $\\lambda^*=\\sigma^2\\gamma/r^2$: means over {} \
                 replicates with 95 % intervals; theory is the limit. All penalties see the same data, so \
                 the shape of a row of points is known better than its height. Every minimum is at \
                 $\\lambda^*$, which depends on $\\gamma$, and is flat: a factor of two costs little. Towards \
                 the left ridge becomes the minimum norm, whose risk at $\\gamma=1$ has no bound.",
                self.parameters.replicates
            ),
            vec![Panel::plane(Axis::log("penalty $λ/λ^*$"), Axis::log("excess risk"), marks)],
        )
    }

    fn arms(&self) -> Vec<Arm> {
        let least = Arm { table: "least-norm", label: "minimum norm".into(), role: Role::Test };
        if self.parameters.sigma == 0.0 {
            return vec![least];
        }
        let penalty = self.parameters.penalty;
        let at = if penalty == 1.0 { "$λ^*$".into() } else { format!("${penalty} λ^*$") };
        let ridge = Arm { table: "ridge", label: format!("ridge at {at}"), role: Role::Arm(1) };
        vec![least, ridge]
    }

    /// What was measured of an estimator: means, and medians where they stand in for them.
    fn points(&self, arm: &Arm, column: &str) -> Vec<Mark> {
        let of = |column: &str| self.record.column(arm.table, column);
        let n = self.parameters.n as f64;
        let ends = [column.to_owned(), format!("{column}_low"), format!("{column}_high")];
        let kept = |wild: bool| {
            let list = |name: &str| {
                let rows = of("p").iter().zip(of(name));
                let there = rows.filter(|(p, _)| ((**p - n).abs() <= WILD as f64) == wild);
                there.map(|(_, value)| *value).collect::<Vec<f64>>()
            };
            [list("gamma"), list(&ends[0]), list(&ends[1]), list(&ends[2])]
        };
        let least_norm = arm.table == "least-norm" || self.parameters.penalty == 0.0;
        if !least_norm {
            let all = |name: &str| of(name).to_vec();
            let [y, low, high] = ends.each_ref().map(|name| all(name));
            return vec![mark::whiskers(&arm.label, arm.role, all("gamma"), y, low, high)];
        }
        let [x, y, low, high] = kept(false);
        let mut marks = vec![mark::whiskers(&arm.label, arm.role, x, y, low, high)];
        let [x, y, low, high] = kept(true);
        if !x.is_empty() {
            let label = format!("{}, median", arm.label);
            marks.push(mark::whiskers(&label, Role::Arm(2), x, y, low, high));
        }
        marks
    }

    fn threshold(&self) -> Mark {
        mark::vertical("$p = n$", Role::Reference, 1.0)
    }

    fn limit(&self, gamma: f64) -> Risk {
        formulas::limit(self.parameters.r, self.parameters.sigma, gamma)
    }

    fn ridge_curve(&self, of: fn(Risk) -> f64) -> Mark {
        let form = move |view: &Self, gamma: f64| {
            let &Parameters { r, sigma, .. } = view.parameters;
            of(formulas::ridge_limit(r, sigma, gamma, lambda(view.parameters, gamma)))
        };
        self.curve("theory", Role::Theory, form).about("ridge, limit")
    }

    /// A closed form over the grid, without its pole.
    fn curve(&self, label: &str, role: Role, form: impl Fn(&Self, f64) -> f64) -> Mark {
        let gammas = self.record.column("least-norm", "gamma");
        let ends = (gammas[0], gammas[gammas.len() - 1]);
        compose::curve(label, role, ends, Scale::Log, 240, |gamma| {
            let value = form(self, gamma);
            if (gamma - 1.0).abs() < CUT && value > self.ceiling() { f64::NAN } else { value }
        })
    }

    /// What the limits at either side of the cut reach.
    fn ceiling(&self) -> f64 {
        self.limit(1.0 - CUT).total().max(self.limit(1.0 + CUT).total())
    }

    fn exact_line(&self, of: fn(Risk) -> f64) -> Mark {
        let (gammas, risks) = self.exact_risks();
        let risks = risks.into_iter().map(of).collect();
        mark::line("theory", Role::Theory, gammas, risks).about("minimum norm, exact for this n")
    }

    /// The exact risks of the minimum norm: at every `p` near the threshold, further away at some.
    fn exact_risks(&self) -> (Vec<f64>, Vec<Risk>) {
        let &Parameters { n, r, sigma, .. } = self.parameters;
        let widths = self.record.column("least-norm", "p");
        let ends = [widths[0], widths[widths.len() - 1]].map(|p| p as usize);
        let mut found = (Vec::new(), Vec::new());
        let mut p = ends[0];
        while p <= ends[1] {
            found.0.push(p as f64 / n as f64);
            found.1.push(formulas::exact(r, sigma, n, p));
            // A step of 3 %, but never over the threshold, and not past the end.
            let far = p.abs_diff(n) > FAR.max(2 * NEAR);
            let step = if far { (p / 33).max(1) } else { 1 };
            p = if p < ends[1] { (p + step).min(ends[1]) } else { p + 1 };
        }
        found
    }
}
