//! `status` and `gc --dry-run`: what is fresh, what is not and why, without computing or writing.

use std::process::ExitCode;
use std::sync::Arc;

use experiments::fingerprint::Fingerprint;
use mdbook_simulation::Options;
use mdbook_simulation::cli;
use serde_json::Value;
use serde_json::json;
use tests::TinyBook;
use tests::probe;
use tests::tree;

const LESSON: &str = "# Lesson\n\nSome prose.\n\n[[simulation probe {as: steep, slope: 5}]]\n\n\
    [[simulation probe {as: many, figure: line, sweep: {replicates: [4, 5]}}]]\n";

/// The probe's code with names of its items, before and after an edit.
static WRITTEN: Fingerprint = Fingerprint {
    experiment: "probe",
    digest: "0123456789abcdef01",
    sources: &[
        ("catalog/probe.rs::fn height", "11"),
        ("catalog/probe.rs::fn width", "22"),
        ("lab/lines.rs::fn at", "33"),
    ],
};
static REWRITTEN: Fingerprint = Fingerprint {
    experiment: "probe",
    digest: "fedcba9876543210fe",
    sources: &[
        ("catalog/probe.rs::fn height", "44"),
        ("catalog/probe.rs::fn width", "22"),
        ("lab/slopes.rs::fn at", "33"),
    ],
};

/// What the command prints, and whether it succeeds. It runs no shard and writes nothing.
fn run(book: &TinyBook, code: &'static Fingerprint, arguments: &str) -> (String, bool) {
    let root = book.root().display().to_string();
    let place = if arguments.starts_with("gc") { root.clone() } else { format!("--root {root}") };
    let arguments = format!("{arguments} {place}");
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    let mut out = Vec::new();
    let before = tree(book.root());
    let code = cli::command_into(&arguments, Arc::new(probe::catalog(code)), &mut out).unwrap();
    assert_eq!(tree(book.root()), before, "nothing is written");
    let text = String::from_utf8(out).unwrap();
    (text.replace(&format!("{root}/"), ""), code == ExitCode::SUCCESS)
}

fn status(book: &TinyBook, code: &'static Fingerprint, name: &str) -> (String, bool) {
    run(book, code, &format!("status {name}"))
}

fn json_of(book: &TinyBook, code: &'static Fingerprint, name: &str) -> Value {
    serde_json::from_str(&run(book, code, &format!("status {name} --json")).0).unwrap()
}

/// Without what differs from machine to machine, day to day and version to version: also how long it would take, which
/// it knows from shards that were run.
fn steady(text: &str) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        let line = &match line
            .split_once("about ")
            .map(|(before, after)| (before, after.split_once(" s")))
        {
            Some((before, Some((_, after)))) => format!("{before}about … s{after}"),
            _ => line.to_owned(),
        };
        let words: Vec<&str> = line.split_whitespace().collect();
        lines.push(match words[..] {
            ["crates", ..] => "  crates       …".to_owned(),
            ["run", "key", _] => "  run key      …".to_owned(),
            ["digest", _] => "  digest …".to_owned(),
            [_, "fresh", _, "s"] => format!("{}fresh  …", line.split("fresh").next().unwrap()),
            [.., "took", _, "s"] => format!("{}  …, took …", line.split("  20").next().unwrap()),
            [_, "took", _, "s", "in", ..] => {
                format!("  …, took … s in {}", line.split(" s in ").nth(1).unwrap())
            }
            _ => line.to_owned(),
        });
    }
    // Columns are as wide as what is in them.
    let narrow = |line: &String| {
        let indent = line.len() - line.trim_start().len();
        let cells: Vec<&str> =
            line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
        format!("{}{}", " ".repeat(indent), cells.join("  "))
    };
    lines.iter().map(narrow).collect::<Vec<_>>().join("\n")
}

fn built(lesson: &str) -> TinyBook {
    let book = TinyBook::new(lesson);
    book.build(probe::catalog(&WRITTEN), Options::default()).unwrap();
    book
}

/// The record of `steep`, relative to the book.
fn steep_file(book: &TinyBook) -> String {
    json_of(book, &WRITTEN, "steep")["file"].as_str().unwrap().to_owned()
}

#[test]
fn a_book_without_records_is_missing_them() {
    let book = TinyBook::new(LESSON);
    let (text, fresh) = status(&book, &WRITTEN, "");
    assert!(!fresh);
    insta::assert_snapshot!(text);
    let (text, fresh) = status(&book, &WRITTEN, "steep");
    assert!(!fresh && text.contains("\nWhy\n  nothing lies there\n"), "{text}");
    assert!(text.contains("\n  about 0.1 s on one core; scratch holds 0 of 9 shards\n"), "{text}");
}

