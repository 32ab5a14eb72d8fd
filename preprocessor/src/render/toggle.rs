//! Listings of the same thing in several languages, as one block with tabs.
//!
//! The output is still markdown: a wrapper of HTML around the fences, which stay as the author wrote
//! them, so mdBook and highlight.js treat each as ever. Without script, and on paper, the listings
//! stand one below the other, each under its label; `theme/code-toggle.js` makes tabs of the labels.

use std::fmt::Write as _;

use super::html;

/// One listing of a toggle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What its tab says; see [`label`].
    pub label: String,
    /// The fenced code block as it stands in the lesson, from its opening fence to its closing fence.
    /// Within a list or quote its lines after the first still begin with the container's prefix.
    pub markdown: String,
}

/// The label of a fence with this info string: its first word, by the language's own name if that is
/// one the course uses.
///
/// ```
/// # use mdbook_simulation::render::toggle::label;
/// assert_eq!(label("rust,ignore"), "Rust");
/// assert_eq!(label("julia"), "julia");
/// ```
pub fn label(info: &str) -> String {
    let word = info.split([',', ' ', '\t', '{', '}']).find(|word| !word.is_empty()).unwrap_or("");
    let name = match word.trim_start_matches('.') {
        "" => "Code",
        "python" => "Python",
        "rust" => "Rust",
        "pseudocode" => "Pseudocode",
        other => other,
    };
    name.to_owned()
}

/// Markdown for a toggle of `blocks`, to be put where the first of them began.
///
/// `id` is the wrapper's, unique in the book (mdBook's print page holds all chapters). `prefix` is what
/// a line needs to stay in the list or quote that holds the toggle (`"  "`, `"> "`); the first line of
/// the result has none, because it continues the line it is put into, and there is no line break at the end.
pub fn render(blocks: &[Block], id: &str, prefix: &str) -> String {
    let mut out = format!("<div class=\"code-toggle\" id=\"{}\">", html::escape(id));
    let mut labels: Vec<String> = Vec::new();
    for block in blocks {
        let label = distinct(&block.label, &labels);
        push_blank_line(&mut out, prefix);
        // Writing to a string cannot fail.
        let _ = write!(
            out,
            "{prefix}<div class=\"code-toggle-panel\" data-label=\"{0}\"><p class=\"code-toggle-label\">{0}</p>",
            html::escape(&label)
        );
        labels.push(label);
        push_blank_line(&mut out, prefix);
        out.push_str(prefix);
        push_fence(&mut out, &block.markdown, prefix);
        push_blank_line(&mut out, prefix);
        let _ = write!(out, "{prefix}</div>");
    }
    push_blank_line(&mut out, prefix);
    let _ = write!(out, "{prefix}</div>");
    out
}

/// Ends the line and adds an empty one, which ends an HTML block and lets markdown begin again.
fn push_blank_line(out: &mut String, prefix: &str) {
    let _ = writeln!(out, "\n{}", prefix.trim_end());
}

/// The label on one line, numbered if an earlier block of the toggle has the same.
fn distinct(label: &str, earlier: &[String]) -> String {
    let label = label.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut candidate = label.clone();
    let mut number = 1;
    while earlier.contains(&candidate) {
        number += 1;
        candidate = format!("{label} ({number})");
    }
    candidate
}

/// Writes the fence, closed: at the end of a file or container markdown needs no closing fence, but
/// here the wrapper follows.
fn push_fence(out: &mut String, markdown: &str, prefix: &str) {
    let markdown = markdown.trim_end_matches(['\n', '\r', ' ']);
    out.push_str(markdown);
    let opening = markdown.trim_start();
    let Some(mark @ ('`' | '~')) = opening.chars().next() else { return };
    let length = opening.chars().take_while(|&c| c == mark).count();
    let body = prefix.trim();
    let closed = markdown.lines().skip(1).last().is_some_and(|line| {
        let line = line.trim_start();
        let line = line.strip_prefix(body).unwrap_or(line).trim();
        line.len() >= length && line.chars().all(|c| c == mark)
    });
    if !closed {
        let _ = write!(out, "\n{prefix}{}", mark.to_string().repeat(length));
    }
}

#[cfg(test)]
mod tests {
    use pulldown_cmark::{Event, Options, Parser, Tag};

    use super::*;

    fn block(label: &str, markdown: &str) -> Block {
        Block { label: label.to_owned(), markdown: markdown.to_owned() }
    }

    /// The code blocks markdown sees: info strings and text.
    fn listings(markdown: &str) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for event in Parser::new_ext(markdown, Options::all()) {
            match event {
                Event::Start(Tag::CodeBlock(pulldown_cmark::CodeBlockKind::Fenced(info))) => {
                    found.push((info.to_string(), String::new()));
                }
                Event::Text(text) => {
                    if let Some((_, code)) = found.last_mut() {
                        code.push_str(&text);
                    }
                }
                Event::Code(code) => panic!("markdown made inline code of {code}"),
                _ => {}
            }
        }
        found
    }

    #[track_caller]
    fn check(before: &str, prefix: &str, blocks: &[Block], expected: &[(&str, &str)]) {
        let markdown = format!("{before}{}", render(blocks, "t", prefix));
        let found = listings(&markdown);
        let found: Vec<_> = found.iter().map(|(info, code)| (&**info, &**code)).collect();
        assert_eq!(found, expected, "{markdown}");
    }

    #[test]
    fn labels_are_the_first_word() {
        for (info, expected) in [
            ("python", "Python"),
            ("rust,ignore", "Rust"),
            ("rust ignore", "Rust"),
            ("pseudocode", "Pseudocode"),
            ("{.python #a}", "Python"),
            ("c++", "c++"),
            ("", "Code"),
        ] {
            assert_eq!(label(info), expected, "{info}");
        }
    }

    #[test]
    fn fences_stay_fences() {
        let blocks = [
            block("Python", "```python\nx = 1\n\n# *y*\n```\n"),
            block("Rust", "~~~rust,ignore\nlet x;\n~~~"),
        ];
        let expected = [("python", "x = 1\n\n# *y*\n"), ("rust,ignore", "let x;\n")];
        check("", "", &blocks, &expected);
        check("text\n\n", "", &blocks, &expected);
    }

    #[test]
    fn containers_keep_the_toggle() {
        let listed =
            [block("Python", "```python\n  x\n  ```"), block("Rust", "```rust\n  y\n  ```")];
        check("- ", "  ", &listed, &[("python", "x\n"), ("rust", "y\n")]);
        let quoted = [block("Python", "```python\n> x\n> ```"), block("Rust", "```rust\n> y")];
        check("> ", "> ", &quoted, &[("python", "x\n"), ("rust", "y\n")]);
    }

    #[test]
    fn an_open_fence_is_closed() {
        let blocks = [block("A", "````a\nx\n```"), block("B", "```b")];
        check("", "", &blocks, &[("a", "x\n```\n"), ("b", "")]);
    }

    #[test]
    fn the_wrapper_is_balanced_and_the_labels_differ() {
        let html = render(&[block("A<", "```\n```"), block("A<", "```\n```")], "id\"", "");
        assert_eq!(html.matches("<div").count(), html.matches("</div>").count());
        assert!(html.contains("id=\"id&quot;\""), "{html}");
        assert!(
            html.contains("data-label=\"A&lt;\"") && html.contains("data-label=\"A&lt; (2)\""),
            "{html}"
        );
    }
}
