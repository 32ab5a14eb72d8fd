//! `gc`: removes what nothing refers to.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use experiments::entry::Catalog;

use super::book;
use crate::store::scratch::Scratch;

/// Removes records that no lesson refers to, and finished shards.
pub(super) fn gc(root: &Path, catalog: Arc<Catalog>) -> anyhow::Result<()> {
    let report =
        book::inspect(root, catalog).context("nothing is removed while the book has errors")?;
    let scratch = Scratch::new(root);
    let _lock = scratch.lock().context("the scratch folder cannot be used")?;
    for path in book::unreferenced(root, &report)? {
        std::fs::remove_file(&path).with_context(|| path.display().to_string())?;
        eprintln!("removed {}", path.display());
    }
    let shards = scratch.clear().context("scratch cannot be cleared")?;
    eprintln!("removed {shards} finished shards");
    Ok(())
}
