//! Small pictures in rows, each under its title, with one colour bar for all where shades stand for
//! values.

use experiments::figure::Picture;
use experiments::figure::Pictures;
use experiments::figure::Scale;
use plotters::style::text_anchor::HPos;
use plotters::style::text_anchor::VPos;

use super::canvas::Canvas;
use super::canvas::Rect;
use super::canvas::Setting;
use super::data::Listing;
use super::data::Row;
use super::layout::Body;
use super::layout::LINE;
use super::marks;
use super::palette::Map;
use super::plane;
use super::plane::Axis;
use super::plane::BAR;
use super::plane::BAR_GAP;
use super::plotted::Shading;
use super::png;
use super::png::Shade;
use super::scale::Padding;
use super::scale::Span;
use super::style::Colour;
use super::style::Ink;
use super::text;
use crate::number::number;

/// Between pictures.
const GAP: f64 = 8.0;

/// Longest side of a picture in px.
const LARGEST: f64 = 190.0;

/// Least height of the colour bar.
const SHORTEST: f64 = 60.0;

/// Most pixels of all pictures that have fine shades, a byte each; more have 15, half a byte each.
const FINE: usize = 25_000;

/// Most pixels of all pictures; of more only every second row and column is shown.
const MOST: usize = 130_000;

/// Pictures with their measures.
pub(super) struct PicturesBody<'a> {
    pictures: &'a Pictures,
    /// Font size of the panel.
    size: f64,
    /// What the shades span, and the colour bar.
    shades: Axis,
    /// Height over width of the tallest picture.
    ratio: f64,
    /// Pictures side by side.
    columns: usize,
    /// Lines of the titles.
    titles: Vec<Vec<String>>,
}

impl<'a> PicturesBody<'a> {
    /// Pictures in a panel with text of this size.
    #[must_use]
    pub(super) fn new(pictures: &'a Pictures, size: f64) -> Self {
        let ratio = |picture: &Picture| match width(picture) {
            0 => 0.0,
            width => picture.values.len() as f64 / width as f64,
        };
        let ratio = pictures.pictures.iter().map(ratio).fold(0.0, f64::max);
        let shades = Axis::upright(span(pictures), &pictures.quantity, 150.0, size);
        Self {
            pictures,
            size,
            shades,
            ratio: if ratio > 0.0 { ratio.clamp(0.25, 4.0) } else { 1.0 },
            columns: pictures.columns.clamp(1, pictures.pictures.len().max(1)),
            titles: Vec::new(),
        }
    }

    fn title_size(&self) -> f64 {
        0.88 * self.size
    }

    fn has_bar(&self) -> bool {
        !self.pictures.quantity.trim().is_empty()
    }

    /// The width of each picture on a plot of this width.
    fn side(&self, width: f64) -> f64 {
        let gaps = GAP * (self.columns as f64 - 1.0);
        ((width - gaps) / self.columns as f64).clamp(2.0, LARGEST)
    }

    /// The height of the titles of each row.
    fn title_heights(&self) -> Vec<f64> {
        let line = LINE * self.title_size();
        let lines = |row: &[Vec<String>]| row.iter().map(Vec::len).max().unwrap_or(0);
        self.titles.chunks(self.columns).map(|row| line * lines(row) as f64).collect()
    }

    /// The height of everything, with pictures this wide.
    fn full_height(&self, side: f64) -> f64 {
        let rows = self.title_heights();
        let gaps = GAP * (rows.len() as f64 - 1.0).max(0.0);
        rows.iter().sum::<f64>() + self.ratio * side * rows.len() as f64 + gaps
    }
}

