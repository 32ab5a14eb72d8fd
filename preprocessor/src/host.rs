//! mdBook as our host: the preprocessor trait, the protocol on standard input and output, and the
//! guards against what goes wrong there.

use std::io::BufWriter;
use std::io::Read;
use std::io::Write;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::Mutex;

use anyhow::Context as _;
use anyhow::bail;
use experiments::backend;
use experiments::entry::Catalog;
use mdbook_preprocessor::MDBOOK_VERSION;
use mdbook_preprocessor::Preprocessor;
use mdbook_preprocessor::PreprocessorContext;
use mdbook_preprocessor::book::Book;
use serde_json::Value;

use crate::Options;
use crate::Report;
use crate::config::Config;
use crate::config::guard_build_directory;
use crate::diagnostics::Problem;
use crate::diagnostics::Problems;
use crate::live;
use crate::publish;
use crate::runner::progress;

/// The preprocessor `simulation`, for mdBook's driver in this process.
#[derive(Clone)]
pub struct Simulation {
    catalog: Arc<Catalog>,
    options: Options,
    report: Arc<Mutex<Option<Report>>>,
}

impl Simulation {
    /// A preprocessor with that catalog.
    #[must_use]
    pub fn new(catalog: Arc<Catalog>, options: Options) -> Self {
        Self { catalog, options, report: Arc::default() }
    }

    /// What the last run did; nothing before the first and after it was taken.
    #[must_use]
    pub fn take_report(&self) -> Option<Report> {
        self.report.lock().ok()?.take()
    }
}

impl Preprocessor for Simulation {
    #[expect(clippy::unnecessary_literal_bound, reason = "the trait's signature")]
    fn name(&self) -> &str {
        "simulation"
    }

    fn run(&self, context: &PreprocessorContext, mut book: Book) -> anyhow::Result<Book> {
        let publish = || publish(context, &mut book, &self.catalog, &self.options);
        let report = match catch_unwind(AssertUnwindSafe(publish)) {
            Ok(report) => report,
            // A fault of ours is none of the author's, who goes on writing.
            Err(_) if is_kept_alive(context, &self.options) => return Ok(broken(book)),
            Err(payload) => resume_unwind(payload),
        };
        // A live session shows its errors in its pages; mdBook would end with the first.
        let lives_on = report.live && report.is_safe;
        let told = report.problems.report(&mut std::io::stderr().lock());
        if !lives_on {
            told?;
        }
        let fails = report.problems.errors() > 0 && !lives_on;
        summarise(&report);
        if let Ok(mut place) = self.report.lock() {
            *place = Some(report);
        }
        if fails {
            bail!("the book is not published: see the errors above");
        }
        Ok(book)
    }
}

/// Whether mdBook is to go on serving, whatever happened to us.
fn is_kept_alive(context: &PreprocessorContext, options: &Options) -> bool {
    let mut problems = Problems::default();
    let mut config = Config::read(context, &mut problems);
    config.frozen |= options.frozen;
    live::is_served(context, &config) && guard_build_directory(context, &config, &mut problems)
}

/// The book as it came, with words about it.
fn broken(mut book: Book) -> Book {
    book.for_each_chapter_mut(|chapter| {
        let message = "mdbook-simulation itself failed; the terminal says how. Nothing of it is in this page.";
        chapter.content = live::page::broken(message, &chapter.content);
    });
    book
}

/// One line on what was done; where nothing had to be computed, it is for machines and the curious alone.
fn summarise(report: &Report) {
    let Report { counts, rendered, .. } = report;
    let line = format!(
        "{counts}; {} figures drawn, {} read; {} formulas",
        rendered.drawn, rendered.read, rendered.formulas,
    );
    if counts.computed + counts.failed > 0 || progress::in_ci() {
        tracing::info!("{line}");
    } else {
        tracing::debug!("{line}");
    }
}

