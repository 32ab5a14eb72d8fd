//! The works of others: one BibTeX file, read by the crate `biblatex`, and one style to cite and list them
//! in, author and year.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use biblatex::Bibliography as Parsed;
use biblatex::ChunksExt as _;
use biblatex::Entry;
use biblatex::RawBibliography;

use crate::asked::CiteForm;
use crate::asked::CiteOf;
use crate::config::Config;
use crate::data;
use crate::diagnostics::Place;
use crate::diagnostics::Problem;
use crate::diagnostics::Problems;
use crate::diagnostics::SourceFile;
use crate::diagnostics::suggest;

/// Fields that take over others' fields. A circle of them would never end.
const INHERITING: [&str; 2] = ["crossref", "xdata"];

/// The works that a book may cite.
#[derive(Debug, Default)]
pub struct Bibliography {
    works: BTreeMap<String, Work>,
    /// Whether book.toml names a file.
    configured: bool,
}

/// One work.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Work {
    /// Family names of the authors, or of the editors.
    pub families: Vec<String>,
    /// The year, with a letter where another work has the same authors and year: `2020a`.
    pub year: String,
    /// Its line in the list of references, in pieces.
    pub line: Vec<Piece>,
    place: Place,
}

/// A piece of a work's line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "whoever prints needs all of them")]
pub enum Piece {
    /// Words.
    Text(String),
    /// Words in italics.
    Italic(String),
    /// Words that lead somewhere: what is read, and the address.
    Link(String, String),
}

impl Bibliography {
    /// The works of the file that book.toml names; none where it names none.
    pub fn read(root: &Path, config: &Config, problems: &mut Problems) -> Self {
        let Some(written) = &config.bibliography else { return Self::default() };
        let shown = written.display();
        let mut refuse = |why: String| {
            problems.push(Problem::error(
                None,
                format!("the bibliography `{shown}` cannot be read: {why}"),
                "`bibliography` in [preprocessor.simulation] is the path of a BibTeX file inside the \
                 book's folder, such as \"book/references.bib\"",
            ));
            Self { configured: true, ..Self::default() }
        };
        let bytes = match data::read_inside(root, written) {
            Ok(bytes) => bytes,
            Err(refused) => return refuse(refused.to_string()),
        };
        match String::from_utf8(bytes) {
            Ok(text) => Self::parse(&shown.to_string(), text, problems),
            Err(_) => refuse("it is not UTF-8".into()),
        }
    }

    fn parse(path: &str, text: String, problems: &mut Problems) -> Self {
        let file = Arc::new(SourceFile { path: path.into(), text });
        let place = |span: Range<usize>| {
            let end = span.end.min(file.text.len());
            Place { file: Arc::clone(&file), span: span.start.min(end)..end }
        };
        let mut bibliography = Self { configured: true, ..Self::default() };
        let raw = match RawBibliography::parse(&file.text) {
            Ok(raw) => raw,
            Err(error) => {
                problems.push(unreadable(&error, &place));
                return bibliography;
            }
        };
        let mut places = BTreeMap::new();
        for entry in &raw.entries {
            places.insert(entry.v.key.v.to_owned(), place(entry.v.key.span.clone()));
            for field in &entry.v.fields {
                if INHERITING.iter().any(|name| field.key.v.eq_ignore_ascii_case(name)) {
                    problems.push(Problem::error(
                        Some(place(field.key.span.clone())),
                        format!("`{}` is not understood here", field.key.v),
                        "write the fields out",
                    ));
                    return bibliography;
                }
            }
        }
        match Parsed::from_raw(raw) {
            Ok(parsed) => {
                for entry in parsed.iter() {
                    let place = places.get(&entry.key).cloned().unwrap_or_else(|| place(0..0));
                    match work(entry, place.clone()) {
                        Ok(work) => {
                            bibliography.works.insert(entry.key.clone(), work);
                        }
                        Err(missing) => problems.push(Problem::error(
                            Some(place),
                            format!("the work `{}` has no {missing}", entry.key),
                            "an entry needs a title, a year, and authors or editors",
                        )),
                    }
                }
                bibliography.tell_apart();
            }
            Err(error) => problems.push(unreadable(&error, &place)),
        }
        bibliography
    }

    /// Gives letters to the years of works that would be cited alike.
    fn tell_apart(&mut self) {
        let mut alike: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (key, work) in &self.works {
            alike.entry(work.cited_as(CiteForm::Bare, None)).or_default().push(key.clone());
        }
        for keys in alike.values().filter(|keys| keys.len() > 1) {
            let mut keys = keys.clone();
            keys.sort_by_key(|key| self.works[key].text());
            for (key, letter) in keys.iter().zip('a'..='z') {
                if let Some(work) = self.works.get_mut(key) {
                    let old = format!("({})", work.year);
                    work.year.push(letter);
                    let new = format!("({})", work.year);
                    if let Some(Piece::Text(text)) = work.line.first_mut() {
                        *text = text.replace(&old, &new);
                    }
                }
            }
        }
    }

