//! The area between two curves.

use experiments::figure::Role;
use experiments::figure::Scale;
use experiments::figure::mark::Band;

use super::area;
use super::joined;
use super::runs;
use super::upright;
use crate::render::figure::clip;
use crate::render::figure::data::Listing;
use crate::render::figure::data::Row;
use crate::render::figure::data::name;
use crate::render::figure::describe::course;
use crate::render::figure::legend::Sample;
use crate::render::figure::plotted::Plotted;
use crate::render::figure::plotted::Reach;
use crate::render::figure::plotted::Scene;
use crate::render::figure::style::Ink;

impl Plotted for Band {
    fn reach(&self, _: (Scale, Scale)) -> Reach {
        Reach { x: self.x.clone(), y: [&self.low[..], &self.high].concat() }
    }

    fn draw(&self, scene: &Scene) {
        let edges = self.x.iter().zip(self.low.iter().zip(&self.high)).map(|(x, (low, high))| {
            Some((scene.x.place(*x)?, (scene.y.edge(*low)?, scene.y.edge(*high)?)))
        });
        let place: fn(&(f64, (f64, f64))) -> f64 = |edges| edges.0;
        for run in joined(runs(edges), (place, place), scene.columns()) {
            let (mut outline, upper) = clip::envelope(&run, scene.columns());
            let px = scene.plot.rect.height();
            if run.len() > 1 && run.iter().all(|(_, (low, high))| (high - low).abs() * px < 1.0) {
                // Too thin for an area to be seen.
                for part in clip::clip(&outline) {
                    scene.plot.line(&part, Ink { opacity: 0.5, ..Ink::wash(self.role) }, 1.5);
                }
                continue;
            }
            outline.extend(upper.iter().rev());
            if run.len() == 1 || !area(scene, &outline, Ink::wash(self.role)) {
                upright(scene, run[0], Ink { opacity: 0.4, ..Ink::dashed(self.role) }, 3.0);
            }
        }
    }

    fn legend(&self) -> Vec<(&str, Role, Sample)> {
        vec![(&self.label, self.role, Sample::Band)]
    }

    fn list<'a>(&'a self, listing: &mut Listing<'a>) {
        let name = name(&self.label, self.role);
        let columns =
            vec![(format!("{name}, low"), &self.low[..]), (format!("{name}, high"), &self.high)];
        listing.curve(&self.x, columns);
    }

    fn rows(&self) -> Vec<Row> {
        let row = |(&x, (&low, &high))| Row {
            x: Some(x),
            low: Some(low),
            high: Some(high),
            ..Row::new("band", &self.label)
        };
        self.x.iter().zip(self.low.iter().zip(&self.high)).map(row).collect()
    }

    fn describe(&self, scales: (Scale, Scale)) -> Vec<String> {
        let name = name(&self.label, self.role);
        vec![format!(
            "“{name}” (band): the lower edge {} The upper edge {}",
            course(&self.x, &self.low, scales),
            course(&self.x, &self.high, scales)
        )]
    }
}
