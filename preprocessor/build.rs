//! Says what code this program is made of, so that what it keeps for later builds (`store/packs.rs`) is made anew by
//! any other: a digest of its source files and of `Cargo.lock`, as `SOURCES_DIGEST`.

#[path = "../experiments/build/sources.rs"]
mod sources;

use std::env;
use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let package = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let (source, lock) = (package.join("src"), package.join("../Cargo.lock"));
    for path in [&source, &lock] {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    let cannot = |path: &Path, error: io::Error| {
        println!("cargo::error={} cannot be read: {error}", path.display());
        ExitCode::FAILURE
    };
    match (sources::digest(&source), fs::read(&lock)) {
        (Ok(digest), Ok(lock)) => {
            println!("cargo::rustc-env=SOURCES_DIGEST={digest}{}", blake3::hash(&lock));
            ExitCode::SUCCESS
        }
        (Err(error), _) => cannot(&source, error),
        (_, Err(error)) => cannot(&lock, error),
    }
}
