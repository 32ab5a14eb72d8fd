//! The part of a figure that takes it through the values of a sweep.
//!
//! Without script, a line of links to the drawing of every value; on paper, the value that is shown. All
//! other frames lie in the page as data, from which `theme/sweep.js` makes a slider. A `<script>` of data
//! is text to nobody: mdBook's search index leaves it out, and no reader comes across it.

use std::fmt::Write as _;

use serde::Serialize;

use super::Renderer;
use super::html::escape;
use super::inline::Page;
use super::page::Parts;
use super::showing::Part;
use crate::diagnostics::Problems;
use crate::resolve::Showing;
use crate::sweep::Sweep;

/// What `theme/sweep.js` reads.
#[derive(Serialize)]
struct Data<'a> {
    parameter: &'a str,
    doc: &'a str,
    values: Vec<&'a str>,
    /// The index of the frame that is in the page.
    start: usize,
    /// The frames; none for the one that is in the page. Their links start at the book's root.
    frames: Vec<Option<Parts>>,
}

impl Renderer<'_> {
    /// The slider of one figure, as one line of HTML.
    pub(super) fn slider(
        &mut self,
        sweep: &Sweep,
        part: Part<'_>,
        page: Page<'_>,
        showing: &Showing,
        problems: &mut Problems,
    ) -> Option<String> {
        let mut stems = Vec::new();
        let mut frames = Vec::new();
        for (i, frame) in sweep.frames.iter().enumerate() {
            let stem = format!("{}{}", part.stem, sweep.suffix(i, &showing.name));
            let part = Part { stem: &stem, ..part };
            frames.push(match i == sweep.start {
                true => None,
                // The script puts the way to the root before these links.
                false => {
                    let page = Page { to_root: "", ..page };
                    Some(self.parts(&frame.simulation, part, page, showing, problems)?)
                }
            });
            stems.push(stem);
        }
        let data = Data {
            parameter: sweep.parameter,
            doc: sweep.doc,
            values: sweep.frames.iter().map(|frame| frame.label.as_str()).collect(),
            start: sweep.start,
            frames,
        };
        let mut html = links(sweep, &stems, page.to_root);
        // Plain data always can be written.
        let json = serde_json::to_string(&data).unwrap_or_default();
        let _ = write!(
            html,
            "<script type=\"application/json\" class=\"sweep-frames\">{}</script>",
            inert(&json)
        );
        Some(html)
    }
}

/// The value that is shown, for paper, and a link to the drawing of every value.
fn links(sweep: &Sweep, stems: &[String], to_root: &str) -> String {
    let parameter = escape(sweep.parameter);
    let mut html = String::from("<div class=\"sweep-values\">");
    let shown = sweep.frames.get(sweep.start).map_or("", |frame| frame.label.as_str());
    let _ = write!(
        html,
        "<p class=\"sweep-shown\">{parameter} = <span>{}</span></p>\
         <p class=\"sweep-links\">{parameter}: ",
        escape(shown)
    );
    for (i, (frame, stem)) in sweep.frames.iter().zip(stems).enumerate() {
        let label = escape(&frame.label);
        let link = format!("<a href=\"{to_root}figures/{stem}.svg\">{label}</a>");
        let before = if i == 0 { "" } else { " · " };
        let _ = match i == sweep.start {
            true => write!(html, "{before}<strong>{link}</strong>"),
            false => write!(html, "{before}{link}"),
        };
    }
    html.push_str("</p></div>");
    html
}

/// JSON for inside a `<script>`: no `</script`, no `<!--`, and nothing that HTML takes for a character
/// reference.
fn inert(json: &str) -> String {
    json.replace('<', "\\u003c").replace('&', "\\u0026")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_cannot_leave_its_element_and_reads_back() {
        let text = "</script><!-- &amp; <b title=\"x\">\n\u{2028}\\u003c";
        let json = inert(&serde_json::to_string(text).unwrap());
        assert!(!json.contains(['<', '&', '\n']), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }
}
