//! The sections that hold rules rather than files: `_redirects`, `_headers`, the router. Part of `encode.rs`.

use trailmark::format;
use trailmark::url::{RequestUrl, Scheme, resolve};

use crate::config::headers::HeaderRule;
use crate::config::redirects::{RedirectRule, RuleKind, Target};
use crate::config::routes_json::RouteRule;
use crate::encode::{Strings, put};
use crate::options::Platform;
use crate::router::{Router, ScriptFirst};
use crate::site_rules::RuleFile;

/// Stands for the request's own host while targets of static rules are resolved. No target can name it: it is no valid host.
const OWN_HOST: &str = " own ";

/// The redirects section.
pub(crate) fn redirects(rules: &[RedirectRule], platform: Platform, strings: &mut Strings) -> Vec<u8> {
    rules.iter().flat_map(|rule| redirect(rule, platform, strings)).collect()
}

fn redirect(rule: &RedirectRule, platform: Platform, strings: &mut Strings) -> [u8; format::REDIRECT_LEN] {
    let (kind, rest) = match (rule.kind, &rule.pattern) {
        (RuleKind::Dynamic, Some(_)) => (format::REDIRECT_DYNAMIC, template(rule)),
        (RuleKind::Dynamic, None) => (format::REDIRECT_NEVER, template(rule)),
        _ => resolved(rule),
    };
    let collapses = kind == format::REDIRECT_DYNAMIC
        && platform == Platform::Workers
        && matches!(rule.to, Target::Relative(_));
    let mut record = [0; format::REDIRECT_LEN];
    put(&mut record, 0, &strings.end().to_le_bytes());
    for (position, text) in std::iter::once(&rule.from).chain(&rest).enumerate() {
        strings.add(text);
        put(&mut record, 8 + 4 * position, &(text.len() as u32).to_le_bytes());
    }
    put(&mut record, 32, &rule.line.to_le_bytes());
    put(&mut record, 36, &rule.status.to_le_bytes());
    put(&mut record, 38, &[kind, if collapses { format::REDIRECT_COLLAPSES } else { 0 }]);
    record
}

/// The texts behind `from` of a dynamic rule: its target, as written.
fn template(rule: &RedirectRule) -> [String; 5] {
    [rule.to.as_str().to_owned(), String::new(), String::new(), String::new(), String::new()]
}

/// Kind and texts of a static rule, whose target is known.
fn resolved(rule: &RedirectRule) -> (u8, [String; 5]) {
    let request = RequestUrl { scheme: Scheme::Http, host: OWN_HOST, path: &rule.from, query: "" };
    let Ok(to) = resolve(rule.to.as_str(), &request) else {
        return (format::REDIRECT_BROKEN, Default::default());
    };
    let (search, hash) = (to.search(), to.hash());
    if to.host == OWN_HOST {
        return (format::REDIRECT_PATH, [to.path, search, hash, String::new(), String::new()]);
    }
    let url = to.without_search();
    match url.strip_prefix("http:") {
        Some(url) => (format::REDIRECT_SCHEME_RELATIVE, [to.path, search, hash, to.host, url.to_owned()]),
        None => (format::REDIRECT_HTTPS, [to.path, search, hash, to.host, url]),
    }
}

/// The table of static rules whose path is not spelled canonically, from path and index of the rule.
pub(crate) fn raw_redirects(mut raw: Vec<(&str, u16)>, strings: &mut Strings) -> Vec<u8> {
    raw.sort_unstable();
    raw.dedup_by_key(|(path, _)| *path);
    let record = |(path, index): (&str, u16)| {
        let mut record = [0; format::RAW_REDIRECT_LEN];
        put(&mut record, 0, &strings.add(path).to_le_bytes());
        put(&mut record, 8, &(path.len() as u32).to_le_bytes());
        put(&mut record, 12, &u32::from(index).to_le_bytes());
        record
    };
    raw.into_iter().flat_map(record).collect()
}

/// A dispatch section; empty if there are no rules.
pub(crate) fn dispatch(file: &RuleFile<'_>, strings: &mut Strings) -> Vec<u8> {
    if file.anywhere == 0 && file.by_segment.is_empty() {
        return Vec::new();
    }
    let mut bytes = file.anywhere.to_le_bytes().to_vec();
    let mut entries: Vec<_> = file.by_segment.iter().map(|(segment, mask)| (*segment, *mask)).collect();
    entries.sort_unstable();
    for (segment, mask) in entries {
        let mut entry = [0; format::DISPATCH_LEN];
        put(&mut entry, 0, &strings.add(segment).to_le_bytes());
        put(&mut entry, 8, &(segment.len() as u32).to_le_bytes());
        put(&mut entry, 16, &mask.to_le_bytes());
        bytes.extend_from_slice(&entry);
    }
    bytes
}

