//! Text with parts of it replaced, and the way back.

use std::ops::Range;

/// A text in which some parts were replaced: a formula with its values and its number put in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edited {
    /// The text afterwards.
    pub text: String,
    /// For each replacement: its range afterwards, and its range before.
    edits: Vec<(Range<usize>, Range<usize>)>,
}

impl Edited {
    /// Replaces parts of `text`, given in any order. A part that overlaps an earlier one stays.
    pub fn new(text: &str, mut parts: Vec<(Range<usize>, String)>) -> Self {
        parts.sort_by_key(|(range, _)| (range.start, range.end));
        let mut edited = Self::default();
        let mut at = 0;
        for (range, instead) in parts {
            let (Some(before), Some(_)) = (text.get(at..range.start), text.get(range.clone()))
            else {
                continue;
            };
            edited.text.push_str(before);
            let start = edited.text.len();
            edited.text.push_str(&instead);
            at = range.end;
            edited.edits.push((start..edited.text.len(), range));
        }
        edited.text.push_str(text.get(at..).unwrap_or(""));
        edited
    }

    /// The byte of the text before, for a byte of the text afterwards: within a replacement, where
    /// the replaced part begins.
    pub fn source_offset(&self, offset: usize) -> usize {
        let earlier = self.edits.partition_point(|(after, _)| after.start <= offset);
        match earlier.checked_sub(1).and_then(|last| self.edits.get(last)) {
            Some((after, before)) if offset < after.end => before.start,
            Some((after, before)) => before.end + (offset - after.end),
            None => offset,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_lead_back() {
        let edited =
            Edited::new("a\\label{x}b[v]c", vec![(11..14, "42.5".into()), (1..10, " ".into())]);
        assert_eq!(edited.text, "a b42.5c");
        let places: Vec<usize> = (0..=8).map(|offset| edited.source_offset(offset)).collect();
        assert_eq!(places, [0, 1, 10, 11, 11, 11, 11, 14, 15]);
    }

    #[test]
    fn what_overlaps_or_lies_outside_stays() {
        let parts =
            vec![(0..2, "x".into()), (1..3, "y".into()), (3..9, "z".into()), (4..4, "w".into())];
        assert_eq!(Edited::new("abcd", parts).text, "xcdw");
        assert_eq!(Edited::new("ä", vec![(1..2, "x".into())]).text, "ä");
    }
}
