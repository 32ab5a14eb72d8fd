//! How far the work in the background is, for the pages that wait for it: a small file in the site, which their
//! script reads now and then. No page is built for it.

use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use mdbook_preprocessor::PreprocessorContext;
use serde_json::json;

use super::page;
use crate::runner::progress::Observer;
use crate::runner::progress::Outcome;
use crate::runner::progress::Planned;
use crate::runner::progress::pace::Pace;
use crate::runner::progress::spoken;

/// The file's name, at the root of the site.
pub(crate) const FILE: &str = "simulation-progress.json";

/// The file is not written more often than this.
const APART: Duration = Duration::from_millis(500);

/// Tells the pages, and somebody else.
///
/// The file is written in place and never removed: mdBook lists a folder before it empties it, and what is gone by
/// then ends its build.
pub(super) struct Report<'r> {
    build: PathBuf,
    and: &'r mut dyn Observer,
    /// The simulation as its page names it, and what of it is computed.
    name: String,
    what: &'static str,
    held: usize,
    shards: usize,
    pace: Pace,
    last: Option<Instant>,
}

impl<'r> Report<'r> {
    /// For the site of a book.
    pub(super) fn new(
        context: &PreprocessorContext,
        name: &str,
        draft: bool,
        and: &'r mut dyn Observer,
    ) -> Self {
        let what = if draft { "A draft is being computed" } else { "Being computed" };
        let build = context.root.join(&context.config.build.build_dir);
        let (name, held, shards) = (name.to_owned(), 0, 0);
        Self { build, and, name, what, held, shards, pace: Pace::default(), last: None }
    }

    /// The file, or where it belongs in a site of a live session; nothing where there is no such site now, or one that was
    /// built to be published.
    fn file(&self) -> Option<PathBuf> {
        let is_live = |site: &Path| {
            let index = std::fs::read_to_string(site.join("index.html"));
            index.is_ok_and(|page| page::is_live(&page))
        };
        // With another renderer beside it, that of HTML has a folder of its own; a folder of lessons has no contents.
        let sites = [self.build.join("html"), self.build.clone()];
        let site = sites.into_iter().find(|site| site.join("toc.html").exists())?;
        if !site.join(FILE).exists() && !is_live(&site) {
            return None;
        }
        Some(site.join(FILE))
    }

    fn write(&mut self) {
        if self.last.is_some_and(|last| last.elapsed() < APART) {
            return;
        }
        self.last = Some(Instant::now());
        let left = spoken(self.pace.left());
        let (what, held, shards) = (self.what, self.held, self.shards);
        let words = format!("{what}: {held} of {shards} parts are there, about {left} to go.");
        let text = json!({
            "simulation": self.name,
            "held": self.held,
            "shards": self.shards,
            "words": words,
        });
        // mdBook may be emptying the folder; the next one comes soon.
        let _ = self.file().map(|file| std::fs::write(file, text.to_string()));
    }
}

impl Observer for Report<'_> {
    fn planned(&mut self, plan: &[Planned<'_>], at_once: usize) {
        self.and.planned(plan, at_once);
        if let [planned] = plan {
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

    fn shared(&mut self, job: usize, done: bool) {
        self.and.shared(job, done);
        self.held += usize::from(done);
        self.write();
    }

    fn settled(&mut self, job: usize, outcome: Outcome<'_>) {
        self.and.settled(job, outcome);
    }

    fn ended(&mut self) {
        self.and.ended();
        // Where it is: it need not be made to say nothing.
        let file = self.file().filter(|file| file.exists());
        let _ = file.map(|file| std::fs::write(file, "{}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::progress::Nobody;
    use mdbook_preprocessor::config::Config;

    #[test]
    fn it_tells_the_site_of_a_live_session_alone_and_leaves_its_file() {
        let root = tempfile::tempdir().unwrap();
        let site = root.path().join("book");
        let context =
            PreprocessorContext::new(root.path().to_owned(), Config::default(), "html".into());
        let (mut nobody, mut other) = (Nobody, Nobody);
        let mut report = Report::new(&context, "a", false, &mut nobody);
        let told = || std::fs::read_to_string(site.join(FILE)).unwrap_or_default();
        let planned = |held| Planned {
            job: 0,
            name: "as the run names it",
            experiment: "b",
            shards: 3,
            held,
            shared: 0,
            seconds: 4.0,
            place: "host",
        };
        report.planned(&[planned(0)], 1);
        assert!(!site.exists(), "there is no site yet");
        std::fs::create_dir(&site).unwrap();
        std::fs::write(site.join("toc.html"), "").unwrap();
        std::fs::write(site.join("index.html"), "a page to be published").unwrap();
        report.last = None;
        report.shard(0, 1.0, Some(1.0));
        assert_eq!(told(), "", "it is none of ours");
        std::fs::write(site.join("index.html"), page::broken("a message", "")).unwrap();
        report.last = None;
        report.shard(0, 1.0, Some(1.0));
        let text = told();
        assert!(text.contains("\"held\":2") && text.contains("2 of 3 parts"), "{text}");
        report.ended();
        assert_eq!(told(), "{}", "mdBook may be about to remove it");
        Report::new(&context, "a", true, &mut other).planned(&[planned(1)], 1);
        assert!(
            told().contains("\"held\":1") && told().contains("A draft is being computed: 1 of 3")
        );
        assert!(told().contains("\"simulation\":\"a\""));
    }
}
