//! The documented JSON of a simulation: what `figures/<NAME>.json` holds.
//!
//! `id`, `name`, `digest`, `parameters`, `seed`, `replicates`, `estimates: {name: {value, low, high,
//! n, interval, unit}}`, `tables: {name: {columns: {name: [numbers]}, units: {name: unit}}}`, `claims:
//! {name: {text, verdict, statistic, low, high, threshold}}`, `provenance`. A grid is a table in long
//! form. Numbers that are not finite are the strings `"inf"`, `"-inf"`, `"nan"`.

use std::collections::BTreeMap;

use experiments::claim::Claim;
use experiments::claim::Threshold;
use experiments::record::Grid;
use experiments::record::Table;
use serde_json::Value;
use serde_json::json;

use crate::key;
use crate::number::number;
use crate::resolve::Simulation;
use crate::store::records::Stored;

/// A simulation with its record and claims, in the documented layout.
#[must_use]
pub fn simulation(simulation: &Simulation<'_>, stored: &Stored, claims: &[Claim]) -> Value {
    let record = &stored.record;
    let estimates: BTreeMap<&str, Value> = record
        .estimates
        .iter()
        .map(|(name, estimate)| {
            let mut value = key::json(estimate);
            value["interval"] = estimate.interval.to_string().into();
            value["unit"] = estimate.unit.as_str().into();
            if let Value::Object(map) = &mut value {
                map.remove("tolerance");
            }
            (name.as_str(), value)
        })
        .collect();
    let mut tables: BTreeMap<&str, Value> = BTreeMap::new();
    for (name, found) in &record.tables {
        tables.insert(name, table(found));
    }
    for (name, found) in &record.grids {
        tables.insert(name, table(&long(found)));
    }
    let claims: BTreeMap<&str, Value> =
        claims.iter().map(|found| (found.name.as_str(), claim(found))).collect();
    json!({
        "id": simulation.entry.id(),
        "name": simulation.name,
        "digest": stored.digest,
        "parameters": simulation.parameters,
        "seed": simulation.parameters.get("seed"),
        "replicates": simulation.parameters.get("replicates"),
        "estimates": estimates,
        "tables": tables,
        "claims": claims,
        "provenance": stored.provenance,
    })
}

fn table(table: &Table) -> Value {
    let columns: BTreeMap<&str, Value> = table
        .columns
        .iter()
        .map(|column| (column.name.as_str(), key::json(column)["values"].take()))
        .collect();
    let units: BTreeMap<&str, &str> =
        table.columns.iter().map(|column| (column.name.as_str(), column.unit.as_str())).collect();
    json!({ "columns": columns, "units": units })
}

fn long(grid: &Grid) -> Table {
    let (mut x, mut y, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for (row, at_y) in grid.values.iter().zip(&grid.y) {
        for (value, at_x) in row.iter().zip(&grid.x) {
            x.push(*at_x);
            y.push(*at_y);
            values.push(*value);
        }
    }
    Table::new([("x", x), ("y", y), (grid.quantity.as_str(), values)])
}

fn claim(claim: &Claim) -> Value {
    let mut value = key::json(claim);
    value["threshold"] = threshold(claim.threshold).into();
    if let Value::Object(map) = &mut value {
        map.remove("name");
        map.remove("figure");
        map.remove("interval");
    }
    value
}

/// What a claim asks for, in words.
#[must_use]
pub fn threshold(threshold: Threshold) -> String {
    match threshold {
        Threshold::AtLeast(least) => format!("at least {}", number(least)),
        Threshold::AtMost(most) => format!("at most {}", number(most)),
        Threshold::Above(least) => format!("more than {}", number(least)),
        Threshold::Below(most) => format!("less than {}", number(most)),
        Threshold::Within(low, high) => format!("from {} to {}", number(low), number(high)),
        Threshold::Count { least, of } if least == of => format!("all {of} replicates"),
        Threshold::Count { least, of } => format!("at least {least} of {of} replicates"),
    }
}
