//! An experiment that costs nothing, counts its shards and can be told to misbehave.

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;

use experiments::claim::Claim;
use experiments::claim::Threshold;
use experiments::entry::Catalog;
use experiments::entry::Entry;
use experiments::exhibit::Exhibit;
use experiments::exhibit::Sweep;
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
use experiments::parameters::Kind;
use experiments::parameters::Parameters;
use experiments::record::Estimate;
use experiments::record::Record;
use experiments::record::Table;
use serde::Deserialize;
use serde::Serialize;

/// Shards with a counted seed that this process has run, over all books.
static RUNS: AtomicUsize = AtomicUsize::new(0);

/// Shards with this seed or a higher one are counted.
pub const COUNTED: u64 = 1000;

/// How many shards with a counted seed this process has run. Tests that count hold the lock of
/// [`counting`] and use [`COUNTED`], so that no other test runs such shards meanwhile.
#[must_use]
pub fn runs() -> usize {
    RUNS.load(Ordering::SeqCst)
}

/// Held by tests that count.
pub fn counting() -> std::sync::MutexGuard<'static, ()> {
    static LOCK: std::sync::Mutex<()> = std::sync::Mutex::new(());
    LOCK.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// How the exhibit of the probe looks, so that a test can change looks alone.
pub mod looks {
    use std::sync::Mutex;

    static AXIS: Mutex<&str> = Mutex::new("x");

    /// Changes an axis label.
    pub fn set_axis(label: &'static str) {
        if let Ok(mut axis) = AXIS.lock() {
            *axis = label;
        }
    }

    pub(super) fn axis() -> &'static str {
        AXIS.lock().map_or("x", |axis| *axis)
    }
}

/// A catalog of the probe alone, `probe`, with that fingerprint for its code.
#[must_use]
pub fn catalog(fingerprint: &'static Fingerprint) -> Catalog {
    Catalog::new(vec![Entry::new::<Probe>(fingerprint)])
}

/// The fingerprint of the probe's code as it is.
pub static CODE: Fingerprint = Fingerprint { experiment: "probe", digest: "code", sources: &[] };

/// The fingerprint of the probe's code after an edit.
pub static EDITED: Fingerprint =
    Fingerprint { experiment: "probe", digest: "edited", sources: &[] };

/// How the probe may behave. The last ones end or fill the process: only workers may.
const MOODS: [&str; 9] =
    ["calm", "panic", "lie", "greedy", "slow", "hang", "abort", "exit", "swell"];

/// Misbehaves at one width of several, as it was told.
fn misbehave(mood: &str, width: usize) {
    match mood {
        "panic" => panic!("the probe was told to panic at width {width}"),
        "slow" => std::thread::sleep(Duration::from_millis(60)),
        _ if width != 2 => {}
        "hang" => std::thread::sleep(Duration::from_secs(600)),
        "abort" => std::process::abort(),
        "exit" => std::process::exit(7),
        "swell" => {
            let mut held = Vec::new();
            for megabyte in 0..8192_usize {
                held.push(vec![megabyte as u8; 1 << 20]);
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        _ => {}
    }
}

/// Measures nothing, `replicates` times.
pub struct Probe;

/// The probe's parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields say it")]
pub struct ProbeParameters {
    pub slope: f64,
    pub widths: Vec<usize>,
    pub mood: String,
    pub replicates: usize,
    pub seed: u64,
}

impl Default for ProbeParameters {
    fn default() -> Self {
        Self { slope: 2.0, widths: vec![1, 2, 4], mood: "calm".into(), replicates: 3, seed: 1 }
    }
}

impl Parameters for ProbeParameters {
    fn fields() -> Vec<Field> {
        vec![
            Field::new("slope", Kind::Number { low: -9.0, high: 9.0 }, "slope of the line"),
            Field::new(
                "widths",
                Kind::Integers { low: 1, high: 99, most: 8 },
                "places on the axis",
            ),
            Field::new("mood", Kind::Choice(&MOODS), "how it behaves"),
            Field::replicates(),
            Field::seed(),
        ]
    }
}

impl Experiment for Probe {
    const ID: &'static str = "probe";
    const PRECISION: &'static str = "f64 on the host";
    const PLACE: Place = Place::Host;
    type Parameters = ProbeParameters;
    type Shard = (f64, usize, String, u64);
    type Part = f64;

    fn draft(parameters: ProbeParameters) -> ProbeParameters {
        ProbeParameters { replicates: parameters.replicates.min(3), ..parameters }
    }

    fn cost(parameters: &ProbeParameters) -> Cost {
        let seconds = if parameters.mood == "greedy" { 3600.0 } else { 0.1 };
        Cost { seconds, megabytes: 1.0 }
    }

    fn shards(parameters: &ProbeParameters) -> Vec<Self::Shard> {
        let ProbeParameters { slope, widths, mood, replicates, seed } = parameters;
        (0..*replicates as u64)
            .flat_map(|replicate| {
                widths.iter().map(move |&width| (*slope, width, mood.clone(), seed + replicate))
            })
            .collect()
    }

    fn run((slope, width, mood, seed): &Self::Shard, _: &experiments::backend::Device) -> f64 {
        RUNS.fetch_add(usize::from(*seed >= COUNTED), Ordering::SeqCst);
        misbehave(mood, *width);
        slope * *width as f64
    }

    fn merge(parameters: &ProbeParameters, parts: Vec<f64>) -> Record {
        let widths: Vec<f64> = parameters.widths.iter().map(|&width| width as f64).collect();
        let height = parts[..widths.len()].to_vec();
        let slope = if parameters.mood == "lie" { -1.0 } else { parameters.slope };
        Record {
            estimates: [
                ("slope".into(), statistics::exact(slope, parameters.replicates)),
                ("wobble".into(), wobble(parameters.replicates)),
            ]
            .into(),
            tables: [("line".into(), Table::new([("width", widths), ("height", height)]))].into(),
            ..Record::default()
        }
    }
}

/// A number with an interval: a mean of 1, each time with the same scatter.
fn wobble(replicates: usize) -> Estimate {
    let scatter = [-1.0, 0.0, 1.0].into_iter().cycle().take(replicates);
    statistics::mean(&scatter.map(|sign| 1.0 + sign / 59.3).collect::<Vec<_>>())
}

impl Exhibit for Probe {
    const TITLE: &'static str = "A straight line";

    fn figures(_: &ProbeParameters, record: &Record) -> Vec<Figure> {
        ["line", "again"]
            .into_iter()
            .map(|name| {
                let of = |column: &str| record.column("line", column).to_vec();
                let marks = vec![mark::line("line", Role::Test, of("width"), of("height"))];
                Figure::new(
                    name,
                    &format!("A straight line, {name}."),
                    &format!("A line of slope $a$, {name}."),
                    vec![Panel::plane(Axis::linear(looks::axis()), Axis::linear("height"), marks)],
                )
            })
            .collect()
    }

    fn claims(_: &ProbeParameters, record: &Record) -> Vec<Claim> {
        let slope = record.estimate("slope");
        vec![Claim::on("rises", "the line rises: $a > 0$", slope, Threshold::AtLeast(0.5))]
    }

    fn sweeps() -> Vec<Sweep> {
        vec![Sweep::new("slope", [-1.0, 2.0, 3.0]), Sweep::new("replicates", [3, 500])]
    }
}
