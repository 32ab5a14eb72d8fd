//! Text without a font: how wide it will be, where to break it, and how to write it into XML.
//!
//! Widths are those of DejaVu Sans, one of the widest common sans-serif faces (advance widths
//! from its `hmtx` table), so that what fits here fits in a reader's font.
//!
//! A label may hold math between dollars ([`math`]), of which [`signs`] knows the names. It is parsed
//! into [`Run`]s, from which both its width and its SVG come. A literal dollar is written `\$`.

mod lines;
mod math;
mod signs;

pub(super) use lines::wrap;
pub(super) use math::Style;
pub(crate) use signs::tex_name;

use math::Class;
use math::Node;

/// Advance widths of the printable ASCII characters in thousandths of an em.
const ASCII: [u16; 95] = [
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636,
    636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632,
    575, 775, 752, 295, 295, 656, 557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685,
    611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579,
    278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
];

/// The size of what is raised or lowered relative to the text around it.
const SMALLER: f64 = super::style::SCRIPT;

/// How far something is raised, and lowered, in font sizes of the text around it.
const RISE: (f64, f64) = (0.36, 0.2);

/// A stretch of text that is set alike.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Run {
    /// What it says, without markup.
    pub(super) text: String,
    /// How its letters look.
    pub(super) style: Style,
    /// Where its baseline is.
    pub(super) level: Level,
}

/// The baseline and the size of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Level {
    depth: i32,
    /// How far above the baseline of the text, in its font sizes.
    pub(super) rise: f64,
}

impl Level {
    /// The size relative to the text.
    #[must_use]
    pub(super) fn scale(self) -> f64 {
        // What is raised twice can still be read.
        match self.depth {
            0 => 1.0,
            1 => SMALLER,
            _ => 0.55,
        }
    }

    fn shifted(self, raised: bool) -> Self {
        let rise = if raised { RISE.0 } else { -RISE.1 };
        Self { depth: self.depth + 1, rise: self.rise + rise * self.scale() }
    }
}

/// The sign that a raised or lowered character of Unicode stands for, and whether it is raised.
/// Fonts disagree about these characters or lack them.
pub(crate) fn shifted(character: char) -> Option<(char, bool)> {
    let digit = |from: u32| char::from_digit(u32::from(character) - from, 10);
    Some(match character {
        '¹' => ('1', true),
        '²' => ('2', true),
        '³' => ('3', true),
        '⁰' | '⁴'..='⁹' => (digit(0x2070)?, true),
        '⁺' => ('+', true),
        '⁻' => ('−', true),
        'ⁿ' => ('n', true),
        'ⁱ' => ('i', true),
        '₀'..='₉' => (digit(0x2080)?, false),
        '₊' => ('+', false),
        '₋' => ('−', false),
        _ => return None,
    })
}

/// A label in parts: what is written, and whether it stood between dollars.
pub(crate) fn segments(text: &str) -> Vec<(String, bool)> {
    let source: Vec<char> = text.chars().collect();
    let mut segments: Vec<(String, bool)> = Vec::new();
    let mut plain = String::new();
    let mut at = 0;
    while at < source.len() {
        let end = (source[at] == '$').then(|| closing(&source, at)).flatten();
        if let Some(end) = end {
            if !plain.is_empty() {
                segments.push((std::mem::take(&mut plain), false));
            }
            segments.push((source[at + 1..end].iter().collect(), true));
            at = end + 1;
        } else if source[at..].starts_with(&['\\', '$']) {
            plain.push_str("\\$");
            at += 2;
        } else {
            plain.push(source[at]);
            at += 1;
        }
    }
    if !plain.is_empty() {
        segments.push((plain, false));
    }
    segments
}

/// The dollar that closes the one here: the next one, with no white space within the two.
fn closing(source: &[char], open: usize) -> Option<usize> {
    let mut at = open + 1;
    if source.get(at)?.is_whitespace() {
        return None;
    }
    while *source.get(at)? != '$' {
        at += if source[at] == '\\' { 2 } else { 1 };
    }
    (at > open + 1 && !source[at - 1].is_whitespace()).then_some(at)
}

/// The nodes with whether there is room before them.
fn spaced(nodes: &[Node], tight: bool) -> Vec<(bool, &Node)> {
    let mut before: Option<Class> = None;
    let mut pending = false;
    let mut all = Vec::new();
    for node in nodes {
        let Node::Sign(_, _, class) = node else {
            all.push((false, node));
            continue;
        };
        let in_front = matches!(
            before,
            None | Some(Class::Relation | Class::Binary | Class::Open | Class::Punctuation)
        );
        let class = if *class == Class::Binary && in_front { Class::Ordinary } else { *class };
        let between = matches!(class, Class::Relation | Class::Binary) && !tight;
        let names = matches!(
            (before, class),
            (Some(Class::Function), Class::Letter | Class::Ordinary | Class::Function)
                | (Some(Class::Letter | Class::Ordinary | Class::Close), Class::Function)
        );
        let room = (pending || between || names) && before.is_some() && class != Class::Space;
        all.push((room && before != Some(Class::Space), node));
        pending = between || (class == Class::Punctuation && !tight);
        before = Some(class);
    }
    all
}

