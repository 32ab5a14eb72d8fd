//! Inputs and targets, as rows of numbers.

/// Rows of equal width, one after another: the shape is `[len, width]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    values: Vec<f64>,
    width: usize,
}

impl Rows {
    /// Rows of that width.
    ///
    /// # Panics
    /// When the width is 0 or does not divide the number of values.
    #[must_use]
    pub fn new(width: usize, values: Vec<f64>) -> Self {
        assert!(
            width > 0 && values.len().is_multiple_of(width),
            "{} values, width {width}",
            values.len()
        );
        Self { values, width }
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len() / self.width
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The numbers in a row.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// All numbers, row after row.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The row of that index.
    ///
    /// # Panics
    /// When there is no such row.
    #[must_use]
    pub fn row(&self, index: usize) -> &[f64] {
        &self.values[index * self.width..][..self.width]
    }

    /// All rows, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.values.chunks_exact(self.width)
    }

    /// The rows of these indices, in that order.
    ///
    /// # Panics
    /// When there is no such row.
    #[must_use]
    pub fn select(&self, indices: &[usize]) -> Self {
        let values = indices.iter().flat_map(|&index| self.row(index)).copied().collect();
        Self { values, width: self.width }
    }

    /// The mean of each column; NaN where there is no row.
    #[must_use]
    pub fn means(&self) -> Vec<f64> {
        let mut sums = vec![0.0; self.width];
        for row in self.iter() {
            sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
        }
        sums.iter_mut().for_each(|sum| *sum /= self.len() as f64);
        sums
    }

    /// The rows less one row, as the mean of other rows.
    ///
    /// # Panics
    /// When that row has another width.
    #[must_use]
    pub fn minus(&self, row: &[f64]) -> Self {
        assert_eq!(row.len(), self.width, "a row of another width");
        let less = |x: &[f64]| x.iter().zip(row).map(|(x, y)| x - y).collect::<Vec<f64>>();
        Self { values: self.iter().flat_map(less).collect(), width: self.width }
    }
}

/// Inputs of shape `[n, d]` with their targets, `[n, k]`.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "nothing else belongs to examples")]
pub struct Examples {
    /// One row for each example.
    pub inputs: Rows,
    /// As many rows.
    pub targets: Rows,
}

impl Examples {
    /// Examples of these inputs and targets.
    ///
    /// # Panics
    /// When their numbers differ.
    #[must_use]
    pub fn new(inputs: Rows, targets: Rows) -> Self {
        assert_eq!(inputs.len(), targets.len(), "as many targets as inputs");
        Self { inputs, targets }
    }

    /// `n` examples with inputs of that width and one target each, drawn one after another.
    ///
    /// # Panics
    /// When an input has another width.
    #[must_use]
    pub fn drawn(n: usize, width: usize, mut draw: impl FnMut() -> (Vec<f64>, f64)) -> Self {
        let (mut inputs, mut targets) = (Vec::with_capacity(n * width), Vec::with_capacity(n));
        for _ in 0..n {
            let (x, y) = draw();
            assert_eq!(x.len(), width, "an input of another width");
            inputs.extend(x);
            targets.push(y);
        }
        Self::new(Rows::new(width, inputs), Rows::new(1, targets))
    }

    /// The number of examples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inputs.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.inputs.is_empty()
    }

    /// The examples of these indices, in that order.
    ///
    /// # Panics
    /// When there is no such example.
    #[must_use]
    pub fn select(&self, indices: &[usize]) -> Self {
        Self { inputs: self.inputs.select(indices), targets: self.targets.select(indices) }
    }

    /// The first `n` examples, or all.
    #[must_use]
    pub fn first(&self, n: usize) -> Self {
        self.select(&(0..n.min(self.len())).collect::<Vec<usize>>())
    }
}

/// Labels below `classes` as rows of zeros with a one: shape `[n, classes]`.
///
/// # Panics
/// When a label is not below `classes`.
#[must_use]
pub fn one_hot(labels: &[usize], classes: usize) -> Rows {
    let mut values = vec![0.0; labels.len() * classes];
    for (row, &label) in labels.iter().enumerate() {
        assert!(label < classes, "the label {label} among {classes} classes");
        values[row * classes + label] = 1.0;
    }
    Rows::new(classes, values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_selected_and_centred() {
        let rows = Rows::new(2, vec![1.0, 2.0, 3.0, 4.0, 5.0, 9.0]);
        assert_eq!((rows.len(), rows.width(), rows.row(1)), (3, 2, &[3.0, 4.0][..]));
        assert_eq!(rows.select(&[2, 0]).values(), [5.0, 9.0, 1.0, 2.0]);
        assert_eq!(rows.means(), [3.0, 5.0]);
        assert_eq!(rows.minus(&rows.means()).means(), [0.0, 0.0]);
        assert_eq!(rows.iter().map(|row| row[0]).collect::<Vec<f64>>(), [1.0, 3.0, 5.0]);
    }

    #[test]
    fn labels_are_columns() {
        assert_eq!(one_hot(&[2, 0], 3).values(), [0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
    }

    #[test]
    fn the_first_examples_keep_their_targets() {
        let mut i = 0.0;
        let examples = Examples::drawn(4, 2, || {
            i += 1.0;
            (vec![i, -i], 10.0 * i)
        });
        let first = examples.first(2);
        assert_eq!(first.inputs.values(), [1.0, -1.0, 2.0, -2.0]);
        assert_eq!(first.targets.values(), [10.0, 20.0]);
        assert_eq!(examples.first(9), examples);
    }
}
