//! The files of `theme/`, within the binary, to put into pages of books that list none of them.

/// One file of KaTeX's fonts: its name in the theme folder and its bytes.
macro_rules! font {
    ($name:literal) => {
        (concat!("fonts/", $name), include_bytes!(concat!("../../theme/fonts/", $name)).as_slice())
    };
}

/// A file that lies directly in the theme folder.
macro_rules! file {
    ($name:literal) => {
        ($name, include_bytes!(concat!("../../theme/", $name)).as_slice())
    };
}

/// Every file of the theme: its path in the theme folder, with `/`, and its bytes.
pub const FILES: &[(&str, &[u8])] = &[
    file!("katex.css"),
    file!("blocks.css"),
    file!("code-toggle.css"),
    file!("figures.css"),
    file!("text.css"),
    file!("sweep.css"),
    file!("paper.css"),
    file!("blocks.js"),
    file!("code-toggle.js"),
    file!("sweep.js"),
    file!("ledger.js"),
    font!("KaTeX_AMS-Regular.woff2"),
    font!("KaTeX_Caligraphic-Bold.woff2"),
    font!("KaTeX_Caligraphic-Regular.woff2"),
    font!("KaTeX_Fraktur-Bold.woff2"),
    font!("KaTeX_Fraktur-Regular.woff2"),
    font!("KaTeX_Main-Bold.woff2"),
    font!("KaTeX_Main-BoldItalic.woff2"),
    font!("KaTeX_Main-Italic.woff2"),
    font!("KaTeX_Main-Regular.woff2"),
    font!("KaTeX_Math-BoldItalic.woff2"),
    font!("KaTeX_Math-Italic.woff2"),
    font!("KaTeX_SansSerif-Bold.woff2"),
    font!("KaTeX_SansSerif-Italic.woff2"),
    font!("KaTeX_SansSerif-Regular.woff2"),
    font!("KaTeX_Script-Regular.woff2"),
    font!("KaTeX_Size1-Regular.woff2"),
    font!("KaTeX_Size2-Regular.woff2"),
    font!("KaTeX_Size3-Regular.woff2"),
    font!("KaTeX_Size4-Regular.woff2"),
    font!("KaTeX_Typewriter-Regular.woff2"),
];

/// The style sheets among [`FILES`], in the order in which a page needs them.
pub const STYLES: &[&str] = &[
    "katex.css",
    "figures.css",
    "text.css",
    "sweep.css",
    "blocks.css",
    "code-toggle.css",
    "paper.css",
];

/// The scripts among [`FILES`].
pub const SCRIPTS: &[&str] = &["blocks.js", "code-toggle.js", "sweep.js", "ledger.js"];

/// How our css names a font: mdBook puts the published, hashed name in its place.
const RESOURCE: (&str, &str) = (r#"url({{ resource "fonts/"#, r#"" }}) format("woff2")"#);

/// All of [`STYLES`] on one line, for a `<style>` in a page of a book that lists none of them.
///
/// Each font is looked for at the given prefixes, in turn (`../fonts/` and `fonts/`: mdBook copies
/// the text of a page to the print page and the first page to the root, and css in a page is read from
/// wherever it stands). With no prefix, fonts that the reader has installed are used.
pub fn inline_css(fonts_url_prefixes: &[&str]) -> String {
    inline_styles(STYLES, fonts_url_prefixes)
}

/// The same for some of [`STYLES`]: a page without math needs none of KaTeX's 24 kB.
pub fn inline_styles(names: &[&str], fonts_url_prefixes: &[&str]) -> String {
    let sheets = names.iter().filter_map(|name| text(name)).map(one_line);
    with_fonts(&sheets.collect::<String>(), fonts_url_prefixes)
}

/// One of [`SCRIPTS`], for a `<script>`; any number of copies may stand in a page.
pub fn inline_script(name: &str) -> &'static str {
    text(name).unwrap_or_default()
}

/// A file of the theme that is text.
fn text(name: &str) -> Option<&'static str> {
    let (_, bytes) = FILES.iter().find(|(file, _)| *file == name)?;
    std::str::from_utf8(bytes).ok()
}

