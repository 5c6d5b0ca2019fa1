//! `cargo xtask wasm`: builds the runtime as WebAssembly, and puts it where `@trailmark/runtime` takes it from.

mod build;
mod cases;
mod conformance;
mod debian;
mod judge;
mod origin;
mod toolchain;

use std::path::PathBuf;

use anyhow::Result;

use crate::npm::INTEGRATIONS;
use crate::{Exit, repo};

pub(crate) use build::build;
pub(crate) use origin::Origin;
pub(crate) use toolchain::install;

/// Build the runtime as WebAssembly, for integrations/runtime
///
/// Needs one of: the sources of the standard library (`rustup component add rust-src`), the target (`rustup target add
/// wasm32-unknown-unknown`), or Debian's packages, which it downloads and unpacks below the target folder, installing nothing. The file goes to
/// integrations/runtime/trailmark.wasm; `npm run build` there takes it into the package.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Build it a second time from nothing, and compare the bytes
    #[arg(long)]
    twice: bool,
    /// Then ask every recorded request through it, in Node and in workerd
    #[arg(long)]
    conformance: bool,
    /// Then measure it beside other ways, and write the figures into docs/ISOLATES.md
    #[arg(long)]
    bench: bool,
}

/// Where `npm run build` of the package finds it.
pub(crate) fn destination() -> PathBuf {
    package().join("trailmark.wasm")
}

/// The folder of `@trailmark/runtime`.
pub(crate) fn package() -> PathBuf {
    repo::root().join("integrations/runtime")
}

/// Runs the task.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    println!("toolchain: {}", install()?);
    println!("{}", build()?);
    if args.twice {
        println!("{}", build::again()?);
    }
    if args.conformance || args.bench {
        INTEGRATIONS.install()?;
        build::npm_script("build")?;
    }
    if args.conformance {
        println!("{}", conformance::all()?);
    }
    if args.bench {
        build::npm_script("bench")?;
    }
    Ok(Exit::Fine)
}

/// Builds the WebAssembly and the package around it, and asks every recorded request through it; for `cargo xtask test`.
///
/// # Errors
/// No toolchain, no npm packages, what a compiler or a test said, or answers that differ.
pub(crate) fn check() -> Result<String> {
    INTEGRATIONS.install()?;
    let built = build()?;
    build::npm_script("build")?;
    Ok(format!("{built}; {}", conformance::all()?))
}
