//! What every experiment promises, asked of each in the same way: whole simulations and their verdicts,
//! seeds, fields, shards that are values, and what the preprocessor is shown.
#![allow(dead_code, reason = "each test program asks for some of it")]

use std::collections::BTreeMap;
use std::fmt::Debug;

use burn::tensor::Device;
use experiments::claim::Claim;
use experiments::claim::Verdict;
use experiments::entry::Entry;
use experiments::exhibit::Exhibit;
use experiments::experiment::Experiment;
use experiments::figure::Figure;
use experiments::figure::mark::Band;
use experiments::figure::mark::Line;
use experiments::figure::mark::Mark;
use experiments::figure::mark::Points;
use experiments::fingerprint::Fingerprint;
use experiments::parameters;
use experiments::parameters::Kind;
use experiments::parameters::Parameters;
use experiments::record::Record;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The parts of a simulation, in the order of its shards.
pub(crate) fn parts<E: Experiment>(parameters: &E::Parameters) -> Vec<E::Part> {
    let device = Device::flex();
    E::shards(parameters).iter().map(|shard| E::run(shard, &device)).collect()
}

/// A whole simulation.
pub(crate) fn simulate<E: Experiment>(parameters: &E::Parameters) -> Record {
    E::merge(parameters, parts::<E>(parameters))
}

/// The verdicts of all claims, by name.
pub(crate) fn verdicts<E: Exhibit>(
    parameters: &E::Parameters,
    record: &Record,
) -> BTreeMap<String, Verdict> {
    let claims = E::claims(parameters, record).into_iter();
    claims.map(|claim| (claim.name, claim.verdict)).collect()
}

/// The rule for re-seeding: each claim holds at 19 at least of 20 further seeds.
#[track_caller]
pub(crate) fn hold_at_nineteen_of_twenty_further_seeds<E: Exhibit>(
    with: impl Fn(u64) -> E::Parameters,
) {
    let mut missed = BTreeMap::<String, Vec<u64>>::new();
    for seed in 100..120 {
        let parameters = with(seed);
        for (name, verdict) in verdicts::<E>(&parameters, &simulate::<E>(&parameters)) {
            if verdict != Verdict::Holds {
                missed.entry(name).or_default().push(seed);
            }
        }
    }
    assert!(missed.values().all(|seeds| seeds.len() <= 1), "{missed:?}");
}

/// Every parameter has a field with a line of documentation, the defaults and all words of a choice are
/// admitted, and so are the values of a sweep that the experiment declares.
#[track_caller]
pub(crate) fn parameters_agree_with_their_fields<E: Exhibit>()
where
    E::Parameters: PartialEq + Debug,
{
    let object = parameters::object(&E::Parameters::default());
    let admitted = |name: &str, value: &Value| {
        let given = serde_json::json!({ name: value });
        let given = given.as_object().expect("an object");
        parameters::apply::<E::Parameters>(given).expect("a value that is admitted")
    };
    let fields = E::Parameters::fields();
    let mut names: Vec<&str> = object.keys().map(String::as_str).collect();
    let mut declared: Vec<&str> = fields.iter().map(|field| field.name).collect();
    names.sort_unstable();
    declared.sort_unstable();
    assert_eq!(names, declared);
    assert_eq!(parameters::apply::<E::Parameters>(&object), Ok(E::Parameters::default()));
    for field in &fields {
        assert!(!field.doc.is_empty() && !field.doc.contains('\n'), "{field:?}");
        if let Kind::Choice(words) = field.kind {
            for &word in words {
                let parameters = admitted(field.name, &word.into());
                assert_eq!(parameters::object(&parameters)[field.name], *word);
            }
        }
    }
    for sweep in E::sweeps() {
        for value in sweep.values {
            admitted(sweep.parameter, &serde_json::json!(value));
        }
    }
}

/// No shard is there twice, and each comes back from JSON.
#[track_caller]
pub(crate) fn shards_are_values<S: Serialize + DeserializeOwned + PartialEq + Debug>(shards: &[S]) {
    for (i, shard) in shards.iter().enumerate() {
        assert!(!shards[..i].contains(shard), "{shard:?} is there twice");
        let json = serde_json::to_string(shard).expect("JSON");
        assert_eq!(&serde_json::from_str::<S>(&json).expect("a shard"), shard);
    }
}

/// What the preprocessor is shown of a simulation.
pub(crate) struct Shown {
    /// The record.
    pub(crate) record: Record,
    /// The figures.
    pub(crate) figures: Vec<Figure>,
    /// The claims.
    pub(crate) claims: Vec<Claim>,
}

impl Shown {
    /// All marks of all figures.
    pub(crate) fn marks(&self) -> impl Iterator<Item = &Mark> {
        self.figures.iter().flat_map(|figure| &figure.panels).flat_map(|panel| panel.marks())
    }
}

/// JSON in, a record, figures and claims out, as the preprocessor has it. Intervals hold their values,
/// which are finite unless the estimate may be infinite; the record is small and comes back from JSON;
/// each claim has its figure, and the lists of a mark are of one length.
#[track_caller]
pub(crate) fn shown<E: Exhibit>(given: &Value, may_be_infinite: impl Fn(&str) -> bool) -> Shown {
    let fingerprint = Fingerprint { experiment: E::ID, digest: "0", sources: &[] };
    let entry = Entry::new::<E>(Box::leak(Box::new(fingerprint)));
    let device = Device::flex();
    let given = given.as_object().expect("an object");
    let complete = entry.complete(given).expect("parameters within their ranges");
    let shards = entry.shards(&complete).expect("shards");
    let parts = shards.iter().map(|shard| entry.run(shard, &device).expect("a part")).collect();
    let record = entry.merge(&complete, parts).expect("a record");
    for (name, estimate) in &record.estimates {
        let ordered = estimate.low <= estimate.value && estimate.value <= estimate.high;
        assert!(ordered, "{given:?}, {name}: {estimate:?}");
        let finite = estimate.value.is_finite() || may_be_infinite(name);
        assert!(finite, "{given:?}, {name}: {estimate:?}");
    }
    let json = serde_json::to_string(&record).expect("JSON");
    assert!(json.len() < 60_000, "{} bytes", json.len());
    assert_eq!(serde_json::from_str::<Record>(&json).expect("a record"), record);
    let figures = entry.figures(&complete, &record).expect("figures");
    let claims = entry.claims(&complete, &record).expect("claims");
    for claim in &claims {
        assert!(figures.iter().any(|figure| figure.name == claim.figure), "{claim:?}");
    }
    let shown = Shown { record, figures, claims };
    for mark in shown.marks() {
        match mark {
            Mark::Line(Line { x, y, .. }) => assert_eq!(x.len(), y.len()),
            Mark::Band(Band { x, low, high, .. }) => {
                assert_eq!((x.len(), x.len()), (low.len(), high.len()));
            }
            Mark::Points(Points { x, y, low, high, .. }) => {
                assert_eq!(x.len(), y.len());
                assert_eq!(low.len(), high.len());
                assert!(low.is_empty() || low.len() == x.len());
            }
            Mark::Stack(stack) => {
                assert!(stack.areas.iter().all(|area| area.y.len() == stack.x.len()));
            }
            _ => {}
        }
    }
    shown
}
