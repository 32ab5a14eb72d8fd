//! From the text of a drawing to the tree that is painted.

use std::collections::BTreeMap;
use std::fmt::Write;

use resvg::tiny_skia::Pixmap;
use resvg::usvg::ImageHrefResolver;
use resvg::usvg::ImageKind;
use resvg::usvg::Options;
use resvg::usvg::Tree;

use super::Fault;
use super::fonts::Fonts;

/// What pictures within the drawing become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pictures {
    /// Sharp squares. (What resvg needs to paint pictures as such brings decoders of four formats.)
    Squares,
    /// Themselves.
    Kept,
}

/// Reads a drawing. It reaches no other file.
pub(super) fn read(svg: &str, fonts: &Fonts, pictures: Pictures) -> Result<Tree, Fault> {
    let options = Options {
        font_family: fonts.family().to_owned(),
        fontdb: fonts.database.clone(),
        image_href_resolver: ImageHrefResolver {
            resolve_data: Box::new(move |kind, data, _| match (kind, pictures) {
                ("image/png", Pictures::Kept) => Some(ImageKind::PNG(data)),
                ("image/png", Pictures::Squares) => squares(&data),
                _ => None,
            }),
            resolve_string: Box::new(|_, _| None),
        },
        ..Options::default()
    };
    Tree::from_str(svg, &options).map_err(|error| Fault::Svg(error.to_string()))
}

/// A PNG as squares of one px, those of one colour in one path, neighbours in a row in one rectangle.
fn squares(png: &[u8]) -> Option<ImageKind> {
    let pixmap = Pixmap::decode_png(png).ok()?;
    let width = usize::try_from(pixmap.width()).ok()?;
    let mut paths: BTreeMap<[u8; 4], String> = BTreeMap::new();
    for (row, y) in pixmap.pixels().chunks(width).zip(0..) {
        let mut x = 0;
        for run in row.chunk_by(|one, other| one == other) {
            let colour = run[0].demultiply();
            let length = run.len();
            if colour.alpha() > 0 {
                let key = [colour.red(), colour.green(), colour.blue(), colour.alpha()];
                let data = paths.entry(key).or_default();
                let _ = write!(data, "M{x} {y}h{length}v1h-{length}z");
            }
            x += length;
        }
    }
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{}\" \
         shape-rendering=\"crispEdges\">",
        pixmap.height()
    );
    for ([red, green, blue, alpha], data) in paths {
        let opacity = f64::from(alpha) / 255.0;
        let _ = write!(
            svg,
            "<path fill=\"#{red:02x}{green:02x}{blue:02x}\" fill-opacity=\"{opacity}\" d=\"{data}\"/>"
        );
    }
    svg.push_str("</svg>");
    Tree::from_str(&svg, &Options::default()).ok().map(ImageKind::SVG)
}
