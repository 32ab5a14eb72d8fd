//! How a record is shown: figures and claims. Looks alone; editing an exhibit recomputes nothing.

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
}
