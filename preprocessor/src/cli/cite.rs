//! `cite`: what cites a figure in a paper or a deck, and which cited figures changed since.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use anyhow::bail;
use clap::Args;
use experiments::entry::Catalog;

use super::shown;
use super::shown::Known;
use crate::cite;
use crate::cite::Citation;
use crate::cite::Format;
use crate::cite::Mark;
use crate::cite::Now;
use crate::cite::Source;
use crate::cite::Standing;
use crate::render::html::address;

#[derive(Debug, Args)]
pub(super) struct Cite {
    /// A simulation of the book, or else an experiment, which is taken at its defaults
    #[arg(required_unless_present = "check")]
    name: Option<String>,
    /// Which figure; by default the first
    #[arg(long)]
    figure: Option<String>,
    /// For what
    #[arg(long, default_value = "all")]
    format: Format,
    /// Say which of the figures that these papers and decks cite have changed, and by how much
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["name", "figure", "format"])]
    check: Vec<PathBuf>,
    /// The folder of book.toml
    #[arg(long, default_value = ".")]
    root: PathBuf,
}

impl Cite {
    /// Runs the command. It fails where a cited figure is not what it was.
    pub(super) fn run(self, catalog: &Catalog, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
        match &self.name {
            None => check(&self.root, self.check, catalog, out),
            Some(name) => {
                let text = self.text(name, catalog)?;
                out.write_all(text.as_bytes()).context("standard output cannot be written")?;
                Ok(ExitCode::SUCCESS)
            }
        }
    }

    fn text(&self, name: &str, catalog: &Catalog) -> anyhow::Result<String> {
        let known = shown::known(&self.root, &[name].into(), catalog)?;
        if !known.whole {
            bail!("the book has errors: see above");
        }
        let Some(simulation) = known.simulations.get(name) else {
            bail!(known.unknown(name, catalog));
        };
        let title = simulation.entry.title();
        let stored = known.record(name).map_err(anyhow::Error::msg)?;
        let exhibited = known
            .exhibits
            .get(name)
            .with_context(|| format!("the figures of `{name}` cannot be made"))?;
        let (at, figure) = shown::figure(name, self.figure.as_deref(), &exhibited.figures)?;
        if self.figure.is_none() {
            shown::tell_others(&exhibited.figures);
        }
        let first = at == 0;
        let mark =
            cite::mark(name, figure, first, &exhibited.claims, stored).with_context(|| {
                format!("the figure `{}` has a name that cannot be cited", figure.name)
            })?;
        let anchor = if first { name.to_owned() } else { format!("{name}-{}", figure.name) };
        let source =
            Source { url: url(&known, name, &figure.name, &anchor), ..known.source.clone() };
        let citation = Citation { source: &source, figure, first, title, stored, mark: &mark };
        Ok(citation.text(self.format))
    }
}

/// The address of the figure where a lesson shows it, else that of the book.
fn url(known: &Known<'_>, name: &str, figure: &str, anchor: &str) -> Option<String> {
    let base = known.source.url.as_ref()?;
    Some(match known.page(name, figure) {
        Some(page) => format!("{base}{}#fig-{anchor}", address(page)),
        None => base.clone(),
    })
}

/// A mark and where it stands.
struct Cited {
    file: PathBuf,
    line: usize,
    mark: Result<Mark, String>,
}

fn check(
    root: &Path,
    mut files: Vec<PathBuf>,
    catalog: &Catalog,
    out: &mut dyn Write,
) -> anyhow::Result<ExitCode> {
    files.sort();
    files.dedup();
    let mut cited = Vec::new();
    for file in files {
        let bytes =
            std::fs::read(&file).with_context(|| format!("`{}` cannot be read", file.display()))?;
        let found = cite::marks(&String::from_utf8_lossy(&bytes));
        cited.extend(found.into_iter().map(|found| Cited {
            file: file.clone(),
            line: found.line,
            mark: found.mark,
        }));
    }
    if cited.is_empty() {
        bail!(
            "no figure is cited there: `mdbook-simulation cite NAME` prints what to paste, with its mark"
        );
    }
    let names = cited.iter().filter_map(|cited| cited.mark.as_ref().ok());
    let names: BTreeSet<&str> = names.map(|mark| mark.name.as_str()).collect();
    let known = shown::known(root, &names, catalog)?;
    if !known.whole {
        bail!("the book has errors: see above");
    }
    let mut changed = 0;
    for Cited { file, line, mark } in &cited {
        let (what, standing) = match mark {
            Ok(mark) => (format!("{} {}", mark.name, mark.figure), standing(mark, &known, catalog)),
            Err(why) => ("a mark that cannot be read".to_owned(), Standing::broken(why)),
        };
        changed += usize::from(!standing.same);
        let mut lines = standing.lines.iter();
        let first = lines.next().map_or("", String::as_str);
        writeln!(out, "{}:{line}: {what}: {first}", file.display())?;
        for line in lines {
            writeln!(out, "    {line}")?;
        }
    }
    let plural = if cited.len() == 1 { "" } else { "s" };
    writeln!(out, "{} cited figure{plural}, {changed} not as cited", cited.len())?;
    Ok(if changed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn standing(mark: &Mark, known: &Known<'_>, catalog: &Catalog) -> Standing {
    let name = &mark.name;
    if !known.simulations.contains_key(name) {
        return Standing::broken(&format!("gone: {}", known.unknown(name, catalog)));
    }
    let stored = match known.record(name) {
        Ok(stored) => stored,
        Err(why) => return Standing::broken(&format!("cannot be compared: {why}")),
    };
    let (figures, claims) = match known.exhibits.get(name) {
        Some(exhibited) => (&exhibited.figures[..], &exhibited.claims[..]),
        None => (&[][..], &[][..]),
    };
    match shown::figure(name, Some(&mark.figure), figures) {
        Ok((_, figure)) => cite::compare(mark, Now { figure, stored, claims }),
        Err(why) => Standing::broken(&format!("gone: {why}")),
    }
}
