//! What has become of a figure since it was cited.

use std::fmt::Write as _;

use experiments::claim::Claim;
use experiments::figure::Figure;

use super::Mark;
use super::Measure;
use super::digest;
use super::digits;
use crate::key;
use crate::store::records::Stored;

/// Most numbers that are listed.
const MOST: usize = 10;

/// The figure as it is now.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "given by name")]
pub struct Now<'a> {
    /// The figure.
    pub figure: &'a Figure,
    /// Its record.
    pub stored: &'a Stored,
    /// The claims about it.
    pub claims: &'a [Claim],
}

/// How a cited figure stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Standing {
    /// Whether it draws the same numbers as then.
    pub same: bool,
    /// What to tell: the first line about the figure, then a line for each number that moved.
    pub lines: Vec<String>,
}

impl Standing {
    /// Of a figure that cannot be compared.
    #[must_use]
    pub fn broken(why: &str) -> Self {
        Self { same: false, lines: vec![why.to_owned()] }
    }
}

/// Compares what was cited with what is.
#[must_use]
pub fn compare(mark: &Mark, now: Now<'_>) -> Standing {
    let record = key::short(&now.stored.digest);
    let same = key::short(&digest(now.figure)) == mark.drawn;
    let moved = if record == mark.record { Vec::new() } else { moved(mark, now) };
    let were = format!("record {} → {record}", mark.record);
    let first = match (same, record == mark.record, moved.is_empty()) {
        (true, true, _) => "unchanged".to_owned(),
        (true, false, true) => {
            format!("unchanged (the record has other code, data or numbers elsewhere: {were})")
        }
        (true, false, false) => {
            format!("unchanged as drawn, but numbers beside it moved: {were}")
        }
        (false, true, _) => "changed: the same record is drawn otherwise".to_owned(),
        (false, false, true) => {
            format!("changed: {were}; none of the numbers cited with it moved")
        }
        (false, false, false) => format!("changed: {were}"),
    };
    let mut lines = vec![first];
    let more = moved.len().saturating_sub(MOST);
    lines.extend(moved.iter().take(MOST).map(Moved::to_string));
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    Standing { same, lines }
}

/// A number that is another than it was.
struct Moved<'a> {
    name: &'a str,
    old: &'a str,
    new: Option<Measure>,
}

/// The numbers that moved, those that moved farthest in units of their uncertainty first.
fn moved<'a>(mark: &'a Mark, now: Now<'a>) -> Vec<Moved<'a>> {
    let find = |name: &str| Measure::named(name, &now.stored.record, now.claims);
    let mut moved: Vec<Moved<'_>> = mark
        .measures
        .iter()
        .map(|(name, old)| Moved { name, old, new: find(name) })
        .filter(|moved| moved.new.as_ref().is_none_or(|new| digits(new.value) != moved.old))
        .collect();
    moved.sort_by(|one, other| other.far().total_cmp(&one.far()).then(one.name.cmp(other.name)));
    moved
}

impl Moved<'_> {
    fn by(&self) -> Option<f64> {
        let by = self.new.as_ref()?.value - self.old.parse::<f64>().ok()?;
        by.is_finite().then_some(by)
    }

    /// The difference in units of half the new interval; none where that has no width.
    fn halves(&self) -> Option<f64> {
        let new = self.new.as_ref()?;
        let half = (new.high - new.low) / 2.0;
        (half.is_finite() && half > 0.0).then_some(self.by()? / half)
    }

    /// How far, to sort by. What has no uncertainty moved farther than what has one.
    fn far(&self) -> f64 {
        self.halves().map_or(f64::INFINITY, f64::abs)
    }
}

impl std::fmt::Display for Moved<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, old, new } = self;
        let Some(new) = new else { return write!(f, "{name}: {old} → gone") };
        let mut text = format!("{name}: {old} → {}", digits(new.value));
        if !new.unit.is_empty() {
            let _ = write!(text, " {}", new.unit);
        }
        let _ = match (self.halves(), self.by()) {
            (Some(halves), _) => write!(
                text,
                " ({} half-widths of [{}, {}])",
                signed(halves),
                digits(new.low),
                digits(new.high)
            ),
            (None, Some(by)) => write!(text, " ({}, no uncertainty)", signed(by)),
            (None, None) => Ok(()),
        };
        f.write_str(&text)
    }
}

