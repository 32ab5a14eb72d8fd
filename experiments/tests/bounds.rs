//! The bounds of the catalog on the committed records: complete, each id once, and equal to an
//! evaluation by other programs (`tests/peers/bounds.py` wrote it).

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;

use experiments::bound::Bound;
use experiments::bound::BoundVerdict;
use experiments::bound::Relation;
use experiments::catalog;
use experiments::entry::Entry;
use experiments::record::Record;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

/// A record of the course, and the bounds on it.
struct Evaluated {
    experiment: &'static str,
    /// Name of its file, without ending.
    stem: String,
    published: bool,
    record: Record,
    bounds: Vec<Bound>,
}

/// Every committed record of every experiment.
fn evaluated() -> Vec<Evaluated> {
    let catalog = catalog::all();
    catalog.iter().flat_map(of_entry).collect()
}

fn of_entry(entry: &Entry) -> Vec<Evaluated> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("records").join(entry.id());
    let Ok(files) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    files.sort();
    let defaults = entry.complete(&Map::new()).expect("defaults");
    let read = |path: &std::path::PathBuf| {
        let stored: Value =
            serde_json::from_str(&std::fs::read_to_string(path).expect("text")).expect("JSON");
        let parameters = stored["inputs"]["parameters"].as_object().expect("parameters");
        let record = record(&stored["record"]);
        Evaluated {
            experiment: entry.id(),
            stem: path.file_stem().expect("a name").to_string_lossy().into(),
            published: *parameters == defaults,
            bounds: entry.bounds(parameters, &record).expect("bounds"),
            record,
        }
    };
    files.iter().map(read).collect()
}

/// A record as it is stored: a table is rows there.
fn record(stored: &Value) -> Record {
    let column = |table: &Value, place: usize| {
        let rows = table["rows"].as_array().expect("rows");
        let values: Vec<&Value> = rows.iter().map(|row| &row[place]).collect();
        json!({ "name": table["columns"][place], "values": values })
    };
    let table = |(name, table): (&String, &Value)| {
        let count = table["columns"].as_array().expect("columns").len();
        let columns: Vec<Value> = (0..count).map(|place| column(table, place)).collect();
        (name.clone(), json!({ "columns": columns }))
    };
    let tables: Map<String, Value> =
        stored["tables"].as_object().expect("tables").iter().map(table).collect();
    let record = json!({ "estimates": stored["estimates"], "tables": tables });
    serde_json::from_value(record).expect("a record")
}

#[test]
fn what_is_declared_is_evaluated_and_no_id_stands_for_two_theorems() {
    let catalog = catalog::all();
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for entry in catalog.iter() {
        for &id in entry.bound_ids() {
            assert_eq!(owners.insert(id, entry.id()), None, "`{id}` is there twice");
            let valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(id.chars().all(valid), "{id}");
        }
        let published: Vec<Evaluated> =
            of_entry(entry).into_iter().filter(|found| found.published).collect();
        let [found] = published.as_slice() else {
            assert!(entry.bound_ids().is_empty(), "{} has no record at its defaults", entry.id());
            continue;
        };
        let ids: BTreeSet<&str> = found.bounds.iter().map(|bound| bound.id.as_str()).collect();
        assert_eq!(ids, entry.bound_ids().iter().copied().collect());
    }
    assert!(owners.len() >= 7, "{owners:?}");
}

