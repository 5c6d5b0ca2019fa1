//! Access logs: what requests that were really made would get from a site that is not deployed yet.

mod aggregate;
mod aws;
mod blocks;
mod changes;
mod common;
mod counts;
mod fate;
mod json;
mod reading;
mod record;
mod replay;
mod verdict;

pub use aggregate::Total;
pub use blocks::LONGEST_LINE;
pub use changes::{AskedPath, ChangeReport, changes};
pub use counts::{Damaged, LogCounts};
pub use fate::Fate;
pub use reading::{LogError, LogOptions, LogSource};
pub use record::{KNOWN_FORMATS, LogFormat, Read, Record, read_line};
pub use replay::{LogReport, TopPath, replay};
pub use verdict::Group;
