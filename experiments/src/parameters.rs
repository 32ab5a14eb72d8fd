//! What an author may set on a simulation: typed, bounded, documented.
//!
//! An experiment declares a plain struct with defaults; [`Parameters::fields`] says what each field
//! may be. Values arrive as JSON (the YAML of a directive, or a stored record) and are checked
//! against the fields before they are read, so that a fault names the parameter and its range.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Map;
use serde_json::Value;

/// The parameters of an experiment. `Default` gives the published setting.
///
/// Serialisation must give a JSON object with exactly the names in [`Parameters::fields`].
pub trait Parameters: Clone + Default + Serialize + DeserializeOwned {
    /// What each field means and may be.
    fn fields() -> Vec<Field>;
}

/// One parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its name, in the directive and in the struct.
    pub name: &'static str,
    /// One line that says what it is.
    pub doc: &'static str,
    /// What it may be.
    pub kind: Kind,
}

/// What a parameter may be.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the bounds say it themselves")]
pub enum Kind {
    /// A whole number between two bounds, both allowed.
    Integer { low: u64, high: u64 },
    /// An odd whole number between two bounds.
    Odd { low: u64, high: u64 },
    /// A number between two bounds, both allowed.
    Number { low: f64, high: f64 },
    /// A list of at most `most` different whole numbers.
    Integers { low: u64, high: u64, most: usize },
    /// A list of at most `most` different numbers.
    Numbers { low: f64, high: f64, most: usize },
    /// One of these words.
    Choice(&'static [&'static str]),
}

impl Field {
    /// A parameter.
    #[must_use]
    pub const fn new(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self { name, doc, kind }
    }

    /// The number of independent repetitions, `3..=200` in every experiment.
    #[must_use]
    pub const fn replicates() -> Self {
        Self::new(
            "replicates",
            Kind::Integer { low: 3, high: 200 },
            "independent repetitions, each with its own data and initialisation",
        )
    }

    /// The root seed of all random streams.
    #[must_use]
    pub const fn seed() -> Self {
        Self::new(
            "seed",
            Kind::Integer { low: 0, high: u64::MAX },
            "root seed of all random streams",
        )
    }
}

impl std::fmt::Display for Kind {
    /// The allowed values, as the end of a sentence: "an odd whole number from 11 to 101".
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Integer { low, high: u64::MAX } => write!(f, "a whole number from {low}"),
            Self::Integer { low, high } => write!(f, "a whole number from {low} to {high}"),
            Self::Odd { low, high } => write!(f, "an odd whole number from {low} to {high}"),
            Self::Number { low, high } => write!(f, "a number from {low} to {high}"),
            Self::Integers { low, high, most } => {
                write!(f, "1 to {most} different whole numbers, each from {low} to {high}")
            }
            Self::Numbers { low, high, most } => {
                write!(f, "1 to {most} different numbers, each from {low} to {high}")
            }
            Self::Choice(words) => write!(f, "one of {}", words.join(", ")),
        }
    }
}

impl Kind {
    fn admits(&self, value: &Value) -> bool {
        let integer = |value: &Value, low: u64, high: u64| {
            value.as_u64().is_some_and(|value| (low..=high).contains(&value))
        };
        let number = |value: &Value, low: f64, high: f64| {
            value.as_f64().is_some_and(|value| (low..=high).contains(&value))
        };
        let list = |value: &Value, most: usize, each: &dyn Fn(&Value) -> bool| {
            value.as_array().is_some_and(|items| {
                (1..=most).contains(&items.len())
                    && items.iter().all(each)
                    && items.iter().enumerate().all(|(i, item)| !items[..i].contains(item))
            })
        };
        match *self {
            Self::Integer { low, high } => integer(value, low, high),
            Self::Odd { low, high } => {
                integer(value, low, high) && value.as_u64().is_some_and(|value| value % 2 == 1)
            }
            Self::Number { low, high } => number(value, low, high),
            Self::Integers { low, high, most } => {
                list(value, most, &|item| integer(item, low, high))
            }
            Self::Numbers { low, high, most } => list(value, most, &|item| number(item, low, high)),
            Self::Choice(words) => value.as_str().is_some_and(|word| words.contains(&word)),
        }
    }
}

