use super::BoundVerdict::Holds;
use super::BoundVerdict::HypothesisNotMet;
use super::BoundVerdict::Inconclusive;
use super::BoundVerdict::Vacuous;
use super::BoundVerdict::Violated;
use super::*;
use crate::lab::statistics;

const INFINITY: f64 = f64::INFINITY;

fn interval(low: f64, high: f64) -> Estimate {
    let value = if low == high { low } else { f64::midpoint(low, high) };
    let interval = Interval::StudentT { level: 0.95 };
    Estimate { low, high, interval, ..statistics::exact(value, 200) }
}

fn bound(left: (f64, f64), relation: Relation, right: (f64, f64)) -> Bound {
    Bound {
        id: "x".into(),
        at: BTreeMap::new(),
        title: String::new(),
        statement: String::new(),
        assumptions: vec![Assumption::by_construction("so")],
        symbols: Vec::new(),
        numbers: String::new(),
        left: Side::new("l", interval(left.0, left.1)),
        right: Side::new("r", interval(right.0, right.1)),
        relation,
        trivial: None,
        probability: None,
        references: Vec::new(),
        note: String::new(),
    }
}

/// The verdict where the hypotheses are met, and where they are not.
#[track_caller]
fn check(mut bound: Bound, met: BoundVerdict, unmet: BoundVerdict) {
    assert_eq!(bound.verdict(), met);
    bound.assumptions.push(Assumption::not_met("not so", "why"));
    assert_eq!(bound.verdict(), unmet, "with a hypothesis that is not met");
}

#[test]
fn an_upper_bound_is_decided_on_both_intervals() {
    let at_most = |left, right| bound(left, Relation::AtMost, right);
    check(at_most((1.0, 2.0), (2.0, 2.0)), Holds, HypothesisNotMet);
    check(at_most((1.0, 2.0), (2.0, 3.0)), Holds, HypothesisNotMet);
    check(at_most((1.0, 2.0), (1.9, 3.0)), Inconclusive, Inconclusive);
    check(at_most((1.0, 2.0), (1.0, 1.0)), Inconclusive, Inconclusive);
    check(at_most((1.0, 2.0), (0.5, 0.9)), Violated, Violated);
    check(at_most((-INFINITY, 2.0), (2.0, 2.0)), Holds, HypothesisNotMet);
    check(at_most((INFINITY, INFINITY), (2.0, 2.0)), Violated, Violated);
    // No interval at all where the value, between two infinite ends, is no number.
    check(at_most((-INFINITY, INFINITY), (2.0, 2.0)), Inconclusive, Inconclusive);
}

#[test]
fn a_lower_bound_is_decided_on_both_intervals() {
    let at_least = |left, right| bound(left, Relation::AtLeast, right);
    check(at_least((2.0, 3.0), (2.0, 2.0)), Holds, HypothesisNotMet);
    check(at_least((2.0, 3.0), (1.0, 2.1)), Inconclusive, Inconclusive);
    check(at_least((2.0, 3.0), (3.1, 4.0)), Violated, Violated);
    check(at_least((2.0, INFINITY), (1.0, 1.0)), Holds, HypothesisNotMet);
}

#[test]
fn a_right_side_that_nothing_exceeds_is_vacuous() {
    let at_most =
        |left, right| Bound { trivial: Some(1.0), ..bound(left, Relation::AtMost, right) };
    check(at_most((0.1, 0.2), (1.0, 1.0)), Vacuous, Vacuous);
    check(at_most((0.1, 0.2), (7.0, 7.0)), Vacuous, Vacuous);
    check(at_most((0.1, 0.2), (0.99, 0.99)), Holds, HypothesisNotMet);
    check(at_most((0.1, 0.2), (0.9, 1.0)), Inconclusive, Inconclusive);
    // A contradiction outweighs it: what was called trivial is not.
    check(at_most((1.3, 1.4), (1.2, 1.2)), Violated, Violated);
    check(bound((0.1, 0.2), Relation::AtMost, (INFINITY, INFINITY)), Vacuous, Vacuous);
    check(bound((INFINITY, INFINITY), Relation::AtMost, (INFINITY, INFINITY)), Vacuous, Vacuous);

    let at_least =
        |right| Bound { trivial: Some(0.0), ..bound((0.1, 0.2), Relation::AtLeast, right) };
    check(at_least((0.0, 0.0)), Vacuous, Vacuous);
    check(at_least((-1.0, -1.0)), Vacuous, Vacuous);
    check(at_least((0.05, 0.05)), Holds, HypothesisNotMet);
    check(bound((0.1, 0.2), Relation::AtLeast, (-INFINITY, -INFINITY)), Vacuous, Vacuous);
}