#[test]
fn what_cannot_be_planned_says_why_and_the_others_are_there() {
    let book = built("[[simulation probe]]\n");
    book.write(
        "src/lesson.md",
        "[[simulation probe]]\n\n[[simulation probe {as: bad, mood: unplanned}]]\n",
    );
    let told = "planning its shards failed with: the probe was told not to plan";
    let (text, fresh) = status(&book, &WRITTEN, "");
    assert!(!fresh && text.contains(told) && text.contains("  fresh  "), "{text}");
    assert!(text.contains("2 simulations: 1 fresh, 0 stale, 1 missing"), "{text}");
    let (text, fresh) = status(&book, &WRITTEN, "bad");
    assert!(!fresh && text.contains(&format!("\nTo compute\n  not possible: {told}\n")), "{text}");
    let one = json_of(&book, &WRITTEN, "bad");
    assert_eq!((&one["trouble"], &one["shards"]), (&json!(told), &Value::Null));
}

#[test]
fn a_book_that_was_built_is_fresh() {
    let book = built(LESSON);
    let (text, fresh) = status(&book, &WRITTEN, "");
    assert!(fresh);
    assert_eq!(text.matches("  fresh  ").count(), 3, "{text}");
    let sum = "3 simulations: 3 fresh, 0 stale, 0 missing, 0 not trusted; \
        records that nothing refers to: 0; to compute: about 0 s on one core\n";
    assert!(text.ends_with(sum), "{text}");
    let (text, fresh) = status(&book, &WRITTEN, "steep");
    assert!(fresh);
    insta::assert_snapshot!(steady(&text));
    assert_eq!(json_of(&book, &WRITTEN, "")["states"]["fresh"], 3);
}

#[test]
fn code_that_changed_is_named_item_by_item() {
    let book = built(LESSON);
    let (text, fresh) = status(&book, &REWRITTEN, "");
    assert!(!fresh && text.contains("  stale  "), "{text}");
    assert!(text.contains("  the code of the experiment changed\n"), "{text}");
    let (text, fresh) = status(&book, &REWRITTEN, "steep");
    assert!(!fresh);
    insta::assert_snapshot!(steady(&text));
    let one = json_of(&book, &REWRITTEN, "steep");
    let items = [
        "changed: catalog/probe.rs::fn height",
        "gone: lab/lines.rs::fn at",
        "new: lab/slopes.rs::fn at",
    ];
    assert_eq!(one["differs"][0]["items"], json!(items));
    assert_eq!((&one["state"], &one["cost"]), (&json!("stale"), &json!(0.1)));
}

#[test]
fn a_record_from_before_items_were_kept_says_so() {
    let book = built(LESSON);
    let file = steep_file(&book);
    let mut record: Value = serde_json::from_str(&book.read(&file)).unwrap();
    let digest = record["digest"].clone();
    assert!(record["provenance"].as_object_mut().unwrap().remove("sources").is_some());
    book.write(&file, &record.to_string());
    let fresh = json_of(&book, &WRITTEN, "steep");
    assert_eq!((&fresh["state"], &fresh["digest"]), (&json!("fresh"), &digest));
    let (text, _) = status(&book, &REWRITTEN, "steep");
    let says = "\n    which item is not known: the record is from before that was kept\n";
    assert!(text.contains(says), "{text}");
}

#[test]
fn a_parameter_that_was_edited_is_told_from_the_record_left_behind() {
    let book = built(LESSON);
    let left = steep_file(&book);
    book.write("src/lesson.md", &LESSON.replace("slope: 5", "slope: 6, replicates: 4"));
    let (text, fresh) = status(&book, &WRITTEN, "steep");
    assert!(!fresh && text.starts_with("steep: missing\n"), "{text}");
    let why = format!(
        "\nWhat differs from the nearest record, {left}\n  \
         the parameter replicates was 3, is 4\n  the parameter slope was 5.0, is 6.0\n\n"
    );
    assert!(text.contains(&why), "{text}");
    let (text, _) = status(&book, &WRITTEN, "");
    insta::assert_snapshot!(steady(&text).replace(&left, "[left]"));
    // And the code as well.
    let (text, _) = status(&book, &REWRITTEN, "steep");
    assert!(text.contains("    changed: catalog/probe.rs::fn height\n"), "{text}");
}

