//! A page of a live session: what is wrong stands at its top and in its place, and what is still to come has
//! words where it will be. Every such page is marked, and says so.

use std::fmt::Write as _;

use super::report;
use super::standing::Basis;
use super::standing::Future;
use super::standing::Standing;
use crate::asked::Asked;
use crate::decide::Evidence;
use crate::diagnostics::Place;
use crate::diagnostics::Problem;
use crate::diagnostics::Problems;
use crate::diagnostics::Severity;
use crate::lesson::Lesson;
use crate::render::Page;
use crate::render::Piece;
use crate::render::html::escape;
use crate::render::html::inert_attribute;
use crate::render::html::inert_text;
use crate::scan::Item;
use crate::scan::ItemKind;

/// What a page of a live session holds and no other.
pub const MARK: &str = "<!-- mdbook-simulation: a page of a live session, not to be published -->";

const STYLE: &str = include_str!("../../../theme/live.css");
const SCRIPT: &str = include_str!("../../../theme/live.js");

/// The endpoint to which pages of `mdbook serve` listen.
const ENDPOINT: &str = "\"__livereload\"";

/// Whether a page was written by a live session: by what it says, or by mdBook's script in it.
#[must_use]
pub fn is_live(page: &str) -> bool {
    page.contains(MARK) || (page.contains("new WebSocket(") && page.contains(ENDPOINT))
}

/// What a chapter holds of which nothing could be made, above its text as it is.
#[must_use]
pub fn broken(message: &str, text: &str) -> String {
    format!("{MARK}<pre>{}</pre>\n\n{text}", escape(message))
}

/// What pages of a live session are made from.
pub(crate) struct Composer<'a> {
    /// Everything that is wrong with the book.
    pub(crate) problems: &'a Problems,
    /// What there is to show.
    pub(crate) evidence: Evidence<'a>,
    /// The files of all lessons.
    pub(crate) lessons: &'a [Lesson],
}

impl Composer<'_> {
    /// The text of one lesson.
    pub(crate) fn compose(&self, lesson: &Lesson, page: &Page) -> String {
        let line = |text: &str| text.lines().map(str::trim).collect::<Vec<_>>().join(" ");
        let mut text = format!(
            "{MARK}<style>{}</style>\n\n<script data-root=\"{}\" data-file=\"{}\">{}</script>\n\n{}",
            line(STYLE),
            lesson.to_root(),
            report::FILE,
            line(SCRIPT),
            page.theme
        );
        text.push_str(&self.top(lesson));
        for piece in &page.pieces {
            match piece {
                Piece::Text(piece) => text.push_str(piece),
                Piece::Gap { item, source } => text.push_str(&self.gap(lesson, *item, source)),
            }
        }
        text
    }

    /// The problems of a lesson, and those that belong to none.
    fn top(&self, lesson: &Lesson) -> String {
        let concerns = |place: &Place| {
            let elsewhere = |other: &&Lesson| other.origin.holds(place);
            lesson.origin.holds(place) || !self.lessons.iter().any(|other| elsewhere(&other))
        };
        let problems = self.problems.sorted().into_iter();
        let mine: Vec<&Problem> =
            problems.filter(|problem| problem.place.as_ref().is_none_or(concerns)).collect();
        if mine.is_empty() {
            return String::new();
        }
        let error = mine.iter().any(|problem| problem.severity == Severity::Error);
        let class = if error { " error" } else { "" };
        let mut html = format!("<div class=\"sim-live{class}\" role=\"status\"><ul>");
        for problem in mine {
            let _ = write!(html, "<li>{}</li>", told(problem, true));
        }
        html.push_str("</ul></div>\n\n");
        html
    }

    /// What stands where something could not be shown.
    fn gap(&self, lesson: &Lesson, item: usize, source: &str) -> String {
        let Some(found) = lesson.scan.items.get(item) else { return source.to_owned() };
        let place = lesson.origin.place(found.span.clone());
        let problems = self.problems.sorted().into_iter();
        let here: Vec<&Problem> = problems
            .filter(|problem| problem.place.as_ref().is_some_and(|other| within(other, &place)))
            .collect();
        if !here.is_empty() {
            return wrong(found, source, &here);
        }
        let waiting = self
            .names(lesson, item)
            .into_iter()
            .find_map(|name| self.evidence.standings.get(&name).map(|standing| (name, standing)));
        match waiting {
            Some((name, standing)) => waits(found, &name, standing),
            None => source.to_owned(),
        }
    }

    /// The simulations that an item is about.
    fn names(&self, lesson: &Lesson, item: usize) -> Vec<String> {
        if let Some(showing) = lesson.showings.get(&item) {
            let simulation = self.evidence.simulations.get(&showing.name);
            let sweep = simulation.and_then(|simulation| simulation.sweep.as_ref());
            let frames = sweep.iter().flat_map(|sweep| &sweep.frames);
            let frames = frames.map(|frame| frame.simulation.clone());
            return std::iter::once(showing.name.clone()).chain(frames).collect();
        }
        if let Some(formula) = lesson.formulas.get(&item) {
            return formula.values().map(|value| value.name.clone()).collect();
        }
        match lesson.asked.get(&item) {
            Some(Asked::Bound(bound)) => {
                let subject = self.evidence.subject(bound);
                subject.into_iter().map(|simulation| simulation.name.clone()).collect()
            }
            Some(Asked::Ref(reference)) => {
                self.evidence.awaited(&reference.id).into_iter().map(str::to_owned).collect()
            }
            Some(asked) => asked.names().into_iter().map(|(name, _)| name.to_owned()).collect(),
            None => Vec::new(),
        }
    }
}

