//! A line of `_redirects` taken apart: source, target and status, each as the platform reads it.

use super::reason::RedirectReason;
use super::rule::Target;
use crate::config::rule_url::{self, RuleUrl, is_line_end, is_space};

/// The words of a line, its comment cut off.
pub(super) struct Words<'t> {
    pub(super) from: &'t str,
    pub(super) to: &'t str,
    pub(super) status: Option<&'t str>,
}

/// Cuts the comment (white space, then `#`) and splits the rest.
pub(super) fn read_words(line: &str) -> Result<Words<'_>, RedirectReason> {
    let words: Vec<&str> = without_comment(line).split(is_space).filter(|word| !word.is_empty()).collect();
    match words.as_slice() {
        [from, to] => Ok(Words { from, to, status: None }),
        [from, to, status] => Ok(Words { from, to, status: Some(status) }),
        _ => Err(RedirectReason::WordCount { found: words.len() }),
    }
}

/// The line up to its comment. A lone CR, or U+2028 and U+2029, inside a line are white space; but a comment
/// is cut only where none of them follows it.
fn without_comment(line: &str) -> &str {
    let last_line_end = line.rfind(is_line_end).unwrap_or(0);
    let is_comment = |at: &usize| line.get(..*at).is_some_and(|before| before.ends_with(is_space));
    let comment = line.match_indices('#').map(|(at, _)| at).filter(|at| *at > last_line_end).find(is_comment);
    comment.and_then(|at| line.get(..at)).unwrap_or(line).trim_end_matches(is_space)
}

pub(super) fn read_source(word: &str) -> Result<RuleUrl, RedirectReason> {
    match rule_url::split_https(word) {
        Some(_) => Err(RedirectReason::SourceHasHost),
        None => Ok(rule_url::normalise(word)),
    }
}

pub(super) fn read_target(word: &str) -> Result<Target, RedirectReason> {
    let with_all = |url: RuleUrl| format!("{}{}{}", url.path, url.query, url.fragment);
    match rule_url::split_https(word) {
        Some((host, path)) => {
            Ok(Target::Absolute(format!("https://{host}{}", with_all(rule_url::normalise(path)))))
        }
        None if word.starts_with('/') => Ok(Target::Relative(with_all(rule_url::normalise(word)))),
        None => Err(RedirectReason::TargetNotAllowed),
    }
}

pub(super) fn read_status(word: Option<&str>) -> Result<u16, RedirectReason> {
    const ALLOWED: [u16; 6] = [200, 301, 302, 303, 307, 308];
    let Some(word) = word else { return Ok(302) };
    let number = javascript_number(word);
    let status = ALLOWED.into_iter().find(|status| number == Some(f64::from(*status)));
    status.ok_or_else(|| RedirectReason::Status { found: word.to_owned() })
}

/// A number as JavaScript's `Number()` reads it from a text without white space; `None` for what is not a
/// number.
fn javascript_number(word: &str) -> Option<f64> {
    for (prefixes, radix) in [(["0x", "0X"], 16), (["0o", "0O"], 8), (["0b", "0B"], 2)] {
        if let Some(digits) = prefixes.iter().find_map(|prefix| word.strip_prefix(prefix)) {
            return whole_number(digits, radix);
        }
    }
    // What is left of Rust's syntax when its words are gone is that of JavaScript, but for `Infinity`.
    let is_numeric = |byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
    word.bytes().all(is_numeric).then(|| word.parse().ok())?
}

fn whole_number(digits: &str, radix: u32) -> Option<f64> {
    let add = |value: f64, digit: char| Some(value * f64::from(radix) + f64::from(digit.to_digit(radix)?));
    if digits.is_empty() { None } else { digits.chars().try_fold(0.0, add) }
}
