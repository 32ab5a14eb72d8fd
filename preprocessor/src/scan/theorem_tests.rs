//! Theorem-like blocks as people write them, what becomes of them, and what holds for all of them.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use pulldown_cmark::{Event, Options as Extensions, Parser, Tag, TagEnd};

use super::{ItemKind, Options, Scan, scan};
use crate::render::block;

fn read(text: &str) -> Scan {
    scan(text, Options { math: true })
}

/// The lesson with its blocks taken out of their quotes: `<theorem>` and `</theorem>` stand for
/// the tags. Other items stay, but with their prefixes.
fn unquoted(text: &str) -> String {
    let mut output = String::new();
    let mut at = 0;
    for item in read(text).items {
        let blank = format!("\n{}", item.context.prefix.trim_end());
        let line = format!("\n{}", item.context.prefix);
        let before = if item.context.needs_blank_before { line.as_str() } else { "" };
        let after = if item.context.needs_blank_after { blank.as_str() } else { "" };
        let instead = match item.kind {
            ItemKind::TheoremOpen(theorem) => {
                let name = theorem.kind.label().to_lowercase();
                let title = if theorem.title.is_some() {
                    format!(" title>{blank}{line}")
                } else {
                    format!(">{blank}")
                };
                let id = theorem.id.map(|id| format!(" #{}", id.text)).unwrap_or_default();
                let fold = theorem.fold.map(|fold| format!(" {fold:?}")).unwrap_or_default();
                format!("{before}<div {name}{id}{fold}{title}")
            }
            ItemKind::TheoremTitleEnd(_) => blank.clone(),
            ItemKind::TheoremClose(_) => format!("{blank}{line}</div>{after}"),
            ItemKind::Unquote(instead) => instead,
            _ => continue,
        };
        output.push_str(&text[at..item.span.start]);
        output.push_str(&instead);
        at = item.span.end;
    }
    output + &text[at..]
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(read(text).faults, [], "in {text:?}");
    assert_eq!(unquoted(text), expected);
}

#[track_caller]
fn faults(text: &str, expected: &[&str]) {
    let found = read(text).faults;
    let places: Vec<_> = found.iter().map(|fault| &text[fault.span.clone()]).collect();
    assert_eq!(places, expected, "in {text:?}");
}

#[test]
fn blocks_leave_their_quotes() {
    check("> [!THEOREM]\n> a\n> b\n", "<div theorem>\n\na\nb\n\n</div>\n");
    check("a\n> [!PROOF]-\n> b\n\nc", "a\n\n<div proof Closed>\n\nb\n\n</div>\n\nc");
    check(">[!LIMITS]+\n>a\n# b", "<div limits Open>\n\na\n\n</div>\n\n# b");
    check(
        "> [!REMARK]\n>\n> a\n>\n>     b\n> \n\nc",
        "<div remark>\n\n\na\n\n    b\n\n\n</div>\n\nc",
    );
    check("   >   [!LEMMA] \n  >  a\n>b", "   <div lemma>\n\n a\nb\n\n</div>");
    check(
        "> [!EXAMPLE]\r\n> a\r\n> - b\r\n\r\nc",
        "<div example>\n\r\na\r\n- b\n\n</div>\r\n\r\nc",
    );
}

