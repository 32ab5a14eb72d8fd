//! The card that says where the numbers of a figure come from, and how to get them again.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use experiments::record::Interval;
use experiments::record::Record;
use serde_json::Map;
use serde_json::Value;

use crate::key;
use crate::number::number;
use crate::render::html::escape;
use crate::resolve::Simulation;
use crate::store::records::Stored;

/// Parameters that have a line of their own.
const OWN_LINES: [&str; 2] = ["seed", "replicates"];

/// The card as a list of terms, one line of HTML.
pub(crate) fn card(simulation: &Simulation<'_>, stored: &Stored) -> String {
    let provenance = &stored.provenance;
    let text = |text: &str| escape(text);
    let code = |text: &str| format!("<code>{}</code>", bracketed(text));
    let mut rows = vec![("experiment", text(simulation.entry.id()))];
    rows.push(("parameters", parameters(simulation)));
    for name in OWN_LINES {
        rows.extend(simulation.parameters.get(name).map(|value| (name, text(&value.to_string()))));
    }
    rows.extend(intervals(&stored.record).map(|methods| ("intervals", text(&methods))));
    rows.push(("precision", text(simulation.entry.precision())));
    for (name, digest) in &stored.inputs.data {
        rows.push(("data", text(&format!("{name} ({})", key::short(digest)))));
    }
    rows.push(("backend", text(&provenance.backend)));
    rows.push(("ran on", text(&format!("{}, {}", provenance.device, provenance.platform))));
    let (seconds, shards) = (number(provenance.seconds), provenance.shards);
    rows.push(("computed", text(&format!("{}, {seconds} s in {shards} shards", provenance.date))));
    rows.push(("record", text(key::short(&stored.digest))));
    rows.push(("directive", code(&directive(simulation))));
    rows.push(("run it again", code(&command(&simulation.name))));
    let mut html = "<dl class=\"provenance\">".to_owned();
    for (term, value) in rows {
        let _ = write!(html, "<dt>{term}</dt><dd>{value}</dd>");
    }
    html.push_str("</dl>");
    html
}

/// The command that computes a simulation of the book again, whatever record lies there, and writes its
/// numbers into a file.
pub(crate) fn command(name: &str) -> String {
    format!("mdbook-simulation export {name} --fresh --format json")
}

/// The directive that asks for the simulation.
pub(crate) fn directive(simulation: &Simulation<'_>) -> String {
    let id = simulation.entry.id();
    let name = (simulation.name != id).then(|| format!("as: {}", simulation.name));
    let options: Vec<String> = name.into_iter().chain(overridden(simulation, &[])).collect();
    match options.is_empty() {
        true => format!("[[simulation {id}]]"),
        false => format!("[[simulation {id} {{{}}}]]", options.join(", ")),
    }
}

fn parameters(simulation: &Simulation<'_>) -> String {
    let changed = overridden(simulation, &OWN_LINES);
    match changed.is_empty() {
        true => "all at their defaults".into(),
        false => escape(&changed.join(", ")),
    }
}

/// The parameters that are not at their defaults, as an author would write them.
fn overridden(simulation: &Simulation<'_>, without: &[&str]) -> Vec<String> {
    let defaults = simulation.entry.complete(&Map::new()).unwrap_or_default();
    let fields = simulation.entry.fields();
    let names = fields.iter().map(|field| field.name).filter(|name| !without.contains(name));
    names
        .filter_map(|name| {
            let value = simulation.parameters.get(name)?;
            (defaults.get(name) != Some(value)).then(|| format!("{name}: {}", yaml(value)))
        })
        .collect()
}

/// A value in a YAML flow mapping. JSON is one; words without a second meaning go without quotes.
fn yaml(value: &Value) -> String {
    let plain = |word: &&str| {
        !matches!(*word, "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n")
            && word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.chars().all(|c| c.is_ascii_lowercase() || c == '-' || c == '_')
    };
    match value {
        Value::Array(items) => {
            format!("[{}]", items.iter().map(yaml).collect::<Vec<_>>().join(", "))
        }
        Value::String(word) if plain(&word.as_str()) => word.clone(),
        other => other.to_string(),
    }
}

/// The methods behind the intervals of a record, each with the levels that it achieves.
pub(crate) fn intervals(record: &Record) -> Option<String> {
    let mut methods: BTreeMap<String, Vec<Interval>> = BTreeMap::new();
    for estimate in record.estimates.values() {
        let text = estimate.interval.to_string();
        let method = text.split(", ").next().unwrap_or_default().to_owned();
        methods.entry(method).or_default().push(estimate.interval);
    }
    let words = |intervals: Vec<Interval>| {
        let by_level = |one: &&Interval, other: &&Interval| one.level().total_cmp(&other.level());
        let (low, high) = (intervals.iter().min_by(by_level), intervals.iter().max_by(by_level));
        let (low, high) = (low.map(ToString::to_string), high.map(ToString::to_string));
        let (low, high) = (low.unwrap_or_default(), high.unwrap_or_default());
        let level = high.split(", ").nth(1).filter(|_| low != high);
        // "Student t, 95.0 % to 99.8 %".
        level.map_or_else(|| low.clone(), |level| format!("{low} to {level}"))
    };
    let all: Vec<String> = methods.into_values().map(words).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

/// Escaped, with brackets that nothing downstream takes for a directive or a wiki's link, and that are copied
/// as they read.
fn bracketed(text: &str) -> String {
    escape(text).replace("[[", "[<wbr>[").replace("]]", "]<wbr>]")
}

#[cfg(test)]
mod tests {
    use super::*;
    use experiments::lab::statistics;
    use serde_json::json;

    #[test]
    fn values_are_yaml() {
        for (value, expected) in [
            (json!(0.5), "0.5"),
            (json!([1, 2]), "[1, 2]"),
            (json!("relu"), "relu"),
            (json!("no"), "\"no\""),
            (json!("1e3"), "\"1e3\""),
            (json!("a, b"), "\"a, b\""),
            (json!(["a", 0.25]), "[a, 0.25]"),
        ] {
            assert_eq!(yaml(&value), expected);
        }
    }

    #[test]
    fn methods_are_listed_once_with_their_levels() {
        let estimate =
            |interval| experiments::record::Estimate { interval, ..statistics::exact(1.0, 3) };
        let record = |intervals: &[Interval]| Record {
            estimates: intervals
                .iter()
                .enumerate()
                .map(|(i, interval)| (i.to_string(), estimate(*interval)))
                .collect(),
            ..Record::default()
        };
        let t = |level| Interval::StudentT { level };
        assert_eq!(intervals(&record(&[])), None);
        assert_eq!(
            intervals(&record(&[t(0.95), Interval::Exact, t(0.95)])).as_deref(),
            Some("Student t, 95.0 %; exact")
        );
        assert_eq!(
            intervals(&record(&[t(0.998), t(0.95), t(0.975)])).as_deref(),
            Some("Student t, 95.0 % to 99.8 %")
        );
    }
}
