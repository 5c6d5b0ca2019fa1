//! The lines of a `_redirects` file, read one after the other as the platform does.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::reason::{MAX_DYNAMIC_RULES, MAX_STATIC_RULES, RedirectReason};
use super::rule::{RedirectOptions, RedirectRule, RuleKind, Target};
use super::surprises::surprises;
use super::words::{read_source, read_status, read_target, read_words};
use crate::config::rule_pattern;
use crate::config::rule_url::{RuleLine, RuleNote, RuleUrl};
use crate::options::{HtmlHandling, Platform};

/// What has been read so far.
pub(super) struct Reader {
    options: RedirectOptions,
    pub(super) rules: Vec<RedirectRule>,
    pub(super) notes: Vec<RuleNote<RedirectReason>>,
    /// The lines whose sources later lines can't have.
    taken: HashMap<String, u32>,
    static_count: usize,
    dynamic_count: usize,
    /// The line that ended the file.
    ended_by: Option<u32>,
    /// The first accepted dynamic rule.
    first_dynamic: Option<u32>,
}

impl Reader {
    pub(super) fn new(options: RedirectOptions) -> Self {
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

    pub(super) fn read(&mut self, line: RuleLine<'_>) {
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

/// Whether the text ends in `/index` or `/index.html`, the dot being any character: it stands in a regular
/// expression.
fn is_index(target: &str) -> bool {
    let before_dot = target.strip_suffix("html").and_then(|rest| {
        let mut chars = rest.chars();
        chars.next_back().map(|_| chars.as_str())
    });
    target.ends_with("/index") || before_dot.is_some_and(|rest| rest.ends_with("/index"))
}
