//! Pages in a real browser: the built course in headless Chromium, driven by ChromeDriver.

mod axe;
mod driver;
mod sweep;
mod text;

use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use driver::Browser;
use serde_json::Value;
use serde_json::json;

/// The program that builds books.
fn program() -> PathBuf {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    std::env::var_os("MDBOOK_SIMULATION")
        .map_or_else(|| repository.join("target/release/mdbook-simulation"), PathBuf::from)
}

/// The course, built for these tests into a folder of its own by the program that
/// `MDBOOK_SIMULATION` names (`tests/run` sets it), or that lies in `target/release`.
fn course() -> (tempfile::TempDir, PathBuf) {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("site");
    let program = program();
    let status = Command::new(&program)
        .args(["build", "--frozen", "--dest-dir"])
        .arg(&site)
        .current_dir(repository)
        .status()
        .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    assert!(status.success());
    (folder, site)
}

const THEMES: [&str; 5] = ["light", "rust", "coal", "navy", "ayu"];
const PAGES: [&str; 9] = [
    "index.html",
    "optimisation/loss-landscapes.html",
    "generalisation/double-descent.html",
    "robustness/adversarial-robustness.html",
    "risk-minimisation/beyond-the-training-set.html",
    "risk-minimisation/error-decomposition.html",
    "ledger.html",
    "gallery.html",
    "references.html",
];

/// What is wrong with the figures of the page: text that overlaps other text or leaves its drawing,
/// and drawings or a page wider than the window.
const FAULTS: &str = r"
const faults = [];
const visible = box => box.width > 0 && box.height > 0;
for (const svg of document.querySelectorAll('figure.simulation svg')) {
  const frame = svg.getBoundingClientRect();
  if (frame.width > window.innerWidth) faults.push('a drawing is wider than the window');
  const texts = [...svg.querySelectorAll('text')].map(text => [text.textContent, text.getBoundingClientRect()]);
  for (const [i, [text, box]] of texts.entries()) {
    if (!visible(box)) continue;
    if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
      faults.push(`'${text}' leaves its drawing`);
    for (const [other, otherBox] of texts.slice(0, i)) {
      const width = Math.min(box.right, otherBox.right) - Math.max(box.left, otherBox.left);
      const height = Math.min(box.bottom, otherBox.bottom) - Math.max(box.top, otherBox.top);
      // Boxes hold the line's leading: letters of neighbours touch only well inside them.
      if (width > 1 && height > 0.3 * Math.min(box.height, otherBox.height))
        faults.push(`'${text}' overlaps '${other}'`);
    }
  }
}
const page = document.documentElement;
if (page.scrollWidth > window.innerWidth + 1) faults.push(`the page is ${page.scrollWidth} wide in a window of ${window.innerWidth}`);
return faults;
";

#[test]
fn nothing_overlaps_or_is_cut_off_at_any_width() {
    let (_folder, site) = course();
    Browser::run(async |browser: &Browser| {
        for width in [360, 800, 1400] {
            browser.width(width).await;
            for page in PAGES {
                browser.open(&site.join(page)).await;
                let faults = browser.script(FAULTS).await;
                assert_eq!(faults, json!([]), "{page} at {width} px");
            }
        }
    });
}

#[test]
fn marks_follow_the_theme() {
    let (_folder, site) = course();
    Browser::run(async |browser: &Browser| {
        let mut looks = Vec::new();
        for theme in THEMES {
            browser.open(&site.join(PAGES[2])).await;
            browser
                .script(&format!("localStorage.setItem('mdbook-theme', '{theme}'); return 1"))
                .await;
            browser.open(&site.join(PAGES[2])).await;
            let look = browser
                .script(
                    "const svg = document.querySelector('figure.simulation svg'); \
                     const stroke = [...svg.querySelectorAll('path')].map(p => getComputedStyle(p).stroke); \
                     const text = getComputedStyle(svg.querySelector('text')).fill; \
                     return [text, stroke.join()]",
                )
                .await;
            looks.push((theme, look[0].clone(), look[1].clone()));
        }
        let of = |name: &str| looks.iter().find(|(theme, ..)| *theme == name).unwrap();
        assert_ne!(of("light").1, of("navy").1, "text has the theme's colour");
        assert_ne!(of("light").2, of("coal").2, "so do marks");
    });
}

