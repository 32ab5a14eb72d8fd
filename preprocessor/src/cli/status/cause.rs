//! Why a record is not that of a simulation: which inputs of the run key differ, old and new.

use std::collections::BTreeSet;

use serde_json::Value;
use serde_json::json;

use crate::key;
use crate::obtain;
use crate::resolve::Simulation;
use crate::store::records::Stored;
use crate::store::sources::Sources;

/// One input that differs.
pub(super) struct Cause {
    /// What differs, old and new.
    pub(super) what: String,
    /// Of code: the items, and how each differs, or why they are not known.
    pub(super) items: Vec<String>,
}

impl Cause {
    /// As JSON.
    pub(super) fn json(&self) -> Value {
        json!({"what": self.what, "items": self.items})
    }
}

/// All inputs in which a simulation differs from a record of its experiment.
pub(super) fn causes(stored: &Stored, simulation: &Simulation<'_>) -> Vec<Cause> {
    let mut causes: Vec<Cause> = parameters(stored, simulation)
        .into_iter()
        .chain(obtain::changed(stored, simulation))
        .map(|what| Cause { what, items: Vec::new() })
        .collect();
    let (old, new) = (&stored.inputs.fingerprint, &simulation.inputs.fingerprint);
    if old != new
        && let Some(code) = causes.iter_mut().find(|cause| cause.what == obtain::CODE)
    {
        let (old, new) = (key::short(old), key::short(new));
        code.what = format!("{}: the fingerprint was {old}, is {new}", code.what);
        code.items = items(stored, simulation);
    }
    causes
}

fn parameters(stored: &Stored, simulation: &Simulation<'_>) -> Vec<String> {
    let (old, new) = (&stored.inputs.parameters, &simulation.inputs.parameters);
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let differs = |name: &&String| old.get(*name) != new.get(*name);
    let value = |value: Option<&Value>| value.map_or_else(|| "absent".into(), Value::to_string);
    let told = |name: &String| {
        format!("the parameter {name} was {}, is {}", value(old.get(name)), value(new.get(name)))
    };
    names.into_iter().filter(differs).map(told).collect()
}

fn items(stored: &Stored, simulation: &Simulation<'_>) -> Vec<String> {
    let now = Sources::of(simulation.entry.fingerprint());
    if stored.sources.is_empty() {
        return vec!["which item is not known: the record is from before that was kept".into()];
    }
    if now.is_empty() {
        return vec!["which item is not known: the experiment's fingerprint names none".into()];
    }
    let differences = stored.sources.differences(&now);
    if differences.is_empty() {
        return vec!["no item: the rules of the fingerprint, or the experiment's file".into()];
    }
    differences.into_iter().map(|(fate, name)| format!("{fate}: {name}")).collect()
}