/// Serves mdBook's protocol: a context and a book as JSON in, a book as JSON out.
///
/// # Errors
/// When the input is not mdBook's, comes from another version, or the book has errors.
pub fn serve(
    input: &mut dyn Read,
    output: &mut dyn Write,
    catalog: Arc<Catalog>,
    options: Options,
) -> anyhow::Result<()> {
    let mut text = String::new();
    input.read_to_string(&mut text).context("standard input cannot be read")?;
    let (context, book) = read(&text)?;
    drop(text);
    let book = Simulation::new(catalog, options).run(&context, book)?;
    // The pieces that JSON is written in are a few bytes long, and standard output looks for lines in each.
    let mut output = BufWriter::with_capacity(1 << 16, output);
    serde_json::to_writer(&mut output, &book).context("standard output cannot be written")?;
    output.flush().context("standard output cannot be written")
}

/// What mdBook sends.
fn read(text: &str) -> anyhow::Result<(PreprocessorContext, Book)> {
    let read = serde_json::from_str::<(PreprocessorContext, Book)>(text);
    if let Ok((context, _)) = &read {
        guard_version(Some(&context.mdbook_version))?;
        return Ok(read?);
    }
    // The version says more than what in its form is not as we know it.
    let value: Value = serde_json::from_str(text).context(
        "standard input holds no book: mdBook runs this program as a preprocessor; \
         for people there are `build` and `check` (see `--help`)",
    )?;
    let version = value.get(0).and_then(|context| context.get("mdbook_version"));
    guard_version(version.and_then(Value::as_str))?;
    read.context("mdBook's input has another form than expected")
}

/// Refuses an mdBook whose books have another form, and warns of one that is merely not ours.
fn guard_version(found: Option<&str>) -> anyhow::Result<()> {
    let found = found.unwrap_or("unknown");
    let ours = semver::VersionReq::parse(&format!("^{MDBOOK_VERSION}"))?;
    let series = semver::Version::parse(MDBOOK_VERSION)?;
    match semver::Version::parse(found) {
        Ok(version) if (version.major, version.minor) != (series.major, series.minor) => bail!(
            "this is mdBook {found}, and mdbook-simulation works with {}.{}: \
             `cargo install mdbook --version {MDBOOK_VERSION}`, or build without mdBook: \
             `mdbook-simulation build`",
            series.major,
            series.minor
        ),
        Ok(version) if !ours.matches(&version) => {
            tracing::warn!(
                "this is mdBook {found}; mdbook-simulation was tested with {MDBOOK_VERSION}"
            );
            Ok(())
        }
        Ok(_) => Ok(()),
        Err(_) => bail!("mdBook does not say its version (`{found}`); {MDBOOK_VERSION} is needed"),
    }
}

/// Refuses a backend that is not compiled in, whether or not anything has to be computed.
pub fn guard_backend(name: &str, problems: &mut Problems) {
    if let Err(fault) = backend::check(name) {
        problems.push(Problem::error(None, fault.to_string(), ""));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_mdbook_is_refused_and_a_later_patch_is_not() {
        let guard = |version: &str| guard_version(Some(version)).map_err(|e| e.to_string());
        assert_eq!(guard(MDBOOK_VERSION), Ok(()));
        assert_eq!(guard("0.5.0"), Ok(()));
        assert!(guard("0.4.52").unwrap_err().contains("this is mdBook 0.4.52"));
        assert!(guard("0.6.0").is_err());
        assert!(guard("").is_err());
        assert!(guard_version(None).is_err());
    }

    #[test]
    fn input_that_is_no_book_says_what_to_do() {
        let mut out = Vec::new();
        let catalog = Arc::new(Catalog::new(Vec::new()));
        let error = serve(&mut "hello".as_bytes(), &mut out, catalog, Options::default());
        assert!(error.unwrap_err().to_string().contains("--help"));
        assert!(out.is_empty());
    }
}
