//! Part I of the course: learning as the minimisation of a risk, and what the risk is made of.

pub mod error_decomposition;
pub mod hoeffding;
