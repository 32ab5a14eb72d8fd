//! What pulldown-cmark, which mdBook renders with, says about a lesson: what is code
//! or HTML, where formulas lie, and in what they stand.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, LinkType, Options, Parser, Tag, TagEnd};

use super::dollars::{Between, is_plain};

/// The facts, each list sorted by place. Ranges are bytes of the lesson.
#[derive(Default)]
pub(super) struct Facts {
    /// Code, HTML, destinations of links: nothing of ours is in there.
    pub(super) opaque: Vec<Range<usize>>,
    /// Inline code and inline HTML only.
    pub(super) inline: Vec<Range<usize>>,
    pub(super) formulas: Vec<Formula>,
    pub(super) headings: Vec<Heading>,
    pub(super) cells: Vec<Range<usize>>,
    pub(super) images: Vec<Range<usize>>,
    /// Where a block begins: a directive does not reach over it.
    pub(super) boundaries: Vec<usize>,
    /// Where thematic breaks begin.
    pub(super) rules: Vec<usize>,
    /// Blocks in reading order, as far as code toggles need them.
    pub(super) leaves: Vec<Leaf>,
    /// Quotes, those within others too.
    pub(super) quotes: Vec<Range<usize>>,
    /// Inline HTML that is a code-toggle mark, where it can have no effect.
    pub(super) stray_marks: Vec<Range<usize>>,
}

/// A formula with its dollars.
pub(super) struct Formula {
    pub(super) span: Range<usize>,
    pub(super) display: bool,
}

impl Formula {
    /// The dollars that are only dollars, if this is no formula.
    pub(super) fn plain_dollars(&self, text: &str) -> Option<Range<usize>> {
        let Range { start, end } = self.span;
        let dollars = if self.display { 2 } else { 1 };
        let inner = text.get(start + dollars..end - dollars).unwrap_or("");
        if inner.trim().is_empty() {
            return Some(start..end);
        }
        let (before, after) = (text.get(..start).unwrap_or(""), text.get(end..).unwrap_or(""));
        let between = Between { before, inner, after, display: self.display };
        is_plain(between).then_some(start..start + dollars)
    }
}

/// A heading.
pub(super) struct Heading {
    pub(super) span: Range<usize>,
    pub(super) has_id: bool,
}

/// A block, and the container that it stands in.
pub(super) struct Leaf {
    pub(super) span: Range<usize>,
    pub(super) container: usize,
    pub(super) kind: LeafKind,
}

/// What a code toggle needs to know of a block.
pub(super) enum LeafKind {
    /// Fenced code and its info string.
    Fence(String),
    /// `<!--code-toggle-->`; `alone` when nothing else is in that HTML block.
    Mark { alone: bool },
    /// Any other block, or several.
    Other,
}

/// mdBook's own options, with math and without smart punctuation.
fn options(math: bool) -> Options {
    let mut options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_GFM;
    options.set(Options::ENABLE_MATH, math);
    options
}

/// Reads the facts off `text`, which begins at the byte `base` of the lesson.
pub(super) fn facts(text: &str, base: usize, math: bool) -> Facts {
    let mut walk = Walk {
        text,
        facts: Facts::default(),
        containers: vec![0],
        opened: 0,
        links: Vec::new(),
        in_leaf: 0,
    };
    let mut events = Parser::new_ext(text, options(math)).into_offset_iter();
    for (event, range) in events.by_ref() {
        walk.event(event, range);
    }
    let definitions = events.reference_definitions().iter();
    walk.facts.opaque.extend(definitions.map(|(_, definition)| definition.span.clone()));
    walk.facts.finish(base)
}

impl Facts {
    /// Sorts every list and moves all places by `base`.
    fn finish(mut self, base: usize) -> Self {
        let lists = [
            &mut self.opaque,
            &mut self.inline,
            &mut self.cells,
            &mut self.images,
            &mut self.quotes,
            &mut self.stray_marks,
        ];
        for list in lists {
            list.sort_by_key(|range| (range.start, range.end));
            list.iter_mut().for_each(|range| shift(range, base));
        }
        merge(&mut self.opaque);
        self.formulas.sort_by_key(|formula| formula.span.start);
        self.headings.sort_by_key(|heading| heading.span.start);
        self.formulas.iter_mut().for_each(|formula| shift(&mut formula.span, base));
        self.headings.iter_mut().for_each(|heading| shift(&mut heading.span, base));
        self.leaves.iter_mut().for_each(|leaf| shift(&mut leaf.span, base));
        for list in [&mut self.boundaries, &mut self.rules] {
            list.sort_unstable();
            list.iter_mut().for_each(|at| *at += base);
        }
        self
    }
}

fn shift(range: &mut Range<usize>, base: usize) {
    range.start += base;
    range.end += base;
}

/// Joins ranges that overlap; `ranges` is sorted.
fn merge(ranges: &mut Vec<Range<usize>>) {
    ranges.dedup_by(|next, previous| {
        let overlaps = next.start < previous.end;
        if overlaps {
            previous.end = previous.end.max(next.end);
        }
        overlaps
    });
}

/// The range of `sorted` (not overlapping) that holds `at`.
pub(super) fn holding(sorted: &[Range<usize>], at: usize) -> Option<&Range<usize>> {
    let after = sorted.partition_point(|range| range.start <= at);
    sorted[..after].last().filter(|range| at < range.end)
}

