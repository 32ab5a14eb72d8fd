//! What can be drawn on a pair of axes.
//!
//! Lists of one mark have one length; a value that is not finite splits a line and leaves out a
//! point. A mark with an empty label is not in the legend.

use serde::Serialize;

use super::Colours;
use super::Grid;
use super::Role;
use super::Scale;

/// One thing that is drawn.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "mark", rename_all = "kebab-case")]
pub enum Mark {
    /// A line through points in their order.
    Line(Line),
    /// The area between two curves.
    Band(Band),
    /// Points, with whiskers or without.
    Points(Points),
    /// Bars from a base line; several of these marks in one plane stand side by side.
    Bars(Bars),
    /// Counts or densities over intervals.
    Histogram(Histogram),
    /// Areas on top of each other, below zero where they are negative.
    Stack(Stack),
    /// A line across the whole plane.
    Rule(Rule),
    /// A single place worth seeing.
    Marker(Marker),
    /// A surface in colour with its own colour bar.
    HeatMap(HeatMap),
    /// A surface as lines of equal value, or as the areas between them.
    Contours(Contours),
    /// A plane divided into regions.
    Regions(Regions),
    /// A field of arrows.
    Arrows(Arrows),
    /// Words on the plane.
    Note(Note),
}

impl Mark {
    /// The same, if it is a line, with what tells it from lines of the same label.
    #[must_use]
    pub fn about(mut self, about: &str) -> Self {
        if let Self::Line(line) = &mut self {
            line.about = about.into();
        }
        self
    }
}

/// A line through points in their order.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "coordinates say it themselves")]
pub struct Line {
    pub label: String,
    /// What tells it from lines of the same label, in words and tables; the eye sees it.
    pub about: String,
    pub role: Role,
    pub join: Join,
    pub x: Vec<f64>,
    pub y: Vec<f64>,
}

/// How a line goes from one point to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Join {
    /// Straight.
    #[default]
    Straight,
    /// Each value holds until the next point.
    Steps,
    /// Straight, with arrow heads that say which way: the trajectory of a dynamical system.
    Arrows,
}

/// The area between two curves.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "coordinates say it themselves")]
pub struct Band {
    pub label: String,
    pub role: Role,
    pub x: Vec<f64>,
    pub low: Vec<f64>,
    pub high: Vec<f64>,
}

/// Points, with whiskers from `low` to `high` where these are not empty.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "coordinates say it themselves")]
pub struct Points {
    pub label: String,
    pub role: Role,
    pub x: Vec<f64>,
    pub y: Vec<f64>,
    pub low: Vec<f64>,
    pub high: Vec<f64>,
}

/// Bars from a base line to `y`, with whiskers where `low` and `high` are not empty. Bars stand at
/// `x`; those of several marks at one place stand side by side, in the order of the marks.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "coordinates say it themselves")]
pub struct Bars {
    pub label: String,
    pub role: Role,
    pub x: Vec<f64>,
    pub y: Vec<f64>,
    pub low: Vec<f64>,
    pub high: Vec<f64>,
    /// Where bars begin; on a logarithmic axis at its lower end if this cannot be shown.
    pub base: f64,
}

/// Counts or densities: `heights[i]` from `edges[i]` to `edges[i + 1]`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "coordinates say it themselves")]
pub struct Histogram {
    pub label: String,
    pub role: Role,
    pub edges: Vec<f64>,
    pub heights: Vec<f64>,
}

/// Areas on top of each other over `x`. At each place positive values are stacked upwards from
/// zero and negative ones downwards.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stack {
    /// Places across.
    pub x: Vec<f64>,
    /// The areas, the one next to zero first.
    pub areas: Vec<Area>,
    /// The label of a line at the sum of all areas; empty for none.
    pub total: String,
}

/// One area of a stack.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "coordinates say it themselves")]
pub struct Area {
    pub label: String,
    pub role: Role,
    pub y: Vec<f64>,
}

/// A line across the whole plane.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "coordinates say it themselves")]
pub struct Rule {
    pub label: String,
    pub role: Role,
    pub stands: Stands,
    pub at: f64,
}

/// Which way a rule goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stands {
    /// Upright, at a value of the horizontal axis.
    Vertical,
    /// Level, at a value of the vertical axis.
    Horizontal,
}

/// A single place worth seeing: an optimum, a start. The symbol says which.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "coordinates say it themselves")]
pub struct Marker {
    pub label: String,
    pub role: Role,
    pub symbol: Symbol,
    pub x: f64,
    pub y: f64,
}

/// The shape of a marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Symbol {
    /// ●
    Circle,
    /// ○: not attracting
    Ring,
    /// ★
    Star,
    /// ◆
    Diamond,
    /// ▲
    Triangle,
    /// ✕
    Cross,
}

/// A surface in colour with its own colour bar, one cell for each value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HeatMap {
    /// What the colours stand for.
    pub quantity: String,
    /// How values map to colours.
    pub scale: Scale,
    /// Which colours.
    pub colours: Colours,
    /// The values; cells reach half-way to their neighbours.
    #[serde(flatten)]
    pub grid: Grid,
}

