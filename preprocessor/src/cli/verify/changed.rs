//! Which files differ from a revision of git.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;

use anyhow::Context as _;
use anyhow::bail;

/// The files below a folder that are not as in that revision: changed, added, removed, committed or not, and
/// those that git does not know. Each begins with the path of the folder as it is given.
pub(super) fn since(revision: &str, folder: &Path) -> anyhow::Result<BTreeSet<PathBuf>> {
    // A folder that was removed differs in all that it held.
    let base = folder.ancestors().find(|base| base.is_dir());
    let base = base.with_context(|| format!("there is no folder `{}`", folder.display()))?;
    let below = match folder.strip_prefix(base) {
        Ok(below) if below != Path::new("") => below,
        _ => Path::new("."),
    };
    let commit = commit(revision, base)?;
    let below = format!(":(literal){}", below.display());
    let mut differing = vec!["diff", "--name-only", "-z", "--no-renames", "--no-ext-diff"];
    differing.extend(["--relative", &commit, "--", &below]);
    let unknown = ["ls-files", "--others", "-z", "--", &below];
    let mut files = BTreeSet::new();
    for arguments in [differing.as_slice(), &unknown] {
        let names = told(&git(arguments, base)?)?;
        let names = names.split('\0').filter(|name| !name.is_empty());
        files.extend(names.map(|name| base.join(name)));
    }
    Ok(files)
}

/// The commit of a revision, as digits that git takes for nothing else.
fn commit(revision: &str, base: &Path) -> anyhow::Result<String> {
    if revision.starts_with('-') {
        bail!("`{revision}` is no revision of git");
    }
    let output =
        git(&["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")], base)?;
    if output.status.code() == Some(1) {
        bail!(
            "git knows no revision `{revision}` here (a shallow clone holds the last commits alone): \
             name another one, or verify all records, without --changed-since"
        );
    }
    Ok(told(&output)?.trim().to_owned())
}

fn git(arguments: &[&str], folder: &Path) -> anyhow::Result<Output> {
    let mut git = Command::new("git");
    git.arg("-C").arg(folder).args(arguments).stdin(Stdio::null());
    // It reads; another git of the same repository is not to wait for it.
    git.env("GIT_OPTIONAL_LOCKS", "0");
    git.output().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            anyhow::anyhow!(
                "--changed-since asks git, and there is none: install it, or name records"
            )
        }
        _ => anyhow::Error::new(error).context("git cannot be run"),
    })
}

fn told(output: &Output) -> anyhow::Result<String> {
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        bail!("git does not say what changed: {why}");
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
