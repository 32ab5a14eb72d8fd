//! Books of any size, for benchmarks and for what only shows in large books: lessons in the mixture of the
//! course, made from the experiments of the catalog and the committed records, so that nothing computes.
//!
//! The same size gives the same bytes: the words, formulas and directives are drawn from a generator of random
//! numbers of its own.

mod tex;
mod writer;

use std::fmt::Write as _;
use std::path::Path;
use std::path::PathBuf;

use experiments::bound::BoundVerdict;
use experiments::catalog;
use experiments::claim::Verdict;
use mdbook_simulation::store::records::Records;
use serde_json::Map;

use self::writer::Writer;
use crate::repository;

/// Lessons in a part of the book, which has a folder of its own.
const LESSONS_IN_A_PART: usize = 20;

/// How much there is in a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Lessons, beside the pages of references, ledger and gallery.
    pub lessons: usize,
    /// Formulas of each lesson.
    pub formulas: usize,
}

impl Size {
    /// Directives of each lesson, of the kinds and about in the shares that the course has them: a figure (or,
    /// in every fifth lesson, a bound), values, references, claims and a citation. Theorem-like blocks (three a
    /// lesson) and code toggles (in every fourth) are not counted.
    pub const DIRECTIVES: usize = 10;
}

/// What lessons can show without computing.
pub(crate) struct Subjects {
    /// Simulation and figure, and the id of the figure.
    pub(crate) figures: Vec<(String, String, String)>,
    /// Simulation and estimate, and a number that is below it.
    pub(crate) estimates: Vec<(String, String, f64)>,
    /// Simulation and claim.
    pub(crate) claims: Vec<(String, String)>,
    /// Bounds that hold.
    pub(crate) bounds: Vec<String>,
    /// Keys of the list of references.
    pub(crate) works: Vec<String>,
    /// The records, below the folder of records.
    records: Vec<PathBuf>,
}

impl Subjects {
    /// What the catalog shows at default parameters.
    ///
    /// # Panics
    /// When the committed records or the list of references cannot be read.
    fn read() -> Self {
        let folder = repository().join("experiments/records");
        let catalog = catalog::all();
        let mut subjects = Self {
            figures: Vec::new(),
            estimates: Vec::new(),
            claims: Vec::new(),
            bounds: Vec::new(),
            works: works(),
            records: Vec::new(),
        };
        for (path, stored) in Records::new(folder.clone()).all() {
            let name = &stored.inputs.experiment;
            let Some(entry) = catalog.get(name) else { continue };
            let defaults = entry.complete(&Map::new()).expect("defaults are complete");
            if defaults != stored.inputs.parameters.into_iter().collect::<Map<_, _>>() {
                continue;
            }
            let of = "a record of this experiment";
            subjects.records.push(path.strip_prefix(&folder).expect("below it").to_owned());
            for (at, figure) in
                entry.figures(&defaults, &stored.record).expect(of).iter().enumerate()
            {
                let id = mdbook_simulation::numbering::stem(name, at, &figure.name);
                subjects.figures.push((name.clone(), figure.name.clone(), id));
            }
            for (estimate, found) in &stored.record.estimates {
                if found.low.is_finite() {
                    let below = found.low - found.low.abs() - 1.0;
                    subjects.estimates.push((name.clone(), estimate.clone(), below));
                }
            }
            let claims = entry.claims(&defaults, &stored.record).expect(of);
            let holding = claims.iter().filter(|claim| claim.verdict == Verdict::Holds);
            subjects.claims.extend(holding.map(|claim| (name.clone(), claim.name.clone())));
            let bounds = entry.bounds(&defaults, &stored.record).expect(of);
            for &id in entry.bound_ids() {
                let mut found = bounds.iter().filter(|bound| bound.id == id).peekable();
                if found.peek().is_some()
                    && found.all(|bound| bound.verdict() == BoundVerdict::Holds)
                {
                    subjects.bounds.push(id.into());
                }
            }
        }
        subjects
    }
}

/// The keys of the course's list of references.
fn works() -> Vec<String> {
    let text = read(&repository().join("book/references.bib"));
    let keys = text.lines().filter(|line| line.starts_with('@'));
    keys.filter_map(|line| Some(line.split_once('{')?.1.trim_end_matches(',').to_owned())).collect()
}

/// Writes a book of that size into `root`: `book.toml`, lessons in `src/`, records, styles.
///
/// # Panics
/// When the repository cannot be read or the book cannot be written.
pub fn write(root: &Path, size: Size) {
    let subjects = Subjects::read();
    let course = repository();
    for record in &subjects.records {
        copy(&course.join("experiments/records").join(record), &root.join("records").join(record));
    }
    copy(&course.join("book/references.bib"), &root.join("src/references.bib"));
    copy_folder(&course.join("theme"), &root.join("theme"));
    put(&root.join("book.toml"), &configuration());
    let mut writer = Writer::new(&subjects);
    let mut summary = String::from("# Summary\n");
    for l in 0..size.lessons {
        let part = l / LESSONS_IN_A_PART + 1;
        if l % LESSONS_IN_A_PART == 0 {
            let _ = write!(summary, "\n# Part {part}\n\n");
        }
        let path = format!("part-{part}/lesson-{}.md", l + 1);
        let text = writer.lesson(l, size.formulas);
        let title = text.lines().next().unwrap_or_default().trim_start_matches("# ");
        let _ = writeln!(summary, "- [{title}]({path})");
        put(&root.join("src").join(path), &text);
    }
    summary.push_str("\n---\n");
    for (title, path, directive) in [
        ("References", "references.md", "bibliography"),
        ("Ledger", "ledger.md", "ledger"),
        ("All figures", "gallery.md", "gallery"),
    ] {
        let _ = write!(summary, "\n[{title}]({path})\n");
        put(&root.join("src").join(path), &format!("# {title}\n\n[[{directive}]]\n"));
    }
    put(&root.join("src/SUMMARY.md"), &summary);
}

/// The course's `book.toml`, with the folders that these books have.
fn configuration() -> String {
    let course = read(&repository().join("book.toml"));
    course
        .lines()
        .filter(|line| !line.starts_with("command") && !line.starts_with("extra-watch-dirs"))
        .map(|line| match line.split_once(" = ") {
            Some(("src", _)) => "src = \"src\"\n".to_owned(),
            Some(("records", _)) => "records = \"records\"\n".into(),
            Some(("bibliography", _)) => "bibliography = \"src/references.bib\"\n".into(),
            _ => format!("{line}\n"),
        })
        .collect()
}

/// Copies a folder with all below it.
///
/// # Panics
/// When it cannot be read or the copy not be written.
pub fn copy_folder(from: &Path, to: &Path) {
    for (path, bytes) in crate::tree(from) {
        put_bytes(&to.join(path), &bytes);
    }
}

fn copy(from: &Path, to: &Path) {
    put_bytes(to, &std::fs::read(from).unwrap_or_else(|error| panic!("{from:?}: {error}")));
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path:?}: {error}"))
}

fn put(path: &Path, text: &str) {
    put_bytes(path, text.as_bytes());
}

fn put_bytes(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
    std::fs::write(path, bytes).unwrap_or_else(|error| panic!("{path:?}: {error}"));
}
