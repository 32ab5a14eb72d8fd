//! `sheet`: every figure of the book and the test card, to be looked at.

use std::path::Path;
use std::path::PathBuf;

use clap::Args;
use clap::ValueEnum;
use experiments::entry::Catalog;

#[derive(Debug, Args)]
pub(super) struct Sheet {
    /// The folder of the sheets
    #[arg(short, long, default_value = "sheets")]
    output: PathBuf,
    /// For which pages
    #[arg(long, default_value = "all")]
    theme: Themes,
    /// The folder of book.toml
    #[arg(long, default_value = ".")]
    root: PathBuf,
    /// Fail rather than compute: every record must be there and match the code
    #[arg(long)]
    frozen: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Themes {
    Light,
    Dark,
    All,
}

#[cfg(not(feature = "export"))]
impl Sheet {
    /// Runs the command.
    pub(super) fn run(self, _: &Catalog, _: Option<&Path>) -> anyhow::Result<()> {
        anyhow::bail!("this program was built without the feature `export`, which draws PNG files")
    }
}

#[cfg(feature = "export")]
impl Sheet {
    /// Runs the command.
    pub(super) fn run(self, catalog: &Catalog, program: Option<&Path>) -> anyhow::Result<()> {
        use crate::cli::shown::Means;
        use crate::export::sheet::sheets;
        use crate::render::figure::Theme;
        use anyhow::Context as _;

        let means = if self.frozen { Means::Frozen } else { Means::Any };
        let figures = figures(&super::shown::shown(&self.root, None, catalog, (means, program))?);
        let folder = self.output.display();
        std::fs::create_dir_all(&self.output).with_context(|| folder.to_string())?;
        let themes: &[_] = match self.theme {
            Themes::Light => &[("light", Theme::Light)],
            Themes::Dark => &[("dark", Theme::Dark)],
            Themes::All => &[("light", Theme::Light), ("dark", Theme::Dark)],
        };
        for (name, theme) in themes {
            let sheets = sheets(&figures, *theme)?;
            // Sheets of an earlier, longer run would pass for this one's.
            let mut number = sheets.len() + 1;
            while std::fs::remove_file(self.output.join(file(name, number))).is_ok() {
                number += 1;
            }
            for (sheet, number) in sheets.iter().zip(1..) {
                let path = self.output.join(file(name, number));
                std::fs::write(&path, sheet).with_context(|| path.display().to_string())?;
            }
            eprintln!("wrote {} sheets with {} figures into {folder}", sheets.len(), figures.len());
        }
        Ok(())
    }
}

#[cfg(feature = "export")]
fn file(theme: &str, number: usize) -> String {
    format!("sheet-{theme}-{number}.png")
}

/// Every figure that a lesson shows under the name of its simulation, and those of the test card.
#[cfg(feature = "export")]
fn figures(shown: &super::shown::Shown<'_>) -> Vec<(String, experiments::figure::Figure)> {
    let book = shown.exhibits.iter().flat_map(|(name, exhibited)| {
        let named = move |figure: &experiments::figure::Figure| format!("{name}: {}", figure.name);
        let seen =
            exhibited.figures.iter().filter(|figure| shown.is_in_a_lesson(name, &figure.name));
        seen.map(move |figure| (named(figure), figure.clone()))
    });
    let card = crate::testcard::figures();
    let card = card.into_iter().map(|figure| (format!("test card: {}", figure.name), figure));
    book.chain(card)
        .zip(1..)
        .map(|((name, figure), at)| (format!("{at}. {name}"), figure))
        .collect()
}
