//! How a role looks: the one table from which the attributes of a drawing come, and with which
//! `theme/figures.css` is compared in a test.
//!
//! The hues follow Okabe and Ito (2008), "Color Universal Design", darkened or lightened until
//! each has a contrast of at least 3 to 1 to the page. Colour never stands alone: every role has
//! its own dash and its own symbol as well. The first arms keep away from the hues of train and test,
//! beside which they are drawn.

use experiments::figure::Role;
use plotters::style::RGBAColor;
use serde::Serialize;

use super::palette::Map;

/// The shape of a plotted point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// ●
    Circle,
    /// ■
    Square,
    /// ◆
    Diamond,
    /// ▲
    Triangle,
    /// ▼
    Wedge,
    /// ★
    Star,
    /// ✕
    Cross,
    /// ✚
    Plus,
}

/// What is coloured: a role, or a part of the figure that stands for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Colour {
    /// A mark.
    Role(Role),
    /// Titles and tick labels.
    Text,
    /// Axis lines and ticks.
    Axis,
    /// The light grid.
    Grid,
    /// The page itself: around marks on a coloured surface.
    Page,
    /// A place along a colour map, from 0 to 255.
    Shade(Map, u8),
}

/// For which page a drawing is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "every caller decides among all of them")]
pub enum Theme {
    /// One whose stylesheet colours the classes of the marks; without it the colours are light ones.
    #[default]
    Page,
    /// A light page or slide.
    Light,
    /// A dark page or slide.
    Dark,
}

/// The look of one colour.
pub(super) struct Look {
    /// Name in class and custom property: `sim-train`, `--sim-train`.
    pub(super) name: &'static str,
    /// Colour on a white page, on paper and in a file.
    pub(super) light: &'static str,
    /// Colour on a dark page.
    pub(super) dark: &'static str,
    /// Lengths of dashes and gaps of a line in px; empty for a solid one.
    pub(super) dash: &'static str,
    /// Width of a line in px.
    pub(super) width: f64,
    /// Shape of a point.
    pub(super) shape: Shape,
}

const fn look(
    name: &'static str,
    light: &'static str,
    dark: &'static str,
    dash: &'static str,
    width: f64,
    shape: Shape,
) -> Look {
    Look { name, light, dark, dash, width, shape }
}

/// Font sizes in px: of a figure with one panel across, with several, and on a narrow screen; and of a
/// slide that is 960 px wide.
pub(super) const PAGE: f64 = 15.0;
pub(super) const PAGE_SEVERAL: f64 = 14.0;
pub(super) const NARROW: f64 = 13.0;
pub(super) const SLIDE: f64 = 24.0;

/// Sizes relative to that of the figure: titles of panels, notes and the like, ticks of an inset, and
/// raised or lowered characters.
pub(super) const TITLE: f64 = 1.04;
pub(super) const NOTE: f64 = 0.92;
pub(super) const INSET: f64 = 0.8;
pub(super) const SCRIPT: f64 = 0.72;

/// How much wider a bold text is than a plain one: DejaVu Sans Bold over DejaVu Sans, rounded up.
pub(super) const BOLD: f64 = 1.15;

/// Every look, in the order of [`Colour::index`].
pub(super) const LOOKS: [Look; 17] = [
    look("train", "#0069a8", "#5ab4ec", "8 4", 2.2, Shape::Square),
    look("test", "#bf4400", "#f5853f", "", 2.4, Shape::Circle),
    look("theory", "#262626", "#e4e4e4", "2.5 2.5", 2.0, Shape::Plus),
    look("bound", "#86418a", "#dc96d8", "11 3 2 3", 2.0, Shape::Triangle),
    look("reference", "#5e5e5e", "#a9a9a9", "1.5 6", 1.8, Shape::Cross),
    look("arm-1", "#00734f", "#2ec297", "", 2.2, Shape::Circle),
    look("arm-2", "#86418a", "#dc96d8", "18 5", 2.2, Shape::Square),
    look("arm-3", "#806000", "#e3bf2b", "5 2.5 1.5 2.5", 2.2, Shape::Triangle),
    look("arm-4", "#a8174e", "#ff8aa8", "10 3 2 3 2 3", 2.2, Shape::Diamond),
    look("arm-5", "#3d3d9e", "#a3a8ff", "30 6", 2.2, Shape::Wedge),
    look("arm-6", "#4f5b62", "#b3c0c6", "5.5 2", 2.2, Shape::Star),
    look("arm-7", "#0069a8", "#5ab4ec", "14 3 2 3 2 3 2 3", 2.2, Shape::Plus),
    look("arm-8", "#bf4400", "#f5853f", "2 10", 2.2, Shape::Cross),
    look("text", "#262626", "#cdd2d8", "", 1.0, Shape::Circle),
    look("axis", "#595959", "#9aa1a9", "", 1.0, Shape::Circle),
    look("grid", "#e3e3e3", "#33373d", "", 0.8, Shape::Circle),
    look("page", "#ffffff", "#15181d", "", 1.0, Shape::Circle),
];

