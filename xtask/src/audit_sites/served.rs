//! A site that `trailmark serve` serves, for as long as somebody asks.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

/// Ends the server when it goes.
#[derive(Debug)]
pub(super) struct Served {
    child: Child,
    /// Of its root, without a slash at the end.
    pub(super) url: String,
}

/// Starts serving; waits until the site can be asked.
///
/// # Errors
/// The site can't be served.
pub(super) fn serve(program: &Path, dist: &Path, settings: &[&str]) -> Result<Served> {
    let mut command = Command::new(program);
    command.arg("serve").arg(dist).arg("--quiet").args(settings);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().context("can't start trailmark serve")?;
    let mut line = String::new();
    if let Some(output) = child.stdout.take() {
        BufReader::new(output).read_line(&mut line)?;
    }
    let url = line.trim().trim_end_matches('/').to_owned();
    let served = Served { child, url };
    anyhow::ensure!(served.url.starts_with("http://"), "trailmark serve gave no URL for {}", dist.display());
    Ok(served)
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
