//! A drawing in pixels.

use resvg::tiny_skia::Pixmap;
use resvg::tiny_skia::Transform;

use super::Fault;
use super::fonts::Fonts;
use super::tree;
use super::tree::Pictures;

/// The most pixels of a picture: 256 MiB while it is painted.
const MOST: u64 = 1 << 26;

/// The longest side in pixels; the painter's own limit is not far above.
const LONGEST: u64 = 16_384;

/// A drawing as a PNG, `scale` pixels to the px, transparent where nothing is drawn.
///
/// # Errors
/// When the drawing is no SVG, or the picture would be empty or too large.
pub fn png(svg: &str, fonts: &Fonts, scale: f64) -> Result<Vec<u8>, Fault> {
    let tree = tree::read(svg, fonts, Pictures::Squares)?;
    let size = tree.size();
    let pixels = |length: f32| (f64::from(length) * scale).round() as u64;
    let (width, height) = (pixels(size.width()), pixels(size.height()));
    let mut pixmap = blank(width, height)?;
    let transform =
        Transform::from_scale(width as f32 / size.width(), height as f32 / size.height());
    resvg::render(&tree, transform, &mut pixmap.as_mut());
    encode(&pixmap)
}

/// An empty picture.
pub(super) fn blank(width: u64, height: u64) -> Result<Pixmap, Fault> {
    let possible = width.max(height) <= LONGEST && width.saturating_mul(height) <= MOST;
    let side = |length: u64| u32::try_from(length).ok().filter(|_| possible);
    let pixmap = side(width).zip(side(height)).and_then(|(w, h)| Pixmap::new(w, h));
    pixmap.ok_or(Fault::Size(width, height))
}

/// The file of a picture.
pub(super) fn encode(pixmap: &Pixmap) -> Result<Vec<u8>, Fault> {
    let too_large = |_| Fault::Size(pixmap.width().into(), pixmap.height().into());
    pixmap.encode_png().map_err(too_large)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Width and height of a PNG, and the colour of one of its pixels.
    #[track_caller]
    fn painted(body: &str, scale: f64, at: (u32, u32)) -> (u32, u32, [u8; 4]) {
        let svg =
            format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 40 20\">{body}</svg>");
        let bytes = png(&svg, &Fonts::shipped(), scale).unwrap();
        let pixmap = Pixmap::decode_png(&bytes).unwrap();
        let colour = pixmap.pixel(at.0, at.1).unwrap().demultiply();
        let colour = [colour.red(), colour.green(), colour.blue(), colour.alpha()];
        (pixmap.width(), pixmap.height(), colour)
    }

    #[test]
    fn pixels_are_px_times_scale() {
        let body = "<rect x=\"10\" width=\"10\" height=\"20\" fill=\"#123456\"/>";
        assert_eq!(painted(body, 1.0, (5, 5)), (40, 20, [0; 4]));
        assert_eq!(painted(body, 2.5, (30, 40)), (100, 50, [0x12, 0x34, 0x56, 255]));
    }

    #[test]
    fn pictures_are_sharp_squares() {
        let mut two = Pixmap::new(2, 1).unwrap();
        two.data_mut()[..4].copy_from_slice(&[200, 0, 0, 255]);
        let data = base64(&two.encode_png().unwrap());
        let body = format!(
            "<image x=\"10\" width=\"20\" height=\"20\" preserveAspectRatio=\"none\" \
             href=\"data:image/png;base64,{data}\"/>"
        );
        for (x, expected) in
            [(9, [0; 4]), (10, [200, 0, 0, 255]), (19, [200, 0, 0, 255]), (20, [0; 4])]
        {
            assert_eq!(painted(&body, 1.0, (x, 10)).2, expected, "{x}");
        }
    }

    /// As RFC 4648.
    fn base64(bytes: &[u8]) -> String {
        const DIGITS: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let digit = |bits: u32| char::from(DIGITS[(bits & 63) as usize]);
        let mut out = String::new();
        for part in bytes.chunks(3) {
            let byte = |at: usize| part.get(at).map_or(0, |&byte| u32::from(byte));
            let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
            let digits = [bits >> 18, bits >> 12, bits >> 6, bits].map(digit);
            out.extend(digits.iter().take(part.len() + 1));
            out.extend(std::iter::repeat_n('=', 3 - part.len()));
        }
        out
    }

    #[test]
    fn impossible_sizes_are_refused() {
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 40 20\"></svg>";
        for scale in [0.0, 1e-9, 1e4, 1e30, f64::NAN] {
            let error = png(svg, &Fonts::shipped(), scale).unwrap_err();
            assert!(error.to_string().contains("is not possible"), "{scale}: {error}");
        }
        assert!(png("<svg", &Fonts::shipped(), 1.0).is_err());
    }
}
