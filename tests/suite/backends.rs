//! The backend by name: what runs, what the record says of it, and what is wrong with a name.

use std::path::Path;

use burn_device::Summing;
use experiments::backend::Backend;
use experiments::entry::Catalog;
use experiments::entry::Entry;
use experiments::fingerprint::Fingerprint;
use mdbook_simulation::Options;
use serde_json::Value;
use tests::PLAIN;
use tests::TinyBook;
use tests::probe;

/// Experiments that use burn's device.
mod burn_device {
    use experiments::backend::Device;
    use experiments::claim::Claim;
    use experiments::exhibit::Exhibit;
    use experiments::experiment::Cost;
    use experiments::experiment::Experiment;
    use experiments::experiment::Place;
    use experiments::figure::Axis;
    use experiments::figure::Figure;
    use experiments::figure::Panel;
    use experiments::figure::Role;
    use experiments::figure::mark;
    use experiments::lab::statistics;
    use experiments::parameters::Field;
    use experiments::parameters::Parameters;
    use experiments::record::Record;
    use experiments::record::Table;
    use serde::Deserialize;
    use serde::Serialize;

    /// Says of each device that it got whether it computes in double precision.
    pub(super) struct Summing<const DOUBLE: bool>;

    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    pub(super) struct Settings {
        replicates: usize,
    }

    impl Parameters for Settings {
        fn fields() -> Vec<Field> {
            vec![Field::replicates()]
        }
    }

    impl<const DOUBLE: bool> Experiment for Summing<DOUBLE> {
        const ID: &'static str = if DOUBLE { "double" } else { "single" };
        const PRECISION: &'static str = if DOUBLE { "f64" } else { "f32" };
        const PLACE: Place = if DOUBLE { Place::Double } else { Place::Device };
        type Parameters = Settings;
        type Shard = usize;
        type Part = f64;

        fn draft(settings: Settings) -> Settings {
            settings
        }

        fn cost(_: &Settings) -> Cost {
            Cost { seconds: 0.1, megabytes: 1.0 }
        }

        fn shards(_: &Settings) -> Vec<usize> {
            (0..3).collect()
        }

        fn run(_: &usize, device: &Device) -> f64 {
            f64::from(experiments::backend::supports_double(device))
        }

        fn merge(_: &Settings, parts: Vec<f64>) -> Record {
            let every = parts.iter().copied().fold(1.0, f64::min);
            let table = Table::new([("shard", vec![0.0, 1.0, 2.0]), ("double", parts)]);
            Record {
                estimates: [("double".into(), statistics::exact(every, 3))].into(),
                tables: [("shards".into(), table)].into(),
                ..Record::default()
            }
        }
    }

    impl<const DOUBLE: bool> Exhibit for Summing<DOUBLE> {
        const TITLE: &'static str = "What a device can do";

        fn figures(_: &Settings, record: &Record) -> Vec<Figure> {
            let of = |column: &str| record.column("shards", column).to_vec();
            let marks = vec![mark::line("line", Role::Test, of("shard"), of("double"))];
            let panel = Panel::plane(Axis::linear("shard"), Axis::linear("double"), marks);
            vec![Figure::new("line", "Whether.", "Whether.", vec![panel])]
        }

        fn claims(_: &Settings, _: &Record) -> Vec<Claim> {
            Vec::new()
        }
    }
}

fn catalog() -> Catalog {
    static DOUBLE: Fingerprint = Fingerprint { experiment: "double", digest: "code", sources: &[] };
    static SINGLE: Fingerprint = Fingerprint { experiment: "single", digest: "code", sources: &[] };
    Catalog::new(vec![
        Entry::new::<Summing<true>>(&DOUBLE),
        Entry::new::<Summing<false>>(&SINGLE),
        Entry::new::<probe::Probe>(&probe::CODE),
    ])
}

