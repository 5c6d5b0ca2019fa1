//! The changes to real requests, for programs: one object.

use std::io::{self, Write};

use serde::Serialize;
use trailmark_compare::log::{AskedPath, Fate};
use trailmark_compare::{Line, Rename};

use super::super::json::{Site, Url};
use super::{Report, ShownFate};
use crate::access_log::ReadingJson;
use crate::output;

pub(super) fn write(out: &mut impl Write, report: &Report<'_, '_>) -> io::Result<()> {
    let whole = Whole {
        old: Site::of(report.old),
        new: Site::of(report.new),
        is_same: report.is_same(),
        log: ReadingJson::of(&report.asked.counts, report.asked.folded()),
        requests_unlike_log: report.asked.unlike_log(),
        groups: report.fates.iter().map(|shown| Group::of(report, shown)).collect(),
        redirect_lines: match report.has_gone() {
            true => report.found.suggestions.lines.iter().map(Line::text).collect(),
            false => Vec::new(),
        },
    };
    output::json_pretty(out, &whole)
}

#[derive(Serialize)]
struct Whole<'r> {
    old: Site<'r>,
    new: Site<'r>,
    is_same: bool,
    log: ReadingJson<'r>,
    /// Requests that got another answer, says the log, than the old site gives.
    requests_unlike_log: u64,
    groups: Vec<Group<'r>>,
    redirect_lines: Vec<String>,
}

#[derive(Serialize)]
struct Group<'r> {
    group: Fate,
    is_change: bool,
    requests: u64,
    paths: u64,
    percent: f64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    top: Vec<Asked<'r>>,
}

#[derive(Serialize)]
struct Asked<'r> {
    requests: u64,
    #[serde(flatten)]
    url: Url,
    #[serde(skip_serializing_if = "Option::is_none")]
    arrives: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    referer: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    successor: Option<&'r Rename>,
}

impl<'r> Group<'r> {
    fn of(report: &Report<'r, '_>, shown: &'r ShownFate<'_>) -> Self {
        let asked = |asked: &'r AskedPath<'_>| Asked {
            requests: asked.requests,
            url: Url::of(&asked.detail.main),
            arrives: asked.arrives,
            referer: asked.referer.as_deref(),
            successor: report.successor(asked),
        };
        Group {
            group: shown.fate,
            is_change: matches!(shown.fate, Fate::Changes(_)),
            requests: shown.total.requests,
            paths: shown.total.paths,
            percent: (report.share(shown.total.requests) * 1000.0).round() / 1000.0,
            top: shown.top.iter().map(asked).collect(),
        }
    }
}