#[test]
fn titles_and_ids() {
    check("> [!THEOREM] A *b* {#thm-x}\n> a", "<div theorem #thm-x title>\n\nA *b*\n\na\n\n</div>");
    check("> [!LEMMA]  {#a:B_1-c}  \n> a", "<div lemma #a:B_1-c>\n\na\n\n</div>");
    check("> [!LEMMA] a #\n> a", "<div lemma title>\n\na #\n\na\n\n</div>");
    check("> [!LEMMA] a \\\n> a", "<div lemma title>\n\na\n\na\n\n</div>");
    check(
        "> [!LEMMA] `{#` and $x_{#1}$\n> a",
        "<div lemma title>\n\n`{#` and $x_{#1}$\n\na\n\n</div>",
    );
    let found = read("> [!THEOREM] For $n \\ge 2$, see [[cite k]] {#t}\n> $x$");
    let kinds: Vec<_> = found.items.iter().map(|item| item.span.clone()).collect();
    assert_eq!(kinds, [0..13, 17..26, 32..42, 42..47, 48..50, 50..53, 53..53]);
    let ItemKind::TheoremOpen(theorem) = &found.items[0].kind else { panic!() };
    let title = theorem.title.as_ref().unwrap();
    assert_eq!(title.text, "For $n \\ge 2$, see [[cite k]]");
    assert_eq!((title.span.clone(), theorem.id.as_ref().unwrap().span.clone()), (13..42, 45..46));
    assert!(found.items.iter().all(|item| !item.context.heading));
}

#[test]
fn what_a_block_may_hold() {
    check(
        "> [!THEOREM]\n> a\n>\n> > [!PROOF]-\n> > b\n> >\n> > > quote\n>\n> c",
        "<div theorem>\n\na\n\n<div proof Closed>\n\nb\n\n> quote\n\n</div>\n\nc\n\n</div>",
    );
    check(
        "> [!EXERCISE]\n> > [!SOLUTION]\n> > b",
        "<div exercise>\n\n<div solution>\n\nb\n\n</div>\n\n</div>",
    );
    check(
        "> [!PROOF]\n> ```text\n> > [!THEOREM]\n>\n> \tb\n> ```\n",
        "<div proof>\n\n```text\n> [!THEOREM]\n\n\tb\n```\n\n</div>\n",
    );
    check(
        "> [!PROOF]\n> 1. a\n>    - b\n>\n>      c\n> 2. d\n",
        "<div proof>\n\n1. a\n   - b\n\n     c\n2. d\n\n</div>\n",
    );
    check(
        "> [!PROOF]\n> a\nlazy\n  b\n===\n\nc",
        "<div proof>\n\na\nlazy\n  b\n    ===\n\n</div>\n\nc",
    );
    check(
        "> [!PROOF]\n> $$\n> x\n>\n> y\n> $$\n> b",
        "<div proof>\n\n$$\n> x\n>\n> y\n> $$\nb\n\n</div>",
    );
    check(
        "> [!PROOF]\n> # A $x$ {#b}\n> | a |\n> |---|\n> | b |",
        "<div proof>\n\n# A $x$ {#b}\n| a |\n|---|\n| b |\n\n</div>",
    );
}

#[test]
fn what_a_block_may_stand_in() {
    check("- a\n  > [!PROOF]\n  > b\n- c", "- a\n  \n  <div proof>\n\n  b\n\n  </div>\n- c");
    check(
        "1. > [!PROOF] a\n   > b\n   c",
        "1. <div proof title>\n\n   a\n\n   b\n   c\n\n   </div>",
    );
    check("> a\n>\n> > [!PROOF]\n> > b\n> c", "> a\n>\n> <div proof>\n>\n> b\n> c\n>\n> </div>");
    check(
        "> [!PROOF]\n> - > [!LEMMA]\n>   > b\n>   c",
        "<div proof>\n\n- <div lemma>\n\n  b\n  c\n\n  </div>\n\n</div>",
    );
    check(
        "[^1]: a\n\n    > [!PROOF]\n    > b",
        "[^1]: a\n\n    <div proof>\n\n    b\n\n    </div>",
    );
    check("| a |\n|---|\n> [!PROOF]\n> b", "| a |\n|---|\n\n<div proof>\n\nb\n\n</div>");
}

#[test]
fn tabs_become_the_columns_that_they_were() {
    check(">\t[!PROOF]\n>\ta\n>\t\tb", "<div proof>\n\n  a\n      b\n\n</div>");
    check("> [!PROOF]\n> -\ta\n>\n> \tb", "<div proof>\n\n- a\n\n  b\n\n</div>");
    check("-\t> [!PROOF]\n\t> a\n", "-\t<div proof>\n\n    a\n\n    </div>\n");
}

