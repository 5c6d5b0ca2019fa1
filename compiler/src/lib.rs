//! Trailmark compiler.
pub mod options;
