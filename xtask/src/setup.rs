//! `cargo xtask setup`: installs what the tests need beyond Rust. Everything goes into the repository or the target folder,
//! but for Chromium, which is the system's.

use anyhow::Result;

use crate::tools::{CARGO_DENY, CARGO_FUZZ};
use crate::{Exit, chromium, fuzz, npm, wasm};

/// Install what the tests need: npm packages, Chromium (from Debian, as root), cargo-deny, cargo-fuzz, a compiler for WebAssembly
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// What is installed: a name, and how. Each does nothing if it is there, and says what there is.
pub(crate) type Part = (&'static str, fn() -> Result<String>);

/// All parts.
pub(crate) const PARTS: [Part; 6] = [
    ("live judge", || npm::ORACLE.install()),
    ("npm packages", || npm::INTEGRATIONS.install()),
    ("browser", chromium::install),
    ("licences", || CARGO_DENY.install()),
    ("fuzz targets", fuzzer),
    ("WebAssembly", wasm::install),
];

/// Without a nightly compiler the targets can't be built, so their runner would be of no use.
fn fuzzer() -> Result<String> {
    if fuzz::has_nightly() {
        CARGO_FUZZ.install()
    } else {
        Ok("left out, as there is no nightly compiler (`rustup toolchain install nightly`)".to_owned())
    }
}

/// Installs it, and says what is there.
///
/// # Errors
/// No Node, or packages that can't be had.
pub(crate) fn run(_args: &Args) -> Result<Exit> {
    for (what, install) in PARTS {
        println!("{what}: {}", install()?);
    }
    println!("all set; `cargo xtask test` runs the tests");
    Ok(Exit::Fine)
}
