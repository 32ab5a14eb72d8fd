//! Data files of the book: the names that experiments ask for, mapped to files inside it by
//! `[preprocessor.simulation.data]`.
//!
//! A file is read once a run, and what is hashed for the run key is what experiments get. No file
//! outside the book is read: not by `..`, not by an absolute path, not through a link.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::io::Read as _;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use experiments::data::DataSet;
use experiments::data::Supply;
use experiments::entry::Entry;
use experiments::entry::Failure;
use experiments::entry::caught;
use serde_json::Map;
use serde_json::Value;

use crate::config::Config;
use crate::diagnostics::Place;
use crate::diagnostics::Problem;
use crate::diagnostics::suggest;
use crate::resolve::Simulation;

/// The most bytes of a file: a quarter of a gigabyte.
const MOST: u64 = 1 << 28;

/// The data files of one book.
pub struct Library {
    root: PathBuf,
    mapped: BTreeMap<String, PathBuf>,
    held: RefCell<BTreeMap<String, Result<Held, Fault>>>,
}

/// A file that was read.
#[derive(Clone)]
struct Held {
    bytes: Arc<[u8]>,
    digest: String,
}

/// Why a data set cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Fault {
    #[error("book.toml maps it to no file")]
    Unmapped,
    #[error("`{0}` is not inside the book")]
    Outside(String),
    #[error("`{0}` cannot be read: {1}")]
    Unreadable(String, String),
    #[error("`{0}` cannot be used: {1}")]
    Malformed(String, String),
}

impl Library {
    /// The data files of the book at `root`. Nothing is read before it is asked for.
    #[must_use]
    pub fn new(root: &Path, config: &Config) -> Self {
        Self::of(root.to_owned(), config.data.clone())
    }

    /// The same with the names mapped to files.
    #[must_use]
    pub fn of(root: PathBuf, mapped: BTreeMap<String, PathBuf>) -> Self {
        Self { root, mapped, held: RefCell::default() }
    }

    /// The folder of the book.
    #[must_use]
    pub fn book(&self) -> &Path {
        &self.root
    }

    /// The files by name, as they are written in book.toml.
    #[must_use]
    pub fn files(&self) -> &BTreeMap<String, PathBuf> {
        &self.mapped
    }

    /// What an experiment with these parameters asks for, read by its own readers, and the digests of the
    /// files.
    ///
    /// # Errors
    /// What is wrong with the first that cannot be had or used.
    pub fn read(
        &self,
        entry: &Entry,
        parameters: &Map<String, Value>,
    ) -> Result<(Supply, BTreeMap<String, String>), String> {
        let (mut supply, mut digests) = (Supply::default(), BTreeMap::new());
        for set in entry.data(parameters).map_err(|failure| failure.to_string())? {
            let held = self.held(set.name).map_err(|fault| fault.to_string())?;
            supply.insert(set.name, (set.read)(&held.bytes)?);
            digests.insert(set.name.to_owned(), held.digest);
        }
        Ok((supply, digests))
    }

    /// The data sets that a simulation asks for, each with the digest of its file.
    ///
    /// # Errors
    /// A problem at that place for each that cannot be had.
    pub fn digests(
        &self,
        entry: &Entry,
        parameters: &Map<String, Value>,
        place: &Place,
    ) -> Result<BTreeMap<String, String>, Vec<Problem>> {
        let mut digests = BTreeMap::new();
        let mut problems = Vec::new();
        for set in entry.data(parameters).map_err(|failure| vec![failed(entry, &failure, place)])? {
            match self.held(set.name) {
                Ok(held) => {
                    digests.insert(set.name.to_owned(), held.digest);
                }
                Err(fault) => problems.push(self.problem(entry, &set, &fault, place)),
            }
        }
        if problems.is_empty() { Ok(digests) } else { Err(problems) }
    }

    /// What a simulation asks for, read by the experiment's own readers.
    ///
    /// # Errors
    /// A problem at the simulation's place about the first that cannot be had or used.
    pub fn supply(&self, simulation: &Simulation<'_>) -> Result<Supply, Problem> {
        let Simulation { entry, parameters, place, .. } = simulation;
        let mut supply = Supply::default();
        for set in entry.data(parameters).map_err(|failure| failed(entry, &failure, place))? {
            let array = self.held(set.name).and_then(|held| {
                let read = caught(|| (set.read)(&held.bytes)).flatten();
                read.map_err(|why| Fault::Malformed(self.path(set.name), why))
            });
            match array {
                Ok(array) => supply.insert(set.name, array),
                Err(fault) => return Err(self.problem(entry, &set, &fault, place)),
            }
        }
        Ok(supply)
    }

