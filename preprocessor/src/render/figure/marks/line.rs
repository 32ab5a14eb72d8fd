//! Lines: straight, in steps, or with arrow heads.

use experiments::figure::Role;
use experiments::figure::Scale;
use experiments::figure::mark::Join;
use experiments::figure::mark::Line;

use super::OUTLINE;
use super::runs;
use crate::render::figure::clip;
use crate::render::figure::clip::Place;
use crate::render::figure::data::Listing;
use crate::render::figure::data::Row;
use crate::render::figure::data::name;
use crate::render::figure::describe::course;
use crate::render::figure::legend::Sample;
use crate::render::figure::plotted::Plotted;
use crate::render::figure::plotted::Reach;
use crate::render::figure::plotted::Scene;
use crate::render::figure::style::Colour;
use crate::render::figure::style::Ink;

impl Plotted for Line {
    fn reach(&self, _: (Scale, Scale)) -> Reach {
        Reach { x: self.x.clone(), y: self.y.clone() }
    }

    fn draw(&self, scene: &Scene) {
        let place = |(x, y): (&f64, &f64)| scene.place(*x, *y);
        for run in runs(self.x.iter().zip(&self.y).map(place)) {
            let run = if self.join == Join::Steps { stairs(&run) } else { run };
            draw(scene, self.role, &run);
        }
    }

    fn legend(&self) -> Vec<(&str, Role, Sample)> {
        vec![(&self.label, self.role, Sample::Line)]
    }

    fn list<'a>(&'a self, listing: &mut Listing<'a>) {
        listing.curve(&self.x, vec![(name(&self.label, self.role), &self.y)]);
    }

    fn rows(&self) -> Vec<Row> {
        let row = |(&x, &y)| Row { x: Some(x), y: Some(y), ..Row::new("line", &self.label) };
        self.x.iter().zip(&self.y).map(row).collect()
    }

    fn describe(&self, scales: (Scale, Scale)) -> Vec<String> {
        let name = name(&self.label, self.role);
        let kind = match self.join {
            Join::Straight => "line",
            Join::Steps => "steps",
            Join::Arrows => "trajectory",
        };
        vec![format!("“{name}” ({kind}) {}", course(&self.x, &self.y, scales))]
    }
}

/// Draws a line through places in the look of a role.
fn draw(scene: &Scene, role: Role, run: &[Place]) {
    let parts = clip::clip(&clip::thin(run, scene.columns()));
    let width = Colour::Role(role).look().width;
    if scene.outlined {
        for part in &parts {
            scene.plot.line(part, Ink::solid(Colour::Page), width + 2.0 * OUTLINE);
        }
    }
    for part in &parts {
        // A point between gaps is a dot, which a dash would leave out.
        let dot = Ink::solid(Colour::Role(role));
        scene.plot.line(part, if part.len() == 1 { dot } else { Ink::dashed(role) }, width);
    }
}

/// The places with a corner wherever a value holds until the next one.
fn stairs(run: &[Place]) -> Vec<Place> {
    let corners = run.windows(2).flat_map(|pair| [pair[0], (pair[1].0, pair[0].1)]);
    corners.chain(run.last().copied()).collect()
}
