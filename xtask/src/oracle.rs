//! stub
use crate::Exit;
use anyhow::Result;
/// Ask
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}
pub(crate) fn run(_args: &Args) -> Result<Exit> {
    Ok(Exit::Fine)
}
pub(crate) fn short(_p: &str, _s: u64, _n: u32) -> Result<Exit> {
    Ok(Exit::Fine)
}
