//! A sentence that stands outside of a lesson's own markdown: a caption, an alternative text, the words of
//! a claim. It may hold `$…$` and, where an author wrote it, directives that stand in a line.

use crate::asked::Asked;
use crate::asked::ValueOf;
use crate::diagnostics::Place;
use crate::diagnostics::Problem;
use crate::diagnostics::Problems;
use crate::formula::Template;
use crate::scan;
use crate::scan::Item;
use crate::scan::ItemKind;

/// A sentence in pieces.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Sentence {
    /// In reading order.
    pub pieces: Vec<Piece>,
    /// Where it is written.
    pub place: Option<Place>,
}

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "whoever renders needs all of them")]
pub enum Piece {
    /// Words, and nothing else.
    Text(String),
    /// A formula.
    Math(Template),
    /// A number, a reference or a citation.
    Asked(Asked),
}

impl Sentence {
    /// Reads a sentence that is written at `place`, where `math` says whether dollars are ours.
    pub fn read(text: &str, math: bool, place: &Place, problems: &mut Problems) -> Self {
        let scan = scan::scan(text, scan::Options { math });
        for fault in &scan.faults {
            problems.push(Problem::error(
                Some(place.clone()),
                fault.message.as_str(),
                fault.hint.as_str(),
            ));
        }
        let mut sentence = Self { pieces: Vec::new(), place: Some(place.clone()) };
        let mut copied = 0;
        for item in &scan.items {
            let Some(piece) = piece(item, text, place, problems) else { continue };
            sentence.words(&text[copied..item.span.start]);
            sentence.pieces.push(piece);
            copied = item.span.end;
        }
        sentence.words(&text[copied..]);
        sentence
    }

    fn words(&mut self, text: &str) {
        if !text.is_empty() {
            self.pieces.push(Piece::Text(text.to_owned()));
        }
    }

    /// Everything that its directives ask for, those within formulas too.
    pub fn asked(&self) -> impl Iterator<Item = SentencePart<'_>> {
        self.pieces.iter().flat_map(|piece| match piece {
            Piece::Text(_) => Vec::new(),
            Piece::Math(template) => template.values().map(SentencePart::Value).collect(),
            Piece::Asked(asked) => vec![SentencePart::Asked(asked)],
        })
    }
}

/// What a sentence asks for.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "whoever resolves needs all of them")]
pub enum SentencePart<'a> {
    /// A number within a formula.
    Value(&'a ValueOf),
    /// Anything in the words.
    Asked(&'a Asked),
}

fn piece(item: &Item, text: &str, place: &Place, problems: &mut Problems) -> Option<Piece> {
    // A caption stands in its file as it is written there, unless YAML had to escape something.
    let locate = within(place, &text[item.span.clone()]);
    match &item.kind {
        ItemKind::Math(math) => Some(Piece::Math(Template::read(math, &locate, problems))),
        ItemKind::Directive(directive) => match Asked::read(directive, &locate, problems)? {
            asked @ (Asked::Value(_) | Asked::Ref(_) | Asked::Cite(_)) => Some(Piece::Asked(asked)),
            _ => {
                problems.push(Problem::error(
                    Some(locate),
                    format!("`[[{}]]` cannot stand here", directive.keyword),
                    "a caption and an alternative text may hold `[[value]]`, `[[ref]]` and \
                         `[[cite]]`",
                ));
                None
            }
        },
        _ => None,
    }
}

/// The place of a part of the text that is written at `place`; that place where it is not found.
fn within(place: &Place, part: &str) -> Place {
    let written = place.file.text.get(place.span.clone()).unwrap_or_default();
    match written.find(part) {
        Some(at) => {
            let start = place.span.start + at;
            Place { file: place.file.clone(), span: start..start + part.len() }
        }
        None => place.clone(),
    }
}
