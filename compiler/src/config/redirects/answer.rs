//! Requests answered from the rules of a `_redirects` file, in the plainest way: the judge that faster forms are compared with.

use super::rule::{RedirectRule, Redirects, RuleKind, Target};
use crate::config::rule_pattern::{self, Captures, SubstitutedTooLong};
use crate::config::rule_url::{self, Destination, RequestUrl, UrlError};
use crate::options::Platform;

/// A rule that fits a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched {
    /// Its position in [`Redirects::rules`].
    pub rule_index: usize,
    /// What its `*` and `:name` took from the path.
    pub captures: Captures,
}

/// The rule that answers a request, if one does: the static rule for exactly this path, else the first
/// dynamic rule that fits. Cost: O(number of rules x length of the path).
///
/// `path` is the request path as a URL parser leaves it, still encoded, without its query.
pub fn redirect(redirects: &Redirects, path: &str) -> Option<Matched> {
    let rules = || redirects.rules.iter().enumerate();
    let fixed = rules().find(|(_, rule)| rule.kind == RuleKind::Static && rule.from == path);
    let fixed = fixed.map(|(rule_index, _)| Matched { rule_index, captures: Captures::default() });
    fixed.or_else(|| {
        rules().find_map(|(rule_index, rule)| {
            let captures = rule.pattern.as_ref()?.captures(path)?;
            Some(Matched { rule_index, captures })
        })
    })
}

/// Why a matching rule has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// The finished target is no URL, or none that can be read here.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// The finished target is too long.
    #[error(transparent)]
    TooLong(#[from] SubstitutedTooLong),
    /// The match is of other rules.
    #[error("there is no rule {rule_index}")]
    NoSuchRule {
        /// The position that was asked for.
        rule_index: usize,
    },
}

/// The `Location` for a request that a rule other than a rewrite (200) matched: path, query and fragment
/// where scheme, host and port stay the request's, else the whole URL. A query of the target replaces that of
/// the request, which goes along otherwise.
///
/// # Errors
/// [`TargetError`], where the platform answers with status 500, or where the answer cannot be told.
pub fn location(
    redirects: &Redirects,
    matched: &Matched,
    request: &RequestUrl<'_>,
) -> Result<String, TargetError> {
    Ok(destination(redirects, matched, request)?.location(request))
}

/// The request path that a rewrite (200) puts in place of the request's own: the path of its target.
///
/// # Errors
/// [`TargetError`], as for [`location`].
pub fn rewrite(
    redirects: &Redirects,
    matched: &Matched,
    request: &RequestUrl<'_>,
) -> Result<String, TargetError> {
    Ok(destination(redirects, matched, request)?.path)
}

fn destination(
    redirects: &Redirects,
    matched: &Matched,
    request: &RequestUrl<'_>,
) -> Result<Destination, TargetError> {
    let rule_index = matched.rule_index;
    let rule = redirects.rules.get(rule_index).ok_or(TargetError::NoSuchRule { rule_index })?;
    let target = finished_target(redirects.platform, rule, &matched.captures)?;
    Ok(rule_url::resolve(&target, request)?)
}

/// The target of a rule with the captured values put in.
///
/// # Errors
/// [`SubstitutedTooLong`] when the values make it grow without measure.
pub fn finished_target(
    platform: Platform,
    rule: &RedirectRule,
    captures: &Captures,
) -> Result<String, SubstitutedTooLong> {
    let target = rule_pattern::substitute(rule.to.as_str(), captures)?;
    let is_collapsed = platform == Platform::Workers && rule.kind == RuleKind::Dynamic;
    Ok(match rule.to {
        Target::Relative(_) if is_collapsed => with_single_slashes(&target),
        _ => target,
    })
}

fn with_single_slashes(text: &str) -> String {
    let mut before = None;
    text.chars().filter(|c| before.replace(*c) != Some('/') || *c != '/').collect()
}
