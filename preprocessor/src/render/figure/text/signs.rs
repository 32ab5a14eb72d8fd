//! The signs that math knows by their TeX names.

use super::math::Class;
use super::math::Class::Binary;
use super::math::Class::Close;
use super::math::Class::Letter;
use super::math::Class::Open;
use super::math::Class::Ordinary;
use super::math::Class::Punctuation;
use super::math::Class::Relation;

/// Names, what they stand for, and how that behaves among its neighbours.
const SIGNS: [(&str, &str, Class); 127] = [
    ("alpha", "α", Letter),
    ("beta", "β", Letter),
    ("gamma", "γ", Letter),
    ("delta", "δ", Letter),
    ("epsilon", "ϵ", Letter),
    ("varepsilon", "ε", Letter),
    ("zeta", "ζ", Letter),
    ("eta", "η", Letter),
    ("theta", "θ", Letter),
    ("vartheta", "ϑ", Letter),
    ("iota", "ι", Letter),
    ("kappa", "κ", Letter),
    ("lambda", "λ", Letter),
    ("mu", "μ", Letter),
    ("nu", "ν", Letter),
    ("xi", "ξ", Letter),
    ("pi", "π", Letter),
    ("rho", "ρ", Letter),
    ("sigma", "σ", Letter),
    ("tau", "τ", Letter),
    ("upsilon", "υ", Letter),
    ("phi", "ϕ", Letter),
    ("varphi", "φ", Letter),
    ("chi", "χ", Letter),
    ("psi", "ψ", Letter),
    ("omega", "ω", Letter),
    ("ell", "ℓ", Letter),
    ("Gamma", "Γ", Ordinary),
    ("Delta", "Δ", Ordinary),
    ("Theta", "Θ", Ordinary),
    ("Lambda", "Λ", Ordinary),
    ("Xi", "Ξ", Ordinary),
    ("Pi", "Π", Ordinary),
    ("Sigma", "Σ", Ordinary),
    ("Upsilon", "Υ", Ordinary),
    ("Phi", "Φ", Ordinary),
    ("Psi", "Ψ", Ordinary),
    ("Omega", "Ω", Ordinary),
    ("infty", "∞", Ordinary),
    ("partial", "∂", Ordinary),
    ("nabla", "∇", Ordinary),
    ("sum", "∑", Ordinary),
    ("prod", "∏", Ordinary),
    ("int", "∫", Ordinary),
    ("forall", "∀", Ordinary),
    ("exists", "∃", Ordinary),
    ("emptyset", "∅", Ordinary),
    ("varnothing", "∅", Ordinary),
    ("hbar", "ℏ", Ordinary),
    ("Re", "ℜ", Ordinary),
    ("top", "⊤", Ordinary),
    ("intercal", "⊺", Ordinary),
    ("bot", "⊥", Ordinary),
    ("prime", "′", Ordinary),
    ("dagger", "†", Ordinary),
    ("circ", "∘", Ordinary),
    ("degree", "°", Ordinary),
    ("ast", "∗", Ordinary),
    ("star", "⋆", Ordinary),
    ("ldots", "…", Ordinary),
    ("dots", "…", Ordinary),
    ("cdots", "⋯", Ordinary),
    ("|", "‖", Ordinary),
    ("Vert", "‖", Ordinary),
    ("vert", "|", Ordinary),
    ("lVert", "‖", Open),
    ("rVert", "‖", Close),
    ("lvert", "|", Open),
    ("rvert", "|", Close),
    ("langle", "⟨", Open),
    ("rangle", "⟩", Close),
    ("lceil", "⌈", Open),
    ("rceil", "⌉", Close),
    ("lfloor", "⌊", Open),
    ("rfloor", "⌋", Close),
    ("{", "{", Open),
    ("}", "}", Close),
    ("lbrace", "{", Open),
    ("rbrace", "}", Close),
    ("$", "$", Ordinary),
    ("%", "%", Ordinary),
    ("&", "&", Ordinary),
    ("#", "#", Ordinary),
    ("_", "_", Ordinary),
    ("le", "≤", Relation),
    ("leq", "≤", Relation),
    ("ge", "≥", Relation),
    ("geq", "≥", Relation),
    ("ne", "≠", Relation),
    ("neq", "≠", Relation),
    ("ll", "≪", Relation),
    ("gg", "≫", Relation),
    ("lesssim", "≲", Relation),
    ("gtrsim", "≳", Relation),
    ("approx", "≈", Relation),
    ("sim", "∼", Relation),
    ("simeq", "≃", Relation),
    ("cong", "≅", Relation),
    ("equiv", "≡", Relation),
    ("propto", "∝", Relation),
    ("in", "∈", Relation),
    ("notin", "∉", Relation),
    ("subset", "⊂", Relation),
    ("subseteq", "⊆", Relation),
    ("to", "→", Relation),
    ("rightarrow", "→", Relation),
    ("leftarrow", "←", Relation),
    ("gets", "←", Relation),
    ("leftrightarrow", "↔", Relation),
    ("Rightarrow", "⇒", Relation),
    ("Leftrightarrow", "⇔", Relation),
    ("mapsto", "↦", Relation),
    ("mid", "|", Relation),
    ("parallel", "∥", Relation),
    ("perp", "⊥", Relation),
    ("times", "×", Binary),
    ("cdot", "·", Binary),
    ("pm", "±", Binary),
    ("mp", "∓", Binary),
    ("div", "÷", Binary),
    ("oplus", "⊕", Binary),
    ("otimes", "⊗", Binary),
    ("odot", "⊙", Binary),
    ("cup", "∪", Binary),
    ("cap", "∩", Binary),
    ("setminus", "∖", Binary),
    ("colon", ":", Punctuation),
];

