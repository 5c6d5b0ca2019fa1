//! A manifest with the memory it lives in: a mapped file, or bytes on the heap. The only file of this crate with `unsafe`.

#![allow(
    unsafe_code,
    reason = "mapping a file, and tying a view to the memory beside it, can't be said in safe code"
)]

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;
use std::vec::Vec;

#[cfg(target_os = "linux")]
use memmap2::Advice;
use memmap2::{Mmap, MmapMut, MmapOptions};

use crate::error::OpenError;
use crate::manifest::Manifest;

/// Why a manifest file could not be opened.
#[derive(Debug)]
#[non_exhaustive]
pub enum FileError {
    /// The file could not be read or mapped.
    Io(io::Error),
    /// It was read, but is no sound manifest.
    Open(OpenError),
}

impl core::fmt::Display for FileError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            FileError::Io(error) => error.fmt(f),
            FileError::Open(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for FileError {}

impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        FileError::Io(error)
    }
}

impl From<OpenError> for FileError {
    fn from(error: OpenError) -> Self {
        FileError::Open(error)
    }
}

/// A manifest that owns its bytes. Can be sent to and shared between threads.
#[derive(Debug)]
pub struct ManifestFile {
    /// Borrows from `memory`, which neither moves nor changes while this lives; never handed out as `'static`.
    view: Manifest<'static>,
    /// Declared behind `view`, so it is dropped after it.
    memory: Memory,
}

#[derive(Debug)]
enum Memory {
    Mapped(#[allow(dead_code, reason = "kept alive for the view")] Mmap),
    Pages(#[allow(dead_code, reason = "kept alive for the view")] MmapMut),
    Heap(#[allow(dead_code, reason = "kept alive for the view")] Vec<u8>),
}

/// From here on, in bytes, a manifest is asked to lie in huge pages: look-ups all over a large file otherwise spend as long on
/// finding out where a page is as on reading it.
const WORTH_HUGE_PAGES: usize = 4 << 20;

impl ManifestFile {
    /// Maps a file and opens it. Costs microseconds at any size; pages are read when look-ups touch them.
    ///
    /// # Errors
    /// [`FileError`] if the file can't be opened or mapped, or is no manifest.
    ///
    /// # Safety
    /// While the result lives, nobody may truncate the file or write to it in place: on most systems, touching a page that
    /// is no longer there ends the process. Replacing the file by renaming another one over it is safe, and that is how
    /// `trailmark compile` writes. Where this can't be promised, use [`ManifestFile::read`].
    pub unsafe fn map(path: impl AsRef<Path>) -> Result<Self, FileError> {
        let file = File::open(path)?;
        let len = file.metadata()?.len();
        if len == 0 {
            return Err(OpenError::NotAManifest { len }.into());
        }
        // Else the length is asked for once more.
        let len = usize::try_from(len).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
        // SAFETY: the caller promises that nobody changes the file while the mapping lives.
        let map = unsafe { MmapOptions::new().len(len).map(&file)? };
        #[cfg(target_os = "linux")]
        if map.len() >= WORTH_HUGE_PAGES {
            // A wish: what a kernel does not grant costs time, not answers.
            let _ = map.advise(Advice::HugePage);
        }
        let bytes: *const [u8] = &raw const *map;
        // SAFETY: the pages of a mapping stay where they are until it is dropped, also when the `Mmap` moves, and `memory`
        // is dropped after `view`. The borrow never leaves as `'static`: `manifest` shortens it to that of `self`.
        let view = Manifest::open(unsafe { &*bytes })?;
        Ok(ManifestFile { view, memory: Memory::Mapped(map) })
    }

    /// Reads a whole file into memory and opens it. Safe whatever happens to the file afterwards. O(size of the file).
    ///
    /// A large manifest gets huge pages where the system has them.
    ///
    /// # Errors
    /// [`FileError`] if the file can't be read, or is no manifest.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, FileError> {
        let mut file = File::open(path)?;
        let len = file.metadata()?.len();
        match usize::try_from(len) {
            Ok(len) if len >= WORTH_HUGE_PAGES => Self::read_pages(&mut file, len),
            _ => {
                let mut bytes = Vec::new();
                file.read_to_end(&mut bytes)?;
                Ok(Self::from_bytes(bytes)?)
            }
        }
    }

    /// Reads a file of a known length into pages of its own.
    fn read_pages(file: &mut File, len: usize) -> Result<Self, FileError> {
        let mut pages = MmapMut::map_anon(len)?;
        #[cfg(target_os = "linux")]
        let _ = pages.advise(Advice::HugePage);
        if let Err(error) = file.read_exact(&mut pages) {
            return Err(match error.kind() {
                io::ErrorKind::UnexpectedEof => {
                    let found = file.stream_position()?;
                    OpenError::Length { expected: len as u64, found }.into()
                }
                _ => error.into(),
            });
        }
        let bytes: *const [u8] = &raw const *pages;
        // SAFETY: the pages of a mapping stay where they are until it is dropped, also when the `MmapMut` moves; nobody changes
        // them before `view` is gone, since `memory` is private, never touched again and dropped after `view`. The borrow
        // never leaves as `'static`: `manifest` shortens it to that of `self`.
        let view = Manifest::open(unsafe { &*bytes })?;
        Ok(ManifestFile { view, memory: Memory::Pages(pages) })
    }

    /// Opens a manifest that is in memory already.
    ///
    /// # Errors
    /// [`OpenError`] if the bytes are no manifest.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, OpenError> {
        let slice: *const [u8] = bytes.as_slice();
        // SAFETY: a vector's heap memory stays where it is when the vector moves; nobody changes or frees it before `view`
        // is gone, since `memory` is private, never touched again and dropped after `view`. The borrow never leaves as
        // `'static`: `manifest` shortens it to that of `self`.
        let view = Manifest::open(unsafe { &*slice })?;
        Ok(ManifestFile { view, memory: Memory::Heap(bytes) })
    }

    /// The manifest.
    #[inline]
    pub fn manifest(&self) -> &Manifest<'_> {
        &self.view
    }

