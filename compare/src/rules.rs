//! The rule sets of two sites: `_redirects`, `_headers`, the router. What single paths make of them is in the comparison of paths;
//! here stands what changed in the files, and for patterns, whose paths nobody can list, an example.

use rustc_hash::{FxHashMap, FxHashSet};
use trailmark::{HeaderRule, RedirectRule, decode_path, encode_site_path};

use crate::side::{Reply, Side, State};

/// Which file a rule is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleFile {
    /// `_redirects`
    Redirects,
    /// `_headers`
    Headers,
    /// `run_worker_first`, `_routes.json`, or whether there is a script.
    Router,
}

impl RuleFile {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            RuleFile::Redirects => "_redirects",
            RuleFile::Headers => "_headers",
            RuleFile::Router => "Worker routes",
        }
    }
}

/// A rule that is new, gone, or says something else.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RuleChange {
    /// Its file.
    pub file: RuleFile,
    /// What it said; nothing if it is new.
    pub before: Option<String>,
    /// What it says; nothing if it is gone.
    pub after: Option<String>,
    /// For a pattern, a path that it matches and what becomes of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<Example>,
}

/// A path and what it answers, before and after.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Example {
    /// The request path.
    pub path: String,
    /// What it answered.
    pub before: String,
    /// What it answers.
    pub after: String,
}

/// A redirect that leads somewhere else than to a page, or to one by a detour, since the page behind it changed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Detour {
    /// What is asked for.
    pub path: String,
    /// Where the rule sends it.
    pub location: String,
    /// The line of the rule in the new site's `_redirects`.
    pub line: u32,
    /// The rest of the way: the further redirects.
    pub then: Vec<String>,
    /// Whether the end of it is nothing.
    pub is_dead_end: bool,
}

/// The paths of static rules that are spelled otherwise than the site path they stand for, so that no slot holds them; also of rules
/// without a pattern that stand behind the first pattern.
pub(crate) fn spelled_paths(old: &Side<'_>, new: &Side<'_>) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    for side in [old, new] {
        let mode = side.manifest().decode_mode();
        let is_apart = |rule: &RedirectRule<'_>| {
            let has_pattern = trailmark::pattern::is_dynamic(rule.from);
            let is_canonical = || encode_site_path(&decode_path(rule.from, mode)) == rule.from;
            rule.from.starts_with('/') && !has_pattern && (rule.is_dynamic || !is_canonical())
        };
        paths.extend(side.manifest().redirect_rules().filter(is_apart).map(|rule| rule.from.to_owned()));
    }
    paths.sort_unstable();
    paths.dedup();
    // What a slot holds has been asked about already.
    paths.retain(|path| {
        let is_stored = |side: &Side<'_>| {
            let site_path = decode_path(path, side.manifest().decode_mode());
            let (stem, form) = trailmark::split_stem(site_path.as_bytes());
            let stem = site_path.get(..stem.len()).unwrap_or_default();
            encode_site_path(&site_path) == *path && side.stem(stem).is_some_and(|stored| stored.has(form))
        };
        !is_stored(old) && !is_stored(new)
    });
    paths
}

/// What changed in the files of rules, in the order of the files.
pub(crate) fn rule_changes(old: &Side<'_>, new: &Side<'_>) -> Vec<RuleChange> {
    let redirects = |side: &Side<'_>| -> Vec<(String, String)> {
        side.manifest().redirect_rules().map(|rule| (rule.from.to_owned(), redirect_line(&rule))).collect()
    };
    let mut changes = changed(RuleFile::Redirects, redirects(old), redirects(new));
    for change in &mut changes {
        let line = change.after.as_ref().or(change.before.as_ref());
        let from = line.and_then(|line| line.split(' ').next()).unwrap_or_default();
        change.example = trailmark::pattern::is_dynamic(from).then(|| example(from, old, new)).flatten();
    }
    let headers = |side: &Side<'_>| -> Vec<(String, String)> {
        side.manifest().header_rules().map(|rule| (rule.path.to_owned(), header_lines(&rule))).collect()
    };
    changes.extend(changed(RuleFile::Headers, headers(old), headers(new)));
    let router = |side: &Side<'_>| -> Vec<(String, String)> {
        let rules = side.manifest().router_rules().map(|(excludes, rule)| {
            let rule = format!("{}{rule}", if excludes { "!" } else { "" });
            (rule.clone(), rule)
        });
        let script =
            side.manifest().has_script().then(|| "your own code answers what the files do not".to_owned());
        script.map(|script| (script.clone(), script)).into_iter().chain(rules).collect()
    };
    changes.extend(changed(RuleFile::Router, router(old), router(new)));
    changes
}

