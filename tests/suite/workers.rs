//! Shards in processes of their own: what goes wrong in one is told and costs no other, and nothing stays behind.

use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use crate::probed::PROGRAM;
use crate::probed::book;
use crate::probed::built;
use crate::probed::contents;
use crate::probed::marked;
use crate::probed::shards;
use crate::probed::wait_until;

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

#[test]
#[cfg(target_os = "linux")]
fn who_interrupts_is_told_what_is_kept() {
    let lesson = "[[simulation probe {mood: slow, replicates: 40}]]\n";
    for (command, signal) in [("build", "INT"), ("run", "TERM")] {
        let book = book(lesson);
        let mut heeding = Command::new("env");
        heeding.args(["--default-signal", PROGRAM, command]);
        let root = book.root().display().to_string();
        heeding.args(if command == "run" { vec!["--root", &root] } else { vec![&root[..]] });
        let heeding = heeding.env_remove("CI").stdin(Stdio::null()).stderr(Stdio::piped());
        let stopped = heeding.spawn().unwrap();
        wait_until("shards", || shards(&book) >= 5);
        let id = stopped.id().to_string();
        assert!(
            Command::new("kill").args([&format!("-{signal}"), &id]).status().unwrap().success()
        );
        let output = stopped.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(130), "{told}");
        let kept = shards(&book);
        assert!((5..100).contains(&kept), "{kept}");
        let line = format!("stopped probe: {kept} of 120 shards are done, and kept");
        assert!(told.contains(&line), "{kept}: {told}");
        assert!(told.contains("failed: it was stopped"), "{told}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_killed_build_leaves_no_process_and_resumes_where_it_was() {
    // Seconds long, so that a busy machine does not miss the moment.
    let lesson = "[[simulation probe {mood: slow, replicates: 40}]]\n";
    let whole = book(lesson);
    assert!(built(&whole).1);
    let all = shards(&whole);
    let moments = [(0, "KILL"), (5, "TERM"), (11, "INT"), (17, "KILL")];
    for (moment, signal) in moments {
        let book = book(lesson);
        let mark = format!("KILLED_AT={moment}-{}", book.root().display());
        let (name, value) = mark.split_once('=').unwrap();
        // Whoever runs these tests in the background has them ignore an interrupt, and with them what they start.
        let mut heeding = Command::new("env");
        heeding.args(["--default-signal", PROGRAM, "build"]).arg(book.root()).env_remove("CI");
        let heeding = heeding.stdin(Stdio::null()).stderr(Stdio::null());
        let mut killed: Child = heeding.env(name, value).spawn().unwrap();
        wait_until("shards", || shards(&book) >= moment && (moment > 0 || marked(&mark).len() > 1));
        let sent =
            Command::new("kill").arg(format!("-{signal}")).arg(killed.id().to_string()).status();
        assert!(sent.unwrap().success());
        killed.wait().unwrap();
        wait_until("workers stay behind", || marked(&mark).is_empty());
        let finished = shards(&book);
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
