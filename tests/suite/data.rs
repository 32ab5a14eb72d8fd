//! Data that the book supplies: mapped by name, inside the book, part of the run key, and never a
//! reason to fall over.

use mdbook_simulation::Options;
use mdbook_simulation::Report;
use tests::PLAIN;
use tests::TinyBook;
use tests::pixels::catalog;

const LESSON: &str = "Some prose.\n\n[[simulation pixels {data: tiny}]]\n";
const FILE: &str = "data/tiny-idx3-ubyte";

/// Two pictures of 2 × 2 pixels in IDX format.
fn pictures(pixels: [u8; 8]) -> Vec<u8> {
    let header = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2];
    [&header[..], &pixels].concat()
}

/// A book whose `book.toml` ends with these lines.
fn book(mapping: &str) -> TinyBook {
    let toml = format!("{PLAIN}{mapping}");
    let summary = ("SUMMARY.md", "# Summary\n\n- [Lesson](lesson.md)\n");
    TinyBook::with(&toml, &[summary, ("lesson.md", LESSON)])
}

fn mapped() -> TinyBook {
    let book = book(&format!("\n[preprocessor.simulation.data]\ntiny-pictures = \"{FILE}\"\n"));
    book.write_bytes(FILE, &pictures([1, 2, 3, 4, 10, 20, 30, 40]));
    book
}

fn frozen(book: &TinyBook) -> Report {
    book.report(catalog(), Options { frozen: true, ..Options::default() })
}

/// The one record of the book.
fn record(book: &TinyBook) -> String {
    let folder = book.root().join("records/pixels");
    let mut files = folder.read_dir().unwrap();
    let path = files.next().unwrap().unwrap().path();
    assert!(files.next().is_none(), "one file, replaced in place");
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn an_experiment_reads_a_file_of_the_book_and_a_changed_byte_makes_its_record_stale() {
    let book = mapped();
    let build = || book.build(catalog(), Options::default()).unwrap().counts;
    let first = build();
    assert_eq!((first.computed, first.shards), (1, 1));
    assert!(record(&book).contains("100.0") && record(&book).contains("\"tiny-pictures\""));
    assert!(book.page().contains("<dt>data</dt>\n<dd>tiny-pictures ("));
    assert_eq!((build().computed, build().reused), (0, 1));

    book.write_bytes(FILE, &pictures([1, 2, 3, 4, 10, 20, 30, 41]));
    let text = frozen(&book).problems.sorted()[0].to_string();
    assert!(text.contains("the record is stale: the data `tiny-pictures` were "), "{text}");
    assert!(text.contains("src/lesson.md:3:14"), "{text}");
    let after = build();
    assert_eq!(
        (after.computed, after.shards, after.resumed),
        (1, 1, 0),
        "and no old shard is taken"
    );
    assert!(record(&book).contains("101.0"));

    book.write_bytes(FILE, &pictures([1, 2, 3, 4, 10, 20, 30, 40]));
    assert_eq!((build().shards, build().reused), (0, 1), "the first shard is still in scratch");
}

#[test]
fn a_packed_file_gives_the_same_numbers_under_another_digest() {
    let book = mapped();
    book.build(catalog(), Options::default()).unwrap();
    // The same pictures by gzip, without compression: one stored block.
    let plain = pictures([1, 2, 3, 4, 10, 20, 30, 40]);
    let mut packed = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 1, 24, 0, !24, !0];
    packed.extend(&plain);
    packed.extend(crc32(&plain).to_le_bytes());
    packed.extend(24_u32.to_le_bytes());
    book.write_bytes(FILE, &packed);
    assert_eq!(frozen(&book).problems.errors(), 1);
    book.build(catalog(), Options::default()).unwrap();
    assert!(record(&book).contains("100.0"));
}

/// The checksum of gzip (RFC 1952).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| {
            if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 }
        })
    })
}

#[test]
fn without_the_parameter_no_data_is_needed() {
    let book = TinyBook::new("[[simulation pixels]]\n");
    book.build(catalog(), Options::default()).unwrap();
    assert!(!record(&book).contains("\"data\": {"), "records without data look as they did");
}

#[test]
fn a_name_that_is_not_mapped_says_what_to_add() {
    insta::assert_snapshot!(book("").problems(catalog()));
    let near = book("\n[preprocessor.simulation.data]\ntiny-picture = \"data/x\"\n");
    insta::assert_snapshot!(near.problems(catalog()));
}

#[test]
fn a_file_that_is_missing_or_malformed_is_named() {
    let book = mapped();
    std::fs::remove_file(book.root().join(FILE)).unwrap();
    insta::assert_snapshot!(book.problems(catalog()));
    book.write_bytes(FILE, &pictures([0; 8])[..23]);
    insta::assert_snapshot!(book.problems(catalog()));
    assert_eq!(frozen(&book).problems.errors(), 2, "no record, and why there can be none");
    std::fs::remove_file(book.root().join(FILE)).unwrap();
    std::fs::create_dir(book.root().join(FILE)).unwrap();
    assert!(book.problems(catalog()).contains("cannot be read: it is not a file"));
}

#[test]
fn no_path_leaves_the_book() {
    let outside = tempfile::tempdir().unwrap();
    let file = outside.path().join("pictures");
    std::fs::write(&file, pictures([0; 8])).unwrap();
    let check = |path: &str| {
        let book = book(&format!("\n[preprocessor.simulation.data]\ntiny-pictures = '{path}'\n"));
        std::fs::create_dir(book.root().join("data")).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(outside.path(), book.root().join("data/link")).unwrap();
        let text = book.problems(catalog());
        assert!(text.contains("is not inside the book"), "{path}: {text}");
        assert!(text.contains("src/lesson.md:3:14"), "{text}");
        text
    };
    check(&file.display().to_string());
    check("../pictures");
    check("data/../../pictures");
    if cfg!(unix) {
        insta::assert_snapshot!(check("data/link/pictures"));
    }
}

#[test]
fn a_mapping_that_is_none_is_explained() {
    let toml = PLAIN.replace("after = ", "data = 3\nafter = ");
    let book = TinyBook::with(&toml, &[("SUMMARY.md", "- [A](a.md)\n"), ("a.md", "# A\n")]);
    let text = book.problems(catalog());
    assert!(text.contains("[preprocessor.simulation] cannot be read"), "{text}");
    assert!(text.contains("[preprocessor.simulation.data] with a file for each name"), "{text}");
}
