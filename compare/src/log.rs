//! Access logs: what requests that were really made would get from a site that is not deployed yet.

mod aggregate;
mod blocks;
mod common;
mod json;
mod record;
mod replay;
mod report;
mod verdict;

pub use blocks::LONGEST_LINE;
pub use record::{KNOWN_FORMATS, LogFormat, Read, Record, read_line};
pub use replay::{LogError, LogSource, ReplayOptions, replay};
pub use report::{Damaged, LogReport, TopPath, Total};
pub use verdict::Group;
