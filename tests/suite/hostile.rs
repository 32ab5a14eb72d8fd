//! Lessons that nobody would write: published or explained, never a panic, and untouched where there is
//! nothing of ours.

use std::path::PathBuf;

use mdbook_preprocessor::PreprocessorContext;
use mdbook_preprocessor::book::Book;
use mdbook_preprocessor::book::BookItem;
use mdbook_preprocessor::book::Chapter;
use mdbook_simulation::Options;
use mdbook_simulation::Report;
use mdbook_simulation::publish;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use tests::probe;

/// What lessons are made of, and what breaks them.
const PIECES: [&str; 44] = [
    "[[",
    "]]",
    "[[simulation probe]]",
    "[[simulation probe {",
    "[[simulation ",
    "simulation",
    "probe",
    "{as: ",
    "{slope: 1}",
    "{figure: line, caption: \"",
    "caption: ",
    "}",
    "\"",
    "'",
    "$",
    "$$",
    "$$\n",
    "\\",
    "\\frac{1}",
    "\\foo",
    "_{",
    "^",
    "&",
    "|",
    "\n",
    "\n\n",
    "\r\n",
    "> ",
    "- ",
    "1. ",
    "# ",
    "## x {#x}",
    "```",
    "```rust\n",
    "~~~\n",
    "<!--code-toggle-->",
    "<!--",
    "-->",
    "<div>",
    "`",
    "    ",
    "é∑",
    "\u{0}",
    "{{#include x.md}}",
];

fn lesson() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => proptest::sample::select(PIECES.to_vec()).prop_map(ToOwned::to_owned),
        1 => any::<String>(),
        2 => "[a-z ]{0,12}",
    ];
    vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// A lesson's text after us, and what was said about it.
fn published(text: &str) -> (String, Report) {
    let root = PathBuf::from("/nowhere");
    let config = "[build]\nbuild-dir = \"site\"\n".parse().unwrap();
    let context = PreprocessorContext::new(root, config, "html".into());
    let chapter = Chapter::new("A", text.to_owned(), "a.md", Vec::new());
    let mut book = Book::new_with_items(vec![BookItem::Chapter(chapter)]);
    let options = Options { check: true, ..Options::default() };
    let report = publish(&context, &mut book, &probe::catalog(&probe::CODE), &options);
    let text = book.chapters().next().unwrap().content.clone();
    (text, report)
}

// A fixed seed: what passes here passes in CI. Other seeds are for whoever looks for faults.
proptest! {
    #![proptest_config(ProptestConfig { cases: 5000, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_lesson_is_published_or_explained(text in lesson()) {
        let (_, report) = published(&text);
        let mut out = Vec::new();
        report.problems.report(&mut out).unwrap();
        // Every error of a lesson has its place there.
        for problem in report.problems.sorted() {
            let place = problem.place.as_ref().unwrap();
            prop_assert!(place.span.end <= text.len() && text.is_char_boundary(place.span.start));
            prop_assert_eq!(&place.file.path, "src/a.md");
        }
    }

    #[test]
    fn a_lesson_without_anything_of_ours_is_untouched(text in lesson()) {
        let ours = ["[[", "$", "<!--code-toggle-->"];
        let plain = ours.iter().fold(text, |text, ours| text.replace(ours, "x"));
        let (after, report) = published(&plain);
        prop_assert_eq!(after, plain);
        prop_assert_eq!(report.problems.errors(), 0);
    }
}
