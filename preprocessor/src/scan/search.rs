//! Puts items and faults together: formulas from the layout and from pulldown-cmark,
//! directives from the text between them, code toggles from the order of blocks.

use std::ops::Range;

use super::directive::{self, Opening, Parsed};
use super::item::{Context, Directive, Fault, Item, ItemKind, Keyword, Math, MathValue, Scan};
use super::label;
use super::layout::{Block, BlockKind, Layout};
use super::markdown::{Facts, Heading, holding};
use super::text::{Excerpt, Line, LineKind, line_of};
use super::theorem;
use super::toggle;

/// Everything in `text`, given what is known about it.
pub(super) fn search(text: &str, layout: &Layout, facts: &Facts) -> Scan {
    let mut search = Search { text, layout, facts, items: Vec::new(), faults: Vec::new() };
    search.blocks();
    search.formulas();
    search.directives();
    search.theorems();
    search.toggles();
    search.unclosed();
    search.finish()
}

struct Search<'a> {
    text: &'a str,
    layout: &'a Layout,
    facts: &'a Facts,
    items: Vec<Item>,
    faults: Vec<Fault>,
}

impl Search<'_> {
    /// What `layout` found on lines of its own.
    fn blocks(&mut self) {
        for Block { span, kind, own, .. } in &self.layout.blocks {
            match kind {
                BlockKind::Formula => self.formula(span.clone(), true, *own),
                BlockKind::Directive(parsed) => {
                    let directive = self.directive(parsed);
                    self.push(span.clone(), *own, ItemKind::Directive(directive));
                }
                BlockKind::Head(_) => {}
            }
        }
    }

    /// What pulldown-cmark found in lines of text.
    fn formulas(&mut self) {
        for formula in &self.facts.formulas {
            let span = formula.span.clone();
            if formula.plain_dollars(self.text).is_none()
                && holding(&self.facts.images, span.start).is_none()
            {
                let own = self.is_own(&span);
                self.formula(span, formula.display, own);
            }
        }
    }

    fn formula(&mut self, span: Range<usize>, display: bool, own: bool) {
        let dollars = if display { 2 } else { 1 };
        let inner = span.start + dollars..span.end - dollars;
        let tex = Excerpt::cut(self.text, inner, &self.layout.lines);
        let values = self.values(&tex);
        let (label, faults) = label::label(&tex, display);
        self.faults.extend(faults);
        self.push(span, own, ItemKind::Math(Math { display, tex, values, label }));
    }

    /// The `[[value …]]` in a formula.
    fn values(&mut self, tex: &Excerpt) -> Vec<MathValue> {
        let mut values = Vec::new();
        let mut from = 0;
        while let Some(at) = next_brackets(&tex.text, from) {
            from = at + 1;
            match directive::read_in_tex(&tex.text, at) {
                Opening::Directive(parsed) if parsed.keyword == Keyword::Value => {
                    from = parsed.span.end;
                    let subject = tex.part(parsed.subject.clone());
                    let options = parsed.options.map(|range| tex.part(range));
                    let directive = Directive {
                        keyword: parsed.keyword,
                        subject: subject.text,
                        subject_span: subject.span,
                        options,
                    };
                    values.push(MathValue { in_tex: parsed.span, directive });
                }
                Opening::Unclosed(range) if tex.text[range.clone()].ends_with("value") => {
                    self.faults.push(unclosed(tex.part(range).span));
                }
                _ => {}
            }
        }
        values
    }

    /// What stands in double brackets outside of code, HTML, formulas and blocks.
    fn directives(&mut self) {
        let mut taken: Vec<Range<usize>> =
            self.items.iter().map(|item| item.span.clone()).collect();
        taken.sort_by_key(|range| range.start);
        let mut from = 0;
        while let Some(at) = next_brackets(self.text, from) {
            from = match holding(&self.facts.opaque, at).or_else(|| holding(&taken, at)) {
                Some(range) => range.end,
                None => self.bracketed(at),
            };
        }
    }

    /// Reads one `[[` and returns where to go on.
    fn bracketed(&mut self, at: usize) -> usize {
        match directive::read(self.text, at) {
            Opening::Directive(parsed) => self.found(&parsed),
            Opening::Unclosed(range) => {
                let end = range.end;
                self.faults.push(unclosed(range));
                end
            }
            Opening::Misspelt(range, keyword) => {
                let end = range.end;
                let message = format!("`{}` opens no directive", &self.text[range.clone()]);
                let hint = format!("did you mean `[[{}`?", keyword.name());
                self.faults.push(Fault { span: range, message, hint });
                end
            }
            Opening::Other => at + 1,
        }
    }

    fn found(&mut self, parsed: &Parsed) -> usize {
        let span = parsed.span.clone();
        let name = parsed.keyword.name();
        let next = self.facts.boundaries.partition_point(|&at| at <= span.start);
        if self.facts.boundaries.get(next).is_some_and(|&at| at < span.end) {
            let end = span.start + 2 + name.len();
            self.faults.push(unclosed(span.start..end));
            return end;
        }
        let end = span.end;
        let own = self.is_own(&span);
        if !parsed.keyword.takes_subject() && !own {
            // `[[gallery]]` in a sentence is somebody else's.
            return end;
        }
        let in_image = holding(&self.facts.images, span.start).is_some();
        if in_image && !matches!(parsed.keyword, Keyword::Value | Keyword::Ref | Keyword::Cite) {
            let message = format!("`[[{name}]]` cannot stand in the description of an image");
            let hint = "there may be `[[value]]`, `[[ref]]` and `[[cite]]`; write the others into the text";
            let hint = hint.to_owned();
            self.faults.push(Fault { span, message, hint });
        } else if parsed.keyword.is_block() && !own {
            let message = format!("`[[{name}]]` must be alone on its lines");
            let hint = "put it on a line of its own, with a blank line before and after".to_owned();
            self.faults.push(Fault { span, message, hint });
        } else {
            let directive = self.directive(parsed);
            self.push(span, own, ItemKind::Directive(directive));
        }
        end
    }

    fn directive(&self, parsed: &Parsed) -> Directive {
        let lines = &self.layout.lines;
        let subject = Excerpt::cut(self.text, parsed.subject.clone(), lines);
        let options = parsed.options.clone();
        Directive {
            keyword: parsed.keyword,
            subject: subject.text,
            subject_span: parsed.subject.clone(),
            options: options.map(|range| Excerpt::cut(self.text, range, lines)),
        }
    }

    fn push(&mut self, span: Range<usize>, own: bool, kind: ItemKind) {
        let context = context(self.layout, self.facts, &span, own);
        self.items.push(Item { span, context, kind });
    }

    /// Whether `span`, which stands in text, is all that its paragraph holds.
    fn is_own(&self, span: &Range<usize>) -> bool {
        let lines = &self.layout.lines;
        let (first, last) = (line_of(lines, span.start), line_of(lines, span.end - 1));
        let (Some(line), Some(end)) = (lines.get(first), lines.get(last)) else { return false };
        let blank =
            |range: Range<usize>| self.text.get(range).is_some_and(|text| text.trim().is_empty());
        let goes_on = lines.get(last + 1).is_some_and(|line| line.kind == LineKind::Continuation);
        line.kind == LineKind::Text
            && !goes_on
            && blank(line.content..span.start)
            && blank(span.end..end.end)
    }

    fn theorems(&mut self) {
        let found = theorem::theorems(self.text, self.layout, self.facts);
        self.items.extend(found.items);
        self.faults.extend(found.faults);
    }

    fn toggles(&mut self) {
        let (toggles, faults) = toggle::toggles(self.text, &self.layout.lines, self.facts);
        self.faults.extend(faults);
        for mut blocks in toggles {
            blocks.iter_mut().for_each(|block| block.markdown = self.unquoted(&block.span));
            let (Some(first), Some(last)) = (blocks.first(), blocks.last()) else { continue };
            let span = first.span.start..last.span.end;
            self.push(span, true, ItemKind::CodeToggle { blocks });
        }
    }

    /// The text in `span` without the prefixes of theorem-like blocks.
    fn unquoted(&self, span: &Range<usize>) -> String {
        let mut text = String::new();
        let mut at = span.start;
        let inside = |item: &&Item| span.start <= item.span.start && item.span.end <= span.end;
        for item in self.items.iter().filter(inside) {
            if let ItemKind::Unquote(instead) = &item.kind {
                text.push_str(&self.text[at..item.span.start]);
                text.push_str(instead);
                at = item.span.end;
            }
        }
        text + &self.text[at..span.end]
    }

    /// Formulas that nothing closes.
    fn unclosed(&mut self) {
        for &at in &self.layout.unclosed {
            if holding(&self.facts.opaque, at).is_none() {
                let message = "this formula is not closed".to_owned();
                let hint = "end it with `$$`, or write `\\$\\$` where dollars are meant".to_owned();
                self.faults.push(Fault { span: at..at + 2, message, hint });
            }
        }
    }

    /// Sorts, drops what lies in something else, and looks into headings.
    fn finish(mut self) -> Scan {
        self.items.sort_by_key(|item| (item.span.start, usize::MAX - item.span.end));
        let mut end = 0;
        self.items.retain(|item| {
            let free = item.span.start >= end;
            if free {
                end = item.span.end;
            }
            free
        });
        self.headings();
        self.faults.sort_by(|a, b| (a.span.start, &a.message).cmp(&(b.span.start, &b.message)));
        self.faults.dedup();
        Scan { items: self.items, faults: self.faults }
    }

    /// A heading's anchor must not move with a number in it.
    fn headings(&mut self) {
        let mut last = None;
        for item in self.items.iter().filter(|item| item.context.heading) {
            let heading = heading(self.facts, item.span.start).filter(|heading| !heading.has_id);
            if let Some(heading) = heading.filter(|heading| last != Some(heading.span.start)) {
                last = Some(heading.span.start);
                self.faults.push(Fault {
                    span: item.span.clone(),
                    message: "a heading with a formula or a directive needs an explicit id"
                        .to_owned(),
                    hint: "end the heading with `{#some-id}`, so that links to it stay".to_owned(),
                });
            }
        }
    }
}

