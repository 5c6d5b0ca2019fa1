//! What an audit found, as plain data.

use serde::Serialize;

use crate::kind::LinkKinds;
use crate::origin::FoundOrigin;
use crate::rules::{Level, Rule};
use crate::tally::LinkCounts;

/// What an audit found.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Files of the site.
    pub files: usize,
    /// Pages that were read.
    pub pages: u64,
    /// What was read, bytes.
    pub bytes: u64,
    /// Links by where they lead.
    pub links: LinkCounts,
    /// Different paths that they lead to.
    pub targets: usize,
    /// The hosts that are the site's own.
    pub hosts: Vec<String>,
    /// What says so, if it was not the caller.
    #[serde(skip)]
    pub origin: Option<FoundOrigin>,
    /// The findings, by rule: the worst first, then in the order of the rule table. Rules without findings are left out.
    pub groups: Vec<Group>,
}

/// All findings of a rule.
#[derive(Debug, Clone, Serialize)]
pub struct Group {
    /// The rule.
    pub rule: Rule,
    /// How bad they are.
    pub level: Level,
    /// What they have in common; as [`RuleRow::summary`](crate::RuleRow::summary).
    pub summary: &'static str,
    /// What to do; as [`RuleRow::fix`](crate::RuleRow::fix).
    pub advice: &'static str,
    /// Findings: different targets, or pages.
    pub count: u64,
    /// Links that have the finding.
    pub links: u64,
    /// Files in which these links stand; `None` where that is not known.
    pub in_files: Option<u64>,
    /// The findings with most links; as many as the limit allows.
    pub findings: Vec<Finding>,
}

/// A finding: what all links have in common that lead to one target for one cause.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// The path that is linked to, with `#` and fragment where that is missing; or the page that the finding is about.
    pub target: String,
    /// What the path answers, if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<FirstAnswer>,
    /// What else there is to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The URL to write instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// Links that lead there.
    pub links: u32,
    /// Files in which they stand; `None` where that is not known.
    pub in_files: Option<u32>,
    /// What they are for.
    pub kinds: LinkKinds,
    /// The first of them, in different files.
    pub places: Vec<LinkPlace>,
}

/// The first answer to a path, and where it ends.
#[derive(Debug, Clone, Serialize)]
pub struct FirstAnswer {
    /// The status.
    pub status: u16,
    /// The rule of the platform, as `trailmark explain` names it.
    pub rule: String,
    /// Where the last redirect leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Redirects on the way.
    pub redirects: u8,
}

/// Where a link stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LinkPlace {
    /// The file, from the site's folder, beginning with a slash.
    pub file: String,
    /// The line, from 1; `None` if the finding is about the whole file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The character in the line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// The link as it is written there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

impl Report {
    /// The findings of a rule.
    pub fn group(&self, rule: Rule) -> Option<&Group> {
        self.groups.iter().find(|group| group.rule == rule)
    }
}
