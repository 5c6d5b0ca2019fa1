//! The rules of `_headers`: which match a request, and what they make of an answer's headers. Follows `docs/ROUTING.md`,
//! "`_headers`".
//!
//! For a stored path that is spelled canonically, the compiler has worked out which rules match; for others they are tried here,
//! where their first segment fits. Nothing is allocated unless a value has placeholders or a rule names a host.

use alloc::format;
use alloc::string::String;

use crate::bytes::{to_usize, u16_at, u32_at, u64_at};
use crate::format as layout;
use crate::manifest::Manifest;
use crate::mask::Mask;
use crate::pattern;

/// A rule of `_headers`, as stored.
#[derive(Debug, Clone, Copy)]
pub struct HeaderRule<'m> {
    /// Line of its path in the file, counted from 1.
    pub line: u32,
    /// The pattern, with `https://host` in front if it has one.
    pub path: &'m str,
    manifest: &'m Manifest<'m>,
    record: &'m [u8; layout::HEADER_RULE_LEN],
}

impl<'m> HeaderRule<'m> {
    fn has(&self, flag: u32) -> bool {
        u32_at(self.record, 24) & flag != 0
    }

    fn lines(&self) -> (&'m [[u8; layout::HEADER_LINE_LEN]], &'m [[u8; layout::HEADER_LINE_LEN]]) {
        let first = to_usize(u32_at(self.record, 16).into());
        let removals = usize::from(u16_at(self.record, 20));
        let lines = self.manifest.header_lines.get(first..).unwrap_or_default();
        let (removed, rest) = lines.split_at_checked(removals).unwrap_or_default();
        (removed, rest.get(..usize::from(u16_at(self.record, 22))).unwrap_or_default())
    }

    /// The names of headers that it removes, as written.
    pub fn removals(&self) -> impl Iterator<Item = &'m str> + Clone + use<'m> {
        let manifest = self.manifest;
        self.lines().0.iter().map(|line| manifest.header_line(line).0)
    }

    /// The headers that it sets: name in lower case, value with its placeholders.
    pub fn sets(&self) -> impl Iterator<Item = (&'m str, &'m str)> + Clone + use<'m> {
        let manifest = self.manifest;
        self.lines().1.iter().map(|line| manifest.header_line(line))
    }

    /// Whether two rules do the same to every answer. Their lines do not matter.
    pub(crate) fn says_the_same(&self, other: &HeaderRule<'_>) -> bool {
        self.path == other.path
            && u32_at(self.record, 24) == u32_at(other.record, 24)
            && self.removals().eq(other.removals())
            && self.sets().eq(other.sets())
    }

    /// Whether the platform fails with 500 where this rule matches, because a header can't have such a name or value.
    pub fn is_broken(&self) -> bool {
        self.has(layout::HEADER_RULE_BROKEN)
    }
}

/// The text that a rule with a host is matched on: always `https`, without the port.
fn full_url(host: &str, path: &str) -> String {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => name,
        _ => host,
    };
    format!("https://{name}{path}")
}

/// What the rules of a site are taken from: a manifest, or tables.
pub trait HeaderSource<'m>: Copy + 'm {
    /// A rule.
    type Rule: HeaderRuleFacts<'m>;

    /// The rule with this number.
    fn rule(&'m self, number: usize) -> Option<Self::Rule>;
}

/// What a rule says.
pub trait HeaderRuleFacts<'m>: Copy {
    /// The pattern, with `https://host` in front if it has one.
    fn path(self) -> &'m str;
    /// The names of headers that it removes.
    fn removals(self) -> impl Iterator<Item = &'m str> + Clone;
    /// The headers that it sets.
    fn sets(self) -> impl Iterator<Item = (&'m str, &'m str)> + Clone;
    /// Whether the platform fails where it matches.
    fn is_broken(self) -> bool;
    /// Whether it never matches.
    fn is_never(self) -> bool;
    /// Whether it names a host.
    fn names_host(self) -> bool;
    /// Whether values have placeholders.
    fn substitutes(self) -> bool;
}

impl<'m> HeaderSource<'m> for Manifest<'m> {
    type Rule = HeaderRule<'m>;

    fn rule(&'m self, number: usize) -> Option<HeaderRule<'m>> {
        self.header_rule(number)
    }
}

impl<'m> HeaderRuleFacts<'m> for HeaderRule<'m> {
    fn path(self) -> &'m str {
        self.path
    }

    fn removals(self) -> impl Iterator<Item = &'m str> + Clone {
        HeaderRule::removals(&self)
    }

    fn sets(self) -> impl Iterator<Item = (&'m str, &'m str)> + Clone {
        HeaderRule::sets(&self)
    }

    fn is_broken(self) -> bool {
        HeaderRule::is_broken(&self)
    }

    fn is_never(self) -> bool {
        self.has(layout::HEADER_RULE_NEVER)
    }

    fn names_host(self) -> bool {
        self.has(layout::HEADER_RULE_HAS_HOST)
    }

    fn substitutes(self) -> bool {
        self.has(layout::HEADER_RULE_SUBSTITUTES)
    }
}

/// Whether a rule matches, for one whose path could match.
pub(crate) fn matches<'m>(rule: impl HeaderRuleFacts<'m>, host: &str, path: &str) -> bool {
    if rule.is_never() {
        false
    } else if rule.names_host() {
        pattern::matches(rule.path(), &full_url(host, path))
    } else {
        pattern::matches(rule.path(), path)
    }
}

fn removes<'m>(rule: impl HeaderRuleFacts<'m>, name: &str) -> bool {
    rule.removals().any(|removed| removed.eq_ignore_ascii_case(name))
}

