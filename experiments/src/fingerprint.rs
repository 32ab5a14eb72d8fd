//! What the build script found out about the code behind each experiment.
//!
//! The analysis itself is `experiments/build/fingerprint/`, whose `mod.rs` states the rules.

/// The code that can change an experiment's numbers.
#[derive(Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// The experiment's id.
    pub experiment: &'static str,
    /// Hash over all sources, in hexadecimal.
    pub digest: &'static str,
    /// Each source item that entered, with its own hash, so that a change can be named.
    pub sources: &'static [(&'static str, &'static str)],
}

/// Fingerprints of this crate's experiments, sorted by id, and the numeric crates it uses.
mod table {
    use super::Fingerprint;

    include!(concat!(env!("OUT_DIR"), "/fingerprints.rs"));
}

/// The fingerprint of one of this crate's experiments.
///
/// # Panics
/// When the build script found no experiment of that id: its `ID` is not a literal, or its file is
/// not in the catalog.
#[must_use]
pub fn of(id: &str) -> &'static Fingerprint {
    table::FINGERPRINTS
        .iter()
        .find(|fingerprint| fingerprint.experiment == id)
        .unwrap_or_else(|| panic!("the build script found no experiment `{id}`"))
}

/// Names and versions, from `Cargo.lock`, of the crates that compute the numbers.
#[must_use]
pub fn numeric_crates() -> &'static [(&'static str, &'static str)] {
    table::NUMERIC_CRATES
}

/// A hash over all source files of this crate as they are, in hexadecimal: of any other code it is another. No run key holds
/// it, which a comment would change.
#[must_use]
pub fn sources_digest() -> &'static str {
    table::SOURCES_DIGEST
}
