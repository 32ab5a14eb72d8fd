//! The command `mdbook-simulation` with this course's experiments.

use std::process::ExitCode;

fn main() -> ExitCode {
    mdbook_simulation::cli::main(experiments::catalog::all())
}
