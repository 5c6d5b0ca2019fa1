//! Finds the files of a site: `dist/` in, a sorted list of [`SourceFile`] out. The only stage that walks the disk. What the walk
//! finds is looked at, and if so wished read, while it goes on.
//!
//! Regular files count, and symbolic links to regular files inside the root. What is not followed (links that leave the
//! root, dangling links, links to folders) and what is never opened (sockets, pipes, devices) is noted. Names that are not
//! UTF-8 are an error. Files that the platform itself never serves, or that `.assetsignore` excludes, are left out and
//! counted, whatever they are.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::config::ignore::{self, AssetsIgnore};
use crate::error::CompileError;
use crate::observe::Observer;
use crate::options::Platform;
use crate::rule_files::{self, RuleFileNote};
use crate::source::SourceFile;
use crate::walk::{ScanNote, Visit, Walk};

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

/// Walks `root`, with all threads, and looks at every file.
///
/// # Errors
/// [`CompileError`] if the root is no readable directory, anything below it can't be read or changes meanwhile, or names are
/// not UTF-8 (then all of these are listed).
pub fn scan(root: &Path, platform: Platform, observer: &dyn Observer) -> Result<Scan, CompileError> {
    scan_with(root, ScanFor::Cloudflare(platform), Visit::Look, observer)
}

/// For whom a folder is walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScanFor {
    /// A platform of Cloudflare, with its `.assetsignore`.
    Cloudflare(Platform),
    /// Another host: the files that configure Cloudflare's are left out, and not read.
    OtherHost,
}

/// The same, with a choice of what is done with the files.
pub(crate) fn scan_with(
    root: &Path,
    scanned_for: ScanFor,
    visit: Visit,
    observer: &dyn Observer,
) -> Result<Scan, CompileError> {
    let real_root = real_folder(root)?;
    let (platform, ignore) = match scanned_for {
        ScanFor::Cloudflare(Platform::Workers) => (Platform::Workers, Some(read_ignore(root)?)),
        ScanFor::Cloudflare(Platform::Pages) => (Platform::Pages, None),
        ScanFor::OtherHost => (Platform::Workers, Some(AssetsIgnore::default())),
    };
    let mut found = Walk::new(root, real_root, platform, ignore.as_ref(), visit, observer).run();
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
    Ok(Scan {
        files: found.files,
        notes: found.notes,
        excluded_count: found.excluded_count,
        rule_notes: rule_notes(ignore.as_ref()),
        has_ignore_file: ignore.is_some_and(|ignore| ignore.is_of_file()),
    })
}

/// The folder without links in its path.
fn real_folder(root: &Path) -> Result<PathBuf, CompileError> {
    let metadata = std::fs::metadata(root).map_err(|source| match source.kind() {
        ErrorKind::NotFound => CompileError::NoSuchDirectory { path: root.to_owned() },
        _ => CompileError::read(root, source),
    })?;
    if !metadata.is_dir() {
        return Err(CompileError::NotADirectory { path: root.to_owned() });
    }
    root.canonicalize().map_err(|source| CompileError::read(root, source))
}

fn rule_notes(ignore: Option<&AssetsIgnore>) -> Vec<RuleFileNote> {
    let notes = ignore.into_iter().flat_map(|ignore| &ignore.notes);
    notes.map(|note| RuleFileNote::new(ignore::FILE_NAME, note)).collect()
}

fn read_ignore(root: &Path) -> Result<AssetsIgnore, CompileError> {
    let text = rule_files::read_text(root, ignore::FILE_NAME, Platform::Workers)?;
    Ok(text.map_or_else(AssetsIgnore::default, |text| AssetsIgnore::parse(&text)))
}
