//! `gc`: removes what nothing refers to.

use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use anyhow::Context as _;
use anyhow::bail;
use clap::Args;
use experiments::entry::Catalog;

use super::Root;
use super::book;
use super::referred::Referred;
use crate::store::records::Records;
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
    pub(super) fn run(&self, catalog: &Catalog, out: &mut dyn Write) -> anyhow::Result<()> {
        let root = &self.root.root;
        let scratch = Scratch::new(root);
        if self.dry_run {
            for path in unreferenced(root, catalog)? {
                writeln!(out, "would remove {}", path.display())?;
            }
            writeln!(out, "would remove {}", counted(scratch.count(), scratch.count_drafts()))?;
            return Ok(());
        }
        book::configuration(root)?;
        let _lock = scratch.lock(&|| false).context("the scratch folder cannot be used")?;
        // Not before: a build that had the lock may have stored records of lessons that were saved meanwhile.
        for path in unreferenced(root, catalog)? {
            std::fs::remove_file(&path).with_context(|| path.display().to_string())?;
            eprintln!("removed {}", path.display());
        }
        let shards = scratch.clear().context("scratch cannot be cleared")?;
        let drafts = scratch.clear_drafts().context("drafts cannot be cleared")?;
        eprintln!("removed {}", counted(shards, drafts));
        Ok(())
    }
}

/// The records that no lesson refers to. Whether those that it does refer to are fresh is no concern of ours.
fn unreferenced(root: &Path, catalog: &Catalog) -> anyhow::Result<Vec<PathBuf>> {
    let referred = Referred::new(root, &[] as &[&str], catalog)?;
    if !referred.certain {
        bail!(
            "nothing is removed: a directive that cannot be read may refer to anything; `mdbook-simulation check` says what \
             is wrong"
        );
    }
    let records = Records::new(referred.config.records);
    let known: Vec<PathBuf> =
        referred.simulations.values().map(|simulation| records.path(&simulation.inputs)).collect();
    Ok(records.others(&known))
}

fn counted(shards: usize, drafts: usize) -> String {
    let s = |count| if count == 1 { "" } else { "s" };
    format!("{shards} finished shard{} and {drafts} draft{}", s(shards), s(drafts))
}
