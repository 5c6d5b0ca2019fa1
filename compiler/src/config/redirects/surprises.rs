//! What an accepted rule does otherwise than it seems to say.

use super::reason::RedirectReason;
use super::rule::Target;
use crate::config::rule_pattern::{self, InvalidPattern, Pattern};
use crate::config::rule_url::{self, RequestUrl, RuleUrl, Scheme, UrlError};

/// The notes on a rule, in the order in which they are told.
pub(super) fn surprises(
    source: &RuleUrl,
    to: &Target,
    compiled: &Result<Pattern, InvalidPattern>,
) -> Vec<RedirectReason> {
    let mut reasons = Vec::new();
    if source.path.is_empty() {
        reasons.push(RedirectReason::EmptySource);
    }
    if let Some(character) = unmatchable_character(&source.path) {
        reasons.push(RedirectReason::UnmatchableCharacter { character });
    }
    if !source.query.is_empty() || !source.fragment.is_empty() {
        reasons.push(RedirectReason::SourceQuery { from: source.path.clone() });
    }
    match compiled {
        Ok(pattern) => reasons.extend(target_surprises(to, pattern)),
        Err(invalid) => reasons.push(invalid.clone().into()),
    }
    reasons
}

fn target_surprises(to: &Target, pattern: &Pattern) -> Vec<RedirectReason> {
    let groups: Vec<&str> = pattern.tokens().iter().filter_map(rule_pattern::Token::group).collect();
    let prefix_of = |name: &str| groups.iter().find(|group| name.starts_with(**group));
    let of_name = |name: &str| match prefix_of(name) {
        _ if groups.contains(&name) => None,
        Some(prefix) => {
            Some(RedirectReason::NamePrefix { name: name.to_owned(), prefix: (*prefix).to_owned() })
        }
        None => Some(RedirectReason::UnknownName { name: name.to_owned() }),
    };
    let mut reasons: Vec<RedirectReason> = rule_pattern::names(to.as_str()).filter_map(of_name).collect();
    let is_constant = !groups.iter().any(|group| to.as_str().contains(&format!(":{group}")));
    let example = RequestUrl { scheme: Scheme::Https, host: "example.com", path: "/", query: "" };
    if is_constant && matches!(rule_url::resolve(to.as_str(), &example), Err(UrlError::Unparsable { .. })) {
        reasons.push(RedirectReason::TargetUnparsable);
    }
    reasons
}

/// The first character that the rule files leave alone and the parser of requests does not.
pub(in crate::config) fn unmatchable_character(path: &str) -> Option<char> {
    path.chars().find(|c| matches!(c, '\\' | '^'))
}
