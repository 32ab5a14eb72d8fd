//! One simulation: what differs, its inputs, its record, its shards, and a way out.

use std::fmt::Write as _;
use std::path::Path;
use std::path::PathBuf;

use anyhow::anyhow;
use experiments::entry::Catalog;
use experiments::entry::Failure;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::super::list;
use super::super::list::table;
use super::cause;
use super::cause::Cause;
use super::shown;
use super::survey::Survey;
use super::survey::word;
use crate::key;
use crate::number::number;
use crate::provenance;
use crate::resolve::Simulation;
use crate::runner::outlook::Outlook;
use crate::store::records::Found;
use crate::store::records::Stored;

/// One simulation with all that is known of its record.
pub(super) struct One<'s, 'c> {
    simulation: &'s Simulation<'c>,
    survey: &'s Survey<'c>,
    found: Found,
    file: PathBuf,
    /// What differs from the record, or from the nearest one where there is none.
    causes: Vec<Cause>,
    /// The nearest record, where there is none.
    nearest: Option<&'s Path>,
    /// What computing it takes, or why it cannot be planned.
    outlook: Result<Outlook, Failure>,
}

impl<'s, 'c> One<'s, 'c> {
    /// Looks at the simulation of that name.
    pub(super) fn new(
        name: &str,
        survey: &'s Survey<'c>,
        catalog: &Catalog,
    ) -> anyhow::Result<Self> {
        let simulation = survey.simulations.get(name).ok_or_else(|| {
            let what = if catalog.get(name).is_some() { "experiment" } else { "simulation" };
            anyhow!("the {what} `{name}` cannot be resolved: see the errors above")
        })?;
        let found = survey.found(simulation);
        let (causes, nearest) = match &found {
            Found::Fresh(_) | Found::Corrupt(..) => (Vec::new(), None),
            Found::Stale(stored) => (cause::causes(stored, simulation), None),
            Found::Missing => match survey.nearest(simulation) {
                Some((path, stored)) => (cause::causes(stored, simulation), Some(path.as_path())),
                None => (Vec::new(), None),
            },
        };
        let file = survey.records.path(&simulation.inputs);
        let outlook = survey.outlook(simulation, &found);
        Ok(Self { simulation, survey, found, file, causes, nearest, outlook })
    }

    /// Whether its record is that of the code and the parameters as they are.
    pub(super) fn is_fresh(&self) -> bool {
        matches!(self.found, Found::Fresh(_))
    }

    pub(super) fn text(&self) -> String {
        let Self { simulation, survey, .. } = self;
        let mut out = format!("{}: {}\n", simulation.name, word(&self.found));
        let _ = writeln!(out, "{}", provenance::directive(simulation));
        let _ = match survey.referred.contains(&simulation.name) {
            true => writeln!(out, "first at {}", simulation.place),
            false => writeln!(out, "no lesson refers to it"),
        };
        self.why(&mut out);
        self.inputs(&mut out);
        self.record(&mut out);
        let _ = writeln!(out, "\nTo compute\n  {}", self.compute());
        out.push_str("\nWhat to do\n");
        for line in self.ways_out() {
            let _ = writeln!(out, "  {line}");
        }
        out
    }

    fn why(&self, out: &mut String) {
        match (&self.found, self.nearest) {
            (Found::Fresh(_), _) => return,
            (Found::Corrupt(_, why), _) => {
                let _ = writeln!(out, "\nWhy\n  the file is not trusted: {why}");
                return;
            }
            (Found::Stale(_), _) => out.push_str("\nWhat differs from the record\n"),
            (Found::Missing, Some(path)) => {
                let _ = writeln!(out, "\nWhat differs from the nearest record, {}", shown(path));
            }
            (Found::Missing, None) => out.push_str("\nWhy\n  nothing lies there\n"),
        }
        for cause in &self.causes {
            let _ = writeln!(out, "  {}", cause.what);
            for item in &cause.items {
                let _ = writeln!(out, "    {item}");
            }
        }
    }

    fn inputs(&self, out: &mut String) {
        let inputs = &self.simulation.inputs;
        let pairs = |map: &mut dyn Iterator<Item = (&String, &str)>| {
            map.map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(", ")
        };
        let crates = pairs(&mut inputs.crates.iter().map(|(name, of)| (name, of.as_str())));
        let data = pairs(&mut inputs.data.iter().map(|(name, of)| (name, key::short(of))));
        let overridden = self.overridden();
        let parameters: Vec<String> = overridden
            .iter()
            .map(|(name, value, default)| format!("{name} {value} (default {default})"))
            .collect();
        let parameters = match parameters.is_empty() {
            true => "all at their defaults".into(),
            false => parameters.join(", "),
        };
        let row = |name: &str, value: &str| vec![name.to_owned(), value.to_owned()];
        let rows = [
            row("run key", key::short(&inputs.digest())),
            row("fingerprint", key::short(&inputs.fingerprint)),
            row("parameters", &parameters),
            row("precision", &inputs.precision),
            row("crates", &crates),
            row("data", if data.is_empty() { "none of the book's" } else { &data }),
        ];
        let _ = write!(out, "\nAs it is now\n{}", table(&rows, 2));
    }