const ROLES: [Role; 13] = [
    Role::Train,
    Role::Test,
    Role::Theory,
    Role::Bound,
    Role::Reference,
    Role::Arm(1),
    Role::Arm(2),
    Role::Arm(3),
    Role::Arm(4),
    Role::Arm(5),
    Role::Arm(6),
    Role::Arm(7),
    Role::Arm(8),
];

/// A role with the number of an arm brought into 1 to 8, so that equal looks are equal roles.
#[must_use]
pub(super) fn canonical(role: Role) -> Role {
    match role {
        Role::Arm(number) => Role::Arm(number.wrapping_sub(1) % 8 + 1),
        other => other,
    }
}

impl Colour {
    /// Its place among the looks.
    #[must_use]
    pub(super) fn index(self) -> u8 {
        match self {
            Self::Role(Role::Train) => 0,
            Self::Role(Role::Test) => 1,
            Self::Role(Role::Theory) => 2,
            Self::Role(Role::Bound) => 3,
            Self::Role(Role::Reference) => 4,
            Self::Role(Role::Arm(number)) => 5 + number.wrapping_sub(1) % 8,
            Self::Text => 13,
            Self::Axis => 14,
            Self::Grid => 15,
            Self::Page => 16,
            Self::Shade(map, _) => 17 + map.index(),
        }
    }

    /// Its class in a drawing that the page colours; shades are the same on every page.
    #[must_use]
    pub(super) fn class(self) -> Option<&'static str> {
        match self {
            Self::Shade(..) => None,
            other => Some(other.look().name),
        }
    }

    /// Its colour in a theme, `#rrggbb`.
    #[must_use]
    pub(super) fn hex(self, theme: Theme) -> String {
        match (self, theme) {
            (Self::Shade(map, place), _) => {
                let [r, g, b] = map.colour(f64::from(place) / 255.0);
                format!("#{r:02x}{g:02x}{b:02x}")
            }
            (other, Theme::Dark) => other.look().dark.into(),
            (other, _) => other.look().light.into(),
        }
    }

    fn from_index(index: u8, shade: u8) -> Self {
        match index {
            17.. => Self::Shade(Map::from_index(index - 17), shade),
            14 => Self::Axis,
            15 => Self::Grid,
            16 => Self::Page,
            role => ROLES.get(usize::from(role)).map_or(Self::Text, |&role| Self::Role(role)),
        }
    }

    /// Its look; that of an axis for a shade, which has a colour only.
    #[must_use]
    pub(super) fn look(self) -> &'static Look {
        let index = match self {
            Self::Shade(..) => Self::Axis.index(),
            other => other.index(),
        };
        &LOOKS[usize::from(index)]
    }
}

/// What a mark is drawn with. Plotters passes colours only, so an ink travels through it as a
/// colour that stands for it and is read back in the backend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ink {
    /// Whose colour.
    pub(super) colour: Colour,
    /// Whether lines take the dash of the colour.
    pub(super) dashed: bool,
    /// From 0 to 1.
    pub(super) opacity: f64,
}

impl Ink {
    /// Solid and opaque.
    #[must_use]
    pub(super) fn solid(colour: Colour) -> Self {
        Self { colour, dashed: false, opacity: 1.0 }
    }

