//! A group of small convolutional networks: one convolution with as many groups as networks does all
//! of them, `[n, G c, h, w]`.

use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::activation::relu;
use burn::tensor::module::conv2d;
use burn::tensor::module::max_pool2d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::ops::MaxPoolOptions;

use super::trained::Near;
use super::trained::Trained;
use super::trained::agree;
use super::trained::list;
use super::trained::normals;
use super::trained::train;

/// Networks in the group, images that all of them see, side of an image in pixels.
const GROUPS: usize = 8;
const IMAGES: usize = 32;
const SIDE: usize = 8;
/// Channels after the first and the second convolution.
const FIRST: usize = 4;
const SECOND: usize = 6;

/// Parameters of one network: 1 to 4 channels, 4 to 6, and a linear layer, each with biases.
const PARAMETERS: usize = 9 * FIRST + FIRST + 9 * FIRST * SECOND + SECOND + SECOND + 1;

/// One 3 by 3 convolution that keeps the size, for every network its own. `signal` is
/// `[n, G c, h, w]`; the parameters begin at `from`.
fn convolved(
    parameters: &Tensor<2>,
    from: usize,
    [before, after]: [usize; 2],
    signal: Tensor<4>,
) -> Tensor<4> {
    let weights = 9 * before * after;
    let filters = parameters.clone().narrow(1, from, weights);
    let filters = filters.reshape([GROUPS * after, before, 3, 3]);
    let biases = parameters.clone().narrow(1, from + weights, after).reshape([GROUPS * after]);
    conv2d(signal, filters, Some(biases), ConvOptions::new([1, 1], [1, 1], [1, 1], GROUPS))
}

/// `[G, n]`.
fn outputs(parameters: &Tensor<2>, images: &Tensor<4>) -> Tensor<2> {
    let mut from = 0;
    // Every network sees the same images.
    let signal = images.clone().repeat_dim(1, GROUPS);
    let signal = relu(convolved(parameters, from, [1, FIRST], signal));
    let signal = max_pool2d(signal, MaxPoolOptions::new([2, 2]));
    from += 9 * FIRST + FIRST;
    let signal = relu(convolved(parameters, from, [FIRST, SECOND], signal));
    from += 9 * FIRST * SECOND + SECOND;
    let places = SIDE / 2 * SIDE / 2;
    let signal = signal.reshape([IMAGES, GROUPS, SECOND, places]).mean_dim(3);
    let signal = signal.reshape([IMAGES, GROUPS, SECOND]).swap_dims(0, 1);
    let head = parameters.clone().narrow(1, from, SECOND).reshape([GROUPS, SECOND, 1]);
    let bias = parameters.clone().narrow(1, from + SECOND, 1);
    signal.matmul(head).reshape([GROUPS, IMAGES]) + bias
}

/// Noisy images `[n, 1, h, w]` with a bright row or a bright column, and which it is as -1 or 1.
fn task(device: &Device) -> (Tensor<4>, Tensor<2>) {
    let noise = normals("pixels", [IMAGES, 1, SIDE, SIDE], 0.3, device);
    let mut bars = vec![0.0f32; IMAGES * SIDE * SIDE];
    let mut labels = vec![0.0f32; IMAGES];
    for image in 0..IMAGES {
        let (upright, place) = (image % 2 == 0, image / 2 % SIDE);
        labels[image] = if upright { 1.0 } else { -1.0 };
        for along in 0..SIDE {
            let (row, column) = if upright { (along, place) } else { (place, along) };
            bars[(image * SIDE + row) * SIDE + column] = 1.0;
        }
    }
    let bars = Tensor::<1>::from_floats(bars.as_slice(), device);
    let labels = Tensor::<1>::from_floats(labels.as_slice(), device);
    (noise + bars.reshape([IMAGES, 1, SIDE, SIDE]), labels.reshape([1, IMAGES]))
}

fn on(device: &Device) -> Trained {
    let (images, labels) = task(device);
    let start = normals("filters", [GROUPS, PARAMETERS], 0.3, device);
    train(start, 0.1, &[0, 1, 10, 300], |parameters| {
        let error = outputs(parameters, &images) - labels.clone();
        (error.clone() * error).mean_dim(1).reshape([GROUPS])
    })
}

#[test]
fn convolutional_networks_agree() {
    // Sums of 36 products, 64 places and 32 images in single precision, in another order. A maximum
    // whose two candidates are within rounding may send its gradient elsewhere.
    let near = Near { gradient: 1e-5, early: (10, 1e-4) };
    agree("8 networks of two convolutions", &near, on);
}

#[test]
fn a_convolution_is_the_sum_of_its_products() {
    let check = |device: &Device| {
        let (images, _) = task(device);
        let parameters = normals("filters", [GROUPS, PARAMETERS], 0.3, device);
        let signal = images.clone().repeat_dim(1, GROUPS);
        let found = list(convolved(&parameters, 0, [1, FIRST], signal).flatten::<1>(0, 3));
        let pixels = list(images.flatten::<1>(0, 3));
        let weights = list(parameters.flatten::<1>(0, 1));
        let pixel = |image: usize, row: usize, column: usize| {
            // Padding of one: row 0 is above the image.
            let inside = (1..=SIDE).contains(&row) && (1..=SIDE).contains(&column);
            if inside { pixels[(image * SIDE + row - 1) * SIDE + column - 1] } else { 0.0 }
        };
        let mut most = 0.0f64;
        for (place, found) in found.iter().enumerate() {
            let (column, row) = (place % SIDE, place / SIDE % SIDE);
            let channel = place / (SIDE * SIDE) % (GROUPS * FIRST);
            let image = place / (SIDE * SIDE * GROUPS * FIRST);
            let own = &weights[channel / FIRST * PARAMETERS..];
            let (filter, bias) = (&own[channel % FIRST * 9..], own[9 * FIRST + channel % FIRST]);
            let products = (0..9).map(|k| filter[k] * pixel(image, row + k / 3, column + k % 3));
            most = most.max((products.sum::<f64>() + bias - found).abs());
            assert!(found.is_finite());
        }
        // Nine products of size one in single precision.
        assert!(most < 2e-6, "{device:?}: {most}");
    };
    check(&Device::flex());
    for backend in super::others() {
        check(backend.device());
    }
}
