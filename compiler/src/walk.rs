//! The walk through a site's folder, by all threads: what is a file of the site and what is not, and the visit to each file.

use std::borrow::Cow;
use std::collections::BinaryHeap;
use std::fs::FileType;
use std::io::{self, ErrorKind};
use std::path::{MAIN_SEPARATOR, Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rayon::Scope;
use serde::Serialize;
use walkdir::{DirEntry, WalkDir};

use crate::config::ignore::AssetsIgnore;
use crate::error::CompileError;
use crate::excluded::excluded_because;
use crate::hash;
use crate::observe::Observer;
use crate::options::Platform;
use crate::shown::Shown;
use crate::source::{BATCH_LEN, Folder, SourceFile};

/// Something in the folder that is no file of the site, and that its owner may have meant to be one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScanNote {
    /// The path, from the root of the site.
    pub site_path: String,
    /// What it is.
    pub problem: ScanProblem,
}

/// Why something in the folder is not served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum ScanProblem {
    /// A link whose target lies outside the site.
    #[error("link that leaves the site, not followed")]
    LinkLeavesRoot,
    /// A link to nothing.
    #[error("dangling link")]
    DanglingLink,
    /// A link to a folder.
    #[error("link to a directory, not followed")]
    LinkedDirectory,
    /// A socket, pipe or device.
    #[error("neither file nor directory (socket, pipe or device), not opened")]
    Special,
}

impl std::fmt::Display for ScanNote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", Shown(&self.site_path), self.problem)
    }
}

/// What is done with the files that a walk finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Visit {
    /// They are looked at.
    Look,
    /// They are read and hashed, too.
    Read,
}

/// What a walk, or a part of it, found: in any order.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The files of the site; those that could be visited.
    pub(crate) files: Vec<SourceFile>,
    /// What was passed over.
    pub(crate) notes: Vec<ScanNote>,
    /// Number of files that the platform never serves.
    pub(crate) excluded_count: usize,
    /// Where names are not UTF-8.
    pub(crate) not_utf8: Vec<PathBuf>,
    /// What failed, and where.
    pub(crate) errors: Vec<(PathBuf, CompileError)>,
}

impl Found {
    fn append(&mut self, mut other: Found) {
        self.files.append(&mut other.files);
        self.notes.append(&mut other.notes);
        self.excluded_count += other.excluded_count;
        self.not_utf8.append(&mut other.not_utf8);
        self.errors.append(&mut other.errors);
    }
}

/// A walk that goes on.
pub(crate) struct Walk<'a> {
    root: &'a Path,
    /// The root without links in it, to tell whether a link's target lies inside.
    real_root: PathBuf,
    platform: Platform,
    /// What `.assetsignore` excludes, on Workers.
    ignore: Option<&'a AssetsIgnore>,
    visit: Visit,
    observer: &'a dyn Observer,
    /// Folders and batches of files that wait for a thread.
    waiting: AtomicUsize,
    /// Files found up to now, for the observer.
    file_count: AtomicUsize,
    /// Large files that wait to be read, with their lengths.
    large: Mutex<BinaryHeap<(u64, SourceFile)>>,
    parts: Mutex<Vec<Found>>,
}

/// Folders and batches that wait, for each thread. What is found beyond that is done by the thread that finds it.
const WAITING_PER_THREAD: usize = 4;
/// Folders that each thread holds open, at most. Deeper down the entries of a folder are read ahead.
const MAX_OPEN: usize = 2;