/// Why given parameters were refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// No such parameter.
    #[error("unknown parameter `{name}`")]
    Unknown {
        /// The name that was given.
        name: String,
        /// The names that exist.
        known: Vec<&'static str>,
    },
    /// A value of another type or outside the range.
    #[error("`{name}` is {given}, but must be {allowed}")]
    Range {
        /// The parameter.
        name: String,
        /// What was given, as JSON.
        given: String,
        /// What is allowed.
        allowed: Kind,
    },
}

impl Fault {
    /// The parameter that the fault is about.
    #[must_use]
    pub fn parameter(&self) -> &str {
        match self {
            Self::Unknown { name, .. } | Self::Range { name, .. } => name,
        }
    }
}

/// The defaults with the given values put in their place.
///
/// # Errors
/// Every unknown name and every value that its field does not admit.
///
/// # Panics
/// When a parameter struct and its [`Parameters::fields`] disagree, which a test of every catalog
/// entry rules out.
pub fn apply<P: Parameters>(given: &Map<String, Value>) -> Result<P, Vec<Fault>> {
    let fields = P::fields();
    let mut faults = Vec::new();
    let mut all = object(&P::default());
    // Sorted, since whether a JSON map keeps its order is a feature that other crates may turn on.
    for (name, value) in given.iter().collect::<BTreeMap<_, _>>() {
        match fields.iter().find(|field| field.name == name) {
            None => faults.push(Fault::Unknown {
                name: name.clone(),
                known: fields.iter().map(|field| field.name).collect(),
            }),
            Some(field) if !field.kind.admits(value) => faults.push(Fault::Range {
                name: name.clone(),
                given: value.to_string(),
                allowed: field.kind.clone(),
            }),
            Some(_) => {
                all.insert(name.clone(), value.clone());
            }
        }
    }
    if faults.is_empty() {
        Ok(serde_json::from_value(Value::Object(all)).expect("fields admit only what can be read"))
    } else {
        Err(faults)
    }
}

/// Parameters as a JSON object, complete with defaults.
///
/// # Panics
/// When the parameters are not a struct.
#[must_use]
pub fn object<P: Parameters>(parameters: &P) -> Map<String, Value> {
    match serde_json::to_value(parameters) {
        Ok(Value::Object(map)) => map,
        other => panic!("parameters are a struct, not {other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Knobs {
        n: usize,
        noise: f64,
        widths: Vec<usize>,
        arm: String,
    }

    impl Default for Knobs {
        fn default() -> Self {
            Self { n: 11, noise: 0.5, widths: vec![1, 2], arm: "relu".into() }
        }
    }

    impl Parameters for Knobs {
        fn fields() -> Vec<Field> {
            vec![
                Field::new("n", Kind::Odd { low: 11, high: 101 }, "nodes"),
                Field::new("noise", Kind::Number { low: 0.0, high: 2.0 }, "noise"),
                Field::new("widths", Kind::Integers { low: 1, high: 9, most: 3 }, "widths"),
                Field::new("arm", Kind::Choice(&["relu", "tanh"]), "activation"),
            ]
        }
    }

    #[track_caller]
    fn check(json: &str, expected: &str) {
        let given = serde_json::from_str(json).unwrap();
        let text = match apply::<Knobs>(&given) {
            Ok(knobs) => format!("{knobs:?}"),
            Err(faults) => faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
        };
        assert_eq!(text, expected);
    }

    #[test]
    fn values_are_taken_and_defaults_kept() {
        check(
            r#"{"n": 13, "noise": 1}"#,
            r#"Knobs { n: 13, noise: 1.0, widths: [1, 2], arm: "relu" }"#,
        );
    }

    #[test]
    fn every_fault_is_reported_with_what_is_allowed() {
        check(
            r#"{"n": 12, "noise": "a lot", "nosie": 1}"#,
            "`n` is 12, but must be an odd whole number from 11 to 101; \
             `noise` is \"a lot\", but must be a number from 0 to 2; unknown parameter `nosie`",
        );
        check(
            r#"{"widths": [1, 1], "arm": "swish"}"#,
            "`arm` is \"swish\", but must be one of relu, tanh; \
             `widths` is [1,1], but must be 1 to 3 different whole numbers, each from 1 to 9",
        );
        check(
            r#"{"widths": []}"#,
            "`widths` is [], but must be 1 to 3 different whole numbers, each from 1 to 9",
        );
    }
}
