//! Sliders: by keyboard, mouse and touch, without script and on paper, several on a page.

use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;
use std::sync::PoisonError;

use serde_json::Value;
use serde_json::json;

use crate::THEMES;
use crate::driver::Browser;
use crate::program;

/// Four figures with one sweep, and one figure with another; small, since they are computed here.
const LESSON: &str = "# Sliders\n\nText before.\n\n\
[[simulation adl-double-descent {n: 50, replicates: 3, sweep: {noise: [0, 0.1, 0.3, 1]}}]]\n\n\
Text between.\n\n\
[[simulation adl-double-descent {as: other, figure: model-wise, axis: model, n: 50, replicates: 3, \
sweep: {features: [relu, tanh]}}]]\n\n\
## After\n\nText after.\n";

const AGAIN: &str = "[[simulation adl-double-descent \
{figure: model-wise, n: 50, replicates: 3, sweep: {noise: [0, 0.1, 0.3, 1]}}]]\n";

/// The site of a book whose second lesson, in a folder, has the sliders; where it lists the theme, or
/// where every page brings what it needs. Its records are kept from run to run.
fn site(installed: bool) -> PathBuf {
    static BUILT: Mutex<[bool; 2]> = Mutex::new([false; 2]);
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("sliders-{installed}"));
    if !built[usize::from(installed)] {
        build(&root, installed);
        built[usize::from(installed)] = true;
    }
    root.join("site")
}

