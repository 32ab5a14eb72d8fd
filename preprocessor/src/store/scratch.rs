//! Scratch: `<root>/.simulation/`, which git ignores. Finished shards, drafts, temporary files and the
//! lock of the book. Safe to delete; a killed run resumes from here.

use std::fs::File;
use std::io;
use std::path::Path;
use std::path::PathBuf;

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
    aside: bool,
}

/// Scratch of its own for a run that is to use nothing of an earlier one. It goes when this is dropped.
#[derive(Debug)]
pub struct Aside {
    folder: tempfile::TempDir,
    scratch: Scratch,
}

impl Aside {
    /// The scratch.
    #[must_use]
    pub fn scratch(&self) -> &Scratch {
        &self.scratch
    }

    /// A folder for records that nobody keeps.
    #[must_use]
    pub fn records(&self) -> PathBuf {
        self.folder.path().join("records")
    }
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
        Self { book: root.to_owned(), root: root.join(".simulation"), aside: false }
    }

    /// Scratch that holds nothing but how long shards took: within this one, so that what a killed run leaves
    /// is swept; where this one cannot be written, in the system's temporary folder.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn aside(&self) -> io::Result<Aside> {
        let within = self.create().and_then(|()| files::folder(&self.temporary()));
        let folder = within.or_else(|_| tempfile::tempdir())?;
        let scratch = Self { aside: true, ..Self::new(folder.path()) };
        scratch.create()?;
        // Without them the order is a worse one, and no result is another.
        let _ = std::fs::copy(self.durations(), scratch.durations());
        Ok(Aside { folder, scratch })
    }

    /// Whether what finishes here is of no use to a later run.
    #[must_use]
    pub fn is_aside(&self) -> bool {
        self.aside
    }

    /// The folder of drafts, in the layout of records: by experiment and the draft's own parameters.
    #[must_use]
    pub fn drafts(&self) -> PathBuf {
        self.root.join("drafts")
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

    /// The file of how long shards took.
    #[must_use]
    pub fn durations(&self) -> PathBuf {
        self.root.join("durations.json")
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
        files::sweep(&self.temporary());
        Ok(Lock(file))
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

    /// How many drafts there are.
    #[must_use]
    pub fn count_drafts(&self) -> usize {
        let list = |folder: &Path| std::fs::read_dir(folder).into_iter().flatten().flatten();
        list(&self.drafts()).map(|experiment| list(&experiment.path()).count()).sum()
    }

    /// Removes every draft. Says how many there were.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn clear_drafts(&self) -> io::Result<usize> {
        let count = self.count_drafts();
        match std::fs::remove_dir_all(self.drafts()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(count),
        }
    }

    fn shard_path(&self, shard: &str) -> PathBuf {
        self.root.join("shards").join(format!("{shard}.json"))
    }

    fn create(&self) -> io::Result<()> {
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

    #[test]
    fn what_is_aside_goes_and_takes_nothing_with_it() {
        let root = tempfile::tempdir().unwrap();
        let scratch = Scratch::new(root.path());
        let part = Finished { part: Value::Null, seconds: 0.5, device: "host".into() };
        scratch.keep("a", &part).unwrap();
        std::fs::write(scratch.durations(), "{}").unwrap();
        let aside = scratch.aside().unwrap();
        let folder = aside.scratch().book().to_owned();
        assert!(folder.starts_with(scratch.temporary()) && aside.scratch().is_aside());
        assert_eq!(aside.scratch().part("a"), None);
        assert!(aside.scratch().durations().exists());
        aside.scratch().keep("b", &part).unwrap();
        drop(scratch.lock().unwrap());
        assert!(folder.exists(), "a lock sweeps what is abandoned, and this is not");
        drop(aside);
        assert!(!folder.exists());
        assert_eq!((scratch.count(), scratch.part("b")), (1, None));
    }

    #[test]
    fn drafts_are_counted_and_cleared() {
        let root = tempfile::tempdir().unwrap();
        let scratch = Scratch::new(root.path());
        assert_eq!((scratch.count_drafts(), scratch.clear_drafts().unwrap()), (0, 0));
        for file in ["one/a.json", "one/b.json", "two/a.json"] {
            let path = scratch.drafts().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "{}").unwrap();
        }
        assert_eq!(scratch.count_drafts(), 3);
        assert_eq!(scratch.clear_drafts().unwrap(), 3);
        assert!(!scratch.drafts().exists());
    }
}