#[test]
fn every_bound_is_complete() {
    for Evaluated { experiment, record, bounds, .. } in evaluated() {
        let mut points: BTreeMap<&str, Vec<&BTreeMap<String, f64>>> = BTreeMap::new();
        for bound in &bounds {
            let id = &bound.id;
            assert_eq!(bound.unresolved().count(), 0, "{id}: {}", bound.numbers);
            for words in
                [&bound.title, &bound.statement, &bound.numbers, &bound.left.tex, &bound.right.tex]
            {
                assert!(!words.is_empty() && !words.contains('\n'), "{id}: {words}");
            }
            assert!(!bound.assumptions.is_empty() && !bound.references.is_empty(), "{id}");
            let mut names = BTreeSet::new();
            for symbol in &bound.symbols {
                assert!(names.insert(&symbol.name), "{id} has `{}` twice", symbol.name);
                // The meaning heads its row, and a screen reader reads no formula as a heading.
                let meaning = &symbol.meaning;
                let words = meaning.split('$').step_by(2).any(|part| !part.trim().is_empty());
                assert!(words, "{id}: {meaning}");
                let value = symbol.value.as_ref().expect("a value");
                if !symbol.field.is_empty() {
                    assert_eq!(
                        value,
                        record.estimate(&symbol.field),
                        "{experiment}.{}",
                        symbol.field
                    );
                }
            }
            let known = points.entry(id).or_default();
            assert!(!known.contains(&&bound.at), "{id} at {:?} twice", bound.at);
            assert!(known.iter().all(|at| at.keys().eq(bound.at.keys())), "{id}");
            known.push(&bound.at);
        }
    }
}

#[test]
fn a_theorem_whose_hypotheses_are_met_is_not_contradicted() {
    for Evaluated { experiment, bounds, .. } in evaluated() {
        for bound in bounds {
            let (verdict, met) = (bound.verdict(), bound.unmet().next().is_none());
            assert!(verdict != BoundVerdict::Violated || !met, "{experiment}: {bound:#?}");
        }
    }
}

fn peers() -> Vec<Value> {
    let file: Value =
        serde_json::from_str(include_str!("../../tests/peers/bounds.json")).expect("JSON");
    file["bounds"].as_array().expect("a list").clone()
}

fn number(value: &Value) -> f64 {
    match value {
        Value::String(name) if name == "inf" => f64::INFINITY,
        Value::String(name) if name == "nan" => f64::NAN,
        value => value.as_f64().expect("a number"),
    }
}

#[track_caller]
fn near(found: f64, expected: f64, what: &str) {
    let equal = found == expected || (found.is_nan() && expected.is_nan());
    assert!(equal || (found / expected - 1.0).abs() < 1e-9, "{what}: {found} is not {expected}");
}

#[test]
fn every_bound_is_what_other_programs_say() {
    let mut expected: BTreeMap<(String, String, String, String), Value> = peers()
        .into_iter()
        .map(|line| {
            let text = |key: &str| line[key].as_str().expect("a word").to_owned();
            let key = (text("experiment"), text("record"), text("id"), place(&line["at"]));
            (key, line)
        })
        .collect();
    let mut verdicts: BTreeMap<String, usize> = BTreeMap::new();
    for Evaluated { experiment, stem, bounds, .. } in evaluated() {
        for bound in bounds {
            let at = place(&json!(bound.at));
            let what = format!("{experiment}, {} at {at}", bound.id);
            let key = (experiment.to_owned(), stem.clone(), bound.id.clone(), at);
            let line = expected.remove(&key).unwrap_or_else(|| panic!("peers lack {what}"));
            for (side, name) in [(&bound.left, "left"), (&bound.right, "right")] {
                near(side.value.value, number(&line[name]["value"]), &format!("{what}, {name}"));
                near(side.value.low, number(&line[name]["low"]), &format!("{what}, {name} low"));
                near(side.value.high, number(&line[name]["high"]), &format!("{what}, {name} high"));
            }
            for (name, value) in line["symbols"].as_object().expect("symbols") {
                let symbol = bound.symbols.iter().find(|symbol| symbol.name == *name);
                let found =
                    symbol.and_then(|symbol| symbol.value.as_ref()).expect("a symbol").value;
                near(found, number(value), &format!("{what}, {name}"));
            }
            let verdict = json!(bound.verdict());
            assert_eq!(verdict, line["verdict"], "{what}");
            let kind = match bound.relation {
                Relation::Equal { .. } => "identity",
                _ => "bound",
            };
            *verdicts.entry(format!("{kind} {}", bound.verdict())).or_default() += 1;
        }
    }
    assert!(expected.is_empty(), "peers alone have {:?}", expected.keys());
    for kind in [
        "bound holds",
        "bound vacuous",
        "bound violated",
        "bound hypothesis not met",
        "identity holds",
    ] {
        assert!(verdicts.contains_key(kind), "no {kind}: {verdicts:?}");
    }
}