fn build(root: &Path, installed: bool) {
    let mut toml = "[build]\nbuild-dir = \"site\"\n[preprocessor.simulation]\n".to_owned();
    let mut files = vec![
        ("src/SUMMARY.md", "- [One](one.md)\n- [Sliders](deep/sliders.md)\n- [Again](again.md)\n"),
        ("src/one.md", "# One\n"),
        ("src/deep/sliders.md", LESSON),
        // So that print.html has the script twice.
        ("src/again.md", AGAIN),
    ];
    if installed {
        toml.push_str(
            "[output.html]\nadditional-js = [\"t/sweep.js\"]\n\
             additional-css = [\"t/figures.css\", \"t/sweep.css\", \"t/paper.css\"]\n",
        );
        files.extend([
            ("t/figures.css", include_str!("../../theme/figures.css")),
            ("t/sweep.css", include_str!("../../theme/sweep.css")),
            ("t/paper.css", include_str!("../../theme/paper.css")),
            ("t/sweep.js", include_str!("../../theme/sweep.js")),
        ]);
    }
    files.push(("book.toml", &toml));
    for (path, text) in files {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let status = Command::new(program()).arg("build").arg(root).status().unwrap();
    assert!(status.success());
}

/// What every slider of the page says: its index, its value for a screen reader, the value beside it, and
/// the value on paper.
const STATE: &str = "return [...document.querySelectorAll('.sweep-control')].map(control => { \
    const input = control.querySelector('input'); \
    const shown = control.closest('figure').querySelector('.sweep-shown').textContent; \
    return [input.value, input.getAttribute('aria-valuetext'), control.querySelector('output').value, shown] })";

/// The state of the sliders with the first four at one value of noise and the last at its first.
fn noise(index: usize) -> Value {
    let value = ["0", "0.1", "0.3", "1"][index];
    let first =
        json!([index.to_string(), format!("noise {value}"), value, format!("noise = {value}")]);
    let other = json!(["0", "features relu", "relu", "features = relu"]);
    json!([first, first, first, first, other])
}

/// The middle of the thumb of the first slider, the left end of its way, and the length of the way.
async fn thumb(browser: &Browser, index: usize) -> ((f64, f64), f64, f64) {
    let found = browser
        .script(
            "const input = document.querySelector('.sweep-control input'); \
             input.scrollIntoView({ block: 'center' }); \
             const box = input.getBoundingClientRect(); \
             return [box.left, box.top + box.height / 2, box.width]",
        )
        .await;
    let [left, y, width] = [0, 1, 2].map(|i| found[i].as_f64().unwrap());
    let (start, way) = (left + 11.0, width - 22.0);
    ((start + way * index as f64 / 3.0, y), start, way)
}

#[test]
fn a_slider_works_by_keyboard_and_the_page_stays() {
    for installed in [false, true] {
        let site = site(installed);
        Browser::run(async |browser: &Browser| {
            let page = site.join("deep/sliders.html");
            browser.open(&page).await;
            browser.script("location.hash = '#after'; return 1").await;
            assert_eq!(browser.script(STATE).await, noise(2), "the default");
            let drawing = "return document.querySelector('figure .drawing').innerHTML";
            let first = browser.script(drawing).await;
            browser.key(".sweep-control input", "ArrowRight").await;
            let second = browser.script(drawing).await;
            assert_ne!(first, second, "another drawing");
            for (key, expected) in [
                ("ArrowRight", 3),
                ("Home", 0),
                ("ArrowLeft", 0),
                ("ArrowUp", 1),
                ("End", 3),
                ("ArrowDown", 2),
            ] {
                browser.press(key).await;
                assert_eq!(browser.script(STATE).await, noise(expected), "{key}");
            }
            assert_eq!(browser.script(drawing).await, first, "and back");
            let place = browser.script("return [location.pathname.split('/').pop(), location.hash, document.activeElement.type]").await;
            assert_eq!(place, json!(["sliders.html", "#after", "range"]));
            // Elsewhere on the page the same key turns it.
            browser.script("document.activeElement.blur(); return 1").await;
            browser.press("ArrowRight").await;
            let place = browser.script("await new Promise(done => setTimeout(done, 300)); return location.pathname.split('/').pop()").await;
            assert_eq!(place, json!("again.html"));
        });
    }
}

#[test]
fn a_slider_works_by_mouse() {
    let site = site(false);
    Browser::run(async |browser: &Browser| {
        browser.open(&site.join("deep/sliders.html")).await;
        let (at, left, way) = thumb(browser, 2).await;
        // A drag, by way of the other end.
        browser.drag(&[at, (left + way, at.1), (left + way / 2.0, at.1), (left, at.1)]).await;
        assert_eq!(browser.script(STATE).await, noise(0));
        // A click on the track.
        browser.drag(&[(left + way / 3.0, at.1)]).await;
        assert_eq!(browser.script(STATE).await, noise(1));
        let name = "const [label, input] = ['label', 'input'].map(name => document.querySelector('.sweep-control ' + name)); \
            return [label.control === input, label.textContent, input.title !== '', input.min, input.max, input.step]";
        let expected = json!([true, "noise", true, "0", "3", "1"]);
        assert_eq!(browser.script(name).await, expected);
    });
}

/// mdBook's swipe, quick whatever the machine does: whether it opens the sidebar where it begins there.
const SWIPE: &str = "const shown = document.documentElement.classList; \
    shown.remove('sidebar-visible'); \
    for (const [type, clientX] of [['touchstart', 40], ['touchmove', 300]]) { \
        const touch = new Touch({ identifier: 1, target, clientX, clientY: 100 }); \
        target.dispatchEvent(new TouchEvent(type, { touches: [touch], bubbles: true })); \
    } \
    return shown.contains('sidebar-visible')";

#[test]
fn a_slider_works_by_touch_and_opens_no_sidebar() {
    let site = site(false);
    Browser::run(async |browser: &Browser| {
        browser.width(360).await;
        browser.open(&site.join("deep/sliders.html")).await;
        browser.key(".sweep-control input", "Home").await;
        let (at, left, way) = thumb(browser, 0).await;
        browser.swipe(&[at, (left + way / 2.0, at.1), (left + way, at.1)]).await;
        assert_eq!(browser.script(STATE).await, noise(3));
        for (selector, opens) in [("h2", true), (".sweep-control input", false)] {
            let target = format!("const target = document.querySelector('main {selector}'); ");
            assert_eq!(browser.script(&(target + SWIPE)).await, json!(opens), "{selector}");
        }
        let room =
            "const page = document.documentElement; return page.scrollWidth - page.clientWidth";
        assert_eq!(browser.script(room).await, json!(0), "nothing is wider than a phone");
    });
}

#[test]
fn choosing_moves_nothing_and_keeps_open_what_was_opened() {
    let site = site(false);
    Browser::run(async |browser: &Browser| {
        for width in [360, 1000] {
            browser.width(width).await;
            browser.open(&site.join("deep/sliders.html")).await;
            // Closed: no element of the page moves.
            let tops = "return [...document.querySelectorAll('figure, figcaption, summary, h2')].filter(e => e.offsetParent).map(e => Math.round(e.getBoundingClientRect().top + scrollY))";
            let before = browser.script(tops).await;
            for key in ["Home", "ArrowRight", "End"] {
                browser.key(".sweep-control input", key).await;
                assert_eq!(browser.script(tops).await, before, "{key} at {width} px");
            }
            // Opened: the figures above the third slider change their height, and it stays where it is.
            browser
                .script(
                    "document.querySelectorAll('details').forEach(d => d.open = true); \
                     const input = document.querySelectorAll('.sweep-control input')[2]; \
                     input.id = 'third'; input.scrollIntoView({ block: 'center' }); \
                     await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))); return 1",
                )
                .await;
            let third = "const box = document.getElementById('third').getBoundingClientRect(); \
                return [Math.round(box.top), [...document.querySelectorAll('details')].every(d => d.open)]";
            browser
                .script("document.getElementById('third').focus({ preventScroll: true }); return 1")
                .await;
            let before = browser.script(third).await;
            assert_eq!(before[1], json!(true), "open");
            let text = "return document.querySelectorAll('details')[2].textContent";
            let said = browser.script(text).await;
            browser.press("Home").await;
            let wait = "await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))); ";
            let after = browser.script(&format!("{wait}{third}")).await;
            assert_eq!(after[1], before[1], "still open");
            // Scrolling is by whole pixels.
            let moved = after[0].as_i64().unwrap() - before[0].as_i64().unwrap();
            assert!(moved.abs() <= 1, "{moved} px at {width} px");
            assert_ne!(browser.script(text).await, said, "the numbers are those of the frame");
        }
    });
}

#[test]
fn sliders_of_two_directives_are_apart_and_links_lead_to_their_frames() {
    let site = site(false);
    Browser::run(async |browser: &Browser| {
        browser.open(&site.join("deep/sliders.html")).await;
        browser
            .script("document.querySelectorAll('.sweep-control input')[4].id = 'last'; return 1")
            .await;
        browser.key("#last", "End").await;
        let state = browser.script(STATE).await;
        assert_eq!(state[0], noise(2)[0]);
        assert_eq!(state[4], json!(["1", "features tanh", "tanh", "features = tanh"]));
        let links = browser
            .script("return [...document.querySelectorAll('figure')].map(f => [...f.querySelectorAll('details a')].map(a => a.href))")
            .await;
        for (figure, stem) in [(2, "adl-double-descent-epoch-wise"), (4, "other-features-tanh")] {
            let links: Vec<&str> =
                links[figure].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            assert!(links[0].ends_with(&format!("/site/figures/{stem}.svg")), "{links:?}");
            for link in links {
                assert!(Path::new(link.trim_start_matches("file://")).exists(), "{link}");
            }
        }
    });
}

#[test]
fn without_script_there_is_the_default_and_a_link_to_every_value() {
    let site = site(false);
    Browser::run(async |browser: &Browser| {
        for page in ["deep/sliders.html", "print.html"] {
            browser.without_script(&site.join(page)).await;
            let found = browser
                .script(
                    "const figure = document.querySelector('figure.simulation'); \
                     const seen = element => [...element.querySelectorAll('.sweep-links')].filter(e => e.checkVisibility()).map(e => e.textContent); \
                     return [document.querySelectorAll('input[type=range]').length, seen(figure), \
                     figure.querySelector('.sweep-shown').checkVisibility(), \
                     figure.querySelector('svg').checkVisibility(), \
                     [...figure.querySelectorAll('.sweep-links a')].map(a => a.href)]",
                )
                .await;
            let expected = json!([0, ["noise: 0 · 0.1 · 0.3 · 1"], false, true]);
            for i in 0..4 {
                assert_eq!(found[i], expected[i], "{page}");
            }
            let links = found[4].as_array().unwrap();
            assert_eq!(links.len(), 4);
            for link in links.iter().filter_map(Value::as_str) {
                assert!(Path::new(link.trim_start_matches("file://")).exists(), "{link}");
            }
        }
    });
}

#[test]
fn paper_has_the_value_that_was_chosen_and_no_slider() {
    let site = site(false);
    Browser::run(async |browser: &Browser| {
        let seen = "return ['.sweep-shown', '.sweep-links', '.sweep-control'].map(name => \
            [...document.querySelectorAll(name)].filter(e => e.checkVisibility()).map(e => e.textContent).join('; '))";
        browser.open(&site.join("deep/sliders.html")).await;
        browser.key(".sweep-control input", "Home").await;
        browser.print_media().await;
        let chosen = "noise = 0; noise = 0; noise = 0; noise = 0; features = relu";
        assert_eq!(browser.script(seen).await, json!([chosen, "", ""]));
        assert!(browser.pdf_bytes().await > 20_000);
        // The whole book, with the script in it twice.
        browser.open(&site.join("print.html")).await;
        let first =
            "noise = 0.3; noise = 0.3; noise = 0.3; noise = 0.3; features = relu; noise = 0.3";
        assert_eq!(browser.script(seen).await, json!([first, "", ""]));
        let ids = browser
            .script("const ids = [...document.querySelectorAll('[id]')].map(e => e.id); return ids.filter((id, i) => ids.indexOf(id) !== i)")
            .await;
        assert_eq!(ids, json!([]));
    });
}

/// Contrast of label, value, ends, track and thumb against the page; height of the slider; its outline
/// while it has the focus.
const LOOKS: &str = r"
const luminance = colour => {
  const canvas = document.createElement('canvas').getContext('2d');
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const page = luminance(getComputedStyle(document.documentElement).backgroundColor);
const contrast = colour => {
  const [low, high] = [page, luminance(colour)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
};
const input = document.querySelector('.sweep-control input');
const texts = ['label', 'output', '.sweep-end'].map(name => contrast(getComputedStyle(document.querySelector('.sweep-control ' + name)).color));
const axis = getComputedStyle(input).getPropertyValue('--sim-axis');
const fg = getComputedStyle(input).getPropertyValue('--fg');
const before = getComputedStyle(input).outlineStyle;
input.focus({ focusVisible: true });
const outline = getComputedStyle(input);
return [Math.min(...texts), Math.min(contrast(axis), contrast(fg), contrast(outline.outlineColor)), input.getBoundingClientRect().height, before, outline.outlineStyle, outline.outlineWidth];
";

#[test]
fn a_slider_is_seen_and_can_be_hit_in_every_theme() {
    let site = site(false);
    Browser::run(async |browser: &Browser| {
        let page = site.join("deep/sliders.html");
        browser.open(&page).await;
        for theme in THEMES {
            browser
                .script(&format!("localStorage.setItem('mdbook-theme', '{theme}'); return 1"))
                .await;
            browser.open(&page).await;
            let looks = browser.script(LOOKS).await;
            assert!(looks[0].as_f64().unwrap() >= 4.5, "text in {theme}: {looks}");
            assert!(looks[1].as_f64().unwrap() >= 3.0, "slider in {theme}: {looks}");
            assert!(looks[2].as_f64().unwrap() >= 44.0, "a finger: {looks}");
            assert_eq!(
                (&looks[3], &looks[4], &looks[5]),
                (&"none".into(), &"solid".into(), &"2px".into())
            );
        }
    });
}
