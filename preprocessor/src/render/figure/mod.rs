//! Draws a figure as SVG, describes it in words, and lists its numbers.
//!
//! In order: [`layout`] measures a figure ([`scale`] and [`ticks`] choose its axes, [`legend`] its
//! legend, [`text`] knows how wide words are), [`panel`] draws each panel on a [`canvas`]
//! ([`marks`] and [`heat`] draw data, [`clip`] cuts it at the frame), and [`backend`] writes what
//! plotters asks for as SVG in the looks of [`style`].

mod backend;
mod canvas;
mod clip;
mod data;
mod describe;
mod heat;
mod layout;
mod legend;
mod marks;
mod panel;
mod png;
mod scale;
mod style;
mod text;
mod ticks;

#[cfg(test)]
mod tests;

use experiments::figure::Figure;

use canvas::Canvas;

pub use data::CSV_HEADER;
pub use data::DataTable;
pub use data::csv;
pub use data::data;
pub use describe::describe;

/// Version of the drawing code; part of the render key. A test asks for a new one whenever the
/// same figure no longer gives the same bytes.
pub const RENDERER: &str = "1";

/// Draws a figure as one `<svg>` element on one line, the same bytes on every machine.
///
/// Any figure can be drawn: what is not finite, or not positive on a logarithmic axis, is left
/// out, and an axis whose range cannot be shown spans its data.
#[must_use]
pub fn draw(figure: &Figure) -> String {
    let layout = layout::layout(figure);
    let canvas = Canvas::new(layout.width, layout.height);
    if let Some(first) = layout.panels.first() {
        layout.legend.draw(&canvas, (first.plot.left, 4.0), layout.text);
    }
    for frame in &layout.panels {
        panel::draw(&canvas, frame, layout.text);
    }
    let wide = if layout.panels.len() > 1 && figure.columns > 1 { " sim-wide" } else { "" };
    format!(
        concat!(
            r#"<svg class="sim-drawing{}" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}""#,
            r#" role="img" aria-label="{}" font-family="sans-serif">{}</svg>"#
        ),
        wide,
        libm::ceil(layout.width),
        libm::ceil(layout.height),
        text::escape(figure.label.trim()),
        canvas.take(),
    )
}

/// Whose colours the attributes of a drawing carry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Theme {
    /// The page's, through its style sheet; light without one.
    #[default]
    Page,
    /// Those for a light page.
    Light,
    /// Those for a dark page.
    Dark,
}

/// What can be asked of a drawing.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "settings are given by name")]
pub struct Look {
    /// Whose colours.
    pub theme: Theme,
    /// Width of the drawing in px.
    pub width: Option<f64>,
    /// Width by height of the drawing.
    pub aspect: Option<f64>,
    /// Font size in px.
    pub font_size: Option<f64>,
    /// Family of the text.
    pub family: Option<String>,
    /// Whether the page's colour lies behind.
    pub background: bool,
}

/// Draws a figure with a look of its own.
#[must_use]
pub fn draw_with(figure: &Figure, look: &Look) -> String {
    let mut svg = draw(figure);
    let page = style::Colour::Page.look();
    let mut paper = page.light;
    if look.theme == Theme::Dark {
        paper = page.dark;
        svg = svg.split('<').map(dark).collect::<Vec<_>>().join("<");
    }
    let view = svg.split_once("viewBox=\"0 0 ").and_then(|(_, rest)| rest.split_once('"'));
    let (width, height) = view.and_then(|(size, _)| size.split_once(' ')).unwrap_or(("1", "1"));
    let number = |text: &str| text.parse::<f64>().unwrap_or(1.0);
    let size = (number(width), number(height));
    if look.background {
        let rect = format!("><rect width=\"{width}\" height=\"{height}\" fill=\"{paper}\"/>");
        svg = svg.replacen('>', &rect, 1);
    }
    if look.width.is_some() || look.aspect.is_some() {
        let width = look.width.unwrap_or(size.0);
        let height = look.aspect.map_or(width * size.1 / size.0, |aspect| width / aspect);
        let sized = format!("<svg width=\"{width}\" height=\"{}\" ", libm::round(height));
        svg = svg.replacen("<svg ", &sized, 1);
    }
    if let Some(family) = &look.family {
        let family = format!("font-family=\"{}, sans-serif\"", text::escape(family));
        svg = svg.replacen("font-family=\"sans-serif\"", &family, 1);
    }
    svg
}

/// A tag with its colour for a dark page.
fn dark(tag: &str) -> String {
    let of = |look: &&style::Look| tag.contains(&format!(" sim-{}\"", look.name));
    match style::LOOKS.iter().find(of) {
        Some(look) => tag.replacen(look.light, look.dark, 1),
        None => tag.to_owned(),
    }
}
