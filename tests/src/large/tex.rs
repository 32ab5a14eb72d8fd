//! Formulas in the lengths that the course has them: half are a symbol or two, one in thirty is displayed over
//! a line or more. Most are different from all others.

/// A stream of random numbers (splitmix64: Steele, Lea and Flood, Fast splittable pseudorandom number
/// generators, 2014).
#[derive(Clone, Debug)]
pub(super) struct Random(pub(super) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    /// One of these.
    pub(super) fn of<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

const LETTERS: [&str; 34] = [
    "x", "y", "z", "w", "u", "v", "f", "g", "h", "n", "p", "d", "m", "k", "t", "s", "X", "A", "W",
    "R", "L", "H", "r", "b", "\\alpha", "\\beta", "\\gamma", "\\lambda", "\\sigma", "\\theta",
    "\\varphi", "\\mu", "\\kappa", "\\eta",
];
const ACCENTS: [&str; 6] = ["\\hat", "\\bar", "\\tilde", "\\mathbf", "\\widehat", "\\mathcal"];
const RELATIONS: [&str; 8] = ["=", "\\le", "\\ge", "<", ">", "\\approx", "\\ne", "\\sim"];
const OPERATIONS: [&str; 5] = ["+", "-", "\\cdot ", "\\otimes ", "\\pm "];

/// A formula in a line.
pub(super) fn inline(random: &mut Random) -> String {
    match random.below(20) {
        0..=3 => symbol(random),
        4..=7 => format!("{}={}", random.of(&LETTERS), random.below(2000)),
        8..=9 => format!("{}^{{{}}}", symbol(random), 2 + random.below(4)),
        10..=12 => relation(random, symbol),
        13..=14 => {
            let (a, n) = (symbol(random), random.of(&LETTERS));
            format!("{a}\\in\\mathbb R^{{{n}\\times {}}}", random.below(500))
        }
        15..=17 => relation(random, term),
        _ => {
            let sum = format!("{}{}{}", term(random), random.of(&OPERATIONS), term(random));
            format!("{}{} {sum}", term(random), random.of(&RELATIONS))
        }
    }
}

/// A formula on lines of its own.
pub(super) fn display(random: &mut Random) -> String {
    match random.below(4) {
        0 => format!(
            "{}=\\begin{{cases}}{},&{},\\\\[2mm]{},&{}\\end{{cases}}",
            symbol(random),
            term(random),
            relation(random, symbol),
            term(random),
            relation(random, symbol)
        ),
        1 => format!(
            "\\begin{{aligned}}{}&={}\\\\&\\le {}+{}\\end{{aligned}}",
            term(random),
            term(random),
            term(random),
            term(random)
        ),
        _ => format!(
            "{}={}+{}\\qquad\\text{{for }}{}",
            term(random),
            term(random),
            term(random),
            relation(random, symbol)
        ),
    }
}

fn symbol(random: &mut Random) -> String {
    let letter = *random.of(&LETTERS);
    let letter = match random.below(4) {
        0 => format!("{}{{{letter}}}", random.of(&ACCENTS)),
        _ => letter.to_owned(),
    };
    match random.below(4) {
        0 => letter,
        1 => format!("{letter}_{}", random.of(&["i", "j", "k", "t"])),
        2 => format!("{letter}_{{{}}}", random.below(400)),
        _ => format!("{letter}_{{{},{}}}", random.of(&["i", "j", "k", "t"]), random.below(40)),
    }
}

fn relation(random: &mut Random, side: impl Fn(&mut Random) -> String) -> String {
    format!("{}{} {}", side(random), random.of(&RELATIONS), side(random))
}

fn term(random: &mut Random) -> String {
    let (a, b) = (symbol(random), symbol(random));
    match random.below(10) {
        0 => format!("\\frac{{{a}}}{{{b}}}"),
        1 => format!("\\lVert {a}-{b}\\rVert^2"),
        2 => format!("\\mathbb E\\big[{a}\\mid {b}\\big]"),
        3 => format!("\\sum_{{i=1}}^{{{}}}{a}", random.below(900)),
        4 => format!("\\sqrt{{{a}+{b}}}"),
        5 => format!("\\operatorname{{tr}}({a}^\\top {b})^{{-1}}"),
        6 => format!("\\log\\frac{{{a}}}{{1-{b}}}"),
        7 => format!("\\int_0^\\infty {a}\\,e^{{-{b}/2}}\\,ds"),
        8 => format!("\\Big(1-\\dfrac{{{a}}}{{{b}}}\\Big)"),
        _ => format!("\\max_{{{a}}}{b}"),
    }
}
