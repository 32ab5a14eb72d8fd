//! Numbers of figures, bounds, theorem-like blocks, exercises and equations, and what a reference leads
//! to. Given over the whole book before anything is rendered, so that a reference may look forward.
//!
//! A number is the lesson's section number, then a count within the lesson, in reading order. Figures,
//! bounds, exercises and equations have counts of their own; theorems, lemmas, definitions, examples and
//! remarks share one.

use std::collections::BTreeMap;

use crate::asked::Asked;
use crate::diagnostics::Place;
use crate::diagnostics::Problem;
use crate::diagnostics::Problems;
use crate::exhibit::Exhibited;
use crate::formula::Template;
use crate::lesson::Lesson;
use crate::resolve::Showing;
use crate::scan::ItemKind;
use crate::scan::TheoremKind;

/// A figure of a simulation, as a key: its NAME and its name within the exhibit.
pub type FigureId = (String, String);

/// An item of a lesson: the index of the lesson, and of the item within its scan.
pub type Spot = (usize, usize);

/// What can have a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "whoever prints needs all of them")]
pub enum Kind {
    /// A figure.
    Figure,
    /// A bound.
    Bound,
    /// A theorem.
    Theorem,
    /// A lemma.
    Lemma,
    /// A definition.
    Definition,
    /// An example.
    Example,
    /// A remark.
    Remark,
    /// An exercise.
    Exercise,
    /// A displayed formula with a label.
    Equation,
}

impl Kind {
    /// The word before the number.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Figure => "Figure",
            Self::Bound => "Bound",
            Self::Theorem => "Theorem",
            Self::Lemma => "Lemma",
            Self::Definition => "Definition",
            Self::Example => "Example",
            Self::Remark => "Remark",
            Self::Exercise => "Exercise",
            Self::Equation => "Equation",
        }
    }

    /// Which kinds are counted together.
    fn series(self) -> Self {
        match self {
            Self::Lemma | Self::Definition | Self::Example | Self::Remark => Self::Theorem,
            other => other,
        }
    }
}

/// The kind of a theorem-like block, if it has a number.
fn kind(theorem: TheoremKind) -> Option<Kind> {
    match theorem {
        TheoremKind::Theorem => Some(Kind::Theorem),
        TheoremKind::Definition => Some(Kind::Definition),
        TheoremKind::Lemma => Some(Kind::Lemma),
        TheoremKind::Example => Some(Kind::Example),
        TheoremKind::Remark => Some(Kind::Remark),
        TheoremKind::Exercise => Some(Kind::Exercise),
        TheoremKind::Proof | TheoremKind::Solution | TheoremKind::Limits => None,
    }
}

/// The number and the anchor of something, given where it first stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "plain data")]
pub struct Numbered {
    /// What it is.
    pub kind: Kind,
    /// `4.2`
    pub number: String,
    /// The anchor: `fig-adl-double-descent`.
    pub anchor: String,
    /// The page that shows it first, relative to the book: `a/b.html`.
    pub page: String,
    /// The item that shows it first.
    pub spot: Spot,
}

impl Numbered {
    /// As a reference reads: `Figure 4.2`, `Equation (4.1)`.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{} {}", self.kind.word(), self.short())
    }

    /// The number alone, for an equation in parentheses.
    #[must_use]
    pub fn short(&self) -> String {
        match self.kind {
            Kind::Equation => format!("({})", self.number),
            _ => self.number.clone(),
        }
    }
}

/// Every number of a book.
#[derive(Debug, Default)]
pub struct Index {
    figures: BTreeMap<FigureId, Numbered>,
    items: BTreeMap<Spot, Numbered>,
    /// By id, with the place that gives it.
    targets: BTreeMap<String, (Numbered, Option<Place>)>,
    /// Other ids of figures, which give way to any id.
    aliases: BTreeMap<String, String>,
    counts: BTreeMap<(String, Kind), usize>,
}

impl Index {
    /// Numbers a book. Two things of one id are a problem at the second.
    pub fn new(
        lessons: &[Lesson],
        exhibits: &BTreeMap<String, Exhibited>,
        problems: &mut Problems,
    ) -> Self {
        let mut index = Self::default();
        for (l, lesson) in lessons.iter().enumerate() {
            for i in 0..lesson.scan.items.len() {
                index.item(lesson, (l, i), exhibits, problems);
            }
        }
        index
    }

