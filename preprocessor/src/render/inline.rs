//! What stands in a line of text: numbers, claims, references, citations. Each is written for one of three
//! surroundings, since what is text to a browser may be markdown to mdBook first.

use experiments::claim::Claim;
use experiments::claim::Verdict;
use experiments::record::Estimate;

use super::Renderer;
use super::block;
use super::html::address;
use super::html::escape;
use super::html::inert_attribute;
use super::html::inert_text;
use crate::asked::Asked;
use crate::asked::CiteOf;
use crate::asked::ClaimOf;
use crate::asked::RefTo;
use crate::asked::Statement;
use crate::asked::Term;
use crate::asked::ValueOf;
use crate::diagnostics::Problem;
use crate::diagnostics::Problems;
use crate::diagnostics::suggest;
use crate::exhibit::statistic;
use crate::formula::Hole;
use crate::formula::Template;
use crate::number;
use crate::numbering::Spot;
use crate::sentence::Piece;
use crate::sentence::Sentence;

/// What a piece of text stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "whoever writes decides among all of them")]
pub enum Within {
    /// A line of markdown.
    Markdown,
    /// A heading: as in a line of markdown, but without what only a screen reader would say, since
    /// headings are repeated in the navigation.
    Heading,
    /// A block of HTML.
    Html,
    /// Where no tag may stand: the description of an image.
    Plain,
}

impl Within {
    /// Text as it must be written here.
    #[must_use]
    pub fn text(self, text: &str) -> String {
        match self {
            Self::Markdown | Self::Heading | Self::Plain => inert_text(text),
            Self::Html => escape(text),
        }
    }

    fn attribute(self, text: &str) -> String {
        match self {
            Self::Html => escape(text),
            _ => inert_attribute(text),
        }
    }

    /// Text with an explanation: on hover, and for a screen reader behind it.
    fn explained(self, class: &str, html: &str, explanation: &str) -> String {
        let said = match self {
            // What has no uncertainty needs no words about it.
            _ if explanation == "exact" => String::new(),
            Self::Markdown | Self::Html => {
                format!("<span class=\"sim-said\"> ({})</span>", self.text(explanation))
            }
            Self::Heading => String::new(),
            Self::Plain => String::new(),
        };
        if self == Self::Plain {
            return html.to_owned();
        }
        format!(
            "<span class=\"{class}\" title=\"{}\">{html}{said}</span>",
            self.attribute(explanation)
        )
    }
}

/// The page that a fragment stands on.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "plain data")]
pub struct Page<'p> {
    /// Its path relative to the book's root.
    pub path: &'p str,
    /// From there to the root: `../`; empty at the root.
    pub to_root: &'p str,
}

impl Page<'_> {
    /// The address of an anchor on a page of the book.
    #[must_use]
    pub fn link(&self, page: &str, anchor: &str) -> String {
        match page == self.path {
            true => format!("#{anchor}"),
            false => format!("{}{}#{anchor}", self.to_root, address(page)),
        }
    }
}

