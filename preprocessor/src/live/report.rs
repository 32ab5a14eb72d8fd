//! How far the work in the background is, for the pages that wait for it: a small file in the site, which their
//! script reads now and then. No page is built for it.

use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use mdbook_preprocessor::PreprocessorContext;
use serde_json::json;

use crate::runner::progress::Observer;
use crate::runner::progress::Outcome;
use crate::runner::progress::Planned;
use crate::runner::progress::pace::Pace;
use crate::runner::progress::spoken;

/// The file's name, at the root of the site.
pub(super) const FILE: &str = "simulation-progress.json";

/// The file is not written more often than this.
const APART: Duration = Duration::from_millis(500);

/// Tells the pages, and somebody else.
pub(super) struct Report<'r> {
    file: Option<PathBuf>,
    and: &'r mut dyn Observer,
    name: String,
    held: usize,
    shards: usize,
    pace: Pace,
    last: Option<Instant>,
}

impl<'r> Report<'r> {
    /// For the site of a book.
    pub(super) fn new(context: &PreprocessorContext, and: &'r mut dyn Observer) -> Self {
        let build = context.root.join(&context.config.build.build_dir);
        // With another renderer beside it, that of HTML has a folder of its own.
        let file =
            [build.join("html"), build].into_iter().find(|site| site.join("toc.html").exists());
        let file = file.map(|site| site.join(FILE));
        let (name, held, shards) = (String::new(), 0, 0);
        Self { file, and, name, held, shards, pace: Pace::default(), last: None }
    }

    fn write(&mut self) {
        let Some(file) = &self.file else { return };
        if self.last.is_some_and(|last| last.elapsed() < APART) {
            return;
        }
        self.last = Some(Instant::now());
        let left = spoken(self.pace.left());
        let words =
            format!("{} of {} parts are there, about {left} to go.", self.held, self.shards);
        let text = json!({
            "simulation": self.name,
            "held": self.held,
            "shards": self.shards,
            "words": words,
        });
        // mdBook may be emptying the folder; the next one comes soon.
        let _ = std::fs::write(file, text.to_string());
    }
}

impl Observer for Report<'_> {
    fn planned(&mut self, plan: &[Planned<'_>], at_once: usize) {
        self.and.planned(plan, at_once);
        if let [planned] = plan {
            self.name = planned.name.to_owned();
            (self.held, self.shards) = (planned.held, planned.shards);
            self.pace = Pace::new(plan, at_once);
            self.write();
        }
    }

    fn shard(&mut self, job: usize, expected: f64, took: Option<f64>) {
        self.and.shard(job, expected, took);
        self.pace.shard(expected, took);
        self.held += usize::from(took.is_some());
        self.write();
    }

    fn settled(&mut self, job: usize, outcome: Outcome<'_>) {
        self.and.settled(job, outcome);
    }

    fn ended(&mut self) {
        self.and.ended();
        if let Some(file) = &self.file {
            let _ = std::fs::remove_file(file);
        }
    }
}
