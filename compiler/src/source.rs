//! A file of the site on disk: what it is called, and how it is looked at and opened with little work for the system.
//!
//! Most of what it costs to find a small file is the way there, folder by folder. So the files are taken in batches, the
//! folder that all files of a batch lie below is opened once, and they are found from there.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

#[cfg(unix)]
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
#[cfg(unix)]
use rustix::fs::{CWD, Mode, OFlags};

use crate::error::CompileError;
use crate::stamp::Stamp;

/// SHA-256 of a file's bytes.
pub(crate) type Fingerprint = [u8; 32];

/// How many files a thread takes at a time.
pub(crate) const BATCH_LEN: usize = 32;

/// A file of the site.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceFile {
    /// Where it will be served from: `/`-rooted, `/`-separated, decoded.
    pub site_path: String,
    /// The file behind a link.
    pub link_target: Option<Box<Path>>,
    /// What the disk said about it when it was found; of the target, for a link.
    pub stamp: Stamp,
    /// SHA-256 of its bytes, once that is known.
    pub fingerprint: Option<[u8; 32]>,
}

impl SourceFile {
    /// A file that has not been looked at.
    pub(crate) fn new(site_path: String, link_target: Option<Box<Path>>) -> SourceFile {
        SourceFile { site_path, link_target, stamp: Stamp::default(), fingerprint: None }
    }

    /// Where the file is on disk, if its folder is `root`; for a link, where it leads.
    pub fn disk_path(&self, root: &Path) -> PathBuf {
        match &self.link_target {
            Some(target) => target.to_path_buf(),
            None => below(root, &self.site_path),
        }
    }
}

fn below(root: &Path, site_path: &str) -> PathBuf {
    let mut path = PathBuf::with_capacity(root.as_os_str().len() + 1 + site_path.len());
    path.push(root);
    let relative = site_path.strip_prefix('/').unwrap_or_default();
    if MAIN_SEPARATOR == '/' {
        path.push(relative);
    } else {
        path.extend(relative.split('/'));
    }
    path
}

/// A folder from which files are found.
#[derive(Debug)]
pub(crate) struct Folder<'r> {
    root: &'r Path,
    /// How much of the files' site paths leads to the folder, with the slash behind it.
    #[cfg(unix)]
    known_len: usize,
    /// The folder itself; without it the files are found by their whole paths.
    #[cfg(unix)]
    opened: Option<OwnedFd>,
}

impl<'r> Folder<'r> {
    /// The folder that these files have in common. They are sorted by their site paths, or in the order of a walk, depth first: what
    /// the first and the last of them have in common, all have.
    pub(crate) fn of<'f>(
        root: &'r Path,
        mut files: impl DoubleEndedIterator<Item = &'f SourceFile>,
    ) -> Folder<'r> {
        #[cfg(unix)]
        {
            let (opened, known_len) = files
                .next()
                .zip(files.next_back())
                .and_then(|(first, last)| open_common(root, &first.site_path, &last.site_path))
                .unzip();
            Folder { root, known_len: known_len.unwrap_or_default(), opened }
        }
        #[cfg(not(unix))]
        {
            let _ = files.next();
            Folder { root }
        }
    }

    /// The stamp of a file.
    ///
    /// # Errors
    /// It is not there, or no regular file any more.
    pub(crate) fn look(&self, file: &SourceFile) -> Result<Stamp, CompileError> {
        let looked = self.look_at(file).map_err(|source| self.failed(file, source))?;
        looked.ok_or_else(|| self.changed(file, ANOTHER))
    }

    /// Opens a file to read it. What has taken its place since the walk is not waited for, as an open pipe that nobody writes to
    /// would make us, and not followed.
    ///
    /// # Errors
    /// It can't be opened, is not there, or no regular file any more.
    pub(crate) fn open(&self, file: &SourceFile) -> Result<File, CompileError> {
        self.open_at(file).map_err(|source| match self.look_at(file) {
            Ok(None) => self.changed(file, ANOTHER),
            _ => self.failed(file, source),
        })
    }

    /// A file is another than it was.
    pub(crate) fn changed(&self, file: &SourceFile, what: &'static str) -> CompileError {
        CompileError::Changed { path: file.disk_path(self.root), what }
    }

    /// A file can't be read.
    pub(crate) fn failed(&self, file: &SourceFile, source: io::Error) -> CompileError {
        match source.kind() {
            ErrorKind::NotFound => self.changed(file, "it vanished"),
            _ => CompileError::Read { path: file.disk_path(self.root), source },
        }
    }

    #[cfg(unix)]
    fn open_at(&self, file: &SourceFile) -> io::Result<File> {
        Ok(File::from(self.at(file, |folder, path| {
            rustix::fs::openat(folder, path, READ | OFlags::NOFOLLOW, Mode::empty())
        })?))
    }

    #[cfg(not(unix))]
    fn open_at(&self, file: &SourceFile) -> io::Result<File> {
        File::open(file.disk_path(self.root))
    }

    #[cfg(target_os = "linux")]
    fn look_at(&self, file: &SourceFile) -> io::Result<Option<Stamp>> {
        let looked = self.at(file, |folder, path| {
            rustix::fs::statat(folder, path, rustix::fs::AtFlags::SYMLINK_NOFOLLOW)
        })?;
        Ok(stamp_of(&looked))
    }

    #[cfg(not(target_os = "linux"))]
    fn look_at(&self, file: &SourceFile) -> io::Result<Option<Stamp>> {
        let metadata = std::fs::symlink_metadata(file.disk_path(self.root))?;
        Ok(metadata.is_file().then(|| Stamp::of(&metadata)))
    }

    /// Calls the system with a folder, and the path from there.
    #[cfg(unix)]
    fn at<T>(
        &self,
        file: &SourceFile,
        call: impl FnOnce(BorrowedFd<'_>, &Path) -> rustix::io::Result<T>,
    ) -> rustix::io::Result<T> {
        match (&self.opened, &file.link_target, file.site_path.get(self.known_len..)) {
            (Some(opened), None, Some(path)) => call(opened.as_fd(), Path::new(path)),
            _ => call(CWD, &file.disk_path(self.root)),
        }
    }
}

