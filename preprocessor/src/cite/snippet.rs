//! What one pastes: a figure of the book in a paper, a deck or a bibliography.
//!
//! LaTeX and Markdown keep the math of a caption. Typst has another math, and a page of reveal.js has
//! none of its own, so there it is written in plain letters.

use std::fmt::Write as _;

use clap::ValueEnum;
use experiments::figure::Figure;

use super::Mark;
use super::tex::latex;
use crate::render::figure::plain;
use crate::render::html::escape;
use crate::store::records::Stored;

/// For what a citation is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[expect(clippy::exhaustive_enums, reason = "whoever asks decides among all of them")]
pub enum Format {
    /// An entry of a bibliography
    Bibtex,
    /// A figure for LaTeX, also beamer; needs graphicx, amsmath and amssymb
    Latex,
    /// A figure for Typst
    Typst,
    /// A picture for Markdown, also Quarto
    Markdown,
    /// A figure for reveal.js and any other HTML
    Reveal,
    /// All of them, each under its name
    All,
}

impl Format {
    /// Every single format with its name.
    const SINGLE: [(Self, &str); 5] = [
        (Self::Bibtex, "BibTeX"),
        (Self::Latex, "LaTeX"),
        (Self::Typst, "Typst"),
        (Self::Markdown, "Markdown"),
        (Self::Reveal, "reveal.js"),
    ];
}

/// The book that a figure is cited from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "given by name")]
pub struct Source {
    /// Its title; empty where it has none.
    pub title: String,
    /// Its authors.
    pub authors: Vec<String>,
    /// The address of the page that shows the figure, or of the book, where that is known.
    pub url: Option<String>,
}

/// A figure with all that is said of it.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "given by name")]
pub struct Citation<'a> {
    /// The book.
    pub source: &'a Source,
    /// The figure.
    pub figure: &'a Figure,
    /// Whether it is the first of its simulation.
    pub first: bool,
    /// The experiment in a few words.
    pub title: &'a str,
    /// Its record.
    pub stored: &'a Stored,
    /// What is said to programs.
    pub mark: &'a Mark,
}

