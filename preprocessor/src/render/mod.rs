//! From figures, formulas and code toggles to HTML, and lessons with it put in.

pub mod drawing;
pub mod figure;
pub mod html;
pub mod math;
pub mod page;
pub mod published;
pub mod sweep;
pub mod toggle;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;

use experiments::claim::Claim;

use crate::config::Config;
use crate::diagnostics::Problem;
use crate::diagnostics::Problems;
use crate::diagnostics::suggest;
use crate::exhibit::Exhibited;
use crate::export;
use crate::lesson::Lesson;
use crate::numbering::FigureId;
use crate::numbering::Numbering;
use crate::render::figure::Look;
use crate::render::published::Published;
use crate::resolve::Showing;
use crate::resolve::Simulation;
use crate::scan;
use crate::scan::Item;
use crate::scan::ItemKind;
use crate::store::layout;
use crate::store::records::Stored;
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

/// Renders the lessons of one book, in order.
pub struct Renderer<'a> {
    config: &'a Config,
    scratch: &'a Scratch,
    simulations: &'a BTreeMap<String, Simulation<'a>>,
    records: &'a BTreeMap<String, Stored>,
    exhibits: &'a BTreeMap<String, Exhibited>,
    formulas: Formulas,
    numbering: Numbering,
    /// By stem: the figure that owns its files, and its drawings as HTML.
    drawings: BTreeMap<String, (FigureId, String)>,
    published: Published,
    rendered: Rendered,
    needs: Needs,
}

/// Which figure of a simulation, and the name of its files without ending.
#[derive(Clone, Copy)]
struct Part<'p> {
    figure: &'p str,
    /// Whether it is the exhibit's first, to which claims without a figure belong.
    first: bool,
    stem: &'p str,
}

/// What a lesson shows, and so which styles it needs.
#[derive(Clone, Copy, Debug, Default)]
struct Needs {
    math: bool,
    figures: bool,
    sweeps: bool,
    toggles: bool,
}

impl<'a> Renderer<'a> {
    /// A renderer for a book with these records.
    #[must_use]
    pub fn new(
        config: &'a Config,
        scratch: &'a Scratch,
        simulations: &'a BTreeMap<String, Simulation<'a>>,
        records: &'a BTreeMap<String, Stored>,
        exhibits: &'a BTreeMap<String, Exhibited>,
        lessons: &[Lesson],
    ) -> Self {
        let formulas = lessons.iter().flat_map(|lesson| &lesson.scan.items).filter_map(|item| {
            match &item.kind {
                ItemKind::Math(found) => Some((found.tex.text.as_str(), found.display)),
                _ => None,
            }
        });
        Self {
            config,
            scratch,
            simulations,
            records,
            exhibits,
            formulas: Formulas::new(formulas),
            numbering: Numbering::default(),
            drawings: BTreeMap::new(),
            published: Published::default(),
            rendered: Rendered::default(),
            needs: Needs::default(),
        }
    }

    /// The text of a lesson with everything that was found in it rendered, and every other byte as
    /// it was. What cannot be rendered stays as it stands and is a problem.
    pub fn lesson(&mut self, lesson: &Lesson, problems: &mut Problems) -> String {
        let mut out = String::with_capacity(lesson.text.len());
        let mut copied = 0;
        self.needs = Needs::default();
        for (i, item) in lesson.scan.items.iter().enumerate() {
            if let Some(html) = self.item(lesson, i, item, problems) {
                out.push_str(&lesson.text[copied..item.span.start]);
                out.push_str(&html);
                copied = item.span.end;
            }
        }
        out.push_str(&lesson.text[copied..]);
        self.with_theme(lesson, &out)
    }

    fn item(
        &mut self,
        lesson: &Lesson,
        i: usize,
        item: &Item,
        problems: &mut Problems,
    ) -> Option<String> {
        match &item.kind {
            ItemKind::Directive(_) => {
                let showing = lesson.showings.get(&i)?;
                let html = self.showing(lesson, showing, problems)?;
                Some(item.context.as_block(&html))
            }
            ItemKind::Math(found) => match self.formulas.render(&found.tex.text, found.display) {
                Ok(html) => {
                    self.rendered.formulas += 1;
                    self.needs.math = true;
                    Some(html)
                }
                Err(fault) => {
                    let span = match fault.offset {
                        Some(at) => {
                            let start = found.tex.source_offset(at).min(item.span.end - 1);
                            start..(start + 1).min(item.span.end)
                        }
                        None => item.span.clone(),
                    };
                    problems.push(Problem::error(
                        Some(lesson.origin.place(span)),
                        format!("KaTeX: {}", fault.message),
                        if found.display { "" } else { "a dollar that is money is written `\\$`" },
                    ));
                    None
                }
            },
            ItemKind::CodeToggle { blocks } => {
                self.rendered.toggles += 1;
                self.needs.toggles = true;
                let id = format!("code-toggle-{}", self.rendered.toggles);
                let blocks: Vec<toggle::Block> = blocks
                    .iter()
                    .map(|block| toggle::Block {
                        label: toggle::label(&block.info),
                        // With the prefixes of its container, as it stands.
                        markdown: lesson.text[block.span.clone()].to_owned(),
                    })
                    .collect();
                let markdown = toggle::render(&blocks, &id, &item.context.prefix);
                Some(item.context.as_block(&markdown))
            }
        }
    }

