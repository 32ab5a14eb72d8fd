//! Live sessions: what a save shows at once, what comes later, and that nothing waits for it. mdBook's driver runs
//! the program as `mdbook serve` does.

use std::time::Duration;
use std::time::Instant;

use mdbook_driver::MDBook;
use tests::PLAIN;
use tests::TinyBook;
use tests::differences;
use tests::tree;

use crate::probed;
#[cfg(target_os = "linux")]
use crate::probed::Kind;
use crate::probed::PROGRAM;

/// What a page of a live session holds and no other.
const MARK: &str = "a page of a live session, not to be published";

/// A book of one lesson whose preprocessor is the program.
fn book(lesson: &str) -> TinyBook {
    book_of(PROGRAM, lesson)
}

/// The same with a program of another name or with variables before it.
fn book_of(program: &str, lesson: &str) -> TinyBook {
    // Not by a machine, even where a machine runs the tests.
    let command = format!("command = \"env -u CI {program}\"\nrecords = \"records\"\n");
    let toml = format!("{PLAIN}{command}\n[output.html.search]\nenable = false\n");
    TinyBook::with(&toml, &[("SUMMARY.md", "- [Lesson](lesson.md)\n"), ("lesson.md", lesson)])
}

/// Builds as `mdbook serve` does after a save, and gives the page.
fn save(book: &TinyBook) -> String {
    let mut loaded = MDBook::load(book.root()).unwrap();
    loaded.config.set("output.html.live-reload-endpoint", "__livereload").unwrap();
    loaded.build().unwrap();
    book.page()
}

