//! The build itself. The same sources and the same tools give the same bytes, wherever the repository and the target folder lie. Cargo names a
//! crate by its path from the workspace on if it lies inside, else by its whole path, and that name is in the order of the code: this is why
//! Debian's sources of the standard library lie in the repository (`debian.rs`). Those of rustup do not, so that their bytes also depend on
//! where rustup lies.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::destination;
use super::toolchain::{TARGET, Toolchain};
use crate::npm::INTEGRATIONS;
use crate::repo;

const FILE: &str = "trailmark_wasm.wasm";
/// Less than the compiler's default of a MiB: an isolate pays for it. The largest thing on it is the 16 KiB of a long path.
pub(super) const STACK: &str = "-Clink-arg=-zstack-size=131072";

/// Builds the file and puts it into the package; says how large it is.
///
/// # Errors
/// No toolchain, or what the compiler said.
pub(crate) fn build() -> Result<String> {
    let toolchain = toolchain()?;
    let built = build_in(&toolchain, &repo::scratch("wasm"))?;
    let bytes = std::fs::read(&built)?;
    let destination = destination();
    // Written only if it changed, so that whoever watches the file is not called for nothing.
    if std::fs::read(&destination).ok().as_ref() != Some(&bytes) {
        std::fs::write(&destination, &bytes)
            .with_context(|| format!("can't write {}", destination.display()))?;
    }
    Ok(format!(
        "trailmark.wasm: {} bytes, {} with gzip; built by {}",
        bytes.len(),
        gzipped(&bytes)?,
        toolchain.describe()
    ))
}

/// Builds it again, from nothing.
///
/// # Errors
/// The bytes are others.
pub(super) fn again() -> Result<String> {
    let folder = repo::scratch("wasm-again");
    let _ = std::fs::remove_dir_all(&folder);
    let again = std::fs::read(build_in(&toolchain()?, &folder)?)?;
    std::fs::remove_dir_all(&folder)?;
    if std::fs::read(destination())? != again {
        bail!("a second build gave other bytes");
    }
    Ok("a second build gave the same bytes".to_owned())
}

pub(super) fn toolchain() -> Result<Toolchain> {
    Toolchain::find()?
        .with_context(|| format!("nothing here builds for {TARGET}; `cargo xtask setup` brings it"))
}

fn build_in(toolchain: &Toolchain, folder: &Path) -> Result<PathBuf> {
    let mut cargo = repo::cargo();
    cargo.args(["build", "--quiet", "--locked", "--package", "trailmark-wasm", "--profile", "wasm"]);
    cargo.args(["--target", TARGET, "--target-dir"]).arg(folder);
    cargo.env_remove("RUSTFLAGS").env("CARGO_ENCODED_RUSTFLAGS", flags(toolchain)?);
    match toolchain {
        Toolchain::Target => {}
        Toolchain::Sources { linker } => builds_std(&mut cargo, linker),
        Toolchain::Debian { rustc, linker } => {
            builds_std(&mut cargo, linker);
            cargo.env("RUSTC", rustc).env_remove("RUSTC_WRAPPER");
        }
    }
    let finished = repo::capture(&mut cargo)?;
    if !finished.success {
        bail!("{} failed:\n{}", repo::show(&cargo), finished.output);
    }
    Ok(folder.join(TARGET).join("wasm").join(FILE))
}

/// The standard library is built along: for size, and without the texts of panics, of which there are none to be told.
fn builds_std(cargo: &mut Command, linker: &Path) {
    cargo.args(["-Z", "build-std=core,alloc,panic_abort", "-Z", "build-std-features=optimize_for_size"]);
    cargo.env("RUSTC_BOOTSTRAP", "1").env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
}

/// No path of this machine may get into the file.
fn flags(toolchain: &Toolchain) -> Result<OsString> {
    let cargo_home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = std::env::home_dir().map(|home| home.join(".cargo"));
    let remapped = [
        (Some(repo::root().to_owned()), "trailmark"),
        (cargo_home.or(home), "cargo"),
        (Some(toolchain.sysroot()?), "rust"),
    ];
    let mut flags = vec![OsString::from(STACK)];
    for (path, name) in remapped {
        if let Some(path) = path {
            let mut flag = OsString::from("--remap-path-prefix=");
            flag.push(path);
            flag.push(format!("=/{name}"));
            flags.push(flag);
        }
    }
    if !matches!(toolchain, Toolchain::Target) {
        flags.extend(["-Zunstable-options", "-Cpanic=immediate-abort"].map(OsString::from));
    }
    Ok(flags.join("\u{1f}".as_ref()))
}

fn gzipped(bytes: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    std::io::Write::write_all(&mut encoder, bytes)?;
    Ok(encoder.finish()?.len())
}

/// Runs a script of the package.
///
/// # Errors
/// It fails; with what it printed.
pub(super) fn npm_script(name: &str) -> Result<()> {
    let mut npm = INTEGRATIONS.npm(&["run", "--silent", name, "--workspace", "runtime"]);
    let finished = repo::capture(&mut npm).context("no `npm` found: it comes with Node")?;
    if !finished.success {
        bail!("`npm run {name}` failed in integrations/runtime:\n{}", finished.output.trim_end());
    }
    Ok(())
}