#[test]
fn the_browser_fetches_local_fonts_and_runs_no_script_for_math() {
    let (_folder, site) = course();
    Browser::run(async |browser: &Browser| {
        browser.open(&site.join(PAGES[2])).await;
        let found = browser
            .script(
                "await document.fonts.ready; \
                 const remote = performance.getEntriesByType('resource').map(e => e.name).filter(n => !n.startsWith('file:')); \
                 const fonts = [...document.fonts].filter(f => f.family.includes('KaTeX') && f.status === 'loaded').length; \
                 const failed = [...document.fonts].filter(f => f.status === 'error').length; \
                 return [remote, fonts > 0, failed, document.querySelectorAll('.katex math').length > 0]",
            )
            .await;
        assert_eq!(found, json!([[], true, 0, true]));
    });
}

#[test]
fn tabs_work_by_keyboard_and_are_remembered() {
    let (_folder, site) = course();
    Browser::run(async |browser: &Browser| {
        let page = site.join(PAGES[3]);
        browser.open(&page).await;
        let state = "return [...document.querySelectorAll('.code-toggle [role=tab]')].map(tab => \
            [tab.getAttribute('aria-selected'), tab.tabIndex, \
             document.getElementById(tab.getAttribute('aria-controls')).checkVisibility()])";
        assert_eq!(browser.script(state).await, json!([["true", 0, true], ["false", -1, false]]));
        browser.key("[role=tab]", "ArrowRight").await;
        let second = json!([["false", -1, false], ["true", 0, true]]);
        assert_eq!(browser.script(state).await, second);
        browser.open(&page).await;
        assert_eq!(browser.script(state).await, second, "remembered");
        browser.key("[role=tab][aria-selected=true]", "Home").await;
        assert_eq!(browser.script(state).await[0][0], Value::from("true"));
    });
}

#[test]
fn without_script_every_listing_is_readable() {
    let (_folder, site) = course();
    Browser::run(async |browser: &Browser| {
        browser.without_script(&site.join(PAGES[3])).await;
        let found = browser
            .script(
                "return [document.querySelectorAll('.code-toggle [role=tab]').length, \
                 [...document.querySelectorAll('.code-toggle pre')].map(pre => pre.checkVisibility())]",
            )
            .await;
        assert_eq!(found, json!([0, [true, true]]));
    });
}

#[test]
fn the_whole_book_prints() {
    let (_folder, site) = course();
    Browser::run(async |browser: &Browser| {
        // Without its script, print.html does not open the print dialogue.
        browser.without_script(&site.join("print.html")).await;
        browser.print_media().await;
        let found = browser
            .script(
                "const light = getComputedStyle(document.querySelector('figure.simulation text')).fill; \
                 const ids = [...document.querySelectorAll('[id]')].map(e => e.id); \
                 const twice = ids.filter((id, i) => ids.indexOf(id) !== i); \
                 return [[...document.querySelectorAll('.code-toggle pre')].every(pre => pre.checkVisibility()), twice, \
                 document.querySelectorAll('figure.simulation svg').length > 5]",
            )
            .await;
        assert_eq!(found, json!([true, [], true]));
        assert!(browser.pdf_bytes().await > 50_000);
    });
}

#[test]
fn figures_in_pages_are_small() {
    let (_folder, site) = course();
    let mut sizes: Vec<usize> = Vec::new();
    for page in PAGES {
        let page = std::fs::read_to_string(site.join(page)).unwrap();
        for rest in page.split("<div class=\"drawing\">").skip(1) {
            let (drawing, _) = rest.split_once("</div>").unwrap();
            let drawings = drawing.matches("<svg ").count();
            assert_eq!(drawings, 2, "one for wide and one for narrow screens");
            sizes.push(drawing.len());
        }
    }
    sizes.sort_unstable();
    assert!(sizes.len() >= 10, "{sizes:?}");
    assert!(sizes[sizes.len() - 1] < 120_000, "the largest of {sizes:?}");
    assert!(sizes[sizes.len() / 2] < 30_000, "the median of {sizes:?}");
}
