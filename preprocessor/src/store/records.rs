//! Records: one file per experiment and parameters, `<records>/<experiment>/<parameters>.json`.
//!
//! The file holds every input of the run key, the numbers, a digest over both, and provenance, which
//! is outside the digest. A new run replaces the file, and leaves it untouched where the content is
//! equal: version control then shows which numbers moved.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use experiments::fingerprint::Fingerprint;
use experiments::record::Record;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;

use super::files;
use super::layout;
use super::scratch::Scratch;
use super::sources::Sources;
use crate::key;
use crate::key::RunInputs;

/// The version of the layout of a record's file.
const SCHEMA: u64 = 1;

/// Where, when, how long and on what a record was computed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// The backend, or `host` where burn took no part.
    pub backend: String,
    /// What did the work, in words: device and instruction set.
    pub device: String,
    /// Operating system and processor family.
    pub platform: String,
    /// The day, in universal time: `2026-11-22`.
    pub date: String,
    /// Seconds that the shards took, added up, also of those that an earlier run finished.
    pub seconds: f64,
    /// Number of shards.
    pub shards: usize,
    /// The version of mdbook-simulation.
    pub version: String,
}

impl Provenance {
    /// Seconds that a shard took on average, where there was any.
    #[must_use]
    pub fn per_shard(&self) -> Option<f64> {
        (self.shards > 0).then(|| self.seconds / self.shards as f64)
    }
}

/// A record with the inputs it was computed from.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// All that could change the numbers.
    pub inputs: RunInputs,
    /// The numbers.
    pub record: Record,
    /// Where they come from.
    pub provenance: Provenance,
    /// The code they were computed with, item by item, so that a change can be named. Written with the
    /// provenance, and outside the digest as it is; empty in older records.
    pub sources: Sources,
    /// The digest of inputs and numbers.
    pub digest: String,
}

impl Stored {
    /// A record that was just computed.
    #[must_use]
    pub fn new(inputs: RunInputs, record: Record, provenance: Provenance) -> Self {
        let digest = key::digest(&content(&inputs, layout::to_json(&record)));
        Self { inputs, record, provenance, sources: Sources::default(), digest }
    }

    /// The same record, with the code that it was computed with.
    #[must_use]
    pub fn computed_with(mut self, code: &Fingerprint) -> Self {
        self.sources = Sources::of(code);
        self
    }
}

/// What lies where a record should be.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Found {
    /// A record with this run key.
    Fresh(Stored),
    /// A whole record of these parameters that other code, crates or data gave.
    Stale(Stored),
    /// A file that cannot be trusted, and why.
    Corrupt(PathBuf, String),
    /// Nothing.
    Missing,
}

/// The folder of records of one book.
#[derive(Clone, Debug)]
pub struct Records {
    folder: PathBuf,
}

impl Records {
    /// The records in that folder.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Where the record of these inputs belongs.
    #[must_use]
    pub fn path(&self, inputs: &RunInputs) -> PathBuf {
        let name = format!("{}.json", key::short(&inputs.parameters_digest()));
        self.folder.join(&inputs.experiment).join(name)
    }

