//! Says what code this program is made of, so that what it keeps for later builds (`store/packs.rs`) is made anew by
//! any other: a digest of its source files and of `Cargo.lock`, as `SOURCES_DIGEST`.

#[path = "../experiments/build/sources.rs"]
mod sources;

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let package = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let (source, lock) = (package.join("src"), package.join("../Cargo.lock"));
    for path in [&source, &lock] {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    match sources::digest(&source).and_then(|digest| Ok((digest, fs::read(&lock)?))) {
        Ok((digest, lock)) => {
            println!("cargo::rustc-env=SOURCES_DIGEST={digest}{}", blake3::hash(&lock));
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("cargo::error=the sources cannot be read: {error}");
            ExitCode::FAILURE
        }
    }
}