    /// Opaque, with the dash of the role.
    #[must_use]
    pub(super) fn dashed(role: Role) -> Self {
        Self { colour: Colour::Role(role), dashed: true, opacity: 1.0 }
    }

    /// The light area of a band.
    #[must_use]
    pub(super) fn wash(role: Role) -> Self {
        Self { colour: Colour::Role(role), dashed: false, opacity: 0.2 }
    }

    /// The colour that stands for it.
    #[must_use]
    pub(super) fn encode(self) -> RGBAColor {
        let shade = if let Colour::Shade(_, place) = self.colour { place } else { 0 };
        RGBAColor(self.colour.index(), u8::from(self.dashed), shade, self.opacity)
    }

    /// The ink that a colour stands for.
    #[must_use]
    pub(super) fn decode((index, dashed, shade): (u8, u8, u8), alpha: f64) -> Self {
        Self { colour: Colour::from_index(index, shade), dashed: dashed != 0, opacity: alpha }
    }
}

#[cfg(test)]
mod tests {
    use super::super::palette;
    use super::*;

    const CSS: &str = include_str!("../../../../theme/figures.css");

    /// `--bg` of the five themes and of no-script dark mode in mdBook 0.5.4's `variables.css`,
    /// and paper; with whether the theme is dark.
    const PAGES: [(&str, (f64, f64, f64), bool); 6] = [
        ("light", (0.0, 0.0, 1.0), false),
        ("rust", (60.0, 0.09, 0.87), false),
        ("coal", (200.0, 0.07, 0.08), true),
        ("navy", (226.0, 0.23, 0.11), true),
        ("ayu", (210.0, 0.25, 0.08), true),
        ("no script, dark", (200.0, 0.07, 0.08), true),
    ];

