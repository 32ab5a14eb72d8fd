//! The exact risk and the optimality of the penalty, evaluated at each place of the grid. Nothing here
//! enters a run key.

use std::collections::BTreeMap;

use super::formulas;
use super::setting::Parameters;
use super::setting::Place;
use super::setting::WILD;
use super::setting::grid;
use super::summary::lambda;
use crate::bound::Assumption;
use crate::bound::Bound;
use crate::bound::Reference;
use crate::bound::Relation;
use crate::bound::Side;
use crate::bound::Symbol;
use crate::lab::statistics;
use crate::record::Estimate;
use crate::record::Interval;
use crate::record::Record;

/// The ids.
pub(super) const IDS: &[&str] = &["hastie-ridgeless", "optimal-ridge"];

/// How far the interval of a measured risk may reach from the exact one. At `|p − n| = 10` of 100 points
/// and 200 replicates it reaches a fifth.
const WITHIN: f64 = 0.5;

/// The place that is shown first: the nearest to `p = 2n`, where the risk has both its parts.
const FIRST: f64 = 2.0;

/// All of them.
pub(super) fn bounds(parameters: &Parameters, record: &Record) -> Vec<Bound> {
    let places = grid(parameters);
    let off = |place: &Place| libm::log(place.gamma / FIRST).abs();
    let front = (0..places.len()).min_by(|&a, &b| off(&places[a]).total_cmp(&off(&places[b])));
    let rest = (0..places.len()).filter(|&row| Some(row) != front);
    let all: Vec<At<'_>> = front
        .into_iter()
        .chain(rest)
        .map(|row| At { parameters, record, place: &places[row], row })
        .collect();
    let exact = all.iter().filter_map(At::ridgeless);
    let ridge = all.iter().filter_map(At::ridge);
    exact.chain(ridge).collect()
}

/// A place on the grid.
struct At<'a> {
    parameters: &'a Parameters,
    record: &'a Record,
    place: &'a Place,
    /// Its row in the tables.
    row: usize,
}

