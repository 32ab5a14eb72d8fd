//! Many at once: builds of one book beside each other, beside `check` and beside `gc`.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use tests::TinyBook;
use tests::probe;

use crate::probed;

const LESSON: &str = "[[simulation probe {mood: slow}]]\n\n\
    [[simulation probe {as: second, mood: slow, seed: 50}]]\n";
const SHARDS: usize = 18;

/// Builds into a folder of its own.
fn build_into(book: &TinyBook, site: &str) -> Command {
    let mut build = probed::build(book);
    probed::logging(&mut build, book).arg("-d").arg(book.root().join(site));
    build
}

fn all_at_once(builds: usize) {
    let book = probed::book(LESSON);
    let sites: Vec<String> = (0..builds).map(|number| format!("site-{number}")).collect();
    let started: Vec<_> = sites
        .iter()
        .map(|site| build_into(&book, site).stderr(Stdio::piped()).spawn().unwrap())
        .collect();
    let mut computed = 0;
    for build in started {
        let output = build.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{told}");
        assert!(!told.contains("WARN") && !told.contains("warning"), "{told}");
        computed += usize::from(told.contains("2 computed (18 shards run, 0 resumed)"));
    }
    assert_eq!(computed, 1, "one computes, the others take what it left");
    assert_eq!(probed::begun(&book).len(), SHARDS);
    let built = |site: &String| probed::site(&book.root().join(site));
    for site in &sites {
        assert_eq!(tests::differences(&built(&sites[0]), &built(site)), Vec::<PathBuf>::new());
    }
    assert!(built(&sites[0]).contains_key(Path::new("figures/second.svg")));
    assert_eq!(probed::temporary(book.root()), Vec::<PathBuf>::new());
}

#[test]
fn two_builds_at_once_compute_everything_once() {
    all_at_once(2);
}

#[test]
fn ten_builds_at_once_compute_everything_once() {
    all_at_once(10);
}

#[test]
fn a_build_beside_checks_and_collections_of_garbage_loses_nothing() {
    let book = probed::book(LESSON);
    let done = AtomicBool::new(false);
    let looks = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for name in ["check", "gc", "status"] {
            let (book, done, looks) = (&book, &done, &looks);
            scope.spawn(move || {
                while !done.load(Ordering::SeqCst) {
                    let locked = !probed::begun(book).is_empty();
                    let (told, success) = probed::outcome(&mut probed::command(name, book));
                    assert!(!told.contains("not trusted") && !told.contains("panicked"), "{told}");
                    assert!(name != "gc" || success || !locked, "it waits for the build: {told}");
                    looks.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        let mut build = build_into(&book, "site").stderr(Stdio::piped()).spawn().unwrap();
        let success = build.wait().unwrap().success();
        done.store(true, Ordering::SeqCst);
        assert!(success);
    });
    assert!(looks.into_inner() >= 3);
    assert_eq!(probed::contents(&book).len(), 2, "gc leaves what lessons show");
    assert_eq!(probed::begun(&book).len(), SHARDS, "and what runs");
    assert!(probed::outcome(&mut probed::command("check", &book)).1);
}

#[test]
fn garbage_is_collected_by_the_lessons_of_when_it_is() {
    // The lock of a build that goes on.
    let book = probed::book("[[simulation probe]]\n");
    probed::builds(&book);
    let lock = std::fs::File::create(book.root().join(".simulation/lock")).unwrap();
    lock.lock().unwrap();
    let mut gc = probed::command("gc", &book);
    let log = book.root().join("gc.log");
    let mut gc = gc.stderr(std::fs::File::create(&log).unwrap()).spawn().unwrap();
    probed::wait_until("gc waits", || book.read("gc.log").contains("waiting for another process"));
    // Meanwhile a lesson is saved, and its record stored.
    let other = probed::book("[[simulation probe {seed: 7}]]\n");
    probed::builds(&other);
    for (name, bytes) in tests::tree(&other.root().join("records")) {
        book.write_bytes(&format!("records/{}", name.display()), &bytes);
    }
    book.write("src/lesson.md", "[[simulation probe {seed: 7}]]\n");
    drop(lock);
    assert!(gc.wait().unwrap().success(), "{}", book.read("gc.log"));
    assert_eq!(probed::contents(&book), probed::contents(&other), "{}", book.read("gc.log"));
}

/// Whether a file of ours is whole, by its end.
fn is_whole(path: &Path, bytes: &[u8]) -> bool {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("json") => serde_json::from_slice::<serde_json::Value>(bytes).is_ok(),
        Some("woff2") => bytes.starts_with(b"wOF2"),
        Some("svg") => bytes.starts_with(b"<svg ") && bytes.ends_with(b"</svg>\n"),
        _ => bytes.ends_with(b"\n"),
    }
}

#[test]
fn whoever_reads_meanwhile_sees_whole_files_alone() {
    let book = probed::book("[[simulation probe]]\n");
    probed::builds(&book);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen: BTreeMap<PathBuf, Vec<Vec<u8>>> = BTreeMap::new();
            while !done.load(Ordering::SeqCst) {
                for folder in ["records", "src/figures"] {
                    for (path, bytes) in tests::tree(&book.root().join(folder)) {
                        assert!(is_whole(&path, &bytes), "{path:?} of {} bytes", bytes.len());
                        let versions = seen.entry(Path::new(folder).join(path)).or_default();
                        if !versions.contains(&bytes) {
                            versions.push(bytes);
                        }
                    }
                }
            }
            seen
        });
        for round in 0..6 {
            let lesson = format!("[[simulation probe {{slope: {}}}]]\n", round % 3 + 1);
            book.write("src/lesson.md", &lesson);
            let mut builds = ["one", "two"].map(|site| {
                let mut build = build_into(&book, site);
                // Another code: its record takes the place of the last.
                if round % 2 == 0 {
                    build.env(probe::AFTER_AN_EDIT, "1");
                }
                build.stderr(Stdio::null()).spawn().unwrap()
            });
            assert!(builds.iter_mut().all(|build| build.wait().unwrap().success()));
        }
        done.store(true, Ordering::SeqCst);
        let seen = reader.join().unwrap();
        let versions = |name: &str| seen[Path::new(name)].len();
        assert!(versions("src/figures/probe.svg") >= 3, "it was replaced under their eyes");
        assert!(seen.values().filter(|versions| versions.len() >= 2).count() > 4);
    });
}
