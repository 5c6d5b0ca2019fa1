//! What `compile` says about a site before it is deployed, and which files `.assetsignore` leaves out of it.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use tempfile::TempDir;
use trailmark_compiler::config::ignore::AssetsIgnore;
use trailmark_compiler::options::Platform;

/// A record of the platform's own answers, made by `oracle/assetsignore.mjs`.
const ASSETSIGNORE: &str = include_str!("../assetsignore.json");

#[derive(Deserialize)]
struct Record {
    files: Vec<String>,
    cases: Vec<RecordedCase>,
}

#[derive(Deserialize)]
struct RecordedCase {
    text: Option<String>,
    excluded: Vec<String>,
}

/// Whether a file is excluded, its folders asked first.
fn is_excluded(ignore: &AssetsIgnore, file: &str) -> bool {
    file.match_indices('/').any(|(at, _)| ignore.excludes(&file[..at], true)) || ignore.excludes(file, false)
}

#[test]
fn assetsignore_excludes_what_the_platform_excludes() {
    let record: Record = serde_json::from_str(ASSETSIGNORE).unwrap();
    assert!(record.cases.len() > 90);
    for RecordedCase { text, excluded } in &record.cases {
        let ignore = text.as_deref().map_or_else(AssetsIgnore::default, AssetsIgnore::parse);
        let ours: Vec<_> = record.files.iter().filter(|file| is_excluded(&ignore, file)).collect();
        assert_eq!(ours, excluded.iter().collect::<Vec<_>>(), "{text:?}");
    }
}

/// A folder with these files.
fn site<'f>(files: impl IntoIterator<Item = (&'f str, &'f str)>) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in files {
        write(root.path(), path, text);
    }
    root
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn scanned(root: &Path, platform: Platform) -> (Vec<String>, usize) {
    let scan = trailmark_compiler::scan(root, platform, &()).unwrap();
    (scan.files.into_iter().map(|file| file.site_path).collect(), scan.excluded_count)
}

#[test]
fn scan_leaves_out_and_counts_what_assetsignore_excludes() {
    let files = [
        (".assetsignore", "*.map\nnode_modules/\n!node_modules/kept.js\n"),
        ("index.html", ""),
        ("app.js.map", ""),
        ("node_modules/kept.js", ""),
        ("node_modules/a/b.js", ""),
        ("sub/node_modules/c/d.js", ""),
    ];
    let root = site(files);
    assert_eq!(scanned(root.path(), Platform::Workers), (vec!["/index.html".to_owned()], 5));
    let (pages, excluded) = scanned(root.path(), Platform::Pages);
    assert_eq!(pages, ["/.assetsignore", "/app.js.map", "/index.html"], "Pages has no such file");
    assert_eq!(excluded, 3);
}

#[test]
fn assetsignore_can_take_the_platforms_own_files_back() {
    let root =
        site([(".assetsignore", "!/_redirects"), ("_redirects", "/old /new.txt 301\n"), ("new.txt", "")]);
    assert_eq!(
        scanned(root.path(), Platform::Workers),
        (vec!["/_redirects".to_owned(), "/new.txt".to_owned()], 1)
    );
    let compiled = trailmark_compiler::compile(root.path(), &Default::default(), &()).unwrap();
    assert_eq!((compiled.report.files, compiled.report.redirect_rules), (2, 1));
}

#[cfg(unix)]
#[test]
fn names_that_are_not_utf8_do_not_matter_in_excluded_folders() {
    use std::os::unix::ffi::OsStrExt;
    let root = site([(".assetsignore", "cache"), ("index.html", ""), ("cache/a", "")]);
    let odd = root.path().join("cache").join(std::ffi::OsStr::from_bytes(b"\xff"));
    if fs::write(odd, "").is_err() {
        return; // Not on this file system.
    }
    assert_eq!(scanned(root.path(), Platform::Workers), (vec!["/index.html".to_owned()], 3));
}
