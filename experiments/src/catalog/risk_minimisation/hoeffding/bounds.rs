//! Hoeffding's inequality evaluated on what was run. Nothing here enters a run key.
//!
//! "With probability at least `1 − δ` the gap is at most `ε`" says that the `1 − δ` quantile of the gap is
//! at most `ε`, and so the left side of these bounds is that quantile, whose right side can be vacuous.
//! The record holds the 95 % quantile. For another `δ`, or a size of which no samples were drawn, it is
//! that of the binomial law, which is exact; and of the largest of ten gaps, whose law is not known, it
//! is the probability that is compared with `δ` then.

use std::collections::BTreeMap;

use super::setting::ONE;
use super::setting::Parameters;
use super::setting::RULES;
use super::setting::fitted;
use super::setting::shown;
use super::theory;
use super::theory::Errors;
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
pub(super) const IDS: &[&str] =
    &["hoeffding", "hoeffding-loose", "hoeffding-class", "hoeffding-fitted"];

/// Sizes around which the bounds begin to say something, at `δ = 0.05` from 2 and from 8 points on. No
/// samples are drawn of them.
const SMALL: [usize; 5] = [1, 2, 5, 7, 8];

/// The quantile that the record holds.
const LEVEL: f64 = 0.95;

const GAP: &str =
    r"\big|\mathcal L_{\hat{\mathcal D}_n}(\theta)-\mathcal L_{\mathcal D}(\theta)\big|";

/// All of them; of each the size that is shown first.
pub(super) fn bounds(parameters: &Parameters, record: &Record) -> Vec<Bound> {
    let at = At { parameters, record };
    let sizes = first(parameters.n.clone(), |&n| n.abs_diff(shown(parameters)));
    let small = SMALL.into_iter().filter(|n| !parameters.n.contains(n));
    let one: Vec<usize> = sizes.iter().copied().chain(small).collect();
    let fits = first(fitted(parameters).collect(), |&n| n.abs_diff(parameters.d));
    let sharp = one.iter().map(|&n| at.one_rule(n, &SHARP));
    let loose = one.iter().map(|&n| at.one_rule(n, &LOOSE));
    let class = sizes.iter().filter_map(|&n| at.class(n));
    let fitted = fits.iter().filter_map(|&n| at.fitted(n));
    sharp.chain(loose).chain(class).chain(fitted).collect()
}

/// The sizes as they were set, each once, after the one with the smallest distance.
fn first(sizes: Vec<usize>, distance: impl Fn(&usize) -> usize) -> Vec<usize> {
    let Some(front) = sizes.iter().copied().min_by_key(distance) else { return sizes };
    let mut ordered = vec![front];
    for n in sizes {
        if !ordered.contains(&n) {
            ordered.push(n);
        }
    }
    ordered
}

/// One of the two forms for a rule that is fixed in advance.
struct Form {
    id: &'static str,
    /// Ends the names of its estimates.
    name: &'static str,
    title: &'static str,
    width: fn(f64, f64) -> f64,
    /// The right side, with symbols and with numbers.
    tex: &'static str,
    numbers: &'static str,
    loss: &'static str,
}

const SHARP: Form = Form {
    id: "hoeffding",
    name: "sharp",
    title: r"Hoeffding's inequality, one rule fixed in advance, $0\le\ell\le M$",
    width: theory::sharp,
    tex: r"M\sqrt{\frac{\ln(2/\delta)}{2n}}",
    numbers: r"@M@\cdot\sqrt{\frac{\ln(2/@delta@)}{2\cdot @n@}}",
    loss: r"The loss lies in $[0,M]$: it is 0 or 1, so that $M=1$",
};

const LOOSE: Form = Form {
    id: "hoeffding-loose",
    name: "loose",
    title: r"Hoeffding's inequality, one rule fixed in advance, $|\ell|\le M$",
    width: theory::loose,
    tex: r"M\sqrt{\frac{2\ln(2/\delta)}{n}}",
    numbers: r"@M@\cdot\sqrt{\frac{2\ln(2/@delta@)}{@n@}}",
    loss: r"The loss lies in $[-M,M]$: it is 0 or 1, so that $M=1$, and the half below 0 is given away",
};