impl Citation<'_> {
    /// The text to paste, with a line break at its end.
    #[must_use]
    pub fn text(&self, format: Format) -> String {
        match format {
            Format::Bibtex => self.bibtex(),
            Format::Latex => self.latex(),
            Format::Typst => self.typst(),
            Format::Markdown => self.markdown(),
            Format::Reveal => self.reveal(),
            Format::All => {
                let single =
                    |(format, name): (Format, &str)| format!("{name}\n\n{}", self.text(format));
                Format::SINGLE.map(single).join("\n")
            }
        }
    }

    /// The name that `export` gives the figure's files, without ending.
    fn stem(&self) -> String {
        let Mark { name, figure, .. } = self.mark;
        if self.first { name.clone() } else { format!("{name}-{figure}") }
    }

    /// The command that writes the file.
    fn command(&self, format: &str) -> String {
        let Mark { name, figure, .. } = self.mark;
        match self.first {
            true => format!("mdbook-simulation export {name} --format {format}"),
            false => format!("mdbook-simulation export {name} --figure {figure} --format {format}"),
        }
    }

    fn label(&self) -> &str {
        self.figure.label.trim().trim_end_matches('.')
    }

    fn bibtex(&self) -> String {
        let Mark { name, figure, record, .. } = self.mark;
        let Source { title, authors, url } = self.source;
        let mut howpublished = format!("Simulation \\texttt{{{}}}", latex(name));
        if !title.is_empty() {
            let _ = write!(howpublished, " in \\emph{{{}}}", latex(title));
        }
        let what = format!("{{{}, figure {}}}", latex(self.title), latex(figure));
        let authors: Vec<String> = authors.iter().map(|author| self::author(author)).collect();
        let year = self.stored.provenance.date.get(..4).unwrap_or_default();
        // Inner braces keep capitals, and a name that is no person's in one piece.
        let fields = [
            ("author", authors.join(" and ")),
            ("title", what),
            ("howpublished", howpublished),
            ("year", year.to_owned()),
            ("note", format!("Record {record}")),
            ("url", url.clone().unwrap_or_default()),
            ("digest", self.stored.digest.clone()),
            ("simulation", self.mark.to_string()),
        ];
        let mut out = format!("@misc{{{name}-{figure},\n");
        for (field, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
            let _ = writeln!(out, "  {field:<12} = {{{value}}},");
        }
        out.push_str("}\n");
        out
    }

    fn latex(&self) -> String {
        let (stem, command, mark) = (self.stem(), self.command("pdf"), self.mark);
        let caption = latex(&self.figure.caption);
        format!(
            "\\begin{{figure}}\n  % {command}\n  % {mark}\n  \\centering\n  \
             \\includegraphics[width=\\linewidth,height=0.6\\textheight,keepaspectratio]{{{stem}.pdf}}\n  \
             \\caption{{{caption}}}\n  \\label{{fig:{stem}}}\n\\end{{figure}}\n"
        )
    }

    fn typst(&self) -> String {
        let (stem, command, mark) = (self.stem(), self.command("svg"), self.mark);
        let string = |text: &str| {
            format!("\"{}\"", one_line(&plain(text)).replace('\\', "\\\\").replace('"', "\\\""))
        };
        let (label, caption) = (string(self.label()), string(&self.figure.caption));
        format!(
            "#figure(\n  // {command}\n  // {mark}\n  image(\"{stem}.svg\", alt: {label}),\n  \
             caption: {caption},\n) <fig-{stem}>\n"
        )
    }

    fn markdown(&self) -> String {
        let (stem, command, mark) = (self.stem(), self.command("svg"), self.mark);
        let (label, caption) = (markdown(self.label()), markdown(&self.figure.caption));
        format!("<!-- {command} -->\n<!-- {mark} -->\n![{label}]({stem}.svg)\n\n{caption}\n")
    }

    fn reveal(&self) -> String {
        let (stem, command, mark) = (self.stem(), self.command("svg"), self.mark);
        let (label, caption) = (escape(&plain(self.label())), escape(&plain(&self.figure.caption)));
        format!(
            "<figure>\n  <!-- {command} -->\n  <!-- {mark} -->\n  \
             <img src=\"{stem}.svg\" alt=\"{label}\">\n  <figcaption>{caption}</figcaption>\n</figure>\n"
        )
    }
}

/// An author as BibTeX reads one: in braces unless it looks like the name of a person, words with a
/// capital and particles.
fn author(name: &str) -> String {
    const PARTICLES: [&str; 16] = [
        "af", "al", "bin", "da", "de", "del", "den", "der", "di", "dos", "la", "le", "ten", "van",
        "von", "zu",
    ];
    let part = |word: &str| {
        word.chars().next().is_some_and(char::is_uppercase)
            && !word.chars().any(|c| c.is_ascii_digit())
            || PARTICLES.contains(&word)
    };
    let person =
        !name.starts_with("The ") && name.split_whitespace().all(part) && !name.contains(',');
    // A lone " and " would be two authors.
    if person { latex(name) } else { format!("{{{}}}", latex(name)) }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text for Markdown: math stays, signs of Markdown are escaped.
fn markdown(text: &str) -> String {
    let mut out = String::new();
    for (text, math) in crate::render::figure::segments(&one_line(text)) {
        if math {
            let _ = write!(out, "${text}$");
            continue;
        }
        for character in text.replace("\\$", "$").chars() {
            if matches!(
                character,
                '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '&' | '$' | '|' | '~'
            ) {
                out.push('\\');
            }
            out.push(character);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: &str) {
        assert_eq!(author(name), expected);
    }

    #[test]
    fn a_group_of_authors_stays_in_one_piece() {
        check("Ada Lovelace", "Ada Lovelace");
        check("John von Neumann", "John von Neumann");
        check("The mdbook-simulation developers", "{The mdbook-simulation developers}");
        check("The Rust Project", "{The Rust Project}");
        check("rust-lang", "{rust-lang}");
        check("Smith and Sons", "{Smith and Sons}");
        check("R&D", "R\\&D");
        check("", "");
    }

    #[test]
    fn markdown_keeps_math_alone() {
        assert_eq!(
            markdown("a_b *c* $x_1*x_2*$\n[d] < \\$5"),
            "a\\_b \\*c\\* $x_1*x_2*$ \\[d\\] \\< \\$5"
        );
    }
}
