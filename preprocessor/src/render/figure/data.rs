//! The numbers of a figure: as tables for people and as CSV for programs.

use std::fmt::Write;

use experiments::figure::Content;
use experiments::figure::Figure;
use experiments::figure::Grid;
use experiments::figure::Panel;
use experiments::figure::Plane;
use experiments::figure::Role;
use experiments::figure::Space;

use super::network;
use super::pictures;
use super::plotted::plotted;
use super::space;
use super::style::Colour;
use super::text;
use crate::number::number;

/// Tables with more rows are for programs: people get their size.
pub const MOST_ROWS: usize = 20;

/// Numbers of one panel, written for people.
#[derive(Clone, Debug, PartialEq)]
pub struct DataTable {
    /// What the table holds.
    pub caption: String,
    /// Column heads.
    pub columns: Vec<String>,
    /// How many rows there are.
    pub count: usize,
    /// Cells, row by row, as many in each as there are columns; none of more than [`MOST_ROWS`], which
    /// nobody reads and which are thousands for a surface.
    pub rows: Vec<Vec<String>>,
}

impl DataTable {
    fn new<T>(
        caption: String,
        columns: Vec<String>,
        items: impl Iterator<Item = T>,
        row: impl Fn(T) -> Vec<String>,
    ) -> Self {
        let mut items = items;
        let few: Vec<T> = items.by_ref().take(MOST_ROWS + 1).collect();
        let count = few.len() + items.count();
        let rows = match count {
            0..=MOST_ROWS => few.into_iter().map(row).collect(),
            _ => Vec::new(),
        };
        Self { caption, columns, count, rows }
    }
}

/// The plotted numbers. Curves of one panel that have the same horizontal values share a table.
#[must_use]
pub fn data(figure: &Figure) -> Vec<DataTable> {
    let several = figure.panels.len() > 1;
    figure.panels.iter().zip(1..).flat_map(|(panel, at)| tables(panel, at, several)).collect()
}

fn tables(panel: &Panel, at: usize, several: bool) -> Vec<DataTable> {
    let [x, y] = match &panel.content {
        Content::Plane(Plane { x, y, .. }) | Content::Space(Space { x, y, .. }) => {
            [x, y].map(|axis| text::plain(&axis.title()))
        }
        Content::Pictures(_) | Content::Network(_) => Default::default(),
    };
    let title = text::plain(panel.title.trim());
    let what = match &panel.content {
        Content::Space(space) => text::plain(&space.z.title()),
        _ => y.clone(),
    };
    let caption = match (&title[..], several) {
        ("", false) => what,
        ("", true) => format!("Panel {at}: {what}"),
        (title, _) => title.into(),
    };
    let mut listing = Listing { x: head(&x, "x"), y: head(&y, "y"), ..Listing::default() };
    match &panel.content {
        Content::Plane(plane) => listing.names = &plane.x.names,
        Content::Space(space) => space::list(space, &mut listing),
        Content::Pictures(pictures) => pictures::list(pictures, &mut listing),
        Content::Network(network) => network::list(network, &mut listing),
    }
    panel.marks().iter().for_each(|mark| plotted(mark).list(&mut listing));
    listing.tables(&caption)
}

/// The numbers of one panel, gathered mark by mark.
#[derive(Debug, Default)]
pub(super) struct Listing<'a> {
    x: String,
    names: &'a [String],
    y: String,
    curves: Vec<Curve<'a>>,
    others: Vec<DataTable>,
    singles: Vec<Vec<String>>,
}

/// One value per row along `x`, under the heads of its columns.
#[derive(Debug)]
struct Curve<'a> {
    x: &'a [f64],
    columns: Vec<(String, &'a [f64])>,
}

impl<'a> Listing<'a> {
    /// Columns along `x`; those of marks with the same `x` stand in one table.
    pub(super) fn curve(&mut self, x: &'a [f64], columns: Vec<(String, &'a [f64])>) {
        match self.curves.iter_mut().find(|other| same(other.x, x)) {
            Some(other) => other.columns.extend(columns),
            None => self.curves.push(Curve { x, columns }),
        }
    }

    /// Values along `x` with the ends of their intervals, where there are any.
    pub(super) fn measured(
        &mut self,
        name: &str,
        x: &'a [f64],
        y: &'a [f64],
        (low, high): (&'a [f64], &'a [f64]),
    ) {
        let mut columns = vec![(name.to_owned(), y)];
        if !low.is_empty() || !high.is_empty() {
            columns.push((format!("{name}, low"), low));
            columns.push((format!("{name}, high"), high));
        }
        self.curve(x, columns);
    }

    /// A table of its own under these heads; an empty head is that of the axis: the first one of the
    /// horizontal axis, the second one of the vertical axis. An empty caption is the panel's.
    pub(super) fn table<T>(
        &mut self,
        caption: &str,
        heads: Vec<String>,
        items: impl Iterator<Item = T>,
        row: impl Fn(T) -> Vec<String>,
    ) {
        let mut axes = [self.x.clone(), self.y.clone()].into_iter();
        let mut filled = |head: String| match head.is_empty() {
            true => axes.next().unwrap_or_default(),
            false => head,
        };
        let columns = heads.into_iter().map(&mut filled).collect();
        self.others.push(DataTable::new(caption.into(), columns, items, row));
    }

    /// A single place or line.
    pub(super) fn single(&mut self, name: String, x: Option<f64>, y: Option<f64>) {
        let cell = |value: Option<f64>| value.map_or_else(String::new, number);
        self.singles.push(vec![name, cell(x), cell(y)]);
    }

    fn tables(self, caption: &str) -> Vec<DataTable> {
        let mut tables: Vec<DataTable> = self
            .curves
            .iter()
            .map(|curve| curve_table(&self.x, self.names, caption, curve))
            .collect();
        tables.extend(self.others.into_iter().map(|table| match table.caption.is_empty() {
            true => DataTable { caption: caption.into(), ..table },
            false => table,
        }));
        if !self.singles.is_empty() {
            let caption = match caption.is_empty() {
                true => "Lines and markers".into(),
                false => format!("{caption}: lines and markers"),
            };
            let columns = vec!["mark".into(), self.x, self.y];
            tables.push(DataTable::new(caption, columns, self.singles.into_iter(), |row| row));
        }
        tables
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
    head(&text::plain(label), &Colour::Role(role).look().name.replace('-', " "))
}

