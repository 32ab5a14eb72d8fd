//! How a record is written: JSON that diffs well, a table row a line, an estimate a line, sorted by
//! name; numbers that read back bit-equal.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use experiments::record::Estimate;
use experiments::record::Grid;
use experiments::record::Record;
use experiments::record::Table;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Map;
use serde_json::Value;

use crate::key;

/// A record as JSON in the layout of the file: rows rather than columns.
#[must_use]
pub fn to_json(record: &Record) -> Value {
    let tables: BTreeMap<&String, Value> =
        record.tables.iter().map(|(name, table)| (name, table_to_json(table))).collect();
    let grids: BTreeMap<&String, Value> =
        record.grids.iter().map(|(name, grid)| (name, key::json(grid))).collect();
    serde_json::json!({
        "estimates": record.estimates,
        "tables": tables,
        "grids": grids,
        "notes": record.notes,
    })
}

/// Reads what [`to_json`] gives.
///
/// # Errors
/// What is not as it should be.
pub fn from_json(value: &Value) -> Result<Record, String> {
    let part = |name: &str| {
        let part = value.get(name).filter(|part| part.is_object());
        part.ok_or_else(|| format!("no `{name}`"))
    };
    let estimates: BTreeMap<String, Estimate> =
        Deserialize::deserialize(part("estimates")?).map_err(error)?;
    let grids: BTreeMap<String, Grid> = Deserialize::deserialize(part("grids")?).map_err(error)?;
    let tables = part("tables")?
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, table)| Ok((name.clone(), table_from_json(name, table)?)))
        .collect::<Result<_, String>>()?;
    let notes = serde_json::from_value(value.get("notes").cloned().unwrap_or_default());
    let notes = notes.map_err(error)?;
    Ok(Record { estimates, tables, grids, notes })
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn error(error: serde_json::Error) -> String {
    error.to_string()
}

fn table_to_json(table: &Table) -> Value {
    let column = |i: usize| key::json(&table.columns[i])["values"].clone();
    let columns: Vec<Value> = (0..table.columns.len()).map(column).collect();
    let rows: Vec<Value> = (0..table.rows())
        .map(|row| columns.iter().map(|values| values[row].clone()).collect())
        .collect();
    let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    let units: Vec<&str> = table.columns.iter().map(|column| column.unit.as_str()).collect();
    serde_json::json!({ "columns": names, "units": units, "rows": rows })
}

fn table_from_json(name: &str, table: &Value) -> Result<Table, String> {
    let list = |part: &str| {
        table
            .get(part)
            .and_then(Value::as_array)
            .ok_or_else(|| format!("no `{part}` in the table `{name}`"))
    };
    let (names, units, rows) = (list("columns")?, list("units")?, list("rows")?);
    let ragged = rows.iter().any(|row| row.as_array().is_none_or(|row| row.len() != names.len()));
    if ragged || units.len() != names.len() {
        return Err(format!("the table `{name}` is ragged"));
    }
    let columns = (0..names.len())
        .map(|i| {
            let values: Vec<Value> = rows.iter().map(|row| row[i].clone()).collect();
            let parts = [
                ("name", names[i].clone()),
                ("unit", units[i].clone()),
                ("values", Value::Array(values)),
            ];
            let column = parts.into_iter().map(|(part, value)| (part.to_owned(), value));
            serde_json::from_value(Value::Object(column.collect()))
                .map_err(|error| format!("in the table `{name}`: {error}"))
        })
        .collect::<Result<_, String>>()?;
    Ok(Table { columns })
}

/// Writes JSON with sorted keys, one line for each value that is small, and each item of a list of
/// lists on a line of its own.
#[must_use]
pub fn pretty(value: &Value) -> String {
    let mut out = String::new();
    write(value, 0, &mut out);
    out.push('\n');
    out
}

