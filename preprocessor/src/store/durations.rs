//! How long shards took, in scratch: what runs longest starts first, and what is left can be estimated. A
//! shard is known by its value, not by its code, so that an edit of the code forgets nothing.

use std::collections::BTreeMap;
use std::io;

use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;

use super::files;
use super::layout;
use super::scratch::Scratch;
use crate::key;

/// The version of the layout of the file.
const SCHEMA: u64 = 2;

/// More shards than this of one kind are not remembered one by one.
const MOST: usize = 20_000;

/// The durations of the shards of one book: by kind (experiment and backend).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Durations(BTreeMap<String, Kind>);

/// The durations of the shards of one kind, in seconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Kind {
    /// By shard.
    shards: BTreeMap<String, f64>,
    /// What all that were noted took.
    took: f64,
    /// What their experiment had estimated of them.
    estimated: f64,
}

/// How long shards of one kind are expected to take.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'d> {
    known: Option<&'d Kind>,
    otherwise: f64,
}

impl Expected<'_> {
    /// Seconds of a shard.
    #[must_use]
    pub fn seconds(&self, shard: &Value) -> f64 {
        let itself = self.known.and_then(|known| known.shards.get(&name(shard)));
        itself.copied().unwrap_or(self.otherwise)
    }
}

impl Durations {
    /// What scratch holds; nothing, and a word of it, where that cannot be trusted.
    #[must_use]
    pub fn read(scratch: &Scratch) -> Self {
        let path = scratch.durations();
        let read = match std::fs::read(&path) {
            Ok(bytes) => parse(&bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error.to_string()),
        };
        read.unwrap_or_else(|why| {
            tracing::warn!(
                "how long shards took is forgotten: `{}` is not trusted: {why}",
                path.display()
            );
            Self::default()
        })
    }

    /// Keeps them.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write(&self, scratch: &Scratch) -> io::Result<()> {
        let kinds = key::json(&self.0);
        let digest = key::digest(&kinds);
        let file = serde_json::json!({ "schema": SCHEMA, "digest": digest, "kinds": kinds });
        let text = layout::pretty(&file);
        files::replace(&scratch.durations(), text.as_bytes(), &scratch.temporary())
    }

    /// Notes that a shard of an experiment took so long on a backend, of which the experiment had estimated so much.
    pub fn note(
        &mut self,
        experiment: &str,
        backend: &str,
        shard: &Value,
        (seconds, estimated): (f64, f64),
    ) {
        if !seconds.is_finite() || !estimated.is_finite() {
            return;
        }
        let kind = self.0.entry(kind(experiment, backend)).or_default();
        kind.took += seconds;
        kind.estimated += estimated;
        let (name, room) = (name(shard), kind.shards.len() < MOST);
        if room || kind.shards.contains_key(&name) {
            kind.shards.insert(name, (seconds * 1e3).round() / 1e3);
        }
    }

    /// How long shards of an experiment on a backend are expected to take: as long as each took itself; else as long as
    /// they took `before`, if that is known; else as much longer or shorter than `estimated` as others of their kind did.
    #[must_use]
    pub fn expected(
        &self,
        experiment: &str,
        backend: &str,
        estimated: f64,
        before: Option<f64>,
    ) -> Expected<'_> {
        let known = self.0.get(&kind(experiment, backend));
        let scaled = known.filter(|known| known.estimated > 0.0);
        let scaled = scaled.map(|known| estimated * known.took / known.estimated);
        Expected { known, otherwise: before.or(scaled).unwrap_or(estimated) }
    }
}

fn parse(bytes: &[u8]) -> Result<Durations, String> {
    let mut file: Value =
        serde_json::from_slice(bytes).map_err(|error| format!("it is not JSON: {error}"))?;
    if file.get("schema").and_then(Value::as_u64) != Some(SCHEMA) {
        return Err(format!("it does not have schema {SCHEMA}"));
    }
    let kinds = file.get_mut("kinds").map(Value::take).unwrap_or_default();
    if file.get("digest").is_none_or(|digest| *digest != key::digest(&kinds)) {
        return Err("its content does not match its digest".into());
    }
    serde_json::from_value(kinds).map(Durations).map_err(|error| error.to_string())
}

fn kind(experiment: &str, backend: &str) -> String {
    format!("{experiment} on {backend}")
}

fn name(shard: &Value) -> String {
    key::short(&key::digest(shard)).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_noted_is_known_again() {
        let root = tempfile::tempdir().unwrap();
        let scratch = Scratch::new(root.path());
        let mut durations = Durations::read(&scratch);
        assert_eq!(durations.expected("a", "flex", 7.0, None).seconds(&json!(1)), 7.0);
        durations.note("a", "flex", &json!(1), (2.0, 1.0));
        durations.note("a", "flex", &json!(2), (4.0, 2.0));
        durations.note("a", "flex", &json!(3), (f64::NAN, 1.0));
        durations.write(&scratch).unwrap();
        let read = Durations::read(&scratch);
        let expected = read.expected("a", "flex", 7.0, None);
        assert_eq!(expected.seconds(&json!(2)), 4.0);
        assert_eq!(expected.seconds(&json!(3)), 14.0, "twice what is estimated, as the others");
        let before = read.expected("a", "flex", 7.0, Some(5.0));
        assert_eq!((before.seconds(&json!(2)), before.seconds(&json!(3))), (4.0, 5.0));
        assert_eq!(read.expected("a", "wgpu", 7.0, None).seconds(&json!(1)), 7.0);
        let whole = std::fs::read_to_string(scratch.durations()).unwrap();
        for damaged in
            [&whole[..9], &whole.replace("4.0", "5.0"), &whole.replace("a\": 2", "a\": 1"), ""]
        {
            assert_ne!(damaged, whole);
            std::fs::write(scratch.durations(), damaged).unwrap();
            assert_eq!(Durations::read(&scratch), Durations::default(), "{damaged}");
        }
    }
}
