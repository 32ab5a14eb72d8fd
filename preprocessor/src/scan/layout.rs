//! The block structure of a lesson, line by line: containers (quotes, list items,
//! definitions, footnotes), code, HTML, and two blocks that markdown does not know:
//! a display formula and a block directive on a line of its own. Both open and
//! close as a fenced block does, so nothing inside them is markdown.
//!
//! pulldown-cmark decides what is code and what is HTML; this pass only has to know
//! enough to find these two kinds of block, and `scan` checks each against it.

use std::ops::Range;

use super::containers::{Container, ContainerKind};
use super::cursor::Cursor;
use super::directive::{self, Opening, Parsed};
use super::formula::Place;
use super::html::HtmlEnd;
use super::marks::{
    footnote_marker, is_alert, is_rule, is_setext, is_table_delimiter, is_task, list_marker,
    plain_block,
};
use super::text::{Line, LineKind, mark_length};
use super::theorem::{self, Head};

/// Containers nested deeper than this are not looked into.
const DEEPEST: usize = 64;

/// The lines of a lesson and the blocks of our own on them.
pub(super) struct Layout {
    pub(super) lines: Vec<Line>,
    pub(super) blocks: Vec<Block>,
    /// Where a `$$` opens a formula that nothing closes.
    pub(super) unclosed: Vec<usize>,
    /// The first one is the lesson.
    pub(super) containers: Vec<Container>,
}

/// A display formula, a block directive, or the mark of a theorem-like block.
pub(super) struct Block {
    pub(super) span: Range<usize>,
    pub(super) kind: BlockKind,
    /// Whether it fills its lines; else it stands in a paragraph.
    pub(super) own: bool,
    /// Whether the line before it belongs to a paragraph.
    pub(super) interrupts: bool,
}

/// Which of them a block is.
pub(super) enum BlockKind {
    Formula,
    Directive(Parsed),
    Head(Head),
}

/// The innermost block that a line may continue.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaf {
    None,
    Paragraph,
    Fence { mark: u8, length: usize },
    Html(HtmlEnd),
}

/// Lays out `text`. Where an offset is in `veto` (sorted), no block of ours begins.
pub(super) fn layout(text: &str, math: bool, veto: &[usize]) -> Layout {
    let mut pass = Pass {
        text,
        bytes: text.as_bytes(),
        math,
        veto,
        stack: Vec::new(),
        leaf: Leaf::None,
        odd_dollars: false,
        table: false,
        empty_item: false,
        definable: None,
        layout: Layout {
            lines: Vec::new(),
            blocks: Vec::new(),
            unclosed: Vec::new(),
            containers: vec![Container { parent: 0, kind: ContainerKind::Lesson, first_line: 0 }],
        },
    };
    let mut at = mark_length(text);
    while at < text.len() {
        at = pass.line(at);
    }
    pass.layout
}

/// The end of the line that starts at `start`, and the start of the next one.
pub(super) fn line_end(bytes: &[u8], start: usize) -> (usize, usize) {
    let rest = &bytes[start..];
    match rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
        Some(length) if rest[length..].starts_with(b"\r\n") => (start + length, start + length + 2),
        Some(length) => (start + length, start + length + 1),
        None => (bytes.len(), bytes.len()),
    }
}

pub(super) struct Pass<'a> {
    text: &'a str,
    pub(super) bytes: &'a [u8],
    pub(super) math: bool,
    pub(super) veto: &'a [usize],
    /// The open containers, outermost first: indices into `layout.containers`.
    pub(super) stack: Vec<usize>,
    leaf: Leaf,
    /// Whether the open paragraph holds a `$$` of which we do not know the other one.
    pub(super) odd_dollars: bool,
    /// Whether the open paragraph is a table.
    table: bool,
    /// Whether the innermost item's first line was empty.
    empty_item: bool,
    /// The container in which a `: definition` may follow.
    definable: Option<usize>,
    pub(super) layout: Layout,
}

/// The line that is being read.
struct Current {
    start: usize,
    next: usize,
    /// How many of the open containers it continues.
    matched: usize,
    opens: bool,
}

