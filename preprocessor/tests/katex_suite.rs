//! KaTeX's own formula suite through our renderer: all of it renders, except what is listed here.

use std::collections::BTreeMap;

use mdbook_simulation::render::math::{Formula, render_all};
use serde::Deserialize;

/// From KaTeX's repository; its header says which version.
const SUITE: &str = include_str!("../../tests/fixtures/katex/ss_data.yaml");

/// The entries that give a fault, with a part of its message that is the reason.
const EXCEPTIONS: [(&str, &str); 3] = [
    // The next two set HTML attributes and load an image, which a formula of ours may not.
    ("HTML", r"\htmlId is not allowed here"),
    ("Includegraphics", r"\includegraphics is not allowed here"),
    // A list of commands that KaTeX does not know, to see how it shows them where it need not fail.
    ("UnsupportedCmds", "Undefined control sequence"),
];

/// BLAKE3 of the suite's HTML, in the order of the names: the same in every process, on every machine.
const HASH: &str = "93d38720a649eb001195fd53a67ae038700cc39ee9661876b5b10e47ed26ab79";

#[derive(Deserialize)]
#[serde(untagged)]
enum Entry {
    Tex(String),
    Table {
        tex: String,
        #[serde(default)]
        display: u8,
        #[serde(default)]
        macros: BTreeMap<String, String>,
    },
}

impl Entry {
    /// The formula, with the macros that KaTeX's page would be given written before it.
    fn formula(&self) -> (String, bool) {
        match self {
            Self::Tex(tex) => (tex.clone(), false),
            Self::Table { tex, display, macros } => {
                let define = |(name, body)| format!(r"\def{name}{{{body}}}");
                (macros.iter().map(define).collect::<String>() + tex, *display != 0)
            }
        }
    }
}

#[test]
fn the_suite_renders() {
    let suite: BTreeMap<String, Entry> =
        serde_saphyr::from_str(SUITE).expect("the fixture is YAML");
    assert_eq!(suite.len(), 126);
    let formulas: Vec<_> = suite.values().map(Entry::formula).collect();
    let formulas: Vec<_> =
        formulas.iter().map(|(tex, display)| Formula { tex, display: *display }).collect();
    let exceptions = BTreeMap::from(EXCEPTIONS);
    assert!(exceptions.keys().all(|name| suite.contains_key(*name)), "an exception names no entry");

    let mut surprises = Vec::new();
    let mut hash = blake3::Hasher::new();
    for (name, outcome) in suite.keys().zip(render_all(&formulas)) {
        match (outcome, exceptions.get(name.as_str())) {
            (Ok(html), None) => {
                assert!(!html.contains('\n'), "{name}: more than one line");
                hash.update(html.as_bytes());
            }
            (Err(fault), Some(reason)) if fault.message.contains(reason) => {}
            (Ok(_), Some(_)) => {
                surprises.push(format!("{name}: renders now; no longer an exception"));
            }
            (Err(fault), _) => surprises.push(format!("{name}: {fault} at {:?}", fault.offset)),
        }
    }
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
    assert_eq!(hash.finalize().to_hex().as_str(), HASH, "the suite's HTML changed");
}
