//! What was done, or would be, for people.

use std::io::{self, Write};
use std::path::Path;

use trailmark_audit::{FileProblem, FixPlace, FixReport, FixTarget, LinkKind};

use super::super::audit::path_of;
use crate::output::{BOLD, CYAN, DIM, GREEN, YELLOW, bytes, count, grouped, shown};

/// Writes a report.
pub(super) fn write(out: &mut impl Write, report: &FixReport, dist: &Path, given: &Path) -> io::Result<()> {
    let verb = if report.written { "changed" } else { "would change" };
    for group in &report.changed {
        let row = group.key.row();
        writeln!(out, "{GREEN}{verb}{GREEN:#} {BOLD}{}{BOLD:#}: {}", row.name, row.summary)?;
        write_targets(out, group.count, group.links, &group.targets, dist)?;
    }
    for group in &report.left {
        let (name, meaning) = (group.key.as_str(), group.key.meaning());
        writeln!(out, "{YELLOW}left{YELLOW:#} {BOLD}{name}{BOLD:#}: {meaning}")?;
        write_targets(out, group.count, group.links, &group.targets, dist)?;
    }
    write_problems(out, &report.problems, dist)?;
    write_summary(out, report, given)
}

fn write_targets(
    out: &mut impl Write,
    targets: u64,
    links: u64,
    shown_targets: &[FixTarget],
    dist: &Path,
) -> io::Result<()> {
    writeln!(out, "  {DIM}{} to {}{DIM:#}", number(links, "link"), number(targets, "target"))?;
    for target in shown_targets {
        write_target(out, target, dist)?;
    }
    let rest = targets - shown_targets.len() as u64;
    if rest > 0 {
        writeln!(out, "  {DIM}and {} more (--limit 0 shows all){DIM:#}", grouped(rest))?;
    }
    writeln!(out)
}

fn write_target(out: &mut impl Write, target: &FixTarget, dist: &Path) -> io::Result<()> {
    let FixTarget { from, to, links, in_files, kinds, places } = target;
    writeln!(out, "\n  {BOLD}{}{BOLD:#}  {DIM}leads to{DIM:#} {GREEN}{}{GREEN:#}", shown(from), shown(to))?;
    if *links > 1 {
        let kinds: Vec<&str> = kinds.iter().map(LinkKind::as_str).collect();
        let (links, files, kinds) = (number(*links, "link"), number(*in_files, "file"), kinds.join(", "));
        writeln!(out, "    {links} in {files} ({kinds}):")?;
    }
    places.iter().try_for_each(|place| write_place(out, place, dist))
}

fn write_place(out: &mut impl Write, place: &FixPlace, dist: &Path) -> io::Result<()> {
    let FixPlace { file, line, column, old, new } = place;
    write!(out, "    {}:{line}:{column}  {CYAN}{}{CYAN:#}", shown(&path_of(dist, file)), shown(old))?;
    match new {
        Some(new) => writeln!(out, " {DIM}->{DIM:#} {GREEN}{}{GREEN:#}", shown(new)),
        None => writeln!(out),
    }
}

fn write_problems(out: &mut impl Write, problems: &[FileProblem], dist: &Path) -> io::Result<()> {
    const MOST: usize = 20;
    if problems.is_empty() {
        return Ok(());
    }
    writeln!(out, "{YELLOW}left{YELLOW:#} {BOLD}whole files{BOLD:#}")?;
    for problem in problems.iter().take(MOST) {
        writeln!(out, "  {}: {}", shown(&path_of(dist, &problem.file)), shown(&problem.why))?;
    }
    if let Some(rest) = problems.len().checked_sub(MOST).filter(|&rest| rest > 0) {
        writeln!(out, "  {DIM}and {rest} more (--format json has all){DIM:#}")?;
    }
    writeln!(out)
}

fn write_summary(out: &mut impl Write, report: &FixReport, given: &Path) -> io::Result<()> {
    let name = shown(&given.display().to_string());
    let looked = format!("{} ({})", number(report.files, "file"), bytes(report.bytes));
    let changed = match (report.changed_links, report.written) {
        (0, _) => format!("{GREEN}nothing to fix{GREEN:#}"),
        (links, written) => {
            let verb = if written { "changed" } else { "would change" };
            format!(
                "{GREEN}{verb} {} in {}{GREEN:#}",
                number(links, "link"),
                number(report.changed_files, "file")
            )
        }
    };
    writeln!(out, "{BOLD}{name}{BOLD:#}: {looked}: {changed}")?;
    let left: u64 = report.left.iter().map(|group| group.links).sum();
    if left > 0 {
        let reasons: Vec<String> = report
            .left
            .iter()
            .map(|group| format!("{} {}", grouped(group.links), group.key.as_str()))
            .collect();
        writeln!(out, "{YELLOW}left{YELLOW:#} {}: {}", number(left, "link"), reasons.join(", "))?;
    }
    if report.ignored > 0 {
        let links = number(report.ignored, "link");
        writeln!(out, "{DIM}passed over {links}, as the ignore file or the options say{DIM:#}")?;
    }
    Ok(())
}

fn number(number: u64, noun: &str) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), noun)
}
