//! An experiment that reads a data set of the book.

use experiments::backend::Device;
use experiments::claim::Claim;
use experiments::data::DataSet;
use experiments::data::Supply;
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
use experiments::lab::idx;
use experiments::lab::statistics;
use experiments::parameters::Field;
use experiments::parameters::Kind;
use experiments::parameters::Parameters;
use experiments::record::Record;
use experiments::record::Table;
use serde::Deserialize;
use serde::Serialize;

/// A catalog of this experiment alone, `pixels`.
#[must_use]
pub fn catalog() -> Catalog {
    static CODE: Fingerprint = Fingerprint { experiment: "pixels", digest: "code", sources: &[] };
    Catalog::new(vec![Entry::new::<Pixels>(&CODE)])
}

/// The pictures that it asks for.
const PICTURES: DataSet = DataSet {
    name: "tiny-pictures",
    about: "a few pictures in IDX format",
    read: |file| idx::images(file).map_err(|fault| fault.to_string()),
};

/// Adds up the pixels of each picture.
pub struct Pixels;

/// What an author may set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields say it")]
pub struct PixelsParameters {
    pub data: String,
    pub weight: f64,
}

impl Default for PixelsParameters {
    fn default() -> Self {
        Self { data: "none".into(), weight: 1.0 }
    }
}

impl Parameters for PixelsParameters {
    fn fields() -> Vec<Field> {
        vec![
            Field::new("data", Kind::Choice(&["none", "tiny"]), "whose pixels"),
            Field::new("weight", Kind::Number { low: 0.0, high: 9.0 }, "what a pixel counts"),
        ]
    }
}

impl Experiment for Pixels {
    const ID: &'static str = "pixels";
    const PRECISION: &'static str = "f64 on the host";
    const PLACE: Place = Place::Host;
    type Parameters = PixelsParameters;
    type Shard = PixelsParameters;
    type Part = Vec<f64>;

    fn draft(parameters: PixelsParameters) -> PixelsParameters {
        parameters
    }

    fn cost(_: &PixelsParameters) -> Cost {
        Cost { seconds: 0.1, megabytes: 1.0 }
    }

    fn data(parameters: &PixelsParameters) -> Vec<DataSet> {
        if parameters.data == "tiny" { vec![PICTURES] } else { Vec::new() }
    }

    fn shards(parameters: &PixelsParameters) -> Vec<PixelsParameters> {
        vec![parameters.clone()]
    }

    fn run(shard: &PixelsParameters, _: &Device) -> Vec<f64> {
        vec![shard.weight]
    }

    fn run_with(shard: &PixelsParameters, supply: &Supply, device: &Device) -> Vec<f64> {
        if shard.data == "none" {
            return Self::run(shard, device);
        }
        let pictures = supply.array(PICTURES.name);
        let size = pictures.shape()[1] * pictures.shape()[2];
        let sum = |picture: &[u8]| picture.iter().map(|&pixel| f64::from(pixel)).sum::<f64>();
        pictures.values().chunks(size).map(|picture| shard.weight * sum(picture)).collect()
    }

    fn merge(_: &PixelsParameters, parts: Vec<Vec<f64>>) -> Record {
        let sums = parts.concat();
        let total = statistics::exact(sums.iter().sum(), 1);
        let number = (1..=sums.len()).map(|i| i as f64).collect();
        Record {
            estimates: [("total".into(), total)].into(),
            tables: [("sums".into(), Table::new([("picture", number), ("sum", sums)]))].into(),
            ..Record::default()
        }
    }
}

impl Exhibit for Pixels {
    const TITLE: &'static str = "Sums of pixels";

    fn figures(_: &PixelsParameters, record: &Record) -> Vec<Figure> {
        let of = |column: &str| record.column("sums", column).to_vec();
        let marks = vec![mark::line("sum", Role::Test, of("picture"), of("sum"))];
        let panel = Panel::plane(Axis::linear("picture"), Axis::linear("sum"), marks);
        vec![Figure::new(
            "sums",
            "Sums of pixels.",
            "The pixels of each picture, added up.",
            vec![panel],
        )]
    }

    fn claims(_: &PixelsParameters, _: &Record) -> Vec<Claim> {
        Vec::new()
    }
}
