//! The grammar of one directive: `[[keyword subject {options}]]`.
//!
//! Books have other things in double brackets (`[[ref]](x.md)`, `[[value chain]]`), so a keyword
//! is ours only when what follows fits; only `[[simulation …]]` is always meant.
//! - `value`: `NAME.estimate`, and options if you like;
//! - `claim`: `NAME.claim`, or `NAME.estimate` and a comparison (`<`, `>`, `<=`, `>=`, `in`);
//! - `ref`, `cite`, `bound`: one ID, and options if you like;
//! - `bibliography`, `ledger`, `gallery`: nothing, or options.
//!
//! What is a link (`(` or `[` follows) or an embedded page (`!` stands before) is none of ours.

use std::ops::Range;

use super::Keyword;

/// The longest directive, in bytes with its brackets.
const LONGEST: usize = 4096;

/// Where the parts of a directive lie in the text that was parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parsed {
    pub(super) keyword: Keyword,
    pub(super) span: Range<usize>,
    pub(super) subject: Range<usize>,
    pub(super) options: Option<Range<usize>>,
}

/// What stands at a `[[`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// A directive.
    Directive(Parsed),
    /// A keyword and no end; the range is that of `[[keyword`.
    Unclosed(Range<usize>),
    /// `[[word subject]]` with a word so close to this keyword that it must be meant.
    Misspelt(Range<usize>, Keyword),
    /// Something that is none of our business.
    Other,
}

/// Reads what stands at `at`, where a line of text has `[[`.
pub(super) fn read(text: &str, at: usize) -> Opening {
    let linked = |end: usize| text[end..].starts_with(['(', '[']);
    match read_in_tex(text, at) {
        Opening::Directive(parsed) if parsed.keyword == Keyword::Simulation => {
            Opening::Directive(parsed)
        }
        Opening::Directive(parsed) if linked(parsed.span.end) => Opening::Other,
        Opening::Directive(_) if text[..at].ends_with('!') => Opening::Other,
        Opening::Other => misspelt(text, at),
        opening => opening,
    }
}

/// The same in a formula, where a parenthesis may follow and nothing is misspelt.
pub(super) fn read_in_tex(text: &str, at: usize) -> Opening {
    let word_start = at + 2;
    let word_end = word_start + word_length(&text.as_bytes()[word_start..]);
    let keyword = Keyword::from_name(&text[word_start..word_end]);
    let Some(keyword) = keyword.filter(|_| ends_word(text.as_bytes(), word_end)) else {
        return Opening::Other;
    };
    match close(text.as_bytes(), at, word_end) {
        Some(end) => {
            let parsed = parts(text, keyword, at, word_end, end);
            let fits = fits(keyword, &text[parsed.subject.clone()]);
            if fits { Opening::Directive(parsed) } else { Opening::Other }
        }
        None if begins(keyword, &text[word_end..]) => Opening::Unclosed(at..word_end),
        None => Opening::Other,
    }
}

/// Whether `subject` is one that `keyword` may have.
fn fits(keyword: Keyword, subject: &str) -> bool {
    let mut words = subject.split_whitespace();
    let (first, second) = (words.next().unwrap_or(""), words.next());
    match keyword {
        Keyword::Simulation => true,
        Keyword::Value => is_dotted(first) && second.is_none(),
        Keyword::Claim => is_dotted(first) && compares(&subject[first.len()..]),
        Keyword::Ref | Keyword::Cite | Keyword::Bound => is_id(first) && second.is_none(),
        Keyword::Bibliography | Keyword::Ledger | Keyword::Gallery => first.is_empty(),
    }
}

/// Whether an unclosed directive with this keyword begins so that it must be one.
fn begins(keyword: Keyword, rest: &str) -> bool {
    let rest = rest.trim_start();
    let ends = |letter: char| letter.is_whitespace() || "{}[]<>".contains(letter);
    let word = &rest[..rest.find(ends).unwrap_or(rest.len())];
    let options = || rest[word.len()..].trim_start().starts_with('{');
    match keyword {
        Keyword::Simulation => true,
        Keyword::Value | Keyword::Claim => is_dotted(word.trim_end_matches(['.', ',', ';', ':'])),
        Keyword::Ref | Keyword::Cite | Keyword::Bound => is_id(word) && options(),
        Keyword::Bibliography | Keyword::Ledger | Keyword::Gallery => word.is_empty() && options(),
    }
}

/// Whether `text` is `NAME.estimate`.
fn is_dotted(text: &str) -> bool {
    let name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    text.split_once('.').is_some_and(|(first, second)| {
        let named = !first.is_empty() && !first.starts_with('-') && first.bytes().all(name);
        named && !second.is_empty() && second.bytes().all(word)
    })
}

/// Whether `text` is what labels and keys of references are made of.
fn is_id(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":_-".contains(&byte))
}

/// Whether `rest` is nothing or a comparison.
fn compares(rest: &str) -> bool {
    let rest = rest.trim_start();
    let word = rest
        .strip_prefix("in")
        .is_some_and(|rest| rest.starts_with(|next: char| next.is_whitespace() || next == '['));
    rest.is_empty() || rest.starts_with(['<', '>']) || word
}

