//! What a run says while it goes on: how long it has taken so far, and what is measured now.

use std::fmt::Display;
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Hands the time at which the run began, in seconds, to the processes that it starts.
const STARTED: &str = "TRAILMARK_BENCH_STARTED";

fn started() -> Duration {
    static TIME: OnceLock<Duration> = OnceLock::new();
    *TIME.get_or_init(|| {
        let given = std::env::var(STARTED).ok().and_then(|text| text.parse().ok());
        given.map_or_else(now, Duration::from_secs_f64)
    })
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// Prints a line to stderr, with the minutes and seconds since the run began.
pub fn say(what: impl Display) {
    let seconds = now().saturating_sub(started()).as_secs();
    eprintln!("[{:2}:{:02}] {what}", seconds / 60, seconds % 60);
}

/// Has a process that this one starts count from the same time.
pub fn hand_on(command: &mut Command) {
    command.env(STARTED, started().as_secs_f64().to_string());
}
