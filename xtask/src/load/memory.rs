//! What a process and its children take, as Linux says it.

use std::collections::BTreeMap;
use std::fs;
use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

/// Memory of several processes together, bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Memory {
    /// Shared pages divided among those that share them.
    pub(super) pss: u64,
    /// All pages, shared ones as often as they are mapped.
    pub(super) rss: u64,
    /// Pages of their own.
    pub(super) private: u64,
    /// How many processes.
    pub(super) processes: u64,
}

impl AddAssign for Memory {
    fn add_assign(&mut self, other: Self) {
        self.pss += other.pss;
        self.rss += other.rss;
        self.private += other.private;
        self.processes += other.processes;
    }
}

/// A process and all that it started.
pub(super) fn of_tree(root: u32) -> Memory {
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    for pid in processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok()) {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // Behind the name, which may hold anything: state, then the parent.
        let parent = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1));
        if let Some(parent) = parent.and_then(|parent| parent.parse().ok()) {
            children.entry(parent).or_default().push(pid);
        }
    }
    let (mut sum, mut left) = (Memory::default(), vec![root]);
    while let Some(pid) = left.pop() {
        sum += of_process(pid);
        left.extend(children.get(&pid).into_iter().flatten());
    }
    sum
}

fn of_process(pid: u32) -> Memory {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let bytes = |name: &str| -> u64 {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        let kib = line.and_then(|rest| rest.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
        kib.unwrap_or(0) * 1024
    };
    Memory {
        pss: bytes("Pss"),
        rss: bytes("Rss"),
        private: bytes("Private_Clean") + bytes("Private_Dirty"),
        processes: u64::from(!text.is_empty()),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_takes_some() {
        let here = super::of_tree(std::process::id());
        assert!(here.processes >= 1 && here.pss > 0 && here.rss >= here.pss && here.private <= here.pss);
    }
}
