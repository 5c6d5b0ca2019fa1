//! A whole comparison: page by page, and what stands above single pages.

use crate::diff::Diff;
use crate::rename::renames;
use crate::rules::{Detour, RuleChange, detours, rule_changes};
use crate::settings::{Setting, settings};
use crate::side::Side;
use crate::suggest::{Suggestions, suggestions};
use crate::zones::{Zone, zones};

/// All that differs between two sites.
#[derive(Debug)]
pub struct Comparison<'d> {
    /// Page by page.
    pub diff: Diff<'d>,
    /// Options that differ.
    pub settings: Vec<Setting>,
    /// Rules that differ.
    pub rules: Vec<RuleChange>,
    /// What unknown paths get, where that differs.
    pub zones: Vec<Zone>,
    /// Redirects of the new site that lead to a page no more, or only by a detour.
    pub detours: Vec<Detour>,
    /// What could be done about pages that are gone; empty if it was not wanted.
    pub suggestions: Suggestions,
}

impl<'d> Comparison<'d> {
    /// Compares two sites. `with_suggestions` looks for successors of what is gone, and compiles the new site once more to try the
    /// lines that would keep it. O(paths of both), on all threads.
    ///
    /// ```
    /// use trailmark::Manifest;
    /// use trailmark_compare::{Comparison, Kind, Origin, Side};
    /// use trailmark_compiler::{AssetFile, RoutingOptions, manifest_of};
    ///
    /// let site = |paths: &[&str]| {
    ///     let file = |path: &&str| AssetFile { site_path: path.to_string(), size: 7, fingerprint: [1; 32] };
    ///     manifest_of(paths.iter().map(file).collect(), RoutingOptions::default())
    /// };
    /// let (old, new) = (site(&["/about.html"])?, site(&["/about-us.html"])?);
    /// let (old, new) = (Manifest::open(&old)?, Manifest::open(&new)?);
    /// let origin = Origin::default();
    /// let found = Comparison::new(Side::new(&old, &origin), Side::new(&new, &origin), true);
    /// assert_eq!(found.diff.count_of(Kind::Gone).pages, 1);
    /// assert_eq!(found.suggestions.lines[0].text(), "/about /about-us 301");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(old: Side<'d>, new: Side<'d>, with_suggestions: bool) -> Comparison<'d> {
        let diff = Diff::new(old, new);
        let suggestions = match with_suggestions {
            true => suggestions(&diff, renames(&diff)),
            false => Suggestions::default(),
        };
        Comparison {
            settings: settings(old.manifest(), new.manifest()),
            rules: rule_changes(&old, &new),
            zones: zones(&old, &new),
            detours: detours(&old, &new),
            suggestions,
            diff,
        }
    }

    /// Whether nothing differs that somebody could notice.
    pub fn is_same(&self) -> bool {
        self.diff.changes().is_empty()
            && self.settings.is_empty()
            && self.rules.is_empty()
            && self.zones.is_empty()
            && self.detours.is_empty()
    }
}
