//! One replicate: a pool, the best parameters on it, and gradient descent on samples from it.

use nalgebra::DMatrix;
use nalgebra::DVector;

use super::setting::Losses;
use super::setting::Part;
use super::setting::Samples;
use super::setting::Setting;
use super::setting::Shard;
use super::setting::Target;
use crate::lab::linear_algebra::LeastSquares;
use crate::lab::linear_algebra::mean_squared_error;
use crate::lab::random;
use crate::lab::random_features::Kind;
use crate::lab::random_features::Layer;

/// Dimension of the inputs.
const INPUTS: usize = 10;
/// Points of the pool at a time, so that few features are held at once.
const BATCH: usize = 1000;

/// Draws a pool and fits every setting. The experiment's id is part of the random streams.
pub(super) fn replicate(experiment: &str, shard: &Shard) -> Part {
    let stream = |purpose: &str| random::stream(shard.seed, experiment, shard.replicate, purpose);
    let widest = shard.fits.iter().map(|fit| fit.p).chain([shard.samples.p]).max().unwrap_or(1);
    let largest = shard.fits.iter().map(|fit| fit.n).max().unwrap_or(1);
    let x = random::normals(&mut stream("data"), shard.pool * INPUTS);
    let x = DMatrix::from_row_slice(shard.pool, INPUTS, &x);
    let noise = random::normals(&mut stream("noise"), shard.pool);
    let y =
        DVector::from_fn(shard.pool, |i, _| learned(shard.target, &x, i) + shard.noise * noise[i]);
    let (mut weights, mut biases) = (stream("weights"), stream("biases"));
    let layer = Layer::draw_normal(Kind::Relu, INPUTS, widest, &mut weights, &mut biases);
    let pool = Pool { x, y, layer };

    let moments = pool.moments();
    let sample = pool.sample(&random::indices(&mut stream("sample"), largest, shard.pool));
    let (mut fits, thetas) = fit(&shard.fits, &moments, &sample);
    for (losses, total) in fits.iter_mut().zip(pool.losses(&thetas)) {
        losses.total = total.sum() / shard.pool as f64;
    }

    let best = moments.best(shard.samples.p);
    let losses = pool.losses(&DMatrix::from_column_slice(best.len(), 1, best.as_slice()));
    let mean = losses[0].sum() / shard.pool as f64;
    let off = losses[0].add_scalar(-mean);
    let squares = statistical(&shard.samples, off.as_slice(), |size| {
        random::stream(shard.seed, experiment, shard.replicate, &format!("samples of {size}"))
    });
    Part { fits, variance: off.norm_squared() / shard.pool as f64, squares }
}

/// Trains each setting on the first points of the sample. Returns the losses without the total, and the
/// trained parameters, one column a setting.
fn fit(settings: &[Setting], moments: &Moments, sample: &Sample) -> (Vec<Losses>, DMatrix<f64>) {
    let mut thetas = DMatrix::zeros(moments.cross.len(), settings.len());
    // Settings that differ in `t` alone share a decomposition, those with the same `p` the best
    // parameters; such settings are next to each other.
    let (mut last, mut best) = (None, (0, DVector::zeros(0)));
    let losses = settings.iter().enumerate().map(|(column, &Setting { p, n, t })| {
        let (design, y) = (sample.features.view((0, 0), (n, p + 1)), sample.y.rows(0, n));
        if best.0 != p {
            best = (p, moments.best(p));
        }
        let problem = match last.take() {
            Some((size, problem)) if size == (p, n) => problem,
            _ => LeastSquares::new(&scaled(design.clone_owned(), p), &y.clone_owned()),
        };
        let steps = problem.gradient_descent(1.0 / problem.largest(), t as f64);
        last = Some(((p, n), problem));
        let theta = steps.component_mul(&scales(p));
        thetas.view_mut((0, column), (p + 1, 1)).copy_from(&theta);
        Losses {
            trained_on_pool: moments.loss(&theta),
            trained_on_sample: mean_squared_error(design, &theta, &y.clone_owned()),
            best_on_sample: mean_squared_error(design, &best.1, &y.clone_owned()),
            best_on_pool: moments.loss(&best.1),
            total: f64::NAN,
        }
    });
    (losses.collect(), thetas)
}

/// The mean square of `L_D̂(θ*) − L_D(θ*)` over samples of each size, given how far the loss at `θ*` of
/// each point of the pool is from its mean.
fn statistical(
    samples: &Samples,
    off: &[f64],
    stream: impl Fn(usize) -> rand_chacha::ChaCha8Rng,
) -> Vec<f64> {
    let mean_square = |&size: &usize| {
        let mut stream = stream(size);
        let square = |_| {
            let drawn = random::indices(&mut stream, size, off.len());
            let mean = drawn.into_iter().map(|i| off[i]).sum::<f64>() / size as f64;
            mean * mean
        };
        (0..samples.repeats).map(square).sum::<f64>() / samples.repeats as f64
    };
    samples.sizes.iter().map(mean_square).collect()
}