/// The name at a place of an axis of names.
pub(super) fn named(names: &[String], place: f64) -> Option<&str> {
    let (at, last) = (libm::round(place), names.len() as f64 - 1.0);
    let near = (place - at).abs() < 1e-9 && (0.0..=last).contains(&at);
    if near { names.get(at as usize).map(String::as_str) } else { None }
}

fn curve_table(x: &str, names: &[String], caption: &str, curve: &Curve) -> DataTable {
    let heads = curve.columns.iter().map(|(head, _)| head.clone());
    let cell = |values: &[f64], at: usize| values.get(at).map_or_else(String::new, |v| number(*v));
    let row = |(at, x): (usize, &f64)| {
        let cells = curve.columns.iter().map(|(_, values)| cell(values, at));
        let place = named(names, *x).map_or_else(|| number(*x), text::plain);
        std::iter::once(place).chain(cells).collect()
    };
    let columns = std::iter::once(x.into()).chain(heads).collect();
    DataTable::new(caption.into(), columns, curve.x.iter().enumerate(), row)
}

/// The cells of a grid, row by row: across, upwards, value.
pub(super) fn cells(grid: &Grid) -> impl Iterator<Item = (f64, f64, f64)> + '_ {
    grid.y
        .iter()
        .zip(&grid.values)
        .flat_map(move |(&y, row)| grid.x.iter().zip(row).map(move |(&x, &value)| (x, y, value)))
}

/// Lists the cells of a grid under the name of what they hold.
pub(super) fn list_cells(listing: &mut Listing, grid: &Grid, quantity: &str) {
    let heads = vec![String::new(), String::new(), head(&text::plain(quantity), "value")];
    let row = |(x, y, value): (f64, f64, f64)| [x, y, value].map(number).to_vec();
    listing.table("", heads, cells(grid), row);
}

/// The cells of a grid for programs.
pub(super) fn cell_rows(kind: &'static str, grid: &Grid, quantity: &str) -> Vec<Row> {
    cells(grid)
        .map(|(x, y, value)| Row {
            x: Some(x),
            y: Some(y),
            value: Some(value),
            ..Row::new(kind, quantity)
        })
        .collect()
}

/// Values with the ends of their intervals, where there are any, for programs.
pub(super) fn measured_rows(
    (kind, label): (&'static str, &str),
    x: &[f64],
    y: &[f64],
    (low, high): (&[f64], &[f64]),
) -> Vec<Row> {
    let row = |(at, (&x, &y))| Row {
        x: Some(x),
        y: Some(y),
        low: low.get(at).copied(),
        high: high.get(at).copied(),
        ..Row::new(kind, label)
    };
    x.iter().zip(y).enumerate().map(row).collect()
}

/// The first line of [`csv`].
pub const CSV_HEADER: &str = "panel,mark,label,x,y,low,high,value,dx,dy";

/// One line of a CSV file.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    /// What is drawn.
    pub(super) kind: &'static str,
    /// Its label, which may hold math.
    pub(super) label: String,
    /// Its place across.
    pub(super) x: Option<f64>,
    /// Its place upwards.
    pub(super) y: Option<f64>,
    /// The lower end of an interval.
    pub(super) low: Option<f64>,
    /// The upper end of an interval.
    pub(super) high: Option<f64>,
    /// A value at a place of the plane.
    pub(super) value: Option<f64>,
    /// The horizontal part of an arrow.
    pub(super) dx: Option<f64>,
    /// The vertical part of an arrow.
    pub(super) dy: Option<f64>,
}

impl Row {
    /// Its numbers, in the order of the file's columns.
    fn numbers(&self) -> [Option<f64>; 7] {
        [self.x, self.y, self.low, self.high, self.value, self.dx, self.dy]
    }

