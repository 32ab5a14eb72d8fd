//! Keys and digests: the hash of a value, not of its text.
//!
//! The encoding, of which every hash in records and scratch is BLAKE3: a tag byte, then
//! - `0` null; `1` a boolean, one byte;
//! - `2` a whole number from 0, 8 bytes; `3` a negative whole number, 8 bytes; `4` any other
//!   number, the 8 bytes of its bits;
//! - `5` a string: its length in bytes, then its UTF-8;
//! - `6` a list: its length, then its items;
//! - `7` an object: its size, then key and value of each entry, sorted by key;
//!
//! all numbers little-endian, lengths in 8 bytes. Nothing depends on how JSON is written.

use std::collections::BTreeMap;

use experiments::entry::Entry;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Map;
use serde_json::Value;

/// The hash of a value, in hexadecimal.
#[must_use]
pub fn digest(value: &Value) -> String {
    let mut bytes = Vec::new();
    encode(value, &mut bytes);
    blake3::hash(&bytes).to_hex().to_string()
}

/// The first 16 digits of a digest: enough to tell records apart in file names and in print.
#[must_use]
pub fn short(digest: &str) -> &str {
    digest.get(..16).unwrap_or(digest)
}

/// The bytes that are hashed; all of them at once, since the pieces are a few bytes long.
fn encode(value: &Value, bytes: &mut Vec<u8>) {
    fn length(n: usize, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&(n as u64).to_le_bytes());
    }
    fn text(text: &str, bytes: &mut Vec<u8>) {
        length(text.len(), bytes);
        bytes.extend_from_slice(text.as_bytes());
    }
    match value {
        Value::Null => bytes.push(0),
        Value::Bool(value) => bytes.extend_from_slice(&[1, u8::from(*value)]),
        Value::Number(number) => {
            let (tag, value) = match (number.as_u64(), number.as_i64()) {
                (Some(value), _) => (2, value.to_le_bytes()),
                (None, Some(value)) => (3, value.to_le_bytes()),
                (None, None) => (4, number.as_f64().unwrap_or(f64::NAN).to_bits().to_le_bytes()),
            };
            bytes.push(tag);
            bytes.extend_from_slice(&value);
        }
        Value::String(value) => {
            bytes.push(5);
            text(value, bytes);
        }
        Value::Array(items) => {
            bytes.push(6);
            length(items.len(), bytes);
            for item in items {
                encode(item, bytes);
            }
        }
        Value::Object(map) => {
            bytes.push(7);
            length(map.len(), bytes);
            for (key, value) in map.iter().collect::<BTreeMap<_, _>>() {
                text(key, bytes);
                encode(value, bytes);
            }
        }
    }
}

/// The hash of a value as CBOR, in hexadecimal, for what is kept in scratch alone. Unlike in JSON, numbers that are not
/// finite differ from one another.
///
/// # Panics
/// For a type that refuses to be written, which nothing here does.
pub(crate) fn exact<T: Serialize>(value: &T) -> String {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).expect("plain data can be written to memory");
    blake3::hash(&bytes).to_hex().to_string()
}

/// Everything that can change a simulation's numbers. Its digest is the run key.
///
/// The backend, the machine and the date are provenance and not here. The seed is one of the
/// parameters. Data files that an experiment embeds are part of its fingerprint; those that the book
/// supplies have their digests here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunInputs {
    /// The experiment's id.
    pub experiment: String,
    /// The fingerprint of its code.
    pub fingerprint: String,
    /// Its complete parameters.
    pub parameters: BTreeMap<String, Value>,
    /// What it computes, and in which precision.
    pub precision: String,
    /// Names and versions of the numeric crates.
    pub crates: BTreeMap<String, String>,
    /// Names of the data sets that it asks for, each with the digest of its file. Left out of records
    /// where there are none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub data: BTreeMap<String, String>,
}

impl RunInputs {
    /// The inputs of an experiment at complete parameters, with the data sets that it asks for.
    #[must_use]
    pub fn new(
        entry: &Entry,
        parameters: &Map<String, Value>,
        data: BTreeMap<String, String>,
    ) -> Self {
        Self {
            experiment: entry.id().into(),
            fingerprint: entry.fingerprint().digest.into(),
            parameters: parameters.clone().into_iter().collect(),
            precision: entry.precision().into(),
            crates: numeric_crates(),
            data,
        }
    }

    /// The run key.
    #[must_use]
    pub fn digest(&self) -> String {
        digest(&json(self))
    }

    /// The digest of the parameters alone: the record's file name.
    #[must_use]
    pub fn parameters_digest(&self) -> String {
        digest(&json(&self.parameters))
    }

    /// The address of one shard in scratch. It holds the backend, so that a part computed on one
    /// backend is not taken for that of another, and neither the parameters nor the place of the
    /// shard among others: the shard is a value.
    #[must_use]
    pub fn shard_digest(&self, shard: &Value, backend: &str) -> String {
        let Self { experiment, fingerprint, precision, crates, data, .. } = self;
        let code = serde_json::json!([experiment, fingerprint, precision, crates]);
        digest(&serde_json::json!([code, data, backend, shard]))
    }
}

fn numeric_crates() -> BTreeMap<String, String> {
    let pairs = experiments::fingerprint::numeric_crates().iter();
    pairs.map(|&(name, version)| (name.to_owned(), version.to_owned())).collect()
}

/// A value as JSON.
///
/// # Panics
/// For a map whose keys are not strings, which nothing here has.
pub(crate) fn json<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).expect("plain data can be written as JSON")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_digest_sees_values_and_not_how_they_are_written() {
        let parse = |text: &str| digest(&serde_json::from_str(text).unwrap());
        assert_eq!(parse(r#"{"a": 1, "b": [1.5, "x"]}"#), parse(r#"{"b":[15e-1,"\u0078"],"a":1}"#));
        let different = [
            "0",
            "-1",
            "1",
            "1.0",
            "\"1\"",
            "[1]",
            "[[1]]",
            "{\"1\":1}",
            "true",
            "null",
            "[]",
            "{}",
        ];
        for (i, one) in different.iter().enumerate() {
            for other in &different[..i] {
                assert_ne!(parse(one), parse(other), "{one} and {other}");
            }
        }
        assert_ne!(digest(&json!(["a", "bc"])), digest(&json!(["ab", "c"])));
    }

    #[test]
    fn numbers_that_are_not_finite_differ() {
        let numbers = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0, 0.1, 1.0, 1e300];
        let digests: std::collections::BTreeSet<String> = numbers.iter().map(exact).collect();
        assert_eq!(digests.len(), numbers.len());
        assert_eq!(exact(&[0.1, f64::NAN]), exact(&[0.1, f64::NAN]));
    }

    #[test]
    fn the_encoding_stays_as_it_is() {
        // Changing it would make every record stale.
        let value = json!({"a": [null, true, 1, -1, 0.5], "b": "é"});
        assert_eq!(short(&digest(&value)), "06eec839c781816a");
    }
}
