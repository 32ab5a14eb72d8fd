//! The ledger: every claim and every bound of the book, with what was measured, what is needed, what came
//! out, and where in the book it is used. As rows; how they look is [`crate::render`]'s business.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use experiments::bound::Bound;
use experiments::bound::Relation;
use experiments::claim::Claim;
use experiments::record::Estimate;
use experiments::record::Interval;
use serde::Serialize;
use serde_json::Value;

use crate::asked::Asked;
use crate::asked::ClaimOf;
use crate::asked::Statement;
use crate::decide::Decided;
use crate::decide::Evidence;
use crate::decide::point;
use crate::export;
use crate::lesson::Lesson;
use crate::live::standing::Standing;
use crate::number::number;
use crate::numbering::Index;
use crate::numbering::Spot;

/// All rows, in reading order.
#[derive(Debug, Default)]
pub struct Ledger {
    rows: Vec<Row>,
    /// The first row of each name.
    places: BTreeMap<String, usize>,
    /// How often each stem of an anchor was asked for, and all anchors.
    stems: BTreeMap<String, usize>,
    taken: BTreeSet<String>,
    /// The anchor of each claim that stands in a line of text.
    anchors: BTreeMap<Spot, String>,
}

/// One claim or bound.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Row {
    /// `claim` or `bound`.
    pub kind: &'static str,
    /// `adl-double-descent.peak-at-threshold`, a comparison, or a bound with its point.
    pub name: String,
    /// What it states, in words or as it is written. May hold `$…$`.
    pub text: String,
    /// The simulation.
    pub simulation: String,
    /// What was measured; of a bound, its left side.
    #[serde(with = "experiments::number")]
    pub statistic: f64,
    /// The lower end of its interval.
    #[serde(with = "experiments::number")]
    pub low: f64,
    /// The upper end.
    #[serde(with = "experiments::number")]
    pub high: f64,
    /// How the interval was made; empty for a count.
    pub interval: String,
    /// What it must meet, in words.
    pub threshold: String,
    /// What came out.
    pub verdict: String,
    /// Whether that decides if the book is published.
    pub enforced: bool,
    /// Why another verdict than "holds" is expected; empty where it is not.
    pub because: String,
    /// Independent repetitions; empty where the experiment has none.
    pub replicates: String,
    /// The root seed; empty where the experiment has none.
    pub seed: String,
    /// The backend, or `host`.
    pub backend: String,
    /// Where the book uses it.
    pub uses: Vec<Use>,
    /// `stale` or `draft` in a live session, where the record is no final one; never in a file.
    #[serde(skip)]
    pub standing: &'static str,
}

/// A place of use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Use {
    /// What a reader sees: `Figure 4.2`, or the title of a lesson.
    pub label: String,
    /// The page, relative to the book's root.
    pub page: String,
    /// The anchor on it.
    pub anchor: String,
}

impl Ledger {
    /// The rows of a book.
    #[must_use]
    pub fn new(
        lessons: &[Lesson],
        evidence: Evidence<'_>,
        decided: &Decided,
        index: &Index,
    ) -> Self {
        let mut ledger = Self::default();
        let mut shown = BTreeSet::new();
        for (l, lesson) in lessons.iter().enumerate() {
            for i in 0..lesson.scan.items.len() {
                if let Some(showing) = lesson.showings.get(&i) {
                    let simulation = evidence.simulations.get(&showing.name);
                    let sweep = simulation.and_then(|simulation| simulation.sweep.as_ref());
                    let frames = sweep
                        .filter(|_| showing.swept)
                        .iter()
                        .flat_map(|sweep| {
                            sweep.frames.iter().map(|frame| frame.simulation.as_str())
                        })
                        .collect::<Vec<_>>();
                    for name in std::iter::once(showing.name.as_str()).chain(frames) {
                        if shown.insert(name.to_owned()) {
                            ledger.declared(name, evidence, index);
                        }
                    }
                }
                match lesson.asked.get(&i) {
                    Some(Asked::Claim(asked)) => {
                        ledger.claim((l, i), lesson, asked, evidence, decided);
                    }
                    Some(Asked::Bound(_)) => ledger.bound((l, i), evidence, decided, index),
                    _ => {}
                }
            }
        }
        ledger
    }

    /// The rows.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The anchor of a claim in a line of text.
    #[must_use]
    pub fn anchor(&self, spot: Spot) -> Option<&str> {
        self.anchors.get(&spot).map(String::as_str)
    }

    /// The claims that a simulation declares, each with the figure it is shown with.
    fn declared(&mut self, name: &str, evidence: Evidence<'_>, index: &Index) {
        let (Some(simulation), Some(exhibited)) =
            (evidence.simulations.get(name), evidence.exhibits.get(name))
        else {
            return;
        };
        for claim in &exhibited.claims {
            let first = exhibited.figures.first().map_or("", |figure| figure.name.as_str());
            let figure = if claim.figure.is_empty() { first } else { &claim.figure };
            let numbered = index.figure(&(name.to_owned(), figure.to_owned()));
            let uses = numbered.into_iter().map(|numbered| Use {
                label: numbered.label(),
                page: numbered.page.clone(),
                anchor: numbered.anchor.clone(),
            });
            let row = Row {
                name: format!("{name}.{}", claim.name),
                enforced: simulation.published,
                uses: uses.collect(),
                ..of_claim(name, claim, evidence)
            };
            self.push(row);
        }
    }

    fn push(&mut self, row: Row) {
        self.places.entry(row.name.clone()).or_insert(self.rows.len());
        self.rows.push(row);
    }

