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
    /// The same as a file, with its render key.
    pub file: String,
    /// Whether it was drawn rather than read.
    pub drawn: bool,
}

/// The drawings of a figure in several looks, each from the file at its path where that holds the drawing of
/// this very figure in this look by this renderer.
#[must_use]
pub fn drawings<const N: usize>(figure: &Figure, looks: [(&Look, &Path); N]) -> [Drawing; N] {
    let mut keyed = serde_json::json!([figure::RENDERER, figure, null]);
    looks.map(|(look, path)| {
        keyed[2] = key::json(look);
        drawing(figure, look, path, &key::digest(&keyed))
    })
}

fn drawing(figure: &Figure, look: &Look, path: &Path, render_key: &str) -> Drawing {
    if let Ok(file) = std::fs::read_to_string(path)
        && let Some(svg) = read(&file, render_key)
    {
        return Drawing { svg, file, drawn: false };
    }
    let svg = figure::draw_with(figure, look);
    let mark = mark(render_key, &svg);
    let file = format!("{}\n", svg.replacen(OPEN, &format!("{OPEN}{ATTRIBUTE}{mark}\" "), 1));
    Drawing { svg, file, drawn: true }
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
        let drawing = |figure: &Figure| {
            let [drawing] = drawings(figure, [(&look, &path)]);
            drawing
        };
        let first = drawing(&figure("one"));
        assert!(first.drawn);
        std::fs::write(&path, &first.file).unwrap();
        let again = drawing(&figure("one"));
        assert_eq!((again.drawn, &again.svg), (false, &first.svg));
        assert!(drawing(&figure("two")).drawn);
        let edited = first.file.replace("</svg>", "<g/></svg>");
        let torn = &first.file[..first.file.len() / 2];
        assert!(!is_damaged(&first.file) && !is_damaged("<svg></svg>"));
        assert!(is_damaged(&edited) && is_damaged(torn) && is_damaged(&first.file[..40]));
        std::fs::write(&path, &edited).unwrap();
        assert_eq!(drawing(&figure("one")), first);
    }
}
