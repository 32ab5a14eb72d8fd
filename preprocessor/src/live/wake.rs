//! Waking mdBook when something landed: its watchers look at times of files, and of all files that every book
//! has and watches, `SUMMARY.md` is the one that matters to no page. Its content is not touched.
//!
//! A wake may come while mdBook does not listen (before its first look at the files). So it is repeated, with
//! patience, until a build has seen what landed: then the queue no longer holds it.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;
use std::time::SystemTime;

use super::queue::Item;
use super::queue::Queue;

/// What the run key of a draft that landed follows.
pub(super) const DRAFT: &str = "draft ";

/// What the run key of an item follows that failed and stays in the queue.
pub(super) const FAILED: &str = "failed ";

/// Between two wakes passes at least this: what lands together is shown together.
const APART: Duration = Duration::from_secs(1);

/// How long a build gets to see what landed before mdBook is woken once more.
const PATIENCE: Duration = Duration::from_secs(4);

/// After so many wakes nobody listens.
const MOST: u32 = 5;

/// Wakes mdBook.
#[derive(Debug)]
pub(super) struct Waker {
    file: PathBuf,
    /// What landed and was not seen yet, each with how often mdBook was woken for it, and when last.
    landed: BTreeMap<String, (u32, Option<Instant>)>,
    last: Option<Instant>,
}

impl Waker {
    /// For the book whose lessons lie there.
    pub(super) fn new(lessons: &Path) -> Self {
        Self { file: lessons.join("SUMMARY.md"), landed: BTreeMap::new(), last: None }
    }

    /// Something landed.
    pub(super) fn land(&mut self, key: &str) {
        self.landed.insert(key.to_owned(), (0, None));
    }

    /// Whether something landed that was not seen yet.
    pub(super) fn waits(&self) -> bool {
        !self.landed.is_empty()
    }

    /// Wakes mdBook if it is time to: a build that saw what landed has taken it out of the queue.
    pub(super) fn tick(&mut self, queue: &Queue) {
        let seen = |landing: &str| !queue.items.iter().any(|item| waits_for(item, landing));
        if self.is_due(&seen, Instant::now()) {
            touch(&self.file);
        }
    }

    fn is_due(&mut self, seen: &dyn Fn(&str) -> bool, now: Instant) -> bool {
        self.landed.retain(|key, (times, _)| !seen(key) && *times < MOST);
        let patient = |at: Option<Instant>, patience| {
            at.is_none_or(|at: Instant| now.saturating_duration_since(at) >= patience)
        };
        let due = self.landed.values().any(|(_, last)| patient(*last, PATIENCE));
        if !due || !patient(self.last, APART) {
            return false;
        }
        self.last = Some(now);
        for (times, last) in self.landed.values_mut() {
            (*times, *last) = (*times + 1, Some(now));
        }
        true
    }
}

/// Whether the item waits for what landed under this name: itself, its draft, or words of how it failed.
fn waits_for(item: &Item, landing: &str) -> bool {
    let is_of = |prefix: &str| landing.strip_prefix(prefix) == Some(&item.key);
    item.key == landing || (item.draft.is_some() && is_of(DRAFT)) || (!item.told && is_of(FAILED))
}

fn touch(file: &Path) {
    // A folder that cannot be written is one whose author sees no reload; the record is there all the same.
    let touched = File::options().append(true).open(file);
    let _ = touched.and_then(|file| file.set_modified(SystemTime::now()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wake_is_repeated_until_it_is_seen_and_not_for_ever() {
        let mut waker = Waker::new(Path::new("book"));
        let start = Instant::now();
        let at = |seconds| start + Duration::from_millis((seconds * 1000.0) as u64);
        let (unseen, seen) = (&|_: &str| false, &|_: &str| true);
        assert!(!waker.is_due(unseen, at(0.0)), "nothing landed");
        waker.land("a");
        assert!(waker.is_due(unseen, at(0.0)));
        assert!(!waker.is_due(unseen, at(0.5)));
        waker.land("b");
        assert!(!waker.is_due(unseen, at(0.9)), "coalesced");
        assert!(waker.is_due(unseen, at(1.1)));
        assert!(!waker.is_due(unseen, at(4.9)));
        assert!(waker.is_due(unseen, at(5.2)), "nobody saw it");
        assert!(!waker.is_due(seen, at(5.3)) && !waker.waits());
        waker.land("c");
        let times = (10..100).filter(|second| waker.is_due(unseen, at(f64::from(*second)))).count();
        assert_eq!((times as u32, waker.waits()), (MOST, false));
    }

    #[test]
    fn an_item_waits_for_itself_its_draft_and_words() {
        let item = Item {
            key: "a".into(),
            attempt: String::new(),
            name: "a".into(),
            experiment: "b".into(),
            fingerprint: "c".into(),
            parameters: serde_json::Map::new(),
            draft: Some(serde_json::Map::new()),
            told: false,
        };
        assert!(["a", "draft a", "failed a"].iter().all(|landing| waits_for(&item, landing)));
        assert!(!waits_for(&item, "b") && !waits_for(&item, "draft b"));
        let told = Item { draft: None, told: true, ..item };
        assert!(waits_for(&told, "a") && !waits_for(&told, "draft a"));
        assert!(!waits_for(&told, "failed a"), "its page tells it");
    }

    #[test]
    fn a_touch_changes_the_time_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("SUMMARY.md");
        std::fs::write(&file, "# Summary\n").unwrap();
        let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
        File::options().append(true).open(&file).unwrap().set_modified(long_ago).unwrap();
        touch(&file);
        assert!(std::fs::metadata(&file).unwrap().modified().unwrap() > long_ago);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "# Summary\n");
        touch(&folder.path().join("absent"));
        assert!(!folder.path().join("absent").exists());
    }
}
