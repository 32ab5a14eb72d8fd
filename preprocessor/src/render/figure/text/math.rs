//! The small part of TeX that labels need, parsed once into [`Node`]s.
//!
//! What is not understood is shown as written. Nothing is computed twice: a label of any length is
//! parsed in time about proportional to it, and groups within groups only to a small depth.

use super::signs;

/// Most groups within each other; what is deeper is shown as written.
const DEEPEST: usize = 6;

/// How a sign is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::render::figure) enum Style {
    /// As the text around it.
    #[default]
    Upright,
    /// A letter that stands for something.
    Italic,
    /// A vector or matrix.
    Bold,
}

/// How a sign behaves among its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// A letter that stands for something: in italics.
    Letter,
    /// A digit, or a sign without room around it.
    Ordinary,
    /// The name of a function.
    Function,
    /// Between two things: with room around it, none as a sign in front.
    Binary,
    /// With room around it.
    Relation,
    Open,
    Close,
    /// With room behind it.
    Punctuation,
    /// Room.
    Space,
}

/// A part of a formula.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// Signs that belong together.
    Sign(String, Style, Class),
    /// Raised or lowered.
    Script { raised: bool, body: Vec<Node> },
}

/// A formula and where each of its elements ends in its source.
pub(super) struct Formula {
    /// Its elements, in order: what is written for each and what it means.
    pub(super) elements: Vec<(String, Vec<Node>)>,
}

/// Parses what stands between two dollars.
pub(super) fn parse(source: &str) -> Formula {
    let source: Vec<char> = source.chars().collect();
    let mut parser = Parser { source: &source, at: 0 };
    let mut elements = Vec::new();
    while parser.at < source.len() {
        let from = parser.at;
        let nodes = parser.element(0);
        // Whatever happens, it goes on.
        parser.at = parser.at.max(from + 1);
        elements.push((source[from..parser.at].iter().collect(), nodes));
    }
    Formula { elements }
}

struct Parser<'a> {
    source: &'a [char],
    at: usize,
}

fn written(signs: &[char]) -> Vec<Node> {
    vec![Node::Sign(signs.iter().collect(), Style::Upright, Class::Ordinary)]
}

fn sign(text: &str, class: Class) -> Node {
    let style = if class == Class::Letter { Style::Italic } else { Style::Upright };
    Node::Sign(text.into(), style, class)
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.source.get(self.at).copied()
    }

    /// The next element; at least one character is taken if there is one.
    fn element(&mut self, depth: usize) -> Vec<Node> {
        let from = self.at;
        let Some(first) = self.peek() else { return Vec::new() };
        self.at += 1;
        match first {
            '\\' => match self.command(depth) {
                Some(nodes) => nodes,
                None => {
                    // With what it is about, if that is in braces.
                    self.at = from + 1;
                    self.name();
                    if self.peek() == Some('{')
                        && let Some(end) = self.closing()
                    {
                        self.at = end + 1;
                    }
                    written(&self.source[from..self.at])
                }
            },
            '^' | '_' => match self.argument(depth + 1) {
                Some(body) if !body.is_empty() => {
                    vec![Node::Script { raised: first == '^', body }]
                }
                _ => {
                    self.at = from + 1;
                    written(&[first])
                }
            },
            '{' => {
                self.at = from;
                match self.group(depth + 1) {
                    Some(nodes) => nodes,
                    None => {
                        self.at = from + 1;
                        written(&['{'])
                    }
                }
            }
            other => character(other),
        }
    }

    /// What is between a brace here and the one that closes it; none, and nothing is taken, if there
    /// is none.
    fn group(&mut self, depth: usize) -> Option<Vec<Node>> {
        let from = self.at;
        let end = self.closing()?;
        if depth > DEEPEST {
            return None;
        }
        self.at += 1;
        let mut nodes = Vec::new();
        while self.at < end {
            nodes.extend(self.element(depth));
        }
        if self.at != end {
            self.at = from;
            return None;
        }
        self.at += 1;
        Some(nodes)
    }

    /// Where the brace here is closed.
    fn closing(&self) -> Option<usize> {
        let mut open = 0_usize;
        let mut at = self.at;
        while let Some(&character) = self.source.get(at) {
            match character {
                '\\' => at += 1,
                '{' => open += 1,
                '}' => {
                    open = open.checked_sub(1)?;
                    if open == 0 {
                        return Some(at);
                    }
                }
                _ if open == 0 => return None,
                _ => {}
            }
            at += 1;
        }
        None
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    /// A group or the next sign; none, and nothing is taken, where there is neither.
    fn argument(&mut self, depth: usize) -> Option<Vec<Node>> {
        if depth > DEEPEST {
            return None;
        }
        let from = self.at;
        self.skip_space();
        let found = match self.peek() {
            None | Some('}' | '^' | '_') => None,
            Some('{') => self.group(depth),
            Some(_) => Some(self.element(depth)),
        };
        if found.is_none() {
            self.at = from;
        }
        found
    }

    /// The text of a group as it stands, or the next character.
    fn raw(&mut self) -> Option<String> {
        let from = self.at;
        self.skip_space();
        if self.peek() == Some('{') {
            let Some(end) = self.closing() else {
                self.at = from;
                return None;
            };
            let text = self.source[self.at + 1..end].iter().collect();
            self.at = end + 1;
            return Some(text);
        }
        let found = self.peek().filter(|&found| found != '\\' && found != '}')?;
        self.at += 1;
        Some(found.into())
    }

    /// The name of a command, behind its backslash: letters, or one other sign.
    fn name(&mut self) -> String {
        let from = self.at;
        while self.peek().is_some_and(|next| next.is_ascii_alphabetic()) {
            self.at += 1;
        }
        if self.at == from && self.at < self.source.len() {
            self.at += 1;
        }
        self.source[from..self.at].iter().collect()
    }

    /// What a command stands for; none for one that is not known or lacks its arguments.
    fn command(&mut self, depth: usize) -> Option<Vec<Node>> {
        let name = self.name();
        if let Some((text, class)) = signs::sign(&name) {
            return Some(vec![sign(text, class)]);
        }
        if let Some(mark) = signs::accent(&name) {
            let mut nodes = self.argument(depth + 1)?;
            return accented(&mut nodes, mark).then_some(nodes);
        }
        match &name[..] {
            "," | ":" | ";" | " " | "quad" | "qquad" | "enspace" => {
                Some(vec![sign(" ", Class::Space)])
            }
            "!" | "left" | "right" | "big" | "Big" | "bigl" | "bigr" | "displaystyle"
            | "limits" => {
                // A delimiter that is not there.
                if self.peek() == Some('.') && (name == "left" || name == "right") {
                    self.at += 1;
                }
                Some(Vec::new())
            }
            "mathrm" | "text" | "textrm" | "operatorname" | "mathsf" | "mathtt" | "texttt" => {
                let text = self.raw().filter(|text| !text.contains('\\'))?;
                let class = if name == "operatorname" { Class::Function } else { Class::Ordinary };
                Some(vec![Node::Sign(text, Style::Upright, class)])
            }
            "mathbf" | "boldsymbol" | "bm" | "mathit" => {
                let own = if name == "mathit" { Style::Italic } else { Style::Bold };
                let mut nodes = self.argument(depth + 1)?;
                for node in &mut nodes {
                    if let Node::Sign(_, style, _) = node {
                        *style = own;
                    }
                }
                Some(nodes)
            }
            "mathbb" | "mathbbm" => {
                let letters =
                    self.raw()?.chars().map(signs::double_struck).collect::<Option<_>>()?;
                Some(vec![Node::Sign(letters, Style::Upright, Class::Ordinary)])
            }
            "mathcal" | "mathscr" => {
                let letter = |letter: char| match signs::script(letter) {
                    Some(script) => sign(&script.to_string(), Class::Ordinary),
                    None => sign(&letter.to_string(), Class::Letter),
                };
                Some(self.raw().filter(|text| !text.contains('\\'))?.chars().map(letter).collect())
            }
            "sqrt" => {
                let body = self.argument(depth + 1)?;
                let root = vec![sign("√", Class::Ordinary)];
                Some(root.into_iter().chain(parenthesised(body)).collect())
            }
            "frac" | "tfrac" | "dfrac" => {
                let (above, below) = (self.argument(depth + 1)?, self.argument(depth + 1)?);
                let line = vec![sign("/", Class::Ordinary)];
                Some(
                    parenthesised(above)
                        .into_iter()
                        .chain(line)
                        .chain(parenthesised(below))
                        .collect(),
                )
            }
            _ => None,
        }
    }
}

