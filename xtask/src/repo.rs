//! Where things are in the repository, and how its commands are started.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};

/// The repository's root.
pub(crate) fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// The folder that Cargo builds in.
pub(crate) fn target() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    // A relative one is meant from where cargo was called; the tasks call cargo from the root.
    root().join(target)
}

/// Where a task may keep what it builds: below the folder that Cargo builds in.
pub(crate) fn scratch(name: &str) -> PathBuf {
    target().join("xtask").join(name)
}

/// Whether this is a machine that only tests, where a part that can't run is a failure.
pub(crate) fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
}

/// The cargo that runs this task, started at the root, with nothing to read.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root()).stdin(Stdio::null());
    command
}

/// What a command printed, and whether it succeeded.
#[derive(Debug)]
pub(crate) struct Finished {
    /// Exit status 0.
    pub(crate) success: bool,
    /// stdout, then stderr.
    pub(crate) output: String,
}

/// Runs a command to its end and keeps what it prints.
///
/// # Errors
/// If it can't be started.
pub(crate) fn capture(command: &mut Command) -> Result<Finished> {
    let output = command.output().with_context(|| format!("can't start {}", show(command)))?;
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    Ok(Finished { success: output.status.success(), output: text })
}

/// The command as one would type it.
pub(crate) fn show(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let name = |word: &std::ffi::OsStr| word.to_string_lossy().into_owned();
    let mut words = words.map(name);
    let program = words.next().unwrap_or_default();
    let program =
        Path::new(&program).file_name().map_or(program.clone(), |name| name.to_string_lossy().into());
    std::iter::once(program).chain(words).collect::<Vec<_>>().join(" ")
}

/// Seconds, with a digit behind the point.
pub(crate) fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

/// Writes a file of the repository, and the folder it is in.
pub(crate) fn write(path: &Path, text: &str) -> Result<()> {
    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder).with_context(|| format!("can't make {}", folder.display()))?;
    std::fs::write(path, text).with_context(|| format!("can't write {}", path.display()))
}
