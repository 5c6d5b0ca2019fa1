//! Finds the files of a site: `dist/` in, a sorted list of [`SourceFile`] out. The only stage that walks the disk.
//!
//! Regular files count, and symbolic links to regular files inside the root. What is not followed (links that leave the
//! root, dangling links, links to folders) and what is never opened (sockets, pipes, devices) is noted. Names that are not
//! UTF-8 are an error. Files that the platform itself never serves, or that `.assetsignore` excludes, are left out and
//! counted, whatever they are.

use std::fs::{FileType, Metadata};
use std::path::{Path, PathBuf};

use serde::Serialize;
use walkdir::{DirEntry, WalkDir};

use crate::config::ignore::{self, AssetsIgnore};
use crate::error::CompileError;
use crate::excluded::excluded_because;
use crate::observe::Observer;
use crate::options::Platform;
use crate::rule_files::{self, RuleFileNote};
use crate::shown::Shown;

/// A file of the site, before it is read.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Where it will be served from: `/`-rooted, `/`-separated, decoded.
    pub site_path: String,
    /// Where it is on disk.
    pub disk_path: PathBuf,
    /// What the disk said about it while walking; of the target, for a link.
    pub metadata: Metadata,
}

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

/// Walks `root`.
///
/// # Errors
/// [`CompileError`] if the root is no readable directory, anything below it can't be read, or names are not UTF-8 (then
/// all of these are listed).
pub fn scan(root: &Path, platform: Platform, observer: &dyn Observer) -> Result<Scan, CompileError> {
    let mut walk = Walk::new(root, platform)?;
    let has_ignore_file = walk.ignore.as_ref().is_some_and(AssetsIgnore::is_of_file);
    let mut found = Scan { rule_notes: walk.rule_notes(), has_ignore_file, ..Scan::default() };
    let mut not_utf8 = Vec::new();
    for entry in WalkDir::new(root).min_depth(1) {
        let entry = entry.map_err(|error| walk_error(root, error))?;
        if walk.excludes(&entry) {
            found.excluded_count += usize::from(!entry.file_type().is_dir());
            continue;
        }
        let Some(site_path) = walk.site_path(&entry) else {
            not_utf8.push(entry.into_path());
            continue;
        };
        walk.classify(&entry, site_path, &mut found)?;
        observer.scanned(found.files.len());
    }
    if !not_utf8.is_empty() {
        not_utf8.sort();
        return Err(CompileError::NotUtf8 { paths: not_utf8 });
    }
    found.files.sort_unstable_by(|a, b| a.site_path.cmp(&b.site_path));
    found.notes.sort_unstable_by(|a, b| a.site_path.cmp(&b.site_path));
    Ok(found)
}

struct Walk<'a> {
    root: &'a Path,
    /// The root without links in it, to tell whether a link's target lies inside.
    real_root: PathBuf,
    platform: Platform,
    /// What `.assetsignore` excludes, on Workers.
    ignore: Option<AssetsIgnore>,
    /// How deep the excluded folder lies in which the walk is.
    excluded_depth: Option<usize>,
}

impl<'a> Walk<'a> {
    fn new(root: &'a Path, platform: Platform) -> Result<Self, CompileError> {
        let metadata = std::fs::metadata(root).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => CompileError::NoSuchDirectory { path: root.to_owned() },
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
        Ok(Walk { root, real_root, platform, ignore, excluded_depth: None })
    }

    fn rule_notes(&self) -> Vec<RuleFileNote> {
        let notes = self.ignore.iter().flat_map(|ignore| &ignore.notes);
        notes.map(|note| RuleFileNote::new(ignore::FILE_NAME, note)).collect()
    }

    /// Whether an entry lies in an excluded folder or is excluded by `.assetsignore` itself. What lies in such a folder can't be
    /// taken back. To be asked for every entry, in the order of the walk, folders before what is in them.
    fn excludes(&mut self, entry: &DirEntry) -> bool {
        if self.excluded_depth.is_some_and(|depth| entry.depth() > depth) {
            return true;
        }
        self.excluded_depth = None;
        let Some(ignore) = &self.ignore else { return false };
        let Some(site_path) = self.site_path(entry) else { return false };
        // A link to a folder is no folder for the platform either.
        let is_dir = entry.file_type().is_dir();
        let is_excluded = site_path.strip_prefix('/').is_some_and(|path| ignore.excludes(path, is_dir));
        if is_excluded && is_dir {
            self.excluded_depth = Some(entry.depth());
        }
        is_excluded
    }

    /// The site path of an entry; `None` if its name is not UTF-8.
    fn site_path(&self, entry: &DirEntry) -> Option<String> {
        let relative = entry.path().strip_prefix(self.root).ok()?;
        let mut site_path = String::with_capacity(relative.as_os_str().len() + 1);
        for component in relative.components() {
            site_path.push('/');
            site_path.push_str(component.as_os_str().to_str()?);
        }
        Some(site_path)
    }

    fn classify(&self, entry: &DirEntry, site_path: String, found: &mut Scan) -> Result<(), CompileError> {
        let file_type = entry.file_type();
        if file_type.is_dir() {
            return Ok(());
        }
        if self.platform == Platform::Pages && excluded_because(self.platform, &site_path).is_some() {
            found.excluded_count += 1;
            return Ok(());
        }
        if file_type.is_file() {
            let metadata = entry.metadata().map_err(|error| walk_error(entry.path(), error))?;
            found.files.push(SourceFile { site_path, disk_path: entry.path().to_owned(), metadata });
            return Ok(());
        }
        match self.link_target(entry.path(), file_type)? {
            Ok((disk_path, metadata)) => found.files.push(SourceFile { site_path, disk_path, metadata }),
            Err(problem) => found.notes.push(ScanNote { site_path, problem }),
        }
        Ok(())
    }

    /// The file behind a link, or why it is not taken. Anything else that is no regular file is not even looked at.
    fn link_target(
        &self,
        path: &Path,
        file_type: FileType,
    ) -> Result<Result<(PathBuf, Metadata), ScanProblem>, CompileError> {
        if !file_type.is_symlink() {
            return Ok(Err(ScanProblem::Special));
        }
        let target = match path.canonicalize() {
            Ok(target) => target,
            // Nothing there, a loop, or a file used as a directory: in each case the link leads nowhere.
            Err(error) if error.kind() != std::io::ErrorKind::PermissionDenied => {
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
            Ok((target, metadata))
        })
    }
}

fn read_ignore(root: &Path) -> Result<AssetsIgnore, CompileError> {
    let text = rule_files::read_text(root, ignore::FILE_NAME, Platform::Workers)?;
    Ok(text.map_or_else(AssetsIgnore::default, |text| AssetsIgnore::parse(&text)))
}

fn walk_error(fallback: &Path, error: walkdir::Error) -> CompileError {
    let path = error.path().unwrap_or(fallback).to_owned();
    let source = error.into_io_error().unwrap_or_else(|| std::io::Error::other("file system loop"));
    CompileError::Read { path, source }
}
