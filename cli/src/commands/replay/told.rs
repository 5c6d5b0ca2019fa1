//! What a replay found, with the words that all its forms of output share.

use trailmark_compare::State;
use trailmark_compare::log::{Group, LogReport, TopPath, Total};

use crate::access_log::share;
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
        share(requests, &self.found.counts)
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
