//! What is painted on a page.

use pdf_writer::Content;
use pdf_writer::Filter;
use pdf_writer::Finish;
use pdf_writer::Name;
use pdf_writer::Rect;
use pdf_writer::Str;
use pdf_writer::types::LineCapStyle;
use pdf_writer::types::LineJoinStyle;
use resvg::tiny_skia::Path as Outline;
use resvg::tiny_skia::PathSegment;
use resvg::tiny_skia::Point;
use resvg::usvg::BlendMode;
use resvg::usvg::ClipPath;
use resvg::usvg::Color;
use resvg::usvg::FillRule;
use resvg::usvg::Group;
use resvg::usvg::Image;
use resvg::usvg::ImageKind;
use resvg::usvg::LineCap;
use resvg::usvg::LineJoin;
use resvg::usvg::Node;
use resvg::usvg::Paint;
use resvg::usvg::PaintOrder;
use resvg::usvg::Path;
use resvg::usvg::Stroke;
use resvg::usvg::Text;
use resvg::usvg::Transform;
use resvg::usvg::fontdb::Database;
use resvg::usvg::layout::PositionedGlyph;
use resvg::usvg::layout::Span;

use super::Objects;
use super::deflate;
use super::font::Font;
use super::picture;
use crate::export::Fault;

/// How far a glyph may lie off the line of the ones before it, in ems, and still be set with them.
const OFF_LINE: f32 = 1e-3;

/// How far apart the glyphs of one line may lie, in ems.
const FAR: f32 = 2.0;

/// Writes the contents of a page or group.
pub(super) struct Painter<'a> {
    objects: &'a mut Objects,
    database: &'a Database,
    content: Content,
}

impl<'a> Painter<'a> {
    /// An empty page.
    pub(super) fn new(objects: &'a mut Objects, database: &'a Database) -> Self {
        Self { objects, database, content: Content::new() }
    }

    /// What was painted.
    pub(super) fn finish(self) -> Vec<u8> {
        self.content.finish().to_vec()
    }

    /// Changes the coordinates of all that follows.
    pub(super) fn transform(&mut self, matrix: [f32; 6]) {
        self.content.transform(matrix);
    }

    /// Paints a group.
    pub(super) fn group(&mut self, group: &Group) -> Result<(), Fault> {
        if group.mask().is_some() {
            return Err(Fault::Part("a mask"));
        }
        if !group.filters().is_empty() {
            return Err(Fault::Part("a filter"));
        }
        if group.blend_mode() != BlendMode::Normal {
            return Err(Fault::Part("a blend mode"));
        }
        self.content.save_state();
        if !group.transform().is_identity() {
            self.content.transform(matrix(group.transform()));
        }
        if let Some(clip) = group.clip_path() {
            self.clip(clip)?;
        }
        let opacity = group.opacity().get();
        if opacity < 1.0 {
            let name = self.external(group)?;
            let state = self.objects.opacity(opacity, opacity);
            self.content.set_parameters(Name(state.as_bytes())).x_object(Name(name.as_bytes()));
        } else {
            self.children(group)?;
        }
        self.content.restore_state();
        Ok(())
    }

    fn children(&mut self, group: &Group) -> Result<(), Fault> {
        group.children().iter().try_for_each(|node| match node {
            Node::Group(group) => self.group(group),
            Node::Path(path) => self.path(path),
            Node::Image(image) => self.image(image),
            Node::Text(text) => self.text(text),
        })
    }

    /// The children of a group as an external object, which is painted as one.
    fn external(&mut self, group: &Group) -> Result<String, Fault> {
        let outer = std::mem::replace(&mut self.content, Content::new());
        let painted = self.children(group);
        let inner = std::mem::replace(&mut self.content, outer);
        painted?;
        let bytes = deflate(&inner.finish());
        let (at, name) = self.objects.external();
        let resources = self.objects.resources;
        let bounds = group.layer_bounding_box();
        let mut form = self.objects.pdf.form_xobject(at, &bytes);
        form.filter(Filter::FlateDecode);
        form.bbox(Rect::new(bounds.left(), bounds.top(), bounds.right(), bounds.bottom()));
        form.group().transparency().isolated(true).color_space().device_rgb();
        form.pair(Name(b"Resources"), resources);
        form.finish();
        Ok(name)
    }

