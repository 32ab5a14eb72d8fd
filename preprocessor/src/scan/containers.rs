//! What blocks stand in: the lesson, quotes, list items, definitions, footnotes; what each of
//! them puts before a line, and a line without what theorem-like blocks put there.

use std::ops::Range;

use super::cursor::Cursor;
use super::layout::Layout;
use super::marks::{is_setext, is_table_delimiter};
use super::text::Line;

/// Something that holds blocks.
#[derive(Clone, Copy)]
pub(super) struct Container {
    pub(super) parent: usize,
    pub(super) kind: ContainerKind,
    /// The index of the line that opens it.
    pub(super) first_line: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ContainerKind {
    Lesson,
    Quote,
    /// A quote that is a theorem-like block: its prefixes are taken off.
    Theorem,
    /// A list item, with the columns that its lines are indented by.
    Item(usize),
    /// A definition, likewise.
    Definition(usize),
    Footnote,
}

impl ContainerKind {
    /// Takes from `cursor` what this container puts before each further line of it.
    pub(super) fn take(self, cursor: &mut Cursor<'_>) -> bool {
        let mut ahead = *cursor;
        let goes_on = match self {
            Self::Lesson => true,
            Self::Quote | Self::Theorem => {
                ahead.skip_columns(3);
                let marked = ahead.take(b'>');
                ahead.take_columns(1);
                marked
            }
            Self::Item(columns) | Self::Definition(columns) => {
                ahead.take_columns(columns) || cursor.is_blank()
            }
            Self::Footnote => ahead.take_columns(4) || cursor.is_blank(),
        };
        if goes_on {
            *cursor = ahead;
        }
        goes_on
    }
}

/// A line's bytes that are to be replaced, so that the line leaves theorem-like blocks.
pub(super) struct Unquoting {
    pub(super) span: Range<usize>,
    pub(super) text: String,
}

impl Layout {
    /// What stands before every further line of a block in `container`, once theorem-like blocks
    /// are no quotes any more.
    pub(super) fn prefix(&self, container: usize) -> String {
        let parts =
            self.chain(container).into_iter().map(|index| match self.containers[index].kind {
                ContainerKind::Lesson | ContainerKind::Theorem => String::new(),
                ContainerKind::Quote => "> ".to_owned(),
                ContainerKind::Item(columns) | ContainerKind::Definition(columns) => {
                    " ".repeat(columns)
                }
                ContainerKind::Footnote => "    ".to_owned(),
            });
        parts.collect()
    }

    /// Whether `inner` is `outer` or lies in it.
    pub(super) fn is_within(&self, inner: usize, outer: usize) -> bool {
        let mut index = inner;
        while index != outer && index != 0 {
            index = self.containers[index].parent;
        }
        index == outer
    }

    /// The innermost theorem-like block that `container` is or lies in.
    pub(super) fn theorem_of(&self, container: usize) -> Option<usize> {
        let is_theorem = |index: &usize| self.containers[*index].kind == ContainerKind::Theorem;
        self.chain(container).into_iter().rfind(is_theorem)
    }

    /// `container` and those that it lies in, outermost first, without the lesson.
    fn chain(&self, container: usize) -> Vec<usize> {
        let mut chain = Vec::new();
        let mut index = container;
        while index != 0 {
            chain.push(index);
            index = self.containers[index].parent;
        }
        chain.reverse();
        chain
    }

    /// What takes the line with this index out of the theorem-like blocks that it lies in; `None`
    /// where it stands in none. `end` is where its markers and indentation end.
    pub(super) fn unquoting(&self, bytes: &[u8], index: usize, end: usize) -> Option<Unquoting> {
        let line = self.lines.get(index)?;
        let mut cursor = Cursor::new(bytes, line.start, line.end);
        let mut dropped: Vec<Range<usize>> = Vec::new();
        let (mut lazy, mut more, mut columns) = (false, false, 4);
        for container in self.chain(line.container) {
            let Container { kind, first_line, .. } = self.containers[container];
            let before = cursor.column();
            if first_line == index {
                break;
            }
            lazy |= !kind.take(&mut cursor);
            match kind {
                ContainerKind::Theorem if !lazy => dropped.push(before..cursor.column()),
                ContainerKind::Theorem => more |= means_more(cursor),
                ContainerKind::Item(inner) | ContainerKind::Definition(inner) => columns += inner,
                ContainerKind::Footnote => columns += 4,
                ContainerKind::Lesson | ContainerKind::Quote => {}
            }
        }
        // Four columns within all of them: nothing but a paragraph goes on there.
        let indentation = if more { " ".repeat(columns) } else { String::new() };
        let (Some(first), Some(last)) = (dropped.first(), dropped.last()) else {
            let span = cursor.at..cursor.at;
            return more.then_some(Unquoting { span, text: indentation });
        };
        let prefix = &bytes[line.start..end.max(cursor.at)];
        let tabs = prefix.contains(&b'\t');
        // Where a tab ends depends on the columns before it, which are about to go.
        let columns = if tabs { 0..usize::MAX } else { first.start..last.end };
        let mut text = Vec::new();
        let mut column = 0;
        for &byte in prefix {
            let (width, letter) = if byte == b'\t' { (4 - column % 4, b' ') } else { (1, byte) };
            let kept = (column..column + width)
                .filter(|at| columns.contains(at) && !dropped.iter().any(|gone| gone.contains(at)));
            text.extend(kept.map(|_| letter));
            column += width;
        }
        let span = if tabs {
            line.start..line.start + prefix.len()
        } else {
            line.start + first.start..line.start + last.end
        };
        let text = String::from_utf8(text).unwrap_or_default() + &indentation;
        Some(Unquoting { span, text })
    }
}

/// Whether a line that a paragraph in a quote goes on with, without the quote's mark, would be
/// something else if there were no quote: an underline, a row of dashes, a definition, or what is
/// text only because it is indented.
fn means_more(mut cursor: Cursor<'_>) -> bool {
    let indented = cursor.skip_columns(4) == 4;
    let rest = cursor.rest();
    indented || is_setext(rest) || is_table_delimiter(rest) || rest.starts_with(b":")
}

impl Line {
    /// Where the markers and the indentation of this line end.
    pub(super) fn indentation_end(&self, bytes: &[u8]) -> usize {
        let rest = &bytes[self.content..self.end];
        let blank = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        // What may close a fence must keep its columns, code its tabs.
        let fence = [b"```", b"~~~"].iter().any(|mark| rest[blank..].starts_with(*mark));
        if self.verbatim && !fence { self.content } else { self.content + blank }
    }
}