impl At<'_> {
    /// The measured risk of the least norm is the exact one in expectation.
    fn ridgeless(&self) -> Option<Bound> {
        let &Parameters { sigma, .. } = self.parameters;
        let mut symbols = self.common();
        let risk = self.of(
            "risk",
            "risk",
            r"\overline{\|\hat\beta-\beta\|^2}",
            "risk of the minimum norm, mean over replicates",
        );
        let exact = self.of("exact", "exact", "R_{n,p}", "exact risk at these $n$ and $p$")?;
        let right = exact.value.clone()?;
        let left = risk.as_ref().and_then(|risk| risk.value.clone()).unwrap_or_else(nothing);
        let measured = risk.is_some();
        symbols.extend(risk);
        symbols.extend(self.of(
            "median_risk",
            "median",
            r"\operatorname{med}\|\hat\beta-\beta\|^2",
            "risk of the minimum norm, median over replicates",
        ));
        symbols.push(exact);
        symbols.extend(self.of(
            "limit",
            "limit",
            r"R(\gamma)",
            "its limit for $n\\to\\infty$ with $p/n\\to\\gamma$",
        ));
        symbols.extend(self.of(
            "bias",
            "bias",
            r"\overline{\|\mathbb E_\varepsilon\hat\beta-\beta\|^2}",
            "squared bias given the features, mean over replicates",
        ));
        symbols.extend(self.of(
            "variance",
            "variance",
            r"\overline{\mathbb E_\varepsilon\|\hat\beta-\mathbb E_\varepsilon\hat\beta\|^2}",
            "variance over the noise given the features, mean over replicates",
        ));
        let formula = self.formula(sigma > 0.0);
        let numbers = if measured {
            format!(r"@risk@\;@relation@\;{formula}=@exact@,\qquad R(@gamma@)=@limit@")
        } else {
            let formula = if right.value.is_infinite() { String::new() } else { formula + "=" };
            format!(r"R_{{@n@,@p@}}={formula}@exact@,\qquad R(@gamma@)=@limit@")
        };
        Some(Bound {
            title: "Exact risk of ridgeless regression".into(),
            statement: RIDGELESS.replace('\n', " "),
            assumptions: vec![
                features(),
                noise(),
                Assumption::by_construction(
                    "$\\|\\beta\\|=r$, and $\\beta$ does not depend on $X$ and $\\varepsilon$",
                ),
                Assumption::by_construction(
                    "The risk is $\\|\\hat\\beta-\\beta\\|^2$ itself, and no test set stands for it",
                ),
            ],
            symbols,
            numbers,
            left: Side::new(r"\overline{\|\hat\beta-\beta\|^2}", left),
            right: Side::new("R_{n,p}", right),
            relation: Relation::EqualInExpectation { within: WITHIN },
            references: vec![
                Reference::new(
                    "hastie-2022",
                    "Hastie, Montanari, Rosset and Tibshirani 2022, Surprises in high-dimensional ridgeless \
                     least squares interpolation, theorem 1, for the limit",
                ),
                Reference::new(
                    "breiman-freedman-1983",
                    "Breiman and Freedman 1983, How many variables should be entered in a regression \
                     equation?, for p < n",
                ),
                Reference::new(
                    "belkin-2020",
                    "Belkin, Hsu and Xu 2020, Two models of double descent for weak features, for p > n",
                ),
            ],
            note: self.note(),
            ..self.any("hastie-ridgeless")
        })
    }

    /// What a reader must know of the place.
    fn note(&self) -> String {
        let (n, p) = (self.parameters.n, self.place.p);
        if p.abs_diff(n) > WILD {
            return "Measured and exact risk agree if the interval of the mean, widened to 99.95 % (3.5 \
                    standard errors where there are many replicates), holds the exact one and reaches no \
                    farther from it than half of it."
                .into();
        }
        let what = if p.abs_diff(n) <= 1 && self.parameters.sigma > 0.0 {
            "no finite mean, and no measured mean could confirm that"
        } else {
            "no mean with an interval here: with noise its variance is infinite at $|p-n|\\le3$"
        };
        format!(
            "The risk of the minimum norm has {what}. The record keeps the median, which is another quantity."
        )
    }

    /// The exact risk with numbers.
    fn formula(&self, noisy: bool) -> String {
        let (n, p) = (self.parameters.n, self.place.p);
        let bias = r"@r@^2\Big(1-\frac{@n@}{@p@}\Big)";
        let variance = match p.cmp(&n) {
            _ if !noisy => return if p > n { bias.into() } else { "0".into() },
            _ if p.abs_diff(n) <= 1 => return r"\infty".into(),
            std::cmp::Ordering::Greater => r"\frac{@sigma@^2\cdot @n@}{@p@-@n@-1}",
            _ => r"\frac{@sigma@^2\cdot @p@}{@n@-@p@-1}",
        };
        if p > n { format!("{bias}+{variance}") } else { variance.into() }
    }

    /// No penalty is better than `λ*`, and so not the minimum norm. Without noise there is none.
    fn ridge(&self) -> Option<Bound> {
        let &Parameters { r, sigma, penalty, replicates, .. } = self.parameters;
        if sigma == 0.0 {
            return None;
        }
        let best = formulas::optimal_penalty(r, sigma, self.place.gamma);
        let exact = self.of("exact", "exact", "R_{n,p}", "exact risk of the minimum norm")?;
        let right = exact.value.clone()?;
        let left = if self.is_median() { nothing() } else { self.expected(replicates)? };
        let mut symbols = self.common();
        symbols.push(Symbol::given("best", r"\lambda^*", "the optimal penalty", best));
        symbols.extend(self.of("penalty", "lambda", r"\lambda", "the penalty that was used"));
        symbols.push(Symbol::derived(
            "ridge",
            r"\overline{\mathbb E_\varepsilon\|\hat\beta_{\lambda}-\beta\|^2}",
            "risk of ridge on average over the noise given the features, mean over replicates",
            left.clone(),
        ));
        symbols.extend(self.of(
            "ridge",
            "scattered",
            r"\overline{\|\hat\beta_{\lambda}-\beta\|^2}",
            "the same with the scatter of the noise",
        ));
        symbols.extend(self.of(
            "ridge_limit",
            "ridge_limit",
            r"R_\lambda(\gamma)",
            "its limit for $n\\to\\infty$ with $p/n\\to\\gamma$",
        ));
        symbols.push(exact);
        let used = "The penalty is $\\lambda^*$, for which $\\sigma$ and $r$ must be known";
        Some(Bound {
            title: "Optimally tuned ridge is never worse than the minimum norm".into(),
            statement: RIDGE.replace('\n', " "),
            assumptions: vec![
                features(),
                noise(),
                if penalty == 1.0 {
                    Assumption::by_construction(used)
                } else {
                    Assumption::not_met(used, format!("it was set to ${penalty}\\lambda^*$"))
                },
            ],
            symbols,
            numbers: r"\lambda^*=\frac{@sigma@^2\cdot @p@}{@r@^2\cdot @n@}=@best@,\qquad @ridge@\;@relation@\;R_{@n@,@p@}=@exact@"
                .into(),
            left: Side::new(r"\overline{\mathbb E_\varepsilon\|\hat\beta_{\lambda}-\beta\|^2}", left),
            right: Side::new("R_{n,p}", right),
            relation: Relation::AtMost,
            references: vec![
                Reference::new(
                    "dobriban-wager-2018",
                    "Dobriban and Wager 2018, High-dimensional asymptotics of prediction: ridge regression and \
                     classification",
                ),
                Reference::new(
                    "nakkiran-2021",
                    "Nakkiran, Venkat, Kakade and Ma 2021, Optimal regularization can mitigate double descent",
                ),
            ],
            note: format!(
                "The minimum norm is the limit $\\lambda\\to0$. The limit $\\lambda\\to\\infty$ predicts zero, \
                 whose risk is $r^2={}$: that is the better comparison where the right side is larger.",
                r * r
            ),
            ..self.any("optimal-ridge")
        })
    }

    /// The risk of ridge without the scatter of the noise, which at small `γ` is needed to tell it from that
    /// of the least norm. It is in a table.
    fn expected(&self, replicates: usize) -> Option<Estimate> {
        let table = self.record.tables.get("ridge")?;
        let column = |name: &str| {
            let found = table.columns.iter().find(|column| column.name == name)?;
            found.values.get(self.row).copied()
        };
        Some(Estimate {
            low: column("expected_low")?,
            high: column("expected_high")?,
            interval: Interval::StudentT { level: 0.95 },
            ..statistics::exact(column("expected")?, replicates)
        })
    }

    /// Whether that table holds a median here.
    fn is_median(&self) -> bool {
        lambda(self.parameters, self.place.gamma) == 0.0
            && self.place.p.abs_diff(self.parameters.n) <= WILD
    }

    /// An estimate of this place.
    fn of(&self, field: &str, name: &str, tex: &str, meaning: &str) -> Option<Symbol> {
        Symbol::of(self.record, &format!("{field}_{}", self.place.name), name, tex, meaning)
    }

    fn common(&self) -> Vec<Symbol> {
        let &Parameters { n, r, sigma, .. } = self.parameters;
        vec![
            Symbol::given("n", "n", "training points", n as f64),
            Symbol::given("p", "p", "features", self.place.p as f64),
            Symbol::given(
                "gamma",
                r"\gamma",
                "features per training point, $p/n$",
                self.place.gamma,
            ),
            Symbol::given("r", "r", r"norm of $\beta$", r),
            Symbol::given("sigma", r"\sigma", "standard deviation of the noise", sigma),
        ]
    }

    fn any(&self, id: &str) -> Bound {
        // By the γ that was asked for, as the estimates are.
        let asked = self.place.name.trim_start_matches("gamma_").replace('_', ".");
        let gamma = asked.parse().unwrap_or(self.place.gamma);
        Bound {
            id: id.into(),
            at: BTreeMap::from([("gamma".to_owned(), gamma)]),
            title: String::new(),
            statement: String::new(),
            assumptions: Vec::new(),
            symbols: Vec::new(),
            numbers: String::new(),
            left: Side::new("", nothing()),
            right: Side::new("", nothing()),
            relation: Relation::AtMost,
            trivial: None,
            probability: None,
            references: Vec::new(),
            note: String::new(),
        }
    }
}

