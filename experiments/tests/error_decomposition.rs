//! The claims of `adl-error-decomposition` at three seeds, and what takes each of them away.

use burn::tensor::Device;
use experiments::catalog::risk_minimisation::error_decomposition::ErrorDecomposition;
use experiments::catalog::risk_minimisation::error_decomposition::setting::Parameters;
use experiments::exhibit::Exhibit;
use experiments::experiment::Experiment;
use experiments::record::Record;

fn simulate(parameters: &Parameters) -> Record {
    let device = Device::default();
    let parts = ErrorDecomposition::shards(parameters)
        .iter()
        .map(|shard| ErrorDecomposition::run(shard, &device))
        .collect();
    ErrorDecomposition::merge(parameters, parts)
}

#[test]
#[ignore = "scratch"]
fn look() {
    let var = |name: &str, or: &str| std::env::var(name).unwrap_or(or.into());
    let parameters = Parameters {
        seed: var("SEED", "1").parse().unwrap(),
        replicates: var("R", "10").parse().unwrap(),
        t: var("T", "1000").parse().unwrap(),
        n: var("N", "2000").parse().unwrap(),
        p: var("P", "100").parse().unwrap(),
        ..Parameters::default()
    };
    let start = std::time::Instant::now();
    let record = simulate(&parameters);
    println!("{:?}", start.elapsed());
    for (name, e) in &record.estimates {
        println!("{name:22} {:11.6} [{:.6}, {:.6}] {:e}", e.value, e.low, e.high, e.value);
    }
    for claim in ErrorDecomposition::claims(&parameters, &record) {
        println!(
            "{:36} {:?} {:.6} [{:.6} {:.6}]",
            claim.name, claim.verdict, claim.statistic, claim.low, claim.high
        );
    }
    for (name, table) in &record.tables {
        println!("{name}");
        for row in 0..table.rows() {
            let cells: Vec<String> = table
                .columns
                .iter()
                .filter(|c| !c.name.contains("_q"))
                .map(|c| format!("{}={:.5}", c.name, c.values[row]))
                .collect();
            println!("  {}", cells.join(" "));
        }
    }
}
