//! A figure as a declaration: panels, axes and marks, with roles instead of colours and no size.
//!
//! A figure is a pure function of a record. How a role looks, where ticks go and what a legend
//! covers is the business of whoever draws it. [`mark`] lists what can be drawn on a pair of axes,
//! [`compose`] builds the diagrams that are made of several marks.
//!
//! Labels are plain Unicode; what stands between two dollars is set as math: letters in italics,
//! `_` lowers and `^` raises a character or a group in braces, and the common TeX names of Greek
//! letters and signs are known (`$\lambda_1$`, `$\|w\|^2$`).

pub mod compose;
pub mod mark;

use serde::Serialize;

use self::mark::Mark;

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
    /// Axes that all panels have in common.
    pub shared: Shared,
}

/// Which axes the planes of a figure have in common: one span, labelled at the outer panels only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Shared {
    /// The horizontal axes.
    pub x: bool,
    /// The vertical axes.
    pub y: bool,
}

impl Figure {
    /// A figure with its panels below each other, each with axes of its own.
    #[must_use]
    pub fn new(name: &str, label: &str, caption: &str, panels: Vec<Panel>) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            caption: caption.into(),
            panels,
            columns: 1,
            shared: Shared::default(),
        }
    }

    /// The same with so many panels side by side.
    #[must_use]
    pub fn columns(mut self, columns: usize) -> Self {
        self.columns = columns;
        self
    }

    /// The same with these axes in common.
    #[must_use]
    pub fn share(mut self, shared: Shared) -> Self {
        self.shared = shared;
        self
    }
}

/// One part of a figure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Panel {
    /// Title above the panel; empty for none.
    pub title: String,
    /// What it shows.
    pub content: Content,
}

/// What a panel shows.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "content", rename_all = "kebab-case")]
pub enum Content {
    /// Marks on a pair of axes.
    Plane(Plane),
    /// A surface over a plane, seen from the side.
    Space(Space),
    /// Small pictures in rows.
    Pictures(Pictures),
    /// The layers of a network.
    Network(Network),
}

impl Panel {
    /// A plane without a title.
    #[must_use]
    pub fn plane(x: Axis, y: Axis, marks: Vec<Mark>) -> Self {
        let plane =
            Plane { x, y, marks, aspect: Aspect::Free, labels: Labels::Legend, inset: None };
        Self::new(Content::Plane(plane))
    }

    /// A panel without a title.
    #[must_use]
    pub fn new(content: Content) -> Self {
        Self { title: String::new(), content }
    }

    /// The same under a title.
    #[must_use]
    pub fn title(mut self, title: &str) -> Self {
        self.title = title.into();
        self
    }

    /// The same with another shape, if it is a plane.
    #[must_use]
    pub fn aspect(mut self, aspect: Aspect) -> Self {
        if let Content::Plane(plane) = &mut self.content {
            plane.aspect = aspect;
        }
        self
    }

    /// The same with its lines named at their ends, if it is a plane.
    #[must_use]
    pub fn labels_at_ends(mut self) -> Self {
        if let Content::Plane(plane) = &mut self.content {
            plane.labels = Labels::Ends;
        }
        self
    }

    /// The same with a part of it magnified in a corner, if it is a plane.
    #[must_use]
    pub fn inset(mut self, inset: Inset) -> Self {
        if let Content::Plane(plane) = &mut self.content {
            plane.inset = Some(inset);
        }
        self
    }

    /// The marks on its axes.
    #[must_use]
    pub fn marks(&self) -> &[Mark] {
        match &self.content {
            Content::Plane(plane) => &plane.marks,
            Content::Space(space) => &space.marks,
            Content::Pictures(_) | Content::Network(_) => &[],
        }
    }
}

/// Marks on a pair of axes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plane {
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// What is drawn, back to front.
    pub marks: Vec<Mark>,
    /// Its shape.
    pub aspect: Aspect,
    /// Where its marks are named.
    pub labels: Labels,
    /// A part of it, magnified.
    pub inset: Option<Inset>,
}

/// The shape of a plane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aspect {
    /// As wide as there is room; square when a surface fills it.
    #[default]
    Free,
    /// As high as wide.
    Square,
    /// One unit is as long across as upwards: circles are circles. For linear axes.
    Equal,
}

/// Where the marks of a plane are named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Labels {
    /// In a legend above the plane.
    #[default]
    Legend,
    /// Lines at their right ends; other marks in the legend.
    Ends,
}

/// A part of a plane, magnified in a corner of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Inset {
    /// The corner that it covers; choose one without data.
    pub corner: Corner,
    /// Lowest and highest value shown across.
    pub x: (f64, f64),
    /// Lowest and highest value shown upwards.
    pub y: (f64, f64),
}

/// A corner of a plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Corner {
    TopLeft,
    TopRight,
    BottomLeft,
    BottomRight,
}

