//! Labels and captions as LaTeX: math stays, everything else is escaped, and signs of Unicode become
//! the commands that pdfLaTeX knows.

use crate::render::figure::segments;
use crate::render::figure::shifted;
use crate::render::figure::tex_name;

/// A text with `$…$` as LaTeX. Its math needs `amsmath` and `amssymb`.
pub(super) fn latex(text: &str) -> String {
    let segment = |(text, math): (String, bool)| match math {
        true => format!("${}$", convert(&text, true)),
        false => convert(&text.replace("\\$", "$"), false),
    };
    segments(text).into_iter().map(segment).collect()
}

/// Converts character by character; raised and lowered ones together, since two of them in a row are an
/// error.
fn convert(text: &str, math: bool) -> String {
    let mut out = String::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let Some((sign, raised)) = shifted(character) else {
            out.push_str(&if math { in_math(character) } else { in_text(character) });
            continue;
        };
        let mut group = in_math(sign);
        while let Some((sign, _)) =
            characters.peek().copied().and_then(shifted).filter(|next| next.1 == raised)
        {
            group.push_str(&in_math(sign));
            characters.next();
        }
        let script = format!("{}{{{group}}}", if raised { '^' } else { '_' });
        // In text, a formula of its own.
        out.push_str(&if math { script } else { format!("${script}$") });
    }
    out
}

fn in_math(character: char) -> String {
    match character {
        _ if character.is_ascii() => character.into(),
        '−' => "-".into(),
        '°' => "^{\\circ}".into(),
        '√' => "\\surd ".into(),
        '\u{a0}' | '\u{2009}' | '\u{202f}' => "\\,".into(),
        _ => match tex_name(character) {
            Some(name) if name.chars().all(|c| c.is_ascii_alphabetic()) => format!("\\{name} "),
            Some(name) => format!("\\{name}"),
            None => character.into(),
        },
    }
}

fn in_text(character: char) -> String {
    match character {
        '&' | '%' | '#' | '_' | '$' => format!("\\{character}"),
        // BibTeX counts braces, also those behind a backslash.
        '{' => "\\textbraceleft{}".into(),
        '}' => "\\textbraceright{}".into(),
        '\\' => "\\textbackslash{}".into(),
        '~' => "\\textasciitilde{}".into(),
        '^' => "\\textasciicircum{}".into(),
        '<' | '>' | '|' => format!("${character}$"),
        '"' => "''".into(),
        '\n' | '\r' | '\t' => " ".into(),
        '–' => "--".into(),
        '—' => "---".into(),
        '‘' => "`".into(),
        '’' => "'".into(),
        '“' => "``".into(),
        '”' => "''".into(),
        '…' => "\\dots{}".into(),
        '\u{a0}' => "~".into(),
        '\u{2009}' | '\u{202f}' => "\\,".into(),
        '−' | '√' | '°' => format!("${}$", in_math(character).trim_end()),
        _ if !character.is_ascii() && tex_name(character).is_some() => {
            format!("${}$", in_math(character).trim_end())
        }
        _ => character.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(latex(text), expected);
    }

    #[test]
    fn text_is_escaped() {
        check("10–90 % of them", "10--90 \\% of them");
        check(
            "a_b {x} C# ~ ^ \\ & \\$5",
            "a\\_b \\textbraceleft{}x\\textbraceright{} C\\# \\textasciitilde{} \\textasciicircum{} \\textbackslash{} \\& \\$5",
        );
        check("p < n | “so”", "p $<$ n $|$ ``so''");
        check("naïve\nÅngström", "naïve Ångström");
    }

    #[test]
    fn math_stays_and_signs_get_their_names() {
        check("the norm $\\|w\\|_2^2$ at $p=n$", "the norm $\\|w\\|_2^2$ at $p=n$");
        check("$σ²(1 − λ)$ and λ ≤ −1", "$\\sigma ^{2}(1 - \\lambda )$ and $\\lambda$ $\\le$ $-$1");
        check("1.5 × 10⁻¹² m", "1.5 $\\times$ 10$^{-12}$ m");
        check("$x₁₀$", "$x_{10}$");
        check("$5 and $6", "\\$5 and \\$6");
    }
}
