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
    /// No uncertainty: a closed form, or a count of these very runs.
    Exact,
}

impl std::fmt::Display for Interval {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::StudentT { level } => write!(f, "Student t, {:.1} %", level * 100.0),
            Self::OrderStatistic { level } => {
                write!(f, "between order statistics, {:.1} %", level * 100.0)
            }
            Self::ClopperPearson { level } => write!(f, "Clopper–Pearson, {:.1} %", level * 100.0),
            Self::Exact => f.write_str("exact"),
        }
    }
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
