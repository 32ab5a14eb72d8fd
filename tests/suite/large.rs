//! The books that benchmarks are made of: without errors, and as large as they say.

use experiments::catalog;
use mdbook_simulation::Options;
use tests::TinyBook;
use tests::large;
use tests::large::Size;

const SIZE: Size = Size { lessons: 12, formulas: 15 };

#[test]
fn a_generated_book_builds_and_is_as_large_as_it_says() {
    let book = TinyBook::with("", &[]);
    large::write(book.root(), SIZE);
    let report = book.report(catalog::all(), Options::default());
    let mut problems = Vec::new();
    report.problems.report(&mut problems).unwrap();
    assert_eq!(report.problems.errors(), 0, "{}", String::from_utf8_lossy(&problems));
    assert_eq!(report.rendered.formulas, SIZE.lessons * SIZE.formulas);
    assert_eq!(report.counts.computed, 0);
    let lessons = tests::tree(&book.root().join("src"));
    let text = lessons.iter().filter(|(path, _)| path.starts_with("part-1"));
    let text: String = text.map(|(_, bytes)| String::from_utf8_lossy(bytes)).collect();
    assert_eq!(text.matches("[[").count(), SIZE.lessons * Size::DIRECTIVES);

    // The same size, the same book.
    let again = TinyBook::with("", &[]);
    large::write(again.root(), SIZE);
    let others = tests::tree(&again.root().join("src"));
    assert!(others.iter().all(|(path, bytes)| lessons.get(path) == Some(bytes)));
}