/// A character as itself.
fn character(character: char) -> Vec<Node> {
    if character.is_whitespace() {
        return Vec::new();
    }
    if let Some((plain, raised)) = super::shifted(character) {
        let body = vec![sign(&plain.to_string(), Class::Ordinary)];
        return vec![Node::Script { raised, body }];
    }
    let text = character.to_string();
    vec![match character {
        '-' | '−' => sign("−", Class::Binary),
        '+' | '±' | '×' | '·' => sign(&text, Class::Binary),
        '*' => sign("∗", Class::Ordinary),
        '\'' => sign("′", Class::Ordinary),
        '~' => sign(" ", Class::Space),
        '=' | '<' | '>' | '≤' | '≥' | '≈' | '≠' | '∈' | '∼' | '→' | '∝' => {
            sign(&text, Class::Relation)
        }
        ':' => sign(":", Class::Relation),
        '(' | '[' => sign(&text, Class::Open),
        ')' | ']' => sign(&text, Class::Close),
        ',' | ';' => sign(&text, Class::Punctuation),
        'a'..='z' | 'A'..='Z' | 'α'..='ω' => sign(&text, Class::Letter),
        _ => sign(&text, Class::Ordinary),
    }]
}

/// Puts a mark above all letters; false if there is something else among them.
fn accented(nodes: &mut [Node], mark: char) -> bool {
    nodes.iter_mut().all(|node| match node {
        Node::Sign(text, _, Class::Letter | Class::Ordinary) => {
            *text = text.chars().flat_map(|letter| [letter, mark]).collect();
            true
        }
        _ => false,
    }) && !nodes.is_empty()
}

/// In parentheses, unless it is one thing.
fn parenthesised(nodes: Vec<Node>) -> Vec<Node> {
    if is_one(&nodes) {
        return nodes;
    }
    let mut all = vec![sign("(", Class::Open)];
    all.extend(nodes);
    all.push(sign(")", Class::Close));
    all
}

/// Whether nodes are one thing: digits, a word, or a letter with what is raised and lowered at it.
pub(super) fn is_one(nodes: &[Node]) -> bool {
    let digits = |node: &Node| {
        matches!(node, Node::Sign(text, _, _)
            if text.chars().all(|digit| digit.is_ascii_digit() || digit == '.'))
    };
    let root = matches!(nodes.first(), Some(Node::Sign(text, ..)) if text == "√");
    let nodes = &nodes[usize::from(root)..];
    let body = nodes.iter().take_while(|node| matches!(node, Node::Sign(..))).count();
    let scripts = nodes[body..].iter().all(|node| matches!(node, Node::Script { .. }));
    scripts && (body <= 1 || nodes[..body].iter().all(digits))
}
