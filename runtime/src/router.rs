//! Who is asked first: the user's script (a Worker, a Pages Function) or the assets. Follows `docs/ROUTING.md`, "The router".

use crate::answer::RuleId;
use crate::bytes::{to_usize, u8_at, u32_at, u64_at};
use crate::format;
use crate::manifest::Manifest;
use crate::request::Request;

/// What the router's rules say about a path, before the assets are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RouterVerdict {
    /// The assets answer, whatever they have.
    Assets(Option<RouterMatch>),
    /// The script answers.
    Script(RuleId, Option<RouterMatch>),
    /// The assets answer if they have something for the path; else the script does. `with_not_found`: the site's not-found
    /// handling counts as something.
    AskAssets {
        /// Whether a not-found page, or the single page, counts.
        with_not_found: bool,
    },
    /// The platform fails: a rule names a script where there is none, or is no regular expression.
    Exception(RuleId, Option<RouterMatch>),
}

/// The rule of `run_worker_first` or `_routes.json` that decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouterMatch {
    /// Its position among the exclusions or inclusions.
    pub index: usize,
    /// Whether it is an exclusion.
    pub excludes: bool,
}

/// A view of the router section.
#[derive(Clone, Copy)]
pub(crate) struct Router<'a> {
    header: &'a [u8],
    rules: &'a [[u8; format::ROUTER_RULE_LEN]],
}

impl<'a> Router<'a> {
    /// An empty section means: no script, no rules.
    pub(crate) fn new(header: &'a [u8], rules: &'a [[u8; format::ROUTER_RULE_LEN]]) -> Self {
        Router { header, rules }
    }

    pub(crate) fn has_script(&self) -> bool {
        u8_at(self.header, 0) == 1
    }

    fn first(&self) -> u8 {
        u8_at(self.header, 1)
    }

    fn excludes(&self) -> &'a [[u8; format::ROUTER_RULE_LEN]] {
        self.rules.get(..to_usize(u32_at(self.header, 4).into())).unwrap_or_default()
    }

    fn includes(&self) -> &'a [[u8; format::ROUTER_RULE_LEN]] {
        self.rules.get(to_usize(u32_at(self.header, 4).into())..).unwrap_or_default()
    }
}

/// What a verdict asks of a router, wherever it is stored.
pub(crate) trait RouterRules {
    fn has_script(&self) -> bool;
    /// Who is asked first, a number of the format.
    fn first(&self) -> u8;
    /// Whether not-found handling counts as an answer for a navigation.
    fn counts_for_navigation(&self) -> bool;
    /// The rules that exclude, or those that include: text and kind, a number of the format.
    fn rules(&self, excludes: bool) -> impl Iterator<Item = (&str, u32)>;
}

impl RouterRules for Manifest<'_> {
    fn has_script(&self) -> bool {
        self.router.has_script()
    }

    fn first(&self) -> u8 {
        self.router.first()
    }

    fn counts_for_navigation(&self) -> bool {
        u8_at(self.router.header, 2) == 1
    }

    fn rules(&self, excludes: bool) -> impl Iterator<Item = (&str, u32)> {
        let rules = if excludes { self.router.excludes() } else { self.router.includes() };
        rules.iter().map(|rule| (self.router_text(rule), u32_at(rule, 12)))
    }
}

/// What a router's rules say about a request.
pub(crate) fn verdict(router: &impl RouterRules, request: &Request<'_>) -> RouterVerdict {
    let path = request.path.path_bytes();
    let sec_fetch_mode = request.headers.sec_fetch_mode;
    let script = |rule, found| {
        if router.has_script() {
            RouterVerdict::Script(rule, found)
        } else {
            RouterVerdict::Exception(RuleId::ROUTER_NO_SCRIPT, found)
        }
    };
    match router.first() {
        format::FIRST_ALWAYS => script(RuleId::ROUTER_ALWAYS, None),
        format::FIRST_RULES => match first_match(router, path) {
            Ok(Some(found)) if found.excludes => RouterVerdict::Assets(Some(found)),
            Ok(Some(found)) => script(RuleId::ROUTER_RULE, Some(found)),
            Ok(None) if router.has_script() => RouterVerdict::AskAssets { with_not_found: true },
            Ok(None) => RouterVerdict::Assets(None),
            Err(found) => RouterVerdict::Exception(RuleId::ROUTES_BROKEN, Some(found)),
        },
        format::FIRST_ROUTES => match first_match(router, path) {
            Ok(Some(found)) if !found.excludes => script(RuleId::ROUTES_INCLUDE, Some(found)),
            Ok(found) => RouterVerdict::Assets(found),
            Err(found) => RouterVerdict::Exception(RuleId::ROUTES_BROKEN, Some(found)),
        },
        _ if router.has_script() => {
            let navigates = router.counts_for_navigation() && sec_fetch_mode == Some(b"navigate");
            RouterVerdict::AskAssets { with_not_found: navigates }
        }
        _ => RouterVerdict::Assets(None),
    }
}

