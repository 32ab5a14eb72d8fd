//! Worker processes from the side of whoever starts them: given a task each, watched, and ended.

use std::collections::VecDeque;
use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Read;
use std::io::Write as _;
use std::path::Path;
use std::process::Child;
use std::process::ChildStdin;
use std::process::Command;
use std::process::ExitStatus;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::mpsc;
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;
use std::time::Instant;

use super::memory::Gauge;
use super::worker::DONE;
use super::worker::Task;
use super::worker::UNKEPT;

/// What one shard may take.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "plain data")]
pub struct Limits {
    /// Seconds by the clock.
    pub seconds: f64,
    /// Resident memory of its process.
    pub megabytes: f64,
}

/// How often a worker is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// How long a worker that is let go may take to end.
const FAREWELL: Duration = Duration::from_secs(2);

/// How long the rest of what a worker wrote may take to arrive once it has ended.
const REST: Duration = Duration::from_secs(1);

/// How much is kept of what a worker writes to standard error.
const TAIL: usize = 4096;

/// Why a task was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Undone {
    /// What became of the worker, in words.
    Failed(String),
    /// What it gave could not be kept in scratch, and why.
    Unkept(String),
    /// It was not to go on.
    Stopped,
}

/// A worker that may still be there for the next task.
#[derive(Default)]
pub(super) struct Worker(Option<Running>);

struct Running {
    child: Child,
    input: ChildStdin,
    /// What became of each task, as it says.
    said: mpsc::Receiver<Result<(), String>>,
    tail: Arc<Mutex<VecDeque<u8>>>,
    /// Disconnected when nothing more comes of what is kept in the tail.
    rest: mpsc::Receiver<()>,
}

impl Worker {
    /// Does a task in a worker of `program`, unless `stop` says to end it; `keep` leaves the worker there for
    /// another task.
    ///
    /// # Errors
    /// What became of the worker.
    pub(super) fn run(
        &mut self,
        program: &Path,
        task: &Task,
        limits: Limits,
        (keep, stop): (bool, &dyn Fn() -> bool),
    ) -> Result<(), Undone> {
        let mut running = match self.0.take() {
            Some(running) => running,
            None => Running::start(program).map_err(Undone::Failed)?,
        };
        running.ask(task).map_err(Undone::Failed)?;
        running.wait(limits, stop)?;
        if keep {
            self.0 = Some(running);
        } else {
            running.dismiss();
        }
        Ok(())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if let Some(running) = self.0.take() {
            running.dismiss();
        }
    }
}

