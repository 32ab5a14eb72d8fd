//! Theorem-like blocks: quotes in the lesson, HTML with markdown in it on the page.

use mdbook_simulation::Options;
use tests::PLAIN;
use tests::TinyBook;
use tests::probe;

/// The page's content.
fn page(lesson: &str) -> String {
    let book = TinyBook::new(lesson);
    book.build(probe::catalog(&probe::CODE), Options::default()).unwrap();
    let page = book.page();
    let main = page.split_once("<main>").and_then(|(_, rest)| rest.split_once("</main>"));
    main.expect("a page has a main").0.to_owned()
}

fn problems(lesson: &str) -> String {
    TinyBook::new(lesson).problems(probe::catalog(&probe::CODE))
}

/// The element that begins with `opening`, with what is in it; its tags must be balanced.
#[track_caller]
fn element<'p>(page: &'p str, opening: &str) -> &'p str {
    let start = page.find(opening).unwrap_or_else(|| panic!("no {opening} in {page}"));
    let name: String = opening[1..].chars().take_while(char::is_ascii_alphanumeric).collect();
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    let mut depth = 0;
    let mut at = start;
    loop {
        let next = at + page[at..].find('<').unwrap_or_else(|| panic!("{opening} is not closed"));
        if page[next..].starts_with(&close) {
            depth -= 1;
            if depth == 0 {
                return &page[start..next + close.len()];
            }
        } else if page[next..].starts_with(&open) {
            depth += 1;
        }
        at = next + 1;
    }
}

#[track_caller]
fn contains(text: &str, expected: &[&str]) {
    for expected in expected {
        assert!(text.contains(expected), "no {expected} in {text}");
    }
}

#[test]
fn a_theorem_with_a_folded_proof_in_it() {
    let page = page(
        "Before\n\n> [!THEOREM] Of *two* $x_1 * y_1 * z$ {#thm-x}\n> First **line**\n> of text.\n>\n\
         > > [!PROOF]-\n> > By words.\n> >\n> > $$\n> > a\n> >\n> > - b\n> > $$\n> >\n> > 1. one\n> > 2. two\n>\n\
         > Last line,\nand a lazy one.\n\nAfter *it*.\n",
    );
    let theorem = element(&page, "<div class=\"theorem-like theorem\"");
    contains(
        theorem,
        &[
            "id=\"thm-x\" role=\"group\" aria-label=\"Theorem 1.1\"",
            "<p><span class=\"theorem-label\">Theorem 1.1</span> <span class=\"theorem-title\">(Of <em>two</em> ",
            ")</span></p>",
            "<p>First <strong>line</strong>\nof text.</p>",
            "<p>Last line,\nand a lazy one.</p>",
        ],
    );
    assert_eq!(theorem.matches("application/x-tex").count(), 2);
    let proof = element(theorem, "<details");
    contains(
        proof,
        &[
            "<details class=\"theorem-like proof\"><summary><span class=\"theorem-label\">Proof</span></summary>",
            "<p>By words.</p>",
            "<li>one</li>",
        ],
    );
    assert!(!proof.contains("Last line") && !theorem.contains("After"));
    assert!(!page.contains("<blockquote") && !page.contains("[!"));
    assert!(page.contains("<p>After <em>it</em>.</p>"));
}

#[test]
fn a_folded_block_with_a_title() {
    let page =
        page("> [!SOLUTION]+ With *care* and $x$ {#sol}\n> text\n\n> [!PROOF]- Short\n> text\n");
    let solution = element(&page, "<details class=\"theorem-like solution\" id=\"sol\" open");
    let summary = element(solution, "<summary>");
    contains(
        summary,
        &["Solution</span>", "(With <em>care</em> and", "application/x-tex", ")</span></p>"],
    );
    contains(solution, &["</summary>\n<p>text</p>"]);
    contains(element(&page, "<details class=\"theorem-like proof\">"), &["(Short)", "<p>text</p>"]);
}

