//! What a build would otherwise find out once more, as an earlier build found it: formulas as KaTeX renders them, the
//! words of a figure, the digests of files below `figures/`. `<scratch>/rendered/`, sixteen packs by the first digit of the key.
//!
//! KaTeX takes a twelfth of a millisecond for a formula of ordinary length, reading it here two microseconds. A key is the hash
//! of all that an answer is made from; a pack begins with a hash of all of its bytes and of the code that makes
//! answers: this program's own, that of the vocabulary of figures, and, by way of `Cargo.lock`, katex-rs with all
//! below it. A pack of other code, a torn or an edited one does not match and counts as empty: nothing wrong can come
//! out of it, and nobody has a version to remember. Faults are not kept.
//!
//! A pack is written anew when there is a new answer in it. It keeps what the build used, and of the rest, the
//! latest first, at most as much again: an edit that is taken back finds its formulas, and scratch stays bounded.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::path::PathBuf;
use std::sync::LazyLock;

use super::files;

/// A hash of all code that makes answers.
static CODE: LazyLock<[u8; HASH]> = LazyLock::new(|| {
    let mut hasher = blake3::Hasher::new();
    hasher.update(env!("SOURCES_DIGEST").as_bytes());
    hasher.update(experiments::fingerprint::sources_digest().as_bytes());
    *hasher.finalize().as_bytes()
});

/// Packs in the folder.
const PACKS: usize = 16;
/// Bytes of a hash.
const HASH: usize = 32;
/// Bytes before an answer: its key and its length.
const HEAD: usize = HASH + 4;
/// Bytes that a pack may keep of what nobody used, besides as many as were used.
const SPARE: usize = 64 << 10;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    /// The HTML of a formula that stands in a line.
    InlineFormula,
    /// The HTML of a formula on lines of its own.
    DisplayFormula,
    /// The description of a figure, as HTML.
    Description,
    /// The tables of a figure, as HTML.
    Tables,
    /// The digest of a figure's numbers as CSV.
    Csv,
    /// The digest of a simulation's JSON.
    Json,
}

/// What tells a question from all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key([u8; HASH]);

impl Key {
    /// The key of a question about what these bytes say.
    #[must_use]
    pub(crate) fn new(question: Question, about: &[u8]) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&[question as u8]);
        hasher.update(about);
        Self(*hasher.finalize().as_bytes())
    }

    fn pack(self) -> usize {
        usize::from(self.0[0]) % PACKS
    }
}

/// The packs of one book. Each is read when something of it is asked for.
#[derive(Debug)]
pub(crate) struct Packs {
    folder: PathBuf,
    packs: [Option<Pack>; PACKS],
    /// What no earlier build had found out.
    new: BTreeMap<Key, Vec<u8>>,
}

impl Packs {
    /// The packs in a folder, which need not exist.
    #[must_use]
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder, packs: Default::default(), new: BTreeMap::new() }
    }

    /// The answer, if there is one.
    pub(crate) fn get(&mut self, key: &Key) -> Option<&[u8]> {
        if let Some(answer) = self.new.get(key) {
            return Some(answer);
        }
        let at = key.pack();
        let pack = self.packs[at].get_or_insert_with(|| Pack::read(&pack_path(&self.folder, at)));
        pack.get(key)
    }

    /// The answer, if there is one that is text.
    pub(crate) fn text(&mut self, key: &Key) -> Option<&str> {
        std::str::from_utf8(self.get(key)?).ok()
    }

    /// Adds an answer.
    pub(crate) fn add(&mut self, key: Key, answer: &[u8]) {
        if self.get(&key) != Some(answer) {
            self.new.insert(key, answer.to_vec());
        }
    }

    /// Keeps what was added for later builds.
    ///
    /// # Errors
    /// Those of the file system; what could be written is.
    pub(crate) fn keep(&self, temporary: &Path) -> io::Result<()> {
        let mut new: [Vec<(&Key, &[u8])>; PACKS] = Default::default();
        self.new.iter().for_each(|(key, answer)| new[key.pack()].push((key, answer)));
        let mut result = Ok(());
        for (at, new) in new.iter().enumerate().filter(|(_, new)| !new.is_empty()) {
            let bytes = match &self.packs[at] {
                Some(pack) => pack.with(new),
                None => Pack::default().with(new),
            };
            let written = files::replace(&pack_path(&self.folder, at), &bytes, temporary);
            result = result.and(written);
        }
        result
    }

    /// Whether there is anything to keep.
    pub(crate) fn has_new(&self) -> bool {
        !self.new.is_empty()
    }
}