/// The distribution: each of these points is equally likely.
struct Pool {
    /// Inputs, shape `[N, d]`.
    x: DMatrix<f64>,
    /// Targets, shape `[N]`.
    y: DVector<f64>,
    /// The hidden layer.
    layer: Layer,
}

/// Points drawn from the pool.
struct Sample {
    /// A constant and the features without a factor, shape `[n, p + 1]`.
    features: DMatrix<f64>,
    /// Shape `[n]`.
    y: DVector<f64>,
}

/// Second moments over the pool of a constant, the features without a factor, and the target.
struct Moments {
    /// `E φφᵀ`, shape `[p + 1, p + 1]`.
    gram: DMatrix<f64>,
    /// `E φy`, shape `[p + 1]`.
    cross: DVector<f64>,
    /// `E y²`.
    power: f64,
}

impl Pool {
    fn moments(&self) -> Moments {
        let mut moments: Option<Moments> = None;
        for (features, y) in self.batches() {
            let transposed = features.transpose();
            let (gram, cross) = (&transposed * &features, &transposed * &y);
            let power = y.norm_squared();
            moments = Some(match moments {
                None => Moments { gram, cross, power },
                Some(sum) => Moments {
                    gram: sum.gram + gram,
                    cross: sum.cross + cross,
                    power: sum.power + power,
                },
            });
        }
        let count = self.y.len() as f64;
        let sum = moments.expect("a pool has points");
        Moments { gram: sum.gram / count, cross: sum.cross / count, power: sum.power / count }
    }

    /// The squared error of every point, for each column of parameters.
    fn losses(&self, thetas: &DMatrix<f64>) -> Vec<DVector<f64>> {
        let mut losses = vec![DVector::zeros(self.y.len()); thetas.ncols()];
        let mut start = 0;
        for (features, y) in self.batches() {
            let predicted = features.columns(0, thetas.nrows()) * thetas;
            for (losses, predicted) in losses.iter_mut().zip(predicted.column_iter()) {
                let squares = (predicted - &y).map(|off| off * off);
                losses.rows_mut(start, y.len()).copy_from(&squares);
            }
            start += y.len();
        }
        losses
    }

    fn batches(&self) -> impl Iterator<Item = (DMatrix<f64>, DVector<f64>)> + '_ {
        (0..self.y.len()).step_by(BATCH).map(|start| {
            let rows = BATCH.min(self.y.len() - start);
            let x = self.x.rows(start, rows).clone_owned();
            (self.features(&x), self.y.rows(start, rows).clone_owned())
        })
    }

    fn sample(&self, indices: &[usize]) -> Sample {
        let x = self.x.select_rows(indices);
        Sample { features: self.features(&x), y: self.y.select_rows(indices) }
    }

    fn features(&self, x: &DMatrix<f64>) -> DMatrix<f64> {
        self.layer.apply(x).insert_column(0, 1.0)
    }
}

impl Moments {
    /// The parameters of least loss over the pool with the first `p` features.
    fn best(&self, p: usize) -> DVector<f64> {
        let gram = self.gram.view((0, 0), (p + 1, p + 1)).clone_owned();
        LeastSquares::from_moments(gram, &self.cross.rows(0, p + 1).clone_owned()).minimum_norm()
    }

    /// The mean squared error over the pool, `θᵀMθ − 2cᵀθ + E y²`.
    fn loss(&self, theta: &DVector<f64>) -> f64 {
        let p = theta.len();
        let image = self.gram.view((0, 0), (p, p)) * theta;
        theta.dot(&image) - 2.0 * self.cross.rows(0, p).dot(theta) + self.power
    }
}

/// What the model multiplies the constant and the features by: 1 and `1/√p`. Gradient descent takes
/// notice of it; the best parameters do not.
fn scales(p: usize) -> DVector<f64> {
    let mut scales = DVector::from_element(p + 1, 1.0 / (p as f64).sqrt());
    scales[0] = 1.0;
    scales
}

fn scaled(mut design: DMatrix<f64>, p: usize) -> DMatrix<f64> {
    for (mut column, scale) in design.column_iter_mut().zip(scales(p).iter()) {
        column *= *scale;
    }
    design
}

/// What is learned, at the point in row `i`, without noise.
fn learned(target: Target, x: &DMatrix<f64>, i: usize) -> f64 {
    match target {
        Target::Seed => libm::sin(x[(i, 0)]) + libm::cos(x[(i, 1)]),
        Target::Step => 1f64.copysign(x[(i, 0)]),
        Target::Linear => x.row(i).sum() / (INPUTS as f64).sqrt(),
    }
}
