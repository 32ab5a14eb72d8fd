//! The command `mdbook-simulation` for this course's catalog.

fn main() {}
