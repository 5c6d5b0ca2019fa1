//! From a file's site path to the `Content-Type` that the platform sends for it.
//!
//! Given: a platform and a site path. Gives: the finished header value, or none. The rules are those of
//! `docs/ROUTING.md`, "Response headers"; the tables are the platforms' own
//! (`media-types/`), made into perfect-hash maps by the build script, which also adds `; charset=utf-8` to
//! `text/*`.

use crate::options::Platform;

include!(concat!(env!("OUT_DIR"), "/media_types.rs"));

/// What Pages sends for a file whose extension says nothing.
const PAGES_UNKNOWN: &str = "application/octet-stream";

/// The `Content-Type` that `platform` sends for the file at `site_path`, with its character set.
///
/// Decided by the extension alone, looked up in lower case. `None` means that the header is absent, which
/// only Workers does; Pages then sends `application/octet-stream`. A last segment without `.`, or whose only
/// `.` is its first character (`/html`, `/.html`), has no extension. Cost: O(path length).
///
/// Source: `docs/ROUTING.md`, "Response headers".
pub fn media_type(platform: Platform, site_path: &str) -> Option<&'static str> {
    match platform {
        Platform::Workers => look_up(&WORKERS, site_path),
        // The look-up on Pages reads no further than the end of a line, so such a name has no known
        // extension.
        Platform::Pages if site_path.contains(['\n', '\r', '\u{2028}', '\u{2029}']) => Some(PAGES_UNKNOWN),
        Platform::Pages => look_up(&PAGES, site_path).or(Some(PAGES_UNKNOWN)),
    }
}

/// The extension that belongs to a file's content identity: what follows the last `.` of the last segment, in
/// its own case, without the `.`.
///
/// `None` if there is no `.`, or if the last one is the first character of the segment (`/.htaccess`) or its
/// last (`/a.`). Two files are the same content for the platform if their bytes and this extension are equal.
/// Cost: O(path length).
///
/// Source: `docs/ROUTING.md`, "Content identity".
pub fn extension(site_path: &str) -> Option<&str> {
    let segment = site_path.rsplit('/').next().unwrap_or(site_path);
    let (stem, extension) = segment.rsplit_once('.')?;
    (!stem.is_empty() && !extension.is_empty()).then_some(extension)
}

/// The table's value for the extension of `site_path`. Unlike for the content identity, a backslash separates
/// here as a slash does, and case is ignored.
fn look_up(table: &phf::Map<&'static str, &'static str>, site_path: &str) -> Option<&'static str> {
    let segment = site_path.rsplit(['/', '\\']).next().unwrap_or(site_path);
    let extension = extension(segment)?.to_lowercase();
    table.get(extension.as_str()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_both(site_path: &str) -> (Option<&'static str>, Option<&'static str>) {
        (media_type(Platform::Workers, site_path), media_type(Platform::Pages, site_path))
    }

    #[test]
    fn platforms_differ_in_the_type_of_scripts() {
        assert_eq!(
            on_both("/app.js"),
            (Some("text/javascript; charset=utf-8"), Some("application/javascript"))
        );
    }

    #[test]
    fn text_gets_a_character_set_and_other_types_do_not() {
        let html = Some("text/html; charset=utf-8");
        assert_eq!(on_both("/index.html"), (html, html));
        assert_eq!(on_both("/a.png"), (Some("image/png"), Some("image/png")));
        assert_eq!(on_both("/a.tar.gz"), (Some("application/gzip"), Some("application/gzip")));
    }

    #[test]
    fn extension_is_looked_up_in_lower_case() {
        let html = Some("text/html; charset=utf-8");
        assert_eq!(on_both("/a.HTML"), (html, html));
    }

    #[test]
    fn unknown_extension_has_no_type_on_workers_and_octet_stream_on_pages() {
        for path in
            ["/html", "/.html", "/a.html/.txt", "/a.", "/a.nosuch", "/a.html/x", "/", "/.", "/.well-known/x"]
        {
            assert_eq!(on_both(path), (None, Some("application/octet-stream")), "{path}");
        }
    }

    #[test]
    fn hidden_file_with_a_second_dot_has_an_extension() {
        let html = Some("text/html; charset=utf-8");
        for path in ["/.foo.html", "/..html", "/..x.html"] {
            assert_eq!(on_both(path), (html, html), "{path}");
        }
    }

    #[test]
    fn backslash_separates_for_the_media_type_only() {
        assert_eq!(on_both("/a\\.html"), (None, Some("application/octet-stream")));
        assert_eq!(extension("/a\\.html"), Some("html"));
    }

    #[test]
    fn line_break_in_a_path_hides_the_extension_on_pages_only() {
        assert_eq!(
            on_both("/a\nb.html"),
            (Some("text/html; charset=utf-8"), Some("application/octet-stream"))
        );
    }

    #[test]
    fn identity_extension_keeps_its_case() {
        assert_eq!(extension("/a.HTML"), Some("HTML"));
        assert_eq!(extension("/x.y/a.tar.gz"), Some("gz"));
    }

    #[test]
    fn identity_extension_is_absent_without_a_dot_inside_the_segment() {
        for path in ["/a", "/a.", "/.html", "/.htaccess", "/a.html/", "/a.html/b", "/.", "/..", ""] {
            assert_eq!(extension(path), None, "{path}");
        }
        assert_eq!(extension("/.foo.html"), Some("html"));
        assert_eq!(extension("/..html"), Some("html"));
    }
}
