//! Finds the files of a site: `dist/` in, a sorted list of [`SourceFile`] out. The only stage that walks the disk.
//!
//! Regular files count, and symbolic links to regular files inside the root. What is not followed (links that leave the
//! root, dangling links, links to folders) and what is never opened (sockets, pipes, devices) is noted. Names that are not
//! UTF-8 are an error. Files that the platform itself never serves, or that `.assetsignore` excludes, are left out and
//! counted, whatever they are.

use std::borrow::Cow;
use std::fs::FileType;
use std::io::{self, ErrorKind};
use std::path::{MAIN_SEPARATOR, Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::Scope;
use rayon::prelude::*;
use serde::Serialize;
use walkdir::{DirEntry, WalkDir};

use crate::config::ignore::{self, AssetsIgnore};
use crate::error::CompileError;
use crate::excluded::excluded_because;
use crate::observe::Observer;
use crate::options::Platform;
use crate::rule_files::{self, RuleFileNote};
use crate::shown::Shown;
use crate::source::{BATCH_LEN, Folder, SourceFile};
use crate::stamp::Stamp;

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

/// What a walk found.
#[derive(Debug, Default)]
pub struct Scan {
    /// The files of the site, sorted by the bytes of their site paths.
    pub files: Vec<SourceFile>,
    /// What was passed over, sorted likewise.
    pub notes: Vec<ScanNote>,
    /// Number of files that the platform never serves.
    pub excluded_count: usize,
    /// What there is to know about lines of `.assetsignore`.
    pub rule_notes: Vec<RuleFileNote>,
    /// Whether there is an `.assetsignore` that counts.
    pub has_ignore_file: bool,
}

/// Walks `root`, with all threads.
///
/// # Errors
/// [`CompileError`] if the root is no readable directory, anything below it can't be read or changes meanwhile, or names are
/// not UTF-8 (then all of these are listed).
pub fn scan(root: &Path, platform: Platform, observer: &dyn Observer) -> Result<Scan, CompileError> {
    let walk = Walk::new(root, platform, observer)?;
    rayon::scope(|scope| walk.folder(scope, root, false));
    let mut found = Found::default();
    for part in walk.parts.into_inner().unwrap_or_else(PoisonError::into_inner) {
        found.append(part);
    }
    // Which thread met which error first is chance.
    if let Some((_, error)) = found.errors.into_iter().min_by(|(a, _), (b, _)| a.cmp(b)) {
        return Err(error);
    }
    if !found.not_utf8.is_empty() {
        found.not_utf8.sort_unstable();
        return Err(CompileError::NotUtf8 { paths: found.not_utf8 });
    }
    found.files.par_sort_unstable_by(|a, b| a.site_path.cmp(&b.site_path));
    found.notes.sort_unstable_by(|a, b| a.site_path.cmp(&b.site_path));
    look_at_all(root, &mut found.files)?;
    Ok(Scan {
        files: found.files,
        notes: found.notes,
        excluded_count: found.excluded_count,
        rule_notes: rule_notes(walk.ignore.as_ref()),
        has_ignore_file: walk.ignore.is_some_and(|ignore| ignore.is_of_file()),
    })
}

/// Looks at every file. A folder of any size is shared out among the threads, which the walk itself can't do.
///
/// # Errors
/// The first in the order of the files.
fn look_at_all(root: &Path, files: &mut [SourceFile]) -> Result<(), CompileError> {
    let look_at = |files: &mut [SourceFile]| {
        let folder = Folder::of(root, files.iter());
        files.iter_mut().find_map(|file| folder.look(file).map(|stamp| file.stamp = stamp).err())
    };
    let failed =
        files.par_chunks_mut(BATCH_LEN).enumerate().filter_map(|(at, files)| Some((at, look_at(files)?)));
    failed.min_by_key(|(at, _)| *at).map_or(Ok(()), |(_, error)| Err(error))
}

/// What a part of the walk found.
#[derive(Default)]
struct Found {
    files: Vec<SourceFile>,
    notes: Vec<ScanNote>,
    excluded_count: usize,
    not_utf8: Vec<PathBuf>,
    errors: Vec<(PathBuf, CompileError)>,
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

struct Walk<'a> {
    root: &'a Path,
    /// The root without links in it, to tell whether a link's target lies inside.
    real_root: PathBuf,
    platform: Platform,
    /// What `.assetsignore` excludes, on Workers.
    ignore: Option<AssetsIgnore>,
    observer: &'a dyn Observer,
    /// Folders that wait for a thread.
    waiting: AtomicUsize,
    /// Files found up to now, for the observer.
    file_count: AtomicUsize,
    parts: Mutex<Vec<Found>>,
}

/// Folders that wait, for each thread. What is found beyond that is walked by the thread that finds it.
const WAITING_PER_THREAD: usize = 4;
/// Folders that each thread holds open, at most. Deeper down the entries of a folder are read ahead.
const MAX_OPEN: usize = 2;
/// After so many files the observer is told.
const TOLD_EVERY: usize = 256;

impl<'a> Walk<'a> {
    fn new(root: &'a Path, platform: Platform, observer: &'a dyn Observer) -> Result<Self, CompileError> {
        let metadata = std::fs::metadata(root).map_err(|source| match source.kind() {
            ErrorKind::NotFound => CompileError::NoSuchDirectory { path: root.to_owned() },
            _ => CompileError::read(root, source),
        })?;
        if !metadata.is_dir() {
            return Err(CompileError::NotADirectory { path: root.to_owned() });
        }
        let real_root = root.canonicalize().map_err(|source| CompileError::read(root, source))?;
        let ignore = match platform {
            Platform::Workers => Some(read_ignore(root)?),
            Platform::Pages => None,
        };
        Ok(Walk {
            root,
            real_root,
            platform,
            ignore,
            observer,
            waiting: AtomicUsize::new(0),
            file_count: AtomicUsize::new(0),
            parts: Mutex::default(),
        })
    }

    /// Walks a folder and all below it, but for folders that are left to other threads because these have nothing to do.
    fn folder<'s>(&'s self, scope: &Scope<'s>, folder: &Path, is_excluded: bool) {
        let mut found = Found::default();
        // How deep the excluded folder lies in which the walk is. What lies in one can't be taken back.
        let mut excluded_depth = is_excluded.then_some(0);
        let mut told = 0;
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
            if found.files.len() >= told + TOLD_EVERY {
                self.tell(found.files.len() - told);
                told = found.files.len();
            }
        }
        self.tell(found.files.len() - told);
        self.parts.lock().unwrap_or_else(PoisonError::into_inner).push(found);
    }

    fn tell(&self, more: usize) {
        self.observer.scanned(self.file_count.fetch_add(more, Ordering::Relaxed) + more);
    }

    /// Whether a folder should wait for another thread; if so, it is counted.
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
        let file = |site_path, link_target| SourceFile { site_path, link_target, stamp: Stamp::default() };
        if file_type.is_file() {
            found.files.push(file(site_path, None));
            return;
        }
        match self.link_target(entry.path(), file_type) {
            Ok(Ok(target)) => found.files.push(file(site_path, Some(target.into()))),
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

fn rule_notes(ignore: Option<&AssetsIgnore>) -> Vec<RuleFileNote> {
    let notes = ignore.into_iter().flat_map(|ignore| &ignore.notes);
    notes.map(|note| RuleFileNote::new(ignore::FILE_NAME, note)).collect()
}

fn read_ignore(root: &Path) -> Result<AssetsIgnore, CompileError> {
    let text = rule_files::read_text(root, ignore::FILE_NAME, Platform::Workers)?;
    Ok(text.map_or_else(AssetsIgnore::default, |text| AssetsIgnore::parse(&text)))
}

fn walk_error(fallback: &Path, error: walkdir::Error) -> (PathBuf, CompileError) {
    let path = error.path().unwrap_or(fallback).to_owned();
    let source = error.into_io_error().unwrap_or_else(|| io::Error::other("file system loop"));
    (path.clone(), CompileError::Read { path, source })
}
