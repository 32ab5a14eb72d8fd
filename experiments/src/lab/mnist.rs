//! MNIST as the author of a book supplies it: four IDX files, by name mapped in `book.toml`. Nothing
//! of it is shipped.
//!
//! Sets of the same form (Fashion-MNIST, KMNIST, digits of EMNIST) do as well: square pictures, labels
//! below 10.

use rand_chacha::ChaCha8Rng;

use crate::data::Array;
use crate::data::DataSet;
use crate::data::Supply;
use crate::lab::data::examples::Rows;
use crate::lab::data::pictures::Pictures;
use crate::lab::idx;
use crate::lab::random;

/// `mnist-train-images`.
pub const TRAIN_IMAGES: DataSet = DataSet {
    name: "mnist-train-images",
    about: "MNIST's training pictures, train-images-idx3-ubyte or the same with .gz",
    read: images,
};
/// `mnist-train-labels`.
pub const TRAIN_LABELS: DataSet = DataSet {
    name: "mnist-train-labels",
    about: "MNIST's training labels, train-labels-idx1-ubyte or the same with .gz",
    read: labels,
};
/// `mnist-test-images`.
pub const TEST_IMAGES: DataSet = DataSet {
    name: "mnist-test-images",
    about: "MNIST's test pictures, t10k-images-idx3-ubyte or the same with .gz",
    read: images,
};
/// `mnist-test-labels`.
pub const TEST_LABELS: DataSet = DataSet {
    name: "mnist-test-labels",
    about: "MNIST's test labels, t10k-labels-idx1-ubyte or the same with .gz",
    read: labels,
};

/// Number of classes.
const CLASSES: usize = 10;

/// `n` different training pictures, uniformly drawn, pixels divided by 255, for an experiment that asks
/// for [`TRAIN_IMAGES`] and [`TRAIN_LABELS`]. Of one stream, more pictures hold fewer.
///
/// # Errors
/// When there are not as many, or not as many labels as pictures.
///
/// # Panics
/// When the experiment did not ask for them.
pub fn train(supply: &Supply, stream: &mut ChaCha8Rng, n: usize) -> Result<Pictures, Mismatch> {
    draw(supply, (&TRAIN_IMAGES, &TRAIN_LABELS), stream, n)
}

/// The same of the test pictures, for an experiment that asks for [`TEST_IMAGES`] and [`TEST_LABELS`].
///
/// # Errors
/// When there are not as many, or not as many labels as pictures.
///
/// # Panics
/// When the experiment did not ask for them.
pub fn test(supply: &Supply, stream: &mut ChaCha8Rng, n: usize) -> Result<Pictures, Mismatch> {
    draw(supply, (&TEST_IMAGES, &TEST_LABELS), stream, n)
}

/// Files that do not belong together, or are too small.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Mismatch {
    /// Pictures and labels differ in number.
    #[error(
        "`{images}` has {pictures} pictures and `{labels}` {found} labels: are they of one set?"
    )]
    Labels {
        /// The name of the pictures.
        images: &'static str,
        /// The name of the labels.
        labels: &'static str,
        /// How many pictures there are.
        pictures: usize,
        /// How many labels there are.
        found: usize,
    },
    /// Fewer pictures than are asked for.
    #[error("`{images}` has {pictures} pictures, and the experiment wants {wanted}")]
    Few {
        /// The name of the pictures.
        images: &'static str,
        /// How many pictures there are.
        pictures: usize,
        /// How many the experiment wants.
        wanted: usize,
    },
}

fn draw(
    supply: &Supply,
    (images, labels): (&DataSet, &DataSet),
    stream: &mut ChaCha8Rng,
    n: usize,
) -> Result<Pictures, Mismatch> {
    let (pixels, marks) = (supply.array(images.name), supply.array(labels.name).values());
    let (pictures, side) = (pixels.shape()[0], pixels.shape()[1]);
    let (images, labels, found) = (images.name, labels.name, marks.len());
    if pictures != found {
        return Err(Mismatch::Labels { images, labels, pictures, found });
    }
    if pictures < n {
        return Err(Mismatch::Few { images, pictures, wanted: n });
    }
    let drawn = &random::permutation(stream, pictures)[..n];
    let size = side * side;
    // Chosen before they become numbers of eight bytes: all of MNIST would take 376 MB.
    let values = drawn.iter().flat_map(|&i| &pixels.values()[i * size..][..size]);
    let values = values.map(|&pixel| f64::from(pixel) / 255.0).collect();
    let marks = drawn.iter().map(|&i| usize::from(marks[i])).collect();
    Ok(Pictures::new(Rows::new(size, values), marks, side, CLASSES))
}

