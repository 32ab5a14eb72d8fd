//! What an author waits for: from a save, under `mdbook serve`, to the reloaded page in Chromium, while an experiment of
//! ten minutes is being computed; beside mdBook with a preprocessor that changes nothing, in turns, in one run. That one
//! serves the same pages, from lessons that were expanded before, and also the lessons as they are, whose
//! pages have no figure and no formula.
//!
//! ```sh
//! cargo bench --manifest-path tests/browser/Cargo.toml --bench serve -- [EDITS] [WATCHER]
//! ```
//!
//! `MDBOOK` names mdBook's program, `MDBOOK_SIMULATION` ours (by default `mdbook`, and what lies in `target/release`).
//! That the last save of a session gives what a build gives is a test (`tests/suite/live.rs`).

#[expect(dead_code, reason = "the tests use the rest")]
mod driver;

use std::net::TcpListener;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use driver::Browser;
use serde_json::json;

/// The page that is edited and looked at.
const LESSON: &str = "generalisation/double-descent";

/// A preprocessor that changes nothing: mdBook's input is a list of its context and the book.
const IDENTITY: &str = "#!/usr/bin/env python3\nimport json, sys\n\
    if len(sys.argv) > 1: sys.exit(0)\njson.dump(json.load(sys.stdin)[1], sys.stdout)\n";

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let edits = arguments.first().map_or(200, |edits| edits.parse().expect("a number of edits"));
    let watcher = arguments.get(1).map_or("poll", String::as_str);
    let folder = tempfile::tempdir().unwrap();
    let identity = folder.path().join("identity");
    std::fs::write(&identity, IDENTITY).unwrap();
    assert!(Command::new("chmod").arg("+x").arg(&identity).status().unwrap().success());
    let place = |name: &str| folder.path().join(name);
    let ours = Served::start(&place("ours"), Lessons::Pending, &program(), watcher);
    let expanded = Served::start(&place("expanded"), Lessons::Expanded, &identity, watcher);
    let source = Served::start(&place("source"), Lessons::Pending, &identity, watcher);
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    Browser::run(async |browser| {
        for edit in 0..edits {
            for (served, times) in [&ours, &expanded, &source].into_iter().zip(&mut times) {
                times.push(served.edit(browser, edit).await);
            }
        }
    });
    println!("{edits} edits each, watcher {watcher}; seconds from save to reloaded page");
    let [ours_took, expanded_took, source_took] = times.map(|mut times| quantiles(&mut times));
    println!("                                          p50    p95");
    let line = |what: &str, (p50, p95): (f64, f64)| println!("{what:<38}  {p50:.3}  {p95:.3}");
    line("mdbook-simulation", ours_took);
    line("identity, on lessons expanded before", expanded_took);
    line("identity, on lessons as they are", source_took);
    let beyond = |other: (f64, f64)| (ours_took.0 - other.0, ours_took.1 - other.1);
    line("beyond the first", beyond(expanded_took));
    line("beyond the second", beyond(source_took));
    println!("finished shards of the pending experiment: {}", ours.shards());
}

/// Puts what our program makes of the lessons in their place.
fn expand(root: &Path, toml: &str) {
    let both = toml.replace("renderers = [\"html\"]", "");
    std::fs::write(root.join("book.toml"), format!("{both}\n[output.markdown]\n")).unwrap();
    let built = Command::new(program()).args(["build", "--frozen"]).arg(root).status();
    assert!(built.unwrap().success());
    let from = root.join("site/markdown/.");
    let lesson = root.join(format!("site/markdown/{LESSON}.md"));
    assert!(std::fs::read_to_string(lesson).unwrap().contains("<svg"), "it is expanded");
    let copied = Command::new("cp").arg("-r").arg(from).arg(root.join("book")).status();
    assert!(copied.unwrap().success());
}

