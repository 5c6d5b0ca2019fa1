//! Folders to compile: generated sites written out as files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use crate::corpus::Corpus;
use crate::random::Random;
use crate::results::TreeKind;

/// A folder with files; removed when dropped.
#[derive(Debug)]
pub struct Folder {
    /// Where it is.
    pub path: PathBuf,
    /// Its files, sorted.
    pub files: Vec<PathBuf>,
    /// Their size, bytes.
    pub bytes: u64,
}

/// Length of a large file.
const LARGE: u64 = 64 << 20;

impl Folder {
    /// Writes a folder. The files stay in the page cache if there is memory for them.
    ///
    /// # Errors
    /// A file can't be written.
    pub fn write(path: PathBuf, kind: TreeKind, count: usize) -> Result<Folder> {
        remove(&path);
        let files = match kind {
            TreeKind::Large => {
                (0..count).map(|number| (format!("/videos/part-{number:02}.mp4"), LARGE)).collect()
            }
            TreeKind::Small => site(count, 300, 23_700),
            TreeKind::Tiny => site(count, 100, 1_000),
        };
        // From here on whatever is written is removed again, also if something fails.
        let mut folder = Folder { path, files: Vec::new(), bytes: files.iter().map(|(_, size)| size).sum() };
        let at = |site_path: &str| folder.path.join(site_path.trim_start_matches('/'));
        let folders: BTreeSet<PathBuf> =
            files.iter().filter_map(|(path, _)| Some(at(path).parent()?.to_owned())).collect();
        for inner in folders {
            fs::create_dir_all(&inner).with_context(|| format!("can't make {}", inner.display()))?;
        }
        let written: Result<()> = files.par_iter().try_for_each(|(site_path, size)| {
            let file = at(site_path);
            fs::write(&file, content(site_path, *size))
                .with_context(|| format!("can't write {}", file.display()))
        });
        written?;
        let mut files: Vec<PathBuf> = files.iter().map(|(path, _)| at(path)).collect();
        files.sort();
        folder.files = files;
        Ok(folder)
    }

    /// Writes the list of files, with NUL between them.
    ///
    /// # Errors
    /// It can't be written.
    pub fn write_list(&self, path: &Path) -> Result<()> {
        let mut list = Vec::new();
        for file in &self.files {
            list.extend_from_slice(file.as_os_str().as_encoded_bytes());
            list.push(0);
        }
        fs::write(path, list).with_context(|| format!("can't write {}", path.display()))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

/// What can't be removed stays: it lies in a scratch folder.
fn remove(path: &Path) {
    let _ = fs::remove_dir_all(path);
}

/// The paths of a generated site of so many files, with sizes spread evenly.
fn site(count: usize, smallest: u64, spread: u64) -> Vec<(String, u64)> {
    let corpus = Corpus::of(count - count / 9);
    let files = corpus.files().into_iter().take(count);
    files
        .map(|file| {
            let size = smallest + Random::new(xxh3_64(file.site_path.as_bytes())).next() % spread;
            (file.site_path, size)
        })
        .collect()
}

/// Bytes that no other file has and that can't be compressed.
fn content(path: &str, len: u64) -> Vec<u8> {
    let mut random = Random::new(xxh3_64(path.as_bytes()) ^ len);
    let mut bytes = Vec::with_capacity(len as usize + 8);
    while (bytes.len() as u64) < len {
        bytes.extend_from_slice(&random.next().to_le_bytes());
    }
    bytes.truncate(len as usize);
    bytes
}