    /// The work of that key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Work> {
        self.works.get(key)
    }

    /// The work that is cited.
    ///
    /// # Errors
    /// When there is none of that key.
    pub fn cited(&self, asked: &CiteOf) -> Result<&Work, Problem> {
        self.works.get(&asked.key).ok_or_else(|| {
            let hint = match self.configured {
                true => suggest(&asked.key, self.works.keys().map(String::as_str)),
                false => {
                    "name a BibTeX file in book.toml: [preprocessor.simulation] bibliography = \
                          \"references.bib\""
                        .into()
                }
            };
            let message = format!("no work has the key `{}`", asked.key);
            Problem::error(Some(asked.place.clone()), message, hint)
        })
    }

    /// Of these works those that there are, in the order of a list of references.
    #[must_use]
    pub fn sorted<'b>(&'b self, keys: &BTreeSet<String>) -> Vec<(&'b str, &'b Work)> {
        let mut works: Vec<_> = self
            .works
            .iter()
            .filter(|(key, _)| keys.contains(*key))
            .map(|(key, work)| (key.as_str(), work))
            .collect();
        works.sort_by_cached_key(|(_, work)| {
            let families: Vec<String> =
                work.families.iter().map(|family| family.to_lowercase()).collect();
            (families, work.year.clone(), work.text())
        });
        works
    }

    /// A warning for each work that is not among these.
    pub fn warn_unused(&self, cited: &BTreeSet<String>, problems: &mut Problems) {
        for (key, work) in self.works.iter().filter(|(key, _)| !cited.contains(*key)) {
            problems.push(Problem::warning(
                Some(work.place.clone()),
                format!("no lesson cites `{key}`"),
                "cite it, or remove the entry",
            ));
        }
    }
}

impl Work {
    /// As it is cited: `Hastie et al. (2022, theorem 1)`.
    #[must_use]
    pub fn cited_as(&self, form: CiteForm, within: Option<&str>) -> String {
        let who = match self.families.as_slice() {
            [one] => one.clone(),
            [one, two] => format!("{one} & {two}"),
            [first, ..] => format!("{first} et al."),
            [] => String::new(),
        };
        let within = within.map_or_else(String::new, |within| format!(", {within}"));
        let year = &self.year;
        match form {
            CiteForm::Textual => format!("{who} ({year}{within})"),
            CiteForm::Parenthetical => format!("({who} {year}{within})"),
            CiteForm::Bare => format!("{who} {year}{within}"),
        }
    }

    /// Its line in the list of references, without looks.
    #[must_use]
    pub fn text(&self) -> String {
        let words = |piece: &Piece| match piece {
            Piece::Text(words) | Piece::Italic(words) | Piece::Link(words, _) => words.clone(),
        };
        self.line.iter().map(words).collect()
    }
}

fn unreadable(error: &biblatex::ParseError, place: &dyn Fn(Range<usize>) -> Place) -> Problem {
    Problem::error(
        Some(place(error.span.clone())),
        format!("the bibliography cannot be read: {}", error.kind),
        "BibTeX: @article{key, author = {…}, title = {…}, year = {…}, journal = {…}}",
    )
}

/// What is missing, or the work.
fn work(entry: &Entry, place: Place) -> Result<Work, &'static str> {
    let people = entry.author().or_else(|_| {
        let editors = entry.editors().ok().and_then(|mut editors| {
            if editors.is_empty() { None } else { Some(editors.swap_remove(0).0) }
        });
        editors.ok_or(())
    });
    let people = people.map_err(|()| "author and no editor")?;
    let text = |field: &str| {
        let chunks = entry.get(field)?;
        let text = chunks.format_verbatim();
        let words: Vec<&str> = text.split_whitespace().collect();
        (!words.is_empty()).then(|| words.join(" "))
    };
    let year = text("year").or_else(|| text("date")).ok_or("year")?;
    let year = year.split('-').next().unwrap_or_default().to_owned();
    let title = text("title").ok_or("title")?;
    let family = |person: &biblatex::Person| match person.prefix.is_empty() {
        true => person.name.clone(),
        false => format!("{} {}", person.prefix, person.name),
    };
    let families: Vec<String> = people.iter().map(family).collect();
    let named: Vec<String> = people
        .iter()
        .map(|person| match initials(&person.given_name) {
            initials if initials.is_empty() => family(person),
            initials => format!("{} {initials}", family(person)),
        })
        .collect();
    let mut line = vec![Piece::Text(format!("{} ({year}). ", named.join(", ")))];
    let venue = text("journal")
        .or_else(|| text("journaltitle"))
        .or_else(|| text("booktitle"))
        .or_else(|| text("publisher"))
        .or_else(|| text("school"))
        .or_else(|| text("institution"))
        .or_else(|| text("howpublished"));
    line.push(Piece::Italic(title));
    line.push(Piece::Text(".".into()));
    if let Some(venue) = venue {
        let volume = text("volume").map_or_else(String::new, |volume| format!(" {volume}"));
        let number = text("number").map_or_else(String::new, |number| format!("({number})"));
        let pages = text("pages")
            .map_or_else(String::new, |pages| format!(", {}", pages.replace("--", "–")));
        line.push(Piece::Text(format!(" {venue}{volume}{number}{pages}.")));
    }
    if let Some(doi) = text("doi") {
        line.push(Piece::Text(" ".into()));
        line.push(Piece::Link(format!("doi:{doi}"), format!("https://doi.org/{doi}")));
    } else if let Some(eprint) = text("eprint") {
        line.push(Piece::Text(" ".into()));
        line.push(Piece::Link(
            format!("arXiv:{eprint}"),
            format!("https://arxiv.org/abs/{eprint}"),
        ));
    } else if let Some(url) = text("url").filter(|url| url.starts_with("https://")) {
        line.push(Piece::Text(" ".into()));
        line.push(Piece::Link(url.clone(), url));
    }
    Ok(Work { families, year, line, place })
}

