//! What a replay found, with the words that all its forms of output share.

use trailmark_compare::State;
use trailmark_compare::log::{Group, LogReport, TopPath, Total};

use crate::output;

/// A group with its most requested paths.
pub(super) struct Shown {
    pub(super) group: Group,
    pub(super) total: Total,
    pub(super) top: Vec<TopPath>,
}

/// All that is printed.
pub(super) struct Report<'r> {
    pub(super) found: &'r LogReport,
    pub(super) groups: Vec<Shown>,
}

impl Report<'_> {
    /// The share of all requests, in percent.
    pub(super) fn share(&self, requests: u64) -> f64 {
        if self.found.requests == 0 { 0.0 } else { requests as f64 * 100.0 / self.found.requests as f64 }
    }

    /// What should be known of the reading, in sentences.
    pub(super) fn remarks(&self) -> Vec<String> {
        let found = self.found;
        let number = output::grouped;
        let mut remarks = Vec::new();
        if found.damaged_lines > 0 {
            remarks.push(format!(
                "{} of {} lines could not be understood",
                number(found.damaged_lines),
                number(found.lines)
            ));
        }
        if found.not_requests > 0 {
            let lines = output::count(usize::try_from(found.not_requests).unwrap_or(usize::MAX), "line");
            remarks.push(format!("{lines} without a request for a path"));
        }
        let hosts = found.hosts();
        if found.other_hosts > 0 {
            remarks.push(format!("{} requests for other hosts left out", number(found.other_hosts)));
        } else if hosts.len() > 1 {
            let names: Vec<_> = hosts
                .iter()
                .take(3)
                .map(|(host, count)| format!("{} {}", output::shown(host), number(*count)))
                .collect();
            let more = if hosts.len() > 3 { ", ..." } else { "" };
            remarks.push(format!(
                "requests for several hosts ({}{more}): --host NAME takes those of one",
                names.join(", ")
            ));
        }
        let (requests, paths) = found.folded();
        if paths > 0 {
            remarks.push(format!(
                "more paths than are told apart: {} requests for some {} rare ones are in the totals only, and the lists may count too low (--most-paths)",
                number(requests),
                number(paths)
            ));
        }
        remarks
    }
}

pub(super) fn percent(share: f64) -> String {
    match share {
        0.0 => "0 %".to_owned(),
        ..0.1 => "< 0.1 %".to_owned(),
        _ => format!("{share:.1} %"),
    }
}

/// The statuses that a path had: `200`, or `200 x9, 304 x3`.
pub(super) fn then(top: &TopPath) -> String {
    let name = |status: u16| if status == 0 { "-".to_owned() } else { status.to_string() };
    match top.then.as_slice() {
        [(status, _)] => name(*status),
        several => {
            let parts: Vec<_> = several
                .iter()
                .map(|(status, count)| format!("{} x{}", name(*status), output::grouped(*count)))
                .collect();
            parts.join(", ")
        }
    }
}

/// What a path would get.
pub(super) fn now(top: &TopPath) -> String {
    match (top.now, &top.location, top.status) {
        (State::Worker, ..) => "your own code".to_owned(),
        (State::Fallback, ..) => "the single-page fallback".to_owned(),
        (_, Some(location), Some(status)) => {
            let end = if top.arrives == Some(false) { ", and on" } else { "" };
            format!("{status} to {location}{end}")
        }
        (_, _, Some(status)) => status.to_string(),
        _ => "no request path".to_owned(),
    }
}
