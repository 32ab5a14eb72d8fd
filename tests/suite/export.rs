//! `export` and `sheet`: figures as files of their own.

use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use mdbook_simulation::Options;
use mdbook_simulation::cli;
use tests::TinyBook;
use tests::probe;
use tests::program;
use tests::repository;
use tests::tree;

/// Runs a command on a book with the probe, `OUT` standing for a folder in its place.
fn run(book: &TinyBook, arguments: &str) -> anyhow::Result<()> {
    let (root, out) = (book.root().display().to_string(), out(book).display().to_string());
    std::fs::create_dir_all(out.as_str()).unwrap();
    let arguments = format!("{arguments} --root {root}").replace("OUT", &out);
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    cli::command(&arguments, Arc::new(probe::catalog(&probe::CODE))).map(drop)
}

fn out(book: &TinyBook) -> PathBuf {
    book.root().join("out")
}

/// A file that `export probe` wrote with these arguments.
#[track_caller]
fn exported(book: &TinyBook, arguments: &str, file: &str) -> Vec<u8> {
    run(book, &format!("export {arguments} -o OUT/{file}")).unwrap();
    std::fs::read(out(book).join(file)).unwrap()
}

#[track_caller]
fn refused(book: &TinyBook, arguments: &str, expected: &[&str]) {
    let before = tree(&out(book));
    let error = format!("{:#}", run(book, arguments).unwrap_err());
    for part in expected {
        assert!(error.contains(part), "{arguments}: {part} not in {error}");
    }
    assert_eq!(tree(&out(book)), before, "something was written");
}

