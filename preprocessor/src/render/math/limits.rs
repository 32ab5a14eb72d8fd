//! What is refused before KaTeX sees a formula.
//!
//! KaTeX parses by recursion and expands macros without counting what they insert, so a formula can
//! ask for more stack or memory than there is; a few commands print to the terminal (our standard
//! output belongs to mdBook) or do nothing unless trusted. All of this shows in the text of the
//! formula: TeX as KaTeX reads it has no `\csname`, so a control word is always spelled out.
//!
//! The bounds, with the stack that katex-rs 0.3.0 needs for one level (release build, measured:
//! `\bf` 6 kB, `\sqrt` 9 kB, `\frac` 10 kB, `\begin{matrix}` 14 kB):
//! - without definitions, [`MAX_BYTES`] of `\bf` make 6,700 levels, 42 MB;
//! - with definitions, [`MAX_EXPANSIONS_WITH_DEFINITIONS`] insertions of a body no longer than
//!   [`MAX_BYTES_WITH_DEFINITIONS`] make 20,000 levels, 125 MB.
//!
//! Both fit [`STACK_BYTES`].

use super::Fault;

/// The longest formula, in bytes.
const MAX_BYTES: usize = 20_000;
/// The longest formula that defines macros, in bytes.
const MAX_BYTES_WITH_DEFINITIONS: usize = 1_000;
/// The deepest nesting of groups, `\left…\right` and environments.
const MAX_NESTING: usize = 100;
/// Macro expansions, the built-in macros' included, as in KaTeX's own default.
const MAX_EXPANSIONS: usize = 1_000;
/// The same for a formula that defines macros.
const MAX_EXPANSIONS_WITH_DEFINITIONS: usize = 60;
/// Stack of the thread that renders: address space, of which only what is touched is ever used.
pub(super) const STACK_BYTES: usize = 256 << 20;

/// Checks the formula `tex`; returns how many macro expansions it may use.
///
/// # Errors
/// The first thing that is over a limit or refused, with its place.
pub(super) fn check(tex: &str) -> Result<usize, Fault> {
    let too_long = |limit| {
        Err(Fault::whole(format!(
            "the formula is {} bytes long; at most {limit} are read",
            tex.len()
        )))
    };
    if tex.len() > MAX_BYTES {
        return too_long(MAX_BYTES);
    }
    if let Some(at) = tex.find(|c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        let code = tex[at..].chars().next().map_or(0, u32::from);
        return Err(Fault::at(at, format!("control character U+{code:04X} in a formula")));
    }
    let mut depth = 0_usize;
    let mut defines = false;
    for (at, token) in tokens(tex) {
        match token {
            "{" | r"\left" | r"\begin" | r"\bgroup" | r"\begingroup" => {
                depth += 1;
                if depth > MAX_NESTING {
                    return Err(Fault::at(at, format!("nested more than {MAX_NESTING} deep")));
                }
            }
            "}" | r"\right" | r"\end" | r"\egroup" | r"\endgroup" => {
                depth = depth.saturating_sub(1);
            }
            r"\def" | r"\gdef" | r"\newcommand" | r"\renewcommand" | r"\providecommand" => {
                defines = true;
                check_definition(tex, at, token)?;
            }
            _ => {
                if let Some(why) = refused(token, &tex[at + token.len()..]) {
                    return Err(Fault::at(at, format!("{token} is not allowed here: {why}")));
                }
            }
        }
    }
    if !defines {
        return Ok(MAX_EXPANSIONS);
    }
    if tex.len() > MAX_BYTES_WITH_DEFINITIONS {
        return too_long(MAX_BYTES_WITH_DEFINITIONS).map_err(|fault: Fault| {
            Fault::whole(format!("{} when it defines macros", fault.message))
        });
    }
    Ok(MAX_EXPANSIONS_WITH_DEFINITIONS)
}

/// Why the control word `token`, followed by `rest`, is not given to KaTeX; `None` if it is.
fn refused(token: &str, rest: &str) -> Option<&'static str> {
    match token {
        r"\href" | r"\url" => Some("write the link in markdown, around or beside the formula"),
        r"\htmlClass" | r"\htmlId" | r"\htmlStyle" | r"\htmlData" => {
            Some("a formula may not set HTML attributes")
        }
        r"\includegraphics" => Some("a formula may not load files"),
        r"\message" | r"\errmessage" | r"\show" => Some("it prints to the terminal of the build"),
        r"\edef" | r"\xdef" | r"\let" | r"\futurelet" | r"\expandafter" => {
            Some(r"of TeX's programming only \def and \newcommand without parameters are read")
        }
        // Such a verbatim text would end within what the tokens below take for a control sequence.
        r"\verb" if rest.trim_start_matches('*').starts_with('\\') => {
            Some("a backslash cannot delimit it")
        }
        _ => None,
    }
}

