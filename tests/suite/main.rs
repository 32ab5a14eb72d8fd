//! The whole thing from outside: tiny books in, pages and problems out.

mod backends;
mod blocks;
mod cite;
mod course;
mod data;
mod edits;
mod errors;
mod export;
mod hostile;
mod large;
mod line;
mod lookup;
mod mutations;
mod pages;
mod protocol;
mod status;
mod sweep;
mod text;
mod workers;