/// A book that shows all three, with that line in the preprocessor's table.
fn book(line: &str) -> TinyBook {
    let lesson = "[[simulation single {replicates: 3}]]\n\n[[simulation double {replicates: 3}]]\n\n\
                  [[simulation probe]]\n";
    let files = [("SUMMARY.md", "# Summary\n\n- [Lesson](lesson.md)\n"), ("lesson.md", lesson)];
    TinyBook::with(&format!("{PLAIN}{line}"), &files)
}

/// The backend and the device that the one record of an experiment names.
fn provenance(book: &TinyBook, experiment: &str) -> [String; 2] {
    let folder = book.root().join(Path::new("records")).join(experiment);
    let mut files = std::fs::read_dir(folder).expect("records").flatten();
    let text = std::fs::read_to_string(files.next().expect("a record").path()).expect("a record");
    assert!(files.next().is_none());
    let file: Value = serde_json::from_str(&text).expect("JSON");
    ["backend", "device"].map(|key| file["provenance"][key].as_str().expect("text").to_owned())
}

/// What the records of a book say that was built on that backend, which must be there.
#[track_caller]
fn check(backend: &Backend, book: &TinyBook, options: Options) {
    let report = book.build(catalog(), options).expect("a build");
    assert_eq!(report.problems.errors(), 0);

    let [name, device] = provenance(book, "single");
    assert_eq!(name, backend.name());
    let adapter = backend.adapter().map(ToString::to_string);
    match &adapter {
        Some(adapter) => assert_eq!(device, format!("{name} on {adapter}")),
        None => assert!(device.starts_with(&format!("{name} on host CPU (")), "{device}"),
    }
    let published = book.read("site/figures/single.json");
    let published: Value = serde_json::from_str(&published).expect("JSON");
    assert_eq!(published["provenance"]["device"], device.as_str());
    assert!(book.page().contains("ran on"));

    let [name, device] = provenance(book, "double");
    assert_eq!(name, backend.double().name());
    let fell = name != backend.name();
    assert_eq!(device.contains(" for double precision, which "), fell, "{device}");
    assert!(!fell || device.contains(&adapter.unwrap_or_default()), "{device}");

    assert_eq!(provenance(book, "probe")[0], "host");
}

#[test]
fn the_record_names_what_ran() {
    for name in ["flex", "auto"] {
        let backend = Backend::open(name).expect("a backend that every program has");
        let asked = Options { backend: Some(name.into()), ..Options::default() };
        check(&backend, &book(""), asked);
        check(&backend, &book(&format!("backend = \"{name}\"\n")), Options::default());
    }
    // The command line wins.
    let asked = Options { backend: Some("flex".into()), ..Options::default() };
    check(&Backend::flex(), &book("backend = \"cuda\"\n"), asked);
}

#[test]
#[cfg(feature = "wgpu")]
fn wgpu_names_its_adapter() {
    let backend = Backend::open("wgpu").unwrap_or_else(|fault| panic!("{fault}"));
    check(&backend, &book("backend = \"wgpu\"\n"), Options::default());
}

#[test]
#[cfg(feature = "ndarray")]
fn ndarray_names_itself() {
    let backend = Backend::open("ndarray").expect("it is compiled in");
    check(&backend, &book("backend = \"ndarray\"\n"), Options::default());
}

#[test]
fn a_backend_that_is_not_there_says_what_to_do() {
    let problems = |name: &str| book(&format!("backend = \"{name}\"\n")).problems(catalog());
    let unknown = problems("cuda");
    assert!(unknown.contains("no backend `cuda`; there are flex, ndarray, wgpu and auto"));
    let optional = [("ndarray", cfg!(feature = "ndarray")), ("wgpu", cfg!(feature = "wgpu"))];
    for (name, compiled) in optional {
        let told = problems(name);
        let way = format!("build with `--features {name}`");
        assert_eq!(told.matches(&way).count(), usize::from(!compiled), "{told}");
    }
}