#[test]
fn items_in_a_block_know_nothing_of_it() {
    let found = read("> [!PROOF]\n> [[simulation a]]\n> b\n> - c\n>   [[ledger]]\n>\n> $$x$$");
    assert_eq!(found.faults, []);
    let contexts: Vec<_> = found
        .items
        .iter()
        .filter(|item| matches!(item.kind, ItemKind::Directive(_) | ItemKind::Math(_)))
        .map(|item| {
            let context = &item.context;
            assert!(context.own_block);
            (context.prefix.as_str(), context.needs_blank_before, context.needs_blank_after)
        })
        .collect();
    assert_eq!(contexts, [("", false, true), ("  ", true, false), ("", false, false)]);
    let text = "> [!PROOF]\n> > ```a\n> > b\n> > ```\n> > <!--code-toggle-->\n> > ```c\n> > ```\n";
    let toggle = read(text).items.into_iter().find_map(|item| match item.kind {
        ItemKind::CodeToggle { blocks } => Some((item.context.prefix, blocks)),
        _ => None,
    });
    let (prefix, blocks) = toggle.unwrap();
    assert_eq!((prefix.as_str(), blocks[0].markdown.as_str()), ("> ", "```a\n> b\n> ```"));
}

#[test]
fn other_quotes_stay() {
    for text in [
        "> [!NOTE]\n> a",
        "> [!TIP]\n> a",
        "> [!proof]\n> a",
        "> [!Theorem] b\n> a",
        "> [!QUESTION] a\n> b",
        "> [!NOTES]\n> a",
        "> [PROOF]\n> a",
        "> [!PROOF](x)\n> a",
        "> [!PROOF][x]\n> a",
        "> [!PROOF]: x\n> a",
        ">     [!PROOF]\n> a",
        "[!PROOF]\na",
        "- [!PROOF] a",
        "```\n> [!PROOF]\n> a\n```",
        "    > [!PROOF]\n    > a",
        "<div>\n> [!PROOF]\n> a\n</div>",
        "<!--\n> [!PROOF]\n> a\n-->",
        "`a\n`b` > [!PROOF]`",
        "\\> [!PROOF]\n> a",
    ] {
        assert_eq!(read(text), Scan::default(), "in {text:?}");
    }
}

#[test]
fn what_is_wrong_with_blocks() {
    faults("> [!THEOERM]\n> a\n\n> [!PROOFS] b\n> a", &["[!THEOERM]", "[!PROOFS]"]);
    faults("> [!PROOF]\na", &["[!PROOF]"]);
    faults("> [!PROOF] a\n>\n>", &["[!PROOF]"]);
    faults("> [!PROOF]a\n> b", &["[!PROOF]"]);
    faults("> a\n> [!PROOF]\n> b\n>\n> [!LEMMA]- c", &["[!PROOF]", "[!LEMMA]-"]);
    faults("> [!THEOREM]\n> a\n>\n> [!PROOF]\n> b", &["[!PROOF]"]);
    faults("> [!LEMMA] a {#}\n> b", &["{#}"]);
    faults("> [!LEMMA] {#a b}\n> b", &["{#a b}"]);
    faults("> [!LEMMA] {#a} b\n> b", &["{#a}"]);
    faults("> [!LEMMA] a {#b\n> b", &["{#"]);
    faults("> [!LEMMA]\n> ```\n> b\n\nc", &["[!LEMMA]"]);
    faults("> [!LEMMA]\n> <!--\n> b\n\nc", &["[!LEMMA]"]);
    faults("> [!LEMMA]\n> - ```\n>   b\n\nc", &["[!LEMMA]"]);
    faults("> [!LEMMA]\n> > [!PROOF]\n> > ```\n\nc", &["[!PROOF]"]);
}