    fn item(
        &mut self,
        lesson: &Lesson,
        spot: Spot,
        exhibits: &BTreeMap<String, Exhibited>,
        problems: &mut Problems,
    ) {
        if let Some(showing) = lesson.showings.get(&spot.1)
            && let Some(exhibited) = exhibits.get(&showing.name)
        {
            self.figures(lesson, spot, showing, exhibited, problems);
        }
        if let Some(ItemKind::TheoremOpen(theorem)) =
            lesson.scan.items.get(spot.1).map(|item| &item.kind)
            && let Some(kind) = kind(theorem.kind)
        {
            let id = theorem.id.as_ref().map(|id| (id.text.clone(), id.span.clone()));
            let anchor = id.as_ref().map_or_else(String::new, |(id, _)| id.clone());
            let numbered = self.give(kind, lesson, spot, anchor);
            self.items.insert(spot, numbered.clone());
            if let Some((id, span)) = id {
                self.target(id, numbered, Some(lesson.origin.place(span)), problems);
            }
        }
        if let Some(label) = lesson.formulas.get(&spot.1).and_then(Template::label) {
            let numbered = self.give(Kind::Equation, lesson, spot, label.id.clone());
            self.items.insert(spot, numbered.clone());
            let place = lesson.origin.place(label.span.clone());
            self.target(label.id.clone(), numbered, Some(place), problems);
        }
        if let Some(Asked::Bound(bound)) = lesson.asked.get(&spot.1) {
            let id = bound.reference().to_owned();
            let numbered = self.give(Kind::Bound, lesson, spot, format!("bound-{id}"));
            self.items.insert(spot, numbered.clone());
            self.target(id, numbered, Some(bound.place.clone()), problems);
        }
    }

    fn figures(
        &mut self,
        lesson: &Lesson,
        spot: Spot,
        showing: &Showing,
        exhibited: &Exhibited,
        problems: &mut Problems,
    ) {
        for (i, figure) in exhibited.figures.iter().enumerate() {
            if !showing.shows(&figure.name) {
                continue;
            }
            let id = (showing.name.clone(), figure.name.clone());
            if self.figures.contains_key(&id) {
                continue;
            }
            let stem = stem(&showing.name, i, &figure.name);
            let numbered = self.give(Kind::Figure, lesson, spot, format!("fig-{stem}"));
            self.figures.insert(id, numbered.clone());
            let full = format!("{}-{}", showing.name, figure.name);
            self.aliases.insert(full, stem.clone());
            self.target(stem, numbered, Some(showing.place.clone()), problems);
        }
    }

    fn give(&mut self, kind: Kind, lesson: &Lesson, spot: Spot, anchor: String) -> Numbered {
        // Unnumbered lessons share one series, so that no two things have one number.
        let series = if lesson.section.is_empty() { "" } else { lesson.page.as_str() };
        let count = self.counts.entry((series.to_owned(), kind.series())).or_default();
        *count += 1;
        let parts = lesson.section.iter().map(ToString::to_string).chain([count.to_string()]);
        let number = parts.collect::<Vec<_>>().join(".");
        Numbered { kind, number, anchor, page: lesson.page.clone(), spot }
    }

    fn target(
        &mut self,
        id: String,
        numbered: Numbered,
        place: Option<Place>,
        problems: &mut Problems,
    ) {
        if let Some((first, at)) = self.targets.get(&id) {
            let at = at.as_ref().map_or_else(String::new, |place| format!(", at {place}"));
            problems.push(Problem::error(
                place,
                format!("the id `{id}` is that of {} already{at}", first.label()),
                "give one of them another id: `{#id}` for a block, `\\label{id}` for an equation, \
                 `as` for a bound or a simulation",
            ));
            return;
        }
        self.targets.insert(id, (numbered, place));
    }

    /// The number of a figure.
    #[must_use]
    pub fn figure(&self, id: &FigureId) -> Option<&Numbered> {
        self.figures.get(id)
    }

    /// The number of an item that is no figure.
    #[must_use]
    pub fn at(&self, spot: Spot) -> Option<&Numbered> {
        self.items.get(&spot)
    }

    /// What has that id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Numbered> {
        let found = self.targets.get(id).or_else(|| self.targets.get(self.aliases.get(id)?));
        found.map(|(numbered, _)| numbered)
    }

    /// Every id.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        let aliases = self.aliases.keys().filter(|id| !self.targets.contains_key(*id));
        self.targets.keys().chain(aliases).map(String::as_str)
    }

    /// The figures in reading order, with their numbers.
    #[must_use]
    pub fn all_figures(&self) -> Vec<(&FigureId, &Numbered)> {
        let mut figures: Vec<_> = self.figures.iter().collect();
        // Within one item in the order of their numbers, which that item gave.
        figures.sort_by_key(|(_, numbered)| {
            let last = numbered.number.rsplit('.').next().and_then(|last| last.parse().ok());
            (numbered.spot, last.unwrap_or(0_usize))
        });
        figures
    }
}

/// The name of a figure's files, without ending: the simulation's for its first figure.
#[must_use]
pub fn stem(name: &str, place: usize, figure: &str) -> String {
    match place {
        0 => name.to_owned(),
        _ => format!("{name}-{figure}"),
    }
}
