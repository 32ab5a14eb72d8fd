//! Data that the book supplies: what an experiment asks for, and what its run is given.
//!
//! A directive names an experiment, the experiment names data sets, and `book.toml` maps these names to
//! files inside the book. Nothing here reads a file.

use std::collections::BTreeMap;
use std::sync::Arc;

/// A data set that an experiment asks for.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "experiments declare theirs")]
pub struct DataSet {
    /// Its name in `book.toml`.
    pub name: &'static str,
    /// What file is expected, for whoever has to find it: "the training pictures of MNIST, in IDX
    /// format".
    pub about: &'static str,
    /// Reads the bytes of the file. It survives any bytes: they come from outside. The error says what
    /// is wrong and where.
    pub read: fn(&[u8]) -> Result<Array, String>,
}

/// What a data set holds: bytes in one or more dimensions, the last of which runs fastest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Array {
    shape: Vec<usize>,
    values: Vec<u8>,
}

impl Array {
    /// Values of that shape; nothing where their number is another.
    #[must_use]
    pub fn new(shape: Vec<usize>, values: Vec<u8>) -> Option<Self> {
        let size = shape.iter().try_fold(1_usize, |size, extent| size.checked_mul(*extent));
        (size == Some(values.len())).then_some(Self { shape, values })
    }

    /// The extent of each dimension.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// All values.
    #[must_use]
    pub fn values(&self) -> &[u8] {
        &self.values
    }
}

/// The data sets that an experiment asked for, read.
#[derive(Clone, Debug, Default)]
pub struct Supply(BTreeMap<&'static str, Arc<Array>>);

impl Supply {
    /// Adds a data set.
    pub fn insert(&mut self, name: &'static str, array: Array) {
        self.0.insert(name, Arc::new(array));
    }

    /// The data set of that name.
    ///
    /// # Panics
    /// When the experiment did not ask for it ([`crate::experiment::Experiment::data`]).
    #[must_use]
    pub fn array(&self, name: &str) -> &Array {
        self.0.get(name).unwrap_or_else(|| panic!("the experiment did not ask for `{name}`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_has_as_many_values_as_its_shape() {
        assert!(Array::new(vec![2, 3], vec![0; 6]).is_some());
        assert!(Array::new(vec![2, 3], vec![0; 5]).is_none());
        assert!(Array::new(vec![usize::MAX, 2, 0], Vec::new()).is_none(), "no overflow");
        assert_eq!(Array::new(Vec::new(), vec![7]).unwrap().values(), [7]);
    }
}