/// Names of functions, which are set upright.
const FUNCTIONS: [&str; 27] = [
    "arccos", "arcsin", "arctan", "arg", "argmax", "argmin", "cos", "cosh", "deg", "det", "dim",
    "exp", "gcd", "inf", "ker", "lim", "ln", "log", "max", "min", "rank", "sgn", "sin", "sinh",
    "sup", "tan", "tanh",
];

/// The sign of a name.
pub(super) fn sign(name: &str) -> Option<(&'static str, Class)> {
    if let Some(function) = FUNCTIONS.iter().find(|function| **function == name) {
        return Some((function, Class::Function));
    }
    SIGNS.iter().find(|sign| sign.0 == name).map(|&(_, sign, class)| (sign, class))
}

/// The TeX name of a sign, without its backslash: of several the first.
pub(crate) fn tex_name(character: char) -> Option<&'static str> {
    let mut buffer = [0; 4];
    let text: &str = character.encode_utf8(&mut buffer);
    SIGNS.iter().find(|sign| sign.1 == text).map(|sign| sign.0)
}

/// What is put above a letter.
pub(super) fn accent(name: &str) -> Option<char> {
    Some(match name {
        "hat" | "widehat" => '\u{302}',
        "bar" | "overline" => '\u{304}',
        "tilde" | "widetilde" => '\u{303}',
        "dot" => '\u{307}',
        "ddot" => '\u{308}',
        "vec" => '\u{20d7}',
        _ => return None,
    })
}

/// A letter with a double stroke: the reals, an expectation.
pub(super) fn double_struck(letter: char) -> Option<char> {
    Some(match letter {
        'C' => 'ℂ',
        'H' => 'ℍ',
        'N' => 'ℕ',
        'P' => 'ℙ',
        'Q' => 'ℚ',
        'R' => 'ℝ',
        'Z' => 'ℤ',
        '1' => '𝟙',
        'A'..='Z' => char::from_u32(0x1d538 + u32::from(letter) - u32::from('A'))?,
        _ => return None,
    })
}

/// A script letter, if common fonts have it.
pub(super) fn script(letter: char) -> Option<char> {
    Some(match letter {
        'B' => 'ℬ',
        'E' => 'ℰ',
        'F' => 'ℱ',
        'H' => 'ℋ',
        'I' => 'ℐ',
        'L' => 'ℒ',
        'M' => 'ℳ',
        'R' => 'ℛ',
        _ => return None,
    })
}
