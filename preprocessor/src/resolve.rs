//! From directives to simulations: ids to experiments, YAML to typed parameters, names to run keys.

use std::collections::BTreeMap;
use std::ops::Range;

use experiments::entry::Catalog;
use experiments::entry::Entry;
use experiments::parameters::Fault;
use serde_json::Map;
use serde_json::Value;

use crate::diagnostics::Place;
use crate::diagnostics::Problem;
use crate::diagnostics::Problems;
use crate::diagnostics::suggest;
use crate::key::RunInputs;
use crate::scan::Directive;
use crate::source::Origin;

/// Options of a directive that are not parameters of the experiment.
const OPTIONS: [&str; 3] = ["as", "caption", "figure"];

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
    /// Whether every parameter has its default: then its claims are enforced.
    pub published: bool,
    /// Where it is first shown.
    pub place: Place,
}

/// One directive that shows a simulation.
#[derive(Clone, Debug, PartialEq)]
pub struct Showing {
    /// The name of the simulation.
    pub name: String,
    /// The one figure to show, or all.
    pub figure: Option<String>,
    /// The author's caption instead of the exhibit's.
    pub caption: Option<String>,
    /// Where.
    pub place: Place,
}

/// Resolves one `[[simulation …]]`, adds its simulation to those of the book, and says what to show.
pub fn resolve<'c>(
    directive: &Directive,
    origin: &Origin,
    catalog: &'c Catalog,
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
    let mut given = match &directive.options {
        None => Map::new(),
        Some(options) => match parse(&options.text) {
            Ok(map) => map,
            Err((message, at)) => {
                let last = options.text.len().saturating_sub(1);
                let start = options.source_offset(at.min(last));
                problems.push(Problem::error(
                    Some(origin.place(start..start + 1)),
                    format!("the options are not a YAML mapping: {message}"),
                    "write `{name: value, other: [1, 2]}`",
                ));
                return None;
            }
        },
    };
    let at = |key: &str| origin.place(key_span(directive, key));
    let mut text = |key: &'static str, problems: &mut Problems| match given.remove(key) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => {
            problems.push(Problem::error(
                Some(at(key)),
                format!("`{key}` is {other}, but must be text"),
                format!("write it in quotes: {key}: \"…\""),
            ));
            Err(())
        }
    };
    let (name, figure, caption) =
        (text("as", problems), text("figure", problems), text("caption", problems));
    let name = name.ok()?.unwrap_or_else(|| id.to_owned());
    if !is_name(&name) || catalog.get(&name).is_some_and(|other| other.id() != id) {
        problems.push(Problem::error(
            Some(at("as")),
            format!("`{name}` cannot be the name of a simulation of `{id}`"),
            "use up to 64 lower-case letters, digits and hyphens, not the id of another experiment",
        ));
        return None;
    }
    let parameters = match entry.complete(&given) {
        Ok(parameters) => parameters,
        Err(faults) => {
            for fault in faults {
                problems.push(parameter_problem(&fault, entry, at(fault.parameter())));
            }
            return None;
        }
    };
    let inputs = RunInputs::new(entry, &parameters);
    let published = entry.complete(&Map::new()).is_ok_and(|defaults| defaults == parameters);
    match simulations.get(&name) {
        Some(first) if first.inputs != inputs => {
            problems.push(Problem::error(
                Some(place),
                format!(
                    "`{name}` already names other parameters or another experiment, at {}",
                    first.place
                ),
                format!("give one of them a name of its own: {{as: {name}-2, …}}"),
            ));
            return None;
        }
        Some(_) => {}
        None => {
            let place = place.clone();
            let simulation =
                Simulation { name: name.clone(), entry, parameters, inputs, published, place };
            simulations.insert(name.clone(), simulation);
        }
    }
    Some(Showing { name, figure: figure.ok()?, caption: caption.ok()?, place })
}

/// Whether a name matches `[a-z0-9][a-z0-9-]{0,63}`.
fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    name.len() <= 64
        && name.bytes().next().is_some_and(plain)
        && name.bytes().all(|byte| plain(byte) || byte == b'-')
}

/// Reads a YAML flow mapping. A fault comes with its byte in the text.
fn parse(yaml: &str) -> Result<Map<String, Value>, (String, usize)> {
    // `y`, `no` and `off` are words here, not truth values.
    let options = serde_saphyr::options! { strict_booleans: true };
    serde_saphyr::from_str_with_options::<Map<String, Value>>(yaml, options).map_err(|error| {
        let at = error.location().map_or(0, |location| {
            let line = usize::try_from(location.line()).unwrap_or(1).max(1) - 1;
            let column = usize::try_from(location.column()).unwrap_or(1).max(1) - 1;
            let start: usize = yaml.split_inclusive('\n').take(line).map(str::len).sum();
            let in_line = yaml[start..].char_indices().nth(column);
            start + in_line.map_or(yaml.len() - start, |(at, _)| at)
        });
        let text = error.without_snippet().to_string();
        // Without the place, which we give ourselves, and without advice to programmers.
        let text = text.split(" at line ").next().unwrap_or_default();
        let text = text.split(", set ").next().unwrap_or_default();
        let text = text.split("; use ").next().unwrap_or_default().trim();
        (text.to_owned(), at)
    })
}

/// Where a key stands in the options of a directive; all of the options if it is not found.
fn key_span(directive: &Directive, key: &str) -> Range<usize> {
    let Some(options) = &directive.options else { return directive.subject_span.clone() };
    let yaml = options.text.as_str();
    let is_key = |at: &usize| {
        let before = yaml[..*at].trim_end().trim_end_matches(['"', '\'']).trim_end();
        let after = yaml[at + key.len()..].trim_start_matches(['"', '\'']).trim_start();
        (before.ends_with('{') || before.ends_with(',')) && after.starts_with(':')
    };
    match yaml.match_indices(key).map(|(at, _)| at).find(is_key) {
        Some(at) if !key.is_empty() => {
            let start = options.source_offset(at);
            start..start + key.len()
        }
        _ => options.span.clone(),
    }
}

fn parameter_problem(fault: &Fault, entry: &Entry, place: Place) -> Problem {
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

    #[test]
    fn options_are_yaml_with_faults_at_their_byte() {
        let map = parse("{as: wide, n: 40, lambdas: [1e-3, 0.5], caption: \"a: b\"}").unwrap();
        assert_eq!(
            Value::Object(map),
            serde_json::json!({"as": "wide", "n": 40, "lambdas": [1e-3, 0.5], "caption": "a: b"})
        );
        assert_eq!(parse("{as: y, caption: no}").unwrap()["caption"], "no");
        let (message, at) = parse("{n: 1, n: 2}").unwrap_err();
        assert!(message.contains("duplicate"), "{message}");
        assert_eq!(at, 7);
        assert!(parse("{n: [1}").is_err());
        assert!(parse("[1]").is_err());
    }
}
