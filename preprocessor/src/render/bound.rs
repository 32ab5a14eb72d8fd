//! A bound on a page: the theorem, the same with numbers put in, both sides, the verdict, what its
//! symbols are, what it presupposes and where it comes from. One line of HTML.

use std::fmt::Write as _;

use experiments::bound::Bound;
use experiments::bound::BoundVerdict;
use experiments::bound::Relation;
use experiments::bound::Status;
use experiments::record::Estimate;
use experiments::record::Interval;

use super::html::escape;
use crate::number;
use crate::number::tex;

/// Where a bound stands and where its numbers come from.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// Its number: `3.1`.
    pub number: &'a str,
    /// Its anchor.
    pub anchor: &'a str,
    /// The simulation's name.
    pub simulation: &'a str,
    /// The digest of its record, in short.
    pub digest: &'a str,
    /// The address of its numbers: `../figures/adl-hoeffding.json`.
    pub json: &'a str,
    /// Why its author expects another verdict than "holds".
    pub because: Option<&'a str>,
}

/// Turns what a bound says into HTML for within an HTML block.
pub trait Writer {
    /// TeX, as a display or within a line.
    fn tex(&mut self, tex: &str, display: bool) -> String;
    /// A sentence that may hold `$…$`.
    fn sentence(&mut self, text: &str) -> String;
    /// A citation of a work, if the bibliography has it.
    fn cite(&mut self, key: &str) -> Option<String>;
}

/// The fragment.
pub fn bound(bound: &Bound, head: &Head<'_>, writer: &mut dyn Writer) -> String {
    let verdict = bound.verdict();
    let mut html = format!(
        "<div class=\"bound {}\" role=\"group\" aria-label=\"Bound {}\" id=\"{}\">",
        class(verdict),
        escape(head.number),
        escape(head.anchor),
    );
    title(bound, head, verdict, writer, &mut html);
    formula("The theorem", &bound.statement, writer, &mut html);
    let _ = write!(
        html,
        "<p class=\"bound-source\">With the numbers of <a href=\"{}\">{}</a>{} (record {}):</p>",
        escape(head.json),
        escape(head.simulation),
        place(bound, writer),
        escape(head.digest),
    );
    let numbers = bound.filled(|value, decimals| match decimals {
        Some(decimals) => tex::fixed(value.value, decimals),
        None => tex::estimate(value),
    });
    formula("The theorem with numbers", &numbers, writer, &mut html);
    sides(bound, verdict, writer, &mut html);
    symbols(bound, head, writer, &mut html);
    assumptions(bound, writer, &mut html);
    if !bound.note.is_empty() {
        let _ = write!(html, "<p class=\"bound-note\">{}</p>", writer.sentence(&bound.note));
    }
    references(bound, writer, &mut html);
    html.push_str("</div>");
    html
}

/// Number, title and badge.
fn title(
    bound: &Bound,
    head: &Head<'_>,
    verdict: BoundVerdict,
    writer: &mut dyn Writer,
    html: &mut String,
) {
    let number = escape(head.number);
    let _ = write!(
        html,
        "<p class=\"bound-head\"><span class=\"bound-number\">Bound {number}</span> \
         <span class=\"bound-title\">({})</span> <span class=\"verdict\">{verdict}</span></p>",
        writer.sentence(&bound.title)
    );
    if let Some(because) = head.because {
        let because = because.trim().trim_end_matches('.');
        let _ = write!(html, "<p class=\"bound-because\">As expected: {}.</p>", escape(because));
    }
}

/// A display that scrolls in its own frame, which the keyboard reaches.
fn formula(what: &str, tex: &str, writer: &mut dyn Writer, html: &mut String) {
    let _ = write!(
        html,
        "<div class=\"bound-formula\" role=\"group\" tabindex=\"0\" aria-label=\"{what}\">{}</div>",
        writer.tex(tex, true)
    );
}

