//! `run`: what is computed and stored, what is computed again, and drafts. No page is built.

use std::path::Path;
use std::process::Command;
use std::process::ExitCode;
use std::process::Stdio;
use std::sync::Arc;

use experiments::fingerprint::Fingerprint;
use mdbook_simulation::Options;
use mdbook_simulation::cli;
use mdbook_simulation::key;
use serde_json::Value;
use serde_json::json;
use tests::TinyBook;
use tests::probe;
use tests::tree;

use crate::probed;

/// The program, with the probe for its only experiment.
const PROGRAM: &str = env!("CARGO_BIN_EXE_probe-book");

const LESSON: &str = "[[simulation probe {as: steep, slope: 5}]]\n\n\
    [[simulation probe {as: many, sweep: {replicates: [4, 5]}}]]\n\n\
    The default's slope is [[value probe.slope]].\n";

/// What the command prints, and whether it succeeds.
fn run(book: &TinyBook, arguments: &str) -> (String, bool) {
    let root = book.root().display().to_string();
    let arguments = format!("{arguments} --root {root}");
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    let mut out = Vec::new();
    let catalog = Arc::new(probe::catalog(&probe::CODE));
    let code = cli::command_into(&arguments, catalog, &mut out).unwrap();
    (String::from_utf8(out).unwrap(), code == ExitCode::SUCCESS)
}

fn count(book: &TinyBook, folder: &str) -> usize {
    tree(&book.root().join(folder)).len()
}

/// The digest of the one record in a folder of the book.
fn digest(book: &TinyBook, folder: &str) -> String {
    let files = tree(&book.root().join(folder));
    assert_eq!(files.len(), 1, "{:?}", files.keys());
    let record: Value = serde_json::from_slice(files.values().next().unwrap()).unwrap();
    record["digest"].as_str().unwrap().to_owned()
}

#[test]
fn all_that_the_book_refers_to_is_computed_and_no_page_is_built() {
    let book = TinyBook::new(LESSON);
    assert_eq!(run(&book, "run"), (String::new(), true));
    // What is shown, both frames, and what a value names.
    assert_eq!(count(&book, "records"), 4);
    assert!(!book.root().join("site").exists() && !book.root().join("src/figures").exists());
    let before = tree(book.root());
    assert_eq!(run(&book, "run"), ("nothing to do: 4 records are fresh\n".into(), true));
    assert_eq!(run(&book, "run steep"), ("nothing to do: the record is fresh\n".into(), true));
    assert_eq!(tree(book.root()), before, "nothing is written");
    // They are those of a build.
    let report = book.build(probe::catalog(&probe::CODE), Options::default()).unwrap();
    assert_eq!((report.counts.reused, report.counts.computed), (4, 0));
    let empty = TinyBook::new("Prose.\n");
    let nothing = "nothing to do: the book refers to no simulation\n";
    assert_eq!(run(&empty, "run"), (nothing.into(), true));
}

#[test]
fn what_is_named_alone_is_computed() {
    let book = TinyBook::new(LESSON);
    assert!(run(&book, "run steep").1);
    assert_eq!(count(&book, "records"), 1);
    // One that no lesson shows is an experiment at its defaults.
    let book = TinyBook::new("[[simulation probe {as: steep, slope: 5}]]\n");
    assert!(run(&book, "run probe").1);
    assert_eq!(count(&book, "records"), 1);
    assert!(run(&book, "run steep probe steep").1);
    assert_eq!(count(&book, "records"), 2);
    let root = book.root().display().to_string();
    let unknown = ["run", "stepe", "--root", &root];
    let error = cli::command(&unknown, Arc::new(probe::catalog(&probe::CODE))).unwrap_err();
    assert!(error.to_string().contains("did you mean `steep`?"), "{error}");
}

#[test]
fn what_is_named_may_cost_more_than_the_book_allows() {
    let book = TinyBook::new("[[simulation probe {as: dear, mood: greedy}]]\n");
    assert_eq!(run(&book, "run"), (String::new(), false));
    assert_eq!(count(&book, "records"), 0);
    assert_eq!(run(&book, "run dear"), (String::new(), true));
    assert_eq!(count(&book, "records"), 1);
}

#[test]
fn a_record_from_before_items_of_code_were_kept_gets_them() {
    static NAMED: Fingerprint =
        Fingerprint { experiment: "probe", digest: "code", sources: &[("probe.rs::fn run", "11")] };
    let book = TinyBook::new("[[simulation probe]]\n");
    let run = |code: &'static Fingerprint| {
        let arguments = ["run", "--fresh", "--root", &book.root().display().to_string()];
        let mut out = Vec::new();
        cli::command_into(&arguments, Arc::new(probe::catalog(code)), &mut out).unwrap();
        let told = String::from_utf8(out).unwrap();
        (told, tree(&book.root().join("records")).into_values().next().unwrap())
    };
    let (_, first) = run(&probe::CODE);
    assert!(!String::from_utf8_lossy(&first).contains("\"sources\""));
    let (told, second) = run(&NAMED);
    assert!(told.contains("the same digest"), "{told}");
    assert!(String::from_utf8_lossy(&second).contains("\"sources\""));
    assert_eq!(run(&NAMED).1, second, "and is left alone from then on");
}

