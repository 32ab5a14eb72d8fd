//! Numbers of figures: the lesson's section number, then a count within the lesson, in reading order.

use std::collections::BTreeMap;

/// A figure of a simulation, as a key: its NAME and its name within the exhibit.
pub type FigureId = (String, String);

/// The number and the anchor of a figure, given at its first showing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbered {
    /// `4.2`
    pub number: String,
    /// The anchor: `fig-adl-double-descent`.
    pub anchor: String,
    /// The page that shows it first, relative to the book: `a/b.html`.
    pub page: String,
}

/// Gives numbers, lesson after lesson.
#[derive(Debug, Default)]
pub struct Numbering {
    given: BTreeMap<FigureId, Numbered>,
    lessons: BTreeMap<String, usize>,
}

impl Numbering {
    /// The number of a figure shown on `page`, whose lesson has the section numbers `section` (none
    /// for an unnumbered one), and whether this is its first showing.
    pub fn show(
        &mut self,
        id: &FigureId,
        anchor: &str,
        page: &str,
        section: &[u32],
    ) -> (Numbered, bool) {
        if let Some(numbered) = self.given.get(id) {
            return (numbered.clone(), false);
        }
        // Unnumbered lessons share one series, so that no two figures have one number.
        let series = if section.is_empty() { "" } else { page };
        let count = self.lessons.entry(series.to_owned()).or_default();
        *count += 1;
        let parts = section.iter().map(ToString::to_string).chain([count.to_string()]);
        let numbered = Numbered {
            number: parts.collect::<Vec<_>>().join("."),
            anchor: anchor.to_owned(),
            page: page.to_owned(),
        };
        self.given.insert(id.clone(), numbered.clone());
        (numbered, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_within_a_lesson_and_are_given_once() {
        let mut numbering = Numbering::default();
        let mut show = |name: &str, page: &str, section: &[u32]| {
            let id = (name.to_owned(), String::new());
            let (numbered, first) = numbering.show(&id, name, page, section);
            format!("{} {first}", numbered.number)
        };
        assert_eq!(show("a", "x.html", &[4]), "4.1 true");
        assert_eq!(show("b", "x.html", &[4]), "4.2 true");
        assert_eq!(show("c", "y.html", &[4, 1]), "4.1.1 true");
        assert_eq!(show("a", "y.html", &[4, 1]), "4.1 false");
        assert_eq!(show("d", "z.html", &[]), "1 true");
        assert_eq!(show("e", "w.html", &[]), "2 true");
    }
}
