//! Where a file is, for programs that look at the repository: from the working directory on, with `/`.

use std::path::{Component, Path, PathBuf};

use super::text::path_of;

/// The path of a file of the site: relative if it lies below the working directory, else absolute.
pub(super) fn of(dist: &Path, file: &str) -> String {
    let path = path_of(dist, file);
    let path = Path::new(&path);
    let here = std::env::current_dir().ok();
    let below =
        |here: &Path| path.strip_prefix(here).ok().or(path.strip_prefix(here.canonicalize().ok()?).ok());
    let path = here.as_deref().and_then(below).unwrap_or(path);
    let path: PathBuf = path.components().filter(|part| *part != Component::CurDir).collect();
    let path = path.display().to_string();
    if cfg!(windows) { path.replace('\\', "/") } else { path }
}

/// The path as a URI reference: relative, or with `file:`.
pub(super) fn uri(dist: &Path, file: &str) -> String {
    let path = trailmark::encode_site_path(&of(dist, file));
    if path.starts_with('/') { format!("file://{path}") } else { path }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_below_the_working_directory_are_named_from_there() {
        let here = std::env::current_dir().unwrap();
        assert_eq!(of(Path::new("dist"), "/a/b.html"), "dist/a/b.html");
        assert_eq!(of(Path::new("./dist/"), "/a.html"), "dist/a.html");
        assert_eq!(of(&here.join("dist"), "/a.html"), "dist/a.html");
        assert_eq!(of(Path::new("../dist"), "/a.html"), "../dist/a.html");
        assert_eq!(uri(Path::new("dist"), "/a b%.html"), "dist/a%20b%25.html");
        assert_eq!(uri(Path::new("/elsewhere"), "/a.html"), "file:///elsewhere/a.html");
    }
}
