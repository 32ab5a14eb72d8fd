//! mdbook-simulation: from a directive in a lesson to a published figure.
//!
//! A lesson says `[[simulation adl-double-descent]]`. [`publish`] takes a book one straight line:
//!
//! 1. [`scan`]: lesson text to directives, math and code toggles with their places;
//! 2. [`resolve`]: ids to experiments, YAML to typed parameters, to run keys; [`asked`]: what all other
//!    directives ask for;
//! 3. [`obtain`]: the record with that key, or a run. *Below this line nothing computes*;
//! 4. [`exhibit`]: record to figures, claims and bounds;
//! 5. [`decide`]: what lessons state, against the records;
//! 6. [`numbering`]: numbers of figures, bounds, theorems and equations, over the whole book;
//! 7. [`render`]: figure to SVG, TeX to HTML, to one line of HTML each;
//! 8. [`lesson`]: fragments spliced into the lesson, every other byte as it was.
//!
//! No step calls back into an earlier one (the scanner is a pure function, which captions go through as
//! well). Problems are values ([`diagnostics`]), collected over the
//! whole book. The catalog of experiments is an argument, not a global.

pub mod agreement;
pub mod asked;
pub mod bibliography;
pub mod cite;
pub mod cli;
pub mod config;
pub mod data;
pub mod decide;
pub mod diagnostics;
pub mod exhibit;
pub mod export;
pub mod formula;
pub mod host;
pub mod key;
pub mod ledger;
pub mod lesson;
pub mod live;
pub mod number;
pub mod numbering;
pub mod obtain;
pub mod options;
pub(crate) mod provenance;
pub mod render;
pub mod resolve;
pub mod runner;
pub mod scan;
pub mod sentence;
pub mod source;
pub mod store;
pub mod sweep;
pub mod system;
pub mod testcard;
pub mod theme;
pub mod typed;

use std::collections::BTreeMap;

use experiments::entry::Catalog;
use mdbook_preprocessor::PreprocessorContext;
use mdbook_preprocessor::book::Book;

use crate::asked::Asked;
use crate::bibliography::Bibliography;
use crate::config::Config;
use crate::data::Library;
use crate::decide::Evidence;
use crate::diagnostics::Place;
use crate::diagnostics::Problems;
use crate::ledger::Ledger;
use crate::lesson::Lesson;
use crate::live::Live;
use crate::live::Shown;
use crate::live::page::Composer;
use crate::numbering::Index;
use crate::obtain::Counts;
use crate::obtain::Policy;
use crate::obtain::Running;
use crate::render::Material;
use crate::render::Page;
use crate::render::Rendered;
use crate::render::Renderer;
use crate::resolve::Resources;
use crate::sentence::SentencePart;
use crate::store::records::Records;
use crate::store::records::Stored;
use crate::store::scratch::Scratch;
use crate::typed::Typed;

/// What a run may do, beyond the configuration of the book.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "settings are given by name")]
pub struct Options {
    /// Fail rather than compute, whatever the configuration says.
    pub frozen: bool,
    /// Look and tell: compute nothing, write no file.
    pub check: bool,
    /// List the numbers that authors typed.
    pub numbers: bool,
    /// The backend, instead of the configured one.
    pub backend: Option<String>,
    /// How to run what has to be run.
    pub running: Running,
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
    /// Numbers that authors typed into lessons with computed ones, if they were asked for.
    pub typed: Vec<Typed>,
    /// The records, by the names of their simulations.
    pub stored: BTreeMap<String, Stored>,
    /// Whether the book is one of a live session, which shows what is wrong instead of failing.
    pub live: bool,
    /// Whether mdBook may go on without destroying what must not be lost.
    pub is_safe: bool,
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
    // What is not said right might have been a limit, or another folder.
    let is_configured = problems.errors() == 0;
    let is_safe = config::guard_build_directory(context, &config, &mut problems);
    let live = Live::of(context, &config, options);
    host::guard_backend(&config.backend, &mut problems);
    let scratch = Scratch::new(&context.root);
    let store = Records::new(config.records.clone());
    if !options.check {
        scratch.sweep();
        store.sweep();
    }
    let library = Library::new(&context.root, &config);

