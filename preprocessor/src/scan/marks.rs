//! What the first characters of a line say about the block on it (CommonMark 0.31,
//! chapters 4 and 5, with the extensions that mdBook switches on).

use super::html::html_block;
use super::layout::Leaf;

/// The leaf block other than a paragraph that `rest` opens, as it is after this line.
pub(super) fn plain_block(rest: &[u8], interrupts: bool) -> Option<Leaf> {
    if let Some(end) = html_block(rest, interrupts) {
        return Some(if end.is_on(rest) { Leaf::None } else { Leaf::Html(end) });
    }
    if is_rule(rest) || is_heading(rest) {
        return Some(Leaf::None);
    }
    let mark = *rest.first()?;
    let length = run(rest, mark);
    let fence = match mark {
        b'`' => length >= 3 && !rest[length..].contains(&b'`'),
        b'~' => length >= 3,
        _ => false,
    };
    fence.then_some(Leaf::Fence { mark, length })
}

/// `---`, `***`, `___`, with white space between.
pub(super) fn is_rule(rest: &[u8]) -> bool {
    let Some(&mark) = rest.first() else { return false };
    matches!(mark, b'-' | b'*' | b'_')
        && rest.iter().filter(|byte| **byte == mark).count() >= 3
        && rest.iter().all(|byte| *byte == mark || matches!(byte, b' ' | b'\t'))
}

/// The underline of a heading, `===` or `---`.
pub(super) fn is_setext(rest: &[u8]) -> bool {
    let Some(&mark) = rest.first() else { return false };
    matches!(mark, b'=' | b'-') && rest[run(rest, mark)..].trim_ascii().is_empty()
}

fn is_heading(rest: &[u8]) -> bool {
    let level = run(rest, b'#');
    (1..=6).contains(&level) && rest.get(level).is_none_or(|byte| matches!(byte, b' ' | b'\t'))
}

/// The length of a list item's marker and the number on it, if it has one.
pub(super) fn list_marker(rest: &[u8]) -> Option<(usize, Option<u64>)> {
    if matches!(rest.first()?, b'-' | b'+' | b'*') {
        return Some((1, None));
    }
    let digits = rest.iter().take(10).take_while(|byte| byte.is_ascii_digit()).count();
    let delimited = matches!(rest.get(digits)?, b'.' | b')');
    let number = std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()?;
    (digits <= 9 && delimited).then_some((digits + 1, Some(number)))
}

/// The length of `[^label]:` and the white space behind it.
pub(super) fn footnote_marker(rest: &[u8]) -> Option<usize> {
    let label = rest.strip_prefix(b"[^")?;
    let length = label.iter().position(|byte| matches!(byte, b'[' | b']'))?;
    let after = label[length..].strip_prefix(b"]:")?;
    let space = after.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    (length > 0).then_some(length + 4 + space)
}

/// `[!NOTE]` and the other alerts, as the rest of a quote's first line.
pub(super) fn is_alert(rest: &[u8]) -> bool {
    const ALERTS: [&str; 5] = ["[!note]", "[!tip]", "[!important]", "[!warning]", "[!caution]"];
    let rest = rest.trim_ascii();
    ALERTS.iter().any(|alert| rest.eq_ignore_ascii_case(alert.as_bytes()))
}

/// `[ ]` and nothing else: the item of a task list, which is an empty one.
pub(super) fn is_task(rest: &[u8]) -> bool {
    matches!(rest.trim_ascii(), [b'[', b' ' | b'x' | b'X', b']'])
}

/// The second row of a table, `--|--`.
pub(super) fn is_table_delimiter(rest: &[u8]) -> bool {
    rest.contains(&b'|')
        && rest.contains(&b'-')
        && rest.iter().all(|byte| matches!(byte, b'|' | b'-' | b':' | b' ' | b'\t'))
}

fn run(rest: &[u8], mark: u8) -> usize {
    rest.iter().take_while(|byte| **byte == mark).count()
}
