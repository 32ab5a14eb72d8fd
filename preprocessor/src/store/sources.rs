//! The items of code behind a record, each with a digest, so that a stale record can say what changed
//! since. The fingerprint, which is part of the run key, is the hash over all of them.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use experiments::fingerprint::Fingerprint;
use serde::Deserialize;
use serde::Serialize;

use crate::key;

/// By file, by item, the first digits of the item's digest: enough to see that it changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sources(BTreeMap<String, BTreeMap<String, String>>);

/// What became of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no fourth")]
pub enum Fate {
    /// It is another one.
    Changed,
    /// It was not among the sources.
    New,
    /// It no longer is.
    Gone,
}

impl std::fmt::Display for Fate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Changed => "changed",
            Self::New => "new",
            Self::Gone => "gone",
        })
    }
}

impl Sources {
    /// The items of a fingerprint, whose names are as in `lab/random.rs::fn stream`.
    #[must_use]
    pub fn of(code: &Fingerprint) -> Self {
        let mut files: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        for (name, digest) in code.sources {
            // A file that is included as it is has no items.
            let (file, item) = name.split_once("::").unwrap_or((name, ""));
            let items = files.entry(file.to_owned()).or_default();
            items.insert(item.to_owned(), key::short(digest).to_owned());
        }
        Self(files)
    }

    /// Whether none is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The items in which `now` differs, sorted by name, and how.
    #[must_use]
    pub fn differences(&self, now: &Self) -> Vec<(Fate, String)> {
        let (old, new) = (self.items(), now.items());
        let names: BTreeSet<_> = old.keys().chain(new.keys()).copied().collect();
        let fate = |name: &(&str, &str)| match (old.get(name), new.get(name)) {
            (Some(before), Some(after)) => (before != after).then_some(Fate::Changed),
            (None, _) => Some(Fate::New),
            (_, None) => Some(Fate::Gone),
        };
        let differing = names.into_iter().filter_map(|name| Some((fate(&name)?, name)));
        differing.map(|(fate, (file, item))| (fate, joined(file, item))).collect()
    }

    fn items(&self) -> BTreeMap<(&str, &str), &str> {
        self.0
            .iter()
            .flat_map(|(file, items)| {
                items.iter().map(|(item, digest)| ((file.as_str(), item.as_str()), digest.as_str()))
            })
            .collect()
    }
}

fn joined(file: &str, item: &str) -> String {
    if item.is_empty() { file.into() } else { format!("{file}::{item}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Items = &'static [(&'static str, &'static str)];

    #[track_caller]
    fn check(old: Items, new: Items, expected: &[&str]) {
        let sources =
            |sources| Sources::of(&Fingerprint { experiment: "test", digest: "", sources });
        let found = sources(old).differences(&sources(new));
        let found: Vec<String> =
            found.iter().map(|(fate, name)| format!("{fate} {name}")).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn items_that_differ_are_named() {
        check(&[], &[], &[]);
        check(&[("a.rs::fn f", "1")], &[("a.rs::fn f", "1")], &[]);
        check(
            &[("a.rs::fn f", "1"), ("a.rs::impl A::B for C", "1"), ("b.rs::fn f", "1")],
            &[("a.rs::fn f", "2"), ("a.rs::impl A::B for C", "1"), ("data.bin", "1")],
            &["changed a.rs::fn f", "gone b.rs::fn f", "new data.bin"],
        );
    }
}