#[test]
fn an_identity_is_decided_on_all_ends() {
    let equal = |left, right| bound(left, Relation::Equal { tolerance: 1e-9 }, right);
    check(equal((0.5, 0.5), (0.5, 0.5)), Holds, HypothesisNotMet);
    check(equal((0.5, 0.5), (0.5 - 1e-10, 0.5 + 1e-10)), Holds, HypothesisNotMet);
    check(equal((0.5, 0.5), (0.5 - 1e-10, 0.5 + 1e-8)), Inconclusive, Inconclusive);
    check(equal((0.5, 0.5), (0.5 + 2e-9, 0.5 + 1e-8)), Violated, Violated);
    // Relative for what is large, not for what is small.
    check(equal((1e6, 1e6), (1e6 + 1e-4, 1e6 + 1e-4)), Holds, HypothesisNotMet);
    check(equal((1e6, 1e6), (1e6 + 1e-2, 1e6 + 1e-2)), Violated, Violated);
    check(equal((0.0, 0.0), (1e-10, 1e-10)), Holds, HypothesisNotMet);
    check(equal((INFINITY, INFINITY), (INFINITY, INFINITY)), Inconclusive, Inconclusive);
}

#[test]
fn an_expectation_is_decided_on_a_wider_interval() {
    let expected = |left, right| bound(left, Relation::EqualInExpectation { within: 0.5 }, right);
    // A half-width of 1.97 standard errors becomes one of 3.54: 0.1 becomes 0.1795.
    check(expected((0.9, 1.1), (1.0, 1.0)), Holds, HypothesisNotMet);
    check(expected((0.9, 1.1), (1.179, 1.179)), Holds, HypothesisNotMet);
    check(expected((0.9, 1.1), (1.181, 1.181)), Violated, Violated);
    check(expected((0.9, 1.1), (0.821, 0.821)), Holds, HypothesisNotMet);
    check(expected((0.9, 1.1), (0.819, 0.819)), Violated, Violated);
    // An interval that would hold nearly anything decides nothing.
    check(expected((0.7, 1.3), (1.0, 1.0)), Inconclusive, Inconclusive);
    check(expected((0.9, 1.1), (INFINITY, INFINITY)), Inconclusive, Inconclusive);
    // Nothing but rounding.
    check(expected((1e-28, 2e-28), (0.0, 0.0)), Holds, HypothesisNotMet);
    check(expected((1e-6, 2e-6), (0.0, 0.0)), Violated, Violated);
}

#[test]
fn few_replicates_widen_more_and_no_uncertainty_not_at_all() {
    let with = |n, interval| {
        let estimate = Estimate { low: -1.0, high: 1.0, interval, ..statistics::exact(0.0, n) };
        ends::widened(&estimate).1
    };
    let near = |found: f64, expected: f64| {
        assert!((found / expected - 1.0).abs() < 1e-4, "{found} is not {expected}");
    };
    // scipy.stats.t.ppf(0.99975, f) / scipy.stats.t.ppf(0.975, f)
    near(with(200, Interval::StudentT { level: 0.95 }), 1.794_65);
    near(with(3, Interval::StudentT { level: 0.95 }), 10.390_01);
    near(with(40, Interval::OrderStatistic { level: 0.95 }), 1.775_93);
    assert_eq!(with(3, Interval::Exact), 1.0);
    assert_eq!(with(3, Interval::OrderStatistic { level: 0.0 }), 1.0);
    assert_eq!(with(3, Interval::ClopperPearson { level: 0.999_9 }), 1.0);
}

