//! What the tests of Trailmark share: the recorded answers of the real servers, and the judge that holds ours against them.

pub mod audit_docs;
pub mod conformance;
pub mod corpus;
pub mod format_docs;
pub mod hosts_docs;
pub mod judge;
pub mod mutate;
pub mod reference;
pub mod routing_docs;
pub mod sites;
pub mod tables;
pub mod targets;
mod text_targets;

/// The README's example, run as a test.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
