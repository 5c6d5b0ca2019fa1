//! What was done, or would be, as plain data.

use serde::Serialize;

use super::outcome::Left;
use crate::kind::LinkKinds;
use crate::origin::FoundOrigin;
use crate::rules::Rule;

/// What was done, or would be.
#[derive(Debug, Clone, Default, Serialize)]
pub struct FixReport {
    /// Whether files were written.
    pub written: bool,
    /// Whether it was ended before all files were looked at.
    pub ended_early: bool,
    /// Files that were looked into.
    pub files: u64,
    /// What was read, bytes.
    pub bytes: u64,
    /// Files that were changed, or would be.
    pub changed_files: u64,
    /// Links that were changed, or would be.
    pub changed_links: u64,
    /// What was changed, by rule.
    pub changed: Vec<FixGroup<Rule>>,
    /// Links that cost a redirect and are left as they are, by reason.
    pub left: Vec<FixGroup<Left>>,
    /// Links that the ignore file passes over, or a rule that is not wanted.
    pub ignored: u64,
    /// Files that could not be changed, or looked into, and why.
    pub problems: Vec<FileProblem>,
    /// Packed copies (`.gz`, `.br`, `.zst`) that lie beside a changed file and hold what it was before.
    pub stale: Vec<String>,
    /// Changed files that have other names on the disk, which keep the old bytes.
    pub hard_linked: u64,
    /// The hosts that are the site's own.
    pub hosts: Vec<String>,
    /// What says so, if it was not the caller.
    #[serde(skip)]
    pub origin: Option<FoundOrigin>,
    /// The paths that changed links lead to now, with the number of the file that answers: `None` for the single-page fallback.
    #[serde(skip)]
    pub targets: Vec<(String, Option<u32>)>,
}

/// All links of a rule or reason.
#[derive(Debug, Clone, Serialize)]
pub struct FixGroup<K> {
    /// The rule or reason.
    #[serde(rename = "name")]
    pub key: K,
    /// Different targets.
    pub count: u64,
    /// Links.
    pub links: u64,
    /// The targets with most links; as many as the limit allows.
    pub targets: Vec<FixTarget>,
}

/// All links that led from one path to another.
#[derive(Debug, Clone, Serialize)]
pub struct FixTarget {
    /// The path that they name, or named.
    pub from: String,
    /// The path where a visitor ends up.
    pub to: String,
    /// Links.
    pub links: u64,
    /// Files in which they stand.
    pub in_files: u64,
    /// What they are for.
    pub kinds: LinkKinds,
    /// The first of them, in different files.
    pub places: Vec<FixPlace>,
}

/// A link.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct FixPlace {
    /// The file, from the site's folder, beginning with a slash.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The character in the line, from 1.
    pub column: u32,
    /// The link as it was.
    pub old: String,
    /// The link as it is now; `None` if it is left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
}

/// A file that was not changed, or not looked into.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct FileProblem {
    /// The file, from the site's folder, beginning with a slash.
    pub file: String,
    /// Why.
    pub why: String,
    /// Whether it has links that ought to have been changed.
    pub is_failure: bool,
}
