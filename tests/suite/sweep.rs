//! One parameter taken through several values: what it runs, what it publishes, what it refuses.

use std::io::Write as _;
use std::process::Command;
use std::process::Stdio;

use experiments::entry::Catalog;
use mdbook_simulation::Options;
use mdbook_simulation::Report;
use mdbook_simulation::cli;
use serde_json::Value;
use tests::PLAIN;
use tests::TinyBook;
use tests::differences;
use tests::probe;
use tests::tree;

fn catalog() -> Catalog {
    probe::catalog(&probe::CODE)
}

/// Builds, and says how many shards were run; the counter of the experiment agrees.
fn shards(book: &TinyBook) -> usize {
    let before = probe::runs();
    let report = book.build(catalog(), Options::default()).unwrap();
    assert_eq!(probe::runs() - before, report.counts.shards);
    report.counts.shards
}

/// A lesson that sweeps the slope of a line through these values, at a seed that is counted.
fn lesson(name: &str, values: &str) -> String {
    format!("[[simulation probe {{as: {name}, seed: 1000, sweep: {{slope: [{values}]}}}}]]\n")
}

fn book(directive: &str) -> TinyBook {
    TinyBook::new(&format!("# Lesson\n\n{directive}\n"))
}

/// The page of a book of one directive.
fn page(directive: &str) -> String {
    let book = book(directive);
    book.build(catalog(), Options::default()).unwrap();
    book.page()
}

/// What each slider of a page holds.
fn data(page: &str) -> Vec<Value> {
    let scripts = page.split("<script type=\"application/json\" class=\"sweep-frames\">").skip(1);
    scripts
        .map(|rest| serde_json::from_str(rest.split("</script>").next().unwrap()).unwrap())
        .collect()
}

#[test]
fn an_eleventh_value_runs_exactly_its_shards_and_taking_one_out_runs_none() {
    let _counting = probe::counting();
    let ten = "1, 2, 3, 4, 5, 6, 7, 8, 9, 0";
    let book = TinyBook::new(&lesson("ten", ten));
    assert_eq!(shards(&book), 10 * 9, "3 replicates of 3 widths for each of 10 values");
    book.write("src/lesson.md", &lesson("ten", &format!("{ten}, -1")));
    assert_eq!(shards(&book), 9, "the 11th value");
    let records = tree(&book.root().join("records"));
    assert_eq!(records.len(), 11);

    // Neither another order nor fewer values run anything, nor does a record move.
    book.write("src/lesson.md", &lesson("ten", &format!("-1, {ten}")));
    assert_eq!(shards(&book), 0);
    book.write("src/lesson.md", &lesson("ten", "2, 1, 9"));
    assert_eq!(shards(&book), 0);
    let after = tree(&book.root().join("records"));
    assert_eq!(differences(&records, &after), Vec::<std::path::PathBuf>::new());

    // One value run on its own is a frame that is there already.
    book.write("src/lesson.md", "[[simulation probe {as: one, seed: 1000, slope: 9}]]\n");
    assert_eq!(shards(&book), 0);
}

#[test]
fn two_sweeps_in_a_book_add_and_share() {
    let _counting = probe::counting();
    let book = TinyBook::new(&format!("{}\n{}", lesson("a", "1, 3, 5"), lesson("b", "3, 5, 7")));
    assert_eq!(shards(&book), 4 * 9, "slopes 1, 3, 5 and 7");
    assert_eq!(tree(&book.root().join("records")).len(), 4);
    assert_eq!(data(&book.page()).len(), 4, "two figures each");
    let widths = "[[simulation probe {as: c, seed: 1000, slope: 3, sweep: {replicates: [3, 4]}}]]";
    book.write("src/lesson.md", &format!("{}\n{widths}\n", lesson("a", "1, 3, 5")));
    assert_eq!(shards(&book), 3, "one more replicate of one slope; the other lies in scratch");
}

