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
