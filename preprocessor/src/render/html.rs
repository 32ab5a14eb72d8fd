//! Escaping: text into HTML, and text into HTML that markdown still has to read.
//!
//! mdBook parses our output as markdown once more. In an HTML block that is harmless, but inside a
//! paragraph, a heading or a table cell only the *tags* are left alone: the text between them is
//! markdown, and a `|` ends a table cell even within a tag. The `inert_*` functions write text that
//! comes out of that second parse as it went in.

use std::fmt::Write as _;

/// Escapes `text` for a text node or a double-quoted attribute of an HTML block. The result is one
/// line: a blank one would end the block, and what follows would be read as markdown.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\r' => out.push(' '),
            _ => out.push(c),
        }
    }
    out
}

/// A path within the site as it stands in a link: each segment percent-encoded.
pub fn address(path: &str) -> String {
    use percent_encoding::AsciiSet;
    use percent_encoding::NON_ALPHANUMERIC;
    /// What a path may hold as it is (RFC 3986, unreserved), and the slash.
    const KEPT: &AsciiSet =
        &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');
    percent_encoding::utf8_percent_encode(path, KEPT).to_string()
}

/// Escapes `text` for a text node that markdown reads: every ASCII punctuation character and every
/// line break becomes a numeric reference, so the result is one line that markdown copies.
pub fn inert_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for c in text.chars() {
        if c.is_ascii_punctuation() || matches!(c, '\n' | '\r' | '\t') {
            push_reference(&mut out, c);
        } else {
            out.push(c);
        }
    }
    out
}

/// Escapes `text` for a double-quoted attribute of a tag that stands in a line of markdown.
///
/// Markdown leaves a tag alone once it has seen it as a tag. What acts before that is the `|` of a
/// table, a backtick that pairs with one before the tag, and the line break; all else is escaped only
/// as far as HTML asks.
pub fn inert_attribute(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if matches!(c, '&' | '<' | '>' | '"' | '\'' | '|' | '`' | '\\' | '\n' | '\r' | '\t') {
            push_reference(&mut out, c);
        } else {
            out.push(c);
        }
    }
    out
}

fn push_reference(out: &mut String, c: char) {
    // Writing to a string cannot fail.
    let _ = write!(out, "&#{};", u32::from(c));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_keeps_what_html_keeps() {
        assert_eq!(escape(r#"a<b> & "c" 'd' |é"#), "a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39; |é");
    }

    #[test]
    fn escape_gives_one_line() {
        assert_eq!(escape("a\n\n[b](c)\r\n"), "a  [b](c)  ");
    }

    #[test]
    fn addresses_hold_no_second_hash() {
        assert_eq!(address("p q/ü#1.html"), "p%20q/%C3%BC%231.html");
    }

    #[test]
    fn inert_text_has_no_punctuation_left() {
        assert_eq!(inert_text("a_b*|é\n"), "a&#95;b&#42;&#124;é&#10;");
    }

    #[test]
    fn inert_attribute_stays_readable() {
        assert_eq!(inert_attribute("height:0.5em;|\"`\n"), "height:0.5em;&#124;&#34;&#96;&#10;");
    }
}
