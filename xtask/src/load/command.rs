//! How what is measured is started: on cores of its own, with as many file handles as the system allows, never longer than us.

use std::ffi::OsStr;
use std::process::Command;

/// A program on these cores.
pub(super) fn pinned(cores: &str, program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("sh");
    // Each step replaces the one before, so that the process we start is the program.
    command.args([
        "-c",
        "ulimit -n \"$(ulimit -Hn)\"; exec setpriv --pdeathsig TERM -- taskset -c \"$0\" \"$@\"",
    ]);
    command.arg(cores).arg(program);
    command
}
