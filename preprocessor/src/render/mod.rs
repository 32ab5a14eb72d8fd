//! From figures and formulas to HTML.

pub mod figure;
pub mod math;
