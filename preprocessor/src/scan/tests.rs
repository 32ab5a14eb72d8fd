//! Lessons as people write them, and what is found in them.

use super::{Item, ItemKind, Keyword, Math, Options, Scan, scan};

fn read(text: &str) -> Scan {
    scan(text, Options { math: true })
}

/// What was found, one string an item or fault: `$x$`, `$$ x`, `simulation a`, `toggle 2`;
/// a display formula or directive on lines of its own has `=` before it.
fn summary(text: &str) -> Vec<String> {
    let found = read(text);
    let own = |item: &Item| if item.context.own_block { "=" } else { "" };
    let items = found.items.iter().map(|item| match &item.kind {
        ItemKind::Directive(directive) => {
            let name = directive.keyword.name();
            format!("{}{name} {}", own(item), directive.subject).trim_end().to_owned()
        }
        ItemKind::Math(Math { display: false, tex, .. }) => format!("${}$", tex.text),
        ItemKind::Math(Math { tex, .. }) => format!("{}$${}", own(item), tex.text),
        ItemKind::CodeToggle { blocks } => format!("toggle {}", blocks.len()),
        ItemKind::TheoremOpen(theorem) => format!("<{}", theorem.kind.label()),
        ItemKind::TheoremTitleEnd(_) => ")".to_owned(),
        ItemKind::TheoremClose(theorem) => format!("{}>", theorem.kind.label()),
        ItemKind::Unquote(instead) => format!("{:?}{instead}", &text[item.span.clone()]),
    });
    let faults = found.faults.iter().map(|fault| format!("! {}", &text[fault.span.clone()]));
    items.chain(faults).collect()
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(summary(text), expected, "in {text:?}");
}

fn only(text: &str) -> Item {
    let mut found = read(text);
    assert_eq!((found.items.len(), found.faults.as_slice()), (1, &[][..]), "in {text:?}");
    found.items.remove(0)
}

/// Replaces every item by `block` (or `word`, in a line) as its context asks for.
fn splice(text: &str, block: &str, word: &str) -> String {
    let mut output = String::new();
    let mut at = 0;
    for item in read(text).items {
        let prefix = &item.context.prefix;
        output.push_str(&text[at..item.span.start]);
        if item.context.needs_blank_before {
            output.push_str(&format!("\n{prefix}"));
        }
        output.push_str(if item.context.own_block { block } else { word });
        if item.context.needs_blank_after {
            output.push_str(&format!("\n{}", prefix.trim_end()));
        }
        at = item.span.end;
    }
    output + &text[at..]
}

#[test]
fn directives_on_lines_of_their_own() {
    check("[[simulation adl-x]]", &["=simulation adl-x"]);
    check("a\n\n[[simulation adl-x]]\n\nb", &["=simulation adl-x"]);
    check("a\n[[simulation adl-x]]\nb", &["=simulation adl-x"]);
    check("  [[simulation adl-x]]  \r\nb", &["=simulation adl-x"]);
    check("\u{feff}[[simulation a]]\r\n\r\n[[bound b]]\r\n", &["=simulation a", "=bound b"]);
    check("* a\n* b\n[[ledger]]\n* c", &["=ledger"]);
    check("a\n* b\n  [[gallery]]\n", &["=gallery"]);
    check("> a\n> [[bibliography]]\n> b", &["=bibliography"]);
    check("> [!NOTE]\n> [[simulation a]]", &["=simulation a"]);
    check("1. a\n   - b\n\n     [[simulation a]]\n", &["=simulation a"]);
    check("- [[simulation a]]\n- [[simulation b]]", &["=simulation a", "=simulation b"]);
    check("[^1]: note\n\n    [[simulation a]]", &["=simulation a"]);
    check("term\n: [[simulation a]]", &["=simulation a"]);
    check("<div>\n\n[[simulation a]]\n\n</div>", &["=simulation a"]);
    check("| a |\n|---|\n| b |\n[[simulation a]]", &["=simulation a"]);
    check("ä [[value a.b]] ö\n[[simulation a]]\nü", &["value a.b", "=simulation a"]);
}

