//! Findings as workflow commands, which GitHub Actions shows beside the lines of files, and as a table for the summary of the job.
//!
//! Of one step GitHub shows ten annotations of each level and drops the rest, so no more are written: as many of each rule as fit, so that
//! the first rule does not take all places.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;

use trailmark_audit::{Finding, Group, Level, Report};

use super::text::{how_many, is_about_pages};
use super::{message, place};
use crate::output::{Shown, grouped};

/// Annotations of a level that are shown of a step. Source: GitHub's documentation, limits of workflow commands.
const SHOWN: usize = 10;

/// Where GitHub wants the summary of a step, as Markdown.
pub(super) const SUMMARY_VARIABLE: &str = "GITHUB_STEP_SUMMARY";

/// Writes an annotation for the first place of each finding, as far as they are shown.
pub(super) fn write(out: &mut impl Write, report: &Report, dist: &Path) -> io::Result<()> {
    let mut written = 0;
    for level in Level::ALL.iter().rev() {
        let groups: Vec<&Group> = report.groups.iter().filter(|group| group.level == *level).collect();
        for (group, number) in groups.iter().zip(shares(&groups)) {
            let findings = group.findings.iter().take(number);
            findings.clone().try_for_each(|finding| annotation(out, group, finding, dist))?;
            written += findings.count() as u64;
        }
    }
    let all: u64 = report.groups.iter().map(|group| group.count).sum();
    if all > written {
        let (all, written) = (grouped(all), grouped(written));
        writeln!(out, "{written} of {all} findings are annotated: GitHub shows {SHOWN} of each level")?;
    }
    Ok(())
}

/// How many findings of each rule are written: one of each, then a second one, until all places are taken.
fn shares(groups: &[&Group]) -> Vec<usize> {
    let mut shares = vec![0; groups.len()];
    let mut left = SHOWN;
    let mut grew = true;
    while grew && left > 0 {
        grew = false;
        for (share, group) in shares.iter_mut().zip(groups) {
            if left > 0 && *share < group.findings.len() {
                (*share, left, grew) = (*share + 1, left - 1, true);
            }
        }
    }
    shares
}

fn annotation(out: &mut impl Write, group: &Group, finding: &Finding, dist: &Path) -> io::Result<()> {
    let command = match group.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    write!(out, "::{command} ")?;
    if let Some(found) = finding.places.first() {
        write!(out, "file={},", property(&place::of(dist, &found.file)))?;
        if let (Some(line), Some(column)) = (found.line, found.column) {
            write!(out, "line={line},col={column},")?;
        }
    }
    let message = data(&message::of(group.rule, finding));
    writeln!(out, "title={}::{message}", property(&format!("trailmark {}", group.rule.name())))
}

/// The table for the summary. It holds nothing that comes from the site.
pub(super) fn summary(report: &Report) -> String {
    let mut text = "### trailmark audit\n\n".to_owned();
    if report.groups.is_empty() {
        text.push_str("Nothing to complain of.\n");
        return text;
    }
    text.push_str("| level | rule | a link, or page, that | found | what to do |\n|---|---|---|---|---|\n");
    for group in &report.groups {
        let (level, rule) = (group.level.as_str(), group.rule.name());
        let found = how_many(group);
        let _ = writeln!(text, "| {level} | `{rule}` | {} | {found} | {} |", group.summary, group.advice);
    }
    let links: u64 =
        report.groups.iter().filter(|group| !is_about_pages(group.rule)).map(|group| group.links).sum();
    let _ = writeln!(
        text,
        "\n{} pages read; {} of their links are concerned.",
        grouped(report.pages),
        grouped(links)
    );
    text
}

/// A text behind `::`, without what must not reach a terminal. Source: GitHub's toolkit, `packages/core/src/command.ts`.
fn data(text: &str) -> String {
    let text: String = text.split('\n').map(|line| Shown(line).to_string()).collect::<Vec<_>>().join("\n");
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A text behind `=`.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_as_the_toolkit_does() {
        assert_eq!(data("50% of a, b: c\r\nd"), "50%25 of a, b: c\\u{d}%0Ad");
        assert_eq!(property("a:b,c%2C"), "a%3Ab%2Cc%252C");
        assert_eq!(data("::error::x\u{1b}[2J\u{202e}"), "::error::x\\u{1b}[2J\\u{202e}");
    }
}
