//! Words on the plane, beside the place they speak of.

use experiments::figure::Scale;
use experiments::figure::mark::Mark;
use experiments::figure::mark::Note;
use experiments::figure::mark::Side;
use plotters::style::text_anchor::HPos;
use plotters::style::text_anchor::VPos;

use crate::number::number;
use crate::render::figure::canvas::Rect;
use crate::render::figure::canvas::Setting;
use crate::render::figure::clip;
use crate::render::figure::data::Listing;
use crate::render::figure::data::Row;
use crate::render::figure::plotted::Plotted;
use crate::render::figure::plotted::Reach;
use crate::render::figure::plotted::Scene;
use crate::render::figure::style::Colour;
use crate::render::figure::style::Ink;
use crate::render::figure::text;

/// Font size as a share of the figure's.
const SIZE: f64 = crate::render::figure::style::NOTE;

/// A line of text in font sizes.
const LINE: f64 = 1.2;

/// Between a place and words beside it, in px.
const GAP: f64 = 9.0;

/// Between the frame and words, in px.
const FRAME: f64 = 3.0;

/// So many notes keep clear of each other.
const MANY: usize = 16;

impl Plotted for Note {
    fn reach(&self, _: (Scale, Scale)) -> Reach {
        Reach { x: vec![self.at.0], y: vec![self.at.1] }
    }

    fn draw(&self, scene: &Scene) {
        let Some(at) = point(self, scene) else { return };
        let Some((lines, area)) = layout(scene) else { return };
        if led(self) {
            draw_leader(scene, at, area);
        }
        let size = SIZE * scene.size;
        let setting = Setting { halo: true, ..Setting::new(size, HPos::Center, VPos::Top) };
        let middle = (area.left + area.right) / 2.0;
        for (line, row) in lines.iter().zip(0..) {
            let top = area.top + LINE * size * f64::from(row) + 0.1 * size;
            scene.plot.canvas().text(line, (middle, top), setting);
        }
    }

    fn list<'a>(&'a self, listing: &mut Listing<'a>) {
        listing.single(text::plain(&self.text), Some(self.at.0), Some(self.at.1));
    }

    fn rows(&self) -> Vec<Row> {
        vec![Row { x: Some(self.at.0), y: Some(self.at.1), ..Row::new("note", &self.text) }]
    }

    fn describe(&self, _: (Scale, Scale)) -> Vec<String> {
        let said = text::plain(self.text.trim());
        if said.is_empty() {
            return Vec::new();
        }
        let (x, y) = (number(self.at.0), number(self.at.1));
        vec![format!("A note at ({x}, {y}) says: “{said}”.")]
    }
}

/// What a note points at, on the page; none outside the frame.
fn point(note: &Note, scene: &Scene) -> Option<(f64, f64)> {
    let place = scene.place(note.at.0, note.at.1).filter(|&place| clip::inside(place))?;
    Some(scene.plot.rect.at(place))
}

/// Whether a line leads from the words to the place.
fn led(note: &Note) -> bool {
    note.distance.is_finite() && note.distance > 1.0
}

/// The lines and the place of the words of the note that is drawn, clear of the notes before it.
fn layout(scene: &Scene) -> Option<(Vec<String>, Rect)> {
    let mut taken: Vec<Rect> = Vec::new();
    let mut words = None;
    let notes = scene.marks.iter().take(scene.at + 1).filter_map(|mark| match mark {
        Mark::Note(note) => Some(note),
        _ => None,
    });
    let notes: Vec<&Note> = notes.collect();
    for note in &notes[notes.len().saturating_sub(MANY)..] {
        words = point(note, scene).map(|at| fit(note, scene, at, &taken));
        taken.extend(words.iter().map(|(_, area)| *area));
    }
    words
}

/// Sets a note on the first side, beginning with its own, where it is inside the frame and covers no
/// other; else on its own side, pushed into the frame.
fn fit(note: &Note, scene: &Scene, at: (f64, f64), taken: &[Rect]) -> (Vec<String>, Rect) {
    let (size, frame) = (SIZE * scene.size, scene.plot.rect);
    let room = (0.45 * frame.width()).max(6.0 * size).min(frame.width() - 2.0 * FRAME);
    let lines = text::wrap(&note.text, size, room, 4);
    let width = lines.iter().map(|line| text::width(line, size)).fold(0.0, f64::max);
    let height = LINE * size * lines.len() as f64;
    let tenths = if note.distance.is_finite() { note.distance.clamp(0.0, 10.0) } else { 0.0 };
    let away = GAP.max(tenths * frame.width() / 10.0);
    let beside = |direction| {
        let (left, top) = corner(direction, at, (width, height), away);
        Rect { left, top, right: left + width, bottom: top + height }
    };
    let inside = |area: &Rect| {
        area.left >= frame.left + FRAME
            && area.right <= frame.right - FRAME
            && area.top >= frame.top + FRAME
            && area.bottom <= frame.bottom - FRAME
    };
    let free = |area: &Rect| taken.iter().all(|other| apart(area, other));
    let (x, y) = direction(note.side);
    let sides = [(x, y), (-x, y), (x, -y), (-x, -y), (y, x), (-y, -x)];
    let first = sides.into_iter().map(beside).find(|area| inside(area) && free(area));
    let area = first.unwrap_or_else(|| pushed(beside((x, y)), frame));
    (lines, area)
}

