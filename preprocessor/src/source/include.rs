//! Expands `{{#include}}` and its like as mdBook 0.5.4 does (`mdbook-driver`,
//! `builtin_preprocessors/links.rs`), keeping track of where every byte comes from.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::Traced;
use super::read;
use crate::diagnostics::SourceFile;

/// Includes nest at most this deep; what lies deeper is left out.
const DEPTH: usize = 10;

/// `content`, whose tags name files relative to `directory`, with all tags expanded. One that
/// cannot be (there is no such file) stays as it is.
pub(super) fn expand(root: &Path, directory: &Path, content: &Traced, depth: usize) -> Traced {
    let mut expanded = Traced::default();
    let mut copied = 0;
    let mut from = 0;
    while let Some(tag) = next_tag(&content.text, from) {
        from = tag.span.end;
        expanded.copy(content, copied..tag.span.start);
        copied = tag.span.end;
        match tag.kind {
            Kind::Title => {}
            Kind::Escaped if depth < DEPTH => {
                expanded.copy(content, tag.span.start + 1..tag.span.end);
            }
            Kind::Escaped => {}
            Kind::File(path, how) => {
                let path = directory.join(path);
                match read(root, &path) {
                    Some(file) if depth < DEPTH => {
                        let directory = path.parent().unwrap_or(root);
                        let inner = expand(root, directory, &rendered(&file, how), depth + 1);
                        expanded.copy(&inner, 0..inner.text.len());
                    }
                    Some(_) => {}
                    None => copied = tag.span.start,
                }
            }
        }
    }
    expanded.copy(content, copied..content.text.len());
    expanded
}

/// A tag of mdBook's in a text.
struct Tag<'a> {
    span: Range<usize>,
    kind: Kind<'a>,
}

enum Kind<'a> {
    /// `\{{#…}}`, which loses its backslash.
    Escaped,
    /// `{{#title …}}`, which disappears.
    Title,
    /// A file, and how it is put in.
    File(&'a str, How<'a>),
}

/// What becomes of an included file.
enum How<'a> {
    /// Its chosen lines (`include`).
    Lines(Lines<'a>),
    /// All lines, those that are not chosen behind `# ` (`rustdoc_include`).
    Hidden(Lines<'a>),
    /// A block of Rust with these attributes (`playground`).
    Code(Vec<&'a str>),
}

/// The lines `start..end`, counted from 0, or those between anchors.
#[derive(Clone, Copy)]
enum Lines<'a> {
    Range(usize, usize),
    Anchor(&'a str),
}

/// The first tag at or after `from`.
fn next_tag(text: &str, from: usize) -> Option<Tag<'_>> {
    let mut from = from;
    loop {
        let at = from + text[from..].find("{{")?;
        let escaped = (at > from && text[..at].ends_with('\\')).then(|| escaped_tag(text, at - 1));
        if let Some(tag) = escaped.flatten().or_else(|| tag(text, at)) {
            return Some(tag);
        }
        // What looks like a tag of another kind is passed over as a whole.
        from = tag_parts(text, at).map_or(at + 1, |(_, _, end)| end);
    }
}

/// `\{{#…}}` at `at`, up to the last `}}` on its line.
fn escaped_tag(text: &str, at: usize) -> Option<Tag<'_>> {
    let line = text[at..].split('\n').next()?.strip_prefix("\\{{#")?;
    let end = at + 4 + line.rfind("}}")? + 2;
    Some(Tag { span: at..end, kind: Kind::Escaped })
}

fn tag(text: &str, at: usize) -> Option<Tag<'_>> {
    let (name, rest, end) = tag_parts(text, at)?;
    let mut words = rest.split_whitespace();
    let kind = if name == "title" {
        Kind::Title
    } else {
        let argument = words.next()?;
        let (path, lines) = argument.split_once(':').unwrap_or((argument, ""));
        match name {
            "include" => Kind::File(path, How::Lines(chosen(lines))),
            "rustdoc_include" => Kind::File(path, How::Hidden(chosen(lines))),
            "playground" | "playpen" => Kind::File(argument, How::Code(words.collect())),
            _ => return None,
        }
    };
    Some(Tag { span: at..end, kind })
}

