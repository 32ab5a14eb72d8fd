//! Formulas in `$$` that go over several lines: where they close.

use super::cursor::Cursor;
use super::dollars;
use super::layout::{self, Block, BlockKind, Pass, line_end};
use super::marks::{is_table_delimiter, list_marker};

/// Where a formula opens: the end of its line, the start of the next one, how many of
/// the open containers it lies in, and whether it is one for sure.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) line_end: usize,
    pub(super) next: usize,
    pub(super) depth: usize,
    pub(super) tex: bool,
}

impl Pass<'_> {
    /// The end of the formula whose `$$` begins a line at `at`. A bare `$$`, or one
    /// that TeX follows, may go over blank lines and is a fault when nothing closes
    /// it; a `$$` before ordinary words (a process id, say) must be closed within
    /// its paragraph, and else is text.
    pub(super) fn formula_end(&mut self, at: usize, place: Place) -> Option<usize> {
        let rest = dollars::up_to_next(&self.bytes[..place.line_end], at + 2);
        let tex = rest.trim_ascii().is_empty() || dollars::looks_like_tex(rest);
        let end = self.closing(at + 2, Place { tex, ..place }, tex);
        if end.is_none() && tex {
            self.layout.unclosed.push(at);
        }
        end.filter(|end| end - at > 4)
    }

    /// Finds formulas that open in a line of a paragraph (`from..line_end`) and close
    /// on a later one. pulldown-cmark finds those that no block interrupts; we look
    /// for them because a line of TeX may begin with `-` or `=`.
    pub(super) fn formulas_in_text(&mut self, from: usize, line_end: usize, next: usize) -> usize {
        let depth = self.stack.len();
        let start = from;
        let (mut from, mut place) = (start, Place { line_end, next, depth, tex: false });
        while let Some(at) = dollars::next_outside_code(self.bytes, from, place.line_end) {
            from = at + 2;
            if std::mem::take(&mut self.odd_dollars) {
                continue;
            }
            let rest = dollars::up_to_next(&self.bytes[..place.line_end], from);
            place.tex = dollars::looks_like_tex(rest);
            if let Some(close) = dollars::next_closing(self.bytes, from, place.line_end, place.tex)
            {
                from = close + 2;
                continue;
            }
            // `$$` at the end of a line: a formula begins, unless this is the row of a table.
            let row = self.bytes[start..at].contains(&b'|');
            let likely = place.tex || rest.trim_ascii().is_empty() && !row;
            let wanted = self.math && likely && self.veto.binary_search(&at).is_err();
            match wanted.then(|| self.closing(from, place, false)).flatten() {
                Some(end) => {
                    let kind = BlockKind::Formula;
                    let span = at..end;
                    self.layout.blocks.push(Block { span, kind, own: false, interrupts: true });
                    let (line_end, next) = layout::line_end(self.bytes, end);
                    self.record_inner(place.next, next);
                    (from, place.line_end, place.next) = (end, line_end, next);
                }
                None => self.odd_dollars = true,
            }
        }
        place.next
    }

    /// The offset behind the `$$` that closes a formula whose TeX begins at `from`.
    /// The containers must go on; a line without their prefixes may follow, as in a
    /// paragraph. Behind a blank line the `$$` must begin or end its line.
    fn closing(&self, from: usize, place: Place, over_blanks: bool) -> Option<usize> {
        if let Some(close) = dollars::next_closing(self.bytes, from, place.line_end, place.tex) {
            return Some(close + 2);
        }
        let mut start = place.next;
        let mut after_blank = false;
        while start < self.bytes.len() {
            let (end, next) = line_end(self.bytes, start);
            let mut cursor = Cursor::new(self.bytes, start, end);
            let all = self.continue_containers(&mut cursor, place.depth) == place.depth;
            if cursor.is_blank() {
                if !all || !over_blanks {
                    return None;
                }
                after_blank = true;
            } else if !all && (after_blank || starts_container(cursor))
                || !place.tex && is_table_delimiter(cursor.rest())
            {
                return None;
            }
            if let Some(close) = dollars::next_closing(self.bytes, cursor.at, end, place.tex) {
                let before = &self.bytes[cursor.at..close];
                let after = &self.bytes[close + 2..end];
                let at_an_end = before.trim_ascii().is_empty() || after.trim_ascii().is_empty();
                return (at_an_end || !after_blank).then_some(close + 2);
            }
            start = next;
        }
        None
    }
}

/// Whether a list item or a quote begins at `cursor`.
fn starts_container(mut cursor: Cursor<'_>) -> bool {
    if cursor.skip_columns(4) == 4 {
        return false;
    }
    let rest = cursor.rest();
    rest.starts_with(b">")
        || list_marker(rest).is_some_and(|(length, _)| {
            rest.get(length).is_none_or(|byte| byte.is_ascii_whitespace())
        })
}