    /// CSS Color 4, section 7.1: from hue, saturation and lightness to red, green and blue.
    fn rgb((hue, saturation, lightness): (f64, f64, f64)) -> [f64; 3] {
        [0.0, 8.0, 4.0].map(|n| {
            let k = (n + hue / 30.0) % 12.0;
            let a = saturation * lightness.min(1.0 - lightness);
            lightness - a * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0)
        })
    }

    fn hex(colour: &str) -> [f64; 3] {
        let part = |at: usize| f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap());
        [part(1) / 255.0, part(3) / 255.0, part(5) / 255.0]
    }

    /// WCAG 2.2, relative luminance.
    fn luminance(colour: [f64; 3]) -> f64 {
        let [r, g, b] = colour
            .map(|c| if c <= 0.04045 { c / 12.92 } else { libm::pow((c + 0.055) / 1.055, 2.4) });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn contrast_is_as_wcag_defines_it() {
        assert!((contrast(hex("#000000"), hex("#ffffff")) - 21.0).abs() < 1e-9);
        assert!((contrast(hex("#767676"), hex("#ffffff")) - 4.54).abs() < 0.01);
        assert_eq!(rgb((60.0, 0.09, 0.87)).map(|c| (c * 255.0).round()), [225.0, 225.0, 219.0]);
    }

    #[test]
    fn every_role_can_be_seen_on_every_page() {
        for (page, background, dark) in PAGES {
            for look in LOOKS.iter().filter(|look| !["grid", "page"].contains(&look.name)) {
                let colour = hex(if dark { look.dark } else { look.light });
                let found = contrast(colour, rgb(background));
                let needed = if look.name == "text" { 4.5 } else { 3.0 };
                assert!(found >= needed, "{} on {page}: {found:.2}", look.name);
            }
        }
    }

    #[test]
    fn no_two_roles_of_one_family_share_colour_or_dash() {
        for family in [&LOOKS[..5], &LOOKS[5..13]] {
            for (at, one) in family.iter().enumerate() {
                for other in &family[at + 1..] {
                    assert_ne!(one.light, other.light);
                    assert_ne!(one.dark, other.dark);
                    assert_ne!(one.dash, other.dash, "{} {}", one.name, other.name);
                    assert_ne!(one.shape, other.shape, "{} {}", one.name, other.name);
                }
            }
        }
    }

    #[test]
    fn an_ink_survives_the_way_through_plotters() {
        for (index, look) in (0u8..).zip(&LOOKS) {
            let colour = Colour::from_index(index, 0);
            assert_eq!(colour.look().name, look.name);
            let ink = Ink { colour, dashed: true, opacity: 0.2 };
            let RGBAColor(r, g, b, a) = ink.encode();
            assert_eq!(Ink::decode((r, g, b), a), ink);
        }
        assert_eq!(canonical(Role::Arm(9)), Role::Arm(1));
        assert_eq!(canonical(Role::Arm(0)), Role::Arm(8));
    }

    /// The declarations of the first rule whose selector list is `selector`.
    fn rule<'a>(css: &'a str, selector: &str) -> &'a str {
        let (_, rest) = css.split_once(selector).unwrap_or_else(|| panic!("no rule {selector}"));
        rest.split_once('}').expect("an open rule").0
    }

    #[track_caller]
    fn check_palette(declarations: &str, colour: fn(&Look) -> &'static str) {
        for look in &LOOKS {
            // The page is the theme's own background there.
            if look.name == "page" {
                continue;
            }
            let expected = format!("--sim-{}: {};", look.name, colour(look));
            assert!(declarations.contains(&expected), "{expected} not in {declarations}");
        }
    }

    /// Strokes to the period and length of the period of a dash; one endless stroke without dashes.
    fn rhythm(look: &Look) -> (usize, f64) {
        let lengths: Vec<f64> =
            look.dash.split_whitespace().map(|length| length.parse().unwrap()).collect();
        (lengths.len() / 2, lengths.iter().sum())
    }

    #[test]
    fn lines_that_meet_in_a_panel_differ_without_colour() {
        for (at, one) in LOOKS[..9].iter().enumerate() {
            for other in &LOOKS[..at] {
                let ((count, period), (others, length)) = (rhythm(one), rhythm(other));
                let ratio = period.max(length) / period.min(length).max(1e-9);
                if count == 0 && others == 0 {
                    // Two solid lines: far apart for any colour vision, in light and dark.
                    for colours in [[one.light, other.light], [one.dark, other.dark]] {
                        let apart = palette::tests::least_difference(colours.map(hex));
                        assert!(apart > 15.0, "{} and {}: {apart}", one.name, other.name);
                    }
                } else {
                    let differ = count != others || ratio >= 1.4;
                    assert!(differ, "{} and {}: {ratio}", one.name, other.name);
                }
            }
        }
    }

    #[test]
    fn the_stylesheet_has_the_same_colours() {
        check_palette(rule(CSS, ":root,\nhtml:not(.js) {"), |look| look.light);
        check_palette(rule(CSS, ".coal,\n.navy,\n.ayu {"), |look| look.dark);
        let (_, dark) = CSS.split_once("@media screen and (prefers-color-scheme: dark) {").unwrap();
        check_palette(rule(dark, "html:not(.js) {"), |look| look.dark);
        let (_, print) = CSS.split_once("@media print {").unwrap();
        check_palette(rule(print, "html.js.js {"), |look| look.light);
    }

    #[test]
    fn verdicts_can_be_read_on_every_page() {
        let blocks = [rule(CSS, ":root,\nhtml:not(.js) {"), rule(CSS, ".coal,\n.navy,\n.ayu {")];
        for (page, background, dark) in PAGES {
            for verdict in ["holds", "fails", "inconclusive"] {
                let start = format!("--sim-{verdict}: ");
                let (_, rest) = blocks[usize::from(dark)].split_once(&*start).unwrap();
                let found = contrast(hex(&rest[..7]), rgb(background));
                assert!(found >= 4.5, "{verdict} on {page}: {found:.2}");
            }
        }
    }

    #[test]
    fn every_class_has_a_rule() {
        assert!(CSS.contains(".sim-drawing {") && CSS.contains(".sim-wide {"));
        for look in &LOOKS {
            let name = look.name;
            for property in ["stroke", "fill"] {
                let expected =
                    format!(".sim-{property}.sim-{name} {{ {property}: var(--sim-{name}); }}");
                assert!(CSS.contains(&expected), "{expected}");
            }
        }
    }
}
