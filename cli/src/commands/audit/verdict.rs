//! When an audit fails.

use std::str::FromStr;

use trailmark_audit::{Group, Level, Rule};

/// At which findings the command ends with status 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FailOn {
    /// Of this level or worse.
    Level(Level),
    /// Of this rule.
    Rule(Rule),
    /// At none.
    Never,
}

impl FailOn {
    pub(super) fn applies(self, group: &Group) -> bool {
        match self {
            FailOn::Level(level) => group.level >= level,
            FailOn::Rule(rule) => group.rule == rule,
            FailOn::Never => false,
        }
    }
}

impl FromStr for FailOn {
    type Err = String;

    fn from_str(text: &str) -> Result<FailOn, String> {
        let level = Level::ALL.iter().find(|level| level.as_str() == text).map(|&level| FailOn::Level(level));
        let rule = || Rule::from_name(text).map(FailOn::Rule);
        let never = || (text == "never").then_some(FailOn::Never);
        level.or_else(rule).or_else(never).ok_or_else(|| {
            "it is none of note, warning, error, never, and no rule; `trailmark audit --rules` lists the rules".to_owned()
        })
    }
}
