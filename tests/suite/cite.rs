//! `cite`: what one pastes, and what has become of it.

use std::path::PathBuf;
use std::sync::Arc;

use experiments::entry::Catalog;
use mdbook_simulation::Options;
use mdbook_simulation::cli;
use tests::PLAIN;
use tests::TinyBook;
use tests::probe;
use tests::tree;
use tests::twin;
use tests::twin::Code;

const SUMMARY: (&str, &str) = ("SUMMARY.md", "- [Lesson](lesson.md)\n");

/// What a command prints, and whether it succeeds.
fn run(book: &TinyBook, catalog: Catalog, arguments: &str) -> anyhow::Result<(String, bool)> {
    let root = book.root().display().to_string();
    let arguments = format!("{arguments} --root {root}").replace("ROOT", &root);
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    let mut out = Vec::new();
    let code = cli::command_into(&arguments, Arc::new(catalog), &mut out)?;
    let text = String::from_utf8(out).unwrap().replace(&format!("{root}/"), "");
    Ok((text, code == std::process::ExitCode::SUCCESS))
}

/// A book with the twin that was built.
fn twin_book() -> TinyBook {
    let toml = PLAIN.replace(
        "title = \"Tiny\"",
        "title = \"Tiny & true\"\nauthors = [\"Ada Lovelace\", \"The others\"]",
    ) + "url = \"https://example.org/tiny\"\n";
    let book = TinyBook::with(&toml, &[SUMMARY, ("lesson.md", "[[simulation twin]]\n")]);
    book.build(twin::catalog(Code::Written), Options::default()).unwrap();
    book
}

#[track_caller]
fn cited(book: &TinyBook, arguments: &str) -> String {
    let (text, success) =
        run(book, twin::catalog(Code::Written), &format!("cite {arguments}")).unwrap();
    assert!(success);
    text
}

#[test]
fn every_format_says_what_is_cited() {
    let book = twin_book();
    let before = tree(book.root());
    let text = cited(&book, "twin --figure moving");
    assert_eq!(tree(book.root()), before, "nothing is written");
    let digest = digest_of(&text);
    insta::assert_snapshot!(text.replace(&digest, "[digest]").replace(&digest[..16], "[record]"));
    for format in ["bibtex", "latex", "typst", "markdown", "reveal"] {
        let one = cited(&book, &format!("twin --figure moving --format {format}"));
        assert!(text.contains(&one), "{format}");
        assert_eq!(one.matches("mdbook-simulation-cite: v1 twin moving record=").count(), 1);
    }
    let first = cited(&book, "twin --format latex");
    assert!(first.contains("{twin.pdf}") && first.contains("v1 twin still "), "{first}");
}

/// The digest of the record, from the BibTeX entry.
fn digest_of(text: &str) -> String {
    let line = text.lines().find(|line| line.trim_start().starts_with("digest ")).unwrap();
    line.split(['{', '}']).nth(1).unwrap().to_owned()
}

#[test]
fn a_book_without_authors_and_address_is_cited_without() {
    let book = TinyBook::new("[[simulation twin {as: pair}]]\n");
    book.build(twin::catalog(Code::Written), Options::default()).unwrap();
    let entry = cited(&book, "pair --format bibtex");
    assert!(entry.starts_with("@misc{pair-still,\n  title "), "{entry}");
    for absent in ["author", "url"] {
        assert!(!entry.contains(&format!("  {absent}")), "{entry}");
    }
    // An address that is a path alone says nothing elsewhere.
    book.write("book.toml", &format!("{PLAIN}\n[output.html]\nsite-url = \"/tiny/\"\n"));
    assert!(!cited(&book, "pair --format bibtex").contains("  url"));
    book.write("book.toml", &format!("{PLAIN}\n[output.html]\nsite-url = \"https://a.b/tiny/\"\n"));
    let entry = cited(&book, "pair --format bibtex --figure moving");
    assert!(entry.contains("{https://a.b/tiny/lesson.html#fig-pair-moving}"), "{entry}");
}