/// A definition must be `\def\name{…}` or `\newcommand{\name}{…}`: with parameters, a macro could
/// double its argument at each expansion (`\def\a#1{\a{#1#1}}`) and fill the memory well within any
/// sensible number of expansions.
fn check_definition(tex: &str, at: usize, definer: &str) -> Result<(), Fault> {
    let rest = tex[at + definer.len()..].trim_start();
    let (rest, braced) = match rest.strip_prefix('{') {
        Some(inner) => (inner.trim_start(), true),
        None => (rest, false),
    };
    let name = rest.starts_with('\\').then(|| control_sequence(rest));
    let after = name.and_then(|name| {
        let after = rest[name.len()..].trim_start();
        if braced { after.strip_prefix('}').map(str::trim_start) } else { Some(after) }
    });
    match after {
        Some(after) if after.starts_with('{') => Ok(()),
        _ => Err(Fault::at(
            at,
            format!(
                r"in a formula, {definer} is read only as {definer}\name{{…}}, without parameters"
            ),
        )),
    }
}

/// The control sequences and braces of `tex`, with their byte offsets.
fn tokens(tex: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + tex[at..].find(['\\', '{', '}'])?;
        let token = match tex[start..].strip_prefix('\\') {
            Some(_) => control_sequence(&tex[start..]),
            None => &tex[start..=start],
        };
        at = start + token.len();
        Some((start, token))
    })
}

/// The control sequence at the start of `tex`, which begins with a backslash: that and all letters
/// and `@` that follow, or that and one other character.
fn control_sequence(tex: &str) -> &str {
    let word =
        tex[1..].find(|c: char| !c.is_ascii_alphabetic() && c != '@').unwrap_or(tex.len() - 1);
    let length = if word > 0 { word } else { tex[1..].chars().next().map_or(0, char::len_utf8) };
    &tex[..=length]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refuses(tex: &str, offset: Option<usize>, message: &str) {
        let fault = check(tex).expect_err(tex);
        assert_eq!(fault.offset, offset, "{tex}: {}", fault.message);
        assert!(fault.message.contains(message), "{tex}: {}", fault.message);
    }

    #[track_caller]
    fn accepts(tex: &str, expansions: usize) {
        assert_eq!(check(tex), Ok(expansions), "{tex}");
    }

    #[test]
    fn ordinary_formulas_pass() {
        accepts("", MAX_EXPANSIONS);
        accepts(r"\\def \left(x\right) \{ \} \| \é \", MAX_EXPANSIONS);
        accepts(&"{x}".repeat(1000), MAX_EXPANSIONS);
        accepts(r"\definecolor \letter \show@", MAX_EXPANSIONS);
    }

    #[test]
    fn size_and_nesting_are_bounded() {
        refuses(&"x".repeat(MAX_BYTES + 1), None, "20001 bytes");
        accepts(&"{".repeat(MAX_NESTING), MAX_EXPANSIONS);
        refuses(&"{".repeat(MAX_NESTING + 1), Some(100), "100 deep");
        refuses(&r"\left(".repeat(101), Some(600), "100 deep");
        refuses(&r"\begin{a}".repeat(101), Some(897), "100 deep");
        refuses("a\u{1}", Some(1), "U+0001");
    }

    #[test]
    fn commands_are_refused_where_they_stand() {
        refuses(r"é\href{javascript:alert(1)}{x}", Some(2), r"\href");
        refuses(r"\text{\message{x}}", Some(6), "terminal");
        refuses(r"\verb|\\|\show x", Some(9), "terminal");
        refuses(r"\verb\a\\show x", Some(0), "backslash");
        refuses(r"\expandafter\a", Some(0), "programming");
    }

    #[test]
    fn definitions_have_no_parameters() {
        accepts(r"\def\R{\mathbb R} \R", MAX_EXPANSIONS_WITH_DEFINITIONS);
        accepts(r"\newcommand { \R } {x}\gdef \x {y}", MAX_EXPANSIONS_WITH_DEFINITIONS);
        refuses(r"\def\a#1{\a{#1#1}}", Some(0), "without parameters");
        refuses(r"\newcommand{\a}[1]{#1}", Some(0), "without parameters");
        refuses(r"\newcommand\b{\def\a}\b#1{}", Some(14), "without parameters");
        refuses(r"\def", Some(0), "without parameters");
        refuses(&format!(r"\def\R{{x}}{}", "x".repeat(1000)), None, "when it defines macros");
    }
}
