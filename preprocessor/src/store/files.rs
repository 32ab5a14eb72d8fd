//! Whole files or none: write beside, sync, rename.

use std::io;
use std::io::Write;
use std::path::Path;
use std::sync::LazyLock;

use crate::key;
use crate::system::Process;

/// What names of temporary files begin with; the process that writes them follows, by number and start.
const TEMPORARY: &str = ".tmp-";

/// This process in names of files. A number alone would not do: in a container the next process of ours may well
/// have the number of the last.
static OWNER: LazyLock<String> = LazyLock::new(|| {
    let id = std::process::id();
    Process::of(id).map_or_else(|| format!("{id}-unknown"), |process| owner(&process))
});

fn owner(process: &Process) -> String {
    let started = key::digest(&process.started.as_str().into());
    format!("{}-{}", process.id, key::short(&started))
}

/// Whether a file of that name is a temporary one of ours whose process is gone.
fn is_abandoned(name: &str) -> bool {
    let of = name.strip_prefix(TEMPORARY).and_then(|rest| rest.rsplit_once('-'));
    let Some((of, _)) = of else { return false };
    let id = of.split('-').next().and_then(|id| id.parse().ok());
    id.is_some_and(|id| Process::of(id).is_none_or(|process| owner(&process) != of))
}

/// Removes the temporary files and folders that killed processes left in a folder.
pub fn sweep(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_str().is_some_and(is_abandoned) {
            // Another process may do the same. What is no folder, or a link to one, is a file.
            let _ = match entry.file_type() {
                Ok(kind) if kind.is_dir() => std::fs::remove_dir_all(entry.path()),
                _ => std::fs::remove_file(entry.path()),
            };
        }
    }
}

/// A temporary folder within `temporary`, which goes when it is dropped, or else with [`sweep`].
///
/// # Errors
/// Those of the file system.
pub fn folder(temporary: &Path) -> io::Result<tempfile::TempDir> {
    std::fs::create_dir_all(temporary)?;
    tempfile::Builder::new().prefix(&prefix()).tempdir_in(temporary)
}

/// Puts `bytes` at `path`, creating folders as needed. Readers see the old file or the new one.
///
/// The temporary file lies in `temporary`, away from folders that mdBook copies; only when that cannot be written, or is
/// on another file system than `path`, does it lie beside `path`, under a name that begins with a dot.
///
/// # Errors
/// Those of the file system.
pub fn replace(path: &Path, bytes: &[u8], temporary: &Path) -> io::Result<()> {
    /// Somebody who sees other processes than we do, in a container, may take a file of ours for abandoned.
    const TRIES: usize = 3;
    let mut tried = 0;
    loop {
        match replace_once(path, bytes, temporary) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && tried < TRIES => tried += 1,
            done => return done,
        }
    }
}

fn replace_once(path: &Path, bytes: &[u8], temporary: &Path) -> io::Result<()> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    std::fs::create_dir_all(folder)?;
    let there = std::fs::create_dir_all(temporary).and_then(|()| written(bytes, temporary));
    let there = there.and_then(|file| file.persist(path).map_err(|error| error.error));
    match there {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(error),
        // The file is put beside, or it is said why it cannot be.
        Err(_) => {
            written(bytes, folder)?.persist(path).map_err(|error| error.error)?;
            Ok(())
        }
    }
}

/// What temporary names of this process begin with.
fn prefix() -> String {
    format!("{TEMPORARY}{}-", *OWNER)
}

fn written(bytes: &[u8], folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    let prefix = prefix();
    builder.prefix(&prefix);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // A temporary file is private by default; a published one is for everybody (less the umask).
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temporary_file_is_abandoned_with_its_process() {
        let of = |owner: &str| format!("{TEMPORARY}{owner}-a1b2c3");
        let id = std::process::id();
        assert!(!is_abandoned(&of(&OWNER)));
        assert!(is_abandoned(&of(&format!("{id}-0123456789abcdef"))), "the number was another's");
        assert!(is_abandoned(&of(&format!("{}-0123456789abcdef", u32::MAX))));
        assert!(!is_abandoned(".tmp-a1b2c3") && !is_abandoned("record.json"));
    }

    #[test]
    fn only_what_is_abandoned_is_swept() {
        let folder = tempfile::tempdir().unwrap();
        let kept = written(b"whole", folder.path()).unwrap();
        let gone = folder.path().join(format!("{TEMPORARY}{}-0-x", u32::MAX));
        std::fs::write(&gone, "half").unwrap();
        sweep(folder.path());
        assert!(kept.path().exists() && !gone.exists());
    }

    #[test]
    fn where_temporary_files_have_no_place_they_lie_beside() {
        let folder = tempfile::tempdir().unwrap();
        let (path, temporary) = (folder.path().join("a/b.json"), folder.path().join("tmp"));
        std::fs::write(&temporary, "a file").unwrap();
        replace(&path, b"one", &temporary).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
        assert_eq!(std::fs::read_dir(folder.path().join("a")).unwrap().count(), 1);
    }

    #[test]
    fn folders_of_processes_that_are_gone_are_swept() {
        let root = tempfile::tempdir().unwrap();
        let kept = folder(root.path()).unwrap();
        let gone = root.path().join(format!("{TEMPORARY}{}-0-a1b2c3", u32::MAX));
        for path in [kept.path(), &gone] {
            std::fs::create_dir_all(path.join("shards")).unwrap();
            std::fs::write(path.join("shards/a.json"), "{}").unwrap();
        }
        sweep(root.path());
        assert!(kept.path().join("shards/a.json").exists() && !gone.exists());
        drop(kept);
        assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_file_is_replaced_and_nothing_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let (path, temporary) = (folder.path().join("a/b.json"), folder.path().join("tmp"));
        replace(&path, b"one", &temporary).unwrap();
        replace(&path, b"two", &temporary).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 0);
    }
}
