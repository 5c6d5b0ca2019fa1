//! Measures Trailmark beside what one would use instead: the same sites, the same requests, in turns, answers checked.
//!
//! - [`corpus`] makes sites, [`requests`] makes streams of requests to them;
//! - [`contestants`] answer them; [`measure`] takes the time.
//!
//! `cargo xtask bench` runs all of it and writes `docs/BENCHMARKS.md`; `cargo bench -p trailmark-benches` runs the criterion
//! benchmarks, which are about a single machine over time.

pub mod before;
pub mod charts;
pub mod contestants;
pub mod corpus;
pub mod fence;
pub mod machine;
pub mod measure;
pub mod memory;
pub(crate) mod numbers;
pub mod page;
pub mod parts;
pub mod progress;
pub mod random;
pub mod requests;
pub mod results;
pub mod sweeper;
