//! The process that computes what is missing while somebody writes: `run --queue`. There is one for each book at
//! a time. It takes drafts first and then one simulation after another, gives up what nobody wants any more,
//! and ends with its queue or with the session.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;
use std::time::SystemTime;

use anyhow::Context as _;
use experiments::entry::Catalog;
use serde_json::Map;
use serde_json::Value;

use super::queue;
use super::queue::Failure;
use super::queue::Item;
use super::queue::Queue;
use super::report::Report;
use super::wake::DRAFT;
use super::wake::FAILED;
use super::wake::Waker;
use crate::config::Config;
use crate::data::Library;
use crate::diagnostics::Place;
use crate::diagnostics::Problems;
use crate::diagnostics::SourceFile;
use crate::key::RunInputs;
use crate::obtain::Obtaining;
use crate::obtain::Running;
use crate::obtain::Sources;
use crate::resolve::Simulation;
use crate::runner;
use crate::runner::progress;
use crate::runner::progress::Telling;
use crate::store::records::Found;
use crate::store::records::Records;
use crate::store::scratch;
use crate::store::scratch::Scratch;

/// How often the queue, the session and the program are looked at.
const LOOK: Duration = Duration::from_millis(100);

/// Starts a process that drains the queue, unless there is one.
///
/// # Errors
/// When it cannot be started, or scratch cannot be written.
pub fn see_to(queue: &Queue, scratch: &Scratch) -> std::io::Result<()> {
    // Whoever holds the lock reads the queue once more after giving it back.
    match scratch.try_lock_queue()? {
        Some(lock) => drop(lock),
        None => return Ok(()),
    }
    start(&queue.program, scratch.book())
}

/// Starts a process that outlives this one, keeps out of its terminal's signals and holds none of its pipes: mdBook
/// waits until whoever inherited one has closed it. An author's editor and browser come first.
fn start(program: &Path, book: &Path) -> std::io::Result<()> {
    let book = std::path::absolute(book)?;
    let arguments = ["run".as_ref(), "--queue".as_ref(), "--root".as_ref(), book.as_os_str()];
    let spawn = |command: &mut Command| {
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt as _;
            command.process_group(0);
        }
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).spawn()
    };
    let polite = spawn(Command::new("nice").arg("-n").arg("10").arg(program));
    polite.or_else(|_| spawn(&mut Command::new(program))).map(drop)
}

/// Drains the queue of the book at `root`, with workers of `program`.
///
/// # Errors
/// When scratch cannot be written.
pub fn drain(root: &Path, catalog: &Catalog, program: &Path) -> anyhow::Result<()> {
    let scratch = Scratch::new(root);
    let mut drain = Drain::new(catalog, program, scratch);
    loop {
        let lock = drain.scratch.try_lock_queue().context("the scratch folder cannot be used")?;
        let Some(lock) = lock else { return Ok(()) };
        let end = drain.all();
        drop(lock);
        match end {
            // A save between the last look and the release of the lock found it taken, also one of the next session.
            End::Over if drain.has_work() => {}
            End::Over => return Ok(()),
            End::Outdated(program) => {
                return start(&program, drain.scratch.book()).context("the program was built anew");
            }
        }
    }
}

/// Why there is nothing more to do.
enum End {
    /// Everything is there, or the session is gone.
    Over,
    /// Another program is asked for: this one was built anew.
    Outdated(PathBuf),
}

/// One thing to compute.
struct Work {
    /// The item's key, or [`DRAFT`] and that.
    landing: String,
    item: Item,
    draft: bool,
}

/// For how long an attempt is not made again by the same process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Settled {
    ForGood,
    UntilAnotherLands,
}

struct Drain<'c> {
    catalog: &'c Catalog,
    program: PathBuf,
    /// The program as it was when this process began.
    built: Option<(SystemTime, u64)>,
    scratch: Scratch,
    /// Attempts that this process made.
    settled: BTreeMap<String, Settled>,
    waker: Mutex<Option<Waker>>,
}

impl<'c> Drain<'c> {
    fn new(catalog: &'c Catalog, program: &Path, scratch: Scratch) -> Self {
        Self {
            catalog,
            program: program.to_owned(),
            built: built(program),
            scratch,
            settled: BTreeMap::new(),
            waker: Mutex::new(None),
        }
    }

    fn all(&mut self) -> End {
        loop {
            let Some(queue) = Queue::read(&self.scratch) else { return End::Over };
            if !queue.session.is_running() {
                return End::Over;
            }
            if built(&self.program) != self.built {
                return End::Outdated(self.program.clone());
            }
            self.tick(&queue);
            match self.next_of(&queue) {
                Some(work) if !self.knows(&work.item) => {
                    // A program that is newer than this one left the queue, or an older one that has ended.
                    return match queue.program == self.program {
                        true => End::Over,
                        false => End::Outdated(queue.program),
                    };
                }
                Some(work) => self.compute(&queue, &work),
                None if self.waits() => std::thread::sleep(LOOK),
                None => return End::Over,
            }
        }
    }