    /// The figures that a directive shows, as one line of HTML.
    fn showing(
        &mut self,
        lesson: &Lesson,
        showing: &Showing,
        problems: &mut Problems,
    ) -> Option<String> {
        let simulation = self.simulations.get(&showing.name)?;
        let exhibited = self.exhibits.get(&showing.name)?;
        let names = || exhibited.figures.iter().map(|figure| figure.name.as_str());
        if let Some(name) = &showing.figure
            && !names().any(|known| known == name)
        {
            problems.push(Problem::error(
                Some(showing.place.clone()),
                format!("`{}` has no figure `{name}`", simulation.entry.id()),
                suggest(name, names()),
            ));
            return None;
        }
        if showing.caption.is_some() && showing.figure.is_none() && exhibited.figures.len() > 1 {
            problems.push(Problem::error(
                Some(showing.place.clone()),
                format!("one caption for {} figures", exhibited.figures.len()),
                format!("say which with `figure`: {}", suggest("", names())),
            ));
            return None;
        }
        let sweep = simulation.sweep.as_ref().filter(|_| showing.swept);
        let to_root = lesson.to_root();
        let mut html = String::new();
        for (i, figure) in exhibited.figures.iter().enumerate() {
            if showing.figure.as_ref().is_some_and(|name| *name != figure.name) {
                continue;
            }
            let stem = match i {
                0 => showing.name.clone(),
                _ => format!("{}-{}", showing.name, figure.name),
            };
            let part = Part { figure: &figure.name, first: i == 0, stem: &stem };
            let parts = self.parts(&showing.name, part, &to_root, showing, problems)?;
            let slider = match sweep {
                Some(sweep) => Some(self.slider(sweep, part, &to_root, showing, problems)?),
                None => None,
            };
            let id = (showing.name.clone(), figure.name.clone());
            let anchor = format!("fig-{stem}");
            let (numbered, first) =
                self.numbering.show(&id, &anchor, &lesson.page, &lesson.section);
            html.push_str(&page::figure(&parts, &numbered, first, &to_root, slider.as_deref()));
        }
        self.export(&showing.name);
        self.needs.figures = true;
        if let Some(sweep) = sweep {
            for frame in &sweep.frames {
                self.export(&frame.simulation);
            }
            self.needs.sweeps = true;
            html = format!("<div class=\"sweep\">{html}</div>");
        }
        Some(html)
    }

    /// What one figure of one simulation shows. Its links start at `to_root`.
    fn parts(
        &mut self,
        name: &str,
        part: Part<'_>,
        to_root: &str,
        showing: &Showing,
        problems: &mut Problems,
    ) -> Option<page::Parts> {
        let simulation = self.simulations.get(name)?;
        let stored = self.records.get(name)?;
        let exhibited = self.exhibits.get(name)?;
        let Some(figure) = exhibited.figures.iter().find(|figure| figure.name == part.figure)
        else {
            problems.push(Problem::error(
                Some(simulation.place.clone()),
                format!(
                    "`{name}` has no figure `{}`, as other values of its sweep do",
                    part.figure
                ),
                "take this value out of the sweep, or show another figure with `figure`",
            ));
            return None;
        };
        let id = (name.to_owned(), figure.name.clone());
        let Some(drawing) = self.draw(part.stem, &id, figure) else {
            problems.push(Problem::error(
                Some(showing.place.clone()),
                format!("two figures would have the files `figures/{}.*`", part.stem),
                "give the simulation another name with `as`",
            ));
            return None;
        };
        let of_figure =
            |claim: &&Claim| claim.figure == figure.name || (part.first && claim.figure.is_empty());
        let claims = exhibited.claims.iter().filter(of_figure).collect();
        let shown = page::Shown { simulation, stored, figure, claims, to_root, stem: part.stem };
        let mut text = |text: &str, math: bool| {
            let html = inline(&mut self.formulas, text, math, &showing.place, problems);
            self.needs.math |= html.contains("class=\"katex\"");
            html
        };
        let caption = match &showing.caption {
            // Where math is somebody else's business, it is in an author's caption too.
            Some(caption) => text(caption, self.config.math),
            None => text(&figure.caption, true),
        };
        Some(page::parts(&shown, drawing, caption, &mut |sentence| text(sentence, true)))
    }

