//! Lessons: headings, prose, formulas, directives, theorem-like blocks, code.

use std::fmt::Write as _;

use super::Subjects;
use super::tex;
use super::tex::Random;

/// Displayed formulas of a lesson, each with a label.
const DISPLAYS: usize = 2;

const WORDS: [&str; 48] = [
    "the",
    "a",
    "of",
    "error",
    "sample",
    "rule",
    "bound",
    "network",
    "with",
    "and",
    "grows",
    "as",
    "points",
    "features",
    "noise",
    "is",
    "smaller",
    "than",
    "mean",
    "variance",
    "for",
    "every",
    "estimate",
    "in",
    "which",
    "risk",
    "falls",
    "until",
    "width",
    "reaches",
    "threshold",
    "where",
    "gradient",
    "descent",
    "stays",
    "near",
    "its",
    "minimum",
    "so",
    "that",
    "loss",
    "depends",
    "on",
    "only",
    "through",
    "norm",
    "data",
    "function",
];

/// Writes the lessons of one book, in order.
pub(super) struct Writer<'a> {
    subjects: &'a Subjects,
    random: Random,
    /// What later lessons can refer to.
    ids: Vec<String>,
    figures_shown: usize,
}

impl<'a> Writer<'a> {
    pub(super) fn new(subjects: &'a Subjects) -> Self {
        Self { subjects, random: Random(1), ids: Vec::new(), figures_shown: 0 }
    }

    /// The lesson at place `l` with that many formulas.
    pub(super) fn lesson(&mut self, l: usize, formulas: usize) -> String {
        let mut out = format!("# Lesson {}: {}\n\n", l + 1, self.words(4));
        let theorem = format!("thm-{}", l + 1);
        let displays = DISPLAYS.min(formulas);
        let labels: Vec<String> = (1..=displays).map(|at| format!("eq-{}-{at}", l + 1)).collect();
        self.ids.push(theorem.clone());
        self.ids.extend(labels.iter().cloned());
        let mut inline = self.inline(formulas - displays);

        self.paragraphs(&mut inline, 4, "", &mut out);
        let _ = write!(out, "## {}\n\n> [!DEFINITION] {}\n", self.words(3), self.words(2));
        self.paragraphs(&mut inline, 1, "> ", &mut out);
        self.shown(l, &mut out);
        self.paragraphs(&mut inline, 3, "", &mut out);
        let _ = writeln!(out, "> [!THEOREM] {} {{#{theorem}}}", self.words(3));
        self.paragraphs(&mut inline, 1, "> ", &mut out);
        out.push_str("> [!PROOF]-\n");
        self.paragraphs(&mut inline, 2, "> ", &mut out);
        let _ = write!(out, "## {}\n\n", self.words(3));
        for label in labels {
            let tex = tex::display(&mut self.random);
            let _ = write!(out, "$$\n{tex}\n\\label{{{label}}}\n$$\n\n");
            self.paragraphs(&mut inline, 2, "", &mut out);
        }
        if l.is_multiple_of(4) {
            out.push_str(CODE);
        }
        let rest = inline.len().div_ceil(PIECES_IN_A_PARAGRAPH).max(1);
        self.paragraphs(&mut inline, rest, "", &mut out);
        out
    }

    /// A figure, or the numbers of a bound.
    fn shown(&mut self, l: usize, out: &mut String) {
        let Subjects { figures, bounds, .. } = self.subjects;
        if l % 5 == 4 {
            let (id, named) = (&bounds[(l / 5) % bounds.len()], format!("bound-{}", l + 1));
            let _ = write!(out, "[[bound {id} {{as: {named}}}]]\n\n");
            self.ids.push(named);
        } else {
            let (name, figure, id) = &figures[self.figures_shown % figures.len()];
            let _ = write!(out, "[[simulation {name} {{figure: {figure}}}]]\n\n");
            if self.figures_shown < figures.len() {
                self.ids.push(id.clone());
            }
            self.figures_shown += 1;
        }
    }

    /// The directives and formulas that stand in lines, shuffled.
    fn inline(&mut self, formulas: usize) -> Vec<String> {
        let Self { subjects, random, ids, .. } = self;
        let mut pieces: Vec<String> =
            (0..formulas).map(|_| format!("${}$", tex::inline(random))).collect();
        for _ in 0..3 {
            let (name, estimate, _) = random.of(&subjects.estimates);
            pieces.push(format!("[[value {name}.{estimate}]]"));
            pieces.push(format!("[[ref {}]]", random.of(ids)));
        }
        let (name, claim) = random.of(&subjects.claims);
        pieces.push(format!("[[claim {name}.{claim}]]"));
        let (name, estimate, below) = random.of(&subjects.estimates);
        pieces.push(format!("[[claim {name}.{estimate} > {below}]]"));
        pieces.push(format!("[[cite {}]]", random.of(&subjects.works)));
        for at in (1..pieces.len()).rev() {
            let other = random.below(at + 1);
            pieces.swap(at, other);
        }
        pieces
    }

    fn words(&mut self, count: usize) -> String {
        let words: Vec<&str> = (0..count).map(|_| *self.random.of(&WORDS)).collect();
        words.join(" ")
    }

    /// Paragraphs that take some of the pieces, each line after `prefix`.
    fn paragraphs(
        &mut self,
        pieces: &mut Vec<String>,
        count: usize,
        prefix: &str,
        out: &mut String,
    ) {
        for at in 0..count {
            if at > 0 {
                let _ = writeln!(out, "{}", prefix.trim_end());
            }
            let rest = pieces.len().saturating_sub(PIECES_IN_A_PARAGRAPH);
            for piece in pieces.split_off(rest) {
                let (before, after) = (3 + self.random.below(5), 2 + self.random.below(5));
                let (before, after) = (self.words(before), self.words(after));
                let _ = writeln!(out, "{prefix}{before} {piece} {after}.");
            }
            if pieces.is_empty() {
                let _ = writeln!(out, "{prefix}{}.", self.words(9));
            }
        }
        out.push('\n');
    }
}

const PIECES_IN_A_PARAGRAPH: usize = 4;

const CODE: &str = "```python
def step(weights, gradient, rate):
    return weights - rate * gradient  # costs $5
```
<!--code-toggle-->
```pseudocode
w ← w − rate · gradient
```

";
