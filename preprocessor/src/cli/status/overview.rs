//! The book in lines: a line for each simulation, then the records that nothing refers to, then a sum.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::super::list;
use super::cause;
use super::shown;
use super::survey::Survey;
use super::survey::word;
use crate::number::number;
use crate::obtain;
use crate::resolve::Simulation;
use crate::runner::outlook;
use crate::runner::outlook::Outlook;
use crate::store::records::Found;
use crate::store::records::Stored;

/// The states, in the order in which they are counted.
const STATES: [&str; 4] = ["fresh", "stale", "missing", "not trusted"];

/// A book with the state of each of its simulations.
pub(super) struct Overview<'s, 'c> {
    survey: &'s Survey<'c>,
    lines: Vec<Line<'s, 'c>>,
}

struct Line<'s, 'c> {
    simulation: &'s Simulation<'c>,
    found: Found,
    /// Of a simulation that is not fresh and can be planned.
    outlook: Option<Outlook>,
    why: String,
}

impl<'s, 'c> Overview<'s, 'c> {
    pub(super) fn new(survey: &'s Survey<'c>) -> Self {
        let lines = survey.simulations.values().map(|simulation| Line::new(simulation, survey));
        Self { survey, lines: lines.collect() }
    }

    /// Whether every simulation is fresh, as far as one can know.
    pub(super) fn is_fresh(&self) -> bool {
        self.survey.whole && self.lines.iter().all(Line::is_fresh)
    }

    pub(super) fn text(&self) -> String {
        let head = ["simulation", "record", "to compute", "took", "why"].map(String::from).to_vec();
        let mut out = String::new();
        if !self.lines.is_empty() {
            let rows: Vec<_> =
                std::iter::once(head).chain(self.lines.iter().map(Line::row)).collect();
            out.push_str(&list::table(&rows, 0));
            out.push('\n');
        }
        let unreferenced = &self.survey.unreferenced;
        if !unreferenced.is_empty() {
            let rows: Vec<_> =
                unreferenced.iter().map(|(path, stored)| row(path, stored)).collect();
            let _ = writeln!(
                out,
                "Records that nothing refers to (`mdbook-simulation gc` removes them)\n{}",
                list::table(&rows, 2)
            );
        }
        let states = self.count().map(|(state, count)| format!("{count} {state}")).join(", ");
        let _ = writeln!(
            out,
            "{}: {states}; records that nothing refers to: {}; to compute: {} on one core",
            plural(self.lines.len(), "simulation"),
            unreferenced.len(),
            list::seconds(self.seconds()),
        );
        if !self.survey.whole {
            out.push_str(
                "Some directives could not be read: what they refer to is missing above, and its \
                 records may be among those that nothing refers to.\n",
            );
        }
        out
    }

    pub(super) fn json(&self) -> Value {
        let unreferenced = self.survey.unreferenced.iter().map(|(path, stored)| {
            json!({
                "file": path.display().to_string(),
                "experiment": stored.inputs.experiment,
                "parameters": stored.inputs.parameters,
                "digest": stored.digest,
                "date": stored.provenance.date,
                "recorded_seconds": stored.provenance.seconds,
            })
        });
        let states: Map<String, Value> = self
            .count()
            .map(|(state, count)| (state.replace(' ', "_"), count.into()))
            .into_iter()
            .collect();
        json!({
            "simulations": self.lines.iter().map(|line| line.json(self.survey)).collect::<Vec<_>>(),
            "unreferenced": unreferenced.collect::<Vec<_>>(),
            "states": states,
            "seconds": self.seconds(),
            "whole": self.survey.whole,
        })
    }

    fn count(&self) -> [(&'static str, usize); 4] {
        let of = |state| self.lines.iter().filter(|line| word(&line.found) == state).count();
        STATES.map(|state| (state, of(state)))
    }

    /// Estimated seconds of all that would have to run; a shard of several simulations runs once.
    fn seconds(&self) -> f64 {
        let outlooks = self.lines.iter().filter_map(|line| line.outlook.as_ref());
        let missing = outlooks.flat_map(|outlook| outlook.missing.clone());
        outlook::total(&missing.collect::<BTreeMap<_, _>>())
    }
}

impl<'s, 'c> Line<'s, 'c> {
    fn new(simulation: &'s Simulation<'c>, survey: &Survey<'c>) -> Self {
        let found = survey.found(simulation);
        let mut why = match &found {
            Found::Fresh(_) => String::new(),
            Found::Stale(stored) => obtain::changed(stored, simulation).join(", "),
            Found::Corrupt(_, why) => why.clone(),
            Found::Missing => survey.nearest(simulation).map_or_else(String::new, |(_, stored)| {
                let causes = cause::causes(stored, simulation);
                let causes = causes.into_iter().map(|cause| cause.what);
                format!("of the nearest record, {}", causes.collect::<Vec<_>>().join(", "))
            }),
        };
        let outlook = match &found {
            Found::Fresh(_) => None,
            found => match survey.outlook(simulation, found) {
                Ok(outlook) => Some(outlook),
                Err(failure) => {
                    let separator = if why.is_empty() { "" } else { "; " };
                    why.push_str(&format!("{separator}{failure}"));
                    None
                }
            },
        };
        Self { simulation, found, outlook, why }
    }

    fn is_fresh(&self) -> bool {
        matches!(self.found, Found::Fresh(_))
    }

    fn stored(&self) -> Option<&Stored> {
        match &self.found {
            Found::Fresh(stored) | Found::Stale(stored) => Some(stored),
            _ => None,
        }
    }

    fn row(&self) -> Vec<String> {
        let compute = self.outlook.as_ref().map_or_else(String::new, |outlook| {
            let Outlook { shards, held, .. } = outlook;
            let seconds = list::seconds(outlook.seconds());
            if *held == 0 {
                seconds
            } else {
                format!("{seconds} ({held} of {shards} shards are there)")
            }
        });
        let took = self.stored().map(|stored| format!("{} s", number(stored.provenance.seconds)));
        let (name, why) = (self.simulation.name.clone(), self.why.clone());
        vec![name, word(&self.found).into(), compute, took.unwrap_or_default(), why]
    }

    fn json(&self, survey: &Survey<'_>) -> Value {
        let shards = self.outlook.as_ref().map(|of| json!({"all": of.shards, "held": of.held}));
        json!({
            "name": self.simulation.name,
            "experiment": self.simulation.entry.id(),
            "state": word(&self.found),
            "why": self.why,
            "file": survey.records.path(&self.simulation.inputs).display().to_string(),
            "shards": shards,
            "seconds": match self.is_fresh() {
                true => Some(0.0),
                false => self.outlook.as_ref().map(Outlook::seconds),
            },
            "recorded_seconds": self.stored().map(|stored| stored.provenance.seconds),
        })
    }
}

fn row(path: &Path, stored: &Stored) -> Vec<String> {
    let took = format!("took {} s", number(stored.provenance.seconds));
    vec![shown(path), stored.provenance.date.clone(), took]
}

fn plural(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}
