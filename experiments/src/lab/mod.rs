//! Apparatus that experiments share. Each module is reached by its explicit path
//! (`crate::lab::random::stream`): no re-exports, no globs, no macros, so that the build script can
//! follow who uses what.

pub mod curvature;
pub mod data;
pub mod digits;
pub mod idx;
pub mod landscape;
pub mod linear_algebra;
pub mod mnist;
pub mod network;
pub mod optimiser;
pub mod random;
pub mod random_features;
pub mod statistics;
