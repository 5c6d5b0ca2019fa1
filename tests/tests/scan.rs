//! What is taken from a folder, and what is not: links, names, special files.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;
use trailmark::Manifest;
use trailmark_compiler::options::Platform;
use trailmark_compiler::{
    CompileError, CompileOptions, Compiled, RoutingOptions, Scan, ScanProblem, compile, scan,
};

/// A folder with these files; the content of each is its path.
fn folder(files: &[&str]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for file in files {
        write(&dir.path().join(file), file);
    }
    dir
}

fn write(path: &Path, content: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn scanned(root: &Path) -> Scan {
    scan(root, Platform::Workers, &()).unwrap()
}

fn site_paths(scan: &Scan) -> Vec<&str> {
    scan.files.iter().map(|file| file.site_path.as_str()).collect()
}

fn notes(scan: &Scan) -> Vec<(&str, ScanProblem)> {
    scan.notes.iter().map(|note| (note.site_path.as_str(), note.problem)).collect()
}

fn compiled(root: &Path) -> Compiled {
    compile(root, &CompileOptions::default(), &()).unwrap()
}

/// Runs something that must not wait for anybody, and fails if it takes longer than any folder of a test can take.
fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (send, receive) = std::sync::mpsc::channel();
    std::thread::spawn(move || send.send(work()));
    receive.recv_timeout(Duration::from_secs(30)).expect("it waits for something that never comes")
}

// -- Folders and names -----------------------------------------------------------------------------------------------

#[test]
fn files_come_sorted_by_the_bytes_of_their_paths_whatever_order_they_were_made_in() {
    let names = ["b.html", "a/z.html", "a.html", "a-b.html", "B.html", "é.html", "a/b/c.html", "~.html"];
    let forwards = folder(&names);
    let backwards = folder(&names.iter().rev().copied().collect::<Vec<_>>());
    let first = scanned(forwards.path());
    let second = scanned(backwards.path());
    let expected =
        ["/B.html", "/a-b.html", "/a.html", "/a/b/c.html", "/a/z.html", "/b.html", "/~.html", "/é.html"];
    assert_eq!(site_paths(&first), expected);
    assert_eq!(site_paths(&second), expected);
    assert!(compiled(forwards.path()).bytes == compiled(backwards.path()).bytes);
}

#[test]
fn directory_named_like_a_page_is_an_ordinary_directory() {
    let dir = folder(&["x.html/index.html", "x.html/deep.html/a.txt", "404.html/b.txt"]);
    fs::create_dir(dir.path().join("empty.html")).unwrap();
    let found = scanned(dir.path());
    assert_eq!(site_paths(&found), ["/404.html/b.txt", "/x.html/deep.html/a.txt", "/x.html/index.html"]);
    assert_eq!(notes(&found), []);
    let report = compiled(dir.path()).report;
    assert_eq!((report.files, report.not_found_pages), (3, 0));
}

#[test]
fn files_that_the_platform_never_serves_are_left_out_and_counted() {
    let dir = folder(&[
        "index.html",
        "_headers",
        "_redirects",
        ".assetsignore",
        "_worker.js/index.js",
        "functions/api/hello.js",
        "functions/api/bye.js",
        "node_modules/x/y.js",
        "sub/_headers",
        "sub/.DS_Store",
    ]);
    let workers = scan(dir.path(), Platform::Workers, &()).unwrap();
    assert_eq!(workers.excluded_count, 3);
    assert_eq!(workers.files.len(), 7);
    let pages = scan(dir.path(), Platform::Pages, &()).unwrap();
    assert_eq!(site_paths(&pages), ["/.assetsignore", "/index.html", "/sub/_headers"]);
    assert_eq!(pages.excluded_count, 7);
    let routing = RoutingOptions { platform: Platform::Pages, ..RoutingOptions::default() };
    let options = CompileOptions { routing, ..CompileOptions::default() };
    assert_eq!(compile(dir.path(), &options, &()).unwrap().report.excluded, 7);
}

#[test]
fn empty_directory_makes_a_manifest_that_answers_nothing() {
    let dir = folder(&[]);
    let compiled = compiled(dir.path());
    let manifest = Manifest::open(&compiled.bytes).unwrap();
    assert_eq!(manifest.verify(), Ok(()));
    assert!(manifest.is_empty());
    assert_eq!(manifest.routes().count(), 0);
}