struct At<'a> {
    parameters: &'a Parameters,
    record: &'a Record,
}

impl At<'_> {
    /// One rule that does not depend on the sample.
    fn one_rule(&self, n: usize, form: &Form) -> Bound {
        let &Parameters { mu, delta, .. } = self.parameters;
        let law = Errors::new(n, theory::risk(ONE, mu));
        let width = self.width(form.name, n, (form.width)(delta, n as f64));
        let exact = statistics::exact(law.quantile(1.0 - delta), 0);
        let known = statistics::exact(law.beyond(width.value), 0);
        let name = format!("gap_q95_n{n}");
        let measured = self.record.estimates.get(&name).filter(|_| self.is_measured());
        let of_law = self.or_derived(
            &format!("gap_q95_exact_n{n}"),
            exact.clone(),
            ("exact", r"q_{1-\delta}"),
            "the same quantile of the binomial law of the number of errors".into(),
        );
        let quantile = if measured.is_some() { r"\hat q_{1-\delta}" } else { r"q_{1-\delta}" };
        let left = measured.cloned().unwrap_or(exact);
        let mut symbols = self.common(n);
        symbols.extend(Symbol::of(
            self.record,
            "risk",
            "risk",
            r"\mathcal L_{\mathcal D}(\theta)",
            "risk of the rule, in closed form",
        ));
        let meaning = format!("the $1-\\delta$ quantile over samples of the gap ${GAP}$");
        symbols.push(match measured {
            Some(_) => {
                Symbol { field: name, ..Symbol::derived("gap", quantile, meaning, left.clone()) }
            }
            None => Symbol::derived(
                "gap",
                quantile,
                meaning + ", of the binomial law of the number of errors",
                left.clone(),
            ),
        });
        symbols.extend(measured.map(|_| of_law));
        symbols.push(self.width_symbol(form.name, n, &width, "right side"));
        symbols.extend(Symbol::of(
            self.record,
            &format!("viol_{}_n{n}", form.name),
            "share",
            r"\hat\pi",
            "share of the samples drawn in which the gap exceeds the right side",
        ));
        symbols.push(
            self.or_derived(
                &format!("viol_{}_exact_n{n}", form.name),
                known,
                ("violation", r"\pi"),
                "exact probability of that, of which the theorem says that it is at most $\\delta$"
                    .into(),
            ),
        );
        Bound {
            title: form.title.into(),
            statement: format!(r"\Pr\Big[{GAP}\le {}\Big]\ge 1-\delta", form.tex),
            assumptions: vec![
                drawn(),
                Assumption::by_construction(
                    "$\\theta$ does not depend on the sample: the rule $w=e_1+\\frac12e_2$ is written down \
                     before one is drawn",
                ),
                Assumption::by_construction(form.loss),
            ],
            symbols,
            numbers: format!(
                r"q_{{@level@}}\Big({GAP}\Big)=@gap@\;@relation@\;@width@={}",
                form.numbers
            ),
            left: Side::new(quantile, left),
            right: Side::new(form.tex, width),
            note: self.note(measured.is_some(), n),
            ..self.any(form.id, n)
        }
    }

    /// Ten rules on the same samples.
    fn class(&self, n: usize) -> Option<Bound> {
        let (record, delta) = (self.record, self.parameters.delta);
        let width = self.width("class", n, theory::class(delta, n as f64, RULES));
        let largest = format!(r"\max_{{h\in H}}{}", GAP.replace(r"\theta", "h"));
        let share = Symbol::of(
            record,
            &format!("class_viol_n{n}"),
            "share",
            r"\hat\pi",
            "share of the samples drawn in which the largest gap exceeds the right side",
        )?;
        let gap = Symbol::of(
            record,
            &format!("class_q95_n{n}"),
            "gap",
            r"q_{1-\delta}",
            format!("the $1-\\delta$ quantile over samples of the largest gap ${largest}$"),
        )
        .filter(|_| self.is_measured());
        let tex = r"M\sqrt{\frac{\ln(2|H|/\delta)}{2n}}";
        let filled = r"@M@\cdot\sqrt{\frac{\ln(2\cdot @rules@/@delta@)}{2\cdot @n@}}";
        let mut symbols = self.common(n);
        symbols.extend(Symbol::of(record, "rules", "rules", "|H|", "rules in the class"));
        let (left, right, numbers) = match gap.as_ref().and_then(|gap| gap.value.clone()) {
            Some(value) => (
                Side::new(r"q_{1-\delta}", value),
                Side::new(tex, width.clone()),
                format!(r"q_{{@level@}}\Big({largest}\Big)=@gap@\;@relation@\;@width@={filled}"),
            ),
            None => (
                Side::new(r"\hat\pi", share.value.clone()?),
                Side::new(r"\delta", statistics::exact(delta, 0)),
                format!(
                    r"\Pr\Big[{largest}>@width@={filled}\Big]\approx @share@\;@relation@\;@delta@"
                ),
            ),
        };
        symbols.extend(gap);
        symbols.push(self.width_symbol("class", n, &width, "right side"));
        symbols.push(share);
        Some(Bound {
            title: "Hoeffding's inequality for a finite class".into(),
            statement: format!(
                r"\Pr\Big[{}\le {tex}\Big]\ge 1-\delta",
                largest.replace(r"\max", r"\sup")
            ),
            assumptions: vec![
                drawn(),
                Assumption::by_construction(format!(
                    "The class $H$ is finite and does not depend on the sample: $w=e_1+\\frac h2e_{{h+1}}$, \
                     $h=0,\\dots,{}$",
                    RULES - 1
                )),
                Assumption::by_construction(SHARP.loss),
            ],
            symbols,
            numbers,
            left,
            right,
            references: vec![
                hoeffding(),
                Reference::new(
                    "shalev-shwartz-ben-david-2014",
                    "Shalev-Shwartz and Ben-David 2014, Understanding machine learning, section 4.2",
                ),
            ],
            note: "It holds for all rules at once, and so for the one with the fewest errors, \
                   whichever that is."
                .into(),
            ..self.any("hoeffding-class", n)
        })
    }

    /// The rule that is fitted, to which the theorem does not apply.
    fn fitted(&self, n: usize) -> Option<Bound> {
        let (record, delta) = (self.record, self.parameters.delta);
        let width = self.width("loose", n, theory::loose(delta, n as f64));
        let of = |field: &str, name: &str, tex: &str, meaning: &str| {
            Symbol::of(record, &format!("{field}_n{n}"), name, tex, meaning)
        };
        let gap = of(
            "fit_gap",
            "gap",
            r"q_{1/2}",
            "median over samples of the gap of the rule on the sample that it was fitted to",
        )?;
        let left = gap.value.clone()?;
        let mut symbols = self.common(n);
        symbols.push(Symbol::given("d", "d", "weights of the rule", self.parameters.d as f64));
        symbols.push(gap);
        symbols.push(self.width_symbol("loose", n, &width, "right side"));
        symbols.extend(of(
            "bound_sharp",
            "sharp",
            r"M\sqrt{\frac{\ln(2/\delta)}{2n}}",
            "the sharp form",
        ));
        symbols.extend(of(
            "fit_viol_loose",
            "share",
            r"\hat\pi",
            "share of the samples drawn in which the gap exceeds the right side",
        ));
        symbols.extend(of(
            "fit_training",
            "training",
            r"\mathcal L_{\hat{\mathcal D}_n}(\hat\theta)",
            "median of the share of errors on the sample",
        ));
        symbols.extend(of(
            "fit_risk",
            "risk",
            r"\mathcal L_{\mathcal D}(\hat\theta)",
            "median of the risk",
        ));
        symbols.extend(of(
            "fit_gap_fresh",
            "fresh",
            r"q_{1/2}^{\text{fresh}}",
            "median of the gap on a second sample of that size",
        ));
        Some(Bound {
            title: "Hoeffding's inequality put on a rule that was fitted to the sample".into(),
            statement: format!(r"\Pr\Big[{GAP}\le {}\Big]\ge 1-\delta", LOOSE.tex),
            assumptions: vec![
                drawn(),
                Assumption::not_met(
                    r"$\theta$ does not depend on the sample",
                    "the rule is the least-squares fit to this very sample",
                ),
                Assumption::by_construction(LOOSE.loss),
            ],
            symbols,
            numbers: format!(
                r"q_{{1/2}}\Big({}\Big)=@gap@\;@relation@\;@width@={}",
                GAP.replace(r"\theta", r"\hat\theta"),
                LOOSE.numbers
            ),
            left: Side::new(r"q_{1/2}", left),
            right: Side::new(LOOSE.tex, width),
            references: vec![
                hoeffding(),
                Reference::new(
                    "vapnik-chervonenkis-1971",
                    "Vapnik and Chervonenkis 1971, On the uniform convergence of relative frequencies of \
                     events to their probabilities",
                ),
            ],
            note: "If the theorem applied, the median would be at most the right side. That is the loose form's on \
                   purpose: where even it is violated, so is the sharp one."
                .into(),
            ..self.any("hoeffding-fitted", n)
        })
    }

    /// Whether the quantile that the record holds is the one that the theorem is about.
    fn is_measured(&self) -> bool {
        (1.0 - self.parameters.delta - LEVEL).abs() < 1e-12
    }

    /// What all of them have in common.
    fn any(&self, id: &str, n: usize) -> Bound {
        Bound {
            id: id.into(),
            at: BTreeMap::from([("n".to_owned(), n as f64)]),
            title: String::new(),
            statement: String::new(),
            assumptions: Vec::new(),
            symbols: Vec::new(),
            numbers: String::new(),
            left: Side::new("", statistics::exact(f64::NAN, 0)),
            right: Side::new("", statistics::exact(f64::NAN, 0)),
            relation: Relation::AtMost,
            // No gap between two shares is larger.
            trivial: Some(1.0),
            probability: Some(self.parameters.delta),
            references: vec![hoeffding()],
            note: String::new(),
        }
    }

    /// Sample size, probability of failure, and how large a loss can be.
    fn common(&self, n: usize) -> Vec<Symbol> {
        let delta = self.parameters.delta;
        let symbol = ("delta", r"\delta");
        let meaning = "probability with which the bound may fail".into();
        vec![
            Symbol::given("n", "n", "points of a sample", n as f64),
            self.or_derived("delta", statistics::exact(delta, 0), symbol, meaning),
            Symbol::given("level", r"1-\delta", "probability with which it holds", 1.0 - delta),
            Symbol::given("M", "M", "the largest loss", 1.0),
        ]
    }

    /// The width of a bound, from the record where that has it.
    fn width(&self, name: &str, n: usize, otherwise: f64) -> Estimate {
        let found = self.record.estimates.get(&format!("bound_{name}_n{n}"));
        found.cloned().unwrap_or_else(|| statistics::exact(otherwise, 0))
    }

    fn width_symbol(&self, name: &str, n: usize, width: &Estimate, meaning: &str) -> Symbol {
        let symbol = ("width", r"\varepsilon");
        self.or_derived(&format!("bound_{name}_n{n}"), width.clone(), symbol, meaning.into())
    }

    /// A symbol from the record where that has it.
    fn or_derived(
        &self,
        field: &str,
        otherwise: Estimate,
        (name, tex): (&str, &str),
        meaning: String,
    ) -> Symbol {
        Symbol::of(self.record, field, name, tex, meaning.clone())
            .unwrap_or_else(|| Symbol::derived(name, tex, meaning, otherwise))
    }

    fn note(&self, measured: bool, n: usize) -> String {
        let delta = self.parameters.delta;
        let why = if measured {
            "measured on the samples that were drawn".to_owned()
        } else if self.parameters.n.contains(&n) {
            format!("of the binomial law: at $\\delta={delta}$ none was measured")
        } else {
            format!("of the binomial law: no samples of $n={n}$ points were drawn")
        };
        format!(
            "The theorem is about one sample. Over samples it says that the $1-\\delta$ quantile of the gap \
             is at most the right side; the quantile is {why}."
        )
    }
}

fn drawn() -> Assumption {
    Assumption::by_construction(
        "The points of the sample are independent draws from one distribution",
    )
}

fn hoeffding() -> Reference {
    Reference::new(
        "hoeffding-1963",
        "Hoeffding 1963, Probability inequalities for sums of bounded random variables, theorem 2",
    )
}
