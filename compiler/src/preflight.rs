//! Looks over a compiled site for what its owner may not have meant: what the platform refuses, never serves or never
//! applies, and redirects that lead nowhere, in circles, or in more steps than they need.
//!
//! Given: the site, its rules, the stored routes, and the finished manifest, which is asked as a browser would ask the site.
//! Gives: warnings, ordered by kind, line and file. Every warning is true of the site as it is; where that can't be proved,
//! nothing is said. What the parsers say about single lines is not repeated. Cost: a few look-ups for each rule, and a
//! constant number of steps for each file.

mod cover;
mod files;
mod follow;
mod redirects;
mod router;
mod warning;

use trailmark::Manifest;

use crate::routes::StemRoutes;
use crate::site::Site;
use crate::site_rules::SiteRules;

pub use warning::{Severity, Warning, WarningKind, warning_lines};

/// All that is looked at.
pub(crate) struct Checked<'a> {
    pub(crate) site: &'a Site,
    pub(crate) routes: &'a [StemRoutes<'a>],
    pub(crate) rules: &'a SiteRules,
    pub(crate) manifest: &'a Manifest<'a>,
    /// Whether the site has an `.assetsignore`.
    pub(crate) has_ignore_file: bool,
}

/// All warnings about a site.
pub(crate) fn preflight(checked: &Checked<'_>) -> Vec<Warning> {
    let mut warnings = files::check(checked);
    warnings.extend(redirects::check(checked));
    warnings.extend(router::check(checked));
    for file in warnings.iter_mut().filter_map(|warning| warning.file.as_mut()) {
        *file = checked.site.file_name(file).to_owned();
    }
    warnings.sort();
    warnings
}
