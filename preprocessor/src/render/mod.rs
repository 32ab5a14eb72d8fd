//! From figures and formulas to HTML.

pub mod figure;
pub mod html;
pub mod math;
pub mod toggle;
