//! The laboratory against PyTorch in f64, on the same numbers (`tests/peers/reference.py` wrote them).

use burn::nn::LinearConfig;
use burn::optim::GradientsParams;
use burn::optim::SgdConfig;
use burn::tensor::Device;
use burn::tensor::Tensor;
use experiments::lab::convolution::ConvolutionalNetwork;
use experiments::lab::convolution::Stage;
use experiments::lab::loss::Loss;
use experiments::lab::model::Model;
use experiments::lab::network;
use experiments::lab::network::Activation;
use experiments::lab::network::Network;
use experiments::lab::optimiser;
use experiments::lab::optimiser::Optimiser;
use experiments::lab::training_set::TrainingSet;
use serde_json::Value;

/// Makes the optimiser of an arm.
type Make = fn() -> Optimiser;

fn reference() -> Value {
    serde_json::from_str(include_str!("../../tests/peers/reference.json")).expect("it is JSON")
}

/// All numbers below a value, in order.
fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().flat_map(numbers).collect(),
        value => vec![value.as_f64().expect("a number")],
    }
}

fn rows(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().expect("a list").iter().map(numbers).collect()
}

fn row(values: &[f64]) -> Tensor<2> {
    network::tensor(&[values.to_vec()], &Device::flex())
}

/// The largest distance, relative to the size of what is expected.
#[track_caller]
fn near(found: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let size = expected.iter().fold(0.0f64, |most, value| most.max(value.abs()));
    for (found, expected) in found.iter().zip(expected) {
        let error = (found - expected).abs() / size;
        assert!(error <= tolerance, "{what}: {found} is not {expected} ({error:e})");
    }
}

/// Indicators of classes.
fn indicators(classes: &Value, count: usize) -> Vec<Vec<f64>> {
    let indicator = |class: f64| (0..count).map(|k| f64::from(k as f64 == class)).collect();
    numbers(classes).into_iter().map(indicator).collect()
}

#[test]
fn optimisers_take_the_steps_of_pytorch() {
    let reference = &reference()["optimisers"];
    let arms: [(&str, Make); 7] = [
        ("sgd", || Optimiser::descent(0.05)),
        ("sgd-weight-decay", || Optimiser::descent(0.05).with_penalty(0.01)),
        ("momentum", || Optimiser::momentum(0.05, 0.9)),
        ("nesterov", || Optimiser::nesterov(0.05, 0.9)),
        ("adam", || Optimiser::adam(0.01)),
        ("adam-0.98", || Optimiser::adam_with(0.01, 0.9, 0.98)),
        ("adamw", || Optimiser::adamw(0.01, 0.01)),
    ];
    assert_eq!(reference["arms"].as_object().expect("arms").len(), arms.len());
    for (name, make) in arms {
        // In a group of two: the other network has other gradients and is frozen half-way.
        let mut optimiser = make();
        let start = numbers(&reference["start"]);
        let mut parameters =
            network::tensor(&[start.clone(), vec![1.0; start.len()]], &Device::flex());
        let steps = rows(&reference["arms"][name]["after_each_step"]);
        for (step, gradient) in rows(&reference["gradients"]).into_iter().enumerate() {
            if step == 2 {
                optimiser.freeze(1);
            }
            let other = gradient.iter().map(|g| 3.0 - g).collect();
            let gradient = network::tensor(&[gradient, other], &Device::flex());
            parameters = optimiser.step(parameters, gradient);
            let found = network::rows(parameters.clone()).remove(0);
            // One parameter at a time: some have moved by hundreds, others hardly.
            for (place, (found, expected)) in found.iter().zip(&steps[step]).enumerate() {
                let error = (found - expected).abs() / expected.abs().max(1e-3);
                assert!(error <= 1e-6, "{name}, step {step}, place {place}: {found}, {expected}");
            }
        }
    }
}

#[test]
fn sharpness_aware_steps_are_those_of_the_definition() {
    let reference = &reference()["sam"];
    let (a, b, c) = (rows(&reference["A"]), numbers(&reference["b"]), numbers(&reference["c"]));
    let slope = |w: &[f64]| -> Vec<f64> {
        let product = |i: usize| a[i].iter().zip(w).map(|(a, w)| a * w).sum::<f64>();
        (0..w.len()).map(|i| product(i) - b[i] + c[i] * w[i] * w[i]).collect()
    };
    let radius = reference["rho"].as_f64().expect("a radius");
    let mut descent = Optimiser::descent(reference["rate"].as_f64().expect("a rate"));
    let mut parameters = row(&numbers(&reference["start"]));
    for step in reference["steps"].as_array().expect("steps") {
        let at = |parameters: &Tensor<2>| row(&slope(&network::rows(parameters.clone())[0]));
        let there = optimiser::ascend(&parameters, &at(&parameters), &radius.into());
        parameters = descent.step(parameters, at(&there));
        near(
            &network::rows(parameters.clone())[0],
            &numbers(&step["parameters"]),
            1e-6,
            "sharpness-aware minimisation",
        );
    }
}

