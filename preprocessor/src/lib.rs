//! mdbook-simulation: from a directive in a lesson to a published figure.

pub mod number;
pub mod render;
pub mod scan;
pub mod theme;
