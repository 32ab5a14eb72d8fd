//! From a byte of a lesson, as mdBook hands it over, to a place in the file that holds the text.
//!
//! mdBook's `links` preprocessor has expanded `{{#include}}` before we see a lesson. We expand the
//! source file in the same way, knowing of every byte where it comes from. Where another
//! preprocessor changed the lesson, its lines before and after the change still stand in the
//! expansion, and between them those that are there once.

mod include;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crate::diagnostics::Place;
use crate::diagnostics::SourceFile;

/// Knows where the bytes of a text stand in a file.
pub trait Locate {
    /// The place of these bytes.
    fn place(&self, span: Range<usize>) -> Place;
}

impl Locate for Origin {
    fn place(&self, span: Range<usize>) -> Place {
        Self::place(self, span)
    }
}

/// A text within another one, such as a caption in quotes: all of it stands at one place.
impl Locate for Place {
    fn place(&self, _: Range<usize>) -> Place {
        self.clone()
    }
}

/// Where the text of one lesson came from.
#[derive(Debug)]
pub struct Origin {
    /// In the order of the lesson; no two overlap.
    pieces: Vec<Piece>,
    /// The lesson as we got it, under the path of its source file: the fallback.
    lesson: Arc<SourceFile>,
}

/// A part of a text that stands in a file.
#[derive(Clone, Debug)]
struct Piece {
    /// Bytes of the text.
    at: Range<usize>,
    file: Arc<SourceFile>,
    /// Where they begin in the file.
    offset: usize,
}

impl Origin {
    /// Traces a lesson's text back to its source file, `source` below `directory`, which holds the
    /// book's lessons below `root`.
    #[must_use]
    pub fn trace(root: &Path, directory: &Path, source: &Path, text: &str) -> Self {
        let path = directory.join(source);
        let lesson = Arc::new(SourceFile { path: shown(root, &path), text: text.to_owned() });
        let mut traced = Traced::default();
        if let Some(file) = read_chapter(root, &path) {
            let whole = Traced::whole(&file);
            if file.text == text {
                traced = whole;
            } else {
                let expanded = include::expand(root, path.parent().unwrap_or(root), &whole, 0);
                traced.align(text, &expanded);
            }
        }
        Self { pieces: traced.pieces, lesson }
    }

    /// Whether a place is in one of the files that the lesson is made of.
    #[must_use]
    pub fn holds(&self, place: &Place) -> bool {
        let is = |file: &SourceFile| file.path == place.file.path;
        is(&self.lesson) || self.pieces.iter().any(|piece| is(&piece.file))
    }

    /// The place of a part of the lesson. Where the text was changed on its way (by another
    /// preprocessor, say), the place is in the lesson as we got it.
    #[must_use]
    pub fn place(&self, span: Range<usize>) -> Place {
        let holds = |piece: &&Piece| {
            piece.at.start <= span.start
                && (span.start < piece.at.end || span.start == span.end)
                && span.start <= piece.at.end
        };
        match self.pieces.iter().find(holds) {
            Some(Piece { at, file, offset }) => {
                let start = offset + (span.start - at.start);
                let end = offset + (span.end.min(at.end) - at.start);
                let end = self.end_in(file, span.end).unwrap_or(end);
                Place { file: Arc::clone(file), span: start..end.max(start) }
            }
            None => Place { file: Arc::clone(&self.lesson), span },
        }
    }

    /// Where the byte before `end` ends in `file`, if it came from there.
    fn end_in(&self, file: &Arc<SourceFile>, end: usize) -> Option<usize> {
        let last = end.checked_sub(1)?;
        let piece = self.pieces.iter().find(|piece| piece.at.contains(&last))?;
        Arc::ptr_eq(&piece.file, file).then(|| piece.offset + (end - piece.at.start))
    }
}

/// A text, and where its parts came from.
#[derive(Debug, Default)]
struct Traced {
    text: String,
    /// In order; no two overlap. What is in none of them stands in no file.
    pieces: Vec<Piece>,
}

impl Traced {
    /// All of a file.
    fn whole(file: &Arc<SourceFile>) -> Self {
        let mut traced = Self::default();
        traced.push(file, 0..file.text.len());
        traced
    }

