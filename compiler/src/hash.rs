//! Fingerprints: SHA-256 of every file, in parallel, in bounded memory.
//!
//! Each worker thread reads through one buffer of its own, so memory does not depend on file sizes. A file must be the same
//! before and after it is read, or the manifest would describe bytes that were never there together.

use std::cell::RefCell;
use std::fs::Metadata;
use std::io::ErrorKind;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::disk;
use crate::error::CompileError;
use crate::observe::Observer;
use crate::scan::SourceFile;

/// A file that can be served, with the fingerprint of its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetFile {
    /// Where it is served from: decoded, `/`-rooted.
    pub site_path: String,
    /// Size in bytes.
    pub size: u64,
    /// SHA-256 of its bytes.
    pub fingerprint: [u8; 32],
}

/// Buffer of each worker, bytes. Reading small files whole beats mapping them; for large ones, streaming costs half of
/// what reading them whole does.
const BUFFER_LEN: usize = 256 * 1024;

/// Hashes every file. The result has the order of the input.
///
/// # Errors
/// The first [`CompileError`] in the order of the input: a file that can't be read, or that changed while it was read.
pub(crate) fn hash(files: Vec<SourceFile>, observer: &dyn Observer) -> Result<Vec<AssetFile>, CompileError> {
    let results: Vec<_> = files.into_par_iter().map(|file| hash_file(file, observer)).collect();
    results.into_iter().collect()
}

fn hash_file(file: SourceFile, observer: &dyn Observer) -> Result<AssetFile, CompileError> {
    thread_local! {
        static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }
    let fingerprint = BUFFER.with_borrow_mut(|buffer| {
        buffer.resize(BUFFER_LEN, 0);
        digest(&file, buffer, observer)
    })?;
    observer.hashed_file();
    Ok(AssetFile { site_path: file.site_path, size: file.metadata.len(), fingerprint })
}

fn digest(file: &SourceFile, buffer: &mut [u8], observer: &dyn Observer) -> Result<[u8; 32], CompileError> {
    let path = &file.disk_path;
    let changed = |what| CompileError::Changed { path: path.clone(), what };
    let input = disk::open(path).map_err(|source| match source.kind() {
        ErrorKind::NotFound => changed("it vanished"),
        _ => CompileError::read(path, source),
    })?;
    // Nothing is read from what has taken the file's place: it may be a pipe, or lie outside the site.
    let opened = input.metadata().map_err(|source| CompileError::read(path, source))?;
    if !is_same(&file.metadata, &opened) {
        return Err(changed("it is another file than before, or has another size or time"));
    }
    let mut sha256 = Sha256::new();
    let total = disk::read_pieces(&input, buffer, opened.len(), |piece| {
        sha256.update(piece);
        observer.hashed_bytes(piece.len() as u64);
    });
    let total = total.map_err(|source| CompileError::read(path, source))?;
    if total > opened.len() {
        return Err(changed("it grew"));
    }
    let after = input.metadata().map_err(|source| CompileError::read(path, source))?;
    if total != file.metadata.len() || !is_same(&file.metadata, &after) {
        return Err(changed("its size or time is another"));
    }
    Ok(sha256.finalize().into())
}

/// Whether two looks at a file found the same one, unchanged.
fn is_same(before: &Metadata, after: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if (before.dev(), before.ino()) != (after.dev(), after.ino()) {
            return false;
        }
    }
    after.is_file() && before.len() == after.len() && before.modified().ok() == after.modified().ok()
}
