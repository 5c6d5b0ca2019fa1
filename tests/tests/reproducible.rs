//! The same tree and options give the same bytes: with any number of threads, wherever the folder lies, whatever its times,
//! owners and order of entries.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tempfile::TempDir;
use trailmark_compiler::options::{HtmlHandling, NotFoundHandling, Platform};
use trailmark_compiler::{CompileOptions, RoutingOptions, compile};

/// A tree with pages, twins, rules and names that sort oddly.
fn tree() -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for number in 0..300 {
        files.push((format!("blog/{number}/index.html"), format!("post {number}")));
        files.push((format!("docs/page-{number}.html"), "the same text".to_owned()));
    }
    for name in
        ["index.html", "404.html", "blog/404.html", ".html", "x y.html", "é.html", "B.js", "a.js", "~"]
    {
        files.push((name.to_owned(), name.to_owned()));
    }
    files.push((
        "_redirects".to_owned(),
        "/old /new\n/blog/* /news/:splat 302\n/docs/x /docs/page-1\n".to_owned(),
    ));
    files.push(("_headers".to_owned(), "/*\n  X-A: 1\n/blog/*\n  X-B: :splat\n".to_owned()));
    files.push((".assetsignore".to_owned(), "B.js\n".to_owned()));
    files
}

fn write_tree<'f>(root: &Path, files: impl Iterator<Item = &'f (String, String)>, time: SystemTime) {
    for (path, content) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        File::open(&path).unwrap().set_modified(time).unwrap();
    }
}

/// The same tree twice: made in other orders, at other places, with other times.
fn two_trees() -> (TempDir, PathBuf, TempDir, PathBuf) {
    let files = tree();
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (here, there) = (first.path().join("dist"), second.path().join("somewhere/else entirely"));
    write_tree(&here, files.iter(), SystemTime::now() - Duration::from_secs(1 << 28));
    write_tree(&there, files.iter().rev(), SystemTime::now());
    (first, here, second, there)
}

fn bytes_of(dist: &Path, options: &CompileOptions, threads: usize) -> Vec<u8> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| compile(dist, options, &())).unwrap().bytes
}

#[test]
fn place_times_order_and_threads_do_not_show_in_the_bytes() {
    let (_first, here, _second, there) = two_trees();
    for platform in [Platform::Workers, Platform::Pages] {
        let routing = RoutingOptions {
            platform,
            html_handling: HtmlHandling::AutoTrailingSlash,
            not_found_handling: NotFoundHandling::Page404,
        };
        let options = CompileOptions { routing, ..CompileOptions::default() };
        let expected = bytes_of(&here, &options, 1);
        for (dist, threads) in [(&here, 4), (&there, 1), (&there, 4), (&here, 1)] {
            assert!(
                bytes_of(dist, &options, threads) == expected,
                "{platform}, {threads} threads, {}",
                dist.display()
            );
        }
    }
}

/// Two kinds of file systems list and time files in their own ways.
#[cfg(target_os = "linux")]
#[test]
fn file_system_does_not_show_in_the_bytes() {
    let shm = Path::new("/dev/shm");
    if !shm.is_dir() {
        println!("not run: there is no /dev/shm");
        return;
    }
    let files = tree();
    let (disk, memory) = (tempfile::tempdir().unwrap(), tempfile::tempdir_in(shm).unwrap());
    write_tree(disk.path(), files.iter(), SystemTime::now());
    write_tree(memory.path(), files.iter().rev(), SystemTime::UNIX_EPOCH);
    let options = CompileOptions::default();
    assert!(bytes_of(disk.path(), &options, 2) == bytes_of(memory.path(), &options, 3));
}

#[cfg(unix)]
#[test]
fn owner_and_permissions_do_not_show_in_the_bytes() {
    use std::os::unix::fs::{PermissionsExt, chown};
    let (_first, here, _second, there) = two_trees();
    for entry in fs::read_dir(&there).unwrap() {
        let path = entry.unwrap().path();
        let mode = if path.is_dir() { 0o700 } else { 0o400 };
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        // Only root may give files away; for others the permissions are all there is.
        let _ = chown(&path, Some(12_345), Some(54_321));
    }
    let options = CompileOptions::default();
    assert!(bytes_of(&here, &options, 2) == bytes_of(&there, &options, 2));
}
