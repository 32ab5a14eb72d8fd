//! Small convolutional networks in groups.
//!
//! Stages of convolution (without padding, stride 1), ReLU and a mean over squares, then a linear layer.
//! The parameters of a group are `[G, P]`, as those of [`crate::lab::network::Network`]: for each stage
//! its kernels `[outputs, inputs, side, side]` and biases `[outputs]`, then the weights
//! `[features, outputs]` and biases of the last layer. A group is one grouped convolution.

use burn::tensor::Tensor;
use burn::tensor::activation;
use burn::tensor::module;
use burn::tensor::ops::AvgPoolOptions;
use burn::tensor::ops::ConvOptions;
use rand_chacha::ChaCha8Rng;

use crate::lab::model::Model;
use crate::lab::random;

/// One stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Channels that come out.
    pub channels: usize,
    /// Side of the kernels.
    pub kernel: usize,
    /// Side of the squares over which a mean is taken; 1 takes none.
    pub pool: usize,
}

/// The shape of a convolutional network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConvolutionalNetwork {
    /// Channels, height and width of what enters each stage, and of what leaves the last.
    images: Vec<[usize; 3]>,
    stages: Vec<Stage>,
    outputs: usize,
}

/// An image that is too small for the stages.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "stage {stage} takes a {kernel}×{kernel} kernel and {pool}×{pool} squares of an image of {height}×{width}"
)]
pub struct TooSmall {
    stage: usize,
    kernel: usize,
    pool: usize,
    height: usize,
    width: usize,
}

impl ConvolutionalNetwork {
    /// A network for images of that many channels, rows and columns.
    ///
    /// # Errors
    /// When an image does not fill a kernel, or its squares do not divide it.
    pub fn new(image: [usize; 3], stages: &[Stage], outputs: usize) -> Result<Self, TooSmall> {
        let mut images = vec![image];
        let [_, mut height, mut width] = image;
        for (place, &Stage { channels, kernel, pool }) in stages.iter().enumerate() {
            let after = |side: usize| {
                let side = (side + 1).checked_sub(kernel).filter(|&side| side > 0)?;
                (pool > 0 && side.is_multiple_of(pool)).then(|| side / pool)
            };
            let (Some(rows), Some(columns)) = (after(height), after(width)) else {
                return Err(TooSmall { stage: place + 1, kernel, pool, height, width });
            };
            (height, width) = (rows, columns);
            images.push([channels, height, width]);
        }
        Ok(Self { images, stages: stages.to_vec(), outputs })
    }

    /// A draw with weights `N(0, 2/inputs)`, where a kernel has `inputs · side²` inputs, and biases zero
    /// (He, Zhang, Ren and Sun 2015, *Delving deep into rectifiers*).
    #[must_use]
    pub fn he(&self, stream: &mut ChaCha8Rng) -> Vec<f64> {
        let mut parameters = Vec::new();
        let mut layer = |inputs: usize, outputs: usize| {
            let deviation = (2.0 / inputs as f64).sqrt();
            let weights = random::normals(stream, inputs * outputs);
            parameters.extend(weights.into_iter().map(|weight| deviation * weight));
            parameters.extend(std::iter::repeat_n(0.0, outputs));
        };
        for (stage, image) in self.stages.iter().zip(&self.images) {
            layer(image[0] * stage.kernel * stage.kernel, stage.channels);
        }
        layer(self.features(), self.outputs);
        parameters
    }

    fn features(&self) -> usize {
        self.images.last().map_or(0, |image| image.iter().product())
    }
}

impl Model for ConvolutionalNetwork {
    fn parameters(&self) -> usize {
        let stages = self.stages.iter().zip(&self.images);
        let stages = stages
            .map(|(stage, image)| stage.channels * (image[0] * stage.kernel * stage.kernel + 1));
        stages.sum::<usize>() + (self.features() + 1) * self.outputs
    }