    fn held(&self, name: &str) -> Result<Held, Fault> {
        if let Some(found) = self.held.borrow().get(name) {
            return found.clone();
        }
        let found = self.open(name);
        self.held.borrow_mut().insert(name.to_owned(), found.clone());
        found
    }

    fn open(&self, name: &str) -> Result<Held, Fault> {
        let written = self.mapped.get(name).ok_or(Fault::Unmapped)?;
        let bytes = read_inside(&self.root, written).map_err(|refused| match refused {
            Refused::Outside => Fault::Outside(self.path(name)),
            Refused::Unreadable(error) => Fault::Unreadable(self.path(name), error.to_string()),
        })?;
        let digest = blake3::hash(&bytes).to_hex().to_string();
        Ok(Held { bytes: bytes.into(), digest })
    }

    /// The file of a name, as the author wrote it.
    fn path(&self, name: &str) -> String {
        self.mapped.get(name).map_or_else(String::new, |path| path.display().to_string())
    }

    fn problem(&self, entry: &Entry, set: &DataSet, fault: &Fault, place: &Place) -> Problem {
        let DataSet { name, about, .. } = set;
        let line = format!("{name} = \"data/…\"");
        let hint = match fault {
            Fault::Unmapped => {
                let near = suggest(name, self.mapped.keys().map(String::as_str));
                let near = near.strip_prefix("did you mean ").unwrap_or_default();
                let near = match near.trim_end_matches('?') {
                    "" => String::new(),
                    names => format!(" (it maps {names}, which is close)"),
                };
                format!(
                    "add `{line}` below [preprocessor.simulation.data] in book.toml, for {about}{near}"
                )
            }
            Fault::Outside(_) => format!(
                "copy it into the book and write its path from there, below \
                 [preprocessor.simulation.data] in book.toml: `{line}`"
            ),
            Fault::Unreadable(..) => format!(
                "put {about} there, or change the line of `{name}` below \
                 [preprocessor.simulation.data] in book.toml"
            ),
            Fault::Malformed(..) => format!(
                "`{name}`, below [preprocessor.simulation.data] in book.toml, is to be {about}"
            ),
        };
        let message = format!("`{}` asks for the data `{name}`: {fault}", entry.id());
        Problem::error(Some(place.clone()), message, hint)
    }
}

fn failed(entry: &Entry, failure: &Failure, place: &Place) -> Problem {
    Problem::error(Some(place.clone()), format!("`{}` cannot be used: {failure}", entry.id()), "")
}

/// Why a file of the book is not read.
#[derive(Debug, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "whoever reports needs all of them")]
pub enum Refused {
    /// It lies outside of the book.
    #[error("it is not inside the book")]
    Outside,
    /// It cannot be read.
    #[error("{0}")]
    Unreadable(#[from] io::Error),
}

/// The bytes of a file inside the folder `root`, whose path from there is as somebody wrote it.
///
/// # Errors
/// When it lies elsewhere, also by `..` or through a link, or cannot be read.
pub fn read_inside(root: &Path, written: &Path) -> Result<Vec<u8>, Refused> {
    let plain = |part| matches!(part, Component::Normal(_) | Component::CurDir);
    if !written.components().all(plain) {
        return Err(Refused::Outside);
    }
    let root = root.canonicalize()?;
    let path = root.join(written).canonicalize()?;
    if !path.starts_with(&root) {
        return Err(Refused::Outside);
    }
    Ok(read(&path)?)
}

/// The bytes of a file, which must be one: a pipe would never end.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let refuse = |why: String| Err(io::Error::other(why));
    if !std::fs::metadata(path)?.is_file() {
        return refuse("it is not a file".into());
    }
    let file = File::open(path)?;
    let mut bytes = Vec::new();
    // It may grow while it is read.
    file.take(MOST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST {
        return refuse(format!("it has more than {MOST} bytes"));
    }
    Ok(bytes)
}