    /// Looks for the record of these inputs.
    #[must_use]
    pub fn find(&self, inputs: &RunInputs) -> Found {
        let path = self.path(inputs);
        match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Found::Missing,
            Err(error) => Found::Corrupt(path, error.to_string()),
            Ok(text) => match parse(&text) {
                Err(why) => Found::Corrupt(path, why),
                Ok(stored) if stored.inputs == *inputs => Found::Fresh(stored),
                Ok(stored) if stored.inputs.parameters == inputs.parameters => Found::Stale(stored),
                Ok(_) => Found::Corrupt(path, "it holds a record of other parameters".into()),
            },
        }
    }

    /// Stores a record, unless the same content lies there already. Says whether its content is new.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn store(&self, stored: &Stored, scratch: &Scratch) -> io::Result<bool> {
        let same = match self.find(&stored.inputs) {
            Found::Fresh(found) if found.digest == stored.digest => Some(found),
            _ => None,
        };
        // One from before items of code were kept is of the same code, and can say which they are.
        if same.as_ref().is_some_and(|found| !found.sources.is_empty() || stored.sources.is_empty())
        {
            return Ok(false);
        }
        let text = render(stored);
        // Nothing is stored that would not be trusted when it is read.
        match parse(&text) {
            Ok(read) if read.inputs == stored.inputs && read.digest == stored.digest => {}
            Ok(_) => return Err(io::Error::other("it does not read back as it is")),
            Err(why) => return Err(io::Error::other(format!("it does not read back: {why}"))),
        }
        files::replace(&self.path(&stored.inputs), text.as_bytes(), &scratch.temporary())?;
        Ok(same.is_none())
    }

    /// Removes the temporary files that killed processes left, which lie here where scratch is on another file
    /// system.
    pub fn sweep(&self) {
        for entry in std::fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            files::sweep(&entry.path());
        }
    }

    /// The files of [`Records::all`] without those that are known, which are not read.
    #[must_use]
    pub fn others(&self, known: &[PathBuf]) -> Vec<PathBuf> {
        let known: BTreeSet<&PathBuf> = known.iter().collect();
        self.read(|path| !known.contains(path)).into_iter().map(|(path, _)| path).collect()
    }

    /// Every record in the folder, sorted by file: files that can be read as one and lie where it belongs.
    /// Other people's files, and what cannot be trusted, are not ours to list.
    #[must_use]
    pub fn all(&self) -> Vec<(PathBuf, Stored)> {
        self.read(|_| true)
    }

    fn read(&self, wanted: impl Fn(&PathBuf) -> bool) -> Vec<(PathBuf, Stored)> {
        let list = |folder: &Path| -> Vec<PathBuf> {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            entries.map(|entry| entry.path()).collect()
        };
        let ours = |path: PathBuf| {
            let stored = parse(&std::fs::read_to_string(&path).ok()?).ok()?;
            (self.path(&stored.inputs) == path).then_some((path, stored))
        };
        let folders = list(&self.folder);
        let files = folders.iter().flat_map(|folder| list(folder));
        let mut records: Vec<(PathBuf, Stored)> = files.filter(wanted).filter_map(ours).collect();
        records.sort_by(|(one, _), (other, _)| one.cmp(other));
        records
    }
}

fn content(inputs: &RunInputs, record: Value) -> Value {
    let parts = [("schema", SCHEMA.into()), ("inputs", key::json(inputs)), ("record", record)];
    Value::Object(parts.into_iter().map(|(part, value)| (part.to_owned(), value)).collect())
}

fn render(stored: &Stored) -> String {
    let mut file: BTreeMap<&str, Value> = BTreeMap::new();
    file.insert("schema", SCHEMA.into());
    file.insert("digest", stored.digest.as_str().into());
    file.insert("run_key", stored.inputs.digest().into());
    file.insert("inputs", key::json(&stored.inputs));
    file.insert("record", layout::to_json(&stored.record));
    let mut provenance = key::json(&stored.provenance);
    if let (Value::Object(map), false) = (&mut provenance, stored.sources.is_empty()) {
        map.insert("sources".into(), key::json(&stored.sources));
    }
    file.insert("provenance", provenance);
    layout::pretty(&key::json(&file))
}

