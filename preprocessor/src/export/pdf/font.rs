//! Fonts within a page: the glyphs that it uses, and which characters they stand for.

use std::collections::BTreeMap;

use pdf_writer::Filter;
use pdf_writer::Finish;
use pdf_writer::Name;
use pdf_writer::Rect;
use pdf_writer::Ref;
use pdf_writer::Str;
use pdf_writer::types::CidFontType;
use pdf_writer::types::FontFlags;
use pdf_writer::types::SystemInfo;
use pdf_writer::types::UnicodeCmap;
use resvg::usvg::fontdb::Database;
use resvg::usvg::fontdb::ID;
use subsetter::GlyphRemapper;
use ttf_parser::Face;
use ttf_parser::GlyphId;
use ttf_parser::Tag;
use ttf_parser::name_id;

use super::Objects;
use super::deflate;
use crate::export::Fault;

const SYSTEM: SystemInfo<'_> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// A font under way.
pub(super) struct Font {
    id: ID,
    /// Its object.
    pub(super) at: Ref,
    glyphs: GlyphRemapper,
    /// What each glyph of the subset stands for.
    texts: BTreeMap<u16, String>,
    /// Advance of each glyph of the subset, in ems.
    advances: BTreeMap<u16, f32>,
    /// Units of an em.
    pub(super) em: f32,
}

impl Font {
    /// A font of which nothing is used yet.
    pub(super) fn new(id: ID, at: Ref, database: &Database) -> Option<Self> {
        let em = with_face(database, id, |face, _| f32::from(face.units_per_em()))?;
        let (glyphs, texts, advances) = Default::default();
        Some(Self { id, at, glyphs, texts, advances, em })
    }

    /// Its name in the contents.
    pub(super) fn name(&self) -> String {
        format!("F{}", self.at.get())
    }

    /// The number of a glyph in the subset, and its advance in ems.
    pub(super) fn glyph(&mut self, glyph: u16, text: &str, database: &Database) -> (u16, f32) {
        let new = self.glyphs.remap(glyph);
        let em = self.em;
        let advance = *self.advances.entry(new).or_insert_with(|| {
            let units = with_face(database, self.id, |face, _| {
                face.glyph_hor_advance(GlyphId(glyph)).unwrap_or(0)
            });
            f32::from(units.unwrap_or(0)) / em
        });
        self.texts.entry(new).or_insert_with(|| text.to_owned());
        (new, advance)
    }

    /// Writes it with its metrics, its subset and its characters.
    pub(super) fn write(&self, objects: &mut Objects, database: &Database) -> Result<(), Fault> {
        with_face(database, self.id, |face, index| self.write_face(objects, face, index))
            .unwrap_or_else(|| Err(Fault::Embed(self.name())))
    }

    fn write_face(&self, objects: &mut Objects, face: &Face<'_>, index: u32) -> Result<(), Fault> {
        let post_script = face
            .names()
            .into_iter()
            .filter(|name| name.name_id == name_id::POST_SCRIPT_NAME)
            .find_map(|name| name.to_string())
            .unwrap_or_default();
        // A name of PDF in its own characters.
        let plain = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
        let post_script: String = post_script.chars().filter(plain).take(100).collect();
        let fault = || Fault::Embed(post_script.clone());
        let subset = subsetter::subset(face.raw_face().data, index, &self.glyphs);
        let subset = subset.map_err(|_| fault())?;
        let raw = ttf_parser::RawFace::parse(&subset, 0).map_err(|_| fault())?;
        let outlines = raw.table(Tag::from_bytes(b"CFF "));
        let name = format!("{}+{post_script}", tag(&subset));

        let (font, descriptor, map, file) =
            (objects.next(), objects.next(), objects.next(), objects.next());
        objects
            .pdf
            .type0_font(self.at)
            .base_font(Name(name.as_bytes()))
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(font)
            .to_unicode(map);
        let mut written = objects.pdf.cid_font(font);
        written.base_font(Name(name.as_bytes())).system_info(SYSTEM);
        written.font_descriptor(descriptor).default_width(0.0);
        if outlines.is_some() {
            written.subtype(CidFontType::Type0);
        } else {
            written.subtype(CidFontType::Type2).cid_to_gid_map_predefined(Name(b"Identity"));
        }
        let mut widths = written.widths();
        for (glyph, advance) in &self.advances {
            widths.same(*glyph, *glyph, advance * 1000.0);
        }
        widths.finish();
        written.finish();
        self.describe(objects, face, descriptor, (&name, file, outlines.is_some()));

        let mut characters = UnicodeCmap::new(Name(b"Characters"), SYSTEM);
        for (glyph, text) in self.texts.iter().filter(|(_, text)| !text.is_empty()) {
            characters.pair_with_multiple(*glyph, text.chars());
        }
        let characters = deflate(&characters.finish());
        objects.pdf.cmap(map, &characters).filter(Filter::FlateDecode);

        let bytes = deflate(outlines.unwrap_or(&subset));
        let mut written = objects.pdf.stream(file, &bytes);
        written.filter(Filter::FlateDecode);
        if outlines.is_some() {
            written.pair(Name(b"Subtype"), Name(b"CIDFontType0C"));
        }
        Ok(())
    }

    fn describe(
        &self,
        objects: &mut Objects,
        face: &Face<'_>,
        at: Ref,
        (name, file, outlines): (&str, Ref, bool),
    ) {
        let units = |value: i16| f32::from(value) / self.em * 1000.0;
        let bounds = face.global_bounding_box();
        let mut flags = FontFlags::SYMBOLIC;
        flags.set(FontFlags::ITALIC, face.is_italic() || face.is_oblique());
        flags.set(FontFlags::FIXED_PITCH, face.is_monospaced());
        let mut written = objects.pdf.font_descriptor(at);
        written
            .name(Name(name.as_bytes()))
            .flags(flags)
            .bbox(Rect::new(
                units(bounds.x_min),
                units(bounds.y_min),
                units(bounds.x_max),
                units(bounds.y_max),
            ))
            .italic_angle(face.italic_angle())
            .ascent(units(face.ascender()))
            .descent(units(face.descender()))
            .cap_height(units(face.capital_height().unwrap_or(face.ascender())))
            // Required, and used only where the font is replaced.
            .stem_v(if face.is_bold() { 140.0 } else { 80.0 });
        if outlines {
            written.font_file3(file);
        } else {
            written.font_file2(file);
        }
    }
}

/// Six letters that tell subsets of a font apart (PDF 1.7, section 9.6.4).
fn tag(subset: &[u8]) -> String {
    let digest = blake3::hash(subset);
    digest.as_bytes()[..6].iter().map(|byte| char::from(b'A' + byte % 26)).collect()
}

fn with_face<T>(
    database: &Database,
    id: ID,
    use_it: impl FnOnce(&Face<'_>, u32) -> T,
) -> Option<T> {
    database.with_face_data(id, |data, index| {
        Face::parse(data, index).ok().map(|face| use_it(&face, index))
    })?
}
