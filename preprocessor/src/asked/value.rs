//! `[[value NAME.estimate]]`: a number.

use super::dotted;
use super::given::Given;
use crate::diagnostics::Place;
use crate::number::Format;
use crate::scan::Directive;

/// Most significant digits that an author may ask for: what f64 keeps.
const MOST_DIGITS: u8 = 15;

/// An estimate of a simulation, or a parameter that is a number, and how to print it.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "plain data")]
pub struct ValueOf {
    /// The simulation.
    pub name: String,
    /// The estimate, or the parameter.
    pub estimate: String,
    /// How it is printed.
    pub format: Format,
    /// Where it is asked for.
    pub place: Place,
}

impl ValueOf {
    pub(super) fn read(directive: &Directive, place: Place, given: &mut Given<'_>) -> Option<Self> {
        let (name, estimate) = dotted(&directive.subject)?;
        let format = Format {
            digits: given.count("digits", MOST_DIGITS),
            percent: given.flag("percent").unwrap_or(false),
            bare: !given.flag("unit").unwrap_or(true),
            sign: given.flag("sign").unwrap_or(false),
            interval: given.flag("interval").unwrap_or(false),
        };
        Some(Self { name: name.into(), estimate: estimate.into(), format, place })
    }
}
