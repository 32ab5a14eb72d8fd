//! `verify`: records are computed again and compared, and nothing is stored.

use std::path::PathBuf;
use std::process::Command;
use std::process::ExitCode;
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

const LESSON: &str = "[[simulation probe]]\n\n[[simulation probe {as: steep, slope: 5}]]\n";

/// What the command prints, and whether it succeeds. It writes nothing.
fn verify_with(book: &TinyBook, code: &'static Fingerprint, arguments: &str) -> (String, bool) {
    let root = book.root().display().to_string();
    let arguments = format!("verify {arguments} --root {root}");
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    let mut out = Vec::new();
    let before = tree(book.root());
    let code = cli::command_into(&arguments, Arc::new(probe::catalog(code)), &mut out).unwrap();
    assert_eq!(tree(book.root()), before, "nothing is stored");
    let text = String::from_utf8(out).unwrap();
    (text.replace(&format!("{root}/"), ""), code == ExitCode::SUCCESS)
}

fn verify(book: &TinyBook, arguments: &str) -> (String, bool) {
    verify_with(book, &probe::CODE, arguments)
}

fn error(book: &TinyBook, arguments: &[&str]) -> String {
    let root = book.root().display().to_string();
    let arguments = [&["verify", "--root", &root], arguments].concat();
    let catalog = Arc::new(probe::catalog(&probe::CODE));
    cli::command(&arguments, catalog).unwrap_err().to_string()
}

fn built(lesson: &str) -> TinyBook {
    let book = TinyBook::new(lesson);
    book.build(probe::catalog(&probe::CODE), Options::default()).unwrap();
    book
}

/// The file of the record whose slope is that, relative to the book.
fn file(book: &TinyBook, slope: f64) -> PathBuf {
    let records = tree(&book.root().join("records"));
    let of = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap();
    let found =
        records.iter().find(|(_, bytes)| of(bytes)["inputs"]["parameters"]["slope"] == slope);
    PathBuf::from("records").join(found.unwrap().0)
}

/// Changes a file of a record, so that it is as whole as before.
fn edit(book: &TinyBook, file: &std::path::Path, change: impl Fn(&mut Value)) {
    let file = file.display().to_string();
    let mut stored: Value = serde_json::from_str(&book.read(&file)).unwrap();
    change(&mut stored);
    let content = json!({
        "schema": stored["schema"], "inputs": stored["inputs"], "record": stored["record"],
    });
    stored["digest"] = key::digest(&content).into();
    book.write(&file, &stored.to_string());
}

/// What is said of a book whose default simulation's record was edited, and whether it succeeds.
fn edited(change: impl Fn(&mut Value)) -> (String, bool) {
    let book = built("[[simulation probe]]\n");
    edit(&book, &file(&book, 2.0), change);
    let (text, success) = verify(&book, "");
    // The digests are the business of another test.
    let text: Vec<&str> =
        text.lines().map(|line| line.split(": the digest was").next().unwrap()).collect();
    (text.join("\n"), success)
}

/// Says that a record comes from another instruction set.
fn elsewhere(stored: &mut Value) {
    stored["provenance"]["device"] = "host CPU (an abacus)".into();
}

#[test]
fn what_lies_there_is_what_a_run_gives() {
    let _counting = probe::counting();
    let lesson = LESSON.replace("[[simulation probe]]", "[[simulation probe {seed: 1000}]]");
    let book = built(&lesson);
    let ran = probe::runs();
    let (text, success) = verify(&book, "");
    assert_eq!(probe::runs() - ran, 9, "it computes, whatever shards are finished");
    assert!(success, "{text}");
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("probe: same digest, "), "{text}");
    assert!(lines[1].starts_with("steep: same digest, "), "{text}");
    assert_eq!(
        lines[2..],
        ["2 records: 2 the same, 0 within tolerance, 0 differing, 0 not verified"]
    );
    let (text, success) = verify(&book, "steep");
    assert!(
        success
            && text.ends_with(
                "\n1 record: 1 the same, 0 within tolerance, 0 differing, 0 not verified\n"
            )
    );
    let empty = built("Prose.\n");
    let nothing = "nothing to verify: the book refers to no record\n";
    assert_eq!(verify(&empty, ""), (nothing.into(), true));
}

#[test]
fn the_last_bit_of_a_table_is_found_on_the_same_device() {
    let (text, success) = edited(|stored| {
        stored["record"]["tables"]["line"]["rows"][1][1] = json!(4.000_000_000_000_001);
    });
    assert!(!success);
    let line = "    line.height in row 2: was 4.000000000000001, is 4.0";
    assert!(text.starts_with(&format!("probe: DIFFERS on the same device\n{line}\n")), "{text}");
    assert!(text.ends_with(
        "1 record: 0 the same, 0 within tolerance, 1 differing, 0 not verified\n\
         where the code is right, `mdbook-simulation run NAME --fresh` stores what it gives"
    ));
}