impl<'a> Pass<'a> {
    /// Reads the line at `start`, or the whole block of ours that begins on it, and
    /// returns the start of the line after it.
    fn line(&mut self, start: usize) -> usize {
        let (end, next) = line_end(self.bytes, start);
        let mut cursor = Cursor::new(self.bytes, start, end);
        let matched = self.continue_containers(&mut cursor, self.stack.len());
        let mut line = Current { start, next, matched, opens: false };
        if matched == self.stack.len() {
            if self.continue_leaf(&cursor) {
                let next = self.record(&line, &cursor, LineKind::Other);
                self.layout.lines.last_mut().into_iter().for_each(|line| line.verbatim = true);
                return next;
            }
        } else if self.leaf != Leaf::Paragraph {
            self.leaf = Leaf::None;
        }
        if cursor.is_blank() {
            return self.blank(&line, &cursor);
        }
        if self.open_containers(&mut line, &mut cursor) {
            return self.record(&line, &cursor, LineKind::Other);
        }
        if line.opens && cursor.is_blank() {
            self.empty_item = self.in_item();
            return self.record(&line, &cursor, LineKind::Other);
        }
        self.empty_item = line.opens && self.in_item() && is_task(cursor.rest());
        let next = self.open_leaf(&line, cursor);
        if self.empty_item {
            self.leaf = Leaf::None;
        }
        next
    }

    fn in_item(&self) -> bool {
        matches!(self.layout.containers[self.top()].kind, ContainerKind::Item(_))
    }

    fn top(&self) -> usize {
        self.stack.last().copied().unwrap_or(0)
    }

    fn record(&mut self, line: &Current, cursor: &Cursor<'_>, kind: LineKind) -> usize {
        self.layout.lines.push(Line {
            start: line.start,
            content: cursor.at,
            end: cursor.end,
            container: self.top(),
            opens: line.opens,
            kind,
            verbatim: false,
            open: match self.leaf {
                Leaf::None | Leaf::Paragraph | Leaf::Html(HtmlEnd::Blank) => false,
                Leaf::Fence { .. } | Leaf::Html(_) => true,
            },
        });
        line.next
    }

    /// Takes the prefixes of the outermost `depth` containers; returns how many are there.
    pub(super) fn continue_containers(&self, cursor: &mut Cursor<'a>, depth: usize) -> usize {
        for (index, &container) in self.stack[..depth].iter().enumerate() {
            if !self.layout.containers[container].kind.take(cursor) {
                return index;
            }
        }
        depth
    }

    /// Whether the line belongs to the code or HTML that is open.
    fn continue_leaf(&mut self, cursor: &Cursor<'_>) -> bool {
        match self.leaf {
            Leaf::None | Leaf::Paragraph => false,
            Leaf::Fence { mark, length } => {
                let mut ahead = *cursor;
                let indented = ahead.skip_columns(4) == 4;
                let run = ahead.rest().iter().take_while(|byte| **byte == mark).count();
                let closes = !indented && run >= length && {
                    ahead.bump(run);
                    ahead.is_blank()
                };
                if closes {
                    self.leaf = Leaf::None;
                }
                true
            }
            Leaf::Html(HtmlEnd::Blank) if cursor.is_blank() => {
                self.leaf = Leaf::None;
                false
            }
            Leaf::Html(end) => {
                if end.is_on(cursor.rest()) {
                    self.leaf = Leaf::None;
                }
                true
            }
        }
    }

    fn blank(&mut self, line: &Current, cursor: &Cursor<'_>) -> usize {
        self.leaf = Leaf::None;
        let all = line.matched == self.stack.len();
        self.stack.truncate(line.matched);
        if std::mem::take(&mut self.empty_item) && all {
            self.stack.pop();
        }
        self.record(line, cursor, LineKind::Blank)
    }

    /// Closes what the line does not continue; what follows is a new block.
    fn close_unmatched(&mut self, line: &Current) {
        if !line.opens && line.matched < self.stack.len() {
            let closed = self.layout.containers[self.stack[line.matched]];
            let definition = matches!(closed.kind, ContainerKind::Definition(_));
            self.definable = definition.then_some(closed.parent);
            self.stack.truncate(line.matched);
        }
        self.leaf = Leaf::None;
    }

