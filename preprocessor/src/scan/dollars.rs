//! Which dollars delimit formulas.

/// The next `$$` in `from..end` that no backslash escapes.
fn next_dollars(bytes: &[u8], from: usize, end: usize) -> Option<usize> {
    let mut at = from;
    while at + 1 < end {
        match bytes[at] {
            b'\\' => at += 1,
            b'$' if bytes[at + 1] == b'$' => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// The next `$$` in `from..end`, a part of one line, that is not in inline code.
pub(super) fn next_outside_code(bytes: &[u8], from: usize, end: usize) -> Option<usize> {
    let mut at = from;
    while at + 1 < end {
        match bytes[at] {
            b'\\' => at += 2,
            b'`' => at = after_code(bytes, at, end),
            b'$' if bytes[at + 1] == b'$' => return Some(at),
            _ => at += 1,
        }
    }
    None
}

/// What stands between `from` and the next `$$`, or the end of `line`.
pub(super) fn up_to_next(line: &[u8], from: usize) -> &[u8] {
    &line[from..next_dollars(line, from, line.len()).unwrap_or(line.len())]
}

/// The next `$$` that may close a formula: anywhere if it is `tex`, else not in code.
pub(super) fn next_closing(bytes: &[u8], from: usize, end: usize, tex: bool) -> Option<usize> {
    if tex { next_dollars(bytes, from, end) } else { next_outside_code(bytes, from, end) }
}

/// What follows the inline code, or only the backticks, at `at`.
fn after_code(bytes: &[u8], at: usize, end: usize) -> usize {
    let run = |at: usize| bytes[at..end].iter().take_while(|byte| **byte == b'`').count();
    let opening = at + run(at);
    let mut close = opening;
    while let Some(offset) = bytes[close..end].iter().position(|byte| *byte == b'`') {
        let length = run(close + offset);
        close += offset + length;
        if length == opening - at {
            return close;
        }
    }
    opening
}

/// Whether what follows a `$$` can hardly be anything but TeX: a command, an exponent,
/// a braced index. (In prose, `$$` is a shell's process id or a Makefile's dollar.)
pub(super) fn looks_like_tex(rest: &[u8]) -> bool {
    rest.contains(&b'^')
        || rest
            .windows(2)
            .any(|pair| pair[0] == b'\\' && pair[1].is_ascii_alphabetic() || pair == b"_{")
}

/// What stands between dollars on one line of text or several, and around them.
#[derive(Clone, Copy)]
pub(super) struct Between<'a> {
    /// The text up to the first dollar.
    pub(super) before: &'a str,
    pub(super) inner: &'a str,
    /// The text from behind the last dollar.
    pub(super) after: &'a str,
    /// Whether the dollars are double.
    pub(super) display: bool,
}

/// What no prose has and almost any formula.
const TEX: [char; 5] = ['\\', '^', '{', '}', '='];

/// Whether the dollars are no formula's though pulldown-cmark pairs them.
/// - `$("y").hide … $` calls jQuery: a parenthesis and a quote open it, and no other closes it;
/// - `"$PATH" … "$HOME"` stands in quotes: one of them is open, and there is no command inside;
/// - `$file, $HOME/x$` has a third dollar inside, and no command.
///
/// TeX inside (a command, `^`, braces, `=`) makes anything else a formula; without it
/// - `$5-$10`, `($5)/($6)` is money: digits open it, perhaps behind a sign, and follow it;
/// - `US$3 to US$` is money: a letter stands before and digits open more than one word;
/// - `a$b$c` is a name: there are letters on both sides of both dollars (not so in `H$_2$O`);
/// - `$HOME/bin:$PATH` is a shell's: two capitals or more open it and follow it;
/// - `$(pwd)/$(file)` is a shell's: a word in parentheses opens it, and words or another follow;
/// - ``$HOME, and `$PATH` `` reaches into inline code: a backtick in it is unpaired;
/// - `the $$ of a shell and the $$ of make` is prose: words, and more around it.
pub(super) fn is_plain(between: Between<'_>) -> bool {
    let Between { before, inner, after, display } = between;
    let calls = (inner.starts_with("(\"") || inner.starts_with("('")) && !inner.ends_with(')');
    let third = inner.contains('$') && !inner.contains('\\');
    if calls || third || has_open_quote(before, inner) {
        return true;
    }
    !inner.contains(TEX)
        && (is_money(before, inner, after)
            || is_name(before, inner, after)
            || is_variable(inner) && is_variable(after)
            || is_command(inner, after)
            || has_unpaired_backtick(inner)
            || display && is_prose(inner) && !stands_alone(before, after))
}

fn letter(letter: char) -> bool {
    letter.is_ascii_alphabetic()
}

fn is_money(before: &str, inner: &str, after: &str) -> bool {
    let digit = |text: &str| text.starts_with(|first: char| first.is_ascii_digit());
    let unsigned = inner.strip_prefix(['-', '+', '−', '~', '.']).unwrap_or(inner);
    digit(unsigned) && digit(after)
        || before.ends_with(letter) && digit(inner) && inner.contains(char::is_whitespace)
}

fn is_name(before: &str, inner: &str, after: &str) -> bool {
    let apart = before.ends_with(letter) && after.starts_with(letter);
    apart && inner.starts_with(letter) && inner.ends_with(letter)
}

/// Whether `text` begins with a shell variable's name, two capitals or more.
fn is_variable(text: &str) -> bool {
    text.len() >= 2 && text.bytes().take(2).all(|byte| byte.is_ascii_uppercase())
}

/// Whether `(word)` opens `inner`, and then comes what follows a command rather than a factor.
fn is_command(inner: &str, after: &str) -> bool {
    let word = |letter: char| letter.is_ascii_alphabetic() || matches!(letter, '-' | '_');
    let Some((name, rest)) = inner.strip_prefix('(').and_then(|rest| rest.split_once(')')) else {
        return false;
    };
    let another = after.starts_with('{')
        || after.strip_prefix('(').is_some_and(|after| after.starts_with(letter))
        || is_variable(after)
        || rest.ends_with(['/', ':']);
    name.len() > 1 && name.chars().all(word) && (another || is_prose(rest))
}

/// Whether a quote is open inside that was opened there, or directly before the dollar.
fn has_open_quote(before: &str, inner: &str) -> bool {
    let quotes = inner.matches('"').count();
    !inner.contains('\\') && (quotes % 2 == 1 || quotes > 0 && before.ends_with('"'))
}

/// Whether `text` holds words with white space around and nothing that a formula needs: no
/// digit, no operator, no letter alone (but "a" and "I", next to two words).
fn is_prose(text: &str) -> bool {
    let trim = |word| str::trim_matches(word, ['.', ',', ';', ':', '?', '!', '(', ')', '"', '\'']);
    let words = || text.split_whitespace().map(trim).filter(|word| !word.is_empty());
    let mark = |letter: char| matches!(letter, '-' | '\'' | '’');
    let is_word = |word: &str| {
        word.chars().filter(|letter| letter.is_alphabetic()).count() > 1
            && word.chars().all(|letter| letter.is_alphabetic() || mark(letter))
    };
    let long = words().filter(|word| is_word(word)).count();
    let short = words().any(|word| matches!(word, "a" | "I"));
    let apart = text.contains(char::is_whitespace) || text.starts_with('(');
    apart
        && long > usize::from(short)
        && words().all(|word| is_word(word) || matches!(word, "a" | "I"))
}

/// Whether nothing but white space is on the line, or in the cell of a table, around a formula.
fn stands_alone(before: &str, after: &str) -> bool {
    let (before, after) =
        (before.trim_end_matches([' ', '\t']), after.trim_start_matches([' ', '\t', '\r']));
    (before.is_empty() || before.ends_with(['\n', '|']))
        && (after.is_empty() || after.starts_with(['\n', '|']))
}

fn has_unpaired_backtick(text: &str) -> bool {
    let runs = text.split(|letter| letter != '`').filter(|run| !run.is_empty()).count();
    runs % 2 == 1
}
