//! The mark of a citation: one line of comment that a program finds again.
//!
//! `mdbook-simulation-cite: v1 NAME FIGURE record=DIGEST drawn=DIGEST NAME=VALUE … end`
//!
//! The two digests have 16 digits: of the record, and of what the figure draws. Values are rounded to six
//! significant digits. No part holds white space, so that an editor which breaks the line, with comment
//! signs or without, breaks it between parts; the mark is read across lines up to its `end`.

use std::fmt;

/// What every mark begins with.
const SIGN: &str = "mdbook-simulation-cite:";

/// More parts than this are no mark of ours whose `end` is still to come.
const MOST_PARTS: usize = 500;

/// What was cited.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mark {
    /// The simulation.
    pub name: String,
    /// The name of the figure within its exhibit.
    pub figure: String,
    /// The first 16 digits of the record's digest.
    pub record: String,
    /// The first 16 digits of the digest of what is drawn.
    pub drawn: String,
    /// Names of estimates and claims with their values, in six significant digits.
    pub measures: Vec<(String, String)>,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, figure, record, drawn, measures } = self;
        write!(f, "{SIGN} v1 {name} {figure} record={record} drawn={drawn}")?;
        for (name, value) in measures.iter().filter(|(name, _)| is_part(name)) {
            write!(f, " {name}={value}")?;
        }
        f.write_str(" end")
    }
}

/// Whether a name can stand in a mark: nothing that ends a comment, a group or a word.
pub(super) fn is_part(name: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    !name.is_empty() && name.chars().all(plain)
}

/// A mark, or what is wrong with it, and the line where it begins, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Found {
    /// The line.
    pub line: usize,
    /// The mark.
    pub mark: Result<Mark, String>,
}

/// Every mark of a text.
#[must_use]
pub fn marks(text: &str) -> Vec<Found> {
    let starts: Vec<usize> = text.match_indices(SIGN).map(|(at, _)| at).collect();
    let ends = starts.iter().copied().skip(1).chain([text.len()]);
    let mut line = 1;
    let mut counted = 0;
    let mut found = Vec::new();
    for (&start, end) in starts.iter().zip(ends) {
        line += text[counted..start].matches('\n').count();
        counted = start;
        found.push(Found { line, mark: parse(&text[start + SIGN.len()..end]) });
    }
    found
}

/// The parts up to `end`; comment signs, which an editor may have put between them, are none.
fn parts(text: &str) -> Option<Vec<&str>> {
    let mut parts = Vec::new();
    for word in text.split_whitespace().take(MOST_PARTS) {
        let word = word.trim_start_matches(['%', '/', '#', '>', '*']);
        // The end of the comment, or of the group, may follow without a space.
        if word.trim_end_matches(['-', '>', '}', ',', '"', '*', '/']) == "end" {
            return Some(parts);
        }
        if !word.is_empty() {
            parts.push(word);
        }
    }
    None
}

fn parse(text: &str) -> Result<Mark, String> {
    let parts = parts(text).ok_or("it has no `end`: part of it is missing")?;
    let mut parts = parts.into_iter();
    match parts.next() {
        Some("v1") => {}
        Some(version) => {
            return Err(format!("its version is `{version}`, and this program reads v1"));
        }
        None => return Err("it is empty".into()),
    }
    let mut name = |what: &str| match parts.next().filter(|part| is_part(part)) {
        Some(part) => Ok(part.to_owned()),
        None => Err(format!("it names no {what}")),
    };
    let (simulation, figure) = (name("simulation")?, name("figure")?);
    let mut digest = |what: &str| {
        let pair = parts.next().and_then(|part| part.split_once('='));
        match pair.filter(|(key, value)| *key == what && is_digest(value)) {
            Some((_, value)) => Ok(value.to_owned()),
            None => Err(format!("it has no `{what}=` with 16 hexadecimal digits")),
        }
    };
    let (record, drawn) = (digest("record")?, digest("drawn")?);
    let mut measures = Vec::new();
    for part in parts {
        match part.split_once('=').filter(|(name, value)| is_part(name) && is_number(value)) {
            Some((name, value)) => measures.push((name.to_owned(), value.to_owned())),
            None => return Err(format!("`{part}` is no number with its name")),
        }
    }
    Ok(Mark { name: simulation, figure, record, drawn, measures })
}

