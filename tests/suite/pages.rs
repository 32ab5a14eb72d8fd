//! What lands on a page: fragments, numbers, files, styles, and everything else untouched.

use mdbook_simulation::Options;
use tests::PLAIN;
use tests::TinyBook;
use tests::probe;

fn build(book: &TinyBook) {
    book.build(probe::catalog(&probe::CODE), Options::default()).unwrap();
}

/// The markdown of a lesson after us, before mdBook renders it.
fn preprocessed(lesson: &str) -> String {
    let book = TinyBook::with(
        &format!("{PLAIN}\n[output.markdown]\n"),
        &[("SUMMARY.md", "- [Lesson](lesson.md)\n"), ("lesson.md", lesson)],
    );
    build(&book);
    book.read("site/lesson.md")
}

#[test]
fn a_figure_has_number_caption_label_description_data_and_provenance() {
    let book = TinyBook::new("# Lesson\n\n[[simulation probe]]\n");
    build(&book);
    let page = book.page();
    for expected in [
        "id=\"fig-probe\"",
        "id=\"fig-probe-again\"",
        "Figure 1.1.",
        "Figure 1.2.",
        "role=\"img\"",
        "aria-label=\"A straight line, line.\"",
        "its claim holds",
        "figures/probe.svg",
        "figures/probe-again.csv",
        "figures/probe.json",
        "<dt>seed</dt>\n<dd>1</dd>",
        "host CPU",
    ] {
        assert!(page.contains(expected), "{expected}");
    }
    for file in ["probe.svg", "probe.csv", "probe-again.svg", "probe.json"] {
        assert!(book.root().join("site/figures").join(file).exists(), "{file}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&book.read("site/figures/probe.json")).unwrap();
    assert_eq!(json["tables"]["line"]["columns"]["width"], serde_json::json!([1.0, 2.0, 4.0]));
    assert_eq!(json["claims"]["rises"]["verdict"], "holds");
}

#[test]
fn a_figure_shown_again_keeps_its_number_and_has_no_second_anchor() {
    let book = TinyBook::with(
        PLAIN,
        &[
            ("SUMMARY.md", "- [One](one.md)\n- [Two](deep/two.md)\n"),
            ("one.md", "[[simulation probe {figure: line}]]\n"),
            (
                "deep/two.md",
                "[[simulation probe {figure: line}]]\n\n[[simulation probe {figure: again}]]\n",
            ),
        ],
    );
    build(&book);
    let two = book.read("site/deep/two.html");
    assert!(two.contains("<a href=\"../one.html#fig-probe\">Figure 1.1</a>, shown again."));
    assert!(!two.contains("id=\"fig-probe\""));
    assert!(two.contains("Figure 2.1."));
    assert!(two.contains("href=\"../figures/probe.svg\""));
}

#[test]
fn a_figure_is_one_block_wherever_it_stands() {
    let lesson = "Before\n[[simulation probe {figure: line}]]\nafter *that*.\n\n\
        1. item\n\n   [[simulation probe {figure: again}]]\n\n   rest of the item\n\n> quoted\n>\n> [[simulation probe {as: q, figure: line}]]\n> more\n";
    let text = preprocessed(lesson);
    assert_eq!(text.matches("<figure").count(), 3);
    for line in text.lines().filter(|line| line.contains("<figure")) {
        assert!(line.trim_start_matches(['>', ' ']).starts_with("<figure"), "{}", &line[..40]);
        assert!(line.ends_with("</figure>"));
    }
    let book = TinyBook::new(lesson);
    build(&book);
    let page = book.page();
    assert!(page.contains("<p>after <em>that</em>.</p>"), "the text after is markdown again");
    assert!(page.contains("<p>rest of the item</p>") && page.contains("<p>more</p>"));
}

#[test]
fn math_survives_markdown() {
    let lesson = "Let $a_1 * b_2 * c$ be, and $$\\sum_{i} x_i \\\\ -y$$ inline.\n* item $x_*$\n* other\n\n\
        $$\n\\begin{aligned}\na &= b_1 * c \\\\\n\n- d &= e_* \\|x\\|\n= f\n\\end{aligned}\n$$\n\n\
        | a | b |\n|---|---|\n| $\\|x\\|$ | $\\lvert y\\rvert$ |\n\nIt costs $5 and then $6.\n";
    let book = TinyBook::new(lesson);
    build(&book);
    let page = book.page();
    assert_eq!(page.matches("application/x-tex").count(), 6);
    assert!(page.contains("It costs $5 and then $6."));
    assert!(!page.contains("<em>"), "no formula was read as emphasis");
    assert!(page.contains("<li>other</li>"));
}

#[test]
fn styles_and_fonts_come_along_only_where_they_are_missing() {
    let lesson = [
        ("SUMMARY.md", "- [A](a/a.md)\n- [B](b.md)\n"),
        ("a/a.md", "$x$\n"),
        ("b.md", "No math.\n"),
    ];
    let book = TinyBook::with(PLAIN, &lesson);
    build(&book);
    let page = book.read("site/a/a.html");
    assert!(
        page.contains("<style>")
            && page.contains("url(\"../figures/fonts/KaTeX_Main-Regular.woff2\")")
    );
    assert!(!book.read("site/b.html").contains("KaTeX_Main"));
    assert!(book.root().join("site/figures/fonts/KaTeX_Main-Regular.woff2").exists());

    let toml = format!(
        "{PLAIN}\n[output.html]\nadditional-css = [\"t/katex.css\", \"t/figures.css\", \"t/code-toggle.css\", \"t/paper.css\"]\nadditional-js = [\"t/code-toggle.js\"]\n"
    );
    let book = TinyBook::with(&toml, &lesson);
    for file in ["katex.css", "figures.css", "code-toggle.css", "paper.css", "code-toggle.js"] {
        book.write(&format!("t/{file}"), "/* mdbook-simulation */");
    }
    build(&book);
    assert!(!book.read("site/a/a.html").contains("KaTeX_Main"));
    assert!(!book.root().join("site/figures/fonts").exists());
}

#[test]
fn a_code_toggle_keeps_its_blocks() {
    let lesson = "Text\n\n```python\nx = \"$5\"\n```\n<!--code-toggle-->\n```pseudocode\nx ← [[simulation y]]\n```\n\nmore\n";
    let book = TinyBook::new(lesson);
    build(&book);
    let page = book.page();
    assert!(page.contains("class=\"code-toggle\""));
    assert!(page.contains("language-python") && page.contains("x ← [[simulation y]]"));
    assert!(page.contains("<p>more</p>"));
    assert!(page.contains("<script>"), "a book that installed nothing gets the script in the page");
}

#[test]
fn text_without_anything_of_ours_is_untouched() {
    for lesson in [
        "",
        "\n",
        "# A\r\n\r\n* b\r\n* c\r\n",
        "text\n<div>\n\nhtml</div>\n",
        "`$x$` and\n\n    $$ code\n",
    ] {
        assert_eq!(preprocessed(lesson), lesson);
    }
}

#[test]
fn nested_lessons_and_drafts_keep_their_own_text() {
    let book = TinyBook::with(
        PLAIN,
        &[
            (
                "SUMMARY.md",
                "[Front](front.md)\n\n- [Parent](p.md)\n  - [Child](p/c.md)\n    - [Grandchild](p/g.md)\n- [Draft]()\n- [Last](last.md)\n",
            ),
            ("front.md", "Text of front."),
            ("p.md", "Text of parent."),
            ("p/c.md", "Text of child, $c$."),
            ("p/g.md", "[[simulation probe {figure: line}]]\n\nText of grandchild."),
            ("last.md", "Text of last."),
        ],
    );
    build(&book);
    for (page, text) in [
        ("front", "front."),
        ("p", "parent."),
        ("p/c", "child, "),
        ("p/g", "grandchild."),
        ("last", "last."),
    ] {
        let page = book.read(&format!("site/{page}.html"));
        assert!(page.contains(&format!("Text of {text}")), "{text}");
    }
    assert!(book.read("site/p/g.html").contains("Figure 1.1.1.1."));
}

#[test]
fn a_book_of_directives_alone_has_its_fonts() {
    let book = TinyBook::new("[[simulation probe]]\n");
    build(&book);
    assert!(book.page().contains("class=\"katex\""), "the captions hold math");
    assert!(book.root().join("site/figures/fonts/KaTeX_Main-Regular.woff2").exists());
}

#[test]
fn a_page_carries_only_the_styles_it_needs() {
    let book = TinyBook::new("```a\n1\n```\n<!--code-toggle-->\n```b\n2\n```\n\n```\nnot closed\n");
    build(&book);
    let page = book.page();
    assert!(page.contains(".code-toggle") && !page.contains("KaTeX_Main"));
    let script = page.find("<script>// Makes tabs").unwrap();
    assert!(script < page.find("not closed").unwrap(), "an open fence cannot swallow the script");
}

#[test]
fn a_style_sheet_of_that_name_that_is_not_ours_does_not_count() {
    let toml = format!("{PLAIN}\n[output.html]\nadditional-css = [\"figures.css\"]\n");
    let book = TinyBook::with(
        &toml,
        &[("SUMMARY.md", "- [Lesson](lesson.md)\n"), ("lesson.md", "[[simulation probe]]\n")],
    );
    book.write("figures.css", "figure { color: red }");
    build(&book);
    assert!(book.page().contains("--sim-test"));
}

#[test]
fn a_caption_cannot_leave_its_figure() {
    let book = TinyBook::new(
        "[[simulation probe {figure: line, caption: \"one\\n\\n[click](javascript:alert(1))\\n\\n# Head <b>x</b>\"}]]\n",
    );
    build(&book);
    let page = book.page();
    assert!(
        !page.contains("href=\"javascript")
            && !page.contains("<b>x</b>")
            && !page.contains("<h1 id=\"head")
    );
    assert!(page.contains("[click](javascript:alert(1))"));
}

#[test]
fn math_that_is_somebody_elses_stays_in_captions_too() {
    let toml = format!("{PLAIN}math = false\n");
    let lesson = "[[simulation probe {figure: line, caption: \"Cost $x$.\"}]]\n\n$y$\n";
    let book =
        TinyBook::with(&toml, &[("SUMMARY.md", "- [Lesson](lesson.md)\n"), ("lesson.md", lesson)]);
    build(&book);
    assert!(book.page().contains("Cost $x$.") && book.page().contains("<p>$y$</p>"));
}

#[test]
fn figures_that_nobody_shows_any_more_are_not_published() {
    let book = TinyBook::new("[[simulation probe {as: one}]]\n");
    build(&book);
    assert!(book.root().join("site/figures/one.svg").exists());
    book.write("src/lesson.md", "[[simulation probe {as: two}]]\n");
    build(&book);
    let names: Vec<String> = tests::tree(&book.root().join("site/figures"))
        .into_keys()
        .map(|path| path.display().to_string())
        .filter(|path| !path.starts_with("fonts"))
        .collect();
    let narrow = ["narrow/two-again.svg", "narrow/two.svg"];
    let own = ["two-again.csv", "two-again.svg", "two.csv", "two.json", "two.svg"];
    assert_eq!(names, [&narrow[..], &own].concat());
}
