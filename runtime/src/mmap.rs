//! A manifest with the memory it lives in: a mapped file, or bytes on the heap. The only file of this crate with `unsafe`.

#![allow(
    unsafe_code,
    reason = "mapping a file, and tying a view to the memory beside it, can't be said in safe code"
)]

use std::fs::File;
use std::io;
use std::path::Path;
use std::vec::Vec;

use memmap2::Mmap;

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
    Heap(#[allow(dead_code, reason = "kept alive for the view")] Vec<u8>),
}

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
        if file.metadata()?.len() == 0 {
            return Err(OpenError::NotAManifest { len: 0 }.into());
        }
        // SAFETY: the caller promises that nobody changes the file while the mapping lives.
        let map = unsafe { Mmap::map(&file)? };
        let bytes: *const [u8] = &raw const *map;
        // SAFETY: the pages of a mapping stay where they are until it is dropped, also when the `Mmap` moves, and `memory`
        // is dropped after `view`. The borrow never leaves as `'static`: `manifest` shortens it to that of `self`.
        let view = Manifest::open(unsafe { &*bytes })?;
        Ok(ManifestFile { view, memory: Memory::Mapped(map) })
    }

    /// Reads a whole file into memory and opens it. Safe whatever happens to the file afterwards. O(size of the file).
    ///
    /// # Errors
    /// [`FileError`] if the file can't be read, or is no manifest.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, FileError> {
        Ok(Self::from_bytes(std::fs::read(path)?)?)
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