/// `css` without comments, but for the licence ones (`/*!`), and without line breaks and indentation.
/// Our files hold no string with `/*` or a line break in it.
fn one_line(css: &str) -> String {
    let mut plain = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, comment)) = rest.split_once("/*") {
        let (comment, after) = comment.split_once("*/").unwrap_or((comment, ""));
        plain.push_str(before);
        if comment.starts_with('!') {
            plain.push_str("/*");
            plain.push_str(comment);
            plain.push_str("*/");
        }
        rest = after;
    }
    plain.push_str(rest);

    let mut line = String::with_capacity(plain.len());
    for part in plain.lines().map(str::trim).filter(|part| !part.is_empty()) {
        // A line may end in the middle of a selector or value, where white space means something.
        if !line.is_empty() && !line.ends_with(['{', '}', ';', ',', '/']) {
            line.push(' ');
        }
        line.push_str(part);
    }
    line
}

/// Puts font addresses in place of mdBook's resources.
fn with_fonts(css: &str, prefixes: &[&str]) -> String {
    let (open, close) = RESOURCE;
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, from_name)) = rest.split_once(open) {
        let (file, after) = from_name.split_once(close).unwrap_or((from_name, ""));
        out.push_str(before);
        if prefixes.is_empty() {
            let family = file.trim_end_matches(".woff2");
            out.push_str(&format!("local(\"{family}\")"));
        }
        let addresses = prefixes
            .iter()
            .map(|prefix| format!("url(\"{}{file}\") format(\"woff2\")", escape(prefix)));
        out.push_str(&addresses.collect::<Vec<_>>().join(","));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// An address for a css string within a `<style>`, which must not end either.
fn escape(address: &str) -> String {
    let mut out = String::new();
    for c in address.chars() {
        match c {
            '"' | '\\' | '<' | '\n' | '\r' => out.push_str(&format!("%{:02X}", u32::from(c))),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_style_is_a_file() {
        for name in STYLES {
            assert!(text(name).is_some_and(|css| !css.is_empty()), "{name}");
        }
    }

    #[test]
    fn every_font_of_the_folder_is_embedded_and_named_by_the_css() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../theme/fonts");
        let on_disk: BTreeSet<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| format!("fonts/{}", entry.unwrap().file_name().display()))
            .collect();
        let embedded: BTreeSet<_> = FILES
            .iter()
            .filter(|(name, _)| name.starts_with("fonts/"))
            .map(|(name, bytes)| {
                assert!(bytes.starts_with(b"wOF2"), "{name}");
                (*name).to_owned()
            })
            .collect();
        assert_eq!(on_disk, embedded);
        let css = text("katex.css").unwrap();
        let named: BTreeSet<_> = css
            .split("{{ resource \"")
            .skip(1)
            .map(|part| part.split('"').next().unwrap_or_default().to_owned())
            .collect();
        assert_eq!(named, embedded);
    }

    #[test]
    fn css_is_one_line_with_every_address() {
        let css = inline_css(&["fonts/", "../fonts/"]);
        assert!(!css.contains('\n') && !css.contains("{{") && !css.contains("</"));
        assert!(css.contains(
            "src: url(\"fonts/KaTeX_AMS-Regular.woff2\") format(\"woff2\"),\
             url(\"../fonts/KaTeX_AMS-Regular.woff2\") format(\"woff2\");"
        ));
        assert!(css.starts_with("/*! KaTeX 0.18.5"), "the licence is gone");
        assert_eq!(css.matches('{').count(), css.matches('}').count());
        assert!(inline_css(&[]).contains("src: local(\"KaTeX_AMS-Regular\");"));
        assert!(inline_css(&["a\"</style>"]).contains("url(\"a%22%3C/style>KaTeX"));
    }

    #[test]
    fn lines_join_without_changing_the_css() {
        assert_eq!(
            one_line(
                "/* a */\n.a,\n.b\n  .c { /* b */\n  x: 1px\n    2px;\n\n}\n/*! c */\n.d {}\n"
            ),
            ".a,.b .c {x: 1px 2px;}/*! c */.d {}"
        );
    }

    #[test]
    fn scripts_can_stand_in_a_page() {
        for script in SCRIPTS.iter().map(|name| inline_script(name)) {
            assert!(script.contains("'use strict'"));
            assert!(!script.contains("</") && !script.contains("<!--"), "it would end its element");
        }
    }
}
