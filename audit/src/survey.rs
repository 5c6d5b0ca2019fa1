//! What is found out about a site before its files are gone through: its own hosts, which pages answer any URL, what is passed over.

use std::path::Path;

use trailmark::Manifest;

use crate::error::AuditError;
use crate::files::Files;
use crate::marks::Marks;
use crate::origin::{self, FoundOrigin};
use crate::patterns::{FilePatterns, Ignored};
use crate::reference::Origins;
use crate::run;

pub(crate) struct Survey {
    pub(crate) files: Files,
    pub(crate) marks: Marks,
    pub(crate) origins: Origins,
    /// What says which hosts are the site's own, if it was not the caller.
    pub(crate) origin: Option<FoundOrigin>,
    pub(crate) patterns: FilePatterns,
}

impl Survey {
    /// `hosts` are the site's own; `None` to find out, which reads up to 64 pages.
    ///
    /// # Errors
    /// The folder can't be used.
    pub(crate) fn of(
        manifest: &Manifest<'_>,
        dist: &Path,
        hosts: Option<&[String]>,
        ignored: &[Ignored],
    ) -> Result<Survey, AuditError> {
        let files =
            Files::new(dist).map_err(|source| AuditError::Folder { path: dist.to_owned(), source })?;
        let marks = run::marks(manifest, &Origins::default());
        let (origins, origin) = match hosts {
            Some(hosts) => (Origins::new(hosts.iter().cloned()), None),
            None => {
                let found = origin::find(manifest, &files, &marks);
                (Origins::new(found.iter().map(|found| found.host.clone())), found)
            }
        };
        let url_of =
            |file| manifest.asset(file).map(|asset| run::served_at(manifest, &asset)).unwrap_or_default();
        let patterns = FilePatterns::new(ignored, manifest.asset_count(), url_of);
        Ok(Survey { files, marks, origins, origin, patterns })
    }
}
