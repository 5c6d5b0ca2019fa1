//! Findings as one page that can be opened anywhere: read without a script, filtered with one, loading nothing.
//!
//! It holds the findings alone. The whole site, with what any URL answers, is the page of `trailmark report`.

use std::io::{self, Write};
use std::path::Path;

use trailmark_audit::{Finding, Group, Level, LinkKind, LinkPlace, Report};

use super::text::{how_many, is_about_pages, path_of};
use crate::output::{bytes, count, escaped, grouped, policy_hash};

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// Writes the page.
pub(super) fn write(out: &mut impl Write, report: &Report, dist: &Path, given: &Path) -> io::Result<()> {
    head(out, &escaped(&title(report, given)))?;
    summary(out, report)?;
    if !report.groups.is_empty() {
        overview(out, report)?;
        filter(out, report)?;
    }
    writeln!(out, "<main id=\"findings\" tabindex=\"-1\">")?;
    report.groups.iter().try_for_each(|group| write_group(out, group, dist))?;
    writeln!(out, "</main>\n<footer><p class=\"dim\">trailmark {}</p></footer>", env!("CARGO_PKG_VERSION"))?;
    writeln!(out, "<script>{SCRIPT}</script>\n</body>\n</html>")
}

/// What the page calls the site: its host, or the folder.
fn title(report: &Report, given: &Path) -> String {
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
    let folder = || name(given).or_else(|| name(&given.canonicalize().ok()?));
    report.hosts.first().cloned().or_else(folder).unwrap_or_else(|| "site".to_owned())
}

fn head(out: &mut impl Write, title: &str) -> io::Result<()> {
    let policy = format!(
        "default-src 'none'; script-src {}; style-src {}; base-uri 'none'; form-action 'none'",
        policy_hash(SCRIPT),
        policy_hash(STYLE)
    );
    writeln!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}: Trailmark audit</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#findings\">Skip to the findings</a>\n<header>\n<h1>Audit of <bdi>{title}</bdi></h1>"
    )
}

fn summary(out: &mut impl Write, report: &Report) -> io::Result<()> {
    let links = report.links;
    writeln!(
        out,
        "<p class=\"dim\">{} ({}) with {} inside the site, to {}; {} leave it.</p>",
        number(report.pages, "page"),
        bytes(report.bytes),
        number(links.internal + links.same_page, "link"),
        count(report.targets, "target"),
        number(links.external, "link"),
    )?;
    if report.groups.is_empty() {
        writeln!(out, "<p class=\"good\">Nothing to complain of.</p>")?;
    }
    writeln!(out, "</header>")
}

/// A table of the rules, which leads to each.
fn overview(out: &mut impl Write, report: &Report) -> io::Result<()> {
    writeln!(
        out,
        "<nav aria-label=\"Rules\">\n<div class=\"scroll\">\n<table>\n<caption>What was found</caption>\n<thead><tr><th scope=\"col\">Level</th>\
         <th scope=\"col\">Rule</th><th scope=\"col\">A link, or page, that</th><th scope=\"col\" class=\"number\">Targets</th>\
         <th scope=\"col\" class=\"number\">Links</th><th scope=\"col\" class=\"number\">Files</th></tr></thead>\n<tbody>"
    )?;
    for group in &report.groups {
        let (name, level) = (group.rule.name(), group.level.as_str());
        let links = if is_about_pages(group.rule) { String::new() } else { grouped(group.links) };
        writeln!(
            out,
            "<tr><td><span class=\"level {level}\">{level}</span></td><th scope=\"row\"><a href=\"#{name}\">{name}</a></th><td>{}</td>\
             <td class=\"number\">{}</td><td class=\"number\">{links}</td><td class=\"number\">{}</td></tr>",
            escaped(group.summary),
            grouped(group.count),
            group.in_files.map(grouped).unwrap_or_default(),
        )?;
    }
    writeln!(out, "</tbody>\n</table>\n</div>\n</nav>")
}

