//! Whether two runs of one simulation agree. Where the same backend ran on the same instruction set, every
//! bit must be equal; elsewhere each estimate may differ by what it declares ([`Estimate::tolerance`]).
//!
//! Tables and grids declare no tolerance: on another device their shape must be the same, and their
//! numbers count through the estimates, claims and bounds that are made of them.

use std::collections::BTreeMap;

use experiments::record::Estimate;
use experiments::record::Record;

/// One run, as far as it is compared.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "given by name")]
pub struct Run<'r> {
    /// What it measured.
    pub record: &'r Record,
    /// The digest of what it measured and of its inputs.
    pub digest: &'r str,
    /// The backend and, in words, the device with its instruction set.
    pub place: (&'r str, &'r str),
    /// What claims and bounds come to, each by a name.
    pub verdicts: &'r BTreeMap<String, String>,
}

/// How two runs agree.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "whoever asks decides among all of them")]
pub enum Agreement {
    /// Every bit is equal.
    Same,
    /// They ran at different places, and every estimate is as near as it should be.
    Within {
        /// What differs by the largest part of its tolerance, with that part, from 0 to 1; nothing where
        /// all numbers of all estimates are equal.
        largest: Option<(String, f64)>,
    },
    /// They do not agree: what differs and should not, the largest difference first. There is one.
    Differs(Vec<Difference>),
}

/// Something that differs and should not.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "plain data")]
pub struct Difference {
    /// What: `slope`, `line.height in row 3`.
    pub what: String,
    /// As it was.
    pub was: String,
    /// As it is now.
    pub is: String,
    /// How large it is: relative at the same place, else as a multiple of the tolerance. Infinite where
    /// that means nothing.
    pub size: f64,
}

/// Compares the run that is recorded, `was`, with another one.
#[must_use]
pub fn agreement(was: Run<'_>, is: Run<'_>) -> Agreement {
    if was.digest == is.digest {
        return Agreement::Same;
    }
    let same_place = was.place == is.place;
    let mut differences = words(&described(was, same_place), &described(is, same_place));
    if same_place {
        differences.extend(numbers(was.record, is.record));
        if differences.is_empty() {
            // Nothing above looked at it, so that nothing may be forgotten there.
            differences.push(Difference::of("the digest", was.digest, is.digest));
        }
    } else {
        let deviations = deviations(was.record, is.record);
        let (within, outside): (Vec<_>, Vec<_>) =
            deviations.into_iter().partition(|deviation| deviation.size <= 1.0);
        differences.extend(outside);
        if differences.is_empty() {
            let largest = within.into_iter().filter(|deviation| deviation.size > 0.0);
            // Of equal ones the first, which is the value.
            let largest = largest.reduce(|a, b| if b.size > a.size { b } else { a });
            return Agreement::Within { largest: largest.map(|found| (found.what, found.size)) };
        }
    }
    differences.sort_by(|a, b| b.size.total_cmp(&a.size).then_with(|| a.what.cmp(&b.what)));
    Agreement::Differs(differences)
}

impl Difference {
    fn of(what: &str, was: &str, is: &str) -> Self {
        Self { what: what.into(), was: was.into(), is: is.into(), size: f64::INFINITY }
    }
}

/// All that is not a number that was measured: verdicts, how estimates were made, shapes. Of runs at the same
/// place also the remarks, which may count what was measured.
fn described(run: Run<'_>, same_place: bool) -> BTreeMap<String, String> {
    let mut words = run.verdicts.clone();
    for (name, estimate) in &run.record.estimates {
        let Estimate { n, interval, unit, tolerance, .. } = estimate;
        let made = format!("n = {n}, {interval}, tolerance {tolerance:?}{}", in_unit(unit));
        words.insert(format!("the estimate {name}"), made);
    }
    for (name, table) in &run.record.tables {
        let columns = table.columns.iter();
        let columns = columns.map(|column| format!("{}{}", column.name, in_unit(&column.unit)));
        let columns: Vec<String> = columns.collect();
        let shape = format!("{} rows of {}", table.rows(), columns.join(", "));
        words.insert(format!("the table {name}"), shape);
    }
    for (name, grid) in &run.record.grids {
        let shape = format!("{}×{} of {}", grid.x.len(), grid.y.len(), grid.quantity);
        words.insert(format!("the grid {name}"), shape);
    }
    if same_place && !run.record.notes.is_empty() {
        words.insert("the notes".into(), run.record.notes.join("; "));
    }
    words
}

fn in_unit(unit: &str) -> String {
    if unit.is_empty() { String::new() } else { format!(" in {unit}") }
}