/// A paper or deck in each kind of file, which cites both figures.
const FILES: [(&str, &str, [&str; 3]); 6] = [
    ("deck.tex", "latex", ["\\begin{frame}\n", "\\end{frame}\n\\begin{frame}\n", "\\end{frame}\n"]),
    ("slides.typ", "typst", ["= One\n", "\n= Two\n", ""]),
    ("deck.html", "reveal", ["<section>\n", "</section>\n<section>\n", "</section>\n"]),
    ("paper.bib", "bibtex", ["% mine\n", "\n", ""]),
    ("notes.md", "markdown", ["# One\n\n", "\n# Two\n\n", ""]),
    ("notes.qmd", "markdown", ["---\ntitle: x\n---\n\n", "\n", ""]),
];

fn write_files(book: &TinyBook) {
    for (file, format, [before, between, after]) in FILES {
        let of = |figure: &str| cited(book, &format!("twin --figure {figure} --format {format}"));
        book.write(file, &format!("{before}{}{between}{}{after}", of("still"), of("moving")));
    }
}

fn check(book: &TinyBook, code: Code, files: &str) -> (String, bool) {
    let files: Vec<String> = files.split(' ').map(|file| format!("ROOT/{file}")).collect();
    run(book, twin::catalog(code), &format!("cite --check {}", files.join(" "))).unwrap()
}

#[test]
fn what_did_not_change_is_unchanged() {
    let book = twin_book();
    write_files(&book);
    for (file, ..) in FILES {
        let (text, same) = check(&book, Code::Written, file);
        assert!(same, "{text}");
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].ends_with(": twin still: unchanged"), "{text}");
        assert!(lines[1].ends_with(": twin moving: unchanged"), "{text}");
        assert_eq!(lines[2..], ["2 cited figures, 0 not as cited"]);
    }
}

#[test]
fn after_a_run_that_moves_one_figure_that_one_is_named_and_no_other() {
    let book = twin_book();
    write_files(&book);
    // The code is edited, and the book was not built since.
    let (text, same) = check(&book, Code::Mended, "deck.tex");
    assert!(!same);
    let stale = "twin still: cannot be compared: the record of `twin` is stale: the code of the \
                 experiment changed; build the book first";
    assert!(text.contains(stale), "{text}");
    book.build(twin::catalog(Code::Mended), Options::default()).unwrap();
    for (file, ..) in FILES {
        let (text, same) = check(&book, Code::Mended, file);
        assert!(!same, "{file}");
        let lines: Vec<&str> = text.lines().collect();
        let [still, moving, moved, count] = lines[..] else { panic!("{text}") };
        assert!(still.starts_with(&format!("{file}:")), "{text}");
        assert!(still.contains(": twin still: unchanged (the record has other "), "{text}");
        assert!(moving.contains(": twin moving: changed: record "), "{text}");
        // Of five replicates: Student's t at 0.975 with 4 degrees of freedom is 2.7764451, the
        // standard error √(0.15625 / 4) / √5; 0.5 is 2.037 of their products.
        assert_eq!(moved, "    moving_level: 1 → 1.5 (+2.04 half-widths of [1.25459, 1.74541])");
        assert_eq!(count, "2 cited figures, 1 not as cited");
    }
}

#[test]
fn an_edit_that_moves_nothing_leaves_every_figure_as_cited() {
    let book = twin_book();
    write_files(&book);
    book.build(twin::catalog(Code::Tidied), Options::default()).unwrap();
    let (text, same) = check(&book, Code::Tidied, "slides.typ");
    assert!(same && text.matches("unchanged (the record has other ").count() == 2, "{text}");
}