fn set(nodes: &[Node], level: Level, out: &mut Vec<Run>) {
    for (room, node) in spaced(nodes, level.depth > 0) {
        if room {
            push(out, " ", Style::Upright, level);
        }
        match node {
            Node::Sign(text, style, _) => push(out, text, *style, level),
            Node::Script { raised, body } => set(body, level.shifted(*raised), out),
        }
    }
}

fn push(runs: &mut Vec<Run>, text: &str, style: Style, level: Level) {
    match runs.last_mut() {
        Some(run) if run.style == style && run.level == level => run.text.push_str(text),
        _ => runs.push(Run { text: text.into(), style, level }),
    }
}

/// A label as it is set.
#[must_use]
pub(super) fn runs(label: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    for (text, math) in segments(label) {
        if math {
            let elements = math::parse(&text).elements;
            let nodes: Vec<Node> = elements.into_iter().flat_map(|element| element.1).collect();
            set(&nodes, Level::default(), &mut runs);
            continue;
        }
        for character in text.replace("\\$", "$").chars() {
            let level = Level::default();
            let (character, level) = match shifted(character) {
                Some((plain, raised)) => (plain, level.shifted(raised)),
                None => (character, level),
            };
            push(&mut runs, character.encode_utf8(&mut [0; 4]), Style::Upright, level);
        }
    }
    runs
}

/// A label without its markup, for people and programs that read plain text.
#[must_use]
pub(crate) fn plain(label: &str) -> String {
    if !label.contains('$') {
        return label.to_owned();
    }
    let read = |(text, math): (String, bool)| match math {
        true => {
            let elements = math::parse(&text).elements;
            let nodes: Vec<Node> = elements.into_iter().flat_map(|element| element.1).collect();
            read(&nodes, false)
        }
        false => text.replace("\\$", "$"),
    };
    segments(label).into_iter().map(read).collect()
}

fn read(nodes: &[Node], tight: bool) -> String {
    let mut out = String::new();
    for (room, node) in spaced(nodes, tight) {
        if room {
            out.push(' ');
        }
        match node {
            Node::Sign(text, ..) => out.push_str(text),
            Node::Script { raised, body } => {
                let text = read(body, true);
                let short: Option<String> =
                    text.chars().map(|character| digit_at(character, *raised)).collect();
                let sign = if *raised { '^' } else { '_' };
                let word = text.chars().all(char::is_alphanumeric);
                match short {
                    Some(short) => out.push_str(&short),
                    None if word || math::is_one(body) => {
                        out.push(sign);
                        out.push_str(&text);
                    }
                    None => {
                        out.push(sign);
                        out.push('(');
                        out.push_str(&text);
                        out.push(')');
                    }
                }
            }
        }
    }
    out
}

/// The raised or lowered character of a digit or a minus sign.
fn digit_at(character: char, raised: bool) -> Option<char> {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    match (character.to_digit(10), raised) {
        (Some(digit), true) => RAISED.get(digit as usize).copied(),
        (Some(digit), false) => char::from_u32(0x2080 + digit),
        (None, _) if character == '−' => Some(if raised { '⁻' } else { '₋' }),
        _ => None,
    }
}