/// Width and height of a PNG, from its header.
fn size(png: &[u8]) -> (u32, u32) {
    assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"));
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

#[test]
fn every_format_is_what_its_name_says() {
    let book = TinyBook::new("[[simulation probe]]\n");
    book.build(probe::catalog(&probe::CODE), Options::default()).unwrap();
    let lessons = tree(&book.root().join("src"));

    let svg = String::from_utf8(exported(&book, "probe", "a.svg")).unwrap();
    assert!(svg.starts_with("<svg ") && svg.contains("aria-label=\"A straight line, line.\""));
    assert!(exported(&book, "probe", "a.png").starts_with(b"\x89PNG"));
    let pdf = exported(&book, "probe", "a.pdf");
    assert!(pdf.starts_with(b"%PDF-1.7"));
    let text = String::from_utf8_lossy(&pdf);
    for part in ["+DejaVuSans/", "/FontFile2", "/ToUnicode", "(A straight line, line.)"] {
        assert!(text.contains(part), "{part}");
    }
    // The numbers are those of the published files.
    let published = |name: &str| std::fs::read(book.root().join("src/figures").join(name)).unwrap();
    assert_eq!(exported(&book, "probe", "a.csv"), published("probe.csv"));
    assert_eq!(exported(&book, "probe", "a.json"), published("probe.json"));
    assert_eq!(exported(&book, "probe --figure again", "b.csv"), published("probe-again.csv"));
    // What is asked for wins over the extension.
    assert!(exported(&book, "probe --format pdf", "b.svg").starts_with(b"%PDF"));
    assert_eq!(tree(&book.root().join("src")), lessons, "the book is left alone");
}

#[test]
fn the_text_of_a_pdf_can_be_copied() {
    let book = TinyBook::new("[[simulation probe]]\n");
    exported(&book, "probe", "a.pdf");
    let text = Command::new("pdftotext").arg(out(&book).join("a.pdf")).arg("-").output();
    // What must always hold is tested beside the code; this reads it with somebody else's program.
    let Ok(text) = text else { return };
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    for word in ["height", "1.5"] {
        assert!(text.contains(word), "{word} in {text}");
    }
}

#[test]
fn a_picture_has_the_size_that_is_asked_for() {
    let book = TinyBook::new("[[simulation probe]]\n");
    let of = |arguments: &str| size(&exported(&book, &format!("probe {arguments}"), "a.png"));
    let (width, height) = of("--scale 1");
    assert_eq!(of(""), (2 * width, 2 * height));
    assert_eq!(of("--width 800 --aspect 16:9 --scale 1.5"), (1200, 675));
    assert_eq!(of("--width 800 --scale 1").0, 800);
    assert_eq!(of("--width 640 --aspect 1 --scale 1"), (640, 640));
}

#[test]
fn a_theme_is_in_the_attributes() {
    let book = TinyBook::new("[[simulation probe]]\n");
    let svg = |arguments: &str| {
        String::from_utf8(exported(&book, &format!("probe {arguments}"), "a.svg")).unwrap()
    };
    let (plain, light, dark) = (svg(""), svg("--theme light"), svg("--theme dark"));
    let text = |svg: &str| svg.contains("fill=\"#262626\"");
    assert!(text(&plain) && text(&light) && !text(&dark));
    let first = |svg: &str| svg.split("<path ").nth(1).map(ToOwned::to_owned).unwrap_or_default();
    let page = |svg: &str| first(svg).starts_with("fill=\"#15181d\" d=\"M0 0");
    assert!(!page(&plain) && !page(&dark));
    assert!(page(&svg("--theme dark --background page")));
    let png = |arguments: &str| exported(&book, &format!("probe {arguments}"), "a.png");
    assert_ne!(png(""), png("--theme dark"));
    assert_ne!(png(""), png("--background none"));
}

#[test]
fn a_font_is_a_file_or_a_name() {
    let book = TinyBook::new("[[simulation probe]]\n");
    let file = repository().join("preprocessor/fonts/DejaVuSans-Bold.ttf");
    let plain = exported(&book, "probe", "a.png");
    assert_eq!(exported(&book, "probe --font Inter", "a.svg").len(), {
        let svg = exported(&book, "probe", "b.svg");
        svg.len() + "'Inter', ".len()
    });
    let with = |format: &str| {
        exported(&book, &format!("probe --font {}", file.display()), &format!("a.{format}"))
    };
    let svg = String::from_utf8(with("svg")).unwrap();
    assert!(svg.contains("font-family=\"'DejaVu Sans', sans-serif\""), "{svg}");
    // The file's family is that of the shipped fonts: nothing changes.
    assert_eq!(with("png"), plain);
    refused(&book, "export probe --format png --font Inter", &["give the file of `Inter`"]);
    refused(&book, "export probe --format pdf --font no/such.ttf", &["cannot be read"]);
    let no_font = repository().join("README.md");
    let arguments = format!("export probe --format pdf --font {}", no_font.display());
    refused(&book, &arguments, &["is no TrueType or OpenType font"]);
}

#[test]
fn a_name_is_a_simulation_of_the_book_or_an_experiment() {
    let book = TinyBook::new("[[simulation probe {as: steep, slope: 5}]]\n");
    let slope = |name: &str| {
        let json = exported(&book, name, "a.json");
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(json["name"], name);
        json["parameters"]["slope"].as_f64()
    };
    assert_eq!(slope("steep"), Some(5.0));
    assert_eq!(slope("probe"), Some(2.0));
}

#[test]
fn what_does_not_exist_is_named_with_what_does() {
    let book = TinyBook::new("[[simulation probe {as: steep, slope: 5}]]\n");
    refused(&book, "export steeep", &["no experiment `steeep`", "did you mean `steep`?"]);
    refused(&book, "export zzzzzz", &["there are `probe`, `steep`"]);
    refused(&book, "export probe --format csv --theme dark", &["`--theme` means nothing for csv"]);
    refused(&book, "export probe --format svg --scale 3", &["`--scale` means nothing for svg"]);
    refused(&book, "export probe --figure agian", &["no figure `agian`", "did you mean `again`?"]);
    refused(&book, "export probe --format jpg", &["jpg", "png"]);
    refused(&book, "export probe -o OUT/a.jpg", &["no format is called `jpg`"]);
    for wrong in ["--width 1", "--width nan", "--aspect 0", "--scale 0", "--font-size 1"] {
        refused(&book, &format!("export probe {wrong}"), &["invalid value"]);
    }
    let wide = "export probe --width 10000 --aspect 0.1 --scale 32 -o OUT/a.png";
    refused(&book, wide, &["pixels is not possible"]);
    refused(&book, "export probe -o OUT/no/such/folder.svg", &["cannot be written"]);
}

#[test]
fn frozen_uses_a_record_and_makes_none() {
    let book = TinyBook::new("[[simulation probe]]\n");
    refused(&book, "export probe --frozen -o OUT/a.svg", &["nothing is written"]);
    assert!(!book.root().join("records").exists());
    let computed = exported(&book, "probe", "a.svg");
    assert_eq!(exported(&book, "probe --frozen", "a.svg"), computed);
    refused(
        &book,
        "sheet --frozen -o OUT/none --root /nowhere",
        &["cannot be used multiple times"],
    );
}

#[test]
fn faults_elsewhere_matter_only_where_the_name_may_mean_something_else() {
    let book = TinyBook::new("[[simulation probe]]\n\nFormula $\\foo$.\n");
    exported(&book, "probe", "a.svg");
    let book = TinyBook::new("[[simulation probe {slope: 99}]]\n");
    refused(&book, "export probe -o OUT/a.svg", &["see the errors above"]);
}

/// The program itself, on this course.
fn program_in(folder: &Path, arguments: &[&str]) -> std::process::Output {
    Command::new(program())
        .current_dir(folder)
        .args(arguments)
        .args(["--frozen", "--root"])
        .arg(repository())
        .output()
        .unwrap()
}

#[test]
fn the_program_writes_here_or_to_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| program_in(folder.path(), arguments);
    let name = "adl-double-descent";
    let first = run(&["export", name, "--format", "csv"]);
    let said = String::from_utf8_lossy(&first.stderr).into_owned();
    assert!(said.contains("`--figure` gives the others: `sample-wise`"), "{said}");
    assert!(first.stdout.is_empty());
    run(&["export", name, "--figure", "norm"]);
    run(&["export", name, "--figure", "norm", "--format", "json"]);
    let names: Vec<PathBuf> = tree(folder.path()).into_keys().collect();
    let expected =
        ["adl-double-descent-norm.svg", "adl-double-descent.csv", "adl-double-descent.json"];
    assert_eq!(names, expected.map(PathBuf::from));
    let printed = run(&["export", name, "--format", "csv", "-o", "-"]);
    assert_eq!(printed.stdout, tree(folder.path())[Path::new("adl-double-descent.csv")]);
    let printed = run(&["export", name, "--format", "pdf", "-o", "-"]);
    assert!(printed.stdout.starts_with(b"%PDF") && printed.stdout.ends_with(b"%%EOF"));
    let wrong = run(&["export", "adl-duoble-descent", "-o", "-"]);
    assert!(!wrong.status.success() && wrong.stdout.is_empty());
}

