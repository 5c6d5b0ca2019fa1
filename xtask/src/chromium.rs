//! Chromium, in which the tests follow the links of real sites: found where it is, or installed from Debian. None is downloaded from
//! elsewhere.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::repo;

/// The names under which it is on the PATH. The tests look for the same (`integrations/tests/kit/chromium.mjs`).
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The program: what `CHROMIUM` names, else the first one on the PATH.
pub(crate) fn find() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("CHROMIUM").filter(|named| !named.is_empty()) {
        return Some(named.into());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    let names = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    names.into_iter().find(|path| path.is_file())
}

/// Makes sure that it is there, where that is up to us; says what there is, or what to do.
///
/// # Errors
/// `CHROMIUM` names what does not run, or Debian's package can't be had.
pub(crate) fn install() -> Result<String> {
    if let Some(program) = find() {
        return version(&program);
    }
    let Some(apt) = Apt::allowed() else {
        return Ok("none found, so `real builds` can't run: install Chromium or Google Chrome, or set CHROMIUM to the program \
                   (`cargo xtask setup` as root installs Debian's)"
            .to_owned());
    };
    println!("    installing chromium from Debian, once");
    apt.run(&["update"])?;
    apt.run(&["install", "--yes", "--no-install-recommends", "chromium"])?;
    match find() {
        Some(program) => version(&program),
        None => bail!("apt-get has installed chromium, and there is no such program on the PATH"),
    }
}

fn version(program: &Path) -> Result<String> {
    let mut command = Command::new(program);
    command.arg("--version").stdin(Stdio::null()).stderr(Stdio::null());
    let output = command.output();
    match output {
        Ok(output) if output.status.success() => {
            Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
        }
        _ => bail!(
            "{} does not run as a browser; set CHROMIUM to Chromium or Google Chrome",
            program.display()
        ),
    }
}

/// Debian's installer, with the rights that it needs.
#[derive(Debug, Clone, Copy)]
struct Apt {
    by_sudo: bool,
}

impl Apt {
    /// `None` where there is no such system, or we may not.
    fn allowed() -> Option<Apt> {
        let runs = |program: &str, arguments: &[&str]| {
            let mut command = Command::new(program);
            command.args(arguments).stdin(Stdio::null());
            repo::capture(&mut command).ok().filter(|finished| finished.success)
        };
        runs("apt-get", &["--version"])?;
        if runs("id", &["-u"])?.output.trim() == "0" {
            return Some(Apt { by_sudo: false });
        }
        runs("sudo", &["-n", "true"]).map(|_| Apt { by_sudo: true })
    }

    fn run(self, arguments: &[&str]) -> Result<()> {
        let mut command = Command::new(if self.by_sudo { "sudo" } else { "apt-get" });
        command.args(self.by_sudo.then_some(["-n", "apt-get"]).into_iter().flatten());
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null());
        let finished = repo::capture(&mut command)?;
        if finished.success {
            return Ok(());
        }
        bail!(
            "{} failed; install Chromium by hand, or set CHROMIUM to it:\n{}",
            repo::show(&command),
            finished.output
        )
    }
}