#[test]
fn what_is_no_interval_decides_nothing() {
    for relation in [
        Relation::AtMost,
        Relation::AtLeast,
        Relation::Equal { tolerance: 1e-9 },
        Relation::EqualInExpectation { within: 0.5 },
    ] {
        for (left, right) in [
            ((f64::NAN, f64::NAN), (1.0, 1.0)),
            ((1.0, 1.0), (f64::NAN, f64::NAN)),
            ((f64::NAN, 1.0), (1.0, 1.0)),
            ((2.0, 1.0), (9.0, 9.0)),
            ((1.0, 1.0), (9.0, 8.0)),
        ] {
            check(bound(left, relation, right), Inconclusive, Inconclusive);
        }
    }
}

#[test]
fn room_and_residual() {
    let at_most = bound((0.5, 1.5), Relation::AtMost, (2.0, 2.0));
    assert_eq!((at_most.slack(), at_most.residual()), (2.0, 1.0));
    let at_least = bound((0.5, 1.5), Relation::AtLeast, (0.5, 0.5));
    assert_eq!((at_least.slack(), at_least.residual()), (2.0, 0.5));
    let equal = bound((1.0, 1.0), Relation::Equal { tolerance: 1.0 }, (0.75, 1.5));
    assert_eq!(equal.residual(), 0.5);
    assert_eq!(bound((0.0, 0.0), Relation::AtMost, (1.0, 1.0)).slack(), INFINITY);
}

#[track_caller]
fn fill(numbers: &str, expected: &str, unresolved: &[&str]) {
    let mut bound = bound((1.0, 1.0), Relation::AtMost, (2.0, 2.0));
    bound.symbols = vec![
        Symbol::given("n", "n", "points", 20.0),
        Symbol { value: None, ..Symbol::given("f", "f", "a function", 0.0) },
    ];
    bound.numbers = numbers.into();
    let filled =
        bound.filled(|value, decimals| format!("{:.*}", decimals.unwrap_or(0), value.value));
    assert_eq!(filled, expected);
    assert_eq!(bound.unresolved().collect::<Vec<_>>(), unresolved);
}

#[test]
fn placeholders_are_filled() {
    fill("", "", &[]);
    fill(r"\frac1{@n@}@relation@@n:2@", r"\frac1{20}\le20.00", &[]);
    fill("@m@ + @f@ + @n", "@m@ + @f@ + @n", &["@m@", "@f@", "@n"]);
}

#[test]
fn the_sign_is_what_is_the_case() {
    let sign = |left, relation, right| bound(left, relation, right).sign();
    assert_eq!(sign((1.0, 1.0), Relation::AtMost, (2.0, 2.0)), r"\le");
    assert_eq!(sign((3.0, 3.0), Relation::AtMost, (2.0, 2.0)), ">");
    assert_eq!(sign((3.0, 3.0), Relation::AtLeast, (2.0, 2.0)), r"\ge");
    assert_eq!(sign((1.0, 1.0), Relation::AtLeast, (2.0, 2.0)), "<");
    assert_eq!(sign((1.0, 1.0), Relation::Equal { tolerance: 0.1 }, (2.0, 2.0)), r"\ne");
    assert_eq!(sign((1.0, 1.0), Relation::Equal { tolerance: 0.1 }, (1.0, 1.0)), "=");
    let expected = Relation::EqualInExpectation { within: 0.5 };
    assert_eq!(sign((1.0, 1.0), expected, (2.0, 2.0)), r"\not\approx");
    assert_eq!(sign((1.0, 1.1), expected, (1.1, 1.1)), r"\approx");
}