#[test]
fn a_sweep_is_published_from_its_records() {
    let book = TinyBook::new(&lesson("swept", "1, 3").replace("1000", "1"));
    book.build(catalog(), Options::default()).unwrap();
    let site = tree(&book.root().join("site"));
    std::fs::remove_dir_all(book.root().join(".simulation")).unwrap();
    let frozen = Options { frozen: true, ..Options::default() };
    book.build(catalog(), frozen.clone()).unwrap();
    let again = tree(&book.root().join("site"));
    assert_eq!(differences(&site, &again), Vec::<std::path::PathBuf>::new());
    let checked = |book: &TinyBook| cli::check(book.root(), std::sync::Arc::new(catalog()), false);
    assert_eq!(checked(&book).unwrap().records.len(), 2, "every frame is referred to");

    // Without the record of one value, that value is named.
    let report: Report = book.report(catalog(), frozen.clone());
    let lost = report
        .records
        .iter()
        .find(|path| std::fs::read_to_string(path).unwrap().contains("\"slope\": 3.0"));
    std::fs::remove_file(lost.unwrap()).unwrap();
    let report = book.report(catalog(), frozen);
    let text = report.problems.sorted()[0].to_string();
    assert!(text.contains("`swept-slope-3` cannot be shown without computing"), "{text}");
    assert!(text.contains("lesson.md:1:60"), "{text}");

    // A value that is taken out leaves its record unreferred to.
    book.write("src/lesson.md", &lesson("swept", "1").replace("1000", "1"));
    assert!(checked(&book).is_ok());
    book.write("src/lesson.md", &lesson("swept", "1, 3").replace("1000", "1"));
    book.build(catalog(), Options::default()).unwrap();
    book.write("src/lesson.md", &lesson("swept", "1").replace("1000", "1"));
    assert!(checked(&book).unwrap_err().to_string().contains("1 unreferenced"));
}

#[test]
fn the_frame_that_is_shown_first() {
    let first = |options: &str| {
        let page = page(&format!("[[simulation probe {{figure: line, {options}}}]]"));
        let data = data(&page).remove(0);
        let start = usize::try_from(data["start"].as_u64().unwrap()).unwrap();
        assert!(data["frames"][start].is_null());
        assert!(page.contains("id=\"fig-probe\""));
        data["values"][start].as_str().unwrap().to_owned()
    };
    assert_eq!(first("slope: 3, sweep: {slope: [1, 2, 3]}"), "3", "the value given beside it");
    assert_eq!(first("sweep: {slope: [1, 2.0, 3]}"), "2", "else the default");
    assert_eq!(first("sweep: {slope: [3, 1]}"), "3", "else the first");
    assert_eq!(first("sweep: slope"), "2", "values that the experiment declares");
    assert_eq!(
        first("sweep: {mood: [greedy-not, calm]}".replace("greedy-not, ", "").as_str()),
        "calm"
    );
    assert_eq!(first("sweep: {seed: [7, 1]}"), "1");
}

#[test]
fn files_of_every_frame() {
    let book = book("[[simulation probe {as: s, slope: 2, sweep: {slope: [0.5, -1, 2]}}]]");
    book.build(catalog(), Options::default()).unwrap();
    let names: Vec<String> = tree(&book.root().join("site/figures"))
        .into_keys()
        .map(|path| path.display().to_string())
        .filter(|path| !path.starts_with("fonts"))
        .collect();
    let mut expected = Vec::new();
    for frame in ["", "-slope-0-5", "-slope-minus-1"] {
        expected.push(format!("s{frame}.json"));
        for figure in ["s", "s-again"] {
            expected.extend(["csv", "svg"].map(|kind| format!("{figure}{frame}.{kind}")));
            expected.push(format!("narrow/{figure}{frame}.svg"));
        }
    }
    expected.sort();
    assert_eq!(names, expected);
    let json: Value =
        serde_json::from_str(&book.read("site/figures/s-slope-minus-1.json")).unwrap();
    assert_eq!(json["parameters"]["slope"], -1.0);
    assert_eq!(json["claims"]["rises"]["verdict"], "fails", "shown, and not enforced");
    assert!(book.read("site/figures/s-again-slope-0-5.csv").contains("0.5"));
}

