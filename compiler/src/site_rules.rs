//! What a site's own configuration files say about requests, ready for resolving and encoding: the rules of `_redirects` and
//! `_headers`, and the router.

use rustc_hash::FxHashMap;

use crate::config::headers::Headers;
use crate::config::redirects::{RedirectRule, Redirects, RuleKind};
use crate::config::rule_pattern::{self, Pattern};
use crate::router::Router;

/// Everything but the files that decides answers.
#[derive(Debug, Clone, Default)]
pub struct SiteRules {
    /// The accepted rules of `_redirects`.
    pub redirects: Option<Redirects>,
    /// The accepted rules of `_headers`.
    pub headers: Option<Headers>,
    /// Who is asked first.
    pub router: Router,
}

impl SiteRules {
    pub(crate) fn redirect_rules(&self) -> &[RedirectRule] {
        self.redirects.as_ref().map(|redirects| redirects.rules.as_slice()).unwrap_or_default()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.redirect_rules().is_empty()
            && self.headers.as_ref().is_none_or(|headers| headers.rules.is_empty())
    }
}

/// The rules that matter for one spelling of a path: the redirect that answers it, and the header rules that match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct PathRules {
    /// Index of the `_redirects` rule.
    pub(crate) redirect: Option<u16>,
    /// Bit i: rule i of `_headers` matches, or names a host and has to be looked at.
    pub(crate) headers: u128,
}

/// Finds the rules of a path, filed so that few are tried for each.
pub(crate) struct RuleFinder<'r> {
    fixed: FxHashMap<&'r str, u16>,
    first_dynamic: u16,
    dynamic: RuleFile<'r>,
    headers: RuleFile<'r>,
}

impl<'r> RuleFinder<'r> {
    pub(crate) fn new(rules: &'r SiteRules) -> Self {
        let redirects = rules.redirect_rules();
        let is_dynamic = |rule: &&RedirectRule| rule.kind == RuleKind::Dynamic;
        let fixed = redirects.iter().zip(0..).filter(|(rule, _)| rule.kind != RuleKind::Dynamic);
        let mut by_path = FxHashMap::default();
        for (rule, index) in fixed {
            by_path.entry(rule.from.as_str()).or_insert(index);
        }
        let headers = rules.headers.iter().flat_map(|headers| &headers.rules);
        RuleFinder {
            fixed: by_path,
            first_dynamic: redirects.iter().take_while(|rule| rule.kind != RuleKind::Dynamic).count() as u16,
            dynamic: RuleFile::new(
                redirects.iter().filter(is_dynamic).map(|rule| (rule.from.as_str(), rule.pattern.as_ref())),
            ),
            headers: RuleFile::new(headers.map(|rule| (rule.path.as_str(), rule.pattern.as_ref()))),
        }
    }

    /// The rules of a path, spelled as given.
    pub(crate) fn find(&self, path: &str) -> PathRules {
        let fixed = self.fixed.get(path).copied();
        let dynamic = || self.dynamic.matching(path).next().map(|number| self.first_dynamic + number as u16);
        let headers =
            self.headers.matching(path).fold(self.headers.with_host, |mask, number| mask | 1 << number);
        PathRules { redirect: fixed.or_else(dynamic), headers }
    }

    pub(crate) fn redirect_file(&self) -> &RuleFile<'r> {
        &self.dynamic
    }

    pub(crate) fn header_file(&self) -> &RuleFile<'r> {
        &self.headers
    }
}

/// Rules with patterns, filed by the first segment of the paths that they can match.
#[derive(Default)]
pub(crate) struct RuleFile<'r> {
    patterns: Vec<Option<&'r Pattern>>,
    /// Rules that can match paths with any first segment.
    pub(crate) anywhere: u128,
    /// Rules that match a host too.
    with_host: u128,
    /// The others, by that segment.
    pub(crate) by_segment: FxHashMap<&'r str, u128>,
}

impl<'r> RuleFile<'r> {
    fn new(rules: impl Iterator<Item = (&'r str, Option<&'r Pattern>)>) -> Self {
        let mut file = RuleFile::default();
        for (number, (text, pattern)) in rules.enumerate() {
            file.patterns.push(pattern);
            if pattern.is_none() {
                continue;
            }
            let has_host = text.starts_with("https://");
            file.with_host |= if has_host { 1 << number } else { 0 };
            match whole_first_segment(text) {
                Some(segment) if !has_host => *file.by_segment.entry(segment).or_default() |= 1 << number,
                _ => file.anywhere |= 1 << number,
            }
        }
        file
    }

    /// The numbers of the rules that match a path, ascending; those with a host are left out.
    fn matching(&self, path: &str) -> impl Iterator<Item = usize> {
        let segment = path.get(1..).and_then(|rest| rest.split('/').next()).unwrap_or_default();
        let own = self.by_segment.get(segment).copied().unwrap_or(0);
        let mut left = (self.anywhere | own) & !self.with_host;
        let candidates = std::iter::from_fn(move || {
            let number = (left != 0).then(|| left.trailing_zeros() as usize);
            left &= left.wrapping_sub(1);
            number
        });
        let path = path.to_owned();
        candidates.filter(move |&number| {
            self.patterns
                .get(number)
                .copied()
                .flatten()
                .is_some_and(|pattern| pattern.captures(&path).is_some())
        })
    }
}

/// The first segment of a pattern, if every path that it matches has just that.
fn whole_first_segment(pattern: &str) -> Option<&str> {
    let rest = pattern.strip_prefix('/')?;
    let (segment, is_whole) = match rest.split_once('/') {
        Some((segment, _)) => (segment, true),
        None => (rest, !rule_pattern::is_dynamic(rest)),
    };
    (is_whole && !segment.contains(['*', ':'])).then_some(segment)
}
