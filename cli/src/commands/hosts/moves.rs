//! `--move`: two hosts beside each other, for every URL that either of them answers.

use std::fmt::Write as _;
use std::io::{self, Write};

use anyhow::bail;
use serde::Serialize;
use trailmark_compiler::hosts::{self, Files, Host, HostAnswer, HostedSite, Move, Moved};

use crate::output::{self, BOLD, Cell, DIM, GREEN, ReportFormat, Table, code, count, grouped};

/// URLs of a kind that are listed for people, if nobody says otherwise.
const LISTED: usize = 20;

/// The two hosts that a text names.
///
/// # Errors
/// Not two, or unknown ones.
pub(super) fn parse(text: &str) -> anyhow::Result<(Host, Host)> {
    match text.split_once(',') {
        Some((from, to)) if !to.contains(',') => Ok((from.trim().parse()?, to.trim().parse()?)),
        _ => bail!("--move takes two hosts, as in `--move netlify,workers`; settings are joined with `+`"),
    }
}

/// Compares, prints what differs, and gives it.
///
/// # Errors
/// The site is too large for one of the hosts, or the output can't be written.
pub(crate) fn run(
    files: &Files,
    from: Host,
    to: Host,
    format: ReportFormat,
    limit: Option<usize>,
) -> anyhow::Result<hosts::Comparison> {
    let (before, after) = (HostedSite::new(files, from)?, HostedSite::new(files, to)?);
    let found = hosts::compare(&before, &after);
    let limit = limit.map(|limit| if limit == 0 { usize::MAX } else { limit });
    let listed = limit.unwrap_or(LISTED);
    output::print_report(
        format,
        |out| write_text(out, &found, from, to, listed),
        |out| write_json(out, &found.moved, limit.unwrap_or(usize::MAX)),
        || markdown(&found, from, to, listed),
    )?;
    Ok(found)
}

/// A line of the output in JSON.
#[derive(Serialize)]
struct Line<'a> {
    url: &'a str,
    kind: &'static str,
    before: Side<'a>,
    after: Side<'a>,
}

#[derive(Serialize)]
struct Side<'a> {
    status: u16,
    location: Option<&'a str>,
    file: Option<&'a str>,
    rule: &'static str,
    certainty: &'static str,
}

impl<'a> Side<'a> {
    fn of(answer: &'a HostAnswer) -> Side<'a> {
        Side {
            status: answer.status,
            location: answer.location.as_deref(),
            file: answer.file.as_deref(),
            rule: answer.rule.name,
            certainty: answer.rule.certainty.as_str(),
        }
    }
}

fn write_json(mut out: &mut dyn Write, moved: &[Moved], limit: usize) -> io::Result<()> {
    for kind in Move::ALL {
        for Moved { path, before, after, .. } in moved.iter().filter(|moved| moved.kind == kind).take(limit) {
            let (before, after) = (Side::of(before), Side::of(after));
            output::json_line(&mut out, &Line { url: path, kind: kind.as_str(), before, after })?;
        }
    }
    Ok(())
}

fn write_text(
    mut out: &mut dyn Write,
    found: &hosts::Comparison,
    from: Host,
    to: Host,
    limit: usize,
) -> io::Result<()> {
    let same = grouped((found.asked - found.moved.len()) as u64);
    let asked = count(found.asked, "URL");
    if found.moved.is_empty() {
        writeln!(out, "{GREEN}No difference{GREEN:#}: {asked} answered alike on {from} and {to}")?;
        return Ok(());
    }
    writeln!(out, "{BOLD}From {from} to {to}{BOLD:#}: {asked} asked, {same} answered alike")?;
    for kind in Move::ALL {
        let moved: Vec<&Moved> = found.moved.iter().filter(|moved| moved.kind == kind).collect();
        if moved.is_empty() {
            continue;
        }
        writeln!(out, "\n{BOLD}{}{BOLD:#} {DIM}{}{DIM:#}", count(moved.len(), "URL"), kind.in_words())?;
        let mut table = Table::indented(2);
        for Moved { path, before, after, .. } in moved.iter().take(limit) {
            table.row([
                Cell::new(path),
                Cell::new(short(before)),
                Cell::new(format!("now {}", short(after))),
            ]);
        }
        table.write(&mut out)?;
        if let Some(more) = moved.len().checked_sub(limit).filter(|&more| more > 0) {
            writeln!(out, "  {DIM}and {} more{DIM:#}", grouped(more as u64))?;
        }
    }
    Ok(())
}

/// Longest comment, bytes; what would exceed it is counted.
const LONGEST: usize = 58_000;

/// For a comment on a pull request.
fn markdown(found: &hosts::Comparison, from: Host, to: Host, limit: usize) -> String {
    let mut text = format!("### What a move from {from} to {to} changes\n\n");
    let of_kind = |kind| found.moved.iter().filter(move |moved: &&Moved| moved.kind == kind);
    if found.moved.is_empty() {
        let asked = count(found.asked, "URL");
        let _ = writeln!(text, "No difference: {asked} answered alike.");
    } else {
        text.push_str("| | URLs |\n|---|---:|\n");
        for (kind, number) in Move::ALL.map(|kind| (kind, of_kind(kind).count())) {
            if number > 0 {
                let _ = writeln!(text, "| {} | {} |", kind.in_words(), grouped(number as u64));
            }
        }
        let _ = writeln!(text, "| answered alike | {} |", grouped((found.asked - found.moved.len()) as u64));
    }
    for kind in Move::ALL {
        let number = of_kind(kind).count();
        if number == 0 {
            continue;
        }
        let open = if kind == Move::Gone { " open" } else { "" };
        let _ = writeln!(
            text,
            "\n<details{open}><summary><b>{}</b> {}</summary>\n",
            count(number, "URL"),
            kind.in_words()
        );
        let mut told = 0;
        for Moved { path, before, after, .. } in of_kind(kind).take(limit) {
            let [path, before, after] = [path, &short(before), &short(after)].map(|text| code(text));
            let line = format!("- {path}: {before} → {after}\n");
            if text.len() + line.len() > LONGEST {
                break;
            }
            text.push_str(&line);
            told += 1;
        }
        if number > told {
            let _ = writeln!(text, "- and {} more", grouped((number - told) as u64));
        }
        text.push_str("\n</details>\n");
    }
    let _ = writeln!(text, "\n<sub>By the files alone; Trailmark {}</sub>", env!("CARGO_PKG_VERSION"));
    text
}

/// An answer in a cell.
fn short(answer: &HostAnswer) -> String {
    match (&answer.location, &answer.file) {
        (Some(location), _) => format!("{} -> {location}", answer.status),
        (None, Some(file)) if answer.status == 200 => file.clone(),
        (None, Some(file)) => format!("{} {file}", answer.status),
        (None, None) => answer.status.to_string(),
    }
}
