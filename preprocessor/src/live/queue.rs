//! What is missing, in a file of scratch that each save of a live session replaces; and what failed, so that it
//! is not tried again with every save.

use std::io;
use std::path::PathBuf;

use mdbook_preprocessor::PreprocessorContext;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Map;
use serde_json::Value;

use crate::key;
use crate::store::files;
use crate::store::layout;
use crate::store::scratch::Scratch;
use crate::system::Process;

/// What is missing, for whoever computes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "plain data")]
pub struct Queue {
    /// The process that serves the book. Nobody waits for anything when it is gone.
    pub session: Process,
    /// The program that left this.
    pub program: PathBuf,
    /// The backend that it was asked to use instead of the configured one.
    pub backend: Option<String>,
    /// mdBook's context, as JSON.
    pub context: Value,
    /// What is missing, in the order of names.
    pub items: Vec<Item>,
}

/// A simulation without a fresh record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "plain data")]
pub struct Item {
    /// Its run key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Its experiment.
    pub experiment: String,
    /// The fingerprint of the experiment's code.
    pub fingerprint: String,
    /// Its complete parameters.
    pub parameters: Map<String, Value>,
    /// Those of its draft, if that is to be computed first.
    pub draft: Option<Map<String, Value>>,
}

/// A failure of a live session.
#[derive(Serialize, Deserialize)]
struct Failure {
    session: Process,
    message: String,
}

impl Queue {
    /// The queue of a book, if there is one that can be read.
    #[must_use]
    pub fn read(scratch: &Scratch) -> Option<Self> {
        serde_json::from_str(&std::fs::read_to_string(scratch.queue()).ok()?).ok()
    }

    /// Replaces the queue of a book.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write(&self, scratch: &Scratch) -> io::Result<()> {
        scratch.create()?;
        let text = layout::pretty(&key::json(self));
        files::replace(&scratch.queue(), text.as_bytes(), &scratch.temporary())
    }

    /// Whether the run with this key is still wanted.
    #[must_use]
    pub fn wants(&self, key: &str) -> bool {
        self.items.iter().any(|item| item.key == key)
    }

    /// mdBook's context, as whoever left the queue had it.
    ///
    /// # Errors
    /// When it is not one.
    pub fn context(&self) -> serde_json::Result<PreprocessorContext> {
        serde_json::from_value(self.context.clone())
    }
}

/// How the run with this key failed in this session.
#[must_use]
pub fn failure(scratch: &Scratch, key: &str, session: &Process) -> Option<String> {
    let text = std::fs::read_to_string(scratch.failure(key)).ok()?;
    let failure: Failure = serde_json::from_str(&text).ok()?;
    (failure.session == *session).then_some(failure.message)
}

/// Notes that it failed.
///
/// # Errors
/// Those of the file system.
pub fn note_failure(
    scratch: &Scratch,
    key: &str,
    session: &Process,
    message: &str,
) -> io::Result<()> {
    let failure = Failure { session: session.clone(), message: message.to_owned() };
    let text = layout::pretty(&key::json(&failure));
    files::replace(&scratch.failure(key), text.as_bytes(), &scratch.temporary())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_reads_back_and_failures_belong_to_a_session() {
        let root = tempfile::tempdir().unwrap();
        let scratch = Scratch::new(root.path());
        assert_eq!(Queue::read(&scratch), None);
        let session = Process::of(std::process::id()).unwrap();
        let item = Item {
            key: "abc".into(),
            name: "a".into(),
            experiment: "b".into(),
            fingerprint: "c".into(),
            parameters: Map::new(),
            draft: None,
        };
        let queue = Queue {
            session: session.clone(),
            program: "x".into(),
            backend: None,
            context: Value::Null,
            items: vec![item],
        };
        queue.write(&scratch).unwrap();
        assert_eq!(Queue::read(&scratch).as_ref(), Some(&queue));
        assert!(queue.wants("abc") && !queue.wants("b"));
        assert!(queue.context().is_err());
        std::fs::write(scratch.queue(), "{\"session\"").unwrap();
        assert_eq!(Queue::read(&scratch), None);

        assert_eq!(failure(&scratch, "abc", &session), None);
        note_failure(&scratch, "abc", &session, "no").unwrap();
        assert_eq!(failure(&scratch, "abc", &session).as_deref(), Some("no"));
        let other = Process { started: "later".into(), ..session };
        assert_eq!(failure(&scratch, "abc", &other), None, "another session tries again");
    }
}
