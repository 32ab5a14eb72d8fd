//! Single places worth seeing.

use experiments::figure::Role;
use experiments::figure::Scale;
use experiments::figure::mark::Marker;
use experiments::figure::mark::Symbol;

use super::MARKER;
use crate::number::number;
use crate::render::figure::canvas::Canvas;
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
use crate::render::figure::style::Shape;

impl Plotted for Marker {
    fn reach(&self, _: (Scale, Scale)) -> Reach {
        Reach { x: vec![self.x], y: vec![self.y] }
    }

    fn draw(&self, scene: &Scene) {
        let place = scene.place(self.x, self.y);
        let Some(place) = place.filter(|&place| clip::inside(place)) else { return };
        let shape = shape(self.symbol);
        scene.plot.symbol(shape, place, MARKER + 2.0, Ink::solid(Colour::Page));
        scene.plot.symbol(shape, place, MARKER, Ink::solid(Colour::Role(self.role)));
        if self.symbol == Symbol::Ring {
            draw_ring(scene.plot.canvas(), scene.plot.rect.at(place));
        }
    }

    fn legend(&self) -> Vec<(&str, Role, Sample)> {
        vec![(&self.label, self.role, Sample::Marker(self.symbol))]
    }

    fn list<'a>(&'a self, listing: &mut Listing<'a>) {
        listing.single(name(&self.label, self.role), Some(self.x), Some(self.y));
    }

    fn rows(&self) -> Vec<Row> {
        vec![Row { x: Some(self.x), y: Some(self.y), ..Row::new("marker", &self.label) }]
    }

    fn describe(&self, _: (Scale, Scale)) -> Vec<String> {
        let name = name(&self.label, self.role);
        vec![format!("“{name}” (marker) is at ({}, {}).", number(self.x), number(self.y))]
    }
}

/// Draws the inside of a ring around a point of the page.
pub(in crate::render::figure) fn draw_ring(canvas: &Canvas, point: (f64, f64)) {
    canvas.symbol(Shape::Circle, point, MARKER - 2.2, Ink::solid(Colour::Page));
}

/// The shape of a symbol.
#[must_use]
pub(in crate::render::figure) fn shape(symbol: Symbol) -> Shape {
    match symbol {
        Symbol::Circle | Symbol::Ring => Shape::Circle,
        Symbol::Star => Shape::Star,
        Symbol::Diamond => Shape::Diamond,
        Symbol::Triangle => Shape::Triangle,
        Symbol::Cross => Shape::Cross,
    }
}
