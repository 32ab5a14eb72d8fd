//! Reading one line from the left, in columns: tabs count as white space up to the
//! next multiple of four, and a container may take only a part of one.

/// A place in a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    /// The byte offset in the lesson.
    pub(super) at: usize,
    /// The end of the line, before its line break.
    pub(super) end: usize,
    column: usize,
    /// Columns that are left over from a tab before `at`.
    spare: usize,
}

impl<'a> Cursor<'a> {
    /// The start of the line `start..end`.
    pub(super) fn new(bytes: &'a [u8], start: usize, end: usize) -> Self {
        Self { bytes, at: start, end, column: 0, spare: 0 }
    }

    /// The rest of the line.
    pub(super) fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..self.end]
    }

    /// The number of columns before this place.
    pub(super) fn column(&self) -> usize {
        self.column - self.spare
    }

    /// Whether only white space is left.
    pub(super) fn is_blank(&self) -> bool {
        self.rest().iter().all(|byte| matches!(byte, b' ' | b'\t'))
    }

    /// Takes up to `most` columns of white space and says how many there were.
    pub(super) fn skip_columns(&mut self, most: usize) -> usize {
        let mut left = most;
        while left > 0 {
            if self.spare > 0 {
                let taken = self.spare.min(left);
                self.spare -= taken;
                left -= taken;
                continue;
            }
            match self.rest().first() {
                Some(b' ') => {
                    self.bump(1);
                    left -= 1;
                }
                Some(b'\t') => {
                    self.spare = 4 - self.column % 4;
                    self.at += 1;
                    self.column += self.spare;
                }
                _ => break,
            }
        }
        most - left
    }

    /// Takes exactly `columns` of white space, or nothing.
    pub(super) fn take_columns(&mut self, columns: usize) -> bool {
        let mut ahead = *self;
        let taken = ahead.skip_columns(columns) == columns;
        if taken {
            *self = ahead;
        }
        taken
    }

    /// Takes `byte`, or nothing.
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let taken = self.spare == 0 && self.rest().first() == Some(&byte);
        if taken {
            self.bump(1);
        }
        taken
    }

    /// Takes `count` bytes, none of them a tab.
    pub(super) fn bump(&mut self, count: usize) {
        self.at += count;
        self.column += count;
    }
}
