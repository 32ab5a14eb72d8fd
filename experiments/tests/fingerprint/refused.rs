//! What hides a dependency is refused, at its place; what only looks so is not.

use crate::before_peak;
use crate::fingerprint;
use crate::fixture::PEAK;
use crate::fixture::tree;
use crate::lines;

/// The first refusal says this, at that place of that file.
#[track_caller]
fn refused(edits: &[(&str, &str, &str)], expected: &str) {
    let folder = tree(edits);
    let refusals = match fingerprint::analyse(folder.path()) {
        Ok(_) => panic!("{edits:?} is not refused"),
        Err(refusals) => lines(&refusals),
    };
    assert!(refusals.starts_with(expected), "{refusals}\n  does not start with\n{expected}");
}

#[test]
fn what_hides_a_dependency_is_refused() {
    let item = |code: &str, expected: &str| {
        let code = before_peak(code);
        let edit = [(PEAK, "/// The experiment.", code.as_str())];
        refused(&edit, &format!("catalog/part/peak.rs:{expected}"));
    };
    item("pub use crate::lab::deep::other;", "12:1: a re-export");
    item("pub(crate) use crate::lab::deep::other;", "12:1: a re-export");
    item("use crate::lab::deep::*;", "12:23: a glob import");
    item("use crate::lab::{deep::{other, *}};", "12:32: a glob import");
    item("fn f() { use burn::prelude::*; }", "12:29: a glob import");
    item("macro_rules! m { () => {} }", "12:1: a macro");
    item("fn f() { macro_rules! m { () => {} } }", "12:10: a macro definition");
    item("make! { struct Made; }", "12:1: a macro that makes items");
    item("include!(\"x.rs\");", "12:1: a macro that makes items");
    item("fn f() { include!(\"x.rs\") }", "12:10: `include!`");
    item("fn f() -> &'static str { env!(\"HOME\") }", "12:26: `env!`");
    item("fn f() -> &'static str { std::option_env!(\"N\") }", "12:31: `option_env!`");
    item("fn f() -> u32 { line!() }", "12:17: `line!`");
    item("use std::env as e;", "12:10: `env` under another name");
    item("const S: &str = include_str!(concat!(\"a\", \"b\"));", "12:17: `include_str!`");
    item("const S: &str = include_str!(\"missing\");", "12:17: `missing` cannot be read");
    item(
        "const S: &str = include_str!(\"/etc/hosts\");",
        "12:17: an included file with an absolute",
    );
    item("impl crate::lab::random::Other { }", "12:1: an `impl` outside");
    item("impl Default for crate::figure::Figure { }", "12:1: an `impl` outside");
    item("impl crate::lab::shape::Size for u8 { }", "12:1: an `impl` outside");
    item("impl From<Peak> for f64 { }", "12:1: an `impl` outside");
    item("type A = crate::figure::Figure;\nimpl A { }", "13:1: an `impl` outside");
    item("fn f() { impl Drop for Peak { } }", "12:10: an `impl` inside a function");
    item("fn f() { odd!(impl Drop for Peak { }); }", "12:15: `impl` inside a macro");
    item("fn f() { mod inside { } }", "12:10: a module inside a function");
    item("mod a { mod b; }", "12:9: `mod b;` inside an inline module");
    item("#[path = \"x.rs\"]\nmod a { }", "12:1: `#[path]` on a module");
    item("#[cfg(unix)]\nmod a { }", "12:1: `#[cfg]` on a module");
    item("#[cfg(unix)]\nfn f() { }", "12:2: `#[cfg]`");
    item("#[cfg_attr(unix, inline)]\nfn f() { }", "12:2: `#[cfg_attr]`");
    item("fn f() -> bool { cfg!(unix) }", "12:18: `cfg!`");
    item("extern crate self as own;", "12:1: `extern crate`");
    item("extern \"C\" { }", "12:1: an item that the analysis cannot read");
    item("use crate as own;", "12:5: an import of `crate`");
    item("use crate::{self as own};", "12:13: an import of `crate`");
    item("use super as up;", "12:5: an import of `crate`");
    item("mod odd;", "12:1: there is no file for `mod odd;`");
    item("fn f( {", "12:");
    item(
        "mod a { impl crate::experiment::Experiment for super::Peak { } }",
        "12:9: an experiment inside",
    );
}

#[test]
fn places_of_modules_and_ids_are_checked() {
    refused(
        &[("lib.rs", "pub mod lab;", "#[path = \"x.rs\"]\npub mod lab;")],
        "lib.rs:9:1: `#[path]`",
    );
    refused(&[("lab/mod.rs", "pub mod data;", "#[macro_use]\npub mod data;")], "lab/mod.rs:2:1: ");
    refused(
        &[("lab/random.rs", "//! Streams.", "#![cfg(unix)]")],
        "lab/random.rs:1:1: `#[cfg]` on a whole file",
    );
    refused(
        &[(PEAK, "\"peak\"", "concat!(\"pe\", \"ak\")")],
        "catalog/part/peak.rs:20:1: an experiment whose `ID` is not a string literal",
    );
    refused(&[(PEAK, "\"peak\"", "\"valley\"")], "catalog/part/valley.rs:8:1: `valley` is also");
    refused(
        &[(
            "lab/random.rs",
            "const START",
            "struct S;\nimpl crate::experiment::Experiment for S { }\nconst START",
        )],
        "lab/random.rs:5:1: an experiment outside the catalog",
    );
    refused(
        &[(PEAK, "x + 1.5", "x + super::super::all().len() as f64")],
        "catalog/part/peak.rs:20:1: the experiment `peak` reaches the table of fingerprints",
    );
    // A constant of a neighbour that moves behind a re-export.
    refused(
        &[(
            "catalog/part/valley.rs",
            "pub const NEIGHBOUR: f64 = 11.0;",
            "pub use crate::lab::deep::other::NEIGHBOUR;",
        )],
        "catalog/part/valley.rs:6:1: a re-export",
    );
}

#[test]
fn what_only_looks_dangerous_is_allowed() {
    for code in [
        "fn f() { struct V; impl Drop for V { fn drop(&mut self) {} } }",
        "impl std::fmt::Display for &Peak { }",
        "impl crate::lab::shape::Size for Peak { }",
        "trait Local { }\nimpl<T: Clone> Local for T { }\nimpl dyn Local { }",
        "thread_local! { static N: u8 = 1; }",
        "#[derive(Clone)]\n#[allow(dead_code, reason = \"x\")]\nstruct S { pub(in crate::catalog) a: u8, pub(crate) b: u8 }",
        "use std::env;\nuse burn;",
        "mod a { use super::Knobs; impl Clone for Knobs { } }",
    ] {
        let code = before_peak(code);
        let folder = tree(&[(PEAK, "/// The experiment.", &code)]);
        if let Err(refusals) = fingerprint::analyse(folder.path()) {
            panic!("{code}: {}", lines(&refusals));
        }
    }
}

#[test]
fn a_tree_without_a_root_is_an_error() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let refusals = fingerprint::analyse(folder.path()).expect_err("there is no lib.rs");
    assert!(lines(&refusals).starts_with("lib.rs:1:1: cannot be read"));
}
