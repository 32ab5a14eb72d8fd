//! The test card: figures to look at when the drawing code changed. `sheet` draws them after those of
//! the book.
//!
//! [`ordinary`] has figures as experiments draw them and [`diagrams`] one of each kind. [`hostile`] draws
//! every family of marks with every hostile set of data: a new mark is one function there.

mod diagrams;
mod hostile;
mod ordinary;

use experiments::figure::Figure;
use experiments::figure::Panel;

/// Every figure of the card.
#[must_use]
pub fn figures() -> Vec<Figure> {
    let mut figures = ordinary::figures();
    figures.extend(diagrams::figures());
    figures.extend(hostile::figures());
    figures
}

fn figure(name: &str, caption: &str, columns: usize, panels: Vec<Panel>) -> Figure {
    Figure::new(name, &format!("Test card: {caption}"), caption, panels).columns(columns)
}

/// `f` at so many places from 0 to 1.
fn grid(count: u32, f: impl Fn(f64) -> f64) -> Vec<f64> {
    (0..count).map(|i| f(f64::from(i) / f64::from(count - 1))).collect()
}

/// `f` of every number.
fn map(x: &[f64], f: impl Fn(f64) -> f64) -> Vec<f64> {
    x.iter().map(|&x| f(x)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::render::figure::csv;
    use crate::render::figure::describe;
    use crate::render::figure::draw;

    #[test]
    fn every_figure_has_a_name_of_its_own() {
        let figures = figures();
        let names: BTreeSet<&str> = figures.iter().map(|figure| figure.name.as_str()).collect();
        assert_eq!(names.len(), figures.len());
    }

    #[test]
    fn every_figure_is_drawn_and_described() {
        for figure in figures() {
            let svg = draw(&figure);
            // In what is drawn, not in titles.
            let drawn = |data: &str| ["NaN", "inf"].iter().any(|wrong| data.contains(wrong));
            let document = roxmltree::Document::parse(&svg).unwrap();
            for node in document.descendants() {
                let data = node.attribute("d").unwrap_or_default();
                assert!(!drawn(data), "{}: {data}", figure.name);
            }
            assert!(!describe(&figure).is_empty());
            assert!(csv(&figure).starts_with(crate::render::figure::CSV_HEADER));
        }
    }
}
