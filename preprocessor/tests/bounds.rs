//! Every bound of the course on its committed records, as it stands on a page: KaTeX takes all of it, and it
//! is one block of HTML. The page is left in the target directory, to be looked at.

use std::path::Path;

use experiments::catalog;
use experiments::record::Record;
use mdbook_simulation::key;
use mdbook_simulation::render::bound;
use mdbook_simulation::render::bound::Head;
use mdbook_simulation::render::bound::Writer;
use mdbook_simulation::render::html::escape;
use mdbook_simulation::render::math;
use mdbook_simulation::store::layout;
use mdbook_simulation::theme;
use serde_json::Map;
use serde_json::Value;

/// Renders with KaTeX and stops at a fault.
struct Page;

impl Writer for Page {
    fn tex(&mut self, tex: &str, display: bool) -> String {
        math::render(tex, display).unwrap_or_else(|fault| panic!("{fault} in {tex}"))
    }

    fn sentence(&mut self, text: &str) -> String {
        assert_eq!(text.matches('$').count() % 2, 0, "{text}");
        let parts = text.split('$').enumerate();
        parts
            .map(|(i, part)| if i % 2 == 1 { self.tex(part, false) } else { escape(part) })
            .collect()
    }

    fn cite(&mut self, _: &str) -> Option<String> {
        None
    }
}

/// The published record of an experiment and its digest.
fn record(id: &str, parameters: &Map<String, Value>) -> Option<(Record, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../experiments/records").join(id);
    std::fs::read_dir(folder).ok()?.find_map(|file| {
        let text = std::fs::read_to_string(file.expect("a file").path()).expect("text");
        let stored: Value = serde_json::from_str(&text).expect("JSON");
        let published = stored["inputs"]["parameters"].as_object() == Some(parameters);
        let record = layout::from_json(&stored["record"]).expect("a record");
        published.then(|| (record, stored["digest"].as_str().unwrap_or_default().to_owned()))
    })
}

#[test]
fn every_bound_of_the_course_can_be_shown() {
    let mut page = String::new();
    let mut count = 0;
    for entry in catalog::all().iter() {
        let parameters = entry.complete(&Map::new()).expect("defaults");
        let Some((record, digest)) = record(entry.id(), &parameters) else { continue };
        for found in entry.bounds(&parameters, &record).expect("bounds") {
            count += 1;
            let number = format!("1.{count}");
            let head = Head {
                number: &number,
                anchor: &format!("bound-{count}"),
                simulation: entry.id(),
                digest: key::short(&digest),
                json: "figures/x.json",
                because: None,
            };
            let html = bound::bound(&found, &head, &mut Page);
            assert!(!html.contains('\n') && !html.contains('@'), "{html}");
            assert!(html.starts_with("<div ") && html.ends_with("</div>"));
            roxmltree::Document::parse(&html).expect("every element is closed");
            page.push_str(&html);
            page.push('\n');
        }
    }
    assert!(count > 70, "{count}");
    let theme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../theme");
    let css = theme::inline_css(&[&format!("file://{}/fonts/", theme.display())]);
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\" class=\"js light\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>Bounds</title>\
         <style>{css}</style><main>\n{page}</main></html>\n"
    );
    std::fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join("bounds.html"), page)
        .expect("written");
}
