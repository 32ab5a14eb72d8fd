//! `[[bound ID]]`: a theorem with the numbers of a record put in.

use experiments::bound::BoundVerdict;
use experiments::entry::Catalog;
use experiments::entry::Entry;

use super::claim::Expected;
use super::claim::expected;
use super::given::Given;
use crate::diagnostics::Place;
use crate::diagnostics::Problem;
use crate::diagnostics::suggest;
use crate::scan::Directive;

/// A bound, and what it is evaluated on.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "plain data")]
pub struct BoundOf {
    /// The bound.
    pub id: String,
    /// The simulation, if it is not the one that has the name of its experiment.
    pub from: Option<String>,
    /// The point of the grid; empty for the bound's own choice.
    pub at: Vec<(String, f64)>,
    /// What it is referred to by, if not by the bound's id.
    pub named: Option<String>,
    /// What the author expects to come out instead of "holds".
    pub expected: Option<Expected<BoundVerdict>>,
    /// Where it is asked for.
    pub place: Place,
}

impl BoundOf {
    pub(super) fn read(directive: &Directive, place: Place, given: &mut Given<'_>) -> Option<Self> {
        let verdicts = [
            ("holds", BoundVerdict::Holds),
            ("violated", BoundVerdict::Violated),
            ("vacuous", BoundVerdict::Vacuous),
            ("hypothesis-not-met", BoundVerdict::HypothesisNotMet),
            ("inconclusive", BoundVerdict::Inconclusive),
        ];
        Some(Self {
            id: directive.subject.clone(),
            from: given.text("from"),
            at: given.numbers("at"),
            named: given.text("as"),
            expected: expected(given, &verdicts),
            place,
        })
    }

    /// The name of the simulation that it is evaluated on.
    ///
    /// # Errors
    /// When no experiment has this bound.
    pub fn subject<'a>(&'a self, catalog: &'a Catalog) -> Result<&'a str, Problem> {
        if let Some(name) = &self.from {
            return Ok(name);
        }
        let has = |entry: &&Entry| entry.bound_ids().contains(&self.id.as_str());
        catalog.iter().find(has).map(Entry::id).ok_or_else(|| {
            let known = catalog.iter().flat_map(|entry| entry.bound_ids().iter().copied());
            Problem::error(
                Some(self.place.clone()),
                format!("there is no bound `{}`", self.id),
                suggest(&self.id, known),
            )
        })
    }

    /// What it is referred to by.
    #[must_use]
    pub fn reference(&self) -> &str {
        self.named.as_deref().unwrap_or(&self.id)
    }
}
