//! Products of small matrices in single precision.
//!
//! flex hands every product to `gemm`, whose preparations pay off for large matrices: for the ones of
//! small networks its cost is nearly independent of the inner dimension. Here the right factor is
//! packed once into columns of vectors, and tiles of up to 4 rows by 3 vectors are summed in registers.

use pulp::Simd;

/// Rows of a tile.
const ROWS: usize = 4;
/// Vectors of a tile.
const VECTORS: usize = 3;

/// A matrix of which one is read: place `(i, j)` is `values[i · rows + j · columns]`.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The values.
    pub values: &'a [f32],
    /// From one row to the next.
    pub rows: usize,
    /// From one column to the next.
    pub columns: usize,
}

impl<'a> View<'a> {
    /// A matrix with that many columns, row after row.
    #[inline(always)]
    #[must_use]
    pub fn new(values: &'a [f32], columns: usize) -> Self {
        Self { values, rows: columns, columns: 1 }
    }

    /// The transposed matrix.
    #[inline(always)]
    #[must_use]
    pub fn transposed(self) -> Self {
        Self { rows: self.columns, columns: self.rows, ..self }
    }
}

/// What a product is added to.
#[derive(Clone, Copy)]
pub enum Start<'a> {
    /// Nothing.
    Zero,
    /// The same row for all rows.
    Row(&'a [f32]),
    /// What is there already.
    There,
}

/// The right factor of a product, packed: blocks of up to three vectors of columns, each block row
/// after row.
#[derive(Default)]
pub struct Packed {
    values: Vec<f32>,
    inner: usize,
    columns: usize,
}

impl Packed {
    /// Packs `scale · B`, where `B` has shape `[inner, columns]`.
    #[inline(always)]
    pub fn pack<S: Simd>(&mut self, _: S, b: View<'_>, [inner, columns]: [usize; 2], scale: f32) {
        let lanes = S::F32_LANES;
        self.inner = inner;
        self.columns = columns;
        // What fills up the last vector is never stored: it may be left over from another matrix.
        self.values.resize(inner * columns.div_ceil(lanes) * lanes, 0.0);
        for from in (0..columns).step_by(VECTORS * lanes) {
            let count = (columns - from).min(VECTORS * lanes);
            let width = count.div_ceil(lanes) * lanes;
            let block = &mut self.values[from * inner..][..width * inner];
            if b.columns == 1 {
                for (p, row) in block.chunks_exact_mut(width).enumerate() {
                    let source = &b.values[p * b.rows + from..][..count];
                    for (value, source) in row.iter_mut().zip(source) {
                        *value = scale * source;
                    }
                }
            } else {
                for j in 0..count {
                    let source = b.values[(from + j) * b.columns..].iter().step_by(b.rows);
                    let column = block[j..].iter_mut().step_by(width);
                    for (value, source) in column.zip(source) {
                        *value = scale * source;
                    }
                }
            }
        }
    }

    /// `C = start + A B`, with `A` of shape `[rows, inner]` and `C` row after row.
    #[inline(always)]
    pub fn multiply<S: Simd>(
        &self,
        simd: S,
        a: View<'_>,
        rows: usize,
        start: Start<'_>,
        c: &mut [f32],
    ) {
        let lanes = S::F32_LANES;
        for from in (0..self.columns).step_by(VECTORS * lanes) {
            let count = (self.columns - from).min(VECTORS * lanes);
            let vectors = count.div_ceil(lanes);
            let panel = &self.values[from * self.inner..][..vectors * lanes * self.inner];
            let panel = S::as_simd_f32s(panel).0;
            let start = match start {
                Start::Row(row) => Start::Row(&row[from..from + count]),
                other => other,
            };
            let block = Block { a, panel, width: count, stride: self.columns, start };
            for i in (0..rows).step_by(ROWS) {
                let c = &mut c[i * self.columns + from..];
                match (vectors, rows - i) {
                    (3, 1) => block.tile::<1, 3>(simd, i, c),
                    (3, 2) => block.tile::<2, 3>(simd, i, c),
                    (3, 3) => block.tile::<3, 3>(simd, i, c),
                    (3, _) => block.tile::<4, 3>(simd, i, c),
                    (2, 1) => block.tile::<1, 2>(simd, i, c),
                    (2, 2) => block.tile::<2, 2>(simd, i, c),
                    (2, 3) => block.tile::<3, 2>(simd, i, c),
                    (2, _) => block.tile::<4, 2>(simd, i, c),
                    (_, 1) => block.tile::<1, 1>(simd, i, c),
                    (_, 2) => block.tile::<2, 1>(simd, i, c),
                    (_, 3) => block.tile::<3, 1>(simd, i, c),
                    (_, _) => block.tile::<4, 1>(simd, i, c),
                }
            }
        }
    }
}

/// A block of columns of a product.
struct Block<'a, S: Simd> {
    a: View<'a>,
    panel: &'a [S::f32s],
    /// Columns of the block.
    width: usize,
    /// Columns of the whole product.
    stride: usize,
    start: Start<'a>,
}

