//! The whole line for real: a book in seed form with nothing but the preprocessor's table, stock
//! mdBook, this course's experiments with burn, in processes of their own.

use std::path::PathBuf;
use std::process::Command;

use mdbook_driver::MDBook;
use tests::TinyBook;
use tests::differences;
use tests::program;
use tests::tree;

const LESSON: &str = "# Deep learning\n\
## What is learned\n\
A paragraph with $f_\\theta(x)$ and a list straight after:\n\
* the *loss* $L(\\theta)$,\n\
* the model.\n\n\
$$\n\
\\begin{aligned}\n\
L(\\theta) &= \\frac1n \\sum_i \\ell(f_\\theta(x_i), y_i) \\\\\n\
\n\
- \\nabla L &= \\mathbb E\\|x\\|\n\
\\end{aligned}\n\
$$\n\n\
[[simulation adl-double-descent]]\n\n\
```python\nprint(1)\n```\n<!--code-toggle-->\n```pseudocode\nprint 1\n```\n\n\
### Landscapes\n\
[[simulation adl-loss-landscape]]\n";

/// The book with the preprocessor's table as a reader would write it, for stock mdBook.
fn seed_book() -> TinyBook {
    let toml = format!(
        "[book]\ntitle = \"Seed\"\n\n[preprocessor.simulation]\ncommand = {:?}\nafter = [\"links\"]\n",
        program().display().to_string()
    );
    TinyBook::with(&toml, &[("SUMMARY.md", "- [Lesson](lesson.md)\n"), ("lesson.md", LESSON)])
}

#[test]
fn a_seed_lesson_becomes_a_page_under_stock_mdbook() {
    let book = seed_book();
    let built = |book: &TinyBook| {
        MDBook::load(book.root()).unwrap().build().unwrap();
        tree(&book.root().join("book"))
    };
    let first = built(&book);
    let page = book.read("book/lesson.html");
    assert!(page.matches("<figure class=\"simulation\"").count() >= 4);
    assert!(page.contains("id=\"fig-adl-double-descent\""));
    assert!(page.contains("id=\"fig-adl-loss-landscape\""));
    assert!(page.contains("<li>the <em>loss</em> "));
    assert!(page.contains("class=\"katex-display\"") && page.contains("class=\"code-toggle\""));
    assert!(page.contains("<style>") && page.contains("flex on host CPU"));
    assert!(!page.contains("[[simulation") && !page.contains("$$"));

    // Again: the records are there, and no byte changes.
    let records = tree(&book.root().join("records"));
    assert_eq!(records.len(), 2);
    assert_eq!(differences(&first, &built(&book)), Vec::<PathBuf>::new());
    assert_eq!(differences(&records, &tree(&book.root().join("records"))), Vec::<PathBuf>::new());

    // In a frozen build in another process and another folder: the same pages.
    let other = seed_book();
    for (path, bytes) in &records {
        other.write(&format!("records/{}", path.display()), std::str::from_utf8(bytes).unwrap());
    }
    let status = Command::new(program())
        .args(["build", "--frozen"])
        .current_dir(other.root())
        .status()
        .unwrap();
    assert!(status.success());
    assert_eq!(differences(&first, &tree(&other.root().join("book"))), Vec::<PathBuf>::new());
}
