//! What happens to the course when something in it stops being true: a threshold, a sign, a name in the
//! prose, or a number in a record. Each false statement must stop the build at its line and column, and each
//! change that leaves the text true must pass. The truth of a mutant is worked out here, from the record's
//! JSON, and not by the code that is tested.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use experiments::record::Estimate;
use experiments::record::Record;
use mdbook_driver::MDBook;
use mdbook_simulation::Options;
use mdbook_simulation::asked::Asked;
use mdbook_simulation::asked::Comparison;
use mdbook_simulation::asked::Statement;
use mdbook_simulation::asked::Term;
use mdbook_simulation::diagnostics::Place;
use mdbook_simulation::diagnostics::Problems;
use mdbook_simulation::diagnostics::Severity;
use mdbook_simulation::diagnostics::SourceFile;
use mdbook_simulation::host::Simulation;
use mdbook_simulation::scan;
use mdbook_simulation::scan::ItemKind;
use mdbook_simulation::store::records::Found;
use mdbook_simulation::store::records::Records;
use mdbook_simulation::store::records::Stored;
use mdbook_simulation::store::scratch::Scratch;
use tests::Html;

/// A file, a line and a column, as a problem names them.
type Spot = (String, usize, usize);

/// A copy of the course that may be changed.
struct Course {
    folder: tempfile::TempDir,
}

impl Course {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = tests::repository();
        for part in ["book", "theme", "experiments/records"] {
            for (path, bytes) in tests::tree(&root.join(part)) {
                let to = folder.path().join(part).join(path);
                std::fs::create_dir_all(to.parent().unwrap()).unwrap();
                std::fs::write(to, bytes).unwrap();
            }
        }
        std::fs::copy(root.join("book.toml"), folder.path().join("book.toml")).unwrap();
        Self { folder }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Where the errors are that the course has now.
    fn errors(&self) -> BTreeSet<Spot> {
        let mut book = MDBook::load(self.folder.path()).unwrap();
        let catalog = Arc::new(experiments::catalog::all());
        let options = Options { check: true, ..Options::default() };
        let simulation = Simulation::new(catalog, options);
        book.with_preprocessor(simulation.clone());
        // That there are errors is what is asked.
        let _ = book.preprocess_book(&Html);
        let report = simulation.take_report().unwrap();
        let errors = report.problems.sorted().into_iter();
        errors
            .filter(|problem| problem.severity == Severity::Error)
            .map(|problem| match &problem.place {
                Some(place) => {
                    let (line, column) = place.line_column();
                    (place.file.path.clone(), line, column)
                }
                None => panic!("no place: {problem}"),
            })
            .collect()
    }

    /// Where the errors are with another text in the place of a file.
    fn errors_with(&self, path: &str, text: &str) -> BTreeSet<Spot> {
        let file = self.path(path);
        let before = std::fs::read(&file).unwrap();
        std::fs::write(&file, text).unwrap();
        let errors = self.errors();
        std::fs::write(&file, before).unwrap();
        errors
    }

    /// Where the errors are with other numbers in a record, which is as well signed as the one before.
    fn errors_with_record(&self, stored: &Stored, record: Record) -> BTreeSet<Spot> {
        let records = self.records();
        let scratch = Scratch::new(self.folder.path());
        let changed = Stored::new(stored.inputs.clone(), record, stored.provenance.clone());
        records.store(&changed, &scratch).unwrap();
        assert!(matches!(records.find(&stored.inputs), Found::Fresh(_)));
        let errors = self.errors();
        records.store(stored, &scratch).unwrap();
        errors
    }

    fn records(&self) -> Records {
        Records::new(self.path("experiments/records"))
    }
}

/// A directive of a lesson that can be changed.
struct Statable {
    /// The lesson, relative to the course.
    path: String,
    /// The lesson's text.
    text: String,
    /// The bytes of the directive.
    span: std::ops::Range<usize>,
    /// What it asks for.
    asked: Asked,
    /// Where a problem with it is told.
    spot: Spot,
    /// Its options as written, with the braces; may be empty.
    options: String,
}

impl Statable {
    /// The lesson with another directive in the place of this one.
    fn with(&self, directive: &str) -> String {
        let mut text = self.text.clone();
        text.replace_range(self.span.clone(), directive);
        text
    }
}

