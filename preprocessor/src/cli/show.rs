//! `show`: all that is known of one simulation or experiment, without computing.

use std::fmt::Write as _;
use std::io::Write;
use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use experiments::entry::Catalog;
use experiments::record::Estimate;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::list;
use super::list::table;
use super::shown;
use super::shown::Known;
use crate::decide;
use crate::exhibit::Exhibited;
use crate::exhibit::measured;
use crate::export;
use crate::number;
use crate::number::number;
use crate::obtain;
use crate::provenance;
use crate::render::figure::plain;
use crate::resolve::Simulation;
use crate::store::layout;
use crate::store::records::Found;
use crate::store::records::Stored;

#[derive(Debug, Args)]
pub(super) struct Show {
    /// A simulation of the book, or else an experiment, which is taken at its defaults
    name: String,
    /// Print JSON instead of text
    #[arg(long)]
    json: bool,
    /// The folder of book.toml
    #[arg(long, default_value = ".")]
    root: PathBuf,
}

impl Show {
    /// Runs the command.
    pub(super) fn run(&self, catalog: &Catalog, out: &mut dyn Write) -> anyhow::Result<()> {
        let name = self.name.as_str();
        let known = shown::known(&self.root, &[name].into(), catalog)?;
        let Some(simulation) = known.simulations.get(name) else {
            bail!(known.unknown(name, catalog));
        };
        let sheet = Sheet::new(simulation, &known);
        match self.json {
            true => writeln!(out, "{}", layout::compact(&sheet.json()))?,
            false => write!(out, "{}", sheet.text())?,
        }
        Ok(())
    }
}

/// One simulation with what is known of it.
struct Sheet<'k, 'c> {
    simulation: &'k Simulation<'c>,
    known: &'k Known<'c>,
    /// The record, also a stale one, and why it is stale.
    record: Option<(&'k Stored, Option<String>)>,
    /// Why there is none.
    missing: &'k str,
    exhibited: Option<&'k Exhibited>,
    defaults: Map<String, Value>,
}

impl<'k, 'c> Sheet<'k, 'c> {
    fn new(simulation: &'k Simulation<'c>, known: &'k Known<'c>) -> Self {
        let (record, missing) = match known.found.get(&simulation.name) {
            Some(Found::Fresh(stored)) => (Some((stored, None)), ""),
            Some(Found::Stale(stored)) => {
                let why = obtain::changed(stored, simulation).join(", ");
                (Some((stored, Some(why))), "")
            }
            Some(Found::Corrupt(_, why)) => (None, why.as_str()),
            _ => (None, ""),
        };
        Self {
            simulation,
            known,
            record,
            missing,
            exhibited: known.exhibits.get(&simulation.name),
            defaults: simulation.entry.complete(&Map::new()).unwrap_or_default(),
        }
    }

    fn text(&self) -> String {
        let Self { simulation, known, .. } = self;
        let entry = simulation.entry;
        let mut out = format!("{}: {}\n", simulation.name, entry.title());
        let _ = writeln!(out, "{}", provenance::directive(simulation));
        let names = list::names(entry, known);
        let _ = match (known.is_shown(&simulation.name), &names[..]) {
            (true, _) => writeln!(out, "first shown at {}", simulation.place),
            (false, []) => writeln!(out, "no lesson shows this experiment"),
            (false, names) => writeln!(out, "lessons show this experiment as {}", names.join(", ")),
        };
        self.parameters(&mut out);
        self.estimates(&mut out);
        self.exhibit(&mut out);
        self.cost(&mut out);
        self.file(&mut out);
        out
    }

    fn parameters(&self, out: &mut String) {
        let value = |map: &Map<String, Value>, name: &str| {
            map.get(name).map_or_else(String::new, Value::to_string)
        };
        let rows = self.simulation.entry.fields().into_iter().map(|field| {
            let given = value(&self.simulation.parameters, field.name);
            let default = value(&self.defaults, field.name);
            let note =
                if given == default { String::new() } else { format!("(default {default})") };
            vec![field.name.into(), given, note, field.kind.to_string(), field.doc.into()]
        });
        section(out, "Parameters", &rows.collect::<Vec<_>>());
        let sweeps = self.simulation.entry.sweeps();
        let rows = sweeps.iter().map(|sweep| {
            let values: Vec<String> = sweep.values.iter().map(Value::to_string).collect();
            vec![sweep.parameter.to_owned(), values.join(", ")]
        });
        section(out, "Sweeps", &rows.collect::<Vec<_>>());
    }

    fn estimates(&self, out: &mut String) {
        let Some((stored, stale)) = &self.record else {
            let why =
                if self.missing.is_empty() { String::new() } else { format!(": {}", self.missing) };
            let _ = writeln!(out, "\nEstimates\n  no record yet{why}");
            return;
        };
        let rows = stored.record.estimates.iter().map(|(name, estimate)| {
            let interval = interval(estimate);
            let n = format!("n = {}", estimate.n);
            vec![name.clone(), with_unit(estimate), interval, n, estimate.interval.to_string()]
        });
        let title = if stale.is_some() { "Estimates (of a stale record)" } else { "Estimates" };
        section(out, title, &rows.collect::<Vec<_>>());
    }

