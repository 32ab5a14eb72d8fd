//! Pieces of a lesson as their author meant them: without the `> ` and the
//! indentation that quotes and lists put before each line, and with a way back to
//! the bytes they came from.

use std::ops::Range;

/// The number of bytes of the byte order mark with which a text may open.
pub(super) fn mark_length(text: &str) -> usize {
    if text.starts_with('\u{feff}') { 3 } else { 0 }
}

/// One line of a lesson.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    /// Where the line begins.
    pub(super) start: usize,
    /// Where its text begins, behind the markers and the indentation of containers.
    pub(super) content: usize,
    /// Where its text ends, before the line break.
    pub(super) end: usize,
    /// The innermost container that it belongs to.
    pub(super) container: usize,
    /// Whether this line opens that container (`- text`, `> text`).
    pub(super) opens: bool,
    /// What stands on it.
    pub(super) kind: LineKind,
    /// Whether it is a further line of fenced code or HTML.
    pub(super) verbatim: bool,
    /// Whether code or HTML goes on behind it that blank lines do not end.
    pub(super) open: bool,
}

impl Line {
    /// Whether a paragraph or a table goes on here.
    pub(super) fn is_text(&self) -> bool {
        matches!(self.kind, LineKind::Text | LineKind::Continuation)
    }
}

/// What stands on a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineKind {
    /// Nothing.
    Blank,
    /// The first line of a paragraph or table.
    Text,
    /// A further line of a paragraph or table.
    Continuation,
    /// Anything else: a heading, code, HTML, a display formula, a block directive.
    Other,
}

/// The index of the line that holds the byte `at`.
pub(super) fn line_of(lines: &[Line], at: usize) -> usize {
    lines.partition_point(|line| line.start <= at).saturating_sub(1)
}

/// A stretch of a lesson with the prefixes of quotes and lists taken off every line
/// after the first, and CRLF written as LF.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    /// The text without prefixes.
    pub text: String,
    /// The bytes of the lesson that it was cut from, prefixes included.
    pub span: Range<usize>,
    /// Starts of verbatim pieces: (offset in `text`, offset in the lesson), ascending.
    pieces: Vec<(usize, usize)>,
}

impl Excerpt {
    /// The byte offset in the lesson of the byte `offset` of `text`.
    pub fn source_offset(&self, offset: usize) -> usize {
        let piece = self.pieces.partition_point(|&(start, _)| start <= offset);
        match piece.checked_sub(1).and_then(|index| self.pieces.get(index)) {
            Some(&(start, source)) => (source + (offset - start)).min(self.span.end),
            None => self.span.start,
        }
    }

    /// Cuts `span` out of `source`.
    pub(super) fn cut(source: &str, span: Range<usize>, lines: &[Line]) -> Self {
        let mut excerpt = Self { span: span.clone(), ..Self::default() };
        let mut start = span.start;
        for index in line_of(lines, span.start)..lines.len() {
            let next = lines.get(index + 1).map_or(source.len(), |line| line.start).min(span.end);
            excerpt.push(source, start..next);
            match lines.get(index + 1) {
                Some(line) if line.start < span.end => start = line.content.min(span.end),
                _ => break,
            }
        }
        excerpt
    }

    /// The part `range` of this excerpt's text.
    pub(super) fn part(&self, range: Range<usize>) -> Self {
        let start = self.source_offset(range.start);
        let inner = self.pieces.iter().filter(|(at, _)| range.contains(at) && *at > range.start);
        let mut pieces = vec![(0, start)];
        pieces.extend(inner.map(|&(at, source)| (at - range.start, source)));
        // The end is one past the last byte: it must not jump over the next line's prefix.
        let end = match range.end.checked_sub(1) {
            Some(last) if last >= range.start => self.source_offset(last) + 1,
            _ => start,
        };
        Self { text: self.text[range].to_owned(), span: start..end, pieces }
    }

    /// Appends a piece that lies within one line of `source`, its line break included.
    fn push(&mut self, source: &str, range: Range<usize>) {
        if range.is_empty() {
            return;
        }
        self.pieces.push((self.text.len(), range.start));
        let piece = &source[range.clone()];
        match piece.strip_suffix("\r\n") {
            Some(text) => {
                self.text.push_str(text);
                self.pieces.push((self.text.len(), range.end - 1));
                self.text.push('\n');
            }
            None => self.text.push_str(piece),
        }
    }
}