    /// Appends a part of a file.
    fn push(&mut self, file: &Arc<SourceFile>, part: Range<usize>) {
        let at = self.text.len()..self.text.len() + part.len();
        self.text.push_str(&file.text[part.clone()]);
        self.piece(at, file, part.start);
    }

    /// Appends a part of `other`.
    fn copy(&mut self, other: &Self, part: Range<usize>) {
        let at = self.text.len();
        self.text.push_str(&other.text[part.clone()]);
        self.adopt(other, part, at);
    }

    /// Takes over where `part` of `other`, which stands at `at` in this text, came from.
    fn adopt(&mut self, other: &Self, part: Range<usize>, at: usize) {
        let first = other.pieces.partition_point(|piece| piece.at.end <= part.start);
        for piece in other.pieces[first..].iter().take_while(|piece| piece.at.start < part.end) {
            let (start, end) = (piece.at.start.max(part.start), piece.at.end.min(part.end));
            let moved = at + (start - part.start)..at + (end - part.start);
            self.piece(moved, &piece.file, piece.offset + (start - piece.at.start));
        }
    }

    fn piece(&mut self, at: Range<usize>, file: &Arc<SourceFile>, offset: usize) {
        if let Some(last) = self.pieces.last_mut()
            && last.at.end == at.start
            && Arc::ptr_eq(&last.file, file)
            && last.offset + last.at.len() == offset
        {
            last.at.end = at.end;
        } else if !at.is_empty() {
            self.pieces.push(Piece { at, file: Arc::clone(file), offset });
        }
    }

    /// Finds the lines of `text`, which becomes ours, in `expanded`: those before the first and
    /// after the last change, and in between those that both texts have once.
    fn align(&mut self, text: &str, expanded: &Self) {
        text.clone_into(&mut self.text);
        let same = |pair: &(&str, &str)| pair.0 == pair.1;
        let (ours, theirs) = (lines(text), lines(&expanded.text));
        let head = ours.iter().copied().zip(theirs.iter().copied()).take_while(same).count();
        let (ours, theirs) = (&ours[head..], &theirs[head..]);
        let backwards = ours.iter().rev().copied().zip(theirs.iter().rev().copied());
        let tail = backwards.take_while(same).count();
        let middle = ours.len() - tail;
        let (single, known) = (once(&ours[..middle]), once(&theirs[..theirs.len() - tail]));

        let length = |lines: &[&str]| lines.iter().map(|line| line.len()).sum::<usize>();
        let start = text.len() - length(ours);
        let end = text.len() - length(&ours[middle..]);
        let (their_start, shift) = (start, expanded.text.len() - (text.len() - end));
        self.adopt(expanded, 0..start, 0);
        let mut at = start;
        for &line in &ours[..middle] {
            if let (Some(_), Some(offset)) = (single.get(line), known.get(line)) {
                let offset = their_start + offset;
                self.adopt(expanded, offset..offset + line.len(), at);
            }
            at += line.len();
        }
        self.adopt(expanded, shift..expanded.text.len(), end);
    }
}

/// The lines of a text with their line breaks.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// The lines that are there once, and where each begins.
fn once<'a>(lines: &[&'a str]) -> BTreeMap<&'a str, usize> {
    let mut places: BTreeMap<&str, Option<usize>> = BTreeMap::new();
    let mut at = 0;
    for line in lines {
        places.entry(line).and_modify(|place| *place = None).or_insert(Some(at));
        at += line.len();
    }
    places.into_iter().filter_map(|(line, place)| Some((line, place?))).collect()
}

fn shown(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}

fn read(root: &Path, path: &Path) -> Option<Arc<SourceFile>> {
    let text = std::fs::read_to_string(path).ok()?;
    Some(Arc::new(SourceFile { path: shown(root, path), text }))
}