    /// Whether the queue, as it is now, has something for this program, or for another one that it names.
    fn has_work(&self) -> bool {
        let is_for_somebody = |queue: &Queue| {
            let next = self.next_of(queue);
            next.is_some_and(|work| self.knows(&work.item) || queue.program != self.program)
        };
        Queue::read(&self.scratch)
            .is_some_and(|queue| is_for_somebody(&queue) && queue.session.is_running())
    }

    /// Drafts come first: they are quick, and there is nothing else to see.
    fn next_of(&self, queue: &Queue) -> Option<Work> {
        let draft = |item: &Item| item.draft.is_some().then(|| Work::draft(item));
        let drafts = queue.items.iter().filter_map(draft);
        let full = queue.items.iter().map(Work::full);
        drafts.chain(full).find(|work| !self.settled.contains_key(&work.settled()))
    }

    /// Whether this program has the code that an item asks for.
    fn knows(&self, item: &Item) -> bool {
        let entry = self.catalog.get(&item.experiment);
        entry.is_some_and(|entry| entry.fingerprint().digest == item.fingerprint)
    }

    fn compute(&mut self, queue: &Queue, work: &Work) {
        let mut settled = Settled::ForGood;
        let landing = match self.run(queue, work) {
            Outcome::Landed => {
                // Somebody may have made room meanwhile.
                self.settled.retain(|_, settled| *settled == Settled::ForGood);
                Some(work.landing.clone())
            }
            // Whoever wants it again finds its finished shards.
            Outcome::Stopped => return,
            Outcome::Skipped(message) => {
                tracing::error!("`{}` has no draft: {message}", work.item.name);
                None
            }
            Outcome::Failed { attempt, message, passes } => {
                if passes {
                    settled = Settled::UntilAnotherLands;
                }
                let failure = Failure { session: queue.session.clone(), message, passes };
                self.note(work, &attempt, &failure)
            }
        };
        self.settled.insert(work.settled(), settled);
        if let Some(landing) = landing {
            self.wake(|waker| waker.land(&landing));
        }
        self.tick(queue);
    }

    /// Notes how something failed. Gives what landed; nothing where the pages tell it already.
    fn note(&self, work: &Work, attempt: &str, failure: &Failure) -> Option<String> {
        if queue::failure(&self.scratch, attempt, &failure.session).as_ref() == Some(failure) {
            return None;
        }
        if let Err(error) = queue::note_failure(&self.scratch, attempt, failure) {
            tracing::error!("`{}` failed: {}; {error}", work.item.name, failure.message);
            // A build that knows nothing of it would ask for it again.
            return None;
        }
        Some(match failure.passes {
            true => format!("{FAILED}{}", work.item.key),
            false => work.landing.clone(),
        })
    }

    fn run(&self, queue: &Queue, work: &Work) -> Outcome {
        let failed = |message: String| match work.draft {
            true => Outcome::Skipped(message),
            false => {
                let attempt = work.item.attempt.clone();
                Outcome::Failed { attempt, message, passes: false }
            }
        };
        let Ok(context) = queue.context() else {
            return failed("the queue holds no configuration of a book".into());
        };
        let mut problems = Problems::default();
        let mut config = Config::read(&context, &mut problems);
        config.backend = queue.backend.clone().unwrap_or(config.backend);
        self.wake_at(&config.lessons);
        let library = Library::new(&context.root, &config);
        if work.draft {
            config.records = self.scratch.drafts();
        }
        let simulation = match work.simulation(self.catalog, &library) {
            Ok(simulation) => simulation,
            Err(message) => return failed(message),
        };
        let running = Running {
            workers: Some(self.program.clone()),
            // One core is left to the author.
            at_once: Some(runner::cores().saturating_sub(1).max(1)),
            telling: Telling::Lines,
            costly: work.draft,
            again: false,
        };
        let sources = Sources {
            config: &config,
            library: &library,
            scratch: &self.scratch,
            running: &running,
        };
        let watch = Watch::new(self, work);
        let mut problems = Problems::default();
        let mut obtaining = Obtaining::new(sources, &mut problems);
        let mut lines = progress::observer(running.telling);
        let mut report = Report::new(&context, &work.item.name, work.draft, lines.as_mut());
        obtaining.compute(vec![&simulation], &mut report, &|| watch.stops());
        // The next one is for whoever waits for the book's lock, and looks now and then.
        std::thread::sleep(3 * scratch::LOOK);
        // What was computed and could not be stored is nowhere where a build would find it.
        let records = Records::new(config.records.clone());
        let attempt = queue::attempt(&simulation.inputs.digest(), &config);
        if matches!(records.find(&simulation.inputs), Found::Fresh(_)) {
            queue::forget_failure(&self.scratch, &attempt);
            return Outcome::Landed;
        }
        let passes = obtaining.counts.unstored > 0 && !work.draft;
        let told = problems.sorted();
        let messages: Vec<&str> = told.iter().map(|problem| problem.message.as_str()).collect();
        // What came to an end because nobody wants it did not fail; neither did what was there a moment ago.
        if watch.stopped() || watch.is_unwanted() || messages.is_empty() {
            return Outcome::Stopped;
        }
        Outcome::Failed { attempt, message: messages.join("; "), passes }
    }