#[test]
fn what_could_not_be_stored_is_not_there_in_the_end() {
    let book = TinyBook::new("[[simulation probe]]\n");
    // A file in the place of a folder is in everybody's way, whatever they may do.
    book.write("records", "");
    for arguments in ["run", "run --fresh"] {
        assert!(!run(&book, arguments).1, "{arguments}");
    }
    std::fs::remove_file(book.root().join("records")).unwrap();
    assert_eq!(run(&book, "run"), (String::new(), true));
}

#[test]
fn a_shard_of_several_simulations_is_run_once() {
    let _counting = probe::counting();
    let lesson = |values: &str| {
        let seed = probe::COUNTED;
        let other = format!("[[simulation probe {{as: same, seed: {seed}, replicates: 4}}]]");
        format!(
            "[[simulation probe {{as: many, seed: {seed}, sweep: {{replicates: {values}}}}}]]\n\n{other}\n"
        )
    };
    let book = TinyBook::new(&lesson("[4, 5, 6]"));
    let ran = probe::runs();
    assert!(run(&book, "run").1);
    assert_eq!(probe::runs() - ran, 18, "three widths, six seeds");
    // One after another they give the same records.
    let other = TinyBook::new("");
    for values in ["[4]", "[4, 5]", "[4, 5, 6]"] {
        other.write("src/lesson.md", &lesson(values));
        assert!(run(&other, "run").1);
    }
    assert_eq!(probe::runs() - ran, 36);
    let digests = |book: &TinyBook| probed::digests(&book.root().join("records"));
    assert_eq!(digests(&book).len(), 3);
    assert_eq!(digests(&book), digests(&other));
}

#[test]
fn a_failure_that_several_share_is_told_of_each() {
    let book = probed::book(
        "[[simulation probe {as: few, mood: exit}]]\n\n\
         [[simulation probe {as: more, mood: exit, replicates: 4}]]\n",
    );
    let (errors, success) = probed::outcome(probed::logging(&mut probed::build(&book), &book));
    assert!(!success, "{errors}");
    assert!(errors.contains("computing 2 simulations: 12 shards"), "{errors}");
    assert!(errors.contains("`few` of `probe` failed: 3 of 9 shards failed"), "{errors}");
    assert!(errors.contains("`more` of `probe` failed: 4 of 12 shards failed"), "{errors}");
    assert_eq!(probed::begun(&book).len(), 12);
}

#[test]
fn fresh_computes_every_shard_again_and_compares_digests() {
    let _counting = probe::counting();
    let book = TinyBook::new(&format!("[[simulation probe {{seed: {}}}]]\n", probe::COUNTED));
    assert!(run(&book, "run").1);
    let (first, before) = (digest(&book, "records"), tree(book.root()));
    let ran = probe::runs();
    let same = format!("probe: the same digest, {}\n", key::short(&first));
    assert_eq!(run(&book, "run --fresh"), (same.clone(), true));
    assert_eq!(probe::runs() - ran, 9, "finished shards are not used");
    assert_eq!(tree(book.root()), before, "the record is untouched, and nothing is left");
    assert_eq!(run(&book, "run probe --fresh"), (same, true));

    // Another record lies there, as whole.
    let file = before.keys().find(|path| path.starts_with("records")).unwrap();
    let edited = edit(&book, file, |record| record["estimates"]["slope"]["value"] = json!(3.0));
    let (told, success) = run(&book, "run --fresh");
    let (was, is) = (key::short(&edited), key::short(&first));
    assert_eq!((told, success), (format!("probe: the digest was {was}, is {is}\n"), true));
    assert_eq!(digest(&book, "records"), first);

    std::fs::remove_file(book.root().join(file)).unwrap();
    let (told, success) = run(&book, "run --fresh");
    assert!(success && told.ends_with("; nothing fresh lay there\n"), "{told}");
    assert_eq!(digest(&book, "records"), first);
}

/// Changes what a record holds, so that it is as whole as before. Gives its new digest.
fn edit(book: &TinyBook, file: &Path, change: impl Fn(&mut Value)) -> String {
    let file = file.display().to_string();
    let mut stored: Value = serde_json::from_str(&book.read(&file)).unwrap();
    change(&mut stored["record"]);
    let content = json!({
        "schema": stored["schema"], "inputs": stored["inputs"], "record": stored["record"],
    });
    let digest = key::digest(&content);
    stored["digest"] = digest.clone().into();
    book.write(&file, &stored.to_string());
    digest
}

