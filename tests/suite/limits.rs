//! Limits that a shard runs into, of the book's and of the system's: each is named at its directive, the others are
//! finished, and what is stored stays whole.

use std::process::Command;
use std::process::Stdio;

use tests::TinyBook;

use crate::probed;

/// A good simulation, and one of whose shards the three of width 2 fail.
fn book(keys: &str, mood: &str) -> TinyBook {
    let lesson = format!(
        "[[simulation probe]]\n\n[[simulation probe {{as: bad, mood: {mood}, seed: 50}}]]\n"
    );
    probed::book_with(keys, &lesson)
}

/// What is told of the bad shards, that the others are finished and stored, and that nothing else is left.
#[track_caller]
fn check(book: &TinyBook, (errors, success): (String, bool), told: &str) {
    assert!(!success, "{errors}");
    let expected = "the simulation `bad` of `probe` failed: 3 of 9 shards failed; shard 1 with: ";
    assert!(errors.contains(&format!("{expected}{told}")), "{errors}");
    assert!(errors.contains("--> src/lesson.md:3:14"), "{errors}");
    assert_eq!(probed::contents(book).len(), 1, "the other simulation is stored");
    assert_eq!(probed::shards(book), 9 + 6, "and every shard that ended well is kept");
    book.write("src/lesson.md", "[[simulation probe]]\n");
    assert_eq!(probed::builds(book), "", "nothing of it is run again");
    assert_eq!(probed::temporary(book.root()), Vec::<std::path::PathBuf>::new());
}

#[test]
#[cfg(target_os = "linux")]
fn a_shard_that_allocates_as_fast_as_it_can_is_ended() {
    let book = book("shard-megabytes = 512\n", "burst");
    check(&book, probed::built(&book), "it used more than 512 MB of memory");
}

#[test]
fn a_shard_that_writes_garbage_and_hangs_is_ended_in_time() {
    let book = book("shard-seconds = 2\n", "garble");
    check(
        &book,
        probed::built(&book),
        "it did not end within 2 s (`shard-seconds`); it wrote: \u{fffd}",
    );
}

/// A build under a limit of the size of files, by a shell, which may have the signal ignored.
fn limited(book: &TinyBook, before: &str) -> Command {
    let mut shell = Command::new("sh");
    // At least 512 bytes to the block: more than any figure, less than the ballast.
    let script = format!("ulimit -c 0; ulimit -f 1000; {before} exec \"$0\" build \"$1\"");
    shell.args(["-c", &script, probed::PROGRAM]).arg(book.root());
    shell.stdin(Stdio::null()).env_remove("CI");
    shell
}

#[test]
#[cfg(target_os = "linux")]
fn a_shard_that_hits_the_limit_of_file_sizes_is_told() {
    let book = book("", "bulky");
    let outcome = probed::outcome(&mut limited(&book, ""));
    check(&book, outcome, "its process was ended by signal 25 (limit of file size)");
}

#[test]
#[cfg(target_os = "linux")]
fn a_shard_that_the_system_refuses_to_write_is_told() {
    let book = book("", "bulky");
    let outcome = probed::outcome(&mut limited(&book, "trap '' XFSZ;"));
    let told = "its process ended with status 1; it wrote: \
        error: what it gave cannot be kept: File too large";
    check(&book, outcome, told);
}

#[test]
fn what_hits_no_limit_any_more_is_all_that_runs() {
    let book = book("", "bulky");
    let (_, success) = probed::outcome(&mut limited(&book, ""));
    assert!(!success);
    let told = probed::builds(&book);
    assert!(told.contains("computed bad of probe: 3 of 9 shards on host"), "{told}");
}

#[test]
fn a_panic_outside_of_shards_is_a_problem_at_its_directive() {
    let cases = [
        ("unplanned", "failed: planning its shards failed with: the probe was told not to plan"),
        ("uncosted", "failed: estimating its cost failed with: the probe was told not to estimate"),
        (
            "unshown",
            "`bad` cannot be shown: making its figures failed with: the probe was told not to be shown",
        ),
    ];
    for (mood, told) in cases {
        let book = book("", mood);
        let (errors, success) = probed::built(&book);
        assert!(!success && errors.contains(told), "{errors}");
        assert!(errors.contains("--> src/lesson.md:3:14"), "{errors}");
        assert!(errors.contains("computed probe: 9 shards on host"), "{errors}");
        assert!(book.root().join("records/probe").is_dir());
    }
}
