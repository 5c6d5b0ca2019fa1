//! Python programs, in an environment of their own.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::must;

/// Installs what a file of requirements asks for.
///
/// # Errors
/// There is no Python, or a package can't be had.
pub(super) fn installed(work: &Path, requirements: &Path) -> Result<()> {
    let folder = environment(work);
    if !folder.is_dir() {
        must(Command::new("python3").args(["-m", "venv"]).arg(&folder))
            .context("no `python3` with `venv`")?;
    }
    must(Command::new(program(work, "pip")).args(["install", "--quiet", "-r"]).arg(requirements))?;
    Ok(())
}

/// A program of the environment.
pub(super) fn program(work: &Path, name: &str) -> PathBuf {
    environment(work).join("bin").join(name)
}

fn environment(work: &Path) -> PathBuf {
    work.join("python")
}
