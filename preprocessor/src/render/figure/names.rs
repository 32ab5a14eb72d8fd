//! The names along an axis of things: on several lines where they are long, upright where they are
//! many.

use plotters::style::text_anchor::HPos;
use plotters::style::text_anchor::VPos;

use super::canvas::Canvas;
use super::canvas::Rect;
use super::canvas::Setting;
use super::text;
use super::ticks::Tick;

/// A line of text in font sizes.
const LINE: f64 = 1.15;

/// Most room for a name that reads upwards, or beside an upright axis, in font sizes.
const LONGEST: f64 = 9.0;

/// Names with their places along an axis.
pub(super) struct Names {
    names: Vec<(f64, Vec<String>)>,
    size: f64,
    upwards: bool,
}

impl Names {
    /// Names below an axis of this length.
    #[must_use]
    pub(super) fn level(ticks: &[Tick], length: f64, size: f64) -> Self {
        let slot = slot(ticks, length);
        for size in [size, 0.87 * size] {
            let names = set(ticks, |name| text::wrap(name, size, slot - 0.5 * size, 4));
            if names.iter().zip(ticks).all(|((_, lines), tick)| whole(lines, &tick.label)) {
                return Self { names, size, upwards: false };
            }
        }
        let size = 0.9 * size;
        let names = every(ticks, slot, LINE * size);
        let most = ((slot / (LINE * size)) as usize).clamp(1, 3);
        let names = set(&names, |name| text::wrap(name, size, LONGEST * size, most));
        Self { names, size, upwards: true }
    }

    /// Names beside an upright axis of this length.
    #[must_use]
    pub(super) fn upright(ticks: &[Tick], length: f64, size: f64) -> Self {
        let lines = ((slot(ticks, length) / (LINE * size)) as usize).clamp(1, 3);
        let names = every(ticks, slot(ticks, length), LINE * size);
        let names = set(&names, |name| text::wrap(name, size, LONGEST * size, lines));
        Self { names, size, upwards: false }
    }

    /// Width of the widest name in px.
    #[must_use]
    pub(super) fn width(&self) -> f64 {
        let lines = self.names.iter().flat_map(|(_, lines)| lines);
        lines.map(|line| text::width(line, self.size)).fold(0.0, f64::max)
    }

    /// The room that they need below a level axis, in px.
    #[must_use]
    pub(super) fn height(&self) -> f64 {
        let most = self.names.iter().map(|(_, lines)| lines.len()).max().unwrap_or(0);
        if self.upwards { self.width() } else { LINE * self.size * most as f64 }
    }

    /// Draws them this far below a plot.
    pub(super) fn draw_below(&self, canvas: &Canvas, plot: Rect, away: f64) {
        let size = self.size;
        for (place, lines) in &self.names {
            let (x, y) = plot.at((*place, 0.0));
            for (line, row) in lines.iter().zip(0..) {
                if self.upwards {
                    let setting =
                        Setting { upwards: true, ..Setting::new(size, HPos::Right, VPos::Center) };
                    let first = x - LINE * size * (lines.len() as f64 - 1.0) / 2.0;
                    let point = (first + LINE * size * f64::from(row), y + away);
                    canvas.text(line, point, setting);
                } else {
                    let top = y + away + LINE * size * f64::from(row);
                    canvas.text(line, (x, top), Setting::new(size, HPos::Center, VPos::Top));
                }
            }
        }
    }

    /// Draws them this far to the left of a plot.
    pub(super) fn draw_beside(&self, canvas: &Canvas, plot: Rect, away: f64) {
        let size = self.size;
        for (place, lines) in &self.names {
            let (x, y) = plot.at((0.0, *place));
            let first = y - LINE * size * (lines.len() as f64 - 1.0) / 2.0;
            for (line, row) in lines.iter().zip(0..) {
                let point = (x - away, first + LINE * size * f64::from(row));
                canvas.text(line, point, Setting::new(size, HPos::Right, VPos::Center));
            }
        }
    }
}

/// From one tick to the next in px.
fn slot(ticks: &[Tick], length: f64) -> f64 {
    let gaps = ticks.windows(2).map(|pair| pair[1].place - pair[0].place);
    length * gaps.fold(1.0, f64::min)
}

fn set(ticks: &[Tick], wrap: impl Fn(&str) -> Vec<String>) -> Vec<(f64, Vec<String>)> {
    ticks.iter().map(|tick| (tick.place, wrap(&tick.label))).collect()
}

/// As many ticks, evenly, as have this room.
fn every(ticks: &[Tick], slot: f64, room: f64) -> Vec<Tick> {
    let stride = libm::ceil(room / slot.max(1e-9)).clamp(1.0, 1e9) as usize;
    ticks.iter().step_by(stride).cloned().collect()
}

/// Whether nothing of a name was cut.
fn whole(lines: &[String], name: &str) -> bool {
    let letters = |text: &str| text::clean(text).replace(' ', "");
    letters(&lines.concat()) == letters(name)
}

#[cfg(test)]
mod tests {
    use super::super::scale::Span;
    use super::super::ticks;
    use super::*;
    use experiments::figure::Scale;

    fn names(names: &[&str], length: f64) -> Names {
        let names: Vec<String> = names.iter().map(|name| (*name).into()).collect();
        let high = names.len() as f64 - 0.5;
        let span = Span { low: -0.5, high, scale: Scale::Linear };
        Names::level(&ticks::names(&span, &names), length, 10.0)
    }

    #[track_caller]
    fn check(given: &[&str], length: f64, upwards: bool, first: &[&str]) {
        let names = names(given, length);
        assert_eq!(names.upwards, upwards);
        assert_eq!(names.names[0].1, first);
        let slot = length / given.len() as f64;
        assert!(upwards || names.width() <= slot, "{} {slot}", names.width());
    }

    #[test]
    fn long_names_take_several_lines_and_many_stand_upright() {
        check(&["CNN", "MLP"], 200.0, false, &["CNN"]);
        check(&["gradient descent", "MLP"], 140.0, false, &["gradient", "descent"]);
        let two = ["stochastic", "gradient descent"];
        check(&["stochastic gradient descent", "b", "c"], 120.0, true, &two);
        let many = names(&["a name"; 100], 300.0);
        assert!(many.names.len() <= 30 && many.upwards);
        assert_eq!(names(&[], 300.0).height(), 0.0);
    }
}
