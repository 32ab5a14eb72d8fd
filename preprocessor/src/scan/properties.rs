//! What holds for every text.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use pulldown_cmark::{Event, Options as Extensions, Parser, Tag};

use super::{Context, Item, ItemKind, Keyword, Math, Options, scan};

/// Pieces of markdown, and of what may go wrong in it.
const PIECES: &[&str] = &[
    "word",
    " ",
    "  ",
    "    ",
    "\t",
    "\n",
    "\n",
    "\n\n",
    "\r\n",
    "ä",
    "\u{feff}",
    "# ",
    "> ",
    ">",
    "- ",
    "* ",
    "+ ",
    "1. ",
    "12) ",
    "---",
    "===",
    "|",
    "|---|\n",
    "`",
    "``",
    "```",
    "~~~",
    "```rust",
    "<!--",
    "-->",
    "<div>",
    "</div>",
    "<pre>",
    "</pre>",
    "<b>",
    "<?",
    "[",
    "]",
    "](",
    ")",
    "![",
    "[^a]",
    "[^a]:",
    "[a]: <u>",
    ": ",
    "\\",
    "*",
    "_",
    "{#id}",
    "{",
    "}",
    "\"",
    "'",
    "[!NOTE]",
    "[ ] ",
    "$",
    "$",
    "$$",
    "$$\n",
    "\n$$\n",
    "5",
    "$5-$10",
    "\\alpha",
    "[[",
    "]]",
    "[[value a.b]]",
    "[[value ",
    "\n[[simulation a]]\n",
    "[[simulation a {b: 'c'}]]",
    "[[simulaton a]]",
    "> [!THEOREM] ",
    "> [!PROOF]-",
    "[!LEMMA]",
    "[!THEOERM]",
    "\n> [!PROOF]\n> ",
    "\n> > [!LEMMA] a {#id}\n> > ",
    "\n> ",
    "{#",
    "\\label{a}",
    "<!--code-toggle-->",
    "```\n<!--code-toggle-->\n```",
    "\n```a\nb\n```\n",
];

