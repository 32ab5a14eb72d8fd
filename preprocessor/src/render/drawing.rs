//! Drawings as files: drawn when the figure or the renderer changed, read otherwise.

use std::path::Path;

use experiments::figure::Figure;

use super::figure;
use super::figure::Look;
use crate::key;

/// The start of every drawing and the attribute that keeps its key in the file.
const OPEN: &str = "<svg ";
const ATTRIBUTE: &str = "data-render=\"";

/// A drawing, and whether it had to be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawing {
    /// The `<svg>` for a page.
    pub svg: String,
    /// The same as a file, with its render key, where it was drawn rather than read from one.
    pub file: Option<String>,
}

/// The digest of a figure: of all that it shows and says.
#[must_use]
pub fn digest_of(figure: &Figure) -> String {
    key::exact(figure)
}

/// The drawing of a figure with that digest in a look: from the file at a path, where that holds the drawing of this very
/// figure in this look by this renderer.
#[must_use]
pub fn drawing(figure: &Figure, digest: &str, look: &Look, path: &Path) -> Drawing {
    let render_key = key::digest(&serde_json::json!([figure::RENDERER, digest, look]));
    if let Ok(file) = std::fs::read_to_string(path)
        && let Some(svg) = read(&file, &render_key)
    {
        return Drawing { svg, file: None };
    }
    let svg = figure::draw_with(figure, look);
    let mark = mark(&render_key, &svg);
    let file = format!("{}\n", svg.replacen(OPEN, &format!("{OPEN}{ATTRIBUTE}{mark}\" "), 1));
    Drawing { svg, file: Some(file) }
}

/// Whether a file holds a drawing of ours, of whatever figure.
#[must_use]
pub fn is_marked(file: &str) -> bool {
    file.strip_prefix(OPEN).is_some_and(|rest| rest.starts_with(ATTRIBUTE))
}

/// Whether a file that holds a drawing of ours is not as it was written.
#[must_use]
pub fn is_damaged(file: &str) -> bool {
    let parts = file.strip_prefix(OPEN).and_then(|rest| rest.strip_prefix(ATTRIBUTE));
    parts.is_some_and(|rest| {
        let whole = rest.strip_suffix('\n').and_then(|rest| rest.split_once("\" "));
        whole.is_none_or(|(mark, rest)| !mark.ends_with(&digest(&format!("{OPEN}{rest}"))))
    })
}

/// The key with a digest of the drawing: an edited file is not taken for ours.
fn mark(render_key: &str, svg: &str) -> String {
    format!("{}-{}", key::short(render_key), digest(svg))
}

fn digest(svg: &str) -> String {
    key::short(&key::digest(&svg.into())).to_owned()
}

fn read(file: &str, render_key: &str) -> Option<String> {
    let rest = file.strip_suffix('\n')?.strip_prefix(OPEN)?.strip_prefix(ATTRIBUTE)?;
    let (found, rest) = rest.split_once("\" ")?;
    let svg = format!("{OPEN}{rest}");
    (found == mark(render_key, &svg)).then_some(svg)
}

#[cfg(test)]
mod tests {
    use super::*;
    use experiments::figure::Axis;
    use experiments::figure::Panel;

    fn figure(label: &str) -> Figure {
        let (x, y) = (Axis::linear("x"), Axis::linear("y"));
        Figure::new("a", label, "", vec![Panel::plane(x, y, Vec::new())])
    }

    #[test]
    fn a_file_is_read_only_when_it_is_this_drawing_untouched() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.svg");
        let look = Look::default();
        let drawing = |figure: &Figure| drawing(figure, &digest_of(figure), &look, &path);
        let first = drawing(&figure("one"));
        let file = first.file.clone().unwrap();
        std::fs::write(&path, &file).unwrap();
        assert_eq!(drawing(&figure("one")), Drawing { svg: first.svg.clone(), file: None });
        assert!(drawing(&figure("two")).file.is_some());
        let edited = file.replace("</svg>", "<g/></svg>");
        let torn = &file[..file.len() / 2];
        assert!(!is_damaged(&file) && !is_damaged("<svg></svg>"));
        assert!(is_damaged(&edited) && is_damaged(torn) && is_damaged(&file[..40]));
        std::fs::write(&path, &edited).unwrap();
        assert_eq!(drawing(&figure("one")), first);
    }
}