/// " at n = 1000", with the symbol's TeX where there is one of that name.
fn place(bound: &Bound, writer: &mut dyn Writer) -> String {
    let part = |(key, value): (&String, &f64)| {
        let symbol = bound.symbols.iter().find(|symbol| symbol.name == *key);
        let name = symbol.map_or_else(
            || format!(r"\text{{{}}}", key.replace('_', r"\_")),
            |symbol| symbol.tex.clone(),
        );
        writer.tex(&format!("{name}={}", tex::number(*value)), false)
    };
    let parts: Vec<String> = bound.at.iter().map(part).collect();
    match parts.as_slice() {
        [] => String::new(),
        [only] => format!(" at {only}"),
        [most @ .., last] => format!(" at {} and {last}", most.join(", ")),
    }
}

/// Left side, right side, what is between them, and the verdict in words.
fn sides(bound: &Bound, verdict: BoundVerdict, writer: &mut dyn Writer, html: &mut String) {
    html.push_str("<dl class=\"bound-sides\">");
    for (term, side) in [("Left side", &bound.left), ("Right side", &bound.right)] {
        let _ = write!(
            html,
            "<dt>{term}</dt><dd>{}{}{}</dd>",
            writer.tex(&side.tex, false),
            if side.value.value.is_nan() { ": " } else { " = " },
            valued(&side.value)
        );
    }
    if let Some((term, value)) = between(bound, verdict) {
        let _ = write!(html, "<dt>{term}</dt><dd>{}</dd>", escape(&value));
    }
    let _ = write!(
        html,
        "<dt>Verdict</dt><dd>{verdict}: {}</dd>",
        writer.sentence(&because(bound, verdict))
    );
    if let Some(probability) = bound.probability {
        let _ = write!(
            html,
            "<dt>Allowed to fail</dt><dd>in a fraction {} of samples</dd>",
            escape(&number::number(probability))
        );
    }
    html.push_str("</dl>");
}

/// How far the sides are apart: what it is called, and what it is.
fn between(bound: &Bound, verdict: BoundVerdict) -> Option<(&'static str, String)> {
    let (slack, times) = (bound.slack(), |ratio: f64| format!("{} times", number::number(ratio)));
    match bound.relation {
        Relation::Equal { tolerance } => Some((
            "Residual",
            format!(
                "{}, where {} is allowed",
                number::number(bound.residual()),
                number::number(tolerance)
            ),
        )),
        Relation::EqualInExpectation { .. } if slack.is_finite() && slack != 0.0 => {
            Some(("Left over right", number::number(1.0 / slack)))
        }
        Relation::EqualInExpectation { .. } => None,
        _ if !slack.is_finite() || slack <= 0.0 || verdict == BoundVerdict::Vacuous => None,
        _ if slack < 1.0 => Some(("Exceeded", times(1.0 / slack))),
        _ => Some(("Room", times(slack))),
    }
}

/// Why the verdict is what it is. A sentence that may hold math.
fn because(bound: &Bound, verdict: BoundVerdict) -> String {
    let unmet: Vec<&str> = bound.unmet().collect();
    let unmet = unmet.join("; ");
    match (verdict, bound.relation) {
        (BoundVerdict::Holds, Relation::Equal { .. }) => {
            "the sides are equal up to rounding.".into()
        }
        (BoundVerdict::Holds, Relation::EqualInExpectation { .. }) => {
            "the interval, widened, holds the right side and is narrow.".into()
        }
        (BoundVerdict::Holds, _) => "also at the unfavourable ends of the intervals.".into(),
        (BoundVerdict::Violated, _) if !unmet.is_empty() => {
            format!("no contradiction to the theorem, which does not apply here: {unmet}.")
        }
        (BoundVerdict::Violated, Relation::Equal { .. }) => "the sides differ.".into(),
        (BoundVerdict::Violated, Relation::EqualInExpectation { .. }) => {
            "the interval, even widened, does not hold the right side.".into()
        }
        (BoundVerdict::Violated, _) => "even at the favourable ends of the intervals.".into(),
        (BoundVerdict::Vacuous, relation) => vacuous(bound, relation),
        (BoundVerdict::HypothesisNotMet, _) => {
            format!("{unmet}. What the theorem concludes was observed all the same.")
        }
        (BoundVerdict::Inconclusive, _) if bound.left.value.value.is_nan() => {
            "the left side was not measured here.".into()
        }
        (BoundVerdict::Inconclusive, _) => "the intervals leave it open.".into(),
    }
}

