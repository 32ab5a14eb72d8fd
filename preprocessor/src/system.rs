//! Other processes of this machine, as far as one has to know of them: whether one is still there, and who
//! started whom. From `/proc` where there is one, else from `ps`.

use std::path::Path;
use std::process::Command;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use serde::Deserialize;
use serde::Serialize;
#[cfg(unix)]
use signal_hook::consts::{SIGINT, SIGTERM};
#[cfg(unix)]
use signal_hook::flag;

/// A process. Numbers are given again, so that the time of its start belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "plain data")]
pub struct Process {
    /// Its number.
    pub id: u32,
    /// When it started, in whatever form the system tells.
    pub started: String,
    /// The name of its program, without folders.
    pub name: String,
    /// The number of the process that started it.
    pub parent: u32,
}

impl Process {
    /// The process of that number, if it runs. One that has ended and was not yet waited for does not.
    #[must_use]
    pub fn of(id: u32) -> Option<Self> {
        if Path::new("/proc/self/stat").exists() {
            return parse_stat(id, &std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?);
        }
        let mut ask = Command::new("ps");
        ask.args(["-o", "ppid=,state=,lstart=,comm=", "-p", &id.to_string()]);
        let told = ask.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
        parse_ps(id, &String::from_utf8_lossy(&told.stdout))
    }

    /// Whether it still runs.
    #[must_use]
    pub fn is_running(&self) -> bool {
        Self::of(self.id).is_some_and(|found| found.started == self.started)
    }

    /// The process that started this one, the one that started that one, and so on.
    #[must_use]
    pub fn ancestors() -> Vec<Self> {
        /// Nobody starts programs through more than this.
        const MOST: usize = 64;
        let mut found: Vec<Self> = Vec::new();
        let mut next = Self::of(std::process::id()).map_or(0, |this| this.parent);
        while next > 0
            && found.len() < MOST
            && let Some(process) = Self::of(next)
        {
            next = process.parent;
            found.push(process);
        }
        found
    }
}

/// The processes that this one works for, once [`live_with_parent`] was called.
static MASTERS: OnceLock<Masters> = OnceLock::new();

/// Whoever reads what this process gives.
#[derive(Debug)]
struct Masters {
    /// The number of the process that started this one.
    parent: u32,
    /// mdBook, where another process stands between, which may not notice its end: a script, say. It is looked for when
    /// somebody asks, which a process that computes nothing does not.
    mdbook: OnceLock<Option<Process>>,
    /// When mdBook was last looked for, and whether it was gone.
    looked: Mutex<(Instant, bool)>,
}

/// From now on [`is_orphaned`] is to know whether the process that started this one is gone, or the mdBook that started that.
pub fn live_with_parent() {
    #[cfg(unix)]
    MASTERS.get_or_init(|| {
        let parent = std::os::unix::process::parent_id();
        Masters { parent, mdbook: OnceLock::new(), looked: Mutex::new((Instant::now(), false)) }
    });
}

/// Whether this process was to live with the one that started it, or with its mdBook, and that is gone.
#[must_use]
pub fn is_orphaned() -> bool {
    #[cfg(unix)]
    return MASTERS.get().is_some_and(Masters::are_gone);
    #[cfg(not(unix))]
    false
}

impl Masters {
    #[cfg(unix)]
    fn are_gone(&self) -> bool {
        /// Many threads ask often, and a look may be a process.
        const LOOK: Duration = Duration::from_millis(200);
        if self.parent != std::os::unix::process::parent_id() {
            return true;
        }
        let mdbook = self.mdbook.get_or_init(|| {
            Process::ancestors().into_iter().skip(1).find(|process| process.name == "mdbook")
        });
        let Some(mdbook) = mdbook else { return false };
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        if !looked.1 && looked.0.elapsed() >= LOOK {
            *looked = (Instant::now(), !mdbook.is_running());
        }
        looked.1
    }
}

/// Whether this process was asked to end, once [`heed_signals`] was called.
static INTERRUPTED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// Whether the next signal ends this process at once.
static ENDS_AT_ONCE: LazyLock<Arc<AtomicBool>> = LazyLock::new(|| Arc::new(AtomicBool::new(true)));

/// What a command that was asked to end exits with, as shells have it for Ctrl-C.
pub const ENDED: u8 = 130;

/// As long as there is one, somebody looks at [`is_ended`] often.
#[derive(Debug)]
pub struct Stoppable(());