/// What `span` stands in.
fn context(layout: &Layout, facts: &Facts, span: &Range<usize>, own_block: bool) -> Context {
    let lines = &layout.lines;
    let (first, last) =
        (line_of(lines, span.start), line_of(lines, span.end.max(span.start + 1) - 1));
    let container = lines.get(first).map_or(0, |line| line.container);
    let before = first.checked_sub(1).and_then(|before| lines.get(before));
    let opens = lines.get(first).is_some_and(|line| line.opens);
    let is_text = |line: &Line| line.container == container && line.is_text();
    let after = lines.get(last + 1).filter(|line| line.kind != LineKind::Blank);
    let heading = heading(facts, span.start).is_some();
    Context {
        heading,
        table: holding(&facts.cells, span.start).is_some(),
        image: holding(&facts.images, span.start).is_some(),
        own_block: own_block && !heading,
        prefix: layout.prefix(container),
        needs_blank_before: own_block && !opens && before.is_some_and(is_text),
        needs_blank_after: own_block
            && after.is_some_and(|line| layout.is_within(line.container, container)),
    }
}

fn heading(facts: &Facts, at: usize) -> Option<&Heading> {
    let after = facts.headings.partition_point(|heading| heading.span.start <= at);
    facts.headings[..after].last().filter(|heading| at < heading.span.end)
}

/// The next `[[` at or after `from` that no backslash escapes.
fn next_brackets(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        at += text.get(at..)?.find("[[")?;
        let escapes = bytes[..at].iter().rev().take_while(|byte| **byte == b'\\').count();
        if escapes % 2 == 0 {
            return Some(at);
        }
        at += 1;
    }
}

fn unclosed(span: Range<usize>) -> Fault {
    let message = "this directive is not closed".to_owned();
    let hint =
        "end it with `]]` in the same paragraph, and close its brackets and quotes".to_owned();
    Fault { span, message, hint }
}
