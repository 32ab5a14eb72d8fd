//! mdbook-simulation: from a directive in a lesson to a published figure.
//!
//! A lesson says `[[simulation adl-double-descent]]`. [`publish`] takes a book one straight line:
//!
//! 1. [`scan`]: lesson text to directives, math and code toggles with their places;
//! 2. [`resolve`]: ids to experiments, YAML to typed parameters, to run keys;
//! 3. [`obtain`]: the record with that key, or a run. *Below this line nothing computes*;
//! 4. [`exhibit`]: record to figures and claims;
//! 5. [`render`]: figure to SVG, TeX to HTML, to one line of HTML each;
//! 6. [`lesson`]: fragments spliced into the lesson, every other byte as it was.
//!
//! No step calls back into an earlier one (the scanner is a pure function, which captions go through as
//! well). Problems are values ([`diagnostics`]), collected over the
//! whole book. The catalog of experiments is an argument, not a global.

pub mod cli;
pub mod config;
pub mod data;
pub mod diagnostics;
pub mod exhibit;
pub mod export;
pub mod host;
pub mod key;
pub mod lesson;
pub mod number;
pub mod numbering;
pub mod obtain;
pub mod options;
pub mod render;
pub mod resolve;
pub mod runner;
pub mod scan;
pub mod source;
pub mod store;
pub mod sweep;
pub mod testcard;
pub mod theme;

use std::collections::BTreeMap;

use experiments::entry::Catalog;
use mdbook_preprocessor::PreprocessorContext;
use mdbook_preprocessor::book::Book;

use crate::config::Config;
use crate::data::Library;
use crate::diagnostics::Problems;
use crate::obtain::Counts;
use crate::obtain::Policy;
use crate::render::Rendered;
use crate::render::Renderer;
use crate::store::scratch::Scratch;

/// What a run may do, beyond the configuration of the book.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "settings are given by name")]
pub struct Options {
    /// Fail rather than compute, whatever the configuration says.
    pub frozen: bool,
    /// Look and tell: compute nothing, write no file.
    pub check: bool,
    /// The backend, instead of the configured one.
    pub backend: Option<String>,
}

/// What a run did, besides the book.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// What is wrong.
    pub problems: Problems,
    /// What obtaining the records took.
    pub counts: Counts,
    /// What rendering took.
    pub rendered: Rendered,
    /// The record files that lessons refer to.
    pub records: Vec<std::path::PathBuf>,
}

/// Replaces the directives, math and code toggles of a book. Where the report has errors, the book
/// is not fit to be published.
pub fn publish(
    context: &PreprocessorContext,
    book: &mut Book,
    catalog: &Catalog,
    options: &Options,
) -> Report {
    let mut problems = Problems::default();
    let mut config = Config::read(context, &mut problems);
    config.frozen |= options.frozen;
    config.backend = options.backend.clone().unwrap_or(config.backend);
    config::guard_build_directory(context, &config, &mut problems);
    host::guard_backend(&config.backend, &mut problems);
    let scratch = Scratch::new(&context.root);
    let library = Library::new(&context.root, &config);

    let mut lessons = lesson::scan(context, book, &config, &mut problems);

    let mut simulations = BTreeMap::new();
    for lesson in &mut lessons {
        lesson.resolve(catalog, &library, &mut simulations, &mut problems);
    }

    let policy = match problems.errors() {
        _ if config.frozen || options.check => Policy::Refuse,
        0 => Policy::Compute,
        _ => Policy::Skip,
    };
    let sources = obtain::Sources { config: &config, library: &library, scratch: &scratch };
    let (records, counts) = obtain::obtain(&simulations, sources, policy, &mut problems);

    let exhibits = exhibit::exhibit(&simulations, &records, &mut problems);

    let mut renderer =
        Renderer::new(&config, &scratch, &simulations, &records, &exhibits, &lessons);
    let contents: Vec<String> =
        lessons.iter().map(|lesson| renderer.lesson(lesson, &mut problems)).collect();
    if !options.check {
        renderer.write_files(&config.lessons, &mut problems);
    }
    let rendered = renderer.finish();

    lesson::splice(book, contents);

    let store = store::records::Records::new(config.records.clone());
    let records = simulations.values().map(|simulation| store.path(&simulation.inputs)).collect();
    Report { problems, counts, rendered, records }
}
