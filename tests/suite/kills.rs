//! `kill -9`, of whichever process and whenever: the next build is as if nothing had happened.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use tests::TinyBook;

use crate::probed;
use crate::probed::Kind;

/// 27 shards of three simulations with figures.
const LESSON: &str = "[[simulation probe {mood: slow}]]\n\n\
    [[simulation probe {as: second, mood: slow, seed: 50}]]\n\n\
    [[simulation probe {as: third, mood: slow, seed: 90}]]\n";
const SHARDS: usize = 27;

fn book() -> TinyBook {
    probed::book(LESSON)
}

/// Who builds.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Builder<'p> {
    Program,
    MdBook(&'p Path),
}

impl Builder<'_> {
    fn build(self, book: &TinyBook) -> Command {
        let mut command = match self {
            Builder::Program => probed::build(book),
            Builder::MdBook(program) => {
                let mut command = Command::new(program);
                command.arg("build").arg(book.root()).stdin(Stdio::null()).env_remove("CI");
                command
            }
        };
        probed::logging(&mut command, book);
        command
    }
}

/// What has to come out.
#[derive(Debug, PartialEq)]
struct Product {
    records: BTreeMap<String, String>,
    figures: BTreeMap<PathBuf, Vec<u8>>,
    site: BTreeMap<PathBuf, Vec<u8>>,
}

impl Product {
    fn of(book: &TinyBook) -> Self {
        Self {
            records: probed::contents(book),
            figures: probed::site(&book.root().join("src/figures")),
            site: probed::site(&book.root().join("site")),
        }
    }

    #[track_caller]
    fn assert_eq(&self, other: &Self, when: &str) {
        assert_eq!(self.records, other.records, "{when}");
        for (one, other) in [(&self.figures, &other.figures), (&self.site, &other.site)] {
            assert_eq!(tests::differences(one, other), Vec::<PathBuf>::new(), "{when}");
        }
    }
}

/// How far a build is: by what it has left, so that no clock matters. Shards take longest.
fn progress(book: &TinyBook) -> usize {
    let files = |folder: &str| probed::count(&book.root().join(folder));
    4 * probed::shards(book) + files("records") + files("src/figures") + files("site")
}

/// Numbers that look random, the same in every run (splitmix64, Steele, Lea and Flood, 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }
}

#[test]
fn killed_at_twenty_moments_nothing_is_lost_and_nothing_left() {
    const MOMENTS: usize = 20;
    const LANES: usize = 4;
    let reference = book();
    assert!(probed::outcome(&mut Builder::Program.build(&reference)).1);
    let (whole, most) = (Product::of(&reference), progress(&reference));
    assert_eq!(probed::begun(&reference).len(), SHARDS);
    let mdbook = probed::mdbook();
    let mut random = Random(6);
    let mut moments = Vec::new();
    for moment in 0..MOMENTS {
        // One in each twentieth of the build.
        let at = (most * moment + random.below(most)) / MOMENTS;
        let (builder, victims) = match (&mdbook, moment % 2) {
            (Some(program), 1) => {
                (Builder::MdBook(program), &[Kind::Worker, Kind::Runner, Kind::Other][..])
            }
            _ => (Builder::Program, &[Kind::Worker, Kind::Runner][..]),
        };
        moments.push((builder, victims[random.below(victims.len())], at));
    }
    let killed = AtomicUsize::new(0);
    // A few at a time: most of them wait.
    std::thread::scope(|scope| {
        for lane in 0..LANES {
            let (moments, killed, whole) = (&moments, &killed, &whole);
            scope.spawn(move || {
                for &(builder, victim, at) in moments.iter().skip(lane).step_by(LANES) {
                    let when = format!("{victim:?} of {builder:?} at {at} of {most}");
                    let before = kill_and_build_again(builder, victim, at, &when, whole);
                    killed.fetch_add(usize::from(before), Ordering::SeqCst);
                }
            });
        }
    });
    let killed = killed.into_inner();
    assert!(killed >= MOMENTS / 2, "only {killed} builds were killed before their end");
}

/// Kills a cold build and builds again. Says whether the first one was killed before its end.
fn kill_and_build_again(
    builder: Builder<'_>,
    victim: Kind,
    at: usize,
    when: &str,
    whole: &Product,
) -> bool {
    let book = book();
    let mark = format!("KILLED_AT={at}-{}", book.root().display());
    let (name, value) = mark.split_once('=').unwrap();
    let mut first = builder.build(&book);
    let mut first = first.env(name, value).stderr(Stdio::null()).spawn().unwrap();
    probed::wait_until("progress", || progress(&book) >= at || probed::marked(&mark).is_empty());
    let running = probed::marked(&mark);
    let of = |kind| running.iter().find(|(_, found)| *found == kind).map(|(id, _)| *id);
    // Where there is no worker any more, or no mdBook, ours is the one.
    if let Some(process) = of(victim).or_else(|| of(Kind::Runner)) {
        probed::signal("KILL", process);
    }
    let success = first.wait().unwrap().success();
    probed::wait_until("a process stays behind", || probed::marked(&mark).is_empty());
    let (finished, begun) = (probed::shards(&book), probed::begun(&book).len());

    let (errors, built) = probed::outcome(&mut builder.build(&book));
    assert!(built, "{when}: {errors}");
    let again = probed::begun(&book).len() - begun;
    assert_eq!(again, SHARDS - finished, "{when}: what was finished is not begun again");
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for shard in probed::begun(&book) {
        *times.entry(shard).or_default() += 1;
    }
    let twice = times.values().filter(|times| **times > 1).count();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    assert!(twice <= cores, "{when}: {twice} shards were begun twice");
    assert_eq!(probed::temporary(book.root()), Vec::<PathBuf>::new(), "{when}");
    Product::of(&book).assert_eq(whole, when);
    !success
}