fn pack_path(folder: &Path, at: usize) -> PathBuf {
    folder.join(format!("{at:x}.pack"))
}

/// The answers of one file.
#[derive(Debug, Default)]
struct Pack {
    bytes: Vec<u8>,
    /// Where each answer stands, and whether it was asked for.
    places: BTreeMap<Key, (Range<usize>, bool)>,
}

impl Pack {
    /// What a file holds; nothing where it is not whole or of other code.
    fn read(path: &Path) -> Self {
        let bytes = std::fs::read(path).unwrap_or_default();
        match bytes.split_first_chunk::<HASH>() {
            Some((found, body)) if *found == seal(body) => {
                let places = places(body);
                Self { bytes, places }
            }
            _ => Self::default(),
        }
    }

    fn get(&mut self, key: &Key) -> Option<&[u8]> {
        let (range, used) = self.places.get_mut(key)?;
        *used = true;
        self.bytes.get(range.clone())
    }

    /// The file with new answers in it, which are sorted by key, and without what has not been used for long.
    fn with(&self, new: &[(&Key, &[u8])]) -> Vec<u8> {
        let mut bytes = vec![0; HASH];
        for (key, answer) in new {
            push(&mut bytes, key, answer);
        }
        // In the order of the file: what was not used by the last builds comes last.
        let is_new = |key: &Key| new.binary_search_by_key(&key, |(other, _)| other).is_ok();
        let mut kept: Vec<_> = self.places.iter().filter(|(key, _)| !is_new(key)).collect();
        kept.sort_by_key(|(_, (range, used))| (!used, range.start));
        let mut limit = usize::MAX;
        for (key, (range, used)) in kept {
            if !used && limit == usize::MAX {
                limit = 2 * bytes.len() + SPARE;
            }
            let answer = &self.bytes[range.clone()];
            if bytes.len() + HEAD + answer.len() > limit {
                break;
            }
            push(&mut bytes, key, answer);
        }
        let seal = seal(&bytes[HASH..]);
        bytes[..HASH].copy_from_slice(&seal);
        bytes
    }
}

fn push(bytes: &mut Vec<u8>, key: &Key, answer: &[u8]) {
    // Nothing here has 4 GB.
    let Ok(length) = u32::try_from(answer.len()) else { return };
    bytes.extend_from_slice(&key.0);
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(answer);
}

/// The hash that a pack with this body begins with.
fn seal(body: &[u8]) -> [u8; HASH] {
    *blake3::Hasher::new_keyed(&CODE).update(body).finalize().as_bytes()
}

