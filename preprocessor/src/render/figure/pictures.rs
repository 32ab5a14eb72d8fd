//! TO BE WRITTEN

use experiments::figure::Pictures;

use super::canvas::Canvas;
use super::canvas::Rect;
use super::data::Listing;
use super::data::Row;
use super::layout::Body;

/// TO BE WRITTEN
pub(super) struct PicturesBody;

impl PicturesBody {
    /// TO BE WRITTEN
    #[must_use]
    pub(super) fn new(_: &Pictures, _: f64) -> Self {
        Self
    }
}

impl Body for PicturesBody {
    fn margins(&self) -> (f64, f64) {
        (0.0, 0.0)
    }

    fn settle(&mut self, _: f64, _: f64) -> f64 {
        0.0
    }

    fn height(&self, width: f64, _: bool) -> f64 {
        width
    }

    fn below(&self) -> f64 {
        0.0
    }

    fn draw(&self, _: &Canvas, _: Rect) {}
}

/// TO BE WRITTEN
pub(super) fn list<'a>(_: &'a Pictures, _: &mut Listing<'a>) {}

/// TO BE WRITTEN
#[must_use]
pub(super) fn rows(_: &Pictures) -> Vec<Row> {
    Vec::new()
}

/// TO BE WRITTEN
#[must_use]
pub(super) fn describe(_: &Pictures) -> Vec<String> {
    Vec::new()
}
