//! The comparison for a person: what matters most, first; long lists cut, with what was cut said.

use std::io::{self, Write};

use rustc_hash::FxHashMap;
use trailmark_compare::{Comparison, Detail, Kind, RuleChange, in_words};

use super::groups::Cause;
use super::groups::{self, before_and_after};
use super::lists;
use super::named::Named;
use crate::output::{self, BOLD, CYAN, Cell, DIM, GREEN, RED, Shown, Table, YELLOW, count, grouped};

/// Examples of a cause that is clear from one.
const FEW: usize = 3;

pub(super) fn write(
    out: &mut impl Write,
    found: &Comparison<'_>,
    old: &Named<'_>,
    new: &Named<'_>,
    limit: usize,
) -> io::Result<()> {
    sides(out, old, new)?;
    if found.is_same() {
        let same = grouped(found.diff.asked as u64);
        return writeln!(
            out,
            "\n{GREEN}No difference{GREEN:#}: all {same} URLs answer as before, and so does what is unknown."
        );
    }
    summary(out, found)?;
    settings(out, found)?;
    let successors: FxHashMap<usize, String> = found
        .suggestions
        .renames
        .iter()
        .map(|rename| (rename.change, format!("now {} ({})", rename.to, rename.reason.in_words())))
        .collect();
    let mut first = 0;
    for &kind in Kind::ALL {
        let pages = found.diff.of_kind(kind).len();
        if pages > 0 {
            group(out, found, kind, limit, |index| successors.get(&(first + index)))?;
        }
        if kind == Kind::Gone {
            redirect_lines(out, found, limit)?;
            detours(out, found, limit)?;
        }
        first += pages;
    }
    zones(out, found, limit)?;
    rules(out, found, limit)
}

pub(super) fn sides(out: &mut impl Write, old: &Named<'_>, new: &Named<'_>) -> io::Result<()> {
    let mut table = Table::default();
    for (label, named) in [("old", old), ("new", new)] {
        let files = count(named.side.manifest().asset_count(), "file");
        table.row([Cell::new(label).styled(BOLD), Cell::new(&named.name), Cell::new(files).styled(DIM)]);
    }
    table.write(out)
}

pub(super) fn style(kind: Kind) -> anstyle::Style {
    match kind {
        Kind::Gone | Kind::Failing => RED,
        Kind::RedirectStarts | Kind::RedirectStops | Kind::RedirectTarget | Kind::Worker => YELLOW,
        Kind::Content | Kind::Headers => CYAN,
        Kind::New => GREEN,
        Kind::Spelling | Kind::GoneHashed | Kind::NewHashed => DIM,
    }
}

fn summary(out: &mut impl Write, found: &Comparison<'_>) -> io::Result<()> {
    let mut table = Table::default();
    table.row([
        Cell::new("").styled(BOLD),
        Cell::number("PAGES, FILES").styled(BOLD),
        Cell::number("URLS").styled(BOLD),
    ]);
    for &kind in Kind::ALL {
        let count = found.diff.count_of(kind);
        if count.urls > 0 {
            table.row([
                Cell::new(kind.heading()).styled(style(kind)),
                Cell::number(grouped(count.pages as u64)),
                Cell::number(grouped(count.urls as u64)),
            ]);
        }
    }
    table.row([
        Cell::new("Same").styled(DIM),
        Cell::number(""),
        Cell::number(grouped(found.diff.same as u64)),
    ]);
    writeln!(out)?;
    table.write(out)
}

pub(super) fn settings(out: &mut impl Write, found: &Comparison<'_>) -> io::Result<()> {
    if found.settings.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{BOLD}Served in another way{BOLD:#}")?;
    let mut table = Table::indented(2);
    for setting in &found.settings {
        let change = format!("{} -> {}", setting.before, setting.after);
        table.row([Cell::new(setting.name), Cell::new(change)]);
    }
    table.write(out)
}

fn group<'s>(
    out: &mut impl Write,
    found: &Comparison<'_>,
    kind: Kind,
    limit: usize,
    successor: impl Fn(usize) -> Option<&'s String>,
) -> io::Result<()> {
    let (style, pages) = (style(kind), grouped(found.diff.of_kind(kind).len() as u64));
    writeln!(
        out,
        "\n{style}{BOLD}{}{BOLD:#}{style:#}  {DIM}{pages} that {}{DIM:#}",
        kind.heading(),
        kind.meaning()
    )?;
    if kind == Kind::Spelling {
        return Ok(());
    }
    let folders = groups::folders(&found.diff, kind);
    if !folders.is_empty() {
        let folders: Vec<_> = folders
            .iter()
            .map(|(folder, pages)| format!("{} {}", output::shown(folder), grouped(*pages as u64)))
            .collect();
        writeln!(out, "  {DIM}most in: {}{DIM:#}", folders.join(", "))?;
    }
    // Build files are not read one by one.
    let limit = if matches!(kind, Kind::GoneHashed | Kind::NewHashed) { limit.min(FEW) } else { limit };
    let mut left = limit;
    let mut unshown = 0;
    for cause in groups::causes(found, kind, limit) {
        if left == 0 && limit > 0 {
            unshown += cause.pages;
            continue;
        }
        let shown = write_cause(out, found, kind, &cause, left, &successor)?;
        left = left.saturating_sub(shown);
    }
    more(out, unshown)
}

