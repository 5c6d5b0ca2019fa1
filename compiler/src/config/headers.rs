//! `_headers`: which header rules a site states, and which of its lines the platform ignores.
//!
//! Given the text of the file, [`parse`] gives the rules in the order in which they apply and a note on every
//! line that does not do what it seems to say. [`apply_headers`] applies them to the headers of an answer:
//! the judge that faster forms are compared with. Source: `docs/ROUTING.md`, "`_headers`"; both platforms
//! have the same rules.

use std::collections::{HashMap, HashSet};

use super::redirects::unmatchable_character;
use super::rule_pattern::{self, Captures, InvalidPattern, Pattern, SubstitutedTooLong};
use super::rule_url::{self, MAX_LINE_UNITS, RuleLine, RuleNote, RuleUrl, is_space};

/// The limit that the platform names. It is looked at before the rule that is being read is stored, so one
/// more rule than this takes effect.
pub const MAX_RULES: usize = 100;

/// The header rules of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headers {
    /// The rules, in the order in which they apply.
    pub rules: Vec<HeaderRule>,
    /// What there is to know about lines of the file, in their order.
    pub notes: Vec<RuleNote<HeaderReason>>,
}

/// One header rule: a path, and what it does to the headers of its answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderRule {
    /// The line of the path, counted from 1.
    pub line: u32,
    /// The path it is for, normalised: `/path`, or `https://host/path`. Empty where it climbed above the
    /// root.
    pub path: String,
    /// The compiled path. `None` where its pattern is invalid, and the rule never matches.
    pub pattern: Option<Pattern>,
    /// The names of the headers to remove, which is done first; as written, so perhaps no valid names.
    pub removals: Vec<String>,
    /// The headers to set: names in lower case, each once, with values that may hold `:name`.
    pub sets: Vec<(String, String)>,
}

/// What happens to a line of `_headers` that does not do what it seems to say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderReason {
    /// The line is too long to be read.
    #[error(
        "ignored by the platform, because it has {units} UTF-16 units and at most {MAX_LINE_UNITS} are read"
    )]
    LineTooLong {
        /// Its length.
        units: usize,
    },
    /// A path line beyond the limit.
    #[error(
        "ignored by the platform, with all lines below it, because at most {} rules are read",
        MAX_RULES + 1
    )]
    TooManyRules,
    /// The line stands below the first rule too many.
    #[error("ignored by the platform, because line {line} is one rule too many and ends the file")]
    BelowTooManyRules {
        /// The line of that rule.
        line: u32,
    },
    /// The path is neither a path nor on `https`.
    #[error(
        "ignored by the platform, with the header lines below it, because it holds `://` and is taken for a path, \
         and a path begins with `/` or `https://`"
    )]
    PathNotAllowed,
    /// The path has a port.
    #[error("ignored by the platform, with the header lines below it, because a path may not have a port")]
    PathHasPort,
    /// No header line below the path was accepted.
    #[error("ignored by the platform, because no header line stands below it")]
    NoHeaders,
    /// A header line without a path to belong to.
    #[error("ignored by the platform, because there is no accepted path line above it")]
    NoPath,
    /// The line is no header.
    #[error("ignored by the platform, because it is neither `name: value` nor `! name`")]
    NotAHeader,
    /// A header name with a space.
    #[error(
        "ignored by the platform, because a header name has no spaces (a removal, `! name`, has no colon)"
    )]
    SpaceInName,
    /// Nothing before the colon.
    #[error("ignored by the platform, because nothing stands before the colon")]
    EmptyName,
    /// Nothing after the colon.
    #[error(
        "ignored by the platform, because nothing stands after the colon; to remove a header, write `! name`"
    )]
    EmptyValue,
    /// A later rule has the same path.
    #[error(
        "ignored by the platform, with its header lines, because line {by} has the same path and replaces it"
    )]
    Replaced {
        /// The line of the later path.
        by: u32,
    },
    /// The pattern is invalid.
    #[error("ignored by the platform, because its pattern is invalid: {0}")]
    InvalidPattern(#[from] InvalidPattern),
    /// The path has a character that no request path has.
    #[error("ignored by the platform, because no request path has the character `{character}` in it")]
    UnmatchableCharacter {
        /// The first such character.
        character: char,
    },
    /// The path climbs above the root.
    #[error("ignored by the platform, because its path climbs above the root, and what remains is empty")]
    EmptyPath,
    /// The host has capital letters or more than ASCII.
    #[error(
        "ignored by the platform, because the host of a request is in lower case and ASCII, and this one is \
         not"
    )]
    UnmatchableHost,
    /// The path's query or fragment is dropped.
    #[error("applied to `{path}` with any query, because what follows `?` or `#` in a path is dropped")]
    PathQuery {
        /// What is matched.
        path: String,
    },
    /// A header whose name or value the platform cannot set or remove.
    #[error("the cause of a status 500 for every request of its path, because it is not a valid header")]
    InvalidHeader,
}

