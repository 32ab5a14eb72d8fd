//! Theorem-like blocks: quotes whose first line is `> [!THEOREM] Title {#thm-x}`.
//!
//! The block's lines leave the quote: the head's line becomes the opening HTML, `> ` is taken off
//! every further line, and the closing tag comes behind the last one. What is in between is
//! markdown as ever, at the place where the quote stood.

use std::ops::Range;

use super::containers::ContainerKind;
use super::cursor::Cursor;
use super::item::{Context, Fault, Fold, Item, ItemKind, TheoremKind, TheoremLike};
use super::layout::{BlockKind, Layout};
use super::markdown::{Facts, LeafKind, holding};
use super::text::{Excerpt, Line, LineKind, line_of};

/// The mark of a theorem-like block, as the first thing in its quote.
pub(super) struct Head {
    /// The quote.
    pub(super) container: usize,
    /// Where its `>` stands.
    pub(super) marker: usize,
    /// The bytes of `[!PROOF]-`.
    pub(super) mark: Range<usize>,
    kind: TheoremKind,
    fold: Option<Fold>,
}

/// The head that follows a quote's `>`, which stands at `marker`.
pub(super) fn head(mut cursor: Cursor<'_>, marker: usize, container: usize) -> Option<Head> {
    if cursor.skip_columns(4) == 4 {
        return None;
    }
    let Mark::Ours { kind, fold, length } = mark(cursor.rest()) else { return None };
    Some(Head { container, marker, mark: cursor.at..cursor.at + length, kind, fold })
}

/// What stands in `[!…]` at the start of a line.
enum Mark {
    Ours {
        kind: TheoremKind,
        fold: Option<Fold>,
        length: usize,
    },
    /// One of ours, with something directly behind it.
    Crowded(TheoremKind, usize),
    /// Some word in capitals.
    Other(usize),
    None,
}

fn mark(rest: &[u8]) -> Mark {
    let Some(word) = rest.strip_prefix(b"[!") else { return Mark::None };
    let letters = word.iter().take(32).take_while(|byte| byte.is_ascii_uppercase()).count();
    if letters == 0 || word.get(letters) != Some(&b']') {
        return Mark::None;
    }
    let length = letters + 3;
    let name = std::str::from_utf8(&word[..letters]).unwrap_or_default();
    let Some(kind) = TheoremKind::from_mark(name) else { return Mark::Other(length) };
    let (fold, length) = match rest.get(length) {
        Some(b'-') => (Some(Fold::Closed), length + 1),
        Some(b'+') => (Some(Fold::Open), length + 1),
        _ => (None, length),
    };
    match rest.get(length) {
        None | Some(b' ' | b'\t') => Mark::Ours { kind, fold, length },
        // A link.
        Some(b'(' | b'[' | b':') if fold.is_none() => Mark::None,
        Some(_) => Mark::Crowded(kind, length),
    }
}

/// The pieces of the theorem-like blocks of a lesson, and what is wrong with these.
#[derive(Default)]
pub(super) struct Found {
    pub(super) items: Vec<Item>,
    pub(super) faults: Vec<Fault>,
}

/// Finds the pieces of every theorem-like block.
pub(super) fn theorems(text: &str, layout: &Layout, facts: &Facts) -> Found {
    let mut pass = Pass { text, layout, facts, found: Found::default() };
    let mut closing = Vec::new();
    let mut lines = Vec::new();
    for block in &layout.blocks {
        let BlockKind::Head(head) = &block.kind else { continue };
        let first = line_of(&layout.lines, head.mark.start);
        let end = pass.end(head, first);
        if !pass.ends(head, first, end) {
            continue;
        }
        let theorem = pass.open(head, first);
        closing.push(pass.closing(head, end, theorem));
        lines.push(first..end);
    }
    // The inner ones close first.
    pass.found.items.extend(closing.into_iter().rev());
    pass.unquote(&lines);
    pass.marks_elsewhere();
    pass.found
}

struct Pass<'a> {
    text: &'a str,
    layout: &'a Layout,
    facts: &'a Facts,
    found: Found,
}