#[test]
fn what_scratch_holds_is_not_counted_again() {
    let book = built("[[simulation probe]]\n");
    book.write("src/lesson.md", "[[simulation probe {replicates: 4}]]\n");
    let one = json_of(&book, &WRITTEN, "probe");
    assert_eq!(one["shards"], json!({"all": 12, "held": 9}));
    let (text, _) = status(&book, &WRITTEN, "");
    assert!(text.contains(" s (9 of 12 shards are there)"), "{text}");
    // How long those took is known, and else what the experiment declares: 0.1 s.
    book.write(".simulation/durations.json", "");
    let expected = |replicates: usize| {
        book.write(
            "src/lesson.md",
            &format!("[[simulation probe {{replicates: {replicates}}}]]\n"),
        );
        json_of(&book, &WRITTEN, "probe")["seconds"].as_f64().unwrap()
    };
    assert!((expected(4) - 0.025).abs() < 1e-12 && (expected(6) - 0.05).abs() < 1e-12);
    // Other code asks for other shards.
    assert_eq!(json_of(&book, &REWRITTEN, "probe")["shards"], json!({"all": 18, "held": 0}));
}

#[test]
fn a_file_that_is_not_trusted_says_why() {
    let book = built(LESSON);
    let file = steep_file(&book);
    let text = book.read(&file);
    book.write(&file, &text.replacen("5.0", "5.5", 1));
    let (text, fresh) = status(&book, &WRITTEN, "");
    let why = "its content does not match its digest";
    assert!(!fresh && text.contains("  not trusted  ") && text.contains(why), "{text}");
    let (text, fresh) = status(&book, &WRITTEN, "steep");
    assert!(
        !fresh && text.contains(&format!("\nWhy\n  the file is not trusted: {why}\n")),
        "{text}"
    );
    assert!(text.contains(&format!("\n  restore {file} from version control\n")), "{text}");
    assert_eq!(json_of(&book, &WRITTEN, "")["states"]["not_trusted"], 1);
}

#[test]
fn records_that_nothing_refers_to_are_listed_and_a_dry_run_leaves_them() {
    let book = built(LESSON);
    let left = steep_file(&book);
    book.write("src/lesson.md", "The slope is [[value probe.slope]].\n");
    book.build(probe::catalog(&WRITTEN), Options::default()).unwrap();
    let (text, fresh) = status(&book, &WRITTEN, "");
    assert!(fresh, "{text}");
    assert!(text.contains("\nprobe       fresh "), "a value refers to its record: {text}");
    assert!(text.contains("records that nothing refers to: 3;"), "{text}");
    assert!(text.contains(&format!("\n  {left}  ")), "{text}");
    assert_eq!(json_of(&book, &WRITTEN, "")["unreferenced"].as_array().unwrap().len(), 3);
    let (text, _) = run(&book, &WRITTEN, "gc --dry-run");
    assert!(text.contains(&format!("would remove {left}\n")), "{text}");
    assert_eq!(text.matches("would remove records/").count(), 3, "{text}");
    // 3 replicates at slope 5, 4 and 5 at 2; 3 widths each. The value's own are among these.
    assert!(text.ends_with("would remove 24 finished shards and 0 drafts\n"), "{text}");
    // It removes exactly that.
    let named = text.lines().filter_map(|line| line.strip_prefix("would remove records/"));
    let named: Vec<String> = named.map(|file| format!("records/{file}")).collect();
    let root = book.root().display().to_string();
    cli::command(&["gc", &root], Arc::new(probe::catalog(&WRITTEN))).unwrap();
    assert!(named.iter().all(|file| !book.root().join(file).exists()));
    assert_eq!(tree(&book.root().join("records")).len(), 1);
}

#[test]
fn garbage_is_collected_where_records_are_missing_and_not_where_references_may_hide() {
    let book = built("[[simulation probe]]\n\n[[simulation probe {as: other, seed: 7}]]\n");
    let gc = || run(&book, &WRITTEN, "gc --dry-run");
    book.write(
        "src/lesson.md",
        "[[simulation probe]]\n\n[[simulation probe {as: new, seed: 8}]]\n",
    );
    let (text, success) = gc();
    assert!(success && text.matches("would remove records/").count() == 1, "{text}");
    // What is not closed might have referred to it.
    for lesson in
        ["[[simulation probe]]\n\n[[simulation probe {as: other\n", "[[simulatoin probe]]\n"]
    {
        book.write("src/lesson.md", lesson);
        let root = book.root().display().to_string();
        let before = tree(book.root());
        let refused = cli::command(&["gc", &root], Arc::new(probe::catalog(&WRITTEN)));
        let why = refused.unwrap_err().to_string();
        assert!(why.starts_with("nothing is removed: a directive that cannot be read"), "{why}");
        let kept = |path: &std::path::PathBuf| tree(book.root()).contains_key(path);
        assert!(before.keys().all(kept));
    }
}