impl Stoppable {
    /// From now on.
    #[must_use]
    pub fn begin() -> Self {
        ENDS_AT_ONCE.store(false, Ordering::SeqCst);
        Self(())
    }
}

impl Drop for Stoppable {
    fn drop(&mut self) {
        ENDS_AT_ONCE.store(true, Ordering::SeqCst);
    }
}

/// From now on Ctrl-C and the signals that ask a process to end stop what is being computed, so that it is told what is
/// kept; a second one, or one while nothing is computed, ends the process.
pub fn heed_signals() {
    #[cfg(unix)]
    for signal in [SIGINT, SIGTERM].into_iter().filter(|signal| !is_ignored(*signal)) {
        // In this order: the first one that is heeded arms the second. Where there can be none, a signal ends the process,
        // and nothing is lost either.
        let _ =
            flag::register_conditional_shutdown(signal, ENDED.into(), Arc::clone(&ENDS_AT_ONCE))
                .and_then(|_| flag::register(signal, Arc::clone(&ENDS_AT_ONCE)))
                .and_then(|_| flag::register(signal, Arc::clone(&INTERRUPTED)));
    }
}

/// Whether whoever started this process had it ignore a signal, as a shell does with Ctrl-C for what it has in the
/// background. Where the system does not tell, no.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & (1 << (signal - 1)) != 0)
}

/// Whether this process was asked to end.
#[must_use]
pub fn is_interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// Whether what this process computes is of no use to anybody any more, or it was asked to end.
#[must_use]
pub fn is_ended() -> bool {
    is_interrupted() || is_orphaned()
}

/// Reads `/proc/ID/stat`: `ID (NAME) STATE PARENT …`, where the name may hold anything.
fn parse_stat(id: u32, stat: &str) -> Option<Process> {
    let (before, after) = stat.rsplit_once(')')?;
    let (_, name) = before.split_once('(')?;
    let mut fields = after.split_whitespace();
    let state = fields.next()?;
    let parent = fields.next()?.parse().ok()?;
    // The start is field 22 of the line; 5 to 21 are skipped.
    let started = fields.nth(17)?.to_owned();
    is_alive(state).then(|| Process { id, started, name: name.to_owned(), parent })
}

/// Reads `PARENT STATE DAY MONTH DATE TIME YEAR PATH`.
fn parse_ps(id: u32, line: &str) -> Option<Process> {
    let mut fields = line.split_whitespace();
    let parent = fields.next()?.parse().ok()?;
    let state = fields.next()?;
    let started: Vec<&str> = fields.by_ref().take(5).collect();
    let command = fields.collect::<Vec<_>>().join(" ");
    let name = Path::new(&command).file_name()?.to_string_lossy().into_owned();
    is_alive(state).then(|| Process { id, started: started.join(" "), name, parent })
}

fn is_alive(state: &str) -> bool {
    !state.starts_with(['Z', 'X', 'x'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_kernel_are_read() {
        let stat = "12 (a b) c) S 7 12 12 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4711 1000 2 3";
        let found = parse_stat(12, stat).unwrap();
        assert_eq!((found.name.as_str(), found.parent), ("a b) c", 7));
        assert_eq!(found.started, "4711");
        assert_eq!(parse_stat(12, &stat.replace(" S ", " Z ")), None);
        assert_eq!(parse_stat(12, ""), None);
    }

    #[test]
    fn lines_of_ps_are_read() {
        let line = "    7 S+   Sun Nov 22 20:00:00 2026     /Applications/My Tools/mdbook\n";
        let found = parse_ps(12, line).unwrap();
        assert_eq!((found.name.as_str(), found.parent), ("mdbook", 7));
        assert_eq!(found.started, "Sun Nov 22 20:00:00 2026");
        assert_eq!(parse_ps(12, &line.replace("S+", "Z")), None);
        assert_eq!(parse_ps(12, ""), None);
    }

    #[test]
    fn this_process_runs_and_was_started_by_one_that_does() {
        let this = Process::of(std::process::id()).unwrap();
        assert!(this.is_running());
        assert!(!Process { started: "never".into(), ..this.clone() }.is_running());
        assert_eq!(Process::of(u32::MAX), None);
        let ancestors = Process::ancestors();
        assert_eq!(ancestors.first().map(|first| first.id), Some(this.parent));
    }

    #[test]
    fn a_process_that_nobody_waited_for_does_not_run() {
        let mut child = Command::new("true").spawn().unwrap();
        let ended = || Process::of(child.id()).is_none();
        for _ in 0..1000 {
            if ended() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        assert!(ended());
        child.wait().unwrap();
    }
}
