//! What is known of logs besides what their requests ask for: how many lines there are of each sort, which can't be understood, which
//! hosts were asked.

use std::collections::HashMap;

/// Damaged lines that are kept to be shown.
const MOST_SHOWN: usize = 5;
/// Hosts that are counted apart.
const MOST_HOSTS: usize = 1000;

/// What is known of logs besides what their requests ask for.
#[derive(Debug, Default)]
pub struct LogCounts {
    /// Lines, of any kind.
    pub lines: u64,
    /// Requests that were asked for.
    pub requests: u64,
    /// Lines that tell of something else than a request for a path.
    pub not_requests: u64,
    /// Empty lines and comments.
    pub blank: u64,
    /// Requests for other hosts than the one wanted.
    pub other_hosts: u64,
    /// Lines that could not be understood.
    pub damaged_lines: u64,
    /// The first of them.
    pub damaged: Vec<Damaged>,
    /// Why a log is not read to its end.
    pub incomplete: Option<String>,
    hosts: HashMap<String, u64>,
}

/// A line that could not be understood.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Damaged {
    /// The log.
    pub log: String,
    /// Its number, counted from 1.
    pub line: u64,
    /// Its beginning.
    pub text: String,
    /// What is wrong.
    pub why: &'static str,
}

impl LogCounts {
    /// The hosts that were asked, the most asked first.
    pub fn hosts(&self) -> Vec<(&str, u64)> {
        let mut hosts: Vec<_> = self.hosts.iter().map(|(host, count)| (host.as_str(), *count)).collect();
        hosts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        hosts
    }

    pub(super) fn count_host(&mut self, host: &str) {
        if let Some(count) = self.hosts.get_mut(host) {
            *count += 1;
        } else if self.hosts.len() < MOST_HOSTS {
            *self.hosts.entry(host.to_ascii_lowercase()).or_default() += 1;
        }
    }

    pub(super) fn count_damaged(&mut self, line: u64, text: impl FnOnce() -> String, why: &'static str) {
        self.damaged_lines += 1;
        // The lines of a thread come in their order.
        if self.damaged.len() < MOST_SHOWN {
            self.damaged.push(Damaged { log: String::new(), line, text: text(), why });
        }
    }

    /// Adds what another thread has counted in the same log.
    pub(super) fn join(&mut self, other: LogCounts) {
        self.add(other);
        self.damaged.sort_by_key(|damaged| damaged.line);
        self.damaged.truncate(MOST_SHOWN);
    }

    /// Adds what was counted in the next log.
    pub(super) fn append(&mut self, other: LogCounts) {
        self.add(other);
        self.damaged.truncate(MOST_SHOWN);
    }

    fn add(&mut self, other: LogCounts) {
        self.lines += other.lines;
        self.requests += other.requests;
        self.not_requests += other.not_requests;
        self.blank += other.blank;
        self.other_hosts += other.other_hosts;
        self.damaged_lines += other.damaged_lines;
        self.damaged.extend(other.damaged);
        self.incomplete = self.incomplete.take().or(other.incomplete);
        for (host, count) in other.hosts {
            *self.hosts.entry(host).or_default() += count;
        }
    }
}
