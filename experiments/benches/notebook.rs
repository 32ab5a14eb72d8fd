//! The notebook that the course grew from, through the laboratory: its nine settings with five
//! replicates each and intervals. `tests/peers/notebook.py` runs them once each in PyTorch;
//! `tests/peers/README.md` has the settings.
//!
//! `cargo bench --workspace --bench notebook`, with `-- --json` for one object a line.
#![expect(clippy::print_stdout, reason = "a benchmark prints")]

use std::time::Instant;

use burn::tensor::Device;
use burn::tensor::Tensor;
use experiments::lab::curvature::Objective;
use experiments::lab::eigen;
use experiments::lab::initialisation::Initialisation;
use experiments::lab::landscape;
use experiments::lab::landscape::Normalise;
use experiments::lab::linear_algebra::LeastSquares;
use experiments::lab::loss::Loss;
use experiments::lab::model::Model;
use experiments::lab::network;
use experiments::lab::network::Activation;
use experiments::lab::network::Network;
use experiments::lab::optimiser::Optimiser;
use experiments::lab::paths;
use experiments::lab::random;
use experiments::lab::statistics;
use experiments::lab::tangent_kernel;
use experiments::lab::training::Training;
use experiments::lab::training_set::Shuffles;
use experiments::lab::training_set::TrainingSet;
use experiments::record::Estimate;
use nalgebra::DMatrix;
use nalgebra::DVector;
use rand_chacha::ChaCha8Rng;

const REPLICATES: u64 = 5;