/// Every inline directive and bound of every lesson.
fn statements(course: &Course) -> Vec<Statable> {
    let mut found = Vec::new();
    for (path, bytes) in tests::tree(&course.path("book")) {
        if path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let path = format!("book/{}", path.display()).replace('\\', "/");
        let text = String::from_utf8(bytes).unwrap();
        let file = Arc::new(SourceFile { path: path.clone(), text: text.clone() });
        for item in scan::scan(&text, scan::Options { math: true }).items {
            let ItemKind::Directive(directive) = &item.kind else { continue };
            let place = Place { file: Arc::clone(&file), span: directive.subject_span.clone() };
            let Some(asked) = Asked::read(directive, &place, &mut Problems::default()) else {
                continue;
            };
            let (line, column) = place.line_column();
            let spot = (path.clone(), line, column);
            let options = directive.options.as_ref();
            let options = options.map_or_else(String::new, |options| options.text.clone());
            let (path, text) = (path.clone(), text.clone());
            found.push(Statable { path, text, span: item.span.clone(), asked, spot, options });
        }
    }
    found
}

/// All records of the course at the names that its lessons use. The names are those of `figures/*.json`
/// of a build; here, an experiment's own name and the `as` of directives.
fn named_records(course: &Course) -> BTreeMap<String, Stored> {
    let mut book = MDBook::load(course.folder.path()).unwrap();
    let catalog = Arc::new(experiments::catalog::all());
    let options = Options { frozen: true, ..Options::default() };
    let simulation = Simulation::new(catalog, options);
    book.with_preprocessor(simulation.clone());
    book.preprocess_book(&Html).unwrap();
    simulation.take_report().unwrap().stored
}

/// Tells whether what a comparison says is so, from the two ends of the interval.
fn is_true(comparison: &Comparison, found: &Estimate, other: Option<&Estimate>) -> bool {
    let (mut low, mut high) = (found.low, found.high);
    if let Some(other) = other {
        (low, high) = (low - other.high, high - other.low);
    }
    let right = |term: &Term| match term {
        Term::Number(number) => *number,
        Term::Estimate { .. } => 0.0,
    };
    match comparison {
        Comparison::Above(term) => low > right(term),
        Comparison::AtLeast(term) => low >= right(term),
        Comparison::Below(term) => high < right(term),
        Comparison::AtMost(term) => high <= right(term),
        Comparison::Within(least, most) => low >= *least && high <= *most,
    }
}

/// What was counted.
#[derive(Debug, Default)]
struct Tally {
    /// False mutants, each of which stopped the build at its place.
    stopped: usize,
    /// True mutants, each of which passed.
    passed: usize,
}

/// A mutant of one directive, and whether what it says is so.
fn mutants(found: &Statable, records: &BTreeMap<String, Stored>) -> Vec<(String, bool)> {
    let estimate = |name: &str, estimate: &str| records[name].record.estimates.get(estimate);
    match &found.asked {
        Asked::Claim(claim) => match &claim.statement {
            Statement::Declared(name) => vec![
                (format!("[[claim {}.{name}-x]]", claim.name), false),
                (
                    format!(
                        "[[claim {}.{name} {{expect: fails, because: \"a mutant\"}}]]",
                        claim.name
                    ),
                    false,
                ),
                (
                    format!(
                        "[[claim {}.{name} {{expect: holds, because: \"a mutant\"}}]]",
                        claim.name
                    ),
                    true,
                ),
            ],
            Statement::Compared { estimate: left, comparison } => {
                let Some(found) = estimate(&claim.name, left) else { return Vec::new() };
                let subject = format!("{}.{left}", claim.name);
                let width = (found.high - found.low).max(found.value.abs() * 1e-3).max(1e-9);
                let (low, high) = (found.low - width, found.high + width);
                let mut mutants = vec![
                    (format!("[[claim {subject} > {low}]]"), true),
                    (format!("[[claim {subject} > {high}]]"), false),
                    (format!("[[claim {subject} < {high}]]"), true),
                    (format!("[[claim {subject} <= {low}]]"), false),
                    (format!("[[claim {subject} in [{low}, {high}]]]"), true),
                    (format!("[[claim {subject} in [{high}, {}]]]", high + width), false),
                    (format!("[[claim {subject}x > {low}]]"), false),
                ];
                // The threshold in the middle of an interval decides nothing.
                if found.low < found.high {
                    mutants.push((format!("[[claim {subject} > {}]]", found.value), false));
                }
                if let Some(Term::Estimate { name, estimate: right }) = comparison.term() {
                    let other = format!("{name}.{right}");
                    for (sign, made) in [
                        (">", Comparison::Above as fn(Term) -> Comparison),
                        ("<", Comparison::Below),
                    ] {
                        let made =
                            made(Term::Estimate { name: name.clone(), estimate: right.clone() });
                        let truth = is_true(&made, found, estimate(name, right));
                        mutants.push((format!("[[claim {subject} {sign} {other}]]"), truth));
                    }
                }
                mutants
            }
        },
        Asked::Value(value) => vec![
            (format!("[[value {}.{}x]]", value.name, value.estimate), false),
            (format!("[[value {}.{} {{digits: 3}}]]", value.name, value.estimate), true),
        ],
        Asked::Ref(reference) => vec![(format!("[[ref {}-x]]", reference.id), false)],
        Asked::Cite(cite) => vec![
            (format!("[[cite {}-x]]", cite.key), false),
            (format!("[[cite {} {{form: bare}}]]", cite.key), true),
        ],
        Asked::Bound(bound) => {
            let options = found.options.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
            let options = options.unwrap_or_default();
            let without = options.split(", expect:").next().unwrap_or_default();
            let other = if options.contains("expect: violated") { "holds" } else { "violated" };
            vec![
                (format!("[[bound {0}-x {{as: {0}}}]]", bound.id), false),
                (
                    format!(
                        "[[bound {} {{{without}{}expect: {other}, because: \"a mutant\"}}]]",
                        bound.id,
                        if without.is_empty() { "" } else { ", " }
                    ),
                    false,
                ),
            ]
        }
        _ => Vec::new(),
    }
}

