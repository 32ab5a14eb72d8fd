//! Data: the generators of the course, one file for each family, and pictures with labels.
//!
//! All are drawn in f64 on the host from streams that the caller gives
//! ([`crate::lab::random::stream`]), example by example: of one stream, the first *m* of *n*
//! examples are those of *m*, whatever *n* and the noise are. A part of a distribution that is fixed
//! while data are drawn (a teacher) takes a stream of its own.

pub mod canvas;
pub mod classes;
pub mod curves;
pub mod draws;
pub mod examples;
pub mod linear;
pub mod mixtures;
pub mod modular;
pub mod normal_inputs;
pub mod pictures;
