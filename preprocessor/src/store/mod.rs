//! Where results lie: [`records`] (committed, the published numbers) and [`scratch`] (finished
//! shards, temporary files; safe to delete).
//!
//! Both write to a temporary file in scratch, sync and rename, and both treat a file that is
//! truncated, edited or of another schema as a miss that is reported, never as a result. What [`packs`] hold is
//! quicker to make than worth a report.

pub mod durations;
pub mod files;
pub mod layout;
pub(crate) mod packs;
pub mod records;
pub mod scratch;
pub mod sources;