fn sets_name<'m>(rule: impl HeaderRuleFacts<'m>, name: &str) -> bool {
    rule.sets().any(|(set, _)| set.eq_ignore_ascii_case(name))
}

/// The rules that match a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MatchedRules<'m, 'r, S = Manifest<'m>> {
    source: &'m S,
    mask: Mask,
    host: &'r str,
    path: &'r str,
}

impl<'m, 'r, S: HeaderSource<'m>> MatchedRules<'m, 'r, S> {
    pub(crate) fn none(source: &'m S) -> Self {
        MatchedRules { source, mask: Mask::default(), host: "", path: "" }
    }

    pub(crate) fn rules(&self) -> impl Iterator<Item = S::Rule> + Clone + use<'m, 'r, S> {
        let source = self.source;
        self.mask.filter_map(move |number| source.rule(number))
    }

    /// Whether some rule makes the platform fail.
    pub(crate) fn is_broken(&self) -> bool {
        self.rules().any(|rule| rule.is_broken())
    }

    /// Whether a header that the server itself sends is still there afterwards.
    pub(crate) fn keep(&self, name: &str) -> bool {
        !self.rules().any(|rule| removes(rule, name) || sets_name(rule, name))
    }

    /// The lines that the rules add, in order: name, and value with placeholders filled in.
    pub(crate) fn added(&self) -> impl Iterator<Item = (&'m str, AddedValue<'m>)> + use<'m, 'r, S> {
        let this = *self;
        self.rules().enumerate().flat_map(move |(position, rule)| {
            rule.sets().filter_map(move |(name, value)| {
                let removed_later = this.rules().skip(position + 1).any(|later| removes(later, name));
                (!removed_later).then(|| (name, this.fill_in(rule, value)))
            })
        })
    }

    fn fill_in(&self, rule: S::Rule, value: &'m str) -> AddedValue<'m> {
        if !rule.substitutes() || !value.contains(':') {
            return AddedValue::Stored(value);
        }
        let text = if rule.names_host() { full_url(self.host, self.path) } else { String::from(self.path) };
        let captures = pattern::compile_stored(rule.path()).and_then(|pattern| pattern.captures(&text));
        match captures.and_then(|captures| pattern::substitute(value, &captures).ok()) {
            // What a placeholder leaves at the ends is no part of a header's value.
            Some(made) => {
                AddedValue::Made(String::from(made.trim_matches(|c| matches!(c, ' ' | '\t' | '\r' | '\n'))))
            }
            None => AddedValue::Stored(value),
        }
    }
}

/// The value of a header that a rule sets.
#[derive(Debug, Clone)]
pub(crate) enum AddedValue<'m> {
    Stored(&'m str),
    Made(String),
}

impl<'a> Manifest<'a> {
    /// The rules of `_headers` that the platform accepts, in the order of the file.
    pub fn header_rules(&self) -> impl Iterator<Item = HeaderRule<'_>> {
        (0..self.header_rules.len()).filter_map(|number| self.header_rule(number))
    }

    pub(crate) fn header_rule<'m>(&'m self, number: usize) -> Option<HeaderRule<'m>> {
        let record = self.header_rules.get(number)?;
        let path = self.string(u64_at(record, 0), u32_at(record, 8).into())?;
        Some(HeaderRule { line: u32_at(record, 12), path, manifest: self, record })
    }

    fn header_line(&self, line: &[u8; layout::HEADER_LINE_LEN]) -> (&'a str, &'a str) {
        let text =
            |offset, len| self.string(u64_at(line, offset), u32_at(line, len).into()).unwrap_or_default();
        (text(0, 16), text(8, 20))
    }
}

/// Which rules match a request.
pub(crate) trait HeaderMatching<'m>: HeaderSource<'m> {
    /// The set with this index.
    fn header_set(&self, index: u16) -> Mask;

    /// The rules that can match a path.
    fn header_candidates(&self, path: &[u8]) -> Mask;

    /// The rules that match a request. `header_set` is what is stored for its path, if anything is.
    fn matched_rules<'r>(
        &'m self,
        header_set: u16,
        host: &'r str,
        path: &'r str,
    ) -> MatchedRules<'m, 'r, Self> {
        let mask = match header_set {
            layout::NONE_U16 => Mask::default(),
            layout::ANY_HEADER_SET => self.match_headers(host, path),
            index => self.with_matching_hosts(self.header_set(index), host, path),
        };
        MatchedRules { source: self, mask, host, path }
    }

    fn match_headers(&'m self, host: &str, path: &str) -> Mask {
        let mut mask = Mask::default();
        for number in self.header_candidates(path.as_bytes()) {
            if self.rule(number).is_some_and(|rule| matches(rule, host, path)) {
                mask.insert(number);
            }
        }
        mask
    }

    /// A stored set holds every rule that names a host, since the compiler knows no host.
    fn with_matching_hosts(&'m self, stored: Mask, host: &str, path: &str) -> Mask {
        let mut mask = Mask::default();
        for number in stored {
            let applies =
                self.rule(number).is_some_and(|rule| !rule.names_host() || matches(rule, host, path));
            if applies {
                mask.insert(number);
            }
        }
        mask
    }
}

impl<'m> HeaderMatching<'m> for Manifest<'m> {
    fn header_set(&self, index: u16) -> Mask {
        self.header_sets.get(usize::from(index)).map_or(Mask::default(), |set| Mask::read(set, 0))
    }

    fn header_candidates(&self, path: &[u8]) -> Mask {
        self.header_dispatch.candidates(path, self.strings)
    }
}
