//! What the directives of a lesson ask for, typed: subjects taken apart, options read and checked. No
//! record is needed for that, so a slip in a directive is found before anything is computed.
//!
//! A directive stands in a lesson, or in a sentence within an option, such as a caption
//! ([`crate::sentence`]).

mod bound;
mod claim;
mod given;
mod reference;
mod value;

pub use self::bound::BoundOf;
pub use self::claim::ClaimOf;
pub use self::claim::Comparison;
pub use self::claim::Expected;
pub use self::claim::Statement;
pub use self::claim::Term;
pub use self::reference::CiteForm;
pub use self::reference::CiteOf;
pub use self::reference::RefTo;
pub use self::value::ValueOf;

use self::given::Given;
use crate::diagnostics::Place;
use crate::diagnostics::Problems;
use crate::scan::Directive;
use crate::scan::Keyword;
use crate::source::Locate;

/// What one directive asks for; a `[[simulation …]]` is a [`crate::resolve::Showing`].
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "whoever renders decides among all of them")]
pub enum Asked {
    /// A number.
    Value(ValueOf),
    /// A checked statement.
    Claim(ClaimOf),
    /// A theorem with numbers put in.
    Bound(BoundOf),
    /// A reference to something numbered.
    Ref(RefTo),
    /// A citation.
    Cite(CiteOf),
    /// The list of references.
    Bibliography(Place),
    /// The table of all claims and bounds.
    Ledger(Place),
    /// All figures.
    Gallery(Place),
}

impl Asked {
    /// What a directive asks for. Nothing, and a problem, where that cannot be told; nothing for a
    /// `[[simulation …]]`.
    pub fn read(
        directive: &Directive,
        locate: &dyn Locate,
        problems: &mut Problems,
    ) -> Option<Self> {
        if directive.keyword == Keyword::Simulation {
            return None;
        }
        let place = locate.place(directive.subject_span.clone());
        let mut given = Given::read(directive, locate, problems)?;
        let asked = match directive.keyword {
            Keyword::Simulation => None,
            Keyword::Value => ValueOf::read(directive, place, &mut given).map(Self::Value),
            Keyword::Claim => ClaimOf::read(directive, place, &mut given).map(Self::Claim),
            Keyword::Bound => BoundOf::read(directive, place, &mut given).map(Self::Bound),
            Keyword::Ref => RefTo::read(directive, place, &mut given).map(Self::Ref),
            Keyword::Cite => CiteOf::read(directive, place, &mut given).map(Self::Cite),
            Keyword::Bibliography => Some(Self::Bibliography(place)),
            Keyword::Ledger => Some(Self::Ledger(place)),
            Keyword::Gallery => Some(Self::Gallery(place)),
        };
        // A fault in the subject is worth no second one about options that were not read for it.
        let asked = asked?;
        given.finish().then_some(asked)
    }

    /// The simulations whose records it needs, by name, each with the place that says so.
    #[must_use]
    pub fn names(&self) -> Vec<(&str, &Place)> {
        match self {
            Self::Value(value) => vec![(&value.name, &value.place)],
            Self::Claim(claim) => {
                claim.names().into_iter().map(|name| (name, &claim.place)).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// `NAME.estimate` in two.
fn dotted(text: &str) -> Option<(&str, &str)> {
    text.split_once('.').filter(|(name, rest)| !name.is_empty() && !rest.is_empty())
}