fn redirect_line(rule: &RedirectRule<'_>) -> String {
    format!("{} {} {}", rule.from, rule.target(), rule.status)
}

fn header_lines(rule: &HeaderRule<'_>) -> String {
    let removals = rule.removals().map(|name| format!("! {name}"));
    let sets = rule.sets().map(|(name, value)| format!("{name}: {value}"));
    let lines: Vec<_> = removals.chain(sets).collect();
    format!("{} {{ {} }}", rule.path, lines.join("; "))
}

/// Pairs rules by what they match; several for the same are paired in order. If just their order changed, says that.
fn changed(file: RuleFile, old: Vec<(String, String)>, new: Vec<(String, String)>) -> Vec<RuleChange> {
    if old == new {
        return Vec::new();
    }
    let is_same: FxHashSet<&str> = {
        let new: FxHashSet<&str> = new.iter().map(|(_, text)| text.as_str()).collect();
        old.iter().map(|(_, text)| text.as_str()).filter(|text| new.contains(text)).collect()
    };
    let mut after: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
    for (key, text) in new.iter().rev().filter(|(_, text)| !is_same.contains(text.as_str())) {
        after.entry(key).or_default().push(text);
    }
    let rule = |before: Option<&str>, after: Option<&str>| RuleChange {
        file,
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
        example: None,
    };
    let mut changes = Vec::new();
    for (key, text) in old.iter().filter(|(_, text)| !is_same.contains(text.as_str())) {
        let now = after.get_mut(key.as_str()).and_then(Vec::pop);
        changes.push(rule(Some(text), now));
    }
    for (key, text) in new.iter().filter(|(_, text)| !is_same.contains(text.as_str())) {
        // Those that were paired are not there any more.
        if let Some(at) = after.get(key.as_str()).and_then(|left| left.iter().position(|one| one == text)) {
            after.get_mut(key.as_str()).map(|left| left.remove(at));
            changes.push(rule(None, Some(text)));
        }
    }
    if changes.is_empty() {
        changes.push(rule(Some("the same rules"), Some("in another order: the first that matches counts")));
    }
    changes
}

/// A path that a pattern matches, and what both sites make of it.
fn example(from: &str, old: &Side<'_>, new: &Side<'_>) -> Option<Example> {
    let path = example_path(from)?;
    let (before, after) = (old.ask(&path)?, new.ask(&path)?);
    Some(Example { path, before: in_words(&before), after: in_words(&after) })
}

/// A pattern with words in the place of its placeholders.
pub(crate) fn example_path(from: &str) -> Option<String> {
    if !from.starts_with('/') {
        return None;
    }
    let mut path = String::new();
    let mut rest = from;
    while let Some(at) = rest.find(['*', ':']) {
        path.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        let name_len = behind.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        let is_name = rest.as_bytes()[at] == b':' && behind.starts_with(|c: char| c.is_ascii_alphabetic());
        match rest.as_bytes()[at] {
            b'*' => path.push_str("any/page"),
            _ if is_name => path.push_str(&behind[..name_len]),
            _ => path.push(':'),
        }
        rest = if is_name { &behind[name_len..] } else { behind };
    }
    path.push_str(rest);
    Some(path)
}

/// An answer in a few words.
pub fn in_words(reply: &Reply<'_>) -> String {
    match reply.state {
        State::Worker => "your own code".to_owned(),
        State::Missing => "404".to_owned(),
        State::Fallback => "the single-page fallback".to_owned(),
        State::Redirect => format!("{} to {}", reply.status, reply.location.as_deref().unwrap_or_default()),
        State::Served => reply.asset.map_or_else(
            || reply.status.to_string(),
            |asset| format!("{} {}", reply.status, asset.site_path()),
        ),
        State::Failing => format!("error {}", reply.status),
    }
}

