//! The command line. Without a command the program is mdBook's preprocessor.

mod book;
mod build;
mod check;
mod cite;
mod export;
mod gc;
mod list;
mod referred;
mod run;
mod sheet;
mod show;
mod shown;
mod status;
mod verify;

use std::io::IsTerminal;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use clap::Parser;
use clap::Subcommand;
use experiments::entry::Catalog;

use self::build::Build;
use self::check::Check;
use self::cite::Cite;
use self::export::Export;
use self::gc::Gc;
use self::list::List;
use self::run::Run;
use self::sheet::Sheet;
use self::show::Show;
use self::status::Status;
use self::verify::Verify;
use crate::Options;
use crate::config::Config;
use crate::diagnostics::Problems;
use crate::host;
use crate::obtain::Running;
use crate::runner::progress::Telling;
use crate::runner::worker;
use crate::system;

pub use self::build::build;
pub use self::check::check;

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
    Check(Check),
    /// Print what cites a figure in a paper or a deck, or say which cited figures changed since
    Cite(Cite),
    /// Write one figure, or its numbers, into a file
    Export(Export),
    /// Remove records that no lesson refers to, finished shards and drafts
    Gc(Gc),
    /// Print every experiment that a lesson can name, and which the book shows
    List(List),
    /// Compute what has no fresh record, or what is named, and store it; build no pages
    Run(Run),
    /// Print parameters, estimates, claims, figures and cost of a simulation or an experiment
    Show(Show),
    /// Draw every figure of the book and a test card into PNG sheets, to look at
    Sheet(Sheet),
    /// Do shards that another process of this program hands over
    #[command(hide = true)]
    Worker,
    /// Print which records are fresh and which are not, why, and what it would take; compute nothing
    Status(Status),
    /// Compute records again, and say whether the numbers are those that lie there; store nothing
    Verify(Verify),
    /// Say whether a renderer is supported (mdBook asks this)
    Supports {
        /// The renderer's name
        renderer: String,
    },
}

impl Command {
    /// Whether it computes, and says what is kept when it is stopped. A process in the background ends with its session.
    fn computes(&self) -> bool {
        match self {
            Self::Run(run) => !run.is_in_the_background(),
            Self::Build(_) | Self::Export(_) | Self::Sheet(_) | Self::Verify(_) => true,
            _ => false,
        }
    }
}

#[derive(Debug, Args)]
struct Root {
    /// The folder of book.toml
    #[arg(default_value = ".")]
    root: PathBuf,
}

/// How to compute.
#[derive(Debug, Args)]
struct Computing {
    /// The backend that runs experiments: flex, ndarray, wgpu, or auto (a graphics card if there is one)
    #[arg(long)]
    backend: Option<String>,
    /// How many shards run at a time; by default as many as there are cores
    #[arg(short, long, value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Print what happens to standard output, a line of JSON for each event
    #[arg(long)]
    json: bool,
}

impl Computing {
    fn running(&self, program: Option<&Path>) -> Running {
        Running {
            workers: program.map(Path::to_owned),
            at_once: self.jobs.map(usize::from),
            telling: if self.json { Telling::Events } else { Telling::People },
            ..Running::default()
        }
    }

    /// Puts the backend that is asked for in the place of the configured one. One that does not exist is a problem.
    fn configure(&self, config: &mut Config, problems: &mut Problems) {
        if let Some(backend) = &self.backend {
            config.backend.clone_from(backend);
        }
        host::guard_backend(&config.backend, problems);
    }
}

/// Runs the program with a catalog of experiments.
#[must_use]
pub fn main(catalog: Catalog) -> ExitCode {
    log();
    let arguments = Arguments::parse();
    // Without its own path, which a system may withhold, threads do what workers would.
    let program = std::env::current_exe().ok();
    let program = program.as_deref();
    if arguments.command.as_ref().is_some_and(Command::computes) {
        system::heed_signals();
    }
    let code = finished(run(arguments.command, Arc::new(catalog), &mut std::io::stdout(), program));
    match system::is_interrupted() {
        true => ExitCode::from(system::ENDED),
        false => code,
    }
}

/// Runs one command, as `["export", "NAME"]`, with a catalog of experiments.
///
/// # Errors
/// When there is no such command, and those of the command.
pub fn command(arguments: &[&str], catalog: Arc<Catalog>) -> anyhow::Result<ExitCode> {
    command_into(arguments, catalog, &mut std::io::stdout())
}

/// The same, with what `cite`, `gc --dry-run`, `list`, `run`, `show`, `status` and `verify` print for people
/// written to `out`.
///
/// # Errors
/// Those of [`command`].
pub fn command_into(
    arguments: &[&str],
    catalog: Arc<Catalog>,
    out: &mut dyn Write,
) -> anyhow::Result<ExitCode> {
    let arguments = std::iter::once(&"mdbook-simulation").chain(arguments);
    run(Arguments::try_parse_from(arguments)?.command, catalog, out, None)
}

fn finished(result: anyhow::Result<ExitCode>) -> ExitCode {
    match result {
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

/// Runs a command; `program` is what has workers, if not threads are to do their work.
fn run(
    command: Option<Command>,
    catalog: Arc<Catalog>,
    out: &mut dyn Write,
    program: Option<&Path>,
) -> anyhow::Result<ExitCode> {
    match command {
        None => {
            // Nobody would read what comes out when mdBook is gone.
            system::live_with_parent();
            let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
            let running = Running { workers: program.map(Path::to_owned), ..Running::default() };
            let options = Options { running, ..Options::default() };
            host::serve(&mut input, &mut output, catalog, options)?;
        }
        Some(Command::Supports { renderer }) => {
            return Ok(if renderer == "not-supported" {
                ExitCode::FAILURE
            } else {
                ExitCode::SUCCESS
            });
        }
        Some(Command::Build(build)) => build.run(catalog, program)?,
        Some(Command::Check(check)) => check.run(catalog)?,
        Some(Command::Cite(cite)) => return cite.run(&catalog, out),
        Some(Command::List(list)) => list.run(&catalog, out)?,
        Some(Command::Show(show)) => show.run(&catalog, out)?,
        Some(Command::Export(export)) => export.run(&catalog, program)?,
        Some(Command::Gc(gc)) => gc.run(&catalog, out)?,
        Some(Command::Run(run)) => return run.run(&catalog, program, out),
        Some(Command::Sheet(sheet)) => sheet.run(&catalog, program)?,
        Some(Command::Status(status)) => return status.run(&catalog, out),
        Some(Command::Verify(verify)) => return verify.run(&catalog, program, out),
        Some(Command::Worker) => worker::work(&catalog)?,
    }
    Ok(ExitCode::SUCCESS)
}