/// Whether a part of a file lies in another.
fn within(inner: &Place, outer: &Place) -> bool {
    inner.file.path == outer.file.path
        && outer.span.start <= inner.span.start
        && inner.span.start < outer.span.end.max(outer.span.start + 1)
}

/// A problem in words, as HTML.
fn told(problem: &Problem, with_place: bool) -> String {
    let mut html = String::new();
    if let Some(place) = problem.place.as_ref().filter(|_| with_place) {
        let _ = write!(html, "<span class=\"place\">{}</span> ", escape(&place.to_string()));
    }
    if problem.severity == Severity::Warning {
        html.push_str("Warning: ");
    }
    html.push_str(&escape(&problem.message));
    if !problem.hint.is_empty() {
        let _ = write!(html, " <em>({})</em>", escape(&problem.hint));
    }
    html
}

fn wrong(item: &Item, source: &str, problems: &[&Problem]) -> String {
    let words = || {
        let words = problems.iter().map(|problem| match problem.hint.as_str() {
            "" => problem.message.clone(),
            hint => format!("{} ({hint})", problem.message),
        });
        words.collect::<Vec<_>>().join("; ")
    };
    if is_block(item) {
        let mut html = "<div class=\"sim-live error\" role=\"status\">".to_owned();
        let _ = write!(html, "<p><code>{}</code></p>", escape(source.trim()));
        for problem in problems {
            let _ = write!(html, "<p>{}</p>", told(problem, false));
        }
        html.push_str("</div>");
        return item.context.as_block(&html);
    }
    in_line(item, " error", &format!("⚠ {}", source.trim()), &words())
}

fn waits(item: &Item, name: &str, standing: &Standing) -> String {
    if is_block(item) {
        return item.context.as_block(&placeholder(name, standing));
    }
    in_line(item, "", &format!("({name}: {})", standing.word()), &standing.sentence())
}

/// What stands where the figures of a simulation will be.
fn placeholder(name: &str, standing: &Standing) -> String {
    let mut html = format!(
        "<div class=\"sim-live\" data-simulation=\"{0}\" role=\"status\"><p><strong>{0}</strong>: {1} \
         <span class=\"future\">{2}</span></p>",
        escape(name),
        escape(&standing.shown()),
        escape(&standing.future())
    );
    if let Future::Waiting { held, shards, .. } = standing.future {
        let _ = write!(
            html,
            "<progress max=\"{}\" value=\"{held}\">{held} of {shards}</progress>",
            shards.max(1)
        );
    }
    html.push_str("</div>");
    html
}

/// What stands above a figure that is not of a fresh record; nothing where it is.
#[must_use]
pub fn banner(name: &str, standing: Option<&Standing>) -> String {
    match standing {
        Some(standing) if standing.basis != Basis::Nothing => placeholder(name, standing),
        _ => String::new(),
    }
}

/// Whether an item is replaced by a block.
fn is_block(item: &Item) -> bool {
    item.context.own_block && matches!(item.kind, ItemKind::Directive(_))
}

fn in_line(item: &Item, class: &str, text: &str, explanation: &str) -> String {
    if item.context.image {
        return inert_text(text);
    }
    format!(
        "<span class=\"sim-live-word{class}\" title=\"{}\">{}</span>",
        inert_attribute(explanation),
        inert_text(text)
    )
}
