//! What a book shows, without its pages: simulations, records, figures.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;

use anyhow::bail;
use experiments::entry::Catalog;
use experiments::entry::Entry;
use experiments::figure::Figure;

use super::book;
use crate::cite::Source;
use crate::config::Config;
use crate::data::Library;
use crate::diagnostics::Place;
use crate::diagnostics::Problems;
use crate::diagnostics::SourceFile;
use crate::diagnostics::suggest;
use crate::exhibit;
use crate::exhibit::Exhibited;
use crate::host;
use crate::lesson;
use crate::lesson::Lesson;
use crate::obtain;
use crate::obtain::Policy;
use crate::obtain::Running;
use crate::resolve;
use crate::resolve::Resources;
use crate::resolve::Simulation;
use crate::store::records::Found;
use crate::store::records::Records;
use crate::store::records::Stored;
use crate::store::scratch::Scratch;

/// Simulations with their records and figures, by name.
pub(super) struct Shown<'c> {
    /// The simulations.
    pub(super) simulations: BTreeMap<String, Simulation<'c>>,
    /// Their records.
    pub(super) records: BTreeMap<String, Stored>,
    /// What the records show.
    pub(super) exhibits: BTreeMap<String, Exhibited>,
    /// What lessons ask for: names of simulations, each with the one figure or all of them.
    asked: Vec<(String, Option<String>)>,
}

impl Shown<'_> {
    /// Whether some lesson shows this figure of this simulation.
    #[must_use]
    pub(super) fn is_in_a_lesson(&self, name: &str, figure: &str) -> bool {
        self.asked
            .iter()
            .any(|(asked, only)| asked == name && only.as_ref().is_none_or(|only| only == figure))
    }
}

/// What the lessons ask for: of a sweep every frame.
fn asked(
    lessons: &[Lesson],
    simulations: &BTreeMap<String, Simulation<'_>>,
) -> Vec<(String, Option<String>)> {
    let mut asked = Vec::new();
    for showing in lessons.iter().flat_map(|lesson| lesson.showings.values()) {
        asked.push((showing.name.clone(), showing.figure.clone()));
        let sweep = simulations.get(&showing.name).and_then(|simulation| simulation.sweep.as_ref());
        for frame in sweep.filter(|_| showing.swept).iter().flat_map(|sweep| &sweep.frames) {
            asked.push((frame.simulation.clone(), showing.figure.clone()));
        }
    }
    asked
}

/// Where numbers may come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Means {
    /// From records; what has none runs, unless the book is frozen.
    Any,
    /// From records alone.
    Frozen,
    /// From a run of everything, which uses and leaves neither records nor finished shards.
    Fresh,
}

/// What the lessons of a book ask for, before any record.
pub(super) struct Asked<'c> {
    /// What `book.toml` says.
    pub(super) config: Config,
    /// The data files of the book.
    pub(super) library: Library,
    source: Source,
    /// The lessons.
    pub(super) lessons: Vec<Lesson>,
    /// The simulations that they show.
    pub(super) simulations: BTreeMap<String, Simulation<'c>>,
    /// Whether everything in them that looks like a directive is one.
    pub(super) is_scanned: bool,
}

/// Reads the book at `root` as far as to the simulations that its lessons show.
pub(super) fn ask<'c>(
    root: &Path,
    catalog: &'c Catalog,
    problems: &mut Problems,
) -> anyhow::Result<Asked<'c>> {
    let (context, book) = book::read(root)?;
    let config = Config::read(&context, problems);
    // A fault in prose or math is no reason not to draw a figure.
    let mut faults = Problems::default();
    let mut lessons = lesson::scan(&context, &book, &config, &mut faults);
    let library = Library::new(root, &config);
    let mut simulations = BTreeMap::new();
    let resources = Resources { catalog, library: &library, math: config.math };
    for lesson in &mut lessons {
        lesson.resolve(resources, &mut simulations, problems);
    }
    let source = Source {
        title: context.config.book.title.clone().unwrap_or_default(),
        authors: context.config.book.authors.clone(),
        url: config.url.clone(),
    };
    Ok(Asked { config, library, source, lessons, simulations, is_scanned: faults.errors() == 0 })
}

