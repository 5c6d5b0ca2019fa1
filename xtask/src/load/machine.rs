//! What the figures were measured on.

use std::fs::read_to_string;
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::repo;

/// The machine, as far as figures depend on it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Machine {
    /// Model of the processor, and how many of it.
    pub(crate) processor: String,
    /// System and version of its kernel.
    pub(crate) kernel: String,
    /// Processes that wanted a core in the minute before the run.
    pub(crate) load: String,
    /// What was measured: the commit.
    pub(crate) commit: String,
}

/// This one.
pub(crate) fn here() -> Machine {
    let read = |path: &str| read_to_string(path).unwrap_or_default();
    let cpu = read("/proc/cpuinfo");
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let model = model.map_or(std::env::consts::ARCH, |(_, model)| model.trim());
    let cores = cpu.lines().filter(|line| line.starts_with("processor")).count();
    let is_virtual = cpu.lines().any(|line| line.starts_with("flags") && line.contains(" hypervisor"));
    let release = read("/proc/sys/kernel/osrelease");
    let number: String = release.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    Machine {
        processor: format!("{model}, {cores} cores{}", if is_virtual { ", virtual" } else { "" }),
        kernel: format!("{} {number}", std::env::consts::OS),
        load: read("/proc/loadavg").split(' ').next().unwrap_or_default().to_owned(),
        commit: commit().unwrap_or_default(),
    }
}

/// The commit that this was built from, and whether anything but the docs was changed since.
fn commit() -> Option<String> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).current_dir(repo::root()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let changed = git(&["status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs"])?;
    let commit = git(&["rev-parse", "--short", "HEAD"])?;
    Some(if changed.is_empty() { commit } else { format!("{commit} and changes") })
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Machine { processor, kernel, load, commit } = self;
        write!(
            f,
            "{processor}; {kernel}; {load} processes wanted a core in the minute before; commit {commit}"
        )
    }
}
