//! Findings as workflow commands, which GitHub Actions shows beside the lines of files.

use std::io::{self, Write};
use std::path::Path;

use trailmark_audit::{Level, Report};

use super::{message, text};
use crate::output::Shown;

/// Writes an annotation for the first place of each finding.
pub(super) fn write(out: &mut impl Write, report: &Report, dist: &Path) -> io::Result<()> {
    for group in &report.groups {
        let command = match group.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "notice",
        };
        for finding in &group.findings {
            let Some(place) = finding.places.first() else { continue };
            write!(out, "::{command} file={}", property(&text::path_of(dist, &place.file)))?;
            if let (Some(line), Some(column)) = (place.line, place.column) {
                write!(out, ",line={line},col={column}")?;
            }
            let message = data(&message::of(group.rule, finding));
            writeln!(out, ",title={}::{message}", property(&format!("trailmark {}", group.rule.name())))?;
        }
    }
    Ok(())
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
