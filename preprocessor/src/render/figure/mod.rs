//! Draws a figure as SVG, describes it in words, and lists its numbers.
//!
//! In order: [`layout`] measures a figure and gives its panels their places. What a panel shows is a
//! [`plane`] of marks on axes ([`scale`] and [`ticks`] choose them, [`marks`] has one file per mark,
//! each an implementation of [`plotted::Plotted`]; [`clip`] cuts at the frame) with [`names`] along its
//! axes, lines named at their [`ends`] and a part of it magnified in an [`inset`], or a [`space`],
//! [`pictures`] or a [`network`]. All draw on a [`canvas`], whose [`backend`] writes what plotters asks
//! for as SVG in the looks of [`style`]. [`legend`] explains the marks, [`text`] knows how wide words are.

mod align;
mod backend;
mod canvas;
mod clip;
mod data;
mod describe;
mod ends;
mod inset;
mod layout;
mod legend;
mod marks;
mod names;
mod network;
mod palette;
mod pictures;
mod plane;
mod plotted;
mod png;
mod scale;
mod space;
mod style;
mod text;
mod ticks;

#[cfg(test)]
mod tests;

use experiments::figure::Figure;
use plotters::style::text_anchor::HPos;
use plotters::style::text_anchor::VPos;
use serde::Serialize;

use canvas::Canvas;
use canvas::Rect;
use canvas::Setting;
use layout::Frame;
use layout::LINE;
use style::Colour;
use style::Ink;

pub use align::align;
pub use data::CSV_HEADER;
pub use data::DataTable;
pub use data::MOST_ROWS;
pub use data::csv;
pub use data::data;
pub use data::drawn;
pub use describe::describe;
pub use style::Theme;
pub(crate) use text::plain;
pub(crate) use text::segments;
pub(crate) use text::shifted;
pub(crate) use text::tex_name;

/// Version of the drawing code; part of the render key. A test asks for a new one whenever the
/// same figure no longer gives the same bytes.
pub const RENDERER: &str = "2";

/// How a figure is drawn, apart from what it shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "settings are given by name")]
pub struct Look {
    /// The colours.
    pub theme: Theme,
    /// Whether the drawing has a background in the colour of the page.
    pub background: bool,
    /// Width in px.
    pub width: Option<f64>,
    /// Width over height.
    pub aspect: Option<f64>,
    /// Panels side by side.
    pub columns: Option<usize>,
    /// Font size in px.
    pub font_size: Option<f64>,
    /// Font family; the sans-serif of whoever shows it by default.
    pub family: Option<String>,
}

impl Look {
    /// A drawing for a narrow screen: one panel below the other, in letters that can be read there.
    #[must_use]
    pub fn narrow() -> Self {
        Self {
            width: Some(360.0),
            columns: Some(1),
            font_size: Some(style::NARROW),
            ..Self::default()
        }
    }

    /// A drawing that fills a slide: few letters, large ones.
    #[must_use]
    pub fn slide() -> Self {
        let aspect = Some(16.0 / 9.0);
        Self { width: Some(960.0), aspect, font_size: Some(style::SLIDE), ..Self::default() }
    }
}

/// Draws a figure for a page: one `<svg>` element on one line, the same bytes on every machine.
///
/// Any figure can be drawn: what is not finite, or not positive on a logarithmic axis, is left
/// out, and an axis whose range cannot be shown spans its data.
#[must_use]
pub fn draw(figure: &Figure) -> String {
    draw_with(figure, &Look::default())
}

/// Draws a figure in another look.
#[must_use]
pub fn draw_with(figure: &Figure, look: &Look) -> String {
    let layout = layout::layout(figure, look);
    let canvas = Canvas::new(layout.width, layout.height, look.theme);
    if look.background {
        let (right, bottom) = (libm::ceil(layout.width), libm::ceil(layout.height));
        let page = Rect { left: 0.0, top: 0.0, right, bottom };
        canvas.fill_rect(page, Ink::solid(Colour::Page));
    }
    if let Some(first) = layout.panels.first() {
        layout.legend.draw(&canvas, (first.plot.left, 4.0), layout.size);
    }
    for frame in &layout.panels {
        draw_panel(&canvas, frame, layout.size);
    }
    let class = match look.columns {
        Some(1) => " sim-narrow",
        _ if figure.columns > 1 && figure.panels.len() > 1 => " sim-wide",
        _ => "",
    };
    let family = match look.family.as_deref() {
        // In quotes, without which a name may not begin with a digit; a name has none itself.
        Some(family) if family != "sans-serif" => {
            let name: String = family.chars().filter(|c| !matches!(c, '\'' | '"' | '\\')).collect();
            format!("'{name}', sans-serif")
        }
        Some(_) => "sans-serif".into(),
        None => "sans-serif".into(),
    };
    format!(
        concat!(
            r#"<svg class="sim-drawing{}" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}""#,
            r#" role="img" aria-label="{}" font-family="{}">{}</svg>"#
        ),
        class,
        libm::ceil(layout.width),
        libm::ceil(layout.height),
        text::escape(text::plain(&figure.label).trim()),
        text::escape(&family),
        canvas.take(),
    )
}

/// Draws a panel with its title and its legend.
fn draw_panel(canvas: &Canvas, frame: &Frame, size: f64) {
    let title = Setting { bold: true, ..Setting::new(style::TITLE * size, HPos::Left, VPos::Top) };
    for (line, at) in frame.title.iter().zip(0..) {
        let top = frame.top + LINE * title.size * f64::from(at);
        canvas.text(line, (frame.plot.left, top), title);
    }
    let below = frame.top + LINE * title.size * frame.title.len() as f64;
    frame.legend.draw(canvas, (frame.plot.left, below + 2.0), size);
    frame.body.draw(canvas, frame.plot);
}