/// The simulations of the book at `root`, or the one called `name`; a name that the book does not
/// show is an experiment at its defaults.
pub(super) fn shown<'c>(
    root: &Path,
    name: Option<&str>,
    catalog: &'c Catalog,
    (means, program): (Means, Option<&Path>),
) -> anyhow::Result<Shown<'c>> {
    let mut problems = Problems::default();
    let Asked { mut config, library, lessons, mut simulations, .. } =
        ask(root, catalog, &mut problems)?;
    host::guard_backend(&config.backend, &mut problems);
    let asked = asked(&lessons, &simulations);
    // With a directive in error, the book might mean something else by the name.
    if problems.errors() == 0
        && let Some(name) = name
    {
        if !simulations.contains_key(name) {
            let resources = Resources { catalog, library: &library, math: config.math };
            at_defaults(name, resources, &mut simulations, &mut problems)?;
        }
        simulations.retain(|other, _| other == name);
    }
    let scratch = Scratch::new(root);
    let aside = match means {
        Means::Fresh => Some(scratch.aside()?),
        Means::Any | Means::Frozen => None,
    };
    config.frozen |= means == Means::Frozen;
    let scratch = match &aside {
        Some(aside) => {
            config.frozen = false;
            config.records = aside.records();
            aside.scratch()
        }
        None => &scratch,
    };
    let policy = match problems.errors() {
        0 if config.frozen => Policy::Refuse,
        0 => Policy::Compute,
        _ => Policy::Skip,
    };
    let running = &Running { workers: program.map(Path::to_owned), ..Running::default() };
    let sources = obtain::Sources { config: &config, library: &library, scratch, running };
    let (records, _) = obtain::obtain(&simulations, sources, policy, &mut problems);
    let exhibits = exhibit::exhibit(&simulations, &records, &mut problems);
    exhibit::enforce(&simulations, &exhibits, &mut problems);
    problems.report(&mut std::io::stderr().lock())?;
    if problems.errors() > 0 {
        bail!("nothing is written: see the errors above");
    }
    Ok(Shown { asked, simulations, records, exhibits })
}

/// A book as it is: what it shows and which records lie there. Nothing computes.
pub(super) struct Known<'c> {
    /// The simulations of the book, and the experiments at their defaults that were asked for.
    pub(super) simulations: BTreeMap<String, Simulation<'c>>,
    /// What lies where the records of those that were asked for should be.
    pub(super) found: BTreeMap<String, Found>,
    /// What the fresh ones of these show.
    pub(super) exhibits: BTreeMap<String, Exhibited>,
    /// The folder of records.
    pub(super) records: Records,
    /// The book.
    pub(super) source: Source,
    /// Whether every directive of the book could be read.
    pub(super) whole: bool,
    /// Names and figures that lessons show, in reading order, each with its page.
    pages: Vec<(String, Option<String>, String)>,
}

/// The book at `root`, with the records of these simulations. A name that the book does not show is an
/// experiment at its defaults, or left out. Problems of the book are printed.
pub(super) fn known<'c>(
    root: &Path,
    names: &BTreeSet<&str>,
    catalog: &'c Catalog,
) -> anyhow::Result<Known<'c>> {
    let mut problems = Problems::default();
    let Asked { config, library, source, lessons, mut simulations, .. } =
        ask(root, catalog, &mut problems)?;
    for name in names {
        if !simulations.contains_key(*name) && catalog.get(name).is_some() {
            let resources = Resources { catalog, library: &library, math: config.math };
            at_defaults(name, resources, &mut simulations, &mut problems)?;
        }
    }
    problems.report(&mut std::io::stderr().lock())?;
    let records = Records::new(config.records);
    let of = simulations.iter().filter(|(name, _)| names.contains(name.as_str()));
    let found: BTreeMap<String, Found> =
        of.map(|(name, simulation)| (name.clone(), records.find(&simulation.inputs))).collect();
    let fresh = found.iter().filter_map(|(name, found)| match found {
        Found::Fresh(stored) => Some((name.clone(), stored.clone())),
        _ => None,
    });
    // Whether claims hold is the business of `check` and `build`.
    let exhibits = exhibit::exhibit(&simulations, &fresh.collect(), &mut Problems::default());
    let pages = lessons.iter().flat_map(|lesson| {
        let of = |showing: &crate::resolve::Showing| {
            (showing.name.clone(), showing.figure.clone(), lesson.page.clone())
        };
        lesson.showings.values().map(of)
    });
    let pages = pages.collect();
    let whole = problems.errors() == 0;
    Ok(Known { simulations, found, exhibits, records, source, whole, pages })
}

