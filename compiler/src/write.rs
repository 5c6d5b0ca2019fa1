//! Puts a manifest in its place: a temporary file in the same folder, synced, renamed. Whoever has the old manifest open
//! or mapped keeps it whole; whoever opens the path gets the old one or the new one, never a part.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

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

/// Writes a manifest. Nothing is left behind if it fails.
///
/// # Errors
/// [`CompileError::Write`], naming the manifest.
pub fn write(output: &Path, manifest: &[u8]) -> Result<(), CompileError> {
    write_new(output, manifest).map_err(|source| CompileError::Write { path: output.to_owned(), source })
}

fn write_new(output: &Path, manifest: &[u8]) -> io::Result<()> {
    if output.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory; name a file"));
    }
    let folder = match output.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        let what = format!("there is no directory {}; create it first", folder.display());
        return Err(io::Error::new(io::ErrorKind::NotFound, what));
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(".trailmark-").suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder).map_err(without_path)?;
    file.write_all(manifest)?;
    file.as_file().sync_all()?;
    file.persist(output).map_err(|error| error.error)?;
    sync_folder(folder);
    Ok(())
}

/// The temporary file's own path would only confuse.
fn without_path(error: io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code),
        None => io::Error::from(error.kind()),
    }
}

/// Makes the rename last. The manifest itself is safe on disk; a system that can't sync folders loses nothing but the new
/// name after a power cut, so a failure here is none.
fn sync_folder(folder: &Path) {
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}
