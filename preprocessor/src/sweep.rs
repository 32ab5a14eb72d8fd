//! One parameter taken through several values: `{sweep: {noise: [0, 0.1, 0.3]}}`.
//!
//! Every value makes a frame, and every frame is a simulation of its own: its parameters give its run
//! key and its record. So a value more runs exactly that value's shards, a value less runs none, and
//! sweeps with a value in common share its record. The frame that is shown first bears the NAME of the
//! directive, the others bear `NAME-<parameter>-<value>`.

use experiments::entry::Entry;
use experiments::parameters::Fault;
use experiments::parameters::Kind;
use serde_json::Map;
use serde_json::Value;

use crate::diagnostics::Place;
use crate::diagnostics::Problem;
use crate::number::signed;
use crate::number::superscript;
use crate::options::Places;
use crate::resolve::parameter_problem;

/// The most values of a sweep: all frames lie in the page.
const MOST: usize = 32;

/// A sweep: which parameter, and its values in the author's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sweep {
    /// The parameter.
    pub parameter: &'static str,
    /// One line that says what it is.
    pub doc: &'static str,
    /// One for each value.
    pub frames: Vec<Frame>,
    /// Which of them is shown first.
    pub start: usize,
}

/// One value of a sweep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The value as a reader sees it, in full: different values have different labels.
    pub label: String,
    /// The name of its simulation.
    pub simulation: String,
}

impl Sweep {
    /// What the names of the files of a frame end with; nothing for the one that is shown first.
    #[must_use]
    pub fn suffix(&self, index: usize, name: &str) -> &str {
        let frame = self.frames.get(index).map_or("", |frame| frame.simulation.as_str());
        frame.strip_prefix(name).unwrap_or_default()
    }
}

/// A sweep with the complete parameters of each frame, and where its value stands.
pub struct Swept {
    /// The sweep.
    pub sweep: Sweep,
    /// As many as it has frames.
    pub parameters: Vec<(Map<String, Value>, Place)>,
}

