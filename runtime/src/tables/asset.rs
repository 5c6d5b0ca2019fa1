//! A file of the site, as the tables describe it.

use core::fmt;

use crate::asset::{ETag, SitePath};
use crate::location::Encoded;
use crate::source::AssetFacts;
use crate::stem::split_stem;

/// What a generated module says of a file.
#[derive(Debug, Clone, Copy)]
pub struct AssetRow {
    /// Where the file is, from the root of the site's folder.
    pub path: &'static str,
    /// The one path at which it is served without redirect, decoded.
    pub canonical: Option<&'static str>,
    /// Size, bytes.
    pub size: u64,
    /// What is sent as `Content-Type`.
    pub media_type: Option<&'static str>,
    /// The entity tag, with its quotes.
    pub etag: [u8; 34],
    /// SHA-256.
    pub fingerprint: [u8; 32],
}

/// A file that can be served. As [`Asset`](crate::Asset) of a manifest.
#[derive(Clone, Copy)]
pub struct Asset {
    row: &'static AssetRow,
    index: u32,
}

impl Asset {
    pub(crate) fn new(row: &'static AssetRow, index: u32) -> Self {
        Asset { row, index }
    }

    /// The asset's number in its site: 0 up to [`Site::asset_count`](super::Site::asset_count).
    pub fn index(&self) -> u32 {
        self.index
    }

    /// Where the file is, from the root of the site's folder.
    pub fn site_path(&self) -> SitePath<'static> {
        let (stem, form) = split_stem(self.row.path.as_bytes());
        SitePath::new(stem, form.suffix())
    }

    /// Size of the file, bytes.
    pub fn size(&self) -> u64 {
        self.row.size
    }

    /// SHA-256 of the file's bytes.
    pub fn fingerprint(&self) -> &'static [u8; 32] {
        &self.row.fingerprint
    }

    /// The entity tag.
    pub fn etag(&self) -> ETag {
        ETag::of_text(self.row.etag)
    }

    /// What the platform sends as `Content-Type`; `None` if it sends none.
    pub fn media_type(&self) -> Option<&'static str> {
        self.row.media_type
    }

    /// The one path at which the asset is served without redirect, percent-encoded; `None` if there is no such path.
    pub fn canonical_url(&self) -> Option<Encoded<'static>> {
        self.row.canonical.map(|path| Encoded::new(path.as_bytes(), ""))
    }
}

impl PartialEq for Asset {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index && core::ptr::eq(self.row, other.row)
    }
}

impl Eq for Asset {}

impl fmt::Debug for Asset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Asset({}, {})", self.index, self.row.path)
    }
}

impl<'m> AssetFacts<'m> for Asset {
    fn etag(&self) -> ETag {
        Asset::etag(self)
    }

    fn media_type(&self) -> Option<&'m str> {
        Asset::media_type(self)
    }
}
