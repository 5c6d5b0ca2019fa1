//! The rules of a `_redirects` file as plain data.

use super::reason::RedirectReason;
use crate::config::rule_pattern::Pattern;
use crate::config::rule_url::RuleNote;
use crate::options::{HtmlHandling, Platform};

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
