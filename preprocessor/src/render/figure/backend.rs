//! A plotters backend that writes SVG for a themed page: every mark has a class, for the
//! stylesheet of the page, and presentation attributes, for a file that stands alone.
//!
//! Coordinates are tenths of a px, since plotters knows whole numbers only. Neighbouring shapes
//! in one ink become one `<path>`.

use std::convert::Infallible;
use std::fmt::Write;

use plotters_backend::BackendColor;
use plotters_backend::BackendCoord;
use plotters_backend::BackendStyle;
use plotters_backend::BackendTextStyle;
use plotters_backend::DrawingBackend;
use plotters_backend::DrawingErrorKind;
use plotters_backend::FontStyle;
use plotters_backend::FontTransform;
use plotters_backend::text_anchor::HPos;
use plotters_backend::text_anchor::VPos;

use super::style::Colour;
use super::style::Ink;
use super::style::Theme;
use super::text;

/// Backend units per px.
pub(super) const UNITS: f64 = 10.0;

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// An SVG drawing under way.
pub(super) struct Svg {
    size: (u32, u32),
    theme: Theme,
    body: String,
    open: Option<Path>,
}

/// Shapes in one ink that are not written yet.
struct Path {
    ink: Ink,
    /// Stroke width in units; `None` for an area.
    stroke: Option<u32>,
    data: String,
}

impl Svg {
    /// An empty drawing of this width and height in units.
    #[must_use]
    pub(super) fn new(size: (u32, u32), theme: Theme) -> Self {
        Self { size, theme, body: String::new(), open: None }
    }

    /// The elements drawn so far.
    pub(super) fn take(&mut self) -> String {
        self.flush();
        std::mem::take(&mut self.body)
    }

