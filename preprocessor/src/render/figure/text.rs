//! Text without a font: how wide it will be, where to break it, and how to write it into XML.
//!
//! Widths are those of DejaVu Sans, one of the widest common sans-serif faces (advance widths
//! from its `hmtx` table), so that what fits here fits in a reader's font.

/// Advance widths of the printable ASCII characters in thousandths of an em.
const ASCII: [u16; 95] = [
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636,
    636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632,
    575, 775, 752, 295, 295, 656, 557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685,
    611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579,
    278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
];

/// The size of raised digits relative to the text around them.
pub(super) const RAISED: f64 = 0.72;

/// The digit or sign that a raised character stands for.
pub(super) fn raised(character: char) -> Option<char> {
    Some(match character {
        '⁰' => '0',
        '¹' => '1',
        '²' => '2',
        '³' => '3',
        '⁴'..='⁹' => char::from_digit(u32::from(character) - 0x2070, 10)?,
        '⁻' => '−',
        _ => return None,
    })
}

/// Width in units of the font size.
fn ems(character: char) -> f64 {
    if let Some(plain) = raised(character) {
        return RAISED * ems(plain);
    }
    let code = u32::from(character);
    let thousandths = match code {
        0x20..=0x7e => ASCII[(code - 0x20) as usize],
        0x300..=0x36f => 0,
        0x2212 | 0xd7 | 0x2248 | 0x2264 | 0x2265 | 0x221e => 838,
        0xb7 | 0xa0 => 318,
        0x2009 | 0x202f => 200,
        0x370..=0x3ff => 660,
        0x1100..=0x11ff | 0x2e80..=0xd7ff | 0xf900..=0xfaff | 0x1f000.. => 1000,
        0x2000..=0x2bff => 840,
        _ => 700,
    };
    f64::from(thousandths) / 1000.0
}

/// The width of a text in px.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(ems).sum::<f64>() * size
}

/// A text on lines of at most this width, and at most so many lines; what is left over is cut
/// with an ellipsis. An empty text has no lines.
pub(super) fn wrap(text: &str, size: f64, room: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in clean(text).split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if width(line, size) + width(word, size) + 0.4 * size <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.into()),
        }
    }
    let left_over = lines.len() > most;
    lines.truncate(most);
    let last = lines.len().saturating_sub(1);
    for (at, line) in lines.iter_mut().enumerate() {
        let cut = left_over && at == last;
        if cut || width(line, size) > room {
            shorten(line, size, room);
        }
    }
    lines
}

/// Cuts a line to a width and ends it with an ellipsis.
fn shorten(line: &mut String, size: f64, room: f64) {
    let mut taken = size;
    let kept = line.char_indices().find(|&(_, character)| {
        taken += ems(character) * size;
        taken > room
    });
    if let Some((at, _)) = kept {
        line.truncate(at);
    }
    line.push('…');
}

/// A label without its markup, for people and programs that read plain text.
pub(super) fn plain(text: &str) -> String {
    text.replace('$', "")
}

/// One line that XML can hold: other white space becomes a space, control characters and what
/// XML 1.0 forbids are left out.
pub(super) fn clean(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|&c| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}'))
        // Marks that turn the direction of all that follows.
        .filter(|c| !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
        .collect()
}

/// The text as it stands in XML, between tags or in a quoted attribute.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in clean(text).chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_markup_and_drops_control_characters() {
        assert_eq!(escape("a < b & \"c\"\u{1}\n\nd\u{202e}"), "a &lt; b &amp; &quot;c&quot;  d");
    }

    #[track_caller]
    fn check(text: &str, room: f64, most: usize, expected: &[&str]) {
        let lines = wrap(text, 10.0, room, most);
        assert_eq!(lines, expected);
        assert!(lines.iter().all(|line| width(line, 10.0) <= room.max(20.0)), "{lines:?}");
    }

    #[test]
    fn breaks_between_words_and_cuts_what_is_left() {
        check("", 100.0, 2, &[]);
        check("test error", 100.0, 2, &["test error"]);
        check("test error of the network", 60.0, 2, &["test error", "of the…"]);
        check("supercalifragilistic", 60.0, 2, &["supercalif…"]);
    }

    #[test]
    fn raised_digits_are_narrower() {
        assert!(width("10²", 10.0) < width("102", 10.0));
        assert_eq!(raised('⁷'), Some('7'));
        assert_eq!(raised('7'), None);
    }
}
