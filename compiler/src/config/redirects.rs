//! `_redirects`: which redirect rules a site states, and which of its lines the platform ignores.
//!
//! Given the text of the file, [`parse`] gives the rules in the order of the file and a note on every line
//! that does not do what it seems to say. [`redirect`], [`location`] and [`rewrite`] answer a request from
//! those rules: they are the judge that faster forms are compared with. Source: `docs/ROUTING.md`,
//! "`_redirects`".

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::rule_pattern::{self, Captures, InvalidPattern, Pattern, SubstitutedTooLong};
use super::rule_url::{
    self, Destination, MAX_LINE_UNITS, RequestUrl, RuleLine, RuleNote, RuleUrl, Scheme, UrlError,
    is_line_end, is_space,
};
use crate::options::{HtmlHandling, Platform};

/// The most static rules that are read.
pub const MAX_STATIC_RULES: usize = 2000;

/// The most dynamic rules that are read; the rest of the file is dropped with the first one beyond.
pub const MAX_DYNAMIC_RULES: usize = 100;

/// The options that `_redirects` depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RedirectOptions {
    /// The platform.
    pub platform: Platform,
    /// Html handling; Pages has none to choose, and it is not looked at there.
    pub html_handling: HtmlHandling,
}

/// The redirect rules of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirects {
    /// The platform that answers.
    pub platform: Platform,
    /// The accepted rules, in the order of the file.
    pub rules: Vec<RedirectRule>,
    /// What there is to know about lines of the file, in their order.
    pub notes: Vec<RuleNote<RedirectReason>>,
}

/// One redirect rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectRule {
    /// The line that states it, counted from 1.
    pub line: u32,
    /// The path it is for, normalised; empty where it climbed above the root.
    pub from: String,
    /// Where it goes, normalised.
    pub to: Target,
    /// 200 (a rewrite), 301, 302, 303, 307 or 308.
    pub status: u16,
    /// How it is matched.
    pub kind: RuleKind,
    /// The compiled path of a dynamic rule. `None` for a static rule, and for a dynamic rule that never
    /// matches because its pattern is invalid.
    pub pattern: Option<Pattern>,
}

/// How a redirect rule is matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RuleKind {
    /// By the whole request path, before all dynamic rules.
    Static,
    /// As a pattern, in the order of the file.
    Dynamic,
}

/// The target of a redirect rule, normalised, with its query and fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Begins with `/`; or with `?` or `#`, or is empty, where the path climbed above the root: the request's
    /// own path is meant then.
    Relative(String),
    /// `https://`, a host that nobody has checked, and a path.
    Absolute(String),
}

impl Target {
    /// The target's text.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Relative(text) | Self::Absolute(text) => text,
        }
    }
}

