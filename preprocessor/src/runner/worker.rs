//! A worker: this program once more, as a process of its own, which does shards and nothing else. What goes
//! wrong in it, a crash, a hang, too much memory, costs one shard.
//!
//! It reads tasks from standard input, a line of JSON each, leaves what a shard gave in scratch, and says so by a
//! line on standard output. The end of its input is the end of it, also in the middle of a shard: that is how a
//! worker learns that whoever started it is gone.

use std::collections::BTreeMap;
use std::io;
use std::io::BufRead as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Instant;

use anyhow::Context as _;
use anyhow::bail;
use experiments::backend::Backend;
use experiments::entry::Catalog;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Map;
use serde_json::Value;

use crate::data::Library;
use crate::store::scratch::Finished;
use crate::store::scratch::Scratch;

/// What a worker writes behind each shard.
pub(super) const DONE: &str = "done";

/// What a worker writes before the reason why it could not keep what a shard gave.
pub(super) const UNKEPT: &str = "unkept: ";

/// The status with which a worker ends when nobody is there any more to work for.
const ABANDONED: i32 = 3;

/// One shard, and all that it takes to do it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Task {
    /// The experiment's id.
    pub(super) experiment: String,
    /// The fingerprint of its code, as whoever planned the run knows it.
    pub(super) fingerprint: String,
    /// Its complete parameters, which say what data it asks for.
    pub(super) parameters: Map<String, Value>,
    /// The shard.
    pub(super) shard: Value,
    /// Where in scratch its part belongs.
    pub(super) address: String,
    /// The folder whose scratch that is.
    pub(super) scratch: PathBuf,
    /// The backend, by a name that is no longer `auto`.
    pub(super) backend: String,
    /// What does the work, in words.
    pub(super) device: String,
    /// The book, and its data files by name.
    pub(super) book: PathBuf,
    /// Data files by name, relative to the book.
    pub(super) data: BTreeMap<String, PathBuf>,
    /// The digests of those that the shard needs, when the run was planned.
    pub(super) digests: BTreeMap<String, String>,
}

/// Does the tasks that come in, until no more do.
///
/// # Errors
/// What went wrong with a task; the others that came are not done.
pub fn work(catalog: &Catalog) -> anyhow::Result<()> {
    for line in lines() {
        let task: Task = serde_json::from_str(&line).context("the task cannot be read")?;
        let finished = run(&task, catalog)?;
        let said = match Scratch::new(&task.scratch).keep(&task.address, &finished) {
            Ok(()) => DONE.to_owned(),
            // Others may well be smaller.
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                bail!("what it gave cannot be kept: {error}")
            }
            Err(error) => format!("{UNKEPT}{error}"),
        };
        let mut out = std::io::stdout().lock();
        writeln!(out, "{said}").and_then(|()| out.flush()).context("nobody listens")?;
    }
    Ok(())
}

/// The lines of standard input, read by a thread that ends the process with its input: whoever waits for this
/// worker may go while it computes.
fn lines() -> mpsc::Receiver<String> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            let Ok(line) = line else { break };
            if send.send(line).is_err() {
                break;
            }
        }
        // What is done was said to be done, and is in scratch.
        std::process::exit(ABANDONED);
    });
    receive
}

fn run(task: &Task, catalog: &Catalog) -> anyhow::Result<Finished> {
    let Some(entry) = catalog.get(&task.experiment) else {
        bail!("this program has no experiment `{}`", task.experiment);
    };
    // The program may have been built anew since the run began.
    if entry.fingerprint().digest != task.fingerprint {
        bail!("this program has other code of `{}` than the one that asks", task.experiment);
    }
    let library = Library::of(task.book.clone(), task.data.clone());
    let (supply, digests) = library.read(entry, &task.parameters).map_err(anyhow::Error::msg)?;
    if digests != task.digests {
        bail!("a data file changed while the run was going on");
    }
    let backend = Backend::open(&task.backend)?;
    let started = Instant::now();
    let part = entry.run_with(&task.shard, &supply, backend.device())?;
    let seconds = started.elapsed().as_secs_f64();
    Ok(Finished { part, seconds, device: task.device.clone() })
}