/// The box that the script fills with life; without one it is not there.
fn filter(out: &mut impl Write, report: &Report) -> io::Result<()> {
    writeln!(
        out,
        "<form id=\"filter\" role=\"search\" aria-label=\"Findings\" hidden>\n<label for=\"text\">Only findings with</label>\n\
         <input id=\"text\" type=\"search\" autocomplete=\"off\" spellcheck=\"false\">\n<fieldset>\n<legend class=\"hidden\">Levels</legend>"
    )?;
    for level in
        Level::ALL.iter().rev().filter(|&level| report.groups.iter().any(|group| group.level == *level))
    {
        let level = level.as_str();
        writeln!(
            out,
            "<label><input type=\"checkbox\" name=\"level\" value=\"{level}\" checked> {level}s</label>"
        )?;
    }
    writeln!(out, "</fieldset>\n<p id=\"shown\" role=\"status\" class=\"dim\"></p>\n</form>")
}

fn write_group(out: &mut impl Write, group: &Group, dist: &Path) -> io::Result<()> {
    let (name, level, row) = (group.rule.name(), group.level.as_str(), group.rule.row());
    writeln!(
        out,
        "<details open class=\"group\" id=\"{name}\" data-level=\"{level}\">\n<summary><h2><span class=\"level {level}\">{level}</span> {name}: {}</h2></summary>\n\
         <p>{}. {}</p>\n<p>{}</p>\n<ul class=\"findings\">",
        escaped(row.summary),
        how_many(group),
        escaped(row.explanation),
        escaped(row.fix),
    )?;
    group.findings.iter().try_for_each(|finding| write_finding(out, group, finding, dist))?;
    writeln!(out, "</ul>")?;
    let rest = group.count - group.findings.len() as u64;
    if rest > 0 {
        writeln!(
            out,
            "<p class=\"dim\">and {} more; <code>--limit 0</code> puts all into the page</p>",
            grouped(rest)
        )?;
    }
    writeln!(out, "</details>")
}

fn write_finding(out: &mut impl Write, group: &Group, finding: &Finding, dist: &Path) -> io::Result<()> {
    write!(out, "<li><p><code class=\"target\">{}</code>", escaped(&finding.target))?;
    if let Some(fix) = &finding.fix {
        write!(out, " <span class=\"write\">write</span> <code class=\"fix\">{}</code>", escaped(fix))?;
    }
    writeln!(out, "</p>")?;
    if let Some(detail) = &finding.detail {
        writeln!(out, "<p>{}</p>", escaped(detail))?;
    }
    if let Some(answer) = &finding.answer {
        write!(out, "<p class=\"dim\">answers {} by <code>{}</code>", answer.status, escaped(&answer.rule))?;
        if let Some(location) = &answer.location {
            let after = if answer.redirects > 1 {
                format!(" and after {} redirects", answer.redirects)
            } else {
                ", which".to_owned()
            };
            write!(out, "{after} leads to <code>{}</code>", escaped(location))?;
        }
        writeln!(out, "</p>")?;
    }
    if !is_about_pages(group.rule) {
        let kinds: Vec<&str> = finding.kinds.iter().map(LinkKind::as_str).collect();
        let files = finding
            .in_files
            .map(|files| format!(" in {}", count(files as usize, "file")))
            .unwrap_or_default();
        let kinds = if kinds.is_empty() { String::new() } else { format!(" ({})", kinds.join(", ")) };
        writeln!(out, "<p class=\"dim\">{}{files}{kinds}</p>", count(finding.links as usize, "link"))?;
    }
    if !finding.places.is_empty() {
        writeln!(out, "<ul class=\"places\">")?;
        finding.places.iter().try_for_each(|place| write_place(out, place, dist))?;
        writeln!(out, "</ul>")?;
    }
    writeln!(out, "</li>")
}

fn write_place(out: &mut impl Write, place: &LinkPlace, dist: &Path) -> io::Result<()> {
    write!(out, "<li><code>{}", escaped(&path_of(dist, &place.file)))?;
    if let (Some(line), Some(column)) = (place.line, place.column) {
        write!(out, ":{line}:{column}")?;
    }
    write!(out, "</code>")?;
    if let Some(link) = place.link.as_deref().filter(|link| !link.is_empty()) {
        write!(out, " <code class=\"dim\">{}</code>", escaped(link))?;
    }
    writeln!(out, "</li>")
}

fn number(number: u64, noun: &str) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), noun)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn style_and_script_hold_nothing_that_ends_their_elements() {
        for text in [STYLE, SCRIPT] {
            assert!(!text.to_ascii_lowercase().contains("</") && !text.contains("<!--"));
        }
    }
}
