//! Every kind of bad input gets an error with file, line, column and a way out.

use experiments::entry::Catalog;
use mdbook_simulation::Options;
use tests::PLAIN;
use tests::TinyBook;
use tests::probe;

fn catalog() -> Catalog {
    probe::catalog(&probe::CODE)
}

/// The problems of a book of one lesson.
fn problems(lesson: &str) -> String {
    TinyBook::new(lesson).problems(catalog())
}

#[test]
fn unknown_experiment() {
    insta::assert_snapshot!(problems("# A\n\nText.\n\n[[simulation prob]]\n"));
}

#[test]
fn unknown_option_names_the_nearest() {
    insta::assert_snapshot!(problems("[[simulation probe {slop: 1, figur: line}]]\n"));
}

#[test]
fn parameter_out_of_range() {
    insta::assert_snapshot!(problems(
        "[[simulation probe {slope: 12, widths: [1, 1], mood: wild}]]\n"
    ));
}

#[test]
fn yaml_fault() {
    insta::assert_snapshot!(problems("a\n\n[[simulation probe {slope: 1,\n  slope: 2}]]\n"));
}

#[test]
fn unclosed_directive() {
    insta::assert_snapshot!(problems("[[simulation probe {slope: 1}\n\nMore text.\n"));
}

#[test]
fn mistyped_keyword() {
    insta::assert_snapshot!(problems("[[simulatoin probe]]\n"));
}

#[test]
fn one_name_for_two_things() {
    insta::assert_snapshot!(problems(
        "[[simulation probe]]\n\n[[simulation probe {slope: 3}]]\n\n[[simulation probe {as: probe}]]\n"
    ));
}

#[test]
fn names_that_cannot_be() {
    insta::assert_snapshot!(problems("[[simulation probe {as: \"../x\"}]]\n"));
}

#[test]
fn unknown_figure_and_ambiguous_caption() {
    insta::assert_snapshot!(problems(
        "[[simulation probe {figure: lines}]]\n\n[[simulation probe {caption: Mine.}]]\n"
    ));
}

#[test]
fn math_faults_have_their_place_inside_the_formula() {
    insta::assert_snapshot!(problems(
        "Text $a + \\foo$ here.\n\n> $$\n> x^2 \\\\\n> \\frac{1}\n> $$\n"
    ));
}

#[test]
fn heading_with_math_needs_an_id() {
    insta::assert_snapshot!(problems("## The norm $\\|w\\|$\n\n## The norm $\\|w\\|$ {#norm}\n"));
}

#[test]
fn errors_of_all_lessons_are_sorted_and_counted() {
    let book = TinyBook::with(
        PLAIN,
        &[
            ("SUMMARY.md", "# Summary\n\n- [B](b.md)\n- [A](a.md)\n"),
            ("a.md", "{{#include parts/deep.md}}\n\n[[simulation nope]]\n"),
            ("b.md", "$\\foo$\n"),
            ("parts/deep.md", "ü\n\n[[simulation included]]\n"),
        ],
    );
    insta::assert_snapshot!(book.problems(catalog()));
}

#[test]
fn a_claim_that_does_not_hold_stops_the_build() {
    insta::assert_snapshot!(problems("[[simulation probe {mood: lie}]]\n"), @"");
    // The published setting is enforced; an override is shown and not enforced.
    let page = |lesson: &str| {
        let book = TinyBook::new(lesson);
        book.build(catalog(), Options::default()).unwrap();
        book.page()
    };
    assert!(page("[[simulation probe {mood: lie}]]\n").contains("not enforced"));
    assert!(!page("[[simulation probe]]\n").contains("not enforced"));
}

#[test]
fn an_experiment_that_panics_is_named_and_the_others_are_finished() {
    let lesson = "[[simulation probe {mood: panic, as: bad}]]\n\n[[simulation probe]]\n";
    let book = TinyBook::new(lesson);
    insta::assert_snapshot!(book.problems(catalog()));
    assert!(book.root().join("records/probe").read_dir().unwrap().count() == 1);
}

#[test]
fn a_simulation_over_the_limit_names_its_estimate() {
    insta::assert_snapshot!(problems("[[simulation probe {mood: greedy}]]\n"));
}

