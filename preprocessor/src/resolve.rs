//! From directives to simulations: ids to experiments, YAML to typed parameters, names to run keys.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use experiments::entry::Catalog;
use experiments::entry::Entry;
use experiments::parameters::Fault;
use serde_json::Map;
use serde_json::Value;

use crate::data::Library;
use crate::diagnostics::Place;
use crate::diagnostics::Problem;
use crate::diagnostics::Problems;
use crate::diagnostics::suggest;
use crate::key::RunInputs;
use crate::options;
use crate::options::Places;
use crate::scan::Directive;
use crate::sentence::Sentence;
use crate::source::Origin;
use crate::sweep;
use crate::sweep::Frame;
use crate::sweep::Sweep;
use crate::sweep::Swept;

/// Options of a directive that are not parameters of the experiment.
const OPTIONS: [&str; 5] = ["alt", "as", "caption", "figure", "sweep"];

/// Names that files of the build's own have in `figures/`.
const RESERVED: [&str; 1] = ["ledger"];

/// An experiment with one set of parameters, shown under a name.
pub struct Simulation<'c> {
    /// The name.
    pub name: String,
    /// The experiment.
    pub entry: &'c Entry,
    /// Its complete parameters.
    pub parameters: Map<String, Value>,
    /// What can change its numbers.
    pub inputs: RunInputs,
    /// Whether every parameter has its default: then its claims are enforced. Not so of what a live session shows
    /// instead of a fresh record.
    pub published: bool,
    /// The sweep that a slider takes it through; it is the frame that is shown first. The other frames
    /// are simulations of their own.
    pub sweep: Option<Sweep>,
    /// Where it is first shown.
    pub place: Place,
}

impl Simulation<'_> {
    /// The draft variant of this simulation, under its name: computed in seconds, and never published.
    ///
    /// # Errors
    /// Where the experiment cannot read the parameters, or a data set cannot be had.
    pub fn draft(&self, library: &Library) -> Result<Self, Vec<Problem>> {
        let (name, entry, place) = (self.name.clone(), self.entry, self.place.clone());
        let parameters = entry.draft(&self.parameters).map_err(|error| {
            let message = format!("`{name}` has no draft: {error}");
            vec![Problem::error(Some(place.clone()), message, "")]
        })?;
        let data = library.digests(entry, &parameters, &place)?;
        let inputs = RunInputs::new(entry, &parameters, data);
        Ok(Self { name, entry, parameters, inputs, published: false, sweep: None, place })
    }
}

/// One directive that shows a simulation.
#[derive(Clone, Debug, PartialEq)]
pub struct Showing {
    /// The name of the simulation.
    pub name: String,
    /// The one figure to show, or all.
    pub figure: Option<String>,
    /// The author's caption instead of the exhibit's.
    pub caption: Option<Sentence>,
    /// The author's words for those who do not see the figure, instead of the exhibit's.
    pub alt: Option<Sentence>,
    /// Whether this directive asks for the sweep; without, the simulation's own frame is shown alone.
    pub swept: bool,
    /// Where.
    pub place: Place,
}

impl Showing {
    /// Whether it shows the figure of that name.
    #[must_use]
    pub fn shows(&self, figure: &str) -> bool {
        self.figure.as_ref().is_none_or(|only| only == figure)
    }
}

/// What directives are resolved with.
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "given by name")]
pub struct Resources<'c, 'l> {
    /// The experiments.
    pub catalog: &'c Catalog,
    /// The data files of the book.
    pub library: &'l Library,
    /// Whether dollars are ours.
    pub math: bool,
}

