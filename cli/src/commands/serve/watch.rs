//! Notices that a site has changed. The system reports changes in trees; whether a file or folder is still the same one is looked at
//! when something beside it changes, and twice a second anyway: that finds a folder that was removed and made again, whatever was
//! reported.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant, SystemTime};

use anyhow::Context;
use notify::{Config, Event, EventKind, NullWatcher, PollWatcher, RecursiveMode, Watcher};

use crate::output;

/// What can change.
#[derive(Debug, Clone)]
pub(crate) enum Watched {
    /// A folder and all below it.
    Tree(PathBuf),
    /// A file, whether or not it is there.
    File(PathBuf),
    /// Whether a folder is there, and still the same.
    Place(PathBuf),
}

/// What tells one file or folder from another in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    device_and_inode: (u64, u64),
    created: Option<SystemTime>,
}

/// What a folder or file is now; `None` if there is none.
pub(crate) fn place_of(path: &Path) -> Option<Place> {
    Some(place(&std::fs::metadata(path).ok()?))
}

fn place(metadata: &Metadata) -> Place {
    #[cfg(unix)]
    let device_and_inode = {
        use std::os::unix::fs::MetadataExt;
        (metadata.dev(), metadata.ino())
    };
    #[cfg(not(unix))]
    let device_and_inode = (0, 0);
    Place { device_and_inode, created: metadata.created().ok() }
}

/// What a look can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    place: Place,
    /// Length and time of a file.
    content: Option<(u64, Option<SystemTime>)>,
}

fn look(watched: &Watched) -> Option<Seen> {
    let (path, is_file) = match watched {
        Watched::Tree(path) | Watched::Place(path) => (path, false),
        Watched::File(path) => (path, true),
    };
    let metadata = std::fs::metadata(path).ok()?;
    let content = is_file.then(|| (metadata.len(), metadata.modified().ok()));
    Some(Seen { place: place(&metadata), content })
}

/// Between two looks, where no report comes.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// A build has written its last file when nothing happened below its folder for so long.
const QUIET_TIME: Duration = Duration::from_millis(150);
/// A folder that is never quiet is taken as it is after that.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// The same for single files, which are mostly replaced in one step.
const FILE_QUIET_TIME: Duration = Duration::from_millis(15);
const FILE_LONGEST_WAIT: Duration = Duration::from_millis(45);

/// What the system reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Report {
    /// Something changed in a tree.
    Tree,
    /// Something changed beside a file, so it should be looked at.
    Beside,
}

/// Calls whenever something changed and it has become quiet, on a thread of its own, until the process ends.
///
/// # Errors
/// The system gives no thread.
pub(crate) fn watch(watched: Vec<Watched>, mut changed: impl FnMut() + Send + 'static) -> anyhow::Result<()> {
    let (reports, happened) = mpsc::channel();
    let mut trees = watcher(Report::Tree, reports.clone());
    let beside = watch_beside(&watched, reports);
    let mut seen: Vec<_> = watched.iter().map(look).collect();
    for (watched, seen) in watched.iter().zip(&seen) {
        attach(trees.as_mut(), watched, seen.is_some());
    }
    let run = move || {
        // It reports as long as it is there.
        let _beside = beside;
        loop {
            let mut is_changed = wait(&happened) == Some(Report::Tree);
            for (watched, seen) in watched.iter().zip(&mut seen) {
                let now = look(watched);
                if now != *seen {
                    is_changed = true;
                    *seen = now;
                    if attach(trees.as_mut(), watched, seen.is_some()) {
                        // A build is writing it, probably.
                        settle(&happened, Report::Tree);
                    }
                }
            }
            if is_changed {
                changed();
            }
        }
    };
    std::thread::Builder::new().name("watch".to_owned()).spawn(run).context("cannot start a thread")?;
    Ok(())
}

/// Waits for a report, and then until it is quiet; `None` if none came for a while.
fn wait(happened: &Receiver<Report>) -> Option<Report> {
    match happened.recv_timeout(LOOK_EVERY) {
        Ok(report) => Some(settle(happened, report)),
        Err(RecvTimeoutError::Timeout) => None,
        Err(RecvTimeoutError::Disconnected) => {
            std::thread::sleep(LOOK_EVERY);
            None
        }
    }
}

/// Waits until it is quiet. Gives the report that counts for most.
fn settle(happened: &Receiver<Report>, first: Report) -> Report {
    let (mut report, started) = (first, Instant::now());
    loop {
        let (quiet, longest) = match report {
            Report::Tree => (QUIET_TIME, LONGEST_WAIT),
            Report::Beside => (FILE_QUIET_TIME, FILE_LONGEST_WAIT),
        };
        match happened.recv_timeout(quiet) {
            Ok(_) if started.elapsed() > longest => return report,
            Ok(Report::Tree) => report = Report::Tree,
            Ok(Report::Beside) => {}
            Err(_) => return report,
        }
    }
}

/// Reports by the system, or else looks at the times of all files.
fn watcher(report: Report, reports: Sender<Report>) -> Box<dyn Watcher + Send> {
    let tell = move |reports: &Sender<Report>, event: notify::Result<Event>| {
        // Reading is no change, and a lost report may have been one.
        if !event.is_ok_and(|event| matches!(event.kind, EventKind::Access(_))) {
            // Nobody listens at the end.
            let _ = reports.send(report);
        }
    };
    let polled = reports.clone();
    match notify::recommended_watcher(move |event| tell(&reports, event)) {
        Ok(watcher) => Box::new(watcher),
        // Single files are looked at anyway.
        Err(_) if report == Report::Beside => Box::new(NullWatcher),
        Err(error) => {
            output::warning(&format!(
                "the system does not report changes ({error}); looking for them every second"
            ));
            let config = Config::default().with_poll_interval(Duration::from_secs(1));
            match PollWatcher::new(move |event| tell(&polled, event), config) {
                Ok(watcher) => Box::new(watcher),
                Err(_) => Box::new(NullWatcher),
            }
        }
    }
}

/// Asks for reports about the folders in which things are watched. Those that are not there yet are found by looking.
fn watch_beside(watched: &[Watched], reports: Sender<Report>) -> Box<dyn Watcher + Send> {
    let mut watcher = watcher(Report::Beside, reports);
    let parent = |watched: &Watched| match watched {
        Watched::Tree(path) | Watched::File(path) | Watched::Place(path) => {
            let parent = path.parent().unwrap_or(Path::new(""));
            if parent.as_os_str().is_empty() { PathBuf::from(".") } else { parent.to_owned() }
        }
    };
    let mut parents: Vec<_> = watched.iter().map(parent).collect();
    parents.sort();
    parents.dedup();
    for parent in parents {
        // Else it is looked at twice a second.
        let _ = watcher.watch(&parent, RecursiveMode::NonRecursive);
    }
    watcher
}

/// Asks for reports about a tree, as it is now. Gives whether there is one.
fn attach(watcher: &mut dyn Watcher, watched: &Watched, is_there: bool) -> bool {
    let Watched::Tree(path) = watched else { return false };
    // What was there before is gone, or was never asked about.
    let _ = watcher.unwatch(path);
    if is_there && let Err(error) = watcher.watch(path, RecursiveMode::Recursive) {
        tracing::warn!(
            "can't watch all of {}: {error}; on Linux, `sysctl fs.inotify.max_user_watches` says how many folders may be watched",
            path.display()
        );
    }
    is_there
}
