//! Puts a file in its place, the manifest above all: a temporary file in the same folder, synced, renamed. Whoever has the old manifest open
//! or mapped keeps it whole; whoever opens the path gets the old one or the new one, never a part.

use std::ffi::OsStr;
use std::fs::{DirEntry, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::CompileError;

/// The manifest's default place: beside the directory, never inside it.
pub fn default_output(dist: &Path) -> PathBuf {
    // `dist/.` and `.` have no name of their own to build on.
    let real = if dist.file_name().is_some() {
        dist.to_owned()
    } else {
        dist.canonicalize().unwrap_or(dist.to_owned())
    };
    let mut name = real.file_name().unwrap_or("site".as_ref()).to_owned();
    name.push(".trailmark");
    real.with_file_name(name)
}

/// Checks, before the long work, that a manifest can be written: the folder is there and takes new files, and lies outside
/// the site (or the manifest would be deployed as an asset). Changes nothing.
///
/// # Errors
/// [`CompileError::OutputInSite`] or [`CompileError::Write`], naming the manifest.
pub fn check_output(output: &Path, dist: &Path) -> Result<(), CompileError> {
    let failed = |source| CompileError::Write { path: output.to_owned(), source };
    if is_device(output) {
        return Ok(());
    }
    let place = place_of(output).map_err(failed)?;
    check_outside(&place, output, dist)?;
    temporary_file(folder_of(&place)).map(drop).map_err(failed)
}

/// Checks that a hash cache lies outside the site, where it would be an asset. Whether it can be written is no matter.
///
/// # Errors
/// [`CompileError::OutputInSite`], naming the cache.
pub(crate) fn check_cache(cache: &Path, dist: &Path) -> Result<(), CompileError> {
    place_of(cache).map_or(Ok(()), |place| check_outside(&place, cache, dist))
}

fn check_outside(place: &Path, output: &Path, dist: &Path) -> Result<(), CompileError> {
    let is_inside = match (folder_of(place).canonicalize(), dist.canonicalize()) {
        (Ok(folder), Ok(dist)) => folder.starts_with(dist),
        _ => false,
    };
    if is_inside { Err(CompileError::OutputInSite { path: output.to_owned() }) } else { Ok(()) }
}

/// Writes a manifest. Nothing is left behind if it fails; what a killed process leaves, a later call removes after an hour.
///
/// A link is followed; its target is replaced. A device or pipe is written to, not replaced.
///
/// # Errors
/// [`CompileError::Write`], naming the manifest.
pub fn write(output: &Path, manifest: &[u8]) -> Result<(), CompileError> {
    put(output, &[manifest], true).map_err(|source| CompileError::Write { path: output.to_owned(), source })
}

/// Puts a file in its place, piece behind piece; if it `is_synced`, only when it is safe on the disk.
pub(crate) fn put(output: &Path, pieces: &[&[u8]], is_synced: bool) -> io::Result<()> {
    let write = |file: &mut File| pieces.iter().try_for_each(|piece| file.write_all(piece));
    if is_device(output) {
        return write(&mut std::fs::OpenOptions::new().write(true).open(output)?);
    }
    let place = place_of(output)?;
    let folder = folder_of(&place);
    remove_leftovers(folder);
    let mut file = temporary_file(folder)?;
    write(file.as_file_mut())?;
    if is_synced {
        file.as_file().sync_all()?;
    }
    file.persist(&place).map_err(|error| error.error)?;
    if is_synced {
        sync_folder(folder);
    }
    Ok(())
}

/// Whether there is something that a file must not take the place of: a device, a pipe, a socket.
fn is_device(output: &Path) -> bool {
    std::fs::metadata(output).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

/// Where the manifest goes: the target, if `output` is a link to a file.
fn place_of(output: &Path) -> io::Result<PathBuf> {
    if output.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory; name a file"));
    }
    let place = if output.is_symlink() { output.canonicalize() } else { Ok(output.to_owned()) };
    // A dangling link is replaced itself.
    let place = place.unwrap_or_else(|_| output.to_owned());
    let folder = folder_of(&place);
    if folder.is_dir() {
        return Ok(place);
    }
    let what = format!("there is no directory {}; create it first", folder.display());
    Err(io::Error::new(io::ErrorKind::NotFound, what))
}

fn folder_of(place: &Path) -> &Path {
    match place.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

const TEMPORARY_PREFIX: &str = ".trailmark-";
const TEMPORARY_SUFFIX: &str = ".tmp";
/// Random characters between the two.
const TEMPORARY_RANDOM_LEN: usize = 6;
/// A temporary file that nobody has written to for so long belongs to a compile that was killed.
const LEFTOVER_AGE: Duration = Duration::from_secs(3600);

/// Removes what killed compiles have left in a folder, as far as that is possible, so that it does not pile up.
fn remove_leftovers(folder: &Path) {
    let is_old = |entry: &DirEntry| {
        let modified = entry.metadata().ok().filter(|metadata| metadata.is_file())?.modified().ok()?;
        Some(modified.elapsed().ok()? > LEFTOVER_AGE)
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| is_temporary_name(&entry.file_name())) {
        if is_old(&entry) == Some(true) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

fn is_temporary_name(name: &OsStr) -> bool {
    let middle =
        name.to_str().and_then(|name| name.strip_prefix(TEMPORARY_PREFIX)?.strip_suffix(TEMPORARY_SUFFIX));
    middle.is_some_and(|middle| {
        middle.len() == TEMPORARY_RANDOM_LEN && middle.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

fn temporary_file(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY_PREFIX).suffix(TEMPORARY_SUFFIX).rand_bytes(TEMPORARY_RANDOM_LEN);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder).map_err(|error| not_created(folder, &error))
}

/// The temporary file's own path would only confuse.
fn not_created(folder: &Path, error: &io::Error) -> io::Error {
    let what = format!("no file can be created in {} ({})", folder.display(), error.kind());
    io::Error::new(error.kind(), what)
}

/// Makes the rename last. The manifest itself is safe on disk; a system that can't sync folders loses nothing but the new
/// name after a power cut, so a failure here is none.
fn sync_folder(folder: &Path) {
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}
