//! The layers of a network as columns of units, with the weights between them.

use experiments::figure::Layer;
use experiments::figure::Network;
use experiments::figure::Role;
use plotters::style::text_anchor::HPos;
use plotters::style::text_anchor::VPos;

use super::canvas::Canvas;
use super::canvas::Rect;
use super::canvas::Setting;
use super::data::Listing;
use super::data::Row;
use super::layout::Body;
use super::layout::LINE;
use super::style;
use super::style::Colour;
use super::style::Ink;
use super::style::Shape;
use super::text;
use crate::number::number;

/// Most units of a layer that are drawn.
const UNITS: usize = 8;

/// How many units of a large layer are drawn above the dots; as many as that are below.
const OUTER: usize = 3;

/// Distance of units in px.
const APART: f64 = 34.0;

/// Weights of this role's look are positive.
const POSITIVE: Role = Role::Arm(7);

/// Weights of this role's look, with its dash, are negative.
const NEGATIVE: Role = Role::Arm(8);

/// Widths of the edges, in px, from the weakest to the strongest weight.
const WIDTHS: [f64; 6] = [0.4, 0.8, 1.3, 1.9, 2.6, 3.4];

/// Room for the sample of a weight.
const KEY: f64 = 32.0;

/// Most weights in the table for people.
const LISTED: usize = 200;

/// A network with its measures.
pub(super) struct NetworkBody<'a> {
    network: &'a Network,
    size: f64,
    /// The lines below each layer.
    labels: Vec<Vec<String>>,
    /// What the looks of positive and of negative weights stand for; empty without weights.
    key: Vec<String>,
    /// Lines that this takes.
    key_lines: usize,
}

impl<'a> NetworkBody<'a> {
    /// A network in a panel with text of this size.
    #[must_use]
    pub(super) fn new(network: &'a Network, size: f64) -> Self {
        Self { network, size, labels: Vec::new(), key: Vec::new(), key_lines: 0 }
    }

    fn label_size(&self) -> f64 {
        style::NOTE * self.size
    }

    /// Rows of units of the largest layer.
    fn most(&self) -> usize {
        self.network.layers.iter().map(|layer| slots(layer.units).len()).max().unwrap_or(0)
    }

    /// Units of a layer with their places; none is where dots stand for the rest.
    fn places(&self, plot: Rect, at: usize) -> Vec<(Option<usize>, (f64, f64))> {
        let Some(layer) = self.network.layers.get(at) else { return Vec::new() };
        let slots = slots(layer.units);
        let (step, used) = self.used(plot);
        let x = plot.left + plot.width() * (at as f64 + 0.5) / self.network.layers.len() as f64;
        let middle = plot.top + used / 2.0;
        let y = |slot: usize| middle + step * (slot as f64 - (slots.len() as f64 - 1.0) / 2.0);
        slots.iter().enumerate().map(|(slot, unit)| (*unit, (x, y(slot)))).collect()
    }

    /// The distance of units, and the height that the largest layer takes.
    fn used(&self, plot: Rect) -> (f64, f64) {
        let most = self.most().max(1) as f64;
        let step = APART.min(plot.height() / most);
        (step, step * most)
    }

    fn radius(&self, plot: Rect) -> f64 {
        let (step, _) = self.used(plot);
        let across = plot.width() / self.network.layers.len().max(1) as f64;
        (0.3 * step).min(0.2 * across).max(1.0)
    }

    fn draw_edges(&self, canvas: &Canvas, plot: Rect) {
        let largest = strongest(self.network);
        // Edges of one look after each other, so that they are one element; the strongest on top.
        let mut edges = Vec::new();
        for at in 1..self.network.layers.len() {
            let weights = self.network.weights.get(at - 1).filter(|weights| !weights.is_empty());
            for (from, start) in self.places(plot, at - 1) {
                for (to, end) in self.places(plot, at) {
                    let (Some(from), Some(to)) = (from, to) else { continue };
                    let Some(weights) = weights else {
                        let ink = Ink { opacity: 0.45, ..Ink::solid(Colour::Axis) };
                        canvas.line(&[start, end], ink, 0.8);
                        continue;
                    };
                    let weight = weights.get(to).and_then(|row| row.get(from)).copied();
                    let Some(weight) = weight.filter(|w| w.is_finite() && *w != 0.0) else {
                        continue;
                    };
                    let share = weight.abs() / largest;
                    let class = ((share * WIDTHS.len() as f64) as usize).min(WIDTHS.len() - 1);
                    edges.push(((class, weight < 0.0), [start, end]));
                }
            }
        }
        edges.sort_by_key(|edge| edge.0);
        for ((class, negative), ends) in edges {
            canvas.line(&ends, ink(negative), WIDTHS[class]);
        }
    }