impl Running {
    fn start(program: &Path) -> Result<Self, String> {
        let mut child = Command::new(program)
            .arg("worker")
            // A shard has one thread: the others have the other cores.
            .env("RAYON_NUM_THREADS", "1")
            // What is kept of its words is little: not a trace of calls.
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("`{}` cannot be started: {error}", program.display()))?;
        let (Some(input), Some(output), Some(errors)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err("its pipes are missing".into());
        };
        let (say, said) = mpsc::channel();
        std::thread::spawn(move || listen(output, &say));
        let tail = Arc::new(Mutex::new(VecDeque::new()));
        let keep = Arc::clone(&tail);
        let (at_end, rest) = mpsc::channel();
        std::thread::spawn(move || {
            keep_tail(errors, &keep);
            drop::<mpsc::Sender<()>>(at_end);
        });
        Ok(Self { child, input, said, tail, rest })
    }

    fn ask(&mut self, task: &Task) -> Result<(), String> {
        let line = serde_json::to_string(task).map_err(|error| error.to_string())?;
        let sent = writeln!(self.input, "{line}").and_then(|()| self.input.flush());
        // A worker that is gone says more by its end than the pipe does.
        sent.or(Ok(()))
    }

    /// Waits until the task is done.
    fn wait(&mut self, limits: Limits, stop: &dyn Fn() -> bool) -> Result<(), Undone> {
        let started = Instant::now();
        let mut memory = Gauge::default();
        loop {
            match self.said.recv_timeout(LOOK) {
                Ok(Ok(())) => return Ok(()),
                Ok(Err(why)) => {
                    self.kill();
                    return Err(Undone::Unkept(why));
                }
                Err(RecvTimeoutError::Disconnected) => match self.end() {
                    Some(how) => return Err(Undone::Failed(how)),
                    // It is silent for good, and there all the same.
                    None => std::thread::sleep(LOOK),
                },
                Err(RecvTimeoutError::Timeout) => {}
            }
            if stop() {
                self.kill();
                return Err(Undone::Stopped);
            }
            let over = if started.elapsed().as_secs_f64() > limits.seconds {
                format!("it did not end within {} s (`shard-seconds`)", limits.seconds)
            } else if memory.used_by(self.child.id()).is_some_and(|used| used > limits.megabytes) {
                format!("it used more than {} MB of memory (`shard-megabytes`)", limits.megabytes)
            } else {
                continue;
            };
            self.kill();
            return Err(Undone::Failed(self.with_tail(over)));
        }
    }

    /// How the worker came to its end, if it did.
    fn end(&mut self) -> Option<String> {
        let message = match self.child.try_wait() {
            Ok(None) => return None,
            Ok(Some(status)) => how(status),
            Err(error) => format!("its process cannot be waited for: {error}"),
        };
        Some(self.with_tail(message))
    }

    fn kill(&mut self) {
        // It may have ended meanwhile.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// A message with the end of what the worker wrote to standard error.
    fn with_tail(&self, message: String) -> String {
        // The thread that reads is a moment behind the process. What that started may go on.
        let _ = self.rest.recv_timeout(REST);
        let tail = self.tail.lock().map(|tail| tail.iter().copied().collect::<Vec<u8>>());
        let text = String::from_utf8_lossy(&tail.unwrap_or_default()).into_owned();
        let lines: Vec<&str> =
            text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        match lines.is_empty() {
            true => message,
            false => format!("{message}; it wrote: {}", lines.join(" / ")),
        }
    }

    /// Lets it go: the end of its input is the end of it, unless a driver hangs while it ends.
    fn dismiss(self) {
        let Self { mut child, input, .. } = self;
        drop(input);
        let started = Instant::now();
        while matches!(child.try_wait(), Ok(None)) {
            if started.elapsed() > FAREWELL {
                let _ = child.kill();
                let _ = child.wait();
                return;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// How a process ended, in words.
fn how(status: ExitStatus) -> String {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt as _;
        if let Some(signal) = status.signal() {
            return format!("its process was ended by signal {signal}{}", meaning(signal));
        }
    }
    match status.code() {
        Some(code) => format!("its process ended with status {code}"),
        None => "its process ended".into(),
    }
}

/// What a signal means, where its number is the same on all systems.
#[cfg(unix)]
fn meaning(signal: i32) -> &'static str {
    match signal {
        4 => " (illegal instruction)",
        6 => " (abort)",
        8 => " (arithmetic error)",
        9 => " (killed; the system does that when memory runs out)",
        11 => " (invalid memory access)",
        15 => " (terminated)",
        24 => " (limit of processor time)",
        25 => " (limit of file size)",
        _ => "",
    }
}

/// Passes on what a worker says of its tasks. Whatever else comes, from the code of experiments, is no concern of ours.
fn listen(from: impl Read, say: &mpsc::Sender<Result<(), String>>) {
    /// Longer than any line of ours.
    const LINE: u64 = 4096;
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    loop {
        line.clear();
        match from.by_ref().take(LINE).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let line = String::from_utf8_lossy(&line);
        let said = match (line.trim_end(), line.strip_prefix(UNKEPT)) {
            (DONE, _) => Ok(()),
            (_, Some(why)) => Err(why.trim_end().to_owned()),
            _ => continue,
        };
        if say.send(said).is_err() {
            return;
        }
    }
}

/// Keeps the last bytes of a stream.
fn keep_tail(mut from: impl Read, tail: &Mutex<VecDeque<u8>>) {
    let mut buffer = [0; 1024];
    while let Ok(read) = from.read(&mut buffer) {
        let Ok(mut tail) = tail.lock() else { return };
        if read == 0 {
            return;
        }
        tail.extend(&buffer[..read]);
        let over = tail.len().saturating_sub(TAIL);
        tail.drain(..over);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_end_of_a_stream_is_kept() {
        let tail = Mutex::new(VecDeque::new());
        let text = "x".repeat(3 * TAIL) + "end";
        keep_tail(text.as_bytes(), &tail);
        let kept: Vec<u8> = tail.into_inner().unwrap().into_iter().collect();
        assert_eq!(kept.len(), TAIL);
        assert!(kept.ends_with(b"xend"));
    }

    #[test]
    fn only_words_of_ours_are_heard() {
        let (say, said) = mpsc::channel();
        let noise = [&[0xff; 9000][..], b"\n\xff\ndone\nnot done\nunkept: no room\ndone"].concat();
        listen(noise.as_slice(), &say);
        drop(say);
        let heard: Vec<_> = said.iter().collect();
        assert_eq!(heard, [Ok(()), Err("no room".to_owned()), Ok(())]);
    }
}