    /// Opens what begins on the line, and says whether that is the head of a theorem-like block,
    /// which takes the whole line.
    fn open_containers(&mut self, line: &mut Current, cursor: &mut Cursor<'a>) -> bool {
        while self.stack.len() < DEEPEST {
            let mut ahead = *cursor;
            let indent = ahead.skip_columns(4);
            if indent == 4 {
                return false;
            }
            let marker = ahead.at;
            let Some((kind, after)) = self.container_marker(line, ahead, indent) else {
                return false;
            };
            self.close_unmatched(line);
            if kind == ContainerKind::Footnote {
                let within = self.layout.containers[self.top()].kind;
                if within == ContainerKind::Footnote {
                    self.stack.pop();
                }
            }
            let head = match kind {
                ContainerKind::Quote => theorem::head(after, marker, self.layout.containers.len()),
                _ => None,
            };
            let head = head.filter(|head| self.veto.binary_search(&head.mark.start).is_err());
            let kind = if head.is_some() { ContainerKind::Theorem } else { kind };
            let first_line = self.layout.lines.len();
            self.layout.containers.push(Container { parent: self.top(), kind, first_line });
            self.stack.push(self.layout.containers.len() - 1);
            self.definable = None;
            line.opens = true;
            *cursor = after;
            if let Some(head) = head {
                self.empty_item = false;
                let (span, kind) = (head.mark.clone(), BlockKind::Head(head));
                self.layout.blocks.push(Block { span, kind, own: false, interrupts: false });
                return true;
            }
            if kind == ContainerKind::Quote && is_alert(cursor.rest()) {
                // `> [!NOTE]` counts as the first line of a paragraph: lazy lines follow.
                self.leaf = Leaf::Paragraph;
                self.odd_dollars = false;
                return false;
            }
        }
        false
    }

    /// The container that opens at `ahead`, behind `indent` columns, and what follows its marker.
    fn container_marker(
        &self,
        line: &Current,
        mut ahead: Cursor<'a>,
        indent: usize,
    ) -> Option<(ContainerKind, Cursor<'a>)> {
        let all = line.opens || line.matched == self.stack.len();
        let rest = ahead.rest();
        match rest.first()? {
            b'>' => {
                ahead.take(b'>');
                ahead.take_columns(1);
                Some((ContainerKind::Quote, ahead))
            }
            b'[' => {
                let length = footnote_marker(rest)?;
                ahead.bump(length);
                Some((ContainerKind::Footnote, ahead))
            }
            b':' if self.takes_definition(line) => {
                ahead.bump(1);
                let mut wide = ahead;
                let columns = if wide.take_columns(5) {
                    ahead.skip_columns(1)
                } else {
                    ahead.skip_columns(5)
                };
                Some((ContainerKind::Definition(indent + 1 + columns), ahead))
            }
            _ if is_rule(rest) => None,
            _ => {
                let (marker, number) = list_marker(rest)?;
                ahead.bump(marker);
                if ahead.is_blank() {
                    let may = !(self.leaf == Leaf::Paragraph && all);
                    return may.then_some((ContainerKind::Item(indent + marker + 1), ahead));
                }
                let interrupts = self.leaf == Leaf::Paragraph && all && !line.opens;
                if !ahead.take_columns(1) || interrupts && number.is_some_and(|number| number != 1)
                {
                    return None;
                }
                let mut padded = ahead;
                let padding = padded.skip_columns(4);
                let (padding, ahead) = if padding < 4 { (padding, padded) } else { (0, ahead) };
                Some((ContainerKind::Item(indent + marker + 1 + padding), ahead))
            }
        }
    }

    fn takes_definition(&self, line: &Current) -> bool {
        let paragraph =
            self.leaf == Leaf::Paragraph && !self.table && line.matched == self.stack.len();
        let container = match line.matched.checked_sub(1) {
            Some(last) if !line.opens => self.stack[last],
            None if !line.opens => 0,
            _ => self.top(),
        };
        let after_definition = line.matched < self.stack.len() && !line.opens && {
            let closed = self.layout.containers[self.stack[line.matched]];
            matches!(closed.kind, ContainerKind::Definition(_))
        };
        paragraph || self.definable == Some(container) || after_definition
    }