    fn draw_layer(&self, canvas: &Canvas, plot: Rect, at: usize) {
        let radius = self.radius(plot);
        let places = self.places(plot, at);
        for &(unit, place) in &places {
            if unit.is_some() {
                canvas.symbol(Shape::Circle, place, radius, Ink::solid(Colour::Text));
            } else {
                for offset in [-0.5, 0.0, 0.5] {
                    let place = (place.0, place.1 + 1.2 * radius * offset);
                    canvas.symbol(Shape::Circle, place, 1.6, Ink::solid(Colour::Text));
                }
            }
        }
        for &(_, place) in places.iter().filter(|(unit, _)| unit.is_some()) {
            canvas.symbol(Shape::Circle, place, (radius - 1.3).max(0.5), Ink::solid(Colour::Page));
        }
        let setting = Setting::new(self.label_size(), HPos::Center, VPos::Top);
        let x = plot.left + plot.width() * (at as f64 + 0.5) / self.network.layers.len() as f64;
        for (line, below) in self.labels.get(at).into_iter().flatten().zip(0..) {
            let y = plot.top + self.used(plot).1 + 6.0 + LINE * setting.size * f64::from(below);
            canvas.text(line, (x, y), setting);
        }
    }

    /// Says which edges are positive and which negative: beside each other where there is room.
    fn draw_key(&self, canvas: &Canvas, plot: Rect) {
        let size = self.label_size();
        let total: f64 = self.key.iter().map(|word| KEY + text::width(word, size)).sum();
        let beside = self.key_lines == 1;
        let first = if beside { (plot.width() - total - 20.0).max(0.0) / 2.0 } else { 0.0 };
        let (mut left, line) = (plot.left + first, LINE * size);
        let bottom = plot.top + self.used(plot).1 + self.below() - 0.6 * line;
        let mut middle = bottom - line * (self.key_lines as f64 - 1.0);
        for (word, negative) in self.key.iter().zip([false, true]) {
            canvas.line(&[(left, middle), (left + KEY - 6.0, middle)], ink(negative), 2.2);
            let setting = Setting::new(size, HPos::Left, VPos::Center);
            canvas.text(word, (left + KEY, middle), setting);
            match beside {
                true => left += KEY + text::width(word, size) + 20.0,
                false => middle += line,
            }
        }
    }
}

impl Body for NetworkBody<'_> {
    fn margins(&self) -> (f64, f64) {
        (4.0, 4.0)
    }

    fn settle(&mut self, width: f64, _: f64) -> f64 {
        let size = self.label_size();
        let room = width / self.network.layers.len().max(1) as f64 - 0.8 * size;
        let label = |layer: &Layer| {
            let mut lines = text::wrap(&layer.label, size, room, 3);
            let count = layer.units.to_string();
            if slots(layer.units).len() < layer.units && !layer.label.contains(&count) {
                lines.extend(text::wrap(&format!("{count} units"), size, room, 2));
            }
            lines
        };
        let labels = self.network.layers.iter().map(label).collect();
        // Between columns this narrow no word could be read.
        self.labels = if room > 2.0 * size { labels } else { Vec::new() };
        if strongest(self.network) > 0.0 {
            let words = ["positive weight", "negative weight"];
            self.key =
                words.iter().flat_map(|word| text::wrap(word, size, width - KEY, 1)).collect();
            let total: f64 = words.map(|word| KEY + text::width(word, size)).iter().sum();
            self.key_lines = if total + 20.0 <= width { 1 } else { 2 };
        }
        0.0
    }

    fn height(&self, _: f64, _: bool) -> f64 {
        APART * self.most().max(1) as f64
    }

    fn below(&self) -> f64 {
        let lines = self.labels.iter().map(Vec::len).max().unwrap_or(0) as f64;
        let key = if self.key.is_empty() { 0.0 } else { self.key_lines as f64 + 0.5 };
        6.0 + LINE * self.label_size() * (lines + key)
    }

    fn draw(&self, canvas: &Canvas, plot: Rect) {
        self.draw_edges(canvas, plot);
        for at in 0..self.network.layers.len() {
            self.draw_layer(canvas, plot, at);
        }
        self.draw_key(canvas, plot);
    }
}

fn ink(negative: bool) -> Ink {
    if negative { Ink::dashed(NEGATIVE) } else { Ink::solid(Colour::Role(POSITIVE)) }
}

/// The units that are drawn, from above; none stands for those between.
fn slots(units: usize) -> Vec<Option<usize>> {
    if units <= UNITS {
        return (0..units).map(Some).collect();
    }
    let first = (0..OUTER + 1).map(Some);
    first.chain([None]).chain((units - OUTER..units).map(Some)).collect()
}

/// The largest magnitude of all weights; 0 without weights.
fn strongest(network: &Network) -> f64 {
    let weights = network.weights.iter().flatten().flatten();
    weights.filter(|weight| weight.is_finite()).fold(0.0, |most, weight| most.max(weight.abs()))
}

/// Weights with the number of the layer they lead from and of the units on both sides.
fn weights(network: &Network) -> impl Iterator<Item = (usize, usize, usize, f64)> + '_ {
    network.weights.iter().enumerate().flat_map(|(layer, rows)| {
        rows.iter().enumerate().flat_map(move |(to, row)| {
            row.iter().enumerate().map(move |(from, &weight)| (layer, from, to, weight))
        })
    })
}

