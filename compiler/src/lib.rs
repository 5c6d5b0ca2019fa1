//! Trailmark compiler.
pub mod config;
pub mod media_type;
pub mod options;
