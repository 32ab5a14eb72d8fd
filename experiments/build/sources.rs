//! A digest of all source files of a crate, as they are: for what is to be made anew with any other code. The build
//! scripts of both crates share it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;

/// The hash, in hexadecimal, of all files in a folder and below it, names included.
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
        if path.is_dir() {
            gather(&path, &name, files)?;
        } else {
            files.insert(name, fs::read(&path)?);
        }
    }
    Ok(())
}
