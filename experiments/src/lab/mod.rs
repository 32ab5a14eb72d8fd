//! Apparatus that experiments share. Each module is reached by its explicit path
//! (`crate::lab::random::stream`): no re-exports, no globs, no macros, so that the build script can
//! follow who uses what.

pub mod convolution;
pub mod curvature;
pub mod flex;
pub mod initialisation;
pub mod landscape;
pub mod linear_algebra;
pub mod loss;
pub mod model;
pub mod network;
pub mod optimiser;
pub mod random;
pub mod random_features;
pub mod statistics;
pub mod training;
pub mod training_set;
