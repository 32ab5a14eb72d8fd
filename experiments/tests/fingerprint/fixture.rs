//! A small tree of the real shape: vocabulary, apparatus, a catalog of two experiments.

use std::path::Path;

use tempfile::TempDir;

/// The file that most edits are made to.
pub(crate) const PEAK: &str = "catalog/part/peak.rs";

/// Names and contents of all files.
pub(crate) fn files() -> Vec<(&'static str, &'static str)> {
    vec![
        ("lib.rs", LIB),
        ("backend.rs", BACKEND),
        ("experiment.rs", EXPERIMENT),
        ("exhibit.rs", EXHIBIT),
        ("figure.rs", FIGURE),
        ("record.rs", RECORD),
        ("number.rs", NUMBER),
        ("fingerprint.rs", FINGERPRINT),
        ("entry.rs", ENTRY),
        (
            "lab/mod.rs",
            "//! Apparatus.\npub mod data;\npub mod random;\npub mod shape;\npub mod deep;\n",
        ),
        ("lab/random.rs", RANDOM),
        ("lab/data.rs", DATA),
        ("lab/table.csv", "1,2\n3,4\n"),
        ("lab/files/digits.bin", "DIG1\u{0}\u{1}\u{10}"),
        ("lab/shape.rs", SHAPE),
        ("lab/deep/mod.rs", "pub mod inner;\npub mod other;\n"),
        ("lab/deep/inner.rs", "pub fn inner() -> f64 {\n    super::other::other() + 5.0\n}\n"),
        ("lab/deep/other.rs", "pub fn other() -> f64 {\n    6.0\n}\n"),
        ("catalog/mod.rs", CATALOG),
        ("catalog/part/mod.rs", "pub mod peak;\npub mod valley;\n"),
        (PEAK, PEAK_SOURCE),
        ("catalog/part/valley.rs", VALLEY),
    ]
}

/// A folder with the tree, after replacements of text (file, old, new). A file that is not there yet
/// is made of the new text.
#[track_caller]
pub(crate) fn tree(edits: &[(&str, &str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut files: Vec<(String, String)> =
        files().into_iter().map(|(name, text)| (name.into(), text.into())).collect();
    for (name, old, new) in edits {
        match files.iter_mut().find(|(found, _)| found == name) {
            Some((_, text)) => {
                assert_eq!(text.matches(old).count(), 1, "`{old}` is not once in {name}");
                *text = text.replace(old, new);
            }
            None => files.push(((*name).into(), (*new).into())),
        }
    }
    for (name, text) in files {
        write(folder.path(), &name, &text);
    }
    folder
}

pub(crate) fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder");
    std::fs::write(path, text).expect("a file");
}

const LIB: &str = "//! The crate.
pub mod backend;
pub mod catalog;
pub mod entry;
pub mod exhibit;
pub mod experiment;
pub mod figure;
pub mod fingerprint;
pub mod lab;
pub mod number;
pub mod record;
";

const BACKEND: &str = r#"pub fn device(name: &str) -> u8 {
    match name {
        #[cfg(feature = "wgpu")]
        "wgpu" => 1,
        _ => 0,
    }
}
"#;

const EXPERIMENT: &str = "//! See [`crate::exhibit::Exhibit`].
use crate::record::Record;

/// A trait.
pub trait Experiment {
    const ID: &'static str;
    fn run(n: usize) -> Record;
}
";

const EXHIBIT: &str = "use crate::experiment::Experiment;
use crate::figure::Figure;
use crate::record::Record;

pub trait Exhibit: Experiment {
    const TITLE: &'static str;
    fn figures(record: &Record) -> Vec<Figure>;
}
";

const FIGURE: &str = "pub struct Figure {
    pub label: String,
    pub mark: Mark,
}
pub enum Mark {
    Line,
    Points,
}
";

const RECORD: &str = r#"use serde::Serialize;

#[derive(Default, Serialize)]
pub struct Record {
    #[serde(with = "crate::number::list")]
    pub values: Vec<f64>,
}
"#;

