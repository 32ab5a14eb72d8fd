//! The numbers of a figure: as tables for people and as CSV for programs.

use std::fmt::Write;

use experiments::figure::Figure;
use experiments::figure::Mark;
use experiments::figure::Panel;
use experiments::figure::Role;

use super::style::Colour;
use crate::number::number;

/// Numbers of one panel, written for people.
#[derive(Clone, Debug, PartialEq)]
pub struct DataTable {
    /// What the table holds.
    pub caption: String,
    /// Column heads.
    pub columns: Vec<String>,
    /// Cells, row by row, as many in each as there are columns.
    pub rows: Vec<Vec<String>>,
}

/// The plotted numbers. Curves of one panel that have the same horizontal values share a table.
#[must_use]
pub fn data(figure: &Figure) -> Vec<DataTable> {
    let several = figure.panels.len() > 1;
    figure.panels.iter().zip(1..).flat_map(|(panel, at)| tables(panel, at, several)).collect()
}

/// One value per row along `x`, under the heads of its columns.
struct Curve<'a> {
    x: &'a [f64],
    columns: Vec<(String, &'a [f64])>,
}

fn tables(panel: &Panel, at: usize, several: bool) -> Vec<DataTable> {
    let caption = caption(panel, at, several);
    let mut tables = Vec::new();
    let mut curves: Vec<Curve> = Vec::new();
    for curve in panel.marks.iter().filter_map(curve) {
        match curves.iter_mut().find(|other| same(other.x, curve.x)) {
            Some(other) => other.columns.extend(curve.columns),
            None => curves.push(curve),
        }
    }
    tables.extend(curves.iter().map(|curve| curve_table(panel, &caption, curve)));
    tables.extend(panel.marks.iter().filter_map(|mark| surface_table(panel, &caption, mark)));
    let single: Vec<Vec<String>> = panel.marks.iter().filter_map(single).collect();
    if !single.is_empty() {
        let caption = match caption.is_empty() {
            true => "Lines and markers".into(),
            false => format!("{caption}: lines and markers"),
        };
        let columns = vec!["mark".into(), head(&panel.x.label, "x"), head(&panel.y.label, "y")];
        tables.push(DataTable { caption, columns, rows: single });
    }
    tables
}

fn caption(panel: &Panel, at: usize, several: bool) -> String {
    match (panel.title.trim(), several) {
        ("", false) => panel.y.label.clone(),
        ("", true) => format!("Panel {at}: {}", panel.y.label),
        (title, _) => title.into(),
    }
}

fn head(label: &str, otherwise: &str) -> String {
    if label.trim().is_empty() { otherwise.into() } else { label.into() }
}

/// Whether two lists hold the same bits.
fn same(one: &[f64], other: &[f64]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(a, b)| a.to_bits() == b.to_bits())
}

/// The name of a mark: its label, else its role.
pub(super) fn name(label: &str, role: Role) -> String {
    head(label, &Colour::Role(role).look().name.replace('-', " "))
}

fn curve(mark: &Mark) -> Option<Curve<'_>> {
    let (x, columns) = match mark {
        Mark::Line { label, role, x, y } => (x, vec![(name(label, *role), &y[..])]),
        Mark::Band { label, role, x, low, high } => {
            let name = name(label, *role);
            (x, vec![(format!("{name}, low"), &low[..]), (format!("{name}, high"), high)])
        }
        Mark::Points { label, role, x, y, low, high } => {
            let name = name(label, *role);
            let mut columns = vec![(name.clone(), &y[..])];
            if !low.is_empty() || !high.is_empty() {
                columns.push((format!("{name}, low"), low));
                columns.push((format!("{name}, high"), high));
            }
            (x, columns)
        }
        _ => return None,
    };
    Some(Curve { x, columns })
}

fn curve_table(panel: &Panel, caption: &str, curve: &Curve) -> DataTable {
    let heads = curve.columns.iter().map(|(head, _)| head.clone());
    let cell = |values: &[f64], at: usize| values.get(at).map_or_else(String::new, |v| number(*v));
    let rows = curve.x.iter().enumerate().map(|(at, x)| {
        let cells = curve.columns.iter().map(|(_, values)| cell(values, at));
        std::iter::once(number(*x)).chain(cells).collect()
    });
    DataTable {
        caption: caption.into(),
        columns: std::iter::once(head(&panel.x.label, "x")).chain(heads).collect(),
        rows: rows.collect(),
    }
}

fn surface_table(panel: &Panel, caption: &str, mark: &Mark) -> Option<DataTable> {
    let Mark::HeatMap { quantity, .. } = mark else { return None };
    let columns =
        vec![head(&panel.x.label, "x"), head(&panel.y.label, "y"), head(quantity, "value")];
    let rows = cells(mark).map(|(x, y, value)| [x, y, value].map(number).to_vec()).collect();
    Some(DataTable { caption: caption.into(), columns, rows })
}

/// The cells of a heat map, row by row: across, upwards, value.
pub(super) fn cells(mark: &Mark) -> impl Iterator<Item = (f64, f64, f64)> + '_ {
    let (x, y, values) = match mark {
        Mark::HeatMap { x, y, values, .. } => (&x[..], &y[..], &values[..]),
        _ => (&[][..], &[][..], &[][..]),
    };
    y.iter().zip(values).flat_map(move |(&y, row)| x.iter().zip(row).map(move |(&x, &v)| (x, y, v)))
}