/// The name and the rest of `{{#name rest}}` at `at`, and where it ends.
fn tag_parts(text: &str, at: usize) -> Option<(&str, &str, usize)> {
    let inner = text[at..].strip_prefix("{{")?.trim_start().strip_prefix('#')?;
    let start = text.len() - inner.len();
    let length = inner.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')?;
    let (name, rest) = inner.split_at(length);
    let rest = &rest[..rest.find('}')?];
    let end = start + length + rest.len();
    let spaced = rest.starts_with(char::is_whitespace) && rest.chars().count() > 1;
    (length > 0 && spaced && text[end..].starts_with("}}")).then_some((name, rest, end + 2))
}

/// Reads what follows the path of an include: `3`, `3:`, `:5`, `3:5`, an anchor, or nothing.
fn chosen(lines: &str) -> Lines<'_> {
    let mut parts = lines.split(':');
    let first = parts.next().unwrap_or("");
    let start = first.parse::<usize>().ok().map(|start| start.saturating_sub(1));
    let end = parts.next().map(str::parse::<usize>);
    match (start, end) {
        (None, _) if !first.is_empty() => Lines::Anchor(first),
        (Some(start), None) => Lines::Range(start, start + 1),
        (start, Some(Ok(end))) => Lines::Range(start.unwrap_or(0), end),
        (start, _) => Lines::Range(start.unwrap_or(0), usize::MAX),
    }
}

/// What mdBook puts in the place of a tag.
fn rendered(file: &Arc<SourceFile>, how: How<'_>) -> Traced {
    let mut traced = Traced::default();
    match how {
        How::Lines(lines) => put(&mut traced, file, lines, false),
        How::Hidden(lines) => put(&mut traced, file, lines, true),
        How::Code(attributes) => {
            let comma = if attributes.is_empty() { "" } else { "," };
            traced.text = format!("```rust{comma}{}\n", attributes.join(","));
            traced.push(file, 0..file.text.len());
            traced.text.push_str(if file.text.ends_with('\n') { "```\n" } else { "\n```\n" });
        }
    }
    traced
}

/// Puts in the lines of `file`, joined by line feeds, with those that are not chosen left out or
/// hidden behind `# `.
fn put(traced: &mut Traced, file: &Arc<SourceFile>, lines: Lines<'_>, hide: bool) {
    // Where the line feed of the line before stands.
    let mut feed: Option<Range<usize>> = None;
    let mut inside = Inside::Before;
    let mut next = 0;
    for (index, whole) in file.text.split_inclusive('\n').enumerate() {
        let start = next;
        next += whole.len();
        let line = whole.lines().next().unwrap_or("");
        let shown = match lines {
            Lines::Range(first, end) => Some((first..end).contains(&index)),
            Lines::Anchor(name) => inside.line(line, name, hide),
        };
        let Some(shown) = shown.filter(|shown| *shown || hide) else { continue };
        if let Some(feed) = feed.replace(next - 1..next) {
            traced.push(file, feed);
        }
        if !shown {
            traced.text.push_str("# ");
        }
        traced.push(file, start..start + line.len());
    }
}

/// Where a line stands with respect to an anchor.
enum Inside {
    Before,
    Within,
    After,
}

impl Inside {
    /// Whether `line` is chosen; nothing for the line of an anchor. In code with hidden lines an
    /// anchor may open again.
    fn line(&mut self, line: &str, name: &str, again: bool) -> Option<bool> {
        let (start, end) = (anchor(line, "ANCHOR:"), anchor(line, "ANCHOR_END:"));
        match self {
            Self::Within => {
                if end == Some(name) {
                    *self = if again { Self::Before } else { Self::After };
                }
                (start.is_none() && end.is_none()).then_some(true)
            }
            Self::Before if start == Some(name) => {
                *self = Self::Within;
                None
            }
            _ => (start.is_none() && end.is_none()).then_some(false),
        }
    }
}

/// The name behind the first `mark` on a line that has one.
fn anchor<'a>(line: &'a str, mark: &str) -> Option<&'a str> {
    line.match_indices(mark).find_map(|(at, _)| {
        let rest = line[at + mark.len()..].trim_start();
        let goes_on = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-');
        let length = rest.find(|letter| !goes_on(letter)).unwrap_or(rest.len());
        (length > 0).then(|| &rest[..length])
    })
}

