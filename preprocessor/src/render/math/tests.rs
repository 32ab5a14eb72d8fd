//! What a formula must survive: markdown, hostile input, a second run.

use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag};

use super::*;

/// TeX with everything in it that markdown, a table or HTML would take for its own.
const NASTY: &str = "a_b*c*d_e \\\\ \\{x\\}\\,\\| |y| \\text{`q` [l](u) -- \"q\" ... 'z' <b> \\&amp; ~~s~~ !} < > \\# 1. % *c*\n + d";

fn markdown_options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_SMART_PUNCTUATION
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_GFM
}

/// What markdown passes on within the first `<annotation>`.
fn annotation(markdown: &str) -> String {
    let mut inside = false;
    let mut text = String::new();
    for event in Parser::new_ext(markdown, markdown_options()) {
        match event {
            Event::InlineHtml(tag) if tag.starts_with("<annotation ") => inside = true,
            Event::InlineHtml(tag) if &*tag == "</annotation>" => return text,
            Event::Text(part) if inside => text.push_str(&part),
            other => assert!(!inside, "markdown made {other:?} of the annotation"),
        }
    }
    panic!("no annotation");
}

#[track_caller]
fn survives(before: &str, after: &str, display: bool) {
    let html = render(NASTY, display).unwrap();
    assert_eq!(annotation(&format!("{before}{html}{after}")), NASTY);
}

#[track_caller]
fn faults(tex: &str, offset: Option<usize>, message: &str) {
    let fault = render(tex, false).expect_err(tex);
    assert!(fault.message.contains(message), "{tex}: {}", fault.message);
    assert_eq!(fault.offset, offset, "{tex}: {}", fault.message);
}

#[test]
fn the_formula_comes_back_from_any_place_in_markdown() {
    for display in [false, true] {
        survives("a ` lone *tick* ", " and _more_ after", display);
        survives("# Heading ", " {#id}", display);
        survives("* a\n  1. b ", " c\n", display);
        survives("> quote ", "\n> end", display);
        survives("- [ ] task ", "", display);
        survives("term\n: definition ", "", display);
        survives("", "", display);
    }
}

#[test]
fn a_table_keeps_its_cells() {
    let html = render(NASTY, false).unwrap();
    let markdown = format!("| a | b |\n|---|---|\n| {html} | {html} |\n");
    let cells = Parser::new_ext(&markdown, markdown_options())
        .filter(|event| matches!(event, Event::Start(Tag::TableCell)));
    assert_eq!(cells.count(), 4);
    assert_eq!(annotation(&markdown), NASTY);
}

#[test]
fn the_same_bytes_every_time_and_in_any_company() {
    let formulas =
        [r"\sqrt{x^2}", NASTY, r"\begin{pmatrix}a&b\\c&d\end{pmatrix}", r"\overbrace{a}"];
    let many: Vec<_> =
        formulas.iter().cycle().take(400).map(|tex| Formula { tex, display: true }).collect();
    for (formula, html) in many.iter().zip(render_all(&many)) {
        assert_eq!(html, render(formula.tex, true));
    }
}

#[test]
fn a_definition_ends_with_its_formula() {
    assert!(render(r"\gdef\mine{x}\mine", false).is_ok());
    faults(r"\mine", Some(0), r"Undefined control sequence: \mine");
}

#[test]
fn faults_have_a_place() {
    faults(r"é + \foo", Some(5), r"Undefined control sequence: \foo");
    faults("a & b", Some(2), "Expected the end of the formula, got '&'");
    faults(r"\frac{a}{b", Some(10), "Unexpected end of input");
    faults(r"\left( x", Some(8), r"Expected '\right', got the end of the formula");
    faults("x^", Some(1), "Expected group");
    faults(r"\dfrac", Some(6), "Unexpected end of input");
    // KaTeX gives a place in the body of the built-in macro.
    faults(r"\tag*{x}\tag*{y}", None, "Undefined control sequence");
}

#[test]
fn hostile_formulas_end_in_a_fault() {
    faults(&format!("{}x{}", r"\frac{".repeat(3000), "}{y}".repeat(3000)), None, "bytes long");
    faults(&format!("{}x{}", r"\frac{".repeat(300), "}{y}".repeat(300)), Some(605), "100 deep");
    faults(r"\def\x{\x\x}\x", None, "Too many expansions");
    faults(r"\def\a#1{\a{#1#1}}\a{x}", Some(0), "without parameters");
    faults(r"\edef\x{\x\x}\edef\x{\x\x}\x", Some(0), r"\edef is not allowed");
    faults(&"x".repeat(1_000_000), None, "bytes long");
    faults(r"\href{javascript:alert(1)}{x}", Some(0), "markdown");
    faults(r"\htmlData{a=b}{x}", Some(0), "HTML attributes");
    faults(r"\includegraphics{http://a/b}", Some(0), "files");
    faults(r"\rule{1e9em}{1e9em}", Some(5), "Invalid size");
    let huge = render(r"\rule{999999999em}{999999999em}", false).unwrap();
    assert!(!huge.contains("999999999em;"), "{huge}");
}

/// The deepest recursion that the limits let through, on the stack that they promise.
#[test]
fn the_stack_holds_what_the_limits_allow() {
    assert!(render(&format!("{} x", r"\bf".repeat(6_600)), false).is_ok());
    let matrices = format!("{}x{}", r"\begin{matrix}".repeat(99), r"\end{matrix}".repeat(99));
    assert!(render(&matrices, true).is_ok());
    let body = r"\bf".repeat(300);
    faults(&format!(r"\def\x{{{body} \x}}\x"), None, "Too many expansions");
    let uses = r"\x".repeat(20);
    assert!(render(&format!(r"\def\x{{{body} }}{uses} x"), false).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_text_is_one_line_or_a_fault(tex in ".{0,40}", display: bool) {
        one_line(&tex, display)?;
    }

    #[test]
    fn any_tex_is_one_line_or_a_fault(
        parts in proptest::collection::vec(proptest::sample::select(&PARTS[..]), 0..24),
        display: bool,
    ) {
        one_line(&parts.concat(), display)?;
    }
}

const PARTS: [&str; 40] = [
    r"\frac",
    r"\sqrt",
    "{",
    "}",
    "[",
    "]",
    "^",
    "_",
    "x",
    "1",
    " ",
    "\n",
    "%",
    "&",
    r"\\",
    "|",
    "`",
    r"\left(",
    r"\right)",
    r"\begin{matrix}",
    r"\end{matrix}",
    r"\begin{cases}",
    r"\end{cases}",
    r"\text{a *b* |}",
    r"\sum",
    r"\limits",
    r"\hline",
    r"\bf ",
    r"\tag{1}",
    r"\color{red}",
    r"\def\x",
    r"\x",
    "$",
    "é",
    r"\overline",
    r"\verb|a|",
    r"\mathbb",
    "'",
    r"\rule{1em}{2em}",
    r"\middle|",
];

fn one_line(tex: &str, display: bool) -> Result<(), TestCaseError> {
    match render(tex, display) {
        Ok(html) => {
            prop_assert!(html.starts_with("<span class=\"katex"));
            prop_assert!(!html.contains(['\n', '\r', '|', '`', '*']));
            prop_assert_eq!(html, render(tex, display).unwrap());
        }
        Err(fault) => {
            prop_assert!(!fault.message.is_empty());
            prop_assert!(fault.offset.is_none_or(|offset| tex.is_char_boundary(offset)));
        }
    }
    Ok(())
}
