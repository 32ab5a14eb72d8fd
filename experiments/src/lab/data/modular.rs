//! `modadd-p`: addition modulo *p*, all `p²` pairs (Power, Burda, Edwards, Babuschkin and Misra 2022,
//! *Grokking: generalization beyond overfitting on small algorithmic datasets*).

use rand_chacha::ChaCha8Rng;

use crate::lab::data::examples::Examples;
use crate::lab::data::examples::Rows;
use crate::lab::data::examples::one_hot;
use crate::lab::random;

/// `(a, b, a + b mod p)` for all `a` and `b` below `p`: example `a p + b`.
#[must_use]
pub fn sums(p: usize) -> Vec<[usize; 3]> {
    (0..p).flat_map(|a| (0..p).map(move |b| [a, b, (a + b) % p])).collect()
}

/// The same as ones among zeros: inputs `[p², 2p]`, first `a`, then `p + b`; targets `[p², p]`.
///
/// # Panics
/// When `p` is 0.
#[must_use]
pub fn addition(p: usize) -> Examples {
    let mut inputs = vec![0.0; 2 * p * p * p];
    let mut targets = Vec::with_capacity(p * p);
    for (row, [a, b, sum]) in sums(p).into_iter().enumerate() {
        inputs[row * 2 * p + a] = 1.0;
        inputs[row * 2 * p + p + b] = 1.0;
        targets.push(sum);
    }
    Examples::new(Rows::new(2 * p, inputs), one_hot(&targets, p))
}

/// The indices of `train` examples, uniformly drawn, and those of all others. Of one stream, a larger
/// number trains on what a smaller one does.
#[must_use]
pub fn split(stream: &mut ChaCha8Rng, p: usize, train: usize) -> (Vec<usize>, Vec<usize>) {
    let mut order = random::permutation(stream, p * p);
    let rest = order.split_off(train.min(order.len()));
    (order, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_is_there_once_with_its_sum() {
        let p = 31;
        let examples = addition(p);
        assert_eq!((examples.len(), examples.inputs.width()), (961, 62));
        assert_eq!(examples.targets.width(), 31);
        let ones = |row: &[f64]| -> Vec<usize> {
            assert!(row.iter().all(|x| *x == 0.0 || *x == 1.0));
            (0..row.len()).filter(|&i| row[i] == 1.0).collect()
        };
        let mut seen = std::collections::BTreeSet::new();
        for (x, y) in examples.inputs.iter().zip(examples.targets.iter()) {
            let (x, y) = (ones(x), ones(y));
            assert!(x.len() == 2 && x[0] < p && x[1] >= p);
            assert_eq!(y, [(x[0] + x[1] - p) % p]);
            seen.insert(x);
        }
        assert_eq!(seen.len(), 961);
    }

    #[test]
    fn a_split_is_nested_and_loses_nothing() {
        let split = |train| split(&mut random::stream(2, "modular", 0, "split"), 31, train);
        let (few, _) = split(192);
        let (half, rest) = split(480);
        assert_eq!((half.len(), rest.len()), (480, 481));
        assert_eq!(few, half[..192]);
        let mut all: Vec<usize> = half.into_iter().chain(rest).collect();
        all.sort_unstable();
        assert_eq!(all, (0..961).collect::<Vec<_>>());
        assert_eq!((split(0).0.len(), split(5000).1.len()), (0, 0));
    }
}
