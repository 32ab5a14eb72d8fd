//! This course: its configuration, its records, and the names that code, lessons and css share.

use std::collections::BTreeSet;
use std::sync::Arc;

use mdbook_simulation::cli;
use mdbook_simulation::theme;
use tests::repository;

#[test]
fn the_build_directory_is_not_the_folder_of_lessons() {
    let toml = std::fs::read_to_string(repository().join("book.toml")).unwrap();
    let config: mdbook_preprocessor::config::Config = toml.parse().unwrap();
    assert_eq!(config.book.src.to_str(), Some("book"));
    assert_eq!(config.build.build_dir.to_str(), Some("site"));
    assert!(!config.build.create_missing, "a mistyped path in SUMMARY.md is an error");
}

#[test]
fn every_claim_holds_and_every_record_is_fresh_and_referred_to() {
    let report = cli::check(&repository(), Arc::new(experiments::catalog::all()), false).unwrap();
    assert_eq!(report.problems.errors(), 0);
    assert!(report.counts.reused > 0 && report.counts.computed == 0);
}

#[test]
fn the_course_installs_every_file_of_the_theme() {
    let toml = std::fs::read_to_string(repository().join("book.toml")).unwrap();
    for file in theme::STYLES.iter().chain(theme::SCRIPTS) {
        assert!(toml.contains(&format!("theme/{file}")), "{file}");
    }
}

#[test]
fn every_experiment_of_the_catalog_is_in_a_lesson() {
    let mut shown = BTreeSet::new();
    let lessons = tests::tree(&repository().join("book"));
    for (path, bytes) in &lessons {
        if path.extension().is_some_and(|extension| extension == "md") {
            let text = String::from_utf8_lossy(bytes);
            for rest in text.split("[[simulation ").skip(1) {
                shown.extend(rest.split([' ', ']']).next().map(ToOwned::to_owned));
            }
        }
    }
    for entry in experiments::catalog::all().iter() {
        assert!(shown.contains(entry.id()), "no lesson shows {}", entry.id());
    }
}

#[test]
fn every_entry_of_the_catalog_is_sound() {
    for entry in experiments::catalog::all().iter() {
        let defaults = entry.complete(&serde_json::Map::new()).unwrap();
        let names: BTreeSet<&str> = entry.fields().iter().map(|field| field.name).collect();
        assert_eq!(names, defaults.keys().map(String::as_str).collect(), "{}", entry.id());
        assert_eq!(entry.complete(&defaults).as_ref(), Ok(&defaults), "defaults are in range");
        let draft = entry.draft(&defaults).unwrap();
        assert_eq!(entry.complete(&draft).as_ref(), Ok(&draft), "a draft is in range");
        assert!(!entry.shards(&draft).unwrap().is_empty());
    }
}

/// The numbers that are typed into the lessons in full, as `check --numbers` lists them. Each was read, and is
/// a setting, a place of a grid, or theory: a new one is to be read too.
#[test]
fn typed_numbers_were_read() {
    let report =
        cli::check(&tests::repository(), Arc::new(experiments::catalog::all()), true).unwrap();
    let full = ["double-descent.md", "error-decomposition.md", "beyond-the-training-set.md"];
    let typed = report
        .typed
        .iter()
        .filter(|typed| full.iter().any(|lesson| typed.place.file.path.ends_with(lesson)));
    let listed: Vec<String> = typed
        .map(|typed| format!("{}: {} in “{}”", typed.place.file.path, typed.number, typed.around))
        .collect();
    insta::assert_snapshot!(listed.join("\n"));
}
