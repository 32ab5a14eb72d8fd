//! The command line. Without a command the program is mdBook's preprocessor.

use std::io::IsTerminal;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use anyhow::bail;
use clap::Args;
use clap::Parser;
use clap::Subcommand;
use experiments::entry::Catalog;
use mdbook_driver::MDBook;
use mdbook_driver::config::Config;

use crate::Options;
use crate::Report;
use crate::host;
use crate::host::Simulation;
use crate::store::records::Records;
use crate::store::scratch::Scratch;

/// An mdBook preprocessor that runs experiments and publishes their figures and numbers.
#[derive(Debug, Parser)]
#[command(name = "mdbook-simulation", version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build the book with mdBook's own driver, in this process
    Build(Build),
    /// Check lessons, claims and records without computing or writing anything
    Check(Root),
    /// Remove records that no lesson refers to, and finished shards
    Gc(Root),
    /// Say whether a renderer is supported (mdBook asks this)
    Supports {
        /// The renderer's name
        renderer: String,
    },
}

#[derive(Debug, Args)]
struct Root {
    /// The folder of book.toml
    #[arg(default_value = ".")]
    root: PathBuf,
}

#[derive(Debug, Args)]
struct Build {
    #[command(flatten)]
    root: Root,
    /// The folder to build into, relative to the current one, instead of book.toml's build-dir
    #[arg(short, long)]
    dest_dir: Option<PathBuf>,
    /// Fail rather than compute: every record must be there and match the code
    #[arg(long)]
    frozen: bool,
    /// The backend that runs experiments: flex, ndarray or wgpu
    #[arg(long)]
    backend: Option<String>,
}

/// Runs the program with a catalog of experiments.
#[must_use]
pub fn main(catalog: Catalog) -> ExitCode {
    log();
    let arguments = Arguments::parse();
    match run(arguments.command, Arc::new(catalog)) {
        Ok(code) => code,
        Err(error) => {
            // The error and its causes, without the backtrace that RUST_BACKTRACE would add.
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn log() {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_env("MDBOOK_LOG").unwrap_or_else(|_| {
        EnvFilter::new("info,mdbook_driver=warn,mdbook_html=warn,handlebars=off,html5ever=error")
    });
    // A second call, from a test, finds a subscriber set and leaves it.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .without_time()
        .with_target(false)
        .try_init();
}

fn run(command: Option<Command>, catalog: Arc<Catalog>) -> anyhow::Result<ExitCode> {
    match command {
        None => {
            let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
            host::serve(&mut input, &mut output, catalog, Options::default())?;
        }
        Some(Command::Supports { renderer }) => {
            return Ok(if renderer == "not-supported" {
                ExitCode::FAILURE
            } else {
                ExitCode::SUCCESS
            });
        }
        Some(Command::Build(Build { root, dest_dir, frozen, backend })) => {
            let options = Options { frozen, backend, check: false };
            build(&root.root, dest_dir.as_deref(), catalog, options)?;
        }
        Some(Command::Check(Root { root })) => {
            check(&root, catalog)?;
        }
        Some(Command::Gc(Root { root })) => gc(&root, catalog)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Builds the book at `root` as `mdbook build` would.
///
/// # Errors
/// When the book cannot be loaded, has errors, or cannot be written.
pub fn build(
    root: &Path,
    destination: Option<&Path>,
    catalog: Arc<Catalog>,
    options: Options,
) -> anyhow::Result<Report> {
    let mut book = load(root)?;
    if let Some(destination) = destination {
        book.config.build.build_dir = std::path::absolute(destination)?;
    }
    let simulation = Simulation::new(catalog, options);
    book.with_preprocessor(simulation.clone());
    book.build()?;
    simulation.take_report().context("mdBook did not run the preprocessor")
}

/// Checks the book at `root`: scans and resolves every lesson, reads every record, decides every
/// claim, renders every figure and formula; computes nothing and writes nothing. Records that no
/// lesson refers to are errors too.
///
/// # Errors
/// When the book cannot be loaded or has errors.
pub fn check(root: &Path, catalog: Arc<Catalog>) -> anyhow::Result<Report> {
    let report = inspect(root, catalog)?;
    let unreferenced = unreferenced(root, &report)?;
    for path in &unreferenced {
        eprintln!("error: no lesson refers to the record `{}`", path.display());
    }
    if !unreferenced.is_empty() {
        bail!("{} unreferenced records: `mdbook-simulation gc` removes them", unreferenced.len());
    }
    Ok(report)
}

fn gc(root: &Path, catalog: Arc<Catalog>) -> anyhow::Result<()> {
    let report = inspect(root, catalog).context("nothing is removed while the book has errors")?;
    let scratch = Scratch::new(root);
    let _lock = scratch.lock().context("the scratch folder cannot be used")?;
    for path in unreferenced(root, &report)? {
        std::fs::remove_file(&path).with_context(|| path.display().to_string())?;
        eprintln!("removed {}", path.display());
    }
    let shards = scratch.clear().context("scratch cannot be cleared")?;
    eprintln!("removed {shards} finished shards");
    Ok(())
}

fn inspect(root: &Path, catalog: Arc<Catalog>) -> anyhow::Result<Report> {
    let mut config = configuration(root)?;
    // mdBook would create the files that SUMMARY.md misspells.
    config.build.create_missing = false;
    let renderers = config.get::<Vec<String>>("preprocessor.simulation.renderers")?;
    let renderer = renderers.and_then(|names| names.into_iter().next());
    let mut book = MDBook::load_with_config(root, config)?;
    let simulation = Simulation::new(catalog, Options { check: true, ..Options::default() });
    book.with_preprocessor(simulation.clone());
    book.preprocess_book(&Nothing(renderer.unwrap_or_else(|| "html".into())))?;
    simulation.take_report().context("mdBook did not run the preprocessor")
}

fn unreferenced(root: &Path, report: &Report) -> anyhow::Result<Vec<PathBuf>> {
    let records = configuration(root)?.get::<PathBuf>("preprocessor.simulation.records")?;
    let folder = root.join(records.unwrap_or_else(|| "records".into()));
    let files = Records::new(folder).files();
    Ok(files.into_iter().filter(|path| !report.records.contains(path)).collect())
}

fn load(root: &Path) -> anyhow::Result<MDBook> {
    MDBook::load_with_config(root, configuration(root)?)
}

fn configuration(root: &Path) -> anyhow::Result<Config> {
    let file = root.join("book.toml");
    if !file.is_file() {
        bail!("there is no book.toml in `{}`: give the folder of the book", root.display());
    }
    let mut config = Config::from_disk(file)?;
    config.update_from_env()?;
    Ok(config)
}

/// Stands for the renderer of that name where only preprocessors are to run.
struct Nothing(String);

impl mdbook_renderer::Renderer for Nothing {
    fn name(&self) -> &str {
        &self.0
    }

    fn render(&self, _: &mdbook_renderer::RenderContext) -> anyhow::Result<()> {
        Ok(())
    }
}
