//! Pictures within a page.

use pdf_writer::Filter;
use pdf_writer::Finish;
use resvg::tiny_skia::Pixmap;

use super::Objects;
use super::deflate;

/// Viewers smooth pictures of few pixels; with this many on the longer side only the borders of squares.
const LARGE: u32 = 800;

/// Writes a PNG as an external object and returns its name.
pub(super) fn write(objects: &mut Objects, png: &[u8]) -> Option<String> {
    let pixmap = Pixmap::decode_png(png).ok()?;
    let (width, height) = (pixmap.width(), pixmap.height());
    let times = LARGE.div_ceil(width.max(height)).clamp(1, 32);
    let mut colours = Vec::new();
    let mut opacities = Vec::new();
    for row in pixmap.pixels().chunks(usize::try_from(width).ok()?) {
        let (mut colour_row, mut opacity_row) = (Vec::new(), Vec::new());
        for pixel in row {
            let pixel = pixel.demultiply();
            for _ in 0..times {
                colour_row.extend([pixel.red(), pixel.green(), pixel.blue()]);
                opacity_row.push(pixel.alpha());
            }
        }
        for _ in 0..times {
            colours.extend_from_slice(&colour_row);
            opacities.extend_from_slice(&opacity_row);
        }
    }
    let size = |length: u32| i32::try_from(length * times).ok();
    let (width, height) = (size(width)?, size(height)?);
    let mask = opacities.iter().any(|&opacity| opacity < 255).then(|| objects.next());
    if let Some(mask) = mask {
        let bytes = deflate(&opacities);
        let mut image = objects.pdf.image_xobject(mask, &bytes);
        image.filter(Filter::FlateDecode);
        image.width(width).height(height).bits_per_component(8).color_space().device_gray();
    }
    let (at, name) = objects.external();
    let bytes = deflate(&colours);
    let mut image = objects.pdf.image_xobject(at, &bytes);
    image.filter(Filter::FlateDecode);
    image.width(width).height(height).bits_per_component(8).interpolate(false);
    image.color_space().device_rgb();
    if let Some(mask) = mask {
        image.s_mask(mask);
    }
    image.finish();
    Some(name)
}
