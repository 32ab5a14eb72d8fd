//! Memory: what a process has, and what there is for more of them.

use std::path::Path;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

/// How often `ps` is asked, which is a process itself.
const ASK: Duration = Duration::from_millis(500);

/// Looks at the memory of one process again and again.
#[derive(Debug, Default)]
pub(super) struct Gauge {
    /// When `ps` was last asked.
    asked: Option<Instant>,
}

impl Gauge {
    /// The resident memory of a process in megabytes; nothing where the system does not tell, or was asked a moment ago.
    pub(super) fn used_by(&mut self, process: u32) -> Option<f64> {
        if cfg!(target_os = "linux") {
            let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
            return line(&status, "VmRSS:");
        }
        if self.asked.is_some_and(|asked| asked.elapsed() < ASK) {
            return None;
        }
        self.asked = Some(Instant::now());
        told_by_ps(process)
    }
}

fn told_by_ps(process: u32) -> Option<f64> {
    let mut ask = Command::new("ps");
    ask.args(["-o", "rss=", "-p", &process.to_string()]);
    let told = ask.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let kilobytes: f64 = String::from_utf8_lossy(&told.stdout).trim().parse().ok()?;
    Some(kilobytes / 1024.0)
}

/// Megabytes of memory that are free for use, where the system tells: of the machine, and of what a container or a service
/// may have of it.
pub(super) fn available() -> Option<f64> {
    let machine = std::fs::read_to_string("/proc/meminfo").ok()?;
    let machine = line(&machine, "MemAvailable:")?;
    let groups = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let group = group(&groups).map(|group| of_group(Path::new("/sys/fs/cgroup"), group));
    Some(group.into_iter().flatten().fold(machine, f64::min))
}

/// The group of a process in the one hierarchy of control groups (version 2).
fn group(groups: &str) -> Option<&str> {
    groups.lines().find_map(|line| line.strip_prefix("0::/"))
}

/// Megabytes that a control group may still take, and those around it; nothing where none has a limit.
fn of_group(root: &Path, group: &str) -> Option<f64> {
    let here = root.join(group);
    let around = here.ancestors().take_while(|folder| folder.starts_with(root));
    let free = |folder: &Path| {
        let number = |file: &str| {
            std::fs::read_to_string(folder.join(file)).ok()?.trim().parse::<f64>().ok()
        };
        // `max` is no number.
        let (most, used) = (number("memory.max")?, number("memory.current")?);
        // What was read from files, and is given up when memory is needed.
        let stat = std::fs::read_to_string(folder.join("memory.stat")).unwrap_or_default();
        let cached = stat.lines().find_map(|line| line.strip_prefix("inactive_file "));
        let cached = cached.and_then(|bytes| bytes.parse::<f64>().ok()).unwrap_or(0.0);
        Some((most - used + cached).max(0.0) / 1024.0 / 1024.0)
    };
    around.filter_map(free).min_by(f64::total_cmp)
}

/// The megabytes that a line of the kernel tells in kilobytes.
fn line(text: &str, name: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kilobytes / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_has_memory() {
        let this = std::process::id();
        let used = Gauge::default().used_by(this);
        assert!(used.is_some_and(|megabytes| megabytes > 1.0));
        assert!(available().is_some_and(|megabytes| megabytes > 1.0));
        assert_eq!(Gauge::default().used_by(u32::MAX), None);
        // Where there is no `ps`, nobody asks it.
        assert!(told_by_ps(this).is_none_or(|told| told > 1.0));
        assert_eq!(told_by_ps(u32::MAX), None);
    }

    #[test]
    fn the_narrowest_group_counts() {
        assert_eq!(group("12:cpu:/a\n0::/b/c\n"), Some("b/c"));
        assert_eq!(group("0::/\n"), Some(""));
        assert_eq!(group("4:memory:/a\n"), None);
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("b/c");
        std::fs::create_dir_all(&inner).unwrap();
        let write = |folder: &Path, file: &str, text: &str| {
            std::fs::write(folder.join(file), text).unwrap();
        };
        let megabytes = |count: u64| format!("{}\n", count << 20);
        assert_eq!(of_group(root.path(), "b/c"), None);
        write(&inner, "memory.max", "max\n");
        write(&inner, "memory.current", &megabytes(30));
        assert_eq!(of_group(root.path(), "b/c"), None, "there is no limit");
        let outer = root.path().join("b");
        write(&outer, "memory.max", &megabytes(100));
        write(&outer, "memory.current", &megabytes(40));
        assert_eq!(of_group(root.path(), "b/c"), Some(60.0));
        write(&outer, "memory.stat", &format!("anon 1\ninactive_file {}", megabytes(10)));
        assert_eq!(of_group(root.path(), "b/c"), Some(70.0));
        write(&inner, "memory.max", &megabytes(20));
        assert_eq!(of_group(root.path(), "b/c"), Some(0.0), "it has more than it may");
    }
}
