//! The parts of a whole run, a module each. Whatever must not disturb anything else runs in a process of its own: this very
//! program, started again with a hidden subcommand that prints its result as one line of JSON.

pub mod child;
pub mod compiling;
pub mod instructions;
pub mod lookup;
pub mod opening;
pub mod redirects;
pub mod trees;

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;

use crate::measure::Effort;
use crate::progress;

/// How a run is done.
#[derive(Debug, Clone)]
pub struct Plan {
    /// A few minutes instead of half an hour.
    pub quick: bool,
    /// For sites and manifests; some gigabytes, removed at the end.
    pub scratch: PathBuf,
    /// Where programs are installed; they stay.
    pub tools: PathBuf,
}

impl Plan {
    /// Rounds and their lengths for timing lookups.
    pub fn effort(&self) -> Effort {
        effort(self.quick)
    }
}

/// Rounds and their lengths for timing lookups.
pub fn effort(quick: bool) -> Effort {
    let milliseconds = Duration::from_millis;
    if quick {
        Effort { rounds: 9, round: milliseconds(1), longest: milliseconds(5) }
    } else {
        Effort { rounds: 25, round: milliseconds(4), longest: milliseconds(20) }
    }
}

/// This program, to be started again.
///
/// # Errors
/// The system does not say where it is.
pub fn itself() -> Result<Command> {
    let program = std::env::current_exe().context("where is this program?")?;
    let mut command = Command::new(program);
    command.stdin(Stdio::null());
    progress::hand_on(&mut command);
    Ok(command)
}

/// Runs a command whose last line of output is JSON.
///
/// # Errors
/// It can't be started, fails, or prints something else.
pub fn json_of<T: DeserializeOwned>(command: &mut Command) -> Result<T> {
    command.stdout(Stdio::piped()).stderr(Stdio::inherit());
    let output = command.output().with_context(|| format!("can't start {:?}", command.get_program()))?;
    if !output.status.success() {
        bail!("{:?} failed: {}", command.get_args().collect::<Vec<_>>(), output.status);
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().last().unwrap_or_default();
    serde_json::from_str(line).with_context(|| format!("no result: {line:?}"))
}