impl Browser {
    /// Opens an address. A page that reloads at that moment is in the way, and is asked again.
    async fn visit(&self, address: &str) {
        for _ in 0..50 {
            if self.driver.goto(address).await.is_ok() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("{address} cannot be opened");
    }

    /// Whether the last paragraph of the page is this; no while it is being loaded.
    async fn ends_with(&self, paragraph: &str) -> bool {
        // Asked often: nothing that lays the page out.
        let found = format!(
            "[...document.querySelectorAll('main > p')].at(-1)?.textContent === {}",
            json!(paragraph)
        );
        let asked = json!({ "expression": found, "returnByValue": true });
        let answer = self.driver.cdp().send_raw("Runtime.evaluate", asked).await;
        answer.is_ok_and(|answer| answer["result"]["value"] == true)
    }
}

fn quantiles(times: &mut [f64]) -> (f64, f64) {
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() as f64 * share) as usize).min(times.len() - 1)];
    (at(0.5), at(0.95))
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn program() -> PathBuf {
    std::env::var_os("MDBOOK_SIMULATION")
        .map_or_else(|| repository().join("target/release/mdbook-simulation"), PathBuf::from)
}

/// What a copy of the course holds.
#[derive(Clone, Copy, PartialEq)]
enum Lessons {
    /// Its lessons, and an experiment that takes ten minutes and more.
    Pending,
    /// Its lessons as they come out of our program, with figures and formulas.
    Expanded,
}

/// The course under `mdbook serve`.
struct Served {
    root: PathBuf,
    address: String,
    server: Child,
}

impl Served {
    /// A copy of the course, served.
    fn start(root: &Path, lessons: Lessons, preprocessor: &Path, watcher: &str) -> Self {
        let from = repository();
        std::fs::create_dir_all(root).unwrap();
        for part in ["book", "theme", "experiments/records", ".gitignore"] {
            let to = root.join(part);
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            let copied = Command::new("cp").arg("-r").arg(from.join(part)).arg(to).status();
            assert!(copied.unwrap().success(), "{part}");
        }
        let toml = std::fs::read_to_string(from.join("book.toml")).unwrap();
        let command = format!("command = \"{}\"\nmax-seconds = 100000", preprocessor.display());
        let toml = toml.replace("command = \"cargo run --release --quiet --\"", &command);
        match lessons {
            Lessons::Expanded => expand(root, &toml),
            Lessons::Pending => {
                let lesson = root.join("book/optimisation/loss-landscapes.md");
                let text = std::fs::read_to_string(&lesson).unwrap();
                let long = "\n\n[[simulation adl-error-decomposition {as: pending, replicates: 200, \
                            noise: 0.3, sweep: {noise: [0.1, 0.2, 0.3, 0.4, 0.5]}}]]\n";
                std::fs::write(&lesson, text + long).unwrap();
            }
        }
        std::fs::write(root.join("book.toml"), toml).unwrap();

        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mdbook = std::env::var_os("MDBOOK").unwrap_or_else(|| "mdbook".into());
        let log = std::fs::File::create(root.join("log")).unwrap();
        let server = Command::new(mdbook)
            .args(["serve", "--port", &port.to_string(), "--watcher", watcher])
            .arg(root)
            .env_remove("CI")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("mdbook: see MDBOOK above");
        let started = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(started.elapsed() < Duration::from_secs(60), "mdbook serves");
            std::thread::sleep(Duration::from_millis(20));
        }
        // Its watcher has to have looked once.
        std::thread::sleep(Duration::from_secs(2));
        Self { root: root.to_owned(), address: format!("http://127.0.0.1:{port}"), server }
    }

    /// Seconds from a save to the page that shows it.
    async fn edit(&self, browser: &Browser, edit: usize) -> f64 {
        browser.visit(&format!("{}/{LESSON}.html", self.address)).await;
        // Saves come at any moment of the watcher's rounds.
        std::thread::sleep(Duration::from_millis((edit as u64 * 377) % 1000));
        let lesson = self.root.join(format!("book/{LESSON}.md"));
        let mark = format!("This is edit number {edit}.");
        let text = std::fs::read_to_string(&lesson).unwrap();
        let before = text.split("\n\nThis is edit number").next().unwrap_or_default();
        std::fs::write(&lesson, format!("{before}\n\n{mark}\n")).unwrap();
        let saved = Instant::now();
        while !browser.ends_with(&mark).await {
            assert!(saved.elapsed() < Duration::from_secs(60), "edit {edit} is lost");
            std::thread::sleep(Duration::from_millis(5));
        }
        saved.elapsed().as_secs_f64()
    }

    /// How many shards scratch holds.
    fn shards(&self) -> usize {
        std::fs::read_dir(self.root.join(".simulation/shards")).into_iter().flatten().count()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