/// Writes a cause with examples; gives how many lines of the limit it took.
fn write_cause<'s>(
    out: &mut impl Write,
    found: &Comparison<'_>,
    kind: Kind,
    cause: &Cause,
    left: usize,
    successor: &impl Fn(usize) -> Option<&'s String>,
) -> io::Result<usize> {
    let examples = cause.examples(&found.diff, kind);
    let most = if cause.text.is_empty() { left } else { left.min(FEW) };
    let mut indent = 2;
    if !cause.text.is_empty() {
        writeln!(out, "  {}  {DIM}{}{DIM:#}", output::shown(&cause.text), count(cause.pages, "page"))?;
        indent = 4;
    }
    let mut table = Table::indented(indent);
    for (index, detail) in examples.iter().take(most).enumerate() {
        table.row(row(detail, successor(index), !cause.text.is_empty()));
    }
    table.write(out)?;
    let shown = examples.len().min(most);
    if cause.text.is_empty() {
        more(out, cause.pages - shown)?;
    } else if cause.pages > shown {
        writeln!(out, "    {DIM}and {} more{DIM:#}", grouped((cause.pages - shown) as u64))?;
    }
    Ok(shown.max(1))
}

pub(super) fn row(detail: &Detail<'_>, successor: Option<&String>, has_cause: bool) -> Vec<Cell> {
    let (before, after) = before_and_after(detail);
    let change = match detail.kind {
        Kind::Gone | Kind::GoneHashed => match detail.main.after.state {
            trailmark_compare::State::Fallback => format!("was {before}, now the single-page fallback"),
            _ => format!("was {before}"),
        },
        Kind::New | Kind::NewHashed => after,
        Kind::Content => format!("{after}, {before}"),
        Kind::RedirectStarts => format!("-> {}", location(&detail.main.after)),
        Kind::RedirectStops => format!("was -> {}", location(&detail.main.before)),
        Kind::RedirectTarget => {
            let (was, is) = (&detail.main.before, &detail.main.after);
            let status = if was.status == is.status {
                String::new()
            } else {
                format!(" ({}, was {})", is.status, was.status)
            };
            match was.location == is.location {
                true => format!("-> {}{status}", location(is)),
                false => format!("-> {}, was -> {}{status}", location(is), location(was)),
            }
        }
        Kind::Headers if has_cause => String::new(),
        _ => format!("{before} -> {after}"),
    };
    let forms = match detail.others.len() {
        0 => String::new(),
        others => format!("+{}", count(others, "form")),
    };
    let mut cells = vec![Cell::new(&detail.main.path), Cell::new(change)];
    match successor {
        Some(successor) => cells.push(Cell::new(successor).styled(GREEN)),
        None => cells.push(Cell::new(forms).styled(DIM)),
    }
    cells
}

fn location(reply: &trailmark_compare::Reply<'_>) -> String {
    reply.location.clone().unwrap_or_else(|| in_words(reply))
}

fn more(out: &mut impl Write, more: usize) -> io::Result<()> {
    match more {
        0 => Ok(()),
        more => writeln!(out, "  {DIM}and {} more (--limit 0 lists all){DIM:#}", grouped(more as u64)),
    }
}

