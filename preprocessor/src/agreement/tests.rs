//! Two runs made by hand, and how they agree.

use experiments::lab::statistics;
use experiments::record::Grid;
use experiments::record::Table;

use super::*;

const HERE: (&str, &str) = ("host", "host CPU (x86-64 with AVX-512)");
const THERE: (&str, &str) = ("host", "host CPU (x86-64 with AVX2 and FMA)");

fn record() -> Record {
    let estimate = |value: f64, low: f64, high: f64| Estimate {
        low,
        high,
        tolerance: 0.01,
        ..statistics::exact(value, 8)
    };
    let grid = Grid {
        x: vec![0.0, 1.0],
        y: vec![0.0],
        quantity: "loss".into(),
        values: vec![vec![4.0, 5.0]],
    };
    Record {
        estimates: [
            ("slope".to_owned(), estimate(2.0, 1.5, 2.5)),
            ("gap".to_owned(), estimate(0.0, -0.5, f64::INFINITY)),
            ("none".to_owned(), estimate(f64::NAN, f64::NAN, f64::NAN)),
        ]
        .into(),
        tables: [(
            "line".to_owned(),
            Table::new([("width", vec![1.0, 2.0]), ("height", vec![2.0, 4.0])]),
        )]
        .into(),
        grids: [("surface".to_owned(), grid)].into(),
        notes: vec!["one run of 9 was left out".into()],
    }
}

/// How a record and an edited one agree that ran at that place; what differs is shortened to its name.
fn compared(place: (&str, &str), edit: impl FnOnce(&mut Record)) -> Agreement {
    let was = record();
    let mut is = was.clone();
    edit(&mut is);
    let verdicts = BTreeMap::from([("the claim rises".to_owned(), "holds".to_owned())]);
    let run = |record, digest, place| Run { record, digest, place, verdicts: &verdicts };
    agreement(run(&was, "old", HERE), run(&is, "new", place))
}

/// What differs after an edit, at that place, with old and new.
#[track_caller]
fn differs(place: (&str, &str), edit: impl FnOnce(&mut Record), expected: &[(&str, &str, &str)]) {
    match compared(place, edit) {
        Agreement::Differs(found) => {
            let found: Vec<_> = found
                .iter()
                .map(|found| (found.what.as_str(), found.was.as_str(), found.is.as_str()))
                .collect();
            assert_eq!(found, expected);
        }
        other => panic!("{other:?}"),
    }
}

/// That an edit is within tolerance at another place, and what is largest.
#[track_caller]
fn within(edit: impl FnOnce(&mut Record), expected: Option<(&str, f64)>) {
    match compared(THERE, edit) {
        Agreement::Within { largest } => match (largest, expected) {
            (Some((what, size)), Some((name, part))) => {
                assert_eq!(what, name);
                assert!((size - part).abs() < 1e-9, "{size}");
            }
            (largest, expected) => assert_eq!(largest.is_none(), expected.is_none(), "{largest:?}"),
        },
        other => panic!("{other:?}"),
    }
}

fn set(record: &mut Record, value: f64) {
    record.estimates.get_mut("slope").unwrap().value = value;
}

fn next(value: f64) -> f64 {
    f64::from_bits(value.to_bits() + 1)
}

fn column(record: &mut Record) -> &mut Vec<f64> {
    &mut record.tables.get_mut("line").unwrap().columns[1].values
}

#[test]
fn equal_digests_are_the_same_wherever_they_ran() {
    let (record, verdicts) = (record(), BTreeMap::new());
    let run = |place| Run { record: &record, digest: "one", place, verdicts: &verdicts };
    assert_eq!(agreement(run(HERE), run(HERE)), Agreement::Same);
    assert_eq!(agreement(run(HERE), run(THERE)), Agreement::Same);
}

#[test]
fn the_last_bit_counts_at_the_same_place() {
    differs(HERE, |is| set(is, next(2.0)), &[("slope", "2.0", "2.0000000000000004")]);
    differs(
        HERE,
        |is| column(is)[1] = next(4.0),
        &[("line.height in row 2", "4.0", "4.000000000000001")],
    );
    differs(
        HERE,
        |is| is.grids.get_mut("surface").unwrap().values[0][1] = 5.5,
        &[("surface row 1, 2", "5.0", "5.5")],
    );
    differs(
        HERE,
        |is| is.estimates.get_mut("gap").unwrap().value = -0.0,
        &[("gap", "0.0", "-0.0")],
    );
    // And elsewhere it does not.
    within(|is| set(is, next(2.0)), Some(("slope", 2.0 * f64::EPSILON / 0.02)));
    within(|is| column(is)[1] = 40.0, None);
}

#[test]
fn a_digest_that_differs_for_no_visible_reason_is_a_difference() {
    differs(HERE, |_| {}, &[("the digest", "old", "new")]);
    within(|_| {}, None);
}