/// A surface as lines of equal value, or as the areas between them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Contours {
    /// What is equal along a line.
    pub quantity: String,
    /// How levels are spread where they are not given, and how they map to colours.
    pub scale: Scale,
    /// Which colours.
    pub colours: Colours,
    /// The values of the lines, rising; chosen like the ticks of an axis where this is empty.
    pub levels: Vec<f64>,
    /// Whether the areas between lines are coloured, with a colour bar; else lines carry their
    /// values.
    pub filled: bool,
    /// The values between which lines are drawn.
    #[serde(flatten)]
    pub grid: Grid,
}

/// A plane divided into regions; `regions[row][column]` around `(x[column], y[row])`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Regions {
    /// Places across.
    pub x: Vec<f64>,
    /// Places upwards.
    pub y: Vec<f64>,
    /// Which region a cell belongs to: an index into `names`, or any number where these are empty.
    pub regions: Vec<Vec<u32>>,
    /// What the regions are called; empty where it matters only that neighbours differ.
    pub names: Vec<String>,
}

/// A field of arrows from `(x, y)` in the direction `(u, v)`, in the units of the axes. The longest
/// one is as long as the spacing of the grid allows, the others in proportion.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "coordinates say it themselves")]
pub struct Arrows {
    pub label: String,
    pub role: Role,
    pub x: Vec<f64>,
    pub y: Vec<f64>,
    pub u: Vec<f64>,
    pub v: Vec<f64>,
}

/// Words on the plane.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Note {
    /// What it says.
    pub text: String,
    /// What it points at, in the units of the axes.
    pub at: (f64, f64),
    /// Where the words are: beside the place, or further away with a line to it.
    pub side: Side,
    /// Distance from the place in tenths of the plane's width; a line leads there beyond one.
    pub distance: f64,
}

/// On which side of a place words are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Side {
    Above,
    Below,
    Left,
    Right,
    AboveLeft,
    AboveRight,
    BelowLeft,
    BelowRight,
}

/// A straight line.
#[must_use]
pub fn line(label: &str, role: Role, x: Vec<f64>, y: Vec<f64>) -> Mark {
    Mark::Line(Line { label: label.into(), about: String::new(), role, join: Join::Straight, x, y })
}

/// A line whose values hold until the next point.
#[must_use]
pub fn steps(label: &str, role: Role, x: Vec<f64>, y: Vec<f64>) -> Mark {
    Mark::Line(Line { label: label.into(), about: String::new(), role, join: Join::Steps, x, y })
}

/// A line with arrow heads along it.
#[must_use]
pub fn trajectory(label: &str, role: Role, x: Vec<f64>, y: Vec<f64>) -> Mark {
    Mark::Line(Line { label: label.into(), about: String::new(), role, join: Join::Arrows, x, y })
}

/// The area between two curves.
#[must_use]
pub fn band(label: &str, role: Role, x: Vec<f64>, low: Vec<f64>, high: Vec<f64>) -> Mark {
    Mark::Band(Band { label: label.into(), role, x, low, high })
}

/// Points without whiskers.
#[must_use]
pub fn points(label: &str, role: Role, x: Vec<f64>, y: Vec<f64>) -> Mark {
    let (low, high) = (Vec::new(), Vec::new());
    Mark::Points(Points { label: label.into(), role, x, y, low, high })
}

/// Points with whiskers.
#[must_use]
pub fn whiskers(
    label: &str,
    role: Role,
    x: Vec<f64>,
    y: Vec<f64>,
    low: Vec<f64>,
    high: Vec<f64>,
) -> Mark {
    Mark::Points(Points { label: label.into(), role, x, y, low, high })
}

/// An upright line across the plane.
#[must_use]
pub fn vertical(label: &str, role: Role, at: f64) -> Mark {
    Mark::Rule(Rule { label: label.into(), role, stands: Stands::Vertical, at })
}

/// A level line across the plane.
#[must_use]
pub fn horizontal(label: &str, role: Role, at: f64) -> Mark {
    Mark::Rule(Rule { label: label.into(), role, stands: Stands::Horizontal, at })
}

/// A single place.
#[must_use]
pub fn marker(label: &str, role: Role, symbol: Symbol, x: f64, y: f64) -> Mark {
    Mark::Marker(Marker { label: label.into(), role, symbol, x, y })
}

/// A surface in colours from dark to light.
#[must_use]
pub fn heat_map(quantity: &str, scale: Scale, grid: Grid) -> Mark {
    Mark::HeatMap(HeatMap { quantity: quantity.into(), scale, colours: Colours::Sequential, grid })
}

/// A surface as coloured areas between lines of equal value.
#[must_use]
pub fn filled_contours(quantity: &str, scale: Scale, grid: Grid) -> Mark {
    let (colours, levels) = (Colours::Sequential, Vec::new());
    Mark::Contours(Contours {
        quantity: quantity.into(),
        scale,
        colours,
        levels,
        filled: true,
        grid,
    })
}

/// Words beside a place.
#[must_use]
pub fn note(text: &str, at: (f64, f64), side: Side) -> Mark {
    Mark::Note(Note { text: text.into(), at, side, distance: 0.0 })
}
