//! `export`: one figure, or its numbers, as a file of its own.

use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use anyhow::Context as _;
use anyhow::bail;
use clap::Args;
use clap::ValueEnum;
use experiments::entry::Catalog;
use experiments::figure::Figure;

use super::shown;
use super::shown::Means;
use crate::diagnostics::suggest;
use crate::export;
use crate::export::Format;
use crate::render::figure::Look;
use crate::render::figure::Theme;
use crate::render::figure::csv;
use crate::render::figure::draw_with;
use crate::store::layout;

#[derive(Debug, Args)]
pub(super) struct Export {
    /// A simulation of the book, or else an experiment, which is taken at its defaults
    name: String,
    /// Which figure; by default the first
    #[arg(long)]
    figure: Option<String>,
    /// svg, png, pdf, csv or json; by default what the file's extension says, else svg
    #[arg(long, value_parser = format)]
    format: Option<Format>,
    /// For which page the colours are
    #[arg(long)]
    theme: Option<PageTheme>,
    /// What lies behind the drawing: the page's colour (by default in png) or nothing
    #[arg(long)]
    background: Option<Background>,
    /// What it is for, which sets width, aspect and font size where these are not given
    #[arg(long = "for", value_name = "PLACE")]
    place: Option<Place>,
    /// Width of the drawing in px
    #[arg(long, value_name = "PX", value_parser = within::<100, 10_000>)]
    width: Option<f64>,
    /// Width by height of the drawing, as 16:9 or 1.5
    #[arg(long, value_parser = aspect)]
    aspect: Option<f64>,
    /// Family of the text; for png and pdf, the file of a font (.ttf or .otf)
    #[arg(long)]
    font: Option<String>,
    /// Size of the text in px
    #[arg(long, value_name = "PX", value_parser = within::<4, 100>)]
    font_size: Option<f64>,
    /// Pixels of a png to the px, by default 2
    #[arg(long, value_parser = within::<0, 32>)]
    scale: Option<f64>,
    /// The file, or - for standard output; by default NAME.FORMAT or NAME-FIGURE.FORMAT here
    #[arg(short, long)]
    output: Option<PathBuf>,
    /// The folder of book.toml
    #[arg(long, default_value = ".")]
    root: PathBuf,
    /// Fail rather than compute: the record must be there and match the code
    #[arg(long)]
    frozen: bool,
    /// Compute everything again, without using or changing any record
    #[arg(long, conflicts_with = "frozen")]
    fresh: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Place {
    /// A wide page
    Page,
    /// A phone or a column: panels below each other
    Narrow,
    /// A slide of 16:9
    Slide,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum PageTheme {
    Light,
    Dark,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Background {
    Page,
    None,
}

impl Export {
    /// Runs the command.
    pub(super) fn run(self, catalog: &Catalog, program: Option<&Path>) -> anyhow::Result<()> {
        let format = self.format()?;
        self.refuse_what_is_not_of(format)?;
        // Before anything is computed.
        let font = self.font(format)?;
        let means = match (self.frozen, self.fresh) {
            (true, _) => Means::Frozen,
            (_, true) => Means::Fresh,
            _ => Means::Any,
        };
        let shown = shown::shown(&self.root, Some(&self.name), catalog, (means, program))?;
        let parts = (
            shown.simulations.get(&self.name),
            shown.records.get(&self.name),
            shown.exhibits.get(&self.name),
        );
        let (Some(simulation), Some(record), Some(exhibited)) = parts else {
            bail!("`{}` cannot be shown", self.name);
        };
        if self.fresh {
            eprintln!("note: computed again: record {}", record.digest);
        }
        let (at, figure) = shown::figure(&self.name, self.figure.as_deref(), &exhibited.figures)?;
        if self.figure.is_none() {
            shown::tell_others(&exhibited.figures);
        }
        let bytes = match format {
            Format::Csv => csv(figure).into_bytes(),
            Format::Json => {
                let value = export::simulation(simulation, record, &exhibited.claims);
                format!("{}\n", layout::compact(&value)).into_bytes()
            }
            _ => self.drawing(figure, format, &font)?,
        };
        // The names under which a build publishes the files.
        let stem = match at {
            0 => self.name.clone(),
            _ if format == Format::Json => self.name.clone(),
            _ => format!("{}-{}", self.name, figure.name),
        };
        self.write(&bytes, &format!("{stem}.{}", format.name()))
    }

    fn format(&self) -> anyhow::Result<Format> {
        let extension = self.output.as_deref().and_then(Path::extension);
        match (self.format, extension) {
            (Some(format), _) => Ok(format),
            (None, None) => Ok(Format::Svg),
            (None, Some(extension)) => {
                let extension = extension.to_string_lossy();
                Format::named(&extension).with_context(|| {
                    format!("no format is called `{extension}`: {}", known_formats(&extension))
                })
            }
        }
    }

    /// An option that the format has no use for would be taken for heeded.
    fn refuse_what_is_not_of(&self, format: Format) -> anyhow::Result<()> {
        let drawn = [
            ("--for", self.place.is_some()),
            ("--theme", self.theme.is_some()),
            ("--background", self.background.is_some()),
            ("--width", self.width.is_some()),
            ("--aspect", self.aspect.is_some()),
            ("--font", self.font.is_some()),
            ("--font-size", self.font_size.is_some()),
        ];
        let given = |(_, given): &&(&str, bool)| *given;
        let useless = match format {
            Format::Csv | Format::Json => drawn.iter().find(given).map(|(option, _)| *option),
            _ => None,
        };
        let useless =
            useless.or((format != Format::Png && self.scale.is_some()).then_some("--scale"));
        match useless {
            Some(option) => bail!("`{option}` means nothing for {}: leave it out", format.name()),
            None => Ok(()),
        }
    }

    fn look(&self, format: Format, family: Option<String>) -> Look {
        let theme = match self.theme {
            None => Theme::Page,
            Some(PageTheme::Light) => Theme::Light,
            Some(PageTheme::Dark) => Theme::Dark,
        };
        // Transparent pixels are unreadable wherever the viewer's own colour is not the theme's.
        let background = match self.background {
            None => format == Format::Png,
            Some(background) => background == Background::Page,
        };
        let place = match self.place {
            None | Some(Place::Page) => Look::default(),
            Some(Place::Narrow) => Look::narrow(),
            Some(Place::Slide) => Look::slide(),
        };
        Look {
            theme,
            width: self.width.or(place.width),
            aspect: self.aspect.or(place.aspect),
            font_size: self.font_size.or(place.font_size),
            family,
            background,
            columns: place.columns,
        }
    }

    fn write(&self, bytes: &[u8], name: &str) -> anyhow::Result<()> {
        let path = self.output.clone().unwrap_or_else(|| PathBuf::from(name));
        if path.as_os_str() == "-" {
            let mut out = std::io::stdout().lock();
            return out
                .write_all(bytes)
                .and_then(|()| out.flush())
                .context("standard output cannot be written");
        }
        std::fs::write(&path, bytes)
            .with_context(|| format!("`{}` cannot be written", path.display()))?;
        eprintln!("wrote {}", path.display());
        Ok(())
    }
}

#[cfg(feature = "export")]
impl Export {
    /// The fonts, and the family that the drawing names.
    fn font(&self, format: Format) -> anyhow::Result<(export::fonts::Fonts, Option<String>)> {
        use export::fonts::FAMILY;
        use export::fonts::Fonts;
        let shipped = Fonts::shipped();
        let Some(name) = &self.font else { return Ok((shipped, None)) };
        if is_file(name) {
            let fonts = Fonts::with_file(Path::new(name))?;
            let family = fonts.family().to_owned();
            return Ok((fonts, Some(family)));
        }
        if matches!(format, Format::Png | Format::Pdf) && name != FAMILY {
            bail!(
                "{} uses no fonts of this machine: give the file of `{name}` (`--font {name}.ttf`), \
                 or leave out --font for {FAMILY}",
                format.name()
            );
        }
        Ok((shipped, Some(name.clone())))
    }

    fn drawing(
        &self,
        figure: &Figure,
        format: Format,
        (fonts, family): &(export::fonts::Fonts, Option<String>),
    ) -> anyhow::Result<Vec<u8>> {
        let svg = draw_with(figure, &self.look(format, family.clone()));
        Ok(match format {
            Format::Png => export::png::png(&svg, fonts, self.scale.unwrap_or(2.0))?,
            Format::Pdf => export::pdf::pdf(&svg, figure.label.trim(), fonts)?,
            _ => format!("{svg}\n").into_bytes(),
        })
    }
}

#[cfg(not(feature = "export"))]
impl Export {
    fn font(&self, format: Format) -> anyhow::Result<Option<String>> {
        let file = self.font.as_deref().is_some_and(is_file);
        if matches!(format, Format::Png | Format::Pdf) || file {
            bail!(
                "this program was built without the feature `export`, which {} needs",
                if file { "the file of a font" } else { format.name() }
            );
        }
        Ok(self.font.clone())
    }

    fn drawing(
        &self,
        figure: &Figure,
        format: Format,
        family: &Option<String>,
    ) -> anyhow::Result<Vec<u8>> {
        Ok(format!("{}\n", draw_with(figure, &self.look(format, family.clone()))).into_bytes())
    }
}

/// Whether `--font` names a file rather than a family.
fn is_file(name: &str) -> bool {
    let extension = Path::new(name).extension().unwrap_or_default();
    ["ttf", "otf", "ttc"].iter().any(|known| extension.eq_ignore_ascii_case(known))
        || name.contains(std::path::is_separator)
}

fn format(text: &str) -> Result<Format, String> {
    Format::named(text).ok_or_else(|| known_formats(text))
}

fn known_formats(text: &str) -> String {
    let near = suggest(text, Format::ALL.map(Format::name));
    match near.starts_with("there are") {
        true => near,
        false => format!("{near} There are {}", Format::ALL.map(Format::name).join(", ")),
    }
}

/// A number above `LOW` and at most `HIGH`.
fn within<const LOW: u32, const HIGH: u32>(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| *number > 0.0);
    number.filter(|number| (f64::from(LOW)..=f64::from(HIGH)).contains(number)).ok_or_else(|| {
        match LOW {
            0 => format!("a number above 0, up to {HIGH}, is needed"),
            _ => format!("a number from {LOW} to {HIGH} is needed"),
        }
    })
}

/// `16:9` or `1.5`, from 1:10 to 10:1.
fn aspect(text: &str) -> Result<f64, String> {
    let ratio = match text.split_once([':', '/']) {
        Some((width, height)) => {
            width.parse::<f64>().ok().zip(height.parse::<f64>().ok()).map(|(w, h)| w / h)
        }
        None => text.parse().ok(),
    };
    ratio
        .filter(|ratio| (0.1..=10.0).contains(ratio))
        .ok_or_else(|| "write width:height, as 16:9, from 1:10 to 10:1".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aspects_are_two_numbers_or_one() {
        assert_eq!(aspect("16:9"), Ok(16.0 / 9.0));
        assert_eq!(aspect("4/3"), Ok(4.0 / 3.0));
        assert_eq!(aspect("1.5"), Ok(1.5));
        for wrong in ["", "16:", "0:1", "1:0", "nan", "-1", "99", "16:9:1", "inf"] {
            assert!(aspect(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn numbers_have_bounds() {
        assert_eq!(within::<0, 32>("0.5"), Ok(0.5));
        for wrong in ["0", "33", "nan", "-1", "x", "inf"] {
            assert!(within::<0, 32>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_font_with_an_extension_or_a_folder_is_a_file() {
        for (name, expected) in [
            ("a.ttf", true),
            ("A.OTF", true),
            ("fonts/a", true),
            ("Fira Sans", false),
            ("Inter", false),
        ] {
            assert_eq!(is_file(name), expected, "{name}");
        }
    }
}
