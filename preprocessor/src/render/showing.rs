//! The figures of one directive: found in the exhibit, drawn or read, put together with their captions, and
//! written beside the lessons.

use std::rc::Rc;

use experiments::claim::Claim;
use experiments::figure::Figure;

use super::Drawn;
use super::Renderer;
use super::drawing;
use super::figure;
use super::figure::Look;
use super::inline::Page;
use super::inline::Within;
use super::page;
use super::published;
use crate::diagnostics::Problem;
use crate::diagnostics::Problems;
use crate::diagnostics::suggest;
use crate::lesson::Lesson;
use crate::numbering;
use crate::numbering::FigureId;
use crate::numbering::Spot;
use crate::resolve::Showing;
use crate::sentence::Sentence;
use crate::store::files;
use crate::store::packs::Key;
use crate::store::packs::Question;

/// Which figure of a simulation, and the name of its files without ending.
#[derive(Clone, Copy)]
pub(super) struct Part<'p> {
    pub(super) figure: &'p str,
    /// Whether it is the exhibit's first, to which claims without a figure belong.
    pub(super) first: bool,
    pub(super) stem: &'p str,
}

impl Renderer<'_> {
    /// The figures that a directive shows, as one line of HTML.
    pub(super) fn showing(
        &mut self,
        lesson: &Lesson,
        spot: Spot,
        showing: &Showing,
        problems: &mut Problems,
    ) -> Option<String> {
        let simulations = self.evidence.simulations;
        let exhibits = self.evidence.exhibits;
        let simulation = simulations.get(&showing.name)?;
        let exhibited = exhibits.get(&showing.name)?;
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
        let words = match (&showing.caption, &showing.alt) {
            (Some(_), _) => "caption",
            (None, Some(_)) => "alternative text",
            (None, None) => "",
        };
        if !words.is_empty() && showing.figure.is_none() && exhibited.figures.len() > 1 {
            problems.push(Problem::error(
                Some(showing.place.clone()),
                format!("one {words} for {} figures", exhibited.figures.len()),
                format!("say which with `figure`: {}", suggest("", names())),
            ));
            return None;
        }
        let sweep = simulation.sweep.as_ref().filter(|_| showing.swept);
        let to_root = lesson.to_root();
        let mut html = String::new();
        for (i, figure) in exhibited.figures.iter().enumerate() {
            if !showing.shows(&figure.name) {
                continue;
            }
            let stem = numbering::stem(&showing.name, i, &figure.name);
            let part = Part { figure: &figure.name, first: i == 0, stem: &stem };
            let page = Page { path: &lesson.page, to_root: &to_root };
            let parts = self.parts(&showing.name, part, page, showing, problems)?;
            let slider = match sweep {
                Some(sweep) => Some(self.slider(sweep, part, page, showing, problems)?),
                None => None,
            };
            let id = (showing.name.clone(), figure.name.clone());
            let numbered = self.index.figure(&id)?;
            let first = numbered.spot == spot;
            html.push_str(&page::figure(&parts, numbered, first, &to_root, slider.as_deref()));
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

    /// What one figure of one simulation shows on a page.
    pub(super) fn parts(
        &mut self,
        name: &str,
        part: Part<'_>,
        page: Page<'_>,
        showing: &Showing,
        problems: &mut Problems,
    ) -> Option<page::Parts> {
        let evidence = self.evidence;
        let simulation = evidence.simulations.get(name)?;
        let stored = evidence.records.get(name)?;
        let exhibited = evidence.exhibits.get(name)?;
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
        let Some(drawn) = self.draw(part.stem, &id, figure) else {
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
        let shown = page::Shown {
            simulation,
            stored,
            claims,
            words: &drawn.words,
            to_root: page.to_root,
            stem: part.stem,
            standing: evidence.standings.get(name),
        };
        let drawing = match &showing.alt {
            Some(alt) => {
                let alt = self.sentence(alt, Within::Plain, page, problems);
                page::relabelled(&drawn.html, &figure.label, &alt)
            }
            None => drawn.html.clone(),
        };
        let caption = match &showing.caption {
            Some(caption) => caption,
            None => &Sentence::read(&figure.caption, true, &showing.place, problems),
        };
        let caption = self.sentence(caption, Within::Html, page, problems);
        let details = &mut |sentence: &str| {
            let sentence = Sentence::read(sentence, true, &showing.place, problems);
            self.sentence(&sentence, Within::Html, page, problems)
        };
        Some(page::parts(&shown, drawing, caption, details))
    }

    /// A figure with its files, drawn for wide and for narrow screens; none where another figure has files of these
    /// names.
    fn draw(&mut self, stem: &str, id: &FigureId, figure: &Figure) -> Option<Rc<Drawn>> {
        if let Some(drawn) = self.drawn.get(stem) {
            return (drawn.id == *id).then(|| Rc::clone(drawn));
        }
        let (html, words) = match self.check {
            // Any figure can be drawn.
            true => Default::default(),
            false => {
                let digest = drawing::digest_of(figure);
                let html = self.drawings(stem, figure, &digest, self.evidence.is_draft(&id.0));
                (html, self.words(figure, &digest))
            }
        };
        let drawn = Rc::new(Drawn { id: id.clone(), html, words });
        self.drawn.insert(stem.to_owned(), Rc::clone(&drawn));
        Some(drawn)
    }

    fn words(&mut self, figure: &Figure, digest: &str) -> page::Words {
        page::Words {
            description: self.text(Question::Description, digest, || page::description(figure)),
            tables: self.text(Question::Tables, digest, || page::tables(figure)),
        }
    }

    /// Both drawings of a figure, which are published with its numbers; those of a draft stay in scratch.
    fn drawings(&mut self, stem: &str, figure: &Figure, digest: &str, draft: bool) -> String {
        let folder = match draft {
            true => self.scratch.drawings(),
            false => self.config.lessons.join("figures"),
        };
        let file = format!("{stem}.svg");
        let paths = [folder.join(&file), folder.join(published::NARROW).join(&file)];
        let mut html = String::new();
        let mut drawn = false;
        for (look, path) in [Look::default(), Look::narrow()].into_iter().zip(paths) {
            let drawing = drawing::drawing(figure, digest, &look, &path);
            html.push_str(&drawing.svg);
            drawn |= drawing.file.is_some();
            match (drawing.file, draft) {
                // Without it, it is drawn again with the next save.
                (Some(file), true) => {
                    drop(files::replace(&path, file.as_bytes(), &self.scratch.temporary()));
                }
                (None, true) => {}
                (Some(file), false) => self.published.add(path, file.into_bytes()),
                (None, false) => self.published.leave(path),
            }
        }
        match drawn {
            true => self.rendered.drawn += 1,
            false => self.rendered.read += 1,
        }
        if !draft {
            let key = Key::new(Question::Csv, digest.as_bytes());
            self.publish(key, folder.join(format!("{stem}.csv")), || figure::csv(figure));
        }
        html
    }
}
