//! The formulas of one book: each rendered once, or read as an earlier build rendered it.

use std::collections::BTreeMap;

use super::math;
use super::math::Fault;
use super::math::Formula;
use super::math::cache::Cache;
use super::math::cache::Key;
use crate::store::scratch::Scratch;

/// Formulas that are rendered.
pub(super) struct Formulas {
    cache: Cache,
    /// What no earlier build had rendered.
    new: BTreeMap<Key, Result<String, Fault>>,
    /// Whether any formula was asked for.
    any: bool,
}

impl Formulas {
    /// Renders many at once, on all processors.
    pub(super) fn new<'f>(formulas: impl Iterator<Item = Formula<'f>>, scratch: &Scratch) -> Self {
        let mut cache = Cache::new(scratch.formulas());
        let mut any = false;
        let mut missing = BTreeMap::new();
        for formula in formulas {
            any = true;
            let key = Key::new(&formula);
            if cache.get(&key).is_none() {
                missing.insert(key, formula);
            }
        }
        let (keys, batch): (Vec<Key>, Vec<Formula<'_>>) = missing.into_iter().unzip();
        let new = keys.into_iter().zip(math::render_all(&batch)).collect();
        Self { cache, new, any }
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        !self.any
    }

    /// The HTML of a formula, which need not be one of those that were rendered at once.
    pub(super) fn render(&mut self, tex: &str, display: bool) -> Result<String, Fault> {
        self.any = true;
        let key = Key::new(&Formula { tex, display });
        if let Some(html) = self.cache.get(&key) {
            return Ok(html.to_owned());
        }
        self.new.entry(key).or_insert_with(|| math::render(tex, display)).clone()
    }

    /// Keeps what was rendered for later builds. Those can do without, so that failing is no problem.
    pub(super) fn keep(&self, scratch: &Scratch) {
        let rendered = self.new.iter();
        let mut rendered =
            rendered.filter_map(|(key, html)| Some((*key, html.as_deref().ok()?))).peekable();
        if rendered.peek().is_none() {
            return;
        }
        let kept = scratch.create().and_then(|()| self.cache.keep(rendered, &scratch.temporary()));
        if let Err(error) = kept {
            tracing::debug!("rendered formulas cannot be kept: {error}");
        }
    }
}
