//! Code toggles: fenced blocks that `<!--code-toggle-->` joins.

use std::ops::Range;

use super::item::{CodeBlock, Fault};
use super::markdown::{Facts, Leaf, LeafKind};
use super::text::{Excerpt, Line};

/// The blocks of every toggle, and a fault for every mark that joins nothing.
pub(super) fn toggles(
    text: &str,
    lines: &[Line],
    facts: &Facts,
) -> (Vec<Vec<CodeBlock>>, Vec<Fault>) {
    let leaves = &facts.leaves;
    let mut toggles: Vec<Vec<CodeBlock>> = Vec::new();
    let mut faults: Vec<_> =
        facts.stray_marks.iter().map(|span| stray(text, span.clone())).collect();
    for (index, leaf) in leaves.iter().enumerate() {
        let LeafKind::Mark { alone } = leaf.kind else { continue };
        let before = index.checked_sub(1).and_then(|before| fence(leaves, before, leaf.container));
        let after = fence(leaves, index + 1, leaf.container);
        let (true, Some(before), Some(after)) = (alone, before, after) else {
            faults.push(stray(text, leaf.span.clone()));
            continue;
        };
        let (before, after) = (code_block(text, lines, before), code_block(text, lines, after));
        match toggles.last_mut() {
            Some(toggle) if toggle.last().is_some_and(|last| last.span == before.span) => {
                toggle.push(after);
            }
            _ => toggles.push(vec![before, after]),
        }
    }
    (toggles, faults)
}

/// The fenced block with this index, if it stands in `container`.
fn fence(leaves: &[Leaf], index: usize, container: usize) -> Option<(&Leaf, &str)> {
    let leaf = leaves.get(index).filter(|leaf| leaf.container == container)?;
    match &leaf.kind {
        LeafKind::Fence(info) => Some((leaf, info)),
        _ => None,
    }
}

fn code_block(text: &str, lines: &[Line], (leaf, info): (&Leaf, &str)) -> CodeBlock {
    let line = &lines[super::text::line_of(lines, leaf.span.start)];
    // With its indentation, which the lines below share.
    let blank = text.get(line.content..leaf.span.start).is_some_and(|gap| gap.trim().is_empty());
    let start = if blank { line.content } else { leaf.span.start };
    let source = Excerpt::cut(text, start..leaf.span.end, lines).text;
    let trimmed = source.trim_end_matches('\n').len();
    let end = leaf.span.start + text[leaf.span.clone()].trim_end_matches(['\r', '\n']).len();
    let source = source[..trimmed].to_owned();
    let span = leaf.span.start..end;
    CodeBlock { info: info.to_owned(), source, markdown: text[span.clone()].to_owned(), span }
}

fn stray(text: &str, span: Range<usize>) -> Fault {
    let trimmed = text[span.clone()].trim_end().len();
    Fault {
        span: span.start..span.start + trimmed,
        message: "`<!--code-toggle-->` joins two fenced blocks, and one is missing".to_owned(),
        hint: "put it between two blocks of fenced code, on a line of its own".to_owned(),
    }
}
