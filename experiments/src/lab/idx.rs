//! IDX files of unsigned bytes, plain or packed by gzip: the format of MNIST (LeCun, Cortes and Burges,
//! *The MNIST database of handwritten digits*).
//!
//! Big-endian: two zero bytes, the type (8: unsigned bytes), the number of dimensions, 32 bits for the
//! extent of each, then the values, and nothing after them. The bytes come from a stranger: every size is
//! checked before anything of that size is allocated, and no more is unpacked than the header says.

use std::io;
use std::io::Read;

use flate2::read::MultiGzDecoder;

use crate::data::Array;

/// The most values of a file. MNIST's largest has 47 million.
const MOST: usize = 1 << 28;
/// DEFLATE packs no better than this (258 bytes in two bits), so a file that promises more is not whole.
const BEST_RATIO: usize = 1032;
/// How gzip begins.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// What is wrong with a file: at which byte (of the unpacked data, where it is packed), what is there,
/// and what should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at byte {offset}{}: {found}, but expected {expected}", of_what(*.packed))]
pub struct Fault {
    offset: usize,
    packed: bool,
    found: String,
    expected: String,
}

/// Reads a file of pictures: three dimensions, their number, height and width.
///
/// # Errors
/// The first thing that is not as it should be.
pub fn images(file: &[u8]) -> Result<Array, Fault> {
    read(file, 3)
}

/// Reads a file of labels: one dimension.
///
/// # Errors
/// The first thing that is not as it should be.
pub fn labels(file: &[u8]) -> Result<Array, Fault> {
    read(file, 1)
}

fn read(file: &[u8], dimensions: u8) -> Result<Array, Fault> {
    if file.starts_with(&GZIP) {
        let most = file.len().saturating_mul(BEST_RATIO).min(MOST);
        Reader { source: MultiGzDecoder::new(file), offset: 0, packed: true, most }
            .array(dimensions)
    } else {
        let most = file.len().min(MOST);
        Reader { source: file, offset: 0, packed: false, most }.array(dimensions)
    }
}

/// Reads on, and knows where it is.
struct Reader<R> {
    source: R,
    offset: usize,
    packed: bool,
    /// The most values that there can be.
    most: usize,
}

impl<R: Read> Reader<R> {
    fn array(&mut self, dimensions: u8) -> Result<Array, Fault> {
        let magic = [0, 0, 8, dimensions];
        let name = if dimensions == 1 { "labels" } else { "images" };
        let expected = format!("{} ({name} of unsigned bytes)", hexadecimal(magic));
        let found = self.word(&expected)?;
        if found != magic {
            return Err(self.fault(0, hexadecimal(found), expected));
        }
        let mut shape = Vec::with_capacity(usize::from(dimensions));
        let mut size = 1_usize;
        for dimension in 1..=dimensions {
            let at = self.offset;
            let word = self.word(&format!("the extent of dimension {dimension}"))?;
            let extent = u32::from_be_bytes(word) as usize;
            size = match size.checked_mul(extent) {
                _ if extent == 0 => {
                    let found = format!("dimension {dimension} has the extent 0");
                    return Err(self.fault(at, found, "1 or more".into()));
                }
                Some(size) if size <= self.most => size,
                _ => {
                    let found = format!("dimension {dimension} has the extent {extent}");
                    return Err(self.fault(at, found, self.room()));
                }
            };
            shape.push(extent);
        }
        let values = self.values(size)?;
        let read = values.len();
        Array::new(shape, values).ok_or_else(|| {
            let found = format!("the data end after {read} values");
            self.fault(self.offset, found, format!("{size}"))
        })
    }

    /// The next four bytes.
    fn word(&mut self, expected: &str) -> Result<[u8; 4], Fault> {
        let mut word = [0; 4];
        let read = self.fill(&mut word, expected)?;
        if read < word.len() {
            return Err(self.fault(self.offset, "the data end".into(), expected.into()));
        }
        Ok(word)
    }

