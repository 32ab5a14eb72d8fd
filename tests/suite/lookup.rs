//! `list` and `show`: what there is, without computing.

use std::sync::Arc;

use experiments::entry::Catalog;
use experiments::fingerprint::Fingerprint;
use mdbook_simulation::Options;
use mdbook_simulation::cli;
use serde_json::Value;
use serde_json::json;
use tests::TinyBook;
use tests::probe;
use tests::tree;

const LESSON: &str = "[[simulation probe {as: steep, slope: 5}]]\n\n\
    [[simulation probe {as: many, figure: line, sweep: {replicates: [4, 5]}}]]\n";

fn catalog(code: &'static Fingerprint) -> Catalog {
    probe::catalog(code)
}

fn run(book: &TinyBook, code: &'static Fingerprint, arguments: &str) -> anyhow::Result<String> {
    let root = book.root().display().to_string();
    let arguments = format!("{arguments} --root {root}");
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    let mut out = Vec::new();
    let before = tree(book.root());
    let result = cli::command_into(&arguments, Arc::new(catalog(code)), &mut out);
    assert_eq!(tree(book.root()), before, "nothing is written");
    result?;
    Ok(String::from_utf8(out).unwrap().replace(&root, "[root]"))
}

/// Without what differs from machine to machine and day to day.
fn steady(text: &str) -> String {
    let line = |line: &str| {
        let line = line.split(" s in ").next().unwrap_or_default();
        match line.trim_start() {
            text if text.starts_with("took ") => "  took …".to_owned(),
            text if text.contains("digest ") => line.split("digest ").next().unwrap().to_owned(),
            _ => line.to_owned(),
        }
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn list_names_every_experiment_and_where_the_book_shows_it() {
    let book = TinyBook::new(LESSON);
    insta::assert_snapshot!(run(&book, &probe::CODE, "list").unwrap());
    let json: Value =
        serde_json::from_str(&run(&book, &probe::CODE, "list --json").unwrap()).unwrap();
    let expected = json!([{
        "id": "probe",
        "title": "A straight line",
        "names": ["many", "steep"],
        "precision": "f64 on the host",
        "place": "host",
        "cost": {"seconds": 0.1, "megabytes": 1.0},
    }]);
    assert_eq!(json, expected);
    let empty = TinyBook::new("Nothing.\n");
    assert!(run(&empty, &probe::CODE, "list").unwrap().contains("  no  "));
}

#[test]
fn show_says_all_that_is_known() {
    let book = TinyBook::new(LESSON);
    let before = run(&book, &probe::CODE, "show steep").unwrap();
    assert!(before.contains("\nEstimates\n  no record yet\n"), "{before}");
    book.build(catalog(&probe::CODE), Options::default()).unwrap();
    let text = run(&book, &probe::CODE, "show steep").unwrap();
    insta::assert_snapshot!(steady(&text));
    assert!(text.contains("  fresh, digest "), "{text}");
    let stale = run(&book, &probe::EDITED, "show steep").unwrap();
    assert!(stale.contains("  stale: the code of the experiment changed; digest "), "{stale}");
    assert!(stale.contains("\nEstimates (of a stale record)\n"), "{stale}");
    assert!(!stale.contains("\nClaims\n"), "figures and claims are of the code as it is");
    let experiment = run(&book, &probe::CODE, "show probe").unwrap();
    assert!(experiment.contains("lessons show this experiment as many, steep\n"), "{experiment}");
    assert!(experiment.contains("no record yet"), "{experiment}");
}

#[test]
fn show_as_json_holds_the_documented_record() {
    let book = TinyBook::new(LESSON);
    book.build(catalog(&probe::CODE), Options::default()).unwrap();
    let json: Value =
        serde_json::from_str(&run(&book, &probe::CODE, "show steep --json").unwrap()).unwrap();
    let published: Value = serde_json::from_str(&book.read("site/figures/steep.json")).unwrap();
    assert_eq!(json["record"], published);
    assert_eq!((&json["id"], &json["name"]), (&json!("probe"), &json!("steep")));
    assert_eq!(json["directive"], "[[simulation probe {as: steep, slope: 5.0}]]");
    assert_eq!(json["fresh"], true);
    assert_eq!(
        json["parameters"][0],
        json!({
            "name": "slope",
            "allowed": "a number from -9 to 9",
            "default": 2.0,
            "value": 5.0,
            "doc": "slope of the line",
        })
    );
    assert_eq!(json["sweeps"][0], json!({"parameter": "slope", "values": [-1.0, 2.0, 3.0]}));
    assert_eq!(json["figures"][1]["name"], "again");
}

#[test]
fn an_unknown_name_is_answered_with_the_nearest() {
    let book = TinyBook::new(LESSON);
    let error = run(&book, &probe::CODE, "show stepe").unwrap_err().to_string();
    assert!(error.contains("no experiment `stepe`: did you mean `steep`?"), "{error}");
}