#[test]
fn the_largest_difference_comes_first() {
    let edit = |is: &mut Record| {
        set(is, 2.1);
        column(is)[0] = 3.0;
        column(is)[1] = 4.001;
    };
    differs(
        HERE,
        edit,
        &[
            ("line.height in row 1", "2.0", "3.0"),
            ("slope", "2.0", "2.1"),
            ("line.height in row 2", "4.0", "4.001"),
        ],
    );
}

#[test]
fn an_estimate_may_differ_elsewhere_by_its_tolerance_of_its_value() {
    within(|is| set(is, 2.01), Some(("slope", 0.5)));
    within(|is| set(is, 2.0 - 0.015), Some(("slope", 0.75)));
    differs(THERE, |is| set(is, 2.03), &[("slope", "2.0", "2.03")]);
    // Of the largest of value and ends, for the ends.
    let low = |is: &mut Record, low| is.estimates.get_mut("slope").unwrap().low = low;
    within(|is| low(is, 1.5 + 0.02), Some(("the lower end of slope", 0.8)));
    differs(THERE, |is| low(is, 1.6), &[("the lower end of slope", "1.5", "1.6")]);
    // A value of zero allows nothing.
    let gap = |is: &mut Record| is.estimates.get_mut("gap").unwrap().value = 1e-12;
    differs(THERE, gap, &[("gap", "0.0", "1e-12")]);
}

#[test]
fn numbers_that_are_none_agree_with_their_like_alone() {
    let none = |is: &mut Record, value| is.estimates.get_mut("none").unwrap().value = value;
    differs(THERE, |is| none(is, 1.0), &[("none", "NaN", "1.0")]);
    differs(THERE, |is| none(is, f64::INFINITY), &[("none", "NaN", "inf")]);
    differs(THERE, |is| set(is, f64::NAN), &[("slope", "2.0", "NaN")]);
    differs(THERE, |is| set(is, f64::INFINITY), &[("slope", "2.0", "inf")]);
    let high = |is: &mut Record, value| is.estimates.get_mut("gap").unwrap().high = value;
    differs(THERE, |is| high(is, f64::NEG_INFINITY), &[("the upper end of gap", "inf", "-inf")]);
    differs(HERE, |is| none(is, 1.0), &[("none", "NaN", "1.0")]);
    differs(HERE, |is| set(is, f64::NAN), &[("slope", "2.0", "NaN")]);
}

#[test]
fn estimates_are_the_same_ones_made_in_the_same_way() {
    const MADE: &str = "n = 8, exact, tolerance 0.01";
    for place in [HERE, THERE] {
        differs(
            place,
            |is| drop(is.estimates.remove("slope")),
            &[("the estimate slope", MADE, "missing")],
        );
        let added = |is: &mut Record| {
            is.estimates.insert("new".into(), statistics::exact(1.0, 1));
        };
        differs(place, added, &[("the estimate new", "missing", "n = 1, exact, tolerance 0.01")]);
        let other = |is: &mut Record| {
            let slope = is.estimates.get_mut("slope").unwrap();
            (slope.n, slope.tolerance, slope.unit) = (7, 5.0, "nats".into());
        };
        let other_made = "n = 7, exact, tolerance 5.0 in nats";
        differs(place, other, &[("the estimate slope", MADE, other_made)]);
    }
}

#[test]
fn shapes_are_the_same() {
    const LINE: &str = "2 rows of width, height";
    for place in [HERE, THERE] {
        let shorter = |is: &mut Record| {
            let columns = [("width", vec![1.0]), ("height", vec![2.0])];
            is.tables.insert("line".into(), Table::new(columns));
        };
        differs(place, shorter, &[("the table line", LINE, "1 rows of width, height")]);
        let other = |is: &mut Record| {
            is.tables.get_mut("line").unwrap().columns[1].unit = "m".into();
        };
        differs(place, other, &[("the table line", LINE, "2 rows of width, height in m")]);
        let narrow = |is: &mut Record| {
            let grid = is.grids.get_mut("surface").unwrap();
            grid.x.pop();
            grid.values[0].pop();
        };
        differs(place, narrow, &[("the grid surface", "2×1 of loss", "1×1 of loss")]);
    }
    let notes = |is: &mut Record| is.notes.clear();
    differs(HERE, notes, &[("the notes", "one run of 9 was left out", "missing")]);
    within(notes, None);
}

#[test]
fn verdicts_are_the_same() {
    let record = record();
    let verdict = |word: &str| BTreeMap::from([("the claim rises".to_owned(), word.to_owned())]);
    let (was, is) = (verdict("holds"), verdict("inconclusive"));
    let run = |digest, place, verdicts| Run { record: &record, digest, place, verdicts };
    match agreement(run("old", HERE, &was), run("new", THERE, &is)) {
        Agreement::Differs(found) => {
            let expected = Difference::of("the claim rises", "holds", "inconclusive");
            assert_eq!(found, [expected]);
        }
        other => panic!("{other:?}"),
    }
}
