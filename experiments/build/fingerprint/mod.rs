//! The fingerprint of an experiment: a hash of the code that can change its numbers.
//!
//! It must never say "unchanged" wrongly; "changed" too often is allowed. It is a function of the
//! source tree alone, so that the build script and the tests share it.
//!
//! # What enters
//!
//! An experiment is an `impl crate::experiment::Experiment` in a file of `catalog/`.
//!
//! - **Its own file, and the files of its child modules, item by item.** From that `impl` on, an item
//!   enters when its identifier occurs among the tokens of an item of its file that has entered, in
//!   macro arguments, attribute strings (`with = "path"`) and captures (`"{name}"`) too, or when a path
//!   in anything that has entered leads to it. A trait enters also by the names of its
//!   methods. An `impl` enters when a name in its heading does; `impl Exhibit` only where code that
//!   has entered could call it: it mentions an item of that trait, or a file that names the trait is
//!   reached. Every `use` leaf enters when its local name is mentioned, and when it may be a trait,
//!   whose methods need no name: so all imports of other crates enter.
//! - **Every other file, as a whole,** when a path leads there: a `use` that has entered, or a
//!   sequence `crate::…`, `super::…`, `self::…` or `child_module::…` anywhere in the tokens. A path to
//!   a module takes everything beneath it. What a file refers to enters with it.
//! - **The bytes of included files** (`include_str!`, `include_bytes!`).
//!
//! Documentation, comments, formatting, and what exists in tests alone (`#[cfg(test)]`, `#[test]`)
//! never enter. Neither does `entry.rs`, which calls experiments, nor what is known at run time only.
//!
//! # What is refused
//!
//! What would hide a dependency, anywhere in the tree: see [`refuse`]. Each refusal names its place
//! and a way out.

mod graph;
mod reach;
mod refuse;
mod tokens;
mod tree;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::path::PathBuf;

use proc_macro2::Span;

/// Version of the rules above and of the encoding below. A change of either changes it.
const RULES: &str = "mdbook-simulation fingerprint 1";

/// What was found in a tree.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Analysis {
    /// The experiments, sorted by id.
    pub(crate) experiments: Vec<Experiment>,
    /// Every file that was read.
    pub(crate) watched: Vec<PathBuf>,
}

/// An experiment and the code that can change its numbers.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Experiment {
    /// Its id.
    pub(crate) id: String,
    /// Its file, relative to the root of the tree.
    pub(crate) file: String,
    /// Hash over all sources, in hexadecimal.
    pub(crate) digest: String,
    /// Each item that entered (`lab/random.rs::fn stream`) with its own hash, sorted by name.
    pub(crate) sources: Vec<(String, String)>,
}

/// Something that would hide a dependency.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The file, relative to the root of the tree.
    pub(crate) path: String,
    /// Line, from 1.
    pub(crate) line: usize,
    /// Column, from 1.
    pub(crate) column: usize,
    /// What is wrong.
    pub(crate) message: String,
    /// A way out.
    pub(crate) hint: String,
}

impl Refusal {
    fn new(path: &str, span: Span, message: String, hint: &str) -> Self {
        let start = span.start();
        let (line, column) = (start.line, start.column + 1);
        Self { path: path.into(), line, column, message, hint: hint.into() }
    }

    fn at_start(path: &str, message: String) -> Self {
        Self { path: path.into(), line: 1, column: 1, message, hint: "see that it exists".into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, column, message, hint } = self;
        write!(f, "{path}:{line}:{column}: {message}: the fingerprint cannot follow it ({hint})")
    }
}

/// The fingerprint of every experiment under a `src` folder.
///
/// # Errors
/// Everything that would hide a dependency.
pub(crate) fn analyse(src_root: &Path) -> Result<Analysis, Vec<Refusal>> {
    let tree = tree::Tree::read(src_root);
    let mut refusals = refuse::refusals(&tree);
    let graph = graph::Graph::new(&tree);
    let mut experiments: BTreeMap<&str, Experiment> = BTreeMap::new();
    for root in &graph.roots {
        let file = &tree.files[root.file].name;
        if let Some(other) = experiments.get(root.id.as_str()) {
            let message = format!("`{}` is also the id of the one in {}", root.id, other.file);
            refusals.push(Refusal::new(file, root.span, message, "give it another id"));
        }
        match reach::sources(&graph, root) {
            Ok(sources) => {
                experiments.insert(&root.id, experiment(&root.id, file, &sources));
            }
            Err(refusal) => refusals.push(refusal),
        }
    }
    let experiments: Vec<Experiment> = experiments.into_values().collect();
    let mut watched: Vec<PathBuf> = graph.data().map(Into::into).collect();
    watched.extend(tree.files.iter().map(|file| file.path.clone()));
    refusals.extend(graph.refusals);
    refusals.extend(tree.refusals);
    refusals.sort_by(|a, b| (&a.path, a.line, a.column).cmp(&(&b.path, b.line, b.column)));
    if refusals.is_empty() { Ok(Analysis { experiments, watched }) } else { Err(refusals) }
}

/// Hashes names and hashes of the sources, in the order of their names, each text with its length
/// before it.
fn experiment(id: &str, file: &str, sources: &BTreeMap<String, blake3::Hash>) -> Experiment {
    let mut encoded = Vec::new();
    for text in [RULES, id, file] {
        tokens::text(text, &mut encoded);
    }
    encoded.extend_from_slice(&(sources.len() as u64).to_le_bytes());
    for (name, digest) in sources {
        tokens::text(name, &mut encoded);
        encoded.extend_from_slice(digest.as_bytes());
    }
    Experiment {
        id: id.into(),
        file: file.into(),
        digest: blake3::hash(&encoded).to_hex().to_string(),
        sources: sources
            .iter()
            .map(|(name, digest)| (name.clone(), digest.to_hex().to_string()))
            .collect(),
    }
}