#[test]
fn a_directive_in_error_leaves_the_others_and_is_no_success() {
    let book = built(LESSON);
    book.write("src/lesson.md", &LESSON.replace("sweep: ", "sweeep: "));
    let (text, fresh) = status(&book, &WRITTEN, "");
    assert!(!fresh && text.contains("steep       fresh "), "{text}");
    assert!(text.contains("\nSome directives could not be read"), "{text}");
    assert!(status(&book, &WRITTEN, "steep").1, "it is fresh, whatever stands elsewhere");
}

#[test]
fn names_are_simulations_or_experiments() {
    let book = built(LESSON);
    let (text, fresh) = status(&book, &WRITTEN, "probe");
    assert!(!fresh && text.contains("\nno lesson refers to it\n"), "{text}");
    let root = book.root().display().to_string();
    let unknown = ["status", "stepe", "--root", &root];
    let error = cli::command(&unknown, Arc::new(probe::catalog(&WRITTEN))).unwrap_err();
    assert!(error.to_string().contains("did you mean `steep`?"), "{error}");
}

/// The design's table of edits, with what `status` says of each.
#[track_caller]
fn edited(lesson: &str, code: &'static Fingerprint, expected: &[&str]) {
    let book = built(LESSON);
    book.write("src/lesson.md", lesson);
    let one = json_of(&book, code, "steep");
    let differs = one["differs"].as_array().unwrap().iter();
    let differs: Vec<&str> = differs.map(|cause| cause["what"].as_str().unwrap()).collect();
    assert_eq!(differs, expected);
    assert_eq!(one["state"] == "fresh", expected.is_empty(), "{one}");
    let many = json_of(&book, code, "many");
    assert_eq!(many["state"] == "fresh", code.digest == WRITTEN.digest, "the others: {many}");
}

#[test]
fn every_edit_of_the_design_is_told_apart() {
    let caption = LESSON.replace("slope: 5}", "slope: 5, figure: line, caption: \"Mine.\"}");
    edited(&LESSON.replace("Some prose", "A word or two of prose"), &WRITTEN, &[]);
    edited(&LESSON.replace("# Lesson", "# Heading"), &WRITTEN, &[]);
    edited(&caption, &WRITTEN, &[]);
    edited(
        &LESSON.replace("slope: 5", "slope: 6"),
        &WRITTEN,
        &["the parameter slope was 5.0, is 6.0"],
    );
    edited(
        LESSON,
        &REWRITTEN,
        &["the code of the experiment changed: the fingerprint was 0123456789abcdef, \
           is fedcba9876543210"],
    );
    // A comment or a local test: no part of a fingerprint, so it is the same in another build.
    static SAME: Fingerprint = Fingerprint {
        experiment: WRITTEN.experiment,
        digest: WRITTEN.digest,
        sources: WRITTEN.sources,
    };
    edited(LESSON, &SAME, &[]);
}

#[test]
fn looks_are_no_part_of_a_record() {
    // Looks are those of every probe in this process.
    let _counting = probe::counting();
    let book = built(LESSON);
    probe::looks::set_axis("another label");
    let fresh = status(&book, &WRITTEN, "").1;
    probe::looks::set_axis("x");
    assert!(fresh);
}

#[test]
fn another_version_of_a_crate_is_named_old_and_new() {
    let book = built(LESSON);
    let file = steep_file(&book);
    // A record of an older burn, whole: its digest is that of what it holds.
    let mut record: Value = serde_json::from_str(&book.read(&file)).unwrap();
    let version = record["inputs"]["crates"]["burn"].as_str().unwrap().to_owned();
    record["inputs"]["crates"]["burn"] = "0.1.2".into();
    let content = json!({
        "schema": record["schema"], "inputs": record["inputs"], "record": record["record"],
    });
    record["digest"] = mdbook_simulation::key::digest(&content).into();
    book.write(&file, &record.to_string());
    let one = json_of(&book, &WRITTEN, "steep");
    let what = format!("burn was 0.1.2, is {version}");
    assert_eq!(one["differs"], json!([{"what": what, "items": []}]));
}

#[test]
fn the_course_is_fresh() {
    let root = tests::repository().display().to_string();
    let mut out = Vec::new();
    let catalog = Arc::new(experiments::catalog::all());
    let code = cli::command_into(&["status", "--root", &root], catalog, &mut out).unwrap();
    assert_eq!(code, ExitCode::SUCCESS, "{}", String::from_utf8_lossy(&out));
}