#[test]
fn directives_in_text() {
    check(
        "so [[value a.b]], [[claim a.b > 3]] and [[cite k]].",
        &["value a.b", "claim a.b > 3", "cite k"],
    );
    check("[[claim a.b in [0.4, 0.6]]]", &["=claim a.b in [0.4, 0.6]"]);
    check("| a | [[value a.b]] |\n|---|---|\n| [[value c.d]] | x |", &["value a.b", "value c.d"]);
    check("**[[value a.b]]** [see [[ref x]]](u)", &["value a.b", "ref x"]);
    check("text [[simulation a]]", &["! [[simulation a]]"]);
    check("[[simulation a]] text", &["! [[simulation a]]"]);
    check("[[bound a]] text", &["! [[bound a]]"]);
    check("a\n    [[simulation a]]", &["! [[simulation a]]"]);
    check("![of [[value a.b]]](x.svg)", &["value a.b"]);
    check("![of [[claim a.b]]](x.svg)", &["! [[claim a.b]]"]);
}

#[test]
fn options_of_directives() {
    #[track_caller]
    fn options(text: &str, subject: &str, expected: Option<&str>) {
        let ItemKind::Directive(directive) = only(text).kind else { panic!("in {text:?}") };
        assert_eq!(directive.subject, subject);
        assert_eq!(&text[directive.subject_span], subject);
        let options = directive.options.map(|options| options.text);
        assert_eq!(options.as_deref(), expected);
    }
    options("[[simulation a]]", "a", None);
    options("[[ledger]]", "", None);
    options("[[simulation a {as: b}]]", "a", Some("{as: b}"));
    options("[[simulation a{as: b} ]]", "a", Some("{as: b}"));
    options("[[bound a {at: {d: [1, [2]]}}]]", "a", Some("{at: {d: [1, [2]]}}"));
    options(
        "[[simulation a {c: \"]] \\\" [[value a.b]]\"}]]",
        "a",
        Some("{c: \"]] \\\" [[value a.b]]\"}"),
    );
    options("[[simulation a {c: 'it''s ]]'}]]", "a", Some("{c: 'it''s ]]'}"));
    options("[[simulation a {c: it's}]]", "a", Some("{c: it's}"));
    options("[[simulation a {\n  b: 1,\n  c: 2\n}]]", "a", Some("{\n  b: 1,\n  c: 2\n}"));
    options("> [[simulation a {\r\n>  b: 1}]]", "a", Some("{\n b: 1}"));
    options("- [[simulation a {c: \"$x$ `[[`\",\n  b: 1}]]", "a", Some("{c: \"$x$ `[[`\",\nb: 1}"));
}

#[test]
fn places_in_options_are_places_in_the_lesson() {
    let text = "> [[simulation a {\r\n>  b: 1,\r\n>  c: 2}]]";
    let ItemKind::Directive(directive) = only(text).kind else { panic!() };
    let options = directive.options.unwrap();
    for (offset, letter) in options.text.char_indices().filter(|(_, letter)| *letter != '\n') {
        assert!(text[options.source_offset(offset)..].starts_with(letter));
    }
    assert_eq!(options.source_offset(options.text.len()), text.len() - 2);
}

#[test]
fn directives_without_an_end() {
    check("[[simulation a", &["! [[simulation"]);
    check("[[simulation a\n\n]]", &["! [[simulation"]);
    check("> [[simulation a\n>\n> ]]", &["! [[simulation"]);
    check("[[claim a.b > 3\n- c ]]", &["! [[claim"]);
    check("| [[claim a.b > | b ]] |\n|---|---|", &["! [[claim"]);
    check("[[value a.b [[value c.d]]", &["value c.d", "! [[value"]);
    check("so [[value a.b, and [[claim a.b in [1, 2]]", &["! [[value", "! [[claim"]);
    check("[[ref a {b: 'c]]\n\n[[ledger {a: [b}]]", &["! [[ref", "! [[ledger"]);
    check("[[simulation a {c: \"b}]]\n\nx", &["! [[simulation"]);
    check("[[simulation a {c: [1}]]", &["! [[simulation"]);
    check(&format!("[[simulation a {{c: {}}}]]", "x".repeat(4096)), &["! [[simulation"]);
    check(&format!("[[simulation a {{c: {}}}]]", "x".repeat(4000)), &["=simulation a"]);
}

