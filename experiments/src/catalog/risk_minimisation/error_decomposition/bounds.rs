//! The decomposition as an identity, evaluated at the settings whose terms the record keeps under names
//! of their own. Nothing here enters a run key.

use std::collections::BTreeMap;

use super::setting::POOL;
use super::setting::Parameters;
use super::setting::Setting;
use super::setting::Sweep;
use crate::bound::Assumption;
use crate::bound::Bound;
use crate::bound::Reference;
use crate::bound::Relation;
use crate::bound::Side;
use crate::bound::Symbol;
use crate::lab::statistics;
use crate::record::Estimate;
use crate::record::Record;

/// The ids.
pub(super) const IDS: &[&str] = &["error-decomposition"];

/// How far the sides may be apart by rounding.
const TOLERANCE: f64 = 1e-9;

const STATEMENT: &str = r"\begin{aligned}
\mathcal L_{\mathcal D}(\hat\theta_{n,t})
&=\underbrace{\mathcal L_{\mathcal D}(\hat\theta_{n,t})-\mathcal L_{\hat{\mathcal D}_n}(\hat\theta_{n,t})}_{\text{generalisation}}
+\underbrace{\mathcal L_{\hat{\mathcal D}_n}(\hat\theta_{n,t})-\mathcal L_{\hat{\mathcal D}_n}(\theta^*)}_{\text{optimisation}}\\
&\quad+\underbrace{\mathcal L_{\hat{\mathcal D}_n}(\theta^*)-\mathcal L_{\mathcal D}(\theta^*)}_{\text{statistical}}
+\underbrace{\mathcal L_{\mathcal D}(\theta^*)}_{\text{approximation}}
\end{aligned}";

/// The terms: the name of the estimate, TeX, and the word.
const TERMS: [(&str, &str, &str); 4] = [
    (
        "gen",
        r"\mathcal L_{\mathcal D}(\hat\theta_{n,t})-\mathcal L_{\hat{\mathcal D}_n}(\hat\theta_{n,t})",
        "generalisation",
    ),
    (
        "opt",
        r"\mathcal L_{\hat{\mathcal D}_n}(\hat\theta_{n,t})-\mathcal L_{\hat{\mathcal D}_n}(\theta^*)",
        "optimisation",
    ),
    (
        "stat",
        r"\mathcal L_{\hat{\mathcal D}_n}(\theta^*)-\mathcal L_{\mathcal D}(\theta^*)",
        "statistical",
    ),
    ("approx", r"\mathcal L_{\mathcal D}(\theta^*)", "approximation"),
];

/// At the author's own setting, and along each of the three sweeps.
pub(super) fn bounds(parameters: &Parameters, record: &Record) -> Vec<Bound> {
    let &Parameters { p, n, t, .. } = parameters;
    let mut settings = vec![(Setting { p, n, t }, String::new())];
    for sweep in Sweep::ALL {
        for value in sweep.named() {
            let setting = sweep.at(parameters, value);
            if settings.iter().all(|(known, _)| *known != setting) {
                settings.push((setting, format!("_{}_{value}", sweep.letter())));
            }
        }
    }
    settings
        .into_iter()
        .filter_map(|(setting, suffix)| identity(record, setting, &suffix))
        .collect()
}

fn identity(record: &Record, Setting { p, n, t }: Setting, suffix: &str) -> Option<Bound> {
    let of = |name: &str, tex: &str, meaning: String| {
        Symbol::of(record, &format!("{name}{suffix}"), name, tex, meaning)
    };
    let total = of(
        "total",
        r"\mathcal L_{\mathcal D}(\hat\theta_{n,t})",
        format!("loss over the distribution, as the mean over the {POOL} points of the pool"),
    )?;
    let residual = of(
        "residual",
        r"|\text{left}-\text{right}|",
        "the largest difference of the two sides in any replicate".into(),
    )?;
    let terms: Vec<Symbol> = TERMS
        .into_iter()
        .map(|(name, tex, word)| of(name, tex, format!("{word} term, mean over replicates")))
        .collect::<Option<_>>()?;
    let value = |symbol: &Symbol| symbol.value.as_ref().map(|estimate| estimate.value);
    let (left, off) = (total.value.as_ref()?, value(&residual)?);
    let right: f64 = terms.iter().map(value).sum::<Option<f64>>()?;
    let numbers: Vec<String> = TERMS
        .into_iter()
        .zip(&terms)
        .map(|((name, _, word), term)| {
            let negative = value(term).is_some_and(|value| value < 0.0);
            let (open, close) = if negative { ("(", ")") } else { ("", "") };
            format!(r"\underbrace{{{open}@{name}:5@{close}}}_{{\text{{{word}}}}}")
        })
        .collect();
    let replicates = left.n;
    let mut symbols = vec![
        Symbol::given("p", "p", "random features", p as f64),
        Symbol::given("n", "n", "training points", n as f64),
        Symbol::given("t", "t", "steps of gradient descent", t as f64),
    ];
    let sides = (
        // Of these very runs: that other runs would have other means is no matter to an identity.
        Side::new(total.tex.clone(), statistics::exact(left.value, replicates)),
        Side::new(
            r"\text{sum of the four terms}",
            Estimate {
                low: right - off,
                high: right + off,
                ..statistics::exact(right, replicates)
            },
        ),
    );
    symbols.push(total);
    symbols.extend(terms);
    symbols.push(residual);
    Some(Bound {
        id: "error-decomposition".into(),
        at: BTreeMap::from([
            ("p".to_owned(), p as f64),
            ("n".to_owned(), n as f64),
            ("t".to_owned(), t as f64),
        ]),
        title: "The four errors add up".into(),
        statement: STATEMENT.replace('\n', " "),
        assumptions: vec![
            Assumption::by_construction(
                "None on the model, the loss or the sample: what is added is taken away again, for any \
                 $\\hat\\theta_{n,t}$ and $\\theta^*$",
            ),
            Assumption::by_construction(
                "$\\theta^*$ has the smallest loss over the distribution, which the names of the terms \
                 ask for: least squares on the whole pool",
            ),
            Assumption::checked(
                "The two sides are computed apart",
                "the total as a mean over the points of the pool, the losses in the terms from its second \
                 moments; the largest difference in any replicate is in the table",
            ),
        ],
        symbols,
        numbers: format!("@total:5@ @relation@ {}", numbers.join("+")),
        left: sides.0,
        right: sides.1,
        relation: Relation::Equal { tolerance: TOLERANCE },
        trivial: None,
        probability: None,
        // Bottou and Bousquet (2008) and others split differently.
        references: vec![Reference::new(
            "scaman-mathematics",
            "K. Scaman, Mathematics of deep learning, a course at the ENS in Paris",
        )],
        note: format!(
            "Means over {replicates} replicates, rounded for print; the two sides are compared in every \
             replicate and unrounded."
        ),
    })
}
