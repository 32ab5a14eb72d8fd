//! The whole thing from outside: tiny books in, pages and problems out.

mod backends;
mod blocks;
mod cite;
mod course;
mod damage;
mod data;
mod edits;
mod errors;
mod export;
mod hostile;
mod kills;
mod limits;
mod line;
mod live;
mod lookup;
mod many;
mod mutations;
mod pages;
mod probed;
mod protocol;
mod serve;
mod status;
mod storage;
mod sweep;
mod text;
mod workers;
