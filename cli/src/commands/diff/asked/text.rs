//! The changes to real requests, for a person.

use std::io::{self, Write};

use anstyle::Style;
use trailmark_compare::log::{AskedPath, Fate};

use super::super::text::{redirect_lines, row, settings, sides, style};
use super::{Report, ShownFate};
use crate::access_log::{write_damaged, write_summary};
use crate::output::{BOLD, Cell, DIM, GREEN, Table, grouped};

pub(super) fn write(out: &mut impl Write, report: &Report<'_, '_>) -> io::Result<()> {
    let counts = &report.asked.counts;
    sides(out, report.old, report.new)?;
    writeln!(
        out,
        "\n{BOLD}{}{BOLD:#} requests in {} lines",
        grouped(counts.requests),
        grouped(counts.lines)
    )?;
    for remark in report.remarks() {
        writeln!(out, "  {DIM}{remark}{DIM:#}")?;
    }
    write_damaged(out, counts)?;
    if counts.requests == 0 {
        return Ok(());
    }
    writeln!(out)?;
    let rows = report.fates.iter().map(|shown| (shown.fate.heading(), style_of(shown.fate), shown.total));
    write_summary(out, counts, rows)?;
    settings(out, report.found)?;
    if report.is_same() {
        writeln!(out, "\n{GREEN}No difference{GREEN:#}: every request gets the answer that it got.")?;
    }
    for shown in &report.fates {
        group(out, report, shown)?;
    }
    if report.has_gone() {
        redirect_lines(out, report.found, report.limit)?;
    }
    match report.in_all() {
        Some(in_all) => writeln!(out, "\n{DIM}{in_all}{DIM:#}"),
        None => Ok(()),
    }
}

fn style_of(fate: Fate) -> Style {
    match fate {
        Fate::Changes(kind) => style(kind),
        Fate::Served => GREEN,
        _ => DIM,
    }
}

fn group(out: &mut impl Write, report: &Report<'_, '_>, shown: &ShownFate<'_>) -> io::Result<()> {
    let ShownFate { fate, total, top } = shown;
    if top.is_empty() {
        return Ok(());
    }
    let style = style_of(*fate);
    writeln!(
        out,
        "\n{style}{BOLD}{}{BOLD:#}{style:#}  {DIM}requests for paths that {}{DIM:#}",
        fate.heading(),
        fate.meaning()
    )?;
    let mut table = Table::indented(2);
    let headings = ["PATH", "", ""].map(|text| Cell::new(text).styled(DIM));
    table.row([vec![Cell::number("REQUESTS").styled(DIM)], headings.to_vec()].concat());
    for asked in top {
        let mut cells = vec![Cell::number(grouped(asked.requests))];
        cells.extend(row(&asked.detail, None, false).into_iter().take(2));
        cells.push(Cell::new(hint(report, asked)).styled(DIM));
        table.row(cells);
    }
    table.write(out)?;
    match total.paths.saturating_sub(top.len() as u64) {
        0 => Ok(()),
        more => writeln!(out, "  {DIM}and {} more paths{DIM:#}", grouped(more)),
    }
}

fn hint(report: &Report<'_, '_>, asked: &AskedPath<'_>) -> String {
    let successor =
        report.successor(asked).map(|rename| format!("now {} ({})", rename.to, rename.reason.in_words()));
    let detour = (asked.arrives == Some(false)).then(|| "which is no page either".to_owned());
    let from = asked.referer.as_ref().map(|referer| format!("linked from {referer}"));
    let hints: Vec<_> = successor.into_iter().chain(detour).chain(from).collect();
    hints.join("; ")
}
