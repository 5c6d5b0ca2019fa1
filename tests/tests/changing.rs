//! Files that change under the compiler's hands. Where nothing is known of a site the walk reads its files as it finds them;
//! with a hash cache all are looked at first, and the new ones read after the walk. Between looking and reading, and while it
//! is read, a file must stay what it is.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use tempfile::TempDir;
use trailmark::Manifest;
use trailmark_compiler::{CompileError, CompileOptions, Compiled, Observer, Stage, compile};

/// When something happens to a file.
#[derive(Clone, Copy)]
enum When {
    /// The walk has found it, and it has not been opened. There is no hash cache.
    Found,
    /// All files have been looked at, and none opened. There is a hash cache, in which nothing is of use.
    LookedAt,
}

const BOTH: [When; 2] = [When::Found, When::LookedAt];

/// Does something once, at that moment.
struct Acts<F> {
    when: When,
    act: F,
    done: AtomicBool,
}

impl<F: Fn() + Sync> Acts<F> {
    fn now(&self, is_now: bool) {
        if is_now && !self.done.swap(true, Ordering::SeqCst) {
            (self.act)();
        }
    }
}

impl<F: Fn() + Sync> Observer for Acts<F> {
    fn begins(&self, stage: Stage, _file_count: usize, _byte_count: u64) {
        self.now(matches!(self.when, When::LookedAt) && stage == Stage::Hash);
    }

    fn scanned(&self, file_count: usize) {
        self.now(matches!(self.when, When::Found) && file_count > 0);
    }
}

/// Does something once, when the first bytes of anything have been read.
struct ActsWhileReading<F> {
    act: F,
    done: AtomicBool,
}

impl<F: Fn() + Sync> Observer for ActsWhileReading<F> {
    fn hashed_bytes(&self, _byte_count: u64) {
        if !self.done.swap(true, Ordering::SeqCst) {
            (self.act)();
        }
    }
}

/// A site with one page whose time lies in the past, so that every later write shows.
struct Fixture {
    dir: TempDir,
    page: PathBuf,
}

impl Fixture {
    fn new(content: &str) -> Fixture {
        let dir = tempfile::tempdir().unwrap();
        let page = dir.path().join("dist/page.html");
        fs::create_dir(page.parent().unwrap()).unwrap();
        write_old(&page, content);
        // A cache is there, and every file is new to it.
        fs::write(dir.path().join("cache"), "").unwrap();
        Fixture { dir, page }
    }

    fn options(&self, when: When) -> CompileOptions {
        let cache = matches!(when, When::LookedAt).then(|| self.dir.path().join("cache"));
        CompileOptions { cache, ..CompileOptions::default() }
    }

    fn dist(&self) -> PathBuf {
        self.dir.path().join("dist")
    }

    /// Compiles, and at that moment does something to the page.
    fn compile(&self, when: When, act: impl Fn(&Path) + Sync) -> Result<Compiled, CompileError> {
        let acts = Acts { when, act: || act(&self.page), done: AtomicBool::new(false) };
        let compiled = compile(&self.dist(), &self.options(when), &acts);
        assert!(acts.done.into_inner(), "nothing was done");
        compiled
    }

    fn assert_changed(&self, result: Result<Compiled, CompileError>) {
        let error = result.map(|compiled| compiled.report).expect_err("the change must show");
        let message = error.to_string();
        let CompileError::Changed { path, .. } = error else { panic!("{message}") };
        assert_eq!(path, self.page);
        assert!(message.contains("changed while it was read"), "{message}");
    }
}

fn write_old(path: &Path, content: &str) {
    fs::write(path, content).unwrap();
    let past = SystemTime::now() - Duration::from_secs(1000);
    fs::File::options().write(true).open(path).unwrap().set_modified(past).unwrap();
}

fn append(path: &Path) {
    fs::File::options().append(true).open(path).unwrap().write_all(b"more").unwrap();
}

/// Runs something that must not wait for anybody, and fails if it takes longer than any of this can take.
fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (send, receive) = std::sync::mpsc::channel();
    std::thread::spawn(move || send.send(work()));
    receive.recv_timeout(Duration::from_secs(30)).expect("it waits for something that never comes")
}