fn vacuous(bound: &Bound, relation: Relation) -> String {
    let right = bound.right.value.value;
    match bound.trivial {
        Some(trivial) if right.is_finite() => format!(
            "the right side is {} {}, and no left side is {}.",
            if relation == Relation::AtLeast { "at most" } else { "at least" },
            number::number(trivial),
            if relation == Relation::AtLeast { "smaller" } else { "larger" },
        ),
        _ => "the right side is infinite and says nothing.".into(),
    }
}

/// A value with its interval, as HTML.
fn valued(value: &Estimate) -> String {
    let mut html = if value.value.is_nan() {
        "not measured".to_owned()
    } else {
        // The ends of an exact number, if they differ, are no uncertainty to round by.
        let number = match value.interval {
            Interval::Exact => number::number(value.value),
            _ => number::estimate(value),
        };
        format!("<span class=\"value\">{}</span>", escape(&number))
    };
    let Estimate { low, high, .. } = *value;
    if value.interval != Interval::Exact && low <= high {
        let (low, high) = number::ends(value);
        let _ = write!(
            html,
            " <span class=\"interval\">[{}, {}] ({})</span>",
            escape(&low),
            escape(&high),
            escape(&value.interval.to_string()),
        );
    }
    html
}

fn symbols(bound: &Bound, head: &Head<'_>, writer: &mut dyn Writer, html: &mut String) {
    if bound.symbols.is_empty() {
        return;
    }
    let _ = write!(
        html,
        "<div class=\"table-wrapper\" role=\"group\" tabindex=\"0\" aria-label=\"Symbols of bound {}\">\
         <table><thead><tr><th scope=\"col\">Symbol</th><th scope=\"col\">Meaning</th>\
         <th scope=\"col\">Value</th><th scope=\"col\">In the record</th></tr></thead><tbody>",
        escape(head.number)
    );
    for symbol in &bound.symbols {
        let field = if symbol.field.is_empty() {
            String::new()
        } else {
            format!("<code>{}</code>", escape(&symbol.field))
        };
        let _ = write!(
            html,
            "<tr><td>{}</td><th scope=\"row\">{}</th><td>{}</td><td>{field}</td></tr>",
            writer.tex(&symbol.tex, false),
            writer.sentence(&symbol.meaning),
            symbol.value.as_ref().map_or_else(String::new, valued),
        );
    }
    html.push_str("</tbody></table></div>");
}

fn assumptions(bound: &Bound, writer: &mut dyn Writer, html: &mut String) {
    if bound.assumptions.is_empty() {
        return;
    }
    html.push_str("<p class=\"bound-label\">Assumptions</p><ul class=\"bound-assumptions\">");
    for assumption in &bound.assumptions {
        let (class, words, more) = match &assumption.status {
            Status::ByConstruction => ("by-construction", "by construction", None),
            Status::Checked { what } => ("checked", "checked", Some(what)),
            Status::Assumed => ("assumed", "assumed", None),
            Status::NotMet { why } => ("not-met", "not met", Some(why)),
        };
        let text = match more {
            Some(more) => format!("{}: {more}.", assumption.text),
            None => format!("{}.", assumption.text),
        };
        let _ = write!(
            html,
            "<li class=\"{class}\"><span class=\"status\">{words}</span> {}</li>",
            writer.sentence(&text)
        );
    }
    html.push_str("</ul>");
}

fn references(bound: &Bound, writer: &mut dyn Writer, html: &mut String) {
    if bound.references.is_empty() {
        return;
    }
    let cited: Vec<String> = bound
        .references
        .iter()
        .map(|work| writer.cite(&work.key).unwrap_or_else(|| escape(&work.text)))
        .collect();
    let _ = write!(html, "<p class=\"bound-references\">From: {}.</p>", cited.join("; "));
}

/// The verdict as a class.
fn class(verdict: BoundVerdict) -> String {
    verdict.to_string().replace(' ', "-")
}

#[cfg(test)]
mod tests;