#[test]
fn other_brackets_and_slips_of_the_pen() {
    check("[[Page]], [[bin]], [[ -f x ]], a[[0]], [[0, 1]], [[]], [[", &[]);
    check("[[Value Types]], [[bounded numbers of things]], [[sound design]]", &[]);
    check("\\[[simulation a]] \\\\\\[[value a.b]]", &[]);
    check("\\\\[[value a.b]]", &["value a.b"]);
    check("[[[value a.b]]]", &["value a.b"]);
    check("[[simulaton a]]", &["! [[simulaton"]);
    check("x [[Value a.b {digits: 3}]]", &["! [[Value"]);
    check("x [[ value a.b ]]", &["! [[ value"]);
    check("x [[vaule a.b]], [[claims a.b > 3]]", &["! [[vaule", "! [[claims"]);
    check("[[galery {a: b}]]\n\n[[cites a {b: c}]]", &["! [[galery", "! [[cites"]);
    check("[[Simulation theory]](x.md)", &[]);
    check("`[[simulaton a]]`", &[]);
    check("[[simulaton a\u{e4}\u{e4}]] [[simulation\u{e4}]]", &[]);
}

/// A keyword of ours before what no directive has is somebody else's word.
#[test]
fn links_that_begin_with_a_keyword() {
    check("[[ref]](x.md), [[value chain]], [[claims adjuster]], ![[cite x]]", &[]);
    check("[[value]] [[claim]] [[bound]] [[ref]] [[cite]] [[value e.g. this]]", &[]);
    check("[[cite k]](x.md) [[value a.b]][1] ![[value a.b]] ![[ref a]]", &[]);
    check("see [[gallery]], [[ledger]]. [[bibliography]]\n\n| [[ledger]] |\n|---|", &[]);
    check("[[gallery]](x.md)\n\n[[gallery of art]]\n\n# [[ledger]]", &[]);
    check("[[Gallery]]\n\n[[Ref a]] [[bond markets]] [[city hall]] [[Value Types]]", &[]);
    check("[[claim a.b of damages]] [[claim a.b inner]] [[claim damages > 3]]", &[]);
    check("[[ref a b]] [[cite a, b]] [[ref 12](#12), [13](#13)] [[value chain", &[]);
    check("[[bound to fail]]\n\n[[bound states and more\n\n[[ref x", &[]);
    check("[[cite Doe:2020_a]] [[ref fig-x {as: y}]]", &["cite Doe:2020_a", "ref fig-x"]);
    check("[[claim a.b]], [[claim a.b <= c.d]]", &["claim a.b", "claim a.b <= c.d"]);
    check("[[gallery {a: b}]]\n\n[[bound a {b: c}]]", &["=gallery", "=bound a"]);
    check("![[simulation a]]", &["! [[simulation a]]"]);
    check(
        "$[[value a.b]](1 - x)$ or $n![[value a.b]]$",
        &["$[[value a.b]](1 - x)$", "$n![[value a.b]]$"],
    );
    for text in ["$[[value a.b]](1 - x)$", "$n![[value a.b]]$"] {
        let ItemKind::Math(math) = only(text).kind else { panic!() };
        assert_eq!(math.values.len(), 1);
    }
}

#[test]
fn code_comments_and_html_are_opaque() {
    let inner = "[[simulation a]]\n$x$\n$$\ny\n$$\n[[value a.b]]";
    let indented: String = inner.lines().map(|line| format!("    {line}\n")).collect();
    for (before, after) in [
        ("```\n", "\n```"),
        ("~~~ text\n", "\n~~~"),
        ("````\n```\n", "\n```\n````"),
        ("a\n```\n", ""),
        ("<!-- ``` \n", "\n-->"),
        ("<!--\n\n", "\n\n-->"),
        ("text <!--\n", "\n--> text"),
        ("text `` ` \n", "\n`` text"),
        ("<pre>\n\n", "\n\n</pre>"),
        ("<script>\n", "\n\n</script>"),
        ("<style>\n", "\n</style>"),
        ("<div>\n", "\n</div>"),
        ("<b>\n", "\n</b>"),
        ("<?php\n\n", "\n?>"),
    ] {
        check(&format!("{before}{inner}{after}"), &[]);
        check(&format!("{before}{inner}{after}").replace('\n', "\r\n"), &[]);
        let quoted = format!("{before}{inner}{after}").replace('\n', "\n> ");
        check(&format!("> {quoted}\n\n[[ledger]]"), &["=ledger"]);
        let listed = format!("{before}{inner}{after}").replace('\n', "\n   ");
        check(&format!("1. {listed}\n\n[[ledger]]"), &["=ledger"]);
    }
    check(&format!("a\n\n{indented}\n[[ledger]]"), &["=ledger"]);
    check(&format!("- a\n\n{}", indented.replace("    ", "      ")), &[]);
    check(&format!("   ```\n{inner}\n  ```\n[[ledger]]"), &["=ledger"]);
    check("`[[value a.b]]` ``` `[[value a.b]]` ``` `$x$`", &[]);
    check("<a href=\"[[value a.b]]\">$x$</a>", &["$x$"]);
    check("[a]([[ref]] \"[[ref x]]\") <http://a/[[value]]>", &[]);
    check("[a]: <[[value x]]>\n\n[a]", &[]);
    check("```\n{{#include a.md}} $x$\n```", &[]);
}

