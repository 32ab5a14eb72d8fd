//! axe-core on every page in every theme. `tests/run` fetches it and names it in `AXE_CORE`.

use std::path::Path;

use serde_json::Value;
use serde_json::json;

use crate::PAGES;
use crate::THEMES;
use crate::course;
use crate::driver::Browser;

/// axe-core itself: MPL-2.0, used by these tests alone and no part of what we publish.
fn axe() -> String {
    let path = std::env::var_os("AXE_CORE").expect("AXE_CORE names axe.min.js: run tests/run");
    std::fs::read_to_string(Path::new(&path)).expect("axe.min.js can be read")
}

/// Opens what is folded, runs every rule, and says what each violation is about.
const VIOLATIONS: &str = r"
document.querySelectorAll('details').forEach(details => { details.open = true; });
// The page hears of it after the frame.
await new Promise(heard => requestAnimationFrame(() => setTimeout(heard)));
const result = await axe.run(document, { resultTypes: ['violations'] });
return result.violations.flatMap(({ id, nodes }) =>
  nodes.map(node => `${id}: ${node.target} ${node.failureSummary}`));
";

#[test]
fn axe_finds_no_violation_on_any_page_in_any_theme() {
    let (_folder, site) = course();
    // A page of its own address: it looks for its files at the root of a server.
    let lost = std::fs::read_to_string(site.join("404.html")).unwrap();
    std::fs::write(site.join("lost.html"), lost.replace("<base href=\"/\">", "")).unwrap();
    let axe = axe();
    Browser::run(async |browser: &Browser| {
        browser.open(&site.join("index.html")).await;
        let mut violations = Vec::new();
        for theme in THEMES {
            let choose = format!("localStorage.setItem('mdbook-theme', '{theme}'); return 1");
            browser.script(&choose).await;
            for page in PAGES.into_iter().chain(["print.html", "lost.html"]) {
                // The print page prints itself once it is there.
                browser.open(&site.join(page)).await;
                browser.evaluate(&axe).await;
                let found = browser.script(VIOLATIONS).await;
                if found != json!([]) {
                    violations.push(format!("{page} in {theme}: {found:#}"));
                }
            }
        }
        assert!(violations.is_empty(), "{}", violations.join("\n"));
        let rules = browser.script("return axe.getRules().length").await;
        assert!(rules.as_u64().is_some_and(|rules| rules > 80), "{rules}");
    });
}

#[test]
fn axe_would_find_a_violation() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    std::fs::write(&page, "<!DOCTYPE html><title>a</title><img src='a.png'>").unwrap();
    let axe = axe();
    Browser::run(async |browser: &Browser| {
        browser.open(&page).await;
        browser.evaluate(&axe).await;
        let found = browser.script(VIOLATIONS).await;
        let found: Vec<&str> =
            found.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        assert!(found.iter().any(|violation| violation.starts_with("image-alt")), "{found:?}");
    });
}
