//! Formulas as earlier builds rendered them: `<scratch>/formulas/`, sixteen packs by the first digit of the
//! formula's key.
//!
//! KaTeX takes a twelfth of a millisecond for a formula of ordinary length, reading it here two microseconds. The key is a
//! hash of the TeX and its style; a pack begins with a hash of all of its bytes and of the code that rendered
//! them, which is this folder and, by way of `Cargo.lock`, katex-rs with all below it. A pack of other code, a
//! torn or an edited one does not match and counts as empty: nothing wrong can come out of it. Faults are not
//! kept.
//!
//! A pack is written anew when a formula of it was rendered. It keeps what the build used, and of the rest, the
//! latest first, at most as much again: an edit that is taken back finds its formulas, and scratch stays bounded.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::path::PathBuf;
use std::sync::LazyLock;

use super::Formula;
use crate::store::files;

/// A hash of everything that decides what a formula becomes, beside the formula.
static CODE: LazyLock<[u8; 32]> = LazyLock::new(|| {
    let sources: [&[u8]; 6] = [
        include_bytes!("mod.rs"),
        include_bytes!("braces.rs"),
        include_bytes!("limits.rs"),
        include_bytes!("markup.rs"),
        include_bytes!("../html.rs"),
        include_bytes!("../../../../Cargo.lock"),
    ];
    let mut hasher = blake3::Hasher::new();
    for source in sources {
        hasher.update(&(source.len() as u64).to_le_bytes());
        hasher.update(source);
    }
    *hasher.finalize().as_bytes()
});

/// Packs in the folder.
const PACKS: usize = 16;
/// Bytes of a hash.
const HASH: usize = 32;
/// Bytes before the HTML of a formula: its key and the length of the HTML.
const HEAD: usize = HASH + 4;
/// Bytes that a pack may keep of what nobody used, besides as many as were used.
const SPARE: usize = 64 << 10;

/// What tells a formula from all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key([u8; HASH]);

impl Key {
    /// The key of a formula.
    #[must_use]
    pub fn new(formula: &Formula<'_>) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&[u8::from(formula.display)]);
        hasher.update(formula.tex.as_bytes());
        Self(*hasher.finalize().as_bytes())
    }

    fn pack(self) -> usize {
        usize::from(self.0[0]) % PACKS
    }
}

/// The packs of one book. Each is read when a formula of it is asked for.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
    packs: [Option<Pack>; PACKS],
}

impl Cache {
    /// The packs in a folder, which need not exist.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, packs: Default::default() }
    }

    /// The HTML of a formula, if a pack holds it.
    pub fn get(&mut self, key: &Key) -> Option<&str> {
        let at = key.pack();
        let pack = self.packs[at].get_or_insert_with(|| Pack::read(&pack_path(&self.folder, at)));
        pack.get(key)
    }

    /// Keeps formulas that were rendered, each of which was asked for before.
    ///
    /// # Errors
    /// Those of the file system; what could be written is.
    pub fn keep<'h>(
        &self,
        rendered: impl Iterator<Item = (Key, &'h str)>,
        temporary: &Path,
    ) -> io::Result<()> {
        let mut new: [Vec<(Key, &str)>; PACKS] = Default::default();
        rendered.for_each(|(key, html)| new[key.pack()].push((key, html)));
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
}

fn pack_path(folder: &Path, at: usize) -> PathBuf {
    folder.join(format!("{at:x}.pack"))
}

/// The formulas of one file.
#[derive(Debug, Default)]
struct Pack {
    bytes: Vec<u8>,
    /// Where the HTML of each formula stands, and whether it was asked for.
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

    fn get(&mut self, key: &Key) -> Option<&str> {
        let (range, used) = self.places.get_mut(key)?;
        *used = true;
        std::str::from_utf8(self.bytes.get(range.clone())?).ok()
    }

    /// The file with new formulas in it, and without what has not been used for long.
    fn with(&self, new: &[(Key, &str)]) -> Vec<u8> {
        let mut bytes = vec![0; HASH];
        for (key, html) in new {
            push(&mut bytes, key, html.as_bytes());
        }
        // In the order of the file: what was not used by the last builds comes last.
        let mut kept: Vec<_> = self.places.iter().collect();
        kept.sort_by_key(|(_, (range, used))| (!used, range.start));
        let mut limit = usize::MAX;
        for (key, (range, used)) in kept {
            if !used && limit == usize::MAX {
                limit = 2 * bytes.len() + SPARE;
            }
            let html = &self.bytes[range.clone()];
            if bytes.len() + HEAD + html.len() > limit {
                break;
            }
            push(&mut bytes, key, html);
        }
        let seal = seal(&bytes[HASH..]);
        bytes[..HASH].copy_from_slice(&seal);
        bytes
    }
}

fn push(bytes: &mut Vec<u8>, key: &Key, html: &[u8]) {
    // No formula becomes 4 GB of HTML; one that did would be cut and never match.
    let length = u32::try_from(html.len()).unwrap_or(0);
    bytes.extend_from_slice(&key.0);
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(&html[..length as usize]);
}

/// The hash that a pack with this body begins with.
fn seal(body: &[u8]) -> [u8; HASH] {
    *blake3::Hasher::new_keyed(&CODE).update(body).finalize().as_bytes()
}

/// Where the formulas of a body stand in the file.
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
        Key::new(&Formula { tex, display: false })
    }

    /// A folder whose packs hold these formulas, each with its TeX for its HTML.
    fn folder(formulas: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        keep(folder.path(), formulas);
        folder
    }

    fn keep(folder: &Path, formulas: &[&str]) {
        let mut cache = Cache::new(folder.to_owned());
        formulas.iter().for_each(|tex| drop(cache.get(&key(tex)).map(str::to_owned)));
        let rendered = formulas.iter().map(|tex| (key(tex), *tex));
        cache.keep(rendered, &folder.join("tmp")).unwrap();
    }

    fn found(folder: &Path, tex: &str) -> Option<String> {
        Cache::new(folder.to_owned()).get(&key(tex)).map(str::to_owned)
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
        let display = Key::new(&Formula { tex: formulas[0], display: true });
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

    /// Whoever adds a file to this folder adds it to what the packs depend on.
    #[test]
    fn all_code_of_this_folder_is_hashed() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/render/math");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let mut files: Vec<_> = files.map(|name| name.into_string().unwrap()).collect();
        files.sort();
        assert_eq!(
            files,
            ["braces.rs", "cache.rs", "limits.rs", "markup.rs", "mod.rs", "tests.rs"]
        );
    }
}
