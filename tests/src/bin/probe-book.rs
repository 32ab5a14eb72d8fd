//! The whole program with the probe for its only experiment: what workers of a book of one's own are.

use std::process::ExitCode;

use tests::probe;

fn main() -> ExitCode {
    mdbook_simulation::cli::main(probe::catalog(&probe::CODE))
}