impl HeaderReason {
    /// Whether the line has no effect at all; otherwise it has another than it seems to have.
    pub const fn is_ignored(&self) -> bool {
        !matches!(self, Self::PathQuery { .. } | Self::InvalidHeader)
    }
}

/// Reads a `_headers` file. Nothing in it is an error to the platform, and so neither here: what is ignored
/// is in the notes. Cost: O(length of the text).
pub fn parse(text: &str) -> Headers {
    let mut reader = Reader::default();
    rule_url::rule_lines(text).for_each(|line| reader.read(line));
    reader.finish()
}

/// What has been read so far.
#[derive(Default)]
struct Reader<'t> {
    /// The stored rules, with their path lines. Repeated paths are still apart: each counts towards the
    /// limit.
    rules: Vec<(RuleLine<'t>, HeaderRule)>,
    notes: Vec<RuleNote<HeaderReason>>,
    /// The rule whose header lines are being read.
    current: Option<(RuleLine<'t>, HeaderRule)>,
    /// The line that ended the file.
    ended_by: Option<u32>,
}

impl<'t> Reader<'t> {
    fn read(&mut self, line: RuleLine<'t>) {
        if let Err(reason) = self.read_line(line) {
            self.notes.push(line.note(reason));
        }
    }

    fn read_line(&mut self, line: RuleLine<'t>) -> Result<(), HeaderReason> {
        if let Some(ended_by) = self.ended_by {
            return Err(HeaderReason::BelowTooManyRules { line: ended_by });
        }
        if let Some(units) = line.excess() {
            return Err(HeaderReason::LineTooLong { units });
        }
        if is_path_line(line.text) { self.open_rule(line) } else { self.read_header(line) }
    }

    fn open_rule(&mut self, line: RuleLine<'t>) -> Result<(), HeaderReason> {
        if self.rules.len() >= MAX_RULES {
            self.ended_by = Some(line.number);
            return Err(HeaderReason::TooManyRules);
        }
        self.close_rule();
        let (host, url) = read_path(line.text)?;
        let path = format!("{host}{}", url.path);
        if !url.query.is_empty() || !url.fragment.is_empty() {
            self.notes.push(line.note(HeaderReason::PathQuery { path: path.clone() }));
        }
        let rule =
            HeaderRule { line: line.number, path, pattern: None, removals: Vec::new(), sets: Vec::new() };
        self.current = Some((line, rule));
        Ok(())
    }

    /// Stores the current rule if it has a header line.
    fn close_rule(&mut self) {
        match self.current.take() {
            Some((line, rule)) if rule.removals.is_empty() && rule.sets.is_empty() => {
                self.notes.push(line.note(HeaderReason::NoHeaders));
            }
            Some(rule) => self.rules.push(rule),
            None => {}
        }
    }

    fn read_header(&mut self, line: RuleLine<'t>) -> Result<(), HeaderReason> {
        let Some((name, value)) = line.text.split_once(':') else { return self.read_removal(line) };
        let (name, value) = (name.trim_matches(is_space).to_lowercase(), value.trim_matches(is_space));
        if name.contains(' ') {
            return Err(HeaderReason::SpaceInName);
        }
        if name.is_empty() {
            return Err(HeaderReason::EmptyName);
        }
        if value.is_empty() {
            return Err(HeaderReason::EmptyValue);
        }
        let (_, rule) = self.current.as_mut().ok_or(HeaderReason::NoPath)?;
        if !is_header_name(&name) || !is_header_value(value) {
            self.notes.push(line.note(HeaderReason::InvalidHeader));
        }
        match rule.sets.iter_mut().find(|(other, _)| *other == name) {
            Some((_, values)) => {
                values.push_str(", ");
                values.push_str(value);
            }
            None => rule.sets.push((name, value.to_owned())),
        }
        Ok(())
    }

    fn read_removal(&mut self, line: RuleLine<'t>) -> Result<(), HeaderReason> {
        let (_, rule) = self.current.as_mut().ok_or(HeaderReason::NoPath)?;
        let name = line.text.strip_prefix("! ").ok_or(HeaderReason::NotAHeader)?;
        if !is_header_name(name) {
            self.notes.push(line.note(HeaderReason::InvalidHeader));
        }
        rule.removals.push(name.to_owned());
        Ok(())
    }

    fn finish(mut self) -> Headers {
        self.close_rule();
        let mut rules: Vec<(RuleLine<'t>, HeaderRule)> = Vec::new();
        let mut positions: HashMap<String, usize> = HashMap::new();
        for (line, rule) in std::mem::take(&mut self.rules) {
            let position = *positions.entry(rule.path.clone()).or_insert(rules.len());
            match rules.get_mut(position) {
                Some(earlier) => {
                    let (replaced, _) = std::mem::replace(earlier, (line, rule));
                    self.notes.push(replaced.note(HeaderReason::Replaced { by: line.number }));
                }
                None => rules.push((line, rule)),
            }
        }
        let rules = rules.into_iter().map(|(line, rule)| self.compiled(line, rule)).collect();
        self.notes.sort_by_key(|note| note.line);
        Headers { rules, notes: self.notes }
    }

    /// The rule with its pattern, and notes if that can never match.
    fn compiled(&mut self, line: RuleLine<'t>, mut rule: HeaderRule) -> HeaderRule {
        let mut note = |reason| self.notes.push(line.note(reason));
        match rule_pattern::compile(&rule.path) {
            Ok(pattern) => rule.pattern = Some(pattern),
            Err(invalid) => note(invalid.into()),
        }
        let (host, path) = split_host(&rule.path);
        if path.is_empty() {
            note(HeaderReason::EmptyPath);
        }
        if let Some(character) = unmatchable_character(path) {
            note(HeaderReason::UnmatchableCharacter { character });
        }
        if !is_matchable_host(host) {
            note(HeaderReason::UnmatchableHost);
        }
        rule
    }
}

/// Whether the line is a path: it begins with `/`, or its first word has `://` somewhere behind its first
/// character. So `X-Link:https://...`, without a blank behind the first colon, is a path line too.
fn is_path_line(line: &str) -> bool {
    let first_word = line.split(is_space).next().unwrap_or_default();
    line.starts_with('/')
        || first_word
            .chars()
            .next()
            .is_some_and(|first| first_word.get(first.len_utf8()..).is_some_and(|rest| rest.contains("://")))
}

/// The host with its `https://`, or nothing, and the path.
fn read_path(line: &str) -> Result<(String, RuleUrl), HeaderReason> {
    match rule_url::split_https(line) {
        Some((host, _)) if has_port(host) => Err(HeaderReason::PathHasPort),
        Some((host, path)) => Ok((format!("https://{host}"), rule_url::normalise(path))),
        None if line.starts_with('/') => Ok((String::new(), rule_url::normalise(line))),
        None => Err(HeaderReason::PathNotAllowed),
    }
}

fn has_port(host: &str) -> bool {
    host.rsplit_once(':')
        .is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Splits a normalised path into `https://host`, or nothing, and what begins with the path's `/`.
fn split_host(path: &str) -> (&str, &str) {
    const SCHEME: &str = "https://";
    let host_end = path.strip_prefix(SCHEME).map(|rest| SCHEME.len() + rest.find('/').unwrap_or(rest.len()));
    path.split_at(host_end.unwrap_or(0))
}

/// Whether the host of some request can be this one, as far as its letters tell.
fn is_matchable_host(host: &str) -> bool {
    let capitals = |text: &str| text.bytes().filter(u8::is_ascii_uppercase).count();
    host.is_ascii() && capitals(host) == rule_pattern::names(host).map(capitals).sum::<usize>()
}

/// Whether this can be the name of a header: a token, as HTTP calls it.
fn is_header_name(name: &str) -> bool {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(is_token)
}

/// Whether this can be the value of a header.
fn is_header_value(value: &str) -> bool {
    !value.contains(['\0', '\r', '\n'])
}

impl HeaderRule {
    /// Whether a request that the rule matches is answered with status 500, because a header can't have such a name or value.
    pub fn is_broken(&self) -> bool {
        let is_name = |name: &String| is_header_name(name);
        !self.removals.iter().all(is_name)
            || !self.sets.iter().all(|(name, value)| is_name(name) && is_header_value(value))
    }
}

/// A header that the platform can neither set nor remove: it answers with an exception, status 500.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// The name is not valid.
    #[error(
        "`{name}`, in the rule of line {line}, is not a header name, and the platform answers with status 500"
    )]
    InvalidName {
        /// The line of the rule's path.
        line: u32,
        /// The name.
        name: String,
    },
    /// The value is not valid.
    #[error(
        "the value of `{name}`, in the rule of line {line}, is not valid, and the platform answers with \
         status 500"
    )]
    InvalidValue {
        /// The line of the rule's path.
        line: u32,
        /// The name of the header.
        name: String,
    },
    /// The value is too long.
    #[error(transparent)]
    TooLong(#[from] SubstitutedTooLong),
}

