//! Bounds as they stand in a lesson: what [`super::bound`] writes, with this book's numbers, citations and
//! records.

use experiments::bound::Bound;

use super::Renderer;
use super::bound;
use super::bound::Head;
use super::bound::Writer;
use super::inline::Page;
use super::inline::Within;
use crate::asked::BoundOf;
use crate::asked::CiteForm;
use crate::diagnostics::Place;
use crate::diagnostics::Problem;
use crate::diagnostics::Problems;
use crate::key;
use crate::numbering::Spot;
use crate::sentence::Sentence;

impl Renderer<'_> {
    /// A bound with its numbers.
    pub(super) fn bound(
        &mut self,
        asked: &BoundOf,
        spot: Spot,
        page: Page<'_>,
        problems: &mut Problems,
    ) -> Option<String> {
        let decided = self.decided;
        let index = self.index;
        let found = decided.bounds.get(&spot)?;
        let numbered = index.at(spot)?;
        let stored = self.evidence.records.get(&found.name)?;
        self.needs.text = true;
        self.export(&found.name);
        let json = format!("{}figures/{}.json", page.to_root, found.name);
        let head = Head {
            number: &numbered.number,
            anchor: &numbered.anchor,
            simulation: &found.name,
            digest: key::short(&stored.digest),
            json: &json,
            because: asked.expected.as_ref().map(|expected| expected.because.as_str()),
        };
        let bound: &Bound = &found.bound;
        let mut writer = InBook { renderer: self, page, place: &asked.place, problems };
        Some(bound::bound(bound, &head, &mut writer))
    }
}

/// Writes a bound's words with the formulas and the citations of a book.
struct InBook<'w, 'r, 'p> {
    renderer: &'w mut Renderer<'r>,
    page: Page<'p>,
    place: &'w Place,
    problems: &'w mut Problems,
}

impl Writer for InBook<'_, '_, '_> {
    fn tex(&mut self, tex: &str, display: bool) -> String {
        self.renderer.needs.math = true;
        let Renderer { formulas, packs, .. } = &mut *self.renderer;
        match formulas.render(packs, tex, display) {
            Ok(html) => html,
            Err(fault) => {
                self.problems.push(Problem::error(
                    Some(self.place.clone()),
                    format!("KaTeX, in a bound: {}", fault.message),
                    format!("the formula is: {tex}"),
                ));
                String::new()
            }
        }
    }

    fn sentence(&mut self, text: &str) -> String {
        let sentence = Sentence::read(text, true, self.place, self.problems);
        self.renderer.sentence(&sentence, Within::Html, self.page, self.problems)
    }

    fn cite(&mut self, key: &str) -> Option<String> {
        let work = self.renderer.bibliography.get(key)?;
        let list = self.renderer.references?;
        let link = self.page.link(list, &format!("ref-{key}"));
        let text = Within::Html.text(&work.cited_as(CiteForm::Textual, None));
        let title = Within::Html.text(&work.text());
        Some(format!("<a class=\"sim-cite\" href=\"{link}\" title=\"{title}\">{text}</a>"))
    }
}
