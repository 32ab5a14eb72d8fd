//! The handwritten digits that are shipped: 1797 pictures of 8 × 8 pixels (Alpaydin and Kaynak 1998,
//! *Optical Recognition of Handwritten Digits*, UCI Machine Learning Repository, CC BY 4.0).
//!
//! `experiments/data/README.md` has attribution, digests and how the file was made. 13 people wrote
//! them and a random split mixes writers, so a test error is optimistic; replicates share the same
//! pictures, so intervals over them do not cover another set of digits.

use crate::lab::data::examples::Rows;
use crate::lab::data::pictures::Pictures;

/// `DIG1`, the number of pictures (32 bits, little-endian), pixels from 0 to 16, labels.
static FILE: &[u8] = include_bytes!("../../data/digits.bin");

/// Width and height of a picture.
const SIDE: usize = 8;
/// Number of classes.
const CLASSES: usize = 10;
/// The largest pixel.
const WHITE: f64 = 16.0;

/// All digits in the order of the file, pixels divided by 16.
#[must_use]
pub fn all() -> Pictures {
    let (pixels, labels) = parts();
    let pixels = pixels.iter().map(|&pixel| f64::from(pixel) / WHITE).collect();
    let labels = labels.iter().copied().map(usize::from).collect();
    Pictures::new(Rows::new(SIDE * SIDE, pixels), labels, SIDE, CLASSES)
}

/// Pixels and labels as they lie in the file. That it is whole is a test's business.
fn parts() -> (&'static [u8], &'static [u8]) {
    FILE[8..].split_at((FILE.len() - 8) / (SIDE * SIDE + 1) * SIDE * SIDE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::random;

    #[test]
    fn the_file_is_the_one_of_the_manifest() {
        let manifest = include_str!("../../data/README.md");
        let line = manifest.lines().find(|line| line.starts_with("| `digits.bin`")).unwrap();
        let cells: Vec<&str> = line.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        assert_eq!(cells[2], FILE.len().to_string());
        assert_eq!(cells[4], blake3::hash(FILE).to_hex().as_str());
    }

    #[test]
    fn the_file_has_its_format_and_its_counts() {
        assert_eq!(&FILE[..4], b"DIG1");
        let n = u32::from_le_bytes(FILE[4..8].try_into().unwrap()) as usize;
        let (pixels, labels) = parts();
        assert_eq!((n, pixels.len(), labels.len()), (1797, 1797 * 64, 1797));
        assert!(pixels.iter().all(|&pixel| pixel <= 16));
        let mut counts = [0; 10];
        labels.iter().for_each(|&label| counts[usize::from(label)] += 1);
        assert_eq!(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    }

    #[test]
    fn digits_are_pictures_with_labels() {
        let digits = all();
        assert_eq!((digits.len(), digits.side(), digits.classes()), (1797, 8, 10));
        assert_eq!(digits.labels()[..10], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        // The first line of the source: 0,0,5,13,9,1,0,0, …
        assert_eq!(digits.pixels().row(0)[2..5], [5.0 / 16.0, 13.0 / 16.0, 9.0 / 16.0]);
        assert!(digits.pixels().values().iter().all(|pixel| (0.0..=1.0).contains(pixel)));
    }

    #[test]
    fn splits_come_from_the_stream() {
        let split = |seed| all().split(&mut random::stream(seed, "digits", 0, "split"), 1000, 797);
        assert_eq!(split(1), split(1));
        assert_ne!(split(1).train.labels(), split(2).train.labels());
        let one = split(1).centred();
        let largest = one.train.pixels().means().into_iter().fold(0.0_f64, |a, b| a.max(b.abs()));
        assert!(largest < 1e-14, "{largest}");
        assert_eq!((one.train.len(), one.test.len()), (1000, 797));
        let pair = all().of_classes(&[3, 8]);
        assert_eq!((pair.len(), pair.classes()), (183 + 174, 2));
    }
}
