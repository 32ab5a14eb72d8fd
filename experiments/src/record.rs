//! What a simulation measured: estimates with intervals, tables and grids, and nothing about looks.
//!
//! A record is content. When, where and how long it was computed is provenance, which the store
//! keeps beside it and which enters no key and no digest.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

/// Everything one simulation measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Named numbers with their uncertainty, in the order of their names.
    pub estimates: BTreeMap<String, Estimate>,
    /// Named curves and lists: columns of equal length.
    #[serde(default)]
    pub tables: BTreeMap<String, Table>,
    /// Named surfaces: a value at each node of a rectangular grid.
    #[serde(default)]
    pub grids: BTreeMap<String, Grid>,
    /// Remarks that a reader of the numbers must see, such as exclusions by a declared rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

impl Record {
    /// The estimate of that name.
    ///
    /// # Panics
    /// When there is none: an exhibit and the experiment it belongs to disagree, which is a fault
    /// of the code and caught by the tests of every catalog entry.
    #[must_use]
    pub fn estimate(&self, name: &str) -> &Estimate {
        self.estimates.get(name).unwrap_or_else(|| panic!("the record has no estimate `{name}`"))
    }

    /// The column of a table.
    ///
    /// # Panics
    /// When there is no such table or column, see [`Record::estimate`].
    #[must_use]
    pub fn column(&self, table: &str, column: &str) -> &[f64] {
        self.tables
            .get(table)
            .and_then(|table| table.columns.iter().find(|found| found.name == column))
            .map_or_else(
                || panic!("the record has no column `{column}` in `{table}`"),
                |found| found.values.as_slice(),
            )
    }
}

/// A number with its uncertainty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The point estimate.
    #[serde(with = "crate::number")]
    pub value: f64,
    /// Lower end of the interval.
    #[serde(with = "crate::number")]
    pub low: f64,
    /// Upper end of the interval.
    #[serde(with = "crate::number")]
    pub high: f64,
    /// Number of replicates behind it.
    pub n: usize,
    /// How the interval was made.
    pub interval: Interval,
    /// Unit, empty for a pure number.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// How far a run on another backend or instruction set may differ, relative to the value.
    pub tolerance: f64,
}

impl Estimate {
    /// How much larger this is than the other: the difference, from the least to the greatest that the
    /// two intervals allow. Valid however the two depend on each other, so wide: arms that share their
    /// random streams are better compared replicate by replicate, by
    /// [`crate::lab::statistics::difference`]. The level is that at which both intervals hold: 90 %
    /// for two of 95 %, with 5 % on each side.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        let interval = match (self.interval, other.interval) {
            (interval, Interval::Exact) | (Interval::Exact, interval) => interval,
            (one, two) => {
                Interval::Bonferroni { level: (one.level() + two.level() - 1.0).max(0.0) }
            }
        };
        Self {
            value: self.value - other.value,
            low: self.low - other.high,
            high: self.high - other.low,
            n: self.n.min(other.n),
            interval,
            unit: if self.unit == other.unit { self.unit.clone() } else { String::new() },
            tolerance: self.tolerance.max(other.tolerance),
        }
    }
}

/// How an interval was made, and the confidence level that it achieves.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "kebab-case")]
pub enum Interval {
    /// Mean with Student's t, for roughly symmetric quantities.
    StudentT {
        /// Confidence level.
        level: f64,
    },
    /// A median, or another quantile, between two order statistics.
    OrderStatistic {
        /// The level these two order statistics achieve.
        level: f64,
    },
    /// A proportion, Clopper and Pearson (1934).
    ClopperPearson {
        /// Confidence level.
        level: f64,
    },
    /// The studentised bootstrap over replicates, Efron and Tibshirani (1993).
    Bootstrap {
        /// Confidence level.
        level: f64,
    },
    /// A rank correlation on Fisher's scale, Bonett and Wright (2000).
    FisherZ {
        /// Confidence level.
        level: f64,
    },
    /// Made of several intervals that hold together however they depend on each other.
    Bonferroni {
        /// The level at which all of them hold.
        level: f64,
    },
    /// No uncertainty: a closed form, or a count of these very runs.
    Exact,
}

impl Interval {
    /// The confidence level that it achieves.
    #[must_use]
    pub fn level(self) -> f64 {
        match self {
            Self::StudentT { level }
            | Self::OrderStatistic { level }
            | Self::ClopperPearson { level }
            | Self::Bootstrap { level }
            | Self::FisherZ { level }
            | Self::Bonferroni { level } => level,
            Self::Exact => 1.0,
        }
    }
}

impl std::fmt::Display for Interval {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let method = match self {
            Self::StudentT { .. } => "Student t",
            Self::OrderStatistic { .. } => "between order statistics",
            Self::ClopperPearson { .. } => "Clopper–Pearson",
            Self::Bootstrap { .. } => "studentised bootstrap",
            Self::FisherZ { .. } => "Fisher z",
            Self::Bonferroni { .. } => "several intervals together",
            Self::Exact => return f.write_str("exact"),
        };
        write!(f, "{method}, {} %", percent(self.level()))
    }
}

/// A level in percent with as many decimals, one at least, as keep it from reading as certainty.
fn percent(level: f64) -> String {
    let percent = |decimals: usize| format!("{:.decimals$}", level * 100.0);
    let certain = |text: &str| level < 1.0 && text.starts_with("100");
    (1..=9).map(percent).find(|text| !certain(text)).unwrap_or_else(|| percent(1))
}

