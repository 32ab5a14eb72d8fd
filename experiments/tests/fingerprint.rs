//! The fingerprint says "changed" where numbers can change, "unchanged" where only looks or prose
//! do, and refuses what it could not follow.

#[path = "fingerprint/edits.rs"]
mod edits;
#[path = "../build/fingerprint/mod.rs"]
mod fingerprint;
#[path = "fingerprint/fixture.rs"]
mod fixture;
#[path = "fingerprint/numeric.rs"]
mod numeric;
#[path = "fingerprint/refused.rs"]
mod refused;

use std::path::Path;

use fixture::PEAK;
use fixture::tree;

/// The digest of an experiment of the fixture after edits.
#[track_caller]
fn digest(id: &str, edits: &[(&str, &str, &str)]) -> String {
    let experiment = experiment(id, edits);
    experiment.digest
}

#[track_caller]
fn experiment(id: &str, edits: &[(&str, &str, &str)]) -> fingerprint::Experiment {
    let folder = tree(edits);
    let analysis = fingerprint::analyse(folder.path())
        .unwrap_or_else(|refusals| panic!("{edits:?}: {}", lines(&refusals)));
    analysis.experiments.into_iter().find(|found| found.id == id).expect("the experiment is there")
}

fn lines(refusals: &[fingerprint::Refusal]) -> String {
    refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn changed(file: &str, old: &str, new: &str) {
    assert_ne!(digest("peak", &[(file, old, new)]), digest("peak", &[]), "{old} -> {new}");
}

#[track_caller]
fn unchanged(file: &str, old: &str, new: &str) {
    assert_eq!(digest("peak", &[(file, old, new)]), digest("peak", &[]), "{old} -> {new}");
}

/// Edits that change the experiment when made on top of others.
#[track_caller]
fn changed_after(before: &[(&str, &str, &str)], edit: (&str, &str, &str)) {
    let after = [before, &[edit]].concat();
    assert_ne!(digest("peak", &after), digest("peak", before), "{edit:?}");
}

#[track_caller]
fn unchanged_after(before: &[(&str, &str, &str)], edit: (&str, &str, &str)) {
    let after = [before, &[edit]].concat();
    assert_eq!(digest("peak", &after), digest("peak", before), "{edit:?}");
}

/// A replacement that puts code before the struct of the experiment.
fn before_peak(code: &str) -> String {
    format!("{code}\n/// The experiment.")
}

#[test]
fn comments_documentation_and_formatting_never_enter() {
    unchanged(PEAK, "x + 1.5", "x /* more */ + 1.5 // half");
    unchanged(PEAK, "//! A peak.", "//! A high peak.\n//!\n//! By somebody.");
    unchanged(PEAK, "/// Scales.", "/// Scales by the width.\n#[doc(hidden)]");
    unchanged(PEAK, "x: f64) -> f64 {\n    x + 1.5\n}", "\n  x : f64,\n) -> f64 { x+1.5 }");
    unchanged(PEAK, "vec![tokened(n as Number), r", "vec! [ tokened ( n as Number )\n, r");
    unchanged(PEAK, "Record { values: scale(list) }", "Record {\n values: scale(\nlist,\n),\n}");
    unchanged("lab/random.rs", "/// A stream.", "/// A named stream.");
    unchanged("experiment.rs", "/// A trait.", "/** A trait, see [`crate::figure`]. */");
}

#[test]
fn grouping_and_order_of_imports_are_formatting() {
    unchanged(
        PEAK,
        "use crate::lab::{deep, random as r};\nuse crate::record::Record;",
        "use crate::{record::Record, lab::{random as r, deep}};",
    );
}

#[test]
fn one_element_tuples_and_joined_operators_are_code() {
    let pair = [(PEAK, "    x + 1.5", "    let _ = (x, x);\n    let _ = (x);\n    x + 1.5")];
    changed_after(&pair, (PEAK, "(x);", "(x,);"));
    unchanged_after(&pair, (PEAK, "(x, x);", "(\n x,\n x,\n);"));
    let generic = [(PEAK, "    x + 1.5", "    let _: (Map<u8, u8>) = f();\n    x + 1.5")];
    changed_after(&generic, (PEAK, "(Map<u8, u8>)", "(Map<u8, u8>,)"));
    let lifetime = [(PEAK, "    x + 1.5", "    let _: &'static (u8) = f();\n    x + 1.5")];
    changed_after(&lifetime, (PEAK, "(u8)", "(u8,)"));
    let closure = [(PEAK, "    x + 1.5", "    let _ = (|a, b| a);\n    x + 1.5")];
    changed_after(&closure, (PEAK, "| a)", "| a,)"));
    let macros = [(PEAK, "    x + 1.5", "    odd!(a & &b, c);\n    x + 1.5")];
    changed_after(&macros, (PEAK, "& &b", "&& b"));
    changed_after(&macros, (PEAK, "b, c)", "b, c,)"));
}

#[test]
fn tests_never_enter() {
    unchanged(PEAK, "assert_eq!(tokened(1.0), 2.5)", "assert!(tokened(1.0) > crate::lab::x())");
    unchanged(PEAK, "    9.0", "    9.5");
    unchanged(
        PEAK,
        "/// Scales.",
        "#[test]\nfn t() {}\n#[cfg(test)]\nuse crate::figure::Figure as F;\n",
    );
    unchanged(PEAK, "    fn doubled", "    #[cfg(test)]\n    fn quick() {}\n    fn doubled");
    unchanged("lab/random.rs", "stream(1), 18.0", "stream(2), 19.0");
    unchanged("lab/mod.rs", "pub mod data;", "#[cfg(test)]\nmod missing;\npub mod data;");
    changed(PEAK, "#[cfg(test)]\nfn only_in_tests() -> f64 {\n    9.0\n}", "const _: () = ();");
}

#[test]
fn looks_never_enter() {
    unchanged(PEAK, "\"A peak\"", "\"The peak\"");
    unchanged(PEAK, "Mark::Line }]", "Mark::Points }]");
    unchanged(PEAK, "{n} values", "{n} numbers");
    unchanged("figure.rs", "Line,", "Line,\n    Band,");
    unchanged("exhibit.rs", "const TITLE", "const SHORT: u8 = 1;\n    const TITLE");
    unchanged("lab/deep/inner.rs", "5.0", "5.5");
    unchanged("catalog/mod.rs", "vec![", "vec![0, ");
    unchanged("entry.rs", "fingerprint::of()", "fingerprint::of() + 1");
    unchanged(PEAK, "fn caption(", "fn unused() {}\n\nfn caption(");
}

#[test]
fn looks_enter_where_numbers_can_call_them() {
    let title = [(PEAK, "x + 1.5", "x + Peak::TITLE.len() as f64")];
    changed_after(&title, (PEAK, "\"A peak\"", "\"The peak\""));
    let figures = [
        (PEAK, "x + 1.5", "x + count::<Peak>()"),
        (PEAK, "fn caption(", "fn count<E: Exhibit>() -> f64 { E::SHORT }\n\nfn caption("),
    ];
    changed_after(&figures, (PEAK, "{n} values", "{n} numbers"));
    // A neighbour's generic function over exhibits.
    let generic = [(
        "catalog/part/valley.rs",
        "pub struct",
        "pub fn show<E: crate::exhibit::Exhibit>() {}\npub struct",
    )];
    changed_after(&generic, (PEAK, "{n} values", "{n} numbers"));
}

#[test]
fn numeric_code_of_the_file_enters() {
    changed(PEAK, "x + 1.5", "x + 1.6");
    changed(PEAK, "WIDTH: f64 = 3.0", "WIDTH: f64 = 3.5");
    changed(PEAK, "type Number = f64", "type Number = f32");
    changed(PEAK, "knob + 2.5", "knob + 2.6");
    changed(PEAK, "knob: 4.5", "knob: 4.6");
    changed(PEAK, "CAPTURED: f64 = 8.0", "CAPTURED: f64 = 8.5");
    changed(PEAK, "\"{CAPTURED:.3}\"", "\"{CAPTURED:.4}\"");
    // By the name of a method alone.
    changed(PEAK, "self * 2.0", "self * 2.1");
    changed(PEAK, "use rand_distr::Distribution", "use rand_distr::Normal as Distribution");
}

#[test]
fn apparatus_enters_where_a_path_leads_to_it() {
    changed("lab/random.rs", "START: u64 = 17", "START: u64 = 18");
    changed("lab/random.rs", "use rand_chacha::ChaCha8Rng", "use rand_chacha::ChaCha20Rng");
    changed("lab/data.rs", "TABLE.len() +", "1 + TABLE.len() +");
    changed("lab/table.csv", "3,4", "3,5");
    changed("lab/files/digits.bin", "\u{1}\u{10}", "\u{2}\u{10}");
    // The digits of this crate lie outside `src`.
    let upwards = [("lab/data.rs", "\"files/digits.bin\"", "\"../lab/files/digits.bin\"")];
    changed_after(&upwards, ("lab/files/digits.bin", "DIG1", "DIG2"));
    changed("lab/shape.rs", "self.len() + 2", "self.len() + 3");
    changed("catalog/part/valley.rs", "11.0", "12.0");
    changed("record.rs", "Default, Serialize", "Serialize, Default");
    // From a string in an attribute.
    changed("number.rs", "value * 1.0", "value * 1.5");
    let deep = [(PEAK, "x + 1.5", "x + deep::inner::inner()")];
    changed_after(&deep, ("lab/deep/inner.rs", "5.0", "5.5"));
    changed_after(&deep, ("lab/deep/other.rs", "6.0", "6.5"));
}

#[test]
fn paths_of_every_form_are_followed() {
    let edit = ("lab/deep/other.rs", "6.0", "6.5");
    for call in [
        "x + crate::lab::deep::other::other()",
        "x + crate::lab::deep::inner::inner()",
        "x + super::super::super::lab::deep::other::other()",
        "x + vec![crate::lab::deep::other::other()][0]",
        "{ use crate::lab::deep::{inner, other::{other as o}}; x + o() }",
        "{ use super::super::{super::lab::deep::other, part}; x + other::other() }",
        "{ use crate::lab; x + lab::deep::other::other() }",
        "{ use crate::lab::deep as d; x + d::other::other() }",
        "x + <f64 as crate::lab::deep::other::Tr>::N",
        "x + deep::other::other()",
        "x + inline::far()",
        "x + odd!(deep)",
    ] {
        let far = "mod inline {\n    pub(super) fn far() -> f64 {\n        use super::super::super::super::lab::deep::other;\n        other::other()\n    }\n";
        let call = [(PEAK, "x + 1.5", call), (PEAK, "mod inline {\n", far)];
        changed_after(&call, edit);
    }
    // An alias of an alias, a private import of the parent, a child module.
    let alias = [
        (
            PEAK,
            "use crate::record::Record;",
            "use crate::record::Record;\nuse crate::lab;\nuse lab::deep::other::other as o;",
        ),
        (PEAK, "x + 1.5", "x + o()"),
    ];
    changed_after(&alias, edit);
    let parent = [
        ("catalog/part/mod.rs", "pub mod peak;", "use crate::lab::deep::other;\npub mod peak;"),
        (PEAK, "x + 1.5", "x + super::other::other()"),
    ];
    changed_after(&parent, edit);
    let child = [
        (PEAK, "/// The experiment.", "mod child;\n/// The experiment."),
        ("catalog/part/peak/child.rs", "", "pub fn f() -> f64 { 1.0 }\n"),
    ];
    let called = [child[0], child[1], (PEAK, "x + 1.5", "x + child::f()")];
    let edit = ("catalog/part/peak/child.rs", "1.0", "1.5");
    changed_after(&called, edit);
    unchanged_after(&child, edit);
}

#[test]
fn child_modules_of_an_experiment_enter_item_by_item() {
    let declare = before_peak("mod looks;\nmod measure;\nmod summary;\nconst SHARED: f64 = 0.5;");
    let looks = "use super::{Knobs, measure};\nuse crate::figure::Figure;\n\
        pub(super) fn label() -> Figure { norm(\"first\"); measure::shown(); Knobs::label() }\n\
        fn norm(text: &str) { second(text) }\nfn second(text: &str) { }\n";
    let measure = "use super::summary::{Fold, fold as f};\nuse super::Number;\n\
        pub(super) fn norm(x: Number) -> f64 { f(x).folded() + super::SHARED }\n\
        pub(super) fn shown() -> f64 { 0.25 }\n";
    let summary = "use crate::lab::deep::other::other;\n\
        pub(super) trait Fold { fn folded(&self) -> f64; }\n\
        impl Fold for f64 { fn folded(&self) -> f64 { 0.75 } }\n\
        pub(super) fn fold(x: f64) -> f64 { other() }\npub(super) fn spare() -> f64 { 1.25 }\n";
    let folder = [
        (PEAK, "/// The experiment.", declare.as_str()),
        (PEAK, "x + 1.5", "x + measure::norm(1.0)"),
        (PEAK, "label: caption(record.values.len())", "label: looks::label()"),
        ("catalog/part/peak/looks.rs", "", looks),
        ("catalog/part/peak/measure.rs", "", measure),
        ("catalog/part/peak/summary.rs", "", summary),
    ];
    changed_after(&folder, (PEAK, "SHARED: f64 = 0.5", "SHARED: f64 = 0.6"));
    changed_after(&folder, ("catalog/part/peak/summary.rs", "0.75", "0.8"));
    changed_after(&folder, ("lab/deep/other.rs", "6.0", "6.5"));
    changed_after(&folder, ("catalog/part/peak/measure.rs", "fold as f", "spare as f"));
    unchanged_after(&folder, ("catalog/part/peak/looks.rs", "first", "one"));
    unchanged_after(
        &folder,
        ("catalog/part/peak/looks.rs", "second(text: &str) { }", "second(text: &str) { f() }"),
    );
    unchanged_after(&folder, ("catalog/part/peak/measure.rs", "0.25", "0.3"));
    unchanged_after(&folder, ("catalog/part/peak/summary.rs", "1.25", "1.3"));
    unchanged_after(&folder, ("figure.rs", "Line,", "Line,\n    Band,"));
}

#[test]
fn unused_apparatus_does_not_enter() {
    unchanged("lab/deep/other.rs", "6.0", "6.5");
    unchanged("backend.rs", "_ => 0", "_ => 2");
    let file = [("lab/new.rs", "", "pub fn new() {}\n")];
    unchanged_after(&file, ("lab/mod.rs", "pub mod data;", "pub mod data;\npub mod new;"));
}

#[test]
fn an_import_that_may_be_a_trait_counts_without_being_named() {
    let import = |line: &str| before_peak(line);
    let edit = ("lab/deep/other.rs", "6.0", "6.5");
    for line in ["use crate::lab::deep::other as _;", "use crate::lab::deep::other::Unknown;"] {
        let line = import(line);
        changed_after(&[(PEAK, "/// The experiment.", &line)], edit);
    }
    // A function that no reached item names.
    let line = import("use crate::lab::deep::other::other;");
    unchanged_after(&[(PEAK, "/// The experiment.", &line)], edit);
    let line = import("use crate::figure::Mark::Points;");
    unchanged_after(
        &[(PEAK, "/// The experiment.", &line)],
        ("figure.rs", "Line,", "Line,\n    Band,"),
    );
}

#[test]
fn an_impl_enters_with_any_name_of_its_heading() {
    let code = before_peak(
        "mod apart { impl std::ops::Neg for super::Knobs { type Output = f64; fn neg(self) -> f64 { 7.25 } } }",
    );
    changed_after(&[(PEAK, "/// The experiment.", &code)], (PEAK, "7.25", "7.5"));
    let code = before_peak(
        "impl From<Peak> for Other { fn from(_: Peak) -> Other { Other(7.25) } }\nstruct Other(f64);",
    );
    changed_after(&[(PEAK, "/// The experiment.", &code)], (PEAK, "7.25", "7.5"));
    let code =
        before_peak("impl Drop for Alone { fn drop(&mut self) { f(7.25) } }\nstruct Alone(f64);");
    unchanged_after(&[(PEAK, "/// The experiment.", &code)], (PEAK, "7.25", "7.5"));
}

#[test]
fn sources_name_what_entered() {
    let peak = experiment("peak", &[]);
    assert_eq!(peak.file, PEAK);
    let names: Vec<&str> = peak.sources.iter().map(|(name, _)| name.as_str()).collect();
    let own: Vec<&str> =
        names.iter().filter_map(|name| name.strip_prefix("catalog/part/peak.rs::")).collect();
    assert_eq!(
        own,
        [
            "const CAPTURED",
            "const WIDTH",
            "fn scale",
            "fn tokened",
            "impl Default for Knobs",
            "impl Experiment for Peak",
            "impl Knobs",
            "impl Twice for f64",
            "mod inline",
            "struct Knobs",
            "struct Peak",
            "trait Twice",
            "type Number",
            "use crate::experiment::Experiment",
            "use crate::lab::random as r",
            "use crate::lab::shape::Size",
            "use crate::record::Record",
            "use rand_distr::Distribution",
        ]
    );
    assert!(names.contains(&"lab/random.rs::fn stream"));
    assert!(names.contains(&"lab/table.csv (bytes)"));
    assert!(names.contains(&"lab/files/digits.bin (bytes)"));
    let files: std::collections::BTreeSet<&str> =
        names.iter().map(|name| name.split("::").next().unwrap_or(name)).collect();
    assert!(!files.iter().any(|file| ["figure.rs", "exhibit.rs", "entry.rs"].contains(file)));
    // One edit moves one source.
    let edited = experiment("peak", &[("lab/random.rs", "START + seed", "START * seed")]);
    let moved: Vec<&String> = peak
        .sources
        .iter()
        .zip(&edited.sources)
        .filter(|(old, new)| old != new)
        .map(|((name, _), _)| name)
        .collect();
    assert_eq!(moved, ["lab/random.rs::fn stream"]);
}

#[test]
fn another_experiment_is_not_touched() {
    let edit = [(PEAK, "x + 1.5", "x + 1.6")];
    assert_eq!(digest("valley", &edit), digest("valley", &[]));
}

#[test]
fn every_file_is_watched() {
    let folder = tree(&[]);
    let analysis = fingerprint::analyse(folder.path()).expect("the fixture is fine");
    let mut watched: Vec<String> = analysis
        .watched
        .iter()
        .map(|path| path.strip_prefix(folder.path()).expect("inside").display().to_string())
        .collect();
    watched.sort();
    let mut expected: Vec<&str> = fixture::files().into_iter().map(|(name, _)| name).collect();
    expected.sort_unstable();
    assert_eq!(watched, expected);
}

#[test]
fn the_table_of_this_crate_is_its_tree() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let analysis =
        fingerprint::analyse(&source).unwrap_or_else(|refusals| panic!("{}", lines(&refusals)));
    for entry in experiments::catalog::all().iter() {
        let found = analysis.experiments.iter().find(|found| found.id == entry.id());
        let found = found.unwrap_or_else(|| panic!("`{}` is not found", entry.id()));
        let table = experiments::fingerprint::of(entry.id());
        assert_eq!(found.digest, table.digest);
        let sources: Vec<(String, String)> =
            table.sources.iter().map(|&(name, digest)| (name.into(), digest.into())).collect();
        assert_eq!(found.sources, sources);
        // Captions must stay free: nothing of the looks enters.
        for (name, _) in &sources {
            let file = name.split("::").next().unwrap_or(name);
            assert!(!["exhibit.rs", "figure.rs", "claim.rs"].contains(&file), "{name}");
        }
    }
}
