//! The formulas of one book: each rendered once, or read as an earlier build rendered it.

use std::collections::BTreeMap;

use super::math;
use super::math::Fault;
use super::math::Formula;
use crate::store::packs::Key;
use crate::store::packs::Packs;
use crate::store::packs::Question;

/// Formulas that are rendered; their HTML is in packs.
pub(super) struct Formulas {
    /// What cannot be rendered.
    faults: BTreeMap<Key, Fault>,
    /// Whether any formula was asked for.
    any: bool,
}

impl Formulas {
    /// Renders many at once, on all processors.
    pub(super) fn new<'f>(formulas: impl Iterator<Item = Formula<'f>>, packs: &mut Packs) -> Self {
        let mut any = false;
        let mut missing = BTreeMap::new();
        for formula in formulas {
            any = true;
            let key = key(&formula);
            if packs.get(&key).is_none() {
                missing.insert(key, formula);
            }
        }
        let (keys, batch): (Vec<Key>, Vec<Formula<'_>>) = missing.into_iter().unzip();
        let mut faults = BTreeMap::new();
        for (key, html) in keys.into_iter().zip(math::render_all(&batch)) {
            match html {
                Ok(html) => packs.add(key, html.as_bytes()),
                Err(fault) => drop(faults.insert(key, fault)),
            }
        }
        Self { faults, any }
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        !self.any
    }

    /// The HTML of a formula, which need not be one of those that were rendered at once.
    pub(super) fn render(
        &mut self,
        packs: &mut Packs,
        tex: &str,
        display: bool,
    ) -> Result<String, Fault> {
        self.any = true;
        let key = key(&Formula { tex, display });
        if let Some(html) = packs.text(&key) {
            return Ok(html.to_owned());
        }
        if let Some(fault) = self.faults.get(&key) {
            return Err(fault.clone());
        }
        let html = math::render(tex, display);
        match &html {
            Ok(html) => packs.add(key, html.as_bytes()),
            Err(fault) => drop(self.faults.insert(key, fault.clone())),
        }
        html
    }
}

fn key(formula: &Formula<'_>) -> Key {
    let question = match formula.display {
        true => Question::DisplayFormula,
        false => Question::InlineFormula,
    };
    Key::new(question, formula.tex.as_bytes())
}
