//! How long a network takes for a step of training, in groups and one at a time: three cases that
//! `tests/peers` runs in PyTorch and JAX too.
//!
//! `cargo bench --workspace --bench training`, with `-- --json` for one object a line and `-- CASE…` for
//! some of the cases.
#![expect(clippy::print_stdout, reason = "a benchmark prints")]

use std::time::Instant;

use burn::tensor::Device;
use experiments::lab::initialisation::Initialisation;
use experiments::lab::loss::Loss;
use experiments::lab::network::Activation;
use experiments::lab::network::Network;
use experiments::lab::optimiser::Optimiser;
use experiments::lab::random;
use experiments::lab::training::Training;
use experiments::lab::training_set::Shuffles;
use experiments::lab::training_set::TrainingSet;
use rand_chacha::ChaCha8Rng;

const INPUTS: usize = 10;
const EXAMPLES: usize = 100;
const REPEATS: usize = 7;

struct Case {
    name: &'static str,
    /// Networks of one width, trained together.
    groups: Vec<(usize, u64)>,
    batch: usize,
    epochs: usize,
}

fn cases() -> Vec<Case> {
    let widths = [1, 2, 3, 5, 8, 10, 15, 20, 30, 50, 80, 100, 150, 200];
    vec![
        Case { name: "mlp-50", groups: vec![(50, 32)], batch: 25, epochs: 100 },
        Case { name: "sweep-14", groups: widths.map(|w| (w, 1)).to_vec(), batch: 32, epochs: 500 },
        Case { name: "mlp-1000", groups: vec![(1000, 8)], batch: 25, epochs: 25 },
    ]
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let json = arguments.iter().any(|argument| argument == "--json");
    let names: Vec<&String> = arguments.iter().filter(|name| !name.starts_with('-')).collect();
    for case in cases() {
        if !names.is_empty() && !names.iter().any(|name| *name == case.name) {
            continue;
        }
        let networks: u64 = case.groups.iter().map(|group| group.1).sum();
        let steps = case.epochs * EXAMPLES.div_ceil(case.batch);
        let mut loss = case.run();
        let before = processor();
        let mut seconds: Vec<f64> = (0..REPEATS)
            .map(|_| {
                let start = Instant::now();
                loss = case.run();
                start.elapsed().as_secs_f64() / (networks as f64 * steps as f64)
            })
            .collect();
        let all = REPEATS as f64 * networks as f64 * steps as f64;
        let processor = (processor() - before) / all;
        seconds.sort_by(f64::total_cmp);
        let median = seconds[REPEATS / 2];
        if json {
            println!(
                "{{\"program\": \"lab\", \"case\": \"{}\", \"networks\": {networks}, \"steps\": {steps}, \
                 \"repeats\": {REPEATS}, \"seconds_per_network_step\": {median:e}, \
                 \"cpu_seconds_per_network_step\": {processor:e}, \
                 \"compile_seconds\": 0, \"end_to_end_seconds_per_network_step\": {median:e}, \
                 \"final_loss\": {loss}, \"threads\": 1}}",
                case.name
            );
        } else {
            println!(
                "{}: {:.2} us per network and step (from {:.2} to {:.2}, processor {:.2}), final loss \
                 {loss:.4}",
                case.name,
                median * 1e6,
                seconds[0] * 1e6,
                seconds[REPEATS - 1] * 1e6,
                processor * 1e6
            );
        }
    }
}

/// Processor seconds of this process so far, all threads together (Linux; else not a number).
fn processor() -> f64 {
    let Ok(tasks) = std::fs::read_dir("/proc/self/task") else { return f64::NAN };
    let nanoseconds = tasks.flatten().filter_map(|task| {
        let text = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<f64>().ok()
    });
    nanoseconds.sum::<f64>() * 1e-9
}

impl Case {
    /// Trains all networks; the mean of their last losses.
    fn run(&self) -> f64 {
        let device = Device::flex();
        let mut losses = Vec::new();
        for &(width, count) in &self.groups {
            let network = Network::new(&[INPUTS, width, 1], Activation::Relu);
            let streams = |purpose: &str| -> Vec<ChaCha8Rng> {
                let stream = |replicate| random::stream(1, "bench", replicate, purpose);
                (0..count).map(stream).collect()
            };
            let sets: Vec<_> = streams("data").iter_mut().map(examples).collect();
            let sets: Vec<_> = sets.iter().map(|(x, y)| (x.as_slice(), y.as_slice())).collect();
            let initial =
                Initialisation::FrameworkDefault.group(&network, &mut streams("init"), &device);
            let mut training = Training::new(
                &network,
                initial,
                TrainingSet::each(&sets, &device),
                Loss::SquaredError,
                Optimiser::adam(0.01),
            );
            let mut shuffles = Shuffles::new(streams("batch"));
            for _ in 0..self.epochs {
                training.epoch(&mut shuffles, self.batch);
            }
            losses.extend(training.losses());
        }
        losses.iter().sum::<f64>() / losses.len() as f64
    }
}

/// `x ~ N(0, I₁₀)`, `y = sin x₁ + cos x₂ + 0.3 ε`.
fn examples(stream: &mut ChaCha8Rng) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
    let inputs: Vec<Vec<f64>> = (0..EXAMPLES).map(|_| random::normals(stream, INPUTS)).collect();
    let noise = random::normals(stream, EXAMPLES);
    let target =
        |(x, noise): (&Vec<f64>, f64)| vec![libm::sin(x[0]) + libm::cos(x[1]) + 0.3 * noise];
    let targets = inputs.iter().zip(noise).map(target).collect();
    (inputs, targets)
}
