//! What the process says to the shell when it ends.

use std::process::ExitCode;

/// The exit status of every subcommand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: done, and nothing to complain of.
    Fine = 0,
    /// 1: done, and something was found: the manifest is damaged, the site is another.
    Finding = 1,
    /// 2: could not run, or not for every input.
    CouldNotRun = 2,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}
