//! The options of a directive: a YAML flow mapping, read into JSON, and where its parts stand.

use std::ops::Range;

use serde_json::Map;
use serde_json::Value;

use crate::diagnostics::Place;
use crate::diagnostics::Problem;
use crate::diagnostics::Problems;
use crate::scan::Directive;
use crate::source::Locate;

/// Reads a YAML flow mapping.
///
/// # Errors
/// What is wrong, and at which byte of the text.
pub fn parse(yaml: &str) -> Result<Map<String, Value>, (String, usize)> {
    // `y`, `no` and `off` are words here, not truth values.
    let options = serde_saphyr::options! { strict_booleans: true };
    serde_saphyr::from_str_with_options::<Map<String, Value>>(yaml, options).map_err(|error| {
        let at = error.location().map_or(0, |location| {
            let line = usize::try_from(location.line()).unwrap_or(1).max(1) - 1;
            let column = usize::try_from(location.column()).unwrap_or(1).max(1) - 1;
            let start: usize = yaml.split_inclusive('\n').take(line).map(str::len).sum();
            let in_line = yaml[start..].char_indices().nth(column);
            start + in_line.map_or(yaml.len() - start, |(at, _)| at)
        });
        let text = error.without_snippet().to_string();
        // Without the place, which we give ourselves, and without advice to programmers.
        let text = text.split(" at line ").next().unwrap_or_default();
        let text = text.split(", set ").next().unwrap_or_default();
        let text = text.split("; use ").next().unwrap_or_default().trim();
        (text.to_owned(), at)
    })
}

/// The options as they are given; nothing, and a problem, where they cannot be read.
pub fn given(
    directive: &Directive,
    locate: &dyn Locate,
    problems: &mut Problems,
) -> Option<Map<String, Value>> {
    let Some(options) = &directive.options else { return Some(Map::new()) };
    match parse(&options.text) {
        Ok(map) => Some(map),
        Err((message, at)) => {
            let last = options.text.len().saturating_sub(1);
            let start = options.source_offset(at.min(last));
            problems.push(Problem::error(
                Some(locate.place(start..start + 1)),
                format!("the options are not a YAML mapping: {message}"),
                "write `{name: value, other: [1, 2]}`",
            ));
            None
        }
    }
}

/// Finds the parts of a directive's options, for the places of problems. What is not found stands
/// where all of the options stand.
pub struct Places<'a> {
    directive: &'a Directive,
    origin: &'a dyn Locate,
}

impl<'a> Places<'a> {
    /// The parts of this directive.
    #[must_use]
    pub fn new(directive: &'a Directive, origin: &'a dyn Locate) -> Self {
        Self { directive, origin }
    }

    /// The key at the end of a path of keys.
    #[must_use]
    pub fn key(&self, path: &[&str]) -> Place {
        self.place(self.find(path).map(|item| item.key))
    }

    /// The value of the key at the end of a path.
    #[must_use]
    pub fn value(&self, path: &[&str]) -> Place {
        self.place(self.find(path).map(|item| item.value))
    }

    /// The value with that index in the list at the end of a path.
    #[must_use]
    pub fn item(&self, path: &[&str], index: usize) -> Place {
        let list = self.find(path).map(|item| items(self.yaml(), item.value));
        self.place(list.and_then(|items| Some(items.get(index)?.value.clone())))
    }

    fn yaml(&self) -> &'a str {
        self.directive.options.as_ref().map_or("", |options| options.text.as_str())
    }

    fn find(&self, path: &[&str]) -> Option<Item> {
        let yaml = self.yaml();
        let mut found = Item { key: 0..0, value: 0..yaml.len() };
        for key in path {
            let is_it = |item: &Item| yaml[item.key.clone()].trim_matches(['"', '\'']) == *key;
            found = items(yaml, found.value).into_iter().find(is_it)?;
        }
        Some(found)
    }

    fn place(&self, range: Option<Range<usize>>) -> Place {
        let span = match (&self.directive.options, range) {
            (None, _) => self.directive.subject_span.clone(),
            // The end is one past the last byte: it must not jump over the next line's prefix.
            (Some(options), Some(range)) if !range.is_empty() => {
                options.source_offset(range.start)..options.source_offset(range.end - 1) + 1
            }
            (Some(options), _) => options.span.clone(),
        };
        self.origin.place(span)
    }
}

/// One item of a flow collection: bytes of its value, and of its key where it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Item {
    key: Range<usize>,
    value: Range<usize>,
}

