//! Trailmark runtime.
