//! Token streams: what of them is hashed, which names they mention and which paths they hold.

use std::collections::BTreeSet;

use proc_macro2::Delimiter;
use proc_macro2::Group;
use proc_macro2::Punct;
use proc_macro2::Spacing;
use proc_macro2::Span;
use proc_macro2::TokenStream;
use proc_macro2::TokenTree;

/// Two punctuation characters that mean something else when nothing stands between them. Other
/// neighbours (`,-`) are told apart by formatting alone.
const OPERATORS: [&str; 22] = [
    "::", "->", "=>", "==", "!=", "<=", ">=", "&&", "||", "+=", "-=", "*=", "/=", "%=", "^=", "&=",
    "|=", "<<", ">>", "..", ".=", "<-",
];

/// Words before `(…)` that do not make it a list of arguments.
const KEYWORDS: [&str; 22] = [
    "as", "async", "await", "box", "break", "const", "continue", "do", "dyn", "else", "for", "if",
    "impl", "in", "let", "loop", "match", "mut", "ref", "return", "where", "while",
];

/// The stream without documentation. Inside the arguments of a macro everything stays, since a
/// macro may read it.
pub(super) fn without_docs(stream: TokenStream) -> TokenStream {
    let trees: Vec<TokenTree> = stream.into_iter().collect();
    let mut kept = Vec::new();
    let mut at = 0;
    while at < trees.len() {
        if let Some(length) = doc(&trees[at..]) {
            at += length;
            continue;
        }
        kept.push(match &trees[at] {
            TokenTree::Group(group) if !is_arguments(&trees, at) => {
                let mut inner = Group::new(group.delimiter(), without_docs(group.stream()));
                inner.set_span(group.span());
                TokenTree::Group(inner)
            }
            tree => tree.clone(),
        });
        at += 1;
    }
    kept.into_iter().collect()
}

/// Number of tokens of the documentation that opens these tokens.
fn doc(trees: &[TokenTree]) -> Option<usize> {
    let bang = usize::from(is_punct(trees.get(1), '!'));
    match trees.get(1 + bang) {
        Some(TokenTree::Group(group)) if is_punct(trees.first(), '#') => {
            let first = group.stream().into_iter().next();
            (group.delimiter() == Delimiter::Bracket
                && matches!(first, Some(TokenTree::Ident(ident)) if ident == "doc"))
            .then_some(2 + bang)
        }
        _ => None,
    }
}

/// Writes the stream so that different streams are written differently: every token with its kind
/// and length. Positions, and what rustfmt may add or remove between tokens, are not written.
pub(super) fn encode(stream: TokenStream, out: &mut Vec<u8>) {
    encode_list(stream, false, false, out);
}

/// `opaque`: within a macro's arguments or an attribute, where a comma is a token like any other.
fn encode_list(stream: TokenStream, opaque: bool, trailing: bool, out: &mut Vec<u8>) {
    let trees: Vec<TokenTree> = stream.into_iter().collect();
    for (at, tree) in trees.iter().enumerate() {
        let next = trees.get(at + 1);
        match tree {
            TokenTree::Punct(punct) => {
                let idle = punct.as_char() == ','
                    && !opaque
                    && (is_punct(next, '>') || (trailing && next.is_none()));
                if !idle {
                    out.push(if is_joint(punct, next) { b'J' } else { b'P' });
                    text(&punct.as_char().to_string(), out);
                }
            }
            TokenTree::Ident(ident) => {
                out.push(b'I');
                text(&ident.to_string(), out);
            }
            TokenTree::Literal(literal) => {
                out.push(b'L');
                text(&literal.to_string(), out);
            }
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => (b'(', b')'),
                    Delimiter::Brace => (b'{', b'}'),
                    Delimiter::Bracket => (b'[', b']'),
                    Delimiter::None => (b'<', b'>'),
                };
                let opaque = opaque || is_arguments(&trees, at) || is_attribute(&trees, at);
                out.push(open);
                encode_list(group.stream(), opaque, comma_is_idle(&trees, at, group), out);
                out.push(close);
            }
        }
    }
}