    /// Whether the manifest is mapped from its file, as opposed to read into memory.
    pub fn is_mapped(&self) -> bool {
        matches!(self.memory, Memory::Mapped(_))
    }
}

#[cfg(test)]
mod tests {
    use std::string::{String, ToString};
    use std::{env, fs, println};

    use super::*;
    use crate::path::{RequestPath, Scratch};

    /// A committed manifest.
    const GOLDEN: &[u8] = include_bytes!("../../tests/golden/v1-workers.bin");

    fn answers(file: &ManifestFile) -> String {
        let mut scratch = Scratch::new();
        let manifest = file.manifest();
        let answer = |target| {
            let request = RequestPath::parse(target, &mut scratch).unwrap();
            manifest.lookup(&request).display(manifest).to_string()
        };
        ["/about.html", "/about", "/blog/deep/x", "/nope"].map(answer).join("\n")
    }

    fn file_with(bytes: &[u8], name: &str) -> std::path::PathBuf {
        let path = env::temp_dir().join(std::format!("trailmark-{name}-{}", std::process::id()));
        fs::write(&path, bytes).unwrap();
        path
    }

    #[cfg(unix)]
    #[test]
    fn mapped_manifest_answers_as_before_when_its_file_is_replaced_by_renaming_or_deleted() {
        let path = file_with(GOLDEN, "replaced");
        // SAFETY: the file is renamed over and deleted, never truncated or written to.
        let mapped = unsafe { ManifestFile::map(&path) }.unwrap();
        let before = answers(&mapped);
        fs::rename(file_with(b"another file altogether", "other"), &path).unwrap();
        assert!(ManifestFile::read(&path).is_err());
        assert_eq!(answers(&mapped), before);
        fs::remove_file(&path).unwrap();
        assert_eq!(answers(&mapped), before);
        assert_eq!(mapped.manifest().verify(), Ok(()));
    }

    #[test]
    fn read_manifest_answers_as_before_whatever_happens_to_its_file() {
        let path = file_with(GOLDEN, "truncated");
        let read = ManifestFile::read(&path).unwrap();
        let before = answers(&read);
        fs::write(&path, b"short").unwrap();
        assert_eq!(answers(&read), before);
        assert!(matches!(ManifestFile::read(&path), Err(FileError::Open(_))));
        fs::remove_file(&path).unwrap();
        assert_eq!(answers(&read), before);
        assert!(!read.is_mapped());
    }

    #[test]
    fn empty_and_missing_files_are_errors() {
        let path = file_with(b"", "empty");
        // SAFETY: nothing is mapped, since there is nothing in it.
        assert!(matches!(unsafe { ManifestFile::map(&path) }, Err(FileError::Open(_))));
        fs::remove_file(&path).unwrap();
        // SAFETY: there is no file.
        assert!(matches!(unsafe { ManifestFile::map(&path) }, Err(FileError::Io(_))));
    }

    /// `cargo xtask torture` runs this with little address space and a manifest of millions of pages.
    #[test]
    fn manifest_that_the_environment_names_is_mapped_and_asked() {
        let Some(path) = env::var_os("TRAILMARK_BIG_MANIFEST") else { return };
        // SAFETY: the task that set the variable made the file for this process alone.
        let mapped = unsafe { ManifestFile::map(path) }.unwrap();
        let manifest = mapped.manifest();
        let mut scratch = Scratch::new();
        for index in 0..1000u32 {
            let asset = manifest.asset(index * 1009 % manifest.asset_count() as u32).unwrap();
            let target = asset.canonical_url().unwrap().to_string();
            let request = RequestPath::parse(&target, &mut scratch).unwrap();
            assert_eq!(manifest.lookup(&request).status(), 200, "{target}");
        }
        println!("{} bytes mapped, {} assets", manifest.len(), manifest.asset_count());
    }
}