#[test]
fn every_false_mutant_of_the_text_is_found_where_it_stands() {
    let course = Course::new();
    assert_eq!(course.errors(), BTreeSet::new(), "the course as it is");
    let records = named_records(&course);
    let mut tally = Tally::default();
    let mut values = 0;
    for found in statements(&course) {
        if matches!(found.asked, Asked::Value(_) | Asked::Ref(_) | Asked::Cite(_)) {
            // There are very many: one of four.
            values += 1;
            if values % 4 != 0 {
                continue;
            }
        }
        for (directive, truth) in mutants(&found, &records) {
            let errors = course.errors_with(&found.path, &found.with(&directive));
            let expected = match truth {
                true => BTreeSet::new(),
                false => BTreeSet::from([found.spot.clone()]),
            };
            assert_eq!(errors, expected, "{directive} in {}", found.path);
            if truth {
                tally.passed += 1;
            } else {
                tally.stopped += 1;
            }
        }
    }
    report("text", &tally);
    assert!(tally.stopped >= 100 && tally.passed >= 50, "{tally:?}");
}

#[test]
fn every_number_that_moves_out_of_its_claim_is_found_at_the_claim() {
    let course = Course::new();
    let records = named_records(&course);
    let compared: Vec<Statable> = statements(&course)
        .into_iter()
        .filter(|found| match &found.asked {
            Asked::Claim(claim) => {
                claim.expected.is_none() && matches!(claim.statement, Statement::Compared { .. })
            }
            _ => false,
        })
        .collect();
    let mut tally = Tally::default();
    for found in &compared {
        let Asked::Claim(claim) = &found.asked else { continue };
        let Statement::Compared { estimate: left, .. } = &claim.statement else { continue };
        let stored = &records[&claim.name];
        let Some(estimate) = stored.record.estimates.get(left) else { continue };
        for factor in [0.25, 0.9, 0.999, 1.001, 1.1, 4.0] {
            let mut record = stored.record.clone();
            let moved = Estimate {
                value: estimate.value * factor,
                low: estimate.low * factor,
                high: estimate.high * factor,
                ..estimate.clone()
            };
            record.estimates.insert(left.clone(), moved);
            let errors = course.errors_with_record(stored, record.clone());
            // Every comparison of the course, as it is with this record. (The experiment's own claims may
            // fail besides, each at its simulation.)
            for other in &compared {
                let wrong = !is_so(other, &records, stored, &record);
                assert_eq!(
                    errors.contains(&other.spot),
                    wrong,
                    "{:?}: {left} × {factor}",
                    other.spot
                );
                if other.spot == found.spot {
                    if wrong {
                        tally.stopped += 1;
                    } else {
                        tally.passed += 1;
                    }
                }
            }
        }
    }
    report("records", &tally);
    assert!(tally.stopped >= 20 && tally.passed >= 20, "{tally:?}");
}

/// Whether a comparison of the course is so, with `record` in the place of that of `stored`.
fn is_so(
    found: &Statable,
    records: &BTreeMap<String, Stored>,
    stored: &Stored,
    record: &Record,
) -> bool {
    let Asked::Claim(claim) = &found.asked else { return true };
    let Statement::Compared { estimate, comparison } = &claim.statement else { return true };
    let of = |name: &str, estimate: &str| {
        let other = &records[name];
        let record = if other.inputs == stored.inputs { record } else { &other.record };
        record.estimates.get(estimate).cloned()
    };
    let Some(left) = of(&claim.name, estimate) else { return true };
    let right = match comparison.term() {
        Some(Term::Estimate { name, estimate }) => of(name, estimate),
        _ => None,
    };
    is_true(comparison, &left, right.as_ref())
}

#[expect(clippy::print_stdout, reason = "the counts are worth reading")]
fn report(what: &str, tally: &Tally) {
    let Tally { stopped, passed } = tally;
    println!(
        "{what}: {stopped} false mutants stopped the build at their place, {passed} true ones passed"
    );
}
