//! Numbers, claims, references and citations in the text: what a reader sees, and what stops the build.

use experiments::entry::Catalog;
use mdbook_simulation::Options;
use tests::PLAIN;
use tests::TinyBook;
use tests::probe;

fn catalog() -> Catalog {
    probe::catalog(&probe::CODE)
}

fn build(book: &TinyBook) {
    book.build(catalog(), Options::default()).unwrap();
}

/// The page of a book of one lesson.
fn page(lesson: &str) -> String {
    let book = TinyBook::new(lesson);
    build(&book);
    book.page()
}

/// The problems of a book of one lesson.
fn problems(lesson: &str) -> String {
    TinyBook::new(lesson).problems(catalog())
}

/// A page's text without tags and what only a screen reader says.
fn words(html: &str) -> String {
    let html = html.split("<main>").last().unwrap().split("</main>").next().unwrap();
    let mut out = String::new();
    let mut rest = html;
    while let Some((text, from_tag)) = rest.split_once('<') {
        out.push_str(text);
        let (tag, after) = from_tag.split_once('>').unwrap_or((from_tag, ""));
        rest = match tag.starts_with("span class=\"sim-said\"") {
            true => after.split_once("</span>").map_or("", |(_, after)| after),
            false => after,
        };
    }
    out + rest
}

/// One estimate in every place where a number can stand.
fn everywhere(slope: f64) -> String {
    format!(
        "# The slope [[value a.slope]] in a heading {{#slope}}\n\n\
         [[simulation probe {{as: a, slope: {slope}, figure: line, caption: \"Caption: \
         [[value a.slope]], $a = [[value a.slope]]$.\", alt: \"Alternative: [[value a.slope]].\"}}]]\n\n\
         Prose: [[value a.slope]]; a [link with [[value a.slope]]](https://example.org); math \
         $a = [[value a.slope]]$; claim: [[claim a.slope > 0.5]].\n\n\
         | a | b |\n|---|---|\n| cell | [[value a.slope]] |\n\n\
         ![image: [[value a.slope]]](x.png)\n\n$$\na = [[value a.slope {{digits: 3}}]]\n$$\n"
    )
}

#[test]
fn one_estimate_is_the_same_everywhere_and_moves_everywhere() {
    for (slope, plain, long) in [(2.0, "2", "2.00"), (3.25, "3.25", "3.25")] {
        let page = page(&everywhere(slope));
        let text = words(&page);
        for expected in [
            format!("The slope {plain} in a heading"),
            format!("Caption: {plain}, "),
            format!("Prose: {plain}; a link with {plain}; math"),
            format!("claim: (✓ holds: {plain} &gt; 0.5)"),
        ] {
            assert!(text.contains(&expected), "{expected}: {text}");
        }
        assert!(page.contains(&format!("aria-label=\"Alternative: {plain}.\"")), "{page}");
        assert!(page.contains(&format!("alt=\"image: {plain}\"")), "{page}");
        assert!(page.contains(&format!(">{plain}<")), "the cell");
        let cell = page.split("<td>cell</td>").nth(1).unwrap();
        assert!(words(&format!("<main>{cell}")).trim_start().starts_with(plain));
        // In TeX: in the caption and in the text, and once displayed with more digits.
        assert_eq!(page.matches(&format!(">a = {{{plain}}}</annotation>")).count(), 2, "{page}");
        assert_eq!(page.matches(&format!("\na = {{{long}}}\n</annotation>")).count(), 1, "{page}");
    }
}

#[test]
fn a_number_says_how_sure_it_is() {
    let page = page("[[value probe.wobble]] [[value probe.wobble {interval: true, sign: true}]]\n");
    let expected = "<span class=\"sim-value\" title=\"0.958 to 1.042 (Student t, 95.0 %), n = 3\">1.000\
        <span class=\"sim-said\"> (0.958 to 1.042 (Student t, 95.0 %), n = 3)</span></span>";
    assert!(page.contains(expected), "{page}");
    assert!(words(&page).contains("+1.000 [0.958, 1.042]"), "{page}");
}

#[test]
fn a_parameter_is_a_number_too_and_an_unseen_name_means_the_defaults() {
    let page = page("[[value probe.replicates]] and [[value probe.slope {digits: 3}]]\n");
    assert!(words(&page).contains("3 and 2.00"), "{page}");
}

#[test]
fn names_and_estimates_that_do_not_exist() {
    insta::assert_snapshot!(problems("[[value prob.slope]] and [[claim prob.slope > probe.x]]\n"));
    insta::assert_snapshot!(problems(
        "[[value probe.slop]], [[claim probe.rise]],\n\
         $a = [[value probe.x]]$\n\n[[simulation probe {figure: line, caption: \"A [[value probe.y]].\"}]]\n"
    ));
}

#[test]
fn options_that_do_not_exist_or_fit() {
    insta::assert_snapshot!(problems(
        "[[value probe.slope {digit: 3}]] [[value probe.slope {digits: 0}]] [[value probe.slope {sign: 1}]]\n\
         [[claim probe.slope > 1 {expect: fail, because: \"\"}]] [[claim probe.slope > 1 {because: x}]]\n\
         [[claim probe.slope in [2, 1]]] [[claim probe.slope > x]]\n"
    ));
}

