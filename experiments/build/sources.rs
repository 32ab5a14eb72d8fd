//! A digest of all source files of a crate, as they are: for what is to be made anew with any other code. The build
//! scripts of both crates share it. What editors leave beside them does not count.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;

/// The hash, in hexadecimal, of all Rust files in a folder and below it, names included.
///
/// # Errors
/// Those of the file system.
pub(crate) fn digest(folder: &Path) -> io::Result<String> {
    let mut files = BTreeMap::new();
    gather(folder, Path::new(""), &mut files)?;
    let mut hasher = blake3::Hasher::new();
    for (name, bytes) in files {
        let name = name.to_string_lossy();
        for part in [name.as_bytes(), &bytes] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    Ok(hasher.finalize().to_hex().to_string())
}

fn gather(folder: &Path, name: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (path, name) = (entry.path(), name.join(entry.file_name()));
        // An editor's lock is called `.#file.rs`, and leads nowhere.
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if path.is_dir() {
            gather(&path, &name, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.insert(name, fs::read(&path)?);
        }
    }
    Ok(())
}
