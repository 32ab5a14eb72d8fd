//! A drawing as a PDF: one page of the drawing's size, marks as paths, text as text in embedded fonts.
//!
//! The same bytes whenever the drawing is the same: no date, no random name, nothing from the order of
//! a hash map (which is why `svg2pdf` 0.13 does not serve). What a drawing of ours never holds
//! (gradients, patterns, masks, filters) is refused rather than painted wrongly.

mod font;
mod paint;
mod picture;

use std::collections::BTreeMap;

use pdf_writer::Filter;
use pdf_writer::Finish;
use pdf_writer::Name;
use pdf_writer::Pdf;
use pdf_writer::Rect;
use pdf_writer::Ref;
use pdf_writer::Settings;
use pdf_writer::TextStr;
use pdf_writer::writers::Resources;
use resvg::usvg::fontdb::ID;

use self::font::Font;
use self::paint::Painter;
use super::Fault;
use super::fonts::Fonts;
use super::tree;
use super::tree::Pictures;

/// Points to the px of CSS.
const POINTS: f32 = 0.75;

/// A drawing as a PDF with a title; its page has the drawing's size at 96 px to the inch.
///
/// # Errors
/// When the drawing is no SVG or has a part that we do not paint, or a font cannot be embedded.
pub fn pdf(svg: &str, title: &str, fonts: &Fonts) -> Result<Vec<u8>, Fault> {
    let tree = tree::read(svg, fonts, Pictures::Kept)?;
    let (width, height) = (tree.size().width() * POINTS, tree.size().height() * POINTS);
    let mut objects = Objects::new(Settings { pretty: false });
    let (catalog, pages, page, content) =
        (objects.next(), objects.next(), objects.next(), objects.next());

    let mut painter = Painter::new(&mut objects, tree.fontdb());
    // SVG looks down, PDF looks up.
    painter.transform([POINTS, 0.0, 0.0, -POINTS, 0.0, height]);
    painter.group(tree.root())?;
    let painted = painter.finish();

    objects.stream(content, &painted);
    objects.write_resources(tree.fontdb())?;
    let resources = objects.resources;
    let pdf = &mut objects.pdf;
    pdf.catalog(catalog).pages(pages);
    pdf.pages(pages).kids([page]).count(1);
    let mut written = pdf.page(page);
    written.parent(pages).media_box(Rect::new(0.0, 0.0, width, height)).contents(content);
    written.group().transparency().isolated(true).color_space().device_rgb();
    written.pair(Name(b"Resources"), resources);
    written.finish();
    let info = objects.next();
    let mut written = objects.pdf.document_info(info);
    written.title(TextStr(title)).producer(TextStr("mdbook-simulation"));
    written.finish();
    Ok(objects.pdf.finish())
}

/// The objects of a file under way, and what its contents refer to by name.
struct Objects {
    pdf: Pdf,
    last: i32,
    resources: Ref,
    /// By opacity of areas and of lines, as bits.
    opacities: BTreeMap<(u32, u32), Ref>,
    fonts: BTreeMap<ID, Font>,
    /// Pictures and groups.
    externals: Vec<Ref>,
}

impl Objects {
    fn new(settings: Settings) -> Self {
        let mut pdf = Pdf::with_settings(settings);
        pdf.set_version(1, 7);
        let (opacities, fonts) = (BTreeMap::new(), BTreeMap::new());
        let resources = Ref::new(1);
        Self { pdf, last: 1, resources, opacities, fonts, externals: Vec::new() }
    }

    /// The number of a new object.
    fn next(&mut self) -> Ref {
        self.last += 1;
        Ref::new(self.last)
    }

    /// Writes a compressed stream.
    fn stream(&mut self, at: Ref, bytes: &[u8]) {
        self.pdf.stream(at, &deflate(bytes)).filter(Filter::FlateDecode);
    }

    /// The name of a new external object.
    fn external(&mut self) -> (Ref, String) {
        let at = self.next();
        self.externals.push(at);
        (at, format!("X{}", at.get()))
    }

    /// The name of a state with these opacities.
    fn opacity(&mut self, fill: f32, stroke: f32) -> String {
        let key = (fill.to_bits(), stroke.to_bits());
        let at = match self.opacities.get(&key) {
            Some(at) => *at,
            None => {
                let at = self.next();
                self.pdf.ext_graphics(at).non_stroking_alpha(fill).stroking_alpha(stroke);
                self.opacities.insert(key, at);
                at
            }
        };
        format!("G{}", at.get())
    }

    /// Writes the fonts, and the one dictionary of names that page and groups share.
    fn write_resources(&mut self, database: &resvg::usvg::fontdb::Database) -> Result<(), Fault> {
        let fonts = std::mem::take(&mut self.fonts);
        for font in fonts.values() {
            font.write(self, database)?;
        }
        let mut resources = self.pdf.indirect(self.resources).start::<Resources<'_>>();
        let mut states = resources.ext_g_states();
        for at in self.opacities.values() {
            states.pair(Name(format!("G{}", at.get()).as_bytes()), *at);
        }
        states.finish();
        let mut externals = resources.x_objects();
        for at in &self.externals {
            externals.pair(Name(format!("X{}", at.get()).as_bytes()), *at);
        }
        externals.finish();
        let mut named = resources.fonts();
        for font in fonts.values() {
            named.pair(Name(font.name().as_bytes()), font.at);
        }
        named.finish();
        Ok(())
    }
}

