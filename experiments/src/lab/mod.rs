//! Apparatus that experiments share. Each module is reached by its explicit path
//! (`crate::lab::random::stream`): no re-exports, no globs, no macros, so that the build script can
//! follow who uses what.

pub mod bootstrap;
pub mod calibration;
pub mod convolution;
pub mod curvature;
pub mod data;
pub mod digits;
pub mod divergence;
pub mod eigen;
pub mod flex;
pub mod idx;
pub mod initialisation;
pub mod landscape;
pub mod linear_algebra;
pub mod loss;
pub mod matching;
pub mod mnist;
pub mod model;
pub mod network;
pub mod norms;
pub mod optimiser;
pub mod pass;
pub mod paths;
pub mod random;
pub mod random_features;
pub mod rank;
#[cfg(test)]
pub(crate) mod reference;
pub mod region_counts;
pub mod regions;
pub mod scaling;
pub mod sharpness;
pub mod statistics;
pub mod tangent_kernel;
pub mod training;
pub mod training_set;