#[test]
fn inline_formulas() {
    check("$x$, ($a_b$) and $\\$5$ *$a*b$*", &["$x$", "$a_b$", "$\\$5$", "$a*b$"]);
    check("2$\\times$2 and $2\\times$2", &["$\\times$", "$2\\times$"]);
    check("$n$th, $k$-means, $5$", &["$n$", "$k$", "$5$"]);
    check("| $\\|x\\|$ | a |\n|---|---|\n| $y$ | b |", &["$\\|x\\|$", "$y$"]);
    check("> a $x +\n> y$ b", &["$x +\ny$"]);
    check("![the $x$ axis](x.svg)", &[]);
    check("[$x$]($y$)", &["$x$"]);
    check("\\$x\\$ $ x $ $x", &[]);
    check("so $a$$b$", &["$a$", "$b$"]);
}

#[test]
fn dollars_that_are_money_or_a_shell() {
    check("$5 and $6, ($5)\n\n5$ and 6$", &[]);
    check("$5-$10 and $x$", &["$x$"]);
    check("US$5, $x$", &["$x$"]);
    check("costs $5–$10, ($5)/($6), $1M-$2M, $-5/$6; $y$", &["$y$"]);
    check("$5-$10-$20-$30 or $x$", &["$x$"]);
    check("$HOME/bin:$PATH", &[]);
    check("*$HOME/.cargo/bin*. Have it\nin `$PATH`, $x$ `[[value a.b]]`", &["$x$"]);
    check("PID $$ is one, `echo $$` the other", &[]);
    check("$$ is the PID of the shell.\n\nNext $$\n\n- $$\n", &["! $$"]);
    check("Write `$$`, or $$ in a | table |", &[]);
    check("a | $$\n--|--\nb | $$\nc | $$", &[]);
    check("$$ | a\n--|--\n$$ | b", &[]);
    check("a | b\n--|--\n$$ | $\n\n$$HOME\n\n$$x$$", &["=$$x"]);
}

#[test]
fn dollars_of_other_languages() {
    check("US$3; a$b$c, \"$PATH\"", &[]);
    check("US$3 and a HK$ or $x$", &["$x$"]);
    check("`jQuery`: $(\"y\"). Regex ^a$", &[]);
    check("$('y').hide(); and b$", &[]);
    check("\"$PATH\" and \"$HOME\", c, \"$d\" e$", &[]);
    check("$(pwd)/$file, $(pwd):$(file), $(pwd) and then$", &[]);
    check("$$ and $$(pwd)$$", &[]);
    check("The $$ of a shell, the $$ of a Makefile.", &[]);
    check("the PID $$ is a shell's $$ in\n$$ any word $$ here", &[]);
}

/// What looks like these and is a formula.
#[test]
fn formulas_that_look_like_other_languages() {
    check("H$_2$O, L$1$, U$3$ and O$n$", &["$_2$", "$1$", "$3$", "$n$"]);
    check("US$3 \\cdot 4$", &["$3 \\cdot 4$"]);
    check(
        "$('a', 'b')$ $(X, Y)$ $(ab)$th $(min)/2$ $(f)'(x)$",
        &["$('a', 'b')$", "$(X, Y)$", "$(ab)$", "$(min)/2$", "$(f)'(x)$"],
    );
    check("\"$a$\" and \"$b$\" and $\\text{\"}$", &["$a$", "$b$", "$\\text{\"}$"]);
    check(
        "so $$ a b $$ and $$ loss + risk $$ or $$loss$$.",
        &["$$ a b ", "$$ loss + risk ", "$$loss"],
    );
    check("$$ loss of all $$", &["=$$ loss of all "]);
    check("| $$ the loss $$ | $$ risk $$ |\n|--|--|", &["$$ the loss ", "$$ risk "]);
}

