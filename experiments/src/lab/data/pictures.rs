//! Square grey pictures with a label each, as experiments use them: pixels from 0 to 1.

use rand_chacha::ChaCha8Rng;

use crate::lab::data::examples::Examples;
use crate::lab::data::examples::Rows;
use crate::lab::data::examples::one_hot;
use crate::lab::random;

/// Pictures of `side × side` pixels with labels below `classes`.
#[derive(Clone, Debug, PartialEq)]
pub struct Pictures {
    pixels: Rows,
    labels: Vec<usize>,
    side: usize,
    classes: usize,
}

/// Pictures to learn from, and others.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a split has two parts")]
pub struct Split {
    /// To learn from.
    pub train: Pictures,
    /// To measure on.
    pub test: Pictures,
}

impl Pictures {
    /// Pictures from rows of pixels, `[n, side²]`, rows of each picture from the top.
    ///
    /// # Panics
    /// When widths, numbers or labels do not fit.
    #[must_use]
    pub fn new(pixels: Rows, labels: Vec<usize>, side: usize, classes: usize) -> Self {
        assert_eq!(pixels.width(), side * side, "pixels of another number than {side} × {side}");
        assert_eq!(pixels.len(), labels.len(), "as many labels as pictures");
        assert!(labels.iter().all(|&label| label < classes), "labels are below {classes}");
        Self { pixels, labels, side, classes }
    }

    /// The number of pictures.
    #[must_use]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The pixels, `[n, side²]`.
    #[must_use]
    pub fn pixels(&self) -> &Rows {
        &self.pixels
    }

    /// The label of each picture.
    #[must_use]
    pub fn labels(&self) -> &[usize] {
        &self.labels
    }

    /// Width and height in pixels.
    #[must_use]
    pub fn side(&self) -> usize {
        self.side
    }

    /// The number of classes.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Pixels as inputs, `[n, side²]`, labels as rows with a one, `[n, classes]`.
    #[must_use]
    pub fn examples(&self) -> Examples {
        Examples::new(self.pixels.clone(), one_hot(&self.labels, self.classes))
    }

    /// The pictures of these indices, in that order.
    ///
    /// # Panics
    /// When there is no such picture.
    #[must_use]
    pub fn select(&self, indices: &[usize]) -> Self {
        let labels = indices.iter().map(|&index| self.labels[index]).collect();
        Self { pixels: self.pixels.select(indices), labels, ..*self }
    }

    /// The pictures of some classes, which are numbered anew in the order given.
    ///
    /// # Panics
    /// When a class is named twice.
    #[must_use]
    pub fn of_classes(&self, classes: &[usize]) -> Self {
        let repeated = classes.iter().enumerate().any(|(i, class)| classes[..i].contains(class));
        assert!(!repeated, "a class twice in {classes:?}");
        let number = |label: usize| classes.iter().position(|&class| class == label);
        let kept: Vec<usize> =
            (0..self.len()).filter(|&i| number(self.labels[i]).is_some()).collect();
        let labels = kept.iter().filter_map(|&i| number(self.labels[i])).collect();
        let classes = classes.len();
        Self { pixels: self.pixels.select(&kept), labels, side: self.side, classes }
    }

    /// `train` and `test` different pictures, uniformly drawn: of one stream, more training pictures
    /// hold fewer, and the same test pictures stay.
    ///
    /// # Panics
    /// When there are not as many pictures.
    #[must_use]
    pub fn split(&self, stream: &mut ChaCha8Rng, train: usize, test: usize) -> Split {
        let all = self.len();
        assert!(train + test <= all, "{train} and {test} of {all} pictures");
        let order = random::permutation(stream, all);
        Split { train: self.select(&order[..train]), test: self.select(&order[all - test..]) }
    }

