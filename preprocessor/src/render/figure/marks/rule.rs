//! Lines across the whole plane.

use experiments::figure::Role;
use experiments::figure::Scale;
use experiments::figure::mark::Rule;
use experiments::figure::mark::Stands;

use crate::number::number;
use crate::render::figure::clip;
use crate::render::figure::data::Listing;
use crate::render::figure::data::Row;
use crate::render::figure::data::name;
use crate::render::figure::legend::Sample;
use crate::render::figure::plotted::Plotted;
use crate::render::figure::plotted::Reach;
use crate::render::figure::plotted::Scene;
use crate::render::figure::style::Colour;
use crate::render::figure::style::Ink;

impl Plotted for Rule {
    fn reach(&self, _: (Scale, Scale)) -> Reach {
        match self.stands {
            Stands::Vertical => Reach { x: vec![self.at], y: vec![] },
            Stands::Horizontal => Reach { x: vec![], y: vec![self.at] },
        }
    }

    fn draw(&self, scene: &Scene) {
        let ends = match self.stands {
            Stands::Vertical => scene.x.place(self.at).map(|at| [(at, 0.0), (at, 1.0)]),
            Stands::Horizontal => scene.y.place(self.at).map(|at| [(0.0, at), (1.0, at)]),
        };
        if let Some(ends) = ends.filter(|ends| ends.iter().all(|&end| clip::inside(end))) {
            scene.plot.line(&ends, Ink::dashed(self.role), Colour::Role(self.role).look().width);
        }
    }

    fn legend(&self) -> Vec<(&str, Role, Sample)> {
        let sample = match self.stands {
            Stands::Vertical => Sample::Vertical,
            Stands::Horizontal => Sample::Horizontal,
        };
        vec![(&self.label, self.role, sample)]
    }

    fn list<'a>(&'a self, listing: &mut Listing<'a>) {
        let name = name(&self.label, self.role);
        match self.stands {
            Stands::Vertical => listing.single(name, Some(self.at), None),
            Stands::Horizontal => listing.single(name, None, Some(self.at)),
        }
    }

    fn rows(&self) -> Vec<Row> {
        vec![match self.stands {
            Stands::Vertical => Row { x: Some(self.at), ..Row::new("vertical", &self.label) },
            Stands::Horizontal => Row { y: Some(self.at), ..Row::new("horizontal", &self.label) },
        }]
    }

    fn describe(&self, _: (Scale, Scale)) -> Vec<String> {
        let (name, at) = (name(&self.label, self.role), number(self.at));
        vec![match self.stands {
            Stands::Vertical => format!("“{name}” (vertical line) stands at x = {at}."),
            Stands::Horizontal => format!("“{name}” (horizontal line) lies at y = {at}."),
        }]
    }
}
