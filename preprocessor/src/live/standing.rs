//! How a simulation stands whose record is not fresh: what a page shows of it, and what will become of it.

use crate::runner::progress::spoken;

/// What a page shows of a simulation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "whoever shows decides among all of them")]
pub enum Basis {
    /// Nothing that could be shown is there.
    Nothing,
    /// The last good record, and why it is not that of the code as it is.
    Stale(String),
    /// A quicker, coarser run.
    Draft,
}

/// What will become of a simulation.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "whoever shows decides among all of them")]
pub enum Future {
    /// It is computed in the background.
    Waiting {
        /// Shards that have ended.
        held: usize,
        /// All shards.
        shards: usize,
        /// Seconds on one core that the others are expected to take.
        seconds: f64,
    },
    /// It failed, and how.
    Failed(String),
    /// It cannot be computed, which is a problem at its directive.
    Refused,
}

/// How a simulation stands.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "plain data")]
pub struct Standing {
    /// What is shown.
    pub basis: Basis,
    /// What will be.
    pub future: Future,
}

impl Standing {
    /// In a word, for what stands in a line.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match (&self.basis, &self.future) {
            (Basis::Stale(_), _) => "stale",
            (Basis::Draft, _) => "draft",
            (Basis::Nothing, Future::Waiting { .. }) => "pending",
            (Basis::Nothing, _) => "missing",
        }
    }

    /// In a sentence or two, for a reader of the page.
    #[must_use]
    pub fn sentence(&self) -> String {
        let (shown, future) = (self.shown(), self.future());
        if shown.is_empty() { future } else { format!("{shown} {future}") }
    }

    /// What is shown, in a sentence.
    #[must_use]
    pub fn shown(&self) -> String {
        match &self.basis {
            Basis::Nothing => String::new(),
            Basis::Stale(why) => format!("Stale, from before a change: {why}."),
            Basis::Draft => "A draft, from a quicker and coarser run.".into(),
        }
    }

    /// What will be, in a sentence.
    #[must_use]
    pub fn future(&self) -> String {
        match &self.future {
            Future::Waiting { held, shards, seconds } => {
                let work = spoken(*seconds);
                format!(
                    "Being computed: {held} of {shards} parts are there, about {work} of work to go."
                )
            }
            Future::Failed(_) => "Computing it failed.".into(),
            Future::Refused => "It cannot be computed.".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_tell_what_is_shown_and_what_will_be() {
        let waiting = Future::Waiting { held: 3, shards: 9, seconds: 75.0 };
        let standing = |basis, future| Standing { basis, future };
        let stale = standing(Basis::Stale("nalgebra was 1, is 2".into()), waiting.clone());
        assert_eq!(
            stale.sentence(),
            "Stale, from before a change: nalgebra was 1, is 2. Being computed: 3 of 9 parts are \
             there, about 1 min 15 s of work to go."
        );
        assert_eq!(standing(Basis::Nothing, waiting).word(), "pending");
        let failed = standing(Basis::Draft, Future::Failed("x".into()));
        assert_eq!((failed.word(), stale.word()), ("draft", "stale"));
        assert!(failed.sentence().ends_with("Computing it failed."));
        assert_eq!(standing(Basis::Nothing, Future::Refused).word(), "missing");
    }
}
