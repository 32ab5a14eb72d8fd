//! Braces around arguments of one token, where katex-rs needs them.
//!
//! katex-rs 0.3.0 sets the room for the root sign (`\sqrt p`) and for the ends of an arrow
//! (`\xrightarrow f`) as the style of the argument's span, and forgets it where the argument is a
//! single symbol, which has none: the sign is then drawn over the symbol. `\sqrt{p}` is the same TeX
//! and comes out right.

/// TeX with braces put in, and the way back to the TeX that the author wrote.
pub(super) struct Braced {
    /// The TeX to render.
    pub(super) tex: String,
    /// Where braces were put into it, ascending.
    inserted: Vec<usize>,
}

impl Braced {
    /// Puts braces around each lone token that is the argument of a root or of an arrow.
    pub(super) fn new(tex: &str) -> Self {
        let mut braced = Self { tex: String::with_capacity(tex.len() + 8), inserted: Vec::new() };
        let mut rest = tex;
        while let Some(at) = rest.find('\\') {
            let command = token(&rest[at..]);
            let mut end = at + command;
            braced.tex.push_str(&rest[..end]);
            if takes_an_argument(&rest[at..end]) {
                let optional = spaces(&rest[end..]) + option(rest[end..].trim_start());
                let argument = end + optional + spaces(&rest[end + optional..]);
                if is_lone(&rest[argument..]) {
                    let length = token(&rest[argument..]);
                    braced.tex.push_str(&rest[end..argument]);
                    braced.brace('{');
                    braced.tex.push_str(&rest[argument..argument + length]);
                    braced.brace('}');
                    end = argument + length;
                }
            }
            rest = &rest[end..];
        }
        braced.tex.push_str(rest);
        braced
    }

    /// The byte of the author's TeX for a byte of the braced TeX.
    pub(super) fn source_offset(&self, offset: usize) -> usize {
        offset - self.inserted.partition_point(|&inserted| inserted < offset)
    }

    fn brace(&mut self, brace: char) {
        self.inserted.push(self.tex.len());
        self.tex.push(brace);
    }
}

fn takes_an_argument(command: &str) -> bool {
    command == "\\sqrt"
        || (command.starts_with("\\x")
            && ["arrow", "harpoonup", "harpoondown", "harpoons", "mapsto", "equal", "tofrom"]
                .iter()
                .any(|end| command.ends_with(end)))
}

/// Whether the argument is a token that can be one without braces.
fn is_lone(text: &str) -> bool {
    text.chars().next().is_some_and(|first| !"{}[]%&$#^_~'".contains(first))
        && !text.starts_with("\\begin")
        && !text.starts_with("\\\\")
}

/// Length of the token that a text begins with: a control word, a control symbol, a character.
fn token(text: &str) -> usize {
    let mut letters = text.chars();
    let first = letters.next().map_or(0, char::len_utf8);
    if first == 0 || !text.starts_with('\\') {
        return first;
    }
    let word = text[1..].bytes().take_while(u8::is_ascii_alphabetic).count();
    if word > 0 { 1 + word } else { first + letters.next().map_or(0, char::len_utf8) }
}

fn spaces(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// Length of the `[…]` that a text begins with, with the spaces before it counted by the caller.
fn option(text: &str) -> usize {
    let mut depth = 0_usize;
    if !text.starts_with('[') {
        return 0;
    }
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ']' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(tex: &str, expected: &str) {
        let braced = Braced::new(tex);
        assert_eq!(braced.tex, expected);
        // Every byte that is not one of the new braces leads back to itself.
        let kept = |at: &usize| !braced.inserted.contains(at);
        for at in (0..braced.tex.len()).filter(kept) {
            assert_eq!(braced.tex.as_bytes()[at], tex.as_bytes()[braced.source_offset(at)]);
        }
    }

    #[test]
    fn lone_tokens_get_braces() {
        check(r"\tfrac{1}{\sqrt p} + \sqrt2", r"\tfrac{1}{\sqrt {p}} + \sqrt{2}");
        check(r"\sqrt\pi x", r"\sqrt{\pi} x");
        check(r"\sqrt[3] n", r"\sqrt[3] {n}");
        check(r"\sqrt é", r"\sqrt {é}");
        check(r"A \xrightarrow f B", r"A \xrightarrow {f} B");
    }

    #[test]
    fn everything_else_stays() {
        for tex in [
            r"\sqrt{p}",
            r"\sqrt[n]{p}",
            r"\sqrt",
            r"\sqrt }",
            r"\sqrt\begin{matrix}\end{matrix}",
            r"\xi x",
            r"\sqrtp",
            r"a \\ b",
            r"\",
            r"\sqrt[",
            "",
            r"\sqrt % c",
            "é",
        ] {
            check(tex, tex);
        }
    }
}