    /// Inputs are images, channel after channel and row after row.
    fn outputs(&self, parameters: &Tensor<2>, inputs: Tensor<3>) -> Tensor<3> {
        let groups = parameters.dims()[0];
        let [sets, count, size] = inputs.dims();
        let inputs = if sets == groups { inputs } else { inputs.expand([groups, count, size]) };
        let [channels, height, width] = self.images[0];
        let mut signal = inputs.swap_dims(0, 1).reshape([count, groups * channels, height, width]);
        let mut from = 0;
        let mut take = |length: usize| {
            let part = parameters.clone().narrow(1, from, length);
            from += length;
            part
        };
        for (stage, image) in self.stages.iter().zip(&self.images) {
            let &Stage { channels, kernel, pool } = stage;
            let kernels = take(channels * image[0] * kernel * kernel).reshape([
                groups * channels,
                image[0],
                kernel,
                kernel,
            ]);
            let biases = take(channels).reshape([groups * channels]);
            let options = ConvOptions::new([1, 1], [0, 0], [1, 1], groups);
            signal = activation::relu(module::conv2d(signal, kernels, Some(biases), options));
            if pool > 1 {
                let options = AvgPoolOptions::new([pool, pool]).with_stride([pool, pool]);
                signal = module::avg_pool2d(signal, options);
            }
        }
        let features = self.features();
        let signal = signal.reshape([count, groups, features]).swap_dims(0, 1);
        let weights = take(features * self.outputs).reshape([groups, features, self.outputs]);
        let biases = take(self.outputs).reshape([groups, 1, self.outputs]);
        signal.matmul(weights) + biases
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::loss::Loss;
    use crate::lab::network;
    use crate::lab::optimiser::Optimiser;
    use crate::lab::training::Training;
    use crate::lab::training_set::Shuffles;
    use crate::lab::training_set::TrainingSet;
    use burn::tensor::Device;

    fn streams(purpose: &str, count: u64) -> Vec<ChaCha8Rng> {
        (0..count).map(|replicate| random::stream(1, "test", replicate, purpose)).collect()
    }

    fn network() -> ConvolutionalNetwork {
        let stages =
            [Stage { channels: 3, kernel: 3, pool: 2 }, Stage { channels: 4, kernel: 2, pool: 1 }];
        ConvolutionalNetwork::new([1, 8, 8], &stages, 2).unwrap()
    }

    /// Horizontal and vertical bars at random places, with noise.
    fn bars(stream: &mut ChaCha8Rng) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
        let image = |example: usize| {
            let mut image: Vec<f64> = random::normals(stream, 64).iter().map(|z| 0.3 * z).collect();
            let line = random::uniforms(stream, 1, 0.0, 8.0)[0] as usize;
            for step in 0..8 {
                image[if example.is_multiple_of(2) { 8 * line + step } else { 8 * step + line }] +=
                    1.0;
            }
            image
        };
        let images = (0..60).map(image).collect();
        let target = |example: usize| (0..2).map(|class| f64::from(class == example % 2)).collect();
        (images, (0..60).map(target).collect())
    }

    #[test]
    fn a_group_is_its_members_one_by_one() {
        let network = network();
        let device = Device::flex();
        let rows: Vec<Vec<f64>> =
            streams("init", 3).iter_mut().map(|stream| network.he(stream)).collect();
        assert!(rows.iter().all(|row| row.len() == Model::parameters(&network)));
        let (images, targets) = bars(&mut streams("data", 1)[0]);
        let set = TrainingSet::shared(&images, &targets, &device);
        let at = |rows: &[Vec<f64>]| {
            let parameters = network::tensor(rows, &device);
            let active = vec![true; rows.len()];
            let (losses, gradient) =
                network.gradient(&parameters, &set, None, Loss::CrossEntropy, &active);
            (network::list(losses), network::rows(gradient))
        };
        let (losses, gradients) = at(&rows);
        for (place, row) in rows.iter().enumerate() {
            let (loss, gradient) = at(std::slice::from_ref(row));
            assert!((losses[place] - loss[0]).abs() < 1e-6);
            // The sums over examples run in another order: single precision, some hundred terms.
            for (one, other) in gradients[place].iter().zip(&gradient[0]) {
                assert!((one - other).abs() < 1e-5 * (1.0 + other.abs()), "{one}, {other}");
            }
        }
    }

    #[test]
    fn it_learns_which_way_bars_go() {
        let network = network();
        let device = Device::flex();
        let rows: Vec<Vec<f64>> =
            streams("init", 2).iter_mut().map(|stream| network.he(stream)).collect();
        let (images, targets) = bars(&mut streams("data", 1)[0]);
        let mut training = Training::new(
            &network,
            network::tensor(&rows, &device),
            TrainingSet::shared(&images, &targets, &device),
            Loss::CrossEntropy,
            Optimiser::adam(0.01),
        );
        let mut shuffles = Shuffles::new(streams("batch", 2));
        for _ in 0..40 {
            training.epoch(&mut shuffles, 20);
        }
        // Without learning it is ln 2 = 0.69.
        assert!(training.losses().iter().all(|&loss| loss < 0.3), "{:?}", training.losses());
    }

    #[test]
    fn an_image_that_is_too_small_is_refused() {
        let stage = |kernel, pool| [Stage { channels: 1, kernel, pool }];
        for (side, kernel, pool) in [(2, 3, 1), (4, 2, 2), (4, 3, 0)] {
            let refused = ConvolutionalNetwork::new([1, side, side], &stage(kernel, pool), 1);
            assert!(refused.is_err(), "{side}, {kernel}, {pool}");
        }
    }
}
