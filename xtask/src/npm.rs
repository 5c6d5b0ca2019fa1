//! Installs packages from npm where the repository has a lock file for them. Node itself must be there.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::repo;

const OLDEST_NODE: u32 = 20;
const ATTEMPTS: u32 = 3;

/// A folder with a lock file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Project {
    folder: &'static str,
}

/// The Node half of the live oracle.
pub(crate) const ORACLE: Project = Project { folder: "tests/oracle" };
/// Our own npm packages, with what their tests need.
pub(crate) const INTEGRATIONS: Project = Project { folder: "integrations" };

/// Code of other hosts, as far as it is on npm.
pub(crate) const HOSTS: Project = Project { folder: "tests/hosts" };

impl Project {
    /// Where it is.
    pub(crate) fn folder(self) -> PathBuf {
        repo::root().join(self.folder)
    }

    /// Makes sure that the pinned packages are installed; says what it did.
    ///
    /// # Errors
    /// No Node, one that is too old, or packages that can't be had.
    pub(crate) fn install(self) -> Result<String> {
        let node = node_version()?;
        if self.is_installed() {
            return Ok(format!("Node {node}, packages already installed"));
        }
        let mut attempt = 1;
        loop {
            let output = self.npm_ci()?;
            if output.success {
                return Ok(format!("Node {node}, packages installed"));
            }
            if attempt == ATTEMPTS {
                bail!("{}", self.explain(&output.output));
            }
            eprintln!("npm ci failed, trying again ({attempt} of {ATTEMPTS} attempts)");
            std::thread::sleep(Duration::from_secs(5 * u64::from(attempt)));
            attempt += 1;
        }
    }

    /// `npm` with these arguments, started in the folder.
    pub(crate) fn npm(self, arguments: &[&str]) -> Command {
        let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
        command.args(arguments).current_dir(self.folder()).stdin(Stdio::null());
        // Tests bring no browser of their own.
        command.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        command
    }

    /// Whether what is installed is what the lock file asks for. npm keeps a copy of the lock file in `node_modules`,
    /// without the entry of the project itself, and writes it last.
    fn is_installed(self) -> bool {
        let packages = |path: &str| -> Option<serde_json::Map<String, serde_json::Value>> {
            let text = std::fs::read_to_string(self.folder().join(path)).ok()?;
            let mut lock: serde_json::Value = serde_json::from_str(&text).ok()?;
            serde_json::from_value(lock.get_mut("packages")?.take()).ok()
        };
        let (Some(wanted), Some(installed)) =
            (packages("package-lock.json"), packages("node_modules/.package-lock.json"))
        else {
            return false;
        };
        // Packages for other systems are in the lock file only.
        let version = |package: &serde_json::Value| package.get("version").cloned();
        let required = |package: &serde_json::Value| package.get("optional").is_none();
        let same = |name: &str, package: &serde_json::Value| {
            installed.get(name).map_or(!required(package), |found| version(found) == version(package))
        };
        wanted.iter().filter(|(name, _)| !name.is_empty()).all(|(name, package)| same(name, package))
    }

    fn npm_ci(self) -> Result<repo::Finished> {
        let mut command = self.npm(&["ci", "--no-audit", "--no-fund", "--no-update-notifier"]);
        repo::capture(&mut command).context("no `npm` found: it comes with Node")
    }

    /// What went wrong, and what to do.
    fn explain(self, output: &str) -> String {
        let network = ["ENOTFOUND", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EAI_AGAIN", "network"];
        let advice = if network.iter().any(|sign| output.contains(sign)) {
            "The npm registry can't be reached. Check the network, a proxy (HTTPS_PROXY) or `npm config get registry`, \
             or run with --quick to leave out what needs npm."
                .to_owned()
        } else {
            format!("`npm ci` failed in {}.", self.folder)
        };
        format!("{advice}\n{}", output.trim_end())
    }
}

/// The version of Node, if it is recent enough.
fn node_version() -> Result<String> {
    let output = Command::new("node").arg("--version").stdin(Stdio::null()).output();
    let output = output.with_context(|| format!("no `node` found: install Node {OLDEST_NODE} or later"))?;
    let version = String::from_utf8_lossy(&output.stdout).trim().trim_start_matches('v').to_owned();
    let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(major) if major >= OLDEST_NODE => Ok(version),
        _ => bail!("`node` is version {version:?}: install Node {OLDEST_NODE} or later"),
    }
}