#[test]
fn elsewhere_an_estimate_may_differ_by_its_tolerance() {
    let slope = |value: f64| {
        move |stored: &mut Value| {
            elsewhere(stored);
            for end in ["value", "low", "high"] {
                stored["record"]["estimates"]["slope"][end] = json!(value);
            }
        }
    };
    // The tolerance is a hundredth.
    let (text, success) = edited(slope(2.01));
    assert!(success, "{text}");
    let within = "probe: within tolerance (largest: 0.4975 of its tolerance, slope)\n";
    assert!(text.starts_with(within), "{text}");
    assert!(
        text.contains("\n    recorded: host CPU (an abacus)\n    now:      host CPU ("),
        "{text}"
    );
    let (text, success) = edited(slope(2.03));
    assert!(!success && text.starts_with("probe: DIFFERS\n"), "{text}");
    assert!(text.contains("\n    slope: was 2.03, is 2.0\n"), "{text}");
    // Equal digests are equal wherever they come from.
    let (text, success) = edited(elsewhere);
    assert!(success && text.starts_with("probe: same digest, "), "{text}");
}

#[test]
fn elsewhere_estimates_and_verdicts_are_the_same_ones() {
    let (text, success) = edited(|stored| {
        elsewhere(stored);
        let estimates = stored["record"]["estimates"].as_object_mut().unwrap();
        estimates.remove("wobble").unwrap();
    });
    assert!(
        !success && text.contains("    the estimate wobble: was missing, is n = 3, "),
        "{text}"
    );
    // A tolerance that is not the code's is none.
    let (text, success) = edited(|stored| {
        elsewhere(stored);
        let slope = &mut stored["record"]["estimates"]["slope"];
        (slope["value"], slope["low"], slope["tolerance"]) = (json!(-2.0), json!(-2.0), json!(1e9));
    });
    assert!(!success && text.contains("tolerance 1000000000.0, is n = 3"), "{text}");
    assert!(text.contains("    the claim rises: was inconclusive, is holds\n"), "{text}");
}

#[test]
fn what_is_not_fresh_is_not_verified() {
    let book = built(LESSON);
    let (text, success) = verify_with(&book, &probe::EDITED, "");
    let stale = "probe: not verified: the record is stale: the code of the experiment changed\n";
    assert!(!success && text.starts_with(stale), "{text}");
    assert!(text.ends_with("0 differing, 2 not verified\n"), "{text}");

    let (steep, probe) = (file(&book, 5.0), file(&book, 2.0));
    std::fs::remove_file(book.root().join(&steep)).unwrap();
    let text = book.read(&probe.display().to_string());
    book.write(
        &probe.display().to_string(),
        &text.replacen("\"tolerance\": 0.01", "\"tolerance\": 9", 1),
    );
    let (text, success) = verify(&book, "");
    let why =
        "probe: not verified: the record is not trusted: its content does not match its digest\n";
    assert!(!success && text.starts_with(why), "{text}");
    assert!(
        text.contains(&format!("steep: not verified: there is no record `{}`\n", steep.display()))
    );
}

#[test]
fn a_run_that_fails_verifies_nothing() {
    // As whole as a record can be, of a simulation that never ends well.
    let book = built("[[simulation probe]]\n");
    let calm = file(&book, 2.0).display().to_string();
    let mut stored: Value = serde_json::from_str(&book.read(&calm)).unwrap();
    let parameters = &mut stored["inputs"]["parameters"];
    parameters["mood"] = "panic".into();
    let name = format!("records/probe/{}.json", key::short(&key::digest(parameters)));
    book.write(&name, &stored.to_string());
    edit(&book, name.as_ref(), |_| {});
    book.write(
        "src/lesson.md",
        "[[simulation probe {as: a, mood: panic}]]\n\n[[simulation probe]]\n",
    );
    let (text, success) = verify(&book, "");
    assert!(
        !success && text.starts_with("a: not verified: it failed, see the errors above\n"),
        "{text}"
    );
    assert!(text.contains("\nprobe: same digest, "), "{text}");
}

#[test]
fn a_sample_is_printed_and_alone_is_verified() {
    let lesson = |i: u32| format!("[[simulation probe {{as: s-{i}, slope: {i}}}]]\n\n");
    let book = built(&(1..=6).map(lesson).collect::<String>());
    let (text, success) = verify(&book, "--sample 2");
    assert!(success, "{text}");
    let mut lines = text.lines();
    let drawn = lines.next().unwrap();
    let names = drawn.split_once(", 2 of 6: ").expect(drawn).1.split(", ");
    for (name, line) in names.zip(lines.by_ref()) {
        assert!(line.starts_with(&format!("{name}: same digest, ")), "{text}");
    }
    assert!(lines.next().unwrap().starts_with("2 records: 2 the same, "), "{text}");
}

