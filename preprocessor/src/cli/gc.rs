//! `gc`: removes what nothing refers to.

use std::io::Write;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use experiments::entry::Catalog;

use super::Root;
use super::book;
use crate::store::scratch::Scratch;

#[derive(Debug, Args)]
pub(super) struct Gc {
    #[command(flatten)]
    root: Root,
    /// Print what would be removed, and remove nothing
    #[arg(long)]
    dry_run: bool,
}

impl Gc {
    /// Removes records that no lesson refers to, finished shards and drafts; or says what it would remove.
    pub(super) fn run(&self, catalog: Arc<Catalog>, out: &mut dyn Write) -> anyhow::Result<()> {
        let root = &self.root.root;
        let inspect = || {
            book::inspect(root, catalog, false)
                .context("nothing is removed while the book has errors")
        };
        let scratch = Scratch::new(root);
        if self.dry_run {
            for path in book::unreferenced(root, &inspect()?)? {
                writeln!(out, "would remove {}", path.display())?;
            }
            let (shards, drafts) = (scratch.count(), scratch.count_drafts());
            writeln!(out, "would remove {shards} finished shards and {drafts} drafts")?;
            return Ok(());
        }
        book::configuration(root)?;
        let _lock = scratch.lock(&|| false).context("the scratch folder cannot be used")?;
        // Not before: a build that had the lock may have stored records of lessons that were saved meanwhile.
        let report = inspect()?;
        for path in book::unreferenced(root, &report)? {
            std::fs::remove_file(&path).with_context(|| path.display().to_string())?;
            eprintln!("removed {}", path.display());
        }
        let shards = scratch.clear().context("scratch cannot be cleared")?;
        let drafts = scratch.clear_drafts().context("drafts cannot be cleared")?;
        eprintln!("removed {shards} finished shards and {drafts} drafts");
        Ok(())
    }
}
