use std::collections::BTreeMap;

use experiments::bound::Assumption;
use experiments::bound::Reference;
use experiments::bound::Side;
use experiments::bound::Symbol;
use experiments::lab::statistics;

use super::*;

/// Marks what it was given.
struct Marked;

impl Writer for Marked {
    fn tex(&mut self, tex: &str, display: bool) -> String {
        format!("<{0}>{1}</{0}>", if display { "display" } else { "tex" }, escape(tex))
    }

    fn sentence(&mut self, text: &str) -> String {
        format!("<s>{}</s>", escape(text))
    }

    fn cite(&mut self, key: &str) -> Option<String> {
        (key == "hoeffding-1963").then(|| "<a href=\"#x\">Hoeffding (1963)</a>".into())
    }
}

const HEAD: Head<'_> = Head {
    number: "3.1",
    anchor: "bound-hoeffding",
    simulation: "adl-hoeffding",
    digest: "ed06e0f3",
    json: "../figures/adl-hoeffding.json",
    because: None,
};

fn example() -> Bound {
    let gap = Estimate {
        low: 0.0225,
        high: 0.0255,
        interval: Interval::OrderStatistic { level: 0.96 },
        ..statistics::exact(0.024_45, 2000)
    };
    let width = statistics::exact(0.042_947, 2000);
    Bound {
        id: "hoeffding".into(),
        at: BTreeMap::from([("n".to_owned(), 1000.0), ("word".to_owned(), 2.0)]),
        title: "Hoeffding's inequality".into(),
        statement: r"\Pr[q\le\varepsilon]\ge1-\delta".into(),
        assumptions: vec![
            Assumption::by_construction("The points are independent"),
            Assumption::checked("It is so", "by counting"),
            Assumption::assumed("It is <that>"),
        ],
        symbols: vec![
            Symbol::given("n", "n", "points of a sample", 1000.0),
            Symbol {
                field: "gap_q95_n1000".into(),
                ..Symbol::derived("gap", "q", "quantile of the gap", gap.clone())
            },
            Symbol::derived("width", r"\varepsilon", "right side", width.clone()),
        ],
        numbers: r"q=@gap@\;@relation@\;@width:3@".into(),
        left: Side::new("q", gap),
        right: Side::new(r"\varepsilon", width),
        relation: Relation::AtMost,
        trivial: Some(1.0),
        probability: Some(0.05),
        references: vec![
            Reference::new("hoeffding-1963", "Hoeffding 1963"),
            Reference::new("other", "Somebody & others 1999"),
        ],
        note: "A note.".into(),
    }
}

#[test]
fn a_fragment() {
    let html = bound(&example(), &HEAD, &mut Marked);
    assert!(!html.contains('\n'));
    insta::assert_snapshot!(html.replace("><", ">\n<"));
}

#[track_caller]
fn check(bound_: &Bound, expected: &[&str]) {
    let html = bound(bound_, &HEAD, &mut Marked);
    for part in expected {
        assert!(html.contains(part), "no {part} in {html}");
    }
}

#[test]
fn each_verdict_says_why() {
    let mut unmet = example();
    unmet.assumptions.push(Assumption::not_met("Independent", "fitted to it"));
    check(
        &unmet,
        &[
            "class=\"bound hypothesis-not-met\"",
            "<span class=\"verdict\">hypothesis not met</span>",
            "<span class=\"status\">not met</span> <s>Independent: fitted to it.</s>",
            "<s>fitted to it. What the theorem concludes was observed all the same.</s>",
        ],
    );
    unmet.right.value = statistics::exact(0.01, 0);
    check(
        &unmet,
        &["class=\"bound violated\"", "<dt>Exceeded</dt><dd>2.445 times", "does not apply"],
    );
    let vacuous = Bound { right: Side::new("r", statistics::exact(1.5, 0)), ..example() };
    check(&vacuous, &["class=\"bound vacuous\"", "at least 1, and no left side is larger"]);
    let infinite = Bound {
        right: Side::new("r", statistics::exact(f64::INFINITY, 0)),
        trivial: None,
        ..example()
    };
    check(&infinite, &["class=\"bound vacuous\"", "infinite and says nothing"]);
    let nothing = Bound {
        left: Side::new("l", statistics::exact(f64::NAN, 0)),
        relation: Relation::EqualInExpectation { within: 0.5 },
        ..example()
    };
    check(
        &nothing,
        &["class=\"bound inconclusive\"", "<tex>l</tex>: not measured", "was not measured"],
    );
    let side = || Side::new("l", statistics::exact(0.25, 0));
    let relation = Relation::Equal { tolerance: 1e-9 };
    let identity = Bound { left: side(), right: side(), relation, ..example() };
    check(
        &identity,
        &["class=\"bound holds\"", "<dt>Residual</dt><dd>0, where 1 × 10⁻⁹ is allowed"],
    );
}

#[test]
fn an_announced_verdict_has_its_reason() {
    let head = Head { because: Some("the rule <was> fitted."), ..HEAD };
    let html = bound(&example(), &head, &mut Marked);
    let expected = "<p class=\"bound-because\">As expected: the rule &lt;was&gt; fitted.</p>";
    assert!(html.contains(expected), "{html}");
}
