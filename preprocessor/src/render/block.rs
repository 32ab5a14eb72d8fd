//! Theorem-like blocks and numbered formulas as HTML.
//!
//! A block's content and its title stay markdown: what is written here are the tags around them, each
//! in a block of HTML of its own, with blank lines between. A title thus becomes a paragraph, also
//! within `<summary>`, where formulas, values and emphasis read as they do anywhere.

use super::html;
use crate::scan::Context;
use crate::scan::Fold;
use crate::scan::TheoremKind;
use crate::scan::TheoremLike;

/// What an [`ItemKind::TheoremOpen`](crate::scan::ItemKind::TheoremOpen) becomes: everything up to the
/// title, or to the block's content where there is no title. `number` is `3.1`; proofs and their like have none.
#[must_use]
pub fn open(theorem: &TheoremLike, context: &Context, number: Option<&str>) -> String {
    let breaks = Breaks::new(context);
    let label = label(theorem.kind, number);
    let class = class(theorem.kind);
    let id = theorem.id.as_ref().map(|id| format!(" id=\"{}\"", html::escape(&id.text)));
    let id = id.unwrap_or_default();
    let before = if context.needs_blank_before { breaks.line() } else { String::new() };
    let tag = match theorem.fold {
        None => format!(
            "<div class=\"theorem-like {class}\"{id} role=\"group\" aria-label=\"{}\">",
            html::escape(&label)
        ),
        Some(Fold::Closed) => format!("<details class=\"theorem-like {class}\"{id}><summary>"),
        Some(Fold::Open) => format!("<details class=\"theorem-like {class}\"{id} open><summary>"),
    };
    let head = format!("<span class=\"theorem-label\">{}</span>", html::inert_text(&label));
    let (paragraph, blank) = (breaks.paragraph(), breaks.blank());
    match (theorem.fold, &theorem.title) {
        (_, Some(_)) => {
            format!("{before}{tag}{paragraph}{head} <span class=\"theorem-title\">(")
        }
        (None, None) => format!("{before}{tag}{paragraph}{head}{blank}"),
        (Some(_), None) => format!("{before}{tag}{head}</summary>{blank}"),
    }
}

/// What an [`ItemKind::TheoremTitleEnd`](crate::scan::ItemKind::TheoremTitleEnd) becomes.
#[must_use]
pub fn title_end(theorem: &TheoremLike, context: &Context) -> String {
    let breaks = Breaks::new(context);
    let summary = match theorem.fold {
        Some(_) => format!("{}</summary>", breaks.paragraph()),
        None => String::new(),
    };
    format!(")</span>{summary}{}", breaks.blank())
}

/// What an [`ItemKind::TheoremClose`](crate::scan::ItemKind::TheoremClose) becomes.
#[must_use]
pub fn close(theorem: &TheoremLike, context: &Context) -> String {
    let breaks = Breaks::new(context);
    let tag = if theorem.fold.is_some() { "</details>" } else { "</div>" };
    let after = if context.needs_blank_after { breaks.blank() } else { String::new() };
    format!("{}{tag}{after}", breaks.paragraph())
}

/// A rendered formula as something that links lead to; it may stand wherever the formula may.
#[must_use]
pub fn equation(formula: &str, id: &str) -> String {
    format!("<span class=\"equation\" id=\"{}\">{formula}</span>", html::inert_attribute(id))
}

/// "Theorem 3.1"
#[must_use]
pub fn label(kind: TheoremKind, number: Option<&str>) -> String {
    match number {
        Some(number) => format!("{} {number}", kind.label()),
        None => kind.label().to_owned(),
    }
}

/// The class that `theme/blocks.css` knows a kind by.
fn class(kind: TheoremKind) -> &'static str {
    match kind {
        TheoremKind::Theorem => "theorem",
        TheoremKind::Definition => "definition",
        TheoremKind::Lemma => "lemma",
        TheoremKind::Proof => "proof",
        TheoremKind::Example => "example",
        TheoremKind::Remark => "remark",
        TheoremKind::Exercise => "exercise",
        TheoremKind::Solution => "solution",
        TheoremKind::Limits => "limits",
    }
}

/// Line breaks in a container of markdown.
struct Breaks<'a> {
    prefix: &'a str,
}

impl<'a> Breaks<'a> {
    fn new(context: &'a Context) -> Self {
        Self { prefix: &context.prefix }
    }

    /// The next line, with its prefix.
    fn line(&self) -> String {
        format!("\n{}", self.prefix)
    }

    /// An empty line, where the end of the line is still to come.
    fn blank(&self) -> String {
        format!("\n{}", self.prefix.trim_end())
    }

    /// An empty line and the next one.
    fn paragraph(&self) -> String {
        self.blank() + &self.line()
    }
}
