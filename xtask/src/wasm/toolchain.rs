//! What can build for `wasm32-unknown-unknown` on this machine. There are three ways, tried in this order.
//!
//! With the sources of the standard library at hand it is built along, for size (`-Z build-std` under `RUSTC_BOOTSTRAP=1`); so it is with
//! Debian's compiler and sources. With the target that rustup installs the file works as well, but is larger.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::debian;

/// The target.
pub(super) const TARGET: &str = "wasm32-unknown-unknown";

/// What builds.
#[derive(Debug)]
pub(super) enum Toolchain {
    /// The compiler in use, and the sources of its standard library.
    Sources { linker: PathBuf },
    /// The compiler in use, and a standard library that is already built.
    Target,
    /// Debian's compiler with its sources.
    Debian { rustc: PathBuf, linker: PathBuf },
}

impl Toolchain {
    /// The one that is used; `None` before [`install`].
    ///
    /// # Errors
    /// There is one, but it can't link.
    pub(super) fn find() -> Result<Option<Self>> {
        let sysroot = sysroot()?;
        if sysroot.join("lib/rustlib/src/rust/library/core/Cargo.toml").is_file() {
            return Ok(Some(Toolchain::Sources { linker: linker(&sysroot)? }));
        }
        if sysroot.join("lib/rustlib").join(TARGET).join("lib").is_dir() {
            return Ok(Some(Toolchain::Target));
        }
        match debian::rustc() {
            Some(rustc) => Ok(Some(Toolchain::Debian { rustc, linker: linker(&sysroot)? })),
            None => Ok(None),
        }
    }

    /// In a few words.
    pub(super) fn describe(&self) -> String {
        match self {
            Toolchain::Sources { .. } => "the compiler in use, with its sources (rust-src)".to_owned(),
            Toolchain::Target => format!("the compiler in use, with its target {TARGET}"),
            Toolchain::Debian { rustc, .. } => format!("Debian's {}", version(rustc)),
        }
    }

    /// The sysroot whose paths must not be seen in the result.
    pub(super) fn sysroot(&self) -> Result<PathBuf> {
        match self {
            Toolchain::Debian { rustc, .. } => sysroot_of(Command::new(rustc)),
            _ => sysroot(),
        }
    }
}

/// Makes sure that there is one; says which.
///
/// # Errors
/// There is none, and none can be had.
pub(crate) fn install() -> Result<String> {
    if let Some(found) = Toolchain::find()? {
        return Ok(found.describe());
    }
    debian::install().with_context(|| {
        format!(
            "nothing here builds for {TARGET}, and Debian's packages can't be had; `rustup target add {TARGET}` or \
             `rustup component add rust-src` is enough"
        )
    })?;
    match Toolchain::find()? {
        Some(found) => Ok(found.describe()),
        None => bail!("Debian's compiler was unpacked, but does not start"),
    }
}

fn sysroot() -> Result<PathBuf> {
    sysroot_of(Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())))
}

fn sysroot_of(mut rustc: Command) -> Result<PathBuf> {
    let output =
        rustc.args(["--print", "sysroot"]).stdin(Stdio::null()).output().context("can't start rustc")?;
    Ok(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
}

fn version(rustc: &Path) -> String {
    let output = Command::new(rustc).arg("--version").stdin(Stdio::null()).output();
    output.map_or_else(
        |_| "rustc".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}

/// The linker that comes with the compiler in use.
fn linker(sysroot: &Path) -> Result<PathBuf> {
    let hosts = std::fs::read_dir(sysroot.join("lib/rustlib")).into_iter().flatten().flatten();
    let mut candidates = hosts
        .map(|host| host.path().join("bin").join("rust-lld").with_extension(std::env::consts::EXE_EXTENSION));
    candidates.find(|path| path.is_file()).with_context(|| {
        format!(
            "{} has no rust-lld; a toolchain of rustup has one, or `rustup target add {TARGET}`",
            sysroot.display()
        )
    })
}
