//! One version of a site: its manifest, and the files that the manifest was made from.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use trailmark::{FileError, Manifest, ManifestFile};

use crate::error::OpenSiteError;
use crate::files::SiteFiles;

/// One version of a site.
#[derive(Debug)]
pub struct Site {
    manifest: ManifestFile,
    files: Arc<SiteFiles>,
    name: Arc<str>,
    /// Which bodies are this site's; the same for all its versions.
    scope: u64,
}

impl Site {
    /// Reads a manifest into memory, verifies all of it, and takes the folder with the files. Blocks. O(size of the manifest).
    ///
    /// # Errors
    /// [`OpenSiteError`] if the manifest can't be read or is damaged, or the folder can't be opened. Whether the files fit is found
    /// out when they are asked for.
    pub fn open(manifest: impl AsRef<Path>, folder: impl AsRef<Path>) -> Result<Self, OpenSiteError> {
        Self::open_beside(manifest.as_ref(), |_| folder.as_ref().to_owned())
    }

    /// As [`Site::open`], with a folder that depends on the manifest.
    pub(crate) fn open_beside(
        path: &Path,
        folder: impl FnOnce(&Manifest<'_>) -> PathBuf,
    ) -> Result<Self, OpenSiteError> {
        let failed = |source| OpenSiteError::Manifest { path: path.to_owned(), source };
        let file = ManifestFile::read(path).map_err(failed)?;
        let damaged = |source| OpenSiteError::Damaged { path: path.to_owned(), source };
        file.manifest().verify().map_err(damaged)?;
        let folder = folder(file.manifest());
        match SiteFiles::folder(&folder) {
            Ok(files) => Ok(Self::new(file, files).named(&path.display().to_string())),
            Err(source) => Err(OpenSiteError::Folder { path: folder, source }),
        }
    }

    /// A manifest that is open already, mapped perhaps, and its files.
    pub fn new(manifest: ManifestFile, files: SiteFiles) -> Self {
        Site { manifest, files: Arc::new(files), name: "site".into(), scope: 0 }
    }

    /// A manifest and files in memory, for sites that are part of a program.
    ///
    /// # Errors
    /// [`FileError`] if the bytes are no manifest.
    pub fn from_bytes(manifest: Vec<u8>, files: SiteFiles) -> Result<Self, FileError> {
        Ok(Self::new(ManifestFile::from_bytes(manifest)?, files))
    }

    /// Gives the site another name in the log.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.name = name.into();
        self
    }

    /// The manifest.
    pub fn manifest(&self) -> &Manifest<'_> {
        self.manifest.manifest()
    }

    /// The name in the log.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// As a version of a site with this number.
    pub(crate) fn in_scope(mut self, scope: u64) -> Self {
        self.scope = scope;
        self
    }

    pub(crate) fn scope(&self) -> u64 {
        self.scope
    }

    pub(crate) fn files(&self) -> &Arc<SiteFiles> {
        &self.files
    }
}