fn single(mark: &Mark) -> Option<Vec<String>> {
    Some(match mark {
        Mark::Vertical { label, role, at } => {
            vec![name(label, *role), number(*at), String::new()]
        }
        Mark::Horizontal { label, role, at } => {
            vec![name(label, *role), String::new(), number(*at)]
        }
        Mark::Marker { label, role, x, y, .. } => {
            vec![name(label, *role), number(*x), number(*y)]
        }
        _ => return None,
    })
}

/// The first line of [`csv`].
pub const CSV_HEADER: &str = "panel,mark,label,x,y,low,high,value";

/// The plotted numbers as CSV (RFC 4180, with plain line ends), one value a line, in digits that
/// read back to the same bits. An empty cell is a number that the mark does not have.
#[must_use]
pub fn csv(figure: &Figure) -> String {
    let mut out = format!("{CSV_HEADER}\n");
    for (panel, at) in figure.panels.iter().zip(1_usize..) {
        let title = match panel.title.trim() {
            "" => at.to_string(),
            title => title.into(),
        };
        for mark in &panel.marks {
            csv_mark(&mut out, &quoted(&title), mark);
        }
    }
    out
}

fn csv_mark(out: &mut String, panel: &str, mark: &Mark) {
    let mut row = |kind: &str, label: &str, numbers: [Option<f64>; 5]| {
        let _ = write!(out, "{panel},{kind},{}", quoted(label));
        for number in numbers {
            // Rust writes the shortest digits that read back, with an exponent where it is short.
            let _ = match number {
                Some(value) => write!(out, ",{value:?}"),
                None => write!(out, ","),
            };
        }
        out.push('\n');
    };
    match mark {
        Mark::Line { label, x, y, .. } => {
            for (x, y) in x.iter().zip(y) {
                row("line", label, [Some(*x), Some(*y), None, None, None]);
            }
        }
        Mark::Band { label, x, low, high, .. } => {
            for (x, (low, high)) in x.iter().zip(low.iter().zip(high)) {
                row("band", label, [Some(*x), None, Some(*low), Some(*high), None]);
            }
        }
        Mark::Points { label, x, y, low, high, .. } => {
            for (at, (x, y)) in x.iter().zip(y).enumerate() {
                let (low, high) = (low.get(at).copied(), high.get(at).copied());
                row("points", label, [Some(*x), Some(*y), low, high, None]);
            }
        }
        Mark::Vertical { label, at, .. } => {
            row("vertical", label, [Some(*at), None, None, None, None]);
        }
        Mark::Horizontal { label, at, .. } => {
            row("horizontal", label, [None, Some(*at), None, None, None]);
        }
        Mark::Marker { label, x, y, .. } => {
            row("marker", label, [Some(*x), Some(*y), None, None, None]);
        }
        Mark::HeatMap { quantity, .. } => {
            for (x, y, value) in cells(mark) {
                row("heat-map", quantity, [Some(x), Some(y), None, None, Some(value)]);
            }
        }
    }
}

/// A cell, in quotes where it needs them.
fn quoted(text: &str) -> String {
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::figure;
    use super::super::tests::panel;
    use super::*;

    fn sample() -> Figure {
        figure(vec![panel(vec![
            Mark::Line {
                label: "test, mean".into(),
                role: Role::Test,
                x: vec![1.0, 2.0],
                y: vec![0.1, 1e-7],
            },
            Mark::Points {
                label: String::new(),
                role: Role::Train,
                x: vec![1.0, 2.0],
                y: vec![3.0, f64::NAN],
                low: vec![2.0],
                high: vec![4.0],
            },
            Mark::Vertical { label: "p = n".into(), role: Role::Reference, at: 40.0 },
        ])])
    }

    #[test]
    fn curves_along_the_same_values_share_a_table() {
        let tables = data(&sample());
        assert_eq!(tables.len(), 2);
        assert_eq!(tables[0].columns, ["x", "test, mean", "train", "train, low", "train, high"]);
        assert_eq!(tables[0].rows[0], ["1", "0.1", "3", "2", "4"]);
        assert_eq!(tables[0].rows[1], ["2", "1 × 10⁻⁷", "not a number", "", ""]);
        assert_eq!(tables[1].rows, [["p = n", "40", ""]]);
    }

    #[test]
    fn csv_reads_back() {
        let text = csv(&sample());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "panel,mark,label,x,y,low,high,value");
        assert_eq!(lines[2], "1,line,\"test, mean\",2.0,1e-7,,,");
        assert_eq!(lines[4], "1,points,,2.0,NaN,,,");
        assert_eq!(lines[5], "1,vertical,p = n,40.0,,,,");
    }

    #[test]
    fn a_surface_is_listed_cell_by_cell() {
        let map = Mark::HeatMap {
            quantity: "loss".into(),
            scale: experiments::figure::Scale::Linear,
            x: vec![1.0, 2.0],
            y: vec![5.0],
            values: vec![vec![0.5, 0.25]],
        };
        let figure = figure(vec![panel(vec![map])]);
        assert_eq!(data(&figure)[0].rows, [["1", "5", "0.5"], ["2", "5", "0.25"]]);
        assert!(csv(&figure).ends_with("1,heat-map,loss,2.0,5.0,,,0.25\n"));
    }
}