    fn wake_at(&self, lessons: &Path) {
        let mut waker = self.waker.lock().unwrap_or_else(PoisonError::into_inner);
        waker.get_or_insert_with(|| Waker::new(lessons));
    }

    fn wake(&self, with: impl FnOnce(&mut Waker)) {
        let mut waker = self.waker.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(waker) = waker.as_mut() {
            with(waker);
        }
    }

    fn tick(&self, queue: &Queue) {
        self.wake(|waker| waker.tick(queue));
    }

    fn waits(&self) -> bool {
        let waker = self.waker.lock().unwrap_or_else(PoisonError::into_inner);
        waker.as_ref().is_some_and(Waker::waits)
    }
}

/// What became of one thing to compute.
enum Outcome {
    /// It is where the next build finds it.
    Landed,
    /// Nobody wants it any more, or not from this program.
    Stopped,
    /// It is a draft that cannot be had, and why: there is the full run.
    Skipped(String),
    /// It failed.
    Failed {
        /// What tells this attempt from others.
        attempt: String,
        /// What went wrong.
        message: String,
        /// Whether it may be otherwise with the next save.
        passes: bool,
    },
}

impl Work {
    fn full(item: &Item) -> Self {
        Self { landing: item.key.clone(), item: item.clone(), draft: false }
    }

    fn draft(item: &Item) -> Self {
        let landing = format!("{DRAFT}{}", item.key);
        Self { landing, item: item.clone(), draft: true }
    }

    /// What is settled when it has landed or failed.
    fn settled(&self) -> String {
        format!("{} {}", self.landing, self.item.attempt)
    }

    fn parameters(&self) -> &Map<String, Value> {
        match &self.item.draft {
            Some(draft) if self.draft => draft,
            _ => &self.item.parameters,
        }
    }

    fn simulation<'c>(
        &self,
        catalog: &'c Catalog,
        library: &Library,
    ) -> Result<Simulation<'c>, String> {
        let Item { name, experiment, .. } = &self.item;
        let entry = catalog
            .get(experiment)
            .ok_or_else(|| format!("this program has no experiment `{experiment}`"))?;
        let parameters = self.parameters().clone();
        let file = SourceFile { path: "the queue".into(), text: name.clone() };
        let place = Place { file: file.into(), span: 0..name.len() };
        let data = library.digests(entry, &parameters, &place).map_err(|problems| {
            problems.into_iter().map(|problem| problem.message).collect::<Vec<_>>().join("; ")
        })?;
        let inputs = RunInputs::new(entry, &parameters, data);
        let name = if self.draft { format!("{name} (draft)") } else { name.clone() };
        Ok(Simulation { name, entry, parameters, inputs, published: false, sweep: None, place })
    }
}

/// Looks, while a simulation runs, whether somebody still wants it.
struct Watch<'d, 'c> {
    drain: &'d Drain<'c>,
    attempt: &'d str,
    last: Mutex<(Instant, bool)>,
}

impl<'d, 'c> Watch<'d, 'c> {
    fn new(drain: &'d Drain<'c>, work: &'d Work) -> Self {
        Self { drain, attempt: &work.item.attempt, last: Mutex::new((Instant::now(), false)) }
    }

    fn stopped(&self) -> bool {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).1
    }

    /// Whether to stop. Many threads ask often; the files are looked at now and then.
    fn stops(&self) -> bool {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if !last.1 && last.0.elapsed() >= LOOK {
            *last = (Instant::now(), self.is_unwanted());
        }
        last.1
    }

    fn is_unwanted(&self) -> bool {
        let Some(queue) = Queue::read(&self.drain.scratch) else { return true };
        self.drain.tick(&queue);
        !queue.wants(self.attempt)
            || !queue.session.is_running()
            || built(&self.drain.program) != self.drain.built
    }
}

/// When a program was built, and its size; nothing where it is gone.
fn built(program: &Path) -> Option<(SystemTime, u64)> {
    let found = std::fs::metadata(program).ok()?;
    Some((found.modified().ok()?, found.len()))
}