fn parse(text: &str) -> Result<Stored, String> {
    let mut file: Value =
        serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))?;
    let schema = file.get("schema").and_then(Value::as_u64);
    if schema != Some(SCHEMA) {
        return Err(match schema {
            Some(other) => format!("it has schema {other}; this program reads {SCHEMA}"),
            None => "it has no schema version".into(),
        });
    }
    // Taken rather than copied: a record is large.
    let mut part = |name: &str| {
        file.get_mut(name).map(Value::take).ok_or_else(|| format!("it has no `{name}`"))
    };
    let inputs: RunInputs = serde_json::from_value(part("inputs")?)
        .map_err(|error| format!("its inputs cannot be read: {error}"))?;
    let mut content = content(&inputs, part("record")?);
    let digest = key::digest(&content);
    if part("digest")? != digest.as_str() {
        return Err("its content does not match its digest".into());
    }
    let record = layout::from_json(&content["record"].take())?;
    let provenance = part("provenance")?;
    let unreadable = |error| format!("its provenance cannot be read: {error}");
    // Records from before they were kept have none.
    let sources = provenance.get("sources").cloned().map(serde_json::from_value).transpose();
    let sources = sources.map_err(unreadable)?.unwrap_or_default();
    let provenance = serde_json::from_value(provenance).map_err(unreadable)?;
    Ok(Stored { inputs, record, provenance, sources, digest })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(fingerprint: &str, value: f64) -> Stored {
        let inputs = RunInputs {
            experiment: "test".into(),
            fingerprint: fingerprint.into(),
            parameters: [("n".to_owned(), 1.into())].into(),
            precision: "f64".into(),
            crates: BTreeMap::new(),
            data: BTreeMap::new(),
        };
        let table = experiments::record::Table::new([("x", vec![value])]);
        let record = Record { tables: [("t".into(), table)].into(), ..Record::default() };
        let provenance = Provenance {
            backend: "host".into(),
            device: "this".into(),
            platform: "linux".into(),
            date: "2026-11-22".into(),
            seconds: 1.0,
            shards: 1,
            version: "0".into(),
        };
        Stored::new(inputs, record, provenance)
    }

    fn folder() -> (tempfile::TempDir, Records, Scratch) {
        let root = tempfile::tempdir().unwrap();
        let records = Records::new(root.path().join("records"));
        let scratch = Scratch::new(root.path());
        (root, records, scratch)
    }

    #[test]
    fn equal_content_leaves_the_file_untouched() {
        let (_root, records, scratch) = folder();
        let first = stored("a", 1.0);
        assert_eq!(records.find(&first.inputs), Found::Missing);
        assert!(records.store(&first, &scratch).unwrap());
        assert_eq!(records.find(&first.inputs), Found::Fresh(first.clone()));
        let later = Provenance { date: "2027-01-01".into(), ..first.provenance.clone() };
        assert!(!records.store(&Stored { provenance: later, ..first.clone() }, &scratch).unwrap());
        assert_eq!(records.find(&first.inputs), Found::Fresh(first.clone()));
        assert_eq!(records.others(&[]), [records.path(&first.inputs)]);
        assert!(records.others(&[records.path(&first.inputs)]).is_empty());
        assert_eq!(std::fs::read_dir(scratch.temporary()).unwrap().count(), 0);
    }

    #[test]
    fn the_code_is_kept_beside_the_content() {
        let (_root, records, scratch) = folder();
        let sources = &[("lab/a.rs::fn f", "0123456789abcdef0123"), ("lab/a.rs::fn g", "1")];
        let code = Fingerprint { experiment: "test", digest: "a", sources };
        let plain = stored("a", 1.0);
        let kept = plain.clone().computed_with(&code);
        assert_eq!(kept.digest, plain.digest);
        records.store(&kept, &scratch).unwrap();
        let text = std::fs::read_to_string(records.path(&kept.inputs)).unwrap();
        let line = r#""sources": {"lab/a.rs": {"fn f": "0123456789abcdef", "fn g": "1"}}"#;
        assert!(text.contains(line), "{text}");
        assert_eq!(records.find(&plain.inputs), Found::Fresh(kept.clone()));
        assert_eq!(records.all(), [(records.path(&plain.inputs), kept.clone())]);
        // A record from before the code was kept is as good.
        std::fs::write(records.path(&plain.inputs), render(&plain)).unwrap();
        assert_eq!(records.find(&plain.inputs), Found::Fresh(plain.clone()));
        assert!(!records.store(&kept, &scratch).unwrap(), "equal content stays untouched");
    }

    #[test]
    fn other_code_makes_a_record_stale() {
        let (_root, records, scratch) = folder();
        let first = stored("a", 1.0);
        records.store(&first, &scratch).unwrap();
        assert_eq!(records.find(&stored("b", 1.0).inputs), Found::Stale(first));
    }

    #[test]
    fn what_was_tampered_with_is_not_trusted() {
        let (_root, records, scratch) = folder();
        let first = stored("a", 0.125);
        records.store(&first, &scratch).unwrap();
        let path = records.path(&first.inputs);
        let text = std::fs::read_to_string(&path).unwrap();
        let cases = [
            (text.replace("0.125", "0.126"), "its content does not match its digest"),
            (
                text.replace("\"schema\": 1", "\"schema\": 2"),
                "it has schema 2; this program reads 1",
            ),
            (text[..text.len() / 2].to_owned(), "it is not JSON"),
            ("{}".into(), "it has no schema version"),
        ];
        for (edited, expected) in cases {
            assert_ne!(edited, text);
            std::fs::write(&path, edited).unwrap();
            match records.find(&first.inputs) {
                Found::Corrupt(_, why) => assert!(why.starts_with(expected), "{why}"),
                other => panic!("{other:?}"),
            }
        }
    }
}