const RIDGELESS: &str = r"\begin{gathered}
\hat\beta=X^+y,\qquad R_{n,p}=\mathbb E\|\hat\beta-\beta\|^2=\begin{cases}
\dfrac{\sigma^2p}{n-p-1}&p<n-1\\[2mm]
r^2\Big(1-\dfrac np\Big)+\dfrac{\sigma^2n}{p-n-1}&p>n+1\\[2mm]
\infty&|p-n|\le1,\ \sigma>0
\end{cases}\\[4mm]
\lim_{p/n\to\gamma}R_{n,p}=R(\gamma)=\begin{cases}
\sigma^2\dfrac{\gamma}{1-\gamma}&\gamma<1\\[2mm]
r^2\Big(1-\dfrac1\gamma\Big)+\dfrac{\sigma^2}{\gamma-1}&\gamma>1
\end{cases}
\end{gathered}";

const RIDGE: &str = r"\begin{gathered}
\hat\beta_\lambda=\operatorname*{arg\,min}_b\ \frac1n\|Xb-y\|^2+\lambda\|b\|^2,\qquad
\lambda^*=\frac{\sigma^2}{r^2}\cdot\frac pn\\[2mm]
\mathbb E\|\hat\beta_{\lambda^*}-\beta\|^2=\min_{\lambda>0}\,\mathbb E\|\hat\beta_\lambda-\beta\|^2
\le\mathbb E\|X^+y-\beta\|^2=R_{n,p}
\end{gathered}";

fn features() -> Assumption {
    Assumption::by_construction("The rows of $X$ are independent $\\mathcal N(0,I_p)$")
}

fn noise() -> Assumption {
    Assumption::by_construction(
        "$y=X\\beta+\\sigma\\varepsilon$ with $\\varepsilon\\sim\\mathcal N(0,I_n)$ independent of $X$",
    )
}

/// No measurement.
fn nothing() -> Estimate {
    statistics::exact(f64::NAN, 0)
}
