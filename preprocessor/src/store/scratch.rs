//! Scratch: `<root>/.simulation/`, which git ignores. Finished shards, drafts, temporary files and the
//! lock of the book. Safe to delete; a killed run resumes from here.

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

/// The version of the layout of a finished shard's file.
const SCHEMA: u64 = 1;

/// How often who waits for the lock looks.
pub(crate) const LOOK: Duration = Duration::from_millis(20);

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

    /// The folder of what was drawn of drafts.
    #[must_use]
    pub fn drawings(&self) -> PathBuf {
        self.root.join("drawings")
    }

    /// The file of what is missing while somebody writes.
    #[must_use]
    pub fn queue(&self) -> PathBuf {
        self.root.join("queue.json")
    }

    /// The folder of how runs failed while somebody wrote.
    #[must_use]
    pub fn failures(&self) -> PathBuf {
        self.root.join("failed")
    }

    /// The right to drain the queue, unless another process has it.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn try_lock_queue(&self) -> io::Result<Option<Lock>> {
        self.create()?;
        let file = File::create(self.root.join("queue.lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Lock(file))),
            Err(std::fs::TryLockError::WouldBlock) => Ok(None),
            Err(std::fs::TryLockError::Error(error)) => Err(error),
        }
    }

    /// The folder of what builds rendered.
    #[must_use]
    pub fn rendered(&self) -> PathBuf {
        self.root.join("rendered")
    }

    /// Waits until no other process computes for this book, or `stop` says not to wait any more, which gives none.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn lock(&self, stop: &dyn Fn() -> bool) -> io::Result<Option<Lock>> {
        self.create()?;
        let file = File::create(self.root.join("lock"))?;
        let mut waits = false;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(std::fs::TryLockError::WouldBlock) if stop() => return Ok(None),
                Err(std::fs::TryLockError::WouldBlock) => {
                    if !waits {
                        tracing::info!("waiting for another process that computes for this book");
                    }
                    waits = true;
                    std::thread::sleep(LOOK);
                }
                // Some file systems have none. What is written is whole all the same.
                Err(std::fs::TryLockError::Error(error)) => {
                    tracing::warn!(
                        "the book cannot be locked ({error}): another build of it would compute the same"
                    );
                    break;
                }
            }
        }
        self.sweep();
        Ok(Some(Lock(file)))
    }

    /// Whether there is a finished shard of that address, whole or not.
    #[must_use]
    pub fn holds(&self, shard: &str) -> bool {
        self.shard_path(shard).exists()
    }

    /// Removes the temporary files that killed processes left.
    pub fn sweep(&self) {
        files::sweep(&self.temporary());
    }

    /// What a finished shard left, if it is here.
    ///
    /// # Errors
    /// Why the file that is here cannot be trusted.
    pub fn part(&self, shard: &str) -> Result<Option<Finished>, String> {
        let path = self.shard_path(shard);
        let why = |why: &str| format!("`{}`: {why}", path.display());
        match std::fs::read(&path) {
            Ok(bytes) => parse(&bytes).map(Some).map_err(|error| why(&error)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(why(&error.to_string())),
        }
    }

    /// Keeps what a shard left.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn keep(&self, shard: &str, finished: &Finished) -> io::Result<()> {
        self.create()?;
        let finished = key::json(finished);
        let digest = key::digest(&finished);
        let file = serde_json::json!({ "schema": SCHEMA, "digest": digest, "finished": finished });
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

    /// Removes every draft, what was drawn of them, and how runs failed. Says how many drafts there were.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn clear_drafts(&self) -> io::Result<usize> {
        let count = self.count_drafts();
        for folder in [self.drafts(), self.drawings(), self.failures()] {
            match std::fs::remove_dir_all(folder) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(count)
    }

    fn shard_path(&self, shard: &str) -> PathBuf {
        self.root.join("shards").join(format!("{shard}.json"))
    }

    /// Creates the folder, which git is to ignore.
    pub(crate) fn create(&self) -> io::Result<()> {
        std::fs::create_dir_all(&self.root)?;
        let ignore = self.root.join(".gitignore");
        // An empty one is what a killed process leaves.
        if std::fs::metadata(&ignore).map_or(0, |file| file.len()) == 0 {
            std::fs::write(ignore, "*\n")?;
        }
        Ok(())
    }
}