    /// The pictures with every `factor × factor` pixels replaced by their mean: 28 → 14 → 7.
    ///
    /// # Panics
    /// When the factor does not divide the side.
    #[must_use]
    pub fn pooled(&self, factor: usize) -> Self {
        let side = self.side;
        assert!(factor > 0 && side.is_multiple_of(factor), "{side} pixels pooled by {factor}");
        let pooled_side = side / factor;
        let mean = |picture: &[f64], row: usize, column: usize| {
            let lines =
                (0..factor).map(|i| &picture[(row * factor + i) * side + column * factor..]);
            lines.flat_map(|line| &line[..factor]).sum::<f64>() / (factor * factor) as f64
        };
        let places = || (0..pooled_side).flat_map(|row| (0..pooled_side).map(move |at| (row, at)));
        let pixels = self.pixels.iter().flat_map(|picture| {
            places().map(move |(row, column)| mean(picture, row, column)).collect::<Vec<f64>>()
        });
        let pixels = Rows::new(pooled_side * pooled_side, pixels.collect());
        Self { pixels, labels: self.labels.clone(), side: pooled_side, classes: self.classes }
    }
}

impl Split {
    /// Both parts less the mean of the training pictures, pixel by pixel: without that, the mean
    /// direction dominates the largest eigenvalues.
    ///
    /// # Panics
    /// When there is nothing to learn from.
    #[must_use]
    pub fn centred(&self) -> Self {
        assert!(!self.train.is_empty(), "no training pictures have no mean");
        let mean = self.train.pixels.means();
        let less = |part: &Pictures| Pictures { pixels: part.pixels.minus(&mean), ..part.clone() };
        Self { train: less(&self.train), test: less(&self.test) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pictures of 4 × 4 pixels that count on.
    fn pictures(n: usize) -> Pictures {
        let pixels = (0..16 * n).map(|i| i as f64).collect();
        Pictures::new(Rows::new(16, pixels), (0..n).map(|i| i % 3).collect(), 4, 3)
    }

    #[test]
    fn pooling_takes_means_of_blocks() {
        let one = pictures(2);
        let half = one.pooled(2);
        // The block 0 1 4 5 has the mean 2.5.
        assert_eq!(half.pixels().row(0), [2.5, 4.5, 10.5, 12.5]);
        assert_eq!(half.pixels().row(1), [18.5, 20.5, 26.5, 28.5]);
        assert_eq!((half.side(), half.labels()), (2, one.labels()));
        assert_eq!(half.pooled(2), one.pooled(4));
        assert_eq!(one.pooled(1), one);
    }

    #[test]
    fn classes_are_numbered_anew() {
        let some = pictures(7).of_classes(&[2, 0]);
        assert_eq!((some.labels(), some.classes()), (&[1, 0, 1, 0, 1][..], 2));
        assert_eq!(some.pixels().row(0)[0], 0.0);
        assert_eq!(some.pixels().row(1)[0], 32.0);
        let examples = some.examples();
        assert_eq!(examples.targets.values()[..4], [0.0, 1.0, 1.0, 0.0]);
        assert_eq!((examples.inputs.width(), examples.targets.width()), (16, 2));
    }

    #[test]
    fn splits_are_nested_and_do_not_overlap() {
        let split = |train, test| {
            pictures(50).split(&mut random::stream(1, "pictures", 0, "split"), train, test)
        };
        let (few, many) = (split(10, 20), split(30, 20));
        assert_eq!(few.train, many.train.select(&(0..10).collect::<Vec<_>>()));
        assert_eq!(few.test, many.test);
        let firsts = |part: &Pictures| part.pixels().iter().map(|row| row[0]).collect::<Vec<f64>>();
        let mut all = [firsts(&many.train), firsts(&many.test)].concat();
        all.sort_by(f64::total_cmp);
        assert_eq!(all, firsts(&pictures(50)));
    }

    #[test]
    fn centring_uses_the_training_pictures_alone() {
        let split = Split {
            train: pictures(2),
            test: Pictures::new(Rows::new(16, vec![1.0; 16]), vec![0], 4, 3),
        };
        let centred = split.centred();
        assert_eq!(centred.train.pixels().means(), [0.0; 16]);
        assert_eq!(centred.train.pixels().row(0), [-8.0; 16]);
        assert_eq!(centred.test.pixels().row(0)[..3], [-7.0, -8.0, -9.0]);
    }
}