/// A string with its length before it.
pub(super) fn text(text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(&(text.len() as u64).to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

fn is_joint(punct: &Punct, next: Option<&TokenTree>) -> bool {
    match next {
        Some(TokenTree::Punct(next)) if punct.spacing() == Spacing::Joint => {
            OPERATORS.contains(&format!("{}{}", punct.as_char(), next.as_char()).as_str())
        }
        _ => false,
    }
}

/// Whether a comma before the closing delimiter means nothing. In parentheses it may make a tuple
/// of one; there it is idle only in arguments, or after a comma that surely separates elements.
fn comma_is_idle(trees: &[TokenTree], at: usize, group: &Group) -> bool {
    match group.delimiter() {
        Delimiter::Bracket | Delimiter::Brace => true,
        Delimiter::None => false,
        Delimiter::Parenthesis => {
            let lifetime = at >= 2 && is_punct(trees.get(at - 2), '\'');
            let call = at >= 1
                && !lifetime
                && matches!(&trees[at - 1], TokenTree::Ident(ident)
                    if !KEYWORDS.contains(&ident.to_string().as_str()));
            call || holds_two(group)
        }
    }
}

/// Whether something follows a comma before which neither generics nor a closure can have opened.
fn holds_two(group: &Group) -> bool {
    let trees: Vec<TokenTree> = group.stream().into_iter().collect();
    let comma = trees.iter().position(|tree| is_punct(Some(tree), ','));
    comma.is_some_and(|comma| {
        comma + 1 < trees.len()
            && !trees[..comma]
                .iter()
                .any(|tree| is_punct(Some(tree), '<') || is_punct(Some(tree), '|'))
    })
}

pub(super) fn is_punct(tree: Option<&TokenTree>, character: char) -> bool {
    matches!(tree, Some(TokenTree::Punct(punct)) if punct.as_char() == character)
}

/// Whether the tree at that place is the arguments of a macro: after `name !`.
pub(super) fn is_arguments(trees: &[TokenTree], at: usize) -> bool {
    macro_name(trees, at).is_some()
}

/// The name of the macro whose arguments stand at that place.
pub(super) fn macro_name(trees: &[TokenTree], at: usize) -> Option<(String, Span)> {
    if at < 2 || !is_punct(trees.get(at - 1), '!') {
        return None;
    }
    match (&trees[at - 2], &trees[at]) {
        (TokenTree::Ident(ident), TokenTree::Group(_)) => Some((plain(ident), ident.span())),
        _ => None,
    }
}

/// Whether the tree at that place is the bracket of an attribute.
pub(super) fn is_attribute(trees: &[TokenTree], at: usize) -> bool {
    let hash = |at: usize| is_punct(trees.get(at), '#');
    (at >= 1 && hash(at - 1)) || (at >= 2 && is_punct(trees.get(at - 1), '!') && hash(at - 2))
}

/// An identifier without `r#`.
pub(super) fn plain(ident: &proc_macro2::Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").map_or(name.clone(), Into::into)
}

/// What tokens refer to.
#[derive(Default)]
pub(super) struct Mentions {
    /// Every identifier; also those in attribute strings (`with = "path"`) and in braces of other
    /// strings (`"{captured}"`).
    pub(super) names: BTreeSet<String>,
    /// Every path that starts at an identifier, `use` groups taken apart.
    pub(super) paths: BTreeSet<Vec<String>>,
    /// Arguments of `include_str!` and `include_bytes!`.
    pub(super) data: Vec<(String, Span)>,
}

/// Finds what the tokens refer to.
pub(super) fn mentions(stream: TokenStream) -> Mentions {
    let mut found = Mentions::default();
    found.walk(stream, false);
    found
}

impl Mentions {
    fn walk(&mut self, stream: TokenStream, attribute: bool) {
        let trees: Vec<TokenTree> = stream.into_iter().collect();
        let mut at = 0;
        while at < trees.len() {
            match &trees[at] {
                TokenTree::Ident(ident) => {
                    self.names.insert(plain(ident));
                    let visibility = ident == "pub"
                        && matches!(trees.get(at + 1), Some(TokenTree::Group(group))
                            if is_visibility(group));
                    if visibility {
                        at += 2;
                        continue;
                    }
                    if at < 2 || !is_separator(&trees, at - 2) {
                        at = self.path(&trees, at, &[]);
                        continue;
                    }
                }
                TokenTree::Literal(literal) => self.literal(literal, attribute),
                TokenTree::Group(group) => {
                    if let Some((name, span)) = macro_name(&trees, at)
                        && (name == "include_str" || name == "include_bytes")
                        && let Some(file) = only_string(group)
                    {
                        self.data.push((file, span));
                    }
                    self.walk(group.stream(), attribute || is_attribute(&trees, at));
                }
                TokenTree::Punct(_) => {}
            }
            at += 1;
        }
    }

    /// Reads a path that starts at that place and returns where it ends.
    fn path(&mut self, trees: &[TokenTree], mut at: usize, prefix: &[String]) -> usize {
        let mut segments = prefix.to_vec();
        loop {
            match trees.get(at) {
                Some(TokenTree::Ident(ident)) => {
                    self.names.insert(plain(ident));
                    segments.push(plain(ident));
                    at += 1;
                }
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                    self.group(group.stream(), &segments);
                    return at + 1;
                }
                _ => break,
            }
            if !is_separator(trees, at) {
                break;
            }
            at += 2;
        }
        self.paths.insert(segments);
        at
    }

    /// The group of a `use`: every part is a path after the prefix.
    fn group(&mut self, stream: TokenStream, prefix: &[String]) {
        let trees: Vec<TokenTree> = stream.into_iter().collect();
        let mut at = 0;
        while at < trees.len() {
            let start = at == 0 || is_punct(trees.get(at - 1), ',');
            match &trees[at] {
                TokenTree::Ident(ident) if ident == "self" && start => {
                    self.paths.insert(prefix.to_vec());
                    at += 1;
                }
                TokenTree::Ident(_) if start => at = self.path(&trees, at, prefix),
                tree => {
                    // After `as`, or what only looks like a `use` group.
                    self.walk(tree.clone().into(), false);
                    at += 1;
                }
            }
        }
    }

    fn literal(&mut self, literal: &proc_macro2::Literal, attribute: bool) {
        let syn::Lit::Str(string) = syn::Lit::new(literal.clone()) else { return };
        let value = string.value();
        if attribute {
            self.words(&value);
            if let Ok(stream) = value.parse::<TokenStream>() {
                self.walk(stream, true);
            }
        } else {
            for part in value.split('{').skip(1) {
                self.words(part.split('}').next().unwrap_or(part));
            }
        }
    }

    fn words(&mut self, text: &str) {
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
        self.names.extend(words.filter(|word| !word.is_empty()).map(Into::into));
    }
}

fn is_separator(trees: &[TokenTree], at: usize) -> bool {
    matches!(trees.get(at), Some(TokenTree::Punct(colon))
        if colon.as_char() == ':' && colon.spacing() == Spacing::Joint)
        && is_punct(trees.get(at + 1), ':')
}

/// `(crate)`, `(super)`, `(self)` or `(in …)` after `pub`.
fn is_visibility(group: &Group) -> bool {
    let trees: Vec<TokenTree> = group.stream().into_iter().collect();
    group.delimiter() == Delimiter::Parenthesis
        && match trees.as_slice() {
            [TokenTree::Ident(only)] => only == "crate" || only == "super" || only == "self",
            [TokenTree::Ident(first), ..] => first == "in",
            _ => false,
        }
}

/// The string that is all of a macro's arguments.
pub(super) fn only_string(group: &Group) -> Option<String> {
    let trees: Vec<TokenTree> = group.stream().into_iter().collect();
    match trees.as_slice() {
        [TokenTree::Literal(literal), rest @ ..]
            if rest.is_empty() || (rest.len() == 1 && is_punct(rest.first(), ',')) =>
        {
            match syn::Lit::new(literal.clone()) {
                syn::Lit::Str(string) => Some(string.value()),
                _ => None,
            }
        }
        _ => None,
    }
}
