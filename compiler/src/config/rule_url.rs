//! What `_redirects` and `_headers` have in common: how a line is read, and how a URL is.
//!
//! Two URL parsers are at work, and they differ. The one that reads the *rule files* is that of Node 20, on a
//! URL whose scheme it does not know ([`normalise`]); the one that reads *requests*, and resolves a finished
//! target, is that of a server ([`resolve`]). Source: `docs/ROUTING.md`, "`_redirects`", "Normalising in both
//! rule files"; and the WHATWG URL standard, of which this holds what a rule can reach: `http` and `https`,
//! hosts, paths, queries and fragments.

use std::fmt;

pub use trailmark::url::{Destination, RequestUrl, RuleUrl, Scheme, UrlError, normalise, resolve};

/// The longest line that is read, in UTF-16 units, after trimming.
pub const MAX_LINE_UNITS: usize = 2000;

/// How much of a line a note repeats, in characters.
const EXCERPT_CHARS: usize = 200;

/// A line of a rule file that is neither empty nor a comment, trimmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleLine<'t> {
    /// The line's number, counted from 1.
    pub number: u32,
    /// The line without the white space around it.
    pub text: &'t str,
}

impl RuleLine<'_> {
    /// A note about this line.
    pub(super) fn note<R>(self, reason: R) -> RuleNote<R> {
        let end = self.text.char_indices().nth(EXCERPT_CHARS).map_or(self.text.len(), |(at, _)| at);
        let mut text = self.text.get(..end).unwrap_or_default().to_owned();
        if end < self.text.len() {
            text.push('…');
        }
        RuleNote { line: self.number, text, reason }
    }

    /// The line's length in UTF-16 units, if that is more than the platform reads.
    pub(super) fn excess(self) -> Option<usize> {
        (self.text.len() > MAX_LINE_UNITS)
            .then(|| self.text.encode_utf16().count())
            .filter(|units| *units > MAX_LINE_UNITS)
    }
}

/// Something to know about one line of a rule file: that the platform ignores it, or takes it otherwise than
/// it looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleNote<R> {
    /// The line's number, counted from 1.
    pub line: u32,
    /// The line, trimmed; cut short when it is very long.
    pub text: String,
    /// What happens to it and why.
    pub reason: R,
}

impl<R: fmt::Display> fmt::Display for RuleNote<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: `{}` is {}", self.line, self.text, self.reason)
    }
}

/// The lines that say something. Lines end at LF; a CR and a byte order mark are white space and go.
pub(super) fn rule_lines(text: &str) -> impl Iterator<Item = RuleLine<'_>> {
    (1..).zip(text.split('\n')).filter_map(|(number, line)| {
        let text = line.trim_matches(is_space);
        (!text.is_empty() && !text.starts_with('#')).then_some(RuleLine { number, text })
    })
}

/// White space as JavaScript's `\s` and `trim` know it.
pub(super) const fn is_space(c: char) -> bool {
    matches!(
        c,
        '\t'..='\r' | ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{2028}' | '\u{2029}'
        | '\u{202f}' | '\u{205f}' | '\u{3000}' | '\u{feff}'
    )
}

/// A line end as JavaScript's `.` knows it, which never matches one.
pub(super) const fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

/// Splits `https://host/path` into host and path. The host is the text up to the next `/`, whatever it is;
/// the path comes without the one `/` that follows it. `None` for anything that is not `https://` and a host.
pub(super) fn split_https(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("https://")?.trim_start_matches('/');
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let path = path.split(is_line_end).next().unwrap_or_default();
    (!host.is_empty()).then_some((host, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_trimmed_and_counted_and_comments_skipped() {
        let lines: Vec<_> =
            rule_lines("\u{feff}/a b\r\n\n # c\n\u{3000}/d").map(|line| (line.number, line.text)).collect();
        assert_eq!(lines, [(1, "/a b"), (4, "/d")]);
    }
}