    fn claim(
        &mut self,
        spot: Spot,
        lesson: &Lesson,
        asked: &ClaimOf,
        evidence: Evidence<'_>,
        decided: &Decided,
    ) {
        let Some(found) = decided.claims.get(&spot) else { return };
        let name = match &asked.statement {
            Statement::Declared(claim) => format!("{}.{claim}", asked.name),
            Statement::Compared { .. } => found.claim.name.clone(),
        };
        let anchor = self.free_anchor(&name);
        self.anchors.insert(spot, anchor.clone());
        let used = Use { label: lesson.title.clone(), page: lesson.page.clone(), anchor };
        let because = asked.expected.as_ref().map_or("", |expected| &expected.because);
        if let Some(&at) = self.places.get(&name) {
            let row = &mut self.rows[at];
            row.uses.push(used);
            row.enforced = true;
            row.because = because.to_owned();
            return;
        }
        let text = match asked.statement {
            Statement::Declared(_) => found.claim.text.clone(),
            Statement::Compared { .. } => String::new(),
        };
        let row = Row {
            name,
            text,
            because: because.to_owned(),
            uses: vec![used],
            ..of_claim(&asked.name, &found.claim, evidence)
        };
        self.push(row);
    }

    fn bound(&mut self, spot: Spot, evidence: Evidence<'_>, decided: &Decided, index: &Index) {
        let (Some(found), Some(numbered)) = (decided.bounds.get(&spot), index.at(spot)) else {
            return;
        };
        let bound = &found.bound;
        let Estimate { value, low, high, interval, .. } = bound.left.value;
        let row = Row {
            kind: "bound",
            name: format!("{} {}", bound.id, point(bound)),
            text: bound.title.clone(),
            statistic: value,
            low,
            high,
            interval: words(Some(interval)),
            threshold: needed(bound),
            verdict: bound.verdict().to_string(),
            uses: vec![Use {
                label: numbered.label(),
                page: numbered.page.clone(),
                anchor: numbered.anchor.clone(),
            }],
            ..run(&found.name, evidence)
        };
        self.push(row);
    }

    /// An anchor that no other claim has: a claim may be repeated.
    fn free_anchor(&mut self, name: &str) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
        let sign = name.replace(">=", "at-least").replace("≥", "at-least").replace("≤", "at-most");
        let sign = sign.replace('>', "above").replace('<', "below");
        let stem: String = sign.chars().map(plain).collect();
        let stem = format!("claim-{stem}");
        let count = self.stems.entry(stem.clone()).or_default();
        loop {
            *count += 1;
            let anchor = if *count == 1 { stem.clone() } else { format!("{stem}-{count}") };
            // A claim may have a name that another one's number makes.
            if self.taken.insert(anchor.clone()) {
                return anchor;
            }
        }
    }
}

/// What a bound's right side asks of its left one, in words.
fn needed(bound: &Bound) -> String {
    let right = number(bound.right.value.value);
    match bound.relation {
        Relation::AtMost => format!("at most {right}"),
        Relation::AtLeast => format!("at least {right}"),
        _ => right,
    }
}

fn of_claim(simulation: &str, claim: &Claim, evidence: Evidence<'_>) -> Row {
    Row {
        kind: "claim",
        name: claim.name.clone(),
        text: claim.text.clone(),
        statistic: claim.statistic,
        low: claim.low,
        high: claim.high,
        interval: words(claim.interval),
        threshold: export::threshold(claim.threshold),
        verdict: claim.verdict.to_string(),
        ..run(simulation, evidence)
    }
}

fn words(interval: Option<Interval>) -> String {
    interval.map_or_else(String::new, |interval| interval.to_string())
}

/// A row with what it says of the run alone.
fn run(simulation: &str, evidence: Evidence<'_>) -> Row {
    let found = evidence.simulations.get(simulation);
    let parameter = |name: &str| {
        let value = found.and_then(|simulation| simulation.parameters.get(name));
        value.map(Value::to_string).unwrap_or_default()
    };
    let stored = evidence.records.get(simulation);
    Row {
        kind: "",
        name: String::new(),
        text: String::new(),
        simulation: simulation.to_owned(),
        statistic: f64::NAN,
        low: f64::NAN,
        high: f64::NAN,
        interval: String::new(),
        threshold: String::new(),
        verdict: String::new(),
        enforced: true,
        because: String::new(),
        replicates: parameter("replicates"),
        seed: parameter("seed"),
        backend: stored.map_or_else(String::new, |stored| stored.provenance.backend.clone()),
        uses: Vec::new(),
        standing: evidence.standings.get(simulation).map_or("", Standing::word),
    }
}

/// The ledger as a table for programs, a row a line.
#[must_use]
pub fn csv(rows: &[Row]) -> String {
    let mut out = String::from(CSV);
    out.push('\n');
    for row in rows {
        let uses: Vec<String> =
            row.uses.iter().map(|used| format!("{}#{}", used.page, used.anchor)).collect();
        let cells = [
            row.kind,
            &row.name,
            &row.text,
            &row.simulation,
            &row.statistic.to_string(),
            &row.low.to_string(),
            &row.high.to_string(),
            &row.interval,
            &row.threshold,
            &row.verdict,
            if row.enforced { "yes" } else { "no" },
            &row.because,
            &row.replicates,
            &row.seed,
            &row.backend,
            &uses.join(" "),
        ];
        let cells: Vec<String> = cells.iter().map(|cell| cell_of(cell)).collect();
        out.push_str(&cells.join(","));
        out.push('\n');
    }
    out
}

/// The first line of the table.
pub const CSV: &str = "kind,name,text,simulation,statistic,low,high,interval,threshold,verdict,\
    enforced,because,replicates,seed,backend,uses";

/// A cell, in quotes where it needs them (RFC 4180).
fn cell_of(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