/// Square pictures.
fn images(file: &[u8]) -> Result<Array, String> {
    let array = idx::images(file).map_err(|fault| fault.to_string())?;
    match array.shape() {
        [_, height, width] if height == width => Ok(array),
        shape => Err(format!(
            "at byte 8: pictures of {} × {} pixels, but expected square ones",
            shape[1], shape[2]
        )),
    }
}

/// Labels below 10.
fn labels(file: &[u8]) -> Result<Array, String> {
    let array = idx::labels(file).map_err(|fault| fault.to_string())?;
    match array.values().iter().position(|&label| usize::from(label) >= CLASSES) {
        None => Ok(array),
        Some(at) => Err(format!(
            "at byte {}: the label {}, but expected 0 to 9",
            at + 8,
            array.values()[at]
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn idx(shape: &[u32], values: &[u8]) -> Vec<u8> {
        let mut file = vec![0, 0, 8, shape.len() as u8];
        shape.iter().for_each(|extent| file.extend(extent.to_be_bytes()));
        file.extend(values);
        file
    }

    fn supply(pictures: u32, marks: &[u8]) -> Supply {
        let pixels: Vec<u8> = (0..pictures * 28 * 28).map(|i| (i % 256) as u8).collect();
        let mut supply = Supply::default();
        let images = (TRAIN_IMAGES.read)(&self::idx(&[pictures, 28, 28], &pixels)).unwrap();
        supply.insert(TRAIN_IMAGES.name, images);
        let labels = (TRAIN_LABELS.read)(&self::idx(&[marks.len() as u32], marks)).unwrap();
        supply.insert(TRAIN_LABELS.name, labels);
        supply
    }

    fn stream() -> ChaCha8Rng {
        random::stream(29, "mnist", 0, "train")
    }

    #[test]
    fn pictures_are_drawn_with_their_labels_and_pooled() {
        let supply = supply(4, &[9, 0, 4, 7]);
        let pictures = train(&supply, &mut stream(), 4).unwrap();
        assert_eq!((pictures.len(), pictures.side(), pictures.classes()), (4, 28, 10));
        let mut seen = Vec::new();
        for (picture, &label) in pictures.pixels().iter().zip(pictures.labels()) {
            let at = [9, 0, 4, 7].iter().position(|&mark| mark == label).unwrap();
            assert_eq!(picture[5], (at * 784 + 5) as f64 % 256.0 / 255.0);
            seen.push(label);
        }
        seen.sort_unstable();
        assert_eq!(seen, [0, 4, 7, 9]);
        assert_eq!(train(&supply, &mut stream(), 2).unwrap(), pictures.select(&[0, 1]));
        let (half, quarter) = (pictures.pooled(2), pictures.pooled(4));
        assert_eq!((half.side(), quarter.side()), (14, 7));
        for (twice, once) in half.pooled(2).pixels().values().iter().zip(quarter.pixels().values())
        {
            assert!((twice - once).abs() < 1e-15);
        }
    }

    #[test]
    fn files_that_do_not_belong_together_are_named() {
        assert_eq!(
            train(&supply(3, &[1, 2]), &mut stream(), 1).unwrap_err().to_string(),
            "`mnist-train-images` has 3 pictures and `mnist-train-labels` 2 labels: are they of one set?"
        );
        assert_eq!(
            train(&supply(3, &[1, 2, 3]), &mut stream(), 4).unwrap_err().to_string(),
            "`mnist-train-images` has 3 pictures, and the experiment wants 4"
        );
        assert_eq!(
            labels(&idx(&[3], &[1, 2, 10])).unwrap_err(),
            "at byte 10: the label 10, but expected 0 to 9"
        );
        assert_eq!(
            images(&idx(&[1, 2, 3], &[0; 6])).unwrap_err(),
            "at byte 8: pictures of 2 × 3 pixels, but expected square ones"
        );
    }
}
