//! Puts new bytes in a file's place in one step, unless the file has changed meanwhile.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use flate2::bufread::GzDecoder;
use flate2::{Compression, GzBuilder};

/// The beginning of the names of files that are not yet in their place.
pub(super) const UNFINISHED: &str = ".trailmark-fix-";

/// What tells whether a file is still the one that was read.
#[derive(Debug, Clone)]
pub(super) struct Stamp {
    metadata: Metadata,
    modified: Option<SystemTime>,
}

impl Stamp {
    /// Looks at a file, without following a link.
    pub(super) fn of(path: &Path) -> io::Result<Stamp> {
        let metadata = fs::symlink_metadata(path)?;
        let modified = metadata.modified().ok();
        Ok(Stamp { metadata, modified })
    }

    pub(super) fn is_link(&self) -> bool {
        self.metadata.is_symlink()
    }

    /// Whether the file has other names that keep the old bytes.
    pub(super) fn has_other_names(&self) -> bool {
        #[cfg(unix)]
        return std::os::unix::fs::MetadataExt::nlink(&self.metadata) > 1;
        #[cfg(not(unix))]
        false
    }

    fn is_same(&self, other: &Stamp) -> bool {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let sign = |stamp: &Stamp| {
                let data = &stamp.metadata;
                (data.dev(), data.ino())
            };
            // To rename another name of the file changes this one's time, too.
            let times = |stamp: &Stamp| (stamp.metadata.ctime(), stamp.metadata.ctime_nsec());
            if times(self) != times(other) && !self.has_other_names() && !other.has_other_names() {
                return false;
            }
            if sign(self) != sign(other) {
                return false;
            }
        }
        self.metadata.len() == other.metadata.len() && self.modified == other.modified
    }
}

/// Why a file was not written.
#[derive(Debug)]
pub(super) enum Problem {
    /// It is not the one that was read.
    Changed,
    /// Its permissions say that nobody writes it.
    ReadOnly,
    Io(io::Error),
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Problem {
        Problem::Io(error)
    }
}

/// Puts `bytes` in the place of the file that `stamp` is of, with its permissions and, where that is allowed, its owner.
pub(super) fn replace(path: &Path, stamp: &Stamp, bytes: &[u8]) -> Result<(), Problem> {
    if stamp.metadata.permissions().readonly() {
        return Err(Problem::ReadOnly);
    }
    let mut unfinished = Unfinished::beside(path)?;
    unfinished.file.write_all(bytes)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        let (old, new) = (&stamp.metadata, unfinished.file.metadata()?);
        if (old.uid(), old.gid()) != (new.uid(), new.gid()) {
            // Only the superuser may give files away.
            let _ = fchown(&unfinished.file, Some(old.uid()), Some(old.gid()));
        }
    }
    unfinished.file.set_permissions(stamp.metadata.permissions())?;
    if !Stamp::of(path).is_ok_and(|now| now.is_same(stamp)) {
        return Err(Problem::Changed);
    }
    Ok(unfinished.finish(path)?)
}

/// A file that is gone again unless it is finished.
struct Unfinished {
    path: Option<PathBuf>,
    file: File,
}

impl Unfinished {
    fn beside(path: &Path) -> io::Result<Unfinished> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = path.with_file_name(format!("{UNFINISHED}{}-{number}", std::process::id()));
        let file = File::options().write(true).create_new(true).open(&path)?;
        Ok(Unfinished { path: Some(path), file })
    }

    fn finish(mut self, place: &Path) -> io::Result<()> {
        if let Some(path) = &self.path {
            fs::rename(path, place)?;
            self.path = None;
        }
        Ok(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(path) = self.path.take() {
            let _ = fs::remove_file(path);
        }
    }
}

/// Packs a sitemap as the file at `path` is packed: with its name and time, so that equal input gives equal bytes.
pub(super) fn pack(path: &Path, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut old = GzDecoder::new(io::BufReader::new(File::open(path)?));
    // The header is read with the first byte.
    let _ = old.read(&mut [0])?;
    let header = old.header();
    let mut builder = GzBuilder::new().mtime(header.map_or(0, flate2::GzHeader::mtime));
    if let Some(name) = header.and_then(flate2::GzHeader::filename) {
        builder = builder.filename(name);
    }
    let mut packer = builder.write(Vec::new(), Compression::best());
    packer.write_all(bytes)?;
    packer.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(content: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        fs::write(&path, content).unwrap();
        (folder, path)
    }

    #[test]
    fn a_file_is_replaced_whole_and_nothing_stays_behind() {
        let (folder, path) = file("old");
        replace(&path, &Stamp::of(&path).unwrap(), b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_has_changed_meanwhile_is_left() {
        let (folder, path) = file("old");
        let stamp = Stamp::of(&path).unwrap();
        fs::write(&path, "other").unwrap();
        assert!(matches!(replace(&path, &stamp, b"new"), Err(Problem::Changed)));
        assert_eq!(fs::read(&path).unwrap(), b"other");
        fs::remove_file(&path).unwrap();
        assert!(matches!(replace(&path, &stamp, b"new"), Err(Problem::Changed)));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    #[cfg(unix)]
    fn permissions_stay_and_hard_links_keep_the_old_bytes() {
        use std::os::unix::fs::PermissionsExt;
        let (folder, path) = file("old");
        let other = folder.path().join("g");
        fs::hard_link(&path, &other).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let stamp = Stamp::of(&path).unwrap();
        assert!(stamp.has_other_names() && !stamp.is_link());
        replace(&path, &stamp, b"new").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read(&other).unwrap(), b"old");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        let stamp = Stamp::of(&path).unwrap();
        assert!(matches!(replace(&path, &stamp, b"newer"), Err(Problem::ReadOnly)));
    }

    #[test]
    fn packing_is_the_same_each_time_and_keeps_name_and_time() {
        let (_folder, path) = file("");
        let mut packer =
            GzBuilder::new().mtime(7).filename("sitemap.xml").write(Vec::new(), Compression::fast());
        packer.write_all(b"old").unwrap();
        fs::write(&path, packer.finish().unwrap()).unwrap();
        let packed = pack(&path, b"new").unwrap();
        assert_eq!(packed, pack(&path, b"new").unwrap());
        let mut unpacked = Vec::new();
        let mut reader = GzDecoder::new(packed.as_slice());
        reader.read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked, b"new");
        let header = reader.header().unwrap();
        assert_eq!((header.mtime(), header.filename()), (7, Some(&b"sitemap.xml"[..])));
    }
}