    /// `size` values, or those that there are; and nothing may follow. `size` is at most what there can be,
    /// and memory grows with what is read, not with what is promised.
    fn values(&mut self, size: usize) -> Result<Vec<u8>, Fault> {
        const STEP: usize = 1 << 16;
        let expected = format!("{size} values");
        let mut values = Vec::new();
        let mut buffer = vec![0; STEP.min(size)];
        while values.len() < size {
            let step = STEP.min(size - values.len());
            let read = self.fill(&mut buffer[..step], &expected)?;
            values.extend_from_slice(&buffer[..read]);
            if read < step {
                return Ok(values);
            }
        }
        let end = self.offset;
        if self.fill(&mut [0], "the end")? > 0 {
            let found = format!("more bytes after {size} values");
            return Err(self.fault(end, found, "the end".into()));
        }
        Ok(values)
    }

    /// Fills the buffer as far as there are bytes.
    fn fill(&mut self, buffer: &mut [u8], expected: &str) -> Result<usize, Fault> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.source.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let found = format!("gzip data that cannot be unpacked ({error})");
                    return Err(self.fault(self.offset + filled, found, expected.into()));
                }
            }
        }
        self.offset += filled;
        Ok(filled)
    }

    fn room(&self) -> String {
        let whose = if self.most == MOST { "" } else { ", since the file has no more" };
        format!("extents whose product is at most {}{whose}", self.most)
    }

    fn fault(&self, offset: usize, found: String, expected: String) -> Fault {
        Fault { offset, packed: self.packed, found, expected }
    }
}

fn of_what(packed: bool) -> &'static str {
    if packed { " of the unpacked data" } else { "" }
}

