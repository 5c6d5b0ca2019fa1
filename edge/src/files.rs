//! The files of a site: given a site path, the open file. Nothing outside the site's folder is ever opened: the folder is held as a
//! capability, and paths are followed below it, links included. All of this blocks.

use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use cap_fs_ext::OpenOptionsSyncExt;
use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};
use sha2::{Digest, Sha256};

use crate::error::FileProblem;

/// Where the files of a site are.
#[derive(Debug)]
pub struct SiteFiles {
    place: Place,
}

#[derive(Debug)]
enum Place {
    Folder(Dir),
    Memory(HashMap<String, MemoryFile>),
}

#[derive(Debug)]
struct MemoryFile {
    bytes: Bytes,
    /// Worked out when first asked for.
    fingerprint: OnceLock<[u8; 32]>,
}

/// An open file.
#[derive(Debug)]
pub(crate) enum Opened {
    /// Bytes in memory, with their SHA-256.
    Memory(Bytes, [u8; 32]),
    /// A regular file below the site's folder.
    Disk(OpenFile),
}

impl SiteFiles {
    /// The files below a folder, as it is now: if another folder takes its name, this one is served on.
    ///
    /// # Errors
    /// [`io::Error`] if it can't be opened.
    pub fn folder(path: impl AsRef<Path>) -> io::Result<Self> {
        Ok(SiteFiles { place: Place::Folder(Dir::open_ambient_dir(path, ambient_authority())?) })
    }

    /// Files in memory, for sites that are part of a program: site path (`/about.html`) and bytes.
    pub fn memory(files: impl IntoIterator<Item = (String, Bytes)>) -> Self {
        let file = |(path, bytes)| (path, MemoryFile { bytes, fingerprint: OnceLock::new() });
        SiteFiles { place: Place::Memory(files.into_iter().map(file).collect()) }
    }

    /// Opens a file whose size is known.
    pub(crate) fn open(&self, site_path: &str, size: u64) -> Result<Opened, FileProblem> {
        let (opened, found) = match &self.place {
            Place::Folder(folder) => {
                let file = OpenFile::below(folder, site_path)?;
                let len = file.stamp.len;
                (Opened::Disk(file), len)
            }
            Place::Memory(files) => {
                let file = files
                    .get(site_path)
                    .ok_or_else(|| FileProblem::Missing(io::ErrorKind::NotFound.into()))?;
                let fingerprint = *file.fingerprint.get_or_init(|| Sha256::digest(&file.bytes).into());
                (Opened::Memory(file.bytes.clone(), fingerprint), file.bytes.len() as u64)
            }
        };
        if found == size { Ok(opened) } else { Err(FileProblem::Length { expected: size, found }) }
    }
}

/// A regular file, open for reading.
#[derive(Debug)]
pub(crate) struct OpenFile {
    file: File,
    stamp: Stamp,
}

/// What changes when a file does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Stamp {
    device: u64,
    inode: u64,
    len: u64,
    modified: Option<SystemTime>,
    /// Seconds and nanoseconds of the last change of the file or its record; Unix only.
    changed: (i64, i64),
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let (device, inode, changed) = {
            use std::os::unix::fs::MetadataExt;
            (metadata.dev(), metadata.ino(), (metadata.ctime(), metadata.ctime_nsec()))
        };
        #[cfg(not(unix))]
        let (device, inode, changed) = (0, 0, (0, 0));
        Stamp { device, inode, len: metadata.len(), modified: metadata.modified().ok(), changed }
    }

    /// When the file last changed. The system's own time of the change, where there is one: the other can be set to anything.
    pub(crate) fn last_change(&self) -> Option<SystemTime> {
        match u64::try_from(self.changed.0) {
            Ok(seconds) if seconds > 0 => SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)),
            _ => self.modified,
        }
    }
}

impl OpenFile {
    fn below(folder: &Dir, site_path: &str) -> Result<Self, FileProblem> {
        let relative = site_path.strip_prefix('/').unwrap_or(site_path);
        let mut options = OpenOptions::new();
        // A pipe would otherwise wait for somebody to write to it.
        options.read(true).nonblock(true);
        let file = folder.open_with(relative, &options).map_err(FileProblem::of_open)?.into_std();
        let metadata = file.metadata().map_err(FileProblem::Io)?;
        if !metadata.is_file() {
            return Err(FileProblem::Missing(io::Error::other("it is no regular file")));
        }
        Ok(OpenFile { file, stamp: Stamp::of(&metadata) })
    }

    pub(crate) fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// Whether length and times are those that the file was opened with.
    pub(crate) fn is_untouched(&self) -> Result<bool, FileProblem> {
        let now = Stamp::of(&self.file.metadata().map_err(FileProblem::Io)?);
        Ok(now == self.stamp)
    }

    /// Fails if the file no longer has the bytes of this SHA-256. They are only looked at if something about the file changed: that
    /// may as well be its name, since another file took its place.
    pub(crate) fn check_still_has(&mut self, fingerprint: &[u8; 32]) -> Result<(), FileProblem> {
        if self.is_untouched()? || self.fingerprint()? == *fingerprint {
            Ok(())
        } else {
            Err(FileProblem::Changed)
        }
    }

    /// Reads exactly so many bytes from an offset.
    pub(crate) fn read_at(&mut self, offset: u64, len: usize) -> Result<Bytes, FileProblem> {
        let mut bytes = Vec::with_capacity(len);
        self.file.seek(SeekFrom::Start(offset)).map_err(FileProblem::Io)?;
        let read = (&mut self.file).take(len as u64).read_to_end(&mut bytes).map_err(FileProblem::Io)?;
        if read == len { Ok(bytes.into()) } else { Err(FileProblem::Changed) }
    }

    /// The whole file with its SHA-256.
    pub(crate) fn read_all(&mut self) -> Result<(Bytes, [u8; 32]), FileProblem> {
        let len = usize::try_from(self.stamp.len).map_err(|_| FileProblem::Changed)?;
        let bytes = self.read_at(0, len)?;
        let fingerprint = Sha256::digest(&bytes).into();
        Ok((bytes, fingerprint))
    }

    /// SHA-256 of the file in the length that it was opened with, a piece at a time.
    pub(crate) fn fingerprint(&mut self) -> Result<[u8; 32], FileProblem> {
        self.file.rewind().map_err(FileProblem::Io)?;
        let mut file = (&mut self.file).take(self.stamp.len);
        let (mut sha, mut piece, mut total) = (Sha256::new(), vec![0; PIECE_LEN], 0);
        loop {
            let len = file.read(&mut piece).map_err(FileProblem::Io)?;
            if len == 0 {
                break;
            }
            sha.update(piece.get(..len).unwrap_or_default());
            total += len as u64;
        }
        if total == self.stamp.len { Ok(sha.finalize().into()) } else { Err(FileProblem::Changed) }
    }
}

/// Read at once for a checksum, bytes.
const PIECE_LEN: usize = 256 << 10;
