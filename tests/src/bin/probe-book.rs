//! The whole program with the probe for its only experiment: what workers of a book of one's own are.

use std::process::ExitCode;

use tests::probe;

fn main() -> ExitCode {
    let edited = std::env::var_os(probe::AFTER_AN_EDIT).is_some();
    let code = if edited { &probe::EDITED } else { &probe::CODE };
    mdbook_simulation::cli::main(probe::catalog(code))
}