    /// Reads the leaf block that begins at `cursor`, or one more line of a paragraph.
    fn open_leaf(&mut self, line: &Current, cursor: Cursor<'a>) -> usize {
        let all = line.opens || line.matched == self.stack.len();
        let in_paragraph = self.leaf == Leaf::Paragraph;
        let mut ahead = cursor;
        if ahead.skip_columns(4) == 4 {
            if in_paragraph {
                return self.paragraph_line(line, cursor);
            }
            self.close_unmatched(line);
            self.definable = None;
            return self.record(line, &cursor, LineKind::Other);
        }
        let rest = ahead.rest();
        if in_paragraph && all && is_setext(rest) && !line.opens {
            self.leaf = Leaf::None;
            self.definable = None;
            return self.record(line, &cursor, LineKind::Other);
        }
        if let Some(leaf) = plain_block(rest, in_paragraph) {
            self.close_unmatched(line);
            self.definable = None;
            self.leaf = leaf;
            return self.record(line, &cursor, LineKind::Other);
        }
        if let Some(next) = self.own_block(line, &cursor, ahead.at, in_paragraph && all) {
            return next;
        }
        if !in_paragraph {
            self.close_unmatched(line);
        }
        self.paragraph_line(line, cursor)
    }

    /// A display formula or a block directive that begins the line at `at`.
    fn own_block(
        &mut self,
        line: &Current,
        cursor: &Cursor<'a>,
        at: usize,
        interrupts: bool,
    ) -> Option<usize> {
        let depth = if line.opens { self.stack.len() } else { line.matched };
        let (end, kind) = match &self.bytes[at..cursor.end] {
            _ if self.veto.binary_search(&at).is_ok() => return None,
            rest if rest.starts_with(b"$$") && self.math && !(interrupts && self.odd_dollars) => {
                let place = Place { line_end: cursor.end, next: line.next, depth, tex: true };
                (self.formula_end(at, place)?, BlockKind::Formula)
            }
            rest if rest.starts_with(b"[[") => match directive::read(self.text, at) {
                Opening::Directive(parsed) if parsed.keyword.is_block() => {
                    (parsed.span.end, BlockKind::Directive(parsed))
                }
                _ => return None,
            },
            _ => return None,
        };
        let (last_end, next) = line_end(self.bytes, end);
        let own = self.bytes[end..last_end].trim_ascii().is_empty();
        // With text behind it, a formula on one line is a part of the text.
        if !own && (end <= cursor.end || matches!(kind, BlockKind::Directive(_))) {
            return None;
        }
        if own || !interrupts {
            self.close_unmatched(line);
        }
        self.definable = None;
        self.layout.blocks.push(Block { span: at..end, kind, own, interrupts });
        self.record(line, cursor, LineKind::Other);
        self.record_inner(line.next, next);
        if own {
            return Some(next);
        }
        self.leaf = Leaf::Paragraph;
        self.odd_dollars = false;
        Some(self.formulas_in_text(end, last_end, next))
    }

    fn paragraph_line(&mut self, line: &Current, cursor: Cursor<'a>) -> usize {
        let kind =
            if self.leaf == Leaf::Paragraph { LineKind::Continuation } else { LineKind::Text };
        if kind == LineKind::Text {
            self.odd_dollars = false;
            self.table = false;
        }
        self.table |= is_table_delimiter(cursor.rest());
        self.leaf = Leaf::Paragraph;
        self.definable = (!self.table).then(|| self.top());
        let next = self.record(line, &cursor, kind);
        self.formulas_in_text(cursor.at, cursor.end, next)
    }

    /// Records the lines `start..end` of a block that opened on an earlier line.
    pub(super) fn record_inner(&mut self, start: usize, end: usize) {
        let mut at = start;
        while at < end {
            let (line_end, next) = line_end(self.bytes, at);
            let mut cursor = Cursor::new(self.bytes, at, line_end);
            let matched = self.continue_containers(&mut cursor, self.stack.len());
            let line = Current { start: at, next, matched, opens: false };
            at = self.record(&line, &cursor, LineKind::Other);
        }
    }
}
