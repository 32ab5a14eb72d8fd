//! From figures, formulas and code toggles to HTML, and lessons with it put in.

pub mod block;
pub mod bound;
pub mod drawing;
pub mod figure;
mod formulas;
pub mod html;
pub mod inline;
mod ledger;
pub mod math;
pub mod page;
pub mod published;
mod showing;
mod statement;
pub mod sweep;
pub mod toggle;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;
use std::rc::Rc;

use crate::asked::Asked;
use crate::bibliography::Bibliography;
use crate::config::Config;
use crate::decide::Decided;
use crate::decide::Evidence;
use crate::diagnostics::Problem;
use crate::diagnostics::Problems;
use crate::export;
use crate::key;
use crate::ledger::Ledger;
use crate::lesson::Lesson;
use crate::numbering::FigureId;
use crate::numbering::Index;
use crate::numbering::Spot;
use crate::render::formulas::Formulas;
use crate::render::inline::Within;
use crate::render::published::Published;
use crate::scan::Item;
use crate::scan::ItemKind;
use crate::sentence::Sentence;
use crate::sentence::SentencePart;
use crate::store::layout;
use crate::store::packs::Key;
use crate::store::packs::Packs;
use crate::store::packs::Question;
use crate::store::scratch::Scratch;
use crate::theme;

/// What rendering a book took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rendered {
    /// Figures that were drawn, for wide and for narrow screens.
    pub drawn: usize,
    /// Figures whose drawings lay in `figures/`.
    pub read: usize,
    /// Formulas.
    pub formulas: usize,
    /// Code toggles.
    pub toggles: usize,
}

/// What a book is rendered from.
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "given by name")]
pub struct Material<'a> {
    /// What the book asks for.
    pub config: &'a Config,
    /// Where temporary files go.
    pub scratch: &'a Scratch,
    /// Simulations, records and what they show.
    pub evidence: Evidence<'a>,
    /// The verdicts on what lessons state.
    pub decided: &'a Decided,
    /// The numbers of things.
    pub index: &'a Index,
    /// All claims and bounds.
    pub ledger: &'a Ledger,
    /// The works of others.
    pub bibliography: &'a Bibliography,
    /// Whether only problems are wanted: nothing is drawn or written.
    pub check: bool,
}

/// A lesson that was rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "plain data")]
pub struct Page {
    /// The styles and scripts that it needs and its book does not list.
    pub theme: String,
    /// Its text.
    pub pieces: Vec<Piece>,
}

/// A part of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "whoever puts it together decides among all of them")]
pub enum Piece {
    /// As it is to be.
    Text(String),
    /// An item that could not be rendered.
    Gap {
        /// Its number within the scan.
        item: usize,
        /// How it stands in the lesson.
        source: String,
    },
}

impl Page {
    /// The whole text, with gaps as they stand in the lesson.
    #[must_use]
    pub fn text(&self) -> String {
        let pieces = self.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => text,
            Piece::Gap { source, .. } => source,
        });
        std::iter::once(&self.theme).chain(pieces).map(String::as_str).collect()
    }
}

/// Renders the lessons of one book, in order.
pub struct Renderer<'a> {
    config: &'a Config,
    scratch: &'a Scratch,
    evidence: Evidence<'a>,
    decided: &'a Decided,
    index: &'a Index,
    ledger: &'a Ledger,
    bibliography: &'a Bibliography,
    check: bool,
    /// The keys of the works that the book cites.
    cited: BTreeSet<String>,
    /// The page with the list of references.
    references: Option<&'a str>,
    /// Whether some lesson shows the ledger.
    has_ledger: bool,
    /// Captions that authors gave.
    captions: BTreeMap<FigureId, Sentence>,
    formulas: Formulas,
    /// What earlier builds rendered.
    packs: Packs,
    /// Figures that were drawn, which may be shown in many lessons, by stem.
    drawn: BTreeMap<String, Rc<Drawn>>,
    published: Published,
    rendered: Rendered,
    needs: Needs,
}

/// A figure that was drawn.
#[derive(Debug)]
struct Drawn {
    /// The figure, which owns the files of this stem.
    id: FigureId,
    /// Its drawings, for wide and for narrow screens.
    html: String,
    /// What is said of it.
    words: page::Words,
}