#[test]
fn files_and_lines_are_in_order_and_what_is_wrong_is_named() {
    let book = twin_book();
    write_files(&book);
    let mark = cited(&book, "twin --format latex");
    let mark = mark.lines().find(|line| line.contains("simulation-cite")).unwrap();
    let text = [
        "\\documentclass{article}",
        &mark.replace(" end", ""),
        &mark.replace(" twin ", " tiwn "),
        &mark.replace(" still ", " stil "),
        &mark.replace("v1", "v9"),
        mark,
    ];
    book.write("a.tex", &text.join("\n"));
    let (text, same) = check(&book, Code::Written, "notes.md a.tex");
    assert!(!same);
    let lines: Vec<&str> = text.lines().collect();
    let expected = [
        "a.tex:2: a mark that cannot be read: it has no `end`: part of it is missing",
        "a.tex:3: tiwn still: gone: there is no simulation and no experiment `tiwn`: did you mean `twin`?",
        "a.tex:4: twin stil: gone: `twin` has no figure `stil`: did you mean `still`?",
        "a.tex:5: a mark that cannot be read: its version is `v9`, and this program reads v1",
        "a.tex:6: twin still: unchanged",
        "notes.md:4: twin still: unchanged",
        "notes.md:12: twin moving: unchanged",
        "7 cited figures, 4 not as cited",
    ];
    assert_eq!(lines, expected);
    // A text editor has wrapped the paragraph.
    book.write("b.tex", &mark.replace(" drawn", "\n  % drawn").replace(" end", "\n% end\nmore"));
    assert_eq!(
        check(&book, Code::Written, "b.tex").0.lines().next(),
        Some("b.tex:1: twin still: unchanged")
    );
}

#[test]
fn what_cannot_be_cited_says_why() {
    let book = twin_book();
    let refused = |arguments: &str, expected: &str| {
        let error =
            format!("{:#}", run(&book, twin::catalog(Code::Written), arguments).unwrap_err());
        assert!(error.contains(expected), "{arguments}: {error}");
    };
    refused("cite twni", "no experiment `twni`: did you mean `twin`?");
    refused("cite twin --figure movin", "`twin` has no figure `movin`: did you mean `moving`?");
    refused("cite", "required");
    refused("cite twin --format word", "invalid value 'word'");
    refused("cite twin --check ROOT/lesson.md", "cannot be used with");
    refused("cite --check ROOT/none.tex", "cannot be read");
    refused("cite --check ROOT/book.toml", "no figure is cited there");
    std::fs::remove_dir_all(book.root().join("records")).unwrap();
    refused("cite twin", "there is no record of `twin`");
    refused("cite twin", "build the book first, with `mdbook-simulation build`");
    assert!(!book.root().join("records").exists(), "nothing was computed");
}

/// `export --fresh` computes and leaves the book alone, and the card's command and directive are true.
#[test]
fn the_card_reproduces_the_record() {
    let _counting = probe::counting();
    let book =
        TinyBook::new("[[simulation probe {as: steep, seed: 1000, slope: 3, mood: calm}]]\n");
    book.build(probe::catalog(&probe::CODE), Options::default()).unwrap();
    let page = book.page();
    for expected in [
        "<dt>parameters</dt>\n<dd>slope: 3.0</dd>",
        "<dt>replicates</dt>\n<dd>3</dd>",
        "<dt>intervals</dt>\n<dd>Student t, 95.0 %; exact</dd>",
        "<dt>backend</dt>\n<dd>host</dd>",
        "<dt>directive</dt>\n<dd><code>[<wbr>[simulation probe {as: steep, slope: 3.0, seed: 1000}]<wbr>]</code></dd>",
        "<dt>run it again</dt>\n<dd><code>mdbook-simulation export steep --fresh --format json</code></dd>",
    ] {
        assert!(page.contains(expected), "{expected} in {page}");
    }
    let before = tree(book.root());
    let runs = probe::runs();
    let out = tempfile::tempdir().unwrap();
    let file: PathBuf = out.path().join("steep.json");
    let arguments = format!("export steep --fresh --format json -o {}", file.display());
    run(&book, probe::catalog(&probe::CODE), &arguments).unwrap();
    assert_eq!(probe::runs() - runs, 9, "everything was computed");
    assert_eq!(tree(book.root()), before, "and nothing else was touched");
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let digest = json["digest"].as_str().unwrap();
    assert!(page.contains(&format!("<dt>record</dt>\n<dd>{}</dd>", &digest[..16])));
    // The directive alone gives the same simulation in another book.
    let other = TinyBook::new("[[simulation probe {as: steep, slope: 3.0, seed: 1000}]]\n");
    other.build(probe::catalog(&probe::CODE), Options::default()).unwrap();
    assert!(other.read("site/figures/steep.json").contains(digest));
}