/// A line of markdown, and what may stand before it.
fn line() -> impl Strategy<Value = String> {
    const PREFIXES: &[&str] =
        &["> ", "> ", "> ", "> ", ">", ">\t", "   > ", "", "  > > ", "> - ", ">   "];
    const PIECES: &[&str] = &[
        "word",
        "a",
        " ",
        "  ",
        "    ",
        "\t",
        "ä",
        "# ",
        "> ",
        "- ",
        "1. ",
        "2. ",
        "---",
        "===",
        "|",
        "|---|",
        ": ",
        "`",
        "```",
        "~~~",
        "<!--",
        "-->",
        "<div>",
        "</div>",
        "<b>",
        "<pre>",
        "[^a]:",
        "[a]: b",
        "*",
        "_",
        "\\",
        "[!NOTE]",
        "> [!LEMMA] b",
        "- [ ] ",
    ];
    let pieces = prop::collection::vec(prop::sample::select(PIECES), 0..4);
    (prop::sample::select(PREFIXES), pieces)
        .prop_map(|(prefix, pieces)| prefix.to_owned() + &pieces.concat())
}

fn extensions() -> Extensions {
    Extensions::ENABLE_TABLES
        | Extensions::ENABLE_FOOTNOTES
        | Extensions::ENABLE_STRIKETHROUGH
        | Extensions::ENABLE_TASKLISTS
        | Extensions::ENABLE_HEADING_ATTRIBUTES
        | Extensions::ENABLE_DEFINITION_LIST
        | Extensions::ENABLE_GFM
}

/// What pulldown-cmark reads, each quote of ours as `(` and `)`. In `quoted`, it is a quote that
/// opens with the heading `ours`, else it is a block of HTML.
fn events(text: &str, quoted: bool) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut quotes = Vec::new();
    let mut events: Vec<_> = Parser::new_ext(text, extensions()).collect();
    events.reverse();
    while let Some(event) = events.pop() {
        match event {
            Event::Start(Tag::BlockQuote(_)) if quoted => {
                let ours = matches!(events.last(), Some(Event::Start(Tag::Heading { .. })))
                    && matches!(&events[events.len() - 2], Event::Text(text) if text.starts_with("xxxxxx"));
                if ours {
                    while !matches!(events.pop(), Some(Event::End(TagEnd::Heading(_))) | None) {}
                }
                quotes.push(ours);
                found.push(if ours { "(" } else { "quote" }.to_owned());
            }
            Event::End(TagEnd::BlockQuote(_)) if quoted => {
                let ours = quotes.pop() == Some(true);
                found.push(if ours { ")" } else { "end of quote" }.to_owned());
            }
            Event::Start(Tag::BlockQuote(_)) => found.push("quote".to_owned()),
            Event::End(TagEnd::BlockQuote(_)) => found.push("end of quote".to_owned()),
            Event::Start(Tag::HtmlBlock) => {
                let mut html = String::new();
                while let Some(Event::Html(piece) | Event::Text(piece)) = events.pop() {
                    html.push_str(&piece);
                }
                found.push(match html.trim() {
                    "<div class=\"ours\">" => "(".to_owned(),
                    "</div class=\"ours\">" => ")".to_owned(),
                    other => format!("html {other}"),
                });
            }
            Event::Text(text) => match found.last_mut() {
                Some(last) if last.starts_with("text ") => last.push_str(&text),
                _ => found.push(format!("text {text}")),
            },
            Event::End(TagEnd::CodeBlock) => {
                // At the end of the text, a line of code has no line break.
                if let Some(last) = found.last_mut().filter(|last| last.starts_with("text ")) {
                    last.truncate(last.trim_end().len());
                }
                found.push("end".to_owned());
            }
            // White space in inline code is one space to a reader; a lazy line may get more of it.
            Event::Code(code) => {
                found.push(format!("code {}", code.split_whitespace().collect::<String>()));
            }
            // pulldown-cmark leaves the prefixes of its lines in.
            Event::InlineHtml(_) => found.push("inline html".to_owned()),
            other => found.push(format!("{other:?}")),
        }
    }
    found
}