/// Resolves one `[[simulation …]]`, adds its simulations to those of the book, and says what to show.
pub fn resolve<'c>(
    directive: &Directive,
    origin: &Origin,
    Resources { catalog, library, math }: Resources<'c, '_>,
    simulations: &mut BTreeMap<String, Simulation<'c>>,
    problems: &mut Problems,
) -> Option<Showing> {
    let id = directive.subject.as_str();
    let place = origin.place(directive.subject_span.clone());
    let Some(entry) = catalog.get(id) else {
        let known = catalog.iter().map(Entry::id);
        let message = if id.is_empty() {
            "`[[simulation]]` names no experiment".to_owned()
        } else {
            format!("there is no experiment `{id}`")
        };
        problems.push(Problem::error(Some(place), message, suggest(id, known)));
        return None;
    };
    let mut given = options::given(directive, origin, problems)?;
    let places = Places::new(directive, origin);
    let mut text = |key: &'static str, problems: &mut Problems| match given.remove(key) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => {
            problems.push(Problem::error(
                Some(places.key(&[key])),
                format!("`{key}` is {other}, but must be text"),
                format!("write it in quotes: {key}: \"…\""),
            ));
            Err(())
        }
    };
    let (name, figure) = (text("as", problems), text("figure", problems));
    let (caption, alt) = (text("caption", problems), text("alt", problems));
    let name = name.ok()?.unwrap_or_else(|| id.to_owned());
    if !is_name(&name) || is_another_id(&name, entry, catalog) {
        problems.push(Problem::error(
            Some(places.key(&["as"])),
            format!("`{name}` cannot be the name of a simulation of `{id}`"),
            "use up to 64 lower-case letters, digits and hyphens, not `ledger` and not the id of another experiment",
        ));
        return None;
    }
    let wanted = given.remove("sweep");
    let parameters = match entry.complete(&given) {
        Ok(parameters) => parameters,
        Err(faults) => {
            for fault in faults {
                let place = places.key(&[fault.parameter()]);
                problems.push(parameter_problem(&fault, entry, place));
            }
            return None;
        }
    };
    let mut resolved =
        Resolved { catalog, library, entry, simulations, problems, place: &place, new: Vec::new() };
    let swept = wanted.is_some();
    match wanted {
        None => resolved.add(&name, parameters, None, &place),
        Some(wanted) => {
            let frames = sweep::resolve(entry, &name, &given, &wanted, &places);
            match frames {
                Ok(frames) => resolved.add_frames(&name, frames),
                Err(found) => {
                    for problem in found {
                        resolved.problems.push(problem);
                    }
                    None
                }
            }
        }
    }?;
    resolved.finish();
    let mut sentence = |text: Option<String>, key: &str| {
        text.map(|text| Sentence::read(&text, math, &places.value(&[key]), problems))
    };
    let caption = sentence(caption.ok()?, "caption");
    let alt = sentence(alt.ok()?, "alt");
    Some(Showing { name, figure: figure.ok()?, caption, alt, swept, place })
}

/// Adds the simulations that directives name and no lesson shows: of an experiment's id, at its defaults.
/// Any other name is a problem at each of its places.
pub fn add_named<'c>(
    named: &[(&str, &Place)],
    Resources { catalog, library, .. }: Resources<'c, '_>,
    simulations: &mut BTreeMap<String, Simulation<'c>>,
    problems: &mut Problems,
) {
    for &(name, place) in named {
        if simulations.contains_key(name) {
            continue;
        }
        let Some(entry) = catalog.get(name) else {
            let ids = catalog.iter().map(|entry| entry.id().to_owned());
            let known: BTreeSet<String> = simulations.keys().cloned().chain(ids).collect();
            problems.push(Problem::error(
                Some(place.clone()),
                format!("no lesson shows a simulation `{name}`, and there is no such experiment"),
                suggest(name, known.iter().map(String::as_str)),
            ));
            continue;
        };
        // Defaults are always complete.
        let parameters = entry.complete(&Map::new()).unwrap_or_default();
        let mut resolved =
            Resolved { catalog, library, entry, simulations, problems, place, new: Vec::new() };
        if resolved.add(name, parameters, None, place).is_some() {
            resolved.finish();
        }
    }
}

/// The simulations of one directive: those that are new are added together, or none.
struct Resolved<'r, 'c> {
    catalog: &'c Catalog,
    library: &'r Library,
    entry: &'c Entry,
    simulations: &'r mut BTreeMap<String, Simulation<'c>>,
    problems: &'r mut Problems,
    /// Where the directive stands.
    place: &'r Place,
    new: Vec<Simulation<'c>>,
}

