//! Files that are not as they were written: each is reported, none is trusted, and the build goes on.

use std::path::Path;
use std::path::PathBuf;

use tests::TinyBook;

use crate::probed;

const LESSON: &str = "[[simulation probe]]\n";

/// A book that was built, and what it then had: records, figures, site.
fn whole() -> (TinyBook, impl Fn(&TinyBook) -> String) {
    let book = probed::book(LESSON);
    probed::builds(&book);
    let product = |book: &TinyBook| {
        let part = |folder: &str| probed::site(&book.root().join(folder));
        (probed::contents(book), part("src/figures"), part("site"))
    };
    let before = product(&book);
    // Builds, requires the same to come out, and gives what was told.
    let again = move |book: &TinyBook| {
        let mut build = probed::build(book);
        let (told, success) = probed::outcome(probed::logging(&mut build, book));
        assert!(success, "{told}");
        let after = product(book);
        assert_eq!(before.0, after.0, "{told}");
        assert_eq!(tests::differences(&before.1, &after.1), Vec::<PathBuf>::new(), "{told}");
        assert_eq!(tests::differences(&before.2, &after.2), Vec::<PathBuf>::new(), "{told}");
        assert_eq!(probed::temporary(book.root()), Vec::<PathBuf>::new());
        told
    };
    (book, again)
}

/// The only file below a folder, or the first of several.
fn file(folder: &Path) -> PathBuf {
    folder.join(tests::tree(folder).into_keys().next().expect("a file"))
}

/// What can become of a file: a bit at each of some places, and half of it or less.
fn damaged(bytes: &[u8], places: &[usize]) -> Vec<(String, Vec<u8>)> {
    let flip = |(bit, &at): (usize, &usize)| {
        let mut damaged = bytes.to_vec();
        // The highest bit makes it other than text.
        damaged[at] ^= 1 << [0, 3, 7][bit % 3];
        (format!("a bit at {at}"), damaged)
    };
    let cut = |length: usize| (format!("cut at {length}"), bytes[..length].to_vec());
    let cuts = [0, 1, bytes.len() / 3, bytes.len() - 2].map(cut);
    places.iter().enumerate().map(flip).chain(cuts).collect()
}

/// A place in a text, behind something.
fn behind(text: &str, what: &str) -> usize {
    text.find(what).unwrap_or_else(|| panic!("no {what} in {text}")) + what.len()
}

fn newer(text: &str) -> (String, Vec<u8>) {
    let newer = text.replacen("\"schema\": ", "\"schema\": 7", 1);
    assert_ne!(newer, text);
    ("a future schema".into(), newer.into_bytes())
}

#[test]
fn a_damaged_record_is_told_and_made_again_from_its_shards() {
    let (book, again) = whole();
    let path = file(&book.root().join("records"));
    let text = std::fs::read_to_string(&path).unwrap();
    let places = [
        0,
        behind(&text, "\"digest\": \""),
        behind(&text, "\"inputs\": {"),
        behind(&text, "\"fingerprint\": \""),
        behind(&text, "\"slope\": "),
        behind(&text, "\"record\": {"),
        behind(&text, "\"value\": "),
        behind(&text, "\"rows\": [\n"),
        behind(&text, "\"schema\": "),
    ];
    for (what, bytes) in damaged(text.as_bytes(), &places).into_iter().chain([newer(&text)]) {
        std::fs::write(&path, &bytes).unwrap();
        for arguments in [&["build", "--frozen"][..], &["check"]] {
            let mut refusing = probed::command(arguments[0], &book);
            let (told, success) = probed::outcome(refusing.args(&arguments[1..]));
            assert!(!success && told.contains("the record is not trusted: "), "{what}: {told}");
            assert_eq!(std::fs::read(&path).unwrap(), bytes, "{what}: nothing is written");
        }
        let told = again(&book);
        let name = format!("the record `{}` is not trusted: ", path.display());
        assert!(told.contains("warning: ") && told.contains(&name), "{what}: {told}");
        assert_eq!(probed::begun(&book), Vec::<String>::new(), "{what}: scratch has all shards");
    }
    assert_eq!(again(&book), "", "nothing is left to be told");
}

#[test]
fn a_damaged_shard_is_told_and_run_again_alone() {
    let (book, again) = whole();
    let record = file(&book.root().join("records"));
    let path = file(&book.root().join(".simulation/shards"));
    let text = std::fs::read_to_string(&path).unwrap();
    let places = [
        0,
        behind(&text, "\"digest\": \""),
        behind(&text, "\"part\": ["),
        behind(&text, "\"schema\": "),
        behind(&text, "\"seconds\": "),
    ];
    let cases = damaged(text.as_bytes(), &places).into_iter().chain([newer(&text)]);
    for (times, (what, bytes)) in cases.enumerate() {
        std::fs::write(&path, bytes).unwrap();
        std::fs::remove_file(&record).unwrap();
        let told = again(&book);
        assert!(told.contains("WARN 1 of `probe`, a finished shard, cannot be"), "{what}: {told}");
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(told.contains(name) && told.contains(": 1 of 9 shards on host"), "{what}: {told}");
        assert_eq!(probed::begun(&book).len(), times + 1, "{what}");
    }
}

#[test]
fn damaged_durations_are_told_and_forgotten() {
    let (book, again) = whole();
    let path = book.root().join(".simulation/durations.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let places = [0, behind(&text, "\"digest\": \""), behind(&text, "on host\": ")];
    for (what, bytes) in damaged(text.as_bytes(), &places).into_iter().chain([newer(&text)]) {
        std::fs::write(&path, bytes).unwrap();
        // One shard has to be run, so that they are asked for.
        std::fs::remove_file(file(&book.root().join("records"))).unwrap();
        std::fs::remove_file(file(&book.root().join(".simulation/shards"))).unwrap();
        let told = again(&book);
        assert!(told.contains("WARN how long shards took is forgotten: "), "{what}: {told}");
        assert!(told.contains("durations.json` is not trusted"), "{what}: {told}");
    }
}

#[test]
fn a_damaged_figure_is_written_again_and_a_drawing_is_told() {
    let (book, again) = whole();
    let figures = book.root().join("src/figures");
    for (name, whole) in tests::tree(&figures) {
        let path = figures.join(&name);
        let length = whole.len();
        for (what, bytes) in damaged(&whole, &[0, 5, length / 2, length - 1]) {
            std::fs::write(&path, bytes).unwrap();
            let told = again(&book);
            let is_drawing = name.extension().is_some_and(|extension| extension == "svg");
            let expected = format!("`{}` is not as it was written", path.display());
            assert!(!is_drawing || told.contains(&expected), "{what} of {name:?}: {told}");
            assert_eq!(std::fs::read(&path).unwrap(), whole, "{what} of {name:?}");
        }
    }
}