fn nasty() -> impl Strategy<Value = String> {
    let piece = prop_oneof![9 => prop::sample::select(PIECES).prop_map(str::to_owned), 1 => any::<String>()];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// Whole blocks without dollars or double brackets, to be joined by blank lines.
fn markdown() -> impl Strategy<Value = String> {
    const BLOCKS: &[&str] = &[
        "text\nof two lines",
        "# Heading",
        "Heading\n===",
        "* a\n* b",
        "- a\n\n  b",
        "- a\n  1. b\n\n     c",
        "> a\nb",
        "> - a\n>\n>   b",
        "    indented",
        "      deeper",
        "\tcode",
        "  text",
        "   text",
        "```\ncode",
        "```",
        "~~~",
        "  ```",
        "> ```\n> code",
        "- ```\n  code",
        "<!-- comment",
        "-->",
        "<div>",
        "</div>",
        "<pre>",
        "</pre>",
        "<b>\nx",
        "term\n: definition",
        ": more",
        "[^a]: note",
        "| a | b |\n|---|---|\n| c | d |",
        "1. a\n\n   ```\n   b",
        "   ```",
        "-",
        "- \n",
        "* * *",
        "+ a\n\n\n  b",
        "> [!NOTE]\n> a",
        "- [ ] task",
        "a `code",
        "code` b",
        "10. a\n\n    b",
        "-   a\n\n    b\n\n        code",
        ">     code",
    ];
    prop::collection::vec(prop::sample::select(BLOCKS), 0..12)
        .prop_map(|blocks| blocks.join("\n\n"))
}

fn extensions() -> Extensions {
    Extensions::ENABLE_TABLES
        | Extensions::ENABLE_FOOTNOTES
        | Extensions::ENABLE_TASKLISTS
        | Extensions::ENABLE_HEADING_ATTRIBUTES
        | Extensions::ENABLE_DEFINITION_LIST
        | Extensions::ENABLE_GFM
}

/// `text` with its only item replaced, which stands alone, and the block of HTML that
/// pulldown-cmark sees there.
fn splice(text: &str, item: &Item, figure: &str) -> (String, Option<String>) {
    let Context { prefix, needs_blank_before, needs_blank_after, .. } = &item.context;
    let before = if *needs_blank_before { format!("\n{prefix}") } else { String::new() };
    let after = if *needs_blank_after { format!("\n{}", prefix.trim_end()) } else { String::new() };
    let (head, tail) = (&text[..item.span.start], &text[item.span.end..]);
    let output = format!("{head}{before}{figure}{after}{tail}");
    let start = head.len() + before.len();
    let html = Parser::new_ext(&output, extensions())
        .into_offset_iter()
        .filter(|(event, _)| matches!(event, Event::Start(Tag::HtmlBlock)))
        .find(|(_, range)| range.contains(&start))
        .map(|(_, range)| output[range].trim().to_owned());
    (output, html)
}

/// Whether pulldown-cmark sees a block of its own at `at`, where a blank line is.
fn is_markdown_at(text: &str, at: usize) -> bool {
    let probe = format!("{}\n\n____\n\n{}", &text[..at], &text[at..]);
    Parser::new_ext(&probe, extensions())
        .into_offset_iter()
        .any(|(event, range)| event == Event::Rule && range.start == at + 2)
}

proptest! {
    // The same cases every time; PROPTEST_CASES and PROPTEST_RNG_SEED ask for others.
    #![proptest_config(ProptestConfig {
        cases: 2000,
        rng_seed: RngSeed::Fixed(2),
        failure_persistence: None,
        ..Default::default()
    })]

    #[test]
    fn nothing_is_found_in_plain_markdown(text in nasty()) {
        let text = text.replace("[[", "[x").replace('$', "").replace("code-toggle", "").replace("[!", "[");
        prop_assert_eq!(scan(&text, Options { math: true }), super::Scan::default());
    }

    #[test]
    fn places_are_sound(text in nasty(), math in any::<bool>()) {
        let found = scan(&text, Options { math });
        let mut end = 0;
        for item in &found.items {
            prop_assert!(item.span.start >= end && item.span.start <= item.span.end);
            let may_be_empty = matches!(
                item.kind,
                ItemKind::TheoremTitleEnd(_) | ItemKind::TheoremClose(_) | ItemKind::Unquote(_)
            );
            prop_assert!(may_be_empty || !item.span.is_empty());
            prop_assert!(text.get(item.span.clone()).is_some());
            end = item.span.end;
            if let ItemKind::Math(Math { tex, .. }) = &item.kind {
                for (offset, letter) in tex.text.char_indices() {
                    let source = tex.source_offset(offset);
                    prop_assert!(item.span.contains(&source));
                    prop_assert!(text[source..].starts_with(letter));
                }
            }
        }
        for fault in &found.faults {
            prop_assert!(text.get(fault.span.clone()).is_some_and(|text| !text.is_empty()));
        }
        prop_assert!(found.faults.is_sorted_by_key(|fault| fault.span.start));
    }

    #[test]
    fn arbitrary_text_is_no_danger(text in any::<String>()) {
        scan(&text, Options { math: true });
    }

    #[test]
    fn a_display_formula_may_hold_anything(
        lines in prop::collection::vec(prop::collection::vec(prop::sample::select(PIECES), 0..6), 0..8),
        before in prop::sample::select(&["", "text", "* item", "> quote", "    code", "# Heading", "| a |\n|---|"][..]),
        prefix in prop::sample::select(&["", "> ", "> > "][..]),
    ) {
        let lines: Vec<_> = lines.iter().map(|line| line.concat().replace(['\n', '\r', '$', '\\'], "")).collect();
        let lines: Vec<_> = lines.iter().map(|line| line.replace("[[value", "[[")).collect();
        let tex = format!("\n{}\n", lines.join("\n"));
        let inner = tex.replace('\n', &format!("\n{prefix}"));
        let text = format!("{before}\n\n{prefix}$${inner}$$\n\n# After\n");
        let found = scan(&text, Options { math: true });
        prop_assert_eq!(found.faults, []);
        prop_assert_eq!(found.items.len(), 1);
        let ItemKind::Math(math) = &found.items[0].kind else { panic!() };
        prop_assert!(math.display && found.items[0].context.own_block);
        prop_assert_eq!(&math.tex.text, &tex);
    }

    #[test]
    fn a_directive_is_found_where_markdown_is(text in markdown(), choice in any::<prop::sample::Index>()) {
        let mut places: Vec<usize> = text.match_indices("\n\n").map(|(at, _)| at).collect();
        places.extend([0, text.len()]);
        let at = *choice.get(&places);
        let with = format!("{}\n\n[[simulation a]]\n\n{}", &text[..at], &text[at..]);
        let found = scan(&with, Options { math: true });
        let expected = is_markdown_at(&text, at);
        prop_assert_eq!(found.items.len(), usize::from(expected), "{:?}", with);
        for item in &found.items {
            let ItemKind::Directive(directive) = &item.kind else { panic!() };
            prop_assert_eq!(directive.keyword, Keyword::Simulation);
            prop_assert!(item.context.own_block);
            prop_assert_eq!(item.span.start, at + 2);
        }
    }

    #[test]
    fn a_replacement_stands_alone(text in markdown(), choice in any::<prop::sample::Index>()) {
        let mut places: Vec<usize> = text.match_indices('\n').map(|(at, _)| at + 1).collect();
        places.push(0);
        let at = *choice.get(&places);
        // Where the text has the prefix of a quote or an item, so has the directive.
        let line = text[..at].lines().last().unwrap_or("");
        let prefix: String = line.chars().take_while(|letter| matches!(letter, ' ' | '>')).collect();
        let with = format!("{}{prefix}[[simulation a]]\n{}", &text[..at], &text[at..]);
        let found = scan(&with, Options { math: true });
        for item in found.items.iter().filter(|item| item.context.own_block) {
            let (output, html) = splice(&with, item, "<figure></figure>");
            prop_assert_eq!(html.as_deref(), Some("<figure></figure>"), "{:?}", output);
        }
    }
}