struct Walk<'a> {
    text: &'a str,
    facts: Facts,
    /// Numbers of the open containers.
    containers: Vec<usize>,
    /// How many containers there have been.
    opened: usize,
    /// Open links and images: the range, and where their text ends.
    links: Vec<(Range<usize>, usize)>,
    /// How many of the open elements are leaf blocks.
    in_leaf: usize,
}

impl Walk<'_> {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        let ends_link = matches!(event, Event::End(TagEnd::Link | TagEnd::Image));
        if let Some((_, text_end)) = self.links.last_mut().filter(|_| !ends_link) {
            *text_end = (*text_end).max(range.end);
        }
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag),
            Event::Code(_) => self.inline(range),
            Event::InlineHtml(_) => {
                if is_toggle_mark(&self.text[range.clone()]) {
                    self.facts.stray_marks.push(range.clone());
                }
                self.inline(range);
            }
            Event::InlineMath(_) => self.formula(range, false),
            Event::DisplayMath(_) => self.formula(range, true),
            Event::Rule => {
                self.facts.rules.push(range.start);
                self.facts.boundaries.push(range.start);
                self.leaf(range, LeafKind::Other);
            }
            Event::Html(_) => self.facts.opaque.push(range),
            _ => self.text_leaf(range),
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        if matches!(tag, Tag::BlockQuote(_)) {
            self.facts.quotes.push(range.clone());
        }
        match tag {
            Tag::BlockQuote(_)
            | Tag::List(_)
            | Tag::Item
            | Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListDefinition => {
                self.facts.boundaries.push(range.start);
                self.opened += 1;
                self.containers.push(self.opened);
            }
            Tag::CodeBlock(kind) => {
                self.facts.opaque.push(range.clone());
                self.facts.boundaries.push(range.start);
                self.in_leaf += 1;
                let kind = match kind {
                    CodeBlockKind::Fenced(info) => LeafKind::Fence(info.into_string()),
                    CodeBlockKind::Indented => LeafKind::Other,
                };
                self.leaf(range, kind);
            }
            Tag::HtmlBlock => {
                self.facts.opaque.push(range.clone());
                self.facts.boundaries.push(range.start);
                self.in_leaf += 1;
                let html = self.text[range.clone()].trim();
                let kind = match html.find("-->") {
                    Some(end) if is_toggle_mark(&html[..end + 3]) => {
                        LeafKind::Mark { alone: end + 3 == html.len() }
                    }
                    _ => LeafKind::Other,
                };
                self.leaf(range, kind);
            }
            Tag::Link { link_type, .. } | Tag::Image { link_type, .. }
                if is_autolink(link_type) =>
            {
                self.facts.opaque.push(range.clone());
                self.links.push((range.clone(), range.end));
            }
            Tag::Link { .. } => self.links.push((range.clone(), range.start)),
            Tag::Image { .. } => {
                self.facts.images.push(range.clone());
                self.links.push((range.clone(), range.start));
            }
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough => self.text_leaf(range),
            other => self.text_block(other, range),
        }
    }

    /// Paragraphs, headings, tables and their like.
    fn text_block(&mut self, tag: Tag<'_>, range: Range<usize>) {
        self.facts.boundaries.push(range.start);
        self.leaf(range.clone(), LeafKind::Other);
        self.in_leaf += 1;
        match tag {
            Tag::Heading { id, .. } => {
                self.facts.headings.push(Heading { span: range, has_id: id.is_some() });
            }
            Tag::TableCell => self.facts.cells.push(range),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::BlockQuote(_)
            | TagEnd::List(_)
            | TagEnd::Item
            | TagEnd::FootnoteDefinition
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListDefinition => {
                self.containers.pop();
            }
            TagEnd::Link | TagEnd::Image => {
                if let Some((link, text_end)) = self.links.pop() {
                    self.facts.opaque.push(text_end.min(link.end)..link.end);
                }
            }
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => {}
            _ => self.in_leaf = self.in_leaf.saturating_sub(1),
        }
    }

    fn inline(&mut self, range: Range<usize>) {
        self.text_leaf(range.clone());
        self.facts.inline.push(range.clone());
        self.facts.opaque.push(range);
    }

    fn formula(&mut self, span: Range<usize>, display: bool) {
        self.text_leaf(span.clone());
        self.facts.formulas.push(Formula { span, display });
    }

    /// Text that stands directly in a list item is a block too.
    fn text_leaf(&mut self, range: Range<usize>) {
        if self.in_leaf == 0 {
            self.leaf(range, LeafKind::Other);
        }
    }

    fn leaf(&mut self, span: Range<usize>, kind: LeafKind) {
        let container = self.containers.last().copied().unwrap_or(0);
        self.facts.leaves.push(Leaf { span, container, kind });
    }
}

fn is_autolink(link_type: LinkType) -> bool {
    matches!(link_type, LinkType::Autolink | LinkType::Email)
}

/// Whether `html` is the comment `<!--code-toggle-->`.
fn is_toggle_mark(html: &str) -> bool {
    let comment = html.trim().strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->"));
    comment.is_some_and(|comment| comment.trim() == "code-toggle")
}
