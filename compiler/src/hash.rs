//! Fingerprints: SHA-256 of every file, in parallel, in bounded memory.
//!
//! Each worker thread reads through one buffer of its own, so memory does not depend on file sizes. A file must be the same
//! when it is looked at, before it is read and after, or the manifest would describe bytes that were never there together.
//!
//! Where nothing is known of the files, the walk reads the small ones as it finds them: the way to them is fresh in the
//! processor's caches then, and no thread waits for the end of the walk. Otherwise the threads take work from one queue,
//! largest files first: one file can't be shared out, and a large one that is begun last would leave all threads but one
//! with nothing to do.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::error::CompileError;
use crate::observe::{Observer, Stage};
use crate::source::{ANOTHER, BATCH_LEN, Fingerprint, Folder, SourceFile, stamp_of_open};
use crate::stamp::Stamp;

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
/// Longer files are work items of their own, bytes.
const LARGE_LEN: u64 = BUFFER_LEN as u64;

/// Looks at a file that nothing is known of, and reads it if it is small; a large one is left for [`read_looked_at`].
///
/// # Errors
/// [`CompileError`]: it can't be read, is not there any more, or changes meanwhile.
pub(crate) fn look_and_read(
    folder: &Folder<'_>,
    file: &mut SourceFile,
    observer: &dyn Observer,
) -> Result<(), CompileError> {
    let input = folder.open(file)?;
    let stamp = stamp_of_open(&input).map_err(|source| folder.failed(file, source))?;
    file.stamp = stamp.ok_or_else(|| folder.changed(file, ANOTHER))?;
    if file.stamp.len <= LARGE_LEN {
        file.fingerprint = Some(read(folder, file, input, observer)?);
    }
    Ok(())
}

/// Reads a file that was looked at before.
///
/// # Errors
/// [`CompileError`]: it can't be read, or is not the file that it was.
pub(crate) fn read_looked_at(
    folder: &Folder<'_>,
    file: &SourceFile,
    observer: &dyn Observer,
) -> Result<Fingerprint, CompileError> {
    let input = folder.open(file)?;
    check(folder, file, &input)?;
    read(folder, file, input, observer)
}

/// Hashes the files below `root` whose fingerprint is still open; the other ones are not looked at.
///
/// # Errors
/// The first [`CompileError`] in the order of the files: one that can't be read, or that changed since the walk.
pub(crate) fn hash(
    root: &Path,
    files: &mut [SourceFile],
    observer: &dyn Observer,
) -> Result<(), CompileError> {
    let len = |index: &usize| files.get(*index).map_or(0, |file| file.stamp.len);
    let is_open = |index: &usize| files.get(*index).is_some_and(|file| file.fingerprint.is_none());
    let open: Vec<usize> = (0..files.len()).filter(is_open).collect();
    observer.begins(Stage::Hash, open.len(), open.iter().map(len).sum());
    let (mut large, small): (Vec<usize>, Vec<usize>) = open.into_iter().partition(|at| len(at) > LARGE_LEN);
    large.sort_by_key(|at| std::cmp::Reverse(len(at)));
    let batches: Vec<&[usize]> = large.chunks(1).chain(small.chunks(BATCH_LEN)).collect();

    let next = AtomicUsize::new(0);
    let all = &*files;
    let work = |_: rayon::BroadcastContext<'_>| {
        let mut done = Vec::new();
        while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
            let files = batch.iter().filter_map(|&index| Some((index, all.get(index)?)));
            let folder = Folder::of(root, files.clone().map(|(_, file)| file));
            done.extend(files.map(|(index, file)| (index, read_looked_at(&folder, file, observer))));
        }
        done
    };
    let mut failed: Option<(usize, CompileError)> = None;
    for (index, result) in rayon::broadcast(work).into_iter().flatten() {
        match result {
            Ok(fingerprint) => {
                if let Some(file) = files.get_mut(index) {
                    file.fingerprint = Some(fingerprint);
                }
            }
            Err(error) if failed.as_ref().is_none_or(|(first, _)| index < *first) => {
                failed = Some((index, error));
            }
            Err(_) => {}
        }
    }
    failed.map_or(Ok(()), |(_, error)| Err(error))
}