impl Body for PicturesBody<'_> {
    fn margins(&self) -> (f64, f64) {
        let bar = BAR_GAP + BAR + self.shades.beside(self.size);
        (4.0, if self.has_bar() { bar } else { 4.0 })
    }

    fn settle(&mut self, width: f64, _: f64) -> f64 {
        // Pictures of a few px show nothing, and their titles should not be cut.
        let size = self.title_size();
        let titles = self.pictures.pictures.iter().map(|picture| &picture.title);
        let words = titles.flat_map(|title| title.split_whitespace());
        let widest = words.map(|word| text::width(word, size)).fold(20.0, f64::max).min(90.0);
        let most = ((width + GAP) / (widest + GAP)).max(1.0) as usize;
        self.columns = self.columns.min(most);
        let side = self.side(width);
        let title = |picture: &Picture| text::wrap(&picture.title, size, side + 0.5 * GAP, 2);
        self.titles = self.pictures.pictures.iter().map(title).collect();
        let first = self.title_heights().first().copied().unwrap_or(0.0);
        let height = (self.full_height(side) - first).max(SHORTEST);
        self.shades = Axis::upright(self.shades.span, &self.pictures.quantity, height, self.size);
        self.margins().1
    }

    fn height(&self, width: f64, _: bool) -> f64 {
        self.full_height(self.side(width))
    }

    fn below(&self) -> f64 {
        0.0
    }

    fn draw(&self, canvas: &Canvas, plot: Rect) {
        let rows = self.title_heights();
        // Smaller where there is less room than asked for.
        let wanted = self.side(plot.width());
        let rest = self.full_height(0.0);
        let room = (plot.height() - rest) / (self.ratio * rows.len().max(1) as f64);
        let side = wanted.min(room).max(2.0);
        let (step, inset) = (wanted + GAP, (wanted - side) / 2.0);
        let shown = Shown::new(self.pictures, self.shades.span);
        let mut top = plot.top;
        for (row, titles) in self.pictures.pictures.chunks(self.columns).zip(&rows) {
            for (picture, at) in row.iter().zip(0..) {
                let left = plot.left + step * f64::from(at) + inset;
                let top = top + titles;
                let rect = Rect { left, top, right: left + side, bottom: top + self.ratio * side };
                shown.draw(canvas, picture, rect);
            }
            top += titles + self.ratio * side + GAP;
        }
        self.draw_titles(canvas, plot, (wanted, side), &rows);
        if self.has_bar() {
            let left = plot.left + step * self.columns as f64 - GAP + BAR_GAP;
            let first = plot.top + rows.first().copied().unwrap_or(0.0);
            let bottom = (top - GAP).max(first + SHORTEST);
            let used = Rect { left, top: first, right: left + BAR, bottom };
            let unnamed = Axis::upright(self.shades.span, "", bottom - first, self.size);
            let axis = Axis { label: self.shades.label.clone(), ..unnamed };
            plane::colour_bar(canvas, used, &axis, &shading(self.pictures), self.size);
        }
    }
}

impl PicturesBody<'_> {
    fn draw_titles(&self, canvas: &Canvas, plot: Rect, (room, side): (f64, f64), rows: &[f64]) {
        let setting = Setting::new(self.title_size(), HPos::Center, VPos::Bottom);
        let mut top = plot.top;
        for (row, height) in self.titles.chunks(self.columns).zip(rows) {
            for (title, at) in row.iter().zip(0..) {
                let middle = plot.left + (room + GAP) * f64::from(at) + room / 2.0;
                for (line, below) in title.iter().rev().zip(0..) {
                    let y = top + height - LINE * setting.size * f64::from(below);
                    canvas.text(line, (middle, y), setting);
                }
            }
            top += height + self.ratio * side + GAP;
        }
    }
}

/// How pictures become pixels.
struct Shown {
    span: Span,
    palette: Vec<Shade>,
    stride: usize,
}

impl Shown {
    fn new(pictures: &Pictures, span: Span) -> Self {
        let pixels: usize =
            pictures.pictures.iter().map(|picture| width(picture) * picture.values.len()).sum();
        let shades: u8 = if pixels <= FINE { 127 } else { 15 };
        let map = Map::from(pictures.colours);
        let colour = |at: u8| (map.colour(f64::from(at) / f64::from(shades - 1)), 255);
        let palette = std::iter::once(([0; 3], 0)).chain((0..shades).map(colour)).collect();
        let stride = (1..100).find(|stride| pixels / (stride * stride) <= MOST).unwrap_or(100);
        Self { span, palette, stride }
    }

    /// Draws a picture in the middle of a rectangle, with a thin frame.
    fn draw(&self, canvas: &Canvas, picture: &Picture, rect: Rect) {
        let width = width(picture);
        let shades = (self.palette.len() - 2) as f64;
        let shade = |value: f64| {
            let place = self.span.place(value)?.clamp(0.0, 1.0);
            Some(1 + (place * shades).round() as u8)
        };
        let pixel =
            |row: &Vec<f64>, at: usize| row.get(at).and_then(|&value| shade(value)).unwrap_or(0);
        let row = |row: &Vec<f64>| -> Vec<u8> {
            (0..width).step_by(self.stride).map(|at| pixel(row, at)).collect()
        };
        let pixels: Vec<Vec<u8>> = picture.values.iter().step_by(self.stride).map(row).collect();
        let rect = fitted(rect, picture.values.len() as f64 / width.max(1) as f64);
        canvas.part();
        if width > 0 && !pixels.is_empty() {
            canvas.image(rect, &png::data_address(&self.palette, &pixels));
        }
        let corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)];
        canvas.line(&corners.map(|corner| rect.at(corner)), Ink::solid(Colour::Axis), 0.7);
    }
}

/// The largest rectangle of this height over width in the middle of another one.
fn fitted(rect: Rect, ratio: f64) -> Rect {
    if ratio <= 0.0 {
        return rect;
    }
    let width = rect.width().min(rect.height() / ratio);
    let (x, y) = rect.at((0.5, 0.5));
    let (across, up) = (width / 2.0, ratio * width / 2.0);
    Rect { left: x - across, right: x + across, top: y - up, bottom: y + up }
}

/// Pixels of the longest row.
fn width(picture: &Picture) -> usize {
    picture.values.iter().map(Vec::len).max().unwrap_or(0)
}

