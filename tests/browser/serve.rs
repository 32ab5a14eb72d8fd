//! What an author waits for: from a save, under `mdbook serve`, to the reloaded page in Chromium, while an experiment of
//! ten minutes is being computed; beside mdBook with a preprocessor that does nothing, in turns, in one run.
//!
//! ```sh
//! cargo bench --manifest-path tests/browser/Cargo.toml --bench serve -- [EDITS] [WATCHER]
//! ```
//!
//! `MDBOOK` names mdBook's program, `MDBOOK_SIMULATION` ours (by default `mdbook`, and what lies in `target/release`). At
//! the end the pages of the live session, once all is computed, are not compared: `tests/suite/live.rs` does.

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
    let ours = Served::start(&folder.path().join("ours"), &program(), watcher);
    let other = Served::start(&folder.path().join("identity-book"), &identity, watcher);
    let (mut with, mut without) = (Vec::new(), Vec::new());
    Browser::run(async |browser| {
        for edit in 0..edits {
            // Each in turn first, so that neither profits from the other's caches alone.
            let order = [(&ours, &mut with), (&other, &mut without)];
            for (served, times) in order {
                times.push(served.edit(browser, edit).await);
            }
        }
    });
    println!("{edits} edits, watcher {watcher}; seconds from save to reloaded page");
    let [(p50, p95), (other50, other95)] = [&mut with, &mut without].map(|times| quantiles(times));
    println!("                      p50    p95");
    println!("mdbook-simulation   {p50:.3}  {p95:.3}");
    println!("identity            {other50:.3}  {other95:.3}");
    println!("beyond              {:.3}  {:.3}", p50 - other50, p95 - other95);
    println!("finished shards of the pending experiment: {}", ours.shards());
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

/// The course under `mdbook serve`.
struct Served {
    root: PathBuf,
    address: String,
    server: Child,
}

impl Served {
    /// A copy of the course with an experiment that takes ten minutes and more, served.
    fn start(root: &Path, preprocessor: &Path, watcher: &str) -> Self {
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
        std::fs::write(root.join("book.toml"), toml).unwrap();
        let lesson = root.join("book/optimisation/loss-landscapes.md");
        let text = std::fs::read_to_string(&lesson).unwrap();
        let long = "\n\n[[simulation adl-loss-landscape {as: pending, replicates: 200}]]\n";
        std::fs::write(&lesson, text + long).unwrap();

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
        while !browser.shows(&mark).await {
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
