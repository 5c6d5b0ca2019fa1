//! `cargo xtask setup`: installs what the tests need beyond Rust.

use anyhow::Result;

use crate::{Exit, npm};

/// Install what the tests need: the npm packages of the live judge.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Installs it, and says what is there.
///
/// # Errors
/// No Node, or packages that can't be had.
pub(crate) fn run(_args: &Args) -> Result<Exit> {
    println!("live judge: {}", npm::install()?);
    println!("all set; `cargo xtask test` runs the tests");
    Ok(Exit::Fine)
}
