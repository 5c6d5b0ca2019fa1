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

    /// Whether the platform fails with 500 where this rule matches, because a header can't have such a name or value.
    pub fn is_broken(&self) -> bool {
        self.has(layout::HEADER_RULE_BROKEN)
    }

    fn names_host(&self) -> bool {
        self.has(layout::HEADER_RULE_HAS_HOST)
    }

    /// Whether it matches, for a rule whose path could match.
    fn matches(&self, host: &str, path: &str) -> bool {
        if self.has(layout::HEADER_RULE_NEVER) {
            false
        } else if self.names_host() {
            pattern::matches(self.path, &full_url(host, path))
        } else {
            pattern::matches(self.path, path)
        }
    }

    fn removes(&self, name: &str) -> bool {
        self.removals().any(|removed| removed.eq_ignore_ascii_case(name))
    }

    fn sets_name(&self, name: &str) -> bool {
        self.sets().any(|(set, _)| set.eq_ignore_ascii_case(name))
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

/// The rules that match a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MatchedRules<'m, 'r> {
    manifest: &'m Manifest<'m>,
    mask: Mask,
    host: &'r str,
    path: &'r str,
}

impl<'m, 'r> MatchedRules<'m, 'r> {
    pub(crate) fn none(manifest: &'m Manifest<'m>) -> Self {
        MatchedRules { manifest, mask: Mask::default(), host: "", path: "" }
    }

    pub(crate) fn rules(&self) -> impl Iterator<Item = HeaderRule<'m>> + Clone + use<'m> {
        let manifest = self.manifest;
        self.mask.filter_map(move |number| manifest.header_rule(number))
    }

    /// Whether some rule makes the platform fail.
    pub(crate) fn is_broken(&self) -> bool {
        self.rules().any(|rule| rule.is_broken())
    }

    /// Whether a header that the server itself sends is still there afterwards.
    pub(crate) fn keep(&self, name: &str) -> bool {
        !self.rules().any(|rule| rule.removes(name) || rule.sets_name(name))
    }

    /// The lines that the rules add, in order: name, and value with placeholders filled in.
    pub(crate) fn added(&self) -> impl Iterator<Item = (&'m str, AddedValue<'m>)> + use<'m, 'r> {
        let this = *self;
        self.rules().enumerate().flat_map(move |(position, rule)| {
            rule.sets().filter_map(move |(name, value)| {
                let removed_later = this.rules().skip(position + 1).any(|later| later.removes(name));
                (!removed_later).then(|| (name, this.fill_in(&rule, value)))
            })
        })
    }

    fn fill_in(&self, rule: &HeaderRule<'m>, value: &'m str) -> AddedValue<'m> {
        if !rule.has(layout::HEADER_RULE_SUBSTITUTES) || !value.contains(':') {
            return AddedValue::Stored(value);
        }
        let text = if rule.names_host() { full_url(self.host, self.path) } else { String::from(self.path) };
        let captures = pattern::compile_stored(rule.path).and_then(|pattern| pattern.captures(&text));
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

    /// The rules that match a request. `header_set` is what is stored for its path, if anything is.
    pub(crate) fn matched_rules<'m, 'r>(
        &'m self,
        header_set: u16,
        host: &'r str,
        path: &'r str,
    ) -> MatchedRules<'m, 'r> {
        let mask = match header_set {
            layout::NONE_U16 => Mask::default(),
            layout::ANY_HEADER_SET => self.match_headers(host, path),
            index => {
                let stored = self.header_sets.get(usize::from(index));
                self.with_matching_hosts(stored.map_or(Mask::default(), |set| Mask::read(set, 0)), host, path)
            }
        };
        MatchedRules { manifest: self, mask, host, path }
    }

    fn match_headers(&self, host: &str, path: &str) -> Mask {
        let mut mask = Mask::default();
        for number in self.header_dispatch.candidates(path.as_bytes(), self.strings) {
            if self.header_rule(number).is_some_and(|rule| rule.matches(host, path)) {
                mask.insert(number);
            }
        }
        mask
    }

    /// A stored set holds every rule that names a host, since the compiler knows no host.
    fn with_matching_hosts(&self, stored: Mask, host: &str, path: &str) -> Mask {
        let mut mask = Mask::default();
        for number in stored {
            let applies =
                self.header_rule(number).is_some_and(|rule| !rule.names_host() || rule.matches(host, path));
            if applies {
                mask.insert(number);
            }
        }
        mask
    }
}
