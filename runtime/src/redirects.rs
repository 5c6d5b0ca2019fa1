//! The rules of `_redirects`: which one answers a path, and where it leads. Follows `docs/ROUTING.md`, "`_redirects`".
//!
//! For a stored path that is spelled canonically, the compiler has worked out which rule answers, so such a request pays
//! nothing. Static rules whose path is not spelled so stand in a small sorted table. Dynamic rules are tried only where their
//! first segment fits. Locations of static rules are put together from stored texts; those of dynamic ones are made on the
//! heap, the only allocation of an answer.

use alloc::string::String;
use core::fmt;

use crate::bytes::{slice_at, to_usize, u8_at, u16_at, u32_at, u64_at};
use crate::format;
use crate::manifest::Manifest;
use crate::pattern::{self, Captures};
use crate::request::Request;
use crate::url::{self, RequestUrl, Scheme};

/// A rule of `_redirects`, as stored.
#[derive(Debug, Clone, Copy)]
pub struct RedirectRule<'m> {
    /// Line of the file, counted from 1.
    pub line: u32,
    /// Status of the answer; 200 rewrites the path instead.
    pub status: u16,
    /// The path, or pattern, that it answers.
    pub from: &'m str,
    /// Whether it is a pattern.
    pub is_dynamic: bool,
    kind: u8,
    collapses: bool,
    path: &'m str,
    search: &'m str,
    hash: &'m str,
    host: &'m str,
    url: &'m str,
}

/// What a matching rule makes of a request.
#[derive(Debug, Clone)]
pub(crate) enum RuleTarget<'m, 'r> {
    /// Redirect there.
    Location(RuleLocation<'m, 'r>),
    /// Redirect there; made for this request.
    Made(String),
    /// Go on with this path instead (status 200).
    Rewrite(&'m str),
    /// The same, made for this request.
    MadeRewrite(String),
    /// The target is no URL: the platform fails.
    Broken,
}

/// The `Location` of a static rule, in parts.
#[derive(Debug, Clone, Copy)]
pub struct RuleLocation<'m, 'r> {
    /// `http` or `https` in front of `//...`, where the target has the request's scheme.
    scheme: &'r str,
    text: &'m str,
    search: &'m str,
    request_query: &'r [u8],
    hash: &'m str,
}

impl fmt::Display for RuleLocation<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.scheme.is_empty() {
            write!(f, "{}:", self.scheme)?;
        }
        f.write_str(self.text)?;
        let query = core::str::from_utf8(self.request_query).unwrap_or_default();
        f.write_str(if self.search.is_empty() { query } else { self.search })?;
        f.write_str(self.hash)
    }
}

struct TargetText<'m>([&'m str; 3]);

impl fmt::Display for TargetText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| f.write_str(part))
    }
}

impl Manifest<'_> {
    /// The rules of `_redirects` that the platform accepts, in the order of the file.
    pub fn redirect_rules(&self) -> impl ExactSizeIterator<Item = RedirectRule<'_>> {
        self.redirects.iter().map(|record| self.read_redirect(record))
    }

    /// The rule with this index.
    pub fn redirect_rule(&self, index: usize) -> Option<RedirectRule<'_>> {
        self.redirects.get(index).map(|record| self.read_redirect(record))
    }

    fn read_redirect<'m>(&'m self, record: &'m [u8; format::REDIRECT_LEN]) -> RedirectRule<'m> {
        let mut offset = u64_at(record, 0);
        let mut text = |position: usize| {
            let len = u64::from(u32_at(record, 8 + 4 * position));
            let text = self.string(offset, len).unwrap_or_default();
            offset = offset.saturating_add(len);
            text
        };
        let [from, path, search, hash, host, url] = [0, 1, 2, 3, 4, 5].map(&mut text);
        let kind = u8_at(record, 38);
        RedirectRule {
            line: u32_at(record, 32),
            status: u16_at(record, 36),
            from,
            is_dynamic: matches!(kind, format::REDIRECT_DYNAMIC | format::REDIRECT_NEVER),
            kind,
            collapses: u8_at(record, 39) & format::REDIRECT_COLLAPSES != 0,
            path,
            search,
            hash,
            host,
            url,
        }
    }

    /// The rule that answers a path whose rule was not worked out by the compiler: a static one for just this spelling, else
    /// the first dynamic one that matches.
    pub(crate) fn match_redirects(&self, path: &[u8]) -> Option<usize> {
        self.raw_redirect(path).or_else(|| self.dynamic_redirect(path))
    }

    fn raw_redirect(&self, path: &[u8]) -> Option<usize> {
        let from = |record: &[u8]| slice_at(self.strings, u64_at(record, 0), u32_at(record, 8).into());
        let found =
            self.raw_redirects.binary_search_by(|record| from(record).unwrap_or_default().cmp(path)).ok()?;
        self.raw_redirects.get(found).map(|record| to_usize(u32_at(record, 12).into()))
    }

    /// Dynamic rules come behind all static ones, so the i-th of them stands that far from the first.
    fn dynamic_redirect(&self, path: &[u8]) -> Option<usize> {
        if self.redirect_dispatch.is_empty() {
            return None;
        }
        let first = self.redirects.partition_point(|record| {
            !matches!(u8_at(record, 38), format::REDIRECT_DYNAMIC | format::REDIRECT_NEVER)
        });
        let text = core::str::from_utf8(path).ok()?;
        self.redirect_dispatch.candidates(path, self.strings).map(|number| first + number).find(|&index| {
            self.redirect_rule(index).is_some_and(|rule| {
                rule.kind == format::REDIRECT_DYNAMIC && pattern::matches(rule.from, text)
            })
        })
    }
}

