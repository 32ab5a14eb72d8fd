//! The figures of one directive: found in the exhibit, drawn or read, put together with their captions, and
//! written beside the lessons.

use std::rc::Rc;

use experiments::claim::Claim;

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
        let words = match self.check {
            true => Rc::default(),
            false => Rc::clone(self.words.entry(id).or_insert_with(|| page::words(figure).into())),
        };
        let shown = page::Shown {
            simulation,
            stored,
            claims,
            words: &words,
            to_root: page.to_root,
            stem: part.stem,
            standing: evidence.standings.get(name),
        };
        let drawing = match &showing.alt {
            Some(alt) => {
                let alt = self.sentence(alt, Within::Plain, page, problems);
                page::relabelled(&drawing, &figure.label, &alt)
            }
            None => drawing,
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
        if self.check {
            // Any figure can be drawn.
            self.drawings.insert(stem.to_owned(), (id.clone(), String::new()));
            return Some(String::new());
        }
        let draft = self.evidence.is_draft(&id.0);
        let folder = match draft {
            true => self.scratch.drawings(),
            false => self.config.lessons.join("figures"),
        };
        let file = format!("{stem}.svg");
        let wide_path = folder.join(&file);
        let narrow_path = folder.join(published::NARROW).join(&file);
        let looks = (Look::default(), Look::narrow());
        let [wide, narrow] =
            drawing::drawings(figure, [(&looks.0, &wide_path), (&looks.1, &narrow_path)]);
        if wide.drawn || narrow.drawn {
            self.rendered.drawn += 1;
        } else {
            self.rendered.read += 1;
        }
        let html = wide.svg + &narrow.svg;
        if draft {
            for (path, drawing) in [(wide_path, wide.file), (narrow_path, narrow.file)] {
                // Without it, it is drawn again with the next save.
                let temporary = self.scratch.temporary();
                let _ = files::replace_if_changed(&path, drawing.as_bytes(), &temporary);
            }
            self.drawings.insert(stem.to_owned(), (id.clone(), html.clone()));
            return Some(html);
        }
        self.published.add(wide_path, wide.file.into_bytes());
        self.published.add(narrow_path, narrow.file.into_bytes());
        let numbers = figure::csv(figure).into_bytes();
        self.published.add(folder.join(format!("{stem}.csv")), numbers);
        self.drawings.insert(stem.to_owned(), (id.clone(), html.clone()));
        Some(html)
    }
}