const NUMBER: &str = "pub mod list {
    pub fn serialize(value: f64) -> f64 {
        value * 1.0
    }
}
";

const FINGERPRINT: &str = r#"mod table {
    include!(concat!(env!("OUT_DIR"), "/fingerprints.rs"));
}
pub fn of() -> u8 {
    table::N
}
"#;

const ENTRY: &str = "use crate::exhibit::Exhibit;
use crate::fingerprint;

pub fn entry<E: Exhibit>() -> u8 {
    fingerprint::of()
}
";

const RANDOM: &str = "//! Streams.
use rand_chacha::ChaCha8Rng;

const START: u64 = 17;

/// A stream.
pub fn stream(seed: u64) -> f64 {
    (START + seed) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts() {
        assert_eq!(stream(1), 18.0);
    }
}
";

const DATA: &str = r#"const TABLE: &str = include_str!("table.csv");
static DIGITS: &[u8] = include_bytes!("files/digits.bin");

pub fn rows() -> usize {
    TABLE.len() + DIGITS.len()
}
"#;

const SHAPE: &str = "/// Only its method is called.
pub trait Size {
    fn size(&self) -> usize;
}

impl Size for Vec<f64> {
    fn size(&self) -> usize {
        self.len() + 2
    }
}
";

const CATALOG: &str = "pub mod part;
use crate::entry;
pub fn all() -> Vec<u8> {
    vec![entry::entry::<part::peak::Peak>(), entry::entry::<part::valley::Valley>()]
}
";

const PEAK_SOURCE: &str = r#"//! A peak.

use rand_distr::Distribution;

use crate::exhibit::Exhibit;
use crate::experiment::Experiment;
use crate::figure::{Figure, Mark};
use crate::lab::shape::Size;
use crate::lab::{deep, random as r};
use crate::record::Record;

/// The experiment.
pub struct Peak;

const WIDTH: f64 = 3.0;
const CAPTURED: f64 = 8.0;

type Number = f64;

impl Experiment for Peak {
    const ID: &'static str = "peak";

    fn run(n: usize) -> Record {
        use crate::lab::data::rows as lines;
        let list = vec![tokened(n as Number), r::stream(1), lines() as f64];
        let _name = format!("{CAPTURED:.3}");
        let _ = super::valley::NEIGHBOUR;
        Record { values: scale(list) }
    }
}

fn tokened(x: f64) -> f64 {
    x + 1.5
}

/// Scales.
fn scale(values: Vec<f64>) -> Vec<f64> {
    let size = values.size() as f64;
    values.iter().map(|v| v * WIDTH * inline::factor() / size).collect()
}

mod inline {
    pub(super) fn factor() -> f64 {
        super::Knobs::default().knob + 2.5
    }
}

struct Knobs {
    knob: f64,
}

impl Default for Knobs {
    fn default() -> Self {
        Self { knob: 4.5 }
    }
}

trait Twice {
    fn twice(&self) -> f64;
}

impl Twice for f64 {
    fn twice(&self) -> f64 {
        self * 2.0
    }
}

impl Knobs {
    fn doubled(&self) -> f64 {
        self.knob.twice()
    }
}

impl Exhibit for Peak {
    const TITLE: &'static str = "A peak";

    fn figures(record: &Record) -> Vec<Figure> {
        vec![Figure { label: caption(record.values.len()), mark: Mark::Line }]
    }
}

fn caption(n: usize) -> String {
    let inner = deep::inner::inner();
    format!("{n} values, {inner}")
}

#[cfg(test)]
fn only_in_tests() -> f64 {
    9.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn works() {
        assert_eq!(tokened(1.0), 2.5);
    }
}
"#;

const VALLEY: &str = r#"use crate::experiment::Experiment;
use crate::record::Record;

pub struct Valley;

pub const NEIGHBOUR: f64 = 11.0;

impl Experiment for Valley {
    const ID: &'static str = "valley";

    fn run(_n: usize) -> Record {
        Record::default()
    }
}
"#;
