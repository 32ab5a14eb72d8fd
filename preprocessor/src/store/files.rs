//! Whole files or none: write beside, sync, rename.

use std::io;
use std::io::Write;
use std::path::Path;

/// Puts `bytes` at `path`, creating folders as needed. Readers see the old file or the new one.
///
/// The temporary file lies in `temporary`, away from folders that mdBook copies; only when that is
/// on another file system than `path` does it lie beside `path`, under a name that begins with a dot.
///
/// # Errors
/// Those of the file system.
pub fn replace(path: &Path, bytes: &[u8], temporary: &Path) -> io::Result<()> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    std::fs::create_dir_all(folder)?;
    std::fs::create_dir_all(temporary)?;
    match written(bytes, temporary)?.persist(path) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == io::ErrorKind::CrossesDevices => {
            written(bytes, folder)?.persist(path).map_err(|error| error.error)?;
            Ok(())
        }
        Err(error) => Err(error.error),
    }
}

/// The same, when the file does not hold these bytes already. Says whether it wrote.
///
/// # Errors
/// Those of the file system.
pub fn replace_if_changed(path: &Path, bytes: &[u8], temporary: &Path) -> io::Result<bool> {
    if std::fs::read(path).is_ok_and(|found| found == bytes) {
        return Ok(false);
    }
    replace(path, bytes, temporary).map(|()| true)
}

fn written(bytes: &[u8], folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".tmp-");
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