fn parse(bytes: &[u8]) -> Result<Finished, String> {
    let mut file: Value =
        serde_json::from_slice(bytes).map_err(|error| format!("it is not JSON: {error}"))?;
    match file.get("schema").and_then(Value::as_u64) {
        Some(SCHEMA) => {}
        Some(other) => {
            return Err(format!("it has schema {other}; this program reads {SCHEMA}"));
        }
        None => return Err("it has no schema version".into()),
    }
    let finished = file.get_mut("finished").map(Value::take).unwrap_or_default();
    let matches = file.get("digest").is_some_and(|digest| *digest == key::digest(&finished));
    if !matches {
        return Err("its content does not match its digest".into());
    }
    serde_json::from_value(finished).map_err(|error| format!("it cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left() -> Finished {
        Finished {
            part: serde_json::json!({"loss": [0.1, 0.2]}),
            seconds: 0.5,
            device: "host".into(),
        }
    }

    #[test]
    fn a_part_is_kept_and_an_edited_one_is_a_miss() {
        let root = tempfile::tempdir().unwrap();
        let scratch = Scratch::new(root.path());
        let part = left();
        assert_eq!(scratch.part("a"), Ok(None));
        scratch.keep("a", &part).unwrap();
        assert_eq!(scratch.part("a"), Ok(Some(part)));
        let path = scratch.shard_path("a");
        let whole = std::fs::read_to_string(&path).unwrap();
        let untrusted = |edited: &[u8]| {
            std::fs::write(&path, edited).unwrap();
            let why = scratch.part("a").unwrap_err();
            assert!(why.starts_with(&format!("`{}`: ", path.display())), "{why}");
            why.split_once("`: ").unwrap().1.to_owned()
        };
        let edited = whole.replace("0.2", "0.3");
        assert_eq!(untrusted(edited.as_bytes()), "its content does not match its digest");
        let future = whole.replace("\"schema\": 1", "\"schema\": 2");
        assert_eq!(untrusted(future.as_bytes()), "it has schema 2; this program reads 1");
        let older = whole.replace(", \"schema\": 1", "");
        assert_eq!(untrusted(older.as_bytes()), "it has no schema version");
        for broken in [&whole.as_bytes()[..whole.len() / 2], b"", b"{\"a\": \"\xff\"}"] {
            assert!(untrusted(broken).starts_with("it is not JSON: "));
        }
        std::fs::write(scratch.root.join(".gitignore"), "").unwrap();
        scratch.keep("a", &left()).unwrap();
        assert_eq!(std::fs::read_to_string(scratch.root.join(".gitignore")).unwrap(), "*\n");
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
        assert_eq!(aside.scratch().part("a"), Ok(None));
        assert!(aside.scratch().durations().exists());
        aside.scratch().keep("b", &part).unwrap();
        drop(scratch.lock(&|| false).unwrap());
        assert!(folder.exists(), "a lock sweeps what is abandoned, and this is not");
        drop(aside);
        assert!(!folder.exists());
        assert_eq!((scratch.count(), scratch.part("b")), (1, Ok(None)));
    }

    #[test]
    fn who_waits_for_the_lock_may_give_up() {
        let root = tempfile::tempdir().unwrap();
        let scratch = Scratch::new(root.path());
        let lock = scratch.lock(&|| false).unwrap();
        assert!(lock.is_some());
        let looked = std::cell::Cell::new(0);
        let stop = || looked.replace(looked.get() + 1) > 1;
        assert!(scratch.lock(&stop).unwrap().is_none());
        drop(lock);
        assert!(scratch.lock(&|| true).unwrap().is_some(), "it is free");
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