/// Three significant digits and always a sign.
fn signed(value: f64) -> String {
    let rounded: f64 = format!("{value:.2e}").parse().unwrap_or(value);
    let text = digits(rounded);
    if text.starts_with('-') { text } else { format!("+{text}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::RunInputs;
    use crate::store::records::Provenance;
    use experiments::lab::statistics;
    use experiments::record::Estimate;
    use experiments::record::Record;
    use std::collections::BTreeMap;

    fn stored(estimates: &[(&str, f64, f64)]) -> Stored {
        let estimate = |value: f64, half: f64| Estimate {
            low: value - half,
            high: value + half,
            ..statistics::exact(value, 5)
        };
        let inputs = RunInputs {
            experiment: "test".into(),
            fingerprint: "a".into(),
            parameters: BTreeMap::new(),
            precision: "f64".into(),
            crates: BTreeMap::new(),
            data: BTreeMap::new(),
        };
        let provenance = Provenance {
            backend: "host".into(),
            device: "this".into(),
            platform: "linux".into(),
            date: "2026-11-22".into(),
            seconds: 1.0,
            shards: 1,
            version: "0".into(),
        };
        let estimates = estimates
            .iter()
            .map(|(name, value, half)| ((*name).to_owned(), estimate(*value, *half)))
            .collect();
        Stored::new(inputs, Record { estimates, ..Record::default() }, provenance)
    }

    /// What is told of estimates, and the first word about the figure.
    #[track_caller]
    fn check(cited: &[(&str, &str)], now: &[(&str, f64, f64)], drawn: bool, expected: &[&str]) {
        let figure = Figure::new("f", "", "", Vec::new());
        let measures =
            cited.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let drawn = if drawn { key::short(&digest(&figure)).to_owned() } else { "0".into() };
        let mark =
            Mark { name: "n".into(), figure: "f".into(), record: "old".into(), drawn, measures };
        let stored = stored(now);
        let standing = compare(&mark, Now { figure: &figure, stored: &stored, claims: &[] });
        let first = standing.lines[0].split([':', ' ']).next().unwrap();
        assert_eq!(first, if standing.same { "unchanged" } else { "changed" });
        assert_eq!(standing.lines[1..], *expected);
    }

    #[test]
    fn what_moved_is_listed_by_how_far() {
        check(
            &[("a", "1"), ("b", "1"), ("c", "1"), ("d", "7"), ("e", "1")],
            &[("a", 1.1, 0.2), ("b", 0.5, 0.25), ("c", 2.0, 0.0), ("d", 7.0, 1.0)],
            false,
            &[
                "c: 1 → 2 (+1, no uncertainty)",
                "e: 1 → gone",
                "b: 1 → 0.5 (-2 half-widths of [0.25, 0.75])",
                "a: 1 → 1.1 (+0.5 half-widths of [0.9, 1.3])",
            ],
        );
        check(&[("a", "1")], &[("a", 1.000_000_4, 0.1)], true, &[]);
        check(&[("a", "1")], &[("a", f64::NAN, f64::NAN)], false, &["a: 1 → NaN"]);
        check(&[("a", "NaN")], &[("a", f64::NAN, f64::NAN)], true, &[]);
    }

    #[test]
    fn a_long_list_is_cut() {
        let names: Vec<String> = (0..13).map(|i| format!("e{i:02}")).collect();
        let cited: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "0")).collect();
        let now: Vec<(&str, f64, f64)> =
            names.iter().zip(1..).map(|(name, i)| (name.as_str(), f64::from(i), 1.0)).collect();
        let lines: Vec<String> = (4..=13)
            .rev()
            .map(|i| format!("e{:02}: 0 → {i} (+{i} half-widths of [{}, {}])", i - 1, i - 1, i + 1))
            .chain(["and 3 more".into()])
            .collect();
        check(&cited, &now, false, &lines.iter().map(String::as_str).collect::<Vec<_>>());
    }
}
