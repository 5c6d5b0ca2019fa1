//! Another program, run to its end and measured: wall time, processor time, peak memory.
//!
//! The system reports the peak of a process's children all together, so each program gets a parent of its own: this program
//! again, with a hidden subcommand.

use std::ffi::OsString;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use super::{itself, json_of};

/// What a program took.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Taken {
    /// Wall time, seconds.
    pub seconds: f64,
    /// Processor time of it and its children, seconds.
    pub cpu_seconds: f64,
    /// The most memory that one of its processes had, bytes.
    pub peak: u64,
}

/// Runs a program; its output is thrown away.
///
/// # Errors
/// It can't be started, or fails.
pub fn measured(command: &Command) -> Result<Taken> {
    let mut parent = itself()?;
    parent.arg("child").arg("--").arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            parent.env(name, value);
        }
    }
    if let Some(folder) = command.get_current_dir() {
        parent.current_dir(folder);
    }
    json_of(&mut parent)
}

/// The hidden half.
///
/// # Errors
/// The program can't be started, or fails.
pub fn run(words: &[OsString]) -> Result<Taken> {
    let (program, arguments) = words.split_first().context("which program?")?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null());
    let started = Instant::now();
    let status = command.status().with_context(|| format!("can't start {}", program.to_string_lossy()))?;
    let seconds = started.elapsed().as_secs_f64();
    ensure!(status.success(), "{} failed: {status}", program.to_string_lossy());
    let (cpu_seconds, peak) = of_children();
    Ok(Taken { seconds, cpu_seconds, peak })
}

#[cfg(unix)]
fn of_children() -> (f64, u64) {
    use nix::sys::resource::{UsageWho, getrusage};
    let Ok(usage) = getrusage(UsageWho::RUSAGE_CHILDREN) else { return (0.0, 0) };
    let seconds = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    // Linux and the BSDs count in KiB, macOS in bytes.
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    (seconds(usage.user_time()) + seconds(usage.system_time()), usage.max_rss().unsigned_abs() * unit)
}

#[cfg(not(unix))]
fn of_children() -> (f64, u64) {
    (0.0, 0)
}