#[test]
fn figures_code_and_toggles_in_a_block() {
    let page = page(
        "> [!EXERCISE]\n> [[simulation probe {figure: line}]]\n> Then:\n>\n\
         > > [!SOLUTION]\n> > ```python\n> > > [!THEOREM]\n> > x = 1\n> >\n> > y = 2\n> > ```\n> > <!--code-toggle-->\n\
         > > ```rust\n> > z\n> > ```\n>\n> ```text\n> > [!LEMMA]\n> a\n> ```\n",
    );
    let exercise = element(&page, "<div class=\"theorem-like exercise\"");
    contains(exercise, &["<figure", "<p>Then:</p>", "&gt; [!LEMMA]\na\n"]);
    let solution = element(exercise, "<div class=\"theorem-like solution\"");
    contains(
        solution,
        &["&gt; [!THEOREM]\nx = 1\n\ny = 2\n", "language-rust", "data-label=\"Rust\""],
    );
    assert!(!page.contains("<blockquote"));
}

#[test]
fn blocks_in_lists_and_quotes() {
    let page = page(
        "1. item\n\n   > [!REMARK]\n   > in the item\n   > [[simulation probe {figure: line}]]\n\n   rest\n2. other\n\n\
         > quote\n>\n> > [!EXAMPLE]\n> > in the quote\n>\n> rest\n",
    );
    let list = element(&page, "<ol>");
    contains(list, &["<p>rest</p>", "<p>other</p>"]);
    let remark = element(list, "<div class=\"theorem-like remark\"");
    contains(remark, &["<p>in the item</p>", "</figure>"]);
    assert!(!remark.contains("rest"));
    let quote = element(&page, "<blockquote>");
    contains(quote, &["<p>quote</p>", "<p>rest</p>"]);
    contains(element(quote, "<div class=\"theorem-like example\""), &["<p>in the quote</p>"]);
}

#[test]
fn line_ends_of_windows() {
    let page = page("> [!LEMMA] A\r\n> text\r\n>\r\n> - a\r\n> - b\r\n\r\nafter\r\n");
    let lemma = element(&page, "<div class=\"theorem-like lemma\"");
    contains(lemma, &["(A)", "<p>text</p>", "<li>b</li>"]);
    assert!(page.contains("<p>after</p>") && !lemma.contains("after"));
}

#[test]
fn other_quotes_are_left_alone() {
    let lesson = "> [!NOTE]\n> text\n\n> [!QUESTION] Why\n> text\n\n```text\n> [!PROOF]\n```\n";
    let plain = page(lesson);
    contains(&plain, &["blockquote-tag-note", "<p>[!QUESTION] Why\ntext</p>", "&gt; [!PROOF]"]);
    assert!(!plain.contains("theorem-like"));
}

#[test]
fn what_is_wrong_is_named() {
    let found = problems(
        "> [!THEOERM] A\n> text\n\n> [!PROOF]\ntext\n\n> [!LEMMA] {#a b}\n> text\n>\n> [!PROOF]\n> text\n",
    );
    contains(
        &found,
        &[
            "lesson.md:1:3",
            "did you mean `[!THEOREM]`?",
            "lesson.md:4:3",
            "this `[!PROOF]` is empty",
            "lesson.md:7:12",
            "this is no id",
            "lesson.md:10:3",
            "`[!PROOF]` does not open its quote",
        ],
    );
}

#[test]
fn styles_and_script_come_along_only_where_they_are_missing() {
    let lessons = [
        ("SUMMARY.md", "- [A](a.md)\n- [B](b.md)\n"),
        ("a.md", "> [!PROOF]-\n> text\n"),
        ("b.md", "No block.\n"),
    ];
    let book = TinyBook::with(PLAIN, &lessons);
    book.build(probe::catalog(&probe::CODE), Options::default()).unwrap();
    contains(&book.read("site/a.html"), &["::details-content", "beforeprint"]);
    assert!(!book.read("site/b.html").contains("theorem-like"));
    let toml = format!(
        "{PLAIN}\n[output.html]\nadditional-css = [\"t/blocks.css\", \"t/paper.css\"]\nadditional-js = [\"t/blocks.js\"]\n"
    );
    let book = TinyBook::with(&toml, &lessons);
    for file in ["blocks.css", "blocks.js", "paper.css"] {
        book.write(&format!("t/{file}"), "/* mdbook-simulation */");
    }
    book.build(probe::catalog(&probe::CODE), Options::default()).unwrap();
    assert!(!book.read("site/a.html").contains("::details-content"));
}
