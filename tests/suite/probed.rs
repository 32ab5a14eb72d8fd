//! Books of the probe from outside: built by the program or by mdBook, watched, killed, and compared.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use mdbook_driver::MDBook;
use mdbook_preprocessor::PreprocessorContext;
use tests::PLAIN;
use tests::TinyBook;
use tests::probe;

/// The program, with the probe for its only experiment.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_probe-book");

/// A book of one lesson, with further keys for the table of the preprocessor.
pub(crate) fn book_with(keys: &str, lesson: &str) -> TinyBook {
    let toml =
        format!("{PLAIN}command = '{PROGRAM}'\n{keys}\n[output.html.search]\nenable = false\n");
    TinyBook::with(&toml, &[("SUMMARY.md", "- [Lesson](lesson.md)\n"), ("lesson.md", lesson)])
}

/// A book of one lesson, whose shards may take two seconds and 300 MB.
pub(crate) fn book(lesson: &str) -> TinyBook {
    book_with("shard-seconds = 2\nshard-megabytes = 300\n", lesson)
}

/// A command of the program on a book.
pub(crate) fn command(name: &str, book: &TinyBook) -> Command {
    let mut command = Command::new(PROGRAM);
    command.arg(name).arg(book.root()).stdin(Stdio::null()).env_remove("CI");
    command
}

/// `build` of a book.
pub(crate) fn build(book: &TinyBook) -> Command {
    command("build", book)
}

/// What a command writes to standard error, and whether it succeeded.
pub(crate) fn outcome(command: &mut Command) -> (String, bool) {
    let output = command.stdout(Stdio::null()).output().unwrap();
    (String::from_utf8_lossy(&output.stderr).into_owned(), output.status.success())
}

/// The same of a build.
pub(crate) fn built(book: &TinyBook) -> (String, bool) {
    outcome(&mut build(book))
}

/// A build that has to succeed. Gives what it wrote.
#[track_caller]
pub(crate) fn builds(book: &TinyBook) -> String {
    let (errors, success) = built(book);
    assert!(success, "{errors}");
    errors
}

/// The digests of a book's records.
pub(crate) fn contents(book: &TinyBook) -> BTreeMap<String, String> {
    digests(&book.root().join("records"))
}

/// The digests of the records in a folder.
pub(crate) fn digests(folder: &Path) -> BTreeMap<String, String> {
    let digest = |bytes: &[u8]| {
        let record: serde_json::Value = serde_json::from_slice(bytes).unwrap();
        record["digest"].as_str().unwrap().to_owned()
    };
    let records = tests::tree(folder);
    records.iter().map(|(name, bytes)| (name.display().to_string(), digest(bytes))).collect()
}

/// What was built there, without what it says of where and when: provenance cards are masked.
pub(crate) fn site(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let masked = |(path, bytes): (PathBuf, Vec<u8>)| {
        let bytes = match path.extension().and_then(|extension| extension.to_str()) {
            Some("html") => without_cards(&String::from_utf8(bytes).unwrap()).into_bytes(),
            Some("json") => without_provenance(&bytes),
            _ => bytes,
        };
        (path, bytes)
    };
    tests::tree(folder).into_iter().map(masked).collect()
}

fn without_cards(page: &str) -> String {
    const OPEN: &str = "<dl class=\"provenance\">";
    let mut parts = page.split(OPEN);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (_, rest) = part.split_once("</dl>").expect("the end of a card");
        out.push_str(rest);
    }
    out
}

fn without_provenance(bytes: &[u8]) -> Vec<u8> {
    let mut value: serde_json::Value = serde_json::from_slice(bytes).unwrap();
    value.as_object_mut().unwrap().remove("provenance");
    value.to_string().into_bytes()
}

/// What mdBook would send for a book.
pub(crate) fn input(book: &TinyBook) -> String {
    let loaded = MDBook::load(book.root()).unwrap();
    let context =
        PreprocessorContext::new(book.root().to_owned(), loaded.config.clone(), "html".into());
    serde_json::to_string(&(context, &loaded.book)).unwrap()
}

/// How many files there are below a folder.
pub(crate) fn count(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => count(&entry.path()),
            Ok(_) => 1,
            Err(_) => 0,
        })
        .sum()
}

/// How many finished shards scratch holds.
pub(crate) fn shards(book: &TinyBook) -> usize {
    count(&book.root().join(".simulation/shards"))
}

/// The temporary files below a folder.
pub(crate) fn temporary(folder: &Path) -> Vec<PathBuf> {
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with(".tmp") || path.parent().is_some_and(|at| at.ends_with(".simulation/tmp"))
    };
    tests::tree(folder).into_keys().map(|path| folder.join(path)).filter(is_ours).collect()
}

/// Waits for something that has to come.
#[track_caller]
pub(crate) fn wait_until(what: &str, done: impl Fn() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A process that inherited a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It does shards.
    Worker,
    /// It is ours, and has workers.
    Runner,
    /// It is something else: mdBook.
    Other,
}

/// The processes that have this mark in their environment.
pub(crate) fn marked(mark: &str) -> Vec<(u32, Kind)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        let read = |name: &str| {
            let bytes = std::fs::read(entry.path().join(name)).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        if read("environ").split('\0').any(|one| one == mark) {
            let line = read("cmdline");
            let mut words = line.split('\0');
            found.push((
                id,
                match (words.next() == Some(PROGRAM), words.next()) {
                    (true, Some("worker")) => Kind::Worker,
                    (true, _) => Kind::Runner,
                    _ => Kind::Other,
                },
            ));
        }
    }
    found
}

/// Sends a signal. The process may be gone.
pub(crate) fn signal(name: &str, process: u32) {
    let kill = Command::new("kill").args([&format!("-{name}"), &process.to_string()]).output();
    assert!(kill.is_ok(), "{kill:?}");
}

/// Where the probe is to log, for a book.
pub(crate) fn log(book: &TinyBook) -> PathBuf {
    book.root().join("begun.log")
}

/// The shards that were begun, one for each time.
pub(crate) fn begun(book: &TinyBook) -> Vec<String> {
    let text = std::fs::read_to_string(log(book)).unwrap_or_default();
    text.lines().map(ToOwned::to_owned).collect()
}

/// Has a command log which shards it begins.
pub(crate) fn logging<'c>(command: &'c mut Command, book: &TinyBook) -> &'c mut Command {
    command.env(probe::LOG, log(book))
}

/// The program `mdbook` at the version that we build on, which `tests/run` installs and names by the variable
/// `MDBOOK`. Where it is missing a test says so and goes on without; in CI it fails.
pub(crate) fn mdbook() -> Option<PathBuf> {
    let program = std::env::var_os("MDBOOK").map(PathBuf::from);
    if program.is_none() {
        skipped("mdBook itself", "MDBOOK names no program; `tests/run` does");
    }
    program
}

/// Says that something cannot be tested here. In CI that is a failure.
#[track_caller]
pub(crate) fn skipped(what: &str, why: &str) {
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{what} cannot be tested: {why}");
    // Not `eprintln`, which the test harness keeps to itself.
    let _ = std::io::Write::write_all(
        &mut std::io::stderr(),
        format!("!! SKIPPED {what}: {why}\n").as_bytes(),
    );
}
