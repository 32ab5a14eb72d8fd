//! How a record is shown: figures, claims and bounds. Looks alone; editing an exhibit recomputes nothing.

use serde_json::Value;

use crate::bound::Bound;
use crate::claim::Claim;
use crate::experiment::Experiment;
use crate::figure::Figure;
use crate::record::Record;

/// What to show of an experiment's records.
///
/// Helpers that only an exhibit calls do not enter the fingerprint either: the build script follows
/// what [`Experiment`] reaches.
pub trait Exhibit: Experiment {
    /// The experiment in a few words, for lists.
    const TITLE: &'static str;

    /// The figures, the most telling one first. A directive without `figure` shows all of them.
    fn figures(parameters: &Self::Parameters, record: &Record) -> Vec<Figure>;

    /// What the record must show. At default parameters every claim is enforced.
    fn claims(parameters: &Self::Parameters, record: &Record) -> Vec<Claim>;

    /// The ids of the bounds that it evaluates, each one of its own in the whole catalog.
    const BOUNDS: &'static [&'static str] = &[];

    /// The bounds, at every point of what was run. Of the points of one id, the first is what is shown where
    /// none is asked for. With parameters under which a theorem says nothing worth printing, its id may
    /// be missing.
    #[must_use]
    fn bounds(_parameters: &Self::Parameters, _record: &Record) -> Vec<Bound> {
        Vec::new()
    }

    /// Parameters that are worth a slider, each with the values that `{sweep: PARAMETER}` shows. Every
    /// value is a simulation of its own, so a list of them is looks: no number depends on it.
    #[must_use]
    fn sweeps() -> Vec<Sweep> {
        Vec::new()
    }
}

/// Values of one parameter, in the order in which a slider shows them.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    /// The parameter.
    pub parameter: &'static str,
    /// Its values: 1 to 32 different ones that its field admits.
    pub values: Vec<Value>,
}

impl Sweep {
    /// A parameter with these values.
    #[must_use]
    pub fn new<V: Into<Value>>(
        parameter: &'static str,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        Self { parameter, values: values.into_iter().map(Into::into).collect() }
    }
}