proptest! {
    // The same cases every time; PROPTEST_CASES and PROPTEST_RNG_SEED ask for others.
    #![proptest_config(ProptestConfig {
        cases: 2000,
        rng_seed: RngSeed::Fixed(5),
        failure_persistence: None,
        ..Default::default()
    })]

    /// Out of its quote, a block is what it was within.
    #[test]
    fn a_block_reads_the_same_out_of_its_quote(
        before in prop::sample::select(&["", "a\n\n", "- b\n\n", "| a |\n|---|\n", "# c\n"][..]),
        lines in prop::collection::vec(line(), 1..8),
        after in prop::sample::select(&["", "\n\nb", "\n# c", "\n\n    d", "\n\n- b", "\n\n: d"][..]),
    ) {
        // pulldown-cmark takes a `>` for a quote's although a tab is before it.
        let lines = lines.join("\n").replace("\t>", "\t");
        let text = format!("{before}> [!LEMMA] b\n{lines}{after}");
        let found = read(&text);
        if !found.faults.is_empty() {
            return Ok(());
        }
        let mut masked = text.clone();
        let mut output = String::new();
        let mut at = 0;
        for item in &found.items {
            let prefix = &item.context.prefix;
            let blank = format!("\n{}", prefix.trim_end());
            let instead = match &item.kind {
                ItemKind::TheoremOpen(_) => {
                    let mark = item.span.start + text[item.span.clone()].find('[').unwrap();
                    masked.replace_range(mark..mark + 8, "# xxxxxx");
                    let before = if item.context.needs_blank_before { format!("\n{prefix}") } else { String::new() };
                    format!("{before}<div class=\"ours\">{blank}")
                }
                ItemKind::TheoremTitleEnd(_) => String::new(),
                ItemKind::TheoremClose(_) => {
                    let after = if item.context.needs_blank_after { blank.as_str() } else { "" };
                    format!("{blank}\n{prefix}</div class=\"ours\">{after}")
                }
                ItemKind::Unquote(instead) => instead.clone(),
                _ => unreachable!("nothing else is in there"),
            };
            output.push_str(&text[at..item.span.start]);
            output.push_str(&instead);
            at = item.span.end;
            if let ItemKind::TheoremOpen(theorem) = &item.kind {
                // The quote's heading is left out too.
                at = theorem.title.as_ref().map_or(at, |title| title.span.end);
            }
        }
        output.push_str(&text[at..]);
        let (mut left, mut right) = (events(&output, false), events(&masked, true));
        if text.contains('\t') {
            // How wide a tab in code is depends on what stood before it.
            for event in left.iter_mut().chain(&mut right) {
                *event = event.split([' ', '\t']).filter(|part| !part.is_empty()).collect();
            }
        }
        if text.contains(": ") {
            // Within a quote, pulldown-cmark does not see all blank lines before definitions.
            left.retain(|event| !event.contains("Paragraph"));
            right.retain(|event| !event.contains("Paragraph"));
        }
        prop_assert_eq!(left, right, "{}\n=====\n{}", text, output);
    }

    /// The bytes of the block's lines stay, and the tags are balanced.
    #[test]
    fn tags_are_balanced(lines in prop::collection::vec(line(), 0..12)) {
        let text = lines.join("\n");
        let found = read(&text);
        let mut open = 0_usize;
        for item in &found.items {
            match &item.kind {
                ItemKind::TheoremOpen(theorem) => {
                    prop_assert!(block::open(theorem, &item.context, Some("1")).contains("theorem-like"));
                    open += 1;
                }
                ItemKind::TheoremClose(theorem) => {
                    prop_assert!(block::close(theorem, &item.context).contains("</"));
                    prop_assert!(open > 0);
                    open -= 1;
                }
                _ => {}
            }
        }
        prop_assert_eq!(open, 0);
    }
}
