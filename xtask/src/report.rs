//! `cargo xtask report`: the page of `trailmark report`, from its sources in integrations/report, and the WebAssembly in it.
//!
//! The command holds copies of both (`cli/assets`), so that `cargo build` needs neither Node nor a compiler for WebAssembly.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use flate2::read::DeflateDecoder;

use crate::npm::INTEGRATIONS;
use crate::wasm::Origin;
use crate::{Exit, repo, wasm};

/// The runtime as the command holds it, raw deflate.
const PACKED: &str = "trailmark.wasm.deflate";
/// What it was made from.
const ORIGIN: &str = "trailmark.wasm.origin";

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
    let scripts = if args.check { &["test"][..] } else { &["build", "place"] };
    for script in scripts {
        let mut npm = INTEGRATIONS.npm(&["run", "--silent", script, "--workspace", "report"]);
        let finished = repo::capture(&mut npm).context("no `npm` found: it comes with Node")?;
        if !finished.success {
            bail!("`npm run {script}` failed in integrations/report:\n{}", finished.output.trim_end());
        }
    }
    if !args.check {
        let origin = Origin::of(&std::fs::read(wasm::destination())?)?;
        repo::write(&asset(ORIGIN), &origin.text())?;
    }
    println!("{}", check_wasm()?);
    Ok(Exit::Fine)
}

/// Checks that the WebAssembly of the page is what the sources give: by its origin anywhere, and by its bytes where the tools are those
/// that made it. Other tools make other bytes of the same sources, which is nothing to complain of.
///
/// # Errors
/// It is of other sources, or was changed by itself, or the same tools make something else of them.
pub(crate) fn check_wasm() -> Result<String> {
    let packed = read(&asset(PACKED))?;
    let mut bytes = Vec::new();
    DeflateDecoder::new(packed.as_slice()).read_to_end(&mut bytes)?;
    let committed = String::from_utf8(read(&asset(ORIGIN))?)?;
    let committed = Origin::parse(&committed).with_context(|| format!("cli/assets/{ORIGIN}"))?;
    judge(&committed, &Origin::of(&bytes)?, std::fs::read(wasm::destination())? == bytes)
}

/// `committed` is what the file says of the asset, `here` what the asset and the sources are; `same` whether a build here gives the asset.
fn judge(committed: &Origin, here: &Origin, same: bool) -> Result<String> {
    if committed.bytes != here.bytes {
        bail!(
            "cli/assets/{PACKED} is not the one that {ORIGIN} beside it describes; `cargo xtask report` writes both"
        );
    }
    if committed.sources != here.sources {
        bail!(
            "cli/assets/{PACKED} is stale: the sources of runtime/ or wasm/, what they depend on, or the profile have changed since; \
             `cargo xtask report` writes it"
        );
    }
    match (committed.tools == here.tools, same) {
        (_, true) => Ok("the report page is what its sources give, byte for byte".to_owned()),
        (true, false) => bail!(
            "cli/assets/{PACKED} has other bytes than a build here, though sources and tools are the same ({}): the build is not \
             reproducible any more, or the asset was made elsewhere by patched tools",
            here.tools
        ),
        (false, false) => Ok(format!(
            "the report page is of these sources; its WebAssembly has other bytes than a build here, for it was made by {}, not {}",
            committed.tools, here.tools
        )),
    }
}

fn asset(name: &str) -> PathBuf {
    repo::root().join("cli/assets").join(name)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("can't read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(tools: &str, sources: &str, bytes: &str) -> Origin {
        Origin { tools: tools.into(), sources: sources.into(), bytes: bytes.into() }
    }

    #[test]
    fn other_tools_may_give_other_bytes_and_other_sources_may_not() {
        let committed = origin("rustc 1", "s", "b");
        assert!(judge(&committed, &committed, true).is_ok());
        let other_tools = judge(&committed, &origin("rustc 2", "s", "b"), false).unwrap();
        assert!(other_tools.contains("made by rustc 1, not rustc 2"), "{other_tools}");
        assert!(judge(&committed, &origin("rustc 2", "s", "b"), true).is_ok());
        for (here, same, why) in [
            (origin("rustc 1", "s", "b"), false, "not reproducible"),
            (origin("rustc 2", "t", "b"), false, "stale"),
            (origin("rustc 1", "t", "b"), true, "stale"),
            (origin("rustc 1", "s", "c"), false, "beside it"),
        ] {
            let error = judge(&committed, &here, same).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