#[test]
fn a_file_that_grows_shrinks_or_is_rewritten_after_it_was_looked_at_is_an_error_that_names_it() {
    let changes: [fn(&Path); 3] =
        [append, |path| fs::write(path, "x").unwrap(), |path| fs::write(path, "same length").unwrap()];
    for change in changes {
        let site = Fixture::new("SAME LENGTH");
        site.assert_changed(site.compile(When::LookedAt, change));
    }
}

#[test]
fn a_file_that_is_rewritten_before_it_was_looked_at_counts_as_it_is_then() {
    let site = Fixture::new("as the walk found it");
    let compiled = site.compile(When::Found, |path| fs::write(path, "as it is read").unwrap()).unwrap();
    let manifest = Manifest::open(&compiled.bytes).unwrap();
    let asset = manifest.assets().find(|asset| asset.site_path() == "/page.html").unwrap();
    assert_eq!(asset.size(), "as it is read".len() as u64);

    // As if it had never been anything else.
    let other = Fixture::new("as it is read");
    let expected = compile(&other.dist(), &CompileOptions::default(), &()).unwrap();
    assert_eq!(compiled.bytes, expected.bytes);
}

#[test]
fn a_file_that_vanishes_is_an_error_that_names_it() {
    for when in BOTH {
        let site = Fixture::new("soon gone");
        site.assert_changed(site.compile(when, |path| fs::remove_file(path).unwrap()));
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_another_takes_the_place_of_is_an_error_that_names_it() {
    let site = Fixture::new("the first one");
    let time = fs::metadata(&site.page).unwrap().modified().unwrap();
    // Same length, same time: only the file itself is another.
    site.assert_changed(site.compile(When::LookedAt, |path| {
        let other = path.with_extension("new");
        fs::write(&other, "another inode").unwrap();
        fs::File::options().write(true).open(&other).unwrap().set_modified(time).unwrap();
        fs::rename(&other, path).unwrap();
    }));
}

#[cfg(unix)]
#[test]
fn a_file_that_a_pipe_takes_the_place_of_is_an_error_and_not_waited_for() {
    let mkfifo = |path: &Path| std::process::Command::new("mkfifo").arg(path).status();
    for when in BOTH {
        let site = Fixture::new("soon a pipe");
        if !mkfifo(&site.dir.path().join("try")).is_ok_and(|status| status.success()) {
            println!("skipped: this system has no mkfifo");
            return;
        }
        let (site, result) = in_time(move || {
            let result = site.compile(when, |path| {
                fs::remove_file(path).unwrap();
                assert!(mkfifo(path).unwrap().success());
            });
            (site, result)
        });
        site.assert_changed(result);
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_a_link_socket_or_folder_takes_the_place_of_is_an_error() {
    let changes: [fn(&Path); 3] = [
        |path| std::os::unix::fs::symlink("/dev/zero", path).unwrap(),
        |path| drop(std::os::unix::net::UnixListener::bind(path).unwrap()),
        |path| fs::create_dir(path).unwrap(),
    ];
    for (change, when) in changes.into_iter().flat_map(|change| BOTH.map(|when| (change, when))) {
        let site = Fixture::new("soon something else");
        site.assert_changed(site.compile(when, |path| {
            fs::remove_file(path).unwrap();
            change(path);
        }));
    }
}

#[test]
fn a_file_that_is_written_to_while_it_is_read_is_an_error_that_names_it() {
    // One that is read on the way, and one that waits until others are read.
    for repeat in [10, 50_000] {
        for when in BOTH {
            let site = Fixture::new(&"long enough to be read in several pieces ".repeat(repeat));
            let act = || append(&site.page);
            let acts = ActsWhileReading { act, done: AtomicBool::new(false) };
            site.assert_changed(compile(&site.dist(), &site.options(when), &acts));
        }
    }
}

#[test]
fn a_large_file_that_changes_while_it_waits_to_be_read_is_an_error_that_names_it() {
    let site = Fixture::new(&"more than is read on the way ".repeat(20_000));
    // Read first, since it is larger.
    write_old(&site.dist().join("larger.bin"), &"even more ".repeat(200_000));
    let acts = ActsWhileReading { act: || append(&site.page), done: AtomicBool::new(false) };
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let result = one_thread.install(|| compile(&site.dist(), &site.options(When::Found), &acts));
    site.assert_changed(result);
}

#[test]
fn a_file_that_stays_as_it_is_is_fine() {
    for when in BOTH {
        let site = Fixture::new("still here");
        assert_eq!(site.compile(when, |_| ()).unwrap().report.files, 1);
    }
}
