//! A number that a figure says: an estimate of its record, or what a claim beside it measured.

use std::collections::BTreeSet;

use experiments::claim::Claim;
use experiments::record::Estimate;
use experiments::record::Record;

/// What the names of claims begin with, to tell them from estimates.
const CLAIM: &str = "claim.";

/// A measured number with its interval.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Measure {
    /// The name of the estimate, or `claim.` and that of the claim.
    pub name: String,
    /// The value.
    pub value: f64,
    /// The lower end of its interval.
    pub low: f64,
    /// The upper end of its interval.
    pub high: f64,
    /// Its unit; empty for a pure number and for a claim.
    pub unit: String,
}

impl Measure {
    /// Of an estimate.
    pub(super) fn estimate(name: &str, estimate: &Estimate) -> Self {
        let Estimate { value, low, high, .. } = *estimate;
        Self { name: name.to_owned(), value, low, high, unit: estimate.unit.clone() }
    }

    /// Of a claim.
    pub(super) fn claim(claim: &Claim) -> Self {
        let Claim { statistic: value, low, high, .. } = *claim;
        Self { name: format!("{CLAIM}{}", claim.name), value, low, high, unit: String::new() }
    }

    /// The measure of that name, if there is still one.
    pub(super) fn named(name: &str, record: &Record, claims: &[Claim]) -> Option<Self> {
        let estimate = record.estimates.get(name).map(|found| Self::estimate(name, found));
        estimate.or_else(|| {
            let claim = name.strip_prefix(CLAIM)?;
            claims.iter().find(|found| found.name == claim).map(Self::claim)
        })
    }

    /// Whether value and interval are those of the other, bit for bit.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let bits = |of: &Self| [of.value, of.low, of.high].map(f64::to_bits);
        bits(self) == bits(other)
    }

    /// Whether its value is among these numbers, and not by chance as a whole number would be.
    pub(super) fn is_among(&self, numbers: &BTreeSet<u64>) -> bool {
        let has = |number: f64| numbers.contains(&number.to_bits());
        let telling =
            self.value.fract() != 0.0 || (self.low != self.high && has(self.low) && has(self.high));
        telling && has(self.value)
    }
}