#[test]
fn a_page_without_script_has_one_frame_and_links() {
    let page = page("[[simulation probe {figure: line, sweep: {slope: [-1, 2, 3]}}]]");
    assert_eq!(page.matches("<figure").count(), 1);
    let drawings = page.matches("<svg class=\"sim-drawing").count();
    assert_eq!(drawings, 2, "for wide and for narrow screens");
    let start = page.find("<div class=\"sweep-values\">").unwrap();
    let end = start + page[start..].find("<script").unwrap();
    insta::assert_snapshot!(&page[start..end], @r#"
    <div class="sweep-values">
    <p class="sweep-shown">slope = <span>2</span></p>
    <p class="sweep-links">slope: <a href="figures/probe-slope-minus-1.svg">−1</a> · <strong><a href="figures/probe.svg">2</a></strong> · <a href="figures/probe-slope-3.svg">3</a></p>
    </div>
    "#);
    let data = data(&page).remove(0);
    assert_eq!((&data["parameter"], &data["doc"]), (&"slope".into(), &"slope of the line".into()));
    assert_eq!(data["values"], serde_json::json!(["−1", "2", "3"]));
    let frame = &data["frames"][0];
    assert!(frame["drawing"].as_str().unwrap().starts_with("<svg class=\"sim-drawing"));
    assert!(frame["caption"].as_str().unwrap().contains("class=\"katex\""));
    assert!(frame["summary"].as_str().unwrap().contains("0 of 1 claims hold"));
    let details = frame["details"].as_str().unwrap();
    assert!(details.contains("<dt>parameters</dt><dd>slope: -1.0</dd>"), "{details}");
    assert!(details.contains("href=\"figures/probe-slope-minus-1.csv\""), "from the root");
    assert!(
        page.contains(".sweep-control")
            && page.contains("// Part of mdbook-simulation's theme. Makes a slider")
    );
}

#[test]
fn a_slider_is_one_block_with_one_number_wherever_it_stands() {
    let lesson = "> quoted\n>\n> [[simulation probe {figure: line, sweep: slope}]]\n> more\n\n\
        [[simulation probe {figure: line}]]\n\n[[simulation probe {figure: line, sweep: slope}]]\n";
    let book = TinyBook::with(
        &format!("{PLAIN}\n[output.markdown]\n"),
        &[("SUMMARY.md", "- [Lesson](lesson.md)\n"), ("lesson.md", lesson)],
    );
    book.build(catalog(), Options::default()).unwrap();
    let text = book.read("site/lesson.md");
    let lines: Vec<&str> = text.lines().filter(|line| line.contains("<figure")).collect();
    assert_eq!(lines.len(), 3);
    assert!(
        lines[0].starts_with("> <div class=\"sweep\"><figure") && lines[0].contains("Figure 1.1.")
    );
    assert!(lines[0].ends_with("</figure></div>"));
    assert!(lines[1].starts_with("<figure") && lines[1].contains("Figure 1.1</a>, shown again"));
    assert!(!lines[1].contains("sweep"), "the frame that bears the name, alone");
    assert!(lines[2].contains("Figure 1.1</a>, shown again") && lines[2].contains("sweep-frames"));
}

#[test]
fn the_search_index_holds_the_default_frame_alone() {
    let book = book("[[simulation probe {figure: line, sweep: {slope: [2, 8.75]}}]]");
    book.build(catalog(), Options::default()).unwrap();
    let index = tree(&book.root().join("site"))
        .into_iter()
        .find(|(path, _)| path.display().to_string().starts_with("searchindex"))
        .map(|(_, bytes)| String::from_utf8(bytes).unwrap())
        .unwrap();
    assert!(index.contains("published") || index.contains("slope"), "the page is in the index");
    // 8.75 × 4, the height at the widest place, is written in the data of the other frame.
    assert!(data(&book.page())[0].to_string().contains("35"));
    assert!(!index.contains("\"35\"") && !index.contains(" 35 ") && !index.contains("u003c"));
    assert!(!index.contains("differ from the published ones"), "only the other frame says so");
}

#[test]
fn only_a_frame_at_the_published_parameters_has_its_claims_enforced() {
    let shown = page("[[simulation probe {slope: 3, sweep: {slope: [2, 3]}}]]");
    assert!(shown.contains("these claims are shown and not enforced"), "in the page");
    let frame = data(&shown)[0]["frames"][0].to_string();
    assert!(!frame.contains("not enforced"), "slope 2 is what is published");
}

/// The problem of a lesson of one line: message, place, and hint.
#[track_caller]
fn check(options: &str, place: &str, expected: &str) {
    let lesson = format!("[[simulation probe {options}]]\n");
    let text = TinyBook::new(&lesson).problems(catalog());
    assert!(text.contains(expected), "{text}");
    assert!(text.contains(&format!("src/lesson.md:{place}\n")), "{text}");
    assert!(text.contains("= help: "), "{text}");
    assert!(text.contains("the book has 1 error\n"), "{text}");
}

#[test]
fn every_fault_has_its_place_and_a_way_out() {
    check("{sweep: 3}", "1:28", "`sweep` is 3, but must be one parameter with its values");
    check("{sweep: {}}", "1:28", "this sweep names no parameter");
    check(
        "{sweep: {slope: [1], seed: [2]}}",
        "1:41",
        "a sweep has one parameter, and this one has `slope` and `seed`",
    );
    check("{sweep: {slop: [1, 2]}}", "1:29", "`probe`: unknown parameter `slop`");
    check("{sweep: slop}", "1:28", "`probe`: unknown parameter `slop`");
    check("{sweep: {widths: [[1], [2]]}}", "1:29", "`widths` cannot be swept: it is 1 to 8");
    check("{sweep: {slope: 1}}", "1:36", "the sweep of `slope` is 1, but must be a list of values");
    check("{sweep: {slope: []}}", "1:36", "the sweep of `slope` has no value");
    let many: Vec<String> = (0..33).map(|i| format!("{}", 10 + i)).collect();
    check(
        &format!("{{sweep: {{seed: [{}]}}}}", many.join(", ")),
        "1:164",
        "33 values in a sweep, and 32 are the most",
    );
    check(
        "{slope: 1,\n  sweep: {slope: [1, 12]}}",
        "2:22",
        "`slope` is 12, but must be a number from -9 to 9",
    );
    check("{sweep: {mood: [calm, wild]}}", "1:42", "`mood` is \"wild\", but must be one of calm");
    check("{sweep: {slope: [1, 2, 1.0]}}", "1:43", "the value 1 stands in the sweep twice");
    check(
        "{slope: 2, sweep: {slope: [1, 3]}}",
        "1:21",
        "`slope` is 2, which is not a value of the sweep",
    );
    check("{sweep: seed}", "1:28", "`probe` declares no values for a sweep of `seed`");
    check("{sweep: replicates}", "1:28", "`replicates` is 500, but must be a whole number");
    check("{sweep: {slope: [1, 2]}, slope: 10}", "1:45", "`slope` is 10, but must be a number");
}

#[test]
fn hints_say_what_may_be_written() {
    let hint = |options: &str| {
        TinyBook::new(&format!("[[simulation probe {options}]]\n")).problems(catalog())
    };
    assert!(hint("{sweep: {}}").contains("write 1 to 32 values: {sweep: {slope: [2, …]}}"));
    assert!(hint("{sweep: seed}").contains("it declares some for `slope`, `replicates`"));
    assert!(hint("{sweep: {slop: [1]}}").contains("did you mean `slope`?"));
    assert!(hint("{sweep: {widths: [1]}}").contains("slope, mood, replicates, seed"));
    assert!(hint("{swep: slope}").contains("did you mean `sweep`"));
}

#[test]
fn one_name_has_one_sweep() {
    let problems = |lesson: &str| TinyBook::new(lesson).problems(catalog());
    let swept = "[[simulation probe {sweep: {slope: [1, 2]}}]]\n\n";
    assert_eq!(problems(&format!("{swept}[[simulation probe]]\n")), "");
    assert_eq!(problems(&format!("{swept}{swept}")), "");
    for second in ["sweep: {slope: [2, 1]}", "sweep: {slope: [1, 2, 3]}", "sweep: {seed: [1]}"] {
        let text = problems(&format!("{swept}[[simulation probe {{{second}}}]]\n"));
        assert!(text.contains("`probe` is first shown without this sweep"), "{text}");
    }
    let text = problems(&format!("[[simulation probe]]\n\n{swept}"));
    assert!(text.contains("`probe` is first shown without this sweep"), "{text}");
    let text = problems(&format!("{swept}[[simulation probe {{slope: 1}}]]\n"));
    assert!(text.contains("`probe` already names other parameters"), "{text}");

    // Names of frames: the same simulation may be shown by itself, another may not have its name.
    let alone = "[[simulation probe {as: probe-slope-1, slope: 1}]]\n\n";
    assert_eq!(problems(&format!("{swept}{alone}")), "");
    assert_eq!(problems(&format!("{alone}{swept}")), "");
    let other = "[[simulation probe {as: probe-slope-1, slope: 5}]]\n\n";
    let text = problems(&format!("{other}{swept}"));
    assert!(text.contains("the value 1 needs the name `probe-slope-1`"), "{text}");
    assert!(text.contains("lesson.md:3:37\n") && text.contains("{as: probe-2, …}"), "{text}");
    let text = problems(&format!("{swept}{other}"));
    assert!(text.contains("`probe-slope-1` already names other parameters"), "{text}");
}

#[test]
fn the_limit_is_that_of_a_simulation_and_an_error_runs_nothing() {
    let text =
        TinyBook::new("[[simulation probe {sweep: {mood: [calm, greedy]}}]]\n").problems(catalog());
    assert!(text.contains("`probe-mood-greedy` would take about 3600 s"), "{text}");
    assert!(text.contains("lesson.md:1:42"), "{text}");
    let book = TinyBook::new("[[simulation probe {sweep: {slope: [1, 99]}}]]\n");
    let report = book.report(catalog(), Options::default());
    assert_eq!((report.problems.errors(), report.counts.shards), (1, 0));
}

#[test]
fn eleven_frames_stay_under_400_kilobytes() {
    let noise: Vec<String> = (0..11).map(|i| format!("{}", f64::from(i) / 10.0)).collect();
    let book = TinyBook::new(&format!(
        "[[simulation adl-double-descent {{figure: model-wise, axis: model, replicates: 3, sweep: {{noise: [{}]}}}}]]\n",
        noise.join(", ")
    ));
    book.build(experiments::catalog::all(), Options::default()).unwrap();
    let page = book.page();
    assert_eq!(data(&page)[0]["frames"].as_array().unwrap().len(), 11);
    let mut gzip = Command::new("gzip")
        .args(["-9", "-c"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = gzip.stdin.take().unwrap();
    let bytes = page.len();
    let writer = std::thread::spawn(move || input.write_all(page.as_bytes()));
    let compressed = gzip.wait_with_output().unwrap().stdout.len();
    writer.join().unwrap().unwrap();
    eprintln!("11 frames: {bytes} bytes, {compressed} compressed");
    assert!((10_000..400_000).contains(&compressed), "{compressed} of {bytes} bytes");
}