/// What a lesson shows, and so which styles it needs.
#[derive(Clone, Copy, Debug, Default)]
struct Needs {
    math: bool,
    figures: bool,
    sweeps: bool,
    toggles: bool,
    text: bool,
    ledger: bool,
    blocks: bool,
}

impl<'a> Renderer<'a> {
    /// A renderer for a book. Works that nobody cites, and lists of references too many, are problems.
    #[must_use]
    pub fn new(material: Material<'a>, lessons: &'a [Lesson], problems: &mut Problems) -> Self {
        let Material { config, scratch, evidence, decided, index, ledger, bibliography, check } =
            material;
        let plain = lessons.iter().flat_map(|lesson| lesson.formulas.values());
        let plain = plain.filter(|template| template.is_plain());
        let cited = cited(lessons, decided);
        bibliography.warn_unused(&cited, problems);
        let mut packs = Packs::new(scratch.rendered());
        Self {
            config,
            scratch,
            evidence,
            decided,
            index,
            ledger,
            bibliography,
            check,
            cited,
            references: references(lessons, problems),
            has_ledger: lessons
                .iter()
                .any(|lesson| lesson.asked.values().any(|asked| matches!(asked, Asked::Ledger(_)))),
            captions: captions(lessons, evidence),
            formulas: Formulas::new(
                plain.map(|found| math::Formula { tex: &found.tex, display: found.display }),
                &mut packs,
            ),
            packs,
            drawn: BTreeMap::new(),
            published: Published::default(),
            rendered: Rendered::default(),
            needs: Needs::default(),
        }
    }

    /// The text of a lesson with everything that was found in it rendered, and every other byte as
    /// it was. What cannot be rendered is a gap, and mostly a problem.
    pub fn lesson(&mut self, l: usize, lesson: &Lesson, problems: &mut Problems) -> Page {
        let mut out = String::with_capacity(lesson.text.len());
        let mut pieces = Vec::new();
        let mut copied = 0;
        self.needs = Needs::default();
        for (i, item) in lesson.scan.items.iter().enumerate() {
            out.push_str(&lesson.text[copied..item.span.start]);
            copied = item.span.end;
            match self.item(lesson, (l, i), item, problems) {
                Some(html) => out.push_str(&html),
                None => {
                    pieces.push(Piece::Text(std::mem::take(&mut out)));
                    let source = lesson.text[item.span.clone()].to_owned();
                    pieces.push(Piece::Gap { item: i, source });
                }
            }
        }
        out.push_str(&lesson.text[copied..]);
        pieces.push(Piece::Text(out));
        Page { theme: self.theme(lesson), pieces }
    }

    fn item(
        &mut self,
        lesson: &Lesson,
        spot: Spot,
        item: &Item,
        problems: &mut Problems,
    ) -> Option<String> {
        let within = match &item.context {
            context if context.image => Within::Plain,
            context if context.heading => Within::Heading,
            _ => Within::Markdown,
        };
        match &item.kind {
            ItemKind::Directive(_) => {
                if let Some(showing) = lesson.showings.get(&spot.1) {
                    let html = self.showing(lesson, spot, showing, problems)?;
                    return Some(item.context.as_block(&html));
                }
                let asked = lesson.asked.get(&spot.1)?;
                let to_root = lesson.to_root();
                let page = inline::Page { path: &lesson.page, to_root: &to_root };
                match asked {
                    Asked::Claim(claim) => {
                        let before = lesson.text[..item.span.start].ends_with('(');
                        let after = lesson.text[item.span.end..].starts_with(')');
                        let bracketed = before && after && claim.is_comparison();
                        self.claim(claim, (spot, bracketed), within, page, problems)
                    }
                    Asked::Value(_) | Asked::Ref(_) | Asked::Cite(_) => {
                        self.inline(asked, within, page, problems)
                    }
                    Asked::Bound(_)
                    | Asked::Bibliography(_)
                    | Asked::Ledger(_)
                    | Asked::Gallery(_) => {
                        let html = self.block(asked, spot, page, problems)?;
                        Some(item.context.as_block(&html))
                    }
                }
            }
            ItemKind::Math(found) => {
                let template = lesson.formulas.get(&spot.1)?;
                let number = self.index.at(spot).map(|numbered| numbered.number.as_str());
                match self.formula(template, number, within, problems)? {
                    Ok(html) => {
                        self.rendered.formulas += 1;
                        Some(html)
                    }
                    Err((fault, offset)) => {
                        let span = match offset {
                            Some(at) => {
                                let start = found.tex.source_offset(at).min(item.span.end - 1);
                                start..(start + 1).min(item.span.end)
                            }
                            None => item.span.clone(),
                        };
                        problems.push(Problem::error(
                            Some(lesson.origin.place(span)),
                            format!("KaTeX: {}", fault.message),
                            if found.display {
                                ""
                            } else {
                                "a dollar that is money is written `\\$`"
                            },
                        ));
                        None
                    }
                }
            }
            ItemKind::CodeToggle { blocks } => {
                self.rendered.toggles += 1;
                self.needs.toggles = true;
                let id = format!("code-toggle-{}", self.rendered.toggles);
                let blocks: Vec<toggle::Block> = blocks
                    .iter()
                    .map(|block| toggle::Block {
                        label: toggle::label(&block.info),
                        markdown: block.markdown.clone(),
                    })
                    .collect();
                let markdown = toggle::render(&blocks, &id, &item.context.prefix);
                Some(item.context.as_block(&markdown))
            }
            ItemKind::TheoremOpen(theorem) => {
                self.needs.blocks = true;
                let number = self.index.at(spot).map(|numbered| numbered.number.as_str());
                Some(block::open(theorem, &item.context, number))
            }
            ItemKind::TheoremTitleEnd(theorem) => Some(block::title_end(theorem, &item.context)),
            ItemKind::TheoremClose(theorem) => Some(block::close(theorem, &item.context)),
            ItemKind::Unquote(instead) => Some(instead.clone()),
        }
    }