/// Which way words are from their place; y grows downwards.
fn direction(side: Side) -> (f64, f64) {
    match side {
        Side::Above => (0.0, -1.0),
        Side::Below => (0.0, 1.0),
        Side::Left => (-1.0, 0.0),
        Side::Right => (1.0, 0.0),
        Side::AboveLeft => (-1.0, -1.0),
        Side::AboveRight => (1.0, -1.0),
        Side::BelowLeft => (-1.0, 1.0),
        Side::BelowRight => (1.0, 1.0),
    }
}

/// The upper left corner of words of this size on one side of a place.
fn corner(
    (x, y): (f64, f64),
    at: (f64, f64),
    (width, height): (f64, f64),
    away: f64,
) -> (f64, f64) {
    // Diagonally the corner of the words is as far away as their side is otherwise.
    let away = if x != 0.0 && y != 0.0 { away * libm::sqrt(0.5) } else { away };
    let part = |direction: f64| (direction - 1.0) / 2.0;
    (at.0 + x * away + part(x) * width, at.1 + y * away + part(y) * height)
}

fn apart(one: &Rect, other: &Rect) -> bool {
    let across = one.right < other.left || other.right < one.left;
    across || one.bottom < other.top || other.bottom < one.top
}

/// Moved as little as possible to lie inside a frame; its upper left corner if it is too large.
fn pushed(area: Rect, frame: Rect) -> Rect {
    let within =
        |low: f64, length: f64, from: f64, to: f64| low.min(to - FRAME - length).max(from + FRAME);
    let left = within(area.left, area.width(), frame.left, frame.right);
    let top = within(area.top, area.height(), frame.top, frame.bottom);
    Rect { left, top, right: left + area.width(), bottom: top + area.height() }
}

/// Draws a line from the nearest point of the words to just before a place.
fn draw_leader(scene: &Scene, at: (f64, f64), area: Rect) {
    let near = (
        at.0.clamp(area.left - 2.0, area.right + 2.0),
        at.1.clamp(area.top - 1.0, area.bottom + 1.0),
    );
    let (dx, dy) = (near.0 - at.0, near.1 - at.1);
    let length = libm::sqrt(dx * dx + dy * dy);
    if length <= GAP {
        return;
    }
    let end = (at.0 + dx * 4.0 / length, at.1 + dy * 4.0 / length);
    for (colour, width) in [(Colour::Page, 3.0), (Colour::Text, 1.0)] {
        scene.plot.canvas().line(&[near, end], Ink::solid(colour), width);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::figure::canvas::Canvas;
    use crate::render::figure::scale::Span;
    use crate::render::figure::style::Theme;
    use experiments::figure::mark;

    const FIELD: Rect = Rect { left: 50.0, top: 10.0, right: 450.0, bottom: 310.0 };

    /// The places of the words of all notes.
    fn areas(notes: &[Mark]) -> Vec<Rect> {
        let canvas = Canvas::new(500.0, 400.0, Theme::Page);
        let span = Span::unit();
        let scene = |at| Scene {
            plot: canvas.plot(FIELD),
            x: span,
            y: span,
            colours: None,
            outlined: false,
            size: 15.0,
            marks: notes,
            at,
        };
        (0..notes.len()).filter_map(|at| Some(layout(&scene(at))?.1)).collect()
    }

    #[test]
    fn notes_stay_inside_the_frame_and_clear_of_each_other() {
        let sides = [Side::Above, Side::Left, Side::BelowRight];
        for side in sides {
            for at in [(0.0, 0.0), (1.0, 1.0), (0.5, 1.0), (0.0, 0.5), (0.99, 0.02)] {
                let text = "the threshold, where the model first fits all of its data";
                for area in areas(&[mark::note(text, at, side)]) {
                    assert!(area.left >= FIELD.left && area.right <= FIELD.right, "{area:?}");
                    assert!(area.top >= FIELD.top && area.bottom <= FIELD.bottom, "{area:?}");
                }
            }
            let twice = vec![mark::note("here", (0.5, 0.5), side); 2];
            let [one, other] = areas(&twice)[..] else { panic!("two notes") };
            assert!(apart(&one, &other), "{one:?} {other:?}");
        }
        assert_eq!(areas(&[mark::note("out", (2.0, 0.5), Side::Left)]), []);
        assert_eq!(areas(&[mark::note("out", (f64::NAN, 0.5), Side::Left)]), []);
    }

    #[test]
    fn words_are_on_the_side_that_was_asked_for() {
        let [right] = areas(&[mark::note("here", (0.5, 0.5), Side::Right)])[..] else { panic!() };
        assert_eq!((right.left, (right.top + right.bottom) / 2.0), (259.0, 160.0));
        let [above] = areas(&[mark::note("here", (0.5, 0.5), Side::Above)])[..] else { panic!() };
        assert_eq!((above.bottom, (above.left + above.right) / 2.0), (151.0, 250.0));
    }
}