/// The redirects of the new site's rules that led to a page and do no more, or only by a detour. Without patterns, whose paths
/// nobody can list.
pub(crate) fn detours(old: &Side<'_>, new: &Side<'_>) -> Vec<Detour> {
    let rules = new.manifest().redirect_rules().filter(|rule| rule.status != 200);
    rules
        .filter_map(|rule| {
            if trailmark::pattern::is_dynamic(rule.from) || !rule.from.starts_with('/') {
                return None;
            }
            let after = follow(new, rule.from)?;
            let target = local_path(&after.first, new)?;
            // What was no better before is not the change's doing.
            if after.quality() >= quality(old, &target)? {
                return None;
            }
            let now_reached = after.reached;
            Some(Detour {
                path: rule.from.to_owned(),
                location: after.first,
                line: rule.line,
                then: after.then,
                is_dead_end: !now_reached,
            })
        })
        .collect()
}

/// Where a redirect ends.
#[derive(Debug, Clone)]
pub(crate) struct Way {
    /// The first location.
    pub(crate) first: String,
    /// Further ones.
    pub(crate) then: Vec<String>,
    /// Whether the end is a page, or out of sight.
    pub(crate) reached: bool,
}

impl Way {
    fn quality(&self) -> Quality {
        match (self.reached, self.then.is_empty()) {
            (true, true) => Quality::Direct,
            (true, false) => Quality::Detour,
            (false, _) => Quality::DeadEnd,
        }
    }

    /// Whether the first location is the end, and there is something.
    pub(crate) fn is_direct(&self) -> bool {
        self.reached && self.then.is_empty()
    }
}

/// How well a redirect does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Quality {
    DeadEnd,
    Detour,
    Direct,
}

/// How well a redirect to this path does.
fn quality(side: &Side<'_>, target: &str) -> Option<Quality> {
    Some(match side.ask(target)?.state {
        State::Served | State::Worker => Quality::Direct,
        State::Redirect => follow(side, target)?.quality().min(Quality::Detour),
        _ => Quality::DeadEnd,
    })
}

/// Follows the redirects of a path within its site; `None` if it does not redirect.
pub(crate) fn follow(side: &Side<'_>, path: &str) -> Option<Way> {
    const MOST: usize = 10;
    let first = side.ask(path)?.location?;
    let mut way = Way { first: first.clone(), then: Vec::new(), reached: false };
    let mut location = first;
    for _ in 0..MOST {
        let Some(path) = local_path(&location, side) else {
            way.reached = true;
            return Some(way);
        };
        let reply = side.ask(&path)?;
        match reply.location {
            Some(next) => {
                way.then.push(next.clone());
                location = next;
            }
            None => {
                way.reached = matches!(reply.state, State::Served | State::Worker);
                return Some(way);
            }
        }
    }
    Some(way)
}

/// The path of a location, if it is on the site itself.
pub(crate) fn local_path(location: &str, side: &Side<'_>) -> Option<String> {
    let origin = side.origin();
    let own = format!("{}://{}", origin.scheme, origin.host);
    let local = location.strip_prefix(&own).unwrap_or(location);
    let end = local.find(['?', '#']).unwrap_or(local.len());
    (local.starts_with('/') && !local.starts_with("//")).then(|| local[..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_give_example_paths() {
        for (from, path) in [
            ("/old/*", "/old/any/page"),
            ("/blog/:year/:slug", "/blog/year/slug"),
            ("/a:b:", "/ab:"),
            ("/plain", "/plain"),
        ] {
            assert_eq!(example_path(from).as_deref(), Some(path));
        }
        assert_eq!(example_path("https://x.example/*"), None);
    }

    #[test]
    fn rules_are_paired_by_what_they_match() {
        let rule = |key: &str, text: &str| (key.to_owned(), text.to_owned());
        let one = vec![rule("/a", "/a /b 301"), rule("/c", "/c /d 301")];
        let other = vec![rule("/c", "/c /e 301"), rule("/f", "/f /g 301")];
        let changes = changed(RuleFile::Redirects, one.clone(), other);
        let shown: Vec<_> = changes.iter().map(|c| (c.before.as_deref(), c.after.as_deref())).collect();
        assert_eq!(
            shown,
            [(Some("/a /b 301"), None), (Some("/c /d 301"), Some("/c /e 301")), (None, Some("/f /g 301"))]
        );
        let turned = vec![one[1].clone(), one[0].clone()];
        assert_eq!(changed(RuleFile::Redirects, one.clone(), turned).len(), 1);
        assert!(changed(RuleFile::Redirects, one.clone(), one).is_empty());
    }
}
