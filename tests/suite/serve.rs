//! `mdbook serve` itself, by both of its watchers: what lands is shown each time, saves are never lost, mistakes end
//! nothing, and nothing is left when it ends. `tests/run` installs mdBook and says where, in `MDBOOK`.
//!
//! mdBook 0.5.4's native watcher counts reading a file as a change on Linux, so it builds any book again and again,
//! with or without us; that there is no loop is asked of the other one alone.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use tests::PLAIN;
use tests::TinyBook;

use crate::probed;
use crate::probed::PROGRAM;

/// How many times something is changed; more by `REBUILDS`.
fn rebuilds() -> u64 {
    std::env::var("REBUILDS").map_or(10, |count| count.parse().unwrap())
}

/// A book under `mdbook serve`.
struct Served {
    book: TinyBook,
    server: Child,
    mark: String,
}

impl Served {
    fn start(mdbook: &PathBuf, watcher: &str, lesson: &str) -> Self {
        let toml =
            format!("{PLAIN}command = '{PROGRAM}'\n\n[output.html.search]\nenable = false\n");
        let files = [("SUMMARY.md", "- [Lesson](lesson.md)\n"), ("lesson.md", lesson)];
        let book = TinyBook::with(&toml, &files);
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mark = format!("SERVED_BY_TEST={}", book.root().display());
        let (name, value) = mark.split_once('=').unwrap();
        let server = Command::new(mdbook)
            .args(["serve", "--port", &port.to_string(), "--watcher", watcher])
            .arg(book.root())
            .env_remove("CI")
            .env(name, value)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(book.root().join("log")).unwrap())
            .spawn()
            .unwrap();
        let served = Self { book, server, mark };
        served.until("it serves", || served.page().contains("</html>"));
        // Of what is saved before its watcher looks for the first time, mdBook knows nothing.
        served.until("it watches", || {
            served.book.write("src/SUMMARY.md", files[0].1);
            std::thread::sleep(Duration::from_millis(200));
            served.changes() > 0
        });
        served
    }

    fn page(&self) -> String {
        std::fs::read_to_string(self.book.root().join("site/lesson.html")).unwrap_or_default()
    }

    /// How many times mdBook saw a change.
    fn changes(&self) -> usize {
        self.book.read("log").matches("Files changed").count()
    }

    #[track_caller]
    fn until(&self, what: &str, done: impl Fn() -> bool) {
        let started = Instant::now();
        while !done() {
            assert!(
                started.elapsed() < Duration::from_secs(60),
                "{what}: {}",
                self.book.read("log")
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn lesson(seed: u64) -> String {
    format!("# Lesson\n\nSeed {seed}.\n\n[[simulation probe {{seed: {seed}}}]]\n")
}

/// Changes a parameter again and again; each time the figure has to come without another save.
fn every_result_is_shown(watcher: &str) {
    let Some(mdbook) = probed::mdbook() else { return };
    let served = Served::start(&mdbook, watcher, &lesson(0));
    for seed in 1..=rebuilds() {
        served.book.write("src/lesson.md", &lesson(seed));
        served.until(&format!("the figure of seed {seed}"), || {
            let page = served.page();
            let card = format!("<dt>seed</dt>\n<dd>{seed}</dd>");
            page.contains(&card) && !page.contains("class=\"sim-live\"")
        });
    }
    if watcher == "poll" {
        served.until("it comes to rest", || {
            let before = served.changes();
            std::thread::sleep(Duration::from_secs(4));
            served.changes() == before
        });
        // A save, what it draws, a landing, and what that draws.
        let seen = served.changes() as u64;
        assert!(seen <= 4 * (rebuilds() + 1), "{seen} changes seen");
    }
}

#[test]
fn every_result_is_shown_with_the_polling_watcher() {
    every_result_is_shown("poll");
}

#[test]
#[cfg(target_os = "linux")]
fn every_result_is_shown_with_the_native_watcher() {
    every_result_is_shown("native");
}

#[test]
fn a_mistake_ends_nothing() {
    let Some(mdbook) = probed::mdbook() else { return };
    let served = Served::start(&mdbook, "poll", "# Lesson\n\n[[simulation proeb]]\n");
    assert!(served.page().contains("there is no experiment `proeb`"));
    served
        .book
        .write("src/lesson.md", "# Lesson\n\n[[value probe.slope]] and [[claim probe.rises\n");
    served.until("the other mistake", || served.page().contains("src/lesson.md:3:27"));
    served.book.write("src/lesson.md", &lesson(3));
    served.until("the figure", || served.page().contains("<dt>seed</dt>\n<dd>3</dd>"));
}

#[test]
#[cfg(target_os = "linux")]
fn nothing_is_left_when_it_ends() {
    let Some(mdbook) = probed::mdbook() else { return };
    let long = "[[simulation probe {mood: slow, replicates: 200}]]\n";
    let mut served = Served::start(&mdbook, "poll", long);
    let shards = || tests::tree(&served.book.root().join(".simulation/shards")).len();
    served.until("it computes", || shards() > 3);
    served.server.kill().unwrap();
    served.server.wait().unwrap();
    served.until("processes are left", || probed::marked(&served.mark).is_empty());
    let kept = shards();
    assert!(kept < 600, "it was not at its end");
    let built =
        Command::new(PROGRAM).arg("build").arg(served.book.root()).env_remove("CI").output();
    let told = String::from_utf8_lossy(&built.unwrap().stderr).into_owned();
    assert!(told.contains(&format!("{} of 600 shards", 600 - kept)), "{told}");
}