    /// A block that is made of more than one simulation's figures.
    fn block(
        &mut self,
        asked: &Asked,
        spot: Spot,
        page: inline::Page<'_>,
        problems: &mut Problems,
    ) -> Option<String> {
        match asked {
            Asked::Ledger(place) => Some(self.ledger(page, place, problems)),
            Asked::Gallery(_) => Some(self.gallery(page, problems)),
            Asked::Bibliography(_) => Some(self.bibliography()),
            Asked::Bound(asked) => self.bound(asked, spot, page, problems),
            _ => None,
        }
    }

    fn export(&mut self, name: &str) {
        if self.check {
            return;
        }
        let Evidence { simulations, records, exhibits, .. } = self.evidence;
        let (Some(simulation), Some(stored), Some(exhibited)) =
            (simulations.get(name), records.get(name), exhibits.get(name))
        else {
            return;
        };
        if self.evidence.is_draft(name) {
            return;
        }
        let path = self.config.lessons.join("figures").join(format!("{}.json", simulation.name));
        if self.published.has(&path) {
            return;
        }
        let claims = &exhibited.claims;
        let (digest, provenance) = (&stored.digest, &stored.provenance);
        let about = key::exact(&(name, &simulation.parameters, digest, provenance, claims));
        let key = Key::new(Question::Json, about.as_bytes());
        self.publish(key, path, || {
            let value = export::simulation(simulation, stored, claims);
            format!("{}\n", layout::compact(&value))
        });
    }

    /// Publishes a file, which is not made where an earlier build made it.
    fn publish(&mut self, key: Key, path: PathBuf, make: impl FnOnce() -> String) {
        let is_digest =
            |digest: &[u8], bytes: &[u8]| blake3::hash(bytes).as_bytes().as_slice() == digest;
        let known = self.packs.get(&key);
        if known
            .is_some_and(|digest| std::fs::read(&path).is_ok_and(|file| is_digest(digest, &file)))
        {
            self.published.leave(path);
            return;
        }
        let bytes = make().into_bytes();
        self.packs.add(key, blake3::hash(&bytes).as_bytes());
        self.published.add(path, bytes);
    }

    /// A text about something with that digest, which is not made where an earlier build made it.
    fn text(&mut self, question: Question, digest: &str, make: impl FnOnce() -> String) -> String {
        let key = Key::new(question, digest.as_bytes());
        if let Some(text) = self.packs.text(&key) {
            return text.to_owned();
        }
        let text = make();
        self.packs.add(key, text.as_bytes());
        text
    }