/// A surface over a plane, seen from the side. Marks with `x` and `y` lie on the surface.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Space {
    /// First horizontal axis.
    pub x: Axis,
    /// Second horizontal axis.
    pub y: Axis,
    /// Height; its label and scale are those of the colours as well.
    pub z: Axis,
    /// `values[row][column]` over `(x[column], y[row])`.
    pub surface: Grid,
    /// Lines, points and markers on the surface.
    pub marks: Vec<Mark>,
    /// Degrees by which the plane is turned, anticlockwise seen from above; 0 looks along `y`.
    pub azimuth: f64,
    /// Degrees by which the eye is above the horizon, from 0 to 90.
    pub elevation: f64,
    /// Whether contour lines of the surface lie on the floor.
    pub shadow: bool,
}

/// Values over a grid: `values[row][column]` at `(x[column], y[row])`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[expect(missing_docs, reason = "coordinates say it themselves")]
pub struct Grid {
    pub x: Vec<f64>,
    pub y: Vec<f64>,
    pub values: Vec<Vec<f64>>,
}

/// Small pictures in rows: digits, saliency maps, weights.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pictures {
    /// The pictures, in reading order.
    pub pictures: Vec<Picture>,
    /// Pictures side by side.
    pub columns: usize,
    /// What the shades stand for; empty for plain pictures, which need no colour bar.
    pub quantity: String,
    /// The colours of the lowest to the highest value.
    pub colours: Colours,
    /// The values at the ends of the colours; by default those of all pictures together.
    pub range: Option<(f64, f64)>,
}

/// One picture; `values[0]` is its upper row of pixels.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Picture {
    /// What stands above it.
    pub title: String,
    /// What it shows, for those who cannot see it; the title if this is empty.
    pub label: String,
    /// One value per pixel, row by row from above.
    pub values: Vec<Vec<f64>>,
}

/// The layers of a network and what flows between them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Network {
    /// From the input to the output.
    pub layers: Vec<Layer>,
    /// Weights between one layer and the next, `weights[layer][to][from]`; empty for none shown.
    /// Width stands for magnitude, colour and dash for sign.
    pub weights: Vec<Vec<Vec<f64>>>,
}

/// One layer of a network.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Layer {
    /// What stands below it: `input`, `20 ReLU`.
    pub label: String,
    /// How many units it has; of many only the first and the last are drawn.
    pub units: usize,
}

/// One axis. Without a range it spans the marks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Axis {
    /// Title.
    pub label: String,
    /// The unit of its values, put in parentheses behind the title; empty for none.
    pub unit: String,
    /// How positions map to the page.
    pub scale: Scale,
    /// Lowest and highest value shown; marks outside are clipped.
    pub range: Option<(f64, f64)>,
    /// Names at 0, 1, 2, … instead of numbers; empty for numbers.
    pub names: Vec<String>,
}

impl Axis {
    /// An axis of this scale.
    #[must_use]
    pub fn new(label: &str, scale: Scale) -> Self {
        Self { label: label.into(), unit: String::new(), scale, range: None, names: Vec::new() }
    }

    /// A linear axis.
    #[must_use]
    pub fn linear(label: &str) -> Self {
        Self::new(label, Scale::Linear)
    }

    /// A logarithmic axis.
    #[must_use]
    pub fn log(label: &str) -> Self {
        Self::new(label, Scale::Log)
    }

    /// An axis that is logarithmic in either direction beyond `linear`, and linear around zero.
    #[must_use]
    pub fn symlog(label: &str, linear: f64) -> Self {
        Self::new(label, Scale::Symlog { linear })
    }

    /// An axis of things with names: the first at 0, the second at 1.
    #[must_use]
    pub fn names<T: Into<String>>(label: &str, names: impl IntoIterator<Item = T>) -> Self {
        Self { names: names.into_iter().map(Into::into).collect(), ..Self::linear(label) }
    }

    /// The same axis with its range set.
    #[must_use]
    pub fn range(mut self, low: f64, high: f64) -> Self {
        self.range = Some((low, high));
        self
    }

    /// The same axis with its unit.
    #[must_use]
    pub fn unit(mut self, unit: &str) -> Self {
        self.unit = unit.into();
        self
    }

    /// Its title with the unit in parentheses.
    #[must_use]
    pub fn title(&self) -> String {
        match (self.label.trim(), self.unit.trim()) {
            (label, "") => label.into(),
            ("", unit) => format!("({unit})"),
            (label, unit) => format!("{label} ({unit})"),
        }
    }
}

/// How positions map to the page.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// Evenly.
    Linear,
    /// By the logarithm; values that are not positive are not shown.
    Log,
    /// By `sign(v) · log(1 + |v|/linear)`: about linear up to `linear`, logarithmic beyond, for
    /// values of both signs (Webber 2013, *A bi-symmetric log transformation for wide-range data*).
    Symlog {
        /// Where the linear part ends; positive.
        linear: f64,
    },
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

/// Which colours stand for values. All of them read in grey.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Colours {
    /// From dark to light: more is lighter.
    #[default]
    Sequential,
    /// From one hue through a neutral middle to another; the middle stands for this value.
    Diverging {
        /// The value in the middle: zero, chance.
        middle: f64,
    },
    /// From black to white: pictures.
    Grey,
}
