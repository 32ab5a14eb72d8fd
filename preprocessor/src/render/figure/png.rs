//! A small PNG with a palette, uncompressed: the same bytes everywhere, whatever a compression
//! library does. Formats: PNG (W3C, third edition), zlib (RFC 1950), deflate (RFC 1951).

/// A colour and how opaque it is.
pub(super) type Shade = ([u8; 3], u8);

/// Writes a picture as a `data:` address. `rows` are palette numbers, from the top, all of one
/// length.
#[must_use]
pub(super) fn data_address(palette: &[Shade], rows: &[Vec<u8>]) -> String {
    format!("data:image/png;base64,{}", base64(&encode(palette, rows)))
}

fn encode(palette: &[Shade], rows: &[Vec<u8>]) -> Vec<u8> {
    let size = |length: usize| u32::try_from(length).unwrap_or(0).to_be_bytes();
    // Two pixels in a byte where the palette is small, the first one in the upper half.
    let (depth, pack) = if palette.len() <= 16 { (4, 2) } else { (8, 1) };
    let mut header = Vec::new();
    header.extend(size(rows.first().map_or(0, Vec::len)));
    header.extend(size(rows.len()));
    // A palette, and the only methods there are.
    header.extend([depth, 3, 0, 0, 0]);
    // Each row begins with its filter: none.
    let packed = |row: &Vec<u8>| -> Vec<u8> {
        let byte = |pixels: &[u8]| match *pixels {
            [one] if pack == 1 => one,
            [one] => one << 4,
            [one, other, ..] => one << 4 | other & 15,
            [] => 0,
        };
        std::iter::once(0).chain(row.chunks(pack).map(byte)).collect()
    };
    let pixels: Vec<u8> = rows.iter().flat_map(packed).collect();
    let colours: Vec<u8> = palette.iter().flat_map(|shade| shade.0).collect();
    let mut opacities: Vec<u8> = palette.iter().map(|shade| shade.1).collect();
    while opacities.last() == Some(&255) {
        opacities.pop();
    }
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut out, b"IHDR", &header);
    chunk(&mut out, b"PLTE", &colours);
    chunk(&mut out, b"tRNS", &opacities);
    chunk(&mut out, b"IDAT", &zlib(&pixels));
    chunk(&mut out, b"IEND", &[]);
    out
}

fn chunk(out: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    out.extend(u32::try_from(data.len()).unwrap_or(0).to_be_bytes());
    let start = out.len();
    out.extend(name);
    out.extend(data);
    let sum = crc(&out[start..]);
    out.extend(sum.to_be_bytes());
}

/// Bytes in stored blocks.
fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let mut blocks = bytes.chunks(0xffff).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        out.push(u8::from(blocks.peek().is_none()));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    out.extend(adler(bytes).to_be_bytes());
    out
}

fn adler(bytes: &[u8]) -> u32 {
    let (a, b) = bytes.iter().fold((1, 0), |(a, b), &byte| {
        let a = (a + u32::from(byte)) % 65521;
        (a, (a + b) % 65521)
    });
    b << 16 | a
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| {
            if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 }
        })
    })
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for triple in bytes.chunks(3) {
        let part = |at: usize| u32::from(triple.get(at).copied().unwrap_or(0));
        let bits = part(0) << 16 | part(1) << 8 | part(2);
        for at in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * at) & 63) as usize];
            out.push(if at <= triple.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_the_standard_ones() {
        assert_eq!(crc(b"IEND"), 0xae42_6082);
        assert_eq!(adler(b"Wikipedia"), 0x11e6_0398);
    }

    #[test]
    fn base64_follows_rfc_4648() {
        let cases =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
        for (plain, expected) in cases {
            assert_eq!(base64(plain.as_bytes()), expected);
        }
    }

    #[test]
    fn small_palettes_take_half_a_byte_per_pixel() {
        let picture = |colours: usize| encode(&vec![([0; 3], 9); colours], &[vec![1, 2, 3]]);
        let stored = |bytes: &[u8], row: &[u8]| bytes.windows(row.len()).any(|part| part == row);
        assert!(stored(&picture(4), &[0, 0x12, 0x30]));
        assert!(stored(&picture(17), &[0, 1, 2, 3]));
        assert_eq!((picture(4)[24], picture(17)[24]), (4, 8));
    }

    #[test]
    fn large_pictures_take_several_blocks() {
        let bytes = vec![7; 100_000];
        let out = zlib(&bytes);
        assert_eq!(out.len(), 2 + 2 * 5 + bytes.len() + 4);
        assert_eq!(out[2], 0);
        assert_eq!(out[2 + 5 + 0xffff], 1);
    }
}
