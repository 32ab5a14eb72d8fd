//! The `<figure>` of a page: drawing, number, caption, and what a reader can open below it: the
//! description, the claims, the data and where the numbers come from. One line of HTML, so that it
//! stays one block in lists and quotes.

use std::fmt::Write as _;

use experiments::claim::Claim;
use experiments::claim::Verdict;
use experiments::figure::Figure;
use serde::Serialize;

use super::figure;
use super::html::address;
use super::html::escape;
use crate::exhibit::measured;
use crate::live;
use crate::live::standing::Basis;
use crate::live::standing::Standing;
use crate::numbering::Numbered;
use crate::provenance;
use crate::resolve::Simulation;
use crate::store::records::Stored;

/// One figure of one simulation.
pub struct Shown<'a> {
    /// The simulation.
    pub simulation: &'a Simulation<'a>,
    /// Its record.
    pub stored: &'a Stored,
    /// The claims that belong to this figure.
    pub claims: Vec<&'a Claim>,
    /// What is said of it.
    pub words: &'a Words,
    /// From the page to the book's root: `../`, empty at the root.
    pub to_root: &'a str,
    /// Name of its files, without ending.
    pub stem: &'a str,
    /// How the simulation stands, if its record is not fresh.
    pub standing: Option<&'a Standing>,
}

/// What is said of a figure, the same on every page, as HTML.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// Its [`description`].
    pub description: String,
    /// Its [`tables`].
    pub tables: String,
}

/// What a figure shows, for those who do not see it.
#[must_use]
pub fn description(figure: &Figure) -> String {
    format!("<p>{}</p>", escape(&figure::describe(figure)))
}

/// What a figure shows of its simulation, as HTML.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Parts {
    /// The drawing.
    pub drawing: String,
    /// The caption, without the number.
    pub caption: String,
    /// The line that opens the disclosure.
    pub summary: String,
    /// What is in it.
    pub details: String,
}

/// The parts of a figure; `text` turns a sentence that may hold math into HTML.
pub fn parts(
    shown: &Shown<'_>,
    mut drawing: String,
    caption: String,
    text: &mut dyn FnMut(&str) -> String,
) -> Parts {
    let banner = live::page::banner(&shown.simulation.name, shown.standing);
    drawing.insert_str(0, &banner);
    Parts { drawing, caption, summary: summary(shown), details: details(shown, text) }
}

/// A drawing with another label for those who do not see it, which is an attribute already.
pub fn relabelled(drawing: &str, label: &str, alt: &str) -> String {
    let attribute = |label: &str| format!(" aria-label=\"{label}\"");
    drawing.replace(&attribute(&escape(label)), &attribute(alt))
}

/// The fragment: number and anchor are given where the figure is shown `first`. A `slider` goes below
/// the drawing, and marks what its script replaces.
pub fn figure(
    parts: &Parts,
    numbered: &Numbered,
    first: bool,
    to_root: &str,
    slider: Option<&str>,
) -> String {
    let Numbered { number, anchor, page, .. } = numbered;
    let Parts { drawing, caption, summary, details } = parts;
    let mut html = String::new();
    if first {
        let _ = write!(html, "<figure class=\"simulation\" id=\"{anchor}\">");
    } else {
        html.push_str("<figure class=\"simulation\">");
    }
    let _ = write!(html, "<div class=\"drawing\">{drawing}</div>");
    html.push_str(slider.unwrap_or_default());
    html.push_str("<figcaption>");
    if first {
        let _ = write!(html, "<span class=\"figure-number\">Figure {number}.</span> ");
    } else {
        let _ = write!(
            html,
            "<span class=\"figure-number\"><a href=\"{to_root}{}#{anchor}\">Figure {number}</a>, \
             shown again.</span> ",
            address(page)
        );
    }
    let _ = match slider {
        Some(_) => write!(
            html,
            "<span class=\"sweep-caption\">{caption}</span></figcaption><details>\
             <summary>{summary}</summary><div class=\"sweep-details\">{details}</div></details>"
        ),
        None => write!(
            html,
            "{caption}</figcaption><details><summary>{summary}</summary>{details}</details>"
        ),
    };
    html.push_str("</figure>");
    html
}