fn write(value: &Value, depth: usize, out: &mut String) {
    let flat = compact(value);
    // An estimate fits on a line, with its interval; a list of estimates, a record and a table do not.
    let short = flat.len() <= 240 && !has_list(value) && nesting(value) <= 2;
    let list_of_lists =
        |items: &[Value]| items.iter().any(|inner| inner.is_object() || inner.is_array());
    let nested = match value {
        Value::Object(_) => !short,
        Value::Array(items) => list_of_lists(items),
        _ => false,
    };
    if !nested {
        out.push_str(&flat);
        return;
    }
    let pad = |depth: usize, out: &mut String| {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', depth));
    };
    match value {
        Value::Object(map) => {
            out.push('{');
            for (i, (key, inner)) in sorted(map).into_iter().enumerate() {
                out.push_str(if i == 0 { "" } else { "," });
                pad(depth + 1, out);
                let _ = write!(out, "{}: ", Value::from(key.as_str()));
                write(inner, depth + 1, out);
            }
            pad(depth, out);
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (i, inner) in items.iter().enumerate() {
                out.push_str(if i == 0 { "" } else { "," });
                pad(depth + 1, out);
                write(inner, depth + 1, out);
            }
            pad(depth, out);
            out.push(']');
        }
        _ => out.push_str(&flat),
    }
}

fn has_list(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.values().any(has_list),
        other => other.is_array(),
    }
}

fn nesting(value: &Value) -> usize {
    match value {
        Value::Object(map) => 1 + map.values().map(nesting).max().unwrap_or(0),
        _ => 0,
    }
}

fn sorted(map: &Map<String, Value>) -> BTreeMap<&String, &Value> {
    map.iter().collect()
}

/// One line of JSON with sorted keys.
#[must_use]
pub fn compact(value: &Value) -> String {
    fn write(value: &Value, out: &mut Vec<u8>) {
        match value {
            Value::Object(map) => {
                out.push(b'{');
                for (i, (key, inner)) in sorted(map).into_iter().enumerate() {
                    out.extend_from_slice(if i == 0 { b"" } else { b", " });
                    leaf(key, out);
                    out.extend_from_slice(b": ");
                    write(inner, out);
                }
                out.push(b'}');
            }
            Value::Array(items) => {
                out.push(b'[');
                for (i, inner) in items.iter().enumerate() {
                    out.extend_from_slice(if i == 0 { b"" } else { b", " });
                    write(inner, out);
                }
                out.push(b']');
            }
            other => leaf(other, out),
        }
    }
    /// Writing to memory cannot fail.
    fn leaf<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) {
        let _ = serde_json::to_writer(out, value);
    }
    let mut out = Vec::new();
    write(value, &mut out);
    String::from_utf8(out).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use experiments::record::Interval;

    fn record() -> Record {
        let estimate = Estimate {
            value: 0.1 + 0.2,
            low: f64::NEG_INFINITY,
            high: f64::INFINITY,
            n: 20,
            interval: Interval::OrderStatistic { level: 0.958_6 },
            unit: "nats".into(),
            tolerance: 0.01,
        };
        Record {
            estimates: [("peak".into(), estimate)].into(),
            tables: [(
                "risk".into(),
                Table::new([("p", vec![1.0, 2.0]), ("median", vec![1e-300, f64::NAN])])
                    .unit("p", "features"),
            )]
            .into(),
            grids: [(
                "slice".into(),
                Grid {
                    x: vec![-1.0, 0.0, 1.0],
                    y: vec![0.5],
                    quantity: "loss".into(),
                    values: vec![vec![1.0, 1.0 / 3.0, f64::INFINITY]],
                },
            )]
            .into(),
            notes: vec!["one replicate excluded".into()],
        }
    }

    #[test]
    fn a_record_reads_back_bit_equal() {
        let text = pretty(&to_json(&record()));
        let back = from_json(&serde_json::from_str(&text).unwrap()).unwrap();
        assert_eq!(format!("{back:?}"), format!("{:?}", record()));
    }

    #[test]
    fn a_row_is_a_line() {
        insta::assert_snapshot!(pretty(&to_json(&record())));
    }

    #[test]
    fn a_ragged_table_is_refused() {
        let value = serde_json::json!({
            "estimates": {}, "grids": {}, "notes": [],
            "tables": {"t": {"columns": ["a", "b"], "units": ["", ""], "rows": [[1]]}},
        });
        assert_eq!(from_json(&value), Err("the table `t` is ragged".into()));
    }
}
