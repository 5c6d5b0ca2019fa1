//! `cargo xtask report`: the page of `trailmark report`, from its sources in integrations/report, and the WebAssembly in it.
//!
//! The command holds copies of both (`cli/assets`), so that `cargo build` needs neither Node nor a compiler for WebAssembly.

use std::io::Read;

use anyhow::{Context, Result, bail};
use flate2::read::DeflateDecoder;

use crate::npm::INTEGRATIONS;
use crate::{Exit, repo, wasm};

/// Build the page of `trailmark report`, with the WebAssembly in it, into cli/assets
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Write nothing; fail if what is there is not what the sources give
    #[arg(long)]
    check: bool,
}

/// Runs the task.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    INTEGRATIONS.install()?;
    println!("{}", wasm::build()?);
    for script in if args.check { &["test"][..] } else { &["build", "place"] } {
        let mut npm = INTEGRATIONS.npm(&["run", "--silent", script, "--workspace", "report"]);
        let finished = repo::capture(&mut npm).context("no `npm` found: it comes with Node")?;
        if !finished.success {
            bail!("`npm run {script}` failed in integrations/report:\n{}", finished.output.trim_end());
        }
    }
    println!("{}", check_wasm()?);
    Ok(Exit::Fine)
}

/// Checks that the WebAssembly of the page is the one that was just built. Only one compiler gives the same bytes.
///
/// # Errors
/// It is another.
pub(crate) fn check_wasm() -> Result<String> {
    if !wasm::is_of_debian()? {
        return Ok(
            "the WebAssembly of the report page was not compared: it is built by Debian's rustc".to_owned()
        );
    }
    let path = repo::root().join("cli/assets/trailmark.wasm.deflate");
    let packed = std::fs::read(&path).with_context(|| format!("can't read {}", path.display()))?;
    let mut bytes = Vec::new();
    DeflateDecoder::new(packed.as_slice()).read_to_end(&mut bytes)?;
    if bytes != std::fs::read(wasm::destination())? {
        bail!("cli/assets/trailmark.wasm.deflate is stale; `cargo xtask report` writes it");
    }
    Ok("the report page is what its sources give".to_owned())
}