#[test]
fn missing_directory_and_a_file_in_its_place_are_errors_that_name_it() {
    let dir = folder(&["dist"]);
    for (name, message) in [("nope", "no such directory"), ("dist", "is not a directory")] {
        let path = dir.path().join(name);
        let error = compile(&path, &CompileOptions::default(), &()).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
        assert!(error.contains(&path.display().to_string()), "{error}");
    }
}

/// macOS and Windows refuse such names themselves.
#[cfg(target_os = "linux")]
#[test]
fn names_that_are_not_utf8_give_one_error_that_lists_all_of_them() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let dir = folder(&["fine.html"]);
    let bad = |bytes: &[u8]| dir.path().join(OsStr::from_bytes(bytes));
    let file = bad(b"latin-\xE9.html");
    let directory = bad(b"dir-\xFF");
    write(&file, "x");
    write(&directory.join("inside.html"), "x");
    std::os::unix::fs::symlink("fine.html", bad(b"link-\x80")).unwrap();
    let error = scan(dir.path(), Platform::Workers, &()).unwrap_err();
    let message = error.to_string();
    let CompileError::NotUtf8 { paths } = error else { panic!("{message}") };
    assert_eq!(paths, [directory.clone(), directory.join("inside.html"), file, bad(b"link-\x80")]);
    assert!(message.starts_with("4 names are not UTF-8"), "{message}");
    assert_eq!(message.lines().count(), 5, "{message}");
}

// -- Links -----------------------------------------------------------------------------------------------------------

#[cfg(unix)]
mod links {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_to_files_inside_the_root_count_as_files() {
        let dir = folder(&["pages/real.html", "top.html"]);
        let root = dir.path();
        symlink("pages/real.html", root.join("relative.html")).unwrap();
        symlink(root.join("pages/real.html"), root.join("absolute.html")).unwrap();
        symlink("../relative.html", root.join("pages/of-a-link.html")).unwrap();
        let found = scanned(root);
        assert_eq!(notes(&found), []);
        let expected =
            ["/absolute.html", "/pages/of-a-link.html", "/pages/real.html", "/relative.html", "/top.html"];
        assert_eq!(site_paths(&found), expected);

        let compiled = compiled(root);
        let manifest = Manifest::open(&compiled.bytes).unwrap();
        let fingerprint =
            |path: &str| *manifest.assets().find(|asset| asset.site_path() == path).unwrap().fingerprint();
        for link in ["/absolute.html", "/relative.html", "/pages/of-a-link.html"] {
            assert_eq!(fingerprint(link), fingerprint("/pages/real.html"), "{link}");
        }
        assert_ne!(fingerprint("/top.html"), fingerprint("/pages/real.html"));
    }

    #[test]
    fn a_root_that_is_itself_behind_a_link_does_not_put_its_files_outside() {
        let dir = folder(&["real/page.html"]);
        symlink("page.html", dir.path().join("real/link.html")).unwrap();
        symlink("real", dir.path().join("dist")).unwrap();
        let found = scanned(&dir.path().join("dist"));
        assert_eq!(site_paths(&found), ["/link.html", "/page.html"]);
        assert_eq!(notes(&found), []);
    }

    /// A site with one link of each kind that is not followed.
    fn with_bad_links() -> (TempDir, PathBuf) {
        let dir = folder(&["outside.txt", "other/x.txt", "dist/index.html", "dist/sub/a.html"]);
        let root = dir.path().join("dist");
        symlink("../outside.txt", root.join("d-leaves.txt")).unwrap();
        symlink("nothing-here", root.join("c-dangling.html")).unwrap();
        symlink("sub", root.join("b-folder")).unwrap();
        symlink("../other", root.join("e-folder-outside")).unwrap();
        symlink("f-loop.html", root.join("f-loop.html")).unwrap();
        symlink("index.html/x", root.join("a-through-a-file")).unwrap();
        (dir, root)
    }

    #[test]
    fn links_that_leave_dangle_or_lead_to_directories_are_noted_and_not_followed() {
        let (_dir, root) = with_bad_links();
        let found = scanned(&root);
        assert_eq!(site_paths(&found), ["/index.html", "/sub/a.html"]);
        assert_eq!(
            notes(&found),
            [
                ("/a-through-a-file", ScanProblem::DanglingLink),
                ("/b-folder", ScanProblem::LinkedDirectory),
                ("/c-dangling.html", ScanProblem::DanglingLink),
                ("/d-leaves.txt", ScanProblem::LinkLeavesRoot),
                ("/e-folder-outside", ScanProblem::LinkedDirectory),
                ("/f-loop.html", ScanProblem::DanglingLink),
            ]
        );
        assert_eq!(compiled(&root).report.notes, found.notes);
    }

