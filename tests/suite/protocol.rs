//! The program under mdBook's protocol: JSON on standard output and nothing else.

use std::io::Write;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;

use tests::TinyBook;
use tests::program;

use crate::probed::input;

/// Runs the program in the folder of a book with that input.
fn run(book: &TinyBook, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(program())
        .args(arguments)
        .current_dir(book.root())
        .env_remove("MDBOOK_LOG")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that refuses early may not read its input.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

#[test]
fn standard_output_is_the_book_and_nothing_else() {
    let book = TinyBook::new("# A\n\n$x^2$ and *text*.\n");
    let output = run(&book, &[], &input(&book));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let content = value["items"][0]["Chapter"]["content"].as_str().unwrap();
    assert!(content.contains("class=\"katex\"") && content.contains("and *text*."), "{content}");
}

#[test]
fn problems_go_to_standard_error_and_the_exit_status() {
    let book = TinyBook::new("[[simulation nope]]\n");
    let output = run(&book, &[], &input(&book));
    assert!(!output.status.success());
    assert_eq!(output.stdout, b"");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("src/lesson.md:1:14") && errors.contains("nope"), "{errors}");
}

#[test]
fn an_mdbook_of_another_version_is_named() {
    let book = TinyBook::new("Text.\n");
    for (version, expected) in
        [("0.4.52", "this is mdBook 0.4.52"), ("0.6.1", "this is mdBook 0.6.1")]
    {
        let old = input(&book).replace(
            &format!("\"{}\"", mdbook_preprocessor::MDBOOK_VERSION),
            &format!("\"{version}\""),
        );
        let output = run(&book, &[], &old);
        assert!(!output.status.success());
        assert_eq!(output.stdout, b"");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(errors.contains(expected), "{errors}");
    }
    // The form of 0.4, whose book has `sections`.
    let output = run(
        &book,
        &[],
        r#"[{"root":"/","config":{},"renderer":"html","mdbook_version":"0.4.40"},{"sections":[]}]"#,
    );
    assert!(String::from_utf8_lossy(&output.stderr).contains("this is mdBook 0.4.40"));
}

#[test]
fn garbage_is_refused_without_a_panic() {
    let book = TinyBook::new("Text.\n");
    for garbage in ["", "hello", "[]", "[1, 2]", "{\"a\":", "\u{0}"] {
        let output = run(&book, &[], garbage);
        assert!(!output.status.success());
        assert_eq!(output.stdout, b"");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(errors.starts_with("error: ") && !errors.contains("panicked"), "{errors}");
    }
}

#[test]
fn supports_answers_by_its_exit_status() {
    let book = TinyBook::new("Text.\n");
    assert!(run(&book, &["supports", "html"], "").status.success());
    assert!(!run(&book, &["supports", "not-supported"], "").status.success());
}

#[test]
fn a_folder_without_a_book_is_named() {
    let book = TinyBook::new("Text.\n");
    let output = run(&book, &["check", "elsewhere"], "");
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("no book.toml in `elsewhere`"));
}

#[test]
fn check_writes_nothing_and_gc_removes_what_nobody_refers_to() {
    // The course's own experiments would take long here; a book without directives and a record
    // that nobody refers to are enough to see both commands work.
    let book = TinyBook::new("Text.\n");
    let before = tests::tree(book.root());
    assert!(run(&book, &["check"], "").status.success());
    assert_eq!(
        tests::differences(&before, &tests::tree(book.root())),
        Vec::<std::path::PathBuf>::new()
    );
    // A record of the course, which this book does not show, and a file that is not ours.
    let records = tests::tree(&tests::repository().join("experiments/records"));
    let (name, bytes) = records.iter().next().unwrap();
    let name = format!("records/{}", name.display());
    book.write(&name, std::str::from_utf8(bytes).unwrap());
    book.write("records/data/mine.json", "{}");
    let output = run(&book, &["check"], "");
    assert!(!output.status.success());
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains(&name) && errors.contains("gc"), "{errors}");
    assert!(run(&book, &["gc"], "").status.success());
    assert!(!book.root().join(&name).exists());
    assert!(book.root().join("records/data/mine.json").exists());
    assert!(run(&book, &["check"], "").status.success());
}

#[test]
fn gc_keeps_the_records_that_lessons_show_whatever_the_renderer() {
    let records = tests::tree(&tests::repository().join("experiments/records"));
    let toml = "[preprocessor.simulation]\nafter = [\"links\"]\nrenderers = [\"markdown\"]\n";
    // Every simulation of the course on one page.
    let mut lesson = String::new();
    for (path, bytes) in tests::tree(&tests::repository().join("book")) {
        if path.extension().is_some_and(|extension| extension == "md") {
            let text = String::from_utf8(bytes).unwrap();
            let shown = text.lines().filter(|line| line.starts_with("[[simulation "));
            lesson.extend(shown.flat_map(|line| [line, "\n\n"]));
        }
    }
    let book = TinyBook::with(toml, &[("SUMMARY.md", "- [A](a.md)\n"), ("a.md", &lesson)]);
    for (name, bytes) in &records {
        book.write(&format!("records/{}", name.display()), std::str::from_utf8(bytes).unwrap());
    }
    assert!(run(&book, &["gc"], "").status.success());
    assert_eq!(tests::tree(&book.root().join("records")), records);
}

#[test]
fn check_does_not_create_a_missing_lesson() {
    let book = TinyBook::with(
        "[preprocessor.simulation]\n",
        &[("SUMMARY.md", "- [A](a.md)\n- [B](typo.md)\n"), ("a.md", "A.\n")],
    );
    assert!(!run(&book, &["check"], "").status.success());
    assert!(!book.root().join("src/typo.md").exists());
}

#[test]
fn two_builds_of_one_book_at_once_end_well() {
    let book = TinyBook::new("[[simulation adl-double-descent {axis: epoch, replicates: 3}]]\n");
    let start = |site: &str| {
        Command::new(program())
            .args(["build", "-d", site])
            .current_dir(book.root())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let builds = [start("one"), start("two")];
    let outputs = builds.map(|build| build.wait_with_output().unwrap());
    let errors: Vec<String> =
        outputs.iter().map(|output| String::from_utf8_lossy(&output.stderr).into_owned()).collect();
    assert!(outputs.iter().all(|output| output.status.success()), "{errors:?}");
    let computed = errors.iter().filter(|text| text.contains("1 computed")).count();
    assert_eq!(computed, 1, "one computes, the other takes the record: {errors:?}");
    let (one, two) = (tests::tree(&book.root().join("one")), tests::tree(&book.root().join("two")));
    assert_eq!(tests::differences(&one, &two), Vec::<std::path::PathBuf>::new());
}
