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

/// Every page and file of a site.
fn site(book: &TinyBook) -> std::collections::BTreeMap<std::path::PathBuf, Vec<u8>> {
    book.build(catalog::all(), Options::default()).unwrap();
    tests::tree(&book.root().join("site"))
}

/// The packs of rendered formulas in the scratch folder, each with what becomes of it.
fn damage(book: &TinyBook, how: impl Fn(Vec<u8>) -> Vec<u8>) -> usize {
    let folder = book.root().join(".simulation/rendered");
    let packs = tests::tree(&folder);
    for (path, bytes) in &packs {
        std::fs::write(folder.join(path), how(bytes.clone())).unwrap();
    }
    packs.len()
}

#[test]
fn pages_are_the_same_with_rendered_formulas_kept_lost_or_damaged() {
    let book = TinyBook::with("", &[]);
    large::write(book.root(), SIZE);
    let first = site(&book);
    assert!(tests::differences(&first, &site(&book)).is_empty(), "all kept");
    let flipped = |at: usize| {
        move |mut bytes: Vec<u8>| {
            let at = at % bytes.len();
            bytes[at] ^= 4;
            bytes
        }
    };
    for at in [0, 40, 300, 1001] {
        assert_eq!(damage(&book, flipped(at)), 16);
        assert!(tests::differences(&first, &site(&book)).is_empty(), "byte {at} flipped");
    }
    damage(&book, |bytes| bytes[..bytes.len() / 2].to_vec());
    assert!(tests::differences(&first, &site(&book)).is_empty(), "half of each pack");
    damage(&book, |_| b"no pack".to_vec());
    assert!(tests::differences(&first, &site(&book)).is_empty(), "something else");
    let folder = book.root().join(".simulation/rendered");
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::write(&folder, "no folder").unwrap();
    assert!(tests::differences(&first, &site(&book)).is_empty(), "nowhere to keep them");
}

#[test]
fn a_check_keeps_no_formulas() {
    let book = TinyBook::with("", &[]);
    large::write(book.root(), Size { lessons: 1, formulas: 3 });
    let options = Options { check: true, ..Options::default() };
    assert_eq!(book.report(catalog::all(), options).problems.errors(), 0);
    assert!(!book.root().join(".simulation").exists());
}
