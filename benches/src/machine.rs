//! What the figures were measured on.

use std::path::Path;
use std::process::Command;

use serde::{Deserialize, Serialize};

/// The machine, as far as figures depend on it. No names of hosts or people.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// Model of the processor.
    pub processor: String,
    /// Logical processors.
    pub cores: usize,
    /// Caches of the first core.
    pub caches: Vec<String>,
    /// Memory, GiB.
    pub memory_gib: f64,
    /// System and version of its kernel.
    pub kernel: String,
    /// Whether a hypervisor runs below it.
    pub is_virtual: bool,
    /// Large pages for memory that did not ask for them.
    pub huge_pages: String,
    /// The compiler.
    pub rustc: String,
    /// What else was going on: processes that wanted a core in the minute before the run.
    #[serde(default)]
    pub load: String,
    /// What was measured: the commit.
    #[serde(default)]
    pub commit: String,
}

impl Machine {
    /// Looks around. What can't be found out is left empty.
    pub fn here() -> Machine {
        let cpu = read("/proc/cpuinfo");
        let field = |name: &str| {
            let line = cpu.lines().find(|line| line.starts_with(name))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        };
        let memory = read("/proc/meminfo");
        let kib = memory.lines().find_map(|line| {
            line.strip_prefix("MemTotal:")?.trim().strip_suffix("kB")?.trim().parse::<f64>().ok()
        });
        // The release without what a distributor or operator has put behind the number.
        let release = read("/proc/sys/kernel/osrelease");
        let number: String = release.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        let huge = read("/sys/kernel/mm/transparent_hugepage/enabled");
        let chosen = huge.split_once('[').and_then(|(_, rest)| Some(rest.split_once(']')?.0.to_owned()));
        Machine {
            processor: field("model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            caches: caches(),
            memory_gib: (kib.unwrap_or(0.0) / 1024.0 / 1024.0 * 10.0).round() / 10.0,
            kernel: format!("{} {number}", std::env::consts::OS),
            is_virtual: field("flags").is_some_and(|flags| flags.contains(" hypervisor")),
            huge_pages: chosen.unwrap_or_default(),
            rustc: version("rustc", &["--version"]).unwrap_or_default(),
            load: read("/proc/loadavg").split(' ').next().unwrap_or_default().to_owned(),
            commit: commit().unwrap_or_default(),
        }
    }
}

/// The first line that a program prints, if it can be started.
pub fn version(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then(|| text.lines().next().unwrap_or_default().to_owned())
}

/// The commit that this program was built from, and whether anything but the docs was changed since.
fn commit() -> Option<String> {
    let git = |arguments: &[&str]| {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
        version("git", &[["-C", root].as_slice(), arguments].concat())
    };
    let changed = git(&["status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs"])?;
    let commit = git(&["rev-parse", "--short", "HEAD"])?;
    Some(if changed.is_empty() { commit } else { format!("{commit} and changes") })
}

fn caches() -> Vec<String> {
    let cache = |index: usize| {
        let folder = Path::new("/sys/devices/system/cpu/cpu0/cache").join(format!("index{index}"));
        let value =
            |name: &str| std::fs::read_to_string(folder.join(name)).ok().map(|text| text.trim().to_owned());
        let (level, kind, size) = (value("level")?, value("type")?, value("size")?);
        let shared = value("shared_cpu_list").filter(|list| list.contains(['-', ',']));
        let kind = match kind.as_str() {
            "Data" => "d",
            "Instruction" => "i",
            _ => "",
        };
        let shared = shared.map_or_else(String::new, |list| format!(" (cores {list})"));
        Some(format!("L{level}{kind} {size}{shared}"))
    };
    (0..8).map_while(cache).collect()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_default().trim().to_owned()
}
