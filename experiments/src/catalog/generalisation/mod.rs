//! Part V of the course: why networks with more parameters than data can generalise.

pub mod double_descent;
pub mod double_descent_theory;