/// Reads what a directive gives as `sweep`, beside the parameters that it gives otherwise.
///
/// # Errors
/// Every fault found, each at its place.
pub fn resolve(
    entry: &Entry,
    name: &str,
    given: &Map<String, Value>,
    wanted: &Value,
    places: &Places<'_>,
) -> Result<Swept, Vec<Problem>> {
    let Asked { parameter, doc, values } =
        asked(entry, wanted, places).map_err(|problem| vec![problem])?;
    let mut faults = Vec::new();
    let mut parameters: Vec<(Map<String, Value>, Place)> = Vec::new();
    for (value, place) in values {
        let mut given = given.clone();
        given.insert(parameter.to_owned(), value);
        match entry.complete(&given) {
            Err(found) => {
                let found = found.iter().filter(|fault| fault.parameter() == parameter);
                faults.extend(found.map(|fault| parameter_problem(fault, entry, place.clone())));
            }
            Ok(complete) => {
                let value = &complete[parameter];
                if parameters.iter().any(|(earlier, _)| earlier[parameter] == *value) {
                    let message = format!("the value {} stands in the sweep twice", label(value));
                    faults.push(Problem::error(Some(place), message, "take one of them out"));
                    continue;
                }
                parameters.push((complete, place));
            }
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let start = start(entry, parameter, given, &parameters, places)?;
    let frames = frames(name, parameter, start, &parameters)?;
    Ok(Swept { sweep: Sweep { parameter, doc, frames, start }, parameters })
}

/// A parameter that can be swept, and values with their places, not checked yet.
struct Asked {
    parameter: &'static str,
    doc: &'static str,
    values: Vec<(Value, Place)>,
}

fn asked(entry: &Entry, wanted: &Value, places: &Places<'_>) -> Result<Asked, Problem> {
    let at_value = || places.value(&["sweep"]);
    let map = match wanted {
        Value::String(parameter) => return declared(entry, parameter, at_value()),
        Value::Object(map) => map,
        other => {
            return Err(Problem::error(
                Some(at_value()),
                format!("`sweep` is {other}, but must be one parameter with its values"),
                example(entry),
            ));
        }
    };
    let mut pairs = map.iter();
    let Some((parameter, values)) = pairs.next() else {
        let message = "this sweep names no parameter";
        return Err(Problem::error(Some(at_value()), message, example(entry)));
    };
    if let Some((second, _)) = pairs.next() {
        return Err(Problem::error(
            Some(places.key(&["sweep", second])),
            format!("a sweep has one parameter, and this one has `{parameter}` and `{second}`"),
            format!("give `{second}` beside `sweep`, or write a directive for each value of it"),
        ));
    }
    let path = ["sweep", parameter.as_str()];
    let (parameter, doc) = field(entry, parameter, places.key(&path))?;
    let fault = |place, message: String| Err(Problem::error(Some(place), message, example(entry)));
    match values {
        Value::Array(values) if values.is_empty() => {
            fault(places.value(&path), format!("the sweep of `{parameter}` has no value"))
        }
        Value::Array(values) if values.len() > MOST => fault(
            places.item(&path, MOST),
            format!("{} values in a sweep, and {MOST} are the most", values.len()),
        ),
        Value::Array(values) => {
            let place = |index| places.item(&path, index);
            let values = values.iter().enumerate();
            let values = values.map(|(i, value)| (value.clone(), place(i))).collect();
            Ok(Asked { parameter, doc, values })
        }
        other => fault(
            places.value(&path),
            format!("the sweep of `{parameter}` is {other}, but must be a list of values"),
        ),
    }
}

/// The values that the experiment declares for a parameter.
fn declared(entry: &Entry, parameter: &str, place: Place) -> Result<Asked, Problem> {
    let (parameter, doc) = field(entry, parameter, place.clone())?;
    let sweeps = entry.sweeps();
    match sweeps.iter().find(|sweep| sweep.parameter == parameter) {
        Some(sweep) if (1..=MOST).contains(&sweep.values.len()) => {
            let values = sweep.values.iter().map(|value| (value.clone(), place.clone())).collect();
            Ok(Asked { parameter, doc, values })
        }
        Some(sweep) => Err(Problem::error(
            Some(place),
            format!(
                "`{}` declares {} values for a sweep of `{parameter}`, but must have 1 to {MOST}",
                entry.id(),
                sweep.values.len()
            ),
            example(entry),
        )),
        None => {
            let known: Vec<String> =
                sweeps.iter().map(|sweep| format!("`{}`", sweep.parameter)).collect();
            let hint = match known.is_empty() {
                true => format!("write them: {{sweep: {{{parameter}: […]}}}}"),
                false => format!(
                    "write them: {{sweep: {{{parameter}: […]}}}}; it declares some for {}",
                    known.join(", ")
                ),
            };
            let message =
                format!("`{}` declares no values for a sweep of `{parameter}`", entry.id());
            Err(Problem::error(Some(place), message, hint))
        }
    }
}

/// The parameter of that name, if it has one value at a time.
fn field(entry: &Entry, name: &str, place: Place) -> Result<(&'static str, &'static str), Problem> {
    let fields = entry.fields();
    let single = |kind: &Kind| !matches!(kind, Kind::Integers { .. } | Kind::Numbers { .. });
    let known = || fields.iter().filter(|field| single(&field.kind)).map(|field| field.name);
    match fields.iter().find(|field| field.name == name) {
        Some(field) if single(&field.kind) => Ok((field.name, field.doc)),
        Some(field) => Err(Problem::error(
            Some(place),
            format!("`{name}` cannot be swept: it is {}", field.kind),
            format!("these have one value at a time: {}", known().collect::<Vec<_>>().join(", ")),
        )),
        None => {
            let fault = Fault::Unknown { name: name.to_owned(), known: known().collect() };
            Err(parameter_problem(&fault, entry, place))
        }
    }
}

/// Which frame is shown first: the value that is given beside the sweep, else the experiment's default
/// if it is one of the values, else the first.
fn start(
    entry: &Entry,
    parameter: &str,
    given: &Map<String, Value>,
    frames: &[(Map<String, Value>, Place)],
    places: &Places<'_>,
) -> Result<usize, Vec<Problem>> {
    let alone = entry.complete(given).map_err(|_| Vec::new())?;
    let value = &alone[parameter];
    match frames.iter().position(|(frame, _)| frame[parameter] == *value) {
        Some(index) => Ok(index),
        None if !given.contains_key(parameter) => Ok(0),
        None => {
            let known: Vec<String> =
                frames.iter().map(|(frame, _)| label(&frame[parameter])).collect();
            Err(vec![Problem::error(
                Some(places.key(&[parameter])),
                format!("`{parameter}` is {}, which is not a value of the sweep", label(value)),
                format!("what is shown first is one of {}", known.join(", ")),
            )])
        }
    }
}

/// The frames with their labels and names.
fn frames(
    name: &str,
    parameter: &str,
    start: usize,
    parameters: &[(Map<String, Value>, Place)],
) -> Result<Vec<Frame>, Vec<Problem>> {
    let mut frames: Vec<Frame> = Vec::new();
    for (i, (complete, place)) in parameters.iter().enumerate() {
        let value = &complete[parameter];
        let simulation = match i == start {
            true => name.to_owned(),
            false => format!("{name}-{}-{}", word(parameter), word(&written(value))),
        };
        if frames.iter().any(|earlier| earlier.simulation == simulation) {
            return Err(vec![Problem::error(
                Some(place.clone()),
                format!("two values of the sweep would have the name `{simulation}`"),
                "take one of them out",
            )]);
        }
        frames.push(Frame { label: label(value), simulation });
    }
    Ok(frames)
}

/// A value as it reads, in full: `0.1`, `−2`, `1.5 × 10⁻⁷`, `relu`.
fn label(value: &Value) -> String {
    let text = written(value);
    match text.split_once('e') {
        Some((mantissa, exponent)) if value.is_number() => {
            format!("{} × 10{}", signed(mantissa), superscript(exponent.parse().unwrap_or(0)))
        }
        _ if value.is_number() => signed(&text),
        _ => text,
    }
}

/// A value in ASCII, in full: numbers with many zeros as `1.5e-7`.
fn written(value: &Value) -> String {
    match value {
        Value::String(word) => word.clone(),
        Value::Number(number) if number.is_f64() => {
            let float = number.as_f64().unwrap_or(f64::NAN);
            let plain = float.to_string();
            let everyday = (1e-3..1e6).contains(&float.abs()) || plain.len() <= 8;
            if everyday { plain } else { format!("{float:e}") }
        }
        other => other.to_string(),
    }
}

/// A text as a part of a name: `0.1` is `0-1`, `-2` is `minus-2`.
fn word(text: &str) -> String {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("minus-", rest),
        None => ("", text),
    };
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    sign.chars().chain(rest.chars().map(plain)).collect()
}

/// How a sweep of this experiment is written.
fn example(entry: &Entry) -> String {
    let defaults = entry.complete(&Map::new()).unwrap_or_default();
    let fields = entry.fields();
    let single = fields.iter().find(|field| matches!(field.kind, Kind::Number { .. }));
    match single.and_then(|field| Some((field.name, defaults.get(field.name)?))) {
        Some((name, value)) => {
            format!("write 1 to {MOST} values: {{sweep: {{{name}: [{}, …]}}}}", written(value))
        }
        None => format!("write 1 to {MOST} values: {{sweep: {{parameter: [1, 2, 3]}}}}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(value: &Value, name: &str, expected: &str) {
        assert_eq!((word(&written(value)).as_str(), label(value).as_str()), (name, expected));
    }

    #[test]
    fn values_read_in_full_and_have_plain_names() {
        check(&json!(0.0), "0", "0");
        check(&json!(-0.0), "minus-0", "0");
        check(&json!(3), "3", "3");
        check(
            &json!(18_446_744_073_709_551_615_u64),
            "18446744073709551615",
            "18446744073709551615",
        );
        check(&json!(0.1), "0-1", "0.1");
        check(&json!(1.0), "1", "1");
        check(&json!(-2.5), "minus-2-5", "−2.5");
        check(&json!(1e-4), "0-0001", "0.0001");
        check(&json!(0.123_456_789), "0-123456789", "0.123456789");
        check(&json!(-1.5e-7), "minus-1-5e-7", "−1.5 × 10⁻⁷");
        check(&json!(1e300), "1e300", "1 × 10³⁰⁰");
        check(&json!("relu"), "relu", "relu");
        check(&json!("Big_step"), "big-step", "Big_step");
    }
}