/// What happens to a line of `_redirects` that does not do what it seems to say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RedirectReason {
    /// The line is too long to be read.
    #[error(
        "ignored by the platform, because it has {units} UTF-16 units and at most {MAX_LINE_UNITS} are read"
    )]
    LineTooLong {
        /// Its length.
        units: usize,
    },
    /// The line is not `from to [status]`.
    #[error("ignored by the platform, because it has {found} words where `from to [status]` is expected")]
    WordCount {
        /// The number of words.
        found: usize,
    },
    /// The source has a host.
    #[error("ignored by the platform, because a redirect can only be from a path of the site itself")]
    SourceHasHost,
    /// There are too many static rules.
    #[error("ignored by the platform, because at most {MAX_STATIC_RULES} static rules are read")]
    TooManyStatic,
    /// There are too many dynamic rules.
    #[error(
        "ignored by the platform, with all lines below it, because at most {MAX_DYNAMIC_RULES} dynamic rules \
         are read"
    )]
    TooManyDynamic,
    /// The line stands below the first dynamic rule too many.
    #[error("ignored by the platform, because line {line} is one dynamic rule too many and ends the file")]
    BelowTooManyDynamic {
        /// The line of that rule.
        line: u32,
    },
    /// The target is neither a path nor on `https`.
    #[error("ignored by the platform, because the target begins with neither `/` nor `https://`")]
    TargetNotAllowed,
    /// The third word is no status of a redirect.
    #[error("ignored by the platform, because `{found}` is none of 200, 301, 302, 303, 307, 308")]
    Status {
        /// The third word.
        found: String,
    },
    /// The rule would lead back to itself through html handling.
    #[error(
        "ignored by the platform, because html handling would send the target back to this rule for ever"
    )]
    Loop,
    /// The same source was accepted before.
    #[error("ignored by the platform, because line {first} is for the same path")]
    Duplicate {
        /// The line that counts.
        first: u32,
    },
    /// Status 200 with a host in the target.
    #[error(
        "ignored by the platform, because a rewrite (200) cannot lead to another host; later rules for this \
         path are ignored with it"
    )]
    RewriteToHost,
    /// The pattern is invalid.
    #[error("ignored by the platform, because its pattern is invalid: {0}")]
    InvalidPattern(#[from] InvalidPattern),
    /// The source has a character that no request path has.
    #[error("ignored by the platform, because no request path has the character `{character}` in it")]
    UnmatchableCharacter {
        /// The first such character.
        character: char,
    },
    /// The source climbs above the root.
    #[error("ignored by the platform, because its path climbs above the root, and what remains is empty")]
    EmptySource,
    /// The source's query or fragment is dropped.
    #[error(
        "applied to `{from}` with any query, because the query and the fragment of the source are dropped"
    )]
    SourceQuery {
        /// What is matched.
        from: String,
    },
    /// The rule looks static, and is dynamic.
    #[error(
        "a dynamic rule, because line {line} above it has `*` or `:name`: it is tried in the order of the file, \
         and counts towards the {MAX_DYNAMIC_RULES} dynamic rules"
    )]
    DynamicByPosition {
        /// The first dynamic rule.
        line: u32,
    },
    /// The target has a name that the source does not have.
    #[error("sent on with `:{name}` as it stands, because its source has no such name")]
    UnknownName {
        /// The name, without its colon.
        name: String,
    },
    /// The target has a name that begins with a name of the source.
    #[error(
        "sent on with the value of `:{prefix}` in place of the start of `:{name}`, because names are replaced \
         textually"
    )]
    NamePrefix {
        /// The name in the target, without its colon.
        name: String,
        /// The name that is replaced.
        prefix: String,
    },
    /// The target is no URL.
    #[error("answered with status 500 by the platform, because its target is not a URL")]
    TargetUnparsable,
}

impl RedirectReason {
    /// Whether the line has no effect at all; otherwise it has another than it seems to have.
    pub const fn is_ignored(&self) -> bool {
        !matches!(
            self,
            Self::SourceQuery { .. }
                | Self::DynamicByPosition { .. }
                | Self::UnknownName { .. }
                | Self::NamePrefix { .. }
                | Self::TargetUnparsable
        )
    }
}

/// Reads a `_redirects` file. Nothing in it is an error to the platform, and so neither here: what is ignored
/// is in the notes. Cost: O(length of the text).
pub fn parse(text: &str, options: RedirectOptions) -> Redirects {
    let mut reader = Reader::new(options);
    rule_url::rule_lines(text).for_each(|line| reader.read(line));
    Redirects { platform: options.platform, rules: reader.rules, notes: reader.notes }
}

/// What has been read so far.
struct Reader {
    options: RedirectOptions,
    rules: Vec<RedirectRule>,
    notes: Vec<RuleNote<RedirectReason>>,
    /// The lines whose sources later lines can't have.
    taken: HashMap<String, u32>,
    static_count: usize,
    dynamic_count: usize,
    /// The line that ended the file.
    ended_by: Option<u32>,
    /// The first accepted dynamic rule.
    first_dynamic: Option<u32>,
}

/// The words of a line, its comment cut off.
struct Words<'t> {
    from: &'t str,
    to: &'t str,
    status: Option<&'t str>,
}

impl Reader {
    fn new(options: RedirectOptions) -> Self {
        Self {
            options,
            rules: Vec::new(),
            notes: Vec::new(),
            taken: HashMap::new(),
            static_count: 0,
            dynamic_count: 0,
            ended_by: None,
            first_dynamic: None,
        }
    }

    fn read(&mut self, line: RuleLine<'_>) {
        match self.read_rule(line) {
            Ok(rule) => self.rules.push(rule),
            Err(reason) => self.notes.push(line.note(reason)),
        }
    }