/// What a layer is called; layers are counted from 1.
fn named(network: &Network, at: usize) -> String {
    let label = network.layers.get(at).map_or("", |layer| layer.label.trim());
    if label.is_empty() {
        format!("layer {}", at + 1)
    } else {
        format!("“{}”", text::plain(label))
    }
}

/// The layers, and the weights where they are few.
pub(super) fn list(network: &Network, listing: &mut Listing) {
    let layer = |layer: &Layer| vec![text::plain(&layer.label), layer.units.to_string()];
    let heads = ["layer", "units"].map(String::from).to_vec();
    listing.table("", heads, network.layers.iter(), layer);
    let weight = |(layer, from, to, weight): (usize, usize, usize, f64)| {
        vec![named(network, layer), (from + 1).to_string(), (to + 1).to_string(), number(weight)]
    };
    if (1..=LISTED).contains(&weights(network).count()) {
        let heads = ["from layer", "unit", "to unit of the next", "weight"].map(String::from);
        listing.table("Weights", heads.to_vec(), weights(network), weight);
    }
}

/// The layers, and every weight: `x` is the unit it comes from, `y` the one it leads to, `low` the
/// layer it comes from; all counted from 1.
#[must_use]
pub(super) fn rows(network: &Network) -> Vec<Row> {
    let layer = |(at, layer): (usize, &Layer)| Row {
        x: Some((at + 1) as f64),
        value: Some(layer.units as f64),
        ..Row::new("layer", &layer.label)
    };
    let weight = |(layer, from, to, weight): (usize, usize, usize, f64)| Row {
        x: Some((from + 1) as f64),
        y: Some((to + 1) as f64),
        low: Some((layer + 1) as f64),
        value: Some(weight),
        ..Row::new("weight", network.layers.get(layer).map_or("", |layer| &layer.label))
    };
    let layers = network.layers.iter().enumerate().map(layer);
    layers.chain(weights(network).map(weight)).collect()
}

/// The layers with their units, and the strongest weights.
#[must_use]
pub(super) fn describe(network: &Network) -> Vec<String> {
    let units = |(at, layer): (usize, &Layer)| match layer.units {
        1 => format!("{} with 1 unit", named(network, at)),
        units => format!("{} with {units} units", named(network, at)),
    };
    let layers: Vec<String> = network.layers.iter().enumerate().map(units).collect();
    let mut said = match &layers[..] {
        [] => return vec!["A network without layers.".into()],
        [only] => vec![format!("A network of one layer: {only}.")],
        many => vec![format!("A network of {} layers: {}.", many.len(), many.join(", then "))],
    };
    for at in 0..network.weights.len() {
        let own = || weights(network).filter(|weight| weight.0 == at && weight.3.is_finite());
        let by =
            |one: &(_, _, _, f64), other: &(_, _, _, f64)| one.3.abs().total_cmp(&other.3.abs());
        let Some((_, from, to, weight)) = own().max_by(by) else { continue };
        said.push(format!(
            "From {} to {}: {} of {} weights are negative; the strongest, {}, leads from unit {} to unit {}.",
            named(network, at),
            named(network, at + 1),
            own().filter(|weight| weight.3 < 0.0).count(),
            own().count(),
            number(weight),
            from + 1,
            to + 1,
        ));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(label: &str, units: usize) -> Layer {
        Layer { label: label.into(), units }
    }

    #[test]
    fn large_layers_are_cut_in_the_middle() {
        assert_eq!(slots(0), []);
        assert_eq!(slots(2), [Some(0), Some(1)]);
        assert_eq!(slots(8).len(), 8);
        let slots = slots(1000);
        assert_eq!(slots.len(), 8);
        assert_eq!((slots[3], slots[4], slots[7]), (Some(3), None, Some(999)));
    }

    #[test]
    fn labels_say_how_many_units_there_are() {
        let layers = vec![layer("input", 2), layer("hidden", 100), layer("100 ReLU", 100)];
        let network = Network { layers, weights: Vec::new() };
        let mut body = NetworkBody::new(&network, 14.0);
        body.settle(600.0, 600.0);
        assert_eq!(body.labels, [vec!["input"], vec!["hidden", "100 units"], vec!["100 ReLU"]]);
    }

    #[test]
    fn describes_layers_and_strongest_weights() {
        let layers = vec![layer("input", 2), layer("output", 1)];
        let network = Network { layers, weights: vec![vec![vec![0.5, -2.0]]] };
        assert_eq!(
            describe(&network),
            [
                "A network of 2 layers: “input” with 2 units, then “output” with 1 unit.",
                "From “input” to “output”: 1 of 2 weights are negative; the strongest, −2, leads \
                 from unit 2 to unit 1.",
            ]
        );
        assert_eq!(rows(&network).len(), 4);
    }
}
