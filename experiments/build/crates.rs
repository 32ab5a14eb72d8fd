//! The crates that compute the numbers, with the versions that `Cargo.lock` gives them.

use toml::Table;
use toml::Value;

/// Direct dependencies whose code can change a number.
const NUMERIC: [&str; 10] = [
    // Derives the key of every random stream.
    "blake3",
    "burn",
    "libm",
    "nalgebra",
    "pathfinding",
    "pulp",
    "rand_chacha",
    "rand_core",
    "rand_distr",
    "statrs",
];

/// Direct dependencies that cannot: they move numbers about. That these come back bit-equal, also
/// through JSON, is tested here (`number.rs`), not left to a version.
const OTHER: [&str; 4] = ["flate2", "serde", "serde_json", "thiserror"];

/// Names and versions of the numeric crates that the package `experiments` depends on directly,
/// sorted by name.
///
/// # Errors
/// A text that is not TOML, a dependency that is in neither list, one without a version in the lock
/// file, and one that comes from a folder, whose code can change under the same version.
pub(crate) fn numeric(manifest: &str, lock: &str) -> Result<Vec<(String, String)>, String> {
    let manifest: Table =
        manifest.parse().map_err(|error| format!("experiments/Cargo.toml: {error}"))?;
    let lock: Table = lock.parse().map_err(|error| format!("Cargo.lock: {error}"))?;
    let mut names = dependencies(&manifest);
    names.sort();
    names.dedup();
    let mut versions = Vec::new();
    for name in names {
        if NUMERIC.contains(&name.as_str()) {
            let version = locked(&lock, &name)?;
            versions.push((name, version));
        } else if !OTHER.contains(&name.as_str()) {
            return Err(format!(
                "experiments/Cargo.toml: can `{name}` change a number? Enter it into one of the \
                 two lists in experiments/build/crates.rs"
            ));
        }
    }
    Ok(versions)
}

/// The names of all direct dependencies, also of those for some targets alone.
fn dependencies(manifest: &Table) -> Vec<String> {
    let mut names = Vec::new();
    let mut take = |table: Option<&Value>| {
        names.extend(table.and_then(Value::as_table).into_iter().flat_map(Table::keys).cloned());
    };
    take(manifest.get("dependencies"));
    if let Some(targets) = manifest.get("target").and_then(Value::as_table) {
        for (_, target) in targets {
            take(target.get("dependencies"));
        }
    }
    names
}

/// The version of a dependency of `experiments`; with its source where that is not a registry.
fn locked(lock: &Table, name: &str) -> Result<String, String> {
    let empty = Vec::new();
    let packages = lock.get("package").and_then(Value::as_array).unwrap_or(&empty);
    let text = |package: &Value, key| -> String {
        package.get(key).and_then(Value::as_str).unwrap_or_default().into()
    };
    let missing = || format!("Cargo.lock: `experiments` has no dependency `{name}` there");
    // An entry is `name`, `name version` or `name version (source)`, as short as is unambiguous.
    let entry = packages
        .iter()
        .find(|package| text(package, "name") == "experiments")
        .and_then(|package| package.get("dependencies")?.as_array())
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .find(|entry| entry.split(' ').next() == Some(name))
        .ok_or_else(missing)?;
    let mut parts = entry.splitn(3, ' ').skip(1);
    let (version, source) =
        (parts.next(), parts.next().map(|source| source.trim_matches(['(', ')'])));
    let package = packages
        .iter()
        .filter(|package| text(package, "name") == name)
        .filter(|package| version.is_none_or(|version| text(package, "version") == version))
        .find(|package| source.is_none_or(|source| text(package, "source") == source))
        .ok_or_else(missing)?;
    let (version, source) = (text(package, "version"), text(package, "source"));
    if source.is_empty() {
        Err(format!(
            "Cargo.lock: `{name}` comes from a folder, where its code can change under the same \
             version; take it from a registry or a git revision"
        ))
    } else if source.starts_with("registry+") {
        Ok(version)
    } else {
        Ok(format!("{version} ({source})"))
    }
}
