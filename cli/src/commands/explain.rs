//! x
use crate::exit::Exit;
/// X
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}
/// X
pub(crate) fn run(_args: Args) -> anyhow::Result<Exit> {
    Ok(Exit::Fine)
}