/// Where the answers of a body stand in the file.
fn places(body: &[u8]) -> BTreeMap<Key, (Range<usize>, bool)> {
    let mut places = BTreeMap::new();
    let mut rest = body;
    while let Some((head, after)) = rest.split_first_chunk::<HEAD>() {
        let (key, length) = head.split_at(HASH);
        let (Ok(key), Ok(length)) = (key.try_into(), length.try_into()) else { break };
        let length = u32::from_le_bytes(length) as usize;
        if length > after.len() {
            break;
        }
        let start = HASH + body.len() - after.len();
        places.insert(Key(key), (start..start + length, false));
        rest = &after[length..];
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(tex: &str) -> Key {
        Key::new(Question::InlineFormula, tex.as_bytes())
    }

    /// A folder whose packs hold these formulas, each with its TeX for its HTML.
    fn folder(formulas: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        keep(folder.path(), formulas);
        folder
    }

    fn keep(folder: &Path, formulas: &[&str]) {
        let mut packs = Packs::new(folder.to_owned());
        formulas.iter().for_each(|tex| packs.add(key(tex), tex.as_bytes()));
        packs.keep(&folder.join("tmp")).unwrap();
    }

    fn found(folder: &Path, tex: &str) -> Option<String> {
        Packs::new(folder.to_owned()).text(&key(tex)).map(str::to_owned)
    }

    #[test]
    fn what_was_kept_is_found() {
        let formulas: Vec<String> = (0..200).map(|at| format!("x_{{{at}}}é")).collect();
        let formulas: Vec<&str> = formulas.iter().map(String::as_str).collect();
        let folder = folder(&formulas);
        for tex in &formulas {
            assert_eq!(found(folder.path(), tex).as_deref(), Some(*tex));
        }
        assert_eq!(found(folder.path(), "x"), None);
        let display = Key::new(Question::DisplayFormula, formulas[0].as_bytes());
        assert_ne!(display, key(formulas[0]));
        keep(folder.path(), &["y"]);
        assert_eq!(found(folder.path(), "y").as_deref(), Some("y"));
        assert!(formulas.iter().all(|tex| found(folder.path(), tex).is_some()));
    }

    #[test]
    fn a_damaged_pack_is_a_miss_and_is_replaced() {
        let folder = folder(&["x"]);
        let path = pack_path(folder.path(), key("x").pack());
        let whole = std::fs::read(&path).unwrap();
        let mut damaged: Vec<Vec<u8>> =
            (0..whole.len()).map(|length| whole[..length].to_vec()).collect();
        for at in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[at] ^= 1;
            damaged.push(flipped);
        }
        damaged.push([&whole[..], b"more"].concat());
        for bytes in damaged {
            std::fs::write(&path, &bytes).unwrap();
            assert_eq!(found(folder.path(), "x"), None);
        }
        keep(folder.path(), &["x"]);
        assert_eq!(std::fs::read(&path).unwrap(), whole);
    }

    #[test]
    fn another_answer_takes_the_place_of_the_first() {
        let folder = folder(&["x"]);
        let path = pack_path(folder.path(), key("x").pack());
        let before = std::fs::metadata(&path).unwrap().len();
        let mut packs = Packs::new(folder.path().to_owned());
        packs.add(key("x"), b"x");
        assert!(!packs.has_new(), "it is there");
        packs.add(key("x"), b"y");
        assert_eq!(packs.text(&key("x")), Some("y"));
        packs.keep(&folder.path().join("tmp")).unwrap();
        assert_eq!(found(folder.path(), "x").as_deref(), Some("y"));
        assert_eq!(std::fs::metadata(&path).unwrap().len(), before);
    }

    /// A pack whose hash is right for other code.
    #[test]
    fn a_pack_of_other_code_is_a_miss() {
        let folder = folder(&["x"]);
        let path = pack_path(folder.path(), key("x").pack());
        let mut bytes = std::fs::read(&path).unwrap();
        let other = blake3::Hasher::new_keyed(&[1; HASH]).update(&bytes[HASH..]).finalize();
        bytes[..HASH].copy_from_slice(other.as_bytes());
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(found(folder.path(), "x"), None);
    }

    #[test]
    fn what_nobody_uses_goes_when_there_is_much_of_it() {
        let in_one_pack = |tex: &String| key(tex).pack() == 0;
        let long = "x".repeat(SPARE / 8);
        let formulas = (0..).map(|at| format!("{long}_{{{at}}}")).filter(in_one_pack);
        let formulas: Vec<String> = formulas.take(40).collect();
        let folder = folder(&[]);
        let path = pack_path(folder.path(), 0);
        for tex in &formulas {
            keep(folder.path(), &[tex]);
            // One is used, and one more for every two that fit into the rest.
            assert!(std::fs::metadata(&path).unwrap().len() < 11 * SPARE as u64 / 8 + 1000);
            assert!(found(folder.path(), tex).is_some());
        }
        let rest: Vec<bool> =
            formulas.iter().map(|tex| found(folder.path(), tex).is_some()).collect();
        let first = rest.iter().position(|&found| found).unwrap();
        assert!(first > 0 && rest[first..].iter().all(|&found| found), "{rest:?}");
    }
}