#[test]
fn sheets_hold_the_figures_that_lessons_show() {
    let first = |lesson: &str| {
        let book = TinyBook::new(lesson);
        run(&book, "sheet -o OUT --theme light").unwrap();
        std::fs::read(out(&book).join("sheet-light-1.png")).unwrap()
    };
    let (one, both) = (first("[[simulation probe {figure: line}]]"), first("[[simulation probe]]"));
    assert_ne!(one, both, "`again` is in the second lesson only");
    assert_eq!(
        first("[[simulation probe {figure: line}]]\n\n[[simulation probe {figure: again}]]"),
        both
    );
    assert_ne!(first("[[simulation probe {figure: line, sweep: {slope: [1, 2]}}]]"), one);
}

#[test]
fn sheets_hold_every_figure_in_each_theme() {
    let book = TinyBook::new("[[simulation probe]]\n");
    std::fs::create_dir_all(out(&book).join("sheets")).unwrap();
    run(&book, "sheet -o OUT/sheets").unwrap();
    let all = tree(&out(&book).join("sheets"));
    let of = |theme: &str| {
        all.iter().filter(|(path, _)| path.to_string_lossy().contains(theme)).collect::<Vec<_>>()
    };
    assert_eq!(of("light").len(), of("dark").len());
    assert_eq!(of("light").len() + of("dark").len(), all.len());
    for (path, png) in &all {
        let (width, height) = size(png);
        assert!(width == 1660 && height <= 2400, "{}: {width} × {height}", path.display());
    }
    // Sheets of a longer run do not stay.
    let after = out(&book).join(format!("sheets/sheet-dark-{}.png", of("dark").len() + 1));
    std::fs::write(&after, "old").unwrap();
    run(&book, "sheet -o OUT/sheets --theme dark").unwrap();
    assert!(!after.exists());
    assert_eq!(tree(&out(&book).join("sheets")), all);
}
