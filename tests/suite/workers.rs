//! Shards in processes of their own: what goes wrong in one is told and costs no other, and nothing stays behind.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use tests::PLAIN;
use tests::TinyBook;

/// The program, with the probe for its only experiment.
const PROGRAM: &str = env!("CARGO_BIN_EXE_probe-book");

/// A book of one lesson, whose shards may take two seconds and 300 MB.
fn book(lesson: &str) -> TinyBook {
    let toml = format!("{PLAIN}shard-seconds = 2\nshard-megabytes = 300\n");
    TinyBook::with(&toml, &[("SUMMARY.md", "- [Lesson](lesson.md)\n"), ("lesson.md", lesson)])
}

fn build(book: &TinyBook) -> Command {
    let mut command = Command::new(PROGRAM);
    command.arg("build").arg(book.root()).stdin(Stdio::null()).env_remove("CI");
    command
}

/// What a build writes to standard error, and whether it succeeded.
fn built(book: &TinyBook) -> (String, bool) {
    let output = build(book).output().unwrap();
    (String::from_utf8_lossy(&output.stderr).into_owned(), output.status.success())
}

/// The records of a book, without what they say of where and when.
fn contents(book: &TinyBook) -> BTreeMap<String, String> {
    let records = tests::tree(&book.root().join("records"));
    let digest = |bytes: &[u8]| {
        let record: serde_json::Value = serde_json::from_slice(bytes).unwrap();
        record["digest"].as_str().unwrap().to_owned()
    };
    records.iter().map(|(name, bytes)| (name.display().to_string(), digest(bytes))).collect()
}

/// A shard that misbehaves: what is told of it, and that the others are finished and kept.
#[track_caller]
fn check(mood: &str, told: &str) {
    let book = book(&format!(
        "[[simulation probe]]\n\n[[simulation probe {{as: bad, mood: {mood}, seed: 50}}]]\n"
    ));
    let started = Instant::now();
    let (errors, success) = built(&book);
    assert!(!success, "{errors}");
    let expected = "the simulation `bad` of `probe` failed: 3 of 9 shards failed; shard 1 with: ";
    assert!(errors.contains(&format!("{expected}{told}")), "{errors}");
    assert!(errors.contains("--> src/lesson.md:3:14"), "{errors}");
    // Three shards of two seconds each, on one core at worst, and a busy machine.
    assert!(started.elapsed() < Duration::from_secs(60));
    assert_eq!(contents(&book).len(), 1, "the other simulation is stored");
    let shards = tests::tree(&book.root().join(".simulation/shards")).len();
    assert_eq!(shards, 9 + 6, "and every shard that ended well is kept");
    book.write("src/lesson.md", "[[simulation probe]]\n");
    let (errors, success) = built(&book);
    assert_eq!((errors.as_str(), success), ("", true), "it is quiet where nothing runs");
}

#[test]
fn a_hanging_shard_is_ended_in_time() {
    check("hang", "it did not end within 2 s");
}

#[test]
fn an_aborting_shard_is_told() {
    check("abort", "its process was ended by signal 6");
}

#[test]
fn a_shard_that_exits_is_told() {
    check("exit", "its process ended with status 7");
}

#[test]
#[cfg(target_os = "linux")]
fn a_shard_that_takes_all_memory_is_ended() {
    check("swell", "it used more than 300 MB of memory");
}

#[test]
fn a_panic_is_told_with_its_words() {
    let book = book("[[simulation probe {mood: panic}]]\n");
    let (errors, success) = built(&book);
    assert!(!success);
    assert!(errors.contains("the probe was told to panic at width 1"), "{errors}");
    assert!(
        errors.contains("9 of 9 shards failed; shard 0 with: its process ended with status 101")
    );
}

#[test]
fn workers_give_what_threads_give() {
    let lesson = "[[simulation probe {mood: slow}]]\n";
    let with_workers = book(lesson);
    let (errors, success) = built(&with_workers);
    assert!(success && errors.contains("computed probe: 9 shards on host"), "{errors}");
    let with_threads = book(lesson);
    let catalog = tests::probe::catalog(&tests::probe::CODE);
    with_threads.build(catalog, mdbook_simulation::Options::default()).unwrap();
    assert_eq!(contents(&with_workers), contents(&with_threads));
}

/// The processes that inherited this mark.
fn marked(mark: &str) -> Vec<u32> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        let environment = std::fs::read(entry.path().join("environ")).unwrap_or_default();
        if String::from_utf8_lossy(&environment).contains(mark) {
            found.push(id);
        }
    }
    found
}

fn wait_until(what: &str, done: impl Fn() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < Duration::from_secs(30), "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn shards(root: &Path) -> usize {
    tests::tree(&root.join(".simulation/shards")).len()
}

#[test]
#[cfg(target_os = "linux")]
fn a_killed_build_leaves_no_process_and_resumes_where_it_was() {
    let lesson = "[[simulation probe {mood: slow, replicates: 12}]]\n";
    let whole = book(lesson);
    assert!(built(&whole).1);
    let all = shards(whole.root());
    let moments = [(0, "KILL"), (5, "TERM"), (11, "INT"), (17, "KILL")];
    for (moment, signal) in moments {
        let book = book(lesson);
        let mark = format!("KILLED_AT={moment}-{}", book.root().display());
        let (name, value) = mark.split_once('=').unwrap();
        let mut killed: Child =
            build(&book).env(name, value).stderr(Stdio::null()).spawn().unwrap();
        wait_until("shards", || shards(book.root()) >= moment && marked(&mark).len() > 1);
        let sent =
            Command::new("kill").arg(format!("-{signal}")).arg(killed.id().to_string()).status();
        assert!(sent.unwrap().success());
        killed.wait().unwrap();
        wait_until("workers stay behind", || marked(&mark).is_empty());
        let finished = shards(book.root());
        assert!(finished < all, "it was killed in time");
        let (errors, success) = built(&book);
        assert!(success, "{errors}");
        let run = match finished {
            0 => format!("computed probe: {all} shards on host;"),
            _ => format!("computed probe: {} of {all} shards on host,", all - finished),
        };
        assert!(errors.contains(&run), "{errors}");
        assert_eq!(contents(&book), contents(&whole));
        let left = tests::tree(&book.root().join(".simulation/tmp"));
        assert!(left.is_empty(), "{:?}", left.keys());
    }
}