#[test]
fn claims_that_are_not_so_stop_the_build_at_their_line() {
    insta::assert_snapshot!(problems(
        "True: [[claim probe.rises]] [[claim probe.slope >= 2]] [[claim probe.wobble in [0.9, 1.1]]]\n\n\
         False: [[claim probe.slope > 2]]\n\nOpen: [[claim probe.wobble > 0.99]]\n\n\
         Announced: [[claim probe.slope < 1 {expect: fails, because: \"it rises\"}]]\n\n\
         Wrongly announced: [[claim probe.slope > 1 {expect: fails, because: \"it falls\"}]]\n\n\
         Two: [[claim probe.slope > probe.wobble]] and [[claim probe.wobble > probe.slope]]\n"
    ));
}

#[test]
fn a_claim_is_printed_with_statistic_interval_and_threshold() {
    let page = page(
        "So [[claim probe.rises]]. [[claim probe.wobble > 0.9]] [[claim probe.slope < probe.wobble \
         {expect: fails, because: \"it is twice as much.\"}]]\n",
    );
    let text = words(&page);
    for expected in [
        "(✓ holds: measured 2, needs at least 0.5)",
        "(✓ holds: 1.000 [0.958, 1.042] &gt; 0.9)",
        "(✗ fails: 2 &lt; 1.000 [0.958, 1.042], as expected: it is twice as much)",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    assert!(page.contains("id=\"claim-probe-rises\""), "{page}");
}

/// A book of two lessons, a list of references and a ledger.
fn book(one: &str, two: &str) -> TinyBook {
    let toml = PLAIN.replace(
        "after = [\"links\"]\n",
        "after = [\"links\"]\nbibliography = \"src/works.bib\"\n",
    );
    let book = TinyBook::with(
        &toml,
        &[
            (
                "SUMMARY.md",
                "- [One](one.md)\n- [Two](deep/two.md)\n\n---\n\n[Works](works.md)\n[Ledger](ledger.md)\n[All](all.md)\n",
            ),
            ("one.md", one),
            ("deep/two.md", two),
            ("works.md", "[[bibliography]]\n"),
            ("ledger.md", "[[ledger]]\n"),
            ("all.md", "[[gallery]]\n"),
        ],
    );
    book.write(
        "src/works.bib",
        "@article{bai-1993, author = {Bai, Z. D. and Yin, Y. Q.}, title = {Limit of the smallest},\n\
         year = 1993, journal = {Annals of Probability}}\n@book{unused-2000, author = {Nobody}, title = {T}, year = 2000}\n",
    );
    book
}

#[test]
fn references_lead_forward_and_back_and_citations_to_the_list() {
    let book = book(
        "See [[ref probe-again]] and [[cite bai-1993]], [[cite bai-1993 {form: parenthetical, in: \"section 2\"}]].\n",
        "[[simulation probe]]\n\nAs in [[ref probe]] ([[ref probe {form: number}]]).\n",
    );
    build(&book);
    let one = book.read("site/one.html");
    assert!(
        one.contains(
            "<a class=\"sim-ref\" href=\"deep/two.html#fig-probe-again\">Figure\u{a0}2.2</a>"
        ),
        "{one}"
    );
    assert!(one.contains("href=\"works.html#ref-bai-1993\""), "{one}");
    assert!(words(&one).contains("Bai &amp; Yin (1993), (Bai &amp; Yin 1993, section 2)"), "{one}");
    let two = book.read("site/deep/two.html");
    assert!(two.contains("href=\"#fig-probe\">Figure\u{a0}2.1</a>"), "{two}");
    assert!(two.contains("href=\"#fig-probe\">2.1</a>"), "{two}");
    let works = book.read("site/works.html");
    assert!(works.contains("<li id=\"ref-bai-1993\">Bai Z. D., Yin Y. Q. (1993). <em>Limit of the smallest</em>. Annals of Probability.</li>"), "{works}");
    assert!(!works.contains("unused-2000"));
}

#[test]
fn references_to_nothing_and_works_that_are_unknown_or_unused() {
    insta::assert_snapshot!(
        book("[[ref prob]] [[cite bai-1994]] [[cite bai-1993]]\n", "[[simulation probe]]\n")
            .problems(catalog())
    );
    insta::assert_snapshot!(problems("[[cite bai-1993]]\n"));
}

/// What a bracketed comparison looks like: the author's parentheses are enough.
#[test]
fn a_comparison_in_parentheses_has_no_second_pair() {
    let page = page("It rises ([[claim probe.slope > 1]]), and [[claim probe.slope > 1]].\n");
    let text = words(&page);
    assert!(text.contains("It rises (✓ holds: 2 &gt; 1), and (✓ holds: 2 &gt; 1)."), "{text}");
}

#[test]
fn the_ledger_has_every_claim_with_its_place() {
    let book = book(
        "[[simulation probe]]\n\n[[claim probe.rises]] and [[claim probe.wobble > 0.9]]\n\n[[cite bai-1993]]\n",
        "[[simulation probe {as: other, slope: 0.25}]]\n",
    );
    build(&book);
    let page = book.read("site/ledger.html");
    let rows: Vec<&str> = page.split("<tr>").skip(2).collect();
    assert_eq!(rows.len(), 3, "{page}");
    assert!(rows[0].contains("probe.rises") && rows[0].contains("one.html#fig-probe\">Figure 1.1</a>, <a href=\"one.html#claim-probe-rises\">One</a>"), "{}", rows[0]);
    assert!(
        rows[1].contains("probe.wobble &gt; 0.9") && rows[1].contains("1.000 [0.958, 1.042]"),
        "{}",
        rows[1]
    );
    assert!(
        rows[2].contains("other.rises") && rows[2].contains("fails</span>, not enforced"),
        "{}",
        rows[2]
    );
    let csv = book.read("site/figures/ledger.csv");
    assert_eq!(csv.lines().count(), 4, "{csv}");
    assert!(csv.contains("claim,probe.wobble > 0.9,,probe,1,0.95"), "{csv}");
    let json: serde_json::Value =
        serde_json::from_str(&book.read("site/figures/ledger.json")).unwrap();
    assert_eq!(json["ledger"][2]["enforced"], false);
    let all = book.read("site/all.html");
    assert_eq!(all.matches("<figure>").count(), 4, "{all}");
    assert!(all.contains("href=\"deep/two.html#fig-other-again\""), "{all}");
}

const BLOCKS: &str = "Forward: [[ref thm-x]], [[ref eq-y]], [[ref ex-z]] and [[ref ex-z {form: number}]].\n\n\
    > [!DEFINITION] First {#def-a}\n> A word.\n\n\
    > [!THEOREM] With $x_1$ and [[value probe.slope]] {#thm-x}\n> It holds that\n>\n\
    > $$\n> a = [[value probe.slope]] \\label{eq-y}\n> $$\n\n\
    > [!EXERCISE] {#ex-z}\n> Show [[ref thm-x]].\n\n> [!SOLUTION]-\n> By [[ref eq-y]].\n";

#[test]
fn blocks_exercises_and_equations_are_numbered_and_referred_to() {
    let page = page(BLOCKS);
    let text = words(&page);
    let nbsp = '\u{a0}';
    for expected in [
        format!("Forward: Theorem{nbsp}1.2, Equation{nbsp}(1.1), Exercise{nbsp}1.1 and 1.1."),
        "Definition 1.1 (First)".to_owned(),
        "Exercise 1.1".to_owned(),
        format!("Show Theorem{nbsp}1.2."),
        format!("By Equation{nbsp}(1.1)."),
    ] {
        assert!(text.contains(&expected), "{expected}: {text}");
    }
    assert!(page.contains("a = {2} \\tag{1.1}"), "the number is the formula's own: {page}");
    for id in ["def-a", "thm-x", "eq-y", "ex-z"] {
        assert_eq!(page.matches(&format!("id=\"{id}\"")).count(), 1, "{id}");
    }
    assert!(page.contains("<a class=\"sim-ref\" href=\"#eq-y\">"), "{page}");
}

#[test]
fn two_things_of_one_id() {
    insta::assert_snapshot!(problems(
        "> [!THEOREM] {#x}\n> A.\n\n> [!LEMMA] {#x}\n> B.\n\n$$\na \\label{x}\n$$\n\n\
         [[simulation probe {as: x, figure: line}]]\n"
    ));
}

/// The course's own experiments, with their records, and nothing to compute.
fn with_bounds(lesson: &str) -> String {
    let book = TinyBook::new(lesson);
    let records = tests::repository().join("experiments/records");
    for experiment in ["adl-hoeffding", "adl-error-decomposition", "adl-double-descent-theory"] {
        for (name, bytes) in tests::tree(&records.join(experiment)) {
            book.write_bytes(&format!("records/{experiment}/{}", name.display()), &bytes);
        }
    }
    book.problems(experiments::catalog::all())
}

#[test]
fn bounds_that_are_unknown_or_come_out_otherwise() {
    insta::assert_snapshot!(with_bounds(
        "[[bound hoefding]]\n\n[[bound hoeffding {at: {n: 1001}, as: a}]]\n\n\
         [[bound error-decomposition {from: adl-hoeffding}]]\n\n[[bound hoeffding-fitted]]\n\n\
         [[bound hoeffding-loose {at: {n: 5}}]]\n\n\
         [[bound hoeffding {as: b, expect: vacuous, because: \"it is not\"}]]\n\n[[bound hoeffding {at: 3, as: c}]]\n"
    ));
}

#[test]
fn bounds_that_come_out_as_announced() {
    let lesson = "[[bound hoeffding]]\n\n[[bound error-decomposition]]\n\n[[bound hastie-ridgeless]]\n\n\
        [[bound hoeffding-loose {at: {n: 5}, expect: vacuous, because: \"few points\"}]]\n\n\
        [[bound hoeffding-fitted {expect: violated, because: \"fitted\"}]]\n";
    assert_eq!(with_bounds(lesson), "");
}
