//! `list`: every experiment that a lesson can name.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use experiments::entry::Catalog;
use experiments::entry::Entry;
use experiments::experiment::Cost;
use experiments::experiment::Place;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::shown;
use super::shown::Known;
use crate::number::number;
use crate::runner::progress;
use crate::store::layout;

#[derive(Debug, Args)]
pub(super) struct List {
    /// Print JSON instead of text
    #[arg(long)]
    json: bool,
    /// The folder of book.toml
    #[arg(long, default_value = ".")]
    root: PathBuf,
}

impl List {
    /// Runs the command.
    pub(super) fn run(&self, catalog: &Catalog, out: &mut dyn Write) -> anyhow::Result<()> {
        let known = shown::known(&self.root, &BTreeSet::new(), catalog)?;
        if self.json {
            let all: Vec<Value> = catalog.iter().map(|entry| value(entry, &known)).collect();
            writeln!(out, "{}", layout::compact(&all.into()))?;
            return Ok(());
        }
        let head = ["experiment", "what it shows", "in the book", "cost", "runs on", "precision"];
        let head = head.map(ToOwned::to_owned).to_vec();
        let rows = catalog.iter().map(|entry| row(entry, &known));
        write!(out, "{}", table(&std::iter::once(head).chain(rows).collect::<Vec<_>>(), 0))?;
        Ok(())
    }
}

fn row(entry: &Entry, known: &Known<'_>) -> Vec<String> {
    let names = names(entry, known);
    let shown: Vec<String> = names
        .iter()
        .map(|name| match known.simulations.get(*name).and_then(|of| of.sweep.as_ref()) {
            Some(sweep) => format!("{name} ({} values)", sweep.frames.len()),
            None if *name == entry.id() => "yes".into(),
            None => (*name).to_owned(),
        })
        .collect();
    let shown = if shown.is_empty() { "no".into() } else { shown.join(", ") };
    vec![
        entry.id().into(),
        entry.title().into(),
        shown,
        defaults(entry).map_or_else(String::new, |cost| seconds(cost.seconds)),
        place(entry.place()).into(),
        entry.precision().into(),
    ]
}

fn value(entry: &Entry, known: &Known<'_>) -> Value {
    let cost = defaults(entry);
    json!({
        "id": entry.id(),
        "title": entry.title(),
        "names": names(entry, known),
        "precision": entry.precision(),
        "place": place(entry.place()),
        "cost": cost.map(|cost| json!({"seconds": cost.seconds, "megabytes": cost.megabytes})),
    })
}

/// The names under which lessons show an experiment.
pub(super) fn names<'k>(entry: &Entry, known: &'k Known<'_>) -> Vec<&'k str> {
    let of = known.simulations.values().filter(|simulation| simulation.entry.id() == entry.id());
    of.map(|simulation| simulation.name.as_str()).filter(|name| known.is_shown(name)).collect()
}

/// What the experiment takes at its defaults.
fn defaults(entry: &Entry) -> Option<Cost> {
    entry.cost(&entry.complete(&Map::new()).ok()?).ok()
}

/// Where an experiment does its work, in words.
pub(super) fn place(place: Place) -> &'static str {
    match place {
        Place::Device => "backend",
        Place::Double => "backend, in f64",
        Place::Host => "host",
        Place::Both => "backend and host",
        _ => "elsewhere",
    }
}

/// An estimated time: a part of a second to two digits, anything longer as people say it.
pub(super) fn seconds(seconds: f64) -> String {
    if seconds > 0.0 && seconds < 1.0 {
        let digit = libm::exp10(libm::floor(libm::log10(seconds)) - 1.0);
        return format!("about {} s", number((seconds / digit).round() * digit));
    }
    match seconds == 0.0 {
        true => "about 0 s".into(),
        false => format!("about {}", progress::spoken(seconds)),
    }
}

/// Rows in columns as wide as they need to be, the last one as wide as it likes.
pub(super) fn table(rows: &[Vec<String>], indent: usize) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:<width$}"));
        let line = format!("{:indent$}{}", "", cells.collect::<Vec<_>>().join("  "));
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_by_characters() {
        let rows = [["é", "b", ""], ["long", "", "x"]].map(|row| row.map(String::from).to_vec());
        assert_eq!(table(&rows, 2), "  é     b\n  long     x\n");
        assert_eq!(table(&[], 2), "");
    }
}
