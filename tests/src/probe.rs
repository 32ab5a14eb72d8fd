//! An experiment that costs nothing, counts its shards and can be told to misbehave. Across processes they are counted
//! by the file that [`LOG`] names: a line for each that was begun.

use std::io::Write as _;
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

/// The variable that names a file to which each shard that is begun adds a line: seed and width.
pub const LOG: &str = "PROBE_LOG";

/// Adds a line to the file of [`LOG`], in one piece whoever else does.
fn log(width: usize, seed: u64) {
    let Some(path) = std::env::var_os(LOG) else { return };
    let file = std::fs::OpenOptions::new().append(true).create(true).open(path);
    // Whoever counts notices a line that is missing.
    let _ = file.and_then(|mut file| file.write_all(format!("{seed} {width}\n").as_bytes()));
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

/// The variable that has `probe-book` be the program after an edit of the probe's code.
pub const AFTER_AN_EDIT: &str = "PROBE_EDITED";

/// The fingerprint of the probe's code after an edit.
pub static EDITED: Fingerprint =
    Fingerprint { experiment: "probe", digest: "edited", sources: &[] };

/// How the probe may behave. The last ones end or fill the process: only workers may.
const MOODS: [&str; 17] = [
    "calm",
    "panic",
    "lie",
    "greedy",
    "long",
    "slow",
    "bulky",
    "hang",
    "abort",
    "exit",
    "swell",
    "burst",
    "garble",
    "unplanned",
    "unshown",
    "uncosted",
    "undrafted",
];

/// Misbehaves at one width of several, as it was told.
fn misbehave(mood: &str, width: usize) {
    match mood {
        "panic" => panic!("the probe was told to panic at width {width}"),
        "slow" | "long" => std::thread::sleep(Duration::from_millis(60)),
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
        // As fast as it can, which is faster than anybody looks.
        "burst" => {
            let mut held = Vec::new();
            for megabytes in 0..64_usize {
                held.push(vec![megabytes as u8 | 1; 64 << 20]);
                std::hint::black_box(&held);
            }
        }
        "garble" => {
            // What is no text, and no end of a line, on both streams; then silence.
            let garbage = [0xff; 4096];
            let _ = std::io::stdout().write_all(&garbage);
            let _ = std::io::stdout().write_all(b"\xff\n");
            let _ = std::io::stdout().flush();
            let _ = std::io::stderr().write_all(&garbage);
            std::thread::sleep(Duration::from_secs(600));
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
    type Part = Vec<f64>;

    fn draft(parameters: ProbeParameters) -> ProbeParameters {
        assert!(parameters.mood != "undrafted", "the probe was told not to draft");
        ProbeParameters { replicates: parameters.replicates.min(3), ..parameters }
    }

    fn cost(parameters: &ProbeParameters) -> Cost {
        assert!(parameters.mood != "uncosted", "the probe was told not to estimate");
        let seconds = match parameters.mood.as_str() {
            "greedy" => 3600.0,
            "long" => 60.0,
            _ => 0.1,
        };
        Cost { seconds, megabytes: 1.0 }
    }

    fn shards(parameters: &ProbeParameters) -> Vec<Self::Shard> {
        assert!(parameters.mood != "unplanned", "the probe was told not to plan");
        let ProbeParameters { slope, widths, mood, replicates, seed } = parameters;
        (0..*replicates as u64)
            .flat_map(|replicate| {
                widths.iter().map(move |&width| (*slope, width, mood.clone(), seed + replicate))
            })
            .collect()
    }

    fn run((slope, width, mood, seed): &Self::Shard, _: &experiments::backend::Device) -> Vec<f64> {
        RUNS.fetch_add(usize::from(*seed >= COUNTED), Ordering::SeqCst);
        log(*width, *seed);
        misbehave(mood, *width);
        // What is behind the first number is ballast.
        let ballast = if mood == "bulky" && *width == 2 { 1 << 18 } else { 0 };
        [slope * *width as f64].into_iter().chain((0..ballast).map(f64::from)).collect()
    }

    fn merge(parameters: &ProbeParameters, parts: Vec<Vec<f64>>) -> Record {
        let widths: Vec<f64> = parameters.widths.iter().map(|&width| width as f64).collect();
        let height = parts[..widths.len()].iter().map(|part| part[0]).collect();
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

    fn figures(parameters: &ProbeParameters, record: &Record) -> Vec<Figure> {
        assert!(parameters.mood != "unshown", "the probe was told not to be shown");
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
