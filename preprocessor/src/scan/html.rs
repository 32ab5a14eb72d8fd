//! Where raw HTML blocks begin and end (CommonMark 0.31, section 4.6).

/// What ends an HTML block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HtmlEnd {
    /// The line that holds this text, without regard to case.
    Text(&'static str),
    /// A blank line.
    Blank,
}

impl HtmlEnd {
    /// Whether `line`, which belongs to the block, is its last one.
    pub(super) fn is_on(self, line: &[u8]) -> bool {
        match self {
            Self::Text(end) => {
                line.windows(end.len()).any(|part| part.eq_ignore_ascii_case(end.as_bytes()))
            }
            Self::Blank => false,
        }
    }
}

/// The end of the HTML block that `line` opens, if it opens one. `interrupts` says
/// that it stands directly under a line of a paragraph.
pub(super) fn html_block(line: &[u8], interrupts: bool) -> Option<HtmlEnd> {
    let rest = line.strip_prefix(b"<")?;
    verbatim_end(rest)
        .map(HtmlEnd::Text)
        .or_else(|| is_block_tag(rest).then_some(HtmlEnd::Blank))
        .or_else(|| (!interrupts && is_lone_tag(rest)).then_some(HtmlEnd::Blank))
}

/// Kinds 1 to 5: what a comment, a `<pre>` and their like end with.
fn verbatim_end(rest: &[u8]) -> Option<&'static str> {
    const TAGS: [(&[u8], &str); 4] = [
        (b"pre", "</pre>"),
        (b"style", "</style>"),
        (b"script", "</script>"),
        (b"textarea", "</textarea>"),
    ];
    const MARKS: [(&[u8], &str); 3] = [(b"!--", "-->"), (b"?", "?>"), (b"![CDATA[", "]]>")];
    for (tag, end) in TAGS {
        let named = rest.len() >= tag.len() && rest[..tag.len()].eq_ignore_ascii_case(tag);
        let next = rest.get(tag.len());
        if named && next.is_none_or(|byte| byte.is_ascii_whitespace() || *byte == b'>') {
            return Some(end);
        }
    }
    let mark = MARKS.into_iter().find(|(mark, _)| rest.starts_with(mark));
    let declaration =
        rest.first() == Some(&b'!') && rest.get(1).is_some_and(u8::is_ascii_alphabetic);
    mark.map(|(_, end)| end).or(declaration.then_some(">"))
}

/// Kind 6: a tag that starts a block of HTML wherever it stands.
fn is_block_tag(rest: &[u8]) -> bool {
    #[rustfmt::skip]
    const NAMES: &[&str] = &[
        "address", "article", "aside", "base", "basefont", "blockquote", "body", "caption",
        "center", "col", "colgroup", "dd", "details", "dialog", "dir", "div", "dl", "dt",
        "fieldset", "figcaption", "figure", "footer", "form", "frame", "frameset", "h1", "h2",
        "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "iframe", "legend", "li",
        "link", "main", "menu", "menuitem", "nav", "noframes", "ol", "optgroup", "option", "p",
        "param", "search", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead",
        "title", "tr", "track", "ul",
    ];
    let rest = rest.strip_prefix(b"/").unwrap_or(rest);
    let length = rest.iter().take(11).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let (name, after) = rest.split_at(length);
    let known = NAMES.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()));
    known
        && (after.is_empty() || matches!(after[0], b' ' | b'\t' | b'>') || after.starts_with(b"/>"))
}

/// Kind 7: one complete tag, alone on its line.
fn is_lone_tag(rest: &[u8]) -> bool {
    let closing = rest.first() == Some(&b'/');
    let rest = if closing { &rest[1..] } else { rest };
    if !rest.first().is_some_and(u8::is_ascii_alphabetic) {
        return false;
    }
    let name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    let mut rest = &rest[rest.iter().take_while(|byte| name(byte)).count()..];
    while let Some(after) = (!closing).then(|| attribute(rest)).flatten() {
        rest = after;
    }
    let rest = rest.trim_ascii_start();
    let rest = if closing { rest } else { rest.strip_prefix(b"/").unwrap_or(rest) };
    rest.strip_prefix(b">").is_some_and(|after| after.trim_ascii().is_empty())
}

/// What follows the attribute that `rest` begins with, white space first.
fn attribute(rest: &[u8]) -> Option<&[u8]> {
    let trimmed = rest.trim_ascii_start();
    let starts = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':');
    if trimmed.len() == rest.len() || !trimmed.first().is_some_and(starts) {
        return None;
    }
    let goes_on = |byte: &u8| byte.is_ascii_alphanumeric() || b"_:.-".contains(byte);
    let rest = &trimmed[trimmed.iter().take_while(|byte| goes_on(byte)).count()..];
    let Some(value) = rest.trim_ascii_start().strip_prefix(b"=") else { return Some(rest) };
    let value = value.trim_ascii_start();
    match value.first()? {
        quote @ (b'"' | b'\'') => {
            let length = value[1..].iter().position(|byte| byte == quote)?;
            Some(&value[length + 2..])
        }
        _ => {
            let bare = |byte: &u8| !byte.is_ascii_whitespace() && !b"\"'=<>`".contains(byte);
            let length = value.iter().take_while(|byte| bare(byte)).count();
            (length > 0).then(|| &value[length..])
        }
    }
}
