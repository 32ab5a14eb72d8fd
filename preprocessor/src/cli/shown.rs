//! What a book shows, without its pages: simulations, records, figures.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::bail;
use experiments::entry::Catalog;

use super::book;
use crate::config::Config;
use crate::data::Library;
use crate::diagnostics::Problems;
use crate::diagnostics::suggest;
use crate::exhibit;
use crate::exhibit::Exhibited;
use crate::host;
use crate::lesson;
use crate::lesson::Lesson;
use crate::obtain;
use crate::obtain::Policy;
use crate::resolve::Simulation;
use crate::scan;
use crate::source::Origin;
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

/// The simulations of the book at `root`, or the one called `name`; a name that the book does not
/// show is an experiment at its defaults. What has no record runs, unless `frozen`.
pub(super) fn shown<'c>(
    root: &Path,
    name: Option<&str>,
    catalog: &'c Catalog,
    frozen: bool,
) -> anyhow::Result<Shown<'c>> {
    let (context, book) = book::read(root)?;
    let mut problems = Problems::default();
    let mut config = Config::read(&context, &mut problems);
    config.frozen |= frozen;
    host::guard_backend(&config.backend, &mut problems);
    // A fault in prose or math is no reason not to draw a figure.
    let mut lessons = lesson::scan(&context, &book, &config, &mut Problems::default());
    let library = Library::new(root, &config);
    let mut simulations = BTreeMap::new();
    for lesson in &mut lessons {
        lesson.resolve(catalog, &library, &mut simulations, &mut problems);
    }
    let asked = asked(&lessons, &simulations);
    // With a directive in error, the book might mean something else by the name.
    if problems.errors() == 0
        && let Some(name) = name
    {
        if !simulations.contains_key(name) {
            at_defaults(name, catalog, &library, &mut simulations, &mut problems)?;
        }
        simulations.retain(|other, _| other == name);
    }
    let policy = match problems.errors() {
        0 if config.frozen => Policy::Refuse,
        0 => Policy::Compute,
        _ => Policy::Skip,
    };
    let scratch = Scratch::new(root);
    let sources = obtain::Sources { config: &config, library: &library, scratch: &scratch };
    let (records, _) = obtain::obtain(&simulations, sources, policy, &mut problems);
    let exhibits = exhibit::exhibit(&simulations, &records, &mut problems);
    problems.report(&mut std::io::stderr().lock())?;
    if problems.errors() > 0 {
        bail!("nothing is written: see the errors above");
    }
    Ok(Shown { asked, simulations, records, exhibits })
}

/// Adds the experiment of that name, as if a lesson said `[[simulation NAME]]`.
fn at_defaults<'c>(
    name: &str,
    catalog: &'c Catalog,
    library: &Library,
    simulations: &mut BTreeMap<String, Simulation<'c>>,
    problems: &mut Problems,
) -> anyhow::Result<()> {
    if catalog.get(name).is_none() {
        let mut known: Vec<String> = simulations.keys().cloned().collect();
        known.extend(catalog.iter().map(|entry| entry.id().to_owned()));
        known.sort_unstable();
        known.dedup();
        bail!(
            "there is no simulation and no experiment `{name}`: {}",
            suggest(name, known.iter().map(String::as_str))
        );
    }
    let text = format!("[[simulation {name}]]");
    let nowhere = Path::new("");
    let mut lesson = Lesson {
        origin: Origin::trace(nowhere, nowhere, Path::new("command line"), &text),
        scan: scan::scan(&text, scan::Options { math: false }),
        text,
        showings: BTreeMap::new(),
        section: Vec::new(),
        page: String::new(),
    };
    lesson.resolve(catalog, library, simulations, problems);
    Ok(())
}
