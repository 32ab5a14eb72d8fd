//! `[[ref ID]]` and `[[cite KEY]]`: references within the book, and to the works of others.

use super::given::Given;
use crate::diagnostics::Place;
use crate::scan::Directive;

/// A reference to something that has a number.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "plain data")]
pub struct RefTo {
    /// The id of what is referred to.
    pub id: String,
    /// Only the number, without the word before it.
    pub number_only: bool,
    /// Where.
    pub place: Place,
}

impl RefTo {
    pub(super) fn read(directive: &Directive, place: Place, given: &mut Given<'_>) -> Option<Self> {
        let number_only = given.word("form", &[("full", false), ("number", true)]);
        Some(Self {
            id: directive.subject.clone(),
            number_only: number_only.unwrap_or(false),
            place,
        })
    }
}

/// A citation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "plain data")]
pub struct CiteOf {
    /// The key of the work in the BibTeX file.
    pub key: String,
    /// How it reads.
    pub form: CiteForm,
    /// Where in the work: `theorem 1`.
    pub within: Option<String>,
    /// Where.
    pub place: Place,
}

/// How a citation reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "whoever renders decides among all of them")]
pub enum CiteForm {
    /// `Hastie et al. (2022)`
    Textual,
    /// `(Hastie et al. 2022)`
    Parenthetical,
    /// `Hastie et al. 2022`, for within parentheses.
    Bare,
}

impl CiteOf {
    pub(super) fn read(directive: &Directive, place: Place, given: &mut Given<'_>) -> Option<Self> {
        let forms = [
            ("textual", CiteForm::Textual),
            ("parenthetical", CiteForm::Parenthetical),
            ("bare", CiteForm::Bare),
        ];
        let form = given.word("form", &forms).unwrap_or(CiteForm::Textual);
        let within = given.text("in");
        Some(Self { key: directive.subject.clone(), form, within, place })
    }
}
