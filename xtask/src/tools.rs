//! Programs from the registry that the tests use: each at one version, built into a folder below that of the builds, so nothing
//! outside the repository changes.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::repo;

/// A program, and the version that is used of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tool {
    name: &'static str,
    version: &'static str,
    /// Built as it is released.
    is_measured: bool,
}

/// Checks licences, bans, sources and advisories.
pub(crate) const CARGO_DENY: Tool = Tool { name: "cargo-deny", version: "0.20.2", is_measured: false };
/// Builds and runs fuzz targets.
pub(crate) const CARGO_FUZZ: Tool = Tool { name: "cargo-fuzz", version: "0.13.2", is_measured: false };
/// A server that ours is measured beside.
pub(crate) const STATIC_WEB_SERVER: Tool =
    Tool { name: "static-web-server", version: "2.44.1", is_measured: true };

/// Link checkers that the audit is measured beside.
pub(crate) const HYPERLINK: Tool = Tool { name: "hyperlink", version: "0.3.2", is_measured: true };
/// The other one.
pub(crate) const LYCHEE: Tool = Tool { name: "lychee", version: "0.24.2", is_measured: true };

impl Tool {
    fn root(self) -> PathBuf {
        repo::scratch("tools").join(format!("{}-{}", self.name, self.version))
    }

    /// The folder that the program lies in; `None` before it is installed.
    pub(crate) fn folder(self) -> Option<PathBuf> {
        let folder = self.root().join("bin");
        folder.join(self.name).with_extension(std::env::consts::EXE_EXTENSION).is_file().then_some(folder)
    }

    /// Installs the program, unless it is there. What it prints is told only if it fails.
    ///
    /// Built without optimisation, unless it is to be measured: that takes a third of the time, and the programs are quick enough.
    ///
    /// # Errors
    /// It can't be had or built.
    pub(crate) fn install(self) -> Result<String> {
        let label = format!("{} {}", self.name, self.version);
        if self.folder().is_some() {
            return Ok(label);
        }
        println!("    building {label}, once");
        let mut cargo = repo::cargo();
        cargo.args(["install", self.name, "--version", self.version, "--locked"]);
        cargo.args((!self.is_measured).then_some("--debug")).arg("--root");
        cargo.arg(self.root()).arg("--target-dir").arg(repo::scratch("tools-build"));
        let finished = repo::capture(&mut cargo)?;
        if !finished.success || self.folder().is_none() {
            bail!("{} failed:\n{}", repo::show(&cargo), finished.output);
        }
        Ok(format!("{label} built"))
    }
}

/// `PATH` with the folder of a program in front, so that cargo finds it as a command of its own.
pub(crate) fn path_with(tool: Tool) -> OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = tool.folder().into_iter().chain(std::env::split_paths(&path));
    std::env::join_paths(folders).unwrap_or(path)
}
