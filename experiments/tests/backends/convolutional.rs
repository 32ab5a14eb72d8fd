//! Groups of small convolutional networks: one convolution with as many groups as networks does all
//! of them.

use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::module::conv2d;
use burn::tensor::module::max_pool2d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::ops::MaxPoolOptions;
use experiments::lab::convolution::ConvolutionalNetwork;
use experiments::lab::convolution::Stage;
use experiments::lab::optimiser::Optimiser;

use super::trained::Near;
use super::trained::Problem;
use super::trained::agree;
use super::trained::list;
use super::trained::normals;
use super::trained::rows;

/// Images that all networks see, and their side in pixels.
const IMAGES: usize = 32;
const SIDE: usize = 8;

/// Noisy images with a bright row or a bright column, and which it is as -1 or 1.
fn task() -> [Vec<Vec<f64>>; 2] {
    let mut images = rows("pixels", [IMAGES, SIDE * SIDE], 0.3);
    let upright = |image: usize| image.is_multiple_of(2);
    for (image, pixels) in images.iter_mut().enumerate() {
        let place = image / 2 % SIDE;
        for along in 0..SIDE {
            let (row, column) = if upright(image) { (along, place) } else { (place, along) };
            pixels[row * SIDE + column] += 1.0;
        }
    }
    let labels = (0..IMAGES).map(|image| vec![if upright(image) { 1.0 } else { -1.0 }]);
    [images, labels.collect()]
}

#[test]
fn convolutional_networks_agree() {
    let stage = |channels, pool| Stage { channels, kernel: 3, pool };
    let network = ConvolutionalNetwork::new([1, SIDE, SIDE], &[stage(4, 2), stage(6, 1)], 1)
        .expect("8 pixels are 6 after a kernel, 3 after squares, 1 after another kernel");
    let problem = Problem {
        model: &network,
        deviation: 0.3,
        sets: vec![task()],
        networks: 8,
        optimiser: || Optimiser::momentum(0.02, 0.9),
        batch: IMAGES,
    };
    // Sums of 36 products, of 36 places and of 32 images in single precision, in another order.
    let near = Near { gradient: 3e-6, early: (10, 1e-5) };
    agree("8 networks of two convolutions, momentum", &near, &problem);
}

/// Largest difference between a device and sums on the host, for convolutions with as many groups
/// as networks, with padding, and for maxima over squares.
fn error(device: &Device) -> f64 {
    const NETWORKS: usize = 3;
    const CHANNELS: usize = 4;
    let images: Tensor<4> = normals("pixels", [IMAGES, NETWORKS, SIDE, SIDE], 1.0, device);
    let kernels: Tensor<4> = normals("kernels", [NETWORKS * CHANNELS, 1, 3, 3], 0.3, device);
    let options = ConvOptions::new([1, 1], [1, 1], [1, 1], NETWORKS);
    let convolved = conv2d(images.clone(), kernels.clone(), None, options);
    let pooled = max_pool2d(convolved.clone(), MaxPoolOptions::new([2, 2]));
    assert_eq!(convolved.dims(), [IMAGES, NETWORKS * CHANNELS, SIDE, SIDE]);
    assert_eq!(pooled.dims(), [IMAGES, NETWORKS * CHANNELS, SIDE / 2, SIDE / 2]);

    let host = |tensor: Tensor<4>| list(tensor.flatten::<1>(0, 3));
    let (images, kernels) = (host(images), host(kernels));
    let sum = |image: usize, channel: usize, row: usize, column: usize| -> f64 {
        let product = |k: usize| {
            // Padding of one: row 0 is above the image.
            let (row, column) = (row + k / 3, column + k % 3);
            let inside = (1..=SIDE).contains(&row) && (1..=SIDE).contains(&column);
            let at = image * NETWORKS + channel / CHANNELS;
            let pixel = inside.then(|| images[(at * SIDE + row - 1) * SIDE + column - 1]);
            pixel.map_or(0.0, |pixel| pixel * kernels[channel * 9 + k])
        };
        (0..9).map(product).sum()
    };
    let split = |place: usize, side: usize| {
        let (row, column) = (place / side % side, place % side);
        let at = place / (side * side);
        (at / (NETWORKS * CHANNELS), at % (NETWORKS * CHANNELS), row, column)
    };
    let mut most = 0.0f64;
    let mut see = |found: f64, expected: f64| {
        assert!(found.is_finite());
        most = most.max((found - expected).abs());
    };
    for (place, found) in host(convolved).into_iter().enumerate() {
        let (image, channel, row, column) = split(place, SIDE);
        see(found, sum(image, channel, row, column));
    }
    for (place, found) in host(pooled).into_iter().enumerate() {
        let (image, channel, row, column) = split(place, SIDE / 2);
        let corner = |k: usize| sum(image, channel, 2 * row + k / 2, 2 * column + k % 2);
        see(found, (0..4).map(corner).fold(f64::NEG_INFINITY, f64::max));
    }
    most
}

#[test]
fn a_convolution_is_the_sum_of_its_products() {
    // Nine products of size one in single precision.
    let check = |name: &str, device: &Device| {
        let error = error(device);
        assert!(error < 2e-6, "{name}: {error}");
    };
    check("flex", &Device::flex());
    for backend in super::others() {
        check(backend.name(), backend.device());
    }
}