    /// The steps in the order in which the platform takes them: what a failing line has used up by then, it
    /// has used.
    fn read_rule(&mut self, line: RuleLine<'_>) -> Result<RedirectRule, RedirectReason> {
        if let Some(ended_by) = self.ended_by {
            return Err(RedirectReason::BelowTooManyDynamic { line: ended_by });
        }
        if let Some(units) = line.excess() {
            return Err(RedirectReason::LineTooLong { units });
        }
        let words = read_words(line.text)?;
        let source = read_source(words.from)?;
        self.count(&source.path, line.number)?;
        let to = read_target(words.to)?;
        let status = read_status(words.status)?;
        self.refuse_loop(&source.path, &to)?;
        self.take(&source.path, line.number)?;
        if status == 200 && matches!(to, Target::Absolute(_)) {
            return Err(RedirectReason::RewriteToHost);
        }
        Ok(self.accept(line, source, to, status))
    }

    /// Counts the line towards the limits. From the first dynamic rule on, every rule counts as dynamic.
    fn count(&mut self, from: &str, line: u32) -> Result<(), RedirectReason> {
        if self.dynamic_count == 0 && !rule_pattern::is_dynamic(from) {
            self.static_count += 1;
            return if self.static_count > MAX_STATIC_RULES {
                Err(RedirectReason::TooManyStatic)
            } else {
                Ok(())
            };
        }
        self.dynamic_count += 1;
        if self.dynamic_count > MAX_DYNAMIC_RULES {
            self.ended_by = Some(line);
            return Err(RedirectReason::TooManyDynamic);
        }
        Ok(())
    }

    fn refuse_loop(&self, from: &str, to: &Target) -> Result<(), RedirectReason> {
        let Target::Relative(to) = to else { return Ok(()) };
        let html_handling = match self.options.platform {
            Platform::Workers => self.options.html_handling != HtmlHandling::None,
            Platform::Pages => true,
        };
        let is_source_in_danger = from.ends_with("/*") || from.ends_with('/') && html_handling;
        if is_source_in_danger && is_index(to) { Err(RedirectReason::Loop) } else { Ok(()) }
    }

    fn take(&mut self, from: &str, line: u32) -> Result<(), RedirectReason> {
        match self.taken.entry(from.to_owned()) {
            Entry::Occupied(first) => Err(RedirectReason::Duplicate { first: *first.get() }),
            Entry::Vacant(free) => {
                free.insert(line);
                Ok(())
            }
        }
    }

    fn accept(&mut self, line: RuleLine<'_>, source: RuleUrl, to: Target, status: u16) -> RedirectRule {
        let looks_dynamic = rule_pattern::is_dynamic(&source.path);
        let compiled = rule_pattern::compile(&source.path);
        let kind =
            if looks_dynamic || self.first_dynamic.is_some() { RuleKind::Dynamic } else { RuleKind::Static };
        let mut reasons = surprises(&source, &to, &compiled);
        match self.first_dynamic {
            Some(first) if !looks_dynamic => reasons.push(RedirectReason::DynamicByPosition { line: first }),
            None if kind == RuleKind::Dynamic => self.first_dynamic = Some(line.number),
            _ => {}
        }
        self.notes.extend(reasons.into_iter().map(|reason| line.note(reason)));
        let pattern = compiled.ok().filter(|_| kind == RuleKind::Dynamic);
        RedirectRule { line: line.number, from: source.path, to, status, kind, pattern }
    }
}

