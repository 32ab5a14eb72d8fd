//! What a scan finds.

use std::ops::Range;

use super::text::Excerpt;

/// What to look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether dollars delimit formulas.
    pub math: bool,
}

/// What was found in a lesson.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// Sorted by place; no two overlap.
    pub items: Vec<Item>,
    /// Sorted by place.
    pub faults: Vec<Fault>,
}

/// Something that is to be replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its bytes in the lesson.
    pub span: Range<usize>,
    /// What it stands in.
    pub context: Context,
    /// What it is.
    pub kind: ItemKind,
}

/// What an item stands in, as far as its replacement must know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// In a heading (which then has an explicit `{#id}`, or there is a fault).
    pub heading: bool,
    /// In a cell of a table.
    pub table: bool,
    /// In the description of an image, where no tag may stand.
    pub image: bool,
    /// Alone in its block: nothing else is on its lines, and they are no part of a paragraph.
    pub own_block: bool,
    /// What every further line of the replacement must begin with to stay in the same
    /// quotes and list items, such as `"> "` or `"   "`; on a blank line without its
    /// trailing white space. Only for a replacement of several lines, or with blank lines.
    pub prefix: String,
    /// The line before is text: a replacement that cannot interrupt a paragraph needs a
    /// blank line, which is `"\n" + prefix` directly before it. (HTML that begins with `<figure>`
    /// or `<div>` needs none, except under a table; in a list, a blank line makes it a loose one.)
    pub needs_blank_before: bool,
    /// The line after is in the same container and not blank: it would be a part of a block of
    /// HTML. A blank line is `"\n" + prefix.trim_end()` directly behind the replacement.
    pub needs_blank_after: bool,
}

impl Context {
    /// One line of HTML as a block of its own in this place: markdown goes on after it.
    #[must_use]
    pub fn as_block(&self, html: &str) -> String {
        // The item begins behind its line's prefix, and the end of its line is still to come.
        let before =
            if self.needs_blank_before { format!("\n{}", self.prefix) } else { String::new() };
        let after = if self.needs_blank_after {
            format!("\n{}", self.prefix.trim_end())
        } else {
            String::new()
        };
        format!("{before}{html}{after}")
    }
}

/// What an item is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemKind {
    /// `[[keyword subject {options}]]`.
    Directive(Directive),
    /// `$…$` or `$$…$$`.
    Math(Math),
    /// Fenced blocks, at least two, with `<!--code-toggle-->` between them. The item
    /// reaches from the first fence to the end of the last.
    CodeToggle {
        /// The blocks, in order.
        blocks: Vec<CodeBlock>,
    },
    /// `> [!THEOREM] ` up to the title; without a title, the whole line of the mark. The item
    /// begins at the `>`, and `context` is that of the block, not of what is in it.
    TheoremOpen(TheoremLike),
    /// What follows the title of a theorem-like block on its line, such as ` {#thm-x}`; may be empty.
    TheoremTitleEnd(TheoremLike),
    /// The end of a theorem-like block, an empty stretch behind the last byte of its last line.
    TheoremClose(TheoremLike),
    /// What stands before a line in a theorem-like block, such as `> `, and is to be replaced by
    /// this, mostly nothing.
    Unquote(String),
}

/// A theorem-like block: a quote that opens with `[!THEOREM]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TheoremLike {
    /// Which of them it is.
    pub kind: TheoremKind,
    /// Whether it can be folded.
    pub fold: Option<Fold>,
    /// What links to it say, without `{#` and `}`.
    pub id: Option<Excerpt>,
    /// The title as written: a line of markdown, whose formulas and directives are items of their own.
    pub title: Option<Excerpt>,
}

/// How a block that can be folded is shown at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// `[!PROOF]-`
    Closed,
    /// `[!PROOF]+`
    Open,
}

/// The kinds of theorem-like blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TheoremKind {
    /// Something proved.
    Theorem,
    /// What a word means.
    Definition,
    /// A step on the way to a theorem.
    Lemma,
    /// Why something holds.
    Proof,
    /// A case of it.
    Example,
    /// A thing to note.
    Remark,
    /// Something for the reader to do.
    Exercise,
    /// How to do it.
    Solution,
    /// What an experiment or a theorem does not show.
    Limits,
}