#[test]
fn drafts_lie_in_scratch_and_equal_ones_are_one() {
    // The probe's draft has three replicates.
    let book = TinyBook::new(
        "[[simulation probe {as: a, replicates: 4}]]\n\n\
         [[simulation probe {as: b, replicates: 5}]]\n\n[[simulation probe {as: c, slope: 3}]]\n",
    );
    assert!(run(&book, "run c").1);
    assert_eq!(run(&book, "run --draft"), (String::new(), true));
    assert_eq!(count(&book, "records"), 1, "no draft goes into records");
    let draft = digest(&book, ".simulation/drafts");
    assert_eq!(run(&book, "run --draft"), ("nothing to do: 2 drafts are fresh\n".into(), true));
    let told = format!("a: the same digest, {0}\nb: the same digest, {0}\n", key::short(&draft));
    assert_eq!(run(&book, "run --draft --fresh"), (told, true));
    // A draft is a record of its own parameters.
    let files = tree(&book.root().join(".simulation/drafts"));
    let (name, bytes) = files.iter().next().unwrap();
    let stored: Value = serde_json::from_slice(bytes).unwrap();
    assert_eq!(stored["inputs"]["parameters"]["replicates"], 3);
    let parameters = key::digest(&stored["inputs"]["parameters"]);
    let expected = format!("probe/{}.json", key::short(&parameters));
    assert_eq!(name.display().to_string(), expected);
    // By name also of what has a fresh record.
    assert!(run(&book, "run --draft c").1);
    assert_eq!(count(&book, ".simulation/drafts"), 2);
    assert!(run(&book, "run").1);
    let fresh = "nothing to do: every record is fresh\n";
    assert_eq!(run(&book, "run --draft"), (fresh.into(), true));

    let root = book.root().display().to_string();
    let catalog = || Arc::new(probe::catalog(&probe::CODE));
    let mut out = Vec::new();
    cli::command_into(&["gc", "--dry-run", &root], catalog(), &mut out).unwrap();
    let told = String::from_utf8(out).unwrap();
    assert!(told.ends_with(" finished shards and 2 drafts\n"), "{told}");
    assert_eq!(count(&book, ".simulation/drafts"), 2);
    cli::command(&["gc", &root], catalog()).unwrap();
    assert_eq!((count(&book, ".simulation/drafts"), count(&book, "records")), (0, 3));
}

#[test]
fn a_book_in_error_computes_nothing() {
    let book = TinyBook::new("[[simulation probe]]\n\n[[simulation probe {as: b, slop: 3}]]\n");
    let root = book.root().display().to_string();
    let catalog = Arc::new(probe::catalog(&probe::CODE));
    let error = cli::command(&["run", "--root", &root], catalog).unwrap_err();
    assert!(error.to_string().contains("nothing is computed"), "{error}");
    assert_eq!(count(&book, "records"), 0);
}

#[test]
fn what_fails_is_told_at_its_place_and_the_others_are_stored() {
    let book = TinyBook::new("[[simulation probe]]\n\n[[simulation probe {as: b, mood: panic}]]\n");
    assert_eq!(run(&book, "run"), (String::new(), false));
    assert_eq!(count(&book, "records"), 1);
    let output = program(&book, &["run"]);
    assert!(!output.status.success());
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("the simulation `b` of `probe` failed: 9 of 9 shards"), "{errors}");
    assert!(errors.contains("--> src/lesson.md:3:14"), "{errors}");
}

fn program(book: &TinyBook, arguments: &[&str]) -> std::process::Output {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).arg("--root").arg(book.root()).env_remove("CI");
    command.stdin(Stdio::null()).output().unwrap()
}

#[test]
fn events_are_lines_of_json_also_where_there_is_nothing_to_do() {
    let book = TinyBook::new("[[simulation probe]]\n");
    let events = |arguments: &[&str]| -> Vec<Value> {
        let output = program(&book, arguments);
        assert!(output.status.success());
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let names = |events: &[Value]| -> Vec<String> {
        let names = events.iter().map(|event| event["event"].as_str().unwrap().to_owned());
        names.filter(|name| name != "shard").collect()
    };
    let first = events(&["run", "--json"]);
    assert_eq!(names(&first), ["planned", "computed", "obtained"]);
    let again = events(&["run", "--json"]);
    assert_eq!(names(&again), ["obtained"]);
    assert_eq!((&again[0]["reused"], &again[0]["computed"]), (&json!(1), &json!(0)));
    let fresh = events(&["run", "--fresh", "--json", "--jobs", "1"]);
    assert_eq!(names(&fresh), ["planned", "computed", "obtained"]);
    assert_eq!((&fresh[0]["at_once"], &fresh[0]["simulations"][0]["held"]), (&json!(1), &json!(0)));
    let computed = fresh.iter().find(|event| event["event"] == "computed").unwrap();
    assert_eq!(computed["changed"], false);
    assert_eq!(computed["digest"], digest(&book, "records"));
}
