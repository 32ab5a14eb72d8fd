//! Contact sheets: many figures on few pictures, to be looked at.

use experiments::figure::Figure;
use resvg::tiny_skia::Color;
use resvg::tiny_skia::Pixmap;
use resvg::tiny_skia::Transform;
use resvg::usvg::Tree;

use super::Fault;
use super::fonts::Fonts;
use super::png;
use super::tree;
use super::tree::Pictures;
use crate::render::figure::Look;
use crate::render::figure::Theme;
use crate::render::figure::draw_with;
use crate::render::html;

/// Width of a sheet in pixels: three figures of one panel.
const WIDTH: f32 = 1660.0;

/// Height that a sheet of several rows does not exceed.
const HEIGHT: f32 = 1700.0;

/// Pixels to the px of a figure.
const SCALE: f32 = 0.93;

/// Around figures.
const GAP: f32 = 20.0;

/// Height of a figure's name above it.
const NAME: f32 = 26.0;

/// Draws figures, each with its name, in reading order onto as many sheets as they need: PNG files.
///
/// # Errors
/// When a figure is too large to be painted.
pub fn sheets(figures: &[(String, Figure)], theme: Theme) -> Result<Vec<Vec<u8>>, Fault> {
    let fonts = Fonts::shipped();
    let look = Look { theme, ..Look::default() };
    let mut placed: Vec<Placed<'_>> = Vec::new();
    for (name, figure) in figures {
        let tree = tree::read(&draw_with(figure, &look), &fonts, Pictures::Squares)?;
        let scale = SCALE.min((WIDTH - 2.0 * GAP) / tree.size().width());
        placed.push(Placed { name, tree, scale, left: 0.0, top: 0.0 });
    }
    place(&mut placed).into_iter().map(|sheet| paint(sheet, theme, &fonts)).collect()
}

/// A figure on its sheet.
struct Placed<'a> {
    name: &'a str,
    tree: Tree,
    scale: f32,
    left: f32,
    top: f32,
}

impl Placed<'_> {
    fn right(&self) -> f32 {
        self.left + self.scale * self.tree.size().width()
    }

    fn bottom(&self) -> f32 {
        self.top + NAME + self.scale * self.tree.size().height()
    }
}

/// Gives each its place, in rows, and cuts the list into sheets.
fn place<'p, 'a>(mut rest: &'p mut [Placed<'a>]) -> Vec<&'p [Placed<'a>]> {
    let mut sheets = Vec::new();
    while !rest.is_empty() {
        let (mut left, mut top, mut bottom) = (GAP, GAP, GAP);
        let mut row = 0;
        let mut cut = rest.len();
        for (at, placed) in rest.iter_mut().enumerate() {
            (placed.left, placed.top) = (left, top);
            if placed.right() > WIDTH - GAP && left > GAP {
                (left, top, row) = (GAP, bottom + GAP, at);
                (placed.left, placed.top) = (left, top);
            }
            bottom = bottom.max(placed.bottom());
            left = placed.right() + GAP;
            // A row that does not fit begins the next sheet, unless it is the first.
            if bottom + GAP > HEIGHT && row > 0 {
                cut = row;
                break;
            }
        }
        let (sheet, after) = rest.split_at_mut(cut);
        sheets.push(&*sheet);
        rest = after;
    }
    sheets
}

fn paint(sheet: &[Placed<'_>], theme: Theme, fonts: &Fonts) -> Result<Vec<u8>, Fault> {
    let (page, ink) = match theme {
        Theme::Dark => (Color::from_rgba8(0x15, 0x18, 0x1d, 255), "#cdd2d8"),
        _ => (Color::WHITE, "#262626"),
    };
    let height = sheet.iter().map(Placed::bottom).fold(0.0, f32::max) + GAP;
    let mut pixmap: Pixmap = png::blank(WIDTH as u64, height.ceil() as u64)?;
    pixmap.fill(page);
    let mut names = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         font-size=\"15\" font-weight=\"bold\" fill=\"{ink}\">"
    );
    for placed in sheet {
        let to = Transform::from_translate(placed.left, placed.top + NAME);
        resvg::render(&placed.tree, to.pre_scale(placed.scale, placed.scale), &mut pixmap.as_mut());
        let name = html::escape(placed.name);
        let (x, y) = (placed.left, placed.top + 16.0);
        names.push_str(&format!("<text x=\"{x}\" y=\"{y}\">{name}</text>"));
    }
    names.push_str("</svg>");
    let names = tree::read(&names, fonts, Pictures::Squares)?;
    resvg::render(&names, Transform::identity(), &mut pixmap.as_mut());
    png::encode(&pixmap)
}
