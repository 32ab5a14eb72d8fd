//! Problems as values: collected over the whole book, printed once, sorted by place.

use std::io::Write;
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::AnnotationKind;
use annotate_snippets::Group;
use annotate_snippets::Level;
use annotate_snippets::Renderer;
use annotate_snippets::Snippet;
use annotate_snippets::renderer::DecorStyle;

/// Whether a problem stops the build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Severity {
    /// The book is not published.
    Error,
    /// The book is published, and the author should know.
    Warning,
}

/// A file as it lies on disk, for showing a part of it.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path, relative to the book's root.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// A part of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: Arc<SourceFile>,
    /// Bytes of its text.
    pub span: Range<usize>,
}

impl Place {
    /// Line and column, both from 1, the column in characters.
    #[must_use]
    pub fn line_column(&self) -> (usize, usize) {
        let text = &self.file.text;
        let before = &text[..text.floor_char_boundary(self.span.start)];
        let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (line, before[start..].chars().count() + 1)
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (line, column) = self.line_column();
        write!(f, "{}:{line}:{column}", self.file.path)
    }
}

/// One problem: what is wrong, where, and a way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Whether it stops the build.
    pub severity: Severity,
    /// Where, if it has a place in a lesson.
    pub place: Option<Place>,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do about it; may be empty.
    pub hint: String,
}

impl Problem {
    /// An error.
    #[must_use]
    pub fn error(
        place: Option<Place>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Error, place, message: message.into(), hint: hint.into() }
    }

    /// A warning.
    #[must_use]
    pub fn warning(
        place: Option<Place>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Warning, ..Self::error(place, message, hint) }
    }
}

impl std::fmt::Display for Problem {
    /// The problem with its snippet and hint, as rustc prints one.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let mut group = Group::with_title(level.primary_title(self.message.as_str()));
        if let Some(Place { file, span }) = &self.place {
            group = group.element(
                Snippet::source(file.text.as_str())
                    .path(file.path.as_str())
                    .annotation(AnnotationKind::Primary.span(whole(&file.text, span))),
            );
        }
        if !self.hint.is_empty() {
            group = group.element(Level::HELP.message(self.hint.as_str()));
        }
        f.write_str(&Renderer::plain().decor_style(DecorStyle::Ascii).render(&[group]))
    }
}

/// A span widened to whole characters of a text, and kept within it.
fn whole(text: &str, span: &Range<usize>) -> Range<usize> {
    let start = text.floor_char_boundary(span.start);
    start..text.ceil_char_boundary(span.end).max(start)
}

/// All problems of one run.
#[derive(Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Adds one.
    pub fn push(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// Adds some, or none.
    pub fn extend(&mut self, problems: impl IntoIterator<Item = Problem>) {
        self.0.extend(problems);
    }

    /// The problems, sorted by place (those without one first), errors before warnings.
    #[must_use]
    pub fn sorted(&self) -> Vec<&Problem> {
        let mut sorted: Vec<&Problem> = self.0.iter().collect();
        sorted.sort_by_key(|problem| {
            let place = problem.place.as_ref();
            let place = place.map(|place| (place.file.path.clone(), place.span.start));
            (place, problem.severity, problem.message.clone())
        });
        sorted.dedup();
        sorted
    }

    /// Number of errors.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.sorted().iter().filter(|problem| problem.severity == Severity::Error).count()
    }

    /// Prints every problem and, where there are errors, how many.
    ///
    /// # Errors
    /// Those of writing.
    pub fn report(&self, out: &mut dyn Write) -> std::io::Result<()> {
        for problem in self.sorted() {
            writeln!(out, "{problem}\n")?;
        }
        match self.errors() {
            0 => Ok(()),
            1 => writeln!(out, "error: the book has 1 error"),
            n => writeln!(out, "error: the book has {n} errors"),
        }
    }
}

/// Names close to the given one, as the end of a hint: "did you mean `a` or `b`?". Falls back to
/// listing what exists.
#[must_use]
pub fn suggest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let mut near: Vec<(usize, &str)> = known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), *candidate))
        .filter(|(distance, candidate)| {
            *distance <= 2.max(candidate.len() / 3) || (name.len() >= 4 && candidate.contains(name))
        })
        .collect();
    near.sort_unstable();
    near.truncate(3);
    let quoted = |names: Vec<&str>| {
        names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    };
    match (near.is_empty(), known.is_empty()) {
        (false, _) => {
            format!("did you mean {}?", quoted(near.into_iter().map(|(_, name)| name).collect()))
        }
        (true, false) => format!("there are {}", quoted(known)),
        (true, true) => "there are none".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str, span: Range<usize>) -> Place {
        Place { file: Arc::new(SourceFile { path: "book/a.md".into(), text: text.into() }), span }
    }

    #[test]
    fn places_count_lines_and_characters_from_one() {
        assert_eq!(place("é\nü $x$", 3 + 3..9).to_string(), "book/a.md:2:3");
        assert_eq!(place("", 0..0).to_string(), "book/a.md:1:1");
    }

    #[test]
    fn a_problem_shows_message_place_snippet_and_hint() {
        let problem = Problem::error(
            Some(place("one\n[[simulation adl-doble]]\n", 17..26)),
            "there is no experiment `adl-doble`",
            "did you mean `adl-double`?",
        );
        insta::assert_snapshot!(problem.to_string());
    }

    #[test]
    fn a_place_within_a_character_is_shown() {
        for span in [2..3, 3..4, 1..4, 5..99, 99..100] {
            let problem = Problem::error(Some(place("$㈉$x", span)), "fault", "");
            assert!(problem.to_string().contains("book/a.md:1:"));
        }
    }

    #[test]
    fn problems_are_sorted_by_place_and_counted() {
        let mut problems = Problems::default();
        problems.push(Problem::error(Some(place("ab", 1..2)), "later", ""));
        problems.push(Problem::warning(Some(place("ab", 0..1)), "sooner", ""));
        problems.push(Problem::error(None, "nowhere", ""));
        let order: Vec<&str> =
            problems.sorted().iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(order, ["nowhere", "sooner", "later"]);
        assert_eq!(problems.errors(), 2);
    }

    #[test]
    fn suggestions_are_near_or_everything() {
        let known = ["adl-double-descent", "adl-loss-landscape"];
        assert_eq!(suggest("adl-duoble-descent", known), "did you mean `adl-double-descent`?");
        assert_eq!(suggest("landscape", known), "did you mean `adl-loss-landscape`?");
        assert_eq!(suggest("x", known), "there are `adl-double-descent`, `adl-loss-landscape`");
        assert_eq!(suggest("x", []), "there are none");
    }
}
