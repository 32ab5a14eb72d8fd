//! A figure as a file of its own: as SVG, PNG or PDF, as the table of its numbers, and the documented
//! JSON of its simulation.
//!
//! [`json`] is what `figures/<NAME>.json` holds. PNG and PDF come from the SVG, with the fonts of
//! [`fonts`] and no others, so that they do not depend on the machine; they are the cargo feature
//! `export`.

pub mod json;

#[cfg(feature = "export")]
pub mod fonts;
#[cfg(feature = "export")]
pub mod pdf;
#[cfg(feature = "export")]
pub mod png;
#[cfg(feature = "export")]
pub mod sheet;
#[cfg(feature = "export")]
mod tree;

pub use json::simulation;
pub use json::threshold;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "whoever writes a file decides among all of them")]
pub enum Format {
    /// The drawing.
    Svg,
    /// The drawing in pixels.
    Png,
    /// The drawing on a page of its own size.
    Pdf,
    /// The numbers of the figure.
    Csv,
    /// The simulation: estimates, tables, claims, provenance.
    Json,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 5] = [Self::Svg, Self::Png, Self::Pdf, Self::Csv, Self::Json];

    /// Its name, which is the extension of its files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Pdf => "pdf",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    /// The format of that name, in whatever case.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name().eq_ignore_ascii_case(name))
    }

    /// Whether it holds the drawing rather than numbers.
    #[must_use]
    pub fn is_drawing(self) -> bool {
        matches!(self, Self::Svg | Self::Png | Self::Pdf)
    }
}

/// Why a drawing cannot become pixels or a page.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The file of a font cannot be read.
    #[error("the font `{0}` cannot be read: {1}")]
    File(String, std::io::Error),
    /// A file that is no font.
    #[error("`{0}` is no TrueType or OpenType font")]
    NoFont(String),
    /// A font that cannot be embedded.
    #[error("the font `{0}` cannot be embedded")]
    Embed(String),
    /// A picture too large or too small.
    #[error("a picture of {0} by {1} pixels is not possible")]
    Size(u64, u64),
    /// The drawing is no SVG.
    #[error("the drawing cannot be read: {0}")]
    Svg(String),
    /// The drawing has a part that this program does not know how to put on a page.
    #[error("the drawing has {0}, which has no counterpart in our PDF")]
    Part(&'static str),
}