/// Applies the rules that fit a request to the headers of its answer, each line of a header a pair. In every
/// rule removals come first; what the first rule sets replaces what was there, and later rules add a line.
/// Cost: O(number of rules x length of the path).
///
/// `host` is the request's host in lower case, without its port; `path` its own path, still encoded, without
/// the query, also where a rewrite has put another in its place. The names of headers are compared without
/// case, and come out in lower case where a rule has set them.
///
/// # Errors
/// [`HeaderError`], where the platform answers with status 500.
pub fn apply_headers(
    headers: &Headers,
    host: &str,
    path: &str,
    base: Vec<(String, String)>,
) -> Result<Vec<(String, String)>, HeaderError> {
    let with_host = format!("https://{host}{path}");
    let mut lines = base;
    let mut set_before: HashSet<&str> = HashSet::new();
    for rule in &headers.rules {
        let text = if rule.path.starts_with("https://") { &with_host } else { path };
        if let Some(captures) = rule.pattern.as_ref().and_then(|pattern| pattern.captures(text)) {
            apply_rule(rule, &captures, &mut set_before, &mut lines)?;
        }
    }
    Ok(lines)
}

fn apply_rule<'h>(
    rule: &'h HeaderRule,
    captures: &Captures,
    set_before: &mut HashSet<&'h str>,
    lines: &mut Vec<(String, String)>,
) -> Result<(), HeaderError> {
    let removals = rule.removals.iter().map(String::as_str);
    let names = removals.chain(rule.sets.iter().map(|(name, _)| name.as_str()));
    if let Some(name) = names.into_iter().find(|name| !is_header_name(name)) {
        return Err(HeaderError::InvalidName { line: rule.line, name: name.to_owned() });
    }
    for name in &rule.removals {
        lines.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
    }
    for (name, template) in &rule.sets {
        let value = rule_pattern::substitute(template, captures)?;
        // A placeholder that stands for nothing may leave blanks at the ends; they go, as in every header value.
        let value = value.trim_matches([' ', '\t', '\r', '\n']).to_owned();
        if !is_header_value(&value) {
            return Err(HeaderError::InvalidValue { line: rule.line, name: name.clone() });
        }
        if set_before.insert(name) {
            lines.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        }
        lines.push((name.clone(), value));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    /// The headers of a request for a path of example.com, when the server itself sets none.
    fn applied(text: &str, path: &str) -> Vec<(String, String)> {
        apply_headers(&parse(text), "example.com", path, Vec::new()).unwrap()
    }

    fn notes(text: &str) -> Vec<(u32, HeaderReason)> {
        parse(text).notes.into_iter().map(|note| (note.line, note.reason)).collect()
    }

    fn paths(text: &str) -> Vec<String> {
        parse(text).rules.into_iter().map(|rule| rule.path).collect()
    }

    #[test]
    fn rule_is_a_path_and_the_headers_below_it() {
        let rules = parse("/about\n  X-A: 1\n\n! X-B\nx-a : b:c\n# d\n").rules;
        assert_eq!(rules[0].sets, pairs(&[("x-a", "1, b:c")]));
        assert_eq!(rules[0].removals, ["X-B"]);
        assert_eq!((rules[0].line, rules[0].path.as_str()), (1, "/about"));
    }

    #[test]
    fn path_line_is_normalised_whole_and_cut_at_query_and_fragment() {
        assert_eq!(
            paths("/blog # c\nX: 1\n/img/a b.png\nX: 1\n/é?q\nX: 1"),
            ["/blog%20", "/img/a%20b.png", "/%C3%A9"]
        );
        let cut = |path: &str| HeaderReason::PathQuery { path: path.to_owned() };
        assert_eq!(notes("/a#b\nX: 1\n/c?d\nX: 1"), [(1, cut("/a")), (3, cut("/c"))]);
    }

    #[test]
    fn rejected_lines_are_noted_with_their_reason() {
        let text = "X-NoPath: 1\n/about\nno colon\nBad Name: x\n: v\nX-Empty:\n!X-One\nX-Ok: yes\n! X-Y: 1\n\
            /onlypath\n/c\nX: 1";
        assert_eq!(
            notes(text),
            [
                (1, HeaderReason::NoPath),
                (3, HeaderReason::NotAHeader),
                (4, HeaderReason::SpaceInName),
                (5, HeaderReason::EmptyName),
                (6, HeaderReason::EmptyValue),
                (7, HeaderReason::NotAHeader),
                (9, HeaderReason::SpaceInName),
                (10, HeaderReason::NoHeaders)
            ]
        );
    }

    #[test]
    fn host_is_allowed_on_https_without_a_port() {
        let text =
            "https://example.com/a\nX: 1\nhttps://example.com:8080/a\nX: 2\nhttp://example.com/a\nX: 3";
        assert_eq!(paths(text), ["https://example.com/a"]);
        assert_eq!(
            notes(text),
            [
                (3, HeaderReason::PathHasPort),
                (4, HeaderReason::NoPath),
                (5, HeaderReason::PathNotAllowed),
                (6, HeaderReason::NoPath)
            ]
        );
    }

    #[test]
    fn header_without_a_blank_before_its_url_is_taken_for_a_path() {
        assert_eq!(
            notes("/a\nX: 1\nLink:https://h/x\nX-B: 2"),
            [(3, HeaderReason::PathNotAllowed), (4, HeaderReason::NoPath)]
        );
    }

    #[test]
    fn repeated_path_replaces_the_rule_and_keeps_its_position() {
        let text = "/a\nX: 1\nY: 1\n/*\nX: 2\n/a\nX: 3";
        assert_eq!(paths(text), ["/a", "/*"]);
        assert_eq!(applied(text, "/a"), pairs(&[("x", "3"), ("x", "2")]));
        assert_eq!(notes(text), [(1, HeaderReason::Replaced { by: 6 })]);
    }

    #[test]
    fn hundred_and_one_rules_take_effect() {
        let text: String = (0..103).map(|i| format!("/h{i}\n  X-H: {i}\n")).collect();
        let headers = parse(&text);
        assert_eq!(headers.rules.len(), 101);
        let reasons: Vec<_> = headers.notes.into_iter().map(|note| (note.line, note.reason)).collect();
        assert_eq!(reasons[0], (203, HeaderReason::TooManyRules));
        assert_eq!(
            reasons[1..],
            [204, 205, 206].map(|line| (line, HeaderReason::BelowTooManyRules { line: 203 }))
        );
    }

    #[test]
    fn first_rule_overwrites_and_later_rules_append() {
        let headers = parse("/*\n  ETag: mine\n  X: 1\n/a\n  X: 2\n  Y: 3");
        let base = pairs(&[("ETag", "server"), ("content-type", "text/html"), ("Y", "0")]);
        let lines = apply_headers(&headers, "example.com", "/a", base).unwrap();
        let expected = [("content-type", "text/html"), ("etag", "mine"), ("x", "1"), ("x", "2"), ("y", "3")];
        assert_eq!(lines, pairs(&expected));
    }

    #[test]
    fn removals_come_first_in_a_rule_and_touch_all_that_is_there() {
        let headers = parse("/*\n  X: 1\n/a\n  X: again\n  ! X\n  ! Cache-Control");
        let base = pairs(&[("cache-control", "public")]);
        assert_eq!(apply_headers(&headers, "h", "/a", base).unwrap(), pairs(&[("x", "again")]));
    }

    #[test]
    fn values_take_what_the_path_captured() {
        assert_eq!(applied("/:a/:b\n  X-AB: :a-:b", "/x/y"), pairs(&[("x-ab", "x-y")]));
        assert_eq!(applied("/:a/:b\n  X-AB: :a-:b", "/dol/$&"), pairs(&[("x-ab", "dol-:b")]));
        assert_eq!(applied("/m/*\n  X-M: :splat", "/m/"), pairs(&[("x-m", "")]));
        assert_eq!(applied("/*/*\n  X: 1", "/a/b"), []);
    }

    #[test]
    fn host_rules_match_the_host_without_scheme_and_case() {
        let headers = parse("https://:sub.com/about\n  X-Sub: :sub\nhttps://WWW.com/*\n  X-W: 1");
        let of = |host: &str| apply_headers(&headers, host, "/about", Vec::new()).unwrap();
        assert_eq!(of("www.com"), pairs(&[("x-sub", "www")]));
        assert_eq!(of("a.b.com"), []);
        assert_eq!(headers.notes[0].reason, HeaderReason::UnmatchableHost);
    }

    #[test]
    fn name_that_is_no_token_fails_every_matching_request() {
        let headers = parse("/users/*\n  !  X-Two\n/v\n  X: a\rb");
        assert!(apply_headers(&headers, "h", "/about", Vec::new()).is_ok());
        let error = apply_headers(&headers, "h", "/users/1", Vec::new()).unwrap_err();
        assert_eq!(error, HeaderError::InvalidName { line: 1, name: " X-Two".to_owned() });
        assert!(matches!(
            apply_headers(&headers, "h", "/v", Vec::new()),
            Err(HeaderError::InvalidValue { .. })
        ));
        assert!(headers.notes.iter().all(|note| note.reason == HeaderReason::InvalidHeader));
    }
}
