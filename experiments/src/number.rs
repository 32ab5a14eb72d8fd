//! Floating-point numbers in JSON: finite ones as numbers that read back bit-equal, the others as
//! the strings `"inf"`, `"-inf"` and `"nan"`, which JSON has no numbers for.
//!
//! Use with `#[serde(with = "crate::number")]`, or `number::list` for a `Vec<f64>`.

use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::Serializer;

/// A number on its way to or from JSON.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Number {
    Finite(f64),
    Named(String),
}

impl Number {
    fn new(value: f64) -> Self {
        if value.is_finite() {
            Self::Finite(value)
        } else if value.is_nan() {
            Self::Named("nan".into())
        } else if value > 0.0 {
            Self::Named("inf".into())
        } else {
            Self::Named("-inf".into())
        }
    }

    fn value(&self) -> Option<f64> {
        match self {
            Self::Finite(value) => Some(*value),
            Self::Named(name) => match name.as_str() {
                "nan" => Some(f64::NAN),
                "inf" => Some(f64::INFINITY),
                "-inf" => Some(f64::NEG_INFINITY),
                _ => None,
            },
        }
    }

    fn read<E: serde::de::Error>(&self) -> Result<f64, E> {
        self.value().ok_or_else(|| E::custom("expected a number, \"inf\", \"-inf\" or \"nan\""))
    }
}

/// Writes one number.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    Number::new(*value).serialize(serializer)
}

/// Reads one number.
///
/// # Errors
/// Those of the deserializer, and a string that names no number.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Number::deserialize(deserializer)?.read()
}

/// The same for `Vec<f64>`.
pub mod list {
    use super::Number;
    use serde::Deserialize;
    use serde::Deserializer;
    use serde::Serializer;

    /// Writes a list of numbers.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(values: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(values.iter().map(|&value| Number::new(value)))
    }

    /// Reads a list of numbers.
    ///
    /// # Errors
    /// Those of the deserializer, and a string that names no number.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
        Vec::<Number>::deserialize(deserializer)?.iter().map(Number::read).collect()
    }
}

/// The same for `Vec<Vec<f64>>`.
pub mod rows {
    use super::Number;
    use serde::Deserialize;
    use serde::Deserializer;
    use serde::Serializer;

    /// Writes rows of numbers.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(rows: &[Vec<f64>], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(
            rows.iter().map(|row| row.iter().map(|&value| Number::new(value)).collect::<Vec<_>>()),
        )
    }

    /// Reads rows of numbers.
    ///
    /// # Errors
    /// Those of the deserializer, and a string that names no number.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Vec<f64>>, D::Error> {
        Vec::<Vec<Number>>::deserialize(deserializer)?
            .iter()
            .map(|row| row.iter().map(Number::read).collect())
            .collect()
    }
}