fn is_digest(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark() -> Mark {
        Mark {
            name: "adl-double-descent".into(),
            figure: "model-wise".into(),
            record: "788020eefc8d320d".into(),
            drawn: "0123456789abcdef".into(),
            measures: vec![("at_2n".into(), "0.54".into()), ("gap".into(), "-1e-7".into())],
        }
    }

    #[track_caller]
    fn check(text: &str, expected: &[(usize, Result<(), &str>)]) {
        let found: Vec<(usize, Result<Mark, String>)> =
            marks(text).into_iter().map(|found| (found.line, found.mark)).collect();
        let expected: Vec<(usize, Result<Mark, String>)> = expected
            .iter()
            .map(|(line, mark)| (*line, mark.map(|()| self::mark()).map_err(ToOwned::to_owned)))
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn a_mark_is_found_in_every_kind_of_comment() {
        let mark = mark();
        for text in [
            format!("% {mark}"),
            format!("  // {mark}\n"),
            format!("<!-- {mark} -->"),
            format!("<!--{mark}-->"),
            format!("  simulation = {{{mark}}},\n}}"),
            format!("# {mark}\r\nmore"),
        ] {
            check(&text, &[(1, Ok(()))]);
        }
        check(
            &format!("a\n% {mark}\n\nb\n% {mark} % {mark}"),
            &[(2, Ok(())), (5, Ok(())), (5, Ok(()))],
        );
        check("nothing here", &[]);
    }

    #[test]
    fn a_mark_survives_an_editor_that_breaks_lines() {
        for sign in ["% ", "  // ", "", "%% ", "%", "> "] {
            let text = format!("\n{sign}{}\nafter", mark()).replace(' ', &format!("\n{sign}"));
            let line = 2 + text.lines().skip(1).position(|line| line.contains(SIGN)).unwrap();
            check(&text, &[(line, Ok(()))]);
        }
    }

    #[test]
    fn what_is_no_mark_says_why() {
        let of = |from: &str, to: &str| mark().to_string().replace(from, to);
        let no_end = "it has no `end`: part of it is missing";
        check(&of(" end", ""), &[(1, Err(no_end))]);
        check(&format!("{}\n{}", of(" end", ""), mark()), &[(1, Err(no_end)), (2, Ok(()))]);
        check(&of("v1", "v2"), &[(1, Err("its version is `v2`, and this program reads v1"))]);
        check("mdbook-simulation-cite: end", &[(1, Err("it is empty"))]);
        check(&of("adl-double-descent model-wise ", ""), &[(1, Err("it names no simulation"))]);
        check(&of("model-wise ", ""), &[(1, Err("it names no figure"))]);
        let record = "it has no `record=` with 16 hexadecimal digits";
        check(&of("record=788020eefc8d320d ", ""), &[(1, Err(record))]);
        check(&of("0eefc8d320d", "zeefc8d320d"), &[(1, Err(record))]);
        check(
            &of("at_2n=0.54", "at_2n=lots"),
            &[(1, Err("`at_2n=lots` is no number with its name"))],
        );
        check(&of("at_2n=0.54", "at_2n"), &[(1, Err("`at_2n` is no number with its name"))]);
    }

    #[test]
    fn a_name_that_would_end_a_comment_is_left_out() {
        let measures = vec![("a -->".to_owned(), "1".to_owned()), ("b}".into(), "2".into())];
        let text = Mark { measures, ..mark() }.to_string();
        assert_eq!(marks(&text)[0].mark, Ok(Mark { measures: Vec::new(), ..mark() }));
    }
}
