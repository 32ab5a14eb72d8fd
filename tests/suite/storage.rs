//! Places that cannot be written, are full, or lie on another file system: each is told, and what can go on does.
//!
//! What stands in the way works for whoever runs the tests, root too, for whom permissions mean nothing: a file in the
//! place of a folder, and mounts in a namespace of their own.
#![cfg(target_os = "linux")]

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;

use tests::TinyBook;

use crate::probed;

const LESSON: &str = "[[simulation probe]]\n";

const ENOSPC: &str = "No space left on device";

fn begun_by(book: &TinyBook) -> (String, bool, usize) {
    let before = probed::begun(book).len();
    let (told, success) = probed::outcome(probed::logging(&mut probed::build(book), book));
    (told, success, probed::begun(book).len() - before)
}

#[test]
fn without_scratch_nothing_is_computed_and_what_there_is_is_shown() {
    let book = probed::book(LESSON);
    book.write(".simulation", "a file\n");
    let (told, success, begun) = begun_by(&book);
    assert!(!success && begun == 0, "{told}");
    assert!(told.contains("error: the scratch folder cannot be used: "), "{told}");
    assert!(told.contains("help: make the folder of book.toml writable"), "{told}");
    // With a record it is not needed, also for figures that have to be written.
    std::fs::remove_file(book.root().join(".simulation")).unwrap();
    probed::builds(&book);
    std::fs::remove_dir_all(book.root().join(".simulation")).unwrap();
    std::fs::remove_dir_all(book.root().join("src/figures")).unwrap();
    book.write(".simulation", "a file\n");
    assert_eq!(begun_by(&book), (String::new(), true, 0));
    assert!(book.root().join("src/figures/probe.svg").exists());
    assert_eq!(probed::temporary(book.root()), Vec::<PathBuf>::new());
}

#[test]
fn a_record_that_cannot_be_stored_is_shown_all_the_same() {
    let book = probed::book(LESSON);
    book.write("records", "a file\n");
    for shards in [9, 0] {
        let (told, success, begun) = begun_by(&book);
        assert!(success && begun == shards, "{told}");
        assert!(told.contains("warning: the record of `probe` cannot be stored: "), "{told}");
        assert!(told.contains("--> src/lesson.md:1:14"), "{told}");
        assert!(told.contains(&format!("make `{}", book.root().join("records").display())));
    }
    assert!(book.page().contains("<svg"));
    assert_eq!(book.read("records"), "a file\n");
}

#[test]
fn figures_that_cannot_be_published_stop_the_build_whose_pages_link_to_them() {
    let book = probed::book(LESSON);
    book.write("src/figures", "a file\n");
    let (told, success, begun) = begun_by(&book);
    assert!(!success && begun == 9, "{told}");
    let expected = format!("error: `{}", book.root().join("src/figures/").display());
    assert!(told.contains(&expected) && told.contains("more cannot be written"), "{told}");
    assert_eq!(told.matches("cannot be written").count(), 1, "one reason is told once: {told}");
    assert!(told.contains("help: make room in the folder of lessons and make it writable"));
    assert_eq!(probed::contents(&book).len(), 1, "what was computed is kept");
    std::fs::remove_file(book.root().join("src/figures")).unwrap();
    assert_eq!(begun_by(&book), (String::new(), true, 0));
}

/// Runs a script in a namespace of mounts of its own, in the folder of a book, with the program as `$0`. Nothing where
/// the system lets nobody have one, and that is told.
fn mounted(book: &TinyBook, script: &str) -> Option<(String, bool)> {
    let can =
        Command::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]).output();
    if !can.is_ok_and(|output| output.status.success()) {
        probed::skipped("what needs mounts", "`unshare -rm` cannot have a namespace of its own");
        return None;
    }
    let mut command = Command::new("unshare");
    command.args(["-rm", "sh", "-ec", script, probed::PROGRAM]).current_dir(book.root());
    command.stdin(Stdio::null()).env_remove("CI");
    Some(probed::outcome(probed::logging(&mut command, book)))
}

#[test]
fn a_read_only_book_is_built_elsewhere_from_its_records() {
    const READ_ONLY: &str = "mount --bind . .; mount -o remount,bind,ro . .; cd \"$PWD\"; ";
    let book = probed::book(LESSON);
    let site = tempfile::tempdir().unwrap();
    let script = format!("{READ_ONLY} exec \"$0\" build -d '{}'", site.path().display());
    let Some((told, success)) = mounted(&book, &script) else { return };
    assert!(!success && told.contains("the scratch folder cannot be used: Read-only"), "{told}");
    probed::builds(&book);
    let before = tests::tree(book.root());
    let (told, success) = mounted(&book, &script).unwrap();
    assert!(success && told.is_empty(), "{told}");
    assert_eq!(
        tests::differences(&probed::site(&book.root().join("site")), &probed::site(site.path())),
        Vec::<PathBuf>::new()
    );
    assert_eq!(tests::differences(&before, &tests::tree(book.root())), Vec::<PathBuf>::new());
}

