//! Writes the fingerprints of the catalog's experiments, the versions of the numeric crates and a digest of all sources.

#[path = "build/crates.rs"]
mod crates;
#[path = "build/fingerprint/mod.rs"]
mod fingerprint;
#[path = "build/sources.rs"]
mod sources;

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    match write_table() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            for line in message.lines() {
                println!("cargo::error={line}");
            }
            ExitCode::FAILURE
        }
    }
}

fn write_table() -> Result<(), String> {
    let folder = |name: &str| {
        env::var_os(name).map(PathBuf::from).ok_or_else(|| format!("cargo did not set {name}"))
    };
    let (package, out) = (folder("CARGO_MANIFEST_DIR")?, folder("OUT_DIR")?);
    let (source, manifest) = (package.join("src"), package.join("Cargo.toml"));
    let lock = package
        .ancestors()
        .map(|folder| folder.join("Cargo.lock"))
        .find(|lock| lock.is_file())
        .ok_or_else(|| {
            format!(
                "there is no Cargo.lock in {} or above it; the versions of the numeric crates are \
                 part of every run key: run `cargo generate-lockfile`",
                package.display()
            )
        })?;
    for path in [&source, &manifest, &lock] {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    let analysis = fingerprint::analyse(&source).map_err(|refusals| {
        let lines = refusals.iter().map(|refusal| format!("experiments/src/{refusal}"));
        lines.collect::<Vec<_>>().join("\n")
    })?;
    for path in &analysis.watched {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    let crates = crates::numeric(&read(&manifest)?, &read(&lock)?)?;
    let sources = sources::digest(&source)
        .map_err(|error| format!("{} cannot be read: {error}", source.display()))?;
    let target = out.join("fingerprints.rs");
    let text = table(&analysis, &crates)
        + &format!("pub(super) static SOURCES_DIGEST: &str = {sources:?};\n");
    fs::write(&target, text)
        .map_err(|error| format!("{} cannot be written: {error}", target.display()))
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
}

/// The Rust source that `src/fingerprint.rs` includes.
fn table(analysis: &fingerprint::Analysis, crates: &[(String, String)]) -> String {
    let mut text = String::from("pub(super) static FINGERPRINTS: &[Fingerprint] = &[\n");
    for fingerprint::Experiment { id, digest, sources, .. } in &analysis.experiments {
        let sources = sources.as_slice();
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "Fingerprint {{ experiment: {id:?}, digest: {digest:?}, sources: &{sources:?} }},"
        );
    }
    let _ = writeln!(text, "];\npub(super) static NUMERIC_CRATES: &[(&str, &str)] = &{crates:?};");
    text
}