/// Whether `text` has `[[` and one of the nine keywords at `at`.
fn opens_directive(text: &[u8], at: usize) -> bool {
    let Some(rest) = text[at..].strip_prefix(b"[[") else { return false };
    let length = word_length(rest);
    std::str::from_utf8(&rest[..length]).is_ok_and(|word| Keyword::from_name(word).is_some())
        && ends_word(text, at + 2 + length)
}

fn word_length(bytes: &[u8]) -> usize {
    // One more than the longest keyword is enough to know that it is none.
    bytes.iter().take(16).take_while(|byte| byte.is_ascii_lowercase()).count()
}

fn ends_word(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_some_and(|byte| byte.is_ascii_whitespace() || *byte == b'{')
        || bytes[at..].starts_with(b"]]")
}

/// The offset behind the `]]` that ends the directive which opened at `at`.
fn close(bytes: &[u8], at: usize, from: usize) -> Option<usize> {
    let limit = bytes.len().min(at + LONGEST);
    let mut depth = 0_usize;
    let mut in_options = false;
    let mut before = b' ';
    let mut index = from;
    while index < limit {
        let byte = bytes[index];
        match byte {
            b'\n' | b'\r' if blank_line_follows(bytes, index) => return None,
            b'\'' | b'"' if in_options && matches!(before, b'{' | b'[' | b',' | b':') => {
                index = end_of_quote(bytes, index, limit)?;
            }
            b'{' => in_options = true,
            b'[' if depth == 0 && opens_directive(bytes, index) => return None,
            b'[' => depth += 1,
            b']' if depth > 0 => depth -= 1,
            b']' if bytes[index..limit].starts_with(b"]]") => return Some(index + 2),
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            before = byte;
        }
        index += 1;
    }
    None
}

/// Whether the line after the line break at `at` holds nothing but quote markers.
fn blank_line_follows(bytes: &[u8], at: usize) -> bool {
    let next = if bytes[at..].starts_with(b"\r\n") { at + 2 } else { at + 1 };
    let rest = bytes[next..].iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'>'));
    rest.is_none_or(|byte| matches!(byte, b'\n' | b'\r'))
}

/// The offset of the quote that closes the YAML scalar which opened at `at`.
fn end_of_quote(bytes: &[u8], at: usize, limit: usize) -> Option<usize> {
    let quote = bytes[at];
    let mut index = at + 1;
    while index < limit {
        match bytes[index] {
            b'\\' if quote == b'"' => index += 1,
            b'\n' | b'\r' if blank_line_follows(bytes, index) => return None,
            byte if byte == quote => match bytes.get(index + 1) {
                Some(b'\'') if quote == b'\'' => index += 1,
                _ => return Some(index),
            },
            _ => {}
        }
        index += 1;
    }
    None
}

fn parts(text: &str, keyword: Keyword, at: usize, word_end: usize, end: usize) -> Parsed {
    let body = word_end..end - 2;
    let brace = text[body.clone()].find('{').map(|offset| body.start + offset);
    let subject = trimmed(text, body.start..brace.unwrap_or(body.end));
    let options = brace.map(|brace| trimmed(text, brace..body.end));
    Parsed { keyword, span: at..end, subject, options }
}

/// `range` without the white space at both ends.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let inner = &text[range.clone()];
    let start = range.start + (inner.len() - inner.trim_start().len());
    start..start + inner.trim().len()
}

/// Recognises `[[simulaton adl-x]]`, `[[Value a.b]]` and `[[ ref a {…}]]`: the shape of a
/// directive on one line. In all else that is written in double brackets (wiki links, TOML
/// tables, attributes) a near word is chance; so it is before an ID that may be any word.
fn misspelt(text: &str, at: usize) -> Opening {
    let line = text[at + 2..].bytes().take(128).take_while(|byte| !b"\r\n]{}[".contains(byte));
    let end = at + 2 + line.count();
    // The limit may fall into a letter, and then this is no directive.
    let Some(tail) = text.get(end..) else { return Opening::Other };
    let options = tail.starts_with('{');
    let linked = tail.starts_with("]](") || tail.starts_with("]][") || text[..at].ends_with('!');
    if linked || !(options || tail.starts_with("]]")) {
        return Opening::Other;
    }
    let body = &text[at + 2..end];
    let word = body.split_whitespace().next().unwrap_or("");
    let start = at + 2 + (body.len() - body.trim_start().len());
    let subject = text[start + word.len()..end].trim();
    let meant = |keyword: &Keyword| {
        near(word, *keyword)
            && match keyword {
                Keyword::Simulation => is_subject(subject),
                Keyword::Value | Keyword::Claim => fits(*keyword, subject),
                _ => options && fits(*keyword, subject),
            }
    };
    match Keyword::ALL.into_iter().find(meant) {
        Some(keyword) => Opening::Misspelt(at..start + word.len(), keyword),
        None => Opening::Other,
    }
}

/// Whether `word` is a slip of the pen for `keyword`; equal words are (their place is wrong).
fn near(word: &str, keyword: Keyword) -> bool {
    let name = keyword.name();
    let lower = word.to_ascii_lowercase();
    let slips = match name.len() {
        0..=3 => 0,
        4..=5 => 1,
        _ => 2,
    };
    lower.as_bytes().first() == name.as_bytes().first()
        && word.len() <= name.len() + slips
        && strsim::osa_distance(&lower, name) <= slips
}

/// Whether `text` looks like the ID of a simulation.
fn is_subject(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit())
        && text.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'_')
        })
}