impl<'a> Walk<'a> {
    /// `real_root` is the root without links in it.
    pub(crate) fn new(
        root: &'a Path,
        real_root: PathBuf,
        platform: Platform,
        ignore: Option<&'a AssetsIgnore>,
        visit: Visit,
        observer: &'a dyn Observer,
    ) -> Walk<'a> {
        Walk {
            root,
            real_root,
            platform,
            ignore,
            visit,
            observer,
            waiting: AtomicUsize::new(0),
            file_count: AtomicUsize::new(0),
            large: Mutex::default(),
            parts: Mutex::default(),
        }
    }

    /// Walks with all threads.
    pub(crate) fn run(self) -> Found {
        rayon::scope(|scope| self.folder(scope, self.root, false));
        let parts = self.parts.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut found = Found::default();
        found.files.reserve_exact(parts.iter().map(|part| part.files.len()).sum());
        parts.into_iter().for_each(|part| found.append(part));
        found
    }

    /// Walks a folder and all below it, but for folders that are left to other threads because these have nothing to do.
    fn folder<'s>(&'s self, scope: &Scope<'s>, folder: &Path, is_excluded: bool) {
        let mut found = Found::default();
        // How deep the excluded folder lies in which the walk is. What lies in one can't be taken back.
        let mut excluded_depth = is_excluded.then_some(0);
        // Only the root itself may be a link; a folder that has become one meanwhile is none.
        let walk =
            WalkDir::new(folder).min_depth(1).max_open(MAX_OPEN).follow_root_links(folder == self.root);
        let mut entries = walk.into_iter();
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    found.errors.push(walk_error(folder, error));
                    continue;
                }
            };
            if excluded_depth.is_some_and(|depth| entry.depth() <= depth) {
                excluded_depth = None;
            }
            let is_dir = entry.file_type().is_dir();
            let path = self.relative(entry.path());
            let is_excluded =
                excluded_depth.is_some() || path.as_deref().is_some_and(|path| self.excludes(path, is_dir));
            if is_excluded {
                found.excluded_count += usize::from(!is_dir);
                excluded_depth = excluded_depth.or(is_dir.then_some(entry.depth()));
            } else {
                match path {
                    Some(path) => self.classify(&entry, &path, &mut found),
                    None => found.not_utf8.push(entry.path().to_owned()),
                }
            }
            if is_dir && self.may_wait() {
                entries.skip_current_dir();
                scope.spawn(move |scope| {
                    self.waiting.fetch_sub(1, Ordering::Relaxed);
                    self.folder(scope, entry.path(), is_excluded);
                });
            }
            if found.files.len() == BATCH_LEN {
                self.hand_over(scope, std::mem::take(&mut found.files));
            }
        }
        self.hand_over(scope, std::mem::take(&mut found.files));
        self.add(found);
    }

    /// Sees to it that a batch of files is visited. A folder of any size is shared out among the threads so.
    fn hand_over<'s>(&'s self, scope: &Scope<'s>, files: Vec<SourceFile>) {
        let known = self.file_count.fetch_add(files.len(), Ordering::Relaxed);
        self.observer.scanned(known + files.len());
        if files.len() == BATCH_LEN && self.may_wait() {
            scope.spawn(move |scope| {
                self.waiting.fetch_sub(1, Ordering::Relaxed);
                self.visit(scope, files);
            });
        } else if !files.is_empty() {
            self.visit(scope, files);
        }
    }

    /// Looks at files, or reads those that are small and leaves the large ones to whoever has time.
    fn visit<'s>(&'s self, scope: &Scope<'s>, files: Vec<SourceFile>) {
        let folder = Folder::of(self.root, files.iter());
        let mut found = Found { files: Vec::with_capacity(files.len()), ..Found::default() };
        for mut file in files {
            let visited = match self.visit {
                Visit::Look => folder.look(&file).map(|stamp| file.stamp = stamp),
                Visit::Read => hash::look_and_read(&folder, &mut file, self.observer),
            };
            match visited {
                Err(error) => found.errors.push((file.disk_path(self.root), error)),
                Ok(()) if self.visit == Visit::Read && file.fingerprint.is_none() => {
                    locked(&self.large).push((file.stamp.len, file));
                    scope.spawn(|_| self.read_largest());
                }
                Ok(()) => found.files.push(file),
            }
        }
        self.add(found);
    }

    /// Reads the largest file that waits.
    fn read_largest(&self) {
        let Some((_, mut file)) = locked(&self.large).pop() else { return };
        let folder = Folder::of(self.root, std::iter::once(&file));
        let mut found = Found::default();
        match hash::read_looked_at(&folder, &file, self.observer) {
            Ok(fingerprint) => {
                file.fingerprint = Some(fingerprint);
                found.files.push(file);
            }
            Err(error) => found.errors.push((file.disk_path(self.root), error)),
        }
        self.add(found);
    }

    fn add(&self, part: Found) {
        locked(&self.parts).push(part);
    }

    /// Whether a folder or batch should wait for another thread; if so, it is counted.
    fn may_wait(&self) -> bool {
        let others = rayon::current_num_threads() - 1;
        let is_wanted = self.waiting.load(Ordering::Relaxed) < others * WAITING_PER_THREAD;
        if is_wanted {
            self.waiting.fetch_add(1, Ordering::Relaxed);
        }
        is_wanted
    }

    /// The path of an entry from the root, with `/` between the names; `None` if that is not UTF-8.
    fn relative<'p>(&self, path: &'p Path) -> Option<Cow<'p, str>> {
        let bytes = path.as_os_str().as_encoded_bytes();
        let behind_root = bytes.get(self.root.as_os_str().len()..)?;
        let relative = std::str::from_utf8(behind_root).ok()?.trim_start_matches(MAIN_SEPARATOR);
        Some(match MAIN_SEPARATOR {
            '/' => Cow::Borrowed(relative),
            other => Cow::Owned(relative.replace(other, "/")),
        })
    }

    /// Whether `.assetsignore` excludes an entry of a folder that it does not exclude.
    fn excludes(&self, path: &str, is_dir: bool) -> bool {
        // A link to a folder is no folder for the platform either.
        self.ignore.as_ref().is_some_and(|ignore| ignore.excludes(path, is_dir))
    }

    fn classify(&self, entry: &DirEntry, path: &str, found: &mut Found) {
        let file_type = entry.file_type();
        if file_type.is_dir() {
            return;
        }
        let site_path = ["/", path].concat();
        if self.platform == Platform::Pages && excluded_because(self.platform, &site_path).is_some() {
            found.excluded_count += 1;
            return;
        }
        if file_type.is_file() {
            found.files.push(SourceFile::new(site_path, None));
            return;
        }
        match self.link_target(entry.path(), file_type) {
            Ok(Ok(target)) => found.files.push(SourceFile::new(site_path, Some(target.into()))),
            Ok(Err(problem)) => found.notes.push(ScanNote { site_path, problem }),
            Err(error) => found.errors.push((entry.path().to_owned(), error)),
        }
    }

    /// The file behind a link, or why it is not taken. Anything else that is no regular file is not even looked at.
    fn link_target(
        &self,
        path: &Path,
        file_type: FileType,
    ) -> Result<Result<PathBuf, ScanProblem>, CompileError> {
        if !file_type.is_symlink() {
            return Ok(Err(ScanProblem::Special));
        }
        let target = match path.canonicalize() {
            Ok(target) => target,
            // Nothing there, a loop, or a file used as a directory: in each case the link leads nowhere.
            Err(error) if error.kind() != ErrorKind::PermissionDenied => {
                return Ok(Err(ScanProblem::DanglingLink));
            }
            Err(source) => return Err(CompileError::read(path, source)),
        };
        let metadata = std::fs::metadata(&target).map_err(|source| CompileError::read(path, source))?;
        Ok(if metadata.is_dir() {
            Err(ScanProblem::LinkedDirectory)
        } else if !target.starts_with(&self.real_root) {
            Err(ScanProblem::LinkLeavesRoot)
        } else if !metadata.is_file() {
            Err(ScanProblem::Special)
        } else {
            Ok(target)
        })
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn walk_error(fallback: &Path, error: walkdir::Error) -> (PathBuf, CompileError) {
    let path = error.path().unwrap_or(fallback).to_owned();
    let source = error.into_io_error().unwrap_or_else(|| io::Error::other("file system loop"));
    (path.clone(), CompileError::Read { path, source })
}
