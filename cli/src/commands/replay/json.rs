//! The replay for programs: one object.

use std::io::{self, Write};

use serde::Serialize;
use trailmark_compare::log::{Group, TopPath};

use super::told::Report;
use crate::access_log::ReadingJson;
use crate::output;

pub(super) fn write(out: &mut impl Write, report: &Report<'_>) -> io::Result<()> {
    let found = report.found;
    let groups = report.groups.iter().map(|shown| Of {
        group: shown.group,
        requests: shown.total.requests,
        paths: shown.total.paths,
        percent: (report.share(shown.total.requests) * 1000.0).round() / 1000.0,
        top: &shown.top,
    });
    let reading = ReadingJson::of(&found.counts, found.folded());
    output::json_pretty(out, &Whole { reading, groups: groups.collect() })
}

#[derive(Serialize)]
struct Whole<'r> {
    #[serde(flatten)]
    reading: ReadingJson<'r>,
    groups: Vec<Of<'r>>,
}

#[derive(Serialize)]
struct Of<'r> {
    group: Group,
    requests: u64,
    paths: u64,
    percent: f64,
    top: &'r [TopPath],
}
