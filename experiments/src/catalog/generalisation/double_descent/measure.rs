//! One replicate of one curve: the numbers behind the figures.

use nalgebra::DMatrix;
use nalgebra::DVector;
use rand_chacha::ChaCha8Rng;

use super::setting::Moments;
use super::setting::Part;
use super::setting::Sizes;
use super::setting::Steps;
use super::setting::Target;
use super::theory::Spectrum;
use crate::lab::linear_algebra::LeastSquares;
use crate::lab::linear_algebra::mean_squared_error;
use crate::lab::random;
use crate::lab::random_features::Layer;

/// Dimension of the inputs of the random features.
const INPUTS: usize = 10;
/// Points in the test set.
const TEST: usize = 1000;
/// Fresh points at a time, so that few features are held at once.
const BATCH: usize = 1000;
/// Standard deviation of `x·θ*` over the features of each scale.
const SIGNALS: [f64; 2] = [3.0, 1.5];

/// Fits each pair of sample size and width. The experiment's id is part of its random streams.
pub(super) fn sizes(experiment: &str, shard: &Sizes) -> Part {
    let stream = |purpose| random::stream(shard.seed, experiment, shard.replicate, purpose);
    let most = |list: &[usize]| list.iter().copied().max().unwrap_or(0);
    let (n, p) = (most(&shard.points), most(&shard.widths));
    let sample = |n, data, noise| {
        let x = points(&mut stream(data), n, INPUTS);
        let noise = DVector::from_vec(random::normals(&mut stream(noise), n));
        let y = DVector::from_fn(n, |i, _| learned(shard.target, &x, i) + shard.noise * noise[i]);
        (x, y)
    };
    let (x, y) = sample(n, "data", "noise");
    let (x_test, y_test) = sample(TEST, "test", "test noise");
    let layer =
        Layer::draw(shard.features, INPUTS, p, &mut stream("weights"), &mut stream("biases"));
    let (features, test_features) = (layer.apply(&x), layer.apply(&x_test));

    let mut part = Part::default();
    for (&n, &p) in shard.points.iter().zip(&shard.widths) {
        let scale = 1.0 / (p as f64).sqrt();
        let (phi, y) = (features.view((0, 0), (n, p)), y.rows(0, n).clone_owned());
        let theta = LeastSquares::new(&(phi * scale), &y).ridge(n as f64 * shard.ridge);
        // The features carry the factor 1/√p; here it goes to the coefficients, which are fewer.
        let scaled = &theta * scale;
        let test = test_features.columns(0, p);
        part.test.push(mean_squared_error(test, &scaled, &y_test));
        part.train.push(mean_squared_error(phi, &scaled, &y));
        part.norm.push(theta.norm());
    }
    part
}

/// Second moments of the features that [`sizes`] draws for the same replicate, on fresh points.
pub(super) fn moments(experiment: &str, shard: &Moments) -> Part {
    let stream = |purpose| random::stream(shard.seed, experiment, shard.replicate, purpose);
    let widest = shard.widths.iter().copied().max().unwrap_or(0);
    let layer =
        Layer::draw(shard.features, INPUTS, widest, &mut stream("weights"), &mut stream("biases"));
    let mut population = stream("population");
    let (mut gram, mut target, mut power) =
        (DMatrix::zeros(widest, widest), DVector::zeros(widest), 0.0);
    for start in (0..shard.population).step_by(BATCH) {
        let x = points(&mut population, BATCH.min(shard.population - start), INPUTS);
        let features = layer.apply(&x);
        let values = DVector::from_fn(x.nrows(), |i, _| learned(shard.target, &x, i));
        gram.gemm_tr(1.0, &features, &features, 1.0);
        target.gemv_tr(1.0, &features, &values, 1.0);
        power += values.norm_squared();
    }
    let count = shard.population as f64;
    let spectrum = |&p: &usize| {
        // The features carry the factor 1/√p.
        let scale = 1.0 / p as f64;
        let moments = gram.view((0, 0), (p, p)) * (scale / count);
        let target = target.rows(0, p) * (scale.sqrt() / count);
        Spectrum::new(moments, &target, power / count)
    };
    Part { spectra: shard.widths.iter().map(spectrum).collect(), ..Part::default() }
}

/// Follows gradient descent on features of two scales. The id is as in [`sizes`].
pub(super) fn steps(experiment: &str, shard: &Steps) -> Part {
    let stream = |purpose| random::stream(shard.seed, experiment, shard.replicate, purpose);
    let (n, [large, small]) = (shard.n, shard.blocks);
    let p = large + small;
    let scales = DVector::from_fn(p, |j, _| if j < large { 1.0 } else { shard.block_scale });
    // The coefficients on features of scale 1, in a random direction within each block.
    let mut teacher = DVector::from_vec(random::normals(&mut stream("step teacher"), p));
    for ((start, length), signal) in [(0, large), (large, small)].into_iter().zip(SIGNALS) {
        let mut block = teacher.rows_mut(start, length);
        let norm = block.norm();
        block *= signal / norm;
    }
    let teacher = teacher.component_div(&scales);

    let mut x = points(&mut stream("step data"), n, p);
    for (mut column, scale) in x.column_iter_mut().zip(scales.iter()) {
        column *= *scale;
    }
    let noise = DVector::from_vec(random::normals(&mut stream("step noise"), n));
    let y = &x * &teacher + noise * shard.noise;

    let problem = LeastSquares::new(&x, &y);
    let step = 1.0 / problem.largest();
    let mut part = Part::default();
    for &t in &shard.steps {
        let theta = problem.gradient_descent(step, t as f64);
        let excess = (&theta - &teacher).component_mul(&scales).norm_squared();
        part.test.push(excess + shard.noise * shard.noise);
        part.train.push(mean_squared_error(x.as_view(), &theta, &y));
        part.norm.push(theta.norm());
    }
    part
}

/// `n` standard normal points in `d` dimensions, shape `[n, d]`, drawn one after another: a larger
/// sample begins with the smaller one.
fn points(stream: &mut ChaCha8Rng, n: usize, d: usize) -> DMatrix<f64> {
    DMatrix::from_row_slice(n, d, &random::normals(stream, n * d))
}

/// What is learned, at the point in row `i`, without noise.
fn learned(target: Target, x: &DMatrix<f64>, i: usize) -> f64 {
    match target {
        Target::Seed => libm::sin(x[(i, 0)]) + libm::cos(x[(i, 1)]),
        Target::Linear => x.row(i).sum() / (x.ncols() as f64).sqrt(),
    }
}
