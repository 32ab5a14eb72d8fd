//! The table of edits: what recomputes, what redraws. Counted, not timed.

use mdbook_simulation::Options;
use mdbook_simulation::Report;
use tests::TinyBook;
use tests::differences;
use tests::probe;
use tests::tree;

const LESSON: &str = "# Lesson\n\nSome prose.\n\n[[simulation probe {seed: 1000}]]\n";

/// A book that was built, ready for an edit.
fn built() -> TinyBook {
    let book = TinyBook::new(LESSON);
    let report = book.build(probe::catalog(&probe::CODE), Options::default()).unwrap();
    assert_eq!(costs(&report), (9, 0, 2, 0), "3 replicates of 3 widths, two figures");
    book
}

/// Shards run, shards resumed, figures drawn, figures read.
fn costs(report: &Report) -> (usize, usize, usize, usize) {
    let (counts, rendered) = (report.counts, report.rendered);
    (counts.shards, counts.resumed, rendered.drawn, rendered.read)
}

/// Builds the edited book and says what it cost; the counter of the experiment agrees.
fn rebuild(
    book: &TinyBook,
    code: &'static experiments::fingerprint::Fingerprint,
) -> (usize, usize, usize, usize) {
    let before = probe::runs();
    let report = book.build(probe::catalog(code), Options::default()).unwrap();
    assert_eq!(probe::runs() - before, report.counts.shards);
    costs(&report)
}

#[test]
fn nothing_changed_nothing_runs_and_no_byte_of_the_site_changes() {
    let _counting = probe::counting();
    let book = built();
    let before = tree(&book.root().join("site"));
    assert_eq!(rebuild(&book, &probe::CODE), (0, 0, 0, 2));
    let after = tree(&book.root().join("site"));
    assert_eq!(differences(&before, &after), Vec::<std::path::PathBuf>::new());
}

#[test]
fn prose_recomputes_and_redraws_nothing() {
    let _counting = probe::counting();
    let book = built();
    book.write("src/lesson.md", &LESSON.replace("prose", "words").replace("# L", "# A l"));
    assert_eq!(rebuild(&book, &probe::CODE), (0, 0, 0, 2));
    assert!(book.page().contains("Some words"));
}

#[test]
fn an_authors_caption_recomputes_nothing() {
    let _counting = probe::counting();
    let book = built();
    let lesson = LESSON.replace("1000}", "1000, figure: line, caption: \"Mine, $x^2$.\"}");
    book.write("src/lesson.md", &lesson);
    assert_eq!(rebuild(&book, &probe::CODE), (0, 0, 0, 1));
    assert!(book.page().contains("Mine, "));
}

#[test]
fn looks_redraw_and_recompute_nothing() {
    let _counting = probe::counting();
    let book = built();
    probe::looks::set_axis("width of the network");
    let costs = rebuild(&book, &probe::CODE);
    probe::looks::set_axis("x");
    assert_eq!(costs, (0, 0, 2, 0));
    assert!(book.page().contains("width of the network"));
}

#[test]
fn a_parameter_runs_its_simulation_and_leaves_the_others() {
    let _counting = probe::counting();
    let book = built();
    book.write(
        "src/lesson.md",
        &format!("{LESSON}\n[[simulation probe {{as: steep, slope: 3, seed: 1000}}]]\n"),
    );
    assert_eq!(rebuild(&book, &probe::CODE), (9, 0, 2, 2));
}

#[test]
fn one_more_replicate_or_value_runs_only_its_shards() {
    let _counting = probe::counting();
    let book = built();
    book.write("src/lesson.md", &LESSON.replace("1000}", "1000, replicates: 4}"));
    assert_eq!(rebuild(&book, &probe::CODE), (3, 9, 0, 2), "one replicate of three widths");
    book.write("src/lesson.md", &LESSON.replace("1000}", "1000, widths: [1, 2, 4, 8]}"));
    assert_eq!(rebuild(&book, &probe::CODE), (3, 9, 2, 0), "three replicates of one width");
}

#[test]
fn numeric_code_runs_its_experiment_and_redraws_only_what_moved() {
    let _counting = probe::counting();
    let book = built();
    assert_eq!(rebuild(&book, &probe::EDITED), (9, 0, 0, 2));
}

#[test]
fn a_killed_run_resumes() {
    let _counting = probe::counting();
    let book = built();
    std::fs::remove_dir_all(book.root().join("records")).unwrap();
    assert_eq!(rebuild(&book, &probe::CODE), (0, 9, 0, 2), "finished shards are kept");
    std::fs::remove_dir_all(book.root().join("records")).unwrap();
    std::fs::remove_dir_all(book.root().join(".simulation")).unwrap();
    assert_eq!(rebuild(&book, &probe::CODE), (9, 0, 0, 2), "scratch may be deleted");
}
