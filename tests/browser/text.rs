//! Text that is computed, in a real browser: the ledger sorts, folds open on paper, references lead somewhere.

use serde_json::json;

use crate::PAGES;
use crate::course;
use crate::driver::Browser;

const DOUBLE_DESCENT: &str = "generalisation/double-descent.html";

#[test]
fn the_ledger_sorts_by_a_click_and_reads_without_script() {
    let (_folder, site) = course();
    Browser::run(async |browser: &Browser| {
        let page = site.join("ledger.html");
        browser.open(&page).await;
        let numbers = "const rows = [...document.querySelectorAll('.sim-ledger tbody tr')]; \
            const found = rows.map(row => Number(row.cells[1].dataset.sort)).filter(n => !Number.isNaN(n)); \
            const rises = found.every((n, i) => i === 0 || found[i - 1] <= n); \
            const falls = found.every((n, i) => i === 0 || found[i - 1] >= n); \
            return [rows.length > 50, rises, falls, \
                document.querySelectorAll('.sim-ledger th')[1].getAttribute('aria-sort')]";
        assert_eq!(browser.script(numbers).await, json!([true, false, false, null]));
        let click = "document.querySelectorAll('.sim-ledger th button')[1].click(); return 1";
        browser.script(click).await;
        assert_eq!(browser.script(numbers).await, json!([true, true, false, "ascending"]));
        browser.script(click).await;
        assert_eq!(browser.script(numbers).await, json!([true, false, true, "descending"]));
        browser.without_script(&page).await;
        let plain = "return [document.querySelectorAll('.sim-ledger th button').length, \
            document.querySelectorAll('.sim-ledger tbody tr').length > 50]";
        assert_eq!(browser.script(plain).await, json!([0, true]));
    });
}

#[test]
fn proofs_are_folded_on_the_screen_and_open_on_paper() {
    let (_folder, site) = course();
    Browser::run(async |browser: &Browser| {
        browser.open(&site.join(DOUBLE_DESCENT)).await;
        let seen = "const proofs = [...document.querySelectorAll('details.theorem-like')]; \
            const text = proof => proof.querySelector(':scope > p'); \
            return [proofs.length > 5, proofs.filter(proof => text(proof).checkVisibility()).length]";
        assert_eq!(browser.script(seen).await, json!([true, 0]));
        browser.print_media().await;
        let all = "const proofs = [...document.querySelectorAll('details.theorem-like')]; \
            return proofs.every(proof => proof.querySelector(':scope > p').getBoundingClientRect().height > 0)";
        assert_eq!(browser.script(all).await, json!(true));
    });
}

#[test]
fn every_link_within_the_book_leads_to_something() {
    let (_folder, site) = course();
    Browser::run(async |browser: &Browser| {
        let mut broken = Vec::new();
        for page in PAGES {
            browser.open(&site.join(page)).await;
            let links = browser
                .script(
                    "return [...document.querySelectorAll('main a[href]')].map(a => a.href) \
                     .filter(href => href.startsWith('file:'))",
                )
                .await;
            for link in links.as_array().into_iter().flatten().filter_map(|link| link.as_str()) {
                let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
                let path = path.trim_start_matches("file://");
                let text =
                    std::fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
                let found = text.is_ok_and(|text| {
                    anchor.is_empty() || text.contains(&format!("id=\"{anchor}\""))
                });
                if !found {
                    broken.push(format!("{page}: {link}"));
                }
            }
        }
        broken.sort();
        broken.dedup();
        assert_eq!(broken, Vec::<String>::new());
    });
}

#[test]
fn what_only_a_screen_reader_says_takes_no_room() {
    let (_folder, site) = course();
    Browser::run(async |browser: &Browser| {
        browser.open(&site.join(DOUBLE_DESCENT)).await;
        let found = browser
            .script(
                "const said = [...document.querySelectorAll('.sim-said')]; \
                 return [said.length > 20, said.every(span => span.offsetWidth <= 1 && span.textContent.length > 5), \
                 [...document.querySelectorAll('.sim-value')].every(span => span.title.length > 4)]",
            )
            .await;
        assert_eq!(found, json!([true, true, true]));
    });
}