impl Renderer<'_> {
    /// What a directive in a line asks for. Nothing, and a problem, where that cannot be shown.
    pub(super) fn inline(
        &mut self,
        asked: &Asked,
        within: Within,
        page: Page<'_>,
        problems: &mut Problems,
    ) -> Option<String> {
        self.needs.text = true;
        match asked {
            Asked::Value(value) => self.value(value, within, problems),
            Asked::Ref(reference) => self.reference(reference, within, page, problems),
            Asked::Cite(cite) => self.cite(cite, within, page, problems),
            _ => None,
        }
    }

    fn value(
        &mut self,
        asked: &ValueOf,
        within: Within,
        problems: &mut Problems,
    ) -> Option<String> {
        let found = self.estimate(asked, problems)?;
        let printed = number::print(&found, asked.format);
        let text = within.text(&printed.text);
        Some(match self.evidence.standings.get(&asked.name) {
            None => within.explained("sim-value", &text, &printed.uncertainty),
            Some(standing) => {
                let explanation = format!("{} Now: {}", standing.sentence(), printed.uncertainty);
                let text = format!("{text} ({})", standing.word());
                within.explained("sim-value sim-live-word", &text, &explanation)
            }
        })
    }

    fn estimate(&mut self, asked: &ValueOf, problems: &mut Problems) -> Option<Estimate> {
        match self.evidence.estimate(&asked.name, &asked.estimate, &asked.place) {
            Ok(found) => {
                self.export(&asked.name);
                found
            }
            Err(problem) => {
                problems.push(problem);
                None
            }
        }
    }

    /// A formula, whose numbers are explained together; `number` is its own where it has a label.
    pub(super) fn formula(
        &mut self,
        template: &Template,
        number: Option<&str>,
        within: Within,
        problems: &mut Problems,
    ) -> Option<Result<String, (super::math::Fault, Option<usize>)>> {
        let mut explained = Vec::new();
        let mut fill = |hole: &Hole| {
            let value = match hole {
                Hole::Value(value) => value,
                Hole::Label(label) => return Some(label.tag(number)),
            };
            let found = self.estimate(value, problems)?;
            let printed = number::print(&found, value.format);
            explained.push(format!("{}: {}", printed.text, printed.uncertainty));
            Some(number::tex::printed(&printed.text))
        };
        let filled = template.fill(&mut fill)?;
        let html = match self.formulas.render(&mut self.packs, &filled.text, template.display) {
            Ok(html) => html,
            Err(fault) => {
                let offset = fault.offset.map(|offset| filled.source_offset(offset));
                return Some(Err((fault, offset)));
            }
        };
        self.needs.math = true;
        let html = match template.label() {
            Some(label) => {
                (self.needs.text, self.needs.blocks) = (true, true);
                block::equation(&html, &label.id)
            }
            None => html,
        };
        if explained.is_empty() {
            return Some(Ok(html));
        }
        self.needs.text = true;
        Some(Ok(within.explained("sim-values", &html, &explained.join("; "))))
    }

    fn reference(
        &mut self,
        asked: &RefTo,
        within: Within,
        page: Page<'_>,
        problems: &mut Problems,
    ) -> Option<String> {
        let Some(target) = self.index.get(&asked.id) else {
            // What keeps it away is a problem elsewhere, or a matter of time.
            if self.evidence.awaited(&asked.id).is_some() {
                return None;
            }
            problems.push(Problem::error(
                Some(asked.place.clone()),
                format!("nothing in the book has the id `{}`", asked.id),
                suggest(&asked.id, self.index.ids()),
            ));
            return None;
        };
        let text = if asked.number_only { target.short() } else { target.label() };
        // A line does not break between the word and its number.
        let text = within.text(&text.replace(' ', "\u{a0}"));
        if within == Within::Plain {
            return Some(text);
        }
        let link = page.link(&target.page, &target.anchor);
        Some(format!("<a class=\"sim-ref\" href=\"{link}\">{text}</a>"))
    }

    fn cite(
        &mut self,
        asked: &CiteOf,
        within: Within,
        page: Page<'_>,
        problems: &mut Problems,
    ) -> Option<String> {
        let work = match self.bibliography.cited(asked) {
            Ok(work) => work,
            Err(problem) => {
                problems.push(problem);
                return None;
            }
        };
        let text = within.text(&work.cited_as(asked.form, asked.within.as_deref()));
        if within == Within::Plain {
            return Some(text);
        }
        let Some(list) = self.references else {
            problems.push(Problem::error(
                Some(asked.place.clone()),
                "the book has no list of references",
                "put `[[bibliography]]` on a line of its own in one lesson",
            ));
            return None;
        };
        let link = page.link(list, &format!("ref-{}", asked.key));
        let title = within.attribute(&work.text());
        Some(format!("<a class=\"sim-cite\" href=\"{link}\" title=\"{title}\">{text}</a>"))
    }

    /// A claim at its line: the sentence of a declared one, then what was measured and what came out, in
    /// parentheses unless the author `bracketed` it.
    pub(super) fn claim(
        &mut self,
        asked: &ClaimOf,
        (spot, bracketed): (Spot, bool),
        within: Within,
        page: Page<'_>,
        problems: &mut Problems,
    ) -> Option<String> {
        let decided = self.decided.claims.get(&spot)?.clone();
        self.needs.text = true;
        self.export(&asked.name);
        let claim = &decided.claim;
        let verdict = claim.verdict;
        let mut html = match &asked.statement {
            Statement::Declared(_) => {
                let sentence = Sentence::read(&claim.text, true, &asked.place, problems);
                self.sentence(&sentence, within, page, problems) + " "
            }
            Statement::Compared { .. } => String::new(),
        };
        let says = match &decided.comparison {
            Some(comparison) => comparison.clone(),
            None => format!(
                "measured {}, needs {}",
                statistic(claim),
                crate::export::threshold(claim.threshold)
            ),
        };
        let expected = asked.expected.as_ref().map_or_else(String::new, |expected| {
            format!(", as expected: {}", expected.because.trim().trim_end_matches('.'))
        });
        let method = match self.evidence.unsettled(asked.names()) {
            None => method(asked, claim),
            Some(standing) => format!("{} {}", standing.sentence(), method(asked, claim)),
        };
        let says = match self.evidence.unsettled(asked.names()) {
            None => says,
            Some(standing) => format!("{}, not enforced: {says}", standing.word()),
        };
        let mark = within.text(&format!("{says}{expected}"));
        let verdict_html = format!("<span class=\"verdict\">{}{verdict}</span>: ", symbol(verdict));
        let (open, close) = if bracketed { ("", "") } else { ("(", ")") };
        let mark = format!("{open}{verdict_html}{mark}{close}");
        let mark = within.explained("claim-mark", &mark, &method);
        html.push_str(&mark);
        let anchor = self
            .ledger
            .anchor(spot)
            .map_or_else(String::new, |anchor| format!(" id=\"{}\"", within.attribute(anchor)));
        Some(format!("<span class=\"sim-claim {verdict}\"{anchor}>{html}</span>"))
    }

    /// A sentence with its formulas, numbers, references and citations.
    pub(super) fn sentence(
        &mut self,
        sentence: &Sentence,
        within: Within,
        page: Page<'_>,
        problems: &mut Problems,
    ) -> String {
        let mut html = String::new();
        for piece in &sentence.pieces {
            match piece {
                Piece::Text(text) => html.push_str(&within.text(text)),
                Piece::Asked(asked) => {
                    html.push_str(&self.inline(asked, within, page, problems).unwrap_or_default());
                }
                Piece::Math(template) if within == Within::Plain => {
                    html.push_str(&within.text(&self.plain_formula(template, problems)));
                }
                Piece::Math(template) => match self.formula(template, None, within, problems) {
                    Some(Ok(rendered)) => html.push_str(&rendered),
                    Some(Err((fault, _))) => problems.push(Problem::error(
                        sentence.place.clone(),
                        format!("KaTeX, in the text of a figure: {}", fault.message),
                        format!("the formula is: {}", template.tex),
                    )),
                    None => {}
                },
            }
        }
        html
    }

    /// A formula where no tag may stand: its TeX, with numbers put in.
    fn plain_formula(&mut self, template: &Template, problems: &mut Problems) -> String {
        let filled = template.fill(|hole| match hole {
            Hole::Value(value) => {
                let found = self.estimate(value, problems)?;
                Some(number::print(&found, value.format).text)
            }
            Hole::Label(_) => Some(String::new()),
        });
        filled.map(|filled| filled.text).unwrap_or_default()
    }
}

/// What a verdict looks like beside its word.
#[must_use]
pub fn symbol(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Holds => "✓ ",
        Verdict::Fails => "✗ ",
        Verdict::Inconclusive => "? ",
    }
}

/// How a claim was decided, in words: the method of its interval. Of two estimates it is their difference
/// that has one.
fn method(asked: &ClaimOf, claim: &Claim) -> String {
    let Some(interval) = claim.interval else { return "decided by counting".into() };
    let of_two = match &asked.statement {
        Statement::Compared { comparison, .. } => {
            matches!(comparison.term(), Some(Term::Estimate { .. }))
        }
        Statement::Declared(_) => false,
    };
    match of_two {
        true => format!("the difference is {} ({interval})", statistic(claim)),
        false => interval.to_string(),
    }
}