    fn exhibit(&self, out: &mut String) {
        let Some(exhibited) = self.exhibited else { return };
        let claims = exhibited.claims.iter().map(|claim| {
            let text = format!("{}: measured {}", plain(&claim.text), measured(claim));
            vec![claim.verdict.to_string(), claim.name.clone(), text]
        });
        section(out, "Claims", &claims.collect::<Vec<_>>());
        let bounds = exhibited
            .bounds
            .iter()
            .map(|bound| vec![bound.verdict().to_string(), bound.id.clone(), decide::point(bound)]);
        section(out, "Bounds", &bounds.collect::<Vec<_>>());
        let figures = exhibited.figures.iter();
        let figures = figures.map(|figure| vec![figure.name.clone(), plain(&figure.caption)]);
        section(out, "Figures", &figures.collect::<Vec<_>>());
    }

    fn cost(&self, out: &mut String) {
        out.push_str("\nCost\n");
        if let Ok(cost) = self.simulation.entry.cost(&self.simulation.parameters) {
            let _ = writeln!(
                out,
                "  {} on one core, {} MB a shard",
                list::seconds(cost.seconds),
                number(cost.megabytes)
            );
        }
        if let Some((stored, _)) = &self.record {
            let of = &stored.provenance;
            let _ = writeln!(
                out,
                "  took {} s in {} shards on {} ({}, {})",
                number(of.seconds),
                of.shards,
                of.date,
                of.device,
                of.platform
            );
        }
        let entry = self.simulation.entry;
        let _ = writeln!(
            out,
            "  runs on: {}; precision: {}",
            list::place(entry.place()),
            entry.precision()
        );
    }

    fn file(&self, out: &mut String) {
        let path = self.known.records.path(&self.simulation.inputs);
        let _ = writeln!(out, "\nRecord\n  {}", path.strip_prefix(".").unwrap_or(&path).display());
        let _ = match &self.record {
            None => writeln!(out, "  no record yet"),
            Some((stored, None)) => writeln!(out, "  fresh, digest {}", stored.digest),
            Some((stored, Some(why))) => writeln!(out, "  stale: {why}; digest {}", stored.digest),
        };
    }

    fn json(&self) -> Value {
        let Self { simulation, known, .. } = self;
        let entry = simulation.entry;
        let parameters: Vec<Value> = entry
            .fields()
            .into_iter()
            .map(|field| {
                json!({
                    "name": field.name,
                    "allowed": field.kind.to_string(),
                    "default": self.defaults.get(field.name),
                    "value": simulation.parameters.get(field.name),
                    "doc": field.doc,
                })
            })
            .collect();
        let sweeps: Vec<Value> = entry
            .sweeps()
            .into_iter()
            .map(|sweep| json!({"parameter": sweep.parameter, "values": sweep.values}))
            .collect();
        let figures = self.exhibited.map(|exhibited| {
            let figure = |figure: &experiments::figure::Figure| {
                json!({"name": figure.name, "label": figure.label, "caption": figure.caption})
            };
            exhibited.figures.iter().map(figure).collect::<Vec<Value>>()
        });
        let cost = entry.cost(&simulation.parameters).ok();
        let claims = self.exhibited.map_or(&[][..], |exhibited| &exhibited.claims[..]);
        let bounds = self.exhibited.map_or(&[][..], |exhibited| &exhibited.bounds[..]);
        let bounds = bounds.iter().map(
            |bound| json!({"id": bound.id, "at": bound.at, "verdict": bound.verdict().to_string()}),
        );
        // As `export` gives it: estimates, tables, claims and provenance.
        let record = self.record.as_ref();
        json!({
            "id": entry.id(),
            "name": simulation.name,
            "title": entry.title(),
            "names": list::names(entry, known),
            "directive": provenance::directive(simulation),
            "precision": entry.precision(),
            "place": list::place(entry.place()),
            "parameters": parameters,
            "sweeps": sweeps,
            "figures": figures,
            "bounds": bounds.collect::<Vec<Value>>(),
            "cost": cost.map(|cost| json!({"seconds": cost.seconds, "megabytes": cost.megabytes})),
            "file": known.records.path(&simulation.inputs).display().to_string(),
            "fresh": record.is_some_and(|(_, stale)| stale.is_none()),
            "stale": record.and_then(|(_, stale)| stale.clone()),
            "record": record.map(|(stored, _)| export::simulation(simulation, stored, claims)),
        })
    }
}

fn section(out: &mut String, title: &str, rows: &[Vec<String>]) {
    if !rows.is_empty() {
        let _ = write!(out, "\n{title}\n{}", table(rows, 2));
    }
}

fn with_unit(estimate: &Estimate) -> String {
    let value = number::estimate(estimate);
    if estimate.unit.is_empty() { value } else { format!("{value} {}", estimate.unit) }
}

fn interval(estimate: &Estimate) -> String {
    match estimate.interval {
        experiments::record::Interval::Exact => String::new(),
        _ => format!("[{}, {}]", number(estimate.low), number(estimate.high)),
    }
}