    fn clip(&mut self, clip: &ClipPath) -> Result<(), Fault> {
        if clip.clip_path().is_some() {
            return Err(Fault::Part("a clip path of a clip path"));
        }
        let mut even_odd = false;
        for node in clip.root().children() {
            let Node::Path(path) = node else {
                return Err(Fault::Part("a clip path that is no path"));
            };
            even_odd |= path.fill().is_some_and(|fill| fill.rule() == FillRule::EvenOdd);
            let moved = path.data().clone().transform(clip.transform());
            self.outline(&moved.ok_or(Fault::Part("a clip path without an area"))?);
        }
        if even_odd {
            self.content.clip_even_odd();
        } else {
            self.content.clip_nonzero();
        }
        self.content.end_path();
        Ok(())
    }

    fn path(&mut self, path: &Path) -> Result<(), Fault> {
        if !path.is_visible() {
            return Ok(());
        }
        if path.paint_order() == PaintOrder::StrokeAndFill {
            self.stroke(path)?;
            return self.fill(path);
        }
        self.fill(path)?;
        self.stroke(path)
    }

    fn fill(&mut self, path: &Path) -> Result<(), Fault> {
        let Some(fill) = path.fill() else { return Ok(()) };
        self.content.save_state();
        self.fill_colour(fill.paint(), fill.opacity().get())?;
        self.outline(path.data());
        match fill.rule() {
            FillRule::NonZero => self.content.fill_nonzero(),
            FillRule::EvenOdd => self.content.fill_even_odd(),
        };
        self.content.restore_state();
        Ok(())
    }

    fn stroke(&mut self, path: &Path) -> Result<(), Fault> {
        let Some(stroke) = path.stroke() else { return Ok(()) };
        self.content.save_state();
        self.pen(stroke)?;
        self.outline(path.data());
        self.content.stroke().restore_state();
        Ok(())
    }

    fn fill_colour(&mut self, paint: &Paint, opacity: f32) -> Result<(), Fault> {
        let [red, green, blue] = rgb(colour(paint)?);
        self.content.set_fill_rgb(red, green, blue);
        self.opacity(opacity, 1.0);
        Ok(())
    }

    fn opacity(&mut self, fill: f32, stroke: f32) {
        if fill < 1.0 || stroke < 1.0 {
            let state = self.objects.opacity(fill, stroke);
            self.content.set_parameters(Name(state.as_bytes()));
        }
    }

    fn pen(&mut self, stroke: &Stroke) -> Result<(), Fault> {
        let [red, green, blue] = rgb(colour(stroke.paint())?);
        self.content.set_stroke_rgb(red, green, blue).set_line_width(stroke.width().get());
        self.content.set_line_cap(match stroke.linecap() {
            LineCap::Butt => LineCapStyle::ButtCap,
            LineCap::Round => LineCapStyle::RoundCap,
            LineCap::Square => LineCapStyle::ProjectingSquareCap,
        });
        self.content.set_line_join(match stroke.linejoin() {
            LineJoin::Miter | LineJoin::MiterClip => LineJoinStyle::MiterJoin,
            LineJoin::Round => LineJoinStyle::RoundJoin,
            LineJoin::Bevel => LineJoinStyle::BevelJoin,
        });
        self.content.set_miter_limit(stroke.miterlimit().get());
        if let Some(dashes) = stroke.dasharray() {
            self.content.set_dash_pattern(dashes.iter().copied(), stroke.dashoffset());
        }
        self.opacity(1.0, stroke.opacity().get());
        Ok(())
    }