/// What an accepted rule does otherwise than it seems to say.
fn surprises(
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
pub(super) fn unmatchable_character(path: &str) -> Option<char> {
    path.chars().find(|c| matches!(c, '\\' | '^'))
}

/// Cuts the comment (white space, then `#`) and splits the rest.
fn read_words(line: &str) -> Result<Words<'_>, RedirectReason> {
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

fn read_source(word: &str) -> Result<RuleUrl, RedirectReason> {
    match rule_url::split_https(word) {
        Some(_) => Err(RedirectReason::SourceHasHost),
        None => Ok(rule_url::normalise(word)),
    }
}

fn read_target(word: &str) -> Result<Target, RedirectReason> {
    let with_all = |url: RuleUrl| format!("{}{}{}", url.path, url.query, url.fragment);
    match rule_url::split_https(word) {
        Some((host, path)) => {
            Ok(Target::Absolute(format!("https://{host}{}", with_all(rule_url::normalise(path)))))
        }
        None if word.starts_with('/') => Ok(Target::Relative(with_all(rule_url::normalise(word)))),
        None => Err(RedirectReason::TargetNotAllowed),
    }
}

fn read_status(word: Option<&str>) -> Result<u16, RedirectReason> {
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

/// Whether the text ends in `/index` or `/index.html`, the dot being any character: it stands in a regular
/// expression.
fn is_index(target: &str) -> bool {
    let before_dot = target.strip_suffix("html").and_then(|rest| {
        let mut chars = rest.chars();
        chars.next_back().map(|_| chars.as_str())
    });
    target.ends_with("/index") || before_dot.is_some_and(|rest| rest.ends_with("/index"))
}

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

#[cfg(test)]
mod tests {
    use super::*;

    const WORKERS: RedirectOptions =
        RedirectOptions { platform: Platform::Workers, html_handling: HtmlHandling::AutoTrailingSlash };
    const PAGES: RedirectOptions = RedirectOptions { platform: Platform::Pages, ..WORKERS };

    /// The rules in short: line, source, target, status.
    fn rules(text: &str) -> Vec<(u32, String, String, u16)> {
        let rules = parse(text, WORKERS).rules.into_iter();
        rules.map(|rule| (rule.line, rule.from, rule.to.as_str().to_owned(), rule.status)).collect()
    }

    fn statuses(text: &str) -> Vec<u16> {
        rules(text).into_iter().map(|(.., status)| status).collect()
    }

    /// The notes in short: line, reason.
    fn notes(text: &str) -> Vec<(u32, RedirectReason)> {
        parse(text, WORKERS).notes.into_iter().map(|note| (note.line, note.reason)).collect()
    }

    /// What a request for a path and query on `http://example.com` is answered.
    fn answer(text: &str, options: RedirectOptions, url: &str) -> Option<(u16, String)> {
        let redirects = parse(text, options);
        let (path, query) = url.split_at(url.find('?').unwrap_or(url.len()));
        let request = RequestUrl { scheme: Scheme::Http, host: "example.com", path, query };
        let matched = redirect(&redirects, path)?;
        let status = redirects.rules[matched.rule_index].status;
        let answer = if status == 200 { rewrite } else { location };
        Some((status, answer(&redirects, &matched, &request).unwrap_or_else(|error| error.to_string())))
    }

    fn on_workers(text: &str, url: &str) -> Option<String> {
        answer(text, WORKERS, url).map(|(_, location)| location)
    }

    fn on_pages(text: &str, url: &str) -> Option<String> {
        answer(text, PAGES, url).map(|(_, location)| location)
    }

    fn location_is(text: &str, url: &str, expected: &str) {
        assert_eq!(on_workers(text, url).as_deref(), Some(expected), "{url} by {text}");
    }

    #[test]
    fn line_is_source_target_and_status_with_302_as_default() {
        assert_eq!(
            rules("/a /b\n\n  /c\t/d   301 \r"),
            [(1, "/a".into(), "/b".into(), 302), (3, "/c".into(), "/d".into(), 301)]
        );
    }

    #[test]
    fn comment_needs_white_space_before_it() {
        assert_eq!(
            rules("/c /about # here\n/d /about 301 # c\n/e /about#x 301\n# f\n   # g"),
            [
                (1, "/c".into(), "/about".into(), 302),
                (2, "/d".into(), "/about".into(), 301),
                (3, "/e".into(), "/about#x".into(), 301)
            ]
        );
    }

    #[test]
    fn comment_with_a_line_end_of_another_kind_in_it_is_no_comment() {
        assert_eq!(notes("/a /b # c\rd"), [(1, RedirectReason::WordCount { found: 5 })]);
        assert_eq!(rules("/a /b\r# d"), [(1, "/a".into(), "/b".into(), 302)]);
    }

    #[test]
    fn status_is_any_javascript_number_of_the_right_value() {
        assert_eq!(
            statuses("/a /b 3.01e2\n/b /b 0x12D\n/c /b +301.\n/d /b 0301\n/e /b 0b100101101"),
            [301; 5]
        );
        let found = |found: &str| RedirectReason::Status { found: found.to_owned() };
        for word in ["304", "301!", "-301", "0x", "1e400", "Infinity", "30_1", "inf", "3e2"] {
            assert_eq!(notes(&format!("/a /b {word}")), [(1, found(word))]);
        }
    }

    #[test]
    fn target_is_a_path_or_on_https() {
        assert_eq!(
            rules("/a https://h//x//y?q=1#f 301"),
            [(1, "/a".into(), "https://h/x//y?q=1#f".into(), 301)]
        );
        for target in ["http://h/", "mailto:a@b.c", "about", "ftp://x/y", "https://"] {
            assert_eq!(notes(&format!("/a {target}")), [(1, RedirectReason::TargetNotAllowed)]);
        }
        assert_eq!(notes("https://example.com/a /b"), [(1, RedirectReason::SourceHasHost)]);
    }

    #[test]
    fn first_rule_of_a_path_wins_also_when_it_is_then_refused() {
        assert_eq!(rules("/a /1\n/a /2").len(), 1);
        assert_eq!(notes("/a /1\n/x/../a /2"), [(2, RedirectReason::Duplicate { first: 1 })]);
        assert_eq!(
            notes("/a https://h/ 200\n/a /2"),
            [(1, RedirectReason::RewriteToHost), (2, RedirectReason::Duplicate { first: 1 })]
        );
        assert_eq!(rules("/a /b 999\n/a bare\n/a /2").len(), 1);
    }

    #[test]
    fn rule_that_html_handling_would_send_back_is_ignored() {
        for line in ["/* /index.html 200", "/ /index", "/x/ /x/index.html", "/v/* /v/indexXhtml"] {
            assert_eq!(notes(line), [(1, RedirectReason::Loop)], "{line}");
        }
        assert!(notes("/y/ https://o.example/index.html\n/w/* /w/indexhtml\n/app/* /app/").is_empty());
        let without_html = RedirectOptions { html_handling: HtmlHandling::None, ..WORKERS };
        assert_eq!(parse("/ /index", without_html).rules.len(), 1);
        assert_eq!(parse("/* /index", without_html).rules.len(), 0);
        assert_eq!(
            parse("/ /index", RedirectOptions { platform: Platform::Pages, ..without_html }).rules.len(),
            0
        );
    }

    #[test]
    fn rules_below_a_dynamic_one_are_dynamic() {
        let redirects = parse("/a /1\n/b/* /2\n/c /3", WORKERS);
        let kinds: Vec<_> = redirects.rules.iter().map(|rule| rule.kind).collect();
        assert_eq!(kinds, [RuleKind::Static, RuleKind::Dynamic, RuleKind::Dynamic]);
        assert_eq!(notes("/a /1\n/b/* /2\n/c /3"), [(3, RedirectReason::DynamicByPosition { line: 2 })]);
        // A dynamic rule that was refused makes the rest count as dynamic, but they still match as static
        // rules.
        assert_eq!(parse("/b/* bare\n/c /3", WORKERS).rules[0].kind, RuleKind::Static);
    }

    #[test]
    fn static_rules_beyond_2000_are_skipped_one_by_one() {
        let text: String = (0..2002).map(|i| format!("/s{i} /t\n")).collect();
        let redirects = parse(&format!("{text}/d/* /t"), WORKERS);
        assert_eq!(redirects.rules.len(), 2001);
        assert_eq!(redirects.rules.last().map(|rule| rule.line), Some(2003));
        assert!(redirects.notes.iter().all(|note| note.reason == RedirectReason::TooManyStatic));
        assert_eq!(redirects.notes.len(), 2);
    }

    #[test]
    fn hundred_and_first_dynamic_rule_ends_the_file() {
        let text: String =
            (0..101).map(|i| format!("/d{i}/* {}\n", if i == 5 { "bare" } else { "/t" })).collect();
        let redirects = parse(&format!("{text}\n# c\n/x /y\nnonsense"), WORKERS);
        assert_eq!(redirects.rules.len(), 99);
        let last: Vec<_> = redirects.notes.into_iter().map(|note| (note.line, note.reason)).skip(1).collect();
        assert_eq!(
            last,
            [
                (101, RedirectReason::TooManyDynamic),
                (104, RedirectReason::BelowTooManyDynamic { line: 101 }),
                (105, RedirectReason::BelowTooManyDynamic { line: 101 })
            ]
        );
    }

    #[test]
    fn line_is_measured_in_utf16_units_after_trimming() {
        let line = |count: usize| format!("  /{} /b  ", "é".repeat(count));
        assert_eq!(rules(&line(1996)).len(), 1);
        assert_eq!(notes(&line(1997)), [(1, RedirectReason::LineTooLong { units: 2001 })]);
        assert_eq!(rules(&format!("/{} /b", "\u{1f600}".repeat(998))).len(), 1);
        assert_eq!(parse(&line(5000), WORKERS).notes[0].text.chars().count(), 201);
    }

    #[test]
    fn invalid_pattern_is_counted_and_remembered_but_never_matches() {
        let redirects = parse("/a/*/b/* /x\n/:x/:x /y\n/:x/:x /z", WORKERS);
        assert_eq!(redirects.rules.len(), 2);
        assert!(redirects.rules.iter().all(|rule| rule.pattern.is_none()));
        assert_eq!(redirect(&redirects, "/q/q"), None);
        let message = redirects.notes[0].to_string();
        assert!(message.contains("ignored by the platform, because its pattern is invalid"), "{message}");
    }

    #[test]
    fn rules_that_are_taken_otherwise_than_they_look_are_noted() {
        let unknown = RedirectReason::UnknownName { name: "slug".into() };
        assert_eq!(notes("/a /:slug"), [(1, unknown)]);
        let prefix = RedirectReason::NamePrefix { name: "ab".into(), prefix: "a".into() };
        assert_eq!(notes("/:a /:ab"), [(1, prefix)]);
        assert_eq!(notes("/a?q=1 /b"), [(1, RedirectReason::SourceQuery { from: "/a".into() })]);
        assert_eq!(notes("/a^ /b"), [(1, RedirectReason::UnmatchableCharacter { character: '^' })]);
        assert_eq!(notes("/.. /b"), [(1, RedirectReason::EmptySource)]);
        assert_eq!(notes("/a https://h:99999/"), [(1, RedirectReason::TargetUnparsable)]);
        assert!(!RedirectReason::TargetUnparsable.is_ignored() && RedirectReason::EmptySource.is_ignored());
    }

    #[test]
    fn static_rules_come_before_dynamic_ones_and_those_in_file_order() {
        let text = "/a /first\n/b/x /static\n/b/* /dyn1/:splat\n/b/:y /dyn2\n/c/:y /dyn3\n/c/x /late";
        location_is(text, "/a", "/first");
        location_is(text, "/b/x", "/static");
        location_is(text, "/b/y", "/dyn1/y");
        location_is(text, "/c/x", "/dyn3");
        assert_eq!(on_workers(text, "/A"), None);
    }

    #[test]
    fn query_of_the_target_replaces_that_of_the_request() {
        location_is("/q /about", "/q?k=v", "/about?k=v");
        location_is("/q /about?x=1", "/q?k=v", "/about?x=1");
        location_is("/q /about#sec", "/q?k=v", "/about?k=v#sec");
        location_is("/q https://o.example/p#frag", "/q?k=v", "https://o.example/p?k=v#frag");
        location_is("/q https://example.com/about", "/q", "https://example.com/about");
        location_is("/p* /a/../..?k=v", "/pX?z", "/pX?k=v");
    }

    #[test]
    fn marks_with_nothing_behind_them_stay_in_a_location_on_another_host() {
        location_is("/e/* https://o.example/?:splat", "/e/?k=v", "https://o.example/??k=v");
        location_is("/e/* https://o.example/p#:splat", "/e/?k=v", "https://o.example/p#?k=v");
        location_is("/e/* /p?:splat#:splat", "/e/?k=v", "/p?k=v");
    }

    #[test]
    fn slashes_are_collapsed_on_workers_in_relative_targets_of_dynamic_rules_only() {
        let text = "/tors //evil.example/x\n/dot/* /:splat?u=a//b\n/ext/* https://o.example//a/:splat";
        location_is(text, "/dot//evil.example/x", "/evil.example/x?u=a/b");
        assert_eq!(on_pages(text, "/dot//evil.example/x").as_deref(), Some("http://evil.example/x?u=a//b"));
        location_is(text, "/tors", "http://evil.example/x");
        location_is(text, "/ext//b", "https://o.example/a//b");
    }

    #[test]
    fn target_that_does_not_parse_is_an_error() {
        let text = "/r/:x https://:x.example/";
        location_is(text, "/r/one", "https://one.example/");
        let message = on_workers(text, "/r/:x").unwrap();
        assert!(message.contains("status 500"), "{message}");
    }

    #[test]
    fn rewrite_gives_the_path_of_the_target() {
        let text = "/users/* /users/:splat/../id?z=1#f 200\n/up/* /../about 200";
        assert_eq!(answer(text, WORKERS, "/users/7?k=v"), Some((200, "/users/id".into())));
        assert_eq!(answer(text, WORKERS, "/up/x"), Some((200, "/about".into())));
    }

    #[test]
    fn very_large_files_are_read() {
        let text: String = (0..100_000).map(|i| format!("/s{i} /t {}\n", i % 7)).collect();
        assert_eq!(parse(&text, WORKERS).notes.len(), 100_000);
        let line = format!("/{} {}", "a#".repeat(1 << 19), "\t #".repeat(1 << 19));
        assert_eq!(parse(&line, WORKERS).notes.len(), 1);
    }
}