/// What is said of a file that is no regular file any more, or not the one that it was.
pub(crate) const ANOTHER: &str = "another took its place";

/// The stamp of an open file; `None` if it is no regular one.
pub(crate) fn stamp_of_open(file: &File) -> io::Result<Option<Stamp>> {
    #[cfg(target_os = "linux")]
    return Ok(stamp_of(&rustix::fs::fstat(file)?));
    #[cfg(not(target_os = "linux"))]
    {
        let metadata = file.metadata()?;
        Ok(metadata.is_file().then(|| Stamp::of(&metadata)))
    }
}

/// Opens any file to read it, without waiting for the other end of a pipe.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    return Ok(File::from(rustix::fs::open(path, READ, Mode::empty())?));
    #[cfg(not(unix))]
    File::open(path)
}

#[cfg(unix)]
const READ: OFlags = OFlags::RDONLY.union(OFlags::CLOEXEC).union(OFlags::NONBLOCK).union(OFlags::NOCTTY);

/// The folder that two paths have in common, and how long its path is with the slash behind it.
#[cfg(unix)]
fn open_common(root: &Path, first: &str, last: &str) -> Option<(OwnedFd, usize)> {
    let shared = first.bytes().zip(last.bytes()).take_while(|(a, b)| a == b).count();
    let slash = first.as_bytes().get(..shared)?.iter().rposition(|&byte| byte == b'/')?;
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    // A folder that can be searched but not listed can't be opened so; then the whole paths do.
    let opened = rustix::fs::open(below(root, first.get(..slash)?), flags, Mode::empty()).ok()?;
    Some((opened, slash + 1))
}

#[cfg(target_os = "linux")]
#[allow(clippy::unnecessary_cast, reason = "the types of the fields differ from processor to processor")]
fn stamp_of(stat: &rustix::fs::Stat) -> Option<Stamp> {
    let is_file = rustix::fs::FileType::from_raw_mode(stat.st_mode).is_file();
    is_file.then(|| Stamp {
        len: stat.st_size as u64,
        modified: Stamp::nanos(stat.st_mtime as i64, stat.st_mtime_nsec as i64),
        changed: Stamp::nanos(stat.st_ctime as i64, stat.st_ctime_nsec as i64),
        inode: stat.st_ino as u64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_from_the_folder_that_they_have_in_common() {
        let root = tempfile::tempdir().unwrap();
        let source = |site_path: &str| SourceFile::new(site_path.to_owned(), None);
        for names in [
            &["/a/b/c.txt", "/a/b/cd.txt"][..],
            &["/a.txt", "/b/c.txt"],
            &["/a/b.txt", "/a/bc/d.txt"],
            &["/x.txt"],
        ] {
            let files: Vec<SourceFile> = names.iter().map(|name| source(name)).collect();
            for file in &files {
                let path = file.disk_path(root.path());
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(&path, &file.site_path).unwrap();
            }
            let folder = Folder::of(root.path(), files.iter());
            for file in &files {
                let stamp = folder.look(file).unwrap();
                assert_eq!(stamp, Stamp::of(&std::fs::metadata(file.disk_path(root.path())).unwrap()));
                let opened = folder.open(file).unwrap();
                assert_eq!(stamp_of_open(&opened).unwrap(), Some(stamp));
                assert_eq!(io::read_to_string(opened).unwrap(), file.site_path);
            }
            let missing = folder.look(&source("/nothing")).unwrap_err();
            assert!(missing.to_string().contains("vanished"), "{missing}");
        }
    }
}
