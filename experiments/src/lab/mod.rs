//! Apparatus that experiments share. Each module is reached by its explicit path
//! (`crate::lab::random::stream`): no re-exports, no globs, no macros, so that the build script can
//! follow who uses what.

pub mod random;
pub mod statistics;
