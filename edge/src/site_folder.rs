//! Where the files of a site are in a folder of sites:
//!
//! | file | what |
//! |---|---|
//! | `example.com.trailmark` | the manifest of `example.com` |
//! | `example.com@0123456789abcdef/` | its files, if there is a folder with the first 16 hex digits of that manifest's SHA-256 |
//! | `example.com/` | its files otherwise |
//! | `+.example.com.trailmark` | the manifest of `*.example.com`: all hosts with one label more that have none of their own |
//!
//! Neither `@` nor `+` can stand in a host name, so nobody can ask for these by name. All of this blocks.

use std::fmt::Write;
use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::time::SystemTime;

use trailmark::{FileError, Manifest};

use crate::error::OpenSiteError;
use crate::host::is_name;
use crate::site::Site;

/// A folder of sites.
#[derive(Debug)]
pub(crate) struct SiteFolder {
    path: PathBuf,
}

/// What changes when a manifest is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ManifestStamp {
    len: u64,
    modified: Option<SystemTime>,
    inode: u64,
}

impl ManifestStamp {
    fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(metadata);
        #[cfg(not(unix))]
        let inode = 0;
        ManifestStamp { len: metadata.len(), modified: metadata.modified().ok(), inode }
    }
}

impl SiteFolder {
    pub(crate) fn new(path: PathBuf) -> Self {
        SiteFolder { path }
    }

    /// The name of the site that answers for a host: its own, that of the wildcard above it, or the default.
    ///
    /// # Errors
    /// [`OpenSiteError`] if the disk does not say.
    pub(crate) fn name_for(
        &self,
        host: &str,
        default: Option<&str>,
    ) -> Result<Option<String>, OpenSiteError> {
        let own = is_name(host).then(|| host.to_owned());
        let above = host.split_once('.').filter(|(_, above)| is_name(host) && is_name(above));
        let wildcard = above.map(|(_, above)| format!("+.{above}"));
        for name in own.into_iter().chain(wildcard).chain(default.map(str::to_owned)) {
            match self.stamp(&name) {
                Ok(_) => return Ok(Some(name)),
                Err(OpenSiteError::Manifest { source: FileError::Io(error), .. }) if is_absent(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// What tells whether a site's manifest was replaced.
    ///
    /// # Errors
    /// [`OpenSiteError`] if there is none.
    pub(crate) fn stamp(&self, name: &str) -> Result<ManifestStamp, OpenSiteError> {
        let path = self.manifest(name);
        match fs::metadata(&path) {
            Ok(metadata) => Ok(ManifestStamp::of(&metadata)),
            Err(error) => Err(OpenSiteError::Manifest { path, source: FileError::Io(error) }),
        }
    }

    /// Opens a site, with the stamp that its manifest had before.
    ///
    /// # Errors
    /// [`OpenSiteError`] if it can't be opened.
    pub(crate) fn open(&self, name: &str) -> Result<(ManifestStamp, Site), OpenSiteError> {
        let stamp = self.stamp(name)?;
        let site = Site::open_beside(&self.manifest(name), |manifest| self.files(name, manifest))?;
        Ok((stamp, site.named(name)))
    }

    fn manifest(&self, name: &str) -> PathBuf {
        self.path.join(format!("{name}.trailmark"))
    }

    fn files(&self, name: &str, manifest: &Manifest<'_>) -> PathBuf {
        let mut versioned = format!("{name}@");
        for byte in manifest.sha256().iter().take(8) {
            // Writing to a string does not fail.
            let _ = write!(versioned, "{byte:02x}");
        }
        let versioned = self.path.join(versioned);
        if versioned.is_dir() { versioned } else { self.path.join(name) }
    }
}

/// Whether there is no such file; a host name can also be too long for one.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidFilename)
}