/// The files as assets, in the same order; all have been hashed.
pub(crate) fn assets(files: &[SourceFile]) -> Vec<AssetFile> {
    let asset = |file: &SourceFile| {
        let SourceFile { site_path, stamp, fingerprint, .. } = file;
        Some(AssetFile { site_path: site_path.clone(), size: stamp.len, fingerprint: (*fingerprint)? })
    };
    files.par_iter().filter_map(asset).collect()
}

/// Reads an open file to its end.
fn read(
    folder: &Folder<'_>,
    file: &SourceFile,
    mut input: File,
    observer: &dyn Observer,
) -> Result<Fingerprint, CompileError> {
    let fingerprint =
        digest(&mut input, file.stamp.len, observer).map_err(|source| folder.failed(file, source))?;
    check(folder, file, &input)?;
    observer.hashed_file();
    fingerprint.ok_or_else(|| folder.changed(file, "it has another length than the file system says"))
}

/// An open file is the one that was looked at.
fn check(folder: &Folder<'_>, file: &SourceFile, input: &File) -> Result<(), CompileError> {
    let now = stamp_of_open(input).map_err(|source| folder.failed(file, source))?;
    let what = now.map_or(Some(ANOTHER), |now| difference(now, file.stamp));
    what.map_or(Ok(()), |what| Err(folder.changed(file, what)))
}

/// What shows that a file is not the one that it was. A new link to it or other permissions do not count.
fn difference(now: Stamp, before: Stamp) -> Option<&'static str> {
    let differences = [
        (now.inode != before.inode, ANOTHER),
        (now.len > before.len, "it grew"),
        (now.len < before.len, "it shrank"),
        (now.modified != before.modified, "its time is another"),
    ];
    differences.into_iter().find(|(differs, _)| *differs).map(|(_, what)| what)
}

/// The SHA-256 of a file; `None` if it has another length.
fn digest(input: &mut impl Read, len: u64, observer: &dyn Observer) -> io::Result<Option<Fingerprint>> {
    thread_local! {
        static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; BUFFER_LEN]);
    }
    BUFFER.with_borrow_mut(|buffer| {
        let mut sha256 = Sha256::new();
        let mut left = len;
        loop {
            // One byte more than there should be: a file that ends where it should gives less than was asked for, and need not
            // be asked again.
            let wanted = usize::try_from(left.saturating_add(1)).unwrap_or(usize::MAX).min(buffer.len());
            let piece = buffer.get_mut(..wanted).unwrap_or_default();
            let piece_len = match input.read(piece) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                piece_len => piece_len?,
            };
            sha256.update(piece.get(..piece_len).unwrap_or_default());
            observer.hashed_bytes(piece_len as u64);
            match left.checked_sub(piece_len as u64) {
                Some(0) if piece_len < wanted => return Ok(Some(sha256.finalize().into())),
                Some(rest) if piece_len > 0 => left = rest,
                _ => return Ok(None),
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader that gives one byte a call, is interrupted before each, and fails at the end if it is told to.
    struct Slow {
        left: &'static [u8],
        interrupted: bool,
        fails: bool,
    }

    impl Read for Slow {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.interrupted = !self.interrupted;
            match (self.left.split_first(), self.fails) {
                _ if self.interrupted => Err(ErrorKind::Interrupted.into()),
                (Some((&first, rest)), _) => {
                    (buffer[0], self.left) = (first, rest);
                    Ok(1)
                }
                (None, true) => Err(io::Error::other("the disk is broken")),
                (None, false) => Ok(0),
            }
        }
    }

    fn digest_of(left: &'static str, fails: bool, len: u64) -> io::Result<Option<Fingerprint>> {
        digest(&mut Slow { left: left.as_bytes(), interrupted: false, fails }, len, &())
    }

    #[test]
    fn slow_and_interrupted_reads_give_everything() {
        assert_eq!(digest_of("a page", false, 6).unwrap(), Some(Sha256::digest("a page").into()));
    }

    #[test]
    fn a_read_that_fails_in_the_middle_is_an_error() {
        assert_eq!(digest_of("half a p", true, 100).unwrap_err().to_string(), "the disk is broken");
    }

    #[test]
    fn a_file_of_another_length_has_no_fingerprint() {
        assert_eq!(digest(&mut "grows and grows".as_bytes(), 5, &()).unwrap(), None);
        assert_eq!(digest_of("shrank", false, 8).unwrap(), None);
    }
}
