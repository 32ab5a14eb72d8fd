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
mod tests {
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
}