#[test]
fn events_are_lines_of_json() {
    let book = built(LESSON);
    edit(&book, &file(&book, 2.0), |stored| {
        stored["record"]["estimates"]["slope"]["value"] = json!(1.0);
    });
    let (text, success) = verify(&book, "--sample 9 --json");
    assert!(!success);
    let events: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let names: Vec<_> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(names, ["drawn", "verified", "verified", "all"]);
    assert_eq!(events[0]["simulations"], json!(["probe", "steep"]));
    assert_eq!((&events[1]["outcome"], &events[2]["outcome"]), (&json!("differs"), &json!("same")));
    let expected = json!([{"what": "slope", "was": "1.0", "is": "2.0", "size": 0.5}]);
    assert_eq!(events[1]["differences"], expected);
    assert_eq!(events[3]["agree"], false);
}

/// Runs git in a book.
fn git(book: &TinyBook, arguments: &[&str]) {
    let mut git = Command::new("git");
    git.args(["-c", "user.name=Nobody", "-c", "user.email=nobody@example.org"]);
    let output = git.args(arguments).current_dir(book.root()).output().expect("git");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn what_changed_since_a_revision_is_verified() {
    let book = built(LESSON);
    git(&book, &["init", "--quiet"]);
    git(&book, &["config", "diff.relative", "true"]);
    book.write(".gitignore", "/site/\n");
    git(&book, &["add", "."]);
    git(&book, &["commit", "--quiet", "--message", "records"]);
    let nothing = "nothing to verify: no record differs from HEAD\n";
    assert_eq!(verify(&book, "--changed-since HEAD"), (nothing.into(), true));

    // Edited, and not committed.
    let (probe, steep) = (file(&book, 2.0), file(&book, 5.0));
    let whole = book.read(&probe.display().to_string());
    edit(&book, &probe, |stored| stored["record"]["estimates"]["slope"]["value"] = json!(1.0));
    let (text, success) = verify(&book, "--changed-since HEAD");
    assert!(!success && text.starts_with("probe: DIFFERS on the same device"), "{text}");
    assert!(text.contains("\n1 record: "), "{text}");
    // Committed.
    git(&book, &["commit", "--quiet", "--all", "--message", "another slope"]);
    assert_eq!(verify(&book, "--changed-since HEAD"), (nothing.into(), true));
    assert!(!verify(&book, "--changed-since HEAD^").1);
    // Undone; and only its provenance differs, which is content of the file.
    book.write(&probe.display().to_string(), &whole);
    assert!(verify(&book, "--changed-since HEAD^").0.starts_with("nothing to verify"));
    edit(&book, &probe, |stored| stored["provenance"]["date"] = "1970-01-01".into());
    let (text, success) = verify(&book, "--changed-since HEAD^");
    assert!(success && text.starts_with("probe: same digest, "), "{text}");
    // Removed.
    std::fs::remove_file(book.root().join(&steep)).unwrap();
    let (text, success) = verify(&book, "--changed-since HEAD^");
    assert!(!success && text.contains("\nsteep: not verified: there is no record"), "{text}");
    // Not known to git, and ignored by it.
    book.write(".gitignore", "/site/\n/records/\n");
    book.write("src/lesson.md", "[[simulation probe {as: new, slope: 3}]]\n");
    book.build(probe::catalog(&probe::CODE), Options::default()).unwrap();
    let (text, success) = verify(&book, "--changed-since HEAD");
    assert!(success && text.starts_with("new: same digest, "), "{text}");
    // The whole folder is gone.
    std::fs::remove_dir_all(book.root().join("records")).unwrap();
    book.write("src/lesson.md", "[[simulation probe]]\n");
    let (text, success) = verify(&book, "--changed-since HEAD");
    assert!(!success && text.starts_with("probe: not verified: there is no record"), "{text}");
}

#[test]
fn a_revision_that_is_none_is_an_error() {
    let book = built("[[simulation probe]]\n");
    let outside = error(&book, &["--changed-since", "HEAD"]);
    assert!(
        outside.contains("git does not say what changed: fatal: not a git repository"),
        "{outside}"
    );
    git(&book, &["init", "--quiet"]);
    git(&book, &["add", "."]);
    git(&book, &["commit", "--quiet", "--message", "records"]);
    for unknown in ["HEAD^", "no-such", "", "HEAD..HEAD", "HEAD:records"] {
        let told = error(&book, &["--changed-since", unknown]);
        assert!(told.contains(&format!("git knows no revision `{unknown}`")), "{told}");
    }
    let option = error(&book, &["--changed-since=--output=stolen"]);
    assert!(option.contains("`--output=stolen` is no revision of git"), "{option}");
    assert!(!book.root().join("stolen").exists());
    assert!(error(&book, &["probe", "--changed-since", "HEAD"]).contains("cannot be used with"));
}