#[cfg(test)]
mod tests {
    use mdbook_driver::builtin_preprocessors::LinkPreprocessor;
    use mdbook_preprocessor::Preprocessor;
    use mdbook_preprocessor::PreprocessorContext;
    use mdbook_preprocessor::book::Book;
    use mdbook_preprocessor::book::BookItem;
    use mdbook_preprocessor::book::Chapter;
    use mdbook_preprocessor::config::Config;

    use super::*;

    /// What mdBook's own preprocessor makes of a lesson.
    fn expanded_by_mdbook(root: &Path, lesson: &str) -> String {
        let context = PreprocessorContext::new(root.into(), Config::default(), "html".to_owned());
        let chapter = Chapter::new("A", lesson.to_owned(), "p/a.md", Vec::new());
        let book = Book::new_with_items(vec![BookItem::Chapter(chapter)]);
        let mut book = LinkPreprocessor::new().run(&context, book).unwrap();
        let mut content = String::new();
        book.for_each_chapter_mut(|chapter| content.clone_from(&chapter.content));
        content
    }

    #[test]
    fn lessons_expand_as_in_mdbook() {
        let code = "//! c\r\nfn a() {}\r\n// ANCHOR: x\nlet b;\n// ANCHOR:y \nlet c;\n// ANCHOR_END: y\n\
                    let d;\n# ANCHOR_END: x\n\n// ANCHOR: x\nlet e;\n// ANCHOR_END: x\r\nlast\r";
        let files = [
            ("p/code.rs", code),
            ("p/n/inner.md", "\u{feff}in {{#include more.md}}{{#include ../code.rs:y}}\nend\n"),
            ("p/n/more.md", "more\n\\{{#include x}} {{#include ../n/cycle.md}}"),
            ("p/n/cycle.md", "c{{#include cycle.md}}{{#title t}}"),
            ("p/empty.md", ""),
        ];
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join("src").join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let mut tags = vec!["{{#include n/inner.md}}".to_owned()];
        for range in [
            "",
            ":",
            ":3",
            ":3:",
            "::3",
            ":3:5",
            ":5:3",
            ":0",
            ":99",
            ":x",
            ":y",
            ":z",
            ":1:x",
            ":x:1",
            ":2:3:4",
            ":18446744073709551615",
            ":+2",
        ] {
            tags.push(format!("{{{{#include code.rs{range}}}}}"));
            tags.push(format!("{{{{ #rustdoc_include  code.rs{range} a}}}}"));
        }
        tags.extend(
            [
                "{{#title A b}}",
                "{{#playground code.rs}}",
                "{{#playground code.rs editable a}}",
                "{{#playpen empty.md}}",
                "{{#include empty.md}}",
                "{{#include missing.md}}",
                "\\{{#include code.rs}} {{#include code.rs:x}}",
                "\\\\{{#include code.rs}} }}",
                "\\{{ #include code.rs:4}}",
                "{{{#include code.rs:4}}}",
                "{{#include\ncode.rs:4\n}}",
                "{{#other {{#include code.rs:4}}",
                "{{#other a}}{{#include }}{{#include}}{{#}}{{",
                "{{#include code.rs} }}",
                "\\{{#",
            ]
            .map(str::to_owned),
        );
        for tag in tags.iter().cloned().chain([tags.join("\n"), tags.concat()]) {
            let lesson = format!("before ä {tag} after\n{tag}");
            let path = root.path().join("src/p/a.md");
            let file = SourceFile { path: path.display().to_string(), text: lesson.clone() };
            let whole = Traced::whole(&Arc::new(file));
            let found = expand(root.path(), path.parent().unwrap(), &whole, 0);
            assert_eq!(found.text, expanded_by_mdbook(root.path(), &lesson), "{tag:?}");
            let mut end = 0;
            for piece in &found.pieces {
                assert!(piece.at.start >= end && !piece.at.is_empty());
                end = piece.at.end;
                let there = &piece.file.text[piece.offset..piece.offset + piece.at.len()];
                assert_eq!(&found.text[piece.at.clone()], there);
            }
        }
    }
}
