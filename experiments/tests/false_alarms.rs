//! How often a claim that is true stops a build by chance: every claim of the catalog at sixty further
//! root seeds. Takes the better part of an hour on one core, so it is run by hand, when a claim or what
//! it stands on changes:
//!
//! ```text
//! cargo test --release --workspace --test false_alarms -- --ignored --nocapture
//! ```
//!
//! What it prints is in `false_alarms.md`.

use std::collections::BTreeMap;
use std::thread;

use burn::tensor::Device;
use experiments::catalog;
use experiments::claim::Claim;
use experiments::claim::Threshold;
use experiments::claim::Verdict;
use experiments::entry::Entry;
use serde_json::json;

/// None of these is a seed that anything else here uses.
const SEEDS: std::ops::Range<u64> = 200..260;

/// All claims of one simulation at the defaults with another seed.
fn claims(entry: &Entry, seed: u64) -> Vec<Claim> {
    let given = json!({ "seed": seed });
    let parameters = entry.complete(given.as_object().expect("an object")).expect("a seed");
    let device = Device::flex();
    let shards = entry.shards(&parameters).expect("shards");
    let parts = shards.iter().map(|shard| entry.run(shard, &device).expect("a part")).collect();
    let record = entry.merge(&parameters, parts).expect("a record");
    entry.claims(&parameters, &record).expect("claims")
}

/// From the threshold to the estimate, in half-widths of the interval: 1 is where the verdict turns.
/// None for a count, and where there is no uncertainty.
fn margin(claim: &Claim) -> Option<f64> {
    let (below, above) = (claim.statistic - claim.low, claim.high - claim.statistic);
    let room = |distance: f64, half: f64| (half > 0.0).then(|| distance / half);
    match claim.threshold {
        Threshold::AtLeast(least) | Threshold::Above(least) => room(claim.statistic - least, below),
        Threshold::AtMost(most) | Threshold::Below(most) => room(most - claim.statistic, above),
        Threshold::Within(least, most) => {
            let (left, right) =
                (room(claim.statistic - least, below), room(most - claim.statistic, above));
            Some(left?.min(right?))
        }
        Threshold::Count { .. } => None,
    }
}

/// What came out for one claim over all seeds.
#[derive(Default)]
struct Tally {
    held: usize,
    missed: Vec<u64>,
    margins: Vec<f64>,
}

#[test]
#[ignore = "the better part of an hour: every claim at sixty further seeds"]
#[expect(clippy::print_stdout, reason = "the table is what the test is for")]
fn claims_hold_at_fifty_seven_of_sixty_further_seeds() {
    let mut tallies = BTreeMap::<(&str, String), Tally>::new();
    let catalog = catalog::all();
    for entry in catalog.iter() {
        let seeds: Vec<u64> = SEEDS.collect();
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let found: Vec<(u64, Vec<Claim>)> = thread::scope(|scope| {
            let work = |seeds: &[u64]| -> Vec<(u64, Vec<Claim>)> {
                seeds.iter().map(|&seed| (seed, claims(entry, seed))).collect()
            };
            let chunks = seeds.chunks(seeds.len().div_ceil(threads));
            let workers: Vec<_> = chunks.map(|chunk| scope.spawn(move || work(chunk))).collect();
            workers.into_iter().flat_map(|worker| worker.join().expect("a worker")).collect()
        });
        for (seed, claims) in found {
            for claim in claims {
                let tally = tallies.entry((entry.id(), claim.name.clone())).or_default();
                match claim.verdict {
                    Verdict::Holds => tally.held += 1,
                    _ => tally.missed.push(seed),
                }
                tally.margins.extend(margin(&claim));
            }
        }
    }
    println!("| experiment | claim | held of 60 | margin in half-widths: least, median |");
    println!("|---|---|---|---|");
    for ((id, name), tally) in &mut tallies {
        tally.margins.sort_by(f64::total_cmp);
        let middle = tally.margins.get(tally.margins.len() / 2);
        let margins = match (tally.margins.first(), middle) {
            (Some(least), Some(median)) => format!("{least:.2}, {median:.2}"),
            _ => "exact".into(),
        };
        let missed = match tally.missed.is_empty() {
            true => String::new(),
            false => format!(", not at {:?}", tally.missed),
        };
        println!("| {id} | {name} | {}{missed} | {margins} |", tally.held);
    }
    assert!(tallies.values().all(|tally| tally.held >= 57), "see the table");
}