/// The first rule that matches, exclusions before inclusions; the rule itself as an error if it is a regular expression
/// that is none.
fn first_match(router: &impl RouterRules, path: &[u8]) -> Result<Option<RouterMatch>, RouterMatch> {
    for excludes in [true, false] {
        for (index, (text, kind)) in router.rules(excludes).enumerate() {
            let found = RouterMatch { index, excludes };
            let matches = match kind {
                format::ROUTER_GLOB => Some(glob_matches(text.as_bytes(), path)),
                format::ROUTER_ROUTE => Some(route_matches(text.as_bytes(), path)),
                _ => crate::regex::matches(text, path),
            };
            match matches {
                Some(true) => return Ok(Some(found)),
                Some(false) => {}
                None => return Err(found),
            }
        }
    }
    Ok(None)
}

impl<'a> Manifest<'a> {
    /// What the router's rules say about a request, before any asset is looked up. O(rules x length of the path).
    pub fn router_verdict(&self, request: &Request<'_>) -> RouterVerdict {
        verdict(self, request)
    }

    /// The text of a rule; empty, which fits nothing, if it is not there or longer than any that the compiler writes.
    fn router_text(&self, rule: &[u8; format::ROUTER_RULE_LEN]) -> &'a str {
        let text = self.string(u64_at(rule, 0), u32_at(rule, 8).into()).unwrap_or_default();
        if text.len() <= format::MAX_ROUTER_TEXT_LEN { text } else { "" }
    }

    /// Whether the site has a Worker script, or a Pages Function.
    pub fn has_script(&self) -> bool {
        self.router.has_script()
    }

    /// The rules of `run_worker_first` or `_routes.json`: whether it excludes, and its text (without `!`).
    pub fn router_rules(&self) -> impl Iterator<Item = (bool, &'a str)> {
        let rules = [(true, self.router.excludes()), (false, self.router.includes())];
        rules.into_iter().flat_map(move |(excludes, rules)| {
            rules.iter().map(move |rule| (excludes, self.router_text(rule)))
        })
    }

    /// The text of a rule of `run_worker_first` or `_routes.json`.
    pub fn router_rule(&self, found: RouterMatch) -> &'a str {
        let rules = if found.excludes { self.router.excludes() } else { self.router.includes() };
        let rule = rules.get(found.index);
        rule.map(|rule| self.router_text(rule)).unwrap_or_default()
    }
}

/// Whether a glob, in which `*` stands for any run of bytes, matches the whole of a text. O(length of the text x length of the
/// glob), without recursion: on a mismatch only the last `*` takes one byte more.
fn glob_matches(glob: &[u8], text: &[u8]) -> bool {
    let (mut glob_at, mut text_at) = (0, 0);
    let mut retry = None;
    while let Some(&byte) = text.get(text_at) {
        match glob.get(glob_at) {
            Some(b'*') => {
                retry = Some((glob_at + 1, text_at));
                glob_at += 1;
            }
            Some(&wanted) if wanted == byte => {
                glob_at += 1;
                text_at += 1;
            }
            _ => match retry {
                Some((behind_star, taken)) => {
                    retry = Some((behind_star, taken + 1));
                    glob_at = behind_star;
                    text_at = taken + 1;
                }
                None => return false,
            },
        }
    }
    glob.get(glob_at..).unwrap_or_default().iter().all(|&b| b == b'*')
}

/// Whether a rule of `_routes.json` without special characters matches a path.
fn route_matches(rule: &[u8], path: &[u8]) -> bool {
    match rule {
        b"/" | b"/*" => glob_matches(rule, path),
        [start @ .., b'/', b'*'] => glob_matches(start, path) || glob_matches(rule, path),
        [.., b'*'] => glob_matches(rule, path),
        [start @ .., b'/'] | start => {
            glob_matches(start, path) || path.strip_suffix(b"/").is_some_and(|path| glob_matches(start, path))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::glob_matches;

    #[test]
    fn globs_are_anchored_and_their_stars_take_anything() {
        for (glob, text, fits) in [
            ("/api/*", "/api/x/y", true),
            ("/api/*", "/api/", true),
            ("/api/*", "/api", false),
            ("/*.js", "/a/b.js", true),
            ("/*.js", "/a/b.jsx", false),
            ("/a*b*c", "/axxbxxc", true),
            ("/a*b*c", "/axxcxxb", false),
            ("/*", "/", true),
            ("/a?c", "/abc", false),
        ] {
            assert_eq!(glob_matches(glob.as_bytes(), text.as_bytes()), fits, "{glob} {text}");
        }
    }

    #[test]
    fn many_stars_stay_cheap() {
        let glob = b"/*a*a*a*a*a*a*a*a*a*a*b";
        assert!(!glob_matches(glob, &[b'a'; 16_000]));
    }
}
