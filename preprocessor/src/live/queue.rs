//! What is missing, in a file of scratch that each save of a live session replaces; and what failed, so that it
//! is not tried again with every save.

use std::io;
use std::path::PathBuf;

use mdbook_preprocessor::PreprocessorContext;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::config::Config;
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
    /// What is missing, what is soonest done first.
    pub items: Vec<Item>,
}

/// A simulation without a fresh record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "plain data")]
pub struct Item {
    /// Its run key.
    pub key: String,
    /// What tells this attempt to run it from others.
    pub attempt: String,
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
    /// Whether it failed and is tried once more, and its page tells how it failed.
    pub told: bool,
}

/// How a run failed in a live session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "plain data")]
pub struct Failure {
    /// The session.
    pub session: Process,
    /// What went wrong.
    pub message: String,
    /// Whether it may be otherwise with the next save, although nothing of the run changed: it was computed, and its record
    /// could not be stored.
    pub passes: bool,
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
        // Where lessons lie beside scratch, mdBook watches this file too.
        if std::fs::read(scratch.queue()).is_ok_and(|found| found == text.as_bytes()) {
            return Ok(());
        }
        files::replace(&scratch.queue(), text.as_bytes(), &scratch.temporary())
    }

    /// Whether this attempt is still wanted.
    #[must_use]
    pub fn wants(&self, attempt: &str) -> bool {
        self.items.iter().any(|item| item.attempt == attempt)
    }

    /// mdBook's context, as whoever left the queue had it.
    ///
    /// # Errors
    /// When it is not one.
    pub fn context(&self) -> serde_json::Result<PreprocessorContext> {
        serde_json::from_value(self.context.clone())
    }
}

/// What tells the attempt to run something from others that might end otherwise: the run itself, the backend, and what it
/// may take.
#[must_use]
pub fn attempt(run_key: &str, config: &Config) -> String {
    let Config { backend, max_seconds, shard_seconds, shard_megabytes, .. } = config;
    key::digest(&json!([run_key, backend, max_seconds, shard_seconds, shard_megabytes]))
}

/// How an attempt failed in this session.
#[must_use]
pub fn failure(scratch: &Scratch, attempt: &str, session: &Process) -> Option<Failure> {
    let text = std::fs::read_to_string(place(scratch, attempt)).ok()?;
    let failure: Failure = serde_json::from_str(&text).ok()?;
    (failure.session == *session).then_some(failure)
}

/// Notes how it failed.
///
/// # Errors
/// Those of the file system.
pub fn note_failure(scratch: &Scratch, attempt: &str, failure: &Failure) -> io::Result<()> {
    let text = layout::pretty(&key::json(failure));
    files::replace(&place(scratch, attempt), text.as_bytes(), &scratch.temporary())
}

/// Forgets how it failed.
pub fn forget_failure(scratch: &Scratch, attempt: &str) {
    // Mostly there is none.
    let _ = std::fs::remove_file(place(scratch, attempt));
}

fn place(scratch: &Scratch, attempt: &str) -> PathBuf {
    scratch.failures().join(format!("{}.json", key::short(attempt)))
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
            attempt: "def".into(),
            name: "a".into(),
            experiment: "b".into(),
            fingerprint: "c".into(),
            parameters: Map::new(),
            draft: None,
            told: false,
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
        assert!(queue.wants("def") && !queue.wants("abc"));
        assert!(queue.context().is_err());
        std::fs::write(scratch.queue(), "{\"session\"").unwrap();
        assert_eq!(Queue::read(&scratch), None);

        assert_eq!(failure(&scratch, "abc", &session), None);
        let failed = Failure { session: session.clone(), message: "no".into(), passes: false };
        note_failure(&scratch, "abc", &failed).unwrap();
        assert_eq!(failure(&scratch, "abc", &session), Some(failed));
        let other = Process { started: "later".into(), ..session.clone() };
        assert_eq!(failure(&scratch, "abc", &other), None, "another session tries again");
        forget_failure(&scratch, "abc");
        assert_eq!(failure(&scratch, "abc", &session), None);
    }

    #[test]
    fn what_may_end_otherwise_is_another_attempt() {
        let book = mdbook_preprocessor::config::Config::default();
        let context = PreprocessorContext::new("book".into(), book, "html".into());
        let config = Config::read(&context, &mut crate::diagnostics::Problems::default());
        let attempts = [
            attempt("abc", &config),
            attempt("abd", &config),
            attempt("abc", &Config { backend: "wgpu".into(), ..config.clone() }),
            attempt("abc", &Config { shard_seconds: Some(2.0), ..config.clone() }),
            attempt("abc", &Config { shard_megabytes: Some(2.0), ..config.clone() }),
            attempt("abc", &Config { max_seconds: 2.0, ..config.clone() }),
        ];
        let different: std::collections::BTreeSet<_> = attempts.iter().collect();
        assert_eq!(different.len(), attempts.len());
        assert_eq!(attempts[0], attempt("abc", &config));
    }
}