impl TheoremKind {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Theorem,
        Self::Definition,
        Self::Lemma,
        Self::Proof,
        Self::Example,
        Self::Remark,
        Self::Exercise,
        Self::Solution,
        Self::Limits,
    ];

    /// What authors write: `[!THEOREM]`.
    pub fn mark(self) -> &'static str {
        match self {
            Self::Theorem => "[!THEOREM]",
            Self::Definition => "[!DEFINITION]",
            Self::Lemma => "[!LEMMA]",
            Self::Proof => "[!PROOF]",
            Self::Example => "[!EXAMPLE]",
            Self::Remark => "[!REMARK]",
            Self::Exercise => "[!EXERCISE]",
            Self::Solution => "[!SOLUTION]",
            Self::Limits => "[!LIMITS]",
        }
    }

    /// What readers see: "Theorem".
    pub fn label(self) -> &'static str {
        match self {
            Self::Theorem => "Theorem",
            Self::Definition => "Definition",
            Self::Lemma => "Lemma",
            Self::Proof => "Proof",
            Self::Example => "Example",
            Self::Remark => "Remark",
            Self::Exercise => "Exercise",
            Self::Solution => "Solution",
            Self::Limits => "Limits",
        }
    }

    /// The kind whose mark holds this word, `THEOREM`.
    pub fn from_mark(word: &str) -> Option<Self> {
        let is_meant = |kind: &Self| {
            kind.mark().strip_prefix("[!").and_then(|mark| mark.strip_suffix(']')) == Some(word)
        };
        Self::ALL.into_iter().find(is_meant)
    }
}

/// A directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// What it asks for.
    pub keyword: Keyword,
    /// What follows the keyword, up to the options: an ID, `NAME.estimate`, a comparison.
    /// Empty when nothing does.
    pub subject: String,
    /// The subject's bytes in the lesson.
    pub subject_span: Range<usize>,
    /// The YAML flow mapping, with its braces.
    pub options: Option<Excerpt>,
}

/// A formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Math {
    /// Whether it is displayed (`$$`).
    pub display: bool,
    /// The TeX between the dollars, as written; `tex.source_offset` finds a place in the lesson.
    pub tex: Excerpt,
    /// The `[[value …]]` in it.
    pub values: Vec<MathValue>,
    /// The `\label{…}` in it, which only a displayed formula has.
    pub label: Option<Label>,
}

/// A `\label{eq-x}` in a formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// `eq-x`
    pub id: String,
    /// The bytes of the command in the formula's TeX.
    pub in_tex: Range<usize>,
    /// The same in the lesson.
    pub span: Range<usize>,
}

impl Label {
    /// What stands in its place in the TeX for KaTeX: the formula's number, or nothing.
    ///
    /// KaTeX sets a `\tag` at the end of the formula wherever it stands, and in `align`, `gather`
    /// and `equation` at the end of its row.
    #[must_use]
    pub fn tag(&self, number: Option<&str>) -> String {
        // The space keeps `\alpha\label{x}b` apart.
        number.map_or_else(|| " ".to_owned(), |number| format!("\\tag{{{number}}}"))
    }
}

/// A `[[value …]]` in a formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MathValue {
    /// Its bytes in the formula's TeX.
    pub in_tex: Range<usize>,
    /// The directive; its own spans are bytes of the lesson.
    pub directive: Directive,
}

/// One fenced block of a code toggle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeBlock {
    /// The info string, such as `python` or `rust,ignore`.
    pub info: String,
    /// The block with its fences, without the prefixes of quotes and lists.
    pub source: String,
    /// The block as it stands, but without the prefixes of theorem-like blocks.
    pub markdown: String,
    /// Its bytes in the lesson.
    pub span: Range<usize>,
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its bytes in the lesson.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

/// The first word of a directive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Keyword {
    /// Figures, caption, data and provenance of a simulation.
    Simulation,
    /// A theorem with numbers put in.
    Bound,
    /// A number.
    Value,
    /// A checked statement.
    Claim,
    /// A reference to a figure or bound.
    Ref,
    /// A citation.
    Cite,
    /// The list of references.
    Bibliography,
    /// The table of all claims and bounds.
    Ledger,
    /// All figures.
    Gallery,
}

impl std::fmt::Display for Keyword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl Keyword {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Simulation,
        Self::Bound,
        Self::Value,
        Self::Claim,
        Self::Ref,
        Self::Cite,
        Self::Bibliography,
        Self::Ledger,
        Self::Gallery,
    ];

    /// The word that authors write.
    pub fn name(self) -> &'static str {
        match self {
            Self::Simulation => "simulation",
            Self::Bound => "bound",
            Self::Value => "value",
            Self::Claim => "claim",
            Self::Ref => "ref",
            Self::Cite => "cite",
            Self::Bibliography => "bibliography",
            Self::Ledger => "ledger",
            Self::Gallery => "gallery",
        }
    }

    /// The keyword of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|keyword| keyword.name() == name)
    }

    /// Whether it stands in a block of its own; else in a line of text.
    pub fn is_block(self) -> bool {
        use Keyword::{Bibliography, Bound, Gallery, Ledger, Simulation};
        matches!(self, Simulation | Bound | Bibliography | Ledger | Gallery)
    }

    /// Whether something must follow it.
    pub fn takes_subject(self) -> bool {
        !matches!(self, Self::Bibliography | Self::Ledger | Self::Gallery)
    }
}
