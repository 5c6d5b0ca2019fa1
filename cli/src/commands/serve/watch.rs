//! Notices that a site has changed. Trees are reported by the system; whether a file or folder is still the same one is looked at
//! twice a second, which finds a folder that was removed and made again, and needs no luck with events.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant, SystemTime};

use anyhow::Context;
use notify::{Config, Event, EventKind, PollWatcher, RecursiveMode, Watcher};

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

/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// A build has written its last file when nothing happened for so long.
const QUIET_TIME: Duration = Duration::from_millis(150);
/// A folder that is never quiet is taken as it is after that.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Calls whenever something changed and it has become quiet, on a thread of its own, until the process ends.
///
/// # Errors
/// The system gives no thread.
pub(crate) fn watch(watched: Vec<Watched>, mut changed: impl FnMut() + Send + 'static) -> anyhow::Result<()> {
    let (events, happened) = mpsc::channel();
    let mut watcher = watcher(events);
    let mut seen: Vec<_> = watched.iter().map(look).collect();
    for (watched, seen) in watched.iter().zip(&seen) {
        attach(watcher.as_mut(), watched, seen.is_some());
    }
    let run = move || {
        loop {
            let mut is_changed = wait(&happened);
            for (watched, seen) in watched.iter().zip(&mut seen) {
                let now = look(watched);
                if now != *seen {
                    is_changed = true;
                    *seen = now;
                    attach(watcher.as_mut(), watched, seen.is_some());
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

/// Waits for events, and then until it is quiet; `false` if none came.
fn wait(happened: &Receiver<()>) -> bool {
    match happened.recv_timeout(LOOK_EVERY) {
        Ok(()) => {}
        Err(RecvTimeoutError::Timeout) => return false,
        Err(RecvTimeoutError::Disconnected) => {
            std::thread::sleep(LOOK_EVERY);
            return false;
        }
    }
    let started = Instant::now();
    while started.elapsed() < LONGEST_WAIT && happened.recv_timeout(QUIET_TIME).is_ok() {}
    true
}

/// Reports by the system, or else looks at the times of all files.
fn watcher(events: mpsc::Sender<()>) -> Box<dyn Watcher + Send> {
    let tell = move |events: &mpsc::Sender<()>, event: notify::Result<Event>| {
        // Reading is no change, and a lost report may have been one.
        if !event.is_ok_and(|event| matches!(event.kind, EventKind::Access(_))) {
            // Nobody listens at the end.
            let _ = events.send(());
        }
    };
    let poll_events = events.clone();
    match notify::recommended_watcher(move |event| tell(&events, event)) {
        Ok(watcher) => Box::new(watcher),
        Err(error) => {
            output::warning(&format!(
                "the system does not report changes ({error}); looking for them every second"
            ));
            let config = Config::default().with_poll_interval(Duration::from_secs(1));
            match PollWatcher::new(move |event| tell(&poll_events, event), config) {
                Ok(watcher) => Box::new(watcher),
                Err(_) => Box::new(notify::NullWatcher),
            }
        }
    }
}

/// Asks for reports about a tree, as it is now.
fn attach(watcher: &mut dyn Watcher, watched: &Watched, is_there: bool) {
    let Watched::Tree(path) = watched else { return };
    // What was there before is gone, or was never asked about.
    let _ = watcher.unwatch(path);
    if is_there && let Err(error) = watcher.watch(path, RecursiveMode::Recursive) {
        tracing::warn!(
            "can't watch all of {}: {error}; on Linux, `sysctl fs.inotify.max_user_watches` says how many folders may be watched",
            path.display()
        );
    }
}
