//! Installs the Node half of the live oracle: Node itself must be there, its packages come from npm.

use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::repo;

const OLDEST_NODE: u32 = 20;
const ATTEMPTS: u32 = 3;

/// The folder of the Node half.
pub(crate) fn oracle_dir() -> std::path::PathBuf {
    repo::root().join("tests/oracle")
}

/// Makes sure that the pinned packages are installed; says what it did.
///
/// # Errors
/// No Node, one that is too old, or packages that can't be had.
pub(crate) fn install() -> Result<String> {
    let node = node_version()?;
    if is_installed() {
        return Ok(format!("Node {node}, packages already installed"));
    }
    let mut attempt = 1;
    loop {
        let output = npm_ci()?;
        if output.success {
            return Ok(format!("Node {node}, packages installed"));
        }
        if attempt == ATTEMPTS {
            bail!("{}", explain(&output.output));
        }
        eprintln!("npm ci failed, trying again ({attempt} of {ATTEMPTS} attempts)");
        std::thread::sleep(Duration::from_secs(5 * u64::from(attempt)));
        attempt += 1;
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

/// Whether what is installed is what the lock file asks for. npm keeps a copy of the lock file in `node_modules`,
/// without the entry of the project itself, and writes it last.
fn is_installed() -> bool {
    let packages = |path: &str| -> Option<serde_json::Map<String, serde_json::Value>> {
        let text = std::fs::read_to_string(oracle_dir().join(path)).ok()?;
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

fn npm_ci() -> Result<repo::Finished> {
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let mut command = Command::new(npm);
    command.args(["ci", "--no-audit", "--no-fund", "--no-update-notifier"]);
    command.current_dir(oracle_dir()).stdin(Stdio::null());
    repo::capture(&mut command).context("no `npm` found: it comes with Node")
}

/// What went wrong, and what to do.
fn explain(output: &str) -> String {
    let network = ["ENOTFOUND", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EAI_AGAIN", "network"];
    let advice = if network.iter().any(|sign| output.contains(sign)) {
        "The npm registry can't be reached. Check the network, a proxy (HTTPS_PROXY) or `npm config get registry`, \
         or run with --quick to leave the live oracle out."
    } else {
        "`npm ci` failed in tests/oracle."
    };
    format!("{advice}\n{}", output.trim_end())
}
