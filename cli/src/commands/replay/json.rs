//! The replay for programs: one object.

use std::io::{self, Write};

use serde::Serialize;
use trailmark_compare::log::{Damaged, Group, TopPath};

use super::told::Report;
use crate::output;

pub(super) fn write(out: &mut impl Write, report: &Report<'_>) -> io::Result<()> {
    let found = report.found;
    let (folded_requests, folded_paths) = found.folded();
    let groups = report.groups.iter().map(|shown| Of {
        group: shown.group,
        requests: shown.total.requests,
        paths: shown.total.paths,
        percent: (report.share(shown.total.requests) * 1000.0).round() / 1000.0,
        top: &shown.top,
    });
    let hosts = found.hosts();
    output::json_pretty(
        out,
        &Whole {
            lines: found.lines,
            requests: found.requests,
            not_requests: found.not_requests,
            blank_lines: found.blank,
            other_hosts: found.other_hosts,
            damaged_lines: found.damaged_lines,
            damaged: &found.damaged,
            incomplete: found.incomplete.as_deref(),
            folded_requests,
            folded_paths,
            hosts: hosts.into_iter().take(20).map(|(host, requests)| Host { host, requests }).collect(),
            groups: groups.collect(),
        },
    )
}

#[derive(Serialize)]
struct Whole<'r> {
    lines: u64,
    requests: u64,
    not_requests: u64,
    blank_lines: u64,
    other_hosts: u64,
    damaged_lines: u64,
    damaged: &'r [Damaged],
    incomplete: Option<&'r str>,
    folded_requests: u64,
    folded_paths: u64,
    hosts: Vec<Host<'r>>,
    groups: Vec<Of<'r>>,
}

#[derive(Serialize)]
struct Host<'r> {
    host: &'r str,
    requests: u64,
}

#[derive(Serialize)]
struct Of<'r> {
    group: Group,
    requests: u64,
    paths: u64,
    percent: f64,
    top: &'r [TopPath],
}