fn hexadecimal(word: [u8; 4]) -> String {
    format!("{:#010x}", u32::from_be_bytes(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn idx(shape: &[u32], values: &[u8]) -> Vec<u8> {
        let mut file = vec![0, 0, 8, shape.len() as u8];
        shape.iter().for_each(|extent| file.extend(extent.to_be_bytes()));
        file.extend(values);
        file
    }

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// What is said about a file of pictures, plain and packed.
    #[track_caller]
    fn check(file: &[u8], expected: &str) {
        let said = |file: &[u8]| match images(file) {
            Ok(array) => format!("{:?}", array.shape()),
            Err(fault) => fault.to_string(),
        };
        assert_eq!(said(file), expected);
        if !file.is_empty() && !expected.contains("the file has no more") {
            assert_eq!(said(&packed(file)).replace(" of the unpacked data", ""), expected);
        }
    }

    #[test]
    fn pictures_and_labels_are_read() {
        let values: Vec<u8> = (0..12).collect();
        let array = images(&idx(&[2, 2, 3], &values)).unwrap();
        assert_eq!((array.shape(), array.values()), (&[2, 2, 3][..], &values[..]));
        assert_eq!(labels(&idx(&[3], &[7, 0, 9])).unwrap().values(), [7, 0, 9]);
        let members = [packed(&idx(&[3], &[7])), packed(&[0, 9])].concat();
        assert_eq!(labels(&members).unwrap().values(), [7, 0, 9], "two members of gzip");
    }

    #[test]
    fn every_fault_says_what_where_and_what_was_expected() {
        let magic = "0x00000803 (images of unsigned bytes)";
        check(b"", &format!("at byte 0: the data end, but expected {magic}"));
        check(&[0, 0, 8], &format!("at byte 3: the data end, but expected {magic}"));
        check(&idx(&[3], &[1, 2, 3]), &format!("at byte 0: 0x00000801, but expected {magic}"));
        check(b"PK\x03\x04", &format!("at byte 0: 0x504b0304, but expected {magic}"));
        let file = idx(&[2, 2, 3], &[0; 12]);
        check(&file[..10], "at byte 10: the data end, but expected the extent of dimension 2");
        check(&file[..27], "at byte 27: the data end after 11 values, but expected 12");
        check(
            &[&file[..], b"x"].concat(),
            "at byte 28: more bytes after 12 values, but expected the end",
        );
        check(
            &idx(&[2, 0, 3], &[]),
            "at byte 8: dimension 2 has the extent 0, but expected 1 or more",
        );
    }

    #[test]
    fn promises_are_checked_before_they_are_believed() {
        let large = idx(&[u32::MAX, u32::MAX, u32::MAX], &[0; 12]);
        assert_eq!(
            images(&large).unwrap_err().to_string(),
            "at byte 4: dimension 1 has the extent 4294967295, but expected extents whose product is \
             at most 28, since the file has no more"
        );
        let fault = images(&packed(&idx(&[60_000, 28, 28], &[0; 12]))).unwrap_err().to_string();
        assert!(fault.contains("at byte 4 of the unpacked data: dimension 1"), "{fault}");
    }

    #[test]
    fn damaged_gzip_is_named() {
        let file = packed(&idx(&[1, 100, 100], &[5; 10_000]));
        let fault = images(&file[..file.len() - 9]).unwrap_err().to_string();
        assert!(fault.contains("gzip data that cannot be unpacked"), "{fault}");
        let mut wrong_sum = file.clone();
        let at = file.len() - 5;
        wrong_sum[at] ^= 1;
        let fault = images(&wrong_sum).unwrap_err().to_string();
        assert!(fault.contains("at byte 10016 of the unpacked data: gzip data"), "{fault}");
        assert!(images(&GZIP).is_err());
    }

    /// Counts what is taken from it.
    struct Counted<R>(R, usize);

    impl<R: Read> Read for Counted<R> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let read = self.0.read(buffer)?;
            self.1 += read;
            Ok(read)
        }
    }

    #[test]
    fn no_more_is_unpacked_than_the_header_says() {
        // A bomb: a picture of 9 pixels, and half a gigabyte after it.
        let header = idx(&[1, 3, 3], &[1; 9]);
        let endless = Counted(header.chain(io::repeat(0)), 0);
        let mut reader = Reader { source: endless, offset: 0, packed: true, most: MOST };
        let fault = reader.array(3).unwrap_err().to_string();
        assert!(fault.contains("at byte 25 of the unpacked data: more bytes"), "{fault}");
        assert_eq!(reader.source.1, header.len() + 1);
        // A promise of a quarter of a gigabyte, kept for 100 bytes.
        let header = idx(&[1 << 28, 1, 1], &[1; 100]);
        let mut reader = Reader { source: &header[16..], offset: 16, packed: true, most: MOST };
        let values = reader.values(1 << 28).unwrap();
        assert!(values.len() == 100 && values.capacity() < 1000, "{}", values.capacity());
    }

    // A fixed seed: what passes here passes in CI.
    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 2000,
            rng_seed: proptest::test_runner::RngSeed::Fixed(1),
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn what_was_written_is_read(
            shape in vec(1_u32..9, 3),
            values in vec(any::<u8>(), 512),
            gzip in any::<bool>(),
        ) {
            let size: u32 = shape.iter().product();
            let values = &values[..size as usize];
            let file = idx(&shape, values);
            let array = images(&if gzip { packed(&file) } else { file }).unwrap();
            prop_assert_eq!(array.values(), values);
            prop_assert!(array.shape().iter().zip(&shape).all(|(a, b)| *a == *b as usize));
        }

        #[test]
        fn hostile_bytes_are_refused_or_whole(
            start in prop_oneof![
                Just(vec![0, 0, 8, 3]), Just(vec![0, 0, 8, 1]), Just(vec![]),
                Just(vec![0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0]),
            ],
            rest in vec(prop_oneof![3 => Just(0_u8), 1 => any::<u8>()], 0..60),
            gzip in any::<bool>(),
        ) {
            let plain = [start, rest].concat();
            let file = if gzip { packed(&plain) } else { plain.clone() };
            for read in [images, labels] {
                if let Ok(array) = read(&file) {
                    prop_assert_eq!(array.values().len(), array.shape().iter().product::<usize>());
                    prop_assert_eq!(&plain[4 + 4 * array.shape().len()..], array.values());
                }
            }
        }

        #[test]
        fn damaged_files_are_refused_or_whole(
            at in any::<prop::sample::Index>(),
            bit in 0..8_u32,
            cut in any::<prop::sample::Index>(),
            gzip in any::<bool>(),
        ) {
            let plain = idx(&[2, 5, 5], &[9; 50]);
            let mut file = if gzip { packed(&plain) } else { plain };
            let at = at.index(file.len());
            file[at] ^= 1 << bit;
            file.truncate(file.len() - cut.index(3));
            if let Ok(array) = images(&file) {
                prop_assert_eq!(array.values().len(), array.shape().iter().product::<usize>());
            }
        }
    }
}
