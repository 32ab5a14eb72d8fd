//! What the tests share: tiny books in temporary folders, and a catalog whose experiments count how
//! often they run.

pub mod large;
pub mod pixels;
pub mod probe;
pub mod twin;

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use experiments::entry::Catalog;
use mdbook_driver::MDBook;
use mdbook_simulation::Options;
use mdbook_simulation::Report;
use mdbook_simulation::cli;
use mdbook_simulation::host::Simulation;

/// A book in a temporary folder, lessons in `src/`, built into `site/`.
pub struct TinyBook {
    folder: tempfile::TempDir,
}

/// `book.toml` with nothing but the preprocessor's table and a build directory.
pub const PLAIN: &str = "[book]\ntitle = \"Tiny\"\n\n[build]\nbuild-dir = \"site\"\n\n\
    [preprocessor.simulation]\nafter = [\"links\"]\n";

impl TinyBook {
    /// A book of one lesson, `lesson.md`.
    #[must_use]
    pub fn new(lesson: &str) -> Self {
        Self::with(
            PLAIN,
            &[("SUMMARY.md", "# Summary\n\n- [Lesson](lesson.md)\n"), ("lesson.md", lesson)],
        )
    }

    /// A book with that configuration and those files below `src/`.
    ///
    /// # Panics
    /// When the temporary folder cannot be written.
    #[must_use]
    pub fn with(toml: &str, files: &[(&str, &str)]) -> Self {
        let book = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        book.write("book.toml", toml);
        for (path, text) in files {
            book.write(&format!("src/{path}"), text);
        }
        book
    }

    /// The folder of the book.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file, relative to the folder of the book.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write(&self, path: &str, text: &str) {
        self.write_bytes(path, text.as_bytes());
    }

    /// Writes a file that is no text, relative to the folder of the book.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write_bytes(&self, path: &str, bytes: &[u8]) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
    }

    /// Reads a file, relative to the folder of the book.
    ///
    /// # Panics
    /// When it cannot be read.
    #[must_use]
    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.root().join(path))
            .unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// The page of `lesson.md`.
    #[must_use]
    pub fn page(&self) -> String {
        self.read("site/lesson.html")
    }

    /// Builds with a catalog.
    ///
    /// # Errors
    /// Those of the build.
    pub fn build(&self, catalog: Catalog, options: Options) -> anyhow::Result<Report> {
        cli::build(self.root(), None, Arc::new(catalog), options)
    }

    /// Preprocesses with a catalog, after mdBook's `links`, and gives the report also when it has
    /// errors.
    ///
    /// # Panics
    /// When the book cannot be loaded.
    #[must_use]
    pub fn report(&self, catalog: Catalog, options: Options) -> Report {
        let mut book = MDBook::load(self.root()).expect("a book that loads");
        let simulation = Simulation::new(Arc::new(catalog), options);
        book.with_preprocessor(simulation.clone());
        // An error is in the report.
        let _ = book.preprocess_book(&Html);
        simulation.take_report().expect("the preprocessor ran")
    }

    /// The problems of the book as they are printed, with the temporary folder's name taken out.
    #[must_use]
    pub fn problems(&self, catalog: Catalog) -> String {
        let report = self.report(catalog, Options::default());
        let mut out = Vec::new();
        report.problems.report(&mut out).expect("memory can be written");
        let root = self.root().canonicalize().unwrap_or_else(|_| self.root().to_owned());
        String::from_utf8_lossy(&out)
            .replace(&root.display().to_string(), "[root]")
            .replace(&self.root().display().to_string(), "[root]")
    }
}

/// Stands for the HTML renderer where only preprocessors are to run.
#[derive(Clone, Copy, Debug)]
pub struct Html;

impl mdbook_renderer::Renderer for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn render(&self, _: &mdbook_renderer::RenderContext) -> anyhow::Result<()> {
        Ok(())
    }
}

/// Every file below a folder with its bytes.
#[must_use]
pub fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    fn walk(folder: &Path, base: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, base, found);
            } else if let (Ok(bytes), Ok(name)) = (std::fs::read(&path), path.strip_prefix(base)) {
                found.insert(name.to_owned(), bytes);
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(folder, folder, &mut found);
    found
}

/// The names of files that differ between two trees, or are in one only.
#[must_use]
pub fn differences(
    one: &BTreeMap<PathBuf, Vec<u8>>,
    other: &BTreeMap<PathBuf, Vec<u8>>,
) -> Vec<PathBuf> {
    let mut names: Vec<PathBuf> = one.keys().chain(other.keys()).cloned().collect();
    names.sort();
    names.dedup();
    names.retain(|name| one.get(name) != other.get(name));
    names
}

/// The root of this repository.
///
/// # Panics
/// Never: the tests crate lies in it.
#[must_use]
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

/// The program `mdbook-simulation`, which `tests/run` builds beside the tests.
///
/// # Panics
/// When it was not built.
#[must_use]
pub fn program() -> PathBuf {
    let tests = std::env::current_exe().expect("this test");
    let folder = tests.ancestors().nth(2).expect("target/release");
    let program = folder.join(format!("mdbook-simulation{}", std::env::consts::EXE_SUFFIX));
    assert!(program.exists(), "{} is missing: run `cargo build --release`", program.display());
    program
}
