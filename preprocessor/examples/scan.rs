//! Lists every stretch of markdown files that the preprocessor would replace, and
//! every fault: `scan FILE…` writes `path:line:column kind text` lines to stderr.

use mdbook_simulation::scan::{ItemKind, Options, scan};

fn main() -> std::process::ExitCode {
    let mut status = std::process::ExitCode::SUCCESS;
    for path in std::env::args().skip(1) {
        match std::fs::read_to_string(&path) {
            Ok(text) => list(&path, &text),
            Err(error) => {
                eprintln!("{path}: {error}");
                status = std::process::ExitCode::FAILURE;
            }
        }
    }
    status
}

fn list(path: &str, text: &str) {
    let found = scan(text, Options { math: true });
    let lines = Lines::new(text);
    for item in found.items {
        let kind = match &item.kind {
            ItemKind::Directive(directive) => directive.keyword.name(),
            ItemKind::Math(math) if math.display && item.context.own_block => "block-math",
            ItemKind::Math(math) if math.display => "display-math",
            ItemKind::Math(_) => "math",
            ItemKind::CodeToggle { .. } => "code-toggle",
            ItemKind::TheoremOpen(_) => "theorem-open",
            ItemKind::TheoremTitleEnd(_) => "theorem-title-end",
            ItemKind::TheoremClose(_) => "theorem-close",
            ItemKind::Unquote(_) => "unquote",
        };
        let place = lines.place(text, item.span.start);
        eprintln!("{path}:{place} {kind} {:?}", &text[item.span]);
    }
    for fault in found.faults {
        let place = lines.place(text, fault.span.start);
        eprintln!("{path}:{place} fault {:?}: {}", &text[fault.span], fault.message);
    }
}

/// The starts of all lines of a text.
struct Lines(Vec<usize>);

impl Lines {
    fn new(text: &str) -> Self {
        Self(std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect())
    }

    /// `line:column`, both from 1, the column in characters.
    fn place(&self, text: &str, at: usize) -> String {
        let line = self.0.partition_point(|&start| start <= at);
        let start = line.checked_sub(1).and_then(|index| self.0.get(index)).copied().unwrap_or(0);
        format!("{line}:{}", text[start..at].chars().count() + 1)
    }
}
