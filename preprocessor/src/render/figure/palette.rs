//! Colour maps. Lightness rises along each of them, so that they read in grey.

use experiments::figure::Colours;

/// A colour map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Map {
    /// Dark to light through three hues.
    Viridis,
    /// A dark hue through a neutral middle to a light one.
    Diverging,
    /// Black to white.
    Grey,
}

/// Sixteen colours evenly along viridis (van der Walt and Smith, 2015, matplotlib; CC0), whose
/// lightness rises evenly, so that it reads in grey and with any colour vision.
const VIRIDIS: [[u8; 3]; 16] = [
    [0x44, 0x01, 0x54],
    [0x48, 0x1a, 0x6c],
    [0x47, 0x2f, 0x7d],
    [0x41, 0x44, 0x87],
    [0x39, 0x56, 0x8c],
    [0x31, 0x68, 0x8e],
    [0x2a, 0x78, 0x8e],
    [0x23, 0x88, 0x8e],
    [0x1f, 0x98, 0x8b],
    [0x22, 0xa8, 0x84],
    [0x35, 0xb7, 0x79],
    [0x54, 0xc5, 0x68],
    [0x7a, 0xd1, 0x51],
    [0xa5, 0xdb, 0x36],
    [0xd2, 0xe2, 0x1b],
    [0xfd, 0xe7, 0x25],
];

/// Dark blue through grey to light yellow: hue tells the sides apart, lightness tells them apart in
/// grey as well, which a map with two dark ends would not. Our own, even in CIE lightness.
const DIVERGING: [[u8; 3]; 5] = [
    [0x05, 0x1c, 0x6b],
    [0x1d, 0x55, 0xb8],
    [0x8c, 0x8c, 0x8c],
    [0xe0, 0xa0, 0x3c],
    [0xff, 0xee, 0xa8],
];

impl Map {
    /// Its place among all maps.
    #[must_use]
    pub(super) fn index(self) -> u8 {
        match self {
            Self::Viridis => 0,
            Self::Diverging => 1,
            Self::Grey => 2,
        }
    }

    /// The map of this index.
    #[must_use]
    pub(super) fn from_index(index: u8) -> Self {
        match index {
            0 => Self::Viridis,
            1 => Self::Diverging,
            _ => Self::Grey,
        }
    }

    /// The colour at a place from 0 to 1.
    #[must_use]
    pub(super) fn colour(self, place: f64) -> [u8; 3] {
        match self {
            Self::Viridis => between(&VIRIDIS, place),
            Self::Diverging => between(&DIVERGING, place),
            Self::Grey => between(&[[0; 3], [255; 3]], place),
        }
    }
}

impl From<Colours> for Map {
    fn from(colours: Colours) -> Self {
        match colours {
            Colours::Sequential => Self::Viridis,
            Colours::Diverging { .. } => Self::Diverging,
            Colours::Grey => Self::Grey,
        }
    }
}

/// A colour between stops that are evenly spaced.
fn between(stops: &[[u8; 3]], place: f64) -> [u8; 3] {
    let along = place.clamp(0.0, 1.0) * (stops.len() - 1) as f64;
    let at = (along as usize).min(stops.len() - 2);
    let share = along - at as f64;
    let (from, to) = (stops[at], stops[at + 1]);
    [0, 1, 2].map(|part| {
        let (from, to) = (f64::from(from[part]), f64::from(to[part]));
        (from + share * (to - from)).round() as u8
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    #[test]
    fn lightness_rises_along_every_map() {
        for map in [Map::Viridis, Map::Diverging, Map::Grey] {
            let grey = |place: u8| {
                let [r, g, b] = map.colour(f64::from(place) / 255.0).map(f64::from);
                0.2126 * r + 0.7152 * g + 0.0722 * b
            };
            assert!((0..255).all(|place| grey(place) < grey(place + 1) + 0.5), "{map:?}");
            assert!(grey(255) - grey(0) > 150.0, "{map:?}");
            assert_eq!(Map::from_index(map.index()), map);
        }
    }

    /// Linear light of a colour (IEC 61966-2-1).
    fn linear(colour: [u8; 3]) -> [f64; 3] {
        colour.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { libm::pow((part + 0.055) / 1.055, 2.4) }
        })
    }

    /// CIE L*, a*, b* of linear light, for the white of sRGB.
    fn lab([r, g, b]: [f64; 3]) -> [f64; 3] {
        let bent = |t: f64| if t > 0.008_856 { libm::cbrt(t) } else { 7.787 * t + 16.0 / 116.0 };
        let x = bent((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
        let y = bent(0.2126 * r + 0.7152 * g + 0.0722 * b);
        let z = bent((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    /// What people without one kind of cone see, as matrices on linear light: none missing, then
    /// protanopia and deuteranopia of full severity (Machado, Oliveira and Fernandes, 2009, "A
    /// Physiologically-based Model for Simulation of Color Vision Deficiency", table 1).
    const VISIONS: [[[f64; 3]; 3]; 3] = [
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        [
            [0.152_286, 1.052_583, -0.204_868],
            [0.114_503, 0.786_281, 0.099_216],
            [-0.003_882, -0.048_116, 1.051_998],
        ],
        [
            [0.367_322, 0.860_646, -0.227_968],
            [0.280_085, 0.672_501, 0.047_413],
            [-0.011_820, 0.042_940, 0.968_881],
        ],
    ];

    fn seen(vision: &[[f64; 3]; 3], colour: [u8; 3]) -> [f64; 3] {
        let light = linear(colour);
        lab(vision.map(|row| {
            row.iter().zip(light).map(|(share, part)| share * part).sum::<f64>().clamp(0.0, 1.0)
        }))
    }

    /// The least distance (CIE 1976) of two colours, from 0 to 1 in red, green and blue, over all
    /// kinds of colour vision.
    pub(in crate::render::figure) fn least_difference(colours: [[f64; 3]; 2]) -> f64 {
        let distance = |vision| {
            let [one, other] =
                colours.map(|colour| seen(vision, colour.map(|part| (255.0 * part).round() as u8)));
            let squares = one.iter().zip(other).map(|(one, other)| (one - other) * (one - other));
            libm::sqrt(squares.sum::<f64>())
        };
        VISIONS.iter().map(distance).fold(f64::INFINITY, f64::min)
    }

    #[test]
    fn the_sides_of_the_diverging_map_differ_for_any_colour_vision() {
        let map = Map::Diverging;
        for vision in &VISIONS {
            let [_, a, b] = seen(vision, map.colour(0.5));
            assert!(libm::hypot(a, b) < 6.0, "the middle is neutral: {a} {b}");
            for at in 3..=20 {
                let away = f64::from(at) / 40.0;
                let (low, high) = (map.colour(0.5 - away), map.colour(0.5 + away));
                let (low, high) = (seen(vision, low), seen(vision, high));
                // In lightness, and in the hue that everyone but the fewest sees: blue and yellow.
                assert!(high[0] - low[0] > 50.0 * away, "{away} {low:?} {high:?}");
                assert!(low[2] < -40.0 * away && high[2] > 20.0 * away, "{away} {low:?} {high:?}");
            }
        }
    }

    #[test]
    fn equal_steps_of_the_diverging_map_look_about_equal() {
        let grey = |at: u8| seen(&VISIONS[0], Map::Diverging.colour(f64::from(at) / 20.0))[0];
        for at in 0..20 {
            let step = grey(at + 1) - grey(at);
            assert!((2.0..7.0).contains(&step), "{at}: {step}");
        }
    }
}
