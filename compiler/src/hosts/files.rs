//! The files of a site as hosts see them: names, and the folders that they make.

use std::ops::Range;

use crate::base::Base;
use crate::hash::AssetFile;

/// Index of a file in [`Files`].
pub(super) type FileIndex = usize;

/// The files of a site, in order of their names.
#[derive(Debug, Clone)]
pub struct Files {
    /// With the base in front.
    assets: Vec<AssetFile>,
    base: Base,
}

impl Files {
    /// Takes the files in any order, below a base that their names do not hold yet.
    pub fn new(mut assets: Vec<AssetFile>, base: &Base) -> Files {
        base.mount(&mut assets);
        Files::mounted(assets, base)
    }

    /// Takes files whose names hold the base already.
    pub(super) fn mounted(mut assets: Vec<AssetFile>, base: &Base) -> Files {
        assets.sort_unstable_by(|a, b| a.site_path.cmp(&b.site_path));
        assets.dedup_by(|a, b| a.site_path == b.site_path);
        Files { assets, base: base.clone() }
    }

    /// Takes names alone (decoded, each with a slash in front), where content does not matter: every file is unlike the others.
    pub fn of_names<'n>(names: impl IntoIterator<Item = &'n str>, base: &Base) -> Files {
        let asset = |(name, number): (&str, u64)| {
            let mut fingerprint = [0; 32];
            fingerprint[..8].copy_from_slice(&number.to_le_bytes());
            AssetFile { site_path: name.to_owned(), size: 0, fingerprint }
        };
        Files::new(names.into_iter().zip(0..).map(asset).collect(), base)
    }

    /// Every file: its name below its origin, and what the manifest knows of it.
    pub fn assets(&self) -> &[AssetFile] {
        &self.assets
    }

    /// Where the site hangs below its origin.
    pub fn base(&self) -> &Base {
        &self.base
    }

    /// Every file's name below its origin, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.assets.iter().map(|asset| asset.site_path.as_str())
    }

    /// The file of just this name. O(log n).
    pub(super) fn find(&self, name: &str) -> Option<FileIndex> {
        self.assets.binary_search_by(|asset| asset.site_path.as_str().cmp(name)).ok()
    }

    /// Whether there is a file somewhere below this folder, which is named without a slash at its end. O(log n).
    pub(super) fn has_folder(&self, folder: &str) -> bool {
        !self.below(folder).is_empty()
    }

    /// The files below a folder.
    fn below(&self, folder: &str) -> Range<FileIndex> {
        // `/` is the byte before `0`.
        let before = |end: char| {
            let is_before = |asset: &AssetFile| {
                let own = asset.site_path.as_bytes();
                let wanted = folder.bytes().chain([end as u8]);
                own.iter().copied().cmp(wanted).is_lt()
            };
            self.assets.partition_point(is_before)
        };
        before('/')..before('0')
    }

    /// The name of a file below its origin; empty if there is none.
    pub(super) fn name(&self, file: FileIndex) -> &str {
        self.assets.get(file).map_or("", |asset| &asset.site_path)
    }

    /// The folders of the site, root and base included, in no order, without a slash at the end.
    pub(super) fn folders(&self) -> Vec<&str> {
        let mut folders: Vec<&str> = self.names().flat_map(ancestors).collect();
        folders.sort_unstable();
        folders.dedup();
        folders
    }
}

fn ancestors(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices('/').filter_map(|(end, _)| name.get(..end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_what_files_lie_below() {
        let names = ["/a/b/c.html", "/a-b.html", "/a0", "/x.html"];
        let files = Files::of_names(names, &Base::default());
        assert_eq!(files.folders(), ["", "/a", "/a/b"]);
        for folder in ["", "/a", "/a/b"] {
            assert!(files.has_folder(folder), "{folder}");
        }
        for other in ["/", "/a/", "/x.html", "/x", "/a-b", "/a/b/c"] {
            assert!(!files.has_folder(other), "{other}");
        }
    }

    #[test]
    fn files_hang_below_the_base() {
        let files = Files::of_names(["/a.html"], &"/docs".parse().unwrap());
        assert_eq!(files.names().collect::<Vec<_>>(), ["/docs/a.html"]);
        assert!(files.has_folder("/docs") && files.find("/a.html").is_none());
    }
}