    fn outline(&mut self, outline: &Outline) {
        let mut last = Point::zero();
        for segment in outline.segments() {
            match segment {
                PathSegment::MoveTo(to) => {
                    self.content.move_to(to.x, to.y);
                    last = to;
                }
                PathSegment::LineTo(to) => {
                    self.content.line_to(to.x, to.y);
                    last = to;
                }
                PathSegment::QuadTo(by, to) => {
                    let third = |end: Point| {
                        (end.x + (by.x - end.x) * 2.0 / 3.0, end.y + (by.y - end.y) * 2.0 / 3.0)
                    };
                    let (one, other) = (third(last), third(to));
                    self.content.cubic_to(one.0, one.1, other.0, other.1, to.x, to.y);
                    last = to;
                }
                PathSegment::CubicTo(one, other, to) => {
                    self.content.cubic_to(one.x, one.y, other.x, other.y, to.x, to.y);
                    last = to;
                }
                PathSegment::Close => {
                    self.content.close_path();
                }
            }
        }
    }

    fn image(&mut self, image: &Image) -> Result<(), Fault> {
        if !image.is_visible() {
            return Ok(());
        }
        let ImageKind::PNG(bytes) = image.kind() else {
            return Err(Fault::Part("a picture that is no PNG"));
        };
        let name = picture::write(self.objects, bytes);
        let name = name.ok_or(Fault::Part("a PNG that cannot be read"))?;
        let (width, height) = (image.size().width(), image.size().height());
        self.content.save_state();
        self.content.transform([width, 0.0, 0.0, -height, 0.0, height]);
        self.content.x_object(Name(name.as_bytes())).restore_state();
        Ok(())
    }

    fn text(&mut self, text: &Text) -> Result<(), Fault> {
        let outlined = |span: &&Span| span.visible && span.stroke.is_some();
        if let Some(span) = text.layouted().iter().find(outlined) {
            if span.paint_order != PaintOrder::StrokeAndFill {
                return Err(Fault::Part("text with an outline over it"));
            }
            self.halo(text.flattened())?;
        }
        for span in text.layouted().iter().filter(|span| span.visible) {
            let lines = [&span.underline, &span.overline];
            lines.into_iter().flatten().try_for_each(|path| self.path(path))?;
            if let Some(fill) = &span.fill {
                self.content.save_state();
                self.fill_colour(fill.paint(), fill.opacity().get())?;
                self.content.begin_text();
                self.glyphs(span);
                self.content.end_text().restore_state();
            }
            span.line_through.iter().try_for_each(|path| self.path(path))?;
        }
        Ok(())
    }

    /// Strokes the outlines of letters: what is behind a text is no text, and not found as one.
    fn halo(&mut self, letters: &Group) -> Result<(), Fault> {
        self.content.save_state();
        if !letters.transform().is_identity() {
            self.content.transform(matrix(letters.transform()));
        }
        letters.children().iter().try_for_each(|node| match node {
            Node::Group(group) => self.halo(group),
            Node::Path(path) if path.is_visible() => self.stroke(path),
            _ => Ok(()),
        })?;
        self.content.restore_state();
        Ok(())
    }

    /// Shows the glyphs of a span, those of one font on one line together.
    fn glyphs(&mut self, span: &Span) {
        let size = span.font_size.get();
        let mut run: Option<Run> = None;
        for (glyph, text) in span.positioned_glyphs.iter().zip(texts(&span.positioned_glyphs)) {
            let Some((name, em)) = self.font(glyph) else { continue };
            let place = glyph.outline_transform().pre_scale(em / size, em / size);
            let gap = run.as_ref().and_then(|run| run.gap(&name, place, size));
            if gap.is_none() {
                self.show(run.take(), size);
            }
            let Some(font) = self.objects.fonts.get_mut(&glyph.font) else { continue };
            let (number, advance) = font.glyph(glyph.id.0, text, self.database);
            let run = run.get_or_insert_with(|| Run {
                font: name,
                place,
                reached: 0.0,
                shown: Vec::new(),
            });
            // In the file's own precision, so that what is rounded off does not add up.
            let gap = gap.filter(|gap| gap.abs() >= OFF_LINE);
            let gap = gap.map_or(0.0, |gap| (1000.0 * gap).round());
            run.shown.push((gap, number));
            run.reached += gap / 1000.0 + advance;
        }
        self.show(run, size);
    }