/// The items of the flow mapping or list that `collection` holds, of YAML that can be read; none where
/// it is no such thing.
fn items(yaml: &str, collection: Range<usize>) -> Vec<Item> {
    let bytes = &yaml.as_bytes()[..collection.end];
    let mut items = Vec::new();
    if !matches!(bytes.get(collection.start), Some(b'{' | b'[')) {
        return items;
    }
    let mut at = collection.start + 1;
    let (mut start, mut colon, mut depth) = (at, None, 0_usize);
    // The byte before, white space aside: it says whether a quote begins here.
    let mut before = b',';
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' | b'\'' if matches!(before, b'{' | b'[' | b',' | b':') => {
                at = closing_quote(bytes, at);
            }
            b'#' if bytes[at - 1].is_ascii_whitespace() => {
                let first = yaml[start..at].trim().is_empty();
                at += bytes[at..].iter().take_while(|byte| **byte != b'\n').count();
                start = if first { at } else { start };
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth > 0 => depth -= 1,
            b',' | b'}' | b']' if depth == 0 => {
                items.extend(item(yaml, start, colon, at));
                if byte != b',' {
                    break;
                }
                (start, colon) = (at + 1, None);
            }
            b':' if depth == 0 && colon.is_none() && ends_key(before, bytes.get(at + 1)) => {
                colon = Some(at);
            }
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            before = byte;
        }
        at += 1;
    }
    items
}

fn item(yaml: &str, start: usize, colon: Option<usize>, end: usize) -> Option<Item> {
    let key = trimmed(yaml, start..colon.unwrap_or(start));
    let value = trimmed(yaml, colon.map_or(start, |colon| colon + 1)..end);
    (colon.is_some() || !value.is_empty()).then_some(Item { key, value })
}

/// Whether a colon between these bytes ends a key; else it is part of a word.
fn ends_key(before: u8, after: Option<&u8>) -> bool {
    matches!(before, b'"' | b'\'')
        || after.is_none_or(|after| after.is_ascii_whitespace() || b",[]{}".contains(after))
}

/// The byte of the quote that closes the one at `at`; the last byte where none does.
fn closing_quote(bytes: &[u8], at: usize) -> usize {
    let quote = bytes[at];
    let mut index = at + 1;
    while let Some(&byte) = bytes.get(index) {
        match byte {
            b'\\' if quote == b'"' => index += 1,
            byte if byte == quote && quote == b'\'' && bytes.get(index + 1) == Some(&quote) => {
                index += 1;
            }
            byte if byte == quote => return index,
            _ => {}
        }
        index += 1;
    }
    bytes.len() - 1
}

/// A range without white space at its ends.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let inner = &text[range.clone()];
    let start = range.start + (inner.len() - inner.trim_start().len());
    start..start + inner.trim().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_yaml_with_faults_at_their_byte() {
        let map = parse("{as: wide, n: 40, lambdas: [1e-3, 0.5], caption: \"a: b\"}").unwrap();
        assert_eq!(
            Value::Object(map),
            serde_json::json!({"as": "wide", "n": 40, "lambdas": [1e-3, 0.5], "caption": "a: b"})
        );
        assert_eq!(parse("{as: y, caption: no}").unwrap()["caption"], "no");
        let (message, at) = parse("{n: 1, n: 2}").unwrap_err();
        assert!(message.contains("duplicate"), "{message}");
        assert_eq!(at, 7);
        assert!(parse("{n: [1}").is_err());
        assert!(parse("[1]").is_err());
    }

    /// The keys and values that are found, one item a line.
    #[track_caller]
    fn check(yaml: &str, expected: &[(&str, &str)]) {
        let found = items(yaml, 0..yaml.len());
        let found: Vec<_> =
            found.into_iter().map(|item| (&yaml[item.key], &yaml[item.value])).collect();
        assert_eq!(found, expected, "{yaml}");
    }

    #[test]
    fn items_are_found_with_quotes_nesting_and_comments_in_between() {
        check("{}", &[]);
        check("{a: 1}", &[("a", "1")]);
        check("{a: 1,\n  \"b c\": [1, {d: 2}], }", &[("a", "1"), ("\"b c\"", "[1, {d: 2}]")]);
        check(
            "{a: \"x, y: }\\\"\", 'it''s': z:w}",
            &[("a", "\"x, y: }\\\"\""), ("'it''s'", "z:w")],
        );
        check("{a: 1, # {b: 2,\n c: 3}", &[("a", "1"), ("c", "3")]);
        check("[0, 0.1 , -3]", &[("", "0"), ("", "0.1"), ("", "-3")]);
        check("{sweep: noise}", &[("sweep", "noise")]);
        check("{a, b:[1]}", &[("", "a"), ("b", "[1]")]);
        check("word", &[]);
        check("{a: \"open", &[]);
    }
}