/// Width in units of the font size.
fn ems(character: char) -> f64 {
    let code = u32::from(character);
    let thousandths = match code {
        0x20..=0x7e => ASCII[(code - 0x20) as usize],
        0x300..=0x36f | 0x20d0..=0x20ff => 0,
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

fn run_width(run: &Run) -> f64 {
    let bold = if run.style == Style::Bold { 1.1 } else { 1.0 };
    run.text.chars().map(ems).sum::<f64>() * run.level.scale() * bold
}

/// The width of a label in px.
#[must_use]
pub(super) fn width(label: &str, size: f64) -> f64 {
    runs(label).iter().map(run_width).sum::<f64>() * size
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
        assert_eq!(shifted('⁷'), Some(('7', true)));
        assert_eq!(shifted('₃'), Some(('3', false)));
        assert_eq!(shifted('7'), None);
    }

    #[track_caller]
    fn check_plain(label: &str, expected: &str) {
        assert_eq!(plain(label), expected);
        // What is set and what is read have the same letters.
        let set: String = runs(label).into_iter().map(|run| run.text).collect();
        let bare = |text: &str| -> String {
            let plain = |c| shifted(c).map_or(c, |shifted| shifted.0);
            text.chars().map(plain).filter(|c| c.is_alphanumeric()).collect()
        };
        assert_eq!(bare(&set), bare(expected));
    }

    #[test]
    fn math_reads_as_plain_text() {
        check_plain(r"$\lambda_1$ and $\|w\|^2$", "λ₁ and ‖w‖²");
        check_plain("$x_{max}$, x_max", "x_max, x_max");
        check_plain("$p=n$", "p = n");
        check_plain(r"$-1<x\le\infty$", "−1 < x ≤ ∞");
        check_plain(r"$2\log n$, $\log(n)$", "2 log n, log(n)");
        check_plain("$10^{-3}$", "10⁻³");
        check_plain("$e^{-x^2/2}$", "e^(−x²/2)");
        check_plain(r"$\frac{\sigma^2}{n - p - 1}$", "σ²/(n − p − 1)");
        check_plain(r"$\frac1{\sqrt n}$, $\sqrt{a+b}$", "1/√n, √(a + b)");
        check_plain(r"$\hat\theta$, $\bar{x}_i$", "θ\u{302}, x\u{304}_i");
        check_plain(r"$\mathbb{E}[x]$ in $\mathbb R^d$", "𝔼[x] in ℝ^d");
        check_plain(r"$\mathrm{tr}(A)$, $f(x, y)$", "tr(A), f(x, y)");
        check_plain(r"$\lambda_{\max} \cdot 3 \times 4$", "λ_max · 3 × 4");
        check_plain("R² of x₁", "R² of x₁");
    }

    #[test]
    fn what_is_not_understood_is_shown_as_written() {
        check_plain("costs $5 and $6", "costs $5 and $6");
        check_plain("an open $x", "an open $x");
        check_plain(r"\$5, $$ and $ x $", "$5, $$ and $ x $");
        check_plain(r"$\foo{x} + 1$", r"\foo{x} + 1");
        check_plain("$x^$, ${a$, $a}$", "x^, {a, a}");
        check_plain(r"$\frac{a}$", r"\frac{a}");
        check_plain(r"$\sqrt$ $\hat$ $\mathbb{x}$", r"\sqrt \hat \mathbb{x}");
    }

    #[test]
    fn letters_are_italic_and_numbers_upright() {
        let run = |text: &str, style, level| Run { text: text.into(), style, level };
        let base = Level::default();
        assert_eq!(
            runs("a $2x_1$"),
            [
                run("a 2", Style::Upright, base),
                run("x", Style::Italic, base),
                run("1", Style::Upright, base.shifted(false)),
            ]
        );
        assert_eq!(runs("10⁻²")[1], run("−2", Style::Upright, base.shifted(true)));
    }

    #[test]
    fn no_line_breaks_within_math() {
        check("risky $a + b$ of it", 46.0, 3, &["risky", "$a + b$ of", "it"]);
        check("$a + b + c + d$", 40.0, 2, &["$a + b$…"]);
        let lines = wrap(r"$\alpha + \frac{a}{b} + c$ x", 10.0, 55.0, 1);
        assert_eq!(runs(&lines[0]).last().map(|run| &*run.text), Some("…"));
        assert!(!plain(&lines[0]).contains('$'));
    }

    #[test]
    fn what_a_cut_leaves_is_no_wider_than_its_room() {
        let label = r"\text-\frac$^\\$-²{{^\frac\mathbb^1111";
        for room in (0..300).map(f64::from).chain([167.924_111_260_799_18]) {
            for line in wrap(label, 10.0, room, 1) {
                assert!(width(&line, 10.0) <= f64::max(room, 20.0), "{line:?} in {room}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn any_label_is_set(
            label in r"([a-z1 ]|\$|\\|\{|\}|\^|_|\\frac|\\sqrt|\\hat|\\mathbb|\\text|²|=|-|,){0,40}",
            room in 0.0..300.0,
        ) {
            let lines = wrap(&label, 10.0, room, 3);
            proptest::prop_assert!(lines.len() <= 3);
            for line in &lines {
                proptest::prop_assert!(width(line, 10.0) <= f64::max(room, 20.0), "{line:?}");
            }
            if lines.iter().all(|line| !line.ends_with('…')) {
                let bare = |text: &str| text.replace(' ', "");
                proptest::prop_assert_eq!(bare(&plain(&lines.join(" "))), bare(&plain(&label)));
            }
        }
    }

    #[test]
    fn deep_groups_are_parsed_quickly() {
        for deep in ["{", "^{", r"\frac{", r"\sqrt", r"$\$", r"\hat{", "^"] {
            let label = format!("${}$", deep.repeat(3000));
            let _ = (plain(&label), wrap(&label, 10.0, 100.0, 2));
        }
    }
}
