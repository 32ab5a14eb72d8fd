//! A lesson on its way: its text, what was found in it, and what is shown where.

use std::collections::BTreeMap;

use mdbook_preprocessor::PreprocessorContext;
use mdbook_preprocessor::book::Book;
use mdbook_preprocessor::book::BookItem;

use crate::asked::Asked;
use crate::config::Config;
use crate::diagnostics::Problem;
use crate::diagnostics::Problems;
use crate::formula::Template;
use crate::resolve;
use crate::resolve::Resources;
use crate::resolve::Showing;
use crate::resolve::Simulation;
use crate::scan;
use crate::scan::ItemKind;
use crate::scan::Keyword;
use crate::scan::Scan;
use crate::sentence::Sentence;
use crate::sentence::SentencePart;
use crate::source::Origin;

/// One chapter of the book.
pub struct Lesson {
    /// Its text as mdBook handed it over.
    pub text: String,
    /// Its title in the table of contents.
    pub title: String,
    /// The way back to its files.
    pub origin: Origin,
    /// What was found in it.
    pub scan: Scan,
    /// What its simulation directives show, by index of the scanned item.
    pub showings: BTreeMap<usize, Showing>,
    /// What its other directives ask for, by index of the scanned item.
    pub asked: BTreeMap<usize, Asked>,
    /// Its formulas, by index of the scanned item.
    pub formulas: BTreeMap<usize, Template>,
    /// Its section numbers: `[4, 2]`; empty for an unnumbered chapter.
    pub section: Vec<u32>,
    /// Its page relative to the book's root: `a/b.html`.
    pub page: String,
}

/// Scans every lesson. Draft chapters have no text and are left out.
pub fn scan(
    context: &PreprocessorContext,
    book: &Book,
    config: &Config,
    problems: &mut Problems,
) -> Vec<Lesson> {
    let mut lessons = Vec::new();
    for chapter in book.chapters().filter(|chapter| !chapter.is_draft_chapter()) {
        let path = chapter.path.clone().unwrap_or_default();
        let source = chapter.source_path.as_ref().unwrap_or(&path);
        let text = chapter.content.clone();
        let origin = Origin::trace(&context.root, &config.lessons, source, &text);
        let scan = scan::scan(&text, scan::Options { math: config.math });
        for fault in &scan.faults {
            problems.push(Problem::error(
                Some(origin.place(fault.span.clone())),
                fault.message.as_str(),
                fault.hint.as_str(),
            ));
        }
        let section = chapter.number.as_ref().map_or_else(Vec::new, |number| number.to_vec());
        let page = path.with_extension("html").to_string_lossy().replace('\\', "/");
        let title = chapter.name.clone();
        let (showings, asked, formulas) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        lessons.push(Lesson {
            title,
            text,
            origin,
            scan,
            showings,
            asked,
            formulas,
            section,
            page,
        });
    }
    lessons
}

impl Lesson {
    /// Resolves the simulations that the lesson shows and adds them to those of the book.
    pub fn resolve<'c>(
        &mut self,
        resources: Resources<'c, '_>,
        simulations: &mut BTreeMap<String, Simulation<'c>>,
        problems: &mut Problems,
    ) {
        for (i, item) in self.scan.items.iter().enumerate() {
            if let ItemKind::Directive(directive) = &item.kind
                && directive.keyword == Keyword::Simulation
            {
                let showing =
                    resolve::resolve(directive, &self.origin, resources, simulations, problems);
                self.showings.extend(showing.map(|showing| (i, showing)));
            }
        }
    }

    /// Reads what all other directives of the lesson ask for, those in formulas too.
    pub fn read(&mut self, problems: &mut Problems) {
        for (i, item) in self.scan.items.iter().enumerate() {
            match &item.kind {
                ItemKind::Directive(directive) => {
                    let asked = Asked::read(directive, &self.origin, problems);
                    self.asked.extend(asked.map(|asked| (i, asked)));
                }
                ItemKind::Math(math) => {
                    self.formulas.insert(i, Template::read(math, &self.origin, problems));
                }
                _ => {}
            }
        }
    }

    /// Everything that the lesson asks for beside its simulations: in its text, in formulas, in captions.
    pub fn all_asked(&self) -> impl Iterator<Item = SentencePart<'_>> {
        let in_text = self.asked.values().map(SentencePart::Asked);
        let in_formulas =
            self.formulas.values().flat_map(Template::values).map(SentencePart::Value);
        let sentences = self.showings.values().flat_map(|showing| [&showing.caption, &showing.alt]);
        let in_sentences = sentences.flatten().flat_map(Sentence::asked);
        in_text.chain(in_formulas).chain(in_sentences)
    }

    /// From the lesson's page to the book's root: `../` for each folder.
    #[must_use]
    pub fn to_root(&self) -> String {
        "../".repeat(self.page.matches('/').count())
    }
}

/// Puts the new texts in the place of the old ones, in the order of [`scan()`]: a chapter before the
/// chapters below it. (mdBook's own mutable traversal visits them the other way round.)
pub fn splice(book: &mut Book, contents: Vec<String>) {
    fn put(items: &mut [BookItem], contents: &mut impl Iterator<Item = String>) {
        for item in items {
            let BookItem::Chapter(chapter) = item else { continue };
            if !chapter.is_draft_chapter()
                && let Some(content) = contents.next()
            {
                chapter.content = content;
            }
            put(&mut chapter.sub_items, contents);
        }
    }
    put(&mut book.items, &mut contents.into_iter());
}