impl Known<'_> {
    /// The record of a simulation if it is that of the code as it is, or what to do about it.
    pub(super) fn record(&self, name: &str) -> Result<&Stored, String> {
        const BUILD: &str = "build the book first, with `mdbook-simulation build`";
        let (Some(simulation), Some(found)) = (self.simulations.get(name), self.found.get(name))
        else {
            return Err(format!("there is no record of `{name}`"));
        };
        let path = self.records.path(&simulation.inputs);
        match found {
            Found::Fresh(stored) => Ok(stored),
            Found::Stale(stored) => Err(format!(
                "the record of `{name}` is stale: {}; {BUILD}",
                obtain::changed(stored, simulation).join(", ")
            )),
            Found::Corrupt(path, why) => {
                Err(format!("the record `{}` is not trusted: {why}; {BUILD}", path.display()))
            }
            Found::Missing => Err(format!(
                "there is no record of `{name}` (it would be `{}`): {BUILD}",
                path.display()
            )),
        }
    }

    /// The first page that shows a figure of a simulation.
    pub(super) fn page(&self, name: &str, figure: &str) -> Option<&str> {
        let shows = |only: &Option<String>| only.as_ref().is_none_or(|only| only == figure);
        self.pages
            .iter()
            .find(|(of, only, _)| of == name && shows(only))
            .map(|page| page.2.as_str())
    }

    /// Whether some lesson shows a simulation by its name.
    pub(super) fn is_shown(&self, name: &str) -> bool {
        self.pages.iter().any(|(of, ..)| of == name)
    }

    /// What to say of a name that is neither a simulation of the book nor an experiment.
    pub(super) fn unknown(&self, name: &str, catalog: &Catalog) -> String {
        unknown(name, catalog, &self.simulations)
    }
}

/// The figure of that name, or the first, with its place among them.
pub(super) fn figure<'f>(
    name: &str,
    asked: Option<&str>,
    figures: &'f [Figure],
) -> anyhow::Result<(usize, &'f Figure)> {
    let names = || figures.iter().map(|figure| figure.name.as_str());
    let is_asked = |figure: &Figure| asked.is_none_or(|asked| asked == figure.name);
    match figures.iter().position(is_asked) {
        Some(at) => Ok((at, &figures[at])),
        None => {
            let asked = asked.unwrap_or_default();
            bail!("`{name}` has no figure `{asked}`: {}", suggest(asked, names()))
        }
    }
}

/// Says on standard error which figures there are besides the first, which was taken.
pub(super) fn tell_others(figures: &[Figure]) {
    let others: Vec<String> =
        figures.iter().skip(1).map(|figure| format!("`{}`", figure.name)).collect();
    if let (Some(first), false) = (figures.first(), others.is_empty()) {
        let others = others.join(", ");
        eprintln!("note: this is `{}`; `--figure` gives the others: {others}", first.name);
    }
}

fn unknown(
    name: &str,
    catalog: &Catalog,
    simulations: &BTreeMap<String, Simulation<'_>>,
) -> String {
    let mut known: Vec<&str> = simulations.keys().map(String::as_str).collect();
    known.extend(catalog.iter().map(|entry: &Entry| -> &str { entry.id() }));
    known.sort_unstable();
    known.dedup();
    format!("there is no simulation and no experiment `{name}`: {}", suggest(name, known))
}

/// Adds the experiment of that name, as if a lesson said `[[simulation NAME]]`.
pub(super) fn at_defaults<'c>(
    name: &str,
    resources: Resources<'c, '_>,
    simulations: &mut BTreeMap<String, Simulation<'c>>,
    problems: &mut Problems,
) -> anyhow::Result<()> {
    if resources.catalog.get(name).is_none() {
        bail!(unknown(name, resources.catalog, simulations));
    }
    let file = SourceFile { path: "command line".into(), text: name.into() };
    let place = Place { file: file.into(), span: 0..name.len() };
    resolve::add_named(&[(name, &place)], resources, simulations, problems);
    Ok(())
}
