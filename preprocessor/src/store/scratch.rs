//! Scratch: `<root>/.simulation/`, which git ignores. Finished shards, temporary files and the lock
//! of the book. Safe to delete; a killed run resumes from here.

use std::fs::File;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;

use super::files;
use super::layout;
use crate::key;

/// The scratch folder of one book.
#[derive(Clone, Debug)]
pub struct Scratch {
    book: PathBuf,
    root: PathBuf,
}

/// A finished shard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finished {
    /// What it left.
    pub part: Value,
    /// Seconds it took.
    pub seconds: f64,
    /// What did the work, in words.
    pub device: String,
}

/// The book is locked until this is dropped.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "held for its lock")] File);

impl Scratch {
    /// The scratch folder of the book at `root`. Nothing is created before it is needed.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self { book: root.to_owned(), root: root.join(".simulation") }
    }

    /// The folder that it is the scratch of.
    #[must_use]
    pub fn book(&self) -> &Path {
        &self.book
    }

    /// The folder of temporary files.
    #[must_use]
    pub fn temporary(&self) -> PathBuf {
        self.root.join("tmp")
    }

    /// The folder of rendered formulas.
    #[must_use]
    pub fn formulas(&self) -> PathBuf {
        self.root.join("formulas")
    }

    /// Waits until no other process computes for this book.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn lock(&self) -> io::Result<Lock> {
        self.create()?;
        let file = File::create(self.root.join("lock"))?;
        if let Err(std::fs::TryLockError::WouldBlock) = file.try_lock() {
            tracing::info!("waiting for another build of this book");
            file.lock()?;
        }
        self.sweep();
        Ok(Lock(file))
    }

    /// Removes temporary files that a killed process left. Where the system does not say that a process is
    /// gone, those of the last day may be in use: a build that computes nothing takes no lock.
    fn sweep(&self) {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        for entry in std::fs::read_dir(self.temporary()).into_iter().flatten().flatten() {
            let abandoned = entry.file_name().to_str().is_some_and(files::is_abandoned);
            let age = entry.metadata().and_then(|data| data.modified()).map(|time| time.elapsed());
            if abandoned || age.is_ok_and(|age| age.is_ok_and(|age| age > DAY)) {
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }

    /// What a finished shard left, if it is here and whole.
    #[must_use]
    pub fn part(&self, shard: &str) -> Option<Finished> {
        let text = std::fs::read_to_string(self.shard_path(shard)).ok()?;
        let mut file: Value = serde_json::from_str(&text).ok()?;
        let finished: Finished = serde_json::from_value(file.get_mut("finished")?.take()).ok()?;
        (file.get("digest")?.as_str()? == key::digest(&key::json(&finished))).then_some(finished)
    }

    /// Keeps what a shard left.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn keep(&self, shard: &str, finished: &Finished) -> io::Result<()> {
        self.create()?;
        let finished = key::json(finished);
        let file = serde_json::json!({ "digest": key::digest(&finished), "finished": finished });
        let text = layout::compact(&file);
        files::replace(&self.shard_path(shard), text.as_bytes(), &self.temporary())
    }

    /// How many files of finished shards there are.
    #[must_use]
    pub fn count(&self) -> usize {
        std::fs::read_dir(self.root.join("shards")).into_iter().flatten().flatten().count()
    }

    /// Removes every finished shard. Says how many there were.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn clear(&self) -> io::Result<usize> {
        let mut removed = 0;
        match std::fs::read_dir(self.root.join("shards")) {
            Ok(entries) => {
                for entry in entries {
                    std::fs::remove_file(entry?.path())?;
                    removed += 1;
                }
                Ok(removed)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(error),
        }
    }

    fn shard_path(&self, shard: &str) -> PathBuf {
        self.root.join("shards").join(format!("{shard}.json"))
    }

    /// Creates the folder, which git is to ignore.
    pub(crate) fn create(&self) -> io::Result<()> {
        std::fs::create_dir_all(&self.root)?;
        let ignore = self.root.join(".gitignore");
        if !ignore.exists() {
            std::fs::write(ignore, "*\n")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_kept_and_an_edited_one_is_a_miss() {
        let root = tempfile::tempdir().unwrap();
        let scratch = Scratch::new(root.path());
        let part = Finished {
            part: serde_json::json!({"loss": [0.1, 0.2]}),
            seconds: 0.5,
            device: "host".into(),
        };
        assert_eq!(scratch.part("a"), None);
        scratch.keep("a", &part).unwrap();
        assert_eq!(scratch.part("a"), Some(part));
        let path = scratch.shard_path("a");
        let edited = std::fs::read_to_string(&path).unwrap().replace("0.2", "0.3");
        std::fs::write(&path, edited).unwrap();
        assert_eq!(scratch.part("a"), None);
        std::fs::write(&path, "{\"digest\"").unwrap();
        assert_eq!(scratch.part("a"), None);
        assert_eq!(scratch.count(), 1);
        assert_eq!(scratch.clear().unwrap(), 1);
        assert_eq!(scratch.count(), 0);
    }
}