#[test]
fn a_killed_worker_costs_its_shard_and_no_other() {
    let lesson = "[[simulation probe {mood: slow}]]\n\n\
        [[simulation probe {as: other, mood: slow, seed: 50}]]\n";
    let book = probed::book(lesson);
    let mark = format!("KILLED_WORKER={}", book.root().display());
    let (name, value) = mark.split_once('=').unwrap();
    let mut build = probed::build(&book);
    let child = probed::logging(&mut build, &book).env(name, value);
    let child = child.args(["--jobs", "1"]).stderr(Stdio::piped()).spawn().unwrap();
    // One that has begun its shard, and is in the middle of it.
    let worker = || {
        let running = probed::marked(&mark);
        running.into_iter().find(|(_, kind)| *kind == Kind::Worker).map(|(id, _)| id)
    };
    probed::wait_until("a worker", || {
        probed::begun(&book).len() == 3 && probed::shards(&book) == 2 && worker().is_some()
    });
    worker().into_iter().for_each(|id| probed::signal("KILL", id));
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{errors}");
    assert!(
        errors.contains("` of `probe` failed: 1 of 9 shards failed; shard 2 with: "),
        "{errors}"
    );
    assert!(errors.contains("its process was ended by signal 9 (killed"), "{errors}");
    assert!(errors.contains("--> src/lesson.md:"), "{errors}");
    assert_eq!(probed::contents(&book).len(), 1, "the other simulation is stored");
    assert_eq!(probed::shards(&book), 17, "all others are finished");
    let begun = probed::begun(&book).len();
    let (errors, success) = probed::outcome(probed::logging(&mut probed::build(&book), &book));
    assert!(success && errors.contains(": 1 of 9 shards on host, the others were"), "{errors}");
    assert_eq!(probed::begun(&book).len(), begun + 1);
}

#[test]
fn a_run_ends_with_its_mdbook_also_behind_a_script() {
    let Some(mdbook) = probed::mdbook() else { return };
    let book = probed::book("[[simulation probe {mood: slow, replicates: 40}]]\n");
    // The shell waits for it, and so knows nothing of mdBook's end.
    book.write("script", &format!("'{}' \"$@\"\nexit $?\n", probed::PROGRAM));
    let toml = book.read("book.toml");
    book.write("book.toml", &toml.replace(&format!("'{}'", probed::PROGRAM), "\"sh ./script\""));
    let mark = format!("BEHIND_A_SCRIPT={}", book.root().display());
    let (name, value) = mark.split_once('=').unwrap();
    let mut build = Builder::MdBook(&mdbook).build(&book);
    let mut build = build.env(name, value).stderr(Stdio::null()).spawn().unwrap();
    probed::wait_until("shards", || probed::shards(&book) >= 3);
    build.kill().unwrap();
    build.wait().unwrap();
    probed::wait_until("a process stays behind", || probed::marked(&mark).is_empty());
    let finished = probed::shards(&book);
    assert!(finished < 60, "{finished} of 120 shards were run, and nobody waited for them");
}

#[test]
fn who_waits_for_another_process_ends_with_its_master_too() {
    let book = probed::book("[[simulation probe]]\n");
    book.write("input.json", &probed::input(&book));
    book.write(".simulation/lock", "");
    let lock = std::fs::File::open(book.root().join(".simulation/lock")).unwrap();
    lock.lock().unwrap();
    let mark = format!("WAITING={}", book.root().display());
    let (name, value) = mark.split_once('=').unwrap();
    let mut shell = Command::new("sh");
    let script = "\"$0\" <input.json >output.json 2>errors; true";
    shell.args(["-c", script, probed::PROGRAM]).current_dir(book.root()).env(name, value);
    let mut shell = shell.spawn().unwrap();
    let told = || std::fs::read_to_string(book.root().join("errors")).unwrap_or_default();
    probed::wait_until("it waits", || told().contains("waiting for another process"));
    shell.kill().unwrap();
    shell.wait().unwrap();
    probed::wait_until("it waits on", || probed::marked(&mark).is_empty());
    assert_eq!(probed::shards(&book), 0);
}

#[test]
fn a_run_ends_with_whoever_asked_for_it() {
    // 120 shards; a shell stands for mdBook.
    let book = probed::book("[[simulation probe {mood: slow, replicates: 40}]]\n");
    book.write("input.json", &probed::input(&book));
    let mark = format!("VANISHED={}", book.root().display());
    let (name, value) = mark.split_once('=').unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-c", "\"$0\" <input.json >output.json; true", probed::PROGRAM]);
    shell.current_dir(book.root()).stderr(Stdio::null()).env(name, value);
    let mut shell = shell.spawn().unwrap();
    probed::wait_until("shards", || probed::shards(&book) >= 3);
    shell.kill().unwrap();
    shell.wait().unwrap();
    probed::wait_until("a process stays behind", || probed::marked(&mark).is_empty());
    let finished = probed::shards(&book);
    assert!(finished < 60, "{finished} of 120 shards were run, and nobody waited for them");
    assert_eq!(book.read("output.json"), "");
    assert!(probed::builds(&book).contains(&format!("{} of 120 shards", 120 - finished)));
}