    let mut lessons = lesson::scan(context, book, &config, &mut problems);

    let mut simulations = BTreeMap::new();
    let resources = Resources { catalog, library: &library, math: config.math };
    for lesson in &mut lessons {
        lesson.resolve(resources, &mut simulations, &mut problems);
        lesson.read(&mut problems);
    }
    resolve::add_named(
        &named(&lessons, catalog, &mut problems),
        resources,
        &mut simulations,
        &mut problems,
    );
    let bibliography = Bibliography::read(&context.root, &config, &mut problems);

    let policy = match problems.errors() {
        _ if config.frozen || options.check => Policy::Refuse,
        0 => Policy::Compute,
        _ => Policy::Skip,
    };
    let running = &options.running;
    let sources =
        obtain::Sources { config: &config, library: &library, scratch: &scratch, running };
    let Shown { records, standings, counts } = match &live {
        Some(live) => live.obtain(&mut simulations, sources, is_configured, &mut problems),
        None => {
            let (records, counts) = obtain::obtain(&simulations, sources, policy, &mut problems);
            Shown { records, standings: BTreeMap::new(), counts }
        }
    };

    let exhibits = exhibit::exhibit(&simulations, &records, &mut problems);
    exhibit::enforce(&simulations, &exhibits, &mut problems);

    let evidence = Evidence {
        simulations: &simulations,
        records: &records,
        exhibits: &exhibits,
        standings: &standings,
    };
    let decided = decide::decide(&lessons, evidence, &mut problems);
    let index = Index::new(&lessons, &exhibits, &mut problems);
    let ledger = Ledger::new(&lessons, evidence, &decided, &index);

    let material = Material {
        config: &config,
        scratch: &scratch,
        evidence,
        decided: &decided,
        index: &index,
        ledger: &ledger,
        bibliography: &bibliography,
        check: options.check,
    };
    let mut renderer = Renderer::new(material, &lessons, &mut problems);
    let pages: Vec<Page> = lessons
        .iter()
        .enumerate()
        .map(|(l, lesson)| renderer.lesson(l, lesson, &mut problems))
        .collect();
    if !options.check {
        renderer.write_files(&config.lessons, &mut problems);
    }
    let rendered = renderer.finish();

    let contents = match &live {
        None => pages.iter().map(Page::text).collect(),
        Some(_) => {
            let composer = Composer { problems: &problems, evidence, lessons: &lessons };
            let pages = lessons.iter().zip(&pages);
            pages.map(|(lesson, page)| composer.compose(lesson, page)).collect()
        }
    };
    lesson::splice(book, contents);

    let files = simulations.values().map(|simulation| store.path(&simulation.inputs)).collect();
    // It scans each lesson once more.
    let looked_at = lessons.iter().filter(|_| options.numbers);
    let typed = looked_at.flat_map(|lesson| typed::typed(lesson, config.math)).collect();
    let live = live.is_some();
    Report { problems, counts, rendered, records: files, typed, stored: records, live, is_safe }
}

/// The simulations that directives name, each with the place that does. A bound that no experiment has is
/// a problem.
fn named<'l>(
    lessons: &'l [Lesson],
    catalog: &'l Catalog,
    problems: &mut Problems,
) -> Vec<(&'l str, &'l Place)> {
    let mut named = Vec::new();
    for part in lessons.iter().flat_map(Lesson::all_asked) {
        match part {
            SentencePart::Value(value) => named.push((value.name.as_str(), &value.place)),
            SentencePart::Asked(Asked::Bound(bound)) => match bound.subject(catalog) {
                Ok(name) => named.push((name, &bound.place)),
                Err(problem) => problems.push(problem),
            },
            SentencePart::Asked(asked) => named.extend(asked.names()),
        }
    }
    named
}