    /// Ends the path under way, so that the next shape is an element of its own.
    pub(super) fn flush(&mut self) {
        let Some(Path { ink, stroke, data }) = self.open.take() else { return };
        let property = if stroke.is_some() { "stroke" } else { "fill" };
        let look = ink.colour.look();
        self.body.push_str("<path");
        self.colour(property, "", ink.colour);
        if let Some(width) = stroke {
            let width = units(i64::from(width));
            let _ =
                write!(self.body, r#" fill="none" stroke-width="{width}" stroke-linejoin="round""#);
            if ink.dashed && !look.dash.is_empty() {
                let _ = write!(self.body, r#" stroke-dasharray="{}""#, look.dash);
            } else {
                self.body.push_str(r#" stroke-linecap="round""#);
            }
        }
        if ink.opacity < 1.0 {
            let _ = write!(self.body, r#" {property}-opacity="{}""#, ink.opacity);
        }
        let _ = write!(self.body, r#" d="{data}"/>"#);
    }

    /// Writes the class, on a page, and the attribute of a colour.
    fn colour(&mut self, property: &str, classes: &str, colour: Colour) {
        if let (Theme::Page, Some(name)) = (self.theme, colour.class()) {
            let _ = write!(self.body, r#" class="sim-{property} sim-{name}{classes}""#);
        }
        let _ = write!(self.body, r#" {property}="{}""#, colour.hex(self.theme));
    }

    /// The data of the path in this ink, opened if another one is under way.
    fn path(&mut self, color: BackendColor, stroke: Option<u32>) -> &mut String {
        let ink = Ink::decode(color.rgb, color.alpha);
        let joins = |path: &Path| path.ink == ink && path.stroke == stroke;
        if !self.open.as_ref().is_some_and(joins) {
            self.flush();
        }
        &mut self.open.get_or_insert_with(|| Path { ink, stroke, data: String::new() }).data
    }

    /// A picture in a rectangle, its pixels kept as sharp squares.
    pub(super) fn image(&mut self, from: BackendCoord, to: BackendCoord, data: &str) {
        self.flush();
        let ((left, right), (top, bottom)) = (ordered(from.0, to.0), ordered(from.1, to.1));
        let _ = write!(
            self.body,
            concat!(
                r#"<image x="{}" y="{}" width="{}" height="{}" preserveAspectRatio="none""#,
                r#" image-rendering="pixelated" href="{}"/>"#
            ),
            units(left),
            units(top),
            units(right - left),
            units(bottom - top),
            data,
        );
    }
}

fn ordered(one: i32, other: i32) -> (i64, i64) {
    (i64::from(one.min(other)), i64::from(one.max(other)))
}

/// A length in units, written in px as briefly as it can be.
fn units(value: i64) -> String {
    let (sign, magnitude) = (if value < 0 { "-" } else { "" }, value.unsigned_abs());
    match (magnitude / 10, magnitude % 10) {
        (whole, 0) => format!("{sign}{whole}"),
        (0, tenths) => format!("{sign}.{tenths}"),
        (whole, tenths) => format!("{sign}{whole}.{tenths}"),
    }
}

/// Appends a number to path data, with a space where the sign does not separate.
fn separated(data: &mut String, value: i64) {
    if value >= 0 && !data.ends_with(|c: char| c.is_ascii_alphabetic()) {
        data.push(' ');
    }
    data.push_str(&units(value));
}

/// Appends a run of points, the first absolute and the others relative to the one before.
fn trace(data: &mut String, points: impl IntoIterator<Item = BackendCoord>) -> usize {
    let mut before: Option<(i64, i64)> = None;
    let mut count = 0;
    for (x, y) in points {
        let point = (i64::from(x), i64::from(y));
        let step = before.map_or(point, |(x, y)| (point.0 - x, point.1 - y));
        match count {
            0 => data.push('M'),
            1 => data.push('l'),
            _ => {}
        }
        if count < 2 || step != (0, 0) {
            separated(data, step.0);
            separated(data, step.1);
            count += 1;
        }
        before = Some(point);
    }
    count
}

impl DrawingBackend for Svg {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        self.flush();
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        let data = self.path(color, None);
        trace(data, [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)]);
        data.push('z');
        Ok(())
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (left, top): BackendCoord,
        (right, bottom): BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let data = self.path(style.color(), (!fill).then(|| style.stroke_width()));
        trace(data, [(left, top), (right, top), (right, bottom), (left, bottom)]);
        data.push('z');
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        let data = self.path(style.color(), Some(style.stroke_width()));
        if trace(data, path) == 1 {
            // A line of no length: its round ends make it a dot.
            data.push_str("h0");
        }
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        (x, y): BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let radius = i64::from(radius);
        let data = self.path(style.color(), (!fill).then(|| style.stroke_width()));
        data.push('M');
        separated(data, i64::from(x) - radius);
        separated(data, i64::from(y));
        let (r, across) = (units(radius), units(2 * radius));
        let _ = write!(data, "a{r} {r} 0 1 1 {across} 0a{r} {r} 0 1 1-{across} 0z");
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        vert: I,
        style: &S,
    ) -> Drawn {
        let data = self.path(style.color(), None);
        trace(data, vert);
        data.push('z');
        Ok(())
    }

    fn draw_text<TStyle: BackendTextStyle>(
        &mut self,
        content: &str,
        style: &TStyle,
        (x, y): BackendCoord,
    ) -> Drawn {
        self.flush();
        let color = style.color();
        let Ink { colour, dashed: halo, .. } = Ink::decode(color.rgb, color.alpha);
        let size = style.size() / UNITS;
        // A baseline in numbers: programs disagree about `dominant-baseline`.
        let below = match style.anchor().v_pos {
            VPos::Top => 0.76,
            VPos::Center => 0.36,
            VPos::Bottom => -0.24,
        };
        let (turned, dx, dy) = match style.transform() {
            FontTransform::None => (None, 0.0, below),
            FontTransform::Rotate90 => (Some(90), -below, 0.0),
            FontTransform::Rotate180 => (Some(180), 0.0, -below),
            FontTransform::Rotate270 => (Some(-90), below, 0.0),
        };
        let x = units(i64::from(x) + rounded(dx * style.size()));
        let y = units(i64::from(y) + rounded(dy * style.size()));
        self.body.push_str("<text");
        self.colour("fill", if halo { " sim-halo" } else { "" }, colour);
        let font = units(rounded(style.size()));
        let _ = write!(self.body, r#" x="{x}" y="{y}" font-size="{font}""#);
        if halo {
            let page = Colour::Page.hex(self.theme);
            let width = units(rounded(0.28 * style.size()));
            let _ = write!(
                self.body,
                r#" paint-order="stroke" stroke="{page}" stroke-width="{width}" stroke-linejoin="round""#
            );
        }
        match style.anchor().h_pos {
            HPos::Left => {}
            HPos::Center => self.body.push_str(r#" text-anchor="middle""#),
            HPos::Right => self.body.push_str(r#" text-anchor="end""#),
        }
        if matches!(style.style(), FontStyle::Bold) {
            self.body.push_str(r#" font-weight="bold""#);
        }
        if let Some(degrees) = turned {
            let _ = write!(self.body, r#" transform="rotate({degrees} {x} {y})""#);
        }
        self.body.push('>');
        self.spans(content, size);
        self.body.push_str("</text>");
        Ok(())
    }

    fn estimate_text_size<TStyle: BackendTextStyle>(
        &self,
        content: &str,
        style: &TStyle,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let size = style.size();
        let whole = |length: f64| u32::try_from(rounded(length)).unwrap_or(0);
        Ok((whole(text::width(content, size)), whole(1.2 * size)))
    }
}

impl Svg {
    /// Writes a label: one span for each run that is not plain.
    fn spans(&mut self, content: &str, size: f64) {
        let mut lifted = 0;
        for text::Run { text, style, level } in text::runs(content) {
            let lift = rounded(level.rise * size * UNITS);
            let mut attributes = String::new();
            if lift != lifted {
                let _ = write!(attributes, r#" dy="{}""#, units(lifted - lift));
            }
            if level.scale() < 1.0 {
                let smaller = units(rounded(level.scale() * size * UNITS));
                let _ = write!(attributes, r#" font-size="{smaller}""#);
            }
            attributes.push_str(match style {
                text::Style::Upright => "",
                text::Style::Italic => r#" font-style="italic""#,
                text::Style::Bold => r#" font-weight="bold""#,
            });
            let text = text::escape(&text);
            let _ = match &attributes[..] {
                "" => write!(self.body, "{text}"),
                attributes => write!(self.body, "<tspan{attributes}>{text}</tspan>"),
            };
            lifted = lift;
        }
    }
}

/// The nearest whole number of units.
pub(super) fn rounded(value: f64) -> i64 {
    value.round() as i64
}