/// mdBook drops a byte order mark when it loads a chapter, and keeps that of an included file.
fn read_chapter(root: &Path, path: &Path) -> Option<Arc<SourceFile>> {
    let file = read(root, path)?;
    match file.text.strip_prefix('\u{feff}') {
        Some(text) => Some(Arc::new(SourceFile { path: file.path.clone(), text: text.to_owned() })),
        None => Some(file),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Files of a book, its expanded lesson `a.md`, a word in it and where that word should be.
    #[track_caller]
    fn check(files: &[(&str, &str)], lesson: &str, word: &str, expected: &str) {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join("src").join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let directory = root.path().join("src");
        let origin = Origin::trace(root.path(), &directory, Path::new("a.md"), lesson);
        let start = lesson.find(word).unwrap();
        let place = origin.place(start..start + word.len());
        assert_eq!(place.to_string(), expected);
        assert_eq!(&place.file.text[place.span], word);
    }

    #[test]
    fn text_of_the_lesson_itself_is_found_there() {
        check(&[("a.md", "one\n\ntwo here\n")], "one\n\ntwo here\n", "here", "src/a.md:3:5");
    }

    #[test]
    fn included_text_is_found_in_the_included_file() {
        let files =
            [("a.md", "one\n{{#include b/c.md:2:3}}\ntwo\n"), ("b/c.md", "x\ny here\nz\nw\n")];
        check(&files, "one\ny here\nz\ntwo\n", "here", "src/b/c.md:2:3");
        check(&files, "one\ny here\nz\ntwo\n", "two", "src/a.md:3:1");
    }

    #[test]
    fn includes_nest() {
        let files = [
            ("a.md", "one {{#include b/c.md}} two"),
            ("b/c.md", "three {{#include d.md}} four"),
            ("b/d.md", "here"),
        ];
        check(&files, "one three here four two", "here", "src/b/d.md:1:1");
        check(&files, "one three here four two", "four", "src/b/c.md:1:25");
    }

    #[test]
    fn changed_text_is_placed_in_the_lesson_as_we_got_it() {
        check(&[("a.md", "one")], "another preprocessor wrote here", "here", "src/a.md:1:28");
        check(&[], "no file here", "here", "src/a.md:1:9");
    }

    /// From `{{#include p/one.md}}` and its neighbour to the expanded lesson.
    #[test]
    fn adjacent_includes_are_told_apart() {
        let files = [
            ("a.md", "# A\n\n{{#include p/one.md}}\n{{#include p/two.md}}\nend\n"),
            ("p/one.md", "one\n\nmore\n"),
            ("p/two.md", "two\n\nz here\n"),
        ];
        let lesson = "# A\n\none\n\nmore\ntwo\n\nz here\nend\n";
        check(&files, lesson, "here", "src/p/two.md:3:3");
        check(&files, lesson, "more", "src/p/one.md:3:1");
        check(&files, lesson, "end", "src/a.md:5:1");
    }

    #[test]
    fn ranges_and_anchors_are_lines_of_the_included_file() {
        let text = "a\r\n// ANCHOR: x\r\nb\r\nc here\r\n// ANCHOR_END: x\r\nd\r\n";
        for (tag, lesson) in
            [("x", "b\nc here"), ("4", "c here"), (":4", "a\n// ANCHOR: x\nb\nc here")]
        {
            let include = format!("{{{{#include b.md:{tag}}}}}");
            check(&[("a.md", &include), ("b.md", text)], lesson, "here", "src/b.md:4:3");
        }
        let files = [("a.md", "{{#include b.md:x}}"), ("b.md", text)];
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            std::fs::write(root.path().join(path), text).unwrap();
        }
        let origin = Origin::trace(root.path(), root.path(), Path::new("a.md"), "b\nc here");
        let place = origin.place(0..8);
        assert_eq!(&place.file.text[place.span], "b\r\nc here");
    }

    #[test]
    fn lines_around_a_change_keep_their_places() {
        let files = [("a.md", "one\n{{#include b.md}}\n\ntwo here\n"), ("b.md", "x\nonce\nx\n")];
        let lesson = "<style>\none\nx\nONCE\nx\n\ntwo here\n</style>\n";
        check(&files, lesson, "two", "src/a.md:4:1");
        check(&files, lesson, "ONCE", "src/a.md:4:1");
        check(&files, "one\nx\nchanged\nx\n\ntwo here\n", "here", "src/a.md:4:5");
        check(&files, "one\nX\nonce\nX\n\nTWO\n", "once", "src/b.md:2:1");
        check(&files, "one\nX\nonce\nX\n\nTWO\n", "one", "src/a.md:1:1");
    }
}
