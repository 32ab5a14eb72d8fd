//! A figure as a declaration: panels, axes and marks, with roles instead of colours and no size.
//!
//! A figure is a pure function of a record. How a role looks, where ticks go and what a legend
//! covers is the business of whoever draws it.

use serde::Serialize;

/// One numbered picture.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// Its name within the exhibit: `model-wise`.
    pub name: String,
    /// What is plotted, in one plain sentence: the accessible label.
    pub label: String,
    /// The caption: what the marks mean and what to see. May hold `$…$`.
    pub caption: String,
    /// The panels, in reading order.
    pub panels: Vec<Panel>,
    /// Panels side by side on a wide page.
    pub columns: usize,
}

/// One pair of axes with what is drawn on them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Panel {
    /// Title above the panel; empty for none.
    pub title: String,
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// What is drawn, back to front.
    pub marks: Vec<Mark>,
}

/// One axis. Without a range it spans the marks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Axis {
    /// Title, with the unit in parentheses where there is one. Plain Unicode.
    pub label: String,
    /// How positions map to the page.
    pub scale: Scale,
    /// Lowest and highest value shown; marks outside are clipped.
    pub range: Option<(f64, f64)>,
}

impl Axis {
    /// A linear axis.
    #[must_use]
    pub fn linear(label: &str) -> Self {
        Self { label: label.into(), scale: Scale::Linear, range: None }
    }

    /// A logarithmic axis.
    #[must_use]
    pub fn log(label: &str) -> Self {
        Self { label: label.into(), scale: Scale::Log, range: None }
    }

    /// The same axis with its range set.
    #[must_use]
    pub fn range(mut self, low: f64, high: f64) -> Self {
        self.range = Some((low, high));
        self
    }
}

/// How positions map to the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// Evenly.
    Linear,
    /// By the logarithm; values that are not positive are not shown.
    Log,
}

/// What a mark stands for. The same role looks the same throughout the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Measured on training data.
    Train,
    /// Measured on fresh data.
    Test,
    /// A closed form.
    Theory,
    /// A bound.
    Bound,
    /// A line to compare with: a threshold, a noise floor.
    Reference,
    /// One of several arms, from 1 to 8.
    Arm(u8),
}

/// One thing that is drawn. Lists of one mark have one length; a value that is not finite splits a
/// line and leaves out a point. A mark with an empty label is not in the legend.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "mark", rename_all = "kebab-case")]
#[expect(missing_docs, reason = "coordinates say it themselves")]
pub enum Mark {
    /// A line through points in their order.
    Line { label: String, role: Role, x: Vec<f64>, y: Vec<f64> },
    /// The area between two curves.
    Band { label: String, role: Role, x: Vec<f64>, low: Vec<f64>, high: Vec<f64> },
    /// Points, with whiskers from `low` to `high` where these are not empty.
    Points { label: String, role: Role, x: Vec<f64>, y: Vec<f64>, low: Vec<f64>, high: Vec<f64> },
    /// A vertical line across the panel.
    Vertical { label: String, role: Role, at: f64 },
    /// A horizontal line across the panel.
    Horizontal { label: String, role: Role, at: f64 },
    /// Single places worth seeing: an optimum, a start. The symbol says which.
    Marker { label: String, role: Role, symbol: Symbol, x: f64, y: f64 },
    /// A surface in colour with its own colour bar; `values[row][column]` at `(x[column], y[row])`.
    HeatMap { quantity: String, scale: Scale, x: Vec<f64>, y: Vec<f64>, values: Vec<Vec<f64>> },
}

/// The shape of a marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Symbol {
    /// ●
    Circle,
    /// ★
    Star,
    /// ◆
    Diamond,
    /// ▲
    Triangle,
    /// ✕
    Cross,
}