#[test]
fn display_formulas() {
    check("$$x$$", &["=$$x"]);
    check("a\n$$x$$\nb", &["=$$x"]);
    check("a $$x$$ b", &["$$x"]);
    check("$$x$$ b", &["$$x"]);
    check("$$\nx\n$$", &["=$$\nx\n"]);
    check("$$ x\n+ y $$", &["=$$ x\n+ y "]);
    check("so $$\n- x\n= y\n$$ and $z$", &["$$\n- x\n= y\n", "$z$"]);
    check("$$\n- x\n$$, where $z$", &["$$\n- x\n", "$z$"]);
    check("$$ \\begin{a}\n\n# x\n\\end{a} $$\ntext", &["=$$ \\begin{a}\n\n# x\n\\end{a} "]);
    check("> $$\n> x\n>\n> - y\n> $$\n> b", &["=$$\nx\n\n- y\n"]);
    check("- $$\n  x\n\n  y\n  $$\n- b", &["=$$\nx\n\ny\n"]);
    check("1. a\n   $$\n  x\n   $$\n", &["=$$\n  x\n"]);
    check("* a\n* b\n$$\n* c\n$$\n* d $x$", &["=$$\n* c\n", "$x$"]);
    check("$$\r\nx\r\n\r\ny\r\n$$\r\n", &["=$$\nx\n\ny\n"]);
    check("$$\na \\$$ b\n\\\\$$\n", &["=$$\na \\$$ b\n\\\\"]);
    check("- $$x$$\n* $$y$$\n+ $$z$$\n1. $$w$$", &["=$$x", "=$$y", "=$$z", "=$$w"]);
    check("$$$$ and $$", &[]);
}

#[test]
fn display_formulas_without_an_end() {
    check("a\n\n$$\nx\n\nb", &["! $$"]);
    check("$$\\alpha\n\nb", &["! $$"]);
    check("> $$\n> x\n\n$$y$$", &["=$$y", "! $$"]);
    check("- $$\n- $$\n", &["! $$", "! $$"]);
    check("```\n$$\n```\n\n    $$\n\n<!--\n$$\n-->", &[]);
}

#[test]
fn values_in_formulas() {
    let text = "> $$\n> a = [[value a.b\n> {digits: 3}]] + [[0,1],[2]]\n> $$";
    let ItemKind::Math(math) = only(text).kind else { panic!() };
    assert_eq!(math.values.len(), 1);
    let value = &math.values[0];
    assert_eq!(&math.tex.text[value.in_tex.clone()], "[[value a.b\n{digits: 3}]]");
    assert_eq!(value.directive.keyword, Keyword::Value);
    assert_eq!(&text[value.directive.subject_span.clone()], "a.b");
    let options = value.directive.options.as_ref().unwrap();
    assert_eq!(
        (&text[options.span.clone()], options.text.as_str()),
        ("{digits: 3}", "{digits: 3}")
    );
    check("$x = [[value a.b$", &["$x = [[value a.b$", "! [[value"]);
    check("$[[simulation a]]$", &["$[[simulation a]]$"]);
}

#[test]
fn places_in_formulas_are_places_in_the_lesson() {
    let text = "1. a\n   > $$\n   > \\ä\n   >\n   > b $$\n";
    let ItemKind::Math(math) = only(text).kind else { panic!() };
    for (offset, letter) in math.tex.text.char_indices() {
        assert!(text[math.tex.source_offset(offset)..].starts_with(letter));
    }
}

#[test]
fn headings() {
    check("# A $x$ {#a}", &["$x$"]);
    check("A [[value a.b]] {#a}\n===", &["value a.b"]);
    check("# A $x$ and $y$\n\ntext $z$", &["$x$", "$y$", "$z$", "! $x$"]);
    check("# [[value a.b {digits: 3}]]", &["value a.b", "! [[value a.b {digits: 3}]]"]);
    check("# From $5-$10\n\n# [[Page]]", &[]);
    check("# [[simulation a]] {#a}", &["! [[simulation a]]"]);
    assert!(only("# A $x$ {#a}").context.heading);
    assert!(only("| $x$ |\n|---|").context.table);
    // A formula on lines of its own is no heading, whatever follows.
    check("$$\nx\n$$\n---\n", &["=$$\nx\n"]);
}

