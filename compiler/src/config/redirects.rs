//! `_redirects`: which redirect rules a site states, and which of its lines the platform ignores.
//!
//! Given the text of the file, [`parse`] gives the rules in the order of the file and a note on every line
//! that does not do what it seems to say. [`redirect`], [`location`] and [`rewrite`] answer a request from
//! those rules: they are the judge that faster forms are compared with. Source: `docs/ROUTING.md`,
//! "`_redirects`".

mod answer;
mod read;
mod reason;
mod rule;
mod surprises;
#[cfg(test)]
mod tests;
mod words;

pub use answer::{Matched, TargetError, finished_target, location, redirect, rewrite};
pub use reason::{MAX_DYNAMIC_RULES, MAX_STATIC_RULES, RedirectReason};
pub use rule::{RedirectOptions, RedirectRule, Redirects, RuleKind, Target};
pub(super) use surprises::unmatchable_character;

use self::read::Reader;
use super::rule_url;

/// Reads a `_redirects` file. Nothing in it is an error to the platform, and so neither here: what is ignored
/// is in the notes. Cost: O(length of the text).
pub fn parse(text: &str, options: RedirectOptions) -> Redirects {
    let mut reader = Reader::new(options);
    rule_url::rule_lines(text).for_each(|line| reader.read(line));
    Redirects { platform: options.platform, rules: reader.rules, notes: reader.notes }
}