    /// Name and units of the font of a glyph.
    fn font(&mut self, glyph: &PositionedGlyph) -> Option<(String, f32)> {
        if !self.objects.fonts.contains_key(&glyph.font) {
            let at = self.objects.next();
            let font = Font::new(glyph.font, at, self.database)?;
            self.objects.fonts.insert(glyph.font, font);
        }
        let font = self.objects.fonts.get(&glyph.font)?;
        Some((font.name(), font.em))
    }

    fn show(&mut self, run: Option<Run>, size: f32) {
        let Some(Run { font, place, shown, .. }) = run else { return };
        self.content.set_font(Name(font.as_bytes()), size).set_text_matrix(matrix(place));
        let mut operation = self.content.show_positioned();
        let mut items = operation.items();
        let mut bytes = Vec::new();
        for (gap, number) in shown {
            if gap != 0.0 {
                if !bytes.is_empty() {
                    items.show(Str(&std::mem::take(&mut bytes)));
                }
                items.adjust(-gap);
            }
            bytes.extend(number.to_be_bytes());
        }
        items.show(Str(&bytes));
    }
}

/// Glyphs of one font on one line.
struct Run {
    font: String,
    /// Where the first one stands.
    place: Transform,
    /// The place of the next one, in ems from the first.
    reached: f32,
    /// Each with the gap before it in thousandths of an em.
    shown: Vec<(f32, u16)>,
}

impl Run {
    /// The gap in ems before a glyph at `place`; none where it is not on this line.
    fn gap(&self, font: &str, place: Transform, size: f32) -> Option<f32> {
        let Transform { sx, kx, ky, sy, .. } = self.place;
        if font != self.font || (sx, kx, ky, sy) != (place.sx, place.kx, place.ky, place.sy) {
            return None;
        }
        let mut point = Point::from_xy(place.tx, place.ty);
        self.place.invert()?.map_point(&mut point);
        let gap = point.x / size - self.reached;
        (gap.abs() <= FAR && (point.y / size).abs() <= OFF_LINE).then_some(gap)
    }
}

/// What each glyph stands for. Of a cluster, the last glyph comes with the text of all: a letter and its
/// accent share it, one character each; a ligature keeps it.
fn texts(glyphs: &[PositionedGlyph]) -> Vec<&str> {
    let mut texts = Vec::new();
    for cluster in glyphs.split_inclusive(|glyph| !glyph.text.is_empty()) {
        let text = cluster.last().map_or("", |glyph| glyph.text.as_str());
        if text.chars().count() == cluster.len() {
            texts.extend(text.split_inclusive(|_| true));
        } else {
            texts.extend(std::iter::repeat_n("", cluster.len() - 1));
            texts.push(text);
        }
    }
    texts
}

fn matrix(transform: Transform) -> [f32; 6] {
    let Transform { sx, kx, ky, sy, tx, ty } = transform;
    [sx, ky, kx, sy, tx, ty]
}

fn colour(paint: &Paint) -> Result<Color, Fault> {
    match paint {
        Paint::Color(colour) => Ok(*colour),
        Paint::LinearGradient(_) | Paint::RadialGradient(_) => Err(Fault::Part("a gradient")),
        Paint::Pattern(_) => Err(Fault::Part("a pattern")),
    }
}

fn rgb(colour: Color) -> [f32; 3] {
    [colour.red, colour.green, colour.blue].map(|part| f32::from(part) / 255.0)
}
