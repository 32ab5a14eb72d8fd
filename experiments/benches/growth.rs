//! What experiments take: their memory at the largest, and how processor time grows with replicates and
//! with steps of training. Processor time, not time: the machine is shared.
//!
//! `cargo bench --workspace --bench growth` (Linux).
#![expect(clippy::print_stdout, reason = "a benchmark prints")]

use std::process::Command;

use burn::tensor::Device;
use experiments::catalog;
use experiments::entry::Entry;
use experiments::lab::initialisation::Initialisation;
use experiments::lab::loss::Loss;
use experiments::lab::network::Activation;
use experiments::lab::network::Network;
use experiments::lab::optimiser::Optimiser;
use experiments::lab::random;
use experiments::lab::training::Training;
use experiments::lab::training_set::Shuffles;
use experiments::lab::training_set::TrainingSet;
use serde_json::Map;

const FACTORS: [u64; 4] = [1, 2, 4, 8];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    match arguments.as_slice() {
        [id, replicates] => one(id, replicates.parse().ok()),
        _ => all(),
    }
}

/// Each run in a process of its own, so that its memory is its own.
fn all() {
    let program = std::env::current_exe().expect("a running program has a path");
    println!(
        "experiment: replicates, processor seconds (for each further replicate), megabytes at most"
    );
    for entry in catalog::all().iter() {
        let default = default_replicates(entry);
        let mut before: Option<(f64, u64)> = None;
        for factor in FACTORS {
            // From a quarter of the published number, so that the last is twice it.
            let replicates = (default * factor / 4).max(3);
            let output =
                Command::new(&program).args([entry.id(), &replicates.to_string()]).output();
            let output = output.expect("the program runs again").stdout;
            let text = String::from_utf8_lossy(&output);
            let mut numbers = text.split_whitespace().filter_map(|word| word.parse::<f64>().ok());
            let (Some(seconds), Some(megabytes)) = (numbers.next(), numbers.next()) else {
                println!("{}: {replicates} replicates are beyond its range", entry.id());
                continue;
            };
            let each = before
                .filter(|&(_, fewer)| fewer < replicates)
                .map(|(less, fewer)| (seconds - less) / (replicates - fewer) as f64);
            let each = each.map_or(String::new(), |each| format!(" ({each:.3} s each)"));
            before = Some((seconds, replicates));
            println!("{}: {replicates}, {seconds:.2} s{each}, {megabytes:.0} MB", entry.id());
        }
    }
    println!("training 32 networks 10-50-1: epochs, processor seconds (ratio)");
    let seconds: Vec<f64> = FACTORS.iter().map(|&factor| train(100 * factor)).collect();
    for (factor, taken) in FACTORS.iter().zip(&seconds) {
        println!("{}: {taken:.3} s ({:.2}, linear {factor})", 100 * factor, taken / seconds[0]);
    }
}

fn default_replicates(entry: &Entry) -> u64 {
    let parameters = entry.complete(&Map::new()).unwrap_or_default();
    parameters.get("replicates").and_then(serde_json::Value::as_u64).unwrap_or(1)
}

/// One simulation; prints processor seconds and megabytes.
fn one(id: &str, replicates: Option<u64>) {
    let catalog = catalog::all();
    let entry = catalog.get(id).expect("an experiment of the catalog");
    let mut given = Map::new();
    if let Some(replicates) = replicates {
        given.insert("replicates".into(), replicates.into());
    }
    let parameters = entry.complete(&given).expect("replicates within their range");
    let device = Device::flex();
    let start = processor();
    let shards = entry.shards(&parameters).expect("parameters of this experiment");
    let parts = shards.iter().map(|shard| entry.run(shard, &device).expect("a shard of it"));
    let parts: Vec<_> = parts.collect();
    entry.merge(&parameters, parts).expect("parts of it");
    println!("{} {}", processor() - start, megabytes());
}

fn train(epochs: u64) -> f64 {
    let device = Device::flex();
    let network = Network::new(&[10, 50, 1], Activation::Relu);
    let streams = |purpose: &str| -> Vec<_> {
        (0..32).map(|replicate| random::stream(1, "bench", replicate, purpose)).collect()
    };
    let mut data = random::stream(1, "bench", 0, "data");
    let inputs: Vec<Vec<f64>> = (0..100).map(|_| random::normals(&mut data, 10)).collect();
    let targets: Vec<Vec<f64>> = inputs.iter().map(|x| vec![libm::sin(x[0])]).collect();
    let set = TrainingSet::shared(&inputs, &targets, &device);
    let initial = Initialisation::He.group(&network, &mut streams("init"), &device);
    let adam = Optimiser::adam(0.01);
    let mut training = Training::new(&network, initial, set, Loss::SquaredError, adam);
    let mut shuffles = Shuffles::new(streams("batch"));
    let start = processor();
    for _ in 0..epochs {
        training.epoch(&mut shuffles, 25);
    }
    processor() - start
}

/// Processor seconds of this process so far, all threads together.
fn processor() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let nanoseconds = tasks.filter_map(|task| {
        let text = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<f64>().ok()
    });
    nanoseconds.sum::<f64>() * 1e-9
}

/// Memory at the largest.
fn megabytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.map_or(f64::NAN, |kilobytes| kilobytes / 1024.0)
}
