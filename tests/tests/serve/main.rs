//! `trailmark serve`, as a process with a port of its own.

mod answers;
mod basics;
mod end;
mod kit;
mod limits;
mod log;
mod metrics;
mod report;
mod smuggling;
#[path = "../cli/support.rs"]
#[allow(dead_code, reason = "shared with the tests of the other commands")]
mod support;
mod swaps;
mod watch;
