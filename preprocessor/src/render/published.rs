//! The files below `figures/` in the folder of lessons, which mdBook copies into the site.
//!
//! What an author put there is theirs: a file that is not ours is never replaced and never removed. Ours
//! are known by what they hold: a drawing by its render mark, the numbers by their first line, the record
//! by its digest.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

use crate::diagnostics::Problem;
use crate::diagnostics::Problems;
use crate::ledger;
use crate::render::drawing;
use crate::store::files;

/// The folder, below `figures/`, of the drawings for narrow screens.
pub const NARROW: &str = "narrow";

/// Files to publish, by path.
#[derive(Debug, Default)]
pub struct Published(BTreeMap<PathBuf, Vec<u8>>);

impl Published {
    /// Adds a file; a second one of that path replaces the first.
    pub fn add(&mut self, path: PathBuf, bytes: Vec<u8>) {
        self.0.insert(path, bytes);
    }

    /// Whether there is a file of that path.
    #[must_use]
    pub fn has(&self, path: &Path) -> bool {
        self.0.contains_key(path)
    }

    /// Writes what changed, and removes figures of ours in `folder` that no lesson shows any more.
    pub fn write(&self, folder: &Path, temporary: &Path, problems: &mut Problems) {
        for (path, bytes) in &self.0 {
            match std::fs::read(path) {
                Ok(found) if found == *bytes => continue,
                Ok(found) if !is_ours(path, &found) => {
                    problems.push(Problem::error(
                        None,
                        format!("`{}` is not a file of ours and would be replaced", path.display()),
                        "give the simulation another name with `as`, or move the file",
                    ));
                    continue;
                }
                _ => {}
            }
            if let Err(error) = files::replace(path, bytes, temporary) {
                problems.push(Problem::error(
                    None,
                    format!("`{}` cannot be written: {error}", path.display()),
                    "make the folder of lessons writable: figures are published from `figures/` there",
                ));
            }
        }
        if problems.errors() == 0 {
            self.remove_others(folder);
            self.remove_others(&folder.join(NARROW));
        }
    }

    fn remove_others(&self, folder: &Path) {
        let kept: BTreeSet<&Path> = self.0.keys().map(PathBuf::as_path).collect();
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if !kept.contains(path.as_path())
                && std::fs::read(&path).is_ok_and(|found| is_ours(&path, &found))
            {
                let _ = std::fs::remove_file(&path);
            }
        }
    }
}

fn is_ours(path: &Path, bytes: &[u8]) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    match extension {
        Some("svg") => drawing::is_marked(text),
        // Earlier versions had the first of these columns.
        Some("csv") => {
            text.starts_with("panel,mark,label,x,y,low,high,value") || text.starts_with(ledger::CSV)
        }
        Some("json") => {
            let file: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
            ["id", "name", "digest", "estimates", "provenance"]
                .iter()
                .all(|key| file.get(key).is_some())
                || file.get("ledger").is_some_and(serde_json::Value::is_array)
        }
        // Fonts, under their own names in a folder of their own.
        Some("woff2") => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::figure;

    #[test]
    fn other_peoples_files_are_neither_replaced_nor_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let ours = format!("{}\n1\n", figure::CSV_HEADER);
        std::fs::write(path("mine.svg"), "<svg></svg>").unwrap();
        std::fs::write(path("risk.csv"), "a,b\n").unwrap();
        std::fs::write(path("old.csv"), &ours).unwrap();
        let mut published = Published::default();
        published.add(path("new.csv"), ours.clone().into_bytes());
        let mut problems = Problems::default();
        published.write(folder.path(), folder.path(), &mut problems);
        assert_eq!(problems.errors(), 0);
        assert!(path("new.csv").exists() && path("mine.svg").exists() && path("risk.csv").exists());
        assert!(!path("old.csv").exists(), "a figure that nobody shows is gone");

        published.add(path("risk.csv"), ours.into_bytes());
        published.write(folder.path(), folder.path(), &mut problems);
        assert_eq!(problems.errors(), 1);
        assert_eq!(std::fs::read_to_string(path("risk.csv")).unwrap(), "a,b\n");
    }
}