    /// The styles and the scripts that a lesson needs before it, where its book does not list them.
    fn theme(&self, lesson: &Lesson) -> String {
        let Needs { math, figures, sweeps, toggles, blocks, text: words, ledger } = self.needs;
        let needed = |file: &str| match file {
            "katex.css" => math,
            "figures.css" => figures || words,
            "text.css" => words,
            "ledger.js" => ledger,
            "sweep.css" | "sweep.js" => sweeps,
            "code-toggle.css" | "code-toggle.js" => toggles,
            "blocks.css" | "blocks.js" => blocks,
            _ => math || figures || toggles || words || blocks,
        };
        let missing = |file: &&str| needed(file) && !self.config.installs(file);
        let styles: Vec<&str> = theme::STYLES.iter().copied().filter(missing).collect();
        let mut before = String::new();
        if !styles.is_empty() {
            // A page in a folder is also part of print.html at the root: both ways to the fonts.
            let here = format!("{}figures/fonts/", lesson.to_root());
            let mut prefixes = vec![here.as_str()];
            if !lesson.to_root().is_empty() {
                prefixes.push("figures/fonts/");
            }
            let css = theme::inline_styles(&styles, &prefixes);
            before.push_str(&format!("<style>{css}</style>\n\n"));
        }
        for script in theme::SCRIPTS.iter().copied().filter(missing) {
            before.push_str(&format!("<script>{}</script>\n\n", theme::inline_script(script)));
        }
        before
    }

    /// Writes the files below `figures/` that changed. mdBook copies them into the site.
    pub fn write_files(&mut self, lessons: &Path, problems: &mut Problems) {
        let folder = lessons.join("figures");
        if self.has_ledger {
            self.export_ledger();
        }
        if !self.formulas.is_empty() && !self.config.installs("katex.css") {
            for (path, bytes) in theme::FILES.iter().filter(|(path, _)| path.starts_with("fonts/"))
            {
                self.published.add(folder.join(path), bytes.to_vec());
            }
        }
        self.published.write(&folder, &self.scratch.temporary(), problems);
        self.keep_packs();
    }

    /// Keeps what was rendered for later builds. Those can do without, so that failing is no problem.
    fn keep_packs(&self) {
        if self.packs.has_new() {
            let kept = self.scratch.create();
            let kept = kept.and_then(|()| self.packs.keep(&self.scratch.temporary()));
            if let Err(error) = kept {
                tracing::debug!("what was rendered cannot be kept: {error}");
            }
        }
    }

    /// What rendering took.
    #[must_use]
    pub fn finish(self) -> Rendered {
        self.rendered
    }
}

/// The keys of the works that lessons and the bounds in them cite.
fn cited(lessons: &[Lesson], decided: &Decided) -> BTreeSet<String> {
    let asked = lessons.iter().flat_map(Lesson::all_asked);
    let in_lessons = asked.filter_map(|part| match part {
        SentencePart::Asked(Asked::Cite(cite)) => Some(cite.key.clone()),
        _ => None,
    });
    let bounds = decided.bounds.values().flat_map(|found| &found.bound.references);
    in_lessons.chain(bounds.map(|reference| reference.key.clone())).collect()
}

/// The page with the list of references, which is one.
fn references<'l>(lessons: &'l [Lesson], problems: &mut Problems) -> Option<&'l str> {
    let mut found = None;
    for lesson in lessons {
        for asked in lesson.asked.values() {
            let Asked::Bibliography(place) = asked else { continue };
            if found.is_some() {
                problems.push(Problem::error(
                    Some(place.clone()),
                    "the book has a list of references already",
                    "keep one `[[bibliography]]`: citations lead there",
                ));
            }
            found.get_or_insert(lesson.page.as_str());
        }
    }
    found
}

/// The captions that authors gave, by figure; of several the first.
fn captions(lessons: &[Lesson], evidence: Evidence<'_>) -> BTreeMap<FigureId, Sentence> {
    let mut captions = BTreeMap::new();
    for showing in lessons.iter().flat_map(|lesson| lesson.showings.values()) {
        let Some(caption) = &showing.caption else { continue };
        let exhibited = evidence.exhibits.get(&showing.name);
        let figure = exhibited.and_then(|exhibited| {
            exhibited.figures.iter().find(|figure| showing.shows(&figure.name))
        });
        if let Some(figure) = figure {
            let id = (showing.name.clone(), figure.name.clone());
            captions.entry(id).or_insert_with(|| caption.clone());
        }
    }
    captions
}
