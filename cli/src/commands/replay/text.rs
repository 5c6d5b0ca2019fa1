//! The replay for a person.

use std::io::{self, Write};

use anstyle::Style;
use trailmark_compare::log::Group;

use super::told::{Report, Shown, now, then};
use crate::access_log::{remarks, write_damaged, write_summary};
use crate::output::{BOLD, CYAN, Cell, DIM, GREEN, RED, Table, YELLOW, grouped};

pub(super) fn write(out: &mut impl Write, report: &Report<'_>) -> io::Result<()> {
    let found = report.found;
    let counts = &found.counts;
    writeln!(out, "{BOLD}{}{BOLD:#} requests in {} lines", grouped(counts.requests), grouped(counts.lines))?;
    for remark in remarks(counts, found.folded()) {
        writeln!(out, "  {DIM}{remark}{DIM:#}")?;
    }
    write_damaged(out, counts)?;
    if counts.requests == 0 {
        return Ok(());
    }
    writeln!(out)?;
    let rows = report.groups.iter().map(|shown| (shown.group.heading(), style(shown.group), shown.total));
    write_summary(out, counts, rows)?;
    report.groups.iter().filter(|shown| !shown.top.is_empty()).try_for_each(|shown| group(out, shown))
}

fn style(group: Group) -> Style {
    match group {
        Group::Breaks => RED,
        Group::Redirects | Group::Redirected | Group::Missing => YELLOW,
        Group::Worker | Group::Fallback | Group::StillRedirects => CYAN,
        Group::Fixed | Group::Served | Group::Same => GREEN,
        Group::StillMissing | Group::Probes => DIM,
    }
}

fn group(out: &mut impl Write, shown: &Shown) -> io::Result<()> {
    let Shown { group, total, top } = shown;
    let style = style(*group);
    writeln!(
        out,
        "\n{style}{BOLD}{}{BOLD:#}{style:#}  {DIM}requests that {}{DIM:#}",
        group.heading(),
        group.meaning()
    )?;
    let mut table = Table::indented(2);
    let shows_now = !matches!(
        group,
        Group::Worker | Group::Fallback | Group::StillMissing | Group::Probes | Group::Served
    );
    let shows_then = !matches!(group, Group::Missing | Group::Redirected);
    let [then_heading, now_heading] = ["THEN", "NOW"].map(|text| Cell::new(text).styled(DIM));
    let mut heading = vec![Cell::number("REQUESTS").styled(DIM), Cell::new("PATH").styled(DIM)];
    if shows_then {
        heading.push(then_heading);
    }
    if shows_now {
        heading.push(now_heading);
    }
    table.row(heading);
    for path in top {
        let mut cells = vec![Cell::number(grouped(path.requests)), Cell::new(&path.path)];
        if shows_then {
            cells.push(Cell::new(then(path)));
        }
        if shows_now {
            cells.push(Cell::new(now(path)));
        }
        let near = path.near.as_ref().map(|near| format!("perhaps {near}?"));
        let from = path.referer.as_ref().map(|referer| format!("linked from {referer}"));
        let hint: Vec<_> = near.into_iter().chain(from).collect();
        cells.push(Cell::new(hint.join("; ")).styled(DIM));
        table.row(cells);
    }
    table.write(out)?;
    let more = total.paths.saturating_sub(top.len() as u64);
    if more > 0 {
        writeln!(out, "  {DIM}and {} more paths (--limit 0 lists all){DIM:#}", grouped(more))?;
    }
    Ok(())
}