    #[test]
    fn strict_turns_every_note_into_one_error() {
        let (_dir, root) = with_bad_links();
        let strict = CompileOptions { strict: true, ..CompileOptions::default() };
        let error = compile(&root, &strict, &()).unwrap_err();
        let message = error.to_string();
        let CompileError::Strict { notes } = error else { panic!("{message}") };
        assert_eq!(notes.len(), 6);
        for name in ["a-through-a-file", "b-folder", "c-dangling", "d-leaves", "e-folder-outside", "f-loop"] {
            assert!(message.contains(name), "{name} is missing: {message}");
        }
        let fine = folder(&["index.html"]);
        assert!(compile(fine.path(), &strict, &()).is_ok());
    }

    #[test]
    fn a_folder_that_begins_with_the_name_of_the_root_is_outside() {
        let dir = folder(&["dist/index.html", "dist-old/page.html"]);
        symlink("../dist-old/page.html", dir.path().join("dist/page.html")).unwrap();
        let found = scanned(&dir.path().join("dist"));
        assert_eq!(notes(&found), [("/page.html", ScanProblem::LinkLeavesRoot)]);
    }
}

// -- Special files and permissions -----------------------------------------------------------------------------------

#[cfg(unix)]
mod special {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;
    use std::process::Command;

    use super::*;

    #[test]
    fn sockets_and_pipes_are_noted_and_never_opened() {
        let dir = folder(&["index.html"]);
        let root = dir.path().to_owned();
        // Opening a pipe that nobody writes to waits for ever.
        let made = Command::new("mkfifo").arg(root.join("pipe.html")).status();
        if !made.is_ok_and(|status| status.success()) {
            println!("skipped: this system has no mkfifo");
            return;
        }
        let _socket = UnixListener::bind(root.join("socket.html")).unwrap();
        symlink("pipe.html", root.join("link-to-pipe.html")).unwrap();
        let (found, compiled) = in_time(move || (scanned(&root), compiled(&root)));
        assert_eq!(site_paths(&found), ["/index.html"]);
        assert_eq!(
            notes(&found),
            [
                ("/link-to-pipe.html", ScanProblem::Special),
                ("/pipe.html", ScanProblem::Special),
                ("/socket.html", ScanProblem::Special),
            ]
        );
        assert_eq!(compiled.report.files, 1);
    }

    /// Takes every permission away, and gives it back when dropped, so that the folder can be removed.
    struct Locked(PathBuf);

    impl Locked {
        /// `None`, with a reason printed, where permissions bind nobody (for root, on some file systems).
        fn new(path: PathBuf) -> Option<Locked> {
            let locked = Locked(path);
            locked.set(0o000);
            let readable = fs::File::open(&locked.0).is_ok();
            if readable {
                println!("skipped: this user may read {} without permission", locked.0.display());
            }
            (!readable).then_some(locked)
        }

        fn set(&self, mode: u32) {
            fs::set_permissions(&self.0, fs::Permissions::from_mode(mode)).unwrap();
        }
    }

    impl Drop for Locked {
        fn drop(&mut self) {
            self.set(0o755);
        }
    }

    fn assert_names(error: CompileError, path: &Path) {
        let message = error.to_string();
        assert!(matches!(error, CompileError::Read { .. }), "{message}");
        assert!(message.contains(&path.display().to_string()), "{message}");
    }

    #[test]
    fn unreadable_file_is_an_error_that_names_it() {
        let dir = folder(&["index.html", "secret.html"]);
        let Some(locked) = Locked::new(dir.path().join("secret.html")) else { return };
        assert_names(compile(dir.path(), &CompileOptions::default(), &()).unwrap_err(), &locked.0);
    }

    #[test]
    fn unreadable_directory_is_an_error_that_names_it() {
        let dir = folder(&["index.html", "secret/page.html"]);
        let Some(locked) = Locked::new(dir.path().join("secret")) else { return };
        assert_names(scan(dir.path(), Platform::Workers, &()).unwrap_err(), &locked.0);
    }

    #[test]
    fn unreadable_root_is_an_error_that_names_it() {
        let dir = folder(&["dist/index.html"]);
        let Some(locked) = Locked::new(dir.path().join("dist")) else { return };
        assert_names(scan(&locked.0, Platform::Workers, &()).unwrap_err(), &locked.0);
    }
}
