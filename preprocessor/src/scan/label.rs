//! `\label{eq-x}` in a formula: the name by which `[[ref eq-x]]` finds it.

use std::ops::Range;

use super::item::{Fault, Label};
use super::text::Excerpt;
use super::theorem::is_id;

/// The label of a formula, and what is wrong with labels in it.
pub(super) fn label(tex: &Excerpt, display: bool) -> (Option<Label>, Vec<Fault>) {
    let mut faults = Vec::new();
    let mut fault = |range: Range<usize>, message: &str, hint: &str| {
        let (message, hint) = (message.to_owned(), hint.to_owned());
        faults.push(Fault { span: tex.part(range).span, message, hint });
    };
    let mut found: Option<Label> = None;
    let mut tag = None;
    for command in commands(&tex.text) {
        let name = &tex.text[command.clone()];
        if name == "\\tag" {
            tag = Some(command);
            continue;
        } else if name != "\\label" {
            continue;
        }
        let rest = &tex.text[command.end..];
        let brace = rest.len() - rest.trim_start().len();
        let end = rest[brace..].strip_prefix('{').and_then(|inner| inner.find('}'));
        let id = end.map_or("", |end| &rest[brace + 1..brace + 1 + end]);
        if !is_id(id) {
            let hint = "write `\\label{eq-x}`, with letters, digits, `-`, `_` and `:`";
            fault(command, "this label has no name", hint);
            continue;
        }
        let in_tex = command.start..command.end + brace + id.len() + 2;
        if !display {
            let hint = "display the formula with `$$`, or take the label out";
            fault(in_tex, "a formula in a line of text has no number to refer to", hint);
        } else if found.is_some() {
            let hint = "make two formulas of it, or refer to the whole";
            fault(in_tex, "a second label in one formula", hint);
        } else {
            let span = tex.part(in_tex.clone()).span;
            found = Some(Label { id: id.to_owned(), in_tex, span });
        }
    }
    if let (Some(tag), Some(_)) = (tag, &found) {
        let hint = "take out `\\tag`, or the label";
        fault(tag, "a formula with a label gets its number by itself", hint);
    }
    (found, faults)
}

/// The ranges of the control words of `tex`, outside of comments and `\verb`.
fn commands(tex: &str) -> Vec<Range<usize>> {
    let bytes = tex.as_bytes();
    let mut commands = Vec::new();
    let mut at = 0;
    while let Some(offset) = bytes[at..].iter().position(|byte| matches!(byte, b'\\' | b'%')) {
        at += offset;
        if bytes[at] == b'%' {
            at += bytes[at..].iter().take_while(|byte| **byte != b'\n').count();
            continue;
        }
        let letters = bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let end = at + 1 + letters;
        if &bytes[at..end] == b"\\verb" {
            at = end_of_verb(bytes, end);
        } else {
            commands.extend((letters > 0).then_some(at..end));
            at = if letters == 0 { (at + 2).min(bytes.len()) } else { end };
        }
    }
    commands
}

/// Where `\verb|…|` ends whose delimiter stands at `at`, perhaps behind a star.
fn end_of_verb(bytes: &[u8], at: usize) -> usize {
    let at = if bytes.get(at) == Some(&b'*') { at + 1 } else { at };
    let Some(mark) = bytes.get(at) else { return at };
    let inner = bytes[at + 1..].iter().take_while(|byte| *byte != mark).count();
    (at + 2 + inner).min(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::super::{ItemKind, Math, Options, scan};

    /// The label's name with the TeX that is left, and where the faults are.
    #[track_caller]
    fn check(text: &str, expected: Option<(&str, &str)>, faults: &[&str]) {
        let found = scan(text, Options { math: true });
        let is_math = |kind: &ItemKind| matches!(kind, ItemKind::Math(_));
        let item = found.items.into_iter().find(|item| is_math(&item.kind));
        let label = item.and_then(|item| match item.kind {
            ItemKind::Math(Math { tex, label: Some(label), .. }) => {
                let whole = text[label.span.clone()].replace("\n> ", "\n");
                assert_eq!(&tex.text[label.in_tex.clone()], whole);
                let mut rest = tex.text;
                rest.replace_range(label.in_tex.clone(), &label.tag(Some("4.2")));
                Some((label.id, rest))
            }
            _ => None,
        });
        let label = label.as_ref().map(|(id, rest)| (id.as_str(), rest.as_str()));
        assert_eq!(label, expected, "{text}");
        let places: Vec<&str> =
            found.faults.iter().map(|fault| &text[fault.span.clone()]).collect();
        assert_eq!(places, faults, "{text}");
    }

    #[test]
    fn labels_of_displayed_formulas() {
        check("$$x \\label{eq-x}$$", Some(("eq-x", "x \\tag{4.2}")), &[]);
        check("so $$\\label {a:B_1} x$$.", Some(("a:B_1", "\\tag{4.2} x")), &[]);
        check("> $$\n> x\n> \\label\n> {e}\n> $$", Some(("e", "\nx\n\\tag{4.2}\n")), &[]);
        check(
            "$$\\begin{aligned} a &= \\ä \\\\\\label{e} b \\end{aligned}$$",
            Some(("e", "\\begin{aligned} a &= \\ä \\\\\\tag{4.2} b \\end{aligned}")),
            &[],
        );
    }

    #[test]
    fn labels_that_are_none() {
        check("`\\label{x}` \\label{x}\n\n    $$\\label{x}$$", None, &[]);
        check("$$x % \\label{x}\n\\% \\\\label{x} \\verb*|\\label{x}| \\labels{x}$$", None, &[]);
        check("$$\\verb$$ $$x \\tag{1}$$ $$x \\verb|$$ $$x\\\\$$", None, &[]);
    }

    #[test]
    fn faults() {
        check("$x\\label{a}$", None, &["\\label{a}"]);
        check("$$\\label{a} \\label{b}$$", Some(("a", "\\tag{4.2} \\label{b}")), &["\\label{b}"]);
        check("$$x\\label{} y\\label{ä} z\\label a$$", None, &["\\label", "\\label", "\\label"]);
        check("$$x \\tag{1} \\label{a}$$", Some(("a", "x \\tag{1} \\tag{4.2}")), &["\\tag"]);
    }
}
