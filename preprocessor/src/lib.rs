//! mdbook-simulation: from a directive in a lesson to a published figure.

pub mod render;
pub mod scan;