/// Words that are in one only, or differ.
fn words(was: &BTreeMap<String, String>, is: &BTreeMap<String, String>) -> Vec<Difference> {
    let word = |of: &BTreeMap<String, String>, name: &str| {
        of.get(name).cloned().unwrap_or_else(|| "missing".to_owned())
    };
    let names = was.keys().chain(is.keys().filter(|name| !was.contains_key(*name)));
    names
        .filter(|name| was.get(*name) != is.get(*name))
        .map(|name| Difference::of(name, &word(was, name), &word(is, name)))
        .collect()
}

/// Numbers of both runs that differ in any bit.
fn numbers(was: &Record, is: &Record) -> Vec<Difference> {
    let new: BTreeMap<String, f64> = listed(is).into_iter().collect();
    let differing = listed(was).into_iter().filter_map(|(what, was)| {
        // What is missing shows in what is described.
        let is = *new.get(&what)?;
        (was.to_bits() != is.to_bits()).then(|| measured(what, was, is, relative(was, is)))
    });
    differing.collect()
}

/// Every number that was measured, by a name.
fn listed(record: &Record) -> Vec<(String, f64)> {
    let mut listed = Vec::new();
    for (name, estimate) in &record.estimates {
        listed.extend(ends(name, estimate));
        listed.push((format!("the level of {name}"), estimate.interval.level()));
    }
    for (name, table) in &record.tables {
        for column in &table.columns {
            let cell = |(row, value): (usize, &f64)| {
                (format!("{name}.{} in row {}", column.name, row + 1), *value)
            };
            listed.extend(column.values.iter().enumerate().map(cell));
        }
    }
    for (name, grid) in &record.grids {
        let rows = [("x", &grid.x), ("y", &grid.y)].map(|(of, row)| (of.to_owned(), row));
        let values = grid.values.iter().enumerate();
        let values = values.map(|(row, values)| (format!("row {}", row + 1), values));
        for (of, row) in rows.into_iter().chain(values) {
            let cell = |(i, value): (usize, &f64)| (format!("{name} {of}, {}", i + 1), *value);
            listed.extend(row.iter().enumerate().map(cell));
        }
    }
    listed
}

/// The value of an estimate and the ends of its interval.
fn ends(name: &str, estimate: &Estimate) -> [(String, f64); 3] {
    let Estimate { value, low, high, .. } = *estimate;
    [
        (name.to_owned(), value),
        (format!("the lower end of {name}"), low),
        (format!("the upper end of {name}"), high),
    ]
}

/// How far the estimates that both runs have lie apart, in parts of what is allowed: the new run's tolerance,
/// which the code declares, of the value that is recorded; for the ends of an interval, of the largest of the three,
/// since the uncertainty of a number near zero is not as near to it.
fn deviations(was: &Record, is: &Record) -> Vec<Difference> {
    let mut deviations = Vec::new();
    for (name, old) in &was.estimates {
        let Some(new) = is.estimates.get(name) else { continue };
        let largest = [old.value, old.low, old.high].map(f64::abs).into_iter();
        let largest = largest.filter(|size| size.is_finite()).fold(0.0, f64::max);
        let scales = [old.value.abs(), largest, largest];
        let pairs = ends(name, old).into_iter().zip(ends(name, new)).zip(scales);
        deviations.extend(pairs.map(|(((what, was), (_, is)), scale)| {
            let size = share(was, is, new.tolerance * scale);
            measured(what, was, is, size)
        }));
    }
    deviations
}

/// A difference as a part of what is allowed.
fn share(was: f64, is: f64, allowed: f64) -> f64 {
    if was == is || (was.is_nan() && is.is_nan()) {
        return 0.0;
    }
    let apart = (is - was).abs();
    // Not a number where one of them is none, or what is allowed makes no sense.
    if apart.is_finite() && allowed.is_finite() && allowed >= 0.0 {
        apart / allowed
    } else {
        f64::INFINITY
    }
}

/// How far two numbers lie apart, relative to the larger one.
fn relative(was: f64, is: f64) -> f64 {
    let size = (is - was).abs() / was.abs().max(is.abs());
    match (size.is_nan(), was == is) {
        // Zeros of either sign.
        (_, true) => 0.0,
        (true, false) => f64::INFINITY,
        (false, false) => size,
    }
}

/// A difference of two numbers, each printed so that no other number reads the same.
fn measured(what: String, was: f64, is: f64, size: f64) -> Difference {
    Difference { what, was: format!("{was:?}"), is: format!("{is:?}"), size }
}

#[cfg(test)]
mod tests;