impl Pass<'_> {
    /// The line after the block whose head is on the line `first`.
    fn end(&self, head: &Head, first: usize) -> usize {
        let is_inside = |line: &&Line| self.layout.is_within(line.container, head.container);
        first + 1 + self.layout.lines[first + 1..].iter().take_while(is_inside).count()
    }

    /// Whether a block holds something, and markdown sees its end there too.
    fn ends(&mut self, head: &Head, first: usize, end: usize) -> bool {
        let lines = &self.layout.lines;
        let filled = |last: usize| {
            (first + 1..=last).rev().find(|&index| lines[index].kind != LineKind::Blank)
        };
        let Some(last) = filled(end - 1) else {
            let message = format!("this `{}` is empty", head.kind.mark());
            self.fault(head.mark.clone(), message, "begin each line of it with `> `");
            return false;
        };
        let seen = holding(&self.facts.quotes, head.mark.start)
            .map(|quote| line_of(lines, quote.end.max(quote.start + 1) - 1));
        let (seen, line) = (seen.and_then(|seen| filled(seen.min(lines.len() - 1))), &lines[last]);
        if seen != Some(last) {
            let message = format!("it is not clear where this `{}` ends", head.kind.mark());
            let hint = "begin each line of it with `> `, and put an empty line behind it";
            self.fault(head.mark.clone(), message, hint);
            return false;
        }
        let innermost = self.layout.theorem_of(line.container) == Some(head.container);
        if innermost && (line.open || self.in_open_fence(line)) {
            let message = "code or HTML in this block has no end".to_owned();
            self.fault(head.mark.clone(), message, "close it before the block's last line ends");
        }
        true
    }

    /// Whether markdown sees fenced code on `line` that does not end there.
    fn in_open_fence(&self, line: &Line) -> bool {
        let leaves = &self.facts.leaves;
        let after = leaves.partition_point(|leaf| leaf.span.start < line.end);
        let Some(leaf) = after.checked_sub(1).map(|last| &leaves[last]) else { return false };
        if !matches!(leaf.kind, LeafKind::Fence(_)) || leaf.span.end <= line.content {
            return false;
        }
        let opening = self.text[leaf.span.clone()].trim_start().as_bytes();
        let mark = opening.first().copied().unwrap_or(b'`');
        let length = opening.iter().take_while(|byte| **byte == mark).count();
        // With a tab behind it, pulldown-cmark does not take a fence for the end.
        let last = self.text[line.start..line.end].trim_start_matches([' ', '\t', '>']);
        let last = last.trim_end_matches(' ').as_bytes();
        let closed = last.len() >= length && last.iter().all(|byte| *byte == mark);
        !closed || leaf.span.start >= line.start
    }

    /// The pieces of the head's line.
    fn open(&mut self, head: &Head, first: usize) -> TheoremLike {
        let line = &self.layout.lines[first];
        let rest = head.mark.end..line.end;
        let (title, id) = self.title_and_id(rest);
        let excerpt = |range| Excerpt::cut(self.text, range, &self.layout.lines);
        let theorem = TheoremLike {
            kind: head.kind,
            fold: head.fold,
            id: id.map(excerpt),
            title: (!title.is_empty()).then(|| excerpt(title.clone())),
        };
        let before = first.checked_sub(1).and_then(|before| self.layout.lines.get(before));
        let parent = self.layout.containers[head.container].parent;
        let context = Context {
            needs_blank_before: before
                .is_some_and(|line| line.is_text() && line.container == parent),
            ..self.context(head.container)
        };
        if title.is_empty() {
            let kind = ItemKind::TheoremOpen(theorem.clone());
            self.found.items.push(Item { span: head.marker..line.end, context, kind });
        } else {
            let kind = ItemKind::TheoremOpen(theorem.clone());
            let end = Context { needs_blank_before: false, ..context.clone() };
            self.found.items.push(Item { span: head.marker..title.start, context, kind });
            let kind = ItemKind::TheoremTitleEnd(theorem.clone());
            self.found.items.push(Item { span: title.end..line.end, context: end, kind });
        }
        theorem
    }

    /// Where the title and the id lie in what follows the mark.
    fn title_and_id(&mut self, rest: Range<usize>) -> (Range<usize>, Option<Range<usize>>) {
        let text = &self.text[rest.clone()];
        let hint =
            "an id stands at the end of its line: `{#thm-x}`, of letters, digits, `-`, `_` and `:`";
        let mut title = text.len();
        let mut id = None;
        for (at, _) in text.match_indices("{#") {
            let place = rest.start + at;
            let length = text[at..].find('}').map(|end| end + 1);
            let last = length.is_some_and(|length| text[at + length..].trim().is_empty());
            let inside = holding(&self.facts.opaque, place).is_some()
                || self.facts.formulas.iter().any(|formula| formula.span.contains(&place));
            let name = length.map_or("", |length| &text[at + 2..at + length - 1]);
            match length {
                _ if inside => {}
                Some(length) if last => {
                    title = at;
                    let name_at = place + 2..place + length - 1;
                    if is_id(name) {
                        id = Some(name_at);
                    } else {
                        let message = "this is no id".to_owned();
                        self.fault(place..place + length, message, hint);
                    }
                }
                Some(length) if is_id(name) => {
                    let message = "an id stands in the middle of the line".to_owned();
                    self.fault(place..place + length, message, hint);
                }
                None if !text[at + 2..].contains("{#") => {
                    self.fault(place..place + 2, "this id is not closed".to_owned(), hint);
                }
                _ => {}
            }
        }
        let mut inner = text[..title].trim_end();
        // A backslash at the end would escape what comes behind the title.
        if inner.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1 {
            inner = inner[..inner.len() - 1].trim_end();
        }
        let blank = inner.len() - inner.trim_start().len();
        (rest.start + blank..rest.start + inner.len(), id)
    }

    /// The closing tag comes behind the line before `end`.
    fn closing(&self, head: &Head, end: usize, theorem: TheoremLike) -> Item {
        let lines = &self.layout.lines;
        let parent = self.layout.containers[head.container].parent;
        let after = lines.get(end).filter(|line| line.kind != LineKind::Blank);
        let context = Context {
            needs_blank_after: after
                .is_some_and(|line| self.layout.is_within(line.container, parent)),
            ..self.context(head.container)
        };
        let at = lines[end - 1].end;
        Item { span: at..at, context, kind: ItemKind::TheoremClose(theorem) }
    }

    fn context(&self, container: usize) -> Context {
        let prefix = self.layout.prefix(container);
        Context { own_block: true, prefix, ..Context::default() }
    }

    /// Takes every line of a block out of its quote; `blocks` are ranges of lines.
    fn unquote(&mut self, blocks: &[Range<usize>]) {
        let mut next = 0;
        let markers: Vec<(usize, usize)> = self.heads().collect();
        for block in blocks {
            for index in block.start.max(next)..block.end {
                let line = &self.layout.lines[index];
                let head = markers.binary_search_by_key(&index, |&(line, _)| line);
                let end = match head {
                    Ok(head) => markers[head].1,
                    Err(_) => line.indentation_end(self.text.as_bytes()),
                };
                let unquoting = self.layout.unquoting(self.text.as_bytes(), index, end);
                self.found.items.extend(unquoting.map(|unquoting| Item {
                    span: unquoting.span,
                    context: Context::default(),
                    kind: ItemKind::Unquote(unquoting.text),
                }));
            }
            next = next.max(block.end);
        }
    }

    /// The line of each head, and where its `>` stands.
    fn heads(&self) -> impl Iterator<Item = (usize, usize)> {
        self.layout.blocks.iter().filter_map(|block| match &block.kind {
            BlockKind::Head(head) => {
                Some((line_of(&self.layout.lines, head.mark.start), head.marker))
            }
            _ => None,
        })
    }

    /// Marks that open no block: within a quote, misspelt, or with a title directly behind them.
    fn marks_elsewhere(&mut self) {
        for line in &self.layout.lines {
            let quoted = matches!(
                self.layout.containers[line.container].kind,
                ContainerKind::Quote | ContainerKind::Theorem
            );
            let at = line.indentation_end(self.text.as_bytes());
            if !quoted || !line.is_text() || holding(&self.facts.opaque, at).is_some() {
                continue;
            }
            let first = line.opens;
            match mark(&self.text.as_bytes()[at..line.end]) {
                Mark::Ours { kind, length, .. } if !first => {
                    let message = format!("`{}` does not open its quote", kind.mark());
                    let hint = "put it on the first line of a quote of its own: an empty line ends \
                                the quote before it, and `> >` opens one within another";
                    self.fault(at..at + length, message, hint);
                }
                Mark::Crowded(kind, length) if first => {
                    let message = format!("something stands directly behind `{}`", kind.mark());
                    self.fault(at..at + length, message, "put a space between them");
                }
                Mark::Other(length) if first => {
                    let name = &self.text[at + 2..at + length - 1];
                    if let Some(kind) = TheoremKind::ALL.into_iter().find(|kind| near(name, *kind))
                    {
                        let message = format!("`[!{name}]` opens no block");
                        let hint = format!("did you mean `{}`?", kind.mark());
                        self.fault(at..at + length, message, &hint);
                    }
                }
                _ => {}
            }
        }
    }

    fn fault(&mut self, span: Range<usize>, message: String, hint: &str) {
        self.found.faults.push(Fault { span, message, hint: hint.to_owned() });
    }
}

/// Whether `text` is made of what ids are made of.
pub(super) fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":_-".contains(&byte))
}

/// Whether `name` is a slip of the pen for the mark of `kind`.
fn near(name: &str, kind: TheoremKind) -> bool {
    let meant = kind.mark();
    let meant = &meant[2..meant.len() - 1];
    let slips = if meant.len() < 8 { 1 } else { 2 };
    name.as_bytes().first() == meant.as_bytes().first()
        && strsim::osa_distance(name, meant) <= slips
}
