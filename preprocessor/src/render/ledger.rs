//! The ledger, the gallery and the list of references: blocks that are made of the whole book.

use std::fmt::Write as _;

use super::Renderer;
use super::html::escape;
use super::inline::Page;
use super::inline::Within;
use crate::bibliography::Piece;
use crate::diagnostics::Place;
use crate::diagnostics::Problems;
use crate::exhibit;
use crate::ledger;
use crate::ledger::Row;
use crate::live::standing::Basis;
use crate::live::standing::Standing;
use crate::sentence::Sentence;
use crate::store::layout;

/// The columns. In "Run" are replicates, seed and backend.
const COLUMNS: [&str; 6] = ["Statement", "Measured", "Needs", "Verdict", "Run", "Where"];

impl Renderer<'_> {
    /// The table of all claims and bounds, with its files.
    pub(super) fn ledger(
        &mut self,
        page: Page<'_>,
        place: &Place,
        problems: &mut Problems,
    ) -> String {
        self.needs.text = true;
        self.needs.ledger = true;
        let rows = self.ledger.rows().to_vec();
        let held = rows.iter().filter(|row| row.verdict == "holds").count();
        let mut html = format!(
            "<div class=\"sim-ledger\"><p>{} entries, of which {held} hold. {}Files: \
             <a href=\"{root}figures/ledger.csv\">CSV</a>, \
             <a href=\"{root}figures/ledger.json\">JSON</a>.</p>\
             <div class=\"table-wrapper\" role=\"group\" tabindex=\"0\" \
             aria-label=\"Claims and bounds\"><table><thead><tr>",
            rows.len(),
            self.awaited(),
            root = page.to_root
        );
        for column in COLUMNS {
            let _ = write!(html, "<th scope=\"col\">{column}</th>");
        }
        html.push_str("</tr></thead><tbody>");
        for row in &rows {
            self.row(row, page, place, problems, &mut html);
        }
        html.push_str("</tbody></table></div></div>");
        html
    }

    /// In a live session: of which simulations the entries are still to come.
    fn awaited(&self) -> String {
        let standings = self.evidence.standings.iter();
        let missing = standings.filter(|(_, standing)| standing.basis == Basis::Nothing);
        let names: Vec<String> =
            missing.map(|(name, _)| format!("<code>{}</code>", escape(name))).collect();
        match names.is_empty() {
            true => String::new(),
            false => format!(
                "<span class=\"sim-live-word\">Those of {} are still to come.</span> ",
                names.join(", ")
            ),
        }
    }

    fn row(
        &mut self,
        row: &Row,
        page: Page<'_>,
        place: &Place,
        problems: &mut Problems,
        html: &mut String,
    ) {
        let words = Sentence::read(&row.text, true, place, problems);
        let words = self.sentence(&words, Within::Html, page, problems);
        let separator = if words.is_empty() { "" } else { "<br>" };
        let _ = write!(
            html,
            "<tr><td data-sort=\"{name}\">{words}{separator}<code>{name}</code></td>",
            name = escape(&row.name)
        );
        let method = match row.interval.is_empty() || row.interval == "exact" {
            true => String::new(),
            false => format!("<br><small>{}</small>", escape(&row.interval)),
        };
        let _ = write!(
            html,
            "<td data-sort=\"{}\">{}{method}</td><td>{}</td>",
            row.statistic,
            escape(&exhibit::printed(row.statistic, row.low, row.high)),
            escape(&row.threshold),
        );
        let aside = match (row.because.is_empty(), row.enforced) {
            (false, _) => format!(", as expected: {}", row.because),
            (true, false) => ", not enforced".into(),
            (true, true) => String::new(),
        };
        let _ = write!(
            html,
            "<td><span class=\"verdict {}\">{}</span>{}{}</td>",
            escape(&row.verdict.replace(' ', "-")),
            escape(&row.verdict),
            escape(&aside),
            not_final(row.standing)
        );
        let run = [
            (!row.replicates.is_empty()).then(|| format!("{} replicates", row.replicates)),
            (!row.seed.is_empty()).then(|| format!("seed {}", row.seed)),
            (!row.backend.is_empty()).then(|| row.backend.clone()),
        ];
        let run: Vec<String> = run.into_iter().flatten().collect();
        let _ = write!(
            html,
            "<td data-sort=\"{}\">{}</td>",
            escape(&row.replicates),
            escape(&run.join(", "))
        );
        html.push_str("<td>");
        for (i, used) in row.uses.iter().enumerate() {
            let separator = if i == 0 { "" } else { ", " };
            let link = page.link(&used.page, &used.anchor);
            let _ = write!(html, "{separator}<a href=\"{link}\">{}</a>", escape(&used.label));
        }
        html.push_str("</td></tr>");
    }

    /// The files of the ledger.
    pub(super) fn export_ledger(&mut self) {
        // A draft is in no file.
        let rows: Vec<Row> =
            self.ledger.rows().iter().filter(|row| row.standing != "draft").cloned().collect();
        let folder = self.config.lessons.join("figures");
        let value = serde_json::json!({ "ledger": rows });
        self.published.add(folder.join("ledger.csv"), ledger::csv(&rows).into_bytes());
        let json = format!("{}\n", layout::compact(&value));
        self.published.add(folder.join("ledger.json"), json.into_bytes());
    }

    /// Every figure of the book, small, with its number, its caption and its files.
    pub(super) fn gallery(&mut self, page: Page<'_>, problems: &mut Problems) -> String {
        self.needs.text = true;
        let mut html = String::from("<div class=\"sim-gallery\">");
        let root = page.to_root;
        let figures: Vec<_> = self
            .index
            .all_figures()
            .into_iter()
            .map(|(id, numbered)| (id.clone(), numbered.clone()))
            .collect();
        for ((name, figure), numbered) in figures {
            let exhibits = self.evidence.exhibits;
            let simulations = self.evidence.simulations;
            let (Some(exhibited), Some(simulation)) = (exhibits.get(&name), simulations.get(&name))
            else {
                continue;
            };
            let Some(found) = exhibited.figures.iter().find(|found| found.name == figure) else {
                continue;
            };
            let stem = numbered.anchor.trim_start_matches("fig-");
            let caption = match self.captions.get(&(name.clone(), figure.clone())) {
                Some(caption) => caption.clone(),
                None => Sentence::read(&found.caption, true, &simulation.place, problems),
            };
            let caption = self.sentence(&caption, Within::Html, page, problems);
            let link = page.link(&numbered.page, &numbered.anchor);
            let standing = self.evidence.standings.get(&name).map_or("", Standing::word);
            let label = numbered.label();
            if self.evidence.is_draft(&name) {
                let _ = write!(
                    html,
                    "<figure><figcaption><a href=\"{link}\">{label}</a>. {caption}{}</figcaption></figure>",
                    not_final(standing)
                );
                continue;
            }
            let _ = write!(
                html,
                "<figure><a href=\"{link}\"><img loading=\"lazy\" src=\"{root}figures/{stem}.svg\" \
                 alt=\"{}\"></a><figcaption><a href=\"{link}\">{label}</a>. {caption}{} \
                 <span class=\"sim-files\"><a href=\"{root}figures/{stem}.svg\">SVG</a>, \
                 <a href=\"{root}figures/{stem}.csv\">CSV</a>, \
                 <a href=\"{root}figures/{name}.json\">JSON</a></span></figcaption></figure>",
                escape(&found.label),
                not_final(standing),
            );
        }
        html.push_str("</div>");
        html
    }

    /// The list of references: the works that the book cites.
    pub(super) fn bibliography(&mut self) -> String {
        self.needs.text = true;
        let mut html = String::from("<ul class=\"sim-references\">");
        for (key, work) in self.bibliography.sorted(&self.cited) {
            let _ = write!(html, "<li id=\"ref-{}\">", escape(key));
            for piece in &work.line {
                let _ = match piece {
                    Piece::Text(text) => write!(html, "{}", escape(text)),
                    Piece::Italic(text) => write!(html, "<em>{}</em>", escape(text)),
                    Piece::Link(text, address) => {
                        write!(html, "<a href=\"{}\">{}</a>", escape(address), escape(text))
                    }
                };
            }
            html.push_str("</li>");
        }
        html.push_str("</ul>");
        html
    }
}

/// In a live session, that a record is no final one; nothing where it is.
fn not_final(standing: &str) -> String {
    match standing {
        "" => String::new(),
        word => format!(" <span class=\"sim-live-word\">({word})</span>"),
    }
}