impl<S: Simd> Block<'_, S> {
    /// The rows from `i` on, into `c`, which begins at the tile's first place.
    #[inline(always)]
    fn tile<const R: usize, const V: usize>(&self, simd: S, i: usize, c: &mut [f32]) {
        let lanes = S::F32_LANES;
        let end = |v: usize| ((v + 1) * lanes).min(self.width);
        let mut sums = [[simd.splat_f32s(0.0); V]; R];
        for r in 0..R {
            for v in 0..V {
                sums[r][v] = match self.start {
                    Start::Zero => sums[r][v],
                    Start::Row(row) => simd.partial_load_f32s(&row[v * lanes..end(v)]),
                    Start::There => {
                        let row = &c[r * self.stride..];
                        simd.partial_load_f32s(&row[v * lanes..end(v)])
                    }
                };
            }
        }
        let a = &self.a.values[i * self.a.rows..];
        for (p, b) in self.panel.chunks_exact(V).enumerate() {
            for r in 0..R {
                let factor = simd.splat_f32s(a[r * self.a.rows + p * self.a.columns]);
                for v in 0..V {
                    sums[r][v] = simd.mul_add_f32s(factor, b[v], sums[r][v]);
                }
            }
        }
        for r in 0..R {
            let row = &mut c[r * self.stride..];
            for v in 0..V {
                simd.partial_store_f32s(&mut row[v * lanes..end(v)], sums[r][v]);
            }
        }
    }
}

/// The scalar product of two lists of one length.
#[inline(always)]
pub fn dot<S: Simd>(simd: S, x: &[f32], y: &[f32]) -> f32 {
    let (x, x_rest) = S::as_simd_f32s(x);
    let (y, y_rest) = S::as_simd_f32s(y);
    let mut sums = [simd.splat_f32s(0.0); 4];
    let (x_fours, y_fours) = (x.chunks_exact(4), y.chunks_exact(4));
    for (x, y) in x_fours.remainder().iter().zip(y_fours.remainder()) {
        sums[0] = simd.mul_add_f32s(*x, *y, sums[0]);
    }
    for (x, y) in x_fours.zip(y_fours) {
        for (sum, (x, y)) in sums.iter_mut().zip(x.iter().zip(y)) {
            *sum = simd.mul_add_f32s(*x, *y, *sum);
        }
    }
    let sum = simd.add_f32s(simd.add_f32s(sums[0], sums[1]), simd.add_f32s(sums[2], sums[3]));
    let rest: f32 = x_rest.iter().zip(y_rest).map(|(x, y)| x * y).sum();
    simd.reduce_sum_f32s(sum) + rest
}

/// `y += factor · x`.
#[inline(always)]
pub fn add_scaled<S: Simd>(simd: S, factor: f32, x: &[f32], y: &mut [f32]) {
    let vector = simd.splat_f32s(factor);
    let (x, x_rest) = S::as_simd_f32s(x);
    let (y, y_rest) = S::as_mut_simd_f32s(y);
    for (y, x) in y.iter_mut().zip(x) {
        *y = simd.mul_add_f32s(vector, *x, *y);
    }
    for (y, x) in y_rest.iter_mut().zip(x_rest) {
        *y += factor * x;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::random;
    use pulp::Arch;
    use pulp::WithSimd;

    fn numbers(purpose: &str, n: usize) -> Vec<f32> {
        let mut stream = random::stream(1, "test", 0, purpose);
        random::normals(&mut stream, n).into_iter().map(|value| value as f32).collect()
    }

    /// The product of `[rows, inner]` and `[inner, columns]` for every way to lay the factors out,
    /// against f64.
    struct Check([usize; 3]);

    impl WithSimd for Check {
        type Output = ();

        fn with_simd<S: Simd>(self, simd: S) {
            let [rows, inner, columns] = self.0;
            let (a, b) = (numbers("a", rows * inner), numbers("b", inner * columns));
            let row = numbers("row", columns);
            let turn = |values: &[f32], rows: usize, columns: usize| -> Vec<f32> {
                (0..rows * columns).map(|at| values[at % rows * columns + at / rows]).collect()
            };
            let (a_turned, b_turned) = (turn(&a, rows, inner), turn(&b, inner, columns));
            let mut packed = Packed::default();
            for left in [View::new(&a, inner), View::new(&a_turned, rows).transposed()] {
                for right in [View::new(&b, columns), View::new(&b_turned, inner).transposed()] {
                    packed.pack(simd, right, [inner, columns], 0.5);
                    let mut c = vec![7.0; rows * columns];
                    packed.multiply(simd, left, rows, Start::Row(&row), &mut c);
                    packed.multiply(simd, left, rows, Start::There, &mut c);
                    let mut zero = vec![7.0; rows * columns];
                    packed.multiply(simd, left, rows, Start::Zero, &mut zero);
                    for (place, (&c, &zero)) in c.iter().zip(&zero).enumerate() {
                        let (i, j) = (place / columns, place % columns);
                        let product = |p: usize| f64::from(a[i * inner + p] * b[p * columns + j]);
                        let sum: f64 = (0..inner).map(product).sum();
                        let scale = 1e-6 * (inner as f64 + 4.0);
                        let error = f64::from(c) - f64::from(row[j]) - sum;
                        assert!(error.abs() < scale, "{:?} at {i}, {j}: {error}", self.0);
                        assert!((f64::from(zero) - 0.5 * sum).abs() < scale);
                    }
                }
            }
            let (x, y) = (&a[..inner], &a_turned[..inner]);
            let exact: f64 = x.iter().zip(y).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum();
            assert!((f64::from(dot(simd, x, y)) - exact).abs() < 1e-6 * (inner as f64 + 4.0));
            let mut sum = y.to_vec();
            add_scaled(simd, 2.0, x, &mut sum);
            assert!(
                sum.iter().zip(x.iter().zip(y)).all(|(s, (x, y))| (s - 2.0 * x - y).abs() < 1e-5)
            );
        }
    }

    #[test]
    fn products_are_those_of_the_definition() {
        for rows in [1, 2, 3, 4, 5, 9] {
            for inner in [1, 2, 10, 37] {
                for columns in [1, 7, 8, 9, 16, 23, 24, 25, 50] {
                    let check = || Check([rows, inner, columns]);
                    Arch::new().dispatch(check());
                    check().with_simd(pulp::Scalar);
                }
            }
        }
    }
}