impl Resolved<'_, '_> {
    /// The simulation that the directive names, which may have been shown before.
    fn add(
        &mut self,
        name: &str,
        parameters: Map<String, Value>,
        sweep: Option<Sweep>,
        place: &Place,
    ) -> Option<()> {
        let inputs = self.inputs(&parameters, place)?;
        if let Some(first) = self.simulations.get(name) {
            let message = if first.inputs != inputs {
                "already names other parameters or another experiment, at"
            } else if sweep.is_some() && first.sweep != sweep {
                "is first shown without this sweep, at"
            } else {
                return Some(());
            };
            self.problems.push(Problem::error(
                Some(self.place.clone()),
                format!("`{name}` {message} {}", first.place),
                format!("give one of them a name of its own: {{as: {name}-2, …}}"),
            ));
            return None;
        }
        let published =
            self.entry.complete(&Map::new()).is_ok_and(|defaults| defaults == parameters);
        let (name, place) = (name.to_owned(), place.clone());
        let entry = self.entry;
        self.new.push(Simulation { name, entry, parameters, inputs, published, sweep, place });
        Some(())
    }

    /// The simulations of a sweep: the frame that is shown first bears the directive's name.
    fn add_frames(&mut self, name: &str, swept: Swept) -> Option<()> {
        let Swept { sweep, parameters } = swept;
        for (i, (parameters, place)) in parameters.into_iter().enumerate() {
            if i == sweep.start {
                let place = self.place.clone();
                self.add(name, parameters, Some(sweep.clone()), &place)?;
                continue;
            }
            let Frame { label, simulation: frame } = &sweep.frames[i];
            let inputs = self.inputs(&parameters, &place)?;
            let taken = match self.simulations.get(frame) {
                Some(other) if other.inputs != inputs => Some(format!(", at {}", other.place)),
                Some(_) => continue,
                None => is_another_id(frame, self.entry, self.catalog).then(String::new),
            };
            if let Some(taken) = taken {
                self.problems.push(Problem::error(
                    Some(place),
                    format!(
                        "the value {label} needs the name `{frame}`, which is another \
                         simulation's{taken}"
                    ),
                    format!("give the sweep a name of its own: {{as: {name}-2, …}}"),
                ));
                return None;
            }
            self.add(frame, parameters, None, &place)?;
        }
        Some(())
    }

    /// What can change the numbers. A data set that cannot be had is a problem at that place.
    fn inputs(&mut self, parameters: &Map<String, Value>, place: &Place) -> Option<RunInputs> {
        match self.library.digests(self.entry, parameters, place) {
            Ok(data) => Some(RunInputs::new(self.entry, parameters, data)),
            Err(found) => {
                for problem in found {
                    self.problems.push(problem);
                }
                None
            }
        }
    }

    fn finish(self) {
        let named = self.new.into_iter().map(|simulation| (simulation.name.clone(), simulation));
        self.simulations.extend(named);
    }
}

fn is_another_id(name: &str, entry: &Entry, catalog: &Catalog) -> bool {
    RESERVED.contains(&name) || catalog.get(name).is_some_and(|other| other.id() != entry.id())
}

/// Whether a name matches `[a-z0-9][a-z0-9-]{0,63}`.
fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    name.len() <= 64
        && name.bytes().next().is_some_and(plain)
        && name.bytes().all(|byte| plain(byte) || byte == b'-')
}

/// What is wrong with a parameter, and what may be given instead.
pub(crate) fn parameter_problem(fault: &Fault, entry: &Entry, place: Place) -> Problem {
    let hint = match fault {
        Fault::Unknown { name, known } => suggest(name, known.iter().copied().chain(OPTIONS)),
        Fault::Range { name, .. } => entry
            .fields()
            .iter()
            .find(|field| field.name == name)
            .map_or_else(String::new, |field| format!("`{name}`: {}", field.doc)),
        _ => String::new(),
    };
    Problem::error(Some(place), format!("`{}`: {fault}", entry.id()), hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_lower_case_words_with_hyphens() {
        for (name, expected) in [
            ("adl-double-descent", true),
            ("2x", true),
            ("", false),
            ("-a", false),
            ("A", false),
            ("a_b", false),
            ("a/../b", false),
            (&"a".repeat(64), true),
            (&"a".repeat(65), false),
        ] {
            assert_eq!(is_name(name), expected, "{name}");
        }
    }
}
