//! How many linear regions a ReLU network can have: exact where it fits 128 bits, and as a decimal
//! logarithm always.

/// A count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Count {
    /// The number, where it is below `2^128`.
    pub exact: Option<u128>,
    /// Its decimal logarithm; `−∞` for zero.
    pub log10: f64,
}

/// The regions into which `m` hyperplanes in general position cut a space of `d` dimensions: `Σ_{j ≤ d}
/// C(m, j)` (Zaslavsky 1975, *Facing up to arrangements*). The most that one hidden layer can have, and
/// what it has for almost all weights with biases.
#[must_use]
pub fn zaslavsky(m: usize, d: usize) -> Count {
    binomials(m, d).fold(ZERO, Count::plus)
}

/// No network with hidden layers of these widths has more regions on a `d`-dimensional input: `∏_l
/// Σ_{j ≤ min(d, m_1, …, m_l)} C(m_l, j)` (Montúfar 2017, *Notes on the number of linear regions of deep
/// neural networks*). An upper bound, not the maximum.
#[must_use]
pub fn upper(d: usize, widths: &[usize]) -> Count {
    let mut dimension = d;
    widths.iter().fold(ONE, |count, &width| {
        dimension = dimension.min(width);
        count.times(zaslavsky(width, dimension))
    })
}

/// Some network with hidden layers of these widths has at least that many: `∏_{l < L} ⌊m_l/d⌋^d · Σ_{j
/// ≤ d} C(m_L, j)` (Montúfar, Pascanu, Cho and Bengio 2014, *On the number of linear regions of deep
/// neural networks*). Says nothing, and is one, where a layer is narrower than the input, or without
/// layers or inputs.
#[must_use]
pub fn lower(d: usize, widths: &[usize]) -> Count {
    let Some((&last, before)) = widths.split_last() else { return ONE };
    if d == 0 || widths.iter().any(|&width| width < d) {
        return ONE;
    }
    before.iter().fold(zaslavsky(last, d), |count, &width| {
        (0..d).fold(count, |count, _| count.times(Count::of(width / d)))
    })
}

/// A sharper upper bound (Serra, Tjandraatmadja and Ramalingam 2018, *Bounding and counting linear
/// regions of deep neural networks*, theorem 1): `Σ ∏_l C(m_l, j_l)` over all `j_l ≤ min(d, m_1 − j_1, …,
/// m_{l−1} − j_{l−1}, m_l)`, since `j` units that are off leave at most `m − j` dimensions. With one
/// input it is the maximum.
#[must_use]
pub fn serra(d: usize, widths: &[usize]) -> Count {
    // From the last layer back: the sum over what follows, by the dimensions that are left.
    let mut following = vec![ONE; d + 1];
    for &width in widths.iter().rev() {
        following = (0..=d)
            .map(|left| {
                binomials(width, left)
                    .enumerate()
                    .map(|(off, count)| count.times(following[left.min(width - off)]))
                    .fold(ZERO, Count::plus)
            })
            .collect();
    }
    following[d]
}

const ZERO: Count = Count { exact: Some(0), log10: f64::NEG_INFINITY };
const ONE: Count = Count { exact: Some(1), log10: 0.0 };

/// `C(m, 0)` to `C(m, min(d, m))`.
fn binomials(m: usize, d: usize) -> impl Iterator<Item = Count> {
    let mut next = ONE;
    (0..=d.min(m)).map(move |j| {
        let count = next;
        // C(m, j + 1) = C(m, j) (m − j)/(j + 1), a division without remainder.
        let (up, down) = (m - j, j + 1);
        next = Count {
            exact: count.exact.and_then(|c| c.checked_mul(up as u128)).map(|c| c / down as u128),
            log10: count.log10 + libm::log10(up as f64) - libm::log10(down as f64),
        };
        count
    })
}

impl Count {
    /// The count of that many.
    #[must_use]
    pub fn of(number: usize) -> Self {
        Self { exact: Some(number as u128), log10: libm::log10(number as f64) }
    }

    fn plus(self, other: Self) -> Self {
        let exact = self.exact.zip(other.exact).and_then(|(a, b)| a.checked_add(b));
        let (low, high) = (self.log10.min(other.log10), self.log10.max(other.log10));
        let log10 = if low == f64::NEG_INFINITY {
            high
        } else {
            high + libm::log1p(libm::exp10(low - high)) / std::f64::consts::LN_10
        };
        Self { exact, log10 }
    }

    fn times(self, other: Self) -> Self {
        let exact = self.exact.zip(other.exact).and_then(|(a, b)| a.checked_mul(b));
        // Zero times zero is −∞ − ∞, which is right.
        Self { exact, log10: self.log10 + other.log10 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(count: Count, expected: u128) {
        assert_eq!(count.exact, Some(expected));
        let log10 = libm::log10(expected as f64);
        assert!(
            (count.log10 - log10).abs() < 1e-12 * log10.max(1.0),
            "{} is not {log10}",
            count.log10
        );
    }

    #[test]
    fn hand_cases() {
        // Six lines in the plane make 1 + 6 + 15 regions; three planes in space make all 8 octants.
        check(zaslavsky(6, 2), 22);
        check(zaslavsky(3, 3), 8);
        check(zaslavsky(3, 9), 8);
        check(zaslavsky(5, 1), 6);
        check(zaslavsky(0, 4), 1);
        check(upper(2, &[6]), 22);
        check(upper(2, &[5, 5]), 256);
        check(upper(1, &[32, 32, 32]), 33u128.pow(3));
        // A bottleneck of one unit leaves one dimension: 2 and 1 + 5.
        check(upper(3, &[1, 5]), 12);
        check(lower(2, &[6]), 22);
        check(lower(2, &[5, 5]), 4 * 16);
        check(lower(2, &[1, 5]), 1);
        check(lower(2, &[]), 1);
        check(serra(2, &[6]), 22);
        check(serra(1, &[4, 7, 3]), 5 * 8 * 4);
        // Two units, then two, in the plane: (j₁, j₂) with 2 − j₁ dimensions left by j₁ units:
        // j₁ = 0: 1 (1 + 2 + 1), j₁ = 1: 2 (1 + 2), j₁ = 2: 1 (1).
        check(serra(2, &[2, 2]), 4 + 6 + 1);
    }

    #[test]
    fn the_bounds_are_in_order() {
        for d in 1..5 {
            for widths in [&[5, 5][..], &[4, 8, 4], &[12, 6, 9, 5], &[30]] {
                let [low, sharp, high] = [lower(d, widths), serra(d, widths), upper(d, widths)];
                assert!(low.exact <= sharp.exact && sharp.exact <= high.exact);
                assert!(low.log10 <= sharp.log10 + 1e-12 && sharp.log10 <= high.log10 + 1e-12);
            }
        }
    }

    #[test]
    fn large_counts_have_a_logarithm_alone() {
        let count = upper(8, &[64; 20]);
        assert_eq!(count.exact, None);
        let one = zaslavsky(64, 8).log10;
        assert!((count.log10 - 20.0 * one).abs() < 1e-10);
        // All subsets of 200: 2^200.
        let all = zaslavsky(200, 200);
        assert!((all.log10 - 200.0 * libm::log10(2.0)).abs() < 1e-9);
        assert_eq!(all.exact, None);
    }
}
