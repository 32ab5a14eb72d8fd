//! TO BE WRITTEN

use experiments::figure::Scale;
use experiments::figure::mark::Histogram;

use crate::render::figure::data::Listing;
use crate::render::figure::data::Row;
use crate::render::figure::plotted::Plotted;
use crate::render::figure::plotted::Reach;
use crate::render::figure::plotted::Scene;

impl Plotted for Histogram {
    fn reach(&self, _: (Scale, Scale)) -> Reach {
        Reach::default()
    }

    fn draw(&self, _: &Scene) {}

    fn list<'a>(&'a self, _: &mut Listing<'a>) {}

    fn rows(&self) -> Vec<Row> {
        Vec::new()
    }

    fn describe(&self, _: (Scale, Scale)) -> Vec<String> {
        Vec::new()
    }
}
