//! Why a path that nothing answers is known all the same: what lies on the disk under its name.

use std::path::Path;

use trailmark::{DecodeMode, decode_path};

use crate::files::Files;

/// What lies on the disk where a path without an answer points; `None` if nothing does, and for what `files` would not look at.
///
/// `path` is a site path without the base, percent-encoded or not. A call costs a question or two to the file system.
pub(crate) fn why_absent(files: &Files, path: &str) -> Option<String> {
    let decoded = decode_path(path.split(['?', '#']).next()?, DecodeMode::Segments);
    let place = decoded.trim_end_matches('/');
    if place.is_empty() || place.contains('\0') {
        return None;
    }
    // A folder on the way may be a link.
    let ends = place.match_indices('/').map(|(at, _)| at).skip(1).chain([place.len()]);
    for end in ends {
        let Some(part) = place.get(..end) else { continue };
        let on_disk = files.disk_path(part).ok()?;
        let found = std::fs::symlink_metadata(&on_disk).ok()?;
        if found.is_symlink() {
            return Some(format!("on the disk, {part} is {}", link(&on_disk)));
        }
        if end == place.len() {
            return Some(if found.is_dir() { folder(&on_disk, part) } else { file(part) });
        }
    }
    None
}

fn link(on_disk: &Path) -> &'static str {
    match std::fs::metadata(on_disk) {
        Err(_) => "a link to nothing",
        Ok(target) if target.is_dir() => "a link to a folder, which is not followed",
        Ok(_) => "a link to a file that is left out",
    }
}

fn folder(on_disk: &Path, part: &str) -> String {
    let has_index = on_disk.join("index.html").is_file();
    let without = if has_index { "whose index.html is not served here" } else { "without an index.html" };
    format!("{part} is a folder {without}")
}

fn file(part: &str) -> String {
    format!(
        "the file {part} exists, but is not served: .assetsignore or the platform leaves it out, or it is newer than the manifest"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_lies_there_and_nothing_of_what_does_not() {
        let dist = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dist.path().join("empty folder")).unwrap();
        std::fs::create_dir_all(dist.path().join("full")).unwrap();
        std::fs::write(dist.path().join("full/index.html"), "").unwrap();
        std::fs::write(dist.path().join("left-out.txt"), "").unwrap();
        let files = Files::new(dist.path()).unwrap();
        let why = |path: &str| why_absent(&files, path);
        assert_eq!(why("/empty%20folder/").unwrap(), "/empty folder is a folder without an index.html");
        assert_eq!(why("/full").unwrap(), "/full is a folder whose index.html is not served here");
        assert!(
            why("/left-out.txt?x").unwrap().starts_with("the file /left-out.txt exists, but is not served")
        );
        for nothing in
            ["/", "", "/gone", "/gone/deeper", "/../left-out.txt", "/full/../../x", "/a%00", "/%ff/.."]
        {
            assert_eq!(why(nothing), None, "{nothing}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn tells_of_links_on_the_way() {
        let dist = tempfile::tempdir().unwrap();
        std::fs::create_dir(dist.path().join("real")).unwrap();
        std::os::unix::fs::symlink("/nowhere/at/all", dist.path().join("fonts")).unwrap();
        std::os::unix::fs::symlink("real", dist.path().join("alias")).unwrap();
        let files = Files::new(dist.path()).unwrap();
        assert_eq!(why_absent(&files, "/fonts/a.woff2").unwrap(), "on the disk, /fonts is a link to nothing");
        assert!(
            why_absent(&files, "/alias/a.css")
                .unwrap()
                .starts_with("on the disk, /alias is a link to a folder")
        );
    }
}