    /// The drawings of a figure, for wide and for narrow screens; none where another figure has files of
    /// these names.
    fn draw(
        &mut self,
        stem: &str,
        id: &FigureId,
        figure: &experiments::figure::Figure,
    ) -> Option<String> {
        if let Some((owner, svg)) = self.drawings.get(stem) {
            return (owner == id).then(|| svg.clone());
        }
        let folder = self.config.lessons.join("figures");
        let file = format!("{stem}.svg");
        let wide = drawing::drawing(figure, &Look::default(), &folder.join(&file));
        let narrow_path = folder.join(published::NARROW).join(&file);
        let narrow = drawing::drawing(figure, &Look::narrow(), &narrow_path);
        if wide.drawn || narrow.drawn {
            self.rendered.drawn += 1;
        } else {
            self.rendered.read += 1;
        }
        let html = wide.svg + &narrow.svg;
        self.published.add(folder.join(file), wide.file.into_bytes());
        self.published.add(narrow_path, narrow.file.into_bytes());
        let numbers = figure::csv(figure).into_bytes();
        self.published.add(folder.join(format!("{stem}.csv")), numbers);
        self.drawings.insert(stem.to_owned(), (id.clone(), html.clone()));
        Some(html)
    }

    fn export(&mut self, name: &str) {
        let (Some(simulation), Some(stored), Some(exhibited)) =
            (self.simulations.get(name), self.records.get(name), self.exhibits.get(name))
        else {
            return;
        };
        let path = self.config.lessons.join("figures").join(format!("{}.json", simulation.name));
        let value = export::simulation(simulation, stored, &exhibited.claims);
        self.published.add(path, format!("{}\n", layout::compact(&value)).into_bytes());
    }

    /// Puts the styles and the script that a lesson needs before it, where its book does not list them.
    fn with_theme(&self, lesson: &Lesson, text: &str) -> String {
        let Needs { math, figures, sweeps, toggles } = self.needs;
        let needed = |file: &str| match file {
            "katex.css" => math,
            "figures.css" => figures,
            "sweep.css" | "sweep.js" => sweeps,
            "code-toggle.css" | "code-toggle.js" => toggles,
            _ => math || figures || toggles,
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
        before + text
    }

    /// Writes the files below `figures/` that changed. mdBook copies them into the site.
    pub fn write_files(&mut self, lessons: &Path, problems: &mut Problems) {
        let folder = lessons.join("figures");
        if !self.formulas.0.is_empty() && !self.config.installs("katex.css") {
            for (path, bytes) in theme::FILES.iter().filter(|(path, _)| path.starts_with("fonts/"))
            {
                self.published.add(folder.join(path), bytes.to_vec());
            }
        }
        self.published.write(&folder, &self.scratch.temporary(), problems);
    }

    /// What rendering took.
    #[must_use]
    pub fn finish(self) -> Rendered {
        self.rendered
    }
}

/// Formulas that were rendered, each once.
struct Formulas(BTreeMap<(String, bool), Result<String, math::Fault>>);

impl Formulas {
    /// Renders many at once, on all processors.
    fn new<'f>(formulas: impl Iterator<Item = (&'f str, bool)>) -> Self {
        let different: BTreeSet<(&str, bool)> = formulas.collect();
        let batch: Vec<math::Formula<'_>> =
            different.iter().map(|&(tex, display)| math::Formula { tex, display }).collect();
        let keys = different.iter().map(|&(tex, display)| (tex.to_owned(), display));
        Self(keys.zip(math::render_all(&batch)).collect())
    }

    /// The HTML of a formula, which may be new.
    fn render(&mut self, tex: &str, display: bool) -> Result<String, math::Fault> {
        let rendered = self.0.entry((tex.to_owned(), display));
        rendered.or_insert_with(|| math::render(tex, display)).clone()
    }
}

/// A sentence that may hold `$…$` where `math` is on, as HTML for inside an HTML block.
fn inline(
    formulas: &mut Formulas,
    text: &str,
    math: bool,
    place: &crate::diagnostics::Place,
    problems: &mut Problems,
) -> String {
    let scan = scan::scan(text, scan::Options { math });
    let mut html = String::new();
    let mut copied = 0;
    for item in &scan.items {
        let ItemKind::Math(found) = &item.kind else { continue };
        match formulas.render(&found.tex.text, false) {
            Ok(rendered) => {
                html.push_str(&html::escape(&text[copied..item.span.start]));
                html.push_str(&rendered);
                copied = item.span.end;
            }
            Err(fault) => problems.push(Problem::error(
                Some(place.clone()),
                format!("KaTeX, in the text of a figure: {}", fault.message),
                format!("the text is: {text}"),
            )),
        }
    }
    html.push_str(&html::escape(&text[copied..]));
    html
}
