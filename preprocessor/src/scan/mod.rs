//! Finds directives, formulas and code toggles in a lesson, each with the bytes it
//! stands on, so that replacements can be spliced in and all other bytes stay.
//!
//! 1. `layout` lays out the lines and finds what stands on lines of its own: display
//!    formulas and block directives. They are blocks like fenced code: nothing in
//!    them is markdown.
//! 2. `markdown` asks pulldown-cmark about a copy of the lesson in which each of these
//!    is one long thematic break: what is code or HTML, what is a formula, a heading,
//!    a table. A block that turns out to lie in code is none, and step 1 is repeated.
//!    The head of a theorem-like block (`> [!THEOREM] Title`) is a heading there, so that its line
//!    is a block of its own and its title is text.
//! 3. `[[` is searched in the lesson itself, outside of code, HTML and formulas.
//!
//! # What is a formula
//! - `$…$` as pulldown-cmark reads it: no white space inside next to a dollar, not in
//!   code. `$5-$10` is money, `$HOME:$PATH` a shell's; `dollars::is_plain` has the rules.
//! - `$$…$$` in a line of text, and on lines of its own. A line that begins with a bare
//!   `$$`, or one before TeX (a command, `^`, `_{`), opens a block that may hold anything,
//!   blank lines too; that nothing closes it is a fault. Any other `$$` (a shell's process id)
//!   is text unless a second one follows in its paragraph.
//! - Nothing in an image's description, which is plain text to a browser.

mod containers;
mod cursor;
mod directive;
mod dollars;
mod edited;
mod formula;
mod html;
mod item;
mod label;
mod layout;
mod markdown;
mod marks;
#[cfg(test)]
mod properties;
mod search;
#[cfg(test)]
mod tests;
mod text;
mod theorem;
#[cfg(test)]
mod theorem_tests;
mod toggle;

use std::ops::Range;

pub use edited::Edited;
pub use item::{
    CodeBlock, Context, Directive, Fault, Fold, Item, ItemKind, Keyword, Label, Math, MathValue,
    Options, Scan, TheoremKind, TheoremLike,
};
pub use text::Excerpt;

use layout::{Block, BlockKind, Layout, layout};
use markdown::{Facts, facts, holding};

/// How often pulldown-cmark is asked, each time without the blocks that it sees in code
/// and without the dollars that it takes for a formula's and that are none.
const ROUNDS: usize = 6;

/// Finds everything in `text` that is to be replaced, and what is wrong with it.
pub fn scan(text: &str, options: Options) -> Scan {
    let (layout, facts) = agree(text, options.math);
    search::search(text, &layout, &facts)
}

/// The stretches of `text` that are words to a reader: no code, no HTML, no formula, no directive.
pub fn prose(text: &str, options: Options) -> Vec<Range<usize>> {
    let found = scan(text, options);
    let (_, facts) = agree(text, options.math);
    let mut taken = facts.opaque;
    taken.extend(found.items.into_iter().map(|item| item.span));
    taken.sort_by_key(|range| range.start);
    let mut prose = Vec::new();
    let mut from = text::mark_length(text);
    for range in taken {
        if range.start > from {
            prose.push(from..range.start);
        }
        from = from.max(range.end);
    }
    if from < text.len() {
        prose.push(from..text.len());
    }
    prose
}

/// The layout of a lesson and the facts about it, which agree on what is code.
fn agree(text: &str, math: bool) -> (Layout, Facts) {
    let base = text::mark_length(text);
    let read = |masked: &str| facts(masked.get(base..).unwrap_or(""), base, math);
    let mut veto = Vec::new();
    let mut plain = Vec::new();
    let mut found = layout(text, math, &veto);
    if found.blocks.iter().any(|block| block.interrupts) {
        // In the middle of a paragraph, inline code or a comment may go over several lines.
        let sure = found.blocks.iter().filter(|block| !block.interrupts);
        let before = read(&mask(text, sure, &plain));
        veto.extend(starts(&found, |block| {
            let at = block.span.start;
            block.interrupts && holding(&before.inline, at).is_some_and(|range| range.start < at)
        }));
        if !veto.is_empty() {
            found = layout(text, math, &veto);
        }
    }
    let mut round = 1;
    loop {
        let mut facts = read(&mask(text, found.blocks.iter(), &plain));
        let wrong = starts(&found, |block| !stands(block, &facts));
        let dollars = facts.formulas.iter().filter_map(|formula| formula.plain_dollars(text));
        let dollars: Vec<_> = dollars.collect();
        if round == ROUNDS || wrong.is_empty() && dollars.is_empty() {
            found.blocks.retain(|block| stands(block, &facts));
            let heads = starts(&found, |block| matches!(block.kind, BlockKind::Head(_)));
            facts.headings.retain(|heading| heads.binary_search(&heading.span.start).is_err());
            return (found, facts);
        }
        plain.extend(dollars);
        if !wrong.is_empty() {
            veto.extend(wrong);
            veto.sort_unstable();
            found = layout(text, math, &veto);
        }
        round += 1;
    }
}

fn starts(layout: &Layout, chosen: impl Fn(&Block) -> bool) -> Vec<usize> {
    layout.blocks.iter().filter(|block| chosen(block)).map(|block| block.span.start).collect()
}

/// Whether pulldown-cmark sees the mask of `block` as what it is meant to be.
fn stands(block: &Block, facts: &Facts) -> bool {
    let at = block.span.start;
    if let BlockKind::Head(_) = block.kind {
        facts.headings.binary_search_by_key(&at, |heading| heading.span.start).is_ok()
    } else if block.own {
        facts.rules.binary_search(&at).is_ok()
    } else {
        holding(&facts.opaque, at).is_none()
    }
}

/// A copy of `text`, equally long, in which each of `blocks` is one line: a thematic
/// break where it fills its lines (a block that interrupts a paragraph and holds
/// nothing), a heading where it is the head of a theorem-like block, else a word. The dollars in `plain` are letters.
fn mask<'a>(text: &str, blocks: impl Iterator<Item = &'a Block>, plain: &[Range<usize>]) -> String {
    let mut masked = text.as_bytes().to_vec();
    for dollars in plain {
        masked[dollars.clone()].fill(b'x');
    }
    for block in blocks {
        masked[block.span.clone()].fill(if block.own { b'_' } else { b'x' });
        if let BlockKind::Head(_) = block.kind {
            masked[block.span.start..][..2].copy_from_slice(b"# ");
        }
    }
    String::from_utf8(masked).unwrap_or_default()
}