fn values(pictures: &Pictures) -> impl Iterator<Item = f64> + '_ {
    pictures.pictures.iter().flat_map(|picture| picture.values.iter().flatten().copied())
}

fn shading(pictures: &Pictures) -> Shading<'_> {
    Shading {
        quantity: &pictures.quantity,
        scale: Scale::Linear,
        colours: pictures.colours,
        values: values(pictures).collect(),
        levels: Vec::new(),
    }
}

/// The values at the ends of the colours.
fn span(pictures: &Pictures) -> Span {
    let own = marks::colour_span(&shading(pictures), values(pictures));
    match pictures.range {
        Some(_) => Span::fit(pictures.range, Scale::Linear, values(pictures), Padding::None),
        None => own,
    }
}

/// What a picture shows, in words.
fn named(picture: &Picture) -> String {
    let (title, label) = (text::plain(picture.title.trim()), text::plain(picture.label.trim()));
    match (&title[..], &label[..]) {
        ("", "") => "untitled".into(),
        (title, "") => title.into(),
        ("", label) => label.into(),
        (title, label) if title == label => label.into(),
        (title, label) => format!("{title}: {label}"),
    }
}

/// One row per picture: its pixels are for programs.
pub(super) fn list(pictures: &Pictures, listing: &mut Listing) {
    let row = |picture: &Picture| {
        let known: Vec<f64> =
            picture.values.iter().flatten().copied().filter(|value| value.is_finite()).collect();
        let size = format!("{} × {}", width(picture), picture.values.len());
        let mean = known.iter().map(|value| value / known.len() as f64).sum();
        let cell = |value: f64| if known.is_empty() { String::new() } else { number(value) };
        let low = known.iter().copied().fold(f64::INFINITY, f64::min);
        let high = known.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        vec![named(picture), size, cell(low), cell(mean), cell(high)]
    };
    let heads = ["picture", "pixels", "lowest", "mean", "highest"].map(String::from).to_vec();
    listing.table("", heads, pictures.pictures.iter(), row);
}

/// Every pixel, counted from the upper left corner.
#[must_use]
pub(super) fn rows(pictures: &Pictures) -> Vec<Row> {
    let mut rows = Vec::new();
    for picture in &pictures.pictures {
        let label = named(picture);
        for (y, line) in picture.values.iter().enumerate() {
            rows.extend(line.iter().enumerate().map(|(x, &value)| Row {
                x: Some(x as f64),
                y: Some(y as f64),
                value: Some(value),
                ..Row::new("picture", &label)
            }));
        }
    }
    rows
}

/// What the pictures show.
#[must_use]
pub(super) fn describe(pictures: &Pictures) -> Vec<String> {
    let shown: Vec<String> =
        pictures.pictures.iter().map(|picture| format!("“{}”", named(picture))).collect();
    let mut said = match &shown[..] {
        [] => vec!["No pictures.".into()],
        [only] => vec![format!("One picture: {only}.")],
        many => {
            let columns = pictures.columns.clamp(1, many.len());
            vec![format!("{} pictures, {columns} in a row: {}.", many.len(), many.join(", "))]
        }
    };
    let quantity = text::plain(pictures.quantity.trim());
    if !quantity.is_empty() && !shown.is_empty() {
        let Span { low, high, .. } = span(pictures);
        said.push(format!("Shades show {quantity}, from {} to {}.", number(low), number(high)));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use experiments::figure::Colours;

    fn sample(quantity: &str, range: Option<(f64, f64)>) -> Pictures {
        let picture = |title: &str, label: &str| Picture {
            title: title.into(),
            label: label.into(),
            values: vec![vec![0.0, 1.0], vec![2.0], vec![f64::NAN, 4.0]],
        };
        Pictures {
            pictures: vec![picture("7", "a seven"), picture("1", "")],
            columns: 5,
            quantity: quantity.into(),
            colours: Colours::Grey,
            range,
        }
    }

    #[test]
    fn describes_every_picture() {
        assert_eq!(
            describe(&sample("ink", Some((0.0, 8.0)))),
            ["2 pictures, 2 in a row: “7: a seven”, “1”.", "Shades show ink, from 0 to 8."]
        );
        assert_eq!(describe(&sample("", None)).len(), 1);
        let mut listing = Listing::default();
        list(&sample("", None), &mut listing);
        assert_eq!(rows(&sample("", None)).len(), 10);
    }

    #[test]
    fn pictures_keep_their_shape_and_share_a_scale() {
        let pictures = sample("", None);
        let mut body = PicturesBody::new(&pictures, 14.0);
        body.settle(200.0, 200.0);
        assert_eq!((body.ratio, body.columns), (1.5, 2));
        assert_eq!((body.shades.span.low, body.shades.span.high), (0.0, 4.0));
        assert!((body.height(200.0, true) - (96.0 * 1.5 + LINE * 0.88 * 14.0)).abs() < 1e-9);
        let rect = fitted(Rect { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 }, 2.0);
        assert_eq!(rect, Rect { left: 2.5, top: 0.0, right: 7.5, bottom: 10.0 });
    }
}
