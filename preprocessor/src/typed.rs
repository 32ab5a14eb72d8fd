//! Numbers that an author typed where a record might give them: the list that a lesson is read against.
//!
//! A typed number is not a fault. Definitions of a setting, exercises and theory have theirs. But each is one
//! that no build checks, so there should be a reason for each, and a list to look through.

use std::ops::Range;

use crate::diagnostics::Place;
use crate::lesson::Lesson;
use crate::scan;
use crate::scan::ItemKind;

/// A number in the prose of a lesson or on the right of a relation in one of its formulas.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Typed {
    /// As it is written.
    pub number: String,
    /// The words around it.
    pub around: String,
    /// Where.
    pub place: Place,
}

/// Bytes that are shown on either side of a number.
const AROUND: usize = 32;

/// The typed numbers of a lesson that shows or asks for anything computed, in reading order.
#[must_use]
pub fn typed(lesson: &Lesson, math: bool) -> Vec<Typed> {
    if lesson.showings.is_empty() && lesson.asked.is_empty() {
        return Vec::new();
    }
    let text = lesson.text.as_str();
    let mut spans = Vec::new();
    for range in scan::prose(text, scan::Options { math }) {
        spans.extend(numbers(&text[range.clone()]).map(|found| shifted(&found, range.start)));
    }
    for item in &lesson.scan.items {
        if let ItemKind::Math(math) = &item.kind {
            let of_tex = related(&math.tex.text);
            spans.extend(of_tex.into_iter().map(|found| {
                let start = math.tex.source_offset(found.start);
                start..start + found.len()
            }));
        }
    }
    spans.sort_by_key(|span| span.start);
    let is_marker = |span: &Range<usize>| {
        let line = text[..span.start].rsplit('\n').next().unwrap_or_default();
        let only_marks = line.chars().all(|c| c.is_whitespace() || c == '>');
        only_marks && text[span.end..].starts_with(['.', ')'])
    };
    let spans = spans.into_iter().filter(|span| !is_marker(span));
    spans
        .map(|span| {
            let from = text.floor_char_boundary(span.start.saturating_sub(AROUND));
            let to = text.ceil_char_boundary((span.end + AROUND).min(text.len()));
            let words: Vec<&str> = text[from..to].split_whitespace().collect();
            Typed {
                number: text.get(span.clone()).unwrap_or_default().to_owned(),
                around: words.join(" "),
                place: lesson.origin.place(span),
            }
        })
        .collect()
}

fn shifted(range: &Range<usize>, by: usize) -> Range<usize> {
    range.start + by..range.end + by
}

/// Runs of digits with their decimals, that are no part of a word: not the 2 of `L2`.
fn numbers(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            let start = at;
            if !bytes[start].is_ascii_digit() {
                at += 1;
                continue;
            }
            let digit = |byte: u8| byte.is_ascii_digit();
            while at < bytes.len()
                && (digit(bytes[at])
                    || matches!(bytes[at], b'.' | b',')
                        && bytes.get(at + 1).is_some_and(|&next| digit(next)))
            {
                at += 1;
            }
            let before = text[..start].chars().next_back();
            if before.is_none_or(|c| !c.is_alphanumeric() && c != '_') {
                return Some(start..at);
            }
        }
        None
    })
}

/// Numbers behind a relation, such as the 0.3 of `\sigma=0.3`; not 0 and 1, which are theory's.
fn related(tex: &str) -> Vec<Range<usize>> {
    const RELATIONS: [&str; 9] =
        ["=", "<", ">", r"\approx", r"\le", r"\ge", r"\sim", r"\in", r"\to"];
    numbers(tex)
        .filter(|found| {
            let before = tex[..found.start].trim_end_matches([' ', '-', '{', '\n']);
            let plain = matches!(&tex[found.clone()], "0" | "1");
            !plain && RELATIONS.iter().any(|relation| before.ends_with(relation))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = numbers(text).map(|range| &text[range]).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn numbers_are_found_and_parts_of_words_are_not() {
        check("from 0.25 to 1,000, and 3.", &["0.25", "1,000", "3"]);
        check("L2 of x_1, 95 % at -4", &["95", "4"]);
        check("", &[]);
    }

    #[test]
    fn formulas_give_what_stands_behind_a_relation() {
        let tex = r"\sigma=0.3,\ x_1^2 \le -5 + 7, n = {100}, \frac12, a = 0";
        let found: Vec<&str> = related(tex).into_iter().map(|range| &tex[range]).collect();
        assert_eq!(found, ["0.3", "5", "100"]);
    }
}