    /// A row without numbers.
    #[must_use]
    pub(super) fn new(kind: &'static str, label: &str) -> Self {
        Self { kind, label: label.to_owned(), ..Self::default() }
    }
}

/// The plotted numbers as CSV (RFC 4180, with plain line ends), one value a line, in digits that
/// read back to the same bits. An empty cell is a number that the mark does not have.
#[must_use]
pub fn csv(figure: &Figure) -> String {
    let mut out = format!("{CSV_HEADER}\n");
    for (panel, at) in figure.panels.iter().zip(1_usize..) {
        let title = match panel.title.trim() {
            "" => at.to_string(),
            title => text::plain(title),
        };
        let title = quoted(&title);
        // The rows of a mark follow one another and have one label.
        let (mut label, mut cell) = (String::new(), String::new());
        for row in rows(panel) {
            if row.label != label {
                cell = quoted(&text::plain(&row.label));
                label.clone_from(&row.label);
            }
            csv_row(&mut out, (&title, &cell), &row);
        }
    }
    out
}

/// All that is drawn, as numbers alone: of each row of [`csv`] its panel, its kind of mark and its numbers.
/// Words are not among them, so that a better label is no other figure.
#[must_use]
pub fn drawn(figure: &Figure) -> Vec<(usize, &'static str, [Option<f64>; 7])> {
    let panels = figure.panels.iter().zip(1_usize..);
    panels
        .flat_map(|(panel, at)| {
            rows(panel).into_iter().map(move |row| (at, row.kind, row.numbers()))
        })
        .collect()
}

fn rows(panel: &Panel) -> Vec<Row> {
    let mut rows = match &panel.content {
        Content::Plane(_) => Vec::new(),
        Content::Space(space) => space::rows(space),
        Content::Pictures(pictures) => pictures::rows(pictures),
        Content::Network(network) => network::rows(network),
    };
    rows.extend(panel.marks().iter().flat_map(|mark| plotted(mark).rows()));
    rows
}

fn csv_row(out: &mut String, (panel, label): (&str, &str), row: &Row) {
    [panel, ",", row.kind, ",", label].iter().for_each(|part| out.push_str(part));
    for number in row.numbers() {
        out.push(',');
        if let Some(value) = number {
            // Rust writes the shortest digits that read back, with an exponent where it is short.
            let _ = write!(out, "{value:?}");
        }
    }
    out.push('\n');
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

    use experiments::figure::Axis;
    use experiments::figure::Scale;
    use experiments::figure::mark;

    fn sample() -> Figure {
        let x = vec![1.0, 2.0];
        figure(vec![panel(vec![
            mark::line("test, mean", Role::Test, x.clone(), vec![0.1, 1e-7]),
            mark::whiskers("", Role::Train, x, vec![3.0, f64::NAN], vec![2.0], vec![4.0]),
            mark::vertical("$p = n$", Role::Reference, 40.0),
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
    fn a_long_table_is_counted_and_not_written() {
        let of = |rows: usize| {
            let x: Vec<f64> = (0..rows).map(|at| at as f64).collect();
            let line = mark::line("a", Role::Test, x.clone(), x);
            data(&figure(vec![panel(vec![line])])).remove(0)
        };
        let (most, more) = (of(MOST_ROWS), of(MOST_ROWS + 5));
        assert_eq!((most.count, most.rows.len()), (MOST_ROWS, MOST_ROWS));
        assert_eq!((more.count, more.rows.len()), (MOST_ROWS + 5, 0));
    }

    #[test]
    fn csv_reads_back() {
        let text = csv(&sample());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "panel,mark,label,x,y,low,high,value,dx,dy");
        assert_eq!(lines[2], "1,line,\"test, mean\",2.0,1e-7,,,,,");
        assert_eq!(lines[4], "1,points,,2.0,NaN,,,,,");
        assert_eq!(lines[5], "1,vertical,p = n,40.0,,,,,,");
    }

    #[test]
    fn places_with_names_are_listed_by_name() {
        let names = ["CNN".to_owned(), "$\\ell$".to_owned()];
        assert_eq!(named(&names, 1.0), Some("$\\ell$"));
        for place in [-1.0, 0.5, 2.0, f64::NAN, f64::INFINITY] {
            assert_eq!(named(&names, place), None);
        }
        let line = mark::line("test", Role::Test, vec![0.0, 7.0], vec![1.0, 2.0]);
        let x = Axis::names("model", names);
        let figure = figure(vec![Panel::plane(x, Axis::linear("y"), vec![line])]);
        assert_eq!(data(&figure)[0].rows, [["CNN", "1"], ["7", "2"]]);
    }

    #[test]
    fn a_surface_is_listed_cell_by_cell() {
        let (x, y) = (vec![1.0, 2.0], vec![5.0]);
        let grid = Grid { x, y, values: vec![vec![0.5, 0.25]] };
        let figure = figure(vec![panel(vec![mark::heat_map("loss", Scale::Linear, grid)])]);
        assert_eq!(data(&figure)[0].rows, [["1", "5", "0.5"], ["2", "5", "0.25"]]);
        assert!(csv(&figure).ends_with("1,heat-map,loss,2.0,5.0,,,0.25,,\n"));
    }
}