/// Columns of equal length.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// The columns, in the order in which they are written.
    pub columns: Vec<Column>,
}

impl Table {
    /// A table of pure numbers; units are added with [`Table::unit`].
    ///
    /// # Panics
    /// When the columns differ in length.
    #[must_use]
    pub fn new<N: Into<String>>(columns: impl IntoIterator<Item = (N, Vec<f64>)>) -> Self {
        let columns: Vec<Column> = columns
            .into_iter()
            .map(|(name, values)| Column { name: name.into(), unit: String::new(), values })
            .collect();
        assert!(
            columns.windows(2).all(|pair| pair[0].values.len() == pair[1].values.len()),
            "the columns of a table have one length"
        );
        Self { columns }
    }

    /// The same table with the unit of one column set.
    #[must_use]
    pub fn unit(mut self, column: &str, unit: &str) -> Self {
        for found in self.columns.iter_mut().filter(|found| found.name == column) {
            found.unit = unit.into();
        }
        self
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.values.len())
    }
}

/// One column of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its unit, empty for pure numbers.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// Its numbers, one a row.
    #[serde(with = "crate::number::list")]
    pub values: Vec<f64>,
}

/// A surface: `values[row][column]` belongs to `(x[column], y[row])`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Grid {
    /// Position of each column.
    #[serde(with = "crate::number::list")]
    pub x: Vec<f64>,
    /// Position of each row.
    #[serde(with = "crate::number::list")]
    pub y: Vec<f64>,
    /// What is measured, as a word: `loss`.
    pub quantity: String,
    /// Shape `[y.len()][x.len()]`.
    #[serde(with = "crate::number::rows")]
    pub values: Vec<Vec<f64>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, expected: Interval, words: &str) {
        let read: Interval = serde_json::from_str(json).expect("an interval");
        assert_eq!((read, read.to_string().as_str()), (expected, words));
        assert_eq!(serde_json::to_string(&expected).expect("JSON"), json);
    }

    #[test]
    fn intervals_are_read_by_name() {
        check(
            r#"{"method":"student-t","level":0.95}"#,
            Interval::StudentT { level: 0.95 },
            "Student t, 95.0 %",
        );
        check(
            r#"{"method":"order-statistic","level":0.9609375}"#,
            Interval::OrderStatistic { level: 0.960_937_5 },
            "between order statistics, 96.1 %",
        );
        check(
            r#"{"method":"clopper-pearson","level":0.95}"#,
            Interval::ClopperPearson { level: 0.95 },
            "Clopper–Pearson, 95.0 %",
        );
        check(
            r#"{"method":"bootstrap","level":0.95}"#,
            Interval::Bootstrap { level: 0.95 },
            "studentised bootstrap, 95.0 %",
        );
        check(
            r#"{"method":"fisher-z","level":0.95}"#,
            Interval::FisherZ { level: 0.95 },
            "Fisher z, 95.0 %",
        );
        check(
            r#"{"method":"bonferroni","level":0.0}"#,
            Interval::Bonferroni { level: 0.0 },
            "several intervals together, 0.0 %",
        );
        check(r#"{"method":"exact"}"#, Interval::Exact, "exact");
    }

    #[test]
    fn only_certainty_reads_as_certainty() {
        let words = |level: f64| Interval::StudentT { level }.to_string();
        assert_eq!(words(0.999_5), "Student t, 99.95 %");
        assert_eq!(words(1.0 - 0.05 / 300.0), "Student t, 99.98 %");
        assert_eq!(words(0.999_999_6), "Student t, 99.99996 %");
        assert_eq!(words(1.0), "Student t, 100.0 %");
        assert_eq!(words(f64::NAN), "Student t, NaN %");
    }

    #[track_caller]
    fn differ(
        one: (f64, f64, Interval),
        two: (f64, f64, Interval),
        expected: (f64, f64, Interval),
    ) {
        let estimate = |(low, high, interval): (f64, f64, Interval)| Estimate {
            value: f64::midpoint(low, high),
            low,
            high,
            n: 5,
            interval,
            unit: "nats".into(),
            tolerance: 0.0,
        };
        let found = estimate(one).minus(&estimate(two));
        assert_eq!((found.low, found.high, found.unit.as_str()), (expected.0, expected.1, "nats"));
        let (found, expected) = (found.interval, expected.2);
        assert_eq!(std::mem::discriminant(&found), std::mem::discriminant(&expected));
        assert!((found.level() - expected.level()).abs() < 1e-12, "{found:?}");
    }

    #[test]
    fn a_difference_allows_for_both_intervals() {
        let t = Interval::StudentT { level: 0.95 };
        let both = Interval::Bonferroni { level: 0.9 };
        differ((3.0, 5.0, t), (1.0, 2.0, t), (1.0, 4.0, both));
        differ((3.0, 5.0, t), (2.0, 2.0, Interval::Exact), (1.0, 3.0, t));
        differ((2.0, 2.0, Interval::Exact), (3.0, 5.0, t), (-3.0, -1.0, t));
        differ(
            (2.0, 2.0, Interval::Exact),
            (1.0, 1.0, Interval::Exact),
            (1.0, 1.0, Interval::Exact),
        );
        let few = Interval::OrderStatistic { level: 0.25 };
        differ((0.0, 1.0, few), (0.0, 1.0, few), (-1.0, 1.0, Interval::Bonferroni { level: 0.0 }));
        let infinity = f64::INFINITY;
        differ((0.0, infinity, t), (1.0, 2.0, t), (-2.0, infinity, both));
    }
}