pub(super) fn redirect_lines(out: &mut impl Write, found: &Comparison<'_>, limit: usize) -> io::Result<()> {
    let suggestions = &found.suggestions;
    if let Some(problem) = &suggestions.problem {
        writeln!(out, "\n{YELLOW}No lines for _redirects{YELLOW:#}: {}", output::shown(problem))?;
    }
    if suggestions.not_looked_for > 0 {
        let pages = count(suggestions.not_looked_for, "page");
        writeln!(
            out,
            "  {YELLOW}successors of {pages} more were not looked for: too many are gone{YELLOW:#}"
        )?;
    }
    if suggestions.lines.is_empty() {
        return Ok(());
    }
    let pages: usize = suggestions.lines.iter().map(|line| line.pages).sum();
    writeln!(
        out,
        "\n{GREEN}{BOLD}Lines for _redirects{BOLD:#}{GREEN:#}  {DIM}keep {}; tried on the new site{DIM:#}",
        count(pages, "page")
    )?;
    // The other URLs of the pages are for the file (--redirect-lines), not for the eye.
    let forms = suggestions.lines.iter().filter(|line| line.pages == 0).count();
    let mut hides = false;
    for line in lists::blocks(suggestions, limit) {
        if line.starts_with("# Top of _redirects: other") {
            hides = true;
        } else if line.starts_with("# End") {
            hides = false;
        }
        if !hides {
            let style = if line.starts_with('#') { DIM } else { anstyle::Style::new() };
            writeln!(out, "  {style}{}{style:#}", Shown(&line))?;
        }
    }
    if forms > 0 {
        writeln!(
            out,
            "  {DIM}and {} for other URLs of these pages (/page.html and so on): --redirect-lines FILE writes all{DIM:#}",
            count(forms, "line")
        )?;
    }
    if suggestions.left_out > 0 {
        let left_out = grouped(suggestions.left_out as u64);
        writeln!(
            out,
            "  {YELLOW}{left_out} more exceed what the platform reads of a _redirects file{YELLOW:#}"
        )?;
    }
    for (line, from, to) in suggestions.repoint.iter().take(limit) {
        let (from, to) = (output::shown(from), output::shown(to));
        writeln!(
            out,
            "  {YELLOW}line {line} of the new _redirects leads {from} to what is gone: let it lead to {to}{YELLOW:#}"
        )?;
    }
    Ok(())
}

fn detours(out: &mut impl Write, found: &Comparison<'_>, limit: usize) -> io::Result<()> {
    if found.detours.is_empty() {
        return Ok(());
    }
    let (dead, longer) = found.detours.iter().fold((0, 0), |(dead, longer), detour| {
        if detour.is_dead_end { (dead + 1, longer) } else { (dead, longer + 1) }
    });
    writeln!(
        out,
        "\n{RED}{BOLD}Redirects that lost their target{BOLD:#}{RED:#}  {DIM}{dead} lead to nothing now, {longer} by a detour{DIM:#}"
    )?;
    let mut table = Table::indented(2);
    for detour in found.detours.iter().take(limit) {
        let way: Vec<_> = std::iter::once(&detour.location).chain(&detour.then).map(String::as_str).collect();
        let end = if detour.is_dead_end { " -> nothing" } else { "" };
        let line = format!("line {} of _redirects", detour.line);
        table.row([
            Cell::new(&detour.path),
            Cell::new(format!("-> {}{end}", way.join(" -> "))),
            Cell::new(line).styled(DIM),
        ]);
    }
    table.write(out)?;
    more(out, found.detours.len().saturating_sub(limit))
}

fn zones(out: &mut impl Write, found: &Comparison<'_>, limit: usize) -> io::Result<()> {
    if found.zones.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{CYAN}{BOLD}Unknown paths{BOLD:#}{CYAN:#}  {DIM}get another answer than before{DIM:#}")?;
    let mut table = Table::indented(2);
    for zone in found.zones.iter().take(limit) {
        let change = if zone.is_other_answer || zone.before != zone.after {
            format!("{} -> {}", zone.before, zone.after)
        } else {
            format!("{}, with other content or headers", zone.after)
        };
        table.row([Cell::new(format!("{}*", zone.below)), Cell::new(change)]);
    }
    table.write(out)?;
    more(out, found.zones.len().saturating_sub(limit))
}

fn rules(out: &mut impl Write, found: &Comparison<'_>, limit: usize) -> io::Result<()> {
    if found.rules.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{BOLD}Rules{BOLD:#}  {DIM}{}{DIM:#}", count(found.rules.len(), "difference"))?;
    for change in found.rules.iter().take(limit) {
        rule(out, change)?;
    }
    more(out, found.rules.len().saturating_sub(limit))
}

fn rule(out: &mut impl Write, change: &RuleChange) -> io::Result<()> {
    let file = change.file.name();
    if let Some(before) = &change.before {
        writeln!(out, "  {RED}-{RED:#} {DIM}{file}{DIM:#}  {}", output::shown(before))?;
    }
    if let Some(after) = &change.after {
        writeln!(out, "  {GREEN}+{GREEN:#} {DIM}{file}{DIM:#}  {}", output::shown(after))?;
    }
    if let Some(example) = change.example.as_ref().filter(|example| example.before != example.after) {
        let [path, before, after] =
            [&example.path, &example.before, &example.after].map(|text| output::shown(text));
        writeln!(out, "      {DIM}such as {path}: {before} -> {after}{DIM:#}")?;
    }
    Ok(())
}
