//! An experiment with two figures, and an edit of its code that moves the second one alone.

use experiments::claim::Claim;
use experiments::claim::Threshold;
use experiments::entry::Catalog;
use experiments::entry::Entry;
use experiments::exhibit::Exhibit;
use experiments::experiment::Cost;
use experiments::experiment::Experiment;
use experiments::experiment::Place;
use experiments::figure::Axis;
use experiments::figure::Figure;
use experiments::figure::Panel;
use experiments::figure::Role;
use experiments::figure::mark;
use experiments::fingerprint::Fingerprint;
use experiments::lab::statistics;
use experiments::parameters::Field;
use experiments::parameters::Parameters;
use experiments::record::Record;
use experiments::record::Table;
use serde::Deserialize;
use serde::Serialize;

/// The states of the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "tests alone use it")]
pub enum Code {
    /// As first written.
    Written,
    /// Edited, with the same numbers.
    Tidied,
    /// Edited, and `moving` has other numbers.
    Mended,
}

/// A catalog of the twin alone, `twin`, with that code.
#[must_use]
pub fn catalog(code: Code) -> Catalog {
    static WRITTEN: Fingerprint =
        Fingerprint { experiment: "twin", digest: "written", sources: &[] };
    static TIDIED: Fingerprint = Fingerprint { experiment: "twin", digest: "tidied", sources: &[] };
    static MENDED: Fingerprint = Fingerprint { experiment: "twin", digest: "mended", sources: &[] };
    Catalog::new(vec![match code {
        Code::Written => Entry::new::<Twin<false>>(&WRITTEN),
        Code::Tidied => Entry::new::<Twin<false>>(&TIDIED),
        Code::Mended => Entry::new::<Twin<true>>(&MENDED),
    }])
}

/// Measures a level that stays and one that an edit moves from 1 to 1.5.
pub struct Twin<const MENDED: bool>;

/// The twin's parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields say it")]
pub struct TwinParameters {
    pub replicates: usize,
    pub seed: u64,
}

impl Default for TwinParameters {
    fn default() -> Self {
        Self { replicates: 5, seed: 1 }
    }
}

impl Parameters for TwinParameters {
    fn fields() -> Vec<Field> {
        vec![Field::replicates(), Field::seed()]
    }
}

impl<const MENDED: bool> Experiment for Twin<MENDED> {
    const ID: &'static str = "twin";
    const PRECISION: &'static str = "f64 on the host";
    const PLACE: Place = Place::Host;
    type Parameters = TwinParameters;
    type Shard = usize;
    type Part = (f64, f64);

    fn draft(parameters: TwinParameters) -> TwinParameters {
        parameters
    }

    fn cost(_: &TwinParameters) -> Cost {
        Cost { seconds: 0.1, megabytes: 1.0 }
    }

    fn shards(parameters: &TwinParameters) -> Vec<usize> {
        (0..parameters.replicates).collect()
    }

    fn run(replicate: &usize, _: &experiments::backend::Device) -> (f64, f64) {
        let around = *replicate as f64 / 8.0 - 0.25;
        (3.3 + around, if MENDED { 1.5 } else { 1.0 } + around)
    }

    fn merge(_: &TwinParameters, parts: Vec<(f64, f64)>) -> Record {
        let (still, moving): (Vec<f64>, Vec<f64>) = parts.into_iter().unzip();
        let table = |values: &[f64]| Table::new([("value", values.to_vec())]);
        Record {
            estimates: [
                ("still_level".into(), statistics::mean(&still)),
                ("moving_level".into(), statistics::mean(&moving)),
            ]
            .into(),
            tables: [("still".into(), table(&still)), ("moving".into(), table(&moving))].into(),
            ..Record::default()
        }
    }
}

impl<const MENDED: bool> Exhibit for Twin<MENDED> {
    const TITLE: &'static str = "Two levels";

    fn figures(_: &TwinParameters, record: &Record) -> Vec<Figure> {
        ["still", "moving"]
            .into_iter()
            .map(|name| {
                let values = record.column(name, "value").to_vec();
                let places = (0..values.len()).map(|place| place as f64).collect();
                let level = record.estimate(&format!("{name}_level")).value;
                let marks = vec![
                    mark::line("replicates", Role::Test, places, values),
                    mark::horizontal("mean", Role::Reference, level),
                ];
                Figure::new(
                    name,
                    &format!("The {name} level of each replicate."),
                    &format!(
                        "The {name} level $\\lambda_0 \\ge {level}$ & 95 % of “all” replicates."
                    ),
                    vec![Panel::plane(Axis::linear("replicate"), Axis::linear("level"), marks)],
                )
            })
            .collect()
    }

    fn claims(_: &TwinParameters, record: &Record) -> Vec<Claim> {
        let moving = record.estimate("moving_level");
        let claim = Claim::on("positive", "the level is positive", moving, Threshold::Above(0.0));
        vec![Claim { figure: "moving".into(), ..claim }]
    }
}