/// The texts of a rule.
#[cfg(feature = "tables")]
#[derive(Debug, Clone, Copy)]
pub(crate) struct RedirectTexts<'m> {
    pub(crate) from: &'m str,
    pub(crate) path: &'m str,
    pub(crate) search: &'m str,
    pub(crate) hash: &'m str,
    pub(crate) host: &'m str,
    pub(crate) url: &'m str,
}

#[cfg(feature = "tables")]
impl<'m> RedirectRule<'m> {
    /// A rule that is not stored in a manifest. `kind` is a number of the format.
    pub(crate) fn new(line: u32, status: u16, kind: u8, collapses: bool, texts: RedirectTexts<'m>) -> Self {
        let RedirectTexts { from, path, search, hash, host, url } = texts;
        let is_dynamic = matches!(kind, format::REDIRECT_DYNAMIC | format::REDIRECT_NEVER);
        RedirectRule { line, status, from, is_dynamic, kind, collapses, path, search, hash, host, url }
    }

    /// Its kind, whether it collapses slashes, and its texts.
    pub(crate) fn parts(&self) -> (u8, bool, RedirectTexts<'m>) {
        let Self { from, kind, collapses, path, search, hash, host, url, .. } = *self;
        (kind, collapses, RedirectTexts { from, path, search, hash, host, url })
    }
}

impl<'m> RedirectRule<'m> {
    /// The target as written, placeholders included; for a static rule, where it leads.
    pub fn target(&self) -> impl fmt::Display + use<'m> {
        let Self { kind, path, search, hash, url, .. } = *self;
        let text = if matches!(kind, format::REDIRECT_HTTPS | format::REDIRECT_SCHEME_RELATIVE) {
            url
        } else {
            path
        };
        TargetText([text, search, hash])
    }

    /// The path, as a URL parser leaves it, whose answer a matching request gets instead of its own; `None` if the rule does not
    /// rewrite (its status is not 200), or its target is no URL.
    pub fn rewritten_path(&self, request: &Request<'_>) -> Option<String> {
        match self.apply(request) {
            RuleTarget::Rewrite(path) => Some(String::from(path)),
            RuleTarget::MadeRewrite(path) => Some(path),
            _ => None,
        }
    }

    /// Whether two rules do the same to every request. Their lines do not matter.
    pub(crate) fn says_the_same(&self, other: &RedirectRule<'_>) -> bool {
        let texts =
            |rule: &RedirectRule<'m>| [rule.from, rule.path, rule.search, rule.hash, rule.host, rule.url];
        let others = [other.from, other.path, other.search, other.hash, other.host, other.url];
        (self.status, self.kind, self.collapses) == (other.status, other.kind, other.collapses)
            && texts(self) == others
    }

    /// What the rule makes of a request that it matches.
    pub(crate) fn apply<'r>(&self, request: &Request<'r>) -> RuleTarget<'m, 'r> {
        let same_origin = match self.kind {
            format::REDIRECT_DYNAMIC | format::REDIRECT_NEVER => return self.apply_pattern(request),
            format::REDIRECT_PATH => true,
            format::REDIRECT_HTTPS => request.scheme == "https" && request.host == self.host,
            format::REDIRECT_SCHEME_RELATIVE => request.host == self.host,
            _ => return RuleTarget::Broken,
        };
        if self.status == 200 {
            return RuleTarget::Rewrite(self.path);
        }
        let with_scheme = !same_origin && self.kind == format::REDIRECT_SCHEME_RELATIVE;
        RuleTarget::Location(RuleLocation {
            scheme: if with_scheme { request.scheme } else { "" },
            text: if same_origin { self.path } else { self.url },
            search: self.search,
            request_query: request.path.query_bytes(),
            hash: self.hash,
        })
    }

    fn apply_pattern<'r>(&self, request: &Request<'r>) -> RuleTarget<'m, 'r> {
        let captures =
            pattern::compile_stored(self.from).and_then(|pattern| pattern.captures(request.path.path()));
        let made = captures.and_then(|captures| self.make(&captures, request));
        match made {
            Some(text) if self.status == 200 => RuleTarget::MadeRewrite(text),
            Some(text) => RuleTarget::Made(text),
            None => RuleTarget::Broken,
        }
    }

    fn make(&self, captures: &Captures, request: &Request<'_>) -> Option<String> {
        let url = RequestUrl {
            scheme: if request.scheme == "https" { Scheme::Https } else { Scheme::Http },
            host: request.host,
            path: request.path.path(),
            query: request.path.query(),
        };
        let mut finished = pattern::substitute(self.path, captures).ok()?;
        if self.collapses {
            collapse_slashes(&mut finished);
        }
        let destination = url::resolve(&finished, &url).ok()?;
        Some(if self.status == 200 { destination.path } else { destination.location(&url) })
    }
}

/// Makes every run of `/` a single one.
fn collapse_slashes(text: &mut String) {
    let mut before = None;
    text.retain(|c| before.replace(c) != Some('/') || c != '/');
}