/// A point as text, whole numbers without decimals.
fn place(at: &Value) -> String {
    let at = at.as_object().expect("a point").iter();
    let mut parts: Vec<String> =
        at.map(|(key, value)| format!("{key} = {}", number(value))).collect();
    parts.sort();
    parts.join(", ")
}

/// Other values of the parameters of an experiment, and what is expected of a bound then, on the record at
/// the defaults: what is read from it stays, what is computed changes.
#[track_caller]
fn with(experiment: &str, changed: &Value, id: &str, at: &[(&str, f64)]) -> Option<Bound> {
    let catalog = catalog::all();
    let entry = catalog.get(experiment).expect("an experiment");
    let found = of_entry(entry).into_iter().find(|found| found.published).expect("a record");
    let given = changed.as_object().expect("an object");
    let parameters = entry.complete(given).expect("parameters within their ranges");
    let bounds = entry.bounds(&parameters, &found.record).expect("bounds");
    let at: BTreeMap<String, f64> =
        at.iter().map(|(key, value)| ((*key).to_owned(), *value)).collect();
    bounds.into_iter().find(|bound| bound.id == id && bound.at == at)
}

#[test]
fn another_probability_asks_for_another_quantile() {
    let hoeffding = |delta: f64, id: &str, n: f64| {
        with("adl-hoeffding", &json!({ "delta": delta }), id, &[("n", n)]).expect("a bound")
    };
    // scipy.stats.binom(1000, risk): P(gap > x) <= 0.2 from x = 0.015547 on.
    let bound = hoeffding(0.2, "hoeffding", 1000.0);
    near(bound.left.value.value, 0.015_546_684_761_348_8, "the 80 % quantile of the gap");
    assert!(bound.left.value.high < hoeffding(0.05, "hoeffding", 1000.0).left.value.low);
    assert_eq!(bound.unresolved().count(), 0);
    // Of the largest of ten gaps the law is not known.
    let bound = hoeffding(0.2, "hoeffding-class", 1000.0);
    assert_eq!((bound.right.value.value, bound.verdict()), (0.2, BoundVerdict::Holds));
    assert_eq!(bound.unresolved().count(), 0);
}

#[test]
fn a_penalty_that_is_not_optimal_does_not_meet_the_hypothesis() {
    let ridge = |changed: Value| {
        with("adl-double-descent-theory", &changed, "optimal-ridge", &[("gamma", 0.5)])
    };
    assert_eq!(ridge(json!({})).map(|bound| bound.verdict()), Some(BoundVerdict::Holds));
    let other = ridge(json!({ "penalty": 2.0 }));
    assert_eq!(other.map(|bound| bound.verdict()), Some(BoundVerdict::HypothesisNotMet));
    assert_eq!(ridge(json!({ "sigma": 0.0 })), None);
}

#[test]
fn a_mean_that_is_off_contradicts_the_exact_risk() {
    let verdict = |factor: f64| {
        let at = [("gamma", 2.0)];
        let bound = with("adl-double-descent-theory", &json!({}), "hastie-ridgeless", &at);
        let mut bound = bound.expect("a bound");
        let right = &mut bound.right.value;
        (right.value, right.low, right.high) =
            (factor * right.value, factor * right.low, factor * right.high);
        bound.verdict()
    };
    assert_eq!(verdict(1.0), BoundVerdict::Holds);
    assert_eq!(verdict(1.05), BoundVerdict::Violated);
    assert_eq!(verdict(0.95), BoundVerdict::Violated);
}