#[test]
fn frozen_names_the_missing_record() {
    let book = TinyBook::new("[[simulation probe]]\n");
    let error = book.build(catalog(), Options { frozen: true, ..Options::default() });
    assert!(error.is_err());
    let report = book.report(catalog(), Options { frozen: true, ..Options::default() });
    let text = report.problems.sorted()[0].to_string();
    assert!(text.contains("there is no record") && text.contains("src/lesson.md:1:"), "{text}");
}

#[test]
fn a_corrupt_record_is_computed_again_and_said_so() {
    let book = TinyBook::new("[[simulation probe]]\n");
    book.build(catalog(), Options::default()).unwrap();
    let path =
        book.root().join("records/probe").read_dir().unwrap().next().unwrap().unwrap().path();
    let whole = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, whole.replace("2.0", "3.0")).unwrap();
    let report = book.build(catalog(), Options::default()).unwrap();
    assert_eq!(report.counts.computed, 1);
    let text = report.problems.sorted()[0].to_string();
    assert!(text.contains("is not trusted: its content does not match its digest"), "{text}");
    assert!(text.contains("computed again"), "{text}");
    let again = std::fs::read_to_string(&path).unwrap();
    let content = |text: &str| {
        let mut file: serde_json::Value = serde_json::from_str(text).unwrap();
        file["provenance"].take();
        file
    };
    assert_eq!(content(&again), content(&whole));
}

#[test]
fn a_build_directory_that_would_empty_the_lessons_is_refused() {
    let toml = "[book]\nsrc = \"src\"\n[build]\nbuild-dir = \"src\"\n[preprocessor.simulation]\n";
    let book = TinyBook::with(toml, &[("SUMMARY.md", "- [A](a.md)\n"), ("a.md", "# A\n")]);
    let text = book.problems(catalog());
    assert!(
        text.contains("would take the lessons") && text.contains("build-dir = \"site\""),
        "{text}"
    );
    assert!(book.build(catalog(), Options::default()).is_err());
    assert!(book.root().join("src/a.md").exists(), "the lesson is still there");
}

#[test]
fn a_backend_that_is_not_compiled_in_says_how_to_get_it() {
    for (name, expected) in
        [("wgpu", "--features wgpu"), ("tpu", "there are flex, ndarray, wgpu and auto")]
    {
        let options = Options { backend: Some(name.into()), ..Options::default() };
        {
            let report = TinyBook::new("Text.\n").report(catalog(), options);
            assert!(report.problems.sorted()[0].message.contains(expected));
        }
    }
}

#[test]
fn brackets_that_are_no_directive_are_left_alone() {
    for lesson in
        ["[[wiki link]] and [[1, 2], [3, 4]]\n", "\\[[simulation probe]]\n", "`[[simulation x]]`\n"]
    {
        assert_eq!(problems(lesson), "", "{lesson}");
    }
}

#[test]
fn two_figures_with_one_file_name_are_refused() {
    insta::assert_snapshot!(problems(
        "[[simulation probe]]\n\n[[simulation probe {as: probe-again, figure: line}]]\n"
    ));
}

#[test]
fn an_authors_own_figure_is_not_overwritten() {
    let book = TinyBook::new("[[simulation probe {as: risk}]]\n");
    book.write("src/figures/risk.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>");
    let text = book.problems(catalog());
    assert!(text.contains("risk.svg` is not a file of ours") && text.contains("`as`"), "{text}");
    assert!(book.read("src/figures/risk.svg").starts_with("<svg xmlns"));
}

#[test]
fn frozen_says_what_makes_a_record_stale() {
    let book = TinyBook::new("[[simulation probe]]\n");
    book.build(catalog(), Options::default()).unwrap();
    let frozen = Options { frozen: true, ..Options::default() };
    assert_eq!(book.report(catalog(), frozen.clone()).problems.errors(), 0);
    let report = book.report(probe::catalog(&probe::EDITED), frozen);
    let text = report.problems.sorted()[0].to_string();
    assert!(text.contains("the record is stale: the code of the experiment changed"), "{text}");
}

#[test]
fn an_error_elsewhere_does_not_start_experiments() {
    let book = TinyBook::new("[[simulation probe]]\n\n[[simulation nope]]\n");
    let report = book.report(catalog(), Options::default());
    assert_eq!((report.problems.errors(), report.counts.shards), (1, 0));
}
