//! The science of the course: experiments that turn parameters into records, and exhibits that say
//! how a record is shown.
//!
//! Reading order, which is also the order of dependencies:
//!
//! 1. [`parameters`]: what an author may set, typed and bounded;
//! 2. [`record`]: what was measured, with intervals, and nothing about looks;
//! 3. [`experiment`]: from parameters over shards to a record; [`data`]: what the book supplies for it;
//! 4. [`claim`], [`bound`], [`figure`], [`exhibit`]: from a record to statements and pictures; [`rounding`]:
//!    how many digits of a number;
//! 5. [`lab`]: the apparatus that experiments share;
//! 6. [`catalog`]: the experiments themselves, one file each;
//! 7. [`entry`]: an experiment with its types erased, as the preprocessor sees it;
//! 8. [`fingerprint`]: what the build script says about the code behind each experiment.
//!
//! This crate knows burn. It knows nothing of mdBook, of plotting, of HTML or of a command line.

pub mod backend;
pub mod bound;
pub mod catalog;
pub mod claim;
pub mod data;
pub mod entry;
pub mod exhibit;
pub mod experiment;
pub mod figure;
pub mod fingerprint;
pub mod lab;
pub mod number;
pub mod parameters;
pub mod record;
pub mod rounding;
