//! The files below `figures/` in the folder of lessons, which mdBook copies into the site.
//!
//! What an author put there is theirs: a file that is not ours is never replaced and never removed. Ours
//! are known by what they hold: a drawing by its render mark, the numbers by their first line, the record
//! by its digest.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use crate::diagnostics::Problem;
use crate::diagnostics::Problems;
use crate::ledger;
use crate::render::drawing;
use crate::store::files;

/// The folder, below `figures/`, of the drawings for narrow screens.
pub const NARROW: &str = "narrow";

/// The folder, below `figures/`, of fonts.
const FONTS: &str = "fonts";

/// Files to publish, by path; nothing for those that lie there.
#[derive(Debug, Default)]
pub struct Published(BTreeMap<PathBuf, Option<Vec<u8>>>);

impl Published {
    /// Adds a file; a second one of that path replaces the first.
    pub fn add(&mut self, path: PathBuf, bytes: Vec<u8>) {
        self.0.insert(path, Some(bytes));
    }

    /// Leaves a file as it is, which is as it has to be.
    pub fn leave(&mut self, path: PathBuf) {
        self.0.insert(path, None);
    }

    /// Whether there is a file of that path.
    #[must_use]
    pub fn has(&self, path: &Path) -> bool {
        self.0.contains_key(path)
    }

    /// Writes what changed, and removes figures of ours in `folder` that no lesson shows any more.
    pub fn write(&self, folder: &Path, temporary: &Path, problems: &mut Problems) {
        let folders = [folder.to_owned(), folder.join(NARROW), folder.join(FONTS)];
        folders.iter().for_each(|folder| files::sweep(folder));
        let mut failed: Vec<(&Path, io::Error)> = Vec::new();
        let files = self.0.iter().filter_map(|(path, bytes)| Some((path, bytes.as_ref()?)));
        for (path, bytes) in files {
            match std::fs::read(path) {
                Ok(found) if found == *bytes => continue,
                Ok(found) => match condition(path, &found, bytes) {
                    Condition::Theirs => {
                        problems.push(Problem::error(
                            None,
                            format!(
                                "`{}` is not a file of ours and would be replaced",
                                path.display()
                            ),
                            "give the simulation another name with `as`, or move the file",
                        ));
                        continue;
                    }
                    Condition::Damaged => problems.push(Problem::warning(
                        None,
                        format!("`{}` is not as it was written", path.display()),
                        "it is written again",
                    )),
                    Condition::Whole => {}
                },
                Err(_) => {}
            }
            failed
                .extend(files::replace(path, bytes, temporary).err().map(|error| (&**path, error)));
        }
        problems.extend(unwritten(&failed));
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

/// One problem for all files that cannot be written: the reason will be the same. It stops the build, whose pages
/// would link to them.
fn unwritten(failed: &[(&Path, io::Error)]) -> Option<Problem> {
    let (path, error) = failed.first()?;
    let others = match failed.len() - 1 {
        0 => String::new(),
        1 => " and one more".into(),
        others => format!(" and {others} more"),
    };
    Some(Problem::error(
        None,
        format!("`{}`{others} cannot be written: {error}", path.display()),
        "make room in the folder of lessons and make it writable: figures are published from `figures/` there",
    ))
}

/// What lies where a file is to be published.
#[derive(Debug, PartialEq, Eq)]
enum Condition {
    /// A file of somebody else's.
    Theirs,
    /// A file of ours that is not as it was written.
    Damaged,
    /// Another file of ours.
    Whole,
}

fn condition(path: &Path, found: &[u8], wanted: &[u8]) -> Condition {
    /// Nobody's file differs from ours in so few bytes by chance.
    const FEW: usize = 16;
    if is_ours(path, found) {
        let is_drawing = path.extension().is_some_and(|extension| extension == "svg");
        let text = std::str::from_utf8(found).unwrap_or_default();
        // Numbers have no digest of their own: what they are to be is known.
        return if is_drawing && drawing::is_damaged(text) {
            Condition::Damaged
        } else {
            Condition::Whole
        };
    }
    let differing = || found.iter().zip(wanted).filter(|(one, other)| one != other).count();
    let near = found.len() == wanted.len() && found.len() > 4 * FEW && differing() <= FEW;
    if near || wanted.starts_with(found) { Condition::Damaged } else { Condition::Theirs }
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
        assert_eq!(problems.sorted().len(), 1);
        assert_eq!(std::fs::read_to_string(path("risk.csv")).unwrap(), "a,b\n");
    }

    #[test]
    fn a_damaged_file_of_ours_is_known_again() {
        #[track_caller]
        fn check(name: &str, found: &[u8], wanted: &[u8], expected: &Condition) {
            assert_eq!(&condition(Path::new(name), found, wanted), expected);
        }
        let svg = b"<svg data-render=\"a-b\" width=\"10\"><path d=\"M0 0L1 1\"/><path d=\"M0 0L1 1\"/></svg>\n";
        let flipped = |at: usize| {
            let mut bytes = svg.to_vec();
            bytes[at] ^= 1 << (at % 8);
            bytes
        };
        for at in 0..svg.len() {
            check("a.svg", &flipped(at), svg, &Condition::Damaged);
            check("a.svg", &svg[..at], svg, &Condition::Damaged);
        }
        check("a.svg", b"<svg width=\"10\"/>", svg, &Condition::Theirs);
        check("a.csv", b"a,b\n", b"c,d\n", &Condition::Theirs);
        let old = format!("{}\n1\n", figure::CSV_HEADER);
        check("a.csv", old.as_bytes(), b"new", &Condition::Whole);
    }

    #[test]
    fn files_that_cannot_be_written_are_one_problem() {
        let folder = tempfile::tempdir().unwrap();
        let figures = folder.path().join("figures");
        std::fs::write(&figures, "a file").unwrap();
        let mut published = Published::default();
        for name in ["a.csv", "b.csv", "c.csv"] {
            published.add(figures.join(name), b"1".to_vec());
        }
        let mut problems = Problems::default();
        published.write(&figures, folder.path(), &mut problems);
        let told: Vec<String> =
            problems.sorted().iter().map(|problem| problem.message.clone()).collect();
        assert!(told.len() == 1 && told[0].contains("a.csv` and 2 more cannot be"), "{told:?}");
    }
}