/// Saves again until the page is as wanted.
#[track_caller]
fn save_until(book: &TinyBook, what: &str, wanted: impl Fn(&str) -> bool) -> String {
    let started = Instant::now();
    loop {
        let page = save(book);
        if wanted(&page) {
            return page;
        }
        let main = page.split("<main>").nth(1).unwrap_or_default();
        assert!(started.elapsed() < Duration::from_secs(60), "{what}: {main}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn records(book: &TinyBook) -> usize {
    tree(&book.root().join("records")).len()
}

fn has_figure(page: &str) -> bool {
    page.contains("<figure class=\"simulation\"")
}

#[test]
fn what_is_missing_has_words_at_once_and_comes_later() {
    let book =
        book("# Lesson\n\n[[simulation probe {mood: slow}]]\n\nAnd [[value probe.slope]].\n");
    let page = save(&book);
    assert!(page.contains("Being computed: 0 of 9 parts"), "{page}");
    assert!(page.contains("(probe: pending)") || page.contains("probe&#58; pending"), "{page}");
    assert!(page.contains(MARK) && !has_figure(&page));
    let page = save_until(&book, "the record lands", has_figure);
    assert!(page.contains(MARK) && !page.contains("class=\"sim-live\""), "{page}");
    let queue = book.read(".simulation/queue.json");
    assert!(queue.contains("\"items\": []"), "{queue}");
}

#[test]
fn the_last_save_of_a_session_is_what_a_build_gives() {
    let lesson = "# Lesson\n\n[[simulation probe]]\n\nIt is [[value probe.slope]], and \
                  [[claim probe.rises]].\n";
    let book = book(lesson);
    let live = save_until(&book, "the record lands", has_figure);
    let before = tree(&book.root().join("src/figures"));
    let options = mdbook_simulation::Options { frozen: true, ..Default::default() };
    book.build(tests::probe::catalog(&tests::probe::CODE), options).unwrap();
    assert_eq!(
        differences(&before, &tree(&book.root().join("src/figures"))),
        Vec::<std::path::PathBuf>::new()
    );
    let built = book.page();
    assert!(!built.contains(MARK));
    let main = |page: &str| {
        let from = page.find("<h1 id=\"lesson\">").unwrap();
        page[from..page.find("</main>").unwrap()].to_owned()
    };
    assert_eq!(main(&live), main(&built));
}

#[test]
fn a_live_site_is_refused_for_publishing() {
    let book = book("# Lesson\n");
    let check = || {
        let mut command = std::process::Command::new(PROGRAM);
        command.arg("check").arg(book.root()).arg("--site").arg(book.root().join("site"));
        let output = command.output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    save(&book);
    let (accepted, told) = check();
    assert!(!accepted && told.contains("are not for publishing"), "{told}");
    assert!(told.contains("lesson.html` is of a live session"), "{told}");
    book.build(tests::probe::catalog(&tests::probe::CODE), mdbook_simulation::Options::default())
        .unwrap();
    assert!(check().0);
    book.write("site/simulation-progress.json", "{}");
    let (accepted, told) = check();
    assert!(!accepted && told.contains("progress.json` is of a live session"), "{told}");
    std::fs::remove_dir_all(book.root().join("site")).unwrap();
    assert!(!check().0, "there is no site");
}

#[test]
fn a_long_run_is_preceded_by_a_draft() {
    let book = book("[[simulation probe {mood: long, replicates: 40, slope: -1}]]\n");
    save(&book);
    let page = save_until(&book, "the draft lands", has_figure);
    assert!(page.contains("A draft, from a quicker and coarser run."), "{page}");
    assert!(page.contains("A draft has no files."));
    for record in tree(&book.root().join("records")).values() {
        assert!(String::from_utf8_lossy(record).contains("\"replicates\": 40"), "no draft");
    }
    assert!(!book.root().join("src/figures/probe.svg").exists());
    let page =
        save_until(&book, "the record lands", |page| has_figure(page) && !page.contains("A draft"));
    assert!(page.contains("figures/probe.svg"));
    assert_eq!(records(&book), 1);
}

#[test]
fn errors_stand_in_their_place_and_the_rest_is_there() {
    let book = book(
        "# Lesson\n\n[[simulation proeb]]\n\nText with [[value probe.slop]] and $\\nosuch$.\n\n\
         [[simulation probe]]\n",
    );
    let page = save_until(&book, "the record lands", has_figure);
    assert!(page.contains("there is no experiment `proeb`"), "{page}");
    assert!(page.contains("src/lesson.md:3:14"), "{page}");
    assert!(page.contains("has no estimate and no parameter `slop`"), "{page}");
    assert!(page.contains("KaTeX: "), "{page}");
    book.write("src/lesson.md", "[[simulation probe]]\n");
    let page = save(&book);
    assert!(has_figure(&page) && !page.contains("class=\"sim-live"), "{page}");
}

#[test]
fn a_failure_is_told_in_the_page_and_not_tried_with_every_save() {
    let book = book(
        "[[simulation probe {as: bad, mood: exit}]]\n\n[[simulation probe {as: good, seed: 9}]]\n",
    );
    save(&book);
    let failed = "3 of 9 shards failed; shard 1 with: its process ended with status 7";
    save_until(&book, "the failure lands", |page| page.contains(failed));
    save_until(&book, "the other one lands", has_figure);
    let queue = book.read(".simulation/queue.json");
    assert!(queue.contains("\"items\": []"), "{queue}");
}

#[test]
fn a_record_that_cannot_be_stored_is_told_in_the_page() {
    let book = book("[[simulation probe]]\n");
    // A file in the place of a folder is in everybody's way, whatever they may do.
    book.write("records", "");
    let told = |page: &str| page.contains("the record of `probe` cannot be stored");
    let touched = || std::fs::metadata(book.root().join("src/SUMMARY.md")).unwrap().modified();
    let first = touched().unwrap();
    let page = save_until(&book, "the failure lands", told);
    assert!(!page.contains("Being computed"), "{page}");
    probed::wait_until("mdBook is woken", || touched().unwrap() != first);
    let before = touched().unwrap();
    // The next save tries again, and wakes nobody for the same words.
    for _ in 0..5 {
        assert!(told(&save(&book)));
        std::thread::sleep(Duration::from_millis(300));
    }
    assert_eq!(touched().unwrap(), before);
    std::fs::remove_file(book.root().join("records")).unwrap();
    save_until(&book, "the record lands", has_figure);
}

#[test]
fn other_limits_are_another_attempt() {
    let book = book("[[simulation probe {mood: hang}]]\n");
    let toml = book.read("book.toml");
    let limited =
        |seconds| toml.replace("records =", &format!("shard-seconds = {seconds}\nrecords ="));
    book.write("book.toml", &limited(1));
    let told = |page: &str| page.contains("shard 1 with: it did not end within 1 s");
    save_until(&book, "the failure lands", told);
    assert!(told(&save(&book)));
    book.write("book.toml", &limited(2));
    assert!(save(&book).contains("Being computed: 6 of 9 parts are there"));
}

#[test]
fn what_cannot_be_planned_stands_in_its_place_and_the_rest_is_there() {
    let cases = [
        ("unplanned", "planning its shards failed with: the probe was told not to plan"),
        ("uncosted", "estimating its cost failed with: the probe was told not to estimate"),
    ];
    for (mood, why) in cases {
        let book = book(&format!(
            "[[simulation probe]]\n\n[[simulation probe {{as: bad, mood: {mood}}}]]\n"
        ));
        let page = save_until(&book, "the good one lands", has_figure);
        assert!(page.contains(&format!("`bad` cannot be computed: {why}")), "{page}");
        assert!(page.contains("src/lesson.md:3:14"), "{page}");
        let queue = book.read(".simulation/queue.json");
        assert!(queue.contains("\"items\": []"), "{queue}");
    }
    // One that has no draft is computed without.
    let book = book("[[simulation probe {mood: undrafted}]]\n");
    save_until(&book, "the record lands", has_figure);
}

#[test]
#[cfg(target_os = "linux")]
fn a_background_process_that_is_killed_costs_what_it_was_at() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let mark = format!("KILLED_IN_THE_BACKGROUND={}", folder.path().display());
    let program = format!("PROBE_LOG={} {mark} {PROGRAM}", log.display());
    let book = book_of(&program, "[[simulation probe {mood: slow, replicates: 12}]]\n");
    save(&book);
    probed::wait_until("shards", || probed::shards(&book) >= 5);
    let running = probed::marked(&mark);
    let runner = running.iter().find(|(_, kind)| *kind == Kind::Runner);
    runner.into_iter().for_each(|(id, _)| probed::signal("KILL", *id));
    probed::wait_until("a process stays behind", || probed::marked(&mark).is_empty());
    let finished = probed::shards(&book);
    assert!(finished < 36, "it was not at its end");
    let begun = || std::fs::read_to_string(&log).unwrap().lines().count();
    let before = begun();
    save_until(&book, "the record lands", has_figure);
    assert_eq!(begun() - before, 36 - finished, "what was finished is not begun again");
    assert_eq!(probed::temporary(book.root()), Vec::<std::path::PathBuf>::new());
}

#[test]
fn what_is_no_longer_wanted_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let program = format!("PROBE_LOG={} {PROGRAM}", log.display());
    let book = book_of(&program, "[[simulation probe {mood: hang, as: first}]]\n");
    save(&book);
    probed::wait_until("it is computed", || log.exists());
    book.write("src/lesson.md", "[[simulation probe {as: second}]]\n");
    let page = save_until(&book, "the other one lands", has_figure);
    assert!(!page.contains("first"));
    assert_eq!(records(&book), 1);
}

#[test]
fn a_build_beside_a_live_session_computes_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let program = format!("PROBE_LOG={} {PROGRAM}", log.display());
    let book = book_of(&program, "[[simulation probe {mood: slow, replicates: 12}]]\n");
    save(&book);
    let mut command = std::process::Command::new(PROGRAM);
    command.arg("build").arg(book.root()).env("PROBE_LOG", &log).env_remove("CI");
    assert!(command.output().unwrap().status.success());
    assert_eq!(records(&book), 1);
    let begun = std::fs::read_to_string(&log).unwrap();
    assert_eq!(begun.lines().count(), 36, "{begun}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_program_that_was_built_anew_goes_on_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("program");
    std::fs::copy(PROGRAM, &program).unwrap();
    let lesson = "[[simulation probe {mood: slow, replicates: 40}]]\n";
    let book = book_of(&program.display().to_string(), lesson);
    save(&book);
    let shards = || tree(&book.root().join(".simulation/shards")).len();
    let started = Instant::now();
    let wait = |what: &str, done: &dyn Fn() -> bool| {
        while !done() {
            assert!(started.elapsed() < Duration::from_secs(60), "{what}");
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    wait("it computes", &|| shards() > 3);
    // As a compiler does: the file is another one.
    let anew = folder.path().join("anew");
    std::fs::copy(PROGRAM, &anew).unwrap();
    std::fs::rename(&anew, &program).unwrap();
    assert!(shards() < 120, "it was not at its end");
    // Nothing is saved any more.
    wait("its successor finishes", &|| records(&book) == 1);
}

#[test]
fn a_stale_record_is_shown_and_marked() {
    let lesson = "[[simulation probe]]\n\n[[claim probe.rises]]\n";
    let book = book(lesson);
    book.build(tests::probe::catalog(&tests::probe::EDITED), mdbook_simulation::Options::default())
        .unwrap();
    let page = save(&book);
    assert!(has_figure(&page), "{page}");
    let why = "Stale, from before a change: the code of the experiment changed.";
    assert!(page.contains(why) && page.contains("Being computed:"), "{page}");
    assert!(page.contains("stale, not enforced"), "{page}");
    let page = save_until(&book, "the record lands", |page| !page.contains("Stale"));
    assert!(page.contains("holds") && !page.contains("not enforced"));
}

#[test]
fn a_mistake_in_book_toml_computes_nothing() {
    let book = book("[[simulation probe]]\n\n[[simulation probe {as: other, seed: 7}]]\n");
    save_until(&book, "the records land", |page| page.matches("<figure class").count() == 4);
    let toml = book.read("book.toml");
    book.write(
        "src/lesson.md",
        "[[simulation probe]]\n\n[[simulation probe {as: new, seed: 8}]]\n",
    );
    book.write("book.toml", &toml.replace("records =", "max-seconds = \"x\"\nrecords ="));
    let page = save(&book);
    assert!(page.contains("[preprocessor.simulation] cannot be read"), "{page}");
    assert!(has_figure(&page) && page.contains("It cannot be computed."), "{page}");
    assert!(book.read(".simulation/queue.json").contains("\"items\": []"));
    book.write("book.toml", &toml);
    save_until(&book, "the record lands", |page| page.matches("<figure class").count() == 4);
}

#[test]
fn the_ledger_and_the_gallery_say_what_is_not_final() {
    let lesson = "[[simulation probe {as: old, mood: slow}]]\n\n\
        [[simulation probe {as: coarse, mood: long, replicates: 200, slope: 3}]]\n\n\
        [[simulation probe {as: none, mood: hang}]]\n\n[[ledger]]\n\n[[gallery]]\n";
    let book = book(lesson);
    book.write("src/lesson.md", "[[simulation probe {as: old, mood: slow}]]\n");
    book.build(tests::probe::catalog(&tests::probe::EDITED), mdbook_simulation::Options::default())
        .unwrap();
    book.write("src/lesson.md", lesson);
    let page = save_until(&book, "the draft lands", |page| page.contains("A draft, from"));
    let ledger = page.split("class=\"sim-ledger\"").nth(1).unwrap();
    let (ledger, gallery) = ledger.split_once("class=\"sim-gallery\"").unwrap();
    assert!(ledger.contains("<code>none</code> are still to come."), "{ledger}");
    assert!(ledger.contains("<span class=\"sim-live-word\">(draft)</span>"), "{ledger}");
    assert!(!gallery.contains("figures/coarse.svg") && gallery.contains("(draft)"), "{gallery}");
    assert!(gallery.contains("figures/old.svg"), "{gallery}");
    let csv = book.read("src/figures/ledger.csv");
    assert!(csv.contains("old.rises") && !csv.contains("coarse.rises"), "{csv}");
}

#[test]
fn a_frozen_book_and_a_machine_are_never_live() {
    let book = book("[[simulation probe]]\n");
    let toml = book.read("book.toml");
    let build = || {
        let mut loaded = MDBook::load(book.root()).unwrap();
        loaded.config.set("output.html.live-reload-endpoint", "__livereload").unwrap();
        loaded.build()
    };
    book.write("book.toml", &toml.replace("command", "frozen = true\ncommand"));
    assert!(build().is_err());
    book.write("book.toml", &toml.replace("env -u CI", "env CI=true"));
    build().unwrap();
    assert!(has_figure(&book.page()) && !book.page().contains(MARK));
}
