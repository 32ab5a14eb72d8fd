//! The book at a folder, loaded as mdBook would.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;

use anyhow::Context as _;
use anyhow::bail;
use experiments::entry::Catalog;
use mdbook_driver::MDBook;
use mdbook_driver::config::Config;
use mdbook_preprocessor::Preprocessor;
use mdbook_preprocessor::PreprocessorContext;
use mdbook_preprocessor::book::Book;

use crate::Options;
use crate::Report;
use crate::host::Simulation;
use crate::store::records::Records;

/// The book, with mdBook's own preprocessors and those of `book.toml`.
pub(super) fn load(root: &Path) -> anyhow::Result<MDBook> {
    MDBook::load_with_config(root, configuration(root)?)
}

/// `book.toml` with what the environment overrides.
pub(super) fn configuration(root: &Path) -> anyhow::Result<Config> {
    let file = root.join("book.toml");
    if !file.is_file() {
        bail!("there is no book.toml in `{}`: give the folder of the book", root.display());
    }
    let mut config = Config::from_disk(file)?;
    config.update_from_env()?;
    Ok(config)
}

/// Runs everything up to rendering pages, computing and writing nothing. Lists the `numbers` that were typed, if
/// asked to.
pub(super) fn inspect(root: &Path, catalog: Arc<Catalog>, numbers: bool) -> anyhow::Result<Report> {
    let options = Options { check: true, numbers, ..Options::default() };
    let simulation = Simulation::new(catalog, options);
    preprocess(root, simulation.clone())?;
    simulation.take_report().context("mdBook did not run the preprocessor")
}

/// The book as it comes to our preprocessor, after those that run before it.
pub(super) fn read(root: &Path) -> anyhow::Result<(PreprocessorContext, Book)> {
    let reader = Reader::default();
    preprocess(root, reader.clone())?;
    let read = reader.0.lock().ok().and_then(|mut read| read.take());
    read.context("mdBook did not run the preprocessor")
}

/// Runs the preprocessors of a book, with this one in the place of ours.
fn preprocess(root: &Path, preprocessor: impl Preprocessor + 'static) -> anyhow::Result<()> {
    let mut config = configuration(root)?;
    // mdBook would create the files that SUMMARY.md misspells.
    config.build.create_missing = false;
    let renderers = config.get::<Vec<String>>("preprocessor.simulation.renderers")?;
    let renderer = renderers.and_then(|names| names.into_iter().next());
    let mut book = MDBook::load_with_config(root, config)?;
    book.with_preprocessor(preprocessor);
    book.preprocess_book(&Nothing(renderer.unwrap_or_else(|| "html".into())))?;
    Ok(())
}

/// The records that no lesson refers to.
pub(super) fn unreferenced(root: &Path, report: &Report) -> anyhow::Result<Vec<PathBuf>> {
    let records = configuration(root)?.get::<PathBuf>("preprocessor.simulation.records")?;
    let folder = root.join(records.unwrap_or_else(|| "records".into()));
    Ok(Records::new(folder).others(&report.records))
}

/// Stands for our preprocessor and keeps what comes to it.
#[derive(Clone, Default)]
struct Reader(Arc<Mutex<Option<(PreprocessorContext, Book)>>>);

impl Preprocessor for Reader {
    #[expect(clippy::unnecessary_literal_bound, reason = "the trait's signature")]
    fn name(&self) -> &str {
        "simulation"
    }

    fn run(&self, context: &PreprocessorContext, book: Book) -> anyhow::Result<Book> {
        if let Ok(mut place) = self.0.lock() {
            *place = Some((context.clone(), book.clone()));
        }
        Ok(book)
    }
}

/// Stands for the renderer of that name where only preprocessors are to run.
struct Nothing(String);

impl mdbook_renderer::Renderer for Nothing {
    fn name(&self) -> &str {
        &self.0
    }

    fn render(&self, _: &mdbook_renderer::RenderContext) -> anyhow::Result<()> {
        Ok(())
    }
}