type Rows = Vec<Vec<f64>>;
/// What a setting measured: names and estimates.
type Results = Vec<(String, Estimate)>;
/// A setting of the notebook.
type Setting = fn() -> Results;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let json = arguments.iter().any(|argument| argument == "--json");
    let names: Vec<&String> = arguments.iter().filter(|name| !name.starts_with('-')).collect();
    let settings: [(&str, Setting); 9] = [
        ("bumps", bumps),
        ("width-depth", width_depth),
        ("ntk", ntk),
        ("landscape", landscape_slice),
        ("modes", modes),
        ("sharpness", sharpness),
        ("widths", widths),
        ("lottery", lottery),
        ("min-norm", min_norm),
    ];
    let mut total = 0.0;
    for (name, run) in settings {
        if !names.is_empty() && !names.iter().any(|wanted| *wanted == name) {
            continue;
        }
        let start = Instant::now();
        let results = run();
        let seconds = start.elapsed().as_secs_f64();
        total += seconds;
        let replicates = if name == "bumps" { 1 } else { REPLICATES };
        if json {
            let results: Vec<String> = results
                .iter()
                .map(|(name, e)| format!("\"{name}\": [{:e}, {:e}, {:e}]", e.value, e.low, e.high))
                .collect();
            println!(
                "{{\"program\": \"lab-notebook\", \"case\": \"{name}\", \"replicates\": {replicates}, \
                 \"seconds\": {seconds:.3}, \"results\": {{{}}}}}",
                results.join(", ")
            );
        } else {
            println!("{name}: {seconds:.2} s for {replicates} replicates");
            for (name, e) in results {
                println!("    {name} {:.4e} [{:.4e}, {:.4e}]", e.value, e.low, e.high);
            }
        }
    }
    if json {
        println!(
            "{{\"program\": \"lab-notebook\", \"case\": \"total\", \"replicates\": {REPLICATES}, \
             \"seconds\": {total:.3}, \"processor_seconds\": {:.3}}}",
            processor()
        );
    } else {
        println!("total: {total:.2} s, processor {:.2} s", processor());
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

/// The streams of all replicates.
fn streams(setting: &str, purpose: &str) -> Vec<ChaCha8Rng> {
    (0..REPLICATES).map(|replicate| random::stream(1, setting, replicate, purpose)).collect()
}

/// Data sets, one for each replicate: `n` inputs `N(0, I_d)` and targets with that noise.
fn sets(
    setting: &str,
    purpose: &str,
    [n, d]: [usize; 2],
    noise: f64,
    target: impl Fn(&[f64]) -> f64,
) -> Vec<(Rows, Rows)> {
    let set = |stream: &mut ChaCha8Rng| {
        let inputs: Rows = (0..n).map(|_| random::normals(stream, d)).collect();
        let targets = inputs
            .iter()
            .zip(random::normals(stream, n))
            .map(|(x, epsilon)| vec![target(x) + noise * epsilon])
            .collect();
        (inputs, targets)
    };
    streams(setting, purpose).iter_mut().map(set).collect()
}

/// The same sets for each of several arms, in the order (arm, replicate).
fn on_device(sets: &[(Rows, Rows)], arms: usize) -> TrainingSet {
    let each: Vec<_> =
        (0..arms).flat_map(|_| sets.iter().map(|(x, y)| (x.as_slice(), y.as_slice()))).collect();
    TrainingSet::each(&each, &Device::flex())
}

fn initial(setting: &str, purpose: &str, network: &Network) -> Tensor<2> {
    let mut streams = streams(setting, purpose);
    Initialisation::FrameworkDefault.group(network, &mut streams, &Device::flex())
}

fn relu(sizes: &[usize]) -> Network {
    Network::new(sizes, Activation::Relu)
}

fn mean(name: impl Into<String>, values: &[f64]) -> (String, Estimate) {
    (name.into(), statistics::mean(values))
}

/// Every `arms`-th part of a list in the order (arm, replicate).
fn arm(values: &[f64], place: usize) -> &[f64] {
    &values[place * REPLICATES as usize..][..REPLICATES as usize]
}

fn sum3(x: &[f64]) -> f64 {
    libm::sin(x[0] + x[1] + x[2])
}

fn bumps() -> Results {
    let f = |x: f64| libm::sin(5.0 * x) * libm::exp(-x * x);
    let grid = |count: usize| -> Vec<f64> {
        (0..count).map(|place| 2.0 * place as f64 / (count - 1) as f64 - 1.0).collect()
    };
    let sigmoid = |z: f64| 1.0 / (1.0 + libm::exp(-z));
    let places = grid(1000);
    let mut results = Vec::new();
    for count in [5, 10, 20, 50] {
        let (centres, width) = (grid(count), 2.0 / count as f64);
        let steep =
            |x: f64, c: f64| sigmoid((x - c + width) / width) - sigmoid((x - c - width) / width);
        let hat = |x: f64, c: f64| (1.0 - (x - c).abs() / width).max(0.0);
        for (name, bump) in [("sigmoid", &steep as &dyn Fn(f64, f64) -> f64), ("hat", &hat)] {
            let error = |x: &f64| {
                let sum: f64 = centres.iter().map(|&c| f(c) * bump(*x, c)).sum();
                (sum - f(*x)).powi(2)
            };
            let error = places.iter().map(error).sum::<f64>() / places.len() as f64;
            results.push((format!("{name}-{count}"), statistics::exact(error, 1)));
        }
    }
    results
}

fn width_depth() -> Results {
    let name = "width-depth";
    let target = |x: &[f64]| libm::cos(libm::sin(x.iter().sum::<f64>().max(0.0)));
    let set = on_device(&sets(name, "data", [5000, 10], 0.0, target), 1);
    let mut last = Vec::new();
    for sizes in [vec![10, 454, 1], vec![10, 31, 31, 31, 31, 31, 1]] {
        let network = relu(&sizes);
        let start = initial(name, "init", &network);
        let adam = Optimiser::adam(1e-3);
        let mut training = Training::new(&network, start, set.clone(), Loss::SquaredError, adam);
        let mut shuffles = Shuffles::new(streams(name, "batch"));
        let losses: Vec<Vec<f64>> = (0..50).map(|_| training.epoch(&mut shuffles, 128)).collect();
        last.push(losses.last().cloned().unwrap_or_default());
    }
    let ratio: Vec<f64> = last[0].iter().zip(&last[1]).map(|(wide, deep)| wide / deep).collect();
    vec![mean("wide", &last[0]), mean("deep", &last[1]), mean("ratio", &ratio)]
}

fn ntk() -> Results {
    let name = "ntk";
    let device = Device::flex();
    let data: Vec<(Rows, Rows)> = streams(name, "data")
        .iter_mut()
        .map(|stream| {
            let inputs =
                (0..20).map(|_| landscape::scaled(&random::normals(stream, 5), 1.0)).collect();
            let signs = random::uniforms(stream, 20, -1.0, 1.0);
            (inputs, signs.into_iter().map(|sign| vec![sign.signum()]).collect())
        })
        .collect();
    let set = on_device(&data, 1);
    let mut results = Vec::new();
    for width in [10, 50, 200, 1000] {
        let network = relu(&[5, width, 1]);
        let mut rows = network::rows(initial(name, "init", &network));
        for layer in network.layers() {
            for row in &mut rows {
                let weights = &mut row[layer.weights..layer.biases];
                weights.iter_mut().for_each(|weight| *weight /= (width as f64).sqrt());
            }
        }
        let start = network::tensor(&rows, &device);
        let descent = Optimiser::descent(0.01);
        let mut training = Training::new(&network, start, set.clone(), Loss::SquaredError, descent);
        let before = training.losses();
        for _ in 0..100 {
            training.step(None);
        }
        let after = network::rows(training.parameters().clone());
        let drift = |place: usize| {
            let inputs = DMatrix::from_fn(20, 5, |i, j| data[place].0[i][j]);
            let kernel = |row: &[f64]| tangent_kernel::empirical(&network, row, &inputs);
            let (old, new) = (kernel(&rows[place]), kernel(&after[place]));
            (new - &old).norm() / old.norm()
        };
        let drifts: Vec<f64> = (0..data.len()).map(drift).collect();
        results.push(mean(format!("drift-{width}"), &drifts));
        results.push(mean(format!("before-{width}"), &before));
        results.push(mean(format!("after-{width}"), &training.losses()));
    }
    results
}

fn landscape_slice() -> Results {
    let name = "landscape";
    let network = relu(&[5, 20, 1]);
    let device = Device::flex();
    let target = |x: &[f64]| libm::sin(x.iter().sum());
    let data = sets(name, "data", [1000, 5], 0.0, target);
    let start = initial(name, "init", &network);
    let set = on_device(&data, 1);
    let adam = Optimiser::adam(1e-2);
    let mut training = Training::new(&network, start, set, Loss::SquaredError, adam);
    let mut shuffles = Shuffles::new(streams(name, "batch"));
    for _ in 0..100 {
        training.epoch(&mut shuffles, 100);
    }
    let blocks = landscape::blocks(&network, Normalise::Layer);
    let axis = landscape::centred(0.5, 20);
    let rows = network::rows(training.parameters().clone());
    let lowest: Vec<f64> = streams(name, "directions")
        .iter_mut()
        .enumerate()
        .map(|(place, stream)| {
            let mut draw = || landscape::direction(stream, &rows[place], &blocks);
            let (first, second) = (draw(), draw());
            let set = TrainingSet::shared(&data[place].0, &data[place].1, &device);
            let surface =
                landscape::surface(&rows[place], [&first, &second], [&axis, &axis], |nodes| {
                    let nodes = network::tensor(&nodes, &device);
                    network::list(network.losses(&nodes, &set, Loss::SquaredError))
                });
            surface.concat().into_iter().fold(f64::INFINITY, f64::min)
        })
        .collect();
    vec![mean("trained", &training.losses()), mean("lowest", &lowest)]
}

fn modes() -> Results {
    let name = "modes";
    let network = relu(&[10, 50, 50, 1]);
    let data = sets(name, "data", [2000, 10], 0.1, sum3);
    let start =
        Tensor::cat(vec![initial(name, "init A", &network), initial(name, "init B", &network)], 0);
    let descent = Optimiser::descent(0.01);
    let set = on_device(&data, 2);
    let mut training = Training::new(&network, start, set, Loss::SquaredError, descent);
    let orders = [streams(name, "batch A"), streams(name, "batch B")].concat();
    let mut shuffles = Shuffles::new(orders);
    for _ in 0..100 {
        training.epoch(&mut shuffles, 100);
    }
    let rows = network::rows(training.parameters().clone());
    let device = Device::flex();
    let barriers: Vec<f64> = data
        .iter()
        .enumerate()
        .map(|(place, (x, y))| {
            let set = TrainingSet::shared(x, y, &device);
            let (a, b) = (&rows[place], &rows[place + REPLICATES as usize]);
            let shares = paths::shares(21);
            let nodes: Rows = shares.iter().map(|&share| paths::between(a, b, share)).collect();
            let nodes = network::tensor(&nodes, &device);
            let losses = network::list(network.losses(&nodes, &set, Loss::SquaredError));
            paths::barrier(&shares, &losses)
        })
        .collect();
    let losses = training.losses();
    vec![
        mean("loss-a", arm(&losses, 0)),
        mean("loss-b", arm(&losses, 1)),
        mean("barrier", &barriers),
    ]
}

fn sharpness() -> Results {
    let name = "sharpness";
    let network = relu(&[10, 30, 1]);
    let train = sets(name, "data", [1000, 10], 0.2, sum3);
    let test = sets(name, "test", [500, 10], 0.2, sum3);
    let device = Device::flex();
    let mut results = Vec::new();
    for (arm, rate, batch) in [("full", 0.1, 1000), ("mini", 0.01, 32)] {
        let start = initial(name, "init", &network);
        let descent = Optimiser::descent(rate);
        let set = on_device(&train, 1);
        let mut training = Training::new(&network, start, set, Loss::SquaredError, descent);
        let mut shuffles = Shuffles::new(streams(name, "batch"));
        for _ in 0..100 {
            training.epoch(&mut shuffles, batch);
        }
        let rows = network::rows(training.parameters().clone());
        let sharpness: Vec<f64> = streams(name, "perturbation")
            .iter_mut()
            .enumerate()
            .map(|(place, stream)| {
                let mut nodes = vec![rows[place].clone()];
                for _ in 0..10 {
                    let draw = random::normals(stream, network.parameters());
                    nodes.push(rows[place].iter().zip(draw).map(|(p, z)| p + 0.01 * z).collect());
                }
                let set = TrainingSet::shared(&test[place].0, &test[place].1, &device);
                let nodes = network::tensor(&nodes, &device);
                let losses = network::list(network.losses(&nodes, &set, Loss::SquaredError));
                let most = losses[1..].iter().fold(f64::NEG_INFINITY, |most, &loss| most.max(loss));
                (most - losses[0]) / 0.01
            })
            .collect();
        results.push(mean(format!("{arm}-train"), &training.losses()));
        results.push(mean(format!("{arm}-test"), &training.losses_on(&on_device(&test, 1))));
        results.push(mean(format!("{arm}-sharpness"), &sharpness));
        // The largest eigenvalue too, which the notebook does not have.
        let top: Vec<f64> = train
            .iter()
            .zip(&rows)
            .map(|((x, y), row)| {
                let objective = Objective::new(&network, x, y);
                let point = objective.at(row);
                let product = |v: &[f64]| point.hessian_vector(v).as_slice().to_vec();
                eigen::largest(&product, row, 60).value
            })
            .collect();
        results.push(mean(format!("{arm}-top-eigenvalue"), &top));
    }
    results
}

fn widths() -> Results {
    let name = "widths";
    let target = |x: &[f64]| libm::sin(x[0]) + libm::cos(x[1]);
    let set = on_device(&sets(name, "data", [100, 10], 0.3, target), 1);
    let test = on_device(&sets(name, "test", [1000, 10], 0.3, target), 1);
    let mut results = Vec::new();
    for width in [1, 2, 3, 5, 8, 10, 15, 20, 30, 50, 80, 100, 150, 200] {
        let network = relu(&[10, width, 1]);
        let start = initial(name, "init", &network);
        let adam = Optimiser::adam(1e-2);
        let mut training = Training::new(&network, start, set.clone(), Loss::SquaredError, adam);
        let mut shuffles = Shuffles::new(streams(name, "batch"));
        let mut best = vec![f64::INFINITY; REPLICATES as usize];
        let mut waited = vec![0; REPLICATES as usize];
        for _ in 0..500 {
            let losses = training.epoch(&mut shuffles, 32);
            for (place, &loss) in losses.iter().enumerate() {
                if loss < best[place] - 1e-4 {
                    (best[place], waited[place]) = (loss, 0);
                } else {
                    waited[place] += 1;
                }
            }
            training.stop_where(|place| losses[place] < 1e-4 || waited[place] >= 50);
            if training.all_stopped() {
                break;
            }
        }
        let epochs: Vec<f64> = training.steps().iter().map(|&steps| steps as f64 / 4.0).collect();
        results.push(mean(format!("epochs-{width}"), &epochs));
        results.push(mean(format!("train-{width}"), &training.losses()));
        results.push(mean(format!("test-{width}"), &training.losses_on(&test)));
    }
    results
}

fn lottery() -> Results {
    let name = "lottery";
    let network = relu(&[10, 100, 1]);
    let target = |x: &[f64]| libm::sin(x[0]);
    let data = sets(name, "data", [500, 10], 0.2, target);
    let test = on_device(&sets(name, "test", [200, 10], 0.2, target), 1);
    let device = Device::flex();
    let zeros = initial(name, "init", &network);
    let rows = network::rows(zeros.clone());
    let run = |start: Tensor<2>, masks: Option<Tensor<2>>, epochs: usize, purpose: &str| {
        let arms = start.dims()[0] / REPLICATES as usize;
        let adam = Optimiser::adam(1e-3);
        let adam = match masks {
            Some(masks) => adam.with_mask(masks),
            None => adam,
        };
        let set = on_device(&data, arms);
        let mut training = Training::new(&network, start, set, Loss::SquaredError, adam);
        let mut shuffles = Shuffles::with_arms(streams(name, purpose), arms);
        for _ in 0..epochs {
            training.epoch(&mut shuffles, 32);
        }
        training.parameters().clone()
    };
    let losses = |parameters: &Tensor<2>| {
        network::list(network.losses(parameters, &test, Loss::SquaredError))
    };
    let dense = run(zeros, None, 100, "batch");
    let trained = network::rows(dense.clone());
    let keep = |row: &Vec<f64>| -> Vec<f64> {
        let mut sizes: Vec<f64> = row.iter().map(|value| value.abs()).collect();
        sizes.sort_by(f64::total_cmp);
        let threshold = sizes[row.len() * 8 / 10];
        row.iter().map(|value| f64::from(value.abs() >= threshold)).collect()
    };
    let kept: Rows = trained.iter().map(keep).collect();
    let random: Rows = streams(name, "mask")
        .iter_mut()
        .map(|stream| {
            let draws = random::uniforms(stream, network.parameters(), 0.0, 1.0);
            draws.into_iter().map(|draw| f64::from(draw < 0.2)).collect()
        })
        .collect();
    let masked = |rows: &Rows, masks: &Rows| -> Tensor<2> {
        let product = |(row, mask): (&Vec<f64>, &Vec<f64>)| {
            row.iter().zip(mask).map(|(value, mask)| value * mask).collect()
        };
        network::tensor(&rows.iter().zip(masks).map(product).collect::<Rows>(), &device)
    };
    let pruned = masked(&trained, &kept);
    let fine = run(pruned.clone(), Some(network::tensor(&kept, &device)), 50, "fine batch");
    let start = Tensor::cat(vec![masked(&rows, &kept), masked(&rows, &random)], 0);
    let masks = network::tensor(&[kept, random].concat(), &device);
    let two = run(start, Some(masks), 100, "batch");
    let half = REPLICATES as usize;
    vec![
        mean("dense", &losses(&dense)),
        mean("pruned", &losses(&pruned)),
        mean("fine-tuned", &losses(&fine)),
        mean("ticket", &losses(&two.clone().narrow(0, 0, half))),
        mean("random", &losses(&two.narrow(0, half, half))),
    ]
}

fn min_norm() -> Results {
    let name = "min-norm";
    let mut distances = vec![Vec::new(); 3];
    let (mut norms, mut residuals) = (Vec::new(), Vec::new());
    for mut stream in streams(name, "data") {
        let x = DMatrix::from_vec(30, 100, random::normals(&mut stream, 3000));
        let beta = DVector::from_vec(random::normals(&mut stream, 100));
        let noise = DVector::from_vec(random::normals(&mut stream, 30));
        let y = &x * &beta + 0.1 * noise;
        let problem = LeastSquares::new(&x, &y);
        let limit = problem.minimum_norm();
        let at = |t: f64| problem.gradient_descent(1.0 / problem.largest(), t);
        for (distances, t) in distances.iter_mut().zip([10.0, 100.0, 1000.0]) {
            distances.push((at(t) - &limit).norm() / limit.norm());
        }
        norms.push(at(1000.0).norm());
        residuals.push((&x * at(1000.0) - &y).amax());
    }
    vec![
        mean("distance-10", &distances[0]),
        mean("distance-100", &distances[1]),
        mean("distance-1000", &distances[2]),
        mean("norm", &norms),
        mean("residual", &residuals),
    ]
}
