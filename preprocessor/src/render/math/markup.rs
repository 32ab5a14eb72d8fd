//! KaTeX's markup, made fit for a page: the same bytes every time, on one line, and with nothing that
//! markdown would take for its own.

use crate::render::html;

/// Rewrites `markup` as katex-rs writes it: attributes in alphabetical order (it keeps them in a hash
/// map with a random seed), text and attributes inert to markdown, and `<path/>` as `<path></path>`
/// (mdBook's HTML and every browser agree on the latter).
///
/// The annotation that keeps the formula for copying holds `tex`, as the author wrote it.
///
/// katex-rs escapes `<`, `>`, `"` and `'` in text and in attribute values, so a `<` always starts a
/// tag and the next `>` ends it.
pub(super) fn settle(markup: &str, tex: &str) -> String {
    let mut out = String::with_capacity(markup.len() * 5 / 4);
    let mut rest = markup;
    let mut annotation = false;
    while let Some((text, from_tag)) = rest.split_once('<') {
        let text = if annotation { tex.to_owned() } else { unescape(text) };
        out.push_str(&html::inert_text(&text));
        let (tag, after) = from_tag.split_once('>').unwrap_or((from_tag, ""));
        push_tag(&mut out, tag);
        annotation = tag.starts_with("annotation ");
        rest = after;
    }
    out.push_str(&html::inert_text(&unescape(rest)));
    out
}

/// Writes the tag whose inside is `tag`: `span class="a"`, `/span`, `path d="M0 0"/`.
fn push_tag(out: &mut String, tag: &str) {
    let (tag, empty) = match tag.strip_suffix('/') {
        Some(tag) => (tag, true),
        None => (tag, false),
    };
    let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
    let mut sorted = Vec::new();
    let mut rest = attributes;
    while let Some((attribute, from_value)) = rest.split_once("=\"") {
        let (value, after) = from_value.split_once('"').unwrap_or((from_value, ""));
        sorted.push((attribute.trim_start(), value));
        rest = after;
    }
    sorted.sort_unstable();
    out.push('<');
    out.push_str(name);
    for (attribute, value) in sorted {
        out.push(' ');
        out.push_str(attribute);
        out.push_str("=\"");
        out.push_str(&html::inert_attribute(&unescape(value)));
        out.push('"');
    }
    out.push('>');
    if empty {
        out.push_str("</");
        out.push_str(name);
        out.push('>');
    }
}

/// Undoes katex-rs's escaping, which is these five.
fn unescape(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    // The ampersand last: it must not make a reference out of text that was none.
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#x27;", "'")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(markup: &str, expected: &str) {
        assert_eq!(settle(markup, "x|"), expected);
    }

    #[test]
    fn attributes_are_sorted_and_empty_tags_closed() {
        check(
            r#"<svg xmlns="u" width="1" height="2"><path d="M0 0"/></svg>"#,
            r#"<svg height="2" width="1" xmlns="u"><path d="M0 0"></path></svg>"#,
        );
    }

    #[test]
    fn the_annotation_is_the_authors() {
        check(
            r#"<annotation encoding="a">{x}</annotation>"#,
            r#"<annotation encoding="a">x&#124;</annotation>"#,
        );
    }

    #[test]
    fn text_and_values_are_inert() {
        check(
            r#"<mo fence="a|b">a_b &lt; &amp;lt; |</mo>"#,
            r#"<mo fence="a&#124;b">a&#95;b &#60; &#38;lt&#59; &#124;</mo>"#,
        );
    }
}
