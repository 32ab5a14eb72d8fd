//! `adl-loss-landscape` on every backend.

use std::time::Instant;

use burn::tensor::Device;
use experiments::backend::Backend;
use experiments::catalog::optimisation::loss_landscape::LossLandscape;
use experiments::catalog::optimisation::loss_landscape::Settings;
use experiments::claim::Verdict;
use experiments::exhibit::Exhibit;
use experiments::experiment::Experiment;
use experiments::record::Estimate;
use experiments::record::Interval;
use experiments::record::Record;

/// As published, with coarser surfaces, which no estimate but the places of lowest loss depends on.
fn settings() -> Settings {
    Settings { resolution: 11, ..Settings::default() }
}

fn record(device: &Device) -> Record {
    let shards = LossLandscape::shards(&settings());
    let parts = shards.iter().map(|shard| LossLandscape::run(shard, device)).collect();
    LossLandscape::merge(&settings(), parts)
}

/// Whether two runs of one estimate agree: each value within the other's interval. A count of runs
/// has no interval, and is the same.
fn agree(ours: &Estimate, theirs: &Estimate) -> bool {
    match ours.interval {
        Interval::Exact => ours.value == theirs.value,
        _ => {
            (ours.low..=ours.high).contains(&theirs.value)
                && (theirs.low..=theirs.high).contains(&ours.value)
        }
    }
}

#[test]
fn every_estimate_of_a_landscape_agrees() {
    let flex = record(Backend::flex().device());
    for backend in super::others() {
        let clock = Instant::now();
        let other = record(backend.device());
        let seconds = clock.elapsed().as_secs_f64();
        eprintln!("adl-loss-landscape: flex and {} ({seconds:.1} s)", backend.name());
        let mut apart = Vec::new();
        for (name, ours) in &flex.estimates {
            let theirs = other.estimate(name);
            let agrees = agree(ours, theirs);
            eprintln!(
                "  {name:24} {:>11.5e} [{:>11.5e}, {:>11.5e}]  {:>11.5e} [{:>11.5e}, {:>11.5e}]{}",
                ours.value,
                ours.low,
                ours.high,
                theirs.value,
                theirs.low,
                theirs.high,
                if agrees { "" } else { "  apart" }
            );
            if !agrees {
                apart.push(name);
            }
        }
        assert!(apart.is_empty(), "on {}: {apart:?}", backend.name());
        for claim in LossLandscape::claims(&settings(), &other) {
            assert_eq!(claim.verdict, Verdict::Holds, "{} on {}", claim.name, backend.name());
        }
    }
}
