//! Findings for people: by rule, each with what to write instead and where.

use std::io::{self, Write};
use std::path::Path;

use anstyle::Style;
use trailmark_audit::{Finding, Group, Level, LinkPlace, Report, Rule};

use crate::output::{BOLD, CYAN, DIM, GREEN, RED, YELLOW, bytes, count, grouped, shown};

/// The style of a level.
pub(super) fn style(level: Level) -> Style {
    match level {
        Level::Error => RED,
        Level::Warning => YELLOW,
        Level::Note => CYAN,
    }
}

/// Writes a report.
pub(super) fn write(out: &mut impl Write, report: &Report, dist: &Path, given: &Path) -> io::Result<()> {
    for group in &report.groups {
        write_group(out, group, dist)?;
    }
    write_summary(out, report, given)
}

fn write_group(out: &mut impl Write, group: &Group, dist: &Path) -> io::Result<()> {
    let row = group.rule.row();
    let colour = style(group.level).bold();
    let level = group.level.as_str();
    writeln!(out, "{colour}{level}{colour:#} {BOLD}{}{BOLD:#}: {}", row.name, row.summary)?;
    writeln!(out, "  {DIM}{}. {}{DIM:#}", how_many(group), row.fix)?;
    for finding in &group.findings {
        write_finding(out, group.rule, finding, dist)?;
    }
    let rest = group.count - group.findings.len() as u64;
    if rest > 0 {
        writeln!(out, "  {DIM}and {} more (--limit 0 shows all){DIM:#}", grouped(rest))?;
    }
    writeln!(out)
}

/// Whether a rule's findings are pages, not links.
pub(super) fn is_about_pages(rule: Rule) -> bool {
    matches!(rule, Rule::OrphanPage | Rule::CanonicalMissing | Rule::Unreadable | Rule::MixedForms)
}

/// How many links to how many targets, in how many files.
pub(super) fn how_many(group: &Group) -> String {
    let number = |number: u64, noun: &str| count(usize::try_from(number).unwrap_or(usize::MAX), noun);
    if is_about_pages(group.rule) {
        return number(group.count, "page");
    }
    let links = format!("{} to {}", number(group.links, "link"), number(group.count, "target"));
    match group.in_files {
        Some(files) => format!("{links}, in {}", number(files, "file")),
        None => links,
    }
}

fn write_finding(out: &mut impl Write, rule: Rule, finding: &Finding, dist: &Path) -> io::Result<()> {
    write!(out, "\n  {BOLD}{}{BOLD:#}", shown(&finding.target))?;
    if let Some(fix) = &finding.fix {
        write!(out, "  {DIM}write{DIM:#} {GREEN}{}{GREEN:#}", shown(fix))?;
    }
    writeln!(out)?;
    if let Some(detail) = &finding.detail {
        writeln!(out, "    {}", shown(detail))?;
    }
    if let Some(answer) = &finding.answer {
        write!(out, "    {DIM}answers {} by {}{DIM:#}", answer.status, shown(&answer.rule))?;
        match (&answer.location, answer.redirects) {
            (Some(location), 2..) => {
                writeln!(
                    out,
                    "{DIM}, and after {} redirects leads to {}{DIM:#}",
                    answer.redirects,
                    shown(location)
                )?;
            }
            (Some(location), _) => writeln!(out, "{DIM}, which leads to {}{DIM:#}", shown(location))?,
            _ => writeln!(out)?,
        }
    }
    if !is_about_pages(rule) {
        let links = count(finding.links as usize, "link");
        let kinds: Vec<&str> = finding.kinds.iter().map(trailmark_audit::LinkKind::as_str).collect();
        let kinds = if kinds.is_empty() { String::new() } else { format!(" ({})", kinds.join(", ")) };
        match finding.in_files {
            Some(files) if files > 1 => {
                writeln!(out, "    {links} in {}{kinds}:", count(files as usize, "file"))?
            }
            _ if finding.links > 1 => writeln!(out, "    {links}{kinds}:")?,
            _ => {}
        }
    }
    finding.places.iter().try_for_each(|place| write_place(out, place, dist))
}

fn write_place(out: &mut impl Write, place: &LinkPlace, dist: &Path) -> io::Result<()> {
    write!(out, "    {}", shown(&path_of(dist, &place.file)))?;
    if let (Some(line), Some(column)) = (place.line, place.column) {
        write!(out, ":{line}:{column}")?;
    }
    match place.link.as_deref().filter(|link| !link.is_empty()) {
        Some(link) => writeln!(out, "  {CYAN}{}{CYAN:#}", shown(link)),
        None => writeln!(out),
    }
}

/// A file as somebody in the working directory names it.
pub(in crate::commands) fn path_of(dist: &Path, file: &str) -> String {
    dist.join(file.trim_start_matches('/')).display().to_string()
}

fn write_summary(out: &mut impl Write, report: &Report, given: &Path) -> io::Result<()> {
    let links = report.links;
    let sum = links.internal + links.same_page;
    let of = |number: u64, noun| count(usize::try_from(number).unwrap_or(usize::MAX), noun);
    writeln!(
        out,
        "{BOLD}{}{BOLD:#}: {} ({}) with {} inside the site, to {}; {} leave it",
        shown(&given.display().to_string()),
        count(usize::try_from(report.pages).unwrap_or(usize::MAX), "page"),
        bytes(report.bytes),
        of(sum, "link"),
        count(report.targets, "target"),
        of(links.external, "link"),
    )?;
    if report.groups.is_empty() {
        return writeln!(out, "{GREEN}nothing to complain of{GREEN:#}");
    }
    for level in Level::ALL.iter().rev() {
        let groups: Vec<&Group> = report.groups.iter().filter(|group| group.level == *level).collect();
        if groups.is_empty() {
            continue;
        }
        let names = groups.iter().map(|group| {
            let number = if is_about_pages(group.rule) { group.count } else { group.links };
            format!("{} {}", grouped(number), group.rule.name())
        });
        let names: Vec<String> = names.collect();
        let colour = style(*level);
        writeln!(out, "{colour}{:<8}{colour:#} {}", level.as_str(), names.join(", "))?;
    }
    Ok(())
}
