//! A lesson on its way: its text, what was found in it, and what is shown where.

use std::collections::BTreeMap;

use experiments::entry::Catalog;
use mdbook_preprocessor::PreprocessorContext;
use mdbook_preprocessor::book::Book;
use mdbook_preprocessor::book::BookItem;

use crate::config::Config;
use crate::data::Library;
use crate::diagnostics::Problem;
use crate::diagnostics::Problems;
use crate::resolve;
use crate::resolve::Showing;
use crate::resolve::Simulation;
use crate::scan;
use crate::scan::ItemKind;
use crate::scan::Keyword;
use crate::scan::Scan;
use crate::source::Origin;

/// One chapter of the book.
pub struct Lesson {
    /// Its text as mdBook handed it over.
    pub text: String,
    /// The way back to its files.
    pub origin: Origin,
    /// What was found in it.
    pub scan: Scan,
    /// What its simulation directives show, by index of the scanned item.
    pub showings: BTreeMap<usize, Showing>,
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
        let showings = BTreeMap::new();
        lessons.push(Lesson { text, origin, scan, showings, section, page });
    }
    lessons
}

impl Lesson {
    /// Resolves the directives of the lesson and adds their simulations to those of the book.
    pub fn resolve<'c>(
        &mut self,
        catalog: &'c Catalog,
        library: &Library,
        simulations: &mut BTreeMap<String, Simulation<'c>>,
        problems: &mut Problems,
    ) {
        for (i, item) in self.scan.items.iter().enumerate() {
            let ItemKind::Directive(directive) = &item.kind else { continue };
            if directive.keyword == Keyword::Simulation {
                let showing = resolve::resolve(
                    directive,
                    &self.origin,
                    (catalog, library),
                    simulations,
                    problems,
                );
                self.showings.extend(showing.map(|showing| (i, showing)));
            } else {
                problems.push(Problem::error(
                    Some(self.origin.place(item.span.clone())),
                    format!("this version does not publish `[[{}]]` yet", directive.keyword),
                    "write `\\[[` to show two brackets as they are",
                ));
            }
        }
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