/// The first letters of given names: `J. R.`, `J.-P.`.
fn initials(given: &str) -> String {
    let of_name = |name: &str| {
        let parts: Vec<String> = name
            .split('-')
            .filter_map(|part| part.chars().next())
            .map(|first| format!("{first}."))
            .collect();
        parts.join("-")
    };
    let names: Vec<String> = given.split_whitespace().map(of_name).collect();
    names.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
@article{hastie-2022, author = {Hastie, Trevor and Montanari, Andrea and Rosset, Saharon},
  title = {Surprises in {High}-dimensional least squares}, year = 2022, journal = {Annals of Statistics},
  volume = {50}, number = 2, pages = {949--986}, doi = {10.1214/21-AOS2133}}
@book{boor-1978, author = "de Boor, Carl", title = "A practical guide to splines", date = {1978-01},
  publisher = {Springer}}
@misc{a-2020, author = {L{\'e}on Bottou and Jean-Paul B}, title = {Zwei}, year = {2020}, eprint = {2001.1}}
@misc{b-2020, author = {Bottou, L and B, J}, title = {Eins}, year = {2020}}
"#;

    fn parse(text: &str) -> (Bibliography, String) {
        let mut problems = Problems::default();
        let found = Bibliography::parse("r.bib", text.into(), &mut problems);
        let mut out = Vec::new();
        problems.report(&mut out).unwrap();
        (found, String::from_utf8(out).unwrap())
    }

    #[test]
    fn works_are_cited_by_author_and_year() {
        let (found, problems) = parse(FILE);
        assert_eq!(problems, "");
        let cited = |key: &str, form| found.works[key].cited_as(form, None);
        assert_eq!(cited("hastie-2022", CiteForm::Textual), "Hastie et al. (2022)");
        assert_eq!(cited("hastie-2022", CiteForm::Parenthetical), "(Hastie et al. 2022)");
        assert_eq!(cited("boor-1978", CiteForm::Bare), "de Boor 1978");
        assert_eq!(cited("a-2020", CiteForm::Textual), "Bottou & B (2020b)");
        assert_eq!(cited("b-2020", CiteForm::Textual), "Bottou & B (2020a)");
        let within = found.works["boor-1978"].cited_as(CiteForm::Textual, Some("chapter 2"));
        assert_eq!(within, "de Boor (1978, chapter 2)");
    }

    #[test]
    fn works_are_listed_in_one_style() {
        let (found, _) = parse(FILE);
        let all = found.works.keys().cloned().collect();
        let lines: Vec<String> = found.sorted(&all).iter().map(|(_, work)| work.text()).collect();
        assert_eq!(
            lines,
            [
                "Bottou L., B J. (2020a). Eins.",
                "Bottou L., B J.-P. (2020b). Zwei. arXiv:2001.1",
                "de Boor C. (1978). A practical guide to splines. Springer.",
                "Hastie T., Montanari A., Rosset S. (2022). Surprises in High-dimensional least squares. \
                 Annals of Statistics 50(2), 949–986. doi:10.1214/21-AOS2133",
            ]
        );
    }

    #[test]
    fn faults_are_named_at_their_place() {
        let (_, problems) = parse("@article{a, title = {x}, year = 2000}\n@misc{b, author = {c\n");
        assert!(problems.contains("r.bib:"), "{problems}");
        let (_, problems) = parse("@article{a, title = {x}, year = 2000}\n");
        assert!(
            problems.contains("has no author and no editor") && problems.contains("r.bib:1:10")
        );
        let (_, problems) = parse("@misc{a, crossref = {b}}\n@misc{b, crossref = {a}}\n");
        assert!(problems.contains("`crossref` is not understood"), "{problems}");
        let (_, problems) =
            parse("@misc{a, author={a}, title={b}, year=1}\n@misc{a, author={a}}\n");
        assert!(problems.contains("r.bib:2"), "{problems}");
    }
}
