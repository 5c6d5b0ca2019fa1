//! Files that a platform never serves: its own configuration, and what its upload leaves out.
//! Source: `docs/ROUTING.md`, "Files that are never served".

use crate::options::Platform;

/// Why a file is not part of the site, if it is not.
pub fn excluded_because(platform: Platform, site_path: &str) -> Option<&'static str> {
    let first = site_path.split('/').nth(1).unwrap_or_default();
    match platform {
        // The platform's own `.assetsignore` lines, which know no case. A line of the site's may take one back; then only a
        // scan of the folder knows.
        Platform::Workers => ["_redirects", "_headers", ".assetsignore"]
            .iter()
            .any(|name| name.eq_ignore_ascii_case(first))
            .then_some("configuration of the platform"),
        Platform::Pages => match first {
            "_worker.js" | "_redirects" | "_headers" | "_routes.json" | "functions" => {
                Some("configuration of the platform")
            }
            ".wrangler" => Some("never uploaded by Pages"),
            _ if site_path.split('/').any(|name| matches!(name, ".DS_Store" | "node_modules" | ".git")) => {
                Some("never uploaded by Pages")
            }
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_leave_out_three_names_at_the_root_only_in_any_case() {
        let left_out = |path| excluded_because(Platform::Workers, path).is_some();
        assert!(left_out("/_redirects") && left_out("/_headers") && left_out("/.assetsignore"));
        assert!(left_out("/_Redirects") && left_out("/_HEADERS/x"));
        assert!(
            !left_out("/sub/_redirects") && !left_out("/_headers.txt") && !left_out("/node_modules/x.js")
        );
    }

    #[test]
    fn pages_leaves_out_whole_folders_too() {
        let left_out = |path| excluded_because(Platform::Pages, path).is_some();
        assert!(left_out("/functions/api.js") && left_out("/_routes.json/x.txt") && left_out("/a/.git/HEAD"));
        assert!(left_out("/x/.DS_Store") && left_out("/.wrangler/x"));
        assert!(!left_out("/a/functions/b") && !left_out("/.assetsignore"));
    }
}
