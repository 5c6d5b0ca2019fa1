//! Lists for other programs: what a CDN should forget, and lines for `_redirects`.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use anyhow::Context;
use trailmark_compare::{Comparison, Line, Suggestions};

use crate::output;

/// Writes to a file, or for `-` to standard output.
pub(super) fn to_place(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> anyhow::Result<()> {
    if path.as_os_str() == "-" {
        let mut out = output::raw_stdout();
        write(&mut out)?;
        return Ok(out.flush()?);
    }
    let written = File::create(path).and_then(|file| {
        let mut out = BufWriter::new(file);
        write(&mut out)?;
        out.flush()
    });
    written.with_context(|| format!("cannot write {}", path.display()))
}

/// Every URL whose answer changes, one a line.
pub(super) fn purge(out: &mut dyn Write, found: &Comparison<'_>, site: &str) -> io::Result<()> {
    for change in found.diff.changes() {
        for (path, _) in found.diff.paths_of(change) {
            writeln!(out, "{site}{path}")?;
        }
    }
    Ok(())
}

/// What no list of URLs can name.
pub(super) fn unlisted(found: &Comparison<'_>) -> String {
    let zones: Vec<_> = found.zones.iter().map(|zone| format!("{}*", zone.below)).collect();
    format!(
        "unknown paths are answered otherwise below {}: a CDN that keeps 404s should forget those as well; no list can name them",
        output::shown(&zones.join(", "))
    )
}

/// Lines of `_redirects`: what belongs at its top, then what belongs at its end.
pub(super) fn redirects(out: &mut dyn Write, found: &Comparison<'_>) -> io::Result<()> {
    blocks(&found.suggestions, usize::MAX).iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// The lines with comments that say where they belong and why; so many of each kind.
pub(super) fn blocks(suggestions: &Suggestions, limit: usize) -> Vec<String> {
    let mut text = Vec::new();
    let lines = |is_wanted: fn(&Line) -> bool| -> Vec<&Line> {
        suggestions.lines.iter().filter(|line| is_wanted(line)).collect()
    };
    let mut block = |heading: &str, lines: Vec<&Line>| {
        if lines.is_empty() {
            return;
        }
        text.push(format!("# {heading}"));
        let mut reason = None;
        for line in lines.iter().take(limit) {
            if line.pages > 0 && reason.replace(line.reason) != Some(line.reason) {
                text.push(format!("# {}:", line.reason.in_words()));
            }
            text.push(line.text());
        }
        if let Some(more) = lines.len().checked_sub(limit).filter(|&more| more > 0) {
            text.push(format!("# and {} more", output::grouped(more as u64)));
        }
    };
    block("Top of _redirects", lines(|line| !line.is_pattern && line.pages > 0));
    block(
        "Top of _redirects: other URLs of the same pages",
        lines(|line| !line.is_pattern && line.pages == 0),
    );
    block("End of _redirects", lines(|line| line.is_pattern));
    text
}
