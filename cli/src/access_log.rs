//! Access logs on the command line: which are read, and what is said of the reading.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;

use anstyle::Style;
use anyhow::{Context, bail};
use trailmark_compare::log::{Damaged, LogCounts, LogOptions, LogSource, Total};

use crate::exit::Exit;
use crate::output::{self, BOLD, Cell, DIM, Table, YELLOW, count, grouped};

/// Paths that are told apart, if nothing else is said.
const MOST_PATHS: usize = 1_000_000;

/// How logs are read.
#[derive(Debug, clap::Args)]
pub(crate) struct LogArgs {
    /// Only requests for this host, where the log tells hosts
    #[arg(long, value_name = "HOST", help_heading = "The log")]
    pub(crate) host: Option<String>,
    /// Leave paths out of lists and of --fail-on that have fewer requests
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "The log")]
    pub(crate) at_least: u64,
    /// How many different paths are told apart in memory; of more, the rare ones are only counted
    #[arg(long, value_name = "N", default_value_t = MOST_PATHS, help_heading = "The log")]
    pub(crate) most_paths: usize,
}

impl LogArgs {
    /// Whether any of it was said.
    pub(crate) fn is_said(&self) -> bool {
        self.host.is_some() || self.at_least != 1 || self.most_paths != MOST_PATHS
    }

    pub(crate) fn options(&self) -> LogOptions {
        LogOptions { host: self.host.clone(), most_paths: self.most_paths.max(1000), ..LogOptions::default() }
    }
}

/// Opens logs; `-` is standard input.
///
/// # Errors
/// One can't be opened, or is a folder; or standard input is named twice.
pub(crate) fn sources<'p>(
    paths: impl Iterator<Item = &'p PathBuf>,
) -> anyhow::Result<Vec<LogSource<'static>>> {
    let paths: Vec<_> = paths.collect();
    if paths.iter().filter(|path| path.as_os_str() == "-").count() > 1 {
        bail!("standard input can be read once");
    }
    let open = |path: &PathBuf| -> anyhow::Result<LogSource<'static>> {
        if path.as_os_str() == "-" {
            return Ok(LogSource { name: "standard input".to_owned(), input: Box::new(io::stdin()) });
        }
        let name = path.display().to_string();
        let file = File::open(path).with_context(|| format!("cannot read {name}"))?;
        if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
            bail!("{name} is a folder; name its logs, as in `{name}/*.log`");
        }
        Ok(LogSource { name, input: Box::new(file) })
    };
    paths.into_iter().map(open).collect()
}

/// The exit status, but that of a log which was not read to its end.
pub(crate) fn unless_incomplete(counts: &LogCounts, exit: Exit) -> Exit {
    match &counts.incomplete {
        Some(incomplete) => {
            output::warning(&format!("{incomplete}; what was read before is counted"));
            Exit::CouldNotRun
        }
        None => exit,
    }
}

/// The share of all requests, in percent.
pub(crate) fn share(requests: u64, counts: &LogCounts) -> f64 {
    if counts.requests == 0 { 0.0 } else { requests as f64 * 100.0 / counts.requests as f64 }
}

/// A share, as it is printed.
pub(crate) fn percent(share: f64) -> String {
    match share {
        0.0 => "0 %".to_owned(),
        ..0.1 => "< 0.1 %".to_owned(),
        _ => format!("{share:.1} %"),
    }
}

/// What should be known of the reading, in sentences. `folded`: requests and paths that only totals know of.
pub(crate) fn remarks(counts: &LogCounts, folded: (u64, u64)) -> Vec<String> {
    let mut remarks = Vec::new();
    if counts.damaged_lines > 0 {
        remarks.push(format!(
            "{} of {} lines could not be understood",
            grouped(counts.damaged_lines),
            grouped(counts.lines)
        ));
    }
    if counts.not_requests > 0 {
        let lines = count(usize::try_from(counts.not_requests).unwrap_or(usize::MAX), "line");
        remarks.push(format!("{lines} without a request for a path"));
    }
    let hosts = counts.hosts();
    if counts.other_hosts > 0 {
        remarks.push(format!("{} requests for other hosts left out", grouped(counts.other_hosts)));
    } else if hosts.len() > 1 {
        let names: Vec<_> = hosts
            .iter()
            .take(3)
            .map(|(host, count)| format!("{} {}", output::shown(host), grouped(*count)))
            .collect();
        let more = if hosts.len() > 3 { ", ..." } else { "" };
        remarks.push(format!(
            "requests for several hosts ({}{more}): --host NAME takes those of one",
            names.join(", ")
        ));
    }
    let (requests, paths) = folded;
    if paths > 0 {
        remarks.push(format!(
            "more paths than are told apart: {} requests for some {} rare ones are in the totals only, and the lists may count too low (--most-paths)",
            grouped(requests),
            grouped(paths)
        ));
    }
    remarks
}

/// A table of what becomes of requests: heading and how much there is of it.
pub(crate) fn write_summary<'t>(
    out: &mut impl Write,
    counts: &LogCounts,
    rows: impl Iterator<Item = (&'t str, Style, Total)>,
) -> io::Result<()> {
    let mut table = Table::default();
    let headings = ["REQUESTS", "", "PATHS"].map(|text| Cell::number(text).styled(BOLD));
    table.row([vec![Cell::new("").styled(BOLD)], headings.to_vec()].concat());
    for (heading, style, Total { requests, paths }) in rows {
        table.row([
            Cell::new(heading).styled(style),
            Cell::number(grouped(requests)),
            Cell::number(percent(share(requests, counts))),
            Cell::number(grouped(paths)),
        ]);
    }
    table.write(out)
}

/// Says which lines could not be understood: the first of them.
pub(crate) fn write_damaged(out: &mut impl Write, counts: &LogCounts) -> io::Result<()> {
    for damaged in &counts.damaged {
        let (log, text) = (output::shown(&damaged.log), output::shown(&damaged.text));
        writeln!(out, "  {YELLOW}{log}:{}{YELLOW:#}: {}: {DIM}{text}{DIM:#}", damaged.line, damaged.why)?;
    }
    Ok(())
}

/// The reading, for programs.
#[derive(Debug, serde::Serialize)]
pub(crate) struct ReadingJson<'r> {
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
    hosts: Vec<HostJson<'r>>,
}

#[derive(Debug, serde::Serialize)]
struct HostJson<'r> {
    host: &'r str,
    requests: u64,
}

impl<'r> ReadingJson<'r> {
    pub(crate) fn of(counts: &'r LogCounts, (folded_requests, folded_paths): (u64, u64)) -> Self {
        let hosts = counts.hosts().into_iter().take(20);
        ReadingJson {
            lines: counts.lines,
            requests: counts.requests,
            not_requests: counts.not_requests,
            blank_lines: counts.blank,
            other_hosts: counts.other_hosts,
            damaged_lines: counts.damaged_lines,
            damaged: &counts.damaged,
            incomplete: counts.incomplete.as_deref(),
            folded_requests,
            folded_paths,
            hosts: hosts.map(|(host, requests)| HostJson { host, requests }).collect(),
        }
    }
}
