//! What the tests of Trailmark share: the recorded answers of the real servers, and the judge that holds ours against them.

pub mod conformance;
pub mod corpus;
pub mod reference;
pub mod sites;