#[test]
fn code_toggles() {
    let mark = "<!--code-toggle-->";
    let (a, b) = ("```python\na\n```", "~~~rust\nb\n~~~");
    check(&format!("{a}\n{mark}\n{b}"), &["toggle 2"]);
    check(&format!("x\n{a}\n\n<!-- code-toggle -->\n\n{b}\n{mark}\n{a}\ny"), &["toggle 3"]);
    check(&format!("{a}\n{mark}\n{b}\n{a}\n{mark}\n{b}"), &["toggle 2", "toggle 2"]);
    check(&format!("{a}\n{mark}\n\ntext\n{b}"), &["! <!--code-toggle-->"]);
    check(&format!("{mark}\n{a}"), &["! <!--code-toggle-->"]);
    check(&format!("{a}\n{mark}"), &["! <!--code-toggle-->"]);
    check(&format!("{a}\n{mark} text\n{b}"), &["! <!--code-toggle--> text"]);
    check(&format!("{a}\n\ntext {mark}\n{b}"), &["! <!--code-toggle-->"]);
    check(&format!("{a}\n{mark}\n{mark}\n{b}"), &["! <!--code-toggle-->", "! <!--code-toggle-->"]);
    check(&format!("- {}\n- {mark}\n- {}", "```\n  ```", "```\n  ```"), &["! <!--code-toggle-->"]);
    check(&format!("`{mark}` <!-- {mark}\n```\n{mark}\n```"), &[]);
    let listed = format!("1. {}", format!("{a}\n{mark}\n\n{b}\n\nmore").replace('\n', "\r\n   "));
    let item = only(&listed);
    let ItemKind::CodeToggle { blocks } = &item.kind else { panic!() };
    assert_eq!(blocks[0].info, "python");
    assert_eq!(blocks[0].source, a);
    assert_eq!((blocks[1].info.as_str(), blocks[1].source.as_str()), ("rust", b));
    assert_eq!(item.context.prefix, "   ");
    assert_eq!((item.span.start, &listed[blocks[1].span.end - 3..item.span.end]), (3, "~~~"));
}

#[test]
fn what_a_replacement_must_add() {
    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(splice(text, "<figure>", "<b>"), expected);
    }
    check("[[ledger]]", "<figure>");
    check("a\n\n[[ledger]]\n\nb", "a\n\n<figure>\n\nb");
    check("a\n[[ledger]]\nb", "a\n\n<figure>\n\nb");
    check("> a\n> [[ledger]]\n> b", "> a\n> \n> <figure>\n>\n> b");
    check("> a\n[[ledger]]\nb", "> a\n<figure>\n\nb");
    check("> [[ledger]]\nb", "> <figure>\nb");
    check("- a\n  [[ledger]]\n  b", "- a\n  \n  <figure>\n\n  b");
    check("- [[ledger]]\n- b", "- <figure>\n- b");
    check("- [[ledger]]\n  - b", "- <figure>\n\n  - b");
    check("- > a\n  > [[ledger]]\n  > b", "- > a\n  > \n  > <figure>\n  >\n  > b");
    check("# a\n[[ledger]]\n```\n```", "# a\n<figure>\n\n```\n```");
    check("a $x$ b\n$$\ny\n$$\nc [[value a.b]]", "a <b> b\n\n<figure>\n\nc <b>");
    check("- a\n- b\n$$\nx\n$$\nc", "- a\n- b\n<figure>\n\nc");
    check("$x$", "<figure>");
    check("$x$\n$y$", "<b>\n<b>");
}

#[test]
fn without_math_dollars_are_text() {
    let found = scan("$x$\n\n$$\n[[simulation a]]\n$$", Options { math: false });
    assert_eq!((found.items.len(), found.faults.len()), (1, 0));
}

#[test]
fn nothing_in_nothing() {
    for text in ["", " ", "\n", "\r\n\r\n", "\u{feff}", "\t\n \t", "text", "\0", "\u{2028}"] {
        check(text, &[]);
    }
}

/// Input that would take hours if anything were searched again for every opening.
#[test]
fn many_openings_take_no_longer_than_one() {
    for piece in [
        "[[",
        "$$",
        "[[simulation ",
        "[[simulation a {b: '",
        "[[value x ",
        "[[claim a.b > ",
        "[[ref x {",
        "$$\n",
        "> $$\n",
        "- $$\n",
        "$5-$6",
        "$$\\a\n\n",
        "$$ a\n- ",
        "`$$ ",
        "<!-- ",
        "[[[",
        "\\[[",
        "![[",
        "- ",
        "> ",
        "a $$\n",
        "[^a]:",
        "```\n$$\n",
        "<!--code-toggle-->\n",
        "{",
        "[[simulation a {b: \"[[\n",
    ] {
        let text = piece.repeat(100_000);
        let found = read(&text);
        assert!(found.items.iter().all(|item| item.span.end <= text.len()));
    }
}