fn summary(shown: &Shown<'_>) -> String {
    let mut html = "Description, data and provenance".to_owned();
    let held = shown.claims.iter().filter(|claim| claim.verdict == Verdict::Holds).count();
    let _ = match shown.claims.len() {
        0 => Ok(()),
        1 if held == 1 => write!(html, " · its claim holds"),
        2 if held == 2 => write!(html, " · both claims hold"),
        all if held == all => write!(html, " · all {all} claims hold"),
        all => write!(html, " · {held} of {all} claims hold"),
    };
    html
}

fn details(shown: &Shown<'_>, text: &mut dyn FnMut(&str) -> String) -> String {
    let mut html = shown.words.description.clone();
    claims(shown, text, &mut html);
    html.push_str(&shown.words.tables);
    files(shown, &mut html);
    for note in &shown.stored.record.notes {
        let _ = write!(html, "<p class=\"note\">{}</p>", escape(note));
    }
    html.push_str(&provenance::card(shown.simulation, shown.stored));
    html
}

fn claims(shown: &Shown<'_>, text: &mut dyn FnMut(&str) -> String, html: &mut String) {
    if shown.claims.is_empty() {
        return;
    }
    html.push_str("<ul class=\"claims\">");
    for claim in &shown.claims {
        let _ = write!(
            html,
            "<li class=\"{verdict}\"><span class=\"verdict\">{verdict}</span> {}: measured {}.</li>",
            text(&claim.text),
            escape(&measured(claim)),
            verdict = claim.verdict,
        );
    }
    html.push_str("</ul>");
    if shown.standing.is_some() {
        html.push_str(
            "<p class=\"note\">The record is not the final one, so these claims are shown and not \
             enforced.</p>",
        );
    } else if !shown.simulation.published {
        html.push_str(
            "<p class=\"note\">Parameters differ from the published ones, so these claims are shown \
             and not enforced.</p>",
        );
    }
}

/// The numbers of a figure.
#[must_use]
pub fn tables(figure: &Figure) -> String {
    let mut html = String::new();
    for table in figure::data(figure) {
        if table.count > figure::MOST_ROWS {
            let _ = write!(
                html,
                "<p>{}: {} rows of {}, in the CSV file.</p>",
                escape(&table.caption),
                table.count,
                escape(&table.columns.join(", "))
            );
            continue;
        }
        let _ = write!(
            html,
            "<div class=\"table-wrapper\" role=\"group\" tabindex=\"0\" aria-label=\"{0}\">\
             <table><caption>{0}</caption><thead><tr>",
            escape(&table.caption)
        );
        for column in &table.columns {
            let _ = write!(html, "<th scope=\"col\">{}</th>", escape(column));
        }
        html.push_str("</tr></thead><tbody>");
        for row in &table.rows {
            html.push_str("<tr>");
            for cell in row {
                let numeric =
                    cell.starts_with(|first: char| first.is_ascii_digit() || first == '−');
                let class = if numeric || cell.is_empty() { "" } else { " class=\"words\"" };
                let _ = write!(html, "<td{class}>{}</td>", escape(cell));
            }
            html.push_str("</tr>");
        }
        html.push_str("</tbody></table></div>");
    }
    html
}

fn files(shown: &Shown<'_>, html: &mut String) {
    if shown.standing.is_some_and(|standing| standing.basis == Basis::Draft) {
        html.push_str("<p>A draft has no files.</p>");
        return;
    }
    let (root, stem, name) = (shown.to_root, shown.stem, &shown.simulation.name);
    let _ = write!(
        html,
        "<p>Files: <a href=\"{root}figures/{stem}.svg\">SVG</a>, \
         <a href=\"{root}figures/{stem}.csv\">CSV</a>, \
         <a href=\"{root}figures/{name}.json\">JSON</a>.</p>"
    );
}
