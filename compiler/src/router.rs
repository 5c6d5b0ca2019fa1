//! Who is asked first, the user's script or the assets, as the configuration says it.
//! Source: `docs/ROUTING.md`, "The router".

use crate::config::routes_json::Routes;
use crate::config::run_worker_first::StaticRouting;

/// The compatibility date from which navigations prefer assets.
pub const NAVIGATION_DATE: &str = "2025-04-01";
/// Switches that on for earlier dates.
pub const NAVIGATION_FLAG: &str = "assets_navigation_prefers_asset_serving";
/// Switches it off.
pub const NO_NAVIGATION_FLAG: &str = "assets_navigation_has_no_effect";

/// Who is asked first.
#[derive(Debug, Clone, Default)]
pub struct Router {
    /// Whether there is a Worker script, or a Pages Function.
    pub has_script: bool,
    /// When the script is asked before the assets.
    pub first: ScriptFirst,
    /// Whether a navigation (`Sec-Fetch-Mode: navigate`) gets the not-found page rather than the script.
    pub navigation: bool,
}

/// When the script is asked before the assets.
#[derive(Debug, Clone, Default)]
pub enum ScriptFirst {
    /// Never: it gets what the assets can't answer.
    #[default]
    Never,
    /// Always.
    Always,
    /// As the rules of `run_worker_first` say.
    Rules(StaticRouting),
    /// As `_routes.json` says; the assets get the rest.
    Routes(Routes),
    /// Pages without `_routes.json`: the Function gets everything.
    Everything,
}

/// Whether a Worker of this date and with these flags lets navigations prefer assets.
pub fn prefers_assets_on_navigation(compatibility_date: Option<&str>, flags: &[String]) -> bool {
    let has = |name: &str| flags.iter().any(|flag| flag == name);
    // Dates are written year first, so they sort as texts.
    let by_date = compatibility_date.is_some_and(|date| date >= NAVIGATION_DATE);
    !has(NO_NAVIGATION_FLAG) && (by_date || has(NAVIGATION_FLAG))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn navigation_follows_the_date_unless_a_flag_says_otherwise() {
        let flags = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert!(!prefers_assets_on_navigation(Some("2025-03-31"), &[]));
        assert!(prefers_assets_on_navigation(Some("2025-04-01"), &[]));
        assert!(prefers_assets_on_navigation(Some("2021-01-01"), &flags(&[NAVIGATION_FLAG])));
        assert!(!prefers_assets_on_navigation(Some("2026-01-01"), &flags(&[NO_NAVIGATION_FLAG])));
        assert!(!prefers_assets_on_navigation(None, &[]));
    }
}