    fn record(&self, out: &mut String) {
        let _ = writeln!(out, "\nRecord\n  {}", shown(&self.file));
        if let Some(stored) = self.stored() {
            let of = &stored.provenance;
            let _ = writeln!(out, "  digest {}", stored.digest);
            let _ = writeln!(
                out,
                "  {}, took {} s in {} shards on {}",
                of.date,
                number(of.seconds),
                of.shards,
                of.backend
            );
        }
    }

    /// What it would take.
    fn compute(&self) -> String {
        let (outlook, cost) = match (&self.outlook, self.cost()) {
            (Ok(outlook), Ok(cost)) => (outlook, cost),
            (Err(failure), _) => return format!("not possible: {failure}"),
            (_, Err(failure)) => return format!("not possible: {failure}"),
        };
        let Outlook { shards, held, .. } = outlook;
        let held = format!("scratch holds {held} of {shards} shards");
        if self.is_fresh() {
            return format!("nothing; all of it {}; {held}", list::seconds(cost));
        }
        let limit = self.survey.config.max_seconds;
        let over = match cost > limit {
            true => format!(
                "; `max-seconds` is {} and all of it {}",
                number(limit),
                list::seconds(cost)
            ),
            false => String::new(),
        };
        format!("{} on one core; {held}{over}", list::seconds(outlook.seconds()))
    }

    /// Seconds on one core that the experiment expects of all of it.
    fn cost(&self) -> Result<f64, Failure> {
        let Simulation { entry, parameters, .. } = self.simulation;
        entry.cost(parameters).map(|cost| cost.seconds)
    }

    fn ways_out(&self) -> Vec<String> {
        let (name, file) = (&self.simulation.name, shown(&self.file));
        let referred = self.survey.referred.contains(name);
        let is_dear = self.cost().is_ok_and(|cost| cost > self.survey.config.max_seconds);
        let run = match referred && !is_dear {
            true => format!("`mdbook-simulation run {name}`, or `build`, computes it"),
            false => format!("`mdbook-simulation run {name}` computes it"),
        };
        match &self.found {
            Found::Fresh(_) if referred => vec!["nothing".into()],
            Found::Fresh(_) => {
                vec!["nothing; `mdbook-simulation gc` would remove the record".into()]
            }
            Found::Stale(_) => vec![run, "or undo what differs, if it was not meant".into()],
            Found::Corrupt(..) => {
                vec![format!("restore {file} from version control"), format!("or {run}")]
            }
            Found::Missing => {
                vec![run, format!("or restore {file} from version control, if it was there")]
            }
        }
    }

    pub(super) fn json(&self) -> Value {
        let inputs = &self.simulation.inputs;
        let outlook = self.outlook.as_ref().ok();
        let overridden: Map<String, Value> = self
            .overridden()
            .into_iter()
            .map(|(name, value, default)| (name, json!({"value": value, "default": default})))
            .collect();
        let trouble = match (&self.found, &self.outlook) {
            (Found::Corrupt(_, why), _) => Some(why.clone()),
            (_, Err(failure)) => Some(failure.to_string()),
            _ => None,
        };
        let stored = self.stored();
        json!({
            "name": self.simulation.name,
            "experiment": self.simulation.entry.id(),
            "state": word(&self.found),
            "trouble": trouble,
            "differs": self.causes.iter().map(Cause::json).collect::<Vec<_>>(),
            "nearest": self.nearest.map(|path| path.display().to_string()),
            "run_key": inputs.digest(),
            "inputs": inputs,
            "overridden": overridden,
            "file": self.file.display().to_string(),
            "digest": stored.map(|stored| &stored.digest),
            "provenance": stored.map(|stored| &stored.provenance),
            "shards": outlook.map(|of| json!({"all": of.shards, "held": of.held})),
            "cost": self.cost().ok(),
            "seconds": match self.is_fresh() {
                true => Some(0.0),
                false => outlook.map(Outlook::seconds),
            },
            "what_to_do": self.ways_out(),
        })
    }

    /// Parameters that differ from their defaults, each with both.
    fn overridden(&self) -> Vec<(String, &Value, Value)> {
        let Simulation { entry, parameters, .. } = self.simulation;
        let defaults = entry.complete(&Map::new()).unwrap_or_default();
        let differing = entry.fields().into_iter().filter_map(|field| {
            let value = parameters.get(field.name)?;
            let default = defaults.get(field.name).cloned().unwrap_or_default();
            (*value != default).then(|| (field.name.to_owned(), value, default))
        });
        differing.collect()
    }

    /// The record, also a stale one.
    fn stored(&self) -> Option<&Stored> {
        match &self.found {
            Found::Fresh(stored) | Found::Stale(stored) => Some(stored),
            _ => None,
        }
    }
}