#[test]
fn losses_are_those_of_pytorch() {
    let reference = &reference()["losses"];
    let (outputs, scores) = (rows(&reference["outputs"]), numbers(&reference["scores"]));
    let scores: Vec<Vec<f64>> = scores.into_iter().map(|score| vec![score]).collect();
    let signs: Vec<Vec<f64>> =
        numbers(&reference["signs"]).into_iter().map(|sign| vec![sign]).collect();
    let classes = indicators(&reference["classes"], 3);
    let extreme = &reference["cross_entropy_extreme"];
    let ramp = Loss::Ramp { margin: 1.0 };
    for (name, loss, outputs, targets) in [
        ("mse", Loss::SquaredError, &outputs, &rows(&reference["targets"])),
        ("cross_entropy", Loss::CrossEntropy, &outputs, &classes),
        (
            "cross_entropy_extreme",
            Loss::CrossEntropy,
            &rows(&extreme["outputs"]),
            &indicators(&extreme["classes"], 3),
        ),
        ("hinge", Loss::Hinge, &scores, &signs),
        ("multiclass_hinge", Loss::Hinge, &outputs, &classes),
        ("ramp", ramp, &scores, &signs),
        ("multiclass_ramp", ramp, &outputs, &classes),
    ] {
        let count = outputs.len() as f64;
        let (mut mean, mut gradient) = (0.0, Vec::new());
        for (output, target) in outputs.iter().zip(targets) {
            let mut slope = vec![0.0; output.len()];
            mean += loss.differentiate(output, target, &mut slope) / count;
            gradient.extend(slope.into_iter().map(|slope| slope / count));
        }
        near(&[mean], &numbers(&reference[name]["loss"]), 1e-12, name);
        near(&gradient, &numbers(&reference[name]["gradient"]), 1e-12, name);
    }
}

#[test]
fn networks_have_the_losses_and_gradients_of_pytorch() {
    let reference = &reference()["network"];
    let network = Network::new(&[3, 4, 4, 2], Activation::Tanh);
    let device = Device::flex();
    let parameters = row(&numbers(&reference["parameters"]));
    let inputs = rows(&reference["inputs"]);
    let classes = indicators(&reference["classes"], 2);
    for (name, loss, targets) in [
        ("mse", Loss::SquaredError, &rows(&reference["targets"])),
        ("cross_entropy", Loss::CrossEntropy, &classes),
    ] {
        let set = TrainingSet::shared(&inputs, targets, &device);
        let expected = &reference[name];
        let outputs = network.outputs(&parameters, set.inputs());
        near(
            &network::list(outputs.flatten(0, 2)),
            &numbers(&reference["outputs"]),
            1e-6,
            "outputs",
        );
        for (losses, gradient) in [
            network.gradient(&parameters, &set, None, loss, &[true]),
            network.gradient_by_autodiff(&parameters, &set, None, loss),
        ] {
            near(&network::list(losses), &numbers(&expected["loss"]), 1e-6, name);
            near(&network::rows(gradient)[0], &numbers(&expected["gradient"]), 1e-6, name);
        }
    }
}

#[test]
fn convolutional_networks_have_the_losses_and_gradients_of_pytorch() {
    let reference = &reference()["convolution"];
    let stage = Stage { channels: 2, kernel: 3, pool: 2 };
    let network = ConvolutionalNetwork::new([1, 6, 6], &[stage], 3).expect("the image is large");
    let together = |value: &Value| -> Vec<f64> {
        let parts = ["kernels", "kernel_biases", "weights", "biases"];
        parts.iter().flat_map(|part| numbers(&value[part])).collect()
    };
    let images = rows(&reference["images"]);
    let targets = indicators(&reference["classes"], 3);
    let set = TrainingSet::shared(&images, &targets, &Device::flex());
    let parameters = row(&together(reference));
    let outputs = network.outputs(&parameters, set.inputs());
    near(&network::list(outputs.flatten(0, 2)), &numbers(&reference["logits"]), 1e-6, "logits");
    let (losses, gradient) = network.gradient(&parameters, &set, None, Loss::CrossEntropy, &[true]);
    near(&network::list(losses), &numbers(&reference["loss"]), 1e-6, "loss");
    let expected = together(&reference["gradients"]);
    near(&network::rows(gradient)[0], &expected, 1e-6, "gradient");
}

/// Where one network is enough, burn's own modules and optimisers read better, and they work beside the
/// groups of the laboratory.
#[test]
fn a_module_of_burn_is_trained_by_an_optimiser_of_burn() {
    let device = Device::flex().autodiff();
    let column = |values: &[f32]| Tensor::<1>::from_floats(values, &device).reshape([-1, 1]);
    let (x, y) = (column(&[-1.0, 0.0, 1.0, 2.0]), column(&[-1.0, 1.0, 3.0, 5.0]));
    let mut model = LinearConfig::new(1, 1).init(&device);
    let mut descent = SgdConfig::new().init();
    for _ in 0..200 {
        let error = model.forward(x.clone()) - y.clone();
        let loss = (error.clone() * error).mean();
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        model = descent.step(0.2, model, gradients);
    }
    let answer = model.forward(column(&[10.0])).into_scalar::<f32>();
    assert!((answer - 21.0).abs() < 1e-3, "y = 2 x + 1 at 10 is {answer}");
}