/// As RFC 1950, by a library whose output does not depend on the machine.
fn deflate(bytes: &[u8]) -> Vec<u8> {
    miniz_oxide::deflate::compress_to_vec_zlib(bytes, 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawing(body: &str) -> String {
        format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 400 200\">{body}</svg>")
    }

    /// The streams of a file, each inflated where it can be.
    fn streams(pdf: &[u8]) -> Vec<Vec<u8>> {
        let find = |from: usize, what: &[u8]| {
            pdf[from..].windows(what.len()).position(|found| found == what).map(|at| from + at)
        };
        let mut found = Vec::new();
        let mut from = 0;
        while let Some(start) = find(from, b"\nstream\n") {
            let end = find(start, b"\nendstream").unwrap();
            let bytes = &pdf[start + 8..end];
            let inflated = miniz_oxide::inflate::decompress_to_vec_zlib(bytes);
            found.push(inflated.unwrap_or_else(|_| bytes.to_vec()));
            from = end;
        }
        found
    }

    /// What is painted on the page.
    #[track_caller]
    fn content(body: &str) -> String {
        let file = pdf(&drawing(body), "A title", &Fonts::shipped()).unwrap();
        assert!(file.starts_with(b"%PDF-1.7\n") && file.ends_with(b"%%EOF"));
        streams(&file)
            .into_iter()
            .find_map(|bytes| {
                String::from_utf8(bytes).ok().filter(|text| text.contains(".75 0 0 -"))
            })
            .expect("the page")
    }

    #[test]
    fn paths_stay_paths() {
        let painted = content(
            "<path d=\"M1 2l3 4\" fill=\"none\" stroke=\"#ff0000\" stroke-width=\"2\" \
             stroke-dasharray=\"8 4\" stroke-opacity=\"0.5\"/><path d=\"M0 0h9v9z\" fill=\"#00ff00\"/>",
        );
        for operator in ["1 2 m", "4 6 l", "1 0 0 RG", "[8 4] 0 d", "gs", "0 1 0 rg", "\nf\n"] {
            assert!(painted.contains(operator), "{operator} in {painted}");
        }
    }

    #[test]
    fn text_is_text_of_an_embedded_font() {
        let body = "<text x=\"10\" y=\"50\" font-family=\"sans-serif\">Risk θ̂ <tspan \
                    font-weight=\"bold\">V</tspan></text>";
        let file = pdf(&drawing(body), "A title", &Fonts::shipped()).unwrap();
        let text = String::from_utf8_lossy(&file);
        for name in ["+DejaVuSans/", "+DejaVuSans-Bold", "/FontFile2", "/ToUnicode", "(A title)"] {
            assert!(text.contains(name), "{name}");
        }
        let maps: String = streams(&file)
            .iter()
            .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
            .filter(|text| text.contains("beginbfchar"))
            .collect();
        // Each character by itself, whatever stands around it.
        for c in "Riskθ\u{302}V".chars() {
            assert!(maps.contains(&format!(" <{:04X}>\n", u32::from(c))), "{c} in {maps}");
        }
        assert!(!text.contains("CreationDate"));
    }

    #[test]
    fn a_halo_lies_behind_its_text_and_is_not_read() {
        let painted = content(
            "<text x=\"10\" y=\"50\" font-family=\"sans-serif\" paint-order=\"stroke\" \
             stroke=\"#ff0000\" stroke-width=\"3\">note</text>",
        );
        let stroke = painted.rfind("\nS\n").expect("a halo");
        let text = painted.find("BT").expect("a text");
        assert!(stroke < text && painted.matches("BT").count() == 1, "{painted}");
    }

    #[test]
    fn every_figure_of_the_test_card_has_a_counterpart() {
        for figure in crate::testcard::figures() {
            let svg = crate::render::figure::draw(&figure);
            let file = pdf(&svg, "", &Fonts::shipped());
            assert!(file.is_ok(), "{}: {}", figure.name, file.unwrap_err());
        }
    }

    #[test]
    fn groups_have_their_opacity_and_clip() {
        let painted = content(
            "<clipPath id=\"c\"><path d=\"M5 5h9v9z\"/></clipPath><g opacity=\"0.5\" \
             clip-path=\"url(#c)\"><path d=\"M0 0h9v9z\"/><path d=\"M3 3h9v9z\"/></g>",
        );
        for operator in ["5 5 m", "W\nn", "gs", "Do"] {
            assert!(painted.contains(operator), "{operator} in {painted}");
        }
    }

    #[test]
    fn what_is_not_painted_is_refused() {
        let body = "<linearGradient id=\"g\"><stop offset=\"0\" stop-color=\"red\"/><stop offset=\"1\"/>\
                    </linearGradient><path d=\"M0 0h9v9z\" fill=\"url(#g)\"/>";
        let fault = pdf(&drawing(body), "", &Fonts::shipped()).unwrap_err();
        assert!(fault.to_string().contains("a gradient"), "{fault}");
    }
}
