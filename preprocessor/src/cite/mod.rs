//! Citing a figure in a paper or a deck, and finding out later whether it is still what was cited.
//!
//! [`Citation`] writes what one pastes: a BibTeX entry, or a figure for LaTeX, Typst, Markdown or
//! reveal.js. Each carries a [`Mark`], a comment that names the figure, the record it was drawn from, a
//! digest of what is drawn and the estimates that belong to it. [`marks`] finds them again in any text, and
//! [`compare()`] says what has become of the figure since.

mod compare;
mod mark;
mod measure;
mod snippet;
mod tex;

use std::collections::BTreeSet;

use experiments::claim::Claim;
use experiments::figure::Figure;
use experiments::record::Record;

use crate::key;
use crate::render::figure::drawn;
use crate::store::records::Stored;

pub use compare::Now;
pub use compare::Standing;
pub use compare::compare;
pub use mark::Found;
pub use mark::Mark;
pub use mark::marks;
pub use measure::Measure;
pub use snippet::Citation;
pub use snippet::Format;
pub use snippet::Source;

/// Most numbers in a mark; with more, a line of comment would be a page.
const MOST: usize = 40;

/// The digest of what is drawn: of all numbers of a figure, and of none of its words.
#[must_use]
pub fn digest(figure: &Figure) -> String {
    // Zeros and not-a-numbers of whatever sign are drawn alike.
    let bits = |number: f64| match number {
        _ if number.is_nan() => f64::NAN.to_bits(),
        0.0 => 0,
        _ => number.to_bits(),
    };
    let rows: Vec<_> = drawn(figure)
        .into_iter()
        .map(|(panel, kind, numbers)| (panel, kind, numbers.map(|number| number.map(bits))))
        .collect();
    key::digest(&key::json(&rows))
}

/// What a figure says in numbers, by name: the claims shown with it, each under the name of the one estimate
/// that it is about, or else as `claim.NAME`, then the estimates whose value it draws. Where there is
/// neither, all estimates of the record.
#[must_use]
pub fn measures(figure: &Figure, first: bool, claims: &[Claim], record: &Record) -> Vec<Measure> {
    let beside = |claim: &&Claim| claim.figure == figure.name || (first && claim.figure.is_empty());
    let estimates = || record.estimates.iter().map(|(name, found)| Measure::estimate(name, found));
    let mut measures: Vec<Measure> = Vec::new();
    for claim in claims.iter().filter(beside).map(Measure::claim) {
        let mut alike = estimates().filter(|estimate| estimate.is_like(&claim));
        measures.push(match (alike.next(), alike.next()) {
            (Some(estimate), None) => estimate,
            _ => claim,
        });
    }
    let shown = places(figure);
    // Of several with one value the shortest name: the others are that value again.
    let mut drawn: Vec<Measure> =
        estimates().filter(|estimate| estimate.is_among(&shown)).collect();
    drawn.sort_by_key(|estimate| (estimate.name.len(), estimate.name.clone()));
    for estimate in drawn {
        if !measures.iter().any(|other| other.value.to_bits() == estimate.value.to_bits()) {
            measures.push(estimate);
        }
    }
    if measures.is_empty() {
        measures = estimates().collect();
    }
    measures.dedup_by(|one, other| one.name == other.name);
    measures.truncate(MOST);
    measures
}

/// The numbers that a figure shows, as opposed to where it shows them.
fn places(figure: &Figure) -> BTreeSet<u64> {
    let shown = |(_, _, [x, y, low, high, value, ..]): (usize, &str, [Option<f64>; 7])| {
        // A rule across has a place alone.
        let x = x.filter(|_| y.is_none() && value.is_none());
        [x, y, low, high, value].into_iter().flatten().map(f64::to_bits)
    };
    drawn(figure).into_iter().flat_map(shown).collect()
}

/// The mark of a figure as it is; none where its name cannot stand in a comment.
#[must_use]
pub fn mark(
    name: &str,
    figure: &Figure,
    first: bool,
    claims: &[Claim],
    stored: &Stored,
) -> Option<Mark> {
    let measures = measures(figure, first, claims, &stored.record);
    mark::is_part(&figure.name).then(|| Mark {
        name: name.to_owned(),
        figure: figure.name.clone(),
        record: key::short(&stored.digest).to_owned(),
        drawn: key::short(&digest(figure)).to_owned(),
        measures: measures.into_iter().map(|of| (of.name, digits(of.value))).collect(),
    })
}

/// A number as a mark holds it: six significant digits, in the shortest form that reads back.
fn digits(value: f64) -> String {
    let rounded: f64 = format!("{value:.5e}").parse().unwrap_or(value);
    let text = format!("{rounded:?}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use experiments::claim::Threshold;
    use experiments::figure::Axis;
    use experiments::figure::Panel;
    use experiments::figure::Role;
    use experiments::figure::mark;
    use experiments::lab::statistics;

    #[track_caller]
    fn check(value: f64, expected: &str) {
        assert_eq!(digits(value), expected);
    }

    #[test]
    fn numbers_are_short() {
        check(55.309_924_245_946_775, "55.3099");
        check(2000.0, "2000");
        check(-1.234_567_8e-9, "-1.23457e-9");
        check(0.0, "0");
        check(f64::INFINITY, "inf");
        check(f64::NAN, "NaN");
        check(1e300, "1e300");
    }

    fn figure(label: &str, y: Vec<f64>) -> Figure {
        let x = (1..=y.len()).map(|i| i as f64).collect();
        let marks = vec![mark::line(label, Role::Test, x, y)];
        let panel = Panel::plane(Axis::linear("x"), Axis::linear(label), marks);
        Figure::new("f", label, label, vec![panel])
    }

    #[test]
    fn a_digest_sees_numbers_and_no_words() {
        let one = digest(&figure("one", vec![1.0, 2.0]));
        assert_eq!(one, digest(&figure("another word", vec![1.0, 2.0])));
        assert_ne!(one, digest(&figure("one", vec![1.0, 2.000_000_1])));
        assert_ne!(one, digest(&figure("one", vec![1.0, f64::NAN])));
        let zero = |zero: f64| digest(&figure("one", vec![1.0, zero]));
        assert_eq!(zero(0.0), zero(-0.0));
    }

    #[track_caller]
    fn belong(first: bool, y: Vec<f64>, expected: &[&str]) {
        let estimate = |value| statistics::exact(value, 3);
        let record = Record {
            estimates: [
                ("drawn", 0.25),
                ("drawn_again", 0.25),
                ("claimed", 0.75),
                ("n", 3.0),
                ("k", 3.0),
            ]
            .map(|(name, value)| (name.to_owned(), estimate(value)))
            .into(),
            ..Record::default()
        };
        let claim = |name, value| Claim::on(name, name, &estimate(value), Threshold::AtLeast(0.0));
        let claims = [claim("one", 0.75), claim("two", 3.0)];
        let measures = measures(&figure("f", y), first, &claims, &record);
        let names: Vec<&str> = measures.iter().map(|measure| measure.name.as_str()).collect();
        assert_eq!(names, expected);
    }

    #[test]
    fn what_a_figure_says_is_its_claims_and_what_it_draws() {
        // The claim `two` is about one of two estimates, which cannot be told apart.
        belong(true, vec![0.25, 9.0], &["claimed", "claim.two", "drawn"]);
        belong(false, vec![0.25, 9.0], &["drawn"]);
        // A whole number is drawn by chance as well.
        belong(false, vec![0.25, 3.0], &["drawn"]);
        belong(false, vec![9.0], &["claimed", "drawn", "drawn_again", "k", "n"]);
    }
}
