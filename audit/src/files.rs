//! Reads the files of a site, and nothing else: what a manifest names, below the site's folder.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

/// A buffer is given back to the system after a file larger than this, bytes.
const KEPT: usize = 256 << 10;

/// The folder of a site.
#[derive(Debug)]
pub(crate) struct Files {
    root: PathBuf,
    real_root: PathBuf,
}

impl Files {
    /// # Errors
    /// The folder is not there.
    pub(crate) fn new(root: &Path) -> io::Result<Files> {
        Ok(Files { root: root.to_owned(), real_root: root.canonicalize()? })
    }

    /// The folder, without links on the way.
    pub(crate) fn real_root(&self) -> &Path {
        &self.real_root
    }

    /// Reads a file whole into a buffer; a packed sitemap is unpacked.
    ///
    /// # Errors
    /// It is not there, leads out of the folder, is no regular file or can't be read.
    pub(crate) fn read(&self, site_path: &str, buffer: &mut Vec<u8>) -> io::Result<()> {
        buffer.clear();
        if buffer.capacity() > KEPT {
            buffer.shrink_to(KEPT);
        }
        let path = self.disk_path(site_path)?;
        // A look before it is opened: to open a pipe is to wait.
        let found = std::fs::symlink_metadata(&path)?;
        if found.is_symlink() {
            let real = path.canonicalize()?;
            if !real.starts_with(&self.real_root) {
                return Err(refused("it is a link that leads out of the site's folder"));
            }
            if !std::fs::metadata(&real)?.is_file() {
                return Err(refused("it is no regular file"));
            }
        } else if !found.is_file() {
            return Err(refused("it is no regular file"));
        }
        let mut file = File::open(&path)?;
        if site_path.ends_with(".xml.gz") {
            return unpack(file, buffer);
        }
        // One byte more than there should be: a file that ends where it should gives less than was asked for, and need not be asked
        // again.
        let wanted = usize::try_from(found.len()).unwrap_or(0).min(1 << 30) + 1;
        // To the byte: each thread has such a buffer, and they are most of what a small site takes.
        buffer.reserve_exact(wanted);
        buffer.resize(wanted, 0);
        let mut len = 0;
        while let Some(room) = buffer.get_mut(len..).filter(|room| !room.is_empty()) {
            match file.read(room) {
                Ok(read) => {
                    len += read;
                    if len + 1 == wanted || read == 0 {
                        break;
                    }
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        buffer.truncate(len);
        // What the link led to, or what grew since.
        if len == wanted {
            file.read_to_end(buffer)?;
        }
        Ok(())
    }

    /// Where a file of the site lies.
    ///
    /// # Errors
    /// The name leads out of the folder.
    pub(crate) fn disk_path(&self, site_path: &str) -> io::Result<PathBuf> {
        let inner = site_path.trim_start_matches('/');
        let leaves = |segment: &str| segment == ".." || (cfg!(windows) && segment.contains(['\\', ':']));
        if inner.split('/').any(leaves) {
            return Err(refused("its name leads out of the site's folder"));
        }
        Ok(self.root.join(inner))
    }
}

/// Unpacks a sitemap, which may be 50 MB long; a small file that unpacks to far more is none.
fn unpack(file: File, buffer: &mut Vec<u8>) -> io::Result<()> {
    const LONGEST: u64 = 256 << 20;
    flate2::read::MultiGzDecoder::new(file).take(LONGEST).read_to_end(buffer)?;
    if buffer.len() as u64 == LONGEST {
        return Err(refused("it unpacks to more than 256 MiB"));
    }
    Ok(())
}

fn refused(why: &'static str) -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, why)
}
