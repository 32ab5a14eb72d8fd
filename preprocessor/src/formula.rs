//! A formula with `[[value …]]` or a `\label{…}` in it: TeX with holes.

use std::ops::Range;

use crate::asked::Asked;
use crate::asked::ValueOf;
use crate::diagnostics::Problems;
use crate::scan::Edited;
use crate::scan::Label;
use crate::scan::Math;
use crate::source::Locate;

/// TeX as the author wrote it, and what is to be put into it.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Template {
    /// The TeX between the dollars.
    pub tex: String,
    /// Whether it is displayed.
    pub display: bool,
    /// What is to stand in the place of which bytes, in order.
    holes: Vec<(Range<usize>, Hole)>,
}

/// What a formula leaves open.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "whoever fills needs all of them")]
pub enum Hole {
    /// A number.
    Value(ValueOf),
    /// The number of the formula itself.
    Label(Label),
}

impl Template {
    /// A formula of a lesson or of a sentence.
    pub fn read(math: &Math, locate: &dyn Locate, problems: &mut Problems) -> Self {
        let holes = math.values.iter().filter_map(|value| {
            match Asked::read(&value.directive, locate, problems) {
                Some(Asked::Value(asked)) => Some((value.in_tex.clone(), Hole::Value(asked))),
                _ => None,
            }
        });
        let label =
            math.label.iter().map(|label| (label.in_tex.clone(), Hole::Label(label.clone())));
        let mut holes: Vec<_> = holes.chain(label).collect();
        holes.sort_by_key(|(range, _)| range.start);
        Self { tex: math.tex.text.clone(), display: math.display, holes }
    }

    /// The numbers that it asks for.
    pub fn values(&self) -> impl Iterator<Item = &ValueOf> {
        self.holes.iter().filter_map(|(_, hole)| match hole {
            Hole::Value(value) => Some(value),
            Hole::Label(_) => None,
        })
    }

    /// What references to it say.
    #[must_use]
    pub fn label(&self) -> Option<&Label> {
        self.holes.iter().find_map(|(_, hole)| match hole {
            Hole::Label(label) => Some(label),
            Hole::Value(_) => None,
        })
    }

    /// Whether the TeX is complete as it is.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.holes.is_empty()
    }

    /// Puts in what `tex_of` gives for each hole; nothing where it gives nothing.
    pub fn fill(&self, mut tex_of: impl FnMut(&Hole) -> Option<String>) -> Option<Edited> {
        let mut parts = Vec::new();
        for (range, hole) in &self.holes {
            parts.push((range.clone(), tex_of(hole)?));
        }
        Some(Edited::new(&self.tex, parts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Place;
    use crate::diagnostics::SourceFile;
    use crate::scan;
    use crate::scan::ItemKind;

    #[test]
    fn holes_are_filled_and_places_found_again() {
        let text = "$a + [[value x.y]] \\cdot [[value x.z {digits: 2}]] - b$";
        let found = scan::scan(text, scan::Options { math: true });
        let ItemKind::Math(math) = &found.items[0].kind else { panic!("a formula") };
        let file = SourceFile { path: "a.md".into(), text: text.into() };
        let place = Place { file: file.into(), span: 0..1 };
        let mut problems = Problems::default();
        let template = Template::read(math, &place, &mut problems);
        assert_eq!((problems.errors(), template.is_plain()), (0, false));
        let print = |hole: &Hole| match hole {
            Hole::Value(value) => Some(format!("<{}>", value.estimate)),
            Hole::Label(label) => Some(label.tag(Some("3"))),
        };
        let filled = template.fill(print).unwrap();
        assert_eq!(filled.text, "a + <y> \\cdot <z> - b");
        let back = |at: usize| &template.tex[filled.source_offset(at)..];
        assert!(back(0).starts_with("a +"));
        assert!(back(4).starts_with("[[value x.y"));
        assert!(back(6).starts_with("[[value x.y"));
        assert!(back(8).starts_with("\\cdot"));
        assert!(back(filled.text.len() - 1).starts_with('b'));
        assert!(template.fill(|_| None).is_none());
    }
}