/// The sections of header rules and header lines.
pub(crate) fn headers(rules: &[HeaderRule], strings: &mut Strings) -> (Vec<u8>, Vec<u8>) {
    let (mut records, mut lines) = (Vec::new(), Vec::new());
    for rule in rules {
        let mut record = [0; format::HEADER_RULE_LEN];
        put(&mut record, 0, &strings.add(&rule.path).to_le_bytes());
        put(&mut record, 8, &(rule.path.len() as u32).to_le_bytes());
        put(&mut record, 12, &rule.line.to_le_bytes());
        put(&mut record, 16, &((lines.len() / format::HEADER_LINE_LEN) as u32).to_le_bytes());
        put(&mut record, 20, &(rule.removals.len() as u16).to_le_bytes());
        put(&mut record, 22, &(rule.sets.len() as u16).to_le_bytes());
        put(&mut record, 24, &header_flags(rule).to_le_bytes());
        records.extend_from_slice(&record);
        let removals = rule.removals.iter().map(|name| (name.as_str(), ""));
        for (name, value) in
            removals.chain(rule.sets.iter().map(|(name, value)| (name.as_str(), value.as_str())))
        {
            let mut line = [0; format::HEADER_LINE_LEN];
            put(&mut line, 0, &strings.add(name).to_le_bytes());
            put(&mut line, 8, &strings.add(value).to_le_bytes());
            put(&mut line, 16, &(name.len() as u32).to_le_bytes());
            put(&mut line, 20, &(value.len() as u32).to_le_bytes());
            lines.extend_from_slice(&line);
        }
    }
    (records, lines)
}

fn header_flags(rule: &HeaderRule) -> u32 {
    let mut flags = 0;
    if rule.path.starts_with("https://") {
        flags |= format::HEADER_RULE_HAS_HOST;
    }
    if rule.sets.iter().any(|(_, value)| value.contains(':')) {
        flags |= format::HEADER_RULE_SUBSTITUTES;
    }
    if rule.is_broken() {
        flags |= format::HEADER_RULE_BROKEN;
    }
    if rule.pattern.is_none() {
        flags |= format::HEADER_RULE_NEVER;
    }
    flags
}

/// The router section.
pub(crate) fn router(router: &Router, strings: &mut Strings) -> Vec<u8> {
    let glob = |text: &String| (text.clone(), format::ROUTER_GLOB);
    let (first, exclude, include): (u8, Vec<_>, Vec<_>) = match &router.first {
        ScriptFirst::Never => (format::FIRST_NEVER, Vec::new(), Vec::new()),
        ScriptFirst::Always => (format::FIRST_ALWAYS, Vec::new(), Vec::new()),
        ScriptFirst::Rules(rules) => (
            format::FIRST_RULES,
            rules.exclude.iter().map(glob).collect(),
            rules.include.iter().map(glob).collect(),
        ),
        ScriptFirst::Routes(routes) => (
            format::FIRST_ROUTES,
            routes.exclude.iter().map(route).collect(),
            routes.include.iter().map(route).collect(),
        ),
        ScriptFirst::Everything => (format::FIRST_ALWAYS, Vec::new(), Vec::new()),
    };
    let mut bytes = vec![0; format::ROUTER_HEADER_LEN];
    put(&mut bytes, 0, &[u8::from(router.has_script), first, u8::from(router.navigation)]);
    put(&mut bytes, 4, &(exclude.len() as u32).to_le_bytes());
    put(&mut bytes, 8, &(include.len() as u32).to_le_bytes());
    for (text, kind) in exclude.into_iter().chain(include) {
        let mut record = [0; format::ROUTER_RULE_LEN];
        put(&mut record, 0, &strings.add(&text).to_le_bytes());
        put(&mut record, 8, &(text.len() as u32).to_le_bytes());
        put(&mut record, 12, &kind.to_le_bytes());
        bytes.extend_from_slice(&record);
    }
    bytes
}

/// A rule of `_routes.json`: as written where only `*` has a meaning, else as the regular expression it becomes.
fn route(rule: &RouteRule) -> (String, u32) {
    if rule.text.contains(['+', '?', '(', ')', '[', ']', '{', '}', '|', '^', '$', '\\']) {
        (rule.as_regex(), format::ROUTER_REGEX)
    } else {
        (rule.text.clone(), format::ROUTER_ROUTE)
    }
}
