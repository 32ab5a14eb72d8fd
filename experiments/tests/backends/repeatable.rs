//! The same shard gives the same bits, whatever runs beside it and however many threads a library
//! may take.

use std::process::Command;

use burn::tensor::Device;
use experiments::catalog::optimisation::loss_landscape::LossLandscape;
use experiments::catalog::optimisation::loss_landscape::Settings;
use experiments::experiment::Experiment;

/// What one replicate of `adl-loss-landscape` leaves, to the last bit: text that reads back equal.
fn bits(device: &Device) -> String {
    let settings = Settings { resolution: 11, replicates: 3, ..Settings::default() };
    let part = LossLandscape::run(&LossLandscape::shards(&settings)[0], device);
    serde_json::to_string(&part).expect("numbers")
}

#[test]
fn as_many_threads_as_one_like() {
    let alone = bits(&Device::flex());
    for threads in [1, 2, 4] {
        std::thread::scope(|scope| {
            let run = || bits(&Device::flex());
            let runs: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
            for run in runs {
                let found = run.join().expect("a shard that does not panic");
                assert!(found == alone, "one of {threads} threads gave other bits");
            }
        });
    }
}

/// Prints the bits where a process of [`other_processes`] is asked for them; else nothing to do.
#[test]
fn asked_by_another_process() {
    if let Ok(path) = std::env::var(ASK) {
        std::fs::write(path, bits(&Device::flex())).expect("a file");
    }
}

const ASK: &str = "EXPERIMENTS_TEST_BITS_INTO";

#[test]
fn other_processes_with_other_pools() {
    let alone = bits(&Device::flex());
    let folder = tempfile::tempdir().expect("a folder");
    for threads in ["1", "2", "4"] {
        let path = folder.path().join(threads);
        let status = Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", "backends::repeatable::asked_by_another_process"])
            .env(ASK, &path)
            // burn's libraries take their number of threads from here, where they take any.
            .env("RAYON_NUM_THREADS", threads)
            .env("MATRIXMULTIPLY_NUM_THREADS", threads)
            .stdout(std::process::Stdio::null())
            .status();
        assert!(status.expect("this test runs").success());
        let found = std::fs::read_to_string(&path).expect("the other process wrote");
        assert!(found == alone, "{threads} threads gave other bits");
    }
}

#[test]
fn other_backends_repeat_themselves() {
    for backend in super::others() {
        let once = bits(backend.device());
        assert!(bits(backend.device()) == once, "{} gave other bits", backend.name());
    }
}