#[test]
fn read_only_records_are_a_warning() {
    let book = probed::book(LESSON);
    std::fs::create_dir(book.root().join("records")).unwrap();
    let script = "mount --bind records records; mount -o remount,bind,ro records; \"$0\" build .";
    let Some((told, success)) = mounted(&book, script) else { return };
    assert!(success, "{told}");
    assert!(
        told.contains("the record of `probe` cannot be stored: Read-only file system"),
        "{told}"
    );
    assert_eq!(probed::temporary(book.root()), Vec::<PathBuf>::new());
    let (told, success, begun) = begun_by(&book);
    assert!(success && begun == 0 && probed::contents(&book).len() == 1, "{told}");
}

#[test]
fn a_full_scratch_stops_the_run_and_more_room_resumes_it() {
    let book = probed::book("[[simulation probe {replicates: 40}]]\n");
    std::fs::create_dir(book.root().join(".simulation")).unwrap();
    // Each file takes a page of 4 kB.
    let script = "mount -t tmpfs -o size=64k none .simulation; \
        ! \"$0\" build . || exit 9; ls .simulation/shards | wc -l >kept; wc -l <begun.log >begun; \
        mount -o remount,size=10m .simulation; \"$0\" build .; find .simulation/tmp -type f >left";
    let Some((told, success)) = mounted(&book, script) else { return };
    assert!(success, "{told}");
    let expected = format!("`probe` of `probe` failed: scratch cannot be written: {ENOSPC}");
    assert!(told.contains(&expected) && told.contains("--> src/lesson.md:1:14"), "{told}");
    assert!(told.contains("help: make room for `.simulation`"), "{told}");
    let number = |name: &str| book.read(name).trim().parse::<usize>().unwrap();
    let (kept, begun) = (number("kept"), number("begun"));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    assert!(kept > 0 && begun <= kept + cores, "{begun} begun for {kept}: nothing is run in vain");
    assert!(told.contains(&format!("computed probe: {} of 120 shards", 120 - kept)), "{told}");
    assert_eq!(probed::begun(&book).len(), begun + 120 - kept);
    assert_eq!(book.read("left"), "");
}

#[test]
fn full_records_are_a_warning_and_full_figures_an_error() {
    let book = probed::book(LESSON);
    book.write("records/mine.txt", "");
    book.write("src/figures/mine.txt", "");
    let full = |folder: &str| {
        format!("mount -t tmpfs -o size=4k none {folder}; echo >{folder}/full; \"$0\" build . ")
    };
    let Some((told, success)) = mounted(&book, &full("records")) else { return };
    let expected = format!("warning: the record of `probe` cannot be stored: {ENOSPC}");
    assert!(success && told.contains(&expected), "{told}");
    let (told, success) = mounted(&book, &full("src/figures")).unwrap();
    assert!(!success && told.contains(&format!("more cannot be written: {ENOSPC}")), "{told}");
    assert!(begun_by(&book).1);
    assert_eq!(probed::temporary(book.root()), Vec::<PathBuf>::new());
}

/// A folder on another file system than that of books.
fn elsewhere(book: &TinyBook) -> Option<tempfile::TempDir> {
    let folder = tempfile::tempdir_in("/dev/shm").ok()?;
    let device = |path: &Path| std::fs::metadata(path).map(|metadata| metadata.dev()).ok();
    if device(folder.path()) == device(book.root()) {
        probed::skipped("another file system", "/dev/shm is on the same as temporary files");
        return None;
    }
    Some(folder)
}

#[test]
fn records_and_figures_on_another_file_system_are_whole_and_swept() {
    let book = probed::book(LESSON);
    let Some(folder) = elsewhere(&book) else { return };
    let (records, figures) = (folder.path().join("records"), folder.path().join("figures"));
    for (target, link) in [(&records, "records"), (&figures, "src/figures")] {
        std::fs::create_dir(target).unwrap();
        std::os::unix::fs::symlink(target, book.root().join(link)).unwrap();
    }
    probed::builds(&book);
    assert_eq!(probed::digests(&records).len(), 1);
    assert!(figures.join("probe.svg").exists() && figures.join("narrow/probe.svg").exists());
    assert!(book.root().join("site/figures/probe.svg").exists());
    // What a killed build leaves beside, since it cannot rename over the border.
    let left = [records.join("probe"), figures.clone(), figures.join("narrow")];
    let left = left.map(|folder| folder.join(format!(".tmp-{}-0-abcdef", u32::MAX)));
    left.iter().for_each(|path| std::fs::write(path, "half").unwrap());
    assert_eq!(begun_by(&book), (String::new(), true, 0));
    assert_eq!(probed::temporary(folder.path()), Vec::<PathBuf>::new());
    assert_eq!(probed::temporary(book.root()), Vec::<PathBuf>::new());
}
